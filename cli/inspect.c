/* SPDX-License-Identifier: MIT */
/* tigrillo inspect: what is in a model or a data set. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "json.h"
#include "out.h"
#include "progress.h"
#include "report.h"

static bool ends_in(const char *text, const char *end) {
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static bool is_model(const char *path) {
    return ends_in(path, ".safetensors") || ends_in(path, ".checkpoint") || begins_as_model(path);
}

/* ---- A model. ---- */

static void print_input(const tg_input *input) {
    if (!input) {
        puts("input: rows of numbers as they are");
        return;
    }
    if (input->shape.height) {
        printf("input: pictures, %zu x %zu, %s, ", input->shape.height, input->shape.width,
               input->shape.channels == 1 ? "grey" : "colour");
    } else {
        printf("input: rows of %zu numbers, ", input->size);
    }
    if (input->features == TG_FEATURES_HOG) {
        printf("histograms of oriented gradients (cells of %zu pixels%s), ", input->hog.cell,
               input->hog.colour ? ", and colours" : "");
    }
    puts(input->statistics ? "standardised" : "not standardised");
}

static int print_model(const tg_model *model) {
    size_t size = tg_model_summary(model, NULL, 0) + 1;
    char *text = malloc(size);
    if (!text) return finish(TG_OUT_OF_MEMORY);
    tg_model_summary(model, text, size);
    printf("%s%s", text, size > 1 && text[size - 2] == '\n' ? "" : "\n");
    free(text);
    print_input(tg_model_input(model));
    for (size_t i = 0; i < tg_model_classes(model); ++i) {
        fputs(i ? ", " : "classes: ", stdout);
        print_name(stdout, tg_model_class_name(model, i), 0);
    }
    if (tg_model_classes(model)) putchar('\n');
    return DONE;
}

static json_t *shape_json(tg_picture_shape shape) {
    if (!shape.height) return json_null();
    return json_pack("[I, I, I]", (json_int_t)shape.height, (json_int_t)shape.width,
                     (json_int_t)shape.channels);
}

static json_t *input_json(const tg_input *input) {
    if (!input) return json_null();
    return json_pack("{s:o, s:s, s:I, s:b}", "shape", shape_json(input->shape), "features",
                     input->features == TG_FEATURES_HOG ? "hog" : "plain", "size",
                     (json_int_t)input->size, "standardised", input->statistics > 0);
}

static json_t *layer_json(const tg_layer *layer) {
    const char *name = tg_layer_name(layer->kind);
    if (layer->kind == TG_LAYER_DENSE) {
        return json_pack("{s:s, s:I}", "kind", name, "units", (json_int_t)layer->units);
    }
    const char *setting = layer->kind == TG_LAYER_SOFTMAX      ? "temperature"
                          : layer->kind == TG_LAYER_LEAKY_RELU ? "slope"
                          : layer->kind == TG_LAYER_DROPOUT    ? "rate"
                                                               : NULL;
    if (!setting) return json_pack("{s:s}", "kind", name);
    return json_pack("{s:s, s:o}", "kind", name, setting, json_number((double)layer->value));
}

static json_t *model_json(const tg_model *model) {
    json_t *layers = json_array(), *classes = json_array();
    bool whole = true;
    for (size_t i = 0; i < tg_model_layer_count(model); ++i) {
        whole = whole && !json_array_append_new(layers, layer_json(tg_model_layer(model, i)));
    }
    for (size_t i = 0; i < tg_model_classes(model); ++i) {
        whole = whole && !json_array_append_new(classes, json_text(tg_model_class_name(model, i)));
    }
    json_t *object = json_pack("{s:s, s:I, s:I, s:I, s:o, s:o, s:o}", "kind", "model", "inputs",
                               (json_int_t)tg_model_inputs(model), "outputs",
                               (json_int_t)tg_model_outputs(model), "parameters",
                               (json_int_t)tg_model_parameter_count(model), "layers", layers,
                               "classes", classes, "input", input_json(tg_model_input(model)));
    if (whole) return object;
    json_decref(object);
    return NULL;
}

static int inspect_model(const char *path, bool json) {
    tg_model *model = NULL;
    int code = finish(tg_model_load(tg_cpu(), path, &model));
    if (code == DONE) code = json ? json_print(model_json(model)) : print_model(model);
    tg_model_destroy(model);
    return code;
}

/* ---- A data set. ---- */

static void count_classes(const tg_dataset *dataset, size_t *counts) {
    const int32_t *labels = tg_dataset_labels(dataset);
    for (size_t i = 0; i < tg_dataset_count(dataset); ++i) ++counts[labels[i]];
}

static void print_dataset(const tg_dataset *dataset, const size_t *counts) {
    tg_picture_shape shape = tg_dataset_shape(dataset);
    printf("samples  %zu", tg_dataset_count(dataset));
    if (shape.height) {
        printf(" pictures of %zu x %zu, %s\n", shape.height, shape.width,
               shape.channels == 1 ? "grey" : "colour");
    } else {
        printf(" rows of %zu numbers\n", tg_dataset_columns(dataset));
    }
    printf("skipped  %zu\n\n", tg_dataset_skipped(dataset));
    int width = name_width(dataset, 5);
    printf("%-*s  samples\n", width, "class");
    for (size_t i = 0; i < tg_dataset_classes(dataset); ++i) {
        print_name(stdout, tg_dataset_class_name(dataset, i), width);
        printf("  %7zu\n", counts[i]);
    }
}

static json_t *dataset_json(const tg_dataset *dataset, const size_t *counts) {
    json_t *classes = json_array();
    bool whole = true;
    for (size_t i = 0; i < tg_dataset_classes(dataset); ++i) {
        json_t *row = json_pack("{s:o, s:I}", "name", json_text(tg_dataset_class_name(dataset, i)),
                                "samples", (json_int_t)counts[i]);
        whole = !json_array_append_new(classes, row) && whole;
    }
    json_t *object = json_pack("{s:s, s:I, s:I, s:o, s:I, s:o}", "kind", "data", "samples",
                               (json_int_t)tg_dataset_count(dataset), "columns",
                               (json_int_t)tg_dataset_columns(dataset), "shape",
                               shape_json(tg_dataset_shape(dataset)), "skipped",
                               (json_int_t)tg_dataset_skipped(dataset), "classes", classes);
    if (whole) return object;
    json_decref(object);
    return NULL;
}

static int inspect_data(const char *name, const char *label, bool json) {
    tg_dataset *dataset = NULL;
    tg_read_options options = data_options(label);
    int code = finish(data_read(&name, 1, &options, &dataset));
    if (code != DONE) return code;
    size_t *counts = calloc(tg_dataset_classes(dataset) + 1, sizeof *counts);
    if (counts) {
        count_classes(dataset, counts);
        if (json)
            code = json_print(dataset_json(dataset, counts));
        else
            print_dataset(dataset, counts);
    } else {
        code = finish(TG_OUT_OF_MEMORY);
    }
    free(counts);
    tg_dataset_destroy(dataset);
    return code;
}

static int run(const command *self, int argc, char **argv) {
    const char *label = NULL;
    bool json = false;
    const option options[] = {
        label_option(&label),
        {.name = "json", .help = "print one JSON object", .flag = &json},
    };
    command_line line;
    int code = command_line_parse(&line, self, argc, argv, options, TG_COUNT(options));
    if (code == PARSED) {
        const char *name = line.arguments[0];
        const bool model = is_model(name);
        if (model && label) code = misuse(self, "--label needs DATA, and %s is a model", name);
        if (code == PARSED)
            code = model ? inspect_model(name, json) : inspect_data(name, label, json);
    }
    command_line_end(&line);
    return code;
}

const command inspect_command = {
    "inspect",
    "MODEL|DATA",
    "tells what is in a model or in data",
    "Of a model (or a checkpoint) prints the layers, the number of parameters, what goes in and\n"
    "the classes; of data the samples, their size, the files skipped and the classes.",
    1,
    1,
    run};
