// How a long kernel learns that it should stop: it asks the program that it runs in, now and then.
#pragma once

#include <atomic>

namespace gnomon {

// Whether to stop. Asked about twenty times a second, only on the thread that called the kernel.
using ShouldStop = bool (*)();

inline std::atomic<ShouldStop> should_stop{nullptr};

}  // namespace gnomon
