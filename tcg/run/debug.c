// SPDX-License-Identifier: MIT
// Breakpoints and watchpoints, of a debugger (engine.h) and of guests (vcpu.h), whose cores have registers for them. The run loop and the
// slow path of memory accesses ask about them.
//
// Both lists are immutable: a change publishes a new one and retires the old by epoch, so that vCPUs read without a lock.
//
// A breakpoint is a vaddr, but blocks are shared by all vaddrs of their page. So vaddrs on a page with a breakpoint have blocks of their
// own (Block.debug): one instruction each, never linked, hence entered by the run loop or the jump cache alone. The run loop does not
// enter at a breakpoint and so never puts one into the jump cache. Setting or clearing one wipes jump caches, and nothing else: the
// blocks of all other pages, and of other vaddrs of the same page, stay and run as before.
//
// A watched page is never entered into a TLB, so every access to it takes the slow path. One that hits raises TRAP_REPLAY before it
// touches anything; the run loop then runs that instruction by itself, during which the access is done and noted, and stops behind it.
//
// A guest's point is one of a vCPU, but all share the list: at the vaddr the guest is asked whether its registers mean it
// (Guest.breakpoint, Guest.watchpoint). If so it takes an exception before anything is done; if not, the run loop runs the instruction by
// itself, so that its vaddr stays out of the jump cache.
#include <stdlib.h>
#include <string.h>
#include "tcg/base/epoch.h"
#include "tcg/run/cache.h"

typedef struct DebugPoint {
    uint64_t first, last;
    unsigned access; // of watchpoints
    unsigned owner;  // 0: a debugger; 1 + index of a vCPU
} DebugPoint;

struct DebugPoints {
    unsigned n;
    bool everywhere;    // a breakpoint is any vaddr
    DebugPoint point[]; // by `first`
};

static int order(const DebugPoint *a, const DebugPoint *b) {
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    if (a->last != b->last)
        return a->last < b->last ? -1 : 1;
    return a->access != b->access ? (int)a->access - (int)b->access : (int)a->owner - (int)b->owner;
}

// The list with p added or removed; NULL if that is empty.
static DebugPoints *changed(const DebugPoints *old, const DebugPoint *p, bool set) {
    unsigned n = old ? old->n : 0, at = 0;
    while (at < n && order(&old->point[at], p) < 0)
        at++;
    bool there = at < n && order(&old->point[at], p) == 0;
    unsigned kept = n - (there && !set), size = kept + (set && !there);
    DebugPoints *list = size ? malloc(sizeof(*list) + size * sizeof(DebugPoint)) : NULL;
    if (!list)
        return NULL;
    list->n = size;
    if (n)
        memcpy(list->point, old->point, at * sizeof(*p));
    if (set)
        list->point[at] = *p;
    if (n > at + there)
        memcpy(list->point + at + set, old->point + at + there, (n - at - there) * sizeof(*p));
    list->everywhere = false;
    for (unsigned i = 0; i < size; i++)
        list->everywhere |= !list->point[i].first && list->point[i].last == UINT64_MAX;
    return list;
}

static void publish(Engine *e, DebugPoints *_Atomic *list, const DebugPoint *p, bool set) {
    pthread_mutex_lock(&e->lock);
    DebugPoints *old = atomic_load(list);
    atomic_store(list, changed(old, p, set));
    pthread_mutex_unlock(&e->lock);
    if (old)
        epoch_retire(free, old);
}

static void shoot_jumps(Vcpu *v, void *arg) { tlb_wipe_jumps(v); }

static void set_breakpoint(Engine *e, Vcpu *self, const DebugPoint *p, bool set) {
    publish(e, &e->breakpoints, p, set);
    engine_shoot(e, self, shoot_jumps, NULL);
}
void engine_breakpoint(Engine *e, uint64_t vaddr, bool set) { set_breakpoint(e, NULL, &(DebugPoint){vaddr, vaddr, 0, 0}, set); }
void vcpu_breakpoint(Vcpu *v, uint64_t first, uint64_t last, bool set) {
    set_breakpoint(v->engine, v, &(DebugPoint){first, last, 0, 1 + v->index}, set);
}

enum { FLUSH_SINGLY = 16 };
static void shoot_page(Vcpu *v, void *page) { vcpu_flush_page(v, *(uint64_t *)page, -1); }
static void shoot_all(Vcpu *v, void *arg) { vcpu_flush(v, -1); }

static void set_watch(Engine *e, Vcpu *self, const DebugPoint *p, bool set) {
    uint64_t page = p->first & PAGE_MASK, pages = (p->last >> PAGE_BITS) - (p->first >> PAGE_BITS) + 1;
    publish(e, &e->watchpoints, p, set);
    if (pages > FLUSH_SINGLY)
        engine_shoot(e, self, shoot_all, NULL);
    else
        for (; pages; pages--, page += PAGE_SIZE)
            engine_shoot(e, self, shoot_page, &page);
}
void engine_watch(Engine *e, uint64_t vaddr, uint64_t size, unsigned access, bool set) {
    uint64_t last = vaddr + (size ? size - 1 : 0);
    set_watch(e, NULL, &(DebugPoint){vaddr, last < vaddr ? UINT64_MAX : last, access, 0}, set);
}
void vcpu_watch(Vcpu *v, uint64_t first, uint64_t last, bool set) {
    set_watch(v->engine, v, &(DebugPoint){first, last, WATCHED_READ | WATCHED_WRITE, 1 + v->index}, set);
}

unsigned debug_break_slow(Engine *e, uint64_t first, uint64_t last) {
    epoch_read();
    const DebugPoints *list = atomic_load(&e->breakpoints);
    unsigned low = 0, high = list ? list->n : 0;
    while (low < high) { // the first that is not below
        unsigned mid = (low + high) / 2;
        if (list->point[mid].first < first)
            low = mid + 1;
        else
            high = mid;
    }
    unsigned found = list && list->everywhere ? BREAK_GUEST : 0;
    for (; list && low < list->n && list->point[low].first <= last; low++)
        found |= list->point[low].owner ? BREAK_GUEST : BREAK_DEBUGGER;
    epoch_read_done();
    return found;
}

enum { OWNER_DEBUGGER = 1, OWNER_GUEST = 2, OWNER_ANY = 3 };
// The first watchpoint for one of `access` that overlaps [first, last].
static bool find_watch(Engine *e, uint64_t first, uint64_t last, unsigned access, unsigned owners, DebugPoint *found) {
    bool any = false;
    epoch_read();
    const DebugPoints *list = atomic_load(&e->watchpoints);
    for (unsigned i = 0; list && !any && i < list->n; i++) {
        const DebugPoint *p = &list->point[i];
        any = p->first <= last && p->last >= first && (p->access & access) && (owners & (p->owner ? OWNER_GUEST : OWNER_DEBUGGER));
        if (any)
            *found = *p;
    }
    epoch_read_done();
    return any;
}

bool debug_watch_page(Engine *e, uint64_t page) {
    DebugPoint p;
    return debug_watches(e) && find_watch(e, page, page | ~PAGE_MASK, WATCHED_READ | WATCHED_WRITE, OWNER_ANY, &p);
}

// Does the instruction run by itself, so that a stop behind it is exact?
static bool runs_alone(Vcpu *v) { return v->replay || v->step || !atomic_load(&v->in_code); }

bool debug_watch_before(Vcpu *v, uint64_t vaddr, unsigned size, unsigned access) {
    DebugPoint p;
    if (runs_alone(v))
        return false;
    if (!find_watch(v->engine, vaddr, vaddr + size - 1, access, OWNER_DEBUGGER, &p))
        return false;
    v->trap = TRAP_REPLAY;
    return true;
}

bool debug_watch_guest(Vcpu *v, uint64_t vaddr, unsigned size, unsigned access, unsigned mmu) {
    DebugPoint p;
    return find_watch(v->engine, vaddr, vaddr + size - 1, access, OWNER_GUEST, &p) && v->guest->watchpoint(v, vaddr, size, access, mmu);
}

void debug_watch_after(Vcpu *v, uint64_t vaddr, unsigned size, unsigned access) {
    DebugPoint p;
    if (!runs_alone(v)) // the watchpoint came while the access was under way
        return;
    if (!find_watch(v->engine, vaddr, vaddr + size - 1, access, OWNER_DEBUGGER, &p))
        return;
    v->watch.vaddr = vaddr > p.first ? vaddr : p.first;
    v->watch.access = p.access;
}
