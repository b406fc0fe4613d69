// A training step of the benchmarks' character model, written by hand: what a compiler of loops could
// reach on this machine. A yardstick, not a library: one layer of the LSTM, sizes that are multiples
// of 32, two threads at most.
//
// The schedule: each thread runs the whole loop for its rows of the batch; the recurrent weights are
// packed once a step, as they stand and transposed; the gates are one pass over a row; the one-hot
// input is a choice of rows; the weights' gradient is one product over all turns; Adam is fused.
//
//   cc -O3 -march=native -mprefer-vector-width=512 peer_schedule.c -lopenblas -lm -lpthread
//
// Speaks the protocol of `peer_protocol.py`, without `check`. With an argument it prints the losses
// of so many steps on one batch instead, at keep probability 1 and learning rate 0.001.

#include <cblas.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void openblas_set_num_threads(int);

enum { LANES = 16, PANEL = 32, MOST_THREADS = 2, MOST_TIMES = 1000 };
typedef float vec __attribute__((vector_size(4 * LANES), aligned(4)));
typedef int32_t ivec __attribute__((vector_size(4 * LANES)));

#define AT(p) (*(vec *)(p))
#define READ(p) (*(const vec *)(p))
#define FOR_LANES(i, n) for (long i = 0; i < (n); i += LANES)

// Sizes, in the words of peer_protocol.py.
static int B = 50, T = 50, V = 65, H = 512, threads = 2;
static float keep = 0.5f, rate = 0.01f;

// A weight, its gradient and Adam's averages.
typedef struct {
  float *value, *gradient, *m, *v;
  long count;
} weight;
static weight input, recurrent, bias, kernel, offset;  // [V,4H] [H,4H] [4H] [H,V] [V]
static float *packed, *transposed;                     // the recurrent weights in panels
static float *gates, *cells, *tanhs, *states;          // [T,B,4H] [T+1,B,H] [T,B,H] [T+1,B,H]
static float *dropped, *mask, *logits, *d_states;      // [T,B,H] [T,B,H] [T,B,V] [T,B,H]
static float *d_h[MOST_THREADS], *d_c[MOST_THREADS];   // [rows,H] for each thread
static float *d_bias[MOST_THREADS];                    // [4H]
static int *characters, *targets;                      // [B,T]
static double losses[MOST_THREADS];
static long steps;

static vec splat(float x) { return (vec){} + x; }

static inline vec smaller(vec a, vec b) {
  const ivec is_less = a < b;
  return (vec)(((ivec)a & is_less) | ((ivec)b & ~is_less));
}

// exp for |x| <= 88: 2^n times Cephes' polynomial on [-ln 2 / 2, ln 2 / 2].
static inline vec exponential(vec x) {
  x = -smaller(-smaller(x, splat(88)), splat(88));
  const vec shift = splat(12582912.f);  // 1.5 * 2^23: adding it rounds to an integer
  const vec n = (x * splat(1.44269504f) + shift) - shift;
  x = x - n * splat(0.693359375f) + n * splat(2.12194440e-4f);
  vec p = splat(1.9875691500e-4f);
  p = p * x + splat(1.3981999507e-3f);
  p = p * x + splat(8.3334519073e-3f);
  p = p * x + splat(4.1665795894e-2f);
  p = p * x + splat(1.6666665459e-1f);
  p = p * x + splat(5.0000001201e-1f);
  p = p * (x * x) + x + splat(1);
  const ivec scale = (__builtin_convertvector(n, ivec) + 127) << 23;
  return p * (vec)scale;
}
static inline vec sigmoid(vec x) { return splat(1) / (splat(1) + exponential(-x)); }
static inline vec hyperbolic(vec x) { return splat(2) * sigmoid(x + x) - splat(1); }

// C [rows, width] += A [rows, depth] * P, panels of 32 columns: [width / 32][depth][32].
#define PRODUCT(ROWS)                                                                       \
  static void product##ROWS(const float *a, long lda, const float *p, float *c, long ldc,   \
                            int depth) {                                                    \
    vec sum[ROWS][2];                                                                       \
    _Pragma("GCC unroll 16") for (int i = 0; i < ROWS; i++) {                               \
      sum[i][0] = READ(c + i * ldc), sum[i][1] = READ(c + i * ldc + LANES);                 \
    }                                                                                       \
    for (int k = 0; k < depth; k++) {                                                       \
      const vec left = READ(p + k * PANEL), right = READ(p + k * PANEL + LANES);            \
      _Pragma("GCC unroll 16") for (int i = 0; i < ROWS; i++) {                             \
        const vec x = splat(a[i * lda + k]);                                                \
        sum[i][0] += x * left, sum[i][1] += x * right;                                      \
      }                                                                                     \
    }                                                                                       \
    _Pragma("GCC unroll 16") for (int i = 0; i < ROWS; i++) {                               \
      AT(c + i * ldc) = sum[i][0], AT(c + i * ldc + LANES) = sum[i][1];                     \
    }                                                                                       \
  }
PRODUCT(13)
PRODUCT(12)
PRODUCT(10)
PRODUCT(5)
PRODUCT(1)
static void product(const float *a, long lda, const float *p, float *c, long ldc, int rows,
                    int width, int depth) {
  for (int j = 0; j < width; j += PANEL, p += (long)PANEL * depth) {
    for (int i = 0; i < rows;) {
      const int left = rows - i;
      const float *from = a + i * lda;
      float *to = c + i * ldc + j;
      if (left == 25 || left == 13) product13(from, lda, p, to, ldc, depth), i += 13;
      else if (left == 12) product12(from, lda, p, to, ldc, depth), i += 12;
      else if (left >= 10) product10(from, lda, p, to, ldc, depth), i += 10;
      else if (left >= 5) product5(from, lda, p, to, ldc, depth), i += 5;
      else product1(from, lda, p, to, ldc, depth), i += 1;
    }
  }
}

static atomic_int arrived;
static void meet(int *phase) {
  (*phase)++;
  atomic_fetch_add(&arrived, 1);
  while (atomic_load_explicit(&arrived, memory_order_acquire) < threads * *phase) {
    __builtin_ia32_pause();
  }
}

// The part of `count` that is a thread's, in multiples of `grain`.
static long part(long count, long grain, int thread) {
  return (count + grain - 1) / grain * thread / threads * grain;
}
static long before(long count, long grain, int thread) {
  const long end = part(count, grain, thread);
  return end < count ? end : count;
}

static void pack(int id) {
  const int width = 4 * H;
  for (long j = before(width, PANEL, id); j < before(width, PANEL, id + 1); j += PANEL) {
    for (int k = 0; k < H; k++) {
      memcpy(packed + j * H + k * PANEL, recurrent.value + (long)k * width + j, 4 * PANEL);
    }
  }
  for (long j = before(H, PANEL, id); j < before(H, PANEL, id + 1); j += PANEL) {
    for (int first = 0; first < width; first += LANES) {
      for (int q = 0; q < PANEL; q++) {
        const float *row = recurrent.value + (j + q) * width + first;
        float *panel = transposed + j * width + (long)first * PANEL + q;
        for (int k = 0; k < LANES; k++) panel[k * PANEL] = row[k];
      }
    }
  }
}

static void forward(int id, int begin, int end) {
  const int rows = end - begin;
  for (int t = 0; t < T; t++) {
    const long turn = (long)t * B + begin;
    float *z = gates + turn * 4 * H;
    for (int r = 0; r < rows; r++) {
      const float *row = input.value + (long)characters[(begin + r) * T + t] * 4 * H;
      FOR_LANES(i, 4 * H) AT(z + (long)r * 4 * H + i) = READ(row + i) + READ(bias.value + i);
    }
    product(states + turn * H, H, packed, z, 4 * H, rows, 4 * H, H);
    for (int r = 0; r < rows; r++, z += 4 * H) {
      const long at = (turn + r) * H, next = at + (long)B * H;
      uint32_t random = (uint32_t)(steps * 7919 + turn + r) * 2654435761u | 1;
      FOR_LANES(q, H) {
        const vec i = sigmoid(READ(z + q)), j = hyperbolic(READ(z + H + q));
        const vec f = sigmoid(READ(z + 2 * H + q) + splat(1)), o = sigmoid(READ(z + 3 * H + q));
        const vec c = f * READ(cells + at + q) + i * j, tc = hyperbolic(c), h = o * tc;
        AT(z + q) = i, AT(z + H + q) = j, AT(z + 2 * H + q) = f, AT(z + 3 * H + q) = o;
        AT(cells + next + q) = c, AT(tanhs + at + q) = tc, AT(states + next + q) = h;
        for (int k = 0; k < LANES; k++) {
          random = random * 1664525u + 1013904223u;
          mask[at + q + k] = (random >> 8) * 0x1p-24f < keep ? 1 / keep : 0;
        }
        AT(dropped + at + q) = h * READ(mask + at + q);
      }
    }
  }
}

// Logits, loss and what reaches the states, for a part of all turns and rows.
static void classify(int id) {
  const long count = (long)T * B, begin = count * id / threads, end = count * (id + 1) / threads;
  double loss = 0;
  for (long r = begin; r < end; r++) memcpy(logits + r * V, offset.value, 4 * V);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, end - begin, V, H, 1, dropped + begin * H,
              H, kernel.value, V, 1, logits + begin * V, V);
  for (long r = begin; r < end; r++) {
    float *row = logits + r * V, most = row[0], sum = 0;
    const int target = targets[(r % B) * T + r / B];
    for (int q = 1; q < V; q++) most = row[q] > most ? row[q] : most;
    const float wanted = row[target] - most;
    for (int q = 0; q < V; q++) sum += row[q] = expf(row[q] - most);
    loss += logf(sum) - wanted;
    for (int q = 0; q < V; q++) row[q] /= sum * count;
    row[target] -= 1.f / count;
  }
  losses[id] = loss / count;
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, end - begin, H, V, 1, logits + begin * V, V,
              kernel.value, V, 0, d_states + begin * H, H);
  FOR_LANES(i, (end - begin) * H) AT(d_states + begin * H + i) *= READ(mask + begin * H + i);
}

static void backward(int id, int begin, int end) {
  const int rows = end - begin;
  const vec one = splat(1);
  memset(d_h[id], 0, 4L * rows * H);
  memset(d_c[id], 0, 4L * rows * H);
  memset(d_bias[id], 0, 16L * H);
  for (int t = T - 1; t >= 0; t--) {
    const long turn = (long)t * B + begin;
    float *z = gates + turn * 4 * H;
    for (int r = 0; r < rows; r++, z += 4 * H) {
      const long at = (turn + r) * H;
      FOR_LANES(q, H) {
        const vec i = READ(z + q), j = READ(z + H + q), f = READ(z + 2 * H + q);
        const vec o = READ(z + 3 * H + q), tc = READ(tanhs + at + q);
        const vec dh = READ(d_h[id] + r * H + q) + READ(d_states + at + q);
        const vec dc = dh * o * (one - tc * tc) + READ(d_c[id] + r * H + q);
        AT(z + q) = dc * j * i * (one - i);
        AT(z + H + q) = dc * i * (one - j * j);
        AT(z + 2 * H + q) = dc * READ(cells + at + q) * f * (one - f);
        AT(z + 3 * H + q) = dh * tc * o * (one - o);
        AT(d_c[id] + r * H + q) = dc * f;
      }
      FOR_LANES(i, 4 * H) AT(d_bias[id] + i) += READ(z + i);
    }
    memset(d_h[id], 0, 4L * rows * H);
    if (t > 0) {
      product(gates + turn * 4 * H, 4 * H, transposed, d_h[id], H, rows, H, 4 * H);
    }
  }
}

// Gradients of the weights, by columns.
static void differentiate(int id) {
  const long count = (long)T * B, width = 4 * H;
  const long begin = before(width, LANES, id), end = before(width, LANES, id + 1);
  cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, H, end - begin, count, 1, states, H,
              gates + begin, width, 0, recurrent.gradient + begin, width);
  for (int q = 0; q < V; q++) {
    memset(input.gradient + q * width + begin, 0, 4 * (end - begin));
  }
  for (long r = 0; r < count; r++) {
    float *sum = input.gradient + characters[(r % B) * T + r / B] * width;
    for (long i = begin; i < end; i += LANES) AT(sum + i) += READ(gates + r * width + i);
  }
  for (long i = begin; i < end; i += LANES) {
    vec sum = READ(d_bias[0] + i);
    for (int other = 1; other < threads; other++) sum += READ(d_bias[other] + i);
    AT(bias.gradient + i) = sum;
  }
  if (id > 0) return;
  cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, H, V, count, 1, dropped, H, logits, V, 0,
              kernel.gradient, V);
  memset(offset.gradient, 0, 4 * V);
  for (long r = 0; r < count; r++) {
    for (int q = 0; q < V; q++) offset.gradient[q] += logits[r * V + q];
  }
}

static void adam(weight w, int id) {
  const float b1 = 0.9f, b2 = 0.999f;
  const float step = rate * sqrtf(1 - powf(b2, steps)) / (1 - powf(b1, steps));
  // Arrays are padded to whole vectors.
  for (long i = before(w.count, LANES, id); i < before(w.count, LANES, id + 1); i += LANES) {
    const vec g = READ(w.gradient + i);
    const vec m = splat(b1) * READ(w.m + i) + splat(1 - b1) * g;
    const vec v = splat(b2) * READ(w.v + i) + splat(1 - b2) * g * g;
    vec root;
    for (int k = 0; k < LANES; k++) root[k] = sqrtf(v[k]);
    AT(w.m + i) = m, AT(w.v + i) = v;
    AT(w.value + i) -= splat(step) * m / (root + splat(1e-8f));
  }
}

static void step(int id, int *phase) {
  const int begin = B * id / threads, end = B * (id + 1) / threads;
  if (id == 0) steps++;
  pack(id);
  meet(phase);
  forward(id, begin, end);
  meet(phase);
  classify(id);
  meet(phase);
  backward(id, begin, end);
  meet(phase);
  differentiate(id);
  meet(phase);
  const weight weights[] = {input, recurrent, bias, kernel, offset};
  for (int w = 0; w < 5; w++) adam(weights[w], id);
  meet(phase);
}

// MARK: Threads, memory, conversation

static int wanted;
static double times[MOST_TIMES], trajectory[MOST_TIMES];

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec * 1e-6;
}

static void *work(void *argument) {
  const int id = (int)(intptr_t)argument;
  int phase = 0;
  for (int i = 0; i < wanted; i++) {
    const double start = milliseconds();
    step(id, &phase);
    if (id > 0) continue;
    times[i] = milliseconds() - start;
    trajectory[i] = losses[0] + (threads > 1 ? losses[1] : 0);
  }
  return NULL;
}

static void run(int count) {
  pthread_t others[MOST_THREADS];
  wanted = count < MOST_TIMES ? count : MOST_TIMES;
  atomic_store(&arrived, 0);
  for (intptr_t id = 1; id < threads; id++) pthread_create(others + id, NULL, work, (void *)id);
  work((void *)0);
  for (int id = 1; id < threads; id++) pthread_join(others[id], NULL);
}

static float *zeros(long count) {
  const size_t huge = 2 << 20, bytes = (4 * (count + LANES) + huge - 1) / huge * huge;
  float *result = aligned_alloc(huge, bytes);
  memset(result, 0, bytes);
  return result;
}

static weight make_weight(long rows, long columns, int is_random) {
  const long count = rows * columns;
  weight w = {zeros(count), zeros(count), zeros(count), zeros(count), count};
  const float limit = is_random ? sqrtf(6.f / (rows + columns)) : 0;
  for (long i = 0; i < count; i++) {
    w.value[i] = limit * ((rand() / (float)RAND_MAX) * 2 - 1);
  }
  return w;
}

static void prepare(void) {
  const long count = (long)T * B, width = 4 * H;
  openblas_set_num_threads(1);
  input = make_weight(V, width, 1);
  recurrent = make_weight(H, width, 1);
  bias = make_weight(1, width, 0);
  kernel = make_weight(H, V, 1);
  offset = make_weight(1, V, 0);
  packed = zeros(H * width), transposed = zeros(H * width);
  gates = zeros(count * width), tanhs = zeros(count * H), dropped = zeros(count * H);
  cells = zeros((count + B) * H), states = zeros((count + B) * H), mask = zeros(count * H);
  logits = zeros(count * V), d_states = zeros(count * H);
  for (int id = 0; id < threads; id++) {
    d_h[id] = zeros((long)B * H), d_c[id] = zeros((long)B * H), d_bias[id] = zeros(width);
  }
  characters = malloc(count * sizeof *characters), targets = malloc(count * sizeof *targets);
  for (long i = 0; i < count; i++) characters[i] = rand() % V, targets[i] = rand() % V;
}

// A number of a flat JSON object; `value` where there is none of this name.
static double setting(const char *json, const char *name, double value) {
  char key[32];
  snprintf(key, sizeof key, "\"%s\":", name);
  const char *found = strstr(json, key);
  return found ? atof(found + strlen(key)) : value;
}

static const char *setup(const char *json) {
  B = setting(json, "batch", B), T = setting(json, "time", T), H = setting(json, "units", H);
  V = setting(json, "vocabulary", V), threads = setting(json, "threads", threads);
  keep = setting(json, "keepProb", keep), rate = setting(json, "learningRate", rate);
  if (threads > MOST_THREADS || H % PANEL || setting(json, "layers", 1) != 1) {
    return "error only one layer, multiples of 32 units, and two threads at most";
  }
  prepare();
  run(3);
  return "ready";
}

int main(int count, char **arguments) {
  char line[4096];
  if (count > 1) {
    keep = 1, rate = 0.001f;
    prepare();
    run(atoi(arguments[1]));
    for (int i = 0; i < wanted; i++) printf("%f\n", trajectory[i]);
    return 0;
  }
  while (fgets(line, sizeof line, stdin)) {
    if (!strncmp(line, "quit", 4)) break;
    if (!strncmp(line, "setup ", 6)) {
      puts(setup(line + 6));
    } else if (!strncmp(line, "round ", 6)) {
      run(atoi(line + 6));
      printf("{\"ms\": [");
      for (int i = 0; i < wanted; i++) printf("%s%.6f", i ? ", " : "", times[i]);
      puts("]}");
    } else {
      puts("error unknown command");
    }
    fflush(stdout);
  }
}
