// SPDX-License-Identifier: MIT
// What IR each RISC-V instruction becomes: tests/golden/riscv-insn/*.t, a list of cases
//      == rv64 m [fsoff|fsclean|rmsoft|rmbad|noc ...] title
// followed by the code as hexadecimal parcels, a line `--`, and our disassembly and the finished IR. With BLESS=1 the expected parts are
// rewritten from what happens; the difference is then to be read.
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/riscv/riscv.h"
#include "tests/lib/riscv_random.h"
#include "tests/lib/suite.h"

static struct {
    _Alignas(64) Vcpu v; // the state struct follows it
    RiscvState s;
} hart;
static IrBuild build;
static IrBlock block;
static uint8_t page[4096];

// ---- one case
static uint32_t context(const char *head, RiscvConfig *config) {
    static const struct {
        const char *word;
        uint32_t bits;
    } words[] = {{" m ", PRIV_M}, {" s ", PRIV_S}, {" u ", PRIV_U}, {" fsoff ", RV_CTX_FS_OFF}, {" fsclean ", RV_CTX_FS_CLEAN},
                 {" rmsoft ", RV_CTX_RM_SOFT}, {" rmbad ", RV_CTX_RM_BAD}};
    bool rv32 = strstr(head, "rv32");
    uint32_t ctx = rv32 ? RV_CTX_XLEN32 : 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) ctx |= strstr(head, words[i].word) ? words[i].bits : 0;
    *config = riscv_everything(rv32 ? 32 : 64);
    if (strstr(head, " noc ")) config->ext[RV_EXT_c] = config->ext[RV_EXT_zca] = false;
    return ctx;
}

static char *translate(const char *head, const char *code) {
    static RiscvConfig config;
    char *out;
    size_t size;
    FILE *to = open_memstream(&out, &size);
    uint32_t ctx = context(head, &config);
    unsigned bytes = 0;
    for (const char *p = code; *p;) {
        char *end;
        unsigned long parcel = strtoul(p, &end, 16);
        if (end == p) break;
        memcpy(page + bytes, &parcel, 4);
        bytes += end - p - strspn(p, " \n") > 4 ? 4 : 2;
        p = end;
    }
    hart.s.config = &config;
    hart.s.decoder = NULL;
    for (unsigned at = 0; at < bytes;) {
        char text[128];
        at += riscv_disassemble(&config, true, 0x80000000 + at, page + at, 4096 - at, text, sizeof text);
        fprintf(to, "; %s\n", text);
    }
    ir_begin(&build, &block, &riscv64_type.guest->names, 0x80000000, 0, ctx);
    riscv_translate(&build, &hart.v, page, NULL, 0x7fffffff & (bytes ? ~0u : 0));
    ir_finish(&build);
    char *ir = ir_print(&block);
    fputs(ir, to);
    const char *fault = ir_verify(&block);
    if (fault) fprintf(to, "WRONG: %s\n", fault);
    free(ir);
    fclose(to);
    memset(page, 0, sizeof page);
    return out;
}

// ---- a file
static char *file_read(const char *path) {
    FILE *f = fopen(path, "r");
    ck_assert_msg(f != NULL, "cannot open %s", path);
    fseek(f, 0, SEEK_END);
    long n = ftell(f);
    rewind(f);
    char *text = calloc(1, (size_t)n + 1);
    ck_assert_uint_eq(fread(text, 1, (size_t)n, f), (size_t)n);
    fclose(f);
    return text;
}

static void file_run(const char *path) {
    char *text = file_read(path), *bless = getenv("BLESS"), *fresh;
    size_t size;
    FILE *to = open_memstream(&fresh, &size);
    char *p = strstr(text, "== ");
    ck_assert_msg(p != NULL, "%s has no cases", path);
    fprintf(to, "%.*s", (int)(p - text), text);
    while (p) {
        char *next = strstr(p + 1, "\n== "), *end = next ? next + 1 : p + strlen(p);
        char *code = strchr(p, '\n') + 1, *dashes = strstr(code, "--\n");
        if (!dashes || dashes > end) dashes = end;
        char *head = strndup(p, (size_t)(code - 1 - p)), *insns = strndup(code, (size_t)(dashes - code));
        char *got = translate(head, insns);
        fprintf(to, "%s\n%s--\n%s", head, insns, got);
        if (!bless) {
            char *expected = dashes == end ? strdup("") : strndup(dashes + 3, (size_t)(end - dashes - 3));
            ck_assert_msg(!strcmp(expected, got), "%s\n%s\nexpected\n%sgot\n%s", path, head, expected, got);
            free(expected);
        }
        free(head), free(insns), free(got);
        p = next ? next + 1 : NULL;
    }
    fclose(to);
    if (bless) {
        FILE *f = fopen(path, "w");
        fputs(fresh, f);
        fclose(f);
    }
    free(fresh);
    free(text);
}

START_TEST(golden) {
    const char *folder = "tests/golden/riscv-insn";
    DIR *d = opendir(folder);
    ck_assert_msg(d != NULL, "run from the top of the source tree");
    unsigned files = 0;
    for (struct dirent *e; (e = readdir(d));) {
        char path[512];
        size_t n = strlen(e->d_name);
        if (n < 2 || strcmp(e->d_name + n - 2, ".t") != 0) continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        file_run(path);
        files++;
    }
    closedir(d);
    ck_assert_uint_gt(files, 0);
}
END_TEST

// Whatever the bytes are, the translator makes a valid block of them.
START_TEST(any_bytes) {
    Random r = {(uint64_t)_i};
    static RiscvConfig config;
    config = riscv_everything(_i & 1 ? 32 : 64);
    hart.s.config = &config;
    hart.s.decoder = NULL;
    for (unsigned k = 0; k < 2000; k++) {
        for (unsigned i = 0; i < 64; i++) {
            uint32_t bits = (uint32_t)random_next(&r) | (random_below(&r, 2) ? 3 : 0);
            memcpy(page + 3840 + 4 * i, &bits, 4);
        }
        uint32_t ctx = (uint32_t)random_next(&r) & 0x3ff & ~(uint32_t)RV_CTX_XLEN32;
        if ((ctx & RV_CTX_PRIV) == 2) ctx |= 1;
        ctx |= _i & 1 ? RV_CTX_XLEN32 : 0;
        ir_begin(&build, &block, &riscv64_type.guest->names, 0x80000000, 3840 + 2 * (int)random_below(&r, 128), ctx);
        build.needs_next = false;
        riscv_translate(&build, &hart.v, page, random_below(&r, 2) ? page + 3840 : NULL, 1 + random_below(&r, 40));
        if (build.needs_next) continue;
        ir_finish(&build);
        const char *fault = ir_verify(&block);
        ck_assert_msg(!fault, "%s\n%s", fault, ir_print(&block));
        ck_assert_uint_ge(block.bytes, 2);
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("riscv-ir");
    TCase *t = tcase_create("translate");
    riscv_csr_init();
    tcase_add_test(t, golden);
    tcase_add_loop_test(t, any_bytes, 0, 4);
    suite_add_tcase(s, t);
    return suite_run(s);
}
