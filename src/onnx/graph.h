/* SPDX-License-Identifier: MIT */
/* An ONNX file taken apart: nodes, tensors, inputs and outputs, found by name. Everything borrows
 * from the file's bytes; nothing is computed. Each size is compared with the bytes that are really
 * there before memory is taken for it. */
#ifndef TG_ONNX_GRAPH_H
#define TG_ONNX_GRAPH_H

#include "onnx/protobuf.h"

/* A network has some hundred nodes and tensors; a file may not ask for memory, or time, for
 * millions. */
enum { TG_ONNX_RANK = 8, TG_ONNX_INPUTS = 3, TG_ONNX_MOST = 10000 };

/* An initializer, or the list of an attribute seen as a tensor of rank 1. */
typedef struct tg_onnx_tensor {
    tg_bytes name;
    int type;
    size_t rank, shape[TG_ONNX_RANK];
    size_t count;
    size_t place;     /* in the file */
    tg_bytes message; /* in whose fields `field` the elements are, unless they are elsewhere: */
    uint32_t field;
    tg_bytes raw; /* if `is_raw`: little-endian */
    bool is_raw, is_external;
    bool is_cast; /* to FLOAT or DOUBLE, by a node behind it */
} tg_onnx_tensor;

typedef struct tg_onnx_node {
    tg_bytes name, op_type, domain;
    tg_bytes inputs[TG_ONNX_INPUTS]; /* the first ones */
    size_t input_count;
    size_t index; /* in the file */
    tg_bytes message;
} tg_onnx_node;

/* An input or output of the graph. */
typedef struct tg_onnx_port {
    tg_bytes name;
    bool is_tensor;
    int type;
    bool has_shape;
    size_t rank, shape[TG_ONNX_RANK]; /* 0: a dimension that is not fixed */
} tg_onnx_port;

/* A name, and where its value comes from. */
typedef struct tg_onnx_value {
    tg_bytes name;
    /* Indices; SIZE_MAX: not from there. Of a tensor and an input, the tensor counts. */
    size_t node, tensor, input;
    size_t output; /* which output of the node */
} tg_onnx_value;

typedef struct tg_onnx_external {
    tg_bytes location;
    unsigned char *bytes;
    size_t size;
} tg_onnx_external;

typedef struct tg_onnx_graph {
    const char *path; /* for messages */
    bool has_folder;  /* whether `path` is a file, beside which others may be read */
    tg_reader file;
    tg_bytes message; /* the GraphProto */
    uint64_t opset;
    tg_bytes classes, input; /* our metadata */
    bool has_classes, has_input;
    tg_onnx_node *nodes;
    size_t node_count, node_room;
    tg_onnx_tensor *tensors;
    size_t tensor_count, tensor_room;
    tg_onnx_port *inputs;
    size_t input_count, input_room;
    tg_onnx_port *outputs;
    size_t output_count, output_room;
    tg_onnx_value *values; /* sorted by name, no name twice */
    size_t value_count, value_room;
    tg_onnx_external *externals; /* files that were read */
    size_t external_count, external_room;
} tg_onnx_graph;

/* Zero the graph first, and end it in any case. `bytes` are borrowed. */
tg_status tg_onnx_parse(tg_onnx_graph *graph, const void *bytes, size_t size);
void tg_onnx_end(tg_onnx_graph *graph);

/* NULL when no value has that name. */
const tg_onnx_value *tg_onnx_find(const tg_onnx_graph *graph, tg_bytes name);

bool tg_onnx_is(const tg_onnx_node *node, const char *domain, const char *op_type);

/* Puts "node 3 "name" (Conv): " in front of the message of a failure. */
tg_status tg_onnx_at(const tg_onnx_node *node, tg_status status);

/* ---- Attributes (attribute.c). A missing one leaves the value as it was. ---- */

tg_status tg_onnx_integer(const tg_onnx_graph *graph, const tg_onnx_node *node, const char *name,
                          int64_t *value);
tg_status tg_onnx_float(const tg_onnx_graph *graph, const tg_onnx_node *node, const char *name,
                        float *value);
tg_status tg_onnx_text(const tg_onnx_graph *graph, const tg_onnx_node *node, const char *name,
                       tg_bytes *value);
/* A tensor, a number or a list of numbers or texts: *found says whether it is there. */
tg_status tg_onnx_list(const tg_onnx_graph *graph, const tg_onnx_node *node, const char *name,
                       tg_onnx_tensor *tensor, bool *found);

/* ---- Tensors (tensor.c). ---- */

/* A TensorProto: its shape, its type, and that as many elements as it claims are there. */
tg_status tg_onnx_parse_tensor(const tg_reader *file, tg_bytes message, tg_onnx_tensor *tensor);

/* external.c: where the elements, of `width` bytes each, of a tensor in another file are. That file
 * is read once and stays until the graph ends. */
tg_status tg_onnx_find_outside(tg_onnx_graph *graph, const tg_onnx_tensor *tensor, size_t width,
                               tg_bytes *raw);

/* The value of a name, when it is known before the network runs. */
tg_status tg_onnx_constant(const tg_onnx_graph *graph, tg_bytes name, tg_onnx_tensor *tensor,
                           bool *found);

/* That all elements are there, also those in another file, and of a type that is read. */
tg_status tg_onnx_check_elements(tg_onnx_graph *graph, const tg_onnx_tensor *tensor);

/* The same as tg_onnx_constant() of a single number, and the number. */
tg_status tg_onnx_scalar(tg_onnx_graph *graph, tg_bytes name, float *value, bool *found);

/* Whether a Cast makes numbers of at least 32 bits, and so keeps what comes in. */
tg_status tg_onnx_casts_to_real(const tg_onnx_graph *graph, const tg_onnx_node *node, bool *real);

/* The labels that a classifier of scikit-learn gives to its columns: a list of numbers or texts. */
tg_status tg_onnx_labels(const tg_onnx_graph *graph, const tg_onnx_node *node,
                         tg_onnx_tensor *labels, bool *found);

/* Whether its elements are integers, with which ONNX computes in integers. */
bool tg_onnx_is_whole(const tg_onnx_tensor *tensor);

/* The elements. tg_release() them. TG_UNSUPPORTED for a type that is no number of 32 or 64 bits,
 * and for a float64 that is beyond float32. */
tg_status tg_onnx_floats(tg_onnx_graph *graph, const tg_onnx_tensor *tensor, float **values);
tg_status tg_onnx_integers(tg_onnx_graph *graph, const tg_onnx_tensor *tensor, int64_t **values);

/* The next text of a tensor of texts: start `reader` on its message. */
tg_status tg_onnx_next_text(tg_reader *reader, uint32_t field, tg_bytes *text);

#endif
