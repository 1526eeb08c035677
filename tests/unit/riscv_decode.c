// SPDX-License-Identifier: MIT
// The RISC-V tables: no two encodings overlap, every row decodes its own encodings, fields land where the manual says.
#include "cpu/riscv/insn.h"
#include "cpu/riscv/state.h"
#include "tests/lib/suite.h"
#include <check.h>
#include <string.h>
#undef INSN

static uint64_t seed = 0x9e3779b97f4a7c15;
static uint32_t random32(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 16);
}

static RiscvConfig everything(unsigned xlen) {
    RiscvConfig c = {.xlen = xlen};
    for (unsigned e = 0; e < RV_EXT_COUNT; e++) c.ext[e] = e != RV_EXT_rv32 && e != RV_EXT_rv64;
    return c;
}

START_TEST(no_encodings_overlap) {
    RiscvConfig c = everything(_i ? 64 : 32);
    const char *fault = decode_check(riscv_decoder(&c));
    ck_assert_msg(!fault, "%s", fault);
}
END_TEST

// The tree must find what a linear search for the most special match finds, on every row's encodings and on arbitrary bits.
static const DecodeEntry *search(const Decoder *d, uint32_t bits, unsigned width) {
    unsigned n;
    const DecodeEntry *e = decode_entries(d, &n), *best = NULL;
    for (unsigned i = 0; i < n; i++) {
        if (e[i].width != width || (bits & e[i].mask) != e[i].value) continue;
        if (!best || __builtin_popcount(e[i].mask) > __builtin_popcount(best->mask)) best = &e[i];
    }
    return best;
}

START_TEST(rows_decode_their_encodings) {
    RiscvConfig c = everything(_i ? 64 : 32);
    const Decoder *d = riscv_decoder(&c);
    unsigned n;
    const DecodeEntry *e = decode_entries(d, &n);
    ck_assert_uint_gt(n, 300);
    for (unsigned i = 0; i < n; i++) {
        bool own = false;
        for (unsigned k = 0; k < 200; k++) {
            uint32_t bits = decode_random(&e[i], random32());
            const DecodeEntry *found = decode_find(d, bits, e[i].width);
            ck_assert_ptr_eq(found, search(d, bits, e[i].width));
            own |= found == &e[i];
        }
        ck_assert_msg(own, "%s is never decoded", e[i].row->name);
    }
    for (unsigned k = 0; k < 20000; k++) {
        uint32_t bits = random32();
        ck_assert_ptr_eq(decode_find(d, bits, 32), search(d, bits, 32));
        ck_assert_ptr_eq(decode_find(d, bits & 0xffff, 16), search(d, bits & 0xffff, 16));
    }
}
END_TEST

static Insn decode(unsigned xlen, uint32_t bits, const char *name) {
    RiscvConfig c = everything(xlen);
    const Decoder *d = riscv_decoder(&c);
    const DecodeEntry *e = decode_find(d, bits, (bits & 3) == 3 ? 32 : 16);
    ck_assert_msg(e && !strcmp(e->row->name, name), "%08x is %s, not %s", bits, e ? e->row->name : "nothing", name);
    Insn i = {.bits = bits};
    decode_operands(e, bits, &i.rd);
    return i;
}

START_TEST(fields) {
    Insn i = decode(64, 0xfe010113, "addi"); // addi sp, sp, -32
    ck_assert(i.rd == 2 && i.rs1 == 2 && i.imm == -32);
    i = decode(64, 0x800000b7, "lui"); // lui ra, 0x80000
    ck_assert(i.rd == 1 && i.imm == INT32_MIN);
    i = decode(64, 0xfe1ff06f, "jal"); // j .-32
    ck_assert(i.rd == 0 && i.imm == -32);
    i = decode(64, 0xfe0ff0ef, "jal"); // jal ra, .-2080: bits 11 and 20 of the offset differ
    ck_assert(i.rd == 1 && i.imm == -0x820);
    i = decode(64, 0xfea59ce3, "bne"); // bne a1, a0, .-8
    ck_assert(i.rs1 == 11 && i.rs2 == 10 && i.imm == -8);
    i = decode(64, 0xfea5bc23, "sd"); // sd a0, -8(a1)
    ck_assert(i.rs1 == 11 && i.rs2 == 10 && i.imm == -8);
    i = decode(64, 0x03f51513, "slli");
    ck_assert(i.imm == 63 && i.rd == 10 && i.rs1 == 10);
    i = decode(64, 0x1028, "c_addi4spn"); // addi a0, sp, 40
    ck_assert(i.rd == 10 && i.rs1 == 2 && i.imm == 40);
    i = decode(64, 0x7139, "c_addi16sp"); // addi sp, sp, -64
    ck_assert(i.rd == 2 && i.rs1 == 2 && i.imm == -64);
    i = decode(64, 0x70e2, "c_ldsp"); // ld ra, 56(sp)
    ck_assert(i.rd == 1 && i.rs1 == 2 && i.imm == 56);
    i = decode(64, 0x8082, "c_jr"); // ret
    ck_assert(i.rd == 0 && i.rs1 == 1 && i.imm == 0);
    i = decode(64, 0xdffd, "c_beqz"); // beqz a5, .-2
    ck_assert(i.rs1 == 15 && i.rs2 == 0 && i.imm == -2);
    i = decode(64, 0x4501, "c_li"); // li a0, 0
    ck_assert(i.rd == 10 && i.rs1 == 0 && i.imm == 0);
    decode(32, 0x2001, "c_jal");
    decode(64, 0x2505, "c_addiw");
    decode(64, 0x6101, "c_reserved"); // c.addi16sp with 0
    decode(64, 0x6501, "c_reserved"); // c.lui with 0
    decode(64, 0x6081, "c_mop");
    decode(64, 0x0000, "c_unimp");
    decode(64, 0x8002, "c_reserved"); // c.jr x0
    decode(64, 0x9002, "c_ebreak");
}
END_TEST

// Extensions that are off are not there.
START_TEST(gates) {
    RiscvConfig c = {.xlen = 64};
    c.ext[RV_EXT_i] = true;
    const Decoder *d = riscv_decoder(&c);
    ck_assert(decode_find(d, 0x00b50533, 32));  // add
    ck_assert(!decode_find(d, 0x02b50533, 32)); // mul
    ck_assert(!decode_find(d, 0x4501, 16));
    c.ext[RV_EXT_zbkb] = true;
    d = riscv_decoder(&c);
    ck_assert(decode_find(d, 0x40b57533, 32));  // andn is in Zbb and in Zbkb
    ck_assert(!decode_find(d, 0x0ab54533, 32)); // min is in Zbb alone
}
END_TEST

int main(void) {
    Suite *s = suite_create("riscv-decode");
    TCase *t = tcase_create("tables");
    tcase_add_loop_test(t, no_encodings_overlap, 0, 2);
    tcase_add_loop_test(t, rows_decode_their_encodings, 0, 2);
    tcase_add_test(t, fields);
    tcase_add_test(t, gates);
    suite_add_tcase(s, t);
    return suite_run(s);
}
