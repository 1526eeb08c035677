// SPDX-License-Identifier: MIT
// --profile: where a guest's time goes, as a flame graph of its functions, with what the emulator itself took on top of them.
#pragma once
#include "hw/core/machine.h"

typedef struct Profile Profile;
// "FILE[,symbols=FILE[@ADDRESS]]...[,hz=N]": FILE is SVG, or folded stacks if it ends in .folded. NULL with cause and fix.
Profile *profile_new(const char *text, char *error, size_t error_size);
void profile_attach(Profile *p, Machine *m);  // built, not started
bool profile_write(Profile *p, char *error, size_t error_size); // once the machine stands; says on stderr what it wrote
void profile_free(Profile *p);
