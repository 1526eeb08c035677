// SPDX-License-Identifier: MIT
// A hart's registers by gdb's numbers, and the target description that names them: features
// org.gnu.gdb.riscv.cpu, .fpu, .csr and .virtual of the gdb manual ("RISC-V Features"). Numbers: x 0-31, pc
// 32, f 33-64, CSRs from 65 by their address, priv after them. The monitor's `info registers` prints the
// same. All are called while the hart is stopped.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/riscv/state.h"

enum { GDB_PC = 32, GDB_F = 33, GDB_CSR = 65, GDB_PRIV = GDB_CSR + 4096 };

static bool is_fp_csr(unsigned csr) { return csr >= 1 && csr <= 3; }

// ---- registers

static void add_reg(RiscvConfig *c, const char *name, unsigned gdb, unsigned bits, const char *group) {
    c->regs[c->nregs++] = (CpuReg){strdup(name), (uint16_t)gdb, (uint8_t)bits, group};
}

static void make_regs(Cpu *cpu) {
    RiscvConfig *c = cpu->config;
    uint64_t value;
    c->regs = calloc(64 + 2 + 512, sizeof(CpuReg));
    for (unsigned i = 0; i < 32; i++) add_reg(c, riscv_x_names[i], i, c->xlen, "general");
    add_reg(c, "pc", GDB_PC, c->xlen, "general");
    for (unsigned i = 0; i < 32 && riscv_has(c, RV_EXT_f); i++)
        add_reg(c, riscv_f_names[i], GDB_F + i, riscv_has(c, RV_EXT_d) ? 64 : 32, "float");
    for (unsigned i = 0; i < 4096 && c->nregs < 64 + 512; i++)
        if (riscv_csr_debug_read(cpu->vcpu, i, &value))
            add_reg(c, riscv_csr_name(i), GDB_CSR + i, is_fp_csr(i) ? 32 : c->xlen,
                    is_fp_csr(i) ? "float" : "csr");
    add_reg(c, "priv", GDB_PRIV, c->xlen, "virtual");
}

const CpuReg *riscv_regs(Cpu *cpu, unsigned *n) {
    RiscvConfig *c = cpu->config;
    if (!c->regs) make_regs(cpu);
    *n = c->nregs;
    return c->regs;
}

bool riscv_reg_read(Cpu *cpu, unsigned gdb, uint64_t *value) {
    RiscvState *s = riscv_state(cpu->vcpu);
    if (gdb < 32)
        *value = gdb ? riscv_mask(s, s->x[gdb]) : 0;
    else if (gdb == GDB_PC)
        *value = riscv_mask(s, cpu->vcpu->pc);
    else if (gdb < GDB_CSR)
        *value = s->f[gdb - GDB_F];
    else if (gdb < GDB_PRIV)
        return riscv_csr_debug_read(cpu->vcpu, gdb - GDB_CSR, value);
    else if (gdb == GDB_PRIV)
        *value = s->priv;
    else
        return false;
    return true;
}

bool riscv_reg_write(Cpu *cpu, unsigned gdb, uint64_t value) {
    RiscvState *s = riscv_state(cpu->vcpu);
    if (gdb < 32)
        s->x[gdb] = gdb ? riscv_mask(s, value) : 0;
    else if (gdb == GDB_PC)
        cpu->vcpu->pc = riscv_mask(s, value) & ~1ull;
    else if (gdb < GDB_CSR)
        s->f[gdb - GDB_F] = value;
    else if (gdb < GDB_PRIV)
        return riscv_csr_debug_write(cpu->vcpu, gdb - GDB_CSR, value);
    else if (gdb == GDB_PRIV && (value == PRIV_U || value == PRIV_S || value == PRIV_M)) {
        s->priv = (uint8_t)value;
        riscv_update_context(cpu->vcpu);
    } else
        return false;
    return true;
}

// ---- target description

static const char *reg_type(const CpuReg *r) {
    if (strcmp(r->name, "ra") == 0 || strcmp(r->name, "pc") == 0) return "code_ptr";
    if (strcmp(r->name, "sp") == 0 || strcmp(r->name, "gp") == 0 || strcmp(r->name, "tp") == 0)
        return "data_ptr";
    if (r->gdb >= GDB_F && r->gdb < GDB_CSR) return r->bits == 64 ? "ieee_double" : "ieee_single";
    return "int";
}

static char *feature_xml(Cpu *cpu, const char *feature, const char *group) {
    unsigned n;
    const CpuReg *r = riscv_regs(cpu, &n);
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    fprintf(f,
            "<?xml version=\"1.0\"?>\n<!DOCTYPE feature SYSTEM \"gdb-target.dtd\">\n<feature name=\"%s\">\n",
            feature);
    for (unsigned i = 0; i < n; i++)
        if (strcmp(r[i].group, group) == 0)
            fprintf(f, "  <reg name=\"%s\" bitsize=\"%u\" regnum=\"%u\" type=\"%s\"/>\n", r[i].name,
                    r[i].bits, r[i].gdb, reg_type(&r[i]));
    fprintf(f, "</feature>\n");
    fclose(f);
    return text;
}

static char *target_xml(const RiscvConfig *c) {
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    fprintf(f,
            "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target>\n"
            "  <architecture>riscv:rv%u</architecture>\n  <xi:include href=\"riscv-cpu.xml\"/>\n",
            c->xlen);
    if (riscv_has(c, RV_EXT_f)) fprintf(f, "  <xi:include href=\"riscv-fpu.xml\"/>\n");
    fprintf(
        f, "  <xi:include href=\"riscv-csr.xml\"/>\n  <xi:include href=\"riscv-virtual.xml\"/>\n</target>\n");
    fclose(f);
    return text;
}

const char *riscv_gdb_xml(Cpu *cpu, const char *annex) {
    static const struct {
        const char *annex, *feature, *group;
    } features[] = {{"riscv-cpu.xml", "org.gnu.gdb.riscv.cpu", "general"},
                    {"riscv-fpu.xml", "org.gnu.gdb.riscv.fpu", "float"},
                    {"riscv-csr.xml", "org.gnu.gdb.riscv.csr", "csr"},
                    {"riscv-virtual.xml", "org.gnu.gdb.riscv.virtual", "virtual"}};
    RiscvConfig *c = cpu->config;
    if (strcmp(annex, "target.xml") == 0) return c->xml[4] ? c->xml[4] : (c->xml[4] = target_xml(c));
    for (unsigned i = 0; i < 4; i++)
        if (strcmp(annex, features[i].annex) == 0)
            return c->xml[i] ? c->xml[i]
                             : (c->xml[i] = feature_xml(cpu, features[i].feature, features[i].group));
    return NULL;
}

void riscv_gdb_free(RiscvConfig *c) {
    for (unsigned i = 0; i < c->nregs; i++) free((char *)c->regs[i].name);
    free(c->regs);
    for (unsigned i = 0; i < 5; i++) free(c->xml[i]);
}

// ---- info registers

void riscv_print(Cpu *cpu, FILE *to) {
    static const char *const privs[] = {"U", "S", "?", "M"};
    static const uint16_t csrs[] = {0x300, 0x344, 0x304, 0x302, 0x303, 0x305, 0x341,
                                    0x342, 0x343, 0x105, 0x141, 0x142, 0x143, 0x180};
    RiscvState *s = riscv_state(cpu->vcpu);
    int digits = (int)s->config->xlen / 4;
    uint64_t value;
    fprintf(to, " pc       %0*" PRIx64 "  priv %s\n", digits, riscv_mask(s, cpu->vcpu->pc),
            privs[s->priv & 3]);
    for (unsigned i = 0; i < sizeof(csrs) / sizeof(csrs[0]); i++)
        if (riscv_csr_debug_read(cpu->vcpu, csrs[i], &value))
            fprintf(to, " %-8s %0*" PRIx64 "%s", riscv_csr_name(csrs[i]), digits, value,
                    i % 4 == 3 ? "\n" : " ");
    fprintf(to, "\n");
    for (unsigned i = 0; i < 32; i++)
        fprintf(to, " x%u/%-*s %0*" PRIx64 "%s", i, i < 10 ? 5 : 4, riscv_x_names[i], digits,
                i ? riscv_mask(s, s->x[i]) : 0, i % 4 == 3 ? "\n" : " ");
    if (!riscv_has(s->config, RV_EXT_f)) return;
    for (unsigned i = 0; i < 32; i++)
        fprintf(to, " f%u/%-*s %016" PRIx64 "%s", i, i < 10 ? 5 : 4, riscv_f_names[i], s->f[i],
                i % 4 == 3 ? "\n" : " ");
    fprintf(to, " frm %u  fflags %02x\n", s->frm, riscv_fflags(cpu->vcpu));
}
