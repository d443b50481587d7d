#include "select.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <vector>

#include "errors.h"
#include "order.h"
#include "parallel.h"

namespace gnomon {
namespace {

constexpr std::size_t kFew = 1 << 12;  // values up to which sorting is quickest
constexpr int kDigit = 16;             // bits looked at in a round

struct Candidates {
  std::vector<u64> keys;
  std::vector<i64> weights;  // empty where all weigh 1
};

// One round over `rows` values: the weight in each bucket of their next digit, by key_of(i) and weight_of(i).
// Descends into the bucket that holds the goal, and gathers it; `before` grows by the weight below the bucket.
template <class KeyOf, class WeightOf>
Candidates bucket_of_goal(std::size_t rows, int shift, i64 goal, i64& before, bool weighted, int workers,
                          const KeyOf& key_of, const WeightOf& weight_of) {
  constexpr u64 kMask = (u64{1} << kDigit) - 1;
  const int pieces = pieces_of(rows, workers);
  std::vector<std::vector<i64>> weight(pieces, std::vector<i64>(kMask + 1));
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    for (std::size_t i = r.begin; i < r.end; ++i) weight[part][(key_of(i) >> shift) & kMask] += weight_of(i);
  });
  // The bucket that reaches the goal, or the last that holds anything.
  u64 bucket = 0;
  i64 below = before;
  for (u64 at = 0; at <= kMask; ++at) {
    i64 own = 0;
    for (const auto& part : weight) own += part[at];
    if (own == 0) continue;
    bucket = at;
    before = below;
    below += own;
    if (below >= goal) break;
  }
  std::vector<Candidates> parts(pieces);
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    for (std::size_t i = r.begin; i < r.end; ++i) {
      const u64 key = key_of(i);
      if (((key >> shift) & kMask) != bucket) continue;
      parts[part].keys.push_back(key);
      if (weighted) parts[part].weights.push_back(weight_of(i));
    }
  });
  Candidates found = std::move(parts[0]);
  for (int part = 1; part < pieces; ++part) {
    found.keys.insert(found.keys.end(), parts[part].keys.begin(), parts[part].keys.end());
    found.weights.insert(found.weights.end(), parts[part].weights.begin(), parts[part].weights.end());
  }
  return found;
}

struct Ranked {
  u64 key;
  i64 weight;
};

GNOMON_HOT double least_above(const double* values, std::size_t count, double limit) {
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < count; ++i) {
    const double value = values[i] > limit ? values[i] : std::numeric_limits<double>::infinity();
    least = value < least ? value : least;
  }
  return least;
}

}  // namespace

std::pair<double, i64> select(Input<double> values, std::optional<Input<i64>> weight, i64 goal, int threads) {
  const std::size_t rows = values.size();
  if (rows == 0) throw InvalidInput("there are no values to rank");
  if (weight && weight->size() != rows) throw InvalidInput("values and weight differ in length");
  const double* v = values.data();
  const i64* w = weight ? weight->data() : nullptr;
  i64 before = 0;
  u64 key = 0;
  const auto own_key = [v](std::size_t i) { return order_of(v[i]); };
  const auto own_weight = [w](std::size_t i) { return w ? w[i] : i64{1}; };
  Candidates left;
  int shift = 64;
  if (rows > kFew) {
    shift -= kDigit;
    left = bucket_of_goal(rows, shift, goal, before, w != nullptr, useful_threads(rows, threads), own_key, own_weight);
    while (left.keys.size() > kFew && shift > 0) {
      shift -= kDigit;
      left = bucket_of_goal(
          left.keys.size(), shift, goal, before, w != nullptr, useful_threads(left.keys.size(), threads),
          [&](std::size_t i) { return left.keys[i]; },
          [&](std::size_t i) { return left.weights.empty() ? i64{1} : left.weights[i]; });
    }
  }
  const bool all = shift == 64;
  std::vector<Ranked> ranked(all ? rows : left.keys.size());
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    if (all) {
      ranked[i] = {own_key(i), own_weight(i)};
    } else {
      ranked[i] = {left.keys[i], left.weights.empty() ? 1 : left.weights[i]};
    }
  }
  if (ranked.empty()) throw InvalidInput("the values changed while they were ranked");
  std::sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) { return a.key < b.key; });
  std::size_t at = 0;
  for (;; ++at) {
    before += ranked[at].weight;
    if (before >= goal || at + 1 == ranked.size()) break;
  }
  key = ranked[at].key;
  for (++at; at < ranked.size() && ranked[at].key == key; ++at) before += ranked[at].weight;
  return {value_of(key), before};
}

double next_above(Input<double> values, double limit, int threads) {
  const std::size_t rows = values.size();
  const int workers = useful_threads(rows, threads);
  const int pieces = pieces_of(rows, workers);
  std::vector<double> parts(pieces);
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    parts[part] = least_above(values.data() + r.begin, r.end - r.begin, limit);
  });
  return *std::min_element(parts.begin(), parts.end());
}

}  // namespace gnomon
