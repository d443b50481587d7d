// One pass over floats: how many are NaN or infinite, and the range of the rest (infinities included).
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

#include "multiversion.h"

namespace gnomon {
namespace {

struct FloatScan {
  std::size_t nans = 0, infinities = 0;
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void merge(const FloatScan& other) {
    nans += other.nans;
    infinities += other.infinities;
    low = std::min(low, other.low);
    high = std::max(high, other.high);
  }
};

// min and max over finite values; a comparison with NaN is false, so NaN changes neither.
template <class T>
GNOMON_INLINE FloatScan scan_range(const T* values, std::size_t count) {
  const T limit = std::numeric_limits<T>::max();
  T low = std::numeric_limits<T>::infinity(), high = -std::numeric_limits<T>::infinity();
  std::size_t nans = 0, infinities = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const T v = values[i];
    nans += v != v;
    infinities += (v > limit) | (v < -limit);
    low = v < low ? v : low;
    high = v > high ? v : high;
  }
  return {nans, infinities, static_cast<double>(low), static_cast<double>(high)};
}

GNOMON_HOT FloatScan scan_part(const double* values, std::size_t count) { return scan_range(values, count); }
GNOMON_HOT FloatScan scan_part(const float* values, std::size_t count) { return scan_range(values, count); }

}  // namespace
}  // namespace gnomon
