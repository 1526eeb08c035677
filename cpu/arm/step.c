// SPDX-License-Identifier: MIT
// Software step (DDI 0487, D2.11), by which a kernel lets a debugger's process run one instruction. While it is active the context word
// has ARM_CTX_STEP and the run loop runs instructions one by one (Vcpu.alone). With PSTATE.SS set the next one runs and clears it; with
// it clear the step is done and its exception is taken before the next instruction. The run loop comes here behind each.
#include "cpu/arm/state.h"

enum { ISS_ISV = 1 << 24 };

bool arm_step_active(const ArmState *s) { return (s->mdscr & MDSCR_SS) && arm_debug_enabled(s, s->el, s->pstate); }
bool arm_step_done(const ArmState *s) { return arm_step_active(s) && !(s->pstate & PSTATE_SS); }

// Who sees to it that the exception is taken: the run loop asks for interrupts before it goes on.
void arm_step_update(Vcpu *v) {
    const ArmState *s = arm_state(v);
    v->alone = arm_step_active(s);
    if (arm_step_done(s)) vcpu_kick(v, EXIT_IRQ);
}

// An exception return takes SS from SPSR if it makes stepping active (DebugExceptionReturnSS).
uint64_t arm_step_returned(const ArmState *s, uint64_t spsr) {
    bool from = arm_debug_enabled(s, s->el, s->pstate), to = arm_debug_enabled(s, spsr >> 2 & 3, spsr);
    return (s->mdscr & MDSCR_SS) && !from && to ? spsr & PSTATE_SS : 0;
}

uint64_t arm_step_syndrome(const ArmState *s) { return ESR(EC_STEP, ISS_ISV | FSC_DEBUG); }

// Guest.alone: an instruction has run by itself.
void arm_stepped(Vcpu *v) {
    ArmState *s = arm_state(v);
    s->pstate &= ~PSTATE_SS;
    arm_update_context(v);
}
