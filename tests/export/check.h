/* SPDX-License-Identifier: MIT */
/* What a program of exported models is checked with. */
#ifndef TG_TESTS_EXPORT_CHECK_H
#define TG_TESTS_EXPORT_CHECK_H

#include <stddef.h>

/* One exported model. `prepare` and `predict_raw` are NULL when the model takes its own input. */
typedef struct exported {
    const char *name;
    size_t inputs, outputs, raw_bytes, workspace_bytes;
    double tolerance; /* of an output, relative to it where it is above 1 */
    int (*predict)(const float *x, float *y);
    int (*predict_in)(void *workspace, const float *x, float *y);
    void (*prepare)(const void *raw, float *x);
    int (*predict_raw)(const void *raw, float *y);
    int (*self_test)(void);
    const char *(*class_name)(int label);
} exported;

extern const exported models[];
extern const size_t model_count;

#endif
