// SPDX-License-Identifier: MIT
// What starts what: options, log, back ends, board, monitors, gdb, then the machine; the main thread waits
// until it is off and takes everything down in the opposite order. Whatever is wrong with what the user asked
// for is one line on stderr and exit code 1 before the guest starts. The guest's exit code is ours.
//
// SIGINT, SIGTERM and SIGHUP power the machine off; a second one leaves at once. Handlers only write to an
// eventfd, which the main thread reads.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "tcg/base/log.h"
#include "ui/audio/audio.h"
#include "ui/backends.h"
#include "ui/chardev.h"
#include "ui/gdbstub.h"
#include "ui/launch/launch.h"
#include "ui/lists.h"
#include "ui/monitor.h"
#include "ui/options.h"
#include "ui/profile.h"
#include "ui/sdl/window.h"
#include "ui/silence.h"
#include "ui/vnc/vnc.h"

enum { MONITORS = 8 };

typedef struct Ui {
    const Options *options;
    Machine *machine;
    GdbStub *gdb;
    Monitor *monitor[MONITORS];
    unsigned nmonitors;
    Silence *silence;
    Profile *profile;
    Windows *windows;
    Vnc *vnc;
    AudioDev *audio;
    bool pidfile_written;
} Ui;

static int wake_fd = -1;
static volatile sig_atomic_t signalled;

// ---- the main thread waits

static void wake_main(void) {
    uint64_t one = 1;
    if (write(wake_fd, &one, sizeof(one)) < 0) errno = 0; // the counter is full: it is awake
}

static void on_signal(int number) {
    if (signalled) {
        serial_restore_terminal();
        _exit(128 + number);
    }
    signalled = number;
    wake_main();
}

static void on_state(void *opaque, Machine *m) {
    Ui *ui = opaque;
    if (ui->gdb) gdbstub_on_state(ui->gdb);
    if (ui->windows) windows_state(ui->windows);
    if (m->state == MACHINE_OFF) wake_main();
}

static void catch_signals(void) {
    static const int caught[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, old;
    for (unsigned i = 0; i < 3; i++) {
        sigaction(caught[i], NULL, &old);
        if (old.sa_handler != SIG_IGN) sigaction(caught[i], &action, NULL); // nohup stays
    }
    signal(SIGPIPE, SIG_IGN);
}

static bool is_off(Machine *m) {
    lock_take(&m->lock);
    bool off = m->state == MACHINE_OFF;
    lock_drop(&m->lock);
    return off;
}

static int wait_until_off(Machine *m) {
    bool killed = false;
    struct pollfd wake = {.fd = wake_fd, .events = POLLIN};
    while (!is_off(m)) {
        uint64_t count;
        // Under the thread sanitizer a handler does not run while its thread is in read, but it does in poll.
        if (poll(&wake, 1, -1) < 0 ? errno != EINTR : read(wake_fd, &count, sizeof(count)) < 0) break;
        if (signalled && !killed) machine_kill(m, 0), killed = true;
    }
    return machine_wait(m);
}

// ---- starting

static bool add_monitor(Ui *ui, Serial *s, bool shared, char *error, size_t error_size) {
    if (!s) return true;
    if (ui->nmonitors == MONITORS)
        return snprintf(error, error_size, "more than %d monitors", MONITORS), false;
    ui->monitor[ui->nmonitors++] = monitor_new(ui->machine, s, shared);
    return true;
}

static bool start_monitors(Ui *ui, char *error, size_t error_size) {
    const Options *o = ui->options;
    for (unsigned i = 0; i < o->spec.serials.n; i++)
        if (!add_monitor(ui, backends_shared_monitor(ui->machine, i), true, error, error_size)) return false;
    for (unsigned i = 0; i < o->monitors.n; i++) {
        Serial *s;
        if (chardev_is_view(o->monitors.item[i])) continue; // every window has one
        if (!backends_stream(ui->machine, o, o->monitors.item[i], "-monitor", &s, error, error_size) ||
            !add_monitor(ui, s, backends_is_shared(ui->machine, s), error, error_size))
            return false;
    }
    return true;
}

static bool start_gdb(Ui *ui, char *error, size_t error_size) {
    char text[512];
    Serial *s;
    if (!ui->options->gdb) return true;
    gdbstub_address(ui->options->gdb, text, sizeof(text));
    if (!backends_stream(ui->machine, ui->options, text, "-gdb", &s, error, error_size)) return false;
    if (s) ui->gdb = gdbstub_new(ui->machine, s);
    return true;
}

static bool start_vnc(Ui *ui, char *error, size_t error_size) {
    const VncSpec *spec = &ui->options->vnc;
    return !spec->address || (ui->vnc = vnc_open(ui->machine, spec, error, error_size));
}

static bool write_pidfile(Ui *ui, char *error, size_t error_size) {
    const char *path = ui->options->pidfile;
    if (!path) return true;
    FILE *f = fopen(path, "w");
    bool ok = f && fprintf(f, "%d\n", (int)getpid()) > 0;
    if (f) ok = !fclose(f) && ok;
    if (!ok) return snprintf(error, error_size, "-pidfile %s: %s", path, strerror(errno)), false;
    return ui->pidfile_written = true;
}

static bool start_profile(Ui *ui, char *error, size_t error_size) {
    if (!ui->options->profile) return true;
    ui->profile = profile_new(ui->options->profile, error, error_size);
    if (ui->profile) profile_attach(ui->profile, ui->machine);
    return ui->profile;
}

static bool start_log(const Options *o, char *error, size_t error_size) {
    return (!o->log_file || log_file(o->log_file, error, error_size)) &&
           (!o->channels || log_set(o->channels, error, error_size));
}

// No sound is no reason not to start; a file that was asked for is.
static bool open_audio(Ui *ui, char *error, size_t error_size) {
    const AudioSpec *spec = &ui->options->audio;
    ui->audio = audiodev_open(ui->machine, spec, error, error_size);
    if (ui->audio || spec->kind == AUDIO_NONE) return true;
    if (spec->kind == AUDIO_WAV) return false;
    fprintf(stderr, "myna: %s; the guest runs without\n", error);
    *error = 0;
    return true;
}

static bool build(Ui *ui, char *error, size_t error_size) {
    const Options *o = ui->options;
    if (!start_log(o, error, error_size)) return false;
    const Board *board = board_find(o->spec.target, o->spec.machine, error, error_size);
    if (!board) return false;
    ui->machine = machine_new(&o->spec, board);
    ui->machine->on_state = on_state;
    ui->machine->on_state_opaque = ui;
    return backends_open(ui->machine, o, error, error_size) &&
           machine_build(ui->machine, error, error_size) && start_monitors(ui, error, error_size) &&
           start_gdb(ui, error, error_size) && start_vnc(ui, error, error_size) &&
           open_audio(ui, error, error_size) && start_profile(ui, error, error_size) && write_pidfile(ui, error, error_size);
}

// A console that shows where this terminal or pipe is may be watched for silence.
static void watch_console(Ui *ui) {
    const Options *o = ui->options;
    bool here = o->spec.serials.n && ui->machine->serials[0] && options_is_stdio(o, o->spec.serials.item[0]);
    if (here) ui->silence = silence_watch(ui->machine, ui->machine->serials[0]);
}

static bool dump_dtb(const Machine *m, char *error, size_t error_size) {
    const char *path = m->spec->dumpdtb;
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(m->dtb, 1, m->dtb_size, f) == m->dtb_size;
    if (f) ok = !fclose(f) && ok;
    if (!ok) return snprintf(error, error_size, "dumpdtb=%s: %s", path, strerror(errno)), false;
    return true;
}

static void quit(void *opaque) { machine_kill(((Ui *)opaque)->machine, 0); }

// Text views of the window: a monitor of its own, the serial ports, whatever else was given to `vc`.
static void add_views(Ui *ui) {
    Machine *m = ui->machine;
    char name[32], error[200];
    Serial *s = serial_open(&(SerialSpec){.kind = SERIAL_NULL, .id = "monitor", .fd = -1}, m->loop, error, sizeof(error));
    if (s && machine_add_end(m, PROP_SERIAL, "monitor-in-window", s) && windows_add_view(ui->windows, "monitor", s))
        add_monitor(ui, s, false, error, sizeof(error));
    for (unsigned i = 0; i < sizeof(m->serials) / sizeof(m->serials[0]); i++) {
        snprintf(name, sizeof(name), "serial%u", i);
        if (m->serials[i]) windows_add_view(ui->windows, name, m->serials[i]);
    }
    for (unsigned i = 0; i < m->ends.n; i++) {
        s = m->ends.list[i].kind == PROP_SERIAL ? m->ends.list[i].end : NULL;
        if (s && serial_is_loose(s)) windows_add_view(ui->windows, m->ends.list[i].id, s); // once: a stream has one tap
    }
}

// A window if the user wants one, or has a display device and a desktop and said nothing. Without one the guest
// runs all the same.
static void open_windows(Ui *ui) {
    const Options *o = ui->options;
    char error[300];
    bool asked = o->display && !strcmp(o->display, "sdl");
    if (!asked && (o->display || o->nographic || !screen_heads(ui->machine->screen))) return;
    ui->windows = windows_open(ui->machine, &o->window, error, sizeof(error));
    if (ui->windows)
        add_views(ui);
    else
        fprintf(stderr, "myna: %s; the guest runs without\n", error);
}

static void *wait_beside(void *opaque) {
    Ui *ui = opaque;
    wait_until_off(ui->machine);
    windows_stop(ui->windows);
    return NULL;
}

// SDL wants the main thread for itself, so another one waits for the end.
static int run_windows(Ui *ui) {
    pthread_t waiter;
    if (pthread_create(&waiter, NULL, wait_beside, ui)) die("no thread can be started");
    windows_run(ui->windows);
    pthread_join(waiter, NULL);
    return machine_wait(ui->machine);
}

static int run(Ui *ui) {
    wake_fd = eventfd(0, EFD_CLOEXEC);
    catch_signals();
    serial_on_quit(quit, ui);
    watch_console(ui);
    open_windows(ui);
    machine_start(ui->machine);
    return ui->windows ? run_windows(ui) : wait_until_off(ui->machine);
}

// Nothing calls monitors and gdb once the loop stands; the machine closes their streams.
static void tear_down(Ui *ui) {
    Machine *m = ui->machine;
    char error[300];
    if (m) loop_stop(m->loop);
    if (ui->windows) windows_close(ui->windows);
    if (ui->vnc) vnc_close(ui->vnc);
    audiodev_close(ui->audio);
    silence_free(ui->silence);
    for (unsigned i = 0; i < ui->nmonitors; i++) monitor_free(ui->monitor[i]);
    gdbstub_free(ui->gdb);
    if (ui->profile && is_off(m) && !profile_write(ui->profile, error, sizeof(error)))
        fprintf(stderr, "myna: %s\n", error);
    if (m) machine_free(m);
    profile_free(ui->profile);
    serial_restore_terminal();
    if (ui->pidfile_written) unlink(ui->options->pidfile);
}

// For a person whose shell prompt would otherwise follow what the guest printed last.
static void say_ended(void) {
    if (isatty(STDERR_FILENO)) fprintf(stderr, "\nmyna: ended%s%s\n", signalled ? " by SIG" : "", signalled ? sigabbrev_np(signalled) : "");
}

// Started with a standard descriptor closed, the next file opened would take its place.
static void keep_standard_descriptors(void) {
    int fd;
    do fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0) close(fd);
}

// `myna run`: argc and argv become the full command line, which is said first. False: there is nothing to start.
static bool open_friendly_door(Launch *l, int *argc, char ***argv, char *error, size_t error_size) {
    if (!launch_make(l, *argc - 2, *argv + 2, error, error_size)) return false;
    if (l->help) return launch_help(), false;
    char *text = launch_text(l);
    fprintf(stderr, "myna: the same as: %s\n", text);
    free(text);
    if (l->ssh_port) fprintf(stderr, "myna: ssh -p %d root@127.0.0.1 once the guest's ssh is up\n", l->ssh_port);
    if (l->dry) return false;
    fprintf(stderr, "myna: Ctrl-A x ends it, Ctrl-A h tells the other keys\n");
    *argc = l->n;
    *argv = l->word;
    return true;
}

int main(int argc, char **argv) {
    keep_standard_descriptors();
    Options options;
    Ui ui = {.options = &options};
    char error[1024] = "";
    int code = 1;
    Launch launch = {0};
    bool run_word = argc > 1 && !strcmp(argv[1], "run"), doctor = argc > 1 && !strcmp(argv[1], "doctor");
    if (doctor) return doctor_run();
    if (run_word && !open_friendly_door(&launch, &argc, &argv, error, sizeof(error))) {
        if (*error) fprintf(stderr, "myna: %s\n", error);
        launch_free(&launch);
        return *error ? 1 : 0;
    }
    if (!options_parse(&options, argc, argv, error, sizeof(error)))
        ;
    else if (options.action != ACTION_RUN)
        code = lists_print(&options);
    else if (build(&ui, error, sizeof(error)) &&
             (!options.spec.dumpdtb || dump_dtb(ui.machine, error, sizeof(error))))
        code = options.spec.dumpdtb ? 0 : run(&ui);
    bool killed = ui.machine && ui.machine->killed;
    tear_down(&ui);
    if (killed) say_ended();
    if (*error) fprintf(stderr, "myna: %s\n", error);
    options_free(&options);
    launch_free(&launch);
    return code;
}
