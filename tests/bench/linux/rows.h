// SPDX-License-Identifier: MIT
// A row measured inside a Linux guest (and natively): a name, how often, and a function that does it and returns a
// checksum of what it saw.
#ifndef TESTS_BENCH_LINUX_ROWS_H
#define TESTS_BENCH_LINUX_ROWS_H

#include <stdint.h>

typedef struct {
    const char *name;
    unsigned iterations;
    uint64_t (*run)(unsigned iterations);
} Row;

// Prints what failed with errno's text and exits.
_Noreturn void give_up(const char *what);

uint64_t run_getppid(unsigned iterations);
uint64_t run_signal(unsigned iterations);
uint64_t run_pipe(unsigned iterations);
uint64_t run_fork(unsigned iterations);
uint64_t run_exec(unsigned iterations);
uint64_t run_first_touch(unsigned iterations);
uint64_t run_copy_on_write(unsigned iterations);
uint64_t run_mprotect(unsigned iterations);
uint64_t run_segv(unsigned iterations);
uint64_t run_file(unsigned iterations);
uint64_t run_threads_alone(unsigned iterations);
uint64_t run_threads_shared(unsigned iterations);

#endif
