// SPDX-License-Identifier: MIT
// The rules of tcg/fp/hostfp.h: host instructions, run in inline assembly under a chosen MXCSR, against tcg/fp on
// biased random operands in the four directions the host has; results and flags. Both sides are checked by this: the
// soft float by a second implementation, the JIT's rules by the reference. Rules for absent instruction sets are
// skipped.
#include <check.h>
#include <inttypes.h>

#include "tcg/fp/hostfp.h"
#include "tests/lib/fp_random.h"
#include "tests/lib/suite.h"

typedef struct Answer {
    uint64_t value;
    unsigned flags;
} Answer;

typedef long long Xmm __attribute__((vector_size(16)));
typedef Answer Host(const uint64_t *v, uint32_t mxcsr);
typedef uint64_t Soft(const uint64_t *v, FpEnv *env);
typedef uint64_t Repair(uint64_t value, uint64_t operand);
typedef bool Applies(const uint64_t *v);
typedef uint64_t Draw(void);

// One instruction under `mxcsr`. The operands live in xmm registers as bit patterns; the default MXCSR is put back
// within the same assembly block, so the compiler's own arithmetic never sees ours.
#define HOST_XMM(name, T, operation)                                                                          \
    static Answer host_##name(const uint64_t *v, uint32_t mxcsr)                                              \
    {                                                                                                         \
        uint32_t out, usual = HOSTFP_MASKED;                                                                  \
        Xmm a = {v[0]}, b = {v[1]}, c = {v[2]};                                                         \
        __asm__ volatile("ldmxcsr %[in]\n\t" operation "\n\tstmxcsr %[out]\n\tldmxcsr %[usual]"               \
                         : [a] "+x"(a), [out] "=m"(out)                                                       \
                         : [b] "x"(b), [c] "x"(c), [in] "m"(mxcsr), [usual] "m"(usual) : "xmm15");            \
        return (Answer){(T)a[0], hostfp_flags(out)};                                                          \
    }
#define HOST_TO_INT(name, T, operation)                                                                       \
    static Answer host_##name(const uint64_t *v, uint32_t mxcsr)                                              \
    {                                                                                                         \
        uint32_t out, usual = HOSTFP_MASKED;                                                                  \
        Xmm a = {v[0]};                                                                                 \
        uint64_t r = 0;                                                                                       \
        __asm__ volatile("ldmxcsr %[in]\n\t" operation "\n\tstmxcsr %[out]\n\tldmxcsr %[usual]"               \
                         : [r] "+r"(r), [out] "=m"(out) : [a] "x"(a), [in] "m"(mxcsr), [usual] "m"(usual) : "xmm15");   \
        return (Answer){(T)r, hostfp_flags(out)};                                                             \
    }
#define HOST_FROM_INT(name, T, operation)                                                                     \
    static Answer host_##name(const uint64_t *v, uint32_t mxcsr)                                              \
    {                                                                                                         \
        uint32_t out, usual = HOSTFP_MASKED;                                                                  \
        Xmm a = {0};                                                                                    \
        __asm__ volatile("ldmxcsr %[in]\n\t" operation "\n\tstmxcsr %[out]\n\tldmxcsr %[usual]"               \
                         : [a] "+x"(a), [out] "=m"(out) : [r] "r"(v[0]), [in] "m"(mxcsr), [usual] "m"(usual)); \
        return (Answer){(T)a[0], hostfp_flags(out)};                                                          \
    }
// ZF, PF, CF as comiss leaves them: equal is ZF without PF, a < b is what "above" says of (b, a).
#define HOST_COMPARE(name, first, second, instruction, set)                                                   \
    static Answer host_##name(const uint64_t *v, uint32_t mxcsr)                                              \
    {                                                                                                         \
        uint32_t out, usual = HOSTFP_MASKED;                                                                  \
        Xmm a = {v[0]}, b = {v[1]};                                                                     \
        uint8_t yes, ordered;                                                                                 \
        __asm__ volatile("ldmxcsr %[in]\n\t" instruction " %[" second "], %[" first "]\n\t" set " %[yes]\n\t" \
                         "setnp %[ordered]\n\tstmxcsr %[out]\n\tldmxcsr %[usual]"                             \
                         : [yes] "=&q"(yes), [ordered] "=&q"(ordered), [out] "=m"(out)                        \
                         : [a] "x"(a), [b] "x"(b), [in] "m"(mxcsr), [usual] "m"(usual) : "cc");               \
        return (Answer){yes & ordered, hostfp_flags(out)};                                                    \
    }
#define SOFT(name, expression) \
    static uint64_t soft_##name(const uint64_t *v, FpEnv *env) { return (expression); }

#define ARITHMETIC(fN, T, s)                                                    \
    HOST_XMM(fN##_add, T, "adds" s " %[b], %[a]")                               \
    HOST_XMM(fN##_sub, T, "subs" s " %[b], %[a]")                               \
    HOST_XMM(fN##_mul, T, "muls" s " %[b], %[a]")                               \
    HOST_XMM(fN##_div, T, "divs" s " %[b], %[a]")                               \
    HOST_XMM(fN##_sqrt, T, "sqrts" s " %[a], %[a]")                             \
    HOST_XMM(fN##_fma, T, "vfmadd213s" s " %[c], %[b], %[a]")                   \
    HOST_XMM(fN##_round, T, "rounds" s " $12, %[a], %[a]")                      \
    HOST_XMM(fN##_roundnx, T, "rounds" s " $4, %[a], %[a]")                     \
    HOST_XMM(fN##_min, T, "mins" s " %[b], %[a]")                               \
    HOST_XMM(fN##_max, T, "maxs" s " %[b], %[a]")                               \
    HOST_TO_INT(fN##_to_i32, uint32_t, "cvts" s "2si %[a], %k[r]")              \
    HOST_TO_INT(fN##_to_i64, uint64_t, "cvts" s "2si %[a], %[r]")               \
    HOST_TO_INT(fN##_to_u32, uint32_t, "vcvts" s "2usi %[a], %k[r]")            \
    HOST_TO_INT(fN##_to_u64, uint64_t, "vcvts" s "2usi %[a], %[r]")             \
    HOST_TO_INT(fN##_trunc_i32, uint32_t, "cvtts" s "2si %[a], %k[r]")          \
    HOST_TO_INT(fN##_trunc_i64, uint64_t, "cvtts" s "2si %[a], %[r]")           \
    HOST_TO_INT(fN##_near_i64, uint64_t, "rounds" s " $0, %[a], %%xmm15\n\tcvtts" s "2si %%xmm15, %[r]") \
    HOST_TO_INT(fN##_down_i64, uint64_t, "rounds" s " $1, %[a], %%xmm15\n\tcvtts" s "2si %%xmm15, %[r]") \
    HOST_TO_INT(fN##_up_i64, uint64_t, "rounds" s " $2, %[a], %%xmm15\n\tcvtts" s "2si %%xmm15, %[r]")   \
    HOST_FROM_INT(fN##_from_i32, T, "cvtsi2s" s "l %k[r], %[a]")                \
    HOST_FROM_INT(fN##_from_i64, T, "cvtsi2s" s "q %[r], %[a]")                 \
    HOST_FROM_INT(fN##_from_u64, T, "vcvtusi2s" s "q %[r], %[a], %[a]")         \
    HOST_COMPARE(fN##_eq, "a", "b", "ucomis" s, "sete")                         \
    HOST_COMPARE(fN##_lt, "b", "a", "comis" s, "seta")                          \
    HOST_COMPARE(fN##_le, "b", "a", "comis" s, "setae")                         \
    HOST_COMPARE(fN##_ltq, "b", "a", "ucomis" s, "seta")                        \
    HOST_COMPARE(fN##_leq, "b", "a", "ucomis" s, "setae")                       \
    SOFT(fN##_add, fN##_add(v[0], v[1], env))                                   \
    SOFT(fN##_sub, fN##_sub(v[0], v[1], env))                                   \
    SOFT(fN##_mul, fN##_mul(v[0], v[1], env))                                   \
    SOFT(fN##_div, fN##_div(v[0], v[1], env))                                   \
    SOFT(fN##_sqrt, fN##_sqrt(v[0], env))                                       \
    SOFT(fN##_fma, fN##_fma(v[0], v[1], v[2], env))                             \
    SOFT(fN##_round, fN##_round_int(v[0], false, env))                          \
    SOFT(fN##_roundnx, fN##_round_int(v[0], true, env))                         \
    SOFT(fN##_min, fN##_min_number(v[0], v[1], env))                            \
    SOFT(fN##_max, fN##_max_number(v[0], v[1], env))                            \
    SOFT(fN##_to_i32, (uint32_t)fN##_to_i32(v[0], env))                         \
    SOFT(fN##_to_i64, fN##_to_i64(v[0], env))                                   \
    SOFT(fN##_to_u32, fN##_to_u32(v[0], env))                                   \
    SOFT(fN##_to_u64, fN##_to_u64(v[0], env))                                   \
    SOFT(fN##_trunc_i32, (env->rounding = FP_RTZ, (uint32_t)fN##_to_i32(v[0], env))) \
    SOFT(fN##_trunc_i64, (env->rounding = FP_RTZ, fN##_to_i64(v[0], env)))      \
    SOFT(fN##_near_i64, (env->rounding = FP_RNE, fN##_to_i64(v[0], env)))       \
    SOFT(fN##_down_i64, (env->rounding = FP_RDN, fN##_to_i64(v[0], env)))       \
    SOFT(fN##_up_i64, (env->rounding = FP_RUP, fN##_to_i64(v[0], env)))         \
    SOFT(fN##_from_i32, fN##_from_i32(v[0], env))                               \
    SOFT(fN##_from_i64, fN##_from_i64(v[0], env))                               \
    SOFT(fN##_from_u32, fN##_from_u32(v[0], env))                               \
    SOFT(fN##_from_u64, fN##_from_u64(v[0], env))                               \
    SOFT(fN##_eq, fN##_eq(v[0], v[1], env))                                     \
    SOFT(fN##_lt, fN##_lt(v[0], v[1], env))                                     \
    SOFT(fN##_le, fN##_le(v[0], v[1], env))                                     \
    SOFT(fN##_ltq, fN##_ltq(v[0], v[1], env))                                   \
    SOFT(fN##_leq, fN##_leq(v[0], v[1], env))
ARITHMETIC(f32, uint32_t, "s")
HOST_TO_INT(f32_near_i32, uint32_t, "roundss $0, %[a], %%xmm15\n\tcvttss2si %%xmm15, %k[r]")
HOST_TO_INT(f32_down_i32, uint32_t, "roundss $1, %[a], %%xmm15\n\tcvttss2si %%xmm15, %k[r]")
HOST_TO_INT(f32_up_i32, uint32_t, "roundss $2, %[a], %%xmm15\n\tcvttss2si %%xmm15, %k[r]")
SOFT(f32_near_i32, (env->rounding = FP_RNE, (uint32_t)f32_to_i32(v[0], env)))
SOFT(f32_down_i32, (env->rounding = FP_RDN, (uint32_t)f32_to_i32(v[0], env)))
SOFT(f32_up_i32, (env->rounding = FP_RUP, (uint32_t)f32_to_i32(v[0], env)))
ARITHMETIC(f64, uint64_t, "d")
HOST_XMM(widen, uint64_t, "cvtss2sd %[a], %[a]")
HOST_XMM(narrow, uint32_t, "cvtsd2ss %[a], %[a]")
HOST_XMM(half, uint16_t, "vcvtps2ph $4, %[a], %[a]")
HOST_XMM(unhalf, uint32_t, "vcvtph2ps %[a], %[a]")
SOFT(widen, f32_to_f64(v[0], env))
SOFT(narrow, f64_to_f32(v[0], env))
SOFT(half, f32_to_f16(v[0], env))
SOFT(unhalf, f16_to_f32(v[0], env))

// Binary16 arithmetic by way of binary32.
#define BY_WIDENING(name, operation)                                                                          \
    HOST_XMM(f16_##name, uint16_t, "vcvtph2ps %[b], %%xmm15\n\tvcvtph2ps %[a], %[a]\n\t" operation            \
                                   "\n\tvcvtps2ph $4, %[a], %[a]")                                            \
    SOFT(f16_##name, f16_##name(v[0], v[1], env))
BY_WIDENING(add, "addss %%xmm15, %[a]")
BY_WIDENING(sub, "subss %%xmm15, %[a]")
BY_WIDENING(mul, "mulss %%xmm15, %[a]")
BY_WIDENING(div, "divss %%xmm15, %[a]")
HOST_XMM(f16_sqrt, uint16_t, "vcvtph2ps %[a], %[a]\n\tsqrtss %[a], %[a]\n\tvcvtps2ph $4, %[a], %[a]")
SOFT(f16_sqrt, f16_sqrt(v[0], env))

static uint64_t widen_exactly(uint64_t a) {
    FpEnv env = {.policy = 0};
    return f32_to_f64(a, &env);
}

static uint64_t canonical_f16(uint64_t value, uint64_t a) { return (value & 0x7fff) > 0x7c00 ? 0x7e00 : value; }
static uint64_t canonical_f32(uint64_t value, uint64_t a) { return hostfp_canonical_f32(value); }
static uint64_t canonical_f64(uint64_t value, uint64_t a) { return hostfp_canonical_f64(value); }
static uint64_t i32_of_f64(uint64_t value, uint64_t a) { return (uint32_t)hostfp_saturate_i32(value, a); }
static uint64_t i64_of_f64(uint64_t value, uint64_t a) { return hostfp_saturate_i64(value, a); }
static uint64_t u32_of_f64(uint64_t value, uint64_t a) { return hostfp_saturate_u32(value, a); }
static uint64_t u64_of_f64(uint64_t value, uint64_t a) { return hostfp_saturate_u64(value, a); }
static uint64_t i32_of_f32(uint64_t value, uint64_t a) { return i32_of_f64(value, widen_exactly(a)); }
static uint64_t i64_of_f32(uint64_t value, uint64_t a) { return i64_of_f64(value, widen_exactly(a)); }
static uint64_t u32_of_f32(uint64_t value, uint64_t a) { return u32_of_f64(value, widen_exactly(a)); }
static uint64_t u64_of_f32(uint64_t value, uint64_t a) { return u64_of_f64(value, widen_exactly(a)); }
static uint64_t as_it_is(uint64_t value, uint64_t a) { return value; }

// Rule 2's exception and rule 8's condition.
static bool f32_inf_by_zero(const uint64_t *v) {
    uint32_t a = v[0] << 1, b = v[1] << 1;
    return (a == 0xff000000 && b == 0) || (a == 0 && b == 0xff000000);
}

static bool f64_inf_by_zero(const uint64_t *v) {
    uint64_t a = v[0] << 1, b = v[1] << 1;
    return (a == 0xffe0000000000000 && b == 0) || (a == 0 && b == 0xffe0000000000000);
}

static bool f32_fma_applies(const uint64_t *v) { return !f32_inf_by_zero(v); }
static bool f64_fma_applies(const uint64_t *v) { return !f64_inf_by_zero(v); }

static bool f32_min_applies(const uint64_t *v) {
    FpEnv env = {0};
    return f32_compare(v[0], v[1], false, &env) != FP_UNORDERED && (uint32_t)((v[0] | v[1]) << 1) != 0;
}

static bool f64_min_applies(const uint64_t *v) {
    FpEnv env = {0};
    return f64_compare(v[0], v[1], false, &env) != FP_UNORDERED && (v[0] | v[1]) << 1 != 0;
}

static uint64_t draw_u32(void) { return (uint32_t)fp_random_int(); }

enum { SSE4 = 1, FMA3 = 2, HALVES = 4, AVX512 = 8 };

static const struct Rule {
    const char *name;
    int needs;
    Draw *draw;
    Host *host;
    Soft *soft;
    Repair *repair;
    Applies *applies; // NULL: always
} rules[] = {
#define RULE(needs, draw, name, repair, applies) {#name, needs, draw, host_##name, soft_##name, repair, applies},
#define RULES(fN)                                              \
    RULE(0, fp_random_##fN, fN##_add, canonical_##fN, 0)       \
    RULE(0, fp_random_##fN, fN##_sub, canonical_##fN, 0)       \
    RULE(0, fp_random_##fN, fN##_mul, canonical_##fN, 0)       \
    RULE(0, fp_random_##fN, fN##_div, canonical_##fN, 0)       \
    RULE(0, fp_random_##fN, fN##_sqrt, canonical_##fN, 0)      \
    RULE(FMA3, fp_random_##fN, fN##_fma, canonical_##fN, fN##_fma_applies) \
    RULE(SSE4, fp_random_##fN, fN##_round, canonical_##fN, 0)  \
    RULE(SSE4, fp_random_##fN, fN##_roundnx, canonical_##fN, 0) \
    RULE(0, fp_random_##fN, fN##_min, as_it_is, fN##_min_applies) \
    RULE(0, fp_random_##fN, fN##_max, as_it_is, fN##_min_applies) \
    RULE(0, fp_random_##fN, fN##_to_i32, i32_of_##fN, 0)       \
    RULE(0, fp_random_##fN, fN##_to_i64, i64_of_##fN, 0)       \
    RULE(0, fp_random_##fN, fN##_trunc_i32, i32_of_##fN, 0)    \
    RULE(0, fp_random_##fN, fN##_trunc_i64, i64_of_##fN, 0)    \
    RULE(SSE4, fp_random_##fN, fN##_near_i64, i64_of_##fN, 0)  \
    RULE(SSE4, fp_random_##fN, fN##_down_i64, i64_of_##fN, 0)  \
    RULE(SSE4, fp_random_##fN, fN##_up_i64, i64_of_##fN, 0)    \
    RULE(AVX512, fp_random_##fN, fN##_to_u32, u32_of_##fN, 0)  \
    RULE(AVX512, fp_random_##fN, fN##_to_u64, u64_of_##fN, 0)  \
    RULE(0, fp_random_int, fN##_from_i32, as_it_is, 0)         \
    RULE(0, fp_random_int, fN##_from_i64, as_it_is, 0)         \
    RULE(AVX512, fp_random_int, fN##_from_u64, as_it_is, 0)    \
    {#fN "_from_u32", 0, draw_u32, host_##fN##_from_i64, soft_##fN##_from_u32, as_it_is, 0}, \
    RULE(0, fp_random_##fN, fN##_eq, as_it_is, 0)              \
    RULE(0, fp_random_##fN, fN##_lt, as_it_is, 0)              \
    RULE(0, fp_random_##fN, fN##_le, as_it_is, 0)              \
    RULE(0, fp_random_##fN, fN##_ltq, as_it_is, 0)             \
    RULE(0, fp_random_##fN, fN##_leq, as_it_is, 0)
    RULES(f32)
    RULES(f64)
    RULE(SSE4, fp_random_f32, f32_near_i32, i32_of_f32, 0)
    RULE(SSE4, fp_random_f32, f32_down_i32, i32_of_f32, 0)
    RULE(SSE4, fp_random_f32, f32_up_i32, i32_of_f32, 0)
    RULE(0, fp_random_f32, widen, canonical_f64, 0)
    RULE(0, fp_random_f64, narrow, canonical_f32, 0)
    RULE(HALVES, fp_random_f32, half, canonical_f16, 0)
    RULE(HALVES, fp_random_f16, unhalf, canonical_f32, 0)
    RULE(HALVES, fp_random_f16, f16_add, canonical_f16, 0)
    RULE(HALVES, fp_random_f16, f16_sub, canonical_f16, 0)
    RULE(HALVES, fp_random_f16, f16_mul, canonical_f16, 0)
    RULE(HALVES, fp_random_f16, f16_div, canonical_f16, 0)
    RULE(HALVES, fp_random_f16, f16_sqrt, canonical_f16, 0)
};

static int host_features(void) { // every processor with AVX2 has F16C, which not every compiler can ask for
    return (__builtin_cpu_supports("sse4.1") ? SSE4 : 0) | (__builtin_cpu_supports("fma") ? FMA3 : 0) |
           (__builtin_cpu_supports("avx2") ? HALVES : 0) | (__builtin_cpu_supports("avx512f") ? AVX512 : 0);
}

START_TEST(host_agrees) {
    const struct Rule *rule = &rules[_i];
    if (rule->needs & ~host_features())
        return;
    for (long n = 0; n < 2 * fp_random_count(); n++) {
        const uint64_t v[3] = {rule->draw(), rule->draw(), rule->draw()};
        FpEnv env = {.rounding = n % 4, .policy = FP_POLICY_RISCV};
        if (rule->applies && !rule->applies(v))
            continue;
        Answer answer = rule->host(v, hostfp_mxcsr(env.rounding, 0));
        answer.value = rule->repair(answer.value, v[0]);
        uint64_t want = rule->soft(v, &env);
        ck_assert_msg(answer.value == want && answer.flags == env.flags,
            "%s(%" PRIx64 ", %" PRIx64 ", %" PRIx64 ") mode %ld: host %" PRIx64 " %02x, soft %" PRIx64 " %02x",
            rule->name, v[0], v[1], v[2], n % 4, answer.value, answer.flags, want, env.flags);
    }
}
END_TEST

START_TEST(flags_map_to_mxcsr_and_back) {
    for (unsigned flags = 0; flags < 32; flags++) {
        for (unsigned rounding = 0; rounding < 4; rounding++) {
            uint32_t mxcsr = hostfp_mxcsr(rounding, flags);
            ck_assert_uint_eq(hostfp_flags(mxcsr), flags);
            ck_assert_uint_eq(mxcsr & ~(HOSTFP_STICKY | 0x6000u), HOSTFP_MASKED);
        }
    }
    ck_assert(hostfp_can_round(FP_RUP) && !hostfp_can_round(FP_RMM) && !hostfp_can_round(FP_RTO));
    ck_assert_uint_eq(hostfp_flags(2), 0); // DE
    uint32_t usual = hostfp_read_mxcsr();
    hostfp_write_mxcsr(hostfp_mxcsr(FP_RDN, FP_DZ));
    uint32_t seen = hostfp_read_mxcsr();
    hostfp_write_mxcsr(usual);
    ck_assert_uint_eq(seen, 0x1f80 | 1 << 13 | 4);
}
END_TEST

// The differences the rules speak of are real, or the repairs would be dead weight.
START_TEST(host_differs_where_said) {
    uint32_t nearest = hostfp_mxcsr(FP_RNE, 0);
    const uint64_t invalid[3] = {0x7f800000, 0, 0x7fc00001}, negative[3] = {0xbf800000, 0}, nan[3] = {0x7fc00001, 0};
    const uint64_t quiet[3] = {0x3f800000, 0x7fc00000}, zeros[3] = {0x80000000, 0};
    ck_assert_uint_eq(host_f32_sqrt(negative, nearest).value, 0xffc00000); // the default NaN is negative
    ck_assert_uint_eq(host_f32_add(nan, nearest).value, 0x7fc00001);       // payloads propagate
    ck_assert_uint_eq(host_f32_min(quiet, nearest).value, 0x7fc00000);     // the second operand
    ck_assert_uint_eq(host_f32_min(quiet, nearest).flags, FP_NV);          // and a quiet NaN signals
    ck_assert_uint_eq(host_f32_min(zeros, nearest).value, 0);
    ck_assert_uint_eq(host_f32_to_i32(nan, nearest).value, 0x80000000);
    ck_assert_uint_eq(host_f32_to_i32(nan, nearest).flags, FP_NV);
    if (host_features() & FMA3)
        ck_assert_uint_eq(host_f32_fma(invalid, nearest).flags, 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("fp_host");
    TCase *tcase = tcase_create("host");
    tcase_add_test(tcase, flags_map_to_mxcsr_and_back);
    tcase_add_test(tcase, host_differs_where_said);
    tcase_add_loop_test(tcase, host_agrees, 0, sizeof rules / sizeof *rules);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
