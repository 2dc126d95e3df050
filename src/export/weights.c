/* SPDX-License-Identifier: MIT */
#include "export/weights.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

/* Above, a compiler would need seconds for the numbers. */
enum { MOST_DECIMAL = 131072 };

/* The n-th dense layer. */
static const tg_export_step *find_dense(const tg_exported *exported, size_t n) {
    const tg_export_step *step = exported->layout.steps;
    for (;; step++)
        if (step->layer && step->layer->kind == TG_LAYER_DENSE && n-- == 0) return step;
}

static size_t count_weights(const tg_exported *exported, size_t d) {
    const tg_export_step *step = find_dense(exported, d);
    return step->in * step->out;
}

tg_export_form tg_export_choose_form(const tg_exported *exported, tg_export_form form) {
    if (form != TG_EXPORT_AUTO) return form;
    return exported->layout.multiplications <= MOST_DECIMAL ? TG_EXPORT_DECIMAL : TG_EXPORT_STRING;
}

/* ---- Numbers. ---- */

typedef void write_number(tg_text *code, const void *values, size_t i);

static void write_float(tg_text *code, const void *values, size_t i) {
    tg_text_float(code, ((const float *)values)[i]);
}

static void write_integer(tg_text *code, int value) {
    char number[16];
    tg_text_add(code, number, (size_t)snprintf(number, sizeof number, "%d", value));
}

static void write_half(tg_text *code, const void *values, size_t i) {
    write_integer(code, ((const uint16_t *)values)[i]);
}

static void write_byte(tg_text *code, const void *values, size_t i) {
    write_integer(code, ((const int8_t *)values)[i]);
}

static void write_pixel(tg_text *code, const void *values, size_t i) {
    write_integer(code, ((const uint8_t *)values)[i]);
}

static void write_lines(tg_text *code, const void *values, size_t count, write_number *write) {
    size_t start = code->size;
    for (size_t i = 0; i < count && !code->status; i++) {
        const bool wrap = code->size - start > 84;
        if (i > 0) tg_text_add(code, wrap ? ",\n" : ", ", 2);
        if (i == 0 || wrap) {
            tg_text_add(code, "    ", 4);
            start = code->size;
        }
        write(code, values, i);
    }
    tg_text_add(code, "\n", 1);
}

void tg_export_floats(tg_text *code, const float *values, size_t count) {
    write_lines(code, values, count, write_float);
}

void tg_export_pixels(tg_text *code, const uint8_t *values, size_t count) {
    write_lines(code, values, count, write_pixel);
}

static void write_decimal(const tg_exported *exported, size_t d, tg_text *code) {
    const tg_export_dense *dense = &exported->dense[d];
    const size_t count = count_weights(exported, d);
    tg_text_code(code, "NAME_CONSTANT name_weight name_w%zu[%zu] = {\n", d, count);
    if (dense->values) write_lines(code, dense->values, count, write_float);
    if (dense->halves) write_lines(code, dense->halves, count, write_half);
    if (dense->bytes) write_lines(code, dense->bytes, count, write_byte);
    tg_text_code(code, "};\n");
}

/* ---- Bytes, the lowest first. ---- */

static size_t weight_size(tg_export_type type) {
    return type == TG_EXPORT_FLOAT32 ? 4 : type == TG_EXPORT_FLOAT16 ? 2 : 1;
}

/* Weights first .. first + count - 1 as bytes. */
static void encode(const tg_export_dense *dense, size_t first, size_t count, unsigned char *bytes) {
    for (size_t i = first; i < first + count; i++) {
        if (dense->bytes) {
            *bytes++ = (unsigned char)dense->bytes[i];
        } else if (dense->halves) {
            *bytes++ = (unsigned char)dense->halves[i];
            *bytes++ = (unsigned char)(dense->halves[i] >> 8);
        } else {
            uint32_t bits;
            memcpy(&bits, &dense->values[i], sizeof bits);
            for (int shift = 0; shift < 32; shift += 8) *bytes++ = (unsigned char)(bits >> shift);
        }
    }
}

enum { WEIGHTS_PER_LINE = 64 };

static void write_string(const tg_exported *exported, size_t d, tg_text *code) {
    const size_t count = count_weights(exported, d), size = weight_size(exported->type);
    tg_text_code(code,
                 "NAME_CONSTANT union {\n"
                 "    unsigned char bytes[%zu];\n"
                 "    name_weight values[%zu];\n"
                 "} name_w%zu = {{\n",
                 count * size + 1, count, d);
    for (size_t i = 0; i < count && !code->status; i += WEIGHTS_PER_LINE) {
        unsigned char bytes[WEIGHTS_PER_LINE * 4];
        const size_t n = count - i < WEIGHTS_PER_LINE ? count - i : WEIGHTS_PER_LINE;
        encode(&exported->dense[d], i, n, bytes);
        tg_text_add(code, "    \"", 5);
        tg_text_bytes(code, bytes, n * size);
        tg_text_add(code, "\"\n", 2);
    }
    tg_text_code(code, "}};\n");
}

static void write_strings(const tg_exported *exported, tg_text *code) {
    tg_text_code(
        code, "/* The weights' bytes, the lowest first. Strings of this length are more than C\n"
              " * demands of a compiler, but gcc and clang take them. */\n"
              "#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__\n"
              "#error \"these weights are for little-endian machines: export them as decimals\"\n"
              "#endif\n"
              "#ifdef __GNUC__\n"
              "#pragma GCC diagnostic push\n"
              "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n"
              "#endif\n");
    for (size_t d = 0; d < exported->layout.dense; d++) write_string(exported, d, code);
    tg_text_code(code, "#ifdef __GNUC__\n#pragma GCC diagnostic pop\n#endif\n");
}

static void write_binary(const tg_exported *exported, tg_text *binary) {
    const size_t size = weight_size(exported->type);
    for (size_t d = 0; d < exported->layout.dense; d++) {
        const size_t count = count_weights(exported, d);
        for (size_t i = 0; i < count && !binary->status; i += WEIGHTS_PER_LINE) {
            unsigned char bytes[WEIGHTS_PER_LINE * 4];
            const size_t n = count - i < WEIGHTS_PER_LINE ? count - i : WEIGHTS_PER_LINE;
            encode(&exported->dense[d], i, n, bytes);
            tg_text_add(binary, (const char *)bytes, n * size);
        }
    }
}

static void write_include(const char *file, tg_text *code) {
    tg_text_code(
        code, "/* The weights are in a file of their own, the lowest byte first, which the\n"
              " * assembler finds in its folder or in one given with -Wa,-I,FOLDER. */\n"
              "#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__\n"
              "#error \"these weights are for little-endian machines: export them as decimals\"\n"
              "#endif\n"
              "#ifndef NAME_WEIGHTS_FILE\n"
              "#define NAME_WEIGHTS_FILE ");
    tg_text_string(code, file);
    tg_text_code(
        code, "\n#endif\n"
              "#ifdef __APPLE__\n"
              "#define NAME_SECTION \".const_data\"\n"
              "#define NAME_SYMBOL \"_\" \"name_weights\"\n"
              "#define NAME_HIDDEN \".private_extern \"\n"
              "#else\n"
              "#define NAME_SECTION \".section .rodata\"\n"
              "#define NAME_SYMBOL \"name_weights\"\n"
              "#define NAME_HIDDEN \".hidden \"\n"
              "#endif\n"
              "__asm__(NAME_SECTION \"\\n\"\n"
              "        \".balign 64\\n\"\n"
              "        \".globl \" NAME_SYMBOL \"\\n\" NAME_HIDDEN NAME_SYMBOL \"\\n\"\n"
              "        NAME_SYMBOL \":\\n\"\n"
              "        \".incbin \\\"\" NAME_WEIGHTS_FILE \"\\\"\\n\"\n"
              "        \".text\\n\");\n"
              "#ifdef __cplusplus\n"
              "extern \"C\" {\n"
              "#endif\n"
              "extern const name_weight name_weights[] __attribute__((visibility(\"hidden\")));\n"
              "#ifdef __cplusplus\n"
              "}\n"
              "#endif\n");
}

/* ---- All together. ---- */

void tg_export_weights(const tg_exported *exported, tg_export_form form, const char *file,
                       tg_text *code, tg_text *binary) {
    if (exported->layout.dense == 0) return;
    if (form == TG_EXPORT_STRING) write_strings(exported, code);
    if (form == TG_EXPORT_BINARY) {
        write_binary(exported, binary);
        write_include(file, code);
    }
    for (size_t d = 0; d < exported->layout.dense; d++) {
        const tg_export_dense *dense = &exported->dense[d];
        const size_t out = find_dense(exported, d)->out;
        if (form == TG_EXPORT_DECIMAL) write_decimal(exported, d, code);
        tg_text_code(code, "NAME_CONSTANT float name_b%zu[%zu] = {\n", d, out);
        tg_export_floats(code, dense->bias, out);
        tg_text_code(code, "};\n");
        if (!dense->scale) continue;
        tg_text_code(code, "NAME_CONSTANT float name_s%zu[%zu] = {\n", d, out);
        tg_export_floats(code, dense->scale, out);
        tg_text_code(code, "};\n");
    }
}

void tg_export_weight_name(const tg_exported *exported, tg_export_form form, size_t d,
                           tg_text *code) {
    size_t offset = 0;
    for (size_t i = 0; i < d; i++) offset += count_weights(exported, i);
    if (form == TG_EXPORT_DECIMAL)
        tg_text_code(code, "name_w%zu", d);
    else if (form == TG_EXPORT_STRING)
        tg_text_code(code, "name_w%zu.values", d);
    else if (offset == 0)
        tg_text_code(code, "name_weights");
    else
        tg_text_code(code, "name_weights + %zu", offset);
}
