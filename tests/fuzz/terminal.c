// SPDX-License-Identifier: MIT
// The input is what a guest writes to a console that the window shows: whatever it is, the cursor stays on the screen and the cells are drawn.
#include <stdlib.h>
#include "ui/text/terminal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static Terminal t;
    static uint32_t pixels[TERM_WIDTH * TERM_HEIGHT];
    terminal_reset(&t);
    for (size_t i = 0; i < size; i++) {
        if (data[i] == 1) terminal_scroll(&t, 7);
        if (data[i] == 2) terminal_scroll(&t, -3);
        terminal_write(&t, data + i, 1);
        if (t.x >= TERM_COLUMNS || t.y >= TERM_ROWS || t.top >= t.bottom || t.bottom >= TERM_ROWS || t.back > t.nhistory) abort();
    }
    terminal_draw(&t, pixels);
    return 0;
}
