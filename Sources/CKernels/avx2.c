#include "CKernels.h"
#if defined(__x86_64__)
#include <immintrin.h>

#include "system.h"
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define BYTES 32
#define SET "avx2"
#define NAME(x) x##_avx2
#include "kernels.inc"
#pragma clang attribute pop
#endif
