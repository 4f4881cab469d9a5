#include "text/markup.h"
#include "unit/test.h"

static void expect(sw_slice text, const char *wanted) {
    sw_buf out;
    sw_buf_init(&out, 1024);
    sw_markup_text(&out, text);
    assert_ok(out.err);
    assert_true(sw_slice_is(sw_buf_slice(&out), wanted));
    sw_buf_done(&out);
}

static void nothing_of_a_text_is_markup(void **state) {
    (void)state;
    expect(SW_S(""), "");
    expect(SW_S("城东派出所"), "城东派出所");
    expect(SW_S("<script>alert('x')</script>"), "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
    expect(SW_S("\" onload=\"x"), "&quot; onload=&quot;x");
    expect(SW_S("a&lt;b"), "a&amp;lt;b");
    expect(SW_S("<"), "&lt;");
}

static void an_attribute_keeps_its_breaks_and_xml_its_rules(void **state) {
    (void)state;
    expect(SW_S("a\nb\tc\r"), "a&#10;b&#9;c&#13;");
    expect(sw_slice_of("a\0b\x1f", 4), "a\xef\xbf\xbd"
                                       "b\xef\xbf\xbd");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_of_a_text_is_markup),
        cmocka_unit_test(an_attribute_keeps_its_breaks_and_xml_its_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
