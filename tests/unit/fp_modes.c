// SPDX-License-Identifier: MIT
// RISC-V's floating point in host code where the instruction names a rounding mode, and in half precision: each op against soft
// float, results and flags, under each dynamic mode, for numbers where something happens and random ones. FP_MODES_PAIRS=1000000 for a
// long run by hand, which takes all halves where there is one operand.
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "tests/lib/fp_random.h"
#include "tests/lib/irguest.h"
#include "tests/lib/suite.h"

typedef enum Format { H, S, D } Format;
static const char *const type_names[] = {"f16", "f32", "f64"};
static const unsigned bits[] = {16, 32, 64};

static uint64_t box(Format f, uint64_t x) { return f == D ? x : x | ~0ull << bits[f]; }
static uint64_t draw(Format f) { return box(f, f == H ? fp_random_f16() : f == S ? fp_random_f32() : fp_random_f64()); }

static IrBlock block;
static IrgMachine host, soft;

static void read_operands(char *text, size_t size, Format f, bool integer, bool wide) {
    char line[120];
    for (unsigned k = 0; k < 3; k++) {
        if (integer) snprintf(line, sizeof line, "    %%%u:%s = get %s%u\n", k + 1, wide ? "i64" : "i32", wide ? "a" : "w", k);
        else if (f == D) snprintf(line, sizeof line, "    %%%u:f64 = get f%u\n", k + 1, k);
        else snprintf(line, sizeof line, "    %%%u:f64 = get f%u\n    %%%u:%s = unbox %%%u\n", k + 11, k, k + 1, type_names[f], k + 11);
        strncat(text, line, size - strlen(text) - 1);
    }
}

// op: such as "%4:f16 = fadd.rne %1, %2"; then its result is stored.
static void make_block(const char *op, Format from, const char *store, bool integer, bool wide) {
    char text[1000] = "block 0x80000000 ctx 0x0\n  @80000000+4\n", error[200];
    read_operands(text, sizeof text, from, integer, wide);
    size_t n = strlen(text);
    snprintf(text + n, sizeof text - n, "    %s\n%s             exit 0x80000004\n", op, store);
    ck_assert_msg(ir_parse(&block, &irg_names, text, error, sizeof error), "%s\n%s", error, text);
    host.s->block = &block;
    vcpu_context(host.v, host.v->ctx + 1);
}

static void compare(const char *op, unsigned dynamic, const uint64_t x[3]) {
    IrgMachine *both[] = {&host, &soft};
    for (unsigned k = 0; k < 2; k++) {
        IrgState *s = both[k]->s;
        memcpy(s->f, x, 3 * sizeof *x);
        memcpy(s->a, x, 3 * sizeof *x);
        for (unsigned i = 0; i < 3; i++) s->w[i] = (uint32_t)x[i];
        s->f[3] = s->a[3] = 0;
        vcpu_fp_set(both[k]->v, dynamic, 0);
        both[k]->v->pc = block.vpage;
    }
    vcpu_run(host.v);
    irg_interpret(&soft, &block);
    unsigned flags = vcpu_fp_flags(host.v), right = vcpu_fp_flags(soft.v);
    ck_assert_msg(host.s->f[3] == soft.s->f[3] && host.s->a[3] == soft.s->a[3] && flags == right,
                  "%s under %u: %" PRIx64 " %" PRIx64 " %" PRIx64 ": host %" PRIx64 " %" PRIx64 " flags %x, soft %" PRIx64 " %" PRIx64 " flags %x",
                  op, dynamic, x[0], x[1], x[2], host.s->f[3], host.s->a[3], flags, soft.s->f[3], soft.s->a[3], right);
}

#define PAIRS "FP_MODES_PAIRS"
static unsigned pairs(void) {
    const char *text = getenv(PAIRS);
    return text ? (unsigned)strtoul(text, NULL, 0) : 400;
}

// Under each dynamic mode.
static void run_op(const char *op, Format from, bool integer, unsigned operands) {
    for (unsigned dynamic = FP_RNE; dynamic <= FP_RUP; dynamic++) {
        uint64_t x[3];
        for (unsigned n = 0; n < pairs(); n++) {
            for (unsigned i = 0; i < 3; i++) x[i] = integer ? fp_random_int() : draw(from);
            compare(op, dynamic, x);
        }
        for (unsigned h = 0; operands == 1 && from == H && !integer && h < 0x10000; h += getenv(PAIRS) ? 1 : 61)
            compare(op, dynamic, (uint64_t[3]){box(H, h)});
    }
}

static const char *const modes[] = {"rne", "rtz", "rdn", "rup", "rmm", "dyn"};
enum { MODES = sizeof modes / sizeof *modes };

START_TEST(arithmetic) { // _i: format
    static const struct {
        const char *name;
        unsigned operands;
    } ops[] = {{"fadd", 2}, {"fsub", 2}, {"fmul", 2}, {"fdiv", 2}, {"fsqrt", 1}, {"fmadd", 3}, {"fnmsub", 3}, {"fround", 1}};
    static const char *const args[] = {"", "%1", "%1, %2", "%1, %2, %3"};
    char op[80];
    for (unsigned k = 0; k < sizeof ops / sizeof *ops; k++)
        for (unsigned m = 0; m < MODES; m++)
            for (unsigned exact = 0; exact < (k == 7 ? 2 : 1); exact++) {
                snprintf(op, sizeof op, "%%4:%s = %s.%s%s %s", type_names[_i], ops[k].name, modes[m], exact ? ".exact" : "", args[ops[k].operands]);
                make_block(op, (Format)_i, "             set f3, %4\n", false, false);
                run_op(op, (Format)_i, false, ops[k].operands);
            }
}
END_TEST

START_TEST(comparisons) {
    static const char *const ops[] = {"feq.%s.quiet", "flt.%s", "fle.%s", "flt.%s.quiet", "fne.%s.quiet", "fnle.%s", "funord.%s.quiet"};
    for (unsigned k = 0; k < sizeof ops / sizeof *ops; k++) {
        char name[40], op[80];
        snprintf(name, sizeof name, ops[k], type_names[_i]);
        char *quiet = strstr(name, ".quiet");
        if (quiet) *quiet = '\0';
        snprintf(op, sizeof op, "%%4:i1 = %s.rne%s %%1, %%2", name, quiet ? ".quiet" : "");
        make_block(op, (Format)_i, "    %5:i64 = bool %4\n             set a3, %5\n", false, false);
        run_op(op, (Format)_i, false, 2);
    }
}
END_TEST

START_TEST(to_integers) {
    static const char *const ops[] = {"ftoi32", "ftou32", "ftoi64", "ftou64"};
    char op[80];
    for (unsigned k = 0; k < 4; k++)
        for (unsigned m = 0; m < MODES; m++)
            for (unsigned arm = 0; arm < (_i == H ? 1 : 2); arm++) {
                snprintf(op, sizeof op, "%%4:%s = %s.%s.%s%s %%1", k < 2 ? "i32" : "i64", ops[k], type_names[_i], modes[m], arm ? ".arm" : "");
                make_block(op, (Format)_i, k < 2 ? "    %5:i64 = zext32 %4\n             set a3, %5\n" : "             set a3, %4\n", false, false);
                run_op(op, (Format)_i, false, 1);
            }
}
END_TEST

START_TEST(from_integers) {
    static const char *const ops[] = {"fcvt_i32", "fcvt_u32", "fcvt_i64", "fcvt_u64"};
    char op[80];
    for (unsigned k = 0; k < 4; k++)
        for (unsigned m = 0; m < MODES; m++) {
            snprintf(op, sizeof op, "%%4:%s = %s.%s %%1", type_names[_i], ops[k], modes[m]);
            make_block(op, (Format)_i, "             set f3, %4\n", true, k >= 2);
            run_op(op, (Format)_i, true, 1);
        }
}
END_TEST

START_TEST(between_formats) { // from _i to each other one
    char op[80];
    for (Format to = H; to <= D; to++)
        for (unsigned m = 0; m < MODES; m++) {
            if (to == (Format)_i) continue;
            snprintf(op, sizeof op, "%%4:%s = fcvt_%s.%s %%1", type_names[to], type_names[_i], modes[m]);
            make_block(op, (Format)_i, "             set f3, %4\n", false, false);
            run_op(op, (Format)_i, false, 1);
        }
}
END_TEST

// What rounds to the ends of 32 bits from beyond them, and just does not.
START_TEST(ends_of_the_range) {
    static const char *const ops[] = {"ftoi32", "ftou32"};
    static const double ends[] = {-2147483648.0, 2147483647.0, 4294967295.0, 0, -1, 4294967296.0, 2147483648.0, -2147483649.0};
    static const double steps[] = {0, 0.25, 0.5, 0.75, 1};
    char op[80];
    for (unsigned k = 0; k < 2; k++)
        for (unsigned m = 0; m < MODES; m++) {
            snprintf(op, sizeof op, "%%4:i32 = %s.f64.%s %%1", ops[k], modes[m]);
            make_block(op, D, "    %5:i64 = zext32 %4\n             set a3, %5\n", false, false);
            for (unsigned e = 0; e < sizeof ends / sizeof *ends; e++)
                for (unsigned n = 0; n < 2 * sizeof steps / sizeof *steps; n++) {
                    double d = ends[e] + (n & 1 ? -steps[n / 2] : steps[n / 2]);
                    uint64_t x[3] = {0};
                    memcpy(x, &d, 8);
                    for (unsigned dynamic = 0; dynamic < 4; dynamic++) compare(op, dynamic, x);
                }
        }
}
END_TEST

static void setup(void) {
    host = irg_new(false);
    soft = irg_new(true);
}
static void teardown(void) {
    irg_free(&host);
    irg_free(&soft);
}

int main(void) {
    Suite *s = suite_create("fp_modes");
    TCase *t = tcase_create("host against soft");
    tcase_set_timeout(t, 0);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, arithmetic, H, D + 1);
    tcase_add_loop_test(t, comparisons, H, D + 1);
    tcase_add_loop_test(t, to_integers, H, D + 1);
    tcase_add_loop_test(t, from_integers, H, D + 1);
    tcase_add_loop_test(t, between_formats, H, D + 1);
    tcase_add_test(t, ends_of_the_range);
    suite_add_tcase(s, t);
    return suite_run(s);
}
