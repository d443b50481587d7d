#include "scan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "errors.h"
#include "float_scan.h"
#include "parallel.h"

namespace gnomon {
namespace {

template <class T>
struct Span {
  T low, high;
};

template <class T>
GNOMON_INLINE Span<T> span_range(const T* values, std::size_t count) {
  T low = std::numeric_limits<T>::max(), high = std::numeric_limits<T>::lowest();
  for (std::size_t i = 0; i < count; ++i) {
    low = values[i] < low ? values[i] : low;
    high = values[i] > high ? values[i] : high;
  }
  return {low, high};
}

#define GNOMON_SPAN(T) \
  GNOMON_HOT Span<T> span_part(const T* values, std::size_t count) { return span_range(values, count); }
GNOMON_SPAN(std::int8_t)
GNOMON_SPAN(std::uint8_t)
GNOMON_SPAN(std::int16_t)
GNOMON_SPAN(std::uint16_t)
GNOMON_SPAN(std::int32_t)
GNOMON_SPAN(std::uint32_t)
GNOMON_SPAN(std::int64_t)
GNOMON_SPAN(std::uint64_t)
#undef GNOMON_SPAN

template <class T>
Span<T> whole_span(const T* values, std::size_t rows, int workers) {
  const int pieces = pieces_of(rows, workers);
  std::vector<Span<T>> parts(pieces);
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    parts[part] = span_part(values + r.begin, r.end - r.begin);
  });
  Span<T> whole = parts[0];
  for (const auto& part : parts) {
    whole.low = std::min(whole.low, part.low);
    whole.high = std::max(whole.high, part.high);
  }
  return whole;
}

// Offsets from `low` as bytes; false if one of them is not below `span`.
template <class T>
GNOMON_INLINE bool narrow_loop(const T* values, std::size_t count, std::uint64_t low, std::uint64_t span,
                               std::uint8_t* codes) {
  std::uint64_t outside = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t offset = static_cast<std::uint64_t>(values[i]) - low;
    outside |= static_cast<std::uint64_t>(offset >= span);
    codes[i] = static_cast<std::uint8_t>(offset);
  }
  return outside == 0;
}

#define GNOMON_NARROW(T)                                                                                 \
  GNOMON_HOT bool narrow_part(const T* values, std::size_t count, std::uint64_t low, std::uint64_t span, \
                              std::uint8_t* codes) {                                                     \
    return narrow_loop(values, count, low, span, codes);                                                 \
  }
GNOMON_NARROW(std::int8_t)
GNOMON_NARROW(std::uint8_t)
GNOMON_NARROW(std::int16_t)
GNOMON_NARROW(std::uint16_t)
GNOMON_NARROW(std::int32_t)
GNOMON_NARROW(std::uint32_t)
GNOMON_NARROW(std::int64_t)
GNOMON_NARROW(std::uint64_t)
#undef GNOMON_NARROW

// The code of a label is table[label - low]; -1 in the table, or a label outside it, is unknown.
// Returns the codes, how many labels were unknown, and the row of the first of them.
template <class T, class Code>
Codes encode_as(Input<T> array, std::int64_t low, Input<std::int32_t> table, int threads) {
  const T* values = array.data();
  const std::size_t rows = array.size(), span = table.size();
  const std::int32_t* code_of = table.data();
  auto codes = make_buffer<Code>(rows);
  std::size_t unknown = 0, first = rows;
  bool plain = span <= 256;
  for (std::size_t offset = 0; offset < span; ++offset)
    plain = plain && code_of[offset] == static_cast<std::int32_t>(offset);
  const int workers = useful_threads(rows, threads);
  const int pieces = pieces_of(rows, workers);
  std::vector<std::size_t> unknowns(pieces), firsts(pieces, rows);
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    std::size_t i = r.begin;
    if constexpr (std::is_same_v<Code, std::uint8_t>) {  // labels in a row without gaps are their own codes
      constexpr std::size_t kStretch = 1 << 13;
      while (plain && i < r.end) {
        const std::size_t count = std::min(kStretch, r.end - i);
        if (!narrow_part(values + i, count, static_cast<std::uint64_t>(low), span, codes.get() + i)) break;
        i += count;
      }
    }
    for (; i < r.end; ++i) {
      const auto offset = static_cast<std::uint64_t>(values[i]) - static_cast<std::uint64_t>(low);
      const std::int32_t code = offset < span ? code_of[offset] : -1;
      if (code < 0 && unknowns[part]++ == 0) firsts[part] = i;
      codes[i] = static_cast<Code>(code);
    }
  });
  for (int part = 0; part < pieces; ++part) {
    unknown += unknowns[part];
    first = std::min(first, firsts[part]);
  }
  return {Array(std::move(codes), rows), unknown, first};
}

// Labels that span at most 256 whole numbers as codes, label = low + code, and which of the codes occur, as one
// byte each; None if they span more. As the first rows tell what to expect, most arrays are read once.
constexpr std::size_t kNarrow = 256;

template <class T>
bool narrow_codes(const T* values, std::size_t rows, Span<T> range, int workers, std::uint8_t* codes,
                  std::vector<std::uint8_t>& seen) {
  const std::uint64_t low = static_cast<std::uint64_t>(range.low);
  const std::uint64_t width = static_cast<std::uint64_t>(range.high) - low;
  if (width >= kNarrow) return false;
  const int pieces = pieces_of(rows, workers);
  std::vector<std::vector<std::uint8_t>> parts(pieces, std::vector<std::uint8_t>(kNarrow));
  std::vector<std::uint8_t> whole(pieces, 1);
  parallel_for(pieces, workers, [&](std::size_t part) {
    constexpr std::size_t kStretch = 1 << 13;
    const Range r = part_of(rows, part, pieces);
    std::uint8_t* mine = parts[part].data();
    for (std::size_t start = r.begin; start < r.end; start += kStretch) {
      const std::size_t count = std::min(kStretch, r.end - start);
      if (!narrow_part(values + start, count, low, width + 1, codes + start)) {
        whole[part] = 0;
        return;
      }
      for (std::size_t i = start; i < start + count; ++i) mine[codes[i]] = 1;
    }
  });
  seen.assign(width + 1, 0);
  for (const auto& part : parts)
    for (std::size_t code = 0; code <= width; ++code) seen[code] |= part[code];
  return std::all_of(whole.begin(), whole.end(), [](std::uint8_t own) { return own; });
}

}  // namespace

template <class T>
FloatScan scan_floats(Input<T> array, int threads) {
  const T* values = array.data();
  const std::size_t rows = array.size();
  FloatScan whole;
  const int workers = useful_threads(rows, threads);
  const int pieces = pieces_of(rows, workers);
  std::vector<FloatScan> parts(pieces);
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    parts[part] = scan_part(values + r.begin, r.end - r.begin);
  });
  for (const auto& part : parts) whole.merge(part);
  return whole;
}

template <class T>
std::pair<T, T> span_integers(Input<T> array, int threads) {
  const std::size_t rows = array.size();
  if (rows == 0) throw InvalidInput("an empty array has no span");
  const Span<T> whole = whole_span(array.data(), rows, useful_threads(rows, threads));
  return {whole.low, whole.high};
}

template <class T>
Array<std::uint8_t> occurring(Input<T> array, T low, std::size_t span, int threads) {
  const T* values = array.data();
  const std::size_t rows = array.size();
  std::vector<std::uint8_t> seen(span);
  const int workers = useful_threads(rows, threads);
  const int pieces = pieces_of(rows, workers);
  std::vector<std::vector<std::uint8_t>> parts(pieces, std::vector<std::uint8_t>(span));
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    std::uint8_t* mine = parts[part].data();
    for (std::size_t i = r.begin; i < r.end; ++i) {
      const auto offset = static_cast<std::uint64_t>(values[i]) - static_cast<std::uint64_t>(low);
      if (offset < span) mine[offset] = 1;
    }
  });
  for (const auto& part : parts)
    for (std::size_t i = 0; i < span; ++i) seen[i] |= part[i];
  return Array(seen);
}

template <class T>
Codes encode(Input<T> array, std::int64_t low, Input<std::int32_t> table, bool narrow, int threads) {
  return narrow ? encode_as<T, std::uint8_t>(array, low, table, threads)
                : encode_as<T, std::int32_t>(array, low, table, threads);
}

template <class T>
std::optional<std::tuple<T, Array<std::uint8_t>, Array<std::uint8_t>>> encode_narrow(Input<T> array, int threads) {
  const std::size_t rows = array.size();
  if (rows == 0) throw InvalidInput("an empty array has no labels");
  auto codes = make_buffer<std::uint8_t>(rows);
  std::vector<std::uint8_t> seen;
  Span<T> range;
  bool done;
  const int workers = useful_threads(rows, threads);
  range = span_part(array.data(), std::min<std::size_t>(rows, 1024));
  done = narrow_codes(array.data(), rows, range, workers, codes.get(), seen);
  if (!done) {
    range = whole_span(array.data(), rows, workers);
    done = narrow_codes(array.data(), rows, range, workers, codes.get(), seen);
  }
  if (!done) return std::nullopt;
  return std::make_tuple(range.low, Array(std::move(codes), rows), Array(seen));
}

template FloatScan scan_floats(Input<double>, int);
template FloatScan scan_floats(Input<float>, int);

#define GNOMON_INTEGERS(T)                                                       \
  template std::pair<T, T> span_integers(Input<T>, int);                         \
  template Array<std::uint8_t> occurring(Input<T>, T, std::size_t, int);         \
  template Codes encode(Input<T>, std::int64_t, Input<std::int32_t>, bool, int); \
  template std::optional<std::tuple<T, Array<std::uint8_t>, Array<std::uint8_t>>> encode_narrow(Input<T>, int);
GNOMON_INTEGERS(std::int8_t)
GNOMON_INTEGERS(std::uint8_t)
GNOMON_INTEGERS(std::int16_t)
GNOMON_INTEGERS(std::uint16_t)
GNOMON_INTEGERS(std::int32_t)
GNOMON_INTEGERS(std::uint32_t)
GNOMON_INTEGERS(std::int64_t)
GNOMON_INTEGERS(std::uint64_t)
#undef GNOMON_INTEGERS

}  // namespace gnomon
