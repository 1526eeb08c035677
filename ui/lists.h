// SPDX-License-Identifier: MIT
// Everything the program can name: -M help, -cpu help, -device help, --version ...
#pragma once
#include "ui/options.h"

// Prints what o->action asks for; the process's exit code.
int lists_print(const Options *o);
