// SPDX-License-Identifier: MIT
// run: xlen=64,32
// args: -smp 2
// The time CSR is mtime: software that moves mtime moves it, and the Sstc timer with it. Privileged 3.2.1, 10.1.11 (Sstc);
// Unprivileged, Zicntr.
#include "tests/golden/riscv/lib/test.h"

#define MTIME ((volatile uint32_t *)0x200bff8ul)
#define STIP (1ul << 5)
#define SECOND 10000000ull

static uint64_t time_csr(void) {
#if XLEN == 64
    return csr_read(time);
#else
    uint32_t high, low;
    do {
        high = csr_read(timeh);
        low = csr_read(time);
    } while (high != csr_read(timeh));
    return (uint64_t)high << 32 | low;
#endif
}

static uint64_t mtime(void) {
    uint32_t high, low;
    do {
        high = MTIME[1];
        low = MTIME[0];
    } while (high != MTIME[1]);
    return (uint64_t)high << 32 | low;
}

static void set_mtime(uint64_t value) {
    MTIME[0] = 0;
    MTIME[1] = (uint32_t)(value >> 32);
    MTIME[0] = (uint32_t)value;
    __asm__ volatile("fence" : : : "memory");
}

static void set_stimecmp(uint64_t value) {
#if XLEN == 64
    csr_write(0x14d, value);
#else
    csr_write(0x14d, ~0ul);
    csr_write(0x15d, (uint32_t)(value >> 32));
    csr_write(0x14d, (uint32_t)value);
#endif
}

static int stip_comes(void) {
    for (int i = 0; i < 1000000; i++)
        if (csr_read(mip) & STIP)
            return 1;
    return 0;
}

static volatile uint64_t latest;
static volatile int lock, rounds;

// Under a lock: nobody finds a time later than his own.
static int in_turns(void) {
    int backwards = 0;
    for (int i = 0; i < 20000; i++) {
        while (__sync_lock_test_and_set(&lock, 1)) {}
        uint64_t now = time_csr();
        backwards += now < latest;
        latest = now;
        __sync_lock_release(&lock);
    }
    __sync_fetch_and_add(&rounds, 1);
    return backwards;
}

static volatile int other_backwards;
void secondary_main(void) {
    MSIP(1) = 0;
    other_backwards = in_turns();
}

// The interrupt and the counter agree: never early.
static int early_timers(void) {
    int early = 0;
    for (unsigned i = 0; i < 300; i++) {
        uint64_t at = time_csr() + 50 + i;
        set_stimecmp(at);
        while (!(csr_read(mip) & STIP)) {}
        early += time_csr() < at;
    }
    return early;
}

static void close(const char *name, uint64_t got, uint64_t wanted) { check(name, got - wanted < 100 * SECOND); }

void test_main(void) {
    MSIP(1) = 1;
    int backwards = in_turns();
    while (rounds < 2) {}
    check("never back between harts", backwards + other_backwards == 0);
    uint64_t first = mtime(), second = time_csr();
    close("time is mtime", second, first);
    set_mtime(1000000 * SECOND);
    close("time jumps ahead with mtime", time_csr(), 1000000 * SECOND);
    check("and does not go back", time_csr() <= mtime());
    set_mtime(5);
    check("and jumps back", time_csr() < 100 * SECOND);
#if XLEN == 64
    csr_set(0x30a, 1ul << 63); // menvcfg.STCE
#else
    csr_set(0x31a, 1ul << 31);
#endif
    set_mtime(0);
    set_stimecmp(1000 * SECOND);
    check("the timer is not due", !(csr_read(mip) & STIP));
    set_mtime(2000 * SECOND);
    check("it is once mtime is past it", stip_comes());
    csr_set(mie, STIP);
    __asm__ volatile("wfi");
    set_mtime(0);
    check("and no longer when mtime went back", !(csr_read(mip) & STIP));
    set_mtime(1000 * SECOND - SECOND / 20); // a 20th of a second left
    __asm__ volatile("wfi");
    check("a wait ends when it comes by itself", stip_comes() && time_csr() >= 1000 * SECOND);
    check_equal("timers that come early", early_timers(), 0);
}
