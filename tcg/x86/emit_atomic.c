// SPDX-License-Identifier: MIT
// Atomics: the site's check, then one locked host instruction, or a compare-and-swap loop around rax. They are aligned (the MemOp asks
// for it), so each is single-copy atomic; any lock is a full fence on x86, which is as strong as any ordering a guest asks for. Bytes and
// halves, I/O and everything else unusual is done by C (tlb_amo).
#include "tcg/x86/gen.h"

static bool in_loop(unsigned op) { return op != OP_AMO_SWAP && op != OP_AMO_ADD && op != OP_CAS; }

static void lock(Gen *g) {
    asm_room(&g->a);
    b1(&g->a, 0xf0);
}

static void update_rcx(Gen *g, unsigned op, unsigned w, Reg v) {
    static const uint8_t alu[] = {ALU_AND, ALU_OR, ALU_XOR};
    static const uint8_t cc[] = {CC_L, CC_G, CC_B, CC_A}; // MINS MAXS MINU MAXU: keep the old value if it is so
    if (op <= OP_AMO_XOR) {
        op_rr(&g->a, w | 0x8b, RCX, RAX);
        alu_rr(&g->a, w, alu[op - OP_AMO_AND], RCX, v);
    } else {
        op_rr(&g->a, w | 0x8b, RCX, v);
        alu_rr(&g->a, w, ALU_CMP, RAX, RCX);
        op_rr(&g->a, w | P_0F | 0x40 | cc[op - OP_AMO_MINS], RCX, RAX);
    }
}

// ---- 128 bits: cmpxchg16b compares with rdx:rax and stores rcx:rbx, where rbx is a pin and no register is left for the address but r15,
// which the Vcpu knows.

static void halves_to(Gen *g, Reg low, Reg high, Reg v) {
    movx_to_gpr(&g->a, P_W, low, v);
    avx_rr(&g->a, P_66 | P_0F3A | P_W | 0x16, v, 0, high); // vpextrq
    b1(&g->a, 1);
}

static void cas128_access(Gen *g, Stub *s) {
    Asm *a = &g->a;
    if (s->addr32)
        op_rx(a, P_W | 0x8d, R15, RCX, RDX, 0, 0);
    else
        op_rx(a, P_W | 0x8d, R15, s->base, RDX, 0, s->disp);
    movx_from_gpr(a, P_W, SCRATCH_X2, RBX);
    halves_to(g, RAX, RDX, s->expected);
    halves_to(g, RBX, RCX, s->value);
    s->access = asm_here(a);
    lock(g);
    op_rm(a, P_W | P_0F | 0xc7, (Reg)1, R15, 0);
    movx_to_gpr(a, P_W, RBX, SCRATCH_X2);
    mov_rm(a, R15, RBP, VCPU(space));
    movx_from_gpr(a, P_W, SCRATCH_X, RAX);
    avx_rr(a, P_66 | P_0F3A | P_W | 0x22, s->dest, SCRATCH_X, RDX); // vpinsrq
    b1(a, 1);
}

// Before the slow path: who comes by the jump to it skips this. Returns where those begin whose access faulted, from here on.
uint32_t cas128_undo(Gen *g) {
    Asm *a = &g->a;
    uint8_t *over = jmp_short(a);
    uint32_t at = asm_here(a);
    movx_to_gpr(a, P_W, RBX, SCRATCH_X2);
    mov_rm(a, R15, RBP, VCPU(space));
    bind_short(a, over);
    return at;
}

void slow_cas128(Gen *g, const Stub *s) {
    Asm *a = &g->a;
    raw_canon(g, s->raw);
    pending_store(g, s);
    xmm_store(g, T_I128, VCPU(scratch), s->expected);
    xmm_store(g, T_I128, VCPU(scratch) + 16, s->value);
    emit_pc_off(g, s->pc_off);
    region_call_leave(g);
    mov_ri(a, RDX, s->memop);
    call_to(a, g->x->cas128[s->fp_valid]);
    region_call_enter(g);
    xmm_load(g, T_I128, s->dest, VCPU(scratch));
    jmp_to(a, s->back);
}

static void emit_cas128(Gen *g, IrRef r, const IrOp *op) {
    pending_begin(g, op);
    evict_rax(g);
    Reg base = use_gpr(g, op->a), expected = use_xmm(g, op->b), value = use_xmm(g, op->c);
    Stub *s = stub_new(g, STUB_ATOMIC);
    pending_note(g, s, op);
    done_operands(g, op);
    g->locked |= 1u << RAX;
    s->dest = g->val[r].last == 0 ? SCRATCH_X : def_xmm(g, r);
    mem_begin(g, op, s, base);
    s->type = op->type;
    s->expected = expected;
    s->value = value;
    s->memop |= MO_ALIGN;
    mem_site(g, s, false);
    pending_end(g, op);
}

// ---- up to 64 bits

void atomic_access(Gen *g, Stub *s) {
    if (s->type == T_I128) {
        cas128_access(g, s);
        return;
    }
    Asm *a = &g->a;
    unsigned op = s->op->op, w = s->size == 3 ? P_W : 0;
    Reg result = in_loop(op) || op == OP_CAS ? RAX : RCX;
    if (s->addr32)
        op_rx(a, P_W | 0x8d, RDX, RCX, RDX, 0, 0);
    else
        op_rx(a, P_W | 0x8d, RDX, s->base, RDX, 0, s->disp);
    s->access = asm_here(a);
    if (op == OP_AMO_SWAP || op == OP_AMO_ADD) {
        op_rr(a, w | 0x8b, RCX, s->value);
        s->access = asm_here(a);
        if (op == OP_AMO_ADD)
            lock(g);
        op_rm(a, w | (op == OP_AMO_ADD ? P_0F | 0xc1 : 0x87), RCX, RDX, 0);
    } else if (op == OP_CAS) {
        lock(g);
        op_rm(a, w | P_0F | 0xb1, s->value, RDX, 0);
    } else {
        op_rm(a, w | 0x8b, RAX, RDX, 0);
        uint32_t again = asm_here(a);
        update_rcx(g, op, w, s->value);
        lock(g);
        op_rm(a, w | P_0F | 0xb1, RCX, RDX, 0);
        jcc_to(a, CC_NE, again);
    }
    bool sign = s->size == 2 && (s->memop & MO_SIGN) && s->op->type == T_I64;
    op_rr(a, sign ? P_W | 0x63 : (w | 0x8b), s->dest, result);
}

// By C from the start: sizes that no guest uses in a hot place.
static void amo_call(Gen *g, IrRef r, const IrOp *op) {
    Asm *a = &g->a;
    pending_set(g, op);
    raw_flush(g);
    save_caller_saved(g, false);
    arg_to(g, RCX, op->a);
    if (op->disp)
        lea(a, P_W, RCX, RCX, op->disp);
    if (ir_result_type(&g->ir->ops[op->a]) == T_I32)
        mov32_rr(a, RCX, RCX);
    arg_to(g, RDX, op->b);
    if (op->op == OP_CAS)
        arg_to(g, RAX, op->c);
    emit_pc_off(g, pc_off_of(g, op->snap));
    mov_mi(a, P_W, RBP, VCPU(scratch) + 48, op->op);
    mov_mi(a, P_W, RBP, VCPU(scratch) + 56, op->memop);
    region_call_leave(g);
    call_to(a, g->x->amo[g->fp_valid]);
    region_call_enter(g);
    done_operands(g, op);
    mov_rm(a, RAX, RBP, VCPU(scratch));
    result_from_rax(g, r, op->type);
}

void emit_amo(Gen *g, IrRef r, const IrOp *op) {
    if (op->type == T_I128) {
        emit_cas128(g, r, op);
        return;
    }
    unsigned size = op->memop & MO_SIZE;
    if (size < MO_32 || size > MO_64 || (op->memop & MO_BE) || (op->memop >> MO_MMU_SHIFT & 7)) {
        amo_call(g, r, op);
        return;
    }
    bool rax = in_loop(op->op) || op->op == OP_CAS;
    pending_begin(g, op);
    if (rax)
        evict_rax(g); // even an operand: it comes back elsewhere
    Reg base = use_gpr(g, op->a), value = use_gpr(g, op->op == OP_CAS ? op->c : op->b);
    if (op->op == OP_CAS)
        arg_to(g, RAX, op->b);
    Stub *s = stub_new(g, STUB_ATOMIC);
    pending_note(g, s, op);
    done_operands(g, op);
    g->locked |= rax ? 1u << RAX : 0;
    s->dest = g->val[r].last == 0 ? RCX : def_gpr(g, r);
    mem_begin(g, op, s, base);
    s->type = op->type;
    s->value = value;
    s->memop |= MO_ALIGN;
    mem_site(g, s, false);
    pending_end(g, op);
}
