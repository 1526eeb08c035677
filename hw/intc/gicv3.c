// SPDX-License-Identifier: MIT
// Arm Generic Interrupt Controller, architecture version 3 (IHI 0069H), with one security state (GICD_CTLR.DS = 1) and affinity routing
// always on: 16 software, 16 private and 256 shared interrupts, 8 cores, 32 levels of priority, both groups, and with an ITS LPIs.
// Group 0 is signalled as FIQ, group 1 as IRQ.
//
// Every register is state; what a core would take first (`best`) and its two outputs follow from it (gicv3_select). One lock guards all;
// it is held for the few instructions that a change takes. A change that concerns one core (its system registers, its timer) selects for
// that core alone, others for all. LPIs have no state here: memory of the guest says which are pending, `lpi` only where to look.
//
// gicv3_regs.c: distributor and redistributors. gicv3_cpu.c: CPU interfaces. gicv3_lpi.c: LPIs. gicv3_its.c: who makes them.
#include "hw/intc/gicv3.h"
#include <stdio.h>
#include "hw/intc/gicv3_impl.h"
#include "tcg/base/fail.h"

static const Field gicv3_table[] = {
    GIC_LINES_FIELDS(Gicv3, l), FIELD_ARRAY(Gicv3, router, 0), FIELD_ARRAY(Gicv3, propbaser, 0), FIELD_ARRAY(Gicv3, pendbaser, 0),
    FIELD(Gicv3, ctlr, 0), FIELD_PAD(Gicv3, pad), FIELD_ARRAY(Gicv3, redist_ctlr, 0), FIELD_ARRAY(Gicv3, waker, 6),
    FIELD_ARRAY(Gicv3, icc_ctlr, 0), FIELD_ARRAY(Gicv3, pmr, 0), FIELD_ARRAY(Gicv3, bpr, GIC_BPR0_MIN),
    FIELD_ARRAY(Gicv3, enabled, 0), FIELD_ARRAY(Gicv3, apr, 0),
};
static const Fields gicv3_fields = FIELDS("arm-gicv3", 1, gicv3_table, offsetof(Gicv3, cores));

// ---- selection

// IROUTER names a core by affinity; there are 8 at most, told apart by Aff0. 1-of-N is not implemented (GICD_TYPER.No1N).
static bool routed_to(const Gicv3 *g, unsigned irq, unsigned core) { return g->router[irq - 32] == core; }

static void consider(GicBest *best, const Gicv3 *g, unsigned core, unsigned irq) {
    uint8_t priority = g->l.priority[gic_priority_at(core, irq)];
    if (best->irq != GIC_NONE && priority >= best->priority) return;
    *best = (GicBest){irq, priority, gic_bit(g->l.group, core, irq)};
}

static GicBest find_best(Device *d, unsigned core) {
    Gicv3 *g = d->state;
    GicBest best = {GIC_NONE, GIC_IDLE, 0};
    bool group0 = (g->ctlr & 1) && g->enabled[2 * core], group1 = (g->ctlr & 2) && g->enabled[2 * core + 1];
    for (unsigned w = 0; w < GIC_WORDS; w++) {
        unsigned at = gic_word(core, w);
        uint32_t groups = (group0 ? ~g->l.group[at] : 0) | (group1 ? g->l.group[at] : 0);
        for (uint32_t set = gic_pending(&g->l, core, w) & g->l.enable[at] & ~g->l.active[at] & groups; set; set &= set - 1) {
            unsigned irq = w * 32 + (unsigned)__builtin_ctz(set);
            if (!w || routed_to(g, irq, core)) consider(&best, g, core, irq);
        }
    }
    if (group1 && gicv3_lpis_on(g, core)) gicv3_lpi_best(d, core, &best);
    return best;
}

void gicv3_select(Device *d, unsigned core) {
    Gicv3 *g = d->state;
    g->best[core] = find_best(d, core);
    bool signalled = gicv3_signals(g, core);
    device_irq(d, 2 * core, signalled && g->best[core].group);
    device_irq(d, 2 * core + 1, signalled && !g->best[core].group);
}

static void gicv3_update(Device *d) {
    Gicv3 *g = d->state;
    uint32_t cores = g->stale ? g->stale : (1u << g->cores) - 1;
    g->stale = 0;
    for (unsigned c = 0; c < g->cores; c++)
        if (cores >> c & 1) gicv3_select(d, c);
}

static void gicv3_input(Device *d, unsigned n, bool level) {
    Gicv3 *g = d->state;
    unsigned core, irq;
    if (!gic_raise(&g->l, n, level, &core, &irq)) return;
    if (irq >= 32 && g->router[irq - 32] < g->cores) core = (unsigned)g->router[irq - 32];
    if (core < g->cores) g->stale = 1u << core;
}

// ---- life

static void gicv3_reset(Device *d) {
    Gicv3 *g = d->state;
    for (unsigned c = 0; c < GIC_CORES; c++) {
        g->bpr[2 * c + 1] = GIC_BPR1_MIN;
        g->l.edge[c] = 0xffff; // software interrupts
    }
}

static bool gicv3_plug(Device *d, char *error, size_t error_size) {
    Gicv3 *g = d->state;
    if (g->cores && g->cores <= GIC_CORES) return true;
    return FAIL("a GICv3 serves 1 to %d cores, not %u", GIC_CORES, g->cores);
}

static bool gicv3_loaded(Device *d, char *error, size_t error_size) {
    Gicv3 *g = d->state;
    for (unsigned i = 0; i < 2 * GIC_CORES; i++)
        if (g->bpr[i] > 7 || g->bpr[i] < (i & 1 ? GIC_BPR1_MIN : GIC_BPR0_MIN)) return FAIL("%s: no such binary point", d->id);
    for (unsigned c = 0; c < g->cores; c++) gicv3_lpi_scan(d, c);
    return true;
}

// Memory may have been loaded after the device.
static void gicv3_resume(Device *d) {
    device_enter(d);
    for (unsigned c = 0; c < ((Gicv3 *)d->state)->cores; c++) gicv3_lpi_scan(d, c);
    device_leave(d);
}

// ---- windows
static uint64_t redist_read(void *d, uint64_t offset, unsigned size) { return device_read(d, GICV3_REDIST + offset, size); }
static void redist_write(void *d, uint64_t offset, uint64_t value, unsigned size) {
    device_write(d, GICV3_REDIST + offset, value, size);
}
static uint64_t dist_read(void *d, uint64_t offset, unsigned size) { return device_read(d, offset, size); }
static void dist_write(void *d, uint64_t offset, uint64_t value, unsigned size) { device_write(d, offset, value, size); }

bool gicv3_map(Device *d, uint64_t distributor, uint64_t redistributors, char *error, size_t error_size) {
    static const MemOps dist_ops = {dist_read, dist_write, 0, 0}, redist_ops = {redist_read, redist_write, 0, 0};
    Gicv3 *g = d->state;
    Mem *mem = d->machine->mem;
    d->base = distributor;
    return mem_map_io(mem, "gicv3_dist", distributor, GICV3_REDIST, &dist_ops, d, NULL, error, error_size) &&
           mem_map_io(mem, "gicv3_redist", redistributors, (uint64_t)g->cores * GICV3_REDIST_SIZE, &redist_ops, d, NULL, error, error_size);
}

static const Prop gicv3_props[] = {
    PROP(Gicv3, cores, PROP_U32, "1", "cores it serves"),
    PROP(Gicv3, its, PROP_BOOL, "off", "LPIs, which an ITS makes"),
};

const DeviceType gicv3_type = {
    .name = "arm-gicv3",
    .title = "Arm GICv3",
    .size = sizeof(Gicv3),
    .fields = &gicv3_fields,
    .regs = gicv3_dist_rows,
    .nregs = GICV3_DIST_ROWS,
    .window = GICV3_REDIST + GIC_CORES * GICV3_REDIST_SIZE,
    .rank = LOCK_INTC,
    .props = gicv3_props,
    .nprops = sizeof(gicv3_props) / sizeof(gicv3_props[0]),
    .plug = gicv3_plug,
    .reset = gicv3_reset,
    .update = gicv3_update,
    .input = gicv3_input,
    .loaded = gicv3_loaded,
    .resume = gicv3_resume,
    .irq_specifier = gic_specifier,
    .read = gicv3_frame_read,
    .write = gicv3_frame_write,
};
