// SPDX-License-Identifier: MIT
// `virt` for aarch64: QEMU's paravirtual Arm board. Addresses and interrupt numbers are QEMU's, since guests carry them. This file only
// says where devices stand and what they are wired to.
#include <stdio.h>
#include <stdlib.h>
#include "cpu/arm/arm.h"
#include "hw/board/arm_boot.h"
#include "hw/uart/pl011.h"

enum { UART_BASE = 0x09000000 };
enum { MAX_CORES = 8 };
static const uint64_t dram_base = 0x40000000;
static const char uart_path[] = "/pl011@9000000";

typedef struct Virt {
    Device *uart;
} Virt;

static Device *add(Machine *m, const DeviceType *type, const char *id, uint64_t base, const char *props,
                   char *error, size_t error_size) {
    Device *d = device_new(m, type, id);
    if (machine_globals(m, d, error, error_size) && device_set_all(d, props, error, error_size) &&
        device_plug(d, error, error_size) && device_map(d, base, error, error_size))
        return d;
    device_free(d);
    return NULL;
}

static void virt_free(Machine *m) { free(m->board_state); }

static bool virt_build(Machine *m, char *error, size_t error_size) {
    Virt *v = m->board_state = calloc(1, sizeof(*v));
    m->board_free = virt_free;
    m->ram_base = dram_base;
    if (m->serials[0]) machine_add_end(m, PROP_SERIAL, "serial0", m->serials[0]);
    return arm_make_cores(m, "cortex-a57", error, error_size) &&
           mem_map_ram(m->mem, "mach-virt.ram", m->ram_base, m->ram_size, false, error, error_size) &&
           (v->uart = add(m, &pl011_type, "serial0", UART_BASE, m->serials[0] ? "chardev=serial0" : "", error, error_size));
}

// ---- device tree and boot

static void virt_dt(Machine *m, Fdt *f) {
    dt_string(f, "compatible", "linux,dummy-virt");
    dt_string(f, "model", "linux,dummy-virt");
    dt_u32(f, "#address-cells", 2);
    dt_u32(f, "#size-cells", 2);
    dt_begin(f, "memory@%lx", (unsigned long)m->ram_base);
    dt_string(f, "device_type", "memory");
    dt_reg(f, m->ram_base, m->ram_size);
    dt_end(f);
    arm_dt_cpus(m, f);
    dt_begin(f, "chosen");
    dt_end(f);
}

static bool virt_load(Machine *m, char *error, size_t error_size) {
    static const ArmBoot boot = {.stdout_path = uart_path, .make_dt = virt_dt};
    return arm_boot(m, &boot, error, error_size);
}

static const char *const targets[] = {"aarch64", NULL};

const Board arm_virt_board = {
    .name = "virt",
    .title = "Arm virtual board",
    .targets = targets,
    .max_cpus = MAX_CORES,
    .default_ram = 128 << 20,
    .build = virt_build,
    .load = virt_load,
};
