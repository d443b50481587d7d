// Samples drawn anew from bins of scores: every bin's rows of each class are Poisson, and of each sample the largest
// gap between the two distributions is kept (KS), without ever holding the samples.
#pragma once

#include <cstdint>

#include "array.h"

namespace gnomon {

// No bin may have a greater mean: beyond it the table of the distribution would grow, and others draw more quickly.
constexpr double kGreatestMean = 30.0;

// KS of each sample; NaN where a class drew no row. The draws of a sample follow from the seed and its number alone.
Array<double> ks_of_samples(Input<double> first, Input<double> second, std::int64_t samples, std::uint64_t seed);

}  // namespace gnomon
