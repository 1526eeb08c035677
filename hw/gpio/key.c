// SPDX-License-Identifier: MIT
// A push button, pressed by the monitor (system_powerdown) and let go after as long as drivers need to take it for one.
#include "hw/gpio/key.h"
#include "hw/core/machine.h"

enum { PRESS_NS = 100000000 };

typedef struct Key {
    uint64_t release; // virtual time; 0: it is not pressed
    // wiring
    DeviceTimer *timer;
} Key;

static const Field key_table[] = {FIELD(Key, release, 0)};
static const Fields key_fields = FIELDS("gpio-key", 1, key_table, offsetof(Key, timer));

static void key_update(Device *d) {
    Key *k = d->state;
    if (k->release <= clock_now(d->machine->clock)) k->release = 0;
    device_timer_set(k->timer, k->release ? k->release : UINT64_MAX);
    device_irq(d, 0, k->release);
}
static void due(Device *d, unsigned i) {} // update sees it

void gpio_key_press(Device *d) {
    device_enter(d);
    ((Key *)d->state)->release = clock_now(d->machine->clock) + PRESS_NS;
    device_leave(d);
}

static bool key_plug(Device *d, char *error, size_t error_size) {
    ((Key *)d->state)->timer = device_timer(d, due, 0);
    return true;
}

const DeviceType gpio_key_type = {
    .name = "gpio-key",
    .title = "push button",
    .size = sizeof(Key),
    .fields = &key_fields,
    .plug = key_plug,
    .update = key_update,
};
