// SPDX-License-Identifier: MIT
// The intermediate representation: typed SSA in one flat array of 16-byte ops.
//
// An IrBlock is the translation of a run of guest instructions inside one guest page. A value is the index of
// the op that makes it (IrRef). Guest state is slots: byte ranges of the guest's state struct, named by its
// field table; GET and SET move values between slots and SSA. The program order of SET ops *is* the guest
// state: at any op, the state is what the SETs before it made of it. A pass may drop a SET that a later one
// overwrites only by recording the pending value at the ops in between that may leave (tcg/opt/pending.c).
//
// Position independence: no vaddr is ever embedded. PCREL, EXIT and snapshots count from the vaddr of the
// page that holds the block (`Vcpu.vpage` at run time), since one translation serves every mapping of its
// physical page. IrBlock.vpage is for printing.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tcg/fp/fp.h"

typedef uint16_t IrRef;
#define IR_NONE ((IrRef)0xffff)
#define IR_MAX_OPS 4096 // the last is never made: IR_NONE's low bits name its place in `use`
#define IR_MAX_INSNS 512
#define IR_MAX_TICK 1000000000 // of CLOCK
#define IR_MAX_LABELS 64
#define IR_FORWARD_BYTES 4096 // of guest state, which SETs and GETs are followed in
#define IR_MAX_ARGS 256

typedef enum IrType { T_VOID, T_I1, T_I32, T_I64, T_I128, T_F16, T_F32, T_F64, T_V128 } IrType;

typedef enum IrOpcode {
#define OP(NAME, ...) OP_##NAME,
#include "tcg/ir/op.def"
#undef OP
    OP_COUNT
} IrOpcode;

typedef enum IrKind { // which members of IrOp an op uses, and how it is printed
    KIND_VALUE, KIND_CMP, KIND_CONST, KIND_PARAM, KIND_SLOT, KIND_MEM, KIND_FP, KIND_FCMP, KIND_FTOI,
    KIND_VEC, KIND_VFP, KIND_CALL, KIND_EXIT, KIND_EXITR, KIND_LABEL, KIND_JUMP,
} IrKind;

enum { FX_PURE = 0, FX_READ = 1, FX_WRITE = 2, FX_LEAVE = 4, FX_END = 8, FX_STICKY = 16 };

typedef struct IrOpInfo { // small: every walk asks it of every op
    uint8_t kind, operands, effects;
    uint8_t result; // IrType of the value it makes, or IR_AS_TYPE: that of IrOp.type
} IrOpInfo;
enum { IR_AS_TYPE = 0xff };
extern const IrOpInfo ir_op_info[OP_COUNT];
extern const char *const ir_op_name[OP_COUNT];

// MemOp: everything about an access but its address; 16 bits.
enum {
    MO_8 = 0, MO_16 = 1, MO_32 = 2, MO_64 = 3, MO_128 = 4, MO_SIZE = 7, // log2 of the bytes
    MO_SIGN = 1 << 3,                                                 // sign-extend to the op's type
    MO_BE = 1 << 4,                                                   // big-endian
    MO_ALIGN = 1 << 5,                                                // misaligned addresses trap
    MO_ATOMIC = 1 << 6,                                               // single-copy atomic even across...
    MO_ACQ = 1 << 7, MO_REL = 1 << 8,                                 // ordering
    MO_MMU_SHIFT = 10,                                                // 3 bits: privilege index, 0 = current
};

enum { FENCE_RR = 1, FENCE_RW = 2, FENCE_WR = 4, FENCE_WW = 8 };

// FpOp, in imm: the floating point policy of one op. Rounding is FP_RNE .. FP_RTO of fp.h, or dynamic.
enum {
    FP_DYN = 7, FP_RM = 7,     // DYN: the mode set at run time (the host's MXCSR, or Vcpu.fp_rm)
    FP_NAN_PROPAGATE = 1 << 3, // else the default NaN
    FP_QUIET = 1 << 4,         // comparison raises NV for signalling NaNs only
    FP_ARM = 1 << 5,           // tininess before rounding, NaN converts to integer 0; else as RISC-V (FP_POLICY_ARM of fp.h)
    FP_EXACT = 1 << 6,         // FROUND raises NX
};

// VecOp, in imm: log2 of the lane's bytes, and n; of VFP ops FpOp, and the lane (2 or 3) from bit 8 on.
#define VEC_LANE(imm) ((unsigned)(imm) & 3)
#define VEC_N(imm) ((unsigned)((imm) >> 8 & 0xff))
#define VEC_OP(lane, n) ((unsigned)(lane) | (unsigned)(n) << 8)
#define VFP_LANE(imm) ((unsigned)((imm) >> 8 & 3))
#define VFP_OP(lane, fpop) ((unsigned)(lane) << 8 | (fpop))

enum { EXIT_HINT_JUMP, EXIT_HINT_CALL, EXIT_HINT_RETURN };
enum { MAX_LANDING = 3 };

typedef struct IrOp {
    uint8_t op;     // IrOpcode
    uint8_t type;   // IrType
    IrRef a, b, c;  // operands
    union {
        // CONST: the value (i32 sign-extended; floats raw, zero-extended); SLOT: byte offset; FP: FpOp;
        // BOX: the operand's IrType; other VALUE ops: the builder's note that a SET took it
        int64_t imm;
        struct { int32_t disp; uint16_t memop, snap; };    // MEM
        struct { uint16_t helper, hsnap; uint32_t hpad; }; // CALL: index in Guest.helpers
        // EXIT, EXITR: offsets from vpage; ret: where a call (hint CALL) will return to; landing: Guest.lands, 0 to MAX_LANDING.
        // EXIT_IF: its pending pairs instead of these two
        struct { int32_t target; union { int16_t ret; uint16_t first; }; uint8_t hint; union { uint8_t landing, n; }; };
        struct { uint16_t label, args, nargs, jpad; };     // LABEL, JUMP: args index IrBlock.args
    };
} IrOp;
_Static_assert(sizeof(IrOp) == 16, "an op is 16 bytes");

// Where exact guest state is, should the op leave: pc, and slots whose value has not been SET yet.
typedef struct IrSnap {
    int32_t pc;          // offset of the guest instruction from vpage
    uint16_t first, n;   // pending pairs in IrBlock.pending
    uint16_t retired;    // instructions that no TALLY has added yet; 0 where nothing counts
    uint16_t pad[3];     // 16 bytes: quick to index
} IrSnap;
typedef struct IrPending {
    uint16_t slot;
    IrRef value;
} IrPending;

// A named byte range of guest state, from the guest's field table.
typedef struct IrSlot {
    const char *name;
    uint16_t offset;
    uint8_t type; // IrType
} IrSlot;

typedef struct Helper Helper; // tcg/run/guest.h
typedef struct IrNames {      // what print and parse need to know of a guest
    const IrSlot *slots;
    unsigned nslots;
    const Helper *helpers;
    unsigned nhelpers;
} IrNames;

// One guest instruction's place in the op array, for printing, profiling and precise pcs.
typedef struct IrInsn {
    int32_t pc;      // offset from vpage
    uint16_t first;  // its first op
    uint8_t length;  // bytes
} IrInsn;

// What the walk backwards over a finished block (ir_finish, ir_count_uses) learns of a value, and of an access.
typedef struct IrUse {
    uint16_t uses, last;    // operands that name it; the last op that does, 0: none
    uint16_t access;        // the first access off it; 0: none
    uint16_t next;          // of a LOAD or STORE: the next one off the same base; 0: none
    uint16_t barrier;       // ... the first op behind it that is a CALL or local control flow
    uint16_t exits;         // ... how many EXIT_IFs and TRAP_IFs are behind it
    uint16_t whole;         // finish.c's own
    uint16_t pad;           // 16 bytes: cleared in one store
} IrUse;

// Never zeroed as a whole (it is large and reused): only the counted parts of the arrays are meaningful.
typedef struct IrBlock {
    uint64_t vpage;          // printing only
    int32_t pc;              // offset of the first instruction
    uint32_t bytes;          // guest bytes covered, from pc on
    uint32_t ctx;            // context word it was translated under
    bool unlinked;           // its direct exits must be looked up each time, never linked
    bool region;             // of tier 2: ir_region
    bool loops;              // it may exit to its own start (this and `lines` are told by ir_finish and ir_count_uses)
    uint64_t again[IR_FORWARD_BYTES / 8 / 64]; // a bit for each 8 bytes of guest state that were SET once more: what may become pending
    uint64_t lines;          // a bit for each 64 bytes of guest state that SLOT ops name; those beyond 4096 come around
    const IrNames *names;
    unsigned nops, nsnaps, npending, ninsns, nargs, nlabels;
    IrOp ops[IR_MAX_OPS];
    IrUse use[IR_MAX_OPS];
    IrSnap snaps[IR_MAX_OPS];
    IrPending pending[IR_MAX_OPS];
    IrInsn insns[IR_MAX_INSNS];
    IrRef args[IR_MAX_ARGS];
} IrBlock;

static inline bool ir_is_const(const IrBlock *b, IrRef r) { return r != IR_NONE && b->ops[r].op == OP_CONST; }
static inline unsigned ir_type_size(IrType t) {
    static const uint8_t size[] = {0, 1, 4, 8, 16, 2, 4, 8, 16};
    return size[t];
}
// The type of the value an op makes (comparisons make i1, whatever their operands are).
static inline IrType ir_result_type(const IrOp *op) {
    unsigned t = ir_op_info[op->op].result;
    return t == IR_AS_TYPE ? (IrType)op->type : (IrType)t;
}
static inline bool ir_is_wide(IrType t) { return t == T_V128 || t == T_I128; }
// The type operand n (0, 1, 2) is read as; T_VOID where several will do (an address is i32 or i64, for one).
IrType ir_operand_type(const IrOp *op, unsigned n);

// An integer op (KIND_VALUE, KIND_CMP but BITCAST to and from floats, BOX, UNBOX) on plain values, whose bits
// above `type` are ignored; the result is zero-extended. The one definition of what those ops mean: fold,
// interpreter and tests use it.
uint64_t ir_eval(IrOpcode op, IrType type, uint64_t a, uint64_t b, uint64_t c);
// Effects of an op, those of a CALL taken from its helper.
unsigned ir_effects(const IrBlock *b, const IrOp *op);
// The slots whose values are pending where an op leaves, and how many.
const IrPending *ir_pending(const IrBlock *b, const IrOp *op, unsigned *n);
// Makes `use` from nothing, for whoever changed ops (ir_finish has done it).
void ir_count_uses(IrBlock *b);
// Makes an op a NOP.
void ir_drop(IrOp *op);

// print.c / parse.c: the text form; print(parse(t)) == t. `buf` grows by realloc; errors name the line.
char *ir_print(const IrBlock *b);
// The same with a comment for each guest instruction: `comment` writes one line into buf, or makes it empty.
typedef void IrComment(void *opaque, uint64_t vaddr, char *buf, size_t size);
char *ir_print_with(const IrBlock *b, IrComment *comment, void *opaque);
bool ir_parse(IrBlock *out, const IrNames *names, const char *text, char *error, size_t error_size);
// verify.c: NULL, or what is wrong with the block (static buffer).
const char *ir_verify(const IrBlock *b);
void ir_check(const IrBlock *b); // behind each pass: debug builds stop if it is not well formed
