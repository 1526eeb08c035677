// SPDX-License-Identifier: MIT
// A system call as an operating system takes it: ecall in U-mode, sscratch swapped for the stack, sixteen registers
// saved and restored, sret. The user code runs from a page mapped for it; its last call ends the run.
#include "tests/bench/metal/metal.h"

#define USER_BASE 0x2000000000u
#define SSTATUS_SPP 0x100u

void system_call_entry(void);
uint64_t user_enter(uint64_t pc, uint64_t count);
extern char user_loop[];

__asm__(
    ".pushsection .text\n"
    ".balign 4\n"
    "system_call_entry:\n"
    "    csrrw sp, sscratch, sp\n"
    "    addi sp, sp, -128\n"
    "    sd ra, 0(sp)\n    sd t0, 8(sp)\n    sd t1, 16(sp)\n    sd t2, 24(sp)\n"
    "    sd a0, 32(sp)\n    sd a1, 40(sp)\n    sd a2, 48(sp)\n    sd a3, 56(sp)\n"
    "    sd a4, 64(sp)\n    sd a5, 72(sp)\n    sd a6, 80(sp)\n    sd a7, 88(sp)\n"
    "    sd t3, 96(sp)\n    sd t4, 104(sp)\n    sd t5, 112(sp)\n    sd t6, 120(sp)\n"
    "    csrr t0, scause\n"
    "    addi t0, t0, -8\n"         // ecall from U
    "    bnez t0, 2f\n"
    "    bnez a7, 1f\n"             // call 1 ends, call 0 mixes a1 into a0
    "    xor a0, a0, a1\n"
    "    slli t1, a0, 3\n"
    "    add a0, a0, t1\n"
    "    sd a0, 32(sp)\n"
    "    csrr t0, sepc\n"
    "    addi t0, t0, 4\n"
    "    csrw sepc, t0\n"
    "    ld ra, 0(sp)\n    ld t0, 8(sp)\n    ld t1, 16(sp)\n    ld t2, 24(sp)\n"
    "    ld a0, 32(sp)\n    ld a1, 40(sp)\n    ld a2, 48(sp)\n    ld a3, 56(sp)\n"
    "    ld a4, 64(sp)\n    ld a5, 72(sp)\n    ld a6, 80(sp)\n    ld a7, 88(sp)\n"
    "    ld t3, 96(sp)\n    ld t4, 104(sp)\n    ld t5, 112(sp)\n    ld t6, 120(sp)\n"
    "    addi sp, sp, 128\n"
    "    csrrw sp, sscratch, sp\n"
    "    sret\n"
    "1:  addi sp, sp, 128\n"        // back to user_enter's caller
    "    ld ra, 0(sp)\n"
    "    addi sp, sp, 16\n"
    "    ret\n"
    "2:  csrr a0, scause\n"
    "    csrr a1, sepc\n"
    "    csrr a2, stval\n"
    "    call trap_fatal\n"
    "user_enter:\n"                 // a0 = pc, a1 = count; s registers are untouched by what runs below
    "    addi sp, sp, -16\n"
    "    sd ra, 0(sp)\n"
    "    csrw sscratch, sp\n"
    "    csrw sepc, a0\n"
    "    sret\n"
    ".balign 4096\n"
    "user_loop:\n"
    "    li a0, 1\n"
    "    li a7, 0\n"
    "1:  ecall\n"
    "    addi a1, a1, -1\n"
    "    bnez a1, 1b\n"
    "    li a7, 1\n"
    "    ecall\n"
    ".popsection\n");

static uint64_t run(unsigned iterations) {
    uint64_t pc = (uintptr_t)user_loop;

#ifndef NO_MMU
    *mmu_leaf(USER_BASE) = mmu_paddr(user_loop) >> 12 << 10 | PTE_V | PTE_R | PTE_X | PTE_U | PTE_A | PTE_D;
    pc = USER_BASE;
    __asm__ volatile("sfence.vma" : : : "memory");
#endif
    csr_write(stvec, (uintptr_t)system_call_entry);
    csr_clear(sstatus, SSTATUS_SPP);
    return user_enter(pc, iterations);
}

const Kernel kernel = {"ecall-user", 1200000, NULL, run};
