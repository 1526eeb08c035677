// SPDX-License-Identifier: MIT
// Loads, stores, atomics and calls. The memory path (ADR 0002): each site has a pair (page tag, delta) in the Space. The access goes
// through [base + delta], so its address does not wait for the check:
//
//      lea rcx,[B+disp]; sub rcx,[r15+site]; cmp rcx,4096-size; ja miss; mov rdx,[r15+site+8]; op [B+rdx+disp]
//
// Accesses off one base share a check (group.c). A site whose page changes nearly each time is translated anew to ask the TLB at once.
// Sites are more than pairs, so they share them; loads have one half, stores the other, since what may be read need not be writable.
// The miss stub, in the cold half of the code buffer, probes the TLB, refills the pair and does the access itself, or calls the slow
// path, which does the whole access in C: a page-crossing or MMIO access can never hit. 32-bit guest addresses wrap before the check.
#include "tcg/x86/gen.h"

uint32_t pc_off_of(const Gen *g, uint16_t snap) {
    const IrSnap *s = &g->ir->snaps[snap];
    return (uint32_t)s->pc | (uint32_t)s->retired << 16;
}

void emit_pc_off(Gen *g, uint32_t pc_off) { mov_mi(&g->a, 0, RBP, VCPU(pc_off), (int32_t)pc_off); }

Stub *stub_new(Gen *g, StubKind kind) {
    if (g->nstubs == MAX_STUBS) {
        g->a.full = g->out->beyond = true;
        g->nstubs--;
    }
    Stub *s = &g->stubs[g->nstubs++];
    memset(s, 0, 64); // in two pieces, which are a few stores each
    memset((char *)s + 64, 0, sizeof(*s) - 64);
    s->kind = (uint8_t)kind;
    s->stream = OPT_NO_STREAM;
    s->fp_valid = g->fp_valid;
    if (g->raw)
        s->raw = raw_pins(g);
    return s;
}
_Static_assert(sizeof(Stub) >= 64 && sizeof(Stub) <= 128, "stub_new counts on it");

static bool needs_slow(const IrOp *op) {
    return op->memop & (MO_BE | MO_MMU_SLOW) || ((op->memop & MO_SIZE) > MO_64 && !ir_is_wide(op->type));
}

// Does the address count from a register that stays in its page, as far as can be seen?
static bool is_steady(const Gen *g, IrRef base, Reg reg) {
    const Guest *guest = g->e->guest;
    const IrOp *op = &g->ir->ops[base];
    if (g->x->steady_regs >> reg & 1)
        return true;
    for (unsigned i = 0; op->op == OP_GET && i < guest->nsteady; i++)
        if (op->imm == guest->steady[i])
            return true;
    return false;
}

static uint64_t site_paddr(const Gen *g, unsigned snap) { return g->ppage + (uint64_t)g->ir->snaps[snap].pc; }

// Base register; what has none (a constant address) gets one.
void mem_begin(Gen *g, const IrOp *op, Stub *s, Reg base) {
    bool store = op->op != OP_LOAD || s->write;
    s->op = op;
    s->base = base;
    s->disp = op->disp;
    s->addr32 = ir_result_type(&g->ir->ops[op->a]) == T_I32;
    s->memop = op->memop;
    s->pc_off = pc_off_of(g, op->snap);
    s->size = op->memop & MO_SIZE;
    if (s->role == GROUP_MEMBER)
        return;
    if (!s->role)
        s->delta = RDX;
    if (s->stream != OPT_NO_STREAM) {
        s->site = (uint16_t)region_site(g, s->stream);
        s->strides = region_strides(g, s->stream);
        return;
    }
    s->roves = !g->pairs || is_other(op->memop) || (g->roams && !is_steady(g, op->a, base)) || cache_roves(g->e, site_paddr(g, op->snap));
    if (!s->roves)
        s->site = (uint16_t)(store * SITE_ENTRIES / 2 + (g->site[store]++ & (SITE_ENTRIES / 2 - 1)));
}

// A watched site counts its accesses (rove.c).
static void count_access(Gen *g, Stub *s) {
    Asm *a = &g->a;
    if (s->roves || s->kind == STUB_ATOMIC || !cache_watched(g->e, site_paddr(g, s->op->snap)))
        return;
    opcode(a, P_66 | 0x83, 0, 0, R15); // sub word [accesses], 1
    modrm_mem(a, ALU_SUB, R15, SPACE(accesses) + 2 * s->site);
    b1(a, 1);
    s->counted = jcc_fwd(a, CC_S);
    s->begin = asm_here(a);
}

// In a strip, where the page is known to be the right one, there is none.
static void stream_check(Gen *g, Stub *s) {
    if (strip_covers(g, s->stream)) {
        s->kind = s->kind == STUB_LOAD ? STUB_NONE_LOAD : STUB_NONE_STORE;
    } else {
        s->retry = asm_here(&g->a);
        region_page(g, s->stream, s->base, s->disp);
        alu_ri(&g->a, P_W, ALU_CMP, RCX, (int32_t)PAGE_SIZE - (1 << s->size));
        s->from[0] = jcc_fwd(&g->a, CC_A);
    }
    s->delta = region_delta(g, s->stream);
}

// The check. Leaves what the access must be addressed by: [base + delta + disp], or for 32-bit addresses [rcx + delta].
static void mem_check(Gen *g, Stub *s) {
    Asm *a = &g->a;
    if (s->role == GROUP_MEMBER) {
        op_rr(a, P_W | 0x85, s->delta, s->delta); // test
        s->from[0] = jcc_fwd(a, CC_E);
        return;
    }
    if (s->stream != OPT_NO_STREAM) {
        stream_check(g, s);
        return;
    }
    count_access(g, s);
    if (s->role == GROUP_LEADER) {
        lea(a, P_W, RCX, s->base, s->lo);
        page_check(g, s, s->range);
        return;
    }
    if (s->memop & MO_ALIGN && s->size) {
        lea(a, s->addr32 ? 0 : P_W, RCX, s->base, s->disp);
        opcode(a, 0xf6, 0, 0, RCX); // test cl, size - 1
        b1(a, 0xc0 | RCX);
        b1(a, (1u << s->size) - 1);
        s->from[1] = jcc_fwd(a, CC_NE);
    }
    if (s->addr32) {
        lea(a, 0, RCX, s->base, s->disp);
    } else if (s->disp || (s->memop & MO_ALIGN && s->size)) {
        lea(a, P_W, RCX, s->base, s->disp);
    } else {
        mov_rr(a, RCX, s->base);
    }
    page_check(g, s, 1u << s->size);
    if (s->addr32)
        lea(a, 0, RCX, s->base, s->disp);
}

static void mem_op(Gen *g, Stub *s, unsigned code, Reg reg) {
    s->access = asm_here(&g->a);
    if (s->addr32)
        op_rx(&g->a, code, reg, RCX, s->delta, 0, 0);
    else
        op_rx(&g->a, code, reg, s->base, s->delta, 0, s->disp);
}

static unsigned load_code(const Stub *s) {
    bool sign = s->memop & MO_SIGN;
    unsigned w = s->type == T_I64 ? P_W : 0;
    switch (s->size) {
    case MO_8: return sign ? P_0F | 0xbe | w : P_0F | 0xb6;
    case MO_16: return sign ? P_0F | 0xbf | w : P_0F | 0xb7;
    case MO_32: return sign && w ? P_W | 0x63 : 0x8b;
    default: return P_W | 0x8b;
    }
}

static void fp_op(Gen *g, Stub *s, bool store) {
    bool aligned = s->type == T_I128 && s->memop & MO_ALIGN; // MOVAPS, which is atomic (access.c)
    unsigned code = (aligned ? MOVAPS : ir_is_wide(s->type) ? MOVUPS : s->type == T_F32 ? MOVSS : MOVSD) + store;
    s->access = asm_here(&g->a);
    if (s->addr32)
        avx_rx(&g->a, code, s->value, 0, RCX, s->delta, 0);
    else
        avx_rx(&g->a, code, s->value, 0, s->base, s->delta, s->disp);
}

static void load_access(Gen *g, Stub *s) {
    if (s->is_fp && s->type != T_F16) {
        fp_op(g, s, false);
    } else if (s->is_fp) { // f16
        mem_op(g, s, P_0F | 0xb7, RCX);
        op_rr(&g->a, P_66 | P_0F | 0x6e, s->value, RCX);
    } else {
        mem_op(g, s, load_code(s), s->value);
    }
}

// The jump to a site's stub where there is no fast path at all.
static void always_slow(Gen *g, Stub *s) {
    asm_room(&g->a);
    b1(&g->a, 0xe9);
    b4(&g->a, 0);
    s->from[0] = g->a.p;
}

void emit_load(Gen *g, IrRef r, const IrOp *op) {
    bool slow = needs_slow(op);
    pending_begin(g, op);
    Reg base = use_gpr(g, op->a);
    Stub *s = stub_new(g, slow ? STUB_SLOW_LOAD : STUB_LOAD);
    if (g->region)
        s->stream = region_stream(g, r);
    if (s->stream == OPT_NO_STREAM)
        group_join(g, op, s);
    unsigned locked = s->role ? 1u << s->delta : 0;
    pending_note(g, s, op);
    // The result's register first: making room for it may store a value, which the slow path must not jump over. It may be the
    // base's own, or a pin, since nothing is written there before the access is known to be good.
    done_operands(g, op);
    g->locked |= locked;
    s->is_fp = type_fp(op->type);
    if (g->val[r].last == 0)
        s->value = s->is_fp ? SCRATCH_X : RCX;
    else
        s->value = s->is_fp ? def_xmm(g, r) : def_gpr(g, r);
    mem_begin(g, op, s, base);
    s->type = op->type;
    g->val[r].boxed = g->x->wide; // a load clears what is above
    mem_site(g, s, slow);
    pending_end(g, op);
}

static void store_value(Gen *g, Stub *s, const IrOp *op) {
    IrType t = ir_result_type(&g->ir->ops[op->b]);
    s->type = t;
    if (is_const(g, op->b) && !type_fp(t)) {
        int64_t v = const_value(g, op->b);
        if ((op->memop & MO_SIZE) < MO_64 || v == (int32_t)v) {
            s->value_const = true;
            s->imm = v;
            return;
        }
    }
    s->is_fp = type_fp(t);
    if (s->is_fp)
        raw_check(g, op->b);
    s->value = s->is_fp ? use_xmm(g, op->b) : use_gpr(g, op->b);
}

static void store_access(Gen *g, Stub *s) {
    static const unsigned code[] = {P_BYTE | 0x88, P_66 | 0x89, 0x89, P_W | 0x89};
    static const unsigned code_imm[] = {0xc6, P_66 | 0xc7, 0xc7, P_W | 0xc7};
    if (s->is_fp) { // f16 goes the slow way
        fp_op(g, s, true);
    } else if (s->value_const) {
        mem_op(g, s, code_imm[s->size], 0);
        if (s->size == 0)
            b1(&g->a, (unsigned)s->imm);
        else if (s->size == 1) {
            b1(&g->a, (unsigned)s->imm);
            b1(&g->a, (unsigned)s->imm >> 8);
        } else
            b4(&g->a, (uint32_t)s->imm);
    } else {
        mem_op(g, s, code[s->size], s->value);
    }
}

void mem_access(Gen *g, Stub *s) {
    if (s->kind == STUB_LOAD || s->kind == STUB_NONE_LOAD)
        load_access(g, s);
    else if (s->kind == STUB_STORE || s->kind == STUB_NONE_STORE)
        store_access(g, s);
    else
        atomic_access(g, s);
}

void mem_site(Gen *g, Stub *s, bool slow) {
    if (slow) {
        always_slow(g, s);
    } else {
        mem_check(g, s);
        mem_access(g, s);
    }
    s->back = asm_here(&g->a);
}

void emit_store(Gen *g, IrRef r, const IrOp *op) {
    bool slow = needs_slow(op) || ir_result_type(&g->ir->ops[op->b]) == T_F16;
    pending_begin(g, op);
    Reg base = use_gpr(g, op->a);
    Stub *s = stub_new(g, slow ? STUB_SLOW_STORE : STUB_STORE);
    store_value(g, s, op);
    if (g->region)
        s->stream = region_stream(g, r);
    if (s->stream == OPT_NO_STREAM)
        group_join(g, op, s);
    pending_note(g, s, op);
    mem_begin(g, op, s, base);
    mem_site(g, s, slow);
    done_operands(g, op);
    pending_end(g, op);
}

void emit_fence(Gen *g, IrRef r, const IrOp *op) {
    if (!(op->imm & FENCE_WR))
        return; // x86 keeps every other order by itself
    asm_room(&g->a);
    b1(&g->a, 0xf0);
    alu_mi(&g->a, 0, ALU_OR, RSP, 0, 0);
}

void emit_call(Gen *g, IrRef r, const IrOp *op) {
    const Helper *h = &g->ir->names->helpers[op->helper];
    bool writes = h->effects & HELPER_WRITES;
    pending_set(g, op);
    raw_flush(g);
    save_caller_saved(g, writes);
    xpins_spill(g);
    if (op->a != IR_NONE)
        arg_to(g, RCX, op->a);
    if (op->b != IR_NONE)
        arg_to(g, RDX, op->b);
    if (op->c != IR_NONE)
        arg_to(g, RAX, op->c);
    if (h->effects & (HELPER_TRAPS | HELPER_READS | HELPER_WRITES))
        emit_pc_off(g, pc_off_of(g, op->hsnap));
    region_call_leave(g);
    call_to(&g->a, g->x->helper[op->helper]);
    region_call_enter(g);
    region_mapped_anew(g);
    done_operands(g, op);
    xpins_forget(g);
    if (writes)
        forget_state(g);
    result_from_rax(g, r, op->type);
}

// A pure op without an emitter: its interpreter function.
void emit_eval(Gen *g, IrRef r, const IrOp *op) {
    unsigned n = ir_op_info[op->op].operands;
    save_caller_saved(g, false);
    if (n > 0)
        arg_to(g, RCX, op->a);
    if (n > 1)
        arg_to(g, RDX, op->b);
    if (n > 2)
        arg_to(g, RAX, op->c);
    Stub *s = stub_new(g, STUB_EVAL);
    s->op = op;
    mov_mi(&g->a, P_W, RBP, VCPU(scratch) + 48, 0);
    s->from[0] = g->a.p; // the immediate becomes the op's address, beside the stubs
    region_call_leave(g);
    call_to(&g->a, g->x->eval[g->fp_valid]);
    region_call_enter(g);
    done_operands(g, op);
    g->out->fallbacks++;
    result_from_rax(g, r, ir_result_type(op));
}
