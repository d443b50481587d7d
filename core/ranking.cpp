// Exact ranking measures: sort the scores once, then sweep over groups of equal scores.
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arrays.h"
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
nb::dict pairs_of(const Sorted<T>& sorted, const Frame& frame, double negative_unit) {
  constexpr bool counts = std::is_same_v<T, Item>;
  Pairs whole;
  {
    nb::gil_scoped_release release;
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
  }
  return pairs_to_python(whole, frame);
}

template <class T>
nb::tuple bins_of(const Sorted<T>& sorted, const Frame& frame, i64 p_step, i64 q_step) {
  Bins bins;
  {
    nb::gil_scoped_release release;
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
  }
  return bins_to_python(bins);
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

// Which points of a curve are kept: all, those at which it bends (ROC), those at or before which a positive is
// gained (precision-recall, DET). The first and the last always are.
enum class Keep { kAll, kBends, kGains };

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
nb::tuple curve_of(const Sorted<T>& sorted, Keep keep, double positive_unit, double negative_unit) {
  const std::size_t partitions = sorted.partitions();
  Buffer<double> threshold, tp, fp;
  std::size_t points = 0;
  {
    nb::gil_scoped_release release;
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
      i64 p = sorted.positives() - sorted.positives_before(b + 1), q = sorted.negatives() - sorted.negatives_before(b + 1);
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
  }
  return nb::make_tuple(to_numpy(std::move(threshold), points), to_numpy(std::move(tp), points),
                        to_numpy(std::move(fp), points));
}

// The vertices of the convex hull of the ROC curve, above it and below it, from the highest threshold down.
//
// The curve's points between the partitions have a hull of their own, which lies inside. A partition lies along one
// edge of it on either side, and only points beyond these edges can be vertices: few, so the rest costs two additions.
template <class T>
nb::tuple hull_of(const Sorted<T>& sorted) {
  const std::size_t partitions = sorted.partitions();
  const auto empty = [&](std::size_t b) {  // of weight: rows may be there all the same
    return sorted.positives_before(b) == sorted.positives_before(b + 1) &&
           sorted.negatives_before(b) == sorted.negatives_before(b + 1);
  };
  const auto reached = [&](std::size_t b) {
    return HullPoint{sorted.positives() - sorted.positives_before(b), sorted.negatives() - sorted.negatives_before(b), 0};
  };
  std::vector<HullPoint> points;
  {
    nb::gil_scoped_release release;
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
  }
  return hull_to_python(points);
}

// The same of any curve: its thresholds from the highest down, the weights at or above each.
nb::tuple convex_hull(Input<double> threshold, Input<i64> p, Input<i64> q) {
  if (p.size() != threshold.size() || q.size() != threshold.size())
    throw nb::value_error("thresholds and weights differ in length");
  Hull whole;
  whole.add(kNothing);
  for (std::size_t i = 0; i < threshold.size(); ++i)
    whole.add({p.data()[i], q.data()[i], std::bit_cast<u64>(threshold.data()[i])});
  return hull_to_python(whole.points());
}

using Scores = nb::ndarray<nb::ndim<1>, nb::c_contig, nb::device::cpu, nb::ro>;

std::vector<Chunk> chunks_of(const std::vector<Scores>& scores, const std::vector<Input<std::uint8_t>>& labels,
                             const std::vector<Input<i64>>& weights) {
  if (labels.size() != scores.size() || (!weights.empty() && weights.size() != scores.size()))
    throw nb::value_error("scores, labels and weights differ in their number of chunks");
  std::vector<Chunk> chunks;
  std::size_t offset = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    Chunk chunk;
    chunk.rows = scores[i].size();
    chunk.offset = offset;
    offset += chunk.rows;
    if (labels[i].size() != chunk.rows || (!weights.empty() && weights[i].size() != chunk.rows))
      throw nb::value_error("scores, labels and weights differ in length");
    if (scores[i].dtype() == nb::dtype<double>()) {
      chunk.f64 = static_cast<const double*>(scores[i].data());
    } else if (scores[i].dtype() == nb::dtype<float>()) {
      chunk.f32 = static_cast<const float*>(scores[i].data());
    } else {
      throw nb::type_error("scores must be float32 or float64");
    }
    chunk.label = labels[i].data();
    if (!weights.empty()) chunk.weight = weights[i].data();
    if (chunk.rows) chunks.push_back(chunk);
  }
  if (chunks.empty()) throw nb::value_error("there are no scores to rank");
  if (offset > std::numeric_limits<std::uint32_t>::max())
    throw nb::value_error("exact ranking takes at most 2^32 - 1 rows");
  return chunks;
}

// The scores in order, kept for as many sweeps as are asked for.
class Ranking {
 public:
  Ranking(const std::vector<Scores>& scores, const std::vector<Input<std::uint8_t>>& labels,
          const std::vector<Input<i64>>& weights, int threads) {
    const auto chunks = chunks_of(scores, labels, weights);
    nb::gil_scoped_release release;
    if (weights.empty()) {
      counted_.emplace(chunks, Tag::kNone, threads);
    } else {
      weighted_.emplace(chunks, Tag::kWeight, threads);
    }
  }

  std::pair<i64, i64> totals() const {
    return counted_ ? std::pair{counted_->positives(), counted_->negatives()}
                    : std::pair{weighted_->positives(), weighted_->negatives()};
  }
  // The greatest weight of a positive and of a negative; 1 where there are none.
  std::pair<i64, i64> largest() const {
    i64 p = 1, q = 1;
    if (weighted_)
      for (const TaggedItem* item = weighted_->begin(0); item != weighted_->end(weighted_->partitions() - 1); ++item)
        (item->positive() ? p : q) = std::max(item->positive() ? p : q, item->weight());
    return {p, q};
  }
  nb::dict pairs(const FrameTuple& frame, double negative_unit) const {
    return counted_ ? pairs_of(*counted_, to_frame(frame), negative_unit)
                    : pairs_of(*weighted_, to_frame(frame), negative_unit);
  }
  nb::tuple bins(const FrameTuple& frame, i64 p_step, i64 q_step) const {
    if (p_step < 1 || q_step < 1) throw nb::value_error("a step must be at least 1");
    return counted_ ? bins_of(*counted_, to_frame(frame), p_step, q_step)
                    : bins_of(*weighted_, to_frame(frame), p_step, q_step);
  }
  nb::tuple curve(const std::string& keep, double positive_unit, double negative_unit) const {
    const Keep rule = keep == "bends" ? Keep::kBends : keep == "gains" ? Keep::kGains : Keep::kAll;
    if (rule == Keep::kAll && keep != "all") throw nb::value_error("keep must be all, bends or gains");
    return counted_ ? curve_of(*counted_, rule, positive_unit, negative_unit)
                    : curve_of(*weighted_, rule, positive_unit, negative_unit);
  }
  nb::tuple hull() const { return counted_ ? hull_of(*counted_) : hull_of(*weighted_); }
  std::pair<i64, i64> below(double threshold) const {
    if (std::isnan(threshold)) throw nb::value_error("a threshold must not be NaN");
    return counted_ ? counted_->below(threshold) : weighted_->below(threshold);
  }

 private:
  std::optional<Sorted<Item>> counted_;
  std::optional<Sorted<TaggedItem>> weighted_;
};

// For each row the share of the other class that it beats (positives) or that beats it (negatives),
// ties counted half: the structural components of DeLong, DeLong and Clarke-Pearson (1988).
// The rows may be a stretch of the ranking, whose place in the whole `place` tells.
Output<double> placements(Scores scores, Input<std::uint8_t> labels, std::optional<Input<i64>> weight,
                          std::optional<FrameTuple> place, int threads) {
  const auto chunks = chunks_of({scores}, {labels}, weight ? std::vector{*weight} : std::vector<Input<i64>>{});
  const std::size_t rows = labels.size();
  std::unique_ptr<double[]> out(new double[rows]);
  {
    nb::gil_scoped_release release;
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
    const Frame frame = place ? to_frame(*place) : Frame{0, 0, p_before.back(), q_before.back()};
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
  }
  return to_numpy(std::move(out), rows);
}

}  // namespace

void bind_ranking(nb::module_& m) {
  nb::class_<Ranking>(m, "Ranking")
      .def(nb::init<const std::vector<Scores>&, const std::vector<Input<std::uint8_t>>&,
                    const std::vector<Input<i64>>&, int>(),
           nb::arg("scores"), nb::arg("labels"), nb::arg("weights"), nb::arg("threads"))
      .def("totals", &Ranking::totals)
      .def("largest", &Ranking::largest)
      .def("pairs", &Ranking::pairs, nb::arg("frame"), nb::arg("negative_unit"))
      .def("bins", &Ranking::bins, nb::arg("frame"), nb::arg("p_step"), nb::arg("q_step"))
      .def("curve", &Ranking::curve, nb::arg("keep"), nb::arg("positive_unit"), nb::arg("negative_unit"))
      .def("hull", &Ranking::hull)
      .def("below", &Ranking::below, nb::arg("threshold"));
  m.def("convex_hull", &convex_hull, nb::arg("threshold").noconvert(), nb::arg("p").noconvert(),
        nb::arg("q").noconvert());
  m.def("placements", &placements, nb::arg("scores").noconvert(), nb::arg("labels").noconvert(),
        nb::arg("weight").none().noconvert(), nb::arg("place").none(), nb::arg("threads"));
}

}  // namespace gnomon
