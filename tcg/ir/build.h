// SPDX-License-Identifier: MIT
// Building IR: typed constructors that fold constants, apply algebraic rules and forward SETs to GETs as they
// go. Translators use these through their guest's vocabulary (cpu/<guest>/trans.h).
#pragma once
#include "tcg/ir/ir.h"

// What is known of guest state, in granules of 4 bytes; slots beyond these bytes of the state struct, or not
// 4-aligned, are simply not forwarded. Entries of an epoch that is past mean nothing, so that forgetting all is
// beginning a new one.
typedef struct IrKnown {
    IrRef value;   // newest value of the slot that starts here
    uint8_t type;  // the slot's type
    uint8_t back;  // nonzero: inside the slot that starts this many granules before; or KNOWN_WIDE
    uint32_t epoch;
} IrKnown;
enum { KNOWN_WIDE = 0x80 }; // the value is wider than the slot, or its cast

enum { IR_MAX_HEADS = 24 };

typedef struct IrBuild {
    IrBlock *b;
    uint32_t epoch;          // never 0 in a block
    IrRef consts[32];        // recent constants by hash; self-validating, of former blocks too
    unsigned first_flow, last_label; // op indices: values made between them are out of reach
    uint16_t snap;           // snapshot of the current instruction
    uint16_t counter, meter; // slots that count retired instructions, or IR_NO_SLOT
    uint16_t retired;        // instructions before the current one that no TALLY has added yet
    bool counts;             // the current one is still to be added
    unsigned end;            // ops up to and with the first END, if `ended`
    bool ended;              // an END op was built
    bool needs_next;         // Guest.translate met an instruction that ends in the next page, which it was not given
    bool full;               // no room for another instruction: end the block
    unsigned nheads;         // of a region, see ir_region
    int32_t head[IR_MAX_HEADS], stop, next; // stop: where the present block ends at the latest; next: the pc behind the present instruction
    uint8_t head_label[IR_MAX_HEADS];
    int at_head;             // the present block's
    IrKnown known[IR_FORWARD_BYTES / 4];
} IrBuild;

#define IR_NO_SLOT 0xffff

// Regions: several blocks of one page in one IrBlock, each under a label of its own. ir_region, behind ir_begin, names the pcs where they
// begin; exits to one of those become jumps to its label, and the instruction before one is the last of its block. The block's own pc,
// where the region is entered, is one of them. ir_head begins each, in ascending order; it starts at IrBlock.pc and ends at `stop`, if not before.
void ir_region(IrBuild *k, const int32_t *pcs, unsigned n); // ascending
void ir_head(IrBuild *k, unsigned i, int32_t stop);

// The builder's constructors may be called with any operands; what follows an END op is dropped by ir_finish.
void ir_begin(IrBuild *k, IrBlock *b, const IrNames *names, uint64_t vpage, int32_t pc, uint32_t ctx);
void ir_insn(IrBuild *k, int32_t pc, unsigned length); // a guest instruction starts
void ir_finish(IrBuild *k);                            // dead code away; the block is ready for a backend

// Counting retired instructions: called behind ir_begin, it makes every exit of the block add to the slot what has retired since the
// last one, and every snapshot tell how many are not added yet (vcpu_retired). An instruction's EXIT_IF is the last it does. The guest's
// own counter and the engine's (tcg/run/meter.h) are two slots, which are told the same.
void ir_count_in(IrBuild *k, uint16_t slot);
void ir_meter_in(IrBuild *k, uint16_t slot);
void ir_count_now(IrBuild *k);     // the slot is exact for whoever looks at it in this instruction
void ir_count_not(IrBuild *k);     // this instruction is not to be added: it is done again, or sets the counter itself
IrRef ir_clock(IrBuild *k, int64_t tick_ns); // see OP_CLOCK
void ir_tally(IrBuild *k, uint16_t slot, IrRef n); // the op itself

IrRef ir_const(IrBuild *k, IrType t, int64_t v);
IrRef ir_pcrel(IrBuild *k, IrType t, int64_t offset);
IrRef ir_get(IrBuild *k, IrType t, uint16_t slot);
void ir_set(IrBuild *k, IrType t, uint16_t slot, IrRef v);
IrRef ir_un(IrBuild *k, IrOpcode op, IrType t, IrRef a);
IrRef ir_bin(IrBuild *k, IrOpcode op, IrType t, IrRef a, IrRef b);       // integer VALUE and CMP ops
IrRef ir_select(IrBuild *k, IrType t, IrRef cond, IrRef a, IrRef b);
// FP, FCMP and FTOI ops; IR_NONE for operands they do not have.
IrRef ir_fp(IrBuild *k, IrOpcode op, IrType t, unsigned fpop, IrRef a, IrRef b, IrRef c);
IrRef ir_load(IrBuild *k, IrType t, unsigned memop, IrRef base, int32_t disp);
void ir_store(IrBuild *k, IrType t, unsigned memop, IrRef base, int32_t disp, IrRef v);
IrRef ir_amo(IrBuild *k, IrOpcode op, IrType t, unsigned memop, IrRef base, IrRef b, IrRef c); // AMO_*, CAS
IrRef ir_pair(IrBuild *k, IrRef low, IrRef high);     // an i128; its halves by ir_un (OP_LOW, OP_HIGH)
IrRef ir_vec(IrBuild *k, IrOpcode op, unsigned imm, IrRef a, IrRef b, IrRef c); // an op that makes a v128
void ir_fence(IrBuild *k, unsigned kinds);
// A C helper: forgets forwarded slots if it writes state. Returns IR_NONE for a void helper. t: the result's
// type.
IrRef ir_call(IrBuild *k, IrType t, unsigned helper, IrRef a, IrRef b, IrRef c);
void ir_trap_if(IrBuild *k, IrRef cond, unsigned helper, IrRef arg); // if cond: a helper that always traps
void ir_exit(IrBuild *k, int64_t target);
void ir_exit_call(IrBuild *k, int64_t target, int64_t ret); // direct call; ret: where it returns to
void ir_exit_if(IrBuild *k, IrRef cond, int64_t target);
void ir_exit_reg(IrBuild *k, IrRef vaddr, unsigned hint, int64_t ret, unsigned landing);
void ir_exit_sync(IrBuild *k, int64_t target);
void ir_exit_done(IrBuild *k);
void ir_poll(IrBuild *k, int64_t here);                // leaves to `here`, which is where it stands, if there is a request
// Local blocks: a value used behind a LABEL was made behind it too, or is a parameter of it, or was made before
// the block's first BRANCH, JUMP or LABEL (and so on every path).
unsigned ir_label_new(IrBuild *k);
void ir_label(IrBuild *k, unsigned label, IrType t, IrRef *params, unsigned n); // binds it; fills params
void ir_jump(IrBuild *k, unsigned label, const IrRef *args, unsigned n);
void ir_branch(IrBuild *k, IrRef cond, unsigned label, const IrRef *args, unsigned n);
