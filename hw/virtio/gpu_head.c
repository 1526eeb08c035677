// SPDX-License-Identifier: MIT
// Heads of virtio-gpu (Virtual I/O Device 1.2, 5.7.6.8): which part of which resource each shows, what of it
// has changed, and its cursor. Called by gpu.c; tells the screen, whose lock is taken here.
#include <string.h>
#include "hw/core/machine.h"
#include "hw/virtio/gpu_impl.h"

static Screen *screen_of(const VirtioGpu *g) { return g->v.device->machine->screen; }
static unsigned head_of(const VirtioGpu *g, const GpuHead *h) {
    return (unsigned)g->first + (unsigned)(h - g->head);
}

static void show(VirtioGpu *g, GpuHead *h, const GpuResource *r) {
    if (g->first < 0) return;
    screen_show(screen_of(g), head_of(g, h), r ? r->picture : NULL, (Rect){h->x, h->y, h->width, h->height});
}

static void head_off(VirtioGpu *g, GpuHead *h) {
    if (!h->resource) return;
    h->resource = 0;
    h->x = h->y = h->width = h->height = 0;
    h->blob_width = h->blob_height = h->blob_format = h->blob_stride = h->blob_offset = 0;
    show(g, h, NULL);
}

void gpu_heads_off(VirtioGpu *g, const GpuResource *r) {
    for (unsigned i = 0; i < GPU_HEADS; i++)
        if (g->head[i].resource == r->id) head_off(g, &g->head[i]);
}

// The fields may be reset already, so the screen is told in any case.
void gpu_all_off(VirtioGpu *g) {
    for (unsigned i = 0; i < g->nheads && g->first >= 0; i++) {
        show(g, &g->head[i], NULL);
        screen_set_cursor(screen_of(g), head_of(g, &g->head[i]), &(ScreenCursor){0});
    }
}

static void set_view(GpuHead *h, const GpuResource *r, const struct virtio_gpu_rect *v) {
    h->resource = r->id;
    h->x = v->x;
    h->y = v->y;
    h->width = v->width;
    h->height = v->height;
}

uint32_t gpu_set_scanout(VirtioGpu *g, const struct virtio_gpu_set_scanout *c) {
    if (c->scanout_id >= g->nheads) return VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID;
    GpuHead *h = &g->head[c->scanout_id];
    if (!c->resource_id) return head_off(g, h), VIRTIO_GPU_RESP_OK_NODATA;
    GpuResource *r = gpu_find(g, c->resource_id);
    if (!r || r->blob_size) return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
    Rect view = {c->r.x, c->r.y, c->r.width, c->r.height};
    if (!view.width || !view.height || !rect_inside(view, r->picture->width, r->picture->height))
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    set_view(h, r, &c->r);
    h->blob_width = h->blob_height = h->blob_format = h->blob_stride = h->blob_offset = 0;
    show(g, h, r);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

// ---- blobs: the picture is a copy, brought up to date by each flush

// A picture of the blob's size for the screen; counts against the limit.
static bool fit_picture(VirtioGpu *g, GpuResource *r, uint32_t width, uint32_t height) {
    if (r->picture && r->picture->width == width && r->picture->height == height) return true;
    uint64_t before = r->picture ? 4ull * r->picture->width * r->picture->height : 0,
             bytes = 4ull * width * height;
    if (bytes > g->limit - g->used + before) return false;
    Picture *p = picture_new(width, height);
    if (!p) return false;
    picture_drop(r->picture);
    r->picture = p;
    g->used += bytes - before;
    return true;
}

static bool blob_holds(const GpuResource *r, const struct virtio_gpu_set_scanout_blob *c) {
    uint64_t last = c->offsets[0] + (uint64_t)c->strides[0] * (c->height - 1) + 4ull * c->width;
    return c->strides[0] >= 4ull * c->width && last <= r->blob_size;
}

uint32_t gpu_set_scanout_blob(VirtioGpu *g, const struct virtio_gpu_set_scanout_blob *c) {
    if (c->scanout_id >= g->nheads) return VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID;
    GpuHead *h = &g->head[c->scanout_id];
    if (!c->resource_id) return head_off(g, h), VIRTIO_GPU_RESP_OK_NODATA;
    GpuResource *r = gpu_find(g, c->resource_id);
    if (!r || !r->blob_size) return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
    Rect view = {c->r.x, c->r.y, c->r.width, c->r.height};
    if (!gpu_format(c->format) || !c->width || !c->height || c->width > SCREEN_LARGEST ||
        c->height > SCREEN_LARGEST || !blob_holds(r, c) || !view.width || !view.height ||
        !rect_inside(view, c->width, c->height))
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    if (!fit_picture(g, r, c->width, c->height)) return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
    set_view(h, r, &c->r);
    h->blob_width = c->width;
    h->blob_height = c->height;
    h->blob_format = c->format;
    h->blob_stride = c->strides[0];
    h->blob_offset = c->offsets[0];
    screen_take(screen_of(g));
    gpu_read_blob(g, r, h, view);
    screen_drop(screen_of(g));
    show(g, h, r);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

uint32_t gpu_flush(VirtioGpu *g, const struct virtio_gpu_resource_flush *c) {
    GpuResource *r = gpu_find(g, c->resource_id);
    Rect part = {c->r.x, c->r.y, c->r.width, c->r.height};
    if (!r) return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
    if (!r->blob_size && !rect_inside(part, r->picture->width, r->picture->height))
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    for (unsigned i = 0; i < g->nheads; i++) {
        GpuHead *h = &g->head[i];
        if (h->resource != r->id || g->first < 0) continue;
        Rect seen = rect_meet(part, (Rect){h->x, h->y, h->width, h->height});
        if (!seen.width) continue;
        if (r->blob_size) {
            screen_take(screen_of(g));
            gpu_read_blob(g, r, h, seen);
            screen_drop(screen_of(g));
        }
        screen_changed(screen_of(g), head_of(g, h), seen);
    }
    return VIRTIO_GPU_RESP_OK_NODATA;
}

// ---- cursors

static void tell_cursor(VirtioGpu *g, GpuHead *h) {
    if (g->first < 0) return;
    ScreenCursor c = {h->cursor_on, (int32_t)h->cursor_x, (int32_t)h->cursor_y, h->hot_x, h->hot_y, {0}};
    memcpy(c.image, h->cursor, sizeof(c.image));
    screen_set_cursor(screen_of(g), head_of(g, h), &c);
}

// The image is copied: the guest may change or destroy the resource at once.
static bool copy_cursor(VirtioGpu *g, GpuHead *h, const GpuResource *r) {
    if (r->blob_size) return gpu_backing(g, r, 0, h->cursor, sizeof(h->cursor));
    if (r->picture->width != CURSOR_SIDE || r->picture->height != CURSOR_SIDE) return false;
    memcpy(h->cursor, r->picture->pixels, sizeof(h->cursor));
    return true;
}

uint32_t gpu_cursor(VirtioGpu *g, const struct virtio_gpu_update_cursor *c) {
    if (c->pos.scanout_id >= g->nheads) return VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID;
    GpuHead *h = &g->head[c->pos.scanout_id];
    // The guest gives the corner of the image; the screen counts from the hot spot, as pointers do.
    if (c->hdr.type == VIRTIO_GPU_CMD_MOVE_CURSOR) {
        h->cursor_x = c->pos.x + h->hot_x;
        h->cursor_y = c->pos.y + h->hot_y;
        if (g->first >= 0)
            screen_move_cursor(screen_of(g), head_of(g, h), (int32_t)h->cursor_x, (int32_t)h->cursor_y);
        return VIRTIO_GPU_RESP_OK_NODATA;
    }
    GpuResource *r = c->resource_id ? gpu_find(g, c->resource_id) : NULL;
    if (c->resource_id && (!r || !copy_cursor(g, h, r))) return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
    h->cursor_on = r != NULL;
    h->hot_x = c->hot_x < CURSOR_SIDE ? c->hot_x : 0;
    h->hot_y = c->hot_y < CURSOR_SIDE ? c->hot_y : 0;
    h->cursor_x = c->pos.x + h->hot_x;
    h->cursor_y = c->pos.y + h->hot_y;
    tell_cursor(g, h);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

// ---- after a load

static bool head_is_sound(VirtioGpu *g, const GpuHead *h) {
    if (h->hot_x >= CURSOR_SIDE || h->hot_y >= CURSOR_SIDE || h->cursor_on > 1) return false;
    if (!h->resource) return true;
    const GpuResource *r = gpu_find(g, h->resource);
    Rect view = {h->x, h->y, h->width, h->height};
    if (!r || !r->picture || !view.width || !view.height ||
        !rect_inside(view, r->picture->width, r->picture->height))
        return false;
    return !r->blob_size || (h->blob_width == r->picture->width && h->blob_height == r->picture->height &&
                             gpu_format(h->blob_format));
}

bool gpu_show_loaded(VirtioGpu *g) {
    for (unsigned i = 0; i < GPU_HEADS; i++)
        if (!head_is_sound(g, &g->head[i]) ||
            (i >= g->nheads && (g->head[i].resource || g->head[i].cursor_on)))
            return false;
    for (unsigned i = 0; i < g->nheads; i++) {
        show(g, &g->head[i], g->head[i].resource ? gpu_find(g, g->head[i].resource) : NULL);
        tell_cursor(g, &g->head[i]);
    }
    return true;
}
