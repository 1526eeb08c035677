// SPDX-License-Identifier: MIT
// Models and properties: -cpu cortex-a57,crc32=off. A model is its identification registers and what they promise; what is not
// implemented is not promised, so fields may say less than the part itself does.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/arm/state.h"
#include "tcg/base/fail.h"
#include "tcg/base/near.h"

// ID_AA64PFR0_EL1: AArch64 only at EL0 and EL1, FP and SIMD there. ID_AA64DFR0_EL1: 6 breakpoints, 4 watchpoints, v8 debug.
#define PFR0 0x11ull
#define DFR0 0x10305006ull

typedef struct Model {
    const char *name, *compatible;
    ArmId id;
    bool crc32, v81;
    uint64_t counter_hz;
} Model;

// Main ID, cache type and geometry as the Technical Reference Manuals of the parts give them.
static const Model models[] = {
    {"cortex-a57", "arm,cortex-a57",
     {.midr = 0x411fd070, .ctr = 0x8444c004, .dczid = 4, .clidr = 0x0a200023, .ccsidr = {0x701fe00a, 0x201fe012, 0x70ffe07a},
      .mmfr0 = 0x1024}, true, false, 62500000},
    {"cortex-a53", "arm,cortex-a53",
     {.midr = 0x410fd034, .ctr = 0x84448004, .dczid = 4, .clidr = 0x0a200023, .ccsidr = {0x700fe01a, 0x201fe00a, 0x707fe07a},
      .mmfr0 = 0x1022}, true, false, 62500000},
    {"cortex-a72", "arm,cortex-a72",
     {.midr = 0x410fd083, .ctr = 0x8444c004, .dczid = 4, .clidr = 0x0a200023, .ccsidr = {0x701fe00a, 0x201fe012, 0x707fe07a},
      .mmfr0 = 0x1024}, true, false, 62500000},
    {"max", "arm,armv8",
     {.midr = 0x000f0510, .ctr = 0x8444c004, .dczid = 4, .clidr = 0x0a200023, .ccsidr = {0x701fe00a, 0x201fe012, 0x70ffe07a},
      .mmfr0 = 0x100025 /* all granules, 48 bits */}, true, true, 1000000000},
};
enum { NMODELS = sizeof(models) / sizeof(models[0]) };
const char *const arm_models[] = {"cortex-a53", "cortex-a57", "cortex-a72", "max", NULL};

static const char *const features[] = {
#define FEATURE(name, ...) #name,
#include "cpu/arm/feature.def"
#undef FEATURE
};

static const Model *model_find(const char *name) {
    for (unsigned i = 0; i < NMODELS; i++)
        if (!strcmp(models[i].name, name)) return &models[i];
    return NULL;
}
const char *arm_compatible(const Cpu *c) {
    const ArmConfig *config = c->config;
    return model_find(config->model)->compatible;
}

static void model_apply(ArmConfig *c, const Model *m) {
    memset(c->has, 0, sizeof(c->has));
    c->model = m->name;
    c->id = m->id;
    c->counter_hz = m->counter_hz;
    c->has[ARM_fp] = c->has[ARM_pmu] = true;
    c->has[ARM_crc32] = m->crc32;
    if (m->v81) c->has[ARM_lse] = c->has[ARM_rcpc] = c->has[ARM_pan] = c->has[ARM_flagm] = c->has[ARM_sb] = c->has[ARM_lor] = true;
}

// The identification registers that features show in.
static void identify(ArmConfig *c) {
    ArmId *id = &c->id;
    id->pfr0 = PFR0 | (c->has[ARM_fp] ? 0 : 0xff0000);
    id->dfr0 = DFR0 | (uint64_t)c->has[ARM_pmu] << 8;
    id->isar0 = (uint64_t)c->has[ARM_crc32] << 16 | (c->has[ARM_lse] ? 2ull << 20 : 0) | (uint64_t)c->has[ARM_flagm] << 52;
    id->isar1 = (uint64_t)c->has[ARM_rcpc] << 20 | (uint64_t)c->has[ARM_sb] << 36;
    id->mmfr1 = (uint64_t)c->has[ARM_lor] << 16 | (uint64_t)c->has[ARM_pan] << 20;
    if (c->model && !strcmp(c->model, "max")) id->mmfr1 |= 2; // HAFDBS: access flag and dirty state
}

void arm_config_init(ArmConfig *c) {
    model_apply(c, &models[0]);
    identify(c);
}

static bool property(ArmConfig *c, const char *text, char *error, size_t error_size) {
    const char *value = strchr(text, '=');
    size_t n = value ? (size_t)(value - text) : strlen(text);
    bool on = value && !strcmp(value + 1, "on");
    for (unsigned i = 0; i < ARM_FEATURE_COUNT; i++) {
        if (strlen(features[i]) != n || memcmp(features[i], text, n)) continue;
        if (!on && (!value || strcmp(value + 1, "off"))) return FAIL("-cpu: '%s' must be on or off", features[i]);
        c->has[i] = on;
        return true;
    }
    char word[64];
    snprintf(word, sizeof(word), "%.*s", (int)n, text);
    near_error(error, error_size, "CPU property", word, features, ARM_FEATURE_COUNT, NULL);
    return false;
}

bool arm_config_apply(ArmConfig *c, const char *text, char *error, size_t error_size) {
    char *copy = strdup(text), *rest = copy, *item = strsep(&rest, ",");
    const Model *m = model_find(item);
    bool ok = m != NULL;
    if (m) model_apply(c, m);
    else near_error(error, error_size, "CPU", item, arm_models, NMODELS, "-cpu help lists them");
    while (ok && (item = strsep(&rest, ","))) ok = property(c, item, error, error_size);
    free(copy);
    identify(c);
    return ok;
}
