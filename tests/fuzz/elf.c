// SPDX-License-Identifier: MIT
// ELF files: the first byte chooses 32 or 64 bits, the rest follows a correct magic, so that the fuzzer
// starts at the headers. What parses must have segments inside the file, and looking up symbols must stay
// inside it too.
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include "hw/core/image.h"

static void touch(void *opaque, const char *name, uint64_t value, uint64_t size) {
    *(size_t *)opaque += strlen(name) + value + size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1) return 0;
    bool wide = data[0] & 1;
    uint8_t magic[20] = {0x7f, 'E', 'L', 'F', wide ? 2 : 1, 1, 1, [16] = ET_EXEC, [18] = EM_RISCV};
    char error[300];
    Image i = {.path = strdup("fuzz"), .data = calloc(1, size + 20), .size = size + 19};
    memcpy(i.data, magic, 20);
    memcpy(i.data + 20, data + 1, size - 1);
    size_t touched = 0;
    image_functions(&i, touch, &touched); // any kind of ELF file
    if (image_parse(&i, wide ? &image_riscv64 : &image_riscv32, error, sizeof(error))) {
        uint64_t value;
        for (unsigned k = 0; k < i.nsegments; k++) {
            const ImageSegment *s = &i.segment[k];
            if (s->offset > i.size || s->file_size > i.size - s->offset || s->file_size > s->size) abort();
        }
        image_symbol(&i, "tohost", &value);
    }
    image_close(&i);
    return 0;
}
