// Straight-line programs of elementwise loops over rows, executed tile by tile so that what lies
// between two loops stays in the first-level cache.
#pragma once
#include "CKernels.h"

#pragma clang assume_nonnull begin

/// Where the values of a loop's operand or result stand. Strides and offsets count bytes.
typedef struct {
  /// The index of an array, or -1 for a register in the scratch memory.
  ptrdiff_t array;
  /// The first element: of the array's rows, or of the tile in the register.
  ptrdiff_t offset;
  ptrdiff_t row_stride;
  /// The size of an element, or 0 where all columns have one value.
  ptrdiff_t column_stride;
} sg_place;

/// One loop: a copy of its operand, or the function of its number of operands.
typedef struct {
  /// 0 for a copy, 1, 2, or 3 for a selection.
  int arity;
  union {
    sg_unary_fn _Nullable unary;
    sg_binary_fn _Nullable binary;
    sg_select_fn _Nullable select;
  };
  sg_place out;
  sg_place operands[3];
  /// Whether the rows of a tile do not follow each other in some operand or in the result.
  int row_by_row;
} sg_elementwise_step;

typedef struct {
  const sg_elementwise_step *steps;
  size_t step_count;
  size_t columns;
  /// A tile has either all columns or one row.
  size_t tile_rows, tile_columns;
} sg_elementwise;

/// Executes a program for some rows; `arrays` are the bases of whole arrays.
void sg_run_elementwise(const sg_elementwise *program, void *_Nonnull const *_Nonnull arrays,
                        size_t row_begin, size_t row_end, void *scratch);

#pragma clang assume_nonnull end
