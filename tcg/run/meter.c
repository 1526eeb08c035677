// SPDX-License-Identifier: MIT
// See meter.h. A vCPU switches on its own thread, where it runs no block. Code that is on its way from block to block by links goes on in the
// old flavour until it next looks one up, which the request to switch makes it do.
#include "tcg/run/meter.h"
#include "tcg/run/cache.h"

static uint64_t *place(Vcpu *v) { return (uint64_t *)((char *)vcpu_state(v) + v->guest->meter); }

void meter_block(const Guest *g, IrBuild *k, uint32_t ctx) {
    if (ctx & CTX_METER)
        ir_meter_in(k, g->meter);
}

void meter_add(Vcpu *v, unsigned n) {
    if (v->metered)
        __atomic_store_n(place(v), *place(v) + n, __ATOMIC_RELAXED);
}

static void start(Vcpu *v, void *arg) {
    v->metered = CTX_METER;
    vcpu_context(v, v->ctx);
}

static void stop(Vcpu *v, void *arg) {
    v->metered = 0;
    vcpu_context(v, v->ctx & ~(uint32_t)CTX_METER);
}

void engine_meter(Engine *e, bool on) {
    for (unsigned i = 0; e->guest->meter && i < e->nvcpus; i++)
        vcpu_work(e->vcpus[i], on ? start : stop, NULL, false);
}

uint64_t engine_metered(Engine *e) {
    uint64_t sum = 0;
    for (unsigned i = 0; e->guest->meter && i < e->nvcpus; i++)
        sum += __atomic_load_n(place(e->vcpus[i]), __ATOMIC_RELAXED);
    return sum;
}
