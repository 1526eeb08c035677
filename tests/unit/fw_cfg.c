// SPDX-License-Identifier: MIT
// fw_cfg: items by the data register and by DMA, the directory, and what a hostile guest asks.
#include "hw/misc/fw_cfg.h"
#include <check.h>
#include <endian.h>
#include <string.h>
#include "tests/lib/device_rig.h"
#include "tests/lib/suite.h"

enum { DATA = 0, SELECTOR = 8, DMA = 16 };
enum { ERROR = 1, READ = 2, SKIP = 4, SELECT = 8, WRITE = 16 };
static Rig *r;
static char error[300];
static uint8_t *ram;

static void setup(void) {
    r = rig_new(&fw_cfg_type, "");
    ck_assert(mem_map_ram(r->machine->mem, "ram", 0x1000, 0x10000, false, error, sizeof(error)));
    ram = mem_host(r->machine->mem, 0x1000, 0x10000, true);
    ck_assert(fw_cfg_add_file(r->device, "opt/one", "hello, world", 12, error, sizeof(error)));
    ck_assert(fw_cfg_add_file(r->device, "opt/two", "2", 1, error, sizeof(error)));
}
static void teardown(void) { rig_free(r); }

static void select_key(unsigned key) { rig_write(r, SELECTOR, htobe16((uint16_t)key), 2); }

// The answer's control word.
static uint32_t dma(uint32_t control, uint32_t length, uint64_t to) {
    uint32_t request[4] = {htobe32(control), htobe32(length), htobe32((uint32_t)(to >> 32)), htobe32((uint32_t)to)};
    memcpy(ram, request, 16);
    rig_write(r, DMA, htobe64(0x1000), 8);
    memcpy(request, ram, 4);
    return be32toh(request[0]);
}

START_TEST(signature_and_id) {
    ck_assert_uint_eq(rig_read(r, DMA, 8), 0x47464320554d4551ull);
    select_key(FW_CFG_SIGNATURE);
    ck_assert_uint_eq(rig_read(r, DATA, 4), 0x554d4551); // "QEMU"
    ck_assert_uint_eq(rig_read(r, DATA, 1), 0);          // past the end
    select_key(FW_CFG_ID);
    ck_assert_uint_eq(rig_read(r, DATA, 8), 3);
}
END_TEST

START_TEST(directory_names_files) {
    select_key(FW_CFG_DIRECTORY);
    ck_assert_uint_eq(be32toh((uint32_t)rig_read(r, DATA, 4)), 2);
    for (unsigned i = 0; i < 2; i++) {
        char name[57] = "";
        ck_assert_uint_eq(be32toh((uint32_t)rig_read(r, DATA, 4)), i ? 1 : 12);
        ck_assert_uint_eq(be16toh((uint16_t)rig_read(r, DATA, 2)), FW_CFG_FILES + i);
        ck_assert_uint_eq(rig_read(r, DATA, 2), 0);
        for (unsigned k = 0; k < 56; k++) name[k] = (char)rig_read(r, DATA, 1);
        ck_assert_str_eq(name, i ? "opt/two" : "opt/one");
    }
    ck_assert(!fw_cfg_add_file(r->device, "opt/one", "", 0, error, sizeof(error)));
    char text[80];
    memset(text, 'x', 79);
    text[56] = 0;
    ck_assert(!fw_cfg_add_file(r->device, text, "", 0, error, sizeof(error)));
    text[55] = 0;
    ck_assert(fw_cfg_add_file(r->device, text, "", 0, error, sizeof(error)));
}
END_TEST

START_TEST(data_in_all_sizes) {
    select_key(FW_CFG_FILES);
    ck_assert_uint_eq(rig_read(r, DATA, 1), 'h');
    ck_assert_uint_eq(rig_read(r, DATA, 2), 'e' | 'l' << 8);
    ck_assert_uint_eq(rig_read(r, DATA, 8), 0x726f77202c6f6cull | (uint64_t)'l' << 56); // "lo, worl"
    ck_assert_uint_eq(rig_read(r, DATA, 4), 'd');
    ck_assert_uint_eq(rig_read(r, DATA, 4), 0);
    select_key(0x7777); // no such item
    ck_assert_uint_eq(rig_read(r, DATA, 8), 0);
}
END_TEST

START_TEST(dma_reads_and_skips) {
    memset(ram + 0x100, 0xee, 32);
    ck_assert_uint_eq(dma(SELECT | READ | FW_CFG_FILES << 16, 5, 0x1100), 0);
    ck_assert_mem_eq(ram + 0x100, "hello\xee", 6);
    ck_assert_uint_eq(dma(SKIP, 2, 0), 0);
    ck_assert_uint_eq(dma(READ, 20, 0x1100), 0); // zeros behind the end
    ck_assert_mem_eq(ram + 0x100, "world\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xee", 21);
    ck_assert_uint_eq(dma(READ | SKIP, 0xffffffff, 0x1100), ERROR); // no such memory
    ck_assert_uint_eq(dma(READ, 0x2000, UINT64_MAX - 5), ERROR);
    ck_assert_uint_eq(dma(WRITE, 4, 0x1100), ERROR); // items are read-only
    ck_assert_uint_eq(dma(SELECT | READ | 0x7777u << 16, 4, 0x1100), 0);
    ck_assert_mem_eq(ram + 0x100, "\0\0\0\0", 4);
    rig_write(r, DMA, htobe64(0xdead0000), 8); // the request itself is nowhere
    rig_write(r, DMA, 0, 4);                   // halves: high, then low starts it
    ck_assert_uint_eq(dma(SELECT | FW_CFG_ID << 16, 0, 0), 0);
    memset(ram, 0xff, 4);
    rig_write(r, DMA + 4, htobe32(0x1000), 4);
    uint32_t answer;
    memcpy(&answer, ram, 4);
    ck_assert_uint_ne(answer, 0xffffffff);
}
END_TEST

int main(void) {
    Suite *s = suite_create("fw_cfg");
    TCase *t = tcase_create("fw_cfg");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, signature_and_id);
    tcase_add_test(t, directory_names_files);
    tcase_add_test(t, data_in_all_sizes);
    tcase_add_test(t, dma_reads_and_skips);
    suite_add_tcase(s, t);
    return suite_run(s);
}
