// SPDX-License-Identifier: MIT
// Memory as gdb sees it: through the page tables of the CPU it looks at, or physical; and the memory map.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "ui/gdb_impl.h"

typedef bool PieceFn(Mem *m, uint64_t paddr, uint8_t *bytes, size_t n);

// Devices are read and written as well, with the size that was asked for: somebody who debugs a driver wants
// that.
static bool read_piece(Mem *m, uint64_t paddr, uint8_t *bytes, size_t n) {
    uint64_t value;
    if (mem_read(m, paddr, bytes, n)) return true;
    if ((n != 1 && n != 2 && n != 4 && n != 8) || !mem_io_read(m, paddr, (unsigned)n, &value)) return false;
    memcpy(bytes, &value, n);
    return true;
}

static bool write_piece(Mem *m, uint64_t paddr, uint8_t *bytes, size_t n) {
    uint64_t value = 0;
    if (mem_load_rom(m, paddr, bytes, n)) return true; // a debugger may change ROM
    if (n != 1 && n != 2 && n != 4 && n != 8) return false;
    memcpy(&value, bytes, n);
    return mem_io_write(m, paddr, (unsigned)n, value);
}

// Page by page; how many bytes were done.
static size_t each_piece(GdbStub *g, uint64_t at, uint8_t *bytes, size_t n, PieceFn *piece) {
    Cpu *c = gdb_cpu(g);
    size_t done = 0;
    while (done < n) {
        uint64_t paddr = at + done;
        size_t part = 4096 - (paddr & 4095);
        if (part > n - done) part = n - done;
        if (!g->physical && !c->type->translate(c, at + done, &paddr)) break;
        if (!piece(c->mem, paddr, bytes + done, part)) break;
        done += part;
    }
    return done;
}

// "address,length" and then `next`.
static bool take_range(const char **at, uint64_t *address, uint64_t *length, char next) {
    return gdb_take_hex(at, address) && gdb_take_char(at, ',') && gdb_take_hex(at, length) &&
           (next ? gdb_take_char(at, next) : !**at);
}

void gdb_read_memory(GdbStub *g, const char *at, const char *end) {
    uint64_t address, length;
    if (!take_range(&at, &address, &length, 0)) {
        fprintf(g->reply, "E16");
        return;
    }
    if (length > GDB_PACKET_MAX / 2 - 8) length = GDB_PACKET_MAX / 2 - 8; // gdb takes less than it asked for
    uint8_t *bytes = malloc(length + 1);
    size_t n = each_piece(g, address, bytes, length, read_piece);
    if (n || !length)
        gdb_put_hex(g->reply, bytes, n);
    else
        fprintf(g->reply, "E0e");
    free(bytes);
}

static void write_bytes(GdbStub *g, uint64_t address, uint8_t *bytes, size_t n) {
    fprintf(g->reply, each_piece(g, address, bytes, n, write_piece) == n ? "OK" : "E0e");
}

void gdb_write_memory(GdbStub *g, const char *at, const char *end) {
    uint64_t address, length;
    uint8_t *bytes = malloc(GDB_PACKET_MAX);
    if (take_range(&at, &address, &length, ':') && length == (uint64_t)(end - at) / 2 &&
        gdb_take_bytes(&at, bytes, length))
        write_bytes(g, address, bytes, length);
    else
        fprintf(g->reply, "E16");
    free(bytes);
}

void gdb_write_binary(GdbStub *g, const char *at, const char *end) {
    uint64_t address, length;
    if (take_range(&at, &address, &length, ':') && length == (uint64_t)(end - at))
        write_bytes(g, address, (uint8_t *)at, length);
    else
        fprintf(g->reply, "E16");
}

// ---- memory map

static void put_region(FILE *to, const char *type, uint64_t base, uint64_t size) {
    if (size)
        fprintf(to, "<memory type=\"%s\" start=\"0x%" PRIx64 "\" length=\"0x%" PRIx64 "\"/>\n", type, base,
                size);
}

// gdb refuses every address that the map leaves out. Virtual addresses are not in it, so the gaps are called
// ram too; what the map then tells is where ROM is.
char *gdb_memory_map(GdbStub *g) {
    enum { MOST = 256 };
    MemRegion *r = calloc(MOST, sizeof(*r));
    unsigned n = mem_regions(g->machine->mem, r, MOST);
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    uint64_t at = 0;
    fprintf(to, "<?xml version=\"1.0\"?>\n<!DOCTYPE memory-map PUBLIC \"+//IDN gnu.org//DTD GDB Memory Map "
                "V1.0//EN\" "
                "\"http://sourceware.org/gdb/gdb-memory-map.dtd\">\n<memory-map>\n");
    for (unsigned i = 0; i < n && i < MOST; i++) {
        if (!r[i].ram || !r[i].read_only) continue;
        put_region(to, "ram", at, r[i].base - at);
        put_region(to, "rom", r[i].base, r[i].size);
        at = r[i].base + r[i].size;
    }
    put_region(to, "ram", at, 0 - at ? 0 - at : 0);
    fprintf(to, "</memory-map>\n");
    fclose(to);
    free(r);
    return text;
}
