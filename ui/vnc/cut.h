// SPDX-License-Identifier: MIT
// Texts of VNC's older cut messages are Latin-1 (RFC 6143, 7.5.6); ours are UTF-8.
#pragma once
#include <stddef.h>

char *utf8_from_latin1(const char *text, size_t n, size_t *out); // malloc'd
char *latin1_from_utf8(const char *text, size_t n, size_t *out); // what Latin-1 lacks becomes '?'; malloc'd
