/* SPDX-License-Identifier: MIT */
/* How work is cut into parts, whoever does them. */
#include "base/workers.h"

size_t tg_part_begin(size_t count, size_t multiple, size_t parts, size_t part) {
    const size_t units = count / multiple + (count % multiple > 0), rest = units % parts;
    const size_t begin = units / parts * part + (part < rest ? part : rest);
    return begin < units ? begin * multiple : count;
}
