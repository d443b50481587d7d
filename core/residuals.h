// Sums over the rows of a regression, without rounding, so that a target far from zero loses nothing: powers of the
// residuals for measures and their intervals, and losses. Whoever calls says which.
#pragma once

#include <optional>
#include <vector>

#include "array.h"
#include "exact_sum.h"

namespace gnomon {

// The exact sum of w times each of the terms, which are numbered as in gnomon.kernels.residuals.TERMS.
template <class T>
std::vector<ExactSum> residual_sums(Input<T> target, Input<T> prediction, std::optional<Input<double>> weight,
                                    const std::vector<int>& terms, double parameter, int threads);

// The largest absolute residual; NaN if a residual is NaN or infinite.
template <class T>
double largest_residual(Input<T> target, Input<T> prediction, int threads);

}  // namespace gnomon
