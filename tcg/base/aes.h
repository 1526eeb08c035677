// SPDX-License-Identifier: MIT
// Steps of AES on a state of 16 bytes: byte i is row i % 4, column i / 4 (FIPS 197, 3.4). `r` and `a` are different arrays.
#pragma once
#include <stdbool.h>
#include <stdint.h>

uint8_t gf_mul(unsigned a, unsigned b, unsigned polynomial);    // in GF(2^8)
uint8_t gf_inverse(unsigned a, unsigned polynomial);            // of 0: 0
void aes_substitute(const uint8_t a[16], bool back, uint8_t r[16]); // ShiftRows and SubBytes, or both undone
void aes_mix_columns(const uint8_t a[16], bool back, uint8_t r[16]);
