// SPDX-License-Identifier: MIT
// A guest that exists only for tests of the IR: a few registers of each kind, some overlapping, 16 KiB of
// RAM, a page of I/O, helpers of each effect. Its "instructions" are whatever IrBlock the test hands over, so
// the same block can be interpreted, folded, compiled and compared.
#pragma once
#include "tcg/run/engine.h"

enum { IRG_RAM = 0x10000, IRG_RAM_SIZE = 0x4000, IRG_IO = 0x20000, IRG_CODE = 0x80000000u, IRG_NA = 8, IRG_NF = 4 };
enum { IRG_TRAP_FAULT = 1, IRG_TRAP_ALIGN, IRG_TRAP_HELPER };

// What a block can change, and so what two runs of it are compared by.
typedef struct IrgState {
    uint64_t a[IRG_NA];       // a0 ..; the first three pinned
    uint64_t f[IRG_NF];       // f0 .. as f64, s0 .. (the low halves) as f32
    uint32_t w[4];            // w0 .. as i32; q0 (i64) covers w0 and w1
    uint64_t trap;            // a trap ended the run
    uint64_t trap_pc, trap_vaddr, trap_cause, trap_retired;
    uint64_t io;              // hash of all I/O
    uint64_t helper;          // hash of all helper calls
    uint8_t *ram;             // wiring from here on
    const IrBlock *block;
} IrgState;

extern const Guest irg_guest;
extern const IrNames irg_names;

typedef struct IrgMachine {
    Engine *engine;
    Vcpu *v;
    IrgState *s;
} IrgMachine;

IrgMachine irg_new(bool interpret);
void irg_free(IrgMachine *m);
// Registers and RAM from a seed, the same for the same seed.
void irg_fill(IrgMachine *m, uint64_t seed);
void irg_interpret(IrgMachine *m, const IrBlock *b); // straight: interp_run
void irg_run(IrgMachine *m, const IrBlock *b);       // the whole way: through the builder, the engine and its backend
// NULL, or what differs (static buffer).
const char *irg_differs(const IrgMachine *x, const IrgMachine *y);

// Builds the same block through the folding constructors (irfold.c).
void irg_refold(IrBuild *k, const IrBlock *in);
void irg_fold(IrBlock *out, const IrBlock *in);
void irg_pend(IrBlock *b); // what opt_pending makes of a folded block, if the host has the guest's pins in registers
// A random well-formed block (irgen.c), unfolded. LOOPS: local control flow too; OVERLAPS: integer slots that
// overlap others; REGIONS: it is compiled as a region, and has loops as tier 2 likes them.
enum { IRG_LOOPS = 1, IRG_OVERLAPS = 2, IRG_REGIONS = 4 };
void irg_random(IrBlock *out, uint64_t seed, unsigned insns, unsigned kinds);
uint64_t irg_next(uint64_t *seed); // splitmix64
