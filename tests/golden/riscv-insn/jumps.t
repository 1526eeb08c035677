; What RISC-V code becomes; the format is in tests/unit/riscv_ir.c.
== rv64 m call, return
100000ef
--
; jal	0x80000100
block 0x80000000 ctx 0x3
  @80000000+4
    %1:i64 = pcrel 0x80000004
             set ra, %1
             exit 0x80000100 call 0x80000004
== rv64 m far call by auipc
00010097 010080e7
--
; auipc	ra,0x10
; jalr	16(ra)
block 0x80000000 ctx 0x3
  @80000000+4
  @80000004+4
    %1:i64 = pcrel 0x80000008
             set ra, %1
             exit 0x80010010 call 0x80000008
== rv64 m return
8082
--
; ret
block 0x80000000 ctx 0x3
  @80000000+2
    %1:i64 = get ra
    %2:i64 = and %1, -2
             exit_reg %2 return
== rv64 m a block goes on past branches, three of them
00b50063 fe75 fee6ede3 0505 bfd5
--
; beq	a0,a1,0x80000000
; bnez	a2,0x80000000
; bltu	a3,a4,0x80000000
; addi	a0,a0,1
; j	0x80000000
block 0x80000000 ctx 0x3
  @80000000+4
    %1:i64 = get a1
    %2:i64 = get a0
    %3:i1  = eq.i64 %2, %1
             exit_if %3, 0x80000000
  @80000004+2
    %4:i64 = get a2
    %5:i1  = ne.i64 %4, 0
             exit_if %5, 0x80000000
  @80000006+4
    %6:i64 = get a4
    %7:i64 = get a3
    %8:i1  = ltu.i64 %7, %6
             exit_if %8, 0x80000000
             exit 0x8000000a
== rv32 m indirect jump
8502
--
; jr	a0
block 0x80000000 ctx 0x7
  @80000000+2
    %1:i32 = get a0:i32
    %2:i32 = and %1, -2
    %3:i64 = zext32 %2
             exit_reg %3
== rv64 m noc targets are checked
002502e7
--
; jalr	t0,2(a0)
block 0x80000000 ctx 0x3
  @80000000+4
    %1:i64 = get a0
    %2:i64 = add %1, 2
    %3:i64 = and %2, -2
    %4:i64 = and %2, 2
    %5:i1  = eq.i64 %4, 0
             branch %5, 0(%3)
             call raise(0, %3)
             exit_done
             label 0(%6:i64)
    %7:i64 = pcrel 0x80000004
             set t0, %7
             exit_reg %6 call 0x80000004
== rv64 m noc a misaligned branch
00b50363 00008067
--
; beq	a0,a1,0x80000006
; ret
block 0x80000000 ctx 0x3
  @80000000+4
    %1:i64 = get a1
    %2:i64 = get a0
    %3:i1  = ne.i64 %2, %1
             branch %3, 0()
    %4:i64 = pcrel 0x80000006
             call raise(0, %4)
             exit_done
             label 0()
  @80000004+4
    %5:i64 = get ra
    %6:i64 = and %5, -2
    %7:i64 = and %5, 2
    %8:i1  = eq.i64 %7, 0
             branch %8, 1(%6)
             call raise(0, %6)
             exit_done
             label 1(%9:i64)
             exit_reg %9 return
== rv64 m noc a misaligned jump
006000ef
--
; jal	0x80000006
block 0x80000000 ctx 0x3
  @80000000+4
    %1:i64 = pcrel 0x80000006
             call raise(0, %1)
             exit_done
