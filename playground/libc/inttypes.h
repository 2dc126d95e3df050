/* SPDX-License-Identifier: MIT */
#ifndef PLAYGROUND_INTTYPES_H
#define PLAYGROUND_INTTYPES_H

#include <stdint.h>

#define PRIu64 "llu"

#endif
