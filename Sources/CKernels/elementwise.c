#include "CElementwise.h"

#include <string.h>

static inline char *address(const sg_place *place, void *const *arrays, char *scratch, size_t row,
                            size_t column) {
  if (place->array < 0) return scratch + place->offset;
  return (char *)arrays[place->array] + place->offset + (ptrdiff_t)row * place->row_stride +
         (ptrdiff_t)column * place->column_stride;
}

static void run_tile(const sg_elementwise *program, void *const *arrays, char *scratch, size_t row,
                     size_t column, size_t rows, size_t columns) {
  for (size_t i = 0; i < program->step_count; i++) {
    const sg_elementwise_step *step = &program->steps[i];
    const sg_place *x = &step->operands[0], *y = &step->operands[1], *z = &step->operands[2];
    const size_t calls = step->row_by_row ? rows : 1;
    const size_t count = step->row_by_row ? columns : rows * columns;
    char *out = address(&step->out, arrays, scratch, row, column);
    char *p = address(x, arrays, scratch, row, column);
    if (step->arity == 0) {
      for (size_t r = 0; r < calls; r++) {
        memcpy(out, p, count * (size_t)x->column_stride);
        out += step->out.row_stride, p += x->row_stride;
      }
      continue;
    }
    if (step->arity == 1) {
      for (size_t r = 0; r < calls; r++) {
        step->unary(out, p, count);
        out += step->out.row_stride, p += x->row_stride;
      }
      continue;
    }
    char *q = address(y, arrays, scratch, row, column);
    if (step->arity == 2) {
      for (size_t r = 0; r < calls; r++) {
        step->binary(out, p, q, count, x->column_stride != 0, y->column_stride != 0);
        out += step->out.row_stride, p += x->row_stride, q += y->row_stride;
      }
      continue;
    }
    char *s = address(z, arrays, scratch, row, column);
    for (size_t r = 0; r < calls; r++) {
      step->select(out, (const uint8_t *)p, q, s, count, x->column_stride != 0,
                   y->column_stride != 0, z->column_stride != 0);
      out += step->out.row_stride, p += x->row_stride, q += y->row_stride, s += z->row_stride;
    }
  }
}

void sg_run_elementwise(const sg_elementwise *program, void *const *arrays, size_t row_begin,
                        size_t row_end, void *scratch) {
  for (size_t row = row_begin; row < row_end; row += program->tile_rows) {
    const size_t left = row_end - row;
    const size_t rows = left < program->tile_rows ? left : program->tile_rows;
    for (size_t column = 0; column < program->columns; column += program->tile_columns) {
      const size_t rest = program->columns - column;
      const size_t columns = rest < program->tile_columns ? rest : program->tile_columns;
      run_tile(program, arrays, scratch, row, column, rows, columns);
    }
  }
}
