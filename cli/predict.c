/* SPDX-License-Identifier: MIT */
/* tigrillo predict: the classes of pictures. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "device.h"
#include "json.h"
#include "options.h"
#include "report.h"

/* What is needed for one picture after another. */
typedef struct predictor {
    tg_device *device;
    tg_model *model;
    const tg_input *input;
    size_t classes, top; /* how many there are, and how many to show */
    uint8_t *pixels;
    tg_tensor x, y;    /* 1 x inputs, 1 x classes, where the program reads and writes; */
    tg_tensor in, out; /* the same where the model is */
    int32_t *order;    /* the `top` best classes */
} predictor;

static tg_status predictor_open(predictor *self, const char *path, size_t top, size_t where) {
    tg_status status = device_open(where, 0, &self->device);
    if (!status) status = tg_model_load(self->device, path, &self->model);
    if (status) return status;
    self->input = tg_model_input(self->model);
    if (!self->input || !self->input->shape.height) return TG_UNSUPPORTED;
    self->classes = tg_model_outputs(self->model);
    self->top = top < self->classes ? top : self->classes;
    self->pixels = malloc(tg_picture_size(self->input->shape));
    self->order = calloc(self->top, sizeof *self->order);
    if (!self->pixels || !self->order) return TG_OUT_OF_MEMORY;
    const size_t inputs = tg_model_inputs(self->model);
    status = tg_matrix_create(tg_cpu(), 1, inputs, &self->x);
    if (!status) status = tg_matrix_create(tg_cpu(), 1, self->classes, &self->y);
    if (!status) status = tg_matrix_create(self->device, 1, inputs, &self->in);
    return status ? status : tg_matrix_create(self->device, 1, self->classes, &self->out);
}

static void predictor_close(predictor *self) {
    tg_tensor_destroy(&self->out);
    tg_tensor_destroy(&self->in);
    tg_tensor_destroy(&self->y);
    tg_tensor_destroy(&self->x);
    free(self->pixels);
    free(self->order);
    tg_model_destroy(self->model);
    tg_device_close(self->device);
}

/* Probabilities, also of a model that ends in logits or their logarithm. */
static tg_status normalize(const predictor *self, tg_tensor *y) {
    size_t last = tg_model_layer_count(self->model) - 1;
    tg_layer_kind kind = tg_model_layer(self->model, last)->kind;
    if (kind != TG_LAYER_DENSE && kind != TG_LAYER_LOG_SOFTMAX) return TG_OK;
    return tg_softmax_forward(y, 1.0f, y);
}

static tg_status predict_file(predictor *self, const char *path) {
    tg_status status = tg_picture_read(path, self->input->shape, self->pixels);
    if (!status) {
        status = tg_input_apply(self->input, self->pixels, tg_tensor_data(&self->x));
    }
    if (!status) status = tg_tensor_copy(&self->x, &self->in);
    if (!status) status = tg_model_predict(self->model, &self->in, &self->out);
    if (!status) status = tg_tensor_copy(&self->out, &self->y);
    if (!status) status = normalize(self, &self->y);
    return status ? status : tg_top_k(&self->y, self->top, self->order);
}

/* False when the weights of the model are NaN, or so large that a sum overflows. */
static bool is_finite(const tg_tensor *y) {
    for (size_t i = 0; i < y->count; ++i) {
        if (!isfinite(tg_tensor_data(y)[i])) return false;
    }
    return true;
}

/* The name of a class, or its number when the model has no names. */
static const char *class_name(const predictor *self, size_t label, char number[24]) {
    const char *name = tg_model_class_name(self->model, label);
    if (name) return name;
    snprintf(number, 24, "%zu", label);
    return number;
}

static void print_text(const predictor *self, const char *path) {
    const float *probabilities = tg_tensor_data(&self->y);
    printf("%s:", path);
    for (size_t i = 0; i < self->top; ++i) {
        char number[24];
        size_t label = (size_t)self->order[i];
        const char *before = i == 0 ? " " : i == 1 ? "  (" : ", ";
        fputs(before, stdout);
        print_name(stdout, class_name(self, label, number), 0);
        printf(" %.1f%%", 100.0 * (double)probabilities[label]);
    }
    puts(self->top > 1 ? ")" : "");
}

static int print_json(const predictor *self, const char *path) {
    const float *probabilities = tg_tensor_data(&self->y);
    json_t *map = json_object();
    bool whole = true;
    char number[24];
    for (size_t i = 0; i < self->top; ++i) {
        size_t label = (size_t)self->order[i];
        whole = whole && !json_object_set_new(map, class_name(self, label, number),
                                              json_number((double)probabilities[label]));
    }
    const char *best = class_name(self, (size_t)self->order[0], number);
    json_t *line = json_pack("{s:o, s:o, s:o}", "file", json_text(path), "class", json_text(best),
                             "probabilities", map);
    if (whole) return json_print(line);
    json_decref(line);
    return json_print(NULL);
}

static int predict_all(predictor *self, const command_line *line, bool json) {
    int code = DONE;
    for (size_t i = 1; i < line->argument_count; ++i) {
        const char *path = line->arguments[i];
        int own = finish(predict_file(self, path));
        if (own == DONE && !is_finite(&self->y)) {
            own = fail("%s: the model's output for it is not finite", path);
        }
        if (own == DONE && json)
            own = print_json(self, path);
        else if (own == DONE)
            print_text(self, path);
        if (own != DONE) code = own;
    }
    return code;
}

static int predict(const command_line *line, size_t top, size_t where, bool json) {
    predictor self = {0};
    const char *path = line->arguments[0];
    tg_status status = predictor_open(&self, path, top, where);
    int code;
    if (status == TG_UNSUPPORTED && self.model) {
        code = fail("%s: takes rows of numbers and not pictures: see tigrillo evaluate", path);
    } else {
        code = status ? finish(status) : predict_all(&self, line, json);
    }
    predictor_close(&self);
    return code;
}

static int run(const command *self, int argc, char **argv) {
    uint64_t top = 0;
    size_t where = 0;
    bool json = false;
    const option options[] = {
        {.name = "top",
         .argument = "K",
         .help = "show the K most probable classes (default: 4; with --json: all)",
         .count = &top,
         .least = 1,
         .most = 1e6},
        device_option(&where),
        {.name = "json",
         .help = "print a JSON object a line: file, class, probabilities",
         .flag = &json},
    };
    command_line line;
    int code = command_line_parse(&line, self, argc, argv, options, TG_COUNT(options));
    if (top == 0) top = json ? SIZE_MAX : 4;
    if (code == PARSED) code = predict(&line, (size_t)top, where, json);
    command_line_end(&line);
    return code;
}

const command predict_command = {
    "predict",
    "MODEL FILE...",
    "tells what is in pictures",
    "Prints for each picture (PNG, JPEG or BMP) its most probable classes. A file that cannot be\n"
    "read is reported, the others are still classified, and the exit code is 1.",
    2,
    SIZE_MAX,
    run};
