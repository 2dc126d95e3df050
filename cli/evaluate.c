/* SPDX-License-Identifier: MIT */
/* tigrillo evaluate: how good a model is on labelled data. */
#include <stdlib.h>

#include "data.h"
#include "device.h"
#include "json.h"
#include "options.h"
#include "progress.h"
#include "report.h"

/* Reads the data as the model wants it: pictures of its size, labels in the order of its classes.
 */
static tg_status read_for(const tg_model *model, const command_line *line, const char *label,
                          tg_dataset **dataset) {
    tg_read_options options = data_options(label);
    const tg_input *input = tg_model_input(model);
    if (input && input->shape.height) options.shape = input->shape;
    options.classes = tg_model_classes(model);
    const char **class_names = calloc(options.classes + 1, sizeof *class_names);
    if (!class_names) return TG_OUT_OF_MEMORY;
    for (size_t i = 0; i < options.classes; ++i) class_names[i] = tg_model_class_name(model, i);
    if (options.classes) options.class_names = class_names;
    tg_status status = data_read(line->arguments + 1, line->argument_count - 1, &options, dataset);
    free(class_names);
    return status;
}

static int evaluate(const command_line *line, const char *label, size_t where, bool json) {
    tg_device *device = NULL;
    tg_model *model = NULL;
    tg_dataset *dataset = NULL;
    tg_metrics metrics = {0};
    tg_status status = device_open(where, 0, &device);
    if (!status) status = tg_model_load(device, line->arguments[0], &model);
    if (!status) status = read_for(model, line, label, &dataset);
    if (!status) notice("evaluating ...");
    if (!status) status = tg_evaluate(model, dataset, NULL, &metrics);
    notice_end();
    int code = finish(status);
    if (!status && json) code = json_print(report_json(&metrics, dataset));
    if (!status && !json) report_print(&metrics, dataset);
    size_t missing = status ? 0 : report_missing(&metrics);
    if (missing) {
        code = fail("%s: no prediction (NaN) for %zu of %zu samples", line->arguments[0], missing,
                    metrics.samples);
    }
    tg_metrics_destroy(&metrics);
    tg_dataset_destroy(dataset);
    tg_model_destroy(model);
    tg_device_close(device);
    return code;
}

static int run(const command *self, int argc, char **argv) {
    const char *label = NULL;
    size_t where = 0;
    bool json = false;
    const option options[] = {
        label_option(&label),
        device_option(&where),
        {.name = "json", .help = "print one JSON object", .flag = &json},
    };
    command_line line;
    int code = command_line_parse(&line, self, argc, argv, options, TG_COUNT(options));
    if (code == PARSED) code = evaluate(&line, label, where, json);
    command_line_end(&line);
    return code;
}

const command evaluate_command = {
    "evaluate",
    "MODEL DATA...",
    "tells how good a model is on labelled data",
    "Prints the loss, accuracy and balanced accuracy (mean recall of the classes) of MODEL on "
    "DATA,\n"
    "precision, recall and F1 of each class, and the confusion matrix. Several DATA count as one.",
    2,
    SIZE_MAX,
    run};
