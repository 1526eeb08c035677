// SPDX-License-Identifier: MIT
// See boot.h. Called while a board is built, and at each of its boots.
#include "hw/board/boot.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "tcg/base/fail.h"

Device *board_add(Machine *m, const DeviceType *type, const char *id, uint64_t base, const char *props,
                  char *error, size_t error_size) {
    Device *d = device_new(m, type, id);
    if (machine_globals(m, d, error, error_size) && device_set_all(d, props, error, error_size) &&
        device_plug(d, error, error_size) && (base == UINT64_MAX || device_map(d, base, error, error_size)))
        return d;
    device_free(d);
    return NULL;
}

static bool find_tree(Machine *m, const BoardTree *board, BootTree *tree, char *error, size_t error_size) {
    if (m->spec->dtb) {
        Image user;
        if (!image_read(&user, m->spec->dtb, error, error_size)) return false;
        *tree = (BootTree){user.data, user.size};
        free(user.path);
        return true;
    }
    Fdt f;
    dt_start(&f);
    dt_begin(&f, "%s", "");
    board->make_dt(m, &f);
    dt_end(&f);
    if (!dt_finish(&f, error, error_size)) return false;
    *tree = (BootTree){f.blob, f.size};
    return true;
}

bool boot_make_tree(Machine *m, const BoardTree *board, uint64_t initrd_start, uint64_t initrd_end, BootTree *tree,
                    char *error, size_t error_size) {
    uint8_t seed[32];
    char why[300];
    bool seeded = getrandom(seed, sizeof(seed), 0) == sizeof(seed);
    DtChosen chosen = {
        .bootargs = m->spec->append,
        .stdout_path = m->spec->dtb ? NULL : board->stdout_path,
        .initrd_start = initrd_start,
        .initrd_end = initrd_end,
        .rng_seed = seeded ? seed : NULL,
        .rng_seed_size = seeded ? sizeof(seed) : 0,
    };
    if (!find_tree(m, board, tree, error, error_size)) return false;
    if (!dt_patch_chosen(&tree->blob, &tree->size, &chosen, why, sizeof(why)))
        return FAIL("'%s': %s", m->spec->dtb ? m->spec->dtb : "device tree", why);
    return tree->size <= m->ram_size || FAIL("the device tree is larger than the memory");
}

bool boot_put_tree(Machine *m, Loader *l, const BootTree *tree, uint64_t base, char *error, size_t error_size) {
    free(m->dtb);
    m->dtb = malloc(tree->size);
    m->dtb_size = tree->size;
    memcpy(m->dtb, tree->blob, tree->size);
    bool ok = loader_put(l, "the device tree", base, tree->blob, tree->size, 0, error, error_size);
    loader_gap(l, m->ram_base, m->ram_size, &m->free_base, &m->free_end);
    return ok;
}

bool boot_put_initrd(Machine *m, Loader *l, const Image *initrd, uint64_t base, char *error, size_t error_size) {
    char name[96];
    const char *file = strrchr(m->spec->initrd, '/');
    snprintf(name, sizeof(name), "the initrd '%s'", file ? file + 1 : m->spec->initrd);
    return loader_put(l, name, base, initrd->data, initrd->size, 0, error, error_size);
}
