// SPDX-License-Identifier: MIT
// The input is 8 bytes that become table registers, then guest RAM with the ITS's command queue at its start and its tables and the LPIs'
// behind: whatever it says, the queue ends, and messages after it hit nothing but that RAM (the sanitizer watches).
#include <stdlib.h>
#include <string.h>
#include "hw/core/machine.h"
#include "hw/intc/gicv3.h"
#include "hw/intc/gicv3_its.h"

enum { BASE = 0x40000000, SIZE = 1 << 18, QUEUE = BASE, TABLES = BASE + 0x1000, LPIS = BASE + 0x10000 };
static bool load_nothing(Machine *m, char *error, size_t error_size) { return true; }
static const Board board = {.name = "fuzz", .max_cpus = 1, .load = load_nothing};
static const MachineSpec spec;
static Device *gic, *its;
static uint8_t *ram;

static void build(void) {
    char error[200];
    Machine *m = machine_new(&spec, &board);
    if (!mem_map_ram(m->mem, "ram", BASE, SIZE, false, error, sizeof(error))) abort();
    ram = mem_host(m->mem, BASE, SIZE, true);
    gic = device_new(m, &gicv3_type, "gic");
    its = device_new(m, &gicv3_its_type, "its");
    if (!device_set_all(gic, "cores=2,its=on", error, sizeof(error)) || !device_plug(gic, error, sizeof(error))) abort();
    gicv3_its_connect(its, gic);
}

static void enable(const uint8_t *head) {
    device_write(gic, 0, 3, 4);
    for (unsigned c = 0; c < 2; c++) {
        uint64_t frame = GICV3_REDIST + c * GICV3_REDIST_SIZE;
        device_write(gic, frame + 0x70, (LPIS + 0x20000) | (head[0] & 31), 8);
        device_write(gic, frame + 0x78, LPIS + c * 0x10000, 8);
        device_write(gic, frame, 1, 4);
    }
    uint64_t flags = 1ull << 63 | (uint64_t)(head[1] & 1) << 62 | (uint64_t)(head[1] & 6) << 7;
    device_write(its, 0x80, 1ull << 63 | QUEUE | (head[2] & 1), 8);
    device_write(its, 0x100, flags | TABLES | (head[3] & 3), 8);
    device_write(its, 0x108, flags | (TABLES + 0x1000) | (head[4] & 3), 8);
    device_write(its, 0, 1, 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!its) build();
    if (size < 8) return 0;
    memset(ram, 0, SIZE);
    memcpy(ram, data + 8, size - 8 < SIZE ? size - 8 : SIZE);
    device_reset(gic);
    device_reset(its);
    enable(data);
    device_write(its, 0x88, (uint64_t)data[5] << 5, 8);
    for (uint32_t i = 0; i < 8; i++) {
        device_write(its, 0x10040, i, 4);
        device_write(its, 0x10040, (uint32_t)data[6] * 257 + i, 4);
    }
    uint64_t value;
    for (unsigned c = 0; c < 2; c++) gicv3_read(gic, c, 3 << 14 | 12 << 7 | 12 << 3, &value);
    return 0;
}
