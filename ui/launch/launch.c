// SPDX-License-Identifier: MIT
// See launch.h. Each file is sniffed; what they are together decides architecture, firmware and kernel command
// line. Everything chosen here is in the command line that is printed, so nothing is hidden from the user.
#include "ui/launch/launch.h"
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "hw/core/machine.h"
#include "tcg/base/fail.h"
#include "tcg/base/near.h"
#include "ui/keyval.h"
#include "ui/launch/sniff.h"

enum { FILES = 16, MOST_CPUS = 4 };

typedef struct Plan {
    const char *arch, *memory, *cpus, *net, *display, *append;
    const char *kernel, *initrd, *tree;
    FileKind kernel_kind;
    const char *disk[FILES];
    Sniffed about[FILES]; // the disks
    unsigned ndisks;
    char **rest; // behind "--"
    int nrest;
} Plan;

static void add(Launch *l, const char *word) {
    if (l->n < LAUNCH_WORDS - 1) l->word[l->n++] = strdup(word);
}
static void add2(Launch *l, const char *a, const char *b) {
    add(l, a);
    add(l, b);
}
__attribute__((format(printf, 3, 4))) static void add_text(Launch *l, const char *option, const char *format,
                                                           ...) {
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0) text = NULL;
    va_end(args);
    if (text) add2(l, option, text);
    free(text);
}

// ---- what the user said

static bool take_file(Plan *p, const char *path, bool disk, char *error, size_t error_size) {
    Sniffed s = {.kind = FILE_DISK};
    if (!file_sniff(path, &s, error, error_size)) return false;
    if (disk && s.kind != FILE_DISK) return FAIL("--disk '%s': that is no raw disk", path);
    const char **at = s.kind == FILE_INITRD ? &p->initrd : s.kind == FILE_TREE ? &p->tree : &p->kernel;
    if (s.target && p->arch && strcmp(s.target, p->arch))
        return FAIL("'%s' is for %s, and something else here for %s", path, s.target, p->arch);
    if (s.target) p->arch = s.target;
    if (s.kind == FILE_DISK) {
        if (p->ndisks == FILES) return FAIL("more than %d disks", FILES);
        p->about[p->ndisks] = s;
        p->disk[p->ndisks++] = path;
        return true;
    }
    if (*at)
        return FAIL("'%s' and '%s' are both %s", *at, path,
                    at == &p->initrd ? "initrds"
                    : at == &p->tree ? "device trees"
                                     : "something to start");
    if (at == &p->kernel) p->kernel_kind = s.kind;
    return *at = path, true;
}

static bool take_words(Launch *l, Plan *p, int n, char **words, char *error, size_t error_size) {
    static const char *const names[] = {"--arch",   "--mem",  "--cpus",    "--net", "--display",
                                        "--append", "--disk", "--dry-run", "--help"};
    const char **texts[] = {&p->arch, &p->memory, &p->cpus, &p->net, &p->display, &p->append};
    for (int i = 0; i < n; i++) {
        const char *word = words[i];
        unsigned k = 0;
        if (!strcmp(word, "--")) {
            p->rest = words + i + 1;
            p->nrest = n - i - 1;
            return true;
        }
        if (word[0] != '-') {
            if (!take_file(p, word, false, error, error_size)) return false;
            continue;
        }
        while (k < 9 && strcmp(word, names[k])) k++;
        if (k == 9)
            return near_error(error, error_size, "option of 'myna run'", word, names, 9,
                              "QEMU's options follow behind '--'"),
                   false;
        if (k >= 7) {
            *(k == 7 ? &l->dry : &l->help) = true;
            continue;
        }
        if (++i == n) return FAIL("%s needs a value (myna run --help)", word);
        if (k == 6 && !take_file(p, words[i], true, error, error_size)) return false;
        if (k < 6) *texts[k] = words[i];
    }
    return true;
}

// ---- what follows from it

static bool exists(const char *type) {
    char ignored[200];
    return device_type_find(type, ignored, sizeof(ignored));
}
// On PCI where that is to be had: distributions' kernels have it built in, virtio-mmio not.
static const char *bus(void) { return exists("virtio-blk-pci") ? "pci" : "device"; }
static bool is_arm(const Plan *p) { return !strcmp(p->arch, "aarch64"); }

static bool wants_window(const Plan *p) { return p->display && !strcmp(p->display, "window"); }

static bool choose_firmware(Launch *l, const Plan *p, char *error, size_t error_size) {
    const char *boot =
        is_arm(p) ? "/usr/lib/u-boot/qemu_arm64/u-boot.bin" : "/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin";
    if (p->kernel_kind == FILE_PROGRAM && !is_arm(p)) add2(l, "-bios", "none");
    if (p->kernel) return true;
    if (!p->ndisks) return FAIL("nothing to start: name a kernel, a program or a disk (myna run --help)");
    if (access(boot, R_OK))
        return FAIL("'%s' is a disk without a kernel beside it: install U-Boot, which starts it (package "
                    "u-boot-qemu)",
                    p->disk[0]);
    add2(l, is_arm(p) ? "-bios" : "-kernel", boot);
    return true;
}

// For a Linux kernel: console, root.
static void choose_append(Launch *l, const Plan *p) {
    char root[64] = "";
    if (p->kernel_kind != FILE_KERNEL) {
        if (p->append) add2(l, "-append", p->append);
        return;
    }
    if (p->ndisks && p->about[0].root)
        snprintf(root, sizeof(root), "root=/dev/vda%u rw ", p->about[0].root);
    else if (p->ndisks && !p->about[0].partitions)
        snprintf(root, sizeof(root), "root=/dev/vda rw ");
    // The last console is the one of init: the window's if there is one.
    const char *serial = is_arm(p) ? "console=ttyAMA0" : "console=ttyS0";
    bool window = wants_window(p);
    add_text(l, "-append", "%s%s%s%s%s", root, serial, window ? " console=tty0" : "", p->append ? " " : "",
             p->append ? p->append : "");
}

static void choose_display(Launch *l, const Plan *p) {
    if (wants_window(p)) {
        add2(l, "-display", "sdl");
    } else if (p->display && !strncmp(p->display, "vnc=", 4)) {
        add2(l, "-vnc", p->display + 4);
    } else {
        add(l, "-nographic");
        return;
    }
    static const char *const names[] = {"gpu", "keyboard", "tablet"};
    for (unsigned i = 0; i < 3; i++) add_text(l, "-device", "virtio-%s-%s", names[i], bus());
}

// A port of this host that is free now.
static int free_port(void) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && !bind(fd, (struct sockaddr *)&a, sizeof(a)) &&
              !getsockname(fd, (struct sockaddr *)&a, &size);
    if (fd >= 0) close(fd);
    return ok ? ntohs(a.sin_port) : 0;
}

static bool choose_net(Launch *l, const Plan *p, char *error, size_t error_size) {
    static const KeyRow rows[] = {{"type", KEY_CHOICE, "user|none"}, {"ssh", KEY_TEXT}, {NULL}};
    KeyVals kv;
    char forward[64] = "";
    if (!p->net && p->kernel_kind == FILE_PROGRAM && p->kernel)
        return true; // a bare program knows no network
    if (!keyvals_parse(&kv, p->net ? p->net : "user", "type", error, error_size)) return false;
    bool ok = keyvals_check(&kv, rows, "--net", error, error_size);
    const char *ssh = ok ? keyvals_get(&kv, "ssh") : NULL, *type = ok ? keyvals_get(&kv, "type") : NULL;
    if (ssh) {
        l->ssh_port = strcmp(ssh, "auto") ? atoi(ssh) : free_port();
        ok = (l->ssh_port > 0 && l->ssh_port < 65536) ||
             FAIL("--net user,ssh=%s: a port or 'auto' is expected", ssh);
        snprintf(forward, sizeof(forward), ",hostfwd=tcp:127.0.0.1:%d-:22", l->ssh_port);
    }
    if (ok && (!type || strcmp(type, "none"))) {
        add_text(l, "-netdev", "user,id=net0%s", forward);
        add_text(l, "-device", "virtio-net-%s,netdev=net0", bus());
        add_text(l, "-device", "virtio-rng-%s", bus());
    }
    keyvals_free(&kv);
    return ok;
}

static void choose_disks(Launch *l, const Plan *p) {
    for (unsigned i = 0; i < p->ndisks; i++) {
        KeyVals kv = {.n = 0}; // commas in a path are doubled
        keyvals_set(&kv, "file", p->disk[i]);
        keyvals_set(&kv, "format", "raw");
        keyvals_set(&kv, "if", "none");
        char id[16];
        snprintf(id, sizeof(id), "disk%u", i);
        keyvals_set(&kv, "id", id);
        char *text = keyvals_text(&kv, NULL);
        add2(l, "-drive", text);
        add_text(l, "-device", "virtio-blk-%s,drive=%s", bus(), id);
        free(text);
        keyvals_free(&kv);
    }
}

static bool choose(Launch *l, Plan *p, char *error, size_t error_size) {
    static const char *const targets[] = {"riscv64", "riscv32", "aarch64"};
    unsigned known = 0;
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    if (!p->arch && p->ndisks)
        return FAIL("'%s' does not tell its architecture: say --arch riscv64 or --arch aarch64", p->disk[0]);
    if (!p->arch) return FAIL("nothing to start: name a kernel, a program or a disk (myna run --help)");
    while (known < 3 && strcmp(p->arch, targets[known])) known++;
    if (known == 3)
        return near_error(error, error_size, "architecture", p->arch, targets, 3, "there are three"), false;
    if (p->display && strcmp(p->display, "window") && strcmp(p->display, "none") &&
        strncmp(p->display, "vnc=", 4))
        return FAIL("--display %s: it is window, none or vnc=ADDRESS", p->display);
    add_text(l, "-M", "virt");
    if (is_arm(p)) add2(l, "-cpu", "max");
    bool program = p->kernel && p->kernel_kind == FILE_PROGRAM;
    add2(l, "-m", p->memory ? p->memory : program ? "128M" : "2G");
    if (p->cpus)
        add2(l, "-smp", p->cpus);
    else if (!program)
        add_text(l, "-smp", "%ld", cpus < 1 ? 1 : cpus > MOST_CPUS ? MOST_CPUS : cpus);
    if (!choose_firmware(l, p, error, error_size)) return false;
    if (p->kernel) add2(l, "-kernel", p->kernel);
    if (p->initrd) add2(l, "-initrd", p->initrd);
    if (p->tree) add2(l, "-dtb", p->tree);
    choose_append(l, p);
    choose_disks(l, p);
    if (!choose_net(l, p, error, error_size)) return false;
    choose_display(l, p);
    for (int i = 0; i < p->nrest; i++) add(l, p->rest[i]);
    return l->n < LAUNCH_WORDS - 1 || FAIL("that is more than one command line holds");
}

bool launch_make(Launch *l, int n, char **words, char *error, size_t error_size) {
    Plan p = {0};
    char program[64];
    *l = (Launch){0};
    add(l, "");
    if (!take_words(l, &p, n, words, error, error_size)) return false;
    if (l->help) return true;
    if (!choose(l, &p, error, error_size)) return false;
    snprintf(program, sizeof(program), "myna-system-%s", p.arch);
    free(l->word[0]);
    l->word[0] = strdup(program);
    return true;
}

void launch_free(Launch *l) {
    for (int i = 0; i < l->n; i++) free(l->word[i]);
    l->n = 0;
}

// Words a shell would read otherwise stand in quotes.
static void put_word(FILE *to, const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+,./:@%";
    if (*word && word[strspn(word, plain)] == 0) {
        fputs(word, to);
        return;
    }
    putc('\'', to);
    for (; *word; word++)
        if (*word == '\'')
            fputs("'\\''", to);
        else
            putc(*word, to);
    putc('\'', to);
}

char *launch_text(const Launch *l) {
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    for (int i = 0; i < l->n; i++) {
        if (i) putc(' ', to);
        put_word(to, l->word[i]);
    }
    fclose(to);
    return text;
}

void launch_help(void) {
    printf("myna run FILE... [option...] [-- QEMU's options...]\n\n"
           "Each FILE is a Linux kernel, an ELF program, an initrd, a raw disk or a device tree; Myna finds "
           "out which,\n"
           "chooses the rest, says the full command line and starts it.\n\n"
           "  --arch riscv64|riscv32|aarch64   where the files do not say\n"
           "  --mem 2G  --cpus 4               memory, CPUs\n"
           "  --disk FILE                      a further raw disk\n"
           "  --append TEXT                    more for the kernel's command line\n"
           "  --net user[,ssh=auto|PORT]|none  network; ssh forwards a port of this host to the guest's ssh\n"
           "  --display window|vnc=ADDR|none   none: the console is this terminal\n"
           "  --dry-run                        says the command line and stops\n");
}
