// Rankings against a look at every pair of a positive and a negative.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <vector>

#include "columns.h"
#include "errors.h"
#include "histogram.h"
#include "probability_bins.h"
#include "ranking.h"
#include "resampling.h"

using columns::to_vector;
using gnomon::i64;
using gnomon::Input;
using gnomon::Scores;

namespace {

struct Rows {
  std::vector<double> score;
  std::vector<std::uint8_t> label;
  std::vector<i64> weight;

  Rows(std::size_t rows, std::uint64_t seed)
      : score(columns::scores(rows, seed)), label(columns::whole<std::uint8_t>(rows, 2, seed + 1)) {
    for (const auto own : columns::whole<i64>(rows, 5, seed + 2)) weight.push_back(1 + own);
    label[0] = 0;
    label[rows - 1] = 1;
  }
  // In two chunks.
  gnomon::Ranking ranking(bool weighted, int threads) const {
    const std::size_t cut = score.size() / 3;
    const auto parts = [&](const auto& column) {
      const std::span all(column);
      return std::vector{all.first(cut), all.subspan(cut)};
    };
    std::vector<Scores> scores;
    for (const auto& part : parts(score)) scores.emplace_back(part);
    return {scores, parts(label), weighted ? parts(weight) : std::vector<Input<i64>>{}, threads};
  }
  i64 weight_of(std::size_t i, bool weighted) const { return weighted ? weight[i] : 1; }
};

// Twice the weight of the pairs that a positive wins, ties counted once.
i64 wins(const Rows& rows, bool weighted) {
  i64 total = 0;
  for (std::size_t i = 0; i < rows.score.size(); ++i)
    for (std::size_t j = 0; rows.label[i] && j < rows.score.size(); ++j)
      if (!rows.label[j])
        total += rows.weight_of(i, weighted) * rows.weight_of(j, weighted) *
                 (rows.score[i] > rows.score[j]    ? 2
                  : rows.score[i] == rows.score[j] ? 1
                                                   : 0);
  return total;
}

gnomon::Frame whole(const gnomon::Ranking& ranking) {
  const auto [p, q] = ranking.totals();
  return {0, 0, p, q};
}

}  // namespace

TEST_CASE("pairs, with and without weights, in any number of threads") {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const Rows rows(40 + 90 * seed, seed);
    for (const bool weighted : {false, true})
      for (const int threads : {1, 4}) {
        const auto ranking = rows.ranking(weighted, threads);
        CHECK(static_cast<i64>(ranking.pairs(whole(ranking), 1.0).wins) == wins(rows, weighted));
      }
  }
}

TEST_CASE("many rows: the buckets are cut and sorted") {
  const Rows rows(60'000, 5);
  std::vector<std::size_t> order(rows.score.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return rows.score[a] < rows.score[b]; });
  i64 below = 0, total = 0;
  for (std::size_t at = 0; at < order.size();) {
    i64 p = 0, q = 0;
    std::size_t end = at;
    for (; end < order.size() && rows.score[order[end]] == rows.score[order[at]]; ++end)
      (rows.label[order[end]] ? p : q) += 1;
    total += p * (2 * below + q);
    below += q;
    at = end;
  }
  for (const int threads : {1, 2}) {
    const auto ranking = rows.ranking(false, threads);
    CHECK(static_cast<i64>(ranking.pairs(whole(ranking), 1.0).wins) == total);
  }
}

TEST_CASE("single precision ranks as the doubles that it is") {
  const Rows rows(500, 3);
  std::vector<float> narrow;
  std::vector<double> wide;
  for (const double own : rows.score) narrow.push_back(static_cast<float>(std::clamp(own, -1e30, 1e30)));
  for (const float own : narrow) wide.push_back(static_cast<double>(own));
  const gnomon::Ranking one({Input<float>(narrow)}, {rows.label}, {}, 2),
      other({Input<double>(wide)}, {rows.label}, {}, 1);
  CHECK(one.pairs(whole(one), 1.0).wins == other.pairs(whole(other), 1.0).wins);
}

TEST_CASE("curves count what reaches each threshold, and the hull holds the best of any cost") {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    const Rows rows(300, seed);
    const auto ranking = rows.ranking(true, 3);
    const auto [threshold, tp, fp] = ranking.curve(gnomon::Keep::kAll, 1.0, 1.0);
    std::map<double, std::pair<i64, i64>, std::greater<>> reached;
    for (std::size_t i = 0; i < rows.score.size(); ++i)
      (rows.label[i] ? reached[rows.score[i]].first : reached[rows.score[i]].second) += rows.weight[i];
    REQUIRE(threshold.size() == reached.size());
    std::size_t at = 0;
    i64 p = 0, q = 0;
    for (const auto& [score, own] : reached) {
      p += own.first;
      q += own.second;
      CHECK(threshold[at] == score);
      CHECK(tp[at] == static_cast<double>(p));
      CHECK(fp[at] == static_cast<double>(q));
      const auto [missed, spared] = ranking.below(score);
      CHECK(missed == ranking.totals().first - p);
      CHECK(spared == ranking.totals().second - q);
      ++at;
    }
    const auto [vertex, hull_p, hull_q] = ranking.hull();
    const auto [again, again_p, again_q] =
        gnomon::convex_hull(to_vector(threshold), std::vector<i64>(&tp[0], &tp[0] + tp.size()),
                            std::vector<i64>(&fp[0], &fp[0] + fp.size()));
    CHECK(to_vector(vertex) == to_vector(again));
    for (const auto& [gain, cost] : {std::pair<i64, i64>{1, 1}, {10, 1}, {1, 7}, {3, 2}, {-1, -4}}) {
      i64 best = 0, on_hull = std::numeric_limits<i64>::min();
      for (std::size_t i = 0; i < tp.size(); ++i)
        best = std::max(best, gain * static_cast<i64>(tp[i]) - cost * static_cast<i64>(fp[i]));
      for (std::size_t i = 0; i < hull_p.size(); ++i) on_hull = std::max(on_hull, gain * hull_p[i] - cost * hull_q[i]);
      CHECK(on_hull == best);
    }
  }
}

TEST_CASE("placements are the shares of the other class") {
  const Rows rows(250, 9);
  const auto out = gnomon::placements(Input<double>(rows.score), rows.label, std::nullopt, std::nullopt, 3);
  const i64 p = std::count(rows.label.begin(), rows.label.end(), 1), q = static_cast<i64>(rows.label.size()) - p;
  for (std::size_t i = 0; i < out.size(); ++i) {
    double share = 0.0;
    for (std::size_t j = 0; j < out.size(); ++j)
      if (rows.label[j] != rows.label[i]) {
        const double gap = rows.label[i] ? rows.score[i] - rows.score[j] : rows.score[j] - rows.score[i];
        share += gap > 0 ? 1.0 : gap == 0 ? 0.5 : 0.0;
      }
    CHECK(out[i] == doctest::Approx(share / static_cast<double>(rows.label[i] ? q : p)));
  }
}

TEST_CASE("what cannot be ranked is refused") {
  const std::vector<double> score{0.5, std::nan("")};
  const std::vector<std::uint8_t> label{0, 1};
  CHECK_THROWS_AS(gnomon::Ranking({Input<double>(score)}, {label}, {}, 1), gnomon::InvalidInput);
  CHECK_THROWS_AS(gnomon::Ranking({}, {}, {}, 1), gnomon::InvalidInput);
  CHECK_THROWS_AS(gnomon::Ranking({Input<double>(score)}, {}, {}, 1), gnomon::InvalidInput);
  CHECK_THROWS_AS(gnomon::Ranking({Input<double>(score)}, {Input<std::uint8_t>(label).first(1)}, {}, 1),
                  gnomon::InvalidInput);
}

TEST_CASE("bins of a step of one are the distinct scores, and no step is smaller") {
  const Rows rows(300, 4);
  const auto ranking = rows.ranking(true, 2);
  const auto bins = ranking.bins(whole(ranking), 1, 1);
  std::vector<double> distinct = rows.score;
  for (double& own : distinct) own += 0.0;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  CHECK(bins.low == distinct);
  CHECK(bins.high == distinct);
  CHECK_THROWS_AS(ranking.bins(whole(ranking), 0, 1), gnomon::InvalidInput);
  CHECK_THROWS_AS(ranking.bins(whole(ranking), 1, 0), gnomon::InvalidInput);
  gnomon::Histogram counted(rows.score, 1000, false);
  counted.add(Input<double>(rows.score), rows.label, std::nullopt, std::nullopt);
  const auto [p, q] = counted.totals();
  const auto gathered = counted.gather(0, counted.bins(), {0, 0, p, q}, 1, 1);
  i64 positives = 0;
  for (const i64 own : gathered.positives) positives += own;
  CHECK(positives == p);
  CHECK_THROWS_AS(counted.gather(0, counted.bins(), {0, 0, p, q}, 0, 1), gnomon::InvalidInput);
  // The spread of the placements, as each row's own.
  const double auc = static_cast<double>(wins(rows, false)) / 2.0 / static_cast<double>(p) / static_cast<double>(q);
  const auto placed = gnomon::placements(Input<double>(rows.score), rows.label, std::nullopt, std::nullopt, 1);
  double of_positives = 0.0, of_negatives = 0.0;
  for (std::size_t i = 0; i < placed.size(); ++i)
    (rows.label[i] ? of_positives : of_negatives) += (placed[i] - auc) * (placed[i] - auc);
  const auto spread = counted.spread(auc);
  CHECK(spread.first == doctest::Approx(of_positives).epsilon(0.05));
  CHECK(spread.second == doctest::Approx(of_negatives).epsilon(0.05));
}

TEST_CASE("bounds of a histogram hold the pairs, and parts merge to the whole") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Rows rows(400, seed);
    for (const std::size_t wanted : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
      const std::vector<double> sample(rows.score.begin(), rows.score.begin() + 60);
      gnomon::Histogram all(sample, wanted, false);
      all.add(Input<double>(rows.score), rows.label, std::nullopt, std::nullopt);
      gnomon::Histogram left = all.like(), right = all.like();
      const Input<double> score(rows.score);
      const Input<std::uint8_t> label(rows.label);
      left.add(score.first(150), label.first(150), std::nullopt, std::nullopt);
      right.add(score.subspan(150), label.subspan(150), std::nullopt, std::nullopt);
      left.merge(right);
      const auto [p, q] = all.totals();
      const gnomon::Frame frame{0, 0, p, q};
      const auto exact = wins(rows, false);
      const auto middle = static_cast<i64>(all.pairs(0, all.bins(), frame, 1.0, 2).wins);
      const auto open = static_cast<i64>(all.bounds(1.0, 1.0, 2).open);
      CHECK(std::abs(middle - exact) <= open);
      CHECK(middle == static_cast<i64>(left.pairs(0, left.bins(), frame, 1.0, 1).wins));
      CHECK(to_vector(std::get<0>(all.counts())) == to_vector(std::get<0>(left.counts())));
      CHECK(to_vector(std::get<4>(all.counts())) == to_vector(std::get<4>(left.counts())));
      gnomon::Histogram again = all.like();
      const auto [a, b, c, d, words] = all.counts();
      again.restore(to_vector(a), to_vector(b), to_vector(c), to_vector(d), to_vector(words));
      CHECK(static_cast<i64>(again.bounds(1.0, 1.0, 1).open) == open);
      gnomon::Histogram other(all.form(), false);  // the same bins without the sample
      CHECK(to_vector(other.edges()) == to_vector(all.edges()));
      other.add(Input<double>(rows.score), rows.label, std::nullopt, std::nullopt);
      CHECK(to_vector(std::get<4>(other.counts())) == to_vector(std::get<4>(all.counts())));
    }
  }
  const std::vector<double> sample{0.0, 1.0};
  gnomon::Histogram own(sample, 10, false);
  CHECK_THROWS_AS(own.one_score(own.bins()), gnomon::NoSuchBin);
  CHECK_THROWS_AS(own.merge(gnomon::Histogram(sample, 10, true)), gnomon::InvalidInput);
  gnomon::GridForm form = own.form();
  for (const auto& spoil : std::vector<std::function<void(gnomon::GridForm&)>>{
           [](auto& its) { its.bins += 1; }, [](auto& its) { its.bins = 2; },
           [](auto& its) { its.divisions.pop_back(); }, [](auto& its) { its.divisions.push_back(0); },
           [](auto& its) { its.divisions[0] = 40; }, [](auto& its) { its.high = its.low - 1; },
           [](auto& its) { its.high = ~std::uint64_t{0}; }}) {
    gnomon::GridForm spoilt = form;
    spoil(spoilt);
    CHECK_THROWS_AS(gnomon::Histogram(spoilt, false), gnomon::InvalidInput);
  }
}

TEST_CASE("bounds of one positive, and of none") {
  const std::vector<double> score{0.1, 0.2, 0.3, 0.9};
  for (const std::uint8_t last : {std::uint8_t{1}, std::uint8_t{0}}) {
    gnomon::Histogram own(score, 100, false);
    own.add(Input<double>(score), std::vector<std::uint8_t>{0, 0, 0, last}, std::nullopt, std::nullopt);
    const auto bounds = own.bounds(1.0, 1.0, 1);
    CHECK(bounds.f_low == (last ? 1.0 : 0.0));  // alone above all others
    CHECK(bounds.f_high == (last ? 1.0 : 0.0));
  }
}

TEST_CASE("probabilities fall into the bin of the edges below them") {
  const std::vector<double> edges{0.1, 0.25, 0.5, 0.9};
  std::vector<double> score;
  for (const auto own : columns::whole<int>(3000, 41, 4)) score.push_back(own / 40.0);
  const auto label = columns::whole<std::uint8_t>(3000, 2, 5);
  std::vector<i64> p(5), q(5);
  for (std::size_t i = 0; i < score.size(); ++i) {
    const auto bin = std::count_if(edges.begin(), edges.end(), [&](double edge) { return edge < score[i]; });
    ++(label[i] ? p : q)[static_cast<std::size_t>(bin)];
  }
  for (const int threads : {1, 3}) {
    const auto bins = gnomon::probability_bins<double>(score, label, std::nullopt, std::nullopt, edges, threads);
    CHECK(to_vector(std::get<0>(bins)) == p);
    CHECK(to_vector(std::get<1>(bins)) == q);
  }
  score[1234] = 1.5;
  CHECK_THROWS_AS(gnomon::probability_bins<double>(score, label, std::nullopt, std::nullopt, edges, 2),
                  gnomon::InvalidInput);
}

TEST_CASE("KS of samples that are drawn anew follows from the seed and the sample's number") {
  const std::vector<double> first{0.0, 2.0, 30.0, 0.1, 7.0, 1e-12, 3.0, 4.0, 5.0},
      second{3.0, 1.0, 0.5, 8.0, 0.0, 2.0, 1.0, 1.0, 1.0};
  auto values = [&](std::int64_t samples, std::uint64_t seed) {
    return to_vector(gnomon::ks_of_samples(first, second, samples, seed));
  };
  const auto many = values(300, 1);
  const auto few = values(100, 1);
  CHECK(std::equal(few.begin(), few.end(), many.begin()));
  CHECK(values(300, 2) != many);
  for (const double value : many) {
    CHECK(value >= 0.0);
    CHECK(value <= 1.0);
  }
  const std::vector<double> none(9, 0.0), wide{31.0};
  CHECK(std::isnan(gnomon::ks_of_samples(none, second, 1, 1)[0]));
  CHECK_THROWS_AS(gnomon::ks_of_samples(wide, wide, 1, 1), gnomon::InvalidInput);
  CHECK_THROWS_AS(gnomon::ks_of_samples(first, wide, 1, 1), gnomon::InvalidInput);
}
