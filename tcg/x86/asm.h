// SPDX-License-Identifier: MIT
// x86-64 encoder: instructions as small inline functions over a cursor into the writable mapping of code memory.
// Intel SDM vol. 2, chapter 2 (prefixes, ModRM, SIB, VEX). Opcodes are numbers with the P_* flags for their prefixes or-ed in.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };
typedef uint8_t Reg;

enum { // opcode maps and mandatory prefixes
    P_0F = 0x100, P_0F38 = 0x200, P_0F3A = 0x300, P_MAP = 0x300,
    P_66 = 0x400, P_F3 = 0x800, P_F2 = 0xc00, P_PP = 0xc00,
    P_W = 0x1000,    // REX.W
    P_BYTE = 0x2000, // `reg` (and rm) is a byte register: REX for sil, dil, ...
};

enum { CC_O, CC_NO, CC_B, CC_AE, CC_E, CC_NE, CC_BE, CC_A, CC_S, CC_NS, CC_P, CC_NP, CC_L, CC_GE, CC_LE, CC_G };
enum { ALU_ADD, ALU_OR, ALU_ADC, ALU_SBB, ALU_AND, ALU_SUB, ALU_XOR, ALU_CMP };
enum { SH_ROL = 0, SH_ROR = 1, SH_SHL = 4, SH_SHR = 5, SH_SAR = 7 };

enum { ASM_SLACK = 4096 }; // more than one op or stub emits

typedef struct Asm {
    uint8_t *p, *limit; // writable mapping; what does not fit sets `full` and goes to the ASM_SLACK bytes behind limit
    int64_t to_rx;      // executable address = p + to_rx
    bool full;
} Asm;

// From `start` on, in memory up to `end`. Code may have ended behind the limit, so this may begin there: then it is full from the start, and
// what is emitted all the same goes behind that code, not over its last bytes.
static inline Asm asm_begin(uint8_t *start, uint8_t *end, int64_t to_rx) {
    uint8_t *limit = end - ASM_SLACK;
    bool full = start > limit;
    return (Asm){.p = start, .limit = full ? start : limit, .to_rx = to_rx, .full = full};
}

static inline uint32_t asm_here(const Asm *a) { return (uint32_t)((int64_t)(uintptr_t)a->p + a->to_rx); }
static inline uint8_t *asm_rw(const Asm *a, uint32_t rx) { return (uint8_t *)(uintptr_t)((int64_t)rx - a->to_rx); }

// Before each op and stub; jumps ask too, for what has neither.
static inline bool asm_room(Asm *a) {
    if (__builtin_expect(a->p > a->limit, 0)) {
        a->full = true;
        a->p = a->limit;
    }
    return !a->full;
}
static inline void b1(Asm *a, unsigned x) { *a->p++ = (uint8_t)x; }
static inline void b4(Asm *a, uint32_t x) { memcpy(a->p, &x, 4); a->p += 4; }
static inline void b8(Asm *a, uint64_t x) { memcpy(a->p, &x, 8); a->p += 8; }

// The parts of an instruction. Bytes that there may not be are written all the same and then passed by or not, without a branch; so each part
// takes the cursor and returns it, and may write a few bytes beyond.
static inline uint8_t *put(uint8_t *p, unsigned x) {
    *p = (uint8_t)x;
    return p + 1;
}
static inline uint8_t *put_if(uint8_t *p, bool is, unsigned x) {
    *p = (uint8_t)x;
    return p + is;
}

static inline uint8_t *put_opcode(uint8_t *p, unsigned op, Reg reg, Reg index, Reg base) {
    unsigned rex = (op & P_W) / (P_W / 8) | (reg >> 3) << 2 | (index >> 3) << 1 | base >> 3;
    p = put_if(p, op & P_PP, 0xf2f36600u >> 8 * (op >> 10 & 3));
    p = put_if(p, rex || (op & P_BYTE && (reg >= RSP || base >= RSP)), 0x40 | rex);
    if (op & P_MAP)
        p = put(p, 0x0f);
    if ((op & P_MAP) == P_0F38)
        p = put(p, 0x38);
    if ((op & P_MAP) == P_0F3A)
        p = put(p, 0x3a);
    return put(p, op);
}

static inline uint8_t *put_disp(uint8_t *p, unsigned mod, int32_t disp) {
    memcpy(p, &disp, 4);
    return p + (0x410 >> 4 * mod & 15);
}

static inline unsigned mod_of(Reg base, int32_t disp) { return disp == 0 && (base & 7) != RBP ? 0 : disp == (int8_t)disp ? 1 : 2; }

static inline uint8_t *put_mem(uint8_t *p, Reg reg, Reg base, int32_t disp) {
    unsigned mod = mod_of(base, disp);
    p = put(p, mod << 6 | (reg & 7) << 3 | (base & 7));
    p = put_if(p, (base & 7) == RSP, 0x24);
    return put_disp(p, mod, disp);
}

static inline uint8_t *put_index(uint8_t *p, Reg reg, Reg base, Reg index, unsigned scale, int32_t disp) {
    unsigned mod = mod_of(base, disp);
    p = put(p, mod << 6 | (reg & 7) << 3 | 4);
    p = put(p, scale << 6 | (index & 7) << 3 | (base & 7));
    return put_disp(p, mod, disp);
}

static inline void opcode(Asm *a, unsigned op, Reg reg, Reg index, Reg base) { a->p = put_opcode(a->p, op, reg, index, base); }
static inline void modrm_mem(Asm *a, Reg reg, Reg base, int32_t disp) { a->p = put_mem(a->p, reg, base, disp); }
static inline void modrm_index(Asm *a, Reg reg, Reg base, Reg index, unsigned scale, int32_t disp) {
    a->p = put_index(a->p, reg, base, index, scale, disp);
}

// op reg, rm | op reg, [base+disp] | op reg, [base+index<<scale+disp]
static inline void op_rr(Asm *a, unsigned op, Reg reg, Reg rm) { a->p = put(put_opcode(a->p, op, reg, 0, rm), 0xc0 | (reg & 7) << 3 | (rm & 7)); }
static inline void op_rm(Asm *a, unsigned op, Reg reg, Reg base, int32_t disp) { a->p = put_mem(put_opcode(a->p, op, reg, 0, base), reg, base, disp); }
static inline void op_rx(Asm *a, unsigned op, Reg reg, Reg base, Reg index, unsigned scale, int32_t disp) {
    a->p = put_index(put_opcode(a->p, op, reg, index, base), reg, base, index, scale, disp);
}
// With an immediate of 8 bits if `small`, else of 32.
static inline uint8_t *put_imm(uint8_t *p, bool small, int32_t imm) {
    memcpy(p, &imm, 4);
    return p + (small ? 1 : 4);
}

// alu dst, imm (sign-extended 32 bits)
static inline void alu_ri(Asm *a, unsigned w, unsigned alu, Reg r, int32_t imm) {
    bool small = imm == (int8_t)imm;
    uint8_t *p = put(put_opcode(a->p, w | (small ? 0x83 : 0x81), 0, 0, r), 0xc0 | alu << 3 | (r & 7));
    a->p = put_imm(p, small, imm);
}
static inline void alu_mi(Asm *a, unsigned w, unsigned alu, Reg base, int32_t disp, int32_t imm) {
    bool small = imm == (int8_t)imm;
    uint8_t *p = put_mem(put_opcode(a->p, w | (small ? 0x83 : 0x81), 0, 0, base), (Reg)alu, base, disp);
    a->p = put_imm(p, small, imm);
}
static inline void alu_rr(Asm *a, unsigned w, unsigned alu, Reg d, Reg s) { op_rr(a, w | (alu << 3 | 3), d, s); }
static inline void alu_rm(Asm *a, unsigned w, unsigned alu, Reg d, Reg base, int32_t disp) { op_rm(a, w | (alu << 3 | 3), d, base, disp); }

static inline void mov_rr(Asm *a, Reg d, Reg s) { if (d != s) op_rr(a, P_W | 0x8b, d, s); }
static inline void mov32_rr(Asm *a, Reg d, Reg s) { op_rr(a, 0x8b, d, s); }
static inline void mov_rm(Asm *a, Reg d, Reg base, int32_t disp) { op_rm(a, P_W | 0x8b, d, base, disp); }
static inline void mov_mr(Asm *a, Reg base, int32_t disp, Reg s) { op_rm(a, P_W | 0x89, s, base, disp); }
static inline void mov_ri(Asm *a, Reg d, int64_t imm) {
    if (imm == 0) { // flags die: callers never hold them across
        op_rr(a, 0x33, d, d);
    } else if (imm == (uint32_t)imm) {
        opcode(a, 0xb8 | (d & 7), 0, 0, d);
        b4(a, (uint32_t)imm);
    } else if (imm == (int32_t)imm) {
        opcode(a, P_W | 0xc7, 0, 0, d);
        b1(a, 0xc0 | (d & 7));
        b4(a, (uint32_t)imm);
    } else {
        opcode(a, P_W | 0xb8 | (d & 7), 0, 0, d);
        b8(a, (uint64_t)imm);
    }
}
static inline void mov_mi(Asm *a, unsigned w, Reg base, int32_t disp, int32_t imm) {
    opcode(a, w | 0xc7, 0, 0, base);
    modrm_mem(a, 0, base, disp);
    b4(a, (uint32_t)imm);
}
static inline void lea(Asm *a, unsigned w, Reg d, Reg base, int32_t disp) { op_rm(a, w | 0x8d, d, base, disp); }
static inline void shift_ri(Asm *a, unsigned w, unsigned sh, Reg r, unsigned n) {
    opcode(a, w | 0xc1, 0, 0, r);
    b1(a, 0xc0 | sh << 3 | (r & 7));
    b1(a, n);
}
static inline void push(Asm *a, Reg r) { opcode(a, 0x50 | (r & 7), 0, 0, r); }
static inline void pop(Asm *a, Reg r) { opcode(a, 0x58 | (r & 7), 0, 0, r); }
static inline void unary(Asm *a, unsigned w, unsigned ext, Reg r) { opcode(a, w | 0xf7, 0, 0, r); b1(a, 0xc0 | ext << 3 | (r & 7)); }
static inline void setcc(Asm *a, unsigned cc, Reg r) { op_rr(a, P_0F | P_BYTE | (0x90 | cc), 0, r); }
static inline void ret(Asm *a) { asm_room(a); b1(a, 0xc3); }
static inline void jmp_reg(Asm *a, Reg r) { opcode(a, 0xff, 0, 0, r); b1(a, 0xe0 | (r & 7)); }
static inline void call_reg(Asm *a, Reg r) { opcode(a, 0xff, 0, 0, r); b1(a, 0xd0 | (r & 7)); }
static inline void rel32(Asm *a, uint32_t target) { b4(a, target - (asm_here(a) + 4)); }
static inline void jmp_to(Asm *a, uint32_t target) { asm_room(a); b1(a, 0xe9); rel32(a, target); }
static inline void call_to(Asm *a, uint32_t target) { asm_room(a); b1(a, 0xe8); rel32(a, target); }
static inline void jcc_to(Asm *a, unsigned cc, uint32_t target) { asm_room(a); b1(a, 0x0f); b1(a, 0x80 | cc); rel32(a, target); }
// Forward jumps: return the place to bind.
static inline uint8_t *jcc_fwd(Asm *a, unsigned cc) { asm_room(a); b1(a, 0x0f); b1(a, 0x80 | cc); b4(a, 0); return a->p; }
static inline void bind_fwd(Asm *a, uint8_t *after) { uint32_t d = (uint32_t)(a->p - after); memcpy(after - 4, &d, 4); }
static inline uint8_t *jcc_short(Asm *a, unsigned cc) { asm_room(a); b1(a, 0x70 | cc); b1(a, 0); return a->p; }
static inline uint8_t *jmp_short(Asm *a) { asm_room(a); b1(a, 0xeb); b1(a, 0); return a->p; }
static inline void bind_short(Asm *a, uint8_t *after) { after[-1] = (uint8_t)(a->p - after); }
// No-ops so that the rel32 of an n-byte opcode starts 4-byte aligned and can be patched atomically.
static inline void align_rel32(Asm *a, unsigned n) {
    static const uint8_t nop[4][3] = {{0}, {0x90}, {0x66, 0x90}, {0x0f, 0x1f, 0x00}};
    unsigned pad = -(asm_here(a) + n) & 3;
    asm_room(a);
    memcpy(a->p, nop[pad], 3);
    a->p += pad;
}

// VEX: three operands. map 1 0F, 2 0F38, 3 0F3A; pp 0 none, 1 66, 2 F3, 3 F2.
static inline void vex(Asm *a, unsigned op, unsigned map, unsigned pp, unsigned w, Reg reg, Reg vvvv, Reg rm) {
    uint32_t prefix = 0xc4 | ((~reg >> 3 & 1u) << 7 | 1u << 6 | (~rm >> 3 & 1u) << 5 | map) << 8 |
                      ((w ? 0x80u : 0u) | (~vvvv & 15u) << 3 | pp) << 16 | op << 24;
    memcpy(a->p, &prefix, 4);
    a->p = put(a->p + 4, 0xc0 | (reg & 7) << 3 | (rm & 7));
}
// BMI2: d = a shifted by the low bits of count
static inline void shlx(Asm *a, unsigned w, Reg d, Reg s, Reg count) { vex(a, 0xf7, 2, 1, w, d, count, s); }
static inline void sarx(Asm *a, unsigned w, Reg d, Reg s, Reg count) { vex(a, 0xf7, 2, 2, w, d, count, s); }
static inline void shrx(Asm *a, unsigned w, Reg d, Reg s, Reg count) { vex(a, 0xf7, 2, 3, w, d, count, s); }
static inline void rorx(Asm *a, unsigned w, Reg d, Reg s, unsigned n) { vex(a, 0xf0, 3, 3, w, d, 0, s); b1(a, n); }
static inline void andn(Asm *a, unsigned w, Reg d, Reg not_s, Reg s) { vex(a, 0xf2, 2, 0, w, d, not_s, s); }
static inline void mulx(Asm *a, unsigned w, Reg hi, Reg lo, Reg s) { vex(a, 0xf6, 2, 3, w, hi, lo, s); } // rdx * s
