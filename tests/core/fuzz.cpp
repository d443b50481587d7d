// Any bytes as columns: a kernel refuses them, or says the same in one thread and in four, as far as that is compared.
// A fault of memory is for the sanitizers to find.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "confusion.h"
#include "errors.h"
#include "histogram.h"
#include "indicators.h"
#include "losses.h"
#include "probability_bins.h"
#include "ranking.h"
#include "records.h"
#include "residuals.h"
#include "row_rankings.h"
#include "scan.h"
#include "select.h"

namespace {

using gnomon::Array;
using gnomon::ExactSum;
using gnomon::i64;
using gnomon::Input;

// Hands out the bytes as columns; an exhausted one gives empty columns and zeros.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  std::uint8_t byte() { return size_ ? (--size_, *data_++) : std::uint8_t{0}; }
  std::size_t below(std::size_t limit) { return (byte() | byte() << 8) % limit; }

  template <class T>
  std::vector<T> column(std::size_t rows) {
    std::vector<T> values(rows);
    const std::size_t taken = std::min(size_, rows * sizeof(T));
    if (taken) std::memcpy(values.data(), data_, taken);
    data_ += taken;
    size_ -= taken;
    return values;
  }
  // Scores with ties: eighths where the byte is even, else any doubles.
  std::vector<double> scores(std::size_t rows) {
    if (byte() & 1) return column<double>(rows);
    std::vector<double> values;
    for (const auto own : column<std::int8_t>(rows)) values.push_back(own / 8.0);
    return values;
  }
  std::vector<std::uint8_t> labels(std::size_t rows) {
    auto values = column<std::uint8_t>(rows);
    for (auto& own : values) own &= 1;
    return values;
  }
  std::vector<i64> weights(std::size_t rows) {
    std::vector<i64> values;
    for (const auto own : column<std::uint8_t>(rows)) values.push_back(own + 1);
    return values;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "core_fuzz: %s\n", what);
  std::abort();
}
void require(bool holds, const char* what) {
  if (!holds) fail(what);
}

template <class T>
bool same(const Array<T>& one, const Array<T>& other) {
  return one.size() == other.size() &&
         (one.size() == 0 || std::memcmp(&one[0], &other[0], one.size() * sizeof(T)) == 0);
}
bool same(ExactSum one, ExactSum other) {
  unsigned char left[ExactSum::kBytes], right[ExactSum::kBytes];
  one.write(left);
  other.write(right);
  return one.finite() == other.finite() && (!one.finite() || std::memcmp(left, right, sizeof left) == 0);
}
bool same(const std::vector<ExactSum>& one, const std::vector<ExactSum>& other) {
  bool all = one.size() == other.size();
  for (std::size_t i = 0; all && i < one.size(); ++i) all = same(one[i], other[i]);
  return all;
}

void ranking(Bytes& bytes) {
  const std::size_t rows = bytes.below(600), cut = rows ? bytes.below(rows) : 0;
  const auto score = bytes.scores(rows);
  const auto label = bytes.labels(rows);
  const auto weight = bytes.weights(rows);
  const bool weighted = bytes.byte() & 1;
  const Input<double> s(score);
  const Input<std::uint8_t> l(label);
  const Input<i64> w(weight);
  const std::vector<gnomon::Scores> scores{s.first(cut), s.subspan(cut)};
  const std::vector<Input<i64>> weights{w.first(cut), w.subspan(cut)};
  const auto build = [&](int threads) {
    return gnomon::Ranking(scores, {l.first(cut), l.subspan(cut)}, weighted ? weights : std::vector<Input<i64>>{},
                           threads);
  };
  const auto one = build(1), four = build(4);
  const auto [p, q] = one.totals();
  const gnomon::Frame frame{0, 0, p, q};
  const auto first = one.pairs(frame, 1.0), second = four.pairs(frame, 1.0);
  require(first.wins == second.wins && first.positive_squares == second.positive_squares &&
              first.negative_squares == second.negative_squares && first.precisions == second.precisions &&
              first.gap_above == second.gap_above && first.gap_below == second.gap_below,
          "pairs differ with the threads");
  require(first.wins <= static_cast<gnomon::u128>(2) * static_cast<gnomon::u64>(p) * static_cast<gnomon::u64>(q),
          "more pairs than there are");
  for (const auto keep : {gnomon::Keep::kAll, gnomon::Keep::kBends, gnomon::Keep::kGains}) {
    const auto a = one.curve(keep, 1.0, 1.0), b = four.curve(keep, 1.0, 1.0);
    require(same(std::get<0>(a), std::get<0>(b)) && same(std::get<1>(a), std::get<1>(b)),
            "curves differ with the threads");
    for (std::size_t i = 1; i < std::get<0>(a).size(); ++i)
      require(std::get<0>(a)[i] < std::get<0>(a)[i - 1] && std::get<1>(a)[i] >= std::get<1>(a)[i - 1],
              "a curve turns back");
  }
  require(same(std::get<1>(one.hull()), std::get<1>(four.hull())), "hulls differ with the threads");
  const auto bins = one.bins(frame, 1 + bytes.below(9), 1 + bytes.below(9)), again = four.bins(frame, 1, 1);
  i64 total = 0, total_again = 0;
  for (const i64 own : bins.positives) total += own;
  for (const i64 own : again.positives) total_again += own;
  require(total == p && total_again == p, "bins lose rows");
  if (rows) {
    const auto [missed, spared] = four.below(score[0] + 0.0);
    require(missed <= p && spared <= q, "more rows below than there are");
  }
  const auto placed = gnomon::placements(s, l, weighted ? std::optional(w) : std::nullopt, std::nullopt, 1);
  require(same(placed, gnomon::placements(s, l, weighted ? std::optional(w) : std::nullopt, std::nullopt, 4)),
          "placements differ with the threads");
}

void histogram(Bytes& bytes) {
  const std::size_t rows = bytes.below(600);
  const auto sample = bytes.scores(bytes.below(80));
  const auto score = bytes.scores(rows);
  for (const auto& column : {sample, score})
    for (const double own : column)
      if (!(own - own == 0.0)) return;  // whoever calls has looked for them
  const auto label = bytes.labels(rows);
  const auto weight = bytes.weights(rows);
  const bool weighted = bytes.byte() & 1;
  gnomon::Histogram all(sample, 1 + bytes.below(3000), weighted);
  const auto own = weighted ? std::optional(Input<i64>(weight)) : std::nullopt;
  all.add(Input<double>(score), label, own, own);
  const auto [p, q] = all.totals();
  const gnomon::Frame frame{0, 0, p, q};
  const auto middle = all.pairs(0, all.bins(), frame, 1.0, 1).wins;
  require(middle == all.pairs(0, all.bins(), frame, 1.0, 4).wins, "a histogram's pairs differ with the threads");
  const auto bounds = all.bounds(1.0, 1.0, 1);
  require(bounds.ap_low <= bounds.ap_high && bounds.ks_low <= bounds.ks_high && bounds.f_low <= bounds.f_high,
          "bounds are crossed");
  if (rows) {
    const gnomon::Ranking exact({Input<double>(score)}, {label},
                                weighted ? std::vector{*own} : std::vector<Input<i64>>{}, 1);
    const auto wins = exact.pairs(frame, 1.0).wins;
    require((wins > middle ? wins - middle : middle - wins) <= bounds.open, "bounds do not hold the pairs");
  }
  gnomon::Histogram copy = all.like();
  const auto counts = all.counts();
  const auto view = [](const auto& column) { return std::span(&column[0], column.size()); };
  copy.restore(view(std::get<0>(counts)), view(std::get<1>(counts)), view(std::get<2>(counts)),
               view(std::get<3>(counts)), view(std::get<4>(counts)));
  require(copy.totals() == all.totals() && copy.bounds(1.0, 1.0, 1).open == bounds.open, "counts are not restored");
  require(gnomon::Histogram(all.form(), weighted).edges().size() == all.bins(), "bins are not made again");
  gnomon::GridForm form = all.form();  // damaged: refused, or another grid
  form.bins = bytes.below(9000);
  for (std::size_t spoilt = bytes.below(4); spoilt > 0; --spoilt)
    form.divisions[bytes.below(form.divisions.size())] = bytes.byte();
  try {
    const gnomon::Histogram other(form, weighted);
  } catch (const gnomon::InvalidInput&) {
  }
  const std::size_t from = bytes.below(4000), to = bytes.below(4000);
  all.gather(from, to, frame, 1, 1);
}

template <class Code>
void counts(Bytes& bytes) {
  const std::size_t rows = bytes.below(600), classes = 1 + bytes.below(120);
  auto target = bytes.column<Code>(rows), predicted = bytes.column<Code>(rows);
  if (bytes.byte() & 1)
    for (auto* column : {&target, &predicted})
      for (Code& own : *column) own = static_cast<Code>(static_cast<std::uint64_t>(own) % classes);
  const auto weight = bytes.scores(rows);
  if (const auto found = gnomon::label_counts<Code>(target, predicted, 1)) {
    const auto again = gnomon::label_counts<Code>(target, predicted, 4);
    require(again && same(found->first, again->first) && same(found->second, again->second),
            "counts differ with the threads");
  }
  const auto one = gnomon::confusion_weights<Code>(target, predicted, weight, 0, classes, true, 1);
  const auto four = gnomon::confusion_weights<Code>(target, predicted, weight, 0, classes, true, 4);
  require(one.size() == four.size(), "cells differ with the threads");
  if constexpr (!std::is_same_v<Code, std::int8_t>)
    require(same(gnomon::confusion<Code>(target, predicted, classes, 1),
                 gnomon::confusion<Code>(target, predicted, classes, 4)),
            "tables differ with the threads");
}

template <class T>
void codes(Bytes& bytes) {
  const auto values = bytes.column<T>(bytes.below(600));
  const auto [low, high] = gnomon::span_integers<T>(values, 4);
  const auto narrow = gnomon::encode_narrow<T>(values, 4);
  require(narrow.has_value() == (static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) < 256),
          "narrow or not");
  if (narrow)
    for (std::size_t i = 0; i < values.size(); ++i)
      require(static_cast<T>(std::get<0>(*narrow) + std::get<1>(*narrow)[i]) == values[i], "a code is not its label");
  const auto table = bytes.column<std::int32_t>(bytes.below(300));
  const auto one = gnomon::encode<T>(values, static_cast<i64>(low), table, false, 1);
  const auto four = gnomon::encode<T>(values, static_cast<i64>(low), table, false, 4);
  require(std::get<1>(one) == std::get<1>(four) && std::get<2>(one) == std::get<2>(four),
          "codes differ with the threads");
  gnomon::occurring<T>(values, low, 1 + bytes.below(300), 4);
}

void sums(Bytes& bytes) {
  const std::size_t rows = bytes.below(600);
  const auto y = bytes.scores(rows), p = bytes.scores(rows), w = bytes.scores(rows);
  const auto label = bytes.labels(rows);
  const auto weight = bytes.byte() & 1 ? std::optional(Input<double>(w)) : std::nullopt;
  std::vector<int> terms;
  for (int term = -1; term < 21; ++term)
    if (bytes.byte() & 1) terms.push_back(term);
  require(same(gnomon::mean_sums(y, weight, true, 1), gnomon::mean_sums(y, weight, true, 4)),
          "sums differ with the threads");
  require(same(gnomon::brier_sums<double>(label, p, weight, true, 1),
               gnomon::brier_sums<double>(label, p, weight, true, 4)),
          "sums of losses differ with the threads");
  gnomon::log_loss_sums<double>(label, p, weight, 1e-15, 1.0, true, 4);
  const auto scan = gnomon::scan_floats<double>(y, 1), again = gnomon::scan_floats<double>(y, 4);
  require(scan.nans == again.nans && scan.low == again.low && scan.high == again.high, "scans differ with the threads");
  gnomon::largest_residual<double>(y, p, 4);
  require(same(gnomon::residual_sums<double>(y, p, weight, terms, 0.3, 1),
               gnomon::residual_sums<double>(y, p, weight, terms, 0.3, 4)),
          "sums of residuals differ with the threads");
}

void rows(Bytes& bytes) {
  const std::size_t height = bytes.below(80), width = 1 + bytes.below(9);
  const auto scores = bytes.scores(height * width), relevance = bytes.scores(height * width),
             discount = bytes.scores(width);
  const auto truth = bytes.labels(height * width), predicted = bytes.labels(height * width);
  const auto target = bytes.column<std::int32_t>(height);
  const gnomon::Matrix<double> s(scores.data(), height, width), r(relevance.data(), height, width);
  const gnomon::Matrix<std::uint8_t> t(truth.data(), height, width), p(predicted.data(), height, width);
  for (const char* measure : {"average_precision", "coverage", "loss"})
    require(same(gnomon::label_ranking(measure, t, s, 1), gnomon::label_ranking(measure, t, s, 4)),
            "rows differ with the threads");
  gnomon::gains(r, s, discount, bytes.byte() & 1, 4);
  require(same(gnomon::label_margins(t, p, 1), gnomon::label_margins(t, p, 4)), "margins differ with the threads");
  gnomon::row_margins(t, p, 4);
  gnomon::class_scan(s, 4);
  const auto records = bytes.column<std::uint32_t>(height * width);
  const auto [codes, first] = gnomon::encode_records<std::uint32_t>({records.data(), height, width}, 4);
  for (std::size_t row = 0; row < height; ++row)
    require(std::memcmp(&records[row * width],
                        &records[static_cast<std::size_t>(first[static_cast<std::size_t>(codes[row])]) * width],
                        width * sizeof(std::uint32_t)) == 0,
            "a code is not its record");
  gnomon::top_k_hits<double>(target, s, bytes.below(5), 4);
  gnomon::class_losses<double>(target, s, 1e-15, 1.0, 4);
}

void ranks(Bytes& bytes) {
  const std::size_t rows = bytes.below(600);
  const auto score = bytes.scores(rows);
  const auto label = bytes.labels(rows);
  auto edges = bytes.scores(bytes.below(12));
  for (const double own : score)
    if (own != own) return;
  const auto goal = static_cast<i64>(bytes.below(700));
  require(gnomon::select(score, std::nullopt, goal, 1) == gnomon::select(score, std::nullopt, goal, 4), "ranks differ");
  gnomon::next_above(score, score[0], 4);
  gnomon::probability_bins<double>(score, label, std::nullopt, std::nullopt, edges, 4);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  try {
    switch (bytes.byte() % 10) {
      case 0: counts<std::uint8_t>(bytes); break;
      case 1: counts<std::int64_t>(bytes); break;
      case 2: codes<std::int8_t>(bytes); break;
      case 3: codes<std::uint64_t>(bytes); break;
      case 4: codes<std::int32_t>(bytes); break;
      case 5: sums(bytes); break;
      case 6: rows(bytes); break;
      case 7: ranks(bytes); break;
      case 8: histogram(bytes); break;
      default: ranking(bytes);
    }
  } catch (const gnomon::InvalidInput&) {
  } catch (const gnomon::NoSuchBin&) {
  }
  return 0;
}
