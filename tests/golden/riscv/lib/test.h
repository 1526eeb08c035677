// SPDX-License-Identifier: MIT
// The bare-metal test library: checks that print `PASS name` or `FAIL name detail`, recorded traps, lower privileges,
// page tables. A test file defines test_main; it runs in M-mode on the virt board.
#ifndef TESTS_GOLDEN_RISCV_TEST_H
#define TESTS_GOLDEN_RISCV_TEST_H

#include <stddef.h>
#include <stdint.h>

typedef unsigned long Word;

#define PAGE_SIZE 4096
#define NOINLINE __attribute__((noinline))
#define XLEN __riscv_xlen
#define IRQ ((Word)1 << (XLEN - 1))

enum { U_MODE = 0, S_MODE = 1, M_MODE = 3 };
enum {
    FETCH_MISALIGNED, FETCH_ACCESS, ILLEGAL, BREAKPOINT, LOAD_MISALIGNED, LOAD_ACCESS, STORE_MISALIGNED, STORE_ACCESS,
    ECALL_U, ECALL_S, ECALL_M = 11, FETCH_PAGE, LOAD_PAGE, STORE_PAGE = 15,
};
enum { PTE_V = 1, PTE_R = 2, PTE_W = 4, PTE_X = 8, PTE_U = 16, PTE_G = 32, PTE_A = 64, PTE_D = 128 };
#define PTE_RWX (PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D)
#define PTE_RW (PTE_V | PTE_R | PTE_W | PTE_A | PTE_D)

#define MSTATUS_SIE 0x2ul
#define MSTATUS_MIE 0x8ul
#define MSTATUS_SPIE 0x20ul
#define MSTATUS_MPIE 0x80ul
#define MSTATUS_SPP 0x100ul
#define MSTATUS_MPP 0x1800ul
#define MSTATUS_FS 0x6000ul
#define MSTATUS_MPRV 0x20000ul
#define MSTATUS_SUM 0x40000ul
#define MSTATUS_MXR 0x80000ul
#define MSTATUS_TVM 0x100000ul
#define MSTATUS_TW 0x200000ul
#define MSTATUS_TSR 0x400000ul

#define csr_read(csr) ({ Word csr_v_; __asm__ volatile("csrr %0, " #csr : "=r"(csr_v_) : : "memory"); csr_v_; })
#define csr_write(csr, value) __asm__ volatile("csrw " #csr ", %0" : : "rK"((Word)(value)) : "memory")
#define csr_set(csr, bits) __asm__ volatile("csrs " #csr ", %0" : : "rK"((Word)(bits)) : "memory")
#define csr_clear(csr, bits) __asm__ volatile("csrc " #csr ", %0" : : "rK"((Word)(bits)) : "memory")
#define sfence_all() __asm__ volatile("sfence.vma" : : : "memory")
#define fence_i() __asm__ volatile("fence.i" : : : "memory")

// The last trap that M-mode took, and how many since trap_clear. An exception resumes behind the instruction, one on
// fetch at the return address. An interrupt calls `trap_hook`, or is switched off in mie.
typedef struct {
    Word cause, pc, tval, status, count;
} Trap;
extern volatile Trap trap;
extern void (*volatile trap_hook)(Word cause);
// Is asked about exceptions first: true if it saw to it where to resume (mepc). x1 to x31 are frame[1] to [31]; trap_frame for interrupts.
extern int (*volatile fault_hook)(Word cause, Word *frame);
extern Word *volatile trap_frame;
void trap_clear(void);

void test_main(void);
void secondary_main(void);  // harts other than 0, each time their msip is set; weak, does nothing

void check(const char *name, int good);
void check_equal(const char *name, uint64_t got, uint64_t wanted);
// One trap since trap_clear, with this cause, pc and tval; clears.
void check_trap(const char *name, Word cause, Word pc, Word tval);
void check_no_trap(const char *name);
void print_text(const char *text);

Word mode_run(Word (*function)(Word), Word argument, int mode);
extern char mode_leave[], mode_return[];

Word probe_lb(Word), probe_lhu(Word), probe_lw(Word), probe_load(Word), probe_lr(Word);
Word probe_sb(Word), probe_sh(Word), probe_sw(Word), probe_store(Word), probe_amo(Word), probe_exec(Word);

// Page tables of Sv32, 39, 48 or 57 (`levels` 2 to 5).
typedef struct {
    Word *root;
    int levels;
} Space;
Space space_new(int levels);                                                   // empty
Word *space_leaf(const Space *space, Word vaddr, int level);                   // the PTE, tables made on the way
void space_map(const Space *space, Word vaddr, const volatile void *target, Word flags);  // one 4 KiB page
void space_map_program(const Space *space, Word flags);                        // the test itself, at its own address
Word space_satp(const Space *space, Word asid);
int space_supported(int levels);                                               // satp takes the mode

Word pte_make(const volatile void *target, Word flags);
void pmp_open(void);  // entry 15: everything allowed

#define MSIP(hart) (*(volatile uint32_t *)(0x2000000ul + 4 * (hart)))
uint64_t time_now(void);
void timer_set(unsigned hart, uint64_t when);  // mtimecmp

#endif
