// SPDX-License-Identifier: MIT
// `x`, `xp` and `print`: memory and values, with gdb's format letters and simple sums of numbers and
// registers. Memory is RAM and ROM; device registers are not read, since reading may change them.
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tcg/base/near.h"
#include "ui/monitor_impl.h"

typedef struct Format {
    unsigned count;
    char letter;   // x d u o c i
    unsigned size; // bytes
} Format;

enum { MOST = 65536 };

// "/8xg ": the rest of the line, or NULL with a message.
static const char *parse_format(Command *c, const char *text, Format *f) {
    *f = (Format){1, 'x', 4};
    if (*text != '/') return text;
    char *rest;
    text++;
    if (isdigit((unsigned char)*text)) {
        unsigned long n = strtoul(text, &rest, 10);
        f->count = n > MOST ? MOST : (unsigned)n;
        text = rest;
    }
    for (; *text && *text != ' '; text++) {
        const char *size = strchr("b1h2w4g8", *text);
        if (strchr("xduoci", *text))
            f->letter = *text;
        else if (size && !isdigit((unsigned char)*size))
            f->size = (unsigned)(size[1] - '0');
        else
            return fprintf(c->to, "'%c' is no format: x d u o c i, and b h w g for 1, 2, 4, 8 bytes\n",
                           *text),
                   NULL;
    }
    return text + strspn(text, " ");
}

// ---- values

typedef struct Value {
    Command *command;
    const char *text;
    uint64_t value;
    bool ok;
} Value;

static const char *take_name(const char *text, char *name, size_t size) {
    size_t n = 0;
    while (isalnum((unsigned char)text[n]) || text[n] == '_') n++;
    snprintf(name, size, "%.*s", (int)n, text);
    return text + n;
}

static bool read_register(Cpu *cpu, const char *name, uint64_t *value, FILE *to) {
    unsigned n, near = 0;
    const CpuReg *r = cpu->type->regs(cpu, &n);
    const char **names = calloc(n, sizeof(*names));
    for (unsigned i = 0; i < n; i++) {
        if (!strcmp(r[i].name, name)) {
            free(names);
            return cpu->type->reg_read(cpu, r[i].gdb, value);
        }
        names[near++] = r[i].name;
    }
    char error[200];
    near_error(error, sizeof(error), "register", name, names, near, NULL);
    fprintf(to, "%s\n", error);
    free(names);
    return false;
}

static const char *take_term(Cpu *cpu, const char *text, uint64_t *value, FILE *to) {
    char name[32], *end;
    if (*text == '$') {
        text = take_name(text + 1, name, sizeof(name));
        return read_register(cpu, name, value, to) ? text : NULL;
    }
    *value = strtoull(text, &end, 0);
    if (end != text) return end;
    fprintf(to, "a number or $register is expected at '%s'\n", text);
    return NULL;
}

// Terms joined by + and -. On the CPU's thread.
static void evaluate(Cpu *cpu, void *arg) {
    Value *v = arg;
    const char *text = v->text;
    bool minus = false;
    v->value = 0;
    for (;;) {
        uint64_t term;
        text += strspn(text, " ");
        if (!(text = take_term(cpu, text, &term, v->command->to))) return;
        v->value += minus ? -term : term;
        text += strspn(text, " ");
        if (*text != '+' && *text != '-') break;
        minus = *text++ == '-';
    }
    if (*text)
        fprintf(v->command->to, "'%s' is left over: only + and - join values\n", text);
    else
        v->ok = true;
}

static bool value_of(Command *c, const char *text, uint64_t *value) {
    Value v = {.command = c, .text = text};
    monitor_on_cpu(monitor_cpu(c), evaluate, &v);
    *value = v.value;
    return v.ok;
}

static void print_one(FILE *to, const Format *f, uint64_t value) {
    unsigned bits = 8 * f->size;
    int64_t sign = (int64_t)(value << (64 - bits)) >> (64 - bits);
    switch (f->letter) {
    case 'd': fprintf(to, "%" PRId64, sign); break;
    case 'u': fprintf(to, "%" PRIu64, value); break;
    case 'o': fprintf(to, "0%" PRIo64, value); break;
    case 'c': fprintf(to, isprint((int)(value & 0xff)) ? "'%c'" : "'\\x%02x'", (int)(value & 0xff)); break;
    default: fprintf(to, "0x%0*" PRIx64, (int)(2 * f->size), value); break;
    }
}

void monitor_print(Command *c, const char *arguments) {
    Format f;
    uint64_t value;
    bool plain = *arguments != '/';
    const char *text = parse_format(c, arguments, &f);
    if (!text || !value_of(c, text, &value)) return;
    f.size = 8;
    if (plain)
        fprintf(c->to, "0x%" PRIx64, value);
    else
        print_one(c->to, &f, value);
    fprintf(c->to, "\n");
}

// ---- memory

typedef struct Examine {
    Command *command;
    Format format;
    uint64_t at;
    bool physical;
} Examine;

// Up to n bytes, across pages; how many could be read.
static size_t fetch(Cpu *cpu, const Examine *e, uint64_t at, uint8_t *bytes, size_t n) {
    size_t done = 0;
    while (done < n) {
        uint64_t paddr = at + done;
        size_t part = 4096 - ((at + done) & 4095);
        if (part > n - done) part = n - done;
        if (!e->physical && !cpu->type->translate(cpu, at + done, &paddr)) break;
        if (!mem_read(cpu->mem, paddr, bytes + done, part)) break;
        done += part;
    }
    return done;
}

static void print_code(Cpu *cpu, const Examine *e, uint64_t at) {
    FILE *to = e->command->to;
    for (unsigned i = 0; i < e->format.count; i++) {
        uint8_t bytes[16];
        char text[160];
        unsigned length = 0;
        size_t n = fetch(cpu, e, at, bytes, sizeof(bytes));
        if (!n) {
            fprintf(to, "0x%" PRIx64 ": no memory there\n", at);
            return;
        }
        cpu->type->disassemble(cpu, at, bytes, n, text, sizeof(text), &length);
        if (!length || length > n) length = 1;
        fprintf(to, "0x%0*" PRIx64 ":  ", 8, at);
        for (unsigned k = length; k-- > 0;) fprintf(to, "%02x", bytes[k]);
        fprintf(to, "%*s%s\n", (int)(12 - 2 * length > 0 ? 12 - 2 * length : 1), "", text);
        at += length;
    }
}

static void examine(Cpu *cpu, void *arg) {
    const Examine *e = arg;
    FILE *to = e->command->to;
    unsigned a_line = e->format.size == 8 ? 2 : e->format.size == 4 ? 4 : 8;
    if (e->format.letter == 'i') {
        print_code(cpu, e, e->at);
        return;
    }
    for (unsigned i = 0; i < e->format.count; i++) {
        uint64_t value = 0, at = e->at + (uint64_t)i * e->format.size;
        if (i % a_line == 0) fprintf(to, "%s%016" PRIx64 ":", i ? "\n" : "", at);
        if (fetch(cpu, e, at, (uint8_t *)&value, e->format.size) < e->format.size) {
            fprintf(to, " no memory there");
            break;
        }
        fputc(' ', to);
        print_one(to, &e->format, value);
    }
    fputc('\n', to);
}

static void look(Command *c, const char *arguments, bool physical) {
    Examine e = {.command = c, .physical = physical};
    const char *text = parse_format(c, arguments, &e.format);
    if (!text) return;
    if (!*text)
        fprintf(c->to, "an address is missing: x/8xg $sp\n");
    else if (value_of(c, text, &e.at))
        monitor_on_cpu(monitor_cpu(c), examine, &e);
}

void monitor_x(Command *c, const char *arguments) { look(c, arguments, false); }
void monitor_xp(Command *c, const char *arguments) { look(c, arguments, true); }
