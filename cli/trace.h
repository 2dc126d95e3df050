/* SPDX-License-Identifier: MIT */
/* One sample's way through a network and back, and how it is shown. */
#ifndef CLI_TRACE_H
#define CLI_TRACE_H

#include <stdio.h>

#include <jansson.h>
#include <mlp.h>
#include <tigrillo/tigrillo.h>

/* A pass that was made: everything of it is in `net`, whose batch is one sample. */
typedef struct trace {
    const char *network, *sample; /* what they are called */
    tg_model *model;              /* owned; NULL: the built-in network */
    const tg_input *input;        /* how the sample becomes x; NULL: it is x */
    uint8_t *pixels;              /* owned; NULL: the sample is a row of numbers */
    double *v;                    /* owned; x before it was standardised */
    mlp net;
    size_t *layer_number; /* L: the layers' places in the model */
    char **class_name;    /* k; owned */
    double rate;          /* of the step of gradient descent */
    double loss, loss_after;
    double *theta_after; /* the parameters after the step */
} trace;

/* The name of what stands behind a layer. */
const char *trace_function(mlp_function f);

/* Every number, step by step, with its formula. */
void trace_text(const trace *own, FILE *file);

/* The same numbers; NULL: out of memory. */
json_t *trace_json(const trace *own);

/* A page that needs nothing else: the network as a drawing, and the text. False: out of memory. */
bool trace_html(const trace *own, FILE *file);

#endif
