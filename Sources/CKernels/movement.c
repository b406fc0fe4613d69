#include "CMovement.h"

#include <string.h>

// Tiles of 16 x 16 elements. A transposition reads and writes whole lines of a tile by way of a
// buffer: lines a power of two apart would push each other out of the first-level cache.
#define TILE 16

#define COPY_PLANE(type)                                                                    \
  static void copy_plane_##type(type *restrict out, const type *restrict x, size_t rows,    \
                                size_t columns, ptrdiff_t out_row, ptrdiff_t out_column,    \
                                ptrdiff_t x_row, ptrdiff_t x_column) {                      \
    for (size_t r0 = 0; r0 < rows; r0 += TILE) {                                            \
      const size_t r1 = rows - r0 < TILE ? rows : r0 + TILE;                                \
      for (size_t c0 = 0; c0 < columns; c0 += TILE) {                                       \
        const size_t c1 = columns - c0 < TILE ? columns : c0 + TILE;                        \
        if (x_row == 1 && out_column == 1 && r1 - r0 == TILE && c1 - c0 == TILE) {          \
          type tile[TILE][TILE];                                                            \
          for (size_t c = 0; c < TILE; c++) {                                               \
            memcpy(tile[c], x + (ptrdiff_t)(c0 + c) * x_column + r0, sizeof tile[c]);       \
          }                                                                                 \
          for (size_t r = 0; r < TILE; r++) {                                               \
            type *line = out + (ptrdiff_t)(r0 + r) * out_row + c0;                          \
            for (size_t c = 0; c < TILE; c++) line[c] = tile[c][r];                         \
          }                                                                                 \
          continue;                                                                         \
        }                                                                                   \
        for (size_t r = r0; r < r1; r++) {                                                  \
          for (size_t c = c0; c < c1; c++) {                                                \
            out[(ptrdiff_t)r * out_row + (ptrdiff_t)c * out_column] =                       \
                x[(ptrdiff_t)r * x_row + (ptrdiff_t)c * x_column];                          \
          }                                                                                 \
        }                                                                                   \
      }                                                                                     \
    }                                                                                       \
  }
COPY_PLANE(uint8_t)
COPY_PLANE(uint16_t)
COPY_PLANE(uint32_t)
COPY_PLANE(uint64_t)

void sg_copy_plane(void *out, const void *x, size_t rows, size_t columns, ptrdiff_t out_row,
                   ptrdiff_t out_column, ptrdiff_t x_row, ptrdiff_t x_column, size_t size) {
  if (out_column == 1 && x_column == 1) {
    for (size_t r = 0; r < rows; r++) {
      memcpy((char *)out + (ptrdiff_t)r * out_row * (ptrdiff_t)size,
             (const char *)x + (ptrdiff_t)r * x_row * (ptrdiff_t)size, columns * size);
    }
    return;
  }
  switch (size) {
    case 1:
      copy_plane_uint8_t(out, x, rows, columns, out_row, out_column, x_row, x_column);
      break;
    case 2:
      copy_plane_uint16_t(out, x, rows, columns, out_row, out_column, x_row, x_column);
      break;
    case 4:
      copy_plane_uint32_t(out, x, rows, columns, out_row, out_column, x_row, x_column);
      break;
    default:
      copy_plane_uint64_t(out, x, rows, columns, out_row, out_column, x_row, x_column);
  }
}

#define GATHER(T, type)                                                                     \
  size_t sg_gather_##T(void *out, const void *x, const type *indices, size_t begin,         \
                       size_t end, size_t rows, size_t row_bytes) {                         \
    for (size_t i = begin; i < end; i++) {                                                  \
      if (indices[i] < 0 || (uint64_t)indices[i] >= rows) return i;                         \
      memcpy((char *)out + i * row_bytes, (const char *)x + (size_t)indices[i] * row_bytes, \
             row_bytes);                                                                    \
    }                                                                                       \
    return end;                                                                             \
  }                                                                                         \
  size_t sg_find_outside_##T(const type *indices, size_t n, size_t rows) {                  \
    for (size_t i = 0; i < n; i++) {                                                        \
      if (indices[i] < 0 || (uint64_t)indices[i] >= rows) return i;                         \
    }                                                                                       \
    return n;                                                                               \
  }
GATHER(i32, int32_t)
GATHER(i64, int64_t)
