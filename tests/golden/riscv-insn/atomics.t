; What RISC-V code becomes; the format is in tests/unit/riscv_ir.c.
== rv64 m load-reserved, store-conditional
1405a52f 00c51563 1ae5a6af faf5 8082
--
; lr.w.aq	a0,(a1)
; bne	a0,a2,0x8000000e
; sc.w.rl	a3,a4,(a1)
; bnez	a3,0x80000000
; ret
block 0x80000000 ctx 0x3
  @80000000+4
    %1:i64 = get a1
    %2:i64 = load.32.align.atomic.acq [%1]
             set res_vaddr, %1
             set res_value, %2
    %3:i64 = sext32 %2
             set a0, %3
  @80000004+4
    %4:i64 = get a2
    %5:i1  = ne.i64 %3, %4
             exit_if %5, 0x8000000e
  @80000008+4
    %6:i64 = get a4
    %7:i64 = cas.32.align.atomic.rel [%1], %2, %6
    %8:i1  = ne.i32 %7, %2
    %9:i64 = bool %8
             set res_vaddr, -1
             set a3, %9
  @8000000c+2
             exit_if %8, 0x80000000
  @8000000e+2
    %10:i64 = get ra
    %11:i64 = and %10, -2
             exit_reg %11 return
== rv64 m read-modify-write
00b6252f 0ed7302f 0310000f 0120000f 8330000f 8082
--
; amoadd.w	a0,a1,(a2)
; amoswap.d.aqrl	zero,a3,(a4)
; fence	rw,w
; fence	w,r
; fence.tso
; ret
block 0x80000000 ctx 0x3
  @80000000+4
    %1:i64 = get a1
    %2:i64 = get a2
    %3:i64 = amo_add.32s.align.atomic [%2], %1
             set a0, %3
  @80000004+4
    %4:i64 = get a3
    %5:i64 = get a4
    %6:i64 = amo_swap.64.align.atomic.acq.rel [%5], %4
  @80000008+4
             fence rw ww
  @8000000c+4
             fence wr
  @80000010+4
             fence rr rw ww
  @80000014+2
    %7:i64 = get ra
    %8:i64 = and %7, -2
             exit_reg %8 return
== rv32 m the same
e0b6252f 18e626af 8082
--
; amomaxu.w	a0,a1,(a2)
; sc.w	a3,a4,(a2)
; ret
block 0x80000000 ctx 0x7
  @80000000+4
    %1:i32 = get a1:i32
    %2:i32 = get a2:i32
    %3:i64 = zext32 %2
    %4:i32 = amo_maxu.32s.align.atomic [%3], %1
             set a0:i32, %4
  @80000004+4
    %5:i64 = zext32 %2
    %6:i32 = get a4:i32
    %7:i64 = get res_vaddr
    %8:i64 = get res_value
    %9:i64 = zext32 %6
    %10:i1 = eq.i64 %7, %5
    %11:i64 = select %9, %8, %10
    %12:i64 = cas.32.align.atomic [%5], %8, %11
    %13:i1 = ne.i32 %12, %8
    %14:i32 = bool %13
             set res_vaddr, -1
    %15:i1 = ne.i64 %7, %5
    %16:i32 = bool %15
    %17:i32 = or %14, %16
             set a3:i32, %17
  @80000008+2
    %18:i32 = get ra:i32
    %19:i32 = and %18, -2
    %20:i64 = zext32 %19
             exit_reg %20 return
