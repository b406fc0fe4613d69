// Casts, left to the compiler to vectorise: two types seldom have one width.

// x86's conversion of what does not fit, made explicit: the least value.
static inline i32_t NAME(f32_to_i32)(f32_t x) {
  return x >= -2147483648.0f && x < 2147483648.0f ? (i32_t)x : INT32_MIN;
}
static inline i32_t NAME(f64_to_i32)(f64_t x) {
  return x > -2147483649.0 && x < 2147483648.0 ? (i32_t)x : INT32_MIN;
}
static inline i64_t NAME(f32_to_i64)(f32_t x) {
  return x >= -9223372036854775808.0f && x < 9223372036854775808.0f ? (i64_t)x : INT64_MIN;
}
static inline i64_t NAME(f64_to_i64)(f64_t x) {
  return x >= -9223372036854775808.0 && x < 9223372036854775808.0 ? (i64_t)x : INT64_MIN;
}

#define CAST(from, to, expression)                                          \
  static void NAME(cast_##from##_##to)(void *out, const void *x, size_t n) { \
    to##_t *o = out;                                                        \
    const from##_t *p = x;                                                  \
    for (size_t i = 0; i < n; i++) o[i] = (to##_t)(expression);             \
  }
CAST(f32, f64, p[i])
CAST(f32, i32, NAME(f32_to_i32)(p[i]))
CAST(f32, i64, NAME(f32_to_i64)(p[i]))
CAST(f32, u8, NAME(f32_to_i32)(p[i]))
CAST(f32, boolean, p[i] != 0)
CAST(f64, f32, p[i])
CAST(f64, i32, NAME(f64_to_i32)(p[i]))
CAST(f64, i64, NAME(f64_to_i64)(p[i]))
CAST(f64, u8, NAME(f64_to_i32)(p[i]))
CAST(f64, boolean, p[i] != 0)
CAST(i32, f32, p[i])
CAST(i32, f64, p[i])
CAST(i32, i64, p[i])
CAST(i32, u8, p[i])
CAST(i32, boolean, p[i] != 0)
CAST(i64, f32, p[i])
CAST(i64, f64, p[i])
CAST(i64, i32, p[i])
CAST(i64, u8, p[i])
CAST(i64, boolean, p[i] != 0)
CAST(u8, f32, p[i])
CAST(u8, f64, p[i])
CAST(u8, i32, p[i])
CAST(u8, i64, p[i])
CAST(u8, boolean, p[i] != 0)
CAST(boolean, f32, p[i])
CAST(boolean, f64, p[i])
CAST(boolean, i32, p[i])
CAST(boolean, i64, p[i])
CAST(boolean, u8, p[i])
