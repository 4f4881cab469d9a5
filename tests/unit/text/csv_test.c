#include "text/csv.h"
#include "unit/test.h"

static void cell(const char *text, const char *want) {
    sw_buf out;
    sw_buf_init(&out, 256);
    sw_csv_cell(&out, sw_slice_cstr(text));
    assert_ok(out.err);
    assert_slice(sw_buf_slice(&out), want);
    sw_buf_done(&out);
}

static void cells_are_quoted_where_they_must_be(void **state) {
    (void)state;
    cell("", "");
    cell("plain 警", "plain 警");
    cell("a,b", "\"a,b\"");
    cell("say \"no\"", "\"say \"\"no\"\"\"");
    cell("two\nlines", "\"two\nlines\"");
}

static void no_cell_becomes_a_formula(void **state) {
    (void)state;
    cell("=1+1", "\"'=1+1\"");
    cell("+1", "\"'+1\"");
    cell("-1", "\"'-1\"");
    cell("@SUM(A1)", "\"'@SUM(A1)\"");
    cell("\tx", "\"'\tx\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_quoted_where_they_must_be),
        cmocka_unit_test(no_cell_becomes_a_formula),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
