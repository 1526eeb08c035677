// SPDX-License-Identifier: MIT
// run: xlen=64,32
// args: -smp 2 -fw_cfg name=opt/lui,string=7@aa7Aab7Bac7Cad7Dae7Eaf7Fag7Gah7Hai7Iaj7Jak7Kal7Lam7Man7Nao7Oap
// Random loops (loops.h) in S-mode, disturbed: by a timer at any moment; pages moved, taken away, made read-only; the table exchanged
// under its ASID; code patched by a store with fence.i and by DMA; another hart that moves pages and patches code, and tells by IPI.
// Privileged 12.2.1, Zifencei.
#include "tests/golden/riscv/lib/test.h"
#define UPPER_SHIFT 12
#define BASE 0x40000000ul
#define CODE 0x50000000ul
#include "tests/golden/lib/loops.h"

#define MSI 3
#define MTI 7

static Space space[2];
static uint8_t reg_of[REGS];

// ---- the program

static void choose_registers(void) { // any but x0; r5's is even, for the sake of DMA
    uint8_t all[31];
    for (unsigned k = 0; k < 31; k++)
        all[k] = (uint8_t)(k + 1);
    do {
        for (unsigned k = 0; k < REGS; k++) {
            unsigned other = k + loops_random(31 - k);
            uint8_t kept = all[k];
            all[k] = all[other], all[other] = kept;
            reg_of[k] = all[k];
        }
    } while (reg_of[5] & 1);
}

static uint32_t encode(const Insn *i, unsigned at) {
    uint32_t d = (uint32_t)reg_of[i->d] << 7, a = (uint32_t)reg_of[i->a] << 15, b = (uint32_t)reg_of[i->b] << 20, imm = (uint32_t)i->imm;
    uint32_t wide = XLEN == 64 ? 0x3000 : 0x2000, store = (imm & 31) << 7 | (imm & 0xfe0) << 20;
    switch (i->op) {
    case ADD: return 0x33 | d | a | b;
    case XOR: return 0x4033 | d | a | b;
    case MUL: return 0x02000033 | d | a | b;
    case ADDI: return 0x13 | d | a | imm << 20;
    case UPPER: return 0x37 | d | imm << 12;
    case LOAD: return 0x03 | wide | d | a | imm << 20;
    case LOADB: return 0x4003 | d | a | imm << 20;
    case STORE: return 0x23 | wide | a | b | store;
    case STOREB: return 0x23 | a | b | store;
    case AMO: return 0x2f | wide | d | a | b;
    case BNEZ:
        imm = 4 * (imm - at);
        return 0x1063 | a | (imm >> 11 & 1) << 7 | (imm & 0x1e) << 7 | (imm & 0x7e0) << 20 | (imm >> 12 & 1) << 31;
    }
    return 0x73; // ecall
}

static Word *guest_register(void *frame, unsigned r) { return (Word *)frame + reg_of[r]; }
static void resume_at(void *frame, Word pc) { csr_write(mepc, pc); }
static void code_written(uint32_t *at) { fence_i(); }
static void arm_timer(uint32_t most) { timer_set(0, time_now() + 1 + loops_random(most)); }

static void leave(void *frame) {
    timer_set(0, ~0ull);
    csr_set(mstatus, MSTATUS_MPP);
    csr_clear(mstatus, MSTATUS_MPIE); // nothing disturbs the test itself
    csr_write(mepc, (Word)mode_return);
}

// ---- pages

static void map_page(unsigned p) {
    static const Word flags[] = {[RIGHTS_ALL] = PTE_RW, [RIGHTS_READ] = PTE_RW & ~PTE_W, [RIGHTS_NONE] = 0};
    space_map(&space[table], BASE + p * PAGE_SIZE, frames[page[p].frame], flags[page[p].rights]);
}

static void fence_page(unsigned p) {
    Word at = BASE + p * PAGE_SIZE;
    switch (loops_random(4)) {
    case 0: __asm__ volatile("sfence.vma %0, %1" : : "r"(at), "r"(ASID) : "memory"); break;
    case 1: __asm__ volatile("sfence.vma %0, zero" : : "r"(at) : "memory"); break;
    case 2: __asm__ volatile("sfence.vma zero, %0" : : "r"(ASID) : "memory"); break;
    default: sfence_all();
    }
}

static void exchange_table(void) {
    table = !table;
    for (unsigned p = 0; p < DATA_PAGES; p++) {
        move_page(p);
        map_page(p);
    }
    csr_write(satp, space_satp(&space[table], ASID));
    __asm__ volatile("sfence.vma zero, %0" : : "r"(ASID) : "memory");
}

// ---- code by DMA

#define DMA(i) (*(volatile uint32_t *)(0x10100010ul + 4 * (i)))
static volatile uint32_t request[4] __attribute__((aligned(16)));

static void dma(uint32_t control, uint32_t length, Word to) {
    request[0] = __builtin_bswap32(control);
    request[1] = __builtin_bswap32(length);
    request[2] = 0;
    request[3] = __builtin_bswap32((uint32_t)to);
    __asm__ volatile("fence" : : : "memory");
    DMA(0) = 0;
    DMA(1) = __builtin_bswap32((uint32_t)(Word)request);
    while (*(volatile uint32_t *)&request[0])
        ;
}

// The file holds `lui` for each even register; it is the only one, so its key is the first of those for files.
static void disturb_otherwise(void) {
    Insn what;
    unsigned at = model_patch(&what);
    if (at == ~0u)
        return;
    dma(0x20u << 16 | 8 | 4, 2u * reg_of[5], 0); // select, skip
    dma(2, 4, (Word)&code[at]);
    uint32_t word = *(volatile uint32_t *)&code[at];
    wrong |= (word & 0xfff) == (0x37u | (uint32_t)reg_of[5] << 7) ? 0 : WRONG_DMA;
    model.insn[at] = (Insn){.op = UPPER, .d = 5, .imm = (int32_t)(word >> 12)};
}

// ---- traps

enum { MOVE = 1, PATCH };
static volatile unsigned asked, go_on;

// The other hart asks: MOVE, so forget the page; PATCH, so wait where the model can see it, and run what is there then.
static void answer(int may_patch) {
    unsigned what = asked;
    Insn new;
    MSIP(0) = 0;
    unsigned at = what == PATCH && may_patch && reached(trap_frame, csr_read(mepc)) ? model_patch(&new) : ~0u;
    request[1] = at;
    if (at != ~0u) {
        model.insn[at] = new;
        request[0] = encode(&new, at);
    } else {
        sfence_all();
    }
    go_on = 0;
    __atomic_store_n(&asked, 0, __ATOMIC_SEQ_CST);
    while (what == PATCH && !go_on)
        ;
    fence_i();
}

static void take_interrupt(Word cause) {
    trap_clear();
    if ((cause & 15) == MSI)
        answer(model.pc != 0); // it may come before the program has begun
    else
        take_timer(trap_frame, csr_read(mepc));
}

static volatile Word *pte_of(unsigned p) { return space_leaf(&space[table], BASE + p * PAGE_SIZE, 0); }

static int take_fault(Word cause, Word *frame) {
    Word tval = csr_read(mtval), pc = csr_read(mepc);
    trap_clear();
    if (cause == ECALL_S) {
        take_call(frame, pc);
    } else if (take_miss(frame, pc, tval, cause == STORE_PAGE)) {
        while (two && !(*pte_of((tval - BASE) / PAGE_SIZE) & PTE_V)) // the other hart is moving it
            if (MSIP(0))
                answer(0);
    }
    return 1;
}

// ---- the other hart

static volatile int stop = 1, idle = 1;

static void ask(unsigned what) {
    __atomic_store_n(&asked, what, __ATOMIC_SEQ_CST);
    MSIP(0) = 1;
    while (__atomic_load_n(&asked, __ATOMIC_SEQ_CST) && !stop)
        ;
}

static void move_while_it_runs(unsigned p) {
    volatile Word *pte = pte_of(p);
    *pte = 0;
    ask(MOVE);
    if (stop) {
        *pte = pte_make(frames[page[p].frame], PTE_RW);
        return;
    }
    move_page(p);
    __asm__ volatile("fence rw, rw" : : : "memory");
    *pte = pte_make(frames[page[p].frame], PTE_RW);
}

void secondary_main(void) {
    MSIP(1) = 0;
    uint32_t turn = 1;
    __atomic_store_n(&idle, 0, __ATOMIC_SEQ_CST);
    while (!stop) {
        turn = turn * 1664525 + 1013904223;
        if (turn >> 31) {
            move_while_it_runs(turn >> 20 & (DATA_PAGES - 1));
        } else {
            ask(PATCH);
            if (!stop && request[1] != ~0u)
                *(volatile uint32_t *)&code[request[1]] = request[0];
            __atomic_store_n(&go_on, 1, __ATOMIC_SEQ_CST);
        }
        by_other++;
        for (uint64_t until = time_now() + (turn >> 16 & 511); !stop && time_now() < until;)
            ;
    }
    go_on = 1;
    __atomic_store_n(&idle, 1, __ATOMIC_SEQ_CST);
}

// ---- the tests

static void run_programs(const char *name, unsigned programs) {
    wrong = patience = 0;
    for (unsigned k = 0; k < programs && !wrong; k++) {
        make_program();
        if (two) {
            stop = 0;
            MSIP(1) = 1;
        }
        csr_write(mie, 1 << MTI | two << MSI);
        mode_run((Word (*)(Word))CODE, 0, S_MODE);
        csr_write(mie, 0);
        while (two && idle) // it may not have begun
            ;
        stop = 1;
        while (!idle)
            ;
        asked = 0;
        MSIP(0) = 0;
        wrong |= memory_is_right() ? 0 : WRONG_END;
    }
    check_equal(name, wrong, 0);
}

void test_main(void) {
    for (unsigned k = 0; k < 2; k++) {
        space[k] = space_new(XLEN == 32 ? 2 : 3);
        space_map(&space[k], CODE, code, PTE_V | PTE_R | PTE_X | PTE_A);
    }
    csr_write(satp, space_satp(&space[0], ASID));
    trap_hook = take_interrupt;
    fault_hook = take_fault;
    run_programs("loops disturbed by their own hart", 15);
    run_programs("and more of them", 15);
    check("pages were missed", faults > 50);
    two = 1;
    run_programs("loops disturbed by another hart", 12);
    check("it did", by_other > 50);
}
