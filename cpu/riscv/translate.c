// SPDX-License-Identifier: MIT
// Guest.translate of RISC-V: from a page of guest code to one IrBlock. The engine calls it; the instructions themselves are in rv_*.c.
//
// A block is contiguous and begins anywhere in its page. It ends at a jump, at what changes the context word, at the page's end, and after
// MAX_BRANCHES conditional branches (those are side exits, so straight code stays in one block). An instruction that straddles the page's
// end is a block of its own: it depends on the mapping of two pages.
#include <string.h>
#include "cpu/riscv/trans.h"
#include "tcg/base/log.h"

enum { PAGE = 4096 };

static inline uint32_t parcel(const uint8_t *p) { return p[0] | (uint32_t)p[1] << 8; }

// Unprivileged manual, "Expanded Instruction-Length Encoding": 16 bits unless the two low bits are ones. Lengths above 32 bits are
// not used by any extension here; their first 32 bits match no row.
static unsigned length_of(uint32_t low) { return (low & 3) == 3 ? 4 : 2; }

static void insn_translate(Trans *t, const Decoder *d, uint32_t bits, unsigned length) {
    Insn i;
    const DecodeEntry *e = decode_insn(d, bits, length * 8, &i.rd);
    i.bits = bits;
    if (e) ((InsnTranslate *)e->translate)(t, &i);
    else illegal(t, &i);
}

// The bits of the instruction at t->pc and its length, or 0 if its second half is in a page that was not given.
static unsigned fetch(const Trans *t, const uint8_t *code, const uint8_t *next, uint32_t *bits) {
    *bits = parcel(code + t->pc);
    unsigned length = length_of(*bits);
    if (length == 2) return 2;
    const uint8_t *rest = t->pc + 4 <= PAGE ? code + t->pc + 2 : next;
    if (rest) *bits |= parcel(rest) << 16;
    return rest ? 4 : 0;
}

void riscv_translate(IrBuild *k, Vcpu *v, const uint8_t *code, const uint8_t *next, unsigned max_insns) {
    RiscvState *s = riscv_state(v);
    if (!s->decoder) s->decoder = riscv_decoder(s->config);
    bool xlen32 = k->b->ctx & RV_CTX_XLEN32;
    Trans t = {.k = k, .config = s->config, .ctx = k->b->ctx, .xlen = xlen32 ? 32 : 64, .tx = xlen32 ? T_I32 : T_I64};
    memset(t.boxed, 0xff, sizeof(t.boxed)); // IR_NONE
    t.next = k->b->pc;
    t.turns = s->cpu && s->cpu->turn;
    t.strict = vcpu_strict(v);
    if (t.ctx & RV_CTX_COUNT) ir_count_in(k, offsetof(RiscvState, instret));
    for (unsigned n = 0; !k->ended; n++) {
        t.pc = t.next;
        bool last = t.pc >= PAGE - 2, straddles = last && t.pc < PAGE && length_of(parcel(code + t.pc)) == 4;
        if (n >= max_insns || k->full || last) {
            if (t.pc >= PAGE || (n && (n >= max_insns || k->full || straddles))) {
                ir_exit(k, t.pc);
                break;
            }
        }
        uint32_t bits;
        unsigned length = fetch(&t, code, next, &bits);
        if (!length) {
            k->needs_next = true;
            return;
        }
        t.next = t.pc + (int32_t)length;
        ir_insn(k, t.pc, length);
        insn_translate(&t, s->decoder, bits, length);
    }
    k->b->bytes = (uint32_t)(t.next - k->b->pc);
    if (log_on(LOG_IN_ASM)) riscv_log_block(s->config, k->b, code, next);
}
