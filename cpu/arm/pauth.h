// SPDX-License-Identifier: MIT
// Pointer authentication: the architected cipher, and what system registers say of it.
#pragma once
#include "cpu/arm/state.h"

uint64_t qarma5(uint64_t block, uint64_t tweak, uint64_t w0, uint64_t k0); // w0: the upper half of a 128-bit key

enum { PAC_KEY = 3, PAC_DATA = 2, PAC_B = 1 }; // of a key's number: IA, IB, DA, DB
enum { ARM_KEY_GA = 4 };
