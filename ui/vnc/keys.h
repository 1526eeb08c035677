// SPDX-License-Identifier: MIT
// VNC tells characters (X keysyms), guests want keys: the key that makes a character on an American keyboard.
#pragma once
#include <stdint.h>

unsigned key_from_keysym(uint32_t keysym); // KEY_x; 0: none makes it
