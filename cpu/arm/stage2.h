// SPDX-License-Identifier: MIT
// The second stage of translation: see stage2.c.
#pragma once
#include "cpu/arm/state.h"

enum { STAGE2_FINE = 0xff };
typedef struct Stage2 {
    uint64_t ipa, paddr;
    bool read, write, fetch; // what later accesses may do without asking again
} Stage2;

static inline bool arm_stage2_on(const ArmState *s, unsigned regime) { return regime == 1 && (s->hcr & (HCR_VM | HCR_DC)); }
// STAGE2_FINE, or the fault status code. `update`: access flag and dirty state are set, where hardware does.
unsigned arm_stage2(ArmState *s, uint64_t ipa, Access access, bool update, Stage2 *out);
uint64_t arm_stage2_syndrome(Vcpu *v); // of the instruction that faults, for ESR_EL2
