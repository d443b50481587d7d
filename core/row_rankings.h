// Measures of a ranking within each row: labels ranked by their scores, documents by their relevance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "array.h"

namespace gnomon {

// Of each row: "average_precision", "coverage" or "loss" of the ranking of its labels.
Array<double> label_ranking(const std::string& measure, Matrix<std::uint8_t> truth, Matrix<double> scores, int threads);

// Discounted cumulative gain of each row. Tied documents share the mean of their gains over their ranks (F. McSherry
// and M. Najork, "Computing information retrieval performance measures efficiently in the presence of tied scores",
// ECIR 2008), or, where ties are ignored, the later of two stands first.
Array<double> gains(Matrix<double> relevance, Matrix<double> scores, Input<double> discount, bool ignore_ties,
                    int threads);

// Whether each row's true class is among the k highest scores; of equal scores the later class counts as higher.
template <class T>
Array<std::uint8_t> top_k_hits(Input<std::int32_t> target, Matrix<T> scores, std::size_t k, int threads);

}  // namespace gnomon
