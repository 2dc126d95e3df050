/* SPDX-License-Identifier: MIT */
/* tigrillo plot: learning curves and confusion matrices, on a terminal or as SVG. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <jansson.h>

#include "chart.h"
#include "options.h"

enum { LARGEST_FILE = 1 << 28, MOST_CLASSES = 200 };

/* The text of a file of JSON, with a zero behind it; NULL after saying why not. */
static char *read_text(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        fail("%s: %s", path, strerror(errno));
        return NULL;
    }
    char *text = NULL;
    size_t used = 0, room = 0, got = 1;
    int code = DONE;
    while (code == DONE && got > 0) {
        if (used + 1 >= room) {
            room = room ? 2 * room : 1 << 16;
            char *grown = room <= LARGEST_FILE ? realloc(text, room) : NULL;
            if (!grown) {
                code = room > LARGEST_FILE
                           ? fail("%s: is larger than %d MiB", path, LARGEST_FILE >> 20)
                           : finish(TG_OUT_OF_MEMORY);
                break;
            }
            text = grown;
        }
        errno = 0;
        got = fread(text + used, 1, room - used - 1, file);
        used += got;
    }
    if (code == DONE && ferror(file)) code = fail("%s: %s", path, strerror(errno));
    fclose(file);
    if (code == DONE) text[used] = '\0';
    if (code == DONE && used > 0 && text[strspn(text, " \t\r\n")] != '{') {
        code = fail("%s: neither a log that train --log wrote nor what evaluate --json printed: it "
                    "does not begin with {",
                    path);
    }
    if (code == DONE && strlen(text) != used) code = fail("%s: holds a zero byte", path);
    if (code == DONE) return text;
    free(text);
    return NULL;
}

/* What the drawings are made on. */
typedef struct sheet {
    bool svg, ascii;
    size_t columns;
} sheet;

/* ---- The confusion matrix that evaluate --json prints. ---- */

/* One row of counts. */
static int take_row(const char *path, const json_t *row, size_t which, size_t classes,
                    size_t *cells) {
    if (json_array_size(row) != classes) {
        return fail("%s: \"confusion\": row %zu is not an array of %zu", path, which, classes);
    }
    for (size_t i = 0; i < classes; ++i) {
        const json_t *cell = json_array_get(row, i);
        if (!json_is_integer(cell) || json_integer_value(cell) < 0) {
            return fail("%s: \"confusion\": row %zu, column %zu is not a count", path, which, i);
        }
        cells[i] = (size_t)json_integer_value(cell);
    }
    return DONE;
}

static int plot_confusion(const char *path, const json_t *judged, const sheet *on) {
    const json_t *rows = json_object_get(judged, "confusion");
    const json_t *classes = json_object_get(judged, "classes");
    const size_t k = json_array_size(rows);
    if (k == 0) return fail("%s: \"confusion\" is not an array of rows", path);
    if (k > MOST_CLASSES) return fail("%s: %zu classes are too many to draw", path, k);
    if (json_array_size(classes) != k) {
        return fail("%s: \"classes\" is not an array of %zu", path, k);
    }
    size_t *cells = calloc(k * k, sizeof *cells);
    const char **names = calloc(k, sizeof *names);
    int code = cells && names ? DONE : finish(TG_OUT_OF_MEMORY);
    for (size_t i = 0; code == DONE && i < k; ++i) {
        names[i] = json_string_value(json_object_get(json_array_get(classes, i), "name"));
        if (!names[i]) code = fail("%s: \"classes\": number %zu has no name", path, i);
        if (code == DONE) code = take_row(path, json_array_get(rows, i), i, k, cells + i * k);
    }
    const confusion matrix = {k, cells, names};
    if (code == DONE && on->svg) confusion_svg_file(&matrix, stdout);
    if (code == DONE && !on->svg) confusion_text(&matrix, on->columns, on->ascii, stdout);
    free(names);
    free(cells);
    return code;
}

/* ---- The curves of a log. ---- */

static int plot_log(const char *path, char *text, const sheet *on) {
    training_log log = {0};
    curves all = {0};
    int code = log_parse(path, text, &log);
    if (code == DONE && !curves_create(&log, &all)) code = finish(TG_OUT_OF_MEMORY);
    if (code == DONE && on->svg) charts_svg_file(all.charts, CURVES, stdout);
    for (size_t i = 0; code == DONE && !on->svg && i < CURVES; ++i) {
        if (i) putchar('\n');
        chart_text(&all.charts[i], on->columns, on->ascii, stdout);
    }
    curves_destroy(&all);
    log_end(&log);
    return code;
}

static int plot(const char *path, const sheet *on) {
    char *text = read_text(path);
    if (!text) return FAILED;
    json_t *whole = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    const int code = json_object_get(whole, "confusion") ? plot_confusion(path, whole, on)
                                                         : plot_log(path, text, on);
    json_decref(whole);
    free(text);
    return code;
}

static int run(const command *self, int argc, char **argv) {
    sheet on = {.columns = 80};
    const option options[] = {
        {.name = "svg", .help = "print a drawing in SVG", .flag = &on.svg},
        {.name = "ascii", .help = "print no characters but ASCII's", .flag = &on.ascii},
    };
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) on.columns = size.ws_col;
    command_line line;
    int code = command_line_parse(&line, self, argc, argv, options, TG_COUNT(options));
    if (code == PARSED && on.svg && on.ascii) code = misuse(self, "--svg and --ascii: one of them");
    if (code == PARSED) code = plot(line.arguments[0], &on);
    command_line_end(&line);
    return code;
}

const command plot_command = {
    "plot",
    "FILE",
    "draws learning curves and confusion matrices",
    "Draws what FILE holds: the learning curves of a log that `tigrillo train --log` wrote, or "
    "the\n"
    "confusion matrix of what `tigrillo evaluate --json` printed. On standard output, for a "
    "terminal\n"
    "or as SVG.",
    1,
    1,
    run};
