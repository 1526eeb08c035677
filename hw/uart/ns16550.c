// SPDX-License-Identifier: MIT
// National Semiconductor PC16550D (data sheet, June 1995): transmitter and receiver with 16-byte FIFOs,
// prioritised interrupts, line and modem status, loopback. Bytes leave at once while the back end takes them;
// baud rate is stored and ignored. The character timeout is "some bytes below the trigger level are waiting",
// which is what the four idle character times amount to at infinite speed. Guests: every board with a
// PC-style serial port.
#include "hw/uart/ns16550.h"
#include <string.h>
#include "hw/core/machine.h"

enum { FIFO = 16 };
enum { IER_RX = 1, IER_TX = 2, IER_LINE = 4, IER_MODEM = 8 };
enum { IIR_NONE = 1, IIR_MODEM = 0, IIR_TX = 2, IIR_RX = 4, IIR_LINE = 6, IIR_TIMEOUT = 12, IIR_FIFO = 0xc0 };
enum { FCR_ENABLE = 1, FCR_CLEAR_RX = 2, FCR_CLEAR_TX = 4, FCR_TRIGGER = 6 };
enum { LCR_BREAK = 0x40, LCR_DLAB = 0x80 };
enum { MCR_DTR = 1, MCR_RTS = 2, MCR_OUT1 = 4, MCR_OUT2 = 8, MCR_LOOP = 16 };
enum {
    LSR_DR = 1,
    LSR_OE = 2,
    LSR_PE = 4,
    LSR_FE = 8,
    LSR_BI = 16,
    LSR_THRE = 32,
    LSR_TEMT = 64,
    LSR_ERRORS = 0x1e
};
enum { MSR_DELTA = 0x0f, MSR_TERI = 4, MSR_CTS = 16, MSR_DSR = 32, MSR_RI = 64, MSR_DCD = 128 };

typedef struct Uart {
    uint8_t ier, fcr, lcr, mcr, scr, dll, dlm;
    uint8_t lsr_errors; // OE, BI until LSR is read
    uint8_t msr;
    uint8_t thre_armed; // the "transmitter empty" interrupt has not been acknowledged
    uint8_t rx[FIFO], rx_count;
    uint8_t tx[FIFO], tx_count;
    // wiring
    Serial *chardev;
    uint32_t clock_frequency;
} Uart;

static const Field uart_table[] = {
    FIELD(Uart, ier, 0),        FIELD(Uart, fcr, 0),        FIELD(Uart, lcr, 0),
    FIELD(Uart, mcr, 0),        FIELD(Uart, scr, 0),        FIELD(Uart, dll, 12),
    FIELD(Uart, dlm, 0),        FIELD(Uart, lsr_errors, 0), FIELD(Uart, msr, MSR_CTS | MSR_DSR | MSR_DCD),
    FIELD(Uart, thre_armed, 0), FIELD_ARRAY(Uart, rx, 0),   FIELD(Uart, rx_count, 0),
    FIELD_ARRAY(Uart, tx, 0),   FIELD(Uart, tx_count, 0),
};
static const Fields uart_fields = FIELDS("ns16550a", 1, uart_table, offsetof(Uart, tx_count) + 1);

static unsigned capacity(const Uart *u) { return u->fcr & FCR_ENABLE ? FIFO : 1; }
static unsigned trigger(const Uart *u) {
    static const uint8_t levels[] = {1, 4, 8, 14};
    return u->fcr & FCR_ENABLE ? levels[u->fcr >> FCR_TRIGGER] : 1;
}

static void rx_push(Uart *u, uint8_t byte) {
    if (u->rx_count < capacity(u))
        u->rx[u->rx_count++] = byte;
    else
        u->lsr_errors |= LSR_OE;
}

// Gives the back end what it takes of the transmit FIFO.
static void tx_flush(Uart *u) {
    size_t sent = u->tx_count ? serial_write(u->chardev, u->tx, u->tx_count) : 0;
    memmove(u->tx, u->tx + sent, u->tx_count - sent);
    u->tx_count -= (uint8_t)sent;
    if (sent && !u->tx_count) u->thre_armed = 1;
}

// ---- registers

static uint64_t rbr_dll_get(Device *d, unsigned i) {
    Uart *u = d->state;
    if (u->lcr & LCR_DLAB) return u->dll;
    if (!u->rx_count) return 0;
    uint8_t byte = u->rx[0];
    memmove(u->rx, u->rx + 1, --u->rx_count);
    serial_ready(u->chardev);
    return byte;
}

static void thr_dll_set(Device *d, unsigned i, uint64_t value) {
    Uart *u = d->state;
    if (u->lcr & LCR_DLAB) {
        u->dll = (uint8_t)value;
        return;
    }
    u->thre_armed = 0;
    if (u->mcr & MCR_LOOP) {
        rx_push(u, (uint8_t)value);
        u->thre_armed = 1;
        return;
    }
    if (u->tx_count == capacity(u)) u->tx_count--; // the data sheet: the byte in THR is overwritten
    u->tx[u->tx_count++] = (uint8_t)value;
    tx_flush(u);
}

static uint64_t ier_dlm_get(Device *d, unsigned i) {
    Uart *u = d->state;
    return u->lcr & LCR_DLAB ? u->dlm : u->ier;
}

static void ier_dlm_set(Device *d, unsigned i, uint64_t value) {
    Uart *u = d->state;
    if (u->lcr & LCR_DLAB) {
        u->dlm = (uint8_t)value;
        return;
    }
    if (value & ~u->ier & IER_TX && !u->tx_count)
        u->thre_armed = 1; // enabling it while empty interrupts at once
    u->ier = value & 0x0f;
}

// The highest-priority interrupt that is enabled and pending (table IV).
static uint8_t iir(const Uart *u) {
    if (u->ier & IER_LINE && u->lsr_errors) return IIR_LINE;
    if (u->ier & IER_RX && u->rx_count >= trigger(u)) return IIR_RX;
    if (u->ier & IER_RX && u->rx_count) return IIR_TIMEOUT;
    if (u->ier & IER_TX && u->thre_armed) return IIR_TX;
    if (u->ier & IER_MODEM && u->msr & MSR_DELTA) return IIR_MODEM;
    return IIR_NONE;
}

static uint64_t iir_get(Device *d, unsigned i) {
    Uart *u = d->state;
    uint8_t id = iir(u);
    if (id == IIR_TX) u->thre_armed = 0; // reading it acknowledges
    return id | (u->fcr & FCR_ENABLE ? IIR_FIFO : 0);
}

static void fcr_set(Device *d, unsigned i, uint64_t value) {
    Uart *u = d->state;
    bool switched = (value ^ u->fcr) & FCR_ENABLE;
    if (switched || value & FCR_CLEAR_RX) {
        u->rx_count = 0;
        serial_ready(u->chardev);
    }
    if (switched || value & FCR_CLEAR_TX) {
        u->tx_count = 0;
        u->thre_armed = 1;
    }
    u->fcr = value & FCR_ENABLE ? value & 0xc9 : 0;
}

static uint64_t lsr_get(Device *d, unsigned i) {
    Uart *u = d->state;
    uint8_t value = u->lsr_errors | (u->rx_count ? LSR_DR : 0);
    if (!u->tx_count) value |= LSR_THRE | LSR_TEMT;
    u->lsr_errors = 0;
    return value;
}

// The modem inputs: a cable with everything asserted, or in loopback our own outputs.
static void modem_update(Uart *u) {
    uint8_t now = MSR_CTS | MSR_DSR | MSR_DCD;
    if (u->mcr & MCR_LOOP)
        now = (u->mcr & MCR_RTS ? MSR_CTS : 0) | (u->mcr & MCR_DTR ? MSR_DSR : 0) |
              (u->mcr & MCR_OUT1 ? MSR_RI : 0) | (u->mcr & MCR_OUT2 ? MSR_DCD : 0);
    uint8_t changed = (now ^ u->msr) & 0xf0, delta = changed >> 4;
    if (!(changed & u->msr & MSR_RI)) delta &= ~MSR_TERI; // the ring indicator reports its trailing edge only
    u->msr = now | (u->msr & MSR_DELTA) | delta;
}

static void mcr_set(Device *d, unsigned i, uint64_t value) {
    Uart *u = d->state;
    u->mcr = value & 0x1f;
    modem_update(u);
}

static uint64_t msr_get(Device *d, unsigned i) {
    Uart *u = d->state;
    uint8_t value = u->msr;
    u->msr &= ~MSR_DELTA;
    return value;
}

static const Reg uart_regs[] = {
    {0, "RBR/THR/DLL", 1, REG_RW, .get = rbr_dll_get, .set = thr_dll_set},
    {1, "IER/DLM", 1, REG_RW, .get = ier_dlm_get, .set = ier_dlm_set},
    {2, "IIR/FCR", 1, REG_RW, .get = iir_get, .set = fcr_set},
    {3, "LCR", 1, REG_RW, REG_FIELD(Uart, lcr), .mask = 0xff},
    {4, "MCR", 1, REG_RW, REG_FIELD(Uart, mcr), .set = mcr_set},
    {5, "LSR", 1, REG_RO, .get = lsr_get},
    {6, "MSR", 1, REG_RO, .get = msr_get},
    {7, "SCR", 1, REG_RW, REG_FIELD(Uart, scr), .mask = 0xff},
};

static void uart_update(Device *d) { device_irq(d, 0, iir(d->state) != IIR_NONE); }

// ---- back end (loop's thread)

static size_t can_receive(void *front) {
    Device *d = front;
    Uart *u = d->state;
    device_enter(d);
    size_t room = u->mcr & MCR_LOOP ? 0 : capacity(u) - u->rx_count;
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
    rx_push(d->state, 0);
    ((Uart *)d->state)->lsr_errors |= LSR_BI;
    device_leave(d);
}

static void drained(void *front) {
    Device *d = front;
    device_enter(d);
    tx_flush(d->state);
    device_leave(d);
}

static bool uart_plug(Device *d, char *error, size_t error_size) {
    serial_attach(((Uart *)d->state)->chardev, d, can_receive, receive, event, drained);
    return true;
}

static void uart_reset(Device *d) { serial_ready(((Uart *)d->state)->chardev); }

static bool uart_loaded(Device *d, char *error, size_t error_size) {
    Uart *u = d->state;
    if (u->rx_count <= capacity(u) && u->tx_count <= capacity(u)) return true;
    snprintf(error, error_size, "ns16550a: a FIFO holds more than it can");
    return false;
}

static void uart_fdt(Device *d, Fdt *f) {
    dt_begin(f, "serial@%lx", (unsigned long)d->base);
    dt_string(f, "compatible", "ns16550a");
    dt_reg(f, d->base, d->type->window);
    dt_u32(f, "clock-frequency", ((Uart *)d->state)->clock_frequency);
    device_dt_interrupts(d, f);
    dt_end(f);
}

static const Prop uart_props[] = {
    PROP(Uart, chardev, PROP_SERIAL, NULL, "where its bytes go"),
    {"clock-frequency", PROP_U32, offsetof(Uart, clock_frequency), "3686400", "for the device tree: Hz"},
};

const DeviceType ns16550_type = {
    .name = "ns16550a",
    .title = "16550A serial port",
    .size = sizeof(Uart),
    .fields = &uart_fields,
    .regs = uart_regs,
    .nregs = sizeof(uart_regs) / sizeof(uart_regs[0]),
    .window = 0x100,
    .props = uart_props,
    .nprops = 2,
    .plug = uart_plug,
    .reset = uart_reset,
    .update = uart_update,
    .fdt = uart_fdt,
    .loaded = uart_loaded,
};
