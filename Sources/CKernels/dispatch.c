#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

extern const sg_kernels sg_kernels_portable;
#if defined(__x86_64__)
extern const sg_kernels sg_kernels_avx2, sg_kernels_avx512;
#endif

// Written once, before main, and only read afterwards.
static const sg_kernels *sets[4];
static const sg_kernels *best;

__attribute__((constructor)) static void choose(void) {
  int count = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    sets[count++] = &sg_kernels_avx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    sets[count++] = &sg_kernels_avx2;
  }
#endif
  sets[count] = &sg_kernels_portable;
  best = sets[0];
  const char *wanted = getenv("STATICGRAPH_INSTRUCTION_SET");
  for (int i = 0; wanted && sets[i]; i++) {
    if (strcmp(sets[i]->name, wanted) == 0) best = sets[i];
  }
}

const sg_kernels *sg_best_kernels(void) { return best; }
const sg_kernels *const *sg_all_kernels(void) { return sets; }

sg_unary_fn sg_cast(const sg_kernels *kernels, sg_dtype from, sg_dtype to) {
  return kernels->cast[from][to];
}

#define FIND(name, type, test)                     \
  size_t sg_find_##name(const type *x, size_t n) { \
    for (size_t i = 0; i < n; i++) {               \
      if (x[i] test) return i;                     \
    }                                              \
    return n;                                      \
  }
FIND(zero_i32, int32_t, == 0)
FIND(zero_i64, int64_t, == 0)
FIND(zero_u8, uint8_t, == 0)
FIND(negative_i32, int32_t, < 0)
FIND(negative_i64, int64_t, < 0)
