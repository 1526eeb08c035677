// SPDX-License-Identifier: MIT
// Strict reservations (EngineOptions.strict): load-reserved and store-conditional, exclusives, that notice every store to their line, even
// one of the value that is there already. Without the option an SC compares the value that LR saw, and nothing here runs.
// reserve.c holds the essay. C code that stores to guest RAM by a host address frames that with reserve_begin and reserve_end.
#pragma once
#include "tcg/run/cache.h"

typedef struct ReservedPage ReservedPage;

Reserve *reserve_new(void);
void reserve_free(Reserve *r);
bool reserve_watches(Engine *e, const uint8_t *host);  // no write entry may be made for this page of RAM
ReservedPage *reserve_lock(Vcpu *v, uint8_t *host, unsigned size);
void reserve_unlock(ReservedPage *p);
void reserve_open(Engine *e, const uint8_t *host);     // somebody gets a host address to store to as he likes: reservations there end
void reserve_written(Engine *e, uint64_t paddr, uint64_t size);
// RAM at `host`, physical `paddr`. False: the page has to be watched first, and the instruction comes again (TRAP_AGAIN).
bool reserve_load(Vcpu *v, uint8_t *host, unsigned size, uint64_t value[2]);
void reserve_want(Vcpu *v, uint8_t *host, uint64_t paddr);
void reserve_watch(Vcpu *v);                           // what was wanted; v not active
// Stores value if the reservation is of this place, nobody stored since and `seen` is still there. It ends in any case.
bool reserve_store(Vcpu *v, uint8_t *host, unsigned size, const uint64_t seen[2], const uint64_t value[2]);

// Around a store, inside one page: NULL if nobody watches it.
static inline ReservedPage *reserve_begin(Vcpu *v, uint8_t *host, unsigned size) { return v->engine->reserve ? reserve_lock(v, host, size) : NULL; }
static inline void reserve_end(ReservedPage *p) {
    if (p)
        reserve_unlock(p);
}
