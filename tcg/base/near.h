// SPDX-License-Identifier: MIT
// The nearest name to a mistyped one: for every message that refuses a name.
#pragma once
#include <stddef.h>

// The name of names[0..n) (NULL entries are skipped) nearest to `word`, or NULL if none is near enough to be
// meant.
const char *near_name(const char *word, const char *const *names, size_t n);
// Writes "unknown KIND 'WORD'; did you mean 'NAME'?" (or without the question, then with `hint` if not NULL)
// into error.
void near_error(char *error, size_t error_size, const char *kind, const char *word, const char *const *names, size_t n,
                const char *hint);
unsigned near_distance(const char *a, const char *b); // edits (insert, drop, replace, swap neighbours)
