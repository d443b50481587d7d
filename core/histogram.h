// A histogram of scores with bounds: how many positives and negatives lie in each bin, and whether a bin holds one
// score only. Pairs in different bins are decided; only those within a bin of several scores are open.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "array.h"
#include "pairs.h"

namespace gnomon {

class ScoreGrid;
struct Range;

// What is certain of a ranking of which only the bins are known.
struct Bounds {
  u128 open = 0;  // pairs within a bin of several scores
  double ap_low = 0.0, ap_high = 0.0;
  double ks_low = 0.0, ks_high = 0.0;
  double f_low = 0.0, f_high = 0.0;

  void merge(const Bounds& other) {
    open += other.open;
    ap_low += other.ap_low;
    ap_high += other.ap_high;
    ks_low = std::max(ks_low, other.ks_low);
    ks_high = std::max(ks_high, other.ks_high);
    f_low = std::max(f_low, other.f_low);
    f_high = std::max(f_high, other.f_high);
  }
};

// The words of the least and of the greatest sampled score, how many bins were wanted and made, and how each cell of
// the grid is divided: all that tells one grid of bins from another.
struct GridForm {
  u64 low = 0, high = 0;
  std::size_t wanted = 1, bins = 0;
  std::vector<std::uint8_t> divisions;
};

// Of each bin: the weights of the positives and of the negatives, the sums of their squares, and the word of its score.
using HistogramCounts = std::tuple<Array<i64>, Array<i64>, Array<i64>, Array<i64>, Array<u64>>;

class Histogram {
 public:
  // About as many bins as are wanted, narrow where the sample of the scores is dense.
  Histogram(Input<double> sample, std::size_t wanted, bool weighted);

  // An empty histogram of the bins of a form.
  Histogram(const GridForm& form, bool weighted);

  // An empty histogram of the same bins.
  Histogram like() const;
  std::size_t bins() const;
  GridForm form() const;

  // Weights are whole numbers in a unit, and their squares in another, so chosen that all sum to less than 2^61.
  void add(const Scores& scores, Input<std::uint8_t> labels, std::optional<Input<i64>> weights,
           std::optional<Input<i64>> squares);
  // Adds what another histogram of the same bins has counted.
  void merge(const Histogram& other);

  HistogramCounts counts() const;
  // The inverse of counts(), on an empty histogram.
  void restore(Input<i64> p, Input<i64> q, Input<i64> p_squares, Input<i64> q_squares, Input<u64> word);
  // The least score that falls into each bin; that of bin 0 is minus infinity.
  Array<double> edges() const;
  bool one_score(std::size_t bin) const;
  // The weights of the positives and of the negatives.
  std::pair<i64, i64> totals() const;

  // The pairs of the bins [from, to), as if all scores in a bin were equal.
  Pairs pairs(std::size_t from, std::size_t to, const Frame& frame, double negative_unit, int threads) const;
  Bins gather(std::size_t from, std::size_t to, const Frame& frame, i64 p_step, i64 q_step) const;
  // Limits of what the rows in the bins can give, however they are ordered within them: open pairs; the sum over
  // positives of the precision at their score; KS; the best F-beta of any threshold.
  Bounds bounds(double negative_unit, double beta_squared, int threads) const;
  // Sum over the rows of (weight * (placement - auc))^2, of positives and of negatives, in the units of the squares.
  std::pair<double, double> spread(double auc) const;

 private:
  // Rows are counted in 32 bits, and moved to 64 before those are full.
  struct Counted {
    std::uint32_t p, q;
    u64 word;
  };
  struct Weighted {
    i64 p, q, p_squares, q_squares;
    u64 word;
  };
  static constexpr u64 kNoScore = 0;        // no finite double has this word
  static constexpr u64 kSeveral = ~u64{0};  // nor this
  struct Bin {
    i64 p = 0, q = 0, p_squares = 0, q_squares = 0;
    u64 word = kNoScore;
    bool several() const { return word == kSeveral; }
  };

  Histogram(std::shared_ptr<const ScoreGrid> grid, std::size_t wanted, bool weighted);

  void check(std::size_t from, std::size_t to) const;
  void allocate();
  template <class T>
  void count(const T* scores, const std::uint8_t* labels, std::size_t rows, const std::optional<Input<i64>>& weights,
             const std::optional<Input<i64>>& squares);
  static u64 one_or_several(u64 mine, u64 other);
  Bin at(std::size_t bin) const;
  void add_bin(std::size_t bin, const Bin& other);
  void settle();
  std::vector<Range> frames_of(std::size_t from, std::size_t to, Frame frame, std::vector<Frame>& frames) const;
  template <bool kCounts>
  Pairs pairs_of(std::size_t from, std::size_t to, const Frame& frame, double negative_unit, int threads) const;
  Bounds bounds_of(Range range, const Frame& frame, double unit, double beta_squared) const;
  double worst_precisions(i64 rows, double p, double a, double b) const;

  std::shared_ptr<const ScoreGrid> grid_;
  std::size_t wanted_;
  bool weighted_;
  std::size_t rows_ = 0;
  Buffer<Counted> rows_of_;
  Buffer<Weighted> weights_;
  std::vector<i64> settled_;
};

}  // namespace gnomon
