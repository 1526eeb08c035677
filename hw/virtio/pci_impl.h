// SPDX-License-Identifier: MIT
// Between hw/virtio/pci.c and hw/virtio/pci_legacy.c.
#pragma once
#include "hw/virtio/pci.h"

typedef struct VirtioPciPart {
    Pci pci;
    // wiring
    char *disable_legacy;
    bool disable_modern;
    uint32_t vectors;
    unsigned window; // offset of the capability that is a window into the BARs; 0: none
} VirtioPciPart;

void virtio_pci_add_legacy(Device *d, unsigned bar);
uint16_t virtio_pci_vector(Device *d, uint64_t value);
