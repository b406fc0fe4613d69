#include "CKernels.h"
#if defined(__x86_64__)
#include <immintrin.h>

#include "system.h"
#pragma clang attribute push(                                                                \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define BYTES 64
#define SET "avx512"
#define NAME(x) x##_avx512
#include "kernels.inc"
#pragma clang attribute pop
#endif
