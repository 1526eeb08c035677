// SPDX-License-Identifier: MIT
// HTIF as Spike's front-end server defines it: the guest stores a command to `tohost` and waits until it
// reads zero again; answers go to `fromhost`. Device 0 is the system-call proxy (exit, and write for those
// who use it), device 1 a console. Both words are plain RAM, so they are polled, as Spike does: every
// millisecond, and every 20 us for a while after something happened.
#include "hw/misc/htif.h"
#include <stdio.h>
#include <string.h>
#include "hw/core/machine.h"
#include "tcg/base/log.h"

enum { POLL_IDLE = 1000000, POLL_BUSY = 20000, BUSY_POLLS = 200 }; // ns, ns, polls
enum { DEVICE_SYSCALL = 0, DEVICE_CONSOLE = 1, CONSOLE_GETCHAR = 0, CONSOLE_PUTCHAR = 1 };
enum { SYS_write = 64, SYS_exit = 93, INPUT = 64, CHUNK = 256 };

typedef struct Htif {
    uint64_t reading; // a getchar command that waits for a byte, 0: none
    uint64_t answer;  // waits until fromhost is free, 0: none
    uint8_t input[INPUT], input_count;
    uint8_t pad[7];
    // wiring
    Serial *chardev;
    uint64_t tohost, fromhost;
    DeviceTimer *timer;
    unsigned busy;
} Htif;

static const Field htif_table[] = {
    FIELD(Htif, reading, 0),     FIELD(Htif, answer, 0), FIELD_ARRAY(Htif, input, 0),
    FIELD(Htif, input_count, 0), FIELD_PAD(Htif, pad),
};
static const Fields htif_fields = FIELDS("htif", 1, htif_table, offsetof(Htif, chardev));

static uint64_t *word(Device *d, uint64_t paddr) {
    return paddr % 8 ? NULL : (uint64_t *)mem_host(d->machine->mem, paddr, 8, true);
}

static void answer(Htif *h, uint64_t command, uint64_t value) {
    h->answer = (command & 0xffffull << 48) | value;
}

// write(fd, address, size): what fd is does not matter to a machine without files.
static int64_t sys_write(Device *d, uint64_t address, uint64_t size) {
    uint8_t bytes[CHUNK];
    for (uint64_t done = 0; done < size;) {
        uint64_t n = size - done < CHUNK ? size - done : CHUNK;
        if (!mem_read(d->machine->mem, address + done, bytes, n)) return -14; // EFAULT
        serial_write(((Htif *)d->state)->chardev, bytes, n);
        done += n;
    }
    return (int64_t)size;
}

static void system_call(Device *d, uint64_t command) {
    uint64_t payload = command << 16 >> 16, call[8];
    if (payload & 1) {
        machine_off(d->machine, (int)(payload >> 1));
        return;
    }
    if (!mem_read(d->machine->mem, payload, call, sizeof(call))) {
        log_print(LOG_GUEST_ERROR, "%s: system call at 0x%lx, where no memory is", d->id,
                  (unsigned long)payload);
        return;
    }
    int64_t result = -38; // ENOSYS
    if (call[0] == SYS_exit)
        machine_off(d->machine, (int)call[1]);
    else if (call[0] == SYS_write)
        result = sys_write(d, call[2], call[3]);
    else
        log_print(LOG_UNIMP, "%s: system call %lu", d->id, (unsigned long)call[0]);
    mem_write(d->machine->mem, payload, &result, sizeof(result));
    answer(d->state, command, 1);
}

static void serve(Device *d, uint64_t command) {
    Htif *h = d->state;
    unsigned device = (unsigned)(command >> 56), what = command >> 48 & 0xff;
    uint8_t byte = (uint8_t)command;
    if (device == DEVICE_SYSCALL && what == 0)
        system_call(d, command);
    else if (device == DEVICE_CONSOLE && what == CONSOLE_PUTCHAR)
        serial_write(h->chardev, &byte, 1);
    else if (device == DEVICE_CONSOLE && what == CONSOLE_GETCHAR)
        h->reading = command;
    else
        log_print(LOG_GUEST_ERROR, "%s: command %u of device %u", d->id, what, device);
}

// Gives a waiting getchar its byte, and an answer its place.
static bool reply(Device *d) {
    Htif *h = d->state;
    if (h->reading && h->input_count && !h->answer) {
        answer(h, h->reading, 0x100 | h->input[0]);
        memmove(h->input, h->input + 1, --h->input_count);
        h->reading = 0;
        serial_ready(h->chardev);
    }
    uint64_t *from = h->fromhost ? word(d, h->fromhost) : NULL;
    if (!h->answer || !from || __atomic_load_n(from, __ATOMIC_ACQUIRE)) return false;
    __atomic_store_n(from, h->answer, __ATOMIC_RELEASE);
    h->answer = 0;
    return true;
}

static void poll(Device *d, unsigned i) {
    Htif *h = d->state;
    uint64_t *to = h->tohost ? word(d, h->tohost) : NULL;
    uint64_t command = to ? __atomic_load_n(to, __ATOMIC_ACQUIRE) : 0;
    bool did = false;
    if (command) {
        serve(d, command);
        __atomic_store_n(to, 0, __ATOMIC_RELEASE);
        did = true;
    }
    if (reply(d)) did = true;
    h->busy = did ? BUSY_POLLS : h->busy ? h->busy - 1 : 0;
    if (to) device_timer_set(h->timer, clock_now(d->machine->clock) + (h->busy ? POLL_BUSY : POLL_IDLE));
}

void htif_attach(Device *d, uint64_t tohost, uint64_t fromhost) {
    Htif *h = d->state;
    device_enter(d);
    h->tohost = tohost;
    h->fromhost = fromhost;
    device_timer_set(h->timer, tohost ? clock_now(d->machine->clock) + POLL_BUSY : UINT64_MAX);
    device_leave(d);
}

// ---- back end (loop's thread)

static size_t can_receive(void *front) {
    Device *d = front;
    device_enter(d);
    size_t room = INPUT - ((Htif *)d->state)->input_count;
    device_leave(d);
    return room;
}

static void receive(void *front, const uint8_t *bytes, size_t n) {
    Device *d = front;
    Htif *h = d->state;
    device_enter(d);
    memcpy(h->input + h->input_count, bytes, n);
    h->input_count += (uint8_t)n;
    device_leave(d);
}

static bool htif_plug(Device *d, char *error, size_t error_size) {
    Htif *h = d->state;
    h->timer = device_timer(d, poll, 0);
    serial_attach(h->chardev, d, can_receive, receive, NULL, NULL);
    return true;
}

static bool htif_loaded(Device *d, char *error, size_t error_size) {
    if (((Htif *)d->state)->input_count <= INPUT) return true;
    snprintf(error, error_size, "htif: more input than there is room for");
    return false;
}

static void htif_fdt(Device *d, Fdt *f) {
    dt_begin(f, "htif");
    dt_string(f, "compatible", "ucb,htif0");
    dt_end(f);
}

static const Prop htif_props[] = {PROP(Htif, chardev, PROP_SERIAL, NULL, "where the console's bytes go")};

const DeviceType htif_type = {
    .name = "riscv.htif",
    .title = "Spike's host-target interface",
    .size = sizeof(Htif),
    .fields = &htif_fields,
    .props = htif_props,
    .nprops = 1,
    .plug = htif_plug,
    .loaded = htif_loaded,
    .fdt = htif_fdt,
};
