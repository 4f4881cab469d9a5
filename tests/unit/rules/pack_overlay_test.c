/* Overlays: packs that say only what they change of another pack. */
#include "unit/rules/pack_fixture.h"

#define BASE_RULE                                                                                  \
    "- {id: a, kind: deadline, name: 甲, key: [case_id], facts: {r: {from: {on: case.filed, "     \
    "value: data.roving}}}, start: {on: case.filed, when: facts.r}, stop: {on: case.merged}, "     \
    "limit: 3d, warn: [{at: due, level: red}]}\n"                                                  \
    "- {id: b, kind: check, key: [case_id], on: case.filed, level: red}\n"
#define HEAD(name, more)                                                                           \
    "apiVersion: seawall/v1\nkind: RulePack\nmetadata: {name: " name ", version: \"1\"" more       \
    "}\nrules:\n"
#define BASE HEAD("base", ", timezone: Asia/Shanghai") BASE_RULE
#define OVER HEAD("over", ", overlay: base")

static sw_err load_two(fixture *f, const char *base, const char *over) {
    const sw_pack_text texts[] = {{SW_S("over.yaml"), sw_slice_cstr(over)},
                                  {SW_S("base.yaml"), sw_slice_cstr(base)}};
    fixture_init(f);
    return sw_ruleset_parse(&f->arena, &f->options, texts, 2, &f->diags, &f->set);
}

static const sw_rule *holds(const fixture *f, const char *id, const char *time) {
    int64_t ms;
    assert_ok(sw_time_parse_ms(sw_slice_cstr(time), &ms));
    for (uint32_t i = 0; i < sw_ruleset_line_count(f->set); i++)
        if (sw_slice_is(sw_ruleset_line(f->set, i)->id, id))
            return sw_rule_line_at(sw_ruleset_line(f->set, i), ms);
    return NULL;
}

#define MARCH "2026-03-01T00:00:00+08:00"
#define JULY  "2026-07-01T00:00:00+08:00"

static void what_an_entry_says_is_changed_and_the_rest_stays(void **state) {
    (void)state;
    fixture f;
    assert_ok(load_two(&f, BASE, OVER "- {id: a, limit: 5d}\n"));
    const sw_rule *a = holds(&f, "a", MARCH), *b = holds(&f, "b", MARCH);
    assert_int_equal(a->limits[0].span.n, 5);
    assert_slice(a->name, "甲");
    assert_int_equal(a->stop_count, 1);
    assert_non_null(a->starts[0].when);
    assert_slice(a->pack->name, "over");
    assert_slice(b->pack->name, "base");
    assert_int_equal(sw_ruleset_rule_count(f.set), 2);
    assert_int_equal(f.notes.count, 0);
    fixture_done(&f);
}

static void null_takes_a_key_away(void **state) {
    (void)state;
    fixture f;
    assert_ok(load_two(&f, BASE, OVER "- {id: a, name: null}\n"));
    assert_int_equal(holds(&f, "a", MARCH)->name.len, 0);
    fixture_done(&f);
}

static void a_rule_is_switched_off_and_a_new_one_is_added(void **state) {
    (void)state;
    fixture f;
    assert_ok(load_two(&f, BASE,
                       OVER "- {id: b, off: true, note: not here}\n- {id: c, kind: check, key: "
                            "[case_id], on: case.merged, level: blue}\n"));
    assert_null(holds(&f, "b", MARCH));
    assert_slice(holds(&f, "c", MARCH)->pack->name, "over");
    assert_int_equal(sw_ruleset_rule_count(f.set), 2);
    fixture_done(&f);
}

static void a_change_holds_from_its_day(void **state) {
    (void)state;
    fixture f;
    assert_ok(load_two(&f, BASE,
                       OVER "- {id: a, effective: {from: 2026-07-01}, limit: 5d}\n"
                            "- {id: b, effective: {from: 2026-07-01}, off: true}\n"));
    assert_int_equal(holds(&f, "a", MARCH)->limits[0].span.n, 3);
    assert_slice(holds(&f, "a", MARCH)->pack->name, "base");
    assert_int_equal(holds(&f, "a", JULY)->limits[0].span.n, 5);
    assert_non_null(holds(&f, "b", MARCH));
    assert_null(holds(&f, "b", JULY));
    fixture_done(&f);
}

static void every_version_of_the_base_is_changed(void **state) {
    (void)state;
    fixture f;
    const char *next = HEAD("base", ", effective: {from: 2026-07-01}") BASE_RULE;
    const char *old = HEAD("base", "") BASE_RULE;
    char second[1024];
    assert_true(strlen(next) < sizeof second);
    strcpy(second, next);
    char *version = strstr(second, "\"1\"");
    version[1] = '2';
    const sw_pack_text texts[] = {{SW_S("old.yaml"), sw_slice_cstr(old)},
                                  {SW_S("new.yaml"), sw_slice_cstr(second)},
                                  {SW_S("over.yaml"), SW_S(OVER "- {id: a, limit: 5d}\n")}};
    fixture_init(&f);
    assert_ok(sw_ruleset_parse(&f.arena, &f.options, texts, 3, &f.diags, &f.set));
    assert_int_equal(holds(&f, "a", MARCH)->limits[0].span.n, 5);
    assert_int_equal(holds(&f, "a", JULY)->limits[0].span.n, 5);
    assert_slice(holds(&f, "b", JULY)->pack->version, "2");
    fixture_done(&f);
}

static void its_hash_covers_the_base(void **state) {
    (void)state;
    fixture f, other;
    assert_ok(load_two(&f, BASE, OVER "- {id: a, limit: 5d}\n"));
    assert_ok(load_two(&other, BASE "# another\n", OVER "- {id: a, limit: 5d}\n"));
    assert_false(
        sw_hash128_eq(holds(&f, "a", MARCH)->pack->hash, holds(&other, "a", MARCH)->pack->hash));
    fixture_done(&f);
    fixture_done(&other);
}

static void assert_refused(const char *over, const char *text) {
    fixture f;
    assert_int_equal(load_two(&f, BASE, over), SW_E_INVALID);
    assert_string_equal(fixture_text(&f, &f.diags), text);
    fixture_done(&f);
}

static void mistakes_are_told_at_the_entry(void **state) {
    (void)state;
    assert_refused(OVER "- {id: aa, limit: 5d}\n",
                   "over.yaml:5:8: rules[0].id: the pack base has no rule 'aa' (a new rule "
                   "needs kind and all its keys)\n");
    assert_refused(
        OVER "- {id: a, kind: check}\n",
        "over.yaml:5:11: rules[0].kind: an overlay can't change the kind of a rule (make "
        "it a rule of its own, with another id, and switch this one off)\n");
    assert_refused(OVER "- {id: a, limit: 5d, limi: 4d}\n",
                   "over.yaml:5:22: rules[0]: a rule has no key 'limi' (did you mean "
                   "'limit'?)\n");
    assert_refused(OVER "- {id: b, off: true, level: blue}\n",
                   "over.yaml:5:22: rules[0]: a rule that is switched off has no 'level' (remove "
                   "it)\n");
    assert_refused(
        OVER "- {id: b, off: false}\n",
        "over.yaml:5:16: rules[0]: 'off' is true where a rule is switched off (write off: "
        "true, or remove it)\n");
    assert_refused(OVER "- {id: a, facts: null}\n",
                   "over.yaml:5:3: rules[0].start.when: facts has no r\n");
    assert_refused(OVER "- {id: a, limit: 5d}\n- {id: a, limit: 6d}\n",
                   "over.yaml:6:8: rules[1]: the id 'a' stands at over.yaml:5 too (rename one; "
                   "versions of one rule differ in effective: {from})\n");
}

static void an_overlay_needs_a_whole_pack_below_it(void **state) {
    (void)state;
    assert_refused(HEAD("over", ", overlay: bas") "- {id: a, limit: 5d}\n",
                   "over.yaml:3:47: metadata.overlay: there is no pack 'bas' (name the base pack's "
                   "folder too)\n");
    assert_refused(HEAD("over", ", overlay: base, timezone: Europe/Rome") "- {id: a, limit: 5d}\n",
                   "over.yaml:3:63: metadata.timezone: an overlay counts as its base does: by "
                   "'Asia/Shanghai' (leave it out)\n");
    fixture f;
    const char *on_itself = HEAD("over", ", overlay: over") "- {id: a, limit: 5d}\n";
    assert_int_equal(load_two(&f, BASE, on_itself), SW_E_INVALID);
    fixture_done(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_an_entry_says_is_changed_and_the_rest_stays),
        cmocka_unit_test(null_takes_a_key_away),
        cmocka_unit_test(a_rule_is_switched_off_and_a_new_one_is_added),
        cmocka_unit_test(a_change_holds_from_its_day),
        cmocka_unit_test(every_version_of_the_base_is_changed),
        cmocka_unit_test(its_hash_covers_the_base),
        cmocka_unit_test(mistakes_are_told_at_the_entry),
        cmocka_unit_test(an_overlay_needs_a_whole_pack_below_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
