// SPDX-License-Identifier: MIT
// RV32I and RV64I. Unprivileged manual, "RV32I Base Integer Instruction Set" and "RV64I Base Integer Instruction Set".
#include "cpu/riscv/trans.h"

INSN(lui) { set_x(t, i->rd, imm(t, i->imm)); }
INSN(auipc) { set_x(t, i->rd, pc_plus(t, i->imm)); }
INSN(nop) {}
INSN(reserved) { illegal(t, i); }

// ---- jumps. Without C, targets that are not multiples of four trap on the jump itself, before rd is written.
static void misaligned_target(Trans *t, IrRef target) {
    call(t, H_raise, c64(t, CAUSE_FETCH_MISALIGNED), target, IR_NONE);
    ir_exit_done(t->k);
}

INSN(jal) {
    int32_t target = t->pc + i->imm;
    if (i->imm % 4 && !has(t, RV_EXT_zca)) {
        misaligned_target(t, pc_plus(t, i->imm));
        return;
    }
    set_x(t, i->rd, pc_plus(t, t->next - t->pc));
    if (is_link(i->rd)) ir_exit_call(t->k, target, t->next);
    else ir_exit(t->k, target);
}

// What the return-address stack shall do ("Unconditional Jumps", table of hints).
static unsigned jump_hint(const Insn *i) {
    if (is_link(i->rd)) return EXIT_HINT_CALL;
    return is_link(i->rs1) ? EXIT_HINT_RETURN : EXIT_HINT_JUMP;
}

// Only without C: traps unless bit 1 of the target is clear. Returns the target as seen after the check.
static IrRef check_target(Trans *t, IrRef target) {
    unsigned fine = ir_label_new(t->k);
    IrRef bad = and_(t, target, imm(t, 2));
    ir_branch(t->k, eq(t, bad, imm(t, 0)), fine, &target, 1);
    misaligned_target(t, target);
    ir_label(t->k, fine, t->tx, &target, 1);
    return target;
}

INSN(jalr) {
    IrRef sum = add(t, x(t, i->rs1), imm(t, i->imm));
    const IrOp *known = &t->k->b->ops[sum];
    if (known->op == OP_PCREL && known->imm == (int32_t)known->imm && has(t, RV_EXT_zca)) { // auipc; jalr
        int64_t target = known->imm & ~1ll;
        set_x(t, i->rd, pc_plus(t, t->next - t->pc));
        if (is_link(i->rd)) ir_exit_call(t->k, target, t->next);
        else ir_exit(t->k, target);
        return;
    }
    IrRef target = and_(t, sum, imm(t, -2));
    if (!has(t, RV_EXT_zca)) target = check_target(t, target);
    set_x(t, i->rd, pc_plus(t, t->next - t->pc));
    if (t->xlen == 32) target = ir_un(t->k, OP_ZEXT32, T_I64, target);
    ir_exit_reg(t->k, target, jump_hint(i), t->next, 0);
}

// ---- conditional branches: a side exit when taken, so that a block goes on after one that is not
static void branch(Trans *t, const Insn *i, IrRef (*compare)(Trans *, IrRef, IrRef)) {
    IrRef taken = compare(t, x(t, i->rs1), x(t, i->rs2));
    if (i->imm % 4 && !has(t, RV_EXT_zca)) {
        unsigned fine = ir_label_new(t->k);
        ir_branch(t->k, ir_bin(t->k, OP_EQ, T_I32, ir_un(t->k, OP_BOOL, T_I32, taken), c32(t, 0)), fine, NULL, 0);
        misaligned_target(t, pc_plus(t, i->imm));
        ir_label(t->k, fine, t->tx, NULL, 0);
        return;
    }
    ir_exit_if(t->k, taken, t->pc + i->imm);
    branch_passed(t);
}
INSN(beq) { branch(t, i, eq); }
INSN(bne) { branch(t, i, ne); }
INSN(blt) { branch(t, i, lts); }
INSN(bge) { branch(t, i, ges); }
INSN(bltu) { branch(t, i, ltu); }
INSN(bgeu) { branch(t, i, geu); }

// ---- memory
INSN(lb) { set_x(t, i->rd, load(t, t->tx, MO_8 | MO_SIGN, i->rs1, i->imm)); }
INSN(lh) { set_x(t, i->rd, load(t, t->tx, MO_16 | MO_SIGN, i->rs1, i->imm)); }
INSN(lw) { set_x(t, i->rd, load(t, t->tx, MO_32 | MO_SIGN, i->rs1, i->imm)); }
INSN(ld) { set_x(t, i->rd, load(t, t->tx, MO_64, i->rs1, i->imm)); }
INSN(lbu) { set_x(t, i->rd, load(t, t->tx, MO_8, i->rs1, i->imm)); }
INSN(lhu) { set_x(t, i->rd, load(t, t->tx, MO_16, i->rs1, i->imm)); }
INSN(lwu) { set_x(t, i->rd, load(t, t->tx, MO_32, i->rs1, i->imm)); }
INSN(sb) { store(t, t->tx, MO_8, i->rs1, i->imm, x(t, i->rs2)); }
INSN(sh) { store(t, t->tx, MO_16, i->rs1, i->imm, x(t, i->rs2)); }
INSN(sw) { store(t, t->tx, MO_32, i->rs1, i->imm, x(t, i->rs2)); }
INSN(sd) { store(t, t->tx, MO_64, i->rs1, i->imm, x(t, i->rs2)); }

// ---- integer operations
INSN(addi) { set_x(t, i->rd, add(t, x(t, i->rs1), imm(t, i->imm))); }
INSN(slti) { set_x(t, i->rd, boolean(t, lts(t, x(t, i->rs1), imm(t, i->imm)))); }
INSN(sltiu) { set_x(t, i->rd, boolean(t, ltu(t, x(t, i->rs1), imm(t, i->imm)))); }
INSN(xori) { set_x(t, i->rd, xor_(t, x(t, i->rs1), imm(t, i->imm))); }
INSN(ori) { set_x(t, i->rd, or_(t, x(t, i->rs1), imm(t, i->imm))); }
INSN(andi) { set_x(t, i->rd, and_(t, x(t, i->rs1), imm(t, i->imm))); }
INSN(slli) { set_x(t, i->rd, shl(t, x(t, i->rs1), imm(t, i->imm))); }
INSN(srli) { set_x(t, i->rd, shr(t, x(t, i->rs1), imm(t, i->imm))); }
INSN(srai) { set_x(t, i->rd, sar(t, x(t, i->rs1), imm(t, i->imm))); }
INSN(add) { set_x(t, i->rd, add(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(sub) { set_x(t, i->rd, sub(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(sll) { set_x(t, i->rd, shl(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(slt) { set_x(t, i->rd, boolean(t, lts(t, x(t, i->rs1), x(t, i->rs2)))); }
INSN(sltu) { set_x(t, i->rd, boolean(t, ltu(t, x(t, i->rs1), x(t, i->rs2)))); }
INSN(xor) { set_x(t, i->rd, xor_(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(srl) { set_x(t, i->rd, shr(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(sra) { set_x(t, i->rd, sar(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(or) { set_x(t, i->rd, or_(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(and) { set_x(t, i->rd, and_(t, x(t, i->rs1), x(t, i->rs2))); }

INSN(addiw) { set_x(t, i->rd, sext32(t, op32(t, OP_ADD, x(t, i->rs1), c32(t, i->imm)))); }
INSN(slliw) { set_x(t, i->rd, sext32(t, op32(t, OP_SHL, x(t, i->rs1), c32(t, i->imm)))); }
INSN(srliw) { set_x(t, i->rd, sext32(t, op32(t, OP_SHR, x(t, i->rs1), c32(t, i->imm)))); }
INSN(sraiw) { set_x(t, i->rd, sext32(t, op32(t, OP_SAR, x(t, i->rs1), c32(t, i->imm)))); }
INSN(addw) { set_x(t, i->rd, sext32(t, op32(t, OP_ADD, x(t, i->rs1), x(t, i->rs2)))); }
INSN(subw) { set_x(t, i->rd, sext32(t, op32(t, OP_SUB, x(t, i->rs1), x(t, i->rs2)))); }
INSN(sllw) { set_x(t, i->rd, sext32(t, op32(t, OP_SHL, x(t, i->rs1), x(t, i->rs2)))); }
INSN(srlw) { set_x(t, i->rd, sext32(t, op32(t, OP_SHR, x(t, i->rs1), x(t, i->rs2)))); }
INSN(sraw) { set_x(t, i->rd, sext32(t, op32(t, OP_SAR, x(t, i->rs1), x(t, i->rs2)))); }

// ---- ordering and environment
// pred and succ are I O R W from the left; device accesses are ordered as memory is.
INSN(fence) {
    bool pr = i->pred & 0b1010, pw = i->pred & 0b0101, sr = i->succ & 0b1010, sw = i->succ & 0b0101;
    bool tso = i->fm == 0b1000 && i->pred == 0b0011 && i->succ == 0b0011; // fence.tso leaves store-to-load unordered
    ir_fence(t->k, (pr && sr ? FENCE_RR : 0) | (pr && sw ? FENCE_RW : 0) | (pw && sw ? FENCE_WW : 0) |
                       (pw && sr && !tso ? FENCE_WR : 0));
}
INSN(pause) { call(t, H_pause, IR_NONE, IR_NONE, IR_NONE); }
INSN(fence_i) {
    call(t, H_fence_i, IR_NONE, IR_NONE, IR_NONE);
    ir_exit_sync(t->k, t->next);
}
INSN(ecall) {
    call(t, H_ecall, IR_NONE, IR_NONE, IR_NONE);
    ir_exit_done(t->k);
}
INSN(ebreak) {
    call(t, H_ebreak, IR_NONE, IR_NONE, IR_NONE);
    ir_exit_done(t->k);
}
