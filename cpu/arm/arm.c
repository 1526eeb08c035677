// SPDX-License-Identifier: MIT
// The Arm CPU type: what boards, gdb, monitor and snapshots know of a core, and the Guest that the translator knows it by. Everything
// behind them is in the files beside.
#include <stdlib.h>
#include <string.h>
#include "cpu/arm/insn.h"
#include "cpu/arm/state.h"

static void core_fini(Cpu *c) {
    ArmState *s = arm_state(c->vcpu);
    for (unsigned n = 0; n < ARM_TIMERS; n++)
        if (s->timer[n]) timer_free(s->timer[n]);
    if (s->pmu_timer) timer_free(s->pmu_timer);
    if (s->wait_timer) timer_free(s->wait_timer);
    free(s->walks);
    free(c->config);
}

static void wait_over(void *cpu) { cpu_kick(cpu); }

static bool core_init(Cpu *c) {
    ArmState *s = arm_state(c->vcpu);
    ArmConfig *config = calloc(1, sizeof(*config));
    c->config = config;
    s->walks = arm_walks_new();
    if (!config || !s->walks) return false;
    arm_config_init(config);
    s->config = config;
    s->cpu = c;
    s->mem = c->mem;
    s->clock = c->clock;
    for (unsigned n = 0; n < ARM_TIMERS; n++) s->timer[n] = timer_new(c->clock, arm_timer_fired, c);
    s->pmu_timer = timer_new(c->clock, arm_pmu_fired, c);
    s->wait_timer = timer_new(c->clock, wait_over, c);
    s->wait_count = UINT64_MAX;
    return true;
}

static bool configure(Cpu *c, const char *model, char *error, size_t error_size) {
    return arm_config_apply(c->config, model, error, error_size);
}

static void sync_state(Cpu *c, bool loaded) {
    ArmState *s = arm_state(c->vcpu);
    if (loaded) {
        arm_set_btype(c->vcpu, s->pstate);
        arm_refresh(c->vcpu);
    } else {
        s->pstate = (s->pstate & ~PSTATE_BTYPE) | arm_btype(s);
        arm_fpsr(s);
    }
}

static bool translate_debug(Cpu *c, uint64_t vaddr, uint64_t *paddr) { return arm_translate_debug(c->vcpu, vaddr, paddr); }

static void disassemble(Cpu *c, uint64_t vaddr, const uint8_t *bytes, size_t n, char *text, size_t size, unsigned *length) {
    uint32_t bits = 0;
    *length = 4;
    if (n >= 4) memcpy(&bits, bytes, 4);
    if (n < 4) snprintf(text, size, "?");
    else a64_disassemble(c->config, vaddr, bits, text, size);
}

void arm_set_x(Cpu *c, unsigned r, uint64_t value) { arm_state(c->vcpu)->x[r] = value; }

// ---- what translation sees

#define SLOT(member, type) {#member, offsetof(ArmState, member), type}
#define XN(n) {"x" #n, offsetof(ArmState, x) + 8 * (n), T_I64}
#define DN(n) {"d" #n, offsetof(ArmState, v) + 16 * (n), T_F64}, {"s" #n, offsetof(ArmState, v) + 16 * (n), T_F32}, \
              {"q" #n, offsetof(ArmState, v) + 16 * (n), T_V128}, \
              {"v" #n "h", offsetof(ArmState, v) + 16 * (n) + 8, T_I64}
#define KEY(n, name) {"ap" name "_low", offsetof(ArmState, apkey[n][0]), T_I64}, {"ap" name "_high", offsetof(ArmState, apkey[n][1]), T_I64}
#define PAC(n, name) {"pac_mask_i_" name, offsetof(ArmState, pac_mask[n][0]), T_I64}, {"pac_mask_d_" name, offsetof(ArmState, pac_mask[n][1]), T_I64}, \
                     {"pac_differ_i_" name, offsetof(ArmState, pac_differ[n][0]), T_I64}, \
                     {"pac_differ_d_" name, offsetof(ArmState, pac_differ[n][1]), T_I64}
static const IrSlot slots[] = {
    XN(0), XN(1), XN(2), XN(3), XN(4), XN(5), XN(6), XN(7), XN(8), XN(9), XN(10), XN(11), XN(12), XN(13), XN(14), XN(15),
    XN(16), XN(17), XN(18), XN(19), XN(20), XN(21), XN(22), XN(23), XN(24), XN(25), XN(26), XN(27), XN(28), XN(29), XN(30),
    {"sp", offsetof(ArmState, x) + 8 * 31, T_I64},
    DN(0), DN(1), DN(2), DN(3), DN(4), DN(5), DN(6), DN(7), DN(8), DN(9), DN(10), DN(11), DN(12), DN(13), DN(14), DN(15),
    DN(16), DN(17), DN(18), DN(19), DN(20), DN(21), DN(22), DN(23), DN(24), DN(25), DN(26), DN(27), DN(28), DN(29), DN(30), DN(31),
    SLOT(cc_op, T_I32), SLOT(cc_a, T_I64), SLOT(cc_b, T_I64), SLOT(pstate, T_I64),
    SLOT(res_vaddr, T_I64), SLOT(res_value, T_I64), SLOT(res_value2, T_I64),
    SLOT(tpidr_el0, T_I64), SLOT(tpidrro_el0, T_I64), SLOT(tpidr_el1, T_I64),
    {"ttbr0", offsetof(ArmState, ttbr0[1]), T_I64}, SLOT(ttbr1, T_I64), {"mair", offsetof(ArmState, mair[1]), T_I64}, SLOT(par, T_I64),
    {"sp_el0", offsetof(ArmState, sp_el[0]), T_I64},
    {"elr_el1", offsetof(ArmState, elr[1]), T_I64}, {"elr_el2", offsetof(ArmState, elr[2]), T_I64}, {"spsr_el1", offsetof(ArmState, spsr[1]), T_I64},
    {"esr_el1", offsetof(ArmState, esr[1]), T_I64}, {"far_el1", offsetof(ArmState, far[1]), T_I64},
    {"vbar_el1", offsetof(ArmState, vbar[1]), T_I64}, SLOT(dbgwvr[3], T_I64),
    SLOT(qc, T_V128), SLOT(unsynced, T_I64), SLOT(metered, T_I64), KEY(0, "ia"), KEY(1, "ib"), KEY(2, "da"), KEY(3, "db"), KEY(4, "ga"),
    PAC(0, "el1"), PAC(1, "el2"),
};

// Hottest first, by dynamic counts of a kernel boot and common programs.
#define PIN(n) offsetof(ArmState, x) + 8 * (n)
static const uint16_t pins[] = {PIN(0), PIN(1), PIN(2), PIN(3), PIN(31), PIN(19), PIN(4), PIN(5), PIN(6), PIN(20), PIN(21), PIN(7)};

#define VPIN(n) offsetof(ArmState, v) + 16 * (n)
static const uint16_t fp_pins[] = {VPIN(0), VPIN(1), VPIN(2), VPIN(3), VPIN(4), VPIN(5), VPIN(6), VPIN(7), VPIN(16), VPIN(17), VPIN(18), VPIN(19),
                                   VPIN(8), VPIN(20), VPIN(21), VPIN(22), VPIN(23), VPIN(24), VPIN(25), VPIN(26), VPIN(27), VPIN(28), VPIN(29),
                                   VPIN(30)};

static void print_vcpu(Vcpu *v, FILE *to) { arm_print(v->owner, to); }

const Guest aarch64_guest = {
    .name = "aarch64", .names = {slots, sizeof(slots) / sizeof(slots[0]), arm_helpers, ARM_NHELPERS},
    .pins = pins, .npins = sizeof(pins) / sizeof(pins[0]),
    .fp_pins = fp_pins, .nfp_pins = sizeof(fp_pins) / sizeof(fp_pins[0]), .fp_wide = true,
    .meter = offsetof(ArmState, metered), .state_size = sizeof(ArmState), .insn_align = 4,
    .translate = a64_translate, .fill = arm_fill, .io_read = arm_io_read, .io_write = arm_io_write,
    .lands = arm_lands, .mislanded = arm_mislanded, .misaligned = arm_misaligned, .lenient = arm_lenient,
    .trap = arm_trap, .interrupt = arm_interrupt, .awake = arm_awake, .stepped = arm_stepped,
    .breakpoint = arm_breakpoint, .watchpoint = arm_watchpoint, .reset = arm_reset, .print = print_vcpu,
};

const CpuType aarch64_type = {
    .name = "aarch64", .guest = &aarch64_guest, .fields = &arm_fields, .init = core_init, .fini = core_fini,
    .sync = sync_state, .configure = configure, .models = arm_models,
    .print_properties = arm_print_properties, .regs = arm_regs,
    .reg_read = arm_reg_read, .reg_write = arm_reg_write, .reg_wide = arm_reg_wide, .gdb_feature_xml = arm_gdb_xml,
    .translate = translate_debug, .disassemble = disassemble, .print = arm_print, .where = arm_where, .set_pin = arm_set_pin,
};
