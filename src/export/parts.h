/* SPDX-License-Identifier: MIT */
/* The parts of exported C, from parts/NAME.inc: lines, then NULL. cmake/parts.cmake makes them. In
 * a part, name_ and NAME_ stand for the model's prefix. */
#ifndef TG_EXPORT_PARTS_H
#define TG_EXPORT_PARTS_H

typedef const char *const tg_part[];

extern tg_part tg_part_bad, tg_part_bits, tg_part_copy, tg_part_dense, tg_part_dense_int8,
    tg_part_exp_libm, tg_part_exp_own, tg_part_gelu_libm, tg_part_gelu_own, tg_part_gelu_tanh,
    tg_part_half, tg_part_hog, tg_part_hog_colour, tg_part_leaky_relu, tg_part_log_libm,
    tg_part_log_own, tg_part_log_softmax, tg_part_max, tg_part_pixel, tg_part_relu, tg_part_sigmoid,
    tg_part_softmax, tg_part_sqrt_libm, tg_part_sqrt_own, tg_part_standardise, tg_part_sum,
    tg_part_tanh_libm, tg_part_tanh_own;

#endif
