// SPDX-License-Identifier: MIT
// Strips: a loop of one block (tcg/opt/loops.c) is emitted twice, with and without checks. Called by emit_flow.c and x86.c.
//
//      L:      poll; the block with its checks; jcc condition, try; jmp on
//      try:    n = how many more rounds all streams stay in the pages that this round has found; fewer than two: jmp L
//              limit = slot of the lead + n * its step
//      U:      the block, its streams unchecked; jcc !condition, on; cmp slot of the lead,[limit]; jne U; jmp L
//
// A round of the checked loop that gets to its end has made each of its accesses, so those that are in the pages known cannot fault, and
// nothing changes those pages in a strip: a shoot-down waits for the poll at L. Pages bound how long that takes. Streams in place of which
// a table is looked up are checked in both.
#include "tcg/x86/region.h"

bool strip_covers(const Gen *g, unsigned stream) {
    const Region *r = g->region;
    return r->now != OPT_NO_LOOP && r->stream[stream].loop == r->now;
}

static bool is_strip(const Region *r, unsigned k) { return r->loop[k].lead != OPT_NO_STREAM; }

void strip_label(Gen *g) {
    Region *r = g->region;
    for (unsigned k = 0; r && k < r->nloops; k++)
        if (r->loop[k].first == g->i && is_strip(r, k))
            memcpy(&r->saved[g->i], &g->val[g->i], (r->loop[k].last + 1u - g->i) * sizeof(Val));
}

// ---- how long the strip is

// A slot's value: its register, or rcx.
static Reg slot_reg(Gen *g, unsigned slot) {
    Reg pin = g->pins->of_cell[slot / 8];
    if (pin == NOREG)
        mov_rm(&g->a, RCX, RBP, (int32_t)slot);
    return pin == NOREG ? RCX : pin;
}

// rdx /= step, or a little less.
static void divide_by_step(Gen *g, unsigned step) {
    if ((step & (step - 1)) == 0) {
        shift_ri(&g->a, 0, SH_SHR, RDX, (unsigned)__builtin_ctz(step));
    } else {
        op_rr(&g->a, 0x69, RDX, RDX); // imul
        b4(&g->a, 65536 / step);
        shift_ri(&g->a, 0, SH_SHR, RDX, 16);
    }
}

// eax = at most the rounds, less one, that the stream stays where it is; leaves if it is not there now.
static void bound(Gen *g, const OptStream *s, unsigned k, uint32_t checked) {
    Asm *a = &g->a;
    int32_t room = (int32_t)PAGE_SIZE - (s->hi - s->lo);
    region_page(g, k, slot_reg(g, s->slot), s->lo);
    alu_ri(a, P_W, ALU_CMP, RCX, room);
    jcc_to(a, CC_A, checked);
    if (s->step == 0)
        return;
    if (s->step > 0) {
        mov_ri(a, RDX, room);
        alu_rr(a, 0, ALU_SUB, RDX, RCX);
    } else {
        mov32_rr(a, RDX, RCX);
    }
    divide_by_step(g, (unsigned)(s->step > 0 ? s->step : -s->step));
    alu_rr(a, 0, ALU_CMP, RAX, RDX);
    op_rr(a, P_0F | 0x40 | CC_A, RAX, RDX); // cmova
}

static void begin(Gen *g, unsigned loop, uint32_t checked) {
    Asm *a = &g->a;
    Region *r = g->region;
    const OptStream *lead = &r->stream[r->loop[loop].lead];
    mov_ri(a, RAX, (int64_t)PAGE_SIZE);
    for (unsigned k = 0; k < r->nstreams; k++)
        if (r->stream[k].loop == loop && r->stream[k].weight)
            bound(g, &r->stream[k], k, checked);
    op_rr(a, 0x85, RAX, RAX); // test
    jcc_to(a, CC_E, checked);
    alu_ri(a, 0, ALU_ADD, RAX, 1);
    op_rr(a, P_W | 0x69, RAX, RAX); // imul
    b4(a, (uint32_t)lead->step);
    alu_rr(a, P_W, ALU_ADD, RAX, slot_reg(g, lead->slot));
    mov_mr(a, RBP, spill_disp(r->strip[loop].limit_at), RAX);
}

// ---- the loop

static void end(Gen *g, unsigned loop, unsigned cc) {
    Region *r = g->region;
    unsigned on = r->loop[loop].last + 1u;
    while (g->ir->ops[on].op != OP_JUMP)
        on++;
    jump_if(g, cc ^ 1, g->ir->ops[on].label);
    Reg lead = slot_reg(g, r->stream[r->loop[loop].lead].slot);
    alu_rm(&g->a, P_W, ALU_CMP, lead, RBP, spill_disp(r->strip[loop].limit_at));
    jcc_to(&g->a, CC_NE, r->strip[loop].at);
    jmp_to(&g->a, g->label[g->ir->ops[r->loop[loop].first].label].at);
}

bool strip_branch(Gen *g, unsigned cc) {
    Region *r = g->region;
    for (unsigned k = 0; r && k < r->nloops; k++) {
        if (r->loop[k].last != g->i || !is_strip(r, k))
            continue;
        if (r->now == OPT_NO_LOOP)
            r->strip[k].from = jcc_fwd(&g->a, cc);
        else
            end(g, k, cc);
        return true;
    }
    return false;
}

static void strip_emit(Gen *g, unsigned loop) {
    Region *r = g->region;
    unsigned first = r->loop[loop].first, last = r->loop[loop].last;
    g->insn = 0;
    g->i = first;
    groups_drop(g);
    forget_registers(g);
    bind_fwd(&g->a, r->strip[loop].from);
    begin(g, loop, g->label[g->ir->ops[first].label].at);
    memcpy(&g->val[first], &r->saved[first], (last + 1 - first) * sizeof(Val));
    g->flags_at = NULL;
    r->now = (uint8_t)loop;
    r->strip[loop].at = asm_here(&g->a);
    unsigned begins = first + 1;
    while (g->ir->ops[begins].op == OP_POLL || g->ir->ops[begins].op == OP_NOP)
        begins++;
    emit_range(g, begins, last + 1);
    r->now = OPT_NO_LOOP;
}

void strips_emit(Gen *g) {
    for (unsigned k = 0; k < g->region->nloops && !g->a.full; k++)
        if (is_strip(g->region, k) && g->region->strip[k].from)
            strip_emit(g, k);
}
