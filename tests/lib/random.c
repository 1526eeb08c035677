// SPDX-License-Identifier: MIT
// See random.h.
#include "tests/lib/random.h"
#include <string.h>

// ---- operands
void operand_set(const DecodeEntry *e, uint32_t *bits, unsigned operand, uint32_t value) {
    for (const DecodePiece *p = e->pieces; p < e->pieces + e->npieces; p++) {
        if (p->operand != operand || !p->mask) continue;
        uint32_t part = value & decode_piece_mask(p);
        *bits = (*bits & ~p->mask) | part >> p->turn | part << (-p->turn & 31);
    }
}
bool has_operand(const DecodeEntry *e, unsigned operand) {
    for (unsigned k = 0; k < e->npieces; k++) {
        if (e->pieces[k].operand == operand && e->pieces[k].mask) return true;
    }
    return false;
}
int operand_base(const DecodeEntry *e, unsigned operand) {
    int base = 0;
    for (unsigned k = 0; k < e->npieces; k++) {
        if (e->pieces[k].operand == operand) base |= e->pieces[k].base;
    }
    return base;
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
    static const uint64_t edges[] = {0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffffffffffff,
                                     0x8000000000000000, 0xffffffff80000000, 0xffffffffffffffff};
    uint64_t v = random_next(r);
    switch (v >> 32 & 7) {
    case 0: case 1: return edges[random_below(r, sizeof edges / sizeof *edges)];
    case 2: return 0 - edges[random_below(r, sizeof edges / sizeof *edges)];
    case 3: return (uint64_t)(int64_t)(int32_t)v;
    case 4: return v & 63;
    case 5: return v >> (v & 63);
    default: return v;
    }
}

uint64_t random_format(Random *r, unsigned fraction, unsigned exponent) {
    uint64_t bias = (1ull << (exponent - 1)) - 1, top = (1ull << exponent) - 1, ones = (1ull << fraction) - 1;
    uint64_t v = random_next(r), f = v & ones, e = v >> 53 & top, sign = v >> 63, w = random_next(r);
    const uint64_t fractions[8] = {0, 0, 1, ones, ones ^ 1, 1ull << (fraction - 1), f, f};
    f = fractions[w & 7];
    switch (w >> 3 & 15) {
    case 0: e = 0, f = w >> 8 & 1 ? f : 0; break;
    case 1: e = top; break;
    case 2: case 3: e = bias + (w >> 8) % 3 - 1; break;
    case 4: e = top - 1; break;
    case 5: case 6: case 7: e = (bias + (w >> 8) % 68) & top; break;
    case 8: e = 1; break;
    case 9: case 10: e = bias / 2 - fraction / 2 + (w >> 8) % fraction; break;
    case 11: e = (bias - (w >> 8) % 160) & top; break;
    case 12: e = (bias + 14 + (w >> 9) % 4 + (w >> 8 & 1) * 112) & top; break;
    default: break;
    }
    return sign << (fraction + exponent) | e << fraction | f;
}

// ---- sequences
static unsigned pick_target(Random *r, const RandomSequence *s, unsigned jump) {
    unsigned target = jump + 1 + random_below(r, s->n - jump < 4 ? s->n - jump : 4);
    while (target < s->n && s->insn[target].glued) target++;
    return target;
}

void random_link(Random *r, RandomSequence *s, unsigned operand) {
    s->bytes = 0;
    for (unsigned k = 0; k < s->n; k++) {
        s->insn[k].offset = s->bytes;
        s->bytes += s->insn[k].entry->width / 8;
    }
    for (unsigned k = 0; k < s->n; k++) {
        RandomInsn *i = &s->insn[k];
        int32_t operands[DECODE_OPERANDS];
        unsigned jump = k;
        if (!i->back && (i->glued || !mentions(i->entry, "target"))) continue;
        while (i->back && jump + 1 < s->n && s->insn[jump + 1].glued) jump++; // the last of its group
        i->target = (int)pick_target(r, s, jump);
        decode_operands(i->entry, i->bits, operands);
        unsigned to = i->target == (int)s->n ? s->bytes : s->insn[i->target].offset, more = i->back ? (unsigned)operands[operand] : 0;
        operand_set(i->entry, &i->bits, operand, to - s->insn[k - i->back].offset + more);
    }
}

void random_encode(const RandomSequence *s, uint8_t *out) {
    for (unsigned k = 0; k < s->n; k++) memcpy(out + s->insn[k].offset, &s->insn[k].bits, s->insn[k].entry->width / 8);
}
