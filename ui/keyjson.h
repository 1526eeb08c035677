// SPDX-License-Identifier: MIT
// The JSON form of option values, and adding to a list: shared by the two halves of keyval.
#pragma once
#include "ui/keyval.h"

bool keyvals_add(KeyVals *kv, const char *key, const char *value, bool bare); // false: full
bool keyvals_json(KeyVals *kv, const char *text, char *error, size_t error_size);
