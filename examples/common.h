/* SPDX-License-Identifier: MIT */
/* What the examples share: what to do when a call fails, and how to print a confusion matrix. */
#ifndef EXAMPLES_COMMON_H
#define EXAMPLES_COMMON_H

#include <stdio.h>
#include <stdlib.h>

#include <tigrillo/tigrillo.h>

/* Ends the program with the library's message unless the call succeeded. A program that has better
 * things to do than to end looks at the status itself. */
static inline void check(tg_status status) {
    if (status == TG_OK) return;
    fprintf(stderr, "error: %s\n", tg_error_message());
    exit(EXIT_FAILURE);
}

/* A row for each true class, a column for each predicted one, and at the end of each row the
 * class's recall: the part of it that was recognised. */
static inline void print_confusion(const tg_metrics *metrics, const tg_dataset *dataset) {
    printf("%12s", "");
    for (size_t j = 0; j < metrics->classes; ++j) {
        printf(" %11s", tg_dataset_class_name(dataset, j));
    }
    printf(" %11s\n", "recall");
    for (size_t i = 0; i < metrics->classes; ++i) {
        printf("%12s", tg_dataset_class_name(dataset, i));
        for (size_t j = 0; j < metrics->classes; ++j) {
            printf(" %11zu", metrics->confusion[i * metrics->classes + j]);
        }
        printf(" %11.3f\n", metrics->recall[i]);
    }
}

#endif
