#include "confusion.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <unordered_map>

#include "errors.h"
#include "parallel.h"

namespace gnomon {
namespace {

constexpr std::size_t kSmall = 64;                     // classes whose table of counts fits in the first-level cache
constexpr std::size_t kTables = std::size_t{1} << 26;  // bytes that tables of many classes may take

// Binary labels need no table: three sums tell all four cells.
struct BinarySums {
  std::uint64_t positive, predicted, both;
  bool valid;  // no code but 0 and 1
};

template <class Code>
GNOMON_INLINE BinarySums binary_labels_loop(const Code* target, const Code* predicted, std::size_t count) {
  std::uint64_t positive = 0, flagged = 0, both = 0;
  Code seen = 0;
  constexpr std::size_t block = 1 << 14;  // a sum over so many rows fits in 32 bits
  for (std::size_t start = 0; start < count; start += block) {
    const std::size_t stop = std::min(count, start + block);
    std::uint32_t p = 0, f = 0, b = 0;
    for (std::size_t i = start; i < stop; ++i) {
      p += static_cast<std::uint32_t>(target[i]);
      f += static_cast<std::uint32_t>(predicted[i]);
      b += static_cast<std::uint32_t>(target[i] & predicted[i]);
      seen |= target[i] | predicted[i];
    }
    positive += p, flagged += f, both += b;
  }
  return {positive, flagged, both, static_cast<std::uint64_t>(seen) <= 1};
}

#define GNOMON_BINARY(Code)                                                                           \
  GNOMON_HOT BinarySums binary_labels(const Code* target, const Code* predicted, std::size_t count) { \
    return binary_labels_loop(target, predicted, count);                                              \
  }
GNOMON_BINARY(std::uint8_t)
GNOMON_BINARY(std::int8_t)
GNOMON_BINARY(std::int32_t)
GNOMON_BINARY(std::int64_t)
#undef GNOMON_BINARY

template <class T>
GNOMON_INLINE BinarySums binary_scores_loop(const std::uint8_t* target, const T* score, T threshold,
                                            std::size_t count) {
  std::uint64_t positive = 0, flagged = 0, both = 0;
  std::uint8_t seen = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t t = target[i], f = score[i] >= threshold;
    positive += t, flagged += f, both += t & f;
    seen |= target[i];
  }
  return {positive, flagged, both, seen <= 1};
}

GNOMON_HOT BinarySums binary_scores(const std::uint8_t* target, const double* score, double threshold,
                                    std::size_t count) {
  return binary_scores_loop(target, score, threshold, count);
}
GNOMON_HOT BinarySums binary_scores(const std::uint8_t* target, const float* score, float threshold,
                                    std::size_t count) {
  return binary_scores_loop(target, score, threshold, count);
}

constexpr const char* kBadCode = "a class code lies outside [0, classes)";

std::vector<std::int64_t> cells(const std::vector<BinarySums>& parts, std::size_t rows) {
  std::uint64_t positive = 0, predicted = 0, both = 0;
  for (const auto& part : parts)
    if (!part.valid) throw InvalidInput(kBadCode);
  for (const auto& part : parts) positive += part.positive, predicted += part.predicted, both += part.both;
  const auto n = static_cast<std::int64_t>(rows), p = static_cast<std::int64_t>(positive),
             f = static_cast<std::int64_t>(predicted), tp = static_cast<std::int64_t>(both);
  return {n - p - f + tp, f - tp, p - tp, tp};
}

// Codes outside [0, classes) are counted in `bad` and nowhere else. Four tables in turn keep
// neighbouring rows of one cell from waiting for each other.
template <class Code>
std::size_t count_codes(const Code* target, const Code* predicted, std::size_t count, std::size_t classes,
                        std::int64_t* counts) {
  const std::size_t size = classes * classes;
  std::size_t bad = 0;
  const std::size_t tables = classes <= kSmall ? 4 : 1;
  std::vector<std::int64_t> local(tables > 1 ? tables * size : 0);
  std::int64_t* into = tables > 1 ? local.data() : counts;
  for (std::size_t i = 0; i < count; ++i) {
    const auto t = static_cast<std::uint64_t>(target[i]), p = static_cast<std::uint64_t>(predicted[i]);
    if (t < classes && p < classes) {
      ++into[(tables > 1 ? (i & 3) * size : 0) + t * classes + p];
    } else {
      ++bad;
    }
  }
  if (tables > 1)
    for (std::size_t i = 0; i < tables * size; ++i) counts[i % size] += local[i];
  return bad;
}

// A range of labels that are small whole numbers: label = low + code.
struct LabelSpan {
  std::int64_t low = std::numeric_limits<std::int64_t>::max(), high = std::numeric_limits<std::int64_t>::lowest();

  template <class T>
  void include(const T* values, std::size_t count) {
    T least = std::numeric_limits<T>::max(), most = std::numeric_limits<T>::lowest();
    for (std::size_t i = 0; i < count; ++i) {
      least = values[i] < least ? values[i] : least;
      most = values[i] > most ? values[i] : most;
    }
    low = std::min(low, static_cast<std::int64_t>(least));
    high = std::max(high, static_cast<std::int64_t>(most));
  }
  bool binary() const { return low >= 0 && high <= 1; }
  std::size_t classes() const {
    const std::uint64_t span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
    return span < kSmall ? span + 1 : 0;
  }
};

// Whether every label lies in the span; if so the counts are complete.
template <class T>
bool count_span(const T* target, const T* predicted, std::size_t rows, const LabelSpan& span, int workers,
                std::vector<std::int64_t>& counts) {
  const std::size_t classes = span.classes();
  counts.assign(classes * classes, 0);
  const int pieces = pieces_of(rows, workers);
  std::vector<std::vector<std::int64_t>> tables(pieces, std::vector<std::int64_t>(4 * classes * classes));
  std::atomic<bool> whole{true};
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    std::int64_t* into = tables[part].data();
    const auto low = static_cast<std::uint64_t>(span.low);
    for (std::size_t i = r.begin; i < r.end; ++i) {
      const std::uint64_t t = static_cast<std::uint64_t>(static_cast<std::int64_t>(target[i])) - low,
                          p = static_cast<std::uint64_t>(static_cast<std::int64_t>(predicted[i])) - low;
      if (t >= classes || p >= classes) {
        whole = false;
        return;
      }
      ++into[((i & 3) * classes + t) * classes + p];
    }
  });
  for (const auto& table : tables)
    for (std::size_t i = 0; i < table.size(); ++i) counts[i % counts.size()] += table[i];
  return whole;
}

// Exact sums of the weights, and of their squares if asked for, for every cell that occurs.
struct CellSums {
  std::uint64_t cell;
  std::size_t rows = 0;
  ExactSum weight, square;
};

GNOMON_HOT void add_group(CellSums& sums, const double* weight, std::size_t count, bool squares) {
  sums.rows += count;
  for (std::size_t start = 0; start < count; start += ExactSum::kBlock) {
    const std::size_t size = std::min(ExactSum::kBlock, count - start);
    sums.weight.add_block(weight + start, size);
    if (!squares) continue;
    double high[ExactSum::kBlock], low[ExactSum::kBlock];
    for (std::size_t i = 0; i < size; ++i) {
      const Pair square = product(weight[start + i], weight[start + i]);
      high[i] = square.high;
      low[i] = square.low;
    }
    sums.square.add_block(high, size);
    sums.square.add_block(low, size);
  }
}

// One thread's sums. Rows are gathered by cell, a stretch at a time, so that each cell's weights are added as a block.
class WeightTable {
 public:
  WeightTable(std::int64_t low, std::size_t classes, bool squares)
      : low_(static_cast<std::uint64_t>(low)), classes_(classes), few_(classes <= kFewClasses), squares_(squares) {
    if (classes * classes <= kDense) slot_of_.assign(classes * classes, -1);
    for (std::uint64_t cell = 0; few_ && cell < classes * classes; ++cell) slot_for(cell);
  }

  template <class Code>
  bool add(const Code* target, const Code* predicted, const double* weight, std::size_t count) {
    constexpr std::size_t kStretch = 1 << 13;
    std::vector<std::int32_t> slot(kStretch);
    std::vector<double> gathered(kStretch);
    std::vector<std::size_t> end;
    for (std::size_t start = 0; start < count; start += kStretch) {
      const std::size_t size = std::min(kStretch, count - start);
      if (!slots_of(target + start, predicted + start, size, slot.data())) return false;
      if (sums_.size() > size) {  // more cells than rows: gathering would cost more than it saves
        for (std::size_t i = 0; i < size; ++i) add_group(sums_[slot[i]], weight + start + i, 1, squares_);
        continue;
      }
      end.assign(sums_.size() + 1, 0);
      for (std::size_t i = 0; i < size; ++i) ++end[slot[i] + 1];
      for (std::size_t s = 1; s < end.size(); ++s) end[s] += end[s - 1];
      for (std::size_t i = 0; i < size; ++i) gathered[end[slot[i]]++] = weight[start + i];
      for (std::size_t s = 0, begin = 0; s < sums_.size(); begin = end[s++])
        if (end[s] > begin) add_group(sums_[s], gathered.data() + begin, end[s] - begin, squares_);
    }
    return true;
  }

  void merge(const WeightTable& other) {
    for (const CellSums& theirs : other.sums_) {
      CellSums& mine = sums_[slot_for(theirs.cell)];
      mine.rows += theirs.rows;
      mine.weight.merge(theirs.weight);
      mine.square.merge(theirs.square);
    }
  }

  const std::vector<CellSums>& sums() const { return sums_; }

 private:
  static constexpr std::size_t kFewClasses = 4;
  static constexpr std::size_t kDense = 1 << 16;  // cells up to which a table finds a cell's place

  // The place of each row's cell among the sums; false if a label lies outside. With few cells each has its place
  // from the start, so there is nothing to look up.
  template <class Code>
  bool slots_of(const Code* target, const Code* predicted, std::size_t count, std::int32_t* slot) {
    std::uint64_t outside = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t t = static_cast<std::uint64_t>(static_cast<std::int64_t>(target[i])) - low_,
                          p = static_cast<std::uint64_t>(static_cast<std::int64_t>(predicted[i])) - low_;
      outside |= static_cast<std::uint64_t>(t >= classes_) | static_cast<std::uint64_t>(p >= classes_);
      slot[i] = static_cast<std::int32_t>(t * classes_ + p);
    }
    if (outside) return false;
    if (few_) return true;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t t = static_cast<std::uint64_t>(static_cast<std::int64_t>(target[i])) - low_,
                          p = static_cast<std::uint64_t>(static_cast<std::int64_t>(predicted[i])) - low_;
      if (t >= classes_ || p >= classes_) return false;  // another thread may have written since they were checked
      slot[i] = slot_for(t * classes_ + p);
    }
    return true;
  }

  GNOMON_INLINE std::int32_t slot_for(std::uint64_t cell) {
    std::int32_t& slot = slot_of_.empty() ? sparse_.try_emplace(cell, -1).first->second : slot_of_[cell];
    if (slot < 0) {
      slot = static_cast<std::int32_t>(sums_.size());
      sums_.push_back({cell, 0, {}, {}});
    }
    return slot;
  }

  std::uint64_t low_;
  std::size_t classes_;
  bool few_, squares_;
  std::vector<std::int32_t> slot_of_;
  std::unordered_map<std::uint64_t, std::int32_t> sparse_;
  std::vector<CellSums> sums_;
};

}  // namespace

template <class Code>
Array<std::int64_t> confusion(Input<Code> target, Input<Code> predicted, std::size_t classes, int threads) {
  const std::size_t rows = target.size();
  if (predicted.size() != rows) throw InvalidInput("target and predicted differ in length");
  const Code *t = target.data(), *p = predicted.data();
  std::vector<std::int64_t> counts(classes * classes);
  std::size_t bad = 0;
  int workers = useful_threads(rows, threads);
  int pieces = pieces_of(rows, workers);
  if (classes == 2) {
    std::vector<BinarySums> parts(pieces);
    parallel_for(pieces, workers, [&](std::size_t part) {
      const Range r = part_of(rows, part, pieces);
      parts[part] = binary_labels(t + r.begin, p + r.begin, r.end - r.begin);
    });
    counts = cells(parts, rows);
  } else {
    if (classes > kSmall) {  // a large table for each piece costs memory
      workers = std::min(workers, 2);
      const auto fit = static_cast<int>(kTables / (classes * classes * sizeof(std::int64_t)));
      pieces = std::clamp(fit, workers, pieces);
    }
    std::vector<std::vector<std::int64_t>> tables(pieces, std::vector<std::int64_t>(classes * classes));
    std::vector<std::size_t> bads(pieces);
    parallel_for(pieces, workers, [&](std::size_t part) {
      const Range r = part_of(rows, part, pieces);
      bads[part] = count_codes(t + r.begin, p + r.begin, r.end - r.begin, classes, tables[part].data());
    });
    for (int part = 0; part < pieces; ++part) {
      bad += bads[part];
      for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += tables[part][i];
    }
  }
  if (bad) throw InvalidInput(kBadCode);
  return Array(counts);
}

template <class T>
Array<std::int64_t> confusion_at(Input<std::uint8_t> target, Input<T> score, T threshold, int threads) {
  const std::size_t rows = target.size();
  if (score.size() != rows) throw InvalidInput("target and score differ in length");
  std::vector<std::int64_t> counts;
  const int workers = useful_threads(rows, threads);
  const int pieces = pieces_of(rows, workers);
  std::vector<BinarySums> parts(pieces);
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    parts[part] = binary_scores(target.data() + r.begin, score.data() + r.begin, threshold, r.end - r.begin);
  });
  counts = cells(parts, rows);
  return Array(counts);
}

template <class T>
std::optional<std::pair<Array<std::int64_t>, Array<std::int64_t>>> label_counts(Input<T> target, Input<T> predicted,
                                                                                int threads) {
  const std::size_t rows = target.size();
  if (predicted.size() != rows) throw InvalidInput("target and predicted differ in length");
  if (rows == 0) throw InvalidInput("there are no rows to count");
  const T *t = target.data(), *p = predicted.data();
  std::vector<std::int64_t> counts;
  LabelSpan span;
  const int workers = useful_threads(rows, threads);
  const int pieces = pieces_of(rows, workers);
  constexpr std::size_t kFirst = 1024;
  span.include(t, std::min(rows, kFirst));
  span.include(p, std::min(rows, kFirst));
  bool done = false;
  if (span.binary()) {
    std::vector<BinarySums> parts(pieces);
    parallel_for(pieces, workers, [&](std::size_t part) {
      const Range r = part_of(rows, part, pieces);
      parts[part] = binary_labels(t + r.begin, p + r.begin, r.end - r.begin);
    });
    done = std::all_of(parts.begin(), parts.end(), [](const BinarySums& part) { return part.valid; });
    if (done) counts = cells(parts, rows), span.low = 0, span.high = 1;
  } else if (span.classes()) {
    done = count_span(t, p, rows, span, workers, counts);
  }
  if (!done) {
    std::vector<LabelSpan> parts(pieces);
    parallel_for(pieces, workers, [&](std::size_t part) {
      const Range r = part_of(rows, part, pieces);
      parts[part].include(t + r.begin, r.end - r.begin);
      parts[part].include(p + r.begin, r.end - r.begin);
    });
    for (const auto& part : parts) span.low = std::min(span.low, part.low), span.high = std::max(span.high, part.high);
    if (span.classes()) count_span(t, p, rows, span, workers, counts);
  }
  const std::size_t classes = span.classes();
  if (!classes) return std::nullopt;
  std::vector<std::size_t> present;
  for (std::size_t label = 0; label < classes; ++label) {
    bool occurs = false;
    for (std::size_t other = 0; other < classes && !occurs; ++other)
      occurs = counts[label * classes + other] || counts[other * classes + label];
    if (occurs) present.push_back(label);
  }
  std::vector<std::int64_t> labels, kept;
  for (const std::size_t label : present) labels.push_back(span.low + static_cast<std::int64_t>(label));
  for (const std::size_t row : present)
    for (const std::size_t column : present) kept.push_back(counts[row * classes + column]);
  return std::pair{Array(labels), Array(kept)};
}

template <class Code>
std::vector<CellWeight> confusion_weights(Input<Code> target, Input<Code> predicted, Input<double> weight,
                                          std::int64_t low, std::size_t classes, bool squares, int threads) {
  const std::size_t rows = target.size();
  if (predicted.size() != rows || weight.size() != rows)
    throw InvalidInput("target, predicted and weight differ in length");
  std::atomic<bool> valid{true};
  std::vector<WeightTable> tables;
  const int workers = useful_threads(rows, threads);
  const int pieces = pieces_of(rows, workers);
  tables.assign(pieces, WeightTable(low, classes, squares));
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    if (!tables[part].add(target.data() + r.begin, predicted.data() + r.begin, weight.data() + r.begin,
                          r.end - r.begin))
      valid = false;
  });
  for (int part = 1; part < pieces; ++part) tables[0].merge(tables[part]);
  if (!valid) throw InvalidInput(kBadCode);
  std::vector<CellWeight> result;
  for (const CellSums& own : tables[0].sums())
    if (own.rows) result.emplace_back(own.cell, own.weight, squares ? std::optional(own.square) : std::nullopt);
  return result;
}

#define GNOMON_CODES(T) template Array<std::int64_t> confusion(Input<T>, Input<T>, std::size_t, int);
GNOMON_CODES(std::uint8_t)
GNOMON_CODES(std::int32_t)
GNOMON_CODES(std::int64_t)
#undef GNOMON_CODES
#define GNOMON_SCORES(T) template Array<std::int64_t> confusion_at(Input<std::uint8_t>, Input<T>, T, int);
GNOMON_SCORES(double)
GNOMON_SCORES(float)
#undef GNOMON_SCORES
#define GNOMON_LABELS(T)                                                                                             \
  template std::optional<std::pair<Array<std::int64_t>, Array<std::int64_t>>> label_counts(Input<T>, Input<T>, int); \
  template std::vector<CellWeight> confusion_weights(Input<T>, Input<T>, Input<double>, std::int64_t, std::size_t,   \
                                                     bool, int);
GNOMON_LABELS(std::uint8_t)
GNOMON_LABELS(std::int8_t)
GNOMON_LABELS(std::int32_t)
GNOMON_LABELS(std::int64_t)
#undef GNOMON_LABELS

}  // namespace gnomon
