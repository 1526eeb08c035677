// SPDX-License-Identifier: MIT
// System instructions: DDI 0487, C4.1.94, C5. What registers do is in sysreg.c; here is how the block goes on, and what of PSTATE
// needs no helper. EXIT_SYNC follows whatever may change the context word, the address space or what is fetched.
#include "cpu/arm/trans.h"

#define PSTATE_SLOT ((uint16_t)offsetof(ArmState, pstate))
enum { NUMBER_RNDR = 0xd920, NUMBER_RNDRRS = 0xd921, NUMBER_DAIF = 0xda11, NUMBER_NZCV = 0xda10, NUMBER_CURRENTEL = 0xc212, NUMBER_SP_EL0 = 0xc208,
       NUMBER_CNTPCT = 0xdf01, NUMBER_CNTVCT = 0xdf02 };

#define SP_EL0_SLOT ((uint16_t)offsetof(ArmState, sp_el))
static IrRef pstate(Trans *t) { return ir_get(t->k, T_I64, PSTATE_SLOT); }

// ---- hints, barriers
INSN(hint) {}
INSN(yield) { call(t, H_yield, IR_NONE, IR_NONE, IR_NONE); }
INSN(wfe) { a64_yield(t, i); } // may always end at once; another host thread may hold what is waited for
INSN(wfi) {
    call(t, H_wfi, bits_of(t, i), IR_NONE, IR_NONE);
    ir_exit_sync(t->k, t->pc + 4);
}
// CRm<1:0>: 1 loads, 2 stores, 3 both (0 is SSBB or PSSBB).
static void barrier(Trans *t, const Insn *i) {
    static const uint8_t kinds[4] = {15, FENCE_RR | FENCE_RW, FENCE_WW, 15};
    ir_fence(t->k, kinds[i->imm & 3]);
}
INSN(dmb) { barrier(t, i); }
INSN(dsb) { barrier(t, i); }
#define UNSYNCED_SLOT ((uint16_t)offsetof(ArmState, unsynced))
INSN(isb) {
    ir_exit_if(t->k, ir_bin(t->k, OP_EQ, T_I64, ir_get(t->k, T_I64, UNSYNCED_SLOT), c64(t, 0)), t->pc + 4);
    call(t, H_isb, IR_NONE, IR_NONE, IR_NONE);
    ir_exit_sync(t->k, t->pc + 4);
}

// ---- PSTATE
INSN(cfinv) { flags_packed(t, ir_bin(t->k, OP_XOR, T_I32, flags_get(t), c32(t, NZCV_C))); }

// op1 and op2 name the field. DAIFSet, the one that is everywhere, can wait for nothing and unmask nothing.
INSN(msr__imm) {
    if (i->cond == 3 && i->amount == 6 && el(t)) {
        IrRef set = c64(t, (int64_t)i->imm << 6);
        ir_set(t->k, T_I64, PSTATE_SLOT, ir_bin(t->k, OP_OR, T_I64, pstate(t), set));
        return;
    }
    call(t, H_msr, bits_of(t, i), c64(t, i->imm), IR_NONE);
    ir_exit_sync(t->k, t->pc + 4);
}

// ---- system registers: `imm` of mrs and msr lacks the upper bit of op0, which is set
static unsigned number(const Insn *i) { return 0x8000u | (unsigned)i->imm; }

// The generic timer's count (timer.c), where a tick is a power of two of nanoseconds. IR_NONE: not to be read here.
static IrRef count_here(Trans *t, unsigned number) {
    bool shown = el(t) || t->ctx & (number == NUMBER_CNTVCT ? ARM_CTX_CNTVCT : ARM_CTX_CNTPCT);
    uint64_t hz = t->config->counter_hz, tick = hz ? 1000000000 / hz : 0;
    if ((number != NUMBER_CNTVCT && number != NUMBER_CNTPCT) || !shown || tick * hz != 1000000000 || tick & (tick - 1)) return IR_NONE;
    IrRef count = ir_bin(t->k, OP_SHR, T_I64, ir_clock(t->k, 0), c64(t, __builtin_ctzll(tick)));
    if (number == NUMBER_CNTPCT || !has(t, ARM_el2)) return count;
    return ir_bin(t->k, OP_SUB, T_I64, count, ir_get(t->k, T_I64, offsetof(ArmState, cntvoff)));
}

static bool names_sp_el0(const Trans *t, const Insn *i) { return number(i) == NUMBER_SP_EL0 && el(t) && !(t->ctx & ARM_CTX_SP0); }

static bool read_here(Trans *t, const Insn *i) {
    uint16_t slot;
    uint64_t value;
    IrRef count;
    if (arm_may_trap(t->config, number(i), el(t))) return false;
    if (number(i) == NUMBER_NZCV) set_x64(t, i->rd, zext32(t, flags_get(t)));
    else if (number(i) == NUMBER_DAIF && el(t))
        set_x64(t, i->rd, ir_bin(t->k, OP_AND, T_I64, pstate(t), c64(t, PSTATE_DAIF)));
    else if (number(i) == NUMBER_CURRENTEL && el(t)) set_x64(t, i->rd, c64(t, el(t) << 2));
    else if (names_sp_el0(t, i)) set_x64(t, i->rd, ir_get(t->k, T_I64, SP_EL0_SLOT));
    else if ((count = count_here(t, number(i))) != IR_NONE) set_x64(t, i->rd, count);
    else if (arm_sysreg_const(t->config, number(i), el(t), &value)) set_x64(t, i->rd, c64(t, (int64_t)value));
    else if (arm_sysreg_plain(t->config, number(i), el(t), false, &slot)) set_x64(t, i->rd, ir_get(t->k, T_I64, slot));
    else if (arm_sysreg_gic(t->config, number(i), el(t), false))
        set_x64(t, i->rd, ir_call(t->k, T_I64, H_gic_read, c64(t, number(i)), IR_NONE, IR_NONE));
    else return false;
    return true;
}
INSN(mrs) {
    if ((number(i) == NUMBER_RNDR || number(i) == NUMBER_RNDRRS) && has(t, ARM_rng)) { // never fails: NZCV = 0
        set_x64(t, i->rd, ir_call(t->k, T_I64, H_random, IR_NONE, IR_NONE, IR_NONE));
        flags_packed(t, c32(t, 0));
        return;
    }
    if (!read_here(t, i)) set_x64(t, i->rd, ir_call(t->k, T_I64, H_mrs, bits_of(t, i), IR_NONE, IR_NONE));
}

INSN(msr) {
    uint16_t slot;
    if (number(i) == NUMBER_NZCV) {
        flags_packed(t, ir_bin(t->k, OP_AND, T_I32, x(t, i->rd), c32(t, (int32_t)PSTATE_NZCV)));
    } else if (names_sp_el0(t, i)) {
        ir_set(t->k, T_I64, SP_EL0_SLOT, x(t, i->rd));
    } else if (!arm_may_trap(t->config, number(i), el(t)) && arm_sysreg_plain(t->config, number(i), el(t), true, &slot)) {
        ir_set(t->k, T_I64, slot, x(t, i->rd));
        if (arm_sysreg_waits(number(i))) ir_set(t->k, T_I64, UNSYNCED_SLOT, c64(t, 1));
    } else if (arm_sysreg_gic(t->config, number(i), el(t), true)) { // what it raises kicks the core
        call(t, H_gic_write, c64(t, number(i)), x(t, i->rd), IR_NONE);
    } else {
        call(t, H_msr, bits_of(t, i), x(t, i->rd), IR_NONE);
        ir_exit_sync(t->k, t->pc + 4);
    }
}

// ---- cache, TLB and address translation instructions
enum { SYS_DC_ZVA = 3 << 11 | 7 << 7 | 4 << 3 | 1 };

// The first store is for the address that a fault names: the one given, not the block's. The rest of the block is in its page; what is no
// RAM refuses that byte (arm_io_write).
static void zero_block(Trans *t, IrRef vaddr) {
    IrRef base = ir_bin(t->k, OP_AND, T_I64, vaddr, c64(t, -ARM_ZVA_BYTES)), zero = ir_vec(t->k, OP_VDUP, 3, c64(t, 0), IR_NONE, IR_NONE);
    ir_store(t->k, T_I64, MO_8, vaddr, 0, c64(t, 0));
    for (int32_t k = 0; k < ARM_ZVA_BYTES; k += 16) ir_store(t->k, T_V128, MO_128, base, k, zero);
}

INSN(sys) {
    if (i->imm == SYS_DC_ZVA && !(t->ctx & ARM_CTX_NO_DZ)) {
        zero_block(t, x(t, i->rd));
        return;
    }
    call(t, H_sys, bits_of(t, i), x(t, i->rd), IR_NONE);
    ir_exit_sync(t->k, t->pc + 4);
}
INSN(sysl) { undefined(t, i); } // none is defined
