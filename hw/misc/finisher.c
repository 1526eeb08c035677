// SPDX-License-Identifier: MIT
// SiFive test finisher: a write of 0x5555 passes (exit code 0), 0x3333 fails with the code in the upper half,
// 0x7777 resets. Linux finds it as a syscon. It has no state.
#include "hw/misc/finisher.h"
#include "hw/core/machine.h"
#include "tcg/base/log.h"

enum { FAIL = 0x3333, PASS = 0x5555, RESET = 0x7777 };

static void finish_set(Device *d, unsigned i, uint64_t value) {
    switch (value & 0xffff) {
    case FAIL: machine_off(d->machine, (int)(value >> 16 & 0xffff)); break;
    case PASS: machine_off(d->machine, 0); break;
    case RESET: machine_reset(d->machine); break;
    default: log_print(LOG_GUEST_ERROR, "%s: write of 0x%lx means nothing", d->id, (unsigned long)value);
    }
}

static const Reg finisher_regs[] = {{0, "FINISH", 4, REG_WO, .set = finish_set}};

static void finisher_fdt(Device *d, Fdt *f) {
    dt_begin(f, "test@%lx", (unsigned long)d->base);
    dt_u32(f, "phandle", d->phandle);
    dt_reg(f, d->base, d->type->window);
    dt_strings(f, "compatible", 3, (const char *const[]){"sifive,test1", "sifive,test0", "syscon"});
    dt_end(f);
}

static void syscon_node(Device *d, Fdt *f, const char *name, const char *compatible, uint32_t value) {
    dt_begin(f, "%s", name);
    dt_u32(f, "value", value);
    dt_u32(f, "offset", 0);
    dt_u32(f, "regmap", d->phandle);
    dt_string(f, "compatible", compatible);
    dt_end(f);
}

void finisher_fdt_syscon(Device *d, Fdt *f) {
    syscon_node(d, f, "poweroff", "syscon-poweroff", PASS);
    syscon_node(d, f, "reboot", "syscon-reboot", RESET);
}

const DeviceType finisher_type = {
    .name = "sifive.test",
    .title = "SiFive test finisher: exit code, power-off, reset",
    .regs = finisher_regs,
    .nregs = 1,
    .window = 0x1000,
    .fdt = finisher_fdt,
};
