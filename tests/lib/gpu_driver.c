// SPDX-License-Identifier: MIT
// See gpu_driver.h.
#include "tests/lib/gpu_driver.h"
#include <stdlib.h>
#include <string.h>
#include "hw/virtio/devices.h"

GpuRig gpu_rig(const char *props) {
    GpuRig g = {.machine = driver_machine()};
    g.device = driver_device(g.machine, &virtio_gpu_device, props);
    return g;
}

uint32_t gpu_command(GpuRig *g, unsigned queue, uint32_t type, void *command, size_t size) {
    struct virtio_gpu_ctrl_hdr *hdr = command, answer = {0};
    uint16_t head;
    uint32_t length;
    hdr->type = type;
    if (!g->driver.d) driver_start(&g->driver, g->device, UINT64_MAX);
    memcpy(driver_ram(&g->driver, GPU_COMMAND), command, size);
    Seg out = {GPU_COMMAND, (uint32_t)size}, in = {GPU_ANSWER, 2048};
    driver_add(&g->driver, queue, &out, 1, &in, 1);
    driver_kick(&g->driver, queue);
    if (!driver_wait(&g->driver, queue, &head, &length) || length < sizeof(answer)) abort();
    memcpy(&answer, driver_ram(&g->driver, GPU_ANSWER), sizeof(answer));
    return answer.type;
}

uint32_t gpu_create_2d(GpuRig *g, uint32_t id, uint32_t format, uint32_t width, uint32_t height) {
    struct virtio_gpu_resource_create_2d c = {
        .resource_id = id, .format = format, .width = width, .height = height};
    return gpu_command(g, 0, VIRTIO_GPU_CMD_RESOURCE_CREATE_2D, &c, sizeof(c));
}

uint32_t gpu_attach_pieces(GpuRig *g, uint32_t id, unsigned n, const Seg *pieces) {
    struct {
        struct virtio_gpu_resource_attach_backing c;
        struct virtio_gpu_mem_entry entries[64];
    } a = {.c = {.resource_id = id, .nr_entries = n}};
    for (unsigned i = 0; i < n; i++)
        a.entries[i] = (struct virtio_gpu_mem_entry){pieces[i].paddr, pieces[i].len, 0};
    return gpu_command(g, 0, VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING, &a,
                       sizeof(a.c) + n * sizeof(a.entries[0]));
}

uint32_t gpu_transfer_rect(GpuRig *g, uint32_t id, struct virtio_gpu_rect r, uint64_t offset) {
    struct virtio_gpu_transfer_to_host_2d c = {.r = r, .offset = offset, .resource_id = id};
    return gpu_command(g, 0, VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D, &c, sizeof(c));
}

uint32_t gpu_scanout(GpuRig *g, uint32_t head, uint32_t id, struct virtio_gpu_rect r) {
    struct virtio_gpu_set_scanout c = {.r = r, .scanout_id = head, .resource_id = id};
    return gpu_command(g, 0, VIRTIO_GPU_CMD_SET_SCANOUT, &c, sizeof(c));
}

uint32_t gpu_flush_rect(GpuRig *g, uint32_t id, struct virtio_gpu_rect r) {
    struct virtio_gpu_resource_flush c = {.r = r, .resource_id = id};
    return gpu_command(g, 0, VIRTIO_GPU_CMD_RESOURCE_FLUSH, &c, sizeof(c));
}

uint32_t gpu_set_cursor(GpuRig *g, uint32_t head, uint32_t id, int x, int y, uint32_t hot_x, uint32_t hot_y) {
    struct virtio_gpu_update_cursor c = {
        .pos = {head, (uint32_t)x, (uint32_t)y, 0}, .resource_id = id, .hot_x = hot_x, .hot_y = hot_y};
    return gpu_command(g, 1, VIRTIO_GPU_CMD_UPDATE_CURSOR, &c, sizeof(c));
}
