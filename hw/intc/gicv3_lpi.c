// SPDX-License-Identifier: MIT
// Locality-specific peripheral interrupts (IHI 0069H, 5.1, 6). Their state is in memory of the guest: a bit for each in the core's pending
// table (GICR_PENDBASER), a byte with priority and enable in the configuration table (GICR_PROPBASER). Nothing of it is cached but where
// pending bits may stand, so what the guest writes behind our back is at worst noticed late.
#include "hw/intc/gicv3_impl.h"

enum { LPI_ENABLED = 1 };
#define TABLE_ADDRESS 0x000ffffffffff000ull

bool gicv3_lpis_on(const Gicv3 *g, unsigned core) { return g->its && (g->redist_ctlr[core] & 1); }

// PROPBASER.IDbits says how many there are.
static uint32_t lpi_end(const Gicv3 *g, unsigned core) {
    unsigned bits = (g->propbaser[core] & 31) + 1;
    return bits >= 16 ? LPI_END : 1u << bits;
}

static uint64_t *pending_word(Device *d, unsigned core, uint32_t irq) {
    const Gicv3 *g = d->state;
    uint64_t base = g->pendbaser[core] & 0x000fffffffff0000ull;
    return (uint64_t *)mem_host(d->machine->mem, base + irq / 64 * 8, 8, true);
}

static bool configuration(Device *d, unsigned core, uint32_t irq, uint8_t *byte) {
    const Gicv3 *g = d->state;
    uint64_t at = (g->propbaser[core] & TABLE_ADDRESS) + irq - LPI_FIRST;
    const uint8_t *host = mem_host(d->machine->mem, at, 1, false);
    *byte = host ? __atomic_load_n(host, __ATOMIC_RELAXED) : 0;
    return *byte & LPI_ENABLED;
}

static void note(Gicv3 *g, unsigned core, uint32_t word) { g->lpi[core][word / 64] |= 1ull << word % 64; }

void gicv3_lpi_scan(Device *d, unsigned core) {
    Gicv3 *g = d->state;
    for (unsigned i = 0; i < LPI_SUMMARY; i++) g->lpi[core][i] = 0;
    if (!gicv3_lpis_on(g, core)) return;
    for (uint32_t irq = LPI_FIRST; irq < lpi_end(g, core); irq += 64) {
        const uint64_t *word = pending_word(d, core, irq);
        if (word && __atomic_load_n(word, __ATOMIC_RELAXED)) note(g, core, irq / 64);
    }
}

// Changes the bit; what it was.
static bool put(Device *d, unsigned core, uint32_t irq, bool pending) {
    Gicv3 *g = d->state;
    uint64_t *word = pending_word(d, core, irq), bit = 1ull << irq % 64;
    if (!word) return false;
    uint64_t old = pending ? __atomic_fetch_or(word, bit, __ATOMIC_RELAXED) : __atomic_fetch_and(word, ~bit, __ATOMIC_RELAXED);
    if (!(old & bit) == pending) mem_written(d->machine->mem, (g->pendbaser[core] & 0x000fffffffff0000ull) + irq / 64 * 8, 8);
    if (pending) note(g, core, irq / 64);
    return old & bit;
}

void gicv3_lpi_clear(Device *d, unsigned core, uint32_t irq) { put(d, core, irq, false); }

// A word that holds none any more loses its mark.
static void word_best(Device *d, unsigned core, uint32_t word, GicBest *best) {
    Gicv3 *g = d->state;
    const uint64_t *host = pending_word(d, core, word * 64);
    uint64_t set = host ? __atomic_load_n(host, __ATOMIC_RELAXED) : 0;
    if (!set) g->lpi[core][word / 64] &= ~(1ull << word % 64);
    for (; set; set &= set - 1) {
        uint32_t irq = word * 64 + (uint32_t)__builtin_ctzll(set);
        uint8_t byte;
        if (!configuration(d, core, irq, &byte)) continue;
        byte &= GIC_PRIORITY_MASK;
        if (best->irq == GIC_NONE || byte < best->priority) *best = (GicBest){irq, byte, 1};
    }
}

void gicv3_lpi_best(Device *d, unsigned core, GicBest *best) {
    const Gicv3 *g = d->state;
    for (uint32_t i = 0; i < LPI_SUMMARY; i++)
        for (uint64_t set = g->lpi[core][i]; set; set &= set - 1) word_best(d, core, i * 64 + (uint32_t)__builtin_ctzll(set), best);
}

// ---- for the ITS

unsigned gicv3_cores(const Device *d) { return ((const Gicv3 *)d->state)->cores; }

static bool exists(const Gicv3 *g, unsigned core, uint32_t irq) {
    return core < g->cores && gicv3_lpis_on(g, core) && irq >= LPI_FIRST && irq < lpi_end(g, core);
}

void gicv3_lpi_set(Device *d, unsigned core, uint32_t irq, bool pending) {
    lock_take(&d->lock);
    if (exists(d->state, core, irq)) {
        put(d, core, irq, pending);
        gicv3_select(d, core);
    }
    lock_drop(&d->lock);
}

static void move(Device *d, unsigned from, unsigned to, uint32_t irq) {
    if (put(d, from, irq, false) && exists(d->state, to, irq)) put(d, to, irq, true);
}

void gicv3_lpi_move(Device *d, unsigned from, unsigned to, uint32_t irq) {
    lock_take(&d->lock);
    if (from != to && exists(d->state, from, irq)) {
        move(d, from, to, irq);
        gicv3_select(d, from);
        if (to < gicv3_cores(d)) gicv3_select(d, to);
    }
    lock_drop(&d->lock);
}

void gicv3_lpi_move_all(Device *d, unsigned from, unsigned to) {
    Gicv3 *g = d->state;
    lock_take(&d->lock);
    for (uint32_t irq = LPI_FIRST; from != to && exists(g, from, irq) && to < g->cores; irq += 64) {
        const uint64_t *word = g->lpi[from][irq / 4096] >> irq / 64 % 64 & 1 ? pending_word(d, from, irq) : NULL;
        for (uint64_t set = word ? *word : 0; set; set &= set - 1) move(d, from, to, irq + (uint32_t)__builtin_ctzll(set));
    }
    if (from < g->cores) gicv3_select(d, from);
    if (to < g->cores) gicv3_select(d, to);
    lock_drop(&d->lock);
}

void gicv3_lpi_changed(Device *d) {
    device_enter(d);
    device_leave(d);
}
