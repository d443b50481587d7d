// Working memory for one kernel call, uninitialised. Fresh pages cost as much as the arithmetic on
// them, so a large buffer asks for huge ones.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace gnomon {

struct Free {
  void operator()(void* memory) const noexcept { std::free(memory); }
};

template <class T>
using Buffer = std::unique_ptr<T[], Free>;

template <class T>
Buffer<T> make_buffer(std::size_t count) {
  constexpr std::size_t huge = std::size_t{1} << 21;
  const std::size_t bytes = count * sizeof(T);
  const std::size_t alignment = bytes >= 2 * huge ? huge : 64;
  const std::size_t whole = (bytes / alignment + 1) * alignment;
  void* memory = std::aligned_alloc(alignment, whole);
  if (memory == nullptr) throw std::bad_alloc();
#if defined(__linux__)
  if (alignment == huge) madvise(memory, whole, MADV_HUGEPAGE);
#endif
  return Buffer<T>(static_cast<T*>(memory));
}

}  // namespace gnomon
