// Windows that move over images, `[images, height, width, channels]`.
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Which elements each position of the output sees. Taps (the window's elements, in rows) that fall
/// into the padding do not exist.
typedef struct {
  ptrdiff_t height, width, channels;
  ptrdiff_t out_height, out_width;
  ptrdiff_t window_height, window_width;
  ptrdiff_t stride_y, stride_x;
  ptrdiff_t dilation_y, dilation_x;
  ptrdiff_t pad_top, pad_left;
} sg_window;

/// Adds rows `[taps, channels]`, one for each of the positions in `begin ..< end`, which count the
/// outputs of all images, to where the taps are.
void sg_scatter_patches_f32(float *images, const float *patches, const sg_window *window,
                            size_t begin, size_t end);
void sg_scatter_patches_f64(double *images, const double *patches, const sg_window *window,
                            size_t begin, size_t end);

/// Pools of the positions in `begin ..< end`: the greatest of the taps (NaN where one is NaN), or
/// their mean.
typedef struct {
  void (*max)(void *out, const void *x, const sg_window *window, size_t begin, size_t end);
  void (*mean)(void *out, const void *x, const sg_window *window, size_t begin, size_t end);
  /// Gradients of the images in `begin ..< end`, `dx` being overwritten. Of equal greatest values
  /// the first takes all.
  void (*max_grad)(void *dx, const void *x, const void *y, const void *dy,
                   const sg_window *window, size_t begin, size_t end);
  void (*mean_grad)(void *dx, const void *dy, const sg_window *window, size_t begin, size_t end);
  /// The gradient of `max_grad` by `dy`: what `ddx` has at the place of the greatest value.
  void (*max_grad_grad)(void *ddy, const void *x, const void *y, const void *ddx,
                        const sg_window *window, size_t begin, size_t end);
} sg_pools;
extern const sg_pools sg_pools_f32, sg_pools_f64;

#pragma clang assume_nonnull end
