// SPDX-License-Identifier: MIT
// hw/core: boot images (ELF, Linux Image, gzip, EFI zboot), where they go, what is refused and in which
// words; device trees; the loop.
#include <check.h>
#include <elf.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include "hw/core/fdt.h"
#include "hw/core/loader.h"
#include "hw/core/loop.h"
#include "tests/lib/suite.h"

static char error[512];

// ---- making images

typedef struct Maker {
    uint8_t bytes[8192];
    size_t size;
} Maker;

// One segment of 16 bytes of file and 32 of memory at paddr, and a symbol "tohost".
static Maker make_elf64(uint64_t paddr, uint16_t machine) {
    Maker m = {.size = 1024};
    Elf64_Ehdr h = {.e_type = ET_EXEC,
                    .e_machine = machine,
                    .e_entry = paddr + 4,
                    .e_phoff = 64,
                    .e_phentsize = sizeof(Elf64_Phdr),
                    .e_phnum = 1,
                    .e_shoff = 512,
                    .e_shentsize = sizeof(Elf64_Shdr),
                    .e_shnum = 3};
    memcpy(h.e_ident, "\177ELF\2\1\1", 7);
    Elf64_Phdr p = {.p_type = PT_LOAD,
                    .p_offset = 256,
                    .p_paddr = paddr,
                    .p_vaddr = paddr,
                    .p_filesz = 16,
                    .p_memsz = 32};
    Elf64_Sym s[2] = {{0}, {.st_name = 1, .st_value = 0x80001234, .st_shndx = 1}};
    Elf64_Shdr sections[3] = {{0},
                              {.sh_type = SHT_SYMTAB,
                               .sh_link = 2,
                               .sh_offset = 320,
                               .sh_size = sizeof(s),
                               .sh_entsize = sizeof(s[0])},
                              {.sh_type = SHT_STRTAB, .sh_offset = 400, .sh_size = 8}};
    memcpy(m.bytes, &h, sizeof(h));
    memcpy(m.bytes + 64, &p, sizeof(p));
    memset(m.bytes + 256, 0xaa, 16);
    memcpy(m.bytes + 320, s, sizeof(s));
    memcpy(m.bytes + 400, "\0tohost", 8);
    memcpy(m.bytes + 512, sections, sizeof(sections));
    return m;
}

static Maker make_linux(void) {
    Maker m = {.size = 4096};
    uint64_t offset = 0x200000, size = 0x10000;
    memcpy(m.bytes, "MZ", 2);
    memcpy(m.bytes + 8, &offset, 8);
    memcpy(m.bytes + 16, &size, 8);
    memcpy(m.bytes + 0x38, "RSC\x05", 4);
    return m;
}

static Maker gzip(const Maker *in) {
    Maker out = {0};
    z_stream z = {.next_in = (uint8_t *)in->bytes,
                  .avail_in = (uInt)in->size,
                  .next_out = out.bytes,
                  .avail_out = sizeof(out.bytes)};
    deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.size = z.total_out;
    deflateEnd(&z);
    return out;
}

static bool parse(const Maker *m, Image *i) {
    *i = (Image){.path = strdup("file"), .data = malloc(m->size ? m->size : 1), .size = m->size};
    memcpy(i->data, m->bytes, m->size);
    return image_parse(i, &image_riscv64, error, sizeof(error));
}

static void refused(const Maker *m, const char *why) {
    Image i;
    ck_assert(!parse(m, &i));
    ck_assert_msg(strstr(error, why), "'%s' does not say '%s'", error, why);
    image_close(&i);
}

START_TEST(elf_is_loaded) {
    Maker m = make_elf64(0x80000000, EM_RISCV);
    Image i;
    Mem *mem = mem_new();
    mem_map_ram(mem, "ram", 0x80000000, 0x10000, false, error, sizeof(error));
    memset(mem_host(mem, 0x80000000, 64, true), 0x55, 64);
    ck_assert(parse(&m, &i));
    uint64_t value, entry, end;
    ck_assert(image_symbol(&i, "tohost", &value));
    ck_assert_uint_eq(value, 0x80001234);
    ck_assert(!image_symbol(&i, "fromhost", &value));
    Loader l = {.mem = mem};
    ck_assert(loader_put_image(&l, "the kernel", &i, 0, &entry, &end, error, sizeof(error)));
    ck_assert_uint_eq(entry, 0x80000004);
    ck_assert_uint_eq(end, 0x80000020);
    const uint8_t *at = mem_host(mem, 0x80000000, 64, false);
    ck_assert_uint_eq(at[15], 0xaa);
    ck_assert_uint_eq(at[16], 0); // bss
    ck_assert_uint_eq(at[31], 0);
    ck_assert_uint_eq(at[32], 0x55);
    image_close(&i);
    mem_free(mem);
}
END_TEST

START_TEST(wrong_images_are_refused) {
    Maker m = make_elf64(0x80000000, EM_AARCH64);
    refused(&m, "'file' is for AArch64 64, but this machine is RISC-V 64");
    m = make_elf64(0x80000000, EM_RISCV);
    m.size = 260;
    refused(&m, "cut short");
    m.size = 30;
    refused(&m, "header is cut short");
    m = make_elf64(UINT64_MAX - 8, EM_RISCV);
    refused(&m, "makes no sense");
    m = make_linux();
    memcpy(m.bytes + 0x38, "ARM\x64", 4);
    refused(&m, "an AArch64 Linux kernel");
    m = (Maker){.bytes = "#!/bin/sh\necho hello, this is a shell script and not a kernel at all.......",
                .size = 75};
    refused(&m, "a script");
    m = (Maker){.bytes = "The quick brown fox jumps over the lazy dog, and then again, and then.......",
                .size = 75};
    refused(&m, "is text");
    m = (Maker){.bytes = "QFI\xfb", .size = 512};
    refused(&m, "use -drive");
    m = make_linux();
    Maker packed = gzip(&m);
    packed.size -= 12;
    refused(&packed, "damaged or cut short");
    Image i;
    ck_assert(!image_open(&i, "/nonexistent/kernel", &image_riscv64, error, sizeof(error)));
    ck_assert_str_eq(error, "cannot read '/nonexistent/kernel': No such file or directory");
    ck_assert(!image_open(&i, "/tmp", &image_riscv64, error, sizeof(error)));
    ck_assert_ptr_nonnull(strstr(error, "Is a directory"));
    ck_assert(!image_open(&i, "/dev/null", &image_riscv64, error, sizeof(error)));
}
END_TEST

START_TEST(linux_image_in_wrappings) {
    Maker m = make_linux(), packed = gzip(&m), twice = gzip(&packed), zboot = {.size = 64 + packed.size};
    memcpy(zboot.bytes, "MZ\0\0zimg", 8);
    uint32_t at = 64, n = (uint32_t)packed.size;
    memcpy(zboot.bytes + 8, &at, 4);
    memcpy(zboot.bytes + 12, &n, 4);
    memcpy(zboot.bytes + 24, "gzip", 5);
    memcpy(zboot.bytes + 0x38, "RSC\x05", 4); // the wrapper carries the magic too
    memcpy(zboot.bytes + 64, packed.bytes, packed.size);
    Maker *all[] = {&m, &packed, &twice, &zboot};
    for (int k = 0; k < 4; k++) {
        Image i;
        ck_assert_msg(parse(all[k], &i), "%d: %s", k, error);
        ck_assert_int_eq(i.kind, IMAGE_LINUX);
        ck_assert_uint_eq(i.size, 4096);
        ck_assert_uint_eq(i.memory_size, 0x10000);
        image_close(&i);
    }
    n = 100000;
    memcpy(zboot.bytes + 12, &n, 4);
    refused(&zboot, "lies outside the file");
}
END_TEST

START_TEST(placing_keeps_account) {
    Mem *mem = mem_new();
    mem_map_ram(mem, "dram", 0x80000000, 0x10000, false, error, sizeof(error));
    Loader l = {.mem = mem};
    ck_assert(loader_put(&l, "the firmware 'fw'", 0x80000000, "abc", 3, 0x1000, error, sizeof(error)));
    ck_assert(!loader_put(&l, "the kernel 'k'", 0x80000800, "abc", 3, 0x1000, error, sizeof(error)));
    ck_assert_str_eq(
        error, "the kernel 'k' (0x80000800..0x800017ff) overlaps the firmware 'fw' (0x80000000..0x80000fff)");
    ck_assert(!loader_put(&l, "the initrd 'i'", 0x8000f000, "abc", 3, 0x2000, error, sizeof(error)));
    ck_assert_ptr_nonnull(strstr(error, "give the machine more with -m"));
    ck_assert(!loader_put(&l, "the kernel 'k'", 0, "abc", 3, 0, error, sizeof(error)));
    ck_assert_ptr_nonnull(strstr(error, "linked for another machine"));
    ck_assert(!loader_put(&l, "the kernel 'k'", UINT64_MAX - 1, "abc", 3, 0, error, sizeof(error)));
    ck_assert(loader_put(&l, "next", 0x80001000, "abc", 3, 0, error, sizeof(error)));
    mem_free(mem);
}
END_TEST

START_TEST(device_tree_is_made_and_patched) {
    Fdt f;
    dt_start(&f);
    dt_begin(&f, "%s", "");
    dt_begin(&f, "soc@%x", 0x1000);
    dt_reg(&f, 0x100002000, 0x40);
    dt_strings(&f, "compatible", 2, (const char *const[]){"a", "bc"});
    dt_end(&f);
    dt_end(&f);
    ck_assert(dt_finish(&f, error, sizeof(error)));
    char *args = malloc(100000); // longer than any slack
    memset(args, 'x', 99999);
    args[99999] = 0;
    DtChosen c = {
        .bootargs = args, .initrd_start = 0x100000000, .initrd_end = 0x100001000, .stdout_path = "/soc"};
    ck_assert(dt_patch_chosen(&f.blob, &f.size, &c, error, sizeof(error)));
    int soc = fdt_path_offset(f.blob, "/soc@1000"), chosen = fdt_path_offset(f.blob, "/chosen"), n;
    const fdt32_t *reg = fdt_getprop(f.blob, soc, "reg", &n);
    ck_assert_int_eq(n, 16);
    ck_assert_uint_eq(fdt32_to_cpu(reg[0]), 1);
    ck_assert_uint_eq(fdt32_to_cpu(reg[1]), 0x2000);
    ck_assert_mem_eq(fdt_getprop(f.blob, soc, "compatible", &n), "a\0bc", 5);
    ck_assert_str_eq(fdt_getprop(f.blob, chosen, "bootargs", &n), args);
    ck_assert_uint_eq(fdt32_to_cpu(*(const fdt32_t *)fdt_getprop(f.blob, chosen, "linux,initrd-start", &n)),
                      1);
    c = (DtChosen){.bootargs = "short"};
    ck_assert(dt_patch_chosen(&f.blob, &f.size, &c, error, sizeof(error))); // again: replaces
    ck_assert_str_eq(fdt_getprop(f.blob, fdt_path_offset(f.blob, "/chosen"), "bootargs", &n), "short");
    f.size -= 8; // cut
    ck_assert(!dt_patch_chosen(&f.blob, &f.size, &c, error, sizeof(error)));
    ck_assert_ptr_nonnull(strstr(error, "not a device tree"));
    free(f.blob);
    free(args);
    dt_start(&f);
    dt_begin(&f, "%s", "");
    ck_assert(!dt_finish(&f, error, sizeof(error))); // a node is still open
}
END_TEST

static char order[16];
static unsigned norder;
static Loop *the_loop;
static void note(void *what) {
    ck_assert(loop_here(the_loop));
    order[norder++] = *(const char *)what;
}
static _Atomic int got;
static void on_pipe(void *fds, unsigned events) {
    char c;
    if (read(((int *)fds)[0], &c, 1) == 1) got++;
}
static void fired(void *when) { *(_Atomic uint64_t *)when = 1; }

START_TEST(loop_posts_watches_and_deadlines) {
    int fds[2];
    static _Atomic uint64_t done;
    Clock *clock = clock_new();
    Loop *l = the_loop = loop_new(clock);
    ck_assert_int_eq(pipe(fds), 0);
    Watch *w = loop_watch(l, fds[0], WATCH_READ, on_pipe, fds);
    loop_post(l, note, "a"); // before the thread runs
    loop_start(l);
    ck_assert(!loop_here(l));
    loop_post(l, note, "b");
    loop_call(l, note, "c");
    ck_assert_str_eq(order, "abc");
    Timer *t = timer_new(clock, fired, (void *)&done), *far = timer_new(clock, fired, (void *)&done);
    timer_set(far, clock_now(clock) + 1000000000000);
    timer_set(t, clock_now(clock) + 2000000);
    ck_assert_int_eq(write(fds[1], "x", 1), 1);
    for (int i = 0; i < 2000 && !(done && got); i++) usleep(1000);
    ck_assert_uint_eq(done, 1);
    ck_assert_int_eq(got, 1);
    loop_post(l, note, "d");
    loop_stop(l);
    ck_assert_str_eq(order, "abcd");
    watch_free(w);
    loop_free(l);
    clock_free(clock);
    close(fds[0]);
    close(fds[1]);
}
END_TEST

int main(void) {
    Suite *s = suite_create("loader");
    TCase *t = tcase_create("loader");
    tcase_add_test(t, elf_is_loaded);
    tcase_add_test(t, wrong_images_are_refused);
    tcase_add_test(t, linux_image_in_wrappings);
    tcase_add_test(t, placing_keeps_account);
    tcase_add_test(t, device_tree_is_made_and_patched);
    tcase_add_test(t, loop_posts_watches_and_deadlines);
    suite_add_tcase(s, t);
    return suite_run(s);
}
