// A sum of doubles without rounding: a fixed-point number wide enough for every finite double.
// Addition is exact, hence associative and commutative: the same sum for any order of rows,
// any partition and any number of threads. (Kulisch's long accumulator; the split into 32-bit
// limbs with postponed carries follows R. M. Neal, "Fast exact summation using small and large
// superaccumulators", arXiv:1505.05571.)
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "multiversion.h"

namespace gnomon {

class ExactSum {
 public:
  // Unit 2^-1074; 2098 bits hold one double, the rest is head room for 2^46 of them.
  static constexpr int kLimbs = 67;
  static constexpr std::size_t kBytes = kLimbs * 4;
  // A limb takes 2^10 additions of less than 2^53 before its carry must move on.
  static constexpr std::size_t kBlock = 1024;

  // Adds a whole block, count <= kBlock. Where the block's values lie within 85 bits of each other, as they nearly
  // always do (or within 127), they are cut into two (or three) layers of 42 to 43 bits on common grids; each layer's
  // sum fits in a double without rounding, and the loop vectorises. (The cut by adding and subtracting a large
  // constant: J. Demmel and H. D. Nguyen, "Fast reproducible floating-point summation", ARITH 2013.)
  GNOMON_INLINE void add_block(const double* values, std::size_t count) {
    double lanes[kLanes] = {};
    const std::size_t whole = count / kLanes * kLanes;
    const auto widen = [&](double value, std::size_t lane) {
      const double size = std::fabs(value);
      lanes[lane] = size > lanes[lane] ? size : lanes[lane];  // NaN is met below
    };
    for (std::size_t i = 0; i < whole; i += kLanes)
      for (std::size_t lane = 0; lane < kLanes; ++lane) widen(values[i + lane], lane);
    for (std::size_t i = whole; i < count; ++i) widen(values[i], 0);
    double largest = 0.0;
    for (double own : lanes) largest = own > largest ? own : largest;
    const int exponent = static_cast<int>(std::bit_cast<std::uint64_t>(largest) >> 52) - 1023;
    if (largest == 0.0 && !has_nan(values, count)) return;
    if (exponent < -850 || exponent > 1000) return add_each(values, count);
    if (!add_layers<2>(values, count, exponent) && !add_layers<3>(values, count, exponent)) add_each(values, count);
  }

  // For terms that come one at a time: moves the carries only when a limb could fill up.
  GNOMON_INLINE void add_one(double value) {
    add(value);
    if (++pending_ == kBlock) carry();
  }

  void merge(ExactSum other) {
    other.carry();
    carry();
    for (int i = 0; i < kLimbs; ++i) limb_[i] += other.limb_[i];
    finite_ = finite_ && other.finite_;
    carry();
  }

  bool finite() const { return finite_; }

  // Two's complement, little endian, in units of 2^-1074.
  void write(unsigned char* out) {
    carry();
    for (int i = 0; i < kLimbs; ++i) {
      const auto word = static_cast<std::uint32_t>(limb_[i]);
      std::memcpy(out + 4 * i, &word, 4);
    }
  }

 private:
  // Adding this to a much smaller number rounds that number to a multiple of 2^unit.
  static double anchor(int unit) {
    return std::bit_cast<double>((std::uint64_t(unit + 52 + 1023) << 52) | (std::uint64_t{1} << 51));
  }

  static constexpr std::size_t kLanes = 16;

  static bool has_nan(const double* values, std::size_t count) {
    double sum = 0.0;
    for (std::size_t i = 0; i < count; ++i) sum += values[i];
    return sum != sum;
  }

  // Adds the block in so many layers if they leave nothing over; else adds nothing.
  template <int kLayers>
  GNOMON_INLINE bool add_layers(const double* values, std::size_t count, int exponent) {
    double grid[kLayers], layer[kLayers][kLanes] = {}, rest[kLanes] = {};
    for (int l = 0; l < kLayers; ++l) grid[l] = anchor(exponent - 41 - 43 * l);
    const auto cut = [&](double value, std::size_t lane) {
      for (int l = 0; l < kLayers; ++l) {
        const double part = (value + grid[l]) - grid[l];
        value -= part;
        layer[l][lane] += part;
      }
      rest[lane] += std::fabs(value);
    };
    const std::size_t whole = count / kLanes * kLanes;
    for (std::size_t i = 0; i < whole; i += kLanes)
      for (std::size_t lane = 0; lane < kLanes; ++lane) cut(values[i + lane], lane);
    for (std::size_t i = whole; i < count; ++i) cut(values[i], 0);
    double left = 0.0;
    for (double own : rest) left += own;
    if (left != 0.0) return false;  // also where a value is NaN
    for (int l = 0; l < kLayers; ++l) {
      for (std::size_t lane = 1; lane < kLanes; ++lane) layer[l][0] += layer[l][lane];
      add_one(layer[l][0]);
    }
    return true;
  }

  void add_each(const double* values, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) add_one(values[i]);
  }

  GNOMON_INLINE void add(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const int exponent = static_cast<int>(bits >> 52) & 0x7FF;
    const std::uint64_t hidden = exponent == 0 ? 0 : std::uint64_t{1} << 52;
    const std::uint64_t mantissa = (bits & ((std::uint64_t{1} << 52) - 1)) | hidden;
    const int position = exponent == 0 ? 0 : exponent - 1;
    finite_ = finite_ && exponent != 0x7FF;
    const int shift = position & 31;
    const int index = position >> 5;
    const auto low = static_cast<std::int64_t>((mantissa << shift) & 0xFFFFFFFFu);
    const auto high = static_cast<std::int64_t>(mantissa >> (32 - shift));
    const std::int64_t sign = static_cast<std::int64_t>(bits) >> 63;  // 0 or -1
    limb_[index] += (low ^ sign) - sign;
    limb_[index + 1] += (high ^ sign) - sign;
  }

  // Leaves every limb but the top one in [0, 2^32); the top one carries the sign.
  void carry() {
    pending_ = 0;
    for (int i = 0; i + 1 < kLimbs; ++i) {
      const std::int64_t over = limb_[i] >> 32;
      limb_[i] -= over * (std::int64_t{1} << 32);
      limb_[i + 1] += over;
    }
  }

  std::int64_t limb_[kLimbs] = {};
  std::size_t pending_ = 0;
  bool finite_ = true;
};

// a*b without rounding, as the rounded product and what the rounding left out.
struct Pair {
  double high, low;
};

GNOMON_INLINE Pair product(double a, double b) {
  const double high = a * b;
  return {high, std::fma(a, b, -high)};
}

// (a.high + a.low) * b, accurate to about 106 bits.
GNOMON_INLINE Pair product(Pair a, double b) {
  const Pair lead = product(a.high, b);
  return {lead.high, lead.low + a.low * b};
}

GNOMON_INLINE Pair product(Pair a, Pair b) {
  const Pair lead = product(a.high, b.high);
  return {lead.high, lead.low + (a.high * b.low + a.low * b.high)};
}

}  // namespace gnomon
