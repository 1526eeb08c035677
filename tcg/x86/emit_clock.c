// SPDX-License-Identifier: MIT
// Virtual time without a call: the reader's side of tcg/run/ticker.h. Called through the emitter table.
#include "tcg/x86/gen.h"

#define TICKER(m) ((int32_t)offsetof(Ticker, m))

// rdx = rdx / n by a product, exact below 2^63 (Granlund and Montgomery): with n <= 2^k and m = 2^(63+k) / n rounded up, the error
// m * n - 2^(63+k) is below 2^k, and so the product's below 2^(63+k). Clobbers rax.
static void divide_rdx(Asm *a, uint64_t n) {
    unsigned k = n > 1 ? 64 - (unsigned)__builtin_clzll(n - 1) : 0;
    if ((n & (n - 1)) == 0) {
        if (k)
            shift_ri(a, P_W, SH_SHR, RDX, k);
        return;
    }
    unsigned __int128 m = (((unsigned __int128)1 << (63 + k)) + n - 1) / n;
    mov_ri(a, RAX, (int64_t)(uint64_t)m);
    unary(a, P_W, 4, RDX); // mul rdx
    shift_ri(a, P_W, SH_SHR, RDX, k - 1);
}

void emit_clock(Gen *g, IrRef r, const IrOp *op) {
    Asm *a = &g->a;
    evict_rax(g);
    Reg d = def_gpr(g, r);
    mov_rm(a, RCX, RBP, VCPU(ticker));
    op_rm(a, 0x8b, d, RCX, TICKER(done));
    if (g->e->nvcpus > 1) // not before what stands ahead of it: another vCPU's reading may have come by memory
        op_rr(a, P_0F | 0xae, 5, RAX); // lfence
    asm_room(a);
    b1(a, 0x0f), b1(a, 0x31); // rdtsc
    shift_ri(a, P_W, SH_SHL, RDX, 32);
    alu_rr(a, P_W, ALU_OR, RAX, RDX);
    alu_rm(a, P_W, ALU_SUB, RAX, RCX, TICKER(from));
    alu_rm(a, P_W, ALU_CMP, RAX, RCX, TICKER(span));
    uint8_t *beyond = jcc_fwd(a, CC_A);
    op_rm(a, P_W | 0xf7, 4, RCX, TICKER(rate)); // mul
    alu_rm(a, P_W, ALU_ADD, RDX, RCX, TICKER(base));
    alu_rm(a, 0, ALU_CMP, d, RCX, TICKER(begun));
    Stub *s = soft_if(g, CC_NE, op, 0, 0, 0, d);
    s->from[1] = beyond;
    if (op->imm) {
        divide_rdx(a, (uint64_t)op->imm);
        alu_rm(a, P_W, ALU_ADD, RDX, RCX, TICKER(shift));
    }
    mov_rr(a, d, RDX);
    s->back = asm_here(a);
}
