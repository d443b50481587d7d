// The natural logarithm, written so that compilers vectorise it and every CPU computes the same bits.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "multiversion.h"

namespace gnomon {

// Natural logarithm of a positive normal number, within one unit in the last place for numbers up to 1:
// x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), then log(1 + f) = 2 atanh(s) with s = f / (2 + f),
// the series cut where terms fall below 2^-60.
GNOMON_INLINE double log_normal(double x) {
  constexpr double ln2_high = 0x1.62e42fefap-1;  // its low 20 bits are zero: k * ln2_high is exact
  constexpr double ln2_low = 0x1.cf79abc9e3b39p-40;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  // Adding the distance from sqrt(1/2) to 1 carries into the exponent exactly when 1 + f would leave its range.
  const std::uint64_t shifted = bits + (0x3FF0000000000000u - 0x3FE6A09E667F3BCDu);
  const double k = std::bit_cast<double>(0x4330000000000000u | (shifted >> 52)) - (0x1p52 + 1023.0);
  const double m = std::bit_cast<double>((shifted & 0x000FFFFFFFFFFFFFu) + 0x3FE6A09E667F3BCDu);
  const double f = m - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  // By halves (Estrin), so that the terms do not wait for each other.
  const double z2 = z * z, z4 = z2 * z2, z8 = z4 * z4;
  const double a = 2.0 / 3 + z * (2.0 / 5), b = 2.0 / 7 + z * (2.0 / 9), c = 2.0 / 11 + z * (2.0 / 13);
  const double d = 2.0 / 15 + z * (2.0 / 17), e = 2.0 / 19 + z * (2.0 / 21), g = 2.0 / 23 + z * (2.0 / 25);
  const double series = (a + z2 * b) + z4 * (c + z2 * d) + z8 * (e + z2 * g);
  const double half_square = 0.5 * f * f;
  return k * ln2_high - ((half_square - (s * (half_square + series * z) + k * ln2_low)) - f);
}

// The same for any number from 0 on, without a branch: numbers below the smallest normal one count as it, and
// infinity gives infinity.
GNOMON_INLINE double log_clamped(double x) {
  constexpr double least = std::numeric_limits<double>::min(), most = std::numeric_limits<double>::max();
  double inside = x < least ? least : x;
  inside = inside > most ? most : inside;
  return log_normal(inside) + (x - inside);
}

// log(1 + x) for x > -1: what rounding 1 + x lost is put back to first order.
GNOMON_INLINE double log_one_plus(double x) {
  const double u = 1.0 + x;
  return log_normal(u) + (x - (u - 1.0)) / u;
}

// e^x, to a few units in the last place: x = k ln 2 + r with r in [-ln 2 / 2, ln 2 / 2], and the series of e^r.
inline double exponential(double x) {
  constexpr double ln2_high = 0x1.62e42fefap-1, ln2_low = 0x1.cf79abc9e3b39p-40;
  if (!(x > -800.0)) return x == x ? 0.0 : x;
  if (x > 800.0) return std::numeric_limits<double>::infinity();
  const double k = std::floor(x * 0x1.71547652b82fep0 + 0.5);
  const double r = (x - k * ln2_high) - k * ln2_low;
  double term = 1.0, sum = 1.0;
  for (int i = 1; i <= 14; ++i) {
    term *= r / i;
    sum += term;
  }
  return std::ldexp(sum, static_cast<int>(k));
}

// x^a with the same bits on every CPU, which the C library's pow has not: for positive x with an error of |a log x|
// times that of a double.
inline double power_of(double x, double a) {
  if (!(x > 0.0) || !(x <= std::numeric_limits<double>::max()) || a == 0.0 || !std::isfinite(a)) return std::pow(x, a);
  constexpr double least = std::numeric_limits<double>::min();
  const double log = x < least ? log_normal(x * 0x1p54) - 54.0 * 0x1.62e42fefa39efp-1 : log_normal(x);
  return exponential(a * log);
}

}  // namespace gnomon
