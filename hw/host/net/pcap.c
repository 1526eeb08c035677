// SPDX-License-Identifier: MIT
// Packet dumps in the classic pcap format (version 2.4, Ethernet, microseconds), for filter-dump. Called on
// the port's thread for each frame in either direction.
#include "hw/host/net/port.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct Pcap {
    FILE *file;
    unsigned most;
};

Pcap *pcap_open(const char *path, unsigned most, char *error, size_t error_size) {
    FILE *f = fopen(path, "wbe");
    if (!f) {
        snprintf(error, error_size, "cannot write the packet dump '%s': %s", path, strerror(errno));
        return NULL;
    }
    Pcap *c = malloc(sizeof *c);
    *c = (Pcap){f, most ? most : 65536};
    struct {
        uint32_t magic;
        uint16_t major, minor;
        uint32_t zone, figures, length, link;
    } head = {0xa1b2c3d4, 2, 4, 0, 0, c->most, 1};
    fwrite(&head, sizeof head, 1, f);
    fflush(f);
    return c;
}

void pcap_write(Pcap *c, const uint8_t *frame, size_t size) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint32_t kept = size < c->most ? size : c->most;
    uint32_t head[4] = {now.tv_sec, now.tv_nsec / 1000, kept, size};
    fwrite(head, sizeof head, 1, c->file);
    fwrite(frame, kept, 1, c->file);
    fflush(c->file); // so that the dump can be watched, and survives a crash
}

void pcap_close(Pcap *c) {
    if (!c) return;
    fclose(c->file);
    free(c);
}
