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

// ---- fusion and hints, when an op's turn comes
static bool emits(const IrOp *op) { return op->op != OP_CONST && op->op != OP_NOP; }

// The first op behind i that emits anything.
static unsigned op_behind(const Gen *g, unsigned i) {
    do
        i++;
    while (i < g->ir->nops && !emits(&g->ir->ops[i]));
    return i;
}

// r is read by op i as well, which may come around again (emit_flow.c).
static void read_later(Gen *g, IrRef r, unsigned i) {
    if (r == IR_NONE)
        return;
    if (i > g->first_flow && (r < g->first_flow || g->ir->ops[r].op == OP_PARAM))
        i = g->ir->nops;
    if (g->val[r].last < i)
        g->val[r].last = (uint16_t)i;
}

// Comparison r is emitted by its only reader, if that can do it. A float's raises flags, so it stays where it is; it may use rcx, so only BOOL
// and EXIT_IF have it.
bool fuse(Gen *g, IrRef r) {
    const IrOp *c = &g->ir->ops[r];
    const IrUse *use = &g->ir->use[r];
    const IrOp *reader = &g->ir->ops[use->last];
    bool simple = reader->op == OP_BOOL || reader->op == OP_EXIT_IF;
    if (use->uses != 1 || !(simple || reader->op == OP_BRANCH || reader->op == OP_TRAP_IF || (reader->op == OP_SELECT && reader->c == r)))
        return false;
    bool ordered = c->op == OP_FLT || c->op == OP_FLE || c->op == OP_FNLT || c->op == OP_FNLE;
    if (ir_op_info[c->op].kind != KIND_CMP && !(ordered && simple && c->type != T_F16 && op_behind(g, r) == use->last))
        return false;
    g->val[r].fused = true;
    read_later(g, c->a, use->last);
    read_later(g, c->b, use->last);
    return true;
}

// The register that a SET's value, of type t, is computed into.
Reg pin_of_set(const Gen *g, const IrOp *op, IrType t) {
    unsigned cell = (unsigned)op->imm / 8;
    if (type_fp(t) || type_fp(op->type)) {
        bool fits = type_fp(t) && t != T_F16 && op->type == (g->x->wide ? T_V128 : T_F64);
        return fits ? xpin_of(g, (unsigned)op->imm) : NOREG;
    }
    return cell < CELLS && (op->imm & 7) == 0 ? g->pins->of_cell[cell] : NOREG;
}

// The register to compute v in if a chain of operands ends in `SET pin`, each made for the next alone right before it. Nothing can leave in
// between but the first of the chain, before it writes.
Reg hint_along(const Gen *g, IrRef v) {
    enum { CHAIN = 4 };
    const IrOp *ops = g->ir->ops;
    IrRef other[CHAIN];
    for (unsigned n = 0;; n++) {
        unsigned next = op_behind(g, v);
        const IrOp *op = &ops[next], *made = &ops[v];
        if (next == g->ir->nops || op->a != v)
            return NOREG;
        if (op->op == OP_SET) {
            for (unsigned k = 0; k < n; k++)
                if (other[k] != IR_NONE && ops[other[k]].op == OP_GET && ops[other[k]].imm == op->imm)
                    return NOREG;
            return n && type_fp(type_of(g, v)) ? NOREG : pin_of_set(g, op, type_of(g, v));
        }
        bool links = ir_op_info[op->op].kind == KIND_VALUE && (ir_op_info[made->op].kind == KIND_VALUE || made->op == OP_LOAD);
        if (!links || n == CHAIN || g->ir->use[v].uses != 1 || type_fp(type_of(g, v)))
            return NOREG;
        other[n] = op->b;
        v = (IrRef)next;
    }
}

// ---- the beginning of a block

// {.reg = NOREG, .hint = NOREG, .spill = NOREG, .type = t, .slot = NOSLOT, .last = last} in two stores.
static void val_begin(Val *v, IrType t, unsigned last) {
    uint64_t halves[2] = {0xffffff | (uint64_t)t << 24, 0xffff | (uint64_t)last << 16};
    memcpy(v, halves, sizeof(halves));
}
_Static_assert(offsetof(Val, reg) == 0 && offsetof(Val, hint) == 1 && offsetof(Val, spill) == 2 && offsetof(Val, type) == 3 &&
               offsetof(Val, slot) == 8 && offsetof(Val, last) == 10 && sizeof(Val) == 16, "val_begin counts on it");

// Does the block need the XMM pins before it calls any helper?
static bool uses_xpins(const Gen *g) {
    const IrBlock *b = g->ir;
    for (unsigned i = 0; i < b->nops; i++) {
        unsigned kind = ir_op_info[b->ops[i].op].kind;
        if (b->ops[i].op == OP_CALL)
            return false;
        if (kind == KIND_SLOT && xpin_of(g, (unsigned)b->ops[i].imm) != NOREG)
            return true;
    }
    return false;
}

void alloc_begin(Gen *g) {
    const IrBlock *b = g->ir;
    for (unsigned i = 0; i < b->nops; i++)
        val_begin(&g->val[i], ir_result_type(&b->ops[i]), b->use[i].last);
    memset(g->gpr, 0xff, sizeof(g->gpr)); // IR_NONE
    memset(g->pin, 0xff, sizeof(g->pin));
    xpins_begin(g);
    g->fp_first = (b->lines & g->x->xpin_lines) && uses_xpins(g);
    for (unsigned i = 0; i < g->ncells; i++)
        g->cell[g->cells[i]] = IR_NONE;
    g->ncells = 0;
    g->flags_at = NULL;
    g->ret_at = NULL;
    g->insn = 0;
    g->spill_used = g->spill_dying = 0;
    for (unsigned k = 0; k < MAX_GROUPS; k++)
        g->group[k].base = IR_NONE;
    g->ngroups = 0;
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
    if (__builtin_expect(v->spill != NOREG, 0)) {
        g->spill_dying |= spill_bits(g, r); // free from the next op on: this one may still read its operand there
        v->spill = NOREG;
    }
    if (v->reg != NOREG) {
        if (__builtin_expect(type_fp(type_of(g, r)), 0)) {
            drop_reg(g, r);
        } else {
            if (g->gpr[v->reg] == r)
                g->gpr[v->reg] = IR_NONE;
            v->reg = NOREG;
        }
    }
    if (v->slot != NOSLOT)
        forget_cell(g, r);
}

void done_condition(Gen *g, const IrOp *op) {
    IrRef cond = op->op == OP_SELECT ? op->c : op->a;
    const IrOp *c = &g->ir->ops[cond];
    if (g->val[cond].fused) {
        release(g, c->a);
        if (c->b != IR_NONE)
            release(g, c->b);
    }
    done_operands(g, op);
}

static void free_pin(Gen *g, Reg pin);

// Before op i computes into its hinted pin: the pin's present value leaves for a temp if it is read later. One that dies in this very op
// stays, since operands are read first.
void vacate_hint(Gen *g, IrRef r, Reg pin) {
    if (type_fp(type_of(g, r))) {
        xpins_need(g);
        IrRef x = g->xpin[pin];
        if (x != IR_NONE && g->val[x].reg == pin && live_after(g, x))
            free_xpin(g, pin);
        return;
    }
    IrRef w = g->pin[pin];
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
    if (xpin_of(g, (unsigned)op->imm) != NOREG) {
        get_xpin(g, r, op, xpin_of(g, (unsigned)op->imm));
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

// To a slot that no register holds.
static void set_memory(Gen *g, const IrOp *op, uint16_t slot) {
    IrRef v = op->a;
    int32_t imm;
    free_cell(g, slot, v);
    if (op->type == T_V128) {
        raw_check(g, v);
        free_cell(g, slot + 8, v);
        xmm_store(g, T_V128, slot, widened_xmm(g, v, SCRATCH_X));
        return;
    }
    if (op->type == T_F64) {
        raw_check(g, v);
        Reg s = boxed_xmm(g, v, SCRATCH_X);
        movsd_mr(&g->a, RBP, slot, s);
    } else if (op->type == T_F32) {
        raw_check(g, v);
        avx_rm(&g->a, MOVSS + 1, use_xmm(g, v), 0, RBP, slot);
    } else if (fits_imm32(g, v, op->type, &imm)) {
        mov_mi(&g->a, type_w(op->type), RBP, slot, imm);
    } else {
        op_rm(&g->a, 0x89 | type_w(op->type), use_gpr(g, v), RBP, slot);
    }
    if (live_after(g, v) && type_of(g, v) == op->type && !is_const(g, v))
        remember_cell(g, v, slot);
}

void set_slot(Gen *g, const IrOp *op) {
    uint16_t slot = (uint16_t)op->imm;
    Reg pin = slot / 8 < CELLS && (slot & 7) == 0 ? g->pins->of_cell[slot / 8] : NOREG;
    IrRef v = op->a;
    if (pin != NOREG) {
        if (g->val[v].reg != pin || g->pin[pin] != v) // it was not computed there
            set_pin(g, pin, op);
    } else if (xpin_of(g, slot) != NOREG) {
        set_xpin(g, op, xpin_of(g, slot));
    } else {
        set_memory(g, op, slot);
    }
    if (g->ir->ops[v].op == OP_PCREL && op->type == T_I64 && g->val[v].reg != NOREG) {
        g->ret_at = g->a.p;
        g->ret_reg = g->val[v].reg;
        g->ret_to = g->ir->ops[v].imm;
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
