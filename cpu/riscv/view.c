// SPDX-License-Identifier: MIT
// What people ask of a hart that is stopped: where it stands (one line, for a silent guest) and what its page
// tables map (`info mem`). Privileged 10.3.2 for the tables, 3.1.15 and 10.1.8 for the causes. Page tables
// are hostile: depth and reads are bounded.
#include <inttypes.h>
#include <stdio.h>
#include "cpu/riscv/state.h"

// ---- where

static const char *cause_name(uint64_t cause) {
    static const char *const names[16] = {"misaligned fetch",
                                          "fetch access fault",
                                          "illegal instruction",
                                          "breakpoint",
                                          "misaligned load",
                                          "load access fault",
                                          "misaligned store",
                                          "store access fault",
                                          "ecall from U",
                                          "ecall from S",
                                          NULL,
                                          "ecall from M",
                                          "fetch page fault",
                                          "load page fault",
                                          NULL,
                                          "store page fault"};
    return cause < 16 && names[cause] ? names[cause] : "unknown exception";
}

// Interrupts say little about why a guest is silent; exceptions do.
static bool print_trap(const RiscvState *s, char mode, uint64_t cause, uint64_t epc, uint64_t tval,
                       uint64_t tvec, FILE *to) {
    bool interrupt = cause >> (s->config->xlen - 1) & 1;
    if (interrupt || (!cause && !epc)) return false;
    fprintf(to, ", last %c trap: %s at 0x%" PRIx64 " (%ctval 0x%" PRIx64 ")", mode, cause_name(cause), epc,
            mode + ('a' - 'A'), tval);
    if (!tvec) fprintf(to, ", %ctvec is 0: nothing handles it", mode + ('a' - 'A'));
    return true;
}

void riscv_where(Cpu *c, FILE *to) {
    static const char *const privs[] = {"U", "S", "?", "M"};
    RiscvState *s = riscv_state(c->vcpu);
    uint64_t pc = riscv_mask(s, c->vcpu->pc);
    fprintf(to, "pc 0x%" PRIx64 " in mode %s%s", pc, privs[s->priv & 3], c->powered_on ? "" : " (off)");
    bool trapped = print_trap(s, 'M', s->mcause, s->mepc, s->mtval, s->mtvec, to);
    trapped |= print_trap(s, 'S', s->scause, s->sepc, s->stval, s->stvec, to);
    if (!trapped) fprintf(to, ", no trap taken");
    if (!mem_exists(c->mem, pc, 1) && satp_mode(s) == SATP_BARE) fprintf(to, ", there is no memory at pc");
}

// ---- backtrace: the frame records of the psABI (chapter "Frame Pointer Convention"): fp points behind ra and the caller's fp

static bool read_word(Cpu *c, uint64_t vaddr, unsigned bytes, uint64_t *word) {
    uint64_t paddr;
    *word = 0;
    return vaddr % bytes == 0 && riscv_translate_debug(c->vcpu, vaddr, &paddr) && mem_exists(c->mem, paddr, bytes) &&
           mem_read(c->mem, paddr, word, bytes);
}

unsigned riscv_backtrace(Cpu *c, uint64_t *pcs, unsigned max, const char **mode) {
    static const char *const modes[] = {"user", "supervisor", "?", "machine"};
    enum { DEEPEST_FRAME = 1 << 20 };
    const RiscvState *s = riscv_state(c->vcpu);
    unsigned n = 0, bytes = s->config->xlen / 8;
    uint64_t fp = riscv_mask(s, s->x[8]), ra, caller, paddr;
    *mode = modes[s->priv & 3];
    pcs[n++] = riscv_mask(s, c->vcpu->pc);
    while (n < max && read_word(c, fp - bytes, bytes, &ra) && read_word(c, fp - 2 * bytes, bytes, &caller)) {
        if (ra & 1 || !riscv_translate_debug(c->vcpu, ra, &paddr)) break;
        pcs[n++] = ra - 1; // inside the call
        if (caller <= fp || caller - fp > DEEPEST_FRAME) break;
        fp = caller;
    }
    return n;
}

// ---- info mem

typedef struct Run { // adjacent pages with equal rights
    uint64_t vaddr, paddr, size;
    unsigned rights;
} Run;

typedef struct Dump {
    Cpu *cpu;
    FILE *to;
    unsigned bits, entry_size;
    uint64_t sign; // bits above the page table's reach
    Run run;
    unsigned lines;
} Dump;

enum { LINES = 100000, PTE_V = 1, PTE_R = 2, PTE_W = 4, PTE_X = 8, PTE_RIGHTS = 0xfe };

static void flush(Dump *d) {
    const Run *r = &d->run;
    if (!r->size || d->lines++ > LINES) return;
    int digits = (int)d->entry_size * 2;
    fprintf(d->to, "%0*" PRIx64 " %016" PRIx64 " %016" PRIx64 " ", digits, r->vaddr, r->paddr, r->size);
    static const char letters[] = "rwxugad";
    for (unsigned i = 0; i < 7; i++) fputc(r->rights >> (i + 1) & 1 ? letters[i] : '-', d->to);
    fputc('\n', d->to);
}

static void add(Dump *d, uint64_t vaddr, uint64_t paddr, uint64_t size, unsigned rights) {
    Run *r = &d->run;
    if (r->size && r->vaddr + r->size == vaddr && r->paddr + r->size == paddr && r->rights == rights) {
        r->size += size;
        return;
    }
    flush(d);
    *r = (Run){vaddr, paddr, size, rights};
}

static void walk(Dump *d, uint64_t table, uint64_t vaddr, unsigned level) {
    uint64_t span = 4096ull << level * d->bits;
    for (unsigned i = 0; i < 1u << d->bits && d->lines < LINES; i++, vaddr += span) {
        uint64_t pte = 0;
        if (!mem_read(d->cpu->mem, table + i * d->entry_size, &pte, d->entry_size) || !(pte & PTE_V))
            continue;
        uint64_t ppn = d->entry_size == 4 ? pte >> 10 : pte >> 10 & 0xfffffffffff;
        uint64_t at = vaddr & d->sign ? vaddr | -d->sign : vaddr; // sign-extended
        if (d->entry_size == 4) at = (uint32_t)at;
        if (d->entry_size == 8 && pte >> 63 &&
            !level) // Svnapot: the low bits of the page come from the address
            ppn = (ppn & ~15ull) | (at >> 12 & 15);
        if (pte & (PTE_R | PTE_X))
            add(d, at, ppn << 12 & ~(span - 1), span, pte & PTE_RIGHTS);
        else if (level)
            walk(d, ppn << 12, vaddr, level - 1);
    }
}

void riscv_print_mappings(Cpu *c, FILE *to) {
    RiscvState *s = riscv_state(c->vcpu);
    unsigned mode = satp_mode(s);
    if (mode == SATP_BARE) {
        fprintf(to, "no page table is in use: virtual addresses are physical ones\n");
        return;
    }
    unsigned levels = mode == SATP_SV32 ? 2 : mode - SATP_SV39 + 3;
    Dump d = {
        .cpu = c, .to = to, .bits = mode == SATP_SV32 ? 10 : 9, .entry_size = mode == SATP_SV32 ? 4 : 8};
    d.sign = 1ull << (11 + levels * d.bits);
    fprintf(to, "%-*s %-16s %-16s attr\n", (int)d.entry_size * 2, "vaddr", "paddr", "size");
    walk(&d, satp_ppn(s) << 12, 0, levels - 1);
    flush(&d);
}
