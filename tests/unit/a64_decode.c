// SPDX-License-Identifier: MIT
// The A64 tables: no two encodings overlap, every row decodes its own encodings, fields land where the manual says, and the core's
// state is described whole.
#include "cpu/arm/insn.h"
#include "cpu/arm/state.h"
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

static ArmConfig everything(void) {
    ArmConfig c = {0};
    memset(c.has, true, sizeof c.has);
    return c;
}

START_TEST(no_encodings_overlap) {
    ArmConfig c = everything();
    const char *fault = decode_check(a64_decoder(&c));
    ck_assert_msg(!fault, "%s", fault);
}
END_TEST

// The tree must find what a linear search for the most special match finds.
static const DecodeEntry *search(const Decoder *d, uint32_t bits) {
    unsigned n;
    const DecodeEntry *e = decode_entries(d, &n), *best = NULL;
    for (unsigned i = 0; i < n; i++) {
        if ((bits & e[i].mask) != e[i].value) continue;
        if (!best || __builtin_popcount(e[i].mask) > __builtin_popcount(best->mask)) best = &e[i];
    }
    return best;
}

START_TEST(rows_decode_their_encodings) {
    ArmConfig c = everything();
    const Decoder *d = a64_decoder(&c);
    unsigned n;
    const DecodeEntry *e = decode_entries(d, &n);
    ck_assert_uint_gt(n, 150);
    for (unsigned i = 0; i < n; i++) {
        bool own = false;
        for (unsigned k = 0; k < 300; k++) {
            uint32_t bits = decode_random(&e[i], random32());
            const DecodeEntry *found = decode_find(d, bits, 32);
            ck_assert_ptr_eq(found, search(d, bits));
            own |= found == &e[i];
        }
        ck_assert_msg(own, "%s is never decoded", e[i].row->name);
    }
    for (unsigned k = 0; k < 20000; k++) {
        uint32_t bits = random32();
        ck_assert_ptr_eq(decode_find(d, bits, 32), search(d, bits));
    }
}
END_TEST

static void text_is(uint32_t bits, const char *want) {
    ArmConfig c = everything();
    char text[128];
    a64_disassemble(&c, 0x1000, bits, text, sizeof text);
    ck_assert_str_eq(text, want);
}

// As objdump -M no-aliases prints them.
START_TEST(texts) {
    text_is(0x91000420, "add\tx0, x1, #0x1");
    text_is(0xd10083ff, "sub\tsp, sp, #0x20");
    text_is(0x11400c41, "add\tw1, w2, #0x3, lsl #12");
    text_is(0xeb4668bf, "subs\txzr, x5, x6, lsr #26");
    text_is(0x8b2263e3, "add\tx3, sp, x2");
    text_is(0x0b21cc41, "add\tw1, w2, w1, sxtw #3");
    text_is(0x924060a5, "and\tx5, x5, #0x1ffffff");
    text_is(0xd28046a1, "movz\tx1, #0x235");
    text_is(0xf2a24680, "movk\tx0, #0x1234, lsl #16");
    text_is(0xd35afcc5, "ubfm\tx5, x6, #0x1a, #63");
    text_is(0x1a9f17e1, "csinc\tw1, wzr, wzr, ne");
    text_is(0xfa4e88a4, "ccmp\tx5, #0xe, #0x4, hi");
    text_is(0x54ffffa1, "b.ne\t0xff4");
    text_is(0x97ffff99, "bl\t0xe64");
    text_is(0xd65f03c0, "ret");
    text_is(0xd61f0020, "br\tx1");
    text_is(0x37f80040, "tbnz\tw0, #31, 0x1008");
    text_is(0xa9bd7bfd, "stp\tx29, x30, [sp, #-48]!");
    text_is(0xa8c47bfd, "ldp\tx29, x30, [sp], #64");
    text_is(0xf9432a73, "ldr\tx19, [x19, #1616]");
    text_is(0x38401c20, "ldrb\tw0, [x1, #1]!");
    text_is(0x78617842, "ldrh\tw2, [x2, x1, lsl #1]");
    text_is(0xb8a2d820, "ldrsw\tx0, [x1, w2, sxtw #2]");
    text_is(0xf85f8020, "ldur\tx0, [x1, #-8]");
    text_is(0x3dc00020, "ldr\tq0, [x1]");
    text_is(0xad010440, "stp\tq0, q1, [x2, #32]");
    text_is(0xc85ffc20, "ldaxr\tx0, [x1]");
    text_is(0xc802fc20, "stlxr\tw2, x0, [x1]");
    text_is(0xb8e10040, "ldaddal\tw1, w0, [x2]");
    text_is(0xd5384100, "mrs\tx0, sp_el0");
    text_is(0xd5033bbf, "dmb\tish");
    text_is(0x9bc27c20, "umulh\tx0, x1, x2");
    text_is(0xd4000001, "svc\t#0x0");
}
END_TEST

// Extensions that are off are not there.
START_TEST(gates) {
    ArmConfig c = everything();
    ck_assert(decode_find(a64_decoder(&c), 0xb8e10040, 32)); // ldaddal
    c.has[ARM_lse] = false;
    ck_assert(!decode_find(a64_decoder(&c), 0xb8e10040, 32));
    ck_assert(decode_find(a64_decoder(&c), 0x91000420, 32));
}
END_TEST

START_TEST(state_is_described) {
    const char *fault = fields_check(&arm_fields);
    ck_assert_msg(!fault, "%s", fault);
    for (unsigned i = 0; i < aarch64_guest.names.nslots; i++) {
        unsigned at = aarch64_guest.names.slots[i].offset;
        bool derived = at >= offsetof(ArmState, pac_mask) && at < offsetof(ArmState, unsynced) + sizeof(uint64_t);
        ck_assert(derived || at + 8u <= offsetof(ArmState, config));
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("a64-decode");
    TCase *t = tcase_create("tables");
    tcase_add_test(t, no_encodings_overlap);
    tcase_add_test(t, rows_decode_their_encodings);
    tcase_add_test(t, texts);
    tcase_add_test(t, gates);
    tcase_add_test(t, state_is_described);
    suite_add_tcase(s, t);
    return suite_run(s);
}
