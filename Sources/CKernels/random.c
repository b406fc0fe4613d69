// Philox4x32-10 (Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011) and the
// distributions of TensorFlow's random_distributions.h on it.
#include "CRandom.h"

#include <math.h>
#include <string.h>

typedef struct {
  uint32_t counter[4];
} block;

// The 128-bit counter of the stream moved on by `steps`.
static block counter_at(const sg_philox *g, uint64_t steps) {
  uint64_t low = g->position_low + steps;
  uint64_t high = g->position_high + (low < steps);
  return (block){{(uint32_t)low, (uint32_t)(low >> 32), (uint32_t)high, (uint32_t)(high >> 32)}};
}

static inline void philox(const sg_philox *g, uint64_t steps, uint32_t out[4]) {
  block b = counter_at(g, steps);
  uint32_t c0 = b.counter[0], c1 = b.counter[1], c2 = b.counter[2], c3 = b.counter[3];
  uint32_t k0 = (uint32_t)g->key, k1 = (uint32_t)(g->key >> 32);
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
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

// A counter yields `width` outputs: four of 32 bits or two of 64. Groups at the ends of the range
// are made whole and copied in part.
#define FILL(name, type, width, ...)                                                      \
  void sg_random_##name(const sg_philox *g, type *out, size_t begin, size_t end __VA_ARGS__) { \
    for (size_t i = begin; i < end;) {                                                    \
      type group[width];                                                                  \
      make_##name(g, i / width, group FORWARD);                                           \
      size_t first = i % width, count = width - first;                                    \
      if (count > end - i) count = end - i;                                               \
      for (size_t k = 0; k < count; k++) out[i - begin + k] = group[first + k];           \
      i += count;                                                                         \
    }                                                                                     \
  }

static inline void make_uniform_f32(const sg_philox *g, uint64_t group, float *out) {
  uint32_t x[4];
  philox(g, group, x);
  for (int k = 0; k < 4; k++) out[k] = unit_f32(x[k]);
}
static inline void make_uniform_f64(const sg_philox *g, uint64_t group, double *out) {
  uint32_t x[4];
  philox(g, group, x);
  for (int k = 0; k < 2; k++) out[k] = unit_f64(x[2 * k], x[2 * k + 1]);
}
static inline void make_normal_f32(const sg_philox *g, uint64_t group, float *out) {
  uint32_t x[4];
  philox(g, group, x);
  normal_pair_f32(x, out);
  normal_pair_f32(x + 2, out + 2);
}
static inline void make_normal_f64(const sg_philox *g, uint64_t group, double *out) {
  uint32_t x[4];
  philox(g, group, x);
  normal_pair_f64(x, out);
}
// Draws until four (two) values lie within two standard deviations. Each group has 256 counters
// for each four outputs that it could fill from one, so groups never overlap in practice.
static inline void make_truncated_normal_f32(const sg_philox *g, uint64_t group, float *out) {
  int count = 0;
  for (uint64_t step = group * 256;; step++) {
    uint32_t x[4];
    float pair[4];
    philox(g, step, x);
    normal_pair_f32(x, pair);
    normal_pair_f32(x + 2, pair + 2);
    for (int k = 0; k < 4; k++) {
      if (fabsf(pair[k]) >= 2.0f) continue;
      out[count++] = pair[k];
      if (count == 4) return;
    }
  }
}
static inline void make_truncated_normal_f64(const sg_philox *g, uint64_t group, double *out) {
  int count = 0;
  for (uint64_t step = group * 128;; step++) {
    uint32_t x[4];
    double pair[2];
    philox(g, step, x);
    normal_pair_f64(x, pair);
    for (int k = 0; k < 2; k++) {
      if (fabs(pair[k]) >= 2.0) continue;
      out[count++] = pair[k];
      if (count == 2) return;
    }
  }
}
#define FORWARD
FILL(uniform_f32, float, 4)
FILL(uniform_f64, double, 2)
FILL(normal_f32, float, 4)
FILL(normal_f64, double, 2)
FILL(truncated_normal_f32, float, 4)
FILL(truncated_normal_f64, double, 2)
#undef FORWARD

static inline void make_uniform_i32(const sg_philox *g, uint64_t group, int32_t *out, int32_t low,
                                    uint32_t range) {
  uint32_t x[4];
  philox(g, group, x);
  for (int k = 0; k < 4; k++) out[k] = (int32_t)((uint32_t)low + x[k] % range);
}
static inline void make_uniform_i64(const sg_philox *g, uint64_t group, int64_t *out, int64_t low,
                                    uint64_t range) {
  uint32_t x[4];
  philox(g, group, x);
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
        philox(g, position / 2, bits);                                                    \
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
