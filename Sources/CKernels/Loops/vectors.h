// Vector types, unaligned loads and stores, and the shapes that all elementwise loops have.

#define LANES(T) (BYTES / sizeof(T##_t))
#define V(T) NAME(T##v)

typedef float f32_t;
typedef double f64_t;
typedef int32_t i32_t;
typedef int64_t i64_t;
typedef uint32_t u32_t;
typedef uint64_t u64_t;
typedef int8_t i8_t;
typedef uint8_t u8_t;
typedef uint8_t boolean_t;

typedef f32_t V(f32) __attribute__((ext_vector_type(BYTES / 4)));
typedef f64_t V(f64) __attribute__((ext_vector_type(BYTES / 8)));
typedef i32_t V(i32) __attribute__((ext_vector_type(BYTES / 4)));
typedef i64_t V(i64) __attribute__((ext_vector_type(BYTES / 8)));
typedef u32_t V(u32) __attribute__((ext_vector_type(BYTES / 4)));
typedef u64_t V(u64) __attribute__((ext_vector_type(BYTES / 8)));
typedef i8_t V(i8) __attribute__((ext_vector_type(BYTES)));
typedef u8_t V(u8) __attribute__((ext_vector_type(BYTES)));
typedef u8_t V(boolean) __attribute__((ext_vector_type(BYTES)));
// Half a vector of f32 has as many lanes as a vector of f64; bytes for the lanes of wider types.
typedef f32_t V(half) __attribute__((ext_vector_type(BYTES / 8)));
typedef int8_t V(bytes_by1) __attribute__((ext_vector_type(BYTES)));
typedef int8_t V(bytes_by4) __attribute__((ext_vector_type(BYTES / 4)));
typedef int8_t V(bytes_by8) __attribute__((ext_vector_type(BYTES / 8)));

#define DEFINE_LOADS(T)                                                                     \
  static inline V(T) NAME(load_##T)(const T##_t *p) {                                       \
    V(T) v;                                                                                 \
    memcpy(&v, p, sizeof v);                                                                \
    return v;                                                                               \
  }                                                                                         \
  static inline void NAME(store_##T)(T##_t *p, V(T) v) { memcpy(p, &v, sizeof v); }
DEFINE_LOADS(f32)
DEFINE_LOADS(f64)
DEFINE_LOADS(i32)
DEFINE_LOADS(i64)
DEFINE_LOADS(u32)
DEFINE_LOADS(u64)
DEFINE_LOADS(u8)
DEFINE_LOADS(boolean)

// Parts of vectors, for the ends of loops: the first n lanes from memory, the others from fill.
// Masks where there are such instructions; a copy through memory waits for the store.
#define DEFINE_COPIED_PARTS(T)                                                              \
  static inline V(T) NAME(load_part_##T)(const T##_t *p, size_t n, T##_t fill) {            \
    V(T) v = fill;                                                                          \
    memcpy(&v, p, n * sizeof(T##_t));                                                       \
    return v;                                                                               \
  }                                                                                         \
  static inline void NAME(store_part_##T)(T##_t *p, V(T) v, size_t n) {                     \
    memcpy(p, &v, n * sizeof(T##_t));                                                       \
  }
#if BYTES == 64
#define DEFINE_PARTS(T, M, mask, suffix)                                                    \
  static inline V(T) NAME(load_part_##T)(const T##_t *p, size_t n, T##_t fill) {            \
    return (V(T))_mm512_mask_loadu_##suffix((M)(V(T))fill, (mask)NAME(lanes)(n), p);        \
  }                                                                                         \
  static inline void NAME(store_part_##T)(T##_t *p, V(T) v, size_t n) {                     \
    _mm512_mask_storeu_##suffix(p, (mask)NAME(lanes)(n), (M)v);                             \
  }
static inline uint64_t NAME(lanes)(size_t n) { return n < 64 ? (1ull << n) - 1 : ~0ull; }
DEFINE_PARTS(f32, __m512, __mmask16, ps)
DEFINE_PARTS(f64, __m512d, __mmask8, pd)
DEFINE_PARTS(i32, __m512i, __mmask16, epi32)
DEFINE_PARTS(i64, __m512i, __mmask8, epi64)
DEFINE_PARTS(u32, __m512i, __mmask16, epi32)
DEFINE_PARTS(u64, __m512i, __mmask8, epi64)
DEFINE_PARTS(u8, __m512i, __mmask64, epi8)
DEFINE_PARTS(boolean, __m512i, __mmask64, epi8)
#elif BYTES == 32
#define DEFINE_PARTS(T, I, P, M, suffix)                                                    \
  static inline V(T) NAME(load_part_##T)(const T##_t *p, size_t n, T##_t fill) {            \
    V(I) mask = NAME(lanes_##I)(n);                                                         \
    V(T) v = (V(T))_mm256_maskload_##suffix((const P *)p, (__m256i)mask);                   \
    return mask ? v : (V(T))fill;                                                           \
  }                                                                                         \
  static inline void NAME(store_part_##T)(T##_t *p, V(T) v, size_t n) {                     \
    _mm256_maskstore_##suffix((P *)p, (__m256i)NAME(lanes_##I)(n), (M)v);                   \
  }
static inline V(i32) NAME(lanes_i32)(size_t n) {
  return (V(i32)){0, 1, 2, 3, 4, 5, 6, 7} < (i32_t)n;
}
static inline V(i64) NAME(lanes_i64)(size_t n) { return (V(i64)){0, 1, 2, 3} < (i64_t)n; }
DEFINE_PARTS(f32, i32, float, __m256, ps)
DEFINE_PARTS(f64, i64, double, __m256d, pd)
DEFINE_PARTS(i32, i32, int, __m256i, epi32)
DEFINE_PARTS(i64, i64, long long, __m256i, epi64)
DEFINE_PARTS(u32, i32, int, __m256i, epi32)
DEFINE_PARTS(u64, i64, long long, __m256i, epi64)
DEFINE_COPIED_PARTS(u8)
DEFINE_COPIED_PARTS(boolean)
#else
DEFINE_COPIED_PARTS(f32)
DEFINE_COPIED_PARTS(f64)
DEFINE_COPIED_PARTS(i32)
DEFINE_COPIED_PARTS(i64)
DEFINE_COPIED_PARTS(u32)
DEFINE_COPIED_PARTS(u64)
DEFINE_COPIED_PARTS(u8)
DEFINE_COPIED_PARTS(boolean)
#endif

#define LOAD(T, p) NAME(load_##T)(p)
#define STORE(T, p, v) NAME(store_##T)(p, v)
#define LOAD_PART(T, p, n, fill) NAME(load_part_##T)(p, n, fill)
#define STORE_PART(T, p, v, n) NAME(store_part_##T)(p, v, n)

// An operand of a loop. One value for all becomes a vector in memory over which the loop does not
// advance, so that each loop exists once and not for each combination of strides.
#define OPERAND(T, name, source, stride)                 \
  T##_t name##_splat[LANES(T)];                          \
  const T##_t *name = (const T##_t *)(source);           \
  const size_t name##_step = (stride) ? LANES(T) : 0;    \
  if (!(stride)) {                                       \
    STORE(T, name##_splat, (V(T))(*name));               \
    name = name##_splat;                                 \
  }
#define OPERAND_PART(T, name, n) LOAD_PART(T, name, name##_step ? (n) : LANES(T), 0)

// Ends of loops go through whole vectors too: an element's bits never depend on its position.
#define UNARY_LOOP(op, T)                                                     \
  static void NAME(op##_##T)(void *out, const void *x, size_t n) {            \
    T##_t *o = out;                                                           \
    const T##_t *p = x;                                                       \
    size_t i = 0;                                                             \
    for (; i + LANES(T) <= n; i += LANES(T)) {                                \
      STORE(T, o + i, NAME(op##_v_##T)(LOAD(T, p + i)));                      \
    }                                                                         \
    if (i < n) {                                                              \
      V(T) v = NAME(op##_v_##T)(LOAD_PART(T, p + i, n - i, 0));               \
      STORE_PART(T, o + i, v, n - i);                                         \
    }                                                                         \
  }
#define UNARY_SCALAR_LOOP(op, T, f)                                           \
  static void NAME(op##_##T)(void *out, const void *x, size_t n) {            \
    T##_t *o = out;                                                           \
    const T##_t *p = x;                                                       \
    for (size_t i = 0; i < n; i++) o[i] = f(p[i]);                            \
  }
#define BINARY_LOOP(op, T)                                                                    \
  static void NAME(op##_##T)(void *out, const void *x, const void *y, size_t n, size_t sx,    \
                             size_t sy) {                                                     \
    if (n == 0) return;                                                                       \
    T##_t *o = out;                                                                           \
    OPERAND(T, p, x, sx)                                                                      \
    OPERAND(T, q, y, sy)                                                                      \
    size_t i = 0;                                                                             \
    for (; i + LANES(T) <= n; i += LANES(T), p += p_step, q += q_step) {                      \
      STORE(T, o + i, NAME(op##_v_##T)(LOAD(T, p), LOAD(T, q)));                              \
    }                                                                                         \
    if (i < n) {                                                                              \
      V(T) v = NAME(op##_v_##T)(OPERAND_PART(T, p, n - i), OPERAND_PART(T, q, n - i));        \
      STORE_PART(T, o + i, v, n - i);                                                         \
    }                                                                                         \
  }
#define BINARY_SCALAR_LOOP(op, T, f)                                                          \
  static void NAME(op##_##T)(void *out, const void *x, const void *y, size_t n, size_t sx,    \
                             size_t sy) {                                                     \
    if (n == 0) return;                                                                       \
    T##_t *o = out;                                                                           \
    const T##_t *p = x, *q = y;                                                               \
    const T##_t p0 = p[0], q0 = q[0];                                                         \
    for (size_t i = 0; i < n; i++) o[i] = f(sx ? p[i] : p0, sy ? q[i] : q0);                  \
  }

// `static inline V(T) op_v_T(V(T) x)` for one type, with its loop.
#define UNARY(op, T, expression)                                           \
  static inline V(T) NAME(op##_v_##T)(V(T) x) { return (expression); }     \
  UNARY_LOOP(op, T)
#define BINARY(op, T, expression)                                                   \
  static inline V(T) NAME(op##_v_##T)(V(T) x, V(T) y) { return (expression); }      \
  BINARY_LOOP(op, T)
