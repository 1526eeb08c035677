// SPDX-License-Identifier: MIT
// Random instruction sequences run here and by QEMU's user mode, and every register, flag and byte compared. tests/diff/insn drives it.
// Both sides run the same image, made from the seed alone:
//
//      start:  record register = first record - record size
//      for each sequence:  record register += record size; call load_all; the sequence; call store_all
//      end:    write(1, records); exit(0)
//
// A record holds all registers and the scratch memory, before and after in the same place. load_all and store_all are repeated so that
// calls reach them. What differs between guests is in tests/lib/insn_rig.h.
//      diff-insn elf ARCH SEED COUNT LENGTH MATCH FILE        writes the image as a program
//      diff-insn interp|jit ARCH SEED COUNT LENGTH MATCH FILE runs it here and compares with FILE, the other's records
#include "tests/lib/insn_rig.h"
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REACH = 1 << 18 };

// ---- the image
static void image_make(Image *m, uint64_t seed) {
    const InsnRig *rig = m->rig;
    Random r = {seed};
    m->decoder = rig->decoder();
    m->code = calloc(1, RIG_RAM_SIZE - (size_t)m->count * rig->record);
    m->records = calloc(m->count, rig->record);
    m->sequences = calloc(m->count, sizeof *m->sequences);
    m->starts = calloc(m->count, sizeof *m->starts);
    if (!m->code || !m->records || !m->sequences || !m->starts) abort();
    rig->start(m);
    for (unsigned k = 0; k < m->count; k++) {
        if (k == 0 || m->bytes - m->routines > REACH) rig->routines(m);
        size_t at = (size_t)k * rig->record;
        rig->fill(m, m->records + at, rig_records(m) + at + rig->scratch_at, &r);
        rig->sequence(&r, m->decoder, m->length, m->match, &m->sequences[k]);
        rig->enter(m);
        m->starts[k] = m->bytes;
        random_encode(&m->sequences[k], m->code + m->bytes);
        m->bytes += m->sequences[k].bytes;
        rig->leave(m);
    }
    m->end = m->bytes;
    rig->finish(m);
}

static int image_write(const Image *m, const char *path) {
    FILE *f = fopen(path, "wb");
    if (!f) return perror(path), 2;
    enum { HEAD = 4096 };
    uint8_t head[HEAD] = {0};
    const uint8_t ident[EI_NIDENT] = {0x7f, 'E', 'L', 'F', m->rig->wide ? ELFCLASS64 : ELFCLASS32, ELFDATA2LSB, EV_CURRENT};
    uint64_t at[2] = {RIG_BASE, rig_records(m)}, size[2] = {m->bytes, (uint64_t)m->count * m->rig->record};
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
    fwrite(m->records, m->rig->record, m->count, f);
    return fclose(f) ? 2 : 0;
}

// ---- running it here
static uint8_t *image_run(Image *m, bool interpret) {
    const CpuType *type = m->rig->type;
    EngineOptions options = {.interpret = interpret};
    char error[256] = "";
    Mem *mem = mem_new();
    Engine *engine = engine_new(type->guest, &options);
    Clock *clock = clock_new();
    Cpu *cpu = m->cpu = cpu_new(type, engine, mem, clock, 0); // lives on: compare disassembles
    if (!cpu || !type->configure(cpu, "max", error, sizeof error) ||
        !mem_map_ram(mem, "ram", RIG_BASE, RIG_RAM_SIZE, false, error, sizeof error))
        return fprintf(stderr, "no core: %s\n", error), NULL;
    mem_write(mem, RIG_BASE, m->code, m->bytes);
    mem_write(mem, rig_records(m), m->records, (size_t)m->count * m->rig->record);
    cpu_reset(cpu, RIG_BASE);
    m->rig->prepare(cpu, RIG_BASE + m->end);
    engine_breakpoint(engine, RIG_BASE + m->end, true);
    RunResult result = vcpu_run(cpu->vcpu);
    if (m->rig->faulted(cpu, error, sizeof error) || result != RUN_BREAKPOINT) fprintf(stderr, "stopped with %d, %s\n", result, error);
    uint8_t *after = malloc((size_t)m->count * m->rig->record);
    mem_read(mem, rig_records(m), after, (size_t)m->count * m->rig->record);
    return after;
}

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

static unsigned compare(const Image *m, const uint8_t *ours, const uint8_t *theirs) {
    unsigned bad = 0;
    for (unsigned k = 0; k < m->count; k++) {
        size_t at = (size_t)k * m->rig->record;
        if (!memcmp(ours + at, theirs + at, m->rig->record) || bad++ >= 10) continue;
        printf("sequence %u differs:\n", k);
        print_sequence(m, k);
        print_record(m, k, ours + at, theirs + at, m->records + at);
    }
    return bad;
}

static const InsnRig *rig_find(const char *name) {
    static const InsnRig *const rigs[] = {&riscv64_rig, &riscv32_rig, &a64_rig};
    for (unsigned i = 0; i < 3; i++)
        if (!strcmp(rigs[i]->name, name)) return rigs[i];
    return NULL;
}

int main(int argc, char **argv) {
    static Image m;
    if (argc != 8 || !(m.rig = rig_find(argv[2])))
        return fprintf(stderr, "usage: %s elf|interp|jit rv64|rv32|a64 SEED COUNT LENGTH MATCH FILE\n", argv[0]), 2;
    m.count = (unsigned)atoi(argv[4]);
    m.length = (unsigned)atoi(argv[5]);
    m.match = *argv[6] ? argv[6] : NULL;
    if (m.length > RANDOM_MAX || (uint64_t)m.count * (m.rig->record + 1024) > RIG_RAM_SIZE) return fprintf(stderr, "too much\n"), 2;
    image_make(&m, strtoull(argv[3], NULL, 0));
    if (!strcmp(argv[1], "elf")) return image_write(&m, argv[7]);
    uint8_t *ours = image_run(&m, !strcmp(argv[1], "interp")), *theirs = malloc((size_t)m.count * m.rig->record);
    FILE *f = fopen(argv[7], "rb");
    if (!f || fread(theirs, m.rig->record, m.count, f) != m.count) return fprintf(stderr, "%s: no records\n", argv[7]), 2;
    fclose(f);
    if (!ours) return 2;
    unsigned bad = compare(&m, ours, theirs);
    if (bad) printf("%u of %u sequences differ\n", bad, m.count);
    if (getenv("COVERAGE")) decode_coverage(m.decoder, stdout);
    free(ours);
    free(theirs);
    return bad != 0;
}
