// SPDX-License-Identifier: MIT
// RISC-V Platform-Level Interrupt Controller (riscv-plic-1.0.0), with the register layout all PLICs share.
// Level-triggered gateways: a source is pending while its wire is high and it was not claimed; completion
// samples the wire again. An M and an S context a hart. Called by devices through their wires and by harts
// through its window; every register is state, so update alone drives the pins.
#include "hw/intc/plic.h"
#include <stdio.h>
#include "hw/core/machine.h"
#include "tcg/base/log.h"

enum { WORDS = PLIC_SOURCES / 32, PRIORITY_MAX = 7 };
enum { PENDING = 0x1000, ENABLE = 0x2000, ENABLE_STRIDE = 0x80, CONTEXT = 0x200000, CONTEXT_STRIDE = 0x1000 };

typedef struct Plic {
    uint32_t priority[PLIC_SOURCES];
    uint32_t level[WORDS]; // wires
    uint32_t pending[WORDS];
    uint32_t claimed[WORDS]; // between claim and completion: the gateway is shut
    uint32_t enable[PLIC_CONTEXTS * WORDS];
    uint32_t threshold[PLIC_CONTEXTS];
    // wiring
    uint32_t harts;
} Plic;

static const Field plic_table[] = {
    FIELD_ARRAY(Plic, priority, 0), FIELD_ARRAY(Plic, level, 0),  FIELD_ARRAY(Plic, pending, 0),
    FIELD_ARRAY(Plic, claimed, 0),  FIELD_ARRAY(Plic, enable, 0), FIELD_ARRAY(Plic, threshold, 0),
};
static const Fields plic_fields = FIELDS("riscv.plic", 1, plic_table, offsetof(Plic, harts));

// The pending source of highest priority above `above` that the context enables, lowest number first; 0: none.
static unsigned best(const Plic *p, unsigned context, uint32_t above) {
    unsigned found = 0;
    for (unsigned w = 0; w < WORDS; w++)
        for (uint32_t set = p->pending[w] & p->enable[context * WORDS + w]; set; set &= set - 1) {
            unsigned source = w * 32 + (unsigned)__builtin_ctz(set);
            if (p->priority[source] > above) {
                above = p->priority[source];
                found = source;
            }
        }
    return found;
}

static void plic_update(Device *d) {
    Plic *p = d->state;
    for (unsigned w = 0; w < WORDS; w++) p->pending[w] |= p->level[w] & ~p->claimed[w];
    for (unsigned c = 0; c < p->harts * 2; c++) device_irq(d, c, best(p, c, p->threshold[c]) != 0);
}

static void plic_input(Device *d, unsigned n, bool level) {
    Plic *p = d->state;
    if (!n || n >= PLIC_SOURCES) return;
    uint32_t bit = 1u << n % 32, *now = &p->level[n / 32];
    *now = level ? *now | bit : *now & ~bit;
    // A request already forwarded stays pending until it is claimed (chapter 5), even if the wire falls.
}

static void priority_set(Device *d, unsigned i, uint64_t value) {
    ((Plic *)d->state)->priority[i + 1] = value & PRIORITY_MAX;
}
static void threshold_set(Device *d, unsigned i, uint64_t value) {
    ((Plic *)d->state)->threshold[i] = value & PRIORITY_MAX;
}

static uint64_t claim_get(Device *d, unsigned context) {
    Plic *p = d->state;
    unsigned source = best(p, context, 0); // a claim is not subject to the threshold
    if (!source) return 0;
    p->pending[source / 32] &= ~(1u << source % 32);
    p->claimed[source / 32] |= 1u << source % 32;
    return source;
}

static void complete_set(Device *d, unsigned context, uint64_t source) {
    Plic *p = d->state;
    if (!source || source >= PLIC_SOURCES || !(p->enable[context * WORDS + source / 32] >> source % 32 & 1)) {
        log_print(LOG_GUEST_ERROR, "%s: completion of source %u, not enabled for context %u", d->id,
                  (unsigned)source, context);
        return;
    }
    p->claimed[source / 32] &= ~(1u << source % 32);
}

// Enable words of a context stand 0x80 apart, which two strides of one row cannot say. Those of sources that this
// PLIC does not have are hardwired to zero: *word is then NULL.
static bool enable_at(Plic *p, uint64_t offset, uint32_t **word) {
    uint64_t context = (offset - ENABLE) / ENABLE_STRIDE, w = (offset - ENABLE) % ENABLE_STRIDE / 4;
    if (offset < ENABLE || context >= p->harts * 2 || offset % 4) return false;
    *word = w < WORDS ? &p->enable[context * WORDS + w] : NULL;
    return true;
}

static uint64_t plic_read(Device *d, uint64_t offset, unsigned size) {
    uint32_t *word;
    if (size == 4 && enable_at(d->state, offset, &word)) return word ? *word : 0;
    log_print(LOG_GUEST_ERROR, "%s: read of %u bytes at 0x%lx, where no register is", d->id, size,
              (unsigned long)offset);
    return 0;
}

static void plic_write(Device *d, uint64_t offset, uint64_t value, unsigned size) {
    Plic *p = d->state;
    uint32_t *word;
    if (size == 4 && enable_at(p, offset, &word)) {
        bool first = word && (word - p->enable) % WORDS == 0;
        if (word) *word = (uint32_t)value & ~(first ? 1u : 0u); // there is no source 0
        return;
    }
    log_print(LOG_GUEST_ERROR, "%s: write of %u bytes at 0x%lx, where no register is", d->id, size,
              (unsigned long)offset);
}

static const Reg plic_regs[] = {
    {0x000000, "reserved", 4, REG_RO},
    {0x000004, "priority", 4, REG_RW, .field = offsetof(Plic, priority[1]), .field_size = 4,
     .count = PLIC_SOURCES - 1, .set = priority_set},
    {PENDING, "pending", 4, REG_RO, REG_FIELD_ARRAY(Plic, pending), .count = WORDS},
    {CONTEXT, "threshold", 4, REG_RW, REG_FIELD_ARRAY(Plic, threshold), .count = PLIC_CONTEXTS,
     .stride = CONTEXT_STRIDE, .set = threshold_set},
    {CONTEXT + 4, "claim", 4, REG_RW, .count = PLIC_CONTEXTS, .stride = CONTEXT_STRIDE, .get = claim_get,
     .set = complete_set},
};

static bool plic_plug(Device *d, char *error, size_t error_size) {
    Plic *p = d->state;
    if (p->harts && p->harts * 2 <= PLIC_CONTEXTS) return true;
    snprintf(error, error_size, "the PLIC serves 1 to %d harts, not %u", PLIC_CONTEXTS / 2, p->harts);
    return false;
}

static bool plic_loaded(Device *d, char *error, size_t error_size) {
    Plic *p = d->state;
    for (unsigned i = 0; i < PLIC_SOURCES; i++) p->priority[i] &= PRIORITY_MAX;
    for (unsigned c = 0; c < PLIC_CONTEXTS; c++) {
        p->threshold[c] &= PRIORITY_MAX;
        p->enable[c * WORDS] &= ~1u;
    }
    return true;
}

static void plic_fdt(Device *d, Fdt *f) {
    Plic *p = d->state;
    uint32_t cells[4 * PLIC_CONTEXTS / 2], n = 0;
    for (unsigned h = 0; h < p->harts; h++)
        for (unsigned s = 0; s < 2; s++) {
            cells[n++] = d->machine->cpu_phandles[h];
            cells[n++] =
                s ? 9 : 11; // supervisor, machine external interrupt (privileged specification, mcause)
        }
    dt_begin(f, "plic@%lx", (unsigned long)d->base);
    dt_u32(f, "phandle", d->phandle);
    dt_u32(f, "riscv,ndev", PLIC_SOURCES - 1);
    dt_reg(f, d->base, d->type->window);
    dt_cells(f, "interrupts-extended", n, cells);
    dt_flag(f, "interrupt-controller");
    dt_strings(f, "compatible", 2, (const char *const[]){"sifive,plic-1.0.0", "riscv,plic0"});
    dt_u32(f, "#address-cells", 0);
    dt_u32(f, "#interrupt-cells", 1);
    dt_end(f);
}

static const Prop plic_props[] = {PROP(Plic, harts, PROP_U32, "1", "harts, two contexts each")};

const DeviceType plic_type = {
    .name = "riscv.plic",
    .title = "RISC-V platform-level interrupt controller",
    .size = sizeof(Plic),
    .fields = &plic_fields,
    .regs = plic_regs,
    .nregs = sizeof(plic_regs) / sizeof(plic_regs[0]),
    .window = 0x600000,
    .max_access = 4,
    .rank = LOCK_INTC,
    .props = plic_props,
    .nprops = 1,
    .plug = plic_plug,
    .update = plic_update,
    .input = plic_input,
    .loaded = plic_loaded,
    .fdt = plic_fdt,
    .read = plic_read,
    .write = plic_write,
};
