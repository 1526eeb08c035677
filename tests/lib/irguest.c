// SPDX-License-Identifier: MIT
// The test guest (irguest.h): one flat address space, no privilege, no real instructions.
#include "tests/lib/irguest.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tcg/interp/interp.h"

#define SLOT(name, member, type) {name, offsetof(IrgState, member), type}
static const IrSlot slots[] = {
    SLOT("a0", a[0], T_I64), SLOT("a1", a[1], T_I64), SLOT("a2", a[2], T_I64), SLOT("a3", a[3], T_I64),
    SLOT("a4", a[4], T_I64), SLOT("a5", a[5], T_I64), SLOT("a6", a[6], T_I64), SLOT("a7", a[7], T_I64),
    SLOT("f0", f[0], T_F64), SLOT("f1", f[1], T_F64), SLOT("f2", f[2], T_F64), SLOT("f3", f[3], T_F64),
    SLOT("s0", f[0], T_F32), SLOT("s1", f[1], T_F32), SLOT("s2", f[2], T_F32), SLOT("s3", f[3], T_F32),
    SLOT("w0", w[0], T_I32), SLOT("w1", w[1], T_I32), SLOT("w2", w[2], T_I32), SLOT("w3", w[3], T_I32),
    SLOT("q0", w[0], T_I64), SLOT("b0", f[0], T_I64), SLOT("b1", f[1], T_I64), SLOT("b2", f[2], T_I64),
};
static const uint16_t pins[] = {offsetof(IrgState, a[0]), offsetof(IrgState, a[1]), offsetof(IrgState, a[2])};
static const uint16_t fp_pins[] = {offsetof(IrgState, f[0]), offsetof(IrgState, f[1])};

uint64_t irg_next(uint64_t *seed) {
    uint64_t z = *seed += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static IrgState *state_of(Vcpu *v) { return vcpu_state(v); }

static void hash(uint64_t *h, uint64_t x) {
    *h ^= x;
    irg_next(h);
}

// ---- helpers

static void raise_trap(Vcpu *v, uint32_t cause, uint64_t vaddr) {
    v->trap = cause;
    state_of(v)->trap_cause = cause;
    state_of(v)->trap_vaddr = vaddr;
}

static uint64_t helper_mix(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) { return a * 3 + (b ^ c << 1); }

static uint64_t helper_peek(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) {
    uint64_t sum = a;
    for (unsigned i = 0; i < IRG_NA; i++)
        sum = sum * 5 + state_of(v)->a[i];
    return sum;
}

static uint64_t helper_poke(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) {
    state_of(v)->a[a % IRG_NA] = b;
    hash(&state_of(v)->helper, a ^ b ^ c);
    return state_of(v)->a[0];
}

static uint64_t helper_check(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) {
    if ((a & 7) == 7) {
        raise_trap(v, IRG_TRAP_HELPER, a);
    }
    return a + 1;
}

static uint64_t helper_stop(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) {
    v->pc = vcpu_pc(v);
    atomic_fetch_or(&v->exit_request, EXIT_STOP);
    return 0;
}

static uint64_t helper_raise(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) {
    raise_trap(v, IRG_TRAP_HELPER, a ^ b ^ c);
    return 0;
}

static uint64_t helper_flags(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) { // and none from here on
    unsigned flags = vcpu_fp_flags(v);
    v->fp_flags = 0;
    return flags;
}

enum { HELPER_STOP = 4 };
static const Helper helpers[] = {
    {"mix", helper_mix, HELPER_PURE},
    {"peek", helper_peek, HELPER_READS},
    {"poke", helper_poke, HELPER_READS | HELPER_WRITES},
    {"check", helper_check, HELPER_TRAPS},
    {"stop", helper_stop, HELPER_READS | HELPER_WRITES},
    {"raise", helper_raise, HELPER_TRAPS},
    {"flags", helper_flags, HELPER_READS | HELPER_WRITES},
};
const IrNames irg_names = {slots, sizeof slots / sizeof *slots, helpers, sizeof helpers / sizeof *helpers};

// ---- the contract

// The block under test at its own address; anything else stops the run.
static void guest_translate(IrBuild *k, Vcpu *v, const uint8_t *code, const uint8_t *next, unsigned max_insns) {
    const IrBlock *b = state_of(v)->block;
    if (b && v->pc == b->vpage + (uint64_t)b->pc) {
        irg_refold(k, b);
        return;
    }
    ir_insn(k, k->b->pc, 4);
    ir_call(k, T_VOID, HELPER_STOP, IR_NONE, IR_NONE, IR_NONE);
    ir_exit_done(k);
}

static bool guest_fill(Vcpu *v, uint64_t vaddr, Access access, unsigned mmu, unsigned size, bool probe, TlbFill *out) {
    static uint8_t code[4096]; // nobody reads the bytes of an instruction
    *out = (TlbFill){.paddr = vaddr, .read = true, .write = true, .whole_page = true, .span = 4096};
    if (access == ACCESS_FETCH) {
        out->host = code + (vaddr & 4095);
        out->fetch = true;
        out->write = false;
        out->paddr = vaddr | 1ull << 40;
        return true;
    }
    if (vaddr - IRG_RAM < IRG_RAM_SIZE)
        out->host = state_of(v)->ram + (vaddr - IRG_RAM);
    else if (vaddr - IRG_IO >= 4096) {
        if (!probe)
            raise_trap(v, IRG_TRAP_FAULT, vaddr);
        return false;
    }
    return true;
}

static bool guest_io_read(Vcpu *v, uint64_t vaddr, uint64_t paddr, unsigned size, uint64_t *value) {
    hash(&state_of(v)->io, paddr * 8 + size);
    uint64_t seed = state_of(v)->io;
    *value = irg_next(&seed) & (size == 8 ? ~0ull : (1ull << 8 * size) - 1);
    return true;
}

static bool guest_io_write(Vcpu *v, uint64_t vaddr, uint64_t paddr, unsigned size, uint64_t value) {
    hash(&state_of(v)->io, paddr * 16 + size);
    hash(&state_of(v)->io, value & (size == 8 ? ~0ull : (1ull << 8 * size) - 1));
    return true;
}

static void guest_misaligned(Vcpu *v, uint64_t vaddr, Access access) { raise_trap(v, IRG_TRAP_ALIGN, vaddr); }

static void take_trap(Vcpu *v) {
    state_of(v)->trap = 1;
    state_of(v)->trap_pc = vcpu_pc(v);
    v->pc = vcpu_pc(v);
    atomic_fetch_or(&v->exit_request, EXIT_STOP);
}

static void guest_retired(Vcpu *v, unsigned n) { state_of(v)->trap_retired = n; }
static void guest_trap(Vcpu *v) { take_trap(v); }
static bool guest_interrupt(Vcpu *v) { return false; }
static bool guest_awake(Vcpu *v) { return true; }
static void guest_reset(Vcpu *v, uint64_t pc) { v->pc = pc; }

const Guest irg_guest = {
    .name = "irtest", .names = {slots, sizeof slots / sizeof *slots, helpers, sizeof helpers / sizeof *helpers},
    .pins = pins, .npins = 3, .fp_pins = fp_pins, .nfp_pins = 2, .state_size = sizeof(IrgState), .insn_align = 4,
    .translate = guest_translate, .fill = guest_fill, .io_read = guest_io_read, .io_write = guest_io_write,
    .misaligned = guest_misaligned, .trap = guest_trap, .retired = guest_retired, .interrupt = guest_interrupt, .awake = guest_awake,
    .reset = guest_reset,
};

// ---- machines

// Time stands. Of two tickers one has to be asked each time: what translated code does by itself, and what it does otherwise.
enum { IRG_TIME = 1234567890123456789, IRG_SHIFT = 77 };
static uint64_t asked(const Ticker *t, uint64_t tick_ns) { return tick_ns ? IRG_TIME / tick_ns + IRG_SHIFT : IRG_TIME; }
static const Ticker tickers[2] = {{.span = UINT64_MAX, .base = IRG_TIME, .shift = IRG_SHIFT, .read = asked}, {.begun = 1, .read = asked}};

IrgMachine irg_new(bool interpret) {
    static unsigned made;
    EngineOptions options = {.cache_size = 4 << 20, .interpret = interpret, .tier = 1};
    IrgMachine m = {.engine = engine_new(&irg_guest, &options)};
    m.v = vcpu_new(&irg_guest, m.engine, 0, NULL);
    m.v->ticker = &tickers[made++ / 2 % 2];
    m.s = vcpu_state(m.v);
    m.s->ram = calloc(1, IRG_RAM_SIZE);
    vcpu_space(m.v, 1, 0, 0);
    return m;
}

void irg_free(IrgMachine *m) {
    free(m->s->ram);
    vcpu_free(m->v);
    engine_free(m->engine);
}

// Zeros, infinities, NaNs of either kind and sign, subnormals; in single precision boxed and not.
static const uint64_t special[] = {
    0, 1ull << 63, 0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000, 0xfff8000000000000, 0x7ff0000000000001, 0xfff8000000000123,
    1, 0x3ff0000000000000, 0xffffffff00000000, 0xffffffff80000000, 0xffffffff7f800000, 0xffffffffff800000, 0xffffffff7fc00000,
    0xffffffffffc00001, 0xffffffff7f800001, 0xffffffff3f800000, 0xfffffffe3f800000, 0xffffffff00000001,
};

// Half of the registers hold addresses in RAM, the rest anything.
void irg_fill(IrgMachine *m, uint64_t seed) {
    uint8_t *ram = m->s->ram;
    memset(m->s, 0, sizeof *m->s);
    m->s->ram = ram;
    for (unsigned i = 0; i < IRG_NA; i++)
        m->s->a[i] = i % 2 ? irg_next(&seed) : IRG_RAM + 0x800 + irg_next(&seed) % (IRG_RAM_SIZE - 0x1000) / 8 * 8;
    for (unsigned i = 0; i < IRG_NF; i++)
        m->s->f[i] = irg_next(&seed) % 2 ? irg_next(&seed) : special[irg_next(&seed) % (sizeof special / sizeof *special)];
    for (unsigned i = 0; i < 4; i++)
        m->s->w[i] = (uint32_t)irg_next(&seed);
    for (unsigned i = 0; i < IRG_RAM_SIZE; i += 8) {
        uint64_t x = irg_next(&seed);
        memcpy(ram + i, &x, 8);
    }
    vcpu_fp_set(m->v, irg_next(&seed) % 4, 0); // a translator writes rmm itself, since hosts lack it
    m->v->trap = 0;
    m->v->pc = 0;
}

void irg_interpret(IrgMachine *m, const IrBlock *b) {
    m->v->vpage = b->vpage;
    m->v->pc_off = (uint32_t)b->pc;
    m->v->pc = b->vpage + (uint64_t)b->pc;
    InterpBlock view = interp_view(b);
    interp_run(m->v, &view);
    if (m->v->trap && vcpu_retired(m->v))
        guest_retired(m->v, vcpu_retired(m->v));
    if (m->v->trap)
        take_trap(m->v);
    m->v->trap = 0;
    atomic_store(&m->v->exit_request, 0);
}

void irg_run(IrgMachine *m, const IrBlock *b) {
    m->s->block = b;
    m->v->pc = b->vpage + (uint64_t)b->pc;
    vcpu_context(m->v, m->v->ctx + 1); // a context of its own: no block of an earlier run is found
    vcpu_run(m->v);
    m->s->block = NULL;
}

const char *irg_differs(const IrgMachine *x, const IrgMachine *y) {
    static char text[128];
    const uint64_t *p = (const uint64_t *)x->s, *q = (const uint64_t *)y->s;
    for (unsigned i = 0; i < offsetof(IrgState, ram) / 8; i++)
        if (p[i] != q[i]) {
            const char *name = "(no slot)";
            for (unsigned n = 0; n < irg_names.nslots; n++)
                if (irg_names.slots[n].offset / 8 == i)
                    name = irg_names.slots[n].name;
            snprintf(text, sizeof text, "state+%u %s: %#llx and %#llx", i * 8, name, (unsigned long long)p[i],
                     (unsigned long long)q[i]);
            return text;
        }
    for (unsigned i = 0; i < IRG_RAM_SIZE; i++)
        if (x->s->ram[i] != y->s->ram[i]) {
            snprintf(text, sizeof text, "ram %#x: %#x and %#x", IRG_RAM + i, x->s->ram[i], y->s->ram[i]);
            return text;
        }
    if (x->v->pc != y->v->pc || x->v->fp_flags != y->v->fp_flags) {
        snprintf(text, sizeof text, "pc %#llx and %#llx, fp flags %#x and %#x", (unsigned long long)x->v->pc,
                 (unsigned long long)y->v->pc, x->v->fp_flags, y->v->fp_flags);
        return text;
    }
    return NULL;
}
