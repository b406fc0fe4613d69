// Arithmetic loops of two operands.

#define BINARY_FLOATS(op, expression) \
  BINARY(op, f32, expression)         \
  BINARY(op, f64, expression)
// Integer arithmetic is unsigned: it wraps.
#define BINARY_WRAPPING(op, operator)                    \
  BINARY(op, i32, (V(i32))((V(u32))x operator(V(u32)) y)) \
  BINARY(op, i64, (V(i64))((V(u64))x operator(V(u64)) y)) \
  BINARY(op, u8, x operator y)
#define BINARY_SCALAR_FLOATS(op)                  \
  BINARY_SCALAR_LOOP(op, f32, NAME(op##_of_f32))  \
  BINARY_SCALAR_LOOP(op, f64, NAME(op##_of_f64))
#define BINARY_SCALAR_INTEGERS(op)                \
  BINARY_SCALAR_LOOP(op, i32, NAME(op##_of_i32))  \
  BINARY_SCALAR_LOOP(op, i64, NAME(op##_of_i64))  \
  BINARY_SCALAR_LOOP(op, u8, NAME(op##_of_u8))

BINARY_FLOATS(add, x + y)
BINARY_WRAPPING(add, +)
BINARY_FLOATS(sub, x - y)
BINARY_WRAPPING(sub, -)
BINARY_FLOATS(mul, x * y)
BINARY_WRAPPING(mul, *)
BINARY_FLOATS(div, x / y)
BINARY_FLOATS(squared_difference, (x - y) * (x - y))
BINARY(squared_difference, i32, (V(i32))(((V(u32))x - (V(u32))y) * ((V(u32))x - (V(u32))y)))
BINARY(squared_difference, i64, (V(i64))(((V(u64))x - (V(u64))y) * ((V(u64))x - (V(u64))y)))
BINARY(squared_difference, u8, (x - y) * (x - y))

// One of the operands is NaN: so is the result.
BINARY_FLOATS(maximum, ((x >= y) | (x != x)) ? x : y)
BINARY_FLOATS(minimum, ((x <= y) | (x != x)) ? x : y)
BINARY(maximum, i32, x > y ? x : y)
BINARY(maximum, i64, x > y ? x : y)
BINARY(maximum, u8, __builtin_elementwise_max(x, y))
BINARY(minimum, i32, x < y ? x : y)
BINARY(minimum, i64, x < y ? x : y)
BINARY(minimum, u8, __builtin_elementwise_min(x, y))

BINARY(floor_div, f32, NAME(floor_v_f32)(x / y))
BINARY(floor_div, f64, NAME(floor_v_f64)(x / y))

#define DEFINE_MODULUS(T, f)                                                         \
  static inline T##_t NAME(truncate_mod_of_##T)(T##_t x, T##_t y) { return f(x, y); } \
  static inline T##_t NAME(floor_mod_of_##T)(T##_t x, T##_t y) {                     \
    T##_t r = f(x, y);                                                               \
    return r != 0 && (r < 0) != (y < 0) ? r + y : r;                                 \
  }
DEFINE_MODULUS(f32, fmodf)
DEFINE_MODULUS(f64, fmod)

// A zero divisor gives 0; the least value by -1, which traps on x86, wraps to itself.
#define DEFINE_DIVISION(T, U)                                                         \
  static inline T##_t NAME(truncate_div_of_##T)(T##_t x, T##_t y) {                   \
    if (y == 0) return 0;                                                             \
    return y == (T##_t)-1 ? (T##_t)(0 - (U##_t)x) : x / y;                            \
  }                                                                                   \
  static inline T##_t NAME(truncate_mod_of_##T)(T##_t x, T##_t y) {                   \
    return y == 0 || y == (T##_t)-1 ? 0 : x % y;                                      \
  }                                                                                   \
  static inline T##_t NAME(floor_div_of_##T)(T##_t x, T##_t y) {                      \
    if (y == 0) return 0;                                                             \
    if (y == (T##_t)-1) return (T##_t)(0 - (U##_t)x);                                 \
    return x / y - (x % y != 0 && (x < 0) != (y < 0));                                \
  }                                                                                   \
  static inline T##_t NAME(floor_mod_of_##T)(T##_t x, T##_t y) {                      \
    T##_t r = NAME(truncate_mod_of_##T)(x, y);                                        \
    return r != 0 && (r < 0) != (y < 0) ? r + y : r;                                  \
  }
DEFINE_DIVISION(i32, u32)
DEFINE_DIVISION(i64, u64)
static inline u8_t NAME(truncate_div_of_u8)(u8_t x, u8_t y) { return y == 0 ? 0 : x / y; }
static inline u8_t NAME(truncate_mod_of_u8)(u8_t x, u8_t y) { return y == 0 ? 0 : x % y; }
BINARY_SCALAR_INTEGERS(truncate_div)
BINARY_SCALAR_INTEGERS(truncate_mod)
BINARY_SCALAR_LOOP(floor_div, i32, NAME(floor_div_of_i32))
BINARY_SCALAR_LOOP(floor_div, i64, NAME(floor_div_of_i64))
BINARY_SCALAR_LOOP(floor_mod, i32, NAME(floor_mod_of_i32))
BINARY_SCALAR_LOOP(floor_mod, i64, NAME(floor_mod_of_i64))
BINARY_SCALAR_FLOATS(truncate_mod)
BINARY_SCALAR_FLOATS(floor_mod)

// By squaring, in unsigned arithmetic.
#define DEFINE_POWER(T, U)                                             \
  static inline T##_t NAME(pow_of_##T)(T##_t x, T##_t y) {             \
    if (y < 0) return 0;                                               \
    U##_t base = (U##_t)x, result = 1;                                 \
    for (U##_t e = (U##_t)y; e != 0; e >>= 1, base *= base) {          \
      if (e & 1) result *= base;                                       \
    }                                                                  \
    return (T##_t)result;                                              \
  }
DEFINE_POWER(i32, u32)
DEFINE_POWER(i64, u64)
static inline u8_t NAME(pow_of_u8)(u8_t x, u8_t y) { return (u8_t)NAME(pow_of_i32)(x, y); }
BINARY_SCALAR_INTEGERS(pow)
BINARY_SCALAR_LOOP(pow, f32, powf)
BINARY_SCALAR_LOOP(pow, f64, pow)
BINARY_SCALAR_LOOP(atan2, f32, atan2f)
BINARY_SCALAR_LOOP(atan2, f64, atan2)

BINARY(div_no_nan, f32, y == 0 ? F32(0) : x / y)
BINARY(div_no_nan, f64, y == 0 ? F64(0) : x / y)
BINARY(mul_no_nan, f32, y == 0 ? F32(0) : x * y)
BINARY(mul_no_nan, f64, y == 0 ? F64(0) : x * y)
BINARY(xdivy, f32, x == 0 ? F32(0) : x / y)
BINARY(xdivy, f64, x == 0 ? F64(0) : x / y)
BINARY(xlogy, f32, x == 0 ? F32(0) : x * NAME(log_v_f32)(y))
BINARY(xlogy, f64, x == 0 ? F64(0) : x * NAME(log_v_f64)(y))

// Gradients of (y, dy): x is y and y is dy.
BINARY_FLOATS(tanh_grad, y * (1 - x * x))
BINARY_FLOATS(sigmoid_grad, y * x * (1 - x))
// Nothing flows where dy is 0, even if y is 0 or infinite.
BINARY(sqrt_grad, f32, y == 0 ? F32(0) : y * 0.5f / x)
BINARY(sqrt_grad, f64, y == 0 ? F64(0) : y * 0.5 / x)
BINARY(rsqrt_grad, f32, y == 0 ? F32(0) : y * -0.5f * (x * x * x))
BINARY(rsqrt_grad, f64, y == 0 ? F64(0) : y * -0.5 * (x * x * x))
BINARY(reciprocal_grad, f32, y == 0 ? F32(0) : -y * (x * x))
BINARY(reciprocal_grad, f64, y == 0 ? F64(0) : -y * (x * x))
// Gradients of (dy, x).
BINARY(relu_grad, f32, y > 0 ? x : F32(0))
BINARY(relu_grad, f64, y > 0 ? x : F64(0))
BINARY(relu6_grad, f32, ((y > 0) & (y < 6)) ? x : F32(0))
BINARY(relu6_grad, f64, ((y > 0) & (y < 6)) ? x : F64(0))
BINARY(softplus_grad, f32, x * NAME(sigmoid_v_f32)(y))
BINARY(softplus_grad, f64, x * NAME(sigmoid_v_f64)(y))
BINARY(softsign_grad, f32, x / ((NAME(abs_v_f32)(y) + 1) * (NAME(abs_v_f32)(y) + 1)))
BINARY(softsign_grad, f64, x / ((NAME(abs_v_f64)(y) + 1) * (NAME(abs_v_f64)(y) + 1)))
// Gradients of (dy, y).
BINARY_FLOATS(elu_grad, y < 0 ? x * (y + 1) : x)
BINARY(selu_grad, f32, y < 0 ? x * (y + (float)SELU_SCALE_ALPHA) : x * (float)SELU_SCALE)
BINARY(selu_grad, f64, y < 0 ? x * (y + SELU_SCALE_ALPHA) : x * SELU_SCALE)
