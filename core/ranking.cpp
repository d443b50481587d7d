#include "ranking.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <variant>

#include "errors.h"
#include "hull.h"
#include "pair_sums.h"
#include "sorted_scores.h"

namespace gnomon {
namespace {

// The frame of one partition of a stretch that was sorted.
template <class T>
Frame within(const Frame& frame, const Sorted<T>& sorted, std::size_t b) {
  return {frame.p_before + sorted.positives_before(b), frame.q_before + sorted.negatives_before(b), frame.p_all,
          frame.q_all};
}

// Calls use(score, p, q) for each group of equal scores, ascending: the weights of its positives and negatives.
template <class T, class Use>
GNOMON_INLINE void for_groups(const T* item, const T* end, Use&& use) {
  while (item != end) {
    const u64 score = item->score();
    i64 p = 0, q = 0;
    do {
      const i64 weight = item->weight();
      const i64 mine = item->positive() ? weight : 0;
      p += mine;
      q += weight - mine;
    } while (++item != end && item->score() == score);
    use(score, p, q);
  }
}

// The same, but only for groups that hold a positive; use(p, q, skipped) is also told the weight of the
// negatives since the last such group. What negatives contribute can be counted at the positives below them, so
// with few positives most rows are only stepped over.
template <class T, class Use>
GNOMON_INLINE void for_positive_groups(const T* begin, const T* end, Use&& use) {
  i64 skipped = 0;
  for (const T* item = begin; item != end;) {
    if (!item->positive()) {
      skipped += item->weight();
      ++item;
      continue;
    }
    const u64 score = item->score();
    i64 p = 0, q = 0;
    for (const T* tied = item; tied != begin && tied[-1].score() == score; --tied) q += tied[-1].weight();
    skipped -= q;
    for (; item != end && item->score() == score; ++item) {
      const i64 weight = item->weight(), mine = item->positive() ? weight : 0;
      p += mine;
      q += weight - mine;
    }
    use(p, q, skipped);
    skipped = 0;
  }
}

template <class T>
Pairs pairs_of(const Sorted<T>& sorted, const Frame& frame, double negative_unit) {
  constexpr bool counts = std::is_same_v<T, Item>;
  Pairs whole;
  std::vector<Pairs> parts(sorted.partitions());
  parallel_for(parts.size(), sorted.threads(), [&](std::size_t b) {
    PairSweep<counts> sweep(within(frame, sorted, b), negative_unit);
    for_positive_groups(sorted.begin(b), sorted.end(b), [&](i64 p, i64 q, i64 skipped) {
      sweep.skip(skipped);
      sweep.add(p, q);
    });
    parts[b] = sweep.sums();
  });
  for (const auto& part : parts) whole.merge(part);
  return whole;
}

template <class T>
Bins bins_of(const Sorted<T>& sorted, const Frame& frame, i64 p_step, i64 q_step) {
  Bins bins;
  std::vector<Bins> parts(sorted.partitions());
  parallel_for(parts.size(), sorted.threads(), [&](std::size_t b) {
    BinSweep sweep(within(frame, sorted, b), p_step, q_step);
    for_groups(sorted.begin(b), sorted.end(b), [&](u64 score, i64 p, i64 q) {
      const double value = sorted.value(b, score);
      sweep.add(value, value, p, q);
    });
    parts[b] = sweep.take();
  });
  for (const auto& part : parts) bins.append(part);
  return bins;
}

// The same as for_groups, but from the highest score down.
template <class T, class Use>
GNOMON_INLINE void for_groups_down(const T* begin, const T* item, Use&& use) {
  while (item != begin) {
    const u64 score = item[-1].score();
    i64 p = 0, q = 0;
    do {
      --item;
      const i64 weight = item->weight();
      const i64 mine = item->positive() ? weight : 0;
      p += mine;
      q += weight - mine;
    } while (item != begin && item[-1].score() == score);
    use(score, p, q);
  }
}

struct Step {
  i64 p, q;
};

GNOMON_INLINE bool keeps(Keep keep, Step own, Step next) {
  switch (keep) {
    case Keep::kBends: return own.p != next.p || own.q != next.q;
    case Keep::kGains: return own.p != 0 || next.p != 0;
    default: return true;
  }
}

// Every distinct score as a threshold, from the highest down, with the weights of the positives and negatives at or
// above it, in units that make them amounts.
template <class T>
Curve curve_of(const Sorted<T>& sorted, Keep keep, double positive_unit, double negative_unit) {
  const std::size_t partitions = sorted.partitions();
  Buffer<double> threshold, tp, fp;
  std::size_t points = 0;
  // The first step below each partition: the highest group of the next lower one that holds any rows.
  std::vector<Step> below(partitions);
  std::vector<bool> lowest(partitions);
  bool seen = false;
  Step step{};
  for (std::size_t b = 0; b < partitions; ++b) {
    below[b] = step;
    lowest[b] = !seen;
    if (sorted.begin(b) == sorted.end(b)) continue;
    seen = true;
    const T* item = sorted.end(b);
    const u64 score = item[-1].score();
    step = {};
    for (; item != sorted.begin(b) && item[-1].score() == score; --item)
      (item[-1].positive() ? step.p : step.q) += item[-1].weight();
  }
  std::size_t highest = partitions;
  while (highest > 0 && sorted.begin(highest - 1) == sorted.end(highest - 1)) --highest;
  // Calls use(score, p so far, q so far) for every point that is kept, in one partition.
  const auto sweep = [&](std::size_t b, auto&& use) {
    i64 p = sorted.positives() - sorted.positives_before(b + 1),
        q = sorted.negatives() - sorted.negatives_before(b + 1);
    bool first = b + 1 == highest, held = false;
    u64 last_score = 0;
    Step last{};
    const auto settle = [&](bool kept) {
      if (held && (kept || first)) use(last_score, p, q);
      if (held) first = false;
    };
    for_groups_down(sorted.begin(b), sorted.end(b), [&](u64 score, i64 own_p, i64 own_q) {
      settle(keeps(keep, last, {own_p, own_q}));
      last_score = score;
      last = {own_p, own_q};
      held = true;
      p += own_p;
      q += own_q;
    });
    settle(lowest[b] || keeps(keep, last, below[b]));
  };
  std::vector<std::size_t> offsets(partitions + 1);
  parallel_for(partitions, sorted.threads(), [&](std::size_t b) {
    std::size_t count = 0;
    sweep(b, [&](u64, i64, i64) { ++count; });
    offsets[b] = count;
  });
  for (std::size_t b = partitions; b-- > 0;) {
    const std::size_t count = offsets[b];
    offsets[b] = points;
    points += count;
  }
  threshold = make_buffer<double>(points);
  tp = make_buffer<double>(points);
  fp = make_buffer<double>(points);
  parallel_for(partitions, sorted.threads(), [&](std::size_t b) {
    std::size_t at = offsets[b];
    sweep(b, [&](u64 score, i64 p, i64 q) {
      threshold[at] = sorted.value(b, score);
      tp[at] = static_cast<double>(p) * positive_unit;
      fp[at] = static_cast<double>(q) * negative_unit;
      ++at;
    });
  });
  return {Array(std::move(threshold), points), Array(std::move(tp), points), Array(std::move(fp), points)};
}

// The vertices of the convex hull of the ROC curve, above it and below it, from the highest threshold down.
//
// The curve's points between the partitions have a hull of their own, which lies inside. A partition lies along one
// edge of it on either side, and only points beyond these edges can be vertices: few, so the rest costs two additions.
template <class T>
CurvePoints hull_of(const Sorted<T>& sorted) {
  const std::size_t partitions = sorted.partitions();
  const auto empty = [&](std::size_t b) {  // of weight: rows may be there all the same
    return sorted.positives_before(b) == sorted.positives_before(b + 1) &&
           sorted.negatives_before(b) == sorted.negatives_before(b + 1);
  };
  const auto reached = [&](std::size_t b) {
    return HullPoint{sorted.positives() - sorted.positives_before(b), sorted.negatives() - sorted.negatives_before(b),
                     0};
  };
  std::vector<HullPoint> points;
  Hull inner;
  inner.add(kNothing);
  for (std::size_t b = partitions; b-- > 0;)
    if (!empty(b)) inner.add(reached(b));
  std::vector<Hull> parts(partitions);
  parallel_for(partitions, sorted.threads(), [&](std::size_t b) {
    if (empty(b)) return;
    HullPoint point = reached(b + 1);
    HullSide above = inner.above(point), below = inner.below(point);
    for_groups_down(sorted.begin(b), sorted.end(b), [&](u64 score, i64 own_p, i64 own_q) {
      point = {point.p + own_p, point.q + own_q, score};
      above.step(own_p, own_q);
      below.step(own_p, own_q);
      if (above.distance() >= 0 || below.distance() <= 0) parts[b].add(point);
    });
  });
  Hull whole;
  whole.add(kNothing);
  for (std::size_t b = partitions; b-- > 0;)
    parts[b].each([&](const HullPoint& point) {
      whole.add({point.p, point.q, std::bit_cast<u64>(sorted.value(b, point.threshold))});
    });
  points = whole.points();
  return columns_of(points);
}

std::vector<Chunk> chunks_of(const std::vector<Scores>& scores, const std::vector<Input<std::uint8_t>>& labels,
                             const std::vector<Input<i64>>& weights) {
  if (labels.size() != scores.size() || (!weights.empty() && weights.size() != scores.size()))
    throw InvalidInput("scores, labels and weights differ in their number of chunks");
  std::vector<Chunk> chunks;
  std::size_t offset = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    Chunk chunk;
    chunk.rows = size_of(scores[i]);
    chunk.offset = offset;
    offset += chunk.rows;
    if (labels[i].size() != chunk.rows || (!weights.empty() && weights[i].size() != chunk.rows))
      throw InvalidInput("scores, labels and weights differ in length");
    if (const auto* wide = std::get_if<Input<double>>(&scores[i])) {
      chunk.f64 = wide->data();
    } else {
      chunk.f32 = std::get<Input<float>>(scores[i]).data();
    }
    chunk.label = labels[i].data();
    if (!weights.empty()) chunk.weight = weights[i].data();
    if (chunk.rows) chunks.push_back(chunk);
  }
  if (chunks.empty()) throw InvalidInput("there are no scores to rank");
  if (offset > std::numeric_limits<std::uint32_t>::max())
    throw InvalidInput("exact ranking takes at most 2^32 - 1 rows");
  return chunks;
}

}  // namespace

struct Ranking::Rows {
  Rows(const std::vector<Chunk>& chunks, bool weighted, int threads) {
    if (weighted) {
      sorted.emplace<Sorted<TaggedItem>>(chunks, Tag::kWeight, threads);
    } else {
      sorted.emplace<Sorted<Item>>(chunks, Tag::kNone, threads);
    }
  }

  template <class Use>
  auto visit(Use&& use) const {
    return std::holds_alternative<Sorted<Item>>(sorted) ? use(std::get<Sorted<Item>>(sorted))
                                                        : use(std::get<Sorted<TaggedItem>>(sorted));
  }

  std::variant<std::monostate, Sorted<Item>, Sorted<TaggedItem>> sorted;
};

Ranking::Ranking(const std::vector<Scores>& scores, const std::vector<Input<std::uint8_t>>& labels,
                 const std::vector<Input<i64>>& weights, int threads)
    : rows_(std::make_unique<Rows>(chunks_of(scores, labels, weights), !weights.empty(), threads)) {}
Ranking::~Ranking() = default;

std::pair<i64, i64> Ranking::totals() const {
  return rows_->visit([](const auto& sorted) { return std::pair{sorted.positives(), sorted.negatives()}; });
}

std::pair<i64, i64> Ranking::largest() const {
  i64 p = 1, q = 1;
  if (const auto* sorted = std::get_if<Sorted<TaggedItem>>(&rows_->sorted))
    for (const TaggedItem* item = sorted->begin(0); item != sorted->end(sorted->partitions() - 1); ++item)
      (item->positive() ? p : q) = std::max(item->positive() ? p : q, item->weight());
  return {p, q};
}

Pairs Ranking::pairs(const Frame& frame, double negative_unit) const {
  return rows_->visit([&](const auto& sorted) { return pairs_of(sorted, frame, negative_unit); });
}

Bins Ranking::bins(const Frame& frame, i64 p_step, i64 q_step) const {
  if (p_step < 1 || q_step < 1) throw InvalidInput("a step must be at least 1");
  return rows_->visit([&](const auto& sorted) { return bins_of(sorted, frame, p_step, q_step); });
}

Curve Ranking::curve(Keep keep, double positive_unit, double negative_unit) const {
  return rows_->visit([&](const auto& sorted) { return curve_of(sorted, keep, positive_unit, negative_unit); });
}

CurvePoints Ranking::hull() const {
  return rows_->visit([](const auto& sorted) { return hull_of(sorted); });
}

std::pair<i64, i64> Ranking::below(double threshold) const {
  if (std::isnan(threshold)) throw InvalidInput("a threshold must not be NaN");
  return rows_->visit([&](const auto& sorted) { return sorted.below(threshold); });
}

CurvePoints convex_hull(Input<double> threshold, Input<i64> p, Input<i64> q) {
  if (p.size() != threshold.size() || q.size() != threshold.size())
    throw InvalidInput("thresholds and weights differ in length");
  Hull whole;
  whole.add(kNothing);
  for (std::size_t i = 0; i < threshold.size(); ++i)
    whole.add({p.data()[i], q.data()[i], std::bit_cast<u64>(threshold.data()[i])});
  return columns_of(whole.points());
}

Array<double> placements(const Scores& scores, Input<std::uint8_t> labels, std::optional<Input<i64>> weight,
                         const std::optional<Frame>& place, int threads) {
  const auto chunks = chunks_of({scores}, {labels}, weight ? std::vector{*weight} : std::vector<Input<i64>>{});
  const std::size_t rows = labels.size();
  auto out = make_buffer<double>(rows);
  const i64* weights = weight ? weight->data() : nullptr;
  const Sorted<TaggedItem> sorted(chunks, Tag::kRow, threads);
  const auto weight_of = [&](const TaggedItem& item) { return weights ? weights[item.tag] : 1; };
  const std::size_t partitions = sorted.partitions();
  std::vector<i64> p_before(partitions + 1), q_before(partitions + 1);
  parallel_for(partitions, sorted.threads(), [&](std::size_t b) {
    for (const TaggedItem* item = sorted.begin(b); item != sorted.end(b); ++item)
      (item->positive() ? p_before : q_before)[b + 1] += weight_of(*item);
  });
  for (std::size_t b = 0; b < partitions; ++b) p_before[b + 1] += p_before[b], q_before[b + 1] += q_before[b];
  const Frame frame = place ? *place : Frame{0, 0, p_before.back(), q_before.back()};
  const double all_p = static_cast<double>(frame.p_all), all_q = static_cast<double>(frame.q_all);
  parallel_for(partitions, sorted.threads(), [&](std::size_t b) {
    i64 p_below = frame.p_before + p_before[b], q_below = frame.q_before + q_before[b];
    for (const TaggedItem* item = sorted.begin(b); item != sorted.end(b);) {
      const TaggedItem* last = item;
      i64 p = 0, q = 0;
      for (; last != sorted.end(b) && last->score() == item->score(); ++last)
        (last->positive() ? p : q) += weight_of(*last);
      const double beaten = (static_cast<double>(q_below) + 0.5 * static_cast<double>(q)) / all_q;
      const double beating = (all_p - static_cast<double>(p_below) - 0.5 * static_cast<double>(p)) / all_p;
      for (; item != last; ++item) out[item->tag] = item->positive() ? beaten : beating;
      p_below += p;
      q_below += q;
    }
  });
  return Array(std::move(out), rows);
}

}  // namespace gnomon
