// What the pairs of a positive and a negative say, summed over groups of equal scores, ascending.
//
// Any stretch of the ranking can be summed by itself, if it is told what lies below it and how much there is in all;
// the sums of stretches are added. Everything but the gaps is a whole number or an exact sum.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include <nanobind/stl/tuple.h>

#include "arrays.h"
#include "exact_sum.h"
#include "order.h"

namespace gnomon {
namespace {

// Where a stretch of a ranking lies: the weights of the positives and negatives below it, and those of all.
struct Frame {
  i64 p_before = 0, q_before = 0, p_all = 0, q_all = 0;
};

// Fixed point with 86 fractional bits holds every ratio of counts below 2^32 without rounding.
constexpr int kFraction = 86;

GNOMON_INLINE u128 fixed_point(double ratio) {
  const u64 bits = std::bit_cast<u64>(ratio);
  const int exponent = static_cast<int>(bits >> 52);
  const u64 mantissa = (bits & ((u64{1} << 52) - 1)) | (u64{1} << 52);
  const int shift = exponent - 1075 + kFraction;
  return shift >= 0 ? static_cast<u128>(mantissa) << shift : static_cast<u128>(mantissa >> -shift);
}

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

// Adds up a stretch, group by group. With kCounts weights are counts of rows; else they are whole numbers in a unit of
// their class, negative_unit being that of the negatives in that of the positives.
template <bool kCounts>
class PairSweep {
 public:
  PairSweep(const Frame& frame, double negative_unit)
      : frame_(frame), negative_unit_(negative_unit), p_below_(frame.p_before), q_below_(frame.q_before) {}

  // Negatives whose scores no positive shares.
  GNOMON_INLINE void skip(i64 q) { q_below_ += q; }

  // A group of equal scores with at least one positive.
  GNOMON_INLINE void add(i64 p, i64 q) {
    const auto c = static_cast<u64>(2 * q_below_ + q);
    sums_.wins += static_cast<u128>(c) * static_cast<u64>(p);
    const double tp = static_cast<double>(frame_.p_all - p_below_), fp = static_cast<double>(frame_.q_all - q_below_);
    if constexpr (kCounts) {
      sums_.positive_squares += static_cast<u128>(c) * c * static_cast<u64>(p);
      sums_.precisions += fixed_point(tp / (tp + fp)) * static_cast<u64>(p);
      // These positives raise 2 * (positives below) from 2 * p_below to 2 * (p_below + p) for every negative
      // above them, and to the middle of the two for the negatives tied with them; so rise the squares.
      const auto to_top = static_cast<u128>(p) * static_cast<u64>(4 * (2 * p_below_ + p));
      const auto to_middle = static_cast<u128>(p) * static_cast<u64>(4 * p_below_ + p);
      sums_.negative_squares +=
          to_top * static_cast<u64>(frame_.q_all - q_below_ - q) + to_middle * static_cast<u64>(q);
    } else {
      if (p > 0) {
        const double precision = tp / (tp + fp * negative_unit_);
        sums_.weighted_precisions.add_one(static_cast<double>(p) * precision);
      }
    }
    // A positive's own score is where TPR - FPR can peak, just above it where it can dip.
    if (frame_.q_all > 0) {
      above_ = std::max<Gap>(above_, gap(p_below_, q_below_));
      under_ = std::min<Gap>(under_, gap(p_below_ + p, q_below_ + q));
    }
    p_below_ += p;
    q_below_ += q;
  }

  Pairs sums() {
    const double scale = kCounts ? static_cast<double>(frame_.p_all) * static_cast<double>(frame_.q_all) : 1.0;
    sums_.gap_above = scale > 0 ? static_cast<double>(above_) / scale : 0.0;
    sums_.gap_below = scale > 0 ? static_cast<double>(-under_) / scale : 0.0;
    return sums_;
  }

 private:
  // TPR - FPR times P * N, in integers where they are counts.
  using Gap = std::conditional_t<kCounts, __int128, double>;

  GNOMON_INLINE Gap gap(i64 p, i64 q) const {
    if constexpr (kCounts) {
      return static_cast<__int128>(frame_.p_all - p) * frame_.q_all - static_cast<__int128>(frame_.q_all - q) * frame_.p_all;
    } else {
      return static_cast<double>(frame_.p_all - p) / static_cast<double>(frame_.p_all) -
             static_cast<double>(frame_.q_all - q) / static_cast<double>(frame_.q_all);
    }
  }

  Frame frame_;
  double negative_unit_;
  i64 p_below_, q_below_;
  Pairs sums_;
  Gap above_ = 0, under_ = 0;
};

inline nb::dict pairs_to_python(const Pairs& sums, const Frame& frame) {
  nb::dict result;
  result["positives"] = frame.p_all;
  result["negatives"] = frame.q_all;
  result["wins"] = to_python(sums.wins);
  result["positive_squares"] = to_python(sums.positive_squares);
  result["negative_squares"] = to_python(sums.negative_squares);
  result["precisions"] = to_python(sums.precisions);
  result["weighted_precisions"] = to_python(sums.weighted_precisions);
  result["gap_above"] = sums.gap_above;
  result["gap_below"] = sums.gap_below;
  return result;
}

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

// Gathers a stretch, group by group.
class BinSweep {
 public:
  BinSweep(const Frame& frame, i64 p_step, i64 q_step)
      : p_step_(p_step), q_step_(q_step), p_below_(frame.p_before), q_below_(frame.q_before) {
    next();
  }

  // A group of scores from low to high, which are equal unless the rows were binned before.
  GNOMON_INLINE void add(double low, double high, i64 p, i64 q) {
    if (!bins_.open) low_ = low;
    bins_.open = true;
    high_ = high;
    p_ += p;
    q_ += q;
    p_below_ += p;
    q_below_ += q;
    if (p_below_ >= p_end_ || q_below_ >= q_end_) {
      close();
      bins_.open = false;
      next();
    }
  }

  Bins take() {
    if (bins_.open) close();
    return std::move(bins_);
  }

 private:
  void next() {
    p_end_ = (p_below_ / p_step_ + 1) * p_step_;
    q_end_ = (q_below_ / q_step_ + 1) * q_step_;
  }
  void close() {
    bins_.low.push_back(low_);
    bins_.high.push_back(high_);
    bins_.positives.push_back(p_);
    bins_.negatives.push_back(q_);
    p_ = q_ = 0;
  }

  i64 p_step_, q_step_, p_below_, q_below_, p_end_ = 0, q_end_ = 0, p_ = 0, q_ = 0;
  double low_ = 0.0, high_ = 0.0;
  Bins bins_;
};

// As it comes from Python.
using FrameTuple = std::tuple<i64, i64, i64, i64>;
inline Frame to_frame(const FrameTuple& frame) { return std::make_from_tuple<Frame>(frame); }

inline nb::tuple bins_to_python(const Bins& bins) {
  return nb::make_tuple(to_numpy(bins.low), to_numpy(bins.high), to_numpy(bins.positives), to_numpy(bins.negatives),
                        bins.open);
}

}  // namespace
}  // namespace gnomon
