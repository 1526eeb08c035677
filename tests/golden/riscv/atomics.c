// SPDX-License-Identifier: MIT
// run: xlen=64,32
// also: strict -accel tcg,reservation=strict
// AMOs, LR and SC: values, sign extension, rd = x0 and rd = rs2, reservations lost and kept. Unprivileged, chapter A.
#include "tests/golden/riscv/lib/test.h"

static Word cell[4] __attribute__((aligned(64)));

#define AMO(op, type, memory, operand)                                                                                \
    ({                                                                                                                \
        cell[0] = (Word)(memory);                                                                                     \
        __asm__ volatile("amo" op "." type " %0, %2, (%1)" : "=r"(old) : "r"(cell), "r"((Word)(operand)) : "memory"); \
        old;                                                                                                          \
    })

static void test_word(void) {
    Word old, high = XLEN == 64 ? (Word)0x55555555u << (XLEN / 2 & 32) : 0;

    check_equal("amoadd.w old, sign-extended", AMO("add", "w", high | 0x80000000u, 0x80000001u), (Word)(int32_t)0x80000000);
    check_equal("amoadd.w new, upper half untouched", cell[0], high | 1);
    AMO("swap", "w", 1, ~0ul);
    check_equal("amoswap.w", (uint32_t)cell[0], 0xffffffffu);
    AMO("xor", "w", 0xff00ff00u, 0x0ff00ff0u);
    check_equal("amoxor.w", (uint32_t)cell[0], 0xf0f0f0f0u);
    AMO("and", "w", 0xff00ff00u, 0x0ff00ff0u);
    check_equal("amoand.w", (uint32_t)cell[0], 0x0f000f00u);
    AMO("or", "w", 0xff00ff00u, 0x0ff00ff0u);
    check_equal("amoor.w", (uint32_t)cell[0], 0xfff0fff0u);
    AMO("min", "w", 0x80000000u, 5);
    check_equal("amomin.w is signed", (uint32_t)cell[0], 0x80000000u);
    AMO("max", "w", 0x80000000u, 5);
    check_equal("amomax.w is signed", (uint32_t)cell[0], 5);
    AMO("minu", "w", 0x80000000u, 5);
    check_equal("amominu.w is unsigned", (uint32_t)cell[0], 5);
    AMO("maxu", "w", 0x80000000u, 5);
    check_equal("amomaxu.w is unsigned", (uint32_t)cell[0], 0x80000000u);
#if XLEN == 64
    AMO("min", "w", 3, 0x180000000u); // only the low half of the operand counts
    check_equal("amomin.w takes 32 bits of rs2", (uint32_t)cell[0], 0x80000000u);
#endif
    cell[0] = 10;
    __asm__ volatile("amoadd.w zero, %1, (%0)" : : "r"(cell), "r"(5ul) : "memory");
    check_equal("rd = x0 still writes", cell[0], 15);
    Word both = 7;
    __asm__ volatile("amoadd.w %0, %0, (%1)" : "+r"(both) : "r"(cell) : "memory");
    check("rd = rs2", both == 15 && cell[0] == 22);
}

#if XLEN == 64
static void test_double(void) {
    Word old;

    check_equal("amoadd.d old", AMO("add", "d", 1ul << 63, 1), 1ul << 63);
    check_equal("amoadd.d new", cell[0], (1ul << 63) + 1);
    AMO("min", "d", 1ul << 63, 5);
    check_equal("amomin.d", cell[0], 1ul << 63);
    AMO("maxu", "d", 1ul << 63, 5);
    check_equal("amomaxu.d", cell[0], 1ul << 63);
    AMO("max", "d", 1ul << 63, 5);
    check_equal("amomax.d", cell[0], 5);
    AMO("minu", "d", 1ul << 63, 5);
    check_equal("amominu.d", cell[0], 5);
    AMO("swap", "d", 1, ~0ul);
    check_equal("amoswap.d", cell[0], ~0ul);
}
#endif

static Word load_reserved(const void *at) {
    Word value;

    __asm__ volatile("lr.w %0, (%1)" : "=r"(value) : "r"(at) : "memory");
    return value;
}

static Word store_conditional(void *at, Word value) {
    Word failed;

    __asm__ volatile("sc.w %0, %2, (%1)" : "=&r"(failed) : "r"(at), "r"(value) : "memory");
    return failed;
}

static void test_reservations(void) {
    Word failed, value;

    cell[0] = 100;
    __asm__ volatile("lr.w %1, (%2)\n addi %1, %1, 1\n sc.w %0, %1, (%2)"
                     : "=&r"(failed), "=&r"(value) : "r"(cell) : "memory");
    check("LR and SC", failed == 0 && cell[0] == 101);
    check("SC without LR fails", store_conditional(cell, 7) != 0 && cell[0] == 101);
    load_reserved(cell);
    check("SC to another place fails", store_conditional(cell + 3, 7) != 0 && cell[3] == 0);
    check("and ends the reservation", store_conditional(cell, 7) != 0 && cell[0] == 101);
    __asm__ volatile("lr.w %1, (%2)\n sc.w %0, %1, (%2)\n sc.w %0, %1, (%2)"
                     : "=&r"(failed), "=&r"(value) : "r"(cell) : "memory");
    check("a second SC fails", failed != 0);
    cell[0] = (uint32_t)0x87654321u;
    check_equal("lr.w sign-extends", load_reserved(cell), (Word)(int32_t)0x87654321u);
    Word turns = 0;
    cell[1] = 0;
    for (int i = 0; i < 1000; i++)
        __asm__ volatile("1: lr.w.aq t0, (%1)\n addi t0, t0, 3\n addi %0, %0, 1\n sc.w.rl t1, t0, (%1)\n bnez t1, 1b"
                         : "+r"(turns) : "r"(&cell[1]) : "t0", "t1", "memory");
    check("a thousand LR/SC loops end", cell[1] == 3000 && turns >= 1000);
#if XLEN == 64
    cell[0] = 0x1234567800000001ul;
    __asm__ volatile("lr.d %1, (%2)\n addi %1, %1, 1\n sc.d %0, %1, (%2)"
                     : "=&r"(failed), "=&r"(value) : "r"(cell) : "memory");
    check("lr.d and sc.d", failed == 0 && cell[0] == 0x1234567800000002ul);
#endif
}

void test_main(void) {
    test_word();
#if XLEN == 64
    test_double();
#endif
    test_reservations();
    check_no_trap("atomics do not trap");
}
