/* SPDX-License-Identifier: MIT */
/* Exported C: networks from all over the space of models, each with its weights in every type,
 * compiled by every compiler there is in every language that it should be, and run beside the
 * library (check.c).
 *
 * To compile all models in all ways would take minutes. So they are dealt out to three sets, in
 * each of which is every network once, and each way to compile takes one set: every network, every
 * type and every way meet in pairs. */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "export/samples.h"

enum { SAMPLES = 4, MOST_LAYERS = 24, MOST_WEIGHTS = 12000, CALIBRATION = 40 };
enum { TYPES = TG_EXPORT_INT8 + 1, SETS = TYPES, KINDS = TG_LAYER_DROPOUT + 1, PICKED = 20 };

/* ---- Models. ---- */

typedef struct sample {
    size_t inputs, layer_count;
    tg_layer layers[MOST_LAYERS];
    tg_input input; /* size 0: none */
    tg_export_form form;
    bool no_libm, classes;
} sample;

static size_t pick(uint64_t *random, size_t count) {
    return (size_t)test_uniform(random, 0, (double)count);
}

static tg_layer pick_activation(uint64_t *random) {
    const tg_layer all[] = {tg_sigmoid(),          tg_tanh(), tg_relu(),
                            tg_leaky_relu(0.013f), tg_gelu(), tg_gelu_tanh()};
    return all[pick(random, TG_COUNT(all))];
}

static void add(sample *s, tg_layer layer) {
    assert_true(s->layer_count < MOST_LAYERS);
    s->layers[s->layer_count++] = layer;
}

static void add_end(sample *s, size_t outputs, uint64_t *random) {
    /* A softmax of one output is 1 whatever goes in: the corners have one. */
    const tg_layer ends[] = {tg_sigmoid(), tg_dropout(0.5f), tg_softmax(),
                             tg_softmax_temperature(2.5f), tg_log_softmax()};
    add(s, tg_dense(outputs));
    add(s, ends[pick(random, outputs > 1 ? TG_COUNT(ends) : 2)]);
}

/* Statistics for a sample's input; the caller frees them with tg_input_destroy(). */
static void add_statistics(tg_input *input, size_t count, uint64_t *random) {
    tg_input with = *input;
    float *mean = malloc(count * sizeof *mean), *deviation = malloc(count * sizeof *deviation);
    with.statistics = count;
    with.mean = mean;
    with.deviation = deviation;
    test_fill(random, mean, count, 0, 0.5);
    test_fill(random, deviation, count, 0.2, 0.7);
    assert_ok(tg_input_copy(&with, input));
    free(mean);
    free(deviation);
}

static void add_input(sample *s, uint64_t *random) {
    const tg_picture_shape shapes[] = {
        {16, 20, 3}, {9, 13, 1}, {33, 70, 1}, {24, 131, 3}, {4, 5, 3}};
    const size_t shape = pick(random, TG_COUNT(shapes)), kind = pick(random, 5);
    if (kind == 0) return;
    if (kind == 1) {
        s->input = (tg_input){.size = s->inputs};
    } else if (kind <= 3) {
        const size_t cell = 2 + pick(random, shape < 4 ? 3 : 1);
        s->input = (tg_input){.shape = shapes[shape], .features = TG_FEATURES_HOG};
        s->input.hog = (tg_hog){.cell = cell + (shape == 3 ? 6 : 0) + (shape == 2 ? 3 : 0),
                                .colour = pick(random, 2) == 0};
        s->input.size = tg_hog_size(&s->input.hog, s->input.shape);
    } else {
        s->input = (tg_input){.shape = shapes[shape], .size = tg_picture_size(shapes[shape])};
    }
    const size_t channels = s->input.shape.channels;
    const bool one_a_channel = kind == 4 && pick(random, 2) == 0;
    if (kind == 1 || pick(random, 3) > 0)
        add_statistics(&s->input, one_a_channel ? channels : s->input.size, random);
    s->inputs = s->input.size;
}

static sample pick_sample(uint64_t *random) {
    static const size_t inputs[] = {1, 2, 3, 5, 17, 64, 130, 784}, units[] = {1, 3, 7, 16, 33, 129},
                        outputs[] = {1, 2, 3, 10, 100};
    sample s = {.inputs = inputs[pick(random, TG_COUNT(inputs))]};
    const size_t dense = 1 + pick(random, 6), before = pick(random, 4);
    add_input(&s, random);
    if (before == 0) add(&s, pick_activation(random));
    if (before == 1) add(&s, tg_dropout(0.25f));
    size_t columns = s.inputs;
    for (size_t i = 1; i < dense; i++) {
        const size_t most = MOST_WEIGHTS / (columns + 1) + 1;
        const size_t wanted = units[pick(random, TG_COUNT(units))];
        columns = wanted < most ? wanted : most;
        add(&s, tg_dense(columns));
        if (pick(random, 5) > 0) add(&s, pick_activation(random));
        if (pick(random, 5) == 0) add(&s, pick_activation(random));
        if (pick(random, 4) == 0) add(&s, tg_dropout(0.5f));
    }
    add_end(&s, outputs[pick(random, columns > 200 ? 4 : TG_COUNT(outputs))], random);
    s.form = (tg_export_form)pick(random, 4);
    s.no_libm = pick(random, 2) == 0;
    s.classes = pick(random, 2) == 0;
    return s;
}

/* The ends of the space. */
static const sample corners[] = {
    {.inputs = 1, .layer_count = 1, .layers = {{.kind = TG_LAYER_DENSE, .units = 1}}},
    {.inputs = 2,
     .layer_count = 2,
     .layers = {{.kind = TG_LAYER_DENSE, .units = 1}, {.kind = TG_LAYER_SOFTMAX, .value = 1}}},
    {.inputs = 4096,
     .layer_count = 2,
     .layers = {{.kind = TG_LAYER_DENSE, .units = 3}, {.kind = TG_LAYER_SOFTMAX, .value = 1}}},
    {.inputs = 4096,
     .layer_count = 1,
     .layers = {{.kind = TG_LAYER_DENSE, .units = 2}},
     .form = TG_EXPORT_STRING},
    {.inputs = 9,
     .layer_count = 2,
     .layers = {{.kind = TG_LAYER_DENSE, .units = 1000}, {.kind = TG_LAYER_SOFTMAX, .value = 1}},
     .no_libm = true},
    {.inputs = 1000, .layer_count = 1, .layers = {{.kind = TG_LAYER_LOG_SOFTMAX}}, .no_libm = true},
    {.inputs = 3, .layer_count = 1, .layers = {{.kind = TG_LAYER_DROPOUT, .value = 0.5f}}},
    {.inputs = 300,
     .layer_count = 4,
     .layers = {{.kind = TG_LAYER_TANH},
                {.kind = TG_LAYER_DENSE, .units = 5},
                {.kind = TG_LAYER_GELU},
                {.kind = TG_LAYER_DENSE, .units = 2}},
     .form = TG_EXPORT_BINARY,
     .no_libm = true},
    /* The smallest cells have the most votes on the stack, and here is little else. */
    {.inputs = 2268,
     .layer_count = 2,
     .layers = {{.kind = TG_LAYER_DENSE, .units = 2}, {.kind = TG_LAYER_SIGMOID}},
     .input = {.size = 2268, .shape = {2, 64, 1}, .features = TG_FEATURES_HOG, .hog = {.cell = 1}}},
};

/* With weights and biases, uniform as PyTorch's and so of the usual size. */
static tg_model *make_model(const sample *s, uint64_t *random) {
    tg_model *model = NULL;
    assert_ok(tg_model_create(tg_cpu(), s->inputs, s->layers, s->layer_count, 1, &model));
    size_t columns = s->inputs;
    for (size_t i = 0; i < s->layer_count; i++) {
        if (s->layers[i].kind != TG_LAYER_DENSE) continue;
        tg_tensor weight, bias;
        const double bound = sqrt(3.0 / (double)columns);
        assert_ok(tg_model_weight(model, i, &weight));
        assert_ok(tg_model_bias(model, i, &bias));
        test_fill(random, tg_tensor_data(&weight), weight.count, -bound, bound);
        test_fill(random, tg_tensor_data(&bias), bias.count, -0.3, 0.3);
        columns = s->layers[i].units;
    }
    if (s->input.size > 0) assert_ok(tg_model_set_input(model, &s->input));
    if (!s->classes) return model;
    const size_t outputs = tg_model_outputs(model);
    char(*text)[32] = malloc(outputs * sizeof *text);
    const char **names = malloc(outputs * sizeof *names);
    for (size_t i = 0; i < outputs; i++) {
        snprintf(text[i], sizeof text[i], "\"\xc3\xa4?\?/\n%zu", i);
        names[i] = text[i];
    }
    assert_ok(tg_model_set_classes(model, names, outputs));
    free(text);
    free(names);
    return model;
}

/* ---- Samples of data. ---- */

/* CALIBRATION rows, or pictures, as the model takes them. */
static tg_dataset *make_dataset(const tg_model *model, uint64_t *random) {
    const tg_input *input = tg_model_input(model);
    tg_dataset *dataset = NULL;
    int32_t labels[CALIBRATION];
    for (size_t i = 0; i < CALIBRATION; i++) labels[i] = (int32_t)(i % tg_model_outputs(model));
    if (input && input->shape.height > 0) {
        const size_t size = tg_picture_size(input->shape);
        uint8_t *pixels = malloc(CALIBRATION * size);
        for (size_t i = 0; i < CALIBRATION * size; i++)
            pixels[i] = (uint8_t)test_uniform(random, 0, 256);
        assert_ok(tg_dataset_from_pictures(pixels, CALIBRATION, input->shape, labels,
                                           tg_model_outputs(model), NULL, &dataset));
        free(pixels);
        return dataset;
    }
    tg_tensor rows;
    assert_ok(tg_matrix_create(tg_cpu(), CALIBRATION, tg_model_inputs(model), &rows));
    test_fill(random, tg_tensor_data(&rows), rows.count, -1.5, 1.5);
    assert_ok(tg_dataset_from_rows(&rows, labels, tg_model_outputs(model), NULL, &dataset));
    tg_tensor_destroy(&rows);
    return dataset;
}

/* The model as it must be exported, by the same steps. */
static tg_exported make_exported(const tg_model *model, tg_export_type type,
                                 const tg_dataset *dataset) {
    tg_exported plain, exported;
    tg_export_range ranges[MOST_LAYERS] = {{0, 0}};
    assert_ok(tg_exported_create(model, TG_EXPORT_FLOAT32, NULL, &plain));
    assert_ok(tg_export_calibrate(&plain, dataset, ranges));
    assert_ok(tg_exported_create(model, type, ranges, &exported));
    tg_exported_destroy(&plain);
    return exported;
}

static void put(FILE *file, const void *bytes, size_t size) {
    if (size > 0) assert_int_equal(fwrite(bytes, size, 1, file), 1);
}

/* What check.c reads. Returns the bytes of a raw input. */
static size_t write_data(const char *path, const tg_model *model, tg_export_type type,
                         const tg_dataset *dataset) {
    const tg_input *input = tg_model_input(model);
    tg_exported exported = make_exported(model, type, dataset);
    const size_t samples[SAMPLES] = {1, 3, 4, 7};
    const size_t columns = tg_dataset_columns(dataset);
    const bool pictures = input && input->shape.height > 0;
    tg_tensor raw, x, y;
    assert_ok(tg_matrix_create(tg_cpu(), SAMPLES, columns, &raw));
    assert_ok(tg_matrix_create(tg_cpu(), SAMPLES, tg_model_inputs(model), &x));
    assert_ok(tg_matrix_create(tg_cpu(), SAMPLES, tg_model_outputs(model), &y));
    assert_ok(tg_dataset_batch(dataset, NULL, NULL, 0, 0, samples, SAMPLES, 1, &raw, NULL));
    assert_ok(tg_dataset_batch(dataset, input, NULL, 0, 0, samples, SAMPLES, 1, &x, NULL));
    if (type == TG_EXPORT_FLOAT32)
        assert_ok(tg_model_predict(model, &x, &y));
    else
        assert_ok(tg_exported_predict(&exported, &x, &y));
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (size_t i = 0; pictures && i < raw.count; i++) {
        const uint8_t pixel = (uint8_t)lroundf(tg_tensor_data(&raw)[i] * 255);
        put(file, &pixel, 1);
    }
    if (!pictures) put(file, tg_tensor_data(&raw), raw.count * sizeof(float));
    put(file, tg_tensor_data(&x), x.count * sizeof(float));
    put(file, tg_tensor_data(&y), y.count * sizeof(float));
    assert_int_equal(fclose(file), 0);
    tg_tensor_destroy(&raw);
    tg_tensor_destroy(&x);
    tg_tensor_destroy(&y);
    tg_exported_destroy(&exported);
    return pictures ? columns : columns * sizeof(float);
}

/* ---- The programs. ---- */

/* The program of one set: all of its models, and a table of them. */
typedef struct program {
    const char *folder;       /* of all sets */
    FILE *own_math, *libm;    /* what includes the models: without libm, and with */
    FILE *wrappers, *entries; /* of the table */
    size_t set, count;
    size_t covered[KINDS][TYPES]; /* models with such a layer, their weights of such a type */
} program;

static FILE *open_file(const program *p, const char *name) {
    char file[32];
    snprintf(file, sizeof file, "%s%zu.%c", name, p->set, strcmp(name, "entries") == 0 ? 'h' : 'c');
    FILE *opened = fopen(test_path(p->folder, file), "w");
    assert_non_null(opened);
    return opened;
}

static program start_program(const char *folder, size_t set) {
    program p = {.folder = folder, .set = set};
    p.own_math = open_file(&p, "own_math");
    p.libm = open_file(&p, "libm");
    p.wrappers = open_file(&p, "table");
    p.entries = open_file(&p, "entries");
    fputs("#include \"check.h\"\n#include <stdint.h>\n", p.wrappers);
    fputs("const exported models[] = {\n", p.entries);
    return p;
}

static void finish_program(program *p) {
    fprintf(p->wrappers, "#include \"entries%zu.h\"\n", p->set);
    fprintf(p->entries, "};\nconst size_t model_count = %zu;\n", p->count);
    assert_int_equal(fclose(p->own_math), 0);
    assert_int_equal(fclose(p->libm), 0);
    assert_int_equal(fclose(p->wrappers), 0);
    assert_int_equal(fclose(p->entries), 0);
}

/* A quantised value may be rounded to its neighbour where the compiler contracts a * b + c or libm
 * differs from the library, and then another result comes out. */
static double tolerance_of(tg_export_type type) {
    return type == TG_EXPORT_INT8 ? 0.02 : 1e-6;
}

static void write_entry(program *p, size_t n, const sample *s, tg_export_type type,
                        size_t raw_bytes) {
    const bool pictures = s->input.shape.height > 0;
    const bool prepare = pictures || s->input.statistics > 0;
    fprintf(p->wrappers,
            "#define M%zu_SELF_TEST\n#include \"m%zu.h\"\n"
            "static int in%zu(void *w, const float *x, float *y) {\n"
            "    return m%zu_predict_in((m%zu_workspace *)w, x, y);\n}\n",
            n, n, n, n, n);
    if (prepare)
        fprintf(
            p->wrappers,
            "static void prepare%zu(const void *raw, float *x) { m%zu_prepare(raw, x); }\n"
            "static int raw%zu(const void *raw, float *y) { return m%zu_predict_%s(raw, y); }\n",
            n, n, n, n, pictures ? "pixels" : "values");
    fprintf(p->entries,
            "{\"m%zu\", M%zu_INPUTS, M%zu_OUTPUTS, %zu, M%zu_WORKSPACE_BYTES, %g, m%zu_predict, "
            "in%zu, ",
            n, n, n, raw_bytes, n, tolerance_of(type), n, n);
    if (prepare)
        fprintf(p->entries, "prepare%zu, raw%zu, ", n, n);
    else
        fprintf(p->entries, "0, 0, ");
    fprintf(p->entries, "m%zu_self_test, ", n);
    if (s->classes)
        fprintf(p->entries, "m%zu_class},\n", n);
    else
        fprintf(p->entries, "0},\n");
}

static void count_layers(program *p, const sample *s, size_t outputs, tg_export_type type) {
    bool has[KINDS] = {false};
    for (size_t i = 0; i < s->layer_count; i++)
        has[s->layers[i].kind] |= s->layers[i].kind != TG_LAYER_SOFTMAX || outputs > 1;
    for (size_t kind = 0; kind < KINDS; kind++) p->covered[kind][type] += has[kind];
}

/* `n`: its number among all models. */
static void add_model(program *p, size_t n, const sample *s, tg_export_type type,
                      const tg_model *model, const tg_dataset *dataset) {
    char file[32], data[32];
    snprintf(file, sizeof file, "m%zu.c", n);
    snprintf(data, sizeof data, "m%zu.data", n);
    const bool given = type == TG_EXPORT_INT8 || n / TYPES % 3 == 0;
    const tg_export_c_options options = {
        .type = type, .form = s->form, .no_libm = s->no_libm, .dataset = given ? dataset : NULL};
    assert_ok(tg_export_c(model, test_path(p->folder, file), &options, NULL));
    const size_t raw = write_data(test_path(p->folder, data), model, type, dataset);
    fprintf(s->no_libm ? p->own_math : p->libm, "#define M%zu_SELF_TEST\n#include \"%s\"\n", n,
            file);
    write_entry(p, n, s, type, raw);
    count_layers(p, s, tg_model_outputs(model), type);
    p->count++;
}

/* With its weights in each type, each in another set. */
static void add_network(program programs[SETS], size_t network, const sample *s, uint64_t *random) {
    tg_model *model = make_model(s, random);
    tg_dataset *dataset = make_dataset(model, random);
    for (size_t type = 0; type < TYPES; type++)
        add_model(&programs[(network + type) % SETS], network * TYPES + type, s,
                  (tg_export_type)type, model, dataset);
    tg_dataset_destroy(dataset);
    tg_model_destroy(model);
}

/* Every layer with every type in every set: what is not there is not tested. */
static void check_coverage(const program *p) {
    print_message("set %zu, %zu models; with a layer, as float32, float16, int8:\n", p->set,
                  p->count);
    for (size_t kind = 0; kind < KINDS; kind++) {
        const size_t *covered = p->covered[kind];
        print_message("    %-12s%3zu%3zu%3zu\n", tg_layer_name((tg_layer_kind)kind), covered[0],
                      covered[1], covered[2]);
        for (size_t type = 0; type < TYPES; type++) assert_true(covered[type] > 0);
    }
}

/* ---- Compilers. ---- */

/* Runs a command of the shell in the folder of the program; its output is shown when it fails. */
static bool succeeds(const program *p, const char *command) {
    char whole[8192];
    snprintf(whole, sizeof whole, "cd '%s' && { %s; } >out 2>&1", p->folder, command);
    if (system(whole) == 0) return true;
    size_t size;
    unsigned char *out = test_read_file(test_path(p->folder, "out"), &size);
    print_error("%s\n%.*s\n", command, size < 6000 ? (int)size : 6000, (const char *)out);
    free(out);
    return false;
}

static bool is_there(const char *compiler) {
    char command[128];
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", compiler);
    return system(command) == 0;
}

/* One way to compile a set's models. */
typedef struct way {
    const char *compiler, *flags, *only; /* `only`: an argument of check.c */
} way;

#define SANITIZERS "-O1 -fsanitize=address,undefined -fno-sanitize-recover=all"

/* Way i takes set i % SETS, so that each set meets gcc and clang. */
static const way ways[] = {
    {"gcc", "-x c -std=c99 " SANITIZERS, ""},
    {"clang", "-x c -std=c11 " SANITIZERS, ""},
    {"gcc", "-x c -std=c11 -Os", ""},
    {"clang", "-x c -std=c99 -Os", ""},
    {"gcc", "-x c -std=c17 -O3", ""},
    {"clang", "-x c -std=c17 -O3", ""},
    {"clang++", "-x c++ -std=c++17 -O2", ""},
    {"gcc", "-x c -std=gnu11 -O2 -mavx2 -mfma", ""},
    {"g++", "-x c++ -std=c++17 -O2", ""},
    {"gcc", "-x c -std=c99 -O2 -ffast-math", "nan"},
    {"clang", "-x c -std=c99 -O2 -ffast-math", "nan"},
    {"gcc", "-x c -std=c99 -O2 -ffast-math", "nan"},
};

static void check_way(const program *p, const way *w) {
    char command[2048];
    const bool sanitized = strstr(w->flags, "sanitize") != NULL;
    snprintf(command, sizeof command,
             "compile='%s %s -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror' && "
             "{ $compile -c libm%zu.c -o libm.o & } && "
             "$compile -c own_math%zu.c -o own_math.o; own_math=$?; "
             "wait $! && [ $own_math -eq 0 ] && "
             "%s -O1 %s table%zu.o check.o libm.o own_math.o -lm -lpthread -o run && ./run . %s",
             w->compiler, w->flags, p->set, p->set, w->compiler,
             sanitized ? "-fsanitize=address,undefined" : "", p->set, w->only);
    print_message("set %zu: %s %s\n", p->set, w->compiler, w->flags);
    assert_true(succeeds(p, command));
}

/* The models of a few networks, in the type that the set has of them. */
static void check_stack(const program *p, const char *compiler, const char *flags) {
    static const size_t networks[] = {0, 1, 2, 3, PICKED + 2, PICKED + 7, PICKED + 8};
    char source[1024], command[4096];
    if (!is_there(compiler)) return;
    assert_non_null(getcwd(source, sizeof source));
    int length = snprintf(command, sizeof command, "sh '%s/tests/export/stack.sh' '%s -std=c99 %s'",
                          source, compiler, flags);
    for (size_t i = 0; i < TG_COUNT(networks); i++)
        length += snprintf(command + length, sizeof command - (size_t)length, " m%zu",
                           networks[i] * TYPES + (p->set + SETS - networks[i] % SETS) % SETS);
    assert_true(succeeds(p, command));
}

/* Without libm there is nothing but what any compiler may call, C library or not. */
static void check_freestanding(const program *p, const char *compiler) {
    char command[2048];
    if (!is_there(compiler)) return;
    snprintf(
        command, sizeof command,
        "%s -std=c11 -O2 -ffreestanding -c own_math%zu.c -o free.o && nm -u free.o >undefined && "
        "! grep -vE ' (memcpy|memset|memmove)$| _GLOBAL_OFFSET_TABLE_$' undefined",
        compiler, p->set);
    assert_true(succeeds(p, command));
}

static bool can_run_avx2(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return false;
#endif
}

static void compile_tables(const program *p) {
    char source[1024], command[4096];
    assert_non_null(getcwd(source, sizeof source)); /* tests run in the root of the repository */
    snprintf(command, sizeof command,
             "cc -std=c11 -O1 -I'%s/tests/export' -I. -c '%s/tests/export/check.c' table0.c "
             "table1.c table2.c",
             source, source);
    assert_true(succeeds(p, command));
}

static void test_compilers(void **state) {
    (void)state;
    uint64_t random = 14; /* gives every set every layer: check_coverage() */
    char *folder = test_make_folder();
    program programs[SETS];
    for (size_t i = 0; i < SETS; i++) programs[i] = start_program(folder, i);
    for (size_t i = 0; i < PICKED; i++) {
        sample s = pick_sample(&random);
        add_network(programs, i, &s, &random);
        tg_input_destroy(&s.input);
    }
    for (size_t i = 0; i < TG_COUNT(corners); i++)
        add_network(programs, PICKED + i, &corners[i], &random);
    for (size_t i = 0; i < SETS; i++) finish_program(&programs[i]);
    for (size_t i = 0; i < SETS; i++) check_coverage(&programs[i]);
    compile_tables(&programs[0]);
    for (size_t i = 0; i < TG_COUNT(ways); i++) {
        if (!is_there(ways[i].compiler) || (strstr(ways[i].flags, "avx2") && !can_run_avx2()))
            print_message("SKIPPED: %s %s\n", ways[i].compiler, ways[i].flags);
        else
            check_way(&programs[i % SETS], &ways[i]);
    }
    static const char *const compilers[] = {"gcc", "clang"};
    for (size_t i = 0; i < TG_COUNT(compilers); i++) {
        check_freestanding(&programs[i], compilers[i]);
        check_stack(&programs[i], compilers[i], "-Os");
        check_stack(&programs[i], compilers[i], "-O3");
    }
    test_remove_folder(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compilers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
