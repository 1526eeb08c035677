// SPDX-License-Identifier: MIT
// run: xlen=64,32
// args: -device bochs-display,addr=1,romfile= -device bochs-display,addr=2,romfile=
// RAM that moves: the frame buffers of two displays on PCI hold code and data, are moved with their contents, and change places.
// Whatever a hart remembers of an address must not outlive the move (translations, translated code).
#include "tests/golden/riscv/lib/test.h"

#define ECAM 0x30000000ul
#define FIRST 0x41000000ul
#define SECOND 0x42000000ul
#define THIRD 0x44000000ul
#define ADDI(rd, rs1, imm) (0x13u | (rd) << 7 | (rs1) << 15 | (uint32_t)(imm) << 20)
#define RET 0x00008067u
#define A0 10
typedef Word Function(Word);

static volatile uint32_t *config(unsigned slot, unsigned offset) { return (volatile uint32_t *)(ECAM + slot * 0x8000 + offset); }
static void place(unsigned slot, Word at) { *config(slot, 0x10) = (uint32_t)at; }
static void decode(unsigned slot, int on) { *config(slot, 4) = on ? 2 : 0; }
static volatile uint32_t *at(Word address) { return (volatile uint32_t *)address; }

static void write_add(Word address, int amount) {
    at(address)[0] = ADDI(A0, A0, amount);
    at(address)[1] = RET;
    fence_i();
}

static void test_memory(void) {
    check_equal("it is a display", *config(1, 0), 0x11111234);
    place(1, FIRST);
    place(2, SECOND);
    decode(1, 1);
    decode(2, 1);
    at(FIRST)[1000] = 0x12345678;
    at(SECOND)[1000] = 0x9abcdef0;
    check_equal("the first one holds what was written", at(FIRST)[1000], 0x12345678);
    ((volatile uint8_t *)FIRST)[4002] = 0x99;
    check_equal("and bytes", at(FIRST)[1000], 0x12995678);
    check_equal("an atomic addition", __atomic_fetch_add((uint32_t *)FIRST + 1000, 1, __ATOMIC_SEQ_CST), 0x12995678);
    check_equal("was done", at(FIRST)[1000], 0x12995679);
}

static void test_move(void) {
    place(1, THIRD);
    check_equal("where it was there is nothing", at(FIRST)[1000], 0xffffffff);
    check_equal("it moved with its contents", at(THIRD)[1000], 0x12995679);
    place(1, FIRST);
    check_equal("and back", at(FIRST)[1000], 0x12995679);
    decode(1, 0);
    check_equal("not decoded", at(FIRST)[1000], 0xffffffff);
    at(FIRST)[1000] = 5;
    decode(1, 1);
    check_equal("decoded again", at(FIRST)[1000], 0x12995679);
}

static void test_code(void) {
    Word sum = 0;
    write_add(FIRST, 1);
    write_add(SECOND, 100);
    for (int i = 0; i < 1000; i++) sum = ((Function *)FIRST)(sum);
    for (int i = 0; i < 1000; i++) sum = ((Function *)SECOND)(sum);
    check_equal("code in both", sum, 101000);
    write_add(FIRST, 2);
    check_equal("code that was rewritten", ((Function *)FIRST)(0), 2);
}

// The same addresses, again and again, and each time the other's memory behind them.
static void test_swap(void) {
    Word first = 0, second = 0, data = 0;
    for (int i = 0; i < 100; i++) {
        place(1, THIRD);
        place(2, i % 2 ? SECOND : FIRST);
        place(1, i % 2 ? FIRST : SECOND);
        fence_i();
        first += ((Function *)FIRST)(0);
        second += ((Function *)SECOND)(0);
        data += at(FIRST)[1000] == (i % 2 ? 0x12995679 : 0x9abcdef0);
    }
    check_equal("code at the first address", first, 50 * 102);
    check_equal("code at the second address", second, 50 * 102);
    check_equal("data at the first address", data, 100);
}

void test_main(void) {
    test_memory();
    test_move();
    test_code();
    test_swap();
}
