// SPDX-License-Identifier: MIT
// `myna doctor`: one line for each thing that a machine may need of the host or of the build. What is missing
// comes with the Debian package that brings it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ui/launch/launch.h"
#include "ui/sdl/api.h"

static unsigned missing;

static void say(bool ok, const char *what, const char *fix) {
    printf("%-8s %s%s%s\n", ok ? "ok" : "missing", what, ok ? "" : ": ", ok ? "" : fix);
    missing += !ok;
}

static void check_cpu(void) {
    char text[200];
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2"), fma = __builtin_cpu_supports("fma"),
         bmi = __builtin_cpu_supports("bmi2");
    snprintf(text, sizeof(text), "host CPU: %ld CPUs,%s%s%s", sysconf(_SC_NPROCESSORS_ONLN),
             avx2 ? " AVX2" : "", fma ? " FMA" : "", bmi ? " BMI2" : "");
    say(avx2 && fma && bmi, text, "AVX2, FMA or BMI2 is not there, so translated code is slower");
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGE_SIZE);
    printf("%-8s memory: %ld MiB\n", "ok", (long)(pages / 1024 * size / 1024));
}

static void check_build(void) {
    static const struct {
        bool there;
        const char *what, *fix;
    } parts[] = {
#ifdef HAVE_SLIRP
        {true, "user networking (libslirp)", ""},
#else
        {false, "user networking", "build with libslirp-dev"},
#endif
#ifdef HAVE_PNG
        {true, "screenshots as PNG (libpng)", ""},
#else
        {false, "screenshots as PNG", "build with libpng-dev"},
#endif
#ifdef HAVE_CAPSTONE
        {true, "disassembly of host code (Capstone)", ""},
#else
        {false, "disassembly of host code", "build with libcapstone-dev"},
#endif
#ifdef HAVE_ZSTD
        {true, "zstd-packed kernels (libzstd)", ""},
#else
        {false, "zstd-packed kernels", "build with libzstd-dev"},
#endif
    };
    for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        say(parts[i].there, parts[i].what, parts[i].fix);
}

static void check_window(void) {
    char error[300] = "";
    bool loaded = sdl_load(error, sizeof(error));
    const char *display = getenv("WAYLAND_DISPLAY") ? getenv("WAYLAND_DISPLAY") : getenv("DISPLAY");
    char text[200];
    say(loaded, "windows (SDL2)", error);
    snprintf(text, sizeof(text), "a desktop to open them on%s%.100s", display ? " at " : "",
             display ? display : "");
    say(display && *display, text, "neither DISPLAY nor WAYLAND_DISPLAY is set, so guests run without");
}

static void check_file(const char *what, const char *path, const char *package) {
    char text[300], fix[200];
    bool there = !access(path, R_OK);
    snprintf(text, sizeof(text), "%s%s%s", what, there ? " at " : "", there ? path : "");
    snprintf(fix, sizeof(fix), "install %s", package);
    say(there, text, fix);
}

int doctor_run(void) {
    missing = 0;
    printf("Myna " MYNA_VERSION "\n");
    check_cpu();
    check_build();
    check_window();
    check_file("OpenSBI, for Linux on riscv64", "/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin",
               "opensbi");
    check_file("U-Boot for riscv64, for disks without a kernel beside them",
               "/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin", "u-boot-qemu");
    check_file("U-Boot for arm64", "/usr/lib/u-boot/qemu_arm64/u-boot.bin", "u-boot-qemu");
    printf("%s\n",
           missing ? "What is missing is needed only for what the line names." : "Nothing is missing.");
    return 0;
}
