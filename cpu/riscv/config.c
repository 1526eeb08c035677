// SPDX-License-Identifier: MIT
// What a hart is made of: models (`-cpu rv64`), their properties (`zba=off,sv39=on`), and the ISA string that
// tells the guest. All come from ext.def, so that the device tree says exactly what is on. Called before the
// hart is reset the first time. Unprivileged manual, "ISA Extension Naming Conventions"; devicetree binding
// riscv/extensions.yaml for the strings.
#include <stdlib.h>
#include <string.h>
#include "cpu/riscv/state.h"
#include "tcg/base/near.h"

static const char *const ext_names[RV_EXT_COUNT] = {
#define EXT(name, ...) #name,
#include "cpu/riscv/ext.def"
#undef EXT
};
static const struct {
    uint8_t rv64, max, rva22s64;
} ext_models[RV_EXT_COUNT] = {
#define EXT(name, ...) {__VA_ARGS__},
#include "cpu/riscv/ext.def"
#undef EXT
};
#define FIRST_PUBLIC RV_EXT_i // those before are gates of the decode tables only
#define PROPERTIES   6
static const char *const properties[PROPERTIES] = {"mmu", "pmp", "sv32", "sv39", "sv48", "sv57"};

// Drops what the base cannot have and adds what others imply.
static void settle(RiscvConfig *c) {
    bool *e = c->ext;
    e[RV_EXT_rv32] = c->xlen == 32;
    e[RV_EXT_rv64] = c->xlen == 64;
    e[RV_EXT_s] = e[RV_EXT_u] = e[RV_EXT_i] = e[RV_EXT_zicsr] = true;
    if (!e[RV_EXT_f]) // without F nothing that works on its registers is left
        e[RV_EXT_d] = e[RV_EXT_zfa] = e[RV_EXT_zfh] = e[RV_EXT_zfhmin] = false;
    if (!e[RV_EXT_a])
        e[RV_EXT_zawrs] = e[RV_EXT_zacas] = e[RV_EXT_zabha] = e[RV_EXT_zaamo] = e[RV_EXT_zalrsc] = false;
    if (!e[RV_EXT_c]) e[RV_EXT_zca] = e[RV_EXT_zcb] = e[RV_EXT_zcmop] = false;
    e[RV_EXT_zcd] = e[RV_EXT_c] && e[RV_EXT_d];
    e[RV_EXT_zcf] = e[RV_EXT_c] && e[RV_EXT_f] && c->xlen == 32;
    if (c->xlen == 32) e[RV_EXT_svnapot] = e[RV_EXT_svpbmt] = false;
#define EXT(...)
#define IMPLY(a, b)                                                                                          \
    if (e[RV_EXT_##a]) e[RV_EXT_##b] = true;
#include "cpu/riscv/ext.def"
#undef IMPLY
#undef EXT
}

static bool set_model(RiscvConfig *c, const char *name) {
    bool max = strcmp(name, "max") == 0, rva22 = strcmp(name, "rva22s64") == 0;
    if (!max && !(rva22 && c->xlen == 64) && strcmp(name, c->xlen == 64 ? "rv64" : "rv32") != 0) return false;
    for (unsigned i = 0; i < RV_EXT_COUNT; i++)
        c->ext[i] = max ? ext_models[i].max : rva22 ? ext_models[i].rva22s64 : ext_models[i].rv64;
    c->model = max ? "max" : rva22 ? "rva22s64" : c->xlen == 64 ? "rv64" : "rv32";
    c->mmu = c->pmp = true;
    c->max_levels = c->xlen == 32 ? 2 : rva22 ? 3 : 5;
    c->cbo_block = 64;
    settle(c);
    return true;
}

void riscv_config_init(RiscvConfig *c, unsigned xlen) {
    memset(c, 0, sizeof(*c));
    c->xlen = xlen;
    set_model(c, xlen == 64 ? "rv64" : "rv32");
}

static bool parse_bool(const char *text, bool *value) {
    static const char *const yes[] = {"on", "true", "yes", "1"}, *const no[] = {"off", "false", "no", "0"};
    for (unsigned i = 0; i < 4; i++) {
        if (strcmp(text, yes[i]) == 0) return *value = true;
        if (strcmp(text, no[i]) == 0) {
            *value = false;
            return true;
        }
    }
    return false;
}

// svXX=on allows page tables up to that depth; svXX=off, up to the next smaller one.
static bool set_depth(RiscvConfig *c, const char *name, bool on) {
    static const struct {
        const char *name;
        unsigned levels, xlen;
    } modes[] = {{"sv32", 2, 32}, {"sv39", 3, 64}, {"sv48", 4, 64}, {"sv57", 5, 64}};
    for (unsigned i = 0; i < 4; i++) {
        if (strcmp(name, modes[i].name) != 0 || modes[i].xlen != c->xlen) continue;
        if (on)
            c->max_levels = modes[i].levels;
        else if (c->max_levels >= modes[i].levels)
            c->max_levels = modes[i].levels <= 3 ? 0 : modes[i].levels - 1;
        return true;
    }
    return false;
}

static bool set_property(RiscvConfig *c, const char *name, bool on) {
    for (unsigned i = FIRST_PUBLIC; i < RV_EXT_COUNT; i++)
        if (strcmp(name, ext_names[i]) == 0) {
            c->ext[i] = on;
            return true;
        }
    if (strcmp(name, "mmu") == 0)
        c->mmu = on;
    else if (strcmp(name, "pmp") == 0)
        c->pmp = on;
    else
        return set_depth(c, name, on);
    return true;
}

const char *riscv_config_property(unsigned i) {
    unsigned extensions = RV_EXT_COUNT - FIRST_PUBLIC;
    return i < extensions ? ext_names[FIRST_PUBLIC + i] : i < extensions + PROPERTIES ? properties[i - extensions] : NULL;
}

bool riscv_config_has(const RiscvConfig *c, const char *name) {
    for (unsigned i = FIRST_PUBLIC; i < RV_EXT_COUNT; i++)
        if (strcmp(name, ext_names[i]) == 0) return c->ext[i];
    if (strcmp(name, "mmu") == 0) return c->mmu;
    if (strcmp(name, "pmp") == 0) return c->pmp;
    RiscvConfig lower = *c; // switching a depth off that is there changes something
    return set_depth(&lower, name, false) && lower.max_levels != c->max_levels;
}

static bool fail_name(const char *kind, const char *word, char *error, size_t error_size) {
    const char *all[RV_EXT_COUNT + PROPERTIES];
    unsigned n = 0;
    for (unsigned i = FIRST_PUBLIC; i < RV_EXT_COUNT; i++) all[n++] = ext_names[i];
    for (unsigned i = 0; i < PROPERTIES; i++) all[n++] = properties[i];
    near_error(error, error_size, kind, word, all, n, NULL);
    return false;
}

// One property: "name=on", "name=off", "+name", "-name".
static bool apply_property(RiscvConfig *c, char *text, char *error, size_t error_size) {
    char *equals = strchr(text, '=');
    bool on = true;
    if (text[0] == '+' || text[0] == '-') {
        on = text[0] == '+';
        text++;
    } else if (equals) {
        *equals = 0;
        if (!parse_bool(equals + 1, &on)) {
            snprintf(error, error_size, "CPU property %s takes on or off, not '%s'", text, equals + 1);
            return false;
        }
    } else if (strcmp(text, "help") != 0) {
        snprintf(error, error_size, "CPU property '%s' needs a value: %s=on or %s=off", text, text, text);
        return false;
    }
    if (!set_property(c, text, on)) return fail_name("CPU property", text, error, error_size);
    return true;
}

// Combinations that no hart can be. Extensions that others need came on with them, unless they were switched
// off by name.
static bool check_config(const RiscvConfig *c, char *error, size_t error_size) {
    if (c->ext[RV_EXT_d] && !c->ext[RV_EXT_f])
        snprintf(error, error_size, "CPU property d=on needs f=on");
    else if (!c->ext[RV_EXT_m] || !c->ext[RV_EXT_zicsr])
        snprintf(error, error_size, "CPU property %s cannot be off", c->ext[RV_EXT_m] ? "zicsr" : "m");
    else
        return true;
    return false;
}

bool riscv_config_apply(RiscvConfig *c, const char *text, char *error, size_t error_size) {
    RiscvConfig next = *c;
    char *copy = strdup(text), *rest = copy, *word = strsep(&rest, ",");
    bool ok = set_model(&next, word);
    if (!ok) {
        static const char *const models[2][3] = {{"rv32", "max", NULL}, {"rv64", "max", "rva22s64"}};
        near_error(error, error_size, "CPU model", word, models[c->xlen == 64], 3, "try -cpu help");
    }
    bool had_d = next.ext[RV_EXT_d];
    while (ok && (word = strsep(&rest, ","))) ok = apply_property(&next, word, error, error_size);
    if (ok && !next.ext[RV_EXT_f] && had_d) next.ext[RV_EXT_d] = false; // f=off takes d with it
    ok = ok && check_config(&next, error, error_size);
    free(copy);
    if (!ok) return false;
    settle(&next);
    *c = next;
    return true;
}

static const RiscvConfig *config_of(const Cpu *c) { return c->config; }

const char *riscv_isa_extension(const Cpu *c, unsigned n) {
    for (unsigned i = FIRST_PUBLIC; i < RV_EXT_COUNT; i++)
        if (config_of(c)->ext[i] && n-- == 0) return ext_names[i];
    return NULL;
}

char *riscv_isa_string(const Cpu *c) {
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    if (!f) return NULL;
    fprintf(f, "rv%u", config_of(c)->xlen);
    const char *name;
    for (unsigned i = 0; (name = riscv_isa_extension(c, i)); i++)
        fprintf(f, "%s%s", name[1] ? "_" : "", name);
    fclose(f);
    return text;
}

bool riscv_cpu_has(const Cpu *c, const char *extension) {
    const char *name;
    for (unsigned i = 0; (name = riscv_isa_extension(c, i)); i++)
        if (strcmp(name, extension) == 0) return true;
    return false;
}

const char *riscv_mmu_type(const Cpu *c) {
    static const char *const types[] = {"riscv,none", "riscv,none", "riscv,sv32",
                                        "riscv,sv39", "riscv,sv48", "riscv,sv57"};
    return config_of(c)->mmu ? types[config_of(c)->max_levels] : types[0];
}

unsigned riscv_cbo_block_size(const Cpu *c) { return config_of(c)->cbo_block; }

// misa (Privileged 3.1.1): MXL, and a bit for each single-letter extension, S and U among them.
uint64_t riscv_misa(const RiscvConfig *c) {
    uint64_t misa = c->xlen == 32 ? 1ull << 30 : 2ull << 62;
    for (unsigned i = 0; i < RV_EXT_COUNT; i++)
        if (c->ext[i] && !ext_names[i][1]) misa |= 1ull << (ext_names[i][0] - 'a');
    return misa;
}
