// SPDX-License-Identifier: MIT
// How every unit test ends: runs the suite, as CK_VERBOSITY and the like say, and gives main's exit code.
#pragma once
#include <check.h>

static inline int suite_run(Suite *s) {
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
