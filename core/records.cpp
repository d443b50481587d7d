#include "records.h"

#include <cstdint>
#include <limits>
#include <vector>

#include "errors.h"
#include "multiversion.h"
#include "parallel.h"

namespace gnomon {
namespace {

// Equal records get equal codes, numbered as they first occur. A record is `width` units (bytes, characters of 4
// bytes, words of 8).
template <class Unit>
class RecordTable {
 public:
  RecordTable(const Unit* records, std::size_t width) : records_(records), width_(width), slots_(64, kFree) {}

  GNOMON_INLINE std::int32_t code_of(std::size_t row) {
    const Unit* record = records_ + row * width_;
    std::size_t slot = hash(record) & (slots_.size() - 1);
    for (; slots_[slot] != kFree; slot = (slot + 1) & (slots_.size() - 1))
      if (equal(records_ + first_[slots_[slot]] * width_, record)) return slots_[slot];
    return add(row, slot);
  }

  const std::vector<std::size_t>& first() const { return first_; }

 private:
  static constexpr std::int32_t kFree = -1;

  GNOMON_INLINE bool equal(const Unit* one, const Unit* other) const {
    Unit differs = 0;
    for (std::size_t i = 0; i < width_; ++i) differs |= one[i] ^ other[i];
    return differs == 0;
  }

  GNOMON_INLINE std::size_t hash(const Unit* record) const {
    std::uint64_t state = 0x9E3779B97F4A7C15u;
    for (std::size_t i = 0; i < width_; ++i) {
      state = (state ^ static_cast<std::uint64_t>(record[i])) * 0xD6E8FEB86659FD93u;
      state ^= state >> 32;
    }
    return static_cast<std::size_t>(state);
  }

  std::int32_t add(std::size_t row, std::size_t slot) {
    if (first_.size() >= std::numeric_limits<std::int32_t>::max()) throw InvalidInput("too many distinct labels");
    const auto code = static_cast<std::int32_t>(first_.size());
    first_.push_back(row);
    slots_[slot] = code;
    if (2 * first_.size() > slots_.size()) grow();
    return code;
  }

  void grow() {
    slots_.assign(4 * slots_.size(), kFree);
    for (std::size_t code = 0; code < first_.size(); ++code) {
      std::size_t slot = hash(records_ + first_[code] * width_) & (slots_.size() - 1);
      while (slots_[slot] != kFree) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = static_cast<std::int32_t>(code);
    }
  }

  const Unit* records_;
  std::size_t width_;
  std::vector<std::int32_t> slots_;
  std::vector<std::size_t> first_;
};

}  // namespace

template <class Unit>
std::pair<Array<std::int32_t>, Array<std::int64_t>> encode_records(Matrix<Unit> records, int threads) {
  const std::size_t rows = records.rows(), width = records.columns();
  auto codes = make_buffer<std::int32_t>(rows);
  std::vector<std::int64_t> first;
  const int workers = useful_threads(rows, threads);
  const int pieces = pieces_of(rows, workers);
  std::vector<RecordTable<Unit>> tables(pieces, RecordTable<Unit>(records.data(), width));
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    for (std::size_t i = r.begin; i < r.end; ++i) codes[i] = tables[part].code_of(i);
  });
  // Rows of a later part lie after those of an earlier one, so the merged codes are in order of occurrence, too.
  RecordTable<Unit>& whole = tables[0];
  std::vector<std::vector<std::int32_t>> merged(pieces);
  for (int part = 1; part < pieces; ++part)
    for (const std::size_t row : tables[part].first()) merged[part].push_back(whole.code_of(row));
  parallel_for(pieces, workers, [&](std::size_t part) {
    const Range r = part_of(rows, part, pieces);
    for (std::size_t i = r.begin; part > 0 && i < r.end; ++i) codes[i] = merged[part][codes[i]];
  });
  first.assign(whole.first().begin(), whole.first().end());
  return {Array(std::move(codes), rows), Array(first)};
}

#define GNOMON_UNITS(T) template std::pair<Array<std::int32_t>, Array<std::int64_t>> encode_records(Matrix<T>, int);
GNOMON_UNITS(std::uint8_t)
GNOMON_UNITS(std::uint32_t)
GNOMON_UNITS(std::uint64_t)
#undef GNOMON_UNITS

}  // namespace gnomon
