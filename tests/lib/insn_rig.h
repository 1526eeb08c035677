// SPDX-License-Identifier: MIT
// What the comparison of random instructions (tests/diff/insn.c) knows of a guest: how its registers are loaded from a record and stored
// again, how sequences are made, and how a core that runs them is set up.
#pragma once
#include "cpu/cpu.h"
#include "tests/lib/random.h"

#define RIG_BASE UINT64_C(0x80000000)
enum { RIG_RAM_SIZE = 64 << 20 };

typedef struct InsnRig InsnRig;
typedef struct Image {
    const InsnRig *rig;
    unsigned count, length;      // length 0: of many lengths
    uint64_t seed;
    const char *match;
    const Decoder *decoder;
    uint8_t *code, *records;
    size_t bytes, end;           // of code; offset of `end`
    RandomSequence *sequences;
    size_t *starts;
    size_t load_all, store_all, routines;
    Cpu *cpu;                    // once it ran here
} Image;

struct InsnRig {
    const char *name;            // "rv64"
    uint16_t machine;            // of ELF
    bool wide;
    unsigned record, scratch_at; // bytes of a record, an odd multiple of 128; where its scratch memory begins, up to its end
    const CpuType *type;
    const Decoder *(*decoder)(void);
    void (*start)(Image *m);     // the record register = first record - record
    void (*routines)(Image *m);  // load_all and store_all, jumped over
    void (*enter)(Image *m);     // call load_all; the record register moves on
    void (*leave)(Image *m, size_t top); // call store_all; if bit 7 of the record's address is clear, the same again from `top`
    void (*finish)(Image *m);    // write(1, records); exit(0)
    void (*fill)(Image *m, const RandomSequence *s, uint8_t *record, uint64_t scratch, Random *r);
    void (*sequence)(Random *r, const Decoder *d, unsigned n, const char *match, RandomSequence *out);
    void (*prepare)(Cpu *c, uint64_t end); // after reset; exceptions go to `end`
    bool (*faulted)(Cpu *c, char *text, size_t size);
    void (*name_at)(unsigned offset, char *text, size_t size);
    bool (*uses)(const RandomInsn *i, unsigned offset); // is what stands at this offset of the record one of its operands?
};
extern const InsnRig riscv64_rig, riscv32_rig, a64_rig;

static inline void rig_put(Image *m, uint32_t insn) {
    for (unsigned k = 0; k < 4; k++) m->code[m->bytes++] = (uint8_t)(insn >> 8 * k);
}
static inline size_t rig_size(const Image *m) { return (size_t)m->count * 2 * m->rig->record; } // two records a sequence
static inline uint64_t rig_records(const Image *m) { return (RIG_BASE + RIG_RAM_SIZE - rig_size(m)) & ~UINT64_C(255); }
