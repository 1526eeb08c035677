; What tier 2 sees in a region (tcg/opt): how often ops run, which accesses share a stream, where polls are needed.
== region a loop with a stream in, one out, and a table
block 0x80000040 ctx 0x0
             label 0()
             poll 0x80000040
  @80000040+4
    %1:i64 = get a0
    %2:i64 = load.32 [%1]
    %3:i64 = add %1, 4
             set a0, %3
  @80000044+4
    %4:i64 = get a4
    %5:i64 = shadd %4, %2, 2
    %6:i64 = load.32 [%5]
  @80000048+4
    %7:i64 = get a1
             store.32 [%7+8], %6
    %8:i64 = add %7, 4
             set a1, %8
  @8000004c+4
    %9:i64 = get a2
    %10:i1 = ne.i64 %9, %3
             branch %10, 0()
             exit 0x80000050
--
; op 3 weight 8: stream 0
; op 10 weight 8: stream 1
; op 12 weight 8: stream 2
; stream 0 moves by constants weight 8 loads
; stream 1 of one value weight 8 loads
; stream 2 moves by constants weight 8 stores
block 0x80000040 ctx 0x0
             label 0()
             poll 0x80000040
  @80000040+4
    %1:i64 = get a0
    %2:i64 = load.32 [%1]
    %3:i64 = add %1, 4
             set a0, %3
  @80000044+4
    %4:i64 = get a4
    %5:i64 = shadd %4, %2, 2
    %6:i64 = load.32 [%5]
  @80000048+4
    %7:i64 = get a1
             store.32 [%7+8], %6
    %8:i64 = add %7, 4
             set a1, %8
  @8000004c+4
    %9:i64 = get a2
    %10:i1 = ne.i64 %9, %3
             branch %10, 0()
             exit 0x80000050
== region a register that takes turns is no stream, nor is one that a helper may set
block 0x80000040 ctx 0x0
             label 0()
             poll 0x80000040
  @80000040+4
    %1:i64 = get a0
    %2:i64 = load.64 [%1]
    %3:i64 = load.64 [%1+8]
             set a0, %2
  @80000044+4
    %4:i64 = get a4
    %5:i64 = load.64 [%4]
    %6:i1 = ne.i64 %5, 0
             branch %6, 0()
             exit 0x80000048
--
; op 3 weight 8: stream 0
; op 4 weight 8: stream 0
; op 7 weight 8: stream 1
; stream 0 of one value weight 16 loads
; stream 1 moves by constants weight 8 loads
block 0x80000040 ctx 0x0
             label 0()
             poll 0x80000040
  @80000040+4
    %1:i64 = get a0
    %2:i64 = load.64 [%1]
    %3:i64 = load.64 [%1+8]
             set a0, %2
  @80000044+4
    %4:i64 = get a4
    %5:i64 = load.64 [%4]
    %6:i1  = ne.i64 %5, 0
             branch %6, 0()
             exit 0x80000048
== region a poll stands where a loop comes around, and there alone
block 0x80000044 ctx 0x0
             jump 1()
             label 0()
             poll 0x80000040
  @80000040+4
    %1:i64 = get a0
             set a1, %1
             jump 1()
             label 1()
             poll 0x80000044
  @80000044+4
    %2:i64 = get a2
    %3:i64 = add %2, -1
             set a2, %3
    %4:i1 = ne.i64 %3, 0
             branch %4, 0()
             jump 2()
             label 2()
             poll 0x80000048
  @80000048+4
    %5:i64 = get a3
    %6:i1 = ne.i64 %5, 0
             branch %6, 2()
             exit 0x8000004c
--
block 0x80000044 ctx 0x0
             jump 1()
             label 0()
             poll 0x80000040
  @80000040+4
    %1:i64 = get a0
             set a1, %1
             jump 1()
             label 1()
  @80000044+4
    %2:i64 = get a2
    %3:i64 = add %2, -1
             set a2, %3
    %4:i1  = ne.i64 %3, 0
             branch %4, 0()
             jump 2()
             label 2()
             poll 0x80000048
  @80000048+4
    %5:i64 = get a3
    %6:i1  = ne.i64 %5, 0
             branch %6, 2()
             exit 0x8000004c
