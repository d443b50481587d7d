#include "histogram.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <variant>

#include "errors.h"
#include "logarithm.h"
#include "pair_sums.h"
#include "parallel.h"
#include "score_grid.h"

namespace gnomon {

GNOMON_INLINE u64 Histogram::one_or_several(u64 mine, u64 other) {
  const bool same = mine == kNoScore || mine == other || other == kNoScore;
  return same ? (mine == kNoScore ? other : mine) : kSeveral;
}

GNOMON_INLINE Histogram::Bin Histogram::at(std::size_t b) const {
  if (weighted_) {
    const Weighted& own = weights_[b];
    return {own.p, own.q, own.p_squares, own.q_squares, own.word};
  }
  Bin bin{rows_of_[b].p, rows_of_[b].q, 0, 0, rows_of_[b].word};
  if (!settled_.empty()) {
    bin.p += settled_[2 * b];
    bin.q += settled_[2 * b + 1];
  }
  bin.p_squares = bin.p;  // a row without a weight weighs 1
  bin.q_squares = bin.q;
  return bin;
}

Histogram::Histogram(Input<double> sample, std::size_t wanted, bool weighted) : wanted_(wanted), weighted_(weighted) {
  const IeeeArithmetic ieee;
  std::vector<u64> words(sample.size());
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = order_of(sample.data()[i]);
  std::sort(words.begin(), words.end());
  grid_ = std::make_shared<const ScoreGrid>(words, wanted);
  allocate();
}

Histogram::Histogram(const GridForm& form, bool weighted)
    : Histogram(std::make_shared<const ScoreGrid>(form.low, form.high, form.wanted, form.bins, form.divisions),
                form.wanted, weighted) {}

Histogram Histogram::like() const { return Histogram(grid_, wanted_, weighted_); }

std::size_t Histogram::bins() const { return grid_->bins(); }

GridForm Histogram::form() const { return {grid_->low(), grid_->high(), wanted_, bins(), grid_->divisions()}; }

void Histogram::add(const Scores& scores, Input<std::uint8_t> labels, std::optional<Input<i64>> weights,
                    std::optional<Input<i64>> squares) {
  const std::size_t rows = size_of(scores);
  if (labels.size() != rows || weights.has_value() != weighted_ || squares.has_value() != weighted_ ||
      (weighted_ && (weights->size() != rows || squares->size() != rows)))
    throw InvalidInput("scores, labels and weights do not match");
  const IeeeArithmetic ieee;
  if (!weighted_ && rows_ + rows > std::numeric_limits<std::uint32_t>::max()) settle();
  rows_ += rows;
  std::visit([&](const auto& own) { count(own.data(), labels.data(), rows, weights, squares); }, scores);
}

void Histogram::merge(const Histogram& other) {
  if (other.bins() != bins() || other.weighted_ != weighted_) throw InvalidInput("the histograms differ in bins");
  for (std::size_t b = 0; b < bins(); ++b) add_bin(b, other.at(b));
}

HistogramCounts Histogram::counts() const {
  const std::size_t size = bins();
  auto p = make_buffer<i64>(size), q = make_buffer<i64>(size), p2 = make_buffer<i64>(size), q2 = make_buffer<i64>(size);
  auto word = make_buffer<u64>(size);
  for (std::size_t b = 0; b < size; ++b) {
    const Bin bin = at(b);
    p[b] = bin.p, q[b] = bin.q, p2[b] = bin.p_squares, q2[b] = bin.q_squares, word[b] = bin.word;
  }
  const auto column = [size](auto& own) { return Array(std::move(own), size); };
  return {column(p), column(q), column(p2), column(q2), column(word)};
}

void Histogram::restore(Input<i64> p, Input<i64> q, Input<i64> p2, Input<i64> q2, Input<u64> word) {
  for (std::size_t size : {p.size(), q.size(), p2.size(), q2.size(), word.size()})
    if (size != bins()) throw InvalidInput("the counts are of another number of bins");
  for (std::size_t b = 0; b < bins(); ++b)
    add_bin(b, {p.data()[b], q.data()[b], p2.data()[b], q2.data()[b], word.data()[b]});
}

Array<double> Histogram::edges() const {
  auto out = make_buffer<double>(bins());
  out[0] = -std::numeric_limits<double>::infinity();
  for (std::size_t b = 1; b < bins(); ++b) out[b] = value_of(grid_->edges()[b]);
  return Array(std::move(out), bins());
}

bool Histogram::one_score(std::size_t b) const {
  if (b >= bins()) throw NoSuchBin("there is no such bin");
  return !at(b).several();
}

std::pair<i64, i64> Histogram::totals() const {
  i64 p = 0, q = 0;
  for (std::size_t b = 0; b < bins(); ++b) {
    const Bin bin = at(b);
    p += bin.p;
    q += bin.q;
  }
  return {p, q};
}

Pairs Histogram::pairs(std::size_t from, std::size_t to, const Frame& frame, double negative_unit, int threads) const {
  check(from, to);
  return weighted_ ? pairs_of<false>(from, to, frame, negative_unit, threads)
                   : pairs_of<true>(from, to, frame, negative_unit, threads);
}

Bins Histogram::gather(std::size_t from, std::size_t to, const Frame& frame, i64 p_step, i64 q_step) const {
  check(from, to);
  if (p_step < 1 || q_step < 1) throw InvalidInput("a step must be at least 1");
  BinSweep sweep(frame, p_step, q_step);
  for (std::size_t b = from; b < to; ++b) {
    const Bin bin = at(b);
    if (bin.p == 0 && bin.q == 0) continue;
    const double low = bin.several()
                           ? value_of(std::max(grid_->edges()[b], order_of(std::numeric_limits<double>::lowest())))
                           : value_of(bin.word);
    const double high = !bin.several()   ? low
                        : b + 1 < bins() ? value_of(grid_->edges()[b + 1] - 1)
                                         : std::numeric_limits<double>::max();
    sweep.add(low, high, bin.p, bin.q);
  }
  return sweep.take();
}

Bounds Histogram::bounds(double negative_unit, double beta_squared, int threads) const {
  const auto [p_all, q_all] = totals();
  std::vector<Frame> frames;
  const auto pieces = frames_of(0, bins(), Frame{0, 0, p_all, q_all}, frames);
  std::vector<Bounds> parts(pieces.size());
  parallel_for(pieces.size(), threads, [&](std::size_t piece) {
    parts[piece] = bounds_of(pieces[piece], frames[piece], negative_unit, beta_squared);
  });
  Bounds whole;
  for (const auto& part : parts) whole.merge(part);
  return whole;
}

std::pair<double, double> Histogram::spread(double auc) const {
  const auto [p_all, q_all] = totals();
  double p_sum = 0.0, q_sum = 0.0, p_below = 0.0, q_below = 0.0;
  for (std::size_t b = 0; b < bins(); ++b) {
    const Bin bin = at(b);
    const double p = static_cast<double>(bin.p), q = static_cast<double>(bin.q);
    const double beaten = (q_below + 0.5 * q) / static_cast<double>(q_all) - auc;
    const double beating = (static_cast<double>(p_all) - p_below - 0.5 * p) / static_cast<double>(p_all) - auc;
    p_sum += static_cast<double>(bin.p_squares) * beaten * beaten;
    q_sum += static_cast<double>(bin.q_squares) * beating * beating;
    p_below += p;
    q_below += q;
  }
  return {p_sum, q_sum};
}

Histogram::Histogram(std::shared_ptr<const ScoreGrid> grid, std::size_t wanted, bool weighted)
    : grid_(std::move(grid)), wanted_(wanted), weighted_(weighted) {
  allocate();
}

void Histogram::check(std::size_t from, std::size_t to) const {
  if (from > to || to > bins()) throw NoSuchBin("there are no such bins");
}

void Histogram::allocate() {
  if (weighted_) {
    weights_ = make_buffer<Weighted>(bins());
    std::fill(weights_.get(), weights_.get() + bins(), Weighted{});
  } else {
    rows_of_ = make_buffer<Counted>(bins());
    std::fill(rows_of_.get(), rows_of_.get() + bins(), Counted{});
  }
}

template <class T>
void Histogram::count(const T* scores, const std::uint8_t* labels, std::size_t rows,
                      const std::optional<Input<i64>>& weights, const std::optional<Input<i64>>& squares) {
  constexpr std::size_t kStep = 256;
  std::uint32_t at[kStep];
  u64 words[kStep];
  for (std::size_t start = 0; start < rows; start += kStep) {
    const std::size_t count = std::min(kStep, rows - start);
    for (std::size_t i = 0; i < count; ++i) words[i] = order_of(static_cast<double>(scores[start + i]));
    for (std::size_t i = 0; i < count; ++i) {
      at[i] = grid_->bin(words[i]);
      __builtin_prefetch(weighted_ ? static_cast<const void*>(&weights_[at[i]]) : &rows_of_[at[i]], 1);
    }
    if (weighted_) {
      for (std::size_t i = 0; i < count; ++i) {
        Weighted& bin = weights_[at[i]];
        const std::size_t row = start + i;
        (labels[row] ? bin.p : bin.q) += weights->data()[row];
        (labels[row] ? bin.p_squares : bin.q_squares) += squares->data()[row];
        bin.word = one_or_several(bin.word, words[i]);
      }
    } else {
      for (std::size_t i = 0; i < count; ++i) {
        Counted& bin = rows_of_[at[i]];
        const std::uint32_t positive = labels[start + i] != 0;
        bin.p += positive;
        bin.q += 1 - positive;
        bin.word = bin.word == words[i] || bin.word == kNoScore ? words[i] : kSeveral;
      }
    }
  }
}

void Histogram::add_bin(std::size_t b, const Bin& other) {
  if (weighted_) {
    Weighted& own = weights_[b];
    own.p += other.p;
    own.q += other.q;
    own.p_squares += other.p_squares;
    own.q_squares += other.q_squares;
    own.word = one_or_several(own.word, other.word);
  } else {
    if (settled_.empty()) settled_.assign(2 * bins(), 0);
    settled_[2 * b] += other.p;
    settled_[2 * b + 1] += other.q;
    rows_of_[b].word = one_or_several(rows_of_[b].word, other.word);
  }
}

void Histogram::settle() {
  if (settled_.empty()) settled_.assign(2 * bins(), 0);
  for (std::size_t b = 0; b < bins(); ++b) {
    settled_[2 * b] += rows_of_[b].p;
    settled_[2 * b + 1] += rows_of_[b].q;
    rows_of_[b].p = rows_of_[b].q = 0;
  }
  rows_ = 0;
}

// Stretches of the bins, and the frame of each.
std::vector<Range> Histogram::frames_of(std::size_t from, std::size_t to, Frame frame,
                                        std::vector<Frame>& frames) const {
  constexpr std::size_t kPieces = 64;
  std::vector<Range> pieces;
  for (std::size_t piece = 0; piece < kPieces; ++piece) {
    const Range r = part_of(to - from, piece, kPieces);
    pieces.push_back({from + r.begin, from + r.end});
    frames.push_back(frame);
    for (std::size_t b = from + r.begin; b < from + r.end; ++b) {
      const Bin bin = at(b);
      frame.p_before += bin.p;
      frame.q_before += bin.q;
    }
  }
  return pieces;
}

template <bool kCounts>
Pairs Histogram::pairs_of(std::size_t from, std::size_t to, const Frame& frame, double negative_unit,
                          int threads) const {
  std::vector<Frame> frames;
  const auto pieces = frames_of(from, to, frame, frames);
  std::vector<Pairs> parts(pieces.size());
  parallel_for(pieces.size(), threads, [&](std::size_t piece) {
    PairSweep<kCounts> sweep(frames[piece], negative_unit);
    for (std::size_t b = pieces[piece].begin; b < pieces[piece].end; ++b) {
      const Bin bin = at(b);
      if (bin.p == 0) {
        sweep.skip(bin.q);
      } else {
        sweep.add(bin.p, bin.q);
      }
    }
    parts[piece] = sweep.sums();
  });
  Pairs whole;
  for (const auto& part : parts) whole.merge(part);
  return whole;
}

Bounds Histogram::bounds_of(Range range, const Frame& frame, double unit, double beta_squared) const {
  Bounds found;
  const double all_p = static_cast<double>(frame.p_all), all_q = static_cast<double>(frame.q_all);
  i64 p_below = frame.p_before, q_below = frame.q_before;
  for (std::size_t b = range.begin; b < range.end; ++b) {
    const Bin bin = at(b);
    if (bin.p == 0 && bin.q == 0) continue;
    // Amounts in the unit of the positives: above the bin, and in it.
    const double p = static_cast<double>(bin.p), q = static_cast<double>(bin.q) * unit;
    const double above_p = static_cast<double>(frame.p_all - p_below - bin.p);
    const double above_q = static_cast<double>(frame.q_all - q_below - bin.q) * unit;
    const double with_p = above_p + p, with_q = above_q + q, every_q = all_q * unit;
    const auto gap = [&](double tp, double fp) { return tp / all_p - fp / every_q; };
    const auto f = [&](double tp, double fp) {
      return tp > 0 ? (1 + beta_squared) * tp / (beta_squared * all_p + tp + fp) : 0.0;
    };
    if (every_q > 0 && all_p > 0) {
      found.ks_low = std::max({found.ks_low, std::fabs(gap(with_p, with_q)), std::fabs(gap(above_p, above_q))});
      found.ks_high = std::max(found.ks_high, found.ks_low);
    }
    found.f_low = std::max(found.f_low, f(with_p, with_q));
    found.f_high = std::max(found.f_high, found.f_low);
    if (!bin.several()) {
      if (bin.p) {
        const double all_at_once = p * (with_p / (with_p + with_q));
        found.ap_low += all_at_once;
        found.ap_high += all_at_once;
      }
    } else {
      found.open += static_cast<u128>(static_cast<u64>(bin.p)) * static_cast<u64>(bin.q);
      if (bin.p) {
        // Best: every positive of the bin comes with all of them and no negative. Worst: one after the other,
        // below all negatives of the bin.
        found.ap_high += p * (with_p / (with_p + above_q));
        found.ap_low += worst_precisions(bin.p, p, above_p, above_p + with_q);
      }
      if (every_q > 0 && all_p > 0)
        found.ks_high = std::max({found.ks_high, gap(with_p, above_q), -gap(above_p, with_q)});
      found.f_high = std::max(found.f_high, f(with_p, above_q));
    }
    p_below += bin.p;
    q_below += bin.q;
  }
  return found;
}

// A lower limit of the sum over k = 1..p of (a + k) / (b + k), a <= b.
double Histogram::worst_precisions(i64 rows, double p, double a, double b) const {
  if (!weighted_ && rows <= 16) {
    double sum = 0.0;
    for (i64 k = 1; k <= rows; ++k) sum += (a + static_cast<double>(k)) / (b + static_cast<double>(k));
    return sum;
  }
  // The terms grow with k: their sum is at least the integral from 0 to p.
  return b > 0 ? std::max(0.0, p - (b - a) * log_one_plus(p / b)) : p;
}

}  // namespace gnomon
