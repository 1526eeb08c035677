// SPDX-License-Identifier: MIT
// Models and properties: -cpu cortex-a57,crc32=off. A model is its main ID, its caches and its features, from which the identification
// registers are made; what is not implemented is not promised, so fields may say less than the part itself does: AArch32 and EL2 and EL3
// are not there, nor data of the other byte order and RAS.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/arm/state.h"
#include "tcg/base/fail.h"
#include "tcg/base/near.h"

typedef struct Model {
    const char *name, *compatible;
    ArmId id;
    const char *features;
    uint64_t counter_hz;
} Model;

#define V8_0 "fp aes pmull sha1 sha256 crc32 pmu "
#define V8_2 V8_0 "fp16 dotprod rdm lse rcpc dpb hafdbs hpds hpds2 lor pan pan2 ttcnp uao iesb csv2 csv3 ssbs "
#define ALL  V8_2 "sha512 sha3 sm3 sm4 fhm jscvt fcma frintts bf16 i8mm " \
             "flagm flagm2 rng dpb2 bti pauth rcpc2 sb specres dgh wfxt mops cssc dit ssbs2 lpa2 pan3 lva lse2 idst e0pd "

// What goes without FP and SIMD.
#define VECTORS "fp16 aes pmull sha1 sha256 sha512 sha3 sm3 sm4 dotprod fhm rdm jscvt fcma frintts bf16 i8mm "

// Main ID, cache type and geometry, debug resources and memory model as the Technical Reference Manuals of the parts give them.
static const Model models[] = {
    {"cortex-a57", "arm,cortex-a57",
     {.midr = 0x411fd070, .pmu = 1, .ctr = 0x8444c004, .dczid = 4, .clidr = 0x0a200023, .ccsidr = {0x701fe00a, 0x201fe012, 0x70ffe07a},
      .dfr0 = 0x10305006, .mmfr0 = 0x1024}, V8_0, 62500000},
    {"cortex-a53", "arm,cortex-a53",
     {.midr = 0x410fd034, .pmu = 3, .revidr = 0x100, .ctr = 0x84448004, .dczid = 4, .clidr = 0x0a200023, .ccsidr = {0x700fe01a, 0x201fe00a, 0x707fe07a},
      .dfr0 = 0x10305006, .mmfr0 = 0x1022}, V8_0, 62500000},
    {"cortex-a72", "arm,cortex-a72",
     {.midr = 0x410fd083, .pmu = 2, .ctr = 0x8444c004, .dczid = 4, .clidr = 0x0a200023, .ccsidr = {0x701fe00a, 0x201fe012, 0x707fe07a},
      .dfr0 = 0x10305006, .mmfr0 = 0x1024}, V8_0, 62500000},
    {"cortex-a76", "arm,cortex-a76",
     {.midr = 0x414fd0b1, .pmu = 0xb, .ctr = 0x8444c004, .dczid = 4, .clidr = 0x82000023, .ccsidr = {0x701fe01a, 0x201fe01a, 0x707fe03a},
      .dfr0 = 0x10305008, .mmfr0 = 0x101022}, V8_2, 62500000},
    {"neoverse-n1", "arm,neoverse-n1",
     {.midr = 0x414fd0c1, .pmu = 0xc, .ctr = 0x8444c004, .dczid = 4, .clidr = 0x82000023, .ccsidr = {0x701fe01a, 0x201fe01a, 0x70ffe03a},
      .dfr0 = 0x10305008, .mmfr0 = 0x101025}, V8_2 "ssbs2 ", 62500000},
    {"max", "arm,armv8",
     {.midr = 0x000f0510, .pmu = 1, .ctr = 0x8444c004, .dczid = 4, .clidr = 0x0a200023, .ccsidr = {0x701fe00a, 0x201fe012, 0x70ffe07a},
      .dfr0 = 0x10305008, .mmfr0 = 0x101025 /* all granules, 48 bits */}, ALL, 1000000000},
};
enum { NMODELS = sizeof(models) / sizeof(models[0]) };
const char *const arm_models[] = {"cortex-a53", "cortex-a57", "cortex-a72", "cortex-a76", "neoverse-n1", "max", NULL};

static const struct {
    const char *name;
    size_t id;
    unsigned shift;
    uint64_t value;
} features[] = {
#define FEATURE(name, manual, reg, shift, value) {#name, offsetof(ArmId, reg), shift, value},
#include "cpu/arm/feature.def"
#undef FEATURE
};
static const char *const other_properties[] = {"pauth-impdef", "pauth-qarma5"};
enum { NOTHERS = sizeof other_properties / sizeof *other_properties };

static const Model *model_find(const char *name) {
    for (unsigned i = 0; i < NMODELS; i++)
        if (!strcmp(models[i].name, name)) return &models[i];
    return NULL;
}
const char *arm_compatible(const Cpu *c) {
    const ArmConfig *config = c->config;
    return model_find(config->model)->compatible;
}

// Is the word, and a blank, in the list?
static bool lists(const char *list, const char *word) {
    size_t n = strlen(word);
    for (const char *p = list; (p = strstr(p, word)); p += n)
        if ((p == list || p[-1] == ' ') && p[n] == ' ') return true;
    return false;
}

static void model_apply(ArmConfig *c, const Model *m) {
    c->model = m->name;
    c->base = m->id;
    c->counter_hz = m->counter_hz;
    c->qarma5 = false;
    for (unsigned i = 0; i < ARM_FEATURE_COUNT; i++) c->has[i] = lists(m->features, features[i].name);
}

// Fields of PAuth: APA and GPA for QARMA5, API and GPI for an algorithm of our own; 5 is FEAT_FPACCOMBINE.
static void identify_pauth(ArmConfig *c) {
    if (c->has[ARM_pauth]) c->id.isar1 |= c->qarma5 ? 5ull << 4 | 1ull << 24 : 5ull << 8 | 1ull << 28;
}
// 52 bits with every granule: PARange, TGran16 and TGran4.
static void identify_lpa2(ArmConfig *c) {
    if (c->has[ARM_lpa2]) c->id.mmfr0 = (c->id.mmfr0 & ~0xf0f0000full) | 6 | 2ull << 20 | 1ull << 28;
}

// The identification registers that features show in.
static void identify(ArmConfig *c) {
    c->id = c->base;
    for (unsigned i = 0; !c->has[ARM_fp] && i < ARM_FEATURE_COUNT; i++)
        if (lists(VECTORS, features[i].name)) c->has[i] = false;
    c->id.pfr0 |= 0x11 | (c->has[ARM_fp] ? 0 : 0xff0000); // AArch64 only at EL0 and EL1
    for (unsigned i = 0; i < ARM_FEATURE_COUNT; i++) {
        uint64_t *reg = (uint64_t *)((char *)&c->id + features[i].id), field = 15ull << features[i].shift, value = features[i].value << features[i].shift;
        if (c->has[i] && (*reg & field) < value) *reg = (*reg & ~field) | value;
    }
    if (c->has[ARM_fp] && c->has[ARM_fp16]) c->id.pfr0 |= 0x110000;
    identify_pauth(c);
    identify_lpa2(c);
}

uint64_t arm_pstate_kept(const ArmConfig *c) {
    return (c->has[ARM_pan] ? PSTATE_PAN : 0) | (c->has[ARM_uao] ? PSTATE_UAO : 0) | (c->has[ARM_dit] ? PSTATE_DIT : 0) |
           (c->has[ARM_ssbs] ? PSTATE_SSBS : 0);
}

void arm_config_init(ArmConfig *c) {
    model_apply(c, &models[0]);
    identify(c);
}

static bool *property_find(ArmConfig *c, const char *name, bool *inverted) {
    *inverted = !strcmp(name, "pauth-impdef");
    for (unsigned i = 0; i < NOTHERS; i++)
        if (!strcmp(other_properties[i], name)) return &c->qarma5;
    for (unsigned i = 0; i < ARM_FEATURE_COUNT; i++)
        if (!strcmp(features[i].name, name)) return &c->has[i];
    return NULL;
}

static bool property(ArmConfig *c, const char *text, char *error, size_t error_size) {
    const char *value = strchr(text, '='), *names[ARM_FEATURE_COUNT + NOTHERS];
    char word[64];
    bool inverted;
    snprintf(word, sizeof(word), "%.*s", value ? (int)(value - text) : (int)strlen(text), text);
    bool *to = property_find(c, word, &inverted);
    if (to) {
        bool on = value && !strcmp(value + 1, "on");
        if (!on && (!value || strcmp(value + 1, "off"))) return FAIL("-cpu: '%s' must be on or off", word);
        *to = on != inverted;
        return true;
    }
    for (unsigned i = 0; i < ARM_FEATURE_COUNT; i++) names[i] = features[i].name;
    for (unsigned i = 0; i < NOTHERS; i++) names[ARM_FEATURE_COUNT + i] = other_properties[i];
    near_error(error, error_size, "CPU property", word, names, ARM_FEATURE_COUNT + NOTHERS, "-cpu help lists them");
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

void arm_print_properties(Cpu *c, FILE *to) {
    fprintf(to, "\nProperties, switched with -cpu MODEL,NAME=on|off; what each model has otherwise:\n  %-13s", "");
    for (unsigned m = 0; arm_models[m]; m++) fprintf(to, arm_models[m + 1] ? " %-11s" : " %s\n", arm_models[m]);
    for (unsigned i = 0; i < ARM_FEATURE_COUNT; i++) {
        fprintf(to, "  %-13s", features[i].name);
        for (unsigned m = 0; arm_models[m]; m++)
            fprintf(to, arm_models[m + 1] ? " %-11s" : " %s\n", lists(model_find(arm_models[m])->features, features[i].name) ? "on" : "off");
    }
    fprintf(to, "  pauth-impdef=off or pauth-qarma5=on: pointers are signed with QARMA5 instead of a fast algorithm of Myna's own\n");
}
