// SPDX-License-Identifier: MIT
// See random.h.
#include "tests/lib/random.h"
#include <string.h>

// ---- operands
void operand_set(const DecodeEntry *e, uint32_t *bits, unsigned operand, uint32_t value) {
    for (const DecodePiece *p = e->pieces; p < e->pieces + e->npieces; p++) {
        if (p->operand != operand) continue;
        uint32_t ones = UINT32_MAX >> (32 - p->length);
        *bits = (*bits & ~(ones << p->from)) | (value >> p->to & ones) << p->from;
    }
}
bool has_operand(const DecodeEntry *e, unsigned operand) {
    for (unsigned k = 0; k < e->npieces; k++) {
        if (e->pieces[k].operand == operand) return true;
    }
    return false;
}
// Is `word` one of the words of the row's template?
bool mentions(const DecodeEntry *e, const char *word) {
    size_t n = strlen(word);
    for (const char *p = e->row->text; (p = strstr(p, word)); p += n) {
        bool starts = p == e->row->text || strchr(",( ", p[-1]), ends = !p[n] || strchr(",() ", p[n]);
        if (starts && ends) return true;
    }
    return false;
}

// ---- values
uint64_t random_integer(Random *r) {
    static const uint64_t edges[] = {0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffffffffffff};
    uint64_t v = random_next(r);
    switch (random_below(r, 6)) {
    case 0: return edges[random_below(r, sizeof edges / sizeof *edges)];
    case 1: return 0 - edges[random_below(r, sizeof edges / sizeof *edges)];
    case 2: return (uint64_t)(int64_t)(int32_t)v;
    case 3: return v & 63;
    case 4: return v >> (v & 63);
    default: return v;
    }
}

uint64_t random_format(Random *r, unsigned fraction, unsigned exponent) {
    uint64_t bias = (1ull << (exponent - 1)) - 1, top = (1ull << exponent) - 1, ones = (1ull << fraction) - 1;
    uint64_t v = random_next(r), f = v & ones, e = v >> 53 & top, sign = v >> 63;
    const uint64_t fractions[8] = {0, 0, 1, ones, ones ^ 1, 1ull << (fraction - 1), f, f};
    f = fractions[random_below(r, 8)];
    switch (random_below(r, 8)) {
    case 0: e = 0; break;
    case 1: e = top; break;
    case 2: e = bias + random_below(r, 3) - 1; break;
    case 3: e = top - 1; break;
    case 4: e = (bias + random_below(r, 68)) & top; break;
    case 5: e = 1; break;
    default: break;
    }
    return sign << (fraction + exponent) | e << fraction | f;
}

// ---- sequences
void random_link(Random *r, RandomSequence *s, unsigned operand) {
    s->bytes = 0;
    for (unsigned k = 0; k < s->n; k++) {
        s->insn[k].offset = s->bytes;
        s->bytes += s->insn[k].entry->width / 8;
    }
    for (unsigned k = 0; k < s->n; k++) {
        RandomInsn *i = &s->insn[k];
        if (!mentions(i->entry, "target")) continue;
        i->target = (int)(k + 1 + random_below(r, s->n - k < 4 ? s->n - k : 4));
        unsigned to = i->target == (int)s->n ? s->bytes : s->insn[i->target].offset;
        operand_set(i->entry, &i->bits, operand, to - i->offset);
    }
}

void random_encode(const RandomSequence *s, uint8_t *out) {
    for (unsigned k = 0; k < s->n; k++) memcpy(out + s->insn[k].offset, &s->insn[k].bits, s->insn[k].entry->width / 8);
}
