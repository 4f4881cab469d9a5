#include "seawall/input/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "unit/test.h"

static sw_lines *lines_of(const char *text, size_t len, size_t max) {
    char path[] = "/tmp/seawall-lines-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), len);
    close(fd);
    sw_lines *lines;
    assert_ok(sw_lines_open(path, max, NULL, &lines));
    unlink(path);
    return lines;
}

static void gives_lines_without_their_ends(void **state) {
    (void)state;
    static const char text[] = "\xef\xbb\xbf"
                               "one\r\n\ntwo\nlast";
    sw_lines *lines = lines_of(text, sizeof text - 1, 100);
    sw_slice line;
    static const char *const expected[] = {"one", "", "two", "last"};
    for (size_t i = 0; i < SW_COUNT(expected); i++) {
        assert_ok(sw_lines_next(lines, &line));
        assert_slice(line, expected[i]);
        assert_int_equal(sw_lines_number(lines), i + 1);
    }
    assert_int_equal(sw_lines_next(lines, &line), SW_E_END);
    assert_int_equal(sw_lines_next(lines, &line), SW_E_END);
    assert_int_equal(sw_lines_bytes(lines), sizeof text - 1);
    assert_int_equal(sw_lines_size(lines), sizeof text - 1);
    sw_lines_close(lines);
}

/* A line of a megabyte among short ones: named by its number, skipped, the rest is read. */
static void skips_a_line_that_is_too_long(void **state) {
    (void)state;
    size_t long_len = (size_t)1 << 20, len = 0;
    char *text = malloc(long_len + 100);
    assert_non_null(text);
    len += (size_t)sprintf(text, "first\n");
    memset(text + len, 'x', long_len);
    len += long_len;
    len += (size_t)sprintf(text + len, "\nthird\n");
    sw_lines *lines = lines_of(text, len, 1000);
    free(text);
    sw_slice line;
    assert_ok(sw_lines_next(lines, &line));
    assert_slice(line, "first");
    assert_int_equal(sw_lines_next(lines, &line), SW_E_LIMIT);
    assert_int_equal(sw_lines_number(lines), 2);
    assert_ok(sw_lines_next(lines, &line));
    assert_slice(line, "third");
    assert_int_equal(sw_lines_number(lines), 3);
    assert_int_equal(sw_lines_next(lines, &line), SW_E_END);
    sw_lines_close(lines);
}

static void takes_a_line_of_exactly_the_limit(void **state) {
    (void)state;
    sw_lines *lines = lines_of("1234\n12345\n1234", 15, 4);
    sw_slice line;
    assert_ok(sw_lines_next(lines, &line));
    assert_slice(line, "1234");
    assert_int_equal(sw_lines_next(lines, &line), SW_E_LIMIT);
    assert_ok(sw_lines_next(lines, &line));
    assert_slice(line, "1234");
    assert_int_equal(sw_lines_next(lines, &line), SW_E_END);
    sw_lines_close(lines);
}

static void says_why_a_file_can_not_be_read(void **state) {
    (void)state;
    sw_arena arena;
    sw_diags diags;
    sw_lines *lines;
    sw_arena_init(&arena, 10000);
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 5);
    assert_int_equal(sw_lines_open("/nowhere/events.jsonl", 10, &diags, &lines), SW_E_NOT_FOUND);
    assert_int_equal(sw_lines_open("/tmp", 10, &diags, &lines), SW_E_IO);
    assert_int_equal(diags.count, 2);
    sw_arena_done(&arena);
    sw_lines_close(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_lines_without_their_ends),
        cmocka_unit_test(skips_a_line_that_is_too_long),
        cmocka_unit_test(takes_a_line_of_exactly_the_limit),
        cmocka_unit_test(says_why_a_file_can_not_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
