// SPDX-License-Identifier: MIT
// Every machine (-M) and every device that -device can add, by name. Nothing registers itself: what is not
// listed here does not exist.
#include "hw/core/machine.h"
#if __has_include("hw/virtio/devices.h")
#include "hw/virtio/devices.h"
#endif

extern const Board riscv_virt_board, spike_board;

const Board *const boards[] = {&riscv_virt_board, &spike_board, NULL};

const DeviceType *const device_types[] = {
#if __has_include("hw/virtio/devices.h")
    &virtio_blk_device.type,
    &virtio_net_device.type,
    &virtio_serial_device.type,
    &virtio_rng_device.type,
#endif
    NULL,
};
