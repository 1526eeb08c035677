; What the builder makes of what a translator says. Each case: what is built, --, what is left.
== fold the example of docs/IR.md: a counting loop
block 0x80000040 ctx 0x0
  @80000040+4
    %1:i64 = get a0
    %2:i64 = add %1, -1
             set a0, %2
  @80000044+4
    %3:i64 = get a0
    %4:i1  = ne.i64 %3, 0
             exit_if %4, 0x80000040
             exit 0x80000048
--
block 0x80000040 ctx 0x0
  @80000040+4
    %1:i64 = get a0
    %2:i64 = add %1, -1
             set a0, %2
  @80000044+4
    %3:i1  = ne.i64 %2, 0
             exit_if %3, 0x80000040
             exit 0x80000048
== fold constants: lui and addi
block 0x80000000 ctx 0x0
  @80000000+4
             set a0, 0x12345000
  @80000004+4
    %1:i64 = get a0
    %2:i64 = add %1, 0x678
             set a0, %2
             exit 0x80000008
--
block 0x80000000 ctx 0x0
  @80000000+4
  @80000004+4
             set a0, 0x12345678
             exit 0x80000008
== fold identities
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = add 0, %1
    %3:i64 = xor %2, %2
    %4:i64 = or %3, %2
    %5:i64 = and %4, -1
    %6:i64 = shl %5, 64
    %7:i64 = mul %6, 1
    %8:i64 = divu %7, 1
    %9:i64 = sub %8, %3
             set a1, %9
             exit 0x80000004
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
             set a1, %1
             exit 0x80000004
== fold strength: multiplication, unsigned division and remainder by a power of two
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = mul %1, 8
             set a1, %2
    %3:i64 = divu %1, 16
             set a2, %3
    %4:i64 = remu %1, 16
             set a3, %4
    %5:i64 = divs %1, 16
             set a4, %5
             exit 0x80000004
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = shl %1, 3
             set a1, %2
    %3:i64 = shr %1, 4
             set a2, %3
    %4:i64 = and %1, 15
             set a3, %4
    %5:i64 = divs %1, 16
             set a4, %5
             exit 0x80000004
== fold shift pairs are extensions
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = shl %1, 32
             set a0, %2
  @80000004+4
    %3:i64 = get a0
    %4:i64 = shr %3, 32
             set a0, %4
    %5:i64 = shl %1, 56
    %6:i64 = sar %5, 56
             set a1, %6
    %7:i64 = and %1, 0xffff
             set a2, %7
             exit 0x80000008
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
  @80000004+4
    %2:i64 = zext32 %1
             set a0, %2
    %3:i64 = sext8 %1
             set a1, %3
    %4:i64 = zext16 %1
             set a2, %4
             exit 0x80000008
== fold shift pairs that scale an index of 32 bits
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = shl %1, 32
    %3:i64 = shr %2, 30
    %4:i64 = get a1
    %5:i64 = add %3, %4
             set a2, %5
    %6:i64 = sar %2, 29
             set a3, %6
    %7:i64 = shr %2, 28
             set a4, %7
             exit 0x80000004
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = shl %1, 32
    %3:i64 = zext32 %1
    %4:i64 = get a1
    %5:i64 = shadd %4, %3, 2
             set a2, %5
    %6:i64 = sext32 %1
    %7:i64 = shl %6, 3
             set a3, %7
    %8:i64 = shr %2, 28
             set a4, %8
             exit 0x80000004
== fold an extension of what is extended already
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = load.32s [%1]
    %3:i64 = sext32 %2
             set a1, %3
    %4:i64 = load.8 [%1+4]
    %5:i64 = zext32 %4
    %6:i64 = and %5, 0xfff
             set a2, %6
    %7:i32 = add %1, %2
    %8:i64 = sext32 %7
    %9:i64 = sext32 %8
             set a3, %9
             exit 0x80000004
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = load.32s [%1]
             set a1, %2
    %3:i64 = load.8 [%1+4]
             set a2, %3
    %4:i32 = add %1, %2
    %5:i64 = sext32 %4
             set a3, %5
             exit 0x80000004
== fold sext.w is an addition of 0
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i32 = add %1, 0
    %3:i64 = sext32 %2
             set a0, %3
             exit 0x80000004
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = sext32 %1
             set a0, %2
             exit 0x80000004
== fold slt and a branch on it
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = get a1
    %3:i1  = ltu.i64 %1, %2
    %4:i64 = bool %3
             set a2, %4
  @80000004+4
    %5:i64 = get a2
    %6:i1  = eq.i64 %5, 0
             exit_if %6, 0x80000010
             exit 0x80000008
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = get a1
    %3:i1  = ltu.i64 %1, %2
    %4:i64 = bool %3
             set a2, %4
  @80000004+4
    %5:i1  = geu.i64 %1, %2
             exit_if %5, 0x80000010
             exit 0x80000008
== fold comparisons with constants on the left, and with 1
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i1  = lts.i64 7, %1
             exit_if %2, 0x80000010
    %3:i1  = ltu.i64 %1, 1
             exit_if %3, 0x80000014
    %4:i1  = geu.i64 %1, 0
             exit_if %4, 0x80000018
             exit 0x80000004
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i1  = ges.i64 %1, 8
             exit_if %2, 0x80000010
    %3:i1  = eq.i64 %1, 0
             exit_if %3, 0x80000014
             exit 0x80000018
== fold addresses take constants, unless the sum lives in a register anyway
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = add %1, 16
    %3:i64 = load.64 [%2+8]
             set a1, %3
  @80000004+4
    %4:i64 = add %1, 32
             set a0, %4
    %5:i64 = load.64 [%4+8]
             set a2, %5
    %6:i64 = pcrel 0x80001000
    %7:i64 = load.64 [%6+24]
             set a3, %7
             exit 0x80000008
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = load.64 [%1+24]
             set a1, %2
  @80000004+4
    %3:i64 = add %1, 32
             set a0, %3
    %4:i64 = load.64 [%3+8]
             set a2, %4
    %5:i64 = pcrel 0x80001018
    %6:i64 = load.64 [%5]
             set a3, %6
             exit 0x80000008
== fold a SET that is overwritten before anybody can look is dead
block 0x80000000 ctx 0x0
  @80000000+4
             set a0, 1
             set a0, 2
  @80000004+4
    %1:i64 = load.64 [0x10000]
             set a0, 3
    %2:i64 = call peek(0)
             set a0, %2
             exit 0x80000008
--
block 0x80000000 ctx 0x0
  @80000000+4
             set a0, 2
  @80000004+4
    %1:i64 = load.64 [65536]
             set a0, 3
    %2:i64 = call peek(0)
             set a0, %2
             exit 0x80000008
== fold helpers: the pure go, those that write state make slots unknown
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = call mix(1, 2, 3)
    %2:i64 = get a0
             call poke(1, %2, 3)
    %3:i64 = get a0
             set a1, %3
             exit 0x80000004
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
             call poke(1, %1, 3)
    %2:i64 = get a0
             set a1, %2
             exit 0x80000004
== fold overlapping slots: the low half is known, a smaller SET makes the whole unknown
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
             set q0, %1
    %2:i32 = get w0
    %3:i64 = sext32 %2
             set a1, %3
             set w1, 5
    %4:i64 = get q0
             set a2, %4
    %5:i32 = get w1
             set w2, %5
             exit 0x80000004
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
             set q0, %1
    %2:i64 = sext32 %1
             set a1, %2
             set w1, 5
    %3:i64 = get q0
             set a2, %3
    %4:i32 = get w1
             set w2, %4
             exit 0x80000004
== fold floating point keeps flags: an unused result stays, a cast to and fro does not
block 0x80000000 ctx 0x0
  @80000000+4
    %1:f64 = get f0
    %2:f64 = fadd.dyn %1, %1
    %3:i64 = bitcast %1
    %4:f64 = bitcast %3
             set f1, %4
    %5:f32 = get s2
    %6:i64 = box %5
    %7:f32 = unbox %6
             set s3, %7
             exit 0x80000004
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:f64 = get f0
    %2:f64 = fadd.dyn %1, %1
             set f1, %1
    %3:f32 = get s2
             set s3, %3
             exit 0x80000004
== fold select and branches with known conditions; what cannot be reached goes
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = select %1, 7, 1
    %3:i1  = eq.i64 %1, 3
    %4:i64 = select 1, 0, %3
             set a1, %4
             branch 0, 0()
             set a2, %2
             branch 1, 0()
             set a3, 9
             label 0()
             exit_if 1, 0x80000020
             set a4, 9
             exit 0x80000004
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i1  = eq.i64 %1, 3
    %3:i64 = bool %2
             set a1, %3
             set a2, %1
             jump 0()
             label 0()
             exit 0x80000020
== fold rotations made of two shifts, of 32 bits as RV64 without Zbb writes them
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i32 = shr %1, 25
    %3:i64 = sext32 %2
             set a1, %3
  @80000004+4
    %4:i32 = shl %1, 7
    %5:i64 = sext32 %4
             set a0, %5
  @80000008+4
    %6:i64 = or %3, %5
             set a0, %6
    %7:i64 = shl %1, 3
    %8:i64 = shr %1, 61
    %9:i64 = xor %7, %8
             set a1, %9
             exit 0x8000000c
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
  @80000004+4
  @80000008+4
    %2:i32 = rotr %1, 25
    %3:i64 = sext32 %2
             set a0, %3
    %4:i64 = rotr %1, 61
             set a1, %4
             exit 0x8000000c
== fold sign extensions that nobody needs go; a shift and an addition are one op
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = get a1
    %3:i32 = add %1, %2
    %4:i64 = sext32 %3
             set a0, %4
  @80000004+4
    %5:i32 = sub %4, %2
    %6:i64 = sext32 %5
             set a0, %6
  @80000008+4
    %7:i64 = shl %6, 3
             set a2, %7
  @8000000c+4
    %8:i64 = add %7, %2
             set a2, %8
    %9:i64 = load.64 [%8+8]
             set a3, %9
             exit 0x80000010
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = get a1
    %3:i32 = add %1, %2
  @80000004+4
    %4:i32 = sub %3, %2
    %5:i64 = sext32 %4
             set a0, %5
  @80000008+4
  @8000000c+4
    %6:i64 = shadd %2, %5, 3
             set a2, %6
    %7:i64 = load.64 [%6+8]
             set a3, %7
             exit 0x80000010
== fold what a slot still needs stays
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = get a1
    %3:i32 = add %1, %2
    %4:i64 = sext32 %3
             set a0, %4
  @80000004+4
    %5:i32 = sub %4, %2
    %6:i64 = sext32 %5
             set a1, %6
  @80000008+4
    %7:i64 = shl %1, 3
             set a2, %7
  @8000000c+4
    %8:i64 = add %7, %2
             set a3, %8
             exit 0x80000010
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = get a1
    %3:i32 = add %1, %2
    %4:i64 = sext32 %3
             set a0, %4
  @80000004+4
    %5:i32 = sub %4, %2
    %6:i64 = sext32 %5
             set a1, %6
  @80000008+4
    %7:i64 = shl %1, 3
             set a2, %7
  @8000000c+4
    %8:i64 = add %7, %2
             set a3, %8
             exit 0x80000010
== fold what was known of a slot is not known behind a tally
block 0x80000000 ctx 0x0
  @80000000+4
             set a3, 5
             set a4, 6
             tally a3, 1
    %1:i64 = get a3
    %2:i64 = get a4
    %3:i64 = add %1, %2
             set a5, %3
             set a3, 7
             tally a3, 1
             exit 0x80000004
--
block 0x80000000 ctx 0x0
  @80000000+4
             set a3, 5
             set a4, 6
             tally a3, 1
    %1:i64 = get a3
    %2:i64 = add %1, 6
             set a5, %2
             set a3, 7
             tally a3, 1
             exit 0x80000004
== fold halves of a pair
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = get a1
    %3:i128 = pair %1, %2
    %4:i64 = low %3
    %5:i64 = high %3
             set a2, %5
             set a3, %4
             exit 0x80000004
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = get a1
             set a2, %2
             set a3, %1
             exit 0x80000004
== fold leading zeros of what is reversed are trailing zeros
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = brev8 %1
    %3:i64 = bswap %2
    %4:i64 = clz %3
             set a1, %4
    %5:i32 = brev8 %1
    %6:i32 = bswap %5
    %7:i32 = clz %6
    %8:i64 = zext32 %7
             set a2, %8
    %9:i32 = bswap %2
    %10:i32 = clz %9
    %11:i64 = zext32 %10
             set a3, %11
             exit 0x80000004
--
block 0x80000000 ctx 0x0
  @80000000+4
    %1:i64 = get a0
    %2:i64 = brev8 %1
    %3:i64 = ctz %1
             set a1, %3
    %4:i32 = ctz %1
    %5:i64 = zext32 %4
             set a2, %5
    %6:i32 = bswap %2
    %7:i32 = clz %6
    %8:i64 = zext32 %7
             set a3, %8
             exit 0x80000004
