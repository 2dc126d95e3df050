/* SPDX-License-Identifier: MIT */
/* tigrillo gradcheck: are the gradients right?
 *
 * Differences of a float32 loss are mostly rounding. So the formulas are checked in float64, on the
 * model's twin (reference/mlp.c), and the library's float32 gradients against the twin's. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "data.h"
#include "json.h"
#include "mistakes.h"
#include "options.h"
#include "progress.h"
#include "twin.h"

enum { SAMPLES = 8, ELEMENTS = 64 }; /* in the batch; at most, of each tensor */

/* The rounding of the loss, about 1e-16 of it, divided by 2 step, and the curvature that
 * differences do not see, about step^2, are both far below the limit, and both grow when step is
 * changed. */
static const double step = 1e-5, limit = 1e-7, rounding = 1e-10;
/* A wrong formula is off by far more, the rounding of float32 by far less. */
static const double library_limit = 1e-4;

typedef enum verdict { RIGHT, WRONG, NOTHING } verdict;
static const char *const verdicts[] = {"ok", "FAIL", "too small to tell"};

/* One weight or bias. */
typedef struct tensor {
    size_t layer; /* of the model */
    bool bias;
    size_t rows, columns, place; /* in the vector of all parameters */
    size_t element[ELEMENTS];    /* places in the tensor */
    double numerical[ELEMENTS];
    size_t count, kinks; /* elements that were looked at; that had to be left out */
    size_t worst;        /* the one with the largest difference; an index of `element` */
    double error;        /* |analytic - numerical| / the larger, in Euclidean norms */
    double library;      /* the same of the library's gradient and the twin's */
    verdict verdict;
    const char *guess; /* when it is wrong */
} tensor;

typedef struct gradcheck {
    tg_model *model, *plain; /* as it is; without dropout */
    tg_dataset *dataset;
    tg_plan *plan;
    tg_tensor x; /* n x inputs */
    mlp net;
    size_t n;
    int32_t labels[SAMPLES];
    double loss;
    double *gradient; /* without mistakes */
    float *library;
    tensor *tensors;
    size_t tensor_count;
} gradcheck;

static void gradcheck_end(gradcheck *own) {
    free(own->tensors);
    free(own->library);
    free(own->gradient);
    mlp_destroy(&own->net);
    tg_tensor_destroy(&own->x);
    tg_plan_destroy(own->plan);
    tg_dataset_destroy(own->dataset);
    tg_model_destroy(own->plain);
    tg_model_destroy(own->model);
}

/* ---- The batch and the two networks. ---- */

/* Samples from all over the data. */
static tg_status take_samples(gradcheck *own) {
    const size_t count = tg_dataset_count(own->dataset);
    size_t samples[SAMPLES];
    own->n = count < SAMPLES ? count : SAMPLES;
    for (size_t r = 0; r < own->n; ++r) samples[r] = r * count / own->n;
    tg_status status = tg_matrix_create(tg_cpu(), own->n, tg_model_inputs(own->model), &own->x);
    if (status) return status;
    return tg_dataset_batch(own->dataset, tg_model_input(own->model), NULL, 0, 0, samples, own->n,
                            1, &own->x, own->labels);
}

static tg_status draw_samples(gradcheck *own) {
    own->n = SAMPLES;
    tg_status status = tg_matrix_create(tg_cpu(), own->n, tg_model_inputs(own->model), &own->x);
    if (status) return status;
    tg_random random = tg_random_start(1, 0);
    for (size_t i = 0; i < own->x.count; ++i) {
        tg_tensor_data(&own->x)[i] = tg_random_normal(&random);
    }
    for (size_t r = 0; r < own->n; ++r) {
        own->labels[r] = (int32_t)tg_random_below(&random, tg_model_outputs(own->model));
    }
    return TG_OK;
}

/* The model again, with dropout of nothing: the two must compute the same function. */
static tg_status copy_without_dropout(gradcheck *own) {
    const size_t count = tg_model_layer_count(own->model);
    tg_layer *layers = calloc(count, sizeof *layers);
    if (!layers) return TG_OUT_OF_MEMORY;
    for (size_t i = 0; i < count; ++i) {
        layers[i] = *tg_model_layer(own->model, i);
        if (layers[i].kind == TG_LAYER_DROPOUT) layers[i].value = 0;
    }
    tg_tensor from, to;
    tg_status status = tg_model_create(tg_cpu(), tg_model_inputs(own->model), layers, count, 1,
                                       &own->plain);
    if (!status) status = tg_model_parameters(own->model, &from);
    if (!status) status = tg_model_parameters(own->plain, &to);
    if (!status) status = tg_tensor_copy(&from, &to);
    free(layers);
    return status;
}

static tg_status run_library(gradcheck *own) {
    const tg_loss loss = tg_loss_defaults(TG_CROSS_ENTROPY);
    tg_tensor y;
    double value;
    own->library = calloc(own->net.parameters + 1, sizeof *own->library);
    if (!own->library) return TG_OUT_OF_MEMORY;
    tg_status status = copy_without_dropout(own);
    if (!status) status = tg_plan_create(own->plain, TG_TRAINING, own->n, &own->plan);
    if (!status) status = tg_plan_forward(own->plan, &own->x, &y);
    if (!status) status = tg_plan_loss(own->plan, &loss, tg_labels(own->labels, own->n), &value);
    if (!status) status = tg_plan_backward(own->plan);
    if (status) return status;
    return tg_tensor_read(tg_plan_gradients(own->plan), own->library, own->net.parameters);
}

static int prepare(const command *self, gradcheck *own, const char *path, const char *data,
                   const char *label, size_t mistake) {
    tg_status status = tg_model_load(tg_cpu(), path, &own->model);
    if (!status && data) status = data_read_for(own->model, &data, 1, label, &own->dataset);
    if (!status) status = data ? take_samples(own) : draw_samples(own);
    if (status) return finish(status);
    const int code = twin_create(self, path, own->model, own->n, &own->net);
    if (code != PARSED) return code;
    for (size_t i = 0; i < own->x.count; ++i) {
        own->net.x[i] = (double)tg_tensor_data(&own->x)[i];
    }
    status = run_library(own); /* which looks at the labels */
    if (status) return finish(status);
    for (size_t r = 0; r < own->n; ++r) own->net.y[r] = (size_t)own->labels[r];
    own->gradient = calloc(own->net.parameters + 1, sizeof *own->gradient);
    if (!own->gradient) return finish(TG_OUT_OF_MEMORY);
    own->loss = mlp_forward(&own->net);
    if (!isfinite(own->loss)) return fail("%s: the loss is not finite", path);
    mlp_backward(&own->net);
    for (size_t i = 0; i < own->net.parameters; ++i) own->gradient[i] = own->net.gradient[i];
    mlp copy = own->net; /* a mistake changes the functions */
    mlp_layer *layers = calloc(copy.L, sizeof *layers);
    if (!layers) return finish(TG_OUT_OF_MEMORY);
    for (size_t l = 0; l < copy.L; ++l) layers[l] = own->net.layer[l];
    copy.layer = layers;
    const bool made = mistake_backward(&copy, mistake);
    free(layers);
    return made ? PARSED : finish(TG_OUT_OF_MEMORY);
}

/* ---- The comparison. ---- */

/* On which side of 0 the sums before the kinks are, as one number. */
static uint64_t sides(const mlp *net) {
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t l = 0; l < net->L; ++l) {
        const mlp_layer *at = &net->layer[l];
        if (at->f != MLP_RELU && at->f != MLP_LEAKY_RELU) continue;
        for (size_t i = 0; i < net->n * at->out; ++i) {
            hash = (hash ^ (at->z[i] > 0)) * 1099511628211u;
        }
    }
    return hash;
}

/* The central difference; false when a ReLU has its kink in between. */
static bool differ(mlp *net, size_t parameter, double *slope) {
    const double value = net->theta[parameter];
    net->theta[parameter] = value + step;
    const double above = mlp_forward(net);
    const uint64_t side = sides(net);
    net->theta[parameter] = value - step;
    const double below = mlp_forward(net);
    net->theta[parameter] = value;
    *slope = (above - below) / (2 * step);
    return side == sides(net);
}

static void differ_all(gradcheck *own, tensor *at) {
    const size_t size = at->rows * at->columns, tries = size < ELEMENTS ? size : ELEMENTS;
    tg_random random = tg_random_start(2, at->place);
    for (size_t e = 0; e < tries; ++e) {
        const size_t element = size <= ELEMENTS ? e : tg_random_below(&random, size);
        at->element[at->count] = element;
        if (differ(&own->net, at->place + element, &at->numerical[at->count]))
            ++at->count;
        else
            ++at->kinks;
    }
}

static double relative(double difference, double a, double b) {
    const double larger = fmax(a, b);
    return larger > 0 ? sqrt(difference) / sqrt(larger) : 0;
}

/* Sums of squares; the roots are taken at the end. */
static void judge(const gradcheck *own, tensor *at) {
    const double *analytic = own->net.gradient + at->place;
    double difference = 0, a = 0, b = 0, largest = -1;
    for (size_t e = 0; e < at->count; ++e) {
        const double one = analytic[at->element[e]], other = at->numerical[e];
        difference += (one - other) * (one - other);
        a += one * one;
        b += other * other;
        if (fabs(one - other) > largest) {
            largest = fabs(one - other);
            at->worst = e;
        }
    }
    at->error = relative(difference, a, b);
    const double noise = rounding * fmax(1, own->loss) * sqrt((double)at->count);
    at->verdict = sqrt(difference) > limit * sqrt(fmax(a, b)) + noise ? WRONG
                  : sqrt(fmax(a, b)) > 10 * noise                     ? RIGHT
                                                                      : NOTHING;
    difference = a = b = 0;
    for (size_t i = at->place; i < at->place + at->rows * at->columns; ++i) {
        const double one = own->gradient[i], other = (double)own->library[i];
        difference += (one - other) * (one - other);
        a += one * one;
        b += other * other;
    }
    at->library = relative(difference, a, b);
    /* What float32 cannot hold well is nothing to judge the library by. */
    if (at->verdict == RIGHT && !(at->library <= library_limit)) at->verdict = WRONG;
}

static void guess_all(gradcheck *own) {
    for (size_t i = 0; i < own->tensor_count; ++i) {
        tensor *at = &own->tensors[i];
        if (at->verdict != WRONG) continue;
        const tensor *above = i + 2 < own->tensor_count ? &own->tensors[(i | 1) + 1] : NULL;
        const finding found = {
            .rows = at->rows,
            .columns = at->columns,
            .gradient = own->net.gradient + at->place,
            .element = at->element,
            .right = at->numerical,
            .count = at->count,
            .n = own->n,
            .above = above && own->tensors[i | 1].verdict == WRONG && above->verdict == RIGHT,
            .wrong_above = above && above->verdict == WRONG,
            .bias_alone = at->bias && own->tensors[i - 1].verdict == RIGHT,
        };
        at->guess = at->error > limit ? mistake_guess(&found)
                                      : "the library's float32 differs from the twin";
    }
}

static int compare(gradcheck *own) {
    own->tensor_count = 0;
    own->tensors = calloc(2 * own->net.L, sizeof *own->tensors);
    if (!own->tensors) return finish(TG_OUT_OF_MEMORY);
    for (size_t i = 0; i < tg_model_layer_count(own->model); ++i) {
        if (tg_model_layer(own->model, i)->kind != TG_LAYER_DENSE) continue;
        const mlp_layer *layer = &own->net.layer[own->tensor_count / 2];
        const size_t W = (size_t)(layer->W - own->net.theta), b = W + layer->out * layer->in;
        own->tensors[own->tensor_count++] = (tensor){
            .layer = i, .rows = layer->out, .columns = layer->in, .place = W};
        own->tensors[own->tensor_count++] = (tensor){
            .layer = i, .bias = true, .rows = layer->out, .columns = 1, .place = b};
    }
    for (size_t i = 0; i < own->tensor_count; ++i) {
        notice("differentiating tensor %zu of %zu ...", i + 1, own->tensor_count);
        differ_all(own, &own->tensors[i]);
        judge(own, &own->tensors[i]);
    }
    notice_end();
    guess_all(own);
    return PARSED;
}

static size_t count_of(const gradcheck *own, verdict which) {
    size_t count = 0;
    for (size_t i = 0; i < own->tensor_count; ++i) count += own->tensors[i].verdict == which;
    return count;
}

/* ---- What is told. ---- */

static const char *suffix(const tensor *at) {
    return at->bias ? "bias" : "weight";
}

static void print_tensor(const gradcheck *own, const tensor *at) {
    char name[32], shape[48], place[48] = "-";
    snprintf(name, sizeof name, "%zu.%s", at->layer, suffix(at));
    snprintf(shape, sizeof shape, at->bias ? "%zu" : "%zu x %zu", at->rows, at->columns);
    const size_t worst = at->element[at->worst];
    if (at->count > 0) {
        snprintf(place, sizeof place, at->bias ? "[%zu]" : "[%zu,%zu]", worst / at->columns,
                 worst % at->columns);
    }
    printf("%-9s  %10s  %7zu  %10s  %14.7e  %14.7e  %8.1e  %8.1e  %s\n", name, shape, at->count,
           place, at->count ? own->net.gradient[at->place + worst] : 0, at->numerical[at->worst],
           at->error, at->library, verdicts[at->verdict]);
}

static void print_text(const gradcheck *own, const char *data, size_t mistake) {
    printf("%zu %s, loss %.6f%s%s\n\n", own->n, data ? "samples of the data" : "random samples",
           own->loss, mistake ? ", mistake made on purpose: " : "",
           mistake ? mistakes[mistake] : "");
    printf("%-9s  %10s  %7s  %10s  %14s  %14s  %8s  %8s\n", "tensor", "shape", "checked", "worst",
           "analytic", "numerical", "error", "library");
    size_t kinks = 0;
    for (size_t i = 0; i < own->tensor_count; ++i) {
        print_tensor(own, &own->tensors[i]);
        kinks += own->tensors[i].kinks;
    }
    printf(
        "\nanalytic   the formulas of the backward pass, in float64 (reference/mlp.c)\n"
        "numerical  (loss(w + h) - loss(w - h)) / 2h with h = %g, of the same network\n"
        "error      |analytic - numerical| / the larger, of what was checked; limit %g\n"
        "library    the same of the library's float32 gradient and the analytic one%s; limit %g\n",
        step, limit, mistake ? " without the mistake" : "", library_limit);
    if (kinks)
        printf("%zu elements left out: a ReLU has its kink between w - h and w + h\n", kinks);
    for (size_t i = 0; i < own->tensor_count; ++i) {
        const tensor *at = &own->tensors[i];
        if (at->guess) printf("%zu.%s: %s\n", at->layer, suffix(at), at->guess);
    }
    if (mistake && count_of(own, WRONG) == 0)
        printf("in this network the mistake \"%s\" changes nothing that is seen\n",
               mistakes[mistake]);
}

static json_t *tensor_json(const gradcheck *own, const tensor *at) {
    char name[32];
    snprintf(name, sizeof name, "%zu.%s", at->layer, suffix(at));
    const size_t worst = at->element[at->worst];
    return json_pack("{s:s, s:[I, I], s:I, s:I, s:[I, I], s:o, s:o, s:o, s:o, s:s, s:s?}", "name",
                     name, "shape", (json_int_t)at->rows, (json_int_t)at->columns, "checked",
                     (json_int_t)at->count, "kinks", (json_int_t)at->kinks, "worst",
                     (json_int_t)(worst / at->columns), (json_int_t)(worst % at->columns),
                     "analytic", json_number(own->net.gradient[at->place + worst]), "numerical",
                     json_number(at->numerical[at->worst]), "error", json_number(at->error),
                     "library_error", json_number(at->library), "verdict", verdicts[at->verdict],
                     "guess", at->guess);
}

static json_t *report(const gradcheck *own, const char *data, size_t mistake, bool passed) {
    json_t *tensors = json_array();
    bool whole = true;
    for (size_t i = 0; i < own->tensor_count; ++i) {
        whole = whole && !json_array_append_new(tensors, tensor_json(own, &own->tensors[i]));
    }
    json_t *object = json_pack("{s:I, s:b, s:s, s:o, s:o, s:o, s:o, s:b, s:o}", "samples",
                               (json_int_t)own->n, "random", !data, "mistake", mistakes[mistake],
                               "loss", json_number(own->loss), "step", json_number(step), "limit",
                               json_number(limit), "library_limit", json_number(library_limit),
                               "passed", passed, "tensors", tensors);
    if (whole) return object;
    json_decref(object);
    return NULL;
}

static int check(const command *self, const char *path, const char *data, const char *label,
                 size_t mistake, bool json) {
    gradcheck own = {0};
    int code = prepare(self, &own, path, data, label, mistake);
    if (code == PARSED) code = compare(&own);
    if (code == PARSED) {
        const size_t wrong = count_of(&own, WRONG), right = count_of(&own, RIGHT);
        code = DONE;
        if (json)
            code = json_print(report(&own, data, mistake, wrong == 0 && right > 0));
        else
            print_text(&own, data, mistake);
        if (wrong > 0) code = fail("%zu of %zu gradients are wrong", wrong, own.tensor_count);
        if (wrong == 0 && right == 0) code = fail("%s: all gradients are too small to tell", path);
    }
    gradcheck_end(&own);
    return code;
}

static int run(const command *self, int argc, char **argv) {
    const char *data = NULL, *label = NULL;
    size_t mistake = 0;
    bool json = false;
    const option options[] = {
        {.name = "data",
         .argument = "DATA",
         .help = "take samples of DATA (default: random numbers and labels)",
         .text = &data},
        label_option(&label),
        {.name = "inject",
         .argument = "BUG",
         .help = "make a mistake, to see what failing looks like",
         .choice = &mistake,
         .choices = mistakes},
        {.name = "json", .help = "print one JSON object", .flag = &json},
    };
    command_line line;
    int code = command_line_parse(&line, self, argc, argv, options, TG_COUNT(options));
    if (code == PARSED && label && !data) code = misuse(self, "--label needs --data");
    if (code == PARSED) code = check(self, line.arguments[0], data, label, mistake, json);
    command_line_end(&line);
    return code;
}

const command gradcheck_command = {
    "gradcheck",
    "MODEL",
    "tells whether the gradients of a model are right",
    "Compares the gradient of the cross-entropy by each parameter tensor of MODEL with central\n"
    "differences, in float64 and with plain loops, and the library's float32 gradient with that.\n"
    "MODEL tells at least two classes apart; to one that ends in their scores a softmax is added.\n"
    "Of large tensors 64 elements, drawn at random, are compared with differences. The exit code\n"
    "is 1 when a gradient is wrong.",
    1,
    1,
    run};
