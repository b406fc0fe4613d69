// Updates of training and functions with a parameter.

#define DEFINE_ADAM(T)                                                                        \
  static inline void NAME(adam_v_##T)(V(T) *var, V(T) *m, V(T) *v, V(T) g, T##_t alpha,       \
                                      T##_t beta1, T##_t beta2, T##_t epsilon, bool nesterov) { \
    *m = *m + (g - *m) * (1 - beta1);                                                         \
    *v = *v + (g * g - *v) * (1 - beta2);                                                     \
    V(T) step = nesterov ? g * (1 - beta1) + *m * beta1 : *m;                                 \
    *var = *var - step * alpha / (__builtin_elementwise_sqrt(*v) + epsilon);                  \
  }                                                                                           \
  static void NAME(apply_adam_##T)(T##_t *var_out, T##_t *m_out, T##_t *v_out,                \
                                   const T##_t *var, const T##_t *m, const T##_t *v,          \
                                   const T##_t *g, size_t n, T##_t alpha, T##_t beta1,        \
                                   T##_t beta2, T##_t epsilon, int use_nesterov) {            \
    size_t i = 0;                                                                             \
    for (; i + LANES(T) <= n; i += LANES(T)) {                                                \
      V(T) a = LOAD(T, var + i), b = LOAD(T, m + i), c = LOAD(T, v + i);                      \
      NAME(adam_v_##T)(&a, &b, &c, LOAD(T, g + i), alpha, beta1, beta2, epsilon, use_nesterov); \
      STORE(T, var_out + i, a);                                                               \
      STORE(T, m_out + i, b);                                                                 \
      STORE(T, v_out + i, c);                                                                 \
    }                                                                                         \
    if (i < n) {                                                                              \
      size_t k = n - i;                                                                       \
      V(T) a = LOAD_PART(T, var + i, k, 0), b = LOAD_PART(T, m + i, k, 0);                    \
      V(T) c = LOAD_PART(T, v + i, k, 0), d = LOAD_PART(T, g + i, k, 0);                      \
      NAME(adam_v_##T)(&a, &b, &c, d, alpha, beta1, beta2, epsilon, use_nesterov);            \
      STORE_PART(T, var_out + i, a, k);                                                       \
      STORE_PART(T, m_out + i, b, k);                                                         \
      STORE_PART(T, v_out + i, c, k);                                                         \
    }                                                                                         \
  }
DEFINE_ADAM(f32)
DEFINE_ADAM(f64)

#define DEFINE_MOMENTUM(T)                                                                    \
  static inline void NAME(momentum_v_##T)(V(T) *var, V(T) *accum, V(T) g, T##_t lr,           \
                                          T##_t momentum, bool nesterov) {                    \
    *accum = *accum * momentum + g;                                                           \
    *var = nesterov ? *var - (g * lr + *accum * momentum * lr) : *var - *accum * lr;          \
  }                                                                                           \
  static void NAME(apply_momentum_##T)(T##_t *var_out, T##_t *accum_out, const T##_t *var,    \
                                       const T##_t *accum, const T##_t *g, size_t n,          \
                                       T##_t lr, T##_t momentum, int use_nesterov) {          \
    size_t i = 0;                                                                             \
    for (; i + LANES(T) <= n; i += LANES(T)) {                                                \
      V(T) a = LOAD(T, var + i), b = LOAD(T, accum + i);                                      \
      NAME(momentum_v_##T)(&a, &b, LOAD(T, g + i), lr, momentum, use_nesterov);               \
      STORE(T, var_out + i, a);                                                               \
      STORE(T, accum_out + i, b);                                                             \
    }                                                                                         \
    if (i < n) {                                                                              \
      size_t k = n - i;                                                                       \
      V(T) a = LOAD_PART(T, var + i, k, 0), b = LOAD_PART(T, accum + i, k, 0);                \
      NAME(momentum_v_##T)(&a, &b, LOAD_PART(T, g + i, k, 0), lr, momentum, use_nesterov);    \
      STORE_PART(T, var_out + i, a, k);                                                       \
      STORE_PART(T, accum_out + i, b, k);                                                     \
    }                                                                                         \
  }
DEFINE_MOMENTUM(f32)
DEFINE_MOMENTUM(f64)

#define UNARY_SCALED(op, T, expression)                                                       \
  static inline V(T) NAME(op##_v_##T)(V(T) x, T##_t alpha) { return (expression); }           \
  static void NAME(op##_##T)(T##_t *out, const T##_t *x, size_t n, T##_t alpha) {             \
    size_t i = 0;                                                                             \
    for (; i + LANES(T) <= n; i += LANES(T)) {                                                \
      STORE(T, out + i, NAME(op##_v_##T)(LOAD(T, x + i), alpha));                             \
    }                                                                                         \
    if (i < n) {                                                                              \
      V(T) v = NAME(op##_v_##T)(LOAD_PART(T, x + i, n - i, 0), alpha);                        \
      STORE_PART(T, out + i, v, n - i);                                                       \
    }                                                                                         \
  }
#define BINARY_SCALED(op, T, expression)                                                      \
  static inline V(T) NAME(op##_v_##T)(V(T) x, V(T) y, T##_t alpha) { return (expression); }   \
  static void NAME(op##_##T)(T##_t *out, const T##_t *x, const T##_t *y, size_t n,            \
                             T##_t alpha) {                                                   \
    size_t i = 0;                                                                             \
    for (; i + LANES(T) <= n; i += LANES(T)) {                                                \
      STORE(T, out + i, NAME(op##_v_##T)(LOAD(T, x + i), LOAD(T, y + i), alpha));             \
    }                                                                                         \
    if (i < n) {                                                                              \
      V(T) a = LOAD_PART(T, x + i, n - i, 0), b = LOAD_PART(T, y + i, n - i, 0);              \
      STORE_PART(T, out + i, NAME(op##_v_##T)(a, b, alpha), n - i);                           \
    }                                                                                         \
  }
UNARY_SCALED(leaky_relu, f32, x > 0 ? x : x * alpha)
UNARY_SCALED(leaky_relu, f64, x > 0 ? x : x * alpha)
BINARY_SCALED(leaky_relu_grad, f32, y > 0 ? x : x * alpha)
BINARY_SCALED(leaky_relu_grad, f64, y > 0 ? x : x * alpha)
BINARY_SCALED(add_scaled, f32, x + y * alpha)
BINARY_SCALED(add_scaled, f64, x + y * alpha)
BINARY_SCALED(apply_gradient_descent, f32, x - y * alpha)
BINARY_SCALED(apply_gradient_descent, f64, x - y * alpha)

#define DEFINE_BIAS_ADD(T)                                                                    \
  static void NAME(bias_add_##T)(T##_t *out, const T##_t *x, const T##_t *bias, size_t rows,  \
                                 size_t columns) {                                            \
    for (size_t r = 0; r < rows; r++) {                                                       \
      NAME(add_##T)(out + r * columns, x + r * columns, bias, columns, 1, 1);                 \
    }                                                                                         \
  }
DEFINE_BIAS_ADD(f32)
DEFINE_BIAS_ADD(f64)
