// SPDX-License-Identifier: MIT
// tcg/fp at the edges, by rows: zeros, infinities, NaNs, subnormals, ties, overflow thresholds, integer limits, and the
// policies of each guest. Expected values are from the IEEE 754, RISC-V and Arm documents, not from a program.
#include <check.h>
#include <inttypes.h>

#include "tcg/fp/fp.h"
#include "tests/lib/suite.h"

enum { RV = FP_POLICY_RISCV, ARM = FP_POLICY_ARM };

typedef uint64_t Run(const uint64_t *v, FpEnv *env);
#define RUN(name, expression) \
    static uint64_t run_##name(const uint64_t *v, FpEnv *env) { return (expression); }
RUN(add, f32_add(v[0], v[1], env))
RUN(sub, f32_sub(v[0], v[1], env))
RUN(mul, f32_mul(v[0], v[1], env))
RUN(div, f32_div(v[0], v[1], env))
RUN(sqrt, f32_sqrt(v[0], env))
RUN(fma, f32_fma(v[0], v[1], v[2], env))
RUN(fmin, f32_min_number(v[0], v[1], env))
RUN(fmax, f32_max_number(v[0], v[1], env))
RUN(fminm, f32_minimum(v[0], v[1], env))
RUN(fmaxm, f32_maximum(v[0], v[1], env))
RUN(eq, f32_eq(v[0], v[1], env))
RUN(lt, f32_lt(v[0], v[1], env))
RUN(le, f32_le(v[0], v[1], env))
RUN(ltq, f32_ltq(v[0], v[1], env))
RUN(leq, f32_leq(v[0], v[1], env))
RUN(class, f32_classify(v[0]))
RUN(round, f32_round_int(v[0], false, env))
RUN(roundnx, f32_round_int(v[0], true, env))
RUN(to_i32, (uint32_t)f32_to_i32(v[0], env))
RUN(to_u32, f32_to_u32(v[0], env))
RUN(to_i64, f32_to_i64(v[0], env))
RUN(to_u64, f32_to_u64(v[0], env))
RUN(from_i64, f32_from_i64(v[0], env))
RUN(widen, f32_to_f64(v[0], env))
RUN(narrow, f64_to_f32(v[0], env))
RUN(half, f32_to_f16(v[0], env))
RUN(unhalf, f16_to_f32(v[0], env))
RUN(brain, f32_to_bf16(v[0], env))
RUN(hadd, f16_add(v[0], v[1], env))
RUN(modulo, (uint32_t)f64_to_i32_modulo(v[0], env))

// Binary32 by name.
enum {
    ONE = 0x3f800000, TWO = 0x40000000, MONE = 0xbf800000, INF = 0x7f800000, MIN_NORMAL = 0x00800000, MAX = 0x7f7fffff,
    QNAN = 0x7fc00000, QNAN1 = 0x7fc00001, MQNAN2 = 0xffc00002, SIG1 = 0x7f800001, SIG3 = 0xff800003, SUB = 0x00000001,
    HALF = 0x3f000000, EPS = 0x33800000 /* 2^-24 */, BIG = 0x4f000000 /* 2^31 */,
};
#define MZERO 0x80000000u
#define MINF 0xff800000u
#define NEG(x) ((x) | 0x80000000u)

static const struct Row {
    const char *rule;
    Run *run;
    uint64_t v[3];
    int rounding, policy;
    uint64_t result;
    int flags;
} rows[] = {
    {"x - x is +0", run_sub, {ONE, ONE}, FP_RNE, RV, 0, 0},
    {"x - x is -0 rounding down", run_sub, {ONE, ONE}, FP_RDN, RV, MZERO, 0},
    {"-0 + -0", run_add, {MZERO, MZERO}, FP_RUP, RV, MZERO, 0},
    {"+0 + -0 rounding down", run_add, {0, MZERO}, FP_RDN, RV, MZERO, 0},
    {"inf - inf", run_sub, {INF, INF}, FP_RNE, RV, QNAN, FP_NV},
    {"inf + finite", run_add, {MINF, MAX}, FP_RNE, RV, MINF, 0},
    {"tie goes to even", run_add, {ONE, EPS}, FP_RNE, RV, ONE, FP_NX},
    {"tie goes away", run_add, {ONE, EPS}, FP_RMM, RV, ONE + 1, FP_NX},
    {"tie goes to odd", run_add, {ONE, EPS}, FP_RTO, RV, ONE + 1, FP_NX},
    {"odd stays odd", run_add, {ONE + 1, EPS}, FP_RTO, RV, ONE + 1, FP_NX},
    {"a speck rounds up", run_add, {ONE, SUB}, FP_RUP, RV, ONE + 1, FP_NX},
    {"a negative speck rounds down", run_sub, {MONE, SUB}, FP_RDN, RV, MONE + 1, FP_NX},
    {"a speck below one", run_sub, {ONE, SUB}, FP_RTZ, RV, ONE - 1, FP_NX},
    {"overflow to infinity", run_add, {MAX, MAX}, FP_RNE, RV, INF, FP_OF | FP_NX},
    {"overflow towards zero", run_add, {MAX, MAX}, FP_RTZ, RV, MAX, FP_OF | FP_NX},
    {"overflow rounding down", run_add, {MAX, MAX}, FP_RDN, RV, MAX, FP_OF | FP_NX},
    {"negative overflow rounding down", run_sub, {NEG(MAX), MAX}, FP_RDN, RV, MINF, FP_OF | FP_NX},
    {"negative overflow rounding up", run_sub, {NEG(MAX), MAX}, FP_RUP, RV, NEG(MAX), FP_OF | FP_NX},
    {"overflow ties away", run_add, {MAX, MAX}, FP_RMM, RV, INF, FP_OF | FP_NX},
    {"overflow to odd", run_add, {MAX, MAX}, FP_RTO, RV, MAX, FP_OF | FP_NX},
    {"half an ulp over the largest is infinite", run_add, {MAX, 0x73000000}, FP_RNE, RV, INF, FP_OF | FP_NX},
    {"less stays", run_add, {MAX, 0x72ffffff}, FP_RNE, RV, MAX, FP_NX},
    {"an exact subnormal raises nothing", run_mul, {MIN_NORMAL, HALF}, FP_RNE, RV, 0x00400000, 0},
    {"half the least subnormal", run_mul, {SUB, HALF}, FP_RNE, RV, 0, FP_UF | FP_NX},
    {"half the least subnormal, away", run_mul, {SUB, HALF}, FP_RMM, RV, SUB, FP_UF | FP_NX},
    {"rounds to the least normal, but 24 bits hold it: tiny", run_mul, {0x00ffffff, HALF}, FP_RNE, RV,
     MIN_NORMAL, FP_UF | FP_NX},
    {"the same by fma, rounding up", run_fma, {0x00ffffff, HALF, 0}, FP_RUP, RV, MIN_NORMAL, FP_UF | FP_NX},
    {"(1-e)(1+e) of the least normal, after", run_mul, {0x00800001, 0x3f7ffffe}, FP_RUP, RV, MIN_NORMAL, FP_NX},
    {"the same, before", run_mul, {0x00800001, 0x3f7ffffe}, FP_RUP, ARM, MIN_NORMAL, FP_UF | FP_NX},
    {"0 * inf", run_mul, {MZERO, INF}, FP_RNE, RV, QNAN, FP_NV},
    {"x / 0", run_div, {MONE, 0}, FP_RNE, RV, MINF, FP_DZ},
    {"0 / 0", run_div, {0, 0}, FP_RNE, RV, QNAN, FP_NV},
    {"inf / 0 divides nothing finite", run_div, {INF, MZERO}, FP_RNE, RV, MINF, 0},
    {"inf / inf", run_div, {INF, MINF}, FP_RNE, RV, QNAN, FP_NV},
    {"x / inf", run_div, {MONE, INF}, FP_RNE, RV, MZERO, 0},
    {"sqrt -0", run_sqrt, {MZERO}, FP_RNE, RV, MZERO, 0},
    {"sqrt of a negative", run_sqrt, {NEG(SUB)}, FP_RNE, RV, QNAN, FP_NV},
    {"sqrt inf", run_sqrt, {INF}, FP_RNE, RV, INF, 0},
    {"sqrt 4", run_sqrt, {0x40800000}, FP_RUP, RV, TWO, 0},
    {"sqrt 2^-149", run_sqrt, {SUB}, FP_RNE, RV, 0x1a3504f3, FP_NX},
    {"NaN is canonical", run_add, {MQNAN2, ONE}, FP_RNE, RV, QNAN, 0},
    {"signalling NaN", run_add, {ONE, SIG1}, FP_RNE, RV, QNAN, FP_NV},
    {"Arm: first quiet NaN", run_sub, {ONE, MQNAN2}, FP_RNE, ARM, MQNAN2, 0},
    {"Arm: signalling goes first", run_add, {QNAN1, SIG3}, FP_RNE, ARM, 0xffc00003, FP_NV},
    {"Arm: first of two quiet", run_mul, {MQNAN2, QNAN1}, FP_RNE, ARM, MQNAN2, 0},
    {"Arm: fma prefers its addend", run_fma, {QNAN1, ONE, MQNAN2}, FP_RNE, ARM, MQNAN2, 0},
    {"Arm: inf * 0 + quiet NaN", run_fma, {INF, 0, MQNAN2}, FP_RNE, ARM, QNAN, FP_NV},
    {"inf * 0 + quiet NaN is invalid", run_fma, {INF, 0, QNAN1}, FP_RNE, RV, QNAN, FP_NV},
    {"inf * 0 + x", run_fma, {0, MINF, ONE}, FP_RNE, RV, QNAN, FP_NV},
    {"inf - inf in fma", run_fma, {INF, ONE, MINF}, FP_RNE, RV, QNAN, FP_NV},
    {"fma rounds once", run_fma, {ONE + 1, ONE - 1, MONE}, FP_RNE, RV, 0x337ffffe, 0},
    {"fma cancels to -0 rounding down", run_fma, {TWO, HALF, MONE}, FP_RDN, RV, MZERO, 0},
    {"fma: -0 + -0", run_fma, {MZERO, ONE, MZERO}, FP_RNE, RV, MZERO, 0},
    {"fmin orders zeros", run_fmin, {0, MZERO}, FP_RNE, RV, MZERO, 0},
    {"fmax orders zeros", run_fmax, {MZERO, 0}, FP_RNE, RV, 0, 0},
    {"fmin prefers the number", run_fmin, {QNAN1, TWO}, FP_RNE, RV, TWO, 0},
    {"fmax: even to a signalling NaN", run_fmax, {MONE, SIG1}, FP_RNE, RV, MONE, FP_NV},
    {"fmin of NaNs", run_fmin, {QNAN1, MQNAN2}, FP_RNE, RV, QNAN, 0},
    {"fmin of negatives", run_fmin, {MONE, NEG(TWO)}, FP_RNE, RV, NEG(TWO), 0},
    {"fminm keeps the NaN", run_fminm, {ONE, QNAN1}, FP_RNE, RV, QNAN, 0},
    {"fmaxm signals", run_fmaxm, {SIG1, ONE}, FP_RNE, RV, QNAN, FP_NV},
    {"fmaxm of infinities", run_fmaxm, {MINF, INF}, FP_RNE, RV, INF, 0},
    {"-0 equals +0", run_eq, {MZERO, 0}, FP_RNE, RV, 1, 0},
    {"-0 is not less", run_lt, {MZERO, 0}, FP_RNE, RV, 0, 0},
    {"-inf < -max", run_lt, {MINF, NEG(MAX)}, FP_RNE, RV, 1, 0},
    {"feq is quiet", run_eq, {QNAN, ONE}, FP_RNE, RV, 0, 0},
    {"feq signals for sNaN", run_eq, {ONE, SIG1}, FP_RNE, RV, 0, FP_NV},
    {"flt signals for qNaN", run_lt, {QNAN, ONE}, FP_RNE, RV, 0, FP_NV},
    {"fle signals for qNaN", run_le, {ONE, QNAN}, FP_RNE, RV, 0, FP_NV},
    {"fltq is quiet", run_ltq, {ONE, QNAN}, FP_RNE, RV, 0, 0},
    {"fleq is quiet", run_leq, {TWO, TWO}, FP_RNE, RV, 1, 0},
    {"fleq signals for sNaN", run_leq, {SIG1, TWO}, FP_RNE, RV, 0, FP_NV},
    {"class -inf", run_class, {MINF}, 0, RV, 1 << 0, 0},
    {"class -normal", run_class, {MONE}, 0, RV, 1 << 1, 0},
    {"class -subnormal", run_class, {NEG(SUB)}, 0, RV, 1 << 2, 0},
    {"class -0", run_class, {MZERO}, 0, RV, 1 << 3, 0},
    {"class +0", run_class, {0}, 0, RV, 1 << 4, 0},
    {"class +subnormal", run_class, {0x007fffff}, 0, RV, 1 << 5, 0},
    {"class +normal", run_class, {MIN_NORMAL}, 0, RV, 1 << 6, 0},
    {"class +inf", run_class, {INF}, 0, RV, 1 << 7, 0},
    {"class sNaN", run_class, {SIG3}, 0, RV, 1 << 8, 0},
    {"class qNaN", run_class, {MQNAN2}, 0, RV, 1 << 9, 0},
    {"0.5 to even", run_round, {HALF}, FP_RNE, RV, 0, 0},
    {"-0.5 keeps its sign", run_roundnx, {NEG(HALF)}, FP_RNE, RV, MZERO, FP_NX},
    {"0.5 away", run_roundnx, {HALF}, FP_RMM, RV, ONE, FP_NX},
    {"1.5 to even", run_round, {0x3fc00000}, FP_RNE, RV, TWO, 0},
    {"a speck up", run_roundnx, {SUB}, FP_RUP, RV, ONE, FP_NX},
    {"2^23 + 1 is integral", run_roundnx, {0x4b000001}, FP_RUP, RV, 0x4b000001, 0},
    {"rounding a signalling NaN", run_round, {SIG1}, FP_RNE, RV, QNAN, FP_NV},
    {"rounding infinity", run_roundnx, {MINF}, FP_RNE, RV, MINF, 0},
    {"NaN to i32", run_to_i32, {NEG(QNAN)}, FP_RNE, RV, INT32_MAX, FP_NV},
    {"NaN to u32", run_to_u32, {NEG(QNAN)}, FP_RNE, RV, UINT32_MAX, FP_NV},
    {"NaN to i64", run_to_i64, {SIG1}, FP_RNE, RV, INT64_MAX, FP_NV},
    {"NaN to u64", run_to_u64, {QNAN}, FP_RNE, RV, UINT64_MAX, FP_NV},
    {"Arm: NaN to i32", run_to_i32, {QNAN}, FP_RNE, ARM, 0, FP_NV},
    {"-inf to i64", run_to_i64, {MINF}, FP_RNE, RV, 1ull << 63, FP_NV},
    {"inf to u64", run_to_u64, {INF}, FP_RNE, RV, UINT64_MAX, FP_NV},
    {"2^31 to i32", run_to_i32, {BIG}, FP_RNE, RV, INT32_MAX, FP_NV},
    {"-2^31 to i32", run_to_i32, {NEG(BIG)}, FP_RNE, RV, 0x80000000, 0},
    {"2^31 to u32", run_to_u32, {BIG}, FP_RNE, RV, 0x80000000, 0},
    {"-0.5 to u32 towards zero", run_to_u32, {NEG(HALF)}, FP_RTZ, RV, 0, FP_NX},
    {"-0.5 to u32 down", run_to_u32, {NEG(HALF)}, FP_RDN, RV, 0, FP_NV},
    {"-1 to u32", run_to_u32, {MONE}, FP_RNE, RV, 0, FP_NV},
    {"-0 to u64", run_to_u64, {MZERO}, FP_RNE, RV, 0, 0},
    {"2.5 to even", run_to_i32, {0x40200000}, FP_RNE, RV, 2, FP_NX},
    {"2.5 away", run_to_i32, {0x40200000}, FP_RMM, RV, 3, FP_NX},
    {"-2.5 away", run_to_i32, {0xc0200000}, FP_RMM, RV, (uint32_t)-3, FP_NX},
    {"least i64 as float", run_from_i64, {1ull << 63}, FP_RNE, RV, 0xdf000000, 0},
    {"largest i64 rounds up", run_from_i64, {INT64_MAX}, FP_RNE, RV, 0x5f000000, FP_NX},
    {"largest i64 truncates", run_from_i64, {INT64_MAX}, FP_RTZ, RV, 0x5effffff, FP_NX},
    {"integer 0 is +0", run_from_i64, {0}, FP_RDN, RV, 0, 0},
    {"widening a subnormal is exact", run_widen, {SUB}, FP_RNE, RV, 0x36a0000000000000, 0},
    {"Arm: widening keeps the payload", run_widen, {SIG3}, FP_RNE, ARM, 0xfff8000060000000, FP_NV},
    {"Arm: narrowing cuts the payload", run_narrow, {0xfff4000060000001}, FP_RNE, ARM, 0xffe00003, FP_NV},
    {"RISC-V: widening NaN", run_widen, {MQNAN2}, FP_RNE, RV, 0x7ff8000000000000, 0},
    {"65520 overflows binary16", run_half, {0x477ff000}, FP_RNE, RV, 0x7c00, FP_OF | FP_NX},
    {"below it does not", run_half, {0x477fefff}, FP_RNE, RV, 0x7bff, FP_NX},
    {"least binary16 subnormal", run_unhalf, {0x8001}, FP_RNE, RV, 0xb3800000, 0},
    {"bfloat16 tie to even", run_brain, {0x3f808000}, FP_RNE, RV, 0x3f80, FP_NX},
    {"bfloat16 NaN", run_brain, {SIG1}, FP_RNE, RV, 0x7fc0, FP_NV},
    {"flush input", run_add, {SUB, NEG(SUB)}, FP_RNE, ARM | FP_FLUSH_IN, 0, FP_ID},
    {"flush input in a comparison", run_eq, {SUB, MZERO}, FP_RNE, ARM | FP_FLUSH_IN, 1, FP_ID},
    {"flush output: underflow alone", run_mul, {MIN_NORMAL, 0xbf400000}, FP_RNE, ARM | FP_FLUSH_OUT, MZERO, FP_UF},
    {"flush output before rounding", run_mul, {0x00800001, 0x3f7ffffe}, FP_RUP, ARM | FP_FLUSH_OUT, 0, FP_UF},
    {"FZ does not touch binary16", run_hadd, {1, 1}, FP_RNE, ARM | FP_FLUSH_IN | FP_FLUSH_OUT, 2, 0},
    {"FZ16 is silent on input", run_hadd, {1, 0x3c00}, FP_RNE, ARM | FP_FLUSH_16, 0x3c00, 0},
    {"FZ16 flushes output", run_hadd, {0x0401, 0x8400}, FP_RNE, ARM | FP_FLUSH_16, 0, FP_UF},
    {"FZ16 leaves conversions alone", run_unhalf, {1}, FP_RNE, ARM | FP_FLUSH_16, 0x33800000, 0},
    {"fcvtmod of 2^32 + 1", run_modulo, {0x41f0000000100000}, FP_RUP, RV, 1, FP_NV},
    {"fcvtmod of -(2^31 + 2.5)", run_modulo, {0xc1e0000000500000}, FP_RNE, RV, 0x7ffffffe, FP_NV},
    {"fcvtmod of 1.9", run_modulo, {0x3ffe666666666666}, FP_RUP, RV, 1, FP_NX},
    {"fcvtmod of -1", run_modulo, {0xbff0000000000000}, FP_RNE, RV, UINT32_MAX, 0},
    {"fcvtmod of 2^84 - 2^31", run_modulo, {0x452fffffffffffff}, FP_RNE, RV, 0x80000000, FP_NV},
    {"fcvtmod of 2^84", run_modulo, {0x4530000000000000}, FP_RNE, RV, 0, FP_NV},
    {"fcvtmod of infinity", run_modulo, {0x7ff0000000000000}, FP_RNE, RV, 0, FP_NV},
    {"fcvtmod of NaN", run_modulo, {0x7ff8000000000000}, FP_RNE, RV, 0, FP_NV},
};

START_TEST(edge_row) {
    const struct Row *row = &rows[_i];
    FpEnv env = {.rounding = row->rounding, .policy = row->policy};
    uint64_t result = row->run(row->v, &env);
    ck_assert_msg(result == row->result && env.flags == row->flags,
                  "%s: %" PRIx64 " flags %02x, want %" PRIx64 " flags %02x", row->rule, result, env.flags, row->result,
                  row->flags);
}
END_TEST

START_TEST(flags_are_sticky) {
    FpEnv env = {.policy = RV, .flags = FP_DZ | FP_ID};
    f64_add(0x3ff0000000000000, 1, &env);
    ck_assert_uint_eq(env.flags, FP_DZ | FP_ID | FP_NX);
    f64_add(0, 0, &env);
    ck_assert_uint_eq(env.flags, FP_DZ | FP_ID | FP_NX);
}
END_TEST

// Every binary16 value survives widening and narrowing, and classifies the same way as its binary32 image, but that a
// subnormal becomes normal.
START_TEST(all_binary16_values_round_trip) {
    for (uint32_t h = 0; h < 0x10000; h++) {
        FpEnv env = {.policy = 0};
        uint32_t wide = f16_to_f32(h, &env);
        uint16_t back = f32_to_f16(wide, &env);
        bool snan = (h & 0x7e00) == 0x7c00 && (h & 0x1ff);
        ck_assert_uint_eq(back, snan ? h | 0x200 : h);
        ck_assert_uint_eq(env.flags, snan ? FP_NV : 0);
        ck_assert_uint_eq(f64_to_f16(f16_to_f64(h, &env), &env), back);
        if (!snan && (h & 0x7c00) != 0)
            ck_assert_uint_eq(f16_classify(h), f32_classify(wide));
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("fp_directed");
    TCase *tcase = tcase_create("edges");
    tcase_add_loop_test(tcase, edge_row, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tcase, flags_are_sticky);
    tcase_add_test(tcase, all_binary16_values_round_trip);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
