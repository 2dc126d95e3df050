/* SPDX-License-Identifier: MIT */
/* Folders and PNG files of a picture set; both programs that write sets use it. */
#ifndef TIGRILLO_DRAW_PICTURE_FILE_H
#define TIGRILLO_DRAW_PICTURE_FILE_H

#include <stdbool.h>
#include <stdint.h>

/* These return false after a message on stderr with the file's name and the reason. */

/* Makes the folder and those above it, where they are missing. */
bool make_folders(const char *path);
bool write_png(const char *path, int width, int height, const uint8_t *rgb);

#endif
