// SPDX-License-Identifier: MIT
// Exceptions: raising, entering, returning; interrupts and WFI. DDI 0487, D1.3, D1.4; the pseudocode is AArch64.TakeException and
// AArch64.ExceptionReturn.
//
// A raised exception waits in fault_esr, fault_far and fault_pc with Vcpu.trap set until the run loop calls Guest.trap. Where it goes is
// levels.c's to say. Interrupt inputs are the atomic word `pins`; whoever sets one kicks the CPU, and the core's own
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
    s->fault_target = 0;
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
uint64_t arm_fault_el2(Vcpu *v, uint64_t esr) {
    raise(v, esr, vcpu_pc(v));
    arm_state(v)->fault_target = 2;
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

static void enter(Vcpu *v, unsigned target, unsigned vector, uint64_t pc) {
    ArmState *s = arm_state(v);
    unsigned from = s->el;
    vector += from < target ? VECTOR_LOWER : s->spsel ? VECTOR_CURRENT_SPX : 0;
    s->spsr[target] = arm_pstate(s);
    s->elr[target] = pc;
    arm_select_sp(s, target, 1);
    s->pstate |= PSTATE_DAIF;
    s->pstate &= ~(PSTATE_IL | PSTATE_SS | PSTATE_UAO | PSTATE_SSBS);
    arm_set_btype(v, 0);
    if (target == 1 && arm_has(s->config, ARM_pan) && !(s->sctlr[1] & SCTLR_SPAN)) s->pstate |= PSTATE_PAN;
    if (s->sctlr[target] & SCTLR_DSSBS) s->pstate |= PSTATE_SSBS;
    v->pc = s->vbar[target] + vector;
    log_print(LOG_INT, "int: cpu %u from EL%u at 0x%" PRIx64 ", vector 0x%x, ESR 0x%" PRIx64 ", FAR 0x%" PRIx64, v->index, from, pc,
              vector, s->esr[target], s->far[target]);
    arm_update_context(v);
}

// Aborts, breakpoints, steps and watchpoints have other classes when they come from the level they go to.
static void take(Vcpu *v, unsigned target, uint64_t esr, uint64_t pc) {
    ArmState *s = arm_state(v);
    unsigned ec = (unsigned)(esr >> 26);
    bool pairs = ec == EC_INSN_ABORT || ec == EC_DATA_ABORT || ec == EC_BREAKPOINT || ec == EC_STEP || ec == EC_WATCHPOINT;
    s->esr[target] = esr + (pairs && s->el == target ? 1ull << 26 : 0);
    enter(v, target, VECTOR_SYNC, pc);
}

void arm_take(Vcpu *v, uint64_t esr) { take(v, arm_target(arm_state(v), (unsigned)(esr >> 26)), esr, v->pc); }

// The run loop has left translated code.
void arm_trap(Vcpu *v) {
    ArmState *s = arm_state(v);
    unsigned target = s->fault_target ? s->fault_target : arm_target(s, (unsigned)(s->fault_esr >> 26));
    v->trap = 0;
    if (s->fault_has_far) s->far[target] = s->fault_far;
    take(v, target, s->fault_esr, s->fault_pc);
}

uint64_t arm_eret(Vcpu *v, uint64_t bits, uint64_t target, uint64_t c) {
    ArmState *s = arm_state(v);
    uint64_t spsr = s->spsr[s->el], keep = PSTATE_DAIF | PSTATE_IL | arm_pstate_kept(s->config);
    v->pc = target;
    arm_set_btype(v, spsr);
    s->res_vaddr = ARM_RES_NONE;
    arm_flags_set(s, spsr);
    uint64_t step = arm_step_returned(s, spsr);
    if (arm_illegal_return(s, spsr)) {
        s->pstate = (spsr & keep) | PSTATE_IL;
    } else {
        s->pstate = (spsr & keep) | step;
        arm_select_sp(s, spsr >> 2 & 3, spsr & 1);
    }
    arm_update_context(v);
    arm_irq_check(v);
    return 0;
}

// ---- calls upwards. Firmware (PSCI) answers HVC with immediate 0 where there is no EL2, else SMC; from EL1 on.
uint64_t arm_hvc(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    const ArmState *s = arm_state(v);
    if (!arm_el2(s)) return arm_smc(v, bits, 0, 0);
    if (!s->el || (s->hcr & HCR_HCD)) return arm_undefined(v, bits, 0, 0);
    arm_raise_after(v, ESR(EC_HVC, bits >> 5 & 0xffff), 0, 0);
    arm_state(v)->fault_target = 2;
    return 0;
}
uint64_t arm_smc(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    const ArmState *s = arm_state(v);
    if (s->el == 1 && arm_el2(s) && (s->hcr & HCR_TSC)) return arm_fault_el2(v, ESR(EC_SMC, bits >> 5 & 0xffff));
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

// SCTLR_EL1.nTWI, HCR_EL2.TWI
static bool wait_traps(Vcpu *v, uint64_t iss) {
    const ArmState *s = arm_state(v);
    if (!s->el && !(s->sctlr[1] & SCTLR_NTWI)) arm_fault(v, ESR(EC_WFX, iss));
    else if (s->el < 2 && (s->hcr & HCR_TWI)) arm_fault_el2(v, ESR(EC_WFX, iss));
    return v->trap;
}

static uint64_t wait_until(Vcpu *v, uint64_t count) { // of the virtual counter
    ArmState *s = arm_state(v);
    s->wait_count = count;
    vcpu_wait(v);
    vcpu_kick(v, EXIT_IRQ);
    return 0;
}

uint64_t arm_wfit(Vcpu *v, uint64_t deadline, uint64_t bits, uint64_t c) {
    if (wait_traps(v, 0x1e00000 | (bits & 31) << 5 | 1 << 2 | 2)) return 0;
    arm_wait_timer(arm_state(v), deadline);
    return wait_until(v, deadline);
}

uint64_t arm_wfi(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    return wait_traps(v, 0x1e00000) ? 0 : wait_until(v, UINT64_MAX);
}

// ---- interrupts
void arm_irq_check(Vcpu *v) {
    unsigned target;
    if (arm_irq_taken(arm_state(v), ARM_PIN_IRQ, &target) || arm_irq_taken(arm_state(v), ARM_PIN_FIQ, &target)) vcpu_kick(v, EXIT_IRQ);
}

bool arm_interrupt(Vcpu *v) {
    ArmState *s = arm_state(v);
    unsigned target;
    if (arm_step_done(s)) {
        arm_take(v, arm_step_syndrome(s));
        return true;
    }
    bool fiq = arm_irq_taken(s, ARM_PIN_FIQ, &target);
    if (!fiq && !arm_irq_taken(s, ARM_PIN_IRQ, &target)) return false;
    enter(v, target, fiq ? VECTOR_FIQ : VECTOR_IRQ, v->pc);
    return true;
}

// WFI ends for any interrupt, masked or not; WFIT at its time too.
bool arm_awake(Vcpu *v) {
    const ArmState *s = arm_state(v);
    return arm_irq_waits(s) || arm_counter(s) - s->cntvoff >= s->wait_count;
}

void arm_set_pin(Cpu *c, unsigned pin, bool level) {
    ArmState *s = arm_state(c->vcpu);
    if (pin >= ARM_PINS) return;
    uint32_t bit = 1u << pin;
    uint32_t old = level ? atomic_fetch_or(&s->pins, bit) : atomic_fetch_and(&s->pins, ~bit);
    if (level && !(old & bit)) cpu_kick(c);
}
