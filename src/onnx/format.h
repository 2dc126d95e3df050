/* SPDX-License-Identifier: MIT */
/* The numbers of the fields and types of ONNX that are read or written, as its specification has
 * them: https://github.com/onnx/onnx/blob/main/docs/IR.md */
#ifndef TG_ONNX_FORMAT_H
#define TG_ONNX_FORMAT_H

/* ModelProto */
enum {
    MODEL_IR_VERSION = 1,
    MODEL_PRODUCER_NAME = 2,
    MODEL_PRODUCER_VERSION = 3,
    MODEL_GRAPH = 7,
    MODEL_OPSET_IMPORT = 8,
    MODEL_METADATA = 14
};
/* OperatorSetIdProto, StringStringEntryProto */
enum { OPSET_DOMAIN = 1, OPSET_VERSION = 2 };
enum { PAIR_KEY = 1, PAIR_VALUE = 2 };
/* GraphProto */
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_INITIALIZER = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
/* NodeProto */
enum {
    NODE_INPUT = 1,
    NODE_OUTPUT = 2,
    NODE_NAME = 3,
    NODE_OPERATOR = 4,
    NODE_ATTRIBUTE = 5,
    NODE_DOMAIN = 7
};
/* AttributeProto, and what its type says */
enum {
    ATTRIBUTE_NAME = 1,
    ATTRIBUTE_FLOAT = 2,
    ATTRIBUTE_INT = 3,
    ATTRIBUTE_STRING = 4,
    ATTRIBUTE_TENSOR = 5,
    ATTRIBUTE_FLOATS = 7,
    ATTRIBUTE_INTS = 8,
    ATTRIBUTE_STRINGS = 9,
    ATTRIBUTE_TYPE = 20
};
enum {
    IS_FLOAT = 1,
    IS_INT = 2,
    IS_STRING = 3,
    IS_TENSOR = 4,
    IS_FLOATS = 6,
    IS_INTS = 7,
    IS_STRINGS = 8
};
/* TensorProto, and its types of data */
enum {
    TENSOR_DIMS = 1,
    TENSOR_TYPE = 2,
    TENSOR_FLOATS = 4,
    TENSOR_INT32S = 5,
    TENSOR_STRINGS = 6,
    TENSOR_INT64S = 7,
    TENSOR_NAME = 8,
    TENSOR_RAW = 9,
    TENSOR_DOUBLES = 10,
    TENSOR_EXTERNAL = 13,
    TENSOR_LOCATION = 14
};
enum {
    TYPE_FLOAT = 1,
    TYPE_INT32 = 6,
    TYPE_INT64 = 7,
    TYPE_STRING = 8,
    TYPE_BOOL = 9,
    TYPE_DOUBLE = 11
};
/* ValueInfoProto, TypeProto, TypeProto.Tensor, TensorShapeProto, its Dimension */
enum { VALUE_NAME = 1, VALUE_TYPE = 2 };
enum { TYPE_TENSOR = 1 };
enum { TENSOR_TYPE_ELEMENT = 1, TENSOR_TYPE_SHAPE = 2 };
enum { SHAPE_DIM = 1 };
enum { DIM_VALUE = 1, DIM_PARAM = 2 };

/* What is written: the lowest versions in which Softmax means what it does today, along one axis.
 */
enum { WRITTEN_IR = 7, WRITTEN_OPSET = 13 };
/* What is read: before 7, operators broadcast by attributes; behind 28, nobody has looked. */
enum { LEAST_OPSET = 7, MOST_OPSET = 28 };

#endif
