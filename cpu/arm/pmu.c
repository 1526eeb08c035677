// SPDX-License-Identifier: MIT
// The performance monitors (PMUv3: DDI 0487, D11.11, D19.5): the cycle counter and six event counters, which count cycles (CPU_CYCLES) or
// writes (SW_INCR); other events are not implemented, and PMCEID0 says so. A cycle is a nanosecond of virtual time.
//
// Counters are what they were at `pmu_time`; sync brings them to now and notes overflows, so it precedes every look and every change
// (of the level that runs too, if a counter leaves one out), and settle, which sets the next overflow's deadline and the interrupt,
// follows it. All on the core's own thread.
#include "cpu/arm/state.h"

enum { PMCR_E = 1, PMCR_P = 2, PMCR_C = 4, PMCR_D = 8, PMCR_LC = 0x40, PMCR_KEPT = 0x79 };
enum { EVENT_SW_INCR = 0, EVENT_CYCLES = 0x11, EVENT_MASK = 0xffff, SELECT_CYCLES = 31 };
#define CYCLES       (1ull << 31) // the cycle counter among the counters
#define COUNTERS     (CYCLES | ((1ull << ARM_PMU_COUNTERS) - 1))
#define FILTER_EL1   (1ull << 31) // P: not at EL1
#define FILTER_EL0   (1ull << 30) // U: not at EL0
#define FILTERS      (FILTER_EL1 | FILTER_EL0)

static bool counts(const ArmState *s, uint64_t counter, uint64_t filter) {
    return (s->pmcr & PMCR_E) && (s->pmcnten & counter) && !(filter & (s->pmu_el ? FILTER_EL1 : FILTER_EL0));
}
static bool counts_cycles(const ArmState *s, unsigned n) {
    return (s->pmevtyper[n] & EVENT_MASK) == EVENT_CYCLES && counts(s, 1ull << n, s->pmevtyper[n]);
}
static bool divided(const ArmState *s) { return (s->pmcr & (PMCR_D | PMCR_LC)) == PMCR_D; }

static void add_event(ArmState *s, unsigned n, uint64_t by) {
    uint64_t sum = s->pmevcntr[n] + by;
    if (sum >> 32) s->pmovs |= 1ull << n;
    s->pmevcntr[n] = (uint32_t)sum;
}

// With LC the cycle counter overflows at 64 bits, else at 32.
static void add_cycles(ArmState *s, uint64_t by) {
    uint64_t old = s->pmccntr;
    s->pmccntr += by;
    if (s->pmcr & PMCR_LC ? s->pmccntr < old : ((uint32_t)old + by) >> 32 != 0) s->pmovs |= CYCLES;
}

static void sync(ArmState *s) {
    uint64_t now = clock_now(s->clock), then = s->pmu_time;
    s->pmu_time = now;
    if (!(s->pmcr & PMCR_E) || now <= then) return;
    if (counts(s, CYCLES, s->pmccfiltr)) add_cycles(s, divided(s) ? now / 64 - then / 64 : now - then);
    for (unsigned n = 0; n < ARM_PMU_COUNTERS; n++)
        if (counts_cycles(s, n)) add_event(s, n, now - then);
}

// Nanoseconds until a counter that interrupts overflows.
static uint64_t until_overflow(const ArmState *s) {
    uint64_t least = UINT64_MAX;
    if ((s->pminten & CYCLES) && counts(s, CYCLES, s->pmccfiltr)) {
        least = s->pmcr & PMCR_LC ? 0 - s->pmccntr : (1ull << 32) - (uint32_t)s->pmccntr;
        if (divided(s)) least *= 64;
        if (!least) least = UINT64_MAX;
    }
    for (unsigned n = 0; n < ARM_PMU_COUNTERS; n++) {
        uint64_t left = (1ull << 32) - s->pmevcntr[n];
        if ((s->pminten >> n & 1) && counts_cycles(s, n) && left < least) least = left;
    }
    return least;
}

static void settle(ArmState *s) {
    uint64_t filters = s->pmcnten & CYCLES ? s->pmccfiltr : 0, left = until_overflow(s), at;
    for (unsigned n = 0; n < ARM_PMU_COUNTERS; n++)
        if (s->pmcnten >> n & 1) filters |= s->pmevtyper[n];
    s->pmu_filters = (s->pmcr & PMCR_E) && (filters & FILTERS);
    irq_set(&s->pmu_irq, (s->pmcr & PMCR_E) && (s->pmovs & s->pminten));
    if (s->pmu_timer) timer_set(s->pmu_timer, __builtin_add_overflow(s->pmu_time, left, &at) ? UINT64_MAX : at);
}

void arm_pmu_update(ArmState *s) {
    sync(s);
    s->pmu_el = s->el;
    settle(s);
}

static void update(Vcpu *v, void *unused) { arm_pmu_update(arm_state(v)); }
void arm_pmu_fired(void *opaque) { vcpu_work(((Cpu *)opaque)->vcpu, update, NULL, false); }
void arm_wire_pmu(Cpu *c, Irq to) { arm_state(c->vcpu)->pmu_irq = to; }
bool arm_has_pmu(const Cpu *c) { return arm_has(c->config, ARM_pmu); }

// ---- registers

#define PM(op1, crn, crm, op2) (3 << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))
enum {
    PMCR = PM(3, 9, 12, 0), PMCNTENSET = PM(3, 9, 12, 1), PMCNTENCLR = PM(3, 9, 12, 2), PMOVSCLR = PM(3, 9, 12, 3),
    PMSWINC = PM(3, 9, 12, 4), PMSELR = PM(3, 9, 12, 5), PMCEID0 = PM(3, 9, 12, 6), PMCEID1 = PM(3, 9, 12, 7),
    PMCCNTR = PM(3, 9, 13, 0), PMXEVTYPER = PM(3, 9, 13, 1), PMXEVCNTR = PM(3, 9, 13, 2), PMUSERENR = PM(3, 9, 14, 0),
    PMOVSSET = PM(3, 9, 14, 3), PMINTENSET = PM(0, 9, 14, 1), PMINTENCLR = PM(0, 9, 14, 2), PMCCFILTR = PM(3, 14, 15, 7),
    PMEVCNTR = PM(3, 14, 8, 0), PMEVTYPER = PM(3, 14, 12, 0),
};

// PMUSERENR_EL0: EN everything; SW PMSWINC; CR reads of the cycle counter; ER reads of event counters, and which is selected.
bool arm_pmu_el0(const ArmState *s, unsigned number, bool write) {
    enum { EN = 1, SW = 2, CR = 4, ER = 8 };
    uint64_t user = s->pmuserenr;
    if (number == PMUSERENR) return !write;
    if (user & EN) return true;
    if (number == PMSWINC) return user & SW;
    if (number == PMCCNTR) return (user & CR) && !write;
    if (number == PMSELR) return user & ER;
    bool counter = number == PMXEVCNTR || number - PMEVCNTR < ARM_PMU_COUNTERS;
    return counter && (user & ER) && !write;
}

// A type register and a counter by the number that PMSELR holds; NULL: there is none.
static uint64_t *type_of(ArmState *s, unsigned n) {
    return n == SELECT_CYCLES ? &s->pmccfiltr : n < ARM_PMU_COUNTERS ? &s->pmevtyper[n] : NULL;
}
static uint64_t *counter_of(ArmState *s, unsigned n) { return n < ARM_PMU_COUNTERS ? &s->pmevcntr[n] : NULL; }

static uint64_t *indexed(ArmState *s, unsigned number, bool *type) {
    *type = number == PMXEVTYPER || number - PMEVTYPER < ARM_PMU_COUNTERS;
    unsigned n = number == PMXEVTYPER || number == PMXEVCNTR ? (unsigned)s->pmselr : number & 7;
    return *type ? type_of(s, n) : counter_of(s, n);
}

uint64_t arm_pmu_get(ArmState *s, unsigned number) {
    bool type;
    uint64_t *at;
    sync(s);
    settle(s);
    switch (number) {
    case PMCR: return s->pmcr | (s->config->id.midr >> 24 & 0xff) << 24 | s->config->id.pmu << 16 | ARM_PMU_COUNTERS << 11;
    case PMCNTENSET: case PMCNTENCLR: return s->pmcnten;
    case PMOVSSET: case PMOVSCLR: return s->pmovs;
    case PMINTENSET: case PMINTENCLR: return s->pminten;
    case PMSELR: return s->pmselr;
    case PMUSERENR: return s->pmuserenr;
    case PMCCNTR: return s->pmccntr;
    case PMCCFILTR: return s->pmccfiltr;
    case PMCEID0: return 1ull << EVENT_SW_INCR | 1ull << EVENT_CYCLES;
    case PMCEID1: return 0;
    default: at = indexed(s, number, &type); return at ? *at : 0;
    }
}

static void set_control(ArmState *s, uint64_t value) {
    s->pmcr = value & PMCR_KEPT;
    if (value & PMCR_C) s->pmccntr = 0;
    for (unsigned n = 0; n < ARM_PMU_COUNTERS && (value & PMCR_P); n++) s->pmevcntr[n] = 0;
}

static void increment(ArmState *s, uint64_t which) {
    for (unsigned n = 0; n < ARM_PMU_COUNTERS; n++)
        if ((which >> n & 1) && (s->pmevtyper[n] & EVENT_MASK) == EVENT_SW_INCR && counts(s, 1ull << n, s->pmevtyper[n])) add_event(s, n, 1);
}

static void set_indexed(ArmState *s, unsigned number, uint64_t value) {
    bool type;
    uint64_t *at = indexed(s, number, &type);
    if (at) *at = at == &s->pmccfiltr ? value & FILTERS : type ? value & (FILTERS | EVENT_MASK) : (uint32_t)value;
}

void arm_pmu_set(Vcpu *v, unsigned number, uint64_t value) {
    ArmState *s = arm_state(v);
    sync(s);
    s->pmu_el = s->el;
    switch (number) {
    case PMCR: set_control(s, value); break;
    case PMCNTENSET: s->pmcnten |= value & COUNTERS; break;
    case PMCNTENCLR: s->pmcnten &= ~value; break;
    case PMOVSSET: s->pmovs |= value & COUNTERS; break;
    case PMOVSCLR: s->pmovs &= ~value; break;
    case PMINTENSET: s->pminten |= value & COUNTERS; break;
    case PMINTENCLR: s->pminten &= ~value; break;
    case PMSWINC: increment(s, value); break;
    case PMSELR: s->pmselr = value & 31; break;
    case PMUSERENR: s->pmuserenr = value & 15; break;
    case PMCCNTR: s->pmccntr = value; break;
    case PMCCFILTR: s->pmccfiltr = value & FILTERS; break;
    default: set_indexed(s, number, value);
    }
    settle(s);
}
