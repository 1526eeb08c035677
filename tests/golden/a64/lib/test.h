// SPDX-License-Identifier: MIT
// The bare-metal test library of AArch64: checks that print `PASS name` or `FAIL name detail`, recorded exceptions, EL0, page tables.
// A test file defines test_main; it runs at EL1 on the virt board.
#ifndef TESTS_GOLDEN_A64_TEST_H
#define TESTS_GOLDEN_A64_TEST_H

#include <stddef.h>
#include <stdint.h>

#define PAGE_SIZE 4096
#define NOINLINE __attribute__((noinline))
typedef uint64_t Word;

enum {
    EC_UNKNOWN = 0x00, EC_WFX = 0x01, EC_FP = 0x07, EC_BRANCH_TARGET = 0x0d, EC_ILLEGAL = 0x0e, EC_SVC = 0x15, EC_SYSREG = 0x18, EC_FETCH_EL0 = 0x20,
    EC_FETCH = 0x21, EC_PC_ALIGN = 0x22, EC_DATA_EL0 = 0x24, EC_DATA = 0x25, EC_BREAKPOINT_EL0 = 0x30, EC_STEP_EL0 = 0x32, EC_STEP = 0x33, EC_BRK = 0x3c,
};
// Vectors: 4 to 7 the current level with SP_EL1, 8 to 11 EL0; sync, irq, fiq, serror.
enum { VECTOR_SYNC = 4, VECTOR_IRQ = 5, VECTOR_EL0_SYNC = 8, VECTOR_EL0_IRQ = 9 };

#define mrs(reg) ({ Word mrs_v_; __asm__ volatile("mrs %0, " #reg : "=r"(mrs_v_) : : "memory"); mrs_v_; })
#define msr(reg, value) __asm__ volatile("msr " #reg ", %0" : : "r"((Word)(value)) : "memory")
#define isb() __asm__ volatile("isb" : : : "memory")
#define tlbi_all() __asm__ volatile("dsb ishst\n tlbi vmalle1\n dsb ish\n isb" : : : "memory")

// The last exception, and how many since trap_clear. A synchronous one resumes behind its instruction, one on fetch at the return
// address (x30). An interrupt calls `irq_hook`, or is masked where it returns to.
typedef struct {
    Word vector, esr, pc, far, spsr, count;
} Trap;
extern volatile Trap trap;
extern void (*volatile irq_hook)(Word vector);
// Is asked about synchronous exceptions first: true if it saw to it where to resume. An interrupt's frame is trap_frame.
typedef struct {
    Word x[31], pc, spsr;
} Frame;
extern int (*volatile fault_hook)(Word esr, Frame *frame);
extern Frame *volatile trap_frame;
// Is told where each exception of software step, or of a breakpoint at EL0, was taken; it goes on there.
extern void (*volatile step_hook)(Word pc, Word esr);
void trap_clear(void);

void test_main(void);
void secondary_main(void); // cores other than 0 once PSCI started them; weak, does nothing

void check(const char *name, int good);
void check_equal(const char *name, uint64_t got, uint64_t wanted);
// One exception since trap_clear, with this class, ISS and pc; clears.
void check_trap(const char *name, Word ec, Word iss, Word pc);
void check_no_trap(const char *name);
void print_text(const char *text);

Word el0_run(Word (*function)(Word), Word argument);
extern char el0_return[]; // where el0_run goes on, at EL1
Word hvc_call(Word function, Word a, Word b, Word c);

Word probe_ldrb(Word), probe_ldr(Word), probe_str(Word), probe_strb(Word), probe_ldtr(Word), probe_sttr(Word);
Word probe_ldxr(Word), probe_swp(Word), probe_exec(Word);
// One instruction, at the function's address.
#define PROBE(name, text) \
    Word name(Word);      \
    __asm__(".text\n.balign 4\n.global " #name "\n" #name ":\n " text "\n ret\n")

uint64_t *page_new(void); // 4 KiB, zero
// Translation by these roots of the low and the high half: 39 bits, 4 KiB pages, 40 bits of physical address.
void mmu_on(const uint64_t *low, const uint64_t *high);

#endif
