// SPDX-License-Identifier: MIT
// The guard page. An invalid TLB entry must have some tag, and a guest may use the very address (TLB_INVALID is canonical in no paging
// mode, but nothing stops a store there in machine mode). Such an access passes its check and lands on the guard page; this handler finds
// the access by host pc and sends the access to its slow path, which raises the guest's exception. Any other fault is not ours.
//
// Any other fault of translated code is a defect of ours. What is needed to understand it is told before the process ends: such things come
// once in many hours, where no debugger waits.
//
// It runs on an alternate stack and only reads what the faulting vCPU keeps alive by being active.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>
#include "tcg/run/cache.h"

static _Thread_local Vcpu *running;
static _Thread_local void *stack;
static struct sigaction before;
enum { STACK = 64 << 10 };

Vcpu *guard_running(void) { return running; }

void guard_thread(Vcpu *v) {
    running = v;
    if (v && !stack) { // lives as long as its thread, of which there is one a vCPU
        stack = malloc(STACK);
        stack_t s = {.ss_sp = stack, .ss_size = STACK};
        sigaltstack(&s, NULL);
    } else if (!v && stack) {
        stack_t s = {.ss_flags = SS_DISABLE};
        sigaltstack(&s, NULL);
        free(stack);
        stack = NULL;
    }
}

// Of a load or store with a LateStub: its own access, or one in the stub.
static uint32_t late_path(const LateStub *l, uint32_t pc) {
    if (l->access == pc)
        return l->made ? l->code + l->slow : l->head;
    for (unsigned i = 0; l->made && i < sizeof(l->inner) / sizeof(l->inner[0]); i++)
        if (l->inner[i] && l->code + l->inner[i] == pc)
            return l->code + l->slow;
    return 0;
}

// So rare that a walk over everything will do.
static uint32_t slow_path(const Engine *e, uint32_t pc) {
    for (unsigned k = 0; k < sizeof(e->accesses) / sizeof(e->accesses[0]); k++) {
        const AccessList *l = &e->accesses[k];
        for (unsigned i = 0; i < l->n; i++)
            if (l->access[i].access == pc)
                return l->access[i].slow;
    }
    for (unsigned half = 0; half < 2; half++) {
        uint32_t end = half == e->code.half ? e->nlate : e->late_used[half];
        for (uint32_t i = cache_links_begin(e, half), to; i < end; i++)
            if ((to = late_path(&e->late[i], pc)))
                return to;
    }
    return 0;
}

static void tell(const char *text, int size) {
    if (write(STDERR_FILENO, text, (size_t)size) < 0)
        return; // nobody listens
}

static void tell_words(const char *what, const uint64_t *word, unsigned n) {
    char line[256];
    int at = snprintf(line, sizeof(line), "  %-8s", what);
    for (unsigned i = 0; i < n && i < 8; i++)
        at += snprintf(line + at, sizeof(line) - (size_t)at, " %llx", (unsigned long long)word[i]);
    line[at++] = '\n';
    tell(line, at);
}

static void tell_registers(const gregset_t regs) {
    static const int order[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                  REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    uint64_t value[16];
    for (unsigned i = 0; i < 16; i++)
        value[i] = (uint64_t)regs[order[i]];
    tell_words("rax-rdi", value, 8);
    tell_words("r8-r15", value + 8, 8);
}

static void tell_buffer(const char *what, const CodeBuffer *c, uint64_t pc) {
    uint64_t rx = (uint64_t)(uintptr_t)c->rx;
    tell_words(what, (const uint64_t[]){rx, (uint64_t)(uintptr_t)c->rw, c->size, c->half, c->used, c->cold}, 6);
    if (pc - rx < c->size)
        tell_words("bytes", (const uint64_t *)(const void *)(c->rw + ((pc - rx) & ~63ull)), 8);
}

static void tell_fault(const Vcpu *v, const gregset_t regs, uint64_t address) {
    uint64_t pc = (uint64_t)regs[REG_RIP], stack = (uint64_t)regs[REG_RSP];
    char text[256];
    tell(text, snprintf(text, sizeof(text),
                        "myna: internal error: vCPU %u left translated code for %#llx (fault at %#llx), guest page %#llx, last pc %#llx;\n"
                        "  please report this with the lines that follow\n",
                        v->index, (unsigned long long)pc, (unsigned long long)address, (unsigned long long)v->vpage, (unsigned long long)v->pc));
    tell_registers(regs);
    tell_words("scratch", v->scratch, 8);
    tell_words("vcpu", (const uint64_t[]){v->host_sp, v->pc_off, v->ctx, atomic_load(&v->exit_request), v->xmm_live, v->trap}, 6);
    if (v->host_sp - stack < 64 << 10)
        tell_words("stack", (const uint64_t *)(uintptr_t)(stack & ~7ull), 8);
    tell_buffer("code", &v->engine->code, pc);
    tell_buffer("regions", &v->engine->region_code, pc);
}

static void on_fault(int sig, siginfo_t *info, void *context) {
    ucontext_t *u = context;
    uint64_t pc = (uint64_t)u->uc_mcontext.gregs[REG_RIP];
    uint32_t to = 0;
    if (running && tlb_guard_hit(info->si_addr) && pc < (1ull << 32)) {
        Engine *e = running->engine;
        pthread_mutex_lock(&e->lock); // translated code holds no lock, so this thread does not
        to = slow_path(e, (uint32_t)pc);
        pthread_mutex_unlock(&e->lock);
    }
    if (to) {
        u->uc_mcontext.gregs[REG_RIP] = to;
        return;
    }
    if (running && atomic_load(&running->in_code) && pc < 1ull << 32) // C code is above
        tell_fault(running, u->uc_mcontext.gregs, (uint64_t)(uintptr_t)info->si_addr);
    sigaction(SIGSEGV, &before, NULL); // the fault comes again, to whoever was there before us
}

bool guard_install(void) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static bool done;
    pthread_mutex_lock(&lock);
    struct sigaction a = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    if (!done)
        done = sigaction(SIGSEGV, &a, &before) == 0;
    pthread_mutex_unlock(&lock);
    return done;
}

void guard_add(Engine *e, const Block *b, const Compiled *c) {
    AccessList *l = &e->accesses[b->region ? OF_REGIONS : b->half];
    if (!c->naccesses)
        return;
    if (l->n + c->naccesses > l->room) {
        l->room = 2 * (l->n + c->naccesses);
        l->access = realloc(l->access, l->room * sizeof(*l->access));
    }
    memcpy(l->access + l->n, c->accesses, c->naccesses * sizeof(CompiledAccess));
    l->n += c->naccesses;
}
