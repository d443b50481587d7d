#include "indicators.h"

#include <cstdint>
#include <optional>

#include "errors.h"
#include "parallel.h"

namespace gnomon {
Array<std::int64_t> label_margins(Matrix<std::uint8_t> target, Matrix<std::uint8_t> predicted, int threads) {
  const std::size_t rows = target.rows(), labels = target.columns();
  if (predicted.rows() != rows || predicted.columns() != labels)
    throw InvalidInput("target and predicted differ in shape");
  std::vector<std::int64_t> whole(3 * labels);
  const int workers = useful_threads(rows * labels, threads);
  const int pieces = pieces_of(rows * labels, workers);
  std::vector<std::vector<std::int64_t>> parts(pieces, std::vector<std::int64_t>(3 * labels));
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    std::int64_t *both = parts[part].data(), *flagged = both + labels, *positive = flagged + labels;
    for (std::size_t row = r.begin; row < r.end; ++row) {
      const std::uint8_t *t = target.data() + row * labels, *p = predicted.data() + row * labels;
      for (std::size_t l = 0; l < labels; ++l) {
        both[l] += t[l] & p[l];
        flagged[l] += p[l];
        positive[l] += t[l];
      }
    }
  });
  for (const auto& part : parts)
    for (std::size_t i = 0; i < whole.size(); ++i) whole[i] += part[i];
  return Array(whole);
}

Array<double> row_margins(Matrix<std::uint8_t> target, Matrix<std::uint8_t> predicted, int threads) {
  const std::size_t rows = target.rows(), labels = target.columns();
  if (predicted.rows() != rows || predicted.columns() != labels)
    throw InvalidInput("target and predicted differ in shape");
  auto out = make_buffer<double>(3 * rows);
  const int workers = useful_threads(rows * labels, threads);
  const int pieces = pieces_of(rows * labels, workers);
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    for (std::size_t row = r.begin; row < r.end; ++row) {
      const std::uint8_t *t = target.data() + row * labels, *p = predicted.data() + row * labels;
      std::uint64_t both = 0, flagged = 0, positive = 0;
      for (std::size_t l = 0; l < labels; ++l) both += t[l] & p[l], flagged += p[l], positive += t[l];
      out[row] = static_cast<double>(both);
      out[rows + row] = static_cast<double>(flagged);
      out[2 * rows + row] = static_cast<double>(positive);
    }
  });
  return Array(std::move(out), 3 * rows);
}

}  // namespace gnomon
