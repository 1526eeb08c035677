// SPDX-License-Identifier: MIT
// The virtio devices on each transport. Pass `&x.type` to device_new.
#pragma once
#include "hw/virtio/virtio.h"

extern const VirtioType virtio_blk_device, virtio_blk_pci;       // drive=
extern const VirtioType virtio_net_device, virtio_net_pci;       // netdev=, mac=
extern const VirtioType virtio_serial_device, virtio_serial_pci; // chardev=, one console port
extern const VirtioType virtio_rng_device, virtio_rng_pci;
extern const VirtioType virtio_gpu_device, virtio_gpu_pci;       // xres=, yres=, max_outputs=
extern const VirtioType virtio_snd_device, virtio_snd_pci;
extern const VirtioType virtio_keyboard_device, virtio_mouse_device, virtio_tablet_device, virtio_multitouch_device;
extern const VirtioType virtio_keyboard_pci, virtio_mouse_pci, virtio_tablet_pci, virtio_multitouch_pci;
