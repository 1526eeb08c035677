// SPDX-License-Identifier: MIT
// The code cache and translator shared by all vCPUs of a machine, and the door through which the memory system reports writes.
#pragma once
#include "tcg/run/vcpu.h"

typedef struct EngineOptions {
    size_t cache_size;    // bytes of host code; 0: default
    bool interpret;       // run IR in the interpreter: no host code
    bool one_insn;        // one-instruction blocks
    unsigned seed;        // hostile build: of its dice; 0: any
    unsigned tier;        // 1: no regions (tier2.c); 0, 2: hot loops become regions
    size_t region_size;   // bytes of host code of regions; 0: default
    bool strict;          // load-reserved and store-conditional notice every store to their line: reserve.c
    unsigned tier2_threshold; // how often a loop is met before it does; 0: default; 1: at once, and by the vCPU itself
} EngineOptions;

Engine *engine_new(const Guest *guest, const EngineOptions *options);
void engine_free(Engine *e);
void engine_attach(Engine *e, Vcpu *v);

// RAM at [paddr, paddr + size) was written by DMA, a loader or the debugger (any thread, any lock of lower rank held).
void engine_written(Engine *e, uint64_t paddr, uint64_t size);
// RAM at [paddr, paddr + size) is no longer there (any thread, any lock held): translated code of it is looked at again, and every vCPU
// forgets its translations when it next serves requests. Until then it may still reach the memory, which stays. A vCPU whose own store did
// this does so before its next instruction.
void engine_unmapped(Engine *e, uint64_t paddr, uint64_t size);
// Breakpoints of the debugger, by vaddr, any number; vCPUs stop before them with RUN_BREAKPOINT, always: to go on, step (Vcpu.step) over
// it. From the return on no vCPU passes it. Not from a vCPU's thread.
void engine_breakpoint(Engine *e, uint64_t vaddr, bool set);
// Watchpoints, by vaddr: a vCPU stops with RUN_WATCHPOINT and Vcpu.watch after an instruction that did one of `access` (WATCHED_READ,
// WATCHED_WRITE) in [vaddr, vaddr + size). Page walks and DMA are not watched. Otherwise as breakpoints.
void engine_watch(Engine *e, uint64_t vaddr, uint64_t size, unsigned access, bool set);
// A text for `info jit`; the caller frees it. Asks each vCPU's thread, which must serve requests.
char *engine_info(Engine *e);
// fn on every vCPU before it runs code again; self (may be NULL) is the caller's, on whose thread it is called. arg: a uint64_t, copied.
void engine_shoot(Engine *e, Vcpu *self, void (*fn)(Vcpu *v, void *arg), void *arg);
