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
