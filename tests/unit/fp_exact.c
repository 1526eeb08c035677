// SPDX-License-Identifier: MIT
// tcg/fp against the exact oracle of tests/lib/fp_oracle.h: all operations that round, in all three formats (and the
// narrowing conversions), all six rounding directions, tininess before and after. Finite non-zero operands.
#include <check.h>
#include <inttypes.h>

#include "tests/lib/fp_oracle.h"
#include "tests/lib/fp_random.h"
#include "tests/lib/suite.h"

static const OracleFormat F16 = {5, 10}, BF16 = {8, 7}, F32 = {8, 23}, F64 = {11, 52};

typedef uint64_t Run(const uint64_t *v, FpEnv *env);
typedef struct Case {
    const char *name;
    const OracleFormat *from, *to;
    char kind; // + * / r f c: which exact computation
    Run *run;
} Case;

#define RUN(name, expression) \
    static uint64_t run_##name(const uint64_t *v, FpEnv *env) { return (expression); }
#define RUN_FORMAT(fN)                             \
    RUN(fN##_add, fN##_add(v[0], v[1], env))       \
    RUN(fN##_sub, fN##_sub(v[0], v[1], env))       \
    RUN(fN##_mul, fN##_mul(v[0], v[1], env))       \
    RUN(fN##_div, fN##_div(v[0], v[1], env))       \
    RUN(fN##_sqrt, fN##_sqrt(v[0], env))           \
    RUN(fN##_fma, fN##_fma(v[0], v[1], v[2], env))
RUN_FORMAT(f16)
RUN_FORMAT(f32)
RUN_FORMAT(f64)
RUN(f64_to_f16, f64_to_f16(v[0], env))
RUN(f64_to_f32, f64_to_f32(v[0], env))
RUN(f32_to_f16, f32_to_f16(v[0], env))
RUN(f32_to_bf16, f32_to_bf16(v[0], env))

#define ROWS(fN, F)                                                                     \
    {#fN "_add", &F, &F, '+', run_##fN##_add}, {#fN "_sub", &F, &F, '-', run_##fN##_sub}, \
    {#fN "_mul", &F, &F, '*', run_##fN##_mul}, {#fN "_div", &F, &F, '/', run_##fN##_div}, \
    {#fN "_sqrt", &F, &F, 'r', run_##fN##_sqrt}, {#fN "_fma", &F, &F, 'f', run_##fN##_fma},
static const Case cases[] = {
    ROWS(f16, F16) ROWS(f32, F32) ROWS(f64, F64)
    {"f64_to_f16", &F64, &F16, 'c', run_f64_to_f16},
    {"f64_to_f32", &F64, &F32, 'c', run_f64_to_f32},
    {"f32_to_f16", &F32, &F16, 'c', run_f32_to_f16},
    {"f32_to_bf16", &F32, &BF16, 'c', run_f32_to_bf16},
};
enum { CASES = sizeof cases / sizeof *cases };

static Exact exact_result(const Case *c, const uint64_t *v) {
    Exact x = exact_of_code(*c->from, v[0]), y = exact_of_code(*c->from, v[1]), z = exact_of_code(*c->from, v[2]);
    switch (c->kind) {
    case '-': y.sign = !y.sign; return exact_add(x, y);
    case '+': return exact_add(x, y);
    case '*': return exact_mul(x, y);
    case '/': return exact_div(x, y);
    case 'r': return exact_sqrt(x);
    case 'f': return exact_add(exact_mul(x, y), z);
    default: return x;
    }
}

static uint64_t draw_finite(OracleFormat f) {
    for (;;) {
        uint64_t v = fp_random_value(f.exp_bits, f.frac_bits);
        uint64_t magnitude = v & ((1ull << (f.exp_bits + f.frac_bits)) - 1);
        if (magnitude != 0 && magnitude < ((1ull << f.exp_bits) - 1) << f.frac_bits)
            return v;
    }
}

static void check_all_modes(const Case *c, const uint64_t *v) {
    Exact exact = exact_result(c, v);
    for (int mode = FP_RNE; mode <= FP_RTO; mode++) {
        for (int before = 0; before < 2; before++) {
            FpEnv env = {.rounding = mode, .policy = FP_DEFAULT_NAN | (before ? FP_TINY_BEFORE : 0)};
            uint8_t flags = 0;
            uint64_t want = (uint64_t)(mode == FP_RDN) << (c->to->exp_bits + c->to->frac_bits); // exact cancellation
            if (exact.mag != 0)
                want = oracle_round(*c->to, exact, env, &flags);
            uint64_t got = c->run(v, &env);
            ck_assert_msg(got == want && env.flags == flags,
                "%s(%" PRIx64 ", %" PRIx64 ", %" PRIx64 ") mode %d before %d: %" PRIx64 " %02x, exactly %" PRIx64
                " %02x",
                c->name, v[0], v[1], v[2], mode, before, got, env.flags, want, flags);
        }
    }
}

START_TEST(operations_round_exactly) {
    const Case *c = &cases[_i];
    for (long n = fp_random_count() / 4; n > 0; n--) {
        uint64_t v[3] = {draw_finite(*c->from), draw_finite(*c->from), draw_finite(*c->from)};
        if (c->kind == 'r')
            v[0] &= (1ull << (c->from->exp_bits + c->from->frac_bits)) - 1;
        if (c->kind == 'f' && n % 2) { // an addend that nearly cancels the product
            FpEnv env = {.rounding = n % 5, .policy = FP_DEFAULT_NAN};
            uint64_t one = ((1ull << (c->from->exp_bits - 1)) - 1) << c->from->frac_bits;
            const uint64_t product[3] = {v[0], v[1], 0};
            uint64_t near = c->run(product, &env) + fp_random() % 3 - 1;
            uint64_t sign = 1ull << (c->from->exp_bits + c->from->frac_bits);
            uint64_t magnitude = near & (sign - 1);
            v[2] = magnitude != 0 && magnitude < 2 * one ? near ^ sign : v[2];
        }
        check_all_modes(c, v);
    }
}
END_TEST

// The oracle itself against facts known by heart.
START_TEST(oracle_knows_the_facts) {
    FpEnv env = {.rounding = FP_RNE};
    uint8_t flags;
    Exact third = exact_div((Exact){.mag = 1}, (Exact){.mag = 3});
    ck_assert_uint_eq(oracle_round(F32, third, env, &flags), 0x3eaaaaab);
    ck_assert_uint_eq(oracle_round(F64, exact_sqrt((Exact){.mag = 2}), env, &flags), 0x3ff6a09e667f3bcd);
    ck_assert_uint_eq(oracle_round(F16, (Exact){.mag = 65519}, env, &flags), 0x7bff);
    ck_assert_uint_eq(flags, FP_NX);
    ck_assert_uint_eq(oracle_round(F16, (Exact){.mag = 65520}, env, &flags), 0x7c00);
    ck_assert_uint_eq(flags, FP_NX | FP_OF);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("fp_exact");
    TCase *tcase = tcase_create("exact");
    tcase_add_test(tcase, oracle_knows_the_facts);
    tcase_add_loop_test(tcase, operations_round_exactly, 0, CASES);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
