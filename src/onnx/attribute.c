/* SPDX-License-Identifier: MIT */
/* Attributes of a node, looked up in its message when somebody asks. */
#include <string.h>

#include "base/status.h"
#include "onnx/format.h"
#include "onnx/graph.h"

typedef struct attribute {
    tg_bytes message; /* data NULL: not there */
    tg_bytes name;
    uint64_t type;
} attribute;

static tg_status parse_attribute(const tg_reader *file, tg_bytes message, attribute *parsed) {
    tg_reader reader = tg_reader_of(file, message);
    *parsed = (attribute){.message = message};
    for (tg_field field;;) {
        TG_TRY(tg_reader_next(&reader, &field));
        if (field.number == 0) return TG_OK;
        if (field.number == ATTRIBUTE_NAME) {
            TG_TRY(tg_field_check(&field, TG_LENGTH, "an attribute's name"));
            parsed->name = field.bytes;
        } else if (field.number == ATTRIBUTE_TYPE) {
            TG_TRY(tg_field_check(&field, TG_VARINT, "an attribute's type"));
            parsed->type = field.value;
        }
    }
}

static tg_status find(const tg_onnx_graph *graph, const tg_onnx_node *node, const char *name,
                      attribute *found) {
    *found = (attribute){.type = 0};
    tg_reader reader = tg_reader_of(&graph->file, node->message);
    for (tg_field field;;) {
        TG_TRY(tg_reader_next(&reader, &field));
        if (field.number == 0) return TG_OK;
        if (field.number != NODE_ATTRIBUTE) continue;
        TG_TRY(tg_field_check(&field, TG_LENGTH, "an attribute"));
        attribute next;
        TG_TRY(parse_attribute(&graph->file, field.bytes, &next));
        if (!tg_bytes_equal(next.name, name)) continue;
        if (found->message.data)
            return tg_fail(TG_BAD_FORMAT, "the attribute \"%s\" is there twice", name);
        *found = next;
    }
}

/* The last field of that number in an attribute of that type; its number is 0 where the attribute
 * is missing. */
static tg_status find_field(const tg_onnx_graph *graph, const tg_onnx_node *node, const char *name,
                            uint64_t type, uint32_t number, tg_wire wire, tg_field *found) {
    attribute one;
    *found = (tg_field){.number = 0};
    TG_TRY(find(graph, node, name, &one));
    if (!one.message.data) return TG_OK;
    if (one.type != type)
        return tg_fail(TG_BAD_FORMAT, "the attribute \"%s\" has the type %llu; it must be %llu",
                       name, (unsigned long long)one.type, (unsigned long long)type);
    tg_reader reader = tg_reader_of(&graph->file, one.message);
    for (tg_field field;;) {
        TG_TRY(tg_reader_next(&reader, &field));
        if (field.number == 0) break;
        if (field.number == number) *found = field;
    }
    if (found->number == 0) return tg_fail(TG_BAD_FORMAT, "the attribute \"%s\" is empty", name);
    return tg_field_check(found, wire, name);
}

tg_status tg_onnx_integer(const tg_onnx_graph *graph, const tg_onnx_node *node, const char *name,
                          int64_t *value) {
    tg_field field;
    TG_TRY(find_field(graph, node, name, IS_INT, ATTRIBUTE_INT, TG_VARINT, &field));
    if (field.number != 0) memcpy(value, &field.value, sizeof *value);
    return TG_OK;
}

tg_status tg_onnx_float(const tg_onnx_graph *graph, const tg_onnx_node *node, const char *name,
                        float *value) {
    tg_field field;
    TG_TRY(find_field(graph, node, name, IS_FLOAT, ATTRIBUTE_FLOAT, TG_FIXED32, &field));
    const uint32_t bits = (uint32_t)field.value;
    if (field.number != 0) memcpy(value, &bits, sizeof *value);
    return TG_OK;
}

tg_status tg_onnx_text(const tg_onnx_graph *graph, const tg_onnx_node *node, const char *name,
                       tg_bytes *value) {
    tg_field field;
    TG_TRY(find_field(graph, node, name, IS_STRING, ATTRIBUTE_STRING, TG_LENGTH, &field));
    if (field.number != 0) *value = field.bytes;
    return TG_OK;
}

static tg_status find_tensor(const tg_onnx_graph *graph, const tg_onnx_node *node, const char *name,
                             tg_onnx_tensor *tensor) {
    tg_field field;
    TG_TRY(find_field(graph, node, name, IS_TENSOR, ATTRIBUTE_TENSOR, TG_LENGTH, &field));
    return tg_onnx_parse_tensor(&graph->file, field.bytes, tensor);
}

/* How a list of numbers or texts, or a single one, is seen as a tensor of rank 1. */
static const struct {
    uint64_t attribute;
    uint32_t field;
    tg_wire wire;
    int type;
} lists[] = {{IS_FLOAT, ATTRIBUTE_FLOAT, TG_FIXED32, TYPE_FLOAT},
             {IS_FLOATS, ATTRIBUTE_FLOATS, TG_FIXED32, TYPE_FLOAT},
             {IS_INT, ATTRIBUTE_INT, TG_VARINT, TYPE_INT64},
             {IS_INTS, ATTRIBUTE_INTS, TG_VARINT, TYPE_INT64},
             {IS_STRINGS, ATTRIBUTE_STRINGS, TG_LENGTH, TYPE_STRING}};

static tg_status count_values(tg_reader *reader, uint32_t number, tg_wire wire, size_t *count) {
    for (tg_field field;;) {
        TG_TRY(tg_reader_next(reader, &field));
        if (field.number == 0) return TG_OK;
        if (field.number != number) continue;
        if (wire == TG_LENGTH) {
            TG_TRY(tg_field_check(&field, wire, "a text"));
            ++*count;
            continue;
        }
        tg_reader values;
        TG_TRY(tg_field_values(reader, &field, wire, &values));
        for (uint64_t value; values.next < values.end; ++*count)
            TG_TRY(tg_value_next(&values, wire, &value));
    }
}

tg_status tg_onnx_list(const tg_onnx_graph *graph, const tg_onnx_node *node, const char *name,
                       tg_onnx_tensor *tensor, bool *found) {
    attribute one;
    TG_TRY(find(graph, node, name, &one));
    *found = one.message.data != NULL;
    if (!*found) return TG_OK;
    if (one.type == IS_TENSOR) return find_tensor(graph, node, name, tensor);
    for (size_t i = 0; i < TG_COUNT(lists); i++) {
        if (lists[i].attribute != one.type) continue;
        *tensor = (tg_onnx_tensor){.name = one.name,
                                   .type = lists[i].type,
                                   .rank = 1,
                                   .place = (size_t)(one.message.data - graph->file.file),
                                   .message = one.message,
                                   .field = lists[i].field};
        tg_reader reader = tg_reader_of(&graph->file, one.message);
        TG_TRY(count_values(&reader, lists[i].field, lists[i].wire, &tensor->count));
        tensor->shape[0] = tensor->count;
        return TG_OK;
    }
    return tg_fail(TG_BAD_FORMAT, "the attribute \"%s\" has the type %llu, no list of numbers",
                   name, (unsigned long long)one.type);
}

tg_status tg_onnx_labels(const tg_onnx_graph *graph, const tg_onnx_node *node,
                         tg_onnx_tensor *labels, bool *found) {
    static const struct {
        const char *op_type, *names[2];
    } makers[] = {{"ZipMap", {"classlabels_strings", "classlabels_int64s"}},
                  {"LinearClassifier", {"classlabels_strings", "classlabels_ints"}}};
    *found = false;
    for (size_t i = 0; i < TG_COUNT(makers); i++) {
        if (!tg_onnx_is(node, "ai.onnx.ml", makers[i].op_type)) continue;
        for (size_t j = 0; j < 2 && !*found; j++) {
            TG_TRY(tg_onnx_list(graph, node, makers[i].names[j], labels, found));
            *found = *found && labels->count > 0;
        }
    }
    if (tg_onnx_is(node, "ai.onnx.ml", "ArrayFeatureExtractor") && node->input_count == 2)
        TG_TRY(tg_onnx_constant(graph, node->inputs[0], labels, found));
    return TG_OK;
}
