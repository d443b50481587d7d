// What the pairs of a positive and a negative say of a ranking, and its scores gathered into bins.
//
// Any stretch of the ranking can be summed by itself, if it is told what lies below it and how much there is in all;
// the sums of stretches are added. Everything but the gaps is a whole number or an exact sum.
#pragma once

#include <algorithm>
#include <vector>

#include "exact_sum.h"
#include "order.h"

namespace gnomon {

// Where a stretch of a ranking lies: the weights of the positives and negatives below it, and those of all.
struct Frame {
  i64 p_before = 0, q_before = 0, p_all = 0, q_all = 0;
};

struct Pairs {
  u128 wins = 0;              // 2 * (pairs won) + (pairs tied)
  u128 positive_squares = 0;  // sum over positives of (2 * negatives below + tied)^2; counts only
  u128 negative_squares = 0;  // sum over negatives of (2 * positives below + tied)^2; counts only
  u128 precisions = 0;        // sum over positives of the precision at their score; counts only
  ExactSum weighted_precisions;
  double gap_above = 0.0, gap_below = 0.0;  // largest TPR - FPR, and largest FPR - TPR

  void merge(const Pairs& other) {
    wins += other.wins;
    positive_squares += other.positive_squares;
    negative_squares += other.negative_squares;
    precisions += other.precisions;
    weighted_precisions.merge(other.weighted_precisions);
    gap_above = std::max(gap_above, other.gap_above);
    gap_below = std::max(gap_below, other.gap_below);
  }
};

// Neighbouring scores gathered into bins: a bin ends where the positives, or the negatives, so far reach the next
// multiple of a step. With few rows every distinct score is a bin. `open` tells whether the last bin goes on in the
// stretch that follows.
struct Bins {
  std::vector<double> low, high;
  std::vector<i64> positives, negatives;
  bool open = false;

  void append(const Bins& next) {
    std::size_t first = 0;
    if (open && !next.low.empty()) {
      high.back() = next.high[0];
      positives.back() += next.positives[0];
      negatives.back() += next.negatives[0];
      first = 1;
    }
    low.insert(low.end(), next.low.begin() + first, next.low.end());
    high.insert(high.end(), next.high.begin() + first, next.high.end());
    positives.insert(positives.end(), next.positives.begin() + first, next.positives.end());
    negatives.insert(negatives.end(), next.negatives.begin() + first, next.negatives.end());
    if (!next.low.empty()) open = next.open;
  }
};
}  // namespace gnomon
