// SPDX-License-Identifier: MIT
// Integer ops. Each emitter reads its operands into registers (or addresses them in memory), frees what dies, takes a register for the
// result — which may be one of the operands' — and emits. 32-bit results are zero-extended by the host for free.
#include "tcg/x86/gen.h"

typedef struct Opnd { // second operand
    enum { O_REG, O_IMM, O_MEM } kind;
    Reg reg;
    int32_t imm; // or displacement from rbp
} Opnd;

static Opnd operand(Gen *g, IrRef r, IrType t) {
    Opnd o = {O_REG, 0, 0};
    if (fits_imm32(g, r, t, &o.imm))
        o.kind = O_IMM;
    else if (in_memory(g, r, &o.imm))
        o.kind = O_MEM;
    else
        o.reg = use_gpr(g, r);
    return o;
}

// The host's flags tell whether d is zero, until the next instruction.
static void note_flags(Gen *g, unsigned w, Reg d) {
    g->flags_at = g->a.p;
    g->flags_of = d;
    g->flags_w = w;
}

static void alu(Gen *g, unsigned w, unsigned op, Reg d, Opnd o) {
    if (o.kind == O_IMM)
        alu_ri(&g->a, w, op, d, o.imm);
    else if (o.kind == O_MEM)
        alu_rm(&g->a, w, op, d, RBP, o.imm);
    else
        alu_rr(&g->a, w, op, d, o.reg);
    note_flags(g, w, d);
}

static void move_w(Gen *g, unsigned w, Reg d, Reg s) {
    if (d != s)
        op_rr(&g->a, w | 0x8b, d, s);
}

// d = a op b for two-operand hosts, whatever aliases whatever.
static void binary(Gen *g, IrRef r, const IrOp *op, unsigned alu_op, bool commutes) {
    unsigned w = type_w(op->type);
    int32_t disp = 0;
    bool a_mem = in_memory(g, op->a, &disp);
    Reg a = a_mem ? RCX : use_gpr(g, op->a);
    Opnd b = operand(g, op->b, op->type);
    done_operands(g, op);
    Reg d = def_gpr(g, r);
    if (a_mem) {
        Reg t = b.kind == O_REG && b.reg == d ? RCX : d;
        op_rm(&g->a, w | 0x8b, t, RBP, disp);
        alu(g, w, alu_op, t, b);
        move_w(g, w, d, t);
    } else if (d == a) {
        alu(g, w, alu_op, d, b);
    } else if (b.kind == O_REG && b.reg == d) {
        if (commutes) {
            alu_rr(&g->a, w, alu_op, d, a);
        } else {
            move_w(g, w, RCX, a);
            alu_rr(&g->a, w, alu_op, RCX, b.reg);
            move_w(g, w, d, RCX);
        }
    } else {
        move_w(g, w, d, a);
        alu(g, w, alu_op, d, b);
    }
}

static void emit_add(Gen *g, IrRef r, const IrOp *op) {
    int32_t imm, disp;
    unsigned w = type_w(op->type);
    if (in_memory(g, op->a, &disp) || in_memory(g, op->b, &disp)) {
        binary(g, r, op, ALU_ADD, true);
        return;
    }
    Reg a = use_gpr(g, op->a);
    if (fits_imm32(g, op->b, op->type, &imm)) {
        done_operands(g, op);
        Reg d = def_gpr(g, r);
        if (d == a) {
            alu_ri(&g->a, w, ALU_ADD, d, imm);
            note_flags(g, w, d);
        } else {
            lea(&g->a, w, d, a, imm);
        }
        return;
    }
    Reg b = use_gpr(g, op->b);
    done_operands(g, op);
    Reg d = def_gpr(g, r);
    if (d == a)
        alu_rr(&g->a, w, ALU_ADD, d, b);
    else if (d == b)
        alu_rr(&g->a, w, ALU_ADD, d, a);
    else
        op_rx(&g->a, w | 0x8d, d, a, b, 0, 0);
}

static void emit_sub(Gen *g, IrRef r, const IrOp *op) { binary(g, r, op, ALU_SUB, false); }
static void emit_and(Gen *g, IrRef r, const IrOp *op) { binary(g, r, op, ALU_AND, true); }
static void emit_or(Gen *g, IrRef r, const IrOp *op) { binary(g, r, op, ALU_OR, true); }
static void emit_xor(Gen *g, IrRef r, const IrOp *op) { binary(g, r, op, ALU_XOR, true); }

static void emit_andn(Gen *g, IrRef r, const IrOp *op) {
    Reg a = use_gpr(g, op->a), b = use_gpr(g, op->b);
    done_operands(g, op);
    andn(&g->a, type_w(op->type) != 0, def_gpr(g, r), b, a);
}

static void shift(Gen *g, IrRef r, const IrOp *op, unsigned sh) {
    unsigned w = type_w(op->type), mask = w ? 63 : 31;
    Reg a = use_gpr(g, op->a);
    if (is_const(g, op->b)) {
        unsigned n = (unsigned)const_value(g, op->b) & mask;
        done_operands(g, op);
        Reg d = def_gpr(g, r);
        if (sh == SH_ROR) {
            rorx(&g->a, w != 0, d, a, n);
        } else if (sh == SH_SHL && n == 1 && d != a) {
            op_rx(&g->a, w | 0x8d, d, a, a, 0, 0);
        } else {
            move_w(g, w, d, a);
            if (d == a && !w && n == 0)
                mov32_rr(&g->a, d, a);
            shift_ri(&g->a, w, sh, d, n);
        }
        return;
    }
    Reg b = use_gpr(g, op->b);
    done_operands(g, op);
    Reg d = def_gpr(g, r);
    if (sh == SH_SHL) {
        shlx(&g->a, w != 0, d, a, b);
    } else if (sh == SH_SHR) {
        shrx(&g->a, w != 0, d, a, b);
    } else if (sh == SH_SAR) {
        sarx(&g->a, w != 0, d, a, b);
    } else {
        move_w(g, w, RDX, a);
        move_w(g, 0, RCX, b);
        opcode(&g->a, w | 0xd3, 0, 0, RDX);
        b1(&g->a, 0xc0 | SH_ROR << 3 | RDX);
        move_w(g, w, d, RDX);
    }
}

static void emit_shl(Gen *g, IrRef r, const IrOp *op) { shift(g, r, op, SH_SHL); }
static void emit_shr(Gen *g, IrRef r, const IrOp *op) { shift(g, r, op, SH_SHR); }
static void emit_sar(Gen *g, IrRef r, const IrOp *op) { shift(g, r, op, SH_SAR); }
static void emit_rotr(Gen *g, IrRef r, const IrOp *op) { shift(g, r, op, SH_ROR); }

static void emit_mul(Gen *g, IrRef r, const IrOp *op) {
    unsigned w = type_w(op->type);
    int32_t imm, disp;
    Reg a = use_gpr(g, op->a);
    if (fits_imm32(g, op->b, op->type, &imm)) {
        done_operands(g, op);
        Reg d = def_gpr(g, r);
        op_rr(&g->a, w | 0x69, d, a);
        b4(&g->a, (uint32_t)imm);
        return;
    }
    if (in_memory(g, op->b, &disp)) {
        done_operands(g, op);
        Reg d = def_gpr(g, r);
        move_w(g, w, d, a);
        op_rm(&g->a, w | P_0F | 0xaf, d, RBP, disp);
        return;
    }
    Reg b = use_gpr(g, op->b);
    done_operands(g, op);
    Reg d = def_gpr(g, r);
    if (d == b) {
        op_rr(&g->a, w | P_0F | 0xaf, d, a);
    } else {
        move_w(g, w, d, a);
        op_rr(&g->a, w | P_0F | 0xaf, d, b);
    }
}

// High halves. 64 bits: mulx gives the unsigned one; each negative signed operand takes the other off. 32 bits: a 64-bit product.
static void emit_mulh(Gen *g, IrRef r, const IrOp *op) {
    Asm *s = &g->a;
    bool a_signed = op->op != OP_MULHU, b_signed = op->op == OP_MULHS;
    Reg a = use_gpr(g, op->a), b = use_gpr(g, op->b);
    if (op->type == T_I32) {
        op_rr(s, a_signed ? P_W | 0x63 : 0x8b, RCX, a);
        op_rr(s, b_signed ? P_W | 0x63 : 0x8b, RDX, b);
        op_rr(s, P_W | P_0F | 0xaf, RCX, RDX);
        done_operands(g, op);
        Reg d = def_gpr(g, r);
        shift_ri(s, P_W, SH_SHR, RCX, 32);
        mov_rr(s, d, RCX);
        return;
    }
    mov_rr(s, RDX, a);
    mulx(s, 1, RCX, RDX, b); // rcx: high
    if (a_signed) {
        mov_rr(s, RDX, a);
        shift_ri(s, P_W, SH_SAR, RDX, 63);
        alu_rr(s, P_W, ALU_AND, RDX, b);
        alu_rr(s, P_W, ALU_SUB, RCX, RDX);
    }
    if (b_signed) {
        mov_rr(s, RDX, b);
        shift_ri(s, P_W, SH_SAR, RDX, 63);
        alu_rr(s, P_W, ALU_AND, RDX, a);
        alu_rr(s, P_W, ALU_SUB, RCX, RDX);
    }
    done_operands(g, op);
    mov_rr(s, def_gpr(g, r), RCX);
}

// Division by 0 and MIN / -1 by branches, since the host traps on them. rcx = divisor, rdx:rax = dividend and results.
// rax / rcx: the quotient stays in rax, the remainder in rdx.
static void divide(Asm *s, unsigned w, bool is_signed) {
    if (is_signed)
        opcode(s, w | 0x99, 0, 0, 0); // cqo, cdq
    else
        op_rr(s, 0x33, RDX, RDX);
    unary(s, w, is_signed ? 7 : 6, RCX);
}

// rdx = rax / rcx or the remainder, with what op.def says of the divisors 0 and -1, which the host traps on.
static void divide_total(Asm *s, unsigned w, bool is_signed, bool rem) {
    op_rr(s, w | 0x85, RCX, RCX);
    uint8_t *zero = jcc_short(s, CC_E), *minus = NULL;
    if (is_signed) {
        alu_ri(s, w, ALU_CMP, RCX, -1);
        minus = jcc_short(s, CC_E);
    }
    divide(s, w, is_signed);
    if (!rem)
        op_rr(s, w | 0x8b, RDX, RAX);
    uint8_t *done = jmp_short(s);
    bind_short(s, zero);
    if (rem)
        op_rr(s, w | 0x8b, RDX, RAX);
    else
        alu_ri(s, w, ALU_OR, RDX, -1);
    uint8_t *done_zero = jmp_short(s);
    if (minus) {
        bind_short(s, minus);
        op_rr(s, w | 0x8b, RDX, RAX);
        if (rem)
            op_rr(s, 0x33, RDX, RDX);
        else
            unary(s, w, 3, RDX); // neg
    }
    bind_short(s, done);
    bind_short(s, done_zero);
}

static void emit_div(Gen *g, IrRef r, const IrOp *op) {
    Asm *s = &g->a;
    unsigned w = type_w(op->type);
    bool is_signed = op->op == OP_DIVS || op->op == OP_REMS, rem = op->op == OP_REMS || op->op == OP_REMU;
    Reg a = use_gpr(g, op->a), b = use_gpr(g, op->b);
    bool keep = g->gpr[RAX] != IR_NONE; // rax is a temp that may hold a value (an operand's register is read first)
    op_rr(s, w | 0x8b, RCX, b);
    if (keep)
        mov_mr(s, RBP, VCPU(scratch) + 40, RAX);
    move_w(g, w, RAX, a);
    divide_total(s, w, is_signed, rem);
    if (keep)
        mov_rm(s, RAX, RBP, VCPU(scratch) + 40);
    done_operands(g, op);
    op_rr(s, w | 0x8b, def_gpr(g, r), RDX);
}

static void emit_minmax(Gen *g, IrRef r, const IrOp *op) {
    static const uint8_t cc[] = {[OP_MINS - OP_MINS] = CC_L, [OP_MINU - OP_MINS] = CC_B, [OP_MAXS - OP_MINS] = CC_G, [OP_MAXU - OP_MINS] = CC_A};
    unsigned w = type_w(op->type);
    Reg a = use_gpr(g, op->a), b = use_gpr(g, op->b);
    op_rr(&g->a, w | 0x8b, RCX, b);
    alu_rr(&g->a, w, ALU_CMP, a, RCX);
    op_rr(&g->a, w | P_0F | 0x40 | cc[op->op - OP_MINS], RCX, a);
    done_operands(g, op);
    op_rr(&g->a, w | 0x8b, def_gpr(g, r), RCX);
}

static void emit_unary(Gen *g, IrRef r, const IrOp *op) {
    static const uint32_t code[OP_COUNT] = {
        [OP_CLZ] = P_F3 | P_0F | 0xbd, [OP_CTZ] = P_F3 | P_0F | 0xbc, [OP_POPCNT] = P_F3 | P_0F | 0xb8,
        [OP_SEXT8] = P_BYTE | P_0F | 0xbe, [OP_SEXT16] = P_0F | 0xbf, [OP_SEXT32] = 0x63,
        [OP_ZEXT8] = P_BYTE | P_0F | 0xb6, [OP_ZEXT16] = P_0F | 0xb7, [OP_ZEXT32] = 0x8b,
    };
    unsigned w = type_w(op->type), c = code[op->op];
    if (op->op == OP_ZEXT8 || op->op == OP_ZEXT16 || op->op == OP_ZEXT32)
        w = 0;
    int32_t disp;
    if (in_memory(g, op->a, &disp)) {
        done_operands(g, op);
        op_rm(&g->a, c | w, def_gpr(g, r), RBP, disp);
        return;
    }
    Reg a = use_gpr(g, op->a);
    done_operands(g, op);
    op_rr(&g->a, c | w, def_gpr(g, r), a);
}

static void emit_bswap(Gen *g, IrRef r, const IrOp *op) {
    Reg a = use_gpr(g, op->a);
    done_operands(g, op);
    Reg d = def_gpr(g, r);
    move_w(g, type_w(op->type), d, a);
    opcode(&g->a, type_w(op->type) | P_0F | 0xc8 | (d & 7), 0, 0, d);
}

// Halves of bytes change places, then quarters, then eighths.
static void emit_brev8(Gen *g, IrRef r, const IrOp *op) {
    static const struct { uint64_t low; unsigned n; } step[3] = {
        {0x0f0f0f0f0f0f0f0f, 4}, {0x3333333333333333, 2}, {0x5555555555555555, 1}};
    unsigned w = type_w(op->type);
    Reg a = use_gpr(g, op->a);
    done_operands(g, op);
    Reg d = def_gpr(g, r);
    move_w(g, w, d, a);
    for (unsigned k = 0; k < 3; k++) {
        mov_ri(&g->a, RDX, (int64_t)(w ? step[k].low : (uint32_t)step[k].low));
        op_rr(&g->a, w | 0x8b, RCX, d);
        shift_ri(&g->a, w, SH_SHR, RCX, step[k].n);
        alu_rr(&g->a, w, ALU_AND, RCX, RDX);
        alu_rr(&g->a, w, ALU_AND, d, RDX);
        shift_ri(&g->a, w, SH_SHL, d, step[k].n);
        alu_rr(&g->a, w, ALU_OR, d, RCX);
    }
}

// Bytes equal to zero, by SSE; complemented.
static void emit_orcb(Gen *g, IrRef r, const IrOp *op) {
    Reg a = use_gpr(g, op->a);
    unsigned w = type_w(op->type);
    op_rr(&g->a, P_66 | w | P_0F | 0x6e, SCRATCH_X, a);
    op_rr(&g->a, P_66 | P_0F | 0xef, SCRATCH_X2, SCRATCH_X2);
    op_rr(&g->a, P_66 | P_0F | 0x74, SCRATCH_X, SCRATCH_X2);
    done_operands(g, op);
    Reg d = def_gpr(g, r);
    op_rr(&g->a, P_66 | w | P_0F | 0x7e, SCRATCH_X, d);
    unary(&g->a, w, 2, d);
}

static void emit_clmul(Gen *g, IrRef r, const IrOp *op) {
    Asm *s = &g->a;
    unsigned w = type_w(op->type);
    Reg a = use_gpr(g, op->a), b = use_gpr(g, op->b);
    op_rr(s, P_66 | w | P_0F | 0x6e, SCRATCH_X, a);
    op_rr(s, P_66 | w | P_0F | 0x6e, SCRATCH_X2, b);
    op_rr(s, P_66 | P_0F3A | 0x44, SCRATCH_X, SCRATCH_X2);
    b1(s, 0);
    op_rr(s, P_66 | P_W | P_0F | 0x7e, SCRATCH_X, RCX); // low 64 bits
    if (op->op != OP_CLMUL && w) {
        op_rr(s, P_66 | P_W | P_0F3A | 0x16, SCRATCH_X, RDX);
        b1(s, 1);
        if (op->op == OP_CLMULR) {
            alu_rr(s, P_W, ALU_ADD, RDX, RDX);
            shift_ri(s, P_W, SH_SHR, RCX, 63);
            alu_rr(s, P_W, ALU_OR, RDX, RCX);
        }
        mov_rr(s, RCX, RDX);
    } else if (op->op != OP_CLMUL) {
        shift_ri(s, P_W, SH_SHR, RCX, op->op == OP_CLMULR ? 31 : 32);
    }
    done_operands(g, op);
    op_rr(s, w | 0x8b, def_gpr(g, r), RCX);
}

// ---- comparison
static const uint8_t int_cc[] = {CC_E, CC_NE, CC_L, CC_B, CC_GE, CC_AE};

unsigned emit_compare(Gen *g, IrRef r) {
    const IrOp *c = &g->ir->ops[r];
    if (ir_op_info[c->op].kind == KIND_FCMP)
        return emit_fcompare(g, r);
    unsigned w = type_w(c->type), cc = int_cc[c->op - OP_EQ];
    int32_t disp, imm;
    if (in_memory(g, c->a, &disp) && c->type != T_I1 && (is_const(g, c->b) ? fits_imm32(g, c->b, c->type, &imm) : g->val[c->b].reg != NOREG)) {
        if (is_const(g, c->b))
            alu_mi(&g->a, w, ALU_CMP, RBP, disp, imm);
        else
            op_rm(&g->a, w | 0x39, use_gpr(g, c->b), RBP, disp);
        return cc;
    }
    Reg a = use_gpr(g, c->a);
    if (is_const(g, c->b) && const_value(g, c->b) == 0) {
        if (!(c->op <= OP_NE && g->flags_at == g->a.p && g->flags_of == a && g->flags_w == w))
            op_rr(&g->a, w | 0x85, a, a);
    }
    else
        alu(g, w, ALU_CMP, a, operand(g, c->b, c->type));
    g->flags_at = NULL;
    return cc;
}

unsigned emit_condition(Gen *g, IrRef cond) {
    if (g->val[cond].fused)
        return emit_compare(g, cond);
    Reg c = use_gpr(g, cond);
    op_rr(&g->a, 0x85, c, c);
    return CC_NE;
}

static void emit_cmp(Gen *g, IrRef r, const IrOp *op) {
    if (fuse(g, r))
        return;
    unsigned cc = emit_compare(g, r);
    done_operands(g, op);
    setcc(&g->a, cc, RCX);
    op_rr(&g->a, P_BYTE | P_0F | 0xb6, def_gpr(g, r), RCX);
}

static void emit_bool(Gen *g, IrRef r, const IrOp *op) {
    if (g->val[op->a].fused) {
        unsigned cc = emit_compare(g, op->a);
        setcc(&g->a, cc, RCX);
        done_condition(g, op);
        op_rr(&g->a, P_BYTE | P_0F | 0xb6, def_gpr(g, r), RCX);
        return;
    }
    Reg a = use_gpr(g, op->a);
    done_operands(g, op);
    mov32_rr(&g->a, def_gpr(g, r), a);
}

static void emit_shadd(Gen *g, IrRef r, const IrOp *op) {
    if (!is_const(g, op->c) || (uint64_t)const_value(g, op->c) > 3) {
        emit_eval(g, r, op);
        return;
    }
    Reg a = use_gpr(g, op->a), b = use_gpr(g, op->b);
    done_operands(g, op);
    op_rx(&g->a, type_w(op->type) | 0x8d, def_gpr(g, r), a, b, (unsigned)const_value(g, op->c), 0);
}

static void emit_select(Gen *g, IrRef r, const IrOp *op) {
    unsigned w = type_w(op->type);
    if (type_fp(op->type)) {
        emit_fselect(g, r, op);
        return;
    }
    Reg a = use_gpr(g, op->a);
    Opnd b = operand(g, op->b, op->type);
    if (b.kind == O_IMM)
        mov_ri(&g->a, RCX, w ? b.imm : (int64_t)(uint32_t)b.imm);
    else if (b.kind == O_MEM)
        op_rm(&g->a, w | 0x8b, RCX, RBP, b.imm);
    else
        op_rr(&g->a, w | 0x8b, RCX, b.reg);
    unsigned cc = emit_condition(g, op->c);
    op_rr(&g->a, w | P_0F | 0x40 | cc, RCX, a);
    done_condition(g, op);
    op_rr(&g->a, w | 0x8b, def_gpr(g, r), RCX);
}

static void emit_nothing(Gen *g, IrRef r, const IrOp *op) {}
static void emit_get(Gen *g, IrRef r, const IrOp *op) { get_slot(g, r, op); }
static void emit_set(Gen *g, IrRef r, const IrOp *op) { set_slot(g, op); }
static void emit_tally(Gen *g, IrRef r, const IrOp *op) { tally_slot(g, op); }

EmitFn *const x86_emit[OP_COUNT] = {
    [OP_NOP] = emit_nothing, [OP_CONST] = emit_nothing, [OP_PCREL] = emit_nothing, [OP_GET] = emit_get, [OP_SET] = emit_set,
    [OP_TALLY] = emit_tally, [OP_CLOCK] = emit_clock,
    [OP_ADD] = emit_add, [OP_SUB] = emit_sub, [OP_AND] = emit_and, [OP_OR] = emit_or, [OP_XOR] = emit_xor, [OP_ANDN] = emit_andn,
    [OP_SHL] = emit_shl, [OP_SHR] = emit_shr, [OP_SAR] = emit_sar, [OP_ROTR] = emit_rotr, [OP_SHADD] = emit_shadd, [OP_MUL] = emit_mul,
    [OP_MULHS] = emit_mulh, [OP_MULHU] = emit_mulh, [OP_MULHSU] = emit_mulh,
    [OP_DIVS] = emit_div, [OP_DIVU] = emit_div, [OP_REMS] = emit_div, [OP_REMU] = emit_div,
    [OP_MINS] = emit_minmax, [OP_MINU] = emit_minmax, [OP_MAXS] = emit_minmax, [OP_MAXU] = emit_minmax,
    [OP_CLZ] = emit_unary, [OP_CTZ] = emit_unary, [OP_POPCNT] = emit_unary, [OP_BSWAP] = emit_bswap, [OP_BREV8] = emit_brev8, [OP_ORCB] = emit_orcb,
    [OP_CLMUL] = emit_clmul, [OP_CLMULH] = emit_clmul, [OP_CLMULR] = emit_clmul,
    [OP_SEXT8] = emit_unary, [OP_SEXT16] = emit_unary, [OP_SEXT32] = emit_unary,
    [OP_ZEXT8] = emit_unary, [OP_ZEXT16] = emit_unary, [OP_ZEXT32] = emit_unary, [OP_BOOL] = emit_bool,
    [OP_EQ] = emit_cmp, [OP_NE] = emit_cmp, [OP_LTS] = emit_cmp, [OP_LTU] = emit_cmp, [OP_GES] = emit_cmp, [OP_GEU] = emit_cmp,
    [OP_SELECT] = emit_select,
    [OP_LOAD] = emit_load, [OP_STORE] = emit_store, [OP_CAS] = emit_amo, [OP_AMO_SWAP] = emit_amo, [OP_AMO_ADD] = emit_amo,
    [OP_AMO_AND] = emit_amo, [OP_AMO_OR] = emit_amo, [OP_AMO_XOR] = emit_amo, [OP_AMO_MINS] = emit_amo, [OP_AMO_MAXS] = emit_amo,
    [OP_AMO_MINU] = emit_amo, [OP_AMO_MAXU] = emit_amo, [OP_FENCE] = emit_fence,
    [OP_FADD] = emit_fbin, [OP_FSUB] = emit_fbin, [OP_FMUL] = emit_fbin, [OP_FDIV] = emit_fbin, [OP_FSQRT] = emit_fsqrt,
    [OP_FMADD] = emit_fma, [OP_FMSUB] = emit_fma, [OP_FNMSUB] = emit_fma, [OP_FNMADD] = emit_fma,
    [OP_FMIN] = emit_fminmax, [OP_FMAX] = emit_fminmax, [OP_FMINIMUM] = emit_fextreme, [OP_FMAXIMUM] = emit_fextreme,
    [OP_FMINNUM] = emit_fextreme, [OP_FMAXNUM] = emit_fextreme, [OP_FROUND] = emit_fround,
    [OP_FNE] = emit_fcmp, [OP_FNLT] = emit_fcmp, [OP_FNLE] = emit_fcmp, [OP_FUNORD] = emit_fcmp, [OP_VZEXT] = emit_vzext, [OP_VPAIR] = emit_vpair,
    [OP_PAIR] = emit_vpair, [OP_LOW] = emit_low, [OP_HIGH] = emit_high,
    [OP_VAND] = emit_vbinary, [OP_VOR] = emit_vbinary, [OP_VXOR] = emit_vbinary, [OP_VANDN] = emit_vandn, [OP_VSEL] = emit_vsel,
    [OP_VADD] = emit_vbinary, [OP_VSUB] = emit_vbinary, [OP_VMUL] = emit_vbinary, [OP_VMINS] = emit_vbinary, [OP_VMINU] = emit_vbinary,
    [OP_VMAXS] = emit_vbinary, [OP_VMAXU] = emit_vbinary, [OP_VEQ] = emit_vcompare, [OP_VGTS] = emit_vcompare, [OP_VABS] = emit_vabs,
    [OP_VSHLI] = emit_vshift, [OP_VSHRI] = emit_vshift, [OP_VSARI] = emit_vshift, [OP_VSHL] = emit_vshift_by,
    [OP_VSHR] = emit_vshift_by, [OP_VSAR] = emit_vshift_by, [OP_VZXT] = emit_vextend, [OP_VSXT] = emit_vextend,
    [OP_VZIPL] = emit_vbinary, [OP_VZIPH] = emit_vbinary, [OP_VUZPE] = emit_vunzip, [OP_VUZPO] = emit_vunzip, [OP_VEXT] = emit_vext,
    [OP_VREV] = emit_vrev, [OP_VTBL] = emit_vtbl, [OP_VDUP] = emit_vdup, [OP_VDUPL] = emit_vdup_lane, [OP_VINS] = emit_vins,
    [OP_VAESE] = emit_vaes, [OP_VAESD] = emit_vaes, [OP_VAESMC] = emit_vaes, [OP_VAESIMC] = emit_vaes, [OP_VCLMUL] = emit_vclmul,
    [OP_VSHA256H] = emit_sha256_rounds, [OP_VSHA256H2] = emit_sha256_rounds, [OP_VSHA256SU0] = emit_sha256_schedule,
    [OP_VSHA256SU1] = emit_sha256_schedule,
    [OP_VFADD] = emit_vfbin, [OP_VFSUB] = emit_vfbin, [OP_VFMUL] = emit_vfbin, [OP_VFDIV] = emit_vfbin, [OP_VFSQRT] = emit_vfsqrt,
    [OP_VFMADD] = emit_vfma, [OP_VFNMSUB] = emit_vfma, [OP_VFEQ] = emit_vfcompare, [OP_VFLT] = emit_vfcompare, [OP_VFLE] = emit_vfcompare,
    [OP_VFMINIMUM] = emit_vfextreme, [OP_VFMAXIMUM] = emit_vfextreme, [OP_VFMINNUM] = emit_vfextreme, [OP_VFMAXNUM] = emit_vfextreme,
    [OP_VFCVT_I] = emit_vfcvt, [OP_VFCVT_U] = emit_vfcvt, [OP_VFTOI] = emit_vftoi, [OP_VFROUND] = emit_vfround,
    [OP_VFWIDEN] = emit_vfwidth, [OP_VFNARROW] = emit_vfwidth,
    [OP_FEQ] = emit_fcmp, [OP_FLT] = emit_fcmp, [OP_FLE] = emit_fcmp, [OP_FCVT_F32] = emit_fcvt, [OP_FCVT_F64] = emit_fcvt,
    [OP_FCVT_I32] = emit_int_to_f, [OP_FCVT_U32] = emit_int_to_f, [OP_FCVT_I64] = emit_int_to_f, [OP_FCVT_U64] = emit_int_to_f,
    [OP_FTOI32] = emit_f_to_int, [OP_FTOU32] = emit_f_to_int, [OP_FTOI64] = emit_f_to_int, [OP_FTOU64] = emit_f_to_int,
    [OP_FNEG] = emit_fsign, [OP_FABS] = emit_fsign, [OP_FSGNJ] = emit_fsign, [OP_BITCAST] = emit_bitcast, [OP_BOX] = emit_box, [OP_UNBOX] = emit_unbox,
    [OP_CALL] = emit_call, [OP_TRAP_IF] = emit_trap_if,
    [OP_POLL] = emit_poll, [OP_EXIT] = emit_exit, [OP_EXIT_IF] = emit_exit_if, [OP_EXIT_REG] = emit_exit_reg,
    [OP_EXIT_SYNC] = emit_exit_sync, [OP_EXIT_DONE] = emit_exit_done,
    [OP_LABEL] = emit_label, [OP_PARAM] = emit_nothing, [OP_JUMP] = emit_jump, [OP_BRANCH] = emit_branch,
};
