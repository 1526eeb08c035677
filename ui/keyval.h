// SPDX-License-Identifier: MIT
// The values of QEMU's options: "virtio-blk-device,drive=d0,ro" or the same as a JSON object. Both become
// a list of texts here, so the rest of the program knows one form. Key tables say what an option takes.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEYVAL_MAX = 64 };
typedef struct KeyVal {
    char *key, *value;
    bool bare; // written without '=': "server", "nowait"
} KeyVal;
typedef struct KeyVals {
    KeyVal item[KEYVAL_MAX];
    unsigned n;
} KeyVals;

// A key an option takes. A row without choices takes any text of its kind.
typedef enum KeyKind { KEY_TEXT, KEY_BOOL, KEY_NUMBER, KEY_SIZE, KEY_CHOICE } KeyKind;
typedef struct KeyRow {
    const char *key;
    KeyKind kind;
    const char *choices; // KEY_CHOICE: "none|virtio"
    const char *also;    // another spelling of the key, or NULL
    const char *help;    // one line for lists, or NULL
} KeyRow;

// `first` is the key of a first item without '=' (NULL: none is implied). Doubled commas stand for one.
// A JSON object's members become keys; nested ones "file.driver", lists "hostfwd.0".
bool keyvals_parse(KeyVals *kv, const char *text, const char *first, char *error, size_t error_size);
void keyvals_free(KeyVals *kv);
// Every key must be in `rows` (ended by a NULL key), every value of its kind. Gives each key its first
// spelling and turns "nowait" into wait=off. `what` opens the message: "-drive".
bool keyvals_check(KeyVals *kv, const KeyRow *rows, const char *what, char *error, size_t error_size);
const char *keyvals_get(const KeyVals *kv, const char *key); // the last one said, or NULL
bool keyvals_bool(const KeyVals *kv, const char *key, bool preset);
uint64_t keyvals_number(const KeyVals *kv, const char *key, uint64_t preset); // KEY_NUMBER and KEY_SIZE
void keyvals_set(KeyVals *kv, const char *key, const char *value);            // replaces or adds
void keyvals_drop(KeyVals *kv, const char *key);
// Back to "k=v,k2=v2" with commas doubled; the value of `first`, if any, comes first and bare. malloc'd.
char *keyvals_text(const KeyVals *kv, const char *first);

bool text_bool(const char *text, bool *value); // on/off, yes/no, true/false, y/n
bool text_size(const char *text, unsigned preset_shift,
               uint64_t *value); // "512M", "0x1000"; unit of a bare number
