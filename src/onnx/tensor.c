/* SPDX-License-Identifier: MIT */
/* Tensors of an ONNX file: what they claim, checked, and their elements, wherever those are. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "onnx/format.h"
#include "onnx/graph.h"

/* How a type of elements is written: raw in so many bytes, or in so numbered a field. */
typedef struct encoding {
    int type;
    size_t width;
    uint32_t field;
    tg_wire wire;
} encoding;

static const encoding encodings[] = {
    {TYPE_FLOAT, 4, TENSOR_FLOATS, TG_FIXED32}, {TYPE_DOUBLE, 8, TENSOR_DOUBLES, TG_FIXED64},
    {TYPE_INT32, 4, TENSOR_INT32S, TG_VARINT},  {TYPE_INT64, 8, TENSOR_INT64S, TG_VARINT},
    {TYPE_BOOL, 1, TENSOR_INT32S, TG_VARINT},
};

static const encoding *encoding_of(int type) {
    for (size_t i = 0; i < TG_COUNT(encodings); i++)
        if (encodings[i].type == type) return &encodings[i];
    return NULL;
}

static tg_status fail_type(int type) {
    static const char *const names[] = {"UNDEFINED",  "FLOAT",   "UINT8",  "INT8",   "UINT16",
                                        "INT16",      "INT32",   "INT64",  "STRING", "BOOL",
                                        "FLOAT16",    "DOUBLE",  "UINT32", "UINT64", "COMPLEX64",
                                        "COMPLEX128", "BFLOAT16"};
    const bool known = type >= 0 && (size_t)type < TG_COUNT(names);
    return tg_fail(TG_UNSUPPORTED,
                   "its type is %s (%d); FLOAT, DOUBLE, INT32, INT64 and BOOL are read",
                   known ? names[type] : "unknown", type);
}

/* ---- Parsing ---- */

static tg_status at_tensor(const tg_onnx_tensor *tensor, tg_status status) {
    if (!status || status == TG_OUT_OF_MEMORY) return status;
    return tg_fail(status, "byte %zu: tensor \"%.*s\": %s", tensor->place, TG_SHOW(tensor->name),
                   tg_error_message());
}

/* Counts the elements in the fields of their type, packed or one by one. */
static tg_status count_typed(const tg_reader *file, const tg_onnx_tensor *tensor,
                             const encoding *code, size_t *count) {
    tg_reader reader = tg_reader_of(file, tensor->message), values;
    for (tg_field field;;) {
        TG_TRY(tg_reader_next(&reader, &field));
        if (field.number == 0) return TG_OK;
        if (field.number != tensor->field) continue;
        TG_TRY(tg_field_values(&reader, &field, code->wire, &values));
        for (uint64_t value; values.next < values.end; ++*count)
            TG_TRY(tg_value_next(&values, code->wire, &value));
    }
}

static tg_status count_texts(const tg_reader *file, const tg_onnx_tensor *tensor, size_t *count) {
    tg_reader reader = tg_reader_of(file, tensor->message);
    for (tg_bytes text;; ++*count) {
        TG_TRY(tg_onnx_next_text(&reader, tensor->field, &text));
        if (!text.data) return TG_OK;
    }
}

/* That there are as many elements as the shape says. External ones are compared when they are read.
 */
static tg_status check_count(const tg_reader *file, tg_onnx_tensor *tensor) {
    const encoding *code = encoding_of(tensor->type);
    size_t there = 0;
    if (tensor->is_external || (!code && tensor->type != TYPE_STRING)) return TG_OK;
    if (tensor->type == TYPE_STRING) {
        tensor->field = TENSOR_STRINGS;
        TG_TRY(count_texts(file, tensor, &there));
    } else if (tensor->is_raw) {
        size_t bytes = 0;
        if (!tg_multiply(tensor->count, code->width, &bytes) || bytes != tensor->raw.size)
            return tg_fail(TG_BAD_FORMAT,
                           "its shape has %zu elements of %zu bytes, its data %zu bytes",
                           tensor->count, code->width, tensor->raw.size);
        return TG_OK;
    } else {
        tensor->field = code->field;
        TG_TRY(count_typed(file, tensor, code, &there));
    }
    if (there != tensor->count)
        return tg_fail(TG_BAD_FORMAT, "its shape has %zu elements, its data %zu", tensor->count,
                       there);
    return TG_OK;
}

static tg_status parse_dimensions(const tg_reader *reader, const tg_field *field,
                                  tg_onnx_tensor *tensor) {
    tg_reader values;
    TG_TRY(tg_field_values(reader, field, TG_VARINT, &values));
    while (values.next < values.end) {
        uint64_t dimension = 0;
        TG_TRY(tg_value_next(&values, TG_VARINT, &dimension));
        if (tensor->rank == TG_ONNX_RANK)
            return tg_fail(TG_UNSUPPORTED, "it has more than %d dimensions", TG_ONNX_RANK);
        if (dimension > SIZE_MAX / 2 ||
            !tg_multiply(tensor->count, (size_t)dimension, &tensor->count))
            return tg_fail(TG_BAD_FORMAT, "the product of its dimensions overflows");
        tensor->shape[tensor->rank++] = (size_t)dimension;
    }
    return TG_OK;
}

static tg_status parse_field(const tg_reader *reader, const tg_field *field,
                             tg_onnx_tensor *tensor) {
    switch (field->number) {
    case TENSOR_DIMS:
        return parse_dimensions(reader, field, tensor);
    case TENSOR_TYPE:
        TG_TRY(tg_field_check(field, TG_VARINT, "a tensor's type"));
        tensor->type = field->value <= INT16_MAX ? (int)field->value : -1;
        return TG_OK;
    case TENSOR_NAME:
        TG_TRY(tg_field_check(field, TG_LENGTH, "a tensor's name"));
        tensor->name = field->bytes;
        return TG_OK;
    case TENSOR_RAW:
        TG_TRY(tg_field_check(field, TG_LENGTH, "a tensor's data"));
        tensor->raw = field->bytes;
        tensor->is_raw = true;
        return TG_OK;
    case TENSOR_LOCATION:
        TG_TRY(tg_field_check(field, TG_VARINT, "where a tensor's data are"));
        tensor->is_external = field->value != 0;
        return TG_OK;
    default:
        return TG_OK;
    }
}

tg_status tg_onnx_parse_tensor(const tg_reader *file, tg_bytes message, tg_onnx_tensor *tensor) {
    *tensor = (tg_onnx_tensor){
        .count = 1, .message = message, .place = (size_t)(message.data - file->file)};
    tg_reader reader = tg_reader_of(file, message);
    tg_status status = TG_OK;
    for (tg_field field = {.number = 1}; !status && field.number != 0;) {
        status = tg_reader_next(&reader, &field);
        if (!status) status = parse_field(&reader, &field, tensor);
    }
    if (!status) status = check_count(file, tensor);
    return at_tensor(tensor, status);
}

tg_status tg_onnx_next_text(tg_reader *reader, uint32_t field, tg_bytes *text) {
    for (tg_field next;;) {
        TG_TRY(tg_reader_next(reader, &next));
        *text = (tg_bytes){NULL, 0};
        if (next.number == 0) return TG_OK;
        if (next.number != field) continue;
        TG_TRY(tg_field_check(&next, TG_LENGTH, "a text"));
        *text = next.bytes;
        return TG_OK;
    }
}

/* ---- Elements ---- */

/* Where elements go: one of the two is NULL. */
typedef struct sink {
    float *floats;
    int64_t *integers;
} sink;

static int64_t to_integer(double value) {
    /* Beyond, C has no conversion. */
    return value >= -9e18 && value <= 9e18 ? (int64_t)value : INT64_MIN;
}

static void put(const sink *to, size_t i, int type, uint64_t bits) {
    double number = 0;
    int64_t integer = 0;
    const bool real = type == TYPE_FLOAT || type == TYPE_DOUBLE;
    if (type == TYPE_FLOAT) {
        const uint32_t low = (uint32_t)bits;
        float value;
        memcpy(&value, &low, sizeof value);
        if (to->floats) to->floats[i] = value; /* bit by bit, a NaN too */
        number = (double)value;
    } else if (type == TYPE_DOUBLE) {
        memcpy(&number, &bits, sizeof number);
    } else if (type == TYPE_INT32) {
        const uint32_t low = (uint32_t)bits;
        int32_t value;
        memcpy(&value, &low, sizeof value);
        integer = value;
    } else {
        memcpy(&integer, &bits, sizeof integer);
    }
    if (to->floats && type != TYPE_FLOAT) to->floats[i] = real ? (float)number : (float)integer;
    if (to->integers) to->integers[i] = real ? to_integer(number) : integer;
}

static void take_raw(tg_bytes raw, const encoding *code, const sink *to) {
    for (size_t i = 0; i < raw.size / code->width; i++) {
        uint64_t bits = 0;
        for (size_t j = code->width; j-- > 0;) bits = bits << 8 | raw.data[i * code->width + j];
        put(to, i, code->type, bits);
    }
}

/* Needs a tensor whose elements were counted. */
static tg_status take_typed(const tg_onnx_graph *graph, const tg_onnx_tensor *tensor,
                            const encoding *code, const sink *to) {
    tg_reader reader = tg_reader_of(&graph->file, tensor->message), values;
    size_t taken = 0;
    for (tg_field field;;) {
        TG_TRY(tg_reader_next(&reader, &field));
        if (field.number == 0) return TG_OK;
        if (field.number != tensor->field) continue;
        TG_TRY(tg_field_values(&reader, &field, code->wire, &values));
        while (values.next < values.end && taken < tensor->count) {
            uint64_t bits = 0;
            TG_TRY(tg_value_next(&values, code->wire, &bits));
            put(to, taken++, tensor->type, bits);
        }
    }
}

/* That the elements are of a type that is read, and where they are if they lie together. */
static tg_status find_elements(tg_onnx_graph *graph, const tg_onnx_tensor *tensor,
                               const encoding **code, tg_bytes *raw) {
    *code = encoding_of(tensor->type);
    *raw = tensor->raw;
    if (!*code) return fail_type(tensor->type);
    if (!tensor->is_external) return TG_OK;
    return tg_onnx_find_outside(graph, tensor, (*code)->width, raw);
}

static tg_status take(tg_onnx_graph *graph, const tg_onnx_tensor *tensor, bool integers,
                      void **made) {
    const encoding *code = NULL;
    tg_bytes raw;
    TG_TRY(find_elements(graph, tensor, &code, &raw));
    void *values = tg_allocate(tensor->count, integers ? sizeof(int64_t) : sizeof(float));
    if (!values) return TG_OUT_OF_MEMORY;
    const sink to = {integers ? NULL : values, integers ? values : NULL};
    tg_status status = TG_OK;
    if (tensor->is_external || tensor->is_raw)
        take_raw(raw, code, &to);
    else
        status = take_typed(graph, tensor, code, &to);
    if (status) {
        tg_release(values);
        return status;
    }
    *made = values;
    return TG_OK;
}

tg_status tg_onnx_check_elements(tg_onnx_graph *graph, const tg_onnx_tensor *tensor) {
    const encoding *code = NULL;
    tg_bytes raw;
    return at_tensor(tensor, find_elements(graph, tensor, &code, &raw));
}

/* A float64 may be none as float32; NaN and infinities of float32 are the file's own. */
static tg_status check_range(const tg_onnx_tensor *tensor, const float *values) {
    for (size_t i = 0; i < tensor->count && tensor->type == TYPE_DOUBLE; i++)
        if (isinf(values[i]))
            return tg_fail(TG_UNSUPPORTED, "its element %zu is beyond float32", i);
    return TG_OK;
}

bool tg_onnx_is_whole(const tg_onnx_tensor *tensor) {
    return !tensor->is_cast && tensor->type != TYPE_FLOAT && tensor->type != TYPE_DOUBLE;
}

tg_status tg_onnx_floats(tg_onnx_graph *graph, const tg_onnx_tensor *tensor, float **values) {
    void *made = NULL;
    TG_TRY(at_tensor(tensor, take(graph, tensor, false, &made)));
    tg_status status = at_tensor(tensor, check_range(tensor, made));
    if (status) {
        tg_release(made);
        return status;
    }
    *values = made;
    return TG_OK;
}

tg_status tg_onnx_integers(tg_onnx_graph *graph, const tg_onnx_tensor *tensor, int64_t **values) {
    void *made = NULL;
    TG_TRY(at_tensor(tensor, take(graph, tensor, true, &made)));
    *values = made;
    return TG_OK;
}

/* ---- Constants ---- */

/* Of a node Constant. */
static tg_status constant_of(const tg_onnx_graph *graph, const tg_onnx_node *node,
                             tg_onnx_tensor *tensor, bool *found) {
    static const char *const names[] = {"value", "value_float", "value_floats", "value_int",
                                        "value_ints"};
    for (size_t i = 0; i < TG_COUNT(names) && !*found; i++)
        TG_TRY(tg_onnx_list(graph, node, names[i], tensor, found));
    return TG_OK;
}

tg_status tg_onnx_casts_to_real(const tg_onnx_graph *graph, const tg_onnx_node *node, bool *real) {
    int64_t type = 0;
    TG_TRY(tg_onnx_at(node, tg_onnx_integer(graph, node, "to", &type)));
    *real = type == TYPE_FLOAT || type == TYPE_DOUBLE;
    return TG_OK;
}

tg_status tg_onnx_constant(const tg_onnx_graph *graph, tg_bytes name, tg_onnx_tensor *tensor,
                           bool *found) {
    bool cast = false;
    *found = false;
    /* Through nodes that do not change it, of which exporters put one or two. */
    for (int hops = 0; hops < 8; hops++) {
        const tg_onnx_value *value = tg_onnx_find(graph, name);
        if (!value) return TG_OK;
        if (value->tensor != SIZE_MAX) {
            *tensor = graph->tensors[value->tensor];
            tensor->is_cast = cast;
            *found = true;
            return TG_OK;
        }
        if (value->node == SIZE_MAX) return TG_OK;
        const tg_onnx_node *node = &graph->nodes[value->node];
        if (tg_onnx_is(node, "", "Constant")) {
            TG_TRY(tg_onnx_at(node, constant_of(graph, node, tensor, found)));
            if (*found) tensor->is_cast = cast;
            return TG_OK;
        }
        bool same = tg_onnx_is(node, "", "Identity");
        if (tg_onnx_is(node, "", "Cast")) {
            TG_TRY(tg_onnx_casts_to_real(graph, node, &same));
            cast = true;
        }
        if (!same) return TG_OK;
        name = node->inputs[0];
    }
    return TG_OK;
}

tg_status tg_onnx_scalar(tg_onnx_graph *graph, tg_bytes name, float *value, bool *found) {
    tg_onnx_tensor tensor;
    float *values = NULL;
    TG_TRY(tg_onnx_constant(graph, name, &tensor, found));
    *found = *found && tensor.count == 1;
    if (!*found) return TG_OK;
    TG_TRY(tg_onnx_floats(graph, &tensor, &values));
    *value = values[0];
    tg_release(values);
    return TG_OK;
}
