// SPDX-License-Identifier: MIT
// DC ZVA. DDI 0487, C6.2.
#include "cpu/arm/state.h"

enum { ZVA_BYTES = 64 }; // DCZID_EL0.BS = 4

uint64_t arm_zero_block(Vcpu *v, uint64_t vaddr, uint64_t b, uint64_t c) {
    bool io;
    uint64_t paddr;
    uint8_t *host = vcpu_host(v, vaddr & -(uint64_t)ZVA_BYTES, ZVA_BYTES, ACCESS_WRITE, &io, &paddr);
    if (host) // by whole words: other cores may be reading them
        for (unsigned i = 0; i < ZVA_BYTES; i += 8) __atomic_store_n((uint64_t *)(host + i), 0, __ATOMIC_RELAXED);
    else if (v->trap)
        arm_state(v)->fault_far = vaddr; // the address as given, not the block's
    else
        arm_fault_at(v, ESR(EC_DATA_ABORT, 0x21 | 1 << 6), vaddr); // device memory: alignment fault
    return 0;
}
