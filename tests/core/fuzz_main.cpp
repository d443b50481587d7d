// The fuzzer where there is no libFuzzer: random inputs, `core_fuzz -runs=N -seed=S`.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

unsigned long long option(int count, char** given, const char* name, unsigned long long otherwise) {
  const std::size_t length = std::strlen(name);
  for (int i = 1; i < count; ++i)
    if (std::strncmp(given[i], name, length) == 0) return std::strtoull(given[i] + length, nullptr, 10);
  return otherwise;
}

}  // namespace

int main(int count, char** given) {
  const unsigned long long runs = option(count, given, "-runs=", 10'000), seed = option(count, given, "-seed=", 1);
  for (unsigned long long run = 0; run < runs; ++run) {
    std::mt19937_64 random(seed + run);
    std::vector<std::uint8_t> bytes(random() % 8192);
    for (auto& own : bytes) own = static_cast<std::uint8_t>(random() % 4 ? random() % 8 : random());
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  std::printf("%llu inputs, without a fault\n", runs);
  return 0;
}
