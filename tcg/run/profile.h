// SPDX-License-Identifier: MIT
// A sampling profile of what a machine's host time is spent on. Each vCPU thread's CPU time drives a timer; its signal notes which part of
// the emulator ran, and asks the vCPU to stop at its next poll, where guest state is exact: there the caller's function may look at
// registers and walk the guest's stack. So a sample is charged to the poll that follows it: the next back edge or indirect jump.
#pragma once
#include "tcg/run/vcpu.h"

typedef void ProfileFn(void *opaque, Vcpu *v, const uint32_t samples[PROFILE_PARTS]);

// Before any vCPU runs. fn is called on the vCPUs' threads, several at once, with how often each part was met since the last call.
void engine_profile(Engine *e, unsigned hz, ProfileFn *fn, void *opaque);

// run.c: at the start of vcpu_run on its thread; when EXIT_PROFILE was served.
void profile_thread(Vcpu *v);
void profile_take(Vcpu *v);
