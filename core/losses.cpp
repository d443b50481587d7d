// Sums of losses: the mean of a loss and the variance of that mean come from sums of the loss
// and of its square, both without rounding.
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>

#include "arrays.h"
#include "parallel.h"

namespace gnomon {
namespace {

constexpr std::size_t kBlock = ExactSum::kBlock;

// Natural logarithm of a normal number in (0, 1], within one unit in the last place, written so
// that compilers vectorise it: x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), then
// log(1 + f) = 2 atanh(s) with s = f / (2 + f), the series cut where terms fall below 2^-60.
GNOMON_INLINE double log_unit(double x) {
  constexpr double ln2_high = 0x1.62e42fefap-1;  // its low 20 bits are zero: k * ln2_high is exact
  constexpr double ln2_low = 0x1.cf79abc9e3b39p-40;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  // Adding the distance from sqrt(1/2) to 1 carries into the exponent exactly when 1 + f would leave its range.
  const std::uint64_t shifted = bits + (0x3FF0000000000000u - 0x3FE6A09E667F3BCDu);
  const double k = std::bit_cast<double>(0x4330000000000000u | (shifted >> 52)) - (0x1p52 + 1023.0);
  const double m = std::bit_cast<double>((shifted & 0x000FFFFFFFFFFFFFu) + 0x3FE6A09E667F3BCDu);
  const double f = m - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  double series = 2.0 / 25;
  series = series * z + 2.0 / 23;
  series = series * z + 2.0 / 21;
  series = series * z + 2.0 / 19;
  series = series * z + 2.0 / 17;
  series = series * z + 2.0 / 15;
  series = series * z + 2.0 / 13;
  series = series * z + 2.0 / 11;
  series = series * z + 2.0 / 9;
  series = series * z + 2.0 / 7;
  series = series * z + 2.0 / 5;
  series = series * z + 2.0 / 3;
  const double half_square = 0.5 * f * f;
  return k * ln2_high - ((half_square - (s * (half_square + series * z) + k * ln2_low)) - f);
}

struct LossBlock {
  double brier[kBlock], log_loss[kBlock];
};

// `least` is the probability to which 0 is raised and `most` the one to which 1 is lowered.
template <class T>
GNOMON_INLINE void binary_block(const std::uint8_t* target, const T* score, std::size_t count, double least,
                                double most, LossBlock& out) {
  for (std::size_t i = 0; i < count; ++i) {
    const double p = static_cast<double>(score[i]);
    const double y = static_cast<double>(target[i]);
    out.brier[i] = (p - y) * (p - y);
    double truth = target[i] ? p : 1.0 - p;
    truth = truth < least ? least : truth;
    truth = truth > most ? most : truth;
    out.log_loss[i] = -log_unit(truth);
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
    out[i] = -log_unit(p);
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

// -log(p) of the probability that each row's true class was given.
Output<double> log_losses(Input<double> truth, double least, double most) {
  const std::size_t rows = truth.size();
  std::unique_ptr<double[]> out(new double[rows]);
  {
    nb::gil_scoped_release release;
    log_block(truth.data(), rows, least, most, out.get());
  }
  return to_numpy(std::move(out), rows);
}

}  // namespace

void bind_losses(nb::module_& m) {
  m.def("binary_losses", &binary_losses<double>, nb::arg("target").noconvert(), nb::arg("score").noconvert(),
        nb::arg("weight").none().noconvert(), nb::arg("least"), nb::arg("most"), nb::arg("threads"));
  m.def("binary_losses", &binary_losses<float>, nb::arg("target").noconvert(), nb::arg("score").noconvert(),
        nb::arg("weight").none().noconvert(), nb::arg("least"), nb::arg("most"), nb::arg("threads"));
  m.def("mean_sums", &mean_sums, nb::arg("values").noconvert(), nb::arg("weight").none().noconvert(),
        nb::arg("threads"));
  m.def("log_losses", &log_losses, nb::arg("truth").noconvert(), nb::arg("least"), nb::arg("most"));
}

}  // namespace gnomon
