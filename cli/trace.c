/* SPDX-License-Identifier: MIT */
/* tigrillo trace: one sample forward and backward, every number of it. */
#include "trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "options.h"
#include "twin.h"

static void trace_end(trace *own) {
    const size_t k = own->class_name ? own->net.layer[own->net.L - 1].out : 0;
    for (size_t c = 0; c < k; ++c) free(own->class_name[c]);
    free(own->class_name);
    free(own->layer_number);
    free(own->theta_after);
    free(own->pixels);
    free(own->v);
    mlp_destroy(&own->net);
    tg_model_destroy(own->model);
}

/* Room for what stands beside the network; false: out of memory. */
static bool make_room(trace *own) {
    own->layer_number = calloc(own->net.L, sizeof *own->layer_number);
    own->theta_after = calloc(own->net.parameters + 1, sizeof *own->theta_after);
    own->v = calloc(own->net.layer[0].in, sizeof *own->v);
    own->class_name = calloc(own->net.layer[own->net.L - 1].out + 1, sizeof *own->class_name);
    return own->layer_number && own->theta_after && own->v && own->class_name;
}

/* ---- The built-in network. ---- */

/* 2 -> 3 relu -> 4. The scores are those of the softmax example, [1.25, 2.44, 0.78, 0.12], and the
 * second hidden unit is off, so that its gradients are 0. */
static tg_status take_example(trace *own) {
    static const double theta[] = {
        0.8, 0.4, -0.6, 0.2, 0.5,  -0.6,                                  /* W, 3 x 2 */
        0.2, 0.1, 0.3,                                                    /* b */
        0.5, 0.7, 1.1,  1.5, -0.4, 0.88, 0.4, 0.9, 0.8, -0.3, -0.2, 0.96, /* W, 4 x 3 */
        0.1, 0.2, -0.1, 0                                                 /* b */
    };
    static const char *const names[] = {"cat", "dog", "tiger", "none"};
    const mlp_shape shapes[] = {{.out = 3, .f = MLP_RELU}, {.out = 4}};
    own->network = "a small example";
    own->sample = "1,0.5";
    if (!mlp_create(&own->net, 1, 2, shapes, 2) || !make_room(own)) return TG_OUT_OF_MEMORY;
    own->net.x[0] = own->v[0] = 1;
    own->net.x[1] = own->v[1] = 0.5;
    own->layer_number[1] = 2; /* behind relu */
    memcpy(own->net.theta, theta, sizeof theta);
    for (size_t c = 0; c < TG_COUNT(names); ++c) {
        own->class_name[c] = strdup(names[c]);
        if (!own->class_name[c]) return TG_OUT_OF_MEMORY;
    }
    return TG_OK;
}

/* ---- A model and a sample. ---- */

/* "1,2.5,-3", exactly `count` numbers. */
static int read_row(const command *self, const char *text, float *values, size_t count) {
    size_t found = 0;
    char number[64];
    for (const char *at = text;; ++at) {
        const size_t length = strcspn(at, ",");
        double value = 0;
        snprintf(number, sizeof number, "%.*s", (int)(length < 60 ? length : 60), at);
        if (!parse_number(number, -1e30, 1e30, &value)) {
            return misuse(self, "SAMPLE: '%s' is not a number", number);
        }
        if (found < count) values[found] = (float)value;
        ++found;
        at += length;
        if (!*at) break;
    }
    if (found == count) return PARSED;
    return misuse(self, "SAMPLE: %zu numbers, the model takes %zu", found, count);
}

/* Row of the network's input from a picture or from numbers; both with the same input. */
static tg_status apply(const tg_input *input, const uint8_t *pixels, const float *values,
                       float *row) {
    return pixels ? tg_input_apply(input, pixels, row) : tg_input_apply_row(input, values, row);
}

/* Fills `v` and `row`, which are what goes into the network before and after standardisation. */
static int read_values(const command *self, trace *own, float *v, float *row) {
    const tg_input *input = own->input;
    const size_t inputs = tg_model_inputs(own->model);
    tg_status status = TG_OK;
    if (input && input->shape.height) {
        own->pixels = malloc(tg_picture_size(input->shape));
        status = own->pixels ? tg_picture_read(own->sample, input->shape, own->pixels)
                             : TG_OUT_OF_MEMORY;
    } else {
        const int code = read_row(self, own->sample, v, inputs);
        if (code != PARSED) return code;
        memcpy(row, v, inputs * sizeof *v);
    }
    if (!status && input) {
        tg_input plain = *input;
        plain.statistics = 0;
        status = apply(&plain, own->pixels, v, v);
        if (!status) status = apply(input, own->pixels, v, row);
    }
    return status ? finish(status) : PARSED;
}

/* Fills the network's x, and v, from a picture's file or from numbers. */
static int read_sample(const command *self, trace *own) {
    const size_t inputs = tg_model_inputs(own->model);
    float *v = calloc(inputs, sizeof *v), *row = calloc(inputs, sizeof *row);
    own->input = tg_model_input(own->model);
    const int code = v && row ? read_values(self, own, v, row) : finish(TG_OUT_OF_MEMORY);
    for (size_t i = 0; code == PARSED && i < inputs; ++i) {
        own->v[i] = (double)v[i];
        own->net.x[i] = (double)row[i];
    }
    free(v);
    free(row);
    return code;
}

static int take_model(const command *self, trace *own) {
    tg_status status = tg_model_load(tg_cpu(), own->network, &own->model);
    if (status) return finish(status);
    const tg_model *model = own->model;
    int code = twin_create(self, own->network, model, 1, &own->net);
    if (code != PARSED) return code;
    if (!make_room(own)) return finish(TG_OUT_OF_MEMORY);
    for (size_t i = 0, l = 0; i < tg_model_layer_count(model); ++i) {
        if (tg_model_layer(model, i)->kind == TG_LAYER_DENSE) own->layer_number[l++] = i;
    }
    for (size_t c = 0; c < tg_model_outputs(model); ++c) {
        char number[24];
        snprintf(number, sizeof number, "%zu", c);
        const char *name = tg_model_class_name(model, c);
        own->class_name[c] = strdup(name ? name : number);
        if (!own->class_name[c]) return finish(TG_OUT_OF_MEMORY);
    }
    return read_sample(self, own);
}

/* ---- The pass. ---- */

/* The right class: what --class names, or else what the network thinks. */
static int choose_class(const command *self, trace *own, const char *class_name) {
    mlp *net = &own->net;
    const size_t k = net->layer[net->L - 1].out;
    for (size_t c = 0; class_name && c < k; ++c) {
        if (strcmp(class_name, own->class_name[c]) == 0) {
            net->y[0] = c;
            return PARSED;
        }
    }
    if (class_name) return misuse(self, "--class: '%s' is no class of the network", class_name);
    mlp_forward(net);
    for (size_t c = 1; c < k; ++c) {
        if (net->p[c] > net->p[net->y[0]]) net->y[0] = c;
    }
    return PARSED;
}

/* Forward, backward and a step; then back to before the step, where everything is looked at. */
static int pass(trace *own) {
    mlp *net = &own->net;
    mlp_forward(net);
    mlp_backward(net);
    memcpy(own->theta_after, net->theta, net->parameters * sizeof *net->theta);
    mlp_step(net, own->rate);
    own->loss_after = mlp_forward(net);
    for (size_t i = 0; i < net->parameters; ++i) {
        const double after = net->theta[i];
        net->theta[i] = own->theta_after[i];
        own->theta_after[i] = after;
    }
    own->loss = mlp_forward(net);
    if (!isfinite(own->loss)) return fail("%s: the loss is not finite", own->network);
    return PARSED;
}

static int show(const trace *own, bool json, bool html) {
    if (json) return json_print(trace_json(own));
    if (html) return trace_html(own, stdout) ? DONE : finish(TG_OUT_OF_MEMORY);
    trace_text(own, stdout);
    return DONE;
}

static int run(const command *self, int argc, char **argv) {
    const char *class_name = NULL;
    trace own = {.rate = 0.1};
    bool json = false, html = false;
    const option options[] = {
        {.name = "class",
         .argument = "NAME",
         .help = "the right class of the sample (default: the most probable one)",
         .text = &class_name},
        {.name = "learning-rate",
         .argument = "X",
         .help = "of the step at the end",
         .number = &own.rate,
         .most = 1e3},
        {.name = "json",
         .help = "print one JSON object, the numbers under their names in the text",
         .flag = &json},
        {.name = "html",
         .help = "print a page with the network drawn, and the text",
         .flag = &html},
    };
    command_line line;
    int code = command_line_parse(&line, self, argc, argv, options, TG_COUNT(options));
    if (code == PARSED && line.argument_count == 1) code = misuse(self, "SAMPLE is missing");
    if (code == PARSED && json && html) code = misuse(self, "--json and --html: one of them");
    if (code == PARSED && line.argument_count == 0) {
        const tg_status status = take_example(&own);
        if (status) code = finish(status);
    } else if (code == PARSED) {
        own.network = line.arguments[0];
        own.sample = line.arguments[1];
        code = take_model(self, &own);
    }
    if (code == PARSED) code = choose_class(self, &own, class_name);
    if (code == PARSED) code = pass(&own);
    if (code == PARSED) code = show(&own, json, html);
    trace_end(&own);
    command_line_end(&line);
    return code;
}

const command trace_command = {
    "trace",
    "[MODEL SAMPLE]",
    "shows every number of one pass forward and backward",
    "Runs SAMPLE through MODEL, forward and backward, and one step of gradient descent, in "
    "float64,\n"
    "and prints every number with its shape and formula. SAMPLE is a picture's file, or numbers:\n"
    "1,2.5,0. MODEL tells at least two classes apart; to one that ends in their scores a softmax\n"
    "is added. Without MODEL and SAMPLE, a small example.",
    0,
    2,
    run};
