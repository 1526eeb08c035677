// SPDX-License-Identifier: MIT
// A CPU of a machine: a Vcpu, the thread that runs it, and what every guest family offers to boards, gdb,
// monitor and snapshots.
#pragma once
#include "cpu/bus/clock.h"
#include "cpu/bus/irq.h"
#include "cpu/bus/mem.h"
#include "cpu/turn.h"
#include "tcg/base/fields.h"
#include "tcg/run/engine.h"

typedef struct Cpu Cpu;

// A register as gdb and the monitor see it.
typedef struct CpuReg {
    const char *name;
    uint16_t gdb;       // number in gdb's target description
    uint8_t bits;
    const char *group;  // "general", "float", "csr", ...
} CpuReg;

typedef struct CpuType {
    const char *name;                       // family: "riscv64", "riscv32"
    const Guest *guest;
    const Fields *fields;                   // guest state, for save/load/print
    bool (*init)(Cpu *c);                   // the family's part of cpu_new: config, wiring of the guest state
    void (*fini)(Cpu *c);
    // Called around looking at `fields` (the CPU is stopped): before saving or printing, and with `loaded`
    // after they were changed.
    void (*sync)(Cpu *c, bool loaded);
    // Model names and properties (`-cpu rv64,zba=off`): applies one text, false with a near-match message.
    bool (*configure)(Cpu *c, const char *model, char *error, size_t error_size);
    const char *const *models;              // NULL-terminated, for -cpu help
    void (*print_properties)(Cpu *c, FILE *to); // what MODEL,NAME=on|off takes and each model's presets: -cpu help. May be NULL
    const CpuReg *(*regs)(Cpu *c, unsigned *n);
    bool (*reg_read)(Cpu *c, unsigned gdb, uint64_t *value);
    bool (*reg_write)(Cpu *c, unsigned gdb, uint64_t value);
    bool (*reg_wide)(Cpu *c, unsigned gdb, uint64_t value[2], bool write); // registers of 128 bits; may be NULL
    const char *(*gdb_feature_xml)(Cpu *c, const char *annex); // "target.xml" and what it includes
    // Debugger's view: translates without faulting or changing state.
    bool (*translate)(Cpu *c, uint64_t vaddr, uint64_t *paddr);
    void (*disassemble)(Cpu *c, uint64_t vaddr, const uint8_t *bytes, size_t n, char *text, size_t size, unsigned *length);
    void (*print)(Cpu *c, FILE *to);        // info registers
    void (*where)(Cpu *c, FILE *to);        // half a line: pc, mode, last trap; on its own thread, or stopped. May be NULL
    // The calls that led to pc, innermost first, as far as the guest keeps frame pointers: at least one. *mode: what the CPU runs as. On
    // its own thread, or stopped. May be NULL.
    unsigned (*backtrace)(Cpu *c, uint64_t *pcs, unsigned max, const char **mode);
    // Mapped pages, adjacent ones with equal rights in one line: info mem. Stopped. May be NULL.
    void (*print_mappings)(Cpu *c, FILE *to);
    void (*set_pin)(Cpu *c, unsigned pin, bool level); // interrupt inputs, numbered by the family's header; any thread
} CpuType;

// What answers a guest's semihosting calls, on its CPU's thread. `word`: bytes of the guest's words. False: not yet, the instruction runs
// again.
typedef struct CpuSemihost {
    bool (*call)(void *opaque, Cpu *c, unsigned word, uint64_t op, uint64_t arg, uint64_t *answer);
    void *opaque;
    bool userspace; // unprivileged code may call too
} CpuSemihost;

typedef enum CpuState { CPU_STOPPED, CPU_RUNNING } CpuState;

struct Cpu {
    const CpuType *type;
    Vcpu *vcpu;
    Mem *mem;
    Clock *clock;
    unsigned index;
    void *config;          // the family's own (extensions on, ...)
    const CpuSemihost *semihost; // NULL: none. Set before it runs
    // thread
    pthread_t thread;
    pthread_mutex_t lock;  // state below; never held while guest code runs
    pthread_cond_t wake, stopped;
    CpuState state, wanted;
    bool started, quit;
    CpuTurn *turn;         // NULL: all CPUs run at once. Set before the thread starts
    uint64_t turn_number;  // turn.c's: drawn already for the next turn; 0: none
    bool powered_on;       // change it with cpu_power
    _Atomic bool asleep;   // the thread waits on `wake`, or is about to look whether it must
    // what happened when it stopped by itself (breakpoint, watchpoint, step): called on the vCPU's thread
    void (*on_stop)(void *opaque, Cpu *c, RunResult why);
    void *on_stop_opaque;
};

// NULL: out of memory. Stopped and powered on; configure it and reset it before it runs.
Cpu *cpu_new(const CpuType *type, Engine *engine, Mem *mem, Clock *clock, unsigned index);
void cpu_free(Cpu *c);         // stops and joins its thread
Cpu *cpu_current(void);        // whose thread this is; NULL: none's. Says which core reaches a banked register
void cpu_start_thread(Cpu *c);
void cpu_resume(Cpu *c);       // any thread
void cpu_pause(Cpu *c);        // any thread but its own; returns when it has stopped
void cpu_kick(Cpu *c);         // wakes it from WFI and makes it look at its interrupts; any thread
void cpu_power(Cpu *c, bool on); // a CPU that is off runs nothing, however it is resumed; any thread
void cpu_reset(Cpu *c, uint64_t pc); // stopped, or on its own thread
// The CPU's state as saved fields, it being stopped: that of its family, and where and whether it runs. A load refuses what
// makes no sense, with a message; the CPU is then as if reset. cpu_state.c
void cpu_save(Cpu *c, Bytes *out);
bool cpu_load(Cpu *c, Bytes *in, char *error, size_t error_size);
// Runs guest code on the calling thread until it has to stop, wait or `budget` instructions are done (0: no
// limit; so far the engine knows no other). Policy-free: the thread above is one way to call it.
RunResult cpu_run(Cpu *c, uint64_t budget);
