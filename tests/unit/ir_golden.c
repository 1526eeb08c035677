// SPDX-License-Identifier: MIT
// Runs tests/golden/ir/*.t. A file is a list of cases:
//      == fold  title          a block, then what the builder makes of it
//      == pending  title       a block, then what is left of it when SETs wait
//      == run  title           a line of `name=value` assignments, a block, then what running it changed, interpreted and compiled
//      == error  title         a text, then the message that refuses it
// The parts of a case are separated by lines of `--`. With BLESS=1 the expected parts are rewritten from what happens.
#include <check.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tcg/opt/opt.h"
#include "tests/lib/irguest.h"
#include "tests/lib/suite.h"

static IrBlock parsed, folded;
static char error[256];

typedef struct Text {
    char *s;
    size_t n;
} Text;

static void append(Text *t, const char *s, size_t n) {
    t->s = realloc(t->s, t->n + n + 1);
    memcpy(t->s + t->n, s, n);
    t->n += n;
    t->s[t->n] = '\0';
}

static char *read_file(const char *path) {
    Text t = {0};
    char buf[4096];
    FILE *f = fopen(path, "r");
    ck_assert_msg(f != NULL, "cannot open %s", path);
    append(&t, "", 0);
    for (size_t n; (n = fread(buf, 1, sizeof buf, f)) > 0;)
        append(&t, buf, n);
    fclose(f);
    return t.s;
}

// What is printed must come back from its own text.
static void check_round_trip(const IrBlock *b) {
    static IrBlock again;
    char *text = ir_print(b);
    ck_assert_msg(ir_parse(&again, &irg_names, text, error, sizeof error), "%s\n%s", error, text);
    char *second = ir_print(&again);
    ck_assert_str_eq(text, second);
    free(text);
    free(second);
}

static char *parse_and_fold(const char *input) {
    if (!ir_parse(&parsed, &irg_names, input, error, sizeof error))
        return strcat(error, "\n"), strdup(error);
    check_round_trip(&parsed);
    irg_fold(&folded, &parsed);
    const char *fault = ir_verify(&folded);
    ck_assert_msg(!fault, "%s", fault);
    check_round_trip(&folded);
    return ir_print(&folded);
}

static char *parse_and_pend(const char *input) {
    if (!ir_parse(&parsed, &irg_names, input, error, sizeof error))
        return strcat(error, "\n"), strdup(error);
    irg_fold(&folded, &parsed);
    irg_pend(&folded);
    const char *fault = ir_verify(&folded);
    ck_assert_msg(!fault, "%s", fault);
    check_round_trip(&folded);
    return ir_print(&folded);
}

static const IrSlot *slot_named(const char *name) {
    for (unsigned i = 0; i < irg_names.nslots; i++)
        if (!strcmp(irg_names.slots[i].name, name))
            return &irg_names.slots[i];
    return NULL;
}

// name=value ... ; an address is a doubleword of RAM, rm the dynamic rounding mode.
static void assign(IrgMachine *m, char *line) {
    for (char *save, *word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        char *value = strchr(word, '=');
        ck_assert_msg(value != NULL, "no assignment: %s", word);
        *value++ = '\0';
        uint64_t x = strtoull(value, NULL, 0), at = strtoull(word, NULL, 0);
        const IrSlot *s = slot_named(word);
        if (s)
            memcpy((char *)m->s + s->offset, &x, ir_type_size(s->type));
        else if (!strcmp(word, "rm"))
            m->v->fp_rm = (uint8_t)x;
        else if (at >= IRG_RAM && at <= IRG_RAM + IRG_RAM_SIZE - 8)
            memcpy(m->s->ram + (at - IRG_RAM), &x, 8);
        else
            ck_abort_msg("nothing is called %s", word);
    }
}

static void report(FILE *f, const IrgMachine *m, const IrgState *before, const uint8_t *ram) {
    for (unsigned i = 0; i < irg_names.nslots; i++) {
        const IrSlot *s = &irg_names.slots[i];
        uint64_t x = 0, y = 0;
        memcpy(&x, (const char *)before + s->offset, ir_type_size(s->type));
        memcpy(&y, (const char *)m->s + s->offset, ir_type_size(s->type));
        if (x != y && s->type != T_F32 && strcmp(s->name, "q0") && s->name[0] != 'b')
            fprintf(f, "%s = 0x%" PRIx64 "\n", s->name, y);
    }
    for (unsigned i = 0; i < IRG_RAM_SIZE; i += 8)
        if (memcmp(ram + i, m->s->ram + i, 8)) {
            uint64_t x;
            memcpy(&x, m->s->ram + i, 8);
            fprintf(f, "[0x%x] = 0x%" PRIx64 "\n", IRG_RAM + i, x);
        }
    if (m->v->fp_flags)
        fprintf(f, "flags = 0x%x\n", m->v->fp_flags);
    if (m->s->trap) {
        fprintf(f, "trap %" PRIu64 " at 0x%" PRIx64 ", vaddr 0x%" PRIx64, m->s->trap_cause, m->s->trap_pc, m->s->trap_vaddr);
        if (m->s->trap_retired)
            fprintf(f, ", retired %" PRIu64, m->s->trap_retired);
        fprintf(f, "\n");
    } else {
        fprintf(f, "pc = 0x%" PRIx64 "\n", m->v->pc);
    }
}

// Unfolded, folded, and with SETs that wait it must do the same, and so must host code.
static char *parse_and_run(const char *input) {
    const char *block = strchr(input, '\n') + 1;
    char *line = strndup(input, (size_t)(block - 1 - input)), *texts[4] = {0};
    if (!ir_parse(&parsed, &irg_names, block, error, sizeof error))
        return free(line), strcat(error, "\n"), strdup(error);
    irg_fold(&folded, &parsed);
    for (unsigned i = 0; i < 4; i++) {
        static uint8_t ram[IRG_RAM_SIZE];
        IrgMachine m = irg_new(i < 3);
        char *copy = strdup(line);
        size_t size;
        assign(&m, copy);
        IrgState before = *m.s;
        memcpy(ram, m.s->ram, sizeof ram);
        if (i == 2)
            irg_pend(&folded);
        if (i < 3)
            irg_interpret(&m, i ? &folded : &parsed);
        else
            irg_run(&m, &parsed);
        FILE *f = open_memstream(&texts[i], &size);
        report(f, &m, &before, ram);
        fclose(f);
        free(copy);
        irg_free(&m);
    }
    for (unsigned i = 1; i < 4; free(texts[i++]))
        ck_assert_str_eq(texts[0], texts[i]);
    free(line);
    return texts[0];
}

static void show_stream(FILE *f, unsigned k, const OptStream *s) {
    fprintf(f, "; stream %u: %s, weight %u, ", k, s->write ? "stores" : "loads", s->weight);
    if (s->loop != OPT_NO_LOOP)
        fprintf(f, "loop %u, bytes %d to %d, step %d\n", s->loop, s->lo, s->hi, s->step);
    else
        fprintf(f, "%s\n", s->slot != IR_NONE ? "its slot moves by constants" : "of one value");
}

// What tier 2's passes make of a region: loops, streams, each memory op's stream, then the block without needless polls.
static char *parse_and_analyse(const char *input) {
    static uint16_t weight[IR_MAX_OPS];
    static uint8_t of_op[IR_MAX_OPS];
    OptStream streams[OPT_STREAMS];
    OptLoop loops[OPT_LOOPS];
    char *text = NULL;
    size_t size;
    ck_assert_msg(ir_parse(&parsed, &irg_names, input, error, sizeof error), "%s", error);
    opt_weigh(&parsed, weight);
    unsigned nloops = opt_loops(&parsed, loops), n = opt_streams(&parsed, weight, loops, nloops, streams, of_op);
    FILE *f = open_memstream(&text, &size);
    for (unsigned k = 0; k < nloops; k++)
        fprintf(f, "; loop %u: label %u%s\n", k, parsed.ops[loops[k].first].label, loops[k].lead != OPT_NO_STREAM ? ", a strip" : "");
    for (unsigned k = 0; k < n; k++)
        show_stream(f, k, &streams[k]);
    for (unsigned i = 0; i < parsed.nops; i++)
        if (ir_op_info[parsed.ops[i].op].kind == KIND_MEM)
            fprintf(f, "; op %u: stream %d\n", i, of_op[i] == OPT_NO_STREAM ? -1 : of_op[i]);
    opt_polls(&parsed);
    char *block = ir_print(&parsed);
    fputs(block, f);
    fclose(f);
    free(block);
    return text;
}

static char *refuse(const char *input) {
    bool good = ir_parse(&parsed, &irg_names, input, error, sizeof error - 2);
    strcat(error, "\n");
    return strdup(good ? "(accepted)\n" : error);
}

// One case, from its == line up to the next or the end: appends it with its actual outcome.
static void run_case(Text *out, const char *path, char *text) {
    char *body = strchr(text, '\n') + 1, *split = strstr(body, "--\n");
    ck_assert_msg(split != NULL, "%s: no -- in the case %.60s", path, text);
    char *input = strndup(body, (size_t)(split - body)), *expected = split + 3, *actual;
    if (!strncmp(text, "== fold", 7))
        actual = parse_and_fold(input);
    else if (!strncmp(text, "== pending", 10))
        actual = parse_and_pend(input);
    else if (!strncmp(text, "== run", 6))
        actual = parse_and_run(input);
    else if (!strncmp(text, "== region", 9))
        actual = parse_and_analyse(input);
    else
        actual = refuse(input);
    append(out, text, (size_t)(expected - text));
    append(out, actual, strlen(actual));
    if (!getenv("BLESS"))
        ck_assert_msg(!strcmp(actual, expected), "%s: %.*s\nexpected:\n%s\nbut:\n%s", path,
                      (int)strcspn(text, "\n"), text, expected, actual);
    free(input);
    free(actual);
}

static void run_file(const char *path) {
    char *text = read_file(path), *at = strstr(text, "== ");
    Text out = {0};
    ck_assert_msg(at != NULL, "%s: no case", path);
    append(&out, text, (size_t)(at - text));
    while (at) {
        char *next = strstr(at + 3, "\n== ");
        if (next)
            *next = '\0';
        char *one = malloc(strlen(at) + 2); // a case ends in a newline
        sprintf(one, "%s%s", at, next ? "\n" : "");
        run_case(&out, path, one);
        free(one);
        at = next ? next + 1 : NULL;
    }
    if (getenv("BLESS")) {
        FILE *f = fopen(path, "w");
        ck_assert(f && fwrite(out.s, 1, out.n, f) == out.n && fclose(f) == 0);
    }
    free(out.s);
    free(text);
}

START_TEST(golden) {
    DIR *d = opendir("tests/golden/ir");
    unsigned files = 0;
    ck_assert_msg(d != NULL, "tests/golden/ir is missing: run from the top of the tree");
    for (struct dirent *e; (e = readdir(d));) {
        char path[300];
        if (!strstr(e->d_name, ".t"))
            continue;
        snprintf(path, sizeof path, "tests/golden/ir/%s", e->d_name);
        run_file(path);
        files++;
    }
    closedir(d);
    ck_assert_uint_ge(files, 3);
}
END_TEST

int main(void) {
    Suite *s = suite_create("ir_golden");
    TCase *t = tcase_create("golden");
    tcase_add_test(t, golden);
    suite_add_tcase(s, t);
    return suite_run(s);
}
