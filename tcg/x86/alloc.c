// SPDX-License-Identifier: MIT
// Register allocation, done while emitting: one forward walk, with each value's last reader known beforehand. Called by the emitters.
//
// Invariants: a register in gpr[]/xmm[] belongs to the value named there; a pin holds the current guest value of its slot, and pin[]
// names the SSA value equal to it, if any; cell[] names the value that a slot in memory holds, if any. When a SET is about to destroy the
// only copy of a value that is read later, the value moves to a temp first.
#include "tcg/x86/gen.h"

static const Reg temps[] = {RAX, R14, R13}; // the last may be a region's

static bool is_pin(const Gen *g, Reg r) {
    for (unsigned i = 0; i < g->pins->n; i++)
        if (g->pins->reg[i] == r)
            return true;
    return false;
}

// ---- last uses, fusion and hints: one backward walk
static void touch(Gen *g, IrRef r, unsigned i) {
    if (r != IR_NONE && g->val[r].last < i)
        g->val[r].last = (uint16_t)i;
}

static unsigned op_before(const Gen *g, unsigned i);

// A float's comparison raises flags, so it stays where it is; it may use rcx, so only BOOL and EXIT_IF have it.
static void fuse(Gen *g, IrRef cond, unsigned i) {
    const IrOp *c = &g->ir->ops[cond];
    bool ordered = c->op == OP_FLT || c->op == OP_FLE || c->op == OP_FNLT || c->op == OP_FNLE;
    bool reader = g->ir->ops[i].op == OP_BOOL || g->ir->ops[i].op == OP_EXIT_IF;
    bool fp = ordered && reader && c->type != T_F16 && op_before(g, i) == cond;
    if ((ir_op_info[c->op].kind != KIND_CMP && !fp) || g->ir->uses[cond] != 1)
        return;
    g->val[cond].fused = true;
    touch(g, c->a, i);
    touch(g, c->b, i);
}

// The last op before i that emits anything.
static unsigned op_before(const Gen *g, unsigned i) {
    while (i > 0 && (g->ir->ops[i - 1].op == OP_CONST || g->ir->ops[i - 1].op == OP_NOP))
        i--;
    return i - 1;
}

// `SET pin, v` right after v was made: compute v in the pin itself, and so the chain of operands that were made for it alone right before
// it. Nothing can leave in between but the first of the chain, before it writes.
static void hint(Gen *g, unsigned i, const IrOp *op) {
    const IrOp *ops = g->ir->ops;
    unsigned cell = op->imm / 8;
    IrRef v = op->a;
    bool fp = type_fp(type_of(g, v)) && type_of(g, v) != T_F16;
    Reg pin = cell < CELLS && (op->imm & 7) == 0 ? g->pins->of_cell[cell] : NOREG;
    if (fp || type_fp(op->type))
        pin = fp && op->type == (g->x->wide ? T_V128 : T_F64) ? xpin_of(g, (unsigned)op->imm) : NOREG;
    if (pin == NOREG || v != op_before(g, i) || ir_op_info[ops[v].op].kind == KIND_SLOT || ops[v].op == OP_PARAM)
        return;
    g->val[v].hint = pin;
    for (unsigned n = 0; n < 4 && !fp && ir_op_info[ops[v].op].kind == KIND_VALUE; n++) {
        IrRef x = ops[v].a;
        bool reads_pin = ops[v].b != IR_NONE && ops[ops[v].b].op == OP_GET && ops[ops[v].b].imm == op->imm;
        if (x == IR_NONE || reads_pin || x != op_before(g, v) || g->ir->uses[x] != 1 || type_fp(ir_result_type(&ops[x])))
            return;
        if (ir_op_info[ops[x].op].kind != KIND_VALUE && ops[x].op != OP_LOAD)
            return;
        g->val[x].hint = pin;
        v = x;
    }
}

static void touch_pending(Gen *g, unsigned i) {
    unsigned n;
    const IrPending *p = ir_pending(g->ir, &g->ir->ops[i], &n);
    while (n > 0)
        touch(g, p[--n].value, i);
}

// Op i is the last to read r, unless a later one was met. IR_NONE has a place of its own.
static void touch_first(Gen *g, IrRef r, unsigned i) {
    Val *v = &g->val[r % IR_MAX_OPS];
    v->last = v->last ? v->last : (uint16_t)i;
}

typedef struct Ahead { // of the walk: what lies behind the current op
    unsigned barrier;  // the first op that ends memory groups
    unsigned exits;    // EXIT_IFs and TRAP_IFs
} Ahead;

static void visit_special(Gen *g, unsigned i, const IrOp *op, unsigned kind, Ahead *ahead) {
    if (g->ir->npending)
        touch_pending(g, i);
    if (kind == KIND_MEM) {
        group_count(g, i, ahead->barrier, ahead->exits);
    } else if (op->op == OP_EXIT_IF || op->op == OP_BRANCH || op->op == OP_TRAP_IF) {
        fuse(g, op->a, i);
        ahead->exits += op->op != OP_BRANCH;
    } else if (kind == KIND_CALL) {
        g->fp_first = false;
    }
    for (unsigned k = 0; kind == KIND_JUMP && k < op->nargs; k++)
        touch(g, g->ir->args[op->args + k], i);
    if (ends_groups(op))
        ahead->barrier = i;
}

static void walk_back(Gen *g) {
    const IrBlock *b = g->ir;
    Ahead ahead = {b->nops, 0};
    for (unsigned i = b->nops; i-- > 0;) {
        const IrOp *op = &b->ops[i];
        unsigned kind = ir_op_info[op->op].kind;
        if (kind == KIND_CONST || op->op == OP_NOP)
            continue;
        if (kind == KIND_SLOT) {
            g->fp_first |= xpin_of(g, (unsigned)op->imm) != NOREG;
            if (op->op == OP_GET)
                continue;
            if (op->op == OP_SET)
                hint(g, i, op);
        }
        touch_first(g, op->a, i);
        touch_first(g, op->b, i);
        touch_first(g, op->c, i);
        if (op->op == OP_BOOL)
            fuse(g, op->a, i);
        else if (op->op == OP_SELECT)
            fuse(g, op->c, i);
        else if (kind == KIND_MEM || kind >= KIND_CALL)
            visit_special(g, i, op, kind, &ahead);
    }
}
_Static_assert(KIND_JUMP > KIND_CALL && KIND_LABEL > KIND_CALL && KIND_EXIT > KIND_CALL && KIND_VFP < KIND_CALL, "kinds that walk_back looks at");

static void val_begin(Val *v, IrType t) {
    static const Val none = {.reg = NOREG, .hint = NOREG, .spill = NOREG, .slot = NOSLOT};
    memcpy(v, &none, sizeof(none)); // of constant size: one store
    v->type = (uint8_t)t;
}

void alloc_begin(Gen *g) {
    const IrBlock *b = g->ir;
    for (unsigned i = 0; i < b->nops; i++)
        val_begin(&g->val[i], ir_result_type(&b->ops[i]));
    for (unsigned i = 0; i < 16; i++)
        g->gpr[i] = g->pin[i] = IR_NONE;
    xpins_begin(g);
    for (unsigned i = 0; i < g->ncells; i++)
        g->cell[g->cells[i]] = IR_NONE;
    g->ncells = 0;
    g->flags_at = NULL;
    g->insn = 0;
    g->spill_used = g->spill_dying = 0;
    for (unsigned k = 0; k < MAX_GROUPS; k++)
        g->group[k].base = IR_NONE;
    walk_back(g);
}

// ---- memory copies
// The first are the nearest to rbp.
int32_t spill_disp(unsigned s) { return VCPU(spill) + 8 * (int32_t)(SPILLS - 1 - s); }

static void forget_cell(Gen *g, IrRef r) {
    Val *v = &g->val[r];
    if (v->slot != NOSLOT && g->cell[v->slot / 8] == r)
        g->cell[v->slot / 8] = IR_NONE;
    v->slot = NOSLOT;
}

static void remember_cell(Gen *g, IrRef r, uint16_t slot) {
    if (slot / 8 >= CELLS || g->val[r].slot != NOSLOT)
        return;
    if (g->cell[slot / 8] == IR_NONE && g->ncells < 256)
        g->cells[g->ncells++] = slot / 8;
    else if (g->cell[slot / 8] == IR_NONE)
        return;
    g->cell[slot / 8] = r;
    g->val[r].slot = slot;
}

// A block that needs more than there is of something is left to the interpreter.
static void give_up(Gen *g) { g->a.full = g->out->beyond = true; }

uint8_t spill_take(Gen *g) {
    if (g->spill_used == UINT64_MAX) {
        give_up(g);
        return NOREG;
    }
    unsigned s = (unsigned)__builtin_ctzll(~g->spill_used);
    g->spill_used |= 1ull << s;
    return (uint8_t)s;
}

// Two, for a v128: the one named is the upper, which lies at the lower address.
static uint8_t spill_take_two(Gen *g) {
    uint64_t pairs = ~g->spill_used & ~g->spill_used >> 1 & 0x5555555555555555;
    if (!pairs) {
        give_up(g);
        return NOREG;
    }
    unsigned s = (unsigned)__builtin_ctzll(pairs);
    g->spill_used |= 3ull << s;
    return (uint8_t)(s + 1);
}

uint64_t spill_bits(const Gen *g, IrRef r) {
    unsigned s = g->val[r].spill & 63;
    return ir_is_wide(type_of(g, r)) ? 3ull << (s - 1) : 1ull << s;
}

void spill(Gen *g, IrRef r) {
    Val *v = &g->val[r];
    if (v->spill != NOREG)
        return;
    if (type_fp(type_of(g, r)))
        raw_check(g, r);
    uint8_t s = v->spill = ir_is_wide(type_of(g, r)) ? spill_take_two(g) : spill_take(g);
    if (s == NOREG)
        return;
    v->spill_boxed = v->boxed;
    if (type_fp(type_of(g, r)))
        xmm_store(g, ir_is_wide(type_of(g, r)) ? T_V128 : T_F64, spill_disp(s), v->reg);
    else
        mov_mr(&g->a, RBP, spill_disp(s), v->reg);
}

void drop_reg(Gen *g, IrRef r) {
    Val *v = &g->val[r];
    if (v->reg == NOREG)
        return;
    if (type_fp(type_of(g, r))) {
        if (g->xmm[v->reg] == r) {
            g->xmm[v->reg] = IR_NONE;
            raw_copy(g, v->reg, IR_NONE);
        }
    } else if (g->gpr[v->reg] == r)
        g->gpr[v->reg] = IR_NONE;
    v->reg = NOREG;
}

void evict(Gen *g, IrRef r) {
    bool remade = is_const(g, r) || g->ir->ops[r].op == OP_PCREL; // cheaper than a reload
    if (g->val[r].slot == NOSLOT && !remade && g->val[r].last >= g->i)
        spill(g, r);
    drop_reg(g, r);
}

// What reloading costs nothing: it is in memory already, or made anew.
static bool stored(const Gen *g, IrRef r) {
    return g->val[r].slot != NOSLOT || g->val[r].spill != NOREG || is_const(g, r) || g->ir->ops[r].op == OP_PCREL;
}

static Reg take_temp(Gen *g) {
    unsigned best = NOREG, far = 0, group = NOREG;
    for (unsigned k = 0; k < g->ntemps; k++) {
        Reg t = temps[k];
        if (g->locked >> t & 1)
            continue;
        if (g->gpr[t] == IR_NONE)
            return t;
        if (g->gpr[t] == GROUP_OWNED)
            group = t;
        else if (best == NOREG || g->val[g->gpr[t]].last > far) {
            best = t;
            far = g->val[g->gpr[t]].last;
        }
    }
    if (group != NOREG && (best == NOREG || !stored(g, g->gpr[best]))) {
        group_evict(g, (Reg)group);
        return (Reg)group;
    }
    if (best == NOREG) {
        give_up(g);
        return RAX;
    }
    evict(g, g->gpr[best]);
    return (Reg)best;
}

static void load_int(Gen *g, Reg d, IrRef r) {
    const Val *v = &g->val[r];
    int32_t disp = v->spill != NOREG ? spill_disp(v->spill) : v->slot;
    op_rm(&g->a, 0x8b | (v->spill != NOREG ? P_W : type_w(type_of(g, r))), d, RBP, disp);
}

void pcrel_to(Gen *g, Reg d, int64_t offset) {
    if (offset == (int32_t)offset) {
        mov_rm(&g->a, d, RBP, VCPU(vpage));
        if (offset)
            alu_ri(&g->a, P_W, ALU_ADD, d, (int32_t)offset);
    } else {
        mov_ri(&g->a, d, offset);
        alu_rm(&g->a, P_W, ALU_ADD, d, RBP, VCPU(vpage));
    }
}

Reg use_gpr(Gen *g, IrRef r) {
    Val *v = &g->val[r];
    if (v->reg == NOREG) {
        Reg t = take_temp(g);
        if (is_const(g, r))
            mov_ri(&g->a, t, const_value(g, r));
        else if (g->ir->ops[r].op == OP_PCREL) {
            pcrel_to(g, t, g->ir->ops[r].imm);
        } else
            load_int(g, t, r);
        g->gpr[t] = r;
        v->reg = t;
    }
    g->locked |= 1u << v->reg;
    return v->reg;
}

bool in_memory(Gen *g, IrRef r, int32_t *disp) {
    const Val *v = &g->val[r];
    if (v->reg != NOREG || is_const(g, r) || g->ir->ops[r].op == OP_PCREL || v->last > g->i)
        return false;
    *disp = v->spill != NOREG ? spill_disp(v->spill) : v->slot;
    return true;
}

void release_dying(Gen *g, IrRef r) {
    Val *v = &g->val[r];
    if (v->spill != NOREG) {
        g->spill_dying |= spill_bits(g, r); // free from the next op on: this one may still read its operand there
        v->spill = NOREG;
    }
    drop_reg(g, r);
    forget_cell(g, r);
}

void release_fused(Gen *g, const IrOp *op) {
    IrRef cond = op->op == OP_SELECT ? op->c : op->a;
    const IrOp *c = &g->ir->ops[cond];
    if (!g->val[cond].fused)
        return;
    release(g, c->a);
    if (c->b != IR_NONE)
        release(g, c->b);
}

static void free_pin(Gen *g, Reg pin);

// Before op i computes into its hinted pin: the pin's present value leaves for a temp if it is read later. One that dies in this very op
// stays, since operands are read first.
void vacate_hint(Gen *g, IrRef r) {
    Reg pin = g->val[r].hint;
    if (pin != NOREG && type_fp(type_of(g, r))) {
        xpins_need(g);
        IrRef x = g->xpin[pin];
        if (x != IR_NONE && g->val[x].reg == pin && live_after(g, x))
            free_xpin(g, pin);
        return;
    }
    IrRef w = pin == NOREG ? IR_NONE : g->pin[pin];
    if (w != IR_NONE && g->val[w].reg == pin && live_after(g, w))
        free_pin(g, pin);
}

// Empties rax and keeps it from this op's operands.
void evict_rax(Gen *g) {
    IrRef w = g->gpr[RAX];
    if (w != IR_NONE)
        evict(g, w);
    g->locked |= 1u << RAX;
}

// Moves the value that a pin holds to a temp if it is read later, so that the pin may be overwritten.
static void free_pin(Gen *g, Reg pin) {
    IrRef w = g->pin[pin];
    if (w == IR_NONE)
        return;
    g->pin[pin] = IR_NONE;
    Val *v = &g->val[w];
    if (v->reg != pin)
        return;
    v->reg = NOREG;
    if (v->last <= g->i || is_const(g, w) || v->slot != NOSLOT || v->spill != NOREG)
        return;
    g->locked |= 1u << pin;
    Reg t = take_temp(g);
    mov_rr(&g->a, t, pin);
    v->reg = t;
    g->gpr[t] = w;
}

Reg def_gpr(Gen *g, IrRef r) {
    Val *v = &g->val[r];
    if (v->hint != NOREG) {
        free_pin(g, v->hint);
        v->reg = v->hint;
        g->pin[v->hint] = r;
        return v->reg;
    }
    v->reg = take_temp(g);
    g->gpr[v->reg] = r;
    return v->reg;
}

// ---- state
void get_slot(Gen *g, IrRef r, const IrOp *op) {
    unsigned cell = (unsigned)op->imm / 8;
    Reg pin = cell < CELLS && (op->imm & 7) == 0 ? g->pins->of_cell[cell] : NOREG;
    if (g->val[r].last == 0)
        return;
    if (xpin_of(g, (unsigned)op->imm) != NOREG) {
        get_xpin(g, r, op, xpin_of(g, (unsigned)op->imm));
        return;
    }
    if (pin != NOREG && !type_fp(op->type)) {
        IrRef w = g->pin[pin];
        if (w != IR_NONE && g->val[w].reg == pin && live_after(g, w)) { // two names for one content
            Reg t = def_gpr(g, r);
            mov_rr(&g->a, t, pin);
            return;
        }
        g->pin[pin] = r;
        g->val[r].reg = pin;
        return;
    }
    if (op->type == T_V128) {
        xmm_load(g, T_V128, def_xmm(g, r), (int32_t)op->imm);
        return;
    }
    if (cell < CELLS && g->cell[cell] == IR_NONE) {
        remember_cell(g, r, (uint16_t)op->imm);
        if (g->val[r].slot != NOSLOT)
            return;
    }
    if (op->type == T_F64 || op->type == T_F32)
        avx_rm(&g->a, op->type == T_F32 ? MOVSS : MOVSD, def_xmm(g, r), 0, RBP, (int32_t)op->imm);
    else
        op_rm(&g->a, 0x8b | type_w(op->type), def_gpr(g, r), RBP, (int32_t)op->imm);
}

static void set_pin(Gen *g, Reg pin, const IrOp *op) {
    IrRef v = op->a;
    if (g->val[v].reg == pin && g->pin[pin] == v)
        return;
    free_pin(g, pin);
    int32_t disp;
    if (is_const(g, v)) {
        mov_ri(&g->a, pin, op->type == T_I32 ? (int64_t)(uint32_t)const_value(g, v) : const_value(g, v));
        return;
    }
    if (in_memory(g, v, &disp))
        op_rm(&g->a, 0x8b | type_w(op->type), pin, RBP, disp);
    else {
        Reg s = use_gpr(g, v);
        op_rr(&g->a, 0x8b | type_w(op->type), pin, s);
    }
    if (live_after(g, v) && type_of(g, v) == op->type && !is_pin(g, g->val[v].reg) && !is_const(g, v)) {
        drop_reg(g, v); // its home from now on
        g->val[v].reg = pin;
    }
    if (g->val[v].reg == pin)
        g->pin[pin] = v;
}

void free_cell(Gen *g, uint16_t slot, IrRef keep) {
    unsigned cell = slot / 8;
    if (cell >= CELLS)
        return;
    IrRef w = g->cell[cell];
    if (w == IR_NONE)
        return;
    Val *v = &g->val[w];
    if (v->reg == NOREG && v->spill == NOREG && (v->last > g->i || w == keep)) {
        if (type_fp(type_of(g, w)))
            use_xmm(g, w);
        else
            use_gpr(g, w);
    }
    forget_cell(g, w);
}

void set_slot(Gen *g, const IrOp *op) {
    uint16_t slot = (uint16_t)op->imm;
    Reg pin = slot / 8 < CELLS && (slot & 7) == 0 ? g->pins->of_cell[slot / 8] : NOREG;
    IrRef v = op->a;
    if (xpin_of(g, slot) != NOREG) {
        set_xpin(g, op, xpin_of(g, slot));
    } else if (pin != NOREG) {
        set_pin(g, pin, op);
    } else {
        int32_t imm;
        free_cell(g, slot, v);
        if (type_fp(op->type))
            raw_check(g, v);
        if (op->type == T_V128) {
            free_cell(g, slot + 8, v);
            xmm_store(g, T_V128, slot, widened_xmm(g, v, SCRATCH_X));
            done_operands(g, op);
            return;
        }
        if (op->type == T_F64) {
            Reg s = boxed_xmm(g, v, SCRATCH_X);
            movsd_mr(&g->a, RBP, slot, s);
        } else if (op->type == T_F32) {
            avx_rm(&g->a, MOVSS + 1, use_xmm(g, v), 0, RBP, slot);
        } else if (fits_imm32(g, v, op->type, &imm)) {
            mov_mi(&g->a, type_w(op->type), RBP, slot, imm);
        } else {
            op_rm(&g->a, 0x89 | type_w(op->type), use_gpr(g, v), RBP, slot);
        }
        if (live_after(g, v) && type_of(g, v) == op->type && !is_const(g, v))
            remember_cell(g, v, slot);
    }
    done_operands(g, op);
}

static void add_to(Gen *g, Reg d, const IrOp *op, Reg n) {
    int32_t imm;
    if (fits_imm32(g, op->a, T_I64, &imm))
        alu_ri(&g->a, P_W, ALU_ADD, d, imm);
    else
        alu_rr(&g->a, P_W, ALU_ADD, d, n);
}

// slot += a, in its pin or in memory.
void tally_slot(Gen *g, const IrOp *op) {
    uint16_t slot = (uint16_t)op->imm;
    Reg pin = slot / 8 < CELLS && (slot & 7) == 0 ? g->pins->of_cell[slot / 8] : NOREG, xpin = xpin_of(g, slot);
    int32_t imm;
    bool small = fits_imm32(g, op->a, T_I64, &imm);
    if (pin == NOREG && xpin == NOREG)
        free_cell(g, slot, op->a);
    Reg n = small ? RCX : use_gpr(g, op->a);
    if (pin != NOREG) {
        free_pin(g, pin); // n may be the pin: what it held stands in it still
        add_to(g, pin, op, n);
    } else if (xpin != NOREG) {
        xpins_need(g);
        if (g->raw >> xpin & 1)
            raw_flush(g);
        free_xpin(g, xpin);
        movx_to_gpr(&g->a, P_W, RCX, xpin);
        add_to(g, RCX, op, n);
        movx_from_gpr(&g->a, P_W, xpin, RCX);
    } else if (small) {
        alu_mi(&g->a, P_W, ALU_ADD, RBP, slot, imm);
    } else {
        op_rm(&g->a, P_W | ALU_ADD << 3 | 1, n, RBP, slot);
    }
    done_operands(g, op);
}

// ---- C calls
void save_caller_saved(Gen *g, bool writes_state) {
    if (g->gpr[RAX] != IR_NONE && live_after(g, g->gpr[RAX]))
        evict(g, g->gpr[RAX]);
    for (unsigned t = 0; t < MAX_XTEMP; t++)
        if (g->xmm[t] != IR_NONE && live_after(g, g->xmm[t]))
            evict(g, g->xmm[t]);
    if (!writes_state)
        return;
    for (unsigned k = 0; k < g->pins->n; k++) {
        Reg pin = g->pins->reg[k];
        IrRef w = g->pin[pin];
        if (w != IR_NONE && g->val[w].reg == pin && live_after(g, w) && !is_const(g, w))
            spill(g, w);
    }
    for (unsigned k = 0; k < g->ncells; k++) {
        IrRef w = g->cell[g->cells[k]];
        if (w == IR_NONE || !live_after(g, w) || g->val[w].spill != NOREG)
            continue;
        if (type_fp(type_of(g, w))) {
            use_xmm(g, w);
            spill(g, w);
            drop_reg(g, w);
        } else {
            use_gpr(g, w);
            spill(g, w);
            if (g->val[w].reg == RAX)
                drop_reg(g, w);
        }
    }
}

// After a call that wrote state: pins and slots hold new values, whoever named them.
void forget_state(Gen *g) {
    for (unsigned k = 0; k < g->pins->n; k++) {
        Reg pin = g->pins->reg[k];
        IrRef w = g->pin[pin];
        if (w != IR_NONE && g->val[w].reg == pin)
            g->val[w].reg = NOREG;
        g->pin[pin] = IR_NONE;
    }
    for (unsigned k = 0; k < g->ncells; k++)
        if (g->cell[g->cells[k]] != IR_NONE)
            forget_cell(g, g->cell[g->cells[k]]);
}

void arg_to(Gen *g, Reg target, IrRef r) {
    const Val *v = &g->val[r];
    IrType t = type_of(g, r);
    raw_check(g, r);
    if (is_const(g, r)) {
        mov_ri(&g->a, target, t == T_I32 ? (uint32_t)const_value(g, r) : const_value(g, r)); // zero-extended
    } else if (g->ir->ops[r].op == OP_PCREL && v->reg == NOREG) {
        pcrel_to(g, target, g->ir->ops[r].imm);
    } else if (v->reg == NOREG) {
        bool narrow = v->spill == NOREG && (t == T_I32 || t == T_F32 || t == T_I1);
        op_rm(&g->a, 0x8b | (narrow ? 0 : P_W), target, RBP, v->spill != NOREG ? spill_disp(v->spill) : v->slot);
    } else if (type_fp(t)) {
        movx_to_gpr(&g->a, t == T_F32 ? 0 : P_W, target, v->reg);
    } else if (t == T_I32 || t == T_I1) {
        mov32_rr(&g->a, target, v->reg);
    } else {
        mov_rr(&g->a, target, v->reg);
    }
}

void result_from_rax(Gen *g, IrRef r, IrType t) {
    if (t == T_VOID || g->val[r].last == 0)
        return;
    if (type_fp(t)) {
        movx_from_gpr(&g->a, P_W, def_xmm(g, r), RAX);
        g->val[r].boxed = g->x->wide;
        return;
    }
    if (t == T_I32) // as all 32-bit values, zero-extended: it may be spilled and read back whole
        mov32_rr(&g->a, RAX, RAX);
    if (g->val[r].hint == NOREG && g->gpr[RAX] == IR_NONE) {
        g->gpr[RAX] = r;
        g->val[r].reg = RAX;
        return;
    }
    g->locked |= 1u << RAX;
    Reg d = def_gpr(g, r);
    mov_rr(&g->a, d, RAX);
}
