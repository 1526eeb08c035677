; What RISC-V code becomes; the format is in tests/unit/riscv_ir.c.
== rv64 m loads and stores
ff812503 00354583 e82e 00052023 60a2 8082
--
; lw	a0,-8(sp)
; lbu	a1,3(a0)
; sd	a1,16(sp)
; sw	zero,0(a0)
; ld	ra,8(sp)
; ret
block 0x80000000 ctx 0x3
  @80000000+4
    %1:i64 = get sp
    %2:i64 = load.32s [%1-8]
             set a0, %2
  @80000004+4
    %3:i64 = load.8 [%2+3]
             set a1, %3
  @80000008+2
             store.64 [%1+16], %3
  @8000000a+4
             store.32 [%2], 0
  @8000000e+2
    %4:i64 = load.64 [%1+8]
             set ra, %4
  @80000010+2
    %5:i64 = and %4, -2
             exit_reg %5 return
== rv32 m addresses wrap at 32 bits
ff812503 00a00023 8082
--
; lw	a0,-8(sp)
; sb	a0,0(zero)
; ret
block 0x80000000 ctx 0x7
  @80000000+4
    %1:i32 = get sp:i32
    %2:i32 = add %1, -8
    %3:i64 = zext32 %2
    %4:i32 = load.32s [%3]
             set a0:i32, %4
  @80000004+4
             store.8 [0], %4
  @80000008+2
    %5:i32 = get ra:i32
    %6:i32 = and %5, -2
    %7:i64 = zext32 %6
             exit_reg %7 return
== rv64 m pc-relative load
00001517 ff853583 8082
--
; auipc	a0,0x1
; ld	a1,-8(a0)
; ret
block 0x80000000 ctx 0x3
  @80000000+4
    %1:i64 = pcrel 0x80001000
             set a0, %1
  @80000004+4
    %2:i64 = pcrel 0x80000ff8
    %3:i64 = load.64 [%2]
             set a1, %3
  @80000008+2
    %4:i64 = get ra
    %5:i64 = and %4, -2
             exit_reg %5 return
