/* SPDX-License-Identifier: MIT */
/* A model as a table of text. */
#include <stdarg.h>
#include <stdio.h>

#include "model/layer.h"
#include "model/model.h"

typedef struct writer {
    char *text;
    size_t size, length; /* length: of the whole text, even where it does not fit */
} writer;

static void add(writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(writer *w, const char *format, ...) {
    size_t left = w->length < w->size ? w->size - w->length : 0;
    va_list arguments;
    va_start(arguments, format);
    int added = vsnprintf(left > 0 ? w->text + w->length : NULL, left, format, arguments);
    va_end(arguments);
    if (added > 0) w->length += (size_t)added;
}

size_t tg_model_summary(const tg_model *model, char *text, size_t size) {
    writer w = {text, size, 0};
    if (size > 0) text[0] = 0;
    add(&w, "%-5s  %-24s  %8s  %8s  %11s\n", "layer", "kind", "inputs", "outputs", "parameters");
    for (size_t i = 0; i < model->layer_count; i++) {
        const tg_layer *layer = &model->layers[i];
        const char *value_name = tg_layer_value_name(layer->kind);
        char kind[64];
        if (value_name)
            snprintf(kind, sizeof kind, "%s (%s %g)", tg_layer_name(layer->kind), value_name,
                     (double)layer->value);
        else
            snprintf(kind, sizeof kind, "%s", tg_layer_name(layer->kind));
        size_t end = i + 1 < model->layer_count ? model->offsets[i + 1] : model->parameters.count;
        add(&w, "%5zu  %-24s  %8zu  %8zu  %11zu\n", i, kind, model->columns[i],
            model->columns[i + 1], end - model->offsets[i]);
    }
    add(&w, "%zu parameters, %.1f KB\n", model->parameters.count,
        (double)model->parameters.count * sizeof(float) / 1024);
    return w.length;
}
