// SPDX-License-Identifier: MIT
// Device trees over libfdt (Devicetree Specification 0.4). Boards and devices write nodes in order; the
// loader patches /chosen of the finished blob, which may be the user's and is then hostile until
// fdt_check_full has walked it.
#include "hw/core/fdt.h"
#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 1 << 20, CELLS_MAX = 4096 };

static void keep(Fdt *f, int error) {
    if (!f->failed && error < 0) f->failed = error;
}

void dt_start(Fdt *f) {
    *f = (Fdt){.blob = calloc(1, ROOM), .size = ROOM};
    keep(f, fdt_create(f->blob, ROOM));
    keep(f, fdt_finish_reservemap(f->blob));
}

void dt_begin(Fdt *f, const char *format, ...) {
    char name[128];
    va_list args;
    va_start(args, format);
    vsnprintf(name, sizeof(name), format, args);
    va_end(args);
    keep(f, fdt_begin_node(f->blob, name));
    f->depth++;
}

void dt_end(Fdt *f) {
    keep(f, --f->depth < 0 ? -FDT_ERR_BADSTATE : fdt_end_node(f->blob));
}

void dt_bytes(Fdt *f, const char *name, const void *bytes, size_t n) {
    keep(f, fdt_property(f->blob, name, bytes, (int)n));
}

void dt_flag(Fdt *f, const char *name) { dt_bytes(f, name, "", 0); }
void dt_string(Fdt *f, const char *name, const char *text) { dt_bytes(f, name, text, strlen(text) + 1); }

void dt_strings(Fdt *f, const char *name, unsigned n, const char *const *texts) {
    char all[4096];
    size_t at = 0;
    for (unsigned i = 0; i < n; i++) {
        size_t size = strlen(texts[i]) + 1;
        if (at + size > sizeof(all)) {
            keep(f, -FDT_ERR_NOSPACE);
            return;
        }
        memcpy(all + at, texts[i], size);
        at += size;
    }
    dt_bytes(f, name, all, at);
}

void dt_u32(Fdt *f, const char *name, uint32_t value) { dt_cells(f, name, 1, &value); }
void dt_cells(Fdt *f, const char *name, unsigned n, const uint32_t *cells) {
    fdt32_t big[CELLS_MAX];
    if (n > CELLS_MAX) {
        keep(f, -FDT_ERR_NOSPACE);
        return;
    }
    for (unsigned i = 0; i < n; i++) big[i] = cpu_to_fdt32(cells[i]);
    dt_bytes(f, name, big, n * sizeof(big[0]));
}

void dt_reg(Fdt *f, uint64_t base, uint64_t size) {
    dt_cells(f, "reg", 4,
             (uint32_t[]){(uint32_t)(base >> 32), (uint32_t)base, (uint32_t)(size >> 32), (uint32_t)size});
}

bool dt_finish(Fdt *f, char *error, size_t error_size) {
    keep(f, f->depth ? -FDT_ERR_BADSTATE : fdt_finish(f->blob)); // libfdt itself does not count
    if (f->failed) {
        snprintf(error, error_size, "the device tree cannot be made: %s", fdt_strerror(f->failed));
        free(f->blob);
        f->blob = NULL;
        return false;
    }
    f->size = fdt_totalsize(f->blob);
    f->blob = realloc(f->blob, f->size);
    return true;
}

static int set_u64(void *tree, int node, const char *name, uint64_t value) {
    return fdt_setprop_u64(tree, node, name, value);
}

static int patch(void *tree, const DtChosen *c) {
    int node = fdt_path_offset(tree, "/chosen"), bad = 0;
    if (node == -FDT_ERR_NOTFOUND) node = fdt_add_subnode(tree, 0, "chosen");
    if (node < 0) return node;
    if (c->bootargs && !bad) bad = fdt_setprop_string(tree, node, "bootargs", c->bootargs);
    if (c->stdout_path && !bad) bad = fdt_setprop_string(tree, node, "stdout-path", c->stdout_path);
    if (c->rng_seed && !bad) bad = fdt_setprop(tree, node, "rng-seed", c->rng_seed, (int)c->rng_seed_size);
    if (c->kaslr_seed && !bad) bad = fdt_setprop(tree, node, "kaslr-seed", c->kaslr_seed, 8);
    if (c->initrd_end > c->initrd_start) {
        if (!bad) bad = set_u64(tree, node, "linux,initrd-start", c->initrd_start);
        if (!bad) bad = set_u64(tree, node, "linux,initrd-end", c->initrd_end);
    }
    return bad;
}

bool dt_patch_chosen(void **blob, size_t *size, const DtChosen *c, char *error, size_t error_size) {
    int bad = fdt_check_full(*blob, *size);
    if (bad || *size > INT32_MAX / 2) {
        snprintf(error, error_size, "not a device tree: %s", bad ? fdt_strerror(bad) : "too large");
        return false;
    }
    size_t room = fdt_totalsize(*blob) + 1024 + (c->bootargs ? strlen(c->bootargs) : 0) +
                  (c->stdout_path ? strlen(c->stdout_path) : 0) + c->rng_seed_size;
    void *tree = calloc(1, room);
    bad = fdt_open_into(*blob, tree, (int)room);
    if (!bad) bad = patch(tree, c);
    if (!bad) bad = fdt_pack(tree);
    if (bad) {
        snprintf(error, error_size, "the device tree cannot be patched: %s", fdt_strerror(bad));
        free(tree);
        return false;
    }
    free(*blob);
    *blob = tree;
    *size = fdt_totalsize(tree);
    return true;
}
