// SPDX-License-Identifier: MIT
// A toy guest for testing the engine without any real front end: 16 64-bit registers, 4-byte instructions, one flat address space in which
// vaddr = paddr, RAM at [0, TOY_RAM) and, the same once more, at TOY_ALIAS, and one I/O page above it.
//
//      byte 0: op   byte 1: rd << 4 | rs   bytes 2-3: signed immediate
#pragma once
#include "tcg/run/engine.h"

enum { TOY_RAM = 1 << 20, TOY_ALIAS = 0x800000, TOY_IO = 0xf00000 };
enum ToyOp { TOY_ADDI, TOY_ADD, TOY_SUB, TOY_LD, TOY_SD, TOY_LW, TOY_SB, TOY_BNEZ, TOY_BLT, TOY_JMP, TOY_JR, TOY_HALT, TOY_AMOADD, TOY_DIV,
             TOY_MULH, TOY_SLLI, TOY_SEXTW, TOY_CALL, TOY_RET, TOY_CALLR, TOY_LR, TOY_SC, TOY_REMAP, TOY_ILLEGAL = 255 };

typedef struct Toy {
    uint64_t x[16];
    uint64_t fault_pc, fault_addr; // last trap; the handler is at x[15], or the run stops
    uint64_t io_value, io_writes;
    uint64_t moved; // TOY_REMAP: 64 KiB if rd is odd, else 0; what is at TOY_ALIAS + x is at x ^ moved then. No exit follows
    uint64_t metered;
    uint64_t seen; // TOY_LR: strict ones only. TOY_SC: rd = 1 if it failed
} Toy;

extern uint8_t toy_ram[TOY_RAM];
extern const Guest toy_guest;
static inline Toy *toy_of(Vcpu *v) { return vcpu_state(v); }
static inline uint32_t toy(enum ToyOp op, unsigned rd, unsigned rs, int imm) {
    return (uint32_t)op | rd << 12 | rs << 8 | (uint32_t)(uint16_t)imm << 16;
}
// With the threshold of tier 2 that MYNA_TIER2_THRESHOLD names, if it does: ctest runs the engine's tests a second time with 1.
EngineOptions toy_options(bool interpret);
// A fresh engine with one vCPU; `interpret` as in EngineOptions.
Vcpu *toy_new(bool interpret);
void toy_free(Vcpu *v);
void toy_code(uint64_t at, const uint32_t *code, unsigned n);
