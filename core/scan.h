// One look at a column before anything is computed from it: is every value usable, what is its range, which labels
// occur; and labels to class codes. For float and double, and for the integers of 8 to 64 bits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>

#include "array.h"

namespace gnomon {

// How many values are NaN or infinite, and the range of all but NaN.
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

template <class T>
FloatScan scan_floats(Input<T> values, int threads);

// The smallest and the largest value of a non-empty array.
template <class T>
std::pair<T, T> span_integers(Input<T> values, int threads);

// Which of the values low, low + 1, ... occur, as one byte each; every value must be among them.
template <class T>
Array<std::uint8_t> occurring(Input<T> values, T low, std::size_t span, int threads);

// The codes, how many labels were unknown, and the row of the first of them.
using Codes = std::tuple<std::variant<Array<std::uint8_t>, Array<std::int32_t>>, std::size_t, std::size_t>;

// The code of a label is table[label - low]; -1 in the table, or a label outside it, is unknown. Narrow codes are
// bytes.
template <class T>
Codes encode(Input<T> values, std::int64_t low, Input<std::int32_t> table, bool narrow, int threads);

// Labels that span at most 256 whole numbers as codes, label = low + code: low, the codes, and which of the codes
// occur, as one byte each. Nothing if they span more.
template <class T>
std::optional<std::tuple<T, Array<std::uint8_t>, Array<std::uint8_t>>> encode_narrow(Input<T> values, int threads);

}  // namespace gnomon
