#include "strings.h"

#include <nanobind/nanobind.h>

#include <cstdint>
#include <vector>

namespace gnomon {
namespace {

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
    if (hash == -1) throw nanobind::python_error();
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

}  // namespace

std::tuple<Array<std::int32_t>, Array<std::int64_t>, std::int64_t> encode_objects(Input<std::int64_t> addresses) {
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
  return {Array(std::move(codes), rows), Array(table.first()), odd};
}

}  // namespace gnomon
