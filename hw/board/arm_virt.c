// SPDX-License-Identifier: MIT
// `virt` for aarch64: QEMU's paravirtual Arm board. Addresses and interrupt numbers are QEMU's, since guests carry them. This file only
// says where devices stand and what they are wired to.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/arm/arm.h"
#include "hw/board/arm_boot.h"
#include "hw/board/arm_gic.h"
#include "hw/board/virtio_slots.h"
#include "hw/core/system_bus.h"
#include "hw/gpio/key.h"
#include "hw/gpio/pl061.h"
#include "hw/misc/fw_cfg.h"
#include "hw/misc/pflash.h"
#include "hw/pci/host.h"
#include "hw/rtc/pl031.h"
#include "hw/uart/pl011.h"
#include "tcg/base/fail.h"

enum { PLATFORM_BASE = 0x0c000000 }; // 32 MiB for what -device adds to the board
enum {
    FLASH_BASE = 0,
    FW_CFG_BASE = 0x09020000,
    GPIO_BASE = 0x09030000,
    UART_BASE = 0x09000000,
    RTC_BASE = 0x09010000,
    VIRTIO_BASE = 0x0a000000,
    VIRTIO_STRIDE = 0x200,
    VIRTIO_SLOTS = 32,
    PCI_MMIO = 0x10000000,
    PCI_PIO = 0x3eff0000,
    PCI_LOW_ECAM = 0x3f000000,
};
enum { UART_IRQ = 1, RTC_IRQ = 2, PCI_IRQ = 3, GPIO_IRQ = 7, VIRTIO_IRQ = 16 }; // shared interrupts
enum { GPIO_POWER_KEY = 3, KEY_POWER = 116 /* Linux, input-event-codes.h */ };
enum { UART_CLOCK = 24000000 };
static const uint64_t dram_base = 0x40000000;
static const char uart_path[] = "/pl011@9000000";

typedef struct Virt {
    BoardGic gic;
    Device *uart, *rtc, *pcie, *gpio, *key, *fw_cfg;
    Device *flash[BOARD_FLASHES];
    VirtioSlots slots;
} Virt;

static void virt_powerdown(Machine *m) { gpio_key_press(((Virt *)m->board_state)->key); }

// Above the memory, but not below 256 GiB: room for redistributors, configuration space, and the window for 64-bit BARs, each aligned
// to its size. Without high memory there is less configuration space, below the memory, and no such window.
static bool add_pcie(Machine *m, Virt *v, char *error, size_t error_size) {
    static const uint64_t mib = 1 << 20, gib = 1ull << 30;
    bool high;
    if (!machine_prop_bool(m, "highmem", true, &high, error, error_size)) return false;
    uint64_t above = align_up(m->ram_base + m->ram_size, gib);
    if (above < 256 * gib) above = 256 * gib;
    uint64_t ecam = align_up(align_up(above, 64 * mib) + 64 * mib, 256 * mib);
    PciMap map = {
        .node = "pcie@10000000",
        .ecam = high ? ecam : PCI_LOW_ECAM,
        .buses = high ? 256 : 16,
        .pio = PCI_PIO,
        .pio_size = 0x10000,
        .mmio = PCI_MMIO,
        .mmio_size = PCI_PIO - PCI_MMIO,
        .mmio64 = align_up(ecam + 256 * mib, 512 * gib),
        .mmio64_size = high ? 512 * gib : 0,
        .intc = v->gic.gic,
        .irq = PCI_IRQ,
        .intc_address_cells = 2,
        .msi = v->gic.msi,
    };
    return (v->pcie = pci_host_new(m, &map, error, error_size));
}

static void virt_free(Machine *m) { free(m->board_state); }

// Physical addresses above 4 GiB hold the rest of more than 3 GiB of RAM.
static bool check_highmem(Machine *m, char *error, size_t error_size) {
    bool high;
    if (!machine_prop_bool(m, "highmem", true, &high, error, error_size)) return false;
    return high || m->ram_base + m->ram_size <= 1ull << 32 || FAIL("-M highmem=off: at most 3 GiB of memory fit below 4 GiB");
}

static bool make_devices(Machine *m, Virt *v, char *error, size_t error_size) {
    return (v->rtc = board_add(m, &pl031_type, "rtc", RTC_BASE, "", error, error_size)) &&
           (v->uart = board_add(m, &pl011_type, "serial0", UART_BASE, m->serials[0] ? "chardev=serial0" : "", error, error_size)) &&
           (v->gpio = board_add(m, &pl061_type, "gpio", GPIO_BASE, "", error, error_size)) &&
           (v->key = board_add(m, &gpio_key_type, "power-key", UINT64_MAX, "", error, error_size)) &&
           (v->fw_cfg = board_add(m, &fw_cfg_type, "fw_cfg", FW_CFG_BASE, "", error, error_size)) &&
           boot_fill_fw_cfg(m, v->fw_cfg, error, error_size) &&
           boot_add_flash(m, &pflash_64_type, FLASH_BASE, v->flash, error, error_size);
}

// With EL2 kernels start in it; EL3 is not there.
static bool check_levels(Machine *m, bool *el2, char *error, size_t error_size) {
    static const struct {
        const char *key, *what;
    } rows[] = {{"secure", "EL3"}, {"mte", "memory tags"}};
    for (unsigned i = 0; i < 2; i++) {
        bool on;
        if (!machine_prop_bool(m, rows[i].key, false, &on, error, error_size)) return false;
        if (on) return FAIL("-M %s=on: these cores have no %s yet; leave it out", rows[i].key, rows[i].what);
    }
    return machine_prop_bool(m, "virtualization", false, el2, error, error_size);
}

static bool virt_build(Machine *m, char *error, size_t error_size) {
    Virt *v = m->board_state = calloc(1, sizeof(*v));
    m->board_free = virt_free;
    bool el2;
    m->ram_base = dram_base;
    if (m->serials[0]) machine_add_end(m, PROP_SERIAL, "serial0", m->serials[0]);
    bool ok = check_highmem(m, error, error_size) && check_levels(m, &el2, error, error_size) && arm_make_cores(m, "cortex-a57", el2, error, error_size) &&
              mem_map_ram(m->mem, "mach-virt.ram", m->ram_base, m->ram_size, false, error, error_size) &&
              board_gic_make(m, &v->gic, error, error_size) && make_devices(m, v, error, error_size) &&
              add_pcie(m, v, error, error_size);
    if (!ok) return false;
    v->slots = (VirtioSlots){VIRTIO_BASE, VIRTIO_STRIDE, VIRTIO_SLOTS, v->gic.gic, VIRTIO_IRQ};
    device_wire(v->uart, 0, v->gic.gic, UART_IRQ);
    device_wire(v->rtc, 0, v->gic.gic, RTC_IRQ);
    device_wire(v->gpio, 0, v->gic.gic, GPIO_IRQ);
    device_wire(v->key, 0, v->gpio, GPIO_POWER_KEY);
    return true;
}

static bool virt_plug(Machine *m, const DeviceType *type, const char *props, char *error, size_t error_size) {
    Virt *v = m->board_state;
    if (type->bus == &system_bus) return system_bus_plug(m, type, props, PLATFORM_BASE, error, error_size);
    return virtio_slots_plug(m, &v->slots, v->pcie, type, props, error, error_size);
}

// ---- device tree and boot

// The secure timer is named though nothing drives it, as the binding wants four.
static void dt_timer(Machine *m, const BoardGic *gic, Fdt *f) {
    static const unsigned ids[] = {ARM_PPI_TIMER_SECURE, ARM_PPI_TIMER_PHYSICAL, ARM_PPI_TIMER_VIRTUAL, ARM_PPI_TIMER_HYP};
    dt_begin(f, "timer");
    dt_strings(f, "compatible", 2, (const char *const[]){"arm,armv8-timer", "arm,armv7-timer"});
    dt_flag(f, "always-on");
    board_gic_dt_private(m, gic, f, 4, ids);
    dt_end(f);
}

static void dt_pmu(Machine *m, const BoardGic *gic, Fdt *f) {
    static const unsigned id = ARM_PPI_PMU;
    if (!arm_has_pmu(m->cpus[0])) return;
    dt_begin(f, "pmu");
    dt_string(f, "compatible", "arm,armv8-pmuv3");
    board_gic_dt_private(m, gic, f, 1, &id);
    dt_end(f);
}

static void dt_primecells(Virt *v, Fdt *f, uint32_t clock) {
    dt_begin(f, "apb-pclk");
    dt_string(f, "compatible", "fixed-clock");
    dt_u32(f, "#clock-cells", 0);
    dt_u32(f, "clock-frequency", UART_CLOCK);
    dt_string(f, "clock-output-names", "clk24mhz");
    dt_u32(f, "phandle", clock);
    dt_end(f);
    dt_begin(f, "pl011@%lx", (unsigned long)v->uart->base);
    dt_strings(f, "compatible", 2, (const char *const[]){"arm,pl011", "arm,primecell"});
    dt_reg(f, v->uart->base, v->uart->type->window);
    device_dt_interrupts(v->uart, f);
    dt_cells(f, "clocks", 2, (const uint32_t[]){clock, clock});
    dt_strings(f, "clock-names", 2, (const char *const[]){"uartclk", "apb_pclk"});
    dt_end(f);
    dt_begin(f, "pl031@%lx", (unsigned long)v->rtc->base);
    dt_strings(f, "compatible", 2, (const char *const[]){"arm,pl031", "arm,primecell"});
    dt_reg(f, v->rtc->base, v->rtc->type->window);
    device_dt_interrupts(v->rtc, f);
    dt_u32(f, "clocks", clock);
    dt_string(f, "clock-names", "apb_pclk");
    dt_end(f);
    dt_begin(f, "pl061@%lx", (unsigned long)v->gpio->base);
    dt_u32(f, "phandle", v->gpio->phandle);
    dt_strings(f, "compatible", 2, (const char *const[]){"arm,pl061", "arm,primecell"});
    dt_reg(f, v->gpio->base, v->gpio->type->window);
    device_dt_interrupts(v->gpio, f);
    dt_flag(f, "gpio-controller");
    dt_u32(f, "#gpio-cells", 2);
    dt_u32(f, "clocks", clock);
    dt_string(f, "clock-names", "apb_pclk");
    dt_end(f);
}

static void dt_keys(Virt *v, Fdt *f) {
    dt_begin(f, "gpio-keys");
    dt_string(f, "compatible", "gpio-keys");
    dt_begin(f, "poweroff");
    dt_cells(f, "gpios", 3, (const uint32_t[]){v->gpio->phandle, GPIO_POWER_KEY, 0});
    dt_u32(f, "linux,code", KEY_POWER);
    dt_string(f, "label", "GPIO Key Poweroff");
    dt_end(f);
    dt_end(f);
}

static void virt_dt(Machine *m, Fdt *f) {
    Virt *v = m->board_state;
    dt_string(f, "compatible", "linux,dummy-virt");
    dt_string(f, "model", "linux,dummy-virt");
    dt_u32(f, "#address-cells", 2);
    dt_u32(f, "#size-cells", 2);
    dt_u32(f, "interrupt-parent", v->gic.gic->phandle);
    dt_begin(f, "memory@%lx", (unsigned long)m->ram_base);
    dt_string(f, "device_type", "memory");
    dt_reg(f, m->ram_base, m->ram_size);
    dt_end(f);
    arm_dt_cpus(m, f);
    dt_timer(m, &v->gic, f);
    dt_pmu(m, &v->gic, f);
    board_gic_fdt(&v->gic, f);
    dt_primecells(v, f, m->phandles + 1);
    for (Device *d = m->devices; d; d = d->next)
        if (d->type->fdt && d->base != UINT64_MAX) d->type->fdt(d, f);
    dt_keys(v, f);
    fw_cfg_fdt(v->fw_cfg, f);
    pflash_fdt(v->flash, BOARD_FLASHES, f);
    dt_begin(f, "aliases");
    dt_string(f, "serial0", uart_path);
    dt_end(f);
    dt_begin(f, "chosen");
    dt_end(f);
}

static bool virt_load(Machine *m, char *error, size_t error_size) {
    Virt *v = m->board_state;
    if (!virtio_slots_fill(m, &v->slots, error, error_size)) return false;
    ArmBoot boot = {.tree = {.stdout_path = uart_path, .kaslr = true, .make_dt = virt_dt}, .flash = v->flash[0], .fw_cfg = v->fw_cfg};
    return arm_boot(m, &boot, error, error_size);
}

static const char *const props[] = {
    "highmem=on|off: may memory, PCI configuration space and PCI windows lie above 4 GiB",
    "gic-version=2|3|max: version of the interrupt controller",
    "its=on|off: an Interrupt Translation Service beside a GICv3",
    "virtualization=on|off: EL2, where kernels then start; its interrupt controller has no virtual interface",
    "secure=off: EL3, which these cores do not have",
    "mte=off: memory tags, which these cores do not have",
    "pflash0=drive: id of the drive that is the first flash, where firmware starts",
    "pflash1=drive: id of the drive that is the second flash",
    NULL,
};
static const char *const targets[] = {"aarch64", NULL};

const Board arm_virt_board = {
    .name = "virt",
    .title = "Arm virtual board",
    .targets = targets,
    .max_cpus = GIC_CORES,
    .default_ram = 128 << 20,
    .props = props,
    .build = virt_build,
    .load = virt_load,
    .plug = virt_plug,
    .powerdown = virt_powerdown,
};
