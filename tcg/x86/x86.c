// SPDX-License-Identifier: MIT
// The x86-64 backend: one walk over a block's ops, each through the emitter table. Needs x86-64-v3 (BMI2, FMA, AVX2).
#include <cpuid.h>
#include <stdlib.h>
#include "tcg/interp/interp.h"
#include "tcg/x86/gen.h"

static const Reg pins[MAX_PINS] = {RBX, RSI, RDI, R8, R9, R10, R11, R12};

X86 *x86_of(Engine *e) { return e->backend_state; }

static bool host_fits(void) {
    // clang's __builtin_cpu_supports does not know lzcnt, so that one is asked for directly.
    unsigned a, b, c, d;
    bool lzcnt = __get_cpuid(0x80000001, &a, &b, &c, &d) && (c & bit_LZCNT);
    __builtin_cpu_init();
    return __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2") &&
           lzcnt && __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("pclmul");
}

// clang's __builtin_cpu_supports does not know it.
static bool host_has_sha(void) {
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

// How many XMM registers there are beyond temps and scratch.
static unsigned xpins_max(X86 *x) {
    __builtin_cpu_init();
    x->avx512 = __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
    return x->avx512 ? MAX_XPINS : 16 - FIRST_XPIN;
}

static Asm cursor(const CodeBuffer *c) {
    return asm_begin(c->rw + c->used, c->rw + c->hot_end, c->rx - c->rw);
}

void pin_slot(PinMap *p, Reg reg, uint16_t slot) {
    p->reg[p->n] = reg;
    p->slot[p->n++] = slot;
    p->of_cell[slot / 8] = reg;
    p->held[slot / 512] |= 1ull << (slot / 8 % 64);
}

static bool x86_init(Engine *e, CodeBuffer *code) {
    X86 *x = calloc(1, sizeof(*x));
    e->backend_state = x;
    if (!x || !host_fits())
        return false;
    memset(x->pins.of_cell, NOREG, sizeof(x->pins.of_cell));
    for (unsigned i = 0; i < e->guest->npins && i < MAX_PINS; i++)
        pin_slot(&x->pins, pins[i], e->guest->pins[i]);
    for (unsigned i = 0; i < e->guest->nsteady; i++)
        if (x->pins.of_cell[e->guest->steady[i] / 8] != NOREG)
            x->steady_regs |= 1u << x->pins.of_cell[e->guest->steady[i] / 8];
    check_make(x);
    x->wide = e->guest->fp_wide;
    x->aes = __builtin_cpu_supports("aes");
    x->sha = host_has_sha();
    memset(x->xpin_of_cell, NOREG, sizeof(x->xpin_of_cell));
    for (unsigned i = 0, n = xpins_max(x); i < e->guest->nfp_pins && i < n; i++) {
        x->xpin_slot[i] = e->guest->fp_pins[i];
        x->xpin_of_cell[e->guest->fp_pins[i] / 8] = (uint8_t)(FIRST_XPIN + i);
        if (e->guest->fp_wide)
            x->xpin_of_cell[e->guest->fp_pins[i] / 8 + 1] = (uint8_t)(FIRST_XPIN + i);
        x->xpin_lines |= 1ull << (e->guest->fp_pins[i] / 64 % 64) | 1ull << ((e->guest->fp_pins[i] + 8) / 64 % 64);
        x->nxpins++;
    }
    x->region_gen = calloc(1, sizeof(Gen));
    if (!x->region_gen || !(x->region_gen->region = region_new()))
        return false;
    for (unsigned i = 0; i < CELLS; i++)
        x->gen.cell[i] = x->region_gen->cell[i] = IR_NONE;
    x->eval_fn = (void *)interp_eval;
    Asm a = cursor(code);
    if (!thunks_make(e, x, &a))
        return false;
    code->used = code->fixed = (size_t)(a.p - code->rw);
    return true;
}

static void x86_fini(Engine *e) {
    X86 *x = x86_of(e);
    if (x && x->region_gen)
        free(x->region_gen->region);
    if (x)
        free(x->region_gen);
    free(x);
}

// What to do with an op besides calling its emitter. HINTED: it makes a value; not GETs, whose value is in its register already.
enum { EMITS_NOTHING = 1, HINTED = 2, ENDS_GROUPS = 4 };
#define IS(NAME, OTHER) (OP_##NAME == OP_##OTHER)
#define IS_KIND(KIND, OTHER) ((unsigned)KIND_##KIND == (unsigned)KIND_##OTHER)
static const uint8_t way_of[OP_COUNT] = {
#define OP(NAME, TEXT, KIND, ...)                                                                                             \
    [OP_##NAME] = IS(NAME, CONST) || IS(NAME, NOP) || IS(NAME, PCREL) || IS(NAME, PARAM)   ? EMITS_NOTHING                    \
                  : IS_KIND(KIND, LABEL) || IS_KIND(KIND, JUMP)                            ? ENDS_GROUPS                      \
                  : IS(NAME, CALL)                                                         ? ENDS_GROUPS | HINTED             \
                  : IS_KIND(KIND, SLOT) || IS_KIND(KIND, EXIT) || IS_KIND(KIND, EXITR) || IS(NAME, STORE) || IS(NAME, TRAP_IF) ? 0 : HINTED,
#include "tcg/ir/op.def"
#undef OP
};

static inline void emit_op(Gen *g, IrRef i, const IrOp *op) {
    unsigned way = way_of[op->op];
    if (way & EMITS_NOTHING)
        return;
    g->i = i;
    free_spills(g);
    g->locked = g->xlocked = 0;
    if (way & HINTED) {
        Reg hint = g->val[i].hint = hint_of(g, i, op);
        if (hint != NOREG)
            vacate_hint(g, i, hint);
    }
    if (way & ENDS_GROUPS)
        groups_drop(g);
    EmitFn *emit = x86_emit[op->op];
    if (__builtin_expect(!emit, 0))
        emit = op->type == T_V128 ? emit_wide : emit_eval;
    emit(g, i, op);
}

void emit_range(Gen *g, unsigned first, unsigned end) {
    const IrOp *ops = g->ir->ops;
    for (unsigned i = first; i < end && asm_room(&g->a); i++)
        emit_op(g, (IrRef)i, &ops[i]);
    g->i = end;
}

// Before the entry stands how to leave with its pc: `mov ecx, pc; jmp divert`, which a diverted entry jumps back to.
enum { DIVERSION = 10 };

static uint8_t *begin_entry(const X86 *x, Asm *a, int32_t pc) {
    a->p += DIVERSION;
    a->p += -asm_here(a) & 15;
    uint8_t *start = a->p;
    a->p -= DIVERSION;
    b1(a, 0xb8 | RCX);
    b4(a, (uint32_t)pc);
    b1(a, 0xe9);
    b4(a, x->divert - (asm_here(a) + 4));
    return start;
}

// The jump back has two bytes, which are replaced in one store; a vCPU that stood behind the first of two instructions would read it wrongly.
static bool begins_long(const uint8_t *code) {
    return !((*code >= 0x50 && *code < 0x60) || (*code >= 0x90 && *code < 0x9a) || *code == 0xc3 || *code == 0xcc);
}

static void x86_divert(CodeBuffer *code, uint32_t entry, uint16_t *kept, bool on) {
    uint16_t *rw = (uint16_t *)(void *)(code->rw + (entry - (uint32_t)(uintptr_t)code->rx));
    if (on)
        *kept = *rw;
    __atomic_store_n(rw, on ? (uint16_t)(0xeb | (uint8_t)(-DIVERSION - 2) << 8) : *kept, __ATOMIC_RELEASE);
}

// `all`: a region takes a temp for its own use.
static void begin_gen(Gen *g, Engine *e, const IrBlock *ir, uint32_t first_link, Compiled *out, bool all) {
    X86 *x = x86_of(e);
    g->e = e;
    g->ir = ir;
    g->x = x;
    g->pins = &x->pins;
    g->ntemps = 3;
    g->nstubs = g->npends = 0;
    g->first_link = first_link;
    g->out = out;
    g->ppage = ir->region ? ir->vpage : e->ppage;
    bool loop = ir->region || ir->loops;
    g->pairs = loop || cache_pairs(e, g->ppage);
    g->roams = !loop && e->guest->roams && e->guest->roams(ir->ctx);
    if (g->region)
        region_choose(g, all);
    alloc_begin(g);
    g->first_flow = (uint16_t)ir->nops;
    if (ir->nlabels)
        flow_begin(g);
}

// A region's choice of registers is made twice, since some of it hangs on what becomes pending.
static void x86_prepare(Engine *e, IrBlock *ir) {
    X86 *x = x86_of(e);
    const PinMap *map = &x->pins;
    if (ir->region) {
        Gen *g = x->region_gen;
        g->e = e;
        g->ir = ir;
        g->x = x;
        g->ppage = ir->vpage;
        region_choose(g, true);
        map = g->pins;
    }
    uint64_t wait = 0;
    for (unsigned i = 0; i < sizeof(ir->again) / sizeof(ir->again[0]); i++)
        wait |= ir->again[i] & ~map->held[i];
    if (wait || ir->region)
        opt_pending(ir, map->held);
}

static bool compile(Gen *g, CodeBuffer *code) {
    Compiled *out = g->out;
    if (g->region)
        region_begin(g);
    uint8_t *start = begin_entry(g->x, &g->a, g->ir->pc);
    out->entry = asm_here(&g->a);
    if (g->region)
        region_enter(g);
    if (g->fp_first || region_keeps_fp(g))
        xpins_need(g);
    out->warm_entry = g->region ? out->entry : asm_here(&g->a);
    emit_range(g, 0, g->ir->nops);
    if (g->region)
        strips_emit(g);
    if (g->a.full)
        return false;
    uint8_t *end = g->a.p, *cold = code->rw + code->cold;
    g->a = asm_begin(cold, code->rw + code->cold_end, g->a.to_rx);
    out->cold = asm_here(&g->a);
    stubs_emit(g);
    if (g->a.full)
        return false;
    out->bytes = (uint32_t)(end - start);
    out->divertible = begins_long(start);
    out->cold_bytes = (uint32_t)(g->a.p - cold);
    code->used = (size_t)(end - code->rw);
    code->cold = (size_t)(g->a.p - code->rw);
    return true;
}

// Tier 2 has a Gen of its own, so that it compiles while tier 1 does.
static bool x86_compile(Engine *e, const IrBlock *ir, CodeBuffer *code, uint32_t first_link, Compiled *out) {
    X86 *x = x86_of(e);
    Gen *g = ir->region ? x->region_gen : &x->gen;
    if (!ir->region)
        memcpy(g->site, x->next_site, sizeof(g->site));
    for (int all = ir->region; all >= 0; all--) {
        memset(out, 0, offsetof(Compiled, links));
        g->a = cursor(code);
        begin_gen(g, e, ir, first_link, out, all);
        if (compile(g, code)) {
            if (!ir->region)
                memcpy(x->next_site, g->site, sizeof(g->site));
            return true;
        }
        if (!out->beyond) // no room
            return false;
    }
    return false;
}

static uint64_t x86_enter(Vcpu *v, uint32_t entry) { return x86_of(v->engine)->enter(v, entry); }

static void x86_patch(CodeBuffer *code, uint32_t site, uint32_t target) {
    uint32_t *rw = (uint32_t *)(void *)(code->rw + (site - (uint32_t)(uintptr_t)code->rx));
    __atomic_store_n(rw, target - (site + 4), __ATOMIC_RELEASE);
}

const Backend backend_x86 = {
    .name = "x86-64", .init = x86_init, .fini = x86_fini, .prepare = x86_prepare, .compile = x86_compile, .enter = x86_enter, .patch = x86_patch,
    .divert = x86_divert,
};
