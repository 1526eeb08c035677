// SPDX-License-Identifier: MIT
// See profile.h; tcg/run/profile.h on how samples are taken. Stacks are named at once, on the vCPU's thread, since the guest may map
// something else there a moment later.
#include "ui/profile.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/cpu.h"
#include "tcg/base/fail.h"
#include "tcg/run/profile.h"
#include "ui/flame.h"
#include "ui/keyval.h"
#include "ui/symbols.h"

enum { DEPTH = 64, USUAL_HZ = 997 }; // a prime: no step with what a guest does a thousand times a second

struct Profile {
    char *path;
    unsigned hz;
    Symbols *symbols;
    pthread_mutex_t lock; // flame, parts
    Flame *flame;
    uint64_t parts[PROFILE_PARTS];
};

static const char *const part_names[PROFILE_PARTS] = {"[emulator: helpers, traps]", NULL, "[translator]", "[page walks]", "[devices]"};

static bool load_symbols(Profile *p, const char *text, char *error, size_t error_size) {
    const char *at = strrchr(text, '@');
    uint64_t offset = 0;
    char *end = NULL;
    if (at) offset = strtoull(at + 1, &end, 0);
    bool moved = at && end != at + 1 && !*end;
    char *path = moved ? strndup(text, (size_t)(at - text)) : strdup(text);
    bool good = path && symbols_load(p->symbols, path, offset, error, error_size);
    free(path);
    return good;
}

static bool configure(Profile *p, KeyVals *kv, char *error, size_t error_size) {
    static const KeyRow rows[] = {{"file", KEY_TEXT}, {"symbols", KEY_TEXT}, {"hz", KEY_NUMBER}, {NULL}};
    if (!keyvals_check(kv, rows, "--profile", error, error_size)) return false;
    const char *file = keyvals_get(kv, "file");
    if (!file || !*file) return FAIL("--profile needs a file to write, such as --profile out.svg");
    uint64_t hz = keyvals_number(kv, "hz", USUAL_HZ);
    if (hz < 1 || hz > 10000) return FAIL("--profile hz=%" PRIu64 ": 1 to 10000 samples a second", hz);
    p->hz = (unsigned)hz;
    p->path = strdup(file);
    for (unsigned i = 0; i < kv->n; i++)
        if (!strcmp(kv->item[i].key, "symbols") && !load_symbols(p, kv->item[i].value, error, error_size)) return false;
    FILE *f = fopen(file, "w"); // better told now than when the guest has run
    if (!f) return FAIL("--profile %s: %s", file, strerror(errno));
    fclose(f);
    return true;
}

Profile *profile_new(const char *text, char *error, size_t error_size) {
    KeyVals kv;
    if (!keyvals_parse(&kv, text, "file", error, error_size)) return NULL;
    Profile *p = calloc(1, sizeof(*p));
    pthread_mutex_init(&p->lock, NULL);
    p->symbols = symbols_new();
    p->flame = flame_new();
    bool good = configure(p, &kv, error, error_size);
    keyvals_free(&kv);
    if (good) return p;
    profile_free(p);
    return NULL;
}

void profile_free(Profile *p) {
    if (!p) return;
    symbols_free(p->symbols);
    flame_free(p->flame);
    pthread_mutex_destroy(&p->lock);
    free(p->path);
    free(p);
}

// What has no name is told apart by its page.
static const char *name_of(Profile *p, uint64_t pc, char *buffer, size_t size) {
    const char *name = symbols_name(p->symbols, pc);
    if (name) return name;
    snprintf(buffer, size, "0x%" PRIx64 "...", pc >> 12);
    return buffer;
}

static void sample(void *opaque, Vcpu *v, const uint32_t samples[PROFILE_PARTS]) {
    Profile *p = opaque;
    Cpu *c = v->owner;
    uint64_t pcs[DEPTH] = {v->pc};
    char buffer[DEPTH][24];
    const char *names[DEPTH + 2], *mode = "guest";
    unsigned n = c->type->backtrace ? c->type->backtrace(c, pcs, DEPTH, &mode) : 1, depth = 0;
    names[depth++] = mode;
    while (n-- > 0) {
        names[depth] = name_of(p, pcs[n], buffer[n], sizeof(buffer[n]));
        depth++;
    }
    pthread_mutex_lock(&p->lock);
    for (unsigned part = 0; part < PROFILE_PARTS; part++) {
        p->parts[part] += samples[part];
        names[depth] = part_names[part];
        if (samples[part]) flame_add(p->flame, names, depth + (part_names[part] != NULL), samples[part]);
    }
    pthread_mutex_unlock(&p->lock);
}

void profile_attach(Profile *p, Machine *m) { engine_profile(m->engine, p->hz, sample, p); }

static double share(const Profile *p, unsigned part) {
    uint64_t all = flame_total(p->flame);
    return all ? 100.0 * (double)p->parts[part] / (double)all : 0;
}

bool profile_write(Profile *p, char *error, size_t error_size) {
    char title[200];
    size_t length = strlen(p->path);
    snprintf(title, sizeof(title), "%" PRIu64 " samples: translated code %.1f%%, translator %.1f%%, page walks %.1f%%, devices %.1f%%, "
             "the rest of the emulator %.1f%%", flame_total(p->flame), share(p, PROFILE_CODE), share(p, PROFILE_TRANSLATOR),
             share(p, PROFILE_TLB), share(p, PROFILE_IO), share(p, PROFILE_OTHER));
    FILE *f = fopen(p->path, "w");
    bool folded = length > 7 && !strcmp(p->path + length - 7, ".folded"), good = f != NULL;
    if (f && folded)
        flame_folded(p->flame, f);
    else if (f)
        flame_svg(p->flame, title, f);
    if (f && ferror(f)) good = false;
    if (f && fclose(f)) good = false;
    if (!good) return FAIL("--profile %s: %s", p->path, strerror(errno));
    fprintf(stderr, "myna: %s (%s)\n", p->path, title);
    return true;
}
