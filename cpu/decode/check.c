// SPDX-License-Identifier: MIT
// What the tables are good for besides decoding: the proof that no two encodings overlap, and the text of an instruction.
#include "cpu/decode/decode.h"
#include <ctype.h>
#include <string.h>

// Do a and b claim the same encoding, with neither the special case of the other, and no third row for just what they share?
static bool overlap(const DecodeEntry *rows, unsigned n, const DecodeEntry *a, const DecodeEntry *b) {
    if (a->width != b->width || (a->value ^ b->value) & a->mask & b->mask) return false;
    uint32_t shared = a->mask | b->mask;
    if (a->mask != b->mask && (shared == a->mask || shared == b->mask)) return false;
    for (unsigned i = 0; i < n; i++) {
        bool third = rows[i].width == a->width && rows[i].mask == shared && rows[i].value == (a->value | b->value);
        if (third && &rows[i] != a && &rows[i] != b) return false;
    }
    return true;
}

const char *decode_check(const Decoder *d) {
    static char text[256];
    unsigned n;
    const DecodeEntry *e = decode_entries(d, &n);
    for (unsigned i = 0; i < n; i++) {
        for (unsigned j = i + 1; j < n; j++) {
            const DecodeEntry *a = &e[i], *b = &e[j];
            if (!overlap(e, n, a, b)) continue;
            snprintf(text, sizeof text, "%s \"%s\" and %s \"%s\"", a->row->name, a->row->bits, b->row->name,
                     b->row->bits);
            return text;
        }
    }
    return NULL;
}

void decode_coverage(const Decoder *d, FILE *to) {
    unsigned n, seen = 0;
    const DecodeEntry *e = decode_entries(d, &n);
    for (unsigned i = 0; i < n; i++) seen += decode_hits(&e[i]) != 0;
    fprintf(to, "%u of %u instructions translated%s", seen, n, seen < n ? "; never:" : "");
    for (unsigned i = 0; i < n; i++) {
        if (!decode_hits(&e[i])) fprintf(to, " %s", e[i].row->name);
    }
    fprintf(to, "\n");
}

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

void decode_print(const char *name, const char *suffix, const char *template, DecodePrint *print, void *opaque, char *out, size_t size) {
    char text[160], word[24], operand[64];
    size_t n = 0;
    for (const char *p = name; *p && n < 40; p++) text[n++] = *p == '_' ? '.' : *p;
    for (const char *p = suffix; *p && n < 48; p++) text[n++] = *p;
    if (*template) text[n++] = '\t';
    for (const char *p = template; *p && n < sizeof text - 80;) {
        if (!is_word(*p)) {
            text[n++] = *p++;
            continue;
        }
        size_t length = 0;
        for (; is_word(*p); p++) {
            if (length < sizeof word - 1) word[length++] = *p;
        }
        word[length] = 0;
        *operand = 0;
        print(opaque, word, operand, sizeof operand);
        if (!*operand && n && text[n - 1] == ',') n--;
        n += snprintf(text + n, sizeof text - n, "%s", operand);
    }
    if (n && text[n - 1] == '\t') n--;
    text[n] = 0;
    snprintf(out, size, "%s", text);
}
