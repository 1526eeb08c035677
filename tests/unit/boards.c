// SPDX-License-Identifier: MIT
// The RISC-V boards as guests find them: where a boot puts things, what the reset ROM hands over, names and
// numbers in the device tree, and what a mistake on the command line is told. Machines are built, not run.
#include <check.h>
#include <elf.h>
#include <endian.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hw/core/machine.h"
#include "hw/misc/fw_cfg.h"
#include "hw/misc/pflash.h"
#include "tests/lib/memfile.h"
#include "tests/lib/suite.h"

static char error[1024];

// A file of code that is nothing but nops.
static char *code_make(const char *name, size_t size) { return memfile_words(name, 0x13, size); }

static char *elf_make(uint64_t paddr, bool wide) {
    uint8_t bytes[512] = {0};
    if (wide) {
        Elf64_Ehdr h = {.e_ident = "\177ELF\2\1\1",
                        .e_type = ET_EXEC,
                        .e_machine = EM_RISCV,
                        .e_entry = paddr + 8,
                        .e_phoff = 64,
                        .e_phentsize = 56,
                        .e_phnum = 1};
        Elf64_Phdr p = {.p_type = PT_LOAD, .p_offset = 256, .p_paddr = paddr, .p_filesz = 64, .p_memsz = 64};
        memcpy(bytes, &h, sizeof(h));
        memcpy(bytes + 64, &p, sizeof(p));
    } else {
        Elf32_Ehdr h = {.e_ident = "\177ELF\1\1\1",
                        .e_type = ET_EXEC,
                        .e_machine = EM_RISCV,
                        .e_entry = (uint32_t)paddr + 8,
                        .e_phoff = 64,
                        .e_phentsize = 32,
                        .e_phnum = 1};
        Elf32_Phdr p = {
            .p_type = PT_LOAD, .p_offset = 256, .p_paddr = (uint32_t)paddr, .p_filesz = 64, .p_memsz = 64};
        memcpy(bytes, &h, sizeof(h));
        memcpy(bytes + 64, &p, sizeof(p));
    }
    return memfile_make(wide ? "elf64" : "elf32", bytes, sizeof(bytes));
}

static Disk *first_flash; // what pflash0=flash means

// NULL with the reason in `error`.
static Machine *build(MachineSpec *spec) {
    if (!spec->target) spec->target = "riscv64";
    const Board *board =
        board_find(spec->target, spec->machine ? spec->machine : "virt", error, sizeof(error));
    if (!board) return NULL;
    Machine *m = machine_new(spec, board);
    if (first_flash) machine_add_end(m, PROP_DISK, "flash", first_flash);
    first_flash = NULL;
    if (machine_build(m, error, sizeof(error))) return m;
    machine_free(m);
    return NULL;
}

static void refused(MachineSpec spec, const char *why) {
    ck_assert_ptr_null(build(&spec));
    ck_assert_msg(strstr(error, why), "'%s' does not say '%s'", error, why);
}

static uint64_t word(Machine *m, uint64_t at, unsigned size) {
    uint64_t v = 0;
    ck_assert(mem_read(m->mem, at, &v, size));
    return v;
}

static const void *prop(Machine *m, const char *path, const char *name, int *n) {
    int node = fdt_path_offset(m->dtb, path);
    ck_assert_msg(node >= 0, "no node %s", path);
    return fdt_getprop(m->dtb, node, name, n);
}

START_TEST(firmware_kernel_initrd_are_where_qemu_puts_them) {
    MachineSpec spec = {.bios = code_make("fw", 0x40000),
                        .kernel = code_make("kernel", 0x5000),
                        .ram_size = 1 << 30,
                        .initrd = code_make("initrd", 0x3000),
                        .append = "console=ttyS0 ro"};
    Machine *m = build(&spec);
    ck_assert_msg(m, "%s", error);
    ck_assert_uint_eq(word(m, 0x80000000, 4), 0x13);
    ck_assert_uint_eq(word(m, 0x80200000, 4), 0x13);
    ck_assert_uint_eq(word(m, 0x88200000, 4), 0x13); // 128 MiB further
    ck_assert_uint_eq(word(m, 0x1000 + 24, 8), 0x80000000);
    uint64_t dtb = word(m, 0x1000 + 32, 8);
    ck_assert_uint_eq(dtb % 0x200000, 0);
    ck_assert_uint_lt(dtb, 0xc0000000);
    ck_assert_uint_eq(word(m, dtb, 4), 0xedfe0dd0);
    ck_assert_uint_eq(word(m, 0x1000 + 40, 8),
                      0x4942534f); // fw_dynamic_info: magic, version, next address, S-mode
    ck_assert_uint_eq(word(m, 0x1000 + 48, 8), 2);
    ck_assert_uint_eq(word(m, 0x1000 + 56, 8), 0x80200000);
    ck_assert_uint_eq(word(m, 0x1000 + 64, 8), 1);
    int n;
    ck_assert_str_eq(prop(m, "/chosen", "bootargs", &n), "console=ttyS0 ro");
    ck_assert_str_eq(prop(m, "/chosen", "stdout-path", &n), "/soc/serial@10000000");
    ck_assert_uint_eq(fdt64_ld(prop(m, "/chosen", "linux,initrd-start", &n)), 0x88200000);
    ck_assert_uint_eq(fdt64_ld(prop(m, "/chosen", "linux,initrd-end", &n)), 0x88203000);
    prop(m, "/chosen", "rng-seed", &n);
    ck_assert_int_eq(n, 32);
    machine_free(m);
}
END_TEST

START_TEST(device_tree_names_are_qemus) {
    MachineSpec spec = {.bios = code_make("fw", 4096), .smp = 4};
    Machine *m = build(&spec);
    ck_assert_msg(m, "%s", error);
    int n;
    static const char *const nodes[] = {"/memory@80000000",
                                        "/cpus/cpu@3/interrupt-controller",
                                        "/cpus/cpu-map/cluster0/core3",
                                        "/soc/plic@c000000",
                                        "/soc/clint@2000000",
                                        "/soc/rtc@101000",
                                        "/soc/serial@10000000",
                                        "/soc/virtio_mmio@10008000",
                                        "/soc/test@100000",
                                        "/fw-cfg@10100000",
                                        "/flash@20000000",
                                        "/poweroff",
                                        "/reboot"};
    for (unsigned i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) prop(m, nodes[i], "reg", &n);
    ck_assert_uint_eq(fdt32_ld(prop(m, "/cpus", "timebase-frequency", &n)), 10000000);
    ck_assert_uint_eq(fdt32_ld(prop(m, "/soc/serial@10000000", "interrupts", &n)), 10);
    ck_assert_uint_eq(fdt32_ld(prop(m, "/soc/virtio_mmio@10003000", "interrupts", &n)), 3);
    // Each hart's two contexts, by the phandles of their interrupt controllers.
    const fdt32_t *cells = prop(m, "/soc/plic@c000000", "interrupts-extended", &n);
    ck_assert_int_eq(n, 4 * 4 * 4);
    ck_assert_uint_eq(fdt32_ld(cells + 4),
                      fdt32_ld(prop(m, "/cpus/cpu@1/interrupt-controller", "phandle", &n)));
    ck_assert_uint_eq(fdt32_ld(cells + 5), 11);
    ck_assert_uint_eq(fdt32_ld(cells + 7), 9);
    machine_free(m);
}
END_TEST

static void check_cells(Machine *m, const char *path, const char *name, unsigned n, const uint32_t *cells) {
    int size;
    const fdt32_t *found = prop(m, path, name, &size);
    ck_assert_msg(found && size >= (int)(4 * n), "%s of %s", name, path);
    for (unsigned i = 0; i < n; i++) ck_assert_msg(fdt32_ld(found + i) == cells[i], "%s of %s, cell %u: %x", name, path, i, fdt32_ld(found + i));
}

START_TEST(pci_nodes_are_qemus) {
    int n;
    MachineSpec spec = {.bios = code_make("fw", 4096)};
    Machine *m = build(&spec);
    ck_assert_msg(m, "%s", error);
    check_cells(m, "/soc/pci@30000000", "reg", 4, (uint32_t[]){0, 0x30000000, 0, 0x10000000});
    check_cells(m, "/soc/pci@30000000", "ranges", 21, (uint32_t[]){0x1000000, 0, 0, 0, 0x3000000, 0, 0x10000, 0x2000000, 0, 0x40000000, 0, 0x40000000,
                0, 0x40000000, 0x3000000, 4, 0, 4, 0, 4, 0});
    uint32_t plic = fdt32_ld(prop(m, "/soc/plic@c000000", "phandle", &n));
    check_cells(m, "/soc/pci@30000000", "interrupt-map", 12, (uint32_t[]){0, 0, 0, 1, plic, 0x20, 0, 0, 0, 2, plic, 0x21});
    check_cells(m, "/soc/pci@30000000", "interrupt-map-mask", 4, (uint32_t[]){0x1800, 0, 0, 7});
    ck_assert_ptr_null(prop(m, "/soc/pci@30000000", "msi-map", &n));
    machine_free(m);
    spec = (MachineSpec){.bios = code_make("fw", 4096), .ram_size = 20ull << 30}; // the window gives way to memory
    m = build(&spec);
    ck_assert_msg(m, "%s", error);
    check_cells(m, "/soc/pci@30000000", "ranges", 17, (uint32_t[]){0x1000000, 0, 0, 0, 0x3000000, 0, 0x10000, 0x2000000, 0, 0x40000000, 0, 0x40000000,
                0, 0x40000000, 0x3000000, 8, 0});
    machine_free(m);
    spec = (MachineSpec){.target = "riscv32", .bios = code_make("fw", 4096)};
    m = build(&spec);
    ck_assert_msg(m, "%s", error);
    check_cells(m, "/soc/pci@30000000", "ranges", 21, (uint32_t[]){0x1000000, 0, 0, 0, 0x3000000, 0, 0x10000, 0x2000000, 0, 0x40000000, 0, 0x40000000,
                0, 0x40000000, 0x3000000, 3, 0, 3, 0, 1, 0});
    machine_free(m);
}
END_TEST

START_TEST(arm_pci_nodes_are_qemus) {
    static const char path[] = "/pcie@10000000";
    int n;
    for (unsigned high = 0; high < 2; high++) {
        MachineSpec spec = {.target = "aarch64", .bios = code_make("fw", 4096), .machine_props = high ? NULL : "highmem=off"};
        Machine *m = build(&spec);
        ck_assert_msg(m, "%s", error);
        check_cells(m, path, "reg", 4, high ? (uint32_t[]){0x40, 0x10000000, 0, 0x10000000} : (uint32_t[]){0, 0x3f000000, 0, 0x1000000});
        check_cells(m, path, "bus-range", 2, (uint32_t[]){0, high ? 255 : 15});
        check_cells(m, path, "ranges", high ? 21 : 14, (uint32_t[]){0x1000000, 0, 0, 0, 0x3eff0000, 0, 0x10000, 0x2000000, 0, 0x10000000, 0, 0x10000000,
                    0, 0x2eff0000, 0x3000000, 0x80, 0, 0x80, 0, 0x80, 0});
        uint32_t gic = fdt32_ld(prop(m, "/intc@8000000", "phandle", &n));
        check_cells(m, path, "interrupt-map", 20, (uint32_t[]){0, 0, 0, 1, gic, 0, 0, 0, 3, 4, 0, 0, 0, 2, gic, 0, 0, 0, 4, 4});
        check_cells(m, path, "msi-map", 4, (uint32_t[]){0, fdt32_ld(prop(m, "/intc@8000000/v2m@8020000", "phandle", &n)), 0, 0x10000});
        machine_free(m);
    }
}
END_TEST

START_TEST(aclint_nodes_are_qemus) {
    MachineSpec spec = {.bios = code_make("fw", 4096), .smp = 2, .machine_props = "aclint=on"};
    Machine *m = build(&spec);
    ck_assert_msg(m, "%s", error);
    int n;
    ck_assert_str_eq(prop(m, "/soc/mswi@2000000", "compatible", &n), "riscv,aclint-mswi");
    ck_assert_str_eq(prop(m, "/soc/sswi@2f00000", "compatible", &n), "riscv,aclint-sswi");
    ck_assert_str_eq(prop(m, "/soc/mtimer@2004000", "compatible", &n), "riscv,aclint-mtimer");
    const fdt64_t *reg = prop(m, "/soc/mtimer@2004000", "reg", &n);
    static const uint64_t ranges[] = {0x200bff8, 8, 0x2004000, 0x7ff8};
    for (unsigned i = 0; i < 4; i++) ck_assert_uint_eq(fdt64_ld(reg + i), ranges[i]);
    const fdt32_t *cells = prop(m, "/soc/sswi@2f00000", "interrupts-extended", &n);
    ck_assert_int_eq(n, 2 * 2 * 4);
    ck_assert_uint_eq(fdt32_ld(cells + 2), fdt32_ld(prop(m, "/cpus/cpu@1/interrupt-controller", "phandle", &n)));
    ck_assert_uint_eq(fdt32_ld(cells + 3), 1);
    ck_assert_int_lt(fdt_path_offset(m->dtb, "/soc/clint@2000000"), 0);
    machine_free(m);
    spec.machine_props = "aclint=maybe";
    ck_assert_ptr_null(build(&spec));
    ck_assert_ptr_nonnull(strstr(error, "on or off"));
}
END_TEST

// By fw_cfg: an item's bytes as a little-endian number.
static uint64_t item(Machine *m, unsigned key, unsigned size) {
    uint64_t value = 0, byte;
    ck_assert(mem_io_write(m->mem, 0x10100008, 2, htobe16((uint16_t)key)));
    for (unsigned i = 0; i < size; i++) {
        ck_assert(mem_io_read(m->mem, 0x10100000, 1, &byte));
        value |= byte << 8 * i;
    }
    return value;
}

START_TEST(firmware_in_flash_finds_the_kernel_by_fw_cfg) {
    for (unsigned bios = 0; bios < 2; bios++) { // OpenSBI starts flash; with none, the harts do
        char *image = code_make("flash", PFLASH_SIZE);
        DiskSpec disk = {.file = image, .read_only = true, .raw = true, .no_lock = true};
        MachineSpec spec = {.bios = bios ? code_make("fw", 4096) : "none", .kernel = code_make("kernel", 8192),
                            .initrd = code_make("initrd", 4096), .append = "quiet", .machine_props = "pflash0=flash"};
        first_flash = disk_open(&disk, error, sizeof(error));
        ck_assert_msg(first_flash, "%s", error);
        Machine *m = build(&spec);
        ck_assert_msg(m, "%s", error);
        ck_assert_uint_eq(word(m, 0x1000 + 24, 8), bios ? 0x80000000 : 0x20000000);
        ck_assert_uint_eq(word(m, 0x1000 + 56, 8), 0x20000000); // fw_dynamic_info: next address
        uint64_t code;
        ck_assert(mem_io_read(m->mem, 0x20000000, 4, &code));
        ck_assert_uint_eq(code, 0x13);
        ck_assert_uint_eq(*(uint32_t *)mem_code(m->mem, 0x20001000, 4096), 0x13);
        ck_assert_ptr_null(mem_host(m->mem, 0x20001000, 4096, false));
        ck_assert_uint_eq(item(m, FW_CFG_KERNEL_SIZE, 4), 8192);
        ck_assert_uint_eq(item(m, FW_CFG_KERNEL_DATA, 4), 0x13);
        ck_assert_uint_eq(item(m, FW_CFG_INITRD_SIZE, 4), 4096);
        ck_assert_uint_eq(item(m, FW_CFG_CMDLINE_SIZE, 4), 6);
        ck_assert_uint_eq(item(m, FW_CFG_CMDLINE_DATA, 6), 0x007465697571); // "quiet"
        machine_free(m);
    }
}
END_TEST

START_TEST(machine_mode_program_starts_itself) {
    MachineSpec spec = {.kernel = elf_make(0x80000000, true)}; // linked where firmware would stand
    Machine *m = build(&spec);
    ck_assert_msg(m, "%s", error);
    ck_assert_uint_eq(word(m, 0x1000 + 24, 8), 0x80000008);
    machine_free(m);
    spec = (MachineSpec){
        .target = "riscv32", .machine = "spike", .bios = "none", .kernel = elf_make(0x80001000, false)};
    m = build(&spec);
    ck_assert_msg(m, "%s", error);
    ck_assert_uint_eq(word(m, 0x1000 + 24, 4), 0x80001008);
    ck_assert_uint_eq(word(m, 0x1000 + 12, 4), 0x0202a583); // lw, not ld
    int n;
    ck_assert_str_eq(prop(m, "/chosen", "stdout-path", &n), "/htif");
    machine_free(m);
}
END_TEST

START_TEST(mistakes_are_told) {
    char *fw = code_make("fw", 4096), *big = code_make("big", 3 << 20);
    refused((MachineSpec){.machine = "vrit"}, "did you mean 'virt'?");
    refused((MachineSpec){0}, "name a -kernel or a -bios");
    refused((MachineSpec){.bios = fw, .initrd = fw}, "-initrd needs a -kernel");
    refused((MachineSpec){.bios = fw, .append = "x"}, "-append needs a -kernel");
    refused((MachineSpec){.bios = fw, .smp = 1000}, "has at most 32 CPUs");
    refused((MachineSpec){.bios = fw, .kernel = elf_make(0x80000000, true)}, "overlaps the firmware");
    refused((MachineSpec){.bios = "none", .kernel = elf_make(0x80000000, false)},
            "but this machine is RISC-V 64");
    refused((MachineSpec){.bios = "none", .kernel = elf_make(0x40000000, true)},
            "linked for another machine");
    refused((MachineSpec){.bios = fw, .kernel = big, .ram_size = 4 << 20}, "give the machine more with -m");
    refused((MachineSpec){.bios = fw, .dtb = fw}, "not a device tree");
    refused((MachineSpec){.bios = fw, .cpu = "rv46"}, "rv64");
    refused((MachineSpec){.target = "riscv32", .bios = fw, .ram_size = 4ull << 30},
            "2048 MiB of memory at most");
    MachineSpec spec = {.bios = fw};
    spec_add(&spec.devices, "virtio-blk-devcie");
    ck_assert_ptr_null(build(&spec));
    ck_assert_ptr_nonnull(strstr(error, "did you mean 'virtio-blk-device'?"));
    free(spec.devices.item[0]);
    spec.devices.n = 0;
    for (int i = 0; i < 9; i++) spec_add(&spec.devices, "virtio-rng-device");
    ck_assert_ptr_null(build(&spec));
    ck_assert_ptr_nonnull(strstr(error, "all 8 virtio slots"));
    for (int i = 0; i < 9; i++) free(spec.devices.item[i]);
}
END_TEST

int main(void) {
    Suite *s = suite_create("boards");
    TCase *t = tcase_create("boards");
    tcase_add_test(t, firmware_kernel_initrd_are_where_qemu_puts_them);
    tcase_add_test(t, device_tree_names_are_qemus);
    tcase_add_test(t, pci_nodes_are_qemus);
    tcase_add_test(t, arm_pci_nodes_are_qemus);
    tcase_add_test(t, aclint_nodes_are_qemus);
    tcase_add_test(t, firmware_in_flash_finds_the_kernel_by_fw_cfg);
    tcase_add_test(t, machine_mode_program_starts_itself);
    tcase_add_test(t, mistakes_are_told);
    suite_add_tcase(s, t);
    return suite_run(s);
}
