// SPDX-License-Identifier: MIT
// One row of csr.def, and the registers that are more than a field under a mask (csr_reg.c). For csr.c alone.
#pragma once
#include "cpu/riscv/state.h"

enum { GATE_ANY, GATE_FP, GATE_COUNTER, GATE_SATP, GATE_SSTC, GATE_PMPCFG, GATE_PMP };
enum { SYNC = 1, DIRTY = 2, WIDE = 4, HIGH = 8, RAW = 16, COUNTS = 32 };
#define CSR_NO_FIELD 0xffff

typedef struct CsrRow {
    const char *name;
    uint16_t number, count;
    uint8_t gate, flags;
    uint16_t field;
    uint64_t mask;
    uint64_t (*get)(Vcpu *v, unsigned csr);
    void (*set)(Vcpu *v, unsigned csr, uint64_t value);
} CsrRow;
const CsrRow *csr_row(unsigned csr); // NULL: no such CSR

bool riscv_count_start(Vcpu *v);             // csr_reg.c

typedef uint64_t CsrGet(Vcpu *v, unsigned csr);
typedef void CsrSet(Vcpu *v, unsigned csr, uint64_t value);
CsrGet get_fflags, get_frm, get_fcsr, get_cycle, get_time, get_instret, get_sstatus, get_sie, get_sip, get_epc, get_mhartid, get_mstatus,
    get_misa, get_mip, get_tinfo, get_pmpcfg, get_pmpaddr;
CsrSet set_fflags, set_frm, set_fcsr, set_cycle, set_instret, set_sstatus, set_sie, set_sip, set_tvec, set_senvcfg, set_stimecmp, set_satp,
    set_mstatus, set_menvcfg, set_mcountinhibit, set_mip, set_pmpcfg, set_pmpaddr;
