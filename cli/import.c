/* SPDX-License-Identifier: MIT */
/* tigrillo import: a model of another program becomes one of ours. */
#include <stdio.h>

#include "out.h"

static void print_made(const char *out, const tg_model *model) {
    const tg_input *input = tg_model_input(model);
    printf("%s: %zu inputs, %zu outputs, %zu parameters", out, tg_model_inputs(model),
           tg_model_outputs(model), tg_model_parameter_count(model));
    if (tg_model_classes(model)) printf(", with class names");
    if (input && input->statistics) printf(", standardised");
    putchar('\n');
}

static int import(const char *path, const char *out) {
    tg_model *model = NULL;
    tg_status status = tg_onnx_read(tg_cpu(), path, &model);
    if (!status) status = tg_model_save(model, out);
    if (!status) print_made(out, model);
    tg_model_destroy(model);
    return finish(status);
}

static int run(const command *self, int argc, char **argv) {
    bool onnx = false; /* says what is so in any case */
    const char *out = NULL;
    const option options[] = {
        {.name = "onnx", .help = "read ONNX: the default, and the only format", .flag = &onnx},
        {.name = "out",
         .letter = 'o',
         .argument = "MODEL",
         .help = "the model file to write",
         .text = &out},
    };
    command_line line;
    int code = command_line_parse(&line, self, argc, argv, options, TG_COUNT(options));
    if (code == PARSED) code = out_check_file(self, out, &line);
    if (code == PARSED) code = import(line.arguments[0], out);
    command_line_end(&line);
    return code;
}

const command import_command = {
    "import",
    "MODEL.onnx",
    "makes a model file from one of another program",
    "Reads the multi-layer perceptrons that PyTorch, Keras and scikit-learn write as ONNX (with\n"
    "torch.onnx, tf2onnx and skl2onnx). A scaling in front of the network becomes the\n"
    "standardisation of the model's input. A network with anything else than dense layers,\n"
    "activations and softmax is refused, and the operator named.",
    1,
    1,
    run};
