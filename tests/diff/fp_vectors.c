// SPDX-License-Identifier: MIT
// Checks tcg/fp against vectors made elsewhere: lines "operands... result flags" in hexadecimal on standard input,
// as Berkeley TestFloat's testfloat_gen prints them (its flag bits are RISC-V's). The suite itself stays outside:
//     testfloat_gen -rmin f32_mulAdd | fp_vectors f32_mulAdd -rmin
// Options as testfloat_gen's: -rnear_even -rminMag -rmin -rmax -rnear_maxMag -rodd -tininessbefore -exact; and -arm for
// vectors that propagate NaNs and convert NaN to integer 0. Exit code 1 if any line differs or none was read.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tcg/fp/fp.h"

static bool exact; // the -exact option

typedef uint64_t Run(const uint64_t *v, FpEnv *env);
typedef struct Function {
    const char *name;
    int operands;
    Run *run;
} Function;

#define RUN(name, expression) \
    static uint64_t run_##name(const uint64_t *v, FpEnv *env) { return (expression); }
#define RUN_FORMAT(fN)                                      \
    RUN(fN##_add, fN##_add(v[0], v[1], env))                \
    RUN(fN##_sub, fN##_sub(v[0], v[1], env))                \
    RUN(fN##_mul, fN##_mul(v[0], v[1], env))                \
    RUN(fN##_div, fN##_div(v[0], v[1], env))                \
    RUN(fN##_sqrt, fN##_sqrt(v[0], env))                    \
    RUN(fN##_mulAdd, fN##_fma(v[0], v[1], v[2], env))       \
    RUN(fN##_eq, fN##_eq(v[0], v[1], env))                  \
    RUN(fN##_lt, fN##_lt(v[0], v[1], env))                  \
    RUN(fN##_le, fN##_le(v[0], v[1], env))                  \
    RUN(fN##_lt_quiet, fN##_ltq(v[0], v[1], env))           \
    RUN(fN##_le_quiet, fN##_leq(v[0], v[1], env))           \
    RUN(fN##_eq_signaling, fN##_compare(v[0], v[1], true, env) == FP_EQUAL) \
    RUN(fN##_roundToInt, fN##_round_int(v[0], exact, env))  \
    RUN(fN##_to_i32, (uint32_t)fN##_to_i32(v[0], env))      \
    RUN(fN##_to_ui32, fN##_to_u32(v[0], env))               \
    RUN(fN##_to_i64, fN##_to_i64(v[0], env))                \
    RUN(fN##_to_ui64, fN##_to_u64(v[0], env))               \
    RUN(i32_to_##fN, fN##_from_i32(v[0], env))              \
    RUN(ui32_to_##fN, fN##_from_u32(v[0], env))             \
    RUN(i64_to_##fN, fN##_from_i64(v[0], env))              \
    RUN(ui64_to_##fN, fN##_from_u64(v[0], env))
RUN_FORMAT(f16)
RUN_FORMAT(f32)
RUN_FORMAT(f64)
RUN(f16_to_f32, f16_to_f32(v[0], env))
RUN(f16_to_f64, f16_to_f64(v[0], env))
RUN(f32_to_f16, f32_to_f16(v[0], env))
RUN(f32_to_f64, f32_to_f64(v[0], env))
RUN(f64_to_f16, f64_to_f16(v[0], env))
RUN(f64_to_f32, f64_to_f32(v[0], env))
RUN(bf16_to_f32, bf16_to_f32(v[0], env))
RUN(f32_to_bf16, f32_to_bf16(v[0], env))

#define ROW(name, operands) {#name, operands, run_##name},
#define ROW_FORMAT(fN)                                                                                             \
    ROW(fN##_add, 2) ROW(fN##_sub, 2) ROW(fN##_mul, 2) ROW(fN##_div, 2) ROW(fN##_sqrt, 1) ROW(fN##_mulAdd, 3)      \
    ROW(fN##_eq, 2) ROW(fN##_lt, 2) ROW(fN##_le, 2) ROW(fN##_lt_quiet, 2) ROW(fN##_le_quiet, 2)                    \
    ROW(fN##_eq_signaling, 2) ROW(fN##_roundToInt, 1)                                                              \
    ROW(fN##_to_i32, 1) ROW(fN##_to_ui32, 1) ROW(fN##_to_i64, 1) ROW(fN##_to_ui64, 1)                              \
    ROW(i32_to_##fN, 1) ROW(ui32_to_##fN, 1) ROW(i64_to_##fN, 1) ROW(ui64_to_##fN, 1)
static const Function functions[] = {
    ROW_FORMAT(f16) ROW_FORMAT(f32) ROW_FORMAT(f64)
    ROW(f16_to_f32, 1) ROW(f16_to_f64, 1) ROW(f32_to_f16, 1) ROW(f32_to_f64, 1) ROW(f64_to_f16, 1)
    ROW(f64_to_f32, 1) ROW(bf16_to_f32, 1) ROW(f32_to_bf16, 1)
};

static const Function *function_find(const char *name) {
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (strcmp(functions[i].name, name) == 0)
            return &functions[i];
    }
    return NULL;
}

static bool option_apply(const char *option, FpEnv *env) {
    static const struct { const char *name; int rounding; } modes[] = {
        {"-rnear_even", FP_RNE}, {"-rminMag", FP_RTZ}, {"-rmin", FP_RDN},
        {"-rmax", FP_RUP}, {"-rnear_maxMag", FP_RMM}, {"-rodd", FP_RTO},
    };
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        if (strcmp(modes[i].name, option) == 0) {
            env->rounding = modes[i].rounding;
            return true;
        }
    }
    if (strcmp(option, "-tininessbefore") == 0)
        env->policy |= FP_TINY_BEFORE;
    else if (strcmp(option, "-exact") == 0)
        exact = true;
    else if (strcmp(option, "-arm") == 0)
        env->policy = (env->policy & ~FP_DEFAULT_NAN) | FP_NAN_TO_ZERO;
    else
        return false;
    return true;
}

// Reads the vectors; returns how many differed, or -1 if a line could not be understood.
static long check_lines(const Function *f, FpEnv env, long *lines) {
    char line[256];
    long bad = 0;
    while (fgets(line, sizeof line, stdin)) {
        uint64_t v[5] = {0};
        char *at = line;
        for (int i = 0; i < f->operands + 2; i++) {
            char *end;
            v[i] = strtoull(at, &end, 16);
            if (end == at)
                return -1;
            at = end;
        }
        env.flags = 0;
        uint64_t result = f->run(v, &env);
        ++*lines;
        if ((result != v[f->operands] || env.flags != v[f->operands + 1]) && bad++ < 10)
            printf("%s: got %" PRIx64 " %02x for %s", f->name, result, env.flags, line);
    }
    return bad;
}

int main(int argc, char **argv) {
    FpEnv env = {.policy = FP_POLICY_RISCV};
    const Function *f = argc > 1 ? function_find(argv[1]) : NULL;
    bool good = f != NULL;
    for (int i = 2; i < argc; i++)
        good = good && option_apply(argv[i], &env);
    if (!good) {
        fprintf(stderr, "usage: testfloat_gen OPTION... FUNCTION | fp_vectors FUNCTION OPTION...\n");
        return 2;
    }
    long lines = 0, bad = check_lines(f, env, &lines);
    if (bad < 0)
        printf("%s: line %ld is not a vector\n", f->name, lines + 1);
    else
        printf("%s: %ld vectors, %ld wrong\n", f->name, lines, bad);
    return bad != 0 || lines == 0;
}
