; Meaning: the first line sets registers and memory, the last part says what changed.
== run a loop with parameters
a0=5
block 0x80000040 ctx 0x0
  @80000040+4
    %1:i64 = get a0
             jump 0(%1, 0)
             label 0(%2:i64, %3:i64)
    %4:i64 = add %3, %2
    %5:i64 = add %2, -1
    %6:i1  = ne.i64 %5, 0
             branch %6, 0(%5, %4)
             set a1, %4
             exit 0x80000044
--
a1 = 0xf
pc = 0x80000044
== run division never traps
a0=0x8000000000000000 a1=-1
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = get a1
    %3:i64 = divs %1, %2
             set a2, %3
    %4:i64 = rems %1, %2
             set a3, %4
    %5:i64 = divu %1, 0
             set a4, %5
    %6:i64 = remu %1, 0
             set a5, %6
             exit 0x80000004
--
a2 = 0x8000000000000000
a4 = 0xffffffffffffffff
a5 = 0x8000000000000000
pc = 0x80000004
== run a trap shows the state before the access, and nothing after
a0=0x10000 a1=0x1234 0x10000=0xfedcba9876543210
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = load.16s [%1+2]
             set a2, %2
  @80000004+4
    %3:i64 = get a1
             store.64 [%3], %2
             set a3, 1
             exit 0x80000008
--
a2 = 0x7654
trap 1 at 0x80000004, vaddr 0x1234
== run 32-bit addresses wrap
a0=0xffffffff
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i32 = zext32 %1
             store.64 [%2+65545], 0x55
             exit 0x80000004
--
[0x10008] = 0x55
pc = 0x80000004
== run atomics return the old value, extended as the MemOp says
a0=0x10008 a1=7 0x10008=0xfffffffe80000000
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = get a1
    %3:i64 = amo_add.32s.align.acq.rel [%1], %2
             set a2, %3
    %4:i64 = cas.32.align [%1], 0x80000007, 1
             set a3, %4
    %5:i64 = cas.32.align [%1], 2, 3
             set a4, %5
    %6:i64 = amo_maxs.64.align [%1], %2
             set a5, %6
             exit 0x80000004
--
a2 = 0xffffffff80000000
a3 = 0x80000007
a4 = 0x1
a5 = 0xfffffffe00000001
[0x10008] = 0x7
pc = 0x80000004
== run a misaligned access under align traps
a0=0x10001
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = load.32.align [%1]
             set a1, %2
             exit 0x80000004
--
trap 2 at 0x80000000, vaddr 0x10001
== run rounding is the op's own or the dynamic one; flags stick
f0=0x3ff0000000000000 f1=0x4008000000000000 rm=2
block 0x80000000 ctx 0x0
  @80000000+4
    %1:f64 = get f0
    %2:f64 = get f1
    %3:f64 = fdiv.dyn %1, %2
             set f2, %3
    %4:f64 = fdiv.rup %1, %2
             set f3, %4
    %5:i64 = ftoi64.f64.rtz 0x7ff8000000000000
             set a0, %5
    %6:i32 = ftou32.f64.rtz 0xbff0000000000000
             set w0, %6
             exit 0x80000004
--
a0 = 0x7fffffffffffffff
f2 = 0x3fd5555555555555
f3 = 0x3fd5555555555556
flags = 0x11
pc = 0x80000004
== run boxes
a1=0x3f800000
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = box 0x3f800000:f32
             set a0, %1
    %2:i64 = get a1
    %3:f32 = unbox %2
    %4:i64 = box %3
             set a2, %4
             exit 0x80000004
--
a0 = 0xffffffff3f800000
a2 = 0xffffffff7fc00000
pc = 0x80000004
== run leaving through a register, and a helper that traps
a0=7 a1=0x1234
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a1
    %2:i1  = eq.i64 %1, 0
             exit_if %2, 0x80000100
  @80000004+4
    %3:i64 = get a0
    %4:i64 = call check(%3)
             set a2, %4
             exit_reg %1 call 0x80000008 lands 2
--
trap 3 at 0x80000004, vaddr 0x7
== run a trap that is taken on a condition, and one that is not
a0=7 a1=0x1234
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a1
    %2:i1  = eq.i64 %1, 0
             trap_if raise(%2, %1)
             set a2, %1
  @80000004+4
    %3:i1  = ne.i64 %1, 0
             set a0, 1
             trap_if raise(%3, 99)
             set a2, 2
             exit 0x80000008
--
a0 = 0x1
a2 = 0x1234
trap 3 at 0x80000004, vaddr 0x63
== run a tally adds to its slot, and a trap tells what no tally added
a0=10 a3=0xffffffffffffffff a4=1
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a3
             tally a3, 3
    %2:i64 = get a3
             set a5, %2
             set a6, %1
             tally a0, %2
             tally a4, -2
    %3:i64 = load.64 [0x40:i64] retired 2
             set a7, %3
             exit 0x80000004
--
a0 = 0xc
a3 = 0x2
a4 = 0xffffffffffffffff
a5 = 0x2
a6 = 0xffffffffffffffff
trap 1 at 0x80000000, vaddr 0x40, retired 2
== run virtual time, which stands here
a0=5 a1=6 a2=7
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = clock 0
    %2:i64 = clock 100
    %3:i64 = clock 16
             set a0, %1
             set a1, %2
             set a2, %3
             exit 0x80000004
--
a0 = 0x112210f47de98115
a1 = 0x2bdc545d6b4bd4
a2 = 0x112210f47de985e
pc = 0x80000004
== run a loop whose parameters change places
a0=5 a1=7 a2=100
block 0x80000040 ctx 0x0
  @80000040+4
    %1:i64 = get a0
    %2:i64 = get a1
    %3:i64 = get a2
             jump 0(%1, %2, %3)
             label 0(%4:i64, %5:i64, %6:i64)
    %7:i64 = add %4, -1
    %8:i1  = ne.i64 %7, 0
             branch %8, 0(%7, %6, %5)
             set a3, %5
             set a4, %6
             set a5, %1
             exit 0x80000044
--
a3 = 0x7
a4 = 0x64
a5 = 0x5
pc = 0x80000044
== run a loop that carries a sum on, past a memory access and a helper
a0=3 a1=0x10000 0x10000=1 0x10008=20 0x10010=300
block 0x80000040 ctx 0x0
  @80000040+4
    %1:i64 = get a0
    %2:i64 = get a1
    %3:i64 = get a2
             jump 1(%1, 0, %2)
             label 1(%4:i64, %5:i64, %6:i64)
    %7:i64 = load.64 [%6]
    %8:i64 = add %5, %7
             set a2, %8
    %9:i64 = call poke(4, %8, 0)
    %10:i64 = add %4, -1
    %11:i64 = add %6, 8
    %12:i1 = ne.i64 %10, 0
             branch %12, 1(%10, %8, %11)
             set a5, %3
             set a6, %1
             exit 0x80000044
--
a2 = 0x141
a4 = 0x141
a6 = 0x3
pc = 0x80000044
== run a trap in the second round of a loop
a0=3 a1=0x13ff8 0x13ff8=5
block 0x80000040 ctx 0x0
  @80000040+4
    %1:i64 = get a1
             jump 0(%1, 0)
             label 0(%2:i64, %3:i64)
             set a4, %3
    %4:i64 = load.64 [%2] retired 1
    %5:i64 = add %3, %4
             set a0, %5
    %6:i64 = add %2, 8
             jump 0(%6, %5)
--
a0 = 0x5
a4 = 0x5
trap 1 at 0x80000040, vaddr 0x14000, retired 1
== run two paths meet with a value each, and what was before is there
a0=1 a1=2 a2=3 f0=0x3ff0000000000000 f1=0x4000000000000000
block 0x80000040 ctx 0x0
  @80000040+4
    %1:i64 = get a0
    %2:i64 = get a1
    %3:i64 = get a2
    %4:f64 = get f0
    %5:f64 = get f1
    %6:i1  = eq.i64 %1, 1
             set a0, 77
             branch %6, 0(%4)
             set a1, 88
             jump 0(%5)
             label 0(%7:f64)
             set f2, %7
    %8:i64 = add %1, %2
             set a3, %8
             set a2, 99
    %9:i1  = ne.i64 %2, 2
             branch %9, 2()
             set a4, %3
             jump 3()
             label 2()
             set a5, %3
             label 3()
    %10:f64 = fadd.rne %4, %5
             set f3, %10
    %11:i64 = add %3, %1
             set a6, %11
             exit 0x80000044
--
a0 = 0x4d
a2 = 0x63
a3 = 0x3
a4 = 0x3
a6 = 0x4
f2 = 0x3ff0000000000000
f3 = 0x4008000000000000
pc = 0x80000044
== run an exit from inside a loop
a0=10
block 0x80000040 ctx 0x0
  @80000040+4
    %1:i64 = get a0
             jump 0(%1)
             label 0(%2:i64)
             set a1, %2
    %3:i64 = and %2, 7
    %4:i1  = eq.i64 %3, 7
             exit_if %4, 0x80000080
    %5:i64 = add %2, -1
    %6:i1  = ne.i64 %5, 0
             branch %6, 0(%5)
             exit 0x80000044
--
a1 = 0x7
pc = 0x80000080
== run a register set in a loop is not the value got of it before
a0=3 a1=40 a4=5 f0=0x3ff0000000000000
block 0x80000040 ctx 0x0
  @80000040+4
    %1:i64 = get a0
    %2:i64 = get a1
    %3:i64 = get a4
    %4:f64 = get f0
             jump 0(%1)
             label 0(%5:i64)
    %6:i64 = add %2, %3
    %7:i64 = get a5
    %8:i64 = add %6, %7
             set a5, %8
             set a1, 1000
             set a4, 2000
    %9:f64 = fadd.rne %4, %4
             set f0, 0x0
    %10:f64 = get f1
    %11:f64 = fadd.rne %9, %10
             set f1, %11
    %12:i64 = add %5, -1
    %13:i1 = ne.i64 %12, 0
             branch %13, 0(%12)
             exit 0x80000044
--
a1 = 0x3e8
a4 = 0x7d0
a5 = 0x87
f0 = 0x0
f1 = 0x4018000000000000
pc = 0x80000044
== run floating point on one of two paths, behind a helper
a0=1 f0=0x3ff0000000000000 f1=0x4000000000000000
block 0x80000040 ctx 0x0
  @80000040+4
    %1:i64 = call peek(0)
    %2:i64 = get a0
    %3:i1  = eq.i64 %2, 1
             branch %3, 0()
    %4:f64 = get f0
             set f2, %4
             label 0()
    %5:f64 = get f1
    %6:f64 = fadd.rne %5, %5
             set f0, %6
             exit 0x80000044
--
f0 = 0x4010000000000000
pc = 0x80000044
== run a trap stores what was pending
a0=7 a1=0x1234
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = add %1, 1
    %3:i32 = get w1
             set a2, %2
             set w2, %3
  @80000004+4
    %4:i64 = get a1
    %5:i64 = load.64 [%4] snap 0x80000004(a2 = %2, w2:i32 = %3)
             set a3, %5
             exit 0x80000008
--
a2 = 0x8
trap 1 at 0x80000004, vaddr 0x1234
== run selects, and one of a condition
a0=7 a1=9
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = get a1
    %3:i1  = ltu.i64 %1, %2
    %4:i64 = select %1, %2, %3
             set a2, %4
    %5:i1  = eq.i64 %1, %2
    %6:i1  = select %3, %5, %5
    %7:i64 = bool %6
             set a3, %7
             exit 0x80000004
--
a2 = 0x7
pc = 0x80000004
== run constant addresses, whole and of 32 bits
0x10010=0x1122334455667788
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = load.32s [0x10014:i64]
             set a0, %1
    %2:i64 = load.16 [0x10010:i32+2]
             set a1, %2
             store.8 [0x10010:i32], 0x99
             exit 0x80000004
--
a0 = 0x11223344
a1 = 0x5566
[0x10010] = 0x1122334455667799
pc = 0x80000004
== run a poll goes on where nobody asks for anything
a0=3 a1=0
block 0x80000040 ctx 0x0
  @80000040+4
             jump 0()
             label 0()
             poll 0x80000040
    %1:i64 = get a0
    %2:i64 = get a1
    %3:i64 = add %2, %1
             set a1, %3
    %4:i64 = add %1, -1
             set a0, %4
    %5:i1  = ne.i64 %4, 0
             branch %5, 0()
             exit 0x80000044
--
a0 = 0x0
a1 = 0x6
pc = 0x80000044
== run Arm's rules: the first signalling NaN is passed on, made quiet
f0=0x7ff8000000000001 f1=0xfff0000000000002
block 0x80000000 ctx 0x0
  @80000000+4
    %1:f64 = get f0
    %2:f64 = get f1
    %3:f64 = fadd.dyn.nan.arm %1, %2
             set f2, %3
    %4:f64 = fmaxnum.dyn.nan.arm %1, 0x3ff0000000000000
             set f3, %4
    %5:i32 = ftoi32.f64.rtz.arm %1
    %6:i64 = zext32 %5
             set a0, %6
             exit 0x80000004
--
f2 = 0xfff8000000000002
f3 = 0x3ff0000000000000
flags = 0x10
pc = 0x80000004
== run Arm's rules: tiny before rounding, the default NaN is positive
f0=0x000fffffffffffff f1=0x3ff0000000000001
block 0x80000000 ctx 0x0
  @80000000+4
    %1:f64 = get f0
    %2:f64 = get f1
    %3:f64 = fmul.dyn.nan.arm %1, %2
             set f2, %3
    %4:f64 = fsqrt.dyn.nan.arm 0xbff0000000000000
             set f3, %4
             exit 0x80000004
--
f2 = 0x10000000000000
f3 = 0x7ff8000000000000
flags = 0x13
pc = 0x80000004
== run rounding to an integer raises NX only if exact
f0=0x3ff8000000000000
block 0x80000000 ctx 0x0
  @80000000+4
    %1:f64 = get f0
    %2:f64 = fround.rup.arm %1
             set f2, %2
             exit 0x80000004
--
f2 = 0x4000000000000000
pc = 0x80000004
== run vectors: a float in a slot of 128 bits has zeros above, halves are slots of their own
a0=0x55 a1=0x66 f0=0x3ff0000000000000 f3=1 0x10000=7 0x10008=8
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = get a1
    %3:v128 = vpair %1, %2
             set slot(0x50:v128), %3
    %4:i64 = get f3:i64
             set a2, %4
    %5:f64 = get f0
             set slot(0x50:v128), %5
    %6:v128 = load.128 [65536]
             store.128 [65568], %6
             store.128 [65595], %6
    %7:v128 = get slot(0x50:v128)
             store.128 [65616], %7
    %8:v128 = vzext %6
             store.128 [65632], %8
             exit 0x80000004
--
a2 = 0x66
f2 = 0x3ff0000000000000
f3 = 0x0
[0x10020] = 0x7
[0x10028] = 0x8
[0x10038] = 0x7000000
[0x10040] = 0x8000000
[0x10050] = 0x3ff0000000000000
[0x10060] = 0x7
pc = 0x80000004
== run lanes, two operands
a0=0xf1 0x10000=0x80ff7f0102030405 0x10008=0x0011223344556677 0x10010=0x0102030405060708 0x10018=0xfffefdfc80000000
block 0x80000000 ctx 0x0
  @80000000+4
    %1:v128 = load.128 [65536]
    %2:v128 = load.128 [65552]
    %3:i64 = get a0
    %4:v128 = vand.8 %1, %2
             store.128 [65600], %4
    %5:v128 = vor.8 %1, %2
             store.128 [65616], %5
    %6:v128 = vxor.8 %1, %2
             store.128 [65632], %6
    %7:v128 = vandn.8 %1, %2
             store.128 [65648], %7
    %8:v128 = vsel.8 %1, %2, %2
             store.128 [65664], %8
    %9:v128 = vadd.8 %1, %2
             store.128 [65680], %9
    %10:v128 = vadd.16 %1, %2
             store.128 [65696], %10
    %11:v128 = vadd.32 %1, %2
             store.128 [65712], %11
    %12:v128 = vadd.64 %1, %2
             store.128 [65728], %12
    %13:v128 = vsub.8 %1, %2
             store.128 [65744], %13
    %14:v128 = vsub.16 %1, %2
             store.128 [65760], %14
    %15:v128 = vsub.32 %1, %2
             store.128 [65776], %15
    %16:v128 = vsub.64 %1, %2
             store.128 [65792], %16
    %17:v128 = vmul.8 %1, %2
             store.128 [65808], %17
    %18:v128 = vmul.16 %1, %2
             store.128 [65824], %18
    %19:v128 = vmul.32 %1, %2
             store.128 [65840], %19
    %20:v128 = vmul.64 %1, %2
             store.128 [65856], %20
    %21:v128 = veq.8 %1, %2
             store.128 [65872], %21
    %22:v128 = veq.16 %1, %2
             store.128 [65888], %22
    %23:v128 = veq.32 %1, %2
             store.128 [65904], %23
    %24:v128 = veq.64 %1, %2
             store.128 [65920], %24
    %25:v128 = vgts.8 %1, %2
             store.128 [65936], %25
    %26:v128 = vgts.16 %1, %2
             store.128 [65952], %26
    %27:v128 = vgts.32 %1, %2
             store.128 [65968], %27
    %28:v128 = vgts.64 %1, %2
             store.128 [65984], %28
    %29:v128 = vzipl.8 %1, %2
             store.128 [66000], %29
    %30:v128 = vzipl.16 %1, %2
             store.128 [66016], %30
    %31:v128 = vzipl.32 %1, %2
             store.128 [66032], %31
    %32:v128 = vzipl.64 %1, %2
             store.128 [66048], %32
    %33:v128 = vziph.8 %1, %2
             store.128 [66064], %33
    %34:v128 = vziph.16 %1, %2
             store.128 [66080], %34
    %35:v128 = vziph.32 %1, %2
             store.128 [66096], %35
    %36:v128 = vziph.64 %1, %2
             store.128 [66112], %36
    %37:v128 = vuzpe.8 %1, %2
             store.128 [66128], %37
    %38:v128 = vuzpe.16 %1, %2
             store.128 [66144], %38
    %39:v128 = vuzpe.32 %1, %2
             store.128 [66160], %39
    %40:v128 = vuzpe.64 %1, %2
             store.128 [66176], %40
    %41:v128 = vuzpo.8 %1, %2
             store.128 [66192], %41
    %42:v128 = vuzpo.16 %1, %2
             store.128 [66208], %42
    %43:v128 = vuzpo.32 %1, %2
             store.128 [66224], %43
    %44:v128 = vuzpo.64 %1, %2
             store.128 [66240], %44
    %45:v128 = vmins.8 %1, %2
             store.128 [66256], %45
    %46:v128 = vmins.16 %1, %2
             store.128 [66272], %46
    %47:v128 = vmins.32 %1, %2
             store.128 [66288], %47
    %48:v128 = vminu.8 %1, %2
             store.128 [66304], %48
    %49:v128 = vminu.16 %1, %2
             store.128 [66320], %49
    %50:v128 = vminu.32 %1, %2
             store.128 [66336], %50
    %51:v128 = vmaxs.8 %1, %2
             store.128 [66352], %51
    %52:v128 = vmaxs.16 %1, %2
             store.128 [66368], %52
    %53:v128 = vmaxs.32 %1, %2
             store.128 [66384], %53
    %54:v128 = vmaxu.8 %1, %2
             store.128 [66400], %54
    %55:v128 = vmaxu.16 %1, %2
             store.128 [66416], %55
    %56:v128 = vmaxu.32 %1, %2
             store.128 [66432], %56
    %57:v128 = vabs.8 %1
             store.128 [66448], %57
    %58:v128 = vzxt.8 %1
             store.128 [66464], %58
    %59:v128 = vsxt.8 %1
             store.128 [66480], %59
    %60:v128 = vabs.16 %1
             store.128 [66496], %60
    %61:v128 = vzxt.16 %1
             store.128 [66512], %61
    %62:v128 = vsxt.16 %1
             store.128 [66528], %62
    %63:v128 = vabs.32 %1
             store.128 [66544], %63
    %64:v128 = vzxt.32 %1
             store.128 [66560], %64
    %65:v128 = vsxt.32 %1
             store.128 [66576], %65
             exit 0x80000004
--
[0x10040] = 0x2030000020400
[0x10048] = 0x10203000000000
[0x10050] = 0x81ff7f050707070d
[0x10058] = 0xffffffffc4556677
[0x10060] = 0x81fd7c050705030d
[0x10068] = 0xffefdfcfc4556677
[0x10070] = 0x80fd7c0102010005
[0x10078] = 0x1020344556677
[0x10080] = 0x2030000020400
[0x10088] = 0x10203000000000
[0x10090] = 0x8101820507090b0d
[0x10098] = 0xff0f1f2fc4556677
[0x100a0] = 0x8201820507090b0d
[0x100a8] = 0xf202fc4556677
[0x100b0] = 0x8201820507090b0d
[0x100b8] = 0x10202fc4556677
[0x100c0] = 0x8201820507090b0d
[0x100c8] = 0x10202fc4556677
[0x100d0] = 0x7ffd7cfdfdfdfdfd
[0x100d8] = 0x1132537c4556677
[0x100e0] = 0x7ffd7bfdfcfdfcfd
[0x100e8] = 0x132437c4556677
[0x100f0] = 0x7ffd7bfdfcfcfcfd
[0x100f8] = 0x122437c4556677
[0x10100] = 0x7ffd7bfcfcfcfcfd
[0x10108] = 0x122436c4556677
[0x10110] = 0x80fe7d040a121c28
[0x10118] = 0xde9a3400000000
[0x10120] = 0xfeff041b124328
[0x10128] = 0xffde113480000000
[0x10130] = 0x17cff0456524328
[0x10138] = 0xbb44113480000000
[0x10140] = 0x21a7395056524328
[0x10148] = 0x7f912b5f80000000
[0x10190] = 0xff0000000000
[0x10198] = 0xffffffffffffffff
[0x101a0] = 0xffff00000000
[0x101a8] = 0xffffffffffffffff
[0x101b8] = 0xffffffffffffffff
[0x101c8] = 0xffffffffffffffff
[0x101d0] = 0x502060307040805
[0x101d8] = 0x18002ff037f0401
[0x101e0] = 0x506020307080405
[0x101e8] = 0x10280ff03047f01
[0x101f0] = 0x506070802030405
[0x101f8] = 0x102030480ff7f01
[0x10200] = 0x80ff7f0102030405
[0x10208] = 0x102030405060708
[0x10210] = 0x8044005500660077
[0x10218] = 0xff00fe11fd22fc33
[0x10220] = 0x8000445500006677
[0x10228] = 0xfffe0011fdfc2233
[0x10230] = 0x8000000044556677
[0x10238] = 0xfffefdfc00112233
[0x10240] = 0x11223344556677
[0x10248] = 0xfffefdfc80000000
[0x10250] = 0x11335577ff010305
[0x10258] = 0xfefc000002040608
[0x10260] = 0x223366777f010405
[0x10268] = 0xfdfc000003040708
[0x10270] = 0x4455667702030405
[0x10278] = 0x8000000005060708
[0x10280] = 0x80ff7f0102030405
[0x10288] = 0x102030405060708
[0x10290] = 0x224466807f0204
[0x10298] = 0xfffd800001030507
[0x102a0] = 0x11445580ff0203
[0x102a8] = 0xfffe800001020506
[0x102b0] = 0x11223380ff7f01
[0x102b8] = 0xfffefdfc01020304
[0x102c0] = 0x11223344556677
[0x102c8] = 0xfffefdfc80000000
[0x102d0] = 0x80ff030102030405
[0x102d8] = 0xfffefdfc80000000
[0x102e0] = 0x80ff030402030405
[0x102e8] = 0xfffefdfc80000000
[0x102f0] = 0x80ff7f0102030405
[0x102f8] = 0xfffefdfc80000000
[0x10300] = 0x102030102030405
[0x10308] = 0x11223344000000
[0x10310] = 0x102030402030405
[0x10318] = 0x11223344550000
[0x10320] = 0x102030402030405
[0x10328] = 0x11223344556677
[0x10330] = 0x1027f0405060708
[0x10338] = 0x11223344556677
[0x10340] = 0x1027f0105060708
[0x10348] = 0x11223344556677
[0x10350] = 0x102030405060708
[0x10358] = 0x11223344556677
[0x10360] = 0x80ff7f0405060708
[0x10368] = 0xfffefdfc80556677
[0x10370] = 0x80ff7f0105060708
[0x10378] = 0xfffefdfc80006677
[0x10380] = 0x80ff7f0105060708
[0x10388] = 0xfffefdfc80000000
[0x10390] = 0x80017f0102030405
[0x10398] = 0x11223344556677
[0x103a0] = 0x2000300040005
[0x103a8] = 0x8000ff007f0001
[0x103b0] = 0x2000300040005
[0x103b8] = 0xff80ffff007f0001
[0x103c0] = 0x7f017f0102030405
[0x103c8] = 0x11223344556677
[0x103d0] = 0x20300000405
[0x103d8] = 0x80ff00007f01
[0x103e0] = 0x20300000405
[0x103e8] = 0xffff80ff00007f01
[0x103f0] = 0x7f0080ff02030405
[0x103f8] = 0x11223344556677
[0x10400] = 0x2030405
[0x10408] = 0x80ff7f01
[0x10410] = 0x2030405
[0x10418] = 0xffffffff80ff7f01
pc = 0x80000004
== run lanes moved and shifted
a0=0xf1 0x10000=0x80ff7f0102030405 0x10008=0x0011223344556677 0x10010=0x0102030405060708 0x10018=0xfffefdfc80000000
block 0x80000000 ctx 0x0
  @80000000+4
    %1:v128 = load.128 [65536]
    %2:v128 = load.128 [65552]
    %3:i64 = get a0
    %4:v128 = vshli.8 %1 #3
             store.128 [65600], %4
    %5:v128 = vshli.16 %1 #7
             store.128 [65616], %5
    %6:v128 = vshli.32 %1 #15
             store.128 [65632], %6
    %7:v128 = vshli.64 %1 #31
             store.128 [65648], %7
    %8:v128 = vshri.8 %1 #3
             store.128 [65664], %8
    %9:v128 = vshri.16 %1 #7
             store.128 [65680], %9
    %10:v128 = vshri.32 %1 #15
             store.128 [65696], %10
    %11:v128 = vshri.64 %1 #31
             store.128 [65712], %11
    %12:v128 = vsari.8 %1 #3
             store.128 [65728], %12
    %13:v128 = vsari.16 %1 #7
             store.128 [65744], %13
    %14:v128 = vsari.32 %1 #15
             store.128 [65760], %14
    %15:v128 = vsari.64 %1 #31
             store.128 [65776], %15
    %16:v128 = vext.8 %1, %2 #3
             store.128 [65792], %16
    %17:v128 = vrev.8 %1 #1
             store.128 [65808], %17
    %18:v128 = vrev.8 %1 #2
             store.128 [65824], %18
    %19:v128 = vrev.8 %1 #3
             store.128 [65840], %19
    %20:v128 = vrev.16 %1 #2
             store.128 [65856], %20
    %21:v128 = vrev.16 %1 #3
             store.128 [65872], %21
    %22:v128 = vrev.32 %1 #3
             store.128 [65888], %22
    %23:v128 = vtbl.8 %1, %2
             store.128 [65904], %23
    %24:v128 = vdup.8 %3
             store.128 [65920], %24
    %25:v128 = vdupl.8 %1 #1
             store.128 [65936], %25
    %26:v128 = vdupl.8 %1
             store.128 [65952], %26
    %27:v128 = vins.8 %1, %3 #1
             store.128 [65968], %27
    %28:v128 = vdup.16 %3
             store.128 [65984], %28
    %29:v128 = vdupl.16 %1 #1
             store.128 [66000], %29
    %30:v128 = vdupl.16 %1
             store.128 [66016], %30
    %31:v128 = vins.16 %1, %3 #1
             store.128 [66032], %31
    %32:v128 = vdup.32 %3
             store.128 [66048], %32
    %33:v128 = vdupl.32 %1 #1
             store.128 [66064], %33
    %34:v128 = vdupl.32 %1
             store.128 [66080], %34
    %35:v128 = vins.32 %1, %3 #1
             store.128 [66096], %35
    %36:v128 = vdup.64 %3
             store.128 [66112], %36
    %37:v128 = vdupl.64 %1 #1
             store.128 [66128], %37
    %38:v128 = vdupl.64 %1
             store.128 [66144], %38
    %39:v128 = vins.64 %1, %3 #1
             store.128 [66160], %39
             exit 0x80000004
--
[0x10040] = 0xf8f80810182028
[0x10048] = 0x88109820a830b8
[0x10050] = 0x7f80808001800280
[0x10058] = 0x88019802a803b80
[0x10060] = 0xbf80800082028000
[0x10068] = 0x91198000b33b8000
[0x10070] = 0x8101820280000000
[0x10078] = 0xa22ab33b80000000
[0x10080] = 0x101f0f0000000000
[0x10088] = 0x20406080a0c0e
[0x10090] = 0x10100fe00040008
[0x10098] = 0x44008800cc
[0x100a0] = 0x101fe00000406
[0x100a8] = 0x22000088aa
[0x100b0] = 0x101fefe02
[0x100b8] = 0x224466
[0x100c0] = 0xf0ff0f0000000000
[0x100c8] = 0x20406080a0c0e
[0x100d0] = 0xff0100fe00040008
[0x100d8] = 0x44008800cc
[0x100e0] = 0xffff01fe00000406
[0x100e8] = 0x22000088aa
[0x100f0] = 0xffffffff01fefe02
[0x100f8] = 0x224466
[0x10100] = 0x55667780ff7f0102
[0x10108] = 0x607080011223344
[0x10110] = 0xff80017f03020504
[0x10118] = 0x1100332255447766
[0x10120] = 0x17fff8005040302
[0x10128] = 0x3322110077665544
[0x10130] = 0x5040302017fff80
[0x10138] = 0x7766554433221100
[0x10140] = 0x7f0180ff04050203
[0x10148] = 0x2233001166774455
[0x10150] = 0x40502037f0180ff
[0x10158] = 0x6677445522330011
[0x10160] = 0x203040580ff7f01
[0x10168] = 0x4455667700112233
[0x10170] = 0x40302017fff8077
[0x10178] = 0x50505
[0x10180] = 0xf1f1f1f1f1f1f1f1
[0x10188] = 0xf1f1f1f1f1f1f1f1
[0x10190] = 0x404040404040404
[0x10198] = 0x404040404040404
[0x101a0] = 0x505050505050505
[0x101a8] = 0x505050505050505
[0x101b0] = 0x80ff7f010203f105
[0x101b8] = 0x11223344556677
[0x101c0] = 0xf100f100f100f1
[0x101c8] = 0xf100f100f100f1
[0x101d0] = 0x203020302030203
[0x101d8] = 0x203020302030203
[0x101e0] = 0x405040504050405
[0x101e8] = 0x405040504050405
[0x101f0] = 0x80ff7f0100f10405
[0x101f8] = 0x11223344556677
[0x10200] = 0xf1000000f1
[0x10208] = 0xf1000000f1
[0x10210] = 0x80ff7f0180ff7f01
[0x10218] = 0x80ff7f0180ff7f01
[0x10220] = 0x203040502030405
[0x10228] = 0x203040502030405
[0x10230] = 0xf102030405
[0x10238] = 0x11223344556677
[0x10240] = 0xf1
[0x10248] = 0xf1
[0x10250] = 0x11223344556677
[0x10258] = 0x11223344556677
[0x10260] = 0x80ff7f0102030405
[0x10268] = 0x80ff7f0102030405
[0x10270] = 0x80ff7f0102030405
[0x10278] = 0xf1
pc = 0x80000004
== run floating point lanes: the odd one makes soft float do all
a0=0xf1 0x10000=0x7f8000013f800000 0x10008=0x00800001c0000000 0x10010=0x7fc000023fc00000 0x10018=0x3f7fffff41200000
block 0x80000000 ctx 0x0
  @80000000+4
    %1:v128 = load.128 [65536]
    %2:v128 = load.128 [65552]
    %3:i64 = get a0
    %4:v128 = vfadd.f32.dyn.nan.arm %1, %2
             store.128 [65600], %4
    %5:v128 = vfadd.f64.dyn.arm %1, %2
             store.128 [65616], %5
    %6:v128 = vfsub.f32.dyn.nan.arm %1, %2
             store.128 [65632], %6
    %7:v128 = vfsub.f64.dyn.arm %1, %2
             store.128 [65648], %7
    %8:v128 = vfmul.f32.dyn.nan.arm %1, %2
             store.128 [65664], %8
    %9:v128 = vfmul.f64.dyn.arm %1, %2
             store.128 [65680], %9
    %10:v128 = vfdiv.f32.dyn.nan.arm %1, %2
             store.128 [65696], %10
    %11:v128 = vfdiv.f64.dyn.arm %1, %2
             store.128 [65712], %11
    %12:v128 = vfmadd.f32.dyn.nan.arm %1, %2, %2
             store.128 [65728], %12
    %13:v128 = vfnmsub.f64.dyn.nan.arm %1, %2, %2
             store.128 [65744], %13
    %14:v128 = vfsqrt.f32.dyn.nan.arm %1
             store.128 [65760], %14
    %15:v128 = vfsqrt.f64.dyn.arm %2
             store.128 [65776], %15
    %16:v128 = vfeq.f32.dyn.arm %1, %2
             store.128 [65792], %16
    %17:v128 = vfeq.f64.dyn.arm %1, %2
             store.128 [65808], %17
    %18:v128 = vflt.f32.dyn.arm %1, %2
             store.128 [65824], %18
    %19:v128 = vflt.f64.dyn.arm %1, %2
             store.128 [65840], %19
    %20:v128 = vfle.f32.dyn.arm %1, %2
             store.128 [65856], %20
    %21:v128 = vfle.f64.dyn.arm %1, %2
             store.128 [65872], %21
    %22:v128 = vfcvt_i.f32.dyn.arm %1
             store.128 [65888], %22
    %23:v128 = vfcvt_i.f64.dyn.arm %1
             store.128 [65904], %23
    %24:v128 = vfcvt_u.f32.dyn.arm %1
             store.128 [65920], %24
    %25:v128 = vfcvt_u.f64.dyn.arm %1
             store.128 [65936], %25
    %26:v128 = vftoi.f32.rtz.arm %1
             store.128 [65952], %26
    %27:v128 = vftoi.f64.rtz.arm %2
             store.128 [65968], %27
             exit 0x80000004
--
[0x10040] = 0x7fc0000140200000
[0x10048] = 0x3f7fffff41000000
[0x10050] = 0x7fc1000253b80000
[0x10058] = 0x3f7fffff41200000
[0x10060] = 0x7fc00001bf000000
[0x10068] = 0xbf7fffffc1400000
[0x10070] = 0xffbe000457900000
[0x10078] = 0xbf7fffff41200000
[0x10080] = 0x7fc000013fc00000
[0x10088] = 0x800000c1a00000
[0x10090] = 0x7ff0000000000000
[0x10098] = 0x100001608ff590
[0x100a0] = 0x7fc000013f2aaaab
[0x100a8] = 0x800002be4ccccd
[0x100b0] = 0x3faffffdff80480a
[0x100b8] = 0xf000021f700caa
[0x100c0] = 0x7fc0000140400000
[0x100c8] = 0x3f7fffffc1200000
[0x100d0] = 0xfff0000000000000
[0x100d8] = 0x3f7fffff41200000
[0x100e0] = 0x7fc000013f800000
[0x100e8] = 0x200000007fc00000
[0x100f0] = 0x5fd6a09ffd9d0f76
[0x100f8] = 0x3fb6a09e230332fd
[0x10120] = 0xffffffff
[0x10128] = 0xffffffffffffffff
[0x10130] = 0xffffffffffffffff
[0x10138] = 0xffffffffffffffff
[0x10140] = 0xffffffff
[0x10148] = 0xffffffffffffffff
[0x10150] = 0xffffffffffffffff
[0x10158] = 0xffffffffffffffff
[0x10160] = 0x4eff00004e7e0000
[0x10168] = 0x4b000001ce800000
[0x10170] = 0x43dfe000004fe000
[0x10178] = 0x4360000038000000
[0x10180] = 0x4eff00004e7e0000
[0x10188] = 0x4b0000014f400000
[0x10190] = 0x43dfe000004fe000
[0x10198] = 0x4360000038000000
[0x101a0] = 0x1
[0x101a8] = 0xfffffffe
[0x101b0] = 0x7fffffffffffffff
flags = 0x15
pc = 0x80000004
== run floating point lanes rounded, widened and narrowed
0x10000=0x7f8000013fc00000 0x10008=0xc0200000bf000000 0x10010=0x7ff0000020000001 0x10018=0x380fffffffffffff 0x10020=0x4008000000000000 0x10028=0xfff4000000000000
block 0x80000000 ctx 0x0
  @80000000+4
    %1:v128 = load.128 [65536]
    %2:v128 = load.128 [65552]
    %3:v128 = load.128 [65568]
    %4:v128 = vfround.f32.rne.nan.arm %1
             store.128 [65600], %4
    %5:v128 = vfround.f32.rmm.arm %1
             store.128 [65616], %5
    %6:v128 = vfround.f64.rup.arm.exact %3
             store.128 [65632], %6
    %7:v128 = vfround.f32.dyn.arm.exact %1
             store.128 [65648], %7
    %8:v128 = vfwiden.f64.dyn.nan.arm %1
             store.128 [65664], %8
    %9:v128 = vfwiden.f64.dyn.arm %1
             store.128 [65680], %9
    %10:v128 = vfnarrow.f32.dyn.nan.arm %2
             store.128 [65696], %10
    %11:v128 = vfnarrow.f32.dyn.arm %3
             store.128 [65712], %11
             exit 0x80000004
--
[0x10040] = 0x7fc0000140000000
[0x10048] = 0xc000000080000000
[0x10050] = 0x7fc0000040000000
[0x10058] = 0xc0400000bf800000
[0x10060] = 0x4008000000000000
[0x10068] = 0x7ff8000000000000
[0x10070] = 0x7fc0000040000000
[0x10078] = 0xc000000080000000
[0x10080] = 0x3ff8000000000000
[0x10088] = 0x7ff8000020000000
[0x10090] = 0x3ff8000000000000
[0x10098] = 0x7ff8000000000000
[0x100a0] = 0x8000007fc00001
[0x100b0] = 0x7fc0000040400000
flags = 0x13
pc = 0x80000004
== run lanes shifted by lanes
0x10000=0x8000ff80ff81f0f1 0x10008=0x8000000000000001 0x10010=0x00010010000f0004 0x10018=0x000000000000003f 0x10020=0xff0001070880ff03 0x10028=0xffffffffffffffff
block 0x80000000 ctx 0x0
  @80000000+4
    %1:v128 = load.128 [65536]
    %2:v128 = load.128 [65552]
    %3:v128 = load.128 [65568]
    %4:v128 = vshl.16 %1, %2
             store.128 [65600], %4
    %5:v128 = vshr.16 %1, %2
             store.128 [65616], %5
    %6:v128 = vsar.16 %1, %2
             store.128 [65632], %6
    %7:v128 = vshl.8 %1, %3
             store.128 [65648], %7
    %8:v128 = vshr.8 %1, %3
             store.128 [65664], %8
    %9:v128 = vsar.8 %1, %3
             store.128 [65680], %9
    %10:v128 = vshl.32 %1, %2
             store.128 [65696], %10
    %11:v128 = vsar.32 %1, %3
             store.128 [65712], %11
    %12:v128 = vsar.64 %1, %2
             store.128 [65728], %12
    %13:v128 = vshr.64 %1, %2
             store.128 [65744], %13
             exit 0x80000004
--
[0x10040] = 0x80000f10
[0x10048] = 0x8000000000000000
[0x10050] = 0x4000000000010f0f
[0x10058] = 0x8000000000000000
[0x10060] = 0xc000ffffffffff0f
[0x10068] = 0x8000000000000000
[0x10070] = 0xfe0000000088
[0x10080] = 0x7f010000001e
[0x10090] = 0xff00fffffffffffe
[0x10098] = 0xff00000000000000
[0x100a8] = 0x8000000000000000
[0x100b0] = 0xffffffffffffffff
[0x100b8] = 0xffffffff00000000
[0x100c0] = 0xffffffffffffffff
[0x100c8] = 0xffffffffffffffff
[0x100d8] = 0x1
pc = 0x80000004
== run AES and carry-less products
0x10000=0x8899aabbccddeeff 0x10008=0x0011223344556677 0x10010=0x0102030405060708 0x10018=0xfffefdfc80000000
block 0x80000000 ctx 0x0
  @80000000+4
    %1:v128 = load.128 [65536]
    %2:v128 = load.128 [65552]
    %3:v128 = vaese.8 %1
             store.128 [65600], %3
    %4:v128 = vaesd.8 %3
             store.128 [65616], %4
    %5:v128 = vaesmc.8 %1
             store.128 [65632], %5
    %6:v128 = vaesimc.8 %5
             store.128 [65648], %6
    %7:v128 = vclmul.8 %1, %2
             store.128 [65664], %7
    %8:v128 = vclmul.8 %1, %2 #17
             store.128 [65680], %8
             exit 0x80000004
--
[0x10040] = 0x4b8233ea63fcac16
[0x10048] = 0x1bee28c3c4c193f5
[0x10050] = 0x8899aabbccddeeff
[0x10058] = 0x11223344556677
[0x10060] = 0xeebbcc99aaff88dd
[0x10068] = 0x6633441122770055
[0x10070] = 0x8899aabbccddeeff
[0x10078] = 0x11223344556677
[0x10080] = 0x5445ccdd12658af8
[0x10088] = 0x898902648bed05
[0x10090] = 0x9e5dd58f80000000
[0x10098] = 0xf1e003c70e9ad
pc = 0x80000004
== run 128 bits made of halves, stored, loaded, compared and swapped
a0=0x10100 a1=3 a2=4 a3=0x77 0x10100=1 0x10108=2
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = get a1
    %3:i64 = get a2
    %4:i128 = load.128.align.atomic [%1]
    %5:i128 = pair %2, %3
  @80000004+4
    %6:i128 = cas.128.align.atomic [%1], %4, %5
    %7:i128 = cas.128.align.atomic [%1], %4, %6
    %8:i64 = low %6
    %9:i64 = high %6
    %10:i64 = low %7
    %11:i64 = high %7
             set a4, %8
             set a5, %9
             set a6, %10
             set a7, %11
  @80000008+4
    %12:i64 = get a3
    %13:i128 = pair %12, %3
             store.128 [%1+24], %13
             exit 0x8000000c
--
a4 = 0x1
a5 = 0x2
a6 = 0x3
a7 = 0x4
[0x10100] = 0x3
[0x10108] = 0x4
[0x10118] = 0x77
[0x10120] = 0x4
pc = 0x8000000c
== run 128 bits, compared with half of it different
a0=0x10100 0x10100=1 0x10108=2
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i128 = pair 1, 3
    %3:i128 = pair 3, 2
    %4:i128 = cas.128.align [%1], %2, %3
    %5:i128 = cas.128.align [%1], %3, %2
    %6:i64 = high %5
             set a1, %6
             exit 0x80000004
--
a1 = 0x2
pc = 0x80000004
== run 128 bits, misaligned where it may not be
a0=0x10108 a1=5 a3=6
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = get a1
    %3:i128 = load.128 [%1]
    %4:i128 = cas.128.align.atomic [%1], %3, %3 snap 0x80000000(a3 = %2)
             set a3, 0
             exit 0x80000004
--
a3 = 0x5
trap 2 at 0x80000000, vaddr 0x10108
== run 128 bits over two pages, and at the end of memory
a0=0x10ff8 0x10ff8=1 0x11000=2
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i128 = load.128 [%1]
    %3:i64 = low %2
    %4:i64 = high %2
    %5:i128 = pair %4, %3
             store.128 [%1], %5
  @80000004+4
             store.128 [0x13ff8], %2
             exit 0x80000008
--
[0x10ff8] = 0x2
[0x11000] = 0x1
trap 1 at 0x80000004, vaddr 0x14000
== run 128 bits of I/O
a0=0x20400 a1=5
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = get a1
    %3:i128 = load.128.align.atomic [%1]
    %4:i128 = pair %2, %2
             store.128.align.atomic [%1+16], %4
    %5:i128 = cas.128.align.atomic [%1], %3, %4
    %6:i64 = low %5
    %7:i64 = high %3
    %8:i64 = xor %6, %7
             set a2, %8
             exit 0x80000004
--
a2 = 0xfb08f478ec106f14
pc = 0x80000004
== run parts of SHA-256, and extremes of lanes
0x10000=0x0000000200000001 0x10008=0x8000000400000003 0x10010=0x0000000600000005 0x10018=0xf000000800000007 0x10020=0x3f800000bf800000 0x10028=0x7fc0000080000000 0x10030=0xc000000040000000 0x10038=0x3f80000000000000
block 0x80000000 ctx 0x0
  @80000000+4
    %1:v128 = load.128 [65536]
    %2:v128 = load.128 [65552]
    %3:v128 = load.128 [65568]
    %4:v128 = load.128 [65584]
    %5:v128 = vsha256h.8 %1, %2, %3
             store.128 [65600], %5
    %6:v128 = vsha256h2.8 %2, %1, %3
             store.128 [65616], %6
    %7:v128 = vsha256su0.8 %1, %2
             store.128 [65632], %7
    %8:v128 = vsha256su1.8 %1, %2, %3
             store.128 [65648], %8
    %9:v128 = vfmaximum.f32.dyn.arm %3, %4
             store.128 [65664], %9
    %10:v128 = vfminimum.f32.dyn.arm %3, %4
             store.128 [65680], %10
    %11:v128 = vfmaxnum.f32.dyn.arm %3, %4
             store.128 [65696], %11
    %12:v128 = vfminnum.f32.dyn.arm %3, %4
             store.128 [65712], %12
             exit 0x80000004
--
[0x10040] = 0x32fa76d881a27cc5
[0x10048] = 0x42806912071b228
[0x10050] = 0xd344a5530d85db80
[0x10058] = 0x442002924ad94d36
[0x10060] = 0x600c00204008001
[0x10068] = 0x8a01400419012003
[0x10070] = 0x1fc02100205007
[0x10078] = 0x5794a8001203680b
[0x10080] = 0x3f80000040000000
[0x10088] = 0x7fc0000000000000
[0x10090] = 0xc0000000bf800000
[0x10098] = 0x7fc0000080000000
[0x100a0] = 0x3f80000040000000
[0x100a8] = 0x3f80000000000000
[0x100b0] = 0xc0000000bf800000
[0x100b8] = 0x3f80000080000000
pc = 0x80000004
