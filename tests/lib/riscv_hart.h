// SPDX-License-Identifier: MIT
// A hart with 64 MiB of RAM at 0x80000000, a ROM page at 0x1000 and no devices, for tests of cpu/riscv.
#pragma once
#include "cpu/riscv/state.h"

#define RAM 0x80000000ull
#define RAM_SIZE (64ull << 20)
#define ROM 0x1000ull
#define DEVICE 0x10000000ull // one page; reads give 0x5a in each byte

typedef struct Hart {
    Mem *mem;
    Clock *clock;
    Engine *engine;
    Cpu *cpu;
    Vcpu *v;
    RiscvState *s;
} Hart;

// model: as for -cpu ("rv64", "rv64,zba=off", "rv32"). Reset to RAM, in M-mode.
void hart_open(Hart *h, const char *model);
void hart_open_engine(Hart *h, const char *model, bool interpret); // false: its code is translated
void hart_close(Hart *h);
// M-mode's CSR access through the instruction helpers; a trap is reported as -1 in *trap (else 0).
uint64_t csr_read(Hart *h, unsigned csr, bool *trap);
void csr_write(Hart *h, unsigned csr, uint64_t value, bool *trap);
uint64_t csr_rw(Hart *h, unsigned csr, uint64_t value, uint64_t mask, bool *trap);
void hart_priv(Hart *h, unsigned priv); // as if by xRET
// The cause of the trap just raised, which is dropped; -1: none.
int hart_cause(Hart *h);
