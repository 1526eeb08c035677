// SPDX-License-Identifier: MIT
// Guest.translate of AArch64: from a page of guest code to one IrBlock. The engine calls it; the instructions are in a64_*.c.
//
// A block is contiguous. It ends at a jump, at what changes the context word, at the page's end, and after MAX_BRANCHES conditional
// branches (those are side exits, so straight code stays in one block). A pc that is no multiple of four, or PSTATE.IL, makes a block
// that only raises.
#include "cpu/arm/trans.h"
#include "tcg/base/log.h"

enum { PAGE = 4096 };

static void insn_translate(Trans *t, const Decoder *d, uint32_t bits) {
    Insn i;
    const DecodeEntry *e = decode_insn(d, bits, 32, &i.rd);
    i.bits = bits;
    if (!e) {
        undefined(t, &i);
        return;
    }
    t->tx = i.sf ? T_I64 : T_I32;
    ((InsnTranslate *)e->translate)(t, &i);
}

// A block for a pc where no instruction can be: false if there can.
static bool translate_fault(Trans *t) {
    bool misaligned = t->pc & 3;
    if (!misaligned && !(t->ctx & ARM_CTX_ILLEGAL)) return false;
    ir_insn(t->k, t->pc, 1);
    if (misaligned) {
        call(t, H_pc_alignment, pc_plus(t, 0), IR_NONE, IR_NONE);
        ir_exit_done(t->k);
    } else {
        raise_(t, ESR(EC_ILLEGAL_STATE, 0));
    }
    t->k->b->bytes = 1;
    return true;
}

void a64_translate(IrBuild *k, Vcpu *v, const uint8_t *code, const uint8_t *next, unsigned max_insns) {
    ArmState *s = arm_state(v);
    if (!s->decoder) s->decoder = a64_decoder(s->config);
    Trans t = {.k = k, .config = s->config, .ctx = k->b->ctx, .pc = k->b->pc};
    const CpuSemihost *h = s->cpu ? s->cpu->semihost : NULL;
    t.semihosting = h && (el(&t) || h->userspace);
    t.strict = vcpu_strict(v);
    flags_forget(&t);
    if (translate_fault(&t)) return;
    for (unsigned n = 0; !k->ended; n++, t.pc += 4) {
        if (t.pc >= PAGE || (n && (n >= max_insns || k->full))) {
            ir_exit(k, t.pc);
            break;
        }
        uint32_t bits = code[t.pc] | code[t.pc + 1] << 8 | code[t.pc + 2] << 16 | (uint32_t)code[t.pc + 3] << 24;
        ir_insn(k, t.pc, 4);
        insn_translate(&t, s->decoder, bits);
    }
    k->b->bytes = (uint32_t)(t.pc - k->b->pc);
    if (log_on(LOG_IN_ASM)) a64_log_block(s->config, k->b, code);
}
