// SPDX-License-Identifier: MIT
// What boards know of Arm cores: the CPU type, its pins, and the firmware calls a board answers.
#pragma once
#include "cpu/cpu.h"

extern const CpuType aarch64_type;

// CpuType.set_pin: interrupt inputs of a core.
enum { ARM_PIN_IRQ, ARM_PIN_FIQ, ARM_PINS };

// What a board does for the firmware interface (PSCI, Arm DEN 0022): the core asks, on its own thread. Set before it runs.
typedef struct ArmFirmware {
    void (*off)(void *opaque);
    void (*reset)(void *opaque);
    Cpu *(*core)(void *opaque, unsigned index); // NULL: none
} ArmFirmware;
void arm_set_firmware(Cpu *c, const ArmFirmware *firmware, void *opaque);

// The CPU interface of an interrupt controller that system registers reach (GICv3's ICC_*): the board lends a core the controller's. Called on
// the core's own thread; `number` is op0:op1:CRn:CRm:op2. False: there is no such register.
typedef struct ArmGic {
    bool (*read)(void *gic, unsigned core, unsigned number, uint64_t *value);
    bool (*write)(void *gic, unsigned core, unsigned number, uint64_t value);
} ArmGic;
void arm_bind_gic(Cpu *c, const ArmGic *ops, void *gic); // before it runs

// EL2 is there, cores start in it, and firmware calls come by SMC instead of HVC. Before the first reset.
void arm_set_el2(Cpu *c);
bool arm_has_el2(const Cpu *c);

// Outputs of the generic timer, active high: virtual and physical of EL1, physical of EL2.
enum { ARM_TIMER_VIRTUAL, ARM_TIMER_PHYSICAL, ARM_TIMER_HYP, ARM_TIMERS };
void arm_wire_timer(Cpu *c, unsigned timer, Irq to);
// The performance monitors' overflow, active high; they may be switched off.
void arm_wire_pmu(Cpu *c, Irq to);
bool arm_has_pmu(const Cpu *c);
// A register of the core, for the boot protocol.
void arm_set_x(Cpu *c, unsigned r, uint64_t value);
uint64_t arm_mpidr(const Cpu *c);
const char *arm_compatible(const Cpu *c); // of the device tree's cpu node: "arm,cortex-a57"
