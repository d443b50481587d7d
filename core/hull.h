// The convex hull of a ROC curve: whatever the costs of the two errors, the best threshold is one of its vertices.
//
// Two chains of vertices, one above the curve and one below it, grow as points come in from the highest threshold down
// (A. M. Andrew, "Another efficient algorithm for convex hulls in two dimensions", Information Processing Letters 9,
// 1979). Weights are whole numbers below 2^61, so every turn is decided exactly in 128 bits.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

#include "order.h"
#include "ranking.h"

namespace gnomon {
namespace {

// The weights of the positives and negatives at or above a threshold, which is kept as bits.
struct HullPoint {
  std::int64_t p, q;
  std::uint64_t threshold;
};

// The first point of every curve: nothing reaches an infinite threshold.
constexpr HullPoint kNothing{0, 0, std::bit_cast<std::uint64_t>(std::numeric_limits<double>::infinity())};

// How far a point that moves along the curve lies from a line: positive towards the positives.
class HullSide {
 public:
  HullSide(const HullPoint& from, const HullPoint& to, const HullPoint& point) : p_(to.p - from.p), q_(to.q - from.q) {
    step(point.p - from.p, point.q - from.q);
  }
  GNOMON_INLINE void step(std::int64_t p, std::int64_t q) {
    distance_ += static_cast<__int128>(p) * q_ - static_cast<__int128>(q) * p_;
  }
  __int128 distance() const { return distance_; }

 private:
  std::int64_t p_, q_;
  __int128 distance_ = 0;
};

class Hull {
 public:
  // Points come with weights that never shrink; of several with the same weights the first one counts.
  GNOMON_INLINE void add(const HullPoint& point) {
    push(above_, point, 1);
    push(below_, point, -1);
  }

  // Calls use(point) for the vertices of both chains in their order, those of both once.
  template <class Use>
  void each(Use&& use) const {
    const auto before = [](const HullPoint& a, const HullPoint& b) { return a.p + a.q < b.p + b.q; };
    std::size_t i = 0, j = 0;
    while (i < above_.size() || j < below_.size()) {
      const bool first = j == below_.size() || (i < above_.size() && !before(below_[j], above_[i]));
      const bool both = first && j < below_.size() && !before(above_[i], below_[j]);
      use(first ? above_[i] : below_[j]);
      i += first;
      j += !first || both;
    }
  }

  std::vector<HullPoint> points() const {
    std::vector<HullPoint> all;
    each([&](const HullPoint& point) { all.push_back(point); });
    return all;
  }

  // The edge above, and below, the stretch of the curve that follows a point; the last point has none.
  HullSide above(const HullPoint& point) const { return edge(above_, point); }
  HullSide below(const HullPoint& point) const { return edge(below_, point); }

 private:
  static HullSide edge(const std::vector<HullPoint>& chain, const HullPoint& point) {
    const auto next = std::upper_bound(chain.begin(), chain.end(), point,
                                       [](const HullPoint& a, const HullPoint& b) { return a.p + a.q < b.p + b.q; });
    return {next[-1], *next, point};
  }

  // Takes out what no longer is a vertex: where the chain does not turn towards the negatives (side 1) or the
  // positives (side -1).
  GNOMON_INLINE static void push(std::vector<HullPoint>& chain, const HullPoint& point, int side) {
    // Rows may be so light that they weigh nothing in units: a threshold at them adds no point.
    if (!chain.empty() && chain.back().p == point.p && chain.back().q == point.q) return;
    while (chain.size() > 1) {
      const HullPoint &a = chain[chain.size() - 2], &b = chain.back();
      const __int128 turn =
          static_cast<__int128>(b.p - a.p) * (point.q - b.q) - static_cast<__int128>(b.q - a.q) * (point.p - b.p);
      if (side > 0 ? turn > 0 : turn < 0) break;
      chain.pop_back();
    }
    chain.push_back(point);
  }

  std::vector<HullPoint> above_, below_;
};

inline CurvePoints columns_of(const std::vector<HullPoint>& points) {
  const std::size_t count = points.size();
  auto threshold = make_buffer<double>(count);
  auto p = make_buffer<std::int64_t>(count), q = make_buffer<std::int64_t>(count);
  for (std::size_t i = 0; i < count; ++i) {
    threshold[i] = std::bit_cast<double>(points[i].threshold);
    p[i] = points[i].p;
    q[i] = points[i].q;
  }
  return {Array(std::move(threshold), count), Array(std::move(p), count), Array(std::move(q), count)};
}

}  // namespace
}  // namespace gnomon
