// Sums over the residuals of a regression: everything that its measures and their intervals
// need, in one pass and without rounding, so that a target far from zero loses nothing.
#include <cmath>
#include <cstdint>
#include <optional>

#include "arrays.h"
#include "parallel.h"

namespace gnomon {
namespace {

constexpr std::size_t kBlock = ExactSum::kBlock;

// With e = target - prediction, y = target, q = |e| / max(|y|, epsilon), in the order of the result.
enum Term { kE, kAbs, kQ, kQ2, kY, kE2, kE3, kE4, kY2, kY3, kY4, kEY, kEY2, kE2Y, kE2Y2, kTerms };

struct Columns {
  double high[kTerms][kBlock], low[kTerms][kBlock];
};

GNOMON_INLINE void put(Columns& out, Term term, std::size_t i, Pair value) {
  out.high[term][i] = value.high;
  out.low[term][i] = value.low;
}

template <bool kWeighted>
GNOMON_INLINE void fill_block(const double* target, const double* prediction, const double* weight,
                              std::size_t count, Columns& out) {
  constexpr double epsilon = 0x1p-52;
  for (std::size_t i = 0; i < count; ++i) {
    const double y = target[i], e = y - prediction[i];
    const double size = std::fabs(e);
    const double scale = std::fabs(y) > epsilon ? std::fabs(y) : epsilon;
    const double q = size / scale;
    const Pair e2 = product(e, e), y2 = product(y, y), ey = product(e, y);
    const auto weigh = [&](Pair value) { return kWeighted ? product(value, weight[i]) : value; };
    put(out, kE, i, weigh({e, 0.0}));
    put(out, kAbs, i, weigh({size, 0.0}));
    put(out, kQ, i, weigh({q, 0.0}));
    put(out, kQ2, i, weigh(product(q, q)));
    put(out, kY, i, weigh({y, 0.0}));
    put(out, kE2, i, weigh(e2));
    put(out, kE3, i, weigh(product(e2, e)));
    put(out, kE4, i, weigh(product(e2, e2)));
    put(out, kY2, i, weigh(y2));
    put(out, kY3, i, weigh(product(y2, y)));
    put(out, kY4, i, weigh(product(y2, y2)));
    put(out, kEY, i, weigh(ey));
    put(out, kEY2, i, weigh(product(ey, y)));
    put(out, kE2Y, i, weigh(product(ey, e)));
    put(out, kE2Y2, i, weigh(product(ey, ey)));
  }
}

GNOMON_HOT void fill(const double* target, const double* prediction, std::size_t count, Columns& out) {
  fill_block<false>(target, prediction, nullptr, count, out);
}
GNOMON_HOT void fill_weighted(const double* target, const double* prediction, const double* weight,
                              std::size_t count, Columns& out) {
  fill_block<true>(target, prediction, weight, count, out);
}

GNOMON_HOT void add_columns(ExactSum* sums, const Columns& columns, std::size_t count, bool weighted) {
  for (int term = 0; term < kTerms; ++term) {
    sums[term].add_block(columns.high[term], count);
    const bool whole = !weighted && (term == kE || term == kAbs || term == kQ || term == kY);
    if (!whole) sums[term].add_block(columns.low[term], count);
  }
}

struct Part {
  ExactSum sums[kTerms];
  double largest = 0.0;
};

nb::tuple residual_sums(Input<double> target, Input<double> prediction, std::optional<Input<double>> weight,
                        int threads) {
  const std::size_t rows = target.size();
  if (prediction.size() != rows || (weight && weight->size() != rows))
    throw nb::value_error("target, prediction and weight differ in length");
  const double *y = target.data(), *p = prediction.data(), *w = weight ? weight->data() : nullptr;
  Part whole;
  {
    nb::gil_scoped_release release;
    const int workers = useful_threads(rows, threads);
    std::vector<Part> parts(workers);
    parallel_for(workers, workers, [&](std::size_t number) {
      const Range r = part_of(rows, number, workers);
      const auto columns = std::make_unique<Columns>();
      Part& part = parts[number];
      for (std::size_t i = r.begin; i < r.end; i += kBlock) {
        const std::size_t count = std::min(kBlock, r.end - i);
        if (w) {
          fill_weighted(y + i, p + i, w + i, count, *columns);
        } else {
          fill(y + i, p + i, count, *columns);
        }
        add_columns(part.sums, *columns, count, w != nullptr);
        for (std::size_t j = i; j < i + count; ++j)
          part.largest = std::max(part.largest, std::fabs(y[j] - p[j]));
      }
    });
    for (const auto& part : parts) {
      for (int term = 0; term < kTerms; ++term) whole.sums[term].merge(part.sums[term]);
      whole.largest = std::max(whole.largest, part.largest);
    }
  }
  return nb::make_tuple(to_python(whole.sums, kTerms), whole.largest);
}

}  // namespace

void bind_residuals(nb::module_& m) {
  m.def("residual_sums", &residual_sums, nb::arg("target").noconvert(), nb::arg("prediction").noconvert(),
        nb::arg("weight").none().noconvert(), nb::arg("threads"));
}

}  // namespace gnomon
