// SPDX-License-Identifier: MIT
// RISC-V disassembler: the rows' own templates and the pseudo-instructions of alias.def, in the spelling of GNU objdump, so that the
// two can be compared. Used by -d in_asm and, through CpuType.disassemble, by the monitor.
#include "cpu/riscv/insn.h"
#include "cpu/riscv/state.h"
#include "tcg/base/log.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#undef INSN

static const char *const x_names[32] = {"zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
                                        "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
                                        "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
static const char *const f_names[32] = {"ft0", "ft1", "ft2",  "ft3",  "ft4", "ft5", "ft6",  "ft7",
                                        "fs0", "fs1", "fa0",  "fa1",  "fa2", "fa3", "fa4",  "fa5",
                                        "fa6", "fa7", "fs2",  "fs3",  "fs4", "fs5", "fs6",  "fs7",
                                        "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11"};
static const char *const rounding_names[8] = {"rne", "rtz", "rdn", "rup", "rmm", "unknown", "unknown", ""};
// fli's values ("Load-Immediate Instructions"); the first that depends on the format is its least normal number.
static const char *const fli_names[32] = {
    "-1",    "min", "1.52588e-05", "3.05176e-05", "0.00390625", "0.0078125", "0.0625", "0.125", "0.25",  "0.3125", "0.375",
    "0.4375", "0.5", "0.625",      "0.75",        "0.875",      "1",         "1.25",   "1.5",   "1.75",  "2",      "2.5",
    "3",     "4",   "8",           "16",          "128",        "256",       "32768",  "65536", "inf",   "nan"};

typedef struct Disas {
    Insn i;
    uint64_t vaddr, target_mask;
} Disas;

static void print_set(char *out, size_t size, int32_t set) { // of a fence: i o r w
    snprintf(out, size, "%s%s%s%s", set & 8 ? "i" : "", set & 4 ? "o" : "", set & 2 ? "r" : "", set & 1 ? "w" : "");
    if (!set) snprintf(out, size, "unknown");
}

static void print_csr(char *out, size_t size, int32_t csr) {
    const char *name = riscv_csr_name((unsigned)csr);
    if (name) snprintf(out, size, "%s", name);
    else snprintf(out, size, "0x%x", (unsigned)csr);
}

// One word of a template; false: it is not an operand but itself.
static bool print_operand(const Disas *d, const char *w, char *out, size_t size) {
    const Insn *i = &d->i;
    const struct {
        const char *word, *text;
    } names[] = {
        {"rd", x_names[i->rd & 31]},    {"rs1", x_names[i->rs1 & 31]},    {"rs2", x_names[i->rs2 & 31]},
        {"frd", f_names[i->rd & 31]},   {"frs1", f_names[i->rs1 & 31]},   {"frs2", f_names[i->rs2 & 31]},
        {"frs3", f_names[i->rs3 & 31]}, {"rm", rounding_names[i->rm & 7]}, {"fliimm", fli_names[i->rs1 & 31]},
    };
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        if (!strcmp(w, names[k].word)) return snprintf(out, size, "%s", names[k].text) >= 0;
    }
    if (!strcmp(w, "imm")) snprintf(out, size, "%" PRId32, i->imm);
    else if (!strcmp(w, "upper")) snprintf(out, size, "0x%x", (uint32_t)i->imm >> 12);
    else if (!strcmp(w, "shamt")) snprintf(out, size, "0x%x", (uint32_t)i->imm);
    else if (!strcmp(w, "target")) snprintf(out, size, "0x%" PRIx64, (d->vaddr + (uint64_t)(int64_t)i->imm) & d->target_mask);
    else if (!strcmp(w, "csr")) print_csr(out, size, i->csr);
    else if (!strcmp(w, "pred")) print_set(out, size, i->pred);
    else if (!strcmp(w, "succ")) print_set(out, size, i->succ);
    else return false;
    return true;
}

static void print_word(void *opaque, const char *word, char *out, size_t size) {
    if (!print_operand(opaque, word, out, size)) snprintf(out, size, "%s", word);
}

// ---- pseudo-instructions
// The row a compressed instruction stands for: the 32-bit one with the same semantics.
static const DecodeRow *expand(const Decoder *decoder, const DecodeEntry *e) {
    InsnTranslate *semantics = (InsnTranslate *)e->row->translate;
    unsigned n;
    const DecodeEntry *rows = decode_entries(decoder, &n);
    if (e->width == 32 || semantics == rv_nop || semantics == rv_reserved) return e->row;
    for (unsigned k = 0; k < n; k++) {
        if (rows[k].width == 32 && (InsnTranslate *)rows[k].row->translate == semantics) return rows[k].row;
    }
    return e->row;
}

static bool is_alias(const DecodeRow *row, const Insn *i, bool compressed, const char **name, const char **text) {
#define ALIAS(base, alias, operands, when) \
    if (!strcmp(row->name, #base) && (when)) { \
        *name = alias; \
        *text = operands; \
        return true; \
    }
#include "cpu/riscv/insn/alias.def"
#undef ALIAS
    return false;
}

static void print_insn(const Disas *d, const Decoder *decoder, const DecodeEntry *e, bool pseudo, char *out, size_t size) {
    static const char *const order[4] = {"", ".rl", ".aq", ".aqrl"};
    const DecodeRow *row = pseudo ? expand(decoder, e) : e->row;
    const char *name = row->name, *text = row->text;
    if (pseudo) is_alias(row, &d->i, e->width == 16, &name, &text);
    decode_print(name, order[(d->i.aq & 1) << 1 | (d->i.rl & 1)], text, print_word, (void *)d, out, size);
}

unsigned riscv_disassemble(const RiscvConfig *config, bool pseudo, uint64_t vaddr, const uint8_t *bytes, size_t n,
                           char *text, size_t size) {
    Disas d = {.vaddr = vaddr, .target_mask = config->xlen == 32 ? UINT32_MAX : UINT64_MAX};
    uint32_t bits = n >= 2 ? bytes[0] | (uint32_t)bytes[1] << 8 : 0;
    unsigned length = (bits & 3) == 3 ? 4 : 2;
    if (n < length) {
        snprintf(text, size, "?");
        return 2;
    }
    if (length == 4) bits |= (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    const Decoder *decoder = riscv_decoder(config);
    const DecodeEntry *e = decode_find(decoder, bits, length * 8);
    if (!e || !strcmp(e->row->name, "c_reserved")) {
        snprintf(text, size, length == 4 ? ".4byte\t0x%x" : ".2byte\t0x%x", bits);
        return length;
    }
    d.i.bits = bits;
    decode_operands(e, bits, &d.i.rd);
    print_insn(&d, decoder, e, pseudo, text, size);
    return length;
}

// ---- -d in_asm
void riscv_log_block(const RiscvConfig *config, const IrBlock *b, const uint8_t *code, const uint8_t *next) {
    FILE *f = log_begin();
    fprintf(f, "----------------\nIN: priv %u\n", b->ctx & RV_CTX_PRIV);
    for (unsigned k = 0; k < b->ninsns; k++) {
        uint8_t bytes[4];
        char text[128];
        for (int i = 0; i < b->insns[k].length; i++) {
            int at = b->insns[k].pc + i;
            bytes[i] = at < 4096 ? code[at] : next[at - 4096];
        }
        uint64_t vaddr = b->vpage + (uint64_t)(int64_t)b->insns[k].pc;
        unsigned length = riscv_disassemble(config, true, vaddr, bytes, b->insns[k].length, text, sizeof text);
        if (length == 4) fprintf(f, "0x%08" PRIx64 ":  %02x%02x%02x%02x  %s\n", vaddr, bytes[3], bytes[2], bytes[1], bytes[0], text);
        else fprintf(f, "0x%08" PRIx64 ":  %02x%02x      %s\n", vaddr, bytes[1], bytes[0], text);
    }
    log_end();
}
