// SPDX-License-Identifier: MIT
// The core's registers as the debugger and the monitor see them: feature org.gnu.gdb.aarch64.core of the gdb manual. Numbers: x 0-30,
// sp 31, pc 32, cpsr 33. All are called while the core is stopped.
#include <inttypes.h>
#include <string.h>
#include "cpu/arm/state.h"

enum { GDB_SP = 31, GDB_PC = 32, GDB_CPSR = 33, GDB_REGS };

#define X(n) {"x" #n, n, 64, "general"}
static const CpuReg regs[GDB_REGS] = {
    X(0),  X(1),  X(2),  X(3),  X(4),  X(5),  X(6),  X(7),  X(8),  X(9),  X(10), X(11), X(12), X(13), X(14), X(15),
    X(16), X(17), X(18), X(19), X(20), X(21), X(22), X(23), X(24), X(25), X(26), X(27), X(28), X(29), X(30),
    {"sp", GDB_SP, 64, "general"}, {"pc", GDB_PC, 64, "general"}, {"cpsr", GDB_CPSR, 32, "general"},
};

const CpuReg *arm_regs(Cpu *c, unsigned *n) {
    *n = GDB_REGS;
    return regs;
}

bool arm_reg_read(Cpu *c, unsigned gdb, uint64_t *value) {
    const ArmState *s = arm_state(c->vcpu);
    if (gdb >= GDB_REGS) return false;
    *value = gdb <= GDB_SP ? s->x[gdb] : gdb == GDB_PC ? c->vcpu->pc : arm_pstate(s);
    return true;
}

// Of PSTATE the flags and the masks can be set; the exception level cannot.
bool arm_reg_write(Cpu *c, unsigned gdb, uint64_t value) {
    ArmState *s = arm_state(c->vcpu);
    if (gdb >= GDB_REGS) return false;
    if (gdb <= GDB_SP) {
        s->x[gdb] = value;
    } else if (gdb == GDB_PC) {
        c->vcpu->pc = value;
    } else {
        arm_flags_set(s, value);
        s->pstate = (s->pstate & ~PSTATE_DAIF) | (value & PSTATE_DAIF);
        arm_irq_check(c->vcpu);
    }
    return true;
}

static const char target_xml[] =
    "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target><architecture>aarch64</architecture>"
    "<xi:include href=\"aarch64-core.xml\"/></target>";

#define REG(n) "<reg name=\"x" #n "\" bitsize=\"64\"/>"
static const char core_xml[] =
    "<?xml version=\"1.0\"?><!DOCTYPE feature SYSTEM \"gdb-target.dtd\"><feature name=\"org.gnu.gdb.aarch64.core\">"
    REG(0) REG(1) REG(2) REG(3) REG(4) REG(5) REG(6) REG(7) REG(8) REG(9) REG(10) REG(11) REG(12) REG(13) REG(14) REG(15)
    REG(16) REG(17) REG(18) REG(19) REG(20) REG(21) REG(22) REG(23) REG(24) REG(25) REG(26) REG(27) REG(28) REG(29) REG(30)
    "<reg name=\"sp\" bitsize=\"64\" type=\"data_ptr\"/><reg name=\"pc\" bitsize=\"64\" type=\"code_ptr\"/>"
    "<reg name=\"cpsr\" bitsize=\"32\"/></feature>";

const char *arm_gdb_xml(Cpu *c, const char *annex) {
    return !strcmp(annex, "target.xml") ? target_xml : !strcmp(annex, "aarch64-core.xml") ? core_xml : NULL;
}

void arm_print(Cpu *c, FILE *to) {
    const ArmState *s = arm_state(c->vcpu);
    uint32_t f = arm_flags(s);
    fprintf(to, " pc   %016" PRIx64 " cpsr %08" PRIx64 " %c%c%c%c EL%u%c\n", c->vcpu->pc, arm_pstate(s), f & NZCV_N ? 'N' : '-',
            f & NZCV_Z ? 'Z' : '-', f & NZCV_C ? 'C' : '-', f & NZCV_V ? 'V' : '-', s->el, s->spsel ? 'h' : 't');
    for (unsigned i = 0; i < 32; i++)
        fprintf(to, " %-4s %016" PRIx64 "%s", arm_x_names[i], s->x[i], i % 4 == 3 ? "\n" : "");
    fprintf(to, " elr  %016" PRIx64 " spsr %016" PRIx64 " esr  %016" PRIx64 " far  %016" PRIx64 "\n", s->elr[1], s->spsr[1], s->esr[1],
            s->far[1]);
    fprintf(to, " sctlr %016" PRIx64 " tcr %016" PRIx64 " ttbr0 %016" PRIx64 " ttbr1 %016" PRIx64 "\n", s->sctlr, s->tcr, s->ttbr0,
            s->ttbr1);
}

static const char *class_name(unsigned ec) {
    switch (ec) {
    case EC_UNKNOWN: return "undefined instruction";
    case EC_WFX: return "trapped wfi";
    case EC_FP: return "trapped FP or SIMD";
    case EC_ILLEGAL_STATE: return "illegal execution state";
    case EC_SVC: return "svc";
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
    if (s->esr[1] || s->elr[1])
        fprintf(to, ", last exception: %s at 0x%" PRIx64 " (far 0x%" PRIx64 ")", class_name((unsigned)(s->esr[1] >> 26)), s->elr[1],
                s->far[1]);
    if (!mem_exists(c->mem, c->vcpu->pc, 1) && !(s->sctlr & SCTLR_M)) fprintf(to, ", there is no memory at pc");
}
