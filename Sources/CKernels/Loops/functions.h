// Elementary functions of a vector, within 4 ulp over the whole range. Results saturate exactly,
// NaN passes. Conversions to integers go through the bits of x + 1.5 * 2^52 (2^23), which no value
// makes undefined and which needs no rounding instruction (SSE2 has none).

#define F32(x) ((V(f32))(x))
#define F64(x) ((V(f64))(x))
#define ROUND_F32 12582912.0f
#define ROUND_F32_BITS 0x4b400000u
#define ROUND_F64 6755399441055744.0
#define ROUND_F64_BITS 0x4338000000000000ull

static inline V(f32) NAME(abs_v_f32)(V(f32) x) { return (V(f32))((V(u32))x & 0x7fffffffu); }
static inline V(f64) NAME(abs_v_f64)(V(f64) x) {
  return (V(f64))((V(u64))x & 0x7fffffffffffffffull);
}
static inline V(f32) NAME(copysign_f32)(V(f32) x, V(f32) sign) {
  return (V(f32))(((V(u32))x & 0x7fffffffu) | ((V(u32))sign & 0x80000000u));
}
static inline V(f64) NAME(copysign_f64)(V(f64) x, V(f64) sign) {
  return (V(f64))(((V(u64))x & 0x7fffffffffffffffull) | ((V(u64))sign & 0x8000000000000000ull));
}

// Rounding by adding and subtracting 2^23 (2^52), above which every value is whole.
#define DEFINE_ROUNDING(T, whole)                                       \
  static inline V(T) NAME(rint_v_##T)(V(T) x) {                         \
    V(T) a = NAME(abs_v_##T)(x);                                        \
    V(T) r = (a + whole) - whole;                                       \
    return NAME(copysign_##T)(a < whole ? r : a, x);                    \
  }                                                                     \
  static inline V(T) NAME(floor_v_##T)(V(T) x) {                        \
    V(T) r = NAME(rint_v_##T)(x);                                       \
    return NAME(copysign_##T)(r > x ? r - 1 : r, x);                    \
  }                                                                     \
  static inline V(T) NAME(ceil_v_##T)(V(T) x) {                         \
    V(T) r = NAME(rint_v_##T)(x);                                       \
    return NAME(copysign_##T)(r < x ? r + 1 : r, x);                    \
  }
DEFINE_ROUNDING(f32, 8388608.0f)
DEFINE_ROUNDING(f64, 4503599627370496.0)

// 2^k for -126 <= k <= 127 (-1022 <= k <= 1023).
static inline V(f32) NAME(power_of_two_f32)(V(i32) k) { return (V(f32))((V(u32))(k + 127) << 23); }
static inline V(f64) NAME(power_of_two_f64)(V(i64) k) { return (V(f64))((V(u64))(k + 1023) << 52); }

// x = k ln2 + r with |r| <= ln2 / 2 (Cody and Waite), and (exp(r) - 1 - r) / r^2: minimax
// polynomial of Cephes for f32, Taylor's of degree 13 for f64 (its remainder is 4e-18).
static inline V(i32) NAME(reduce_exp_f32)(V(f32) x, V(f32) *r, V(f32) *k) {
  V(f32) t = x * 1.44269504f + ROUND_F32;
  *k = t - ROUND_F32;
  *r = x - *k * 0.693359375f;
  *r = *r - *k * -2.12194440e-4f;
  return (V(i32))((V(u32))t - ROUND_F32_BITS);
}
static inline V(f32) NAME(exp_series_f32)(V(f32) r) {
  V(f32) p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  return p * r + 5.0000001201e-1f;
}
static inline V(i64) NAME(reduce_exp_f64)(V(f64) x, V(f64) *r, V(f64) *k) {
  V(f64) t = x * 1.4426950408889634 + ROUND_F64;
  *k = t - ROUND_F64;
  *r = x - *k * 6.93147180369123816490e-01;
  *r = *r - *k * 1.90821492927058770002e-10;
  return (V(i64))((V(u64))t - ROUND_F64_BITS);
}
static inline V(f64) NAME(exp_series_f64)(V(f64) r) {
  V(f64) p = r * (1 / 6227020800.0) + 1 / 479001600.0;
  p = p * r + 1 / 39916800.0;
  p = p * r + 1 / 3628800.0;
  p = p * r + 1 / 362880.0;
  p = p * r + 1 / 40320.0;
  p = p * r + 1 / 5040.0;
  p = p * r + 1 / 720.0;
  p = p * r + 1 / 120.0;
  p = p * r + 1 / 24.0;
  p = p * r + 1 / 6.0;
  return p * r + 0.5;
}

// p 2^k, where the result may be denormal or overflow: in two steps, if not by an instruction.
#if BYTES == 64
static inline V(f32) NAME(scale_f32)(V(f32) p, V(i32) k, V(f32) whole) {
  return (V(f32))_mm512_scalef_ps((__m512)p, (__m512)whole);
}
static inline V(f64) NAME(scale_f64)(V(f64) p, V(i64) k, V(f64) whole) {
  return (V(f64))_mm512_scalef_pd((__m512d)p, (__m512d)whole);
}
#else
#define DEFINE_SCALE(T, I)                                                            \
  static inline V(T) NAME(scale_##T)(V(T) p, V(I) k, V(T) whole) {                    \
    V(I) half = k >> 1;                                                               \
    return p * NAME(power_of_two_##T)(half) * NAME(power_of_two_##T)(k - half);       \
  }
DEFINE_SCALE(f32, i32)
DEFINE_SCALE(f64, i64)
#endif

// expm1 is 2 (2^(k-1) (exp(r) - 1) + 2^(k-1) - 1/2), exact in its second term.
#define DEFINE_EXP(T, I, least, greatest, least_m1)                                   \
  static inline V(T) NAME(exp_v_##T)(V(T) x) {                                        \
    x = x > greatest ? (V(T))greatest : x;                                            \
    x = x < least ? (V(T))least : x;                                                  \
    V(T) r, whole;                                                                    \
    V(I) k = NAME(reduce_exp_##T)(x, &r, &whole);                                     \
    V(T) p = NAME(exp_series_##T)(r) * (r * r) + r + 1;                               \
    return NAME(scale_##T)(p, k, whole);                                              \
  }                                                                                   \
  static inline V(T) NAME(expm1_v_##T)(V(T) x) {                                      \
    V(T) c = x > greatest ? (V(T))greatest : x;                                       \
    c = c < least_m1 ? (V(T))least_m1 : c;                                            \
    V(T) r, whole;                                                                    \
    V(I) k = NAME(reduce_exp_##T)(c, &r, &whole);                                     \
    V(T) p = NAME(exp_series_##T)(r) * (r * r) + r;                                   \
    V(T) s = NAME(power_of_two_##T)(k - 1);                                           \
    return NAME(copysign_##T)((s * p + (s - 0.5f)) * 2, x);                           \
  }
DEFINE_EXP(f32, i32, -104.0f, 89.0f, -20.0f)
DEFINE_EXP(f64, i64, -746.0, 710.0, -45.0)

// log(2^e m) with sqrt(1/2) <= m < sqrt(2), of a positive normal value: Cephes' polynomial for
// f32, fdlibm's for f64.
static inline V(f32) NAME(log_normal_f32)(V(f32) x, V(f32) e) {
  V(u32) bits = (V(u32))x - 0x3f3504f3u;
  e += __builtin_convertvector((V(i32))bits >> 23, V(f32));
  V(f32) f = (V(f32))((bits & 0x7fffffu) + 0x3f3504f3u) - 1.0f, z = f * f;
  V(f32) p = f * 7.0376836292e-2f - 1.1514610310e-1f;
  p = p * f + 1.1676998740e-1f;
  p = p * f - 1.2420140846e-1f;
  p = p * f + 1.4249322787e-1f;
  p = p * f - 1.6668057665e-1f;
  p = p * f + 2.0000714765e-1f;
  p = p * f - 2.4999993993e-1f;
  p = p * f + 3.3333331174e-1f;
  V(f32) y = p * f * z;
  y = y + e * -2.12194440e-4f;
  y = y - z * 0.5f;
  return (f + y) + e * 0.693359375f;
}
static inline V(f64) NAME(log_normal_f64)(V(f64) x, V(f64) e) {
  V(u64) bits = (V(u64))x - 0x3fe6a09e667f3bcdull;
  e += (V(f64))((V(u64))((V(i64))bits >> 52) + ROUND_F64_BITS) - ROUND_F64;
  V(f64) f = (V(f64))((bits & 0xfffffffffffffull) + 0x3fe6a09e667f3bcdull) - 1.0;
  V(f64) s = f / (f + 2.0), z = s * s, h = f * f * 0.5;
  V(f64) p = z * 1.479819860511658591e-01 + 1.531383769920937332e-01;
  p = p * z + 1.818357216161805012e-01;
  p = p * z + 2.222219843214978396e-01;
  p = p * z + 2.857142874366239149e-01;
  p = p * z + 3.999999999940941908e-01;
  p = p * z + 6.666666666666735130e-01;
  V(f64) r = s * (h + p * z) + e * 1.90821492927058770002e-10;
  return e * 6.93147180369123816490e-01 - ((h - r) - f);
}

// log1p(x) = log(u) + (x - (u - 1)) / u with u = 1 + x, the last term being what u rounds off.
#define DEFINE_LOG(T, least_normal, scale, shift, tiny)                               \
  static inline V(T) NAME(log_v_##T)(V(T) x) {                                        \
    V(T) denormal_e = x < least_normal ? (V(T))(shift) : (V(T))0;                     \
    V(T) r = NAME(log_normal_##T)(x < least_normal ? x * scale : x, denormal_e);      \
    r = x >= 0 ? r : (V(T))(T##_t)NAN;                                                \
    r = x == 0 ? (V(T))(T##_t)-INFINITY : r;                                          \
    return x == (T##_t)INFINITY ? x : r;                                              \
  }                                                                                   \
  static inline V(T) NAME(log1p_v_##T)(V(T) x) {                                      \
    V(T) u = x + 1, l = NAME(log_v_##T)(u), c = (x - (u - 1)) / u;                    \
    l = ((u > 0) & (u < (T##_t)INFINITY)) ? l + c : l;                                \
    return NAME(abs_v_##T)(x) < tiny ? x : l;                                         \
  }
DEFINE_LOG(f32, FLT_MIN, 8388608.0f, -23.0f, 1e-10f)
DEFINE_LOG(f64, DBL_MIN, 4503599627370496.0, -52.0, 1e-20)

// tanh(|x|) = t / (t + 2) with t = expm1(2 |x|); beyond `one` it is 1. softplus(x) is max(x, 0) +
// log1p(e) where e = exp(-|x|) is in [0, 1], so that log1p needs none of its special cases.
#define DEFINE_SIGMOIDS(T, one)                                                       \
  static inline V(T) NAME(tanh_v_##T)(V(T) x) {                                       \
    V(T) a = NAME(abs_v_##T)(x);                                                      \
    V(T) t = NAME(expm1_v_##T)((a > one ? (V(T))one : a) * 2);                        \
    return NAME(copysign_##T)(t / (t + 2), x);                                        \
  }                                                                                   \
  static inline V(T) NAME(sigmoid_v_##T)(V(T) x) {                                    \
    V(T) e = NAME(exp_v_##T)(-NAME(abs_v_##T)(x));                                    \
    return (x < 0 ? e : (V(T))1) / (e + 1);                                           \
  }                                                                                   \
  static inline V(T) NAME(softplus_v_##T)(V(T) x) {                                   \
    V(T) e = NAME(exp_v_##T)(-NAME(abs_v_##T)(x)), u = e + 1;                         \
    V(T) l = NAME(log_normal_##T)(u, (V(T))0) + (e - (u - 1)) / u;                    \
    return (x > 0 ? x : (V(T))0) + l;                                                 \
  }
DEFINE_SIGMOIDS(f32, 10.0f)
DEFINE_SIGMOIDS(f64, 22.0)

// erf: an odd polynomial up to 0.9277, 1 - exp(polynomial) above (N. Juffa's minimax
// coefficients), and 1 beyond 4.
static inline V(f32) NAME(erf_v_f32)(V(f32) x) {
  V(f32) a = NAME(abs_v_f32)(x), s = x * x;
  V(f32) t = a > 4.0f ? F32(4.0f) : a, t2 = t * t;
  V(f32) u = (t * -1.72853470e-5f + 3.83197126e-4f) * t2 + (t * -3.88396438e-3f + 2.42546219e-2f);
  u = u * t - 1.06777877e-1f;
  u = u * t - 6.34846687e-1f;
  u = u * t - 1.28717512e-1f;
  u = u * t - t;
  V(f32) large = NAME(copysign_f32)(1.0f - NAME(exp_v_f32)(u), x);
  V(f32) p = s * -5.96761703e-4f + 4.99119423e-3f;
  p = p * s - 2.67681349e-2f;
  p = p * s + 1.12819925e-1f;
  p = p * s - 3.76125336e-1f;
  p = p * s + 1.28379166e-1f;
  return a > 0.927734375f ? large : p * x + x;
}

// Sine and cosine of f32 values in double, with fdlibm's coefficients for single precision:
// quadrant j of x = j pi/2 + y, where pi/2 is split into 33 bits and the rest.
static inline V(u64) NAME(reduce_quadrant)(V(f64) x, V(f64) *sine, V(f64) *cosine) {
  V(f64) t = x * 0.63661977236758134308 + ROUND_F64, n = t - ROUND_F64;
  V(f64) y = x - n * 1.57079632673412561417;
  y = y - n * 6.07710050650619224932e-11;
  V(f64) z = y * y;
  V(f64) s = z * 0.0000027183114939898219064 - 0.000198393348360966317347;
  s = s * z + 0.0083333293858894631756;
  s = s * z - 0.166666666416265235595;
  *sine = (s * z + 1.0) * y;
  V(f64) c = z * 0.0000243904487962774090654 - 0.00138867637746099294692;
  c = c * z + 0.0416666233237390631894;
  c = c * z - 0.499999997251031003120;
  *cosine = c * z + 1.0;
  return (V(u64))t - ROUND_F64_BITS;
}
static inline V(f64) NAME(sine_from)(V(f64) x, u64_t quadrants) {
  V(f64) s, c;
  V(u64) j = NAME(reduce_quadrant)(x, &s, &c) + quadrants;
  V(f64) r = (V(i64))(j << 63) < 0 ? c : s;
  return (V(f64))((V(u64))r ^ ((j & 2) << 62));
}
static inline V(f64) NAME(tangent)(V(f64) x) {
  V(f64) s, c;
  V(u64) j = NAME(reduce_quadrant)(x, &s, &c);
  V(i64) odd = (V(i64))(j << 63) < 0;
  return (odd ? -c : s) / (odd ? s : c);
}
// Beyond 10^6, n pi/2 is no longer exact in its first part: the C library takes over.
#define DEFINE_CIRCULAR(op, libm, expression)                                         \
  static inline V(f32) NAME(op##_v_f32)(V(f32) v) {                                   \
    V(half) low, high;                                                                \
    memcpy(&low, &v, sizeof low);                                                     \
    memcpy(&high, (const char *)&v + sizeof low, sizeof high);                        \
    V(f64) x = __builtin_convertvector(low, V(f64));                                  \
    low = __builtin_convertvector((expression), V(half));                             \
    x = __builtin_convertvector(high, V(f64));                                        \
    high = __builtin_convertvector((expression), V(half));                            \
    V(f32) r;                                                                         \
    memcpy(&r, &low, sizeof low);                                                     \
    memcpy((char *)&r + sizeof low, &high, sizeof high);                              \
    V(i32) far = NAME(abs_v_f32)(v) > 1e6f;                                           \
    if (__builtin_reduce_min(far) < 0) {                                              \
      for (size_t i = 0; i < LANES(f32); i++) {                                       \
        if (far[i]) r[i] = libm(v[i]);                                                \
      }                                                                               \
    }                                                                                 \
    return r;                                                                         \
  }
DEFINE_CIRCULAR(sin, sinf, NAME(sine_from)(x, 0))
DEFINE_CIRCULAR(cos, cosf, NAME(sine_from)(x, 1))
DEFINE_CIRCULAR(tan, tanf, NAME(tangent)(x))
