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

static bool fits(const Gen *g, const Stub *s) {
    return (s->kind == STUB_LOAD || s->kind == STUB_STORE) && s->stream == OPT_NO_STREAM && !g->region && !s->from[1] && !s->raw &&
           !s->npends && !s->counted && !(s->value_const && s->lo) && !g->ir->unlinked;
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
        .head = asm_here(a), .access = s->access, .pc_off = s->pc_off, .disp = s->disp, .lo_imm = s->value_const ? (int32_t)s->imm : s->lo,
        .memop = s->memop, .site = s->site, .range = s->range, .back = (uint8_t)(s->back - s->access), .jump = (uint8_t)(s->access - jump),
        .base = s->base, .value = s->value, .delta = s->delta, .size = s->size, .type = s->type, .role = s->role,
        .store = s->kind == STUB_STORE, .is_fp = s->is_fp, .addr32 = s->addr32, .value_const = s->value_const, .roves = s->roves,
        .write = s->write, .fp_valid = s->fp_valid,
    };
    g->out->nlate++;
    b1(a, 0xb8 | RDX);
    b4(a, number);
    jmp_to(a, g->x->late[s->fp_valid]);
    return true;
}

static Stub stub_of(const LateStub *l) {
    return (Stub){
        .kind = l->store ? STUB_STORE : STUB_LOAD, .base = l->base, .value = l->value, .size = l->size, .type = l->type, .role = l->role,
        .delta = l->delta, .is_fp = l->is_fp, .addr32 = l->addr32, .value_const = l->value_const, .roves = l->roves, .write = l->write,
        .fp_valid = l->fp_valid, .stream = OPT_NO_STREAM, .memop = l->memop, .site = l->site, .range = l->range, .pc_off = l->pc_off,
        .disp = l->disp, .lo = l->value_const ? 0 : l->lo_imm, .imm = l->value_const ? l->lo_imm : 0, .access = l->access,
        .back = l->access + l->back,
    };
}

// What was needed to make the stub gives way to where it and its accesses are, for guard.c.
static void note_made(LateStub *l, uint32_t code, const Compiled *c) {
    l->made = true;
    l->code = code;
    memset(l->inner, 0, sizeof(l->inner));
    unsigned n = 0;
    for (unsigned i = 0; i < c->naccesses; i++) {
        l->slow = (uint16_t)(c->accesses[i].slow - l->code);
        if (c->accesses[i].access != l->access)
            l->inner[n++] = (uint16_t)(c->accesses[i].access - l->code);
    }
}

// Whether a store of a jump's displacement is seen whole by whoever fetches it: inside an aligned quadword (AMD APM vol. 2, 7.6.1).
static bool in_one_fetch(uint32_t site) { return (site & 7) <= 4; }

static void make(Engine *e, LateStub *l) {
    X86 *x = x86_of(e);
    CodeBuffer *code = &e->code;
    Gen *g = &x->gen; // idle: the lock is held
    Stub s = stub_of(l);
    Compiled c;
    c.naccesses = 0;
    g->out = &c;
    g->a = asm_begin(code->rw + code->cold, code->rw + code->cold_end, code->rx - code->rw);
    uint32_t start = asm_here(&g->a);
    mem_stub(g, &s);
    if (!asm_room(&g->a))
        return;
    uint32_t jump = l->access - l->jump - 4;
    note_made(l, start, &c);
    code->cold = (size_t)(g->a.p - code->rw);
    e->backend->patch(code, l->head + 6, start);
    if (in_one_fetch(jump))
        e->backend->patch(code, jump, start);
}

// edx: the number. Returns where to go on, or 0.
uint64_t late_make(Vcpu *v, uint32_t number) {
    Engine *e = v->engine;
    pthread_mutex_lock(&e->lock);
    LateStub *l = &e->late[number];
    if (!l->made) {
        make(e, l);
        v->stat[STAT_LATE] += l->made;
    }
    uint32_t to = l->made ? l->code : 0;
    if (!to) {
        v->pc_off = l->pc_off;
        v->trap = TRAP_REPLAY;
    }
    pthread_mutex_unlock(&e->lock);
    return to;
}
