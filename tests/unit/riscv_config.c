// SPDX-License-Identifier: MIT
// Models and properties, the ISA string, the field table, save and load, and what gdb is told.
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "tests/lib/riscv_hart.h"
#include "tests/lib/suite.h"

static Hart h;
static void open64(void) { hart_open(&h, "rv64"); }
static void close_hart(void) { hart_close(&h); }

static char error[300];
static bool configure(const char *text) {
    error[0] = 0;
    return h.cpu->type->configure(h.cpu, text, error, sizeof(error));
}
static bool isa_has(const char *extension) {
    char *isa = riscv_isa_string(h.cpu), *word = isa, *next;
    bool found = false;
    strsep(&word, "_");
    found = strlen(extension) == 1 && strchr(isa + 4, extension[0]);
    for (; !found && word && (next = strsep(&word, "_"));) found = strcmp(next, extension) == 0;
    free(isa);
    return found;
}

START_TEST(isa_string_says_what_is_on) {
    char *isa = riscv_isa_string(h.cpu);
    ck_assert_int_eq(strncmp(isa, "rv64imafdc_zicbom_", 18), 0);
    free(isa);
    ck_assert(isa_has("zba") && isa_has("sstc") && isa_has("svadu") && !isa_has("svade"));
    const char *name;
    for (unsigned i = 0; (name = riscv_isa_extension(h.cpu, i)); i++)
        ck_assert_msg(isa_has(name), "%s", name);
    ck_assert(configure("rv64,zba=off,svade=on,-sstc"));
    ck_assert(!isa_has("zba") && isa_has("svade") && !isa_has("sstc") && !riscv_cpu_has(h.cpu, "zba"));
    ck_assert(configure("rv64,f=off"));
    ck_assert(!isa_has("f") && !isa_has("d") && !isa_has("zcd") && !isa_has("zfa"));
    ck_assert(configure("rv64,c=off"));
    ck_assert(!isa_has("c") && !isa_has("zca"));
    ck_assert(configure("rva22s64"));
    ck_assert(isa_has("svade") && !isa_has("svadu") && isa_has("zfhmin"));
    ck_assert_str_eq(riscv_mmu_type(h.cpu), "riscv,sv39");
}
END_TEST

// The order of the string: single letters first, in misa's canonical order, then Z by category, then S
// (naming conventions).
START_TEST(isa_string_is_in_canonical_order) {
    static const char categories[] = "imafdqlcbkjtpvh";
    ck_assert(configure("max"));
    const char *name;
    int last = -1;
    char previous[32] = "";
    for (unsigned i = 0; (name = riscv_isa_extension(h.cpu, i)); i++) {
        int place = !name[1]         ? (int)(strchr(categories, name[0]) - categories)
                    : name[0] == 'z' ? 100 + (int)(strchr(categories, name[1]) - categories)
                                     : 200;
        ck_assert_msg(place >= last, "%s after %s", name, previous);
        if (place == last && place >= 100)
            ck_assert_msg(strcmp(previous, name) < 0, "%s after %s", name, previous);
        last = place;
        snprintf(previous, sizeof(previous), "%s", name);
    }
}
END_TEST

START_TEST(mistakes_are_named) {
    ck_assert(!configure("rv46") && strstr(error, "rv64"));
    ck_assert(!configure("rv64,zbaa=on") && strstr(error, "zba"));
    ck_assert(!configure("rv64,zba") && strstr(error, "zba=on"));
    ck_assert(!configure("rv64,zba=maybe") && strstr(error, "maybe"));
    ck_assert(!configure("rv64,f=off,d=on,f=off,m=off"));
    ck_assert(!configure("rv64,rv32=on") && !configure("rv64,sv32=on") && !configure(""));
    ck_assert(isa_has("zba")); // a refused text changes nothing
}
END_TEST

START_TEST(mmu_depth) {
    ck_assert_str_eq(riscv_mmu_type(h.cpu), "riscv,sv57");
    ck_assert(configure("rv64,sv57=off"));
    ck_assert_str_eq(riscv_mmu_type(h.cpu), "riscv,sv48");
    ck_assert(configure("rv64,sv39=on"));
    ck_assert_str_eq(riscv_mmu_type(h.cpu), "riscv,sv39");
    ck_assert(configure("rv64,mmu=off"));
    ck_assert_str_eq(riscv_mmu_type(h.cpu), "riscv,none");
}
END_TEST

START_TEST(rv32_model) {
    hart_close(&h);
    hart_open(&h, "rv32");
    char *isa = riscv_isa_string(h.cpu);
    ck_assert_int_eq(strncmp(isa, "rv32imafdc_", 11), 0);
    free(isa);
    ck_assert(isa_has("zcf") && !isa_has("svnapot"));
    ck_assert_str_eq(riscv_mmu_type(h.cpu), "riscv,sv32");
    ck_assert(!configure("rv64"));
}
END_TEST

START_TEST(fields_cover_the_state) {
    const char *fault = fields_check(&riscv_fields);
    ck_assert_msg(!fault, "%s", fault);
}
END_TEST

static void fill_random(RiscvState *s) {
    uint8_t *bytes = (uint8_t *)s;
    srand(7);
    for (size_t i = 0; i < riscv_fields.size; i++) bytes[i] = (uint8_t)rand();
    s->hot_pad[0] = 0;
}

START_TEST(save_and_load_round_trip) {
    RiscvState *copy = malloc(sizeof(*copy));
    fill_random(h.s);
    memcpy(copy, h.s, sizeof(*copy));
    Bytes image = {0};
    fields_save(&riscv_fields, h.s, &image);
    fields_reset(&riscv_fields, h.s);
    ck_assert_ptr_nonnull(fields_diff(&riscv_fields, h.s, copy));
    ck_assert(fields_load(&riscv_fields, h.s, &image, error, sizeof(error)));
    ck_assert_ptr_null(fields_diff(&riscv_fields, h.s, copy));
    bytes_free(&image);
    free(copy);
}
END_TEST

START_TEST(a_hostile_image_is_made_legal) {
    for (unsigned i = 0; i < 200; i++) {
        fill_random(h.s);
        for (unsigned k = 0; k <= i; k++) ((uint8_t *)h.s)[rand() % riscv_fields.size] = (uint8_t)rand();
        h.cpu->type->sync(h.cpu, true);
        ck_assert(h.s->priv != 2 && h.s->priv <= PRIV_M && riscv_satp_legal(h.s->config, h.s->satp) &&
                  h.s->trap_cause < 16);
        ck_assert_uint_ne(h.s->mstatus & MSTATUS_MPP, 2ull << MSTATUS_MPP_SHIFT);
        TlbFill f;
        riscv_fill(h.v, 0x1000ull * i, ACCESS_READ, 0, 8, true, &f);
        riscv_interrupt(h.v);
        riscv_trap(h.v);
    }
}
END_TEST

START_TEST(flags_survive_save_and_load) {
    csr_write(&h, 0x300, MSTATUS_FS, NULL);
    csr_write(&h, 3, 0x35, NULL); // RDN... frm 1, flags 0x15
    h.cpu->type->sync(h.cpu, false);
    Bytes image = {0};
    fields_save(&riscv_fields, h.s, &image);
    cpu_reset(h.cpu, RAM);
    ck_assert(fields_load(&riscv_fields, h.s, &image, error, sizeof(error)));
    h.cpu->type->sync(h.cpu, true);
    ck_assert_uint_eq(csr_read(&h, 3, NULL), 0x35);
    ck_assert_uint_eq(h.v->fp_rm, 1);
    bytes_free(&image);
}
END_TEST

START_TEST(registers_for_the_debugger) {
    unsigned n;
    uint64_t value;
    const CpuReg *r = h.cpu->type->regs(h.cpu, &n);
    ck_assert_uint_gt(n, 66);
    for (unsigned i = 0; i < n; i++)
        ck_assert_msg(h.cpu->type->reg_read(h.cpu, r[i].gdb, &value), "%s", r[i].name);
    ck_assert(!h.cpu->type->reg_read(h.cpu, 65535, &value));
    ck_assert(h.cpu->type->reg_write(h.cpu, 10, 0x1122334455667788) && h.s->x[10] == 0x1122334455667788);
    ck_assert(h.cpu->type->reg_write(h.cpu, 0, 5) && h.s->x[0] == 0);
    ck_assert(h.cpu->type->reg_write(h.cpu, 4161, PRIV_S) && (h.v->ctx & RV_CTX_PRIV) == PRIV_S);
    ck_assert(!h.cpu->type->reg_write(h.cpu, 4161, 2));
    ck_assert_ptr_nonnull(strstr(h.cpu->type->gdb_feature_xml(h.cpu, "target.xml"), "riscv:rv64"));
    ck_assert_ptr_nonnull(strstr(h.cpu->type->gdb_feature_xml(h.cpu, "riscv-csr.xml"),
                                 "name=\"satp\" bitsize=\"64\" regnum=\"449\""));
    ck_assert_ptr_nonnull(strstr(h.cpu->type->gdb_feature_xml(h.cpu, "riscv-fpu.xml"),
                                 "name=\"fcsr\" bitsize=\"32\" regnum=\"68\""));
    ck_assert_ptr_null(h.cpu->type->gdb_feature_xml(h.cpu, "../target.xml"));
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    h.cpu->type->print(h.cpu, f);
    fclose(f);
    ck_assert(strstr(text, "x10/a0") && strstr(text, "1122334455667788") && strstr(text, "mstatus"));
    free(text);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("riscv_config");
    TCase *c = tcase_create("rv64");
    tcase_add_checked_fixture(c, open64, close_hart);
    const TTest *const tests[] = {isa_string_says_what_is_on,
                                  isa_string_is_in_canonical_order,
                                  mistakes_are_named,
                                  mmu_depth,
                                  rv32_model,
                                  fields_cover_the_state,
                                  save_and_load_round_trip,
                                  a_hostile_image_is_made_legal,
                                  flags_survive_save_and_load,
                                  registers_for_the_debugger};
    for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) tcase_add_test(c, tests[i]);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
