// SPDX-License-Identifier: MIT
// ACLINT SSWI (RISC-V ACLINT specification 1.0-rc4, chapter 4): a word for each hart, and a write with bit 0
// set is an edge that sets the hart's sip.SSIP. What is pending is the hart's state, so there is none here.
#include <stdio.h>
#include "hw/core/machine.h"
#include "hw/intc/aclint.h"

typedef struct Sswi {
    uint32_t harts;
} Sswi;

static uint64_t setssip_get(Device *d, unsigned hart) { return 0; }
static void setssip_set(Device *d, unsigned hart, uint64_t value) {
    if (!(value & 1) || hart >= ((Sswi *)d->state)->harts) return;
    device_irq(d, hart, true);
    device_irq(d, hart, false);
}

static const Reg sswi_regs[] = {
    {0, "setssip", 4, REG_RW, .get = setssip_get, .set = setssip_set, .count = ACLINT_HARTS},
};

static bool sswi_plug(Device *d, char *error, size_t error_size) {
    return aclint_check_harts(((Sswi *)d->state)->harts, error, error_size);
}

static void sswi_fdt(Device *d, Fdt *f) {
    const uint32_t supervisor_software = 1; // privileged specification, scause
    dt_begin(f, "sswi@%lx", (unsigned long)d->base);
    aclint_dt_interrupts(d, f, ((Sswi *)d->state)->harts, 1, &supervisor_software);
    dt_flag(f, "interrupt-controller");
    dt_u32(f, "#interrupt-cells", 0);
    dt_reg(f, d->base, d->type->window);
    dt_string(f, "compatible", "riscv,aclint-sswi");
    dt_end(f);
}

static const Prop sswi_props[] = {PROP(Sswi, harts, PROP_U32, "1", "harts")};

const DeviceType aclint_sswi_type = {
    .name = "riscv.aclint.sswi",
    .title = "RISC-V ACLINT supervisor software interrupts",
    .size = sizeof(Sswi),
    .regs = sswi_regs,
    .nregs = 1,
    .window = 0x4000,
    .props = sswi_props,
    .nprops = 1,
    .plug = sswi_plug,
    .fdt = sswi_fdt,
};
