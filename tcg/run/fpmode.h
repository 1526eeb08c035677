// SPDX-License-Identifier: MIT
// The host's MXCSR while guest code runs: exceptions masked, rounding control = the guest's dynamic rounding mode, sticky flags = guest
// flags raised so far on the host side. Intel SDM vol. 1, 10.2.3.
#pragma once
#include <xmmintrin.h>
#include "tcg/run/vcpu.h"

enum { MXCSR_MASKED = 0x1f80, MXCSR_FLAGS = 0x3f };

// RISC-V: NX 1, UF 2, OF 4, DZ 8, NV 16. MXCSR: IE 1, DE 2, ZE 4, OE 8, UE 16, PE 32.
static inline unsigned fp_flags_of_mxcsr(unsigned m) {
    return (m >> 5 & 1) | (m >> 3 & 2) | (m >> 1 & 4) | (m << 1 & 8) | (m << 4 & 16);
}

// RNE RTZ RDN RUP to MXCSR.RC (nearest 0, down 1, up 2, zero 3); what the host lacks rounds to nearest and is emulated in software.
static inline unsigned fp_mxcsr_of_rm(unsigned rm) {
    static const uint8_t rc[8] = {0, 3, 1, 2, 0, 0, 0, 0};
    return MXCSR_MASKED | (unsigned)rc[rm & 7] << 13;
}

static inline void fp_host_enter(Vcpu *v) { _mm_setcsr(fp_mxcsr_of_rm(v->fp_rm)); v->fp_live = true; }

static inline void fp_host_leave(Vcpu *v) {
    v->fp_flags |= fp_flags_of_mxcsr(_mm_getcsr());
    v->fp_live = false;
    _mm_setcsr(MXCSR_MASKED);
}
