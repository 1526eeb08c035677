// SPDX-License-Identifier: MIT
// The second stage of translation (stage2.c), and the fault status codes of both stages. Inside mmu.c and stage2.c.
#pragma once
#include "cpu/arm/state.h"

enum { FSC_ADDRESS_SIZE = 0, FSC_TRANSLATION = 4, FSC_ACCESS_FLAG = 8, FSC_PERMISSION = 12, FSC_EXTERNAL = 0x10,
       FSC_EXTERNAL_WALK = 0x14, FSC_ALIGNMENT = 0x21, FSC_NONE = 0xff };
// Level -1 has codes of its own (D19.2.37).
static inline unsigned fsc_at_level(unsigned fsc, int level) {
    if (fsc == FSC_EXTERNAL || fsc == FSC_ALIGNMENT) return fsc;
    if (level >= 0) return fsc + (unsigned)level;
    return fsc == FSC_TRANSLATION ? 0x2b : fsc == FSC_ADDRESS_SIZE ? 0x29 : 0x13;
}

enum { STAGE2_FINE = 0xff };
typedef struct Stage2 {
    uint64_t ipa, paddr;
    bool read, write, fetch; // what later accesses may do without asking again
} Stage2;

static inline bool arm_stage2_on(const ArmState *s, unsigned regime) { return regime == 1 && (s->hcr & (HCR_VM | HCR_DC)); }
// STAGE2_FINE, or the fault status code. `update`: access flag and dirty state are set, where hardware does.
unsigned arm_stage2(ArmState *s, uint64_t ipa, Access access, bool update, Stage2 *out);
uint64_t arm_stage2_syndrome(Vcpu *v); // of the instruction that faults, for ESR_EL2
