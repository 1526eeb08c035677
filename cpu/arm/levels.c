// SPDX-License-Identifier: MIT
// EL2 and what it makes of the levels below: which level exceptions and interrupts go to, which returns are legal, whose control registers
// are in force, and what HCR_EL2, CPTR_EL2, MDCR_EL2 and CNTHCTL_EL2 trap, as a table. DDI 0487, D1.3 (routing), D1.4 (interrupts),
// D8.1 (regimes); the traps are those that D19 lists with each register.
#include <stddef.h>
#include "cpu/arm/state.h"

enum { READS = 1, WRITES = 2, BOTH = 3 };
#define F(member) offsetof(ArmState, member)

// ---- whose registers

// While EL2 is the host's kernel (TGE), or gives its guest a default memory (DC), EL0 and EL1 have no first stage.
uint64_t arm_sctlr(const ArmState *s) {
    uint64_t sctlr = s->sctlr[arm_regime(s)];
    return s->el < 2 && (s->hcr & (HCR_TGE | HCR_DC)) ? sctlr & ~SCTLR_M : sctlr;
}

// The fields of TCR_EL2, which translates one half of the addresses, where TCR_EL1 has them; the other half is switched off (EPD1).
static uint64_t tcr_of_el2(uint64_t t) {
    return (t & 0xffff) | 1ull << 23 | (t >> 16 & 7) << 32 | (t >> 20 & 1) << 37 | (t >> 21 & 3) << 39 | (t >> 24 & 1) << 41 |
           (t >> 29 & 1) << 51 | (t >> 32 & 1) << 59;
}
uint64_t arm_regime_tcr(const ArmState *s, unsigned regime) { return regime > 1 ? tcr_of_el2(s->tcr[regime]) : s->tcr[1]; }
uint64_t arm_tcr(const ArmState *s) { return arm_regime_tcr(s, arm_regime(s)); }

// ---- routing

// CPACR_EL1.FPEN: 1 traps EL0 only, 3 nothing. CPTR_EL2.TFP traps all below EL3.
unsigned arm_fp_target(const ArmState *s) {
    unsigned fpen = s->cpacr >> 20 & 3;
    bool host = s->hcr & HCR_TGE;
    if (s->el < 2 && !host && fpen != 3 && !(fpen == 1 && s->el)) return 1;
    return arm_el2(s) && (s->cptr & CPTR_TFP) ? 2 : 0;
}

static bool is_debug(unsigned ec) { return ec == EC_BREAKPOINT || ec == EC_STEP || ec == EC_WATCHPOINT || ec == EC_BRK; }

unsigned arm_target(const ArmState *s, unsigned ec) {
    if (s->el > 1) return s->el;
    if (!arm_el2(s)) return 1;
    if ((s->hcr & HCR_TGE) || (is_debug(ec) && (s->mdcr & MDCR_TDE))) return 2;
    return ec == EC_FP ? arm_fp_target(s) : ec == EC_PAC ? 2 : 1;
}

// ---- interrupts
static bool routed(const ArmState *s, unsigned pin) {
    return arm_el2(s) && (s->hcr & ((pin == ARM_PIN_FIQ ? HCR_FMO : HCR_IMO) | HCR_TGE));
}
static bool line(const ArmState *s, unsigned pin) { return atomic_load(&s->pins) >> pin & 1; }
static bool virtual_line(const ArmState *s, unsigned pin) {
    uint64_t routing = pin == ARM_PIN_FIQ ? HCR_FMO : HCR_IMO, pending = pin == ARM_PIN_FIQ ? HCR_VF : HCR_VI;
    return s->el < 2 && (s->hcr & (routing | HCR_TGE)) == routing && (s->hcr & pending);
}

// An interrupt for a higher level is taken whatever PSTATE masks; one for a lower level waits.
bool arm_irq_taken(const ArmState *s, unsigned pin, unsigned *target) {
    bool masked = s->pstate & (pin == ARM_PIN_FIQ ? PSTATE_F : PSTATE_I);
    *target = routed(s, pin) ? 2 : 1;
    if (line(s, pin) && *target >= s->el && (!masked || (*target == 2 && s->el < 2))) return true;
    *target = 1;
    return virtual_line(s, pin) && !masked;
}

bool arm_irq_waits(const ArmState *s) {
    return atomic_load(&s->pins) || virtual_line(s, ARM_PIN_IRQ) || virtual_line(s, ARM_PIN_FIQ);
}

// ISR_EL1: what is routed away from EL1 is seen there as virtual.
uint64_t arm_isr(const ArmState *s) {
    bool guest = s->el < 2, irq = guest && routed(s, ARM_PIN_IRQ) ? virtual_line(s, ARM_PIN_IRQ) : line(s, ARM_PIN_IRQ);
    bool fiq = guest && routed(s, ARM_PIN_FIQ) ? virtual_line(s, ARM_PIN_FIQ) : line(s, ARM_PIN_FIQ);
    return (uint64_t)irq << 7 | (uint64_t)fiq << 6;
}

// ---- returns (D1.4.4): to a higher level, to one that is not there, to EL0 with its own stack pointer, to AArch32; to EL1 with TGE.
bool arm_illegal_return(const ArmState *s, uint64_t spsr) {
    unsigned mode = spsr & PSTATE_M, to = mode >> 2;
    if (mode & 0x12 || to > s->el || mode == 1) return true;
    return to == 1 && (s->hcr & HCR_TGE);
}

// What changes which tables are used empties the TLB. EL1 and EL0 have AArch64 only, so RW reads as one.
void arm_set_hcr(Vcpu *v, unsigned number, uint64_t value) {
    ArmState *s = arm_state(v);
    uint64_t kept = 0x3ffff7fffull & ~(1ull << 15);
    if (arm_has(s->config, ARM_lor)) kept |= 1ull << 35;
    if (arm_has(s->config, ARM_pauth)) kept |= 3ull << 40;
    value = (value & kept) | HCR_RW;
    bool flush = (s->hcr ^ value) & (HCR_VM | HCR_DC | HCR_TGE);
    s->hcr = value;
    if (!flush) return;
    arm_walks_flush(s);
    vcpu_flush(v, -1);
}

// ---- traps

typedef struct Trap {
    uint16_t first, last; // numbers
    uint8_t access;
    bool clear;           // traps while the bit is clear
    uint16_t control;     // field of the state
    uint64_t bit;
} Trap;
#define ONE(op0, op1, crn, crm, op2, ...) {NUMBER(op0, op1, crn, crm, op2), NUMBER(op0, op1, crn, crm, op2), __VA_ARGS__}
#define HCR(access, bit) access, false, F(hcr), 1ull << (bit)
enum { TID1 = 16, TID2 = 17, TID3 = 18, TACR = 21, TSW = 22, TPCP = 23, TPU = 24, TTLB = 25, TVM = 26, TRVM = 30, TLOR = 35, APK = 40 };
// A register of the first stage of EL1: written (TVM), read (TRVM).
#define MEMORY(op1, crn, crm, op2) ONE(3, op1, crn, crm, op2, HCR(WRITES, TVM)), ONE(3, op1, crn, crm, op2, HCR(READS, TRVM))

static const Trap traps[] = {
    MEMORY(0, 1, 0, 0), MEMORY(0, 2, 0, 0), MEMORY(0, 2, 0, 1), MEMORY(0, 2, 0, 2), MEMORY(0, 5, 1, 0), MEMORY(0, 5, 1, 1),
    MEMORY(0, 5, 2, 0), MEMORY(0, 6, 0, 0), MEMORY(0, 10, 2, 0), MEMORY(0, 10, 3, 0), MEMORY(0, 13, 0, 1),
    ONE(3, 0, 1, 0, 1, HCR(BOTH, TACR)),                                                   // ACTLR_EL1
    ONE(3, 0, 0, 0, 6, HCR(READS, TID1)), ONE(3, 1, 0, 0, 7, HCR(READS, TID1)),            // REVIDR_EL1, AIDR_EL1
    ONE(3, 3, 0, 0, 1, HCR(READS, TID2)), {NUMBER(3, 1, 0, 0, 0), NUMBER(3, 1, 0, 0, 1), HCR(READS, TID2)}, // CTR_EL0, CCSIDR_EL1, CLIDR_EL1
    ONE(3, 2, 0, 0, 0, HCR(BOTH, TID2)),                                                   // CSSELR_EL1
    {NUMBER(3, 0, 0, 1, 0), NUMBER(3, 0, 0, 7, 7), HCR(READS, TID3)},
    {NUMBER(3, 0, 10, 4, 0), NUMBER(3, 0, 10, 4, 7), HCR(BOTH, TLOR)},
    {NUMBER(3, 0, 2, 1, 0), NUMBER(3, 0, 2, 3, 1), BOTH, true, F(hcr), 1ull << APK},       // keys of pointer authentication
    ONE(3, 0, 1, 0, 2, BOTH, false, F(cptr), 1ull << 31),                                  // CPACR_EL1: TCPAC
    {NUMBER(2, 0, 0, 0, 0), NUMBER(2, 0, 0, 15, 7), BOTH, false, F(mdcr), 1 << 9},         // TDA: MDSCR_EL1, breakpoints, ...
    ONE(2, 0, 1, 0, 0, READS, false, F(mdcr), 1 << 11),                                    // MDRAR_EL1: TDRA
    {NUMBER(2, 0, 1, 0, 4), NUMBER(2, 0, 1, 4, 4), BOTH, false, F(mdcr), 1 << 10},         // OSLAR_EL1 to DBGPRCR_EL1: TDOSA
    ONE(3, 3, 9, 12, 0, BOTH, false, F(mdcr), 1 << 5),                                     // PMCR_EL0: TPMCR
    {NUMBER(3, 3, 9, 12, 0), NUMBER(3, 3, 9, 14, 7), BOTH, false, F(mdcr), 1 << 6},        // TPM
    {NUMBER(3, 0, 9, 14, 1), NUMBER(3, 0, 9, 14, 2), BOTH, false, F(mdcr), 1 << 6},
    {NUMBER(3, 3, 14, 8, 0), NUMBER(3, 3, 14, 15, 7), BOTH, false, F(mdcr), 1 << 6},
    ONE(3, 3, 14, 0, 1, READS, true, F(cnthctl), 1),                                       // CNTPCT_EL0: EL1PCTEN
    {NUMBER(3, 3, 14, 2, 0), NUMBER(3, 3, 14, 2, 2), BOTH, true, F(cnthctl), 2},           // CNTP_*: EL1PCEN
    {NUMBER(1, 0, 8, 0, 0), NUMBER(1, 0, 8, 15, 7), HCR(WRITES, TTLB)},
    ONE(1, 0, 7, 6, 2, HCR(WRITES, TSW)), ONE(1, 0, 7, 10, 2, HCR(WRITES, TSW)), ONE(1, 0, 7, 14, 2, HCR(WRITES, TSW)),
    ONE(1, 0, 7, 6, 1, HCR(WRITES, TPCP)), ONE(1, 3, 7, 10, 1, HCR(WRITES, TPCP)), ONE(1, 3, 7, 14, 1, HCR(WRITES, TPCP)),
    {NUMBER(1, 3, 7, 12, 1), NUMBER(1, 3, 7, 13, 1), HCR(WRITES, TPCP)},
    ONE(1, 0, 7, 1, 0, HCR(WRITES, TPU)), ONE(1, 0, 7, 5, 0, HCR(WRITES, TPU)), ONE(1, 3, 7, 5, 1, HCR(WRITES, TPU)),
    ONE(1, 3, 7, 11, 1, HCR(WRITES, TPU)),
    ONE(1, 3, 7, 4, 1, HCR(WRITES, 28)),                                                   // DC ZVA: TDZ
};
enum { NTRAPS = sizeof traps / sizeof *traps };

static bool in(const Trap *t, unsigned number) { return number >= t->first && number <= t->last; }

// MIDR_EL1 and MPIDR_EL1 too are EL2's to say.
bool arm_may_trap(const ArmConfig *c, unsigned number, unsigned el) {
    if (el > 1 || !arm_has(c, ARM_el2)) return false;
    for (unsigned i = 0; i < NTRAPS; i++)
        if (in(&traps[i], number)) return true;
    return number == NUMBER(3, 0, 0, 0, 0);
}

bool arm_traps(const ArmState *s, unsigned number, bool write) {
    if (s->el > 1 || !arm_el2(s)) return false;
    for (unsigned i = 0; i < NTRAPS; i++) {
        const Trap *t = &traps[i];
        uint64_t control = *(const uint64_t *)(const void *)((const char *)s + t->control);
        if (in(t, number) && (t->access & (write ? WRITES : READS)) && !(control & t->bit) == t->clear) return true;
    }
    return false;
}
