// SPDX-License-Identifier: MIT
// What somebody has the monitor press: any text gives keys that there are, held for a time that ends, or an error that says why.
#include <linux/input-event-codes.h>
#include <stdlib.h>
#include <string.h>
#include "hw/host/chord.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1), error[200] = "";
    Chord c;
    memcpy(text, data, size);
    text[size] = 0;
    if (chord_parse(&c, text, error, sizeof(error))) {
        if (!c.n || c.n > CHORD_KEYS || !c.hold_ms || c.hold_ms > CHORD_LONGEST) abort();
        for (unsigned i = 0; i < c.n; i++)
            if (!c.key[i] || c.key[i] >= BTN_MISC) abort();
    } else if (!memchr(error, 0, sizeof(error)) || !*error) {
        abort();
    }
    free(text);
    return 0;
}
