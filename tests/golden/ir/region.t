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
             jump 1()
             label 1()
             exit 0x80000050
--
; loop 0: label 0, a strip
; stream 0: loads, weight 8, loop 0, bytes 0 to 4, step 4
; stream 1: loads, weight 8, of one value
; stream 2: stores, weight 8, loop 0, bytes 8 to 12, step 4
; op 3: stream 0
; op 10: stream 1
; op 12: stream 2
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
             jump 1()
             label 1()
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
; stream 0: loads, weight 16, of one value
; stream 1: loads, weight 8, its slot moves by constants
; op 3: stream 0
; op 4: stream 0
; op 7: stream 1
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
== region a loop that goes down, its load behind the step, and a branch out of it
block 0x80000040 ctx 0x0
             label 0()
             poll 0x80000040
  @80000040+4
    %1:i64 = get a0
    %2:i64 = add %1, -8
             set a0, %2
  @80000044+4
    %3:i64 = load.64 [%2+-4]
    %4:i1 = eq.i64 %3, 0
             branch %4, 1()
  @80000048+4
    %5:i64 = get a1
    %6:i1 = ne.i64 %5, %2
             branch %6, 0()
             jump 1()
             label 1()
             exit 0x8000004c
--
; loop 0: label 0, a strip
; stream 0: loads, weight 8, loop 0, bytes -12 to -4, step -8
; op 6: stream 0
block 0x80000040 ctx 0x0
             label 0()
             poll 0x80000040
  @80000040+4
    %1:i64 = get a0
    %2:i64 = add %1, -8
             set a0, %2
  @80000044+4
    %3:i64 = load.64 [%2-4]
    %4:i1  = eq.i64 %3, 0
             branch %4, 1()
  @80000048+4
    %5:i64 = get a1
    %6:i1  = ne.i64 %5, %2
             branch %6, 0()
             jump 1()
             label 1()
             exit 0x8000004c
== region no strip: a slot that is read again behind its step, a helper, a value that outlives the loop
block 0x80000040 ctx 0x0
             label 0()
             poll 0x80000040
  @80000040+4
    %1:i64 = get a0
    %2:i64 = add %1, 8
             set a0, %2
    %3:i64 = get a0
    %4:i64 = load.64 [%3]
    %5:i1 = ne.i64 %4, 0
             branch %5, 0()
             jump 1()
             label 1()
             poll 0x80000044
  @80000044+4
    %6:i64 = get a1
    %7:i64 = load.64 [%6]
    %8:i64 = add %6, 8
             set a1, %8
    %9:i64 = call poke(%7, %7, %7)
    %10:i1 = ne.i64 %7, 0
             branch %10, 1()
             jump 2()
             label 2()
             poll 0x80000048
  @80000048+4
    %11:i64 = get a2
    %12:i64 = load.64 [%11]
    %13:i64 = add %11, 8
             set a2, %13
    %14:i1 = ne.i64 %12, 0
             branch %14, 2()
             set a3, %12
             exit 0x8000004c
--
; loop 0: label 0
; stream 0: loads, weight 8, of one value
; stream 1: loads, weight 8, of one value
; stream 2: loads, weight 8, of one value
; op 7: stream 0
; op 15: stream 1
; op 27: stream 2
block 0x80000040 ctx 0x0
             label 0()
             poll 0x80000040
  @80000040+4
    %1:i64 = get a0
    %2:i64 = add %1, 8
             set a0, %2
    %3:i64 = get a0
    %4:i64 = load.64 [%3]
    %5:i1  = ne.i64 %4, 0
             branch %5, 0()
             jump 1()
             label 1()
             poll 0x80000044
  @80000044+4
    %6:i64 = get a1
    %7:i64 = load.64 [%6]
    %8:i64 = add %6, 8
             set a1, %8
    %9:i64 = call poke(%7, %7, %7)
    %10:i1 = ne.i64 %7, 0
             branch %10, 1()
             jump 2()
             label 2()
             poll 0x80000048
  @80000048+4
    %11:i64 = get a2
    %12:i64 = load.64 [%11]
    %13:i64 = add %11, 8
             set a2, %13
    %14:i1 = ne.i64 %12, 0
             branch %14, 2()
             set a3, %12
             exit 0x8000004c
