// SPDX-License-Identifier: MIT
// See boot.h. Called while a board is built, and at each of its boots.
#include "hw/board/boot.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "hw/misc/fw_cfg.h"
#include "hw/misc/pflash.h"
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
    uint8_t seed[40];
    char why[300];
    bool seeded = getrandom(seed, sizeof(seed), 0) == sizeof(seed);
    DtChosen chosen = {
        .bootargs = m->spec->append,
        .stdout_path = m->spec->dtb ? NULL : board->stdout_path,
        .initrd_start = initrd_start,
        .initrd_end = initrd_end,
        .rng_seed = seeded ? seed : NULL,
        .rng_seed_size = seeded ? 32 : 0,
        .kaslr_seed = seeded && board->kaslr ? seed + 32 : NULL,
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

// ---- what firmware finds in fw_cfg

// A file's bytes, and how many they are, under two keys.
static bool offer_file(Device *d, const char *path, unsigned size_key, unsigned data_key, char *error, size_t error_size) {
    Image i;
    if (!path) return true;
    if (!image_read(&i, path, error, error_size)) return false;
    bool packed = i.size > 2 && i.data[0] == 0x1f && i.data[1] == 0x8b;
    bool ok = !packed || unpack_gzip(&i.data, &i.size, error, error_size);
    if (ok) fw_cfg_set_number(d, size_key, i.size, 4);
    if (ok) fw_cfg_set(d, data_key, i.data, i.size);
    image_close(&i);
    return ok;
}

bool boot_offer_kernel(Machine *m, Device *d, char *error, size_t error_size) {
    const MachineSpec *spec = m->spec;
    if (spec->append) {
        fw_cfg_set_number(d, FW_CFG_CMDLINE_SIZE, strlen(spec->append) + 1, 4);
        fw_cfg_set(d, FW_CFG_CMDLINE_DATA, spec->append, strlen(spec->append) + 1);
    }
    return offer_file(d, spec->kernel, FW_CFG_KERNEL_SIZE, FW_CFG_KERNEL_DATA, error, error_size) &&
           offer_file(d, spec->initrd, FW_CFG_INITRD_SIZE, FW_CFG_INITRD_DATA, error, error_size);
}

bool boot_fill_fw_cfg(Machine *m, Device *d, char *error, size_t error_size) {
    fw_cfg_set_number(d, FW_CFG_RAM_SIZE, m->ram_size, 8);
    fw_cfg_set_number(d, FW_CFG_NOGRAPHIC, 1, 2);
    fw_cfg_set_number(d, FW_CFG_CPUS, m->ncpus, 2);
    fw_cfg_set_number(d, FW_CFG_MAX_CPUS, m->ncpus, 2);
    return fw_cfg_add_user(d, &m->spec->fw_cfg, error, error_size);
}

// ---- flash

bool boot_add_flash(Machine *m, const DeviceType *type, uint64_t base, Device **flash, char *error, size_t error_size) {
    for (unsigned i = 0; i < BOARD_FLASHES; i++) {
        char id[32], props[256] = "";
        snprintf(id, sizeof(id), "pflash%u", i);
        char *drive = machine_prop(m, id);
        if (drive) snprintf(props, sizeof(props), "drive=%s", drive);
        free(drive);
        snprintf(id, sizeof(id), "virt.flash%u", i);
        flash[i] = board_add(m, type, id, base + i * type->window, props, error, error_size);
        if (!flash[i] || !pflash_code(flash[i])) return false;
    }
    return true;
}
