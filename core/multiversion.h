// One binary for every CPU: a loop marked GNOMON_HOT is compiled for x86-64-v4 (AVX-512),
// x86-64-v3 (AVX2) and the baseline, and the loader picks one when the module is loaded.
// Results do not depend on the pick: the build forbids contraction of a*b+c, so every clone
// performs the same IEEE operations on each element.
#pragma once

#include <cstddef>

// Under a sanitizer there are no clones (GNOMON_NO_CLONES): they are chosen before its own code has started.
#if !defined(GNOMON_NO_CLONES) && defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && \
    !defined(__clang__) && __GNUC__ >= 12
#define GNOMON_HOT __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define GNOMON_HOT
#endif

#if defined(__GNUC__)
#define GNOMON_INLINE inline __attribute__((always_inline))
#else
#define GNOMON_INLINE inline
#endif
