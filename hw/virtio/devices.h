// SPDX-License-Identifier: MIT
// The virtio devices on the MMIO transport, by the names that -device knows. Pass `&x.type` to device_new.
#pragma once
#include "hw/virtio/virtio.h"

extern const VirtioType virtio_blk_device;    // virtio-blk-device: drive=
extern const VirtioType virtio_net_device;    // virtio-net-device: netdev=, mac=
extern const VirtioType virtio_serial_device; // virtio-serial-device: chardev=, one console port
extern const VirtioType virtio_gpu_device;    // virtio-gpu-device: xres=, yres=, max_outputs=
extern const VirtioType virtio_keyboard_device, virtio_mouse_device, virtio_tablet_device, virtio_multitouch_device;
extern const VirtioType virtio_rng_device;    // virtio-rng-device
