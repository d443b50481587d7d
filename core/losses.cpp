// Sums of losses: the mean of a loss and the variance of that mean come from sums of the loss
// and of its square, both without rounding.
#include <atomic>
#include <cmath>
#include <cstdint>
#include <optional>

#include "arrays.h"
#include "float_scan.h"
#include "logarithm.h"
#include "parallel.h"

namespace gnomon {
namespace {

constexpr std::size_t kBlock = ExactSum::kBlock;

GNOMON_INLINE double square_distance(double p, double y) { return (p - y) * (p - y); }

struct LossBlock {
  double brier[kBlock], log_loss[kBlock];
};

// `least` is the probability to which 0 is raised and `most` the one to which 1 is lowered.
template <class T>
GNOMON_INLINE void binary_block(const std::uint8_t* target, const T* score, std::size_t count, double least,
                                double most, LossBlock& out) {
  double outcome[kBlock];  // widened first: a loop over bytes and doubles together does not vectorise everywhere
  for (std::size_t i = 0; i < count; ++i) outcome[i] = static_cast<double>(static_cast<int>(target[i]));
  for (std::size_t i = 0; i < count; ++i) {
    const double p = static_cast<double>(score[i]);
    const double y = outcome[i];
    out.brier[i] = square_distance(p, y);
    double truth = y * p + (1.0 - y) * (1.0 - p);  // exact for 0 and 1, and without a branch
    truth = truth < least ? least : truth;
    truth = truth > most ? most : truth;
    out.log_loss[i] = -log_normal(truth);
  }
}

GNOMON_HOT void block_of(const std::uint8_t* target, const double* score, std::size_t count, double least,
                         double most, LossBlock& out) {
  binary_block(target, score, count, least, most, out);
}
GNOMON_HOT void block_of(const std::uint8_t* target, const float* score, std::size_t count, double least,
                         double most, LossBlock& out) {
  binary_block(target, score, count, least, most, out);
}

GNOMON_HOT void log_block(const double* truth, std::size_t count, double least, double most, double* out) {
  for (std::size_t i = 0; i < count; ++i) {
    double p = truth[i] < least ? least : truth[i];
    p = p > most ? most : p;
    out[i] = -log_normal(p);
  }
}

// The sums that a weighted mean and its variance need.
struct MeanSums {
  ExactSum value, square;
};

GNOMON_HOT void add_values(MeanSums& into, const double* values, const double* weight, std::size_t count) {
  double high[kBlock], low[kBlock], square_high[kBlock], square_low[kBlock];
  if (weight == nullptr) {
    for (std::size_t i = 0; i < count; ++i) {
      const Pair square = product(values[i], values[i]);
      square_high[i] = square.high;
      square_low[i] = square.low;
    }
    into.value.add_block(values, count);
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      const Pair weighted = product(values[i], weight[i]);
      const Pair square = product(product(values[i], values[i]), weight[i]);
      high[i] = weighted.high;
      low[i] = weighted.low;
      square_high[i] = square.high;
      square_low[i] = square.low;
    }
    into.value.add_block(high, count);
    into.value.add_block(low, count);
  }
  into.square.add_block(square_high, count);
  into.square.add_block(square_low, count);
}

template <class T>
nb::list binary_losses(Input<std::uint8_t> target, Input<T> score, std::optional<Input<double>> weight, double least,
                       double most, int threads) {
  const std::size_t rows = target.size();
  if (score.size() != rows || (weight && weight->size() != rows))
    throw nb::value_error("target, score and weight differ in length");
  const double* w = weight ? weight->data() : nullptr;
  MeanSums brier, log_loss;
  {
    nb::gil_scoped_release release;
    const int workers = useful_threads(rows, threads);
    std::vector<MeanSums> briers(workers), log_losses(workers);
    parallel_for(workers, workers, [&](std::size_t part) {
      const Range r = part_of(rows, part, workers);
      LossBlock block;
      for (std::size_t i = r.begin; i < r.end; i += kBlock) {
        const std::size_t count = std::min(kBlock, r.end - i);
        block_of(target.data() + i, score.data() + i, count, least, most, block);
        add_values(briers[part], block.brier, w ? w + i : nullptr, count);
        add_values(log_losses[part], block.log_loss, w ? w + i : nullptr, count);
      }
    });
    for (int part = 0; part < workers; ++part) {
      brier.value.merge(briers[part].value);
      brier.square.merge(briers[part].square);
      log_loss.value.merge(log_losses[part].value);
      log_loss.square.merge(log_losses[part].square);
    }
  }
  const ExactSum sums[] = {brier.value, brier.square, log_loss.value, log_loss.square};
  return to_python(sums, 4);
}

// Sums of w*v and w*v^2 of any column.
nb::list mean_sums(Input<double> values, std::optional<Input<double>> weight, int threads) {
  const std::size_t rows = values.size();
  if (weight && weight->size() != rows) throw nb::value_error("values and weight differ in length");
  const double* w = weight ? weight->data() : nullptr;
  MeanSums whole;
  {
    nb::gil_scoped_release release;
    const int workers = useful_threads(rows, threads);
    std::vector<MeanSums> parts(workers);
    parallel_for(workers, workers, [&](std::size_t part) {
      const Range r = part_of(rows, part, workers);
      for (std::size_t i = r.begin; i < r.end; i += kBlock)
        add_values(parts[part], values.data() + i, w ? w + i : nullptr, std::min(kBlock, r.end - i));
    });
    for (const auto& part : parts) {
      whole.value.merge(part.value);
      whole.square.merge(part.square);
    }
  }
  const ExactSum sums[] = {whole.value, whole.square};
  return to_python(sums, 2);
}

// Of each row's probabilities, one for each class: -log(p) of its true class, and the sum over classes of the
// squared distance to the truth. The classes are added in their order, so a row's losses depend on that row alone.
template <class T>
nb::tuple class_losses(Input<std::int32_t> target, Matrix<T> scores, double least, double most, int threads) {
  const std::size_t rows = target.size(), classes = scores.shape(1);
  if (scores.shape(0) != rows) throw nb::value_error("target and scores differ in length");
  auto log_loss = make_buffer<double>(rows), brier = make_buffer<double>(rows);
  std::atomic<bool> valid{true};
  {
    nb::gil_scoped_release release;
    const int workers = useful_threads(rows * classes, threads);
    parallel_for(workers, workers, [&](std::size_t part) {
      const Range r = part_of(rows, part, workers);
      double truth[kBlock];
      for (std::size_t start = r.begin; start < r.end; start += kBlock) {
        const std::size_t count = std::min(kBlock, r.end - start);
        for (std::size_t i = 0; i < count; ++i) {
          const T* row = scores.data() + (start + i) * classes;
          const auto code = static_cast<std::uint32_t>(target.data()[start + i]);
          if (code >= classes) {
            valid = false;
            return;
          }
          double total = 0.0;
          for (std::size_t c = 0; c < classes; ++c) total += square_distance(static_cast<double>(row[c]), c == code ? 1.0 : 0.0);
          brier[start + i] = total;
          truth[i] = static_cast<double>(row[code]);
        }
        log_block(truth, count, least, most, log_loss.get() + start);
      }
    });
  }
  if (!valid) throw nb::value_error("a class code lies outside [0, classes)");
  return nb::make_tuple(to_numpy(std::move(log_loss), rows), to_numpy(std::move(brier), rows));
}

// The range of the scores, and the largest distance of a row's sum from 1.
template <class T>
nb::tuple class_scan(Matrix<T> scores, int threads) {
  const std::size_t rows = scores.shape(0), classes = scores.shape(1);
  FloatScan whole;
  double farthest = 0.0;
  {
    nb::gil_scoped_release release;
    const int workers = useful_threads(rows * classes, threads);
    std::vector<FloatScan> parts(workers);
    std::vector<double> distances(workers);
    parallel_for(workers, workers, [&](std::size_t part) {
      const Range r = part_of(rows, part, workers);
      parts[part] = scan_part(scores.data() + r.begin * classes, (r.end - r.begin) * classes);
      double far = 0.0;
      for (std::size_t i = r.begin; i < r.end; ++i) {
        double total = 0.0;
        for (std::size_t c = 0; c < classes; ++c) total += static_cast<double>(scores.data()[i * classes + c]);
        far = std::max(far, std::fabs(total - 1.0));
      }
      distances[part] = far;
    });
    for (int part = 0; part < workers; ++part) {
      whole.merge(parts[part]);
      farthest = std::max(farthest, distances[part]);
    }
  }
  return nb::make_tuple(whole.nans, whole.infinities, whole.low, whole.high, farthest);
}

}  // namespace

void bind_losses(nb::module_& m) {
  m.def("binary_losses", &binary_losses<double>, nb::arg("target").noconvert(), nb::arg("score").noconvert(),
        nb::arg("weight").none().noconvert(), nb::arg("least"), nb::arg("most"), nb::arg("threads"));
  m.def("binary_losses", &binary_losses<float>, nb::arg("target").noconvert(), nb::arg("score").noconvert(),
        nb::arg("weight").none().noconvert(), nb::arg("least"), nb::arg("most"), nb::arg("threads"));
  m.def("mean_sums", &mean_sums, nb::arg("values").noconvert(), nb::arg("weight").none().noconvert(),
        nb::arg("threads"));
  m.def("class_losses", &class_losses<double>, nb::arg("target").noconvert(), nb::arg("scores").noconvert(),
        nb::arg("least"), nb::arg("most"), nb::arg("threads"));
  m.def("class_losses", &class_losses<float>, nb::arg("target").noconvert(), nb::arg("scores").noconvert(),
        nb::arg("least"), nb::arg("most"), nb::arg("threads"));
  m.def("class_scan", &class_scan<double>, nb::arg("scores").noconvert(), nb::arg("threads"));
  m.def("class_scan", &class_scan<float>, nb::arg("scores").noconvert(), nb::arg("threads"));
}

}  // namespace gnomon
