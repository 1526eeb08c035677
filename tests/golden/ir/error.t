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
== error a number that is none
block 0x80000000 ctx 0x0
    %1:i64 = add 0xg, 1
             exit 0x80000004
--
line 2: expected ','
== error no such type
block 0x80000000 ctx 0x0
    %1:i65 = get a0
             exit 0x80000004
--
line 2: no such type: i65
== error no such suffix
block 0x80000000 ctx 0x0
    %1:i64 = load.64.swift [0]
             exit 0x80000004
--
line 2: no such suffix: swift
== error a fence of nothing known
block 0x80000000 ctx 0x0
             fence rr xx
             exit 0x80000004
--
line 2: a fence orders rr, rw, wr or ww
== error a comparison without its type
block 0x80000000 ctx 0x0
    %1:i1  = eq 1, 2
             exit 0x80000004
--
line 2: expected the operands' type
== error a helper that does not exist
block 0x80000000 ctx 0x0
             call nobody()
             exit 0x80000004
--
line 2: no such helper: nobody
== error a trap on a condition needs a helper that traps
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i1  = eq.i64 %1, 0
             trap_if mix(%2, %1)
             exit 0x80000004
--
line 7: op 3 (trap_if): a helper that traps
== error a value nobody numbers
block 0x80000000 ctx 0x0
             add 1:i64, 2
             exit 0x80000004
--
line 4: op 2 (add): bad type
== error a value of what makes none
block 0x80000000 ctx 0x0
    %1:i64 = fence rr
             exit 0x80000004
--
line 2: makes no value of that type
== error a displacement too large
block 0x80000000 ctx 0x0
    %1:i64 = load.64 [0+0x100000000]
             exit 0x80000004
--
line 2: displacement too large
== error a label too many
block 0x80000000 ctx 0x0
             label 64()
             exit 0x80000004
--
line 2: labels go up to 63
== error a guest instruction far away
block 0x80000000 ctx 0x0
  @90000000+4
             exit 0x80000004
--
(accepted)
== error a context word too wide
block 0x80000000 ctx 0x100000000
             exit 0x80000004
--
line 1: the context word has 32 bits
== error words behind the ops
block 0x80000000 ctx 0x0
             exit 0x80000004
and more
--
line 3: expected a number
== error the wrong number of arguments
block 0x80000000 ctx 0x0
    %1:i64 = get a0
             jump 0(%1)
             label 0()
             exit 0x80000004
--
line 6: op 1 (jump): wrong number of arguments
== error an argument of another type
block 0x80000000 ctx 0x0
    %1:i32 = get w0
             jump 0(%1)
             label 0(%2:i64)
             set a0, %2
             exit 0x80000004
--
line 7: op 1 (jump): argument 0 is of the wrong type
== error a jump to no label
block 0x80000000 ctx 0x0
             jump 0()
--
line 3: op 0 (jump): no such label
== error a label run into with parameters
block 0x80000000 ctx 0x0
    %1:i64 = get a0
             label 0(%2:i64)
             set a0, %2
             exit 0x80000004
--
line 6: op 1 (label): execution runs into a label with parameters
== error a label bound twice
block 0x80000000 ctx 0x0
             label 0()
             label 0()
             exit 0x80000004
--
line 5: op 1 (label): label out of range or bound twice
== error a float added as an integer
block 0x80000000 ctx 0x0
    %1:f64 = get f0
    %2:f64 = add %1, %1
             set f0, %2
             exit 0x80000004
--
line 6: op 1 (add): bad type
== error an integer divided as a float
block 0x80000000 ctx 0x0
    %1:i64 = get a0
    %2:i64 = fdiv.rne %1, %1
             set a0, %2
             exit 0x80000004
--
line 6: op 1 (fdiv): bad type
== error a cast of another size
block 0x80000000 ctx 0x0
    %1:i64 = get a0
    %2:f32 = bitcast %1
    %3:i64 = box %2
             set a0, %3
             exit 0x80000004
--
line 7: op 1 (bitcast): not a cast between integer and float of one size
== error a box of a double
block 0x80000000 ctx 0x0
    %1:f64 = get f0
    %2:i64 = box %1
             set a0, %2
             exit 0x80000004
--
line 6: op 1 (box): boxes f16 or f32 in i64 or f64 only
== error a double from a box
block 0x80000000 ctx 0x0
    %1:i64 = get a0
    %2:f64 = unbox %1
             set f0, %2
             exit 0x80000004
--
line 6: op 1 (unbox): unboxes f16 or f32 only
== error an extension to a float
block 0x80000000 ctx 0x0
    %1:i64 = get a0
    %2:f64 = sext32 %1
             set f0, %2
             exit 0x80000004
--
line 6: op 1 (sext32): bad type
== error a float as an address
block 0x80000000 ctx 0x0
  @80000000+4
    %1:f64 = get f0
    %2:i64 = load.64 [%1]
             set a0, %2
             exit 0x80000004
--
line 7: op 1 (load): an address is i32 or i64
== error half a double loaded
block 0x80000000 ctx 0x0
  @80000000+4
    %1:f64 = load.32 [0x10000]
             set f0, %1
             exit 0x80000004
--
line 6: op 1 (load): size is not that of the type
== error an atomic operation on floats
block 0x80000000 ctx 0x0
  @80000000+4
    %1:f64 = get f0
    %2:f64 = amo_swap.64 [0x10000], %1
             set f0, %2
             exit 0x80000004
--
line 7: op 2 (amo_swap): atomics are of integers
== error a pending slot beyond the state
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = load.64 [0] snap 0x80000000(slot(0xfff0:i64) = %1)
             set a1, %2
             exit 0x80000004
--
line 7: op 2 (load): pending slot outside of guest state
== error 128 bits
block 0x80000000 ctx 0x0
    %1:i128 = get a0
             exit 0x80000004
--
line 2: the slot is of another type
== error an exit to a float
block 0x80000000 ctx 0x0
    %1:f64 = get f0
             exit_reg %1
--
line 4: op 1 (exit_reg): a vaddr is i32 or i64
== error a store of another type
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
             store.64 [%1], 1:i1
             exit 0x80000004
--
line 6: op 2 (store): access wider than its type
== error fmax that passes a NaN on
block 0x80000000 ctx 0x0
    %1:f64 = get f0
    %2:f64 = fmax.rne.nan.arm %1, %1
             exit 0x80000004
--
line 5: op 1 (fmax): fmin and fmax pass no NaN on
== error an i128 in a slot
block 0x80000000 ctx 0x0
    %1:i128 = pair 1, 2
             set slot(0:i128), %1
             exit 0x80000004
--
line 5: op 3 (set): i128 is made by pair, load and cas only, and has no slots
== error an i128 that is added to
block 0x80000000 ctx 0x0
    %1:i128 = pair 1, 2
    %2:i128 = add %1, %1
             exit 0x80000004
--
line 5: op 3 (add): i128 is made by pair, load and cas only, and has no slots
== error half of what has none
block 0x80000000 ctx 0x0
    %1:i64 = get a0
    %2:i64 = high %1
             exit 0x80000004
--
line 5: op 1 (high): operand 0 is of the wrong type
== error 128 bits in the other order
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i128 = load.128.be [%1]
             exit 0x80000004
--
line 6: op 1 (load): no such access of 128 bits
== error 128 bits added in memory
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i128 = pair %1, %1
    %3:i128 = amo_add.128.align [%1], %2
             exit 0x80000004
--
line 7: op 2 (amo_add): no such access of 128 bits
