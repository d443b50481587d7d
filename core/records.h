// Labels of any fixed width (text as NumPy lays it out, wide integers) to codes.
#pragma once

#include <cstdint>
#include <utility>

#include "array.h"

namespace gnomon {

// The code of each record, numbered as they first occur, and the row in which each code first occurs. A record is a row
// of units: bytes, characters of 4 bytes, words of 8.
template <class Unit>
std::pair<Array<std::int32_t>, Array<std::int64_t>> encode_records(Matrix<Unit> records, int threads);

}  // namespace gnomon
