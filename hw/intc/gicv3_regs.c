// SPDX-License-Identifier: MIT
// Memory-mapped registers of the GICv3 (IHI 0069H, 12.9, 12.11): the distributor's rows, and those of one redistributor, whose number the
// access leaves in `frame`. With affinity routing the distributor knows nothing of interrupts 0 to 31, which are the redistributors'.
// With one security state, what belongs to the other (GICD_IGRPMODR, GICD_NSACR, GICR_...) reads as zero.
#include "hw/core/reg.h"
#include "hw/intc/gicv3_impl.h"

enum { DIST_IIDR = 0x43b };
static uint64_t id(unsigned i, uint8_t part) {
    static const uint8_t bytes[12] = {0x44, 0, 0, 0, 0, 0xb4, 0x3b, 0, 0x0d, 0xf0, 5, 0xb1};
    return i == 4 ? part : bytes[i % 12];
}
static unsigned frame(const Device *d) { return ((const Gicv3 *)d->state)->frame; }

// ---- bit arrays: word i of the distributor, word 0 of a redistributor
enum { SET, CLEAR, STORE };
static uint32_t *bits_at(Device *d, size_t field, unsigned core, unsigned word) {
    return (uint32_t *)((char *)d->state + field) + gic_word(core, word);
}
static void bits_write(uint32_t *bits, uint64_t value, int how) {
    uint32_t v = (uint32_t)value;
    *bits = how == SET ? *bits | v : how == CLEAR ? *bits & ~v : v;
}
#define BITS(name, field, how)                                                                                           \
    static uint64_t d_##name##_get(Device *d, unsigned i) { return i ? *bits_at(d, offsetof(Gicv3, l.field), 0, i) : 0; } \
    static void d_##name##_set(Device *d, unsigned i, uint64_t v) {                                                      \
        if (i) bits_write(bits_at(d, offsetof(Gicv3, l.field), 0, i), v, how);                                           \
    }                                                                                                                    \
    static uint64_t r_##name##_get(Device *d, unsigned i) { return *bits_at(d, offsetof(Gicv3, l.field), frame(d), 0); } \
    static void r_##name##_set(Device *d, unsigned i, uint64_t v) {                                                      \
        bits_write(bits_at(d, offsetof(Gicv3, l.field), frame(d), 0), v, how);                                           \
    }
BITS(igroupr, group, STORE)
BITS(isenabler, enable, SET)
BITS(icenabler, enable, CLEAR)
BITS(isactiver, active, SET)
BITS(icactiver, active, CLEAR)
#undef BITS
static uint64_t d_pending_get(Device *d, unsigned i) { return i ? gic_pending(&((Gicv3 *)d->state)->l, 0, i) : 0; }
static uint64_t r_pending_get(Device *d, unsigned i) { return gic_pending(&((Gicv3 *)d->state)->l, frame(d), 0); }

static void latch_write(Device *d, unsigned core, unsigned word, uint64_t value, int how) {
    bits_write(bits_at(d, offsetof(Gicv3, l.latch), core, word), value, how);
}
static void d_ispendr_set(Device *d, unsigned i, uint64_t v) {
    if (i) latch_write(d, 0, i, v, SET);
}
static void d_icpendr_set(Device *d, unsigned i, uint64_t v) {
    if (i) latch_write(d, 0, i, v, CLEAR);
}
static void r_ispendr_set(Device *d, unsigned i, uint64_t v) { latch_write(d, frame(d), 0, v, SET); }
static void r_icpendr_set(Device *d, unsigned i, uint64_t v) { latch_write(d, frame(d), 0, v, CLEAR); }

// ---- priorities, triggers
static uint8_t *priority_of(Device *d, unsigned core, unsigned irq) {
    return &((Gicv3 *)d->state)->l.priority[gic_priority_at(core, irq)];
}
static uint64_t d_priority_get(Device *d, unsigned i) { return i < 32 ? 0 : *priority_of(d, 0, i); }
static void d_priority_set(Device *d, unsigned i, uint64_t value) {
    if (i >= 32) *priority_of(d, 0, i) = value & GIC_PRIORITY_MASK;
}
static uint64_t r_priority_get(Device *d, unsigned i) { return *priority_of(d, frame(d), i); }
static void r_priority_set(Device *d, unsigned i, uint64_t value) { *priority_of(d, frame(d), i) = value & GIC_PRIORITY_MASK; }

static uint64_t d_icfgr_get(Device *d, unsigned i) { return i < 2 ? 0 : gic_icfgr(&((Gicv3 *)d->state)->l, 0, i); }
static void d_icfgr_set(Device *d, unsigned i, uint64_t value) {
    if (i >= 2) gic_icfgr_put(&((Gicv3 *)d->state)->l, 0, i, (uint32_t)value);
}
static uint64_t r_icfgr_get(Device *d, unsigned i) { return gic_icfgr(&((Gicv3 *)d->state)->l, frame(d), i); }
static void r_icfgr_set(Device *d, unsigned i, uint64_t value) { // software interrupts are edge-triggered
    if (i) gic_icfgr_put(&((Gicv3 *)d->state)->l, frame(d), i, (uint32_t)value);
}

// ---- distributor
static uint64_t d_ctlr_get(Device *d, unsigned i) { return ((Gicv3 *)d->state)->ctlr | 1 << 4 /* ARE */ | 1 << 6 /* DS */; }
static void d_ctlr_set(Device *d, unsigned i, uint64_t value) { ((Gicv3 *)d->state)->ctlr = value & 3; }
static uint64_t d_typer_get(Device *d, unsigned i) {
    bool lpis = ((Gicv3 *)d->state)->its;
    return (GIC_WORDS - 1) | (unsigned)lpis << 17 | 15u << 19 /* 16 bits of ID */ | 1u << 24 /* A3V */ | 1u << 25 /* No1N */;
}
static uint64_t iidr_get(Device *d, unsigned i) { return DIST_IIDR; }
static uint64_t d_id_get(Device *d, unsigned i) { return id(i, 0x92); }

// Rows of the table that gicv3_type names.
const Reg gicv3_dist_rows[GICV3_DIST_ROWS] = {
    {0x000, "GICD_CTLR", 4, REG_RW, .get = d_ctlr_get, .set = d_ctlr_set},
    {0x004, "GICD_TYPER", 4, REG_RO, .get = d_typer_get},
    {0x008, "GICD_IIDR", 4, REG_RO, .get = iidr_get},
    {0x00c, "GICD_TYPER2", 4, REG_RO}, // nothing of versions 4.1 and 3.1
    {0x080, "GICD_IGROUPR", 4, REG_RW, .get = d_igroupr_get, .set = d_igroupr_set, .count = GIC_WORDS},
    {0x100, "GICD_ISENABLER", 4, REG_W1S, .get = d_isenabler_get, .set = d_isenabler_set, .count = GIC_WORDS},
    {0x180, "GICD_ICENABLER", 4, REG_W1C, .get = d_icenabler_get, .set = d_icenabler_set, .count = GIC_WORDS},
    {0x200, "GICD_ISPENDR", 4, REG_W1S, .get = d_pending_get, .set = d_ispendr_set, .count = GIC_WORDS},
    {0x280, "GICD_ICPENDR", 4, REG_W1C, .get = d_pending_get, .set = d_icpendr_set, .count = GIC_WORDS},
    {0x300, "GICD_ISACTIVER", 4, REG_W1S, .get = d_isactiver_get, .set = d_isactiver_set, .count = GIC_WORDS},
    {0x380, "GICD_ICACTIVER", 4, REG_W1C, .get = d_icactiver_get, .set = d_icactiver_set, .count = GIC_WORDS},
    {0x400, "GICD_IPRIORITYR", 1, REG_RW, .get = d_priority_get, .set = d_priority_set, .count = GIC_IRQS},
    {0xc00, "GICD_ICFGR", 4, REG_RW, .get = d_icfgr_get, .set = d_icfgr_set, .count = GIC_IRQS / 16},
    {0x6100, "GICD_IROUTER", 8, REG_RW, REG_FIELD_ARRAY(Gicv3, router), .mask = 0xff00ffffff, .count = GIC_SPIS},
    {0xffd0, "GICD_ID", 4, REG_RO, .get = d_id_get, .count = 12},
};

// ---- a redistributor: RD_base, then SGI_base
static uint64_t r_ctlr_get(Device *d, unsigned i) {
    const Gicv3 *g = d->state;
    return g->redist_ctlr[g->frame] | (unsigned)g->its << 1; // CES: EnableLPIs may be cleared
}
static void r_ctlr_set(Device *d, unsigned i, uint64_t value) {
    Gicv3 *g = d->state;
    uint32_t old = g->redist_ctlr[g->frame];
    g->redist_ctlr[g->frame] = g->its ? value & 1 : 0;
    if (old != g->redist_ctlr[g->frame]) gicv3_lpi_scan(d, g->frame);
}
static uint64_t r_typer_get(Device *d, unsigned i) {
    const Gicv3 *g = d->state;
    return (uint64_t)g->frame << 32 | g->frame << 8 | (g->frame + 1 == g->cores) << 4 | g->its;
}
static uint64_t r_waker_get(Device *d, unsigned i) { return ((Gicv3 *)d->state)->waker[frame(d)]; }
static void r_waker_set(Device *d, unsigned i, uint64_t value) { ((Gicv3 *)d->state)->waker[frame(d)] = value & 2 ? 6 : 0; }
static uint64_t r_propbaser_get(Device *d, unsigned i) { return ((Gicv3 *)d->state)->propbaser[frame(d)]; }
static uint64_t r_pendbaser_get(Device *d, unsigned i) { return ((Gicv3 *)d->state)->pendbaser[frame(d)]; }
// Fixed while LPIs are enabled.
static void base_set(Device *d, uint64_t *base, uint64_t value) {
    if (!gicv3_lpis_on(d->state, frame(d))) base[frame(d)] = value;
}
static void r_propbaser_set(Device *d, unsigned i, uint64_t value) {
    base_set(d, ((Gicv3 *)d->state)->propbaser, value & 0x070fffffffffff9full);
}
static void r_pendbaser_set(Device *d, unsigned i, uint64_t value) {
    base_set(d, ((Gicv3 *)d->state)->pendbaser, value & 0x070fffffffff0f80ull);
}
static uint64_t r_id_get(Device *d, unsigned i) { return id(i, 0x93); }

enum { SGI = 0x10000 };
static const Reg redist_rows[] = {
    {0x00, "GICR_CTLR", 4, REG_RW, .get = r_ctlr_get, .set = r_ctlr_set},
    {0x04, "GICR_IIDR", 4, REG_RO, .get = iidr_get},
    {0x08, "GICR_TYPER", 8, REG_RO, .get = r_typer_get},
    {0x14, "GICR_WAKER", 4, REG_RW, .get = r_waker_get, .set = r_waker_set},
    {0x70, "GICR_PROPBASER", 8, REG_RW, .get = r_propbaser_get, .set = r_propbaser_set},
    {0x78, "GICR_PENDBASER", 8, REG_RW, .get = r_pendbaser_get, .set = r_pendbaser_set},
    {0xffd0, "GICR_ID", 4, REG_RO, .get = r_id_get, .count = 12},
    {SGI + 0x080, "GICR_IGROUPR0", 4, REG_RW, .get = r_igroupr_get, .set = r_igroupr_set},
    {SGI + 0x100, "GICR_ISENABLER0", 4, REG_W1S, .get = r_isenabler_get, .set = r_isenabler_set},
    {SGI + 0x180, "GICR_ICENABLER0", 4, REG_W1C, .get = r_icenabler_get, .set = r_icenabler_set},
    {SGI + 0x200, "GICR_ISPENDR0", 4, REG_W1S, .get = r_pending_get, .set = r_ispendr_set},
    {SGI + 0x280, "GICR_ICPENDR0", 4, REG_W1C, .get = r_pending_get, .set = r_icpendr_set},
    {SGI + 0x300, "GICR_ISACTIVER0", 4, REG_W1S, .get = r_isactiver_get, .set = r_isactiver_set},
    {SGI + 0x380, "GICR_ICACTIVER0", 4, REG_W1C, .get = r_icactiver_get, .set = r_icactiver_set},
    {SGI + 0x400, "GICR_IPRIORITYR", 1, REG_RW, .get = r_priority_get, .set = r_priority_set, .count = 32},
    {SGI + 0xc00, "GICR_ICFGR", 4, REG_RW, .get = r_icfgr_get, .set = r_icfgr_set, .count = 2},
};
static const RegBank redist = {.regs = redist_rows, .nregs = sizeof(redist_rows) / sizeof(redist_rows[0])}, reserved = {.nregs = 0};

// What no row of the distributor covers; reserved places of it read as zero (12.1.1).
uint64_t gicv3_frame_read(Device *d, uint64_t offset, unsigned size) {
    Gicv3 *g = d->state;
    if (offset < GICV3_REDIST) return reg_bank_read(d, &reserved, offset, size);
    g->frame = (unsigned)((offset - GICV3_REDIST) / GICV3_REDIST_SIZE);
    return reg_bank_read(d, &redist, (offset - GICV3_REDIST) % GICV3_REDIST_SIZE, size);
}

void gicv3_frame_write(Device *d, uint64_t offset, uint64_t value, unsigned size) {
    Gicv3 *g = d->state;
    if (offset < GICV3_REDIST) {
        reg_bank_write(d, &reserved, offset, value, size);
        return;
    }
    g->frame = (unsigned)((offset - GICV3_REDIST) / GICV3_REDIST_SIZE);
    reg_bank_write(d, &redist, (offset - GICV3_REDIST) % GICV3_REDIST_SIZE, value, size);
}
