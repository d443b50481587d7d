// Confusion counts: how often each class was predicted as each class.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "array.h"
#include "exact_sum.h"

namespace gnomon {

// The table of counts, row by row (rows true, columns predicted), of codes in [0, classes): 8, 32 or 64 bits.
template <class Code>
Array<std::int64_t> confusion(Input<Code> target, Input<Code> predicted, std::size_t classes, int threads);

// The four counts [TN, FP, FN, TP] when a row is predicted positive at score >= threshold. The threshold has the
// scores' own type, as in a NumPy comparison with a Python number.
template <class T>
Array<std::int64_t> confusion_at(Input<std::uint8_t> target, Input<T> score, T threshold, int threads);

// The labels that occur, and their table of counts; nothing if they span more than 64 numbers.
template <class T>
std::optional<std::pair<Array<std::int64_t>, Array<std::int64_t>>> label_counts(Input<T> target, Input<T> predicted,
                                                                                int threads);

// A cell, target * classes + predicted; the sum of its weights; the sum of their squares if asked for.
using CellWeight = std::tuple<std::uint64_t, ExactSum, std::optional<ExactSum>>;

// The cells that occur, of labels low + code.
template <class Code>
std::vector<CellWeight> confusion_weights(Input<Code> target, Input<Code> predicted, Input<double> weight,
                                          std::int64_t low, std::size_t classes, bool squares, int threads);

}  // namespace gnomon
