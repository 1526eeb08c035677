// SPDX-License-Identifier: MIT
// Guest memory accesses by C code: the slow path of translated loads and stores, of helpers and of the interpreter. Any size and
// alignment; page-crossing accesses translate both pages before they touch either, so a fault leaves memory as it was.
#include <sched.h>
#include <string.h>
#include <xmmintrin.h>
#include "tcg/run/cache.h"
#include "tcg/run/hostile.h"
#include "tcg/run/reserve.h"
#include "tcg/run/tlb.h"

typedef struct Target { // one page's part of an access
    uint8_t *host;      // RAM, else I/O at paddr
    uint64_t paddr;
    bool patch;         // behind a store, cache_patched is to be told. Set to whether that may be asked for
} Target;

// Of which privilege indices entries are kept: the current one, and the other.
static bool is_kept(unsigned mmu) { return mmu < 2; }

static TlbEntry *entry_of(Space *s, uint64_t page, bool write, unsigned mmu) {
    unsigned i = tlb_index(page), k = i & (OTHER_ENTRIES - 1);
    if (mmu)
        return write ? &s->other_write[k] : &s->other_read[k];
    return write ? &s->write[i] : &s->read[i];
}

static TlbEntry *second_of(Space *s, uint64_t page, bool write) {
    unsigned i = tlb_second(tlb_index(page));
    return write ? &s->write[i] : &s->read[i];
}

// Another page's entry that is in the way moves to its second place, where stubs look as well: else two busy pages of one index would take turns
// in walking the page table.
static void enter(Space *s, uint64_t page, TlbEntry entry, bool write, unsigned mmu) {
    TlbEntry *e = entry_of(s, page, write, mmu), *second = second_of(s, page, write);
    if (!mmu && e->tag != page && e->tag != TLB_INVALID) {
        *second = *e;
        space_mark(s, second);
    } else if (!mmu && second->tag == page) {
        *second = (TlbEntry){TLB_INVALID, tlb_invalid_delta()};
    }
    *e = entry;
    space_mark(s, e);
}

// The page's entry, at its first place from now on; NULL: there is none.
static const TlbEntry *find_entry(Space *s, uint64_t page, bool write, unsigned mmu) {
    TlbEntry *e = entry_of(s, page, write, mmu), *second = second_of(s, page, write);
    if (e->tag == page)
        return e;
    if (mmu || second->tag != page)
        return NULL;
    TlbEntry found = *second;
    *second = *e;
    *e = found;
    space_mark(s, e);
    return e;
}

static IoEntry *io_entry(Space *s, uint64_t page) { return &s->io[(page >> PAGE_BITS) & (IO_ENTRIES - 1)]; }

// RAM that holds translated code takes stores only after its blocks were marked suspect, or they are behind it.
static void open_for_store(Vcpu *v, const TlbFill *fill, Target *t) {
    uint64_t ppage = fill->paddr & PAGE_MASK;
    if (t->patch)
        t->patch = cache_patch(v->engine, ppage);
    else
        cache_store_page(v->engine, ppage, false);
}

static void enter_io(Space *s, uint64_t page, const TlbFill *fill) {
    IoEntry *e = io_entry(s, page);
    *e = (IoEntry){page, fill->paddr & PAGE_MASK, fill->read, fill->write};
    space_mark(s, e);
}

// What was read is often written next and the other way round, so a walk fills both tables; but stores to a page of code take the slow path.
static void enter_ram(Vcpu *v, uint64_t page, uint8_t *host, const TlbFill *fill, unsigned mmu) {
    Space *s = v->space;
    TlbEntry entry = {page, (uint64_t)host - page};
    if (fill->read)
        enter(s, page, entry, false, mmu);
    if (fill->write && cache_page_open(v->engine, fill->paddr & PAGE_MASK) && !reserve_watches(v->engine, host)) {
        enter(s, page, entry, true, mmu);
        space_wrote(s, host);
    }
}

// A page was filled of which neighbours had been filled before the last flush: theirs comes with it.
static void fill_neighbours(Vcpu *v, uint64_t vaddr, const TlbFill *first) {
    unsigned wanted = space_before(v->space, vaddr);
    TlbFill fills[8];
    if (!wanted)
        return;
    unsigned filled = v->guest->fill_around(v, vaddr, first, wanted, fills);
    for (; filled; filled &= filled - 1) {
        const TlbFill *fill = &fills[__builtin_ctz(filled)];
        uint64_t page = (vaddr & -(8 * PAGE_SIZE)) + (uint64_t)__builtin_ctz(filled) * PAGE_SIZE;
        if (page == TLB_INVALID || debug_watch_page(v->engine, page))
            continue;
        space_filled(v->space, page, false, fill);
        enter_ram(v, page, fill->host, fill, 0);
    }
}

static bool resolve(Vcpu *v, uint64_t vaddr, unsigned size, Access access, unsigned mmu, Target *t) {
    Space *s = v->space;
    uint64_t page = vaddr & PAGE_MASK;
    if (is_kept(mmu) && page != TLB_INVALID) {
        const TlbEntry *e = find_entry(s, page, access == ACCESS_WRITE, mmu);
        if (e) {
            t->host = (uint8_t *)(vaddr + e->delta);
            t->patch = false;
            return true;
        }
        IoEntry *io = io_entry(s, page);
        if (!mmu && io->tag == page && (access == ACCESS_WRITE ? io->write : io->read)) {
            t->host = NULL;
            t->patch = false;
            t->paddr = io->ppage | (vaddr & ~PAGE_MASK);
            return true;
        }
    }
    TlbFill fill;
    if (!tlb_walk(v, vaddr, access, mmu, size, false, &fill))
        return false;
    t->host = fill.host;
    t->paddr = fill.paddr;
    if (fill.host && access == ACCESS_WRITE)
        open_for_store(v, &fill, t);
    else
        t->patch = false;
    if (!fill.whole_page || !is_kept(mmu) || page == TLB_INVALID || hostile_roll(v, 8) || debug_watch_page(v->engine, page))
        return true;
    if (!fill.host && mmu)
        return true;
    space_filled(s, vaddr, false, &fill);
    if (!fill.host) {
        enter_io(s, page, &fill);
    } else {
        enter_ram(v, page, fill.host - (vaddr & ~PAGE_MASK), &fill, mmu);
        if (!mmu && v->guest->fill_around && fill.span == PAGE_SIZE)
            fill_neighbours(v, vaddr, &fill);
    }
    return true;
}

static uint64_t extend(uint64_t x, unsigned memop) {
    unsigned bits = 8u << (memop & MO_SIZE);
    if (memop & MO_BE)
        x = __builtin_bswap64(x) >> (64 - bits);
    if (!(memop & MO_SIGN) || bits == 64)
        return x;
    return (uint64_t)((int64_t)(x << (64 - bits)) >> (64 - bits));
}

// A single-copy atomic read where the host has one (naturally aligned); memcpy would allow the compiler to tear it.
static uint64_t host_read(const uint8_t *p, unsigned size) {
    if (((uintptr_t)p & (size - 1)) == 0) {
        switch (size) {
        case 1: return __atomic_load_n(p, __ATOMIC_RELAXED);
        case 2: return __atomic_load_n((const uint16_t *)p, __ATOMIC_RELAXED);
        case 4: return __atomic_load_n((const uint32_t *)p, __ATOMIC_RELAXED);
        case 8: return __atomic_load_n((const uint64_t *)p, __ATOMIC_RELAXED);
        }
    }
    uint64_t x = 0;
    memcpy(&x, p, size);
    return x;
}

static void host_write(uint8_t *p, unsigned size, uint64_t x) {
    if (((uintptr_t)p & (size - 1)) == 0) {
        switch (size) {
        case 1: __atomic_store_n(p, (uint8_t)x, __ATOMIC_RELAXED); return;
        case 2: __atomic_store_n((uint16_t *)p, (uint16_t)x, __ATOMIC_RELAXED); return;
        case 4: __atomic_store_n((uint32_t *)p, (uint32_t)x, __ATOMIC_RELAXED); return;
        case 8: __atomic_store_n((uint64_t *)p, x, __ATOMIC_RELAXED); return;
        }
    }
    memcpy(p, &x, size);
}

static bool io_read(Vcpu *v, uint64_t vaddr, uint64_t paddr, unsigned size, uint64_t *x) {
    uint8_t part = v->part;
    v->part = PROFILE_IO;
    bool done = v->guest->io_read(v, vaddr, paddr, size, x);
    v->part = part;
    return done;
}

static bool io_write(Vcpu *v, uint64_t vaddr, uint64_t paddr, unsigned size, uint64_t x) {
    uint8_t part = v->part;
    v->part = PROFILE_IO;
    bool done = v->guest->io_write(v, vaddr, paddr, size, x);
    v->part = part;
    return done;
}

static bool read_part(Vcpu *v, const Target *t, uint64_t vaddr, unsigned size, uint64_t *x) {
    if (t->host) {
        *x = host_read(t->host, size);
        return true;
    }
    v->stat[STAT_IO]++;
    return io_read(v, vaddr, t->paddr, size, x);
}

static bool write_part(Vcpu *v, const Target *t, uint64_t vaddr, unsigned size, uint64_t x) {
    if (t->host) {
        ReservedPage *p = reserve_begin(v, t->host, size);
        host_write(t->host, size, x);
        reserve_end(p);
        return true;
    }
    v->stat[STAT_IO]++;
    vcpu_kicked = NULL;
    vcpu_unmapped = false;
    bool ok = io_write(v, vaddr, t->paddr, size, x);
    // Who interrupts another CPU tends to spin until it answers. With fewer host CPUs than vCPUs, it may need this one for that.
    if (vcpu_kicked && vcpu_kicked != v)
        sched_yield();
    // A store that moved RAM: code behind it in this block may know where the RAM was. It is made again in a block of its own once all that
    // is forgotten; what moves RAM are registers that say the same when they are written twice.
    if (!vcpu_unmapped || !atomic_load(&v->in_code))
        return ok;
    v->trap = TRAP_REPLAY;
    return false;
}

static bool lenient(Vcpu *v, uint64_t vaddr, unsigned size, unsigned memop) {
    return v->guest->lenient && v->guest->lenient(v, vaddr, size, memop);
}
static bool crosses(uint64_t vaddr, unsigned size) { return (vaddr & (PAGE_SIZE - 1)) + size > PAGE_SIZE; }

// An access in one or two pages, all translated before any is touched.
typedef struct Span {
    Target page[2];
    unsigned size, here; // bytes; of them in the first page
} Span;

static bool resolve_span(Vcpu *v, uint64_t vaddr, unsigned memop, Access access, Span *s) {
    unsigned size = 1u << (memop & MO_SIZE), mmu = memop >> MO_MMU_SHIFT & 7;
    v->stat[STAT_SLOW]++;
    if ((memop & MO_ALIGN) && (vaddr & (size - 1)) && !lenient(v, vaddr, size, memop)) {
        v->guest->misaligned(v, vaddr, access);
        return false;
    }
    if (debug_watches(v->engine) && debug_watch_before(v, vaddr, size, access == ACCESS_WRITE ? WATCHED_WRITE : WATCHED_READ))
        return false;
    s->size = s->here = size;
    s->page[0].patch = s->page[1].patch = access == ACCESS_WRITE;
    if (crosses(vaddr, size))
        s->here = PAGE_SIZE - (vaddr & (PAGE_SIZE - 1));
    if (!resolve(v, vaddr, s->here, access, mmu, &s->page[0]) ||
        (s->here < size && !resolve(v, vaddr + s->here, size - s->here, access, mmu, &s->page[1])))
        return false;
    return !debug_watches(v->engine) || !debug_watch_guest(v, vaddr, size, access == ACCESS_WRITE ? WATCHED_WRITE : WATCHED_READ, mmu);
}

// Behind a store: whatever became of it.
static void span_stored(Vcpu *v, const Span *s) {
    for (unsigned i = 0; i < 1u + (s->here < s->size); i++)
        if (s->page[i].patch)
            cache_patched(v->engine, s->page[i].paddr & PAGE_MASK);
}

// Byte i of an access that crosses pages.
static Target span_byte(const Span *s, unsigned i) {
    Target one = s->page[i >= s->here];
    unsigned at = i < s->here ? i : i - s->here;
    one.host = one.host ? one.host + at : NULL;
    one.paddr += at;
    return one;
}

bool vcpu_load(Vcpu *v, uint64_t vaddr, unsigned memop, uint64_t *value) {
    Span s;
    uint64_t x = 0;
    if (!resolve_span(v, vaddr, memop, ACCESS_READ, &s))
        return false;
    if (s.here == s.size && !read_part(v, &s.page[0], vaddr, s.size, &x))
        return false;
    for (unsigned i = 0; s.here < s.size && i < s.size; i++) {
        Target one = span_byte(&s, i);
        uint64_t byte;
        if (!read_part(v, &one, vaddr + i, 1, &byte))
            return false;
        x |= (byte & 0xff) << 8 * i;
    }
    *value = extend(x, memop);
    if (debug_watches(v->engine))
        debug_watch_after(v, vaddr, s.size, WATCHED_READ);
    return true;
}

static bool write_span(Vcpu *v, const Span *s, uint64_t vaddr, uint64_t value) {
    if (s->here == s->size)
        return write_part(v, &s->page[0], vaddr, s->size, value);
    for (unsigned i = 0; i < s->size; i++) {
        Target one = span_byte(s, i);
        if (!write_part(v, &one, vaddr + i, 1, value >> 8 * i & 0xff))
            return false;
    }
    return true;
}

bool vcpu_store(Vcpu *v, uint64_t vaddr, unsigned memop, uint64_t value) {
    Span s;
    if (!resolve_span(v, vaddr, memop, ACCESS_WRITE, &s))
        return false;
    if (memop & MO_BE)
        value = __builtin_bswap64(value) >> (64 - 8 * s.size);
    bool done = write_span(v, &s, vaddr, value);
    span_stored(v, &s);
    if (!done)
        return false;
    if (debug_watches(v->engine))
        debug_watch_after(v, vaddr, s.size, WATCHED_WRITE);
    return true;
}

// An access of 128 bits. An aligned one is single-copy atomic: on processors with AVX, MOVAPS is (SDM vol. 3A, 9.1.1; AMD APM vol. 2, 7.3.2).
// Else each word or, where it crosses pages, each byte by itself.
static bool move_parts(Vcpu *v, const Span *s, uint64_t vaddr, bool store, uint8_t *data) {
    float *host = (float *)(void *)s->page[0].host;
    if (host && !((uintptr_t)host & 15)) {
        ReservedPage *p = store ? reserve_begin(v, s->page[0].host, 16) : NULL;
        if (store)
            _mm_store_ps(host, _mm_loadu_ps((float *)(void *)data));
        else
            _mm_storeu_ps((float *)(void *)data, _mm_load_ps(host));
        reserve_end(p);
        return true;
    }
    unsigned step = s->here == s->size ? 8 : 1;
    for (unsigned i = 0; i < s->size; i += step) {
        Target one = span_byte(s, i);
        uint64_t x = 0;
        if (store)
            memcpy(&x, data + i, step);
        if (!(store ? write_part(v, &one, vaddr + i, step, x) : read_part(v, &one, vaddr + i, step, &x)))
            return false;
        if (!store)
            memcpy(data + i, &x, step);
    }
    return true;
}

bool vcpu_load128(Vcpu *v, uint64_t vaddr, unsigned memop, uint64_t value[2]) {
    Span s;
    uint8_t data[16];
    if (!resolve_span(v, vaddr, memop, ACCESS_READ, &s) || !move_parts(v, &s, vaddr, false, data))
        return false;
    memcpy(value, data, sizeof data);
    if (debug_watches(v->engine))
        debug_watch_after(v, vaddr, s.size, WATCHED_READ);
    return true;
}

bool vcpu_store128(Vcpu *v, uint64_t vaddr, unsigned memop, const uint64_t value[2]) {
    Span s;
    uint8_t data[16];
    memcpy(data, value, sizeof data);
    if (!resolve_span(v, vaddr, memop, ACCESS_WRITE, &s))
        return false;
    bool done = move_parts(v, &s, vaddr, true, data);
    span_stored(v, &s);
    if (!done)
        return false;
    if (debug_watches(v->engine))
        debug_watch_after(v, vaddr, s.size, WATCHED_WRITE);
    return true;
}

// Where C code finds RAM for an atomic access, which it frames by reserve_begin and reserve_end.
static void *host_of(Vcpu *v, uint64_t vaddr, unsigned size, Access access, bool *io, uint64_t *paddr) {
    Target t = {0}; // the store is the caller's
    unsigned watch = access == ACCESS_WRITE ? WATCHED_READ | WATCHED_WRITE : WATCHED_READ; // atomics do both
    *io = false;
    if (debug_watches(v->engine) && debug_watch_before(v, vaddr, size, watch))
        return NULL;
    if (!resolve(v, vaddr, size, access, 0, &t))
        return NULL;
    if (debug_watches(v->engine)) {
        if (debug_watch_guest(v, vaddr, size, watch, 0))
            return NULL;
        debug_watch_after(v, vaddr, size, watch);
    }
    if (!t.host) {
        *io = true;
        if (paddr)
            *paddr = t.paddr;
    }
    return t.host;
}

void *vcpu_host(Vcpu *v, uint64_t vaddr, unsigned size, Access access, bool *io, uint64_t *paddr) {
    uint8_t *host = host_of(v, vaddr, size, access, io, paddr);
    if (host && access == ACCESS_WRITE)
        reserve_open(v->engine, host);
    return host;
}

bool vcpu_cas128(Vcpu *v, uint64_t vaddr, unsigned memop, uint64_t value[4]) {
    typedef unsigned __int128 U128;
    U128 old, expected = value[0] | (U128)value[1] << 64, wanted = value[2] | (U128)value[3] << 64;
    uint64_t paddr = 0;
    bool io;
    if (vaddr & 15) {
        v->guest->misaligned(v, vaddr, ACCESS_WRITE);
        return false;
    }
    void *host = host_of(v, vaddr, 16, ACCESS_WRITE, &io, &paddr);
    if (host) {
        ReservedPage *p = reserve_begin(v, host, 16);
        old = __sync_val_compare_and_swap((U128 *)host, expected, wanted);
        reserve_end(p);
        value[0] = (uint64_t)old;
        value[1] = (uint64_t)(old >> 64);
        return true;
    }
    uint64_t x[2]; // on I/O, reads and writes of words
    if (!io || !io_read(v, vaddr, paddr, 8, &x[0]) || !io_read(v, vaddr + 8, paddr + 8, 8, &x[1]))
        return false;
    const uint64_t *y = x[0] == value[0] && x[1] == value[1] ? value + 2 : x;
    if (!io_write(v, vaddr, paddr, 8, y[0]) || !io_write(v, vaddr + 8, paddr + 8, 8, y[1]))
        return false;
    memcpy(value, x, sizeof(x));
    return true;
}

static uint64_t amo_result(unsigned op, uint64_t old, uint64_t b, unsigned bits) {
    int64_t so = (int64_t)(old << (64 - bits)) >> (64 - bits), sb = (int64_t)(b << (64 - bits)) >> (64 - bits);
    uint64_t mask = bits == 64 ? ~0ull : (1ull << bits) - 1, uo = old & mask, ub = b & mask;
    switch (op) {
    case OP_AMO_SWAP: return b;
    case OP_AMO_ADD: return old + b;
    case OP_AMO_AND: return old & b;
    case OP_AMO_OR: return old | b;
    case OP_AMO_XOR: return old ^ b;
    case OP_AMO_MINS: return so < sb ? old : b;
    case OP_AMO_MAXS: return so > sb ? old : b;
    case OP_AMO_MINU: return uo < ub ? old : b;
    case OP_AMO_MAXU: return uo > ub ? old : b;
    }
    return old;
}

#define CAS_LOOP(T)                                                                                                  \
    do {                                                                                                             \
        T *p = host, old = __atomic_load_n(p, __ATOMIC_RELAXED), want = (T)b;                                        \
        if (op == OP_CAS) {                                                                                          \
            T expected = want;                                                                                       \
            __atomic_compare_exchange_n(p, &expected, (T)c, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);               \
            return extend(expected, memop);                                                                          \
        }                                                                                                            \
        while (!__atomic_compare_exchange_n(p, &old, (T)amo_result(op, old, b, 8 * sizeof(T)), false,                 \
                                            __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))                                     \
            ;                                                                                                        \
        return extend(old, memop);                                                                                   \
    } while (0)

__attribute__((no_sanitize("alignment"))) static uint64_t host_amo(void *host, unsigned op, unsigned memop, uint64_t b, uint64_t c) {
    switch (1u << (memop & MO_SIZE)) {
    case 1: CAS_LOOP(uint8_t);
    case 2: CAS_LOOP(uint16_t);
    case 4: CAS_LOOP(uint32_t);
    default: CAS_LOOP(uint64_t);
    }
}

// Atomics are aligned, or inside 16 bytes where the guest is lenient; the host does both. On I/O they are a read and a write.
uint64_t tlb_amo(Vcpu *v, unsigned op, unsigned memop, uint64_t vaddr, uint64_t b, uint64_t c) {
    unsigned size = 1u << (memop & MO_SIZE);
    uint64_t paddr = 0, x;
    bool io;
    if ((vaddr & (size - 1)) && !lenient(v, vaddr, size, memop)) {
        v->guest->misaligned(v, vaddr, ACCESS_WRITE);
        return 0;
    }
    void *host = host_of(v, vaddr, size, ACCESS_WRITE, &io, &paddr);
    if (!host && !io)
        return 0;
    if (host) {
        ReservedPage *p = reserve_begin(v, host, size);
        x = host_amo(host, op, memop, b, c);
        reserve_end(p);
        return x;
    }
    if (!io_read(v, vaddr, paddr, size, &x))
        return 0;
    uint64_t mask = size == 8 ? ~0ull : (1ull << 8 * size) - 1;
    uint64_t y = op == OP_CAS ? ((x & mask) == (b & mask) ? c : x) : amo_result(op, x, b, 8 * size);
    if (!io_write(v, vaddr, paddr, size, y))
        return 0;
    return extend(x, memop);
}

// ---- strict reservations
bool vcpu_load_reserved(Vcpu *v, uint64_t vaddr, unsigned memop, uint64_t value[2]) {
    Span s;
    v->reserved.page = NULL;
    if (!resolve_span(v, vaddr, memop, ACCESS_READ, &s))
        return false;
    if (!s.page[0].host) // I/O reserves nothing: only the value will be compared
        return (memop & MO_SIZE) == MO_128 ? vcpu_load128(v, vaddr, memop, value) : vcpu_load(v, vaddr, memop, value);
    if (!reserve_load(v, s.page[0].host, s.size, value)) {
        TlbFill fill;
        if (tlb_walk(v, vaddr, ACCESS_READ, 0, s.size, false, &fill))
            reserve_want(v, s.page[0].host, fill.paddr);
        return false;
    }
    if (debug_watches(v->engine))
        debug_watch_after(v, vaddr, s.size, WATCHED_READ);
    return true;
}

static bool conditional_io(Vcpu *v, uint64_t vaddr, unsigned memop, const uint64_t seen[2], const uint64_t value[2], bool *done) {
    uint64_t pair[4] = {seen[0], seen[1], value[0], value[1]};
    if ((memop & MO_SIZE) == MO_128) {
        if (!vcpu_cas128(v, vaddr, memop, pair))
            return false;
        *done = pair[0] == seen[0] && pair[1] == seen[1];
    } else {
        *done = tlb_amo(v, OP_CAS, memop, vaddr, seen[0], value[0]) == seen[0];
    }
    return !v->trap;
}

bool vcpu_store_conditional(Vcpu *v, uint64_t vaddr, unsigned memop, const uint64_t seen[2], const uint64_t value[2], bool *done) {
    Span s;
    *done = false;
    if (!resolve_span(v, vaddr, memop, ACCESS_WRITE, &s))
        return false;
    if (seen && !s.page[0].host)
        return conditional_io(v, vaddr, memop, seen, value, done);
    if (seen)
        *done = reserve_store(v, s.page[0].host, s.size, seen, value);
    span_stored(v, &s);
    v->reserved.page = NULL;
    if (debug_watches(v->engine))
        debug_watch_after(v, vaddr, s.size, WATCHED_WRITE);
    return true;
}
