// SPDX-License-Identifier: MIT
// What a host backend offers the engine: one const struct.
#pragma once
#include "tcg/run/vcpu.h"

// Host code memory, mapped twice: writable and executable. Executable addresses fit 32 bits.
typedef struct CodeBuffer {
    uint8_t *rw, *rx;
    size_t size;
    size_t fixed, cold_start; // trampolines, from the start; where stubs begin
    size_t used, hot_end;    // hot code: up to where it has come, may come
    size_t cold, cold_end;   // the same of out-of-line stubs
    unsigned half, halves;   // evict.c: both are divided by `halves`, and `half` is the one that is filled
    size_t open;             // bytes of each part that are used, until evict.c opens more
    size_t ahead[2], cold_ahead[2]; // of each half: up to here there is memory, so that emitting does not fault page by page
} CodeBuffer;

typedef struct CompiledLink {
    uint32_t site, stub;
    int32_t target; // offset from the page
    bool warm;   // may go to the target's warm entry
    bool paired; // a call, or what comes behind it
} CompiledLink;

// A fast-path access and its slow path (executable addresses): where a fault on the guard page goes on.
typedef struct CompiledAccess { uint32_t access, slow; } CompiledAccess;

// What the backend keeps of a load or store whose out-of-line code it makes when that is first needed (tcg/x86/late.c). There are as many
// as sites, so it is kept small.
typedef struct LateStub {
    uint32_t head, access;        // executable addresses: of what stands for the stub, of the fast path's access
    union {
        struct {
            uint32_t pc_off;      // see Vcpu.pc_off
            int32_t disp, lo_imm; // the group's first byte; stored constant
            uint16_t memop, site, range;
            uint8_t back, jump;   // bytes from the access to where the fast path goes on, and from its jump's end to the access
        };
        struct {                  // once made
            uint32_t code;        // of the stub
            uint16_t inner[4], slow; // offsets from `code`: accesses in the stub (0: none), its slow path
        };
    };
    uint32_t base : 4, value : 5, delta : 4, size : 3, type : 4, role : 2;
    bool made : 1, store : 1, is_fp : 1, addr32 : 1, value_const : 1, roves : 1, write : 1, fp_valid : 1;
} LateStub;
_Static_assert(sizeof(LateStub) == 32, "small");

typedef struct Compiled {
    uint32_t entry;               // executable address
    uint32_t warm_entry;          // for links from code that left guest FP registers in the host's
    uint32_t bytes;
    unsigned nlinks;
    unsigned naccesses;
    uint32_t cold, cold_bytes;    // the stubs
    bool divertible;              // its entry may be diverted
    bool beyond;                  // compile failed for good: no amount of room would help
    unsigned fallbacks;           // ops that call the interpreter
    unsigned nlate;               // stubs not made: Engine.late, from nlate on
    CompiledLink links[64];       // and accesses: only so many of them mean anything
    CompiledAccess accesses[256];
} Compiled;

// How translated code was left, in the low bits; LEFT_LINK: link index above bit 8, and Link.target is where to, not yet in Vcpu.pc.
enum { LEFT_LOOKUP, LEFT_LINK, LEFT_TRAP, LEFT_POLL };

typedef struct Backend {
    const char *name;
    bool (*init)(Engine *e, CodeBuffer *code);
    void (*fini)(Engine *e);
    // What is left to do to a block's IR once it is known what the host keeps in registers: before compile.
    void (*prepare)(Engine *e, IrBlock *ir);
    // Emits a block. first_link: index in Engine.links of its first exit. False: no room in the buffer.
    bool (*compile)(Engine *e, const IrBlock *ir, CodeBuffer *code, uint32_t first_link, Compiled *out);
    uint64_t (*enter)(Vcpu *v, uint32_t entry);  // runs until it leaves; see LEFT_*
    void (*patch)(CodeBuffer *code, uint32_t site, uint32_t target);
    // Who enters a block there leaves at once to look its pc up again (LEFT_LOOKUP), until it is undone. *kept: what was there.
    void (*divert)(CodeBuffer *code, uint32_t entry, uint16_t *kept, bool on);
} Backend;

extern const Backend backend_x86;
