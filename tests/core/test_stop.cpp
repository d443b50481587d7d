// A long kernel ends when its caller wants it to, in one thread and in several.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "errors.h"
#include "parallel.h"
#include "stop.h"

namespace {

std::atomic<int> asked{0};
bool from_the_third_time() { return ++asked >= 3; }

}  // namespace

TEST_CASE("the caller is asked, and obeyed") {
  for (const int threads : {1, 3}) {
    asked = 0;
    gnomon::should_stop = &from_the_third_time;
    std::atomic<int> done{0};
    const auto slow = [&](std::size_t) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      ++done;
    };
    CHECK_THROWS_AS(gnomon::parallel_for(10'000, threads, slow), gnomon::Stopped);
    CHECK(done < 5'000);
    CHECK(asked == 3);
    gnomon::should_stop = nullptr;
    const int before = done;
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    CHECK(done == before);  // no thread was left behind
    gnomon::parallel_for(100, threads, [&](std::size_t) { ++done; });
    CHECK(done == before + 100);
  }
}

TEST_CASE("an error in a task is the caller's, once") {
  for (const int threads : {1, 4})
    CHECK_THROWS_AS(gnomon::parallel_for(1000, threads,
                                         [](std::size_t task) {
                                           if (task % 7 == 3) throw gnomon::InvalidInput("no");
                                         }),
                    gnomon::InvalidInput);
}
