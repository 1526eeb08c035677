// SPDX-License-Identifier: MIT
// The core's state as a table, its reset, and what is derived from it: context word, address space, timer outputs. Derived values are
// never saved; arm_refresh makes them again after reset, load, or a debugger's write.
#include <string.h>
#include "cpu/arm/simd.h"

const char *const arm_x_names[32] = {"x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",  "x8",  "x9",  "x10",
                                     "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21",
                                     "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "sp"};

// clang-format off
#define R(member, reset) FIELD(ArmState, member, reset)
#define A(member) FIELD_ARRAY(ArmState, member, 0)
static const Field fields[] = {
    FIELD_NAMED(ArmState, x, 0, arm_x_names),
    FIELD_(ArmState, v, .size = 8, .count = 64),
    R(cc_a, 0), R(cc_b, 0), R(cc_op, CC_NZCV), R(el, 1), R(spsel, 1), FIELD_PAD(ArmState, hot_pad),
    R(pstate, PSTATE_DAIF), R(res_vaddr, ARM_RES_NONE), R(res_value, 0), R(res_value2, 0),
    R(tpidr_el0, 0), R(tpidrro_el0, 0), R(tpidr_el1, 0),
    A(sp_el), A(elr), A(spsr), A(esr), A(far), A(vbar),
    A(sctlr), A(actlr), A(ttbr0), A(tcr), A(mair), A(amair), A(afsr0), A(afsr1),
    R(cpacr, 0), R(ttbr1, 0), R(contextidr, 0), R(par, 0),
    R(hcr, HCR_RW), R(cptr, 0), R(mdcr, ARM_PMU_COUNTERS), R(hstr, 0), R(hpfar, 0), R(vttbr, 0), R(vtcr, 0), R(vpidr, 0), R(vmpidr, 0),
    R(tpidr_el2, 0), R(cnthctl, 3), R(cntvoff, 0), R(cnthp_ctl, 0), R(cnthp_cval, 0),
    R(csselr, 0), R(cntkctl, 0), R(mdscr, 0), R(osdlr, 0), R(oslock, 1),
    R(fpcr, 0), R(fpsr, 0), R(cntv_ctl, 0), R(cntv_cval, 0), R(cntp_ctl, 0), R(cntp_cval, 0),
    R(pmcr, 0), R(pmcnten, 0), R(pmovs, 0), R(pminten, 0), R(pmselr, 0), R(pmuserenr, 0), R(pmccntr, 0), R(pmccfiltr, 0),
    A(pmevcntr), A(pmevtyper), R(pmu_time, 0),
    A(dbgbvr), A(dbgbcr), A(dbgwvr), A(dbgwcr), FIELD_(ArmState, apkey, .size = 8, .count = 10),
    R(fault_esr, 0), R(fault_far, 0), R(fault_pc, 0), R(fault_has_far, 0), R(fault_target, 0),
    FIELD_PAD(ArmState, fault_pad), R(pins, 0),
};
// clang-format on
// Version 1 had no registers of EL2 and other names for those of EL1.
const Fields arm_fields = {"aarch64", 2, fields, sizeof fields / sizeof *fields, offsetof(ArmState, metered), .oldest = 2};

static uint32_t context_word(const ArmState *s) {
    uint32_t ctx = s->el;
    bool fp_traps = arm_fp_target(s) != 0, el0 = !s->el;
    if (fp_traps) ctx |= ARM_CTX_FP_TRAP;
    if (arm_sctlr(s) & SCTLR_A) ctx |= ARM_CTX_ALIGN;
    if (s->pstate & PSTATE_IL) ctx |= ARM_CTX_ILLEGAL;
    if ((el0 && !(s->sctlr[1] & SCTLR_DZE)) || (s->el < 2 && (s->hcr & HCR_TDZ))) ctx |= ARM_CTX_NO_DZ;
    if (arm_step_active(s)) ctx |= ARM_CTX_STEP;
    if (!el0 && !s->spsel) ctx |= ARM_CTX_SP0;
    if (!fp_traps) ctx |= (s->fpcr & FPCR_FZ ? ARM_CTX_FP_SOFT : 0) | (s->fpcr & FPCR_DN ? ARM_CTX_FP_DN : 0);
    if (el0 && (s->sctlr[1] & SCTLR_MSCEN)) ctx |= ARM_CTX_MOPS;
    if (el0) ctx |= (s->cntkctl & 2 ? ARM_CTX_CNTVCT : 0) | (s->cntkctl & 1 ? ARM_CTX_CNTPCT : 0);
    return ctx | arm_pac_context(s);
}

// The second key is what entries of global pages depend on: the level, PAN and the upper table.
void arm_update_context(Vcpu *v) {
    ArmState *s = arm_state(v);
    uint64_t address = 0x0000ffffffffffffull, rules = (uint64_t)s->el << 48;
    vcpu_context(v, context_word(s));
    s->unsynced = 0;
    arm_step_update(v);
    if (s->pmu_filters && s->pmu_el != s->el) arm_pmu_update(s);
    unsigned regime = arm_regime(s);
    if (!(arm_sctlr(s) & SCTLR_M)) {
        vcpu_space(v, 0, rules, ARM_ASID_NONE);
        return;
    }
    if (regime > 1) {
        vcpu_space(v, s->ttbr0[regime] & address, rules | 1ull << 53, ARM_ASID_NONE);
        return;
    }
    if (s->pstate & PSTATE_PAN) rules |= 1ull << SPACE_DATA_SHIFT;
    if (s->pstate & PSTATE_UAO) rules |= 2ull << SPACE_DATA_SHIFT;
    bool asid16 = s->tcr[1] >> 36 & 1;
    uint64_t asid = (s->tcr[1] >> 22 & 1 ? s->ttbr1 : s->ttbr0[1]) >> 48 & (asid16 ? 0xffff : 0xff);
    vcpu_space(v, (s->ttbr0[1] & address) | asid << 48, (s->ttbr1 & address) | rules | 1ull << 53, (uint32_t)asid);
}

// A snapshot is hostile: fields hold what a register write could have made of them, or reset values.
static void legalize(ArmState *s) {
    if (s->cc_op >= CC_COUNT) s->cc_op = CC_NZCV;
    unsigned highest = arm_el2(s) ? 2 : 1;
    s->el = (uint8_t)(s->el > highest ? highest : s->el);
    s->spsel &= s->el != 0;
    s->fault_target = s->fault_target > highest ? 0 : s->fault_target;
    s->cnthp_ctl &= 3;
    s->pstate &= PSTATE_DAIF | PSTATE_IL | PSTATE_SS | arm_pstate_kept(s->config);
    s->cntv_ctl &= 3;
    s->cntp_ctl &= 3;
    for (unsigned n = 0; n < ARM_PMU_COUNTERS; n++) s->pmevcntr[n] = (uint32_t)s->pmevcntr[n];
}

void arm_refresh(Vcpu *v) {
    ArmState *s = arm_state(v);
    legalize(s);
    arm_fp_refresh(v);
    arm_pac_update(s);
    arm_walks_flush(s);
    vcpu_flush(v, -1);
    for (unsigned n = 0; n < ARM_TIMERS; n++) arm_timer_update(s, n);
    arm_pmu_update(s);
    arm_debug_update(v);
    arm_update_context(v);
    arm_irq_check(v);
}

// DDI 0487, D1.3.2: the highest level with its own stack pointer, everything masked, no MMU; SCTLR with the bits that read as one.
void arm_reset(Vcpu *v, uint64_t pc) {
    ArmState *s = arm_state(v);
    uint32_t pins = atomic_load(&s->pins); // wires keep their level
    fields_reset(&arm_fields, s);
    atomic_store(&s->pins, pins);
    s->tagged = false;
    s->el = arm_el2(s) ? 2 : 1;
    s->sctlr[1] = 0x30d00800;
    s->sctlr[2] = 0x30c50830;
    s->vpidr = s->config->id.midr;
    s->vmpidr = 1u << 31 | (s->cpu ? s->cpu->index : 0);
    v->pc = pc;
    v->landing = 0;
    v->trap = 0;
    v->waiting = false;
    arm_refresh(v);
}
