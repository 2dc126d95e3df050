/* SPDX-License-Identifier: MIT */
/* ONNX files from a few words, for the tests of their reader.
 *
 *     in x 0,3; w a 3,2; Gemm x a > y transB=0; out y
 *
 * Statements, each ended by a semicolon:
 *
 *     in NAME DIMS            an input of floats; a dimension 0 is not fixed
 *     out NAME                an output of floats
 *     w NAME DIMS             a tensor of floats: 0.5, -1, 1.5, -2, ...
 *     c NAME NUMBER,...       a tensor of floats of rank 1; a single number has rank 0
 *     i NAME NUMBER,...       the same of int64, always of rank 1
 *     d NAME NUMBER,...       the same of float64, always of rank 1
 *     t NAME TEXT,...         the same of texts
 *     OPERATOR INPUT... > OUTPUT... KEY=VALUE...
 *
 * "ml.Scaler" is of the domain ai.onnx.ml; "-" is an input or output that is missing. A value is a
 * text ('none'), a float (0.5), a list of floats (0.5,1.5) or an int (1). */
#ifndef TG_TESTS_SUPPORT_ONNX_H
#define TG_TESTS_SUPPORT_ONNX_H

#include <stdint.h>

#include "onnx/protobuf.h"
#include "support/mutate.h"

/* The file; free() its bytes. Fails the test when the words make no sense. */
test_image test_onnx(uint64_t opset, const char *words);

#endif
