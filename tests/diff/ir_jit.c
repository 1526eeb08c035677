// SPDX-License-Identifier: MIT
// Host code against the IR interpreter: random folded blocks over the test guest, run by both from the same
// states, for as long as one likes:
//      diff-ir_jit [-k] [FIRST-SEED [COUNT]] [loops] [overlaps] [regions]
// A block that differs is shrunk, op by op, as long as it still differs, and shown; exit code 1. With -k it goes
// on to the next seed.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tcg/base/log.h"
#include "tests/lib/irguest.h"

static IrgMachine x, y;
static IrBlock raw, folded, trial;

static const char *compare(const IrBlock *b, unsigned seed) {
    const char *fault = NULL;
    for (unsigned fill = 0; fill < 2 && !fault; fill++) {
        irg_fill(&x, seed * 64ull + fill);
        irg_fill(&y, seed * 64ull + fill);
        irg_interpret(&x, b);
        irg_run(&y, b);
        fault = irg_differs(&x, &y);
    }
    return fault;
}

// Takes op i out: a value becomes 0, anything else nothing. False if it has to stay.
static bool take_out(IrBlock *b, unsigned i) {
    IrOp *op = &b->ops[i];
    IrType t = ir_result_type(op);
    if (op->op == OP_NOP || op->op == OP_CONST || op->op == OP_PARAM || op->op == OP_LABEL ||
        (ir_op_info[op->op].effects & FX_END) || ir_op_info[op->op].kind == KIND_JUMP)
        return false;
    *op = (IrOp){.op = t == T_VOID ? OP_NOP : OP_CONST, .type = t, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE};
    return true;
}

static void shrink(IrBlock *b, unsigned seed) {
    bool shrunk = true;
    while (shrunk) {
        shrunk = false;
        for (unsigned i = b->nops; i-- > 0;) {
            raw = *b;
            if (!take_out(&raw, i))
                continue;
            irg_fold(&trial, &raw);
            if (!ir_verify(&trial) && compare(&trial, seed)) {
                *b = trial;
                shrunk = true;
                break;
            }
        }
    }
}

static void show(const IrBlock *b, unsigned seed, const char *fault) {
    char *text = ir_print(b);
    printf("seed %u: %s\n", seed, fault);
    shrink(&folded, seed);
    free(text);
    text = ir_print(b);
    log_mask = LOG_OUT_ASM; // the host code of what is left
    printf("shrunk: %s (interpreter first)\n%s\n", compare(b, seed), text);
    log_mask = 0;
    free(text);
}

int main(int argc, char **argv) {
    unsigned first = 1, count = 1000, kinds = 0, failed = 0, numbers = 0;
    bool go_on = false;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "loops"))
            kinds |= IRG_LOOPS;
        else if (!strcmp(argv[i], "overlaps"))
            kinds |= IRG_OVERLAPS;
        else if (!strcmp(argv[i], "regions"))
            kinds |= IRG_REGIONS;
        else if (!strcmp(argv[i], "-k"))
            go_on = true;
        else
            *(numbers++ ? &count : &first) = (unsigned)strtoul(argv[i], NULL, 0);
    }
    x = irg_new(true);
    y = irg_new(false);
    for (unsigned seed = first; seed < first + count && (go_on || !failed); seed++) {
        irg_random(&raw, seed, 1 + seed % 30, kinds);
        irg_fold(&folded, &raw);
        const char *fault = compare(&folded, seed);
        if (fault) {
            show(&folded, seed, fault);
            failed++;
        }
    }
    irg_free(&x);
    irg_free(&y);
    printf("%u blocks differ\n", failed);
    return failed != 0;
}
