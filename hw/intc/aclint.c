// SPDX-License-Identifier: MIT
// Core-local interrupts (RISC-V ACLINT specification 1.0-rc4; the layout is SiFive's CLINT): msip, mtimecmp
// and mtime for each hart. mtime is virtual time at 10 MHz plus an offset that software may move; a deadline
// follows from mtimecmp, so update sets the timers.
#include "hw/intc/aclint.h"
#include <stdio.h>
#include "hw/core/machine.h"

#define TICK (1000000000ull / ACLINT_HZ) // ns

typedef struct Aclint {
    uint32_t msip[ACLINT_HARTS];
    uint64_t mtimecmp[ACLINT_HARTS];
    uint64_t shift; // mtime - virtual time, in ticks
    // wiring
    uint32_t harts;
    bool aclint; // how the device tree calls it
    DeviceTimer *timer[ACLINT_HARTS];
} Aclint;

static const Field aclint_table[] = {
    FIELD_ARRAY(Aclint, msip, 0),
    FIELD_ARRAY(Aclint, mtimecmp, UINT64_MAX),
    FIELD(Aclint, shift, 0),
};
static const Fields aclint_fields = FIELDS("riscv.aclint", 1, aclint_table, offsetof(Aclint, harts));

static uint64_t now(Device *d) { return clock_now(d->machine->clock) / TICK + ((Aclint *)d->state)->shift; }

static uint64_t mtime_get(Device *d, unsigned i) { return now(d); }
static void mtime_set(Device *d, unsigned i, uint64_t value) {
    ((Aclint *)d->state)->shift += value - now(d);
}

static const Reg aclint_regs[] = {
    {0x0000, "msip", 4, REG_RW, REG_FIELD_ARRAY(Aclint, msip), .mask = 1, .count = ACLINT_HARTS},
    {0x4000, "mtimecmp", 8, REG_RW, REG_FIELD_ARRAY(Aclint, mtimecmp), .mask = REG_ALL,
     .count = ACLINT_HARTS},
    {0xbff8, "mtime", 8, REG_RW, .get = mtime_get, .set = mtime_set},
};

static void aclint_update(Device *d) {
    Aclint *a = d->state;
    uint64_t time = now(d);
    if (clock_ticks_shift(d->machine->clock, a->shift)) {
        device_irq(d, ACLINT_TIME, true);
        device_irq(d, ACLINT_TIME, false);
    }
    for (unsigned h = 0; h < a->harts; h++) {
        bool reached = a->mtimecmp[h] <= time;
        device_irq(d, 2 * h, a->msip[h] & 1);
        device_irq(d, 2 * h + 1, reached);
        device_timer_set(a->timer[h], reached ? UINT64_MAX : clock_ticks_when(d->machine->clock, TICK, a->mtimecmp[h]));
    }
}

static void due(Device *d, unsigned hart) {} // update sees it

bool aclint_check_harts(uint32_t harts, char *error, size_t error_size) {
    if (harts && harts <= ACLINT_HARTS) return true;
    snprintf(error, error_size, "the CLINT serves 1 to %d harts, not %u", ACLINT_HARTS, harts);
    return false;
}

static bool aclint_plug(Device *d, char *error, size_t error_size) {
    Aclint *a = d->state;
    if (!aclint_check_harts(a->harts, error, error_size)) return false;
    for (unsigned h = 0; h < a->harts; h++) a->timer[h] = device_timer(d, due, h);
    return true;
}

void aclint_dt_interrupts(Device *d, Fdt *f, uint32_t harts, unsigned n, const uint32_t *causes) {
    uint32_t cells[4 * ACLINT_HARTS], count = 0;
    for (unsigned h = 0; h < harts; h++)
        for (unsigned i = 0; i < n; i++) {
            cells[count++] = d->machine->cpu_phandles[h];
            cells[count++] = causes[i];
        }
    dt_cells(f, "interrupts-extended", count, cells);
}

enum { MTIMER = 0x4000, MTIME = 0x8000 - 8 }; // MTIME: from MTIMER
static const uint32_t causes[] = {3, 7};      // machine software and timer (privileged specification, mcause)

static void clint_fdt(Device *d, Fdt *f) {
    dt_begin(f, "clint@%lx", (unsigned long)d->base);
    aclint_dt_interrupts(d, f, ((Aclint *)d->state)->harts, 2, causes);
    dt_reg(f, d->base, d->type->window);
    dt_strings(f, "compatible", 2, (const char *const[]){"sifive,clint0", "riscv,clint0"});
    dt_end(f);
}

// Linux: bindings/timer/riscv,aclint-mtimer.yaml. mtime is named before mtimecmp.
static void mtimer_fdt(Device *d, Fdt *f) {
    uint64_t base = d->base + MTIMER, ranges[] = {base + MTIME, 0x8000 - MTIME, base, MTIME};
    uint32_t cells[8];
    for (unsigned i = 0; i < 8; i++) cells[i] = (uint32_t)(ranges[i / 2] >> (i & 1 ? 0 : 32));
    dt_begin(f, "mtimer@%lx", (unsigned long)base);
    aclint_dt_interrupts(d, f, ((Aclint *)d->state)->harts, 1, &causes[1]);
    dt_cells(f, "reg", 8, cells);
    dt_string(f, "compatible", "riscv,aclint-mtimer");
    dt_end(f);
}

static void mswi_fdt(Device *d, Fdt *f) {
    dt_begin(f, "mswi@%lx", (unsigned long)d->base);
    aclint_dt_interrupts(d, f, ((Aclint *)d->state)->harts, 1, &causes[0]);
    dt_flag(f, "interrupt-controller");
    dt_u32(f, "#interrupt-cells", 0);
    dt_reg(f, d->base, MTIMER);
    dt_string(f, "compatible", "riscv,aclint-mswi");
    dt_end(f);
}

static void aclint_fdt(Device *d, Fdt *f) {
    if (!((Aclint *)d->state)->aclint) {
        clint_fdt(d, f);
        return;
    }
    mtimer_fdt(d, f);
    mswi_fdt(d, f);
}

static const Prop aclint_props[] = {
    PROP(Aclint, harts, PROP_U32, "1", "harts"),
    PROP(Aclint, aclint, PROP_BOOL, "off", "nodes of an ACLINT, not of a CLINT"),
};

const DeviceType aclint_type = {
    .name = "riscv.aclint",
    .title = "RISC-V core-local interruptor: software and timer interrupts",
    .size = sizeof(Aclint),
    .fields = &aclint_fields,
    .regs = aclint_regs,
    .nregs = sizeof(aclint_regs) / sizeof(aclint_regs[0]),
    .window = 0x10000,
    .props = aclint_props,
    .nprops = 2,
    .plug = aclint_plug,
    .update = aclint_update,
    .fdt = aclint_fdt,
};
