// SPDX-License-Identifier: MIT
// The check of an access's page: the site's pair, or an entry of the TLB (ADR 0002). Called by the emitter of loads and stores, and for
// their stubs.
//
// What is the same at every site but for a few numbers is put together once for each register that takes the delta (check_make). A site
// copies it and fills the numbers in.
#include "tcg/x86/gen.h"

typedef struct Probed { // a table of TLB entries
    int32_t at;
    unsigned entries;
    bool second; // its entries' second places
} Probed;

static Probed table_of(bool write, bool other) {
    if (other)
        return (Probed){write ? SPACE(other_write) : SPACE(other_read), OTHER_ENTRIES, false};
    return (Probed){write ? SPACE(write) : SPACE(read), TLB_ENTRIES, false};
}

// rcx = vaddr: its entry's delta to register `delta`, if `size` bytes lie in that entry's page. pair: where in the Space the entry is
// copied to, or 0. Clobbers rdx; rcx becomes the offset in the page. Returns a jump from where there is no such entry.
static uint8_t *probe(Asm *a, Probed table, unsigned size, Reg delta, int32_t pair) {
    rorx(a, P_W, RDX, RCX, TLB_FOLD); // tlb_index, times the size of an entry
    alu_rr(a, 0, ALU_XOR, RDX, RCX);
    shift_ri(a, 0, SH_SHR, RDX, PAGE_BITS - 4);
    alu_ri(a, 0, ALU_AND, RDX, (int32_t)(table.entries - 1) << 4);
    if (table.second)
        alu_ri(a, 0, ALU_XOR, RDX, (int32_t)tlb_second(0) << 4);
    op_rx(a, P_W | 0x2b, RCX, R15, RDX, 0, table.at); // sub rcx,[...]
    alu_ri(a, P_W, ALU_CMP, RCX, (int32_t)PAGE_SIZE - (int32_t)size);
    uint8_t *miss = jcc_fwd(a, CC_A);
    if (pair) {
        op_rx(a, P_W | 0x8b, RCX, R15, RDX, 0, table.at);
        mov_mr(a, R15, pair, RCX);
        opcode(a, 0xc6, 0, 0, R15); // mov byte [used], 1
        modrm_mem(a, 0, R15, SPACE(used) + pair / (int32_t)GRANULE);
        b1(a, 1);
    }
    op_rx(a, P_W | 0x8b, delta, R15, RDX, 0, table.at + 8);
    if (pair)
        mov_mr(a, R15, pair + 8, delta);
    return miss;
}

uint8_t *mem_probe(Gen *g, const Stub *s, bool write, bool second, unsigned size, Reg delta, bool fill) {
    Probed table = table_of(write, false);
    table.second = second;
    return probe(&g->a, table, size, delta, fill ? SPACE(site) + 16 * s->site : 0);
}

// ---- made once

enum { SIZE_AT = 10, PAIR_DELTA_AT = 4 }; // before the jump's end, and before that of the whole: numbers of 32 bits
_Static_assert(offsetof(Space, site) > 127 && PAGE_SIZE - 256 > 127, "those numbers take 32 bits");

static Asm begin(CheckCode *c) { return (Asm){.p = c->code, .limit = c->code + sizeof(c->code)}; }

static void end(CheckCode *c, const Asm *a, const uint8_t *miss) {
    c->bytes = (uint8_t)(a->p - c->code);
    c->jump_end = (uint8_t)(miss - c->code);
}

void check_make(X86 *x) {
    static const Reg deltas[] = {RDX, R13, R14};
    for (unsigned k = 0; k < 3; k++) {
        Reg d = deltas[k];
        for (unsigned which = 0; which < 4; which++) {
            CheckCode *c = &x->probe_code[which >> 1][which & 1][d];
            Asm a = begin(c);
            end(c, &a, probe(&a, table_of(which & 1, which >> 1), 1, d, 0));
        }
        Asm a = begin(&x->pair_code[d]);
        alu_rm(&a, P_W, ALU_SUB, RCX, R15, SPACE(site));
        alu_ri(&a, P_W, ALU_CMP, RCX, (int32_t)PAGE_SIZE - 1);
        uint8_t *miss = jcc_fwd(&a, CC_A);
        mov_rm(&a, d, R15, SPACE(site) + 8);
        end(&x->pair_code[d], &a, miss);
    }
}

// ---- copied

static void put4(uint8_t *p, int32_t x) { memcpy(p, &x, 4); }

// Leaves the site unless its address, `size` bytes from rcx on, lies in the pair's page; if sites like it rove, in a page of the TLB.
void page_check(Gen *g, Stub *s, unsigned size) {
    bool write = s->kind != STUB_LOAD || s->write;
    const CheckCode *c = s->roves ? &g->x->probe_code[is_other(s->memop)][write][s->delta] : &g->x->pair_code[s->delta];
    uint8_t *p = g->a.p;
    memcpy(p, c->code, sizeof(c->code));
    s->from[0] = p + c->jump_end;
    put4(s->from[0] - SIZE_AT, (int32_t)PAGE_SIZE - (int32_t)size);
    g->a.p = p + c->bytes;
    if (!s->roves) {
        put4(p + 3, SPACE(site) + 16 * s->site);
        put4(g->a.p - PAIR_DELTA_AT, SPACE(site) + 16 * s->site + 8);
    }
}
