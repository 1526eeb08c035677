// SPDX-License-Identifier: MIT
// Every semihosting call, made by hand from bare metal; tests/script/semihosting builds it for rv64, rv32 and a64 and looks at what it
// prints and leaves behind. The last call ends the machine with code 42.
#include <stdint.h>

typedef uintptr_t Word;
static Word call(Word op, const void *arg) {
#ifdef __aarch64__
    register Word x0 asm("x0") = op;
    register const void *x1 asm("x1") = arg;
    asm volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
    return x0;
#else
    register Word a0 asm("a0") = op;
    register const void *a1 asm("a1") = arg;
    asm volatile(".balign 16\n.option push\n.option norvc\nslli x0, x0, 0x1f\nebreak\nsrai x0, x0, 7\n.option pop"
                 : "+r"(a0) : "r"(a1) : "memory");
    return a0;
#endif
}
#define CALL(op, ...) call(op, (Word[]){__VA_ARGS__})
#define W(p) ((Word)(p))
enum { OPEN = 1, CLOSE, WRITEC, WRITE0, WRITE, READ, READC, ISERROR, ISTTY, SEEK, FLEN = 12, TMPNAM, REMOVE, RENAME, CLOCK, TIME, SYSTEM,
       ERRNO, CMDLINE = 0x15, HEAPINFO, EXIT = 0x18, SYNC, EXIT_EXTENDED = 0x20, ELAPSED = 0x30, TICKFREQ };

static Word length(const char *s) {
    Word n = 0;
    while (s[n]) n++;
    return n;
}
static void say(const char *s) { call(WRITE0, s); }
static void check(const char *what, int ok) {
    say(ok ? "PASS " : "FAIL ");
    say(what);
    say("\n");
}
static Word open_(const char *path, Word mode) { return CALL(OPEN, W(path), mode, length(path)); }
static int same(const char *a, const char *b, Word n) {
    for (Word i = 0; i < n; i++)
        if (a[i] != b[i]) return 0;
    return 1;
}

static void files(void) {
    static char buf[64];
    Word f = open_("one.txt", 5); // wb
    check("open for writing", f + 1 > 1);
    check("write", CALL(WRITE, f, W("hello semihosting"), 17) == 0);
    check("length", CALL(FLEN, f) == 17);
    check("close", CALL(CLOSE, f) == 0);
    check("a closed handle", CALL(WRITE, f, W("x"), 1) == 1 && CALL(FLEN, f) == (Word)-1 && call(ERRNO, 0) == 9);
    check("rename", CALL(RENAME, W("one.txt"), 7, W("two.txt"), 7) == 0);
    f = open_("one.txt", 0);
    check("a file that is not there", f == (Word)-1 && call(ERRNO, 0) == 2);
    f = open_("two.txt", 1);
    check("seek", CALL(SEEK, f, 6) == 0);
    check("read to the end", CALL(READ, f, W(buf), 64) == 64 - 11 && same(buf, "semihosting", 11));
    check("read at the end", CALL(READ, f, W(buf), 8) == 8);
    check("not a terminal", CALL(ISTTY, f) == 0);
    CALL(CLOSE, f);
    f = open_("two.txt", 9); // append
    check("append", CALL(WRITE, f, W("!"), 1) == 0 && CALL(FLEN, f) == 18);
    CALL(CLOSE, f);
    check("open with a mode that is none", open_("two.txt", 12) == (Word)-1);
    check("remove", CALL(REMOVE, W("two.txt"), 7) == 0 && CALL(REMOVE, W("two.txt"), 7) == (Word)-1);
    check("a name for a temporary file", CALL(TMPNAM, W(buf), 7, 64) == 0 && same(buf, "/tmp/", 5));
    check("no room for it", CALL(TMPNAM, W(buf), 7, 4) == (Word)-1);
}

static void features(void) {
    unsigned char buf[8];
    Word f = open_(":semihosting-features", 0);
    check("features", CALL(FLEN, f) == 5 && CALL(READ, f, W(buf), 8) == 3 && same((char *)buf, "SHFB\3", 5));
    check("features again", CALL(SEEK, f, 4) == 0 && CALL(READ, f, W(buf), 1) == 0 && buf[0] == 3);
    check("features are read only", CALL(WRITE, f, W(buf), 1) == 1 && open_(":semihosting-features", 4) == (Word)-1);
    CALL(CLOSE, f);
}

static void console(void) {
    static char buf[16];
    Word in = open_(":tt", 0), out = open_(":tt", 4), err = open_(":tt", 8);
    check("standard streams", in != out && out != err && CALL(ISTTY, out) == 1);
    CALL(WRITE, out, W("to stdout\n"), 10);
    CALL(WRITE, err, W("to stderr\n"), 10);
    call(WRITEC, "c");
    call(WRITEC, "\n");
    check("readc", call(READC, 0) == 'a');
    Word left = CALL(READ, in, W(buf), 3);
    check("read", left < 3 && buf[0] == 'b');
}

static void machine(void) {
    static char buf[64];
    static Word block[4];
    Word arg[2] = {W(buf), sizeof buf};
    check("command line", call(CMDLINE, arg) == 0 && arg[1] == 11 && same(buf, "one two,too", 12));
    arg[1] = 4;
    check("no room for it", call(CMDLINE, arg) == (Word)-1);
    check("heap", CALL(HEAPINFO, W(block)) == 0 && block[1] - block[0] > 1 << 20 && block[2] == block[1]);
    volatile char *heap = (char *)block[0];
    heap[0] = 5;
    check("heap is memory", heap[0] == 5);
    check("errors", CALL(ISERROR, (Word)-1) == 1 && CALL(ISERROR, 0) == 0);
    check("time", call(TIME, 0) > 1000000000 && call(CLOCK, 0) < 60 * 100);
    uint64_t a = 0, b = 0;
    call(ELAPSED, &a);
    call(ELAPSED, &b);
    check("ticks", call(TICKFREQ, 0) == 1000000000 && b > a);
    check("no command of the host", CALL(SYSTEM, W("true"), 4) == (Word)-1 && call(ERRNO, 0) == 1);
    check("not defined", call(0x55, 0) == (Word)-1);
    check("a bad address", CALL(WRITE, 1, (Word)-16, 99) == 99 && call(OPEN, (void *)-8) == (Word)-1);
    check("a long path", CALL(REMOVE, W(buf), (Word)1 << 30) == (Word)-1);
}

__attribute__((noreturn)) void main_(void) {
    files();
    features();
    console();
    machine();
    CALL(EXIT_EXTENDED, 0x20026, 42);
    for (;;) {
    }
}
asm(".section .text.start, \"ax\"\n.globl _start\n_start:\n"
#ifdef __aarch64__
    "ldr x0, =stack_top\nmov sp, x0\nb main_\n"
#else
    "la sp, stack_top\nj main_\n"
#endif
    ".section .bss\n.balign 16\n.space 16384\nstack_top:\n.text");
