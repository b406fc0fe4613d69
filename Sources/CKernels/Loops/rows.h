// Softmax and cross-entropy of rows. The row's maximum is subtracted first; sums are double.

static inline V(f64) NAME(accumulate_f32)(V(f64) sum, V(f32) v) {
  V(half) low, high;
  memcpy(&low, &v, sizeof low);
  memcpy(&high, (const char *)&v + sizeof low, sizeof high);
  return sum + __builtin_convertvector(low, V(f64)) + __builtin_convertvector(high, V(f64));
}
static inline V(f64) NAME(accumulate_f64)(V(f64) sum, V(f64) v) { return sum + v; }
static inline double NAME(total)(V(f64) v) {
  double lane[LANES(f64)];
  STORE(f64, lane, v);
  for (size_t h = LANES(f64) / 2; h > 0; h /= 2) {
    for (size_t k = 0; k < h; k++) lane[k] += lane[k + h];
  }
  return lane[0];
}

#define DEFINE_ROWS(T)                                                                        \
  /* The sum of exp(x - max). */                                                              \
  static inline double NAME(sum_exp_##T)(const T##_t *x, size_t n, T##_t max) {               \
    V(f64) sum = 0;                                                                           \
    size_t i = 0;                                                                             \
    for (; i + LANES(T) <= n; i += LANES(T)) {                                                \
      sum = NAME(accumulate_##T)(sum, NAME(exp_v_##T)(LOAD(T, x + i) - max));                 \
    }                                                                                         \
    if (i < n) {                                                                              \
      V(T) v = LOAD_PART(T, x + i, n - i, (T##_t)-INFINITY);                                  \
      sum = NAME(accumulate_##T)(sum, NAME(exp_v_##T)(v - max));                              \
    }                                                                                         \
    return NAME(total)(sum);                                                                  \
  }                                                                                           \
  /* Softmax of a row; the sum of exp(x - max). */                                            \
  static inline double NAME(softmax_row_##T)(T##_t *out, const T##_t *x, size_t n,            \
                                             T##_t max) {                                     \
    V(f64) sum = 0;                                                                           \
    size_t i = 0;                                                                             \
    for (; i + LANES(T) <= n; i += LANES(T)) {                                                \
      V(T) e = NAME(exp_v_##T)(LOAD(T, x + i) - max);                                         \
      sum = NAME(accumulate_##T)(sum, e);                                                     \
      STORE(T, out + i, e);                                                                   \
    }                                                                                         \
    if (i < n) {                                                                              \
      V(T) e = NAME(exp_v_##T)(LOAD_PART(T, x + i, n - i, (T##_t)-INFINITY) - max);           \
      sum = NAME(accumulate_##T)(sum, e);                                                     \
      STORE_PART(T, out + i, e, n - i);                                                       \
    }                                                                                         \
    const double total = NAME(total)(sum);                                                    \
    const T##_t scale = (T##_t)(1 / total);                                                   \
    NAME(mul_##T)(out, out, &scale, n, 1, 0);                                                 \
    return total;                                                                             \
  }                                                                                           \
  static void NAME(softmax_##T)(void *out, const void *x, size_t rows, size_t columns) {      \
    for (size_t r = 0; r < rows; r++) {                                                       \
      const T##_t *row = (const T##_t *)x + r * columns;                                      \
      NAME(softmax_row_##T)((T##_t *)out + r * columns, row, columns,                         \
                            NAME(max_row_##T)(row, columns));                                 \
    }                                                                                         \
  }                                                                                           \
  static void NAME(log_softmax_##T)(void *out, const void *x, size_t rows, size_t columns) {  \
    for (size_t r = 0; r < rows; r++) {                                                       \
      const T##_t *row = (const T##_t *)x + r * columns;                                      \
      T##_t *o = (T##_t *)out + r * columns;                                                  \
      const T##_t max = NAME(max_row_##T)(row, columns);                                      \
      const T##_t log_sum = (T##_t)log(NAME(sum_exp_##T)(row, columns, max));                 \
      NAME(sub_##T)(o, row, &max, columns, 1, 0);                                             \
      NAME(sub_##T)(o, o, &log_sum, columns, 1, 0);                                           \
    }                                                                                         \
  }                                                                                           \
  static inline V(T) NAME(dense_loss_v_##T)(V(T) x, V(T) label, T##_t max, T##_t log_sum) {   \
    return label * (log_sum - (x - max));                                                     \
  }                                                                                           \
  static void NAME(dense_cross_entropy_##T)(void *loss, void *backprop, const void *logits,   \
                                            const void *labels, size_t rows,                  \
                                            size_t columns) {                                 \
    for (size_t r = 0; r < rows; r++) {                                                       \
      const T##_t *x = (const T##_t *)logits + r * columns;                                   \
      const T##_t *label = (const T##_t *)labels + r * columns;                               \
      T##_t *o = (T##_t *)backprop + r * columns;                                             \
      const T##_t max = NAME(max_row_##T)(x, columns);                                        \
      const double sum = NAME(sum_exp_##T)(x, columns, max);                                  \
      const T##_t log_sum = (T##_t)log(sum), scale = (T##_t)(1 / sum);                        \
      V(f64) total = 0;                                                                       \
      size_t i = 0;                                                                           \
      for (; i + LANES(T) <= columns; i += LANES(T)) {                                        \
        V(T) v = LOAD(T, x + i), l = LOAD(T, label + i);                                      \
        total = NAME(accumulate_##T)(total, NAME(dense_loss_v_##T)(v, l, max, log_sum));      \
        STORE(T, o + i, NAME(exp_v_##T)(v - max) * scale - l);                                \
      }                                                                                       \
      if (i < columns) {                                                                      \
        const size_t k = columns - i;                                                         \
        V(T) v = LOAD_PART(T, x + i, k, max), l = LOAD_PART(T, label + i, k, 0);              \
        V(T) part = NAME(dense_loss_v_##T)(v, l, max, log_sum), kept = 0;                     \
        memcpy(&kept, &part, k * sizeof(T##_t));                                              \
        total = NAME(accumulate_##T)(total, kept);                                            \
        STORE_PART(T, o + i, NAME(exp_v_##T)(v - max) * scale - l, k);                        \
      }                                                                                       \
      ((T##_t *)loss)[r] = (T##_t)NAME(total)(total);                                         \
    }                                                                                         \
  }
DEFINE_ROWS(f32)
DEFINE_ROWS(f64)

#define DEFINE_SPARSE(T, I)                                                                   \
  static size_t NAME(sparse_cross_entropy_##T##_##I)(                                         \
      void *loss, void *backprop, const void *logits, const void *labels, size_t rows,        \
      size_t columns) {                                                                       \
    const I##_t *label = labels;                                                              \
    for (size_t r = 0; r < rows; r++) {                                                       \
      if (label[r] < 0 || (uint64_t)label[r] >= columns) return r;                            \
    }                                                                                         \
    for (size_t r = 0; r < rows; r++) {                                                       \
      const T##_t *x = (const T##_t *)logits + r * columns;                                   \
      T##_t *o = (T##_t *)backprop + r * columns;                                             \
      const T##_t max = NAME(max_row_##T)(x, columns);                                        \
      const double own = (double)(x[label[r]] - max);                                         \
      ((T##_t *)loss)[r] = (T##_t)(log(NAME(softmax_row_##T)(o, x, columns, max)) - own);     \
      o[label[r]] -= 1;                                                                       \
    }                                                                                         \
    return rows;                                                                              \
  }
DEFINE_SPARSE(f32, i32)
DEFINE_SPARSE(f32, i64)
DEFINE_SPARSE(f64, i32)
DEFINE_SPARSE(f64, i64)
