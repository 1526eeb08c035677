// SPDX-License-Identifier: MIT
// A device: its state is a plain struct described by Fields, its registers are rows, and only side effects
// are code.
//
// The core finds the row of an access, checks its size, applies access rule and mask, traces it by name (-d
// device), logs accesses to no register as guest errors (reads give zero), and calls `update` with the
// device's lock held after every write, every read that changed state, timer, input and load. `update`
// computes everything that follows from state: interrupt levels (device_irq) and deadlines
// (device_timer_set). So a device never stores a level or a deadline twice, and loading is just fields +
// update.
//
// Threads: get, set, update, timers and inputs run with the device's own lock. Never with it: back ends'
// calls (serial receive, disk done, net receive); those take it with device_enter and give it back, after
// update, with device_leave. Under the lock a device may raise wires, call its back ends and use RAM
// (mem_read, mem_write, mem_host on d->machine->mem: RAM only, so no device is re-entered).
#pragma once
#include "cpu/bus/clock.h"
#include "cpu/bus/irq.h"
#include "cpu/bus/mem.h"
#include "hw/core/fdt.h"
#include "tcg/base/fields.h"
#include "tcg/base/lock.h"

typedef struct Device Device;
typedef struct Machine Machine;
typedef struct DeviceTimer DeviceTimer;

typedef enum RegAccess {
    REG_RO, // a write is a guest error
    REG_WO, // reads as zero
    REG_RW,
    REG_W1C, // writing 1 clears the bits of mask
    REG_W1S, // writing 1 sets the bits of mask
    REG_RC,  // reading clears
} RegAccess;

typedef struct Reg {
    uint32_t offset;
    const char *name;       // as the manual spells it
    uint8_t width;          // bytes: 1, 2, 4, 8. Smaller accesses see part of it, larger ones are split
    uint8_t access;         // RegAccess
    uint8_t field_size;     // of the state field, 0: none (get/set do it all)
    uint32_t field;         // its offset in the state struct (of a bank of the bus: in the bus's part)
    uint64_t mask;          // bits that a write changes (0 with a set: all)
    uint32_t count, stride; // an array of registers: `count` of them every `stride` bytes (0: one)
    // Instead of the field. A write narrower than the row calls get for the rest of it: where reading has effects, make rows of bytes.
    // `i` is the element. `value` is what was written, unmasked; for a partial write
    // merged with the rest.
    uint64_t (*get)(Device *d, unsigned i);
    void (*set)(Device *d, unsigned i, uint64_t value);
} Reg;
// A row whose value is the field m of struct T (element i of it for an array).
#define REG_FIELD(T, m)       .field = offsetof(T, m), .field_size = sizeof(((T *)0)->m)
#define REG_FIELD_ARRAY(T, m) .field = offsetof(T, m), .field_size = sizeof(((T *)0)->m[0])
#define REG_ALL               UINT64_MAX

// A window of registers. A device has its own (DeviceType.regs) and may have more: a PCI function's configuration space and BARs.
typedef struct RegBank {
    const Reg *regs;
    unsigned nregs;
    bool of_bus; // the rows' fields are in the bus's part of the state
    // Offsets that no row covers; NULL: guest error.
    uint64_t (*read)(Device *d, uint64_t offset, unsigned size);
    void (*write)(Device *d, uint64_t offset, uint64_t value, unsigned size);
} RegBank;

typedef enum PropKind {
    PROP_BOOL,
    PROP_U32,
    PROP_U64, // numbers take k, M, G
    PROP_STRING,
    PROP_SERIAL,
    PROP_DISK,
    PROP_NET,
} PropKind;
// A property (`-device name,key=value`, `-global`): kept in the state struct's wiring. The strings are owned
// by the device.
typedef struct Prop {
    const char *name;
    PropKind kind;
    uint32_t offset;
    const char *preset; // text of the default, NULL: zero
    const char *help;
} Prop;
#define PROP(T, m, k, p, h)                                                                                  \
    { .name = #m, .kind = (k), .offset = offsetof(T, m), .preset = (p), .help = (h) }

// What a bus adds to every device on it: a part of the state (a PCI function's configuration space) that is reset, saved, loaded and
// printed with the device's own, and properties (addr=), kept in that part's wiring. Under the device's one lock.
typedef struct DeviceBus {
    const char *name; // "virtio-bus", "PCI": as -device help has it
    size_t size;      // of the part: fields first, wiring last
    const Fields *fields; // NULL: no state
    const Prop *props;
    unsigned nprops;
    void (*update)(Device *d);  // after the type's own; may be NULL
    void (*settled)(Device *d); // after a reset or a load, no lock held: what changes the memory map; may be NULL
} DeviceBus;

typedef struct DeviceType {
    const char *name;     // "ns16550a": what -device and snapshots call it
    const char *title;    // one line for -device help
    size_t size;          // of the state struct: fields first, wiring last
    const Fields *fields; // NULL: no state
    const Reg *regs;
    unsigned nregs;
    uint64_t window;                // bytes of address space (0: none)
    uint8_t min_access, max_access; // sizes the bus passes on; 0: 1 and 8
    LockRank rank;                  // 0: LOCK_DEVICE
    const Prop *props;
    unsigned nprops;
    const DeviceBus *bus; // what it is plugged into; NULL: only boards make it
    // properties are set: connect back ends, make timers
    bool (*plug)(Device *d, char *error, size_t error_size);
    void (*unplug)(Device *d);
    void (*reset)(Device *d);  // after the fields were reset; may be NULL
    void (*update)(Device *d); // may be NULL
    void (*fdt)(Device *d, Fdt *f);
    // Offsets that no row covers (device-specific configuration space ...); NULL: guest error.
    uint64_t (*read)(Device *d, uint64_t offset, unsigned size);
    void (*write)(Device *d, uint64_t offset, uint64_t value, unsigned size);
    // Input wires (interrupt controllers, GPIO). Idempotent.
    void (*input)(Device *d, unsigned n, bool level);
    // A message-signalled interrupt: a write of 32 bits to a page that the type has for it, by the device of this bus-wide
    // number. With the lock, update follows. False: the address is none of its own. NULL: it takes no messages.
    bool (*msi)(Device *d, uint64_t address, uint32_t data, uint32_t source);
    // Interrupt controllers: the cells that name an input in the device tree, and how many (at most 4); NULL: one, its number.
    unsigned (*irq_specifier)(Device *d, unsigned input, uint32_t *cells);
    // The machine pauses (loop's thread, vCPUs stopped, no lock held): finishes what is in flight and starts nothing
    // more, so that RAM and state stand still while they are saved. May be called twice; may be NULL.
    void (*drain)(Device *d);
    // The machine runs, or goes on (loop's thread, before the vCPUs, no lock held). May be NULL.
    void (*resume)(Device *d);
    // What no table of fields can say (lists that grow): saved behind the fields, loaded before `loaded`. An image
    // is hostile; on false the device is as after a reset. With the lock; NULL: the fields are all.
    void (*save)(Device *d, Bytes *out);
    bool (*load)(Device *d, Bytes *in, char *error, size_t error_size);
    // After fields were loaded, before update: false with a message if they make no sense (an image is
    // hostile).
    bool (*loaded)(Device *d, char *error, size_t error_size);
} DeviceType;

enum { DEVICE_IRQS = 68 };

struct Device {
    const DeviceType *type;
    void *state;
    void *bus_state; // the part that type->bus gives it
    Machine *machine; // memory, clock, loop: hw/core/machine.h
    char *id;         // "serial@10000000" or the user's id=
    Lock lock;
    MemOps ops;
    uint64_t base;        // of its window, UINT64_MAX: not mapped
    uint32_t phandle;     // in the device tree
    void *owner;          // whoever made it may hang something here (a virtio transport on its device)
    Irq irq[DEVICE_IRQS]; // outputs
    uint8_t irq_level[DEVICE_IRQS]; // last level sent: 0, 1, 2 unknown
    Device *irq_to[DEVICE_IRQS];    // interrupt controller of each output, for the device tree
    struct DeviceTimer *timers;
    Device *next; // in the machine's list, in order of creation
};

// Makes a device with default properties; it belongs to the machine. Then device_set, device_plug,
// device_map.
Device *device_new(Machine *m, const DeviceType *type, const char *id);
bool device_set(Device *d, const char *key, const char *value, char *error, size_t error_size);
bool device_plug(Device *d, char *error, size_t error_size);
bool device_map(Device *d, uint64_t base, char *error, size_t error_size);
void device_free(Device *d); // unplugs, unmaps, leaves the machine's list
void device_wire(Device *d, unsigned output, Device *to, unsigned input); // interrupt line to another device
void device_wire_to(Device *d, unsigned output, Irq irq);                 // or to anything else (a CPU pin); its level comes with the next update
Irq device_input(Device *to, unsigned input);                             // an input, for what is no device (a CPU's timer)
// A message to an interrupt controller with DeviceType.msi; the sender may hold its own lock. False: not its address.
bool device_msi(Device *to, uint64_t address, uint32_t data, uint32_t source);

void device_reset(Device *d);
void device_save(Device *d, Bytes *out);
bool device_load(Device *d, Bytes *in, char *error, size_t error_size); // updates too

// Under the device's lock:
void device_irq(Device *d, unsigned output, bool level); // sends it if it changed
// A change of state from outside (back ends' threads): take the lock, change state, update and give it back.
void device_enter(Device *d);
void device_leave(Device *d);
void device_update(Device *d); // what follows from state; the core calls it after every access, and device_leave does
// Deadlines; fn is called on the loop's thread with the lock held, update follows. Make them in plug.
DeviceTimer *device_timer(Device *d, void (*fn)(Device *d, unsigned i), unsigned i);
void device_timer_set(DeviceTimer *t, uint64_t deadline_ns); // UINT64_MAX: never

// One access as the bus makes it, lock taken: what mem calls, and tests.
uint64_t device_read(Device *d, uint64_t offset, unsigned size);
void device_write(Device *d, uint64_t offset, uint64_t value, unsigned size);
// The same in another bank of the device's.
uint64_t device_read_bank(Device *d, const RegBank *b, uint64_t offset, unsigned size);
void device_write_bank(Device *d, const RegBank *b, uint64_t offset, uint64_t value, unsigned size);
// "interrupts" and "interrupt-parent" of the outputs that are wired to a device.
void device_dt_interrupts(Device *d, Fdt *f);
// "k=v,k2=v2" after a driver's name, doubled commas are commas: applied with device_set.
bool device_set_all(Device *d, const char *list, char *error, size_t error_size);
