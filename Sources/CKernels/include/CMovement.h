// Moving elements about.
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Copies a plane of elements of 1, 2, 4 or 8 bytes, `out[r * out_row + c * out_column] =
/// x[r * x_row + c * x_column]`; strides count elements and may be negative or, in `x`, 0.
void sg_copy_plane(void *out, const void *x, size_t rows, size_t columns, ptrdiff_t out_row,
                   ptrdiff_t out_column, ptrdiff_t x_row, ptrdiff_t x_column, size_t size);

/// Copies row `indices[i]` of `x`, which has `rows` rows, to row `i` of `out`, for `i` in
/// `begin ..< end`. Returns the first such `i` whose index is not in `0 ..< rows`, or `end`.
size_t sg_gather_i32(void *out, const void *x, const int32_t *indices, size_t begin, size_t end,
                     size_t rows, size_t row_bytes);
size_t sg_gather_i64(void *out, const void *x, const int64_t *indices, size_t begin, size_t end,
                     size_t rows, size_t row_bytes);

/// The first position whose index is not in `0 ..< rows`, or `n`.
size_t sg_find_outside_i32(const int32_t *indices, size_t n, size_t rows);
size_t sg_find_outside_i64(const int64_t *indices, size_t n, size_t rows);

/// Packs panels of `w` as `[k, n]`, stored so or, transposed, as `[n, k]`, in rows `stride`
/// elements apart; see `sg_packed_product` in CKernels.h.
void sg_pack_f32(float *packed, const float *w, size_t stride, int transposed, size_t k, size_t n,
                 size_t panel_begin, size_t panel_end);
void sg_pack_f64(double *packed, const double *w, size_t stride, int transposed, size_t k,
                 size_t n, size_t panel_begin, size_t panel_end);

#pragma clang assume_nonnull end
