// SPDX-License-Identifier: MIT
// Random blocks: text and back gives the same text; folding changes nothing that a guest can see; host code
// does what the interpreter does. A failure prints the seed and both blocks.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/lib/irguest.h"
#include "tests/lib/suite.h"

static IrBlock raw, other;

// More rounds for a long run by hand: IR_ROUNDS=100000; from another seed on: IR_SEED=5000.
static unsigned number_from(const char *name, unsigned usual) {
    const char *text = getenv(name);
    return text ? (unsigned)strtoul(text, NULL, 0) : usual;
}
static unsigned first_seed(void) { return number_from("IR_SEED", 1); }
static unsigned last_seed(unsigned usual) { return first_seed() + number_from("IR_ROUNDS", usual); }

static void show(const char *what, const IrBlock *b) {
    char *text = ir_print(b);
    fprintf(stderr, "---- %s\n%s", what, text);
    free(text);
}

START_TEST(text_and_back) {
    char error[200];
    for (unsigned seed = first_seed(); seed < last_seed(300); seed++) {
        irg_random(&raw, seed, 1 + seed % 30, IRG_LOOPS | IRG_OVERLAPS);
        const char *fault = ir_verify(&raw);
        if (fault)
            show("ill-formed", &raw);
        ck_assert_msg(!fault, "seed %u: %s", seed, fault);
        char *text = ir_print(&raw);
        ck_assert_msg(ir_parse(&other, &irg_names, text, error, sizeof error), "seed %u: %s\n%s", seed, error, text);
        char *again = ir_print(&other);
        ck_assert_str_eq(text, again);
        free(text);
        free(again);
    }
}
END_TEST

// Half of them with SETs that wait.
START_TEST(folding_keeps_the_meaning) {
    IrgMachine x = irg_new(true), y = irg_new(true);
    for (unsigned seed = first_seed(); seed < last_seed(2000); seed++) {
        irg_random(&raw, seed, 1 + seed % 30, IRG_LOOPS | IRG_OVERLAPS);
        irg_fold(&other, &raw);
        if (seed % 2)
            irg_pend(&other);
        const char *fault = ir_verify(&other);
        for (unsigned fill = 0; fill < 4 && !fault; fill++) {
            irg_fill(&x, seed * 64 + fill);
            irg_fill(&y, seed * 64 + fill);
            irg_interpret(&x, &raw);
            irg_interpret(&y, &other);
            fault = irg_differs(&x, &y);
        }
        if (fault) {
            show("unfolded", &raw);
            show("folded", &other);
        }
        ck_assert_msg(!fault, "seed %u: %s", seed, fault);
    }
    irg_free(&x);
    irg_free(&y);
}
END_TEST

// A short run of what tests/diff/ir_jit.c does at length.
static void compare_host_code(unsigned rounds, unsigned always) {
    IrgMachine x = irg_new(true), y = irg_new(false);
    for (unsigned seed = first_seed(); seed < last_seed(rounds); seed++) {
        irg_random(&raw, seed, 1 + seed % 30, always | (seed % 2 ? IRG_OVERLAPS : 0) | (seed % 3 ? 0 : IRG_LOOPS));
        irg_fold(&other, &raw);
        irg_fill(&x, seed);
        irg_fill(&y, seed);
        irg_interpret(&x, &other);
        irg_run(&y, &other);
        const char *fault = irg_differs(&x, &y);
        if (fault)
            show("interpreted and compiled", &other);
        ck_assert_msg(!fault, "seed %u: %s", seed, fault);
    }
    irg_free(&x);
    irg_free(&y);
}

START_TEST(host_code_agrees) { compare_host_code(1000, 0); }
END_TEST

START_TEST(regions_agree) { compare_host_code(500, IRG_REGIONS); }
END_TEST

int main(void) {
    Suite *s = suite_create("ir_random");
    TCase *t = tcase_create("random");
    tcase_add_test(t, text_and_back);
    tcase_add_test(t, folding_keeps_the_meaning);
    tcase_add_test(t, host_code_agrees);
    tcase_add_test(t, regions_agree);
    suite_add_tcase(s, t);
    return suite_run(s);
}
