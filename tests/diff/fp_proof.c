// SPDX-License-Identifier: MIT
// The long run: host code of each floating point op, in each rounding mode and under both guests' rules, against soft float, results and
// flags. Hundreds of millions of operand sets for each, in passes over all of them, so that it may be stopped at any time:
//      diff-fp_proof MILLIONS [FIRST-SEED [REGEX]]
// A block loops over a batch of operands in memory and asks for the flags behind each op, so that going in and out counts for little.
// An op whose host code calls soft float itself is told and left out. Exit code 1 if anything differed.
#include <inttypes.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tcg/interp/interp.h"
#include "tests/lib/fp_random.h"
#include "tests/lib/irguest.h"

typedef enum Format { H, S, D, W, L } Format; // L, W: integers of 64 and 32 bits
static const char *const type_names[] = {"f16", "f32", "f64", "i32", "i64"};
static const unsigned bits[] = {16, 32, 64, 32, 64};
static const char *const mode_names[] = {"rne", "rtz", "rdn", "rup", "rmm"};

enum { BATCH = 400, POOL = 2048, NO_MODE = 5 };
typedef struct Element { uint64_t x[3], result, flags; } Element;
_Static_assert(BATCH * sizeof(Element) <= IRG_RAM_SIZE, "a batch fits in the test guest's RAM");

typedef struct Task { // an op in one rounding mode
    char name[48];    // up to the mode
    const char *rules; // behind the mode
    Format from, to;
    unsigned operands, mode;
    bool arm, compares, is_static, is_dynamic;
    bool soft;        // by soft float: nothing to compare
    uint64_t sets, wrong;
} Task;
static Task tasks[2000];
static unsigned ntasks;

static IrgMachine host, reference;
static IrBlock block;
static uint64_t pool[5][POOL];

// ---- what there is
static void add_task(Task t, const char *name, bool rounds) {
    for (unsigned m = 0; m < (rounds ? 5 : 1); m++) {
        Task *to = &tasks[ntasks];
        *to = t;
        to->mode = rounds ? m : NO_MODE;
        to->is_static = !rounds || t.is_static;
        to->is_dynamic = rounds && t.is_dynamic && m <= FP_RUP;
        snprintf(to->name, sizeof to->name, "%s", name);
        ntasks += to->is_static || to->is_dynamic;
    }
}

static void add_arithmetic(Format f, bool arm, const char *rules) {
    static const struct {
        const char *name;
        unsigned operands;
    } ops[] = {{"fadd", 2}, {"fsub", 2}, {"fmul", 2}, {"fdiv", 2}, {"fsqrt", 1}, {"fmadd", 3}, {"fmsub", 3}, {"fnmsub", 3}, {"fnmadd", 3}};
    Task t = {.rules = rules, .from = f, .to = f, .arm = arm, .is_static = !arm, .is_dynamic = true};
    for (unsigned k = 0; k < sizeof ops / sizeof *ops; k++) {
        t.operands = ops[k].operands;
        add_task(t, ops[k].name, true);
    }
    t.operands = 1;
    t.is_static = true;
    add_task(t, "fround", true);
    t.rules = !arm ? ".exact" : strstr(rules, "nan") ? ".nan.arm.exact" : ".arm.exact";
    add_task(t, "fround", true);
}

static void add_unrounded(Format f, bool arm, const char *rules) {
    static const char *const extremes[] = {"fmin", "fmax", "fminimum", "fmaximum", "fminnum", "fmaxnum"};
    static const char *const compares[] = {"feq", "flt", "fle", "fne", "fnlt", "fnle", "funord"};
    Task t = {.rules = rules, .from = f, .to = f, .operands = 2, .arm = arm};
    for (unsigned k = arm ? 2 : 0; k < 6; k++) add_task(t, extremes[k], false);
    char name[20];
    t.compares = true;
    for (unsigned k = 0; k < 7; k++)
        for (unsigned quiet = k == 0 || k == 3 || k == 6; quiet < 2; quiet++) {
            snprintf(name, sizeof name, "%s.%s", compares[k], type_names[f]);
            t.rules = quiet ? (arm ? ".quiet.arm" : ".quiet") : arm ? ".arm" : "";
            add_task(t, name, false);
        }
}

static void add_conversions(Format f, bool arm) {
    static const char *const ops[] = {"ftoi32", "ftou32", "ftoi64", "ftou64", "fcvt_i32", "fcvt_u32", "fcvt_i64", "fcvt_u64"};
    char name[20];
    for (unsigned k = 0; k < 8; k++) {
        Format integer = (k & 2) ? L : W;
        Task t = {.rules = arm ? ".arm" : "", .from = k < 4 ? f : integer, .to = k < 4 ? integer : f, .operands = 1, .arm = arm,
                  .is_static = k < 4 || !arm, .is_dynamic = true};
        if (k < 4) snprintf(name, sizeof name, "%s.%s", ops[k], type_names[f]);
        add_task(t, k < 4 ? name : ops[k], true);
    }
    for (Format to = H; to <= D; to++) {
        Task t = {.rules = arm ? ".arm" : "", .from = f, .to = to, .operands = 1, .arm = arm, .is_static = !arm, .is_dynamic = true};
        snprintf(name, sizeof name, "fcvt_%s", type_names[f]);
        if (to != f) add_task(t, name, true);
        t.rules = ".nan.arm";
        if (to != f && arm) add_task(t, name, true);
    }
}

static void add_all(void) {
    for (Format f = H; f <= D; f++) {
        add_arithmetic(f, false, "");
        add_unrounded(f, false, "");
        add_conversions(f, false);
        add_arithmetic(f, true, ".arm");
        add_arithmetic(f, true, ".nan.arm");
        add_unrounded(f, true, ".arm");
        add_unrounded(f, true, ".nan.arm");
        add_conversions(f, true);
    }
}

// ---- operands
static uint64_t draw(Format f) { return f == H ? fp_random_f16() : f == S ? fp_random_f32() : f == D ? fp_random_f64() : fp_random_int(); }

static uint64_t box(const Task *t, Format f, uint64_t x) { return f == D || f == L ? x : f == W || t->arm ? (uint32_t)x : x | ~0ull << bits[f]; }

// Of a pool that is renewed bit by bit, half of them with other low bits.
static void fill_batch(const Task *t, Element *e) {
    uint64_t *p = pool[t->from], ones = box(t, t->from, 0), mask = bits[t->from] == 64 ? ~0ull : (1ull << bits[t->from]) - 1;
    uint64_t varied = t->from == H ? 0x3f : t->from == S ? 0xfffff : 0x1fffff;
    for (unsigned k = 0; k < 32; k++) p[fp_random() % POOL] = draw(t->from);
    for (unsigned k = 0; k < BATCH; k++) {
        uint64_t r = fp_random(), low = fp_random();
        for (unsigned i = 0; i < t->operands; i++, r >>= 12, low >>= 20) {
            uint64_t x = p[r & (POOL - 1)] ^ (r & POOL ? low & varied : 0);
            e[k].x[i] = (x & mask) | ones;
        }
    }
}

// ---- the host's code
static unsigned print_operands(char *text, size_t size, const Task *t) {
    int n = 0;
    const char *type = type_names[t->from];
    for (unsigned k = 0; k < t->operands; k++) {
        char *to = text + n;
        size_t room = size - (size_t)n;
        unsigned v = k + 1, w = k + 11, at = 8 * k;
        if (t->from == D || t->from == L || t->from == W || (t->arm && t->from == S))
            n += snprintf(to, room, "    %%%u:%s = load.%u [%%10+%u]\n", v, type, bits[t->from], at);
        else if (t->arm)
            n += snprintf(to, room, "    %%%u:i64 = load.64 [%%10+%u]\n    %%%u:i64 = or %%%u, -65536\n    %%%u:f16 = unbox %%%u\n", w, at, w + 10,
                          w, v, w + 10);
        else
            n += snprintf(to, room, "    %%%u:f64 = load.64 [%%10+%u]\n    %%%u:%s = unbox %%%u\n", w, at, v, type, w);
    }
    return (unsigned)n;
}

static const char *result_text(const Task *t) {
    if (t->compares) return "    %5:i64 = bool %4\n";
    switch (t->to) {
    case W: return "    %5:i64 = zext32 %4\n";
    case L: return "    %5:i64 = add %4, 0\n";
    case D: return "    %5:i64 = bitcast %4\n";
    case H: return t->arm ? "    %41:i64 = box %4\n    %5:i64 = and %41, 65535\n" : "    %5:i64 = box %4\n";
    default: return t->arm ? "    %41:i32 = bitcast %4\n    %5:i64 = zext32 %41\n" : "    %5:i64 = box %4\n";
    }
}

static void make_block(const Task *t, bool dynamic) {
    static const char *const operands[] = {"", "%1", "%1, %2", "%1, %2, %3"};
    char text[2000], error[200];
    int n = snprintf(text, sizeof text, "block 0x80000000 ctx 0x0\n             label 0()\n  @80000000+4\n    %%10:i64 = get a3\n");
    n += (int)print_operands(text + n, sizeof text - (size_t)n, t);
    const char *mode = dynamic ? "dyn" : t->mode == NO_MODE ? "rne" : mode_names[t->mode];
    n += snprintf(text + n, sizeof text - (size_t)n, "    %%4:%s = %s.%s%s %s\n%s             store.64 [%%10+24], %%5\n",
                  t->compares ? "i1" : type_names[t->to], t->name, mode, t->rules, operands[t->operands], result_text(t));
    snprintf(text + n, sizeof text - (size_t)n,
             "    %%6:i64 = call flags(%%10, %%10, %%10)\n             store.64 [%%10+32], %%6\n    %%7:i64 = add %%10, %u\n             set a3, %%7\n"
             "    %%8:i1 = ne.i64 %%7, %u\n             branch %%8, 0()\n             exit 0x80000004\n",
             (unsigned)sizeof(Element), IRG_RAM + BATCH * (unsigned)sizeof(Element));
    if (!ir_parse(&block, &irg_names, text, error, sizeof error)) {
        fprintf(stderr, "%s\n%s", error, text);
        exit(2);
    }
}

static IrOp the_op(void) {
    for (unsigned i = 0; i < block.nops; i++) {
        unsigned kind = ir_op_info[block.ops[i].op].kind;
        if (kind == KIND_FP || kind == KIND_FCMP || kind == KIND_FTOI) return block.ops[i];
    }
    abort();
}

static void run_host(const Task *t, Element *e, unsigned dynamic) {
    memcpy(host.s->ram, e, BATCH * sizeof *e);
    host.s->a[3] = IRG_RAM;
    host.v->pc = block.vpage;
    vcpu_fp_set(host.v, dynamic, 0);
    vcpu_run(host.v);
    memcpy(e, host.s->ram, BATCH * sizeof *e);
}

static void show(const Task *t, const Element *e, const Element *right, unsigned dynamic, bool by_dynamic) {
    printf("%s %s%s %s to %s, %s %u: ", t->name, t->mode == NO_MODE ? "-" : mode_names[t->mode], t->rules, type_names[t->from], type_names[t->to],
           by_dynamic ? "dynamic" : "named, dynamic", dynamic);
    printf("%" PRIx64 " %" PRIx64 " %" PRIx64 ": host %" PRIx64 " flags %" PRIx64 ", soft %" PRIx64 " flags %" PRIx64 "\n", e->x[0], e->x[1], e->x[2],
           e->result, e->flags, right->result, right->flags);
}

static void compare(Task *t, const Element *e, const Element *right, unsigned dynamic, bool by_dynamic) {
    if (memcmp(e, right, BATCH * sizeof *e) == 0) return;
    for (unsigned k = 0; k < BATCH; k++) {
        if (e[k].result == right[k].result && e[k].flags == right[k].flags) continue;
        if (t->wrong++ < 5) show(t, &e[k], &right[k], dynamic, by_dynamic);
    }
}

static void find_right(const Task *t, const IrOp *op, const Element *e, Element *right) {
    uint64_t mask = bits[t->from] == 64 ? ~0ull : (1ull << bits[t->from]) - 1;
    for (unsigned k = 0; k < BATCH; k++) {
        reference.v->fp_flags = 0;
        memcpy(right[k].x, e[k].x, sizeof e[k].x);
        uint64_t r = interp_eval(reference.v, op, e[k].x[0] & mask, e[k].x[1] & mask, e[k].x[2] & mask);
        right[k].result = t->compares ? r & 1 : t->to == H && t->arm ? (uint16_t)r : box(t, t->to, r);
        right[k].flags = reference.v->fp_flags;
    }
}

// Each batch is run in both ways of asking for the mode, if there are two; the reference is the same.
static void run_way(Task *t, uint64_t sets, bool by_dynamic) {
    static Element e[BATCH], right[BATCH];
    make_block(t, by_dynamic);
    IrOp op = the_op();
    host.s->block = &block;
    vcpu_context(host.v, host.v->ctx + 1);
    uint64_t before = host.v->stat[STAT_FALLBACK], n = 0;
    for (unsigned turn = 0; n < sets; turn++, n += BATCH) {
        unsigned dynamic = by_dynamic ? t->mode : turn % 4;
        reference.v->fp_rm = (uint8_t)dynamic;
        fill_batch(t, e);
        run_host(t, e, dynamic);
        if (host.v->stat[STAT_FALLBACK] != before) {
            t->soft = true;
            break;
        }
        find_right(t, &op, e, right);
        compare(t, e, right, dynamic, by_dynamic);
    }
    t->sets += t->soft ? 0 : n;
    host.s->block = NULL;
}

static void run_task(Task *t, uint64_t sets) {
    unsigned ways = t->is_static + t->is_dynamic;
    if (t->is_static) run_way(t, sets / ways, false);
    if (t->is_dynamic && !t->soft) run_way(t, sets / ways, true);
}

static uint64_t report(FILE *to, unsigned pass) {
    uint64_t least = ~0ull, sum = 0, wrong = 0;
    unsigned soft = 0;
    for (unsigned k = 0; k < ntasks; k++) {
        wrong += tasks[k].wrong;
        soft += tasks[k].soft;
        if (tasks[k].soft) continue;
        sum += tasks[k].sets;
        if (tasks[k].sets < least) least = tasks[k].sets;
    }
    fprintf(to, "pass %u: %u ops and modes, %u more by soft float; at least %" PRIu64 " operand sets each, %" PRIu64 " in all; %" PRIu64 " differ\n",
            pass, ntasks - soft, soft, least, sum, wrong);
    fflush(to);
    return wrong;
}

static void choose(const char *pattern) {
    regex_t r;
    unsigned n = 0;
    char full[160];
    if (regcomp(&r, pattern, REG_EXTENDED | REG_NOSUB)) exit(2);
    for (unsigned k = 0; k < ntasks; k++) {
        snprintf(full, sizeof full, "%.48s.%s%s %s %s", tasks[k].name, tasks[k].mode == NO_MODE ? "-" : mode_names[tasks[k].mode], tasks[k].rules,
                 type_names[tasks[k].from], type_names[tasks[k].to]);
        if (!regexec(&r, full, 0, NULL, 0)) tasks[n++] = tasks[k];
    }
    ntasks = n;
    regfree(&r);
}

int main(int argc, char **argv) {
    double millions = argc > 1 ? atof(argv[1]) : 1;
    if (argc > 2) fp_random_state ^= strtoull(argv[2], NULL, 0) * 0x9e3779b97f4a7c15;
    add_all();
    if (argc > 3) choose(argv[3]);
    host = irg_new(false);
    reference = irg_new(true);
    for (unsigned f = 0; f < 5; f++)
        for (unsigned k = 0; k < POOL; k++) pool[f][k] = draw((Format)f);
    uint64_t wrong = 0, left = (uint64_t)(millions * 1e6);
    for (unsigned pass = 1; left; pass++) {
        uint64_t sets = pass < 3 ? 1000000 : 4000000;
        sets = sets < left ? sets : left;
        for (unsigned k = 0; k < ntasks; k++)
            if (!tasks[k].soft) run_task(&tasks[k], sets);
        wrong = report(stdout, pass);
        left -= sets;
    }
    irg_free(&host);
    irg_free(&reference);
    return wrong != 0;
}
