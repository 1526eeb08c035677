// SPDX-License-Identifier: MIT
// Rows about virtual memory: first touches of fresh pages, copy-on-write after fork, changing protection, and signals,
// among them the one a bad access raises.
#define _GNU_SOURCE
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/linux/rows.h"

#define PAGE 4096
#define PAGES 512

static unsigned char *map_fresh(size_t size) {
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (at == MAP_FAILED)
        give_up("mmap");
    madvise(at, size, MADV_NOHUGEPAGE);
    return at;
}

uint64_t run_first_touch(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        unsigned char *at = map_fresh(PAGES * PAGE);
        for (unsigned i = 0; i < PAGES; i++)
            sum += at[i * PAGE + i]++ + n;
        for (unsigned i = 0; i < PAGES; i++)
            sum = sum * 5 + at[i * PAGE + i];
        munmap(at, PAGES * PAGE);
    }
    return sum;
}

uint64_t run_copy_on_write(unsigned iterations) {
    unsigned char *at = map_fresh(PAGES * PAGE);
    uint64_t sum = 0;

    for (unsigned i = 0; i < PAGES; i++)
        at[i * PAGE] = i;
    for (unsigned n = 0; n < iterations; n++) {
        int status;
        pid_t child = fork();
        if (child < 0)
            give_up("fork");
        if (child == 0) {
            unsigned char mixed = 0;
            for (unsigned i = 0; i < PAGES; i++)
                mixed ^= at[i * PAGE] += n;
            _exit(mixed & 127);
        }
        if (waitpid(child, &status, 0) != child)
            give_up("waitpid");
        sum += WEXITSTATUS(status) + at[n % PAGES * PAGE];
    }
    munmap(at, PAGES * PAGE);
    return sum;
}

uint64_t run_mprotect(unsigned iterations) {
    unsigned char *at = map_fresh(4 * PAGE);
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        unsigned char *page = at + n % 4 * PAGE;
        page[n % PAGE] += n;
        if (mprotect(page, PAGE, PROT_READ))
            give_up("mprotect");
        sum += page[n % PAGE];
        if (mprotect(page, PAGE, PROT_READ | PROT_WRITE))
            give_up("mprotect");
    }
    munmap(at, 4 * PAGE);
    return sum;
}

static volatile sig_atomic_t seen;
static unsigned char *guarded;

static void count_signal(int number) {
    (void)number;
    seen++;
}

// The bad access succeeds once the handler has opened the page.
static void open_page(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)context;
    seen += (unsigned char *)info->si_addr == guarded;
    mprotect(guarded, PAGE, PROT_READ | PROT_WRITE);
}

uint64_t run_signal(unsigned iterations) {
    struct sigaction action = {.sa_handler = count_signal};

    seen = 0;
    if (sigaction(SIGUSR1, &action, NULL))
        give_up("sigaction");
    for (unsigned n = 0; n < iterations; n++)
        syscall(SYS_tkill, syscall(SYS_gettid), SIGUSR1);
    return seen;
}

uint64_t run_segv(unsigned iterations) {
    struct sigaction action = {.sa_sigaction = open_page, .sa_flags = SA_SIGINFO}, old;

    seen = 0;
    guarded = map_fresh(PAGE);
    if (sigaction(SIGSEGV, &action, &old))
        give_up("sigaction");
    for (unsigned n = 0; n < iterations; n++) {
        mprotect(guarded, PAGE, PROT_NONE);
        *(volatile unsigned char *)guarded = n;
    }
    sigaction(SIGSEGV, &old, NULL);
    munmap(guarded, PAGE);
    return seen;
}
