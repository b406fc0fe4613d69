// Unary loops.

#define UNARY_FLOATS(op, expression) \
  UNARY(op, f32, expression)         \
  UNARY(op, f64, expression)
#define LOOP_FLOATS(op) \
  UNARY_LOOP(op, f32)   \
  UNARY_LOOP(op, f64)
#define LIBRARY_FLOATS(op)           \
  UNARY_SCALAR_LOOP(op, f32, op##f)  \
  UNARY_SCALAR_LOOP(op, f64, op)
// Integer arithmetic is unsigned: it wraps.
#define UNARY_INTEGERS(op, expression32, expression64) \
  UNARY(op, i32, (V(i32))(expression32))               \
  UNARY(op, i64, (V(i64))(expression64))

#define DEFINE_IDENTITY(T)                                             \
  static void NAME(identity_##T)(void *out, const void *x, size_t n) { \
    memmove(out, x, n * sizeof(T##_t));                                \
  }
DEFINE_IDENTITY(f32)
DEFINE_IDENTITY(f64)
DEFINE_IDENTITY(i32)
DEFINE_IDENTITY(i64)
DEFINE_IDENTITY(u8)
DEFINE_IDENTITY(boolean)

UNARY_FLOATS(neg, -x)
UNARY_INTEGERS(neg, 0u - (V(u32))x, 0ull - (V(u64))x)
LOOP_FLOATS(abs)
UNARY_INTEGERS(abs, x < 0 ? 0u - (V(u32))x : (V(u32))x, x < 0 ? 0ull - (V(u64))x : (V(u64))x)
UNARY(sign, f32, x > 0 ? F32(1) : x < 0 ? F32(-1) : x == 0 ? F32(0) : x)
UNARY(sign, f64, x > 0 ? F64(1) : x < 0 ? F64(-1) : x == 0 ? F64(0) : x)
UNARY_INTEGERS(sign, (x < 0) - (x > 0), (x < 0) - (x > 0))
UNARY_FLOATS(square, x * x)
UNARY_INTEGERS(square, (V(u32))x * (V(u32))x, (V(u64))x * (V(u64))x)
UNARY(square, u8, x * x)
UNARY_FLOATS(sqrt, __builtin_elementwise_sqrt(x))
UNARY_FLOATS(rsqrt, 1 / __builtin_elementwise_sqrt(x))
UNARY_FLOATS(reciprocal, 1 / x)

LOOP_FLOATS(exp)
LOOP_FLOATS(expm1)
LOOP_FLOATS(log)
LOOP_FLOATS(log1p)
LOOP_FLOATS(tanh)
LOOP_FLOATS(sigmoid)
LOOP_FLOATS(softplus)
LOOP_FLOATS(floor)
LOOP_FLOATS(ceil)
LOOP_FLOATS(rint)
UNARY_LOOP(sin, f32)
UNARY_LOOP(cos, f32)
UNARY_LOOP(tan, f32)
UNARY_LOOP(erf, f32)
UNARY_SCALAR_LOOP(sin, f64, sin)
UNARY_SCALAR_LOOP(cos, f64, cos)
UNARY_SCALAR_LOOP(tan, f64, tan)
UNARY_SCALAR_LOOP(erf, f64, erf)
LIBRARY_FLOATS(asin)
LIBRARY_FLOATS(acos)
LIBRARY_FLOATS(atan)
LIBRARY_FLOATS(sinh)
LIBRARY_FLOATS(cosh)
LIBRARY_FLOATS(asinh)
LIBRARY_FLOATS(acosh)
LIBRARY_FLOATS(atanh)
LIBRARY_FLOATS(erfc)
// The reentrant form: lgamma itself writes the global signgam.
static inline float NAME(lgamma_of_f32)(float x) {
  int sign;
  return lgammaf_r(x, &sign);
}
static inline double NAME(lgamma_of_f64)(double x) {
  int sign;
  return lgamma_r(x, &sign);
}
UNARY_SCALAR_LOOP(lgamma, f32, NAME(lgamma_of_f32))
UNARY_SCALAR_LOOP(lgamma, f64, NAME(lgamma_of_f64))

UNARY(softsign, f32, x / (NAME(abs_v_f32)(x) + 1))
UNARY(softsign, f64, x / (NAME(abs_v_f64)(x) + 1))
// x < 0 is false for NaN and -0.0, which pass.
UNARY(relu, f32, x < 0 ? F32(0) : x)
UNARY(relu, f64, x < 0 ? F64(0) : x)
UNARY(relu, i32, x < 0 ? (V(i32))0 : x)
UNARY(relu, i64, x < 0 ? (V(i64))0 : x)
UNARY(relu6, f32, x < 0 ? F32(0) : x > 6 ? F32(6) : x)
UNARY(relu6, f64, x < 0 ? F64(0) : x > 6 ? F64(6) : x)
UNARY(relu6, i32, x < 0 ? (V(i32))0 : x > 6 ? (V(i32))6 : x)
UNARY(relu6, i64, x < 0 ? (V(i64))0 : x > 6 ? (V(i64))6 : x)
UNARY(elu, f32, x < 0 ? NAME(expm1_v_f32)(x) : x)
UNARY(elu, f64, x < 0 ? NAME(expm1_v_f64)(x) : x)
// Klambauer et al., Self-Normalizing Neural Networks, 2017.
#define SELU_SCALE 1.0507009873554804934193349852946
#define SELU_SCALE_ALPHA 1.7580993408473768599402175208123
UNARY(selu, f32, x < 0 ? NAME(expm1_v_f32)(x) * (float)SELU_SCALE_ALPHA : x * (float)SELU_SCALE)
UNARY(selu, f64, x < 0 ? NAME(expm1_v_f64)(x) * SELU_SCALE_ALPHA : x * SELU_SCALE)
UNARY(logical_not, boolean, (V(boolean))(x == 0) & 1)

// Predicates write a byte for each value. Both tests are on the bits' magnitude.
#define PREDICATE(op, T, U, W, expression)                                                    \
  static inline V(bytes_by##W) NAME(op##_v_##T)(V(T) x) {                                     \
    V(U) magnitude = (V(U))NAME(abs_v_##T)(x);                                                \
    return __builtin_convertvector((expression), V(bytes_by##W)) & 1;                         \
  }                                                                                           \
  static void NAME(op##_##T)(void *out, const void *x, size_t n) {                            \
    uint8_t *o = out;                                                                         \
    const T##_t *p = x;                                                                       \
    size_t i = 0;                                                                             \
    for (; i + LANES(T) <= n; i += LANES(T)) {                                                \
      V(bytes_by##W) b = NAME(op##_v_##T)(LOAD(T, p + i));                                    \
      memcpy(o + i, &b, LANES(T));                                                            \
    }                                                                                         \
    if (i < n) {                                                                              \
      V(bytes_by##W) b = NAME(op##_v_##T)(LOAD_PART(T, p + i, n - i, 0));                     \
      memcpy(o + i, &b, n - i);                                                               \
    }                                                                                         \
  }
#define PREDICATES(op, test)                                             \
  PREDICATE(op, f32, u32, 4, magnitude test 0x7f800000u)                 \
  PREDICATE(op, f64, u64, 8, magnitude test 0x7ff0000000000000ull)
PREDICATES(isnan, >)
PREDICATES(isinf, ==)
PREDICATES(isfinite, <)
