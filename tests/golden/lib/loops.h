// SPDX-License-Identifier: MIT
// Random loops (loops_model.h) in the lowest privilege that has page tables, disturbed while they run. Included by loops.c of each
// architecture, which says where data (BASE) and CODE are seen, fills the gaps below and brings traps here: the program's start and
// end (two calls of the supervisor), the timer, and faults on its data. Whatever came, registers must be the model's, and memory too
// while no other CPU moves it.
#ifndef TESTS_GOLDEN_LOOPS_H
#define TESTS_GOLDEN_LOOPS_H
#include "tests/golden/lib/loops_model.h"

enum { ASID = 5, EVENTS = 40 };
enum { WRONG_REGISTERS = 1, WRONG_DMA = 2, WRONG_MEMORY = 4, WRONG_SPURIOUS = 8, WRONG_FAULT = 16, WRONG_END = 32 };
typedef enum { RIGHTS_ALL, RIGHTS_READ, RIGHTS_NONE } Rights;

// ---- what the architecture fills in: `frame` is whatever its traps leave registers in

static uint32_t encode(const Insn *i, unsigned at);
static void choose_registers(void);
static void map_page(unsigned p);       // page[p], in the table that is used
static void fence_page(unsigned p);     // one of the ways to tell of it
static void exchange_table(void);       // to the other one, whose data pages are moved, under the same ASID
static void code_written(uint32_t *at); // for this CPU to run it
static Word *guest_register(void *frame, unsigned r);
static void resume_at(void *frame, Word pc);
static void leave(void *frame);         // back behind the call that entered the program, timer off
static void arm_timer(uint32_t most);   // sometime soon
static void disturb_otherwise(void);

static uint32_t code[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
static uint8_t frames[2 * DATA_PAGES][PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static struct {
    unsigned frame, spare;
    Rights rights;
} page[DATA_PAGES];
static unsigned table, events, faults;
static volatile unsigned by_other;
static Word wrong, patience;
static volatile int two; // pages and patches are the other CPU's

// ---- comparing

static int memory_is_right(void) {
    for (unsigned p = 0; p < DATA_PAGES; p++) {
        const Word *a = (const Word *)frames[page[p].frame], *b = (const Word *)(model.data + p * PAGE_SIZE);
        for (unsigned k = 0; k < PAGE_SIZE / sizeof(Word); k++)
            if (a[k] != b[k])
                return 0;
    }
    return 1;
}

static int reached(void *frame, Word pc) {
    Word r[REGS];
    for (unsigned k = 0; k < REGS; k++)
        r[k] = *guest_register(frame, k);
    if (pc - CODE < 4 * model.n && model_reach((unsigned)(pc - CODE) / 4, r))
        return 1;
    wrong |= WRONG_REGISTERS;
    return 0;
}

// ---- disturbing

// What stood there is there no more: whoever still looks at it reads nonsense.
static void move_page(unsigned p) {
    unsigned old = page[p].frame;
    memcpy(frames[page[p].spare], frames[old], PAGE_SIZE);
    memset(frames[old], 0xa5, PAGE_SIZE);
    page[p].frame = page[p].spare;
    page[p].spare = old;
}

static void patch(void) {
    Insn what;
    unsigned at = model_patch(&what);
    if (at == ~0u)
        return;
    model.insn[at] = what;
    *(volatile uint32_t *)&code[at] = encode(&what, at);
    code_written(&code[at]);
}

static void disturb(void) {
    unsigned p = loops_random(DATA_PAGES), what = loops_random(8);
    if (what == 4) {
        patch();
    } else if (what == 5) {
        disturb_otherwise();
    } else if (!two && what == 3) {
        exchange_table();
    } else if (!two && what < 3) {
        if (what != RIGHTS_READ)
            move_page(p);
        page[p].rights = (Rights)what;
        map_page(p);
        fence_page(p);
    }
}

// ---- traps

// The timer, or the program's end. False: it was the last one.
static int take_event(void *frame, Word pc) {
    if (!reached(frame, pc))
        return 0;
    if (!two && !memory_is_right())
        wrong |= WRONG_MEMORY;
    disturb();
    return ++events < EVENTS && !wrong;
}

static void rearm(void) { arm_timer(1u << (4 + patience)); }

static void take_timer(void *frame, Word pc) {
    Word before = model.r[0] * 1000 + model.r[1];
    if (!take_event(frame, pc)) {
        leave(frame);
        return;
    }
    // Slow builds must get on between two interrupts.
    patience = model.r[0] * 1000 + model.r[1] == before ? patience + (patience < 16) : patience - (patience > 0);
    rearm();
}

// At its start, and at its end again, with the registers as they are: programs are short, since the model must come after them.
static void take_call(void *frame, Word pc) {
    if (pc != CODE && !take_event(frame, pc)) {
        leave(frame);
        return;
    }
    model.r[0] = model.outer;
    for (unsigned k = 0; k < REGS; k++)
        *guest_register(frame, k) = model.r[k];
    model.pc = 1;
    resume_at(frame, CODE + 4);
    rearm();
}

// A fault on data at `address`. False: it leaves.
static int take_miss(void *frame, Word pc, Word address, int store) {
    if (reached(frame, pc)) {
        const Insn *i = &model.insn[(pc - CODE) / 4];
        unsigned p = (unsigned)((address - BASE) / PAGE_SIZE);
        Word past = address - model_address(i); // an access over two pages may miss the second
        if (store != (i->op == STORE || i->op == STOREB || i->op == AMO) || past >= insn_bytes(i) || (past && address % PAGE_SIZE) || p >= DATA_PAGES) {
            wrong |= WRONG_FAULT;
        } else {
            faults++;
            if (!two && page[p].rights == RIGHTS_ALL)
                wrong |= WRONG_SPURIOUS;
            if (two)
                return 1;
            page[p].rights = RIGHTS_ALL;
            if (loops_random(2))
                move_page(p);
            map_page(p);
            fence_page(p);
            return 1;
        }
    }
    leave(frame);
    return 0;
}

// ---- the tests

static void make_program(void) {
    model_make(BASE);
    choose_registers();
    for (unsigned k = 0; k < model.n; k++) {
        code[k] = encode(&model.insn[k], k);
        code_written(&code[k]);
    }
    for (unsigned p = 0; p < DATA_PAGES; p++) {
        page[p].frame = 2 * p, page[p].spare = 2 * p + 1, page[p].rights = RIGHTS_ALL;
        memcpy(frames[2 * p], model.data + p * PAGE_SIZE, PAGE_SIZE);
        map_page(p);
        fence_page(p);
    }
    events = 0;
}

#endif
