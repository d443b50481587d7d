#include "losses.h"

#include <atomic>
#include <cmath>
#include <cstdint>
#include <optional>

#include "errors.h"
#include "float_scan.h"
#include "logarithm.h"
#include "parallel.h"

namespace gnomon {
namespace {

constexpr std::size_t kBlock = ExactSum::kBlock;

GNOMON_INLINE double square_distance(double p, double y) { return (p - y) * (p - y); }

// Labels are widened first: a loop over bytes and doubles together does not vectorise everywhere.
GNOMON_INLINE void widen(const std::uint8_t* target, std::size_t count, double* out) {
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<double>(static_cast<int>(target[i]));
}

template <class T>
GNOMON_INLINE void brier_loop(const std::uint8_t* target, const T* score, std::size_t count, double* out) {
  widen(target, count, out);
  for (std::size_t i = 0; i < count; ++i) out[i] = square_distance(static_cast<double>(score[i]), out[i]);
}

// `least` is the probability to which 0 is raised and `most` the one to which 1 is lowered.
GNOMON_INLINE double log_loss_of(double truth, double least, double most) {
  truth = truth < least ? least : truth;
  truth = truth > most ? most : truth;
  return -log_normal(truth);
}

template <class T>
GNOMON_INLINE void log_loop(const std::uint8_t* target, const T* score, std::size_t count, double least, double most,
                            double* out) {
  widen(target, count, out);
  for (std::size_t i = 0; i < count; ++i) {
    const double p = static_cast<double>(score[i]), y = out[i];
    out[i] = log_loss_of(y * p + (1.0 - y) * (1.0 - p), least, most);  // exact for 0 and 1, and without a branch
  }
}

GNOMON_HOT void brier_block(const std::uint8_t* target, const double* score, std::size_t count, double* out) {
  brier_loop(target, score, count, out);
}
GNOMON_HOT void brier_block(const std::uint8_t* target, const float* score, std::size_t count, double* out) {
  brier_loop(target, score, count, out);
}
GNOMON_HOT void log_block(const std::uint8_t* target, const double* score, std::size_t count, double least, double most,
                          double* out) {
  log_loop(target, score, count, least, most, out);
}
GNOMON_HOT void log_block(const std::uint8_t* target, const float* score, std::size_t count, double least, double most,
                          double* out) {
  log_loop(target, score, count, least, most, out);
}
GNOMON_HOT void log_block(const double* truth, std::size_t count, double least, double most, double* out) {
  for (std::size_t i = 0; i < count; ++i) out[i] = log_loss_of(truth[i], least, most);
}

// The sums that a weighted mean and its variance need; that of the values of rows with label 1 besides.
struct MeanSums {
  ExactSum value, square, positive;
};

// Adds the values of rows with label 1, times their weights.
GNOMON_HOT void add_positives(ExactSum& into, const double* values, const std::uint8_t* label, const double* weight,
                              std::size_t count) {
  double own[kBlock], high[kBlock], low[kBlock];
  widen(label, count, own);
  for (std::size_t i = 0; i < count; ++i) own[i] = own[i] != 0.0 ? values[i] : 0.0;
  if (weight == nullptr) {
    into.add_block(own, count);
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Pair weighted = product(own[i], weight[i]);
    high[i] = weighted.high;
    low[i] = weighted.low;
  }
  into.add_block(high, count);
  into.add_block(low, count);
}

GNOMON_HOT void add_values(MeanSums& into, const double* values, const double* weight, std::size_t count,
                           bool squares) {
  double high[kBlock], low[kBlock];
  if (weight == nullptr) {
    into.value.add_block(values, count);
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      const Pair weighted = product(values[i], weight[i]);
      high[i] = weighted.high;
      low[i] = weighted.low;
    }
    into.value.add_block(high, count);
    into.value.add_block(low, count);
  }
  if (!squares) return;
  if (weight == nullptr) {
    for (std::size_t i = 0; i < count; ++i) {
      const Pair square = product(values[i], values[i]);
      high[i] = square.high;
      low[i] = square.low;
    }
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      const Pair square = product(product(values[i], values[i]), weight[i]);
      high[i] = square.high;
      low[i] = square.low;
    }
  }
  into.square.add_block(high, count);
  into.square.add_block(low, count);
}

// Runs fill(begin, count, block) over all rows and sums what it fills in: the sum, that of the squares if asked for,
// that of the rows with label 1 if there are labels.
template <class Fill>
std::vector<ExactSum> sum_blocks(std::size_t rows, const double* weight, bool squares, int threads, const Fill& fill,
                                 const std::uint8_t* label = nullptr) {
  MeanSums whole;
  const int workers = useful_threads(rows, threads);
  const int pieces = pieces_of(rows, workers);
  std::vector<MeanSums> parts(pieces);
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    double block[kBlock];
    for (std::size_t i = r.begin; i < r.end; i += kBlock) {
      const std::size_t count = std::min(kBlock, r.end - i);
      const double* values = fill(i, count, block);
      const double* own = weight ? weight + i : nullptr;
      add_values(parts[part], values, own, count, squares);
      if (label != nullptr) add_positives(parts[part].positive, values, label + i, own, count);
    }
  });
  for (const auto& part : parts) {
    whole.value.merge(part.value);
    whole.square.merge(part.square);
    whole.positive.merge(part.positive);
  }
  std::vector<ExactSum> sums{whole.value};
  if (squares) sums.push_back(whole.square);
  if (label) sums.push_back(whole.positive);
  return sums;
}

template <class T>
void check_lengths(const Input<T>& values, std::size_t rows, const std::optional<Input<double>>& weight) {
  if (values.size() != rows || (weight && weight->size() != rows)) throw InvalidInput("the columns differ in length");
}

}  // namespace

template <class T>
std::vector<ExactSum> brier_sums(Input<std::uint8_t> target, Input<T> score, std::optional<Input<double>> weight,
                                 bool squares, int threads) {
  check_lengths(score, target.size(), weight);
  return sum_blocks(
      target.size(), weight ? weight->data() : nullptr, squares, threads,
      [&](std::size_t begin, std::size_t count, double* block) {
        brier_block(target.data() + begin, score.data() + begin, count, block);
        return static_cast<const double*>(block);
      },
      squares ? target.data() : nullptr);
}

template <class T>
std::vector<ExactSum> log_loss_sums(Input<std::uint8_t> target, Input<T> score, std::optional<Input<double>> weight,
                                    double least, double most, bool squares, int threads) {
  check_lengths(score, target.size(), weight);
  return sum_blocks(
      target.size(), weight ? weight->data() : nullptr, squares, threads,
      [&](std::size_t begin, std::size_t count, double* block) {
        log_block(target.data() + begin, score.data() + begin, count, least, most, block);
        return static_cast<const double*>(block);
      },
      squares ? target.data() : nullptr);
}

std::vector<ExactSum> mean_sums(Input<double> values, std::optional<Input<double>> weight, bool squares, int threads) {
  check_lengths(values, values.size(), weight);
  return sum_blocks(values.size(), weight ? weight->data() : nullptr, squares, threads,
                    [&](std::size_t begin, std::size_t, double*) { return values.data() + begin; });
}

template <class T>
std::pair<Array<double>, Array<double>> class_losses(Input<std::int32_t> target, Matrix<T> scores, double least,
                                                     double most, int threads) {
  const std::size_t rows = target.size(), classes = scores.columns();
  if (scores.rows() != rows) throw InvalidInput("target and scores differ in length");
  auto log_loss = make_buffer<double>(rows), brier = make_buffer<double>(rows);
  std::atomic<bool> valid{true};
  const int workers = useful_threads(rows * classes, threads);
  const int pieces = pieces_of(rows * classes, workers);
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
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
        for (std::size_t c = 0; c < classes; ++c)
          total += square_distance(static_cast<double>(row[c]), c == code ? 1.0 : 0.0);
        brier[start + i] = total;
        truth[i] = static_cast<double>(row[code]);
      }
      log_block(truth, count, least, most, log_loss.get() + start);
    }
  });
  if (!valid) throw InvalidInput("a class code lies outside [0, classes)");
  return {Array(std::move(log_loss), rows), Array(std::move(brier), rows)};
}

template <class T>
std::pair<FloatScan, double> class_scan(Matrix<T> scores, int threads) {
  const std::size_t rows = scores.rows(), classes = scores.columns();
  FloatScan whole;
  double farthest = 0.0;
  const int workers = useful_threads(rows * classes, threads);
  const int pieces = pieces_of(rows * classes, workers);
  std::vector<FloatScan> parts(pieces);
  std::vector<double> distances(pieces);
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    parts[part] = scan_part(scores.data() + r.begin * classes, (r.end - r.begin) * classes);
    double far = 0.0;
    for (std::size_t i = r.begin; i < r.end; ++i) {
      double total = 0.0;
      for (std::size_t c = 0; c < classes; ++c) total += static_cast<double>(scores.data()[i * classes + c]);
      far = std::max(far, std::fabs(total - 1.0));
    }
    distances[part] = far;
  });
  for (int part = 0; part < pieces; ++part) {
    whole.merge(parts[part]);
    farthest = std::max(farthest, distances[part]);
  }
  return {whole, farthest};
}

#define GNOMON_SCORES(T)                                                                                              \
  template std::vector<ExactSum> brier_sums(Input<std::uint8_t>, Input<T>, std::optional<Input<double>>, bool, int);  \
  template std::vector<ExactSum> log_loss_sums(Input<std::uint8_t>, Input<T>, std::optional<Input<double>>, double,   \
                                               double, bool, int);                                                    \
  template std::pair<Array<double>, Array<double>> class_losses(Input<std::int32_t>, Matrix<T>, double, double, int); \
  template std::pair<FloatScan, double> class_scan(Matrix<T>, int);
GNOMON_SCORES(double)
GNOMON_SCORES(float)
#undef GNOMON_SCORES

}  // namespace gnomon
