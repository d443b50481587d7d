#include "residuals.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include "errors.h"
#include "logarithm.h"
#include "parallel.h"

namespace gnomon {
namespace {

constexpr std::size_t kBlock = ExactSum::kBlock;

// With y = target, p = prediction, e = y - p, q = |e| / max(|y|, epsilon). The order is that of
// gnomon.kernels.residuals.TERMS.
enum Term {
  kE,
  kAbs,
  kQ,
  kQ2,
  kY,
  kE2,
  kE3,
  kE4,
  kY2,
  kY3,
  kY4,
  kEY,
  kEY2,
  kE2Y,
  kE2Y2,
  kLogE2,    // (log(1 + y) - log(1 + p))^2
  kPinball,  // a e where e >= 0, else (a - 1) e, with a the parameter
  kPoisson,  // deviances, for a target and a prediction in their domain
  kGamma,
  kTweedie,  // of the power that is the parameter, other than 0, 1 and 2
  kTerms
};

GNOMON_INLINE double relative_error(double y, double p) {
  constexpr double epsilon = 0x1p-52;
  const double size = std::fabs(y);
  return std::fabs(y - p) / (size > epsilon ? size : epsilon);
}

// 2 (y log(y / p) - y + p); the first term is 0 where y is. Where y / p is too small for a normal number, p
// outweighs it by far.
GNOMON_INLINE double poisson_deviance(double y, double p) { return 2.0 * (y * log_clamped(y / p) - y + p); }

// 2 (log(p / y) + y / p - 1); where p / y is too small for a normal number, y / p outweighs it by far.
GNOMON_INLINE double gamma_deviance(double y, double p) { return 2.0 * (log_clamped(p / y) + y / p - 1.0); }

// B. Jorgensen, The Theory of Dispersion Models (1997), chapter 4: the unit deviance of variance function mean^power.
inline double tweedie_deviance(double y, double p, double power) {
  const double own = power < 0.0 && y < 0.0 ? 0.0 : y;
  const double scaled = power_of(p, 1.0 - power);
  return 2.0 * (power_of(own, 2.0 - power) / ((1.0 - power) * (2.0 - power)) - y * scaled / (1.0 - power) +
                p * scaled / (2.0 - power));
}

template <Term kTerm>
GNOMON_INLINE Pair term_of(double y, double p, double parameter) {
  const double e = y - p;
  switch (kTerm) {
    case kE: return {e, 0.0};
    case kAbs: return {std::fabs(e), 0.0};
    case kQ: return {relative_error(y, p), 0.0};
    case kQ2: return product(relative_error(y, p), relative_error(y, p));
    case kY: return {y, 0.0};
    case kE2: return product(e, e);
    case kE3: return product(product(e, e), e);
    case kE4: return product(product(e, e), product(e, e));
    case kY2: return product(y, y);
    case kY3: return product(product(y, y), y);
    case kY4: return product(product(y, y), product(y, y));
    case kEY: return product(e, y);
    case kEY2: return product(product(e, y), y);
    case kE2Y: return product(product(e, y), e);
    case kE2Y2: return product(product(e, y), product(e, y));
    case kLogE2: {
      const double distance = log_one_plus(y) - log_one_plus(p);
      return product(distance, distance);
    }
    case kPinball: return {e * (e >= 0.0 ? parameter : parameter - 1.0), 0.0};
    case kPoisson: return {poisson_deviance(y, p), 0.0};
    case kGamma: return {gamma_deviance(y, p), 0.0};
    default: return {tweedie_deviance(y, p, parameter), 0.0};
  }
}

// Terms that are one double: nothing is left over where rows have no weights.
constexpr bool is_single(Term term) {
  return term == kE || term == kAbs || term == kQ || term == kY || term >= kPinball;
}

template <Term kTerm, class T>
GNOMON_INLINE void fill_term(const T* y, const T* p, const double* weight, std::size_t count, double parameter,
                             double* high, double* low) {
  if (weight == nullptr) {
    for (std::size_t i = 0; i < count; ++i) {
      const Pair value = term_of<kTerm>(static_cast<double>(y[i]), static_cast<double>(p[i]), parameter);
      high[i] = value.high;
      if (!is_single(kTerm)) low[i] = value.low;
    }
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      const Pair value =
          product(term_of<kTerm>(static_cast<double>(y[i]), static_cast<double>(p[i]), parameter), weight[i]);
      high[i] = value.high;
      low[i] = value.low;
    }
  }
}

template <class T, std::size_t... kTerm>
GNOMON_INLINE void fill_any(Term term, const T* y, const T* p, const double* w, std::size_t n, double parameter,
                            double* high, double* low, std::index_sequence<kTerm...>) {
  const auto fill = [&]<std::size_t kOne>() {
    if (term == kOne) fill_term<static_cast<Term>(kOne)>(y, p, w, n, parameter, high, low);
  };
  (fill.template operator()<kTerm>(), ...);
}

// Weighted squares without rounding, as the sum of four doubles each: the variance of values that are all equal is 0,
// whatever their weights.
template <class T>
GNOMON_INLINE void add_squares(ExactSum& sum, Term term, const T* y, const T* p, const double* w, std::size_t n) {
  double part[4][kBlock];
  for (std::size_t i = 0; i < n; ++i) {
    const double target = static_cast<double>(y[i]);
    const double value = term == kE2 ? target - static_cast<double>(p[i]) : target;
    const Pair square = product(value, value), lead = product(square.high, w[i]), rest = product(square.low, w[i]);
    part[0][i] = lead.high;
    part[1][i] = lead.low;
    part[2][i] = rest.high;
    part[3][i] = rest.low;
  }
  for (const auto& own : part) sum.add_block(own, n);
}

template <class T>
GNOMON_INLINE void add_loop(ExactSum& sum, Term term, const T* y, const T* p, const double* w, std::size_t n,
                            double parameter) {
  if (w != nullptr && (term == kE2 || term == kY2)) return add_squares(sum, term, y, p, w, n);
  double high[kBlock], low[kBlock];
  fill_any(term, y, p, w, n, parameter, high, low, std::make_index_sequence<kTerms>());
  sum.add_block(high, n);
  if (w != nullptr || !is_single(term)) sum.add_block(low, n);
}

GNOMON_HOT void add_term(ExactSum& sum, Term term, const double* y, const double* p, const double* w, std::size_t n,
                         double parameter) {
  add_loop(sum, term, y, p, w, n, parameter);
}
GNOMON_HOT void add_term(ExactSum& sum, Term term, const float* y, const float* p, const double* w, std::size_t n,
                         double parameter) {
  add_loop(sum, term, y, p, w, n, parameter);
}

template <class T>
GNOMON_INLINE double largest_loop(const T* y, const T* p, std::size_t count) {
  constexpr std::size_t kLanes = 16;
  double largest[kLanes] = {}, odd[kLanes] = {};
  const auto see = [&](double e, std::size_t lane) {
    const double size = std::fabs(e);
    largest[lane] = size > largest[lane] ? size : largest[lane];
    odd[lane] += e - e;  // 0, or NaN for ever once a residual is NaN or infinite
  };
  const std::size_t whole = count / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      see(static_cast<double>(y[i + lane]) - static_cast<double>(p[i + lane]), lane);
  for (std::size_t i = whole; i < count; ++i) see(static_cast<double>(y[i]) - static_cast<double>(p[i]), 0);
  for (std::size_t lane = 1; lane < kLanes; ++lane) {
    largest[0] = std::max(largest[0], largest[lane]);
    odd[0] += odd[lane];
  }
  return largest[0] + odd[0];
}

GNOMON_HOT double largest_of(const double* y, const double* p, std::size_t count) { return largest_loop(y, p, count); }
GNOMON_HOT double largest_of(const float* y, const float* p, std::size_t count) { return largest_loop(y, p, count); }

}  // namespace

template <class T>
std::vector<ExactSum> residual_sums(Input<T> target, Input<T> prediction, std::optional<Input<double>> weight,
                                    const std::vector<int>& terms, double parameter, int threads) {
  const std::size_t rows = target.size();
  if (prediction.size() != rows || (weight && weight->size() != rows))
    throw InvalidInput("target, prediction and weight differ in length");
  for (const int term : terms)
    if (term < 0 || term >= kTerms) throw InvalidInput("there is no such term");
  const T *y = target.data(), *p = prediction.data();
  const double* w = weight ? weight->data() : nullptr;
  std::vector<ExactSum> whole(terms.size());
  const int workers = useful_threads(rows, threads);
  const int pieces = pieces_of(rows, workers);
  std::vector<std::vector<ExactSum>> parts(pieces, std::vector<ExactSum>(terms.size()));
  parallel_for(pieces, workers, [&](std::size_t number) {
    const Range r = part_of(rows, number, pieces);
    for (std::size_t i = r.begin; i < r.end; i += kBlock) {
      const std::size_t count = std::min(kBlock, r.end - i);
      for (std::size_t t = 0; t < terms.size(); ++t)
        add_term(parts[number][t], static_cast<Term>(terms[t]), y + i, p + i, w ? w + i : nullptr, count, parameter);
    }
  });
  for (const auto& part : parts)
    for (std::size_t t = 0; t < terms.size(); ++t) whole[t].merge(part[t]);
  return whole;
}

template <class T>
double largest_residual(Input<T> target, Input<T> prediction, int threads) {
  const std::size_t rows = target.size();
  if (prediction.size() != rows) throw InvalidInput("target and prediction differ in length");
  const int workers = useful_threads(rows, threads);
  const int pieces = pieces_of(rows, workers);
  std::vector<double> parts(pieces);
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    parts[part] = largest_of(target.data() + r.begin, prediction.data() + r.begin, r.end - r.begin);
  });
  double largest = 0.0;
  for (const double part : parts) largest = part > largest || std::isnan(part) ? part : largest;
  return largest;
}

#define GNOMON_NUMBERS(T)                                                                        \
  template std::vector<ExactSum> residual_sums(Input<T>, Input<T>, std::optional<Input<double>>, \
                                               const std::vector<int>&, double, int);            \
  template double largest_residual(Input<T>, Input<T>, int);
GNOMON_NUMBERS(double)
GNOMON_NUMBERS(float)
#undef GNOMON_NUMBERS

}  // namespace gnomon
