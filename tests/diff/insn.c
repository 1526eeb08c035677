// SPDX-License-Identifier: MIT
// Random instruction sequences run by QEMU's user mode, by the IR interpreter and by translated code, and every register, flag and byte
// compared. tests/diff/insn drives it. All run the same image, made from the seed alone:
//
//      start:  record register = first record - record size
//      for each sequence, twice:  record register += record size; call load_all; the sequence; call store_all
//      end:    write(1, records); exit(0)
//
// A record holds all registers and the scratch memory, before and after in the same place. A sequence has two: the second time its blocks
// are linked and its loads and stores know their page. load_all and store_all are repeated so that calls reach them. A
// round is one image and one process of the peer. What differs between guests is in tests/lib/insn_rig.h.
#include "tests/lib/insn_rig.h"
#include <elf.h>
#include <inttypes.h>
#include <malloc.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REACH = 1 << 18 };

// ---- the image
static void image_alloc(Image *m) {
    m->decoder = m->rig->decoder();
    m->code = malloc(RIG_RAM_SIZE - rig_size(m));
    m->records = malloc(rig_size(m));
    m->sequences = calloc(m->count, sizeof *m->sequences);
    m->starts = calloc(m->count, sizeof *m->starts);
    if (!m->code || !m->records || !m->sequences || !m->starts) abort();
}

static void image_make(Image *m) {
    static const unsigned lengths[8] = {1, 1, 1, 1, 2, 4, 8, 24};
    const InsnRig *rig = m->rig;
    Random r = {m->seed};
    m->bytes = 0;
    memset(m->records, 0, rig_size(m));
    rig->start(m);
    for (unsigned k = 0; k < m->count; k++) {
        if (k == 0 || m->bytes - m->routines > REACH) rig->routines(m);
        rig->sequence(&r, m->decoder, m->length ? m->length : lengths[random_below(&r, 8)], m->match, &m->sequences[k]);
        for (size_t at = (size_t)2 * k * rig->record, end = at + 2 * rig->record; at < end; at += rig->record)
            rig->fill(m, &m->sequences[k], m->records + at, rig_records(m) + at + rig->scratch_at, &r);
        size_t top = m->bytes;
        rig->enter(m);
        m->starts[k] = m->bytes;
        random_encode(&m->sequences[k], m->code + m->bytes);
        m->bytes += m->sequences[k].bytes;
        rig->leave(m, top);
    }
    m->end = m->bytes;
    rig->finish(m);
}

static void image_write(const Image *m, FILE *f) {
    enum { HEAD = 4096 };
    uint8_t head[HEAD] = {0};
    const uint8_t ident[EI_NIDENT] = {0x7f, 'E', 'L', 'F', m->rig->wide ? ELFCLASS64 : ELFCLASS32, ELFDATA2LSB, EV_CURRENT};
    uint64_t at[2] = {RIG_BASE, rig_records(m)}, size[2] = {m->bytes, rig_size(m)};
    uint64_t offset[2] = {HEAD, HEAD + (m->bytes + 4095) / 4096 * 4096 + rig_records(m) % 4096};
    for (unsigned k = 0; k < 2; k++) {
        Elf64_Phdr p64 = {PT_LOAD, PF_R | PF_W | PF_X, offset[k], at[k], at[k], size[k], size[k], 4096};
        Elf32_Phdr p32 = {PT_LOAD, (Elf32_Off)offset[k], (Elf32_Addr)at[k], (Elf32_Addr)at[k], (uint32_t)size[k], (uint32_t)size[k],
                          PF_R | PF_W | PF_X, 4096};
        if (m->rig->wide) memcpy(head + sizeof(Elf64_Ehdr) + k * sizeof p64, &p64, sizeof p64);
        else memcpy(head + sizeof(Elf32_Ehdr) + k * sizeof p32, &p32, sizeof p32);
    }
    Elf64_Ehdr e64 = {{0}, ET_EXEC, m->rig->machine, 1, RIG_BASE, sizeof(Elf64_Ehdr), 0, 5, sizeof(Elf64_Ehdr), sizeof(Elf64_Phdr), 2, 0, 0, 0};
    Elf32_Ehdr e32 = {{0}, ET_EXEC, m->rig->machine, 1, RIG_BASE, sizeof(Elf32_Ehdr), 0, 5, sizeof(Elf32_Ehdr), sizeof(Elf32_Phdr), 2, 0, 0, 0};
    if (m->rig->wide) memcpy(head, &e64, sizeof e64);
    else memcpy(head, &e32, sizeof e32);
    memcpy(head, ident, sizeof ident);
    fwrite(head, HEAD, 1, f);
    fwrite(m->code, m->bytes, 1, f);
    fseek(f, (long)offset[1], SEEK_SET);
    fwrite(m->records, rig_size(m), 1, f);
}

// ---- the peer: a process that gets the image as a file without a name and writes its records down a pipe
static bool read_all(int fd, uint8_t *to, size_t n) {
    ssize_t got;
    while (n && (got = read(fd, to, n)) > 0) to += got, n -= (size_t)got;
    return n == 0;
}

static bool peer_run(const Image *m, const char *peer, uint8_t *after) {
    char path[64];
    int image = memfd_create("sequences", 0), ends[2];
    FILE *f = image < 0 ? NULL : fdopen(image, "wb");
    if (!f || pipe(ends)) return perror("peer"), false;
    image_write(m, f);
    fflush(f);
    fchmod(image, 0700);
    snprintf(path, sizeof path, "/proc/self/fd/%d", image);
    char *arguments[] = {(char *)peer, "-cpu", "max", path, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    pid_t child = 0;
    int failed = posix_spawn(&child, peer, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    bool ok = !failed && read_all(ends[0], after, rig_size(m));
    int status = 1;
    close(ends[0]);
    if (!failed) waitpid(child, &status, 0);
    fclose(f);
    if (!ok || status) fprintf(stderr, "the peer failed: status %#x\n", (unsigned)status);
    return ok && !status;
}

// ---- running it here; the machine lives on, for its disassembler
static bool image_run(Image *m, bool interpret, uint8_t *after) {
    const CpuType *type = m->rig->type;
    EngineOptions options = {.interpret = interpret};
    char error[256] = "";
    Mem *mem = mem_new();
    Engine *engine = engine_new(type->guest, &options);
    Clock *clock = clock_new();
    Cpu *cpu = m->cpu = cpu_new(type, engine, mem, clock, 0);
    if (!cpu || !type->configure(cpu, "max", error, sizeof error) ||
        !mem_map_ram(mem, "ram", RIG_BASE, RIG_RAM_SIZE, false, error, sizeof error)) {
        fprintf(stderr, "no core: %s\n", error);
        exit(2);
    }
    mem_write(mem, RIG_BASE, m->code, m->bytes);
    mem_write(mem, rig_records(m), m->records, rig_size(m));
    cpu_reset(cpu, RIG_BASE);
    m->rig->prepare(cpu, RIG_BASE + m->end);
    engine_breakpoint(engine, RIG_BASE + m->end, true);
    RunResult result = vcpu_run(cpu->vcpu);
    bool ok = !m->rig->faulted(cpu, error, sizeof error) && result == RUN_BREAKPOINT;
    if (!ok) printf("%s seed %" PRIu64 ", %s: stopped with %d, %s\n", m->rig->name, m->seed, interpret ? "interp" : "jit", result, error);
    mem_read(mem, rig_records(m), after, rig_size(m));
    return ok;
}

static void machine_free(Cpu *cpu) {
    Engine *engine = cpu->vcpu->engine;
    Mem *mem = cpu->mem;
    Clock *clock = cpu->clock;
    cpu_free(cpu);
    engine_free(engine);
    mem_free(mem);
    clock_free(clock);
}

// ---- what differs
static void print_sequence(const Image *m, unsigned k) {
    const RandomSequence *s = &m->sequences[k];
    for (unsigned i = 0; i < s->n; i++) {
        char text[128];
        uint8_t bytes[4];
        memcpy(bytes, &s->insn[i].bits, 4);
        uint64_t vaddr = RIG_BASE + m->starts[k] + s->insn[i].offset;
        unsigned length;
        m->rig->type->disassemble(m->cpu, vaddr, bytes, 4, text, sizeof text, &length);
        printf("    %08" PRIx64 "  %0*x  %s\n", vaddr, s->insn[i].entry->width / 4, s->insn[i].bits, text);
    }
}

static bool is_used(const Image *m, unsigned k, unsigned offset) {
    for (unsigned i = 0; i < m->sequences[k].n; i++)
        if (m->rig->uses(&m->sequences[k].insn[i], offset)) return true;
    return false;
}

static void print_record(const Image *m, unsigned k, const uint8_t *ours, const uint8_t *theirs, const uint8_t *before) {
    for (unsigned o = 0; o < m->rig->record; o += 8) {
        uint64_t was, x, y;
        char name[32];
        memcpy(&was, before + o, 8), memcpy(&x, ours + o, 8), memcpy(&y, theirs + o, 8);
        m->rig->name_at(o, name, sizeof name);
        if (x != y) printf("  %s was %016" PRIx64 ", ours %016" PRIx64 ", theirs %016" PRIx64 "\n", name, was, x, y);
        else if (is_used(m, k, o)) printf("  %s was %016" PRIx64 "\n", name, was);
    }
}

// Returns how many records differ, of which it prints a few.
static unsigned compare(const Image *m, const char *engine, const uint8_t *ours, const uint8_t *theirs) {
    unsigned bad = 0;
    for (unsigned k = 0; k < 2 * m->count; k++) {
        size_t at = (size_t)k * m->rig->record;
        if (!memcmp(ours + at, theirs + at, m->rig->record) || bad++ >= 10) continue;
        printf("%s seed %" PRIu64 " sequence %u, the %s time, %s:\n", m->rig->name, m->seed, k / 2, k & 1 ? "second" : "first", engine);
        print_sequence(m, k / 2);
        print_record(m, k / 2, ours + at, theirs + at, m->records + at);
    }
    return bad;
}

static unsigned round_run(Image *m, const char *peer, const char *engines, uint8_t *ours, uint8_t *theirs) {
    unsigned bad = 0;
    image_make(m);
    if (!peer_run(m, peer, theirs)) exit(2);
    for (unsigned interpret = 0; interpret < 2; interpret++) {
        const char *engine = interpret ? "interp" : "jit";
        if (strcmp(engines, "all") && strcmp(engines, engine)) continue;
        bad += !image_run(m, interpret, ours);
        bad += compare(m, engine, ours, theirs);
        machine_free(m->cpu);
    }
    return bad;
}

// The instructions of a round, as hexadecimal words.
static void write_words(const Image *m, FILE *to) {
    for (unsigned k = 0; to && k < m->count; k++)
        for (unsigned i = 0; i < m->sequences[k].n; i++) fprintf(to, "%08x\n", m->sequences[k].insn[i].bits);
}

static const InsnRig *rig_find(const char *name) {
    static const InsnRig *const rigs[] = {&riscv64_rig, &riscv32_rig, &a64_rig};
    for (unsigned i = 0; i < 3; i++)
        if (!strcmp(rigs[i]->name, name)) return rigs[i];
    return NULL;
}

int main(int argc, char **argv) {
    static Image m;
    if (argc != 9 || !(m.rig = rig_find(argv[3])))
        return fprintf(stderr, "usage: %s PEER all|interp|jit rv64|rv32|a64 SEED ROUNDS COUNT LENGTH MATCH\n", argv[0]), 2;
    uint64_t bad = 0, instructions = 0;
    unsigned rounds = (unsigned)atoi(argv[5]);
    m.seed = strtoull(argv[4], NULL, 0);
    m.count = (unsigned)atoi(argv[6]);
    m.length = (unsigned)atoi(argv[7]);
    m.match = *argv[8] ? argv[8] : NULL;
    uint64_t most = (uint64_t)m.count * (2 * m.rig->record + 32 + 4 * RANDOM_MAX) + (2 << 20);
    if (m.length > RANDOM_MAX - 3 || most > RIG_RAM_SIZE) return fprintf(stderr, "too much\n"), 2;
    mallopt(M_TRIM_THRESHOLD, INT32_MAX); // half of the time went into getting the same pages again
    mallopt(M_MMAP_THRESHOLD, INT32_MAX);
    image_alloc(&m);
    uint8_t *ours = malloc(rig_size(&m)), *theirs = malloc(rig_size(&m));
    FILE *words = getenv("WORDS") ? fopen(getenv("WORDS"), "a") : NULL;
    for (unsigned round = 0; round < rounds && bad < 100; round++, m.seed++) {
        bad += round_run(&m, argv[1], argv[2], ours, theirs);
        for (unsigned k = 0; k < m.count; k++) instructions += m.sequences[k].n;
        write_words(&m, words);
    }
    if (bad) printf("%s: %" PRIu64 " records differ\n", m.rig->name, bad);
    else printf("%s: %" PRIu64 " sequences of %" PRIu64 " instructions agree, each with two sets of operands\n", m.rig->name,
                (uint64_t)rounds * m.count, instructions);
    if (getenv("COVERAGE")) decode_coverage(m.decoder, stdout);
    if (words) fclose(words);
    free(ours);
    free(theirs);
    return bad != 0;
}
