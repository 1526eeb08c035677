// SPDX-License-Identifier: MIT
// Every machine (-M) and every device that -device can add, by name. Nothing registers itself: what is not
// listed here does not exist.
#include "hw/core/machine.h"
#include "hw/display/framebuffer.h"
#include "hw/pci/host.h"
#include "hw/virtio/devices.h"

extern const Board riscv_virt_board, spike_board, arm_virt_board;

const Board *const boards[] = {&riscv_virt_board, &spike_board, &arm_virt_board, NULL};

const DeviceType *const device_types[] = {
    &virtio_blk_device.type,
    &virtio_blk_pci.type,
    &virtio_net_device.type,
    &virtio_net_pci.type,
    &virtio_serial_device.type,
    &virtio_serial_pci.type,
    &virtio_rng_device.type,
    &virtio_gpu_device.type,
    &virtio_gpu_pci.type,
    &virtio_keyboard_device.type,
    &virtio_keyboard_pci.type,
    &virtio_mouse_device.type,
    &virtio_mouse_pci.type,
    &virtio_tablet_device.type,
    &virtio_tablet_pci.type,
    &virtio_multitouch_device.type,
    &virtio_multitouch_pci.type,
    &virtio_snd_device.type,
    &virtio_snd_pci.type,
    &ramfb_type,
    &simple_framebuffer_type,
    &bochs_display_type,
    &virtio_rng_pci.type,
    &pcie_root_port_type,
    NULL,
};
