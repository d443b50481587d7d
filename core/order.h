// Doubles as words that sort as whole numbers.
#pragma once

#include <bit>
#include <cstdint>

#include "multiversion.h"

namespace gnomon {

using u64 = std::uint64_t;
using i64 = std::int64_t;
using u128 = unsigned __int128;  // counts of pairs outgrow 64 bits

namespace {

constexpr u64 kSignBit = u64{1} << 63;

// Unsigned order of the result equals the order of the doubles; -0.0 and 0.0 become one.
GNOMON_INLINE u64 order_of(double value) {
  const u64 bits = std::bit_cast<u64>(value + 0.0);
  return bits ^ (static_cast<u64>(static_cast<i64>(bits) >> 63) | kSignBit);
}

inline double value_of(u64 order) { return std::bit_cast<double>(order & kSignBit ? order ^ kSignBit : ~order); }

}  // namespace
}  // namespace gnomon
