// SPDX-License-Identifier: MIT
// Log channels: what `-d` names. A channel that is off costs one test of a global word.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define LOG_CHANNELS(X) \
    X(GUEST_ERROR, "guest_errors", "the guest did something its hardware manual forbids") \
    X(UNIMP, "unimp", "the guest used something Myna does not model") \
    X(IN_ASM, "in_asm", "guest code of each block translated") \
    X(OP, "op", "IR of each block, before optimisation") \
    X(OP_OPT, "op_opt", "IR of each block, optimised") \
    X(OUT_ASM, "out_asm", "host code of each block") \
    X(INT, "int", "traps and interrupts taken") \
    X(MMU, "mmu", "page walks and TLB maintenance") \
    X(PERFMAP, "perfmap", "host code of each block as perf's map files have it: address, size, guest pc") \
    X(EXEC, "exec", "each block entered (slow)") \
    X(CPU, "cpu", "CPU registers at each block entered (slow)") \
    X(DEVICE, "device", "each access to a device register, by name") \
    X(BLOCK, "block", "disk requests") \
    X(NET, "net", "network frames") \
    X(JIT, "jit", "what the translator counted, at exit (info jit)") \
    X(RESET, "cpu_reset", "CPU registers at each reset")

enum { // positions; LOG_x below are the bits
#define X(id, name, help) LOG_BIT_##id,
    LOG_CHANNELS(X)
#undef X
        LOG_NCHANNELS
};
enum {
#define X(id, name, help) LOG_##id = 1u << LOG_BIT_##id,
    LOG_CHANNELS(X)
#undef X
};

extern uint32_t log_mask;
static inline bool log_on(uint32_t channels) { return __builtin_expect(log_mask & channels, 0) != 0; }

// Printed only if one of `channels` is on; a whole line a call is never torn by another thread.
#define log_print(channels, ...) (log_on(channels) ? log_write(__VA_ARGS__) : (void)0)
void log_write(const char *format, ...) __attribute__((format(printf, 1, 2)));
FILE *log_begin(void); // for many lines in one go: locks the log ...
void log_end(void);    // ... until here

// `-d in_asm,int`: sets the mask; false with a near match in error. "all" and "help"-less: `log_list` prints
// the channels.
bool log_set(const char *names, char *error, size_t error_size);
// -D; a '%d' in the path becomes the process id
bool log_file(const char *path, char *error, size_t error_size);
void log_list(FILE *to);

// Our own bug: says what and where, and aborts.
#define die(...) die_at(__FILE__, __LINE__, __VA_ARGS__)
void die_at(const char *file, int line, const char *format, ...) __attribute__((noreturn, format(printf, 3, 4)));
