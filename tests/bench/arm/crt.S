// SPDX-License-Identifier: MIT
// Start-up of a bare-metal benchmark: entered in EL1 at the ELF's address, turns FP and the MMU on (39 bits of address, 4 KiB granules,
// TTBR0 alone) and runs guest_main in EL1, which with -DUSER has its kernel run in EL0. An exception that no kernel takes for itself is
// fatal. Arm ARM DDI 0487, D1 and D8.

    .section .text.start, "ax"
    .global _start
_start:
    mrs x1, mpidr_el1
    and x1, x1, #255
    cbnz x1, park
    msr spsel, #1
    ldr x0, =stack_top
    mov sp, x0
    ldr x0, =vectors
    msr vbar_el1, x0
    mov x0, #(3 << 20)                  // CPACR_EL1.FPEN
    msr cpacr_el1, x0
    isb
    ldr x0, =bss_start
    ldr x1, =bss_end
1:  str xzr, [x0], #8
    cmp x0, x1
    b.lo 1b
    bl mmu_start                        // x0 = TTBR0_EL1
    msr ttbr0_el1, x0
    mov x0, #0x00ff                     // 0: normal, write-back; 1: device
    msr mair_el1, x0
    ldr x0, =0x1200803519               // AS, IPS = 40 bits, EPD1, SH0, ORGN0, IRGN0, T0SZ = 25
    msr tcr_el1, x0
    dsb ish
    tlbi vmalle1
    ic iallu
    dsb ish
    isb
    mrs x0, sctlr_el1
    mov x1, #0x1005                     // I, C, M
    orr x0, x0, x1
    msr sctlr_el1, x0
    isb
    bl guest_main

park:
    wfi
    b park

#ifdef USER
    .global run_user                    // x0 = function, x1 = argument
run_user:
    stp x29, x30, [sp, #-16]!
    msr elr_el1, x0
    msr spsr_el1, xzr                   // EL0t
    mov x0, x1
    sub x2, sp, #128 << 10
    msr sp_el0, x2
    ldr x30, =user_done
    eret
user_done:
    svc #0
#endif

    .text
    .balign 2048
vectors:
    .macro fatal
    .balign 128
    mrs x0, esr_el1
    mrs x1, elr_el1
    mrs x2, far_el1
    ldr x3, =stack_top
    mov sp, x3
    b trap_fatal
    .endm
    .rept 8
    fatal
    .endr
    .balign 128                         // synchronous, from EL0
    mrs x9, esr_el1
    lsr x9, x9, #26
    cmp x9, #0x15                       // SVC: run_user returns
    b.ne vectors
    ldp x29, x30, [sp], #16
    ret
    .rept 7
    fatal
    .endr
    .ltorg

    .bss
    .balign 4096
    .space 256 << 10
stack_top:
