// SPDX-License-Identifier: MIT
// The state of one block's emission, and the words in which emitters are written. Private to tcg/x86.
//
// Register roles
//   rbp           guest state; the Vcpu lies just below it
//   r15           Space: TLB, site pairs, jump cache
//   pins          guest registers, hottest first, held across blocks; always the exact guest value at any op that may leave. Inside of a
//                 region (region.c) some hold others, or what loops need besides
//   temps         SSA values within a block
//   rcx rdx       scratch of one emitter; no value lives there between ops
//   xmm0-5        floating point values within a block; xmm6, xmm7 scratch
//   xmm8-31       guest FP registers (from 16 on with AVX-512VL), held across blocks while Vcpu.xmm_live; see alloc_fp.c
//
// SETs are stored as they come (a pin by computing straight into it), so that at any op that may leave, guest state is exact but for the
// pc, which the out-of-line stub stores, and what is pending there, which the stub stores too (pending.c).
#pragma once
#include "tcg/opt/opt.h"
#include "tcg/run/cache.h"
#include "tcg/x86/avx.h"

enum { MAX_PINS = 8, MAX_XPINS = 24, NOREG = 0xff, SPILLS = 64, NOSLOT = 0xffff };
enum { MAX_XTEMP = 6, SCRATCH_X = 6, SCRATCH_X2 = 7, FIRST_XPIN = 8, XMMS = 32 };
enum { MAX_GROUPS = 2, GROUP_OWNED = 0xfffe }; // Gen.gpr of a temp that holds a memory group's delta
enum { GROUP_NONE, GROUP_LEADER, GROUP_MEMBER }; // Stub.role, see group.c
enum { CELLS = 512 }; // 8-byte cells of guest state that slots are tracked in

// Where a value is. A value may be in a register and in memory (its slot or a spill) at once.
typedef struct Val {
    _Alignas(16) uint8_t reg;     // GPR (temp or pin) or XMM by type; NOREG
    uint8_t hint;     // pin it should be computed into, or NOREG
    uint8_t spill;    // index, or NOREG
    uint8_t type;     // IrType
    bool raw;         // may be a NaN that the guest must not see: nan.c
    bool boxed;       // an f32 or f16 whose register has ones above it, as guests box it; X86.wide: an f32 or f64 with zeros above
    bool spill_boxed; // ... whose spill has
    bool fused;       // a comparison emitted by its only user
    uint16_t slot;    // state byte offset that holds it at present, or NOSLOT
    uint16_t last;    // last op that reads it; 0: none
} Val;

typedef enum StubKind {
    STUB_LOAD, STUB_STORE, STUB_ATOMIC, STUB_SLOW_LOAD, STUB_SLOW_STORE, STUB_LINK, STUB_POLL, STUB_NAN, STUB_EVAL, STUB_FULL, STUB_PROBE,
    STUB_SYNC, STUB_XPINS, STUB_UNBOX, STUB_CANON, STUB_SATURATE, STUB_POLL_IF, STUB_EXIT, STUB_SOFT, STUB_TRAP, STUB_NONE_LOAD, STUB_NONE_STORE,
} StubKind;

typedef struct Stub {
    uint8_t kind;
    uint8_t base, value, size, cc, dest, expected; // dest: of an atomic; expected: of a CAS of 128 bits
    uint64_t raw;           // XMM pins that may hold raw NaNs there (canon: all registers that do), see nan.c
    bool fp_valid;          // Gen.fp_valid where the stub was asked for
    bool is_fp, addr32, value_const, fma, minmax;
    uint8_t type, role, delta; // delta: register that the access adds
    bool write;             // leader: goes by the write entries
    bool nan_zero;          // NaN saturates to 0
    bool roves;             // its page changes too often for a pair
    bool strides;           // as often as its stream's step makes it: that is no roving
    bool inside;            // of a region: its registers are to be put right before others see them
    bool polls;             // closes a loop
    uint8_t stream;         // whose registers are used instead of the site's pair, or OPT_NO_STREAM
    uint16_t first_pend, npends;       // of Gen.pend
    uint16_t memop, site, range; // range, lo: of a leader's group
    uint32_t pc_off;
    int32_t disp, lo;
    int64_t imm;            // constant stored; target offset of an exit
    uint8_t *from[2];       // jumps to bind here
    uint8_t *counted;       // watched: where its accesses were counted; or NULL
    uint32_t retry, back, access, begin; // executable addresses in the hot path; begin: behind `counted`
    unsigned link;
    const uint8_t *code;    // STUB_POLL_IF: the condition's host code, `range` bytes
    const IrOp *op;
} Stub;

enum { MAX_STUBS = 1024 };

// A memory group: see group.c.
typedef struct Group {
    IrRef base;             // IR_NONE: not in use
    uint16_t last;          // op of its last member
    int32_t lo, hi;         // bytes off base
    uint8_t delta;
    bool write;
} Group;

// Which guest registers are in host registers.
typedef struct PinMap {
    Reg reg[MAX_PINS + 1];
    uint16_t slot[MAX_PINS + 1];
    unsigned n;
    uint64_t held[CELLS / 64]; // cells that are here
    uint8_t of_cell[CELLS];    // register, or NOREG
} PinMap;
void pin_slot(PinMap *p, Reg reg, uint16_t slot);

// A pair that a stub stores: where its value is then.
typedef struct Pend {
    uint16_t slot;
    IrRef value;
    uint8_t reg;            // or NOREG: in memory at disp, if it is no constant
    int32_t disp;
} Pend;
enum { MAX_PENDS = 512 };

typedef struct Region Region; // region.c

typedef struct Label {
    uint16_t op;
    uint32_t at;            // executable address; 0: not bound yet
} Label;

typedef struct Fix {        // a jump to a label that was not bound
    uint8_t *from;
    uint16_t label;
} Fix;
enum { MAX_FIXES = 256 };

typedef struct Gen {
    Asm a;
    Engine *e;
    const IrBlock *ir;
    struct X86 *x;
    const PinMap *pins;     // here: X86.pins, or the region's
    Region *region;         // or NULL
    uint64_t ppage;         // physical page of the code
    unsigned ntemps;
    unsigned i;             // current op
    unsigned insn;          // an instruction at or before it; see current_pc
    uint16_t locked;        // GPRs that the current op's operands are in
    uint16_t xlocked;       // the same of the XMM temps
    bool fp_first;          // the block needs the XMM pins before it calls any helper
    bool fp_valid;          // here they are known to be live
    IrRef gpr[16], pin[16]; // who is in a register; pin: which value a pin holds, by register number
    IrRef xmm[XMMS], xpin[XMMS];
    uint32_t raw;           // XMM registers that hold raw results, see nan.c
    IrRef raw_owner[XMMS];
    IrRef cell[CELLS];
    uint16_t cells[256], ncells; // which cells are set
    const uint8_t *flags_at; // right behind an instruction that set the host's flags by flags_of, of width flags_w
    Reg flags_of;
    unsigned flags_w;
    const uint8_t *ret_at; // right behind a SET of vpage + ret_to, which ret_reg still holds
    Reg ret_reg;
    int64_t ret_to;
    uint64_t spill_used, spill_dying, homes; // homes: see emit_flow.c
    uint16_t first_flow;    // op, or nops: no local control flow
    Label label[IR_MAX_LABELS];
    Fix fix[MAX_FIXES];
    unsigned nfixes;
    Group group[MAX_GROUPS];
    unsigned ngroups;       // in use
    Stub stubs[MAX_STUBS];
    unsigned nstubs;
    Pend pend[MAX_PENDS];
    unsigned npends;
    uint32_t first_link;
    Compiled *out;
    bool paired;            // the next link is a call, or what comes behind it
    bool pairs;             // its sites have page pairs: hot code and loops,
    bool roams;             // but not where Guest.roams; a loop stays on its pages, whoever runs it
    uint16_t site[2];       // next site pair of loads, of stores
    Val val[IR_MAX_OPS];
} Gen;

// The check of an access's page, made once (check.c).
typedef struct CheckCode {
    uint8_t code[62], bytes, jump_end; // jump_end: behind the jump of a miss
} CheckCode;

// What init made: addresses of the trampolines, and which slots are pinned.
typedef struct X86 {
    PinMap pins;
    uint16_t xpin_slot[MAX_XPINS]; // of xmm8, ...
    unsigned nxpins;
    bool wide;                  // the XMM pins are slots of 16 bytes
    bool aes, sha;              // AES and SHA instructions
    bool avx512;                // AVX-512VL and DQ: XMM 16 to 31, conversions of unsigned integers
    uint8_t xpin_of_cell[CELLS];
    CheckCode probe_code[2][2][16], pair_code[16]; // [privilege index], [for a store], [register that the delta goes to]
    uint32_t steady_regs;       // pins of Guest.steady
    uint64_t xpin_lines;        // of IrBlock.lines, those that hold any
    uint32_t late[2];           // [1]: keeps the XMM pins live
    uint32_t divert, leave, leave_nosave, leave_trap, jump_miss[MAX_LANDING + 1], jump_done, save_xpins, load_xpins, canon, consts, round_to[4], round_back;
    uint32_t slow_load[2], slow_store[2], amo[2], rove[2], watch[2], eval[2], eval_wide[2], slow_load128[2], slow_store128[2]; // [1]: keeps the XMM pins live
    uint32_t cas128[2]; // the same
    uint32_t helper[512];
    void *eval_fn;
    uint64_t (*enter)(Vcpu *v, uint32_t entry);
    uint16_t next_site[2];
    Gen gen;
    Gen *region_gen;            // tier 2's own: it compiles beside tier 1
} X86;
X86 *x86_of(Engine *e);

#define VCPU(m) ((int32_t)offsetof(Vcpu, m) - (int32_t)sizeof(Vcpu))
#define SPACE(m) ((int32_t)offsetof(Space, m))
#define MO_MMU_SLOW (6 << MO_MMU_SHIFT) // privilege indices without tables
static inline bool is_other(unsigned memop) { return memop >> MO_MMU_SHIFT & 1; } // by the tables of privilege index 1
static inline unsigned type_w(IrType t) { return t == T_I64 ? P_W : 0; }
static inline bool type_fp(IrType t) { return t >= T_I128; } // lives in XMM
_Static_assert(T_I128 > T_I64 && T_F16 > T_I128 && T_F32 > T_I128 && T_F64 > T_I128 && T_V128 > T_I128, "integers come first");

// ---- thunks.c
bool thunks_make(Engine *e, X86 *x, Asm *a);

// ---- alloc.c
void alloc_begin(Gen *g);
bool fuse(Gen *g, IrRef r);                    // before a comparison is emitted: whether its reader does that (Val.fused)
// Before each op: spills whose values died in the one before are free.
static inline void free_spills(Gen *g) {
    g->spill_used &= ~g->spill_dying;
    g->spill_dying = 0;
}
static inline IrType type_of(const Gen *g, IrRef r) { return (IrType)g->val[r].type; }
static inline bool live_after(const Gen *g, IrRef r) { return g->val[r].last > g->i; }
static inline bool is_const(const Gen *g, IrRef r) { return g->ir->ops[r].op == OP_CONST; }
static inline int64_t const_value(const Gen *g, IrRef r) { return g->ir->ops[r].imm; }
static inline bool fits_imm32(const Gen *g, IrRef r, IrType t, int32_t *imm) {
    int64_t v = const_value(g, r);
    *imm = (int32_t)v;
    return is_const(g, r) && (v == (int32_t)v || t == T_I32 || t == T_I1);
}
Reg use_gpr(Gen *g, IrRef r);                  // in a register, locked for this op
uint8_t use_xmm(Gen *g, IrRef r);
bool in_memory(Gen *g, IrRef r, int32_t *disp); // only in memory, and not worth a register: address it from rbp
Reg def_gpr(Gen *g, IrRef r);                   // a register for op r's result (its pin, if hinted)
uint8_t def_xmm(Gen *g, IrRef r);
void evict_rax(Gen *g);
void save_caller_saved(Gen *g, bool writes_state); // before a C call: values needed later leave rax, XMM, and (if state changes) pins and slots
void forget_state(Gen *g);                      // after a C call that wrote guest state
Reg pin_of_set(const Gen *g, const IrOp *op, IrType t);
Reg hint_along(const Gen *g, IrRef v);
// Before an op that makes a value: the pin to compute it in (Val.hint), since a SET of it follows.
static inline Reg hint_of(const Gen *g, IrRef r, const IrOp *op) {
    const IrOp *next = op + 1;
    if (next->op == OP_SET && next->a == r)
        return pin_of_set(g, next, type_of(g, r));
    if (next->a == r || next->op == OP_CONST || next->op == OP_NOP)
        return hint_along(g, r);
    return NOREG;
}
void vacate_hint(Gen *g, IrRef r, Reg pin);
void free_cell(Gen *g, uint16_t slot, IrRef keep); // the value in this cell is about to be overwritten in memory
void pcrel_to(Gen *g, Reg d, int64_t offset);
void set_slot(Gen *g, const IrOp *op);
void get_slot(Gen *g, IrRef r, const IrOp *op);
void tally_slot(Gen *g, const IrOp *op);
void arg_to(Gen *g, Reg target, IrRef r);       // value's 64 bits (floats raw) to rcx, rdx or rax
void result_from_rax(Gen *g, IrRef r, IrType t);

// ---- check.c
void check_make(X86 *x);
// rcx = vaddr: its TLB entry's delta to register `delta`, if `size` bytes lie in that page. `fill`: the entry also becomes the site's
// pair. Clobbers rdx; rcx becomes the offset in the page. Returns a jump from where there is no such entry.
uint8_t *mem_probe(Gen *g, const Stub *s, bool write, bool second, unsigned size, Reg delta, bool fill);
void page_check(Gen *g, Stub *s, unsigned size);

// ---- group.c
void group_find(Gen *g, const IrOp *op, Stub *s);
// After the operands got their registers: sets role and delta, and locks delta.
static inline void group_join(Gen *g, const IrOp *op, Stub *s) {
    s->delta = RDX;
    if (g->ngroups || g->ir->use[g->i].next)
        group_find(g, op, s);
}
void group_evict(Gen *g, Reg t);                // its temp is needed
void groups_drop(Gen *g);

// ---- pending.c
void pending_set(Gen *g, const IrOp *op);       // stores all of the op's pairs, before its operands get registers
void pending_store(Gen *g, const Stub *s);      // in the stub. Clobbers rdx
void pending_make_room(Gen *g, const IrOp *op), pending_where(Gen *g, Stub *s, const IrOp *op), pending_release(Gen *g, const IrOp *op);
// Before the op's operands get registers; when they have them, but not its result; and behind it. Few blocks have anything pending.
static inline void pending_begin(Gen *g, const IrOp *op) {
    if (g->ir->npending)
        pending_make_room(g, op);
}
static inline void pending_note(Gen *g, Stub *s, const IrOp *op) {
    if (g->ir->npending)
        pending_where(g, s, op);
}
static inline void pending_end(Gen *g, const IrOp *op) {
    if (g->ir->npending)
        pending_release(g, op);
}

// What alloc.c and alloc_fp.c share.
void evict(Gen *g, IrRef r);
void drop_reg(Gen *g, IrRef r);
void spill(Gen *g, IrRef r);
uint64_t spill_bits(const Gen *g, IrRef r);      // of the spill that r has
uint8_t spill_take(Gen *g);                     // a free one, or NOREG: given up
void release_dying(Gen *g, IrRef r);
static inline void release(Gen *g, IrRef r) {   // if it dies here
    const Val *v = &g->val[r];
    if (v->last <= g->i && (v->reg != NOREG || v->slot != NOSLOT || v->spill != NOREG))
        release_dying(g, r);
}
// Frees what dies here; after this the result may take the operands' registers.
static inline void done_operands(Gen *g, const IrOp *op) {
    if (op->a != IR_NONE)
        release(g, op->a);
    if (op->b != IR_NONE)
        release(g, op->b);
    if (op->c != IR_NONE)
        release(g, op->c);
    g->locked = g->xlocked = 0;
}
void done_condition(Gen *g, const IrOp *op);     // the same of a reader of conditions: what a comparison that it emits reads as well
int32_t spill_disp(unsigned s);
// x where encodings of 16 registers reach it: itself or a copy.
static inline Reg low16(Gen *g, Reg x, Reg scratch) {
    if (x < 16)
        return x;
    movx(&g->a, scratch, x);
    return scratch;
}

// ---- alloc_fp.c
// The register that holds a slot, or NOREG.
static inline Reg xpin_of(const Gen *g, unsigned slot) {
    return slot / 8 < CELLS && (slot & 7) == 0 ? g->x->xpin_of_cell[slot / 8] : NOREG;
}
void free_xpin(Gen *g, Reg pin);
void get_xpin(Gen *g, IrRef r, const IrOp *op, Reg pin);
void set_xpin(Gen *g, const IrOp *op, Reg pin);
void xpins_begin(Gen *g);
void xpins_spill(Gen *g);
void xpins_forget(Gen *g);
void xpins_need(Gen *g);                          // from here on they are live
void xpins_stub(Gen *g, const Stub *s);
Reg boxed_xmm(Gen *g, IrRef r, Reg d);            // r as an f64: its register if that is boxed already, else d
Reg widened_xmm(Gen *g, IrRef r, Reg d);          // r as a v128, zeros above it: its register if they are there, else d
void xmm_load(Gen *g, IrType t, Reg d, int32_t disp); // from guest state or a spill, zeros above
void xmm_store(Gen *g, IrType t, int32_t disp, Reg s);

// An SSE instruction's prefixes: for one number, for all of a register. Halves are computed as f32.
static inline unsigned scalar(IrType t) { return t == T_F64 ? P_F2 | P_0F | P_WD : P_F3 | P_0F; }
static inline unsigned packed(IrType t) { return t == T_F64 ? P_66 | P_0F | P_WD : P_0F; }

// ---- emit_soft.c
void soft_stub(Gen *g, const Stub *s);
Stub *soft_if(Gen *g, unsigned cc, const IrOp *op, Reg a, Reg b, Reg c, Reg x);
bool soft_host(const IrOp *op);                   // an op under Arm's rules that the host can do
void soft_fbin(Gen *g, IrRef r, const IrOp *op, unsigned code);
void soft_fsqrt(Gen *g, IrRef r, const IrOp *op);
void soft_fma(Gen *g, IrRef r, const IrOp *op);
void soft_fcvt(Gen *g, IrRef r, const IrOp *op, IrType from);

Stub *nan_fix(Gen *g, IrType t, Reg x);           // emit_fp.c: x becomes the default NaN if it is one; ucomis, jp

// ---- emit_round.c
void round_make(X86 *x, Asm *a);
void round_begin(Gen *g, const IrOp *op);         // around a host instruction: op's static rounding mode, if it has one
void round_end(Gen *g, const IrOp *op);
bool round_can(const Gen *g, unsigned rm); // to integers in this mode
unsigned round_immediate(unsigned rm, bool exact);
void round_quietly(Gen *g, IrType t, unsigned rm, Reg d, Reg a);
void round_raise(Gen *g, IrType t, Reg a);

// ---- emit_half.c
bool half_can(const IrOp *op);
void half_widen(Gen *g, IrRef r, Reg d);          // r as an f32 in d
void half_exact(Gen *g, IrRef r, const IrOp *op); // op's result from SCRATCH_X: an f32 that is a half already
void half_op(Gen *g, IrRef r, const IrOp *op, unsigned code);
void half_fma(Gen *g, IrRef r, const IrOp *op);   // AVX-512
void half_round(Gen *g, IrRef r, const IrOp *op, unsigned rm);
bool half_convert(Gen *g, IrRef r, const IrOp *op, IrType from); // false: neither end is one, or the host cannot
void half_from_int(Gen *g, IrRef r, const IrOp *op);

// 16-byte constants at X86.consts.
enum { CONST_BOX32, CONST_BOX16, CONST_NAN32, CONST_NAN64, CONST_SIGN32, CONST_SIGN64, CONST_ABS32, CONST_ABS64, CONST_TINY32, CONST_TINY64,
       CONST_VABS32, CONST_VABS64, CONST_VTINY32, CONST_VTINY64, CONST_VSIGN32, CONST_BYTES70,
       CONST_HALF32, CONST_HALF64, CONSTS }; // HALF: the greatest number below 1/2
void avx_const(Gen *g, unsigned op, Reg reg, Reg v, unsigned constant);
void avx_const_imm(Gen *g, unsigned op, Reg reg, Reg v, unsigned constant, unsigned imm);

// ---- region.c
Region *region_new(void);
void region_choose(Gen *g, bool all);           // before alloc_begin: sets Gen.pins. all: also takes a temp
void region_begin(Gen *g);                      // behind flow_begin: emits what stands before the entry
void region_enter(Gen *g);                      // from canonical registers to the region's
void region_leave(Gen *g);                      // and back; in stubs by a call, where C code follows
void region_call_leave(Gen *g), region_call_enter(Gen *g);
bool region_moves(const Gen *g);                // false: those four emit nothing
uint8_t region_stream(const Gen *g, unsigned op);
unsigned region_site(const Gen *g, unsigned stream);
void region_mapped_anew(Gen *g);                // behind region_call_enter, should the call have changed mappings
void region_page(Gen *g, unsigned stream, Reg base, int32_t disp); // rcx = base + disp - the stream's page
Reg region_delta(Gen *g, unsigned stream);     // its register, or rdx, to which it is loaded
void region_reload(Gen *g, unsigned stream);    // from its site's pair. Clobbers rcx
bool region_strides(const Gen *g, unsigned stream); // it moves by a constant in its loop
bool region_keeps_fp(const Gen *g);             // FP pins are live from the entry on

// ---- strip.c
bool strip_covers(const Gen *g, unsigned stream); // its accesses need no check here
void strip_label(Gen *g);                       // at each label
bool strip_branch(Gen *g, unsigned cc);         // at a branch, its condition emitted: true if it was all done
void strips_emit(Gen *g);                       // behind all ops

// ---- emit_flow.c
void jump_if(Gen *g, unsigned cc, unsigned label);
void forget_registers(Gen *g);                  // what is so at each label
void flow_begin(Gen *g);                        // behind alloc_begin, in blocks with labels

// ---- nan.c
void raw_copy(Gen *g, Reg reg, IrRef v);        // v IR_NONE: anything that is not raw
void raw_made(Gen *g, IrRef r);
void raw_cover(Gen *g, const IrOp *op);
void raw_look(Gen *g, IrRef v), raw_look_all(Gen *g);
static inline void raw_check(Gen *g, IrRef v) { // before v's bits are seen. Destroys flags
    if (g->val[v].raw)
        raw_look(g, v);
}
static inline void raw_flush(Gen *g) {          // before guest state is seen: at exits, calls, local control flow. Destroys flags
    if (g->raw)
        raw_look_all(g);
}
uint64_t raw_pins(const Gen *g), raw_all(const Gen *g);
void raw_canon(Gen *g, uint64_t raw);
void canon_stub(Gen *g, const Stub *s);
void canon_make(X86 *x, Asm *a);

// ---- emitters, by op; compare: emits flags for a (possibly fused) comparison, returns the condition
typedef void EmitFn(Gen *g, IrRef r, const IrOp *op);
extern EmitFn *const x86_emit[OP_COUNT];
unsigned emit_compare(Gen *g, IrRef cmp);
unsigned emit_fcompare(Gen *g, IrRef cmp);       // the same of flt, fle
unsigned emit_condition(Gen *g, IrRef cond);
EmitFn emit_clock, emit_poll, emit_load, emit_store, emit_amo, emit_fence, emit_call, emit_trap_if, emit_eval,
    emit_exit, emit_exit_if, emit_exit_reg, emit_exit_sync, emit_exit_done, emit_fbin, emit_fsqrt, emit_fma,
    emit_fcmp, emit_fcvt, emit_int_to_f, emit_f_to_int, emit_bitcast, emit_box, emit_unbox, emit_fminmax,
    emit_fextreme, emit_fround, emit_vzext, emit_vpair, emit_low, emit_high, emit_wide, emit_vbinary,
    emit_vandn, emit_vsel, emit_vabs, emit_vcompare, emit_vshift, emit_vshift_by, emit_vextend, emit_vunzip, emit_vext,
    emit_vrev, emit_vtbl, emit_vdup, emit_vdup_lane, emit_vins, emit_vaes, emit_vclmul, emit_sha256_rounds,
    emit_sha256_schedule, emit_vfbin, emit_vfsqrt, emit_vfma, emit_vfcompare, emit_vfextreme, emit_vfcvt,
    emit_vftoi, emit_vfround, emit_vfwidth, emit_fselect, emit_fsign, emit_label, emit_jump, emit_branch;
void mem_begin(Gen *g, const IrOp *op, Stub *s, Reg base);
// The fast path of a site: check and access, or if `slow` nothing but the jump to its stub, which comes back behind it.
void mem_site(Gen *g, Stub *s, bool slow);
void mem_access(Gen *g, Stub *s);                // by the site's kind, addressed as mem_check left it
void atomic_access(Gen *g, Stub *s);
uint32_t cas128_undo(Gen *g);                   // before its slow path; returns where that begins for an access that faulted
void slow_cas128(Gen *g, const Stub *s);
Stub *stub_new(Gen *g, StubKind kind);
void stubs_emit(Gen *g);
void emit_range(Gen *g, unsigned first, unsigned end);
void probe_emit(X86 *x, Asm *a, const uint32_t *ctx, unsigned landing);
void emit_pc_off(Gen *g, uint32_t pc_off);
uint32_t pc_off_of(const Gen *g, uint16_t snap);
void mem_stub(Gen *g, Stub *s);

// ---- late.c
bool late_head(Gen *g, const Stub *s);           // false: the stub has to be made now
uint64_t late_make(Vcpu *v, uint32_t number);    // called by translated code
