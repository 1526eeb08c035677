// SPDX-License-Identifier: MIT
// Control and status registers: who may reach them, which values are legal, what depends on what. Privileged
// manual, sections in the names.
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/riscv/csr.h"
#include "tests/lib/riscv_hart.h"
#include "tests/lib/suite.h"

static Hart h;
static void open64(void) { hart_open(&h, "rv64"); }
static void open32(void) { hart_open(&h, "rv32"); }
static void close_hart(void) { hart_close(&h); }

static uint64_t written(unsigned csr, uint64_t value) {
    csr_write(&h, csr, value, NULL);
    return csr_read(&h, csr, NULL);
}
static bool traps(unsigned priv, unsigned csr, bool write) {
    bool trap;
    hart_priv(&h, priv);
    if (write)
        csr_rw(&h, csr, 0, 0, &trap);
    else
        csr_read(&h, csr, &trap);
    hart_priv(&h, PRIV_M);
    return trap;
}

START_TEST(access_follows_the_number) { // 2.1
    csr_write(&h, 0x300, MSTATUS_FS, NULL);
    csr_write(&h, 0x306, 7, NULL);
    csr_write(&h, 0x106, 7, NULL);
    csr_write(&h, 0x30a, ENVCFG_STCE, NULL);
    unsigned exist = 0;
    for (unsigned csr = 0; csr < 4096; csr++) {
        bool present = !traps(PRIV_M, csr, false), hpm = (csr & 0xf60) == 0xc00 && (csr & 31) > 2;
        ck_assert_msg(!present || riscv_csr_name(csr), "csr %x", csr);
        exist += present;
        for (unsigned priv = PRIV_U; present && !hpm && priv <= PRIV_M; priv += 1 + (priv == PRIV_S))
            ck_assert_msg(traps(priv, csr, false) == (priv < (csr >> 8 & 3)), "csr %x in privilege %u", csr,
                          priv);
        if (present) ck_assert_msg(traps(PRIV_M, csr, true) == (csr >> 10 == 3), "write of csr %x", csr);
    }
    ck_assert_uint_gt(exist, 100);
}
END_TEST

START_TEST(absent_registers_are_illegal) {
    static const unsigned absent[] = {0x000,
                                      0x015 /* seed */,
                                      0x200,
                                      0x600 /* hstatus */,
                                      0x747 /* mseccfg */,
                                      0x7a5 /* tcontrol */,
                                      0x310 /* mstatush */,
                                      0x31a /* menvcfgh */,
                                      0x15d,
                                      0xc80,
                                      0x3a1 /* odd pmpcfg */,
                                      0x3c0,
                                      0xb01,
                                      0x30c};
    for (unsigned i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
        ck_assert_msg(traps(PRIV_M, absent[i], false), "csr %x", absent[i]);
}
END_TEST

// Whatever is written, what is read back must be legal and stable: writing it again changes nothing.
START_TEST(every_register_is_warl) {
    srand(1);
    for (unsigned csr = 0; csr < 4096; csr++) {
        const CsrRow *r = csr_row(csr);
        if (!r || csr >> 10 == 3 || r->gate == GATE_FP || traps(PRIV_M, csr, false) || (csr & 0xf00) == 0xb00)
            continue;
        if (csr >= 0x3a0 && csr < 0x3c0) continue; // locks: below
        for (unsigned k = 0; k < 40; k++) {
            uint64_t once = written(csr, (uint64_t)rand() << 42 ^ (uint64_t)rand() << 21 ^ (uint64_t)rand());
            ck_assert_msg(written(csr, once) == once, "csr %x", csr);
        }
    }
}
END_TEST

START_TEST(mstatus_fields) { // 3.1.6
    uint64_t xl = 2ull << 32 | 2ull << 34;
    ck_assert_uint_eq(written(0x300, ~0ull & ~MSTATUS_FS), xl | (0x7e79aa & ~MSTATUS_FS));
    ck_assert_uint_eq(written(0x300, MSTATUS_FS) >> 63, 1); // SD
    ck_assert_uint_eq(written(0x300, 1ull << 13) >> 63, 0);
    csr_write(&h, 0x300, MSTATUS_MPP, NULL);
    ck_assert_uint_eq(written(0x300, 2ull << MSTATUS_MPP_SHIFT) & MSTATUS_MPP,
                      MSTATUS_MPP); // 2 is no privilege: unchanged
    csr_write(&h, 0x300, ~0ull, NULL);
    ck_assert_uint_eq(csr_read(&h, 0x100, NULL), 1ull << 63 | 2ull << 32 | MSTATUS_FS | MSTATUS_SUM |
                                                     MSTATUS_MXR | MSTATUS_SPP | MSTATUS_SPIE | MSTATUS_SIE);
    csr_write(&h, 0x100, 0, NULL);
    ck_assert_uint_eq(csr_read(&h, 0x300, NULL) & (MSTATUS_MIE | MSTATUS_SIE | MSTATUS_TVM),
                      MSTATUS_MIE | MSTATUS_TVM);
}
END_TEST

START_TEST(mstatus_on_rv32) { // 3.1.6: two halves, SD in bit 31
    ck_assert_uint_eq(written(0x300, 0xffffffff), 0x807e79aa);
    ck_assert_uint_eq(written(0x310, 0xffffffff), 0);
    ck_assert_uint_eq(csr_read(&h, 0x301, NULL) >> 30, 1);
    ck_assert_uint_eq(written(0x31a, 0xffffffff), (ENVCFG_STCE | ENVCFG_ADUE) >> 32);
    ck_assert_uint_eq(written(0x30a, 0xffffffff), 0xf1 & ~(uint64_t)0); // FIOM CBIE CBCFE CBZE
    ck_assert_uint_eq(csr_read(&h, 0x31a, NULL), (ENVCFG_STCE | ENVCFG_ADUE) >> 32);
    csr_write(&h, 0x14d, 0x11223344, NULL);
    csr_write(&h, 0x15d, 0x55667788, NULL);
    ck_assert_uint_eq(h.s->stimecmp, 0x5566778811223344);
    ck_assert_uint_eq(csr_read(&h, 0x15d, NULL), 0x55667788);
}
END_TEST

START_TEST(tvec_and_epc) { // 3.1.7, 3.1.14
    ck_assert_uint_eq(written(0x305, 0x80000101), 0x80000101);
    ck_assert_uint_eq(written(0x305, 0x80000202), 0x80000101); // reserved modes
    ck_assert_uint_eq(written(0x341, 0x80000003), 0x80000002);
    ck_assert_uint_eq(written(0x342, ~0ull), ~0ull);
}
END_TEST

START_TEST(epc_without_compressed) {
    hart_close(&h);
    hart_open(&h, "rv64,c=off");
    ck_assert_uint_eq(written(0x341, 0x80000007), 0x80000004);
    ck_assert_uint_eq(csr_read(&h, 0x301, NULL) >> ('c' - 'a') & 1, 0);
}
END_TEST

START_TEST(delegation_masks) { // 3.1.8
    ck_assert_uint_eq(written(0x302, ~0ull), 0xb3ff);
    ck_assert_uint_eq(written(0x303, ~0ull), 0x222);
    ck_assert_uint_eq(written(0x304, ~0ull), 0xaaa);
    csr_write(&h, 0x303, 0x20, NULL);
    ck_assert_uint_eq(csr_read(&h, 0x104, NULL), 0x20);
    csr_write(&h, 0x104, 0, NULL);
    ck_assert_uint_eq(csr_read(&h, 0x304, NULL), 0xa8a);
}
END_TEST

START_TEST(mip_software_bits_and_wires) { // 3.1.9
    ck_assert_uint_eq(written(0x344, ~0ull), 0x222);
    csr_write(&h, 0x344, 0, NULL);
    riscv_set_pin(h.cpu, RISCV_PIN_SEI, true);
    ck_assert_uint_eq(csr_rw(&h, 0x344, 1 << IRQ_SSI, 1 << IRQ_SSI, NULL), 1 << IRQ_SEI);
    riscv_set_pin(h.cpu, RISCV_PIN_SEI, false);
    ck_assert_uint_eq(csr_read(&h, 0x344, NULL),
                      1 << IRQ_SSI); // the wire's level was not latched by the read-modify-write
    csr_write(&h, 0x303, 1 << IRQ_SSI, NULL);
    csr_write(&h, 0x144, 0, NULL);
    ck_assert_uint_eq(csr_read(&h, 0x344, NULL), 0);
    csr_write(&h, 0x344, 1 << IRQ_STI, NULL);
    csr_write(&h, 0x303, 0x222, NULL);
    csr_write(&h, 0x144, 0, NULL);
    ck_assert_uint_eq(csr_read(&h, 0x144, NULL), 1 << IRQ_STI); // read-only in sip
}
END_TEST

START_TEST(counters_are_gated) { // 3.1.11, 10.1.5
    csr_write(&h, 0x306, 0, NULL);
    csr_write(&h, 0x106, 7, NULL);
    ck_assert(traps(PRIV_S, 0xc01, false) && traps(PRIV_U, 0xc01, false) && !traps(PRIV_M, 0xc01, false));
    csr_write(&h, 0x306, 2, NULL);
    ck_assert(!traps(PRIV_S, 0xc01, false) && !traps(PRIV_U, 0xc01, false) && traps(PRIV_S, 0xc00, false));
    csr_write(&h, 0x106, 0, NULL);
    ck_assert(!traps(PRIV_S, 0xc01, false) && traps(PRIV_U, 0xc01, false));
}
END_TEST

START_TEST(counters_count_and_stop) { // 3.1.10, 3.1.12
    clock_pause(h.clock, true);
    clock_set(h.clock, 1000000);
    ck_assert_uint_eq(csr_read(&h, 0xc01, NULL), 10000);
    csr_write(&h, 0xb00, 5, NULL);
    ck_assert_uint_eq(csr_read(&h, 0xc00, NULL), 5);
    clock_set(h.clock, 1000100);
    ck_assert_uint_eq(csr_read(&h, 0xb00, NULL), 105);
    csr_write(&h, 0x320, 1, NULL);
    clock_set(h.clock, 1000300);
    ck_assert_uint_eq(csr_read(&h, 0xb00, NULL), 105);
    csr_write(&h, 0x320, 0, NULL);
    clock_set(h.clock, 1000301);
    ck_assert_uint_eq(csr_read(&h, 0xb00, NULL), 106);
}
END_TEST

START_TEST(counting_starts_when_asked) { // docs/adr/0006-instruction-counter.md
    uint64_t value;
    csr_read(&h, 0xc00, NULL);
    csr_read(&h, 0xc01, NULL);
    csr_write(&h, 0xb00, 7, NULL);
    csr_write(&h, 0x320, 0, NULL);
    ck_assert(riscv_csr_debug_read(h.v, 0xb02, &value));
    ck_assert_uint_eq(value, 0);
    ck_assert(!(h.v->ctx & RV_CTX_COUNT));
    ck_assert_uint_eq(csr_read(&h, 0xc02, NULL), 0);
    ck_assert(h.v->ctx & RV_CTX_COUNT);
    ck_assert_uint_eq(csr_read(&h, 0xb02, NULL), 1); // the look that started it, in a block that did not count
    ck_assert_uint_eq(csr_read(&h, 0xb02, NULL), 1); // those behind it are added by translated code
    csr_write(&h, 0x320, 4, NULL);
    ck_assert(!(h.v->ctx & RV_CTX_COUNT));
    ck_assert_uint_eq(written(0xb02, 99), 99);
    ck_assert(!(h.v->ctx & RV_CTX_COUNT));
    csr_write(&h, 0x320, 1, NULL);
    ck_assert(h.v->ctx & RV_CTX_COUNT);
    riscv_reset(h.v, RAM);
    ck_assert(!(h.v->ctx & RV_CTX_COUNT));
    ck_assert_uint_eq(written(0xb02, 99), 99);
    ck_assert(h.v->ctx & RV_CTX_COUNT);
}
END_TEST

START_TEST(fp_registers_need_fs) { // 3.1.6.6
    ck_assert(traps(PRIV_M, 3, false) && traps(PRIV_M, 1, false));
    csr_write(&h, 0x300, 1ull << MSTATUS_FS_SHIFT, NULL);
    ck_assert(h.v->ctx & RV_CTX_FS_CLEAN);
    ck_assert(riscv_csr_syncs(1, h.v->ctx) && riscv_csr_syncs(2, h.v->ctx));
    csr_write(&h, 3, 0xffffff, NULL);
    ck_assert_uint_eq(csr_read(&h, 3, NULL), 0xff);
    ck_assert_uint_eq(csr_read(&h, 2, NULL), 7);
    ck_assert_uint_eq(h.s->mstatus & MSTATUS_FS, MSTATUS_FS);
    ck_assert(h.v->ctx & RV_CTX_RM_BAD);
    ck_assert(!(h.v->ctx & (RV_CTX_FS_CLEAN | RV_CTX_FS_OFF)) && !riscv_csr_syncs(1, h.v->ctx));
    csr_write(&h, 2, 4, NULL);
    ck_assert(h.v->ctx & RV_CTX_RM_SOFT);
    csr_write(&h, 2, 1, NULL);
    ck_assert_uint_eq(h.v->fp_rm, 1);
    ck_assert_uint_eq(csr_read(&h, 1, NULL), 0x1f);
}
END_TEST

START_TEST(satp_modes) { // 10.1.11
    ck_assert_uint_eq(written(0x180, 8ull << 60 | 0x1234ull << 44 | 0x80000),
                      8ull << 60 | 0x1234ull << 44 | 0x80000);
    ck_assert_uint_eq(written(0x180, 11ull << 60 | 1),
                      8ull << 60 | 0x1234ull << 44 | 0x80000); // Sv64: no effect at all
    ck_assert_uint_eq(written(0x180, 10ull << 60) >> 60, 10);
    csr_write(&h, 0x300, MSTATUS_TVM, NULL);
    ck_assert(traps(PRIV_S, 0x180, false) && !traps(PRIV_M, 0x180, false)); // 3.1.6.5
    hart_close(&h);
    hart_open(&h, "rv64,sv57=off,sv48=off");
    ck_assert_uint_eq(written(0x180, 9ull << 60 | 1), 0);
    ck_assert_uint_eq(written(0x180, 8ull << 60 | 1), 8ull << 60 | 1);
    hart_close(&h);
    hart_open(&h, "rv64,mmu=off");
    ck_assert_uint_eq(written(0x180, 8ull << 60 | 1), 0);
}
END_TEST

START_TEST(sstc_gate) { // Sstc, chapter "stimecmp"
    ck_assert(traps(PRIV_S, 0x14d, false));
    csr_write(&h, 0x30a, ENVCFG_STCE, NULL);
    ck_assert(traps(PRIV_S, 0x14d, false));
    csr_write(&h, 0x306, 2, NULL);
    ck_assert(!traps(PRIV_S, 0x14d, false) && traps(PRIV_U, 0x14d, false));
    hart_close(&h);
    hart_open(&h, "rv64,sstc=off");
    ck_assert(traps(PRIV_M, 0x14d, false));
    ck_assert_uint_eq(written(0x30a, ~0ull) & ENVCFG_STCE, 0);
}
END_TEST

START_TEST(envcfg_values) { // 3.1.18
    csr_write(&h, 0x30a, 1ull << 4, NULL);
    ck_assert_uint_eq(written(0x30a, 2ull << 4), 1ull << 4); // CBIE = 2 is reserved
    ck_assert_uint_eq(written(0x30a, ~0ull), ENVCFG_FIOM | ENVCFG_CBIE | ENVCFG_CBCFE | ENVCFG_CBZE |
                                                 ENVCFG_ADUE | ENVCFG_PBMTE | ENVCFG_STCE);
    ck_assert_uint_eq(written(0x10a, ~0ull), ENVCFG_FIOM | ENVCFG_CBIE | ENVCFG_CBCFE | ENVCFG_CBZE);
}
END_TEST

START_TEST(pmp_locks) { // 3.7.1
    csr_write(&h, 0x3b1, 0x1111, NULL);
    csr_write(&h, 0x3a0, 0x8f00, NULL); // entry 1: TOR RWX, locked
    ck_assert_uint_eq(written(0x3a0, 0), 0x8f00);
    ck_assert_uint_eq(written(0x3b1, 5), 0x1111);
    ck_assert_uint_eq(written(0x3b0, 5), 0); // its lower bound
    ck_assert_uint_eq(written(0x3b2, ~0ull), (1ull << 54) - 1);
    ck_assert_uint_eq(written(0x3a2, 0x62), 0); // R = 0, W = 1 and bits 6:5 do not stick
    hart_close(&h);
    hart_open(&h, "rv64,pmp=off");
    ck_assert(traps(PRIV_M, 0x3a0, false) && traps(PRIV_M, 0x3b0, false));
}
END_TEST

START_TEST(there_are_no_triggers) { // Debug 1.0, 5.7.1 to 5.7.4
    ck_assert_uint_eq(written(0x7a0, 3), 0);
    ck_assert_uint_eq(written(0x7a1, ~0ull), 0);
    ck_assert_uint_eq(csr_read(&h, 0x7a4, NULL), 1);
}
END_TEST

START_TEST(names_of_ranges) {
    ck_assert_str_eq(riscv_csr_name(0x7a3), "tdata3");
    ck_assert_str_eq(riscv_csr_name(0xb1f), "mhpmcounter31");
    ck_assert_str_eq(riscv_csr_name(0xb83), "mhpmcounter3h");
    ck_assert_str_eq(riscv_csr_name(0x3bf), "pmpaddr15");
    ck_assert_str_eq(riscv_csr_name(0x3a2), "pmpcfg2");
    ck_assert_ptr_null(riscv_csr_name(0x123));
}
END_TEST

START_TEST(debugger_sees_without_changing) {
    uint64_t value;
    hart_priv(&h, PRIV_U);
    ck_assert(riscv_csr_debug_read(h.v, 0x300, &value) && riscv_csr_debug_read(h.v, 3, &value));
    ck_assert(!riscv_csr_debug_read(h.v, 0x310, &value) && !riscv_csr_debug_write(h.v, 0xf14, 1));
    ck_assert(riscv_csr_debug_write(h.v, 3, 0x21));
    ck_assert_uint_eq(h.s->mstatus & MSTATUS_FS, 0);
    ck_assert(riscv_csr_debug_read(h.v, 3, &value));
    ck_assert_uint_eq(value, 0x21);
    ck_assert_uint_eq(h.s->priv, PRIV_U);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("riscv_csr");
    TCase *c = tcase_create("rv64"), *c32 = tcase_create("rv32");
    tcase_add_checked_fixture(c, open64, close_hart);
    tcase_add_checked_fixture(c32, open32, close_hart);
    const TTest *const tests[] = {access_follows_the_number,
                                  absent_registers_are_illegal,
                                  every_register_is_warl,
                                  mstatus_fields,
                                  tvec_and_epc,
                                  epc_without_compressed,
                                  delegation_masks,
                                  mip_software_bits_and_wires,
                                  counters_are_gated,
                                  counters_count_and_stop,
                                  counting_starts_when_asked,
                                  fp_registers_need_fs,
                                  satp_modes,
                                  sstc_gate,
                                  envcfg_values,
                                  pmp_locks,
                                  there_are_no_triggers,
                                  names_of_ranges,
                                  debugger_sees_without_changing};
    for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) tcase_add_test(c, tests[i]);
    tcase_add_test(c32, every_register_is_warl);
    tcase_add_test(c32, mstatus_on_rv32);
    suite_add_tcase(suite, c);
    suite_add_tcase(suite, c32);
    return suite_run(suite);
}
