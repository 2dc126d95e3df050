/* SPDX-License-Identifier: MIT */
/* The messages of an ONNX file into arrays, and the names into a sorted index. */
#include "onnx/graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "io/model_file.h"
#include "onnx/format.h"

static tg_status fail_many(void) {
    return tg_fail(TG_UNSUPPORTED, "more than %d nodes, values or tensors", TG_ONNX_MOST);
}

/* Room for one more entry, which is zeroed. */
#define MAKE_ROOM(array, count, room)                                                              \
    do {                                                                                           \
        if ((count) >= TG_ONNX_MOST) return fail_many();                                           \
        void *grown = tg_grow(array, sizeof *(array), count, &(room));                             \
        if (!grown) return TG_OUT_OF_MEMORY;                                                       \
        (array) = grown;                                                                           \
    } while (0)

static tg_status read_bytes(const tg_field *field, const char *what, tg_bytes *bytes) {
    TG_TRY(tg_field_check(field, TG_LENGTH, what));
    *bytes = field->bytes;
    return TG_OK;
}

/* ---- Values ---- */

static int compare(tg_bytes a, tg_bytes b) {
    const size_t shared = a.size < b.size ? a.size : b.size;
    int order = shared > 0 ? memcmp(a.data, b.data, shared) : 0;
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static int compare_values(const void *left, const void *right) {
    const tg_onnx_value *a = left, *b = right;
    return compare(a->name, b->name);
}

static tg_status add_value(tg_onnx_graph *graph, tg_bytes name, tg_onnx_value **value) {
    MAKE_ROOM(graph->values, graph->value_count, graph->value_room);
    tg_onnx_value *added = &graph->values[graph->value_count++];
    *added = (tg_onnx_value){.name = name, .node = SIZE_MAX, .tensor = SIZE_MAX, .input = SIZE_MAX};
    *value = added;
    return TG_OK;
}

const tg_onnx_value *tg_onnx_find(const tg_onnx_graph *graph, tg_bytes name) {
    const tg_onnx_value wanted = {.name = name};
    if (graph->value_count == 0) return NULL;
    return bsearch(&wanted, graph->values, graph->value_count, sizeof wanted, compare_values);
}

/* Before IR 4 every initializer was also listed as an input: the initializer counts. */
static tg_status join_values(tg_onnx_graph *graph) {
    if (graph->value_count > 0)
        qsort(graph->values, graph->value_count, sizeof *graph->values, compare_values);
    size_t kept = 0;
    for (size_t i = 0; i < graph->value_count; i++) {
        tg_onnx_value *last = kept > 0 ? &graph->values[kept - 1] : NULL;
        const tg_onnx_value *next = &graph->values[i];
        if (!last || compare(last->name, next->name) != 0) {
            graph->values[kept++] = *next;
            continue;
        }
        const bool joins = (last->tensor == SIZE_MAX) != (next->tensor == SIZE_MAX) &&
                           (last->input == SIZE_MAX) != (next->input == SIZE_MAX);
        if (!joins)
            return tg_fail(TG_BAD_FORMAT, "the value \"%.*s\" is made twice", TG_SHOW(next->name));
        if (next->tensor != SIZE_MAX) last->tensor = next->tensor;
        if (next->input != SIZE_MAX) last->input = next->input;
    }
    graph->value_count = kept;
    return TG_OK;
}

/* ---- Nodes ---- */

static tg_status parse_node(tg_onnx_graph *graph, tg_bytes message) {
    MAKE_ROOM(graph->nodes, graph->node_count, graph->node_room);
    tg_onnx_node *node = &graph->nodes[graph->node_count];
    node->index = graph->node_count++;
    node->message = message;
    tg_reader reader = tg_reader_of(&graph->file, message);
    size_t outputs = 0;
    for (tg_field field;;) {
        TG_TRY(tg_reader_next(&reader, &field));
        tg_bytes name;
        tg_onnx_value *value = NULL;
        switch (field.number) {
        case 0:
            return TG_OK;
        case NODE_INPUT:
            TG_TRY(read_bytes(&field, "a node's input", &name));
            if (node->input_count < TG_ONNX_INPUTS) node->inputs[node->input_count] = name;
            node->input_count++;
            break;
        case NODE_OUTPUT:
            TG_TRY(read_bytes(&field, "a node's output", &name));
            /* One that nobody wants has no name. */
            if (name.size > 0) TG_TRY(add_value(graph, name, &value));
            if (value) value->node = node->index;
            if (value) value->output = outputs;
            outputs++;
            break;
        case NODE_NAME:
            TG_TRY(read_bytes(&field, "a node's name", &node->name));
            break;
        case NODE_OPERATOR:
            TG_TRY(read_bytes(&field, "a node's operator", &node->op_type));
            break;
        case NODE_DOMAIN:
            TG_TRY(read_bytes(&field, "a node's domain", &node->domain));
            break;
        default:
            break;
        }
    }
}

bool tg_onnx_is(const tg_onnx_node *node, const char *domain, const char *op_type) {
    /* ONNX's own domain has two names. */
    const bool same = tg_bytes_equal(node->domain, domain) ||
                      (domain[0] == '\0' && tg_bytes_equal(node->domain, "ai.onnx"));
    return same && tg_bytes_equal(node->op_type, op_type);
}

tg_status tg_onnx_at(const tg_onnx_node *node, tg_status status) {
    if (status == TG_OK || status == TG_OUT_OF_MEMORY) return status;
    return tg_fail(status == TG_INVALID_ARGUMENT ? TG_BAD_FORMAT : status,
                   "node %zu \"%.*s\" (%.*s%s%.*s): %s", node->index, TG_SHOW(node->name),
                   TG_SHOW(node->domain), node->domain.size > 0 ? "." : "", TG_SHOW(node->op_type),
                   tg_error_message());
}

/* ---- Inputs and outputs ---- */

static tg_status parse_dimension(const tg_reader *file, tg_bytes message, size_t *dimension) {
    tg_reader reader = tg_reader_of(file, message);
    for (tg_field field;;) {
        TG_TRY(tg_reader_next(&reader, &field));
        if (field.number == 0) return TG_OK;
        if (field.number != DIM_VALUE) continue;
        TG_TRY(tg_field_check(&field, TG_VARINT, "a dimension"));
        /* A dimension that is not known may also be written as 0 or below. */
        const bool known = field.value <= SIZE_MAX / 2;
        *dimension = known ? (size_t)field.value : 0;
    }
}

static tg_status parse_shape(const tg_reader *file, tg_bytes message, tg_onnx_port *port) {
    tg_reader reader = tg_reader_of(file, message);
    port->has_shape = true;
    for (tg_field field;;) {
        TG_TRY(tg_reader_next(&reader, &field));
        if (field.number == 0) return TG_OK;
        if (field.number != SHAPE_DIM) continue;
        TG_TRY(tg_field_check(&field, TG_LENGTH, "a dimension"));
        if (port->rank == TG_ONNX_RANK)
            return tg_fail(TG_UNSUPPORTED, "byte %zu: more than %d dimensions", field.place,
                           TG_ONNX_RANK);
        TG_TRY(parse_dimension(file, field.bytes, &port->shape[port->rank]));
        port->rank++;
    }
}

static tg_status parse_tensor_type(const tg_reader *file, tg_bytes message, tg_onnx_port *port) {
    tg_reader reader = tg_reader_of(file, message);
    port->is_tensor = true;
    for (tg_field field;;) {
        TG_TRY(tg_reader_next(&reader, &field));
        if (field.number == 0) return TG_OK;
        if (field.number == TENSOR_TYPE_ELEMENT) {
            TG_TRY(tg_field_check(&field, TG_VARINT, "a type"));
            port->type = field.value <= INT16_MAX ? (int)field.value : -1;
        } else if (field.number == TENSOR_TYPE_SHAPE) {
            TG_TRY(tg_field_check(&field, TG_LENGTH, "a shape"));
            TG_TRY(parse_shape(file, field.bytes, port));
        }
    }
}

static tg_status parse_type(const tg_reader *file, tg_bytes message, tg_onnx_port *port) {
    tg_reader reader = tg_reader_of(file, message);
    for (tg_field field;;) {
        TG_TRY(tg_reader_next(&reader, &field));
        if (field.number == 0) return TG_OK;
        if (field.number != TYPE_TENSOR) continue;
        TG_TRY(tg_field_check(&field, TG_LENGTH, "a tensor's type"));
        TG_TRY(parse_tensor_type(file, field.bytes, port));
    }
}

static tg_status parse_port(const tg_reader *file, tg_bytes message, tg_onnx_port *port) {
    tg_reader reader = tg_reader_of(file, message);
    for (tg_field field;;) {
        TG_TRY(tg_reader_next(&reader, &field));
        if (field.number == 0) return TG_OK;
        if (field.number == VALUE_NAME) {
            TG_TRY(read_bytes(&field, "a value's name", &port->name));
        } else if (field.number == VALUE_TYPE) {
            TG_TRY(tg_field_check(&field, TG_LENGTH, "a value's type"));
            TG_TRY(parse_type(file, field.bytes, port));
        }
    }
}

/* ---- The graph and the model ---- */

static tg_status parse_initializer(tg_onnx_graph *graph, tg_bytes message) {
    MAKE_ROOM(graph->tensors, graph->tensor_count, graph->tensor_room);
    tg_onnx_tensor *tensor = &graph->tensors[graph->tensor_count];
    TG_TRY(tg_onnx_parse_tensor(&graph->file, message, tensor));
    tg_onnx_value *value = NULL;
    TG_TRY(add_value(graph, tensor->name, &value));
    value->tensor = graph->tensor_count++;
    return TG_OK;
}

static tg_status parse_input(tg_onnx_graph *graph, tg_bytes message) {
    MAKE_ROOM(graph->inputs, graph->input_count, graph->input_room);
    tg_onnx_port *port = &graph->inputs[graph->input_count];
    TG_TRY(parse_port(&graph->file, message, port));
    tg_onnx_value *value = NULL;
    TG_TRY(add_value(graph, port->name, &value));
    value->input = graph->input_count++;
    return TG_OK;
}

static tg_status parse_output(tg_onnx_graph *graph, tg_bytes message) {
    MAKE_ROOM(graph->outputs, graph->output_count, graph->output_room);
    return parse_port(&graph->file, message, &graph->outputs[graph->output_count++]);
}

static tg_status parse_graph(tg_onnx_graph *graph) {
    static const struct {
        uint32_t number;
        const char *what;
        tg_status (*parse)(tg_onnx_graph *graph, tg_bytes message);
    } parts[] = {{GRAPH_NODE, "a node", parse_node},
                 {GRAPH_INITIALIZER, "an initializer", parse_initializer},
                 {GRAPH_INPUT, "an input", parse_input},
                 {GRAPH_OUTPUT, "an output", parse_output}};
    tg_reader reader = tg_reader_of(&graph->file, graph->message);
    for (tg_field field;;) {
        TG_TRY(tg_reader_next(&reader, &field));
        if (field.number == 0) return join_values(graph);
        for (size_t i = 0; i < TG_COUNT(parts); i++) {
            if (parts[i].number != field.number) continue;
            TG_TRY(tg_field_check(&field, TG_LENGTH, parts[i].what));
            TG_TRY(parts[i].parse(graph, field.bytes));
        }
    }
}

static tg_status parse_opset(tg_onnx_graph *graph, tg_bytes message) {
    tg_reader reader = tg_reader_of(&graph->file, message);
    tg_bytes domain = {NULL, 0};
    uint64_t version = 0;
    for (tg_field field;;) {
        TG_TRY(tg_reader_next(&reader, &field));
        if (field.number == 0) break;
        if (field.number == OPSET_DOMAIN) {
            TG_TRY(read_bytes(&field, "a domain", &domain));
        } else if (field.number == OPSET_VERSION) {
            TG_TRY(tg_field_check(&field, TG_VARINT, "a version"));
            version = field.value;
        }
    }
    if (domain.size > 0 && !tg_bytes_equal(domain, "ai.onnx")) return TG_OK;
    if (version < LEAST_OPSET || version > MOST_OPSET)
        return tg_fail(TG_UNSUPPORTED,
                       "its operators are of version (opset) %llu; this library reads %d to %d",
                       (unsigned long long)version, LEAST_OPSET, MOST_OPSET);
    /* skl2onnx may say it twice. */
    if (graph->opset != 0 && graph->opset != version)
        return tg_fail(TG_BAD_FORMAT, "two versions of operators: %llu and %llu",
                       (unsigned long long)graph->opset, (unsigned long long)version);
    graph->opset = version;
    return TG_OK;
}

static tg_status parse_metadata(tg_onnx_graph *graph, tg_bytes message) {
    tg_reader reader = tg_reader_of(&graph->file, message);
    tg_bytes key = {NULL, 0}, value = {NULL, 0};
    for (tg_field field;;) {
        TG_TRY(tg_reader_next(&reader, &field));
        if (field.number == 0) break;
        if (field.number == PAIR_KEY) TG_TRY(read_bytes(&field, "a key", &key));
        if (field.number == PAIR_VALUE) TG_TRY(read_bytes(&field, "a value", &value));
    }
    const struct {
        const char *key;
        tg_bytes *value;
        bool *there;
    } ours[] = {{TG_KEY_CLASSES, &graph->classes, &graph->has_classes},
                {TG_KEY_INPUT, &graph->input, &graph->has_input}};
    for (size_t i = 0; i < TG_COUNT(ours); i++) {
        if (!tg_bytes_equal(key, ours[i].key)) continue;
        if (*ours[i].there)
            return tg_fail(TG_BAD_FORMAT, "the metadata have \"%s\" twice", ours[i].key);
        *ours[i].value = value;
        *ours[i].there = true;
    }
    return TG_OK;
}

static tg_status parse_model(tg_onnx_graph *graph) {
    tg_reader reader = graph->file;
    bool found = false;
    for (tg_field field;;) {
        TG_TRY(tg_reader_next(&reader, &field));
        if (field.number == 0) break;
        switch (field.number) {
        case MODEL_GRAPH:
            TG_TRY(read_bytes(&field, "the graph", &graph->message));
            if (found) return tg_fail(TG_BAD_FORMAT, "byte %zu: a second graph", field.place);
            found = true;
            break;
        case MODEL_OPSET_IMPORT:
            TG_TRY(tg_field_check(&field, TG_LENGTH, "a version of operators"));
            TG_TRY(parse_opset(graph, field.bytes));
            break;
        case MODEL_METADATA:
            TG_TRY(tg_field_check(&field, TG_LENGTH, "a pair of metadata"));
            TG_TRY(parse_metadata(graph, field.bytes));
            break;
        default:
            break;
        }
    }
    if (!found) return tg_fail(TG_BAD_FORMAT, "not an ONNX file: it has no graph");
    if (graph->opset == 0)
        return tg_fail(TG_BAD_FORMAT, "it does not say which version (opset) its operators are");
    return parse_graph(graph);
}

tg_status tg_onnx_parse(tg_onnx_graph *graph, const void *bytes, size_t size) {
    graph->file = tg_reader_start(bytes, size);
    return parse_model(graph);
}

void tg_onnx_end(tg_onnx_graph *graph) {
    for (size_t i = 0; i < graph->external_count; i++) tg_release(graph->externals[i].bytes);
    tg_release(graph->nodes);
    tg_release(graph->tensors);
    tg_release(graph->inputs);
    tg_release(graph->outputs);
    tg_release(graph->values);
    tg_release(graph->externals);
}
