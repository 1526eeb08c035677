// SPDX-License-Identifier: MIT
// Self-hosted debug: breakpoint and watchpoint exceptions (DDI 0487, D2.8, D2.9; the pseudocode is BreakpointMatch, WatchpointMatch and
// StateMatch). What the registers ask for is told to the translator as addresses (vcpu_breakpoint, vcpu_watch), which asks here about
// each instruction or access that touches one; there the level, the context and the bytes are looked at. The last two breakpoints know
// contexts; one that is a context alone is a breakpoint at every address.
#include "cpu/arm/state.h"

enum { ENABLED = 1, HMC = 1 << 13, FIRST_CONTEXT = ARM_BREAKPOINTS - 2 };
enum { BT_ADDRESS = 0, BT_ADDRESS_LINKED = 1, BT_CONTEXT = 2, BT_CONTEXT_LINKED = 3 };

// AArch64.GenerateDebugExceptionsFrom: of the level they go to only with KDE.
bool arm_debug_enabled(const ArmState *s, unsigned el, uint64_t pstate) {
    unsigned target = arm_el2(s) && ((s->mdcr & MDCR_TDE) || (s->hcr & HCR_TGE)) ? 2 : 1;
    return !s->oslock && (el < target || (el == target && (s->mdscr & MDSCR_KDE) && !(pstate & PSTATE_D)));
}

static unsigned type(uint64_t bcr) { return bcr >> 20 & 15; }
static unsigned linked(uint64_t cr) { return cr >> 16 & 15; }
static bool address_type(uint64_t bcr) { return type(bcr) <= BT_ADDRESS_LINKED; }

// An address without the bits above those of a virtual address, which read as the highest of them.
static uint64_t address(const ArmState *s, uint64_t value) {
    unsigned unused = arm_has(s->config, ARM_lva) || arm_has(s->config, ARM_lpa2) ? 11 : 15;
    return (uint64_t)((int64_t)(value << unused) >> unused);
}

// ---- what the translator is told

static struct ArmPoint breakpoint_of(const ArmState *s, unsigned n) {
    uint64_t at = address(s, s->dbgbvr[n]) & ~3ull;
    if (!(s->dbgbcr[n] & ENABLED)) return (struct ArmPoint){0};
    if (address_type(s->dbgbcr[n])) return (struct ArmPoint){at, at, true};
    return (struct ArmPoint){0, UINT64_MAX, n >= FIRST_CONTEXT && type(s->dbgbcr[n]) == BT_CONTEXT};
}

// The bytes from the first selected to the last.
static struct ArmPoint watchpoint_of(const ArmState *s, unsigned n) {
    uint64_t cr = s->dbgwcr[n], base = address(s, s->dbgwvr[n]);
    unsigned mask = cr >> 24 & 31, bytes = cr >> 5 & 255;
    if (base & 4) bytes &= 15;
    if (!(cr & ENABLED) || !bytes) return (struct ArmPoint){0};
    if (mask) return (struct ArmPoint){base & ~((1ull << mask) - 1), base | ((1ull << mask) - 1), true};
    base &= ~3ull;
    return (struct ArmPoint){base + (unsigned)__builtin_ctz(bytes), base + 31 - (unsigned)__builtin_clz(bytes), true};
}

static bool same(const struct ArmPoint *a, const struct ArmPoint *b) {
    return a->set == b->set && (!a->set || (a->first == b->first && a->last == b->last));
}
enum { POINTS = ARM_BREAKPOINTS + ARM_WATCHPOINTS };

// Two registers may say the same, and the translator's list holds it once.
static void points_wanted(const ArmState *s, struct ArmPoint want[POINTS]) {
    for (unsigned n = 0; n < POINTS && (s->mdscr & MDSCR_MDE) && !s->oslock; n++) {
        want[n] = n < ARM_BREAKPOINTS ? breakpoint_of(s, n) : watchpoint_of(s, n - ARM_BREAKPOINTS);
        for (unsigned k = n < ARM_BREAKPOINTS ? 0 : ARM_BREAKPOINTS; k < n; k++)
            if (want[n].set && same(&want[k], &want[n])) want[n].set = false;
    }
}

// All that change are taken back before others are told: what one gives up another may take over.
void arm_debug_update(Vcpu *v) {
    ArmState *s = arm_state(v);
    struct ArmPoint want[POINTS] = {0};
    points_wanted(s, want);
    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned n = 0; n < POINTS; n++) {
            struct ArmPoint *have = &s->points[n], *p = pass ? &want[n] : have;
            if (same(have, &want[n])) continue;
            if (p->set) (n < ARM_BREAKPOINTS ? vcpu_breakpoint : vcpu_watch)(v, p->first, p->last, pass);
            if (pass) *have = *p;
            else have->set = false;
        }
    }
}

// ---- do the registers mean it?

static bool active(const ArmState *s) { return (s->mdscr & MDSCR_MDE) && arm_debug_enabled(s, s->el, s->pstate); }

static bool context_matches(const ArmState *s, unsigned n) {
    return n < ARM_BREAKPOINTS && n >= FIRST_CONTEXT && (uint32_t)s->dbgbvr[n] == (uint32_t)s->contextidr;
}
static bool link_matches(const ArmState *s, uint64_t cr) {
    unsigned n = linked(cr);
    return context_matches(s, n) && (s->dbgbcr[n] & ENABLED) && type(s->dbgbcr[n]) == BT_CONTEXT_LINKED;
}

// Of HMC, SSC and PMC or PAC, at a level. SSC 1 is for Non-secure state alone, 2 for Secure alone.
static bool state_matches(uint64_t cr, unsigned el) { return el == 0 ? cr >> 2 & 1 : el == 1 ? cr >> 1 & 1 : (cr & HMC) != 0; }

static bool breakpoint_matches(const ArmState *s, unsigned n, uint64_t pc) {
    uint64_t cr = s->dbgbcr[n];
    if (!(cr & ENABLED) || !state_matches(cr, s->el)) return false;
    if (type(cr) == BT_CONTEXT) return context_matches(s, n);
    if (!address_type(cr) || !(cr >> 5 & 1) || (address(s, s->dbgbvr[n]) & ~3ull) != pc) return false;
    return type(cr) == BT_ADDRESS || link_matches(s, cr);
}

bool arm_breakpoint(Vcpu *v) {
    const ArmState *s = arm_state(v);
    for (unsigned n = 0; n < ARM_BREAKPOINTS && active(s); n++) {
        if (!breakpoint_matches(s, n, v->pc)) continue;
        arm_take(v, ESR(EC_BREAKPOINT, FSC_DEBUG));
        return true;
    }
    return false;
}

// Is one of the bytes selected? *at: the first.
static bool watches(const ArmState *s, unsigned n, uint64_t vaddr, unsigned size, uint64_t *at) {
    struct ArmPoint p = watchpoint_of(s, n);
    uint64_t bytes = s->dbgwcr[n] >> 5 & 255, base = address(s, s->dbgwvr[n]) & ~3ull;
    bool range = s->dbgwcr[n] >> 24 & 31;
    for (*at = vaddr > p.first ? vaddr : p.first; p.set && *at - vaddr < size && *at <= p.last; ++*at)
        if (range || (bytes >> (*at - base) & 1)) return true;
    return false;
}

bool arm_watchpoint(Vcpu *v, uint64_t vaddr, unsigned size, unsigned access, unsigned mmu) {
    const ArmState *s = arm_state(v);
    unsigned el = mmu == 1 && !(s->pstate & PSTATE_UAO) ? 0 : s->el;
    uint64_t at;
    if (!active(s)) return false;
    for (unsigned n = 0; n < ARM_WATCHPOINTS; n++) {
        uint64_t cr = s->dbgwcr[n];
        unsigned kinds = (cr >> 3 & 1 ? WATCHED_READ : 0) | (cr >> 4 & 1 ? WATCHED_WRITE : 0);
        bool type_ok = !(cr >> 20 & 1) || link_matches(s, cr);
        if (!(cr & ENABLED) || !(kinds & access) || !state_matches(cr, el) || !type_ok || !watches(s, n, vaddr, size, &at)) continue;
        arm_fault_at(v, ESR(EC_WATCHPOINT, FSC_DEBUG | (access & WATCHED_WRITE ? 1 << 6 : 0)), at);
        return true;
    }
    return false;
}
