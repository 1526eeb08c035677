// SPDX-License-Identifier: MIT
// Resources of virtio-gpu (Virtual I/O Device 1.2, 5.7.6.8): pictures the guest makes and fills from its memory
// (2D), or memory of the guest itself that is looked at when it is flushed (blobs). Called by gpu.c for each
// command, by gpu_head.c for what is shown.
//
// What a guest can make us keep is bounded: pixels, lists of pieces and the structs themselves count against
// one limit (max_hostmem, 256 MiB). Pieces of guest memory are kept as addresses and looked up at each use.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hw/core/machine.h"
#include "hw/virtio/gpu_impl.h"
#include "tcg/base/fail.h"

enum { OVERHEAD = 256 }; // of a resource, in bytes counted

PixelFormat gpu_format(uint32_t f) {
    switch (f) { // named by the spec from the lowest address up
    case VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM: return PIXEL_BGRA;
    case VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM: return PIXEL_BGRX;
    case VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM: return PIXEL_ARGB;
    case VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM: return PIXEL_XRGB;
    case VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM: return PIXEL_RGBA;
    case VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM: return PIXEL_XBGR;
    case VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM: return PIXEL_ABGR;
    case VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM: return PIXEL_RGBX;
    default: return PIXEL_NONE;
    }
}

GpuResource *gpu_find(VirtioGpu *g, uint32_t id) {
    for (GpuResource *r = g->resources; r; r = r->next)
        if (r->id == id) return r;
    return NULL;
}

// ---- making and destroying

static uint64_t cost(const GpuResource *r) {
    return OVERHEAD + r->nentries * sizeof(GpuEntry) +
           (r->picture ? 4ull * r->picture->width * r->picture->height : 0);
}

static bool reserve(VirtioGpu *g, uint64_t bytes) {
    if (bytes > g->limit - g->used) return false;
    g->used += bytes;
    return true;
}

static GpuResource *add(VirtioGpu *g, uint32_t id) {
    GpuResource *r = reserve(g, OVERHEAD) ? calloc(1, sizeof(*r)) : NULL;
    if (!r) return NULL;
    r->id = id;
    r->next = g->resources;
    return g->resources = r;
}

static void destroy(VirtioGpu *g, GpuResource *r) {
    GpuResource **at = &g->resources;
    while (*at != r) at = &(*at)->next;
    *at = r->next;
    g->used -= cost(r);
    picture_drop(r->picture);
    free(r->entries);
    free(r);
}

static bool give_picture(VirtioGpu *g, GpuResource *r, uint32_t width, uint32_t height) {
    uint64_t bytes = 4ull * width * height;
    if (width > SCREEN_LARGEST || height > SCREEN_LARGEST || !reserve(g, bytes)) return false;
    r->picture = picture_new(width, height);
    if (!r->picture) g->used -= bytes;
    return r->picture;
}

uint32_t gpu_create(VirtioGpu *g, const struct virtio_gpu_resource_create_2d *c) {
    if (!c->resource_id || gpu_find(g, c->resource_id)) return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
    if (!gpu_format(c->format) || !c->width || !c->height) return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    GpuResource *r = add(g, c->resource_id);
    if (!r) return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
    r->format = c->format;
    if (give_picture(g, r, c->width, c->height)) return VIRTIO_GPU_RESP_OK_NODATA;
    destroy(g, r);
    return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
}

uint32_t gpu_create_blob(VirtioGpu *g, const struct virtio_gpu_resource_create_blob *c) {
    if (!c->resource_id || gpu_find(g, c->resource_id)) return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
    if (c->blob_mem != VIRTIO_GPU_BLOB_MEM_GUEST || !c->size) return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    GpuResource *r = add(g, c->resource_id);
    if (!r) return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
    r->blob_size = c->size;
    uint32_t answer =
        c->nr_entries ? gpu_attach(g, c->resource_id, c->nr_entries, sizeof(*c)) : VIRTIO_GPU_RESP_OK_NODATA;
    if (answer != VIRTIO_GPU_RESP_OK_NODATA) destroy(g, r);
    return answer;
}

uint32_t gpu_destroy(VirtioGpu *g, uint32_t id) {
    GpuResource *r = gpu_find(g, id);
    if (!r) return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
    gpu_heads_off(g, r);
    destroy(g, r);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

void gpu_drop_all(VirtioGpu *g) {
    while (g->resources) destroy(g, g->resources);
}

// ---- guest memory behind them

static void forget_entries(VirtioGpu *g, GpuResource *r) {
    g->used -= r->nentries * sizeof(GpuEntry);
    free(r->entries);
    r->entries = NULL;
    r->nentries = 0;
}

uint32_t gpu_detach(VirtioGpu *g, uint32_t id) {
    GpuResource *r = gpu_find(g, id);
    if (!r) return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
    forget_entries(g, r);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

static bool entries_in_ram(VirtioGpu *g, const GpuResource *r) {
    for (uint32_t i = 0; i < r->nentries; i++)
        if (!mem_host(g->v.device->machine->mem, r->entries[i].addr, r->entries[i].length, false))
            return false;
    return true;
}

uint32_t gpu_attach(VirtioGpu *g, uint32_t id, uint32_t n, size_t offset) {
    GpuResource *r = gpu_find(g, id);
    if (!r) return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
    if (r->entries || !n || n > GPU_ENTRIES) return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    if (!reserve(g, n * sizeof(GpuEntry))) return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
    r->entries = malloc(n * sizeof(GpuEntry));
    r->nentries = n;
    bool ok = virtq_gather(&g->e, offset, r->entries, n * sizeof(GpuEntry)) == n * sizeof(GpuEntry) &&
              entries_in_ram(g, r);
    if (!ok) forget_entries(g, r);
    return ok ? VIRTIO_GPU_RESP_OK_NODATA : VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
}

// Reads on from where the last read of the same walk ended, so that rows cost their own pieces alone.
typedef struct Walk {
    Mem *mem;
    const GpuResource *r;
    uint32_t i;
    uint64_t start; // offset of piece i
} Walk;

// Bytes from `offset` on that lie in one piece, up to n; NULL: none.
static const uint8_t *walk_to(Walk *w, uint64_t offset, uint64_t *n) {
    if (offset < w->start) w->i = 0, w->start = 0;
    for (; w->i < w->r->nentries; w->start += w->r->entries[w->i++].length) {
        const GpuEntry *e = &w->r->entries[w->i];
        if (offset - w->start >= e->length) continue;
        uint64_t skip = offset - w->start;
        if (*n > e->length - skip) *n = e->length - skip;
        return mem_host(w->mem, e->addr + skip, *n, false);
    }
    return NULL;
}

static bool walk_read(Walk *w, uint64_t offset, void *to, size_t n) {
    for (uint64_t part; n; to = (uint8_t *)to + part, offset += part, n -= part) {
        const uint8_t *from = walk_to(w, offset, (part = n, &part));
        if (!from) return false;
        memcpy(to, from, part);
    }
    return true;
}

bool gpu_backing(VirtioGpu *g, const GpuResource *r, uint64_t offset, void *to, size_t n) {
    return walk_read(&(Walk){.mem = g->v.device->machine->mem, .r = r}, offset, to, n);
}

// Rows of `part` of p from the memory behind r, the first one at `offset`. With the screen's lock.
static bool read_rows(VirtioGpu *g, const GpuResource *r, Picture *p, PixelFormat f, Rect part,
                      uint64_t offset, uint64_t stride) {
    Walk w = {.mem = g->v.device->machine->mem, .r = r};
    size_t bytes = (size_t)part.width * 4;
    bool ok = true;
    for (uint32_t y = 0; ok && y < part.height; y++, offset += stride) {
        uint32_t *to = picture_at(p, part.x, part.y + y);
        uint64_t piece = bytes;
        const uint8_t *from = walk_to(&w, offset, &piece);
        if (from && piece < bytes) { // the row is in pieces: gathered, then converted in place, 4 bytes to 4
            ok = walk_read(&w, offset, to, bytes);
            from = (const uint8_t *)to;
        }
        ok = ok && from;
        if (ok) pixels_convert(to, from, f, part.width);
    }
    return ok;
}

uint32_t gpu_transfer(VirtioGpu *g, const struct virtio_gpu_transfer_to_host_2d *c) {
    GpuResource *r = gpu_find(g, c->resource_id);
    Rect part = {c->r.x, c->r.y, c->r.width, c->r.height};
    if (!r) return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
    if (r->blob_size) return VIRTIO_GPU_RESP_OK_NODATA; // is looked at in place
    if (!r->entries || !rect_inside(part, r->picture->width, r->picture->height) ||
        c->offset > UINT64_MAX / 2)
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    Screen *s = g->v.device->machine->screen;
    screen_take(s);
    // Pixels of memory that is not behind the resource stay as they were.
    read_rows(g, r, r->picture, gpu_format(r->format), part, c->offset, 4ull * r->picture->width);
    screen_drop(s);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

void gpu_read_blob(VirtioGpu *g, GpuResource *r, const GpuHead *h, Rect part) {
    if (!r->picture || !rect_inside(part, r->picture->width, r->picture->height)) return;
    read_rows(g, r, r->picture, gpu_format(h->blob_format), part,
              h->blob_offset + (uint64_t)part.y * h->blob_stride + 4ull * part.x, h->blob_stride);
}

// ---- saved beside the fields: a count, then each resource, oldest first

typedef struct SavedResource {
    uint32_t id, format;
    uint64_t blob_size;
    uint32_t width, height; // of the picture, 0: none
    uint32_t nentries, pad;
} SavedResource;

static void save_one(const GpuResource *r, Bytes *out) {
    if (!r) return;
    save_one(r->next, out); // loading adds in front
    SavedResource s = {r->id, r->format, r->blob_size, 0, 0, r->nentries, 0};
    if (r->picture) s.width = r->picture->width, s.height = r->picture->height;
    bytes_put(out, &s, sizeof(s));
    bytes_put(out, r->entries, r->nentries * sizeof(GpuEntry));
    if (r->picture) bytes_put(out, r->picture->pixels, 4ull * s.width * s.height);
}

void gpu_save_resources(VirtioGpu *g, Bytes *out) {
    uint32_t n = 0;
    for (const GpuResource *r = g->resources; r; r = r->next) n++;
    bytes_put(out, &n, sizeof(n));
    save_one(g->resources, out);
}

static bool load_one(VirtioGpu *g, Bytes *in) {
    SavedResource s;
    if (!bytes_take(in, &s, sizeof(s)) || !s.id || gpu_find(g, s.id) || s.nentries > GPU_ENTRIES)
        return false;
    if (!s.blob_size && (!gpu_format(s.format) || !s.width)) return false;
    GpuResource *r = add(g, s.id);
    if (!r || !reserve(g, s.nentries * sizeof(GpuEntry))) return false;
    r->format = s.format;
    r->blob_size = s.blob_size;
    r->nentries = s.nentries;
    r->entries = s.nentries ? malloc(s.nentries * sizeof(GpuEntry)) : NULL;
    if (!bytes_take(in, r->entries, s.nentries * sizeof(GpuEntry)) || !entries_in_ram(g, r)) return false;
    return !s.width || (give_picture(g, r, s.width, s.height) &&
                        bytes_take(in, r->picture->pixels, 4ull * s.width * s.height));
}

bool gpu_load_resources(VirtioGpu *g, Bytes *in, char *error, size_t error_size) {
    uint32_t n = 0;
    gpu_drop_all(g); // the screen holds what it shows until it is told otherwise
    bool ok = bytes_take(in, &n, sizeof(n));
    for (uint32_t i = 0; ok && i < n; i++) ok = load_one(g, in);
    if (ok && gpu_show_loaded(g)) return true;
    gpu_all_off(g);
    gpu_drop_all(g);
    return FAIL("%s: the resources of the image make no sense", g->v.device->id);
}
