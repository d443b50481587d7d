// One pass over floats: how many are NaN or infinite, and the range of the rest (infinities included).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "multiversion.h"
#include "scan.h"

namespace gnomon {
namespace {

template <class T>
struct FloatRange {
  T low, high;
  bool finite;
};

// Several lanes, so that the comparisons do not wait for each other. A comparison with NaN is false, so NaN changes
// neither end.
template <class T>
GNOMON_INLINE FloatRange<T> range_loop(const T* values, std::size_t count) {
  constexpr std::size_t kLanes = 128 / sizeof(T);
  constexpr T limit = std::numeric_limits<T>::max(), infinity = std::numeric_limits<T>::infinity();
  T low[kLanes], high[kLanes], odd[kLanes] = {};
  std::fill(low, low + kLanes, infinity);
  std::fill(high, high + kLanes, -infinity);
  const auto see = [&](T v, std::size_t lane) {
    low[lane] = v < low[lane] ? v : low[lane];
    high[lane] = v > high[lane] ? v : high[lane];
    odd[lane] += v - v;  // 0, or NaN for ever once a value is NaN or infinite
  };
  const std::size_t whole = count / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane) see(values[i + lane], lane);
  for (std::size_t i = whole; i < count; ++i) see(values[i], 0);
  T sum = 0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    low[0] = std::min(low[0], low[lane]);
    high[0] = std::max(high[0], high[lane]);
    sum += odd[lane];
  }
  return {low[0], high[0], sum <= limit};
}

GNOMON_HOT FloatRange<double> range_of(const double* values, std::size_t count) { return range_loop(values, count); }
GNOMON_HOT FloatRange<float> range_of(const float* values, std::size_t count) { return range_loop(values, count); }

template <class T>
FloatScan scan_part(const T* values, std::size_t count) {
  const FloatRange<T> range = range_of(values, count);
  FloatScan seen{0, 0, static_cast<double>(range.low), static_cast<double>(range.high)};
  if (range.finite) return seen;
  for (std::size_t i = 0; i < count; ++i) {
    seen.nans += values[i] != values[i];
    seen.infinities += std::fabs(values[i]) > std::numeric_limits<T>::max();
  }
  return seen;
}

}  // namespace
}  // namespace gnomon
