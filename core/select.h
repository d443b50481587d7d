// The value of a rank among values with weights, without sorting them all: a histogram of the leading bits of the
// values says in which bucket it lies, and the same again inside that bucket.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "array.h"

namespace gnomon {

// The smallest value with at least the goal's weight at or below it, and that weight.
std::pair<double, std::int64_t> select(Input<double> values, std::optional<Input<std::int64_t>> weight,
                                       std::int64_t goal, int threads);

// The smallest value greater than the limit; infinity if there is none.
double next_above(Input<double> values, double limit, int threads);

}  // namespace gnomon
