/* SPDX-License-Identifier: MIT */
#include "json.h"
#include "trace.h"

static json_t *vector(const double *values, size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; ++i) {
        if (json_array_append_new(array, json_number(values[i]))) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *matrix(const double *values, size_t rows, size_t columns) {
    json_t *array = json_array();
    for (size_t j = 0; j < rows; ++j) {
        if (json_array_append_new(array, vector(values + j * columns, columns))) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

/* One of each of the statistics: v_i and x_i go with number i % how many there are. */
static json_t *statistics(const trace *own, bool deviation) {
    const tg_input *input = own->input;
    if (!input || input->statistics == 0) return json_null();
    json_t *array = json_array();
    for (size_t i = 0; i < input->statistics; ++i) {
        const float value = deviation ? input->deviation[i] : input->mean[i];
        if (json_array_append_new(array, json_number((double)value))) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *pixels(const trace *own) {
    if (!own->pixels) return json_null();
    json_t *array = json_array();
    for (size_t i = 0; i < tg_picture_size(own->input->shape); ++i) {
        if (json_array_append_new(array, json_integer(own->pixels[i]))) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *layer_json(const trace *own, size_t l) {
    const mlp_layer *at = &own->net.layer[l];
    const size_t in = at->in, out = at->out;
    return json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "layer",
                     (json_int_t)own->layer_number[l], "function", trace_function(at->f), "W",
                     matrix(at->W, out, in), "b", vector(at->b, out), "z", vector(at->z, out), "a",
                     vector(at->a, out), "da", vector(at->da, out), "dz", vector(at->dz, out), "dW",
                     matrix(at->dW, out, in), "db", vector(at->db, out), "W_after",
                     matrix(own->theta_after + (at->W - own->net.theta), out, in), "b_after",
                     vector(own->theta_after + (at->b - own->net.theta), out));
}

json_t *trace_json(const trace *own) {
    const mlp *net = &own->net;
    const size_t k = net->layer[net->L - 1].out, inputs = net->layer[0].in;
    json_t *layers = json_array(), *classes = json_array();
    bool whole = true;
    for (size_t l = 0; l < net->L; ++l) {
        whole = whole && !json_array_append_new(layers, layer_json(own, l));
    }
    for (size_t c = 0; c < k; ++c) {
        whole = whole && !json_array_append_new(classes, json_text(own->class_name[c]));
    }
    json_t *object = json_pack(
        "{s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
        "network", json_text(own->network), "sample", json_text(own->sample), "classes", classes,
        "y", (json_int_t)net->y[0], "pixels", pixels(own), "v", vector(own->v, inputs), "mean",
        statistics(own, false), "deviation", statistics(own, true), "x", vector(net->x, inputs),
        "dx", vector(net->dx, inputs), "layers", layers, "temperature", json_number(net->T), "p",
        vector(net->p, k), "loss", json_number(own->loss), "rate", json_number(own->rate),
        "loss_after", json_number(own->loss_after));
    if (whole) return object;
    json_decref(object);
    return NULL;
}
