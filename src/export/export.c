/* SPDX-License-Identifier: MIT */
/* From a model to its files. */
#include <tigrillo/export.h>

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "data/dataset.h"
#include "export/code.h"
#include "export/weights.h"

tg_export_c_options tg_export_c_defaults(void) {
    return (tg_export_c_options){.type = TG_EXPORT_FLOAT32};
}

/* ---- Names. ---- */

enum { MOST_NAME = 40 };

/* Where the names come from, and where the files go. */
typedef struct names {
    char lower[MOST_NAME + 1], upper[MOST_NAME + 1];
    char *header, *binary; /* paths; owned */
} names;

static const char *file_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Of ASCII alone, whatever the locale. */
static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static char upper_of(char c) {
    return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

/* A prefix that makes identifiers which neither C nor C++ keeps for itself. */
static tg_status check_name(const char *name, size_t length) {
    bool good = length > 0 && length <= MOST_NAME && is_letter(name[0]) && name[length - 1] != '_';
    for (size_t i = 1; i < length && good; i++)
        good = is_letter(name[i]) || is_digit(name[i]) || (name[i] == '_' && name[i - 1] != '_');
    if (good) return TG_OK;
    return tg_fail(TG_INVALID_ARGUMENT,
                   "the name \"%.*s\" is not 1 to %d letters, digits and single underscores, a "
                   "letter first; one can be given apart from the file's",
                   (int)(length < 80 ? length : 80), name, (int)MOST_NAME);
}

/* Where its folder is searched for headers, this one would hide one of C or of its library. */
static tg_status check_stem(const char *path, const char *stem, size_t length) {
    static const char *const taken[] = {
        "assert",    "complex", "ctype",  "errno",  "features", "fenv",   "float",       "iso646",
        "inttypes",  "limits",  "locale", "math",   "setjmp",   "signal", "stdalign",    "stdarg",
        "stdatomic", "stdbool", "stddef", "stdint", "stdio",    "stdlib", "stdnoreturn", "string",
        "tgmath",    "threads", "time",   "uchar",  "wchar",    "wctype"};
    for (size_t i = 0; i < TG_COUNT(taken); i++)
        TG_REQUIRE(length != strlen(taken[i]) || strncmp(stem, taken[i], length) != 0,
                   "%s: its header would be called as C's <%s.h>", path, taken[i]);
    return TG_OK;
}

static char *with_ending(const char *path, const char *ending) {
    const size_t stem = strlen(path) - 2;
    char *made = tg_allocate(stem + strlen(ending) + 1, 1);
    if (!made) return NULL;
    memcpy(made, path, stem);
    memcpy(made + stem, ending, strlen(ending));
    return made;
}

static void destroy_names(names *n) {
    tg_release(n->header);
    tg_release(n->binary);
}

static tg_status make_names(const char *path, const char *name, names *made) {
    const char *file = file_of(path);
    const size_t length = strlen(file);
    TG_REQUIRE(length >= 2 && strcmp(file + length - 2, ".c") == 0,
               "%s: the name of the C file must end in .c", path);
    TG_REQUIRE(length > 2, "%s: the C file has no name before .c", path);
    TG_TRY(check_stem(path, file, length - 2));
    for (const char *c = file; *c; c++)
        TG_REQUIRE((unsigned char)*c >= ' ' && !strchr("\"\\?\177", *c),
                   "%s: the file's name cannot stand in #include", path);
    const size_t used = name ? strlen(name) : length - 2;
    TG_TRY(check_name(name ? name : file, used));
    *made = (names){.header = with_ending(path, ".h"), .binary = with_ending(path, ".bin")};
    if (!made->header || !made->binary) {
        destroy_names(made);
        return TG_OUT_OF_MEMORY;
    }
    for (size_t i = 0; i < used; i++) {
        made->lower[i] = (name ? name : file)[i];
        made->upper[i] = upper_of(made->lower[i]);
    }
    return TG_OK;
}

/* ---- The texts. ---- */

typedef struct texts {
    tg_text header, source, binary;
} texts;

static void destroy_texts(texts *t) {
    tg_release(t->header.bytes);
    tg_release(t->source.bytes);
    tg_release(t->binary.bytes);
}

/* FNV-1a (Fowler, Noll, Vo). */
static uint32_t hash(uint32_t before, const void *bytes, size_t size) {
    const unsigned char *next = bytes;
    for (size_t i = 0; i < size; i++) before = (before ^ next[i]) * 16777619u;
    return before;
}

/* What differs when a header does not belong to a C file. */
static uint32_t make_mark(const tg_exported *exported, const texts *t) {
    uint32_t mark = hash(2166136261u, t->header.bytes, t->header.size);
    tg_tensor parameters;
    if (tg_model_parameters(exported->model, &parameters) == TG_OK)
        mark = hash(mark, tg_tensor_data(&parameters), parameters.count * sizeof(float));
    return mark;
}

static tg_status write_texts(tg_export_code *from, texts *t) {
    /* Once for the mark, which is in it. */
    tg_export_header(from, &t->header);
    if (t->header.status) return t->header.status;
    from->mark = make_mark(from->exported, t);
    t->header.size = 0;
    tg_export_header(from, &t->header);
    tg_export_source(from, &t->source, &t->binary);
    if (t->header.status) return t->header.status;
    return t->source.status ? t->source.status : t->binary.status;
}

/* ---- The files. ---- */

/* The header first and the C file last: if no more than some get into their places, the header is
 * of another export than the C file, which then does not compile. */
static tg_status replace_files(const char *path, const texts *t, const names *n) {
    const tg_chunk header = {t->header.bytes, t->header.size},
                   binary = {t->binary.bytes, t->binary.size},
                   source = {t->source.bytes, t->source.size};
    const tg_replacement three[] = {
        {n->header, &header, 1}, {n->binary, &binary, 1}, {path, &source, 1}};
    const tg_replacement two[] = {three[0], three[2]};
    return binary.size > 0 ? tg_files_replace(three, 3) : tg_files_replace(two, 2);
}

static tg_status write_files(const char *path, const tg_exported *exported,
                             const tg_export_samples *samples, const tg_export_c_options *options,
                             const names *n) {
    tg_export_code from = {.exported = exported,
                           .samples = samples,
                           .form = tg_export_choose_form(exported, options->form),
                           .no_libm = options->no_libm,
                           .header_file = file_of(n->header),
                           .binary_file = file_of(n->binary)};
    tg_text empty = {.lower = n->lower, .upper = n->upper};
    texts t = {empty, empty, empty};
    tg_status status = write_texts(&from, &t);
    if (!status) status = replace_files(path, &t, n);
    destroy_texts(&t);
    return status;
}

/* ---- The model. ---- */

static tg_status calibrate(const tg_model *model, const tg_dataset *dataset,
                           tg_export_range **ranges) {
    tg_exported plain;
    TG_TRY(tg_exported_create(model, TG_EXPORT_FLOAT32, NULL, &plain));
    tg_export_range *made = tg_allocate(plain.layout.dense, sizeof *made);
    tg_status status = made ? tg_export_calibrate(&plain, dataset, made) : TG_OUT_OF_MEMORY;
    tg_exported_destroy(&plain);
    if (status) {
        tg_release(made);
        return status;
    }
    *ranges = made;
    return TG_OK;
}

static tg_status make_exported(const tg_model *model, const tg_export_c_options *options,
                               tg_exported *exported) {
    tg_export_range *ranges = NULL;
    if (options->type == TG_EXPORT_INT8) TG_TRY(calibrate(model, options->dataset, &ranges));
    tg_status status = tg_exported_create(model, options->type, ranges, exported);
    tg_release(ranges);
    return status;
}

static tg_status fill_report(const tg_exported *exported, const tg_model *model,
                             const tg_dataset *dataset, tg_export_report *report) {
    tg_export_report made = {.parameters = tg_model_parameter_count(model),
                             .multiplications = exported->layout.multiplications,
                             .weight_bytes = tg_exported_bytes(exported),
                             .float_bytes = tg_model_parameter_count(model) * sizeof(float),
                             .workspace_bytes = tg_export_workspace_bytes(exported)};
    if (dataset) TG_TRY(tg_export_judge(exported, model, dataset, &made));
    *report = made;
    return TG_OK;
}

static tg_status check_options(const tg_model *model, const tg_export_c_options *options) {
    TG_REQUIRE(options->type <= TG_EXPORT_INT8, "there is no type %d", (int)options->type);
    TG_REQUIRE(options->form <= TG_EXPORT_BINARY, "there is no form %d", (int)options->form);
    TG_REQUIRE(options->type != TG_EXPORT_INT8 || options->dataset,
               "int8 needs a data set, to see how large the values between the layers become");
    return options->dataset ? tg_export_check_dataset(model, options->dataset) : TG_OK;
}

tg_status tg_export_c(const tg_model *model, const char *path, const tg_export_c_options *options,
                      tg_export_report *report) {
    const tg_export_c_options defaults = tg_export_c_defaults();
    const tg_export_c_options *chosen = options ? options : &defaults;
    TG_REQUIRE(model && path, "tg_export_c: an argument is NULL");
    TG_TRY(check_options(model, chosen));
    names n;
    TG_TRY(make_names(path, chosen->name, &n));
    tg_exported exported = {.type = TG_EXPORT_FLOAT32};
    tg_export_samples samples = {0};
    tg_export_report made = {0};
    tg_status status = make_exported(model, chosen, &exported);
    if (!status) status = tg_export_samples_create(&exported, chosen->dataset, &samples);
    if (!status && report) status = fill_report(&exported, model, chosen->dataset, &made);
    if (!status) status = write_files(path, &exported, &samples, chosen, &n);
    if (!status && report) *report = made;
    tg_export_samples_destroy(&samples);
    tg_exported_destroy(&exported);
    destroy_names(&n);
    return status;
}
