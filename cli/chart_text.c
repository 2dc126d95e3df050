/* SPDX-License-Identifier: MIT */
/* Drawings for a terminal. There are no colours: series differ by their marks. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chart.h"
#include "report.h"

enum { HEIGHT = 15, MARGIN = 10, LEAST = 20, MOST = 100 };

/* Marks of the series, and of where both are; shades from nothing to all. */
static const char *const marks[2][4] = {{" ", "•", "×", "◆"}, {" ", "o", "x", "*"}};
static const char *const shades[2][5] = {{" ", "░", "▒", "▓", "█"}, {" ", ".", ":", "+", "#"}};

/* The value of a series at x, between its points; beside a gap that of a point so near; NaN in it.
 */
static double value_at(const chart *own, const double *y, double x, double near) {
    size_t i = 1;
    while (i < own->count && own->x[i] < x) ++i;
    if (i >= own->count) return y[own->count - 1];
    const double before = own->x[i - 1], part = (x - before) / (own->x[i] - before);
    const double value = part <= 0   ? y[i - 1]
                         : part >= 1 ? y[i]
                                     : y[i - 1] + part * (y[i] - y[i - 1]);
    if (!isnan(value)) return value;
    return x - before <= near && !isnan(y[i - 1]) ? y[i - 1] : own->x[i] - x <= near ? y[i] : value;
}

/* Draws a series as a line without holes: each column reaches to the one before. */
static void plot_series(const chart *own, size_t s, const axis *y, size_t width,
                        unsigned char cells[HEIGHT][MOST]) {
    const axis x = chart_x_axis(own);
    const double step = (x.high - x.low) / (double)(width - 1);
    int before = -1;
    for (size_t column = 0; column < width; ++column) {
        if (own->count == 1 && column > 0) break;
        const double at = x.low + step * (double)column;
        const double value = value_at(own, own->series[s].y, at, 0.5 * step);
        if (isnan(value)) {
            before = -1;
            continue;
        }
        const int row = (int)lround((value - y->low) / (y->high - y->low) * (HEIGHT - 1));
        int from = row;
        if (before >= 0 && before != row) from = before < row ? before + 1 : before - 1;
        for (int r = from;; r += from < row ? 1 : -1) {
            cells[r][column] |= (unsigned char)(1u << s);
            if (r == row) break;
        }
        before = row;
    }
}

void chart_text(const chart *own, size_t columns, bool ascii, FILE *file) {
    unsigned char cells[HEIGHT][MOST] = {{0}};
    const axis y = chart_y_axis(own);
    const axis x = chart_x_axis(own);
    size_t width = columns > MARGIN + 1 + LEAST ? columns - MARGIN - 1 : LEAST;
    if (width > MOST) width = MOST;
    for (size_t s = 0; s < own->series_count; ++s) plot_series(own, s, &y, width, cells);
    fprintf(file, "%s:", own->title);
    for (size_t s = 0; s < own->series_count; ++s) {
        fprintf(file, " %s %s", marks[ascii][s + 1], own->series[s].name);
    }
    if (own->series_count > 1) fprintf(file, " %s both", marks[ascii][3]);
    fputc('\n', file);
    for (int row = HEIGHT - 1; row >= 0; --row) {
        if (row % 7 == 0)
            fprintf(file, "%*.4g %s", MARGIN - 1,
                    y.low + (y.high - y.low) * (double)row / (HEIGHT - 1), ascii ? "|" : "┤");
        else
            fprintf(file, "%*s%s", MARGIN, "", ascii ? "|" : "│");
        int last = (int)width - 1;
        while (last >= 0 && !cells[row][last]) --last;
        for (int c = 0; c <= last; ++c) fputs(marks[ascii][cells[row][c]], file);
        fputc('\n', file);
    }
    char right[32];
    const int wide = snprintf(right, sizeof right, "%s %.6g", own->x_label, x.high);
    fprintf(file, "%*s%-*.6g%s\n", MARGIN + 1, "", (int)width - wide, x.low, right);
}

static int digits(size_t value) {
    return snprintf(NULL, 0, "%zu", value);
}

/* With the counts where they fit, else the shades alone. */
void confusion_text(const confusion *matrix, size_t columns, bool ascii, FILE *file) {
    const size_t k = matrix->classes;
    int first = 0, widest = 1;
    for (size_t i = 0; i < k; ++i) {
        const int own = text_width(matrix->names[i]);
        if (own > first) first = own;
    }
    for (size_t i = 0; i < k * k; ++i) {
        if (digits(matrix->cells[i]) > widest) widest = digits(matrix->cells[i]);
    }
    const int cell = (first > widest ? first : widest) + 4; /* a sign and a space behind it */
    const bool counts = (size_t)first + k * (size_t)cell <= columns;
    fprintf(file, "Confusion: a row for each true class, a column for each predicted one%s\n",
            counts ? "" : ", in the same order");
    if (counts) {
        fprintf(file, "%*s", first, "");
        for (size_t i = 0; i < k; ++i) {
            fprintf(file, "%*s", cell - 2 - text_width(matrix->names[i]), "");
            print_name(file, matrix->names[i], 0);
            fputs("  ", file);
        }
        fputc('\n', file);
    }
    for (size_t row = 0; row < k; ++row) {
        print_name(file, matrix->names[row], first);
        fputs(counts ? "" : " |", file);
        for (size_t i = 0; i < k; ++i) {
            const double share = confusion_share(matrix, row, i);
            const char *shade = shades[ascii][share > 0 ? (int)fmax(1, round(4 * share)) : 0];
            if (counts)
                fprintf(file, "%*zu %s", cell - 2, matrix->cells[row * k + i], shade);
            else
                fputs(shade, file);
        }
        fputs(counts ? "\n" : "|\n", file);
    }
    fprintf(file, "%s of its row: none, then about %s 1/4 %s 1/2 %s 3/4 %s all\n",
            counts ? "The sign behind a number tells what part it is" : "A sign tells the part",
            shades[ascii][1], shades[ascii][2], shades[ascii][3], shades[ascii][4]);
}
