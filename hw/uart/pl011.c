// SPDX-License-Identifier: MIT
// Arm PrimeCell UART, PL011 (DDI 0183 issue G): 16-byte FIFOs, interrupts by level and timeout, loopback. Bytes leave at once while the
// back end takes them; the baud rate is stored and ignored. The receive timeout is "some bytes are waiting", which is what 32 idle bit
// times amount to at infinite speed. Bytes go in and out whether or not UARTCR enables them, since boot code that skips UARTCR works
// on boards whose firmware has set it. Guests: every Arm board.
#include "hw/uart/pl011.h"
#include <stdio.h>
#include <string.h>
#include "hw/core/machine.h"

enum { FIFO = 16 };
enum { FR_CTS = 1, FR_DSR = 2, FR_DCD = 4, FR_BUSY = 8, FR_RXFE = 16, FR_TXFF = 32, FR_RXFF = 64, FR_TXFE = 128 };
enum { INT_RX = 1 << 4, INT_TX = 1 << 5, INT_RT = 1 << 6, INT_BE = 1 << 9, INT_OE = 1 << 10, INT_ALL = 0x7ff };
enum { LCR_FEN = 16, CR_LBE = 128 };
enum { DR_BE = 1 << 10, DR_OE = 1 << 11 };

typedef struct Pl011 {
    uint32_t rsr, ilpr, ibrd, fbrd, lcr, cr, ifls, imsc, ris, dmacr;
    uint16_t rx[FIFO]; // with the error flags of UARTDR
    uint8_t tx[FIFO];
    uint8_t rx_count, tx_count;
    // wiring
    Serial *chardev;
} Pl011;

static const Field pl011_table[] = {
    FIELD(Pl011, rsr, 0),  FIELD(Pl011, ilpr, 0),    FIELD(Pl011, ibrd, 0),  FIELD(Pl011, fbrd, 0),
    FIELD(Pl011, lcr, 0),  FIELD(Pl011, cr, 0x300),  FIELD(Pl011, ifls, 18), FIELD(Pl011, imsc, 0),
    FIELD(Pl011, ris, 0),  FIELD(Pl011, dmacr, 0),   FIELD_ARRAY(Pl011, rx, 0), FIELD_ARRAY(Pl011, tx, 0),
    FIELD(Pl011, rx_count, 0), FIELD(Pl011, tx_count, 0),
};
static const Fields pl011_fields = FIELDS("pl011", 1, pl011_table, offsetof(Pl011, tx_count) + 1);

static unsigned capacity(const Pl011 *u) { return u->lcr & LCR_FEN ? FIFO : 1; }

// UARTIFLS: an eighth, a quarter, a half, three quarters, seven eighths full.
static unsigned rx_trigger(const Pl011 *u) {
    static const uint8_t levels[8] = {2, 4, 8, 12, 14, 14, 14, 14};
    return u->lcr & LCR_FEN ? levels[u->ifls >> 3 & 7] : 1;
}

static void rx_push(Pl011 *u, uint16_t byte) {
    if (u->rx_count < capacity(u)) {
        u->rx[u->rx_count++] = byte;
    } else {
        u->rx[u->rx_count - 1] |= DR_OE;
        u->ris |= INT_OE;
    }
    u->ris |= INT_RT | (u->rx_count >= rx_trigger(u) ? INT_RX : 0);
}

static void tx_flush(Pl011 *u) {
    size_t sent = u->tx_count ? serial_write(u->chardev, u->tx, u->tx_count) : 0;
    memmove(u->tx, u->tx + sent, u->tx_count - sent);
    u->tx_count -= (uint8_t)sent;
    if (sent && !u->tx_count) u->ris |= INT_TX;
}

// ---- registers

static uint64_t dr_get(Device *d, unsigned i) {
    Pl011 *u = d->state;
    if (!u->rx_count) return 0;
    uint16_t byte = u->rx[0];
    memmove(u->rx, u->rx + 1, --u->rx_count * sizeof(u->rx[0]));
    if (u->rx_count < rx_trigger(u)) u->ris &= ~(uint32_t)INT_RX;
    if (!u->rx_count) u->ris &= ~(uint32_t)INT_RT;
    u->rsr = byte >> 8;
    serial_ready(u->chardev);
    return byte & 0xff;
}
// Bits 11:8 of UARTDR are the errors of the byte that was taken with it.
static uint64_t dr_errors_get(Device *d, unsigned i) { return i == 0 ? ((Pl011 *)d->state)->rsr : 0; }
static void dr_errors_set(Device *d, unsigned i, uint64_t value) {}

static void dr_set(Device *d, unsigned i, uint64_t value) {
    Pl011 *u = d->state;
    if (u->cr & CR_LBE) {
        rx_push(u, (uint8_t)value);
        u->ris |= INT_TX;
        return;
    }
    if (u->tx_count == capacity(u)) return; // DDI 0183, 3.3.1: a byte written to a full FIFO is lost
    u->tx[u->tx_count++] = (uint8_t)value;
    tx_flush(u);
}

static uint64_t fr_get(Device *d, unsigned i) {
    const Pl011 *u = d->state;
    uint64_t value = FR_CTS | FR_DSR | FR_DCD;
    if (!u->rx_count) value |= FR_RXFE;
    if (u->rx_count >= capacity(u)) value |= FR_RXFF;
    value |= u->tx_count ? FR_BUSY : FR_TXFE;
    if (u->tx_count >= capacity(u)) value |= FR_TXFF;
    return value;
}

static void rsr_set(Device *d, unsigned i, uint64_t value) { ((Pl011 *)d->state)->rsr = 0; }

// Switching the FIFOs empties them.
static void lcr_set(Device *d, unsigned i, uint64_t value) {
    Pl011 *u = d->state;
    if ((value ^ u->lcr) & LCR_FEN) {
        u->rx_count = u->tx_count = 0;
        serial_ready(u->chardev);
    }
    u->lcr = value & 0xff;
}

static uint64_t mis_get(Device *d, unsigned i) {
    const Pl011 *u = d->state;
    return u->ris & u->imsc;
}
static void icr_set(Device *d, unsigned i, uint64_t value) { ((Pl011 *)d->state)->ris &= ~(uint32_t)value; }

// Peripheral and PrimeCell identification: part 0x011, designer Arm, revision 1.
static uint64_t id_get(Device *d, unsigned i) {
    static const uint8_t id[8] = {0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};
    return id[i & 7];
}

static const Reg pl011_regs[] = {
    {0x00, "UARTDR", 1, REG_RW, .get = dr_get, .set = dr_set}, // a byte: narrow writes must not read it
    {0x01, "UARTDR errors", 1, REG_RW, .get = dr_errors_get, .set = dr_errors_set, .count = 3},
    {0x04, "UARTRSR", 4, REG_RW, REG_FIELD(Pl011, rsr), .set = rsr_set},
    {0x18, "UARTFR", 4, REG_RO, .get = fr_get},
    {0x20, "UARTILPR", 4, REG_RW, REG_FIELD(Pl011, ilpr), .mask = 0xff},
    {0x24, "UARTIBRD", 4, REG_RW, REG_FIELD(Pl011, ibrd), .mask = 0xffff},
    {0x28, "UARTFBRD", 4, REG_RW, REG_FIELD(Pl011, fbrd), .mask = 0x3f},
    {0x2c, "UARTLCR_H", 4, REG_RW, REG_FIELD(Pl011, lcr), .set = lcr_set},
    {0x30, "UARTCR", 4, REG_RW, REG_FIELD(Pl011, cr), .mask = 0xff87},
    {0x34, "UARTIFLS", 4, REG_RW, REG_FIELD(Pl011, ifls), .mask = 0x3f},
    {0x38, "UARTIMSC", 4, REG_RW, REG_FIELD(Pl011, imsc), .mask = INT_ALL},
    {0x3c, "UARTRIS", 4, REG_RO, REG_FIELD(Pl011, ris)},
    {0x40, "UARTMIS", 4, REG_RO, .get = mis_get},
    {0x44, "UARTICR", 4, REG_WO, .set = icr_set},
    {0x48, "UARTDMACR", 4, REG_RW, REG_FIELD(Pl011, dmacr), .mask = 7},
    {0xfe0, "UARTID", 4, REG_RO, .get = id_get, .count = 8},
};

static void pl011_update(Device *d) { device_irq(d, 0, mis_get(d, 0) != 0); }

// ---- back end (loop's thread)

static size_t can_receive(void *front) {
    Device *d = front;
    Pl011 *u = d->state;
    device_enter(d);
    size_t room = u->cr & CR_LBE ? 0 : capacity(u) - u->rx_count;
    device_leave(d);
    return room;
}

static void receive(void *front, const uint8_t *bytes, size_t n) {
    Device *d = front;
    device_enter(d);
    for (size_t i = 0; i < n; i++) rx_push(d->state, bytes[i]);
    device_leave(d);
}

static void event(void *front, SerialEvent e) {
    Device *d = front;
    if (e != SERIAL_BREAK) return;
    device_enter(d);
    rx_push(d->state, DR_BE);
    ((Pl011 *)d->state)->ris |= INT_BE;
    device_leave(d);
}

static void drained(void *front) {
    Device *d = front;
    device_enter(d);
    tx_flush(d->state);
    device_leave(d);
}

static bool pl011_plug(Device *d, char *error, size_t error_size) {
    serial_attach(((Pl011 *)d->state)->chardev, d, can_receive, receive, event, drained);
    return true;
}

static void pl011_reset(Device *d) { serial_ready(((Pl011 *)d->state)->chardev); }

static bool pl011_loaded(Device *d, char *error, size_t error_size) {
    Pl011 *u = d->state;
    if (u->rx_count <= capacity(u) && u->tx_count <= capacity(u)) return true;
    snprintf(error, error_size, "pl011: a FIFO holds more than it can");
    return false;
}

static const Prop pl011_props[] = {PROP(Pl011, chardev, PROP_SERIAL, NULL, "where its bytes go")};

const DeviceType pl011_type = {
    .name = "pl011",
    .title = "Arm PL011 serial port",
    .size = sizeof(Pl011),
    .fields = &pl011_fields,
    .regs = pl011_regs,
    .nregs = sizeof(pl011_regs) / sizeof(pl011_regs[0]),
    .window = 0x1000,
    .props = pl011_props,
    .nprops = 1,
    .plug = pl011_plug,
    .reset = pl011_reset,
    .update = pl011_update,
    .loaded = pl011_loaded,
};
