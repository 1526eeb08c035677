// SPDX-License-Identifier: MIT
// What boards know of RISC-V harts: the two CPU types, their interrupt pins, and the device tree's
// description of them.
#pragma once
#include "cpu/cpu.h"

extern const CpuType riscv64_type, riscv32_type;

// CpuType.set_pin: interrupt inputs of a hart (machine and supervisor external, machine timer, machine
// software).
enum { RISCV_PIN_MSI = 3, RISCV_PIN_MTI = 7, RISCV_PIN_SEI = 9, RISCV_PIN_MEI = 11, RISCV_PIN_SSI = 1, RISCV_PIN_STI = 5 };
enum { RISCV_PIN_TIME = 64 }; // an edge: clock_ticks was moved, so look at stimecmp again

#define RISCV_TIMEBASE 10000000 // Hz: the time CSR and the CLINT's mtime

// The hart's riscv,isa string ("rv64imafdc_zicsr..."); the caller frees it.
char *riscv_isa_string(const Cpu *c);
// Its extensions one by one, for riscv,isa-extensions: the i-th name, or NULL past the last.
const char *riscv_isa_extension(const Cpu *c, unsigned i);
// The device tree's mmu-type ("riscv,sv57", "riscv,none"), and the cache-block size in bytes.
const char *riscv_mmu_type(const Cpu *c);
unsigned riscv_cbo_block_size(const Cpu *c);
bool riscv_cpu_has(const Cpu *c, const char *extension);
// The time CSR's value now, so that a CLINT's mtime agrees with it.
uint64_t riscv_timebase_now(Clock *clock);
