/* SPDX-License-Identifier: MIT */
/* Panels: a few columns of a matrix b, copied so that their rows lie behind one another, each of
 * `vectors` vectors, with zeros beyond the last column. They are read in whole vectors, whatever
 * the number of columns, and from the first-level cache, whatever the distance of the rows. */
#ifndef TG_CPU_KERNELS_DENSE_PANEL_H
#define TG_CPU_KERNELS_DENSE_PANEL_H

#include "cpu/kernels/vector.h"

/* Lane j of rows[i] and lane i of rows[j] change places: in each quarter the lanes of 4 rows, and
 * then the quarters in the same way. */
TG_INLINE void transpose(vec rows[LANES]) {
    vec squares[LANES];
    TG_UNROLL
    for (size_t i = 0; i < LANES; i += 4) {
        const vec even = TG_EVEN_OF_4(rows[i], rows[i + 1]),
                  odd = TG_ODD_OF_4(rows[i], rows[i + 1]);
        const vec even_2 = TG_EVEN_OF_4(rows[i + 2], rows[i + 3]);
        const vec odd_2 = TG_ODD_OF_4(rows[i + 2], rows[i + 3]);
        squares[i] = TG_EVEN_OF_4(even, even_2);
        squares[i + 1] = TG_EVEN_OF_4(odd, odd_2);
        squares[i + 2] = TG_ODD_OF_4(even, even_2);
        squares[i + 3] = TG_ODD_OF_4(odd, odd_2);
    }
    TG_UNROLL
    for (size_t i = 0; i < 4; i++) {
#if TG_VECTOR_BYTES == 64
        const vec even = TG_EVEN_QUARTERS(squares[i], squares[4 + i]);
        const vec odd = TG_ODD_QUARTERS(squares[i], squares[4 + i]);
        const vec even_2 = TG_EVEN_QUARTERS(squares[8 + i], squares[12 + i]);
        const vec odd_2 = TG_ODD_QUARTERS(squares[8 + i], squares[12 + i]);
        rows[i] = TG_EVEN_QUARTERS(even, even_2);
        rows[4 + i] = TG_EVEN_QUARTERS(odd, odd_2);
        rows[8 + i] = TG_ODD_QUARTERS(even, even_2);
        rows[12 + i] = TG_ODD_QUARTERS(odd, odd_2);
#elif TG_VECTOR_BYTES == 32
        rows[i] = TG_EVEN_QUARTERS(squares[i], squares[4 + i]);
        rows[4 + i] = TG_ODD_QUARTERS(squares[i], squares[4 + i]);
#else
        rows[i] = squares[i];
#endif
    }
}

/* The number of vectors is known to the compiler. */
TG_INLINE void copy_vectors(size_t terms, size_t vectors, const float *b, size_t b_row,
                            float *panel) {
    for (size_t t = 0; t < terms; t++, b += b_row, panel += vectors * LANES) {
        TG_UNROLL
        for (size_t v = 0; v < vectors; v++) store(panel + v * LANES, load(b + v * LANES));
    }
}

/* `terms` rows of `columns` columns of b: 1 to 3 whole vectors, or a part of one. */
TG_INLINE void copy_panel(size_t terms, size_t columns, const float *b, size_t b_row,
                          float *panel) {
    if (columns == 3 * LANES)
        copy_vectors(terms, 3, b, b_row, panel);
    else if (columns == 2 * LANES)
        copy_vectors(terms, 2, b, b_row, panel);
    else if (columns == LANES)
        copy_vectors(terms, 1, b, b_row, panel);
    else
        for (size_t t = 0; t < terms; t++)
            store(panel + t * LANES, load_first(b + t * b_row, columns));
}

/* The same where b is given as its transposed: b_row is the distance of its columns. The panel has
 * room for a multiple of LANES rows. */
TG_INLINE void transpose_panel(size_t terms, size_t columns, const float *b, size_t b_row,
                               float *panel) {
    const size_t panel_row = columns < LANES ? LANES : columns;
    for (size_t column = 0; column < columns; column += LANES)
        for (size_t t = 0; t < terms; t += LANES) {
            const size_t left = terms - t;
            vec square[LANES];
            TG_UNROLL
            for (size_t i = 0; i < LANES; i++) {
                const float *p = b + (column + i) * b_row + t;
                square[i] = column + i >= columns ? all(0)
                            : left < LANES        ? load_first(p, left)
                                                  : load(p);
            }
            transpose(square);
            TG_UNROLL
            for (size_t i = 0; i < LANES; i++)
                store(panel + (t + i) * panel_row + column, square[i]);
        }
}

#endif
