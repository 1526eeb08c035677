// SPDX-License-Identifier: MIT
// virtio over PCI (Virtual I/O Device 1.2, section 4.1): the modern interface behind capabilities, the legacy one behind an I/O BAR
// (4.1.4.10), or both (a transitional function), as disable-legacy= and disable-modern= say. A device type with these entries is a PCI
// function; the host bridge plugs it.
#pragma once
#include "hw/pci/pci.h"
#include "hw/virtio/virtio.h"

extern const DeviceBus virtio_pci_bus; // addr=, disable-legacy=, disable-modern=, vectors=
extern const VirtioTransport virtio_pci;
void virtio_pci_update(Device *d);

// The part of a DeviceType that the transport gives.
#define VIRTIO_PCI .bus = &virtio_pci_bus, .update = virtio_pci_update, .reset = virtio_reset, .loaded = virtio_loaded
