// SPDX-License-Identifier: MIT
// The programs of loops.h, and the machine that says what they do. UPPER_SHIFT and Word are the includer's.
//
// The model executes the same program one instruction at a time. At every trap it is run on until pc and all registers are the guest's:
// the guest's states must be states that the program goes through, in their order. Memory is compared when nobody else writes it.
// r0 counts outer rounds down, and r1 inner ones, so a state that is passed by is found out.
#ifndef TESTS_GOLDEN_LOOPS_MODEL_H
#define TESTS_GOLDEN_LOOPS_MODEL_H

enum { REGS = 12, MAX_INSNS = 40, DATA_PAGES = 4, INNER_LEAST = 3, BUDGET = 30000 };
#define DATA_BYTES ((Word)DATA_PAGES * PAGE_SIZE)

typedef enum { ADD, XOR, MUL, ADDI, UPPER, LOAD, STORE, LOADB, STOREB, AMO, BNEZ, BEGIN, DONE } Op;

typedef struct {
    uint8_t op, d, a, b; // UPPER: imm << UPPER_SHIFT; LOAD d, imm(a); STORE b, imm(a); AMO d = [a], [a] += b; BNEZ a, to imm
    int32_t imm;
} Insn;

static struct {
    Insn insn[MAX_INSNS];
    unsigned n, pc;
    Word r[REGS], base, outer; // base: where the data begins, as the program sees it; outer: r0 at the start
    uint8_t data[DATA_PAGES * PAGE_SIZE] __attribute__((aligned(16)));
} model;

static uint64_t loops_random_state = 88172645463325252ull;

static uint32_t loops_random(uint32_t below) { // xorshift64
    uint64_t x = loops_random_state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    loops_random_state = x;
    return (uint32_t)(x >> 20) % below;
}

static unsigned insn_bytes(const Insn *i) { return i->op == LOADB || i->op == STOREB ? 1 : sizeof(Word); }
static Word model_address(const Insn *i) { return model.r[i->a] + (Word)i->imm; }

static Word model_load(Word address, unsigned bytes) {
    Word at = address - model.base, value = 0;
    if (at + bytes > DATA_BYTES)
        return 0;
    for (unsigned k = bytes; k--;)
        value = value << 8 | model.data[at + k];
    return value;
}

static void model_store(Word address, unsigned bytes, Word value) {
    Word at = address - model.base;
    for (unsigned k = 0; k < bytes && at + bytes <= DATA_BYTES; k++, value >>= 8)
        model.data[at + k] = (uint8_t)value;
}

static void model_step(void) {
    const Insn *i = &model.insn[model.pc++];
    Word *r = model.r, old;
    switch (i->op) {
    case ADD: r[i->d] = r[i->a] + r[i->b]; break;
    case XOR: r[i->d] = r[i->a] ^ r[i->b]; break;
    case MUL: r[i->d] = r[i->a] * r[i->b]; break;
    case ADDI: r[i->d] = r[i->a] + (Word)i->imm; break;
    case UPPER: r[i->d] = (Word)i->imm << UPPER_SHIFT; break;
    case LOAD: r[i->d] = model_load(model_address(i), sizeof(Word)); break;
    case LOADB: r[i->d] = model_load(model_address(i), 1); break;
    case STORE: model_store(model_address(i), sizeof(Word), r[i->b]); break;
    case STOREB: model_store(model_address(i), 1, r[i->b]); break;
    case AMO:
        old = model_load(r[i->a], sizeof(Word));
        model_store(r[i->a], sizeof(Word), old + r[i->b]);
        r[i->d] = old;
        break;
    case BNEZ: model.pc = r[i->a] ? (unsigned)i->imm : model.pc; break;
    case DONE: model.pc--; break;
    }
}

static int model_is(unsigned pc, const Word *r) {
    int same = model.pc == pc;
    for (unsigned k = 0; same && k < REGS; k++)
        same = model.r[k] == r[k];
    return same;
}

// Runs on until the model is where the guest is. False: it never is.
static int model_reach(unsigned pc, const Word *r) {
    while (!model_is(pc, r)) {
        if (model.r[0] < r[0] || model.insn[model.pc].op == DONE)
            return 0;
        model_step();
    }
    return 1;
}

// ---- making one

static void emit(Op op, unsigned d, unsigned a, unsigned b, int imm) {
    model.insn[model.n++] = (Insn){(uint8_t)op, (uint8_t)d, (uint8_t)a, (uint8_t)b, imm};
}

// r2 to r4 move along the data, r5 to r8 are free, r9 to r11 set the former back behind the inner loop.
static unsigned stream(void) { return 2 + loops_random(3); }
static unsigned value(void) { return 5 + loops_random(4); }
static int slot(void) { return (int)(loops_random(8) * sizeof(Word) + (loops_random(4) ? 0 : loops_random(sizeof(Word)))); }

static void emit_any(int skips) {
    static const uint8_t ops[] = {ADD, XOR, MUL, ADDI, UPPER, LOAD, LOAD, LOAD, STORE, STORE, LOADB, STOREB, AMO, BNEZ};
    Op op = ops[loops_random(sizeof(ops) - !skips)];
    if (op == BNEZ) { // over one
        emit(BNEZ, 0, value(), 0, (int)model.n + 2);
        emit(ADDI, value(), value(), 0, (int)loops_random(4000) - 2000);
    } else if (op == AMO) {
        if (loops_random(3) == 0) // costly: it would be all that is tested
            emit(AMO, value(), stream(), value(), 0);
    } else if (op == LOADB || op == STOREB) {
        emit(op, value(), stream(), value(), (int)loops_random(64));
    } else if (op == LOAD || op == STORE) {
        emit(op, value(), stream(), value(), slot());
    } else {
        emit(op, value(), value(), value(), op == UPPER ? 1 + (int)loops_random(1000) : (int)loops_random(4000) - 2000);
    }
}

// A nest: r0 rounds of r1 = `inner` rounds. Streams begin anywhere and move by at most 2 words up or down.
static void model_make(Word base) {
    int word = (int)sizeof(Word), step[3], skips = loops_random(2) == 0;
    unsigned inner = INNER_LEAST + loops_random(loops_random(2) ? 20 : 120), body = 1 + loops_random(8), head;
    model.n = model.pc = 0;
    model.base = base;
    emit(BEGIN, 0, 0, 0, 0);
    model.r[1] = inner;
    for (unsigned k = 0; k < 3; k++) {
        step[k] = ((int)loops_random(5) - 2) * word;
        model.r[2 + k] = base + loops_random((unsigned)(DATA_BYTES - 4096) / 16) * 16 + 2048;
        model.r[9 + k] = (Word)(-step[k] * (int)inner);
    }
    for (unsigned k = 5; k < 9; k++)
        model.r[k] = loops_random(1u << 30) * 3ul;
    unsigned outside = loops_random(3), top = model.n;
    while (outside--)
        emit_any(skips);
    head = model.n;
    while (body--)
        emit_any(skips);
    for (unsigned k = 0; k < 3; k++)
        if (step[k])
            emit(ADDI, 2 + k, 2 + k, 0, step[k]);
    emit(ADDI, 1, 1, 0, -1);
    emit(BNEZ, 0, 1, 0, (int)head);
    for (unsigned k = 0; k < 3; k++)
        if (step[k])
            emit(ADD, 2 + k, 2 + k, 9 + k, 0);
    emit(ADDI, 1, 1, 0, (int)inner);
    emit(ADDI, 0, 0, 0, -1);
    emit(BNEZ, 0, 0, 0, (int)top);
    emit(DONE, 0, 0, 0, 0);
    model.r[0] = model.outer = 1 + BUDGET / (inner * (model.n - head));
    for (unsigned k = 0; k < DATA_BYTES; k++)
        model.data[k] = (uint8_t)(loops_random(256));
}

// An instruction that may become another one while the program runs; ~0u: none. `what`: what to write there.
static unsigned model_patch(Insn *what) {
    for (unsigned tries = 0; tries < 20; tries++) {
        unsigned at = loops_random(model.n);
        const Insn *i = &model.insn[at];
        if (i->op > UPPER || i->d < 5 || i->d > 8)
            continue;
        *what = (Insn){(uint8_t)loops_random(UPPER), (uint8_t)value(), (uint8_t)value(), (uint8_t)value(), (int32_t)loops_random(4000) - 2000};
        return at;
    }
    return ~0u;
}

#endif
