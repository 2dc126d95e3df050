/* SPDX-License-Identifier: MIT */
#include "nn/host.h"

#include "base/status.h"
#include "device/device.h"

tg_status tg_host_room(const tg_tensor *tensor, tg_tensor *room) {
    if (tensor->device && !tensor->device->operations->host_memory)
        return tg_tensor_create(tg_cpu(), tensor->shape, tensor->rank, room);
    *room = *tensor;
    room->owned = false;
    return TG_OK;
}

tg_status tg_host_fetch(const tg_tensor *tensor, tg_tensor *room) {
    return room->memory == tensor->memory ? TG_OK : tg_tensor_copy(tensor, room);
}

tg_status tg_host_send(const tg_tensor *room, tg_tensor *tensor) {
    return room->memory == tensor->memory ? TG_OK : tg_tensor_copy(room, tensor);
}
