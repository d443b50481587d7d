// How values cross between Python and the core: NumPy arrays without a copy in either direction, exact sums as bytes,
// counts beyond 64 bits as Python integers.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include <cstdlib>
#include <tuple>

#include "array.h"
#include "exact_sum.h"
#include "histogram.h"
#include "pairs.h"
#include "scan.h"

namespace nanobind::detail {

// Never a converted copy, as nothing would keep it; None is left to std::optional.
template <class Column, class Flags>
bool import_array(make_caster<Column>& array, handle source, Flags flags, cleanup_list* cleanup) noexcept {
  const auto exact = static_cast<Flags>(flags & ~static_cast<Flags>(cast_flags::convert));
  return !source.is_none() && array.from_python(source, exact, cleanup);
}

template <class T>
struct type_caster<std::span<const T>> {
  using Column = ndarray<const T, ndim<1>, c_contig, device::cpu>;
  NB_TYPE_CASTER(std::span<const T>, make_caster<Column>::Name)

  template <class Flags>
  bool from_python(handle source, Flags flags, cleanup_list* cleanup) noexcept {
    make_caster<Column> array;
    if (!import_array<Column>(array, source, flags, cleanup)) return false;
    value = {array.value.data(), array.value.size()};
    return true;
  }
};

template <class T>
struct type_caster<gnomon::Matrix<T>> {
  using Rows = ndarray<const T, ndim<2>, c_contig, device::cpu>;
  NB_TYPE_CASTER(gnomon::Matrix<T>, make_caster<Rows>::Name)

  template <class Flags>
  bool from_python(handle source, Flags flags, cleanup_list* cleanup) noexcept {
    make_caster<Rows> array;
    if (!import_array<Rows>(array, source, flags, cleanup)) return false;
    value = {array.value.data(), array.value.shape(0), array.value.shape(1)};
    return true;
  }
};

template <class T>
struct type_caster<gnomon::Array<T>> {
  using Column = ndarray<numpy, T, ndim<1>>;
  NB_TYPE_CASTER(gnomon::Array<T>, make_caster<Column>::Name)

  static handle from_cpp(gnomon::Array<T>&& array, rv_policy, cleanup_list* cleanup) noexcept {
    const std::size_t size = array.size();
    T* raw = array.release();
    capsule owner(raw, [](void* memory) noexcept { std::free(memory); });
    return make_caster<Column>::from_cpp(Column(raw, {size}, owner), rv_policy::automatic, cleanup);
  }
};

// Little endian, two's complement, in units of 2^-1074; None if a term was not finite.
template <>
struct type_caster<gnomon::ExactSum> {
  NB_TYPE_CASTER(gnomon::ExactSum, const_name("bytes | None"))

  static handle from_cpp(gnomon::ExactSum sum, rv_policy, cleanup_list*) noexcept {
    if (!sum.finite()) return none().release();
    unsigned char raw[gnomon::ExactSum::kBytes];
    sum.write(raw);
    return bytes(reinterpret_cast<const char*>(raw), sizeof raw).release();
  }
};

template <>
struct type_caster<gnomon::u128> {
  NB_TYPE_CASTER(gnomon::u128, const_name("int"))

  static handle from_cpp(gnomon::u128 value, rv_policy, cleanup_list*) noexcept {
    const auto high = static_cast<std::uint64_t>(value >> 64), low = static_cast<std::uint64_t>(value);
    return ((int_(high) << int_(64)) | int_(low)).release();
  }
};

// What is a tuple in Python.
template <class Struct, class Tuple>
struct tuple_caster {
  NB_TYPE_CASTER(Struct, make_caster<Tuple>::Name)

  template <class Flags>
  bool from_python(handle source, Flags flags, cleanup_list* cleanup) noexcept {
    make_caster<Tuple> items;
    if (!items.from_python(source, flags, cleanup)) return false;
    value = std::apply([](auto... item) { return Struct{item...}; }, items.operator cast_t<Tuple>());
    return true;
  }

  static handle from_cpp(Tuple&& items, rv_policy policy, cleanup_list* cleanup) noexcept {
    return make_caster<Tuple>::from_cpp(std::move(items), policy, cleanup);
  }
};

template <>
struct type_caster<gnomon::Frame>
    : tuple_caster<gnomon::Frame, std::tuple<gnomon::i64, gnomon::i64, gnomon::i64, gnomon::i64>> {};

using ScanTuple = std::tuple<std::size_t, std::size_t, double, double>;
template <>
struct type_caster<gnomon::FloatScan> : tuple_caster<gnomon::FloatScan, ScanTuple> {
  static handle from_cpp(const gnomon::FloatScan& scan, rv_policy policy, cleanup_list* cleanup) noexcept {
    return tuple_caster::from_cpp({scan.nans, scan.infinities, scan.low, scan.high}, policy, cleanup);
  }
};

using BinsTuple = std::tuple<gnomon::Array<double>, gnomon::Array<double>, gnomon::Array<gnomon::i64>,
                             gnomon::Array<gnomon::i64>, bool>;
template <>
struct type_caster<gnomon::Bins> : tuple_caster<gnomon::Bins, BinsTuple> {
  static handle from_cpp(const gnomon::Bins& bins, rv_policy policy, cleanup_list* cleanup) noexcept {
    const auto column = [](const auto& values) { return gnomon::Array(values); };
    return tuple_caster::from_cpp(
        {column(bins.low), column(bins.high), column(bins.positives), column(bins.negatives), bins.open}, policy,
        cleanup);
  }
};

using BoundsTuple = std::tuple<gnomon::u128, double, double, double, double, double, double>;
template <>
struct type_caster<gnomon::Bounds> : tuple_caster<gnomon::Bounds, BoundsTuple> {
  static handle from_cpp(const gnomon::Bounds& own, rv_policy policy, cleanup_list* cleanup) noexcept {
    return tuple_caster::from_cpp({own.open, own.ap_low, own.ap_high, own.ks_low, own.ks_high, own.f_low, own.f_high},
                                  policy, cleanup);
  }
};

}  // namespace nanobind::detail
