// Vector loops over raw memory, compiled for several instruction sets and chosen at run time.
//
// Every elementwise loop may work in place: `out` may equal an operand exactly when their element
// types are of one size; partly overlapping memory is not allowed. Pointers need the alignment of
// their element type only. An element's bits depend on the operands alone, never on where a call
// begins or ends, so that a caller may cut a loop anywhere. Between instruction sets the last bits
// of floating-point results differ.
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Element types. `SG_BOOL` is a byte that holds 0 or 1.
typedef enum { SG_F32, SG_F64, SG_I32, SG_I64, SG_U8, SG_BOOL } sg_dtype;

/// `out[i] = f(x[i])` for `i < n`.
typedef void (*sg_unary_fn)(void *out, const void *x, size_t n);
/// `out[i] = f(x[i * sx], y[i * sy])` for `i < n`. A stride is 1, or 0 for one value for all.
typedef void (*sg_binary_fn)(void *out, const void *x, const void *y, size_t n, size_t sx,
                             size_t sy);
/// `out[i] = condition[i * sc] ? x[i * sx] : y[i * sy]` for `i < n`.
typedef void (*sg_select_fn)(void *out, const uint8_t *condition, const void *x, const void *y,
                             size_t n, size_t sc, size_t sx, size_t sy);

/// One loop for each element type, NULL where the type is not supported.
typedef struct {
  sg_unary_fn _Nullable f32, f64, i32, i64, u8, boolean;
} sg_unary;
typedef struct {
  sg_binary_fn _Nullable f32, f64, i32, i64, u8, boolean;
} sg_binary;
/// Loops by the size of an element in bytes.
typedef struct {
  sg_select_fn bytes1, bytes4, bytes8;
} sg_select;

/// Reduces the middle axis of `x` as `[outer, n, inner]` into `out` as `[outer, inner]`, for the
/// outer indices in `outer_begin ..< outer_end`; `out` and `x` are the bases of the whole arrays.
/// `n == 0` gives the identity: sum 0, prod 1, max -inf or the type's least value, min the
/// contrary, any 0, all 1. Sums and products of f32 are accumulated in double; those of f64 in
/// blocks of 512 terms, each with one accumulator for each lane. NaN propagates.
typedef void (*sg_reduce_fn)(void *out, const void *x, size_t outer_begin, size_t outer_end,
                             size_t n, size_t inner);
/// `out[j]` = the reduction over `i < n` of `x[i * stride + j]`, for `j < columns`: the part of a
/// `sg_reduce_fn` with `inner > 1` that one outer index needs, with the same bits, for callers
/// that split a reduction by columns.
typedef void (*sg_reduce_columns_fn)(void *out, const void *x, size_t n, size_t stride,
                                     size_t columns);
typedef struct {
  sg_reduce_fn _Nullable f32, f64, i32, i64, u8, boolean;
} sg_reduction;
typedef struct {
  sg_reduce_columns_fn _Nullable f32, f64, i32, i64, u8, boolean;
} sg_column_reduction;

/// Index of the greatest (or least) value along the middle axis of `[outer, n, inner]`, which must
/// not be empty. The first of equal values wins; NaN is passed over, and NaN and infinities of the
/// losing sign alone give 0.
typedef void (*sg_arg_i32_fn)(int32_t *out, const void *x, size_t outer_begin, size_t outer_end,
                              size_t n, size_t inner);
typedef void (*sg_arg_i64_fn)(int64_t *out, const void *x, size_t outer_begin, size_t outer_end,
                              size_t n, size_t inner);
typedef struct {
  sg_arg_i32_fn f32, f64, i32, i64, u8;
} sg_arg_i32;
typedef struct {
  sg_arg_i64_fn f32, f64, i32, i64, u8;
} sg_arg_i64;

/// Works on `rows` rows of `columns` values each; may work in place.
typedef void (*sg_rows_fn)(void *out, const void *x, size_t rows, size_t columns);
typedef struct {
  sg_rows_fn f32, f64;
} sg_rows;

/// Softmax cross-entropy with a distribution for each row: `loss[r] = sum(labels * -log_softmax)`
/// and `backprop = softmax(logits) - labels`. `backprop` may be `logits` or `labels`.
typedef void (*sg_dense_cross_entropy_fn)(void *loss, void *backprop, const void *logits,
                                          const void *labels, size_t rows, size_t columns);
typedef struct {
  sg_dense_cross_entropy_fn f32, f64;
} sg_dense_cross_entropy;

/// Softmax cross-entropy with one label a row: `loss[r] = -log_softmax[labels[r]]` and
/// `backprop = softmax(logits) - onehot(labels)`. `backprop` may be `logits`. Returns the first row
/// whose label is not in `0 ..< columns`, before anything is written, or `rows`.
typedef size_t (*sg_sparse_cross_entropy_fn)(void *loss, void *backprop, const void *logits,
                                             const void *labels, size_t rows, size_t columns);
typedef struct {
  sg_sparse_cross_entropy_fn f32_labels_i32, f32_labels_i64, f64_labels_i32, f64_labels_i64;
} sg_sparse_cross_entropy;

// Updates of training. Outputs may equal the inputs of the same meaning.

/// `m += (g - m)(1 - beta1)`, `v += (g^2 - v)(1 - beta2)`, `var -= m alpha / (sqrt(v) + epsilon)`,
/// where Nesterov's form takes `g (1 - beta1) + beta1 m` for `m` in the last; TensorFlow's
/// ApplyAdam with `alpha = lr sqrt(1 - beta2_power) / (1 - beta1_power)`.
typedef struct {
  void (*f32)(float *var_out, float *m_out, float *v_out, const float *var, const float *m,
              const float *v, const float *g, size_t n, float alpha, float beta1, float beta2,
              float epsilon, int use_nesterov);
  void (*f64)(double *var_out, double *m_out, double *v_out, const double *var, const double *m,
              const double *v, const double *g, size_t n, double alpha, double beta1,
              double beta2, double epsilon, int use_nesterov);
} sg_apply_adam;
/// `accum = accum momentum + g`, `var -= lr accum`; Nesterov: `var -= lr g + lr momentum accum`.
typedef struct {
  void (*f32)(float *var_out, float *accum_out, const float *var, const float *accum,
              const float *g, size_t n, float lr, float momentum, int use_nesterov);
  void (*f64)(double *var_out, double *accum_out, const double *var, const double *accum,
              const double *g, size_t n, double lr, double momentum, int use_nesterov);
} sg_apply_momentum;
/// A unary function with one parameter.
typedef struct {
  void (*f32)(float *out, const float *x, size_t n, float alpha);
  void (*f64)(double *out, const double *x, size_t n, double alpha);
} sg_unary_scaled;
/// A binary function with one parameter.
typedef struct {
  void (*f32)(float *out, const float *x, const float *y, size_t n, float alpha);
  void (*f64)(double *out, const double *x, const double *y, size_t n, double alpha);
} sg_binary_scaled;
/// `out[r, c] = x[r, c] + bias[c]`.
typedef struct {
  void (*f32)(float *out, const float *x, const float *bias, size_t rows, size_t columns);
  void (*f64)(double *out, const double *x, const double *bias, size_t rows, size_t columns);
} sg_bias_add;

/// The bytes of a row of a panel: 64 columns of f32, 32 of f64.
#define SG_PANEL_BYTES 256

/// `out = addend + x w`, with `x` as `[rows, k]` and `w` as `[k, n]` in panels of c columns: `w[l, j]`
/// is at `packed[j / c * panel_stride + l * row_step + j % c]`, columns beyond the last being zero.
/// Each element is its addend and one sum for each 1024 terms, or for all where `x` has pieces: a
/// chain of multiply-adds over ascending `l` that starts from zero. `out` may be `addend` (of the
/// same stride, without ids) but not overlap anything else. Strides and offsets count elements.
typedef struct {
  /// Columns of `out`, and the length of the summed axis.
  size_t n, k;
  const void *packed;
  size_t panel_stride, row_step;
  /// `x[r, l]` is at `r x_stride + l x_step`.
  const void *x;
  size_t x_stride, x_step;
  /// NULL, or where each row of `x` begins, instead of at `r x_stride`.
  const ptrdiff_t *_Nullable row_offsets;
  /// NULL, or where in a row each piece of the summed axis begins, of `piece` terms that are
  /// `x_step` apart.
  const ptrdiff_t *_Nullable piece_offsets;
  size_t piece;
  void *out;
  size_t out_stride;
  /// NULL: zero. Stride 0: one row for all.
  const void *_Nullable addend;
  size_t addend_stride;
  /// With ids (at most one of the two), row `r` starts from row `ids[r]` of `addend`, or from zero
  /// where there is no such row among `addend_rows`.
  const int32_t *_Nullable ids_i32;
  const int64_t *_Nullable ids_i64;
  size_t addend_rows;
  /// Whether panels are read from the last to the first. Changes no bits.
  int descending;
} sg_packed_product;
/// Computes the rows and panels of the given ranges; the pointers are those of whole arrays. The
/// same bits for any division into rows and panels.
typedef void (*sg_packed_product_fn)(const sg_packed_product *product, size_t row_begin,
                                     size_t row_end, size_t panel_begin, size_t panel_end);
typedef struct {
  sg_packed_product_fn f32, f64;
} sg_packed_products;
/// A Philox4x32-10 stream: its key and the 128-bit counter at which it stands. See CRandom.h.
typedef struct {
  uint64_t key, position_low, position_high;
} sg_philox;

/// The loops of one instruction set.
typedef struct {
  /// "avx512", "avx2" or "portable".
  const char *name;

  // Unary. Integer neg, abs and square wrap; relu(-0.0) = -0.0; NaN propagates; rint rounds half
  // to even. exp, expm1, log, log1p, sin, cos, tan, tanh, sigmoid, softplus and erf of f32, and
  // most of them of f64, are vector code within 4 ulp; the others are the C library's.
  sg_unary identity, neg, abs, sign, square, sqrt, rsqrt, reciprocal;
  sg_unary exp, expm1, log, log1p;
  sg_unary sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh;
  sg_unary sigmoid, softplus, softsign, erf, erfc, lgamma, relu, relu6, elu, selu;
  sg_unary floor, ceil, rint;
  sg_unary logical_not;             // boolean
  sg_unary isnan, isinf, isfinite;  // to boolean

  // Arithmetic. Integer loops wrap and never trap: a zero divisor gives 0, which callers exclude
  // with sg_find_zero. `div` is for floating point; integers have truncate_div and floor_div.
  // `pow` of a negative integer exponent gives 0, which callers exclude with sg_find_negative.
  sg_binary add, sub, mul, div, floor_div, floor_mod, truncate_div, truncate_mod;
  sg_binary maximum, minimum, pow, squared_difference, atan2;
  // div_no_nan: x / y, 0 where y is 0; mul_no_nan: x y, 0 where y is 0 whatever x is;
  // xdivy: x / y, and xlogy: x log(y), 0 where x is 0 whatever y is.
  sg_binary div_no_nan, mul_no_nan, xdivy, xlogy;
  // Gradients, operands in the order of TensorFlow's definitions: (y, dy) ...
  sg_binary tanh_grad, sigmoid_grad, sqrt_grad, rsqrt_grad, reciprocal_grad;
  // ... (dy, x) ...
  sg_binary relu_grad, relu6_grad, softplus_grad, softsign_grad;
  // ... and (dy, y).
  sg_binary elu_grad, selu_grad;

  // Comparisons, to boolean.
  sg_binary equal, not_equal, less, less_equal, greater, greater_equal;
  sg_binary logical_and, logical_or;  // boolean

  sg_select select;
  /// `cast[from][to]`, see `sg_cast`.
  sg_unary_fn _Nonnull cast[6][6];

  // Reductions; any and all are boolean.
  sg_reduction sum, prod, max, min, any, all;
  sg_column_reduction sum_columns, prod_columns, max_columns, min_columns, any_columns,
      all_columns;
  sg_arg_i32 argmax_i32, argmin_i32;
  sg_arg_i64 argmax_i64, argmin_i64;

  sg_rows softmax, log_softmax;
  sg_dense_cross_entropy dense_cross_entropy;
  sg_sparse_cross_entropy sparse_cross_entropy;

  sg_apply_adam apply_adam;
  sg_apply_momentum apply_momentum;
  /// `(var, g, lr)`: `var - lr g`.
  sg_binary_scaled apply_gradient_descent;
  /// `x + alpha y`.
  sg_binary_scaled add_scaled;
  /// `x > 0 ? x : alpha x`.
  sg_unary_scaled leaky_relu;
  /// `(dy, x)`: `x > 0 ? dy : alpha dy`.
  sg_binary_scaled leaky_relu_grad;
  sg_bias_add bias_add;
  sg_packed_products packed_product;

  /// The four words of each of `count` counters, `stride` apart, that begin `first` after the
  /// stream's.
  void (*philox)(const sg_philox *stream, uint64_t first, uint64_t stride, uint32_t *out,
                 size_t count);
} sg_kernels;

/// The loops of the instruction set that the environment variable STATICGRAPH_INSTRUCTION_SET names
/// ("avx512", "avx2" or "portable"), if this machine has it, else of the best one that it has. Read
/// once, when the program starts.
const sg_kernels *sg_best_kernels(void);
/// The loops of each instruction set that this machine has, the best first, up to a NULL.
const sg_kernels *_Nullable const *_Nonnull sg_all_kernels(void);

/// The loop that casts `from` to `to`. A floating-point value is truncated; one that an int32 or
/// int64 cannot hold, or NaN, gives the type's least value. To uint8 the low byte of the value as
/// int32 (int64 from int64) is taken. To boolean: whether it is not zero.
sg_unary_fn sg_cast(const sg_kernels *kernels, sg_dtype from, sg_dtype to);

/// The index of the first zero, or `n`.
size_t sg_find_zero_i32(const int32_t *x, size_t n);
size_t sg_find_zero_i64(const int64_t *x, size_t n);
size_t sg_find_zero_u8(const uint8_t *x, size_t n);
/// The index of the first negative value, or `n`.
size_t sg_find_negative_i32(const int32_t *x, size_t n);
size_t sg_find_negative_i64(const int64_t *x, size_t n);

#pragma clang assume_nonnull end
