/* test.h - cmocka with its required headers, and what every test needs. */
#ifndef SW_TESTS_UNIT_TEST_H
#define SW_TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/diag.h"

#define assert_ok(expr) assert_int_equal((expr), SW_OK)
#define assert_slice(s, text)                                                                      \
    do {                                                                                           \
        sw_slice slice_ = (s);                                                                     \
        assert_int_equal(slice_.len, strlen(text));                                                \
        if (slice_.len) assert_memory_equal(slice_.ptr, text, slice_.len);                         \
    } while (0)

#endif
