// SPDX-License-Identifier: MIT
// A guest that says anything: the input is messages of virtio-serial's control queue and bytes for the clipboard's
// agent (a byte for which, a byte for the length, so many bytes). Whatever they say, the device answers and can be saved.
#include <stdlib.h>
#include <string.h>
#include "hw/virtio/devices.h"
#include "hw/virtio/serial_impl.h"
#include "tests/lib/virtio_driver.h"

enum { AT = DRIVER_DATA, BUFFERS = DRIVER_DATA + 0x10000, AGENT_RX = 4, AGENT_TX = 5 };

static void put(Driver *v, unsigned queue, const void *bytes, uint32_t n) {
    uint16_t head;
    uint32_t length;
    memcpy(driver_ram(v, AT), bytes, n);
    driver_add(v, queue, &(Seg){AT, n}, 1, NULL, 0);
    driver_kick(v, queue);
    if (!driver_used(v, queue, &head, &length)) abort();
}

static void give(Driver *v, unsigned queue) {
    uint16_t head;
    uint32_t length;
    while (driver_used(v, queue, &head, &length))
        ;
    driver_add(v, queue, NULL, 0, &(Seg){BUFFERS + queue * 4096, 4096}, 1);
    driver_kick(v, queue);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Machine *m = driver_machine();
    Driver v = {0};
    machine_add_end(m, PROP_SERIAL, "agent", vdagent_open("agent", &m->clipboard, m->screen, m->loop));
    driver_start(&v, driver_device(m, &virtio_serial_device, "force-legacy=off,port0=console,port1=port,port1.chardev=agent,port1.name=a"), UINT64_MAX);
    put(&v, CONTROL_TX, &(ControlMessage){1, EVENT_PORT_OPEN, 1}, sizeof(ControlMessage));
    for (unsigned n = 0; size >= 2 && n < 200; n++) {
        uint8_t what = data[0] & 3;
        size_t length = data[1] < size - 2 ? data[1] : size - 2;
        if (what < 2 && length) put(&v, AGENT_TX, data + 2, (uint32_t)length);
        if (what == 2 && length) put(&v, CONTROL_TX, data + 2, (uint32_t)length);
        if (what == 3) give(&v, length & 1 ? AGENT_RX : CONTROL_RX);
        if (what == 3 && length & 2) clipboard_offer(&m->clipboard, NULL, (const char *)data + 2, length);
        data += 2 + length;
        size -= 2 + length;
    }
    Bytes image = {0};
    char error[200];
    device_save(v.d, &image);
    if (!device_load(v.d, &image, error, sizeof(error))) abort();
    bytes_free(&image);
    machine_free(m);
    return 0;
}
