// SPDX-License-Identifier: MIT
// Virtual to physical: Guest.fill, on a miss of the soft TLB. Sv32, Sv39, Sv48 and Sv57 walks with Svnapot,
// Svpbmt, Svade and Svadu, PMP on the page and on every page-table access. Privileged 10.3-10.6 (the
// algorithm is 10.3.2), 3.7.
//
// Page tables are read with single atomic loads, A and D are set by compare-and-swap on the host's copy of
// the entry, so harts and devices may change them at the same time. The walk cache holds the addresses of
// last-level tables by (root, vaddr above them): non-leaf entries only, which software must fence with rs1 =
// x0; a fence without an address empties it. Only the hart's own thread comes here, but for riscv_translate_debug, which
// is called while the hart is stopped.
#include <stdlib.h>
#include "cpu/riscv/state.h"

enum {
    PTE_V = 1,
    PTE_R = 2,
    PTE_W = 4,
    PTE_X = 8,
    PTE_U = 16,
    PTE_G = 32,
    PTE_A = 64,
    PTE_D = RISCV_FILL_GAINS,
};
#define PTE_N        (1ull << 63)
#define PTE_PBMT     (3ull << 61)
#define PTE_RESERVED (0x7full << 54)
#define WALK_ENTRIES 256

struct RiscvWalks {
    uint64_t generation; // entries of another generation are empty
    struct {
        uint64_t root, tag, table, generation;
        uint8_t *host; // of the table, if PMP lets all of it be read
        TlbPath above; // what led to it
    } entries[WALK_ENTRIES];
    TlbPath above; // of the walk under way
};

typedef struct Mode {
    unsigned levels, bits, size; // levels of the table, bits of vaddr a level takes, bytes of an entry
} Mode;

typedef enum Fault { FAULT_NONE, FAULT_PAGE, FAULT_ACCESS } Fault;

typedef struct Walk {
    RiscvState *s;
    Mode mode;
    Access access;
    unsigned priv;
    bool debug; // no permissions, no updates
    uint64_t vaddr;
    uint64_t pte, pte_paddr;
    uint8_t *table; // host's copy of the last-level table, if the walk cache has it
    const void *host; // of the entry
    const TlbPath *above;
    unsigned level;
} Walk;

struct RiscvWalks *riscv_walks_new(void) {
    struct RiscvWalks *walks = calloc(1, sizeof(*walks));
    if (walks) walks->generation = 1;
    return walks;
}

void riscv_walks_flush(RiscvState *s) {
    if (s->walks) s->walks->generation++;
}

static inline Mode mode_of(const RiscvState *s) {
    switch (satp_mode(s)) {
    case SATP_SV32: return (Mode){2, 10, 4};
    case SATP_SV39: return (Mode){3, 9, 8};
    case SATP_SV48: return (Mode){4, 9, 8};
    default: return (Mode){5, 9, 8};
    }
}

// ---- page-table memory

// The host's copy of the entry at w->pte_paddr; NULL: access fault.
static void *pte_host(const Walk *w, bool write) {
    bool whole;
    unsigned rights = riscv_pmp_rights(w->s, w->pte_paddr, w->mode.size, PRIV_S, &whole);
    if (!w->debug && !(rights & 1u << (write ? ACCESS_WRITE : ACCESS_READ))) return NULL;
    return mem_host(w->s->mem, w->pte_paddr, w->mode.size, write);
}

static bool pte_read(Walk *w) {
    const void *host = w->table ? w->table + (w->pte_paddr & 4095) : pte_host(w, false);
    w->host = host;
    if (host)
        w->pte = w->mode.size == 4 ? __atomic_load_n((const uint32_t *)host, __ATOMIC_RELAXED)
                                   : __atomic_load_n((const uint64_t *)host, __ATOMIC_RELAXED);
    return host != NULL;
}

// Sets bits of the entry as long as it still is what was read; *changed: it was not.
static bool pte_set(Walk *w, uint64_t bits, bool *changed) {
    void *host = pte_host(w, true);
    if (!host) return false;
    if (w->mode.size == 4) {
        uint32_t old = (uint32_t)w->pte;
        *changed = !__atomic_compare_exchange_n((uint32_t *)host, &old, old | (uint32_t)bits, false,
                                                __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    } else {
        uint64_t old = w->pte;
        *changed = !__atomic_compare_exchange_n((uint64_t *)host, &old, old | bits, false, __ATOMIC_SEQ_CST,
                                                __ATOMIC_SEQ_CST);
    }
    w->pte |= *changed ? 0 : bits;
    if (!*changed) mem_written(w->s->mem, w->pte_paddr, w->mode.size); // there may be code beside
    return true;
}

static uint64_t pte_ppn(const Walk *w) {
    return w->mode.size == 4 ? w->pte >> 10 : w->pte >> 10 & 0xfffffffffff;
}
static bool pte_is_leaf(uint64_t pte) { return pte & (PTE_R | PTE_X); }

// ---- the walk

// Sv39/48/57: the bits above the page-table's reach must equal its top bit.
static bool canonical(const Walk *w) {
    unsigned bits = 12 + w->mode.levels * w->mode.bits;
    return w->mode.size == 4 || (uint64_t)((int64_t)(w->vaddr << (64 - bits)) >> (64 - bits)) == w->vaddr;
}

// Valid and free of reserved encodings, as a pointer or as a leaf (10.4.1, Svnapot, Svpbmt).
static bool well_formed(const Walk *w) {
    uint64_t pte = w->pte;
    if (!(pte & PTE_V) || ((pte & PTE_W) && !(pte & PTE_R))) return false;
    uint64_t high = w->mode.size == 4 ? 0 : pte & (PTE_N | PTE_PBMT | PTE_RESERVED);
    if (!pte_is_leaf(pte)) return !high && !(pte & (PTE_A | PTE_D | PTE_U)) && w->level > 0;
    bool pbmt = w->s->menvcfg & ENVCFG_PBMTE;
    if ((pte & PTE_RESERVED && high) || ((high & PTE_PBMT) && (!pbmt || (high & PTE_PBMT) == PTE_PBMT)))
        return false;
    if (!(high & PTE_N)) return true;
    return riscv_has(w->s->config, RV_EXT_svnapot) && w->level == 0 && (pte_ppn(w) & 15) == 8;
}

static unsigned vpn(const Walk *w, unsigned level) {
    return w->vaddr >> (12 + level * w->mode.bits) & ((1u << w->mode.bits) - 1);
}

static uint64_t walk_tag(const Walk *w) { return w->vaddr >> (12 + w->mode.bits); }

static bool cached_table(Walk *w, uint64_t *table) {
    const struct RiscvWalks *c = w->s->walks;
    uint64_t tag = walk_tag(w);
    if (!c || w->debug) return false;
    unsigned i = tag % WALK_ENTRIES;
    if (c->entries[i].tag != tag || c->entries[i].root != w->s->satp || c->entries[i].generation != c->generation)
        return false;
    *table = c->entries[i].table;
    w->table = c->entries[i].host;
    w->above = &c->entries[i].above;
    return true;
}

static void cache_table(const Walk *w, uint64_t table) {
    struct RiscvWalks *c = w->s->walks;
    uint64_t tag = walk_tag(w);
    if (!c || w->debug) return;
    unsigned i = tag % WALK_ENTRIES;
    bool whole, writable, readable = riscv_pmp_rights(w->s, table, 4096, PRIV_S, &whole) & 1u << ACCESS_READ;
    c->entries[i].root = w->s->satp;
    c->entries[i].tag = tag;
    c->entries[i].table = table;
    c->entries[i].generation = c->generation;
    c->entries[i].above = c->above;
    c->entries[i].host = readable ? mem_page(w->s->mem, table, &writable) : NULL;
}

static void begin_above(Walk *w) {
    struct RiscvWalks *c = w->s->walks;
    if (!c || w->debug) return;
    c->above.n = 0;
    w->above = &c->above;
}

// The entry points to a table.
static void note_above(Walk *w) {
    struct RiscvWalks *c = w->s->walks;
    if (c && !w->debug) c->above.step[c->above.n++] = (TlbStep){w->host, w->pte};
}

// Finds the leaf entry: steps 1 to 4 of 10.3.2.
static Fault find_leaf(Walk *w) {
    uint64_t table = satp_ppn(w->s) << 12;
    w->level = w->mode.levels - 1;
    w->table = NULL;
    if (!canonical(w)) return FAULT_PAGE;
    uint64_t cached;
    if (cached_table(w, &cached)) {
        table = cached;
        w->level = 0;
    } else {
        begin_above(w);
    }
    for (;;) {
        w->pte_paddr = table + vpn(w, w->level) * w->mode.size;
        if (!pte_read(w)) return FAULT_ACCESS;
        if (!well_formed(w)) return FAULT_PAGE;
        if (pte_is_leaf(w->pte)) return FAULT_NONE;
        note_above(w);
        table = pte_ppn(w) << 12;
        if (--w->level == 0) cache_table(w, table);
    }
}

static bool permits(const RiscvState *s, uint64_t pte, Access access, unsigned priv) {
    bool user = pte & PTE_U;
    if (priv == PRIV_U ? !user : user && (access == ACCESS_FETCH || !(s->mstatus & MSTATUS_SUM)))
        return false;
    if (access == ACCESS_READ) return (pte & PTE_R) || ((pte & PTE_X) && (s->mstatus & MSTATUS_MXR));
    return pte & (access == ACCESS_WRITE ? PTE_W : PTE_X);
}

static uint64_t page_span(const Walk *w) {
    return w->mode.size == 8 && (w->pte & PTE_N) ? 16 * 4096 : 4096ull << w->level * w->mode.bits;
}

// Steps 5 to 9: permissions, alignment of superpages, accessed and dirty bits.
static Fault check_leaf(Walk *w, bool *again) {
    *again = false;
    if (!permits(w->s, w->pte, w->access, w->priv) && !w->debug) return FAULT_PAGE;
    if (w->level > 0 && (pte_ppn(w) & ((1ull << w->level * w->mode.bits) - 1))) return FAULT_PAGE;
    uint64_t need = PTE_A | (w->access == ACCESS_WRITE ? PTE_D : 0);
    if ((w->pte & need) == need || w->debug) return FAULT_NONE;
    if (!(w->s->menvcfg & ENVCFG_ADUE)) return FAULT_PAGE; // Svade
    return pte_set(w, need, again) ? FAULT_NONE : FAULT_ACCESS;
}

static Fault walk(Walk *w) {
    bool again;
    Fault fault;
    do {
        fault = find_leaf(w);
        if (fault == FAULT_NONE) fault = check_leaf(w, &again);
    } while (fault == FAULT_NONE && again);
    return fault;
}

static uint64_t walk_paddr(const Walk *w) {
    uint64_t low = page_span(w) - 1;
    return ((pte_ppn(w) << 12) & ~low) | (w->vaddr & low);
}

// ---- Guest.fill

static bool fail(Vcpu *v, Fault fault, Access access, uint64_t vaddr, bool probe) {
    static const uint8_t page[] = {CAUSE_LOAD_PAGE, CAUSE_STORE_PAGE, CAUSE_FETCH_PAGE};
    static const uint8_t bus[] = {CAUSE_LOAD_ACCESS, CAUSE_STORE_ACCESS, CAUSE_FETCH_ACCESS};
    if (!probe) riscv_raise(v, fault == FAULT_PAGE ? page[access] : bus[access], vaddr, 0);
    return false;
}

// Which later accesses the mapping allows. Under MPRV fetches and data go different ways: a fill then says
// only what it was asked for.
static void fill_rights(TlbFill *out, const Walk *w, unsigned fetch_priv, unsigned data_priv) {
    const RiscvState *s = w->s;
    bool both = fetch_priv == data_priv, data = both || w->access != ACCESS_FETCH,
         fetch = both || w->access == ACCESS_FETCH;
    out->read = data && permits(s, w->pte, ACCESS_READ, w->priv);
    out->write = data && (w->pte & PTE_D) && permits(s, w->pte, ACCESS_WRITE, w->priv);
    out->fetch = fetch && permits(s, w->pte, ACCESS_FETCH, w->priv);
    out->global = w->pte & PTE_G;
    out->span = page_span(w);
}

// For vcpu_fence. Entries of 32 bits are not kept track of.
static void fill_found(TlbFill *out, const Walk *w) {
    out->leaf = (TlbStep){w->host, w->pte};
    out->above = w->mode.size == 8 ? w->above : NULL;
}

static bool fill_pmp(const RiscvState *s, TlbFill *out, Access access, unsigned size, unsigned priv) {
    unsigned rights = riscv_pmp_rights(s, out->paddr, size, priv, &out->whole_page);
    out->read = out->read && (rights & 1u << ACCESS_READ);
    out->write = out->write && (rights & 1u << ACCESS_WRITE);
    out->fetch = out->fetch && (rights & 1u << ACCESS_FETCH);
    return rights & 1u << access;
}

// RAM has host memory. ROM has for reads, while a write goes the way of I/O and is refused there.
static void fill_host(const RiscvState *s, TlbFill *out, Access access, unsigned size) {
    uint64_t page = out->paddr & ~4095ull;
    bool writable = false;
    uint8_t *host = mem_page(s->mem, page, &writable);
    if (!host && access == ACCESS_FETCH) host = mem_code(s->mem, page, 4096);
    if (host) {
        out->host = host + (out->paddr - page);
        if (!out->write || writable) return;
        if (access != ACCESS_WRITE) {
            out->write = false;
            return;
        }
        out->host = NULL;
        out->read = out->fetch = false;
        return;
    }
    out->host =
        mem_host(s->mem, out->paddr, size, access == ACCESS_WRITE); // RAM that does not fill its last page
    if (out->host) out->whole_page = false;
}

bool riscv_fill(Vcpu *v, uint64_t vaddr, Access access, unsigned mmu, unsigned size, bool probe,
                TlbFill *out) {
    RiscvState *s = riscv_state(v);
    unsigned data_priv = riscv_data_priv(s), priv = access == ACCESS_FETCH ? s->priv : data_priv;
    vaddr = riscv_mask(s, vaddr);
    if (priv == PRIV_M || satp_mode(s) == SATP_BARE) {
        bool both = s->priv == data_priv;
        *out = (TlbFill){.paddr = vaddr,
                         .read = both || access != ACCESS_FETCH,
                         .write = both || access != ACCESS_FETCH,
                         .fetch = both || access == ACCESS_FETCH,
                         .unpaged = true,
                         .span = 4096};
    } else {
        Walk w = {.s = s, .mode = mode_of(s), .access = access, .priv = priv, .vaddr = vaddr};
        Fault fault = walk(&w);
        if (fault != FAULT_NONE) return fail(v, fault, access, vaddr, probe);
        *out = (TlbFill){.paddr = walk_paddr(&w)};
        fill_rights(out, &w, s->priv, data_priv);
        fill_found(out, &w);
    }
    if (!fill_pmp(s, out, access, size, priv)) return fail(v, FAULT_ACCESS, access, vaddr, probe);
    fill_host(s, out, access, size);
    if (!out->host && access == ACCESS_FETCH) // code runs from memory only
        return fail(v, FAULT_ACCESS, access, vaddr, probe);
    return true;
}

// Hardware may hold any valid entry at any time (10.2.1). Entries that say the same of their pages as the first one's, but for D, are used.
unsigned riscv_fill_around(Vcpu *v, uint64_t vaddr, const TlbFill *first, unsigned wanted, TlbFill out[8]) {
    RiscvState *s = riscv_state(v);
    unsigned priv = riscv_data_priv(s), filled = 0;
    uint64_t table, ppns = mode_of(s).size == 4 ? 0xfffffc00 : 0xfffffffffffull << 10;
    bool whole;
    if (priv == PRIV_M || satp_mode(s) == SATP_BARE) return 0;
    Walk w = {.s = s, .mode = mode_of(s), .access = ACCESS_READ, .priv = priv, .vaddr = riscv_mask(s, vaddr)};
    if (!cached_table(&w, &table) || !w.table) return 0;
    w.pte_paddr = vpn(&w, 0) * w.mode.size; // within the table
    pte_read(&w);
    uint64_t first_pte = w.pte, first_index = w.pte_paddr / w.mode.size;
    unsigned rights = riscv_pmp_rights(s, first->paddr, 1, priv, &whole);
    for (; wanted; wanted &= wanted - 1) {
        unsigned i = (unsigned)__builtin_ctz(wanted);
        w.pte_paddr = ((first_index & ~7ull) + i) * w.mode.size;
        pte_read(&w);
        if ((w.pte ^ first_pte) & ~(ppns | PTE_D)) continue;
        uint64_t paddr = pte_ppn(&w) << 12;
        if (riscv_pmp_rights(s, paddr, 4096, priv, &whole) != rights || !whole) continue;
        out[i] = *first;
        out[i].paddr = paddr;
        fill_found(&out[i], &w);
        out[i].write = first->write && w.pte & PTE_D;
        out[i].host = mem_host(s->mem, paddr, 4096, out[i].write);
        filled |= out[i].host ? 1u << i : 0;
    }
    return filled;
}

bool riscv_io_read(Vcpu *v, uint64_t vaddr, uint64_t paddr, unsigned size, uint64_t *value) {
    return mem_io_read(riscv_state(v)->mem, paddr, size, value) ||
           fail(v, FAULT_ACCESS, ACCESS_READ, vaddr, false);
}

bool riscv_io_write(Vcpu *v, uint64_t vaddr, uint64_t paddr, unsigned size, uint64_t value) {
    return mem_io_write(riscv_state(v)->mem, paddr, size, value) ||
           fail(v, FAULT_ACCESS, ACCESS_WRITE, vaddr, false);
}

void riscv_misaligned(Vcpu *v, uint64_t vaddr, Access access) {
    static const uint8_t cause[] = {CAUSE_LOAD_MISALIGNED, CAUSE_STORE_MISALIGNED, CAUSE_FETCH_MISALIGNED};
    riscv_raise(v, cause[access], vaddr, 0);
}

bool riscv_translate_debug(Vcpu *v, uint64_t vaddr, uint64_t *paddr) {
    RiscvState *s = riscv_state(v);
    unsigned priv = riscv_data_priv(s);
    *paddr = vaddr = riscv_mask(s, vaddr);
    if (priv == PRIV_M || satp_mode(s) == SATP_BARE) return true;
    Walk w = {.s = s, .mode = mode_of(s), .access = ACCESS_READ, .priv = priv, .debug = true, .vaddr = vaddr};
    if (walk(&w) != FAULT_NONE) return false;
    *paddr = walk_paddr(&w);
    return true;
}
