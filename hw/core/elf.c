// SPDX-License-Identifier: MIT
// ELF executables, 32 and 64 bits, little-endian (System V gABI): the loadable segments by physical address,
// the entry point, and symbols by name. Called by image_parse. Nothing is trusted: each header is copied out
// after its bounds were checked.
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "hw/core/image.h"
#include "tcg/base/fail.h"

typedef struct Header { // the fields of Elf32_Ehdr and Elf64_Ehdr that count
    uint64_t entry, phoff, shoff;
    unsigned phentsize, phnum, shentsize, shnum, machine, type;
} Header;

static bool take(const Image *i, uint64_t at, void *to, size_t n) {
    if (at > i->size || n > i->size - at) return false;
    memcpy(to, i->data + at, n);
    return true;
}

static bool header_read(const Image *i, Header *h) {
    Elf64_Ehdr a;
    Elf32_Ehdr b;
    if (i->elf64) {
        if (!take(i, 0, &a, sizeof(a))) return false;
        *h = (Header){a.e_entry,     a.e_phoff, a.e_shoff,   a.e_phentsize, a.e_phnum,
                      a.e_shentsize, a.e_shnum, a.e_machine, a.e_type};
    } else {
        if (!take(i, 0, &b, sizeof(b))) return false;
        *h = (Header){b.e_entry,     b.e_phoff, b.e_shoff,   b.e_phentsize, b.e_phnum,
                      b.e_shentsize, b.e_shnum, b.e_machine, b.e_type};
    }
    return true;
}

// The n-th program header in 64-bit form.
static bool phdr_read(const Image *i, const Header *h, unsigned n, Elf64_Phdr *p) {
    Elf32_Phdr q;
    uint64_t at;
    if (__builtin_add_overflow(h->phoff, (uint64_t)n * h->phentsize, &at)) return false;
    if (i->elf64) return h->phentsize >= sizeof(*p) && take(i, at, p, sizeof(*p));
    if (h->phentsize < sizeof(q) || !take(i, at, &q, sizeof(q))) return false;
    *p =
        (Elf64_Phdr){q.p_type, q.p_flags, q.p_offset, q.p_vaddr, q.p_paddr, q.p_filesz, q.p_memsz, q.p_align};
    return true;
}

static const char *machine_name(unsigned machine) {
    switch (machine) {
    case EM_386: return "x86";
    case EM_X86_64: return "x86-64";
    case EM_ARM: return "Arm";
    case EM_AARCH64: return "AArch64";
    case EM_RISCV: return "RISC-V";
    case EM_MIPS: return "MIPS";
    case EM_PPC:
    case EM_PPC64: return "PowerPC";
    default: return "another architecture";
    }
}

static bool segments_read(Image *i, const Header *h, char *error, size_t error_size) {
    for (unsigned n = 0; n < h->phnum; n++) {
        Elf64_Phdr p;
        if (!phdr_read(i, h, n, &p))
            return FAIL("'%s': ELF program header %u lies outside the file", i->path, n);
        if (p.p_type != PT_LOAD || !p.p_memsz) continue;
        if (p.p_offset > i->size || p.p_filesz > i->size - p.p_offset)
            return FAIL("'%s': ELF segment %u lies outside the file (it is cut short)", i->path, n);
        if (p.p_filesz > p.p_memsz || p.p_paddr + (p.p_memsz - 1) < p.p_paddr)
            return FAIL("'%s': ELF segment %u makes no sense", i->path, n);
        if (i->nsegments == IMAGE_SEGMENTS)
            return FAIL("'%s' has more than %d loadable segments", i->path, IMAGE_SEGMENTS);
        i->segment[i->nsegments++] = (ImageSegment){p.p_paddr, p.p_memsz, p.p_offset, p.p_filesz};
    }
    if (!i->nsegments) return FAIL("'%s' is an ELF file with nothing to load (an object file?)", i->path);
    return true;
}

bool elf_parse(Image *i, const ImageArch *arch, char *error, size_t error_size) {
    Header h;
    i->kind = IMAGE_ELF;
    if (i->size < EI_NIDENT || i->data[EI_DATA] != ELFDATA2LSB)
        return FAIL("'%s' is a big-endian or cut ELF file; %s is expected", i->path, arch->name);
    i->elf64 = i->data[EI_CLASS] == ELFCLASS64;
    if (!header_read(i, &h)) return FAIL("'%s': the ELF header is cut short", i->path);
    if (h.machine != arch->elf_machine || i->elf64 != (arch->bits == 64))
        return FAIL("'%s' is for %s %d, but this machine is %s", i->path, machine_name(h.machine),
                    i->elf64 ? 64 : 32, arch->name);
    if (h.type != ET_EXEC && h.type != ET_DYN) return FAIL("'%s' is an ELF file, but no executable", i->path);
    i->entry = h.entry;
    return segments_read(i, &h, error, error_size);
}

// ---- symbols

typedef struct Section {
    uint32_t type, link;
    uint64_t offset, size, entsize;
} Section;

static bool section_read(const Image *i, const Header *h, unsigned n, Section *s) {
    uint64_t at;
    if (n >= h->shnum || __builtin_add_overflow(h->shoff, (uint64_t)n * h->shentsize, &at)) return false;
    if (i->elf64) {
        Elf64_Shdr a;
        if (h->shentsize < sizeof(a) || !take(i, at, &a, sizeof(a))) return false;
        *s = (Section){a.sh_type, a.sh_link, a.sh_offset, a.sh_size, a.sh_entsize};
    } else {
        Elf32_Shdr b;
        if (h->shentsize < sizeof(b) || !take(i, at, &b, sizeof(b))) return false;
        *s = (Section){b.sh_type, b.sh_link, b.sh_offset, b.sh_size, b.sh_entsize};
    }
    return s->offset <= i->size && s->size <= i->size - s->offset;
}

// A symbol that is defined here and whose name ends inside its table.
typedef struct Symbol {
    const char *name;
    uint64_t value, size;
    unsigned type; // STT_*
} Symbol;

static bool symbol_read(const Image *i, const Section *table, const Section *strings, uint64_t at, Symbol *s) {
    Elf64_Sym a = {0};
    Elf32_Sym b;
    if (i->elf64) {
        if (!take(i, table->offset + at, &a, sizeof(a))) return false;
    } else {
        if (!take(i, table->offset + at, &b, sizeof(b))) return false;
        a = (Elf64_Sym){.st_name = b.st_name, .st_info = b.st_info, .st_shndx = b.st_shndx, .st_value = b.st_value,
                        .st_size = b.st_size};
    }
    const char *name = (const char *)i->data + strings->offset + a.st_name;
    if (a.st_shndx == SHN_UNDEF || a.st_name >= strings->size || !memchr(name, 0, strings->size - a.st_name)) return false;
    *s = (Symbol){name, a.st_value, a.st_size, ELF64_ST_TYPE(a.st_info)};
    return true;
}

typedef bool SymbolFn(void *opaque, const Symbol *s); // true: go on

static void symbols_walk(const Image *i, SymbolFn *fn, void *opaque) {
    Header h;
    Section table, strings;
    if (!header_read(i, &h)) return;
    for (unsigned n = 0; n < h.shnum; n++) {
        if (!section_read(i, &h, n, &table) || table.type != SHT_SYMTAB || !section_read(i, &h, table.link, &strings)) continue;
        size_t entry = i->elf64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
        for (uint64_t at = 0; at + entry <= table.size; at += entry) {
            Symbol s;
            if (symbol_read(i, &table, &strings, at, &s) && !fn(opaque, &s)) return;
        }
    }
}

typedef struct Wanted {
    const char *name;
    uint64_t *value;
    bool found;
} Wanted;

static bool is_wanted(void *opaque, const Symbol *s) {
    Wanted *w = opaque;
    if (strcmp(s->name, w->name)) return true;
    *w->value = s->value;
    w->found = true;
    return false;
}

bool image_symbol(const Image *i, const char *name, uint64_t *value) {
    Wanted w = {name, value, false};
    if (i->kind == IMAGE_ELF) symbols_walk(i, is_wanted, &w);
    return w.found;
}

typedef struct Functions {
    ImageFunctionFn *fn;
    void *opaque;
} Functions;

static bool give_function(void *opaque, const Symbol *s) {
    const Functions *f = opaque;
    if (s->type == STT_FUNC || (s->type == STT_NOTYPE && s->size == 0 && s->name[0] != '$' && s->name[0] != '.'))
        f->fn(f->opaque, s->name, s->value, s->size);
    return true;
}

bool image_functions(Image *i, ImageFunctionFn *fn, void *opaque) {
    Functions f = {fn, opaque};
    if (i->size < EI_NIDENT || memcmp(i->data, ELFMAG, SELFMAG) || i->data[EI_DATA] != ELFDATA2LSB) return false;
    i->elf64 = i->data[EI_CLASS] == ELFCLASS64;
    symbols_walk(i, give_function, &f);
    return true;
}
