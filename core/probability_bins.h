// Counts of probabilities in bins, with the sums of the probabilities: whole numbers all, so no order of the rows and
// no number of threads shows.
#pragma once

#include <cstdint>
#include <optional>
#include <tuple>

#include "array.h"

namespace gnomon {

// Of each bin: the weight of the positives and of the negatives, the sums of their squared weights, and the sum of
// weight times probability in units of 2^-52, its upper and its lower 64 bits. Without weights a row weighs 1, and
// there are no squares.
using ProbabilityBins = std::tuple<Array<std::int64_t>, Array<std::int64_t>, Array<std::int64_t>, Array<std::int64_t>,
                                   Array<std::uint64_t>, Array<std::uint64_t>>;

// A probability lies in the bin of as many edges as are below it; edges ascend between 0 and 1.
template <class T>
ProbabilityBins probability_bins(Input<T> score, Input<std::uint8_t> label, std::optional<Input<std::int64_t>> weight,
                                 std::optional<Input<std::int64_t>> square, Input<double> edges, int threads);

}  // namespace gnomon
