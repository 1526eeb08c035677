// SPDX-License-Identifier: MIT
// `spike`: the board of the RISC-V ISA simulator. DRAM at 0x80000000, a CLINT and HTIF, whose words the
// program's ELF symbols `tohost` and `fromhost` name. riscv-tests and bare-metal programs run on it; its exit
// status is what they report.
#include <stdio.h>
#include <stdlib.h>
#include "cpu/riscv/riscv.h"
#include "hw/board/riscv_boot.h"
#include "hw/intc/aclint.h"
#include "hw/misc/htif.h"

enum { CLINT_BASE = 0x2000000 };
static const uint64_t dram_base = 0x80000000;

typedef struct Spike {
    Device *clint, *htif;
} Spike;

static void spike_free(Machine *m) { free(m->board_state); }

static bool make_devices(Machine *m, Spike *s, char *error, size_t error_size) {
    char harts[16];
    snprintf(harts, sizeof(harts), "%u", m->ncpus);
    s->clint = device_new(m, &aclint_type, "clint");
    s->htif = device_new(m, &htif_type, "htif");
    if (m->serials[0]) machine_add_end(m, PROP_SERIAL, "serial0", m->serials[0]);
    return device_set(s->clint, "harts", harts, error, error_size) &&
           device_plug(s->clint, error, error_size) && device_map(s->clint, CLINT_BASE, error, error_size) &&
           (!m->serials[0] || device_set(s->htif, "chardev", "serial0", error, error_size)) &&
           device_plug(s->htif, error, error_size);
}

static bool spike_build(Machine *m, char *error, size_t error_size) {
    Spike *s = m->board_state = calloc(1, sizeof(*s));
    m->board_free = spike_free;
    m->ram_base = dram_base;
    if (!riscv_make_harts(m, error, error_size) ||
        !riscv_make_memory(m, "riscv.spike.ram", error, error_size) || !make_devices(m, s, error, error_size))
        return false;
    device_wire_to(s->clint, ACLINT_TIME, riscv_time_pin(m));
    for (unsigned h = 0; h < m->ncpus; h++) {
        device_wire_to(s->clint, 2 * h, riscv_pin(m, h, RISCV_PIN_MSI));
        device_wire_to(s->clint, 2 * h + 1, riscv_pin(m, h, RISCV_PIN_MTI));
    }
    return true;
}

static void spike_dt(Machine *m, Fdt *f) {
    Spike *s = m->board_state;
    riscv_dt_root(f, "ucbbar,spike-bare-dev", "ucbbar,spike-bare,qemu");
    s->htif->type->fdt(s->htif, f);
    riscv_dt_memory(m, f);
    riscv_dt_cpus(m, f);
    riscv_dt_soc(f);
    s->clint->type->fdt(s->clint, f);
    dt_end(f);
}

static void find_words(Machine *m, const Image *kernel) {
    uint64_t tohost = 0, fromhost = 0;
    if (kernel) image_symbol(kernel, "tohost", &tohost);
    if (kernel) image_symbol(kernel, "fromhost", &fromhost);
    htif_attach(((Spike *)m->board_state)->htif, tohost, fromhost);
}

static bool spike_load(Machine *m, char *error, size_t error_size) {
    static const RiscvBoot boot = {.tree = {"/htif", spike_dt}, .on_kernel = find_words};
    return riscv_boot(m, &boot, error, error_size);
}

static const char *const targets[] = {"riscv64", "riscv32", NULL};

const Board spike_board = {
    .name = "spike",
    .title = "RISC-V Spike board",
    .targets = targets,
    .max_cpus = ACLINT_HARTS,
    .default_ram = 128 << 20,
    .build = spike_build,
    .load = spike_load,
};
