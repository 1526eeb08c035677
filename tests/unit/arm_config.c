// SPDX-License-Identifier: MIT
// Models of Arm cores: their identification registers against the Technical Reference Manuals, properties, the signing cipher against the
// vector of its paper.
#include "cpu/arm/pauth.h"
#include "tests/lib/suite.h"
#include <check.h>

static ArmConfig configured(const char *text) {
    ArmConfig c;
    char error[256] = "";
    arm_config_init(&c);
    ck_assert_msg(arm_config_apply(&c, text, error, sizeof error), "%s: %s", text, error);
    return c;
}

// Fields that say less than the part: AArch32 and EL2, EL3 (PFR0), RAS, GIC until one is attached; data of the other byte order (MMFR0); the
// virtual machine features of EL2 (MMFR1).
static void registers_are(const char *model, const uint64_t want[9]) {
    ArmConfig c = configured(model);
    const uint64_t pfr0_mask = ~(0xffffull | 0xfull << 24 | 0xfull << 28);
    const uint64_t mmfr0_mask = ~(0xfull << 8), mmfr1_mask = ~(0xfull << 4 | 0xfull << 8 | 0xfull << 28);
    const uint64_t dfr0_mask = ~(0xfull << 8 | 0xfull << 32); // PMUv3 of the first version, no statistical profiling
    ck_assert_uint_eq(c.id.midr, want[0]);
    ck_assert_uint_eq(c.id.pfr0 & pfr0_mask, want[1] & pfr0_mask);
    ck_assert_uint_eq(c.id.pfr1, want[2]);
    ck_assert_uint_eq(c.id.dfr0 & dfr0_mask, want[3] & dfr0_mask);
    ck_assert_uint_eq(c.id.isar0, want[4]);
    ck_assert_uint_eq(c.id.isar1, want[5]);
    ck_assert_uint_eq(c.id.mmfr0 & mmfr0_mask, want[6] & mmfr0_mask);
    ck_assert_uint_eq(c.id.mmfr1 & mmfr1_mask, want[7] & mmfr1_mask);
    ck_assert_uint_eq(c.id.mmfr2, want[8]);
}

START_TEST(models) {
    registers_are("cortex-a53", (uint64_t[]){0x410fd034, 0x2222, 0, 0x10305106, 0x11120, 0, 0x1122, 0, 0});
    registers_are("cortex-a57", (uint64_t[]){0x411fd070, 0x2222, 0, 0x10305106, 0x11120, 0, 0x1124, 0, 0});
    registers_are("cortex-a72", (uint64_t[]){0x410fd083, 0x2222, 0, 0x10305106, 0x11120, 0, 0x1124, 0, 0});
    registers_are("cortex-a76", (uint64_t[]){0x414fd0b1, 0x1100000010111112, 0x10, 0x10305408, 0x100010211120, 0x100001, 0x101122, 0x10212122, 0x1011});
    registers_are("neoverse-n1", (uint64_t[]){0x414fd0c1, 0x1100000010111112, 0x20, 0x110305408, 0x100010211120, 0x100001, 0x101125, 0x10212122, 0x1011});
}
END_TEST

// Caches and what else the manuals of the parts give; in two places they and QEMU 10 differ, in the first-level caches of the A53 (instructions),
// A57 and A72 (data), which have two ways.
START_TEST(parts) {
    static const struct {
        const char *model;
        uint64_t revidr, ctr, clidr, ccsidr[3], pmu;
    } rows[] = {
        {"cortex-a53", 0x100, 0x84448004, 0x0a200023, {0x700fe01a, 0x201fe00a, 0x707fe07a}, 3},
        {"cortex-a57", 0, 0x8444c004, 0x0a200023, {0x701fe00a, 0x201fe012, 0x70ffe07a}, 1},
        {"cortex-a72", 0, 0x8444c004, 0x0a200023, {0x701fe00a, 0x201fe012, 0x707fe07a}, 2},
        {"cortex-a76", 0, 0x8444c004, 0x82000023, {0x701fe01a, 0x201fe01a, 0x707fe03a}, 0xb},
        {"neoverse-n1", 0, 0x8444c004, 0x82000023, {0x701fe01a, 0x201fe01a, 0x70ffe03a}, 0xc},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        ArmConfig c = configured(rows[i].model);
        ck_assert_uint_eq(c.id.revidr, rows[i].revidr);
        ck_assert_uint_eq(c.id.ctr, rows[i].ctr);
        ck_assert_uint_eq(c.id.clidr, rows[i].clidr);
        ck_assert_uint_eq(c.id.pmu, rows[i].pmu);
        ck_assert_uint_eq(c.id.dczid, 4);
        for (unsigned k = 0; k < 3; k++) ck_assert_uint_eq(c.id.ccsidr[k], rows[i].ccsidr[k]);
    }
}
END_TEST

START_TEST(properties) {
    ArmConfig c = configured("max,pauth=off,lse=off");
    ck_assert(!c.has[ARM_pauth] && !c.has[ARM_lse]);
    ck_assert_uint_eq(c.id.isar1 & 0xff0, 0);
    c = configured("max");
    ck_assert_uint_eq(c.id.isar1 & 0xff0, 0x500);
    c = configured("max,pauth-impdef=off");
    ck_assert_uint_eq(c.id.isar1 & 0xff0, 0x050);
    c = configured("max,pauth-qarma5=on");
    ck_assert_uint_eq(c.id.isar1 & 0xff0, 0x050);
    c = configured("max,lpa2=off");
    ck_assert_uint_eq(c.id.mmfr0 & 15, 5);
    c = configured("cortex-a57,fp=off");
    ck_assert_uint_eq(c.id.pfr0 >> 16 & 0xff, 0xff);
    char error[256] = "";
    ck_assert(!arm_config_apply(&c, "max,puath=off", error, sizeof error));
    ck_assert_msg(strstr(error, "pauth"), "%s", error);
    ck_assert(!arm_config_apply(&c, "max,pauth=maybe", error, sizeof error));
    ck_assert_msg(strstr(error, "on or off"), "%s", error);
    ck_assert(!arm_config_apply(&c, "cortex-a75", error, sizeof error));
}
END_TEST

// Avanzi, ToSC 2017, appendix: five rounds, S-box 2.
START_TEST(cipher) { ck_assert_uint_eq(qarma5(0xfb623599da6e8127, 0x477d469dec0b8762, 0x84be85ce9804e94b, 0xec2802d4e0a488e9), 0xc003b93999b33765); }
END_TEST

int main(void) {
    Suite *s = suite_create("arm-config");
    TCase *t = tcase_create("configuration");
    tcase_add_test(t, models);
    tcase_add_test(t, parts);
    tcase_add_test(t, properties);
    tcase_add_test(t, cipher);
    suite_add_tcase(s, t);
    return suite_run(s);
}
