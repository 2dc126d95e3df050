/* SPDX-License-Identifier: MIT */
/* Elements in host memory: for what the host computes, of tensors on any device. */
#ifndef TG_NN_HOST_H
#define TG_NN_HOST_H

#include <tigrillo/tensor.h>

/* Room in host memory for the elements of `tensor`, in its shape: its own memory where that is host
 * memory (a view), else a new tensor of zeros. The caller destroys it, before the tensor. */
tg_status tg_host_room(const tg_tensor *tensor, tg_tensor *room);

/* Copies the elements into their room, and back. Where both are one memory, nothing is to be done.
 */
tg_status tg_host_fetch(const tg_tensor *tensor, tg_tensor *room);
tg_status tg_host_send(const tg_tensor *room, tg_tensor *tensor);

#endif
