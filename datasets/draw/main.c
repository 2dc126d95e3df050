/* SPDX-License-Identifier: MIT */
/* tigrillo-draw: the command line; writes the picture set and the contact sheet. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <popt.h>

#include "canvas.h"
#include "picture_file.h"
#include "rng.h"
#include "scene.h"

enum { EXIT_USAGE = 2 };
enum { SHEET_COLUMNS = 12, SHEET_SIDE = 96, SHEET_GAP = 4 };
enum { SPLIT_TRAIN, SPLIT_VAL, SPLIT_SHEET };
enum { SIDE_MIN = 8, SIDE_MAX = 1024, COUNT_MAX = 999999 };

struct settings {
    int train, val, side;
    long long seed;
    char *sheet;
    const char *out;
};

static void picture(struct canvas *canvas, const struct settings *set, int split, int class,
                    int index, uint8_t *rgb) {
    struct rng rng;
    rng_start(&rng, (uint64_t)set->seed, (uint32_t)split, (uint32_t) class, (uint32_t)index);
    scene_draw(canvas, class, &rng, rgb);
}

static bool write_class(struct canvas *canvas, const struct settings *set, int split, int class,
                        uint8_t *rgb) {
    const char *name = class_names[class];
    char path[PATH_MAX];
    int folder = snprintf(path, sizeof path, "%s/%s/%s", set->out,
                          split == SPLIT_TRAIN ? "train" : "val", name);
    if (folder < 0 || (size_t)folder + 32 > sizeof path) {
        fprintf(stderr, "%s: %s\n", set->out, strerror(ENAMETOOLONG));
        return false;
    }
    if (!make_folders(path)) {
        return false;
    }
    int count = split == SPLIT_TRAIN ? set->train : set->val;
    for (int i = 1; i <= count; ++i) {
        picture(canvas, set, split, class, i, rgb);
        snprintf(path + folder, sizeof path - (size_t)folder, "/%s_%06d.png", name, i);
        if (!write_png(path, set->side, set->side, rgb)) {
            return false;
        }
    }
    return true;
}

static bool write_set(const struct settings *set) {
    struct canvas canvas;
    uint8_t *rgb = malloc((size_t)set->side * (size_t)set->side * 3);
    bool ok = canvas_start(&canvas, set->side) && rgb;
    if (!ok) {
        fprintf(stderr, "tigrillo-draw: %s\n", strerror(ENOMEM));
    }
    for (int class = 0; class < CLASS_COUNT; ++class) {
        ok = ok && write_class(&canvas, set, SPLIT_TRAIN, class, rgb) &&
             write_class(&canvas, set, SPLIT_VAL, class, rgb);
    }
    canvas_end(&canvas);
    free(rgb);
    return ok;
}

/* One row for each class, in the order cat, dog, tiger, none. */
static bool write_sheet(const struct settings *set) {
    const int step = SHEET_SIDE + SHEET_GAP;
    const int width = SHEET_COLUMNS * step + SHEET_GAP;
    const int height = CLASS_COUNT * step + SHEET_GAP;
    struct canvas canvas;
    uint8_t *rgb = malloc((size_t)SHEET_SIDE * SHEET_SIDE * 3);
    uint8_t *sheet = malloc((size_t)width * (size_t)height * 3);
    bool ok = canvas_start(&canvas, SHEET_SIDE) && rgb && sheet;
    if (!ok) {
        fprintf(stderr, "tigrillo-draw: %s\n", strerror(ENOMEM));
    } else {
        memset(sheet, 255, (size_t)width * (size_t)height * 3);
        for (int i = 0; i < CLASS_COUNT * SHEET_COLUMNS; ++i) {
            int row = i / SHEET_COLUMNS;
            int column = i % SHEET_COLUMNS;
            picture(&canvas, set, SPLIT_SHEET, row, column + 1, rgb);
            for (int y = 0; y < SHEET_SIDE; ++y) {
                int to = (SHEET_GAP + row * step + y) * width + SHEET_GAP + column * step;
                memcpy(sheet + 3 * (size_t)to, rgb + 3 * (size_t)(y * SHEET_SIDE),
                       3 * (size_t)SHEET_SIDE);
            }
        }
        ok = write_png(set->sheet, width, height, sheet);
    }
    canvas_end(&canvas);
    free(rgb);
    free(sheet);
    return ok;
}

static bool in_range(const char *name, int value, int low, int high) {
    if (value >= low && value <= high) {
        return true;
    }
    fprintf(stderr, "tigrillo-draw: --%s must be from %d to %d, not %d\n", name, low, high, value);
    return false;
}

/* EXIT_SUCCESS, or the exit code of a usage error. */
static int read_settings(poptContext context, struct settings *set) {
    int code = poptGetNextOpt(context);
    if (code < -1) {
        fprintf(stderr, "tigrillo-draw: %s: %s\n", poptBadOption(context, POPT_BADOPTION_NOALIAS),
                poptStrerror(code));
        return EXIT_USAGE;
    }
    set->out = poptGetArg(context);
    if (poptPeekArg(context)) {
        fprintf(stderr, "tigrillo-draw: one folder only, not also %s\n", poptPeekArg(context));
        return EXIT_USAGE;
    }
    if (!set->out && !set->sheet) {
        fprintf(stderr, "tigrillo-draw: where to? Give a folder, --sheet, or both\n");
        poptPrintUsage(context, stderr, 0);
        return EXIT_USAGE;
    }
    return in_range("train", set->train, 0, COUNT_MAX) && in_range("val", set->val, 0, COUNT_MAX) &&
                   in_range("size", set->side, SIDE_MIN, SIDE_MAX)
               ? EXIT_SUCCESS
               : EXIT_USAGE;
}

int main(int argc, char **argv) {
    struct settings set = {.train = 1500, .val = 300, .side = 32, .seed = 1};
    struct poptOption options[] = {
        {"train", 't', POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT, &set.train, 0,
         "training pictures for each class", "N"},
        {"val", 'v', POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT, &set.val, 0,
         "validation pictures for each class", "N"},
        {"size", 's', POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT, &set.side, 0,
         "width and height in pixels", "N"},
        {"seed", 'r', POPT_ARG_LONGLONG | POPT_ARGFLAG_SHOW_DEFAULT, &set.seed, 0,
         "another seed, another set", "N"},
        {"sheet", 'c', POPT_ARG_STRING, &set.sheet, 0,
         "write a contact sheet: a row each of cats, dogs, tigers and others", "FILE.png"},
        POPT_AUTOHELP POPT_TABLEEND};
    poptContext context = poptGetContext("tigrillo-draw", argc, (const char **)argv, options, 0);
    if (!context) {
        fprintf(stderr, "tigrillo-draw: %s\n", strerror(ENOMEM));
        return EXIT_FAILURE;
    }
    poptSetOtherOptionHelp(context, "[OUT]");
    int code = read_settings(context, &set);
    if (code == EXIT_SUCCESS &&
        ((set.out && !write_set(&set)) || (set.sheet && !write_sheet(&set)))) {
        code = EXIT_FAILURE;
    }
    poptFreeContext(context);
    free(set.sheet);
    return code;
}
