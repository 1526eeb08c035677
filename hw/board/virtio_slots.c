// SPDX-License-Identifier: MIT
// See virtio_slots.h. Called by the `virt` boards for each -device, and before the first boot.
#include "hw/board/virtio_slots.h"
#include <stdio.h>
#include <string.h>
#include "hw/pci/host.h"
#include "hw/virtio/mmio.h"
#include "tcg/base/fail.h"

// Copies a property list without its `bus=`, whose value goes to bus. False: too long.
static bool take_bus(const char *props, char *rest, size_t size, char *bus, size_t bus_size) {
    *rest = *bus = 0;
    for (const char *item = props; *item;) {
        const char *end = item;
        while (*end && (*end != ',' || end[1] == ',')) end += *end == ',' ? 2 : 1; // doubled commas are text
        size_t n = end - item, at = strlen(rest);
        bool is_bus = !strncmp(item, "bus=", 4);
        if (is_bus ? n - 4 >= bus_size : at + n + 2 > size) return false;
        if (is_bus)
            snprintf(bus, bus_size, "%.*s", (int)(n - 4), item + 4);
        else
            snprintf(rest + at, size - at, "%s%.*s", at ? "," : "", (int)n, item);
        item = *end ? end + 1 : end;
    }
    return true;
}

static bool fill(Machine *m, VirtioSlots *s, unsigned i, const DeviceType *type, const char *props, char *error, size_t error_size) {
    char id[32];
    snprintf(id, sizeof(id), "virtio-mmio-%u", i);
    s->slot[i] = board_add(m, type, id, s->base + i * s->stride, props, error, error_size);
    if (s->slot[i]) device_wire(s->slot[i], 0, s->intc, s->irq + i);
    return s->slot[i] != NULL;
}

bool virtio_slots_plug(Machine *m, VirtioSlots *s, Device *pcie, const DeviceType *type, const char *props, char *error, size_t error_size) {
    char rest[2048], bus[64], end;
    unsigned i;
    if (!take_bus(props, rest, sizeof(rest), bus, sizeof(bus))) return FAIL("%s: the properties are too long", type->name);
    if (type->bus != &virtio_mmio_bus) return pci_host_plug(pcie, type, bus, rest, error, error_size);
    if (*bus && (sscanf(bus, "virtio-mmio-bus.%u%c", &i, &end) != 1 || i >= s->n))
        return FAIL("%s: no bus '%s' (virtio-mmio-bus.0 to virtio-mmio-bus.%u)", type->name, bus, s->n - 1);
    if (*bus && s->slot[i]) return FAIL("%s: bus '%s' is taken by '%s'", type->name, bus, s->slot[i]->type->name);
    if (*bus) return fill(m, s, i, type, rest, error, error_size);
    for (i = s->n; i-- > 0;)
        if (!s->slot[i]) return fill(m, s, i, type, rest, error, error_size);
    return FAIL("all %u virtio slots of machine '%s' are taken: no room for '%s'", s->n, m->board->name, type->name);
}

bool virtio_slots_fill(Machine *m, VirtioSlots *s, char *error, size_t error_size) {
    for (unsigned i = 0; i < s->n; i++)
        if (!s->slot[i] && !fill(m, s, i, &virtio_mmio_empty, "", error, error_size)) return false;
    return true;
}
