// SPDX-License-Identifier: MIT
// A64 disassembler: the rows' own templates, each operand printed by its word, and the aliases that are preferred (DDI 0487, C1.4.2), in the
// spelling of GNU objdump. Used by -d in_asm and, through CpuType.disassemble, by the monitor.
#include "cpu/arm/insn.h"
#include "cpu/arm/state.h"
#include "tcg/base/log.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#undef INSN

static const char *const conditions[16] = {"eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"};
static const char *const shifts[4] = {"lsl", "lsr", "asr", "ror"};
static const char *const extends[8] = {"uxtb", "uxth", "uxtw", "uxtx", "sxtb", "sxth", "sxtw", "sxtx"};

typedef struct Disas {
    Insn i;
    uint64_t vaddr;
} Disas;

static const char *reg(char *out, bool wide, int r, bool sp) {
    if (r == 31) return sp ? (wide ? "sp" : "wsp") : wide ? "xzr" : "wzr";
    snprintf(out, 8, "%c%d", wide ? 'x' : 'w', r);
    return out;
}

// ---- addresses
static void print_register_offset(const Insn *i, char *out, size_t size, unsigned scale) {
    char rn[8], rm[8];
    const char *base = reg(rn, true, i->rn, true), *index = reg(rm, i->option & 1, i->rm, false);
    if (i->option == 3 && !i->amount) snprintf(out, size, "[%s, %s]", base, index);
    else if (i->amount) snprintf(out, size, "[%s, %s, %s #%u]", base, index, i->option == 3 ? "lsl" : extends[i->option], scale);
    else snprintf(out, size, "[%s, %s, %s]", base, index, extends[i->option]);
}

static void print_offset(char *out, size_t size, const char *base, int mode, int offset) { // MODE_POST, MODE_PRE or plain
    if (mode == MODE_POST) snprintf(out, size, "[%s], #%d", base, offset);
    else if (mode == MODE_PRE) snprintf(out, size, "[%s, #%d]!", base, offset);
    else if (offset) snprintf(out, size, "[%s, #%d]", base, offset);
    else snprintf(out, size, "[%s]", base);
}

static unsigned access_scale(const Insn *i) { return i->cond & 2 ? 4 : (unsigned)i->size; } // cond: str__v's 128 bits

static void print_address(const Insn *i, char *out, size_t size) {
    char rn[8];
    if (i->mode == MODE_REGISTER) print_register_offset(i, out, size, access_scale(i));
    else print_offset(out, size, reg(rn, true, i->rn, true), i->mode, i->mode == MODE_UNSIGNED ? i->imm << access_scale(i) : i->imm);
}

static void print_pair_address(const Insn *i, char *out, size_t size) {
    bool vector = i->bits >> 26 & 1;
    unsigned scale = vector ? (unsigned)i->option + 2 : i->sf ? 3 : 2;
    char rn[8];
    int mode = i->mode == PAIR_POST ? MODE_POST : i->mode == PAIR_PRE ? MODE_PRE : MODE_UNSCALED;
    print_offset(out, size, reg(rn, true, i->rn, true), mode, i->imm * (1 << scale));
}

// ---- system operands
static void print_sysreg(unsigned number, char *out, size_t size) {
    const char *name = arm_sysreg_name(number);
    if (!name) {
        snprintf(out, size, "s%u_%u_c%u_c%u_%u", number >> 14, number >> 11 & 7, number >> 7 & 15, number >> 3 & 15, number & 7);
        return;
    }
    size_t k = 0;
    for (; name[k] && k + 1 < size; k++) out[k] = name[k] >= 'A' && name[k] <= 'Z' ? (char)(name[k] + 32) : name[k];
    out[k] = 0;
}

static void print_barrier(int option, char *out, size_t size) {
    static const char *const names[16] = {"#0x00", "oshld", "oshst", "osh", "#0x04", "nshld", "nshst", "nsh",
                                          "#0x08", "ishld", "ishst", "ish", "#0x0c", "ld",    "st",    "sy"};
    snprintf(out, size, "%s", names[option & 15]);
}

// Beside the stack pointer the extension that changes nothing is LSL, and left out if it does not shift either.
static void print_extended(const Insn *i, char *out, size_t size) {
    bool sp = i->rn == 31 || (i->rd == 31 && !(i->bits >> 29 & 1)), plain = i->option == (i->sf ? 3 : 2);
    const char *name = sp && plain ? "lsl" : extends[i->option & 7];
    if (i->amount) snprintf(out, size, "%s #%d", name, i->amount);
    else snprintf(out, size, "%s", sp && plain ? "" : name);
}

// ---- operand words of the templates
static bool print_number(const Disas *d, const char *w, char *out, size_t size) {
    const Insn *i = &d->i;
    uint64_t mask;
    char rn[8];
    if (!strcmp(w, "target")) snprintf(out, size, "0x%" PRIx64, d->vaddr + (uint64_t)(int64_t)i->imm);
    else if (!strcmp(w, "page")) snprintf(out, size, "0x%" PRIx64, (d->vaddr & ~(uint64_t)4095) + ((uint64_t)(int64_t)i->imm << 12));
    else if (!strcmp(w, "imm")) snprintf(out, size, "#0x%x", (unsigned)i->imm);
    else if (!strcmp(w, "hex")) snprintf(out, size, "#0x%x", (unsigned)i->imm);
    else if (!strcmp(w, "simm")) snprintf(out, size, "#%d", i->imm);
    else if (!strcmp(w, "paddr")) print_offset(out, size, reg(rn, true, i->rn, true), i->mode ? MODE_PRE : MODE_UNSCALED, i->imm * 8);
    else if (!strcmp(w, "mopsd")) snprintf(out, size, "[x%d]!", i->rd);
    else if (!strcmp(w, "mopss")) snprintf(out, size, "[x%d]!", i->rm);
    else if (!strcmp(w, "mopsn")) snprintf(out, size, "x%d!", i->rn);
    else if (!strcmp(w, "crm")) snprintf(out, size, i->imm == 15 ? "" : "#0x%x", (unsigned)i->imm);
    else if (!strcmp(w, "amount")) snprintf(out, size, "#%d", i->amount);
    else if (!strcmp(w, "nzcv")) snprintf(out, size, "#0x%x", (unsigned)i->mode);
    else if (!strcmp(w, "cond")) snprintf(out, size, "%s", conditions[i->cond & 15]);
    else if (!strcmp(w, "lsl12")) snprintf(out, size, i->shift ? "lsl #12" : "");
    else if (!strcmp(w, "lslhw")) snprintf(out, size, i->shift ? "lsl #%d" : "", 16 * i->shift);
    else if (!strcmp(w, "shifted")) snprintf(out, size, i->amount || i->shift ? "%s #%d" : "", shifts[i->shift & 3], i->amount);
    else if (!strcmp(w, "extended")) print_extended(i, out, size);
    else if (!strcmp(w, "bitmask")) snprintf(out, size, "#0x%" PRIx64, a64_bitmask(i, &mask) ? mask : (uint64_t)0);
    else if (!strcmp(w, "barrier")) print_barrier(i->imm, out, size);
    else if (!strcmp(w, "sysreg")) print_sysreg(0x8000u | (unsigned)i->imm, out, size);
    else if (!strcmp(w, "sysop")) snprintf(out, size, "#%u, C%u, C%u, #%u", i->imm >> 11, i->imm >> 7 & 15, i->imm >> 3 & 15, i->imm & 7);
    else if (!strcmp(w, "pstate")) snprintf(out, size, "pstate.%d.%d", i->cond, i->amount);
    else if (!strcmp(w, "prfop")) snprintf(out, size, "#0x%02x", (unsigned)i->rd);
    else if (!strcmp(w, "addr")) print_address(i, out, size);
    else if (!strcmp(w, "pairaddr")) print_pair_address(i, out, size);
    else return false;
    return true;
}

static bool print_vector(const Insn *i, const char *w, char *out, size_t size) {
    static const char letters[] = "bhsdq";
    int r = strcmp(w, "vt2") ? i->rd : i->ra;
    if (!strcmp(w, "vt") || !strcmp(w, "vt2")) snprintf(out, size, "%c%d", letters[(i->option + 2) % 5], r);
    else if (!strcmp(w, "v16b")) snprintf(out, size, "v%d.16b, v%d.16b", i->rd, i->rn);
    else if (w[0] == 'v' && strlen(w) == 2) snprintf(out, size, "v%d", w[1] == 'd' ? i->rd : w[1] == 'n' ? i->rn : w[1] == 'm' ? i->rm : i->ra);
    else if (!strcmp(w, "vtsize")) snprintf(out, size, "%c%d", letters[access_scale(i) % 5], r);
    else return false;
    return true;
}

static void print_word(void *opaque, const char *w, char *out, size_t size) {
    const Disas *d = opaque;
    const Insn *i = &d->i;
    bool sf = i->sf, wide = i->size == 3;
    const struct {
        const char *word;
        int r;
        bool wide, sp;
    } regs[] = {
        {"rd", i->rd, sf}, {"rn", i->rn, sf}, {"rm", i->rm, sf}, {"ra", i->ra, sf}, {"rdsp", i->rd, sf, true}, {"rnsp", i->rn, sf, true},
        {"wd", i->rd, false}, {"wn", i->rn, false}, {"wm", i->rm, false}, {"xd", i->rd, true}, {"xn", i->rn, true},
        {"xm", i->rm, true}, {"xmsp", i->rm, true, true}, {"xa", i->ra, true}, {"xnsp", i->rn, true, true}, {"rtsize", i->rd, wide}, {"rmsize", i->rm, wide},
        {"rd1", i->rd + 1, sf}, {"rm1", i->rm + 1, sf}, {"bitreg", i->rd, i->amount >= 32}, {"rmext", i->rm, sf && (i->option & 3) == 3},
    };
    char name[8];
    for (size_t k = 0; k < sizeof regs / sizeof *regs; k++) {
        if (strcmp(w, regs[k].word)) continue;
        snprintf(out, size, "%s", reg(name, regs[k].wide, regs[k].r, regs[k].sp));
        return;
    }
    if (!strcmp(w, "retreg")) snprintf(out, size, "%s", i->rn == 30 ? "" : reg(name, true, i->rn, false));
    else if (!print_number(d, w, out, size) && !print_vector(i, w, out, size)) snprintf(out, size, "%s", w);
}

static bool is_narrow_access(const DecodeRow *row) { return strstr(row->text, "rtsize") != NULL; }

// The name without what only tells rows apart, and what the encoding adds to it.
static void print_name(const DecodeEntry *e, const Insn *i, char *out, size_t size) {
    static const char *const order[4] = {"", "l", "a", "al"};
    const char *name = e->row->name, *end = strstr(name, "__");
    bool lse = strstr(e->row->gate, "lse") != NULL;
    snprintf(out, size, "%.*s%s%s", end ? (int)(end - name) : (int)strlen(name), name, lse ? order[i->mode & 3] : "",
             (is_narrow_access(e->row) || !strncmp(name, "ldrs_", 5)) && i->size < 3 ? (i->size == 0 ? "b" : i->size == 1 ? "h" : "") : "");
    if (!strcmp(name, "b__cond")) snprintf(out, size, "b.%s", conditions[i->cond & 15]);
    if (!strncmp(name, "ldrs__", 6) && i->size == 2) snprintf(out, size, "ldrsw");
    bool single = (i->bits >> 27 & 7) == 7 && !(i->bits >> 24 & 1) && !(i->bits >> 21 & 1);
    if (!single || (i->mode != MODE_UNPRIVILEGED && i->mode != MODE_UNSCALED) || strlen(out) + 1 >= size) return;
    size_t at = out[0] == 'p' ? 3 : 2; // prfum; ldtr, ldur
    memmove(out + at + 1, out + at, strlen(out + at) + 1);
    out[at] = i->mode == MODE_UNPRIVILEGED ? 't' : 'u';
}

void a64_disassemble(const ArmConfig *config, uint64_t vaddr, uint32_t bits, char *text, size_t size) {
    Disas d = {.vaddr = vaddr};
    const Decoder *decoder = a64_decoder(config);
    const DecodeEntry *e = decode_find(decoder, bits, 32);
    char name[32];
    if (!e) {
        snprintf(text, size, ".inst\t0x%08x ; undefined", bits);
        return;
    }
    d.i.bits = bits;
    decode_operands(e, bits, &d.i.rd);
    print_name(e, &d.i, name, sizeof name);
    char plain[160];
    decode_print(name, "", e->row->text, print_word, &d, plain, sizeof plain);
    size_t n = 0;
    for (const char *p = plain; *p && n + 2 < size; p++) {
        text[n++] = *p;
        if (*p == ',' && p[1] != ' ') text[n++] = ' ';
    }
    text[n] = 0;
}

// ---- -d in_asm
void a64_log_block(const ArmConfig *config, const IrBlock *b, const uint8_t *code) {
    FILE *f = log_begin();
    fprintf(f, "----------------\nIN: EL%u\n", b->ctx & ARM_CTX_EL);
    for (unsigned k = 0; k < b->ninsns; k++) {
        if (b->insns[k].length != 4) continue;
        uint32_t bits;
        char text[128];
        memcpy(&bits, code + b->insns[k].pc, 4);
        uint64_t vaddr = b->vpage + (uint64_t)(int64_t)b->insns[k].pc;
        a64_disassemble(config, vaddr, bits, text, sizeof text);
        fprintf(f, "0x%08" PRIx64 ":  %08x  %s\n", vaddr, bits, text);
    }
    log_end();
}
