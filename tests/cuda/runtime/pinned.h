/* SPDX-License-Identifier: MIT */
/* Page-locked host memory. Copies from it read it when they run, so it must still be there then. */
#ifndef TIGRILLO_CUDA_PINNED_H
#define TIGRILLO_CUDA_PINNED_H

#include <cstddef>
#include <string>

void *pinned_allocate(std::size_t size); /* filled with 0xff; nullptr when there is no memory */
bool pinned_free(void *data);            /* false: not the start of a live one */

/* Whether the bytes are in pinned memory; bytes that are so only in part end the test. */
bool pinned_contains(const void *data, std::size_t bytes);

unsigned pinned_live();
std::string pinned_list_live();

#endif
