// Threads for one kernel call: tasks are drawn from a counter, so uneven tasks balance.
// Kernels combine their tasks' results with exact arithmetic, so the draw never shows.
#pragma once

#include <Python.h>
#include <nanobind/nanobind.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace gnomon {

// Rows that one thread should have at least; below it, starting a thread costs more than it saves.
constexpr std::size_t kRowsPerThread = 1 << 16;

inline int useful_threads(std::size_t rows, int threads) {
  const std::size_t wanted = std::max<std::size_t>(1, rows / kRowsPerThread);
  return static_cast<int>(std::min<std::size_t>(wanted, static_cast<std::size_t>(std::max(1, threads))));
}

// Ctrl-C must end a long loop, too: Python notes the signal, and its main thread looks for it now and then.
inline void stop_if_interrupted(std::size_t task) {
  if (task % 16 != 15) return;
  nanobind::gil_scoped_acquire hold;
  if (PyErr_CheckSignals() != 0) throw nanobind::python_error();
}

// Calls work(task) for every task in [0, tasks). The first exception is rethrown in the caller.
template <class Work>
void parallel_for(std::size_t tasks, int threads, Work&& work) {
  const std::size_t workers = std::min<std::size_t>(tasks, static_cast<std::size_t>(std::max(1, threads)));
  if (workers <= 1) {
    for (std::size_t task = 0; task < tasks; ++task) {
      work(task);
      stop_if_interrupted(task);
    }
    return;
  }
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_lock;
  std::size_t done_here = 0;
  auto run = [&](bool watches) {
    try {
      for (std::size_t task; (task = next.fetch_add(1, std::memory_order_relaxed)) < tasks;) {
        work(task);
        if (watches) stop_if_interrupted(done_here++);
      }
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
