/* SPDX-License-Identifier: MIT */
/* The trace as a page. Colours follow the reader's; what they tell is told in words, too. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "trace.h"

/* Columns of the drawing: at most so many units of each, so far apart; and weights are written on
 * their edges where a layer has at most so many. */
enum { UNITS = 12, ROW = 76, COLUMN = 460, LEFT = 90, TOP = 70, LABELLED_EDGES = 24 };

typedef struct column {
    const double *value, *gradient;
    size_t count, shown;
    size_t unit[UNITS]; /* which are drawn, in their order */
} column;

/* The units whose gradient is largest: where the loss would move most. */
static column choose_units(const double *value, const double *gradient, size_t count) {
    column own = {.value = value, .gradient = gradient, .count = count};
    while (own.shown < UNITS && own.shown < count) {
        size_t best = SIZE_MAX;
        for (size_t i = 0; i < count; ++i) {
            bool taken = false;
            for (size_t s = 0; s < own.shown; ++s) taken = taken || own.unit[s] == i;
            if (!taken && (best == SIZE_MAX || fabs(gradient[i]) > fabs(gradient[best]))) best = i;
        }
        size_t place = own.shown++;
        for (; place > 0 && own.unit[place - 1] > best; --place) {
            own.unit[place] = own.unit[place - 1];
        }
        own.unit[place] = best;
    }
    return own;
}

static double unit_x(size_t which) {
    return LEFT + (double)(which * COLUMN);
}

/* Columns are centred on one another. */
static double unit_y(const column *own, size_t s, size_t tallest) {
    return TOP + ROW * ((double)s + (double)(tallest - own->shown) / 2 + 0.5);
}

/* The weight w from unit to unit, with its gradient d. */
static void draw_edges(const mlp_layer *at, const column *from, const column *to, size_t which,
                       size_t tallest, FILE *file) {
    const int labelled = from->shown * to->shown <= LABELLED_EDGES ? 1 : 0;
    const double left = unit_x(which) + 52, right = unit_x(which + 1) - 52;
    for (int label = 0; label <= labelled; ++label) { /* the lines below the labels */
        for (size_t t = 0; t < to->shown; ++t) {
            for (size_t s = 0; s < from->shown; ++s) {
                const size_t j = to->unit[t], i = from->unit[s];
                const double w = at->W[j * at->in + i], d = at->dW[j * at->in + i];
                const double y1 = unit_y(from, s, tallest), y2 = unit_y(to, t, tallest);
                if (!label) {
                    fprintf(file,
                            "<line class=\"%s\" x1=\"%.0f\" y1=\"%.1f\" x2=\"%.0f\" y2=\"%.1f\" "
                            "stroke-width=\"%.2f\"><title>W[%zu,%zu] = %.6g, gradient %.6g</title>"
                            "</line>\n",
                            w < 0 ? "minus" : "plus", left, y1, right, y2,
                            0.5 + 2.5 * tanh(fabs(w)), j, i, w, d);
                    continue;
                }
                /* Labels of each unit's lines in a column of their own, so that they stay apart. */
                const double share = from->shown == 1
                                         ? 0.5
                                         : 0.22 + 0.58 * (double)s / (double)(from->shown - 1);
                const double x = left + share * (right - left), y = y1 + share * (y2 - y1);
                const int length = snprintf(NULL, 0, "%.3g d %.3g", w, d);
                const double width = 6.5 * length + 4;
                fprintf(file,
                        "<rect class=\"under\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                        "height=\"15\"/><text class=\"edge\" x=\"%.1f\" y=\"%.1f\">%.3g <tspan "
                        "class=\"d\">d %.3g</tspan></text>\n",
                        x - width / 2, y - 7.5, width, x, y + 4, w, d);
            }
        }
    }
}

/* `v`: the values before they were standardised, or NULL. */
static void draw_units(const column *own, size_t which, size_t tallest, const char *letter,
                       const double *v, FILE *file) {
    const double height = v ? 66 : 48;
    for (size_t s = 0; s < own->shown; ++s) {
        const size_t i = own->unit[s];
        const double x = unit_x(which), y = unit_y(own, s, tallest), top = y - height / 2;
        fprintf(file,
                "<rect class=\"box\" x=\"%.1f\" y=\"%.1f\" width=\"104\" height=\"%.0f\" "
                "rx=\"8\"/>\n",
                x - 52, top, height);
        if (v) {
            fprintf(file, "<text class=\"unit\" x=\"%.1f\" y=\"%.1f\">v[%zu] %.4g</text>\n", x,
                    top + 20, i, v[i]);
        }
        fprintf(file,
                "<text class=\"unit\" x=\"%.1f\" y=\"%.1f\">%s[%zu] %.4g</text>\n"
                "<text class=\"unit d\" x=\"%.1f\" y=\"%.1f\">d %.3g</text>\n",
                x, top + height - 28, letter, i, own->value[i], x, top + height - 9,
                own->gradient[i]);
    }
}

static void draw_heading(const trace *own, size_t which, const column *units, FILE *file) {
    char text[64] = "x";
    if (which > 0) {
        const char *f = trace_function(own->net.layer[which - 1].f);
        snprintf(text, sizeof text, "layer %zu%s%s", own->layer_number[which - 1],
                 strcmp(f, "identity") == 0 ? "" : ", ", strcmp(f, "identity") == 0 ? "" : f);
    }
    fprintf(file, "<text class=\"head\" x=\"%.1f\" y=\"24\">%s</text>\n", unit_x(which), text);
    if (units->shown < units->count) {
        fprintf(file, "<text class=\"unit\" x=\"%.1f\" y=\"44\">%zu of %zu</text>\n", unit_x(which),
                units->shown, units->count);
    }
}

static void draw_probabilities(const trace *own, const column *scores, size_t tallest, FILE *file) {
    const double x = unit_x(own->net.L) + 66;
    fprintf(file, "<text class=\"head left\" x=\"%.1f\" y=\"24\">softmax</text>\n", x);
    for (size_t s = 0; s < scores->shown; ++s) {
        const size_t c = scores->unit[s];
        const double y = unit_y(scores, s, tallest);
        fprintf(file, "<text class=\"left%s\" x=\"%.1f\" y=\"%.1f\">p %.4f ",
                c == own->net.y[0] ? " right" : "", x, y + 5, own->net.p[c]);
        html_text(file, own->class_name[c]);
        fprintf(file, "%s</text>\n", c == own->net.y[0] ? " (right)" : "");
    }
}

/* Of what stands behind the last units: a letter is hardly wider than 8, even a bold one. */
static double probabilities_width(const trace *own, const column *scores) {
    double width = 260;
    for (size_t s = 0; s < scores->shown; ++s) {
        const double letters = (double)strlen(own->class_name[scores->unit[s]]) + 17;
        width = fmax(width, 66 + 8 * letters);
    }
    return width;
}

static bool draw(const trace *own, FILE *file) {
    const mlp *net = &own->net;
    column *columns = calloc(net->L + 1, sizeof *columns);
    if (!columns) return false;
    size_t tallest = 1;
    for (size_t which = 0; which <= net->L; ++which) {
        const mlp_layer *at = &net->layer[which > 0 ? which - 1 : 0];
        columns[which] = which > 0 ? choose_units(at->a, at->da, at->out)
                                   : choose_units(net->x, net->dx, at->in);
        if (columns[which].shown > tallest) tallest = columns[which].shown;
    }
    const double width = unit_x(net->L) + probabilities_width(own, &columns[net->L]);
    const double height = TOP + ROW * (double)tallest + 10;
    fprintf(file,
            "<div class=\"scroll\" tabindex=\"0\" role=\"img\" aria-label=\"The network: its units "
            "with their values and gradients, its weights as lines. All numbers are in the text "
            "below.\">\n<svg viewBox=\"0 0 %.0f %.0f\" style=\"min-width:%.0fpx;max-width:%.0fpx\" "
            "aria-hidden=\"true\">\n",
            width, height, width, width * 1.25);
    for (size_t l = 0; l < net->L; ++l) {
        draw_edges(&net->layer[l], &columns[l], &columns[l + 1], l, tallest, file);
    }
    for (size_t which = 0; which <= net->L; ++which) {
        draw_heading(own, which, &columns[which], file);
        const bool standardised = which == 0 && own->input && own->input->statistics;
        draw_units(&columns[which], which, tallest, which > 0 ? "a" : "x",
                   standardised ? own->v : NULL, file);
    }
    draw_probabilities(own, &columns[net->L], tallest, file);
    fputs("</svg>\n</div>\n", file);
    free(columns);
    return true;
}

static const char style[] =
    ":root{color-scheme:light dark;--back:#fff;--text:#1a1a1a;--box:#f2f4f7;--line:#767676;"
    "--d:#a3300c;--plus:#2060b0;--minus:#b06a00}\n"
    "@media(prefers-color-scheme:dark){:root{--back:#16181c;--text:#e8e8e8;--box:#262a31;"
    "--line:#8a8f98;--d:#ff9a76;--plus:#7db4ff;--minus:#e6b04d}}\n"
    "body{margin:0 auto;padding:1rem;max-width:90rem;background:var(--back);color:var(--text);"
    "font:1rem/1.5 system-ui,sans-serif}\n"
    ".scroll,pre{overflow-x:auto}\n"
    "svg{display:block;width:100%;font-size:13px;fill:var(--text)}\n"
    ".box{fill:var(--box);stroke:var(--line)}.under{fill:var(--back)}\n"
    "line.plus{stroke:var(--plus)}line.minus{stroke:var(--minus);stroke-dasharray:6 3}\n"
    "text{text-anchor:middle}text.left{text-anchor:start}.head,.right{font-weight:600}\n"
    ".edge{font-size:11px}\n"
    ".d{fill:var(--d);color:var(--d);font-style:italic}\n"
    "pre{font-size:.85rem;padding:.75rem;background:var(--box);border-radius:8px}\n";

bool trace_html(const trace *own, FILE *file) {
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (!memory) return false;
    trace_text(own, memory);
    if (fclose(memory) != 0) {
        free(text);
        return false;
    }
    fprintf(file,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
            "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n"
            "<title>One pass forward and backward</title>\n<style>\n%s</style>\n</head>\n<body>\n"
            "<h1>One pass forward and backward</h1>\n<p>Network: ",
            style);
    html_text(file, own->network);
    fputs(". Sample: ", file);
    html_text(file, own->sample);
    fprintf(file, ". Loss: %.6f before a step of gradient descent, %.6f after it.</p>\n", own->loss,
            own->loss_after);
    fputs(
        "<p>Forward values are upright; <span class=\"d\">d is the gradient of the loss</span> by "
        "the value beside it. Lines are weights, thicker where they are larger, dashed where they "
        "are negative.</p>\n",
        file);
    const bool drawn = draw(own, file);
    fputs("<h2>Step by step</h2>\n<pre tabindex=\"0\">", file);
    html_text(file, text);
    fputs("</pre>\n</body>\n</html>\n", file);
    free(text);
    return drawn;
}
