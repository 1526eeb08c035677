// SPDX-License-Identifier: MIT
// The state of a GICv3 and what its files offer each other; gicv3.c has the essay. All but gicv3.h's functions are called with the
// device's lock held.
#pragma once
#include "hw/core/machine.h"
#include "hw/intc/gicv3.h"

// The interrupt a core would take first of those that are pending and enabled.
typedef struct GicBest {
    uint32_t irq; // GIC_NONE: none
    uint8_t priority, group;
} GicBest;

enum { LPI_SUMMARY = LPI_END / 64 / 64 };

typedef struct Gicv3 {
    GicLines l;
    uint64_t router[GIC_SPIS];  // GICD_IROUTER
    uint64_t propbaser[GIC_CORES], pendbaser[GIC_CORES];
    uint32_t ctlr, pad;         // GICD_CTLR: EnableGrp0, EnableGrp1
    uint32_t redist_ctlr[GIC_CORES], waker[GIC_CORES];
    uint32_t icc_ctlr[GIC_CORES], pmr[GIC_CORES];
    uint32_t bpr[2 * GIC_CORES], enabled[2 * GIC_CORES], apr[2 * GIC_CORES]; // group 0 and 1 of core 0, of core 1, ...
    // wiring
    uint32_t cores;
    bool its;
    unsigned frame;             // the redistributor whose registers are accessed
    uint32_t stale;             // cores that the change at hand concerns; 0: all
    GicBest best[GIC_CORES];    // derived
    uint64_t lpi[GIC_CORES][LPI_SUMMARY]; // derived: bit n for LPIs 64n to 64n + 63: one may be pending
} Gicv3;

// Five bits of priority are implemented, all of which may preempt: 32 levels in one word.
enum { GIC_PRIORITY_MASK = 0xf8, GIC_IDLE = 0xff };
enum { GIC_CTLR_CBPR = 1, GIC_CTLR_EOIMODE = 2 };
enum { GIC_BPR0_MIN = 2, GIC_BPR1_MIN = 3 };

// ---- gicv3.c
void gicv3_select(Device *d, unsigned core); // best and outputs of one core follow its state
// ---- gicv3_regs.c
enum { GICV3_DIST_ROWS = 15 };
extern const Reg gicv3_dist_rows[GICV3_DIST_ROWS];
uint64_t gicv3_frame_read(Device *d, uint64_t offset, unsigned size);
void gicv3_frame_write(Device *d, uint64_t offset, uint64_t value, unsigned size);
// ---- gicv3_cpu.c
bool gicv3_signals(const Gicv3 *g, unsigned core); // may `best` interrupt the core now?
// ---- gicv3_lpi.c: memory of the guest holds what is pending and its priority
bool gicv3_lpis_on(const Gicv3 *g, unsigned core);
void gicv3_lpi_scan(Device *d, unsigned core);
void gicv3_lpi_clear(Device *d, unsigned core, uint32_t irq);
void gicv3_lpi_best(Device *d, unsigned core, GicBest *best); // *best if an LPI comes before it
