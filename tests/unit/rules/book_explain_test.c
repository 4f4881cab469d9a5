#include "unit/rules/book_world.h"

#include "text/json.h"

static const char rule_text[] =
    "  - {id: r, kind: deadline, key: [k, p], name: 期限, basis: [{law: L, article: 'Art. 1'}],\n"
    "     start: {on: start, when: 'data.ok', at: data.at}, stop: [{on: stop}],\n"
    "     restart: [{on: restart, when: 'data.n > 5'}], pause: [{from: {on: from}, to: {on: to}}], "
    "limit: 3d,\n"
    "     extend: [{on: extend, by: {days: data.n}, max: 1, approver: data.kind,\n"
    "               basis: {law: L, article: 'Art. 2'}}],\n"
    "     count: {rollover: workday}, caution: {begin: next-day},\n"
    "     warn: [{at: 50%, level: blue, to: [handler]}, {at: caution-6h, level: orange, to: "
    "[handler]},\n"
    "            {at: due, level: breach, to: [handler], repeat: {every: 24h, max: 1}}]}\n"
    "  - {id: c, kind: check, key: [k], on: seen, when: 'data.n < 2', level: red, to: [handler]}\n";

static const char *explain(world *w, const sw_explain *what, const char *time) {
    sw_buf out;
    sw_slice text;
    sw_buf_init(&out, 1 << 20);
    assert_ok(sw_book_explain(w->book, what, world_time(time), &w->scratch, &out));
    assert_int_equal(w->scratch.used_bytes, 0);
    sw_buf_add_byte(&out, '\0');
    assert_true(sw_arena_copy(&w->arena, sw_buf_slice(&out), &text));
    sw_buf_done(&out);
    const sw_json *tree;
    sw_json_limits limits = {0};
    assert_ok(sw_json_parse(&w->arena, sw_slice_cstr(text.ptr), limits, &w->diags, &tree));
    assert_int_equal(tree->kind, SW_JSON_ARRAY);
    return text.ptr;
}

static void assert_has(const char *text, const char *part) {
    if (!strstr(text, part)) fail_msg("%s\nis not in\n%s", part, text);
}

static void every_step_is_named_with_the_event_behind_it(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "2 10:00", "k=A p=P ok=true at=2|09:00");
    world_add(&w, "extend", "e2", "2 11:00", "k=A p=P n=1 kind=chief");
    world_add(&w, "extend", "e3", "2 12:00", "k=A p=P n=1");
    world_add(&w, "from", "e4", "2 13:00", "k=A p=P");
    world_add(&w, "to", "e5", "3 13:00", "k=A p=P");
    world_add(&w, "restart", "e6", "4", "k=A p=P");
    world_add(&w, "stop", "e7", "20", "k=A p=P");
    world_tell(&w, "3");
    sw_slice key[] = {SW_S("A"), SW_S("P")};
    const char *text =
        explain(&w, &(sw_explain){.rule_id = SW_S("r"), .key = key, .key_count = 2}, "25");
    assert_has(text, "\"rule\":\"r\",\"name\":\"期限\",\"pack\":\"p@1.0.0\"");
    assert_has(text, "\"key\":{\"k\":\"A\",\"p\":\"P\"}");
    assert_has(text, "\"opened_by\":{\"source\":\"s\",\"id\":\"e1\",\"type\":\"start\","
                     "\"time\":\"2026-03-02T10:00:00Z\"}");
    assert_has(text, "\"when\":{\"text\":\"data.ok\",\"values\":{\"data.ok\":true}}");
    assert_has(text, "\"state\":\"resolved\",\"start\":\"2026-03-02T09:00:00Z\"");
    assert_has(text, "{\"step\":\"begin\",\"at\":\"2026-03-02T09:00:00Z\"}");
    assert_has(text, "{\"step\":\"limit\",\"limit\":\"3d\",\"due\":\"2026-03-05T09:00:00Z\"}");
    assert_has(text, "\"by\":\"1d\",\"fate\":\"taken\",\"approver\":\"chief\",\"basis\":"
                     "[{\"law\":\"L\",\"article\":\"Art. 2\"}],\"due\":\"2026-03-06T09:00:00Z\"");
    assert_has(text, "\"fate\":\"over-max\"");
    assert_has(text, "{\"step\":\"pause\",\"from\":\"2026-03-02T13:00:00Z\",\"to\":"
                     "\"2026-03-03T13:00:00Z\",\"added_days\":1,\"due\":\"2026-03-07T09:00:00Z\"}");
    /* 7 March 2026 is a Saturday: 24:00 of Monday the 9th. */
    assert_has(text, "\"step\":\"rollover\",\"days\":2,\"day\":\"2026-03-07\"");
    assert_has(text, "\"due\":\"2026-03-10T00:00:00Z\",\"provisional\":true");
    assert_has(text, "\"from_event\":{\"source\":\"s\",\"id\":\"e4\"");
    assert_has(text, "\"to_event\":{\"source\":\"s\",\"id\":\"e5\"");
    assert_has(text, "\"stop\":{\"event\":{\"source\":\"s\",\"id\":\"e7\"");
    assert_has(text, "\"at\":\"2026-03-20T00:00:00Z\",\"late_by\":864000}");
    assert_has(text, "{\"level\":\"breach\",\"at\":\"due\",\"warning_id\":\"");
    assert_has(text, "\"failed\":[{\"event\":{\"source\":\"s\",\"id\":\"e6\"");
    assert_has(text, "\"condition\":\"data.n > 5\",\"part\":\"data.n\",\"code\":\"missing\"");
    world_done(&w);
}

static void a_warning_is_found_by_its_id(void **state) {
    world w;
    const sw_warning *set;
    uint32_t count;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "seen", "e1", "2", "k=A n=1");
    world_add(&w, "seen", "e2", "3", "k=A n=1");
    world_add(&w, "seen", "e3", "3", "k=A n=2");
    world_tell(&w, "5");
    assert_ok(sw_book_set(w.book, world_time("5"), &w.arena, &set, &count));
    assert_int_equal(count, 2);
    for (uint32_t i = 0; i < count; i++) {
        const char *text = explain(&w, &(sw_explain){.warning_id = &set[i].id}, "5");
        const char *id = sw_slice_is(set[i].events[0].id, "e1") ? "\"id\":\"e1\"" : "\"id\":\"e2\"";
        assert_has(text, id);
        assert_has(text, "\"kind\":\"check\"");
        assert_has(text, "\"when\":{\"text\":\"data.n < 2\",\"values\":{\"data.n\":1}}");
        assert_null(strstr(text, "},{\"rule\""));
    }
    sw_buf out;
    sw_buf_init(&out, 1024);
    sw_hash128 none = {{0}};
    assert_int_equal(sw_book_explain(w.book, &(sw_explain){.warning_id = &none}, world_time("5"),
                                     &w.scratch, &out),
                     SW_E_NOT_FOUND);
    assert_int_equal(out.len, 0);
    sw_buf_done(&out);
    world_done(&w);
}

static void a_pause_that_is_open_holds_levels_back(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "2 09:00", "k=A p=P ok=true at=2|09:00");
    world_add(&w, "from", "e4", "2 13:00", "k=A p=P");
    world_tell(&w, "3");
    const char *text = explain(&w, &(sw_explain){.rule_id = SW_S("r")}, "4");
    assert_has(text, "\"time\":null,\"reached\":false,\"held_by_pause\":true");
    assert_has(text, "\"from\":\"2026-03-02T13:00:00Z\",\"from_event\"");
    assert_has(text, "\"to\":null");
    world_done(&w);
}

static void failed_allocations_are_said(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "2 09:00", "k=A p=P ok=true at=2|09:00");
    world_add(&w, "from", "e4", "2 13:00", "k=A p=P");
    world_tell(&w, "3");
    bool done = false;
    for (int64_t n = 0; !done; n++) {
        sw_buf out;
        sw_buf_init(&out, 1 << 20);
        w.scratch.fail_after = n;
        sw_err err = sw_book_explain(w.book, &(sw_explain){.rule_id = SW_S("r")}, world_time("4"),
                                     &w.scratch, &out);
        done = err == SW_OK && w.scratch.fail_after >= 0;
        w.scratch.fail_after = -1;
        if (err) assert_int_equal(err, SW_E_NOMEM);
        if (err) assert_int_equal(out.len, 0);
        assert_int_equal(w.scratch.used_bytes, 0);
        sw_buf_done(&out);
    }
    world_done(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_is_named_with_the_event_behind_it),
        cmocka_unit_test(a_warning_is_found_by_its_id),
        cmocka_unit_test(a_pause_that_is_open_holds_levels_back),
        cmocka_unit_test(failed_allocations_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
