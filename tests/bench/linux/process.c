// SPDX-License-Identifier: MIT
// Rows about processes: the cheapest system call, a pipe between two processes (two context switches a turn), fork and
// wait, fork and exec, small file operations.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/linux/rows.h"

uint64_t run_getppid(unsigned iterations) {
    uint64_t same = 0;
    long first = syscall(SYS_getppid);

    for (unsigned n = 0; n < iterations; n++)
        same += syscall(SYS_getppid) == first;
    return same;
}

static void answer_bytes(int in, int out) {
    unsigned char byte;

    while (read(in, &byte, 1) == 1) {
        byte = byte * 3 + 1;
        if (write(out, &byte, 1) != 1)
            _exit(1);
    }
    _exit(0);
}

uint64_t run_pipe(unsigned iterations) {
    int there[2], back[2], status;
    unsigned char byte = 1;
    uint64_t sum = 0;

    if (pipe(there) || pipe(back))
        give_up("pipe");
    pid_t child = fork();
    if (child < 0)
        give_up("fork");
    if (child == 0) {
        close(there[1]);
        close(back[0]);
        answer_bytes(there[0], back[1]);
    }
    close(there[0]);
    close(back[1]);
    for (unsigned n = 0; n < iterations; n++) {
        if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
            give_up("pipe");
        sum += byte;
    }
    close(there[1]);
    close(back[0]);
    if (waitpid(child, &status, 0) != child || status)
        give_up("the pipe's other end");
    return sum;
}

// Both rows: starts a child that ends with a known status and adds that up.
static uint64_t run_children(unsigned iterations, int exec) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        int status;
        pid_t child = fork();
        if (child < 0)
            give_up("fork");
        if (child == 0) {
            if (exec)
                execl("/proc/self/exe", "rows", "--exit", NULL);
            _exit(exec ? 1 : n & 63);
        }
        if (waitpid(child, &status, 0) != child)
            give_up("waitpid");
        sum += WEXITSTATUS(status);
    }
    return sum;
}

uint64_t run_fork(unsigned iterations) {
    return run_children(iterations, 0);
}

uint64_t run_exec(unsigned iterations) {
    return run_children(iterations, 1);
}

// Open, write, seek, read, close in a file of a memory file system.
uint64_t run_file(unsigned iterations) {
    char name[] = "/tmp/bench-XXXXXX";
    unsigned char block[512] = {0};
    uint64_t sum = 0;
    int fd = mkstemp(name);

    if (fd < 0)
        give_up(name);
    close(fd);
    for (unsigned n = 0; n < iterations; n++) {
        fd = open(name, O_RDWR);
        block[n % sizeof block]++;
        if (fd < 0 || write(fd, block, sizeof block) != sizeof block || lseek(fd, n % 256, SEEK_SET) < 0
            || read(fd, block, 256) != 256)
            give_up(name);
        sum = sum * 31 + block[n % 256];
        close(fd);
    }
    unlink(name);
    return sum;
}
