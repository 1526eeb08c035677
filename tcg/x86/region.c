// SPDX-License-Identifier: MIT
// What a region keeps in registers, and how others never notice. Called by x86.c and by the emitters.
//
// Blocks agree on the pins, a fixed set of guest registers. A region is a loop nest that is entered at one place, so it has a choice of its
// own: by how often they are used, guest registers and the pages of streams (tcg/opt/streams.c) compete for the registers of the pins
// and one temp. A guest register that is pinned and chosen stays where it is; a pin that is not chosen lies in its slot meanwhile.
//
//      entry:                mov [slot of the pin],rbx; mov rbx,[slot chosen]; ...; ntag = -[site]; delta = [site + 8]
//      access of a stream:   lea rcx,[B+ntag+disp]; cmp rcx,4096-size; ja miss; op [B+delta+disp]
//      way out:              mov [slot chosen],rbx; mov rbx,[slot of the pin]; ...
//
// Whoever else looks at guest state finds it where it always is: each way out goes by the last of these, and so does each call of C, with
// the entry's moves behind it (subroutines before the region's entry, since such calls stand in cold stubs mostly).
//
// A stream's page is that of its site's pair, which flushes wipe. It is read from there on each entry and after each helper. What the slow
// path of an access does changes no mapping, so it keeps them. Everything else that does waits for this vCPU's next poll.
#include <stdlib.h>
#include "tcg/x86/region.h"

Region *region_new(void) { return calloc(1, sizeof(Region)); }

// ---- who wants a register

static Want *slot_want(Region *r, unsigned cell) {
    for (unsigned i = 0; i < r->nwants; i++)
        if (r->want[i].slot / 8 == cell)
            return &r->want[i];
    if (r->nwants == WANT_SLOTS)
        return NULL;
    r->want[r->nwants] = (Want){.slot = (uint16_t)(8 * cell), .fits = true};
    return &r->want[r->nwants++];
}

// Only slots that are always read and written as one i64.
static void want_slots(Gen *g, Region *r) {
    for (unsigned i = 0; i < g->ir->nops; i++) {
        const IrOp *op = &g->ir->ops[i];
        if (ir_op_info[op->op].kind != KIND_SLOT)
            continue;
        unsigned first = (unsigned)op->imm / 8, last = ((unsigned)op->imm + ir_type_size(op->type) - 1) / 8;
        for (unsigned cell = first; cell <= last && cell < CELLS; cell++) {
            Want *w = slot_want(r, cell);
            if (!w)
                continue;
            w->weight += op->op == OP_TALLY ? 2u * r->weight[i] : r->weight[i];
            w->set |= op->op != OP_GET;
            w->fits &= op->type == T_I64 && op->imm % 8 == 0 && g->x->xpin_of_cell[cell] == NOREG;
        }
    }
}

static bool in_strip(const Region *r, unsigned k) {
    return r->stream[k].loop != OPT_NO_LOOP && r->loop[r->stream[k].loop].lead != OPT_NO_STREAM;
}

static void want_streams(Region *r) {
    for (unsigned k = 0; k < r->nstreams; k++) {
        uint32_t weight = r->stream[k].weight, tag = in_strip(r, k) ? weight / 16 : weight / 2;
        r->want[r->nwants++] = (Want){.weight = weight, .slot = NOSLOT, .stream = (uint8_t)k, .fits = true};
        r->want[r->nwants++] = (Want){.weight = tag, .slot = NOSLOT, .stream = (uint8_t)k, .tag = true, .fits = true};
    }
}

static int by_weight(const void *a, const void *b) {
    const Want *x = a, *y = b;
    if (x->fits != y->fits)
        return x->fits ? -1 : 1;
    return x->weight < y->weight ? 1 : x->weight > y->weight ? -1 : (int)x->slot - (int)y->slot;
}

// ---- who gets one

static void give(Region *r, const Want *w, Reg reg) {
    if (w->slot != NOSLOT)
        pin_slot(&r->pins, reg, w->slot);
    else if (w->tag)
        r->home[w->stream].tag = reg;
    else
        r->home[w->stream].delta = reg;
}

// A pin's register, which something else gets.
static void move(Gen *g, Region *r, unsigned k, const Want *w) {
    bool temp = k == g->x->pins.n;
    Reg reg = temp ? R13 : g->x->pins.reg[k];
    r->move[r->nmoves++] = (Move){reg, temp ? NOSLOT : g->x->pins.slot[k], w->slot, w->set};
    give(r, w, reg);
}

// The heaviest get registers: those pinned already where they are, the rest what is left, the temp first.
static void choose(Gen *g, Region *r, unsigned pool) {
    const PinMap *outer = &g->x->pins;
    uint16_t taken = 0;
    for (unsigned i = 0; i < r->nwants && i < pool; i++)
        for (unsigned k = 0; r->want[i].fits && r->want[i].weight && k < outer->n; k++)
            if (outer->slot[k] == r->want[i].slot) {
                pin_slot(&r->pins, outer->reg[k], outer->slot[k]);
                taken |= (uint16_t)(1u << k);
            }
    for (unsigned i = 0, k = pool; i < r->nwants && i < pool && r->want[i].fits && r->want[i].weight; i++) {
        const Want *w = &r->want[i];
        if (w->slot != NOSLOT && r->pins.of_cell[w->slot / 8] != NOREG)
            continue;
        if (w->tag && r->home[w->stream].delta == NOREG)
            continue;
        do
            k--;
        while (taken >> k & 1);
        taken |= (uint16_t)(1u << k);
        move(g, r, k, w);
    }
    for (unsigned k = 0; k < outer->n; k++)
        if (!(taken >> k & 1))
            pin_slot(&r->pins, outer->reg[k], outer->slot[k]);
}

// Where streams are kept: in registers if they got any, those of strips in memory else.
static void begin_streams(Gen *g, Region *r) {
    r->nkept = 0;
    for (unsigned k = 0; k < r->nstreams; k++) {
        StreamHome *h = &r->home[k];
        h->kept = r->stream[k].weight && (h->delta != NOREG || in_strip(r, k)) && r->nkept < MAX_PROMOTED;
        if (!h->kept && in_strip(r, k))
            r->loop[r->stream[k].loop].lead = OPT_NO_STREAM;
        if (!h->kept)
            continue;
        bool store = r->stream[k].write;
        r->nkept++;
        h->site = (uint16_t)(store * SITE_ENTRIES / 2 + (g->site[store]++ & (SITE_ENTRIES / 2 - 1)));
        h->delta_at = spill_take(g);
        h->tag_at = spill_take(g);
    }
    for (unsigned k = 0; k < r->nloops; k++)
        r->strip[k] = (Strip){.limit_at = r->loop[k].lead != OPT_NO_STREAM ? spill_take(g) : NOREG};
    g->homes = g->spill_used;
}

bool region_strides(const Gen *g, unsigned stream) {
    const OptStream *s = &g->region->stream[stream];
    return s->loop != OPT_NO_LOOP && s->step != 0;
}

// A site that roves has no page to keep; one that is watched counts for itself. A stream that strides stays for a few rounds at least.
static void drop_roving(Gen *g, Region *r) {
    for (unsigned i = 0; i < g->ir->nops; i++) {
        uint8_t k = r->of_op[i];
        if (k == OPT_NO_STREAM || region_strides(g, k))
            continue;
        uint64_t paddr = g->ppage + (uint64_t)g->ir->snaps[g->ir->ops[i].snap].pc;
        if (cache_roves(g->e, paddr) || cache_watched(g->e, paddr)) {
            r->stream[k].weight -= r->weight[i];
            r->of_op[i] = OPT_NO_STREAM;
        }
    }
}

static void find_fp(Gen *g, Region *r) {
    r->fp = false;
    for (unsigned i = 0; i < g->ir->nops; i++) {
        const IrOp *op = &g->ir->ops[i];
        if (ir_op_info[op->op].kind == KIND_CALL) {
            r->fp = false;
            return;
        }
        r->fp |= ir_op_info[op->op].kind == KIND_SLOT && xpin_of(g, (unsigned)op->imm) != NOREG;
    }
}

// ---- moves

bool region_moves(const Gen *g) { return g->region && (g->region->nmoves || g->region->nkept); }
bool region_keeps_fp(const Gen *g) { return g->region && g->region->fp; }

void region_reload(Gen *g, unsigned k) {
    Asm *a = &g->a;
    const StreamHome *h = &g->region->home[k];
    int32_t pair = SPACE(site) + 16 * h->site;
    Reg delta = h->delta == NOREG ? RCX : h->delta, tag = h->tag == NOREG ? RCX : h->tag;
    mov_rm(a, delta, R15, pair + 8);
    if (h->delta == NOREG)
        mov_mr(a, RBP, spill_disp(h->delta_at), RCX);
    mov_rm(a, tag, R15, pair);
    unary(a, P_W, 3, tag); // neg
    if (h->tag == NOREG)
        mov_mr(a, RBP, spill_disp(h->tag_at), RCX);
}

static void reload_all(Gen *g) {
    for (unsigned k = 0; k < g->region->nstreams; k++)
        if (g->region->home[k].kept)
            region_reload(g, k);
}

// Registers of streams, to where they are put aside or back.
static void put_streams(Gen *g, bool back) {
    const Region *r = g->region;
    for (unsigned k = 0; k < r->nstreams; k++) {
        const StreamHome *h = &r->home[k];
        if (h->kept && h->delta != NOREG)
            op_rm(&g->a, P_W | (back ? 0x8b : 0x89), h->delta, RBP, spill_disp(h->delta_at));
        if (h->kept && h->tag != NOREG)
            op_rm(&g->a, P_W | (back ? 0x8b : 0x89), h->tag, RBP, spill_disp(h->tag_at));
    }
}

static void enter_slots(Gen *g) {
    for (unsigned i = 0; i < g->region->nmoves; i++) {
        const Move *m = &g->region->move[i];
        if (m->pin != NOSLOT)
            mov_mr(&g->a, RBP, m->pin, m->reg);
        if (m->slot != NOSLOT)
            mov_rm(&g->a, m->reg, RBP, m->slot);
    }
}

void region_enter(Gen *g) {
    if (!region_moves(g))
        return;
    enter_slots(g);
    reload_all(g);
}

void region_leave(Gen *g) {
    const Region *r = g->region;
    for (unsigned i = 0; r && i < r->nmoves; i++) {
        const Move *m = &r->move[i];
        if (m->slot != NOSLOT && m->set)
            mov_mr(&g->a, RBP, m->slot, m->reg);
        if (m->pin != NOSLOT)
            mov_rm(&g->a, m->reg, RBP, m->pin);
    }
}

void region_call_leave(Gen *g) {
    if (region_moves(g))
        call_to(&g->a, g->region->leave);
}

void region_call_enter(Gen *g) {
    if (region_moves(g))
        call_to(&g->a, g->region->enter);
}

void region_mapped_anew(Gen *g) {
    if (region_moves(g))
        call_to(&g->a, g->region->reload);
}

static void make_subroutines(Gen *g) {
    Region *r = g->region;
    r->enter = asm_here(&g->a);
    enter_slots(g);
    put_streams(g, true);
    ret(&g->a);
    r->leave = asm_here(&g->a);
    put_streams(g, false);
    region_leave(g);
    ret(&g->a);
    r->reload = asm_here(&g->a);
    reload_all(g);
    ret(&g->a);
}

// ---- streams

uint8_t region_stream(const Gen *g, unsigned op) {
    uint8_t k = g->region ? g->region->of_op[op] : OPT_NO_STREAM;
    return k != OPT_NO_STREAM && g->region->home[k].kept ? k : OPT_NO_STREAM;
}

unsigned region_site(const Gen *g, unsigned stream) { return g->region->home[stream].site; }

Reg region_delta(Gen *g, unsigned stream) {
    const StreamHome *h = &g->region->home[stream];
    if (h->delta != NOREG)
        return h->delta;
    mov_rm(&g->a, RDX, RBP, spill_disp(h->delta_at));
    return RDX;
}

void region_page(Gen *g, unsigned stream, Reg base, int32_t disp) {
    const StreamHome *h = &g->region->home[stream];
    if (h->tag != NOREG) {
        op_rx(&g->a, P_W | 0x8d, RCX, base, h->tag, 0, disp);
    } else {
        lea(&g->a, P_W, RCX, base, disp);
        alu_rm(&g->a, P_W, ALU_ADD, RCX, RBP, spill_disp(h->tag_at));
    }
}

// ---- the start

void region_choose(Gen *g, bool all) {
    Region *r = g->region;
    const IrBlock *b = g->ir;
    memset(&r->pins, 0, offsetof(PinMap, of_cell));
    memset(r->pins.of_cell, NOREG, sizeof(r->pins.of_cell));
    r->nmoves = r->nkept = r->nwants = 0;
    r->now = OPT_NO_LOOP;
    for (unsigned k = 0; k < OPT_STREAMS; k++)
        r->home[k] = (StreamHome){.delta = NOREG, .tag = NOREG};
    opt_weigh(b, r->weight);
    r->nloops = opt_loops(b, r->loop);
    r->nstreams = opt_streams(b, r->weight, r->loop, r->nloops, r->stream, r->of_op);
    drop_roving(g, r);
    want_slots(g, r);
    want_streams(r);
    qsort(r->want, r->nwants, sizeof(*r->want), by_weight);
    choose(g, r, g->x->pins.n + all);
    find_fp(g, r);
    g->pins = &r->pins;
    g->ntemps = all ? 2 : 3;
}

void region_begin(Gen *g) {
    Region *r = g->region;
    begin_streams(g, r);
    if (region_moves(g))
        make_subroutines(g);
}
