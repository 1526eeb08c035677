// SPDX-License-Identifier: MIT
// See riscv_hart.h.
#include "tests/lib/riscv_hart.h"
#include <stdlib.h>
#include <string.h>
#include "tcg/base/log.h"

static uint64_t device_read(void *opaque, uint64_t offset, unsigned size) { return 0x5a5a5a5a5a5a5a5a; }
static void device_write(void *opaque, uint64_t offset, uint64_t value, unsigned size) {}
static const MemOps device_ops = {device_read, device_write, 0, 0};

void hart_open(Hart *h, const char *model) { hart_open_engine(h, model, true); }

void hart_open_engine(Hart *h, const char *model, bool interpret) {
    const EngineOptions options = {.interpret = interpret};
    const CpuType *type = strncmp(model, "rv32", 4) == 0 ? &riscv32_type : &riscv64_type;
    char error[256] = "";
    h->mem = mem_new();
    h->clock = clock_new();
    h->engine = engine_new(type->guest, &options);
    h->cpu = cpu_new(type, h->engine, h->mem, h->clock, 0);
    if (!h->cpu || !type->configure(h->cpu, model, error, sizeof(error)) ||
        !mem_map_ram(h->mem, "ram", RAM, RAM_SIZE, false, error, sizeof(error)) ||
        !mem_map_ram(h->mem, "rom", ROM, 4096, true, error, sizeof(error)) ||
        !mem_map_io(h->mem, "device", DEVICE, 4096, &device_ops, NULL, NULL, error, sizeof(error)))
        die("no hart: %s", error);
    h->v = h->cpu->vcpu;
    h->s = riscv_state(h->v);
    cpu_reset(h->cpu, RAM);
}

void hart_close(Hart *h) {
    cpu_free(h->cpu);
    engine_free(h->engine);
    mem_free(h->mem);
    clock_free(h->clock);
}

int hart_cause(Hart *h) {
    int cause = h->v->trap ? (int)h->s->trap_cause : -1;
    h->v->trap = 0;
    return cause;
}

static uint64_t result(Hart *h, uint64_t value, bool *trap) {
    int cause = hart_cause(h);
    if (cause >= 0 && cause != CAUSE_ILLEGAL) die("a CSR access raised cause %d", cause);
    if (trap)
        *trap = cause >= 0;
    else if (cause >= 0)
        die("a CSR access trapped");
    return value;
}

uint64_t csr_read(Hart *h, unsigned csr, bool *trap) {
    return result(h, riscv_csr_read(h->v, csr << 20, 0, 0), trap);
}
void csr_write(Hart *h, unsigned csr, uint64_t value, bool *trap) {
    result(h, riscv_csr_write(h->v, csr << 20, value, 0), trap);
}
uint64_t csr_rw(Hart *h, unsigned csr, uint64_t value, uint64_t mask, bool *trap) {
    return result(h, riscv_csr_rw(h->v, csr << 20, value, mask), trap);
}

void hart_priv(Hart *h, unsigned priv) {
    h->s->priv = (uint8_t)priv;
    riscv_update_context(h->v);
}
