// SPDX-License-Identifier: MIT
// The table of -cpu help: what `-cpu MODEL,NAME=on|off` takes, and what each model has unless told otherwise.
// Nothing is listed from memory: each property is tried on each model.
#include <string.h>
#include "cpu/riscv/state.h"

static bool applies(RiscvConfig *c, unsigned xlen, const char *model, const char *name, const char *value) {
    char text[64], error[256];
    riscv_config_init(c, xlen);
    if (name)
        snprintf(text, sizeof(text), "%s,%s=%s", model, name, value);
    else
        snprintf(text, sizeof(text), "%s", model);
    return riscv_config_apply(c, text, error, sizeof(error));
}

// "on" or "off" if the user may change it, "fixed" if the model has it always or something else brings it,
// "-" if it cannot have it.
static const char *preset(unsigned xlen, const char *model, const char *name) {
    RiscvConfig c, other;
    applies(&c, xlen, model, NULL, NULL);
    bool has = riscv_config_has(&c, name);
    const char *to = has ? "off" : "on";
    bool changes = applies(&other, xlen, model, name, to) && riscv_config_has(&other, name) != has;
    return changes ? has ? "on" : "off" : has ? "fixed" : "-";
}

void riscv_print_properties(Cpu *c, FILE *to) {
    unsigned xlen = ((const RiscvConfig *)c->config)->xlen;
    const char *const *models = c->type->models, *name;
    fprintf(to, "\nProperties, switched with -cpu MODEL,NAME=on|off; what each model has otherwise\n"
                "(fixed: it cannot be off by itself):\n  %-12s", "");
    for (unsigned m = 0; models[m]; m++) fprintf(to, models[m + 1] ? " %-9s" : " %s\n", models[m]);
    for (unsigned i = 0; (name = riscv_config_property(i)); i++) {
        bool any = false;
        for (unsigned m = 0; models[m]; m++) any |= strcmp(preset(xlen, models[m], name), "-") != 0;
        if (!any) continue;
        fprintf(to, "  %-12s", name);
        for (unsigned m = 0; models[m]; m++)
            fprintf(to, models[m + 1] ? " %-9s" : " %s\n", preset(xlen, models[m], name));
    }
}
