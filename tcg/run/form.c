// SPDX-License-Identifier: MIT
// Which blocks make a region: the largest loop nest around a hot block that fits. Called by tier2.c, with Engine.lock.
//
// The graph is that of tier 1: blocks of one page under one context word, and the links between them, which exist where control has gone
// at least once; what never ran stays outside as an exit. Calls and returns are no edges. The nest is what the head reaches and is reached
// from: the strongly connected part around it. If that is too large, blocks before the head are left out, then those behind its later
// back edges.
#include <stdlib.h>
#include "tcg/run/tier2.h"

enum { MAX_NODES = 512, MAX_BYTES = 1024 };

typedef struct Graph {
    const Engine *e;
    Block *node[MAX_NODES];
    bool ahead[MAX_NODES], back[MAX_NODES]; // reached from the head; reaches it
    unsigned n, head;
    uint64_t first, last;                   // paddrs of blocks that may take part
} Graph;

static bool may_join(const Block *b, const Block *head) {
    return b->ctx == head->ctx && !b->retired && !b->debug && !b->region && b->code && b->next_ppage == ~0ull && !atomic_load(&b->suspect);
}

static bool in_range(const Graph *g, unsigned i) { return g->node[i]->paddr >= g->first && g->node[i]->paddr <= g->last; }

// The node that link l leads to, or -1.
static int leads_to(const Graph *g, const Link *l) {
    if (!l->to || l->paired || l->to->mark >= g->n || g->node[l->to->mark] != l->to)
        return -1;
    return in_range(g, l->to->mark) ? (int)l->to->mark : -1;
}

static void spread_ahead(Graph *g, unsigned from) {
    unsigned stack[MAX_NODES], depth = 0;
    g->ahead[from] = true;
    for (stack[depth++] = from; depth;) {
        const Block *b = g->node[stack[--depth]];
        for (unsigned k = 0; k < b->nlinks; k++) {
            int to = leads_to(g, &g->e->links[b->first_link + k]);
            if (to >= 0 && !g->ahead[to]) {
                g->ahead[to] = true;
                stack[depth++] = (unsigned)to;
            }
        }
    }
}

static bool goes_back(const Graph *g, const Block *b) {
    for (unsigned k = 0; k < b->nlinks; k++) {
        int to = leads_to(g, &g->e->links[b->first_link + k]);
        if (to >= 0 && (g->back[to] || (unsigned)to == g->head))
            return true;
    }
    return false;
}

static void spread_back(Graph *g) {
    for (bool more = true; more;) {
        more = false;
        for (unsigned i = 0; i < g->n; i++)
            if (g->ahead[i] && !g->back[i] && goes_back(g, g->node[i]))
                g->back[i] = more = true;
    }
}

static int by_paddr(const void *a, const void *b) {
    const Block *x = *(Block *const *)a, *y = *(Block *const *)b;
    return x->paddr < y->paddr ? -1 : x->paddr > y->paddr;
}

// The nest within [first, last]: false if it is none, or too large (*large).
static bool nest(Graph *g, uint64_t first, uint64_t last, RegionPlan *plan, bool *large) {
    unsigned bytes = 0;
    g->first = first;
    g->last = last;
    for (unsigned i = 0; i < g->n; i++)
        g->ahead[i] = g->back[i] = false;
    spread_ahead(g, g->head);
    spread_back(g);
    plan->n = 0;
    *large = false;
    if (!g->back[g->head])
        return false;
    for (unsigned i = 0; i < g->n; i++) {
        if (!g->back[i])
            continue;
        bytes += g->node[i]->bytes;
        *large |= plan->n == IR_MAX_HEADS || bytes > MAX_BYTES;
        if (*large)
            return false;
        plan->block[plan->n++] = g->node[i];
    }
    return true;
}

// The last block below `last` that leads to the head; 0: none.
static uint64_t back_edge_below(const Graph *g, uint64_t last) {
    uint64_t best = 0;
    for (unsigned i = 0; i < g->n; i++) {
        const Block *b = g->node[i];
        for (unsigned k = 0; k < b->nlinks; k++)
            if (b->paddr < last && b->paddr >= g->node[g->head]->paddr && b->paddr >= best &&
                g->e->links[b->first_link + k].to == g->node[g->head])
                best = b->paddr;
    }
    return best;
}

bool region_plan(Engine *e, Block *head, RegionPlan *plan) {
    static _Thread_local Graph graph;
    Graph *g = &graph;
    CodePage *p = cache_page(e, head->paddr & PAGE_MASK, false);
    g->e = e;
    g->n = 0;
    for (Block *b = p->blocks; b && g->n < MAX_NODES; b = b->in_page[(b->paddr & PAGE_MASK) != p->ppage]) {
        if (!may_join(b, head))
            continue;
        if (b == head)
            g->head = g->n;
        b->mark = (uint16_t)g->n;
        g->node[g->n++] = b;
    }
    if (!g->n || g->node[g->head] != head)
        return false;
    bool large;
    bool found = nest(g, 0, UINT64_MAX, plan, &large) || (large && nest(g, head->paddr, UINT64_MAX, plan, &large));
    for (uint64_t last = UINT64_MAX; !found && large && (last = back_edge_below(g, last));)
        found = nest(g, head->paddr, last, plan, &large);
    if (!found)
        return false;
    qsort(plan->block, plan->n, sizeof(*plan->block), by_paddr);
    for (unsigned i = 0; i < plan->n; i++)
        plan->pc[i] = (int32_t)(plan->block[i]->paddr & ~PAGE_MASK);
    return true;
}
