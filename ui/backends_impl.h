// SPDX-License-Identifier: MIT
// Between backends.c and backends_disk.c.
#pragma once
#include "ui/backends.h"

bool backends_open_disks(Machine *m, const Options *o, char *error, size_t error_size);
bool backends_open_nets(Machine *m, const Options *o, char *error, size_t error_size);
