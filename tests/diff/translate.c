// SPDX-License-Identifier: MIT
// What translation costs: RISC-V code of a file, block after block, as often as asked, and never run.
//      diff-translate FILE OFFSET BYTES [u|s [ROUNDS]]
// Code of the kernel, for one, stands in Debian's vmlinux from 0x300000 on. Prints host bytes and time a guest instruction (of the best
// round). Instructions, which do not vary: valgrind --tool=callgrind --collect-atstart=no --toggle-collect=translate_page, and their parts
// in callgrind_annotate --inclusive=yes.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "cpu/riscv/riscv.h"
#include "tests/lib/riscv_random.h"
#include "tcg/run/cache.h"

static struct {
    _Alignas(64) Vcpu v; // the state struct follows it
    RiscvState s;
} hart;
static Engine *engine;
static RiscvConfig config;
static uint64_t insns, blocks, hot, cold, ops;
enum { BLOCK_INSNS = 64, LIMIT = 400 << 20 };

// From offset `at` of the page on; returns what follows.
__attribute__((noinline)) static unsigned translate_block(const uint8_t *page, unsigned at, uint32_t ctx) {
    static Compiled c;
    engine->ppage = 0x80000000;
    ir_begin(&engine->build, &engine->ir, &engine->guest->names, 0x80000000, (int32_t)at, ctx);
    riscv_translate(&engine->build, &hart.v, page, page + PAGE_SIZE, BLOCK_INSNS);
    ir_finish(&engine->build);
    engine->backend->prepare(engine, &engine->ir);
    if (!engine->backend->compile(engine, &engine->ir, &engine->code, 1, &c)) {
        fprintf(stderr, "diff-translate: no room in the code buffer\n");
        exit(1);
    }
    blocks++;
    insns += engine->ir.ninsns;
    ops += engine->ir.nops;
    hot += c.bytes;
    cold += c.cold_bytes;
    return at + engine->ir.bytes;
}

__attribute__((noinline)) static void translate_page(const uint8_t *page, uint32_t ctx) {
    for (unsigned at = 0; at < PAGE_SIZE;)
        at = translate_block(page, at, ctx);
}

static uint64_t cpu_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

// Over the code of the round before, so that memory is there already.
static double round_ns(const uint8_t *code, size_t bytes, uint32_t ctx) {
    code_begin_half(&engine->code, 0);
    uint64_t before = insns, begin = cpu_ns();
    for (size_t at = 0; at + PAGE_SIZE <= bytes; at += PAGE_SIZE)
        translate_page(code + at, ctx);
    return (double)(cpu_ns() - begin) / (double)(insns - before);
}

static uint8_t *read_part(const char *path, long offset, size_t bytes) {
    FILE *f = fopen(path, "rb");
    uint8_t *code = calloc(1, bytes + PAGE_SIZE);
    if (!f || !code || fseek(f, offset, SEEK_SET) || fread(code, 1, bytes, f) != bytes) {
        fprintf(stderr, "diff-translate: %s: cannot read %zu bytes at %#lx\n", path, bytes, offset);
        exit(1);
    }
    fclose(f);
    return code;
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: diff-translate FILE OFFSET BYTES [u|s [ROUNDS]]\n");
        return 2;
    }
    size_t bytes = strtoul(argv[3], NULL, 0);
    uint8_t *code = read_part(argv[1], strtol(argv[2], NULL, 0), bytes);
    uint32_t ctx = argc > 4 && argv[4][0] == 's' ? PRIV_S : PRIV_U;
    unsigned rounds = argc > 5 ? (unsigned)strtoul(argv[5], NULL, 0) : 1;
    EngineOptions options = {.tier = 1};
    riscv_csr_init();
    config = riscv_everything(64);
    hart.s.config = &config;
    hart.s.decoder = riscv_decoder(&config);
    engine = engine_new(riscv64_type.guest, &options);
    if (engine->options.interpret) return 1;
    code_open(&engine->code, LIMIT);
    double best = 1e9;
    for (unsigned i = 0; i < rounds; i++) {
        double ns = round_ns(code, bytes, ctx);
        if (ns < best) best = ns;
    }
    printf("%" PRIu64 " instructions in %" PRIu64 " blocks: %.1f ops, %.1f + %.1f host bytes, %.0f ns an instruction\n", insns / rounds,
           blocks / rounds, (double)ops / (double)insns, (double)hot / (double)insns, (double)cold / (double)insns, best);
    free(code);
    return 0;
}
