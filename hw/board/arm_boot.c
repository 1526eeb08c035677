// SPDX-License-Identifier: MIT
// How an AArch64 machine boots without firmware, as QEMU's Arm boards lay it out: the kernel at its text offset from the start of RAM
// (Documentation/arch/arm64/booting.rst), the initrd half the memory or 128 MiB further, the device tree behind that. The first core
// starts at the kernel with x0 = device tree; an ELF starts at its entry, with the device tree at the start of RAM if it leaves room.
// With firmware (-bios, or a drive behind the first flash) the first core starts in flash, the device tree is at the start of RAM, and
// the kernel is in fw_cfg.
//
// Called at start and at each reset; images are read again each time.
#include "hw/board/arm_boot.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/arm/arm.h"
#include "hw/misc/pflash.h"
#include "tcg/base/fail.h"

#define MIB (1ull << 20)

typedef struct Boot {
    Machine *m;
    const ArmBoot *how;
    Loader loader;
    Image kernel, initrd;
    uint64_t entry, kernel_end;
    uint64_t initrd_start, initrd_end;
    BootTree dtb;
} Boot;

static bool load_kernel(Boot *b, char *error, size_t error_size) {
    uint64_t base = b->m->ram_base;
    if (b->kernel.kind == IMAGE_RAW) base += 0x80000;
    return loader_put_image(&b->loader, "the kernel", &b->kernel, base, &b->entry, &b->kernel_end, error, error_size);
}

static bool load_initrd(Boot *b, char *error, size_t error_size) {
    const Machine *m = b->m;
    if (!m->spec->initrd) return true;
    if (!image_read(&b->initrd, m->spec->initrd, error, error_size)) return false;
    uint64_t base = m->ram_base + min_u64(m->ram_size / 2, 128 * MIB);
    if (base < b->kernel_end) base = align_up(b->kernel_end, 4096);
    b->initrd_start = base;
    b->initrd_end = base + b->initrd.size;
    return boot_put_initrd(b->m, &b->loader, &b->initrd, base, error, error_size);
}

// Where the device tree stands: behind the initrd or the kernel; before an ELF, if there is room.
static bool place_dt(Boot *b, uint64_t *base, char *error, size_t error_size) {
    const Machine *m = b->m;
    uint64_t end = m->ram_base + m->ram_size;
    *base = m->ram_base;
    if (b->kernel.kind == IMAGE_ELF) {
        for (unsigned i = 0; i < b->kernel.nsegments; i++)
            if (b->kernel.segment[i].paddr < *base + b->dtb.size) *base = 0;
        if (*base) return true;
    }
    *base = align_up(b->initrd_end > b->kernel_end ? b->initrd_end : b->kernel_end, 2 * MIB);
    if (*base + b->dtb.size <= end) return true;
    *base = (end - b->dtb.size) & ~7ull;
    return b->dtb.size < m->ram_size || FAIL("the device tree is larger than the memory");
}

static bool load_dt(Boot *b, uint64_t *base, char *error, size_t error_size) {
    return boot_make_tree(b->m, &b->how->tree, b->initrd_start, b->initrd_end, &b->dtb, error, error_size) &&
           place_dt(b, base, error, error_size) &&
           boot_put_tree(b->m, &b->loader, &b->dtb, *base, error, error_size);
}

static void start_cores(Boot *b, uint64_t dtb) {
    Machine *m = b->m;
    for (unsigned i = 0; i < m->ncpus; i++) {
        cpu_power(m->cpus[i], i == 0);
        cpu_reset(m->cpus[i], b->entry);
    }
    arm_set_x(m->cpus[0], 0, dtb);
}

static bool wants_firmware(const Machine *m) { return m->spec->bios && strcmp(m->spec->bios, "none"); }

// -bios: into flash, anew at each reset.
static bool load_bios(Boot *b, char *error, size_t error_size) {
    Device *flash = b->how->flash;
    Image i;
    if (!wants_firmware(b->m)) return true;
    if (!flash) return FAIL("this machine has no flash for the firmware '%s'", b->m->spec->bios);
    if (pflash_has_disk(flash)) return FAIL("-bios and a drive for the first flash (pflash0) are two firmwares: choose one");
    if (!strcmp(b->m->spec->bios, "default")) return FAIL("there is no default firmware for this machine: name a file");
    if (!image_read(&i, b->m->spec->bios, error, error_size)) return false;
    bool ok = pflash_fill(flash, i.data, i.size, error, error_size);
    image_close(&i);
    return ok;
}

static bool load_firmware(Boot *b, uint64_t *dtb, char *error, size_t error_size) {
    b->entry = b->how->flash->base;
    *dtb = b->m->ram_base;
    return boot_offer_kernel(b->m, b->how->fw_cfg, error, error_size) &&
           boot_make_tree(b->m, &b->how->tree, 0, 0, &b->dtb, error, error_size) &&
           boot_put_tree(b->m, &b->loader, &b->dtb, *dtb, error, error_size);
}

static bool load_direct(Boot *b, uint64_t *dtb, char *error, size_t error_size) {
    const MachineSpec *spec = b->m->spec;
    if (!spec->kernel) return FAIL("nothing to boot: name a -kernel, or firmware with -bios");
    return image_open(&b->kernel, spec->kernel, &image_aarch64, error, error_size) && load_kernel(b, error, error_size) &&
           load_initrd(b, error, error_size) && load_dt(b, dtb, error, error_size);
}

bool arm_boot(Machine *m, const ArmBoot *how, char *error, size_t error_size) {
    Boot b = {.m = m, .how = how, .loader.mem = m->mem};
    uint64_t dtb;
    bool firmware = wants_firmware(m) || (how->flash && pflash_has_disk(how->flash));
    bool ok = load_bios(&b, error, error_size) && (firmware ? load_firmware : load_direct)(&b, &dtb, error, error_size);
    if (ok) start_cores(&b, dtb);
    free(b.dtb.blob);
    image_close(&b.kernel);
    image_close(&b.initrd);
    return ok;
}
