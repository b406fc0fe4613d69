// Random values of counter-based streams, the same bits as TensorFlow's on a CPU. Output `i` of a
// fill depends on the stream and on `i` alone: any range of outputs may be made by itself, and
// `out` points at output `begin`.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "CKernels.h"

#pragma clang assume_nonnull begin

/// Moves the stream on by `steps` counters.
void sg_philox_advance(sg_philox *g, uint64_t steps);

/// Uniform in [0, 1): four f32 or two f64 of a counter.
void sg_random_uniform_f32(const sg_philox *g, float *out, size_t begin, size_t end);
void sg_random_uniform_f64(const sg_philox *g, double *out, size_t begin, size_t end);
/// Normal of mean 0 and variance 1.
void sg_random_normal_f32(const sg_philox *g, float *out, size_t begin, size_t end);
void sg_random_normal_f64(const sg_philox *g, double *out, size_t begin, size_t end);
/// Normal, drawn again where the magnitude is 2 or more.
void sg_random_truncated_normal_f32(const sg_philox *g, float *out, size_t begin, size_t end);
void sg_random_truncated_normal_f64(const sg_philox *g, double *out, size_t begin, size_t end);
/// `low + x mod range`; `range` must not be 0.
void sg_random_uniform_i32(const sg_philox *g, int32_t *out, size_t begin, size_t end,
                           int32_t low, uint32_t range);
void sg_random_uniform_i64(const sg_philox *g, int64_t *out, size_t begin, size_t end,
                           int64_t low, uint64_t range);
/// Draws classes `[rows, samples]` from unnormalised log-probabilities `[rows, classes]`, for the
/// rows in `row_begin ..< row_end`; `out` and `logits` are the bases of the whole arrays and
/// `cumulative` has room for `classes` values. Logits that are not finite are never drawn. The
/// stream is that of TensorFlow with one thread: its own result depends on the number of threads.
void sg_random_multinomial_f32(const sg_philox *g, int64_t *out, const float *logits,
                               double *cumulative, size_t row_begin, size_t row_end,
                               size_t classes, size_t samples);
void sg_random_multinomial_f64(const sg_philox *g, int64_t *out, const double *logits,
                               double *cumulative, size_t row_begin, size_t row_end,
                               size_t classes, size_t samples);

#pragma clang assume_nonnull end
