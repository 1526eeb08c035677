// SPDX-License-Identifier: MIT
// Hostile IR text: whatever is accepted must print, come back from its own print unchanged, and survive the folding builder.
#include <stdlib.h>
#include <string.h>
#include "tests/lib/irguest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static IrBlock first, second;
    char error[128], *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    if (ir_parse(&first, &irg_names, text, error, sizeof error)) {
        char *printed = ir_print(&first);
        if (!ir_parse(&second, &irg_names, printed, error, sizeof error))
            abort();
        char *again = ir_print(&second);
        if (strcmp(printed, again))
            abort();
        free(printed);
        free(again);
        if (first.nops < IR_MAX_OPS / 4 && first.ninsns > 0 && first.nargs < IR_MAX_ARGS / 4) {
            irg_fold(&second, &first);
            if (ir_verify(&second))
                abort();
        }
    }
    free(text);
    return 0;
}
