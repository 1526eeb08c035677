// SPDX-License-Identifier: MIT
// See arm_gic.h. Addresses are those of QEMU's `virt`; device-tree bindings arm,gic.yaml and arm,gic-v3.yaml.
#include "hw/board/arm_gic.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/arm/arm.h"
#include "hw/board/arm_boot.h"
#include "hw/intc/gicv2.h"
#include "hw/intc/gicv2m.h"
#include "hw/intc/gicv3.h"
#include "hw/intc/gicv3_its.h"
#include "tcg/base/fail.h"

enum { GIC_BASE = 0x08000000, V2M_BASE = 0x08020000, ITS_BASE = 0x08080000, REDIST_BASE = 0x080a0000 };
enum { REDIST_WINDOW = 0xf60000 }; // what the device tree says, as QEMU: room for 123
enum { V2M_IRQ = 48 };             // its first shared interrupt

static const ArmGic system_registers = {gicv3_read, gicv3_write};

static bool choose(Machine *m, unsigned *version, bool *its, char *error, size_t error_size) {
    char *text = machine_prop(m, "gic-version");
    bool ok = true;
    *version = 2;
    if (text && (!strcmp(text, "3") || !strcmp(text, "max"))) *version = 3;
    else if (text && !strcmp(text, "host"))
        ok = FAIL("-M gic-version=host: there is no interrupt controller of the host without KVM; use 2, 3 or max");
    else if (text && strcmp(text, "2")) ok = FAIL("-M gic-version=%s: 2, 3 or max is expected", text);
    free(text);
    return ok && machine_prop_bool(m, "its", true, its, error, error_size);
}

static bool make_v2(Machine *m, BoardGic *b, char *error, size_t error_size) {
    char cores[32];
    snprintf(cores, sizeof(cores), "cores=%u", m->ncpus);
    b->gic = board_add(m, &gicv2_type, "gic", GIC_BASE, cores, error, error_size);
    if (!b->gic || !(b->msi = board_add(m, &gicv2m_type, "v2m", V2M_BASE, "", error, error_size))) return false;
    for (unsigned i = 0; i < GICV2M_SPIS; i++) device_wire(b->msi, i, b->gic, V2M_IRQ + i);
    return true;
}

static bool make_v3(Machine *m, BoardGic *b, bool its, char *error, size_t error_size) {
    char props[64];
    snprintf(props, sizeof(props), "cores=%u,its=%s", m->ncpus, its ? "on" : "off");
    b->gic = board_add(m, &gicv3_type, "gic", UINT64_MAX, props, error, error_size);
    if (!b->gic || !gicv3_map(b->gic, GIC_BASE, REDIST_BASE, error, error_size)) return false;
    for (unsigned c = 0; c < m->ncpus; c++) arm_bind_gic(m->cpus[c], &system_registers, b->gic);
    if (!its) return true;
    if (!(b->msi = board_add(m, &gicv3_its_type, "its", ITS_BASE, "", error, error_size))) return false;
    gicv3_its_connect(b->msi, b->gic);
    return true;
}

static void wire_cores(Machine *m, Device *gic) {
    for (unsigned c = 0; c < m->ncpus; c++) {
        device_wire_to(gic, 2 * c, arm_pin(m, c, ARM_PIN_IRQ));
        device_wire_to(gic, 2 * c + 1, arm_pin(m, c, ARM_PIN_FIQ));
        arm_wire_pmu(m->cpus[c], device_input(gic, GIC_PPI(c, ARM_PPI_PMU)));
        arm_wire_timer(m->cpus[c], ARM_TIMER_VIRTUAL, device_input(gic, GIC_PPI(c, ARM_PPI_TIMER_VIRTUAL)));
        arm_wire_timer(m->cpus[c], ARM_TIMER_PHYSICAL, device_input(gic, GIC_PPI(c, ARM_PPI_TIMER_PHYSICAL)));
        arm_wire_timer(m->cpus[c], ARM_TIMER_HYP, device_input(gic, GIC_PPI(c, ARM_PPI_TIMER_HYP)));
    }
}

bool board_gic_make(Machine *m, BoardGic *b, char *error, size_t error_size) {
    bool its;
    if (!choose(m, &b->version, &its, error, error_size)) return false;
    if (!(b->version == 3 ? make_v3(m, b, its, error, error_size) : make_v2(m, b, error, error_size))) return false;
    wire_cores(m, b->gic);
    return true;
}

// ---- device tree

void board_gic_dt_private(Machine *m, const BoardGic *b, Fdt *f, unsigned n, const unsigned *ids) {
    uint32_t cells[3 * 8], cores = b->version == 2 ? ((1u << m->ncpus) - 1) << 8 : 0;
    for (unsigned i = 0; i < n && i < 8; i++) memcpy(cells + 3 * i, (const uint32_t[]){1, ids[i] - 16, 4 | cores}, 12);
    dt_cells(f, "interrupts", 3 * n, cells);
}

static void dt_v3(Fdt *f) {
    static const uint32_t reg[] = {0, GIC_BASE, 0, GICV3_REDIST, 0, REDIST_BASE, 0, REDIST_WINDOW};
    dt_string(f, "compatible", "arm,gic-v3");
    dt_u32(f, "#redistributor-regions", 1);
    dt_cells(f, "reg", 8, reg);
}
static void dt_v2(Fdt *f) {
    static const uint32_t reg[] = {0, GIC_BASE, 0, GICV2_CPU, 0, GIC_BASE + GICV2_CPU, 0, GICV2_CPU};
    dt_string(f, "compatible", "arm,cortex-a15-gic");
    dt_cells(f, "reg", 8, reg);
}

void board_gic_fdt(const BoardGic *b, Fdt *f) {
    dt_begin(f, "intc@%x", GIC_BASE);
    dt_u32(f, "phandle", b->gic->phandle);
    (b->version == 3 ? dt_v3 : dt_v2)(f);
    dt_flag(f, "ranges");
    dt_u32(f, "#size-cells", 2);
    dt_u32(f, "#address-cells", 2);
    dt_flag(f, "interrupt-controller");
    dt_u32(f, "#interrupt-cells", 3);
    if (b->msi) (b->version == 3 ? gicv3_its_fdt : gicv2m_fdt)(b->msi, f);
    dt_end(f);
}
