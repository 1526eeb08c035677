// SPDX-License-Identifier: MIT
// A stopped CPU to bytes and back: the family's own fields, and those that all CPUs have, which live in Vcpu and
// Cpu beside what is no state. Called by whoever makes snapshots. docs/SNAPSHOT.md
#include <stdio.h>
#include "cpu/cpu.h"

typedef struct CpuRun {
    uint64_t pc;
    uint8_t waiting; // for an interrupt
    uint8_t powered_on;
    uint8_t pad[6];
} CpuRun;

static const Field run_table[] = {
    FIELD(CpuRun, pc, 0),
    FIELD(CpuRun, waiting, 0),
    FIELD(CpuRun, powered_on, 1),
    FIELD_PAD(CpuRun, pad),
};
static const Fields run_fields = FIELDS("cpu", 1, run_table, sizeof(CpuRun));

void cpu_save(Cpu *c, Bytes *out) {
    CpuRun run = {.pc = c->vcpu->pc, .waiting = c->vcpu->waiting, .powered_on = c->powered_on};
    if (c->type->sync) c->type->sync(c, false);
    fields_save(&run_fields, &run, out);
    fields_save(c->type->fields, vcpu_state(c->vcpu), out);
}

bool cpu_load(Cpu *c, Bytes *in, char *error, size_t error_size) {
    CpuRun run = {0};
    unsigned align = c->type->guest->insn_align;
    bool ok = fields_load(&run_fields, &run, in, error, error_size);
    if (ok && (run.pc % align || run.waiting > 1 || run.powered_on > 1)) {
        snprintf(error, error_size, "CPU %u: no such state", c->index);
        ok = false;
    }
    ok = ok && fields_load(c->type->fields, vcpu_state(c->vcpu), in, error, error_size);
    if (!ok) {
        cpu_reset(c, 0);
        return false;
    }
    c->vcpu->pc = run.pc;
    c->vcpu->trap = 0;
    if (c->type->sync) c->type->sync(c, true);
    c->vcpu->waiting = run.waiting;
    cpu_power(c, run.powered_on);
    return true;
}
