// SPDX-License-Identifier: MIT
// run: xlen=64,32
// args: -M virt,aclint=on -smp 2
// Supervisor software interrupts by the ACLINT's SSWI: edges that set sip.SSIP, which software clears; taken in S-mode,
// and from another hart. ACLINT specification, chapter 4; Privileged 3.1.9, 10.1.3.
#include "tests/golden/riscv/lib/test.h"

#define SSI 1
#define SSIP (1ul << SSI)
#define SETSSIP(hart) (*(volatile uint32_t *)(0x2f00000ul + 4 * (hart)))
enum { TURNS = 2000 };

static volatile Word taken, answered;

static void hook(Word cause) {
    taken++;
    csr_clear(mip, SSIP);
}

static void send(unsigned hart) {
    SETSSIP(hart) = 1;
    __asm__ volatile("fence" : : : "memory");
}

static void test_pending(void) {
    csr_write(mip, 0);
    check_equal("setssip reads as zero", SETSSIP(0), 0);
    SETSSIP(0) = 2;
    check_equal("only bit 0 counts", csr_read(mip) & SSIP, 0);
    send(0);
    check_equal("an edge sets mip.SSIP", csr_read(mip) & SSIP, SSIP);
    csr_set(mip, 1ul << 9);
    check_equal("other bits are set beside it", csr_read(mip) & SSIP, SSIP);
    csr_clear(mip, 1ul << 9);
    csr_clear(mip, SSIP);
    check_equal("software clears it", csr_read(mip) & SSIP, 0);
    send(0);
    csr_write(mip, 0);
    check_equal("unread, by a plain write too", csr_read(mip) & SSIP, 0);
    send(0);
    csr_set(mip, 1ul << 9);
    csr_clear(mip, 1ul << 9);
    check_equal("unread, it outlasts changes of other bits", csr_read(mip) & SSIP, SSIP);
    csr_write(mideleg, SSIP);
    check_equal("sip shows it if it is delegated", csr_read(sip) & SSIP, SSIP);
    csr_write(sip, 0);
    check_equal("and clears it", csr_read(mip) & SSIP, 0);
    csr_write(mideleg, 0);
}

static void test_taken(void) {
    trap_clear();
    trap_hook = hook;
    csr_write(mie, SSIP);
    csr_set(mstatus, MSTATUS_MIE);
    for (int i = 1; i <= 100; i++) {
        send(0);
        for (int k = 0; k < 100000 && taken < (Word)i; k++)
            ;
    }
    csr_clear(mstatus, MSTATUS_MIE);
    check_equal("each edge is taken once", taken, 100);
    check_equal("as a supervisor software interrupt", trap.cause, IRQ | SSI);
    csr_write(mie, 0);
    trap_clear();
}

// Hart 1 waits for SSIP and answers through memory; it changes other bits of mip all the time, which must lose nothing.
void secondary_main(void) {
    MSIP(1) = 0;
    for (Word turn = 1; turn <= TURNS; turn++) {
        while (!(csr_read(mip) & SSIP)) {
            csr_set(mip, 1ul << 9);
            csr_clear(mip, 1ul << 9);
        }
        csr_clear(mip, SSIP);
        __atomic_store_n(&answered, turn, __ATOMIC_SEQ_CST);
    }
}

static void test_other_hart(void) {
    MSIP(1) = 1;
    for (Word turn = 1; turn <= TURNS; turn++) {
        send(1);
        while (__atomic_load_n(&answered, __ATOMIC_SEQ_CST) != turn)
            ;
    }
    check_equal("no edge to another hart is lost", answered, TURNS);
}

void test_main(void) {
    test_pending();
    test_taken();
    test_other_hart();
}
