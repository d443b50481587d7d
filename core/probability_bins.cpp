#include "probability_bins.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "errors.h"
#include "multiversion.h"
#include "order.h"
#include "parallel.h"

namespace gnomon {
namespace {

constexpr double kUnit = 0x1p52;  // sums of probabilities are in units of 2^-52

// Rows without weights: the sum of probabilities in two halves of 26 bits, which do not overflow below 2^37 rows.
struct Counted {
  i64 rows = 0, p = 0;
  u64 high = 0, low = 0;

  GNOMON_INLINE void add(bool positive, u64 units) {
    ++rows;
    p += positive;
    high += units >> 26;
    low += units & ((u64{1} << 26) - 1);
  }
  void merge(const Counted& other) {
    rows += other.rows;
    p += other.p;
    high += other.high;
    low += other.low;
  }
};

struct Weighed {
  i64 p = 0, q = 0, p2 = 0, q2 = 0;  // weight of the positives and negatives, and sums of their squared weights
  u128 sum = 0;                      // weight times probability

  void merge(const Weighed& other) {
    p += other.p;
    q += other.q;
    p2 += other.p2;
    q2 += other.q2;
    sum += other.sum;
  }
};

Weighed settled(const Weighed& bin) { return bin; }
Weighed settled(const Counted& bin) {
  return {bin.p, bin.rows - bin.p, 0, 0, (static_cast<u128>(bin.high) << 26) + bin.low};
}

// Finds the bin of a probability, the number of edges below it: from a cell of the leading bits of its distance to the
// nearer of 0 and 1 on, where edges lie densest.
class Edges {
 public:
  explicit Edges(const Input<double>& edges) : edges_(edges.data()), count_(edges.size()), start_(kCells) {
    for (std::size_t i = 0; i < count_; ++i)
      if (!(edges_[i] > 0.0 && edges_[i] < 1.0) || (i > 0 && edges_[i] <= edges_[i - 1]))
        throw InvalidInput("edges must ascend between 0 and 1");
    // The first edge that is not below everything in a cell: cells ascend with the probability.
    std::size_t next = 0;
    for (std::size_t cell = 0; cell < kCells; ++cell) {
      while (next < count_ && cell_of(edges_[next]) < cell) ++next;
      start_[cell] = static_cast<std::uint32_t>(next);
    }
  }
  GNOMON_INLINE std::size_t bin(double p) const {
    std::size_t i = start_[cell_of(p)];
    while (i < count_ && p > edges_[i]) ++i;
    return i;
  }
  std::size_t bins() const { return count_ + 1; }

 private:
  static constexpr int kShift = 46;  // six bits of the mantissa: 64 cells an octave
  static constexpr i64 kLeast = i64{1023 - 40} << 6, kHalf = (i64{1023 - 1} << 6) - kLeast;
  static constexpr std::size_t kCells = 2 * (static_cast<std::size_t>(kHalf) + 1);

  static GNOMON_INLINE std::size_t cell_of(double p) {
    const bool high = p > 0.5;
    const double near = high ? 1.0 - p : p;
    const i64 key = static_cast<i64>(std::bit_cast<u64>(near) >> kShift) - kLeast;
    const i64 cell = key < 0 ? 0 : key;
    return static_cast<std::size_t>(high ? static_cast<i64>(kCells) - 1 - cell : cell);
  }

  const double* edges_;
  std::size_t count_;
  std::vector<std::uint32_t> start_;
};

// Adds up all rows in parts: row(bin, i, positive, units) takes in the i-th. Whether all are probabilities.
template <class Bin, class T, class Row>
bool add_up(std::vector<Weighed>& whole, const Input<T>& score, const Input<std::uint8_t>& label, const Edges& edges,
            int threads, const Row& row) {
  const std::size_t rows = score.size();
  const int workers = useful_threads(rows, threads);
  const int pieces = pieces_of(rows, workers);
  std::vector<std::vector<Bin>> parts(pieces);
  std::vector<char> valid(pieces, 1);
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    std::vector<Bin> own(whole.size());
    for (std::size_t i = r.begin; i < r.end; ++i) {
      const double p = static_cast<double>(score.data()[i]);
      if (!(p >= 0.0 && p <= 1.0)) {
        valid[part] = 0;
        return;
      }
      row(own[edges.bin(p)], i, label.data()[i] != 0, static_cast<u64>(p * kUnit + 0.5));
    }
    parts[part] = std::move(own);
  });
  for (char own : valid)
    if (!own) return false;
  for (const auto& part : parts)
    for (std::size_t b = 0; b < whole.size(); ++b) whole[b].merge(settled(part[b]));
  return true;
}

}  // namespace

template <class T>
ProbabilityBins probability_bins(Input<T> score, Input<std::uint8_t> label, std::optional<Input<i64>> weight,
                                 std::optional<Input<i64>> square, Input<double> edge, int threads) {
  const std::size_t rows = score.size();
  if (label.size() != rows || (weight && (weight->size() != rows || !square || square->size() != rows)))
    throw InvalidInput("the columns differ in length");
  const Edges edges(edge);
  const std::size_t bins = edges.bins();
  std::vector<Weighed> whole(bins);
  bool valid;
  if (!weight) {
    valid = add_up<Counted>(whole, score, label, edges, threads,
                            [](Counted& bin, std::size_t, bool positive, u64 units) { bin.add(positive, units); });
  } else {
    valid = add_up<Weighed>(whole, score, label, edges, threads,
                            [&](Weighed& bin, std::size_t i, bool positive, u64 units) {
                              const i64 w = weight->data()[i];
                              (positive ? bin.p : bin.q) += w;
                              (positive ? bin.p2 : bin.q2) += square->data()[i];
                              bin.sum += static_cast<u128>(units) * static_cast<u64>(w);
                            });
  }
  if (!valid) throw InvalidInput("a probability lies outside [0, 1]");
  auto p = make_buffer<i64>(bins), q = make_buffer<i64>(bins), p2 = make_buffer<i64>(bins), q2 = make_buffer<i64>(bins);
  auto high = make_buffer<u64>(bins), low = make_buffer<u64>(bins);
  for (std::size_t b = 0; b < bins; ++b) {
    p[b] = whole[b].p;
    q[b] = whole[b].q;
    p2[b] = whole[b].p2;
    q2[b] = whole[b].q2;
    high[b] = static_cast<u64>(whole[b].sum >> 64);
    low[b] = static_cast<u64>(whole[b].sum);
  }
  const auto column = [bins](auto& own) { return Array(std::move(own), bins); };
  return {column(p), column(q), column(p2), column(q2), column(high), column(low)};
}

#define GNOMON_SCORES(T)                                                                              \
  template ProbabilityBins probability_bins(Input<T>, Input<std::uint8_t>, std::optional<Input<i64>>, \
                                            std::optional<Input<i64>>, Input<double>, int);
GNOMON_SCORES(double)
GNOMON_SCORES(float)
#undef GNOMON_SCORES

}  // namespace gnomon
