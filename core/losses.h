// Sums of losses: the mean of a loss and the variance of that mean come from sums of the loss and of its square, both
// without rounding.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "array.h"
#include "exact_sum.h"
#include "scan.h"

namespace gnomon {

// Of (score - target)^2: the weighted sum, and with `squares` those of the squared loss and of the positives' loss.
template <class T>
std::vector<ExactSum> brier_sums(Input<std::uint8_t> target, Input<T> score, std::optional<Input<double>> weight,
                                 bool squares, int threads);

// The same of -log(probability of the target); 0 is raised to `least`, 1 is lowered to `most`.
template <class T>
std::vector<ExactSum> log_loss_sums(Input<std::uint8_t> target, Input<T> score, std::optional<Input<double>> weight,
                                    double least, double most, bool squares, int threads);

// Sums of w*v, and with `squares` of w*v^2, of any column.
std::vector<ExactSum> mean_sums(Input<double> values, std::optional<Input<double>> weight, bool squares, int threads);

// Of each row's probabilities, one for each class: -log(p) of its true class, and the sum over classes of the squared
// distance to the truth. The classes are added in their order, so a row's losses depend on that row alone.
template <class T>
std::pair<Array<double>, Array<double>> class_losses(Input<std::int32_t> target, Matrix<T> scores, double least,
                                                     double most, int threads);

// The range of the scores, and the largest distance of a row's sum from 1.
template <class T>
std::pair<FloatScan, double> class_scan(Matrix<T> scores, int threads);

}  // namespace gnomon
