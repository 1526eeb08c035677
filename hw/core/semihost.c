// SPDX-License-Identifier: MIT
// The calls of semihosting: an operation number, and an argument that is a value or the address of a block of words. The CPU's front end
// knows the trap instruction and asks `call` on its own thread; what cannot be done yet (nothing was typed, a pipe is full) is asked again,
// so that interrupts, the debugger and the end of the machine come through. "Semihosting for AArch32 and AArch64", release 2.0.
//
// Guest memory is reached as a debugger reaches it, by virtual address and without regard to permissions. Every length is the guest's
// and is cut to CHUNK; the calls say how much was not done.
#include "hw/core/semihost.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "hw/core/machine.h"
#include "hw/core/semihost_file.h"
#include "tcg/base/log.h"

enum {
    SYS_OPEN = 0x01, SYS_CLOSE = 0x02, SYS_WRITEC = 0x03, SYS_WRITE0 = 0x04, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_READC = 0x07,
    SYS_ISERROR = 0x08, SYS_ISTTY = 0x09, SYS_SEEK = 0x0a, SYS_FLEN = 0x0c, SYS_TMPNAM = 0x0d, SYS_REMOVE = 0x0e, SYS_RENAME = 0x0f,
    SYS_CLOCK = 0x10, SYS_TIME = 0x11, SYS_SYSTEM = 0x12, SYS_ERRNO = 0x13, SYS_GET_CMDLINE = 0x15, SYS_HEAPINFO = 0x16,
    SYS_EXIT = 0x18, SYS_SYNCCACHE = 0x19, SYS_EXIT_EXTENDED = 0x20, SYS_ELAPSED = 0x30, SYS_TICKFREQ = 0x31,
};
enum { APPLICATION_EXIT = 0x20026, CHUNK = 1 << 20, PATH_SIZE = 4096, TICKS_A_SECOND = 1000000000, WORDS = 4 };

struct Semihost {
    CpuSemihost calls;
    Machine *machine;
    HostFiles *files;
    char *cmdline;
    _Atomic int error; // SYS_ERRNO
    uint64_t start;    // ns
};

// One call under way.
typedef struct Call {
    Semihost *h;
    Cpu *cpu;
    unsigned word;     // bytes
    uint64_t arg, block[WORDS];
    int error;
} Call;

static uint64_t now(clockid_t which) {
    struct timespec t;
    clock_gettime(which, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

// ---- guest memory
static bool guest_copy(Cpu *c, uint64_t vaddr, void *host, uint64_t n, bool write) {
    uint64_t paddr;
    for (uint8_t *at = host; n;) {
        uint64_t part = 4096 - (vaddr & 4095);
        if (part > n) part = n;
        if (!c->type->translate(c, vaddr, &paddr) || !(write ? mem_write(c->mem, paddr, at, part) : mem_read(c->mem, paddr, at, part)))
            return false;
        at += part, vaddr += part, n -= part;
    }
    return true;
}
static int64_t fault(Call *k) {
    k->error = EFAULT;
    return HOST_FAILED;
}
static bool get_block(Call *k, unsigned n) {
    uint8_t bytes[WORDS * 8] = {0};
    if (!guest_copy(k->cpu, k->arg, bytes, (uint64_t)n * k->word, false)) return false;
    for (unsigned i = 0; i < n; i++) {
        k->block[i] = 0;
        memcpy(&k->block[i], bytes + i * k->word, k->word);
    }
    return true;
}
static bool put_words(Call *k, uint64_t at, const uint64_t *words, unsigned n) {
    uint8_t bytes[WORDS * 8];
    for (unsigned i = 0; i < n; i++) memcpy(bytes + i * k->word, &words[i], k->word);
    return guest_copy(k->cpu, at, bytes, (uint64_t)n * k->word, true);
}
// A path, whose length the guest gives too.
static bool get_path(Call *k, uint64_t at, uint64_t length, char path[PATH_SIZE]) {
    if (length >= PATH_SIZE || !guest_copy(k->cpu, at, path, length, false)) return false;
    path[length] = 0;
    return true;
}

// ---- files
static int64_t call_open(Call *k) {
    char path[PATH_SIZE];
    if (!get_path(k, k->block[0], k->block[2], path)) return fault(k);
    return hostfile_open(k->h->files, path, k->block[1] > 11 ? 12 : (unsigned)k->block[1], &k->error);
}

// Both return how many bytes were not done.
static int64_t call_write(Call *k) {
    uint64_t n = k->block[2] < CHUNK ? k->block[2] : CHUNK;
    uint8_t *bytes = malloc(n + 1);
    int64_t done = !bytes || !guest_copy(k->cpu, k->block[1], bytes, n, false)
                       ? fault(k)
                       : hostfile_write(k->h->files, k->block[0], bytes, n, &k->error);
    free(bytes);
    return done == HOST_AGAIN ? HOST_AGAIN : (int64_t)(k->block[2] - (done > 0 ? (uint64_t)done : 0));
}
static int64_t call_read(Call *k) {
    uint64_t n = k->block[2] < CHUNK ? k->block[2] : CHUNK;
    uint8_t *bytes = malloc(n + 1);
    int64_t done = bytes ? hostfile_read(k->h->files, k->block[0], bytes, n, &k->error) : fault(k);
    if (done > 0 && !guest_copy(k->cpu, k->block[1], bytes, (uint64_t)done, true)) done = fault(k);
    free(bytes);
    return done == HOST_AGAIN ? HOST_AGAIN : (int64_t)(k->block[2] - (done > 0 ? (uint64_t)done : 0));
}

static int64_t call_tmpnam(Call *k) {
    char name[64];
    int n = snprintf(name, sizeof(name), "/tmp/myna-%d-%02x", (int)getpid(), (unsigned)(k->block[1] & 0xff)) + 1;
    if ((uint64_t)n > k->block[2]) return HOST_FAILED;
    return guest_copy(k->cpu, k->block[0], name, (uint64_t)n, true) ? 0 : fault(k);
}

static int64_t host_result(Call *k, int result) {
    if (result) k->error = errno;
    return result ? HOST_FAILED : 0;
}
static int64_t call_rename(Call *k) {
    char from[PATH_SIZE], to[PATH_SIZE];
    if (!get_path(k, k->block[0], k->block[1], from) || !get_path(k, k->block[2], k->block[3], to)) return fault(k);
    return host_result(k, rename(from, to));
}
static int64_t call_remove(Call *k) {
    char path[PATH_SIZE];
    return get_path(k, k->block[0], k->block[1], path) ? host_result(k, remove(path)) : fault(k);
}

// ---- the console
static int64_t call_write0(Call *k) {
    char text[PATH_SIZE];
    size_t n = 0;
    while (n < sizeof(text) && guest_copy(k->cpu, k->arg + n, &text[n], 1, false) && text[n]) n++;
    return hostfiles_console_write(k->h->files, (uint8_t *)text, n, &k->error);
}
static int64_t call_writec(Call *k) {
    uint8_t byte;
    return guest_copy(k->cpu, k->arg, &byte, 1, false) ? hostfiles_console_write(k->h->files, &byte, 1, &k->error) : fault(k);
}

// ---- the machine
static int64_t call_cmdline(Call *k) {
    uint64_t n = strlen(k->h->cmdline);
    if (k->block[1] < n + 1) return HOST_FAILED;
    return guest_copy(k->cpu, k->block[0], k->h->cmdline, n + 1, true) && put_words(k, k->arg + k->word, &n, 1) ? 0 : fault(k);
}
// The largest part of memory that no image lies in: the heap grows up in it, the stack down.
static int64_t call_heapinfo(Call *k) {
    const Machine *m = k->h->machine;
    uint64_t words[4] = {m->free_base, m->free_end, m->free_end, m->free_base};
    return put_words(k, k->block[0], words, 4) ? 0 : fault(k);
}
static int64_t call_elapsed(Call *k) {
    uint64_t ticks = now(CLOCK_MONOTONIC) - k->h->start, words[2] = {k->word == 8 ? ticks : (uint32_t)ticks, ticks >> 32};
    return put_words(k, k->arg, words, k->word == 8 ? 1 : 2) ? 0 : fault(k);
}
// With words of 32 bits SYS_EXIT has the reason in the register itself and no code.
static int64_t call_exit(Call *k, bool extended) {
    bool block = extended || k->word == 8;
    if (block && !get_block(k, 2)) return fault(k);
    uint64_t reason = block ? k->block[0] : k->arg, code = block ? k->block[1] : 0;
    machine_off(k->h->machine, reason == APPLICATION_EXIT ? (int)(code & 0xff) : 1);
    cpu_power(k->cpu, false);
    return 0;
}

static int64_t run(Call *k, unsigned op) {
    static const uint8_t words[SYS_EXIT] = { // that the argument block has
        [SYS_OPEN] = 3, [SYS_CLOSE] = 1, [SYS_WRITE] = 3, [SYS_READ] = 3, [SYS_ISERROR] = 1, [SYS_ISTTY] = 1, [SYS_SEEK] = 2, [SYS_FLEN] = 1,
        [SYS_TMPNAM] = 3, [SYS_REMOVE] = 2, [SYS_RENAME] = 4, [SYS_GET_CMDLINE] = 2, [SYS_HEAPINFO] = 1};
    HostFiles *f = k->h->files;
    if (op < SYS_EXIT && words[op] && !get_block(k, words[op])) return fault(k);
    switch (op) {
    case SYS_OPEN: return call_open(k);
    case SYS_CLOSE: return hostfile_close(f, k->block[0], &k->error);
    case SYS_WRITEC: return call_writec(k);
    case SYS_WRITE0: return call_write0(k);
    case SYS_WRITE: return call_write(k);
    case SYS_READ: return call_read(k);
    case SYS_READC: return hostfiles_console_read(f, &k->error);
    case SYS_ISERROR: return k->block[0] >> (8 * k->word - 1) & 1;
    case SYS_ISTTY: return hostfile_is_tty(f, k->block[0], &k->error);
    case SYS_SEEK: return hostfile_seek(f, k->block[0], k->block[1], &k->error);
    case SYS_FLEN: return hostfile_length(f, k->block[0], &k->error);
    case SYS_TMPNAM: return call_tmpnam(k);
    case SYS_REMOVE: return call_remove(k);
    case SYS_RENAME: return call_rename(k);
    case SYS_CLOCK: return (int64_t)((now(CLOCK_MONOTONIC) - k->h->start) / 10000000);
    case SYS_TIME: return (int64_t)(now(CLOCK_REALTIME) / 1000000000);
    case SYS_ERRNO: return k->h->error;
    case SYS_GET_CMDLINE: return call_cmdline(k);
    case SYS_HEAPINFO: return call_heapinfo(k);
    case SYS_EXIT: return call_exit(k, false);
    case SYS_EXIT_EXTENDED: return call_exit(k, true);
    case SYS_SYNCCACHE: return 0; // caches are coherent
    case SYS_ELAPSED: return call_elapsed(k);
    case SYS_TICKFREQ: return TICKS_A_SECOND;
    case SYS_SYSTEM: k->error = EPERM; return HOST_FAILED; // no guest runs commands of the host
    }
    log_print(LOG_GUEST_ERROR, "semihosting: operation 0x%x is not defined", op);
    k->error = ENOSYS;
    return HOST_FAILED;
}

static bool call(void *opaque, Cpu *c, unsigned word, uint64_t op, uint64_t arg, uint64_t *answer) {
    Call k = {.h = opaque, .cpu = c, .word = word, .arg = word == 8 ? arg : (uint32_t)arg};
    int64_t r = run(&k, (uint32_t)op);
    if (r == HOST_AGAIN) return false;
    if (k.error) k.h->error = k.error;
    *answer = (uint64_t)r;
    return true;
}

// ---- life
static char *make_cmdline(const MachineSpec *spec) {
    const SpecList *args = &spec->semihosting_args;
    const char *plain[2] = {spec->kernel ? spec->kernel : "", spec->append};
    unsigned n = args->n ? args->n : spec->append ? 2 : 1;
    size_t size = 1;
    for (unsigned i = 0; i < n; i++) size += strlen(args->n ? args->item[i] : plain[i]) + 1;
    char *text = calloc(1, size);
    for (unsigned i = 0; text && i < n; i++) {
        if (i) strcat(text, " ");
        strcat(text, args->n ? args->item[i] : plain[i]);
    }
    return text;
}

Semihost *semihost_new(Machine *m, Serial *console) {
    Semihost *h = calloc(1, sizeof(*h));
    if (!h) return NULL;
    h->machine = m;
    h->calls = (CpuSemihost){call, h, m->spec->semihosting_userspace};
    h->start = now(CLOCK_MONOTONIC);
    h->cmdline = make_cmdline(m->spec);
    h->files = hostfiles_new(console);
    if (h->cmdline && h->files) return h;
    semihost_free(h);
    return NULL;
}
void semihost_free(Semihost *h) {
    if (!h) return;
    hostfiles_free(h->files);
    free(h->cmdline);
    free(h);
}
const CpuSemihost *semihost_calls(const Semihost *h) { return &h->calls; }
