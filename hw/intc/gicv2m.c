// SPDX-License-Identifier: MIT
// The message frame in front of a GICv2 (Arm SBSA, appendix E "GICv2m Architecture"; device tree binding arm,gic.yaml). A device
// writes the ID of a shared interrupt to MSI_SETSPI_NS and that interrupt becomes pending; software makes these interrupts
// edge-triggered. Called by PCI functions (device_msi) and by guests through its window. There is no state: an edge is gone when sent,
// and what it left is the GIC's.
#include "hw/intc/gicv2m.h"
#include <stdio.h>
#include "tcg/base/log.h"

enum { TYPER = 0x008, SETSPI = 0x040, IIDR = 0xfcc, WINDOW = 0x1000 };
enum { IMPLEMENTER = 0x43b, PRODUCT = 0x51 << 20 };

typedef struct Frame {
    uint32_t first; // shared interrupt, counted from 0; its ID is 32 more
} Frame;

static void raise_spi(Device *d, uint32_t id) {
    uint32_t n = id - 32 - ((Frame *)d->state)->first;
    if (n >= GICV2M_SPIS) {
        log_print(LOG_GUEST_ERROR, "%s: message for interrupt %u, which is not the frame's", d->id, id);
        return;
    }
    device_irq(d, n, true);
    device_irq(d, n, false);
}

static uint64_t typer_get(Device *d, unsigned i) { return (uint64_t)(((Frame *)d->state)->first + 32) << 16 | GICV2M_SPIS; }
static void setspi_set(Device *d, unsigned i, uint64_t value) { raise_spi(d, value & 0x3ff); }
static uint64_t iidr_get(Device *d, unsigned i) { return PRODUCT | IMPLEMENTER; }

static const Reg frame_regs[] = {
    {TYPER, "MSI_TYPER", 4, REG_RO, .get = typer_get},
    {SETSPI, "MSI_SETSPI_NS", 4, REG_WO, .set = setspi_set},
    {IIDR, "MSI_IIDR", 4, REG_RO, .get = iidr_get},
    {0xfd0, "MSI_ID", 4, REG_RO, .count = 12},
};

static bool frame_msi(Device *d, uint64_t address, uint32_t data, uint32_t source) {
    if (d->base == UINT64_MAX || address != d->base + SETSPI) return false;
    raise_spi(d, data & 0x3ff);
    return true;
}

static bool frame_plug(Device *d, char *error, size_t error_size) {
    Frame *f = d->state;
    if (f->first <= 1020 - 32 - GICV2M_SPIS) return true;
    snprintf(error, error_size, "%s: first-spi=%u leaves no room for %d interrupts", d->type->name, f->first, GICV2M_SPIS);
    return false;
}

void gicv2m_fdt(Device *d, Fdt *f) {
    dt_begin(f, "v2m@%lx", (unsigned long)d->base);
    dt_u32(f, "phandle", d->phandle);
    dt_reg(f, d->base, WINDOW);
    dt_flag(f, "msi-controller");
    dt_string(f, "compatible", "arm,gic-v2m-frame");
    dt_end(f);
}

static const Prop frame_props[] = {{"first-spi", PROP_U32, offsetof(Frame, first), "48", "the shared interrupt of its output 0"}};

const DeviceType gicv2m_type = {
    .name = "arm-gicv2m",
    .title = "Arm GICv2m message frame",
    .size = sizeof(Frame),
    .regs = frame_regs,
    .nregs = sizeof(frame_regs) / sizeof(frame_regs[0]),
    .window = WINDOW,
    .max_access = 4,
    .rank = LOCK_ROUTE,
    .props = frame_props,
    .nprops = 1,
    .plug = frame_plug,
    .msi = frame_msi,
};
