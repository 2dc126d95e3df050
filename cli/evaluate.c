/* SPDX-License-Identifier: MIT */
/* tigrillo evaluate: how good a model is on labelled data. */
#include "data.h"
#include "device.h"
#include "json.h"
#include "options.h"
#include "progress.h"
#include "report.h"

static int evaluate(const command_line *line, const char *label, size_t where, bool json) {
    tg_device *device = NULL;
    tg_model *model = NULL;
    tg_dataset *dataset = NULL;
    tg_metrics metrics = {0};
    tg_status status = device_open(where, 0, &device);
    if (!status) status = tg_model_load(device, line->arguments[0], &model);
    if (!status) {
        status = data_read_for(model, line->arguments + 1, line->argument_count - 1, label,
                               &dataset);
    }
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
