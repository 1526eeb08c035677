// SPDX-License-Identifier: MIT
// Handles of semihosting. A handle is a descriptor of the host, the console, or the features file that tells which parts of the
// specification are there. With a -chardev as console its bytes come on the loop's thread and wait in a ring; what it does not take at
// once waits in `pending`, and a guest that writes more than that asks again.
#include "hw/core/semihost_file.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "hw/host/serial.h"
#include "tcg/base/lock.h"

enum { HANDLES = 256, RING = 256, PENDING = 65536, MOMENT_MS = 20, PIPE_CHUNK = 4096 };
typedef enum FileKind { FILE_NONE, FILE_HOST, FILE_CONSOLE, FILE_FEATURES } FileKind;

// "SHFB", then bit 0: SYS_EXIT_EXTENDED; bit 1: ":tt" opened for appending is stderr.
static const uint8_t features[] = {0x53, 0x48, 0x46, 0x42, 3};

typedef struct HostFile {
    FileKind kind;
    int fd;
    bool own;       // not one of the standard streams
    uint64_t at;    // FILE_FEATURES
} HostFile;

struct HostFiles {
    Lock lock;
    pthread_cond_t came;
    Serial *console;
    HostFile file[HANDLES]; // 0 is none
    uint8_t ring[RING];
    unsigned head, fill;
    uint8_t pending[PENDING];
    size_t npending;
};

// ---- the console as a front of a serial line; all on the loop's thread
static size_t can_receive(void *front) {
    HostFiles *f = front;
    lock_take(&f->lock);
    size_t room = RING - f->fill;
    lock_drop(&f->lock);
    return room;
}
static void receive(void *front, const uint8_t *bytes, size_t n) {
    HostFiles *f = front;
    lock_take(&f->lock);
    for (size_t i = 0; i < n && f->fill < RING; i++) f->ring[(f->head + f->fill++) % RING] = bytes[i];
    pthread_cond_broadcast(&f->came);
    lock_drop(&f->lock);
}
static void push_pending(HostFiles *f) {
    size_t n = f->npending ? serial_write(f->console, f->pending, f->npending) : 0;
    memmove(f->pending, f->pending + n, f->npending - n);
    f->npending -= n;
}
static void drained(void *front) {
    HostFiles *f = front;
    lock_take(&f->lock);
    push_pending(f);
    lock_drop(&f->lock);
}

HostFiles *hostfiles_new(Serial *console) {
    HostFiles *f = calloc(1, sizeof(*f));
    if (!f) return NULL;
    f->console = console;
    lock_init(&f->lock, LOCK_DEVICE, "semihosting");
    pthread_cond_init(&f->came, NULL);
    serial_attach(console, f, can_receive, receive, NULL, drained);
    return f;
}
void hostfiles_free(HostFiles *f) {
    if (!f) return;
    if (f->console) push_pending(f);
    serial_detach(f->console);
    for (unsigned i = 0; i < HANDLES; i++)
        if (f->file[i].kind == FILE_HOST && f->file[i].own) close(f->file[i].fd);
    pthread_cond_destroy(&f->came);
    lock_destroy(&f->lock);
    free(f);
}

// ---- waiting a moment
static bool ready(int fd, short events) {
    struct pollfd p = {.fd = fd, .events = events};
    return poll(&p, 1, MOMENT_MS) != 0; // an error is for the call itself to tell
}
static struct timespec soon(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += MOMENT_MS * 1000000;
    if (t.tv_nsec >= 1000000000) t.tv_nsec -= 1000000000, t.tv_sec++;
    return t;
}

// ---- bytes of a descriptor, of the console
static int64_t result(int64_t n, int *error) {
    if (n >= 0) return n;
    *error = errno;
    return errno == EINTR || errno == EAGAIN ? HOST_AGAIN : HOST_FAILED;
}
static int64_t fd_read(int fd, uint8_t *to, size_t n, int *error) {
    return ready(fd, POLLIN) ? result(read(fd, to, n), error) : HOST_AGAIN;
}
static int64_t fd_write(int fd, const uint8_t *from, size_t n, int *error) {
    struct stat st;
    bool plain = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    return ready(fd, POLLOUT) ? result(write(fd, from, plain || n < PIPE_CHUNK ? n : PIPE_CHUNK), error) : HOST_AGAIN;
}
static int64_t console_read(HostFiles *f, uint8_t *to, size_t n, int *error) {
    if (!f->console) return fd_read(STDIN_FILENO, to, n, error);
    struct timespec end = soon();
    lock_take(&f->lock);
    if (!f->fill && n) pthread_cond_timedwait(&f->came, &f->lock.mutex, &end);
    size_t got = 0;
    for (; got < n && f->fill; f->fill--, f->head = (f->head + 1) % RING) to[got++] = f->ring[f->head];
    lock_drop(&f->lock);
    if (got) serial_ready(f->console);
    return got || !n ? (int64_t)got : HOST_AGAIN;
}
static int64_t console_write(HostFiles *f, int fd, const uint8_t *from, size_t n, int *error) {
    if (!f->console) return fd_write(fd, from, n, error);
    lock_take(&f->lock);
    push_pending(f);
    size_t room = PENDING - f->npending, take = n < room ? n : room;
    memcpy(f->pending + f->npending, from, take);
    f->npending += take;
    push_pending(f);
    lock_drop(&f->lock);
    if (!take && n) ready(-1, 0); // nothing to wait for but time
    return take || !n ? (int64_t)take : HOST_AGAIN;
}
int64_t hostfiles_console_read(HostFiles *f, int *error) {
    uint8_t byte;
    int64_t n = console_read(f, &byte, 1, error);
    return n == 1 ? byte : n < 0 ? n : HOST_FAILED;
}
// Without a -chardev this is the host's stderr, as guests' debugging output is with QEMU.
int64_t hostfiles_console_write(HostFiles *f, const uint8_t *from, size_t n, int *error) {
    unsigned patience = 100; // moments, once a part is out: then the rest is lost rather than said twice
    for (size_t at = 0; at < n && patience;) {
        int64_t k = console_write(f, STDERR_FILENO, from + at, n - at, error);
        if (k == HOST_FAILED || (k == HOST_AGAIN && !at)) return k;
        if (k > 0) at += (size_t)k;
        else patience--;
    }
    return 0;
}

// ---- handles
static HostFile *find(HostFiles *f, uint64_t handle, int *error) {
    lock_take(&f->lock);
    bool there = handle && handle < HANDLES && f->file[handle].kind != FILE_NONE;
    lock_drop(&f->lock);
    if (there) return &f->file[handle];
    *error = EBADF;
    return NULL;
}

static int64_t keep(HostFiles *f, HostFile file, int *error) {
    lock_take(&f->lock);
    unsigned i = 1;
    while (i < HANDLES && f->file[i].kind != FILE_NONE) i++;
    if (i < HANDLES) f->file[i] = file;
    lock_drop(&f->lock);
    if (i < HANDLES) return i;
    if (file.own) close(file.fd);
    *error = EMFILE;
    return HOST_FAILED;
}

int64_t hostfile_open(HostFiles *f, const char *path, unsigned mode, int *error) {
    static const int flags[6] = {O_RDONLY, O_RDWR, O_WRONLY | O_CREAT | O_TRUNC, O_RDWR | O_CREAT | O_TRUNC,
                                 O_WRONLY | O_CREAT | O_APPEND, O_RDWR | O_CREAT | O_APPEND};
    *error = EINVAL;
    if (mode > 11) return HOST_FAILED;
    if (!strcmp(path, ":tt")) return keep(f, (HostFile){FILE_CONSOLE, (int)mode / 4, false, 0}, error);
    if (!strcmp(path, ":semihosting-features"))
        return mode < 2 ? keep(f, (HostFile){FILE_FEATURES, -1, false, 0}, error) : (*error = EACCES, HOST_FAILED);
    int fd = open(path, flags[mode / 2] | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0644);
    return fd < 0 ? (*error = errno, HOST_FAILED) : keep(f, (HostFile){FILE_HOST, fd, true, 0}, error);
}

int64_t hostfile_close(HostFiles *f, uint64_t handle, int *error) {
    HostFile *file = find(f, handle, error);
    if (!file) return HOST_FAILED;
    lock_take(&f->lock);
    HostFile was = *file;
    file->kind = FILE_NONE;
    lock_drop(&f->lock);
    return was.own && close(was.fd) ? (*error = errno, HOST_FAILED) : 0;
}

int64_t hostfile_read(HostFiles *f, uint64_t handle, uint8_t *to, size_t n, int *error) {
    HostFile *file = find(f, handle, error);
    if (!file) return HOST_FAILED;
    if (file->kind == FILE_CONSOLE) return console_read(f, to, n, error);
    if (file->kind == FILE_HOST) return fd_read(file->fd, to, n, error);
    size_t left = file->at < sizeof(features) ? sizeof(features) - (size_t)file->at : 0;
    if (n > left) n = left;
    if (n) memcpy(to, features + file->at, n);
    file->at += n;
    return (int64_t)n;
}

int64_t hostfile_write(HostFiles *f, uint64_t handle, const uint8_t *from, size_t n, int *error) {
    HostFile *file = find(f, handle, error);
    if (!file) return HOST_FAILED;
    if (file->kind == FILE_CONSOLE) return console_write(f, file->fd ? file->fd : STDOUT_FILENO, from, n, error);
    if (file->kind == FILE_HOST) return fd_write(file->fd, from, n, error);
    *error = EBADF;
    return HOST_FAILED;
}

int64_t hostfile_seek(HostFiles *f, uint64_t handle, uint64_t to, int *error) {
    HostFile *file = find(f, handle, error);
    if (!file) return HOST_FAILED;
    if (file->kind == FILE_FEATURES) {
        file->at = to;
        return 0;
    }
    *error = ESPIPE;
    if (file->kind == FILE_CONSOLE) return HOST_FAILED;
    return lseek(file->fd, (off_t)to, SEEK_SET) < 0 ? (*error = errno, HOST_FAILED) : 0;
}

int64_t hostfile_length(HostFiles *f, uint64_t handle, int *error) {
    HostFile *file = find(f, handle, error);
    struct stat st;
    if (!file) return HOST_FAILED;
    if (file->kind == FILE_FEATURES) return sizeof(features);
    *error = EINVAL;
    if (file->kind == FILE_CONSOLE) return HOST_FAILED;
    return fstat(file->fd, &st) ? (*error = errno, HOST_FAILED) : st.st_size;
}

int64_t hostfile_is_tty(HostFiles *f, uint64_t handle, int *error) {
    HostFile *file = find(f, handle, error);
    if (!file) return HOST_FAILED;
    if (file->kind == FILE_CONSOLE) return 1;
    return file->kind == FILE_HOST && isatty(file->fd);
}
