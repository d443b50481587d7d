// Sums without rounding: the same bytes in any order, and the value that whole numbers give.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "columns.h"
#include "exact_sum.h"
#include "losses.h"
#include "residuals.h"

using gnomon::ExactSum;
using Bytes = std::array<unsigned char, ExactSum::kBytes>;

namespace {

Bytes bytes(ExactSum sum) {
  Bytes raw;
  sum.write(raw.data());
  return raw;
}

// A sum of multiples of 2^-20 below 2^40, as the exact sum holds it.
double value(const ExactSum& sum) {
  const Bytes raw = bytes(sum);
  const bool negative = raw.back() & 0x80;
  double total = 0.0;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const int digit = negative ? 255 - raw[i] : raw[i];
    total += std::ldexp(digit, static_cast<int>(8 * i) - 1074);
  }
  return negative ? -total - std::ldexp(1.0, -1074) : total;
}

ExactSum one_by_one(const std::vector<double>& values) {
  ExactSum sum;
  for (double own : values) sum.add_one(own);
  return sum;
}

std::vector<double> of_all_sizes(std::uint64_t seed) {
  auto random = columns::generator(seed);
  std::vector<double> values(3000);
  for (double& own : values) {
    own = std::ldexp(static_cast<double>(static_cast<std::int64_t>(random() >> 11) - (std::int64_t{1} << 52)),
                     static_cast<int>(random() % 1900) - 1020);
  }
  return values;
}

}  // namespace

TEST_CASE("blocks, single terms, orders and halves give the same bytes") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::vector<double> values = seed % 2 ? of_all_sizes(seed) : columns::scores(3000, seed);
    const Bytes whole = bytes(one_by_one(values));
    ExactSum blocks;
    for (std::size_t i = 0; i < values.size(); i += ExactSum::kBlock)
      blocks.add_block(values.data() + i, std::min(ExactSum::kBlock, values.size() - i));
    CHECK(bytes(blocks) == whole);
    std::shuffle(values.begin(), values.end(), columns::generator(seed + 100));
    const std::size_t half = 1 + seed * 100;
    ExactSum left = one_by_one({values.begin(), values.begin() + half});
    left.merge(one_by_one({values.begin() + half, values.end()}));
    CHECK(bytes(left) == whole);
  }
}

TEST_CASE("whole numbers sum to what they are") {
  auto random = columns::generator(7);
  std::vector<double> values;
  std::int64_t total = 0;
  for (int i = 0; i < 5000; ++i) {
    const auto own = static_cast<std::int64_t>(random() >> 24) - (std::int64_t{1} << 39);
    total += own;
    values.push_back(static_cast<double>(own));
  }
  CHECK(value(one_by_one(values)) == static_cast<double>(total));
  CHECK(value(one_by_one({1e308, 1.0, -1e308})) == 1.0);
  CHECK(value(one_by_one({-5e-324, 1.0, -1.0})) == -5e-324);
}

TEST_CASE("a term that is not finite is told") {
  for (const double odd : {std::nan(""), std::numeric_limits<double>::infinity(), -HUGE_VAL}) {
    CHECK_FALSE(one_by_one({1.0, odd}).finite());
    const std::vector<double> block{0.0, odd, 0.0};
    ExactSum sum;
    sum.add_block(block.data(), block.size());
    CHECK_FALSE(sum.finite());
    ExactSum merged;
    merged.merge(sum);
    CHECK_FALSE(merged.finite());
  }
}

TEST_CASE("losses and residuals by hand, whatever the threads") {
  const std::vector<std::uint8_t> y{1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0};
  std::vector<double> p(y.size()), weight(y.size());
  double brier = 0.0, square = 0.0, positive = 0.0, residual = 0.0, largest = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    p[i] = static_cast<double>(i) / 32.0;
    weight[i] = static_cast<double>(1 + i % 3);
    const double loss = (p[i] - y[i]) * (p[i] - y[i]);  // dyadic, as are all sums of it
    brier += weight[i] * loss;
    square += weight[i] * loss * loss;
    positive += y[i] * weight[i] * loss;
    residual += weight[i] * (static_cast<double>(y[i]) - p[i]);
    largest = std::max(largest, std::fabs(y[i] - p[i]));
  }
  for (const int threads : {1, 2, 5}) {
    const auto sums = gnomon::brier_sums<double>(y, p, gnomon::Input<double>(weight), true, threads);
    REQUIRE(sums.size() == 3);
    CHECK(value(sums[0]) == brier);
    CHECK(value(sums[1]) == square);
    CHECK(value(sums[2]) == positive);
    const std::vector<double> target(y.begin(), y.end());
    CHECK(value(gnomon::residual_sums<double>(target, p, gnomon::Input<double>(weight), {0}, 0.0, threads)[0]) ==
          residual);
    CHECK(gnomon::largest_residual<double>(target, p, threads) == largest);
  }
}

TEST_CASE("deviances by their definitions") {
  const std::vector<double> y{0.5, 2.0, 3.5}, p{1.0, 1.5, 4.0};
  const auto sum = [&](int term, double parameter) {
    return value(gnomon::residual_sums<double>(y, p, std::nullopt, {term}, parameter, 1)[0]);
  };
  double poisson = 0.0, gamma = 0.0, tweedie = 0.0, pinball = 0.0, log_square = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double e = y[i] - p[i], power = 1.5;
    poisson += 2 * (y[i] * std::log(y[i] / p[i]) - y[i] + p[i]);
    gamma += 2 * (std::log(p[i] / y[i]) + y[i] / p[i] - 1);
    tweedie += 2 * (std::pow(y[i], 2 - power) / ((1 - power) * (2 - power)) -
                    y[i] * std::pow(p[i], 1 - power) / (1 - power) + std::pow(p[i], 2 - power) / (2 - power));
    pinball += e >= 0 ? 0.3 * e : -0.7 * e;
    log_square += std::pow(std::log1p(y[i]) - std::log1p(p[i]), 2);
  }
  CHECK(sum(15, 0.0) == doctest::Approx(log_square));
  CHECK(sum(16, 0.3) == doctest::Approx(pinball));
  CHECK(sum(17, 0.0) == doctest::Approx(poisson));
  CHECK(sum(18, 0.0) == doctest::Approx(gamma));
  CHECK(sum(19, 1.5) == doctest::Approx(tweedie));
}

TEST_CASE("powers of residuals are exact where they are whole numbers") {
  const std::vector<double> y{1, 2, 5, -3, 7}, p{2, 2, 1, 4, 5}, w{1, 2, 3, 1, 2};
  for (const bool weighted : {false, true}) {
    const auto weight = weighted ? std::optional(gnomon::Input<double>(w)) : std::nullopt;
    std::vector<int> terms;
    for (int term = 0; term < 15; ++term) terms.push_back(term);
    const auto sums = gnomon::residual_sums<double>(y, p, weight, terms, 0.0, 2);
    double expected[15] = {};
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double e = y[i] - p[i], own = weighted ? w[i] : 1.0, q = std::fabs(e) / std::fabs(y[i]), t = y[i];
      const double each[] = {
          e,         std::fabs(e),  q,     q * q,     t,         e * e,        e * e * e, e * e * e * e, t * t,
          t * t * t, t * t * t * t, e * t, e * t * t, e * e * t, e * e * t * t};
      for (int term = 0; term < 15; ++term) expected[term] += own * each[term];
    }
    for (int term = 0; term < 15; ++term) {
      if (term == 2 || term == 3) {
        CHECK(value(sums[static_cast<std::size_t>(term)]) == doctest::Approx(expected[term]));
      } else {
        CHECK(value(sums[static_cast<std::size_t>(term)]) == expected[term]);
      }
    }
  }
}
