// How columns arrive in the kernels (contiguous, read only, not owned) and how results leave them (owned).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "buffer.h"

namespace gnomon {

template <class T>
using Input = std::span<const T>;

// Scores in whichever float type they came.
using Scores = std::variant<Input<double>, Input<float>>;

inline std::size_t size_of(const Scores& scores) {
  return std::visit([](const auto& own) { return own.size(); }, scores);
}

// Rows of equal width, one after the other.
template <class T>
class Matrix {
 public:
  Matrix() = default;
  Matrix(const T* data, std::size_t rows, std::size_t columns) : data_(data), rows_(rows), columns_(columns) {}

  const T* data() const { return data_; }
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }

 private:
  const T* data_ = nullptr;
  std::size_t rows_ = 0, columns_ = 0;
};

// A column that a kernel made.
template <class T>
class Array {
 public:
  Array() = default;
  Array(Buffer<T> data, std::size_t size) : data_(std::move(data)), size_(size) {}
  explicit Array(const std::vector<T>& values) : data_(make_buffer<T>(values.size())), size_(values.size()) {
    std::copy(values.begin(), values.end(), data_.get());
  }

  std::size_t size() const { return size_; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  // Hands over the memory, which std::free gives back.
  T* release() { return data_.release(); }

 private:
  Buffer<T> data_;
  std::size_t size_ = 0;
};

}  // namespace gnomon
