// SPDX-License-Identifier: MIT
// Stubs of loads and stores are made when they are first needed: most never are, and they are the larger part of a block. Called by
// emit_exit.c for each stub of a block, and by translated code.
//
// What stands for a stub is its head, `mov edx, number; jmp late`, and a LateStub that says what it takes to make it. The thunk keeps all
// registers, has late_make emit the stub into the cold half of the code buffer, and goes there. From then on the head's jump leads to
// the stub, and so does the site's own jump where its displacement can be replaced in one store; as with links, that is all that changes
// under the feet of other vCPUs. rdx is free at a miss: a site loads its delta there after the check.
//
// What needs more than a LateStub holds is made at once: atomics, accesses that must be aligned, stores of raw NaNs (nan.c), pending
// values (pending.c), watched sites, regions.
// Single instructions as well (IrBlock.unlinked), so that they get on when there is no room: then the stub is not made, the instruction is run
// by itself (TRAP_REPLAY), and whoever translates the next block finds the buffer full.
#include "tcg/x86/gen.h"

enum { IS_FP = 1, ADDR32 = 2, VALUE_CONST = 4, ROVES = 8, WRITE = 16, FP_VALID = 32 };

static bool fits(const Gen *g, const Stub *s) {
    return (s->kind == STUB_LOAD || s->kind == STUB_STORE) && s->stream == OPT_NO_STREAM && !g->region && !s->from[1] && !s->raw &&
           !s->npends && !s->counted && !g->ir->unlinked;
}

bool late_head(Gen *g, const Stub *s) {
    Asm *a = &g->a;
    uint32_t number = g->e->nlate + g->out->nlate;
    if (!fits(g, s))
        return false;
    if (number == g->e->late_end) {
        a->full = true;
        return true;
    }
    align_rel32(a, 6);
    bind_fwd(a, s->from[0]);
    uint32_t jump = asm_here(a) - (uint32_t)(a->p - s->from[0]); // as from[0], in the executable mapping
    g->e->late[number] = (LateStub){
        .head = asm_here(a), .access = s->access, .pc_off = s->pc_off, .disp = s->disp, .lo = s->lo, .imm = (int32_t)s->imm,
        .memop = s->memop, .site = s->site, .range = s->range, .back = (uint8_t)(s->back - s->access), .jump = (uint8_t)(s->access - jump),
        .kind = s->kind, .base = s->base, .value = s->value, .size = s->size, .type = s->type, .role = s->role, .delta = s->delta,
        .flags = (uint8_t)((s->is_fp ? IS_FP : 0) | (s->addr32 ? ADDR32 : 0) | (s->value_const ? VALUE_CONST : 0) | (s->roves ? ROVES : 0) |
                           (s->write ? WRITE : 0) | (s->fp_valid ? FP_VALID : 0)),
    };
    g->out->nlate++;
    b1(a, 0xb8 | RDX);
    b4(a, number);
    jmp_to(a, g->x->late[s->fp_valid]);
    return true;
}

static Stub stub_of(const LateStub *l) {
    return (Stub){
        .kind = l->kind, .base = l->base, .value = l->value, .size = l->size, .type = l->type, .role = l->role, .delta = l->delta,
        .is_fp = l->flags & IS_FP, .addr32 = l->flags & ADDR32, .value_const = l->flags & VALUE_CONST, .roves = l->flags & ROVES,
        .write = l->flags & WRITE, .fp_valid = l->flags & FP_VALID, .stream = OPT_NO_STREAM, .memop = l->memop, .site = l->site,
        .range = l->range, .pc_off = l->pc_off, .disp = l->disp, .lo = l->lo, .imm = l->imm, .access = l->access, .back = l->access + l->back,
    };
}

// The accesses in the stub, for guard.c.
static void note_accesses(LateStub *l, const Compiled *c) {
    unsigned n = 0;
    for (unsigned i = 0; i < c->naccesses; i++) {
        l->slow = (uint16_t)(c->accesses[i].slow - l->code);
        if (c->accesses[i].access != l->access)
            l->inner[n++] = (uint16_t)(c->accesses[i].access - l->code);
    }
}

// Whether a store of a jump's displacement is seen whole by whoever fetches it.
static bool in_one_fetch(uint32_t site) { return (site & 15) <= 12; }

static void make(Engine *e, LateStub *l) {
    X86 *x = x86_of(e);
    CodeBuffer *code = &e->code;
    Gen *g = &x->gen; // idle: the lock is held
    Stub s = stub_of(l);
    Compiled c;
    c.naccesses = 0;
    g->out = &c;
    g->a = (Asm){.p = code->rw + code->cold, .limit = code->rw + code->cold_end - ASM_SLACK, .to_rx = (int64_t)(code->rx - code->rw)};
    uint32_t start = asm_here(&g->a);
    mem_stub(g, &s);
    if (!asm_room(&g->a))
        return;
    l->code = start;
    note_accesses(l, &c);
    code->cold = (size_t)(g->a.p - code->rw);
    e->backend->patch(code, l->head + 6, l->code);
    uint32_t jump = l->access - l->jump - 4;
    if (in_one_fetch(jump))
        e->backend->patch(code, jump, l->code);
}

// edx: the number. Returns where to go on, or 0.
uint64_t late_make(Vcpu *v, uint32_t number) {
    Engine *e = v->engine;
    pthread_mutex_lock(&e->lock);
    LateStub *l = &e->late[number];
    if (!l->code) {
        make(e, l);
        v->stat[STAT_LATE] += l->code != 0;
    }
    uint32_t to = l->code;
    if (!to) {
        v->pc_off = l->pc_off;
        v->trap = TRAP_REPLAY;
    }
    pthread_mutex_unlock(&e->lock);
    return to;
}
