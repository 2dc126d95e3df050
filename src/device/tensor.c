/* SPDX-License-Identifier: MIT */
/* Tensors: shapes, memory, copies. */
#include <tigrillo/tensor.h>

#include "base/memory.h"
#include "base/status.h"
#include "device/device.h"

/* Fills in rank, shape and count after checking that the elements' bytes can be counted. */
static tg_status set_shape(const size_t *shape, size_t rank, tg_tensor *tensor) {
    TG_REQUIRE(rank <= TG_MAX_RANK, "rank %zu: at most %d is possible", rank, TG_MAX_RANK);
    TG_REQUIRE(shape || rank == 0, "shape is NULL");
    size_t count = 1, bytes = 0;
    for (size_t i = 0; i < rank; i++)
        if (!tg_multiply(count, shape[i], &count))
            return tg_fail(TG_OUT_OF_MEMORY, "the elements of the shape are too many to count");
    if (!tg_multiply(count, sizeof(float), &bytes))
        return tg_fail(TG_OUT_OF_MEMORY, "%zu elements are too many", count);
    tensor->rank = rank;
    tensor->count = count;
    for (size_t i = 0; i < rank; i++) tensor->shape[i] = shape[i];
    return TG_OK;
}

tg_status tg_tensor_create(tg_device *device, const size_t *shape, size_t rank, tg_tensor *tensor) {
    TG_REQUIRE(device && tensor, "tg_tensor_create: an argument is NULL");
    tg_tensor made = {.device = device, .owned = true};
    TG_TRY(set_shape(shape, rank, &made));
    TG_TRY(device->operations->allocate(device, made.count * sizeof(float), &made.memory));
    *tensor = made;
    return TG_OK;
}

tg_status tg_matrix_create(tg_device *device, size_t rows, size_t columns, tg_tensor *tensor) {
    const size_t shape[] = {rows, columns};
    return tg_tensor_create(device, shape, 2, tensor);
}

tg_status tg_vector_create(tg_device *device, size_t count, tg_tensor *tensor) {
    return tg_tensor_create(device, &count, 1, tensor);
}

tg_status tg_tensor_view(float *data, const size_t *shape, size_t rank, tg_tensor *tensor) {
    TG_REQUIRE(tensor, "tg_tensor_view: tensor is NULL");
    tg_tensor made = {.device = tg_cpu(), .memory = data};
    TG_TRY(set_shape(shape, rank, &made));
    TG_REQUIRE(data || made.count == 0, "tg_tensor_view: data is NULL");
    *tensor = made;
    return TG_OK;
}

tg_status tg_matrix_view(float *data, size_t rows, size_t columns, tg_tensor *tensor) {
    const size_t shape[] = {rows, columns};
    return tg_tensor_view(data, shape, 2, tensor);
}

void tg_tensor_destroy(tg_tensor *tensor) {
    if (!tensor) return;
    if (tensor->owned) tensor->device->operations->release(tensor->device, tensor->memory);
    *tensor = (tg_tensor){0};
}

tg_status tg_tensor_reshape(const tg_tensor *tensor, const size_t *shape, size_t rank,
                            tg_tensor *view) {
    TG_REQUIRE(tensor && view, "tg_tensor_reshape: an argument is NULL");
    tg_tensor made = {.device = tensor->device, .memory = tensor->memory};
    TG_TRY(set_shape(shape, rank, &made));
    TG_REQUIRE(made.count == tensor->count,
               "tg_tensor_reshape: %zu elements do not fit a shape of %zu", tensor->count,
               made.count);
    *view = made;
    return TG_OK;
}

tg_status tg_tensor_slice(const tg_tensor *tensor, size_t first, size_t count, tg_tensor *view) {
    TG_REQUIRE(tensor && view, "tg_tensor_slice: an argument is NULL");
    TG_REQUIRE(tensor->rank > 0, "tg_tensor_slice: a tensor of rank 0 has no rows");
    size_t rows = tensor->shape[0];
    TG_REQUIRE(first <= rows && count <= rows - first,
               "tg_tensor_slice: rows %zu to %zu + %zu of %zu", first, first, count, rows);
    size_t each = rows > 0 ? tensor->count / rows : 0;
    tg_tensor made = *tensor;
    made.owned = false;
    made.shape[0] = count;
    made.count = count * each;
    if (made.memory) made.memory = (float *)made.memory + first * each;
    *view = made;
    return TG_OK;
}

tg_status tg_tensor_copy(const tg_tensor *from, tg_tensor *to) {
    TG_REQUIRE(from && from->device && to && to->device, "tg_tensor_copy: an argument is NULL");
    TG_REQUIRE(from->rank == to->rank, "tg_tensor_copy: rank %zu into rank %zu", from->rank,
               to->rank);
    for (size_t i = 0; i < from->rank; i++)
        TG_REQUIRE(from->shape[i] == to->shape[i],
                   "tg_tensor_copy: dimension %zu is %zu there and %zu here", i, from->shape[i],
                   to->shape[i]);
    if (from->count == 0) return TG_OK;
    const tg_operations *source = from->device->operations, *target = to->device->operations;
    size_t bytes = from->count * sizeof(float);
    if (source == target) return target->copy(to->device, from->memory, to->memory, bytes);
    if (tg_tensor_data(from)) return target->upload(to->device, from->memory, to->memory, bytes);
    if (tg_tensor_data(to)) return source->download(from->device, from->memory, to->memory, bytes);
    return tg_fail(TG_UNSUPPORTED, "tg_tensor_copy: %s to %s goes by way of the CPU only",
                   source->name, target->name);
}

tg_status tg_tensor_fill(tg_tensor *tensor, float value) {
    TG_REQUIRE(tensor && tensor->device, "tg_tensor_fill: tensor is NULL");
    return tensor->device->operations->fill(tensor->device, value, tensor->memory, tensor->count);
}

tg_status tg_tensor_write(tg_tensor *tensor, const float *from, size_t count) {
    TG_REQUIRE(tensor && tensor->device && (from || count == 0),
               "tg_tensor_write: an argument is NULL");
    TG_REQUIRE(count == tensor->count, "tg_tensor_write: %zu floats into %zu elements", count,
               tensor->count);
    if (count == 0) return TG_OK;
    return tensor->device->operations->upload(tensor->device, from, tensor->memory,
                                              count * sizeof(float));
}

tg_status tg_tensor_read(const tg_tensor *tensor, float *to, size_t count) {
    TG_REQUIRE(tensor && tensor->device && (to || count == 0),
               "tg_tensor_read: an argument is NULL");
    TG_REQUIRE(count == tensor->count, "tg_tensor_read: %zu elements into %zu floats",
               tensor->count, count);
    if (count == 0) return TG_OK;
    return tensor->device->operations->download(tensor->device, tensor->memory, to,
                                                count * sizeof(float));
}

float *tg_tensor_data(const tg_tensor *tensor) {
    bool here = tensor && tensor->device && tensor->device->operations->host_memory;
    return here ? tensor->memory : NULL;
}

size_t tg_tensor_rows(const tg_tensor *tensor) {
    size_t rows = 1;
    for (size_t i = 0; i + 1 < tensor->rank; i++) rows *= tensor->shape[i];
    return rows;
}

size_t tg_tensor_columns(const tg_tensor *tensor) {
    return tensor->rank > 0 ? tensor->shape[tensor->rank - 1] : 1;
}
