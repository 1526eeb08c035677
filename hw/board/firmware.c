// SPDX-License-Identifier: MIT
// Finds OpenSBI for `-bios default`: beside the program, then where distributions put it. Myna carries no
// firmware of its own.
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "hw/board/riscv_boot.h"

// %s: the folder of the program's install prefix where one is named.
static const char *const places64[] = {
    "%s/share/myna/opensbi-riscv64-generic-fw_dynamic.bin",
    "/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin", // Debian: opensbi
    "/usr/share/opensbi/lp64/generic/firmware/fw_dynamic.bin",   // Fedora
    "/usr/share/qemu/opensbi-riscv64-generic-fw_dynamic.bin",    // Debian: qemu-system-data
    "/usr/local/share/qemu/opensbi-riscv64-generic-fw_dynamic.bin",
};
static const char *const places32[] = {
    "%s/share/myna/opensbi-riscv32-generic-fw_dynamic.bin",
    "/usr/share/opensbi/ilp32/generic/firmware/fw_dynamic.bin",
    "/usr/share/qemu/opensbi-riscv32-generic-fw_dynamic.bin",
    "/usr/local/share/qemu/opensbi-riscv32-generic-fw_dynamic.bin",
};

// The folder above the one that holds the program; "/usr" if it cannot be told.
static void prefix_find(char *prefix, size_t size) {
    char program[4096];
    ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
    program[n > 0 ? n : 0] = 0;
    snprintf(prefix, size, "%s", n > 0 ? dirname(dirname(program)) : "/usr");
}

char *firmware_find(const char *target, char *error, size_t error_size) {
    bool wide = strcmp(target, "riscv32") != 0;
    const char *const *places = wide ? places64 : places32;
    unsigned n = wide ? sizeof(places64) / sizeof(places64[0]) : sizeof(places32) / sizeof(places32[0]);
    char prefix[4096], path[8192];
    prefix_find(prefix, sizeof(prefix));
    for (unsigned i = 0; i < n; i++) {
        snprintf(path, sizeof(path), places[i], prefix);
        if (!access(path, R_OK)) return strdup(path);
    }
    snprintf(error, error_size,
             "no OpenSBI firmware for %s is installed: name one with -bios FILE (Debian has it in the "
             "package '%s'), or start "
             "a machine-mode program with -bios none",
             target, wide ? "opensbi" : "qemu-system-data");
    return NULL;
}
