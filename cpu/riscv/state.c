// SPDX-License-Identifier: MIT
// The hart's state as a table, its reset, and what is derived from it: context word, address space, PMP
// ranges, Sstc's deadline. Derived values are never saved; riscv_refresh makes them again after reset, load,
// or a debugger's write. riscv_update_context is the one place that decides which Space and which
// translations the hart uses from now on.
#include <string.h>
#include "cpu/riscv/state.h"

const char *const riscv_x_names[32] = {
#define X(n, name) [n] = #name,
#define F(n, name)
#include "cpu/riscv/reg.def"
#undef X
#undef F
};
const char *const riscv_f_names[32] = {
#define X(n, name)
#define F(n, name) [n] = #name,
#include "cpu/riscv/reg.def"
#undef X
#undef F
};

// clang-format off
#define R(member, reset) FIELD(RiscvState, member, reset)
static const Field fields[] = {
    FIELD_NAMED(RiscvState, x, 0, riscv_x_names), FIELD_NAMED(RiscvState, f, 0, riscv_f_names),
    R(res_vaddr, RV_RES_NONE), R(res_value, 0),
    R(mstatus, 0), R(satp, 0), R(priv, PRIV_M), R(frm, 0), R(fflags, 0), FIELD_PAD(RiscvState, hot_pad), R(pins, 0),
    R(mip, 0), R(mie, 0), R(mideleg, 0), R(medeleg, 0),
    R(mtvec, 0), R(mscratch, 0), R(mepc, 0), R(mcause, 0), R(mtval, 0), R(mcounteren, 0), R(mcountinhibit, 0), R(menvcfg, 0),
    R(stvec, 0), R(sscratch, 0), R(sepc, 0), R(scause, 0), R(stval, 0), R(scounteren, 0), R(senvcfg, 0),
    R(stimecmp, UINT64_MAX), // the manual leaves it open; no timer interrupt before software asks for one
    R(cycle_base, 0), R(instret, 0), R(counting, 0), FIELD_PAD(RiscvState, counting_pad),
    FIELD_ARRAY(RiscvState, pmpaddr, 0), FIELD_ARRAY(RiscvState, pmpcfg, 0),
    R(trap_cause, 0), R(trap_tval, 0),
};
// clang-format on
const Fields riscv_fields = FIELDS("riscv", 2, fields, offsetof(RiscvState, metered));

// The word that translations are keyed by; see enum RV_CTX_*.
static uint32_t context_word(const RiscvState *s) {
    uint32_t ctx = s->priv;
    if (s->config->xlen == 32) ctx |= RV_CTX_XLEN32;
    unsigned fs = (s->mstatus & MSTATUS_FS) >> MSTATUS_FS_SHIFT;
    if (fs == 0)
        ctx |= RV_CTX_FS_OFF;
    else if (fs != 3)
        ctx |= RV_CTX_FS_CLEAN;
    if (s->frm == 4)
        ctx |= RV_CTX_RM_SOFT;
    else if (s->frm > 4)
        ctx |= RV_CTX_RM_BAD;
    if (s->priv == PRIV_S && (s->mstatus & MSTATUS_TVM)) ctx |= RV_CTX_TVM;
    if (s->priv == PRIV_U || (s->priv == PRIV_S && (s->mstatus & MSTATUS_TW))) ctx |= RV_CTX_TW;
    if (s->priv == PRIV_S && (s->mstatus & MSTATUS_TSR)) ctx |= RV_CTX_TSR;
    uint64_t shown = riscv_counters_shown(s);
    if (shown & COUNTER_TM) ctx |= RV_CTX_TIME;
    if (shown & COUNTER_CY && !(s->mcountinhibit & COUNTER_CY)) ctx |= RV_CTX_CYCLE;
    if (s->counting && !(s->mcountinhibit & COUNTER_IR)) ctx |= RV_CTX_COUNT;
    return ctx;
}

void riscv_update_context(Vcpu *v) {
    RiscvState *s = riscv_state(v);
    vcpu_context(v, context_word(s));
    unsigned data = riscv_data_priv(s);
    uint64_t key2 = s->priv | (uint64_t)data << SPACE_DATA_SHIFT; // PMP tells privileges apart even without paging
    bool paged = satp_mode(s) != SATP_BARE && (s->priv != PRIV_M || data != PRIV_M);
    if (!paged) {
        vcpu_space(v, 0, key2, RV_ASID_NONE);
        return;
    }
    key2 |= 1 << 8;
    if (data == PRIV_S && (s->mstatus & MSTATUS_SUM)) key2 |= 4ull << SPACE_DATA_SHIFT;
    if (data != PRIV_M && (s->mstatus & MSTATUS_MXR)) key2 |= 8ull << SPACE_DATA_SHIFT;
    vcpu_space(v, s->satp, key2, satp_asid(s));
}

// A snapshot is hostile: fields hold what a CSR write could have made of them, or reset values.
static void legalize(RiscvState *s) {
    bool wide = s->config->xlen == 64;
    s->x[0] = 0;
    s->priv = s->priv == 2 || s->priv > PRIV_M ? PRIV_M : s->priv;
    s->frm &= 7;
    s->fflags &= 31;
    s->mcountinhibit &= COUNTER_CY | COUNTER_IR;
    if ((s->mstatus & MSTATUS_MPP) == 2ull << MSTATUS_MPP_SHIFT) s->mstatus &= ~MSTATUS_MPP;
    s->mstatus &= 0x7e79aa; // the fields of MSTATUS_*, without VS
    s->mstatus |= wide ? 2ull << 32 | 2ull << 34 : 0;
    if (!riscv_satp_legal(s->config, s->satp)) s->satp = 0;
    for (unsigned i = 0; i < PMP_ENTRIES; i++) {
        s->pmpcfg[i] &= 0x9f;
        s->pmpaddr[i] &= wide ? (1ull << 54) - 1 : UINT32_MAX;
    }
    s->trap_cause &= 15;
}

void riscv_refresh(Vcpu *v) {
    RiscvState *s = riscv_state(v);
    legalize(s);
    vcpu_fp_set(v, s->frm <= 4 ? s->frm : 0, s->fflags);
    riscv_pmp_update(s);
    riscv_walks_flush(s);
    vcpu_flush(v, -1);
    riscv_stimer_update(s);
    riscv_update_context(v);
    riscv_irq_check(v);
}

// Privileged 3.4: M-mode, MIE = MPRV = 0, mcause 0, PMP off; Svadu's manual leaves ADUE open: without Svade,
// hardware updates A and D from the start, so that software that knows of neither runs.
void riscv_reset(Vcpu *v, uint64_t pc) {
    RiscvState *s = riscv_state(v);
    uint32_t pins = atomic_load(&s->pins) & ~(1u << IRQ_STI | 1u << IRQ_SSI); // wires keep their level
    fields_reset(&riscv_fields, s);
    atomic_store(&s->pins, pins);
    if (s->config->xlen == 64) s->mstatus = 2ull << 32 | 2ull << 34; // UXL = SXL = 64
    if (riscv_has(s->config, RV_EXT_svadu) && !riscv_has(s->config, RV_EXT_svade)) s->menvcfg = ENVCFG_ADUE;
    v->pc = pc;
    v->trap = 0;
    v->waiting = false;
    riscv_refresh(v);
}
