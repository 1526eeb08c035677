// SPDX-License-Identifier: MIT
// Exceptions: raising, entering, returning; interrupts and WFI. DDI 0487, D1.3, D1.4; the pseudocode is AArch64.TakeException and
// AArch64.ExceptionReturn.
//
// A raised exception waits in fault_esr, fault_far and fault_pc with Vcpu.trap set until the run loop calls Guest.trap. All go to EL1,
// the highest level there is so far. Interrupt inputs are the atomic word `pins`; whoever sets one kicks the CPU, and the core's own
// thread decides.
#include <inttypes.h>
#include <sched.h>
#include "cpu/arm/state.h"
#include "tcg/base/log.h"

enum { VECTOR_SYNC = 0, VECTOR_IRQ = 0x80, VECTOR_FIQ = 0x100, VECTOR_CURRENT_SPX = 0x200, VECTOR_LOWER = 0x400 };

static uint64_t raise(Vcpu *v, uint64_t esr, uint64_t pc) {
    ArmState *s = arm_state(v);
    s->fault_esr = esr;
    s->fault_pc = pc;
    s->fault_has_far = 0;
    v->trap = 1;
    return 0;
}
uint64_t arm_fault(Vcpu *v, uint64_t esr) { return raise(v, esr, vcpu_pc(v)); }
uint64_t arm_fault_at(Vcpu *v, uint64_t esr, uint64_t far) {
    raise(v, esr, vcpu_pc(v));
    arm_state(v)->fault_far = far;
    arm_state(v)->fault_has_far = 1;
    return 0;
}
uint64_t arm_raise(Vcpu *v, uint64_t esr, uint64_t b, uint64_t c) { return arm_fault(v, esr); }
// The instruction has run, so a step of it is done.
uint64_t arm_raise_after(Vcpu *v, uint64_t esr, uint64_t b, uint64_t c) {
    arm_state(v)->pstate &= ~PSTATE_SS;
    return raise(v, esr, vcpu_pc(v) + 4);
}
uint64_t arm_undefined(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) { return arm_fault(v, ESR(EC_UNKNOWN, 0)); }
uint64_t arm_pc_alignment(Vcpu *v, uint64_t vaddr, uint64_t b, uint64_t c) { return arm_fault_at(v, ESR(EC_PC_ALIGN, 0), vaddr); }

uint64_t arm_pstate(const ArmState *s) { return (s->pstate & ~PSTATE_BTYPE) | arm_btype(s) | (uint64_t)s->el << 2 | s->spsel | arm_flags(s); }

void arm_select_sp(ArmState *s, unsigned el, unsigned spsel) {
    s->sp_el[s->spsel ? s->el : 0] = s->x[31];
    s->el = (uint8_t)el;
    s->spsel = (uint8_t)spsel;
    s->x[31] = s->sp_el[spsel ? el : 0];
}

static void enter(Vcpu *v, unsigned vector, uint64_t pc) {
    ArmState *s = arm_state(v);
    unsigned from = s->el, target = 1;
    vector += from < target ? VECTOR_LOWER : s->spsel ? VECTOR_CURRENT_SPX : 0;
    s->spsr[target] = arm_pstate(s);
    s->elr[target] = pc;
    arm_select_sp(s, target, 1);
    s->pstate |= PSTATE_DAIF;
    s->pstate &= ~(PSTATE_IL | PSTATE_SS | PSTATE_UAO | PSTATE_SSBS);
    arm_set_btype(v, 0);
    if (arm_has(s->config, ARM_pan) && !(s->sctlr & SCTLR_SPAN)) s->pstate |= PSTATE_PAN;
    if (s->sctlr & SCTLR_DSSBS) s->pstate |= PSTATE_SSBS;
    v->pc = s->vbar[target] + vector;
    log_print(LOG_INT, "int: cpu %u from EL%u at 0x%" PRIx64 ", vector 0x%x, ESR 0x%" PRIx64 ", FAR 0x%" PRIx64, v->index, from, pc,
              vector, s->esr[target], s->far[target]);
    arm_update_context(v);
}

// The run loop has left translated code; aborts have other classes when they come from the level they go to.
void arm_trap(Vcpu *v) {
    ArmState *s = arm_state(v);
    uint64_t esr = s->fault_esr;
    unsigned ec = (unsigned)(esr >> 26);
    if ((ec == EC_INSN_ABORT || ec == EC_DATA_ABORT || ec == EC_WATCHPOINT) && s->el) esr += 1ull << 26;
    v->trap = 0;
    s->esr[1] = esr;
    if (s->fault_has_far) s->far[1] = s->fault_far;
    enter(v, VECTOR_SYNC, s->fault_pc);
}

void arm_take(Vcpu *v, uint64_t esr) {
    arm_state(v)->esr[1] = esr;
    enter(v, VECTOR_SYNC, v->pc);
}

// D1.4.4: what SPSR_EL1 may not return to.
static bool illegal_return(const ArmState *s, uint64_t spsr) {
    unsigned mode = spsr & PSTATE_M;
    return (mode >> 2) > s->el || (mode != 0 && mode != 4 && mode != 5);
}

uint64_t arm_eret(Vcpu *v, uint64_t bits, uint64_t target, uint64_t c) {
    ArmState *s = arm_state(v);
    uint64_t spsr = s->spsr[s->el], keep = PSTATE_DAIF | PSTATE_IL | arm_pstate_kept(s->config);
    v->pc = target;
    arm_set_btype(v, spsr);
    s->res_vaddr = ARM_RES_NONE;
    arm_flags_set(s, spsr);
    uint64_t step = arm_step_returned(s, spsr);
    if (illegal_return(s, spsr)) {
        s->pstate = (spsr & keep) | PSTATE_IL;
    } else {
        s->pstate = (spsr & keep) | step;
        arm_select_sp(s, spsr >> 2 & 3, spsr & 1);
    }
    arm_update_context(v);
    arm_irq_check(v);
    return 0;
}

// ---- firmware calls: PSCI by HVC or SMC with immediate 0, from EL1
uint64_t arm_firmware(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    if (!s->el || !s->firmware || (bits >> 5 & 0xffff)) return arm_undefined(v, bits, 0, 0);
    arm_psci(v);
    return 0;
}

uint64_t arm_semihosting(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    const CpuSemihost *h = s->cpu->semihost;
    bool done = h->call(h->opaque, s->cpu, 8, s->x[0], s->x[1], &s->x[0]);
    v->pc = vcpu_pc(v) + (done ? 4 : 0);
    return 0;
}

// ---- waiting
uint64_t arm_yield(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) {
    sched_yield();
    return 0;
}

// Ends at once, as a WFIT may: whoever waits for a time looks at the counter again.
uint64_t arm_wfit(Vcpu *v, uint64_t deadline, uint64_t bits, uint64_t c) {
    const ArmState *s = arm_state(v);
    if (!s->el && !(s->sctlr & SCTLR_NTWI)) return arm_fault(v, ESR(EC_WFX, 0x1e00000 | (bits & 31) << 5 | 1 << 2 | 2));
    if (arm_counter(s) < deadline) sched_yield();
    return 0;
}

uint64_t arm_wfi(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    if (!s->el && !(s->sctlr & SCTLR_NTWI)) return arm_fault(v, ESR(EC_WFX, 0x1e00000));
    vcpu_wait(v);
    vcpu_kick(v, EXIT_IRQ);
    return 0;
}

// ---- interrupts
static bool pending(const ArmState *s, unsigned pin, uint64_t mask) {
    return (atomic_load(&s->pins) >> pin & 1) && !(s->pstate & mask);
}

void arm_irq_check(Vcpu *v) {
    const ArmState *s = arm_state(v);
    if (pending(s, ARM_PIN_IRQ, PSTATE_I) || pending(s, ARM_PIN_FIQ, PSTATE_F)) vcpu_kick(v, EXIT_IRQ);
}

bool arm_interrupt(Vcpu *v) {
    ArmState *s = arm_state(v);
    if (arm_step_done(s)) {
        arm_take(v, arm_step_syndrome(s));
        return true;
    }
    bool fiq = pending(s, ARM_PIN_FIQ, PSTATE_F);
    if (!fiq && !pending(s, ARM_PIN_IRQ, PSTATE_I)) return false;
    enter(v, fiq ? VECTOR_FIQ : VECTOR_IRQ, v->pc);
    return true;
}

// WFI ends for any interrupt, masked or not.
bool arm_awake(Vcpu *v) { return atomic_load(&arm_state(v)->pins) != 0; }

void arm_set_pin(Cpu *c, unsigned pin, bool level) {
    ArmState *s = arm_state(c->vcpu);
    if (pin >= ARM_PINS) return;
    uint32_t bit = 1u << pin;
    uint32_t old = level ? atomic_fetch_or(&s->pins, bit) : atomic_fetch_and(&s->pins, ~bit);
    if (level && !(old & bit)) cpu_kick(c);
}
