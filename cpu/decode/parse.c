// SPDX-License-Identifier: MIT
// Reads the rows of an instruction table: gates and bit strings (the notation is in decode.h). Called once for each row when a decoder is
// made. The tables are part of the program, so a mistake in one is a bug of ours and ends it, naming the row.
#include "cpu/decode/parse.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void bad_row(const DecodeRow *row, const char *what, const char *where) {
    fprintf(stderr, "instruction table: %s \"%s\": %s at \"%s\"\n", row->name, row->bits, what, where);
    abort();
}

static uint64_t feature_bit(const DecodeTable *table, const DecodeRow *row, const char *name, size_t length) {
    for (unsigned i = 0; i < table->nfeatures; i++) {
        if (strlen(table->features[i]) == length && !memcmp(table->features[i], name, length)) return 1ull << i;
    }
    bad_row(row, "unknown feature", name);
}

static bool gate_holds(const DecodeTable *table, const DecodeRow *row, uint64_t features) {
    bool all = true;
    for (const char *p = row->gate; *p;) {
        uint64_t any = 0;
        for (;;) {
            size_t length = strcspn(p, "| ");
            any |= feature_bit(table, row, p, length);
            p += length;
            if (*p != '|') break;
            p++;
        }
        all &= (any & features) != 0;
        while (*p == ' ') p++;
    }
    return all;
}

typedef struct Parse {
    const DecodeTable *table;
    const DecodeRow *row;
    DecodeEntry *out;
    unsigned at; // bits still to come
} Parse;

static const DecodeField *field_find(Parse *s, const char *name, size_t length) {
    for (unsigned i = 0; i < s->table->nfields; i++) {
        const DecodeField *f = &s->table->fields[i];
        if (strlen(f->name) == length && !memcmp(f->name, name, length)) return f;
    }
    bad_row(s->row, "unknown field", name);
}

static void piece_add(Parse *s, uint32_t mask, unsigned turn, unsigned operand, long base) {
    if (s->out->npieces == DECODE_MAX_PIECES) bad_row(s->row, "too many pieces", "");
    if (base != (int16_t)base) bad_row(s->row, "a number too large", "");
    s->out->pieces[s->out->npieces++] = (DecodePiece){.mask = mask, .base = base, .operand = operand, .turn = turn & 31};
}

static void field_add(Parse *s, const DecodeField *f, unsigned length, unsigned to) {
    DecodeEntry *e = s->out;
    if (length == 0 || length > s->at || to + length > 32) bad_row(s->row, "bad field", f->name);
    s->at -= length;
    uint32_t mask = (UINT32_MAX >> (32 - length)) << s->at;
    piece_add(s, mask, to - s->at, f->operand, f->bias);
    if (f->operand2 >= 0) piece_add(s, mask, to - s->at, f->operand2, f->bias);
    if (f->is_signed) {
        unsigned shift = 32 - (to + length);
        if (e->sign_operand < 0 || shift < e->sign_shift) e->sign_shift = shift;
        e->sign_operand = f->operand;
    }
}

static const char *pieces_parse(Parse *s, const DecodeField *f, const char *p) {
    do {
        char *end;
        unsigned high = strtoul(p + 1, &end, 10), low = high;
        if (*end == ':') low = strtoul(end + 1, &end, 10);
        if (low > high) bad_row(s->row, "bad range", p);
        field_add(s, f, high - low + 1, low);
        p = end;
    } while (*p == '|');
    if (*p != ']') bad_row(s->row, "missing ]", p);
    return p + 1;
}

static const char *fixed_parse(Parse *s, const char *p) {
    for (; *p == '0' || *p == '1' || *p == 'x'; p++) {
        if (s->at == 0) bad_row(s->row, "too many bits", p);
        s->at--;
        if (*p == 'x') continue;
        s->out->mask |= 1u << s->at;
        if (*p == '1') s->out->value |= 1u << s->at;
    }
    if (*p && *p != ' ') bad_row(s->row, "bad token", p);
    return p;
}

static const char *token_parse(Parse *s, const char *p) {
    size_t word = strcspn(p, " ");
    size_t length = strcspn(p, ":[= ");
    if (length >= word) return fixed_parse(s, p);
    const DecodeField *f = field_find(s, p, length);
    char *end;
    switch (p[length]) {
    case '[': return pieces_parse(s, f, p + length);
    case ':': field_add(s, f, strtoul(p + length + 1, &end, 10), 0); return end;
    default: piece_add(s, 0, 0, f->operand, strtol(p + length + 1, &end, 0)); return end;
    }
}

// The number of bits a row has, found by reading it once as if it had 32.
static unsigned bits_parse(Parse *s, unsigned width) {
    memset(s->out, 0, sizeof *s->out);
    s->out->sign_operand = -1;
    s->out->row = s->row;
    s->out->translate = s->row->translate;
    s->at = width;
    for (const char *p = s->row->bits; *p;) {
        p = token_parse(s, p);
        while (*p == ' ') p++;
    }
    return width - s->at;
}

bool decode_parse(const DecodeTable *table, const DecodeRow *row, uint64_t features, DecodeEntry *out) {
    Parse s = {.table = table, .row = row, .out = out};
    unsigned width = bits_parse(&s, 32);
    if (width != 32 && width != 16) bad_row(row, "neither 16 nor 32 bits", "");
    if (width == 16) bits_parse(&s, 16);
    out->width = width;
    out->hits = &table->hits[row - table->rows];
    return gate_holds(table, row, features);
}
