// SPDX-License-Identifier: MIT
// Between the files of cpu/decode: a row's text made ready.
#pragma once
#include "cpu/decode/decode.h"

// False when the row's gate does not hold. Dies on a malformed row.
bool decode_parse(const DecodeTable *table, const DecodeRow *row, uint64_t features, DecodeEntry *out);
