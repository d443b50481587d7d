// Python strings to codes.
#pragma once

#include <cstdint>
#include <tuple>

#include "array.h"

namespace gnomon {

// Given the addresses of Python objects that are kept alive, the codes, the row in which each code first occurs, and
// the first row that holds something other than a string (-1 if none does; the codes end there).
std::tuple<Array<std::int32_t>, Array<std::int64_t>, std::int64_t> encode_objects(Input<std::int64_t> addresses);

}  // namespace gnomon
