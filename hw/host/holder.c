// SPDX-License-Identifier: MIT
// Finds the process behind a taken port, socket or file, so that an error can name it. Called by the back
// ends when bind or a lock is refused. Source: proc(5), /proc/net/{tcp,tcp6,udp,udp6,unix} give the socket's
// inode, /proc/PID/fd who has it open. Everything here may fail (other users' processes are not readable);
// then the answer is "another program".
#include "hw/host/holder.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Wanted {
    unsigned long socket; // inode of a socket, or 0
    dev_t dev;            // or a file
    ino_t ino;
} Wanted;

static bool fd_matches(const char *path, const Wanted *w) {
    if (w->socket) {
        char link[64], want[64];
        ssize_t n = readlink(path, link, sizeof link - 1);
        if (n < 0) return false;
        link[n] = 0;
        snprintf(want, sizeof want, "socket:[%lu]", w->socket);
        return !strcmp(link, want);
    }
    struct stat s;
    return !stat(path, &s) && s.st_dev == w->dev && s.st_ino == w->ino;
}

static bool pid_holds(const char *pid, const Wanted *w) {
    char path[300];
    snprintf(path, sizeof path, "/proc/%.20s/fd", pid);
    DIR *fds = opendir(path);
    if (!fds) return false;
    bool found = false;
    for (struct dirent *e; !found && (e = readdir(fds));) {
        snprintf(path, sizeof path, "/proc/%.20s/fd/%.20s", pid, e->d_name);
        found = e->d_name[0] != '.' && fd_matches(path, w);
    }
    closedir(fds);
    return found;
}

static void name_pid(const char *pid, char *out, size_t size) {
    char path[64], name[64] = "?";
    snprintf(path, sizeof path, "/proc/%.20s/comm", pid);
    FILE *f = fopen(path, "re");
    if (f) {
        if (fgets(name, sizeof name, f)) name[strcspn(name, "\n")] = 0;
        fclose(f);
    }
    bool self = (long)getpid() == atol(pid);
    snprintf(out, size, self ? "this process (%s, pid %.20s)" : "%s (pid %.20s)", name, pid);
}

static void search(const Wanted *w, char *out, size_t size) {
    snprintf(out, size, "another program");
    DIR *proc = opendir("/proc");
    if (!proc) return;
    char self[16];
    snprintf(self, sizeof self, "%d", (int)getpid());
    bool found = false, mine = false;
    for (struct dirent *e; !found && (e = readdir(proc));) {
        if (e->d_name[0] < '1' || e->d_name[0] > '9' || !pid_holds(e->d_name, w)) continue;
        // We may have it open only to find out: prefer anybody else.
        if (!strcmp(e->d_name, self)) {
            mine = true;
            continue;
        }
        name_pid(e->d_name, out, size);
        found = true;
    }
    closedir(proc);
    if (!found && mine) name_pid(self, out, size);
}

// The inode column of the line whose local port matches (and, for TCP, that listens).
static unsigned long port_inode(const char *table, bool udp, uint16_t port) {
    FILE *f = fopen(table, "re");
    if (!f) return 0;
    char line[512];
    unsigned long inode = 0;
    while (!inode && fgets(line, sizeof line, f)) {
        unsigned local, state;
        unsigned long found;
        if (sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*x:%*x %*x:%*x %*x %*d %*d %lu",
                   &local, &state, &found) == 3 &&
            local == port && (udp || state == 0x0a))
            inode = found;
    }
    fclose(f);
    return inode;
}

void holder_of_port(bool udp, uint16_t port, char *out, size_t size) {
    Wanted w = {.socket = port_inode(udp ? "/proc/net/udp" : "/proc/net/tcp", udp, port)};
    if (!w.socket) w.socket = port_inode(udp ? "/proc/net/udp6" : "/proc/net/tcp6", udp, port);
    if (w.socket)
        search(&w, out, size);
    else
        snprintf(out, size, "another program");
}

void holder_of_file(const char *path, char *out, size_t size) {
    struct stat s;
    snprintf(out, size, "another program");
    if (stat(path, &s)) return;
    Wanted w = {.dev = s.st_dev, .ino = s.st_ino};
    search(&w, out, size);
}

void holder_of_unix(const char *path, char *out, size_t size) {
    snprintf(out, size, "another program");
    FILE *f = fopen("/proc/net/unix", "re");
    if (!f) return;
    char line[512], name[200];
    Wanted w = {0};
    while (!w.socket && fgets(line, sizeof line, f)) {
        unsigned long inode;
        if (sscanf(line, "%*[^:]: %*x %*x %*x %*x %*x %lu %199[^\n]", &inode, name) == 2 &&
            !strcmp(name, path))
            w.socket = inode;
    }
    fclose(f);
    if (w.socket) search(&w, out, size);
}
