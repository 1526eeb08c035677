// SPDX-License-Identifier: MIT
// Trampolines at the start of code memory: into translated code, out of it, and from it to C. Made once by thunks_make.
//
// In translated code rsp is 16-byte aligned; a thunk called from it finds rsp = 8 mod 16. Arguments come in rcx, rdx, rax; the System V
// ABI's own argument registers are pins and are stored to guest state first, so that C always sees exact state. C preserves rbx, rbp,
// r12-r15; the other pins are reloaded. XMM pins that are live are stored too and are so no more (alloc_fp.c).
#include "tcg/interp/interp.h"
#include "tcg/x86/gen.h"

static void load_pins(X86 *x, Asm *a, bool all) {
    for (unsigned i = 0; i < x->pins.n; i++) {
        Reg r = x->pins.reg[i];
        if (all || (r != RBX && r != R12)) mov_rm(a, r, RBP, x->pins.slot[i]);
    }
}

static void set_xmm_live(Asm *a, bool live) {
    opcode(a, 0xc6, 0, 0, RBP); // mov byte [xmm_live], imm
    modrm_mem(a, 0, RBP, VCPU(xmm_live));
    b1(a, live);
}

static void make_consts(X86 *x, Asm *a) {
    static const uint64_t value[CONSTS][2] = {[CONST_BOX32] = {~0xffffffffull, 0},
                                              [CONST_BOX16] = {~0xffffull, 0},
                                              [CONST_NAN32] = {0xffffffff7fc00000, 0},
                                              [CONST_NAN64] = {0x7ff8000000000000, 0},
                                              [CONST_SIGN32] = {1ull << 31, 0},
                                              [CONST_SIGN64] = {1ull << 63, 0},
                                              [CONST_ABS32] = {~(1ull << 31), 0},
                                              [CONST_ABS64] = {~(1ull << 63), 0},
                                              [CONST_TINY32] = {1ull << 23, 0},
                                              [CONST_TINY64] = {1ull << 52, 0},
                                              [CONST_VABS32] = {0x7fffffff7fffffff, 0x7fffffff7fffffff},
                                              [CONST_VABS64] = {~(1ull << 63), ~(1ull << 63)},
                                              [CONST_VTINY32] = {0x0080000000800000, 0x0080000000800000},
                                              [CONST_VTINY64] = {1ull << 52, 1ull << 52},
                                              [CONST_VSIGN32] = {0x8000000080000000, 0x8000000080000000},
                                              [CONST_BYTES70] = {0x7070707070707070, 0x7070707070707070},
                                              [CONST_HALF32] = {0x3effffff, 0},
                                              [CONST_HALF64] = {0x3fdfffffffffffff, 0}};
    while (asm_here(a) & 15) b1(a, 0xcc);
    x->consts = asm_here(a);
    for (unsigned i = 0; i < CONSTS; i++) {
        b8(a, value[i][0]);
        b8(a, value[i][1]);
    }
}

static void make_xpins(X86 *x, Asm *a) {
    x->save_xpins = asm_here(a);
    for (unsigned i = 0; i < x->nxpins; i++)
        avx_rm(a, (x->wide ? MOVUPS : MOVSD) + 1, (Reg)(FIRST_XPIN + i), 0, RBP, x->xpin_slot[i]);
    set_xmm_live(a, false);
    ret(a);
    x->load_xpins = asm_here(a);
    for (unsigned i = 0; i < x->nxpins; i++)
        avx_rm(a, x->wide ? MOVUPS : MOVSD, (Reg)(FIRST_XPIN + i), 0, RBP, x->xpin_slot[i]);
    set_xmm_live(a, true);
    ret(a);
}

// From here on C may look at all guest state.
static void store_state(X86 *x, Asm *a) {
    opcode(a, 0x80, 0, 0, RBP); // cmp byte [xmm_live], 0
    modrm_mem(a, 7, RBP, VCPU(xmm_live));
    b1(a, 0);
    uint8_t *stored = jcc_short(a, CC_E);
    call_to(a, x->save_xpins);
    bind_short(a, stored);
    for (unsigned i = 0; i < x->pins.n; i++) mov_mr(a, RBP, x->pins.slot[i], x->pins.reg[i]);
}

static void call_c(Asm *a, void *fn) {
    mov_ri(a, RAX, (int64_t)(uintptr_t)fn);
    call_reg(a, RAX);
}

static void vcpu_to_rdi(Asm *a) { lea(a, P_W, RDI, RBP, -(int32_t)sizeof(Vcpu)); }

enum { FRAME = 24, RETURN_STACK = 64 << 10 };
static const Reg callee_saved[] = {RBX, RBP, R12, R13, R14, R15};

static void make_enter_leave(X86 *x, Asm *a) {
    x->enter = (uint64_t(*)(Vcpu *, uint32_t))(uintptr_t)asm_here(a);
    for (unsigned i = 0; i < 6; i++) push(a, callee_saved[i]);
    alu_ri(a, P_W, ALU_SUB, RSP, FRAME);
    mov_mi(a, P_W, RSP, 8, 1); // the predictor's bottom: no guest pc is odd
    lea(a, P_W, RBP, RDI, sizeof(Vcpu));
    mov_mr(a, RBP, VCPU(host_sp), RSP);
    lea(a, P_W, RAX, RSP, -RETURN_STACK);
    mov_mr(a, RBP, VCPU(stack_limit), RAX);
    mov_rm(a, R15, RBP, VCPU(space));
    mov32_rr(a, RAX, RSI);
    load_pins(x, a, true);
    jmp_reg(a, RAX);

    x->divert = asm_here(a); // rcx: offset in the page
    mov_rm(a, RAX, RBP, VCPU(vpage));
    alu_rr(a, P_W, ALU_ADD, RAX, RCX);
    x->jump_miss[0] = asm_here(a); // rax: guest pc
    mov_mr(a, RBP, VCPU(pc), RAX);
    mov_ri(a, RAX, LEFT_LOOKUP);
    x->leave = asm_here(a);
    store_state(x, a);
    x->leave_nosave = asm_here(a);
    mov_rm(a, RSP, RBP, VCPU(host_sp));
    alu_ri(a, P_W, ALU_ADD, RSP, FRAME);
    for (unsigned i = 6; i-- > 0;) pop(a, callee_saved[i]);
    ret(a);
    for (unsigned landing = 1; landing <= MAX_LANDING; landing++) {
        x->jump_miss[landing] = asm_here(a);
        mov_mi(a, 0, RBP, VCPU(landing), (int32_t)landing);
        jmp_to(a, x->jump_miss[0]);
    }
}

// Vcpu.pc is set and the context may be new: predictions are void, r15 is reloaded, and the jump cache of the space asked. WFI leaves.
static void make_done(X86 *x, Asm *a) {
    x->jump_done = asm_here(a);
    mov_rm(a, RSP, RBP, VCPU(host_sp));
    mov_rm(a, R15, RBP, VCPU(space));
    mov_rm(a, RAX, RBP, VCPU(pc));
    opcode(a, 0x80, 0, 0, RBP); // cmp byte [waiting], 0
    modrm_mem(a, 7, RBP, VCPU(waiting));
    b1(a, 0);
    jcc_to(a, CC_NE, x->jump_miss[0]);
    opcode(a, 0xc6, 0, 0, RBP); // mov byte [changed], 0
    modrm_mem(a, 0, RBP, VCPU(changed));
    b1(a, 0);
    probe_emit(x, a, NULL, 0);
}

// A trap was raised and the pins are stored: the guest takes it here, and its handler is looked up like the target of any jump.
static void make_trap(X86 *x, Asm *a) {
    x->leave_trap = asm_here(a);
    mov_rm(a, RSP, RBP, VCPU(host_sp));
    vcpu_to_rdi(a);
    call_c(a, (void *)run_trap);
    op_rr(a, 0x84, RAX, RAX); // test al, al
    uint8_t *leave = jcc_short(a, CC_E);
    load_pins(x, a, true);
    jmp_to(a, x->jump_done);
    bind_short(a, leave);
    mov_ri(a, RAX, LEFT_TRAP);
    jmp_to(a, x->leave_nosave);
}

enum { TEMPS_FRAME = 16 * (SCRATCH_X2 + 1) + 24 };

static void save_temps(Asm *a) {
    alu_ri(a, P_W, ALU_SUB, RSP, TEMPS_FRAME);
    mov_mr(a, RSP, 16 * (SCRATCH_X2 + 1), RAX);
    for (unsigned i = 0; i <= SCRATCH_X2; i++) avx_rm(a, MOVUPS + 1, (Reg)i, 0, RSP, (int32_t)(16 * i));
}

static void restore_temps(Asm *a) {
    mov_rm(a, RAX, RSP, 16 * (SCRATCH_X2 + 1));
    for (unsigned i = 0; i <= SCRATCH_X2; i++) avx_rm(a, MOVUPS, (Reg)i, 0, RSP, (int32_t)(16 * i));
    alu_ri(a, P_W, ALU_ADD, RSP, TEMPS_FRAME);
    ret(a);
}

// rcx = vaddr, edx = MemOp, [scratch] = value to store or to be loaded; pc_off is stored. Keeps all temps.
static uint32_t make_slow(X86 *x, Asm *a, void *fn) {
    uint32_t at = asm_here(a);
    save_temps(a);
    store_state(x, a);
    mov_rr(a, RSI, RCX);
    if (fn == (void *)vcpu_store)
        mov_rm(a, RCX, RBP, VCPU(scratch));
    else
        lea(a, P_W, RCX, RBP, VCPU(scratch));
    vcpu_to_rdi(a);
    call_c(a, fn);
    op_rr(a, 0x84, RAX, RAX);
    jcc_to(a, CC_E, x->leave_trap);
    load_pins(x, a, false);
    restore_temps(a);
    return at;
}

// tlb_amo(v, op, memop, vaddr, b, c): rcx = vaddr, rdx = b, rax = c, [scratch+48] = op, [scratch+56] = MemOp; the old value to
// [scratch]. Keeps all temps.
static uint32_t make_amo(X86 *x, Asm *a) {
    uint32_t at = asm_here(a);
    save_temps(a);
    store_state(x, a);
    mov_rr(a, R8, RDX);
    mov_rr(a, R9, RAX);
    mov_rm(a, RSI, RBP, VCPU(scratch) + 48);
    mov_rm(a, RDX, RBP, VCPU(scratch) + 56);
    vcpu_to_rdi(a);
    call_c(a, (void *)tlb_amo);
    mov_mr(a, RBP, VCPU(scratch), RAX);
    alu_mi(a, 0, ALU_CMP, RBP, VCPU(trap), 0);
    jcc_to(a, CC_NE, x->leave_trap);
    load_pins(x, a, false);
    restore_temps(a);
    return at;
}

// edx = number of a LateStub; jumped to. Keeps all but rcx and rdx, which a miss has no use for.
static void make_late(X86 *x, Asm *a) {
    uint32_t call = asm_here(a);
    save_temps(a);
    store_state(x, a);
    mov_rr(a, RSI, RDX);
    vcpu_to_rdi(a);
    call_c(a, (void *)late_make);
    op_rr(a, P_W | 0x85, RAX, RAX);
    jcc_to(a, CC_E, x->leave_trap);
    mov_mr(a, RBP, VCPU(scratch), RAX);
    load_pins(x, a, false);
    restore_temps(a);
    for (unsigned live = 0; live < 2; live++) {
        x->late[live] = asm_here(a);
        call_to(a, call);
        if (live && x->nxpins) call_to(a, x->load_xpins);
        mov_rm(a, RDX, RBP, VCPU(scratch));
        jmp_reg(a, RDX);
    }
}

// edx = site; pc_off is stored. Keeps all temps.
static uint32_t make_site(X86 *x, Asm *a, void *fn) {
    uint32_t at = asm_here(a);
    save_temps(a);
    store_state(x, a);
    mov_rr(a, RSI, RDX);
    vcpu_to_rdi(a);
    call_c(a, fn);
    load_pins(x, a, false);
    restore_temps(a);
    return at;
}

static uint32_t make_helper(X86 *x, Asm *a, const Helper *h) {
    uint32_t at = asm_here(a);
    alu_ri(a, P_W, ALU_SUB, RSP, 8);
    store_state(x, a);
    mov_rr(a, RSI, RCX);
    mov_rr(a, RCX, RAX);
    vcpu_to_rdi(a);
    call_c(a, (void *)h->fn);
    load_pins(x, a, h->effects & HELPER_WRITES);
    if (h->effects & HELPER_TRAPS) {
        alu_mi(a, 0, ALU_CMP, RBP, VCPU(trap), 0);
        jcc_to(a, CC_NE, x->leave_trap);
    }
    alu_ri(a, P_W, ALU_ADD, RSP, 8);
    ret(a);
    return at;
}

// interp_eval(v, op, a, b, c): rcx, rdx, rax = a, b, c; [scratch+48] = address of the op.
static uint32_t make_eval(X86 *x, Asm *a) {
    uint32_t at = asm_here(a);
    alu_ri(a, P_W, ALU_SUB, RSP, 8);
    store_state(x, a);
    mov_rm(a, RSI, RBP, VCPU(scratch) + 48);
    mov_rr(a, R8, RAX);
    op_rr(a, P_W | 0x87, RCX, RDX); // swap
    vcpu_to_rdi(a);
    call_c(a, (void *)x->eval_fn);
    load_pins(x, a, false);
    alu_ri(a, P_W, ALU_ADD, RSP, 8);
    ret(a);
    return at;
}

// An op on the operands in [scratch], see interp_eval_scratch. Keeps all temps.
static uint32_t make_eval_wide(X86 *x, Asm *a) {
    uint32_t at = asm_here(a);
    save_temps(a);
    store_state(x, a);
    vcpu_to_rdi(a);
    call_c(a, (void *)interp_eval_scratch);
    load_pins(x, a, false);
    restore_temps(a);
    return at;
}

// [1]: the same, but the XMM pins are live before and after.
static void make_pair(X86 *x, Asm *a, uint32_t pair[2], uint32_t thunk) {
    pair[0] = pair[1] = thunk;
    if (!x->nxpins) return;
    pair[1] = asm_here(a);
    alu_ri(a, P_W, ALU_SUB, RSP, 8);
    call_to(a, thunk);
    call_to(a, x->load_xpins);
    alu_ri(a, P_W, ALU_ADD, RSP, 8);
    ret(a);
}

bool thunks_make(Engine *e, X86 *x, Asm *a) {
    const IrNames *names = &e->guest->names;
    make_consts(x, a);
    canon_make(x, a);
    round_make(x, a);
    make_xpins(x, a);
    make_enter_leave(x, a);
    make_done(x, a);
    make_trap(x, a);
    make_pair(x, a, x->slow_load, make_slow(x, a, (void *)vcpu_load));
    make_pair(x, a, x->slow_store, make_slow(x, a, (void *)vcpu_store));
    make_pair(x, a, x->slow_load128, make_slow(x, a, (void *)vcpu_load128));
    make_pair(x, a, x->slow_store128, make_slow(x, a, (void *)vcpu_store128));
    make_pair(x, a, x->cas128, make_slow(x, a, (void *)vcpu_cas128));
    make_pair(x, a, x->eval_wide, make_eval_wide(x, a));
    make_pair(x, a, x->amo, make_amo(x, a));
    make_pair(x, a, x->eval, make_eval(x, a));
    make_pair(x, a, x->rove, make_site(x, a, (void *)cache_rove));
    make_pair(x, a, x->watch, make_site(x, a, (void *)cache_watch));
    make_late(x, a);
    for (unsigned i = 0; i < names->nhelpers && i < sizeof(x->helper) / sizeof(x->helper[0]); i++)
        x->helper[i] = make_helper(x, a, &names->helpers[i]);
    return !a->full;
}
