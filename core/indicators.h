// Counts of a multilabel task from matrices of 0 and 1: a row's labels, true and predicted.
#pragma once

#include <cstdint>

#include "array.h"

namespace gnomon {

// Per label, how many rows have it both ways, have it predicted, have it true: of shape (3, labels), flat.
Array<std::int64_t> label_margins(Matrix<std::uint8_t> target, Matrix<std::uint8_t> predicted, int threads);

// The same per row, over its labels: of shape (3, rows), flat.
Array<double> row_margins(Matrix<std::uint8_t> target, Matrix<std::uint8_t> predicted, int threads);

}  // namespace gnomon
