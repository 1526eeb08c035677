// SPDX-License-Identifier: MIT
// Byte streams as the user writes them: -serial's short forms and -chardev's long one become the same keys.
#pragma once
#include "ui/keyval.h"

// "mon:stdio", "unix:P,server,nowait", "tcp:H:P", "chardev:ID", "null" ... The result has "backend" (stdio,
// file, socket, pipe, pty, null, none or chardev) and the keys of -chardev; "mon" is on if a monitor shares
// it. `what` opens messages: "-serial".
bool chardev_short(KeyVals *kv, const char *text, const char *what, char *error, size_t error_size);
// -chardev's own form, checked: "backend" and an id.
bool chardev_long(KeyVals *kv, const char *text, char *error, size_t error_size);
extern const char *const chardev_backends[]; // those -chardev has, NULL-terminated
bool chardev_is_view(const char *text); // "vc" and "vc:SIZE", short forms of a text view in the window
