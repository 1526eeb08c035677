// SPDX-License-Identifier: MIT
// Compares our RISC-V disassembler with GNU objdump: prints random instructions of every row as text beside their bytes, or checks a
// listing. Run by tests/diff/riscv-disas, which needs riscv64-linux-gnu-objdump.
//      diff-riscv_disas XLEN SEED COUNT FILE pseudo|plain   writes COUNT encodings to FILE (4 bytes each) and our text to standard output
#include "tests/lib/riscv_random.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    if (argc != 6) return fprintf(stderr, "usage: %s XLEN SEED COUNT FILE pseudo|plain\n", argv[0]), 2;
    bool pseudo = !strcmp(argv[5], "pseudo");
    RiscvConfig c = riscv_everything((unsigned)atoi(argv[1]));
    Random r = {strtoull(argv[2], NULL, 0)};
    unsigned n, count = (unsigned)atoi(argv[3]);
    FILE *file = fopen(argv[4], "wb");
    if (!file) return perror(argv[4]), 2;
    const DecodeEntry *rows = decode_entries(riscv_decoder(&c), &n);
    for (unsigned k = 0; k < count; k++) {
        const DecodeEntry *e = &rows[random_below(&r, n)];
        uint32_t bits = decode_random(e, (uint32_t)random_next(&r));
        if (e->width == 16) bits |= 0x00010000; // padded with c.nop
        uint8_t bytes[4] = {(uint8_t)bits, (uint8_t)(bits >> 8), (uint8_t)(bits >> 16), (uint8_t)(bits >> 24)};
        char text[128];
        riscv_disassemble(&c, pseudo, 4ull * k, bytes, 4, text, sizeof text);
        printf("%x\t%s\n", 4 * k, text);
        fwrite(bytes, 4, 1, file);
    }
    return fclose(file) ? 2 : 0;
}
