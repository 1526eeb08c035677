// SPDX-License-Identifier: MIT
// Commands to a virtio-gpu as a guest gives them, on virtio_driver.h: one at a time, the answer's type returned.
#pragma once
#include <linux/virtio_gpu.h>
#include "tests/lib/virtio_driver.h"

enum { GPU_COMMAND = DRIVER_DATA, GPU_ANSWER = DRIVER_DATA + 0x10000, GPU_PIXELS = DRIVER_DATA + 0x100000 };

typedef struct GpuRig {
    Machine *machine;
    Device *device;
    Driver driver;
} GpuRig;

GpuRig gpu_rig(const char *props); // machine_free(rig.machine) ends it
// Puts size bytes on the queue (0: commands, 1: cursor); the answer stays at GPU_ANSWER.
uint32_t gpu_command(GpuRig *g, unsigned queue, uint32_t type, void *command, size_t size);
uint32_t gpu_create_2d(GpuRig *g, uint32_t id, uint32_t format, uint32_t width, uint32_t height);
// n pieces of guest memory, {address, bytes} each.
uint32_t gpu_attach_pieces(GpuRig *g, uint32_t id, unsigned n, const Seg *pieces);
uint32_t gpu_transfer_rect(GpuRig *g, uint32_t id, struct virtio_gpu_rect r, uint64_t offset);
uint32_t gpu_scanout(GpuRig *g, uint32_t head, uint32_t id, struct virtio_gpu_rect r);
uint32_t gpu_flush_rect(GpuRig *g, uint32_t id, struct virtio_gpu_rect r);
uint32_t gpu_set_cursor(GpuRig *g, uint32_t head, uint32_t id, int x, int y, uint32_t hot_x, uint32_t hot_y);
