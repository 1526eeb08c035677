// SPDX-License-Identifier: MIT
// Any file as a kernel: kinds, gzip, zstd and EFI zboot wrappers. Then the same bytes as a device tree to
// patch.
#include <stdlib.h>
#include <string.h>
#include "hw/core/fdt.h"
#include "hw/core/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char error[300];
    Image i = {.path = strdup("fuzz"), .data = malloc(size ? size : 1), .size = size};
    if (size) memcpy(i.data, data, size);
    if (image_parse(&i, &image_riscv64, error, sizeof(error)) && i.kind == IMAGE_LINUX &&
        i.memory_size < i.size)
        abort();
    image_close(&i);
    void *blob = malloc(size ? size : 1);
    size_t blob_size = size;
    if (size) memcpy(blob, data, size);
    DtChosen c = {.bootargs = "console=ttyS0", .initrd_start = 1, .initrd_end = 2};
    dt_patch_chosen(&blob, &blob_size, &c, error, sizeof(error));
    free(blob);
    return 0;
}
