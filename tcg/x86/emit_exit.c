// SPDX-License-Identifier: MIT
// Leaving a block, and the out-of-line stubs of all emitters.
//
// A direct exit inside the page is a jump that the run loop links to its target; back edges poll exit_request first. An exit to another
// page, or to an instruction that may straddle two pages, and every indirect jump probe the Space's jump cache: a hit proves that the
// vaddr still maps to the block's page under this context word, since flushes wipe the cache.
//
// Returns are predicted by pairing guest calls with host calls. A call pushes the guest's return address and calls its target; a return
// compares the address it wants with the one pushed and, if equal, is a host ret, to a landing that jumps to the block after the call.
// A mismatch, a full stack and every way out of translated code drop the whole stack: it only ever holds predictions. A landing may be
// used as long as its vCPU has not left translated code since, so mappings and context are as they were at the call.
#include "tcg/x86/gen.h"

static bool linkable(const Gen *g, int32_t target) {
    int32_t last = (int32_t)PAGE_SIZE - (g->e->guest->insn_align < 4 ? 4 : 1);
    return !g->ir->unlinked && !g->e->trace && target >= 0 && target <= last;
}

static void pc_to_rax(Gen *g, int32_t target) {
    mov_rm(&g->a, RAX, RBP, VCPU(vpage));
    if (target)
        alu_ri(&g->a, P_W, ALU_ADD, RAX, target);
}

// rax = guest pc: to its code if the jump cache knows it, entered by a jump of this kind (Guest.lands). ctx: the context word, where it is
// known, as it is in a block; NULL: the vCPU's.
void probe_emit(X86 *x, Asm *a, const uint32_t *ctx, unsigned landing) {
    int32_t entry = SPACE(jump) + (landing ? (int32_t)sizeof(JumpEntry) : 0);
    uint32_t kind = landing << LANDING_SHIFT;
    mov32_rr(a, RCX, RAX); // jump_index, times what the scale leaves of the size of an entry
    alu_ri(a, 0, ALU_AND, RCX, (int32_t)(JUMP_ENTRIES - 1) << 1);
    op_rx(a, P_W | (ALU_CMP << 3 | 3), RAX, R15, RCX, 3, entry);
    jcc_to(a, CC_NE, x->jump_miss[landing]);
    if (ctx) {
        op_rx(a, 0x81, ALU_CMP, R15, RCX, 3, entry + 8);
        b4(a, *ctx | kind);
    } else {
        op_rm(a, 0x8b, RDX, RBP, VCPU(ctx));
        op_rx(a, ALU_CMP << 3 | 3, RDX, R15, RCX, 3, entry + 8);
    }
    jcc_to(a, CC_NE, x->jump_miss[landing]);
    alu_mi(a, 0, ALU_CMP, RBP, VCPU(exit_request), 0);
    jcc_to(a, CC_NE, x->jump_miss[landing]);
    op_rx(a, 0x8b, RDX, R15, RCX, 3, entry + 12);
    alu_ri(a, P_W, ALU_AND, RAX, -4096);
    mov_mr(a, RBP, VCPU(vpage), RAX);
    jmp_reg(a, RDX);
}

static void probe(Gen *g, unsigned landing) { probe_emit(g->x, &g->a, &g->ir->ctx, landing); }

// Of the instruction that the current op belongs to: a jump to it or to what stands before it may close a loop, so it polls.
static int32_t current_pc(Gen *g) {
    const IrBlock *b = g->ir;
    while (g->insn + 1 < b->ninsns && b->insns[g->insn + 1].first <= g->i)
        g->insn++;
    return b->ninsns ? b->insns[g->insn].pc : b->pc;
}

enum { LINK_JUMP = -1, LINK_CALL = -2 };

// jmp, call, or jcc (cc >= 0) rel32 that a link will patch; the stub asks for it.
static void link_site(Gen *g, int cc, int32_t target) {
    Asm *a = &g->a;
    Stub *s = stub_new(g, STUB_LINK);
    s->imm = target;
    s->link = g->out->nlinks++;
    align_rel32(a, cc < 0 ? 1 : 2);
    g->out->links[s->link] = (CompiledLink){.site = asm_here(a) + (cc < 0 ? 1 : 2), .target = target, .warm = g->fp_valid, .paired = g->paired};
    g->paired = false;
    asm_room(a);
    if (cc < 0) {
        b1(a, cc == LINK_CALL ? 0xe8 : 0xe9);
    } else {
        b1(a, 0x0f);
        b1(a, 0x80 | (unsigned)cc);
    }
    b4(a, 0);
    s->from[0] = a->p;
}

static void poll(Gen *g, int32_t target) {
    Stub *s = stub_new(g, STUB_POLL);
    s->imm = target;
    alu_mi(&g->a, 0, ALU_CMP, RBP, VCPU(exit_request), 0);
    s->from[0] = jcc_fwd(&g->a, CC_NE);
}

// Where the link register's SET, right before, has left the return address: a register, or NOREG.
static Reg return_held(const Gen *g, const IrOp *op) {
    return g->ret_at == g->a.p && g->ret_to == op->ret && !g->region ? g->ret_reg : NOREG;
}

// rax is about to be loaded with where a call leads.
static Reg return_keep(Gen *g, Reg held) {
    if (held != RAX) return held;
    mov_rr(&g->a, RCX, RAX);
    return RCX;
}

// Pushes a prediction and emits a host call; `direct`: to a linkable offset, else rax holds the vaddr, which a stub probes. `held`: the
// register that holds the return address, or NOREG. A host return comes with the guest's pc in rax.
static void call_paired(Gen *g, const IrOp *op, bool direct, Reg held) {
    Asm *a = &g->a;
    int32_t target = op->target, ret_offset = op->ret;
    Stub *full = stub_new(g, STUB_FULL);
    alu_rm(a, P_W, ALU_CMP, RSP, RBP, VCPU(stack_limit));
    full->from[0] = jcc_fwd(a, CC_B);
    full->back = asm_here(a);
    if (held == NOREG)
        pcrel_to(g, held = RCX, ret_offset);
    push(a, held);
    if (direct) {
        g->paired = true;
        link_site(g, LINK_CALL, target);
    } else {
        Stub *s = stub_new(g, STUB_PROBE);
        asm_room(a);
        b1(a, 0xe8);
        b4(a, 0);
        s->from[0] = a->p;
        s->imm = op->op == OP_EXIT_REG ? op->landing : 0;
    }
    alu_ri(a, P_W, ALU_AND, RAX, -4096); // the landing
    mov_mr(a, RBP, VCPU(vpage), RAX);
    pop(a, RCX);
    g->fp_valid = false; // the callee may have left the FP pins stored
    g->paired = true;
    link_site(g, LINK_JUMP, ret_offset);
}

static bool pairs(const Gen *g, const IrOp *op) {
    return op->hint == EXIT_HINT_CALL && linkable(g, op->ret) && g->out->nlinks < 58;
}

static void exit_to(Gen *g, int32_t target) {
    if (!linkable(g, target) || g->out->nlinks >= 60) {
        pc_to_rax(g, target);
        probe(g, 0);
        return;
    }
    if (target <= current_pc(g))
        poll(g, target);
    link_site(g, LINK_JUMP, target);
}

void emit_exit(Gen *g, IrRef r, const IrOp *op) {
    raw_flush(g);
    region_leave(g);
    if (!pairs(g, op)) {
        exit_to(g, op->target);
        return;
    }
    bool direct = linkable(g, op->target);
    Reg held = return_held(g, op);
    if (!direct) {
        held = return_keep(g, held);
        pc_to_rax(g, op->target);
    } else if (op->target <= current_pc(g)) {
        poll(g, op->target);
    }
    call_paired(g, op, direct, held);
}

// A branch back: one conditional jump, with the poll before the condition, so that the loop has no second jump. Whether the branch is
// taken is not known there yet, so the stub has a copy of the condition's code, which has no place of its own.
static void branch_back(Gen *g, const IrOp *op) {
    Asm *a = &g->a;
    Stub *s = stub_new(g, STUB_POLL_IF);
    s->imm = op->target;
    alu_mi(a, 0, ALU_CMP, RBP, VCPU(exit_request), 0);
    s->from[0] = jcc_fwd(a, CC_NE);
    s->code = a->p;
    s->cc = (uint8_t)emit_condition(g, op->a);
    s->range = (uint16_t)(a->p - s->code);
    s->back = asm_here(a);
    done_condition(g, op);
    link_site(g, s->cc, op->target);
}

// By a stub that puts right first what is pending, and a region's registers.
static void exit_if_outside(Gen *g, const IrOp *op) {
    pending_begin(g, op);
    unsigned cc = emit_condition(g, op->a);
    Stub *s = stub_new(g, STUB_EXIT);
    pending_note(g, s, op);
    done_condition(g, op);
    pending_end(g, op);
    s->imm = op->target;
    s->polls = op->target <= current_pc(g);
    s->from[0] = jcc_fwd(&g->a, cc);
}

void emit_poll(Gen *g, IrRef r, const IrOp *op) {
    poll(g, op->target);
    g->stubs[g->nstubs - 1].inside = true;
}

void emit_exit_if(Gen *g, IrRef r, const IrOp *op) {
    raw_flush(g);
    if (region_moves(g) || op->n) {
        exit_if_outside(g, op);
        return;
    }
    bool link = linkable(g, op->target) && g->out->nlinks < 60;
    if (link && op->target <= current_pc(g)) {
        branch_back(g, op);
        return;
    }
    unsigned cc = emit_condition(g, op->a);
    done_condition(g, op);
    if (link) {
        link_site(g, (int)cc, op->target);
        return;
    }
    uint8_t *over = jcc_fwd(&g->a, cc ^ 1);
    exit_to(g, op->target);
    bind_fwd(&g->a, over);
}

void emit_exit_reg(Gen *g, IrRef r, const IrOp *op) {
    raw_flush(g);
    Asm *a = &g->a;
    Reg held = pairs(g, op) ? return_keep(g, return_held(g, op)) : NOREG;
    arg_to(g, RAX, op->a);
    region_leave(g);
    if (pairs(g, op)) {
        call_paired(g, op, false, held);
        return;
    }
    if (op->hint == EXIT_HINT_RETURN) {
        alu_rm(a, P_W, ALU_CMP, RAX, RSP, 8);
        uint8_t *miss = jcc_short(a, CC_NE);
        ret(a);
        bind_short(a, miss);
        mov_rm(a, RSP, RBP, VCPU(host_sp));
    }
    probe(g, op->landing);
}

// A helper may have changed what translation depends on. If it did not, the next instruction is as good as linked; where data is may have
// changed all the same. If it did, the jump cache of the new context is asked.
void emit_exit_sync(Gen *g, IrRef r, const IrOp *op) {
    raw_flush(g);
    region_leave(g);
    Asm *a = &g->a;
    Stub *s = stub_new(g, STUB_SYNC);
    s->imm = op->target;
    opcode(a, 0x80, 0, 0, RBP); // cmp byte [changed], 0
    modrm_mem(a, 7, RBP, VCPU(changed));
    b1(a, 0);
    s->from[0] = jcc_fwd(a, CC_NE);
    mov_rm(a, R15, RBP, VCPU(space));
    if (!linkable(g, op->target)) {
        pc_to_rax(g, op->target);
        probe(g, 0);
        return;
    }
    poll(g, op->target);
    link_site(g, LINK_JUMP, op->target);
}

// The helper is called out of line, from where nothing comes back.
void emit_trap_if(Gen *g, IrRef r, const IrOp *op) {
    pending_set(g, op);
    raw_flush(g);
    bool constant = is_const(g, op->b);
    Reg arg = constant ? 0 : use_gpr(g, op->b);
    unsigned cc = emit_condition(g, op->a);
    Stub *s = stub_new(g, STUB_TRAP);
    s->op = op;
    s->pc_off = pc_off_of(g, op->hsnap);
    s->value = arg;
    s->value_const = constant;
    s->imm = constant ? const_value(g, op->b) : 0;
    s->from[0] = jcc_fwd(&g->a, cc);
    done_condition(g, op);
}

// Vcpu.pc is set, by a trap return for instance: most often to a context that has been there before.
void emit_exit_done(Gen *g, IrRef r, const IrOp *op) {
    raw_flush(g);
    region_leave(g);
    jmp_to(&g->a, g->x->jump_done);
}

// ---- stubs
static void mem_address(Gen *g, const Stub *s) { lea(&g->a, s->addr32 ? 0 : P_W, RCX, s->base, s->disp); }

static void slow_call(Gen *g, const Stub *s, bool store) {
    Asm *a = &g->a;
    raw_canon(g, s->raw);
    if (store && s->value_const)
        mov_mi(a, P_W, RBP, VCPU(scratch), (int32_t)s->imm);
    else if (store && s->is_fp)
        xmm_store(g, s->type, VCPU(scratch), s->value);
    else if (store)
        mov_mr(a, RBP, VCPU(scratch), s->value);
    pending_store(g, s);
    emit_pc_off(g, s->pc_off);
    region_call_leave(g);
    mov_ri(a, RDX, s->memop);
    bool wide = ir_is_wide(s->type);
    const uint32_t *load = wide ? g->x->slow_load128 : g->x->slow_load, *to = wide ? g->x->slow_store128 : g->x->slow_store;
    call_to(a, (store ? to : load)[s->fp_valid]);
    region_call_enter(g);
    if (!store && s->is_fp)
        xmm_load(g, s->type, s->value, VCPU(scratch));
    else if (!store)
        op_rm(a, (s->type == T_I64 ? P_W : 0) | 0x8b, s->value, RBP, VCPU(scratch));
    jmp_to(a, s->back);
}

static void note_access(Gen *g, uint32_t access, uint32_t slow) {
    Compiled *out = g->out;
    if (out->naccesses == sizeof(out->accesses) / sizeof(out->accesses[0]))
        g->a.full = out->beyond = true;
    else
        out->accesses[out->naccesses++] = (CompiledAccess){access, slow};
}

static void slow_amo(Gen *g, const Stub *s) {
    Asm *a = &g->a;
    if (s->type == T_I128) {
        slow_cas128(g, s);
        return;
    }
    raw_canon(g, s->raw);
    pending_store(g, s);
    if (s->op->op == OP_CAS) {
        mov_rr(a, RDX, RAX);
        mov_rr(a, RAX, s->value);
    } else {
        mov_rr(a, RDX, s->value);
    }
    emit_pc_off(g, s->pc_off);
    mov_mi(a, P_W, RBP, VCPU(scratch) + 48, s->op->op);
    mov_mi(a, P_W, RBP, VCPU(scratch) + 56, s->memop);
    region_call_leave(g);
    call_to(a, g->x->amo[s->fp_valid]);
    region_call_enter(g);
    op_rm(a, type_w(s->type) | 0x8b, s->dest, RBP, VCPU(scratch));
    jmp_to(a, s->back);
}

// The access once more, out of line.
static void stub_access(Gen *g, Stub *s) {
    mem_access(g, s);
    jmp_to(&g->a, s->back);
}

// The group's range lies in one page that the TLB knows, at its first or second place: it becomes the site's pair, if that has one.
static uint8_t *leader_stub(Gen *g, Stub *s, bool second) {
    lea(&g->a, P_W, RCX, s->base, s->lo);
    uint8_t *miss = mem_probe(g, s, s->write, second, s->range, s->delta, !s->roves);
    stub_access(g, s);
    return miss;
}

// Counts the misses of a site's pair; when they are many, C looks whether they are too many (cache_rove). Returns a jump to that.
static uint8_t *count_miss(Gen *g, const Stub *s) {
    Asm *a = &g->a;
    opcode(a, P_66 | 0x83, 0, 0, R15); // sub word [misses], 1
    modrm_mem(a, ALU_SUB, R15, SPACE(misses) + 2 * s->site);
    b1(a, 1);
    return jcc_fwd(a, CC_E);
}

static void ask_site(Gen *g, const Stub *s, const uint32_t *thunk, uint8_t *from, uint32_t back) {
    bind_fwd(&g->a, from);
    raw_canon(g, s->raw);
    emit_pc_off(g, s->pc_off);
    region_call_leave(g);
    mov_ri(&g->a, RDX, s->site);
    call_to(&g->a, thunk[s->fp_valid]);
    region_call_enter(g);
    jmp_to(&g->a, back);
}

// The access by itself, out of line, if the TLB knows its page. Returns a jump from where it does not.
static uint8_t *single_stub(Gen *g, Stub *s, Reg group, bool second) {
    Asm *a = &g->a;
    mem_address(g, s);
    uint8_t *miss = mem_probe(g, s, s->kind != STUB_LOAD, second, 1u << s->size, RDX, s->role == GROUP_NONE && !s->roves);
    if (s->addr32)
        mem_address(g, s);
    s->delta = RDX;
    if (s->role == GROUP_LEADER)
        alu_rr(a, 0, ALU_XOR, group, group); // each for itself
    stub_access(g, s);
    return miss;
}

// The stream's page is another now: it becomes its site's pair, and the check is made again. Returns a jump from where the TLB has none.
static uint8_t *stream_stub(Gen *g, const Stub *s) {
    mem_address(g, s);
    uint8_t *miss = mem_probe(g, s, s->kind != STUB_LOAD, false, 1u << s->size, RDX, true);
    region_reload(g, s->stream);
    jmp_to(&g->a, s->retry);
    return miss;
}

// The ways in which the TLB may know the page, beyond what the site itself has asked. Regions are spared second places: theirs is C's affair.
// Puts the accesses there into `access` and returns how many there are.
static unsigned known_pages(Gen *g, Stub *s, uint32_t access[4]) {
    Reg delta = s->delta;
    unsigned n = 0;
    bool seconds = !g->region && !is_other(s->memop);
    for (unsigned second = 0; s->role == GROUP_LEADER && second <= seconds; second++)
        if (second || !s->roves) {
            bind_fwd(&g->a, leader_stub(g, s, second));
            access[n++] = s->access;
        }
    for (unsigned second = 0; second <= seconds; second++)
        if (second || s->role != GROUP_NONE || !s->roves) {
            s->delta = delta;
            bind_fwd(&g->a, single_stub(g, s, delta, second));
            access[n++] = s->access;
        }
    return n;
}

void mem_stub(Gen *g, Stub *s) {
    Asm *a = &g->a;
    uint32_t own = s->access, access[4];
    unsigned known = 0;
    Reg delta = s->delta;
    uint8_t *rove = NULL;
    if (s->from[0])
        bind_fwd(a, s->from[0]);
    if (!s->roves && s->role != GROUP_MEMBER && !s->strides)
        rove = count_miss(g, s);
    uint32_t start = asm_here(a);
    if (s->stream != OPT_NO_STREAM)
        bind_fwd(a, stream_stub(g, s));
    else
        known = known_pages(g, s, access);
    if (s->from[1])
        bind_fwd(a, s->from[1]);
    uint32_t faulted = s->kind == STUB_ATOMIC && s->type == T_I128 ? cas128_undo(g) : asm_here(a);
    if (s->role != GROUP_MEMBER) // whose delta is good
        note_access(g, own, faulted);
    for (unsigned i = 0; i < known; i++)
        note_access(g, access[i], faulted);
    if (s->role == GROUP_LEADER)
        alu_rr(a, 0, ALU_XOR, delta, delta);
    mem_address(g, s);
    if (s->kind == STUB_ATOMIC)
        slow_amo(g, s);
    else
        slow_call(g, s, s->kind == STUB_STORE);
    if (rove)
        ask_site(g, s, g->x->rove, rove, start);
    if (s->counted)
        ask_site(g, s, g->x->watch, s->counted, s->begin);
}

static void leave_to(Gen *g, int64_t target, int64_t why) {
    Asm *a = &g->a;
    mov_rm(a, RAX, RBP, VCPU(vpage));
    alu_ri(a, P_W, ALU_ADD, RAX, (int32_t)target);
    mov_mr(a, RBP, VCPU(pc), RAX);
    mov_ri(a, RAX, why);
    jmp_to(a, g->x->leave);
}

static void outside_stub(Gen *g, const Stub *s) {
    bind_fwd(&g->a, s->from[0]);
    pending_store(g, s);
    region_leave(g);
    g->fp_valid = s->fp_valid;
    if (s->polls)
        poll(g, (int32_t)s->imm);
    if (linkable(g, (int32_t)s->imm) && g->out->nlinks < 60) {
        link_site(g, LINK_JUMP, (int32_t)s->imm);
    } else {
        pc_to_rax(g, (int32_t)s->imm);
        probe(g, 0);
    }
}

static void link_stub(Gen *g, const Stub *s) {
    Asm *a = &g->a;
    bind_fwd(a, s->from[0]);
    g->out->links[s->link].stub = asm_here(a);
    mov_ri(a, RAX, (int64_t)(g->first_link + s->link) << 8 | LEFT_LINK);
    jmp_to(a, g->x->leave);
}

static void exit_stub(Gen *g, const Stub *s) {
    Asm *a = &g->a;
    bind_fwd(a, s->from[0]);
    if (s->inside)
        region_leave(g);
    mov_rm(a, RAX, RBP, VCPU(vpage));
    alu_ri(a, P_W, ALU_ADD, RAX, (int32_t)s->imm);
    mov_mr(a, RBP, VCPU(pc), RAX);
    if (s->kind == STUB_SYNC) {
        jmp_to(a, g->x->jump_done);
        return;
    }
    mov_ri(a, RAX, LEFT_POLL);
    jmp_to(a, g->x->leave);
}

static void trap_stub(Gen *g, const Stub *s) {
    Asm *a = &g->a;
    bind_fwd(a, s->from[0]);
    if (s->value_const)
        mov_ri(a, RCX, s->imm);
    else
        mov_rr(a, RCX, s->value);
    emit_pc_off(g, s->pc_off);
    region_call_leave(g);
    alu_rr(a, 0, ALU_XOR, RDX, RDX);
    alu_rr(a, 0, ALU_XOR, RAX, RAX);
    call_to(a, g->x->helper[s->op->helper]);
    jmp_to(a, g->x->leave_trap);
}

static void poll_if_stub(Gen *g, const Stub *s) {
    bind_fwd(&g->a, s->from[0]);
    for (unsigned i = 0; i < s->range; i++) {
        asm_room(&g->a);
        b1(&g->a, s->code[i]);
    }
    jcc_to(&g->a, s->cc ^ 1, s->back);
    leave_to(g, s->imm, LEFT_POLL);
}

static void eval_stub(Gen *g, const Stub *s) {
    asm_room(&g->a);
    while (asm_here(&g->a) & 7)
        b1(&g->a, 0xcc);
    uint32_t at = asm_here(&g->a);
    memcpy(s->from[0] - 4, &at, 4);
    memcpy(g->a.p, s->op, sizeof(IrOp));
    g->a.p += sizeof(IrOp);
}

void nan_stub(Gen *g, const Stub *s);
void unbox_stub(Gen *g, const Stub *s);
void saturate_stub(Gen *g, const Stub *s);

void stubs_emit(Gen *g) {
    for (unsigned i = 0; i < g->nstubs && asm_room(&g->a); i++) {
        Stub *s = &g->stubs[i];
        switch (s->kind) {
        case STUB_LOAD:
        case STUB_STORE:
        case STUB_ATOMIC:
            if (!late_head(g, s))
                mem_stub(g, s);
            break;
        case STUB_SLOW_LOAD:
        case STUB_SLOW_STORE:
            bind_fwd(&g->a, s->from[0]);
            mem_address(g, s);
            slow_call(g, s, s->kind == STUB_SLOW_STORE);
            break;
        case STUB_LINK: link_stub(g, s); break;
        case STUB_SYNC:
        case STUB_POLL: exit_stub(g, s); break;
        case STUB_EXIT: {
            Stub copy = *s; // which the links it makes come behind
            outside_stub(g, &copy);
            break;
        }
        case STUB_FULL:
            bind_fwd(&g->a, s->from[0]);
            mov_rm(&g->a, RSP, RBP, VCPU(host_sp));
            jmp_to(&g->a, s->back);
            break;
        case STUB_PROBE:
            bind_fwd(&g->a, s->from[0]);
            probe(g, (unsigned)s->imm);
            break;
        case STUB_NONE_LOAD:
        case STUB_NONE_STORE: break;
        case STUB_POLL_IF: poll_if_stub(g, s); break;
        case STUB_TRAP: trap_stub(g, s); break;
        case STUB_EVAL: eval_stub(g, s); break;
        case STUB_XPINS: xpins_stub(g, s); break;
        case STUB_UNBOX: unbox_stub(g, s); break;
        case STUB_CANON: canon_stub(g, s); break;
        case STUB_SATURATE: saturate_stub(g, s); break;
        case STUB_SOFT: soft_stub(g, s); break;
        default: nan_stub(g, s); break;
        }
    }
}
