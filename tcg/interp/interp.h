// SPDX-License-Identifier: MIT
// The IR interpreter: the oracle every test compares with, the engine for hosts without executable memory,
// and the fallback for ops that a backend has no emitter for.
#pragma once
#include "tcg/run/vcpu.h"

// What running a block needs of it: an IrBlock where it lies, or a copy in one piece of memory no larger than it has to be.
typedef struct InterpBlock {
    const IrNames *names;
    const IrOp *ops;
    const IrSnap *snaps;
    const IrPending *pending;
    const IrRef *args;
} InterpBlock;
InterpBlock interp_view(const IrBlock *b);
size_t interp_size(const IrBlock *b);                         // bytes of a copy
InterpBlock *interp_copy(void *memory, const IrBlock *b);     // 8-byte aligned

// Runs one block at v->vpage with exactly the semantics of translated code; sets v->pc unless it trapped
// (v->trap).
void interp_run(Vcpu *v, const InterpBlock *b);
// One pure op on raw operands (floats as bits); the result zero-extended. Rounding and flags through
// v->fp_rm, v->fp_flags.
uint64_t interp_eval(Vcpu *v, const IrOp *op, uint64_t a, uint64_t b, uint64_t c);
// The same of 128 bits, in place: Vcpu.scratch holds a, b and c, low and high each, and gets the result; [6] is the op's address.
void interp_eval_scratch(Vcpu *v);
