// SPDX-License-Identifier: MIT
// A file that a machine boots from: ELF, Linux Image (plain, gzip, EFI zboot) or raw bytes. Everything in it
// is hostile until parsed; a parsed Image's offsets and sizes lie inside its data.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IMAGE_SEGMENTS = 32 };
typedef enum ImageKind { IMAGE_RAW, IMAGE_ELF, IMAGE_LINUX } ImageKind;

// What the machine's CPUs can run.
typedef struct ImageArch {
    const char *name;        // "RISC-V 64"
    uint16_t elf_machine;    // EM_RISCV
    unsigned bits;           // 32, 64
    const char *linux_magic; // four bytes at 0x38 of a Linux Image
} ImageArch;
extern const ImageArch image_riscv64, image_riscv32, image_aarch64;

typedef struct ImageSegment {
    uint64_t paddr, size;     // bytes of memory
    size_t offset, file_size; // file_size <= size; the rest is zero
} ImageSegment;

typedef struct Image {
    char *path;
    uint8_t *data; // unpacked
    size_t size;
    ImageKind kind;
    uint64_t entry;                       // ELF
    ImageSegment segment[IMAGE_SEGMENTS]; // ELF
    unsigned nsegments;
    uint64_t text_offset, memory_size; // Linux: bytes from a 2 MiB boundary, bytes with bss
    bool elf64;
} Image;

// Reads, unpacks and parses. False with cause (and what the file seems to be) in error; the image is then
// closed.
bool image_open(Image *i, const char *path, const ImageArch *arch, char *error, size_t error_size);
// The same for a file that is just bytes (initrd, device tree): read only.
bool image_read(Image *i, const char *path, char *error, size_t error_size);
// Parses data, size (malloc'd) that the caller put in; path names it.
bool image_parse(Image *i, const ImageArch *arch, char *error, size_t error_size);
void image_close(Image *i);
// An ELF's symbol; false: none.
bool image_symbol(const Image *i, const char *name, uint64_t *value);

// Each function (and assembly label) of an ELF's symbol table, of any architecture; bytes that image_read brought. False: no ELF.
typedef void ImageFunctionFn(void *opaque, const char *name, uint64_t value, uint64_t size);
bool image_functions(Image *i, ImageFunctionFn *fn, void *opaque);

// hw/core/elf.c: the ELF half of image_parse.
bool elf_parse(Image *i, const ImageArch *arch, char *error, size_t error_size);
// hw/core/unpack.c: replaces *data by what it holds. False with a message.
bool unpack_gzip(uint8_t **data, size_t *size, char *error, size_t error_size);
bool unpack_zstd(uint8_t **data, size_t *size, char *error, size_t error_size);
