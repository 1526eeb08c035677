// SPDX-License-Identifier: MIT
// Parts of SHA-256 on vectors of four words, the first one lowest (FIPS 180-4, 6.2.2). Results may be the operands' arrays.
#pragma once
#include <stdbool.h>
#include <stdint.h>

// Four rounds with the words w (constants added): x is a to d, y is e to h. r: the new a to d, or else e to h.
void sha256_rounds(const uint32_t x[4], const uint32_t y[4], const uint32_t w[4], bool first, uint32_t r[4]);
void sha256_schedule0(const uint32_t d[4], const uint32_t n[4], uint32_t r[4]);
void sha256_schedule1(const uint32_t d[4], const uint32_t n[4], const uint32_t m[4], uint32_t r[4]);
