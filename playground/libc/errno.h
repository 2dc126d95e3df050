/* SPDX-License-Identifier: MIT */
#ifndef PLAYGROUND_ERRNO_H
#define PLAYGROUND_ERRNO_H

extern int errno;

#endif
