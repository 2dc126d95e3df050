/* SPDX-License-Identifier: MIT */
#ifndef TIGRILLO_VERSION_H
#define TIGRILLO_VERSION_H

#include <tigrillo/api.h>

TG_BEGIN

#define TG_VERSION "0.1.0"

/* The version of the library that is linked: TG_VERSION when it was built. */
TG_API const char *tg_version(void);

/* Which of the optional components it was built with, for people to read: "OpenBLAS, stb_image,
 * zlib, CUDA", or "no optional components"; and "inference only" first, where training was
 * left out. A function that needs what is missing returns TG_UNSUPPORTED and names it. */
TG_API const char *tg_components(void);

TG_END

#endif
