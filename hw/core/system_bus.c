// SPDX-License-Identifier: MIT
// See system_bus.h. A device with a property `base` is given the board's free range unless the user names another;
// one machine has at most one of each type, since nothing tells two apart.
#include "hw/core/system_bus.h"
#include <stdio.h>
#include <string.h>
#include "tcg/base/fail.h"

const DeviceBus system_bus = {.name = "System"};

static bool has_base(const DeviceType *type) {
    for (unsigned i = 0; i < type->nprops; i++)
        if (!strcmp(type->props[i].name, "base")) return true;
    return false;
}

bool system_bus_plug(Machine *m, const DeviceType *type, const char *props, uint64_t free_base, char *error,
                     size_t error_size) {
    char base[32];
    for (const Device *d = m->devices; d; d = d->next)
        if (d->type == type) return FAIL("there can be only one '%s'", type->name);
    Device *d = device_new(m, type, type->name);
    snprintf(base, sizeof(base), "0x%llx", (unsigned long long)free_base);
    if ((!has_base(type) || device_set(d, "base", base, error, error_size)) &&
        machine_globals(m, d, error, error_size) && device_set_all(d, props, error, error_size) &&
        device_plug(d, error, error_size))
        return true;
    device_free(d);
    return false;
}
