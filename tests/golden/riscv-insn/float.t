; What RISC-V code becomes; the format is in tests/unit/riscv_ir.c.
== rv64 m double arithmetic, moves
6ac5f543 22a51753 22e707d3 2022 a802 e2050553 8082
--
; fmadd.d	fa0,fa1,fa2,fa3
; fneg.d	fa4,fa0
; fmv.d	fa5,fa4
; fld	ft0,8(sp)
; fsd	ft0,16(sp)
; fmv.x.d	a0,fa0
; ret
block 0x80000000 ctx 0x3
  @80000000+4
    %1:f64 = get fa1
    %2:f64 = get fa2
    %3:f64 = get fa3
    %4:f64 = fmadd.dyn %1, %2, %3
             set fa0, %4
  @80000004+4
    %5:f64 = fneg %4
             set fa4, %5
  @80000008+4
             set fa5, %5
  @8000000c+2
    %6:i64 = get sp
    %7:f64 = load.64 [%6+8]
             set ft0, %7
  @8000000e+2
             store.64 [%6+16], %7
  @80000010+4
    %8:i64 = bitcast %4
             set a0, %8
  @80000014+2
    %9:i64 = get ra
    %10:i64 = and %9, -2
             exit_reg %10 return
== rv64 m single: boxed values meet no boxing in between
00052507 00a575d3 20b5a653 10b616d3 00d52027 e00685d3 8082
--
; flw	fa0,0(a0)
; fadd.s	fa1,fa0,fa0
; fabs.s	fa2,fa1
; fmul.s	fa3,fa2,fa1,rtz
; fsw	fa3,0(a0)
; fmv.x.w	a1,fa3
; ret
block 0x80000000 ctx 0x3
  @80000000+4
    %1:i64 = get a0
    %2:f32 = load.32 [%1]
             set fa0, %2
  @80000004+4
    %3:f32 = fadd.dyn %2, %2
             set fa1, %3
  @80000008+4
    %4:f32 = fabs %3
             set fa2, %4
  @8000000c+4
    %5:f32 = fmul.rtz %4, %3
             set fa3, %5
  @80000010+4
             store.32 [%1], %5
  @80000014+4
    %6:i32 = bitcast %5
    %7:i64 = sext32 %6
             set a1, %7
  @80000018+2
    %8:i64 = get ra
    %9:i64 = and %8, -2
             exit_reg %9 return
== rv64 m conversions and comparison
c2051553 c015f5d3 d2267653 401676d3 a2a616d3 a0d5a753 e20617d3 8082
--
; fcvt.w.d	a0,fa0,rtz
; fcvt.wu.s	a1,fa1
; fcvt.d.l	fa2,a2
; fcvt.s.d	fa3,fa2
; flt.d	a3,fa2,fa0
; feq.s	a4,fa1,fa3
; fclass.d	a5,fa2
; ret
block 0x80000000 ctx 0x3
  @80000000+4
    %1:f64 = get fa0
    %2:i32 = ftoi32.f64.rtz %1
    %3:i64 = sext32 %2
             set a0, %3
  @80000004+4
    %4:f64 = get fa1
    %5:f32 = unbox %4
    %6:i32 = ftou32.f32.dyn %5
    %7:i64 = sext32 %6
             set a1, %7
  @80000008+4
    %8:i64 = get a2
    %9:f64 = fcvt_i64.dyn %8
             set fa2, %9
  @8000000c+4
    %10:f32 = fcvt_f64.dyn %9
             set fa3, %10
  @80000010+4
    %11:i1 = flt.f64.rne %9, %1
    %12:i64 = bool %11
             set a3, %12
  @80000014+4
    %13:i1 = feq.f32.rne.quiet %5, %10
    %14:i64 = bool %13
             set a4, %14
  @80000018+4
    %15:i64 = bitcast %9
    %16:i64 = call fclass_d(%15)
             set a5, %16
  @8000001c+2
    %17:i64 = get ra
    %18:i64 = and %17, -2
             exit_reg %18 return
== rv64 m fsclean the first instruction marks FS dirty and comes again
2108 02a57553 8082
--
; fld	fa0,0(a0)
; fadd.d	fa0,fa0,fa0
; ret
block 0x80000000 ctx 0x13
  @80000000+2
             call fs_dirty()
             exit_sync 0x80000000
== rv64 m fsoff illegal
4505 e2050553 8082
--
; li	a0,1
; fmv.x.d	a0,fa0
; ret
block 0x80000000 ctx 0xb
  @80000000+2
             set a0, 1
  @80000002+4
             call illegal(0xe2050553)
             exit_done
== rv64 m rmsoft dynamic rounding is to nearest, ties to max
02c5f553 8082
--
; fadd.d	fa0,fa1,fa2
; ret
block 0x80000000 ctx 0x23
  @80000000+4
    %1:f64 = get fa2
    %2:f64 = get fa1
    %3:f64 = fadd.rmm %2, %1
             set fa0, %3
  @80000004+2
    %4:i64 = get ra
    %5:i64 = and %4, -2
             exit_reg %5 return
== rv64 m rmbad a reserved dynamic mode
02c58553 02c5f553 8082
--
; fadd.d	fa0,fa1,fa2,rne
; fadd.d	fa0,fa1,fa2
; ret
block 0x80000000 ctx 0x43
  @80000000+4
    %1:f64 = get fa2
    %2:f64 = get fa1
    %3:f64 = fadd.rne %2, %1
             set fa0, %3
  @80000004+4
             call illegal(0x2c5f553)
             exit_done
