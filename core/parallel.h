// Threads for one kernel call: tasks are drawn from a counter, so uneven tasks balance.
// Kernels combine their tasks' results with exact arithmetic, so the draw never shows.
//
// While a kernel runs, the processor keeps to IEEE arithmetic: a library built with -ffast-math sets it to take numbers
// near zero for zero as soon as it is loaded, and scores that differ would become one.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "errors.h"
#include "stop.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <cstdint>
#endif

namespace gnomon {

// Gradual underflow for as long as it lives, on the thread that it lives on.
class IeeeArithmetic {
 public:
#if defined(__x86_64__)
  IeeeArithmetic() : kept_(_mm_getcsr()) {
    if (kept_ & kFlush) _mm_setcsr(kept_ & ~kFlush);
  }
  ~IeeeArithmetic() {
    if (kept_ & kFlush) _mm_setcsr(kept_);
  }

 private:
  static constexpr unsigned kFlush = 0x8040;  // flush to zero, and denormals are zero
  unsigned kept_;
#elif defined(__aarch64__)
  IeeeArithmetic() {
    asm volatile("mrs %0, fpcr" : "=r"(kept_));
    if (kept_ & kFlush) asm volatile("msr fpcr, %0" : : "r"(kept_ & ~kFlush));
  }
  ~IeeeArithmetic() {
    if (kept_ & kFlush) asm volatile("msr fpcr, %0" : : "r"(kept_));
  }

 private:
  static constexpr std::uint64_t kFlush = std::uint64_t{1} << 24;
  std::uint64_t kept_;
#endif

 public:
  IeeeArithmetic(const IeeeArithmetic&) = delete;
  IeeeArithmetic& operator=(const IeeeArithmetic&) = delete;
};

// Rows that one thread should have at least; below it, starting a thread costs more than it saves.
#if !defined(GNOMON_ROWS_PER_THREAD)  // tests cut few rows into many parts
#define GNOMON_ROWS_PER_THREAD (1 << 16)
#endif
constexpr std::size_t kRowsPerThread = GNOMON_ROWS_PER_THREAD;

inline int useful_threads(std::size_t rows, int threads) {
  const std::size_t wanted = std::max<std::size_t>(1, rows / kRowsPerThread);
  return static_cast<int>(std::min<std::size_t>(wanted, static_cast<std::size_t>(std::max(1, threads))));
}

// Into how many ranges a loop over rows is cut: one a worker, but none so long that a wish to stop would wait for it.
constexpr std::size_t kMostRows = std::size_t{1} << 21;

inline int pieces_of(std::size_t rows, int workers) {
  return static_cast<int>(std::max<std::size_t>(static_cast<std::size_t>(workers), rows / kMostRows));
}

// A long loop must end when the caller wants it to. Asked by the clock: to answer may mean waiting for a lock.
class StopWatch {
 public:
  void look() {
    const ShouldStop asked = should_stop.load(std::memory_order_relaxed);
    if (asked == nullptr) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::milliseconds(50)) return;
    last_ = now;
    if (asked()) throw Stopped();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// Calls work(task) for every task in [0, tasks). The first exception is rethrown in the caller.
template <class Work>
void parallel_for(std::size_t tasks, int threads, Work&& work) {
  const std::size_t workers = std::min<std::size_t>(tasks, static_cast<std::size_t>(std::max(1, threads)));
  const IeeeArithmetic ieee;
  StopWatch watch;
  if (workers <= 1) {
    for (std::size_t task = 0; task < tasks; ++task) {
      work(task);
      watch.look();
    }
    return;
  }
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_lock;
  auto run = [&](bool watches) {
    const IeeeArithmetic ieee_here;
    try {
      for (std::size_t task; (task = next.fetch_add(1, std::memory_order_relaxed)) < tasks;) {
        work(task);
        if (watches) watch.look();
      }
    } catch (const Stopped&) {  // goes before whatever else went wrong: the caller waits for it
      std::lock_guard<std::mutex> hold(failure_lock);
      failure = std::current_exception();
      next.store(tasks, std::memory_order_relaxed);
    } catch (...) {
      std::lock_guard<std::mutex> hold(failure_lock);
      if (!failure) failure = std::current_exception();
      next.store(tasks, std::memory_order_relaxed);
    }
  };
  std::vector<std::thread> others;
  try {
    for (std::size_t worker = 1; worker < workers; ++worker) others.emplace_back(run, false);
  } catch (const std::system_error&) {
    // No more threads to be had: those that started, and this one, do the work.
  }
  run(true);
  for (auto& other : others) other.join();
  if (failure) std::rethrow_exception(failure);
}

struct Range {
  std::size_t begin, end;
};

// The part-th of `parts` nearly equal ranges of [0, rows).
inline Range part_of(std::size_t rows, std::size_t part, std::size_t parts) {
  return {rows / parts * part + std::min(part, rows % parts),
          rows / parts * (part + 1) + std::min(part + 1, rows % parts)};
}

}  // namespace gnomon
