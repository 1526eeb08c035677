// SPDX-License-Identifier: MIT
// The core as the monitor prints it: its registers, and half a line that says where it stands. Called while the core is stopped.
#include <inttypes.h>
#include <string.h>
#include "cpu/arm/state.h"

void arm_print(Cpu *c, FILE *to) {
    const ArmState *s = arm_state(c->vcpu);
    uint32_t f = arm_flags(s);
    unsigned el = arm_regime(s);
    fprintf(to, " pc   %016" PRIx64 " cpsr %08" PRIx64 " %c%c%c%c EL%u%c\n", c->vcpu->pc, arm_pstate(s), f & NZCV_N ? 'N' : '-',
            f & NZCV_Z ? 'Z' : '-', f & NZCV_C ? 'C' : '-', f & NZCV_V ? 'V' : '-', s->el, s->spsel ? 'h' : 't');
    for (unsigned i = 0; i < 32; i++)
        fprintf(to, " %-4s %016" PRIx64 "%s", arm_x_names[i], s->x[i], i % 4 == 3 ? "\n" : "");
    fprintf(to, " elr  %016" PRIx64 " spsr %016" PRIx64 " esr  %016" PRIx64 " far  %016" PRIx64 "\n", s->elr[el], s->spsr[el], s->esr[el],
            s->far[el]);
    fprintf(to, " sctlr %016" PRIx64 " tcr %016" PRIx64 " ttbr0 %016" PRIx64 " ttbr1 %016" PRIx64 "\n", s->sctlr[el], s->tcr[el],
            s->ttbr0[el], el == 1 ? s->ttbr1 : 0);
    if (arm_el2(s)) fprintf(to, " hcr  %016" PRIx64 " vttbr %016" PRIx64 " vtcr %016" PRIx64 "\n", s->hcr, s->vttbr, s->vtcr);
}

static const char *class_name(unsigned ec) {
    switch (ec) {
    case EC_UNKNOWN: return "undefined instruction";
    case EC_WFX: return "trapped wfi";
    case EC_FP: return "trapped FP or SIMD";
    case EC_ILLEGAL_STATE: return "illegal execution state";
    case EC_SVC: return "svc";
    case EC_HVC: return "hvc";
    case EC_SMC: return "trapped smc";
    case EC_SYSREG: return "trapped system register";
    case EC_INSN_ABORT: return "instruction abort from EL0";
    case EC_INSN_ABORT + 1: return "instruction abort";
    case EC_PC_ALIGN: return "misaligned pc";
    case EC_DATA_ABORT: return "data abort from EL0";
    case EC_DATA_ABORT + 1: return "data abort";
    case EC_BRK: return "brk";
    default: return "exception";
    }
}

void arm_where(Cpu *c, FILE *to) {
    const ArmState *s = arm_state(c->vcpu);
    fprintf(to, "pc 0x%" PRIx64 " in EL%u%s", c->vcpu->pc, s->el, c->powered_on ? "" : " (off)");
    unsigned el = arm_regime(s);
    if (s->esr[el] || s->elr[el])
        fprintf(to, ", last exception: %s at 0x%" PRIx64 " (far 0x%" PRIx64 ")", class_name((unsigned)(s->esr[el] >> 26)), s->elr[el],
                s->far[el]);
    if (!mem_exists(c->mem, c->vcpu->pc, 1) && !(arm_sctlr(s) & SCTLR_M)) fprintf(to, ", there is no memory at pc");
}
