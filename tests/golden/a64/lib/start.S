// SPDX-License-Identifier: MIT
// Start-up, the exception vectors of EL1, and the way into EL0 and back.

#define FRAME 272

    .macro all_registers op             // x0 to x29 in pairs
    .irp n, 0,2,4,6,8,10,12,14,16,18,20,22,24,26,28
    pair \op, \n
    .endr
    .endm
    .macro pair op, n
    .altmacro
    pair_ \op, \n, %(\n + 1)
    .noaltmacro
    .endm
    .macro pair_ op, n, m
    \op x\n, x\m, [sp, 8 * \n]
    .endm

    .section .text.start, "ax"
    .global _start
_start:
    mov x20, x0                         // device tree
    msr spsel, #1
    ldr x0, =stack_top
    mrs x1, mpidr_el1
    and x1, x1, #255
    sub x0, x0, x1, lsl #14             // 16 KiB a core
    mov sp, x0
    ldr x0, =vectors
    msr vbar_el1, x0
    mov x0, #(3 << 20)                  // FP and SIMD on
    msr cpacr_el1, x0
    isb
    cbnz x1, secondary
    ldr x0, =bss_start
    ldr x1, =bss_end
1:  str xzr, [x0], #8
    cmp x0, x1
    b.lo 1b
    mov x0, x20
    bl test_start
secondary:
    bl secondary_main
1:  wfi
    b 1b

// Each vector tells its number in x0.
    .macro vector number
    .balign 128
    sub sp, sp, #FRAME
    all_registers stp
    str x30, [sp, 240]
    mov x0, #\number
    b vector_common
    .endm
    .balign 2048
vectors:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    vector \n
    .endr

vector_common:
    mrs x1, elr_el1
    mrs x2, spsr_el1
    stp x1, x2, [sp, 248]
    mov x1, sp
    bl exception_take
    ldp x1, x2, [sp, 248]
    msr elr_el1, x1
    msr spsr_el1, x2
    ldr x30, [sp, 240]
    all_registers ldp
    add sp, sp, #FRAME
    eret

// el0_run(function, argument): calls function(argument) in EL0 on its own stack and returns its result.
    .text
    .global el0_run
el0_run:
    stp x29, x30, [sp, #-96]!
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    ldr x2, =el0_stack_top
    msr sp_el0, x2
    ldr x2, =el0_frame
    mov x3, sp
    str x3, [x2]
    msr elr_el1, x0
    msr spsr_el1, xzr
    mov x0, x1
    ldr x30, =el0_leave
    eret

// What el0_run's function returns to: asks exception_take to go on at el0_return in EL1.
    .global el0_leave
el0_leave:
    svc #0x600d

    .global el0_return
el0_return:
    ldr x1, =el0_frame
    ldr x1, [x1]
    mov sp, x1
    ldp x19, x20, [sp, #16]
    ldp x21, x22, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x25, x26, [sp, #64]
    ldp x27, x28, [sp, #80]
    ldp x29, x30, [sp], #96
    ret

    .global hvc_call
hvc_call:
    hvc #0
    ret

// Probes: one access each, at the function's own address, so that a fault's pc is known.
    .macro probe name, instruction:vararg
    .global \name
\name:
    \instruction
    ret
    .endm
    probe probe_ldrb, ldrb w0, [x0]
    probe probe_ldr, ldr x0, [x0]
    probe probe_str, str x0, [x0]
    probe probe_strb, strb w0, [x0]
    probe probe_ldtr, ldtr x0, [x0]
    probe probe_sttr, sttr x0, [x0]
    probe probe_ldxr, ldxr x0, [x0]
    probe probe_swp, .inst 0xf8208000       // swp x0, x0, [x0]
    probe probe_exec, br x0

    .bss
    .balign 4096
    .space 4 * 16384
stack_top:
    .space 8192
el0_stack_top:
el0_frame:
    .space 16
