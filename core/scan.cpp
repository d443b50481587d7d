// One look at a column before anything is computed from it: is every value usable, what is its
// range, which labels occur; and labels to class codes.
#include <nanobind/stl/tuple.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "arrays.h"
#include "float_scan.h"
#include "parallel.h"

namespace gnomon {
namespace {

template <class T>
nb::tuple scan_floats(Input<T> array, int threads) {
  const T* values = array.data();
  const std::size_t rows = array.size();
  FloatScan whole;
  {
    nb::gil_scoped_release release;
    const int workers = useful_threads(rows, threads);
    const int pieces = pieces_of(rows, workers);
    std::vector<FloatScan> parts(pieces);
    parallel_for(pieces, workers, [&](std::size_t part) {
      const Range r = part_of(rows, part, pieces);
      parts[part] = scan_part(values + r.begin, r.end - r.begin);
    });
    for (const auto& part : parts) whole.merge(part);
  }
  return nb::make_tuple(whole.nans, whole.infinities, whole.low, whole.high);
}

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

// Smallest and largest value of a non-empty array of integers.
template <class T>
nb::tuple span_integers(Input<T> array, int threads) {
  const std::size_t rows = array.size();
  if (rows == 0) throw nb::value_error("an empty array has no span");
  Span<T> whole{};
  {
    nb::gil_scoped_release release;
    whole = whole_span(array.data(), rows, useful_threads(rows, threads));
  }
  return nb::make_tuple(whole.low, whole.high);
}

// Which of the values low, low + 1, ... occur, as one byte each; every value must be among them.
template <class T>
Output<std::uint8_t> occurring(Input<T> array, T low, std::size_t span, int threads) {
  const T* values = array.data();
  const std::size_t rows = array.size();
  std::unique_ptr<std::uint8_t[]> seen(new std::uint8_t[span]());
  {
    nb::gil_scoped_release release;
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
  }
  return to_numpy(std::move(seen), span);
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

#define GNOMON_NARROW(T)                                                                                        \
  GNOMON_HOT bool narrow_part(const T* values, std::size_t count, std::uint64_t low, std::uint64_t span,        \
                              std::uint8_t* codes) {                                                            \
    return narrow_loop(values, count, low, span, codes);                                                        \
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
nb::tuple encode_as(Input<T> array, std::int64_t low, Input<std::int32_t> table, int threads) {
  const T* values = array.data();
  const std::size_t rows = array.size(), span = table.size();
  const std::int32_t* code_of = table.data();
  std::unique_ptr<Code[]> codes(new Code[rows]);
  std::size_t unknown = 0, first = rows;
  bool plain = span <= 256;
  for (std::size_t offset = 0; offset < span; ++offset) plain = plain && code_of[offset] == static_cast<std::int32_t>(offset);
  {
    nb::gil_scoped_release release;
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
  }
  return nb::make_tuple(to_numpy(std::move(codes), rows), unknown, first);
}

template <class T>
nb::tuple encode(Input<T> array, std::int64_t low, Input<std::int32_t> table, bool narrow, int threads) {
  return narrow ? encode_as<T, std::uint8_t>(array, low, table, threads)
                : encode_as<T, std::int32_t>(array, low, table, threads);
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

template <class T>
nb::object encode_narrow(Input<T> array, int threads) {
  const std::size_t rows = array.size();
  if (rows == 0) throw nb::value_error("an empty array has no labels");
  std::unique_ptr<std::uint8_t[]> codes(new std::uint8_t[rows]);
  std::vector<std::uint8_t> seen;
  Span<T> range;
  bool done;
  {
    nb::gil_scoped_release release;
    const int workers = useful_threads(rows, threads);
    range = span_part(array.data(), std::min<std::size_t>(rows, 1024));
    done = narrow_codes(array.data(), rows, range, workers, codes.get(), seen);
    if (!done) {
      range = whole_span(array.data(), rows, workers);
      done = narrow_codes(array.data(), rows, range, workers, codes.get(), seen);
    }
  }
  if (!done) return nb::none();
  return nb::make_tuple(range.low, to_numpy(std::move(codes), rows), to_numpy(seen));
}

template <class T>
void bind_integers(nb::module_& m) {
  m.def("span", &span_integers<T>, nb::arg("values").noconvert(), nb::arg("threads"));
  m.def("occurring", &occurring<T>, nb::arg("values").noconvert(), nb::arg("low"), nb::arg("span"),
        nb::arg("threads"));
  m.def("encode_narrow", &encode_narrow<T>, nb::arg("values").noconvert(), nb::arg("threads"));
  m.def("encode", &encode<T>, nb::arg("values").noconvert(), nb::arg("low"), nb::arg("table"),
        nb::arg("narrow"), nb::arg("threads"));
}

}  // namespace

void bind_scan(nb::module_& m) {
  m.def("scan", &scan_floats<double>, nb::arg("values").noconvert(), nb::arg("threads"));
  m.def("scan", &scan_floats<float>, nb::arg("values").noconvert(), nb::arg("threads"));
  bind_integers<std::int8_t>(m);
  bind_integers<std::uint8_t>(m);
  bind_integers<std::int16_t>(m);
  bind_integers<std::uint16_t>(m);
  bind_integers<std::int32_t>(m);
  bind_integers<std::uint32_t>(m);
  bind_integers<std::int64_t>(m);
  bind_integers<std::uint64_t>(m);
}

}  // namespace gnomon
