// SPDX-License-Identifier: MIT
// The input is guest RAM with the three rings in it: whatever it says, the device side ends, and every
// segment it gives out lies in that RAM. The last byte chooses the negotiated features.
#include "hw/virtio/virtqueue.h"
#include <stdlib.h>
#include <string.h>

enum { BASE = 0x80000000, SIZE = 1 << 16, NUM = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static Mem *mem;
    static uint8_t *ram;
    static VirtqElement e;
    char error[200];
    if (!mem) {
        mem = mem_new();
        if (!mem_map_ram(mem, "ram", BASE, SIZE, false, error, sizeof error)) abort();
        ram = mem_host(mem, BASE, SIZE, true);
    }
    if (!size) return 0;
    memset(ram, 0, SIZE);
    memcpy(ram, data, size < SIZE ? size : SIZE);
    // Close together, so that short inputs reach all of them.
    VirtqRegs regs = {.desc = BASE, .avail = BASE + 16 * NUM, .used = BASE + 16 * NUM + 64, .num = NUM};
    Virtq q;
    if (!virtq_start(&q, mem, &regs, "fuzz", data[size - 1] & 3)) abort();
    for (unsigned i = 0; virtq_pop(&q, &e); i++) {
        if (i > 65536) abort();
        uint64_t total = 0;
        for (unsigned k = 0; k < e.nout + e.nin; k++) {
            uint8_t *at = e.iov[k].iov_base;
            if (at < ram || e.iov[k].iov_len > (size_t)(ram + SIZE - at)) abort();
            total += e.iov[k].iov_len;
        }
        if (total != (uint64_t)e.out_bytes + e.in_bytes) abort();
        uint8_t bytes[100] = {0};
        virtq_gather(&e, data[0], bytes, sizeof bytes);
        uint32_t n = virtq_scatter(&q, &e, data[0], bytes, sizeof bytes); // may write the rings too
        virtq_push(&q, e.head, n);
        virtq_must_signal(&q);
    }
    return 0;
}
