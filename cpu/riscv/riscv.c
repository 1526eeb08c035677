// SPDX-License-Identifier: MIT
// The RISC-V CPU types: what boards, gdb, monitor and snapshots know of a hart, and the Guest that the translator knows it by.
// Everything behind them is in the files beside.
#include <stdlib.h>
#include "cpu/riscv/insn.h"
#include "cpu/riscv/state.h"

static void hart_fini(Cpu *c)
{
    RiscvState *s = riscv_state(c->vcpu);
    if (s->stimer)
        timer_free(s->stimer);
    free(s->walks);
    if (c->config)
        riscv_gdb_free(c->config);
    free(c->config);
}

static bool hart_init(Cpu *c, unsigned xlen)
{
    RiscvState *s = riscv_state(c->vcpu);
    RiscvConfig *config = calloc(1, sizeof(*config));
    c->config = config;
    s->walks = riscv_walks_new();
    if (!config || !s->walks)
        return false;
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

static bool configure(Cpu *c, const char *model, char *error, size_t error_size)
{
    return riscv_config_apply(c->config, model, error, error_size);
}

static void sync_state(Cpu *c, bool loaded)
{
    if (loaded)
        riscv_refresh(c->vcpu);
    else
        riscv_state(c->vcpu)->fflags = riscv_fflags(c->vcpu);
}

static bool translate_debug(Cpu *c, uint64_t vaddr, uint64_t *paddr) { return riscv_translate_debug(c->vcpu, vaddr, paddr); }

static void disassemble(Cpu *c, uint64_t vaddr, const uint8_t *bytes, size_t n, char *text, size_t size, unsigned *length)
{
    *length = riscv_disassemble(c->config, vaddr, bytes, n, text, size);
}

// ---- what translation sees

#define OFFSET(member) offsetof(RiscvState, member)
#define X(n) (OFFSET(x) + 8 * (n))
#define F(n) (OFFSET(f) + 8 * (n))
static const IrSlot slots[] = {
    {"zero", X(0), T_I64}, {"ra", X(1), T_I64}, {"sp", X(2), T_I64}, {"gp", X(3), T_I64}, {"tp", X(4), T_I64},
    {"t0", X(5), T_I64}, {"t1", X(6), T_I64}, {"t2", X(7), T_I64}, {"s0", X(8), T_I64}, {"s1", X(9), T_I64},
    {"a0", X(10), T_I64}, {"a1", X(11), T_I64}, {"a2", X(12), T_I64}, {"a3", X(13), T_I64}, {"a4", X(14), T_I64},
    {"a5", X(15), T_I64}, {"a6", X(16), T_I64}, {"a7", X(17), T_I64}, {"s2", X(18), T_I64}, {"s3", X(19), T_I64},
    {"s4", X(20), T_I64}, {"s5", X(21), T_I64}, {"s6", X(22), T_I64}, {"s7", X(23), T_I64}, {"s8", X(24), T_I64},
    {"s9", X(25), T_I64}, {"s10", X(26), T_I64}, {"s11", X(27), T_I64}, {"t3", X(28), T_I64}, {"t4", X(29), T_I64},
    {"t5", X(30), T_I64}, {"t6", X(31), T_I64},
    {"ft0", F(0), T_F64}, {"ft1", F(1), T_F64}, {"ft2", F(2), T_F64}, {"ft3", F(3), T_F64}, {"ft4", F(4), T_F64},
    {"ft5", F(5), T_F64}, {"ft6", F(6), T_F64}, {"ft7", F(7), T_F64}, {"fs0", F(8), T_F64}, {"fs1", F(9), T_F64},
    {"fa0", F(10), T_F64}, {"fa1", F(11), T_F64}, {"fa2", F(12), T_F64}, {"fa3", F(13), T_F64}, {"fa4", F(14), T_F64},
    {"fa5", F(15), T_F64}, {"fa6", F(16), T_F64}, {"fa7", F(17), T_F64}, {"fs2", F(18), T_F64}, {"fs3", F(19), T_F64},
    {"fs4", F(20), T_F64}, {"fs5", F(21), T_F64}, {"fs6", F(22), T_F64}, {"fs7", F(23), T_F64}, {"fs8", F(24), T_F64},
    {"fs9", F(25), T_F64}, {"fs10", F(26), T_F64}, {"fs11", F(27), T_F64}, {"ft8", F(28), T_F64}, {"ft9", F(29), T_F64},
    {"ft10", F(30), T_F64}, {"ft11", F(31), T_F64},
    {"res_vaddr", OFFSET(res_vaddr), T_I64}, {"res_value", OFFSET(res_value), T_I64},
    {"sscratch", OFFSET(sscratch), T_I64}, {"sepc", OFFSET(sepc), T_I64}, {"scause", OFFSET(scause), T_I64},
    {"stval", OFFSET(stval), T_I64}, {"mscratch", OFFSET(mscratch), T_I64}, {"mepc", OFFSET(mepc), T_I64},
    {"mcause", OFFSET(mcause), T_I64}, {"mtval", OFFSET(mtval), T_I64},
};

// Hottest first, by dynamic counts of a kernel boot and common programs: a5 a4 sp a0 a3 a2 a1 s0 s1 a6 s2 a7.
static const uint16_t pins[] = {X(15), X(14), X(2), X(10), X(13), X(12), X(11), X(8), X(9), X(16), X(18), X(17)};

#define GUEST(NAME) {                                                                                                  \
    .name = NAME, .names = {slots, sizeof(slots) / sizeof(slots[0]), riscv_helpers, RISCV_NHELPERS},                   \
    .pins = pins, .npins = sizeof(pins) / sizeof(pins[0]), .state_size = sizeof(RiscvState), .insn_align = 2,          \
    .translate = riscv_translate, .fill = riscv_fill, .io_read = riscv_io_read, .io_write = riscv_io_write,            \
    .misaligned = riscv_misaligned, .trap = riscv_trap, .interrupt = riscv_interrupt, .awake = riscv_awake,            \
    .reset = riscv_reset }
const Guest riscv64_guest = GUEST("riscv64"), riscv32_guest = GUEST("riscv32");

static const char *const models64[] = {"rv64", "max", "rva22s64", NULL}, *const models32[] = {"rv32", "max", NULL};

#define TYPE(NAME, XLEN) {                                                                                             \
    .name = NAME, .guest = &riscv##XLEN##_guest, .fields = &riscv_fields, .init = init##XLEN, .fini = hart_fini,       \
    .sync = sync_state, .configure = configure, .models = models##XLEN, .regs = riscv_regs,                            \
    .reg_read = riscv_reg_read, .reg_write = riscv_reg_write, .gdb_feature_xml = riscv_gdb_xml,                        \
    .translate = translate_debug, .disassemble = disassemble, .print = riscv_print, .where = riscv_where, \
    .print_mappings = riscv_print_mappings, .set_pin = riscv_set_pin }
const CpuType riscv64_type = TYPE("riscv64", 64), riscv32_type = TYPE("riscv32", 32);
