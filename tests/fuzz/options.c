// SPDX-License-Identifier: MIT
// Any command line: words are separated by newlines. The parser must neither crash, leak nor accept without a
// machine.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "ui/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    enum { MOST = 48 };
    char *text = malloc(size + 1), *rest = text, *word, *argv[MOST] = {"myna-system-riscv64"}, error[256];
    int argc = 1;
    memcpy(text, data, size);
    text[size] = 0;
    while (argc < MOST && (word = strsep(&rest, "\n"))) argv[argc++] = word;
    Options o;
    if (options_parse(&o, argc, argv, error, sizeof(error))) {
        if (o.action == ACTION_RUN && !o.spec.machine) abort();
    } else if (!memchr(error, 0, sizeof(error)) || !*error) {
        abort();
    }
    options_free(&o);
    free(text);
    return 0;
}
