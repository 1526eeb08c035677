// SPDX-License-Identifier: MIT
// A system call as an operating system takes it: svc in EL0, all but the callee-saved registers saved and restored, eret. The user code
// runs from a page mapped for it; its last call ends the run.
#include "tests/bench/metal/metal.h"

#define USER_BASE 0x2000000000u

extern char user_vectors[], user_loop[];
uint64_t user_enter(uint64_t pc, uint64_t count);

__asm__(
    ".pushsection .text\n"
    ".balign 2048\n"
    "user_vectors:\n"
    ".org user_vectors + 0x400\n"       // synchronous, from EL0
    "    sub sp, sp, #176\n"
    "    stp x0, x1, [sp]\n"
    "    stp x2, x3, [sp, 16]\n    stp x4, x5, [sp, 32]\n    stp x6, x7, [sp, 48]\n"
    "    stp x8, x9, [sp, 64]\n    stp x10, x11, [sp, 80]\n    stp x12, x13, [sp, 96]\n"
    "    stp x14, x15, [sp, 112]\n    stp x16, x17, [sp, 128]\n    stp x18, x30, [sp, 144]\n"
    "    mrs x9, elr_el1\n    mrs x10, spsr_el1\n    stp x9, x10, [sp, 160]\n"
    "    mrs x9, esr_el1\n"
    "    lsr x9, x9, #26\n"
    "    cmp x9, #0x15\n"               // SVC from AArch64
    "    b.ne 2f\n"
    "    cbnz x8, 1f\n"                 // call 1 ends, call 0 mixes x1 into x0
    "    eor x0, x0, x1\n"
    "    add x0, x0, x0, lsl #3\n"
    "    str x0, [sp]\n"
    "    ldp x9, x10, [sp, 160]\n    msr elr_el1, x9\n    msr spsr_el1, x10\n"
    "    ldp x2, x3, [sp, 16]\n    ldp x4, x5, [sp, 32]\n    ldp x6, x7, [sp, 48]\n"
    "    ldp x8, x9, [sp, 64]\n    ldp x10, x11, [sp, 80]\n    ldp x12, x13, [sp, 96]\n"
    "    ldp x14, x15, [sp, 112]\n    ldp x16, x17, [sp, 128]\n    ldp x18, x30, [sp, 144]\n"
    "    ldp x0, x1, [sp]\n"
    "    add sp, sp, #176\n"
    "    eret\n"
    "1:  add sp, sp, #176\n"            // back to user_enter's caller
    "    ldr x30, [sp], 16\n"
    "    ret\n"
    "2:  mrs x0, esr_el1\n"
    "    mrs x1, elr_el1\n"
    "    mrs x2, far_el1\n"
    "    b trap_fatal\n"
    "user_enter:\n"                     // x0 = pc, x1 = count; the registers of a callee are untouched by what runs below
    "    str x30, [sp, -16]!\n"
    "    msr elr_el1, x0\n"
    "    msr spsr_el1, xzr\n"           // EL0t
    "    eret\n"
    ".balign 4096\n"
    "user_loop:\n"
    "    mov x0, #1\n"
    "    mov x8, #0\n"
    "1:  svc #0\n"
    "    subs x1, x1, #1\n"
    "    b.ne 1b\n"
    "    mov x8, #1\n"
    "    svc #0\n"
    ".popsection\n");

static uint64_t run(unsigned iterations) {
    *mmu_leaf(USER_BASE) = mmu_paddr(user_loop) | PTE_PAGE | PTE_SHARED | PTE_AF | PTE_EL0 | PTE_READ_ONLY | PTE_NG;
    flush_all();
    sys_write(vbar_el1, (uintptr_t)user_vectors);
    __asm__ volatile("isb");
    return user_enter(USER_BASE, iterations);
}

const Kernel kernel = {"svc-user", 1200000, NULL, run};
