/* SPDX-License-Identifier: MIT */
/* y = x W^T + b, by tiles of y: each of its elements is a dot product of two rows, of which a
 * vector register sums every LANES-th term. So both matrices are read as they lie, in vectors, and
 * only at the end the lanes are added. A tile of 4 x 6 takes 10 loads for 24 multiplications. */
#include "cpu/kernels/dense_products.h"

/* The largest tile: as many sums as leave registers for a vector of each row of x and one of W. */
#if TG_VECTOR_BYTES == 64
enum { ROWS = 4, COLUMNS = 6 };
#elif TG_VECTOR_BYTES == 32
enum { ROWS = 3, COLUMNS = 4 };
#else
enum { ROWS = 2, COLUMNS = 4 };
#endif

/* Longer rows are taken in blocks of so many terms, so that those of a tile stay in the first-level
 * cache; and so many bytes of W are used for all rows of x before the next ones. */
enum { TERMS = 1024, CACHED_BYTES = 16 * 1024 };

typedef struct tile {
    size_t terms;
    const float *x, *w;
    size_t row;         /* of x and W */
    const float *start; /* what the dot products are added to; NULL: 0 */
    size_t start_row;
    float *y;
    size_t y_row;
} tile;

/* sums[i][j] += x_i . w_j over one vector of terms. */
TG_INLINE void add_terms(size_t rows, size_t columns, const tile *t, size_t term, size_t count,
                         vec sums[ROWS][COLUMNS]) {
    vec x[ROWS];
    TG_UNROLL
    for (size_t i = 0; i < rows; i++) x[i] = load_some(t->x + i * t->row + term, count);
    TG_UNROLL
    for (size_t j = 0; j < columns; j++) {
        const vec w = load_some(t->w + j * t->row + term, count);
        TG_UNROLL
        for (size_t i = 0; i < rows; i++) sums[i][j] = x[i] * w + sums[i][j];
    }
}

/* `rows` and `columns` are known to the compiler. */
TG_INLINE void do_tile(size_t rows, size_t columns, const tile *t) {
    vec sums[ROWS][COLUMNS];
    TG_UNROLL
    for (size_t i = 0; i < rows; i++) {
        TG_UNROLL
        for (size_t j = 0; j < columns; j++) sums[i][j] = all(0);
    }
    if (t->start) {
        /* In the first lane, which costs nothing. */
        TG_UNROLL
        for (size_t i = 0; i < rows; i++) {
            TG_UNROLL
            for (size_t j = 0; j < columns; j++) sums[i][j] = (vec){t->start[i * t->start_row + j]};
        }
    }
    const size_t whole = t->terms / LANES * LANES;
    for (size_t term = 0; term < whole; term += LANES)
        add_terms(rows, columns, t, term, LANES, sums);
    if (whole < t->terms) add_terms(rows, columns, t, whole, t->terms - whole, sums);

    enum { GROUPS = (ROWS * COLUMNS + LANES - 1) / LANES };
    vec flat[GROUPS * LANES];
    TG_UNROLL
    for (size_t i = 0; i < GROUPS * LANES; i++)
        flat[i] = i < rows * columns ? sums[i / columns][i % columns] : all(0);
    float dots[GROUPS * LANES];
    TG_UNROLL
    for (size_t i = 0; i < GROUPS; i++)
        if (i * LANES < rows * columns) store(dots + i * LANES, sum_each(flat + i * LANES));
    TG_UNROLL
    for (size_t i = 0; i < rows; i++)
        memcpy(t->y + i * t->y_row, dots + i * columns, columns * sizeof(float));
}

#define TILE(rows, columns)                                                                        \
    case (rows)*8 + (columns):                                                                     \
        do_tile(rows, columns, t);                                                                 \
        return;
#define TILES(rows) TILE(rows, 4) TILE(rows, 2) TILE(rows, 1)

static void choose_tile(size_t rows, size_t columns, const tile *t) {
    switch (rows * 8 + columns) {
#if TG_VECTOR_BYTES == 64
        TILE(4, 6)
        TILE(2, 6)
        TILE(1, 6)
        TILES(4)
#elif TG_VECTOR_BYTES == 32
        TILES(3)
#endif
        TILES(2)
        TILES(1)
    default:
        return;
    }
}

void TG_KERNEL(tg_dense_dots)(size_t n, size_t in, size_t out, const float *x, const float *w,
                              const float *b, float *y, size_t y_row) {
    tile t = {.row = in, .y_row = y_row};
    size_t term = 0;
    do {
        t.terms = block_size(TERMS, in - term);
        t.start_row = term > 0 ? y_row : 0;
        size_t cached = CACHED_BYTES / sizeof(float) / (t.terms + 1) / COLUMNS * COLUMNS;
        if (cached < COLUMNS) cached = COLUMNS;
        for (size_t first = 0; first < out; first += cached) {
            const size_t last = first + smaller(cached, out - first);
            for (size_t i = 0, rows; i < n; i += rows) {
                rows = tile_size(ROWS, n - i);
                for (size_t j = first, columns; j < last; j += columns) {
                    columns = tile_size(COLUMNS, last - j);
                    t.x = x + i * in + term;
                    t.w = w + j * in + term;
                    t.y = y + i * y_row + j;
                    t.start = term > 0 ? t.y : b ? b + j : NULL;
                    choose_tile(rows, columns, &t);
                }
            }
        }
        term += t.terms;
    } while (term < in);
}
