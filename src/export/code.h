/* SPDX-License-Identifier: MIT */
/* The C of an exported model. */
#ifndef TG_EXPORT_CODE_H
#define TG_EXPORT_CODE_H

#include "export/exported.h"
#include "export/samples.h"
#include "export/text.h"

typedef struct tg_export_code {
    const tg_exported *exported;
    const tg_export_samples *samples; /* of the self-test */
    tg_export_form form;              /* not AUTO */
    bool no_libm;
    const char *header_file, *binary_file; /* names without folders */
    uint32_t mark;                         /* tells this export from others */
} tg_export_code;

/* Working memory of a prediction in bytes: sizeof(name_workspace). */
size_t tg_export_workspace_bytes(const tg_exported *exported);

void tg_export_header(const tg_export_code *from, tg_text *code);
void tg_export_source(const tg_export_code *from, tg_text *code, tg_text *binary);

#endif
