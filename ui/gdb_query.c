// SPDX-License-Identifier: MIT
// gdb's questions: what the stub can do, which threads there are, target description, memory map, monitor
// commands. gdb manual, "General Query Packets".
#include <stdlib.h>
#include <string.h>
#include "ui/gdb_impl.h"

static const char *after(const char *text, const char *prefix) {
    size_t n = strlen(prefix);
    return strncmp(text, prefix, n) ? NULL : text + n;
}

static void supported(GdbStub *g) {
    fprintf(g->reply,
            "PacketSize=%x;qXfer:features:read+;qXfer:memory-map:read+;vContSupported+;QStartNoAckMode+;"
            "multiprocess+",
            GDB_PACKET_MAX);
}

static void all_threads(GdbStub *g) {
    for (unsigned i = 0; i < g->machine->ncpus; i++) {
        fputc(i ? ',' : 'm', g->reply);
        gdb_put_thread(g->reply, i);
    }
}

static void thread_info(GdbStub *g, const char *at) {
    char text[64];
    int64_t thread;
    if (!gdb_take_thread(&at, &thread) || thread < 1 || thread > (int64_t)g->machine->ncpus) {
        fprintf(g->reply, "E16");
        return;
    }
    const Cpu *c = g->machine->cpus[thread - 1];
    int n = snprintf(text, sizeof(text), "CPU#%u [%s]", c->index,
                     !c->powered_on ? "off"
                     : g->running   ? "running"
                                    : "halted ");
    gdb_put_hex(g->reply, text, (size_t)n);
}

// The part of an object that was asked for: "m" and more follows, or "l" for the last.
static void put_part(GdbStub *g, const char *text, const char *at) {
    uint64_t offset, length;
    if (!text || !gdb_take_char(&at, ':') || !gdb_take_hex(&at, &offset) || !gdb_take_char(&at, ',') ||
        !gdb_take_hex(&at, &length)) {
        fprintf(g->reply, text ? "E16" : "E00");
        return;
    }
    size_t size = strlen(text), most = GDB_PACKET_MAX / 2 - 8; // every byte may be escaped
    if (offset > size) offset = size;
    if (length > most) length = most;
    if (length > size - offset) length = size - offset;
    fputc(offset + length < size ? 'm' : 'l', g->reply);
    fwrite(text + offset, 1, length, g->reply);
}

static void features(GdbStub *g, const char *at) {
    char annex[64];
    size_t n = strcspn(at, ":");
    snprintf(annex, sizeof(annex), "%.*s", (int)n, at);
    put_part(g, gdb_cpu(g)->type->gdb_feature_xml(gdb_cpu(g), annex), at + n);
}

static void memory_map(GdbStub *g, const char *at) {
    char *text = gdb_memory_map(g);
    put_part(g, text, at + strcspn(at, ":"));
    free(text);
}

// qRcmd,HEX: a line for the monitor. The answer goes as console output, then OK.
static void run_monitor(GdbStub *g, const char *at, size_t n) {
    char *line = calloc(1, n / 2 + 1), *text = NULL;
    size_t size;
    if (!gdb_take_bytes(&at, (uint8_t *)line, n / 2)) {
        fprintf(g->reply, "E16");
        free(line);
        return;
    }
    g->command.cpu = g->cpu;
    g->command.to = open_memstream(&text, &size);
    monitor_command(&g->command, line);
    fclose(g->command.to);
    for (size_t done = 0, part; done < size; done += part) {
        char *chunk = NULL;
        size_t chunk_size;
        FILE *to = open_memstream(&chunk, &chunk_size);
        part = size - done < 4096 ? size - done : 4096;
        fputc('O', to);
        gdb_put_hex(to, text + done, part);
        fclose(to);
        gdb_send(g, chunk, chunk_size);
        free(chunk);
    }
    fprintf(g->reply, "OK");
    free(text);
    free(line);
}

static void current_thread(GdbStub *g) {
    fprintf(g->reply, "QC");
    gdb_put_thread(g->reply, g->cpu);
}

// lldb wants to know what it talks to before it asks for registers.
static void host_info(GdbStub *g) {
    char triple[64];
    const char *name = gdb_cpu(g)->type->name;
    int n = snprintf(triple, sizeof(triple), "%s-unknown-unknown-elf", name);
    fprintf(g->reply, "triple:");
    gdb_put_hex(g->reply, triple, (size_t)n);
    fprintf(g->reply, ";ptrsize:%d;endian:little;watchpoint_exceptions_received:after;", strstr(name, "64") ? 8 : 4);
}

// Queries without arguments.
static bool plain_query(GdbStub *g, const char *packet) {
    if (!strcmp(packet, "qfThreadInfo"))
        all_threads(g);
    else if (!strcmp(packet, "qsThreadInfo"))
        fputc('l', g->reply);
    else if (!strcmp(packet, "qC"))
        current_thread(g);
    else if (!strcmp(packet, "qHostInfo"))
        host_info(g);
    else if (!strcmp(packet, "qqemu.PhyMemMode"))
        fprintf(g->reply, "%d", g->physical);
    else if (!strcmp(packet, "qqemu.sstepbits"))
        fprintf(g->reply, "ENABLE=1,NOIRQ=2,NOTIMER=4");
    else if (!strcmp(packet, "qqemu.sstep"))
        fprintf(g->reply, "0x7");
    else if (!strcmp(packet, "QStartNoAckMode")) {
        g->no_ack = true;
        fprintf(g->reply, "OK");
    } else
        return false;
    return true;
}

bool gdb_query(GdbStub *g, const char *packet, size_t n) {
    const char *at;
    if (plain_query(g, packet)) return true;
    if (after(packet, "qSupported"))
        supported(g);
    else if (after(packet, "qAttached"))
        fputc('1', g->reply); // killing gdb must not kill the machine
    else if ((at = after(packet, "qThreadExtraInfo,")))
        thread_info(g, at);
    else if ((at = after(packet, "qXfer:features:read:")))
        features(g, at);
    else if ((at = after(packet, "qXfer:memory-map:read:")))
        memory_map(g, at);
    else if ((at = after(packet, "qRcmd,")))
        run_monitor(g, at, n - 6);
    else if ((at = after(packet, "Qqemu.PhyMemMode:"))) {
        g->physical = *at == '1';
        fprintf(g->reply, "OK");
    } else if (after(packet, "qSymbol:"))
        fprintf(g->reply, "OK");
    else
        return false;
    return true;
}
