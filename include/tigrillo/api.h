/* SPDX-License-Identifier: MIT */
/* Marks what the library exports. Every public header includes it. */
#ifndef TIGRILLO_API_H
#define TIGRILLO_API_H

#ifdef __cplusplus
#define TG_BEGIN extern "C" {
#define TG_END }
#else
#define TG_BEGIN
#define TG_END
#endif

#if defined(__GNUC__)
#define TG_API __attribute__((visibility("default")))
/* A status that nobody looks at is a bug: the compiler says so. */
#define TG_CHECKED __attribute__((warn_unused_result))
#else
#define TG_API
#define TG_CHECKED
#endif

/* Number of elements of an array (not of a pointer). */
#define TG_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
