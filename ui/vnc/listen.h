// SPDX-License-Identifier: MIT
// The socket a VNC server listens on.
#pragma once
#include <stdbool.h>
#include <stddef.h>

// False with a message. A port other hosts can reach is refused without a password. A unix socket's path (malloc'd) is to
// be unlinked at the end.
bool vnc_listen(const char *address, bool password, char **path, int *fd, char *error, size_t error_size);
