// SPDX-License-Identifier: MIT
// `virt` for riscv64 and riscv32: QEMU's paravirtual board. Addresses, interrupt numbers and device-tree node
// names are QEMU's, since guests carry them. Devices describe themselves; this file only says where they
// stand and what they are wired to.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/riscv/riscv.h"
#include "hw/board/riscv_boot.h"
#include "hw/intc/aclint.h"
#include "hw/intc/plic.h"
#include "hw/misc/finisher.h"
#include "hw/misc/fw_cfg.h"
#include "hw/misc/pflash.h"
#include "hw/rtc/goldfish.h"
#include "hw/uart/ns16550.h"
#include "hw/virtio/mmio.h"

enum {
    FINISHER_BASE = 0x100000,
    RTC_BASE = 0x101000,
    CLINT_BASE = 0x2000000,
    SSWI_BASE = 0x2f00000,
    PLIC_BASE = 0xc000000,
    UART_BASE = 0x10000000,
    FW_CFG_BASE = 0x10100000,
    VIRTIO_BASE = 0x10001000,
    VIRTIO_STRIDE = 0x1000,
    VIRTIO_SLOTS = 8,
    FLASH_BASE = 0x20000000,
};
enum { VIRTIO_IRQ = 1, UART_IRQ = 10, RTC_IRQ = 11 };
static const uint64_t dram_base = 0x80000000;
static const char uart_path[] = "/soc/serial@10000000";

typedef struct Virt {
    Device *plic, *clint, *sswi, *finisher, *uart, *rtc, *fw_cfg;
    Device *flash[BOARD_FLASHES];
    Device *slot[VIRTIO_SLOTS];
} Virt;

static void wire_harts(Machine *m, Virt *v) {
    device_wire_to(v->clint, ACLINT_TIME, riscv_time_pin(m));
    for (unsigned h = 0; h < m->ncpus; h++) {
        device_wire_to(v->plic, 2 * h, riscv_pin(m, h, RISCV_PIN_MEI));
        device_wire_to(v->plic, 2 * h + 1, riscv_pin(m, h, RISCV_PIN_SEI));
        device_wire_to(v->clint, 2 * h, riscv_pin(m, h, RISCV_PIN_MSI));
        device_wire_to(v->clint, 2 * h + 1, riscv_pin(m, h, RISCV_PIN_MTI));
        if (v->sswi) device_wire_to(v->sswi, h, riscv_pin(m, h, RISCV_PIN_SSI));
    }
}

static void virt_free(Machine *m) { free(m->board_state); }

static bool virt_build(Machine *m, char *error, size_t error_size) {
    char harts[32], clint[64];
    bool aclint;
    Virt *v = m->board_state = calloc(1, sizeof(*v));
    m->board_free = virt_free;
    m->ram_base = dram_base;
    if (!machine_prop_bool(m, "aclint", false, &aclint, error, error_size)) return false;
    snprintf(harts, sizeof(harts), "harts=%u", m->ncpus);
    snprintf(clint, sizeof(clint), "%s,aclint=%s", harts, aclint ? "on" : "off");
    if (m->serials[0]) machine_add_end(m, PROP_SERIAL, "serial0", m->serials[0]);
    bool ok = riscv_make_harts(m, error, error_size) &&
              riscv_make_memory(m, "riscv_virt_board.ram", error, error_size) &&
              (v->plic = board_add(m, &plic_type, "plic", PLIC_BASE, harts, error, error_size)) &&
              (v->clint = board_add(m, &aclint_type, "clint", CLINT_BASE, clint, error, error_size)) &&
              (!aclint ||
               (v->sswi = board_add(m, &aclint_sswi_type, "sswi", SSWI_BASE, harts, error, error_size))) &&
              (v->finisher = board_add(m, &finisher_type, "test", FINISHER_BASE, "", error, error_size)) &&
              (v->fw_cfg = board_add(m, &fw_cfg_type, "fw_cfg", FW_CFG_BASE, "", error, error_size)) &&
              boot_fill_fw_cfg(m, v->fw_cfg, error, error_size) &&
              boot_add_flash(m, &pflash_type, FLASH_BASE, v->flash, error, error_size) &&
              (v->rtc = board_add(m, &goldfish_rtc_type, "rtc", RTC_BASE, "", error, error_size)) &&
              (v->uart = board_add(m, &ns16550_type, "serial0", UART_BASE,
                                   m->serials[0] ? "chardev=serial0" : "", error, error_size));
    if (!ok) return false;
    wire_harts(m, v);
    device_wire(v->uart, 0, v->plic, UART_IRQ);
    device_wire(v->rtc, 0, v->plic, RTC_IRQ);
    return true;
}

// ---- virtio-mmio slots

static bool fill_slot(Machine *m, unsigned slot, const DeviceType *type, const char *props, char *error,
                      size_t error_size) {
    Virt *v = m->board_state;
    char id[32];
    snprintf(id, sizeof(id), "virtio-mmio-%u", slot);
    v->slot[slot] = board_add(m, type, id, VIRTIO_BASE + slot * VIRTIO_STRIDE, props, error, error_size);
    if (v->slot[slot]) device_wire(v->slot[slot], 0, v->plic, VIRTIO_IRQ + slot);
    return v->slot[slot] != NULL;
}

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

// -device on the virtio bus: the slot that bus=virtio-mmio-bus.N names, or the highest free one, as QEMU
// fills them.
static bool virt_plug(Machine *m, const DeviceType *type, const char *props, char *error, size_t error_size) {
    Virt *v = m->board_state;
    char rest[2048], bus[64], end;
    unsigned slot;
    if (type->bus != &virtio_mmio_bus) {
        snprintf(error, error_size, "machine 'virt' has no %s for '%s'", type->bus->name, type->name);
        return false;
    }
    if (!take_bus(props, rest, sizeof(rest), bus, sizeof(bus))) {
        snprintf(error, error_size, "%s: the properties are too long", type->name);
        return false;
    }
    if (*bus && (sscanf(bus, "virtio-mmio-bus.%u%c", &slot, &end) != 1 || slot >= VIRTIO_SLOTS)) {
        snprintf(error, error_size, "%s: no bus '%s' (virtio-mmio-bus.0 to virtio-mmio-bus.%d)", type->name,
                 bus, VIRTIO_SLOTS - 1);
        return false;
    }
    if (*bus && !v->slot[slot]) return fill_slot(m, slot, type, rest, error, error_size);
    if (*bus) {
        snprintf(error, error_size, "%s: bus '%s' is taken by '%s'", type->name, bus,
                 v->slot[slot]->type->name);
        return false;
    }
    for (unsigned s = VIRTIO_SLOTS; s-- > 0;)
        if (!v->slot[s]) return fill_slot(m, s, type, rest, error, error_size);
    snprintf(error, error_size, "all %d virtio slots of machine 'virt' are taken: no room for '%s'",
             VIRTIO_SLOTS, type->name);
    return false;
}

// ---- device tree and boot

static void virt_dt(Machine *m, Fdt *f) {
    Virt *v = m->board_state;
    riscv_dt_root(f, "riscv-virtio", "riscv-virtio,qemu");
    dt_begin(f, "aliases");
    dt_string(f, "serial0", uart_path);
    dt_end(f);
    finisher_fdt_syscon(v->finisher, f);
    fw_cfg_fdt(v->fw_cfg, f);
    pflash_fdt(v->flash, BOARD_FLASHES, f);
    riscv_dt_memory(m, f);
    riscv_dt_cpus(m, f);
    riscv_dt_soc(f);
    for (Device *d = m->devices; d; d = d->next)
        if (d->type->fdt && d->base != UINT64_MAX) d->type->fdt(d, f);
    dt_end(f);
    dt_begin(f, "chosen");
    dt_end(f);
}

static bool virt_load(Machine *m, char *error, size_t error_size) {
    Virt *v = m->board_state;
    RiscvBoot boot = {.tree = {uart_path, virt_dt}, .fw_cfg = v->fw_cfg};
    if (pflash_has_disk(v->flash[0])) boot.flash = v->flash[0]->base;
    for (unsigned s = 0; s < VIRTIO_SLOTS;
         s++) // transports are always there; what nobody plugged in is empty
        if (!v->slot[s] && !fill_slot(m, s, &virtio_mmio_empty, "", error, error_size)) return false;
    return riscv_boot(m, &boot, error, error_size);
}

static const char *const props[] = {
    "aclint=on|off: ACLINT devices in place of the CLINT, supervisor software interrupts among them",
    "pflash0=drive: id of the drive that is the first flash, where firmware in flash is started",
    "pflash1=drive: id of the drive that is the second flash",
    NULL,
};
static const char *const targets[] = {"riscv64", "riscv32", NULL};

const Board riscv_virt_board = {
    .name = "virt",
    .title = "RISC-V VirtIO board",
    .targets = targets,
    .max_cpus = PLIC_CONTEXTS / 2,
    .default_ram = 128 << 20,
    .props = props,
    .build = virt_build,
    .load = virt_load,
    .plug = virt_plug,
};
