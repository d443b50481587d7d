// Exact ranking measures: sort the scores once, then sweep over groups of equal scores.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "array.h"
#include "pairs.h"

namespace gnomon {

// Which points of a curve are kept: all, those at which it bends (ROC), those at or before which a positive is gained
// (precision-recall, DET). The first and the last always are.
enum class Keep { kAll, kBends, kGains };

// Thresholds from the highest down, and the weights of the positives and of the negatives at or above each: as
// amounts, or in whole units.
using Curve = std::tuple<Array<double>, Array<double>, Array<double>>;
using CurvePoints = std::tuple<Array<double>, Array<std::int64_t>, Array<std::int64_t>>;

// The scores in order, kept for as many sweeps as are asked for. They come in chunks, with labels of 0 and 1; weights
// are whole numbers, of each class in a unit of its own, or there are none.
class Ranking {
 public:
  Ranking(const std::vector<Scores>& scores, const std::vector<Input<std::uint8_t>>& labels,
          const std::vector<Input<std::int64_t>>& weights, int threads);
  ~Ranking();

  // The weights of the positives and of the negatives.
  std::pair<std::int64_t, std::int64_t> totals() const;
  // The greatest weight of a positive and of a negative; 1 where there are none.
  std::pair<std::int64_t, std::int64_t> largest() const;
  // The unit of the negatives' weights in that of the positives' is told.
  Pairs pairs(const Frame& frame, double negative_unit) const;
  Bins bins(const Frame& frame, std::int64_t p_step, std::int64_t q_step) const;
  // Every distinct score as a threshold.
  Curve curve(Keep keep, double positive_unit, double negative_unit) const;
  // The vertices of the convex hull of the ROC curve, above it and below it.
  CurvePoints hull() const;
  // The weights of positives and negatives with a score below the threshold.
  std::pair<std::int64_t, std::int64_t> below(double threshold) const;

 private:
  struct Rows;
  std::unique_ptr<const Rows> rows_;
};

// The vertices of any curve's hull: its thresholds from the highest down, the weights at or above each.
CurvePoints convex_hull(Input<double> threshold, Input<std::int64_t> p, Input<std::int64_t> q);

// For each row the share of the other class that it beats (positives) or that beats it (negatives), ties counted half:
// the structural components of DeLong, DeLong and Clarke-Pearson (1988). The rows may be a stretch of the ranking,
// whose place in the whole is told.
Array<double> placements(const Scores& scores, Input<std::uint8_t> labels, std::optional<Input<std::int64_t>> weight,
                         const std::optional<Frame>& place, int threads);

}  // namespace gnomon
