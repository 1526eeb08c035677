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
             exit_reg %1 call 0x80000008
--
trap 3 at 0x80000004, vaddr 0x7
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
