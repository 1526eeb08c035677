// SPDX-License-Identifier: MIT
// PSCI 1.1 (Arm DEN 0022), the firmware interface by which kernels start cores and switch machines off. The core answers itself;
// what concerns the machine goes to the board's ArmFirmware.
#include <sched.h>
#include "cpu/arm/state.h"

enum {
    PSCI_VERSION = 0x84000000, PSCI_CPU_SUSPEND = 0x84000001, PSCI_CPU_OFF = 0x84000002, PSCI_CPU_ON = 0x84000003,
    PSCI_AFFINITY_INFO = 0x84000004, PSCI_MIGRATE_INFO_TYPE = 0x84000006, PSCI_SYSTEM_OFF = 0x84000008,
    PSCI_SYSTEM_RESET = 0x84000009, PSCI_FEATURES = 0x8400000a, PSCI_SYSTEM_RESET2 = 0x84000012,
};
#define SMC64 0x40000000u
enum { SUCCESS = 0, NOT_SUPPORTED = -1, INVALID_PARAMETERS = -2, ALREADY_ON = -4 };
enum { AFFINITY_ON, AFFINITY_OFF, AFFINITY_ON_PENDING };

typedef struct Call { // its arguments, as wide as the calling convention says
    uint32_t function;
    uint64_t argument[3];
} Call;

typedef struct Start {
    uint64_t pc, context;
} Start;

// On the started core's thread, or while it is off.
static void start_core(Vcpu *v, void *arg) {
    const Start *start = arg;
    arm_reset(v, start->pc);
    arm_state(v)->x[0] = start->context;
}

static Cpu *core_of(const ArmState *s, uint64_t mpidr) {
    return mpidr <= 0xff ? s->firmware->core(s->firmware_opaque, (unsigned)mpidr) : NULL;
}

// Of several cores that start the same one, one succeeds; the others wait until it is on.
static int64_t cpu_on(const ArmState *s, const Call *call) {
    Cpu *c = core_of(s, call->argument[0]);
    if (!c) return INVALID_PARAMETERS;
    ArmState *target = arm_state(c->vcpu);
    while (atomic_exchange(&target->starting, true)) sched_yield();
    int64_t result = ALREADY_ON;
    if (!c->powered_on) {
        Start start = {call->argument[1], call->argument[2]};
        vcpu_work(c->vcpu, start_core, &start, true);
        cpu_power(c, true);
        result = SUCCESS;
    }
    atomic_store(&target->starting, false);
    return result;
}

// Levels above the core's own are always on.
static int64_t affinity_info(const ArmState *s, const Call *call) {
    Cpu *c = core_of(s, call->argument[0]);
    if (!c || call->argument[1] > 3) return INVALID_PARAMETERS;
    if (call->argument[1] || c->powered_on) return AFFINITY_ON;
    return atomic_load(&arm_state(c->vcpu)->starting) ? AFFINITY_ON_PENDING : AFFINITY_OFF;
}

// As a stand-by state, which ends like WFI; a power-down state may do so too (5.4.2 of DEN 0022).
static int64_t cpu_suspend(Vcpu *v) {
    vcpu_wait(v);
    vcpu_kick(v, EXIT_IRQ);
    return SUCCESS;
}

// Functions by number; some have no 64-bit form.
static bool exists(uint32_t function) {
    switch (function) {
    case PSCI_CPU_SUSPEND | SMC64: case PSCI_CPU_ON | SMC64: case PSCI_AFFINITY_INFO | SMC64: case PSCI_SYSTEM_RESET2 | SMC64:
    case PSCI_VERSION: case PSCI_CPU_SUSPEND: case PSCI_CPU_OFF: case PSCI_CPU_ON: case PSCI_AFFINITY_INFO: case PSCI_SYSTEM_RESET2:
    case PSCI_MIGRATE_INFO_TYPE: case PSCI_SYSTEM_OFF: case PSCI_SYSTEM_RESET: case PSCI_FEATURES: return true;
    default: return false;
    }
}

// The machine's end or reset comes soon; this core runs no further.
static int64_t end_machine(const ArmState *s, void (*how)(void *opaque)) {
    how(s->firmware_opaque);
    cpu_power(s->cpu, false);
    return SUCCESS;
}

static int64_t answer(Vcpu *v, const Call *call) {
    ArmState *s = arm_state(v);
    if (!exists(call->function)) return NOT_SUPPORTED;
    switch (call->function & ~SMC64) {
    case PSCI_VERSION: return 0x10001;
    case PSCI_FEATURES: return exists((uint32_t)call->argument[0]) ? SUCCESS : NOT_SUPPORTED;
    case PSCI_MIGRATE_INFO_TYPE: return 2; // no trusted OS that would have to move
    case PSCI_CPU_ON: return cpu_on(s, call);
    case PSCI_AFFINITY_INFO: return affinity_info(s, call);
    case PSCI_CPU_OFF: cpu_power(s->cpu, false); return SUCCESS;
    case PSCI_CPU_SUSPEND: return cpu_suspend(v);
    case PSCI_SYSTEM_OFF: return end_machine(s, s->firmware->off);
    case PSCI_SYSTEM_RESET2: // of the architectural kinds there is the warm reset
        if (call->argument[0]) return INVALID_PARAMETERS;
        return end_machine(s, s->firmware->reset);
    default: return end_machine(s, s->firmware->reset);
    }
}

void arm_psci(Vcpu *v) {
    ArmState *s = arm_state(v);
    Call call = {.function = (uint32_t)s->x[0]};
    for (unsigned i = 0; i < 3; i++) call.argument[i] = call.function & SMC64 ? s->x[i + 1] : (uint32_t)s->x[i + 1];
    s->x[0] = (uint64_t)answer(v, &call);
}

void arm_set_firmware(Cpu *c, const ArmFirmware *firmware, void *opaque) {
    ArmState *s = arm_state(c->vcpu);
    s->firmware = firmware;
    s->firmware_opaque = opaque;
}
