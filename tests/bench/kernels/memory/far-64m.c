// SPDX-License-Identifier: MIT
#define APART (64u << 20)
#include "tests/bench/kernels/memory/far.h"

const Kernel kernel = {"far-64m", 150, prepare, run};
