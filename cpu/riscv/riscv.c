// SPDX-License-Identifier: MIT
// The RISC-V CPU types: what boards, gdb, monitor and snapshots know of a hart, and the Guest that the
// translator knows it by. Everything behind them is in the files beside.
#include <stdlib.h>
#include "cpu/riscv/insn.h"
#include "cpu/riscv/state.h"

static void hart_fini(Cpu *c) {
    RiscvState *s = riscv_state(c->vcpu);
    if (s->stimer) timer_free(s->stimer);
    free(s->walks);
    if (c->config) riscv_gdb_free(c->config);
    free(c->config);
}

static bool hart_init(Cpu *c, unsigned xlen) {
    RiscvState *s = riscv_state(c->vcpu);
    RiscvConfig *config = calloc(1, sizeof(*config));
    c->config = config;
    s->walks = riscv_walks_new();
    if (!config || !s->walks) return false;
    riscv_csr_init();
    riscv_config_init(config, xlen);
    s->config = config;
    s->cpu = c;
    s->mem = c->mem;
    s->clock = c->clock;
    s->hartid = c->index;
    s->stimer = timer_new(c->clock, riscv_stimer_fired, c);
    return true;
}
static bool init64(Cpu *c) { return hart_init(c, 64); }
static bool init32(Cpu *c) { return hart_init(c, 32); }

static bool configure(Cpu *c, const char *model, char *error, size_t error_size) {
    return riscv_config_apply(c->config, model, error, error_size);
}

static void sync_state(Cpu *c, bool loaded) {
    if (loaded)
        riscv_refresh(c->vcpu);
    else
        riscv_state(c->vcpu)->fflags = riscv_fflags(c->vcpu);
}

static bool translate_debug(Cpu *c, uint64_t vaddr, uint64_t *paddr) {
    return riscv_translate_debug(c->vcpu, vaddr, paddr);
}

static void disassemble(Cpu *c, uint64_t vaddr, const uint8_t *bytes, size_t n, char *text, size_t size,
                        unsigned *length) {
    *length = riscv_disassemble(c->config, true, vaddr, bytes, n, text, size);
}

// ---- what translation sees

#define X_SLOT(n) (offsetof(RiscvState, x) + 8 * (n))
#define F_SLOT(n) (offsetof(RiscvState, f) + 8 * (n))
#define SLOT(member)                                                                                         \
    { #member, offsetof(RiscvState, member), T_I64 }
static const IrSlot slots[] = {
#define X(n, name) {#name, X_SLOT(n), T_I64},
#define F(n, name) {#name, F_SLOT(n), T_F64},
#include "cpu/riscv/reg.def"
#undef X
#undef F
    SLOT(res_vaddr), SLOT(res_value), SLOT(sscratch), SLOT(sepc),   SLOT(scause),
    SLOT(stval),     SLOT(mscratch),  SLOT(mepc),     SLOT(mcause), SLOT(mtval),
    SLOT(scounteren), SLOT(mcounteren), SLOT(medeleg), SLOT(mideleg), SLOT(mie), SLOT(mstatus),
    SLOT(instret), SLOT(metered),
};

// Hottest first, by dynamic counts of a kernel boot and common programs: a5 a4 sp a0 a3 a2 a1 s0 s1 a6 s2 a7.
static const uint16_t pins[] = {X_SLOT(15), X_SLOT(14), X_SLOT(2), X_SLOT(10), X_SLOT(13), X_SLOT(12),
                                X_SLOT(11), X_SLOT(8),  X_SLOT(9), X_SLOT(16), X_SLOT(18), X_SLOT(17)};

// The same of the FP registers: as compilers take them, fa5 downwards, then temporaries, fs0, fs1, and what else calls clobber.
static const uint16_t fp_pins[] = {F_SLOT(15), F_SLOT(14), F_SLOT(13), F_SLOT(12), F_SLOT(11), F_SLOT(10), F_SLOT(0),
                                   F_SLOT(8),  F_SLOT(1),  F_SLOT(9),  F_SLOT(16), F_SLOT(17), F_SLOT(2),  F_SLOT(3),
                                   F_SLOT(4),  F_SLOT(5),  F_SLOT(6),  F_SLOT(7),  F_SLOT(18), F_SLOT(19), F_SLOT(20),
                                   F_SLOT(21), F_SLOT(28), F_SLOT(29), F_SLOT(22), F_SLOT(23)};

// Linux keeps the current task in tp and, built with frame pointers, the frame in s0.
static const uint16_t steady[] = {X_SLOT(2), X_SLOT(4), X_SLOT(8)};
static bool roams(uint32_t ctx) { return (ctx & RV_CTX_PRIV) == PRIV_S; }

static void print_vcpu(Vcpu *v, FILE *to) { riscv_print(v->owner, to); }

// clang-format off
#define GUEST(NAME, PC32) { \
    .name = NAME, .names = {slots, sizeof(slots) / sizeof(slots[0]), riscv_helpers, RISCV_NHELPERS}, \
    .pins = pins, .npins = sizeof(pins) / sizeof(pins[0]), \
    .roams = roams, .steady = steady, .nsteady = sizeof(steady) / sizeof(steady[0]), .meter = offsetof(RiscvState, metered), \
    .fp_pins = fp_pins, .nfp_pins = sizeof(fp_pins) / sizeof(fp_pins[0]),  \
    .state_size = sizeof(RiscvState), .insn_align = 2, .pc32 = PC32, \
    .translate = riscv_translate, .fill = riscv_fill, .fill_around = riscv_fill_around, .fill_gains = RISCV_FILL_GAINS, \
    .io_read = riscv_io_read, .io_write = riscv_io_write, \
    .misaligned = riscv_misaligned, .trap = riscv_trap, .retired = riscv_retired, .interrupt = riscv_interrupt, .awake = riscv_awake, \
    .reset = riscv_reset, .print = print_vcpu }
const Guest riscv64_guest = GUEST("riscv64", false), riscv32_guest = GUEST("riscv32", true);

static const char *const models64[] = {"rv64", "max", "rva22s64", NULL}, *const models32[] = {"rv32", "max", NULL};

#define TYPE(NAME, XLEN) { \
    .name = NAME, .guest = &riscv##XLEN##_guest, .fields = &riscv_fields, .init = init##XLEN, .fini = hart_fini, \
    .sync = sync_state, .configure = configure, .models = models##XLEN, \
    .print_properties = riscv_print_properties, .regs = riscv_regs, \
    .reg_read = riscv_reg_read, .reg_write = riscv_reg_write, .gdb_feature_xml = riscv_gdb_xml, \
    .translate = translate_debug, .disassemble = disassemble, .print = riscv_print, .where = riscv_where, .backtrace = riscv_backtrace, \
    .print_mappings = riscv_print_mappings, .set_pin = riscv_set_pin }
const CpuType riscv64_type = TYPE("riscv64", 64), riscv32_type = TYPE("riscv32", 32);
// clang-format on
