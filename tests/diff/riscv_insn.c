// SPDX-License-Identifier: MIT
// Random instruction sequences run here and by QEMU's user mode, and every register, flag and byte compared. tests/diff/riscv-insn drives
// it. Both sides run the same image, made from the seed alone:
//
//      start:  x31 = first record - RECORD
//      for each sequence:  x31 += RECORD; jal x30, load_all; the sequence; jal x30, store_all
//      end:    write(1, records); exit(0)
//
// A record holds x1..x29, f0..f31, fcsr and the scratch memory, before and after in the same place. load_all and store_all are repeated so
// that JAL reaches them.
//      diff-riscv_insn elf XLEN SEED COUNT LENGTH MATCH FILE        writes the image as a program
//      diff-riscv_insn interp|jit XLEN SEED COUNT LENGTH MATCH FILE runs it here and compares with FILE, the other's records
#include "cpu/riscv/riscv.h"
#include "tests/lib/riscv_random.h"
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE UINT64_C(0x80000000)
enum { X_AT = 0, F_AT = 256, FCSR_AT = 512, SCRATCH_AT = 640, RECORD = SCRATCH_AT + RANDOM_SCRATCH, RAM_SIZE = 64 << 20, REACH = 1 << 18 };

typedef struct Image {
    unsigned xlen, count, length;
    const char *match;
    const Decoder *decoder;
    RiscvConfig config;
    uint8_t *code, *records;
    size_t bytes, end;           // of code; offset of `end`
    RandomSequence *sequences;
    size_t *starts;
    size_t load_all, store_all, routines;
} Image;

// ---- a small assembler
static void put(Image *m, uint32_t insn) { memcpy(m->code + m->bytes, &insn, 4), m->bytes += 4; }
static uint32_t i_type(uint32_t op, unsigned f3, unsigned rd, unsigned rs1, int imm) {
    return op | rd << 7 | f3 << 12 | rs1 << 15 | (uint32_t)imm << 20;
}
static uint32_t s_type(uint32_t op, unsigned f3, unsigned rs1, unsigned rs2, int imm) {
    return op | ((uint32_t)imm & 31) << 7 | f3 << 12 | rs1 << 15 | rs2 << 20 | (uint32_t)(imm >> 5) << 25;
}
static void put_jal(Image *m, unsigned rd, size_t to) {
    uint32_t d = (uint32_t)(to - m->bytes);
    put(m, 0x6f | rd << 7 | (d >> 20 & 1) << 31 | (d >> 1 & 0x3ff) << 21 | (d >> 11 & 1) << 20 | (d >> 12 & 0xff) << 12);
}
static void put_routines(Image *m) {
    unsigned x_width = m->xlen == 64 ? 3 : 2;
    m->routines = m->load_all = m->bytes;
    put(m, i_type(0x03, 2, 1, 31, FCSR_AT));
    put(m, 0x00309073); // csrw fcsr, x1
    for (unsigned r = 1; r < 30; r++) put(m, i_type(0x03, x_width, r, 31, X_AT + 8 * (int)r));
    for (unsigned r = 0; r < 32; r++) put(m, i_type(0x07, 3, r, 31, F_AT + 8 * (int)r));
    put(m, i_type(0x67, 0, 0, 30, 0));
    m->store_all = m->bytes;
    for (unsigned r = 1; r < 30; r++) put(m, s_type(0x23, x_width, 31, r, X_AT + 8 * (int)r));
    for (unsigned r = 0; r < 32; r++) put(m, s_type(0x27, 3, 31, r, F_AT + 8 * (int)r));
    put(m, 0x003020f3); // csrr x1, fcsr
    put(m, s_type(0x23, 2, 31, 1, FCSR_AT));
    put(m, i_type(0x67, 0, 0, 30, 0));
}
static void put_address(Image *m, unsigned rd, uint64_t vaddr) { // pc-relative
    int32_t d = (int32_t)(vaddr - (BASE + m->bytes));
    put(m, 0x17 | rd << 7 | ((uint32_t)(d + 0x800) & 0xfffff000));
    put(m, i_type(0x13, 0, rd, rd, (int32_t)((uint32_t)d << 20) >> 20));
}
static void put_number(Image *m, unsigned rd, uint32_t n) {
    put(m, 0x37 | rd << 7 | ((n + 0x800) & 0xfffff000));
    put(m, i_type(0x13, 0, rd, rd, (int32_t)(n << 20) >> 20));
}

// ---- the image
static uint64_t records_vaddr(const Image *m) { return BASE + RAM_SIZE - (uint64_t)m->count * RECORD; }

static void record_fill(Image *m, unsigned k, Random *r) {
    uint8_t *record = m->records + (size_t)k * RECORD;
    uint64_t scratch = records_vaddr(m) + (uint64_t)k * RECORD + SCRATCH_AT;
    uint64_t x[32] = {0}, f[32], fcsr = random_below(r, 5) << 5;
    for (unsigned i = 1; i < 30; i++) x[i] = random_integer(r);
    for (unsigned i = 0; i < 32; i++) f[i] = random_float(r);
    x[2] = x[8] = scratch;
    x[29] = scratch + RANDOM_SCRATCH / 2;
    if (m->xlen == 32) {
        for (unsigned i = 0; i < 32; i++) x[i] = (uint32_t)x[i];
    }
    memcpy(record + X_AT, x, sizeof x);
    memcpy(record + F_AT, f, sizeof f);
    memcpy(record + FCSR_AT, &fcsr, 8);
    for (unsigned i = 0; i < RANDOM_SCRATCH; i += 8) {
        uint64_t v = random_below(r, 2) ? random_integer(r) : random_float(r);
        memcpy(record + SCRATCH_AT + i, &v, 8);
    }
}

static void image_make(Image *m, uint64_t seed) {
    Random r = {seed};
    m->config = riscv_everything(m->xlen);
    m->decoder = riscv_decoder(&m->config);
    m->code = calloc(1, RAM_SIZE - (size_t)m->count * RECORD);
    m->records = calloc(m->count, RECORD);
    m->sequences = calloc(m->count, sizeof *m->sequences);
    m->starts = calloc(m->count, sizeof *m->starts);
    if (!m->code || !m->records || !m->sequences || !m->starts) abort();
    put_address(m, 31, records_vaddr(m) - RECORD);
    for (unsigned k = 0; k < m->count; k++) {
        if (k == 0 || m->bytes - m->routines > REACH) {
            put_jal(m, 0, m->bytes + 4 + 4 * (2 + 29 + 32 + 1 + 29 + 32 + 3));
            put_routines(m);
        }
        record_fill(m, k, &r);
        random_sequence(&r, m->decoder, m->length, m->match, &m->sequences[k]);
        put(m, i_type(0x13, 0, 31, 31, RECORD));
        put_jal(m, 30, m->load_all);
        m->starts[k] = m->bytes;
        random_encode(&m->sequences[k], m->code + m->bytes);
        m->bytes += m->sequences[k].bytes;
        put_jal(m, 30, m->store_all);
    }
    m->end = m->bytes;
    put_number(m, 10, 1);
    put_address(m, 11, records_vaddr(m));
    put_number(m, 12, m->count * RECORD);
    put_number(m, 17, 64);
    put(m, 0x73); // write
    put_number(m, 10, 0);
    put_number(m, 17, 93);
    put(m, 0x73); // exit
}

static int image_write(const Image *m, const char *path) {
    FILE *f = fopen(path, "wb");
    if (!f) return perror(path), 2;
    enum { HEAD = 4096 };
    uint8_t head[HEAD] = {0};
    const uint8_t ident[EI_NIDENT] = {0x7f, 'E', 'L', 'F', m->xlen == 64 ? ELFCLASS64 : ELFCLASS32, ELFDATA2LSB, EV_CURRENT};
    uint64_t at[2] = {BASE, records_vaddr(m)}, size[2] = {m->bytes, (uint64_t)m->count * RECORD};
    uint64_t offset[2] = {HEAD, HEAD + (m->bytes + 4095) / 4096 * 4096 + records_vaddr(m) % 4096};
    for (unsigned k = 0; k < 2; k++) {
        Elf64_Phdr p64 = {PT_LOAD, PF_R | PF_W | PF_X, offset[k], at[k], at[k], size[k], size[k], 4096};
        Elf32_Phdr p32 = {PT_LOAD, (Elf32_Off)offset[k], (Elf32_Addr)at[k], (Elf32_Addr)at[k], (uint32_t)size[k], (uint32_t)size[k],
                          PF_R | PF_W | PF_X, 4096};
        if (m->xlen == 64) memcpy(head + sizeof(Elf64_Ehdr) + k * sizeof p64, &p64, sizeof p64);
        else memcpy(head + sizeof(Elf32_Ehdr) + k * sizeof p32, &p32, sizeof p32);
    }
    Elf64_Ehdr e64 = {{0}, ET_EXEC, EM_RISCV, 1, BASE, sizeof(Elf64_Ehdr), 0, 5, sizeof(Elf64_Ehdr), sizeof(Elf64_Phdr), 2, 0, 0, 0};
    Elf32_Ehdr e32 = {{0}, ET_EXEC, EM_RISCV, 1, BASE, sizeof(Elf32_Ehdr), 0, 5, sizeof(Elf32_Ehdr), sizeof(Elf32_Phdr), 2, 0, 0, 0};
    if (m->xlen == 64) memcpy(head, &e64, sizeof e64);
    else memcpy(head, &e32, sizeof e32);
    memcpy(head, ident, sizeof ident);
    fwrite(head, HEAD, 1, f);
    fwrite(m->code, m->bytes, 1, f);
    fseek(f, (long)offset[1], SEEK_SET);
    fwrite(m->records, RECORD, m->count, f);
    return fclose(f) ? 2 : 0;
}

// ---- running it here
static uint8_t *image_run(const Image *m, bool interpret) {
    const CpuType *type = m->xlen == 64 ? &riscv64_type : &riscv32_type;
    EngineOptions options = {.interpret = interpret};
    char error[256] = "";
    Mem *mem = mem_new();
    Engine *engine = engine_new(type->guest, &options);
    Clock *clock = clock_new();
    Cpu *cpu = cpu_new(type, engine, mem, clock, 0);
    if (!cpu || !type->configure(cpu, "max", error, sizeof error) ||
        !mem_map_ram(mem, "ram", BASE, RAM_SIZE, false, error, sizeof error))
        return fprintf(stderr, "no hart: %s\n", error), NULL;
    mem_write(mem, BASE, m->code, m->bytes);
    mem_write(mem, records_vaddr(m), m->records, (size_t)m->count * RECORD);
    cpu_reset(cpu, BASE);
    RiscvState *s = riscv_state(cpu->vcpu);
    s->mstatus |= MSTATUS_FS & (MSTATUS_FS >> 1); // Initial
    riscv_update_context(cpu->vcpu);
    engine_breakpoint(engine, BASE + m->end, true);
    s->mtvec = BASE + m->end; // a trap ends it too
    RunResult result = vcpu_run(cpu->vcpu);
    if (result != RUN_BREAKPOINT || s->mcause)
        fprintf(stderr, "stopped with %d, mcause %" PRIu64 " at %#" PRIx64 "\n", result, s->mcause, s->mepc);
    uint8_t *after = malloc((size_t)m->count * RECORD);
    mem_read(mem, records_vaddr(m), after, (size_t)m->count * RECORD);
    cpu_free(cpu);
    engine_free(engine);
    mem_free(mem);
    clock_free(clock);
    return after;
}

static void print_sequence(const Image *m, unsigned k) {
    const RandomSequence *s = &m->sequences[k];
    for (unsigned i = 0; i < s->n; i++) {
        char text[128];
        uint8_t bytes[4];
        memcpy(bytes, &s->insn[i].bits, 4);
        riscv_disassemble(&m->config, false, BASE + m->starts[k] + s->insn[i].offset, bytes, 4, text, sizeof text);
        printf("    %08" PRIx64 "  %0*x  %s\n", BASE + m->starts[k] + s->insn[i].offset, s->insn[i].entry->width / 4, s->insn[i].bits, text);
    }
}

static bool is_used(const Image *m, unsigned k, bool is_float, unsigned r) {
    for (unsigned i = 0; i < m->sequences[k].n; i++) {
        const RandomInsn *in = &m->sequences[k].insn[i];
        Insn o;
        decode_operands(in->entry, in->bits, &o.rd);
        bool f1 = strstr(in->entry->row->text, "frs1"), f2 = strstr(in->entry->row->text, "frs2"), fd = strstr(in->entry->row->text, "frd");
        if (((unsigned)o.rs1 == r && f1 == is_float) || ((unsigned)o.rs2 == r && f2 == is_float) ||
            ((unsigned)o.rd == r && fd == is_float) || (is_float && o.rs3 && (unsigned)o.rs3 == r)) return true;
    }
    return false;
}

static unsigned compare(const Image *m, const uint8_t *ours, const uint8_t *theirs) {
    unsigned bad = 0;
    for (unsigned k = 0; k < m->count; k++) {
        const uint8_t *a = ours + (size_t)k * RECORD, *b = theirs + (size_t)k * RECORD, *before = m->records + (size_t)k * RECORD;
        if (!memcmp(a, b, RECORD) || bad++ >= 10) continue;
        printf("sequence %u differs:\n", k);
        print_sequence(m, k);
        for (unsigned o = 0; o < RECORD; o += 8) {
            uint64_t was, x, y;
            memcpy(&was, before + o, 8), memcpy(&x, a + o, 8), memcpy(&y, b + o, 8);
            const char *what = o < F_AT ? "x" : o < FCSR_AT ? "f" : o == FCSR_AT ? "fcsr" : "scratch";
            unsigned index = o < F_AT ? o / 8 : o < FCSR_AT ? (o - F_AT) / 8 : o == FCSR_AT ? 0 : o - SCRATCH_AT;
            bool input = o == FCSR_AT || (o < FCSR_AT && is_used(m, k, o >= F_AT, index));
            if (x != y) printf("  %s[%u] was %016" PRIx64 ", ours %016" PRIx64 ", theirs %016" PRIx64 "\n", what, index, was, x, y);
            else if (input) printf("  %s[%u] was %016" PRIx64 "\n", what, index, was);
        }
    }
    return bad;
}

int main(int argc, char **argv) {
    if (argc != 8) return fprintf(stderr, "usage: %s elf|interp|jit XLEN SEED COUNT LENGTH MATCH FILE\n", argv[0]), 2;
    static Image m;
    m = (Image){.xlen = (unsigned)atoi(argv[2]), .count = (unsigned)atoi(argv[4]), .length = (unsigned)atoi(argv[5]),
                .match = *argv[6] ? argv[6] : NULL};
    if (m.length > RANDOM_MAX || (uint64_t)m.count * (RECORD + 1024) > RAM_SIZE) return fprintf(stderr, "too much\n"), 2;
    image_make(&m, strtoull(argv[3], NULL, 0));
    if (!strcmp(argv[1], "elf")) return image_write(&m, argv[7]);
    uint8_t *ours = image_run(&m, !strcmp(argv[1], "interp")), *theirs = malloc((size_t)m.count * RECORD);
    FILE *f = fopen(argv[7], "rb");
    if (!f || fread(theirs, RECORD, m.count, f) != m.count) return fprintf(stderr, "%s: no records\n", argv[7]), 2;
    fclose(f);
    if (!ours) return 2;
    unsigned bad = compare(&m, ours, theirs);
    if (bad) printf("%u of %u sequences differ\n", bad, m.count);
    if (getenv("COVERAGE")) decode_coverage(m.decoder, stdout);
    free(ours);
    free(theirs);
    return bad != 0;
}
