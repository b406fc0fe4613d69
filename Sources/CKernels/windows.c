#include "CWindows.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

// Where the window of one position lies: its image, and its first tap, which may be outside.
typedef struct {
  ptrdiff_t image, y, x;
} corner;

static inline corner find_corner(const sg_window *w, size_t position) {
  const ptrdiff_t column = (ptrdiff_t)position % w->out_width;
  const ptrdiff_t row = (ptrdiff_t)position / w->out_width;
  return (corner){row / w->out_height, row % w->out_height * w->stride_y - w->pad_top,
                  column * w->stride_x - w->pad_left};
}

static inline bool inside(ptrdiff_t i, ptrdiff_t count) { return i >= 0 && i < count; }

// Runs `body` for each tap at `index`, in rows, that a position's window has inside of its image.
#define FOR_EACH_TAP(w, c, index, ...)                                                        \
  for (ptrdiff_t r = 0; r < (w)->window_height; r++) {                                        \
    const ptrdiff_t y_of_tap = (c).y + r * (w)->dilation_y;                                   \
    if (!inside(y_of_tap, (w)->height)) continue;                                             \
    for (ptrdiff_t s = 0; s < (w)->window_width; s++) {                                       \
      const ptrdiff_t x_of_tap = (c).x + s * (w)->dilation_x;                                 \
      if (!inside(x_of_tap, (w)->width)) continue;                                            \
      const ptrdiff_t index =                                                                 \
          (((c).image * (w)->height + y_of_tap) * (w)->width + x_of_tap) * (w)->channels;     \
      __VA_ARGS__                                                                             \
    }                                                                                         \
  }

static ptrdiff_t count_taps(const sg_window *w, corner c) {
  ptrdiff_t count = 0;
  FOR_EACH_TAP(w, c, index, {
    (void)index;
    count++;
  })
  return count;
}

// Channels that are worked on at a time, so that what is known of them fits on the stack: masks as
// wide as elements, since loops over both are then vectors of one length.
#define SOME 64
#define FOR_SOME_CHANNELS(w)                                                                  \
  for (ptrdiff_t from = 0; from < (w)->channels; from += SOME)
#define SOME_OF(w) ((w)->channels - from < SOME ? (w)->channels - from : SOME)

#define WINDOWS(T, type, mask)                                                                \
  void sg_scatter_patches_##T(type *images, const type *patches, const sg_window *w,          \
                              size_t begin, size_t end) {                                     \
    for (size_t position = begin; position < end; position++) {                               \
      const corner c = find_corner(w, position);                                              \
      const type *patch = patches + (ptrdiff_t)(position - begin) * w->window_height *        \
                                        w->window_width * w->channels;                        \
      FOR_EACH_TAP(w, c, index, {                                                             \
        const type *p = patch + (r * w->window_width + s) * w->channels;                      \
        type *o = images + index;                                                             \
        for (ptrdiff_t k = 0; k < w->channels; k++) o[k] += p[k];                             \
      })                                                                                      \
    }                                                                                         \
  }                                                                                           \
  static void max_##T(void *out, const void *x, const sg_window *w, size_t begin,             \
                      size_t end) {                                                           \
    for (size_t position = begin; position < end; position++) {                               \
      const corner c = find_corner(w, position);                                              \
      type *o = (type *)out + (ptrdiff_t)position * w->channels;                              \
      for (ptrdiff_t k = 0; k < w->channels; k++) o[k] = -(type)INFINITY;                     \
      FOR_EACH_TAP(w, c, index, {                                                             \
        const type *p = (const type *)x + index;                                              \
        for (ptrdiff_t k = 0; k < w->channels; k++) {                                         \
          o[k] = o[k] >= p[k] || o[k] != o[k] ? o[k] : p[k];                                  \
        }                                                                                     \
      })                                                                                      \
    }                                                                                         \
  }                                                                                           \
  static void mean_##T(void *out, const void *x, const sg_window *w, size_t begin,            \
                       size_t end) {                                                          \
    for (size_t position = begin; position < end; position++) {                               \
      const corner c = find_corner(w, position);                                              \
      type *o = (type *)out + (ptrdiff_t)position * w->channels;                              \
      const type count = (type)count_taps(w, c);                                               \
      for (ptrdiff_t k = 0; k < w->channels; k++) o[k] = 0;                                   \
      FOR_EACH_TAP(w, c, index, {                                                             \
        const type *p = (const type *)x + index;                                              \
        for (ptrdiff_t k = 0; k < w->channels; k++) o[k] += p[k];                             \
      })                                                                                      \
      for (ptrdiff_t k = 0; k < w->channels; k++) o[k] /= count;                              \
    }                                                                                         \
  }                                                                                           \
  static void max_grad_##T(void *dx, const void *x, const void *y, const void *dy,            \
                           const sg_window *w, size_t begin, size_t end) {                    \
    const size_t image = (size_t)(w->height * w->width * w->channels);                        \
    const size_t positions = (size_t)(w->out_height * w->out_width);                          \
    memset((type *)dx + begin * image, 0, (end - begin) * image * sizeof(type));              \
    for (size_t position = begin * positions; position < end * positions; position++) {       \
      const corner c = find_corner(w, position);                                              \
      FOR_SOME_CHANNELS(w) {                                                                  \
        const ptrdiff_t some = SOME_OF(w);                                                    \
        const ptrdiff_t place = (ptrdiff_t)position * w->channels + from;                     \
        const type *greatest = (const type *)y + place, *g = (const type *)dy + place;        \
        mask taken[SOME] = {0};                                                               \
        FOR_EACH_TAP(w, c, index, {                                                           \
          const type *p = (const type *)x + index + from;                                     \
          type *restrict o = (type *)dx + index + from;                                       \
          for (ptrdiff_t k = 0; k < some; k++) {                                              \
            const mask takes = ~taken[k] & -(mask)(p[k] == greatest[k]);                      \
            const type share = g[k];                                                          \
            o[k] += takes ? share : 0;                                                        \
            taken[k] |= takes;                                                                \
          }                                                                                   \
        })                                                                                    \
      }                                                                                       \
    }                                                                                         \
  }                                                                                           \
  static void max_grad_grad_##T(void *ddy, const void *x, const void *y, const void *ddx,     \
                                const sg_window *w, size_t begin, size_t end) {               \
    for (size_t position = begin; position < end; position++) {                               \
      const corner c = find_corner(w, position);                                              \
      FOR_SOME_CHANNELS(w) {                                                                  \
        const ptrdiff_t some = SOME_OF(w);                                                    \
        const ptrdiff_t place = (ptrdiff_t)position * w->channels + from;                     \
        const type *greatest = (const type *)y + place;                                       \
        type *restrict o = (type *)ddy + place;                                               \
        mask taken[SOME] = {0};                                                               \
        for (ptrdiff_t k = 0; k < some; k++) o[k] = 0;                                        \
        FOR_EACH_TAP(w, c, index, {                                                           \
          const type *p = (const type *)x + index + from;                                     \
          const type *g = (const type *)ddx + index + from;                                   \
          for (ptrdiff_t k = 0; k < some; k++) {                                              \
            const mask takes = ~taken[k] & -(mask)(p[k] == greatest[k]);                      \
            const type share = g[k], known = o[k];                                            \
            o[k] = takes ? share : known;                                                     \
            taken[k] |= takes;                                                                \
          }                                                                                   \
        })                                                                                    \
      }                                                                                       \
    }                                                                                         \
  }                                                                                           \
  static void mean_grad_##T(void *dx, const void *dy, const sg_window *w, size_t begin,       \
                            size_t end) {                                                     \
    const size_t image = (size_t)(w->height * w->width * w->channels);                        \
    const size_t positions = (size_t)(w->out_height * w->out_width);                          \
    memset((type *)dx + begin * image, 0, (end - begin) * image * sizeof(type));              \
    for (size_t position = begin * positions; position < end * positions; position++) {       \
      const corner c = find_corner(w, position);                                              \
      const type *g = (const type *)dy + (ptrdiff_t)position * w->channels;                   \
      const type count = (type)count_taps(w, c);                                               \
      FOR_EACH_TAP(w, c, index, {                                                             \
        type *o = (type *)dx + index;                                                         \
        for (ptrdiff_t k = 0; k < w->channels; k++) o[k] += g[k] / count;                     \
      })                                                                                      \
    }                                                                                         \
  }                                                                                           \
  const sg_pools sg_pools_##T = {max_##T, mean_##T, max_grad_##T, mean_grad_##T,              \
                                 max_grad_grad_##T};
WINDOWS(f32, float, int32_t)
WINDOWS(f64, double, int64_t)
