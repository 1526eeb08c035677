// SPDX-License-Identifier: MIT
// The toy guest's front end.
#include <stdlib.h>
#include <string.h>
#include "tests/lib/toy.h"

uint8_t toy_ram[TOY_RAM] __attribute__((aligned(4096)));

static uint64_t help_halt(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) {
    v->pc = vcpu_pc(v);
    vcpu_kick(v, EXIT_STOP);
    return 0;
}

static uint64_t help_illegal(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) {
    v->trap = 1;
    toy_of(v)->fault_addr = a;
    toy_of(v)->fault_pc = vcpu_pc(v);
    return 0;
}

static uint64_t help_lr(Vcpu *v, uint64_t vaddr, uint64_t b, uint64_t c) {
    uint64_t value[2] = {0};
    if (vcpu_load_reserved(v, vaddr, MO_64 | MO_ALIGN, value)) toy_of(v)->seen = value[0];
    return value[0];
}

static uint64_t help_sc(Vcpu *v, uint64_t vaddr, uint64_t value, uint64_t c) {
    bool done;
    const uint64_t seen[2] = {toy_of(v)->seen}, wanted[2] = {value};
    vcpu_store_conditional(v, vaddr, MO_64 | MO_ALIGN, seen, wanted, &done);
    return !done;
}

static uint64_t help_remap(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) {
    toy_of(v)->moved = (a & 1) << 16;
    vcpu_flush(v, -1);
    return 0;
}

static const Helper helpers[] = {
    {"halt", help_halt, HELPER_READS | HELPER_WRITES | HELPER_TRAPS},
    {"illegal", help_illegal, HELPER_READS | HELPER_WRITES | HELPER_TRAPS},
    {"lr", help_lr, HELPER_READS | HELPER_WRITES | HELPER_TRAPS},
    {"sc", help_sc, HELPER_READS | HELPER_WRITES | HELPER_TRAPS},
    {"remap", help_remap, HELPER_READS}, // no slot changes
};

#define X(n) (uint16_t)(8 * (n))

static void one(IrBuild *k, uint32_t insn, int32_t pc) {
    unsigned op = insn & 255, rd = insn >> 12 & 15, rs = insn >> 8 & 15;
    int imm = (int16_t)(insn >> 16);
    IrRef d = ir_get(k, T_I64, X(rd)), s = ir_get(k, T_I64, X(rs));
    switch (op) {
    case TOY_ADDI: ir_set(k, T_I64, X(rd), ir_bin(k, OP_ADD, T_I64, s, ir_const(k, T_I64, imm))); break;
    case TOY_ADD: ir_set(k, T_I64, X(rd), ir_bin(k, OP_ADD, T_I64, d, s)); break;
    case TOY_SUB: ir_set(k, T_I64, X(rd), ir_bin(k, OP_SUB, T_I64, d, s)); break;
    case TOY_DIV: ir_set(k, T_I64, X(rd), ir_bin(k, OP_DIVS, T_I64, d, s)); break;
    case TOY_MULH: ir_set(k, T_I64, X(rd), ir_bin(k, OP_MULHS, T_I64, d, s)); break;
    case TOY_SLLI: ir_set(k, T_I64, X(rd), ir_bin(k, OP_SHL, T_I64, s, ir_const(k, T_I64, imm))); break;
    case TOY_SEXTW: ir_set(k, T_I64, X(rd), ir_un(k, OP_SEXT32, T_I64, s)); break;
    case TOY_LD: ir_set(k, T_I64, X(rd), ir_load(k, T_I64, MO_64, s, imm)); break;
    case TOY_LW: ir_set(k, T_I64, X(rd), ir_load(k, T_I64, MO_32 | MO_SIGN, s, imm)); break;
    case TOY_SD: ir_store(k, T_I64, MO_64, s, imm, d); break;
    case TOY_SB: ir_store(k, T_I64, MO_8, s, imm, d); break;
    case TOY_AMOADD: ir_set(k, T_I64, X(rd), ir_amo(k, OP_AMO_ADD, T_I64, MO_64, s, d, IR_NONE)); break;
    case TOY_LR: ir_set(k, T_I64, X(rd), ir_call(k, T_I64, 2, s, IR_NONE, IR_NONE)); break;
    case TOY_SC: ir_set(k, T_I64, X(rd), ir_call(k, T_I64, 3, s, d, IR_NONE)); break;
    case TOY_REMAP: ir_call(k, T_VOID, 4, d, IR_NONE, IR_NONE); break;
    case TOY_BNEZ:
        ir_exit_if(k, ir_bin(k, OP_NE, T_I64, d, ir_const(k, T_I64, 0)), pc + 4 * imm);
        break;
    case TOY_BLT: ir_exit_if(k, ir_bin(k, OP_LTS, T_I64, d, s), pc + 4 * imm); break;
    case TOY_JMP: ir_exit(k, pc + 4 * imm); break;
    case TOY_JR: ir_exit_reg(k, s, EXIT_HINT_JUMP, 0, 0); break;
    case TOY_CALL: // links in rd
        ir_set(k, T_I64, X(rd), ir_pcrel(k, T_I64, pc + 4));
        ir_exit_call(k, pc + 4 * imm, pc + 4);
        break;
    case TOY_CALLR:
        ir_set(k, T_I64, X(rd), ir_pcrel(k, T_I64, pc + 4));
        ir_exit_reg(k, s, EXIT_HINT_CALL, pc + 4, 0);
        break;
    case TOY_RET: ir_exit_reg(k, s, EXIT_HINT_RETURN, 0, 0); break;
    case TOY_HALT:
        ir_call(k, T_VOID, 0, IR_NONE, IR_NONE, IR_NONE);
        ir_exit_done(k);
        break;
    default:
        ir_call(k, T_VOID, 1, ir_const(k, T_I64, insn), IR_NONE, IR_NONE);
        ir_exit_done(k);
    }
}

static void translate(IrBuild *k, Vcpu *v, const uint8_t *code, const uint8_t *next, unsigned max) {
    int32_t pc = k->b->pc;
    for (unsigned n = 0; n < max && pc < 4096 && !k->ended && !k->full; n++, pc += 4) {
        uint32_t insn;
        memcpy(&insn, code + pc, 4);
        ir_insn(k, pc, 4);
        one(k, insn, pc);
    }
    if (!k->ended)
        ir_exit(k, pc);
}

static bool fill(Vcpu *v, uint64_t vaddr, Access access, unsigned mmu, unsigned size, bool probe, TlbFill *out) {
    uint64_t paddr = vaddr - TOY_ALIAS < TOY_RAM ? (vaddr - TOY_ALIAS) ^ toy_of(v)->moved : vaddr;
    bool ram = paddr < TOY_RAM;
    if (!ram && (vaddr < TOY_IO || vaddr >= TOY_IO + 4096 || access == ACCESS_FETCH)) {
        if (!probe) {
            v->trap = 2;
            toy_of(v)->fault_addr = vaddr;
            toy_of(v)->fault_pc = vcpu_pc(v);
        }
        return false;
    }
    *out = (TlbFill){paddr, ram ? toy_ram + paddr : NULL, true, true, true, true, 4096, false};
    return true;
}

static bool io_read(Vcpu *v, uint64_t vaddr, uint64_t paddr, unsigned size, uint64_t *value) {
    *value = toy_of(v)->io_value + size;
    return true;
}

static bool io_write(Vcpu *v, uint64_t vaddr, uint64_t paddr, unsigned size, uint64_t value) {
    toy_of(v)->io_value = value;
    toy_of(v)->io_writes++;
    return true;
}

static void misaligned(Vcpu *v, uint64_t vaddr, Access access) { help_illegal(v, vaddr, 0, 0); }

static void trap(Vcpu *v) {
    v->pc = toy_of(v)->x[15];
    if (!v->pc) {
        v->pc = toy_of(v)->fault_pc;
        vcpu_kick(v, EXIT_STOP);
    }
}

static bool interrupt(Vcpu *v) { return false; }
static bool awake(Vcpu *v) { return true; }
static void reset(Vcpu *v, uint64_t pc) { v->pc = pc; }

static const IrSlot slots[] = {
    {"x0", 0, T_I64}, {"x1", 8, T_I64}, {"x2", 16, T_I64}, {"x3", 24, T_I64}, {"x4", 32, T_I64}, {"x5", 40, T_I64}, {"x6", 48, T_I64},
    {"x7", 56, T_I64}, {"x8", 64, T_I64}, {"x9", 72, T_I64}, {"x10", 80, T_I64}, {"x11", 88, T_I64}, {"x12", 96, T_I64},
    {"x13", 104, T_I64}, {"x14", 112, T_I64}, {"x15", 120, T_I64},
    {"metered", offsetof(Toy, metered), T_I64},
};
static const uint16_t pins[] = {X(1), X(2), X(3), X(4), X(5), X(6), X(7), X(8)};

const Guest toy_guest = {
    .name = "toy", .names = {slots, 17, helpers, 5}, .pins = pins, .npins = 8, .meter = offsetof(Toy, metered), .state_size = sizeof(Toy), .insn_align = 4,
    .translate = translate, .fill = fill, .io_read = io_read, .io_write = io_write, .misaligned = misaligned, .trap = trap,
    .interrupt = interrupt, .awake = awake, .reset = reset,
};

EngineOptions toy_options(bool interpret) {
    const char *threshold = getenv("MYNA_TIER2_THRESHOLD");
    return (EngineOptions){.interpret = interpret, .cache_size = 1 << 20, .tier2_threshold = threshold ? (unsigned)atoi(threshold) : 0};
}

Vcpu *toy_new(bool interpret) {
    EngineOptions options = toy_options(interpret);
    return vcpu_new(&toy_guest, engine_new(&toy_guest, &options), 0, NULL);
}

void toy_free(Vcpu *v) {
    Engine *e = v->engine;
    vcpu_free(v);
    engine_free(e);
}

void toy_code(uint64_t at, const uint32_t *code, unsigned n) { memcpy(toy_ram + at, code, 4 * n); }
