// Scores as words that sort as integers, and the sort: buckets, then one insertion sort over all of them.
//
// An item is one 64-bit word: the bit pattern of the score without its sign, and the label below it. Items that
// are sorted together have scores of one sign. Included by the ranking kernel alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "multiversion.h"
#include "order.h"

namespace gnomon {
namespace {

// A score and its label, with weight 1.
struct Item {
  u64 word;
  GNOMON_INLINE u64 score() const { return word >> 1; }
  GNOMON_INLINE bool positive() const { return word & 1; }
  GNOMON_INLINE i64 weight() const { return 1; }
};

// A score and its label, with a weight (or the number of its row).
struct TaggedItem {
  u64 word;
  i64 tag;
  GNOMON_INLINE u64 score() const { return word >> 1; }
  GNOMON_INLINE bool positive() const { return word & 1; }
  GNOMON_INLINE i64 weight() const { return tag; }
};

constexpr std::size_t kInsertion = 24;    // items up to which an insertion sort is quickest
constexpr std::size_t kPerBucket = 1;     // items that a bucket should hold
constexpr std::size_t kComparison = 128;  // items up to which a comparison sort beats another round of buckets
constexpr std::size_t kMaxBuckets = 1 << 14;

template <class T>
GNOMON_INLINE void insertion_copy(const T* from, std::size_t count, T* to) {
  for (std::size_t i = 0; i < count; ++i) {
    const T item = from[i];
    std::size_t j = i;
    // Scores, not words: within a tie the labels may stand in any order, and a long tie must not be sorted by them.
    for (; j > 0 && to[j - 1].score() > item.score(); --j) to[j] = to[j - 1];
    to[j] = item;
  }
}

struct ScoreRange {
  u64 low, high;
};

template <class T>
GNOMON_INLINE ScoreRange score_range_loop(const T* items, std::size_t count) {
  u64 low = items[0].word, high = low;
  for (std::size_t i = 1; i < count; ++i) {
    low = items[i].word < low ? items[i].word : low;
    high = items[i].word > high ? items[i].word : high;
  }
  return {low >> 1, high >> 1};
}

GNOMON_HOT ScoreRange score_range(const Item* items, std::size_t count) { return score_range_loop(items, count); }
GNOMON_HOT ScoreRange score_range(const TaggedItem* items, std::size_t count) { return score_range_loop(items, count); }

template <class T>
GNOMON_INLINE void buckets_loop(const T* items, std::size_t count, u64 low, double scale, std::uint16_t* bucket) {
  for (std::size_t i = 0; i < count; ++i)
    bucket[i] = static_cast<std::uint16_t>(
        static_cast<std::int32_t>(static_cast<double>(static_cast<i64>(items[i].score() - low)) * scale));
}

GNOMON_HOT void buckets_of(const Item* items, std::size_t count, u64 low, double scale, std::uint16_t* bucket) {
  buckets_loop(items, count, low, scale, bucket);
}
GNOMON_HOT void buckets_of(const TaggedItem* items, std::size_t count, u64 low, double scale, std::uint16_t* bucket) {
  buckets_loop(items, count, low, scale, bucket);
}

// Working memory of one thread.
template <class T>
struct Workspace {
  std::vector<T> scratch;
  std::vector<std::uint16_t> bucket;
};

// Sorts items by their words, using as much scratch. Each round divides the range of the words by the number
// of buckets, so there are at most a few rounds whatever the distribution.
template <class T>
void sort_items(T* items, std::size_t count, T* scratch, std::uint16_t* bucket) {
  const auto [low, high] = score_range(items, count);
  if (low == high) return;  // one score: the order of the labels is of no account
  if (count <= kComparison || count > std::numeric_limits<std::uint32_t>::max()) {
    std::sort(items, items + count, [](const T& a, const T& b) { return a.word < b.word; });
    return;
  }
  std::size_t buckets = std::min(count / kPerBucket, kMaxBuckets);
  double scale = static_cast<double>(buckets) / (static_cast<double>(high - low) + 1.0);
  if (high - low < buckets) buckets = high - low + 1, scale = 1.0;
  ++buckets;  // rounding may reach one further
  std::vector<std::uint32_t> ends(buckets + 1);
  buckets_of(items, count, low, scale, bucket);
  for (std::size_t i = 0; i < count; ++i) ++ends[bucket[i] + 1];
  for (std::size_t b = 1; b <= buckets; ++b) ends[b] += ends[b - 1];
  for (std::size_t i = 0; i < count; ++i) scratch[ends[bucket[i]]++] = items[i];
  for (std::size_t b = 0, begin = 0; b < buckets; begin = ends[b++])
    if (ends[b] - begin > kInsertion) sort_items(scratch + begin, ends[b] - begin, items + begin, bucket);
  // Every item is now within a bucket of its place: one insertion sort over all of them, without a loop
  // over the buckets, whose ends the processor could not predict.
  insertion_copy(scratch, count, items);
}

}  // namespace
}  // namespace gnomon
