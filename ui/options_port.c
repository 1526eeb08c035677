// SPDX-License-Identifier: MIT
// -device virtserialport and virtconsole. In QEMU they are devices on the bus of a virtio-serial device; here a port is
// a property of that device (hw/virtio/serial.c), so each becomes "port2=port,port2.chardev=ID,port2.name=NAME" of it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ui/options_impl.h"

enum { PORTS = 7 };

bool device_is(const char *device, const char *driver) {
    size_t n = strlen(driver);
    return !strncmp(device, driver, n) && (device[n] == ',' || !device[n]);
}

static bool is_serial(const char *device) {
    return device_is(device, "virtio-serial-device") || device_is(device, "virtio-serial-pci");
}

static bool port_taken(const char *device, unsigned nr) {
    char key[16];
    snprintf(key, sizeof(key), "port%u", nr);
    char *own = spec_value(device, key), *old = nr ? NULL : spec_value(device, "chardev");
    bool taken = own || old;
    free(own);
    free(old);
    return taken;
}

// Number 0 is left to consoles, which drivers without VIRTIO_CONSOLE_F_MULTIPORT expect there. PORTS: none is free.
static unsigned free_port(const char *device, bool console) {
    unsigned nr = console ? 0 : 1;
    while (nr < PORTS && port_taken(device, nr)) nr++;
    return nr;
}

// "ID.0", or "virtio-serial-bus.N" for the device number N of those without a name.
static bool bus_is(const char *device, const char *bus, unsigned number) {
    char name[128], *id = spec_value(device, "id");
    if (id)
        snprintf(name, sizeof(name), "%.100s.0", id);
    else
        snprintf(name, sizeof(name), "virtio-serial-bus.%u", number);
    free(id);
    return !strcmp(name, bus);
}

// The device on which the port is to be: the bus's, or the last one with room. NULL: there is none.
static char **find_device(Options *o, const char *bus, bool console) {
    SpecList *l = &o->spec.devices;
    char **found = NULL;
    unsigned number = 0;
    for (unsigned i = 0; i < l->n; i++) {
        if (!is_serial(l->item[i])) continue;
        if (bus ? bus_is(l->item[i], bus, number) : free_port(l->item[i], console) < PORTS) found = &l->item[i];
        number++;
    }
    return found;
}

static void add_properties(char **device, unsigned nr, bool console, const KeyVals *port) {
    static const char *const keys[] = {"chardev", "name"};
    KeyVals added = {.n = 0};
    char key[32];
    snprintf(key, sizeof(key), "port%u", nr);
    keyvals_set(&added, key, console ? "console" : "port");
    for (unsigned i = 0; i < 2; i++) {
        snprintf(key, sizeof(key), "port%u.%s", nr, keys[i]);
        if (keyvals_get(port, keys[i])) keyvals_set(&added, key, keyvals_get(port, keys[i]));
    }
    char *text = keyvals_text(&added, NULL), *all = NULL;
    if (asprintf(&all, "%s,%s", *device, text) > 0) {
        free(*device);
        *device = all;
    }
    free(text);
    keyvals_free(&added);
}

bool device_add_port(Options *o, KeyVals *port, char *error, size_t error_size) {
    static const KeyRow rows[] = {{"driver", KEY_TEXT}, {"chardev", KEY_TEXT}, {"id", KEY_TEXT}, {"bus", KEY_TEXT},
                                  {"nr", KEY_NUMBER},   {"name", KEY_TEXT},    {NULL}};
    const char *driver = keyvals_get(port, "driver"), *bus = keyvals_get(port, "bus");
    bool console = !strcmp(driver, "virtconsole");
    if (!keyvals_check(port, rows, console ? "-device virtconsole" : "-device virtserialport", error, error_size))
        return false;
    if (!keyvals_get(port, "chardev")) return FAIL("-device %s needs chardev=ID", driver);
    char **device = find_device(o, bus, console);
    if (!device && bus) return FAIL("-device %s: there is no bus '%s' (a virtio-serial device's id= and .0)", driver, bus);
    if (!device)
        return FAIL("-device %s needs a -device virtio-serial-pci (or virtio-serial-device) before it, with one of its %d ports free",
                    driver, PORTS);
    uint64_t nr = keyvals_number(port, "nr", free_port(*device, console));
    if (nr >= PORTS || port_taken(*device, (unsigned)nr))
        return FAIL("-device %s: port %llu cannot be had (0 to %d, each once)", driver, (unsigned long long)nr, PORTS - 1);
    add_properties(device, (unsigned)nr, console, port);
    return true;
}
