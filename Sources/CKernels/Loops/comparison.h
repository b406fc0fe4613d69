// Comparisons and logic, which write a byte for each element, and selection by such bytes.

#define COMPARISON(op, T, W, operator)                                                        \
  static inline V(bytes_by##W) NAME(op##_v_##T)(V(T) x, V(T) y) {                             \
    return __builtin_convertvector(x operator y, V(bytes_by##W)) & 1;                         \
  }                                                                                           \
  static void NAME(op##_##T)(void *out, const void *x, const void *y, size_t n, size_t sx,    \
                             size_t sy) {                                                     \
    if (n == 0) return;                                                                       \
    uint8_t *o = out;                                                                         \
    OPERAND(T, p, x, sx)                                                                      \
    OPERAND(T, q, y, sy)                                                                      \
    size_t i = 0;                                                                             \
    for (; i + LANES(T) <= n; i += LANES(T), p += p_step, q += q_step) {                      \
      V(bytes_by##W) b = NAME(op##_v_##T)(LOAD(T, p), LOAD(T, q));                            \
      memcpy(o + i, &b, LANES(T));                                                            \
    }                                                                                         \
    if (i < n) {                                                                              \
      V(bytes_by##W) b =                                                                      \
          NAME(op##_v_##T)(OPERAND_PART(T, p, n - i), OPERAND_PART(T, q, n - i));             \
      memcpy(o + i, &b, n - i);                                                               \
    }                                                                                         \
  }
#define COMPARISONS(op, operator)   \
  COMPARISON(op, f32, 4, operator)  \
  COMPARISON(op, f64, 8, operator)  \
  COMPARISON(op, i32, 4, operator)  \
  COMPARISON(op, i64, 8, operator)  \
  COMPARISON(op, u8, 1, operator)
COMPARISONS(equal, ==)
COMPARISONS(not_equal, !=)
COMPARISONS(less, <)
COMPARISONS(less_equal, <=)
COMPARISONS(greater, >)
COMPARISONS(greater_equal, >=)
COMPARISON(equal, boolean, 1, ==)
COMPARISON(not_equal, boolean, 1, !=)
BINARY(logical_and, boolean, x & y)
BINARY(logical_or, boolean, x | y)

// W: bytes of an element; T, I: its unsigned and signed integer types.
#define SELECT(W, T, I)                                                                       \
  static inline V(T) NAME(select_v_##W)(const uint8_t *c, V(T) x, V(T) y) {                   \
    V(bytes_by##W) bytes;                                                                     \
    memcpy(&bytes, c, LANES(T));                                                              \
    V(I) mask = __builtin_convertvector(bytes, V(I));                                         \
    return mask != 0 ? x : y;                                                                 \
  }                                                                                           \
  static void NAME(select_##W)(void *out, const uint8_t *condition, const void *x,            \
                               const void *y, size_t n, size_t sc, size_t sx, size_t sy) {    \
    if (n == 0) return;                                                                       \
    T##_t *o = out;                                                                           \
    uint8_t c_splat[LANES(T)];                                                                \
    const uint8_t *c = condition;                                                             \
    if (!sc) {                                                                                \
      memset(c_splat, *c, sizeof c_splat);                                                    \
      c = c_splat;                                                                            \
    }                                                                                         \
    const size_t c_step = sc ? LANES(T) : 0;                                                  \
    OPERAND(T, p, x, sx)                                                                      \
    OPERAND(T, q, y, sy)                                                                      \
    size_t i = 0;                                                                             \
    for (; i + LANES(T) <= n; i += LANES(T), c += c_step, p += p_step, q += q_step) {         \
      STORE(T, o + i, NAME(select_v_##W)(c, LOAD(T, p), LOAD(T, q)));                         \
    }                                                                                         \
    if (i < n) {                                                                              \
      uint8_t c_part[LANES(T)] = {0};                                                         \
      memcpy(c_part, c, n - i);                                                               \
      V(T) v = NAME(select_v_##W)(c_part, OPERAND_PART(T, p, n - i), OPERAND_PART(T, q, n - i)); \
      STORE_PART(T, o + i, v, n - i);                                                         \
    }                                                                                         \
  }
SELECT(1, u8, i8)
SELECT(4, u32, i32)
SELECT(8, u64, i64)
