// SPDX-License-Identifier: MIT
// The core's registers by gdb's numbers, and the target description that names them: features org.gnu.gdb.aarch64.core, .fpu and .pauth of
// the gdb manual, and the system registers as one more. Numbers: x 0-30, sp 31, pc 32, cpsr 33, v 34-65, fpsr 66, fpcr 67, pauth masks
// 68 and 69, system registers after them in the order of sysreg.def. All are called while the core is stopped.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/arm/state.h"

enum { GDB_SP = 31, GDB_PC = 32, GDB_CPSR = 33, GDB_V = 34, GDB_FPSR = 66, GDB_FPCR = 67, GDB_DMASK = 68, GDB_CMASK = 69, GDB_SYSTEM = 70 };
enum { MAX_REGS = 400 };

// Made once: which registers there are does not depend on the model; one that it has not reads as zero.
static CpuReg regs[MAX_REGS];
static uint16_t system_number[MAX_REGS]; // of regs[GDB_SYSTEM + i]
static unsigned nregs;
static char *system_xml;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void add(const char *name, unsigned bits, const char *group) {
    char *copy = strdup(name);
    if (nregs < MAX_REGS) regs[nregs] = (CpuReg){copy, (uint16_t)nregs, (uint8_t)bits, group}, nregs++;
}
static void add_system(void *unused, const char *name, unsigned number) {
    if (nregs == MAX_REGS) return;
    system_number[nregs - GDB_SYSTEM] = (uint16_t)number;
    add(name, 64, "system");
}
static void make(void) {
    char name[16];
    size_t size;
    for (unsigned i = 0; i < 32; i++) add(arm_x_names[i], 64, "general");
    add("pc", 64, "general");
    add("cpsr", 32, "general");
    for (unsigned i = 0; i < 32; i++) {
        snprintf(name, sizeof name, "v%u", i);
        add(name, 128, "vector");
    }
    add("fpsr", 32, "float");
    add("fpcr", 32, "float");
    add("pauth_dmask", 64, "pauth");
    add("pauth_cmask", 64, "pauth");
    arm_sysreg_each(add_system, NULL);
    FILE *f = open_memstream(&system_xml, &size);
    if (!f) return;
    fprintf(f, "<?xml version=\"1.0\"?><!DOCTYPE feature SYSTEM \"gdb-target.dtd\"><feature name=\"org.myna.gdb.aarch64.system\">");
    for (unsigned i = GDB_SYSTEM; i < nregs; i++)
        fprintf(f, "<reg name=\"%s\" bitsize=\"64\" regnum=\"%u\" save-restore=\"no\" group=\"system\"/>", regs[i].name, i);
    fprintf(f, "</feature>");
    fclose(f);
}

const CpuReg *arm_regs(Cpu *c, unsigned *n) {
    pthread_once(&once, make);
    *n = nregs;
    return regs;
}

bool arm_reg_read(Cpu *c, unsigned gdb, uint64_t *value) {
    ArmState *s = arm_state(c->vcpu);
    if (gdb <= GDB_SP) *value = s->x[gdb];
    else if (gdb == GDB_PC) *value = c->vcpu->pc;
    else if (gdb == GDB_CPSR) *value = arm_pstate(s);
    else if (gdb < GDB_FPSR) *value = s->v[gdb - GDB_V][0];
    else if (gdb == GDB_FPSR) *value = arm_fpsr(s);
    else if (gdb == GDB_FPCR) *value = s->fpcr;
    else if (gdb < GDB_SYSTEM) *value = arm_has(s->config, ARM_pauth) ? arm_pac_mask(s, false, gdb == GDB_DMASK) : 0;
    else if (gdb < nregs) return arm_sysreg_debug(c->vcpu, system_number[gdb - GDB_SYSTEM], value, false);
    else return false;
    return true;
}

// Of PSTATE the flags and the masks can be set; the exception level cannot.
bool arm_reg_write(Cpu *c, unsigned gdb, uint64_t value) {
    ArmState *s = arm_state(c->vcpu);
    if (gdb <= GDB_SP) {
        s->x[gdb] = value;
    } else if (gdb == GDB_PC) {
        c->vcpu->pc = value;
        c->vcpu->landing = 0;
    } else if (gdb == GDB_CPSR) {
        arm_flags_set(s, value);
        s->pstate = (s->pstate & ~PSTATE_DAIF) | (value & PSTATE_DAIF);
        arm_irq_check(c->vcpu);
    } else if (gdb == GDB_FPSR || gdb == GDB_FPCR) {
        return arm_sysreg_debug(c->vcpu, gdb == GDB_FPCR ? 0xda20 : 0xda21, &value, true);
    } else {
        return gdb >= GDB_SYSTEM && gdb < nregs && arm_sysreg_debug(c->vcpu, system_number[gdb - GDB_SYSTEM], &value, true);
    }
    return true;
}

bool arm_reg_wide(Cpu *c, unsigned gdb, uint64_t value[2], bool write) {
    ArmState *s = arm_state(c->vcpu);
    if (gdb < GDB_V || gdb >= GDB_FPSR) return false;
    for (unsigned k = 0; k < 2; k++) {
        if (write) s->v[gdb - GDB_V][k] = value[k];
        else value[k] = s->v[gdb - GDB_V][k];
    }
    return true;
}

// ---- descriptions
#define HEAD "<?xml version=\"1.0\"?><!DOCTYPE feature SYSTEM \"gdb-target.dtd\"><feature name=\"org.gnu.gdb.aarch64."
#define INCLUDE(name) "<xi:include href=\"aarch64-" name ".xml\"/>"
#define TARGET(more)                                                                                                       \
    "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target><architecture>aarch64</architecture>"       \
    INCLUDE("core") INCLUDE("fpu") more INCLUDE("system") "</target>"
static const char target_xml[] = TARGET(""), target_pauth_xml[] = TARGET(INCLUDE("pauth"));

#define X(n) "<reg name=\"x" #n "\" bitsize=\"64\"/>"
static const char core_xml[] =
    HEAD "core\">"
    X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19) X(20) X(21) X(22)
    X(23) X(24) X(25) X(26) X(27) X(28) X(29) X(30)
    "<reg name=\"sp\" bitsize=\"64\" type=\"data_ptr\"/><reg name=\"pc\" bitsize=\"64\" type=\"code_ptr\"/>"
    "<reg name=\"cpsr\" bitsize=\"32\"/></feature>";

#define V(n) "<reg name=\"v" #n "\" bitsize=\"128\" type=\"aarch64v\"/>"
#define VECTOR(id, type, count) "<vector id=\"" id "\" type=\"" type "\" count=\"" count "\"/>"
#define FIELD_OF(name, type) "<field name=\"" name "\" type=\"" type "\"/>"
static const char fpu_xml[] =
    HEAD "fpu\">" VECTOR("v2d", "ieee_double", "2") VECTOR("v2u", "uint64", "2") VECTOR("v2i", "int64", "2") VECTOR("v4f", "ieee_single", "4")
    VECTOR("v4u", "uint32", "4") VECTOR("v4i", "int32", "4") VECTOR("v8u", "uint16", "8") VECTOR("v8i", "int16", "8")
    VECTOR("v16u", "uint8", "16") VECTOR("v16i", "int8", "16") VECTOR("v1u", "uint128", "1") VECTOR("v1i", "int128", "1")
    "<union id=\"vnd\">" FIELD_OF("f", "v2d") FIELD_OF("u", "v2u") FIELD_OF("s", "v2i") "</union>"
    "<union id=\"vns\">" FIELD_OF("f", "v4f") FIELD_OF("u", "v4u") FIELD_OF("s", "v4i") "</union>"
    "<union id=\"vnh\">" FIELD_OF("u", "v8u") FIELD_OF("s", "v8i") "</union>"
    "<union id=\"vnb\">" FIELD_OF("u", "v16u") FIELD_OF("s", "v16i") "</union>"
    "<union id=\"vnq\">" FIELD_OF("u", "v1u") FIELD_OF("s", "v1i") "</union>"
    "<union id=\"aarch64v\">" FIELD_OF("d", "vnd") FIELD_OF("s", "vns") FIELD_OF("h", "vnh") FIELD_OF("b", "vnb") FIELD_OF("q", "vnq") "</union>"
    V(0) V(1) V(2) V(3) V(4) V(5) V(6) V(7) V(8) V(9) V(10) V(11) V(12) V(13) V(14) V(15) V(16) V(17) V(18) V(19) V(20) V(21) V(22)
    V(23) V(24) V(25) V(26) V(27) V(28) V(29) V(30) V(31)
    "<reg name=\"fpsr\" bitsize=\"32\"/><reg name=\"fpcr\" bitsize=\"32\"/></feature>";

static const char pauth_xml[] = HEAD "pauth\"><reg name=\"pauth_dmask\" bitsize=\"64\" regnum=\"68\"/>"
                                     "<reg name=\"pauth_cmask\" bitsize=\"64\" regnum=\"69\"/></feature>";

const char *arm_gdb_xml(Cpu *c, const char *annex) {
    pthread_once(&once, make);
    if (!strcmp(annex, "target.xml")) return arm_has(c->config, ARM_pauth) ? target_pauth_xml : target_xml;
    if (!strcmp(annex, "aarch64-core.xml")) return core_xml;
    if (!strcmp(annex, "aarch64-fpu.xml")) return fpu_xml;
    if (!strcmp(annex, "aarch64-pauth.xml")) return pauth_xml;
    return strcmp(annex, "aarch64-system.xml") ? NULL : system_xml;
}
