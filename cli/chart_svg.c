/* SPDX-License-Identifier: MIT */
/* Drawings as SVG. */
#include <math.h>

#include "chart.h"
#include "html.h"
#include "report.h"

enum { LEFT = 48, RIGHT = 12, TOP = 34, BOTTOM = 34, MOST_POINTS = 400, CELL = 54 };

const char chart_style[] =
    ":root{color-scheme:light dark;--back:#fff;--text:#1a1a1a;--grid:#d5d8dd;--axis:#767676;"
    "--one:#1f5fbf;--two:#a84300;--heat:#1f5fbf}\n"
    "@media(prefers-color-scheme:dark){:root{--back:#16181c;--text:#e8e8e8;--grid:#363b44;"
    "--axis:#8a8f98;--one:#7db4ff;--two:#ffa66b;--heat:#7db4ff}}\n"
    ".chart{font:12px system-ui,sans-serif;fill:var(--text)}\n"
    ".chart .title{font-weight:600}.chart .end{text-anchor:end}.chart .middle{text-anchor:middle}\n"
    ".chart .grid{stroke:var(--grid)}.chart .axis{stroke:var(--axis)}\n"
    ".chart .line{fill:none;stroke-width:2;stroke-linejoin:round}\n"
    ".chart .s0{stroke:var(--one)}.chart .s1{stroke:var(--two);stroke-dasharray:5 3}\n"
    ".chart .dot{stroke-width:6;stroke-linecap:round;stroke-dasharray:none}\n"
    ".chart .heat{fill:var(--heat)}\n";

static double place_x(const axis *x, double value) {
    return LEFT + (value - x->low) / (x->high - x->low) * (SVG_WIDTH - LEFT - RIGHT);
}

static double place_y(const axis *y, double value) {
    return SVG_HEIGHT - BOTTOM -
           (value - y->low) / (y->high - y->low) * (SVG_HEIGHT - TOP - BOTTOM);
}

/* Points are left out by this step, but never the last one. */
static size_t point_step(const chart *own) {
    return (own->count + MOST_POINTS - 1) / MOST_POINTS;
}

static size_t points_drawn(const chart *own) {
    return own->count ? (own->count - 1) / point_step(own) + 1 : 0;
}

/* Of those that are drawn, which point is number i. */
static size_t point_drawn(const chart *own, size_t i) {
    return i + 1 == points_drawn(own) ? own->count - 1 : i * point_step(own);
}

/* What the lines tell, in words. */
static void describe(const chart *own, FILE *file) {
    for (size_t s = 0; s < own->series_count; ++s) {
        const double *y = own->series[s].y;
        size_t first = 0, last = own->count, low = 0, high = 0;
        while (first < own->count && isnan(y[first])) ++first;
        while (last > first && isnan(y[last - 1])) --last;
        fprintf(file, "%s%s: ", s ? " " : "", own->series[s].name);
        if (first == last) {
            fputs("no values.", file);
            continue;
        }
        low = high = first;
        for (size_t i = first; i < last; ++i) {
            if (y[i] < y[low]) low = i;
            if (y[i] > y[high]) high = i;
        }
        fprintf(file,
                "%.4g at %s %.6g, %.4g at %.6g; the lowest is %.4g at %.6g, the highest %.4g at "
                "%.6g.",
                y[first], own->x_label, own->x[first], y[last - 1], own->x[last - 1], y[low],
                own->x[low], y[high], own->x[high]);
    }
    if (point_step(own) > 1) fprintf(file, " One in %zu points is drawn.", point_step(own));
}

static void open_svg(const char *title, const char *id, size_t y, size_t height, FILE *file) {
    fprintf(file,
            "<svg class=\"chart\" y=\"%zu\" width=\"%d\" "
            "height=\"%zu\" viewBox=\"0 0 %d %zu\" role=\"img\" aria-labelledby=\"%s-title "
            "%s-text\">\n<title id=\"%s-title\">%s</title>\n<desc id=\"%s-text\">",
            y, SVG_WIDTH, height, SVG_WIDTH, height, id, id, id, title, id);
}

static void draw_axes(const chart *own, const axis *x, const axis *y, FILE *file) {
    double ticks[MOST_TICKS];
    const size_t rows = axis_ticks(y, ticks);
    for (size_t i = 0; i < rows; ++i) {
        fprintf(file,
                "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text class=\"end\" x=\"%d\" "
                "y=\"%.1f\">%.4g</text>\n",
                LEFT, place_y(y, ticks[i]), SVG_WIDTH - RIGHT, LEFT - 6, place_y(y, ticks[i]) + 4,
                ticks[i]);
    }
    const size_t columns = axis_ticks(x, ticks);
    for (size_t i = 0; i < columns; ++i) {
        fprintf(file,
                "<path class=\"axis\" d=\"M%.1f %dv4\"/><text class=\"middle\" x=\"%.1f\" "
                "y=\"%d\">%.6g</text>\n",
                place_x(x, ticks[i]), SVG_HEIGHT - BOTTOM, place_x(x, ticks[i]),
                SVG_HEIGHT - BOTTOM + 17, ticks[i]);
    }
    fprintf(file,
            "<path class=\"axis\" d=\"M%d %dH%d\"/><text class=\"end\" x=\"%d\" y=\"%d\">%s</text>"
            "\n",
            LEFT, SVG_HEIGHT - BOTTOM, SVG_WIDTH - RIGHT, SVG_WIDTH - RIGHT, SVG_HEIGHT - 3,
            own->x_label);
}

/* NaN where there is none. */
static double value_drawn(const chart *own, size_t s, size_t i) {
    return i < points_drawn(own) ? own->series[s].y[point_drawn(own, i)] : (double)NAN;
}

/* A point between two gaps is a dot. */
static void draw_line(const chart *own, size_t s, const axis *x, const axis *y, FILE *file) {
    for (int dots = 0; dots < 2; ++dots) {
        size_t drawn = 0;
        for (size_t i = 0; i < points_drawn(own); ++i) {
            const double value = value_drawn(own, s, i);
            const bool begins = isnan(value_drawn(own, s, i - 1));
            const bool ends = isnan(value_drawn(own, s, i + 1));
            if (isnan(value) || (begins && ends) != dots) continue;
            if (drawn++ == 0) {
                fprintf(file, "<path class=\"line s%zu%s\" d=\"", s, dots ? " dot" : "");
            }
            fprintf(file, "%c%.1f %.1f%s", begins ? 'M' : 'L',
                    place_x(x, own->x[point_drawn(own, i)]), place_y(y, value), dots ? "h0" : "");
        }
        if (drawn > 0) fputs("\"/>\n", file);
    }
}

static void draw_legend(const chart *own, FILE *file) {
    double at = SVG_WIDTH - RIGHT;
    for (size_t s = own->series_count; s-- > 0;) {
        const double width = 6.8 * text_width(own->series[s].name);
        fprintf(file,
                "<text class=\"end\" x=\"%.0f\" y=\"18\">%s</text><path class=\"line s%zu\" "
                "d=\"M%.0f 14h22\"/>\n",
                at, own->series[s].name, s, at - width - 24);
        at -= width + 36;
    }
}

void chart_svg(const chart *own, const char *id, size_t y, FILE *file) {
    const axis across = chart_x_axis(own), up = chart_y_axis(own);
    open_svg(own->title, id, y, SVG_HEIGHT, file);
    describe(own, file);
    fprintf(file, "</desc>\n<text class=\"title\" x=\"8\" y=\"18\">%s</text>\n", own->title);
    if (own->series_count > 1) draw_legend(own, file);
    draw_axes(own, &across, &up, file);
    for (size_t s = 0; s < own->series_count; ++s) draw_line(own, s, &across, &up, file);
    fputs("</svg>\n", file);
}

/* One path for each level; cells side by side become one rectangle. */
static void draw_level(const heat_map *own, unsigned level, double width, double height,
                       FILE *file) {
    fprintf(file, "<path class=\"heat\" fill-opacity=\"%.3g\" d=\"", (double)level / HEAT_LEVELS);
    for (size_t row = 0; row < own->rows; ++row) {
        for (size_t first = 0; first < own->columns;) {
            size_t end = first;
            while (end < own->columns && own->level[row * own->columns + end] == level) ++end;
            if (end > first) {
                fprintf(file, "M%.4g %.4gh%.4gv-%.4gh-%.4gz", LEFT + (double)first * width,
                        SVG_HEIGHT - BOTTOM - (double)row * height, (double)(end - first) * width,
                        height, (double)(end - first) * width);
            }
            first = end + 1;
        }
    }
    fputs("\"/>\n", file);
}

void heat_map_svg(const heat_map *own, const char *id, FILE *file) {
    const double width = (double)(SVG_WIDTH - LEFT - RIGHT) / (double)own->columns;
    const double height = (double)(SVG_HEIGHT - TOP - BOTTOM) / (double)own->rows;
    open_svg(own->title, id, 0, SVG_HEIGHT, file);
    fprintf(file, "%s</desc>\n<text class=\"title\" x=\"8\" y=\"18\">%s</text>\n", own->description,
            own->title);
    for (size_t i = 0; i < own->tick_count; ++i) {
        const double y = SVG_HEIGHT - BOTTOM - own->ticks[i].row * height;
        fprintf(file,
                "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text class=\"end\" x=\"%d\" "
                "y=\"%.1f\">%s</text>\n",
                LEFT, y, SVG_WIDTH - RIGHT, LEFT - 6, y + 4, own->ticks[i].text);
    }
    for (unsigned level = 1; level <= HEAT_LEVELS; ++level) {
        draw_level(own, level, width, height, file);
    }
    fprintf(file,
            "<path class=\"axis\" d=\"M%d %dH%d\"/><text x=\"%d\" y=\"%d\">%s</text>"
            "<text class=\"end\" x=\"%d\" y=\"%d\">%s</text><text class=\"middle\" x=\"%d\" "
            "y=\"%d\">%s</text>\n</svg>\n",
            LEFT, SVG_HEIGHT - BOTTOM, SVG_WIDTH - RIGHT, LEFT, SVG_HEIGHT - BOTTOM + 17,
            own->x_first, SVG_WIDTH - RIGHT, SVG_HEIGHT - BOTTOM + 17, own->x_last,
            (LEFT + SVG_WIDTH - RIGHT) / 2, SVG_HEIGHT - BOTTOM + 17, own->x_label);
}

static void open_file(double width, double height, const char *label, FILE *file) {
    fprintf(file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" width=\"%.0f\" "
            "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"%s\">\n<style>\n%s</style>\n"
            "<rect width=\"100%%\" height=\"100%%\" style=\"fill:var(--back)\"/>\n",
            width, height, width, height, label, chart_style);
}

void charts_svg_file(const chart *charts, size_t count, FILE *file) {
    char id[32];
    open_file(SVG_WIDTH, (double)(count * SVG_HEIGHT), "group", file);
    for (size_t i = 0; i < count; ++i) {
        snprintf(id, sizeof id, "chart%zu", i);
        chart_svg(&charts[i], id, i * SVG_HEIGHT, file);
    }
    fputs("</svg>\n", file);
}

/* Counts are written where there is room; every cell has its own in a tooltip. */
void confusion_svg_file(const confusion *matrix, FILE *file) {
    const size_t k = matrix->classes;
    int longest = 4;
    for (size_t i = 0; i < k; ++i) {
        const int own = text_width(matrix->names[i]);
        if (own > longest) longest = own;
    }
    const bool roomy = k <= 20;
    const double cell = roomy ? CELL : 10, left = 30 + 7.0 * longest;
    const double top = 48 + (roomy ? 7.0 * longest : 0), end = cell * (double)k;
    open_file(fmax(left + end + 10, 300), top + end + 10, "img", file);
    fputs("<title>Confusion matrix</title>\n<desc>A row for each true class, a column for each "
          "predicted one.",
          file);
    for (size_t row = 0; row < k && roomy; ++row) {
        fputc(' ', file);
        html_text(file, matrix->names[row]);
        for (size_t i = 0; i < k; ++i) {
            fprintf(file, "%s%zu as ", i ? ", " : ": ", matrix->cells[row * k + i]);
            html_text(file, matrix->names[i]);
        }
        fputc('.', file);
    }
    fprintf(file, "</desc>\n<text class=\"title\" x=\"8\" y=\"18\">Confusion matrix</text>\n"
                  "<text x=\"8\" y=\"36\">down: true class, across: predicted</text>\n");
    for (size_t row = 0; row < k; ++row) {
        const double y = top + cell * (double)row;
        fprintf(file, "<text class=\"end\"%s x=\"%.0f\" y=\"%.1f\">",
                roomy ? "" : " style=\"font-size:9px\"", left - 6, y + cell / 2 + 4);
        html_text(file, matrix->names[row]);
        fputs("</text>\n", file);
        if (roomy) {
            const double x = left + cell * ((double)row + 0.5) + 4;
            fprintf(file, "<text transform=\"translate(%.1f %.1f)rotate(-90)\">", x, top - 6);
            html_text(file, matrix->names[row]);
            fputs("</text>\n", file);
        }
        for (size_t i = 0; i < k; ++i) {
            const double x = left + cell * (double)i, share = confusion_share(matrix, row, i);
            fprintf(file,
                    "<rect class=\"heat\" fill-opacity=\"%.3g\" x=\"%.1f\" y=\"%.1f\" "
                    "width=\"%.1f\" height=\"%.1f\"><title>%zu</title></rect>\n",
                    0.04 + 0.45 * share, x + 1, y + 1, cell - 2, cell - 2,
                    matrix->cells[row * k + i]);
            if (roomy) {
                fprintf(file, "<text class=\"middle\" x=\"%.1f\" y=\"%.1f\">%zu</text>\n",
                        x + cell / 2, y + cell / 2 + 4, matrix->cells[row * k + i]);
            }
        }
    }
    fputs("</svg>\n", file);
}
