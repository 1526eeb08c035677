// SPDX-License-Identifier: MIT
// How a RISC-V machine boots, as QEMU's RISC-V boards lay it out, because guests and firmware count on it.
// Firmware stands at the start of DRAM, the kernel at the next 2 MiB (rv32: 4 MiB) boundary, the initrd half
// the memory or 128 MiB further, the device tree at the last 2 MiB boundary below 3 GiB. Harts start in the
// ROM at 0x1000, which jumps to the firmware with a0 = hart, a1 = device tree and a2 = OpenSBI's
// fw_dynamic_info, which names the kernel. Without firmware the kernel is a machine-mode program and starts
// itself. If flash holds an image, that is what the firmware starts in place of a kernel.
//
// Called at start and at each reset; images are read again each time, so none is kept in the host's memory.
#include "hw/board/riscv_boot.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hw/misc/fw_cfg.h"
#include "tcg/base/fail.h"
#include "tcg/base/log.h"

#define MIB       (1ull << 20)

typedef struct Boot {
    Machine *m;
    const RiscvBoot *how;
    const ImageArch *arch;
    Loader loader;
    Image firmware, kernel, initrd;
    uint64_t start;        // where the ROM jumps
    uint64_t kernel_entry; // 0: no kernel
    uint64_t initrd_start, initrd_end;
    BootTree dtb;
    uint64_t dtb_base;
} Boot;

static bool is_elf_at(const Image *i, uint64_t address) {
    if (i->kind != IMAGE_ELF) return false;
    for (unsigned k = 0; k < i->nsegments; k++)
        if (address - i->segment[k].paddr < i->segment[k].size) return true;
    return false;
}

// Which firmware: -bios FILE, none, or default. A kernel that is linked where firmware would stand brings its
// own.
static bool choose_firmware(Boot *b, char **path, char *error, size_t error_size) {
    const char *bios = b->m->spec->bios;
    *path = NULL;
    if (bios && !strcmp(bios, "none")) return true;
    if (bios && strcmp(bios, "default")) return *path = strdup(bios), true;
    if (!bios && b->kernel.path && is_elf_at(&b->kernel, b->m->ram_base)) {
        log_print(LOG_UNIMP, "the kernel stands where firmware would: -bios none is assumed");
        return true;
    }
    if (!bios && !b->kernel.path && !b->how->flash)
        return FAIL("nothing to boot: name a -kernel or a -bios");
    *path = firmware_find(b->m->spec->target ? b->m->spec->target : "riscv64", error, error_size);
    return *path != NULL;
}

static bool load_firmware(Boot *b, uint64_t *end, char *error, size_t error_size) {
    char *path;
    *end = b->m->ram_base;
    if (!choose_firmware(b, &path, error, error_size)) return false;
    if (!path) return true;
    bool ok = image_open(&b->firmware, path, b->arch, error, error_size) &&
              loader_put_image(&b->loader, "the firmware", &b->firmware, b->m->ram_base, &b->start, end,
                               error, error_size);
    free(path);
    return ok;
}

static bool load_kernel(Boot *b, uint64_t firmware_end, uint64_t *end, char *error, size_t error_size) {
    uint64_t step = b->arch->bits == 64 ? 2 * MIB : 4 * MIB, base = b->m->ram_base;
    *end = firmware_end;
    if (!b->kernel.path) return true;
    if (b->firmware.path) base = align_up(firmware_end, step);
    if (!loader_put_image(&b->loader, "the kernel", &b->kernel, base, &b->kernel_entry, end, error,
                          error_size))
        return false;
    if (!b->firmware.path) b->start = b->kernel_entry;
    return true;
}

static uint64_t dtb_limit(const Machine *m) {
    uint64_t end = m->ram_base + m->ram_size, top = 3072 * MIB;
    return m->ram_base < top ? min_u64(end, top) : end;
}

static bool load_initrd(Boot *b, uint64_t kernel_end, char *error, size_t error_size) {
    const Machine *m = b->m;
    if (!m->spec->initrd) return true;
    if (!b->kernel.path) return FAIL("-initrd needs a -kernel");
    if (!image_read(&b->initrd, m->spec->initrd, error, error_size)) return false;
    uint64_t base = align_up(b->kernel_entry + min_u64(m->ram_size / 2, 128 * MIB), 4096),
             after = align_up(kernel_end, 4096);
    if (base < after || base + b->initrd.size > dtb_limit(m) - 2 * MIB) base = after;
    b->initrd_start = base;
    b->initrd_end = base + b->initrd.size;
    return boot_put_initrd(b->m, &b->loader, &b->initrd, base, error, error_size);
}

static bool load_dt(Boot *b, char *error, size_t error_size) {
    const Machine *m = b->m;
    if (!boot_make_tree(b->m, &b->how->tree, b->initrd_start, b->initrd_end, &b->dtb, error, error_size))
        return false;
    uint64_t limit = dtb_limit(m);
    b->dtb_base = (limit - b->dtb.size) & ~(2 * MIB - 1);
    if (b->dtb_base < m->ram_base) b->dtb_base = (limit - b->dtb.size) & ~7ull; // less than 2 MiB of memory
    return boot_put_tree(b->m, &b->loader, &b->dtb, b->dtb_base, error, error_size);
}

// OpenSBI, include/sbi/fw_dynamic.h: five or six words of the machine's width.
static size_t put_info(Boot *b, uint8_t *at) {
    uint64_t info[] = {0x4942534f /* "OSBI" */, 2, b->kernel_entry, 1 /* supervisor */, 0, 0};
    size_t width = b->arch->bits / 8;
    for (unsigned i = 0; i < 6; i++) memcpy(at + i * width, &info[i], width);
    return 6 * width;
}

static bool put_rom(Boot *b, char *error, size_t error_size) {
    bool wide = b->arch->bits == 64;
    uint32_t code[] = {
        0x00000297,                     // auipc t0, 0
        0x02828613,                     // addi  a2, t0, 40
        0xf1402573,                     // csrr  a0, mhartid
        wide ? 0x0202b583 : 0x0202a583, // ld/lw a1, 32(t0)
        wide ? 0x0182b283 : 0x0182a283, // ld/lw t0, 24(t0)
        0x00028067,                     // jr    t0
    };
    uint8_t rom[128] = {0};
    memcpy(rom, code, sizeof(code));
    memcpy(rom + 24, &b->start, 8);
    memcpy(rom + 32, &b->dtb_base, 8);
    size_t size = 40 + put_info(b, rom + 40);
    return loader_put(&b->loader, "the reset code", RISCV_ROM_BASE, rom, size, 0, error, error_size);
}

static bool load_for_flash(Boot *b, char *error, size_t error_size) {
    uint64_t end;
    b->start = b->kernel_entry = b->how->flash;
    return load_firmware(b, &end, error, error_size) && boot_offer_kernel(b->m, b->how->fw_cfg, error, error_size) &&
           load_dt(b, error, error_size) && put_rom(b, error, error_size);
}

static bool load_all(Boot *b, char *error, size_t error_size) {
    const MachineSpec *spec = b->m->spec;
    uint64_t firmware_end, kernel_end;
    if (spec->append && !spec->kernel) return FAIL("-append needs a -kernel");
    if (b->how->flash) return load_for_flash(b, error, error_size);
    return (!spec->kernel || image_open(&b->kernel, spec->kernel, b->arch, error, error_size)) &&
           load_firmware(b, &firmware_end, error, error_size) &&
           load_kernel(b, firmware_end, &kernel_end, error, error_size) &&
           load_initrd(b, kernel_end, error, error_size) && load_dt(b, error, error_size) &&
           put_rom(b, error, error_size);
}

bool riscv_boot(Machine *m, const RiscvBoot *how, char *error, size_t error_size) {
    bool narrow = m->spec->target && !strcmp(m->spec->target, "riscv32");
    Boot b = {.m = m, .how = how, .arch = narrow ? &image_riscv32 : &image_riscv64, .loader.mem = m->mem};
    bool ok = load_all(&b, error, error_size);
    if (ok && how->on_kernel) how->on_kernel(m, b.kernel.path ? &b.kernel : NULL);
    for (unsigned i = 0; ok && i < m->ncpus; i++) cpu_reset(m->cpus[i], RISCV_ROM_BASE);
    free(b.dtb.blob);
    image_close(&b.firmware);
    image_close(&b.kernel);
    image_close(&b.initrd);
    return ok;
}
