// Counts against a loop that counts one row after the other.
#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <vector>

#include "columns.h"
#include "confusion.h"
#include "errors.h"

using columns::to_vector;

namespace {

template <class Code>
std::vector<std::int64_t> counted(const std::vector<Code>& target, const std::vector<Code>& predicted,
                                  std::size_t classes) {
  std::vector<std::int64_t> table(classes * classes);
  for (std::size_t i = 0; i < target.size(); ++i)
    ++table[static_cast<std::size_t>(target[i]) * classes + static_cast<std::size_t>(predicted[i])];
  return table;
}

template <class Code>
void check_counts(std::size_t classes) {
  for (const std::size_t rows : {std::size_t{0}, std::size_t{1}, std::size_t{100}, std::size_t{70'000}}) {
    const auto target = columns::whole<Code>(rows, classes, 1), predicted = columns::whole<Code>(rows, classes, 2);
    for (const int threads : {1, 3})
      CHECK(to_vector(gnomon::confusion<Code>(target, predicted, classes, threads)) ==
            counted(target, predicted, classes));
  }
}

}  // namespace

TEST_CASE("tables of two, few and many classes") {
  check_counts<std::uint8_t>(2);
  check_counts<std::uint8_t>(3);
  check_counts<std::int32_t>(2);
  check_counts<std::int32_t>(100);
  check_counts<std::int64_t>(64);
}

TEST_CASE("a code outside the classes is refused, wherever it stands") {
  for (const std::size_t classes : {std::size_t{2}, std::size_t{5}, std::size_t{90}}) {
    for (const std::size_t at : {std::size_t{0}, std::size_t{50}, std::size_t{99}}) {
      auto target = columns::whole<std::int32_t>(100, classes, 1);
      const auto predicted = columns::whole<std::int32_t>(100, classes, 2);
      for (const std::int32_t bad : {static_cast<std::int32_t>(classes), -1}) {
        target[at] = bad;
        CHECK_THROWS_AS(gnomon::confusion<std::int32_t>(target, predicted, classes, 2), gnomon::InvalidInput);
        CHECK_THROWS_AS(gnomon::confusion<std::int32_t>(predicted, target, classes, 2), gnomon::InvalidInput);
      }
    }
  }
  CHECK_THROWS_AS(gnomon::confusion<std::int32_t>(std::vector<std::int32_t>{1}, {}, 2, 1), gnomon::InvalidInput);
}

TEST_CASE("a row at the threshold is predicted positive") {
  const std::vector<std::uint8_t> target{0, 0, 1, 1, 1};
  const std::vector<float> score{0.25F, 0.5F, 0.5F, 0.25F, 0.75F};
  CHECK(to_vector(gnomon::confusion_at<float>(target, score, 0.5F, 1)) == std::vector<std::int64_t>{1, 1, 1, 2});
}

TEST_CASE("labels that span few numbers are found with their counts") {
  for (const std::int64_t low : {std::int64_t{-30}, std::int64_t{0}, std::int64_t{1} << 40}) {
    std::vector<std::int64_t> target, predicted;
    for (const auto own : columns::whole<std::int64_t>(5000, 7, 3)) target.push_back(low + 2 * own);
    for (const auto own : columns::whole<std::int64_t>(5000, 7, 4)) predicted.push_back(low + 2 * own);
    const auto found = gnomon::label_counts<std::int64_t>(target, predicted, 3);
    REQUIRE(found);
    std::vector<std::int64_t> labels, first, second;
    for (std::int64_t own = 0; own < 7; ++own) labels.push_back(low + 2 * own);
    for (const auto own : target) first.push_back((own - low) / 2);
    for (const auto own : predicted) second.push_back((own - low) / 2);
    CHECK(to_vector(found->first) == labels);
    CHECK(to_vector(found->second) == counted(first, second, 7));
  }
  CHECK_FALSE(
      gnomon::label_counts<std::int64_t>(std::vector<std::int64_t>{0, 1000}, std::vector<std::int64_t>{0, 0}, 1));
}

TEST_CASE("a label just beyond those of the first rows is found, too") {
  for (const bool among_targets : {true, false}) {
    auto target = columns::whole<std::int64_t>(6000, 5, 8), predicted = columns::whole<std::int64_t>(6000, 5, 9);
    (among_targets ? target : predicted)[4000] = 5;  // one more than the first rows say there are
    const auto found = gnomon::label_counts<std::int64_t>(target, predicted, 2);
    REQUIRE(found);
    CHECK(to_vector(found->first) == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5});
    CHECK(to_vector(found->second) == counted(target, predicted, 6));
  }
}

TEST_CASE("weights by cell") {
  for (const std::size_t classes : {std::size_t{2}, std::size_t{9}, std::size_t{400}}) {
    const auto target = columns::whole<std::int32_t>(3000, classes, 5),
               predicted = columns::whole<std::int32_t>(3000, classes, 6);
    std::vector<double> weight;
    for (const auto own : columns::whole<std::int64_t>(3000, 16, 7)) weight.push_back(static_cast<double>(own) / 4.0);
    std::map<std::uint64_t, gnomon::ExactSum> expected, squares;
    for (std::size_t i = 0; i < weight.size(); ++i) {
      const std::uint64_t cell =
          static_cast<std::uint64_t>(target[i]) * classes + static_cast<std::uint64_t>(predicted[i]);
      expected[cell].add_one(weight[i]);
      squares[cell].add_one(weight[i] * weight[i]);
    }
    const auto bytes = [](gnomon::ExactSum sum) {
      std::vector<unsigned char> raw(gnomon::ExactSum::kBytes);
      sum.write(raw.data());
      return raw;
    };
    for (const int threads : {1, 4}) {
      const auto cells = gnomon::confusion_weights<std::int32_t>(target, predicted, weight, 0, classes, true, threads);
      CHECK(cells.size() == expected.size());
      for (const auto& [cell, sum, square] : cells) {
        CHECK(bytes(sum) == bytes(expected[cell]));
        REQUIRE(square);
        CHECK(bytes(*square) == bytes(squares[cell]));
      }
    }
  }
}
