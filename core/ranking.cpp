// Exact ranking measures: sort the scores once, then sweep over groups of equal scores.
//
// Sorting is where the time goes. The scores are spread into partitions by a monotone map (linear
// in the value, or in the order-preserving bit pattern where the scores are skewed), each partition
// fits in the second-level cache, is spread once more there, and small insertion sorts finish it.
// A sorted item is one 64-bit word: the bit pattern without its sign, and the label below it. A
// partition never straddles zero, so the sign is known from the partition's number.
//
// Everything that is summed is an integer (weights arrive as integers) or an exact sum. So neither
// the order of the rows nor the map, the partitions or the threads can change a result.
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>

#include <nanobind/stl/vector.h>

#include "arrays.h"
#include "buffer.h"
#include "parallel.h"

namespace gnomon {
namespace {

using u64 = std::uint64_t;
using i64 = std::int64_t;

constexpr u64 kSignBit = u64{1} << 63;

// Unsigned order of the result equals the order of the doubles; -0.0 and 0.0 become one.
GNOMON_INLINE u64 order_of(double value) {
  const u64 bits = std::bit_cast<u64>(value + 0.0);
  return bits ^ (static_cast<u64>(static_cast<i64>(bits) >> 63) | kSignBit);
}

double value_of(u64 order) { return std::bit_cast<double>(order & kSignBit ? order ^ kSignBit : ~order); }

// A score and its label, with weight 1.
struct Item {
  u64 word;
  GNOMON_INLINE u64 score() const { return word >> 1; }
  GNOMON_INLINE bool positive() const { return word & 1; }
  GNOMON_INLINE i64 weight() const { return 1; }
};

// A score and its label, with a weight (or the number of its row).
struct TaggedItem {
  u64 word;
  i64 tag;
  GNOMON_INLINE u64 score() const { return word >> 1; }
  GNOMON_INLINE bool positive() const { return word & 1; }
  GNOMON_INLINE i64 weight() const { return tag; }
};

// ---- sorting -------------------------------------------------------------------------------

constexpr std::size_t kInsertion = 24;  // items up to which an insertion sort is quickest
constexpr std::size_t kPerBucket = 1;   // items that a bucket should hold
constexpr std::size_t kComparison = 128;  // items up to which a comparison sort beats another round of buckets
constexpr std::size_t kMaxBuckets = 1 << 14;

template <class T>
GNOMON_INLINE void insertion_copy(const T* from, std::size_t count, T* to) {
  for (std::size_t i = 0; i < count; ++i) {
    const T item = from[i];
    std::size_t j = i;
    for (; j > 0 && to[j - 1].word > item.word; --j) to[j] = to[j - 1];
    to[j] = item;
  }
}

struct ScoreRange {
  u64 low, high;
};

template <class T>
GNOMON_INLINE ScoreRange score_range_loop(const T* items, std::size_t count) {
  u64 low = items[0].word, high = low;
  for (std::size_t i = 1; i < count; ++i) {
    low = items[i].word < low ? items[i].word : low;
    high = items[i].word > high ? items[i].word : high;
  }
  return {low >> 1, high >> 1};
}

GNOMON_HOT ScoreRange score_range(const Item* items, std::size_t count) { return score_range_loop(items, count); }
GNOMON_HOT ScoreRange score_range(const TaggedItem* items, std::size_t count) {
  return score_range_loop(items, count);
}

template <class T>
GNOMON_INLINE void buckets_loop(const T* items, std::size_t count, u64 low, double scale, std::uint16_t* bucket) {
  for (std::size_t i = 0; i < count; ++i)
    bucket[i] = static_cast<std::uint16_t>(
        static_cast<std::int32_t>(static_cast<double>(static_cast<i64>(items[i].score() - low)) * scale));
}

GNOMON_HOT void buckets_of(const Item* items, std::size_t count, u64 low, double scale, std::uint16_t* bucket) {
  buckets_loop(items, count, low, scale, bucket);
}
GNOMON_HOT void buckets_of(const TaggedItem* items, std::size_t count, u64 low, double scale, std::uint16_t* bucket) {
  buckets_loop(items, count, low, scale, bucket);
}

// Working memory of one thread.
template <class T>
struct Workspace {
  std::vector<T> scratch;
  std::vector<std::uint16_t> bucket;
};

// Sorts items by their words, using as much scratch. Each round divides the range of the words by the number
// of buckets, so there are at most a few rounds whatever the distribution.
template <class T>
void sort_items(T* items, std::size_t count, T* scratch, std::uint16_t* bucket) {
  const auto [low, high] = score_range(items, count);
  if (low == high) return;  // one score: the order of the labels is of no account
  if (count <= kComparison || count > std::numeric_limits<std::uint32_t>::max()) {
    std::sort(items, items + count, [](const T& a, const T& b) { return a.word < b.word; });
    return;
  }
  std::size_t buckets = std::min(count / kPerBucket, kMaxBuckets);
  double scale = static_cast<double>(buckets) / (static_cast<double>(high - low) + 1.0);
  if (high - low < buckets) buckets = high - low + 1, scale = 1.0;
  ++buckets;  // rounding may reach one further
  std::vector<std::uint32_t> ends(buckets + 1);
  buckets_of(items, count, low, scale, bucket);
  for (std::size_t i = 0; i < count; ++i) ++ends[bucket[i] + 1];
  for (std::size_t b = 1; b <= buckets; ++b) ends[b] += ends[b - 1];
  for (std::size_t i = 0; i < count; ++i) scratch[ends[bucket[i]]++] = items[i];
  for (std::size_t b = 0, begin = 0; b < buckets; begin = ends[b++])
    if (ends[b] - begin > kInsertion) sort_items(scratch + begin, ends[b] - begin, items + begin, bucket);
  // Every item is now within a bucket of its place: one insertion sort over all of them, without a loop
  // over the buckets, whose ends the processor could not predict.
  insertion_copy(scratch, count, items);
}

// ---- partitioning --------------------------------------------------------------------------

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
  i64 first = 0;
  std::size_t partitions = 1;

  // A negative value so small that scaling makes it zero still belongs below zero.
  static GNOMON_INLINE double step(double value, double scale) {
    const double scaled = value * scale;
    return std::floor(scaled) - (value < 0.0 && scaled == 0.0 ? 1.0 : 0.0);
  }
  GNOMON_INLINE i64 linear_index(double value) const { return static_cast<i64>(step(value, scale)) - first; }
  GNOMON_INLINE i64 bit_index(double value) const {
    return static_cast<i64>(order_of(value) >> shift) - first;
  }
  std::size_t index(double value) const {
    return static_cast<std::size_t>(linear ? linear_index(value) : bit_index(value));
  }
};

// No map where the scale is no ordinary number (all scores equal, or a range beyond the doubles).
std::optional<Map> linear_map(double low, double high, std::size_t wanted) {
  Map map;
  map.scale = static_cast<double>(wanted) / (high - low);
  const double first = Map::step(low, map.scale), last = Map::step(high, map.scale);
  if (!std::isnormal(map.scale) || !(std::fabs(first) < 0x1p52) || !(std::fabs(last) < 0x1p52)) return std::nullopt;
  map.first = static_cast<i64>(first);
  map.partitions = static_cast<std::size_t>(last - first) + 1;
  return map;
}

Map bit_map(double low, double high, std::size_t wanted) {
  Map map;
  map.linear = false;
  const u64 least = order_of(low), most = order_of(high);
  map.shift = std::clamp(static_cast<int>(std::bit_width(most - least)) - static_cast<int>(std::bit_width(wanted)) + 1,
                         0, 63);
  map.first = static_cast<i64>(least >> map.shift);
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
    out[i] = static_cast<std::uint32_t>(kLinear ? map.linear_index(value) : map.bit_index(value));
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

struct Extremes {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
};

template <class S>
GNOMON_INLINE Extremes extremes_loop(Extremes so_far, const S* score, std::size_t count) {
  S low = static_cast<S>(so_far.low), high = static_cast<S>(so_far.high);
  for (std::size_t i = 0; i < count; ++i) {
    low = score[i] < low ? score[i] : low;
    high = score[i] > high ? score[i] : high;
  }
  return {static_cast<double>(low), static_cast<double>(high)};
}

GNOMON_HOT Extremes extremes(Extremes so_far, const double* score, std::size_t count) {
  return extremes_loop(so_far, score, count);
}
GNOMON_HOT Extremes extremes(Extremes so_far, const float* score, std::size_t count) {
  return extremes_loop(so_far, score, count);
}

constexpr std::size_t kStep = 512;

// Calls use(chunk, begin, count) for the pieces of [range.begin, range.end), kStep rows at most each.
template <class Use>
void for_pieces(const std::vector<Chunk>& chunks, Range range, Use&& use) {
  for (const auto& chunk : chunks) {
    const std::size_t begin = std::max(range.begin, chunk.offset), end = std::min(range.end, chunk.offset + chunk.rows);
    for (std::size_t at = begin; at < end; at += kStep)
      use(chunk, at - chunk.offset, std::min(kStep, end - at));
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
  Sorted(const std::vector<Chunk>& chunks, Tag tag, int threads) : threads_(threads) {
    for (const auto& chunk : chunks) rows_ += chunk.rows;
    workers_ = useful_threads(rows_, threads);
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
    std::vector<Extremes> parts(workers_);
    parallel_for(workers_, workers_, [&](std::size_t part) {
      Extremes mine;
      for_pieces(chunks, part_of(rows_, part, workers_), [&](const Chunk& chunk, std::size_t begin, std::size_t count) {
        mine = chunk.f64 ? extremes(mine, chunk.f64 + begin, count) : extremes(mine, chunk.f32 + begin, count);
      });
      parts[part] = mine;
    });
    Extremes whole;
    for (const auto& part : parts) whole = {std::min(whole.low, part.low), std::max(whole.high, part.high)};
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
    std::vector<std::vector<std::size_t>> cursor(workers_, std::vector<std::size_t>(partitions));
    parallel_for(workers_, workers_, [&](std::size_t part) {
      std::vector<std::uint32_t> counts(2 * partitions);  // two tables in turn, as in the confusion counts
      std::uint32_t index[kStep];
      auto flush = [&] {
        for (std::size_t b = 0; b < partitions; ++b) cursor[part][b] += counts[b] + counts[partitions + b];
        std::fill(counts.begin(), counts.end(), 0);
      };
      std::size_t pending = 0;
      for_pieces(chunks, part_of(rows_, part, workers_), [&](const Chunk& chunk, std::size_t begin, std::size_t count) {
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
    parallel_for(workers_, workers_, [&](std::size_t part) {
      std::uint32_t index[kStep];
      u64 word[kStep];
      std::size_t* at = cursor[part].data();
      T* items = items_.get();
      for_pieces(chunks, part_of(rows_, part, workers_), [&](const Chunk& chunk, std::size_t begin, std::size_t count) {
        indices_of(map_, chunk, begin, count, index);
        words_of(chunk, begin, count, word);
        for (std::size_t i = 0; i < count; ++i) {
          T& item = items[at[index[i]]++];
          item.word = word[i];
          if constexpr (std::is_same_v<T, TaggedItem>)
            item.tag = tag == Tag::kWeight ? chunk.weight[begin + i] : static_cast<i64>(chunk.offset + begin + i);
        }
      });
    });
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

  int threads_, workers_ = 1;
  std::size_t rows_ = 0;
  Buffer<T> items_;
  Map map_;
  double low_ = 0.0, high_ = 0.0;
  std::size_t first_nonnegative_ = 0;
  std::vector<std::size_t> offsets_;
  std::vector<i64> positives_, negatives_;
};

// ---- sweeps --------------------------------------------------------------------------------

// Calls use(score, p, q) for each group of equal scores, ascending: the weights of its positives and negatives.
template <class T, class Use>
GNOMON_INLINE void for_groups(const T* item, const T* end, Use&& use) {
  while (item != end) {
    const u64 score = item->score();
    i64 p = 0, q = 0;
    do {
      const i64 weight = item->weight();
      const i64 mine = item->positive() ? weight : 0;
      p += mine;
      q += weight - mine;
    } while (++item != end && item->score() == score);
    use(score, p, q);
  }
}

// The same, but only for groups that hold a positive; use(p, q, skipped) is also told the weight of the
// negatives since the last such group. What negatives contribute can be counted at the positives below them, so
// with few positives most rows are only stepped over.
template <class T, class Use>
GNOMON_INLINE void for_positive_groups(const T* begin, const T* end, Use&& use) {
  i64 skipped = 0;
  for (const T* item = begin; item != end;) {
    if (!item->positive()) {
      skipped += item->weight();
      ++item;
      continue;
    }
    const u64 score = item->score();
    i64 p = 0, q = 0;
    for (const T* tied = item; tied != begin && tied[-1].score() == score; --tied) q += tied[-1].weight();
    skipped -= q;
    for (; item != end && item->score() == score; ++item) {
      const i64 weight = item->weight(), mine = item->positive() ? weight : 0;
      p += mine;
      q += weight - mine;
    }
    use(p, q, skipped);
    skipped = 0;
  }
}

// Fixed point with 86 fractional bits holds every ratio of counts below 2^32 without rounding.
constexpr int kFraction = 86;

GNOMON_INLINE u128 fixed_point(double ratio) {
  const u64 bits = std::bit_cast<u64>(ratio);
  const int exponent = static_cast<int>(bits >> 52);
  const u64 mantissa = (bits & ((u64{1} << 52) - 1)) | (u64{1} << 52);
  return static_cast<u128>(mantissa) << (exponent - 1075 + kFraction);
}

struct Pairs {
  u128 wins = 0;              // 2 * (pairs won) + (pairs tied)
  u128 positive_squares = 0;  // sum over positives of (2 * negatives below + tied)^2; counts only
  u128 negative_squares = 0;  // sum over negatives of (2 * positives below + tied)^2; counts only
  u128 precisions = 0;        // sum over positives of the precision at their score; counts only
  ExactSum weighted_precisions;
  double gap_above = 0.0, gap_below = 0.0;  // largest TPR - FPR, and largest FPR - TPR
};

template <class T>
nb::dict pairs_of(const Sorted<T>& sorted, double negative_unit) {
  constexpr bool counts = std::is_same_v<T, Item>;
  const i64 all_p = sorted.positives(), all_q = sorted.negatives();
  std::vector<Pairs> parts(sorted.partitions());
  Pairs whole;
  {
    nb::gil_scoped_release release;
    parallel_for(parts.size(), sorted.threads(), [&](std::size_t b) {
      Pairs sums;
      i64 p_below = sorted.positives_before(b), q_below = sorted.negatives_before(b);
      // TPR - FPR times P * N, in integers where they are counts.
      using Gap = std::conditional_t<counts, i64, double>;
      const auto gap = [&](i64 p, i64 q) {
        if constexpr (counts) {
          return (all_p - p) * all_q - (all_q - q) * all_p;
        } else {
          return static_cast<double>(all_p - p) / static_cast<double>(all_p) -
                 static_cast<double>(all_q - q) / static_cast<double>(all_q);
        }
      };
      Gap above = 0, under = 0;
      for_positive_groups(sorted.begin(b), sorted.end(b), [&](i64 p, i64 q, i64 skipped) {
        q_below += skipped;
        const auto c = static_cast<u64>(2 * q_below + q);
        sums.wins += static_cast<u128>(c) * static_cast<u64>(p);
        const double tp = static_cast<double>(all_p - p_below), fp = static_cast<double>(all_q - q_below);
        if constexpr (counts) {
          sums.positive_squares += static_cast<u128>(c) * c * static_cast<u64>(p);
          sums.precisions += fixed_point(tp / (tp + fp)) * static_cast<u64>(p);
          // These positives raise 2 * (positives below) from 2 * p_below to 2 * (p_below + p) for every negative
          // above them, and to the middle of the two for the negatives tied with them; so rise the squares.
          const auto to_top = static_cast<u128>(p) * static_cast<u64>(4 * (2 * p_below + p));
          const auto to_middle = static_cast<u128>(p) * static_cast<u64>(4 * p_below + p);
          sums.negative_squares += to_top * static_cast<u64>(all_q - q_below - q) + to_middle * static_cast<u64>(q);
        } else {
          sums.weighted_precisions.add_one(static_cast<double>(p) * (tp / (tp + fp * negative_unit)));
        }
        // A positive's own score is where TPR - FPR can peak, just above it where it can dip.
        if (all_q > 0) {
          above = std::max<Gap>(above, gap(p_below, q_below));
          under = std::min<Gap>(under, gap(p_below + p, q_below + q));
        }
        p_below += p;
        q_below += q;
      });
      const double scale = counts ? static_cast<double>(all_p) * static_cast<double>(all_q) : 1.0;
      sums.gap_above = scale > 0 ? static_cast<double>(above) / scale : 0.0;
      sums.gap_below = scale > 0 ? static_cast<double>(-under) / scale : 0.0;
      parts[b] = sums;
    });
    for (const auto& part : parts) {
      whole.wins += part.wins;
      whole.positive_squares += part.positive_squares;
      whole.negative_squares += part.negative_squares;
      whole.precisions += part.precisions;
      whole.weighted_precisions.merge(part.weighted_precisions);
      whole.gap_above = std::max(whole.gap_above, part.gap_above);
      whole.gap_below = std::max(whole.gap_below, part.gap_below);
    }
  }
  nb::dict result;
  result["positives"] = all_p;
  result["negatives"] = all_q;
  result["wins"] = to_python(whole.wins);
  result["positive_squares"] = to_python(whole.positive_squares);
  result["negative_squares"] = to_python(whole.negative_squares);
  result["precisions"] = to_python(whole.precisions);
  result["weighted_precisions"] = to_python(whole.weighted_precisions);
  result["gap_above"] = whole.gap_above;
  result["gap_below"] = whole.gap_below;
  return result;
}

// Weighted sums of squares of (V - center) over positives and over negatives, where V is the share of
// the other class that the row beats (ties count half).
template <class T>
nb::list placement_squares(const Sorted<T>& sorted, double center) {
  struct Squares {
    ExactSum positive, negative;
  };
  std::vector<Squares> parts(sorted.partitions());
  ExactSum sums[2];
  {
    nb::gil_scoped_release release;
    const double all_p = static_cast<double>(sorted.positives()), all_q = static_cast<double>(sorted.negatives());
    parallel_for(parts.size(), sorted.threads(), [&](std::size_t b) {
      i64 p_below = sorted.positives_before(b), q_below = sorted.negatives_before(b);
      for_groups(sorted.begin(b), sorted.end(b), [&](u64, i64 p, i64 q) {
        const double beaten = (static_cast<double>(q_below) + 0.5 * static_cast<double>(q)) / all_q - center;
        const double beating =
            (static_cast<double>(sorted.positives() - p_below) - 0.5 * static_cast<double>(p)) / all_p - center;
        if (p > 0) parts[b].positive.add_one(static_cast<double>(p) * (beaten * beaten));
        if (q > 0) parts[b].negative.add_one(static_cast<double>(q) * (beating * beating));
        p_below += p;
        q_below += q;
      });
    });
    for (const auto& part : parts) {
      sums[0].merge(part.positive);
      sums[1].merge(part.negative);
    }
  }
  return to_python(sums, 2);
}

// Neighbouring scores gathered into bins: a bin ends where the positives, or the negatives, so far
// reach the next multiple of 1/bins of all of them. With few rows every distinct score is a bin.
struct Bins {
  std::vector<double> low, high;
  std::vector<i64> positives, negatives;
};

template <class T>
nb::tuple bins_of(const Sorted<T>& sorted, std::size_t wanted) {
  Bins bins;
  {
    nb::gil_scoped_release release;
    const i64 steps = static_cast<i64>(wanted);
    const i64 p_step = std::max<i64>(1, sorted.positives() / steps), q_step = std::max<i64>(1, sorted.negatives() / steps);
    struct Part {
      Bins bins;
      bool open = false;  // whether its last bin goes on in the next partition
    };
    std::vector<Part> parts(sorted.partitions());
    parallel_for(parts.size(), sorted.threads(), [&](std::size_t b) {
      Part& part = parts[b];
      i64 p_below = sorted.positives_before(b), q_below = sorted.negatives_before(b);
      i64 p_end = (p_below / p_step + 1) * p_step, q_end = (q_below / q_step + 1) * q_step;
      i64 p_bin = 0, q_bin = 0;
      u64 low = 0, high = 0;
      const auto close = [&] {
        part.bins.low.push_back(sorted.value(b, low));
        part.bins.high.push_back(sorted.value(b, high));
        part.bins.positives.push_back(p_bin);
        part.bins.negatives.push_back(q_bin);
        p_bin = q_bin = 0;
      };
      for_groups(sorted.begin(b), sorted.end(b), [&](u64 score, i64 p, i64 q) {
        if (!part.open) low = score;
        part.open = true;
        high = score;
        p_bin += p;
        q_bin += q;
        p_below += p;
        q_below += q;
        if (p_below >= p_end || q_below >= q_end) {
          close();
          part.open = false;
          p_end = (p_below / p_step + 1) * p_step;
          q_end = (q_below / q_step + 1) * q_step;
        }
      });
      if (part.open) close();
    });
    bool open = false;
    for (const auto& part : parts) {
      for (std::size_t i = 0; i < part.bins.low.size(); ++i) {
        if (open) {
          bins.high.back() = part.bins.high[i];
          bins.positives.back() += part.bins.positives[i];
          bins.negatives.back() += part.bins.negatives[i];
        } else {
          bins.low.push_back(part.bins.low[i]);
          bins.high.push_back(part.bins.high[i]);
          bins.positives.push_back(part.bins.positives[i]);
          bins.negatives.push_back(part.bins.negatives[i]);
        }
        open = false;
      }
      if (!part.bins.low.empty()) open = part.open;
    }
  }
  return nb::make_tuple(to_numpy(bins.low), to_numpy(bins.high), to_numpy(bins.positives), to_numpy(bins.negatives));
}

// ---- binding -------------------------------------------------------------------------------

using Scores = nb::ndarray<nb::ndim<1>, nb::c_contig, nb::device::cpu, nb::ro>;
using ScoreChunk = std::tuple<Scores, Input<std::uint8_t>, std::optional<Input<i64>>>;

std::vector<Chunk> chunks_of(const std::vector<Scores>& scores, const std::vector<Input<std::uint8_t>>& labels,
                             const std::vector<Input<i64>>& weights) {
  if (labels.size() != scores.size() || (!weights.empty() && weights.size() != scores.size()))
    throw nb::value_error("scores, labels and weights differ in their number of chunks");
  std::vector<Chunk> chunks;
  std::size_t offset = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    Chunk chunk;
    chunk.rows = scores[i].size();
    chunk.offset = offset;
    offset += chunk.rows;
    if (labels[i].size() != chunk.rows || (!weights.empty() && weights[i].size() != chunk.rows))
      throw nb::value_error("scores, labels and weights differ in length");
    if (scores[i].dtype() == nb::dtype<double>()) {
      chunk.f64 = static_cast<const double*>(scores[i].data());
    } else if (scores[i].dtype() == nb::dtype<float>()) {
      chunk.f32 = static_cast<const float*>(scores[i].data());
    } else {
      throw nb::type_error("scores must be float32 or float64");
    }
    chunk.label = labels[i].data();
    if (!weights.empty()) chunk.weight = weights[i].data();
    if (chunk.rows) chunks.push_back(chunk);
  }
  if (chunks.empty()) throw nb::value_error("there are no scores to rank");
  if (offset > std::numeric_limits<std::uint32_t>::max())
    throw nb::value_error("exact ranking takes at most 2^32 - 1 rows");
  return chunks;
}

// The scores in order, kept for as many sweeps as are asked for.
class Ranking {
 public:
  Ranking(const std::vector<Scores>& scores, const std::vector<Input<std::uint8_t>>& labels,
          const std::vector<Input<i64>>& weights, int threads) {
    const auto chunks = chunks_of(scores, labels, weights);
    nb::gil_scoped_release release;
    if (weights.empty()) {
      counted_.emplace(chunks, Tag::kNone, threads);
    } else {
      weighted_.emplace(chunks, Tag::kWeight, threads);
    }
  }

  nb::dict pairs(double negative_unit) const {
    return counted_ ? pairs_of(*counted_, negative_unit) : pairs_of(*weighted_, negative_unit);
  }
  nb::list squares(double center) const {
    return counted_ ? placement_squares(*counted_, center) : placement_squares(*weighted_, center);
  }
  nb::tuple bins(std::size_t wanted) const {
    if (wanted == 0) throw nb::value_error("bins must be at least 1");
    return counted_ ? bins_of(*counted_, wanted) : bins_of(*weighted_, wanted);
  }
  std::pair<i64, i64> below(double threshold) const {
    if (std::isnan(threshold)) throw nb::value_error("a threshold must not be NaN");
    return counted_ ? counted_->below(threshold) : weighted_->below(threshold);
  }

 private:
  std::optional<Sorted<Item>> counted_;
  std::optional<Sorted<TaggedItem>> weighted_;
};

// For each row the share of the other class that it beats (positives) or that beats it (negatives),
// ties counted half: the structural components of DeLong, DeLong and Clarke-Pearson (1988).
Output<double> placements(Scores scores, Input<std::uint8_t> labels, std::optional<Input<i64>> weight, int threads) {
  const auto chunks = chunks_of({scores}, {labels}, weight ? std::vector{*weight} : std::vector<Input<i64>>{});
  const std::size_t rows = labels.size();
  std::unique_ptr<double[]> out(new double[rows]);
  {
    nb::gil_scoped_release release;
    const i64* weights = weight ? weight->data() : nullptr;
    const Sorted<TaggedItem> sorted(chunks, Tag::kRow, threads);
    const auto weight_of = [&](const TaggedItem& item) { return weights ? weights[item.tag] : 1; };
    const std::size_t partitions = sorted.partitions();
    std::vector<i64> p_before(partitions + 1), q_before(partitions + 1);
    parallel_for(partitions, sorted.threads(), [&](std::size_t b) {
      for (const TaggedItem* item = sorted.begin(b); item != sorted.end(b); ++item)
        (item->positive() ? p_before : q_before)[b + 1] += weight_of(*item);
    });
    for (std::size_t b = 0; b < partitions; ++b) p_before[b + 1] += p_before[b], q_before[b + 1] += q_before[b];
    const double all_p = static_cast<double>(p_before.back()), all_q = static_cast<double>(q_before.back());
    parallel_for(partitions, sorted.threads(), [&](std::size_t b) {
      i64 p_below = p_before[b], q_below = q_before[b];
      for (const TaggedItem* item = sorted.begin(b); item != sorted.end(b);) {
        const TaggedItem* last = item;
        i64 p = 0, q = 0;
        for (; last != sorted.end(b) && last->score() == item->score(); ++last)
          (last->positive() ? p : q) += weight_of(*last);
        const double beaten = (static_cast<double>(q_below) + 0.5 * static_cast<double>(q)) / all_q;
        const double beating = (all_p - static_cast<double>(p_below) - 0.5 * static_cast<double>(p)) / all_p;
        for (; item != last; ++item) out[item->tag] = item->positive() ? beaten : beating;
        p_below += p;
        q_below += q;
      }
    });
  }
  return to_numpy(std::move(out), rows);
}

}  // namespace

void bind_ranking(nb::module_& m) {
  nb::class_<Ranking>(m, "Ranking")
      .def(nb::init<const std::vector<Scores>&, const std::vector<Input<std::uint8_t>>&,
                    const std::vector<Input<i64>>&, int>(),
           nb::arg("scores"), nb::arg("labels"), nb::arg("weights"), nb::arg("threads"))
      .def("pairs", &Ranking::pairs, nb::arg("negative_unit"))
      .def("squares", &Ranking::squares, nb::arg("center"))
      .def("bins", &Ranking::bins, nb::arg("wanted"))
      .def("below", &Ranking::below, nb::arg("threshold"));
  m.def("placements", &placements, nb::arg("scores").noconvert(), nb::arg("labels").noconvert(),
        nb::arg("weight").none().noconvert(), nb::arg("threads"));
}

}  // namespace gnomon
