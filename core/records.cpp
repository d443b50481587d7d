// Labels of any fixed width (text as NumPy lays it out, wide integers), and Python strings, to codes, by hashing.
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "arrays.h"
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
    if (first_.size() >= std::numeric_limits<std::int32_t>::max()) throw std::length_error("too many distinct labels");
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

// Returns the code of each record, and the row in which each code first occurs.
template <class Unit>
nb::tuple encode_records(Matrix<Unit> records, int threads) {
  const std::size_t rows = records.shape(0), width = records.shape(1);
  auto codes = make_buffer<std::int32_t>(rows);
  std::vector<std::int64_t> first;
  {
    nb::gil_scoped_release release;
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
  }
  return nb::make_tuple(to_numpy(std::move(codes), rows), to_numpy(first));
}

// Python strings to codes, by value. Most arrays hold few objects many times, so a look at the address usually tells;
// an object that was not met lately is hashed (Python keeps the hash of a string with it).
class ObjectTable {
 public:
  std::int32_t code_of(PyObject* object, std::size_t row) {
    const auto address = reinterpret_cast<std::uintptr_t>(object);
    Recent& recent = recent_[(address >> 4 ^ address >> 12) % kRecent];
    if (recent.object == object) return recent.code;
    recent = {object, find(object, row)};
    return recent.code;
  }

  const std::vector<std::int64_t>& first() const { return first_; }

 private:
  static constexpr std::size_t kRecent = 256;
  static constexpr std::int32_t kFree = -1;

  struct Recent {
    PyObject* object = nullptr;
    std::int32_t code = kFree;
  };
  struct Known {
    PyObject* object;
    Py_hash_t hash;
  };

  std::int32_t find(PyObject* object, std::size_t row) {
    const Py_hash_t hash = PyObject_Hash(object);
    if (hash == -1) throw nb::python_error();
    std::size_t slot = static_cast<std::size_t>(hash) & (slots_.size() - 1);
    for (; slots_[slot] != kFree; slot = (slot + 1) & (slots_.size() - 1)) {
      const Known& known = known_[slots_[slot]];
      if (known.hash == hash && PyUnicode_Compare(known.object, object) == 0) return slots_[slot];
    }
    const auto code = static_cast<std::int32_t>(known_.size());
    known_.push_back({object, hash});
    first_.push_back(static_cast<std::int64_t>(row));
    slots_[slot] = code;
    if (2 * known_.size() > slots_.size()) grow();
    return code;
  }

  void grow() {
    slots_.assign(4 * slots_.size(), kFree);
    for (std::size_t code = 0; code < known_.size(); ++code) {
      std::size_t slot = static_cast<std::size_t>(known_[code].hash) & (slots_.size() - 1);
      while (slots_[slot] != kFree) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = static_cast<std::int32_t>(code);
    }
  }

  std::vector<std::int32_t> slots_ = std::vector<std::int32_t>(64, kFree);
  std::vector<Recent> recent_ = std::vector<Recent>(kRecent);
  std::vector<Known> known_;
  std::vector<std::int64_t> first_;
};

// Given the addresses of Python objects that are kept alive, returns the codes, the row in which each code first
// occurs, and the first row that holds something other than a string (-1 if none does; the codes end there).
nb::tuple encode_objects(Input<std::int64_t> addresses) {
  const std::size_t rows = addresses.size();
  auto codes = make_buffer<std::int32_t>(rows);
  ObjectTable table;
  std::int64_t odd = -1;
  for (std::size_t row = 0; row < rows; ++row) {
    PyObject* object = reinterpret_cast<PyObject*>(addresses.data()[row]);
    if (object == nullptr || !PyUnicode_Check(object)) {
      odd = static_cast<std::int64_t>(row);
      break;
    }
    codes[row] = table.code_of(object, row);
  }
  return nb::make_tuple(to_numpy(std::move(codes), rows), to_numpy(table.first()), odd);
}

}  // namespace

void bind_records(nb::module_& m) {
  m.def("encode_objects", &encode_objects, nb::arg("addresses").noconvert());
  m.def("encode_records", &encode_records<std::uint8_t>, nb::arg("records").noconvert(), nb::arg("threads"));
  m.def("encode_records", &encode_records<std::uint32_t>, nb::arg("records").noconvert(), nb::arg("threads"));
  m.def("encode_records", &encode_records<std::uint64_t>, nb::arg("records").noconvert(), nb::arg("threads"));
}

}  // namespace gnomon
