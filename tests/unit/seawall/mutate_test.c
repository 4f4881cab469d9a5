#include "seawall/rules/test/mutate.h"

#include "unit/rules/pack_fixture.h"

static const char pack[] =
    FIXTURE_HEAD "- id: a\n"
                 "  kind: deadline\n"
                 "  key: [case_id, person_id]\n"
                 "  start: [{on: coercion.detained, when: data.kind == 'criminal', at: "
                 "data.detained_at}, {on: coercion.extended}]\n"
                 "  stop: {on: coercion.released}\n"
                 "  pause: {from: {on: appraisal.started}, to: {on: appraisal.ended}}\n"
                 "  limit: [{when: event.id == 'x', limit: 30d}, {limit: 24h}]\n"
                 "  extend: {on: coercion.extended, by: {days: data.to_days}}\n"
                 "  warn: [{at: 50%, level: blue}, {at: -2h, level: red}, {at: start, level: "
                 "green}, {at: due, level: breach}]\n";

static void every_fault_is_made_by_itself_and_told_in_words(void **state) {
    (void)state;
    static const char *const expected[] = {
        "limit 30d → 31d",
        "limit 30d → 29d",
        "limit 1: 'when' turned round",
        "limit 24h → 25h",
        "limit 24h → 23h",
        "start 1: 'when' turned round",
        "start 1: 'at' left out",
        "stop 1 (coercion.released) taken out",
        "start 1 (coercion.detained) taken out",
        "start 2 (coercion.extended) taken out",
        "pause 1 (appraisal.started) taken out",
        "extension 1 (coercion.extended) taken out",
        "extension 1 one unit longer",
        "level blue at 50% moved",
        "level red at -2h moved",
        "level green at start moved",
        "level breach at due moved",
    };
    fixture f;
    fixture_init(&f);
    assert_ok(fixture_load(&f, pack));
    const sw_rule *rule = sw_ruleset_rule(f.set, 0);
    uint32_t made = 0;
    for (uint32_t n = 0; n < mutate_count(rule); n++) {
        sw_rule changed;
        sw_slice what;
        if (!mutate_rule(&f.arena, rule, n, &changed, &what)) continue;
        assert_true(made < SW_COUNT(expected));
        assert_slice(what, expected[made]);
        made++;
        const sw_ruleset *set;
        assert_ok(sw_ruleset_of(&f.arena, f.set, &changed, 1, &set));
        assert_int_equal(sw_ruleset_rule_count(set), 1);
    }
    assert_int_equal(made, SW_COUNT(expected));
    fixture_done(&f);
}

static void the_rule_itself_stays_as_it_is(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    assert_ok(fixture_load(&f, pack));
    const sw_rule *rule = sw_ruleset_rule(f.set, 0);
    for (uint32_t n = 0; n < mutate_count(rule); n++) {
        sw_rule changed;
        sw_slice what;
        (void)mutate_rule(&f.arena, rule, n, &changed, &what);
    }
    assert_int_equal(rule->limits[0].span.n, 30);
    assert_int_equal(rule->start_count, 2);
    assert_slice(sw_cel_text(rule->starts[0].when), "data.kind == 'criminal'");
    assert_non_null(rule->starts[0].at);
    assert_int_equal(rule->stop_count, 1);
    assert_int_equal(rule->warns[0].at.percent, 50);
    fixture_done(&f);
}

static void a_ruleset_of_some_rules_has_their_uses_alone(void **state) {
    (void)state;
    fixture f;
    uint32_t count;
    fixture_init(&f);
    assert_ok(fixture_load(&f, pack));
    const sw_ruleset *none;
    assert_ok(sw_ruleset_of(&f.arena, f.set, NULL, 0, &none));
    assert_int_equal(sw_ruleset_line_count(none), 0);
    (void)sw_ruleset_uses(none, sw_catalogue_find(f.cat, SW_S("coercion.detained")), &count);
    assert_int_equal(count, 0);
    fixture_done(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_is_made_by_itself_and_told_in_words),
        cmocka_unit_test(the_rule_itself_stays_as_it_is),
        cmocka_unit_test(a_ruleset_of_some_rules_has_their_uses_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
