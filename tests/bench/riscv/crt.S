# SPDX-License-Identifier: MIT
# Start-up of a bare-metal benchmark: entered in M-mode at the ELF's address, opens PMP and the counters, lets the
# supervisor take its own page faults and user ecalls, turns Sv39 on and runs guest_main in S-mode; with -DUSER in M-mode,
# which has its kernel run in U-mode.
# The M-mode handler answers a supervisor's ecall by returning behind it; anything else is fatal.
# RISC-V privileged architecture, chapters 3 and 12.

    .section .text.start, "ax"
    .global _start
_start:
    csrr a0, mhartid
    bnez a0, park
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, stack_top
    la t0, bss_start
    la t1, bss_end
1:  sd zero, 0(t0)
    addi t0, t0, 8
    bltu t0, t1, 1b

    la t0, machine_trap
    csrw mtvec, t0
    la t0, supervisor_trap
    csrw stvec, t0
    li t0, -1
    csrw pmpaddr0, t0
    csrw mcounteren, t0
    csrw scounteren, t0
    li t0, 0x1f                 # NAPOT over everything, R W X
    csrw pmpcfg0, t0
    li t0, 0xb100               # delegate ecall from U, and the fetch, load and store page faults
    csrw medeleg, t0
    csrw mideleg, zero
    csrw mie, zero
    call mmu_start              # a0 = satp
    csrw satp, a0
    sfence.vma
    fence.i
    li t0, 0x7800               # MPP and FS
    csrc mstatus, t0
#ifdef USER
    csrw medeleg, zero
    li t0, 0x2000               # FS = initial
    csrs mstatus, t0
    call guest_main             # in M-mode

    .global run_user            # a0 = function, a1 = argument
run_user:
    addi sp, sp, -16
    sd ra, 0(sp)
    csrw mepc, a0
    li t0, 0x1800               # MPP = U
    csrc mstatus, t0
    mv a0, a1
    la ra, user_done
    mret
user_done:
    ecall
#else
    li t0, 0x2800               # MPP = S, FS = initial
    csrs mstatus, t0
    la t0, guest_main
    csrw mepc, t0
    mret
#endif

park:
    wfi
    j park

    .balign 4
machine_trap:
#ifdef USER
    csrr t0, mcause
    addi t0, t0, -8             # ecall from U: run_user returns
    bnez t0, 1f
    ld ra, 0(sp)
    addi sp, sp, 16
    ret
#endif
    csrw mscratch, t0
    csrr t0, mcause
    addi t0, t0, -9             # ecall from S
    bnez t0, 1f
    csrr t0, mepc
    addi t0, t0, 4
    csrw mepc, t0
    csrr t0, mscratch
    mret
1:  la sp, stack_top
    csrr a0, mcause
    csrr a1, mepc
    csrr a2, mtval
    call trap_fatal

    .balign 4
supervisor_trap:
    la sp, stack_top
    csrr a0, scause
    csrr a1, sepc
    csrr a2, stval
    call trap_fatal

    .bss
    .balign 4096
    .space 256 << 10
stack_top:
