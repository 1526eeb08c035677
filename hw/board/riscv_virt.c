// SPDX-License-Identifier: MIT
// `virt` for riscv64 and riscv32: QEMU's paravirtual board. Addresses, interrupt numbers and device-tree node
// names are QEMU's, since guests carry them. Devices describe themselves; this file only says where they
// stand and what they are wired to.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/riscv/riscv.h"
#include "hw/board/riscv_boot.h"
#include "hw/board/virtio_slots.h"
#include "hw/core/system_bus.h"
#include "hw/intc/aclint.h"
#include "hw/intc/plic.h"
#include "hw/misc/finisher.h"
#include "hw/misc/fw_cfg.h"
#include "hw/misc/pflash.h"
#include "hw/pci/host.h"
#include "hw/rtc/goldfish.h"
#include "hw/uart/ns16550.h"

enum { PLATFORM_BASE = 0x04000000 }; // 32 MiB for what -device adds to the board
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
    PCI_PIO = 0x3000000,
    PCI_ECAM = 0x30000000,
    PCI_MMIO = 0x40000000,
};
enum { VIRTIO_IRQ = 1, UART_IRQ = 10, RTC_IRQ = 11, PCI_IRQ = 32 };
static const uint64_t dram_base = 0x80000000;
static const char uart_path[] = "/soc/serial@10000000";

typedef struct Virt {
    Device *plic, *clint, *sswi, *finisher, *uart, *rtc, *fw_cfg, *pcie;
    Device *flash[BOARD_FLASHES];
    VirtioSlots slots;
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

// No message-signalled interrupts: functions have their pins. The upper window lies behind the memory; rv32 has its own.
static bool add_pcie(Machine *m, Virt *v, char *error, size_t error_size) {
    static const uint64_t gib = 1ull << 30;
    bool wide = strcmp(m->spec->target, "riscv32");
    PciMap map = {
        .node = "pci@30000000",
        .ecam = PCI_ECAM,
        .buses = 256,
        .pio = PCI_PIO,
        .pio_size = 0x10000,
        .mmio = PCI_MMIO,
        .mmio_size = gib,
        .mmio64 = wide ? align_up(dram_base + m->ram_size, 16 * gib) : 12 * gib,
        .mmio64_size = wide ? 16 * gib : 4 * gib,
        .intc = v->plic,
        .irq = PCI_IRQ,
    };
    return (v->pcie = pci_host_new(m, &map, error, error_size));
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
              add_pcie(m, v, error, error_size) &&
              (v->rtc = board_add(m, &goldfish_rtc_type, "rtc", RTC_BASE, "", error, error_size)) &&
              (v->uart = board_add(m, &ns16550_type, "serial0", UART_BASE,
                                   m->serials[0] ? "chardev=serial0" : "", error, error_size));
    if (!ok) return false;
    v->slots = (VirtioSlots){VIRTIO_BASE, VIRTIO_STRIDE, VIRTIO_SLOTS, v->plic, VIRTIO_IRQ};
    wire_harts(m, v);
    device_wire(v->uart, 0, v->plic, UART_IRQ);
    device_wire(v->rtc, 0, v->plic, RTC_IRQ);
    return true;
}

static bool virt_plug(Machine *m, const DeviceType *type, const char *props, char *error, size_t error_size) {
    Virt *v = m->board_state;
    if (type->bus == &system_bus) return system_bus_plug(m, type, props, PLATFORM_BASE, error, error_size);
    return virtio_slots_plug(m, &v->slots, v->pcie, type, props, error, error_size);
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
    if (!virtio_slots_fill(m, &v->slots, error, error_size)) return false;
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
