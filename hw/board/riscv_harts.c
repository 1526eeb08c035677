// SPDX-License-Identifier: MIT
// Harts and memory of a RISC-V board, and how the device tree describes them (devicetree bindings
// riscv/cpus.yaml, extensions.yaml).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/riscv/riscv.h"
#include "hw/board/riscv_boot.h"
#include "tcg/base/fail.h"

static const CpuType *target_type(const Machine *m) {
    return m->spec->target && !strcmp(m->spec->target, "riscv32") ? &riscv32_type : &riscv64_type;
}

static void written(void *engine, uint64_t paddr, uint64_t size) { engine_written(engine, paddr, size); }
static void unmapped(void *engine, uint64_t paddr, uint64_t size) { engine_unmapped(engine, paddr, size); }

bool riscv_make_harts(Machine *m, char *error, size_t error_size) {
    const CpuType *type = target_type(m);
    const char *model = m->spec->cpu ? m->spec->cpu : type == &riscv32_type ? "rv32" : "rv64";
    m->engine = engine_new(type->guest, &m->spec->engine);
    if (!m->engine) return FAIL("the host has no room for translated code");
    mem_listen(m->mem, written, m->engine);
    mem_listen_unmapped(m->mem, unmapped, m->engine);
    m->cpus = calloc(m->ncpus, sizeof(*m->cpus));
    m->cpu_phandles = calloc(m->ncpus, sizeof(*m->cpu_phandles));
    for (unsigned i = 0; i < m->ncpus; i++) {
        m->cpus[i] = cpu_new(type, m->engine, m->mem, m->clock, i);
        if (!m->cpus[i]) return FAIL("the host has no room for CPU %u", i);
        m->cpu_phandles[i] = ++m->phandles;
        if (!type->configure(m->cpus[i], model, error, error_size)) return false;
    }
    return true;
}

bool riscv_make_memory(Machine *m, const char *ram_name, char *error, size_t error_size) {
    if (target_type(m) == &riscv32_type && m->ram_size > (1ull << 32) - m->ram_base)
        return FAIL("a 32-bit machine has room for %llu MiB of memory at most",
                    (unsigned long long)(((1ull << 32) - m->ram_base) >> 20));
    return mem_map_ram(m->mem, "reset ROM", RISCV_ROM_BASE, RISCV_ROM_SIZE, true, error, error_size) &&
           mem_map_ram(m->mem, ram_name, m->ram_base, m->ram_size, false, error, error_size);
}

static void pin_set(void *cpu, unsigned pin, bool level) { ((Cpu *)cpu)->type->set_pin(cpu, pin, level); }
Irq riscv_pin(Machine *m, unsigned hart, unsigned pin) { return (Irq){pin_set, m->cpus[hart], pin}; }

static void time_moved(void *machine, unsigned n, bool level) {
    Machine *m = machine;
    for (unsigned i = 0; i < m->ncpus; i++) m->cpus[i]->type->set_pin(m->cpus[i], RISCV_PIN_TIME, level);
}
Irq riscv_time_pin(Machine *m) { return (Irq){time_moved, m, 0}; }

static void dt_isa(const Cpu *c, Fdt *f) {
    const char *name[256];
    unsigned n = 0;
    char *isa = riscv_isa_string(c), base[16];
    while (n < 256 && (name[n] = riscv_isa_extension(c, n))) n++;
    snprintf(base, sizeof(base), "%.4si", isa); // "rv64i"
    dt_string(f, "riscv,isa", isa);
    dt_string(f, "riscv,isa-base", base);
    dt_strings(f, "riscv,isa-extensions", n, name);
    free(isa);
}

static void dt_hart(Machine *m, Fdt *f, unsigned i, uint32_t phandle) {
    const Cpu *c = m->cpus[i];
    dt_begin(f, "cpu@%x", i);
    dt_u32(f, "phandle", phandle);
    dt_string(f, "device_type", "cpu");
    dt_u32(f, "reg", i);
    dt_string(f, "status", "okay");
    dt_string(f, "compatible", "riscv");
    if (riscv_cpu_has(c, "zicbom")) dt_u32(f, "riscv,cbom-block-size", riscv_cbo_block_size(c));
    if (riscv_cpu_has(c, "zicbop")) dt_u32(f, "riscv,cbop-block-size", riscv_cbo_block_size(c));
    if (riscv_cpu_has(c, "zicboz")) dt_u32(f, "riscv,cboz-block-size", riscv_cbo_block_size(c));
    dt_isa(c, f);
    dt_string(f, "mmu-type", riscv_mmu_type(c));
    dt_begin(f, "interrupt-controller");
    dt_u32(f, "#interrupt-cells", 1);
    dt_flag(f, "interrupt-controller");
    dt_string(f, "compatible", "riscv,cpu-intc");
    dt_u32(f, "phandle", m->cpu_phandles[i]);
    dt_end(f);
    dt_end(f);
}

void riscv_dt_cpus(Machine *m, Fdt *f) {
    uint32_t first = m->phandles + 1; // of the cpu nodes: used in this tree only, so not taken for good
    dt_begin(f, "cpus");
    dt_u32(f, "#address-cells", 1);
    dt_u32(f, "#size-cells", 0);
    dt_u32(f, "timebase-frequency", RISCV_TIMEBASE);
    for (unsigned i = 0; i < m->ncpus; i++) dt_hart(m, f, i, first + i);
    dt_begin(f, "cpu-map");
    dt_begin(f, "cluster0");
    for (unsigned i = 0; i < m->ncpus; i++) {
        dt_begin(f, "core%u", i);
        dt_u32(f, "cpu", first + i);
        dt_end(f);
    }
    dt_end(f);
    dt_end(f);
    dt_end(f);
}

static void dt_wide_bus(Fdt *f, const char *compatible) {
    dt_u32(f, "#address-cells", 2);
    dt_u32(f, "#size-cells", 2);
    dt_string(f, "compatible", compatible);
}

void riscv_dt_root(Fdt *f, const char *compatible, const char *model) {
    dt_wide_bus(f, compatible);
    dt_string(f, "model", model);
}

void riscv_dt_soc(Fdt *f) {
    dt_begin(f, "soc");
    dt_wide_bus(f, "simple-bus");
    dt_flag(f, "ranges");
}

void riscv_dt_memory(Machine *m, Fdt *f) {
    dt_begin(f, "memory@%lx", (unsigned long)m->ram_base);
    dt_string(f, "device_type", "memory");
    dt_reg(f, m->ram_base, m->ram_size);
    dt_end(f);
}
