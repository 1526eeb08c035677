// SPDX-License-Identifier: MIT
// Splitting and checking "key=value" texts. Everything here comes from the user's command line or from a
// script, so every failure names the option, the key and what would be right.
#include "ui/keyval.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tcg/base/fail.h"
#include "tcg/base/near.h"
#include "ui/keyjson.h"

bool keyvals_add(KeyVals *kv, const char *key, const char *value, bool bare) {
    if (kv->n == KEYVAL_MAX) return false;
    kv->item[kv->n++] = (KeyVal){strdup(key), strdup(value), bare};
    return true;
}

void keyvals_free(KeyVals *kv) {
    for (unsigned i = 0; i < kv->n; i++) {
        free(kv->item[i].key);
        free(kv->item[i].value);
    }
    kv->n = 0;
}

// Copies up to the next single comma into `to` (as long as the text); doubled ones stand for one. Returns
// what follows the comma, or NULL at the end.
static const char *take_item(const char *from, char *to) {
    for (; *from; from++) {
        if (*from == ',' && *++from != ',') {
            *to = 0;
            return from;
        }
        *to++ = *from;
    }
    *to = 0;
    return NULL;
}

static bool add_item(KeyVals *kv, char *item, const char *implied) {
    char *equals = strchr(item, '=');
    if (equals) *equals = 0;
    if (equals) return keyvals_add(kv, item, equals + 1, false);
    if (implied) return keyvals_add(kv, implied, item, false);
    return keyvals_add(kv, item, "on", true);
}

bool keyvals_parse(KeyVals *kv, const char *text, const char *first, char *error, size_t error_size) {
    kv->n = 0;
    if (*text == '{') return keyvals_json(kv, text, error, error_size);
    char *item = malloc(strlen(text) + 1);
    bool ok = true;
    for (const char *rest = text; ok && rest && *rest; first = NULL) {
        rest = take_item(rest, item);
        if (*item) ok = add_item(kv, item, first);
    }
    free(item);
    if (ok) return true;
    keyvals_free(kv);
    return FAIL("more than %d values in '%.40s...'", KEYVAL_MAX, text);
}

// ---- looking things up

static KeyVal *find(const KeyVals *kv, const char *key) {
    for (unsigned i = kv->n; i-- > 0;)
        if (!strcmp(kv->item[i].key, key)) return (KeyVal *)&kv->item[i];
    return NULL;
}

const char *keyvals_get(const KeyVals *kv, const char *key) {
    const KeyVal *k = find(kv, key);
    return k ? k->value : NULL;
}

bool keyvals_bool(const KeyVals *kv, const char *key, bool preset) {
    const char *text = keyvals_get(kv, key);
    bool value;
    return text && text_bool(text, &value) ? value : preset;
}

uint64_t keyvals_number(const KeyVals *kv, const char *key, uint64_t preset) {
    const char *text = keyvals_get(kv, key);
    uint64_t value;
    return text && text_size(text, 0, &value) ? value : preset;
}

void keyvals_set(KeyVals *kv, const char *key, const char *value) {
    char *name = strdup(key), *text = strdup(value); // either may be part of what is dropped
    keyvals_drop(kv, name);
    keyvals_add(kv, name, text, false);
    free(name);
    free(text);
}

void keyvals_drop(KeyVals *kv, const char *key) {
    unsigned kept = 0;
    for (unsigned i = 0; i < kv->n; i++) {
        if (strcmp(kv->item[i].key, key)) {
            kv->item[kept++] = kv->item[i];
            continue;
        }
        free(kv->item[i].key);
        free(kv->item[i].value);
    }
    kv->n = kept;
}

static void put_doubled(FILE *f, const char *text) {
    for (; *text; text++) {
        fputc(*text, f);
        if (*text == ',') fputc(',', f);
    }
}

char *keyvals_text(const KeyVals *kv, const char *first) {
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    const KeyVal *head = first ? find(kv, first) : NULL;
    if (head) put_doubled(f, head->value);
    for (unsigned i = 0, n = head != NULL; i < kv->n; i++) {
        if (first && !strcmp(kv->item[i].key, first)) continue;
        fprintf(f, "%s%s=", n++ ? "," : "", kv->item[i].key);
        put_doubled(f, kv->item[i].value);
    }
    fclose(f);
    return text;
}

// ---- checking

bool text_bool(const char *text, bool *value) {
    static const char *const yes[] = {"on", "yes", "true", "y"}, *const no[] = {"off", "no", "false", "n"};
    for (unsigned i = 0; i < 4; i++) {
        if (!strcmp(text, yes[i])) return *value = true, true;
        if (!strcmp(text, no[i])) return *value = false, true;
    }
    return false;
}

bool text_size(const char *text, unsigned preset_shift, uint64_t *value) {
    static const char units[] = "bkmgtpe";
    char *end;
    errno = 0;
    if (!isdigit((unsigned char)*text)) return false;
    *value = strtoull(text, &end, 0);
    if (errno) return false;
    unsigned shift = preset_shift;
    if (*end) {
        const char *unit = strchr(units, tolower((unsigned char)*end));
        if (!unit || end[1]) return false;
        shift = 10 * (unsigned)(unit - units);
    }
    if (shift && *value > UINT64_MAX >> shift) return false;
    *value <<= shift;
    return true;
}

static bool is_choice(const char *choices, const char *word) {
    size_t n = strlen(word);
    for (const char *c = choices; c && n; c = strchr(c, '|'), c = c ? c + 1 : NULL)
        if (!strncmp(c, word, n) && (!c[n] || c[n] == '|')) return true;
    return false;
}

static bool check_value(const KeyRow *row, const char *value, const char *what, char *error,
                        size_t error_size) {
    bool flag;
    uint64_t number;
    switch (row->kind) {
    case KEY_TEXT: return true;
    case KEY_BOOL:
        return text_bool(value, &flag) || FAIL("%s: %s=%s: on or off is expected", what, row->key, value);
    case KEY_NUMBER:
    case KEY_SIZE:
        return text_size(value, 0, &number) ||
               FAIL("%s: %s=%s: a number is expected%s", what, row->key, value,
                    row->kind == KEY_SIZE ? " (k, M, G may follow)" : "");
    case KEY_CHOICE:
        return is_choice(row->choices, value) ||
               FAIL("%s: %s=%s is not among what Myna has: %s", what, row->key, value, row->choices);
    }
    return false;
}

static const KeyRow *find_row(const KeyRow *rows, const char *key) {
    for (; rows->key; rows++)
        if (!strcmp(rows->key, key) || (rows->also && !strcmp(rows->also, key))) return rows;
    return NULL;
}

static bool unknown(const KeyRow *rows, const char *key, const char *what, char *error, size_t error_size) {
    const char *names[2 * KEYVAL_MAX];
    char kind[64];
    unsigned n = 0;
    for (; rows->key && n < KEYVAL_MAX; rows++) names[n++] = rows->key;
    snprintf(kind, sizeof(kind), "%s key", what);
    near_error(error, error_size, kind, key, names, n, NULL);
    return false;
}

bool keyvals_check(KeyVals *kv, const KeyRow *rows, const char *what, char *error, size_t error_size) {
    for (unsigned i = 0; i < kv->n; i++) {
        KeyVal *k = &kv->item[i];
        const KeyRow *row = find_row(rows, k->key);
        if (!row && k->bare && !strncmp(k->key, "no", 2) && (row = find_row(rows, k->key + 2))) {
            free(k->value);
            k->value = strdup("off");
        }
        if (!row) return unknown(rows, k->key, what, error, error_size);
        if (strcmp(k->key, row->key)) {
            free(k->key);
            k->key = strdup(row->key);
        }
        if (!check_value(row, k->value, what, error, error_size)) return false;
    }
    return true;
}
