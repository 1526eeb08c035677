// SPDX-License-Identifier: MIT
// Random encodings of each row of the A64 tables that are not undefined, a line each: row, word. For tests/diff/a64-coverage, which wants to
// know what instructions there are: rows of vector and floating point instructions are groups of many.
#include <stdio.h>
#include <stdlib.h>
#include "tests/lib/a64_random.h"

int main(int argc, char **argv) {
    if (argc != 2) return fprintf(stderr, "usage: %s WORDS-A-ROW\n", argv[0]), 2;
    ArmConfig everything = a64_everything();
    const Decoder *d = a64_decoder(&everything);
    unsigned rows;
    const DecodeEntry *e = decode_entries(d, &rows);
    Random r = {1};
    for (unsigned k = 0; k < rows; k++)
        for (int n = atoi(argv[1]); n > 0; n--) {
            uint32_t bits = decode_random(&e[k], (uint32_t)random_next(&r));
            if (decode_find(d, bits, 32) == &e[k] && !a64_is_undefined(bits)) printf("%s %08x\n", e[k].row->name, bits);
        }
    return 0;
}
