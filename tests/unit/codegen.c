// SPDX-License-Identifier: MIT
// What host code RISC-V code becomes, so that a change of the translator shows what it did. Two golden files in tests/golden/x86:
//   loops.t    cases "== rv64 u TITLE", the code as hexadecimal parcels, a line `--`, and the listing of the hot path
//   insns.txt  a line for each row of the decode tables: the host instructions and bytes that it adds to an empty block, and bytes out of line
// With BLESS=1 they are rewritten; the difference is then to be read. Listings show what stays when structures move: jumps within the
// block by their offset, others as `out`, and no displacements in the Space (r15) or the Vcpu (below rbp).
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/riscv/riscv.h"
#include "tests/lib/riscv_random.h"
#include "tcg/run/cache.h"
#include "tests/lib/suite.h"
#if defined(HAVE_CAPSTONE) && !defined(MYNA_HOSTILE)
#include <capstone/capstone.h>

static struct {
    _Alignas(64) Vcpu v; // the state struct follows it
    RiscvState s;
} hart;
static Engine *engine;
static IrBuild build;
static IrBlock block;
static RiscvConfig config;
static uint8_t page[4096];
static csh capstone;

static bool compile(unsigned most, Compiled *c) {
    hart.s.config = &config;
    hart.s.decoder = NULL;
    ir_begin(&build, &block, &riscv64_type.guest->names, 0x80000000, 0, PRIV_U);
    riscv_translate(&build, &hart.v, page, NULL, most);
    ir_finish(&build);
    engine->backend->prepare(engine, &block);
    return engine->backend->compile(engine, &block, &engine->code, 1, c);
}

// ---- loops

// "[r15 + 0x181e0]", "[rbp - 0x20]" and an entry of the jump cache, "[r15 + rcx*8 + 0x20000]", lose their displacements, as
// constants before the first block do; guest state above rbp keeps it.
static void put_operands(const char *text, FILE *to) {
    for (const char *p = text; *p; p++) {
        bool space = !strncmp(p, "[r15 + 0x", 9), vcpu = !strncmp(p, "[rbp - 0x", 9), jump = !strncmp(p, "[r15 + rcx*8 + 0x", 17);
        bool fixed = !strncmp(p, "[rip - 0x", 9);
        if (!space && !vcpu && !jump && !fixed) {
            fputc(*p, to);
            continue;
        }
        fputs(space ? "[space]" : vcpu ? "[vcpu]" : fixed ? "[constant]" : "[jump entry]", to);
        p += strcspn(p, "]");
    }
}

static void put_listing(const Compiled *c, FILE *to) {
    cs_insn *insn;
    const uint8_t *code = engine->code.rw + (c->entry - (uint32_t)(uintptr_t)engine->code.rx);
    size_t n = cs_disasm(capstone, code, c->bytes, c->entry, 0, &insn);
    for (size_t i = 0; i < n; i++) {
        bool jump = insn[i].mnemonic[0] == 'j' || !strcmp(insn[i].mnemonic, "call");
        uint64_t target = jump ? strtoull(insn[i].op_str, NULL, 0) - c->entry : 0;
        fprintf(to, "%4u  %s ", (unsigned)(insn[i].address - c->entry), insn[i].mnemonic);
        if (jump && target < c->bytes)
            fprintf(to, "%" PRIu64, target);
        else if (jump)
            fputs("out", to);
        else
            put_operands(insn[i].op_str, to);
        fputc('\n', to);
    }
    fprintf(to, "%zu instructions, %u bytes; %u bytes out of line\n", n, c->bytes, c->cold_bytes);
    cs_free(insn, n);
}

static char *listing(const char *parcels) {
    char *out;
    size_t size;
    FILE *to = open_memstream(&out, &size);
    unsigned bytes = 0;
    Compiled c;
    memset(page, 0, sizeof(page));
    for (const char *p = parcels, *end; *p; p = end) {
        unsigned long parcel = strtoul(p, (char **)&end, 16);
        if (end == p) break;
        memcpy(page + bytes, &parcel, 4);
        bytes += end - p - strspn(p, " \n") > 4 ? 4 : 2;
    }
    unsigned insns = 0;
    for (unsigned at = 0; at < bytes; insns++) {
        char text[128];
        at += riscv_disassemble(&config, true, 0x80000000 + at, page + at, 4096 - at, text, sizeof(text));
        fprintf(to, "; %s\n", text);
    }
    ck_assert(compile(insns, &c));
    put_listing(&c, to);
    fclose(to);
    return out;
}

// ---- instructions, one by one

typedef struct Cost {
    unsigned insns, bytes, cold;
} Cost;

static Cost cost_of(uint32_t bits) {
    Compiled c;
    memset(page, 0, sizeof(page));
    memcpy(page, &bits, 4);
    ck_assert(compile(1, &c));
    cs_insn *insn;
    const uint8_t *code = engine->code.rw + (c.entry - (uint32_t)(uintptr_t)engine->code.rx);
    size_t n = cs_disasm(capstone, code, c.bytes, c.entry, 0, &insn);
    cs_free(insn, n);
    return (Cost){(unsigned)n, c.bytes, c.cold_bytes};
}

// The row with a0 as its result, a1 and a2 (compressed: a0, a1) as its operands, the rest zero where that is this row.
static bool sample(const Decoder *d, const DecodeEntry *e, uint32_t *bits) {
    static const uint32_t fill[2][3] = {{2u << 2 | 3u << 7, 11u << 2 | 10u << 7, 1u << 2 | 10u << 7}, // 16 bits
                                        {10u << 7 | 11u << 15 | 12u << 20 | 13u << 27, 10u << 7 | 11u << 15 | 12u << 20, 11u << 15}};
    for (unsigned k = 0; k < 3; k++) {
        *bits = e->value | (fill[e->width == 32][k] & ~e->mask);
        if (decode_find(d, *bits, e->width) == e) return true;
    }
    *bits = e->value;
    return decode_find(d, *bits, e->width) == e;
}

static char *costs(void) {
    char *out;
    size_t size;
    FILE *to = open_memstream(&out, &size);
    const Decoder *d = riscv_decoder(&config);
    unsigned n;
    const DecodeEntry *rows = decode_entries(d, &n);
    Cost empty = cost_of(0x00000013); // nop
    fprintf(to, "; host instructions, bytes and bytes out of line of each RISC-V instruction; see tests/unit/codegen.c\n");
    for (unsigned i = 0; i < n; i++) {
        uint32_t bits;
        if (!sample(d, &rows[i], &bits)) continue;
        Cost c = cost_of(bits);
        fprintf(to, "%-16s %3d %4d %4d\n", rows[i].row->name, (int)c.insns - (int)empty.insns, (int)c.bytes - (int)empty.bytes,
                (int)c.cold - (int)empty.cold);
    }
    fclose(to);
    return out;
}

// ---- files

static char *file_read(const char *path) {
    FILE *f = fopen(path, "r");
    if (!f) return strdup("");
    char *text = NULL;
    size_t room = 0;
    if (getdelim(&text, &room, 0, f) < 0) text = strdup("");
    fclose(f);
    return text;
}

static void compare(const char *path, const char *before, const char *after) {
    if (getenv("BLESS")) {
        FILE *f = fopen(path, "w");
        ck_assert_msg(f != NULL, "cannot write %s", path);
        fputs(after, f);
        fclose(f);
        return;
    }
    const char *a = before, *b = after; // the line that differs
    for (const char *p = before, *q = after; *p && *p == *q; p++, q++)
        if (*p == '\n') a = p + 1, b = q + 1;
    ck_assert_msg(!strcmp(before, after), "%s: expected\n%.*s\ngot\n%.*s\n(BLESS=1 takes it over)", path, (int)strcspn(a, "\n"), a,
                  (int)strcspn(b, "\n"), b);
}

START_TEST(loops) {
    const char *path = "tests/golden/x86/loops.t";
    char *text = file_read(path), *fresh;
    size_t size;
    FILE *to = open_memstream(&fresh, &size);
    char *p = strstr(text, "== ");
    ck_assert_msg(p != NULL, "run from the top of the source tree");
    fprintf(to, "%.*s", (int)(p - text), text);
    while (p) {
        char *next = strstr(p + 1, "\n== "), *code = strchr(p, '\n') + 1, *dashes = strstr(code, "--\n");
        ck_assert(dashes != NULL && (!next || dashes < next));
        char *parcels = strndup(code, (size_t)(dashes - code)), *got = listing(parcels);
        fprintf(to, "%.*s--\n%s", (int)(dashes - p), p, got);
        free(parcels);
        free(got);
        p = next ? next + 1 : NULL;
    }
    fclose(to);
    compare(path, text, fresh);
    free(fresh);
    free(text);
}
END_TEST

START_TEST(instructions) {
    const char *path = "tests/golden/x86/insns.txt";
    char *before = file_read(path), *after = costs();
    compare(path, before, after);
    free(before);
    free(after);
}
END_TEST

int main(void) {
    Suite *s = suite_create("codegen");
    TCase *t = tcase_create("golden");
    riscv_csr_init();
    config = riscv_everything(64);
    __builtin_cpu_init(); // other hosts have fewer registers for floating point
    if (!__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512dq")) return 77;
    EngineOptions options = {.tier = 1}; // no thread of tier 2, which a forked test would miss
    engine = engine_new(riscv64_type.guest, &options);
    if (engine->options.interpret || cs_open(CS_ARCH_X86, CS_MODE_64, &capstone) != CS_ERR_OK) return 77;
    tcase_add_test(t, loops);
    tcase_add_test(t, instructions);
    suite_add_tcase(s, t);
    return suite_run(s);
}
#else
int main(void) { return 77; } // no disassembler of host code, or tables of another size
#endif
