// SPDX-License-Identifier: MIT
// See sniff.h. Formats: ELF; Linux Image, plain, packed or EFI zboot (hw/core/image.c); cpio "newc" and the
// packings initrds come in; MBR and GPT (UEFI 2.10, 5.2 and 5.3) and the ext2 superblock; flattened device trees.
// Formats that Myna does not read are told by name.
#include "ui/launch/sniff.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "hw/core/image.h"
#include "tcg/base/fail.h"

enum { HEAD = 34 * 512, SECTOR = 512, GPT_ENTRIES = 128 };

typedef struct Head {
    uint8_t bytes[HEAD];
    size_t size; // read
    uint64_t length;
} Head;

static bool starts(const Head *h, size_t at, const char *magic, size_t n) {
    return at + n <= h->size && !memcmp(h->bytes + at, magic, n);
}

static bool head_read(const char *path, Head *h, char *error, size_t error_size) {
    struct stat s;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return FAIL("'%s': %s", path, strerror(errno));
    bool ok = !fstat(fd, &s) && (S_ISREG(s.st_mode) || S_ISBLK(s.st_mode));
    if (!ok) {
        close(fd);
        return FAIL("'%s' is neither a file nor a disk", path);
    }
    ssize_t got = read(fd, h->bytes, HEAD);
    h->size = got > 0 ? (size_t)got : 0;
    h->length = (uint64_t)s.st_size;
    close(fd);
    return h->size || FAIL("'%s' is empty", path);
}

// ---- disks

static uint32_t u32(const uint8_t *p) { return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24; }

// The types of Linux' file systems: "Linux filesystem data", and the roots of each architecture.
static bool is_linux_type(const uint8_t *guid, const char **target) {
    static const struct {
        uint8_t guid[16];
        const char *target;
    } types[] = {
        {{0xaf, 0x3d, 0xc6, 0x0f, 0x83, 0x84, 0x72, 0x47, 0x8e, 0x79, 0x3d, 0x69, 0xd8, 0x47, 0x7d, 0xe4},
         NULL},
        {{0x45, 0xb0, 0x21, 0xb9, 0xf0, 0x1d, 0xc3, 0x41, 0xaf, 0x44, 0x4c, 0x6f, 0x28, 0x0d, 0x3f, 0xae},
         "aarch64"},
        {{0xef, 0x73, 0xa0, 0x72, 0xe9, 0x65, 0x64, 0x4e, 0x98, 0x8b, 0x7b, 0xef, 0x4a, 0xde, 0xaa, 0x9e},
         "riscv64"},
    };
    for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (memcmp(guid, types[i].guid, 16)) continue;
        if (types[i].target) *target = types[i].target;
        return true;
    }
    return false;
}

static void read_gpt(const Head *h, Sniffed *to) {
    for (unsigned i = 0; i < GPT_ENTRIES && (i + 9) * 128 <= h->size; i++)
        if (is_linux_type(h->bytes + 2 * SECTOR + i * 128, &to->target) && !to->root) to->root = i + 1;
}

static void read_mbr(const Head *h, Sniffed *to) {
    for (unsigned i = 0; i < 4; i++)
        if (h->bytes[446 + 16 * i + 4] == 0x83 && !to->root) to->root = i + 1;
}

static bool sniff_disk(const Head *h, Sniffed *to) {
    bool gpt = starts(h, SECTOR, "EFI PART", 8), ext = starts(h, 1024 + 56, "\x53\xef", 2);
    bool mbr = starts(h, 510, "\x55\xaa", 2) && u32(h->bytes + 446 + 8) + u32(h->bytes + 462 + 8);
    if (!gpt && !ext && !mbr) return false;
    to->kind = FILE_DISK;
    to->partitions = gpt || mbr;
    if (gpt)
        read_gpt(h, to);
    else if (mbr)
        read_mbr(h, to);
    return true;
}

// ---- kernels and programs

static bool try_image(const char *path, const ImageArch *arch, const char *target, Sniffed *to, char *error,
                      size_t error_size) {
    Image i;
    if (!image_open(&i, path, arch, error, error_size)) return false;
    bool ok = i.kind != IMAGE_RAW;
    to->kind = i.kind == IMAGE_ELF ? FILE_PROGRAM : FILE_KERNEL;
    to->target = target;
    image_close(&i);
    return ok || FAIL("'%s' is no kernel, program, initrd or disk that Myna knows", path);
}

static bool sniff_image(const char *path, Sniffed *to, char *error, size_t error_size) {
    char ignored[400];
    return try_image(path, &image_aarch64, "aarch64", to, ignored, sizeof(ignored)) ||
           try_image(path, &image_riscv32, "riscv32", to, ignored, sizeof(ignored)) ||
           try_image(path, &image_riscv64, "riscv64", to, error, error_size);
}

// A Linux Image has no word length; the 32-bit kernels of RISC-V are rare.
static void prefer_wide(const Head *h, Sniffed *to) {
    if (to->kind == FILE_KERNEL && to->target && !strcmp(to->target, "riscv32")) to->target = "riscv64";
}

static bool packs_cpio(const char *path) {
    Image i;
    char ignored[300];
    if (!image_read(&i, path, ignored, sizeof(ignored))) return false;
    bool cpio =
        unpack_gzip(&i.data, &i.size, ignored, sizeof(ignored)) && i.size > 6 && !memcmp(i.data, "07070", 5);
    image_close(&i);
    return cpio;
}

// Formats that are known, and not read.
static bool allowed(const Head *h, const char *path, char *error, size_t error_size) {
    static const struct {
        const char *magic, *what;
        unsigned at;
    } known[] = {
        {"QFI\xfb", "a qcow2 disk: convert it (qemu-img convert -O raw)", 0},
        {"KDMV", "a VMDK disk: convert it (qemu-img convert -O raw)", 0},
        {"vhdxfile", "a VHDX disk: convert it (qemu-img convert -O raw)", 0},
        {"UF2\n", "a UF2 firmware: no board of Myna takes one yet", 0},
        {"PK\3\4", "a zip archive: unpack it", 0},
    };
    for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (starts(h, known[i].at, known[i].magic, strlen(known[i].magic)))
            return FAIL("'%s' is %s", path, known[i].what);
    return true;
}

bool file_sniff(const char *path, Sniffed *to, char *error, size_t error_size) {
    Head h;
    *to = (Sniffed){0};
    if (!head_read(path, &h, error, error_size) || !allowed(&h, path, error, error_size)) return false;
    if (starts(&h, 0, "\xd0\x0d\xfe\xed", 4)) return to->kind = FILE_TREE, true;
    // xz, zstd, lz4 and lzop: kernels packed so come inside an EFI program
    static const char *const packed[] = {"07070",
                                         "\xfd"
                                         "7zXZ",
                                         "\x28\xb5\x2f\xfd", "\x02\x21\x4c\x18", "\x89LZO"};
    for (unsigned i = 0; i < sizeof(packed) / sizeof(packed[0]); i++)
        if (starts(&h, 0, packed[i], strlen(packed[i]))) return to->kind = FILE_INITRD, true;
    bool gzip = starts(&h, 0, "\x1f\x8b", 2);
    if (gzip && packs_cpio(path)) return to->kind = FILE_INITRD, true;
    bool image = gzip ||
                 starts(&h, 0,
                        "\x7f"
                        "ELF",
                        4) ||
                 starts(&h, 0, "MZ", 2) || starts(&h, 0x38, "ARM\x64", 4) || starts(&h, 0x38, "RSC\x05", 4);
    if (!image && sniff_disk(&h, to)) return true;
    if (!image)
        return FAIL("'%s' is no kernel, program, initrd or disk that Myna knows; the full command line takes "
                    "anything: myna -help",
                    path);
    if (!sniff_image(path, to, error, error_size)) return false;
    prefer_wide(&h, to);
    return true;
}
