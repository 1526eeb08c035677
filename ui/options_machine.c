// SPDX-License-Identifier: MIT
// Options about the machine itself: board, memory, CPUs, how guest code runs.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tcg/base/near.h"
#include "ui/options_impl.h"

// ---- -M

// What every board takes. The rest is kept for the board itself.
const KeyRow machine_keys[] = {
    {"type", KEY_TEXT, .help = "the machine's name"},
    {"accel", KEY_TEXT, .help = "how guest code runs: tcg"},
    {"dumpdtb", KEY_TEXT, .help = "write the device tree to this file and exit"},
    {"kernel", KEY_TEXT, .help = "as -kernel"},
    {"initrd", KEY_TEXT, .help = "as -initrd"},
    {"append", KEY_TEXT, .help = "as -append"},
    {"dtb", KEY_TEXT, .help = "as -dtb"},
    {"firmware", KEY_TEXT, .help = "as -bios"},
    {"memory-backend", KEY_TEXT, .help = "id of the -object memory-backend-ram that is its memory"},
    // What the boards here do anyway; the other choice does not exist yet.
    {"acpi", KEY_CHOICE, "off|auto", .help = "ACPI tables: none are made, there is a device tree"},
    {"aia", KEY_CHOICE, "none", .help = "kind of interrupt controller beside the PLIC"},
    {"graphics", KEY_CHOICE, "off", .help = "display devices"},
    {"usb", KEY_CHOICE, "off", .help = "USB controller"},
    {"dump-guest-core", KEY_BOOL, .help = "guest memory in core dumps; no effect"},
    {"mem-merge", KEY_BOOL, .help = "merging of equal pages; no effect"},
    {NULL},
};

static bool is_common(const char *key) {
    for (const KeyRow *r = machine_keys; r->key; r++)
        if (!strcmp(r->key, key)) return true;
    return false;
}

void machine_property(Options *o, const char *key, const char *value) {
    KeyVals kv;
    char ignored[8], *old = o->spec.machine_props;
    keyvals_parse(&kv, old ? old : "", NULL, ignored, sizeof(ignored));
    keyvals_set(&kv, key, value);
    free(old);
    o->spec.machine_props = keyvals_text(&kv, NULL);
    keyvals_free(&kv);
}

static bool set_property(Options *o, const char *key, const char *value, char *error, size_t error_size) {
    const struct {
        const char *key;
        char **to;
    } texts[] = {{"type", &o->spec.machine},  {"dumpdtb", &o->spec.dumpdtb},
                 {"kernel", &o->spec.kernel}, {"initrd", &o->spec.initrd},
                 {"append", &o->spec.append}, {"dtb", &o->spec.dtb},
                 {"firmware", &o->spec.bios}, {"memory-backend", &o->memory_backend}};
    for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (!strcmp(key, texts[i].key)) return text_set(texts[i].to, value), true;
    if (!strcmp(key, "accel")) return option_accel(o, value, error, error_size);
    if (!is_common(key)) machine_property(o, key, value);
    return true;
}

static bool check_common(const KeyVal *k, char *error, size_t error_size) {
    KeyVals one = {.n = 0};
    if (!is_common(k->key)) return true;
    keyvals_set(&one, k->key, k->value);
    bool ok = keyvals_check(&one, machine_keys, "-M", error, error_size);
    keyvals_free(&one);
    return ok;
}

bool option_machine(Options *o, const char *value, char *error, size_t error_size) {
    KeyVals kv;
    if (!keyvals_parse(&kv, value, "type", error, error_size)) return false;
    bool ok = true;
    for (unsigned i = 0; ok && i < kv.n && o->action == ACTION_RUN; i++) {
        const KeyVal *k = &kv.item[i];
        if (!strcmp(k->key, "help") ||
            (!strcmp(k->key, "type") && (!strcmp(k->value, "help") || !strcmp(k->value, "?"))))
            o->action = o->spec.machine ? ACTION_MACHINE_PROPS : ACTION_MACHINES;
        else
            ok = check_common(k, error, error_size) && set_property(o, k->key, k->value, error, error_size);
    }
    keyvals_free(&kv);
    if (o->action == ACTION_MACHINE_PROPS) text_set(&o->subject, o->spec.machine);
    return ok;
}

// ---- -m, -smp, -cpu

bool option_memory(Options *o, const char *value, char *error, size_t error_size) {
    static const KeyRow rows[] = {{"size", KEY_TEXT}, {"slots", KEY_NUMBER}, {"maxmem", KEY_TEXT}, {NULL}};
    KeyVals kv;
    uint64_t size = 0;
    if (!keyvals_parse(&kv, value, "size", error, error_size)) return false;
    bool ok = keyvals_check(&kv, rows, "-m", error, error_size);
    const char *text = keyvals_get(&kv, "size");
    if (ok && (!text || !text_size(text, 20, &size)))
        ok = FAIL("-m %s: a size is expected, like 512M or 2G", value);
    else if (ok && (size < 64 << 10 || size & 4095))
        ok = FAIL("-m %s: the memory is 64 KiB at least and a multiple of 4 KiB (a bare number means MiB)",
                  value);
    else if (ok && size >> 47)
        ok = FAIL("-m %s: the host's address space has no room for that", value);
    if (ok) o->spec.ram_size = size;
    keyvals_free(&kv);
    return ok;
}

bool option_smp(Options *o, const char *value, char *error, size_t error_size) {
    static const KeyRow rows[] = {
        {"cpus", KEY_NUMBER},  {"sockets", KEY_NUMBER}, {"dies", KEY_NUMBER},    {"clusters", KEY_NUMBER},
        {"cores", KEY_NUMBER}, {"threads", KEY_NUMBER}, {"maxcpus", KEY_NUMBER}, {NULL},
    };
    KeyVals kv;
    if (!keyvals_parse(&kv, value, "cpus", error, error_size)) return false;
    bool ok = keyvals_check(&kv, rows, "-smp", error, error_size);
    uint64_t parts = 1, most = 1 << 16;
    for (unsigned i = 1; ok && i <= 5; i++) {
        uint64_t n = keyvals_number(&kv, rows[i].key, 1);
        if (n == 0 || n > most) ok = FAIL("-smp %s: %s must be 1 or more", value, rows[i].key);
        parts = parts > most ? parts : parts * n;
    }
    uint64_t cpus = keyvals_number(&kv, "cpus", parts), max = keyvals_number(&kv, "maxcpus", cpus);
    if (ok && (cpus == 0 || cpus > most))
        ok = FAIL("-smp %s: a number of CPUs is expected, 1 or more", value);
    if (ok && (max != cpus || (parts != 1 && max % parts)))
        ok = FAIL("-smp %s: %llu CPUs of at most %llu, but sockets, cores and threads make %llu (CPUs cannot "
                  "be added later)",
                  value, (unsigned long long)cpus, (unsigned long long)max, (unsigned long long)parts);
    if (ok) o->spec.smp = (unsigned)cpus;
    keyvals_free(&kv);
    return ok;
}

bool option_cpu(Options *o, const char *value, char *error, size_t error_size) {
    size_t n = strlen(value);
    if (!strcmp(value, "help") || !strcmp(value, "?") || (n > 5 && !strcmp(value + n - 5, ",help")))
        o->action = ACTION_CPUS;
    else
        text_set(&o->spec.cpu, value);
    return true;
}

// ---- -accel

bool option_kvm(Options *o, const char *value, char *error, size_t error_size) {
    return FAIL("-enable-kvm: KVM runs guests of the host's own architecture only; this guest is translated: "
                "leave it out");
}

bool option_accel(Options *o, const char *value, char *error, size_t error_size) {
    static const KeyRow rows[] = {
        {"accel", KEY_TEXT},     {"thread", KEY_CHOICE, "multi|single"},
        {"tb-size", KEY_NUMBER}, {"one-insn-per-tb", KEY_BOOL},
        {"split-wx", KEY_BOOL},  {"interpret", KEY_BOOL},
        {"one-insn", KEY_BOOL},  {"seed", KEY_NUMBER},
        {"tier", KEY_CHOICE, "1|2"}, {"tier2-threshold", KEY_NUMBER},
        {"reservation", KEY_CHOICE, "value|strict"},
        {NULL},
    };
    KeyVals kv;
    if (!keyvals_parse(&kv, value, "accel", error, error_size)) return false;
    bool ok = keyvals_check(&kv, rows, "-accel", error, error_size);
    const char *name = keyvals_get(&kv, "accel");
    EngineOptions *e = &o->spec.engine;
    uint64_t mib = keyvals_number(&kv, "tb-size", 0);
    if (ok && name && (!strcmp(name, "help") || !strcmp(name, "?")))
        o->action = ACTION_ACCELS;
    else if (ok && name && (!strcmp(name, "kvm") || !strcmp(name, "hvf") || !strcmp(name, "whpx")))
        ok = FAIL("-accel %s: guest and host CPUs differ, so guest code is translated: -accel tcg", name);
    else if (ok && (!name || !strstr(name, "tcg"))) // "kvm:tcg" means whichever works
        ok = FAIL("-accel %s: there is only 'tcg'", name ? name : value);
    if (ok && mib > 1024) ok = FAIL("-accel tb-size=%llu: at most 1024 MiB", (unsigned long long)mib);
    if (ok) {
        if (mib) e->cache_size = mib << 20;
        o->spec.single_thread = keyvals_get(&kv, "thread") && !strcmp(keyvals_get(&kv, "thread"), "single");
        e->interpret = keyvals_bool(&kv, "interpret", e->interpret);
        e->seed = (unsigned)keyvals_number(&kv, "seed", e->seed);
        e->tier = (unsigned)keyvals_number(&kv, "tier", e->tier);
        e->tier2_threshold = (unsigned)keyvals_number(&kv, "tier2-threshold", e->tier2_threshold);
        const char *reservation = keyvals_get(&kv, "reservation");
        if (reservation) e->strict = !strcmp(reservation, "strict");
        e->one_insn = keyvals_bool(&kv, "one-insn-per-tb", keyvals_bool(&kv, "one-insn", e->one_insn));
    }
    keyvals_free(&kv);
    return ok;
}

// ---- -rtc, -name, -fw_cfg

bool option_rtc(Options *o, const char *value, char *error, size_t error_size) {
    static const KeyRow rows[] = {{"base", KEY_CHOICE, "utc"},
                                  {"clock", KEY_CHOICE, "host|rt"},
                                  {"driftfix", KEY_CHOICE, "none"},
                                  {NULL}};
    KeyVals kv;
    if (!keyvals_parse(&kv, value, NULL, error, error_size)) return false;
    bool ok = keyvals_check(&kv, rows, "-rtc", error, error_size);
    if (ok) text_set(&o->spec.rtc, value);
    keyvals_free(&kv);
    return ok;
}

bool option_name(Options *o, const char *value, char *error, size_t error_size) {
    static const KeyRow rows[] = {
        {"guest", KEY_TEXT}, {"process", KEY_TEXT}, {"debug-threads", KEY_BOOL}, {NULL}};
    KeyVals kv;
    if (!keyvals_parse(&kv, value, "guest", error, error_size)) return false;
    bool ok = keyvals_check(&kv, rows, "-name", error, error_size);
    if (ok && keyvals_get(&kv, "guest")) text_set(&o->spec.name, keyvals_get(&kv, "guest"));
    keyvals_free(&kv);
    return ok;
}

bool option_fw_cfg(Options *o, const char *value, char *error, size_t error_size) {
    static const KeyRow rows[] = {{"name", KEY_TEXT}, {"file", KEY_TEXT}, {"string", KEY_TEXT}, {NULL}};
    KeyVals kv;
    if (!keyvals_parse(&kv, value, "name", error, error_size)) return false;
    bool ok = keyvals_check(&kv, rows, "-fw_cfg", error, error_size);
    if (ok && (!keyvals_get(&kv, "name") || !keyvals_get(&kv, "file") == !keyvals_get(&kv, "string")))
        ok = FAIL("-fw_cfg %s: it is written name=NAME,file=FILE or name=NAME,string=TEXT", value);
    if (ok) {
        char *text = keyvals_text(&kv, NULL);
        ok = list_add(&o->spec.fw_cfg, "-fw_cfg", text, error, error_size);
        free(text);
    }
    keyvals_free(&kv);
    return ok;
}

// ---- -semihosting-config

bool option_semihosting(Options *o, const char *value, char *error, size_t error_size) {
    static const KeyRow rows[] = {{"enable", KEY_BOOL}, {"userspace", KEY_BOOL}, {"target", KEY_CHOICE, "native|auto|gdb"},
                                  {"chardev", KEY_TEXT}, {"arg", KEY_TEXT}, {NULL}};
    KeyVals kv;
    if (!keyvals_parse(&kv, value, "enable", error, error_size)) return false;
    bool ok = keyvals_check(&kv, rows, "-semihosting-config", error, error_size);
    const char *target = keyvals_get(&kv, "target"), *chardev = keyvals_get(&kv, "chardev");
    if (ok && target && !strcmp(target, "gdb"))
        ok = FAIL("-semihosting-config target=gdb: Myna answers the calls itself, gdb does not: target=native");
    o->spec.semihosting = keyvals_bool(&kv, "enable", true);
    o->spec.semihosting_userspace = keyvals_bool(&kv, "userspace", o->spec.semihosting_userspace);
    if (ok && chardev) text_set(&o->spec.semihosting_chardev, chardev);
    for (unsigned i = 0; ok && i < kv.n; i++)
        if (!strcmp(kv.item[i].key, "arg"))
            ok = list_add(&o->spec.semihosting_args, "-semihosting-config arg", kv.item[i].value, error, error_size);
    keyvals_free(&kv);
    return ok;
}

// ---- all options are read

// The name of a row like "name=on|off: help".
static void prop_name(const char *row, char *name, size_t size) {
    snprintf(name, size, "%.*s", (int)strcspn(row, "=:"), row);
}

static bool board_takes(const Board *b, const char *key) {
    char name[64];
    for (unsigned i = 0; b->props && b->props[i]; i++) {
        prop_name(b->props[i], name, sizeof(name));
        if (!strcmp(name, key)) return true;
    }
    return false;
}

static bool unknown_property(const Board *b, const char *key, char *error, size_t error_size) {
    const char *names[64];
    char own[32][64], kind[80];
    unsigned n = 0;
    for (const KeyRow *r = machine_keys; r->key; r++) names[n++] = r->key;
    for (unsigned i = 0; b->props && b->props[i] && i < 32; i++) {
        prop_name(b->props[i], own[i], sizeof(own[i]));
        names[n++] = own[i];
    }
    snprintf(kind, sizeof(kind), "property of machine '%s':", b->name);
    near_error(error, error_size, kind, key, names, n, NULL);
    return false;
}

static bool check_board(Options *o, char *error, size_t error_size) {
    const Board *b = board_find(o->spec.target, o->spec.machine, error, error_size);
    KeyVals kv = {.n = 0};
    if (!b) return false;
    bool ok = keyvals_parse(&kv, o->spec.machine_props ? o->spec.machine_props : "", NULL, error, error_size);
    for (unsigned i = 0; ok && i < kv.n; i++)
        if (!board_takes(b, kv.item[i].key)) ok = unknown_property(b, kv.item[i].key, error, error_size);
    keyvals_free(&kv);
    if (ok && o->spec.smp > b->max_cpus)
        ok = FAIL("-smp %u: machine '%s' has at most %u CPUs", o->spec.smp, b->name, b->max_cpus);
    return ok;
}

static bool known_target(Options *o, char *error, size_t error_size) {
    const char *names[32];
    unsigned n = 0;
    for (unsigned b = 0; boards[b]; b++)
        for (unsigned t = 0; boards[b]->targets[t] && n < 32; t++) {
            if (!strcmp(boards[b]->targets[t], o->spec.target)) return true;
            names[n++] = boards[b]->targets[t];
        }
    near_error(error, error_size, "guest architecture", o->spec.target, names, n,
               "the program's name says which");
    return false;
}

bool finish_machine(Options *o, const char *unused, char *error, size_t error_size) {
    if (!known_target(o, error, error_size)) return false;
    if (!o->spec.machine) return FAIL("no machine: name one with -M (-M help lists them)");
    if (!check_board(o, error, error_size)) return false;
    if (o->spec.dumpdtb && !o->spec.kernel && !o->spec.bios)
        text_set(&o->spec.bios, "none"); // nothing will boot
    return true;
}
