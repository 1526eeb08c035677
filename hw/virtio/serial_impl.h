// SPDX-License-Identifier: MIT
// Between virtio-serial's data (serial.c) and its control queues (serial_control.c).
#pragma once
#include "hw/host/serial.h"
#include "hw/virtio/virtio.h"

enum { PORTS = 7 }; // port 0 has queues 0 and 1, the control messages 2 and 3, port n 2n + 2 and 2n + 3
enum { CONTROL_RX = 2, CONTROL_TX = 3, F_MULTIPORT = 1 << 1, F_EMERG_WRITE = 1 << 2 };
enum { // a port, as the driver has it
    PORT_ADD_DUE = 1, // to be told to the driver
    PORT_CONSOLE_DUE = 2,
    PORT_NAME_DUE = 4,
    PORT_IS_READY = 16, // the driver has it
    PORT_IS_OPEN = 32,  // and somebody in the guest has opened it
};

enum { // 5.3.6.2
    EVENT_DEVICE_READY,
    EVENT_PORT_ADD,
    EVENT_PORT_REMOVE,
    EVENT_PORT_READY,
    EVENT_CONSOLE_PORT,
    EVENT_RESIZE,
    EVENT_PORT_OPEN,
    EVENT_PORT_NAME,
};
typedef struct ControlMessage {
    uint32_t id;
    uint16_t event, value;
} ControlMessage;

typedef struct VirtioSerial VirtioSerial;
typedef struct Port { // wiring
    VirtioSerial *all;
    unsigned nr;
    char *kind, *name; // kind: "console", "port"; NULL: there is none
    Serial *chardev;
} Port;

struct VirtioSerial {
    VirtioRegs regs;
    uint32_t sent[PORTS]; // bytes of the chain at next_avail of the output queue
    uint8_t state[PORTS];
    uint8_t told[PORTS]; // the driver knows the host's end as open
    uint8_t pad[6];
    // wiring
    Virtio v;
    Port port[PORTS];
    Serial *chardev; // a console as port 0
    uint32_t max_ports;
    bool paused;
    VirtqElement e;
};

static inline unsigned port_rx(unsigned nr) { return nr ? 2 * nr + 2 : 0; }
static inline bool port_is_console(const Port *p) { return p->kind && p->kind[0] == 'c'; }
bool port_is_open(const Port *p); // may bytes pass? With the lock

// serial_control.c; with the lock
void serial_control_tell(VirtioSerial *s); // what is due, as far as the driver gave buffers
void serial_control_take(VirtioSerial *s); // the driver's messages
