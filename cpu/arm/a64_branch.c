// SPDX-License-Identifier: MIT
// Branches and exception generation: DDI 0487, C4.1.94. Conditional branches are side exits when taken, so a block goes on after one
// that is not. A branch to a misaligned address is taken; the fault comes where nothing can be fetched (D1.8.7).
#include "cpu/arm/trans.h"

enum { LINK = 30 };

INSN(b) { ir_exit(t->k, (int64_t)t->pc + i->imm); }
INSN(bl) {
    set_x64(t, LINK, pc_plus(t, 4));
    ir_exit_call(t->k, (int64_t)t->pc + i->imm, t->pc + 4);
}
INSN(br) { ir_exit_reg(t->k, x(t, i->rn), EXIT_HINT_JUMP, 0, lands_jump(t, i)); }
INSN(blr) {
    IrRef target = x(t, i->rn);
    set_x64(t, LINK, pc_plus(t, 4));
    ir_exit_reg(t->k, target, EXIT_HINT_CALL, t->pc + 4, lands_call(t));
}
INSN(ret) { ir_exit_reg(t->k, x(t, i->rn), EXIT_HINT_RETURN, 0, 0); }

static void branch_if(Trans *t, const Insn *i, IrRef taken) {
    ir_exit_if(t->k, taken, (int64_t)t->pc + i->imm);
    branch_passed(t);
}
INSN(b__cond) { branch_if(t, i, flags_holds(t, (unsigned)i->cond)); }
INSN(cbz) { branch_if(t, i, eq(t, x(t, i->rd), imm(t, 0))); }
INSN(cbnz) { branch_if(t, i, ne(t, x(t, i->rd), imm(t, 0))); }

static IrRef bit(Trans *t, const Insn *i) {
    return ir_bin(t->k, OP_AND, T_I64, x(t, i->rd), c64(t, (int64_t)(1ull << i->amount)));
}
INSN(tbz) { branch_if(t, i, ir_bin(t->k, OP_EQ, T_I64, bit(t, i), c64(t, 0))); }
INSN(tbnz) { branch_if(t, i, ir_bin(t->k, OP_NE, T_I64, bit(t, i), c64(t, 0))); }

// ---- exceptions
INSN(svc) {
    call(t, H_raise_after, c64(t, (int64_t)ESR(EC_SVC, i->imm)), IR_NONE, IR_NONE);
    ir_exit_done(t->k);
}
INSN(brk) { raise_(t, ESR(EC_BRK, i->imm)); }
// Halting debug is not there; number 0xf000 is a semihosting call where there is semihosting.
INSN(hlt) {
    if (i->imm != 0xf000 || !t->semihosting) {
        undefined(t, i);
        return;
    }
    call(t, H_semihosting, bits_of(t, i), IR_NONE, IR_NONE);
    ir_exit_done(t->k);
}
INSN(hvc) {
    call(t, H_hvc, bits_of(t, i), IR_NONE, IR_NONE);
    ir_exit_sync(t->k, t->pc + 4);
}
INSN(smc) {
    call(t, H_smc, bits_of(t, i), IR_NONE, IR_NONE);
    ir_exit_sync(t->k, t->pc + 4);
}
INSN(eret) {
    if (el(t) == 0) {
        undefined(t, i);
        return;
    }
    call(t, H_eret, bits_of(t, i), ir_get(t->k, T_I64, (uint16_t)(offsetof(ArmState, elr) + 8 * el(t))), IR_NONE);
    ir_exit_done(t->k);
}
