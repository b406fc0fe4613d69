// Reductions. The order of accumulation depends on n alone: a row has four vectors of accumulators
// for each block of 512 steps, whose results are combined block after block and, last, the upper
// half of the lanes with the lower; a column has one accumulator for each block of 512 rows.
// Columns are taken in panels whose accumulators stay in the first-level cache, so that memory is
// read row by row, four at a time.

#define REDUCTION_BLOCK 512
#define PANEL 2048

// Loads LANES(A) elements of T as accumulators A: itself, its unsigned twin, or wider.
#define DEFINE_SAME_SIZE_LOADS(T, A)                                                          \
  static inline V(A) NAME(widen_##T##_##A)(const T##_t *p) { return LOAD(A, (const A##_t *)p); } \
  static inline V(A) NAME(widen_part_##T##_##A)(const T##_t *p, size_t n, A##_t fill) {       \
    return LOAD_PART(A, (const A##_t *)p, n, fill);                                           \
  }
DEFINE_SAME_SIZE_LOADS(f32, f32)
DEFINE_SAME_SIZE_LOADS(f64, f64)
DEFINE_SAME_SIZE_LOADS(i32, i32)
DEFINE_SAME_SIZE_LOADS(i32, u32)
DEFINE_SAME_SIZE_LOADS(i64, i64)
DEFINE_SAME_SIZE_LOADS(i64, u64)
DEFINE_SAME_SIZE_LOADS(u8, u8)
DEFINE_SAME_SIZE_LOADS(boolean, boolean)
static inline V(f64) NAME(widen_f32_f64)(const f32_t *p) {
  V(half) v;
  memcpy(&v, p, sizeof v);
  return __builtin_convertvector(v, V(f64));
}
static inline V(f64) NAME(widen_part_f32_f64)(const f32_t *p, size_t n, f64_t fill) {
#if BYTES == 64
  const __m256 others = _mm256_set1_ps((f32_t)fill);
  V(half) v = (V(half))_mm256_mask_loadu_ps(others, (__mmask8)NAME(lanes)(n), p);
#elif BYTES == 32
  const __m128i mask = _mm_cmplt_epi32(_mm_setr_epi32(0, 1, 2, 3), _mm_set1_epi32((int)n));
  const __m128 others = _mm_set1_ps((f32_t)fill), lanes = _mm_maskload_ps(p, mask);
  V(half) v = (V(half))_mm_blendv_ps(others, lanes, _mm_castsi128_ps(mask));
#else
  V(half) v = (f32_t)fill;
  memcpy(&v, p, n * sizeof *p);
#endif
  return __builtin_convertvector(v, V(f64));
}

#define REDUCTION(op, T, A, identity, expression)                                             \
  static inline V(A) NAME(op##_step_##T)(V(A) x, V(A) y) { return (expression); }             \
  static inline A##_t NAME(op##_step_of_##T)(A##_t x, A##_t y) {                              \
    return (A##_t)(expression);                                                               \
  }                                                                                           \
  static A##_t NAME(op##_row_##T)(const T##_t *x, size_t n) {                                 \
    const size_t lanes = LANES(A), block = REDUCTION_BLOCK * 4 * LANES(A);                    \
    V(A) total = (A##_t)(identity);                                                           \
    for (size_t i = 0; i < n;) {                                                              \
      const size_t end = n - i < block ? n : i + block;                                       \
      V(A) a = (A##_t)(identity), b = a, c = a, d = a;                                        \
      for (; i + 4 * lanes <= end; i += 4 * lanes) {                                          \
        a = NAME(op##_step_##T)(a, NAME(widen_##T##_##A)(x + i));                             \
        b = NAME(op##_step_##T)(b, NAME(widen_##T##_##A)(x + i + lanes));                     \
        c = NAME(op##_step_##T)(c, NAME(widen_##T##_##A)(x + i + 2 * lanes));                 \
        d = NAME(op##_step_##T)(d, NAME(widen_##T##_##A)(x + i + 3 * lanes));                 \
      }                                                                                       \
      for (; i + lanes <= end; i += lanes) {                                                  \
        a = NAME(op##_step_##T)(a, NAME(widen_##T##_##A)(x + i));                             \
      }                                                                                       \
      if (i < end) {                                                                          \
        V(A) v = NAME(widen_part_##T##_##A)(x + i, end - i, (A##_t)(identity));               \
        a = NAME(op##_step_##T)(a, v);                                                        \
        i = end;                                                                              \
      }                                                                                       \
      a = NAME(op##_step_##T)(NAME(op##_step_##T)(a, b), NAME(op##_step_##T)(c, d));          \
      total = NAME(op##_step_##T)(total, a);                                                  \
    }                                                                                         \
    A##_t lane[LANES(A)];                                                                     \
    STORE(A, lane, total);                                                                    \
    _Pragma("clang loop unroll(full)") for (size_t h = LANES(A) / 2; h > 0; h /= 2) {         \
      for (size_t k = 0; k < h; k++) lane[k] = NAME(op##_step_of_##T)(lane[k], lane[k + h]);  \
    }                                                                                         \
    return lane[0];                                                                           \
  }                                                                                           \
  /* Some more rows of at most PANEL columns, with one load and store of each accumulator. */  \
  static inline void NAME(op##_add_rows_##T)(A##_t *sums, const T##_t *p, size_t stride,      \
                                             size_t width, size_t rows) {                     \
    size_t j = 0;                                                                             \
    for (; j + LANES(A) <= width; j += LANES(A)) {                                            \
      V(A) v = LOAD(A, sums + j);                                                             \
      for (size_t r = 0; r < rows; r++) {                                                     \
        v = NAME(op##_step_##T)(v, NAME(widen_##T##_##A)(p + r * stride + j));                \
      }                                                                                       \
      STORE(A, sums + j, v);                                                                  \
    }                                                                                         \
    if (j < width) {                                                                          \
      V(A) v = LOAD(A, sums + j);                                                             \
      for (size_t r = 0; r < rows; r++) {                                                     \
        V(A) x = NAME(widen_part_##T##_##A)(p + r * stride + j, width - j, 0);                \
        v = NAME(op##_step_##T)(v, x);                                                        \
      }                                                                                       \
      STORE(A, sums + j, v);                                                                  \
    }                                                                                         \
  }                                                                                           \
  static void NAME(op##_columns_##T)(void *out, const void *x, size_t n, size_t stride,       \
                                     size_t columns) {                                        \
    T##_t *o = out;                                                                           \
    const T##_t *p = x;                                                                       \
    A##_t sums[PANEL], total[PANEL];                                                          \
    for (size_t j = 0; j < columns; j += PANEL) {                                             \
      const size_t width = columns - j < PANEL ? columns - j : PANEL;                         \
      const size_t padded = (width + LANES(A) - 1) / LANES(A) * LANES(A);                     \
      for (size_t k = 0; k < padded; k++) total[k] = (A##_t)(identity);                       \
      for (size_t i = 0; i < n;) {                                                            \
        const size_t end = n - i < REDUCTION_BLOCK ? n : i + REDUCTION_BLOCK;                 \
        for (size_t k = 0; k < padded; k++) sums[k] = (A##_t)(identity);                      \
        for (; i + 4 <= end; i += 4) {                                                        \
          NAME(op##_add_rows_##T)(sums, p + i * stride + j, stride, width, 4);                \
        }                                                                                     \
        if (i < end) {                                                                        \
          NAME(op##_add_rows_##T)(sums, p + i * stride + j, stride, width, end - i);          \
          i = end;                                                                            \
        }                                                                                     \
        for (size_t k = 0; k < padded; k++) {                                                 \
          total[k] = NAME(op##_step_of_##T)(total[k], sums[k]);                               \
        }                                                                                     \
      }                                                                                       \
      for (size_t k = 0; k < width; k++) o[j + k] = (T##_t)total[k];                          \
    }                                                                                         \
  }                                                                                           \
  static void NAME(op##_##T)(void *out, const void *x, size_t outer_begin, size_t outer_end,  \
                             size_t n, size_t inner) {                                        \
    T##_t *o = out;                                                                           \
    const T##_t *p = x;                                                                       \
    for (size_t r = outer_begin; r < outer_end; r++) {                                        \
      if (inner == 1) {                                                                       \
        o[r] = (T##_t)NAME(op##_row_##T)(p + r * n, n);                                       \
      } else {                                                                                \
        NAME(op##_columns_##T)(o + r * inner, p + r * n * inner, n, inner, inner);            \
      }                                                                                       \
    }                                                                                         \
  }

REDUCTION(sum, f32, f64, 0, x + y)
REDUCTION(sum, f64, f64, 0, x + y)
REDUCTION(sum, i32, u32, 0, x + y)
REDUCTION(sum, i64, u64, 0, x + y)
REDUCTION(sum, u8, u8, 0, x + y)
REDUCTION(prod, f32, f64, 1, x * y)
REDUCTION(prod, f64, f64, 1, x * y)
REDUCTION(prod, i32, u32, 1, x * y)
REDUCTION(prod, i64, u64, 1, x * y)
REDUCTION(prod, u8, u8, 1, x * y)
REDUCTION(max, f32, f32, -INFINITY, ((x >= y) | (x != x)) ? x : y)
REDUCTION(max, f64, f64, -INFINITY, ((x >= y) | (x != x)) ? x : y)
REDUCTION(max, i32, i32, INT32_MIN, x > y ? x : y)
REDUCTION(max, i64, i64, INT64_MIN, x > y ? x : y)
REDUCTION(max, u8, u8, 0, x > y ? x : y)
REDUCTION(min, f32, f32, INFINITY, ((x <= y) | (x != x)) ? x : y)
REDUCTION(min, f64, f64, INFINITY, ((x <= y) | (x != x)) ? x : y)
REDUCTION(min, i32, i32, INT32_MAX, x < y ? x : y)
REDUCTION(min, i64, i64, INT64_MAX, x < y ? x : y)
REDUCTION(min, u8, u8, UINT8_MAX, x < y ? x : y)
REDUCTION(any, boolean, boolean, 0, x | y)
REDUCTION(all, boolean, boolean, 1, x & y)
// What argmax and argmin look for: NaN, on the right of a comparison that fails, is passed over.
REDUCTION(greatest, f32, f32, -INFINITY, y > x ? y : x)
REDUCTION(greatest, f64, f64, -INFINITY, y > x ? y : x)
REDUCTION(least, f32, f32, INFINITY, y < x ? y : x)
REDUCTION(least, f64, f64, INFINITY, y < x ? y : x)

// Nothing is better than the identity, where a search begins: a row of infinities or NaN gives 0.
#define ARG_TILE 64
#define ARG(op, T, I, extreme, identity, better)                                              \
  static void NAME(op##_##T##_##I)(I##_t *out, const void *x, size_t outer_begin,             \
                                   size_t outer_end, size_t n, size_t inner) {                \
    const T##_t *p = x;                                                                       \
    for (size_t r = outer_begin; r < outer_end; r++) {                                        \
      if (inner == 1) {                                                                       \
        const T##_t *row = p + r * n, best = NAME(extreme##_row_##T)(row, n);                 \
        size_t i = 0;                                                                         \
        if (best better(T##_t)(identity)) {                                                   \
          while (row[i] != best) i++;                                                         \
        }                                                                                     \
        out[r] = (I##_t)i;                                                                    \
        continue;                                                                             \
      }                                                                                       \
      for (size_t j = 0; j < inner; j += ARG_TILE) {                                          \
        const size_t width = inner - j < ARG_TILE ? inner - j : ARG_TILE;                     \
        const T##_t *column = p + r * n * inner + j;                                          \
        T##_t best[ARG_TILE];                                                                 \
        I##_t index[ARG_TILE] = {0};                                                          \
        for (size_t k = 0; k < width; k++) best[k] = (T##_t)(identity);                       \
        for (size_t i = 0; i < n; i++) {                                                      \
          for (size_t k = 0; k < width; k++) {                                                \
            const T##_t v = column[i * inner + k];                                            \
            const bool wins = v better best[k];                                               \
            best[k] = wins ? v : best[k];                                                     \
            index[k] = wins ? (I##_t)i : index[k];                                            \
          }                                                                                   \
        }                                                                                     \
        memcpy(out + r * inner + j, index, width * sizeof *index);                            \
      }                                                                                       \
    }                                                                                         \
  }
#define ARGMAX(I)                                   \
  ARG(argmax, f32, I, greatest, -INFINITY, >)       \
  ARG(argmax, f64, I, greatest, -INFINITY, >)       \
  ARG(argmax, i32, I, max, INT32_MIN, >)            \
  ARG(argmax, i64, I, max, INT64_MIN, >)            \
  ARG(argmax, u8, I, max, 0, >)
#define ARGMIN(I)                                   \
  ARG(argmin, f32, I, least, INFINITY, <)           \
  ARG(argmin, f64, I, least, INFINITY, <)           \
  ARG(argmin, i32, I, min, INT32_MAX, <)            \
  ARG(argmin, i64, I, min, INT64_MAX, <)            \
  ARG(argmin, u8, I, min, UINT8_MAX, <)
ARGMAX(i32)
ARGMAX(i64)
ARGMIN(i32)
ARGMIN(i64)
