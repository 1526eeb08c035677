// SPDX-License-Identifier: MIT
// AVX encodings: three operands, any of 32 XMM registers. Included by asm.h's users who touch XMM. Opcodes are written as in asm.h.
//
// Registers 16 to 31 need EVEX (AVX-512VL; Intel SDM vol. 2, 2.7), the others take the shorter VEX. EVEX wants W for double-precision
// operands where VEX does not care: P_WD stands for that.
#pragma once
#include "tcg/x86/asm.h"

enum { P_WD = 0x4000, P_EVEX = 0x8000 }; // P_EVEX: the instruction has no other encoding

typedef struct AvxRm { // the r/m operand: a register, or memory
    Reg base, index;
    bool memory, indexed;
    int32_t disp;
} AvxRm;

static inline void avx_prefix(Asm *a, unsigned op, Reg reg, Reg v, const AvxRm *m) {
    unsigned map = op >> 8 & 3, pp = op >> 10 & 3, x = m->memory ? m->index >> 3 : 0, b = m->base >> 3 & 1;
    if (op & P_EVEX || reg >= 16 || v >= 16 || (!m->memory && m->base >= 16)) {
        if (!m->memory)
            x = m->base >> 4;
        b1(a, 0x62);
        b1(a, (~reg >> 3 & 1) << 7 | (~x & 1) << 6 | (~b & 1) << 5 | (~reg >> 4 & 1) << 4 | map);
        b1(a, (op & (P_W | P_WD) ? 0x80u : 0u) | (~v & 15) << 3 | 4 | pp);
        b1(a, (~v >> 4 & 1) << 3);
    } else if (map == 1 && !(op & P_W) && !x && !b) {
        b1(a, 0xc5);
        b1(a, (~reg >> 3 & 1) << 7 | (~v & 15) << 3 | pp);
    } else {
        b1(a, 0xc4);
        b1(a, (~reg >> 3 & 1) << 7 | (~x & 1) << 6 | (~b & 1) << 5 | map);
        b1(a, (op & P_W ? 0x80u : 0u) | (~v & 15) << 3 | pp);
    }
    b1(a, op);
}

// EVEX scales an 8-bit displacement by the operand's size, so memory operands there always have 32 bits of it.
static inline void avx_modrm_far(Asm *a, Reg reg, const AvxRm *m) {
    bool sib = m->indexed || (m->base & 7) == RSP;
    b1(a, 0x80 | (reg & 7) << 3 | (sib ? 4 : m->base & 7));
    if (sib)
        b1(a, (m->indexed ? (m->index & 7) << 3 : 0x20) | (m->base & 7));
    b4(a, (uint32_t)m->disp);
}

static inline void avx(Asm *a, unsigned op, Reg reg, Reg v, AvxRm m) {
    avx_prefix(a, op, reg, v, &m);
    if (!m.memory)
        b1(a, 0xc0 | (reg & 7) << 3 | (m.base & 7));
    else if (reg >= 16 || v >= 16)
        avx_modrm_far(a, reg, &m);
    else if (m.indexed)
        modrm_index(a, reg, m.base, m.index, 0, m.disp);
    else
        modrm_mem(a, reg, m.base, m.disp);
}

// op reg, v, rm | op reg, v, [base+disp] | op reg, v, [base+index+disp]; v is 0 where the instruction has two operands.
static inline void avx_rr(Asm *a, unsigned op, Reg reg, Reg v, Reg rm) { avx(a, op, reg, v, (AvxRm){.base = rm}); }
static inline void avx_rm(Asm *a, unsigned op, Reg reg, Reg v, Reg base, int32_t disp) {
    avx(a, op, reg, v, (AvxRm){.base = base, .memory = true, .disp = disp});
}
static inline void avx_rx(Asm *a, unsigned op, Reg reg, Reg v, Reg base, Reg index, int32_t disp) {
    avx(a, op, reg, v, (AvxRm){.base = base, .index = index, .memory = true, .indexed = true, .disp = disp});
}

// op reg, v, [target], an executable address; no immediate may follow
static inline void avx_rip(Asm *a, unsigned op, Reg reg, Reg v, uint32_t target) {
    AvxRm m = {.base = RBP, .memory = true};
    avx_prefix(a, op, reg, v, &m);
    b1(a, (reg & 7) << 3 | 5);
    rel32(a, target);
}

// Between XMM registers, whole; between XMM and GPR, 64 (P_W) or 32 bits; between XMM and memory.
static inline void movx(Asm *a, Reg d, Reg s) { if (d != s) avx_rr(a, P_0F | 0x28, d, 0, s); }
static inline void movx_from_gpr(Asm *a, unsigned w, Reg d, Reg s) { avx_rr(a, P_66 | w | P_0F | 0x6e, d, 0, s); }
static inline void movx_to_gpr(Asm *a, unsigned w, Reg d, Reg s) { avx_rr(a, P_66 | w | P_0F | 0x7e, s, 0, d); }
enum { MOVSD = P_F2 | P_0F | P_WD | 0x10, MOVSS = P_F3 | P_0F | 0x10, MOVUPS = P_0F | 0x10, MOVAPS = P_0F | 0x28 }; // + 1: to memory
static inline void movsd_rm(Asm *a, Reg d, Reg base, int32_t disp) { avx_rm(a, MOVSD, d, 0, base, disp); }
static inline void movsd_mr(Asm *a, Reg base, int32_t disp, Reg s) { avx_rm(a, MOVSD + 1, s, 0, base, disp); }
