// What the kernels throw, besides std::bad_alloc.
#pragma once

#include <exception>
#include <stdexcept>

namespace gnomon {

// Columns that do not match each other, or values that a kernel cannot take.
class InvalidInput : public std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

// A bin that a histogram does not have.
class NoSuchBin : public std::out_of_range {
  using std::out_of_range::out_of_range;
};

// The caller asked a kernel to stop (core/stop.h); nothing that it had begun is left behind.
class Stopped : public std::exception {
 public:
  const char* what() const noexcept override { return "stopped by the caller"; }
};

}  // namespace gnomon
