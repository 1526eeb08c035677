// SPDX-License-Identifier: MIT
// Arm's `virt` as guests find it: where a boot puts things, nodes of the device tree, firmware in flash, and what a mistake on the
// command line is told. Machines are built, not run.
#include <check.h>
#include <libfdt.h>
#include <string.h>
#include "hw/core/machine.h"
#include "hw/misc/pflash.h"
#include "tests/lib/memfile.h"
#include "tests/lib/suite.h"

enum { NOP = 0xd503201f };
static char error[1024];
static char *code_make(const char *name, size_t size) { return memfile_words(name, NOP, size); }

static Machine *build(MachineSpec *spec) {
    spec->target = "aarch64";
    const Board *board = board_find(spec->target, "virt", error, sizeof(error));
    ck_assert_msg(board, "%s", error);
    Machine *m = machine_new(spec, board);
    if (machine_build(m, error, sizeof(error))) return m;
    machine_free(m);
    return NULL;
}
static void refused(MachineSpec spec, const char *why) {
    ck_assert_ptr_null(build(&spec));
    ck_assert_msg(strstr(error, why), "'%s' does not say '%s'", error, why);
}
static uint64_t word(Machine *m, uint64_t at) {
    uint64_t v = 0;
    ck_assert(mem_read(m->mem, at, &v, 4));
    return v;
}
static uint64_t reg(Machine *m, unsigned gdb) {
    uint64_t v = 0;
    ck_assert(m->cpus[0]->type->reg_read(m->cpus[0], gdb, &v));
    return v;
}
static int node(Machine *m, const char *path) { return fdt_path_offset(m->dtb, path); }
static const void *prop(Machine *m, const char *path, const char *name, int *n) {
    ck_assert_msg(node(m, path) >= 0, "no node %s", path);
    return fdt_getprop(m->dtb, node(m, path), name, n);
}
static uint32_t cell(Machine *m, const char *path, const char *name, unsigned i) {
    int n;
    const fdt32_t *cells = prop(m, path, name, &n);
    ck_assert_int_gt(n, (int)(4 * i));
    return fdt32_to_cpu(cells[i]);
}

START_TEST(kernel_and_initrd_are_where_qemu_puts_them) {
    MachineSpec spec = {.kernel = code_make("kernel", 0x5000), .initrd = code_make("initrd", 0x3000), .ram_size = 1 << 30, .append = "quiet"};
    Machine *m = build(&spec);
    ck_assert_msg(m, "%s", error);
    int n;
    ck_assert_uint_eq(word(m, 0x40080000), NOP);
    ck_assert_uint_eq(word(m, 0x48000000), NOP);
    ck_assert_uint_eq(reg(m, 32), 0x40080000);
    ck_assert_uint_eq(word(m, reg(m, 0)), 0xedfe0dd0);
    ck_assert_str_eq(prop(m, "/chosen", "bootargs", &n), "quiet");
    ck_assert_str_eq(prop(m, "/chosen", "stdout-path", &n), "/pl011@9000000");
    prop(m, "/chosen", "kaslr-seed", &n);
    ck_assert_int_eq(n, 8);
    prop(m, "/chosen", "rng-seed", &n);
    ck_assert_int_eq(n, 32);
    machine_free(m);
}
END_TEST

START_TEST(nodes_are_qemus) {
    static const char *const common[] = {"/fw-cfg@9020000", "/pl061@9030000", "/pl031@9010000", "/flash@0", "/virtio_mmio@a003e00",
                                         "/gpio-keys/poweroff", "/cpus/cpu-map/socket0/cluster0/core1", "/psci", "/apb-pclk"};
    for (unsigned v3 = 0; v3 < 2; v3++) {
        MachineSpec spec = {.kernel = code_make("kernel", 4096), .smp = 2, .machine_props = v3 ? "gic-version=3" : "gic-version=2"};
        Machine *m = build(&spec);
        int n;
        ck_assert_msg(m, "%s", error);
        for (unsigned i = 0; i < sizeof(common) / sizeof(common[0]); i++) ck_assert_msg(node(m, common[i]) >= 0, "no %s", common[i]);
        ck_assert_str_eq(prop(m, "/intc@8000000", "compatible", &n), v3 ? "arm,gic-v3" : "arm,cortex-a15-gic");
        ck_assert_uint_eq(cell(m, "/intc@8000000", "reg", 5), v3 ? 0x80a0000 : 0x8010000);
        ck_assert_uint_eq(cell(m, "/timer", "interrupts", 2), v3 ? 4 : 0x304);
        ck_assert_uint_eq(cell(m, "/pl061@9030000", "interrupts", 1), 7);
        ck_assert_uint_eq(cell(m, "/gpio-keys/poweroff", "gpios", 0), cell(m, "/pl061@9030000", "phandle", 0));
        ck_assert_int_eq(node(m, "/intc@8000000/its@8080000") >= 0, v3);
        ck_assert_int_eq(node(m, "/intc@8000000/v2m@8020000") >= 0, !v3);
        machine_free(m);
    }
    MachineSpec spec = {.kernel = code_make("kernel", 4096), .machine_props = "gic-version=max,its=off"};
    Machine *m = build(&spec);
    ck_assert_msg(m, "%s", error);
    ck_assert_int_lt(node(m, "/intc@8000000/its@8080000"), 0);
    ck_assert(!mem_exists(m->mem, 0x8080000, 4));
    machine_free(m);
}
END_TEST

START_TEST(firmware_starts_in_flash) {
    MachineSpec spec = {.bios = code_make("bios", 0x50000)};
    Machine *m = build(&spec);
    ck_assert_msg(m, "%s", error);
    uint64_t code;
    ck_assert(mem_io_read(m->mem, 0x4fffc, 4, &code));
    ck_assert_uint_eq(code, NOP);
    ck_assert(mem_io_read(m->mem, 0x50000, 4, &code));
    ck_assert_uint_eq(code, UINT32_MAX); // erased
    ck_assert_uint_eq(*(uint32_t *)mem_code(m->mem, 0x1000, 4096), NOP);
    ck_assert_uint_eq(reg(m, 32), 0);
    ck_assert_uint_eq(word(m, 0x40000000), 0xedfe0dd0);
    ck_assert(mem_exists(m->mem, 2 * PFLASH_SIZE_64 - 4, 4));
    machine_free(m);
}
END_TEST

START_TEST(mistakes_are_told) {
    char *kernel = code_make("kernel", 4096);
    refused((MachineSpec){0}, "name a -kernel, or firmware with -bios");
    refused((MachineSpec){.bios = "default"}, "no default firmware");
    refused((MachineSpec){.bios = code_make("bios", PFLASH_SIZE_64 + 4)}, "more than the flash of 64 MiB");
    refused((MachineSpec){.kernel = kernel, .machine_props = "gic-version=host"}, "without KVM");
    refused((MachineSpec){.kernel = kernel, .machine_props = "gic-version=5"}, "2, 3 or max is expected");
    refused((MachineSpec){.kernel = kernel, .machine_props = "its=maybe"}, "on or off is expected");
    refused((MachineSpec){.kernel = kernel, .machine_props = "highmem=off", .ram_size = 4ull << 30}, "at most 3 GiB");
    refused((MachineSpec){.kernel = kernel, .smp = 9}, "at most 8 CPUs");
}
END_TEST

int main(void) {
    Suite *s = suite_create("arm-board");
    TCase *t = tcase_create("all");
    tcase_add_test(t, kernel_and_initrd_are_where_qemu_puts_them);
    tcase_add_test(t, nodes_are_qemus);
    tcase_add_test(t, firmware_starts_in_flash);
    tcase_add_test(t, mistakes_are_told);
    suite_add_tcase(s, t);
    return suite_run(s);
}
