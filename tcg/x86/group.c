// SPDX-License-Identifier: MIT
// Memory groups: accesses of one block off one base value (stack frames, structs) share one check. Called by emit_mem.c.
//
// The first of them, the leader, checks the whole range that all of them touch against its site's pair, and keeps the delta in a temp:
//
//      lea rcx,[B+lo]; sub rcx,[r15+site]; cmp rcx,4096-(hi-lo); ja miss; mov D,[r15+site+8]; op [B+D+disp]     leader
//      test D,D; jz miss; op [B+D+disp]                                                                        each member
//
// If the range crosses a page, or its page is no RAM that may be reached directly, the leader's stub sets D to zero and all do their own
// access out of line. What the leader learnt holds for the rest of the block: nothing in between can change a mapping but a C helper,
// which ends all groups; a shoot-down waits for this vCPU's next exit. A temp that is needed for a value ends the group that held it.
// A group with a store goes by the write entries for its loads too, so stores that may not be reached (past a conditional exit) join
// only a group that has a store before.
#include "tcg/x86/gen.h"

enum { SPAN = 256, AHEAD = 64 };

static bool plain(const Gen *g, const IrOp *op) {
    if (op->op != OP_LOAD && op->op != OP_STORE)
        return false;
    if (op->memop & (MO_BE | MO_ALIGN | 7 << MO_MMU_SHIFT) || ((op->memop & MO_SIZE) > MO_64 && !ir_is_wide(op->type)))
        return false;
    if (op->op == OP_STORE && type_of(g, op->b) == T_F16)
        return false;
    return type_of(g, op->a) == T_I64;
}

static int32_t end_of(const IrOp *op) { return op->disp + (1 << (op->memop & MO_SIZE)); }

static void drop(Gen *g, Group *m) {
    if (m->base == IR_NONE)
        return;
    g->gpr[m->delta] = IR_NONE;
    m->base = IR_NONE;
    g->ngroups--;
}

void groups_drop(Gen *g) {
    for (unsigned k = 0; g->ngroups; k++)
        drop(g, &g->group[k]);
}

void group_evict(Gen *g, Reg t) {
    for (unsigned k = 0; k < MAX_GROUPS; k++)
        if (g->group[k].base != IR_NONE && g->group[k].delta == t)
            drop(g, &g->group[k]);
}

// Looks ahead from the leader, op i: what the group would span. False: nobody would follow.
static bool span(const Gen *g, Group *m) {
    const IrOp *leader = &g->ir->ops[g->i];
    const IrUse *first = &g->ir->use[g->i];
    bool write = leader->op == OP_STORE;
    *m = (Group){.base = leader->a, .lo = leader->disp, .hi = end_of(leader)};
    unsigned end = first->barrier < g->i + AHEAD ? first->barrier : g->i + AHEAD;
    for (unsigned i = first->next; i && i < end; i = g->ir->use[i].next) {
        const IrOp *op = &g->ir->ops[i];
        bool store = op->op == OP_STORE, certain = g->ir->use[i].exits == first->exits;
        if (!plain(g, op) || (store && !write && !certain))
            continue;
        int32_t lo = op->disp < m->lo ? op->disp : m->lo, hi = end_of(op) > m->hi ? end_of(op) : m->hi;
        if (hi - lo > SPAN)
            continue;
        write |= store;
        m->lo = lo;
        m->hi = hi;
        m->last = (uint16_t)i;
    }
    m->write = write;
    return m->last != 0;
}

static Group *find(Gen *g, const IrOp *op) {
    for (unsigned k = 0; k < MAX_GROUPS; k++) {
        Group *m = &g->group[k];
        if (m->base == op->a && op->disp >= m->lo && end_of(op) <= m->hi && (m->write || op->op == OP_LOAD))
            return m;
    }
    return NULL;
}

// A place for one more group: whose temp is free, and of the same base the older one.
static Group *place(Gen *g, IrRef base, Reg *delta) {
    static const Reg temps[] = {R13, R14}; // what C functions keep
    Group *free = NULL;
    for (unsigned k = 0; k < MAX_GROUPS; k++) {
        Group *m = &g->group[k];
        if (m->base == base || m->last < g->i)
            drop(g, m);
        if (m->base == IR_NONE)
            free = m;
    }
    for (unsigned k = g->ntemps < 3; free && k < 2; k++)
        if (g->gpr[temps[k]] == IR_NONE && !(g->locked >> temps[k] & 1)) {
            *delta = temps[k];
            return free;
        }
    return NULL;
}

void group_find(Gen *g, const IrOp *op, Stub *s) {
    if (!plain(g, op))
        return;
    Group *m = find(g, op), fresh;
    Reg delta;
    if (m) {
        s->role = GROUP_MEMBER;
        s->delta = m->delta;
    } else if (g->ir->use[g->i].next && span(g, &fresh) && (m = place(g, op->a, &delta))) {
        fresh.delta = delta;
        *m = fresh;
        g->ngroups++;
        g->gpr[delta] = GROUP_OWNED;
        s->role = GROUP_LEADER;
        s->delta = delta;
        s->lo = m->lo;
        s->range = (uint16_t)(m->hi - m->lo);
        s->write = m->write;
    }
    if (s->role)
        g->locked |= 1u << s->delta;
}
