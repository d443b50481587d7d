#include "row_rankings.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "errors.h"
#include "parallel.h"

namespace gnomon {
namespace {

// Runs use(row, order) for each row, with room for the order of its columns.
template <class Use>
Array<double> for_rows(std::size_t rows, std::size_t columns, int threads, Use&& use) {
  auto out = make_buffer<double>(rows);
  const int workers = useful_threads(rows * columns, threads);
  const int pieces = pieces_of(rows * columns, workers);
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    std::vector<std::uint32_t> order(columns);
    for (std::size_t row = r.begin; row < r.end; ++row) {
      std::iota(order.begin(), order.end(), 0u);
      out[row] = use(row, order);
    }
  });
  return Array(std::move(out), rows);
}

// A row's scores, kept: a sort by numbers that another thread writes to would leave its bounds.
struct RowScores {
  explicit RowScores(const double* score, std::size_t count) : values(score, score + count) {
    for (double& value : values) value = value == value ? value : 0.0;
  }
  const double* data() const { return values.data(); }
  std::vector<double> values;
};

void descending(std::vector<std::uint32_t>& order, const double* score) {
  std::sort(order.begin(), order.end(), [score](std::uint32_t a, std::uint32_t b) { return score[a] > score[b]; });
}

// The columns of equal scores from `at` on.
std::size_t tie_end(const std::vector<std::uint32_t>& order, const double* score, std::size_t at) {
  std::size_t end = at + 1;
  while (end < order.size() && score[order[end]] == score[order[at]]) ++end;
  return end;
}

// The mean over relevant labels of the share of relevant ones among the labels that score at least as high.
double average_precision(const std::uint8_t* truth, const double* scores, std::vector<std::uint32_t>& order) {
  const RowScores own_scores(scores, order.size());
  const double* score = own_scores.data();
  descending(order, score);
  double total = 0.0;
  std::size_t relevant = 0;
  for (std::size_t at = 0; at < order.size();) {
    const std::size_t end = tie_end(order, score, at);
    std::size_t own = 0;
    for (; at < end; ++at) own += truth[order[at]];
    relevant += own;
    total += static_cast<double>(own) * (static_cast<double>(relevant) / static_cast<double>(end));
  }
  return relevant == 0 || relevant == order.size() ? 1.0 : total / static_cast<double>(relevant);
}

// How many labels score at least as high as the lowest relevant one.
double coverage(const std::uint8_t* truth, const double* score, std::size_t labels) {
  bool any = false;
  double lowest = 0.0;
  for (std::size_t i = 0; i < labels; ++i)
    if (truth[i] && (!any || score[i] < lowest)) any = true, lowest = score[i];
  std::size_t count = 0;
  for (std::size_t i = 0; any && i < labels; ++i) count += score[i] >= lowest;
  return static_cast<double>(count);
}

// The share of the pairs of a relevant and an irrelevant label in which the relevant one does not score higher.
double loss(const std::uint8_t* truth, const double* scores, std::vector<std::uint32_t>& order) {
  const RowScores own_scores(scores, order.size());
  const double* score = own_scores.data();
  descending(order, score);
  std::size_t relevant = 0, irrelevant = 0, wrong = 0;
  for (std::size_t at = 0; at < order.size();) {
    const std::size_t end = tie_end(order, score, at);
    std::size_t own = 0;
    const std::size_t size = end - at;
    for (; at < end; ++at) own += truth[order[at]];
    irrelevant += size - own;
    wrong += own * irrelevant;
    relevant += own;
  }
  return relevant && irrelevant ? static_cast<double>(wrong) / static_cast<double>(relevant * irrelevant) : 0.0;
}

}  // namespace

Array<double> label_ranking(const std::string& measure, Matrix<std::uint8_t> truth, Matrix<double> scores,
                            int threads) {
  const std::size_t rows = truth.rows(), labels = truth.columns();
  if (scores.rows() != rows || scores.columns() != labels) throw InvalidInput("truth and scores differ in shape");
  const std::uint8_t* t = truth.data();
  const double* s = scores.data();
  if (measure == "average_precision")
    return for_rows(rows, labels, threads, [&](std::size_t row, auto& order) {
      return average_precision(t + row * labels, s + row * labels, order);
    });
  if (measure == "coverage")
    return for_rows(rows, labels, threads,
                    [&](std::size_t row, auto&) { return coverage(t + row * labels, s + row * labels, labels); });
  if (measure == "loss")
    return for_rows(rows, labels, threads,
                    [&](std::size_t row, auto& order) { return loss(t + row * labels, s + row * labels, order); });
  throw InvalidInput("the measure must be average_precision, coverage or loss");
}

Array<double> gains(Matrix<double> relevance, Matrix<double> scores, Input<double> discount, bool ignore_ties,
                    int threads) {
  const std::size_t rows = relevance.rows(), columns = relevance.columns();
  if (scores.rows() != rows || scores.columns() != columns || discount.size() != columns)
    throw InvalidInput("relevance, scores and discount differ in shape");
  return for_rows(rows, columns, threads, [&](std::size_t row, std::vector<std::uint32_t>& order) {
    const RowScores own_scores(scores.data() + row * columns, columns);
    const double *r = relevance.data() + row * columns, *s = own_scores.data(), *d = discount.data();
    double total = 0.0;
    std::vector<double> tied;
    if (ignore_ties) {
      std::sort(order.begin(), order.end(),
                [s](std::uint32_t a, std::uint32_t b) { return s[a] > s[b] || (s[a] == s[b] && a > b); });
      for (std::size_t at = 0; at < columns; ++at) total += r[order[at]] * d[at];
      return total;
    }
    descending(order, s);
    for (std::size_t at = 0; at < columns;) {
      const std::size_t end = tie_end(order, s, at);
      const auto size = static_cast<double>(end - at);
      // Gains in their own order: that of tied documents is what the sort happened to make it.
      double gain = 0.0, discounts = 0.0;
      tied.clear();
      for (; at < end; ++at) tied.push_back(r[order[at]]), discounts += d[at];
      std::sort(tied.begin(), tied.end());
      for (const double own : tied) gain += own;
      total += gain / size * discounts;
    }
    return total;
  });
}

template <class T>
Array<std::uint8_t> top_k_hits(Input<std::int32_t> target, Matrix<T> scores, std::size_t k, int threads) {
  const std::size_t rows = target.size(), classes = scores.columns();
  if (scores.rows() != rows) throw InvalidInput("target and scores differ in length");
  auto out = make_buffer<std::uint8_t>(rows);
  std::atomic<bool> valid{true};
  const int workers = useful_threads(rows * classes, threads);
  const int pieces = pieces_of(rows * classes, workers);
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    for (std::size_t row = r.begin; row < r.end; ++row) {
      const auto code = static_cast<std::uint32_t>(target.data()[row]);
      if (code >= classes) {
        valid = false;
        return;
      }
      const T* s = scores.data() + row * classes;
      std::size_t higher = 0;
      for (std::size_t c = 0; c < code; ++c) higher += s[c] > s[code];
      for (std::size_t c = code + 1; c < classes; ++c) higher += s[c] >= s[code];
      out[row] = higher < k;
    }
  });
  if (!valid) throw InvalidInput("a class code lies outside [0, classes)");
  return Array(std::move(out), rows);
}

#define GNOMON_SCORES(T) template Array<std::uint8_t> top_k_hits(Input<std::int32_t>, Matrix<T>, std::size_t, int);
GNOMON_SCORES(double)
GNOMON_SCORES(float)
#undef GNOMON_SCORES

}  // namespace gnomon
