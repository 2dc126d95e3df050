/* SPDX-License-Identifier: MIT */
/* How good a classifier is, for people and for programs. */
#include "report.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "json.h"

/* Wider matrices do not fit a terminal. */
enum { MATRIX_CLASSES = 20 };

/* All bytes but those that continue a character. */
int text_width(const char *text) {
    int width = 0;
    for (; *text; ++text) width += (*text & 0xC0) != 0x80;
    return width;
}

void print_name(FILE *file, const char *name, int width) {
    for (const char *c = name; *c; ++c) fputc(iscntrl((unsigned char)*c) ? '?' : *c, file);
    for (int i = text_width(name); i < width; ++i) fputc(' ', file);
}

int name_width(const tg_dataset *dataset, int least) {
    int width = least;
    for (size_t i = 0; i < tg_dataset_classes(dataset); ++i) {
        int own = text_width(tg_dataset_class_name(dataset, i));
        if (own > width) width = own;
    }
    return width;
}

/* A model without class names may have more classes than the data. */
static const char *name_of(const tg_dataset *dataset, size_t label) {
    return label < tg_dataset_classes(dataset) ? tg_dataset_class_name(dataset, label) : "?";
}

static size_t row_sum(const tg_metrics *metrics, size_t row) {
    size_t sum = 0;
    for (size_t i = 0; i < metrics->classes; ++i)
        sum += metrics->confusion[row * metrics->classes + i];
    return sum;
}

size_t report_missing(const tg_metrics *metrics) {
    size_t predicted = 0;
    for (size_t i = 0; i < metrics->classes; ++i) predicted += row_sum(metrics, i);
    return metrics->samples - predicted;
}

double unsigned_nan(double value) {
    return isnan(value) ? fabs(value) : value;
}

static void print_classes(const tg_metrics *metrics, const tg_dataset *dataset) {
    int width = name_width(dataset, 5);
    printf("\n%-*s  precision  recall      f1  samples\n", width, "class");
    for (size_t i = 0; i < metrics->classes; ++i) {
        print_name(stdout, name_of(dataset, i), width);
        printf("  %9.4f  %6.4f  %6.4f  %7zu\n", metrics->precision[i], metrics->recall[i],
               metrics->f1[i], row_sum(metrics, i));
    }
}

static void print_confusion(const tg_metrics *metrics, const tg_dataset *dataset) {
    if (metrics->classes > MATRIX_CLASSES) {
        printf("\nThe confusion matrix of %zu classes is in the output of evaluate --json.\n",
               metrics->classes);
        return;
    }
    int first = name_width(dataset, 4), width = name_width(dataset, 6);
    printf("\nconfusion: a row for each true class, a column for each predicted one\n%*s", first,
           "");
    for (size_t i = 0; i < metrics->classes; ++i) {
        const char *name = name_of(dataset, i);
        printf("  %*s%s", width - text_width(name), "", name);
    }
    for (size_t row = 0; row < metrics->classes; ++row) {
        putchar('\n');
        print_name(stdout, name_of(dataset, row), first);
        for (size_t i = 0; i < metrics->classes; ++i) {
            printf("  %*zu", width, metrics->confusion[row * metrics->classes + i]);
        }
    }
    putchar('\n');
}

void report_print(const tg_metrics *metrics, const tg_dataset *dataset) {
    printf("samples            %zu\nloss               %.4f\naccuracy           %.4f\n"
           "balanced accuracy  %.4f\n",
           metrics->samples, unsigned_nan(metrics->loss), unsigned_nan(metrics->accuracy),
           unsigned_nan(metrics->balanced_accuracy));
    print_classes(metrics, dataset);
    print_confusion(metrics, dataset);
}

static json_t *class_json(const tg_metrics *metrics, const tg_dataset *dataset, size_t i) {
    return json_pack("{s:o, s:o, s:o, s:o, s:I}", "name", json_text(name_of(dataset, i)),
                     "precision", json_number(metrics->precision[i]), "recall",
                     json_number(metrics->recall[i]), "f1", json_number(metrics->f1[i]), "samples",
                     (json_int_t)row_sum(metrics, i));
}

static json_t *row_json(const tg_metrics *metrics, size_t row) {
    json_t *array = json_array();
    for (size_t i = 0; i < metrics->classes; ++i) {
        json_t *count = json_integer((json_int_t)metrics->confusion[row * metrics->classes + i]);
        if (json_array_append_new(array, count)) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

json_t *report_json(const tg_metrics *metrics, const tg_dataset *dataset) {
    json_t *classes = json_array(), *confusion = json_array();
    bool whole = true;
    for (size_t i = 0; i < metrics->classes; ++i) {
        whole = whole && !json_array_append_new(classes, class_json(metrics, dataset, i)) &&
                !json_array_append_new(confusion, row_json(metrics, i));
    }
    json_t *report = json_pack(
        "{s:I, s:o, s:o, s:o, s:o, s:o}", "samples", (json_int_t)metrics->samples, "loss",
        json_number(metrics->loss), "accuracy", json_number(metrics->accuracy), "balanced_accuracy",
        json_number(metrics->balanced_accuracy), "classes", classes, "confusion", confusion);
    if (whole) return report;
    json_decref(report);
    return NULL;
}
