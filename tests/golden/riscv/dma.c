// SPDX-License-Identifier: MIT
// run: xlen=64,32
// args: -smp 2 -global virtio-mmio.force-legacy=false
// args: -drive file=tests/golden/run.py,format=raw,if=none,id=disk,snapshot=on -device virtio-blk-device,drive=disk
// also: regions -accel tcg,tier2-threshold=1
// Code that changes while it runs, and nobody fences: a hot loop is overwritten by a disk's DMA, which has to end it, and by another hart,
// which may be seen late but never half. Virtio 1.2, 4.2 and 5.2.
#include "tests/golden/riscv/lib/test.h"

#define ADDI(rd, rs1, imm) (0x13u | (rd) << 7 | (rs1) << 15 | (uint32_t)(imm) << 20)
#define BNEZ_BACK(rs, bytes) (0x1063u | (rs) << 15 | 1u << 31 | ((-(bytes) >> 5 & 0x3f) << 25) | ((-(bytes) >> 1 & 15) << 8) | ((-(bytes) >> 11 & 1) << 7))
#define RET 0x00008067u
enum { A0 = 10, A1 = 11, SECTOR = 512, ENDLESS = 0x7fffffff, ROUNDS = 12 };

static uint32_t code[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
static uint32_t buffer[SECTOR / 4] __attribute__((aligned(SECTOR)));
typedef Word Loop(Word sum, Word rounds);
static Loop *const loop = (Loop *)code;

// a0 += step, a1 times.
static void write_loop(uint32_t *at, int step) {
    at[0] = ADDI(A0, A0, step);
    at[1] = ADDI(A1, A1, -1);
    at[2] = BNEZ_BACK(A1, 8);
    at[3] = RET;
}

// ---- a disk with one queue
enum { VIRTIO = 0x10001000, STEP = 0x1000, SLOTS = 8, BLOCK = 2, NEXT = 1, WRITE = 2, IN = 0, OUT = 1 };
static struct { uint64_t addr; uint32_t len; uint16_t flags, next; } desc[4] __attribute__((aligned(16)));
static struct { uint16_t flags, idx, ring[4]; } avail __attribute__((aligned(4)));
static volatile struct { uint16_t flags, idx; struct { uint32_t id, len; } ring[4]; } used __attribute__((aligned(4)));
static struct { uint32_t type, reserved; uint64_t sector; } header;
static volatile uint8_t status;
static volatile uint32_t *disk;
#define REG(offset) disk[(offset) / 4]

static int find_disk(void) {
    for (int k = 0; k < SLOTS; k++) {
        disk = (volatile uint32_t *)(Word)(VIRTIO + k * STEP);
        if (REG(0) == 0x74726976 && REG(8) == BLOCK) return 1;
    }
    return 0;
}

static void set_address(unsigned reg, const volatile void *p) {
    REG(reg) = (uint32_t)(Word)p;
    REG(reg + 4) = 0;
}

static void start_disk(void) {
    REG(0x70) = 0;
    REG(0x70) = 1 | 2; // ACKNOWLEDGE, DRIVER
    REG(0x24) = 1;
    REG(0x20) = 1;     // VERSION_1
    REG(0x24) = 0;
    REG(0x20) = 0;
    REG(0x70) = 1 | 2 | 8;
    REG(0x30) = 0;
    REG(0x38) = 4;
    set_address(0x80, desc);
    set_address(0x90, &avail);
    set_address(0xa0, &used);
    REG(0x44) = 1;
    REG(0x70) = 1 | 2 | 8 | 4;
}

static void submit(uint32_t type, uint64_t sector, void *data) {
    header.type = type;
    header.sector = sector;
    status = 0xff;
    desc[0].addr = (Word)&header, desc[0].len = 16, desc[0].flags = NEXT, desc[0].next = 1;
    desc[1].addr = (Word)data, desc[1].len = SECTOR, desc[1].flags = type == IN ? NEXT | WRITE : NEXT, desc[1].next = 2;
    desc[2].addr = (Word)&status, desc[2].len = 1, desc[2].flags = WRITE;
    avail.ring[avail.idx % 4] = 0;
    __atomic_store_n(&avail.idx, avail.idx + 1, __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    REG(0x50) = 0;
}

static int finish(void) {
    while (__atomic_load_n(&used.idx, __ATOMIC_ACQUIRE) != avail.idx)
        ;
    return status == 0;
}

static void test_disk(void) {
    Word missed = 0, failed = 0, wrong = 0;

    check("there is a disk", find_disk());
    start_disk();
    write_loop(buffer, 1);
    buffer[0] = ADDI(A1, 0, 1); // ends the loop
    submit(OUT, 3, buffer);
    check("the disk takes the patch", finish());
    for (int round = 0; round < ROUNDS; round++) {
        write_loop(code, 1);
        fence_i();
        wrong += loop(0, 20000) != 20000; // hot
        submit(IN, 3, code);
        missed += loop(0, ENDLESS) >= ENDLESS;
        failed += !finish();
        wrong += loop(7, 50) != 7; // patched for good
    }
    check_equal("DMA over a running loop ends it", missed, 0);
    check_equal("the disk reads", failed, 0);
    check_equal("and the loop is right before and behind", wrong, 0);
    write_loop(code, 1);
    fence_i();
    wrong = 0;
    for (int round = 0; round < ROUNDS; round++) { // to the same page
        submit(IN, 3, &code[SECTOR]);
        wrong += loop(0, 100000) != 100000;
        finish();
    }
    check_equal("DMA beside a loop leaves it alone", wrong, 0);
}

// ---- another hart
static volatile Word stop, patches;

void secondary_main(void) {
    MSIP(1) = 0;
    volatile uint32_t *at = code;
    do {
        *at = ADDI(A0, A0, 1);
        for (volatile int k = 0; k < 50; k++)
            ;
        *at = ADDI(A0, A0, 3);
        patches++;
    } while (!stop);
    __atomic_store_n(&stop, 2, __ATOMIC_RELEASE);
}

static void test_other_hart(void) {
    enum { N = 300000 };
    Word wrong = 0;

    write_loop(code, 1);
    fence_i();
    stop = 0;
    MSIP(1) = 1;
    for (int round = 0; round < ROUNDS || patches < 100; round++) {
        Word sum = loop(0, N);
        wrong += sum < N || sum > 3 * N || (sum - N) % 2;
    }
    stop = 1;
    while (__atomic_load_n(&stop, __ATOMIC_ACQUIRE) != 2)
        ;
    check_equal("each round runs the old instruction or the new one", wrong, 0);
    Word late = loop(0, N);
    check("the last patch is seen without a fence, by and by", late >= N);
    fence_i();
    check_equal("and wholly behind one", loop(0, N), 3 * N);
}

void test_main(void) {
    test_disk();
    test_other_hart();
}
