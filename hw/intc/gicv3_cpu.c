// SPDX-License-Identifier: MIT
// CPU interfaces of the GICv3: the ICC_* system registers (IHI 0069H, 12.2) of each core, called on its thread. Priorities preempt by
// 4.8: an interrupt is signalled if it is above the mask and its group priority above that of whatever is active.
#include "hw/intc/gicv3_impl.h"
#include "tcg/base/log.h"

#define ICC(crm, op2) (3 << 14 | 12 << 7 | (crm) << 3 | (op2))
enum {
    ICC_PMR = 3 << 14 | 4 << 7 | 6 << 3,
    ICC_IAR0 = ICC(8, 0), ICC_EOIR0 = ICC(8, 1), ICC_HPPIR0 = ICC(8, 2), ICC_BPR0 = ICC(8, 3), ICC_AP0R0 = ICC(8, 4),
    ICC_AP1R0 = ICC(9, 0), ICC_DIR = ICC(11, 1), ICC_RPR = ICC(11, 3), ICC_SGI1R = ICC(11, 5), ICC_ASGI1R = ICC(11, 6),
    ICC_SGI0R = ICC(11, 7), ICC_IAR1 = ICC(12, 0), ICC_EOIR1 = ICC(12, 1), ICC_HPPIR1 = ICC(12, 2), ICC_BPR1 = ICC(12, 3),
    ICC_CTLR = ICC(12, 4), ICC_SRE = ICC(12, 5), ICC_IGRPEN0 = ICC(12, 6), ICC_IGRPEN1 = ICC(12, 7),
};
enum { CTLR_CONST = 4 << 8 /* PRIbits: 5 */ | 1 << 15 /* A3V */ };

// ---- priorities

// 4.8.5: which bits of a priority decide about preemption. With CBPR group 1 has group 0's binary point.
static uint32_t group_mask(const Gicv3 *g, unsigned core, unsigned group) {
    if (group && !(g->icc_ctlr[core] & GIC_CTLR_CBPR)) return ~0u << g->bpr[2 * core + 1];
    return ~1u << g->bpr[2 * core];
}

// The highest group priority that is active; one below all: none.
static uint32_t running(const Gicv3 *g, unsigned core) {
    uint32_t levels = g->apr[2 * core] | g->apr[2 * core + 1];
    return levels ? (uint32_t)__builtin_ctz(levels) << 3 : 0x100;
}

bool gicv3_signals(const Gicv3 *g, unsigned core) {
    const GicBest *b = &g->best[core];
    return b->irq != GIC_NONE && b->priority < g->pmr[core] && (b->priority & group_mask(g, core, b->group)) < running(g, core);
}

// ---- acknowledge, end

static uint32_t acknowledge(Device *d, unsigned core, unsigned group) {
    Gicv3 *g = d->state;
    GicBest b = g->best[core];
    if (b.group != group || !gicv3_signals(g, core)) return GIC_NONE;
    g->apr[2 * core + group] |= 1u << ((b.priority & group_mask(g, core, group) & 0xff) >> 3);
    if (b.irq >= LPI_FIRST) {
        gicv3_lpi_clear(d, core, b.irq);
    } else {
        gic_bit_put(g->l.active, core, b.irq, true);
        gic_bit_put(g->l.latch, core, b.irq, false);
    }
    gicv3_select(d, core);
    return b.irq;
}

// Interrupts of other cores are shared ones only; deactivating one may let it through elsewhere.
static void deactivate(Device *d, unsigned core, uint32_t irq) {
    Gicv3 *g = d->state;
    if (irq >= GIC_IRQS) return;
    gic_bit_put(g->l.active, core, irq, false);
    if (irq >= 32 && g->router[irq - 32] != core && g->router[irq - 32] < g->cores) gicv3_select(d, (unsigned)g->router[irq - 32]);
}

// The end of what is not the running group's is no end (4.4.2 leaves it open).
static void end(Device *d, unsigned core, unsigned group, uint32_t irq) {
    Gicv3 *g = d->state;
    uint32_t *apr = &g->apr[2 * core], lowest = (apr[0] | apr[1]) & -(apr[0] | apr[1]);
    if ((irq >= 1020 && irq < LPI_FIRST) || !(apr[group] & lowest)) return;
    apr[group] &= ~lowest;
    if (!(g->icc_ctlr[core] & GIC_CTLR_EOIMODE)) deactivate(d, core, irq);
    gicv3_select(d, core);
}

// ---- software interrupts (ICC_SGI1R_EL1): to each core of a list, or to all but this; only if it is of the group asked for.
static void send(Device *d, unsigned self, unsigned group, uint64_t value) {
    Gicv3 *g = d->state;
    unsigned irq = value >> 24 & 15, list = value & 0xffff;
    bool elsewhere = (value & 0x00ff00ff00ff0000) || (value >> 44 & 15); // affinities 1 to 3, range
    if (value >> 40 & 1) list = ~(1u << self);
    else if (elsewhere) return;
    for (unsigned c = 0; c < g->cores; c++) {
        if (!(list >> c & 1) || gic_bit(g->l.group, c, irq) != group) continue;
        gic_bit_put(g->l.latch, c, irq, true);
        gicv3_select(d, c);
    }
}

// ---- the registers

static uint32_t pending_of(const Gicv3 *g, unsigned core, unsigned group) {
    return g->best[core].irq != GIC_NONE && g->best[core].group == group ? g->best[core].irq : GIC_NONE;
}
static uint32_t bpr1_shown(const Gicv3 *g, unsigned core) {
    if (!(g->icc_ctlr[core] & GIC_CTLR_CBPR)) return g->bpr[2 * core + 1];
    return g->bpr[2 * core] < 7 ? g->bpr[2 * core] + 1 : 7;
}
static void set_bpr(Gicv3 *g, unsigned core, unsigned group, uint64_t value) {
    uint32_t least = group ? GIC_BPR1_MIN : GIC_BPR0_MIN;
    if (group && (g->icc_ctlr[core] & GIC_CTLR_CBPR)) return;
    g->bpr[2 * core + group] = (value & 7) < least ? least : value & 7;
}

static bool read_register(Device *d, unsigned core, unsigned number, uint64_t *value) {
    Gicv3 *g = d->state;
    switch (number) {
    case ICC_IAR1: *value = acknowledge(d, core, 1); return true;
    case ICC_IAR0: *value = acknowledge(d, core, 0); return true;
    case ICC_PMR: *value = g->pmr[core]; return true;
    case ICC_RPR: *value = running(g, core) > 0xff ? GIC_IDLE : running(g, core); return true;
    case ICC_HPPIR0: case ICC_HPPIR1: *value = pending_of(g, core, number == ICC_HPPIR1); return true;
    case ICC_BPR0: *value = g->bpr[2 * core]; return true;
    case ICC_BPR1: *value = bpr1_shown(g, core); return true;
    case ICC_AP0R0: case ICC_AP1R0: *value = g->apr[2 * core + (number == ICC_AP1R0)]; return true;
    case ICC_CTLR: *value = g->icc_ctlr[core] | CTLR_CONST; return true;
    case ICC_SRE: *value = 7; return true; // only by system registers
    case ICC_IGRPEN0: case ICC_IGRPEN1: *value = g->enabled[2 * core + (number == ICC_IGRPEN1)]; return true;
    }
    return false;
}

static bool write_register(Device *d, unsigned core, unsigned number, uint64_t value) {
    Gicv3 *g = d->state;
    switch (number) {
    case ICC_EOIR1: case ICC_EOIR0: end(d, core, number == ICC_EOIR1, (uint32_t)value & 0xffffff); return true;
    case ICC_SGI1R: case ICC_SGI0R: send(d, core, number == ICC_SGI1R, value); return true;
    case ICC_ASGI1R: case ICC_SRE: return true; // there is no other security state, and no other access
    case ICC_DIR:
        if (g->icc_ctlr[core] & GIC_CTLR_EOIMODE) deactivate(d, core, (uint32_t)value & 0xffffff);
        break;
    case ICC_PMR: g->pmr[core] = value & GIC_PRIORITY_MASK; break;
    case ICC_BPR0: case ICC_BPR1: set_bpr(g, core, number == ICC_BPR1, value); break;
    case ICC_AP0R0: case ICC_AP1R0: g->apr[2 * core + (number == ICC_AP1R0)] = (uint32_t)value; break;
    case ICC_CTLR: g->icc_ctlr[core] = value & (GIC_CTLR_CBPR | GIC_CTLR_EOIMODE); break;
    case ICC_IGRPEN0: case ICC_IGRPEN1: g->enabled[2 * core + (number == ICC_IGRPEN1)] = value & 1; break;
    default: return false;
    }
    gicv3_select(d, core);
    return true;
}

bool gicv3_read(void *gic, unsigned core, unsigned number, uint64_t *value) {
    Device *d = gic;
    lock_take(&d->lock);
    bool known = read_register(d, core, number, value);
    lock_drop(&d->lock);
    if (known && log_on(LOG_DEVICE)) log_write("%s: core %u read ICC 0x%x 0x%lx", d->id, core, number, (unsigned long)*value);
    return known;
}

bool gicv3_write(void *gic, unsigned core, unsigned number, uint64_t value) {
    Device *d = gic;
    if (log_on(LOG_DEVICE)) log_write("%s: core %u write ICC 0x%x 0x%lx", d->id, core, number, (unsigned long)value);
    lock_take(&d->lock);
    bool known = write_register(d, core, number, value);
    lock_drop(&d->lock);
    return known;
}
