// SPDX-License-Identifier: MIT
// Pointer authentication: the architected cipher, and what system registers say of it.
#pragma once
#include "cpu/arm/state.h"

uint64_t qarma5(uint64_t block, uint64_t tweak, uint64_t w0, uint64_t k0); // w0: the upper half of a 128-bit key

enum { PAC_KEY = 3, PAC_DATA = 2, PAC_B = 1 }; // of a key's number: IA, IB, DA, DB
enum { ARM_KEY_GA = 4 };
// The mixer: bswap((value ^ key low) * FACTOR1), and the same again with modifier ^ key high and FACTOR2; its upper bits sign.
#define PAC_FACTOR1 0x9e3779b97f4a7c15u
#define PAC_FACTOR2 0xd6e8feb86659fd93u
