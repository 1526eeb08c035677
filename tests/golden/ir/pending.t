; What opt_pending does: a SET that a later one overwrites waits where the block may be left in between. a0, a1 and a2 are in registers.
== pending over a load and a store
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = add %1, 1
             set a4, %2
  @80000004+4
    %3:i64 = load.64 [%1]
             set a5, %3
  @80000008+4
             store.64 [%1+8], %3
  @8000000c+4
    %4:i64 = add %3, 2
             set a4, %4
             exit 0x80000010
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = add %1, 1
  @80000004+4
    %3:i64 = load.64 [%1] snap 0x80000004(a4 = %2)
             set a5, %3
  @80000008+4
             store.64 [%1+8], %3 snap 0x80000008(a4 = %2)
  @8000000c+4
    %4:i64 = add %3, 2
             set a4, %4
             exit 0x80000010
== pending two at one op, a constant and a value of 32 bits
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i32 = get w1
             set w2, 7
             set w0, %2
  @80000004+4
    %3:i64 = load.64 [%1]
             set w2, 8
  @80000008+4
    %4:i64 = load.64 [%1+8]
             set a3, %4
  @8000000c+4
             set w0, 9
             set w2, 10
             exit 0x80000010
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i32 = get w1
  @80000004+4
    %3:i64 = load.64 [%1] snap 0x80000004(w2 = 7, w0 = %2)
  @80000008+4
    %4:i64 = load.64 [%1+8] snap 0x80000008(w0 = %2, w2 = 8)
             set a3, %4
  @8000000c+4
             set w0, 9
             set w2, 10
             exit 0x80000010
== pending one after the other of the same slot
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
             set a4, 1
  @80000004+4
             store.64 [%1], %1
             set a4, 2
  @80000008+4
             store.64 [%1+8], %1
             set a4, 3
             exit 0x8000000c
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
  @80000004+4
             store.64 [%1], %1 snap 0x80000004(a4 = 1)
  @80000008+4
             store.64 [%1+8], %1 snap 0x80000008(a4 = 2)
             set a4, 3
             exit 0x8000000c
== pending at an exit ahead, not at one back
block 0x80000040 ctx 0x0
  @80000040+4
    %1:i64 = get a3
             set a4, 1
    %2:i1  = eq.i64 %1, 0
             exit_if %2, 0x80000080
  @80000044+4
             set a4, 2
    %3:i1  = eq.i64 %1, 1
             exit_if %3, 0x80000040
  @80000048+4
             set a4, 3
             exit 0x8000004c
--
block 0x80000040 ctx 0x0
  @80000040+4
    %1:i64 = get a3
    %2:i1  = eq.i64 %1, 0
             exit_if %2, 0x80000080 (a4 = 1)
  @80000044+4
             set a4, 2
    %3:i1  = eq.i64 %1, 1
             exit_if %3, 0x80000040
  @80000048+4
             set a4, 3
             exit 0x8000004c
== pending not what is read on the way, nor registers, floats and what helpers see
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:f64 = get f2
             set f3, %2
             set a1, 5
             set a4, 6
             set a5, 7
  @80000004+4
    %3:i64 = load.64 [%1]
             set w0, 1
             store.64 [%1+8], %3
    %4:i64 = get q0
             set w0, 2
             set a6, 4
    %5:i64 = call peek(%1, %3, %3)
  @80000008+4
    %6:i64 = load.64 [%1+8]
             set a4, %3
             set a5, %5
             set a6, %6
             set a1, 8
             set f3, 0
             set a3, %4
             exit 0x8000000c
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:f64 = get f2
             set f3, %2
             set a1, 5
             set a4, 6
             set a5, 7
  @80000004+4
    %3:i64 = load.64 [%1]
             set w0, 1
             store.64 [%1+8], %3
    %4:i64 = get q0
             set w0, 2
             set a6, 4
    %5:i64 = call peek(%1, %3, %3)
  @80000008+4
    %6:i64 = load.64 [%1+8]
             set a4, %3
             set a5, %5
             set a6, %6
             set a1, 8
             set f3, 0x0
             set a3, %4
             exit 0x8000000c
== pending not where only half is overwritten, nor over a label
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
             set q0, 5
             set a4, 6
  @80000004+4
    %2:i64 = load.64 [%1]
             set w0, 4
             set w1, 3
  @80000008+4
             branch 1, 0()
             label 0()
    %3:i64 = load.64 [%1]
             set a4, 7
             exit 0x8000000c
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
             set q0, 5
             set a4, 6
  @80000004+4
    %2:i64 = load.64 [%1]
             set w0, 4
             set w1, 3
  @80000008+4
             jump 0()
             label 0()
    %3:i64 = load.64 [%1]
             set a4, 7
             exit 0x8000000c
== pending the wider slot overwrites all
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
             set w0, 5
  @80000004+4
    %2:i64 = load.64 [%1]
             set q0, %2
             exit 0x80000008
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
  @80000004+4
    %2:i64 = load.64 [%1] snap 0x80000004(w0 = 5)
             set q0, %2
             exit 0x80000008
== run what waits is stored by the load that faults
a0=0x10100 a1=9 a3=0x1234 a4=70 a5=71 a6=72
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a1
    %2:i64 = add %1, 1
             set a4, %2
             set a5, 5
             set a6, 0x123456789abcdef
  @80000004+4
    %3:i64 = get a3
    %4:i64 = load.64 [%3]
  @80000008+4
             set a4, %4
             set a5, %4
             set a6, %4
             exit 0x8000000c
--
a4 = 0xa
a5 = 0x5
a6 = 0x123456789abcdef
trap 1 at 0x80000004, vaddr 0x1234
== run and not by one that does not
a0=0x10100 a1=9 a4=70 0x10100=0x77
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a1
    %2:i64 = get a4
    %3:i64 = add %1, 1
             set a4, %3
  @80000004+4
    %4:i64 = get a0
    %5:i64 = load.64 [%4]
  @80000008+4
    %6:i64 = add %5, %2
             set a4, %6
             exit 0x8000000c
--
a4 = 0xbd
pc = 0x8000000c
== run the old value of the slot is read behind the access of I/O that stored the new one
a0=0x20400 a1=9 a4=70
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a4
    %2:i64 = get a1
             set a4, %2
  @80000004+4
    %3:i64 = get a0
             store.32 [%3], %2
  @80000008+4
    %4:i64 = add %1, 1
             set a4, %4
             exit 0x8000000c
--
a4 = 0x47
pc = 0x8000000c
== run an exit that is taken stores what waits
a3=1 a4=70 a5=8
block 0x80000040 ctx 0x0
  @80000040+4
    %1:i64 = get a3
    %2:i64 = get a5
             set a4, %2
             set a5, 3
    %3:i1  = eq.i64 %1, 1
             exit_if %3, 0x80000080
  @80000044+4
             set a4, 2
             set a5, 2
             exit 0x80000048
--
a4 = 0x8
a5 = 0x3
pc = 0x80000080
== run a pair written down, of each type, where the access faults
a1=0x1234 a2=0x99 a3=7 f1=0x3ff0000000000000 f2=0x4000000000000000
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a3
    %2:f64 = get f1
    %3:f64 = get f2
    %4:f32 = get s3
    %5:i64 = pcrel 0x80000000
  @80000004+4
    %6:i64 = get a1
    %7:i64 = load.64 [%6] snap 0x80000004(a1 = %1, f0 = %3, f3 = %2, s2 = %4, a4 = %5, a5 = -1, w1 = 5)
             set a1, %7
             set f0, %2
             set f3, %3
             set s2, 0
             set a4, 0
             set a5, 0
             set w1, 0
             exit 0x80000008
--
a1 = 0x7
a4 = 0x80000000
a5 = 0xffffffffffffffff
f0 = 0x4000000000000000
f3 = 0x3ff0000000000000
w1 = 0x5
trap 1 at 0x80000004, vaddr 0x1234
== run and of an atomic, a store and an exit
a1=0x1234 a3=1 a4=9
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a3
    %2:i64 = get a4
    %3:i1  = eq.i64 %1, 2
             exit_if %3, 0x80000080 (a5 = %1, a6 = 4)
  @80000004+4
    %4:i64 = get a1
             store.8 [0x10100], %1 snap 0x80000004(a5 = %2)
             set a5, 1
  @80000008+4
    %5:i64 = amo_add.64.align [%4], %2 snap 0x80000008(a6 = %1, a5 = 0x7777777777777777)
             set a6, %5
             set a5, %5
             exit 0x8000000c
--
a5 = 0x7777777777777777
a6 = 0x1
[0x10100] = 0x1
trap 2 at 0x80000008, vaddr 0x1234
