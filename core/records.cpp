// Labels of any fixed width (text as NumPy lays it out, wide integers, addresses of objects) to codes, by hashing.
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "arrays.h"
#include "parallel.h"

namespace gnomon {
namespace {

// A record is so many bytes; equal records get equal codes, numbered as they first occur.
class RecordTable {
 public:
  RecordTable(const unsigned char* records, std::size_t width) : records_(records), width_(width), slots_(64, kFree) {}

  std::int32_t code_of(std::size_t row) {
    const unsigned char* record = records_ + row * width_;
    std::size_t slot = hash(record) & (slots_.size() - 1);
    for (; slots_[slot] != kFree; slot = (slot + 1) & (slots_.size() - 1))
      if (std::memcmp(records_ + first_[slots_[slot]] * width_, record, width_) == 0) return slots_[slot];
    if (first_.size() >= std::numeric_limits<std::int32_t>::max()) throw std::length_error("too many distinct labels");
    const auto code = static_cast<std::int32_t>(first_.size());
    first_.push_back(row);
    slots_[slot] = code;
    if (2 * first_.size() > slots_.size()) grow();
    return code;
  }

  const std::vector<std::size_t>& first() const { return first_; }

 private:
  static constexpr std::int32_t kFree = -1;

  std::size_t hash(const unsigned char* record) const {
    std::uint64_t state = 0x9E3779B97F4A7C15u;
    std::size_t at = 0;
    const auto mix = [&](std::uint64_t word) {
      state = (state ^ word) * 0xD6E8FEB86659FD93u;
      state ^= state >> 32;
    };
    for (; at + 8 <= width_; at += 8) {
      std::uint64_t word;
      std::memcpy(&word, record + at, 8);
      mix(word);
    }
    if (at < width_) {
      std::uint64_t word = 0;
      std::memcpy(&word, record + at, width_ - at);
      mix(word);
    }
    return static_cast<std::size_t>(state * 0xD6E8FEB86659FD93u >> 16);
  }

  void grow() {
    slots_.assign(4 * slots_.size(), kFree);
    for (std::size_t code = 0; code < first_.size(); ++code) {
      std::size_t slot = hash(records_ + first_[code] * width_) & (slots_.size() - 1);
      while (slots_[slot] != kFree) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = static_cast<std::int32_t>(code);
    }
  }

  const unsigned char* records_;
  std::size_t width_;
  std::vector<std::int32_t> slots_;
  std::vector<std::size_t> first_;
};

// Returns the code of each record, and the row in which each code first occurs.
nb::tuple encode_records(Matrix<std::uint8_t> records, int threads) {
  const std::size_t rows = records.shape(0), width = records.shape(1);
  auto codes = make_buffer<std::int32_t>(rows);
  std::vector<std::int64_t> first;
  {
    nb::gil_scoped_release release;
    const int workers = useful_threads(rows, threads);
    std::vector<RecordTable> tables(workers, RecordTable(records.data(), width));
    parallel_for(workers, workers, [&](std::size_t part) {
      const Range r = part_of(rows, part, workers);
      for (std::size_t i = r.begin; i < r.end; ++i) codes[i] = tables[part].code_of(i);
    });
    // Rows of a later part lie after those of an earlier one, so the merged codes are in order of occurrence, too.
    RecordTable& whole = tables[0];
    for (int part = 1; part < workers; ++part) {
      std::vector<std::int32_t> merged;
      for (const std::size_t row : tables[part].first()) merged.push_back(whole.code_of(row));
      const Range r = part_of(rows, part, workers);
      for (std::size_t i = r.begin; i < r.end; ++i) codes[i] = merged[codes[i]];
    }
    first.assign(whole.first().begin(), whole.first().end());
  }
  return nb::make_tuple(to_numpy(std::move(codes), rows), to_numpy(first));
}

}  // namespace

void bind_records(nb::module_& m) {
  m.def("encode_records", &encode_records, nb::arg("records").noconvert(), nb::arg("threads"));
}

}  // namespace gnomon
