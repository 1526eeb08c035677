// SPDX-License-Identifier: MIT
// What kind of file a boot image is, and unpacking it. Linux Image:
// Documentation/arch/riscv/boot-image-header.rst (magic "RSC\x05" at 0x38); EFI zboot: the "zimg" header of
// drivers/firmware/efi/libstub/zboot-header.S ("MZ", "zimg", payload offset and size, type). A file that
// cannot be a kernel of this machine is refused with what it seems to be, before anything starts.
#include "hw/core/image.h"
#include <ctype.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tcg/base/fail.h"

enum { HUGE = 2 << 20, NESTING = 3, MAGIC_AT = 0x38, TEXT_LOOK = 64 };

const ImageArch image_aarch64 = {"AArch64", EM_AARCH64, 64, "ARM\x64"};
const ImageArch image_riscv64 = {"RISC-V 64", EM_RISCV, 64, "RSC\x05"};
const ImageArch image_riscv32 = {"RISC-V 32", EM_RISCV, 32, "RSC\x05"};

void image_close(Image *i) {
    free(i->path);
    free(i->data);
    *i = (Image){0};
}

static uint32_t u32_at(const Image *i, size_t at) {
    uint32_t v = 0;
    if (at + 4 <= i->size) memcpy(&v, i->data + at, 4);
    return v;
}

static uint64_t u64_at(const Image *i, size_t at) {
    return u32_at(i, at) | (uint64_t)u32_at(i, at + 4) << 32;
}
static bool starts(const Image *i, size_t at, const char *magic, size_t n) {
    return at + n <= i->size && !memcmp(i->data + at, magic, n);
}

// A buffer for free() and realloc(). A kernel is tens of MiB, and faulting them in by 4 KiB would be half the time a
// machine takes to start.
static uint8_t *buffer_new(size_t size) {
    void *p = NULL;
    if (size < HUGE) return malloc(size);
    if (posix_memalign(&p, HUGE, size)) return NULL;
    madvise(p, size, MADV_HUGEPAGE);
    return p;
}

// Reads the whole descriptor; `size` is a hint (0 for pipes).
static bool read_all(Image *i, int fd, size_t hint) {
    size_t capacity = hint + 1;
    i->data = buffer_new(capacity);
    for (ssize_t got; i->data; i->size += (size_t)got) {
        if (i->size == capacity) {
            uint8_t *more = realloc(i->data, capacity *= 2);
            if (!more) return false;
            i->data = more;
        }
        got = read(fd, i->data + i->size, capacity - i->size);
        if (got < 0 && errno == EINTR)
            got = 0;
        else if (got < 0)
            return false;
        else if (!got)
            return true;
    }
    return false;
}

bool image_read(Image *i, const char *path, char *error, size_t error_size) {
    *i = (Image){.path = strdup(path)};
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && !fstat(fd, &about);
    if (ok && S_ISDIR(about.st_mode)) {
        errno = EISDIR;
        ok = false;
    }
    ok = ok && read_all(i, fd, S_ISREG(about.st_mode) ? (size_t)about.st_size : 0);
    if (!ok) snprintf(error, error_size, "cannot read '%s': %s", path, strerror(errno));
    if (fd >= 0) close(fd);
    if (ok && !i->size) ok = FAIL("'%s' is empty", path);
    if (!ok) image_close(i);
    return ok;
}

// EFI zboot: the kernel proper is a compressed payload of a small EFI program.
static bool unpack_zboot(Image *i, char *error, size_t error_size) {
    uint32_t at = u32_at(i, 8), n = u32_at(i, 12);
    char type[9] = {0}, why[200];
    memcpy(type, i->data + 24, 8);
    if (at > i->size || n > i->size - at)
        return FAIL("'%s': the payload of this EFI kernel lies outside the file", i->path);
    uint8_t *payload = malloc(n ? n : 1);
    size_t size = n;
    memcpy(payload, i->data + at, n);
    bool ok = false;
    if (!strncmp(type, "gzip", 4))
        ok = unpack_gzip(&payload, &size, why, sizeof(why));
    else if (!strncmp(type, "zstd", 4))
        ok = unpack_zstd(&payload, &size, why, sizeof(why));
    else
        snprintf(why, sizeof(why), "its payload is packed with '%s', which Myna does not know",
                 isalpha(type[0]) ? type : "?");
    free(i->data);
    i->data = payload;
    i->size = size;
    return ok || FAIL("'%s': %s", i->path, why);
}

// A Linux Image that is a PE program too names its sections: is all of them in the file? (Microsoft PE format, "Section Table".)
static bool pe_complete(const Image *i) {
    if (!starts(i, 0, "MZ", 2) || i->size < 64) return true;
    uint64_t header = u64_at(i, 0x3c) & 0xffffffff;
    if (i->size < 64 || header > i->size - 24 || !starts(i, header, "PE\0\0", 4)) return true;
    unsigned sections = i->data[header + 6] | i->data[header + 7] << 8;
    uint64_t at = header + 24 + (i->data[header + 20] | i->data[header + 21] << 8);
    for (; sections--; at += 40) {
        if (at + 40 > i->size) return false;
        uint64_t both = u64_at(i, at + 16); // SizeOfRawData, PointerToRawData
        if ((both & 0xffffffff) + (both >> 32) > i->size) return false;
    }
    return true;
}

static bool parse_linux(Image *i, char *error, size_t error_size) {
    if (!pe_complete(i)) return FAIL("'%s' is a Linux kernel that is cut short", i->path);
    i->kind = IMAGE_LINUX;
    i->text_offset = u64_at(i, 8);
    i->memory_size = u64_at(i, 16);
    if (i->memory_size < i->size) i->memory_size = i->size;
    return true;
}

// What a file is that has no magic of ours, or NULL if it may be raw code.
static const char *stranger(const Image *i) {
    static const struct {
        size_t at;
        const char *magic;
        size_t n;
        const char *what;
    } known[] = {
        {MAGIC_AT, "ARM\x64", 4, "an AArch64 Linux kernel"},
        {0x202, "HdrS", 4, "an x86 Linux kernel"},
        {MAGIC_AT, "RSC\x05", 4, "a RISC-V Linux kernel"},
        {0, "QFI\xfb", 4, "a qcow2 disk image (use -drive)"},
        {0, "KDMV", 4, "a VMDK disk image (use -drive)"},
        {0, "PK\x03\x04", 4, "a zip archive"},
        {0,
         "\xfd"
         "7zXZ",
         5, "packed with xz; unpack it first"},
        {0, "BZh", 3, "packed with bzip2; unpack it first"},
        {0, "\xd0\x0d\xfe\xed", 4, "a device tree (use -dtb)"},
        {0x8001, "CD001", 5, "an ISO image (use -drive)"},
        {257, "ustar", 5, "a tar archive"},
        {0, "MZ", 2, "an EFI or Windows program"},
        {0, "070701", 6, "a cpio archive (use -initrd)"},
        {0, "#!", 2, "a script"},
        {0, "\x89PNG", 4, "a picture"},
        {0, "\xff\xd8\xff", 3, "a picture"},
        {0, "%PDF", 4, "a PDF document"},
        {0, "!<arch>", 7, "an archive of object files or a Debian package"},
    };
    for (unsigned k = 0; k < sizeof(known) / sizeof(known[0]); k++)
        if (starts(i, known[k].at, known[k].magic, known[k].n)) return known[k].what;
    size_t n = 0;
    while (n < i->size && n < TEXT_LOOK && (isprint(i->data[n]) || isspace(i->data[n]))) n++;
    return n == i->size || n == TEXT_LOOK ? "text" : NULL;
}

bool image_parse(Image *i, const ImageArch *arch, char *error, size_t error_size) {
    for (unsigned depth = 0; depth < NESTING; depth++) {
        char why[200];
        if (starts(i, 0, ELFMAG, SELFMAG)) return elf_parse(i, arch, error, error_size);
        if (starts(i, MAGIC_AT, arch->linux_magic, 4) && !starts(i, 4, "zimg", 4)) return parse_linux(i, error, error_size);
        if (starts(i, 0, "MZ", 2) && starts(i, 4, "zimg", 4) && i->size >= 64) {
            if (!unpack_zboot(i, error, error_size)) return false;
        } else if (starts(i, 0, "\x1f\x8b", 2)) {
            if (!unpack_gzip(&i->data, &i->size, why, sizeof(why))) return FAIL("'%s': %s", i->path, why);
        } else if (starts(i, 0, "\x28\xb5\x2f\xfd", 4)) {
            if (!unpack_zstd(&i->data, &i->size, why, sizeof(why))) return FAIL("'%s': %s", i->path, why);
        } else {
            const char *what = stranger(i);
            i->kind = IMAGE_RAW;
            i->memory_size = i->size;
            return !what || FAIL("'%s' is %s, not code for %s", i->path, what, arch->name);
        }
    }
    return FAIL("'%s' is packed in itself too often", i->path);
}

bool image_open(Image *i, const char *path, const ImageArch *arch, char *error, size_t error_size) {
    if (!image_read(i, path, error, error_size)) return false;
    if (image_parse(i, arch, error, error_size)) return true;
    image_close(i);
    return false;
}
