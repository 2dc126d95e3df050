/* SPDX-License-Identifier: MIT */
/* Made by scripts/reference/make.py with PyTorch 1.13.0a0. */
#ifndef TG_TESTS_REFERENCE_RANDOM_H
#define TG_TESTS_REFERENCE_RANDOM_H

#include <stdint.h>

/* clang-format off */
static const uint64_t random_start[] = {
    0x123456789abcdef, 0xfedcba9876543210
};
static const uint32_t random_bits[] = {
    0xaef2adf7, 0xf69b5950, 0x3ceb44f4, 0x89b6573a, 0xec2ab39f, 0x4671fd85, 0x74decae0,
    0x4b77ec76, 0xd7bb4a2f, 0xb8f76c27, 0x51cdda28, 0x48cc01cd
};
static const float random_uniforms[] = {
    0.683390439f, 0.963307917f, 0.237964869f, 0.537938535f, 0.922526538f, 0.275176823f,
    0.456524491f, 0.294798613f, 0.842701554f, 0.722525358f, 0.319547296f, 0.284362853f
};
static const float random_normals[] = {
    0.0431675091f, -1.57823122f, 0.369125754f, -0.386353105f, 0.753614485f, -0.973806143f,
    0.178134829f, 0.992819846f, -0.879029095f, 1.63545322f, -1.47846341f, -2.00357151f
};
/* clang-format on */

#endif
