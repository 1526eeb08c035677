// SPDX-License-Identifier: MIT
// Control and status registers: look-up, access rules, and the three helpers behind csrr*. What is special
// about single registers is in csr_reg.c; the rows are csr.def. Privileged 2.1 (access), 3.1 and 10.1
// (registers); Zicsr for the instructions. Translated code reaches it through riscv_csr_read/write/rw; the
// debugger through riscv_csr_debug_*.
#include <pthread.h>
#include <string.h>
#include "cpu/riscv/csr.h"

#define NONE         CSR_NO_FIELD
#define F(member)    offsetof(RiscvState, member)
#define S_INTERRUPTS (1ull << IRQ_SSI | 1ull << IRQ_STI | 1ull << IRQ_SEI)
#define M_INTERRUPTS (1ull << IRQ_MSI | 1ull << IRQ_MTI | 1ull << IRQ_MEI)
static const CsrRow rows[] = {
#define CSR(number, name, gate, flags, field, mask, get, set)                                                \
    {#name, number, 1, GATE_##gate, flags, field, mask, get, set},
#define RANGE(number, count, name, gate, flags, field, mask, get, set)                                       \
    {#name, number, count, GATE_##gate, flags, field, mask, get, set},
#include "cpu/riscv/csr.def"
#undef CSR
#undef RANGE
};

static uint8_t row_of[4096]; // 1 + index in rows
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill_index(void) {
    _Static_assert(sizeof(rows) / sizeof(rows[0]) < 255, "row numbers fit a byte");
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (unsigned k = 0; k < rows[i].count; k++) row_of[rows[i].number + k] = (uint8_t)(i + 1);
}
void riscv_csr_init(void) { pthread_once(&once, fill_index); }

const CsrRow *csr_row(unsigned csr) { return csr < 4096 && row_of[csr] ? &rows[row_of[csr] - 1] : NULL; }

static uint64_t *field_of(RiscvState *s, const CsrRow *r) {
    return r->field == CSR_NO_FIELD ? NULL : (uint64_t *)((char *)s + r->field);
}

static bool counter_allowed(const RiscvState *s, unsigned csr) {
    bool hpm = (csr & 31) > 2;
    return (riscv_counters_shown(s) >> (csr & 31) & 1) && (!hpm || riscv_has(s->config, RV_EXT_zihpm));
}

static bool gate_open(const RiscvState *s, const CsrRow *r, unsigned csr) {
    const RiscvConfig *c = s->config;
    if ((r->flags & HIGH) && c->xlen != 32) return false;
    switch (r->gate) {
    case GATE_FP: return riscv_has(c, RV_EXT_f) && (s->mstatus & MSTATUS_FS);
    case GATE_COUNTER: return counter_allowed(s, csr);
    case GATE_SATP: return s->priv != PRIV_S || !(s->mstatus & MSTATUS_TVM);
    case GATE_SSTC: // Sstc 2.1
        return riscv_has(c, RV_EXT_sstc) &&
               (s->priv == PRIV_M || ((s->menvcfg & ENVCFG_STCE) && (s->mcounteren & 2)));
    case GATE_PMPCFG: return c->pmp && (c->xlen == 32 || !(csr & 1));
    case GATE_PMP: return c->pmp;
    default: return true;
    }
}

// NULL: the access is an illegal instruction.
static const CsrRow *csr_allowed(const RiscvState *s, unsigned csr, bool write) {
    const CsrRow *r = csr_row(csr);
    if (!r || s->priv < (csr >> 8 & 3) || (write && csr >> 10 == 3) || !gate_open(s, r, csr)) return NULL;
    return r;
}

static uint64_t read_full(Vcpu *v, const CsrRow *r, unsigned csr) {
    uint64_t *field = field_of(riscv_state(v), r);
    return r->get ? r->get(v, csr) : field ? *field : 0;
}

static uint64_t read_row(Vcpu *v, const CsrRow *r, unsigned csr) {
    uint64_t value = read_full(v, r, csr);
    return riscv_mask(riscv_state(v), r->flags & HIGH ? value >> 32 : value);
}

static void write_row(Vcpu *v, const CsrRow *r, unsigned csr, uint64_t value) {
    RiscvState *s = riscv_state(v);
    if (r->flags & DIRTY) s->mstatus |= MSTATUS_FS;
    if (s->config->xlen == 32) {
        value = (uint32_t)value;
        if (r->flags & HIGH)
            value = value << 32 | (uint32_t)read_full(v, r, csr);
        else if (r->flags & WIDE)
            value |= read_full(v, r, csr) >> 32 << 32;
    }
    uint64_t *field = field_of(s, r);
    if (r->set)
        r->set(v, csr, value);
    else if (field)
        *field = (*field & ~r->mask) | (value & r->mask);
    if (r->flags & (SYNC | DIRTY)) riscv_update_context(v);
    if (r->flags & SYNC) riscv_irq_check(v);
}

uint64_t riscv_csr_read(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    unsigned csr = bits >> 20 & 0xfff;
    const CsrRow *r = csr_allowed(riscv_state(v), csr, false);
    if (!r) return riscv_illegal(v, bits, 0, 0);
    uint64_t value = read_row(v, r, csr);
    // The block that runs does not count yet, though the instruction that looks first retires as well.
    if ((r->flags & COUNTS) && riscv_count_start(v)) riscv_state(v)->instret++;
    return value;
}

uint64_t riscv_csr_write(Vcpu *v, uint64_t bits, uint64_t value, uint64_t c) {
    unsigned csr = bits >> 20 & 0xfff;
    const CsrRow *r = csr_allowed(riscv_state(v), csr, true);
    if (!r) return riscv_illegal(v, bits, 0, 0);
    if (r->flags & RAW) read_row(v, r, csr); // an edge that came before is overwritten too
    write_row(v, r, csr, value);
    return 0;
}

uint64_t riscv_csr_rw(Vcpu *v, uint64_t bits, uint64_t value, uint64_t mask) {
    unsigned csr = bits >> 20 & 0xfff;
    const CsrRow *r = csr_allowed(riscv_state(v), csr, true);
    if (!r) return riscv_illegal(v, bits, 0, 0);
    // mip, sip: wires show in what is read but must not be latched by the write-back (Privileged 3.1.9).
    uint64_t old = read_row(v, r, csr), base = r->flags & RAW ? *field_of(riscv_state(v), r) : old;
    write_row(v, r, csr, (base & ~mask) | (value & mask));
    return old;
}

bool riscv_csr_syncs(unsigned csr, uint32_t ctx) {
    const CsrRow *r = csr_row(csr);
    return r && ((r->flags & SYNC) || ((r->flags & DIRTY) && (ctx & RV_CTX_FS_CLEAN)));
}

bool riscv_csr_counts(unsigned csr) {
    const CsrRow *r = csr_row(csr);
    return r && (r->flags & COUNTS);
}

bool riscv_csr_plain(const RiscvConfig *c, unsigned csr, uint32_t ctx, bool write, uint16_t *slot,
                     uint64_t *mask) {
    const CsrRow *r = csr_row(csr);
    if (!r || (ctx & RV_CTX_PRIV) < (csr >> 8 & 3) || r->gate != GATE_ANY || r->field == CSR_NO_FIELD)
        return false;
    if ((r->flags & HIGH) || ((r->flags & WIDE) && c->xlen == 32)) return false;
    if (r->get && !(r->get == get_epc && riscv_has(c, RV_EXT_zca))) return false;
    if (write && (r->set || r->flags)) return false;
    *slot = r->field;
    *mask = r->mask;
    return true;
}

const char *riscv_csr_name(unsigned csr) {
    static __thread char name[24];
    const CsrRow *r = csr_row(csr);
    if (!r || r->count == 1) return r ? r->name : NULL;
    size_t stem = strcspn(r->name, "0123456789");
    bool high = r->name[strlen(r->name) - 1] == 'h';
    unsigned first = (unsigned)(r->name[stem] - '0');
    snprintf(name, sizeof(name), "%.*s%u%s", (int)stem, r->name, first + csr - r->number, high ? "h" : "");
    return name;
}

// The debugger sees and sets registers whatever the privilege, but only those that exist.
static const CsrRow *debug_row(Vcpu *v, unsigned csr) {
    RiscvState *s = riscv_state(v);
    const CsrRow *r = csr_row(csr);
    uint8_t priv = s->priv;
    uint64_t mstatus = s->mstatus;
    s->priv = PRIV_M;
    s->mstatus |= MSTATUS_FS;
    bool open = r && gate_open(s, r, csr);
    s->priv = priv;
    s->mstatus = mstatus;
    return open ? r : NULL;
}

bool riscv_csr_debug_read(Vcpu *v, unsigned csr, uint64_t *value) {
    const CsrRow *r = debug_row(v, csr);
    if (r) *value = read_row(v, r, csr);
    return r != NULL;
}

bool riscv_csr_debug_write(Vcpu *v, unsigned csr, uint64_t value) {
    const CsrRow *r = debug_row(v, csr);
    if (!r || csr >> 10 == 3) return false;
    uint64_t fs = riscv_state(v)->mstatus & MSTATUS_FS;
    write_row(v, r, csr, value);
    if (r->flags & DIRTY) { // looking at fcsr is not the guest's use of it
        riscv_state(v)->mstatus = (riscv_state(v)->mstatus & ~MSTATUS_FS) | fs;
        riscv_update_context(v);
    }
    return true;
}
