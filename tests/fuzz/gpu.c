// SPDX-License-Identifier: MIT
// The input is a stream of virtio-gpu commands: a byte for the queue, a byte for the length, so many bytes of
// command. Whatever they say the device answers each, keeps to its memory limit, and can be shown and saved.
#include <stdlib.h>
#include <string.h>
#include "tests/lib/gpu_driver.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    GpuRig g = gpu_rig("max_outputs=2,max_hostmem=4M");
    uint8_t command[256];
    for (unsigned n = 0; size >= 2 && n < 200; n++) {
        size_t length = data[1] < size - 2 ? data[1] : size - 2;
        memset(command, 0, sizeof(command));
        memcpy(command, data + 2, length);
        // Small numbers are commands, so that short inputs reach them all.
        uint32_t type = command[0] < 16   ? 0x100 + command[0]
                        : command[0] < 18 ? 0x300 + command[0] - 16
                                          : command[0];
        gpu_command(&g, data[0] & 1, type, command, length < 24 ? 24 : length);
        data += 2 + length;
        size -= 2 + length;
    }
    for (unsigned head = 0; head < 2; head++) picture_drop(screen_capture(g.machine->screen, head));
    Bytes image = {0};
    char error[200];
    device_save(g.device, &image);
    if (image.size > 16 << 20) abort();
    if (!device_load(g.device, &image, error, sizeof(error))) abort();
    bytes_free(&image);
    machine_free(g.machine);
    return 0;
}
