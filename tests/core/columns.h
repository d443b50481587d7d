// Columns for the tests, the same at each run.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace columns {

inline std::mt19937_64 generator(std::uint64_t seed) { return std::mt19937_64(seed); }

// Scores with many ties, of both signs, with zeros of both signs and numbers far below the ordinary ones.
inline std::vector<double> scores(std::size_t rows, std::uint64_t seed) {
  auto random = generator(seed);
  std::vector<double> all(rows);
  for (double& score : all) {
    switch (random() % 8) {
      case 0: score = 0.0; break;
      case 1: score = -0.0; break;
      case 2: score = 5e-324 * static_cast<double>(random() % 3); break;
      case 3: score = -1e300; break;
      default: score = static_cast<double>(static_cast<int>(random() % 41) - 20) / 8.0;
    }
  }
  return all;
}

template <class T>
std::vector<T> whole(std::size_t rows, std::uint64_t below, std::uint64_t seed) {
  auto random = generator(seed);
  std::vector<T> all(rows);
  for (T& value : all) value = static_cast<T>(random() % below);
  return all;
}

template <class Array>
auto to_vector(const Array& array) {
  std::vector<std::decay_t<decltype(array[0])>> all;
  for (std::size_t i = 0; i < array.size(); ++i) all.push_back(array[i]);
  return all;
}

}  // namespace columns
