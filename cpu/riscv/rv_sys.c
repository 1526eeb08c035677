// SPDX-License-Identifier: MIT
// Zicsr, privileged instructions, address-translation fences and cache blocks. What they do is in csr.c, trap.c and mmu.c; here is
// only how the block goes on: EXIT_SYNC after whatever may change the context word or what is fetched, EXIT_DONE where the pc is set.
#include "cpu/riscv/trans.h"

// ---- CSRs: reading is skipped when rd is x0 (CSRRW), writing when rs1 is x0 or the immediate 0 ("CSR Instructions").
// Registers that are mere fields (sscratch, scause, ...) are read and written in place; the rest is csr.c's.
static IrRef csr_call(Trans *t, unsigned helper, const Insn *i, IrRef value, IrRef mask) {
    return ir_call(t->k, T_I64, helper, bits_of(t, i), value, mask);
}

// ---- sstatus on RV64: kernels read it and switch interrupts and SUM with it all the time
enum { SSTATUS = 0x100, SIE = 2 };

static bool is_sstatus(const Trans *t, const Insn *i) { return i->csr == SSTATUS && t->xlen == 64 && priv(t) != PRIV_U; }

static IrRef sstatus_view(Trans *t, IrRef mstatus) {
    IrRef dirty = shl(t, and_(t, mstatus, shl(t, mstatus, imm(t, 1))), imm(t, 63 - MSTATUS_FS_SHIFT - 1)); // FS = 3: SD
    return or_(t, and_(t, mstatus, imm(t, (int64_t)(RV_SSTATUS_WRITABLE | MSTATUS_UXL))), and_(t, dirty, imm(t, INT64_MIN)));
}

static void sstatus_read(Trans *t, const Insn *i) {
    if (i->rd) set_x(t, i->rd, sstatus_view(t, ir_get(t->k, T_I64, offsetof(RiscvState, mstatus))));
}

// Interrupts off: nothing else follows from that.
static void sstatus_clear_sie(Trans *t, const Insn *i) {
    uint16_t slot = offsetof(RiscvState, mstatus);
    IrRef old = ir_get(t->k, T_I64, slot);
    ir_set(t->k, T_I64, slot, and_(t, old, imm(t, ~(int64_t)SIE)));
    if (i->rd) set_x(t, i->rd, sstatus_view(t, old));
}

static IrRef bits64(Trans *t, IrOpcode op, IrRef a, IrRef b) { return ir_bin(t->k, op, T_I64, a, b); }

// What could make setting these bits of sstatus more than setting SIE: other bits, or an interrupt that may wait for that.
static IrRef sstatus_trouble(Trans *t, IrRef mask) {
    IrRef pins = ir_un(t->k, OP_ZEXT32, T_I64, ir_get(t->k, T_I32, offsetof(RiscvState, pins)));
    IrRef waits = bits64(t, OP_OR, pins, ir_get(t->k, T_I64, offsetof(RiscvState, mip)));
    waits = bits64(t, OP_AND, waits, ir_get(t->k, T_I64, offsetof(RiscvState, mie)));
    return bits64(t, OP_OR, waits, and_(t, mask, imm(t, ~(int64_t)SIE)));
}

// Interrupts on, as they were or not (mask: of rs1, else the immediate). A pin that changes behind the look at it asks for an exit, which
// finds SIE set.
static bool sstatus_set_sie(Trans *t, const Insn *i, bool immediate) {
    uint16_t slot = offsetof(RiscvState, mstatus);
    if (!is_sstatus(t, i) || t->ctx & RV_CTX_COUNT || (immediate && i->imm != SIE)) return false;
    unsigned fine = ir_label_new(t->k);
    IrRef mask = immediate ? imm(t, SIE) : x(t, i->rs1);
    ir_branch(t->k, eq(t, sstatus_trouble(t, mask), imm(t, 0)), fine, NULL, 0);
    set_x(t, i->rd, ir_call(t->k, T_I64, H_sstatus, imm(t, -1), mask, IR_NONE));
    ir_exit_sync(t->k, t->next);
    ir_label(t->k, fine, t->tx, NULL, 0);
    IrRef old = ir_get(t->k, T_I64, slot);
    mask = immediate ? imm(t, SIE) : x(t, i->rs1);
    ir_set(t->k, T_I64, slot, or_(t, old, mask));
    if (i->rd) set_x(t, i->rd, sstatus_view(t, old));
    return true;
}

// ---- time and cycle: read where they stand
enum { CYCLE = 0xc00, TIME = 0xc01, UPPER_HALF = 0x80 };

static bool time_read(Trans *t, const Insn *i) {
    unsigned csr = (unsigned)i->csr & ~(t->xlen == 32 ? (unsigned)UPPER_HALF : 0u);
    if (!((csr == TIME && t->ctx & RV_CTX_TIME) || (csr == CYCLE && t->ctx & RV_CTX_CYCLE))) return false;
    IrRef v = ir_clock(t->k, csr == TIME ? RV_TICK_NS : 0);
    if (csr == CYCLE) v = ir_bin(t->k, OP_ADD, T_I64, v, ir_get(t->k, T_I64, offsetof(RiscvState, cycle_base)));
    if (i->csr & UPPER_HALF) v = ir_bin(t->k, OP_SHR, T_I64, v, c64(t, 32));
    set_x(t, i->rd, v);
    return true;
}

static void csr_read(Trans *t, const Insn *i) {
    if (time_read(t, i)) return;
    uint16_t slot;
    if (is_sstatus(t, i)) {
        sstatus_read(t, i);
        return;
    }
    uint64_t writable;
    if (riscv_csr_plain(t->config, (unsigned)i->csr, t->ctx, false, &slot, &writable)) {
        set_x(t, i->rd, ir_get(t->k, t->tx, slot));
        return;
    }
    bool counts = riscv_csr_counts((unsigned)i->csr);
    if (counts) ir_count_now(t->k);
    set_x(t, i->rd, csr_call(t, H_csr_read, i, IR_NONE, IR_NONE));
    if (counts && !(t->ctx & RV_CTX_COUNT)) ir_exit_sync(t->k, t->next);
}

// value and mask (IR_NONE: all) have XLEN bits: the new value is old & ~mask | value & mask.
static bool csr_write_plain(Trans *t, const Insn *i, IrRef value, IrRef mask) {
    uint16_t slot;
    uint64_t writable;
    if (!riscv_csr_plain(t->config, (unsigned)i->csr, t->ctx, true, &slot, &writable)) return false;
    IrRef old = ir_get(t->k, t->tx, slot), fixed = imm(t, (int64_t)~writable);
    if (mask != IR_NONE) value = or_(t, andn(t, old, mask), and_(t, value, mask));
    value = or_(t, and_(t, old, fixed), and_(t, value, imm(t, (int64_t)writable)));
    ir_set(t->k, t->tx, slot, value);
    set_x(t, i->rd, old);
    return true;
}

static void csr_write(Trans *t, const Insn *i, IrRef value, IrRef mask) {
    if (csr_write_plain(t, i, value, mask)) return;
    if (is_sstatus(t, i)) {
        set_x(t, i->rd, ir_call(t->k, T_I64, H_sstatus, value, mask == IR_NONE ? imm(t, -1) : mask, IR_NONE));
        ir_exit_sync(t->k, t->next);
        return;
    }
    bool counts = riscv_csr_counts((unsigned)i->csr);
    if (counts) ir_count_now(t->k);
    if (i->rd == 0 && mask == IR_NONE)
        call(t, H_csr_write, bits_of(t, i), value, IR_NONE);
    else
        set_x(t, i->rd, csr_call(t, H_csr_rw, i, value, mask == IR_NONE ? imm(t, -1) : mask));
    if (counts) ir_count_not(t->k); // "the explicit write is done instead of the update"
    if (riscv_csr_syncs((unsigned)i->csr, t->ctx) || (counts && !(t->ctx & RV_CTX_COUNT))) ir_exit_sync(t->k, t->next);
}

INSN(csrrw) { csr_write(t, i, x(t, i->rs1), IR_NONE); }
INSN(csrrwi) { csr_write(t, i, imm(t, i->imm), IR_NONE); }
INSN(csrrs) {
    if (i->rs1 == 0) csr_read(t, i);
    else if (!sstatus_set_sie(t, i, false)) csr_write(t, i, imm(t, -1), x(t, i->rs1));
}
INSN(csrrc) {
    if (i->rs1 == 0) csr_read(t, i);
    else csr_write(t, i, imm(t, 0), x(t, i->rs1));
}
INSN(csrrsi) {
    if (i->imm == 0) csr_read(t, i);
    else if (!sstatus_set_sie(t, i, true)) csr_write(t, i, imm(t, -1), imm(t, i->imm));
}
INSN(csrrci) {
    if (i->imm == 0) csr_read(t, i);
    else if (is_sstatus(t, i) && i->imm == SIE) sstatus_clear_sie(t, i);
    else csr_write(t, i, imm(t, 0), imm(t, i->imm));
}

// ---- traps and waiting
INSN(mret) {
    call(t, H_mret, bits_of(t, i), IR_NONE, IR_NONE);
    ir_exit_done(t->k);
}
INSN(sret) {
    call(t, H_sret, bits_of(t, i), IR_NONE, IR_NONE);
    ir_exit_done(t->k);
}
INSN(wfi) {
    call(t, H_wfi, bits_of(t, i), IR_NONE, IR_NONE);
    ir_exit_sync(t->k, t->next);
}
INSN(wrs_nto) {
    call(t, H_wrs, bits_of(t, i), IR_NONE, IR_NONE);
    ir_exit_sync(t->k, t->next);
}
INSN(wrs_sto) { rv_wrs_nto(t, i); }

// ---- address translation
INSN(sfence_vma) {
    call(t, H_sfence_vma, x(t, i->rs1), x(t, i->rs2), bits_of(t, i));
    ir_exit_sync(t->k, t->next);
}
INSN(sfence_w_inval) {
    call(t, H_sfence_inval, bits_of(t, i), IR_NONE, IR_NONE);
    ir_exit_sync(t->k, t->next);
}

// ---- cache blocks
INSN(cbo_inval) { call(t, H_cbo, x(t, i->rs1), bits_of(t, i), IR_NONE); }
INSN(cbo_zero) { call(t, H_cbo_zero, x(t, i->rs1), bits_of(t, i), IR_NONE); }
