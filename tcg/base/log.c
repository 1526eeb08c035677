// SPDX-License-Identifier: MIT
// Log channels and die(). Lines go to stderr or to the file of `-D`; one mutex keeps lines and blocks of
// lines whole. The mask is written while options are parsed or by the monitor, and read without a lock
// everywhere.
#include "tcg/base/log.h"
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tcg/base/near.h"

uint32_t log_mask;
static FILE *log_to; // NULL: stderr
static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;

static const char *const channel_names[LOG_NCHANNELS] = {
#define X(id, name, help) name,
    LOG_CHANNELS(X)
#undef X
};
static const char *const channel_help[LOG_NCHANNELS] = {
#define X(id, name, help) help,
    LOG_CHANNELS(X)
#undef X
};

FILE *log_begin(void) {
    pthread_mutex_lock(&log_mutex);
    return log_to ? log_to : stderr;
}

void log_end(void) {
    fflush(log_to ? log_to : stderr);
    pthread_mutex_unlock(&log_mutex);
}

void log_write(const char *format, ...) {
    va_list args;
    va_start(args, format);
    FILE *to = log_begin();
    vfprintf(to, format, args);
    fputc('\n', to);
    log_end();
    va_end(args);
}

static bool channel_find(const char *name, uint32_t *mask, char *error, size_t error_size) {
    if (!strcmp(name, "all")) {
        *mask |= (1u << LOG_NCHANNELS) - 1;
        return true;
    }
    for (unsigned i = 0; i < LOG_NCHANNELS; i++)
        if (!strcmp(name, channel_names[i])) {
            *mask |= 1u << i;
            return true;
        }
    near_error(error, error_size, "log channel", name, channel_names, LOG_NCHANNELS, "-d help lists all");
    return false;
}

bool log_set(const char *names, char *error, size_t error_size) {
    uint32_t mask = 0;
    char *copy = strdup(names), *rest = copy, *name;
    bool ok = true;
    while (ok && (name = strsep(&rest, ","))) ok = !*name || channel_find(name, &mask, error, error_size);
    free(copy);
    if (ok) log_mask = mask;
    return ok;
}

bool log_file(const char *path, char *error, size_t error_size) {
    char name[4096];
    const char *pid = strstr(path, "%d");
    if (pid)
        snprintf(name, sizeof(name), "%.*s%d%s", (int)(pid - path), path, (int)getpid(), pid + 2);
    else
        snprintf(name, sizeof(name), "%s", path);
    FILE *to = fopen(name, "w");
    if (!to) {
        snprintf(error, error_size, "cannot write the log to '%s': %s", name, strerror(errno));
        return false;
    }
    if (log_to) fclose(log_to);
    log_to = to;
    return true;
}

void log_list(FILE *to) {
    for (unsigned i = 0; i < LOG_NCHANNELS; i++) fprintf(to, "%-14s %s\n", channel_names[i], channel_help[i]);
    fprintf(to, "%-14s %s\n", "all", "all of them");
}

void die_at(const char *file, int line, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}
