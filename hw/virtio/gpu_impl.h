// SPDX-License-Identifier: MIT
// Between the parts of virtio-gpu: the device's state, its resources, its heads. All functions run under the
// device's lock.
#pragma once
#include <linux/virtio_gpu.h>
#include "hw/host/screen.h"
#include "hw/virtio/virtio.h"

enum { GPU_HEADS = 4, GPU_ENTRIES = 16384 };

typedef struct GpuEntry { // a piece of guest memory behind a resource
    uint64_t addr;
    uint32_t length, pad;
} GpuEntry;

typedef struct GpuResource {
    uint32_t id, format; // format: of a 2D resource
    uint64_t blob_size;  // 0: a 2D resource
    Picture *picture;    // a 2D resource's pixels; a blob's when it was last shown
    GpuEntry *entries;
    uint32_t nentries;
    struct GpuResource *next;
} GpuResource;

typedef struct GpuHead {          // saved
    uint32_t resource;            // 0: off
    uint32_t x, y, width, height; // the view
    // of a blob: how its pixels lie
    uint32_t blob_width, blob_height, blob_format, blob_stride, blob_offset;
    uint32_t cursor_on, cursor_x, cursor_y, hot_x, hot_y;
    uint32_t cursor[CURSOR_SIDE * CURSOR_SIDE];
} GpuHead;

typedef struct VirtioGpu {
    VirtioRegs regs;
    uint32_t events, pad;
    GpuHead head[GPU_HEADS];
    // wiring
    Virtio v;
    GpuResource *resources; // saved beside the fields
    uint64_t used;          // bytes of the host that resources take
    uint64_t limit;
    uint32_t nheads, xres, yres;
    bool edid, blob;
    int first; // of the screen's heads; -1: not there
    struct {
        uint32_t width, height; // what the user would like
    } mode[GPU_HEADS];
    VirtqElement e;
} VirtioGpu;

// gpu_resource.c
PixelFormat gpu_format(uint32_t virtio_format);   // PIXEL_NONE: unknown
GpuResource *gpu_find(VirtioGpu *g, uint32_t id); // NULL: none
// These return a response type.
uint32_t gpu_create(VirtioGpu *g, const struct virtio_gpu_resource_create_2d *c);
uint32_t gpu_create_blob(VirtioGpu *g, const struct virtio_gpu_resource_create_blob *c);
uint32_t gpu_destroy(VirtioGpu *g, uint32_t id);
uint32_t gpu_attach(VirtioGpu *g, uint32_t id, uint32_t entries,
                    size_t offset); // entries follow in the request
uint32_t gpu_detach(VirtioGpu *g, uint32_t id);
uint32_t gpu_transfer(VirtioGpu *g, const struct virtio_gpu_transfer_to_host_2d *c);
// n bytes behind a resource from `offset`; false: there are not so many.
bool gpu_backing(VirtioGpu *g, const GpuResource *r, uint64_t offset, void *to, size_t n);
// Pixels of a blob into its picture. With the screen's lock.
void gpu_read_blob(VirtioGpu *g, GpuResource *r, const GpuHead *h, Rect part);
void gpu_drop_all(VirtioGpu *g);
void gpu_save_resources(VirtioGpu *g, Bytes *out);
bool gpu_load_resources(VirtioGpu *g, Bytes *in, char *error, size_t error_size);

// gpu_head.c
uint32_t gpu_set_scanout(VirtioGpu *g, const struct virtio_gpu_set_scanout *c);
uint32_t gpu_set_scanout_blob(VirtioGpu *g, const struct virtio_gpu_set_scanout_blob *c);
uint32_t gpu_flush(VirtioGpu *g, const struct virtio_gpu_resource_flush *c);
uint32_t gpu_cursor(VirtioGpu *g, const struct virtio_gpu_update_cursor *c);
void gpu_heads_off(VirtioGpu *g, const GpuResource *r); // those that show r
void gpu_all_off(VirtioGpu *g);                         // the screen's, not the fields
// After a load: shows what the fields say. False: they make no sense.
bool gpu_show_loaded(VirtioGpu *g);
