// SPDX-License-Identifier: MIT
#define APART (1u << 20)
#include "tests/bench/kernels/memory/far.h"

const Kernel kernel = {"far-1m", 150, prepare, run};
