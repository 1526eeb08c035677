// SPDX-License-Identifier: MIT
// Pointer authentication instructions: DDI 0487, C6.2. The work is in pauth.c.
#include "cpu/arm/trans.h"

static IrRef modifier(Trans *t, const Insn *i, int r) { return i->mode == 1 ? c64(t, 0) : x_sp(t, r); }
static IrRef authenticate(Trans *t, const Insn *i, IrRef pointer, IrRef with) {
    return ir_call(t->k, T_I64, H_pac_auth, pointer, with, c64(t, i->size));
}

INSN(pacia) { set_x64(t, i->rd, ir_call(t->k, T_I64, H_pac_add, x(t, i->rd), modifier(t, i, i->rn), c64(t, i->size))); }
INSN(autia) { set_x64(t, i->rd, authenticate(t, i, x(t, i->rd), modifier(t, i, i->rn))); }
INSN(xpaci) { set_x64(t, i->rd, ir_call(t->k, T_I64, H_pac_strip, x(t, i->rd), c64(t, i->size >> 1), IR_NONE)); }
INSN(pacga) { set_x64(t, i->rd, ir_call(t->k, T_I64, H_pac_generic, x(t, i->rn), x_sp(t, i->rm), IR_NONE)); }

INSN(braa) { ir_exit_reg(t->k, authenticate(t, i, x(t, i->rn), modifier(t, i, i->rm)), EXIT_HINT_JUMP, 0, lands_jump(t, i)); }
INSN(blraa) {
    IrRef target = authenticate(t, i, x(t, i->rn), modifier(t, i, i->rm));
    set_x64(t, 30, pc_plus(t, 4));
    ir_exit_reg(t->k, target, EXIT_HINT_CALL, t->pc + 4, lands_call(t));
}
INSN(retaa) { ir_exit_reg(t->k, authenticate(t, i, x(t, i->rn), modifier(t, i, i->rm)), EXIT_HINT_RETURN, 0, 0); }
INSN(eretaa) {
    if (el(t) == 0) {
        undefined(t, i);
        return;
    }
    uint16_t elr = (uint16_t)(offsetof(ArmState, elr) + 8 * el(t));
    call(t, H_eret, bits_of(t, i), authenticate(t, i, ir_get(t->k, T_I64, elr), x_sp(t, i->rm)), IR_NONE);
    ir_exit_done(t->k);
}

// The offset counts words of 8 bytes; writing back keeps the base without its signature.
INSN(ldraa) {
    Insn with = *i;
    with.mode = 1;
    int32_t offset = i->imm * 8;
    IrRef base = authenticate(t, &with, x_sp(t, i->rn), c64(t, 0));
    IrRef value = ir_load(t->k, T_I64, MO_64 | (t->ctx & ARM_CTX_ALIGN ? MO_ALIGN : 0), base, offset);
    if (i->mode) ir_set(t->k, T_I64, x_slot(i->rn), ir_bin(t->k, OP_ADD, T_I64, base, c64(t, offset)));
    set_x64(t, i->rd, value);
}
