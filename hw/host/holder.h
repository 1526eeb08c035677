// SPDX-License-Identifier: MIT
// Who holds a port or a file: for error messages. Writes "name (pid N)" or "another program" when /proc does
// not say.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void holder_of_port(bool udp, uint16_t port, char *out, size_t size);
void holder_of_file(const char *path, char *out, size_t size);
void holder_of_unix(const char *path, char *out, size_t size);
