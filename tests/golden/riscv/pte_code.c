// SPDX-License-Identifier: MIT
// run: xlen=64
// A page-table entry that is also an instruction: when the hardware sets its D bit, the instruction is another one, and a
// fence.i is enough to see it. Privileged 10.3.1, "Addressing and Memory Protection": implicit writes of A and D.
#include "tests/golden/riscv/lib/test.h"

// With the flags V R W X G A the low seven bits are JAL's opcode, and D is bit 0 of rd: x0 without, ra with it. The upper
// bits of the first half are the target, so the page that is mapped lies at 0x80000000 + j * 8 MiB: 512 + 2 * j bytes ahead.
#define FLAGS (PTE_V | PTE_R | PTE_W | PTE_X | PTE_G | PTE_A)
enum { J = 4, AHEAD = 512 + 2 * J };
#define TARGET (0x80000000ul + J * (8ul << 20))
#define VADDR 0x40000000ul

static Word run(Word table) {
    Word result;
    __asm__ volatile("li ra, 7\n jalr t2, 0(%1)\n mv %0, a0" : "=r"(result) : "r"(table) : "a0", "ra", "t2", "memory");
    return result;
}

static Word store(Word to) {
    *(volatile Word *)to = 1;
    return 0;
}

void test_main(void) {
    pmp_open();
    csr_set(0x30a, 1ul << 61); // menvcfg.ADUE
    Space space = space_new(3);
    space_map_program(&space, PTE_RWX);
    Word *pte = space_leaf(&space, VADDR, 0);
    *pte = TARGET >> 2 | FLAGS;
    volatile uint32_t *code = (volatile uint32_t *)((char *)pte + AHEAD);
    code[0] = 0x00008513; // mv a0, ra
    code[1] = 0x00038067; // jr t2
    fence_i();
    csr_write(satp, space_satp(&space, 0));
    sfence_all();
    for (int i = 0; i < 100; i++)
        run((Word)pte);
    check_equal("the entry is a jump", run((Word)pte), 7);
    mode_run(store, VADDR, S_MODE);
    check_equal("a store through it sets D", *pte, TARGET >> 2 | FLAGS | PTE_D);
    check_equal("what was stored", *(volatile Word *)TARGET, 1);
    fence_i();
    check_equal("the entry is a call now", run((Word)pte), (Word)pte + 4);
}
