// SPDX-License-Identifier: MIT
// A machine's life. Built and torn down on the main thread; between machine_start and its end every change of
// state (reset, pause, power-off) is posted to the loop, so a device may ask for it under its lock and two
// requests never cross. vCPUs stop and start only there: whoever changes all CPUs at once holds no device
// lock.
#include "hw/core/machine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hw/core/semihost.h"
#include "tcg/base/fail.h"
#include "tcg/base/log.h"
#include "tcg/base/near.h"

bool spec_add(SpecList *l, const char *text) {
    if (l->n == SPEC_LIST) return false;
    l->item[l->n++] = strdup(text);
    return true;
}

static void list_free(SpecList *l) {
    for (unsigned i = 0; i < l->n; i++) free(l->item[i]);
    l->n = 0;
}

void spec_free(MachineSpec *s) {
    char **texts[] = {&s->target, &s->machine, &s->machine_props, &s->cpu, &s->kernel,
                      &s->initrd, &s->append,  &s->bios,          &s->dtb, &s->dumpdtb,
                      &s->name,   &s->rtc,     &s->boot,   &s->semihosting_chardev};
    SpecList *lists[] = {&s->serials, &s->chardevs, &s->drives,  &s->blockdevs, &s->netdevs,
                         &s->devices, &s->globals,  &s->objects, &s->fw_cfg,
                         &s->semihosting_args};
    for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        free(*texts[i]);
        *texts[i] = NULL;
    }
    for (unsigned i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) list_free(lists[i]);
}

static bool board_serves(const Board *b, const char *target) {
    for (unsigned i = 0; b->targets[i]; i++)
        if (!target || !strcmp(b->targets[i], target)) return true;
    return false;
}

const Board *board_find(const char *target, const char *name, char *error, size_t error_size) {
    const char *names[64];
    unsigned n = 0;
    for (unsigned i = 0; boards[i]; i++) {
        if (!board_serves(boards[i], target)) continue;
        if (!strcmp(boards[i]->name, name)) return boards[i];
        if (n < 64) names[n++] = boards[i]->name;
    }
    char hint[64];
    snprintf(hint, sizeof(hint), "-M help lists all %u", n);
    near_error(error, error_size, "machine", name, names, n, hint);
    return NULL;
}

Machine *machine_new(const MachineSpec *spec, const Board *board) {
    Machine *m = calloc(1, sizeof(*m));
    m->board = board;
    m->spec = spec;
    m->ncpus = spec->smp ? spec->smp : 1;
    m->ram_size = spec->ram_size ? spec->ram_size : board->default_ram;
    m->mem = mem_new();
    m->clock = clock_new();
    clock_pause(m->clock, true);
    m->loop = loop_new(m->clock);
    m->screen = screen_new();
    input_init(&m->input);
    m->typist = typist_new(m->clock, &m->input);
    audio_init(&m->audio);
    clipboard_init(&m->clipboard);
    lock_init(&m->lock, LOCK_MACHINE, "machine");
    pthread_cond_init(&m->off, NULL);
    return m;
}

bool machine_add_end(Machine *m, PropKind kind, const char *id, void *end) {
    if (machine_end(m, kind, id)) return false;
    m->ends.list = realloc(m->ends.list, (m->ends.n + 1) * sizeof(m->ends.list[0]));
    m->ends.list[m->ends.n].id = strdup(id);
    m->ends.list[m->ends.n].end = end;
    m->ends.list[m->ends.n++].kind = kind;
    return true;
}

void *machine_end(Machine *m, PropKind kind, const char *id) {
    for (unsigned i = 0; i < m->ends.n; i++)
        if (m->ends.list[i].kind == kind && !strcmp(m->ends.list[i].id, id)) return m->ends.list[i].end;
    return NULL;
}

const DeviceType *device_type_find(const char *name, char *error, size_t error_size) {
    const char *names[128];
    unsigned n = 0;
    for (unsigned i = 0; device_types[i]; i++) {
        if (!strcmp(device_types[i]->name, name)) return device_types[i];
        if (n < 128) names[n++] = device_types[i]->name;
    }
    near_error(error, error_size, "device", name, names, n, "-device help lists all");
    return NULL;
}

// "driver,key=value,...": the board knows where a bus is.
static bool plug_device(Machine *m, const char *text, char *error, size_t error_size) {
    char driver[64];
    size_t n = strcspn(text, ",");
    snprintf(driver, sizeof(driver), "%.*s", (int)n, text);
    const DeviceType *type = device_type_find(driver, error, error_size);
    if (!type) return false;
    if (!m->board->plug || !type->bus)
        return FAIL("'%s' cannot be added to machine '%s'", driver, m->board->name);
    return m->board->plug(m, type, text[n] ? text + n + 1 : "", error, error_size);
}

// "driver.key=value" for every device of that type that exists when the board is done.
bool machine_globals(Machine *m, Device *d, char *error, size_t error_size) {
    size_t n = strlen(d->type->name);
    for (unsigned i = 0; i < m->spec->globals.n; i++) {
        const char *g = m->spec->globals.item[i];
        if (!strncmp(g, d->type->name, n) && g[n] == '.' && !device_set_all(d, g + n + 1, error, error_size))
            return false;
    }
    return true;
}

static bool reset_all(Machine *m, char *error, size_t error_size) {
    for (Device *d = m->devices; d; d = d->next) device_reset(d);
    return m->board->load(m, error, error_size);
}

static bool has_device(const Machine *m, const char *type) {
    for (const Device *d = m->devices; d; d = d->next)
        if (!strcmp(d->type->name, type)) return true;
    return false;
}

static bool add_semihosting(Machine *m, char *error, size_t error_size) {
    const char *id = m->spec->semihosting_chardev;
    Serial *console = id ? machine_end(m, PROP_SERIAL, id) : NULL;
    if (!m->spec->semihosting) return true;
    if (id && !console) return FAIL("-semihosting-config chardev=%s: there is no -chardev with that id", id);
    m->semihost = semihost_new(m, console);
    if (!m->semihost) return FAIL("the host has no room for semihosting");
    for (unsigned i = 0; i < m->ncpus; i++) m->cpus[i]->semihost = semihost_calls(m->semihost);
    return true;
}

bool machine_build(Machine *m, char *error, size_t error_size) {
    if (m->ncpus > m->board->max_cpus)
        return FAIL("machine '%s' has at most %u CPUs, not %u", m->board->name, m->board->max_cpus, m->ncpus);
    if (!m->board->build(m, error, error_size)) return false;
    if (m->spec->fw_cfg.n && !has_device(m, "fw_cfg"))
        return FAIL("-fw_cfg: machine '%s' has no fw_cfg device", m->board->name);
    for (unsigned i = 0; i < m->spec->devices.n; i++)
        if (!plug_device(m, m->spec->devices.item[i], error, error_size)) return false;
    return add_semihosting(m, error, error_size) && reset_all(m, error, error_size);
}

// ---- on the loop's thread

static void set_state(Machine *m, MachineState state) {
    lock_take(&m->lock);
    m->state = state;
    pthread_cond_broadcast(&m->off);
    lock_drop(&m->lock);
    if (m->on_state) m->on_state(m->on_state_opaque, m);
}

static void stop_cpus(Machine *m) {
    clock_pause(m->clock, true);
    for (unsigned i = 0; i < m->ncpus; i++) cpu_pause(m->cpus[i]);
}

static void run_cpus(Machine *m) {
    clock_pause(m->clock, false);
    for (unsigned i = 0; i < m->ncpus; i++) cpu_resume(m->cpus[i]);
}

// Devices whose back ends have threads stand still while the machine does.
static void drain_devices(Machine *m) {
    for (Device *d = m->devices; d; d = d->next)
        if (d->type->drain) d->type->drain(d);
}

static void resume_devices(Machine *m) {
    for (Device *d = m->devices; d; d = d->next)
        if (d->type->resume) d->type->resume(d);
}

static void do_pause(void *machine) {
    Machine *m = machine;
    if (m->state != MACHINE_RUNNING) return;
    stop_cpus(m);
    drain_devices(m);
    set_state(m, MACHINE_PAUSED);
}

static void do_resume(void *machine) {
    Machine *m = machine;
    if (m->state != MACHINE_PAUSED) return;
    set_state(m, MACHINE_RUNNING);
    resume_devices(m);
    run_cpus(m);
}

static void do_off(void *machine) {
    Machine *m = machine;
    if (m->state == MACHINE_OFF) return;
    stop_cpus(m);
    drain_devices(m);
    set_state(m, m->spec->no_shutdown && !m->killed ? MACHINE_PAUSED : MACHINE_OFF);
}

static void do_reset(void *machine) {
    Machine *m = machine;
    if (m->state == MACHINE_OFF) return;
    if (m->spec->no_reboot) {
        do_off(m);
        return;
    }
    bool running = m->state == MACHINE_RUNNING;
    stop_cpus(m);
    char error[512];
    if (!reset_all(m, error, sizeof(error))) { // an image is gone since the start
        fprintf(stderr, "myna: reset: %s\n", error);
        m->exit_code = 1;
        set_state(m, MACHINE_OFF);
        return;
    }
    if (running) run_cpus(m);
}

// ---- any thread

static void ask(Machine *m, void (*fn)(void *machine), bool at_once) {
    if (at_once && loop_here(m->loop))
        fn(m);
    else
        loop_post(m->loop, fn, m);
}

void machine_reset(Machine *m) { ask(m, do_reset, false); } // a device on the loop may hold its lock
void machine_pause(Machine *m) { ask(m, do_pause, true); }
void machine_resume(Machine *m) { ask(m, do_resume, true); }
void machine_off(Machine *m, int exit_code) {
    m->exit_code = exit_code;
    loop_post(m->loop, do_off, m);
}
void machine_kill(Machine *m, int exit_code) {
    m->killed = true;
    machine_off(m, exit_code);
}

bool machine_running(Machine *m) {
    lock_take(&m->lock);
    bool running = m->state == MACHINE_RUNNING;
    lock_drop(&m->lock);
    return running;
}

void machine_start(Machine *m) {
    if (m->spec->single_thread && m->ncpus > 1) m->turn = turn_new();
    for (unsigned i = 0; i < m->ncpus; i++) {
        m->cpus[i]->turn = m->turn;
        cpu_start_thread(m->cpus[i]);
    }
    loop_start(m->loop);
    if (!m->spec->paused) loop_post(m->loop, do_resume, m);
}

int machine_wait(Machine *m) {
    lock_take(&m->lock);
    while (m->state != MACHINE_OFF) pthread_cond_wait(&m->off, &m->lock.mutex);
    lock_drop(&m->lock);
    return m->exit_code;
}

static void close_end(Machine *m, unsigned i) {
    PropKind kind = m->ends.list[i].kind;
    void *end = m->ends.list[i].end;
    for (unsigned k = 0; k < i; k++)
        if (m->ends.list[k].end == end) return; // known by two names
    if (kind == PROP_SERIAL) serial_close(end);
    if (kind == PROP_DISK) disk_close(end);
    if (kind == PROP_NET) ((Net *)end)->close(end);
}

void machine_free(Machine *m) {
    loop_stop(m->loop);
    for (unsigned i = 0; m->cpus && i < m->ncpus; i++)
        if (m->cpus[i]) cpu_free(m->cpus[i]);
    free(m->cpus);
    turn_free(m->turn);
    semihost_free(m->semihost);
    while (m->devices) device_free(m->devices);
    if (m->board_free) m->board_free(m);
    if (m->engine) engine_free(m->engine);
    for (unsigned i = 0; i < m->ends.n; i++) close_end(m, i);
    typist_free(m->typist);
    input_destroy(&m->input);
    audio_destroy(&m->audio);
    loop_free(m->loop);
    screen_free(m->screen); // work that was posted may have asked for them
    clipboard_destroy(&m->clipboard);
    clock_free(m->clock);
    mem_free(m->mem);
    for (unsigned i = 0; i < m->ends.n; i++) free(m->ends.list[i].id);
    free(m->ends.list);
    free(m->cpu_phandles);
    free(m->dtb);
    lock_destroy(&m->lock);
    pthread_cond_destroy(&m->off);
    free(m);
}
