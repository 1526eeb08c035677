// SPDX-License-Identifier: MIT
// run: xlen=64,32
// args: -smp 4
// also: strict -accel tcg,reservation=strict
// Litmus tests on up to four harts, each in batches of slots that the harts race through; only outcomes that RVWMO forbids
// are counted. Then what needs other harts to take notice: remote TLB shoot-downs, and WFI that must not sleep through an
// interrupt. Unprivileged chapter 18 (RVWMO), privileged 3.3.3 and 12.2.1.
#include "tests/golden/riscv/lib/test.h"

enum { SLOTS = 1024, ROUNDS = 12, HARTS = 4, LINE = 16 };

typedef struct {
    const char *name;
    int harts;
    void (*run[HARTS])(int slot);
    int (*forbidden)(int slot);
} Litmus;

static volatile uint32_t x[SLOTS * LINE] __attribute__((aligned(64))), y[SLOTS * LINE] __attribute__((aligned(64)));
static volatile uint32_t r[HARTS][2][SLOTS];
static const Litmus *volatile current;
static volatile Word round_begun __attribute__((aligned(64))), round_harts, arrived __attribute__((aligned(64)));

#define X x[slot * LINE]
#define Y y[slot * LINE]
#define R(hart, n) r[hart][n][slot]
#define FENCE(p, s) __asm__ volatile("fence " #p ", " #s : : : "memory")

static uint32_t swap_release(volatile uint32_t *p, uint32_t value) {
    __asm__ volatile("amoswap.w.rl %0, %2, (%1)" : "=&r"(value) : "r"(p), "r"(value) : "memory");
    return value;
}

static uint32_t swap_both(volatile uint32_t *p, uint32_t value) {
    __asm__ volatile("amoswap.w.aqrl %0, %2, (%1)" : "=&r"(value) : "r"(p), "r"(value) : "memory");
    return value;
}

static uint32_t load_acquire(volatile uint32_t *p) {
    uint32_t value;
    __asm__ volatile("lr.w.aq %0, (%1)" : "=r"(value) : "r"(p) : "memory");
    return value;
}

static uint32_t or_both(volatile uint32_t *p) {
    uint32_t value;
    __asm__ volatile("amoor.w.aqrl %0, zero, (%1)" : "=r"(value) : "r"(p) : "memory");
    return value;
}

// Store buffering.
static void sb_fence_0(int slot) { X = 1; FENCE(rw, rw); R(0, 0) = Y; }
static void sb_fence_1(int slot) { Y = 1; FENCE(rw, rw); R(1, 0) = X; }
static void sb_wr_0(int slot) { X = 1; FENCE(w, r); R(0, 0) = Y; }
static void sb_wr_1(int slot) { Y = 1; FENCE(w, r); R(1, 0) = X; }
static void sb_amo_0(int slot) { swap_both(&X, 1); R(0, 0) = or_both(&Y); }
static void sb_amo_1(int slot) { swap_both(&Y, 1); R(1, 0) = or_both(&X); }
static void sb_rcsc_0(int slot) { swap_release(&X, 1); R(0, 0) = load_acquire(&Y); }
static void sb_rcsc_1(int slot) { swap_release(&Y, 1); R(1, 0) = load_acquire(&X); }
static int sb_forbidden(int slot) { return !R(0, 0) && !R(1, 0); }

// Message passing.
static void mp_fence_0(int slot) { X = 1; FENCE(w, w); Y = 1; }
static void mp_fence_1(int slot) { R(1, 0) = Y; FENCE(r, r); R(1, 1) = X; }
static void mp_acquire_0(int slot) { X = 1; swap_release(&Y, 1); }
static void mp_acquire_1(int slot) { R(1, 0) = load_acquire(&Y); R(1, 1) = X; }
static void mp_address_1(int slot) {
    uint32_t first = Y, zero;
    __asm__ volatile("xor %0, %1, %1" : "=r"(zero) : "r"(first)); // an address dependency, though always zero
    R(1, 1) = *(&X + zero);
    R(1, 0) = first;
}
static int mp_forbidden(int slot) { return R(1, 0) && !R(1, 1); }

// Load buffering with data dependencies: no value out of thin air, nor by reordering.
static uint32_t one_after(uint32_t value) {
    uint32_t zero;
    __asm__ volatile("xor %0, %1, %1" : "=r"(zero) : "r"(value));
    return zero + 1;
}
static void lb_0(int slot) { uint32_t value = X; Y = one_after(value); R(0, 0) = value; }
static void lb_1(int slot) { uint32_t value = Y; X = one_after(value); R(1, 0) = value; }
static int lb_forbidden(int slot) { return R(0, 0) && R(1, 0); }

// Coherence: two reads of one place never go back.
static void corr_0(int slot) { X = 1; }
static void corr_1(int slot) { R(1, 0) = X; R(1, 1) = X; }
static int corr_forbidden(int slot) { return R(1, 0) && !R(1, 1); }

// Independent reads of independent writes: all agree on one order.
static void iriw_0(int slot) { X = 1; }
static void iriw_1(int slot) { Y = 1; }
static void iriw_2(int slot) { R(2, 0) = X; FENCE(rw, rw); R(2, 1) = Y; }
static void iriw_3(int slot) { R(3, 0) = Y; FENCE(rw, rw); R(3, 1) = X; }
static int iriw_forbidden(int slot) { return R(2, 0) && !R(2, 1) && R(3, 0) && !R(3, 1); }

// Write-to-read causality over a third hart.
static void wrc_1(int slot) { R(1, 0) = X; FENCE(rw, w); Y = R(1, 0); }
static void wrc_2(int slot) { R(2, 0) = Y; FENCE(r, r); R(2, 1) = X; }
static int wrc_forbidden(int slot) { return R(2, 0) && !R(2, 1); }

static const Litmus tests[] = {
    {"SB, fence rw,rw", 2, {sb_fence_0, sb_fence_1}, sb_forbidden},
    {"SB, fence w,r", 2, {sb_wr_0, sb_wr_1}, sb_forbidden},
    {"SB, AMOs aq and rl", 2, {sb_amo_0, sb_amo_1}, sb_forbidden},
    {"SB, AMO rl to LR aq", 2, {sb_rcsc_0, sb_rcsc_1}, sb_forbidden},
    {"MP, fences", 2, {mp_fence_0, mp_fence_1}, mp_forbidden},
    {"MP, AMO rl and LR aq", 2, {mp_acquire_0, mp_acquire_1}, mp_forbidden},
    {"MP, fence and address dependency", 2, {mp_fence_0, mp_address_1}, mp_forbidden},
    {"LB, data dependencies", 2, {lb_0, lb_1}, lb_forbidden},
    {"CoRR", 2, {corr_0, corr_1}, corr_forbidden},
    {"WRC, fences", 3, {corr_0, wrc_1, wrc_2}, wrc_forbidden},
    {"IRIW, fences", 4, {iriw_0, iriw_1, iriw_2, iriw_3}, iriw_forbidden},
};

static volatile int job; // 0: litmus, 1: shoot-down, 2: WFI
static void answer_shoot_downs(void), answer_wfi(void);

static void race(Word hart) {
    __atomic_fetch_add(&arrived, 1, __ATOMIC_SEQ_CST);
    while (arrived < round_harts)
        ;
    for (int slot = 0; slot < SLOTS; slot++)
        current->run[hart](slot);
    __atomic_fetch_add(&arrived, 1, __ATOMIC_SEQ_CST);
}

void secondary_main(void) {
    Word hart = csr_read(mhartid);

    MSIP(hart) = 0;
    if (job == 1)
        answer_shoot_downs();
    else if (job == 2)
        answer_wfi();
    else
        race(hart);
}

static void run_litmus(const Litmus *t) {
    Word errors = 0;

    for (int round = 0; round < ROUNDS; round++) {
        for (int slot = 0; slot < SLOTS; slot++)
            X = Y = 0;
        current = t;
        round_harts = t->harts;
        arrived = 0;
        FENCE(rw, rw);
        for (int hart = 1; hart < t->harts; hart++)
            MSIP(hart) = 1;
        race(0);
        while (arrived < 2 * round_harts)
            ;
        FENCE(rw, rw);
        for (int slot = 0; slot < SLOTS; slot++)
            errors += t->forbidden(slot);
    }
    check_equal(t->name, errors, 0);
}

// ---- remote shoot-down: hart 1 uses a page in S-mode while hart 0 maps others in its place

enum { PAGES = 4, REMAPS = 200, VPAGE = 0x10000000 };
static uint32_t pages[PAGES][PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
static Space space;
static volatile Word acked __attribute__((aligned(64))), loops, stop, stale_data, stale_code;

// Every page says its number, to a load and to a call.
static Word use_page(Word unused) {
    Word (*function)(void) = (Word (*)(void))(VPAGE + 16);

    while (!stop) {
        Word before = acked, data = *(volatile uint32_t *)VPAGE, result = function(), after = acked;
        // The next one may be seen before it is acknowledged; the one before `before` never again.
        stale_data += ((data - before) & (PAGES - 1)) > after - before + 1;
        stale_code += ((result - before) & (PAGES - 1)) > after - before + 1;
        loops++;
    }
    return 0;
}

static void acknowledge(Word cause) {
    MSIP(1) = 0;
    sfence_all();
    acked++;
}

static void answer_shoot_downs(void) {
    pmp_open();
    csr_write(satp, space_satp(&space, 1));
    sfence_all();
    fence_i();
    mode_run(use_page, 0, S_MODE);
    csr_write(satp, 0);
    sfence_all();
    stop = 2;
}

static void test_shoot_down(void) {
    for (Word i = 0; i < PAGES; i++) {
        pages[i][0] = i;
        pages[i][4] = 0x13 | 10 << 7 | i << 20; // li a0, i
        pages[i][5] = 0x00008067;               // ret
    }
    fence_i();
    space = space_new(XLEN == 64 ? 3 : 2);
    space_map_program(&space, PTE_RWX);
    space_map(&space, VPAGE, pages[0], PTE_RWX);
    Word *pte = space_leaf(&space, VPAGE, 0);
    trap_hook = acknowledge;
    job = 1;
    FENCE(rw, rw);
    MSIP(1) = 1;
    for (Word i = 1; i <= REMAPS; i++) {
        Word from = loops;
        while (loops - from < 3)
            ;
        *(volatile Word *)pte = pte_make(pages[i % PAGES], PTE_RWX);
        FENCE(rw, rw);
        MSIP(1) = 1;
        while (acked != i)
            ;
    }
    stop = 1;
    while (stop != 2)
        ;
    check_equal("no stale data after a remote sfence.vma", stale_data, 0);
    check_equal("no stale code after a remote sfence.vma", stale_code, 0);
}

// ---- WFI: two harts wake each other; the only other way out is the runner's time limit

enum { WAKES = 500 };

static void wait_msip(Word hart) {
    while (!(csr_read(mip) & 8))
        __asm__ volatile("wfi" : : : "memory");
    MSIP(hart) = 0;
}

static volatile Word wakes;

static void answer_wfi(void) {
    for (int i = 0; i < WAKES; i++) {
        MSIP(0) = 1;
        wait_msip(1);
        wakes++;
    }
    MSIP(0) = 1;
}

static void test_wfi(void) {
    csr_write(mie, 8);
    job = 2;
    FENCE(rw, rw);
    MSIP(1) = 1;
    for (int i = 0; i < WAKES; i++) {
        wait_msip(0);
        MSIP(1) = 1;
    }
    wait_msip(0);
    check_equal("WFI wakes for every interrupt", wakes, WAKES);
    csr_write(mie, 0x80);
    for (int i = 0; i < 100; i++) {
        timer_set(0, time_now() + 50 * (i % 8));
        while (!(csr_read(mip) & 0x80))
            __asm__ volatile("wfi" : : : "memory");
        timer_set(0, ~0ull);
    }
    csr_write(mie, 0);
    check("WFI wakes for every timer", 1);
}

void test_main(void) {
    for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        run_litmus(&tests[i]);
    test_shoot_down();
    test_wfi();
}
