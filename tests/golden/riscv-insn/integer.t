; What RISC-V code becomes; the format is in tests/unit/riscv_ir.c.
== rv64 m addiw, sext.w, mv
0055851b 0005061b 86b2 8082
--
; addiw	a0,a1,5
; sext.w	a2,a0
; mv	a3,a2
; ret
block 0x80000000 ctx 0x3
  @80000000+4
    %1:i64 = get a1
    %2:i32 = add %1, 5
    %3:i64 = sext32 %2
             set a0, %3
  @80000004+4
             set a2, %3
  @80000008+2
             set a3, %3
  @8000000a+2
    %4:i64 = get ra
    %5:i64 = and %4, -2
             exit_reg %5 return
== rv64 m lui, addi fold; x0 is zero
12345537 67850513 00a50033 40a005b3 8082
--
; lui	a0,0x12345
; addi	a0,a0,1656
; add	zero,a0,a0
; neg	a1,a0
; ret
block 0x80000000 ctx 0x3
  @80000000+4
  @80000004+4
             set a0, 0x12345678
  @80000008+4
  @8000000c+4
             set a1, 0xffffffffedcba988
  @80000010+2
    %1:i64 = get ra
    %2:i64 = and %1, -2
             exit_reg %2 return
== rv64 m W forms
00c5953b 02f756bb 0038581b 8082
--
; sllw	a0,a1,a2
; divuw	a3,a4,a5
; srliw	a6,a6,0x3
; ret
block 0x80000000 ctx 0x3
  @80000000+4
    %1:i64 = get a2
    %2:i64 = get a1
    %3:i32 = shl %2, %1
    %4:i64 = sext32 %3
             set a0, %4
  @80000004+4
    %5:i64 = get a5
    %6:i64 = get a4
    %7:i32 = divu %6, %5
    %8:i64 = sext32 %7
             set a3, %8
  @80000008+4
    %9:i64 = get a6
    %10:i32 = shr %9, 3
    %11:i64 = sext32 %10
             set a6, %11
  @8000000c+2
    %12:i64 = get ra
    %13:i64 = and %12, -2
             exit_reg %13 return
== rv32 m the same word size without extension
00c58533 86fd 03079733 8082
--
; add	a0,a1,a2
; srai	a3,a3,0x1f
; mulh	a4,a5,a6
; ret
block 0x80000000 ctx 0x7
  @80000000+4
    %1:i32 = get a2:i32
    %2:i32 = get a1:i32
    %3:i32 = add %2, %1
             set a0:i32, %3
  @80000004+2
    %4:i32 = get a3:i32
    %5:i32 = sar %4, 31
             set a3:i32, %5
  @80000006+4
    %6:i32 = get a6:i32
    %7:i32 = get a5:i32
    %8:i32 = mulhs %7, %6
             set a4:i32, %8
  @8000000a+2
    %9:i32 = get ra:i32
    %10:i32 = and %9, -2
    %11:i64 = zext32 %10
             exit_reg %11 return
== rv64 m bit manipulation
20c5c53b 60f716b3 60f696bb 29181833 6003129b 41de63b3 0949c93b 8082
--
; sh2add.uw	a0,a1,a2
; rol	a3,a4,a5
; rolw	a3,a3,a5
; bset	a6,a6,a7
; clzw	t0,t1
; orn	t2,t3,t4
; packw	s2,s3,s4
; ret
block 0x80000000 ctx 0x3
  @80000000+4
    %1:i64 = get a1
    %2:i64 = zext32 %1
    %3:i64 = get a2
    %4:i64 = shadd %3, %2, 2
             set a0, %4
  @80000004+4
    %5:i64 = get a5
    %6:i64 = sub 0, %5
    %7:i64 = get a4
    %8:i64 = rotr %7, %6
  @80000008+4
    %9:i32 = sub 0:i64, %5
    %10:i32 = rotr %8, %9
    %11:i64 = sext32 %10
             set a3, %11
  @8000000c+4
    %12:i64 = get a7
    %13:i64 = shl 1, %12
    %14:i64 = get a6
    %15:i64 = or %14, %13
             set a6, %15
  @80000010+4
    %16:i64 = get t1
    %17:i32 = clz %16
    %18:i64 = zext32 %17
             set t0, %18
  @80000014+4
    %19:i64 = get t4
    %20:i64 = xor %19, -1
    %21:i64 = get t3
    %22:i64 = or %21, %20
             set t2, %22
  @80000018+4
    %23:i64 = get s3
    %24:i32 = zext16 %23
    %25:i64 = get s4
    %26:i32 = shl %25, 16
    %27:i32 = or %24, %26
    %28:i64 = sext32 %27
             set s2, %28
  @8000001c+2
    %29:i64 = get ra
    %30:i64 = and %29, -2
             exit_reg %30 return
