/* SPDX-License-Identifier: MIT */
/* A model as C: what tg_export_c() writes, compiled with several flags, and emlearn's code for the
 * same network with the same flags.
 *
 *     exported
 *
 * is run by the driver (support/serve.h). Its work is "infer" with a batch of one. emlearn takes
 * part where the driver has put its code, emlearn.c, beside the inputs (driver/emlearn_code.py). */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tigrillo/tigrillo.h>

#include "support/input.h"
#include "support/network.h"
#include "support/serve.h"

/* What all sources define: tg_export_c() with the name "network", and emlearn.c. */
typedef int predict_function(const float *x, float *y);

typedef struct compiled {
    char name[32];
    void *library;
    predict_function *predict;
    const float *x;
    float *y;
} compiled;

static const struct {
    const char *name, *text;
} flags[] = {{"O3", "-O3"}, {"native", "-O3 -march=native"}, {"Os", "-Os"}};

static compiled present[MOST_CONTESTANTS];
static size_t present_count;
static tg_tensor x;

static void run(void *context) {
    const compiled *code = context;
    if (code->predict(code->x, code->y) != 0) fail("%s fails", code->name);
}

static void release(void) {
    while (present_count > 0) {
        compiled *code = &present[--present_count];
        dlclose(code->library);
        free(code->y);
    }
    tg_tensor_destroy(&x);
}

/* One contestant for each set of flags: NAME-O3 and so on, from FOLDER/SOURCE.c. */
static void compile(bench_preparation *preparation, const char *name, const char *source,
                    size_t outputs) {
    const char *folder = preparation->folder;
    for (size_t i = 0; i < TG_COUNT(flags); i++) {
        compiled *code = &present[present_count++];
        char command[8192], path[2048];
        snprintf(code->name, sizeof code->name, "%s-%s", name, flags[i].name);
        snprintf(path, sizeof path, "%s/%s-%s.so", folder, source, flags[i].name);
        snprintf(command, sizeof command,
                 "'%s' -std=c11 %s -w -shared -fPIC -I '%s' -o '%s' '%s/%s.c' -lm 1>&2",
                 BENCHMARK_COMPILER, flags[i].text, folder, path, folder, source);
        if (system(command) != 0) fail("%s", command);
        code->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (!code->library) fail("%s", dlerror());
        *(void **)&code->predict = dlsym(code->library, "network_predict");
        if (!code->predict) fail("%s", dlerror());
        code->x = tg_tensor_data(&x);
        code->y = allocate(outputs, sizeof *code->y);
        bench_contestant *added = add_contestant(preparation);
        added->name = code->name;
        added->context = code;
        added->run = run;
        added->result = code->y;
        added->count = outputs;
        added->result_calls = 1;
    }
}

/* FOLDER/SOURCE.c; the one sample shows what int8 has to hold. */
static void export(const tg_model *model, const char *folder, const char *source,
                   tg_export_type type) {
    tg_export_c_options options = tg_export_c_defaults();
    tg_dataset *dataset = NULL;
    const int32_t label = 0;
    char path[2048];
    snprintf(path, sizeof path, "%s/%s.c", folder, source);
    check(tg_dataset_from_rows(&x, &label, tg_model_outputs(model), NULL, &dataset));
    options.name = "network";
    options.type = type;
    options.dataset = dataset;
    check(tg_export_c(model, path, &options, NULL));
    tg_dataset_destroy(dataset);
}

static void prepare(bench_preparation *preparation) {
    const char *folder = preparation->folder;
    bench_network network;
    char path[2048];
    release();
    if (strcmp(preparation->work, "infer") != 0 || !parse_network(preparation->shape, &network) ||
        network.batch != 1)
        return;
    const size_t outputs = network.sizes[network.layers];
    x = read_matrix(tg_cpu(), folder, "first.f32", 1, network.sizes[0]);
    tg_model *model = network_model(&network, tg_cpu(), tg_relu(), tg_softmax(), folder);
    export(model, folder, "float32", TG_EXPORT_FLOAT32);
    export(model, folder, "int8", TG_EXPORT_INT8);
    tg_model_destroy(model);
    compile(preparation, "exported", "float32", outputs);
    compile(preparation, "exported-int8", "int8", outputs);
    snprintf(path, sizeof path, "%s/emlearn.c", folder);
    if (access(path, R_OK) == 0) compile(preparation, "emlearn", "emlearn", outputs);
}

int main(void) {
    const bench_program program = {tigrillo_version(tg_cpu()), prepare};
    serve(&program);
    release();
    return 0;
}
