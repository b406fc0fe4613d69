// Products with a packed right-hand side; see sg_packed_product.
//
// A tile of up to TILE_ROWS rows by a few vectors of columns stays in registers while the summed
// axis runs. An element is its addend and one sum for each DEPTH terms, a chain of multiply-adds in
// ascending order that starts from zero, whatever tile it falls into: its bits depend neither on
// the rows nor on the columns that are computed with it. Sums of their own keep the error of a long
// axis small: it grows with the number of sums, not of terms.

#define PANEL_COLUMNS(T) (SG_PANEL_BYTES / sizeof(T##_t))
#define PANEL_VECTORS (SG_PANEL_BYTES / BYTES)
// With 32 registers, six rows of four vectors: each weight that is loaded serves six rows, each
// factor that is broadcast 64 columns. With 16, six rows of two vectors. No more rows than the
// first-level cache has ways: rows of `x` that lie a power of two apart share their cache set.
#define TILE_ROWS 6
#if BYTES == 64
#define TILE_VECTORS(rows) PANEL_VECTORS
#else
// One or two rows leave room for whole lines of a panel: they are as fast as memory.
#define TILE_VECTORS(rows) ((rows) > 2 ? 2 : 8 / (rows))
#endif
// Terms of the summed axis, and rows of `x`, that are worked on at a time: their part of `x` and a
// panel stay in the second-level cache. The columns of a packed left-hand side are one slab.
#define DEPTH 1024
// A line of the cache, and __builtin_prefetch's word for its second level.
#define LINE_BYTES 64
#define SECOND_LEVEL 2
// Tiles of fewer rows are as fast as memory: they have nothing to do while a line is fetched.
#define FETCHING_ROWS 4
#define SLAB_ROWS (11 * TILE_ROWS)

#define UNROLL _Pragma("clang loop unroll(full)")

// Tiles by their height; the first entry is not used.
#define TILES(T, name, vectors)                                                               \
  DEFINE_TILE(T, name, vectors, 1)                                                            \
  DEFINE_TILE(T, name, vectors, 2)                                                            \
  DEFINE_TILE(T, name, vectors, 3)                                                            \
  DEFINE_TILE(T, name, vectors, 4)                                                            \
  DEFINE_TILE(T, name, vectors, 5)                                                            \
  DEFINE_TILE(T, name, vectors, 6)                                                            \
  static const NAME(tile_fn_##T) NAME(name##_##T)[] = {                                       \
      NAME(name##_##T##_1), NAME(name##_##T##_1), NAME(name##_##T##_2), NAME(name##_##T##_3), \
      NAME(name##_##T##_4), NAME(name##_##T##_5), NAME(name##_##T##_6)};
#define DEFINE_TILE(T, name, vectors, rows)                                                   \
  static void NAME(name##_##T##_##rows)(T##_t *out, size_t out_stride,                        \
                                        const T##_t *const *starts, const T##_t *const *x,    \
                                        const T##_t *panel, const NAME(terms) * terms,        \
                                        const char *ahead) {                                  \
    NAME(tile_##T)(out, out_stride, starts, x, panel, terms, ahead, rows, vectors(rows));     \
  }
#define ONE_VECTOR(rows) 1
#define TWO_VECTORS(rows) 2

// The part of the summed axis that a tile works on: pieces of `length` terms that are `step`
// apart, at `offsets` from the start of a row; without offsets one piece at the start.
typedef struct {
  size_t pieces, length, step;
  const ptrdiff_t *offsets;
  // From one row of a panel to the next.
  size_t row_step;
} NAME(terms);

#define DEFINE_PACKED(T)                                                                      \
  typedef void (*NAME(tile_fn_##T))(T##_t *out, size_t out_stride,                            \
                                    const T##_t *const *starts, const T##_t *const *x,        \
                                    const T##_t *panel, const NAME(terms) * terms,            \
                                    const char *ahead);                                       \
  static inline __attribute__((always_inline)) void NAME(tile_##T)(                           \
      T##_t *out, size_t out_stride, const T##_t *const *starts, const T##_t *const *x,       \
      const T##_t *panel, const NAME(terms) * terms, const char *ahead, const size_t rows,    \
      const size_t vectors) {                                                                 \
    const size_t length = terms->length, step = terms->step, row_step = terms->row_step;      \
    V(T) sum[TILE_ROWS][PANEL_VECTORS];                                                       \
    const T##_t *row[TILE_ROWS];                                                              \
    UNROLL for (size_t i = 0; i < rows; i++) {                                                \
      row[i] = x[i];                                                                          \
      UNROLL for (size_t v = 0; v < vectors; v++) {                                           \
        __builtin_prefetch(starts[i] + v * LANES(T));                                         \
        sum[i][v] = (V(T)){0};                                                                \
      }                                                                                       \
    }                                                                                         \
    for (size_t piece = 0; piece < terms->pieces; piece++) {                                  \
      ptrdiff_t at = terms->offsets ? terms->offsets[piece] : 0;                              \
      for (size_t k = 0; k < length; k++) {                                                   \
        if (rows >= FETCHING_ROWS) __builtin_prefetch(ahead, 0, SECOND_LEVEL);                \
        V(T) weight[PANEL_VECTORS];                                                           \
        UNROLL for (size_t v = 0; v < vectors; v++) weight[v] = LOAD(T, panel + v * LANES(T));\
        UNROLL for (size_t i = 0; i < rows; i++) {                                            \
          const V(T) factor = (V(T))row[i][at];                                               \
          UNROLL for (size_t v = 0; v < vectors; v++) {                                       \
            sum[i][v] = factor * weight[v] + sum[i][v];                                       \
          }                                                                                   \
        }                                                                                     \
        at += step;                                                                           \
        /* One index for all rows: the compiler would step a pointer for each. */             \
        __asm__("" : "+r"(at));                                                               \
        panel += row_step;                                                                    \
        ahead += LINE_BYTES;                                                                  \
      }                                                                                       \
    }                                                                                         \
    UNROLL for (size_t i = 0; i < rows; i++) {                                                \
      UNROLL for (size_t v = 0; v < vectors; v++) {                                           \
        const V(T) start = LOAD(T, starts[i] + v * LANES(T));                                 \
        STORE(T, out + i * out_stride + v * LANES(T), start + sum[i][v]);                     \
      }                                                                                       \
    }                                                                                         \
  }                                                                                           \
  TILES(T, one_vector_tiles, ONE_VECTOR)                                                      \
  TILES(T, two_vector_tiles, TWO_VECTORS)                                                     \
  TILES(T, tiles, TILE_VECTORS)                                                               \
                                                                                              \
  /* The rows to which a slab's sums are added; NULL where they start from zero. */           \
  static inline void NAME(find_starts_##T)(const T##_t **starts, const sg_packed_product *p,  \
                                           size_t begin, size_t end) {                        \
    const T##_t *addend = p->addend;                                                          \
    for (size_t r = begin; r < end; r++) {                                                    \
      uint64_t row = r;                                                                       \
      if (p->ids_i32) row = (uint64_t)p->ids_i32[r];                                          \
      if (p->ids_i64) row = (uint64_t)p->ids_i64[r];                                          \
      const bool outside = (p->ids_i32 || p->ids_i64) && row >= p->addend_rows;               \
      starts[r - begin] = addend && !outside ? addend + row * p->addend_stride : NULL;        \
    }                                                                                         \
  }                                                                                           \
  /* A tile of `width` columns, of which the last may not exist: these are computed aside. */ \
  static inline void NAME(multiply_tile_##T)(                                                 \
      NAME(tile_fn_##T) tile, size_t rows, size_t width, size_t columns, T##_t *out,          \
      size_t out_stride, const T##_t *const *starts, size_t column, const T##_t *const *x,    \
      const T##_t *panel, const NAME(terms) * terms, const char *ahead) {                     \
    static const T##_t zeros[PANEL_COLUMNS(T)];                                               \
    const T##_t *from[TILE_ROWS];                                                             \
    if (columns >= width) {                                                                   \
      for (size_t i = 0; i < rows; i++) from[i] = starts[i] ? starts[i] + column : zeros;     \
      tile(out, out_stride, from, x, panel, terms, ahead);                                    \
      return;                                                                                 \
    }                                                                                         \
    T##_t block[TILE_ROWS][PANEL_COLUMNS(T)] = {{0}};                                         \
    for (size_t i = 0; i < rows; i++) {                                                       \
      from[i] = block[i];                                                                     \
      if (starts[i]) memcpy(block[i], starts[i] + column, columns * sizeof(T##_t));           \
    }                                                                                         \
    tile(block[0], PANEL_COLUMNS(T), from, x, panel, terms, ahead);                           \
    for (size_t i = 0; i < rows; i++) {                                                       \
      memcpy(out + i * out_stride, block[i], columns * sizeof(T##_t));                        \
    }                                                                                         \
  }                                                                                           \
  /* Some rows of one panel: `tiles` tiles, the first of which are one row higher. They       \
     fetch a part of the next panel each, so that its first tile finds it at hand. */         \
  static inline void NAME(multiply_panel_##T)(                                                \
      const sg_packed_product *p, size_t tiles, size_t height, size_t higher, T##_t *out,     \
      const T##_t *const *starts, size_t column, const T##_t *const *x, const T##_t *panel,   \
      const NAME(terms) * terms, const T##_t *next) {                                         \
    /* Once all of it is fetched, what is at hand already. */                                 \
    const size_t depth = terms->pieces * terms->length;                                       \
    const char *ahead = (const char *)next, *fetched = ahead + depth * SG_PANEL_BYTES;        \
    const size_t left = p->n - column, end = left < PANEL_COLUMNS(T) ? left : PANEL_COLUMNS(T);\
    for (size_t c = 0; c < end;) {                                                            \
      const size_t highest = height + (higher > 0);                                           \
      const NAME(tile_fn_##T) *functions = NAME(tiles_##T);                                   \
      size_t vectors = TILE_VECTORS(highest);                                                 \
      if (end - c <= 2 * LANES(T)) functions = NAME(two_vector_tiles_##T), vectors = 2;       \
      if (end - c <= LANES(T)) functions = NAME(one_vector_tiles_##T), vectors = 1;           \
      const size_t width = vectors * LANES(T);                                                \
      for (size_t t = 0, r = 0; t < tiles; t++) {                                             \
        const size_t rows = height + (t < higher);                                            \
        NAME(multiply_tile_##T)(functions[rows], rows, width, end - c,                        \
                                out + r * p->out_stride + column + c, p->out_stride,          \
                                starts + r, column + c, x + r, panel + c, terms, ahead);      \
        ahead += depth * LINE_BYTES;                                                          \
        if (ahead >= fetched) ahead = fetched = (const char *)panel;                          \
        r += rows;                                                                            \
      }                                                                                       \
      c += width;                                                                             \
    }                                                                                         \
  }                                                                                           \
  /* The same terms of the panel that comes next, also where another call computes it. */     \
  static inline const T##_t *NAME(neighbor_##T)(const sg_packed_product *p,                   \
                                                const T##_t *panel, size_t j) {               \
    const size_t last = p->descending ? 0 : (p->n - 1) / PANEL_COLUMNS(T);                    \
    if (j == last) return panel;                                                              \
    return p->descending ? panel - p->panel_stride : panel + p->panel_stride;                 \
  }                                                                                           \
  static void NAME(packed_product_##T)(const sg_packed_product *p, size_t row_begin,          \
                                       size_t row_end, size_t panel_begin,                    \
                                       size_t panel_end) {                                    \
    for (size_t slab = row_begin; slab < row_end; slab += SLAB_ROWS) {                        \
      const size_t rows = row_end - slab < SLAB_ROWS ? row_end - slab : SLAB_ROWS;            \
      const size_t tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;                                \
      T##_t *out = (T##_t *)p->out + slab * p->out_stride;                                    \
      const T##_t *starts[SLAB_ROWS], *x[SLAB_ROWS];                                          \
      NAME(find_starts_##T)(starts, p, slab, slab + rows);                                    \
      for (size_t r = 0; r < rows; r++) {                                                     \
        const size_t row = slab + r;                                                          \
        x[r] = (const T##_t *)p->x +                                                          \
               (p->row_offsets ? p->row_offsets[row] : (ptrdiff_t)(row * p->x_stride));       \
      }                                                                                       \
      size_t k = 0;                                                                           \
      do {                                                                                    \
        const size_t depth = p->piece_offsets || p->k - k < DEPTH ? p->k - k : DEPTH;         \
        const NAME(terms) terms = {                                                           \
            .pieces = p->piece_offsets ? depth / p->piece : 1,                                \
            .length = p->piece_offsets ? p->piece : depth,                                    \
            .step = p->x_step,                                                                \
            .offsets = p->piece_offsets,                                                      \
            .row_step = p->row_step};                                                         \
        for (size_t i = 0; i < panel_end - panel_begin; i++) {                                \
          const size_t j = p->descending ? panel_end - 1 - i : panel_begin + i;               \
          const T##_t *panel =                                                                \
              (const T##_t *)p->packed + j * p->panel_stride + k * p->row_step;               \
          NAME(multiply_panel_##T)(p, tiles, rows / tiles, rows % tiles, out, starts,         \
                                   j * PANEL_COLUMNS(T), x, panel, &terms,                    \
                                   NAME(neighbor_##T)(p, panel, j));                          \
        }                                                                                     \
        k += depth;                                                                           \
        for (size_t r = 0; r < rows; r++) {                                                   \
          starts[r] = out + r * p->out_stride;                                                \
          x[r] += depth * p->x_step;                                                          \
        }                                                                                     \
      } while (k < p->k);                                                                     \
    }                                                                                         \
  }
DEFINE_PACKED(f32)
DEFINE_PACKED(f64)
