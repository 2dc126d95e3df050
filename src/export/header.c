/* SPDX-License-Identifier: MIT */
/* The header of an exported model. */
#include <string.h>

#include <tigrillo/version.h>

#include "export/code.h"

/* The frames of the functions without the working memory: tests/export/c_test.c measures them. */
enum { STACK_BYTES = 2048 };

static bool has_quantised_inputs(const tg_exported *exported) {
    return exported->type == TG_EXPORT_INT8 && exported->layout.dense > 0;
}

size_t tg_export_workspace_bytes(const tg_exported *exported) {
    size_t bytes = exported->layout.workspace * sizeof(float);
    if (has_quantised_inputs(exported)) bytes += (exported->layout.longest_input + 1) / 2 * 4;
    return bytes;
}

static const char *outputs_of(const tg_model *model) {
    const tg_layer *layer = tg_model_layer(model, tg_model_layer_count(model) - 1);
    switch (layer->kind) {
    case TG_LAYER_SOFTMAX:
        return "probabilities";
    case TG_LAYER_LOG_SOFTMAX:
        return "logarithms of probabilities";
    case TG_LAYER_DENSE:
        return "logits";
    default:
        return "the last layer's values";
    }
}

static void write_layers(const tg_export_code *from, tg_text *code) {
    static const char *const types[] = {"float32", "float16", "int8"};
    const tg_model *model = from->exported->model;
    tg_text_code(code, " *\n *     %zu inputs", tg_model_inputs(model));
    for (size_t i = 0; i < tg_model_layer_count(model); i++) {
        const tg_layer *layer = tg_model_layer(model, i);
        tg_text_code(code, i % 6 == 5 ? ",\n *     %s" : ", %s", tg_layer_name(layer->kind));
        if (layer->kind == TG_LAYER_DENSE) tg_text_code(code, " %zu", layer->units);
    }
    tg_text_code(code, "\n *\n * %zu parameters, the weights as %s. ",
                 tg_model_parameter_count(model), types[from->exported->type]);
}

static void write_sizes(const tg_export_code *from, tg_text *code) {
    const tg_exported *exported = from->exported;
    const tg_input *input = tg_model_input(exported->model);
    tg_text_code(code,
                 "#define NAME_INPUTS %zu\n"
                 "#define NAME_OUTPUTS %zu\n"
                 "#define NAME_WEIGHT_BYTES %zu /* constants of the network */\n"
                 "#define NAME_WORKSPACE_BYTES %zu /* sizeof(name_workspace) */\n"
                 "#define NAME_STACK_BYTES %zu /* at most, of name_predict(); libm's own aside */\n"
                 "#define NAME_EXPORT 0x%08xu /* the C file asks for its own header */\n",
                 tg_model_inputs(exported->model), tg_model_outputs(exported->model),
                 tg_exported_bytes(exported), tg_export_workspace_bytes(exported),
                 tg_export_workspace_bytes(exported) + STACK_BYTES, (unsigned)from->mark);
    if (input && input->shape.height > 0)
        tg_text_code(code,
                     "#define NAME_HEIGHT %zu\n"
                     "#define NAME_WIDTH %zu\n"
                     "#define NAME_CHANNELS %zu\n"
                     "#define NAME_PIXELS %zu /* height x width x channels */\n",
                     input->shape.height, input->shape.width, input->shape.channels,
                     tg_picture_size(input->shape));
}

static void write_prediction(const tg_export_code *from, tg_text *code) {
    const tg_exported *exported = from->exported;
    tg_text_code(code,
                 "\n/* The working memory of one prediction. */\n"
                 "typedef struct name_workspace {\n"
                 "    float values[%zu];\n",
                 exported->layout.workspace);
    if (has_quantised_inputs(exported))
        tg_text_code(code, "    int16_t inputs[%zu];\n", exported->layout.longest_input);
    tg_text_code(
        code,
        "} name_workspace;\n\n"
        "/* y = %s for x, which is the network's own input. 0; or 1 when there is a NaN in\n"
        " * x or y, and y is of no use. x and y must not overlap. Any number of threads. */\n"
        "int name_predict(const float x[NAME_INPUTS], float y[NAME_OUTPUTS]);\n\n"
        "/* The same in memory of the caller's instead of the stack. */\n"
        "int name_predict_in(name_workspace *workspace, const float x[NAME_INPUTS],\n"
        "                    float y[NAME_OUTPUTS]);\n",
        outputs_of(exported->model));
}

/* The votes of a strip (parts/hog.inc). */
static size_t vote_bytes(const tg_input *input) {
    if (input->features != TG_FEATURES_HOG) return 0;
    const size_t strip = input->shape.width < 64 ? input->shape.width : 64;
    return (strip / input->hog.cell + 3) * 12 * sizeof(float);
}

static void write_input(const tg_export_code *from, tg_text *code) {
    const tg_input *input = tg_model_input(from->exported->model);
    if (input && input->shape.height > 0) {
        tg_text_code(
            code,
            "\n/* The network's input for a picture of NAME_HEIGHT x NAME_WIDTH pixels, row\n"
            " * by row from the top%s: as it was in training. */\n"
            "void name_prepare(const uint8_t pixels[NAME_PIXELS], float x[NAME_INPUTS]);\n\n"
            "/* Both: name_predict() of name_prepare(). NAME_INPUTS floats and %zu bytes\n"
            " * more on the stack. */\n"
            "int name_predict_pixels(const uint8_t pixels[NAME_PIXELS], float y[NAME_OUTPUTS]);\n",
            input->shape.channels == 3 ? ", red, green and blue side by side" : "",
            vote_bytes(input));
    } else if (input && input->statistics > 0) {
        tg_text_code(
            code,
            "\n/* The network's input for a row of measured values: standardised. In place is\n"
            " * fine. */\n"
            "void name_prepare(const float values[NAME_INPUTS], float x[NAME_INPUTS]);\n\n"
            "/* Both: name_predict() of name_prepare(). NAME_INPUTS floats more on the stack. */\n"
            "int name_predict_values(const float values[NAME_INPUTS], float y[NAME_OUTPUTS]);\n");
    }
}

void tg_export_header(const tg_export_code *from, tg_text *code) {
    const tg_model *model = from->exported->model;
    const tg_input *input = tg_model_input(model);
    tg_text_code(code, "/* Generated by tigrillo " TG_VERSION
                       ": do not edit. A neural network; what may be\n"
                       " * done with the model may be done with this file.\n");
    write_layers(from, code);
    tg_text_code(code, "*/\n#ifndef NAME_H\n#define NAME_H\n\n");
    if (has_quantised_inputs(from->exported) || (input && input->shape.height > 0))
        tg_text_code(code, "#include <stdint.h>\n\n");
    write_sizes(from, code);
    tg_text_code(code, "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
    write_prediction(from, code);
    write_input(from, code);
    if (tg_model_classes(model) > 0)
        tg_text_code(code,
                     "\n/* The name of output `label`, in UTF-8; NULL where there is none. */\n"
                     "const char *name_class(int label);\n");
    tg_text_code(code,
                 "\n#ifdef NAME_SELF_TEST\n"
                 "/* 0 when sample inputs give the outputs that they gave when this file was\n"
                 " * made; else the number of the first that does not, from 1. */\n"
                 "int name_self_test(void);\n"
                 "#endif\n");
    tg_text_code(code, "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}
