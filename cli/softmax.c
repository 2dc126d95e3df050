/* SPDX-License-Identifier: MIT */
/* tigrillo softmax: the probabilities of a few logits.
 *
 * In float64, unlike tg_softmax_forward(): the numbers come as decimals and go out with eight, and
 * float32 has not so many. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "options.h"
#include "report.h"

/* The labels, cut out of "A,B,...", or NULL for "0", "1", ... */
typedef struct label_list {
    char *text; /* owned; cut at the commas */
    const char **items;
} label_list;

static int read_logits(const command *self, const command_line *line, double *logits) {
    for (size_t i = 0; i < line->argument_count; ++i) {
        char *end;
        errno = 0;
        logits[i] = strtod(line->arguments[i], &end);
        if (end == line->arguments[i] || *end) {
            return misuse(self, "'%s' is not a number", line->arguments[i]);
        }
        if (errno && isinf(logits[i])) return misuse(self, "%s is too large", line->arguments[i]);
    }
    return PARSED;
}

/* y_i = exp((x_i - m) / T) / sum_j exp((x_j - m) / T),  m = max_j x_j; extreme x as in softmax.h */
static void normalize(const double *x, size_t count, double temperature, double *y) {
    double largest = -HUGE_VAL, sum = 0;
    for (size_t i = 0; i < count; ++i) largest = fmax(largest, x[i]);
    for (size_t i = 0; i < count; ++i) sum += y[i] = exp((x[i] - largest) / temperature);
    for (size_t i = 0; i < count; ++i) y[i] /= sum;
}

static int read_labels(const command *self, const char *text, size_t count, label_list *labels) {
    if (!text) return PARSED;
    labels->text = strdup(text);
    labels->items = calloc(count, sizeof *labels->items);
    if (!labels->text || !labels->items) return finish(TG_OUT_OF_MEMORY);
    size_t found = 0;
    for (char *next = labels->text; next; ++found) {
        char *comma = strchr(next, ',');
        if (comma) *comma = '\0';
        if (found < count) labels->items[found] = next + strspn(next, " ");
        next = comma ? comma + 1 : NULL;
    }
    if (found != count) {
        return misuse(self, "--labels: %zu label%s for %zu number%s", found, found == 1 ? "" : "s",
                      count, count == 1 ? "" : "s");
    }
    for (size_t i = 0; i < count; ++i) {
        if (!labels->items[i][0]) return misuse(self, "--labels: label %zu is empty", i + 1);
    }
    return PARSED;
}

static const char *label(const label_list *labels, size_t i, char number[24]) {
    if (labels->items) return labels->items[i];
    snprintf(number, 24, "%zu", i);
    return number;
}

static void print_text(const command_line *line, const label_list *labels,
                       const double *probabilities) {
    int width = 0, logit_width = 0;
    char number[24];
    for (size_t i = 0; i < line->argument_count; ++i) {
        int own = text_width(label(labels, i, number));
        int logit = (int)strlen(line->arguments[i]);
        if (own > width) width = own;
        if (logit > logit_width) logit_width = logit;
    }
    for (size_t i = 0; i < line->argument_count; ++i) {
        print_name(stdout, label(labels, i, number), width);
        printf("  %*s  ", logit_width, line->arguments[i]);
        /* printf may write a sign before nan, which means nothing. */
        if (isnan(probabilities[i]))
            puts("nan");
        else
            printf("%.8f\n", probabilities[i]);
    }
}

static int print_json(const command_line *line, const label_list *labels, const double *logits,
                      const double *probabilities) {
    json_t *rows = json_array();
    for (size_t i = 0; i < line->argument_count; ++i) {
        char number[24];
        json_t *row = json_pack("{s:o, s:o, s:o}", "label", json_text(label(labels, i, number)),
                                "logit", json_number(logits[i]), "probability",
                                json_number(probabilities[i]));
        if (json_array_append_new(rows, row)) {
            json_decref(rows);
            return json_print(NULL);
        }
    }
    return json_print(rows);
}

static int softmax(const command *self, const command_line *line, const char *label_text,
                   double temperature, bool json) {
    size_t count = line->argument_count;
    label_list labels = {0};
    double *logits = calloc(count, sizeof *logits), *probabilities = calloc(count, sizeof *logits);
    int code = logits && probabilities ? PARSED : finish(TG_OUT_OF_MEMORY);
    if (code == PARSED) code = read_logits(self, line, logits);
    if (code == PARSED) code = read_labels(self, label_text, count, &labels);
    if (code == PARSED) {
        normalize(logits, count, temperature, probabilities);
        code = DONE;
        if (json)
            code = print_json(line, &labels, logits, probabilities);
        else
            print_text(line, &labels, probabilities);
    }
    free(labels.text);
    free(labels.items);
    free(logits);
    free(probabilities);
    return code;
}

static int run(const command *self, int argc, char **argv) {
    const char *labels = NULL;
    double temperature = 1;
    bool json = false;
    const option options[] = {
        {.name = "labels",
         .argument = "A,B,...",
         .help = "names of the numbers (default: 0,1,...)",
         .text = &labels},
        {.name = "temperature",
         .argument = "T",
         .help = "divide the numbers by T: above 1 flattens, below 1 sharpens",
         .number = &temperature,
         .least = 1e-6,
         .most = 1e6},
        {.name = "json",
         .help = "print a JSON array of objects: label, logit, probability",
         .flag = &json},
    };
    command_line line;
    int code = command_line_parse(&line, self, argc, argv, options, TG_COUNT(options));
    if (code == PARSED) code = softmax(self, &line, labels, temperature, json);
    command_line_end(&line);
    return code;
}

const command softmax_command = {
    "softmax",
    "NUMBER...",
    "turns numbers into probabilities",
    "Prints exp(x / T) / sum exp(x / T) of each number x. inf, -inf and nan are numbers, too.",
    1,
    SIZE_MAX,
    run};
