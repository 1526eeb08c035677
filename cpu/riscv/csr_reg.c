// SPDX-License-Identifier: MIT
// The control and status registers that are more than a field under a mask: views of one another, legal
// values, side effects. Called by csr.c alone, with access already granted; it recomputes context and
// interrupts afterwards. Values are 64 bits wide here even on RV32 (rows WIDE and HIGH of csr.def). Sections
// of the Privileged manual beside each.
//
// Counters: mcycle counts nanoseconds of virtual time, as if the hart ran at 1 GHz; minstret counts instructions, from
// the first look at it or write of it on (docs/adr/0006-instruction-counter.md).
#include "cpu/riscv/csr.h"

static uint64_t merge(uint64_t old, uint64_t value, uint64_t mask) { return (old & ~mask) | (value & mask); }

// ---- floating point (Unprivileged, F: fcsr)

uint8_t riscv_fflags(Vcpu *v) { return vcpu_fp_flags(v) & 31; }

static void set_fp(Vcpu *v, unsigned frm, unsigned fflags) {
    riscv_state(v)->frm = frm & 7;
    vcpu_fp_set(v, (frm & 7) <= 4 ? frm & 7 : 0, fflags & 31);
}

uint64_t get_fflags(Vcpu *v, unsigned csr) { return riscv_fflags(v); }
uint64_t get_frm(Vcpu *v, unsigned csr) { return riscv_state(v)->frm; }
uint64_t get_fcsr(Vcpu *v, unsigned csr) { return (uint64_t)riscv_state(v)->frm << 5 | riscv_fflags(v); }
void set_fflags(Vcpu *v, unsigned csr, uint64_t value) { set_fp(v, riscv_state(v)->frm, (unsigned)value); }
void set_frm(Vcpu *v, unsigned csr, uint64_t value) { set_fp(v, (unsigned)value, riscv_fflags(v)); }
void set_fcsr(Vcpu *v, unsigned csr, uint64_t value) { set_fp(v, (unsigned)(value >> 5), (unsigned)value); }

// ---- counters (3.1.10, 3.1.12)

uint64_t get_time(Vcpu *v, unsigned csr) { return riscv_time(riscv_state(v)); }

static uint64_t cycles(const RiscvState *s) { return s->mcountinhibit & COUNTER_CY ? 0 : clock_now(s->clock); }
uint64_t get_cycle(Vcpu *v, unsigned csr) { return riscv_state(v)->cycle_base + cycles(riscv_state(v)); }
void set_cycle(Vcpu *v, unsigned csr, uint64_t value) {
    riscv_state(v)->cycle_base = value - cycles(riscv_state(v));
}

// True if from here on translations count that did not before.
bool riscv_count_start(Vcpu *v) {
    uint32_t before = v->ctx;
    riscv_state(v)->counting = true;
    riscv_update_context(v);
    return ~before & v->ctx & RV_CTX_COUNT;
}
uint64_t get_instret(Vcpu *v, unsigned csr) { return riscv_state(v)->instret; }
// Zicsr: the value written is what the next instruction reads; the translator leaves out the increment of this one.
void set_instret(Vcpu *v, unsigned csr, uint64_t value) {
    riscv_state(v)->instret = value;
    riscv_count_start(v);
}

// Stopped and started counters keep their value.
void set_mcountinhibit(Vcpu *v, unsigned csr, uint64_t value) {
    uint64_t cycle = get_cycle(v, 0);
    riscv_state(v)->mcountinhibit = value & (COUNTER_CY | COUNTER_IR);
    set_cycle(v, 0, cycle);
}

// ---- status (3.1.6, 10.1.1)

#define STATUS_S RV_SSTATUS_WRITABLE
#define STATUS_M                                                                                             \
    (STATUS_S | MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPRV | MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR)

uint64_t get_mstatus(Vcpu *v, unsigned csr) {
    const RiscvState *s = riscv_state(v);
    uint64_t sd = (s->mstatus & MSTATUS_FS) != MSTATUS_FS ? 0
                  : s->config->xlen == 32                 ? 1ull << 31
                                                          : 1ull << 63;
    return s->mstatus | sd;
}

uint64_t get_sstatus(Vcpu *v, unsigned csr) {
    uint64_t sd = riscv_state(v)->config->xlen == 32 ? 1ull << 31 : 1ull << 63;
    return get_mstatus(v, csr) & (STATUS_S | MSTATUS_UXL | sd);
}

static void set_status(Vcpu *v, uint64_t value, uint64_t mask) {
    RiscvState *s = riscv_state(v);
    if (!riscv_has(s->config, RV_EXT_f)) mask &= ~MSTATUS_FS;
    s->mstatus = merge(s->mstatus, value, mask);
}

void set_sstatus(Vcpu *v, unsigned csr, uint64_t value) { set_status(v, value, STATUS_S); }

// The same without the way through csr.c.
uint64_t riscv_sstatus(Vcpu *v, uint64_t value, uint64_t mask, uint64_t c) {
    RiscvState *s = riscv_state(v);
    uint64_t view = get_sstatus(v, 0x100), old = s->mstatus;
    set_status(v, value, mask & STATUS_S);
    uint64_t changed = old ^ s->mstatus;
    if (changed & (MSTATUS_FS | MSTATUS_SUM | MSTATUS_MXR)) riscv_update_context(v);
    if (changed & s->mstatus & MSTATUS_SIE) riscv_irq_check(v);
    return view;
}

void set_mstatus(Vcpu *v, unsigned csr, uint64_t value) {
    bool mpp_legal = (value & MSTATUS_MPP) != 2ull << MSTATUS_MPP_SHIFT;
    set_status(v, value, STATUS_M | (mpp_legal ? MSTATUS_MPP : 0));
}

// ---- interrupts (3.1.9, 10.1.3): sie and sip show what is delegated

uint64_t get_sie(Vcpu *v, unsigned csr) { return riscv_state(v)->mie & riscv_state(v)->mideleg; }
void set_sie(Vcpu *v, unsigned csr, uint64_t value) {
    RiscvState *s = riscv_state(v);
    s->mie = merge(s->mie, value, s->mideleg);
}
// An edge on SSI sets SSIP, which is software's to clear: from here on it is as if software had set it.
static uint64_t latched_mip(RiscvState *s) {
    uint32_t ssi = 1u << IRQ_SSI;
    if (atomic_load(&s->pins) & ssi && atomic_fetch_and(&s->pins, ~ssi) & ssi) s->mip |= ssi;
    return riscv_mip(s);
}
uint64_t get_mip(Vcpu *v, unsigned csr) { return latched_mip(riscv_state(v)); }
uint64_t get_sip(Vcpu *v, unsigned csr) { return latched_mip(riscv_state(v)) & riscv_state(v)->mideleg; }
void set_mip(Vcpu *v, unsigned csr, uint64_t value) {
    RiscvState *s = riscv_state(v);
    uint64_t sti = s->menvcfg & ENVCFG_STCE ? 0 : 1ull << IRQ_STI; // Sstc: the comparison alone drives STIP
    s->mip = merge(s->mip, value, 1ull << IRQ_SSI | 1ull << IRQ_SEI | sti);
}
void set_sip(Vcpu *v, unsigned csr, uint64_t value) {
    RiscvState *s = riscv_state(v);
    s->mip = merge(s->mip, value, s->mideleg & 1ull << IRQ_SSI);
}
void set_stimecmp(Vcpu *v, unsigned csr, uint64_t value) {
    riscv_state(v)->stimecmp = value;
    riscv_stimer_update(riscv_state(v));
}

// ---- trap set-up (3.1.7, 3.1.14)

void set_tvec(Vcpu *v, unsigned csr, uint64_t value) {
    RiscvState *s = riscv_state(v);
    if ((value & 3) <= 1) // modes 2 and 3 are reserved: no change
        *(csr == 0x105 ? &s->stvec : &s->mtvec) = value;
}
uint64_t get_epc(Vcpu *v, unsigned csr) {
    const RiscvState *s = riscv_state(v);
    return (csr == 0x141 ? s->sepc : s->mepc) & ~(riscv_has(s->config, RV_EXT_zca) ? 1ull : 3ull);
}

// ---- configuration (3.1.1, 3.1.5, 3.1.18, 10.1.10)

uint64_t get_misa(Vcpu *v, unsigned csr) { return riscv_misa(riscv_state(v)->config); }
uint64_t get_mhartid(Vcpu *v, unsigned csr) { return riscv_state(v)->hartid; }
uint64_t get_tinfo(Vcpu *v, unsigned csr) { return 1; } // the only type of trigger is 0, none

static uint64_t envcfg_mask(const RiscvConfig *c, uint64_t value) {
    uint64_t mask = ENVCFG_FIOM;
    if (riscv_has(c, RV_EXT_zicbom))
        mask |= ENVCFG_CBCFE | ((value & ENVCFG_CBIE) != 2ull << 4 ? ENVCFG_CBIE : 0); // CBIE = 2 is reserved
    return riscv_has(c, RV_EXT_zicboz) ? mask | ENVCFG_CBZE : mask;
}

void set_senvcfg(Vcpu *v, unsigned csr, uint64_t value) {
    RiscvState *s = riscv_state(v);
    s->senvcfg = merge(s->senvcfg, value, envcfg_mask(s->config, value));
}

void set_menvcfg(Vcpu *v, unsigned csr, uint64_t value) {
    RiscvState *s = riscv_state(v);
    uint64_t old = s->menvcfg, mask = envcfg_mask(s->config, value);
    mask |= riscv_has(s->config, RV_EXT_svadu) ? ENVCFG_ADUE : 0;
    mask |= riscv_has(s->config, RV_EXT_svpbmt) ? ENVCFG_PBMTE : 0;
    mask |= riscv_has(s->config, RV_EXT_sstc) ? ENVCFG_STCE : 0;
    s->menvcfg = merge(old, value, mask);
    if ((old ^ s->menvcfg) & ENVCFG_STCE) riscv_stimer_update(s);
    if ((old ^ s->menvcfg) & (ENVCFG_ADUE | ENVCFG_PBMTE)) {
        riscv_walks_flush(s);
        vcpu_flush(v, -1);
    }
}

// ---- memory (10.1.11, 3.7)

// A write with a mode that is not supported has no effect at all.
bool riscv_satp_legal(const RiscvConfig *c, uint64_t value) {
    if (c->xlen == 32) return c->mmu && c->max_levels >= 2;
    unsigned mode = (unsigned)(value >> 60);
    return c->mmu && (mode == SATP_BARE || (mode >= SATP_SV39 && mode - SATP_SV39 + 3 <= c->max_levels));
}
void set_satp(Vcpu *v, unsigned csr, uint64_t value) {
    if (riscv_satp_legal(riscv_state(v)->config, value)) riscv_state(v)->satp = value;
}

// pmpcfgN: four entries on RV32; on RV64 only even N exist, eight entries each.
uint64_t get_pmpcfg(Vcpu *v, unsigned csr) {
    const RiscvState *s = riscv_state(v);
    uint64_t value = 0;
    for (unsigned i = 0; i < s->config->xlen / 8; i++)
        value |= (uint64_t)s->pmpcfg[(csr - 0x3a0) * 4 + i] << 8 * i;
    return value;
}
void set_pmpcfg(Vcpu *v, unsigned csr, uint64_t value) {
    RiscvState *s = riscv_state(v);
    for (unsigned i = 0; i < s->config->xlen / 8; i++)
        riscv_pmp_set_cfg(s, (csr - 0x3a0) * 4 + i, (uint8_t)(value >> 8 * i));
    riscv_pmp_update(s);
    riscv_walks_flush(s);
    vcpu_flush(v, -1);
}
uint64_t get_pmpaddr(Vcpu *v, unsigned csr) { return riscv_state(v)->pmpaddr[csr - 0x3b0]; }
void set_pmpaddr(Vcpu *v, unsigned csr, uint64_t value) {
    RiscvState *s = riscv_state(v);
    riscv_pmp_set_addr(s, csr - 0x3b0, value);
    riscv_pmp_update(s);
    riscv_walks_flush(s);
    vcpu_flush(v, -1);
}
