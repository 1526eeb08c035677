; Texts that are refused, and what is said of them.
== error no block
set a0, 1
--
line 1: expected a block
== error a value from nowhere
block 0x80000000 ctx 0x0
             set a0, %1
--
line 2: value is not made before
== error a slot that does not exist
block 0x80000000 ctx 0x0
    %1:i64 = get pc
--
line 2: no such slot: pc
== error an operand narrower than the op
block 0x80000000 ctx 0x0
    %1:i32 = get w0
    %2:i64 = add %1, 1
             set a0, %2
             exit 0x80000000
--
line 6: op 2 (add): operand 0 is of the wrong type
== error nothing ends the block
block 0x80000000 ctx 0x0
             set a0, 1
--
line 3: op 1 (set): execution runs off the end
== error ops behind the end
block 0x80000000 ctx 0x0
             exit 0x80000000
             set a0, 1
--
line 4: op 2 (set): cannot be reached
== error a value of another path
block 0x80000000 ctx 0x0
    %1:i1  = eq.i64 1, 2
             branch %1, 0()
    %2:i64 = get a0
             label 0()
             set a1, %2
             exit 0x80000000
--
line 8: op 6 (set): operand 4 was made in another local block
== error a jump with too few arguments
block 0x80000000 ctx 0x0
             jump 0()
             label 0(%1:i64)
             exit 0x80000000
--
line 5: op 0 (jump): wrong number of arguments
== error memory ops belong to an instruction
block 0x80000000 ctx 0x0
    %1:i64 = load.64 [0]
             exit 0x80000000
--
line 2: no guest instruction yet
== error a size the type does not hold
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i32 = load.64 [0]
             exit 0x80000000
--
line 5: op 1 (load): access wider than its type
== error an exit too far away
block 0x80000000 ctx 0x0
             exit 0x1000000000000
--
line 2: address too far from the block
== error a slot outside of guest state
block 0x80000000 ctx 0x0
             set slot(0x1000:i64), 1
             exit 0x80000000
--
line 4: op 1 (set): slot outside of guest state, or smaller than 4 bytes
== error a constant too wide
block 0x80000000 ctx 0x0
             set w0, 0x100000000
             exit 0x80000000
--
line 2: constant does not fit its type
== error a pure number
block 0x80000000 ctx 0x0
    %99999:i64 = get a0
--
line 2: value numbers go up to 4095
== error a counter of 32 bits
block 0x80000000 ctx 0x0
             tally w0, 1
             exit 0x80000000
--
line 4: op 1 (tally): counters are i64
== error a snapshot far away
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = load.64 [0] snap 0x80010000()
             exit 0x80000000
--
line 5: op 1 (load): snapshot of a pc outside of the block
== error more retired than a block has room for
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = load.64 [0] retired 65536
             exit 0x80000000
--
line 3: a block retires no more than 65535
