// SPDX-License-Identifier: MIT
// args: -smp 2 -cpu max
// also: strict -accel tcg,reservation=strict
// Random loops (loops.h) in EL0, disturbed: by the virtual timer at any moment; pages moved, taken away, made read-only; the table
// exchanged under its ASID; code patched; another core that moves pages under the loop and tells by broadcast TLBI, and patches code.
// DDI 0487, D8.16, B2.2.5.
#include "tests/golden/a64/lib/test.h"
#define UPPER_SHIFT 16
#define BASE 0x100000000ul
#define CODE 0x140000000ul
#include "tests/golden/lib/loops.h"

#define GICD(offset) (*(volatile uint32_t *)(0x08000000ul + (offset)))
#define GICC(offset) (*(volatile uint32_t *)(0x08010000ul + (offset)))
enum { IAR = 0xc, EOIR = 0x10, VIRTUAL = 27, PSCI_CPU_ON = 0xc4000003 };
#define TABLE 3ul
#define PAGE 3ul
#define BLOCK 1ul
#define AF (1ul << 10)
#define USER (1ul << 6)
#define RO (1ul << 7)
#define NG (1ul << 11)

static uint64_t *root[2];
static uint8_t reg_of[REGS];

// ---- the program

static void choose_registers(void) { // any
    uint8_t all[31];
    for (unsigned k = 0; k < 31; k++)
        all[k] = (uint8_t)k;
    for (unsigned k = 0; k < REGS; k++) {
        unsigned other = k + loops_random(31 - k);
        uint8_t kept = all[k];
        all[k] = all[other], all[other] = kept;
        reg_of[k] = all[k];
    }
}

// Counters count by SUBS, and the branches behind it look at the flags.
static int counts(const Insn *i) { return i->op == ADDI && i->imm == -1 && i->d < 2; }

static uint32_t encode(const Insn *i, unsigned at) {
    uint32_t d = reg_of[i->d], a = (uint32_t)reg_of[i->a] << 5, b = (uint32_t)reg_of[i->b] << 16, t = reg_of[i->b], imm = (uint32_t)i->imm;
    switch (i->op) {
    case ADD: return 0x8b000000 | d | a | b;
    case XOR: return 0xca000000 | d | a | b;
    case MUL: return 0x9b007c00 | d | a | b;
    case ADDI:
        if (counts(i))
            return 0xf1000400 | d | a;
        return i->imm < 0 ? 0xd1000000 | d | a | -imm << 10 : 0x91000000 | d | a | imm << 10;
    case UPPER: return 0xd2a00000 | d | imm << 5;
    case LOAD: return imm % 8 ? 0xf8400000 | d | a | imm << 12 : 0xf9400000 | d | a | imm / 8 << 10;
    case LOADB: return 0x39400000 | d | a | imm << 10;
    case STORE: return imm % 8 ? 0xf8000000 | t | a | imm << 12 : 0xf9000000 | t | a | imm / 8 << 10;
    case STOREB: return 0x39000000 | t | a | imm << 10;
    case AMO: return 0xf8200000 | d | a | b; // ldadd
    case BNEZ:
        imm = ((imm - at) & 0x7ffff) << 5;
        return at && counts(&model.insn[at - 1]) && model.insn[at - 1].d == i->a ? 0x54000001 | imm : 0xb5000000 | imm | reg_of[i->a];
    }
    return 0xd4000001; // svc 0
}

static Word *guest_register(void *frame, unsigned r) { return &((Frame *)frame)->x[reg_of[r]]; }
static void resume_at(void *frame, Word pc) { ((Frame *)frame)->pc = pc; }

static void code_written(uint32_t *at) {
    __asm__ volatile("dc cvau, %0\n dsb ish\n ic ivau, %0\n dsb ish\n isb" : : "r"(at) : "memory");
}

static void arm_timer(uint32_t most) {
    msr(cntv_tval_el0, 1 + loops_random(most * 6));
    msr(cntv_ctl_el0, 1);
}

static void leave(void *frame) {
    msr(cntv_ctl_el0, 0);
    ((Frame *)frame)->pc = (Word)el0_return;
    ((Frame *)frame)->spsr = 5 | 15 << 6;
}

// ---- pages

static uint64_t *leaf(unsigned of, Word vaddr) { // 39 bits: levels 1 to 3
    uint64_t *at = root[of];
    for (unsigned shift = 30; shift > 12; shift -= 9) {
        uint64_t *entry = &at[vaddr >> shift & 511];
        if (!(*entry & 1))
            *entry = (uint64_t)page_new() | TABLE;
        at = (uint64_t *)(*entry & 0xfffffffff000ul);
    }
    return &at[vaddr >> 12 & 511];
}

static uint64_t entry(unsigned p) {
    return page[p].rights == RIGHTS_NONE ? 0 : (uint64_t)frames[page[p].frame] | PAGE | AF | USER | NG | (page[p].rights == RIGHTS_READ ? RO : 0);
}

static void map_page(unsigned p) { *(volatile uint64_t *)leaf(table, BASE + p * PAGE_SIZE) = entry(p); }

static void fence_page(unsigned p) {
    Word at = (BASE + p * PAGE_SIZE) >> 12, asid = (Word)ASID << 48;
    __asm__ volatile("dsb ishst" : : : "memory");
    switch (loops_random(4)) {
    case 0: __asm__ volatile("tlbi vae1is, %0" : : "r"(at | asid) : "memory"); break;
    case 1: __asm__ volatile("tlbi vaae1is, %0" : : "r"(at) : "memory"); break;
    case 2: __asm__ volatile("tlbi aside1is, %0" : : "r"(asid) : "memory"); break;
    default: __asm__ volatile("tlbi vmalle1is" : : : "memory");
    }
    __asm__ volatile("dsb ish\n isb" : : : "memory");
}

static void use_table(void) {
    msr(ttbr0_el1, (uint64_t)root[table] | (uint64_t)ASID << 48);
    __asm__ volatile("isb\n tlbi aside1, %0\n dsb ish\n isb" : : "r"((Word)ASID << 48) : "memory");
}

static void exchange_table(void) {
    table = !table;
    for (unsigned p = 0; p < DATA_PAGES; p++) {
        move_page(p);
        map_page(p);
    }
    __asm__ volatile("dsb ishst" : : : "memory");
    use_table();
}

// ---- traps

static volatile unsigned asked, go_on, patch_at;
static volatile uint32_t patch_with;

// The other core has a patch to make, where the model can see it.
static void disturb_otherwise(void) {
    Insn what;
    if (!asked)
        return;
    patch_at = model_patch(&what);
    if (patch_at != ~0u) {
        model.insn[patch_at] = what;
        patch_with = encode(&what, patch_at);
    }
    go_on = 0;
    __atomic_store_n(&asked, 0, __ATOMIC_SEQ_CST);
    while (!go_on) {}
    isb();
}

static void take_irq(Word vector) {
    uint32_t number = GICC(IAR);
    msr(cntv_ctl_el0, 0);
    GICC(EOIR) = number;
    trap_clear();
    take_timer(trap_frame, trap_frame->pc);
}

static int take_sync(Word esr, Frame *frame) {
    Word far = mrs(far_el1), fsc = esr & 0x3f;
    if (esr >> 26 == EC_SVC) {
        take_call(frame, frame->pc - 4);
    } else if (esr >> 26 == EC_DATA_EL0 && (fsc == 7 || fsc == 15)) {
        const Insn *i = &model.insn[(frame->pc - CODE) / 4 % MAX_INSNS];
        // An atomic that might not even read tells of the read.
        int store = i->op == AMO ? 1 : (esr >> 6 & 1) != 0;
        if (take_miss(frame, frame->pc, far, store))
            while (two && !(*(volatile uint64_t *)leaf(table, far & ~4095ul) & 1)) {}
    } else {
        wrong |= WRONG_FAULT;
        leave(frame);
    }
    return 1;
}

// ---- the other core

extern char _start[];
static volatile int stop, idle, begun;

static void move_while_it_runs(unsigned p) {
    volatile uint64_t *at = leaf(table, BASE + p * PAGE_SIZE);
    *at = 0;
    fence_page(p);
    move_page(p);
    __asm__ volatile("dsb ish" : : : "memory");
    *at = entry(p);
    __asm__ volatile("dsb ishst" : : : "memory");
}

static void ask_to_patch(void) {
    __atomic_store_n(&asked, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&asked, __ATOMIC_SEQ_CST) && !stop) {}
    if (!stop && patch_at != ~0u) {
        *(volatile uint32_t *)&code[patch_at] = patch_with;
        code_written(&code[patch_at]);
    }
    __atomic_store_n(&go_on, 1, __ATOMIC_SEQ_CST);
}

void secondary_main(void) {
    msr(mair_el1, 0xff);
    for (uint32_t turn = 1;;) {
        while (stop) idle = 1;
        idle = 0;
        begun = 1;
        turn = turn * 1664525 + 1013904223;
        if (turn >> 30) move_while_it_runs(turn >> 20 & (DATA_PAGES - 1));
        else ask_to_patch();
        by_other++;
        for (Word until = mrs(cntvct_el0) + (turn >> 16 & 2047); !stop && mrs(cntvct_el0) < until;) {}
    }
}

// ---- the tests

static void run_programs(const char *name, unsigned programs) {
    wrong = patience = 0;
    for (unsigned k = 0; k < programs && !wrong; k++) {
        make_program();
        begun = 0;
        stop = !two;
        el0_run((Word (*)(Word))CODE, 0);
        while (two && !begun) {}
        stop = 1;
        go_on = 1;
        while (two && !idle) {}
        asked = 0;
        wrong |= memory_is_right() ? 0 : WRONG_END;
    }
    check_equal(name, wrong, 0);
}

static void start(void) {
    for (unsigned k = 0; k < 2; k++) {
        root[k] = page_new();
        for (Word i = 0; i < 2; i++) root[k][i] = i << 30 | BLOCK | AF; // devices and RAM, for EL1
        *leaf(k, CODE) = (uint64_t)code | PAGE | AF | USER | RO | NG;
    }
    msr(mair_el1, 0xff);
    msr(tcr_el1, 25 | 1ul << 23 | 2ul << 32 | 1ul << 36);
    use_table();
    tlbi_all();
    msr(sctlr_el1, mrs(sctlr_el1) | 1 | 1ul << 26);
    isb();
    GICD(0) = 1;
    GICD(0x100) = 1u << VIRTUAL;
    GICC(4) = 0xff;
    GICC(0) = 1;
    irq_hook = take_irq;
    fault_hook = take_sync;
}

void test_main(void) {
    start();
    run_programs("loops disturbed by their own core", 15);
    run_programs("and more of them", 15);
    check("pages were missed", faults > 50);
    stop = 1;
    check_equal("CPU_ON", hvc_call(PSCI_CPU_ON, 1, (Word)_start, 0), 0);
    two = 1;
    run_programs("loops disturbed by another core", 12);
    check("it did", by_other > 50);
}
