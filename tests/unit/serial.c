// SPDX-License-Identifier: MIT
// Serial back ends on a real event loop: pty, sockets, pipes and files, flow control in both directions,
// several fronts on one channel, and standard input and output in a child process whose terminal is looked at
// from outside.
#include "hw/host/serial.h"
#include "hw/core/loop.h"
#include "tests/lib/suite.h"
#include <check.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static Clock *timebase;
static Loop *loop;
static char error[400];

// A front that keeps what it gets, up to `room` bytes.
typedef struct Front {
    pthread_mutex_t lock;
    size_t room, n, drained;
    unsigned events[8];
    char text[1 << 16];
} Front;

static size_t can_receive(void *opaque) {
    Front *f = opaque;
    pthread_mutex_lock(&f->lock);
    size_t room = f->room;
    pthread_mutex_unlock(&f->lock);
    return room;
}
static void receive(void *opaque, const uint8_t *bytes, size_t n) {
    Front *f = opaque;
    pthread_mutex_lock(&f->lock);
    ck_assert_uint_le(n, f->room);
    memcpy(f->text + f->n, bytes, n);
    f->n += n;
    f->room -= n;
    pthread_mutex_unlock(&f->lock);
}
static void event(void *opaque, SerialEvent e) {
    Front *f = opaque;
    pthread_mutex_lock(&f->lock);
    f->events[e]++;
    pthread_mutex_unlock(&f->lock);
}
static void drained(void *opaque) {
    Front *f = opaque;
    pthread_mutex_lock(&f->lock);
    f->drained++;
    pthread_mutex_unlock(&f->lock);
}

static void plug(Serial *s, Front *f, size_t room) {
    *f = (Front){.lock = PTHREAD_MUTEX_INITIALIZER, .room = room};
    s->front = f;
    s->can_receive = can_receive;
    s->receive = receive;
    s->event = event;
    s->drained = drained;
}

// Waits up to 10 s for a number the loop's thread changes.
static bool reaches(Front *f, const void *what, size_t value) {
    for (unsigned i = 0; i < 10000; i++) {
        pthread_mutex_lock(&f->lock);
        bool there = what == &f->n || what == &f->drained ? *(const size_t *)what >= value
                                                          : *(const unsigned *)what >= value;
        pthread_mutex_unlock(&f->lock);
        if (there) return true;
        usleep(1000);
    }
    return false;
}

static void setup(void) {
    timebase = clock_new();
    loop = loop_new(timebase);
}
static void teardown(void) {
    loop_stop(loop);
    loop_free(loop);
    clock_free(timebase);
}

static Serial *open_plugged(SerialSpec spec, Front *f, size_t room) {
    Serial *s = serial_open(&spec, loop, error, sizeof error);
    ck_assert_msg(s != NULL, "%s", error);
    plug(s, f, room);
    return s;
}

static void put(Serial *s, const char *text) {
    ck_assert_uint_eq(serial_write(s, (const uint8_t *)text, strlen(text)), strlen(text));
}
static void expect_read(int fd, const char *text) {
    char got[200] = "";
    size_t n = 0;
    while (n < strlen(text)) {
        ssize_t k = read(fd, got + n, strlen(text) - n);
        ck_assert_msg(k > 0 || (k < 0 && errno == EAGAIN), "read: %s after '%s'", strerror(errno), got);
        if (k > 0)
            n += k;
        else
            usleep(1000);
    }
    ck_assert_str_eq(got, text);
}
static void send_text(int fd, const char *text) {
    ck_assert_int_eq(write(fd, text, strlen(text)), strlen(text));
}

START_TEST(pty_comes_and_goes) {
    static Front f;
    Serial *s = open_plugged((SerialSpec){.kind = SERIAL_PTY}, &f, 100);
    loop_start(loop);
    put(s, "lost"); // nobody is there
    for (unsigned round = 1; round <= 2; round++) {
        int fd = open(serial_where(s), O_RDWR | O_NOCTTY);
        ck_assert_int_ge(fd, 0);
        ck_assert(reaches(&f, &f.events[SERIAL_OPENED], round));
        put(s, "hello");
        expect_read(fd, "hello");
        send_text(fd, "abc\r\001x"); // raw: nothing is translated, no escapes
        ck_assert(reaches(&f, &f.n, 6 * round));
        ck_assert_mem_eq(f.text, "abc\r\001x", 6);
        close(fd);
        ck_assert(reaches(&f, &f.events[SERIAL_CLOSED], round));
    }
    serial_close(s);
}
END_TEST

START_TEST(input_waits_for_room) {
    static Front f;
    int fd[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
    Serial *s = open_plugged((SerialSpec){.kind = SERIAL_FD, .fd = fd[0]}, &f, 3);
    loop_start(loop);
    static char big[20000];
    for (unsigned i = 0; i < sizeof big; i++) big[i] = 'a' + i % 26;
    ck_assert_int_eq(write(fd[1], big, sizeof big), sizeof big);
    ck_assert(reaches(&f, &f.n, 3));
    usleep(20000);
    ck_assert_uint_eq(f.n, 3);
    while (f.n < sizeof big) {
        pthread_mutex_lock(&f.lock);
        f.room = 1000;
        size_t want = f.n + 1000 < sizeof big ? f.n + 1000 : sizeof big;
        pthread_mutex_unlock(&f.lock);
        serial_ready(s);
        ck_assert(reaches(&f, &f.n, want));
    }
    ck_assert_mem_eq(f.text, big, sizeof big);
    serial_close(s);
    close(fd[1]);
}
END_TEST

START_TEST(output_fills_up_and_drains) {
    static Front f;
    int fd[2];
    ck_assert_int_eq(pipe2(fd, O_NONBLOCK), 0);
    Serial *s = open_plugged((SerialSpec){.kind = SERIAL_FD, .fd = fd[1]}, &f, 0);
    loop_start(loop);
    enum { TOTAL = 1000000 };
    size_t sent = 0, got = 0, refusals = 0;
    while (got < TOTAL) {
        uint8_t out[1000], in[70000];
        for (unsigned i = 0; i < sizeof out; i++) out[i] = (sent + i) % 251;
        size_t n = TOTAL - sent < sizeof out ? TOTAL - sent : sizeof out;
        size_t took = serial_write(s, out, n);
        sent += took;
        if (took == n && n) continue;
        refusals += took < n;
        ssize_t k = read(fd[0], in, sizeof in);
        for (ssize_t i = 0; i < k; i++)
            if (in[i] != (got + i) % 251) ck_abort_msg("byte %zu", got + i); // a macro for each is slow
        if (k > 0) got += k;
        else usleep(100);
    }
    ck_assert_uint_gt(refusals, 0);
    ck_assert(reaches(&f, &f.drained, 1));
    serial_close(s);
    close(fd[0]);
}
END_TEST

START_TEST(file_and_log) {
    static Front f;
    char path[] = "/tmp/myna-serial-XXXXXX", log[] = "/tmp/myna-serial-XXXXXX", got[100] = "";
    close(mkstemp(path));
    close(mkstemp(log));
    Serial *s = open_plugged((SerialSpec){.kind = SERIAL_FILE, .path = path, .log_file = log}, &f, 0);
    loop_start(loop);
    put(s, "line one\n");
    put(s, "line two\n");
    serial_close(s); // writes out what is left
    for (unsigned i = 0; i < 2; i++) {
        loop_stop(loop);
        int fd = open(i ? log : path, O_RDONLY);
        ck_assert_int_eq(read(fd, got, sizeof got), 18);
        ck_assert_str_eq(got, "line one\nline two\n");
        close(fd);
    }
    unlink(path);
    unlink(log);
}
END_TEST

static int dial(const char *where) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    a.sin_port = htons(atoi(strrchr(where, ':') + 1));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

START_TEST(tcp_server) {
    static Front f;
    SerialSpec spec = {.kind = SERIAL_TCP, .host = "127.0.0.1", .port = "0", .server = true};
    Serial *s = open_plugged(spec, &f, 1000);
    loop_start(loop);
    for (unsigned round = 1; round <= 3; round++) { // one after another
        int fd = dial(serial_where(s));
        ck_assert(reaches(&f, &f.events[SERIAL_OPENED], round));
        put(s, "login: ");
        expect_read(fd, "login: ");
        send_text(fd, "root\n");
        ck_assert(reaches(&f, &f.n, 5 * round));
        close(fd);
        ck_assert(reaches(&f, &f.events[SERIAL_CLOSED], round));
    }
    spec.port = strrchr(serial_where(s), ':') + 1; // taken by ourselves
    ck_assert_ptr_null(serial_open(&spec, loop, error, sizeof error));
    ck_assert_msg(strstr(error, "is taken by this process"), "%s", error);
    serial_close(s);
}
END_TEST

START_TEST(telnet_server) {
    static Front f;
    Serial *s = open_plugged(
        (SerialSpec){.kind = SERIAL_TCP, .host = "127.0.0.1", .port = "0", .server = true, .telnet = true},
        &f, 1000);
    loop_start(loop);
    int fd = dial(serial_where(s));
    expect_read(fd, "\377\373\001\377\373\003\377\373");
    static const uint8_t in[] = {'a', 255, 253, 1,   'b', '\r', 0,   255, 250, 24,
                                 1,   255, 240, 'c', 255, 255,  255, 243, 'd'};
    ck_assert_int_eq(write(fd, in, sizeof in), sizeof in);
    ck_assert(reaches(&f, &f.n, 6));
    ck_assert_mem_eq(f.text, "ab\rc\377d", 6);
    ck_assert_uint_eq(f.events[SERIAL_BREAK], 1);
    close(fd);
    serial_close(s);
}
END_TEST

START_TEST(unix_sockets) {
    static Front server, client;
    char path[64];
    snprintf(path, sizeof path, "/tmp/myna-sock-%d", (int)getpid());
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    strcpy(a.sun_path, path);
    int stale = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(stale, (struct sockaddr *)&a, sizeof a), 0);
    close(stale); // its file stays
    SerialSpec spec = {.kind = SERIAL_UNIX, .path = path};
    ck_assert_ptr_null(serial_open(&spec, loop, error, sizeof error));
    ck_assert_ptr_nonnull(strstr(error, "cannot connect"));
    spec.server = true;
    Serial *s = open_plugged(spec, &server, 100);
    ck_assert_ptr_null(serial_open(&spec, loop, error, sizeof error));
    ck_assert_msg(strstr(error, "is taken by"), "%s", error);
    spec.server = false;
    Serial *c = open_plugged(spec, &client, 100);
    loop_start(loop);
    put(c, "ping");
    ck_assert(reaches(&server, &server.n, 4));
    put(s, "pong!");
    ck_assert(reaches(&client, &client.n, 5));
    serial_close(c);
    ck_assert(reaches(&server, &server.events[SERIAL_CLOSED], 1));
    serial_close(s);
    ck_assert_int_ne(access(path, F_OK), 0); // gone with its server
}
END_TEST

static unsigned quits;
static void on_quit(void *opaque) { __atomic_fetch_add(&quits, 1, __ATOMIC_SEQ_CST); }

START_TEST(two_fronts_on_one_channel) {
    static Front console, monitor;
    int fd[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
    Serial *s = open_plugged((SerialSpec){.kind = SERIAL_FD, .fd = fd[0], .mux = true}, &console, 100);
    Serial *t = serial_share(s);
    plug(t, &monitor, 100);
    serial_on_quit(on_quit, NULL);
    loop_start(loop);
    send_text(fd[1], "one\001ctwo\001\001\001");
    ck_assert(reaches(&console, &console.n, 3));
    ck_assert(reaches(&monitor, &monitor.n, 4));
    ck_assert_mem_eq(monitor.text, "two\001", 4);
    ck_assert_uint_eq(monitor.events[SERIAL_FOCUS], 1);
    send_text(fd[1], "cback\001b\001zend"); // the escape was the last byte of the read before
    ck_assert(reaches(&console, &console.n, 10));
    ck_assert_mem_eq(console.text, "onebackend", 10);
    ck_assert_uint_eq(console.events[SERIAL_BREAK], 1);
    put(s, "from console ");
    put(t, "from monitor");
    expect_read(fd[1], "from console from monitor");
    pthread_mutex_lock(&console.lock);
    console.room = 0; // a guest that reads nothing
    pthread_mutex_unlock(&console.lock);
    send_text(fd[1], "typed in vain\001x");
    for (unsigned i = 0; i < 5000 && !__atomic_load_n(&quits, __ATOMIC_SEQ_CST); i++) usleep(1000);
    ck_assert_uint_eq(quits, 1);
    serial_close(t);
    serial_close(s);
    close(fd[1]);
}
END_TEST

START_TEST(clear_refusals) {
    SerialSpec bad[] = {
        {.kind = SERIAL_FILE, .path = "/nonexistent/file"},
        {.kind = SERIAL_PIPE, .path = "/nonexistent/pipe"},
        {.kind = SERIAL_UNIX, .path = "/nonexistent/dir/sock", .server = true},
        {.kind = SERIAL_UNIX, .path = ""},
        {.kind = SERIAL_TCP, .host = "127.0.0.1", .port = "1"},
        {.kind = SERIAL_TCP, .host = "127.0.0.1", .port = "nonsense"},
        {.kind = SERIAL_TCP},
        {.kind = SERIAL_FD, .fd = 999},
        {.kind = SERIAL_NULL, .log_file = "/nonexistent/log"},
    };
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        error[0] = 0;
        ck_assert_msg(!serial_open(&bad[i], loop, error, sizeof error), "%u", i);
        ck_assert_uint_gt(strlen(error), 10);
    }
}
END_TEST

// ---- standard input and output: in a child

// Echoes in upper case until Ctrl-A x, or ends as told.
static void child(const char *end) {
    static Front f;
    for (int i = 1; i < 20; i++) signal(i, SIG_DFL); // the test framework's and the sanitizer's
    setup();
    SerialSpec spec = {.kind = SERIAL_STDIO};
    Serial *s = serial_open(&spec, loop, error, sizeof error);
    if (!s || serial_open(&spec, loop, error, sizeof error) || !strstr(error, "twice")) _exit(9);
    plug(s, &f, sizeof f.text);
    serial_ready(s); // as a device does when it is reset: what was typed before comes now
    loop_start(loop);
    serial_write(s, (const uint8_t *)"ready\n", 6);
    size_t seen = 0;
    for (unsigned i = 0; i < 20000; i++) {
        pthread_mutex_lock(&f.lock);
        size_t n = f.n;
        pthread_mutex_unlock(&f.lock);
        for (; seen < n; seen++) {
            uint8_t up = toupper((unsigned char)f.text[seen]);
            serial_write(s, &up, 1);
            if (f.text[seen] == '.') break;
        }
        if (seen < n) break;
        usleep(1000);
    }
    usleep(20000);
    if (!strcmp(end, "abort")) signal(SIGABRT, SIG_DFL), abort();
    if (!strcmp(end, "exit")) exit(3);
    serial_close(s);
    teardown();
    _exit(0);
}

static pid_t on_terminal(int *master, const char *end) {
    *master = posix_openpt(O_RDWR | O_NOCTTY);
    grantpt(*master);
    unlockpt(*master);
    char name[64];
    ptsname_r(*master, name, sizeof name);
    pid_t pid = fork();
    if (pid) return pid;
    setsid();
    int fd = open(name, O_RDWR);
    ioctl(fd, TIOCSCTTY, 0);
    for (unsigned i = 0; i < 3; i++) dup2(fd, i);
    child(end);
    _exit(8);
}

static void read_until(int fd, const char *text) {
    char got[2000] = "";
    size_t n = 0;
    while (!strstr(got, text)) {
        ssize_t k = read(fd, got + n, sizeof got - 1 - n);
        ck_assert_msg(k > 0, "no '%s' in '%s'", text, got);
        n += k;
    }
}

static bool canonical(int fd) {
    struct termios t;
    ck_assert_int_eq(tcgetattr(fd, &t), 0);
    return (t.c_lflag & (ICANON | ECHO)) == (ICANON | ECHO);
}

// Each way out, and how the process then ended.
static const struct {
    const char *keys, *end;
    int signal, wanted_exit, wanted_signal;
} ways[] = {
    {"\001x", "", 0, 0, 0},        {".", "close", 0, 0, 0},     {".", "exit", 0, 3, 0},
    {"", "", SIGTERM, 0, SIGTERM}, {"", "", SIGHUP, 0, SIGHUP}, {"", "", SIGSEGV, 0, SIGSEGV},
};

START_TEST(terminal_is_raw_and_restored) {
    int master, status;
    pid_t pid = on_terminal(&master, ways[_i].end);
    read_until(master, "ready");
    ck_assert(!canonical(master));
    send_text(master, "a\003\032b"); // Ctrl-C and Ctrl-Z go to the guest
    read_until(master, "B");
    send_text(master, "\001h");
    read_until(master, "Ctrl-A x");
    send_text(master, ways[_i].keys);
    if (ways[_i].signal) kill(pid, ways[_i].signal);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(canonical(master));
    if (ways[_i].wanted_signal) {
        ck_assert(WIFSIGNALED(status) || WEXITSTATUS(status) != 0); // sanitizers turn some into an exit
    } else {
        ck_assert(WIFEXITED(status));
        ck_assert_int_eq(WEXITSTATUS(status), ways[_i].wanted_exit);
    }
    close(master);
}
END_TEST

// Without a terminal: a pipe, nothing, a file; the output comes out whole and in order.
START_TEST(stdio_without_terminal) {
    int in[2], out[2], status;
    char path[] = "/tmp/myna-stdin-XXXXXX";
    ck_assert_int_eq(pipe(in), 0);
    ck_assert_int_eq(pipe(out), 0);
    int file = mkstemp(path);
    send_text(file, "from a file.");
    lseek(file, 0, SEEK_SET);
    pid_t pid = fork();
    if (!pid) {
        dup2(_i == 0 ? in[0] : _i == 1 ? open("/dev/null", O_RDONLY) : file, 0);
        dup2(out[1], 1);
        close(in[1]);
        close(out[0]);
        child("close");
    }
    close(out[1]);
    close(in[0]);
    if (_i != 2) read_until(out[0], "ready");
    if (_i == 0) send_text(in[1], "from a pipe\001x.");
    close(in[1]);
    if (_i != 1)
        read_until(out[0], _i ? "FROM A FILE" : "PIPE\001X");
    else
        kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    if (_i != 1) ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    ck_assert_int_eq(fcntl(out[0], F_GETFL) & O_NONBLOCK, 0);
    close(out[0]);
    close(file);
    unlink(path);
}
END_TEST

int main(void) {
    Suite *s = suite_create("serial");
    TCase *c = tcase_create("loop");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, pty_comes_and_goes);
    tcase_add_test(c, input_waits_for_room);
    tcase_add_test(c, output_fills_up_and_drains);
    tcase_add_test(c, file_and_log);
    tcase_add_test(c, tcp_server);
    tcase_add_test(c, telnet_server);
    tcase_add_test(c, unix_sockets);
    tcase_add_test(c, two_fronts_on_one_channel);
    tcase_add_test(c, clear_refusals);
    suite_add_tcase(s, c);
    c = tcase_create("stdio");
    tcase_add_loop_test(c, terminal_is_raw_and_restored, 0, sizeof ways / sizeof ways[0]);
    tcase_add_loop_test(c, stdio_without_terminal, 0, 3);
    suite_add_tcase(s, c);
    return suite_run(s);
}
