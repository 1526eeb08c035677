// SPDX-License-Identifier: MIT
// hostfwd= and net= texts: parsed and printable, or refused with a message.
#include "hw/host/net/forward.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char text[300], printed[100], error[200];
    if (size >= sizeof text) return 0;
    memcpy(text, data, size);
    text[size] = 0;
    Forward f;
    uint32_t address, mask;
    error[0] = 0;
    if (forward_parse(text, &f, error, sizeof error)) {
        if (!f.guest_port) abort();
        forward_print(&f, printed, sizeof printed);
    } else if (!error[0]) {
        abort();
    }
    error[0] = 0;
    if (!network_parse(text, &address, &mask, error, sizeof error) && !error[0]) abort();
    return 0;
}
