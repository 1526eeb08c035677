// SPDX-License-Identifier: MIT
// See profile.h. The signal handler runs on the thread of the vCPU it concerns, so it needs no locks; it only counts and sets a bit.
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include "tcg/run/cache.h"
#include "tcg/run/profile.h"

static void on_tick(int sig, siginfo_t *info, void *context) {
    Vcpu *v = guard_running();
    if (!v)
        return;
    const CodeBuffer *code = &v->engine->code, *regions = &v->engine->region_code;
    uint64_t pc = (uint64_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    bool translated = pc - (uint64_t)(uintptr_t)code->rx < code->size || pc - (uint64_t)(uintptr_t)regions->rx < regions->size;
    v->samples[translated ? PROFILE_CODE : v->part]++;
    atomic_fetch_or(&v->exit_request, EXIT_PROFILE);
}

void engine_profile(Engine *e, unsigned hz, ProfileFn *fn, void *opaque) {
    struct sigaction a = {.sa_sigaction = on_tick, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigaction(SIGPROF, &a, NULL);
    e->profile = (struct EngineProfile){hz, fn, opaque};
}

// One timer a thread, on the thread's own CPU time: a vCPU that sleeps is not sampled.
void profile_thread(Vcpu *v) {
    static _Thread_local bool armed;
    if (!v->engine->profile.fn || armed)
        return;
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGPROF};
    event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
    long ns = 1000000000l / v->engine->profile.hz;
    struct itimerspec every = {{ns / 1000000000l, ns % 1000000000l}, {ns / 1000000000l, ns % 1000000000l}};
    armed = timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer) == 0 && timer_settime(timer, 0, &every, NULL) == 0;
}

void profile_take(Vcpu *v) {
    uint32_t samples[PROFILE_PARTS];
    atomic_fetch_and(&v->exit_request, ~(uint32_t)EXIT_PROFILE);
    for (unsigned i = 0; i < PROFILE_PARTS; i++)
        samples[i] = __atomic_exchange_n(&v->samples[i], 0, __ATOMIC_RELAXED); // the handler may run in between
    if (v->engine->profile.fn)
        v->engine->profile.fn(v->engine->profile.opaque, v, samples);
}
