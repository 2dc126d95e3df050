/* SPDX-License-Identifier: MIT */
/* What the program's pages are made of. All of it is also well-formed XML. */
#ifndef CLI_HTML_H
#define CLI_HTML_H

#include <stdio.h>

#include <tigrillo/tigrillo.h>

/* Text from outside, in an element or in an attribute's double quotes. What is not UTF-8, or is a
 * character that XML is without, becomes '?'. */
void html_text(FILE *file, const char *text);

/* Pixels, height x width x channels values from 0 to 1, as an <img> whose picture is in the page.
 * A side above 48 pixels is made smaller by the least whole factor that does. `about` tells it to
 * those who do not see it, and must need no escaping. False: out of memory. */
bool html_picture(FILE *file, const float *values, tg_picture_shape shape, const char *about);

#endif
