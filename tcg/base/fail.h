// SPDX-License-Identifier: MIT
// The ending of a function `bool f(..., char *error, size_t error_size)`: `return FAIL("cause and fix", ...)`.
#pragma once
#include <stdio.h>

#define FAIL(...) (snprintf(error, error_size, __VA_ARGS__), false)
