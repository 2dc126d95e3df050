/* SPDX-License-Identifier: MIT */
/* A trained model as source text: one C file and its header, which need nothing of this library.
 *
 *     tg_export_c_options options = tg_export_c_defaults();
 *     options.name = "digits";
 *     tg_export_c(model, "digits.c", &options, NULL);
 *
 * writes digits.c and digits.h, and with them any C99 or C++ program calls
 *
 *     int digits_predict(const float x[DIGITS_INPUTS], float y[DIGITS_OUTPUTS]);
 *
 * without a heap, without variables that outlive the call, from any number of threads. The header
 * says what else there is; docs/export.md tells it all. */
#ifndef TIGRILLO_EXPORT_H
#define TIGRILLO_EXPORT_H

#include <stdbool.h>
#include <stddef.h>

#include <tigrillo/api.h>
#include <tigrillo/dataset.h>
#include <tigrillo/model.h>
#include <tigrillo/status.h>

TG_BEGIN

/* What the weights are stored as. */
typedef enum tg_export_type {
    TG_EXPORT_FLOAT32,
    TG_EXPORT_FLOAT16, /* computed with as float32; biases stay float32 */
    TG_EXPORT_INT8 /* a scale for each row of the weight; what goes into a dense layer is rounded
                    * to int8 as well, and products are summed in int32 */
} tg_export_type;

/* How they are written down. */
typedef enum tg_export_form {
    TG_EXPORT_AUTO,    /* decimal up to 131072 weights, else string */
    TG_EXPORT_DECIMAL, /* numbers; slow to compile when there are millions */
    TG_EXPORT_STRING,  /* string literals of the bytes, for little-endian machines */
    TG_EXPORT_BINARY   /* a third file, FILE.bin, which the assembler includes */
} tg_export_form;

typedef struct tg_export_c_options {
    /* What all names begin with, macros in capitals: letters, digits and single underscores, a
     * letter first. NULL: the file's name without its ending. */
    const char *name;
    tg_export_type type;
    tg_export_form form;
    bool no_libm; /* own exp, log, tanh, ... in place of <math.h> */
    /* Samples as the model takes them: int8 needs them, to see how large the values between the
     * layers become. With them the report judges the exported model. NULL: none. */
    const tg_dataset *dataset;
} tg_export_c_options;

/* float32, AUTO, with libm, no data set. */
TG_API tg_export_c_options tg_export_c_defaults(void);

typedef struct tg_export_report {
    size_t parameters, multiplications; /* of one prediction */
    size_t weight_bytes;                /* all constants of the network: weights, biases, scales */
    size_t float_bytes;                 /* the same as float32 */
    size_t workspace_bytes;             /* working memory of one prediction */
    /* Of the data set, computed as the exported file computes; 0 without one. */
    size_t samples;
    double agreement;  /* share of the samples whose largest output is that of the model; of one
                        * output 1 */
    double difference; /* the largest between an output and the model's */
    /* The share of the samples that are right; NaN without labels, and of a model with one output,
     * whose labels are of no use here. */
    double accuracy;
    double model_accuracy; /* the same of the model itself */
    /* What the dense layers of one prediction take on one thread, and what they would as float32:
     * the exported code as it was compiled into this library, but for sizes that are constants
     * there. 0 without a data set or a dense layer. */
    double seconds, float_seconds;
} tg_export_report;

/* Writes `path`, which ends in ".c", a header beside it that ends in ".h", and for
 * TG_EXPORT_BINARY a file that ends in ".bin"; each is written as tg_model_save() does it, and none
 * is replaced before all are on the disk. Should one of these last steps fail, or the machine, then
 * the C file may be left beside the header of another export, and says so when it is compiled.
 * Refused are parameters that are NaN, infinite or too large for the type, and for int8 dense
 * layers of more than 131072 inputs. `options` and `report` may be NULL. Thread-safe. */
TG_API TG_CHECKED tg_status tg_export_c(const tg_model *model, const char *path,
                                        const tg_export_c_options *options,
                                        tg_export_report *report);

TG_END

#endif
