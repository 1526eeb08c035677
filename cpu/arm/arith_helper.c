// SPDX-License-Identifier: MIT
// Arithmetic that translated code calls: CRC32 and CRC32C over 1, 2, 4 or 8 bytes (DDI 0487, C6.2: both polynomials bit-reversed).
#include "cpu/arm/state.h"

static uint64_t crc(uint32_t polynomial, uint64_t crc, uint64_t value, uint64_t bytes) {
    uint32_t r = (uint32_t)crc;
    for (unsigned i = 0; i < bytes; i++) {
        r ^= (uint8_t)(value >> 8 * i);
        for (unsigned k = 0; k < 8; k++) r = r >> 1 ^ (r & 1 ? polynomial : 0);
    }
    return r;
}

uint64_t arm_crc32(Vcpu *v, uint64_t a, uint64_t value, uint64_t bytes) { return crc(0xedb88320, a, value, bytes); }
uint64_t arm_crc32c(Vcpu *v, uint64_t a, uint64_t value, uint64_t bytes) { return crc(0x82f63b78, a, value, bytes); }
