// SPDX-License-Identifier: MIT
// Traps: raising, entering, returning; interrupts and WFI. Privileged 3.1.6-3.1.9, 3.3, 10.1.1-10.1.3 and
// Sstc.
//
// A raised trap waits in trap_cause/trap_tval with Vcpu.trap set until the run loop calls Guest.trap.
// Interrupt lines are the atomic word `pins`; whoever sets one kicks the CPU, and the hart's thread decides.
// STIP under Sstc is `pins` bit STI *and* time >= stimecmp: the timer's callback (event-loop thread) may be
// late for an old deadline, so its bit is only a hint that the comparison is worth making. Nothing but
// writing stimecmp clears that bit.
#include <inttypes.h>
#include <sched.h>
#include "cpu/riscv/state.h"
#include "tcg/base/log.h"

#define BIT(n)       (1ull << (n))
#define INTERRUPT(s) ((s)->config->xlen == 32 ? 1ull << 31 : 1ull << 63)
#define S_INTERRUPTS (BIT(IRQ_SSI) | BIT(IRQ_STI) | BIT(IRQ_SEI))

uint64_t riscv_raise(Vcpu *v, uint64_t cause, uint64_t tval, uint64_t unused) {
    RiscvState *s = riscv_state(v);
    s->trap_cause = cause;
    s->trap_tval = riscv_mask(s, tval);
    v->trap = 1;
    return 0;
}

uint64_t riscv_illegal(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    return riscv_raise(v, CAUSE_ILLEGAL, bits, 0);
}

// Semihosting calls are ebreak between two shifts that do nothing, none of them compressed, in one page ("RISC-V Semihosting", 2.2).
static bool is_semihosting(const RiscvState *s, uint64_t pc) {
    const CpuSemihost *h = s->cpu->semihost;
    uint32_t code[3];
    uint64_t paddr;
    if (!h || (s->priv == PRIV_U && !h->userspace) || (pc & 4095) < 4 || (pc & 4095) > 4096 - 8) return false;
    return s->cpu->type->translate(s->cpu, pc - 4, &paddr) && mem_read(s->mem, paddr, code, sizeof code) && code[0] == 0x01f01013 &&
           code[1] == 0x00100073 && code[2] == 0x40705013;
}

// Sets the pc unless it raises.
uint64_t riscv_ebreak(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) {
    RiscvState *s = riscv_state(v);
    uint64_t pc = vcpu_pc(v), answer;
    if (!is_semihosting(s, pc)) return riscv_raise(v, CAUSE_BREAKPOINT, pc, 0);
    bool done = s->cpu->semihost->call(s->cpu->semihost->opaque, s->cpu, s->config->xlen / 8, s->x[10], s->x[11], &answer);
    if (done) s->x[10] = riscv_mask(s, answer);
    v->pc = done ? riscv_mask(s, pc + 4) : pc;
    return 0;
}
uint64_t riscv_ecall(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) {
    return riscv_raise(v, CAUSE_ECALL_U + riscv_state(v)->priv, 0, 0);
}

// Moves bit `from` of mstatus to bit `to`, and clears `from`.
static uint64_t stack_enable(uint64_t mstatus, uint64_t from, uint64_t to) {
    mstatus = mstatus & from ? mstatus | to : mstatus & ~to;
    return mstatus & ~from;
}

static uint64_t vector(uint64_t tvec, uint64_t cause, bool interrupt) {
    return (tvec & ~3ull) + ((tvec & 1) && interrupt ? 4 * cause : 0);
}

// Privileged 3.1.6.1, 3.1.7, 10.1.2.
static void enter(Vcpu *v, uint64_t cause, bool interrupt, uint64_t tval, bool to_s) {
    RiscvState *s = riscv_state(v);
    uint64_t code = cause | (interrupt ? INTERRUPT(s) : 0);
    if (to_s) {
        s->sepc = v->pc;
        s->scause = code;
        s->stval = tval;
        s->mstatus = stack_enable(s->mstatus, MSTATUS_SIE, MSTATUS_SPIE) & ~MSTATUS_SPP;
        s->mstatus |= s->priv == PRIV_S ? MSTATUS_SPP : 0;
        s->priv = PRIV_S;
        v->pc = vector(s->stvec, cause, interrupt);
    } else {
        s->mepc = v->pc;
        s->mcause = code;
        s->mtval = tval;
        s->mstatus = stack_enable(s->mstatus, MSTATUS_MIE, MSTATUS_MPIE) & ~MSTATUS_MPP;
        s->mstatus |= (uint64_t)s->priv << MSTATUS_MPP_SHIFT;
        s->priv = PRIV_M;
        v->pc = vector(s->mtvec, cause, interrupt);
    }
    v->pc = riscv_mask(s, v->pc);
    log_print(LOG_INT, "int: cpu %u %s %" PRIu64 " at 0x%" PRIx64 ", tval 0x%" PRIx64 ", to %c-mode at 0x%" PRIx64, v->index,
              interrupt ? "interrupt" : "exception", cause, to_s ? s->sepc : s->mepc, tval, to_s ? 'S' : 'M', v->pc);
    riscv_update_context(v);
    riscv_irq_check(v);
}

// The run loop has left translated code at the instruction that raised: vcpu_pc names it.
void riscv_trap(Vcpu *v) {
    RiscvState *s = riscv_state(v);
    v->trap = 0;
    v->pc = riscv_mask(s, vcpu_pc(v));
    enter(v, s->trap_cause, false, s->trap_tval, s->priv != PRIV_M && (s->medeleg >> s->trap_cause & 1));
}

void riscv_retired(Vcpu *v, unsigned n) {
    if (v->ctx & RV_CTX_COUNT) riscv_state(v)->instret += n;
}

// Privileged 3.3.2: xRET. A reservation does not survive: the trap handler's stores may have hit it.
static uint64_t leave(Vcpu *v, unsigned priv, uint64_t pc) {
    RiscvState *s = riscv_state(v);
    if (priv != PRIV_M) s->mstatus &= ~MSTATUS_MPRV;
    s->priv = (uint8_t)priv;
    s->res_vaddr = RV_RES_NONE;
    v->pc = pc & ~(riscv_has(s->config, RV_EXT_zca) ? 1ull : 3ull);
    riscv_update_context(v);
    riscv_irq_check(v);
    return 0;
}

uint64_t riscv_mret(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    RiscvState *s = riscv_state(v);
    if (s->priv != PRIV_M) return riscv_illegal(v, bits, 0, 0);
    unsigned priv = (s->mstatus & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT;
    s->mstatus = stack_enable(s->mstatus & ~MSTATUS_MPP, MSTATUS_MPIE, MSTATUS_MIE) | MSTATUS_MPIE;
    return leave(v, priv, s->mepc);
}

uint64_t riscv_sret(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    RiscvState *s = riscv_state(v);
    if (s->priv == PRIV_U || (s->priv == PRIV_S && (s->mstatus & MSTATUS_TSR)))
        return riscv_illegal(v, bits, 0, 0);
    unsigned priv = s->mstatus & MSTATUS_SPP ? PRIV_S : PRIV_U;
    s->mstatus = stack_enable(s->mstatus & ~MSTATUS_SPP, MSTATUS_SPIE, MSTATUS_SIE) | MSTATUS_SPIE;
    return leave(v, priv, s->sepc);
}

uint64_t riscv_fs_dirty(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) {
    RiscvState *s = riscv_state(v);
    s->mstatus |= MSTATUS_FS;
    riscv_update_context(v);
    return 0;
}

// Privileged 3.3.3. Sleeping is the CPU thread's business: the run loop sees `waiting` and returns
// RUN_WAITING.
uint64_t riscv_wfi(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    if (v->ctx & RV_CTX_TW) return riscv_illegal(v, bits, 0, 0);
    vcpu_wait(v);
    vcpu_kick(v, EXIT_IRQ);
    return 0;
}

// Zawrs: a wait may end at any time, so it ends at once (which also is why wrs.nto never has to trap under
// TW), but lets another host thread run, since the hart that is waited for may need this host CPU.
uint64_t riscv_wrs(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    Cpu *cpu = riscv_state(v)->cpu;
    if (cpu && cpu->turn)
        turn_offer(cpu->turn, cpu);
    else
        sched_yield();
    return 0;
}

// A hart that spins for a lock or an answer: on a host with fewer CPUs than harts, whoever it waits for may need this one.
uint64_t riscv_pause(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) { return riscv_wrs(v, a, b, c); }

uint64_t riscv_time(const RiscvState *s) { return riscv_timebase_now(s->clock); }
uint64_t riscv_timebase_now(Clock *clock) { return clock_ticks(clock, RV_TICK_NS); }

static bool sstc_on(const RiscvState *s) { return s->menvcfg & ENVCFG_STCE; }

uint64_t riscv_mip(const RiscvState *s) {
    uint64_t pins = atomic_load(&s->pins), sti = BIT(IRQ_STI);
    if (!sstc_on(s)) return s->mip | (pins & ~sti);
    if ((pins & sti) && riscv_time(s) < s->stimecmp) pins &= ~sti;
    return (s->mip & ~sti) | pins;
}

// The interrupts that would be taken now, those of one target mode only; *to_s says which (Privileged 3.1.9,
// 10.1.3).
static uint64_t enabled_interrupts(const RiscvState *s, bool *to_s) {
    if (!((s->mip | atomic_load_explicit(&s->pins, memory_order_relaxed)) & s->mie)) return 0;
    uint64_t pending = riscv_mip(s) & s->mie;
    uint64_t m = pending & ~s->mideleg, d = pending & s->mideleg;
    *to_s = false;
    if (m && (s->priv < PRIV_M || (s->mstatus & MSTATUS_MIE))) return m;
    *to_s = true;
    return s->priv < PRIV_S || (s->priv == PRIV_S && (s->mstatus & MSTATUS_SIE)) ? d : 0;
}

void riscv_irq_check(Vcpu *v) {
    bool to_s;
    if (enabled_interrupts(riscv_state(v), &to_s)) vcpu_kick(v, EXIT_IRQ);
}

bool riscv_interrupt(Vcpu *v) {
    static const uint8_t order[] = {IRQ_MEI, IRQ_MSI, IRQ_MTI, IRQ_SEI, IRQ_SSI, IRQ_STI};
    bool to_s;
    uint64_t pending = enabled_interrupts(riscv_state(v), &to_s);
    for (unsigned i = 0; pending && i < sizeof(order); i++)
        if (pending & BIT(order[i])) {
            enter(v, order[i], true, 0, to_s);
            return true;
        }
    return false;
}

// WFI ends for anything enabled in mie, whatever mstatus and mideleg say.
bool riscv_awake(Vcpu *v) {
    RiscvState *s = riscv_state(v);
    return (riscv_mip(s) & s->mie) != 0;
}

static void time_moved(Vcpu *v, void *arg) {
    riscv_stimer_update(riscv_state(v));
    riscv_irq_check(v);
}

void riscv_set_pin(Cpu *c, unsigned pin, bool level) {
    RiscvState *s = riscv_state(c->vcpu);
    if (pin == RISCV_PIN_TIME) {
        if (level) vcpu_work(c->vcpu, time_moved, NULL, false);
        return;
    }
    if (pin != IRQ_MSI && pin != IRQ_MTI && pin != IRQ_MEI && pin != IRQ_SEI && pin != IRQ_SSI) return;
    if (pin == IRQ_SSI && !level) return; // an edge sets SSIP, which software clears
    uint32_t bit = 1u << pin;
    uint32_t old = level ? atomic_fetch_or(&s->pins, bit) : atomic_fetch_and(&s->pins, ~bit);
    if (level && !(old & bit)) cpu_kick(c);
}

void riscv_stimer_fired(void *opaque) {
    Cpu *c = opaque;
    atomic_fetch_or(&riscv_state(c->vcpu)->pins, 1u << IRQ_STI);
    cpu_kick(c);
}

// Clears the hint, then sets it at once or arms the timer: a late callback for the old deadline sets it
// early, which riscv_mip sees through.
void riscv_stimer_update(RiscvState *s) {
    atomic_fetch_and(&s->pins, ~(1u << IRQ_STI));
    uint64_t when = sstc_on(s) ? clock_ticks_when(s->clock, RV_TICK_NS, s->stimecmp) : UINT64_MAX;
    if (!when) atomic_fetch_or(&s->pins, 1u << IRQ_STI);
    if (s->stimer) timer_set(s->stimer, when ? when : UINT64_MAX);
}
