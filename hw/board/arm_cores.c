// SPDX-License-Identifier: MIT
// Cores of an Arm board, what they ask of it through PSCI, and how the device tree describes them (bindings arm/cpus.yaml, arm/psci.yaml).
#include <stdlib.h>
#include "cpu/arm/arm.h"
#include "hw/board/arm_boot.h"
#include "tcg/base/fail.h"

static void written(void *engine, uint64_t paddr, uint64_t size) { engine_written(engine, paddr, size); }
static void unmapped(void *engine, uint64_t paddr, uint64_t size) { engine_unmapped(engine, paddr, size); }

static void firmware_off(void *machine) { machine_off(machine, 0); }
static void firmware_reset(void *machine) { machine_reset(machine); }
static Cpu *firmware_core(void *machine, unsigned i) {
    Machine *m = machine;
    return i < m->ncpus ? m->cpus[i] : NULL;
}
static const ArmFirmware firmware = {firmware_off, firmware_reset, firmware_core};

bool arm_make_cores(Machine *m, const char *default_model, bool el2, char *error, size_t error_size) {
    const char *model = m->spec->cpu ? m->spec->cpu : default_model;
    m->engine = engine_new(aarch64_type.guest, &m->spec->engine);
    if (!m->engine) return FAIL("the host has no room for translated code");
    mem_listen(m->mem, written, m->engine);
    mem_listen_unmapped(m->mem, unmapped, m->engine);
    m->cpus = calloc(m->ncpus, sizeof(*m->cpus));
    m->cpu_phandles = calloc(m->ncpus, sizeof(*m->cpu_phandles));
    for (unsigned i = 0; i < m->ncpus; i++) {
        m->cpu_phandles[i] = ++m->phandles;
        m->cpus[i] = cpu_new(&aarch64_type, m->engine, m->mem, m->clock, i);
        if (!m->cpus[i]) return FAIL("the host has no room for CPU %u", i);
        if (!aarch64_type.configure(m->cpus[i], model, error, error_size)) return false;
        if (el2) arm_set_el2(m->cpus[i]);
        arm_set_firmware(m->cpus[i], &firmware, m);
    }
    return true;
}

static void pin_set(void *cpu, unsigned pin, bool level) { ((Cpu *)cpu)->type->set_pin(cpu, pin, level); }
Irq arm_pin(Machine *m, unsigned core, unsigned pin) { return (Irq){pin_set, m->cpus[core], pin}; }

// One socket, one cluster (bindings cpu/cpu-topology.txt).
static void dt_cpu_map(Machine *m, Fdt *f) {
    dt_begin(f, "cpu-map");
    dt_begin(f, "socket0");
    dt_begin(f, "cluster0");
    for (unsigned i = 0; i < m->ncpus; i++) {
        dt_begin(f, "core%u", i);
        dt_u32(f, "cpu", m->cpu_phandles[i]);
        dt_end(f);
    }
    dt_end(f);
    dt_end(f);
    dt_end(f);
}

void arm_dt_cpus(Machine *m, Fdt *f) {
    dt_begin(f, "cpus");
    dt_u32(f, "#address-cells", 1);
    dt_u32(f, "#size-cells", 0);
    for (unsigned i = 0; i < m->ncpus; i++) {
        dt_begin(f, "cpu@%x", i);
        dt_u32(f, "phandle", m->cpu_phandles[i]);
        dt_string(f, "device_type", "cpu");
        dt_string(f, "compatible", arm_compatible(m->cpus[i]));
        dt_u32(f, "reg", (uint32_t)arm_mpidr(m->cpus[i]));
        if (m->ncpus > 1) dt_string(f, "enable-method", "psci");
        dt_end(f);
    }
    dt_cpu_map(m, f);
    dt_end(f);
    dt_begin(f, "psci");
    dt_strings(f, "compatible", 3, (const char *const[]){"arm,psci-1.0", "arm,psci-0.2", "arm,psci"});
    dt_string(f, "method", arm_has_el2(m->cpus[0]) ? "smc" : "hvc");
    dt_u32(f, "cpu_suspend", 0xc4000001);
    dt_u32(f, "cpu_off", 0x84000002);
    dt_u32(f, "cpu_on", 0xc4000003);
    dt_u32(f, "migrate", 0xc4000005);
    dt_end(f);
}
