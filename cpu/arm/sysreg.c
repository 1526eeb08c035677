// SPDX-License-Identifier: MIT
// System registers: look-up, who may, reading and writing. Rows are in sysreg.def; translated code comes here through the helpers mrs
// and msr unless the register is a mere field or a constant. DDI 0487, D19.2; traps of EL0: D1.3.6.
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include "cpu/arm/state.h"

#define NONE UINT16_MAX
#define ALL UINT64_MAX
enum {
    RO = 1, WO = 2, E0R = 4, E0RW = 8, E0C = 16, CTX = 32, FP = 64, GATED = 128, GATE_SHIFT = 8, ARRAY_SHIFT = 16,
    GIC = 1 << 24,
};
#define GATE(feature) (GATED | ARM_##feature << GATE_SHIFT)
#define ARRAY(n) ((unsigned)(n) << ARRAY_SHIFT)
#define ELEMENTS(flags) ((flags) >> ARRAY_SHIFT & 0xff)
#define F(member) offsetof(ArmState, member)

typedef struct ArmControl { // bits of a control register that belong to an extension
    ArmFeature feature;
    uint64_t bits;
} ArmControl;

typedef struct SysReg {
    const char *name;
    uint16_t number, field;
    unsigned flags;
    uint64_t mask;
    uint64_t (*get)(ArmState *s, unsigned number);
    void (*set)(Vcpu *v, unsigned number, uint64_t value);
} SysReg;

// ---- identification and caches
static uint64_t get_mpidr(ArmState *s, unsigned number) { return s->el == 1 ? s->vmpidr : 1u << 31 | s->cpu->index; }
static uint64_t get_midr(ArmState *s, unsigned number) { return s->el == 1 ? s->vpidr : s->config->id.midr; }
uint64_t arm_mpidr(const Cpu *c) { return c->index; }
static uint64_t get_ctr(ArmState *s, unsigned number) { return s->config->id.ctr; }
static uint64_t get_ccsidr(ArmState *s, unsigned number) {
    const uint64_t *ccsidr = s->config->id.ccsidr;
    return s->csselr == 0 ? ccsidr[0] : s->csselr == 1 ? ccsidr[1] : s->csselr == 2 ? ccsidr[2] : 0;
}

// ---- control
#define SCTLR_RES1 (1ull << 11 | 1ull << 20 | 1ull << 22 | 1ull << 28 | 1ull << 29)
#define SCTLR_KEPT                                                                                                         \
    (SCTLR_M | SCTLR_A | SCTLR_C | 1ull << 3 | 1ull << 4 | SCTLR_UMA | SCTLR_I | SCTLR_DZE | SCTLR_UCT | SCTLR_NTWI |       \
     SCTLR_NTWE | SCTLR_WXN | SCTLR_SPAN | SCTLR_UCI)

#define SCTLR_EL2_RES1 0x30c50830ull
#define SCTLR_EL2_HAS                                                                                                      \
    (SCTLR_M | SCTLR_A | SCTLR_C | 1ull << 3 | SCTLR_NAA | SCTLR_I | SCTLR_ENDB | SCTLR_WXN | SCTLR_IESB | SCTLR_ENDA |     \
     SCTLR_ENIB | SCTLR_ENIA | SCTLR_BT1 | SCTLR_DSSBS)

// Controls that come with an extension.
static uint64_t extension_bits(const ArmConfig *c, const ArmControl *rows, unsigned n) {
    uint64_t bits = 0;
    for (unsigned i = 0; i < n; i++) bits |= arm_has(c, rows[i].feature) ? rows[i].bits : 0;
    return bits;
}
static uint64_t sctlr_kept(const ArmConfig *c) {
    static const ArmControl rows[] = {
        {ARM_pauth, SCTLR_ENIA | SCTLR_ENIB | SCTLR_ENDA | SCTLR_ENDB}, {ARM_mops, SCTLR_MSCEN}, {ARM_ssbs, SCTLR_DSSBS},
        {ARM_pan3, SCTLR_EPAN}, {ARM_lse2, SCTLR_NAA}, {ARM_specres, SCTLR_ENRCTX}, {ARM_iesb, SCTLR_IESB},
        {ARM_bti, SCTLR_BT0 | SCTLR_BT1}};
    return SCTLR_KEPT | extension_bits(c, rows, sizeof rows / sizeof *rows);
}
// TCR_EL1: sizes, attributes, granules, IPS, AS, TBI; then what is HA, HD; HPD; HWU; TBID; E0PD; DS.
static uint64_t tcr_kept(const ArmConfig *c) {
    static const ArmControl rows[] = {{ARM_hafdbs, 3ull << 39}, {ARM_hpds, 3ull << 41},   {ARM_hpds2, 0xffull << 43},
                                      {ARM_pauth, 3ull << 51},  {ARM_e0pd, 3ull << 55},   {ARM_lpa2, 1ull << 59}};
    return 0x7ffffffffull | 7ull << 36 | extension_bits(c, rows, sizeof rows / sizeof *rows);
}

// Of a register that each level has, the level by op1.
static unsigned level_of(unsigned number) { return (number >> 11 & 7) == 4 ? 2 : 1; }

// Whatever changes how tables are read or who may what empties the TLB, so that spaces need not be told apart by it.
static void set_sctlr(Vcpu *v, unsigned number, uint64_t value) {
    ArmState *s = arm_state(v);
    unsigned el = level_of(number);
    uint64_t kept = sctlr_kept(s->config);
    if (el == 2) value = (value & kept & SCTLR_EL2_HAS) | SCTLR_EL2_RES1;
    else value = (value & kept) | SCTLR_RES1 | (arm_has(s->config, ARM_pan) ? 0 : SCTLR_SPAN);
    bool flush = (s->sctlr[el] ^ value) & (SCTLR_M | SCTLR_WXN | SCTLR_EPAN | SCTLR_BT0 | SCTLR_BT1);
    s->sctlr[el] = value;
    if (flush) {
        arm_walks_flush(s);
        vcpu_flush(v, -1);
    }
}
// Of TCR_EL2: as many of those as it has, elsewhere: HA, HD; HPD; TBID; DS.
static uint64_t tcr_el2_kept(const ArmConfig *c) {
    static const ArmControl rows[] = {{ARM_hafdbs, 3ull << 21}, {ARM_hpds, 1ull << 24}, {ARM_pauth, 1ull << 29}, {ARM_lpa2, 1ull << 32}};
    return 0x17ff3f | extension_bits(c, rows, sizeof rows / sizeof *rows);
}
// Of what a write does not change in the registers of translation, nothing depends on.
static void set_walk(Vcpu *v, uint64_t *field, uint64_t value) {
    if (value == *field) return;
    *field = value;
    arm_walks_flush(arm_state(v));
    vcpu_flush(v, -1);
}
static void set_tcr(Vcpu *v, unsigned number, uint64_t value) {
    ArmState *s = arm_state(v);
    unsigned el = level_of(number);
    set_walk(v, &s->tcr[el], value & (el == 2 ? tcr_el2_kept(s->config) : tcr_kept(s->config)));
    arm_pac_update(s);
}
static uint64_t get_sre_el2(ArmState *s, unsigned number) { return s->gic ? 0xf : 0; } // system registers, and EL1 may use its own
static uint64_t get_cptr(ArmState *s, unsigned number) { return s->cptr | 0x33ff; } // bits that read as one
static void set_vttbr(Vcpu *v, unsigned number, uint64_t value) { set_walk(v, &arm_state(v)->vttbr, value); }
static uint64_t vtcr_kept(const ArmConfig *c) { // HA, HD; DS, SL2
    static const ArmControl rows[] = {{ARM_hafdbs, 3ull << 21}, {ARM_lpa2, 3ull << 32}};
    return 0x7ffff | extension_bits(c, rows, sizeof rows / sizeof *rows);
}
static void set_vtcr(Vcpu *v, unsigned number, uint64_t value) { set_walk(v, &arm_state(v)->vtcr, (value & vtcr_kept(arm_state(v)->config)) | 1ull << 31); }

// ---- PSTATE and stack pointers
static uint64_t get_sp_el0(ArmState *s, unsigned number) { return s->spsel ? s->sp_el[0] : s->x[31]; }
static void set_sp_el0(Vcpu *v, unsigned number, uint64_t value) {
    ArmState *s = arm_state(v);
    *(s->spsel ? &s->sp_el[0] : &s->x[31]) = value;
}
static uint64_t get_spsel(ArmState *s, unsigned number) { return s->spsel; }
static void set_spsel(Vcpu *v, unsigned number, uint64_t value) {
    arm_select_sp(arm_state(v), arm_state(v)->el, value & 1);
}
static uint64_t get_currentel(ArmState *s, unsigned number) { return (uint64_t)s->el << 2; }
static uint64_t get_nzcv(ArmState *s, unsigned number) { return arm_flags(s); }
static void set_nzcv(Vcpu *v, unsigned number, uint64_t value) { arm_flags_set(arm_state(v), value); }
static void set_bits(ArmState *s, uint64_t mask, uint64_t value) { s->pstate = (s->pstate & ~mask) | (value & mask); }
static uint64_t get_pan(ArmState *s, unsigned number) { return s->pstate & PSTATE_PAN; }
static void set_pan(Vcpu *v, unsigned number, uint64_t value) { set_bits(arm_state(v), PSTATE_PAN, value); }
static uint64_t get_uao(ArmState *s, unsigned number) { return s->pstate & PSTATE_UAO; }
static void set_uao(Vcpu *v, unsigned number, uint64_t value) { set_bits(arm_state(v), PSTATE_UAO, value); }
static uint64_t get_dit(ArmState *s, unsigned number) { return s->pstate & PSTATE_DIT; }
static void set_dit(Vcpu *v, unsigned number, uint64_t value) { set_bits(arm_state(v), PSTATE_DIT, value); }
static uint64_t get_ssbs(ArmState *s, unsigned number) { return s->pstate & PSTATE_SSBS; }
static void set_ssbs(Vcpu *v, unsigned number, uint64_t value) { set_bits(arm_state(v), PSTATE_SSBS, value); }
static uint64_t get_daif(ArmState *s, unsigned number) { return s->pstate & PSTATE_DAIF; }
static void set_daif(Vcpu *v, unsigned number, uint64_t value) { set_bits(arm_state(v), PSTATE_DAIF, value); }
static uint64_t get_isr(ArmState *s, unsigned number) { return arm_isr(s); }

// ---- FEAT_RNG
uint64_t arm_random(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) {
    uint64_t value = 0;
    return getrandom(&value, sizeof value, 0) == sizeof value ? value : 0;
}

// ---- floating point control
static uint64_t get_fpcr(ArmState *s, unsigned number) { return s->fpcr; }
static void set_fpcr(Vcpu *v, unsigned number, uint64_t value) {
    arm_fpsr(arm_state(v));
    arm_state(v)->fpcr = value & (0x07c00000 | (arm_has(arm_state(v)->config, ARM_fp16) ? 1u << 19 : 0));
    arm_fp_refresh(v);
    arm_update_context(v);
}
static uint64_t get_fpsr(ArmState *s, unsigned number) { return arm_fpsr(s); }
static void set_fpsr(Vcpu *v, unsigned number, uint64_t value) {
    arm_state(v)->fpsr = value & 0x0800009f;
    arm_fp_refresh(v);
}

// ---- generic timers: CRm 2 is a physical one, EL1's or (op1 = 4) EL2's, 3 the virtual
static unsigned timer_of(unsigned number) {
    return (number >> 3 & 15) == 3 ? ARM_TIMER_VIRTUAL : (number >> 11 & 7) == 4 ? ARM_TIMER_HYP : ARM_TIMER_PHYSICAL;
}
static uint64_t *timer_cval(ArmState *s, unsigned n) {
    return n == ARM_TIMER_VIRTUAL ? &s->cntv_cval : n == ARM_TIMER_HYP ? &s->cnthp_cval : &s->cntp_cval;
}
static uint64_t timer_count(const ArmState *s, unsigned n) { return arm_counter(s) - (n == ARM_TIMER_VIRTUAL ? s->cntvoff : 0); }
static uint64_t get_cntfrq(ArmState *s, unsigned number) { return s->config->counter_hz; }
static uint64_t get_cntpct(ArmState *s, unsigned number) { return arm_counter(s); }
static uint64_t get_cntvct(ArmState *s, unsigned number) { return arm_counter(s) - s->cntvoff; }
static void set_cntvoff(Vcpu *v, unsigned number, uint64_t value) {
    arm_state(v)->cntvoff = value;
    arm_timer_update(arm_state(v), ARM_TIMER_VIRTUAL);
}
static uint64_t get_tval(ArmState *s, unsigned number) {
    unsigned n = timer_of(number);
    return (uint32_t)(*timer_cval(s, n) - timer_count(s, n));
}
static void set_cval(Vcpu *v, unsigned number, uint64_t value) {
    *timer_cval(arm_state(v), timer_of(number)) = value;
    arm_timer_update(arm_state(v), timer_of(number));
}
static void set_tval(Vcpu *v, unsigned number, uint64_t value) {
    set_cval(v, number, timer_count(arm_state(v), timer_of(number)) + (uint64_t)(int64_t)(int32_t)value);
}
static uint64_t get_ctl(ArmState *s, unsigned number) { return arm_timer_ctl(s, timer_of(number)); }
static void set_ctl(Vcpu *v, unsigned number, uint64_t value) {
    ArmState *s = arm_state(v);
    unsigned n = timer_of(number);
    *(n == ARM_TIMER_VIRTUAL ? &s->cntv_ctl : n == ARM_TIMER_HYP ? &s->cnthp_ctl : &s->cntp_ctl) = value & 3;
    arm_timer_update(s, n);
}

// ---- debug
static void set_oslar(Vcpu *v, unsigned number, uint64_t value) {
    arm_state(v)->oslock = value & 1;
    arm_debug_update(v);
}
static void set_mdscr(Vcpu *v, unsigned number, uint64_t value) {
    arm_state(v)->mdscr = value & (MDSCR_SS | MDSCR_KDE | MDSCR_MDE);
    arm_debug_update(v);
}
// Values above, controls below; DBGB* before DBGW*.
static void set_debug_point(Vcpu *v, unsigned number, uint64_t value) {
    ArmState *s = arm_state(v);
    unsigned n = number >> 3 & 15;
    switch (number & 7) {
    case 4: s->dbgbvr[n] = value; break; // an address or a context
    case 5: s->dbgbcr[n] = value & 0xffe1e7; break;
    case 6: s->dbgwvr[n] = value & ~3ull; break;
    default: s->dbgwcr[n] = value & 0x1ff7ffff; break;
    }
    arm_debug_update(v);
}
static uint64_t get_oslsr(ArmState *s, unsigned number) { return 1u << 3 | s->oslock << 1; }

static const SysReg rows[] = {
#define ID(...)
#define REG(name, op0, op1, crn, crm, op2, flags, field, mask, get, set) \
    {#name, NUMBER(op0, op1, crn, crm, op2), field, flags, mask, get, set},
#include "cpu/arm/sysreg.def"
#undef ID
#undef REG
};
enum { NROWS = sizeof rows / sizeof *rows };

// ---- look-up
static uint8_t row_of[1 << 16]; // 1 + index in rows
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill_index(void) {
    _Static_assert(NROWS < 255, "row numbers fit a byte");
    for (unsigned i = 0; i < NROWS; i++) {
        unsigned n = ELEMENTS(rows[i].flags);
        for (unsigned k = 0; k < (n ? n : 1); k++) row_of[rows[i].number + 8 * k] = (uint8_t)(i + 1);
    }
}
static const SysReg *find(unsigned number) {
    pthread_once(&once, fill_index);
    return row_of[number] ? &rows[row_of[number] - 1] : NULL;
}

// Identification registers read as constants; those of the reserved space of op0 = 3, op1 = 0, CRn = 0, CRm = 1 to 7 as zero.
static bool identification(const ArmConfig *c, unsigned number, uint64_t *value) {
    switch (number) {
#define ID(name, op1, crm, op2, expression) case NUMBER(3, op1, 0, crm, op2): *value = (expression); return true;
#define REG(...)
#include "cpu/arm/sysreg.def"
#undef ID
#undef REG
    }
    *value = 0;
    return number >= NUMBER(3, 0, 0, 1, 0) && number <= NUMBER(3, 0, 0, 7, 7);
}

const char *arm_sysreg_name(unsigned number) {
    switch (number) {
#define ID(name, op1, crm, op2, expression) case NUMBER(3, op1, 0, crm, op2): return #name;
#define REG(...)
#include "cpu/arm/sysreg.def"
#undef ID
#undef REG
    }
    const SysReg *r = find(number & 0xffff);
    return r ? r->name : NULL;
}

// ---- who may
// The lowest level at which a register is accessible: by op1.
static unsigned least_level(unsigned number) {
    static const uint8_t levels[8] = {1, 1, 1, 0, 2, 2, 3, 1};
    return levels[number >> 11 & 7];
}

// Does a control of EL1 let EL0 at this register? (SCTLR_EL1, CNTKCTL_EL1, PMUSERENR_EL0)
static bool el0_allowed(const ArmState *s, unsigned number, bool write) {
    uint64_t k = s->cntkctl;
    unsigned crn = number >> 7 & 15, crm = number >> 3 & 15;
    if (crn == 9 || (crn == 14 && crm >= 8)) return arm_pmu_el0(s, number, write);
    switch (number) {
    case NUMBER(3, 3, 0, 0, 1): return s->sctlr[1] & SCTLR_UCT;
    case NUMBER(3, 3, 4, 2, 1): return s->sctlr[1] & SCTLR_UMA;
    case NUMBER(3, 3, 14, 0, 0): return k & 3;
    case NUMBER(3, 3, 14, 0, 1): return k & 1;
    case NUMBER(3, 3, 14, 0, 2): return k & 2;
    default: return k & (timer_of(number) == ARM_TIMER_VIRTUAL ? 1 << 8 : 1 << 9);
    }
}

// ISS of a trapped MRS or MSR (D19.2.37).
static uint64_t trapped(Vcpu *v, uint64_t bits, bool write) {
    uint64_t iss = (bits >> 19 & 3) << 20 | (bits >> 5 & 7) << 17 | (bits >> 16 & 7) << 14 | (bits >> 12 & 15) << 10 |
                   (bits & 31) << 5 | (bits >> 8 & 15) << 1 | !write;
    return arm_fault(v, ESR(EC_SYSREG, iss));
}
// FEAT_IDST: EL0 is told apart when it reads what identifies the core, so that EL1 may answer.
static bool not_there(Vcpu *v, unsigned number, uint64_t bits, bool write) {
    const ArmState *s = arm_state(v);
    bool id = number >= NUMBER(3, 0, 0, 0, 0) && (number & NUMBER(0, 6, 15, 8, 0)) == 0;
    if (!s->el && !write && id && arm_has(s->config, ARM_idst)) return trapped(v, bits, write);
    return arm_undefined(v, bits, 0, 0);
}

static bool el2_traps(Vcpu *v, unsigned number, uint64_t bits, bool write) {
    if (!arm_traps(arm_state(v), number, write)) return false;
    trapped(v, bits, write);
    arm_state(v)->fault_target = 2;
    return true;
}

static bool has_gate(const ArmConfig *c, const SysReg *r) {
    return !(r->flags & GATED) || arm_has(c, r->flags >> GATE_SHIFT & 0xff);
}

// True if the access may go on; else it has raised.
static bool allowed(Vcpu *v, const SysReg *r, unsigned number, uint64_t bits, bool write) {
    const ArmState *s = arm_state(v);
    bool there = r && !(r->flags & (write ? RO : WO)) && s->el >= least_level(number) && (s->el || r->flags & (E0R | E0RW | E0C));
    if (there && !s->el && write && (r->flags & E0R)) there = false;
    if (there && (r->flags & GIC)) there = s->gic != NULL;
    if (number == NUMBER(3, 0, 4, 1, 0) && !s->spsel) there = false; // SP_EL0, the stack pointer in use
    if (there) there = has_gate(s->config, r);
    if (!there) return not_there(v, number, bits, write);
    if ((r->flags & FP) && (v->ctx & ARM_CTX_FP_TRAP)) return arm_fault(v, ESR(EC_FP, 0x1e00000));
    if (!s->el && (r->flags & E0C) && !el0_allowed(s, number, write)) return trapped(v, bits, write);
    return !el2_traps(v, number, bits, write);
}

static uint64_t *field_of(ArmState *s, const SysReg *r, unsigned number) {
    if (r->field == NONE) return NULL;
    unsigned element = ELEMENTS(r->flags) ? number >> 3 & 15 : 0;
    return (uint64_t *)((char *)s + r->field) + element;
}

uint64_t arm_mrs(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    unsigned number = 0x8000 | (bits >> 5 & 0x7fff);
    uint64_t value;
    if (s->el >= least_level(number) && identification(s->config, number, &value)) return el2_traps(v, number, bits, false) ? 0 : value;
    const SysReg *r = find(number);
    if (!allowed(v, r, number, bits, false)) return 0;
    if (r->flags & GIC) return arm_gic_read(v, number, 0, 0);
    uint64_t *field = field_of(s, r, number);
    return r->get ? r->get(s, number) : field ? *field : 0;
}

// MSR (immediate): op1 and op2 in bits 18:16 and 7:5.
static uint64_t msr_immediate(Vcpu *v, uint64_t bits, uint64_t value) {
    ArmState *s = arm_state(v);
    switch ((bits >> 16 & 7) << 3 | (bits >> 5 & 7)) {
    case 0 << 3 | 4:
        if (!s->el || !arm_has(s->config, ARM_pan)) break;
        set_bits(s, PSTATE_PAN, value & 1 ? PSTATE_PAN : 0);
        arm_update_context(v);
        return 0;
    case 0 << 3 | 3:
        if (!s->el || !arm_has(s->config, ARM_uao)) break;
        set_bits(s, PSTATE_UAO, value & 1 ? PSTATE_UAO : 0);
        arm_update_context(v);
        return 0;
    case 3 << 3 | 1:
        if (!arm_has(s->config, ARM_ssbs2)) break;
        set_bits(s, PSTATE_SSBS, value & 1 ? PSTATE_SSBS : 0);
        return 0;
    case 3 << 3 | 2:
        if (!arm_has(s->config, ARM_dit)) break;
        set_bits(s, PSTATE_DIT, value & 1 ? PSTATE_DIT : 0);
        return 0;
    case 0 << 3 | 5:
        if (!s->el) break;
        arm_select_sp(s, s->el, value & 1);
        arm_update_context(v);
        return 0;
    case 3 << 3 | 6: case 3 << 3 | 7:
        if (!s->el && !(s->sctlr[1] & SCTLR_UMA)) // op0 = 0, CRn = 4, Rt = 31
            return arm_fault(v, ESR(EC_SYSREG, (bits >> 5 & 7) << 17 | 3 << 14 | 4 << 10 | 31 << 5 | value << 1));
        set_bits(s, value << 6, (bits >> 5 & 1) ? 0 : value << 6);
        arm_update_context(v); // PSTATE.D
        arm_irq_check(v);
        return 0;
    }
    return arm_undefined(v, bits, 0, 0);
}

uint64_t arm_msr(Vcpu *v, uint64_t bits, uint64_t value, uint64_t c) {
    ArmState *s = arm_state(v);
    if (!(bits & 1u << 20)) return msr_immediate(v, bits, value);
    unsigned number = 0x8000 | (bits >> 5 & 0x7fff);
    const SysReg *r = find(number);
    if (!allowed(v, r, number, bits, true)) return 0;
    if (r->flags & GIC) return arm_gic_write(v, number, value, 0);
    uint64_t *field = field_of(s, r, number);
    if (r->set) r->set(v, number, value);
    else if (field) *field = (*field & ~r->mask) | (value & r->mask);
    s->unsynced |= arm_sysreg_waits(number);
    if (r->flags & CTX) {
        arm_update_context(v);
        arm_irq_check(v);
    }
    return 0;
}

// ---- the interrupt controller's registers
void arm_bind_gic(Cpu *c, const ArmGic *ops, void *gic) {
    ArmState *s = arm_state(c->vcpu);
    s->gic = ops;
    s->gic_opaque = gic;
    ((ArmConfig *)c->config)->id.pfr0 |= 1 << 24; // GIC: the system registers are there
}
uint64_t arm_gic_read(Vcpu *v, uint64_t number, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    uint64_t value = 0;
    s->gic->read(s->gic_opaque, v->index, (unsigned)number, &value);
    return value;
}
uint64_t arm_gic_write(Vcpu *v, uint64_t number, uint64_t value, uint64_t c) {
    ArmState *s = arm_state(v);
    s->gic->write(s->gic_opaque, v->index, (unsigned)number, value);
    return 0;
}

void arm_set_el2(Cpu *c) {
    ArmConfig *config = c->config;
    config->has[ARM_el2] = true;
    config->id.pfr0 |= 1 << 8; // EL2, in AArch64 only
    if (arm_has(config, ARM_lpa2)) config->id.mmfr0 |= 3ull << 32 | 3ull << 40; // 52 bits in the second stage too
}

bool arm_has_el2(const Cpu *c) { return arm_has(c->config, ARM_el2); }

// ---- for debuggers: what has effects when it is read is left out
static void lower_name(const char *name, unsigned element, bool array, char *out, size_t size) {
    size_t n = 0;
    for (; *name && n + 3 < size; name++) {
        if (array && *name == '_') n += (size_t)snprintf(out + n, size - n, "%u", element), array = false;
        out[n++] = *name >= 'A' && *name <= 'Z' ? (char)(*name + 32) : *name;
    }
    out[n] = 0;
}
void arm_sysreg_each(void (*fn)(void *opaque, const char *name, unsigned number), void *opaque) {
    char name[40];
#define ID(name_, op1, crm, op2, expression) lower_name(#name_, 0, false, name, sizeof name), fn(opaque, name, NUMBER(3, op1, 0, crm, op2));
#define REG(...)
#include "cpu/arm/sysreg.def"
#undef ID
#undef REG
    for (unsigned i = 0; i < NROWS; i++) {
        const SysReg *r = &rows[i];
        unsigned n = ELEMENTS(r->flags);
        bool shown = r->number == NUMBER(3, 3, 4, 4, 0) || r->number == NUMBER(3, 3, 4, 4, 1); // fpcr, fpsr are the FPU's
        for (unsigned k = 0; !shown && !(r->flags & (WO | GIC)) && k < (n ? n : 1); k++) {
            lower_name(r->name, k, n, name, sizeof name);
            fn(opaque, name, r->number + 8 * k);
        }
    }
}
bool arm_sysreg_debug(Vcpu *v, unsigned number, uint64_t *value, bool write) {
    ArmState *s = arm_state(v);
    if (!write && identification(s->config, number, value)) return true;
    const SysReg *r = find(number);
    if (!r || r->flags & (GIC | (write ? RO : WO))) return false;
    uint64_t *field = field_of(s, r, number);
    if (!write) {
        *value = r->get ? r->get(s, number) : field ? *field : 0;
        return true;
    }
    if (r->set) r->set(v, number, *value);
    else if (field) *field = (*field & ~r->mask) | (*value & r->mask);
    arm_update_context(v);
    arm_irq_check(v);
    return true;
}

// ---- for the translator
bool arm_sysreg_waits(unsigned number) {
    return number == NUMBER(3, 0, 2, 0, 0) || number == NUMBER(3, 0, 2, 0, 1) || number == NUMBER(3, 4, 2, 0, 0) || // TTBRs
           number == NUMBER(3, 0, 14, 1, 0);                                                                  // CNTKCTL_EL1
}
bool arm_sysreg_plain(const ArmConfig *c, unsigned number, unsigned el, bool write, uint16_t *slot) {
    const SysReg *r = find(number);
    if (!r || r->field == NONE || (r->flags & ~(unsigned)(E0R | E0RW | GATED | 0xff << GATE_SHIFT)) || r->set || r->get) return false;
    if (!has_gate(c, r)) return false;
    if (write && r->mask != ALL) return false;
    if (el < least_level(number) || (!el && write && !(r->flags & E0RW))) return false;
    *slot = r->field;
    return true;
}
bool arm_sysreg_const(const ArmConfig *c, unsigned number, unsigned el, uint64_t *value) {
    return el >= least_level(number) && identification(c, number, value);
}
bool arm_sysreg_gic(const ArmConfig *c, unsigned number, unsigned el, bool write) {
    const SysReg *r = find(number);
    return el && (c->id.pfr0 >> 24 & 1) && r && (r->flags & GIC) && !(r->flags & (write ? RO : WO));
}
