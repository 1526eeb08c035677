// SPDX-License-Identifier: MIT
// Physical keys: the numbers of USB's HID usage page 7, which SDL's scancodes are, to Linux' key codes.
#pragma once

unsigned key_from_usage(unsigned usage); // 0: no such key
