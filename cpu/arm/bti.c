// SPDX-License-Identifier: MIT
// FEAT_BTI: where a jump through a register may land on a guarded page (GP in the page's descriptor). DDI 0487, D8.11 and BTypeCompatible.
//
// PSTATE.BTYPE is Vcpu.landing, which a jump sets only if it leaves translated code: one whose target a jump cache knows has been let
// through before. So pages and programs without guards pay nothing, and translated code does not depend on guards at all.
#include <string.h>
#include "cpu/arm/state.h"

enum { BTYPE_JUMP_FREE = 1, BTYPE_CALL = 2, BTYPE_JUMP = 3, BTYPE_SHIFT = 10 };

static unsigned btype(const Vcpu *v, bool guarded) { return v->landing == BTYPE_JUMP && !guarded ? BTYPE_JUMP_FREE : v->landing; }

uint64_t arm_btype(const ArmState *s) {
    const Vcpu *v = vcpu_of_state((void *)(uintptr_t)s);
    return (uint64_t)btype(v, v->landing_guarded) << BTYPE_SHIFT;
}

// By an exception return, which must look at its target as a jump does: the jump cache would not.
void arm_set_btype(Vcpu *v, uint64_t pstate) {
    v->landing = arm_has(arm_state(v)->config, ARM_bti) ? (pstate & PSTATE_BTYPE) >> BTYPE_SHIFT : 0;
    v->landing_guarded = v->landing;
    if (v->landing) vcpu_kick(v, EXIT_IRQ);
}

static bool strict(const ArmState *s) { return arm_sctlr(s) & (s->el ? SCTLR_BT1 : SCTLR_BT0); }

bool arm_lands(Vcpu *v, const uint8_t *insn, bool guarded) {
    unsigned type = btype(v, guarded);
    uint32_t bits;
    if (v->pc & 3) return true; // that is another exception, which comes first
    memcpy(&bits, insn, 4);
    if ((bits & 0xffffff3f) == 0xd503241f) { // bti: c in bit 6, j in bit 7
        bool c = bits >> 6 & 1, j = bits >> 7 & 1;
        return (c && type != BTYPE_JUMP) || (j && type != BTYPE_CALL);
    }
    if ((bits & 0xffffffbf) == 0xd503233f) return type != BTYPE_JUMP || !strict(arm_state(v)); // paciasp, pacibsp: with pauth=off too
    return (bits & 0xffe0001f) == 0xd4200000 || (bits & 0xffe0001f) == 0xd4400000; // brk, hlt
}

void arm_mislanded(Vcpu *v) { arm_fault(v, ESR(EC_BRANCH_TARGET, btype(v, v->landing_guarded))); }
