// All rows of a ranking in ascending order of score, in partitions.
//
// The scores are spread into partitions by a monotone map (linear in the value, or in the order-preserving bit
// pattern where the scores are skewed); each partition fits in the second-level cache, and is sorted there. A
// partition never straddles zero, so the sign of its scores is known from its number. The map, the partitions and
// the threads cannot change a result, as everything that is summed over them is an integer or an exact sum.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "bucket_sort.h"
#include "buffer.h"
#include "errors.h"
#include "float_scan.h"
#include "multiversion.h"
#include "parallel.h"

namespace gnomon {
namespace {

// One contiguous piece of the input, in whichever float type it came.
struct Chunk {
  const double* f64 = nullptr;
  const float* f32 = nullptr;
  const std::uint8_t* label = nullptr;
  const i64* weight = nullptr;
  std::size_t rows = 0, offset = 0;
};

// score -> partition number; monotone, and zero always begins a partition.
struct Map {
  bool linear = true;
  double scale = 0.0;
  int shift = 0;
  u64 first = 0;  // steps and words are subtracted as they wrap: only their distance counts
  std::size_t partitions = 1;

  // A negative value so small that scaling makes it zero still belongs below zero.
  static GNOMON_INLINE double step(double value, double scale) {
    const double scaled = value * scale;
    return std::floor(scaled) - (value < 0.0 && scaled == 0.0 ? 1.0 : 0.0);
  }
  // Within the partitions even where another thread has changed a score since the map was chosen. (A step beyond the
  // whole numbers of 52 bits is taken for the first one; the map has none.)
  GNOMON_INLINE u64 linear_index(double value) const {
    const double steps = step(value, scale);
    return static_cast<u64>(static_cast<i64>(std::fabs(steps) < 0x1p52 ? steps : 0.0)) - first;
  }
  GNOMON_INLINE u64 bit_index(double value) const { return (order_of(value) >> shift) - first; }
  GNOMON_INLINE u64 inside(u64 index) const { return index < partitions ? index : partitions - 1; }
  std::size_t index(double value) const { return inside(linear ? linear_index(value) : bit_index(value)); }
};

// No map where the scale is no ordinary number (all scores equal, or a range beyond the doubles).
std::optional<Map> linear_map(double low, double high, std::size_t wanted) {
  Map map;
  map.scale = static_cast<double>(wanted) / (high - low);
  const double first = Map::step(low, map.scale), last = Map::step(high, map.scale);
  if (!std::isnormal(map.scale) || !(std::fabs(first) < 0x1p52) || !(std::fabs(last) < 0x1p52)) return std::nullopt;
  map.first = static_cast<u64>(static_cast<i64>(first));
  map.partitions = static_cast<std::size_t>(last - first) + 1;
  return map;
}

Map bit_map(double low, double high, std::size_t wanted) {
  Map map;
  map.linear = false;
  const u64 least = order_of(low), most = order_of(high);
  map.shift =
      std::clamp(static_cast<int>(std::bit_width(most - least)) - static_cast<int>(std::bit_width(wanted)) + 1, 0, 63);
  map.first = least >> map.shift;
  map.partitions = static_cast<std::size_t>((most >> map.shift) - (least >> map.shift)) + 1;
  return map;
}

std::size_t heaviest(const Map& map, const std::vector<double>& sample) {
  std::vector<std::size_t> loads(map.partitions);
  for (double value : sample) ++loads[map.index(value)];
  return *std::max_element(loads.begin(), loads.end());
}

constexpr std::size_t kPartitionRows = 1 << 13;  // a partition, its scratch and its buckets stay in the cache
constexpr std::size_t kMaxPartitions = 1 << 11;

template <class S, bool kLinear>
GNOMON_INLINE void indices_loop(const Map& map, const S* score, std::size_t count, std::uint32_t* out) {
  for (std::size_t i = 0; i < count; ++i) {
    const double value = static_cast<double>(score[i]);
    out[i] = static_cast<std::uint32_t>(map.inside(kLinear ? map.linear_index(value) : map.bit_index(value)));
  }
}

GNOMON_HOT void indices(const Map& map, const double* score, std::size_t count, std::uint32_t* out) {
  map.linear ? indices_loop<double, true>(map, score, count, out) : indices_loop<double, false>(map, score, count, out);
}
GNOMON_HOT void indices(const Map& map, const float* score, std::size_t count, std::uint32_t* out) {
  map.linear ? indices_loop<float, true>(map, score, count, out) : indices_loop<float, false>(map, score, count, out);
}

template <class S>
GNOMON_INLINE void words_loop(const S* score, const std::uint8_t* label, std::size_t count, u64* out) {
  for (std::size_t i = 0; i < count; ++i) out[i] = (order_of(static_cast<double>(score[i])) << 1) | (label[i] & 1);
}

GNOMON_HOT void words(const double* score, const std::uint8_t* label, std::size_t count, u64* out) {
  words_loop(score, label, count, out);
}
GNOMON_HOT void words(const float* score, const std::uint8_t* label, std::size_t count, u64* out) {
  words_loop(score, label, count, out);
}

constexpr std::size_t kStep = 512;

// Calls use(chunk, begin, count) for the pieces of [range.begin, range.end), kStep rows at most each.
template <class Use>
void for_pieces(const std::vector<Chunk>& chunks, Range range, Use&& use) {
  for (const auto& chunk : chunks) {
    const std::size_t begin = std::max(range.begin, chunk.offset), end = std::min(range.end, chunk.offset + chunk.rows);
    for (std::size_t at = begin; at < end; at += kStep) use(chunk, at - chunk.offset, std::min(kStep, end - at));
  }
}

void indices_of(const Map& map, const Chunk& chunk, std::size_t begin, std::size_t count, std::uint32_t* out) {
  chunk.f64 ? indices(map, chunk.f64 + begin, count, out) : indices(map, chunk.f32 + begin, count, out);
}

void words_of(const Chunk& chunk, std::size_t begin, std::size_t count, u64* out) {
  chunk.f64 ? words(chunk.f64 + begin, chunk.label + begin, count, out)
            : words(chunk.f32 + begin, chunk.label + begin, count, out);
}

double score_at(const Chunk& chunk, std::size_t i) {
  return chunk.f64 ? chunk.f64[i] : static_cast<double>(chunk.f32[i]);
}

enum class Tag { kNone, kWeight, kRow };

// All rows in ascending order of score, in partitions.
template <class T>
class Sorted {
 public:
  Sorted(const std::vector<Chunk>& chunks, Tag tag, int threads) {
    for (const auto& chunk : chunks) rows_ += chunk.rows;
    workers_ = useful_threads(rows_, threads);
    pieces_ = pieces_of(rows_, workers_);
    items_ = make_buffer<T>(rows_);
    choose_map(chunks);
    scatter(chunks, tag);
    sort();
  }

  std::size_t rows() const { return rows_; }
  std::size_t partitions() const { return map_.partitions; }
  int threads() const { return workers_; }
  const T* begin(std::size_t partition) const { return items_.get() + offsets_[partition]; }
  const T* end(std::size_t partition) const { return items_.get() + offsets_[partition + 1]; }
  // Weight of the positives and of the negatives in all partitions before this one.
  i64 positives_before(std::size_t partition) const { return positives_[partition]; }
  i64 negatives_before(std::size_t partition) const { return negatives_[partition]; }
  i64 positives() const { return positives_.back(); }
  i64 negatives() const { return negatives_.back(); }

  double value(std::size_t partition, u64 score) const {
    return value_of(partition >= first_nonnegative_ ? score | kSignBit : score);
  }

  // Weights of positives and negatives with a score below the threshold.
  std::pair<i64, i64> below(double threshold) const {
    const IeeeArithmetic ieee;
    if (threshold <= low_) return {0, 0};
    if (threshold > high_) return {positives(), negatives()};
    const std::size_t partition = map_.index(threshold);
    i64 p = positives_before(partition), q = negatives_before(partition);
    const u64 limit = order_of(threshold) & ~kSignBit;
    for (const T* item = begin(partition); item != end(partition) && item->score() < limit; ++item)
      (item->positive() ? p : q) += item->weight();
    return {p, q};
  }

 private:
  void choose_map(const std::vector<Chunk>& chunks) {
    std::vector<FloatScan> parts(pieces_);
    parallel_for(pieces_, workers_, [&](std::size_t part) {
      FloatScan mine;
      for_pieces(chunks, part_of(rows_, part, pieces_), [&](const Chunk& chunk, std::size_t begin, std::size_t count) {
        mine.merge(chunk.f64 ? scan_part(chunk.f64 + begin, count) : scan_part(chunk.f32 + begin, count));
      });
      parts[part] = mine;
    });
    FloatScan whole;
    for (const auto& part : parts) whole.merge(part);
    if (whole.nans || whole.infinities) throw InvalidInput("a score is NaN or infinite");
    low_ = whole.low;
    high_ = whole.high;
    const std::size_t wanted = std::clamp<std::size_t>(rows_ / kPartitionRows, 1, kMaxPartitions);
    map_ = bit_map(low_, high_, wanted);
    if (const auto linear = linear_map(low_, high_, wanted)) {
      std::vector<double> sample;
      const std::size_t stride = rows_ / 4096 + 1;
      for (const auto& chunk : chunks)
        for (std::size_t i = (stride - chunk.offset % stride) % stride; i < chunk.rows; i += stride)
          sample.push_back(score_at(chunk, i));
      if (heaviest(*linear, sample) <= heaviest(map_, sample)) map_ = *linear;
    }
    first_nonnegative_ = low_ >= 0.0 ? 0 : high_ >= 0.0 ? map_.index(0.0) : map_.partitions;
  }

  void scatter(const std::vector<Chunk>& chunks, Tag tag) {
    const std::size_t partitions = map_.partitions;
    std::vector<std::vector<std::size_t>> cursor(pieces_, std::vector<std::size_t>(partitions));
    parallel_for(pieces_, workers_, [&](std::size_t part) {
      std::vector<std::uint32_t> counts(2 * partitions);  // two tables in turn, as in the confusion counts
      std::uint32_t index[kStep];
      auto flush = [&] {
        for (std::size_t b = 0; b < partitions; ++b) cursor[part][b] += counts[b] + counts[partitions + b];
        std::fill(counts.begin(), counts.end(), 0);
      };
      std::size_t pending = 0;
      for_pieces(chunks, part_of(rows_, part, pieces_), [&](const Chunk& chunk, std::size_t begin, std::size_t count) {
        indices_of(map_, chunk, begin, count, index);
        for (std::size_t i = 0; i < count; ++i) ++counts[(i & 1) * partitions + index[i]];
        if ((pending += count) > (1u << 30)) flush(), pending = 0;
      });
      flush();
    });
    offsets_.assign(partitions + 1, 0);
    std::size_t total = 0;
    for (std::size_t b = 0; b < partitions; ++b) {
      offsets_[b] = total;
      for (auto& mine : cursor) {
        const std::size_t count = mine[b];
        mine[b] = total;
        total += count;
      }
    }
    offsets_[partitions] = total;
    const std::vector<std::vector<std::size_t>> starts = cursor;
    // Where the rows of a piece end in each partition: those of the next piece begin there.
    const auto end_of = [&](std::size_t part, std::size_t b) {
      return part + 1 < cursor.size() ? starts[part + 1][b] : offsets_[b + 1];
    };
    std::atomic<bool> changed{false};
    parallel_for(pieces_, workers_, [&](std::size_t part) {
      std::uint32_t index[kStep];
      u64 word[kStep];
      std::size_t* at = cursor[part].data();
      std::vector<std::size_t> end(partitions);
      for (std::size_t b = 0; b < partitions; ++b) end[b] = end_of(part, b);
      T* items = items_.get();
      for_pieces(chunks, part_of(rows_, part, pieces_), [&](const Chunk& chunk, std::size_t begin, std::size_t count) {
        indices_of(map_, chunk, begin, count, index);
        words_of(chunk, begin, count, word);
        for (std::size_t i = 0; i < count; ++i) {
          // Scores that another thread rewrites may be more than were counted: never beyond the piece's own rows.
          const std::uint32_t b = index[i];
          if (at[b] == end[b]) [[unlikely]] {
            changed = true;
            continue;
          }
          T& item = items[at[b]++];
          item.word = word[i];
          if constexpr (std::is_same_v<T, TaggedItem>)
            item.tag = tag == Tag::kWeight ? chunk.weight[begin + i] : static_cast<i64>(chunk.offset + begin + i);
        }
      });
    });
    if (changed) throw InvalidInput("the scores were changed while they were ranked");
  }

  void sort() {
    const std::size_t partitions = map_.partitions;
    positives_.assign(partitions + 1, 0);
    negatives_.assign(partitions + 1, 0);
    parallel_for(partitions, workers_, [&](std::size_t b) {
      thread_local Workspace<T> space;
      T* items = items_.get() + offsets_[b];
      const std::size_t count = offsets_[b + 1] - offsets_[b];
      if (space.scratch.size() < count) {
        space.scratch.resize(count);
        space.bucket.resize(count);
      }
      if (count) sort_items(items, count, space.scratch.data(), space.bucket.data());
      i64 positive = 0, all = 0;
      for (std::size_t i = 0; i < count; ++i) {
        all += items[i].weight();
        positive += items[i].positive() ? items[i].weight() : 0;
      }
      positives_[b + 1] = positive;
      negatives_[b + 1] = all - positive;
      if (space.scratch.size() > 8 * kPartitionRows) space = {};
    });
    for (std::size_t b = 0; b < partitions; ++b) {
      positives_[b + 1] += positives_[b];
      negatives_[b + 1] += negatives_[b];
    }
  }

  int workers_ = 1, pieces_ = 1;
  std::size_t rows_ = 0;
  Buffer<T> items_;
  Map map_;
  double low_ = 0.0, high_ = 0.0;
  std::size_t first_nonnegative_ = 0;
  std::vector<std::size_t> offsets_;
  std::vector<i64> positives_, negatives_;
};

}  // namespace
}  // namespace gnomon
