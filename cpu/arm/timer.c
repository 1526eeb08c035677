// SPDX-License-Identifier: MIT
// The generic timer of a core: virtual and physical timer of EL1, physical timer of EL2, all on the machine's virtual time. DDI 0487, D11.2.
//
// Only the core's own thread computes an output, so a late deadline cannot raise a line that a later write has lowered: the clock's
// callback merely asks for it.
#include "cpu/arm/state.h"

enum { CTL_ENABLE = 1, CTL_IMASK = 2, CTL_ISTATUS = 4 };
#define NS_PER_S 1000000000u

uint64_t arm_counter(const ArmState *s) {
    return (uint64_t)((unsigned __int128)clock_now(s->clock) * s->config->counter_hz / NS_PER_S);
}

static uint64_t ctl(const ArmState *s, unsigned n) { return n == ARM_TIMER_VIRTUAL ? s->cntv_ctl : n == ARM_TIMER_HYP ? s->cnthp_ctl : s->cntp_ctl; }
static uint64_t cval(const ArmState *s, unsigned n) {
    return n == ARM_TIMER_VIRTUAL ? s->cntv_cval : n == ARM_TIMER_HYP ? s->cnthp_cval : s->cntp_cval;
}
static uint64_t offset(const ArmState *s, unsigned n) { return n == ARM_TIMER_VIRTUAL ? s->cntvoff : 0; }
static bool due(const ArmState *s, unsigned n) { return arm_counter(s) - offset(s, n) >= cval(s, n); }

// The first nanosecond at which the physical counter has reached a value.
static uint64_t deadline(const ArmState *s, uint64_t count) {
    unsigned __int128 ns = ((unsigned __int128)count * NS_PER_S + s->config->counter_hz - 1) / s->config->counter_hz;
    return ns > UINT64_MAX ? UINT64_MAX : (uint64_t)ns;
}

// Of a compare value that an offset brings round the counter's end, the time is never.
static uint64_t next_deadline(const ArmState *s, unsigned n) {
    uint64_t at;
    return __builtin_add_overflow(cval(s, n), offset(s, n), &at) && !offset(s, n) ? UINT64_MAX : deadline(s, at);
}

void arm_timer_update(ArmState *s, unsigned n) {
    bool on = ctl(s, n) & CTL_ENABLE, reached = on && due(s, n);
    irq_set(&s->timer_irq[n], reached && !(ctl(s, n) & CTL_IMASK));
    if (s->timer[n]) timer_set(s->timer[n], on && !reached ? next_deadline(s, n) : UINT64_MAX);
}

// Who sees the condition has the interrupt too, though the clock's callback may be late.
uint64_t arm_timer_ctl(ArmState *s, unsigned n) {
    uint64_t c = ctl(s, n);
    if (!(c & CTL_ENABLE) || !due(s, n)) return c;
    arm_timer_update(s, n);
    return c | CTL_ISTATUS;
}

static void update_all(Vcpu *v, void *unused) {
    for (unsigned n = 0; n < ARM_TIMERS; n++) arm_timer_update(arm_state(v), n);
}

void arm_timer_fired(void *opaque) { vcpu_work(((Cpu *)opaque)->vcpu, update_all, NULL, false); }

void arm_wire_timer(Cpu *c, unsigned timer, Irq to) { arm_state(c->vcpu)->timer_irq[timer] = to; }

void arm_wait_timer(ArmState *s, uint64_t count) {
    uint64_t at;
    bool never = __builtin_add_overflow(count, s->cntvoff, &at) && !s->cntvoff;
    if (s->wait_timer) timer_set(s->wait_timer, never ? UINT64_MAX : deadline(s, at));
}
