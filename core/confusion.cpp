// Confusion counts: how often each class was predicted as each class.
#include <cstdint>
#include <stdexcept>
#include <unordered_map>

#include "arrays.h"
#include "parallel.h"

namespace gnomon {
namespace {

constexpr std::size_t kSmall = 64;  // classes whose table of counts fits in the first-level cache

// Binary labels need no table: three sums tell all four cells.
struct BinarySums {
  std::uint64_t positive, predicted, both;
  bool valid;  // no code but 0 and 1
};

template <class Code>
GNOMON_INLINE BinarySums binary_labels_loop(const Code* target, const Code* predicted, std::size_t count) {
  std::uint64_t positive = 0, flagged = 0, both = 0;
  Code seen = 0;
  constexpr std::size_t block = 1 << 14;  // a sum over so many rows fits in 32 bits
  for (std::size_t start = 0; start < count; start += block) {
    const std::size_t stop = std::min(count, start + block);
    std::uint32_t p = 0, f = 0, b = 0;
    for (std::size_t i = start; i < stop; ++i) {
      p += static_cast<std::uint32_t>(target[i]);
      f += static_cast<std::uint32_t>(predicted[i]);
      b += static_cast<std::uint32_t>(target[i] & predicted[i]);
      seen |= target[i] | predicted[i];
    }
    positive += p, flagged += f, both += b;
  }
  return {positive, flagged, both, static_cast<std::uint64_t>(seen) <= 1};
}

#define GNOMON_BINARY(Code)                                                                        \
  GNOMON_HOT BinarySums binary_labels(const Code* target, const Code* predicted, std::size_t count) { \
    return binary_labels_loop(target, predicted, count);                                           \
  }
GNOMON_BINARY(std::uint8_t)
GNOMON_BINARY(std::int32_t)
GNOMON_BINARY(std::int64_t)
#undef GNOMON_BINARY

template <class T>
GNOMON_INLINE BinarySums binary_scores_loop(const std::uint8_t* target, const T* score, T threshold,
                                            std::size_t count) {
  std::uint64_t positive = 0, flagged = 0, both = 0;
  std::uint8_t seen = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t t = target[i], f = score[i] >= threshold;
    positive += t, flagged += f, both += t & f;
    seen |= target[i];
  }
  return {positive, flagged, both, seen <= 1};
}

GNOMON_HOT BinarySums binary_scores(const std::uint8_t* target, const double* score, double threshold,
                                    std::size_t count) {
  return binary_scores_loop(target, score, threshold, count);
}
GNOMON_HOT BinarySums binary_scores(const std::uint8_t* target, const float* score, float threshold,
                                    std::size_t count) {
  return binary_scores_loop(target, score, threshold, count);
}

constexpr const char* kBadCode = "a class code lies outside [0, classes)";

std::vector<std::int64_t> cells(const std::vector<BinarySums>& parts, std::size_t rows) {
  std::uint64_t positive = 0, predicted = 0, both = 0;
  for (const auto& part : parts)
    if (!part.valid) throw std::invalid_argument(kBadCode);
  for (const auto& part : parts) positive += part.positive, predicted += part.predicted, both += part.both;
  const auto n = static_cast<std::int64_t>(rows), p = static_cast<std::int64_t>(positive),
             f = static_cast<std::int64_t>(predicted), tp = static_cast<std::int64_t>(both);
  return {n - p - f + tp, f - tp, p - tp, tp};
}

// Codes outside [0, classes) are counted in `bad` and nowhere else. Four tables in turn keep
// neighbouring rows of one cell from waiting for each other.
template <class Code>
std::size_t count_codes(const Code* target, const Code* predicted, std::size_t count, std::size_t classes,
                        std::int64_t* counts) {
  const std::size_t size = classes * classes;
  std::size_t bad = 0;
  const std::size_t tables = classes <= kSmall ? 4 : 1;
  std::vector<std::int64_t> local(tables > 1 ? tables * size : 0);
  std::int64_t* into = tables > 1 ? local.data() : counts;
  for (std::size_t i = 0; i < count; ++i) {
    const auto t = static_cast<std::uint64_t>(target[i]), p = static_cast<std::uint64_t>(predicted[i]);
    if (t < classes && p < classes) {
      ++into[(tables > 1 ? (i & 3) * size : 0) + t * classes + p];
    } else {
      ++bad;
    }
  }
  if (tables > 1)
    for (std::size_t i = 0; i < tables * size; ++i) counts[i % size] += local[i];
  return bad;
}

template <class Code>
Output<std::int64_t> confusion(Input<Code> target, Input<Code> predicted, std::size_t classes, int threads) {
  const std::size_t rows = target.size();
  if (predicted.size() != rows) throw nb::value_error("target and predicted differ in length");
  const Code *t = target.data(), *p = predicted.data();
  std::vector<std::int64_t> counts(classes * classes);
  std::size_t bad = 0;
  {
    nb::gil_scoped_release release;
    int workers = useful_threads(rows, threads);
    if (classes == 2) {
      std::vector<BinarySums> parts(workers);
      parallel_for(workers, workers, [&](std::size_t part) {
        const Range r = part_of(rows, part, workers);
        parts[part] = binary_labels(t + r.begin, p + r.begin, r.end - r.begin);
      });
      counts = cells(parts, rows);
    } else {
      if (classes > kSmall) workers = std::min(workers, 2);  // a large table for each thread costs memory
      std::vector<std::vector<std::int64_t>> tables(workers, std::vector<std::int64_t>(classes * classes));
      std::vector<std::size_t> bads(workers);
      parallel_for(workers, workers, [&](std::size_t part) {
        const Range r = part_of(rows, part, workers);
        bads[part] = count_codes(t + r.begin, p + r.begin, r.end - r.begin, classes, tables[part].data());
      });
      for (int part = 0; part < workers; ++part) {
        bad += bads[part];
        for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += tables[part][i];
      }
    }
  }
  if (bad) throw nb::value_error(kBadCode);
  return to_numpy(counts);
}

// The four counts [TN, FP, FN, TP] when a row is predicted positive at score >= threshold.
// The threshold has the scores' own type, as in a NumPy comparison with a Python number.
template <class T>
Output<std::int64_t> confusion_at(Input<std::uint8_t> target, Input<T> score, T threshold, int threads) {
  const std::size_t rows = target.size();
  if (score.size() != rows) throw nb::value_error("target and score differ in length");
  std::vector<std::int64_t> counts;
  {
    nb::gil_scoped_release release;
    const int workers = useful_threads(rows, threads);
    std::vector<BinarySums> parts(workers);
    parallel_for(workers, workers, [&](std::size_t part) {
      const Range r = part_of(rows, part, workers);
      parts[part] = binary_scores(target.data() + r.begin, score.data() + r.begin, threshold, r.end - r.begin);
    });
    counts = cells(parts, rows);
  }
  return to_numpy(counts);
}

// Exact sums of the weights and of their squares for every cell that occurs.
// Returns a list of (cell, sum, sum of squares), cell = target * classes + predicted.
template <class Code>
nb::list confusion_weights(Input<Code> target, Input<Code> predicted, Input<double> weight, std::size_t classes) {
  const std::size_t rows = target.size();
  if (predicted.size() != rows || weight.size() != rows)
    throw nb::value_error("target, predicted and weight differ in length");
  struct Sums {
    ExactSum weight, square;
  };
  std::unordered_map<std::uint64_t, Sums> sums;
  {
    nb::gil_scoped_release release;
    std::uint64_t last_cell = ~std::uint64_t{0};
    Sums* last = nullptr;
    for (std::size_t i = 0; i < rows; ++i) {
      const auto t = static_cast<std::uint64_t>(target.data()[i]), p = static_cast<std::uint64_t>(predicted.data()[i]);
      if (t >= classes || p >= classes) throw std::invalid_argument(kBadCode);
      const std::uint64_t cell = t * classes + p;
      if (cell != last_cell) last_cell = cell, last = &sums[cell];
      const double w = weight.data()[i];
      const Pair square = product(w, w);
      last->weight.add_one(w);
      last->square.add_one(square.high);
      last->square.add_one(square.low);
    }
  }
  nb::list result;
  for (const auto& [cell, cell_sums] : sums)
    result.append(nb::make_tuple(cell, to_python(cell_sums.weight), to_python(cell_sums.square)));
  return result;
}

}  // namespace

void bind_confusion(nb::module_& m) {
  m.def("confusion", &confusion<std::uint8_t>, nb::arg("target").noconvert(), nb::arg("predicted").noconvert(),
        nb::arg("classes"), nb::arg("threads"));
  m.def("confusion", &confusion<std::int32_t>, nb::arg("target").noconvert(), nb::arg("predicted").noconvert(),
        nb::arg("classes"), nb::arg("threads"));
  m.def("confusion", &confusion<std::int64_t>, nb::arg("target").noconvert(), nb::arg("predicted").noconvert(),
        nb::arg("classes"), nb::arg("threads"));
  m.def("confusion_at", &confusion_at<double>, nb::arg("target").noconvert(), nb::arg("score").noconvert(),
        nb::arg("threshold"), nb::arg("threads"));
  m.def("confusion_at", &confusion_at<float>, nb::arg("target").noconvert(), nb::arg("score").noconvert(),
        nb::arg("threshold"), nb::arg("threads"));
  m.def("confusion_weights", &confusion_weights<std::uint8_t>, nb::arg("target").noconvert(),
        nb::arg("predicted").noconvert(), nb::arg("weight").noconvert(), nb::arg("classes"));
  m.def("confusion_weights", &confusion_weights<std::int32_t>, nb::arg("target").noconvert(),
        nb::arg("predicted").noconvert(), nb::arg("weight").noconvert(), nb::arg("classes"));
}

}  // namespace gnomon
