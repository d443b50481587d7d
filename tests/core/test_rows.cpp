// Columns one value at a time: scans, codes, ranks, and rankings within rows.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "columns.h"
#include "errors.h"
#include "indicators.h"
#include "losses.h"
#include "records.h"
#include "row_rankings.h"
#include "scan.h"
#include "select.h"

using columns::to_vector;

TEST_CASE("a scan counts what is not finite and finds the range of the rest") {
  auto values = columns::scores(1000, 1);
  values[10] = values[999] = std::nan("");
  values[500] = -HUGE_VAL;
  for (const int threads : {1, 3}) {
    const auto scan = gnomon::scan_floats<double>(values, threads);
    CHECK(scan.nans == 2);
    CHECK(scan.infinities == 1);
    CHECK(scan.low == -HUGE_VAL);
    CHECK(scan.high == 2.5);
  }
}

TEST_CASE("labels to codes, in a table and narrow") {
  const auto raw = columns::whole<std::int16_t>(2000, 9, 2);
  std::vector<std::int16_t> labels;
  for (const auto own : raw) labels.push_back(static_cast<std::int16_t>(own * 3 - 10));
  const auto narrow = gnomon::encode_narrow<std::int16_t>(labels, 3);
  REQUIRE(narrow);
  const auto& [low, codes, seen] = *narrow;
  CHECK(low == -10);
  CHECK(seen.size() == 25);
  for (std::size_t i = 0; i < labels.size(); ++i) CHECK(low + codes[i] == labels[i]);
  for (std::size_t code = 0; code < seen.size(); ++code) CHECK(static_cast<bool>(seen[code]) == (code % 3 == 0));
  CHECK(gnomon::span_integers<std::int16_t>(labels, 2) == std::pair<std::int16_t, std::int16_t>{-10, 14});
  CHECK_FALSE(gnomon::encode_narrow<std::int16_t>(std::vector<std::int16_t>{-32768, 32767}, 1));

  std::vector<std::int32_t> table(25, -1);
  for (int own = 0; own < 8; ++own) table[static_cast<std::size_t>(3 * own)] = own;  // the ninth is unknown
  const auto [wide, unknown, first] = gnomon::encode<std::int16_t>(labels, -10, table, false, 2);
  CHECK(unknown == static_cast<std::size_t>(std::count(raw.begin(), raw.end(), 8)));
  CHECK(first == static_cast<std::size_t>(std::find(raw.begin(), raw.end(), 8) - raw.begin()));
  const auto& whole = std::get<gnomon::Array<std::int32_t>>(wide);
  for (std::size_t i = 0; i < raw.size(); ++i) CHECK(whole[i] == (raw[i] == 8 ? -1 : raw[i]));
}

TEST_CASE("records are numbered as they first occur") {
  const auto raw = columns::whole<std::uint32_t>(3000, 3, 3);  // 1,000 records of three units
  std::map<std::vector<std::uint32_t>, std::int32_t> known;
  std::vector<std::int32_t> expected;
  std::vector<std::int64_t> firsts;
  for (std::int64_t row = 0; row < 1000; ++row) {
    const std::vector<std::uint32_t> own(raw.begin() + 3 * row, raw.begin() + 3 * row + 3);
    if (known.try_emplace(own, static_cast<std::int32_t>(known.size())).second) firsts.push_back(row);
    expected.push_back(known[own]);
  }
  for (const int threads : {1, 4}) {
    const auto [codes, first] = gnomon::encode_records<std::uint32_t>({raw.data(), 1000, 3}, threads);
    CHECK(to_vector(codes) == expected);
    CHECK(to_vector(first) == firsts);
  }
}

TEST_CASE("a rank is found without a sort") {
  for (const std::size_t rows : {std::size_t{1}, std::size_t{50}, std::size_t{9000}}) {
    auto values = columns::scores(rows, rows);
    const auto weight = columns::whole<std::int64_t>(rows, 4, 8);
    std::vector<std::pair<double, std::int64_t>> sorted;
    for (std::size_t i = 0; i < rows; ++i) sorted.emplace_back(values[i], weight[i] + 1);
    std::vector<std::int64_t> heavier;
    for (const auto own : weight) heavier.push_back(own + 1);
    std::sort(sorted.begin(), sorted.end());
    std::int64_t total = 0;
    for (const auto& own : sorted) total += own.second;
    for (const std::int64_t goal : {std::int64_t{1}, total / 2, total}) {
      std::int64_t before = 0;
      std::size_t at = 0;
      while (at < rows && before < goal) before += sorted[at++].second;
      const double value = sorted[at - 1].first;
      for (; at < rows && sorted[at].first == value; ++at) before += sorted[at].second;
      CHECK(gnomon::select(values, gnomon::Input<std::int64_t>(heavier), goal, 3) == std::pair{value, before});
      const auto next = std::upper_bound(sorted.begin(), sorted.end(), std::pair{value, total + 1});
      CHECK(gnomon::next_above(values, value, 3) == (next == sorted.end() ? HUGE_VAL : next->first));
    }
  }
  CHECK_THROWS_AS(gnomon::select({}, std::nullopt, 1, 1), gnomon::InvalidInput);
}

TEST_CASE("labels of a row, true and predicted") {
  const auto truth = columns::whole<std::uint8_t>(1200, 2, 5), predicted = columns::whole<std::uint8_t>(1200, 2, 6);
  const gnomon::Matrix<std::uint8_t> t(truth.data(), 300, 4), p(predicted.data(), 300, 4);
  std::vector<std::int64_t> labels(12);
  std::vector<double> rows(900);
  for (std::size_t i = 0; i < 1200; ++i) {
    const std::uint8_t own[] = {static_cast<std::uint8_t>(truth[i] & predicted[i]), predicted[i], truth[i]};
    for (std::size_t kind = 0; kind < 3; ++kind) {
      labels[4 * kind + i % 4] += own[kind];
      rows[300 * kind + i / 4] += own[kind];
    }
  }
  CHECK(to_vector(gnomon::label_margins(t, p, 3)) == labels);
  CHECK(to_vector(gnomon::row_margins(t, p, 3)) == rows);
}

TEST_CASE("the true class among the k highest, and the losses of all classes") {
  const auto target = columns::whole<std::int32_t>(200, 4, 1);
  std::vector<double> scores;
  for (const auto own : columns::whole<int>(800, 9, 2)) scores.push_back(own / 16.0);
  const gnomon::Matrix<double> matrix(scores.data(), 200, 4);
  const auto hits = gnomon::top_k_hits<double>(target, matrix, 2, 3);
  const auto losses = gnomon::class_losses<double>(target, matrix, 1e-9, 1.0, 3);
  for (std::size_t row = 0; row < 200; ++row) {
    const double* own = scores.data() + 4 * row;
    const int code = target[row];
    int higher = 0;
    double brier = 0.0;
    for (int c = 0; c < 4; ++c) {
      higher += own[c] > own[code] || (own[c] == own[code] && c > code);
      brier += (own[c] - (c == code)) * (own[c] - (c == code));
    }
    CHECK(static_cast<bool>(hits[row]) == (higher < 2));
    CHECK(losses.second[row] == brier);
    CHECK(losses.first[row] == doctest::Approx(-std::log(std::max(own[code], 1e-9))));
  }
}

TEST_CASE("rankings of labels within a row, by hand") {
  const std::vector<std::uint8_t> truth{1, 0, 1, 0};
  const std::vector<double> scores{0.9, 0.5, 0.5, 0.1};
  const gnomon::Matrix<std::uint8_t> t(truth.data(), 1, 4);
  const gnomon::Matrix<double> s(scores.data(), 1, 4);
  CHECK(gnomon::label_ranking("average_precision", t, s, 1)[0] == doctest::Approx((1.0 + 2.0 / 3.0) / 2.0));
  CHECK(gnomon::label_ranking("coverage", t, s, 1)[0] == 3.0);
  CHECK(gnomon::label_ranking("loss", t, s, 1)[0] == 0.25);
  CHECK_THROWS_AS(gnomon::label_ranking("other", t, s, 1), gnomon::InvalidInput);
  const std::vector<double> relevance{3.0, 2.0, 0.0, 1.0}, discount{1.0, 0.5, 0.25, 0.125};
  CHECK(gnomon::gains({relevance.data(), 1, 4}, s, discount, false, 1)[0] == 3.0 + 1.0 * (0.5 + 0.25) + 0.125);
}
