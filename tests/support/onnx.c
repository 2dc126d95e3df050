/* SPDX-License-Identifier: MIT */
#include "support/onnx.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "onnx/format.h"
#include "support/test.h"

enum { MOST = 16 };

typedef struct numbers {
    double values[MOST];
    size_t count;
} numbers;

static numbers parse_numbers(const char *text) {
    numbers parsed = {.count = 0};
    for (const char *next = text;;) {
        char *end = NULL;
        assert_true(parsed.count < MOST);
        parsed.values[parsed.count++] = strtod(next, &end);
        assert_ptr_not_equal(end, next);
        if (*end == '\0') return parsed;
        next = end + 1;
    }
}

static void write_dims(tg_writer *to, const numbers *dims) {
    for (size_t i = 0; i < dims->count; i++)
        tg_write_varint(to, TENSOR_DIMS, (uint64_t)dims->values[i]);
}

static void write_weight(tg_writer *to, const char *name, const numbers *dims) {
    size_t count = 1;
    for (size_t i = 0; i < dims->count; i++) count *= (size_t)dims->values[i];
    const size_t begin = tg_write_begin(to, GRAPH_INITIALIZER);
    write_dims(to, dims);
    tg_write_varint(to, TENSOR_TYPE, TYPE_FLOAT);
    tg_write_text(to, TENSOR_NAME, name);
    for (size_t i = 0; i < count; i++)
        tg_write_float(to, TENSOR_FLOATS, (float)(i + 1) * (i % 2 ? -0.5f : 0.5f));
    tg_write_end(to, begin);
}

static void write_numbers(tg_writer *to, const char *name, int type, const numbers *values) {
    const size_t begin = tg_write_begin(to, GRAPH_INITIALIZER);
    if (values->count > 1 || type != TYPE_FLOAT) tg_write_varint(to, TENSOR_DIMS, values->count);
    tg_write_varint(to, TENSOR_TYPE, (uint64_t)type);
    tg_write_text(to, TENSOR_NAME, name);
    if (type == TYPE_DOUBLE)
        tg_write_bytes(to, TENSOR_RAW, (const char *)values->values, 8 * values->count);
    for (size_t i = 0; i < values->count && type != TYPE_DOUBLE; i++) {
        if (type == TYPE_FLOAT)
            tg_write_float(to, TENSOR_FLOATS, (float)values->values[i]);
        else
            tg_write_varint(to, TENSOR_INT64S, (uint64_t)(int64_t)values->values[i]);
    }
    tg_write_end(to, begin);
}

static void write_texts(tg_writer *to, const char *name, char *texts) {
    const size_t begin = tg_write_begin(to, GRAPH_INITIALIZER);
    size_t count = 0;
    char *rest = NULL;
    for (char *text = strtok_r(texts, ",", &rest); text; text = strtok_r(NULL, ",", &rest)) {
        tg_write_text(to, TENSOR_STRINGS, text);
        count++;
    }
    tg_write_varint(to, TENSOR_DIMS, count);
    tg_write_varint(to, TENSOR_TYPE, TYPE_STRING);
    tg_write_text(to, TENSOR_NAME, name);
    tg_write_end(to, begin);
}

/* Without dimensions: none are said. */
static void write_port(tg_writer *to, uint32_t number, const char *name, const numbers *dims) {
    const size_t port = tg_write_begin(to, number);
    tg_write_text(to, VALUE_NAME, name);
    const size_t type = tg_write_begin(to, VALUE_TYPE);
    const size_t tensor = tg_write_begin(to, TYPE_TENSOR);
    tg_write_varint(to, TENSOR_TYPE_ELEMENT, TYPE_FLOAT);
    if (dims) {
        const size_t shape = tg_write_begin(to, TENSOR_TYPE_SHAPE);
        for (size_t i = 0; i < dims->count; i++) {
            const size_t dim = tg_write_begin(to, SHAPE_DIM);
            if (dims->values[i] != 0) tg_write_varint(to, DIM_VALUE, (uint64_t)dims->values[i]);
            tg_write_end(to, dim);
        }
        tg_write_end(to, shape);
    }
    tg_write_end(to, tensor);
    tg_write_end(to, type);
    tg_write_end(to, port);
}

static void write_attribute(tg_writer *to, char *text) {
    char *value = strchr(text, '=');
    *value++ = '\0';
    const size_t begin = tg_write_begin(to, NODE_ATTRIBUTE);
    tg_write_text(to, ATTRIBUTE_NAME, text);
    if (*value == '\'') {
        tg_write_bytes(to, ATTRIBUTE_STRING, value + 1, strlen(value) - 2);
        tg_write_varint(to, ATTRIBUTE_TYPE, IS_STRING);
    } else if (strchr(value, ',')) {
        const numbers list = parse_numbers(value);
        for (size_t i = 0; i < list.count; i++)
            tg_write_float(to, ATTRIBUTE_FLOATS, (float)list.values[i]);
        tg_write_varint(to, ATTRIBUTE_TYPE, IS_FLOATS);
    } else if (strchr(value, '.')) {
        tg_write_float(to, ATTRIBUTE_FLOAT, strtof(value, NULL));
        tg_write_varint(to, ATTRIBUTE_TYPE, IS_FLOAT);
    } else {
        tg_write_varint(to, ATTRIBUTE_INT, (uint64_t)strtoll(value, NULL, 10));
        tg_write_varint(to, ATTRIBUTE_TYPE, IS_INT);
    }
    tg_write_end(to, begin);
}

static void write_node(tg_writer *to, const char *op_type, char *rest) {
    const size_t begin = tg_write_begin(to, GRAPH_NODE);
    const bool other = !strncmp(op_type, "ml.", 3);
    uint32_t field = NODE_INPUT;
    for (char *word = strtok_r(NULL, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        if (!strcmp(word, ">"))
            field = NODE_OUTPUT;
        else if (strchr(word, '='))
            write_attribute(to, word);
        else
            tg_write_text(to, field, strcmp(word, "-") != 0 ? word : "");
    }
    tg_write_text(to, NODE_NAME, "n");
    tg_write_text(to, NODE_OPERATOR, op_type + (other ? 3 : 0));
    if (other) tg_write_text(to, NODE_DOMAIN, "ai.onnx.ml");
    tg_write_end(to, begin);
}

static void write_statement(tg_writer *to, char *statement) {
    char *rest = NULL;
    const char *first = strtok_r(statement, " ", &rest);
    if (!first) return;
    const bool is_node = first[0] >= 'A' && first[0] <= 'Z';
    if (is_node || !strncmp(first, "ml.", 3)) {
        write_node(to, first, rest);
        return;
    }
    const char *name = strtok_r(NULL, " ", &rest);
    char *words = strtok_r(NULL, " ", &rest);
    assert_non_null(name);
    const bool counts = words && strcmp(first, "t") != 0;
    const numbers values = counts ? parse_numbers(words) : (numbers){.count = 0};
    if (!strcmp(first, "in"))
        write_port(to, GRAPH_INPUT, name, words ? &values : NULL);
    else if (!strcmp(first, "out"))
        write_port(to, GRAPH_OUTPUT, name, NULL);
    else if (!strcmp(first, "w"))
        write_weight(to, name, &values);
    else if (!strcmp(first, "t"))
        write_texts(to, name, words);
    else
        write_numbers(to, name,
                      *first == 'i'   ? TYPE_INT64
                      : *first == 'd' ? TYPE_DOUBLE
                                      : TYPE_FLOAT,
                      &values);
}

test_image test_onnx(uint64_t opset, const char *words) {
    tg_writer to = {.bytes = NULL};
    char *copy = strdup(words), *rest = NULL;
    assert_non_null(copy);
    tg_write_varint(&to, MODEL_IR_VERSION, 8);
    const size_t operators = tg_write_begin(&to, MODEL_OPSET_IMPORT);
    tg_write_varint(&to, OPSET_VERSION, opset);
    tg_write_end(&to, operators);
    const size_t graph = tg_write_begin(&to, MODEL_GRAPH);
    for (char *next = strtok_r(copy, ";", &rest); next; next = strtok_r(NULL, ";", &rest))
        write_statement(&to, next);
    tg_write_end(&to, graph);
    assert_ok(to.status);
    free(copy);
    test_image image = {malloc(to.size), to.size};
    assert_non_null(image.bytes);
    memcpy(image.bytes, to.bytes, to.size);
    tg_release(to.bytes);
    return image;
}
