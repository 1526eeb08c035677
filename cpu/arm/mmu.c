// SPDX-License-Identifier: MIT
// Virtual to physical: Guest.fill, on a miss of the soft TLB. VMSAv8-64 stage 1 of EL1&0 and of EL2 with 4, 16 and 64 KiB granules, 48 bits, 52 with
// FEAT_LPA2, FEAT_LVA and FEAT_LPA; hardware update of the access flag and dirty state.
// DDI 0487, D8.2 (the walk), D8.4 (permissions), D8.5 (AF, DBM), D8.13 (TLBI).
//
// Tables are read with single atomic loads and updated by compare-and-swap on the host's copy, so cores and devices may change them at
// the same time. Memory attributes are not looked at: RAM is write-back, the rest is a device. The walk cache holds the addresses of
// last-level tables by (table register, vaddr above them); any TLBI empties it. Only the core's own thread comes here, but for
// arm_translate_debug, which is called while the core is stopped.
#include <stdlib.h>
#include <string.h>
#include "cpu/arm/stage2.h"

#define DESC_TABLE_BITS 0x0000fffffffff000ull
#define PAR_ADDRESS     0x000ffffffffff000ull
#define DESC_AP_EL0     (1ull << 6)
#define DESC_AP_RO      (1ull << 7)
#define DESC_AF         (1ull << 10)
#define DESC_NG         (1ull << 11)
#define DESC_GP         (1ull << 50)
#define DESC_DBM        (1ull << 51)
#define DESC_CONTIGUOUS (1ull << 52)
#define DESC_PXN        (1ull << 53)
#define DESC_UXN        (1ull << 54)
#define TABLE_PXN       (1ull << 59) // of table descriptors: restrictions on what is below
#define TABLE_UXN       (1ull << 60)
#define TABLE_NO_EL0    (1ull << 61)
#define TABLE_RO        (1ull << 62)
#define TCR_HA          (1ull << 39)
#define TCR_HD          (1ull << 40)
#define TCR_DS          (1ull << 59)
enum { WALK_ENTRIES = 64 };

struct ArmWalks {
    uint64_t generation; // entries of another generation are empty
    struct {
        uint64_t ttbr, tag, table, limits, generation;
    } entries[WALK_ENTRIES];
};

typedef struct Walk {
    ArmState *s;
    Access access;
    bool el0;             // permissions of EL0
    bool pan;
    bool debug;           // no permissions, no updates
    uint64_t vaddr;
    uint64_t tcr, sctlr;  // of the regime, as EL1 has them
    unsigned regime;      // 1: EL1 and EL0; 2: EL2, without EL0
    uint64_t ttbr;
    unsigned grain, stride, input; // log2 of the granule, bits a level takes, bits of input address
    bool hierarchical;    // table descriptors limit what is below (not TCR.HPD)
    uint64_t desc, desc_paddr, limits; // limits: TABLE_x of the tables passed
    bool wide;            // addresses in descriptors and table registers have 52 bits
    int level;            // -1 to 3
    unsigned second;      // STAGE2_FINE, or the second stage's fault status code: of `ipa`, in the walk or behind it
    bool in_walk;
    uint64_t ipa;
} Walk;

struct ArmWalks *arm_walks_new(void) {
    struct ArmWalks *walks = calloc(1, sizeof(*walks));
    if (walks) walks->generation = 1;
    return walks;
}
void arm_walks_flush(ArmState *s) { s->walks->generation++; }

// ---- the regime

// Of physical addresses; 52 only where the granule (or TCR.DS) allows that.
static unsigned output_bits(const Walk *w, bool wide) {
    static const uint8_t bits[8] = {32, 36, 40, 42, 44, 48, 52, 52};
    unsigned ips = w->tcr >> 32 & 7, have = w->s->config->id.mmfr0 & 15, n = bits[ips < have ? ips : have];
    return n == 52 && !wide ? 48 : n;
}

// The address as it is translated, without a tag (TCR.TBI); false: it belongs to neither table.
static bool regime(Walk *w) {
    uint64_t tcr = w->tcr;
    bool upper = w->vaddr >> 55 & 1, tbi = tcr >> (upper ? 38 : 37) & 1;
    if (tbi) w->vaddr = (uint64_t)((int64_t)(w->vaddr << 8) >> 8);
    unsigned size = tcr >> (upper ? 16 : 0) & 63, tg = tcr >> (upper ? 30 : 14) & 3;
    static const uint8_t grain0[4] = {12, 16, 14, 12}, grain1[4] = {12, 14, 12, 16};
    w->grain = upper ? grain1[tg] : grain0[tg];
    w->stride = w->grain - 3;
    w->input = 64 - size;
    w->ttbr = upper ? w->s->ttbr1 : w->s->ttbr0[w->regime];
    w->hierarchical = !(tcr >> (upper ? 42 : 41) & 1);
    w->level = 0;
    bool large = w->grain == 16;
    w->wide = large ? output_bits(w, true) == 52 : tcr & TCR_DS;
    unsigned least = (large ? arm_has(w->s->config, ARM_lva) : (tcr & TCR_DS) != 0) ? 12 : 16;
    if (tcr >> (upper ? 23 : 7) & 1) return false; // EPD
    if (w->el0 && !w->debug && tcr >> (upper ? 56 : 55) & 1) return false; // E0PD
    if (size < least || size > 39) return false;
    return (int64_t)w->vaddr >> w->input == (upper ? -1 : 0);
}

// ---- table memory
// Through the second stage, where there is one. False: its fault is noted.
static bool second_stage(Walk *w, uint64_t *address, Access access, bool in_walk, Stage2 *out) {
    *out = (Stage2){*address, *address, true, true, true};
    if (!arm_stage2_on(w->s, w->regime)) return true;
    w->second = arm_stage2(w->s, *address, access, !w->debug, out);
    w->ipa = *address;
    w->in_walk = in_walk;
    *address = out->paddr;
    return w->second == STAGE2_FINE;
}

static uint64_t *desc_host(Walk *w, bool write) {
    uint64_t paddr = w->desc_paddr;
    Stage2 second;
    return second_stage(w, &paddr, write ? ACCESS_WRITE : ACCESS_READ, true, &second) ? (uint64_t *)mem_host(w->s->mem, paddr, 8, write) : NULL;
}

static bool desc_read(Walk *w) {
    uint64_t *host = desc_host(w, false);
    if (host) w->desc = __atomic_load_n(host, __ATOMIC_RELAXED);
    return host != NULL;
}

// Replaces the descriptor as long as it still is what was read; *changed: it was not.
static bool desc_update(Walk *w, uint64_t value, bool *changed) {
    uint64_t *host = desc_host(w, true), old = w->desc;
    if (!host) return false;
    *changed = !__atomic_compare_exchange_n(host, &old, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    if (!*changed) w->desc = value;
    return true;
}

// ---- the walk
static unsigned level_shift(const Walk *w, int level) { return w->grain + (unsigned)(3 - level) * w->stride; }
static uint64_t walk_tag(const Walk *w) { return w->vaddr >> level_shift(w, 2); }

static uint64_t walk_table(const Walk *w) { return (w->ttbr & ~1ull) | (w->regime > 1); } // bit 0 is CnP

static bool cached_table(Walk *w, uint64_t *table) {
    const struct ArmWalks *c = w->s->walks;
    uint64_t tag = walk_tag(w);
    unsigned i = tag % WALK_ENTRIES;
    if (w->debug || c->entries[i].generation != c->generation || c->entries[i].tag != tag || c->entries[i].ttbr != walk_table(w))
        return false;
    *table = c->entries[i].table;
    w->limits = c->entries[i].limits;
    return true;
}
static void cache_table(const Walk *w, uint64_t table) {
    struct ArmWalks *c = w->s->walks;
    unsigned i = walk_tag(w) % WALK_ENTRIES;
    if (w->debug) return;
    c->entries[i].ttbr = walk_table(w);
    c->entries[i].tag = walk_tag(w);
    c->entries[i].table = table;
    c->entries[i].limits = w->limits;
    c->entries[i].generation = c->generation;
}

// D8.3.1: with 52 bits the upper ones lie in bits 15:12, or in bits 49:48 and 9:8.
static uint64_t desc_address(const Walk *w, uint64_t desc) {
    if (!w->wide) return desc & DESC_TABLE_BITS;
    if (w->grain == 16) return (desc & 0x0000ffffffff0000ull) | (desc & 0xf000) << 36;
    return (desc & 0x0003fffffffff000ull) | (desc & 0x300) << 42;
}
static uint64_t table_address(const Walk *w, uint64_t desc) { return desc_address(w, desc) & ~((1ull << w->grain) - 1); }
static uint64_t first_table(const Walk *w, unsigned bits) {
    uint64_t least = bits + 3 < 6 && w->wide ? 6 : bits + 3, ttbr = w->ttbr & 0x0000fffffffffffeull;
    return (ttbr & ~((1ull << least) - 1)) | (w->wide ? (w->ttbr & 0x3c) << 46 : 0);
}

// Is a block allowed at this level? (D8.3.1: level 1 with 4 KiB granules, level 2 with all, one more with 52 bits)
static bool block_allowed(const Walk *w) {
    return w->level == 2 || (w->level == 1 && (w->grain == 12 || w->wide)) || (w->level == 0 && w->grain == 12 && w->wide);
}

// Finds the leaf; returns an FSC_x, to which the level is added.
static unsigned find_leaf(Walk *w) {
    w->limits = 0;
    if (!regime(w)) return FSC_TRANSLATION;
    unsigned top = (w->input - w->grain - 1) / w->stride; // levels below the first
    uint64_t table;
    w->level = 3 - (int)top;
    unsigned bits = w->input - level_shift(w, w->level);
    table = first_table(w, bits);
    if (w->level == 3 || !cached_table(w, &table)) {
        if (table >> output_bits(w, w->wide)) {
            w->level = 0;
            return FSC_ADDRESS_SIZE;
        }
    } else {
        w->level = 3;
        bits = w->stride;
    }
    for (;; bits = w->stride) {
        w->desc_paddr = table + (w->vaddr >> level_shift(w, w->level) & ((1ull << bits) - 1)) * 8;
        if (!desc_read(w)) return FSC_EXTERNAL_WALK;
        unsigned kind = w->desc & 3;
        if (!(kind & 1) || (w->level == 3 ? kind != 3 : kind == 1 && !block_allowed(w))) return FSC_TRANSLATION;
        if (table_address(w, w->desc) >> output_bits(w, w->wide)) return FSC_ADDRESS_SIZE;
        if (w->level == 3 || kind == 1) return FSC_NONE;
        table = table_address(w, w->desc);
        if (w->hierarchical) w->limits |= w->desc & (TABLE_PXN | TABLE_UXN | TABLE_NO_EL0 | TABLE_RO);
        if (++w->level == 3) cache_table(w, table);
    }
}

static bool el0_may(const Walk *w) { return (w->desc & DESC_AP_EL0) && !(w->limits & TABLE_NO_EL0); }
static bool writable(const Walk *w) {
    bool dirty = (w->tcr & TCR_HD) && (w->desc & DESC_DBM); // hardware makes it writable
    return (!(w->desc & DESC_AP_RO) || dirty) && !(w->limits & TABLE_RO);
}

// FEAT_PAN3: what EL0 may only run is out of reach too.
static bool el0_runs(const Walk *w) {
    return (w->sctlr & SCTLR_EPAN) && !(w->desc & DESC_UXN) && !(w->limits & TABLE_UXN);
}

// D8.4.1: what AP, UXN, PXN, WXN and PAN say.
static bool permits(const Walk *w, Access access, bool el0) {
    if (w->regime > 1) { // one level: UXN is XN, and AP[1] says nothing
        if (access != ACCESS_FETCH) return access == ACCESS_READ || writable(w);
        return !((w->desc & DESC_UXN) || (w->limits & TABLE_UXN) || ((w->sctlr & SCTLR_WXN) && writable(w)));
    }
    if (access == ACCESS_FETCH) {
        bool never = (w->sctlr & SCTLR_WXN) && writable(w) && (el0_may(w) || !el0);
        if (el0) return !never && !(w->desc & DESC_UXN) && !(w->limits & TABLE_UXN);
        return !never && !(w->desc & DESC_PXN) && !(w->limits & TABLE_PXN) && !(el0_may(w) && writable(w));
    }
    if (el0 ? !el0_may(w) : w->pan && (el0_may(w) || el0_runs(w))) return false;
    return access == ACCESS_READ || writable(w);
}

// Sets the access flag and makes a clean page dirty, where hardware does. Returns an FSC_x.
static unsigned check_leaf(Walk *w, bool *again) {
    *again = false;
    if (w->debug) return FSC_NONE;
    if (!(w->desc & DESC_AF) && !(w->tcr & TCR_HA)) return FSC_ACCESS_FLAG;
    if (!permits(w, w->access, w->el0)) return FSC_PERMISSION;
    uint64_t value = w->desc | DESC_AF;
    if (w->access == ACCESS_WRITE) value &= ~DESC_AP_RO; // permitted, so it is DBM that held it
    if (value == w->desc) return FSC_NONE;
    return desc_update(w, value, again) ? FSC_NONE : FSC_EXTERNAL_WALK;
}

static unsigned walk(Walk *w) {
    bool again;
    unsigned fault;
    do {
        fault = find_leaf(w);
        if (fault == FSC_NONE) fault = check_leaf(w, &again);
    } while (fault == FSC_NONE && again);
    return fault;
}

static uint64_t page_span(const Walk *w) {
    unsigned shift = level_shift(w, w->level);
    if (!(w->desc & DESC_CONTIGUOUS)) return 1ull << shift;
    if (w->grain == 12) return 16ull << shift;
    return (w->grain == 14 ? (w->level == 3 ? 128ull : 32ull) : 32ull) << shift;
}
static uint64_t walk_paddr(const Walk *w) {
    uint64_t low = (1ull << level_shift(w, w->level)) - 1;
    return (desc_address(w, w->desc) & ~low) | (w->vaddr & low);
}

// ---- Guest.fill

static bool fail(Vcpu *v, unsigned fsc, Access access, uint64_t vaddr, bool probe) {
    if (!probe) arm_fault_at(v, ESR(access == ACCESS_FETCH ? EC_INSN_ABORT : EC_DATA_ABORT, fsc | (access == ACCESS_WRITE) << 6), vaddr);
    return false;
}

// RAM has host memory. ROM has for reads, while a write goes the way of I/O and is refused there.
static void fill_host(const ArmState *s, TlbFill *out, Access access, unsigned size) {
    uint64_t page = out->paddr & ~4095ull;
    bool writable = false;
    uint8_t *host = mem_page(s->mem, page, &writable);
    if (!host && access == ACCESS_FETCH) host = mem_code(s->mem, page, 4096);
    if (!host) { // RAM that does not fill its last page
        out->host = mem_host(s->mem, out->paddr, size, access == ACCESS_WRITE);
        if (out->host) out->whole_page = false;
        return;
    }
    out->host = host + (out->paddr - page);
    if (!out->write || writable) return;
    if (access != ACCESS_WRITE) {
        out->write = false;
    } else {
        out->host = NULL;
        out->read = out->fetch = false;
    }
}

// A fetch from a tagged address: the branch that led there would have taken the tag off (AArch64.BranchAddr), so the pc does now,
// and the run loop asks again.
static bool untag_pc(Vcpu *v, const Walk *w, uint64_t vaddr) {
    if (w->vaddr == vaddr) return false;
    v->pc = (uint64_t)((int64_t)(v->pc << 8) >> 8);
    return true;
}

// A fault of the second stage is EL2's: HPFAR_EL2 has the address that it could not translate (D19.2.62).
static bool fail_second(Vcpu *v, const Walk *w, uint64_t vaddr, bool probe) {
    if (probe) return false;
    bool fetch = w->access == ACCESS_FETCH;
    uint64_t iss = w->second | (w->in_walk ? 1u << 7 : 0) | (!fetch && w->access == ACCESS_WRITE ? 1u << 6 : 0);
    if (!fetch && !w->in_walk) iss |= arm_stage2_syndrome(v);
    arm_fault_at(v, ESR(fetch ? EC_INSN_ABORT : EC_DATA_ABORT, iss), vaddr);
    w->s->fault_target = 2;
    w->s->hpfar = w->ipa >> 12 << 4;
    return false;
}

// Of the level that runs.
static Walk walk_of(ArmState *s, uint64_t vaddr, Access access) {
    return (Walk){.s = s, .access = access, .vaddr = vaddr, .second = STAGE2_FINE, .regime = arm_regime(s), .tcr = arm_tcr(s), .sctlr = arm_sctlr(s)};
}

bool arm_fill(Vcpu *v, uint64_t vaddr, Access access, unsigned mmu, unsigned size, bool probe, TlbFill *out) {
    ArmState *s = arm_state(v);
    bool el0 = s->el == 0 || (mmu == 1 && s->el == 1 && !(s->pstate & PSTATE_UAO));
    Walk w = walk_of(s, vaddr, access);
    w.el0 = el0;
    w.pan = s->pstate & PSTATE_PAN;
    if (!(w.sctlr & SCTLR_M)) {
        bool tbi = w.tcr >> (vaddr >> 55 & 1 ? 38 : 37) & 1;
        uint64_t paddr = tbi ? vaddr & (UINT64_MAX >> 8) : vaddr;
        if (paddr >> ((s->config->id.mmfr0 & 15) == 6 ? 52 : 48)) return fail(v, FSC_ADDRESS_SIZE, access, vaddr, probe);
        *out = (TlbFill){.paddr = paddr, .read = true, .write = true, .fetch = true, .whole_page = true, .span = 4096};
    } else {
        unsigned fault = walk(&w);
        if (w.second != STAGE2_FINE) return fail_second(v, &w, vaddr, probe);
        if (fault != FSC_NONE) return fail(v, fsc_at_level(fault, w.level), access, vaddr, probe);
        if (access == ACCESS_FETCH && !probe && untag_pc(v, &w, vaddr)) return false;
        s->tagged |= w.vaddr != vaddr;
        *out = (TlbFill){.paddr = walk_paddr(&w), .whole_page = true, .span = page_span(&w), .global = !(w.desc & DESC_NG) && w.regime == 1};
        out->guarded = (w.desc & DESC_GP) && arm_has(s->config, ARM_bti);
        out->read = permits(&w, ACCESS_READ, el0);
        out->write = permits(&w, ACCESS_WRITE, el0) && !(w.desc & DESC_AP_RO);
        out->fetch = permits(&w, ACCESS_FETCH, el0);
    }
    Stage2 second;
    if (!second_stage(&w, &out->paddr, access, false, &second)) return fail_second(v, &w, vaddr, probe);
    out->read &= second.read;
    out->write &= second.write;
    out->fetch &= second.fetch;
    fill_host(s, out, access, size);
    if (!out->host && access == ACCESS_FETCH) return fail(v, FSC_EXTERNAL, access, vaddr, probe); // code runs from memory only
    return true;
}

bool arm_io_read(Vcpu *v, uint64_t vaddr, uint64_t paddr, unsigned size, uint64_t *value) {
    return mem_io_read(arm_state(v)->mem, paddr, size, value) || fail(v, FSC_EXTERNAL, ACCESS_READ, vaddr, false);
}
// DC ZVA of device memory is an alignment fault (C6.2); its first store is a byte.
bool arm_io_write(Vcpu *v, uint64_t vaddr, uint64_t paddr, unsigned size, uint64_t value) {
    uint32_t bits;
    if (size == 1 && arm_insn_at_pc(v, &bits) && (bits & 0xffffffe0) == 0xd50b7420) return fail(v, FSC_ALIGNMENT, ACCESS_WRITE, vaddr, false);
    return mem_io_write(arm_state(v)->mem, paddr, size, value) || fail(v, FSC_EXTERNAL, ACCESS_WRITE, vaddr, false);
}
void arm_misaligned(Vcpu *v, uint64_t vaddr, Access access) { fail(v, FSC_ALIGNMENT, access, vaddr, false); }

// FEAT_LSE2: exclusives and atomics inside 16 bytes are done; acquire and release too, or anywhere with SCTLR.nAA (B2.2.1).
bool arm_lenient(Vcpu *v, uint64_t vaddr, unsigned size, unsigned memop) {
    const ArmState *s = arm_state(v);
    if (!(memop & MO_ATOMIC) || !arm_has(s->config, ARM_lse2) || (arm_sctlr(s) & SCTLR_A)) return false;
    return (vaddr & 15) + size <= 16 || ((arm_sctlr(s) & SCTLR_NAA) && memop & (MO_ACQ | MO_REL));
}

bool arm_insn_at_pc(Vcpu *v, uint32_t *bits) {
    uint64_t paddr;
    const uint8_t *host = arm_translate_debug(v, vcpu_pc(v), &paddr) ? mem_host(arm_state(v)->mem, paddr, 4, false) : NULL;
    if (host) memcpy(bits, host, 4);
    return host;
}

bool arm_translate_debug(Vcpu *v, uint64_t vaddr, uint64_t *paddr) {
    Walk w = walk_of(arm_state(v), vaddr, ACCESS_READ);
    Stage2 second;
    w.debug = true;
    *paddr = vaddr;
    if (w.sctlr & SCTLR_M) {
        if (walk(&w) != FSC_NONE) return false;
        *paddr = walk_paddr(&w);
    }
    return second_stage(&w, paddr, ACCESS_READ, false, &second);
}

// D19.2.97: PAR_EL1; `both`: through the second stage too. Memory is reported as normal, inner shareable, write-back.
uint64_t arm_address_translate(Vcpu *v, uint64_t vaddr, Access access, unsigned regime, bool as_el0, bool pan, bool both) {
    ArmState *s = arm_state(v);
    unsigned el = s->el;
    s->el = (uint8_t)regime; // whose registers walk_of takes
    Walk w = walk_of(s, vaddr, access);
    s->el = (uint8_t)el;
    w.el0 = as_el0;
    w.pan = pan && (s->pstate & PSTATE_PAN);
    uint64_t normal = 0xffull << 56 | 3 << 7 | 1 << 11, address = vaddr;
    Stage2 second;
    if (w.sctlr & SCTLR_M) {
        unsigned fault = walk(&w);
        if (w.second != STAGE2_FINE) return 1 | w.second << 1 | 1 << 8 | 1 << 9 | 1 << 11; // PTW, S
        if (fault != FSC_NONE) return 1 | fsc_at_level(fault, w.level) << 1 | 1 << 11;
        address = walk_paddr(&w);
    }
    if (both && !second_stage(&w, &address, access, false, &second)) return 1 | w.second << 1 | 1 << 9 | 1 << 11;
    return normal | (address & PAR_ADDRESS);
}
