// SPDX-License-Identifier: MIT
// A CPU of a machine and the thread that runs it. Boards make it, the machine resumes and pauses it, devices
// kick it, gdb steps it.
//
// The thread is in one of three places: in vcpu_run (no lock held), napping in WFI, or parked (paused,
// powered off). The last two wait on `wake` under `lock`. No wake-up is lost, by two rules:
//  - `wanted`, `quit` and `powered_on` change under the lock, followed by a broadcast; the thread tests
//    them under the lock before it waits.
//  - What a device changes (an interrupt pin, a request in exit_request) changes without the lock. The
//    waker stores it, then reads `asleep`; the thread stores asleep = true, then reads what wakes it; all
//    sequentially consistent, so one of them sees the other. A waker that sees `asleep` takes the lock before
//    it signals, and so cannot signal between the thread's test and its wait.
// The lock is a leaf: nothing is taken under it, and no call-back runs under it. Devices may kick while they
// hold their own locks.
#include "cpu/cpu.h"
#include <signal.h>
#include <stdlib.h>
#include "tcg/base/epoch.h"
#include "tcg/base/log.h"

static void wake_thread(Cpu *c) {
    pthread_mutex_lock(&c->lock);
    pthread_cond_broadcast(&c->wake);
    pthread_mutex_unlock(&c->lock);
}

// Vcpu.wake: exit_request has just changed.
static void wake_vcpu(Vcpu *v) {
    Cpu *c = v->owner;
    if (atomic_load(&c->asleep)) wake_thread(c);
}

static void cpu_destroy(Cpu *c) {
    vcpu_leave(c->vcpu); // tier 2 translates by what fini frees
    c->type->fini(c);
    vcpu_free(c->vcpu);
    pthread_cond_destroy(&c->stopped);
    pthread_cond_destroy(&c->wake);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

Cpu *cpu_new(const CpuType *type, Engine *engine, Mem *mem, Clock *clock, unsigned index) {
    Cpu *c = calloc(1, sizeof(*c));
    if (!c) return NULL;
    *c = (Cpu){.type = type, .mem = mem, .clock = clock, .index = index, .powered_on = true};
    c->vcpu = vcpu_new(type->guest, engine, index, c);
    if (!c->vcpu) {
        free(c);
        return NULL;
    }
    c->vcpu->wake = wake_vcpu;
    if (clock) c->vcpu->ticker = clock_ticker(clock); // else time stands still (ticker_none)
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->wake, NULL);
    pthread_cond_init(&c->stopped, NULL);
    if (!type->init(c)) {
        cpu_destroy(c);
        return NULL;
    }
    return c;
}

void cpu_free(Cpu *c) {
    if (c->started) {
        pthread_mutex_lock(&c->lock);
        c->quit = true;
        pthread_cond_broadcast(&c->wake);
        pthread_mutex_unlock(&c->lock);
        vcpu_kick(c->vcpu, EXIT_STOP);
        pthread_join(c->thread, NULL);
    }
    cpu_destroy(c);
}

RunResult cpu_run(Cpu *c, uint64_t budget) { return vcpu_run(c->vcpu); }

// ---- the thread; these are called with the lock held

static bool may_run(const Cpu *c) { return c->wanted == CPU_RUNNING && c->powered_on && !c->quit; }

static void mark_stopped(Cpu *c) {
    c->state = CPU_STOPPED;
    pthread_cond_broadcast(&c->stopped);
}

// Serves requests of other threads to a vCPU that runs nothing.
static void serve(Cpu *c) {
    if (!(atomic_load(&c->vcpu->exit_request) & EXIT_WORK)) return;
    pthread_mutex_unlock(&c->lock);
    work_run(c->vcpu);
    pthread_mutex_lock(&c->lock);
}

static void park(Cpu *c) {
    if (c->wanted == CPU_STOPPED && c->state != CPU_STOPPED) mark_stopped(c);
    atomic_store(&c->asleep, true);
    if (!(atomic_load(&c->vcpu->exit_request) & EXIT_WORK)) pthread_cond_wait(&c->wake, &c->lock);
    atomic_store(&c->asleep, false);
    serve(c);
}

// WFI. A flush asked for by another CPU is served without leaving it.
static void nap(Cpu *c) {
    while (may_run(c)) {
        atomic_store(&c->asleep, true);
        uint32_t request = atomic_load(&c->vcpu->exit_request);
        bool wake = (request & EXIT_STOP) || c->vcpu->guest->awake(c->vcpu);
        if (!wake && !(request & EXIT_WORK)) pthread_cond_wait(&c->wake, &c->lock);
        atomic_store(&c->asleep, false);
        if (wake) return;
        serve(c);
    }
}

// Breakpoint, watchpoint or step: tells whoever asked, then stops. In this order, so that no report comes after cpu_pause.
static void stop_by_itself(Cpu *c, RunResult why) {
    c->wanted = CPU_STOPPED;
    pthread_mutex_unlock(&c->lock);
    if (c->on_stop) c->on_stop(c->on_stop_opaque, c, why);
    pthread_mutex_lock(&c->lock); // park marks it
}

static _Thread_local Cpu *current;
Cpu *cpu_current(void) { return current; }

// Without the lock: runs until there is something to do beside running.
static RunResult run_turns(Cpu *c, EpochReader *reader) {
    for (;;) {
        turn_take(c->turn, c);
        epoch_enter(reader);
        RunResult result = cpu_run(c, 0);
        epoch_leave(reader);
        pthread_mutex_lock(&c->lock);
        bool again = result == RUN_STOPPED && may_run(c);
        pthread_mutex_unlock(&c->lock);
        turn_drop(c->turn, c, again);
        if (!again) return result;
    }
}

static void *cpu_thread(void *arg) {
    Cpu *c = current = arg;
    EpochReader *reader =
        epoch_join(); // awake while guest code runs: page walks then read the memory map for nothing
    epoch_leave(reader);
    pthread_mutex_lock(&c->lock);
    while (!c->quit) {
        if (!may_run(c)) {
            park(c);
            continue;
        }
        c->state = CPU_RUNNING;
        pthread_mutex_unlock(&c->lock);
        RunResult result = run_turns(c, reader);
        pthread_mutex_lock(&c->lock);
        if (result == RUN_WAITING)
            nap(c);
        else if (result != RUN_STOPPED)
            stop_by_itself(c, result);
    }
    mark_stopped(c);
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

void cpu_start_thread(Cpu *c) {
    // Signals from outside are the main thread's; faults of translated code stay here.
    sigset_t block, old;
    sigfillset(&block);
    sigdelset(&block, SIGPROF); // tcg/run/profile.c samples this very thread
    sigdelset(&block, SIGSEGV);
    sigdelset(&block, SIGBUS);
    sigdelset(&block, SIGILL);
    sigdelset(&block, SIGFPE);
    sigdelset(&block, SIGABRT);
    pthread_sigmask(SIG_SETMASK, &block, &old);
    int failed = pthread_create(&c->thread, NULL, cpu_thread, c);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (failed) die("the host gives no thread for CPU %u", c->index);
    c->started = true;
    char name[16];
    snprintf(name, sizeof(name), "cpu%u", c->index);
    pthread_setname_np(c->thread, name);
}

// ---- from other threads

void cpu_resume(Cpu *c) {
    pthread_mutex_lock(&c->lock);
    c->wanted = CPU_RUNNING;
    pthread_cond_broadcast(&c->wake);
    pthread_mutex_unlock(&c->lock);
}

void cpu_pause(Cpu *c) {
    pthread_mutex_lock(&c->lock);
    c->wanted = CPU_STOPPED;
    // The bit stays set if the thread was parked anyway; vcpu_run then returns once for nothing.
    atomic_fetch_or(&c->vcpu->exit_request, EXIT_STOP);
    pthread_cond_broadcast(&c->wake);
    while (c->started && c->state != CPU_STOPPED) pthread_cond_wait(&c->stopped, &c->lock);
    pthread_mutex_unlock(&c->lock);
}

void cpu_kick(Cpu *c) { vcpu_kick(c->vcpu, EXIT_IRQ); }

void cpu_power(Cpu *c, bool on) {
    pthread_mutex_lock(&c->lock);
    c->powered_on = on;
    atomic_fetch_or(&c->vcpu->exit_request, EXIT_STOP);
    pthread_cond_broadcast(&c->wake);
    pthread_mutex_unlock(&c->lock);
}

static void reset_vcpu(Vcpu *v, void *pc) {
    v->guest->reset(v, *(uint64_t *)pc);
    if (!log_on(LOG_RESET) || !v->guest->print) return;
    v->guest->print(v, log_begin());
    log_end();
}

void cpu_reset(Cpu *c, uint64_t pc) {
    if (!c->started || pthread_equal(pthread_self(), c->thread))
        reset_vcpu(c->vcpu, &pc);
    else
        vcpu_work(c->vcpu, reset_vcpu, &pc, true); // not from here: a parked thread too serves requests to flush its TLB
}
