#include "resampling.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "errors.h"
#include "multiversion.h"

namespace gnomon {
namespace {

constexpr std::size_t kLanes = 8;

// xoshiro128++ in several lanes (D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators", ACM
// Transactions on Mathematical Software 47, 2021), its state from SplitMix64.
struct Generator {
  std::uint32_t state[4][kLanes];

  Generator(std::uint64_t seed, std::uint64_t sample) {
    std::uint64_t counter = seed * 0x100000001B3u + sample;
    for (auto& row : state) {
      for (auto& own : row) {
        std::uint64_t mixed = counter += 0x9E3779B97F4A7C15u;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
        own = static_cast<std::uint32_t>(mixed ^ (mixed >> 31));
      }
    }
  }
};

GNOMON_INLINE std::uint32_t rotated(std::uint32_t value, int by) { return (value << by) | (value >> (32 - by)); }

GNOMON_INLINE void next(Generator& random, std::uint32_t* out) {
  auto& s = random.state;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    out[lane] = rotated(s[0][lane] + s[3][lane], 7) + s[0][lane];
    const std::uint32_t shifted = s[1][lane] << 9;
    s[2][lane] ^= s[0][lane];
    s[3][lane] ^= s[1][lane];
    s[1][lane] ^= s[2][lane];
    s[0][lane] ^= s[3][lane];
    s[2][lane] ^= shifted;
    s[3][lane] = rotated(s[3][lane], 11);
  }
}

// The distributions of all bins: limits[level * width + bin] is the share of 2^32 that draws at most `level` rows, as a
// signed number so that lanes compare quickly.
struct Table {
  std::size_t width = 0, levels = 1;
  std::vector<std::int32_t> limits;
};

std::int32_t as_signed(double share) {
  const double scaled = std::min(share * 0x1p32, 0x1p32 - 1);
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(scaled) ^ 0x80000000u);
}

Table table_of(Input<double> means) {
  Table table;
  table.width = (means.size() + kLanes - 1) / kLanes * kLanes;
  double greatest = 0.0;
  for (const double mean : means) {
    if (!(mean >= 0.0 && mean <= kGreatestMean)) throw InvalidInput("a mean lies outside the range of the table");
    greatest = std::max(greatest, mean);
  }
  double chance = std::exp(-greatest), reached = chance;
  while (reached < 1 - 0x1p-32) {
    chance *= greatest / static_cast<double>(table.levels++);
    if (chance < 0x1p-60 && table.levels > greatest) break;
    reached += chance;
  }
  table.limits.assign(table.levels * table.width, std::numeric_limits<std::int32_t>::max());
  for (std::size_t bin = 0; bin < means.size(); ++bin) {
    double own = std::exp(-means[bin]), sum = own;
    for (std::size_t level = 0; level < table.levels; ++level) {
      table.limits[level * table.width + bin] = as_signed(sum);
      own *= means[bin] / static_cast<double>(level + 1);
      sum += own;
    }
  }
  return table;
}

// How many rows each bin draws: how many of its limits a uniform number reaches.
GNOMON_HOT void draw(Generator& random, const std::int32_t* limits, std::size_t width, std::size_t levels,
                     std::int32_t* out) {
  for (std::size_t bin = 0; bin < width; bin += kLanes) {
    std::uint32_t uniform[kLanes];
    next(random, uniform);
    std::int32_t value[kLanes], rows[kLanes] = {};
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      value[lane] = static_cast<std::int32_t>(uniform[lane] ^ 0x80000000u);
    for (std::size_t level = 0; level < levels; ++level) {
      const std::int32_t* own = limits + level * width + bin;
      for (std::size_t lane = 0; lane < kLanes; ++lane) rows[lane] += value[lane] >= own[lane];
    }
    std::copy(rows, rows + kLanes, out + bin);
  }
}

double largest_gap(const std::vector<std::int32_t>& first, const std::vector<std::int32_t>& second, std::size_t bins) {
  std::int64_t ones = 0, others = 0;
  for (std::size_t bin = 0; bin < bins; ++bin) {
    ones += first[bin];
    others += second[bin];
  }
  if (!ones || !others) return std::numeric_limits<double>::quiet_NaN();
  std::int64_t gap = 0, largest = 0;
  for (std::size_t bin = 0; bin < bins; ++bin) {
    gap += first[bin] * others - second[bin] * ones;
    largest = std::max(largest, gap < 0 ? -gap : gap);
  }
  return static_cast<double>(largest) / (static_cast<double>(ones) * static_cast<double>(others));
}

}  // namespace

Array<double> ks_of_samples(Input<double> first, Input<double> second, std::int64_t samples, std::uint64_t seed) {
  if (first.size() != second.size()) throw InvalidInput("the classes have different numbers of bins");
  if (samples < 0) throw InvalidInput("the number of samples is negative");
  const Table ones = table_of(first), others = table_of(second);
  std::vector<std::int32_t> of_first(ones.width), of_second(others.width);
  const auto number = static_cast<std::size_t>(samples);
  auto values = make_buffer<double>(number);
  for (std::size_t sample = 0; sample < number; ++sample) {
    Generator random(seed, sample);
    draw(random, ones.limits.data(), ones.width, ones.levels, of_first.data());
    draw(random, others.limits.data(), others.width, others.levels, of_second.data());
    values[sample] = largest_gap(of_first, of_second, first.size());
  }
  return Array(std::move(values), number);
}

}  // namespace gnomon
