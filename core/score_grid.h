// The map from scores to the bins of a histogram, fixed before the first row is counted.
//
// Scores are taken as words that sort as whole numbers. A tree of tables divides their range: a cell of a table is
// a run of 2^k bins of equal width, or, where a sample of the scores is too crowded for that, a table of its own.
// So bins are narrow where scores are dense, whatever the distribution, and a score is placed in two or three steps.
// How each cell is divided tells the whole map: from that it is made again without the sample.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "errors.h"
#include "order.h"

namespace gnomon {

class ScoreGrid {
 public:
  // A cell: the first bin of its run, or the first cell of its table; how far an offset within it is shifted to
  // the bin or cell; kTable, or k where its run has 2^k bins.
  struct Cell {
    std::uint32_t first;
    std::uint8_t shift;
    std::uint8_t division;
  };

  static constexpr std::uint8_t kTable = 0xff;

  // `sorted` are the words of the sampled scores, ascending; `wanted` is about how many bins there should be.
  ScoreGrid(const std::vector<u64>& sorted, std::size_t wanted) : wanted_(std::max<std::size_t>(1, wanted)) {
    if (sorted.empty()) throw InvalidInput("a grid of scores needs a sample");
    low_ = sorted.front();
    high_ = sorted.back();
    sample_ = &sorted;
    begin();
    divide(0, cells_.size(), low_, shift_);
    end();
    sample_ = nullptr;
  }

  // The grid of so many bins whose cells are divided so: see divisions().
  ScoreGrid(u64 low, u64 high, std::size_t wanted, std::size_t bins, const std::vector<std::uint8_t>& divisions)
      : wanted_(std::max<std::size_t>(1, wanted)), low_(low), high_(high) {
    if (low > high || high == ~u64{0}) throw InvalidInput("there is no grid from the one score to the other");
    begin();
    again(0, cells_.size(), low_, shift_, divisions, bins);
    end();
    if (cells_.size() != divisions.size() || bins_ != bins) throw InvalidInput("there is no grid of such cells");
  }

  // The words of the least and of the greatest sampled score.
  u64 low() const { return low_; }
  u64 high() const { return high_; }
  // Of each cell: kTable, or k where it is divided into 2^k bins.
  std::vector<std::uint8_t> divisions() const {
    std::vector<std::uint8_t> out(cells_.size());
    std::transform(cells_.begin(), cells_.end(), out.begin(), [](const Cell& own) { return own.division; });
    return out;
  }

  std::size_t bins() const { return bins_; }
  // The least word of each bin.
  const std::vector<u64>& edges() const { return edges_; }

  GNOMON_INLINE std::uint32_t bin(u64 word) const {
    if (word < low_) return 0;
    if (word > high_) return static_cast<std::uint32_t>(bins_ - 1);
    u64 offset = word - low_;
    const Cell* cell = &cells_[offset >> shift_];
    offset &= mask(shift_);
    while (cell->division == kTable) [[unlikely]] {
      const int shift = cell->shift;
      cell = &cells_[cell->first + (offset >> shift)];
      offset &= mask(shift);
    }
    return cell->first + static_cast<std::uint32_t>(offset >> cell->shift);
  }

 private:
  static GNOMON_INLINE u64 mask(int bits) { return (u64{1} << bits) - 1; }

  // The first bin, and the cells of the first table.
  void begin() {
    edges_.push_back(0);  // bin 0: everything below the sample
    bins_ = 1;
    const int width = std::bit_width(high_ - low_);  // offsets lie below 2^width
    // Tables are small where few bins are wanted: a cell that the sample leaves empty is a bin, too.
    const int wanted_bits = std::bit_width(wanted_);
    table_bits_ = std::clamp(wanted_bits - 6, 2, 8);
    const int bits = std::min(width, std::clamp(wanted_bits - 4, 2, 12));
    shift_ = width - bits;
    cells_.resize(static_cast<std::size_t>((high_ - low_) >> shift_) + 1);
  }

  void end() {
    edges_.push_back(high_ + 1);  // the last bin: everything above the sample
    ++bins_;
  }

  static u64 start_of(std::size_t cell, u64 base, int width) {
    const u64 start = base + (static_cast<u64>(cell) << width);
    return start < base ? ~u64{0} : start;  // beyond all words, above the greatest scores
  }

  // Divides cells [at, at + count), each 2^width words wide, the first of them from `base`.
  void divide(std::size_t at, std::size_t count, u64 base, int width) {
    const auto& words = *sample_;
    auto from = std::lower_bound(words.begin(), words.end(), base);
    for (std::size_t i = 0; i < count; ++i) {
      const u64 start = start_of(i, base, width);
      const u64 last = start + mask(width);
      const auto to = std::upper_bound(from, words.end(), last < start ? ~u64{0} : last);
      fill(at + i, start, width, from, to);
      from = to;
    }
  }

  using Iterator = std::vector<u64>::const_iterator;

  void fill(std::size_t at, u64 start, int width, Iterator from, Iterator to) {
    const auto rows = static_cast<std::size_t>(to - from);
    // As many bins as the cell's share of the sample asks for, and a few where the sample is thin.
    const std::size_t share =
        rows == 0 || bins_ > 4 * wanted_ ? 1 : std::max<std::size_t>(4, rows * wanted_ / sample_->size());
    const int bits = std::min(width, static_cast<int>(std::bit_width(share - 1)));
    if (width > table_bits_ && share > 1 && crowded(from, to, start, width - bits, share))
      return divide(table(at, width), std::size_t{1} << table_bits_, start, width - table_bits_);
    run(at, start, width, bits);
  }

  // The same as divide(), where it is known how.
  void again(std::size_t at, std::size_t count, u64 base, int width, const std::vector<std::uint8_t>& divisions,
             std::size_t bins) {
    if (at + count > divisions.size()) throw InvalidInput("there is no grid of so few cells");
    for (std::size_t i = 0; i < count; ++i) {
      const u64 start = start_of(i, base, width);
      const int bits = divisions[at + i];
      if (bits == kTable && width > table_bits_)
        again(table(at + i, width), std::size_t{1} << table_bits_, start, width - table_bits_, divisions, bins);
      else if (bits <= width && bits < 32 && bins_ + (std::size_t{1} << bits) < bins)
        run(at + i, start, width, bits);
      else
        throw InvalidInput("there is no grid of so many bins");
    }
  }

  // Makes a cell a table; returns its first cell.
  std::size_t table(std::size_t at, int width) {
    const std::size_t first = cells_.size();
    cells_.resize(first + (std::size_t{1} << table_bits_));
    cells_[at] = {static_cast<std::uint32_t>(first), static_cast<std::uint8_t>(width - table_bits_), kTable};
    return first;
  }

  // Makes a cell 2^bits bins.
  void run(std::size_t at, u64 start, int width, int bits) {
    cells_[at] = {static_cast<std::uint32_t>(bins_), static_cast<std::uint8_t>(width - bits),
                  static_cast<std::uint8_t>(bits)};
    for (std::size_t b = 0; b < (std::size_t{1} << bits); ++b) {
      const u64 edge = start + (static_cast<u64>(b) << (width - bits));
      edges_.push_back(edge < start ? high_ + 1 : std::min(edge, high_ + 1));  // beyond the sample, and the words
    }
    bins_ += std::size_t{1} << bits;
  }

  // Whether bins of 2^shift words would hold clearly more pairs of different sampled scores than bins of equal
  // mass would: such pairs are what a histogram leaves open.
  bool crowded(Iterator from, Iterator to, u64 start, int shift, std::size_t share) const {
    const double rows = static_cast<double>(to - from);
    double open = 0.0;
    while (from != to) {
      const u64 bin = (*from - start) >> shift;
      double in_bin = 0.0, tied = 0.0;
      while (from != to && (*from - start) >> shift == bin) {
        const u64 word = *from;
        double same = 0.0;
        for (; from != to && *from == word; ++from) ++same;
        in_bin += same;
        tied += same * same;
      }
      open += in_bin * in_bin - tied;
    }
    return open > 2.0 * rows * rows / static_cast<double>(share) + 16.0;
  }

  const std::vector<u64>* sample_ = nullptr;
  std::size_t wanted_;
  u64 low_ = 0, high_ = 0;
  int shift_ = 0, table_bits_ = 8;
  std::size_t bins_ = 0;
  std::vector<Cell> cells_;
  std::vector<u64> edges_;
};

}  // namespace gnomon
