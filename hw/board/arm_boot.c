// SPDX-License-Identifier: MIT
// How an AArch64 machine boots without firmware, as QEMU's Arm boards lay it out: the kernel at its text offset from the start of RAM
// (Documentation/arch/arm64/booting.rst), the initrd half the memory or 128 MiB further, the device tree behind that. The first core
// starts at the kernel with x0 = device tree; an ELF starts at its entry, with the device tree at the start of RAM if it leaves room.
//
// Called at start and at each reset; images are read again each time.
#include "hw/board/arm_boot.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "cpu/arm/arm.h"
#include "tcg/base/fail.h"

#define MIB (1ull << 20)

typedef struct Boot {
    Machine *m;
    const ArmBoot *how;
    Loader loader;
    Image kernel, initrd;
    uint64_t entry, kernel_end;
    uint64_t initrd_start, initrd_end;
    void *dtb;
    size_t dtb_size;
} Boot;

static uint64_t align_up(uint64_t x, uint64_t to) { return (x + to - 1) & ~(to - 1); }
static uint64_t min_u64(uint64_t a, uint64_t b) { return a < b ? a : b; }

static bool load_kernel(Boot *b, char *error, size_t error_size) {
    uint64_t base = b->m->ram_base;
    if (b->kernel.kind == IMAGE_RAW) base += 0x80000;
    return loader_put_image(&b->loader, "the kernel", &b->kernel, base, &b->entry, &b->kernel_end, error, error_size);
}

static bool load_initrd(Boot *b, char *error, size_t error_size) {
    const Machine *m = b->m;
    char name[96];
    if (!m->spec->initrd) return true;
    if (!image_read(&b->initrd, m->spec->initrd, error, error_size)) return false;
    uint64_t base = m->ram_base + min_u64(m->ram_size / 2, 128 * MIB);
    if (base < b->kernel_end) base = align_up(b->kernel_end, 4096);
    b->initrd_start = base;
    b->initrd_end = base + b->initrd.size;
    const char *file = strrchr(m->spec->initrd, '/');
    snprintf(name, sizeof(name), "the initrd '%s'", file ? file + 1 : m->spec->initrd);
    return loader_put(&b->loader, name, base, b->initrd.data, b->initrd.size, 0, error, error_size);
}

static bool make_dt(Boot *b, char *error, size_t error_size) {
    if (b->m->spec->dtb) {
        Image user;
        if (!image_read(&user, b->m->spec->dtb, error, error_size)) return false;
        b->dtb = user.data;
        b->dtb_size = user.size;
        free(user.path);
        return true;
    }
    Fdt f;
    dt_start(&f);
    dt_begin(&f, "%s", "");
    b->how->make_dt(b->m, &f);
    dt_end(&f);
    if (!dt_finish(&f, error, error_size)) return false;
    b->dtb = f.blob;
    b->dtb_size = f.size;
    return true;
}

// Where the device tree stands: behind the initrd or the kernel; before an ELF, if there is room.
static bool place_dt(Boot *b, uint64_t *base, char *error, size_t error_size) {
    const Machine *m = b->m;
    uint64_t end = m->ram_base + m->ram_size;
    *base = m->ram_base;
    if (b->kernel.kind == IMAGE_ELF) {
        for (unsigned i = 0; i < b->kernel.nsegments; i++)
            if (b->kernel.segment[i].paddr < *base + b->dtb_size) *base = 0;
        if (*base) return true;
    }
    *base = align_up(b->initrd_end > b->kernel_end ? b->initrd_end : b->kernel_end, 2 * MIB);
    if (*base + b->dtb_size <= end) return true;
    *base = (end - b->dtb_size) & ~7ull;
    return b->dtb_size < m->ram_size || FAIL("the device tree is larger than the memory");
}

static bool load_dt(Boot *b, uint64_t *base, char *error, size_t error_size) {
    uint8_t seed[32];
    char why[300];
    bool seeded = getrandom(seed, sizeof(seed), 0) == sizeof(seed);
    DtChosen chosen = {
        .bootargs = b->m->spec->append,
        .stdout_path = b->m->spec->dtb ? NULL : b->how->stdout_path,
        .initrd_start = b->initrd_start,
        .initrd_end = b->initrd_end,
        .rng_seed = seeded ? seed : NULL,
        .rng_seed_size = seeded ? sizeof(seed) : 0,
    };
    if (!make_dt(b, error, error_size)) return false;
    if (!dt_patch_chosen(&b->dtb, &b->dtb_size, &chosen, why, sizeof(why)))
        return FAIL("'%s': %s", b->m->spec->dtb ? b->m->spec->dtb : "device tree", why);
    if (!place_dt(b, base, error, error_size)) return false;
    free(b->m->dtb);
    b->m->dtb = malloc(b->dtb_size);
    b->m->dtb_size = b->dtb_size;
    memcpy(b->m->dtb, b->dtb, b->dtb_size);
    return loader_put(&b->loader, "the device tree", *base, b->dtb, b->dtb_size, 0, error, error_size);
}

static void start_cores(Boot *b, uint64_t dtb) {
    Machine *m = b->m;
    for (unsigned i = 0; i < m->ncpus; i++) {
        cpu_power(m->cpus[i], i == 0);
        cpu_reset(m->cpus[i], b->entry);
    }
    arm_set_x(m->cpus[0], 0, dtb);
}

bool arm_boot(Machine *m, const ArmBoot *how, char *error, size_t error_size) {
    Boot b = {.m = m, .how = how, .loader.mem = m->mem};
    uint64_t dtb;
    if (m->spec->bios && strcmp(m->spec->bios, "none")) return FAIL("this machine has no firmware yet: start a -kernel");
    if (!m->spec->kernel) return FAIL("nothing to boot: name a -kernel");
    bool ok = image_open(&b.kernel, m->spec->kernel, &image_aarch64, error, error_size) && load_kernel(&b, error, error_size) &&
              load_initrd(&b, error, error_size) && load_dt(&b, &dtb, error, error_size);
    if (ok) start_cores(&b, dtb);
    free(b.dtb);
    image_close(&b.kernel);
    image_close(&b.initrd);
    return ok;
}
