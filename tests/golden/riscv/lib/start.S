# SPDX-License-Identifier: MIT
# Start-up, the M-mode trap entry, and the way into a lower privilege and back, for RV32 and RV64.
# Invariant: outside the handler mscratch holds the top of this hart's trap stack.

#if __riscv_xlen == 64
#define STORE sd
#define LOAD ld
#define REG 8
#else
#define STORE sw
#define LOAD lw
#define REG 4
#endif
#define FRAME (32 * REG)

    .macro all_registers op, base       # every register but x0 and sp
    .irp n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \op x\n, \n * REG(\base)
    .endr
    .endm

    .section .text.start, "ax"
    .global _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la t0, trap_entry
    csrw mtvec, t0
    csrr a0, mhartid
    la sp, stacks
    slli t0, a0, 14                     # 16 KiB a hart: trap stack above, ordinary stack below
    add sp, sp, t0
    li t0, 16384
    add t0, sp, t0
    csrw mscratch, t0
    li t0, 8192
    add sp, sp, t0
    li t0, 0x2000                       # FS = initial
    csrs mstatus, t0
    bnez a0, secondary
    la t0, bss_start
    la t1, bss_end
1:  STORE zero, 0(t0)
    addi t0, t0, REG
    bltu t0, t1, 1b
    call test_start
secondary:
    li t0, 8                            # wake up by a software interrupt, taken or not
    csrw mie, t0
1:  wfi
    csrr t0, mip
    andi t0, t0, 8
    beqz t0, 1b
    call secondary_main
    j secondary

    .balign 4
    .global trap_entry
trap_entry:
    csrrw sp, mscratch, sp
    addi sp, sp, -FRAME
    all_registers STORE, sp
    csrr t0, mscratch
    STORE t0, 2 * REG(sp)
    addi t0, sp, FRAME
    csrw mscratch, t0
    mv a0, sp
    call trap_take
    all_registers LOAD, sp
    LOAD sp, 2 * REG(sp)
    mret

# mode_run(function, argument, mode): calls function(argument) in that privilege, on its own stack, and returns its
# result. mode is MPP's encoding. Everything callee-saved is kept here, since the function's may be lost to a trap.
    .text
    .global mode_run
mode_run:
    addi sp, sp, -16 * REG
    STORE ra, 0(sp)
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
    STORE s\n, (\n + 1) * REG(sp)
    .endr
    STORE gp, 13 * REG(sp)
    STORE tp, 14 * REG(sp)
    la t0, mode_stack
    STORE sp, 0(t0)
    csrw mepc, a0
    li t0, 0x1800
    csrc mstatus, t0
    slli t0, a2, 11
    csrs mstatus, t0
    mv a0, a1
    la ra, mode_leave
    la sp, lower_stack_top
    mret

# What mode_run's function returns to: asks trap_take to go on at mode_return in M-mode. a7 says so.
    .global mode_leave
mode_leave:
    li a7, 0x600d
    ecall

    .global mode_return
mode_return:
    la t0, mode_stack
    LOAD sp, 0(t0)
    LOAD ra, 0(sp)
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
    LOAD s\n, (\n + 1) * REG(sp)
    .endr
    LOAD gp, 13 * REG(sp)
    LOAD tp, 14 * REG(sp)
    addi sp, sp, 16 * REG
    ret

# Probes: one access each, at the function's own address, so that a fault's pc is known.
    .option push
    .option norvc
    .macro probe name, instruction:vararg
    .global \name
    .balign 4
\name:
    \instruction
    ret
    .endm
    probe probe_lb, lb a0, 0(a0)
    probe probe_lhu, lhu a0, 0(a0)
    probe probe_lw, lw a0, 0(a0)
    probe probe_sb, sb a0, 0(a0)
    probe probe_sh, sh a0, 0(a0)
    probe probe_sw, sw a0, 0(a0)
    probe probe_load, LOAD a0, 0(a0)
    probe probe_store, STORE a0, 0(a0)
    probe probe_amo, amoadd.w a0, a0, (a0)
    probe probe_lr, lr.w a0, (a0)
    probe probe_exec, jr a0
    .option pop

    .bss
    .balign 4096
stacks:
    .space 4 * 16384
    .balign 4096
    .space 8192
    .global lower_stack_top
lower_stack_top:
mode_stack:
    .space 16
