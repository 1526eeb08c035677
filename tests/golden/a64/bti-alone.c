// SPDX-License-Identifier: MIT
// Branch targets without pointer authentication, whose instructions are hints then: PACIASP and PACIBSP are targets all the same.
// args: -cpu max,pauth=off
#include "tests/golden/a64/bti.c"
