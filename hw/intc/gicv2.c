// SPDX-License-Identifier: MIT
// Arm Generic Interrupt Controller, architecture version 2 (IHI 0048B.b) without the security extensions: 16 software interrupts, 16
// private and 256 shared ones, 8 cores, 8 bits of priority with preemption, both groups. Called by devices and timers through their
// wires and by cores through its window; whose banked registers an access means is which core's thread makes it (cpu_current).
//
// Every register is state, so update alone drives the outputs. Bits of interrupts 0 to 31 are banked: word 0 of each bit array has a copy
// for each core. An interrupt is pending by its latch or, if level-sensitive, by its wire (4.3.7); a software interrupt has a bit for
// each core that sent it (4.3.15, 4.3.16).
#include "hw/intc/gicv2.h"
#include <stdio.h>
#include "cpu/cpu.h"
#include "hw/core/machine.h"
#include "tcg/base/log.h"

enum { IDLE = 0xff, CPU = GICV2_CPU, APR_WORDS = 4 };
enum { CTLR_EOIMODE = 1 << 9, CTLR_FIQEN = 1 << 3, CTLR_ACK = 1 << 2 };

typedef struct Gic {
    GicLines l;
    uint32_t ctlr;               // GICD_CTLR: group 0, group 1
    uint8_t target[GIC_SPIS];
    uint8_t sgi[GIC_CORES * 16]; // who sent it
    uint32_t cpu_ctlr[GIC_CORES], pmr[GIC_CORES], bpr[GIC_CORES], abpr[GIC_CORES];
    uint32_t apr[GIC_CORES * APR_WORDS]; // preemption levels in use, bit n for group priority 2n
    // wiring
    uint32_t cores;
} Gic;

static const Field gic_table[] = {
    GIC_LINES_FIELDS(Gic, l), FIELD(Gic, ctlr, 0), FIELD_ARRAY(Gic, target, 0),
    FIELD_ARRAY(Gic, sgi, 0), FIELD_ARRAY(Gic, cpu_ctlr, 0), FIELD_ARRAY(Gic, pmr, 0), FIELD_ARRAY(Gic, bpr, 0),
    FIELD_ARRAY(Gic, abpr, 1), FIELD_ARRAY(Gic, apr, 0),
};
static const Fields gic_fields = FIELDS("arm_gic", 1, gic_table, offsetof(Gic, cores));

// ---- whose copy
static unsigned this_core(const Gic *g) {
    const Cpu *c = cpu_current();
    return c && c->index < g->cores ? c->index : 0;
}

// ---- what is pending
static uint32_t pending_word(const Gic *g, unsigned core, unsigned word) {
    uint32_t pending = gic_pending(&g->l, core, word);
    if (word) return pending;
    pending &= 0xffff0000;
    for (unsigned i = 0; i < 16; i++) pending |= (uint32_t)(g->sgi[core * 16 + i] != 0) << i;
    return pending;
}

static bool targets(const Gic *g, unsigned core, unsigned irq) { return irq < 32 || g->cores == 1 || g->target[irq - 32] >> core & 1; }

// The pending, enabled interrupt of highest priority for a core, lowest number first; GIC_NONE.
static unsigned best(const Gic *g, unsigned core, unsigned *priority) {
    unsigned found = GIC_NONE;
    *priority = 0x100;
    for (unsigned w = 0; w < GIC_WORDS; w++) {
        unsigned at = gic_word(core, w);
        uint32_t enabled = (g->ctlr & 1 ? ~g->l.group[at] : 0) | (g->ctlr & 2 ? g->l.group[at] : 0);
        for (uint32_t set = pending_word(g, core, w) & g->l.enable[at] & ~g->l.active[at] & enabled; set; set &= set - 1) {
            unsigned irq = w * 32 + (unsigned)__builtin_ctz(set), p = g->l.priority[gic_priority_at(core, irq)];
            if (p < *priority && targets(g, core, irq)) {
                *priority = p;
                found = irq;
            }
        }
    }
    return found;
}

// 3.3.3: the part of a priority that decides about preemption. Group 1 has its own binary point, one less fine.
static unsigned group_priority(const Gic *g, unsigned core, unsigned irq, unsigned priority) {
    bool own = gic_bit(g->l.group, core, irq) && !(g->cpu_ctlr[core] & 1 << 4);
    unsigned point = own ? (g->abpr[core] ? g->abpr[core] - 1 : 0) : g->bpr[core];
    return priority & ~((2u << point) - 1);
}

static unsigned running(const Gic *g, unsigned core) {
    for (unsigned w = 0; w < APR_WORDS; w++)
        if (g->apr[core * APR_WORDS + w]) return (w * 32 + (unsigned)__builtin_ctz(g->apr[core * APR_WORDS + w])) * 2;
    return 0x100;
}

// The interrupt the core would be told about now.
static unsigned signalled(const Gic *g, unsigned core) {
    unsigned priority, irq = best(g, core, &priority);
    if (irq == GIC_NONE || priority >= g->pmr[core] || group_priority(g, core, irq, priority) >= running(g, core)) return GIC_NONE;
    return g->cpu_ctlr[core] >> gic_bit(g->l.group, core, irq) & 1 ? irq : GIC_NONE;
}

static void gic_update(Device *d) {
    Gic *g = d->state;
    for (unsigned c = 0; c < g->cores; c++) {
        unsigned irq = signalled(g, c);
        bool fiq = irq != GIC_NONE && (g->cpu_ctlr[c] & CTLR_FIQEN) && !gic_bit(g->l.group, c, irq);
        device_irq(d, 2 * c, irq != GIC_NONE && !fiq);
        device_irq(d, 2 * c + 1, fiq);
    }
}

static void gic_input(Device *d, unsigned n, bool level) {
    unsigned core, irq;
    gic_raise(&((Gic *)d->state)->l, n, level, &core, &irq);
}

// ---- CPU interface: acknowledge, end
static uint64_t acknowledge(Device *d, bool group1) {
    Gic *g = d->state;
    unsigned core = this_core(g), irq = signalled(g, core), priority, sender = 0;
    if (irq == GIC_NONE) return GIC_NONE;
    bool mine = gic_bit(g->l.group, core, irq) == group1 || (!group1 && (g->cpu_ctlr[core] & CTLR_ACK));
    if (!mine) return group1 ? GIC_NONE : 1022;
    best(g, core, &priority);
    unsigned level = group_priority(g, core, irq, priority) / 2;
    g->apr[core * APR_WORDS + level / 32] |= 1u << level % 32;
    gic_bit_put(g->l.active, core, irq, true);
    if (irq >= 16) {
        gic_bit_put(g->l.latch, core, irq, false);
        return irq;
    }
    sender = (unsigned)__builtin_ctz(g->sgi[core * 16 + irq]);
    g->sgi[core * 16 + irq] &= (uint8_t)~(1u << sender);
    return irq | sender << 10;
}
static uint64_t iar_get(Device *d, unsigned i) { return acknowledge(d, false); }
static uint64_t aiar_get(Device *d, unsigned i) { return acknowledge(d, true); }

static void deactivate(Gic *g, unsigned core, unsigned irq) {
    if (irq < GIC_IRQS) gic_bit_put(g->l.active, core, irq, false);
}
static void eoir_set(Device *d, unsigned i, uint64_t value) {
    Gic *g = d->state;
    unsigned core = this_core(g), irq = value & 1023;
    if (irq >= GIC_IRQS) return;
    for (unsigned w = 0; w < APR_WORDS; w++) {
        uint32_t *apr = &g->apr[core * APR_WORDS + w];
        if (!*apr) continue;
        *apr &= *apr - 1; // the highest priority in use drops
        break;
    }
    if (!(g->cpu_ctlr[core] & CTLR_EOIMODE)) deactivate(g, core, irq);
}
static void dir_set(Device *d, unsigned i, uint64_t value) {
    Gic *g = d->state;
    if (g->cpu_ctlr[this_core(g)] & CTLR_EOIMODE) deactivate(g, this_core(g), value & 1023);
}

static uint64_t hppir_get(Device *d, unsigned i) {
    unsigned priority;
    Gic *g = d->state;
    return best(g, this_core(g), &priority);
}
static uint64_t rpr_get(Device *d, unsigned i) {
    unsigned r = running(d->state, this_core(d->state));
    return r == 0x100 ? IDLE : r;
}

#define BANK(name, field, mask) \
    static uint64_t name##_get(Device *d, unsigned i) { Gic *g = d->state; return g->field[this_core(g)]; } \
    static void name##_set(Device *d, unsigned i, uint64_t value) { Gic *g = d->state; g->field[this_core(g)] = value & (mask); }
BANK(cpu_ctlr, cpu_ctlr, 0x21f)
BANK(pmr, pmr, 0xff)
BANK(bpr, bpr, 7)
BANK(abpr, abpr, 7)
#undef BANK
static uint64_t apr_get(Device *d, unsigned i) {
    Gic *g = d->state;
    return g->apr[this_core(g) * APR_WORDS + i];
}
static void apr_set(Device *d, unsigned i, uint64_t value) {
    Gic *g = d->state;
    g->apr[this_core(g) * APR_WORDS + i] = (uint32_t)value;
}
static uint64_t cpu_iidr_get(Device *d, unsigned i) { return 0x0202043b; } // architecture 2, Arm

// ---- distributor
static uint64_t typer_get(Device *d, unsigned i) { return (GIC_WORDS - 1) | (((Gic *)d->state)->cores - 1) << 5; }
static uint64_t iidr_get(Device *d, unsigned i) { return 0x43b; }
static uint64_t id_get(Device *d, unsigned i) {
    static const uint8_t id[12] = {4, 0, 0, 0, 0x90, 0xb4, 0x2b, 0, 0x0d, 0xf0, 5, 0xb1};
    return id[i % 12];
}

// Bit arrays: reads give the array (or what is pending), writes set or clear the ones written. Software interrupts cannot be
// disabled, and become pending through GICD_SGIR alone.
enum { SET, CLEAR, STORE };
static uint32_t *bits_of(Device *d, size_t field, unsigned word) {
    Gic *g = d->state;
    return (uint32_t *)((char *)g + field) + gic_word(this_core(g), word);
}
static void bits_write(Device *d, size_t field, unsigned word, uint64_t value, int how) {
    uint32_t *bits = bits_of(d, field, word), v = (uint32_t)value;
    *bits = how == SET ? *bits | v : how == CLEAR ? *bits & ~v : v;
}
#define BITS(name, field, how, keep) \
    static uint64_t name##_get(Device *d, unsigned i) { return *bits_of(d, offsetof(Gic, l.field), i); } \
    static void name##_set(Device *d, unsigned i, uint64_t v) { bits_write(d, offsetof(Gic, l.field), i, i ? v : v & ~(keep), how); }
BITS(igroupr, group, STORE, 0u)
BITS(isenabler, enable, SET, 0u)
BITS(icenabler, enable, CLEAR, 0xffffu)
BITS(isactiver, active, SET, 0u)
BITS(icactiver, active, CLEAR, 0u)
#undef BITS
static uint64_t pending_get(Device *d, unsigned i) { return pending_word(d->state, this_core(d->state), i); }
static void ispendr_set(Device *d, unsigned i, uint64_t v) { bits_write(d, offsetof(Gic, l.latch), i, i ? v : v & ~0xffffull, SET); }
static void icpendr_set(Device *d, unsigned i, uint64_t v) { bits_write(d, offsetof(Gic, l.latch), i, i ? v : v & ~0xffffull, CLEAR); }

static uint64_t ipriorityr_get(Device *d, unsigned i) {
    Gic *g = d->state;
    return g->l.priority[gic_priority_at(this_core(g), i)];
}
static void ipriorityr_set(Device *d, unsigned i, uint64_t value) {
    Gic *g = d->state;
    g->l.priority[gic_priority_at(this_core(g), i)] = (uint8_t)value;
}
// Those of banked interrupts name the core that reads. A GIC made for one core has none of these registers (4.3.12); this one is made for
// eight, of which one is there: it can be written like any, and takes every interrupt all the same, as software for one core expects.
static uint64_t itargetsr_get(Device *d, unsigned i) {
    Gic *g = d->state;
    return i < 32 ? 1u << this_core(g) : g->target[i - 32];
}
static void itargetsr_set(Device *d, unsigned i, uint64_t value) {
    Gic *g = d->state;
    if (i >= 32) g->target[i - 32] = value & ((1u << g->cores) - 1);
}
// Software interrupts are edge-triggered, private ones are what they are.
static uint64_t icfgr_get(Device *d, unsigned i) {
    Gic *g = d->state;
    return i ? gic_icfgr(&g->l, this_core(g), i) : 0xaaaaaaaa;
}
static void icfgr_set(Device *d, unsigned i, uint64_t value) {
    if (i > 1) gic_icfgr_put(&((Gic *)d->state)->l, 0, i, (uint32_t)value);
}

static void sgir_set(Device *d, unsigned i, uint64_t value) {
    Gic *g = d->state;
    unsigned self = this_core(g), filter = value >> 24 & 3, list = value >> 16 & 0xff, irq = value & 15;
    if (filter == 1) list = ~(1u << self);
    if (filter == 2) list = 1u << self;
    if (filter == 3) list = 0;
    for (unsigned c = 0; c < g->cores; c++)
        if (list >> c & 1) g->sgi[c * 16 + irq] |= (uint8_t)(1u << self);
}
static uint64_t sgi_get(Device *d, unsigned i) {
    Gic *g = d->state;
    return g->sgi[this_core(g) * 16 + i];
}
static void cpendsgir_set(Device *d, unsigned i, uint64_t value) {
    Gic *g = d->state;
    g->sgi[this_core(g) * 16 + i] &= (uint8_t)~value;
}
static void spendsgir_set(Device *d, unsigned i, uint64_t value) {
    Gic *g = d->state;
    g->sgi[this_core(g) * 16 + i] |= (uint8_t)(value & ((1u << g->cores) - 1));
}

static const Reg gic_regs[] = {
    {0x000, "GICD_CTLR", 4, REG_RW, REG_FIELD(Gic, ctlr), .mask = 3},
    {0x004, "GICD_TYPER", 4, REG_RO, .get = typer_get},
    {0x008, "GICD_IIDR", 4, REG_RO, .get = iidr_get},
    {0x080, "GICD_IGROUPR", 4, REG_RW, .get = igroupr_get, .set = igroupr_set, .count = GIC_WORDS},
    {0x100, "GICD_ISENABLER", 4, REG_W1S, .get = isenabler_get, .set = isenabler_set, .count = GIC_WORDS},
    {0x180, "GICD_ICENABLER", 4, REG_W1C, .get = icenabler_get, .set = icenabler_set, .count = GIC_WORDS},
    {0x200, "GICD_ISPENDR", 4, REG_W1S, .get = pending_get, .set = ispendr_set, .count = GIC_WORDS},
    {0x280, "GICD_ICPENDR", 4, REG_W1C, .get = pending_get, .set = icpendr_set, .count = GIC_WORDS},
    {0x300, "GICD_ISACTIVER", 4, REG_W1S, .get = isactiver_get, .set = isactiver_set, .count = GIC_WORDS},
    {0x380, "GICD_ICACTIVER", 4, REG_W1C, .get = icactiver_get, .set = icactiver_set, .count = GIC_WORDS},
    {0x400, "GICD_IPRIORITYR", 1, REG_RW, .get = ipriorityr_get, .set = ipriorityr_set, .count = GIC_IRQS},
    {0x800, "GICD_ITARGETSR", 1, REG_RW, .get = itargetsr_get, .set = itargetsr_set, .count = GIC_IRQS},
    {0xc00, "GICD_ICFGR", 4, REG_RW, .get = icfgr_get, .set = icfgr_set, .count = GIC_IRQS / 16},
    {0xf00, "GICD_SGIR", 4, REG_WO, .set = sgir_set},
    {0xf10, "GICD_CPENDSGIR", 1, REG_W1C, .get = sgi_get, .set = cpendsgir_set, .count = 16},
    {0xf20, "GICD_SPENDSGIR", 1, REG_W1S, .get = sgi_get, .set = spendsgir_set, .count = 16},
    {0xfd0, "GICD_ID", 4, REG_RO, .get = id_get, .count = 12},
    {CPU + 0x00, "GICC_CTLR", 4, REG_RW, .get = cpu_ctlr_get, .set = cpu_ctlr_set},
    {CPU + 0x04, "GICC_PMR", 4, REG_RW, .get = pmr_get, .set = pmr_set},
    {CPU + 0x08, "GICC_BPR", 4, REG_RW, .get = bpr_get, .set = bpr_set},
    {CPU + 0x0c, "GICC_IAR", 4, REG_RO, .get = iar_get},
    {CPU + 0x10, "GICC_EOIR", 4, REG_WO, .set = eoir_set},
    {CPU + 0x14, "GICC_RPR", 4, REG_RO, .get = rpr_get},
    {CPU + 0x18, "GICC_HPPIR", 4, REG_RO, .get = hppir_get},
    {CPU + 0x1c, "GICC_ABPR", 4, REG_RW, .get = abpr_get, .set = abpr_set},
    {CPU + 0x20, "GICC_AIAR", 4, REG_RO, .get = aiar_get},
    {CPU + 0x24, "GICC_AEOIR", 4, REG_WO, .set = eoir_set},
    {CPU + 0x28, "GICC_AHPPIR", 4, REG_RO, .get = hppir_get},
    {CPU + 0xd0, "GICC_APR", 4, REG_RW, .get = apr_get, .set = apr_set, .count = APR_WORDS},
    {CPU + 0xfc, "GICC_IIDR", 4, REG_RO, .get = cpu_iidr_get},
    {CPU + 0x1000, "GICC_DIR", 4, REG_WO, .set = dir_set},
};

// Reserved offsets read as zero (4.1.3); this is also what makes every read update, since reading GICC_IAR changes state.
static uint64_t gic_read(Device *d, uint64_t offset, unsigned size) {
    log_print(LOG_GUEST_ERROR, "%s: read of %u bytes at 0x%lx, where no register is", d->id, size, (unsigned long)offset);
    return 0;
}

static void gic_reset(Device *d) {
    Gic *g = d->state;
    for (unsigned c = 0; c < GIC_CORES; c++) g->l.enable[c] = 0xffff; // software interrupts
}

static bool gic_plug(Device *d, char *error, size_t error_size) {
    Gic *g = d->state;
    if (g->cores && g->cores <= GIC_CORES) return true;
    snprintf(error, error_size, "a GICv2 serves 1 to %d cores, not %u", GIC_CORES, g->cores);
    return false;
}

static bool gic_loaded(Device *d, char *error, size_t error_size) {
    Gic *g = d->state;
    for (unsigned c = 0; c < GIC_CORES; c++) {
        g->bpr[c] &= 7;
        g->abpr[c] &= 7;
    }
    return true;
}

static const Prop gic_props[] = {{"cores", PROP_U32, offsetof(Gic, cores), "1", "cores it serves"}};

const DeviceType gicv2_type = {
    .name = "arm_gic",
    .title = "Arm GICv2",
    .size = sizeof(Gic),
    .fields = &gic_fields,
    .regs = gic_regs,
    .nregs = sizeof(gic_regs) / sizeof(gic_regs[0]),
    .window = 0x20000,
    .max_access = 4,
    .rank = LOCK_INTC,
    .props = gic_props,
    .nprops = 1,
    .plug = gic_plug,
    .reset = gic_reset,
    .update = gic_update,
    .input = gic_input,
    .loaded = gic_loaded,
    .irq_specifier = gic_specifier,
    .read = gic_read,
};
