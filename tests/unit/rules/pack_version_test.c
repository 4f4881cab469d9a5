#include <stdio.h>

#include "unit/rules/pack_fixture.h"

#define RULE(id, more)                                                                             \
    "- {id: " id ", kind: check, key: [case_id], on: case.filed, level: red" more "}\n"
#define PACK(name, version, effective, rules)                                                      \
    "apiVersion: seawall/v1\nkind: RulePack\nmetadata: {name: " name ", version: " version         \
    ", timezone: Asia/Shanghai" effective "}\nrules:\n" rules

typedef struct named {
    const char *file, *text;
} named;

static sw_err load_files(fixture *f, const named *files, size_t count) {
    sw_pack_text texts[8];
    fixture_init(f);
    for (size_t i = 0; i < count; i++)
        texts[i] = (sw_pack_text){sw_slice_cstr(files[i].file), sw_slice_cstr(files[i].text)};
    return sw_ruleset_parse(&f->arena, &f->options, texts, count, &f->diags, &f->set);
}

static int64_t at(const char *time) {
    int64_t ms;
    assert_ok(sw_time_parse_ms(sw_slice_cstr(time), &ms));
    return ms;
}

/* The version of the pack whose rule of this id holds; "" for none. */
static void assert_holds(const fixture *f, const char *id, const char *time, const char *version) {
    for (uint32_t i = 0; i < sw_ruleset_line_count(f->set); i++) {
        const sw_rule_line *line = sw_ruleset_line(f->set, i);
        if (!sw_slice_is(line->id, id)) continue;
        const sw_rule *rule = sw_rule_line_at(line, at(time));
        assert_slice(rule ? rule->pack->version : SW_SLICE_NONE, version);
        return;
    }
    fail_msg("no rule %s", id);
}

static void files_of_one_name_and_version_are_one_pack(void **state) {
    (void)state;
    fixture f, other;
    const named files[] = {
        {"a.yaml", PACK("p", "1", ", effective: {from: 2026-01-01}", RULE("a", ""))},
        {"b.yaml", PACK("p", "1", "", RULE("b", ""))}};
    const named turned[] = {files[1], files[0]};
    assert_ok(load_files(&f, files, 2));
    assert_int_equal(sw_ruleset_pack_count(f.set), 1);
    assert_int_equal(sw_ruleset_rule_count(f.set), 2);
    assert_holds(&f, "b", "2026-01-01T00:00:00+08:00", "1");
    assert_holds(&f, "b", "2025-12-31T23:59:59.999+08:00", "");
    assert_ok(load_files(&other, turned, 2));
    assert_true(
        sw_hash128_eq(sw_ruleset_pack(f.set, 0)->hash, sw_ruleset_pack(other.set, 0)->hash));
    fixture_done(&f);
    fixture_done(&other);
}

static void files_of_one_pack_may_not_contradict_each_other(void **state) {
    (void)state;
    fixture f;
    const named files[] = {
        {"a.yaml", PACK("p", "1", ", effective: {from: 2026-01-01}", RULE("a", ""))},
        {"b.yaml", PACK("p", "1", ", effective: {from: 2026-01-02}", RULE("a", ""))}};
    assert_int_equal(load_files(&f, files, 2), SW_E_INVALID);
    assert_string_equal(
        fixture_text(&f, &f.diags),
        "b.yaml:3:69: metadata.effective: another file of this pack says otherwise (files of one "
        "name and version are one pack)\n"
        "b.yaml:5:8: rules[0]: the id 'a' stands at a.yaml:5 too (rename one; versions of one rule "
        "differ in effective: {from})\n");
    fixture_done(&f);
}

static void of_overlapping_versions_the_later_from_holds(void **state) {
    (void)state;
    fixture f;
    const named files[] = {
        {"new.yaml", PACK("p", "2", ", effective: {from: 2026-01-01}", RULE("a", ""))},
        {"old.yaml", PACK("p", "1", "", RULE("a", "") RULE("gone", ""))}};
    assert_ok(load_files(&f, files, 2));
    assert_int_equal(sw_ruleset_pack_count(f.set), 2);
    assert_holds(&f, "a", "2025-12-31T23:59:59.999+08:00", "1");
    assert_holds(&f, "a", "2026-01-01T00:00:00+08:00", "2");
    assert_holds(&f, "gone", "2025-12-31T23:59:59.999+08:00", "1");
    assert_holds(&f, "gone", "2026-01-01T00:00:00+08:00", ""); /* the new version has it no more */
    fixture_done(&f);
}

static void a_version_that_ends_gives_way_to_the_one_before(void **state) {
    (void)state;
    fixture f;
    const named files[] = {
        {"trial.yaml",
         PACK("p", "2", ", effective: {from: 2026-01-01, until: 2026-02-01}", RULE("a", ""))},
        {"old.yaml", PACK("p", "1", "", RULE("a", "") RULE("b", ""))}};
    assert_ok(load_files(&f, files, 2));
    assert_holds(&f, "a", "2026-01-31T23:59:59.999+08:00", "2");
    assert_holds(&f, "a", "2026-02-01T00:00:00+08:00", "1"); /* a date ends at its 00:00 */
    assert_holds(&f, "b", "2026-01-15T00:00:00+08:00", "");
    assert_holds(&f, "b", "2026-02-15T00:00:00+08:00", "1");
    fixture_done(&f);
}

static void rule_and_pack_intervals_both_apply(void **state) {
    (void)state;
    fixture f;
    const named files[] = {
        {"p.yaml", PACK("p", "1", ", effective: {from: 2026-01-01}",
                        RULE("a", ", effective: {from: 2025-01-01, until: 2026-06-01}")
                            RULE("a", ", effective: {from: '2026-03-01T12:00:00+08:00'}"))}};
    assert_ok(load_files(&f, files, 1));
    assert_holds(&f, "a", "2025-12-31T00:00:00+08:00", "");
    const sw_rule_line *line = sw_ruleset_line(f.set, 0);
    assert_int_equal(sw_rule_line_at(line, at("2026-03-01T11:59:59+08:00"))->line, 5);
    assert_int_equal(sw_rule_line_at(line, at("2026-03-01T12:00:00+08:00"))->line, 6);
    assert_int_equal(sw_rule_line_at(line, at("2027-01-01T00:00:00+08:00"))->line, 6);
    fixture_done(&f);
}

static void a_rule_that_is_never_in_force_is_told(void **state) {
    (void)state;
    fixture f;
    const named files[] = {{"p.yaml", PACK("p", "1", ", effective: {from: 2026-01-01}",
                                           RULE("a", ", effective: {until: 2025-06-01}"))}};
    assert_int_equal(load_files(&f, files, 1), SW_E_INVALID);
    assert_string_equal(fixture_text(&f, &f.diags),
                        "p.yaml:5:79: rules[0].effective: it is never in force (the rule's and its "
                        "pack's intervals both apply)\n");
    fixture_done(&f);
}

static void equal_beginnings_go_by_version_number(void **state) {
    (void)state;
    fixture f;
    const named files[] = {{"ten.yaml", PACK("p", "1.10.0", "", RULE("a", ""))},
                           {"nine.yaml", PACK("p", "1.9.0", "", RULE("a", ""))}};
    assert_ok(load_files(&f, files, 2));
    assert_holds(&f, "a", "2026-01-01T00:00:00+08:00", "1.10.0");
    fixture_done(&f);
}

#define LISTENER(id, when)                                                                         \
    "- {id: " id ", kind: deadline, key: [case_id], start: {on: warning.raised" when               \
    "}, stop: {on: warning.resolved, when: data.rule == 'x'}, limit: 1d, warn: {at: due, level: "  \
    "red}}\n"

static void assert_feeds(const char *rules, const char *expected) {
    fixture f;
    fixture_init(&f);
    sw_slice pack = sw_arena_printf(&f.arena, "%s%s", FIXTURE_HEAD, rules);
    (void)fixture_load(&f, pack.ptr);
    assert_string_equal(fixture_text(&f, &f.diags), expected);
    fixture_done(&f);
}

#define HINT " (shut its own out: when: '!data.rule.startsWith(\"…\")' or data.rule in […])\n"

static void a_rule_may_not_feed_on_its_own_warnings(void **state) {
    (void)state;
    assert_feeds(LISTENER("loop.a", ""),
                 "p.yaml:5:60: rules[0]: the rule may feed on its own warnings" HINT);
    assert_feeds(LISTENER("loop.a", ", when: data.level == 'red'"),
                 "p.yaml:5:60: rules[0]: the rule may feed on its own warnings" HINT);
    assert_feeds(LISTENER("loop.a", ", when: has(data.case_id)"),
                 "p.yaml:5:60: rules[0]: the rule may feed on its own warnings" HINT);
    assert_feeds(LISTENER("loop.a", ", when: data.level == 'breach'"), ""); /* its own is red */
    assert_feeds(LISTENER("loop.a", ", when: data.rule != 'loop.a'"), "");
    assert_feeds(LISTENER("loop.a", ", when: data.rule == 'cr.x' && data.case_id != ''"), "");
    assert_feeds(LISTENER("loop.a", ", when: '!data.rule.startsWith(\"loop.\")'"), "");
}

static void rules_may_not_feed_on_each_other_in_a_circle(void **state) {
    (void)state;
    assert_feeds(LISTENER("a", ", when: data.rule == 'b'")
                     LISTENER("b", ", when: data.rule == 'a'"),
                 "p.yaml:5:55: rules[0]: the rule may feed on its own warnings through b" HINT
                 "p.yaml:6:55: rules[1]: the rule may feed on its own warnings through a" HINT);
    assert_feeds(LISTENER("a", ", when: data.rule == 'z'") LISTENER("b", ", when: data.rule == 'a'")
                     LISTENER("c", ", when: data.rule == 'b'"),
                 "");
}

static void assert_notes(const char *pack, const char *expected) {
    fixture f;
    fixture_init(&f);
    sw_err err = fixture_load(&f, pack);
    assert_string_equal(fixture_text(&f, &f.diags), "");
    assert_ok(err);
    assert_string_equal(fixture_text(&f, &f.notes), expected);
    fixture_done(&f);
}

static void what_looks_wrong_is_noted_and_allowed(void **state) {
    (void)state;
    assert_notes(
        FIXTURE_HEAD
        "- {id: a, kind: check, key: [case_id], on: coercion.detained, level: red, when: "
        "'data.kind in [\"criminal\", \"psychatric\"] || \"civil\" != data.kind || data.kind "
        "!= \"admin\"'}\n",
        "p.yaml:5:108: rules[0].when: 'psychatric' is not among the known values of kind "
        "(it knows criminal, psychiatric)\n"
        "p.yaml:5:162: rules[0].when: 'admin' is not among the known values of kind (it "
        "knows criminal, psychiatric)\n");
    assert_notes(
        "apiVersion: seawall/v1\nkind: RulePack\nmetadata: {name: p, version: 1}\nrules:\n"
        "- {id: a, kind: deadline, key: [case_id], start: {on: case.filed}, limit: 3wd, "
        "warn: {at: due, level: red}}\n",
        "p.yaml:3:11: metadata.timezone: the pack names no time zone; days are counted in "
        "Asia/Shanghai (write timezone: Asia/Shanghai)\n"
        "p.yaml:5:3: rules[0]: nothing ends this period: it runs for ever (add a stop)\n"
        "p.yaml:5:3: rules[0]: working days are counted without a calendar: only weekends "
        "rest, and every due time is provisional (add calendar: to the pack's metadata)\n");
}

static void another_pack_may_replace_a_rule_and_it_is_noted(void **state) {
    (void)state;
    fixture f;
    const named files[] = {
        {"city.yaml", PACK("city", "1", "", RULE("a", ""))},
        {"county.yaml", PACK("county", "1", ", effective: {from: 2026-01-01}", RULE("a", ""))}};
    assert_ok(load_files(&f, files, 2));
    assert_string_equal(
        fixture_text(&f, &f.notes),
        "county.yaml:5:8: rules[0]: the pack city has the rule 'a' too (of both the "
        "one whose effective begins later holds)\n");
    const sw_rule_line *line = sw_ruleset_line(f.set, 0);
    assert_slice(sw_rule_line_at(line, at("2025-01-01T00:00:00Z"))->pack->name, "city");
    assert_slice(sw_rule_line_at(line, at("2026-01-01T00:00:00Z"))->pack->name, "county");
    fixture_done(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_one_name_and_version_are_one_pack),
        cmocka_unit_test(files_of_one_pack_may_not_contradict_each_other),
        cmocka_unit_test(of_overlapping_versions_the_later_from_holds),
        cmocka_unit_test(a_version_that_ends_gives_way_to_the_one_before),
        cmocka_unit_test(rule_and_pack_intervals_both_apply),
        cmocka_unit_test(a_rule_that_is_never_in_force_is_told),
        cmocka_unit_test(equal_beginnings_go_by_version_number),
        cmocka_unit_test(a_rule_may_not_feed_on_its_own_warnings),
        cmocka_unit_test(rules_may_not_feed_on_each_other_in_a_circle),
        cmocka_unit_test(what_looks_wrong_is_noted_and_allowed),
        cmocka_unit_test(another_pack_may_replace_a_rule_and_it_is_noted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
