// SPDX-License-Identifier: MIT
// The contract a guest front end fills: how its code becomes IR, how its addresses become physical ones, and how it takes traps.
// tcg knows a guest through this struct alone.
#pragma once
#include <stdio.h>
#include "tcg/ir/build.h"

typedef struct Vcpu Vcpu;

// A C function that IR may call. It gets up to three values (floats as raw bits, narrow integers zero-extended) and may
//  HELPER_READS / HELPER_WRITES  guest state other than through its result,
//  HELPER_TRAPS   raise: set Vcpu.trap (through the guest's own raise function, after which its result is ignored). Before the call
//                 the exact pc is stored: vcpu_pc(). The translated code tests Vcpu.trap on return and leaves to Guest.trap.
// A helper that changes the context word or the address space must be followed by EXIT_SYNC or EXIT_DONE.
enum { HELPER_PURE = 0, HELPER_READS = 1, HELPER_WRITES = 2, HELPER_TRAPS = 4 };
struct Helper {
    const char *name;
    uint64_t (*fn)(Vcpu *v, uint64_t a, uint64_t b, uint64_t c);
    unsigned effects;
};

typedef enum Access { ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH } Access;

// An entry of a page table that a walk read: where it is in host memory, and what it said.
typedef struct TlbStep {
    const uint64_t *entry;
    uint64_t value;
} TlbStep;
enum { TLB_STEPS = 4 };
typedef struct TlbPath { // those that led to a leaf
    TlbStep step[TLB_STEPS];
    unsigned n;
} TlbPath;

// One translated page, as Guest.fill reports it.
typedef struct TlbFill {
    uint64_t paddr;       // of the access itself
    uint8_t *host;        // host address of paddr, or NULL: memory-mapped I/O
    uint64_t span;        // bytes of the naturally aligned page it came from (4 KiB .. 512 GiB)
    bool read, write, fetch; // which later accesses the mapping allows without asking again (write: already dirty)
    bool whole_page;      // false: permission changes inside the 4 KiB page (PMP), so do not cache
    bool global;
    bool guarded;         // jumps to this page may land where Guest.lands says only
    bool unpaged;         // no page table was asked
    TlbStep leaf;         // where the answer is, for vcpu_fence
    const TlbPath *above; // good until the next fill. NULL: what fills read cannot be told
} TlbFill;

typedef struct Guest {
    const char *name;
    IrNames names;                     // slots and helpers
    const uint16_t *pins;              // slot offsets (i64) to keep in host registers, hottest first
    unsigned npins;
    const uint16_t *fp_pins;           // the same for floating point (f64)
    unsigned nfp_pins;
    bool fp_wide;                      // they are v128 instead
    // Is code under this context word a kernel's? It runs seldom in one place and its data lies in many pages, so that what a site touched
    // last says little: accesses ask the TLB at once, but for those off the steady registers (stack, frame, thread). May be NULL.
    bool (*roams)(uint32_t ctx);
    const uint16_t *steady;            // slot offsets
    unsigned nsteady;
    uint16_t meter;                    // slot (i64) where the engine counts instructions that have retired (meter.h); 0: it cannot
    size_t state_size;                 // guest state struct, fields first, host wiring last
    unsigned insn_align;               // 1, 2 or 4 bytes: hashing
    bool pc32;                         // pcs have 32 bits, and code runs on past the last address at the first

    // Translates from offset `pc` of the page at vpage; `code` points to a copy of the page, of which only the bytes of max_insns
    // instructions from pc on are there. Stops at the page's end, at the first instruction that ends a block, when k->full, or after
    // max_insns. When an instruction starts in this page and ends in the next one, it must be alone in its block: the block before
    // it ends there, and a block that begins
    // with it reads `next` (the first 4 bytes of the next page); if that is NULL it builds nothing and sets k->needs_next, and is called
    // again. Never fails: what cannot be decoded becomes a trap.
    void (*translate)(IrBuild *k, Vcpu *v, const uint8_t *code, const uint8_t *next, unsigned max_insns);
    // Page walk. On failure raises (sets Vcpu.trap) and returns false, or with `probe` just returns false.
    bool (*fill)(Vcpu *v, uint64_t vaddr, Access access, unsigned mmu, unsigned size, bool probe, TlbFill *out);
    // Behind `first`, a fill of vaddr for data, of RAM in a whole page of 4 KiB: what fills of other pages would give, of those in the same
    // eight, naturally aligned, whose bit in `wanted` is set. Only pages like the first, whose entries need no change. Raises nothing. Returns
    // which of out[8] are filled. NULL: none ever.
    unsigned (*fill_around)(Vcpu *v, uint64_t vaddr, const TlbFill *first, unsigned wanted, TlbFill out[8]);
    uint64_t fill_gains; // bits that a leaf may gain while what it gave before remains allowed (dirty)
    // Memory-mapped I/O on a physical address that fill reported without host memory; sizes 1, 2, 4, 8. False: bus error raised.
    bool (*io_read)(Vcpu *v, uint64_t vaddr, uint64_t paddr, unsigned size, uint64_t *value);
    bool (*io_write)(Vcpu *v, uint64_t vaddr, uint64_t paddr, unsigned size, uint64_t value);
    // May a jump of the kind Vcpu.landing (ir_exit_reg) lead to the instruction at v->pc, whose page is guarded? `guarded`: so is the page
    // of the jump. If not, mislanded raises. NULL: no jump has a kind.
    bool (*lands)(Vcpu *v, const uint8_t *insn, bool guarded);
    void (*mislanded)(Vcpu *v);
    // A misaligned access the guest wants to trap (MO_ALIGN).
    void (*misaligned)(Vcpu *v, uint64_t vaddr, Access access);
    // May a misaligned access with MO_ALIGN be done all the same, in one piece? NULL: never.
    bool (*lenient)(Vcpu *v, uint64_t vaddr, unsigned size, unsigned memop);
    // Vcpu.trap was raised: enter the handler (set Vcpu.pc and state, call vcpu_context).
    void (*trap)(Vcpu *v);
    // A block that counts (ir_count_in) was left in its middle, by a trap or to run an instruction by itself, n instructions behind what is
    // in the counter. NULL: nothing counts.
    void (*retired)(Vcpu *v, unsigned n);
    // Between blocks, on EXIT_IRQ: takes a pending interrupt if it is enabled; true if it changed Vcpu.pc.
    bool (*interrupt)(Vcpu *v);
    // At a breakpoint of some vCPU: true if it is one of this vCPU's registers, and it has taken the exception, as `interrupt` does.
    bool (*breakpoint)(Vcpu *v);
    // Before an access at a watchpoint of some vCPU, access as WATCHED_*: true if it is one of this vCPU's registers, and raised.
    bool (*watchpoint)(Vcpu *v, uint64_t vaddr, unsigned size, unsigned access, unsigned mmu);
    // An instruction has run by itself because the guest had set Vcpu.alone; no trap was raised. NULL: it never does.
    void (*stepped)(Vcpu *v);
    // WFI: true if something is there to wake it.
    bool (*awake)(Vcpu *v);
    void (*reset)(Vcpu *v, uint64_t pc);
    void (*print)(Vcpu *v, FILE *to);  // the registers, for -d; on v's thread. May be NULL
} Guest;
