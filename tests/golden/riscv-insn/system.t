; What RISC-V code becomes; the format is in tests/unit/riscv_ir.c.
== rv64 s plain CSRs in place
14011173 14202573 14159073 8082
--
; csrrw	sp,sscratch,sp
; csrr	a0,scause
; csrw	sepc,a1
; ret
block 0x80000000 ctx 0x1
  @80000000+4
    %1:i64 = get sp
    %2:i64 = get sscratch
             set sscratch, %1
             set sp, %2
  @80000004+4
    %3:i64 = get scause
             set a0, %3
  @80000008+4
    %4:i64 = get a1
    %5:i64 = get sepc
    %6:i64 = and %4, -2
    %7:i64 = and %5, 1
    %8:i64 = or %7, %6
             set sepc, %8
  @8000000c+2
    %9:i64 = get ra
    %10:i64 = and %9, -2
             exit_reg %10 return
== rv64 s a CSR that changes the context
10016073 8082
--
; csrsi	sstatus,2
; ret
block 0x80000000 ctx 0x1
  @80000000+4
    %1:i32 = get slot(0x224:i32)
    %2:i64 = zext32 %1
    %3:i64 = get slot(0x228:i64)
    %4:i64 = or %2, %3
    %5:i64 = get mie
    %6:i64 = and %4, %5
    %7:i1  = eq.i64 %6, 0
             branch %7, 0()
    %8:i64 = call sstatus(-1, 2)
             exit_sync 0x80000004
             label 0()
    %9:i64 = get mstatus
    %10:i64 = or %9, 2
             set mstatus, %10
  @80000004+2
    %11:i64 = get ra
    %12:i64 = and %11, -2
             exit_reg %12 return
== rv64 s sstatus is read in place
10002573 8082
--
; csrr	a0,sstatus
; ret
block 0x80000000 ctx 0x1
  @80000000+4
    %1:i64 = get mstatus
    %2:i64 = shl %1, 1
    %3:i64 = and %1, %2
    %4:i64 = shl %3, 49
    %5:i64 = and %4, 0x8000000000000000
    %6:i64 = and %1, 0x3000c6122
    %7:i64 = or %6, %5
             set a0, %7
  @80000004+2
    %8:i64 = get ra
    %9:i64 = and %8, -2
             exit_reg %9 return
== rv64 s interrupts are switched off in place
10017573 8082
--
; csrrci	a0,sstatus,2
; ret
block 0x80000000 ctx 0x1
  @80000000+4
    %1:i64 = get mstatus
    %2:i64 = and %1, -3
             set mstatus, %2
    %3:i64 = shl %1, 1
    %4:i64 = and %1, %3
    %5:i64 = shl %4, 49
    %6:i64 = and %5, 0x8000000000000000
    %7:i64 = and %1, 0x3000c6122
    %8:i64 = or %7, %6
             set a0, %8
  @80000004+2
    %9:i64 = get ra
    %10:i64 = and %9, -2
             exit_reg %10 return
== rv64 u privilege is the helper's to check
14002573 8082
--
; csrr	a0,sscratch
; ret
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = call csr_read(0x14002573)
             set a0, %1
  @80000004+2
    %2:i64 = get ra
    %3:i64 = and %2, -2
             exit_reg %3 return
== rv64 s traps and fences
00000073
--
; ecall
block 0x80000000 ctx 0x1
  @80000000+4
             call ecall()
             exit_done
== rv64 m return from a trap
30200073
--
; mret
block 0x80000000 ctx 0x3
  @80000000+4
             call mret(0x30200073)
             exit_done
== rv64 s sfence.vma
12050073
--
; sfence.vma	a0
block 0x80000000 ctx 0x1
  @80000000+4
    %1:i64 = get a0
             call sfence_vma(%1, 0, 0x12050073)
             exit_sync 0x80000004
== rv64 m fence.i, wfi end the block
0000100f 10500073
--
; fence.i
; wfi
block 0x80000000 ctx 0x3
  @80000000+4
             call fence_i()
             exit_sync 0x80000004
== rv64 m an encoding that is nothing
00000000
--
; unimp
; unimp
block 0x80000000 ctx 0x3
  @80000000+2
             call illegal(0)
             exit_done
== rv64 m reserved compressed encodings
6101
--
; .2byte	0x6101
block 0x80000000 ctx 0x3
  @80000000+2
             call illegal(24833)
             exit_done
== rv64 s cache blocks, invalidation in steps
0005200f 0045200f 18100073
--
; cbo.inval	(a0)
; cbo.zero	(a0)
; sfence.inval.ir
block 0x80000000 ctx 0x1
  @80000000+4
    %1:i64 = get a0
             call cbo(%1, 335887)
  @80000004+4
    %2:i64 = get a0
             call cbo_zero(%2, 0x45200f)
  @80000008+4
             call sfence_inval(0x18100073)
             exit_sync 0x8000000c
== rv64 u waiting on a reservation looks again
00d00073 8082
--
; wrs.nto
; ret
block 0x80000000 ctx 0x0
  @80000000+4
             call wrs(0xd00073)
             exit_sync 0x80000004
== rv64 u a short wait too
01d00073 8082
--
; wrs.sto
; ret
block 0x80000000 ctx 0x0
  @80000000+4
             call wrs(0x1d00073)
             exit_sync 0x80000004
