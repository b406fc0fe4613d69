#include <string.h>

#include "CKernels.h"
#include "CMovement.h"

// A block of as many rows as a 16-byte vector has lanes, transposed in registers.
typedef float block_f32 __attribute__((ext_vector_type(4)));
typedef double block_f64 __attribute__((ext_vector_type(2)));

#define LANES(T) (sizeof(block_##T) / sizeof(T##_t))
typedef float f32_t;
typedef double f64_t;

static inline block_f32 load_f32(const float *p) {
  block_f32 v;
  memcpy(&v, p, sizeof v);
  return v;
}
static inline block_f64 load_f64(const double *p) {
  block_f64 v;
  memcpy(&v, p, sizeof v);
  return v;
}

static inline void transpose_f32(float *out, size_t out_stride, const float *x, size_t stride) {
  const block_f32 a = load_f32(x), b = load_f32(x + stride), c = load_f32(x + 2 * stride),
                  d = load_f32(x + 3 * stride);
  const block_f32 ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const block_f32 cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const block_f32 ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const block_f32 cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  const block_f32 rows[4] = {
      __builtin_shufflevector(ab, cd, 0, 1, 4, 5), __builtin_shufflevector(ab, cd, 2, 3, 6, 7),
      __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5),
      __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7)};
  for (size_t i = 0; i < 4; i++) memcpy(out + i * out_stride, &rows[i], sizeof rows[i]);
}
static inline void transpose_f64(double *out, size_t out_stride, const double *x, size_t stride) {
  const block_f64 a = load_f64(x), b = load_f64(x + stride);
  const block_f64 rows[2] = {__builtin_shufflevector(a, b, 0, 2),
                             __builtin_shufflevector(a, b, 1, 3)};
  for (size_t i = 0; i < 2; i++) memcpy(out + i * out_stride, &rows[i], sizeof rows[i]);
}

// Sources are read along their rows, a cache line of each (transposed) or that of several panels
// (not transposed) at a time: stored rows are often a page or more apart.
#define PANELS_AT_ONCE 8
#define DEFINE_PACK(T)                                                                        \
  /* Some columns, up to a whole panel; the others are zero. */                                \
  static void pack_rows_##T(T##_t *panel, const T##_t *w, size_t stride, size_t k,            \
                            size_t columns) {                                                 \
    const size_t width = SG_PANEL_BYTES / sizeof(T##_t);                                      \
    for (size_t l = 0; l < k; l++) {                                                          \
      memcpy(panel + l * width, w + l * stride, columns * sizeof(T##_t));                     \
      memset(panel + l * width + columns, 0, (width - columns) * sizeof(T##_t));              \
    }                                                                                         \
  }                                                                                           \
  static void pack_transposed_##T(T##_t *panel, const T##_t *w, size_t stride, size_t k,      \
                                  size_t columns) {                                           \
    const size_t width = SG_PANEL_BYTES / sizeof(T##_t), line = 64 / sizeof(T##_t);           \
    const size_t whole = columns / LANES(T) * LANES(T);                                       \
    for (size_t begin = 0; begin < k; begin += line) {                                        \
      const size_t end = begin + line < k ? begin + line : k;                                 \
      for (size_t c = 0; c < whole; c += LANES(T)) {                                          \
        size_t l = begin;                                                                     \
        for (; l + LANES(T) <= end; l += LANES(T)) {                                          \
          transpose_##T(panel + l * width + c, width, w + c * stride + l, stride);            \
        }                                                                                     \
        for (; l < end; l++) {                                                                \
          for (size_t i = 0; i < LANES(T); i++) {                                             \
            panel[l * width + c + i] = w[(c + i) * stride + l];                               \
          }                                                                                   \
        }                                                                                     \
      }                                                                                       \
      for (size_t l = begin; l < end; l++) {                                                  \
        for (size_t c = whole; c < width; c++) {                                              \
          panel[l * width + c] = c < columns ? w[c * stride + l] : 0;                         \
        }                                                                                     \
      }                                                                                       \
    }                                                                                         \
  }                                                                                           \
  void sg_pack_##T(T##_t *packed, const T##_t *w, size_t stride, int transposed, size_t k,    \
                   size_t n, size_t panel_begin, size_t panel_end) {                          \
    const size_t width = SG_PANEL_BYTES / sizeof(T##_t), whole = n / width;                   \
    const size_t end = panel_end < whole ? panel_end : whole;                                 \
    for (size_t j = panel_begin; j < end;) {                                                  \
      const size_t some = end - j < PANELS_AT_ONCE ? end - j : PANELS_AT_ONCE;                \
      T##_t *panel = packed + j * width * k;                                                  \
      if (transposed) {                                                                       \
        for (size_t i = 0; i < some; i++) {                                                   \
          pack_transposed_##T(panel + i * width * k, w + (j + i) * width * stride, stride, k, \
                              width);                                                         \
        }                                                                                     \
      } else {                                                                                \
        for (size_t l = 0; l < k; l++) {                                                      \
          for (size_t i = 0; i < some; i++) {                                                 \
            memcpy(panel + (i * k + l) * width, w + l * stride + (j + i) * width,             \
                   SG_PANEL_BYTES);                                                           \
          }                                                                                   \
        }                                                                                     \
      }                                                                                       \
      j += some;                                                                              \
    }                                                                                         \
    if (panel_begin <= whole && whole < panel_end) {                                          \
      T##_t *panel = packed + whole * width * k;                                              \
      const size_t columns = n - whole * width;                                               \
      if (transposed) {                                                                       \
        pack_transposed_##T(panel, w + whole * width * stride, stride, k, columns);           \
      } else {                                                                                \
        pack_rows_##T(panel, w + whole * width, stride, k, columns);                          \
      }                                                                                       \
    }                                                                                         \
  }
DEFINE_PACK(f32)
DEFINE_PACK(f64)
