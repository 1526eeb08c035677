// SPDX-License-Identifier: MIT
// Arm's floating point rules on the host's FPU: each op's host code against soft float, results and flags, for all pairs of numbers where
// something happens (zeros, subnormals, the smallest normal, infinities, NaNs of both kinds) and for random ones, in each rounding mode,
// with NaNs propagated and not. FP_ARM_PAIRS=1000000 for a long run by hand.
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "tcg/interp/interp.h"
#include "tests/lib/irguest.h"
#include "tests/lib/suite.h"

static const uint64_t special64[] = {
    0, 1ull << 63, 1, 0x000fffffffffffff, 0x0010000000000000, 0x8010000000000000, 0x0010000000000001, 0x001fffffffffffff, 0x0020000000000000,
    0x3cb0000000000000, 0x3fdfffffffffffff, 0x3fe0000000000000, 0x3fefffffffffffff, 0x3ff0000000000000, 0xbff0000000000000, 0x3ff0000000000001,
    0x3ff8000000000000, 0x4000000000000000, 0xc00fffffffffffff, 0x41dfffffffc00000, 0x43dfffffffffffff, 0x7fefffffffffffff, 0x7ff0000000000000,
    0xfff0000000000000, 0x7ff8000000000000, 0xfff8000000000123, 0x7ff0000000000001, 0xfff4000000000321,
};
static const uint32_t special32[] = {
    0, 1u << 31, 1, 0x007fffff, 0x00800000, 0x80800000, 0x00800001, 0x00ffffff, 0x01000000, 0x33800000, 0x3effffff, 0x3f000000, 0x3f7fffff,
    0x3f800000, 0xbf800000, 0x3f800001, 0x3fc00000, 0x40000000, 0xc07fffff, 0x4effffff, 0x5effffff, 0x7f7fffff, 0x7f800000, 0xff800000,
    0x7fc00000, 0xffc00123, 0x7f800001, 0xffa00321,
};
enum { SPECIALS = sizeof special64 / sizeof *special64 };
_Static_assert(SPECIALS == sizeof special32 / sizeof *special32, "the same numbers in both formats");

typedef struct Case { // an op of up to three operands of type t, and what its result is put through to an f64 slot
    const char *op;
    unsigned operands;
    bool compares, to_int;
} Case;
static const Case cases[] = {
    {"fadd", 2, false, false}, {"fsub", 2, false, false}, {"fmul", 2, false, false}, {"fdiv", 2, false, false}, {"fsqrt", 1, false, false},
    {"fmadd", 3, false, false}, {"fmsub", 3, false, false}, {"fnmsub", 3, false, false}, {"fnmadd", 3, false, false},
    {"fminimum", 2, false, false}, {"fmaximum", 2, false, false}, {"fminnum", 2, false, false}, {"fmaxnum", 2, false, false},
    {"fround", 1, false, false}, {"feq", 2, true, false}, {"flt", 2, true, false}, {"fle", 2, true, false}, {"fne", 2, true, false},
    {"fnlt", 2, true, false}, {"fnle", 2, true, false}, {"funord", 2, true, false}, {"ftoi32", 1, false, true}, {"ftou64", 1, false, true},
};

static IrBlock block;
static IrgMachine host, soft;

static void make_block(const Case *c, bool wide, bool propagate) {
    static const char *const operands[] = {"", "%1", "%1, %2", "%1, %2, %3"};
    const char *t = wide ? "f64" : "f32", *slot = wide ? "f" : "s", *result = c->compares ? "i1" : c->to_int ? (c->op[4] == '3' ? "i32" : "i64") : t;
    char text[600], error[200], suffix[12] = "";
    if (c->compares || c->to_int)
        snprintf(suffix, sizeof suffix, ".%s", t);
    int n = snprintf(text, sizeof text, "block 0x80000000 ctx 0x0\n  @80000000+4\n");
    for (unsigned k = 0; k < 3; k++)
        n += snprintf(text + n, sizeof text - (size_t)n, "    %%%u:%s = get %s%u\n", k + 1, t, slot, k);
    n += snprintf(text + n, sizeof text - (size_t)n, "    %%4:%s = %s%s.%s%s.arm %s\n", result, c->op, suffix, c->to_int ? "rtz" : "dyn",
                  propagate ? ".nan" : "", operands[c->operands]);
    if (c->compares)
        n += snprintf(text + n, sizeof text - (size_t)n, "    %%5:i64 = bool %%4\n             set a0, %%5\n");
    else if (c->to_int)
        n += snprintf(text + n, sizeof text - (size_t)n,
                      c->op[4] == '3' ? "    %%5:i64 = zext32 %%4\n             set a0, %%5\n" : "             set a0, %%4\n");
    else
        n += snprintf(text + n, sizeof text - (size_t)n, "             set f3, %%4\n");
    snprintf(text + n, sizeof text - (size_t)n, "             exit 0x80000004\n");
    ck_assert_msg(ir_parse(&block, &irg_names, text, error, sizeof error), "%s\n%s", error, text);
}

static void set_operands(IrgMachine *m, unsigned rounding, const uint64_t x[3]) {
    memcpy(m->s->f, x, 3 * sizeof *x);
    m->s->f[3] = m->s->a[0] = 0;
    vcpu_fp_set(m->v, rounding, 0);
    m->v->pc = block.vpage + (uint64_t)block.pc;
}

static void compare(const Case *c, unsigned rounding, bool propagate, const uint64_t x[3]) {
    set_operands(&host, rounding, x);
    set_operands(&soft, rounding, x);
    vcpu_run(host.v);
    irg_interpret(&soft, &block);
    ck_assert_msg(host.s->f[3] == soft.s->f[3] && host.s->a[0] == soft.s->a[0] && host.v->fp_flags == soft.v->fp_flags,
                  "%s mode %u nan %u: %" PRIx64 " %" PRIx64 " %" PRIx64 ": host %" PRIx64 " %" PRIx64 " flags %x, soft %" PRIx64 " %" PRIx64 " flags %x",
                  c->op, rounding, propagate, x[0], x[1], x[2], host.s->f[3], host.s->a[0], host.v->fp_flags, soft.s->f[3], soft.s->a[0],
                  soft.v->fp_flags);
}

static uint64_t any_number(uint64_t *seed, bool wide) {
    uint64_t r = irg_next(seed), x = irg_next(seed);
    if (r % 4 == 0)
        return wide ? special64[r / 4 % SPECIALS] : special32[r / 4 % SPECIALS];
    if (r % 4 == 1) // near one, or near the smallest normal
        return wide ? (x & 0x800fffffffffffff) | (r & 16 ? 0x3feull : r & 32 ? 1 : 0x200) << 52
                    : (x & 0x807fffff) | (r & 16 ? 0x7eu : r & 32 ? 1 : 0x40) << 23;
    return wide ? x : (uint32_t)x;
}

static void run_case(const Case *c, bool wide, bool propagate, unsigned pairs) {
    uint64_t seed = 1, x[3];
    make_block(c, wide, propagate);
    host.s->block = &block;
    vcpu_context(host.v, host.v->ctx + 1);
    for (unsigned rounding = FP_RNE; rounding <= FP_RUP; rounding++) {
        for (unsigned k = 0; k < (c->operands > 1 ? SPECIALS * SPECIALS : SPECIALS); k++) {
            for (unsigned i = 0; i < 3; i++) {
                unsigned at = i == 0 ? k % SPECIALS : i == 1 ? k / SPECIALS : (k * 7 + k / SPECIALS) % SPECIALS;
                x[i] = wide ? special64[at] : special32[at];
            }
            compare(c, rounding, propagate, x);
        }
        for (unsigned k = 0; k < pairs; k++) {
            for (unsigned i = 0; i < 3; i++)
                x[i] = any_number(&seed, wide);
            compare(c, rounding, propagate, x);
        }
    }
    host.s->block = NULL;
}

START_TEST(host_code_follows_arm) {
    const char *text = getenv("FP_ARM_PAIRS");
    unsigned pairs = text ? (unsigned)strtoul(text, NULL, 0) : 300;
    host = irg_new(false);
    soft = irg_new(true);
    for (unsigned k = 0; k < sizeof cases / sizeof *cases; k++)
        for (unsigned n = 0; n < 4; n++)
            run_case(&cases[k], n & 1, n & 2, pairs);
    irg_free(&host);
    irg_free(&soft);
}
END_TEST

int main(void) {
    Suite *s = suite_create("fp_arm");
    TCase *t = tcase_create("rules");
    tcase_set_timeout(t, 0);
    tcase_add_test(t, host_code_follows_arm);
    suite_add_tcase(s, t);
    return suite_run(s);
}
