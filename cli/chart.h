/* SPDX-License-Identifier: MIT */
/* Drawings of numbers: as SVG, and as text for a terminal. */
#ifndef CLI_CHART_H
#define CLI_CHART_H

#include <stdbool.h>
#include <stdio.h>

#include "log.h"

enum { MAX_SERIES = 2, MOST_TICKS = 12, SVG_WIDTH = 360, SVG_HEIGHT = 220 };

/* Lines over a common x. Nothing is owned. NaN leaves a gap. */
typedef struct chart {
    const char *title, *x_label;
    const double *x; /* `count`, rising */
    size_t count;
    bool whole; /* x are whole numbers */
    struct series {
        const char *name;
        const double *y;
    } series[MAX_SERIES];
    size_t series_count;
} chart;

/* The curves of a log: loss, accuracy and learning rate. They borrow `values`. */
enum { CURVES = 3 };
typedef struct curves {
    chart charts[CURVES];
    double *values; /* owned */
} curves;

/* False: out of memory. */
bool curves_create(const training_log *log, curves *made);
void curves_destroy(curves *made);

/* classes x classes counts: [true][predicted]. Nothing is owned. */
typedef struct confusion {
    size_t classes;
    const size_t *cells;
    const char *const *names; /* UTF-8 */
} confusion;

/* How large a cell is, as a part of its row: 0 to 1. */
double confusion_share(const confusion *matrix, size_t row, size_t column);

/* Darkness by column and row, the lowest row first: how values spread as epochs go by. */
typedef struct heat_map {
    const char *title, *description;
    const char *x_first, *x_last, *x_label;
    size_t columns, rows;
    const unsigned char *level; /* rows x columns, 0 to HEAT_LEVELS */
    size_t tick_count;
    struct heat_tick {
        double row;
        char text[16];
    } ticks[MOST_TICKS];
} heat_map;
enum { HEAT_LEVELS = 8 };

/* Colours and lines of all drawings, for a <style>. They follow the reader's light or dark. */
extern const char chart_style[];

/* An <svg> of SVG_WIDTH x SVG_HEIGHT at (0, y), with title and description; `id` makes the ids in
 * it different from others' on the page. Of more than 400 points some are left out, which the
 * description tells. */
void chart_svg(const chart *own, const char *id, size_t y, FILE *file);
void heat_map_svg(const heat_map *own, const char *id, FILE *file);

/* A file of its own. `count` charts below one another. */
void charts_svg_file(const chart *charts, size_t count, FILE *file);
void confusion_svg_file(const confusion *matrix, FILE *file);

/* For a terminal of so many columns; `ascii` takes no characters but those. */
void chart_text(const chart *own, size_t columns, bool ascii, FILE *file);
void confusion_text(const confusion *matrix, size_t columns, bool ascii, FILE *file);

/* ---- Between the two. ---- */

typedef struct axis {
    double low, high, step; /* ends and distance of the ticks */
} axis;

/* Round numbers around the values; about `ticks` steps. */
axis axis_around(double low, double high, int ticks, bool whole);

/* Where there is a tick: the multiples of the step from low to high. Returns how many. */
size_t axis_ticks(const axis *own, double ticks[MOST_TICKS]);

axis chart_x_axis(const chart *own);
axis chart_y_axis(const chart *own);

#endif
