// Philox4x32-10 (Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011) and the
// distributions of TensorFlow's random_distributions.h on it.
#include "CRandom.h"

#include <math.h>
#include <string.h>

static inline void philox(const sg_philox *g, uint64_t first, uint64_t stride, uint32_t *out,
                          size_t count) {
  sg_best_kernels()->philox(g, first, stride, out, count);
}

void sg_philox_advance(sg_philox *g, uint64_t steps) {
  g->position_low += steps;
  g->position_high += g->position_low < steps;
}

// The low 23 (52) bits as the fraction of a value in [1, 2), minus 1.
static inline float unit_f32(uint32_t x) {
  uint32_t bits = 0x3f800000u | (x & 0x7fffffu);
  float f;
  memcpy(&f, &bits, sizeof f);
  return f - 1.0f;
}
static inline double unit_f64(uint32_t x0, uint32_t x1) {
  uint64_t bits = 0x3ff0000000000000ull | (uint64_t)(x0 & 0xfffffu) << 32 | x1;
  double d;
  memcpy(&d, &bits, sizeof d);
  return d - 1.0;
}

// Box and Muller's transform: sine first, cosine second. The angle of an f32 is a rounded double.
static inline void normal_pair_f32(const uint32_t *x, float *out) {
  float u = fmaxf(unit_f32(x[0]), 1.0e-7f);
  float angle = (float)(2.0 * M_PI * unit_f32(x[1])), radius = sqrtf(-2.0f * logf(u));
  out[0] = sinf(angle) * radius;
  out[1] = cosf(angle) * radius;
}
static inline void normal_pair_f64(const uint32_t *x, double *out) {
  double u = fmax(unit_f64(x[0], x[1]), 1.0e-7);
  double angle = 2.0 * M_PI * unit_f64(x[2], x[3]), radius = sqrt(-2.0 * log(u));
  out[0] = sin(angle) * radius;
  out[1] = cos(angle) * radius;
}

// A counter yields `width` outputs: four of 32 bits or two of 64. CHUNK counters are drawn at once.
// Where the range begins or ends inside a counter's outputs, all are made and some copied.
#define CHUNK 64
#define FILL(name, type, width, ...)                                                        \
  void sg_random_##name(const sg_philox *g, type *out, size_t begin, size_t end __VA_ARGS__) { \
    uint32_t words[4 * CHUNK];                                                              \
    for (size_t i = begin; i < end;) {                                                      \
      const size_t group = i / width, wanted = (end + width - 1) / width - group;           \
      const size_t groups = wanted < CHUNK ? wanted : CHUNK;                                \
      philox(g, group, 1, words, groups);                                                   \
      for (size_t k = 0; k < groups; k++) {                                                 \
        if (i % width == 0 && i + width <= end) {                                           \
          make_##name(words + 4 * k, out + (i - begin) FORWARD);                            \
          i += width;                                                                       \
          continue;                                                                         \
        }                                                                                   \
        type values[width];                                                                 \
        make_##name(words + 4 * k, values FORWARD);                                         \
        for (size_t j = i % width; j < width && i < end; j++, i++) out[i - begin] = values[j]; \
      }                                                                                     \
    }                                                                                       \
  }

static inline void make_uniform_f32(const uint32_t *x, float *out) {
  for (int k = 0; k < 4; k++) out[k] = unit_f32(x[k]);
}
static inline void make_uniform_f64(const uint32_t *x, double *out) {
  for (int k = 0; k < 2; k++) out[k] = unit_f64(x[2 * k], x[2 * k + 1]);
}
static inline void make_normal_f32(const uint32_t *x, float *out) {
  normal_pair_f32(x, out);
  normal_pair_f32(x + 2, out + 2);
}
static inline void make_normal_f64(const uint32_t *x, double *out) {
  normal_pair_f64(x, out);
}
// Draws until a group of four (two) values within two standard deviations is full, from counters
// of its own: 256 for each output, of which a counter could fill four (two). The first counters
// of CHUNK groups are drawn at once.
#define FILL_TRUNCATED(T, type, width, pair_words, magnitude)                               \
  static inline void make_truncated_normal_##T(const sg_philox *g, uint64_t counter,        \
                                               uint32_t *x, type *out) {                    \
    for (size_t count = 0;; philox(g, ++counter, 1, x, 1)) {                                \
      for (int draw = 0; draw < 4; draw += pair_words) {                                    \
        type pair[2];                                                                       \
        normal_pair_##T(x + draw, pair);                                                    \
        for (int k = 0; k < 2; k++) {                                                       \
          if (magnitude(pair[k]) >= 2) continue;                                            \
          out[count++] = pair[k];                                                           \
          if (count == width) return;                                                       \
        }                                                                                   \
      }                                                                                     \
    }                                                                                       \
  }                                                                                         \
  void sg_random_truncated_normal_##T(const sg_philox *g, type *out, size_t begin,          \
                                      size_t end) {                                         \
    const uint64_t stride = 256 * width / 4;                                                \
    uint32_t words[4 * CHUNK];                                                              \
    for (size_t i = begin; i < end;) {                                                      \
      const size_t group = i / width, wanted = (end + width - 1) / width - group;           \
      const size_t groups = wanted < CHUNK ? wanted : CHUNK;                                \
      philox(g, group * stride, stride, words, groups);                                     \
      for (size_t k = 0; k < groups; k++) {                                                 \
        type values[width];                                                                 \
        make_truncated_normal_##T(g, (group + k) * stride, words + 4 * k, values);          \
        for (size_t j = i % width; j < width && i < end; j++, i++) out[i - begin] = values[j]; \
      }                                                                                     \
    }                                                                                       \
  }
FILL_TRUNCATED(f32, float, 4, 2, fabsf)
FILL_TRUNCATED(f64, double, 2, 4, fabs)

#define FORWARD
FILL(uniform_f32, float, 4)
FILL(uniform_f64, double, 2)
FILL(normal_f32, float, 4)
FILL(normal_f64, double, 2)
#undef FORWARD

static inline void make_uniform_i32(const uint32_t *x, int32_t *out, int32_t low, uint32_t range) {
  for (int k = 0; k < 4; k++) out[k] = (int32_t)((uint32_t)low + x[k] % range);
}
static inline void make_uniform_i64(const uint32_t *x, int64_t *out, int64_t low, uint64_t range) {
  for (int k = 0; k < 2; k++) {
    uint64_t bits = (uint64_t)x[2 * k + 1] << 32 | x[2 * k];
    out[k] = (int64_t)((uint64_t)low + bits % range);
  }
}
#define COMMA ,
#define FORWARD , low, range
FILL(uniform_i32, int32_t, 4, COMMA int32_t low, uint32_t range)
FILL(uniform_i64, int64_t, 2, COMMA int64_t low, uint64_t range)
#undef FORWARD

// Cumulative weights in double of what is finite; then the first that exceeds a draw.
#define MULTINOMIAL(T, type)                                                              \
  void sg_random_multinomial_##T(const sg_philox *g, int64_t *out, const type *logits,    \
                                 double *cumulative, size_t row_begin, size_t row_end,    \
                                 size_t classes, size_t samples) {                        \
    for (size_t row = row_begin; row < row_end; row++) {                                  \
      const type *x = logits + row * classes;                                             \
      type max = -INFINITY;                                                               \
      for (size_t c = 0; c < classes; c++) {                                              \
        if (isfinite(x[c]) && x[c] > max) max = x[c];                                     \
      }                                                                                   \
      double total = 0;                                                                   \
      for (size_t c = 0; c < classes; c++) {                                              \
        if (isfinite(x[c])) total += exp((double)(x[c] - max));                           \
        cumulative[c] = total;                                                            \
      }                                                                                   \
      for (size_t s = 0; s < samples; s++) {                                              \
        const size_t position = row * samples + s, half = position % 2 * 2;               \
        uint32_t bits[4];                                                                 \
        philox(g, position / 2, 1, bits, 1);                                                  \
        const double draw = unit_f64(bits[half], bits[half + 1]) * total;                 \
        size_t low = 0, high = classes;                                                   \
        while (low < high) {                                                              \
          const size_t middle = low + (high - low) / 2;                                   \
          if (cumulative[middle] > draw) high = middle; else low = middle + 1;            \
        }                                                                                 \
        out[row * samples + s] = (int64_t)low;                                            \
      }                                                                                   \
    }                                                                                     \
  }
MULTINOMIAL(f32, float)
MULTINOMIAL(f64, double)
