/* SPDX-License-Identifier: MIT */
/* c = a b, by tiles of c: each of a tile's vectors is a piece of a row of c, to which every term
 * adds an element of a times a piece of a row of b. b comes in panels (dense_panel.h), unless it is
 * used too seldom to be worth a copy. What is done with a tile in the end, storing or the step of
 * SGD, the compiler knows: `finish`. */
#include "cpu/kernels/dense_panel.h"
#include "cpu/kernels/dense_products.h"
#include "cpu/kernels/sgd.h"

/* The largest tile: as many sums as leave registers for a row of the panel and an element of a. A
 * tile one vector wide has MOST_ROWS rows: fewer sums would wait for each other. */
#if TG_VECTOR_BYTES == 64
enum { ROWS = 8, VECTORS = 3 };
#elif TG_VECTOR_BYTES == 32
enum { ROWS = 4, VECTORS = 3 };
#else
enum { ROWS = 4, VECTORS = 2 };
#endif
enum { MOST_ROWS = 8 };

/* A panel has at most so many terms; and so many rows of a are multiplied by one panel after the
 * other before the next rows: they stay in the second-level cache. */
enum { TERMS = 256, BLOCK_ROWS = 1024 };

/* What is done with a tile: it is stored; w -= rate * tile; or the step of SGD with all it may
 * have. */
enum finish { STORE, PLAIN_STEP, STEP };

/* What is done with one panel. The rows of c and its like lie c_row apart. */
typedef struct work {
    size_t rows, terms;
    const float *a;
    size_t a_row, a_term;
    const float *b;
    size_t b_row;
    const float *start; /* what the product is added to; NULL: 0 */
    size_t start_row;
    float *c, *weight, *velocity;
    size_t c_row;
    tg_sgd_factors sgd;
} work;

TG_INLINE void step_part(const work *w, size_t place, size_t count, vec gradient) {
    vec velocity = all(0), weight = load_some(w->weight + place, count);
    if (w->velocity) {
        velocity = load_some(w->velocity + place, count);
        weight = sgd_update(&w->sgd, true, gradient, &velocity, weight);
        store_some(w->velocity + place, count, velocity);
    } else {
        weight = sgd_update(&w->sgd, false, gradient, NULL, weight);
    }
    store_some(w->weight + place, count, weight);
}

/* `finish`, `rows` and `vectors` are known to the compiler; and `last`, the lanes of the last
 * vector, where all are used. */
TG_INLINE void do_tile(enum finish finish, size_t rows, size_t vectors, size_t last, const work *w,
                       size_t i) {
    vec sums[MOST_ROWS][VECTORS];
    TG_UNROLL
    for (size_t r = 0; r < rows; r++) {
        TG_UNROLL
        for (size_t v = 0; v < vectors; v++) sums[r][v] = all(0);
    }
    if (w->start) {
        const float *start = w->start + i * w->start_row;
        TG_UNROLL
        for (size_t r = 0; r < rows; r++) {
            TG_UNROLL
            for (size_t v = 0; v < vectors; v++)
                sums[r][v] = load_some(start + r * w->start_row + v * LANES,
                                       v + 1 < vectors ? LANES : last);
        }
    }
    const float *a = w->a + i * w->a_row, *b = w->b;
    const size_t a_row = w->a_row, a_term = w->a_term, b_row = w->b_row;
    for (size_t term = w->terms; term > 0; term--, a += a_term, b += b_row) {
        vec row[VECTORS];
        TG_UNROLL
        for (size_t v = 0; v < vectors; v++) row[v] = load(b + v * LANES);
        TG_UNROLL
        for (size_t r = 0; r < rows; r++) {
            const vec factor = all(a[r * a_row]);
            TG_UNROLL
            for (size_t v = 0; v < vectors; v++) sums[r][v] = factor * row[v] + sums[r][v];
        }
    }
    /* A load of a part of a vector waits for stores of parts beside it: loads come first then. */
    const bool parts_step = finish == PLAIN_STEP && last < LANES;
    TG_UNROLL
    for (size_t r = 0; r < rows && parts_step; r++)
        sums[r][0] = load_first(w->weight + (i + r) * w->c_row, last) - w->sgd.rate * sums[r][0];
    TG_UNROLL
    for (size_t r = 0; r < rows; r++) {
        TG_UNROLL
        for (size_t v = 0; v < vectors; v++) {
            const size_t place = (i + r) * w->c_row + v * LANES;
            const size_t count = v + 1 < vectors ? LANES : last;
            if (finish == STORE)
                store_some(w->c + place, count, sums[r][v]);
            else if (finish == STEP)
                step_part(w, place, count, sums[r][v]);
            else if (parts_step)
                store_first(w->weight + place, last, sums[r][v]);
            else
                store(w->weight + place, load(w->weight + place) - w->sgd.rate * sums[r][v]);
        }
    }
}

/* `finish` and `vectors` are known to the compiler. */
TG_INLINE void do_rows(enum finish finish, size_t vectors, size_t last, const work *shared) {
    /* A copy that no store to c can change, so that the compiler keeps it in registers. */
    const work own = *shared, *const w = &own;
    const size_t most = vectors == 1 ? MOST_ROWS : ROWS;
    size_t i = 0;
    for (; i + most <= w->rows; i += most) do_tile(finish, most, vectors, last, w, i);
    if (most > 4 && i + 4 <= w->rows) {
        do_tile(finish, 4, vectors, last, w, i);
        i += 4;
    }
    if (i + 2 <= w->rows) {
        do_tile(finish, 2, vectors, last, w, i);
        i += 2;
    }
    if (i < w->rows) do_tile(finish, 1, vectors, last, w, i);
}

TG_INLINE void do_panel(enum finish finish, size_t columns, const work *w) {
    if (columns == VECTORS * LANES)
        do_rows(finish, VECTORS, LANES, w);
    else if (VECTORS > 2 && columns == 2 * LANES)
        do_rows(finish, 2, LANES, w);
    else if (columns == LANES)
        do_rows(finish, 1, LANES, w);
    else
        do_rows(finish, 1, columns, w);
}

static void store_panel(size_t columns, const work *w) {
    do_panel(STORE, columns, w);
}

static void plain_step_panel(size_t columns, const work *w) {
    do_panel(PLAIN_STEP, columns, w);
}

static void step_panel(size_t columns, const work *w) {
    do_panel(STEP, columns, w);
}

/* Whether to copy a panel that could be read where it is. Read for many rows of a, it must stay in
 * the first-level cache, where rows that lie a large power of two apart drive out each other. */
TG_INLINE bool is_worth_a_copy(const work *w, size_t b_row) {
    enum { MANY_ROWS = 16, MANY_TERMS = 128, COLLIDING = 128 };
    return w->rows >= MANY_ROWS && (w->terms > MANY_TERMS || b_row % COLLIDING == 0);
}

/* Columns for the next panel: of whole vectors, or of a part of one. Rather twice 2 vectors than 3
 * and 1. */
TG_INLINE size_t panel_columns(size_t left) {
    if (left < LANES) return left;
    const size_t vectors = left / LANES;
    return smaller(vectors, vectors == 4 ? 2 : VECTORS) * LANES;
}

/* finish_panel is for the panels with the last terms. */
static void multiply(const tg_product *p, bool transposed, const float *bias, work *w,
                     void (*finish_panel)(size_t columns, const work *w)) {
    _Alignas(64) float panel[TERMS * VECTORS * LANES];
    float *const weight = w->weight, *const velocity = w->velocity;
    w->a_row = p->a_row;
    w->a_term = p->a_term;
    w->c_row = p->c_row;
    for (size_t i = 0; i < p->m; i += w->rows) {
        w->rows = block_size(BLOCK_ROWS, p->m - i);
        size_t term = 0;
        do {
            w->terms = block_size(TERMS, p->k - term);
            w->a = p->a + i * p->a_row + term * p->a_term;
            for (size_t j = 0, columns; j < p->n; j += columns) {
                columns = panel_columns(p->n - j);
                const size_t place = i * p->c_row + j;
                const float *const b = p->b +
                                       (transposed ? j * p->b_row + term : term * p->b_row + j);
                w->b = panel;
                w->b_row = columns < LANES ? LANES : columns;
                if (transposed) {
                    transpose_panel(w->terms, columns, b, p->b_row, panel);
                } else if (columns < LANES || is_worth_a_copy(w, p->b_row)) {
                    copy_panel(w->terms, columns, b, p->b_row, panel);
                } else {
                    w->b = b;
                    w->b_row = p->b_row;
                }
                w->c = p->c ? p->c + place : NULL;
                w->start = term > 0 ? w->c : bias ? bias + j : NULL;
                w->start_row = term > 0 ? p->c_row : 0;
                w->weight = weight ? weight + place : NULL;
                w->velocity = velocity ? velocity + place : NULL;
                (term + w->terms == p->k ? finish_panel : store_panel)(columns, w);
            }
            term += w->terms;
        } while (term < p->k);
    }
    w->b = NULL; /* the panel ends here */
}

void TG_KERNEL(tg_dense_multiply)(const tg_product *product, bool transposed, const float *bias) {
    work w = {.weight = NULL};
    multiply(product, transposed, bias, &w, store_panel);
}

/* The plain step with one term, a batch of one: all the work is to read and write the weights,
 * which goes fastest in their order. */
static void step_rows(const tg_product *p, float rate, float *weight) {
    const size_t whole = p->n / LANES * LANES;
    for (size_t i = 0; i < p->m; i++) {
        float *row = weight + i * p->c_row;
        const vec factor = all(rate * p->a[i * p->a_row]);
        for (size_t j = 0; j < whole; j += LANES)
            store(row + j, load(row + j) - factor * load(p->b + j));
        if (whole < p->n)
            store_first(row + whole, p->n - whole,
                        load_first(row + whole, p->n - whole) -
                            factor * load_first(p->b + whole, p->n - whole));
    }
}

void TG_KERNEL(tg_dense_multiply_step)(const tg_product *product, const tg_sgd_factors *sgd,
                                       float *weight, float *velocity) {
    work w = {.weight = weight, .velocity = velocity, .sgd = *sgd};
    const bool plain = !velocity && sgd->l2 == 0 && sgd->keep == 1;
    if (plain && product->k == 1)
        step_rows(product, sgd->rate, weight);
    else
        multiply(product, false, NULL, &w, plain ? plain_step_panel : step_panel);
}
