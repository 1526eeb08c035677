// SPDX-License-Identifier: MIT
// Near matches: edit distance where swapping two neighbours counts once ("optimal string alignment"), three
// rows of the classic table. Called on error paths only.
#include "tcg/base/near.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { WORD_MAX = 64 }; // longer words are compared by their beginning

static unsigned min3(unsigned a, unsigned b, unsigned c) {
    unsigned m = a < b ? a : b;
    return m < c ? m : c;
}

unsigned near_distance(const char *a, const char *b) {
    size_t la = strnlen(a, WORD_MAX), lb = strnlen(b, WORD_MAX);
    unsigned row[3][WORD_MAX + 1];
    for (size_t j = 0; j <= lb; j++) row[0][j] = (unsigned)j;
    for (size_t i = 1; i <= la; i++) {
        unsigned *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= lb; j++) {
            int ca = tolower((unsigned char)a[i - 1]), cb = tolower((unsigned char)b[j - 1]);
            now[j] = min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + (ca != cb));
            if (i > 1 && j > 1 && ca == tolower((unsigned char)b[j - 2]) &&
                tolower((unsigned char)a[i - 2]) == cb && before[j - 2] + 1 < now[j])
                now[j] = before[j - 2] + 1;
        }
    }
    return row[la % 3][lb];
}

const char *near_name(const char *word, const char *const *names, size_t n) {
    const char *best = NULL;
    unsigned limit = (unsigned)(strlen(word) + 2) / 3, best_distance = limit + 1;
    for (size_t i = 0; i < n; i++) {
        if (!names[i]) continue;
        unsigned distance = near_distance(word, names[i]);
        if (distance < best_distance) {
            best = names[i];
            best_distance = distance;
        }
    }
    return best;
}

void near_error(char *error, size_t error_size, const char *kind, const char *word, const char *const *names,
                size_t n, const char *hint) {
    const char *near = near_name(word, names, n);
    int at = snprintf(error, error_size, "unknown %s '%s'", kind, word);
    if (at < 0 || (size_t)at >= error_size) return;
    if (near) at += snprintf(error + at, error_size - (size_t)at, "; did you mean '%s'?", near);
    if (hint && (size_t)at < error_size) snprintf(error + at, error_size - (size_t)at, " (%s)", hint);
}
