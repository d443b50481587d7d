// Sweeps over groups of equal scores, ascending: their pairs (pairs.h), and their bins.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "exact_sum.h"
#include "order.h"
#include "pairs.h"

namespace gnomon {
namespace {

// Fixed point with 86 fractional bits holds every ratio of counts below 2^32 without rounding.
constexpr int kFraction = 86;

GNOMON_INLINE u128 fixed_point(double ratio) {
  const u64 bits = std::bit_cast<u64>(ratio);
  const int exponent = static_cast<int>(bits >> 52);
  const u64 mantissa = (bits & ((u64{1} << 52) - 1)) | (u64{1} << 52);
  const int shift = exponent - 1075 + kFraction;
  return shift >= 0 ? static_cast<u128>(mantissa) << shift : static_cast<u128>(mantissa >> -shift);
}

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
      return static_cast<__int128>(frame_.p_all - p) * frame_.q_all -
             static_cast<__int128>(frame_.q_all - q) * frame_.p_all;
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

}  // namespace
}  // namespace gnomon
