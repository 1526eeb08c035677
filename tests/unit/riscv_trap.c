// SPDX-License-Identifier: MIT
// Traps and interrupts: entry, delegation, priorities, returns, WFI, Sstc, and the CPU thread that sleeps in
// between. Privileged 3.1.6-3.1.9, 3.3, 10.1; Sstc.
#include <check.h>
#include <string.h>
#include <unistd.h>
#include "tests/lib/riscv_hart.h"
#include "tests/lib/suite.h"

static Hart h;
static void open64(void) { hart_open(&h, "rv64"); }
static void close_hart(void) { hart_close(&h); }

#define PC 0x80001234ull
static void at(uint64_t pc) { // in the middle of a block
    h.v->pc = pc - 0x34;
    h.v->vpage = pc & ~0xfffull;
    h.v->pc_off = pc & 0xfff;
}
static void take(void) {
    ck_assert_uint_ne(h.v->trap, 0);
    h.v->trap = 0; // as the run loop does
    riscv_trap(h.v);
}
static void raise_at(uint64_t pc, unsigned cause, uint64_t tval) {
    at(pc);
    riscv_raise(h.v, cause, tval, 0);
    take();
}

START_TEST(exception_to_machine) {
    csr_write(&h, 0x305, 0x80000101, NULL); // vectored: exceptions go to the base
    csr_write(&h, 0x300, MSTATUS_MIE | MSTATUS_MPRV, NULL);
    hart_priv(&h, PRIV_S);
    raise_at(PC, CAUSE_LOAD_PAGE, 0xdeadbeef);
    ck_assert_uint_eq(h.v->pc, 0x80000100);
    ck_assert_uint_eq(h.s->priv, PRIV_M);
    ck_assert_uint_eq(csr_read(&h, 0x341, NULL), PC);
    ck_assert_uint_eq(csr_read(&h, 0x342, NULL), CAUSE_LOAD_PAGE);
    ck_assert_uint_eq(csr_read(&h, 0x343, NULL), 0xdeadbeef);
    ck_assert_uint_eq(h.s->mstatus & (MSTATUS_MPP | MSTATUS_MIE | MSTATUS_MPIE),
                      1ull << MSTATUS_MPP_SHIFT | MSTATUS_MPIE);
    ck_assert_uint_eq(h.v->ctx & RV_CTX_PRIV, PRIV_M);
    riscv_mret(h.v, 0x30200073, 0, 0);
    ck_assert_uint_eq(h.v->pc, PC);
    ck_assert_uint_eq(h.s->priv, PRIV_S);
    ck_assert_uint_eq(h.s->mstatus & (MSTATUS_MPP | MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPRV),
                      MSTATUS_MIE | MSTATUS_MPIE);
}
END_TEST

START_TEST(delegated_exception) {
    csr_write(&h, 0x302, 1 << CAUSE_ECALL_U, NULL);
    csr_write(&h, 0x105, 0x80000200, NULL);
    csr_write(&h, 0x100, MSTATUS_SIE, NULL);
    hart_priv(&h, PRIV_U);
    at(PC);
    riscv_ecall(h.v, 0, 0, 0);
    take();
    ck_assert_uint_eq(h.v->pc, 0x80000200);
    ck_assert_uint_eq(h.s->priv, PRIV_S);
    ck_assert_uint_eq(h.s->scause, CAUSE_ECALL_U);
    ck_assert_uint_eq(h.s->sepc, PC);
    ck_assert_uint_eq(h.s->mstatus & (MSTATUS_SPP | MSTATUS_SIE | MSTATUS_SPIE), MSTATUS_SPIE);
    bool trap;
    h.s->res_vaddr = 8;
    riscv_sret(h.v, 0x10200073, 0, 0);
    ck_assert_uint_eq(h.s->priv, PRIV_U);
    ck_assert_uint_eq(h.s->mstatus & (MSTATUS_SPP | MSTATUS_SIE | MSTATUS_SPIE), MSTATUS_SIE | MSTATUS_SPIE);
    ck_assert_uint_eq(h.s->res_vaddr, RV_RES_NONE);
    csr_write(&h, 0x302, 1 << CAUSE_ECALL_U, &trap); // from U: illegal
    hart_priv(&h, PRIV_M);
    csr_write(&h, 0x302, 0xb3ff, NULL);
    raise_at(PC, CAUSE_BREAKPOINT, PC); // never from M to S
    ck_assert_uint_eq(h.s->priv, PRIV_M);
    ck_assert_uint_eq(h.s->mcause, CAUSE_BREAKPOINT);
}
END_TEST

START_TEST(returns_are_privileged) { // 3.1.6.5, 3.3.2
    hart_priv(&h, PRIV_S);
    riscv_mret(h.v, 0x30200073, 0, 0);
    ck_assert_int_eq(hart_cause(&h), CAUSE_ILLEGAL);
    ck_assert_uint_eq(h.s->trap_tval, 0x30200073);
    hart_priv(&h, PRIV_U);
    riscv_sret(h.v, 0x10200073, 0, 0);
    ck_assert_int_eq(hart_cause(&h), CAUSE_ILLEGAL);
    riscv_wfi(h.v, 0x10500073, 0, 0);
    ck_assert_int_eq(hart_cause(&h), CAUSE_ILLEGAL);
    riscv_sfence_vma(h.v, 0, 0, 0x12000073);
    ck_assert_int_eq(hart_cause(&h), CAUSE_ILLEGAL);
    hart_priv(&h, PRIV_M);
    csr_write(&h, 0x300, MSTATUS_TSR | MSTATUS_TVM | MSTATUS_TW, NULL);
    hart_priv(&h, PRIV_S);
    riscv_sret(h.v, 0x10200073, 0, 0);
    ck_assert_int_eq(hart_cause(&h), CAUSE_ILLEGAL);
    riscv_wfi(h.v, 0x10500073, 0, 0);
    ck_assert_int_eq(hart_cause(&h), CAUSE_ILLEGAL);
    riscv_sfence_vma(h.v, 0, 0, 0x12000073);
    ck_assert_int_eq(hart_cause(&h), CAUSE_ILLEGAL);
    hart_priv(&h, PRIV_M);
    riscv_sret(h.v, 0x10200073, 0, 0);
    ck_assert_int_eq(hart_cause(&h), -1);
    ck_assert_uint_eq(h.s->priv, PRIV_U);
}
END_TEST

START_TEST(interrupt_priorities) { // 3.1.9: MEI MSI MTI SEI SSI STI
    static const unsigned order[] = {IRQ_MEI, IRQ_MSI, IRQ_MTI, IRQ_SEI, IRQ_SSI, IRQ_STI};
    csr_write(&h, 0x304, 0xaaa, NULL);
    csr_write(&h, 0x305, 0x80000001, NULL);
    csr_write(&h, 0x344, 0x222, NULL);
    riscv_set_pin(h.cpu, RISCV_PIN_MEI, true);
    riscv_set_pin(h.cpu, RISCV_PIN_MSI, true);
    riscv_set_pin(h.cpu, RISCV_PIN_MTI, true);
    ck_assert(!riscv_interrupt(h.v)); // MIE = 0 in M-mode
    for (unsigned i = 0; i < 6; i++) {
        csr_write(&h, 0x300, MSTATUS_MIE, NULL);
        ck_assert(riscv_interrupt(h.v));
        ck_assert_uint_eq(h.s->mcause, 1ull << 63 | order[i]);
        ck_assert_uint_eq(h.v->pc, 0x80000000 + 4 * order[i]);
        if (order[i] == IRQ_MEI || order[i] == IRQ_MSI || order[i] == IRQ_MTI)
            riscv_set_pin(h.cpu, order[i], false);
        else
            csr_rw(&h, 0x344, 0, 1 << order[i], NULL);
    }
    csr_write(&h, 0x300, MSTATUS_MIE, NULL);
    ck_assert(!riscv_interrupt(h.v));
}
END_TEST

START_TEST(interrupts_by_privilege) { // 3.1.9, 10.1.3
    csr_write(&h, 0x303, 0x222, NULL);
    csr_write(&h, 0x304, 0xaaa, NULL);
    riscv_set_pin(h.cpu, RISCV_PIN_SEI, true);
    csr_write(&h, 0x300, MSTATUS_MIE | MSTATUS_SIE, NULL);
    ck_assert(!riscv_interrupt(h.v)); // delegated: never taken in M
    hart_priv(&h, PRIV_S);
    csr_write(&h, 0x100, 0, NULL);
    ck_assert(!riscv_interrupt(h.v));
    atomic_store(&h.v->exit_request, 0);
    csr_write(&h, 0x100, MSTATUS_SIE, NULL);
    ck_assert_uint_eq(atomic_load(&h.v->exit_request) & EXIT_IRQ, EXIT_IRQ); // enabling asks the run loop
    ck_assert(riscv_interrupt(h.v));
    ck_assert_uint_eq(h.s->scause, 1ull << 63 | IRQ_SEI);
    hart_priv(&h, PRIV_U);
    ck_assert(riscv_interrupt(h.v)); // SIE counts in S-mode only
    hart_priv(&h, PRIV_U);
    riscv_set_pin(h.cpu, RISCV_PIN_MTI, true);
    ck_assert(riscv_interrupt(h.v)); // the higher privilege first
    ck_assert_uint_eq(h.s->mcause, 1ull << 63 | IRQ_MTI);
}
END_TEST

START_TEST(wfi_wakes_for_what_mie_enables) { // 3.3.3
    csr_write(&h, 0x304, 1 << IRQ_MTI, NULL);
    riscv_wfi(h.v, 0x10500073, 0, 0);
    ck_assert(h.v->waiting && !riscv_awake(h.v));
    riscv_set_pin(h.cpu, RISCV_PIN_MEI, true);
    ck_assert(!riscv_awake(h.v));
    riscv_set_pin(h.cpu, RISCV_PIN_MTI, true);
    ck_assert(riscv_awake(h.v)); // though MIE = 0
}
END_TEST

START_TEST(stimecmp_drives_stip) { // Sstc
    clock_pause(h.clock, true);
    clock_set(h.clock, 1000);
    csr_write(&h, 0x30a, ENVCFG_STCE, NULL);
    csr_write(&h, 0x304, 0x222, NULL);
    csr_write(&h, 0x14d, 20, NULL);
    ck_assert_uint_eq(timer_deadline(h.s->stimer), 2000);
    ck_assert_uint_eq(csr_read(&h, 0x344, NULL), 0);
    csr_write(&h, 0x344, 1 << IRQ_STI, NULL); // read-only under STCE
    ck_assert_uint_eq(csr_read(&h, 0x344, NULL), 0);
    riscv_stimer_fired(h.cpu); // late, for an older deadline
    ck_assert_uint_eq(csr_read(&h, 0x344, NULL), 0);
    clock_set(h.clock, 2000);
    ck_assert_uint_eq(csr_read(&h, 0x344, NULL), 1 << IRQ_STI);
    csr_write(&h, 0x14d, ~0ull, NULL);
    ck_assert_uint_eq(csr_read(&h, 0x344, NULL), 0);
    ck_assert_uint_eq(timer_deadline(h.s->stimer), UINT64_MAX);
    csr_write(&h, 0x14d, 5, NULL); // past: at once
    ck_assert(riscv_awake(h.v));
    csr_write(&h, 0x30a, 0, NULL);
    ck_assert_uint_eq(csr_read(&h, 0x344, NULL), 0);
}
END_TEST

START_TEST(cbo_follows_envcfg) {
    enum { INVAL = 0x0005200f, CLEAN = 0x0015200f, ZERO = 0x0045200f };
    memset(mem_host(h.mem, RAM + 0x1000, 256, true), 0xff, 256);
    csr_write(&h, 0x3b0, ~0ull, NULL);
    csr_write(&h, 0x3a0, 0x1f, NULL);
    hart_priv(&h, PRIV_S);
    riscv_cbo(h.v, RAM, INVAL, 0);
    ck_assert_int_eq(hart_cause(&h), CAUSE_ILLEGAL);
    hart_priv(&h, PRIV_M);
    csr_write(&h, 0x30a, ENVCFG_CBCFE | ENVCFG_CBZE, NULL);
    hart_priv(&h, PRIV_S);
    riscv_cbo(h.v, RAM, CLEAN, 0);
    ck_assert_int_eq(hart_cause(&h), -1);
    riscv_cbo_zero(h.v, RAM + 0x1050, ZERO, 0);
    ck_assert_int_eq(hart_cause(&h), -1);
    const uint8_t *p = mem_host(h.mem, RAM + 0x1000, 256, false);
    ck_assert(p[0x3f] == 0xff && p[0x40] == 0 && p[0x7f] == 0 && p[0x80] == 0xff);
    hart_priv(&h, PRIV_U);
    riscv_cbo_zero(h.v, RAM, ZERO, 0);
    ck_assert_int_eq(hart_cause(&h), CAUSE_ILLEGAL); // senvcfg
    hart_priv(&h, PRIV_M);
    riscv_cbo_zero(h.v, 0x40000010, ZERO, 0);
    ck_assert_int_eq(hart_cause(&h), CAUSE_STORE_ACCESS);
    ck_assert_uint_eq(h.s->trap_tval, 0x40000010);
}
END_TEST

// ---- the CPU thread, asleep: a hart in WFI

static void set_flag(Vcpu *v, void *arg) { atomic_store((_Atomic int *)arg, 1); }

static void wait_asleep(void) {
    while (!atomic_load(&h.cpu->asleep)) usleep(100);
}

START_TEST(thread_serves_requests_and_stops) {
    _Atomic int flag = 0;
    h.v->waiting = true; // as after wfi, with nothing enabled
    cpu_start_thread(h.cpu);
    wait_asleep();
    ck_assert_int_eq(h.cpu->state, CPU_STOPPED);
    vcpu_work(h.v, set_flag, &flag, true); // while paused
    ck_assert_int_eq(atomic_exchange(&flag, 0), 1);
    cpu_resume(h.cpu);
    for (unsigned i = 0; i < 200; i++) {
        vcpu_work(h.v, set_flag, &flag, true); // while it naps
        ck_assert_int_eq(atomic_exchange(&flag, 0), 1);
        cpu_kick(h.cpu); // nothing pending: goes on sleeping
    }
    wait_asleep();
    cpu_pause(h.cpu);
    ck_assert_int_eq(h.cpu->state, CPU_STOPPED);
    ck_assert_uint_eq(h.v->pc, RAM);
    h.v->waiting = true;
    cpu_power(h.cpu, false);
    cpu_resume(h.cpu);
    cpu_pause(h.cpu);
    ck_assert_int_eq(h.cpu->state, CPU_STOPPED);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("riscv_trap");
    TCase *c = tcase_create("rv64");
    tcase_add_checked_fixture(c, open64, close_hart);
    const TTest *const tests[] = {
        exception_to_machine, delegated_exception,     returns_are_privileged,
        interrupt_priorities, interrupts_by_privilege, wfi_wakes_for_what_mie_enables,
        stimecmp_drives_stip, cbo_follows_envcfg,      thread_serves_requests_and_stops};
    for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) tcase_add_test(c, tests[i]);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
