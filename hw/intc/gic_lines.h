// SPDX-License-Identifier: MIT
// What the distributors of GICv2 (IHI 0048B) and GICv3 (IHI 0069H) both keep of each interrupt: group, enable, pending latch, active,
// wire level, trigger, priority. Interrupts 0 to 31 are each core's own, so word 0 of each bit array has a copy for each core. Used by
// gicv2.c and gicv3*.c; whoever calls holds the device's lock.
#pragma once
#include "hw/core/device.h"

enum { GIC_CORES = 8, GIC_IRQS = 288, GIC_SPIS = GIC_IRQS - 32, GIC_WORDS = GIC_IRQS / 32, GIC_BANKED = GIC_CORES - 1 + GIC_WORDS };
enum { GIC_NONE = 1023 };
// Inputs of both: shared interrupt n (ID 32 + n) is n; private interrupt `id` (16..31) of a core is GIC_PPI(core, id).
#define GIC_PPI(core, id) ((unsigned)GIC_SPIS + 32 * (core) + (id))
// Outputs of both: 2 * core is that core's IRQ, 2 * core + 1 its FIQ.

typedef struct GicLines {
    uint32_t group[GIC_BANKED], enable[GIC_BANKED], latch[GIC_BANKED], active[GIC_BANKED], level[GIC_BANKED], edge[GIC_BANKED];
    uint8_t priority[GIC_CORES * 32 + GIC_SPIS];
} GicLines;
#define GIC_LINES_FIELD(T, m, n) \
    {.name = #n, .offset = offsetof(T, m.n), .size = sizeof(((T *)0)->m.n[0]), .count = FIELD_COUNT(T, m.n)}
#define GIC_LINES_FIELDS(T, m)                                                                                           \
    GIC_LINES_FIELD(T, m, group), GIC_LINES_FIELD(T, m, enable), GIC_LINES_FIELD(T, m, latch), GIC_LINES_FIELD(T, m, active), \
        GIC_LINES_FIELD(T, m, level), GIC_LINES_FIELD(T, m, edge), GIC_LINES_FIELD(T, m, priority)

static inline unsigned gic_word(unsigned core, unsigned word) { return word ? GIC_CORES - 1 + word : core; }
static inline unsigned gic_priority_at(unsigned core, unsigned irq) { return irq < 32 ? core * 32 + irq : GIC_CORES * 32 + irq - 32; }
static inline bool gic_bit(const uint32_t *bits, unsigned core, unsigned irq) {
    return bits[gic_word(core, irq / 32)] >> irq % 32 & 1;
}
static inline void gic_bit_put(uint32_t *bits, unsigned core, unsigned irq, bool on) {
    uint32_t *word = &bits[gic_word(core, irq / 32)], bit = 1u << irq % 32;
    *word = on ? *word | bit : *word & ~bit;
}
// Pending by the latch or, if level-sensitive, by the wire (IHI 0048B, 4.3.7).
static inline uint32_t gic_pending(const GicLines *l, unsigned core, unsigned word) {
    unsigned at = gic_word(core, word);
    return l->latch[at] | (l->level[at] & ~l->edge[at]);
}

// Two bits an interrupt, of which the upper says edge-triggered: 16 interrupts from 16 * i on.
static inline uint32_t gic_icfgr(const GicLines *l, unsigned core, unsigned i) {
    uint32_t value = 0;
    for (unsigned k = 0; k < 16; k++) value |= (uint32_t)gic_bit(l->edge, core, i * 16 + k) << (2 * k + 1);
    return value;
}
static inline void gic_icfgr_put(GicLines *l, unsigned core, unsigned i, uint32_t value) {
    for (unsigned k = 0; k < 16; k++) gic_bit_put(l->edge, core, i * 16 + k, value >> (2 * k + 1) & 1);
}

// A wire changed. False: there is no such interrupt; else *core (of private ones) and *irq.
static inline bool gic_raise(GicLines *l, unsigned n, bool level, unsigned *core, unsigned *irq) {
    *core = n < GIC_SPIS ? 0 : (n - GIC_SPIS) / 32;
    *irq = n < GIC_SPIS ? n + 32 : (n - GIC_SPIS) % 32;
    if (*core >= GIC_CORES || *irq < 16) return false;
    bool was = gic_bit(l->level, *core, *irq);
    gic_bit_put(l->level, *core, *irq, level);
    if (level && !was && gic_bit(l->edge, *core, *irq)) gic_bit_put(l->latch, *core, *irq, true);
    return true;
}

// The three cells of a device tree: shared or private, number in its class, flags (active high and level-sensitive).
static inline unsigned gic_specifier(Device *d, unsigned input, uint32_t *cells) {
    bool spi = input < GIC_SPIS;
    cells[0] = !spi;
    cells[1] = spi ? input : (input - GIC_SPIS) % 32 - 16;
    cells[2] = 4;
    return 3;
}
