// SPDX-License-Identifier: MIT
// PSCI 1.1 (Arm DEN 0022), the firmware interface by which kernels start cores and switch machines off. The core answers itself;
// what concerns the machine goes to the board's ArmFirmware.
#include "cpu/arm/state.h"

enum {
    PSCI_VERSION = 0x84000000, PSCI_CPU_SUSPEND = 0x84000001, PSCI_CPU_OFF = 0x84000002, PSCI_CPU_ON = 0x84000003,
    PSCI_AFFINITY_INFO = 0x84000004, PSCI_MIGRATE_INFO_TYPE = 0x84000006, PSCI_SYSTEM_OFF = 0x84000008,
    PSCI_SYSTEM_RESET = 0x84000009, PSCI_FEATURES = 0x8400000a,
};
#define SMC64 0x40000000u
enum { SUCCESS = 0, NOT_SUPPORTED = -1, INVALID_PARAMETERS = -2, ALREADY_ON = -4 };

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
    Cpu *c = mpidr <= 0xff ? s->firmware->core(s->firmware_opaque, (unsigned)mpidr) : NULL;
    return c;
}

static int64_t cpu_on(const ArmState *s, uint64_t mpidr, uint64_t pc, uint64_t context) {
    Cpu *c = core_of(s, mpidr);
    Start start = {pc, context};
    if (!c) return INVALID_PARAMETERS;
    if (c->powered_on) return ALREADY_ON;
    vcpu_work(c->vcpu, start_core, &start, true);
    cpu_power(c, true);
    return SUCCESS;
}

static int64_t features(uint32_t function) {
    switch (function & ~SMC64) {
    case PSCI_VERSION: case PSCI_CPU_SUSPEND: case PSCI_CPU_OFF: case PSCI_CPU_ON: case PSCI_AFFINITY_INFO:
    case PSCI_MIGRATE_INFO_TYPE: case PSCI_SYSTEM_OFF: case PSCI_SYSTEM_RESET: case PSCI_FEATURES: return SUCCESS;
    default: return NOT_SUPPORTED;
    }
}

void arm_psci(Vcpu *v) {
    ArmState *s = arm_state(v);
    uint32_t function = (uint32_t)s->x[0];
    int64_t result = NOT_SUPPORTED;
    Cpu *c;
    switch (function & ~SMC64) {
    case PSCI_VERSION: result = 0x10001; break;
    case PSCI_FEATURES: result = features((uint32_t)s->x[1]); break;
    case PSCI_MIGRATE_INFO_TYPE: result = 2; break; // no trusted OS that would have to move
    case PSCI_CPU_ON: result = cpu_on(s, s->x[1], s->x[2], s->x[3]); break;
    case PSCI_AFFINITY_INFO:
        c = core_of(s, s->x[1]);
        result = !c ? INVALID_PARAMETERS : c->powered_on ? 0 : 1;
        break;
    case PSCI_CPU_OFF:
        cpu_power(s->cpu, false);
        result = SUCCESS;
        break;
    case PSCI_CPU_SUSPEND: // as a stand-by state, which ends like WFI
        vcpu_wait(v);
        vcpu_kick(v, EXIT_IRQ);
        result = SUCCESS;
        break;
    case PSCI_SYSTEM_OFF: s->firmware->off(s->firmware_opaque); break;
    case PSCI_SYSTEM_RESET: s->firmware->reset(s->firmware_opaque); break;
    }
    s->x[0] = (uint64_t)result;
}

void arm_set_firmware(Cpu *c, const ArmFirmware *firmware, void *opaque) {
    ArmState *s = arm_state(c->vcpu);
    s->firmware = firmware;
    s->firmware_opaque = opaque;
}
