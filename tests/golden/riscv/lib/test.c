// SPDX-License-Identifier: MIT
// Checks, traps and console of the bare-metal tests. The last line reads `done N checks, N failed`; the machine is then
// switched off through the test finisher, with exit code 1 after a failure.
#include "tests/golden/riscv/lib/test.h"

#define UART ((volatile uint8_t *)0x10000000)
#define FINISHER (*(volatile uint32_t *)0x100000)
#define MTIME ((volatile uint32_t *)0x200bff8)
#define MTIMECMP(hart) ((volatile uint32_t *)(0x2004000ul + 8 * (hart)))
#define LEAVE 0x600d  // a7 of mode_leave's ecall
#define FRAME_RA 1
#define FRAME_A7 17
#define FRAME_SP 2

volatile Trap trap;
void (*volatile trap_hook)(Word cause);
int (*volatile fault_hook)(Word cause, Word *frame);
Word *volatile trap_frame;
extern char mode_return[];
static unsigned checks, failures;

void print_text(const char *text) {
    for (; *text; text++) {
        while (!(UART[5] & 0x20))
            ;
        UART[0] = *text;
    }
}

static void print_number(uint64_t value, unsigned base) {
    char digits[20], text[2] = {0};
    unsigned n = 0;

    do {
        unsigned digit = 0;
        if (base == 16)
            digit = value & 15, value >>= 4;
        else
            digit = (uint32_t)value % 10, value = (uint32_t)value / 10;
        digits[n++] = "0123456789abcdef"[digit];
    } while (value);
    while (n) {
        text[0] = digits[--n];
        print_text(text);
    }
}

static void report(const char *name, int good) {
    checks++;
    failures += !good;
    print_text(good ? "PASS " : "FAIL ");
    print_text(name);
}

static void print_pair(const char *label, uint64_t got, uint64_t wanted) {
    print_text(" ");
    print_text(label);
    print_text(" ");
    print_number(got, 16);
    print_text(" wanted ");
    print_number(wanted, 16);
}

void check(const char *name, int good) {
    report(name, good);
    print_text("\n");
}

void check_equal(const char *name, uint64_t got, uint64_t wanted) {
    report(name, got == wanted);
    if (got != wanted)
        print_pair("got", got, wanted);
    print_text("\n");
}

void check_trap(const char *name, Word cause, Word pc, Word tval) {
    int good = trap.count == 1 && trap.cause == cause && trap.pc == pc && trap.tval == tval;

    report(name, good);
    if (!good) {
        print_pair("count", trap.count, 1);
        print_pair("cause", trap.cause, cause);
        print_pair("pc", trap.pc, pc);
        print_pair("tval", trap.tval, tval);
    }
    print_text("\n");
    trap_clear();
}

void check_no_trap(const char *name) {
    report(name, trap.count == 0);
    if (trap.count) {
        print_pair("cause", trap.cause, 0);
        print_pair("pc", trap.pc, 0);
        print_pair("tval", trap.tval, 0);
    }
    print_text("\n");
    trap_clear();
}

void trap_clear(void) {
    trap = (Trap){0};
}

static void take_interrupt(Word cause) {
    if (trap_hook)
        trap_hook(cause);
    else
        csr_clear(mie, (Word)1 << (cause & 31));
}

static void resume_behind(Word *frame, Word cause) {
    Word pc = csr_read(mepc);

    if (cause == FETCH_MISALIGNED || cause == FETCH_ACCESS || cause == FETCH_PAGE)
        csr_write(mepc, frame[FRAME_RA]);
    else
        csr_write(mepc, pc + ((*(volatile uint16_t *)pc & 3) == 3 ? 4 : 2));
}

// Called by trap_entry with x1..x31 at frame[1..31].
void trap_take(Word *frame) {
    Word cause = csr_read(mcause);

    if (cause >= ECALL_U && cause <= ECALL_M && frame[FRAME_A7] == LEAVE) {
        csr_set(mstatus, MSTATUS_MPP);
        csr_write(mepc, (Word)mode_return);
        return;
    }
    trap.count++;
    trap.cause = cause;
    trap.pc = csr_read(mepc);
    trap.tval = csr_read(mtval);
    trap.status = csr_read(mstatus);
    if (trap.count > 100000) {
        print_text("FAIL too many traps");
        print_pair("cause", cause, 0);
        print_pair("pc", trap.pc, 0);
        print_text("\n");
        FINISHER = 1 << 16 | 0x3333;
    }
    trap_frame = frame;
    if (cause & IRQ)
        take_interrupt(cause);
    else if (!fault_hook || !fault_hook(cause, frame))
        resume_behind(frame, cause);
}

__attribute__((weak)) void secondary_main(void) {
    MSIP(csr_read(mhartid)) = 0;
}

uint64_t time_now(void) {
    uint32_t high, low;

    do {
        high = MTIME[1];
        low = MTIME[0];
    } while (high != MTIME[1]);
    return (uint64_t)high << 32 | low;
}

void timer_set(unsigned hart, uint64_t when) {
    MTIMECMP(hart)[1] = ~0u;
    MTIMECMP(hart)[0] = when;
    MTIMECMP(hart)[1] = when >> 32;
}

void pmp_open(void) {
    // NAPOT over everything in entry 15, the weakest; its configuration byte is the highest of pmpcfg2 or pmpcfg3
    csr_write(pmpaddr15, ~(Word)0);
#if XLEN == 64
    csr_write(pmpcfg2, (Word)0x1f << 56);
#else
    csr_write(pmpcfg3, (Word)0x1f << 24);
#endif
}

void *memset(void *to, int byte, size_t n) {
    for (char *t = to; n--;)
        *t++ = byte;
    return to;
}

void *memcpy(void *to, const void *from, size_t n) {
    const char *f = from;

    for (char *t = to; n--;)
        *t++ = *f++;
    return to;
}

_Noreturn void test_start(void) {
    pmp_open();
    trap_clear();
    test_main();
    print_text("done ");
    print_number(checks, 10);
    print_text(" checks, ");
    print_number(failures, 10);
    print_text(" failed\n");
    FINISHER = failures ? 1 << 16 | 0x3333 : 0x5555;
    for (;;)
        ;
}
