// SPDX-License-Identifier: MIT
// FEAT_MOPS: memory copy and set in three instructions, of which the prologue (P) lays out the registers, and main (M) and epilogue (E) do
// the work. DDI 0487, C6.2 (CPYFP, CPYP, SETP and what follows them). This is the manual's Option A: PSTATE.C = 0, and Xn runs up to zero
// from minus the size with Xd and Xs at the end; a copy from the end down keeps Xn positive and Xd and Xs at the start. After a fault
// the registers say how far it came, and the instruction goes on there. A step does STEP bytes at most, so that interrupts come through.
#include <string.h>
#include "cpu/arm/state.h"

enum { STEP = 64 << 10, PAGE = 4096, PROLOGUE = 0, EPILOGUE = 2 };

typedef struct Mops {
    Vcpu *v;
    ArmState *s;
    unsigned d, src, n, stage, options;
    bool set, overlaps; // overlaps: CPY, which may go down
    bool unpriv_read, unpriv_write;
} Mops;

static Mops decode(Vcpu *v, uint64_t bits) {
    bool set = (bits >> 22 & 3) == 3 && !(bits >> 26 & 1);
    Mops m = {.v = v, .s = arm_state(v), .d = bits & 31, .src = bits >> 16 & 31, .n = bits >> 5 & 31, .set = set};
    m.stage = bits >> (set ? 14 : 22) & 3;
    m.options = bits >> 12 & (set ? 3 : 15);
    m.overlaps = bits >> 26 & 1;
    bool user = m.s->el == 0 || (m.s->pstate & PSTATE_UAO);
    m.unpriv_write = !user && (m.options & 1);
    m.unpriv_read = !user && (m.options & 2) && !set;
    return m;
}

static unsigned memop(bool unprivileged) { return MO_8 | (unprivileged ? 1u << MO_MMU_SHIFT : 0); }

// Bytes that may be done at once from vaddr, by host address; 0: one, by the slow way, or raised.
static uint8_t *span(const Mops *m, uint64_t vaddr, size_t n, Access access, bool unprivileged) {
    bool io;
    uint64_t paddr;
    return n < 16 || unprivileged ? NULL : vcpu_host(m->v, vaddr, (unsigned)n, access, &io, &paddr);
}

static bool set_some(const Mops *m, uint64_t to, size_t n) {
    uint8_t byte = m->src == 31 ? 0 : (uint8_t)m->s->x[m->src], *host = span(m, to, n, ACCESS_WRITE, m->unpriv_write);
    if (host) memset(host, byte, n);
    for (size_t k = 0; !host && k < n; k++)
        if (m->v->trap || !vcpu_store(m->v, to + k, memop(m->unpriv_write), byte)) return false;
    return true;
}

static bool copy_bytes(const Mops *m, uint64_t to, uint64_t from, size_t n, bool down) {
    uint64_t value;
    for (size_t k = 0; k < n; k++) {
        size_t at = down ? n - 1 - k : k;
        if (m->v->trap || !vcpu_load(m->v, from + at, memop(m->unpriv_read), &value) ||
            !vcpu_store(m->v, to + at, memop(m->unpriv_write), value))
            return false;
    }
    return true;
}
static bool copy_some(const Mops *m, uint64_t to, uint64_t from, size_t n, bool down) {
    uint8_t *source = span(m, from, n, ACCESS_READ, m->unpriv_read), *target;
    if (!source || !(target = span(m, to, n, ACCESS_WRITE, m->unpriv_write))) return copy_bytes(m, to, from, n, down);
    if (m->overlaps) memmove(target, source, n);
    else if (target <= source || target >= source + n) memmove(target, source, n);
    else
        for (size_t k = 0; k < n; k++) target[k] = source[k]; // CPYF goes up, whatever overlaps
    return true;
}

static size_t min_size(size_t a, uint64_t b) { return b < a ? (size_t)b : a; }
static size_t to_page_end(uint64_t vaddr) { return PAGE - (vaddr & (PAGE - 1)); }
static size_t from_page_start(uint64_t end) { return ((end - 1) & (PAGE - 1)) + 1; }

// One piece inside one page of each side; false: done, or raised.
static bool piece_up(const Mops *m) {
    uint64_t *n = &m->s->x[m->n], to = m->s->x[m->d] + *n, from = m->s->x[m->src] + *n;
    size_t some = min_size(to_page_end(to), -*n);
    if ((int64_t)*n >= 0) return false;
    if (!m->set) some = min_size(to_page_end(from), some);
    if (!(m->set ? set_some(m, to, some) : copy_some(m, to, from, some, false))) return false;
    *n += some;
    return true;
}
static bool piece_down(const Mops *m) {
    uint64_t *n = &m->s->x[m->n], to = m->s->x[m->d] + *n, from = m->s->x[m->src] + *n;
    size_t some = min_size(from_page_start(to), *n);
    if (!*n) return false;
    some = min_size(from_page_start(from), some);
    if (!copy_some(m, to - some, from - some, some, true)) return false;
    *n -= some;
    return true;
}

// C6.2, CPYP: up, unless that would overwrite what is still to be read.
static bool goes_down(uint64_t to, uint64_t from, uint64_t n) {
    uint64_t mask = UINT64_MAX >> 8;
    return (from & mask) < (to & mask) && (from & mask) + n > (to & mask);
}

static void prologue(const Mops *m) {
    uint64_t most = m->overlaps ? INT64_MAX >> 8 : INT64_MAX, *x = m->s->x;
    if (x[m->n] > most) x[m->n] = most;
    if (!m->overlaps || !goes_down(x[m->d], x[m->src], x[m->n])) {
        x[m->d] += x[m->n];
        if (!m->set) x[m->src] += x[m->n];
        x[m->n] = -x[m->n];
    }
    arm_flags_set(m->s, 0);
}

// The handler makes the registers what they were before the prologue and starts again there (D1.3.5.6, the Memory Copy and Memory Set exceptions).
static uint64_t wrong_option(const Mops *m) {
    uint64_t iss = (uint64_t)m->set << 24 | (uint64_t)m->options << 19 | (m->stage == EPILOGUE ? 1u << 18 : 0) | 1u << 17 | m->d << 10 |
                   m->src << 5 | m->n;
    return arm_fault(m->v, ESR(EC_MOPS, iss));
}

// Sets the pc, to this instruction again if more is to be done.
uint64_t arm_mops(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    Mops m = decode(v, bits);
    uint64_t pc = vcpu_pc(v);
    bool more = false;
    if (m.stage == PROLOGUE) {
        prologue(&m);
    } else {
        if (arm_flags(m.s) & NZCV_C) return wrong_option(&m);
        bool down = (int64_t)m.s->x[m.n] > 0;
        for (unsigned pieces = 0; !(more = pieces >= STEP / PAGE); pieces++)
            if (!(down && m.overlaps ? piece_down(&m) : piece_up(&m))) break;
    }
    v->pc = pc + (more ? 0 : 4);
    return 0;
}
