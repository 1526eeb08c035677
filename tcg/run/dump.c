// SPDX-License-Identifier: MIT
// -d for the translator's stages: IR as it is handed to the backend, and host code through Capstone.
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include "tcg/base/log.h"
#include "tcg/run/cache.h"
#ifdef HAVE_CAPSTONE
#include <capstone/capstone.h>
#endif

uint64_t clock_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void engine_log_block(const IrBlock *ir) {
    if (!log_on(LOG_OP | LOG_OP_OPT))
        return;
    char *text = ir_print(ir);
    fputs(text, log_begin());
    log_end();
    free(text);
}

static void dump_bytes(FILE *f, Engine *e, uint32_t at, uint32_t bytes) {
    const CodeBuffer *buffer = engine_buffer(e, at);
    const uint8_t *code = buffer->rw + (at - (uint32_t)(uintptr_t)buffer->rx);
#ifdef HAVE_CAPSTONE
    csh cs;
    if (cs_open(CS_ARCH_X86, CS_MODE_64, &cs) == CS_ERR_OK) {
        cs_insn *insn;
        size_t n = cs_disasm(cs, code, bytes, at, 0, &insn);
        for (size_t i = 0; i < n; i++)
            fprintf(f, "  %08x  %s %s\n", (unsigned)insn[i].address, insn[i].mnemonic, insn[i].op_str);
        cs_free(insn, n);
        cs_close(&cs);
        return;
    }
#endif
    for (uint32_t i = 0; i < bytes; i++)
        fprintf(f, "%02x%s", code[i], i % 32 == 31 || i + 1 == bytes ? "\n" : " ");
}

// `-d perfmap -D FILE`: which guest code a profile's host addresses belong to.
static void log_map(const IrBlock *ir, const Compiled *c) {
    uint64_t pc = ir->vpage + (uint64_t)ir->pc;
    const char *kind = ir->region ? "region " : "";
    FILE *f = log_begin();
    fprintf(f, "%x %x %s%" PRIx64 " ctx 0x%x\n%x %x %s%" PRIx64 " ctx 0x%x stubs\n", c->entry, c->bytes, kind, pc, ir->ctx, c->cold,
            c->cold_bytes, kind, pc, ir->ctx);
    log_end();
}

void engine_log_code(Engine *e, const IrBlock *ir, const Compiled *c) {
    if (log_on(LOG_PERFMAP))
        log_map(ir, c);
    if (!log_on(LOG_OUT_ASM))
        return;
    FILE *f = log_begin();
    fprintf(f, "host %u bytes\n", c->bytes);
    dump_bytes(f, e, c->entry, c->bytes);
    fprintf(f, "stubs %u bytes\n", c->cold_bytes);
    dump_bytes(f, e, c->cold, c->cold_bytes);
    log_end();
}

void engine_log_entry(Vcpu *v) {
    log_print(LOG_EXEC, "exec: cpu %u pc 0x%" PRIx64 " ctx 0x%x", v->index, v->pc, v->ctx);
    if (!log_on(LOG_CPU) || !v->guest->print)
        return;
    v->guest->print(v, log_begin());
    log_end();
}
