#include "unit/rules/pack_fixture.h"

/* The contract's own example, with a shorter catalogue. */
static const char contract_pack[] =
    "apiVersion: seawall/v1\n"
    "kind: RulePack\n"
    "metadata: {name: cn-police, version: 1.2.0, timezone: Asia/Shanghai, effective: {from: "
    "2026-01-01}}\n"
    "rules:\n"
    "  - id: cr.detain.request\n"
    "    name: 提请批准逮捕期限\n"
    "    name_en: request for arrest\n"
    "    kind: deadline\n"
    "    element: person\n"
    "    domain: 强制措施\n"
    "    severity: critical\n"
    "    tier: county\n"
    "    basis: [{law: 刑事诉讼法, article: 第九十一条}]\n"
    "    key: [case_id, person_id]\n"
    "    facts: {roving: {from: [{on: case.filed, value: data.roving}]}}\n"
    "    liberty: true\n"
    "    start: {on: coercion.detained, when: 'data.kind == \"criminal\"', at: data.detained_at}\n"
    "    stop:  [{on: coercion.released}]\n"
    "    cancel: [{on: case.merged}]\n"
    "    restart: []\n"
    "    pause: [{from: {on: appraisal.started, when: 'data.kind == \"psychiatric\"'}, to: {on: "
    "appraisal.ended}}]\n"
    "    limit: [{when: facts.roving, limit: 30d}, {limit: 3d}]\n"
    "    extend: [{on: coercion.extended, when: 'data.to_days == 7', to: 7d, max: 2, approver: "
    "data.approver, basis: {law: 刑事诉讼法, article: 第九十一条}}, {on: coercion.extended, by: "
    "{days: data.to_days}}]\n"
    "    count: {begin: next-day, end: instant, month_end: last, rollover: none, lead: 0d}\n"
    "    caution: {begin: instant}\n"
    "    warn:\n"
    "      - {at: 50%,    level: blue,   to: [handler]}\n"
    "      - {at: -24h,   level: orange, to: [handler, legal_officer, unit_leader]}\n"
    "      - {at: caution-6h,    level: red,    to: [legal_brigade, bureau_leader]}\n"
    "      - {at: due,    level: breach, to: [bureau_leader], repeat: {every: 24h, max: 3, "
    "to_after: [{n: 2, to: [city_legal, bureau_leader]}]}}\n"
    "  - {id: interrogation.two-officers, kind: check, key: [case_id], on: interrogation.started, "
    "when: 'data.officer_count < 2', level: red, to: [handler]}\n"
    "  - {id: place.repeated-reports, kind: threshold, key: [place_id], on: incident.received, "
    "within: 30d, distinct: incident_id, levels: [{count: 3, level: yellow}, {count: 5, level: "
    "red}]}\n"
    "  - {id: penalty.without-review, kind: sequence, key: [case_id], on: coercion.detained, "
    "requires: {on: case.filed, within: 30d}, settle: 15m, level: orange}\n"
    "  - {id: record.outside-custody, kind: match, key: [person_id], left: {on: "
    "interrogation.started}, right: {on: place.left}, within: 24h, where: 'left.data.started_at > "
    "right.event.time', level: orange}\n";

static const sw_rule *rule_of(const fixture *f, const char *id) {
    for (uint32_t i = 0; i < sw_ruleset_rule_count(f->set); i++)
        if (sw_slice_is(sw_ruleset_rule(f->set, i)->id, id)) return sw_ruleset_rule(f->set, i);
    fail_msg("no rule %s", id);
    return NULL;
}

static void load(fixture *f, const char *text) {
    fixture_init(f);
    sw_err err = fixture_load(f, text);
    assert_string_equal(fixture_text(f, &f->diags), "");
    assert_ok(err);
}

static void every_key_of_a_deadline_is_read(void **state) {
    (void)state;
    fixture f;
    load(&f, contract_pack);
    const sw_rule *rule = rule_of(&f, "cr.detain.request");
    assert_slice(rule->name, "提请批准逮捕期限");
    assert_slice(rule->name_en, "request for arrest");
    assert_int_equal(rule->kind, SW_DEADLINE);
    assert_slice(rule->element, "person");
    assert_slice(rule->domain, "强制措施");
    assert_slice(rule->tier, "county");
    assert_int_equal(rule->severity, SW_CRITICAL);
    assert_int_equal(rule->line, 5);
    assert_slice(rule->file, "p.yaml");
    assert_int_equal(rule->basis_count, 1);
    assert_slice(rule->basis[0].law, "刑事诉讼法");
    assert_slice(rule->basis[0].article, "第九十一条");
    assert_int_equal(rule->key_count, 2);
    assert_slice(sw_catalogue_key_name(f.cat, rule->key_ids[0]), "case_id");
    assert_slice(sw_catalogue_key_name(f.cat, rule->key_ids[1]), "person_id");
    assert_true(rule->liberty);
    assert_int_equal(rule->fact_count, 1);
    assert_slice(rule->facts[0].name, "roving");
    assert_int_equal(rule->facts[0].type->kind, SW_BOOL);
    assert_int_equal(rule->start_count, 1);
    assert_slice(rule->starts[0].type->name, "coercion.detained");
    assert_slice(sw_cel_text(rule->starts[0].when), "data.kind == \"criminal\"");
    assert_slice(sw_cel_text(rule->starts[0].at), "data.detained_at");
    assert_int_equal(rule->stop_count, 1);
    assert_null(rule->stops[0].when);
    assert_int_equal(rule->cancel_count, 1);
    assert_int_equal(rule->restart_count, 0);
    assert_int_equal(rule->pause_count, 1);
    assert_slice(rule->pauses[0].to.type->name, "appraisal.ended");
    fixture_done(&f);
}

static void limits_extensions_counts_and_levels_are_read(void **state) {
    (void)state;
    fixture f;
    load(&f, contract_pack);
    const sw_rule *rule = rule_of(&f, "cr.detain.request");
    assert_int_equal(rule->limit_count, 2);
    assert_slice(sw_cel_text(rule->limits[0].when[0]), "facts.roving");
    assert_int_equal(rule->limits[0].span.n, 30);
    assert_null(rule->limits[1].when);
    assert_int_equal(rule->limits[1].span.unit, SW_UNIT_DAYS);
    assert_int_equal(rule->extend_count, 2);
    assert_true(rule->extends[0].to);
    assert_int_equal(rule->extends[0].amount.span.n, 7);
    assert_int_equal(rule->extends[0].max, 2);
    assert_slice(sw_cel_text(rule->extends[0].approver), "data.approver");
    assert_int_equal(rule->extends[0].basis_count, 1);
    assert_false(rule->extends[1].to);
    assert_slice(sw_cel_text(rule->extends[1].amount.n), "data.to_days");
    assert_int_equal(rule->extends[1].amount.span.unit, SW_UNIT_DAYS);
    assert_int_equal(rule->count_count, 1);
    assert_int_equal(rule->counts[0].count.begin, SW_BEGIN_NEXT_DAY);
    assert_true(rule->counts[0].count.month_end_last);
    assert_false(rule->counts[0].count.end_of_day);
    assert_non_null(rule->caution);
    assert_int_equal(rule->warn_count, 4);
    assert_int_equal(rule->warns[0].at.percent, 50);
    assert_int_equal(rule->warns[1].at.offset_ms, -24 * 3600000LL);
    assert_slice(rule->warns[1].to[2], "unit_leader");
    assert_int_equal(rule->warns[2].at.anchor, SW_AT_CAUTION);
    assert_slice(rule->warns[2].at_text, "caution-6h");
    assert_int_equal(rule->warns[3].level, SW_BREACH);
    assert_int_equal(rule->warns[3].repeat_every_ms, 24 * 3600000LL);
    assert_int_equal(rule->warns[3].repeat_max, 3);
    uint32_t count;
    const sw_slice *to = sw_warn_to(&rule->warns[3], 1, &count);
    assert_int_equal(count, 1);
    to = sw_warn_to(&rule->warns[3], 2, &count);
    assert_int_equal(count, 2);
    assert_slice(to[0], "bureau_leader");
    assert_slice(to[1], "city_legal");
    fixture_done(&f);
}

static void the_other_kinds_are_read(void **state) {
    (void)state;
    fixture f;
    load(&f, contract_pack);
    const sw_rule *check = rule_of(&f, "interrogation.two-officers");
    assert_int_equal(check->warn.level, SW_RED);
    assert_slice(check->warn.to[0], "handler");
    assert_int_equal(check->severity, SW_MAJOR);
    const sw_rule *threshold = rule_of(&f, "place.repeated-reports");
    assert_int_equal(threshold->within.form, SW_WINDOW_LENGTH);
    assert_int_equal(threshold->within.ms, 30 * 86400000LL);
    assert_slice(threshold->ons[0].type->fields[threshold->distinct.slots[0]].name, "incident_id");
    assert_int_equal(threshold->level_count, 2);
    assert_int_equal(threshold->levels[1].count, 5);
    assert_int_equal(threshold->levels[1].warn.level, SW_RED);
    const sw_rule *sequence = rule_of(&f, "penalty.without-review");
    assert_slice(sequence->befores[0].on.type->name, "case.filed");
    assert_false(sequence->forbids);
    assert_int_equal(sequence->settle_ms, 15 * 60000);
    const sw_rule *match = rule_of(&f, "record.outside-custody");
    assert_slice(match->right.type->name, "place.left");
    assert_non_null(match->where);
    assert_int_equal(match->max_pairs, 100);
    fixture_done(&f);
}

static const sw_event_type *type_of(const fixture *f, const char *name) {
    return sw_catalogue_find(f->cat, sw_slice_cstr(name));
}

static void uses_are_found_by_type_and_first_key(void **state) {
    (void)state;
    fixture f;
    uint32_t count, key;
    load(&f, contract_pack);
    const sw_use *uses = sw_ruleset_uses(f.set, type_of(&f, "coercion.extended"), &count);
    assert_int_equal(count, 2);
    assert_int_equal(uses[0].part, SW_PART_EXTEND);
    assert_int_equal(uses[1].entry, 1);
    uses = sw_ruleset_uses(f.set, type_of(&f, "place.left"), &count);
    assert_int_equal(count, 1);
    assert_int_equal(uses[0].part, SW_PART_RIGHT);
    assert_true(sw_catalogue_key_find(f.cat, SW_S("person_id"), &key));
    (void)sw_ruleset_uses_by_key(f.set, type_of(&f, "coercion.extended"), key, &count);
    assert_int_equal(count, 0);
    assert_true(sw_catalogue_key_find(f.cat, SW_S("case_id"), &key));
    uses = sw_ruleset_uses_by_key(f.set, type_of(&f, "case.filed"), key, &count);
    assert_int_equal(count, 2);
    assert_int_equal(uses[0].part, SW_PART_FACT);
    assert_int_equal(uses[1].part, SW_PART_BEFORE);
    fixture_done(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_of_a_deadline_is_read),
        cmocka_unit_test(limits_extensions_counts_and_levels_are_read),
        cmocka_unit_test(the_other_kinds_are_read),
        cmocka_unit_test(uses_are_found_by_type_and_first_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
