// SPDX-License-Identifier: MIT
// Interrupt Translation Service (IHI 0069H, 5, 12.19): its registers and the page that messages are written to. One ITS with flat or
// two-level device and collection tables, 16 bits of device, event and collection IDs. What it does is in gicv3_its_command.c; commands
// run when GITS_CWRITER is written and are done when the write is. Called by guests through its window and by devices (device_msi).
#include "hw/intc/gicv3_its.h"
#include "hw/core/reg.h"
#include "hw/intc/gicv3_its_impl.h"
#include "tcg/base/fail.h"

enum { TRANSLATER = 0x10040, IIDR = 0x43b };
enum { TYPE_DEVICES = 1, TYPE_COLLECTIONS = 4 };

static const Field its_table[] = {
    FIELD(Its, cbaser, 0), FIELD(Its, cwriter, 0), FIELD(Its, creadr, 0), FIELD_ARRAY(Its, baser, 2 << 8 /* pages of 64 KiB */), FIELD(Its, ctlr, 0),
    FIELD_PAD(Its, pad),
};
static const Fields its_fields = FIELDS("arm-gicv3-its", 1, its_table, offsetof(Its, gic));

static bool enabled(const Its *t) { return t->ctlr & 1; }

static uint64_t ctlr_get(Device *d, unsigned i) { return ((Its *)d->state)->ctlr | 1u << 31; } // Quiescent: nothing is under way
static void ctlr_set(Device *d, unsigned i, uint64_t value) {
    ((Its *)d->state)->ctlr = value & 1;
    its_run_queue(d);
}
static uint64_t iidr_get(Device *d, unsigned i) { return IIDR; }
static uint64_t typer_get(Device *d, unsigned i) {
    uint64_t bits = ITS_ID_BITS - 1;
    return 1 /* Physical */ | (ITS_ENTRY - 1) << 4 | bits << 8 /* events */ | bits << 13 /* devices */;
}

// Fixed while it is enabled.
static void cbaser_set(Device *d, unsigned i, uint64_t value) {
    Its *t = d->state;
    if (enabled(t)) return;
    t->cbaser = value & 0xf8fffffffffffcffull;
    t->creadr = t->cwriter = 0;
}
static void cwriter_set(Device *d, unsigned i, uint64_t value) {
    ((Its *)d->state)->cwriter = value & 0xfffe0;
    its_run_queue(d);
}
static uint64_t baser_get(Device *d, unsigned i) {
    static const uint64_t types[ITS_BASERS] = {[ITS_DEVICES] = TYPE_DEVICES, [ITS_COLLECTIONS] = TYPE_COLLECTIONS};
    return types[i] ? ((Its *)d->state)->baser[i] | types[i] << 56 | (ITS_ENTRY - 1ull) << 48 : 0;
}
static void baser_set(Device *d, unsigned i, uint64_t value) {
    Its *t = d->state;
    if (i <= ITS_COLLECTIONS && !enabled(t)) t->baser[i] = value & 0xf8e0ffffffffffffull;
}
static void translater_set(Device *d, unsigned i, uint64_t value) { // by a core: there is no device
    if (enabled(d->state)) its_translate(d, 0, (uint32_t)value);
}
static uint64_t id_get(Device *d, unsigned i) {
    static const uint8_t bytes[12] = {0x44, 0, 0, 0, 0x94, 0xb4, 0x3b, 0, 0x0d, 0xf0, 5, 0xb1};
    return bytes[i % 12];
}

static const Reg its_rows[] = {
    {0x00, "GITS_CTLR", 4, REG_RW, .get = ctlr_get, .set = ctlr_set},
    {0x04, "GITS_IIDR", 4, REG_RO, .get = iidr_get},
    {0x08, "GITS_TYPER", 8, REG_RO, .get = typer_get},
    {0x80, "GITS_CBASER", 8, REG_RW, REG_FIELD(Its, cbaser), .set = cbaser_set},
    {0x88, "GITS_CWRITER", 8, REG_RW, REG_FIELD(Its, cwriter), .set = cwriter_set},
    {0x90, "GITS_CREADR", 8, REG_RO, REG_FIELD(Its, creadr)},
    {0x100, "GITS_BASER", 8, REG_RW, .get = baser_get, .set = baser_set, .count = ITS_BASERS},
    {0xffd0, "GITS_ID", 4, REG_RO, .get = id_get, .count = 12},
    {TRANSLATER, "GITS_TRANSLATER", 4, REG_WO, .set = translater_set},
};

static bool its_msi(Device *d, uint64_t address, uint32_t data, uint32_t source) {
    if (d->base == UINT64_MAX || address != d->base + TRANSLATER) return false;
    if (enabled(d->state)) its_translate(d, source, data);
    return true;
}

void gicv3_its_connect(Device *its, Device *gic) { ((Its *)its->state)->gic = gic; }

static bool its_loaded(Device *d, char *error, size_t error_size) {
    Its *t = d->state;
    if (t->creadr < its_queue_size(t) && t->creadr % ITS_COMMAND == 0 && t->cwriter % ITS_COMMAND == 0) return true;
    return FAIL("%s: there is no such place in a command queue", d->id);
}

void gicv3_its_fdt(Device *d, Fdt *f) {
    dt_begin(f, "its@%lx", (unsigned long)d->base);
    dt_u32(f, "phandle", d->phandle);
    dt_reg(f, d->base, GICV3_ITS_SIZE);
    dt_u32(f, "#msi-cells", 1);
    dt_flag(f, "msi-controller");
    dt_string(f, "compatible", "arm,gic-v3-its");
    dt_end(f);
}

const DeviceType gicv3_its_type = {
    .name = "arm-gicv3-its",
    .title = "Arm GICv3 Interrupt Translation Service",
    .size = sizeof(Its),
    .fields = &its_fields,
    .regs = its_rows,
    .nregs = sizeof(its_rows) / sizeof(its_rows[0]),
    .window = GICV3_ITS_SIZE,
    .rank = LOCK_ROUTE,
    .loaded = its_loaded,
    .msi = its_msi,
};
