// SPDX-License-Identifier: MIT
// run: xlen=64
// args: -accel tcg,thread=single -smp 2
// Harts that take turns and wait for each other with `pause`: each wait is the other's turn, not the rest of a time slice.
// Unprivileged, Zihintpause.
#include "tests/golden/riscv/lib/test.h"

enum { TURNS = 5000 };
static volatile Word ball;

static void wait_for(Word value) {
    while (__atomic_load_n(&ball, __ATOMIC_SEQ_CST) != value)
        __asm__ volatile(".word 0x0100000f"); // pause
}

static void play(Word mine) {
    for (Word i = 0; i < TURNS; i++) {
        wait_for(2 * i + mine);
        __atomic_store_n(&ball, 2 * i + mine + 1, __ATOMIC_SEQ_CST);
    }
}

void secondary_main(void) {
    MSIP(1) = 0;
    play(1);
}

void test_main(void) {
    MSIP(1) = 1;
    play(0);
    wait_for(2 * TURNS);
    check_equal("the ball went back and forth", ball, 2 * TURNS);
}
