// How NumPy arrays arrive in the kernels (read only, contiguous) and how results leave them.
#pragma once

#include <nanobind/ndarray.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>

#include <memory>
#include <vector>

#include "buffer.h"
#include "exact_sum.h"

namespace gnomon {

namespace nb = nanobind;

template <class T>
using Input = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

template <class T>
using Matrix = nb::ndarray<const T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

template <class T>
using Output = nb::ndarray<nb::numpy, T, nb::ndim<1>>;

// A new NumPy array that owns `data`.
template <class T>
Output<T> to_numpy(std::unique_ptr<T[]> data, std::size_t size) {
  T* raw = data.release();
  nb::capsule owner(raw, [](void* p) noexcept { delete[] static_cast<T*>(p); });
  return Output<T>(raw, {size}, owner);
}

template <class T>
Output<T> to_numpy(Buffer<T> data, std::size_t size) {
  T* raw = data.release();
  nb::capsule owner(raw, [](void* p) noexcept { std::free(p); });
  return Output<T>(raw, {size}, owner);
}

template <class T>
Output<T> to_numpy(const std::vector<T>& values) {
  std::unique_ptr<T[]> data(new T[values.size()]);
  std::copy(values.begin(), values.end(), data.get());
  return to_numpy(std::move(data), values.size());
}

// An exact sum as bytes (little endian, two's complement, unit 2^-1074); None if a term was not finite.
inline nb::object to_python(ExactSum sum) {
  if (!sum.finite()) return nb::none();
  unsigned char bytes[ExactSum::kBytes];
  sum.write(bytes);
  return nb::bytes(reinterpret_cast<const char*>(bytes), ExactSum::kBytes);
}


inline nb::list to_python(const ExactSum* sums, std::size_t count) {
  nb::list list;
  for (std::size_t i = 0; i < count; ++i) list.append(to_python(sums[i]));
  return list;
}

// Counts of pairs outgrow 64 bits; Python integers take them whole.
using u128 = unsigned __int128;

inline nb::object to_python(u128 value) {
  const auto high = static_cast<std::uint64_t>(value >> 64);
  const auto low = static_cast<std::uint64_t>(value);
  return (nb::int_(high) << nb::int_(64)) | nb::int_(low);
}

}  // namespace gnomon
