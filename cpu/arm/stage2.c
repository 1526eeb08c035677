// SPDX-License-Identifier: MIT
// The second stage of translation, by which EL2 gives EL1 and EL0 memory: intermediate to physical addresses, by VTTBR_EL2 and VTCR_EL2.
// mmu.c asks for each descriptor of the first stage and for what it finds. DDI 0487, D8.2 (walks, concatenated tables), D8.4.4 (S2AP).
// Nothing of it is kept but in the soft TLB, which every change of these registers and every TLBI of EL2 empties.
#include "cpu/arm/stage2.h"

#define S2_READ  (1ull << 6)
#define S2_WRITE (1ull << 7)
#define S2_AF    (1ull << 10)
#define S2_DBM   (1ull << 51)
#define S2_XN    (1ull << 54)
#define VTCR_HA  (1ull << 21)
#define VTCR_HD  (1ull << 22)
#define VTCR_DS  (1ull << 32)
#define VTCR_SL2 (1ull << 33)
#define ADDRESS  0x0000fffffffff000ull

typedef struct Tables {
    unsigned grain, stride, input;
    int level;
    bool wide; // addresses have 52 bits
} Tables;

// False: VTCR_EL2 says nothing that could be walked. With 52 bits (DS) the first level may be one higher, by SL2 or the last value of SL0.
static bool tables_of(const ArmState *s, Tables *t) {
    static const uint8_t grains[4] = {12, 16, 14, 0};
    int sl0 = s->vtcr >> 6 & 3;
    bool ds = s->vtcr & VTCR_DS;
    t->grain = grains[s->vtcr >> 14 & 3];
    t->input = 64 - (s->vtcr & 63);
    t->wide = t->grain == 16 ? (s->vtcr >> 16 & 7) == 6 : ds;
    if (!t->grain || t->input > (t->wide ? 52 : 48) || t->input < 25 || (sl0 == 3 && !(t->grain == 14 && ds))) return false;
    t->stride = t->grain - 3;
    t->level = t->grain == 12 ? (ds && (s->vtcr & VTCR_SL2) ? -1 : 2 - sl0) : 3 - sl0;
    unsigned shift = t->grain + (unsigned)(3 - t->level) * t->stride;
    return t->input > shift && t->input - shift <= t->stride + 4; // up to 16 tables beside each other
}

static uint64_t address(const Tables *t, uint64_t desc) {
    if (!t->wide) return desc & ADDRESS;
    if (t->grain == 16) return (desc & 0x0000ffffffff0000ull) | (desc & 0xf000) << 36;
    return (desc & 0x0003fffffffff000ull) | (desc & 0x300) << 42;
}
static bool block_allowed(const Tables *t) {
    return t->level == 2 || (t->level == 1 && (t->grain == 12 || t->wide)) || (t->level == 0 && t->grain == 12 && t->wide);
}

static unsigned permission(const ArmState *s, uint64_t desc, Access access) {
    bool write = (desc & S2_WRITE) || ((s->vtcr & VTCR_HD) && (desc & S2_DBM));
    bool may = access == ACCESS_WRITE ? write : access == ACCESS_READ ? desc & S2_READ : (desc & S2_READ) && !(desc & S2_XN);
    return may ? STAGE2_FINE : FSC_PERMISSION;
}

// Access flag and dirty state, where hardware sets them.
static unsigned settle(const ArmState *s, uint64_t *host, uint64_t desc, Access access, bool update) {
    uint64_t value = desc | S2_AF | (access == ACCESS_WRITE ? S2_WRITE : 0);
    if (!(desc & S2_AF) && !(s->vtcr & VTCR_HA)) return FSC_ACCESS_FLAG;
    unsigned fault = permission(s, desc, access);
    if (fault == STAGE2_FINE && update && value != desc) // lost to somebody else: the next access looks again
        __atomic_compare_exchange_n(host, &desc, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return fault;
}

static unsigned leaf(const ArmState *s, const Tables *t, uint64_t *host, uint64_t desc, unsigned shift, Access access, bool update, Stage2 *out) {
    uint64_t low = (1ull << shift) - 1;
    out->paddr = (address(t, desc) & ~low) | (out->ipa & low);
    unsigned fault = settle(s, host, desc, access, update);
    out->write = (desc & S2_WRITE) || access == ACCESS_WRITE;
    out->read = desc & S2_READ;
    out->fetch = (desc & S2_READ) && !(desc & S2_XN);
    return fault;
}

unsigned arm_stage2(ArmState *s, uint64_t ipa, Access access, bool update, Stage2 *out) {
    Tables t;
    *out = (Stage2){.ipa = ipa};
    if (!tables_of(s, &t) || ipa >> t.input) return FSC_TRANSLATION;
    unsigned shift = t.grain + (unsigned)(3 - t.level) * t.stride, bits = t.input - shift;
    uint64_t table = (s->vttbr & 0x0000fffffffffffeull & ~((1ull << (bits + 3 < 6 ? 6 : bits + 3)) - 1)) | (t.wide ? (s->vttbr & 0x3c) << 46 : 0);
    for (;; bits = t.stride, shift -= t.stride, t.level++) {
        uint64_t *host = (uint64_t *)mem_host(s->mem, table + (ipa >> shift & ((1ull << bits) - 1)) * 8, 8, true);
        if (!host) return fsc_at_level(FSC_EXTERNAL_WALK, t.level);
        uint64_t desc = __atomic_load_n(host, __ATOMIC_RELAXED);
        bool page = t.level == 3, block = (desc & 3) == 1 && block_allowed(&t);
        if (!(desc & 1) || (!(desc & 2) && (page || !block))) return fsc_at_level(FSC_TRANSLATION, t.level);
        if (page || block) {
            unsigned fault = leaf(s, &t, host, desc, shift, access, update, out);
            return fault == STAGE2_FINE ? fault : fsc_at_level(fault, t.level);
        }
        table = address(&t, desc) & ~((1ull << t.grain) - 1);
    }
}

// ---- what EL2 needs to do the access itself: ISV, SAS, SSE, SRT, SF and AR of the syndrome (D19.2.37), for loads and stores of one register
// that do not write back.
static bool describes(uint32_t bits) {
    if ((bits & 0x3fa08000) == 0x08808000) return true; // ldar, stlr
    bool immediate = (bits & 0x3f000000) == 0x39000000, other = (bits & 0x3f000000) == 0x38000000;
    unsigned form = bits >> 10 & 3;
    return (immediate || (other && (bits >> 21 & 1 ? form == 2 : !(form & 1)))) && (bits & 0xc0c00000) != 0xc0800000; // no prefetch
}

uint64_t arm_stage2_syndrome(Vcpu *v) {
    uint32_t bits;
    if (!arm_insn_at_pc(v, &bits) || !describes(bits)) return 0;
    unsigned size = bits >> 30, opc = bits >> 22 & 3;
    bool ordered = (bits >> 24 & 0x3f) == 8, sign = !ordered && opc > 1, wide = sign ? opc == 2 : size == 3;
    return 1u << 24 | size << 22 | (uint64_t)sign << 21 | (bits & 31) << 16 | (uint64_t)wide << 15 | (uint64_t)ordered << 14;
}
