// SPDX-License-Identifier: MIT
// Physical memory protection: 16 entries, grain 4 bytes (Privileged 3.7). The MMU asks for each page it fills
// and for each page-table entry it reads or writes; the registers are written by csr_reg.c, which flushes the
// TLB afterwards.
#include "cpu/riscv/state.h"

enum { CFG_R = 1, CFG_W = 2, CFG_X = 4, CFG_A = 0x18, CFG_L = 0x80 };
enum { A_OFF = 0, A_TOR = 0x08, A_NA4 = 0x10, A_NAPOT = 0x18 };
#define ALL_RIGHTS (1u << ACCESS_READ | 1u << ACCESS_WRITE | 1u << ACCESS_FETCH)

void riscv_pmp_set_cfg(RiscvState *s, unsigned entry, uint8_t value) {
    if (s->pmpcfg[entry] & CFG_L) return;
    value &= CFG_R | CFG_W | CFG_X | CFG_A | CFG_L;
    if (!(value & CFG_R)) value &= (uint8_t)~CFG_W; // R = 0, W = 1 is reserved
    s->pmpcfg[entry] = value;
}

// Locked, or the lower bound of a locked TOR entry.
static bool addr_locked(const RiscvState *s, unsigned entry) {
    if (s->pmpcfg[entry] & CFG_L) return true;
    return entry + 1 < PMP_ENTRIES && (s->pmpcfg[entry + 1] & CFG_L) &&
           (s->pmpcfg[entry + 1] & CFG_A) == A_TOR;
}

void riscv_pmp_set_addr(RiscvState *s, unsigned entry, uint64_t value) {
    if (!addr_locked(s, entry))
        s->pmpaddr[entry] = value & (s->config->xlen == 32 ? UINT32_MAX : (1ull << 54) - 1);
}

static PmpRange range_of(const RiscvState *s, unsigned i) {
    uint64_t addr = s->pmpaddr[i], low = i ? s->pmpaddr[i - 1] : 0;
    PmpRange off = {1, 0};
    switch (s->pmpcfg[i] & CFG_A) {
    case A_TOR: return addr > low ? (PmpRange){low << 2, (addr << 2) - 1} : off;
    case A_NA4: return (PmpRange){addr << 2, (addr << 2) + 3};
    case A_NAPOT: {
        uint64_t ones = addr ^ (addr + 1); // trailing ones and the zero above them
        return (PmpRange){(addr & ~ones) << 2, ((addr | ones) << 2) + 3};
    }
    default: return off;
    }
}

void riscv_pmp_update(RiscvState *s) {
    s->pmp_active = 0;
    for (unsigned i = 0; i < PMP_ENTRIES; i++) {
        s->pmp[i] = range_of(s, i);
        if (s->pmp[i].last >= s->pmp[i].first) s->pmp_active = i + 1;
    }
}

static unsigned entry_rights(uint8_t cfg, unsigned priv) {
    if (priv == PRIV_M && !(cfg & CFG_L)) return ALL_RIGHTS;
    return (cfg & CFG_R ? 1u << ACCESS_READ : 0) | (cfg & CFG_W ? 1u << ACCESS_WRITE : 0) |
           (cfg & CFG_X ? 1u << ACCESS_FETCH : 0);
}

// The lowest entry that matches any byte decides, and must match them all. If it is the first that touches the page at all and holds all
// of it, its answer is the whole page's.
unsigned riscv_pmp_rights(const RiscvState *s, uint64_t paddr, unsigned size, unsigned priv, bool *whole) {
    uint64_t last = paddr + size - 1, page = paddr & ~4095ull, page_last = page + 4095;
    *whole = true;
    if (!s->config->pmp) return ALL_RIGHTS;
    for (unsigned i = 0; i < s->pmp_active; i++) {
        const PmpRange *r = &s->pmp[i];
        if (r->last < page || r->first > page_last || r->last < r->first) continue;
        if (r->first > page || r->last < page_last) *whole = false;
        if (r->first > last || r->last < paddr) continue;
        return r->first <= paddr && r->last >= last ? entry_rights(s->pmpcfg[i], priv) : 0;
    }
    return priv == PRIV_M ? ALL_RIGHTS : 0;
}
