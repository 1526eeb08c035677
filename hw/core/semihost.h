// SPDX-License-Identifier: MIT
// Semihosting: a bare-metal guest asks the host for files, a console, the time and its own end by a trap instruction that no guest
// would run otherwise. Arm's "Semihosting for AArch32 and AArch64", release 2.0; RISC-V uses the same calls. The machine makes one when
// -semihosting is given and hands it to its CPUs.
#pragma once
#include "cpu/cpu.h"

typedef struct Machine Machine;
typedef struct Serial Serial;
typedef struct Semihost Semihost;

// console: NULL: the host's standard streams. The command line is spec->semihosting_args, or kernel and -append if there are none.
Semihost *semihost_new(Machine *m, Serial *console);
void semihost_free(Semihost *h); // closes what the guest left open; the console stays its owner's
const CpuSemihost *semihost_calls(const Semihost *h);
