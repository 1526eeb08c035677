// SPDX-License-Identifier: MIT
// run: xlen=64,32
// args: -smp 2 -fw_cfg name=opt/golden,string=text-from-outside
// fw_cfg as firmware uses it: signature, the file directory, a file by the data register and by DMA into memory.
#include "tests/golden/riscv/lib/test.h"

#define BASE 0x10100000ul
#define DATA8 (*(volatile uint8_t *)BASE)
#define SELECTOR (*(volatile uint16_t *)(BASE + 8))
#define DMA(i) (*(volatile uint32_t *)(BASE + 16 + 4 * (i)))
enum { SIGNATURE = 0, CPUS = 5, DIRECTORY = 0x19 };
enum { READ = 2, SELECT = 8 };

static const char wanted[] = "text-from-outside";

static void select_key(unsigned key) { SELECTOR = __builtin_bswap16(key); }

static uint32_t big(int bytes) {
    uint32_t value = 0;
    while (bytes--)
        value = value << 8 | DATA8;
    return value;
}

static int same(const char *a, const char *b) {
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

// Key of a file, its size in *size; 0: none.
static unsigned find(const char *name, uint32_t *size) {
    char text[56];
    unsigned found = 0;
    select_key(DIRECTORY);
    for (uint32_t n = big(4); n; n--) {
        uint32_t bytes = big(4), key = big(2);
        big(2);
        for (int i = 0; i < 56; i++)
            text[i] = DATA8;
        if (same(text, name))
            found = key, *size = bytes;
    }
    return found;
}

void test_main(void) {
    static volatile uint32_t request[4] __attribute__((aligned(16)));
    static char text[sizeof(wanted)];
    uint32_t size = 0;
    select_key(SIGNATURE);
    check_equal("signature", big(4), 0x51454d55);
    check_equal("DMA signature", DMA(0), 0x554d4551);
    select_key(CPUS);
    check_equal("number of CPUs", big(1), 2);
    unsigned key = find("opt/golden", &size);
    check("the file is in the directory", key >= 0x20);
    check_equal("its size", size, sizeof(wanted) - 1);
    select_key(key);
    for (uint32_t i = 0; i < size && i < sizeof(text); i++)
        text[i] = DATA8;
    check("its bytes", same(text, wanted));
    for (unsigned i = 0; i < sizeof(text); i++)
        text[i] = 'x';
    request[0] = __builtin_bswap32(key << 16 | SELECT | READ);
    request[1] = __builtin_bswap32(sizeof(text));
    request[2] = 0;
    request[3] = __builtin_bswap32((uint32_t)(Word)text);
    __asm__ volatile("fence" : : : "memory");
    DMA(0) = 0;
    DMA(1) = __builtin_bswap32((uint32_t)(Word)request);
    __asm__ volatile("fence" : : : "memory");
    check_equal("DMA reports success", request[0], 0);
    check("and brings bytes and zeros", same(text, wanted));
}
