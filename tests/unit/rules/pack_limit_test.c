#include <stdio.h>

#include "unit/rules/pack_fixture.h"

static const char small_pack[] =
    "apiVersion: seawall/v1\n"
    "kind: RulePack\n"
    "metadata: {name: p, version: 1.0.0, timezone: Asia/Shanghai, effective: {from: 2026-01-01}}\n"
    "rules:\n"
    "  - id: a\n"
    "    kind: deadline\n"
    "    key: [case_id, person_id]\n"
    "    basis: [{law: x, article: y}]\n"
    "    facts: {roving: {from: [{on: case.filed, value: data.roving}]}}\n"
    "    start: {on: coercion.detained, when: data.kind == 'criminal'}\n"
    "    stop: {on: coercion.released}\n"
    "    pause: {from: {on: appraisal.started}, to: {on: appraisal.ended}}\n"
    "    limit: [{when: facts.roving, limit: {days: data.days}}, {limit: 3d}]\n"
    "    extend: {on: coercion.extended, to: 7d}\n"
    "    count: {begin: next-day}\n"
    "    warn: [{at: 50%, level: blue, to: [handler]}, {at: due, level: red}]\n"
    "  - {id: b, kind: check, key: [case_id], on: case.filed, level: red, when: data.suspect > "
    "1}\n";

static void when_memory_ends_the_loader_fails_and_nothing_else(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    for (int64_t n = 0;; n++) {
        sw_arena arena;
        sw_diags diags;
        const sw_ruleset *set = NULL;
        sw_arena_init(&arena, 64 << 20);
        sw_diags_init(&diags, &arena, SW_SLICE_NONE, 100);
        const sw_ruleset_options options = {.catalogue = f.cat, .notes = &diags};
        sw_pack_text text = {SW_S("p.yaml"), sw_slice_cstr(small_pack)};
        arena.fail_after = n;
        sw_err err = sw_ruleset_parse(&arena, &options, &text, 1, &diags, &set);
        bool finished = arena.fail_after >= 0;
        sw_arena_done(&arena);
        assert_null(set);
        assert_int_not_equal(err, SW_OK); /* data.suspect is no field */
        if (finished) {
            assert_int_equal(err, SW_E_INVALID);
            assert_true(n > 100);
            break;
        }
    }
    fixture_done(&f);
}

static void a_thousand_errors_are_all_told(void **state) {
    (void)state;
    fixture f;
    sw_buf pack;
    fixture_init(&f);
    sw_buf_init(&pack, 1 << 20);
    sw_buf_add_cstr(&pack, FIXTURE_HEAD);
    for (int i = 0; i < 1000; i++)
        sw_buf_printf(&pack,
                      "- {id: r%d, kind: check, key: [case_id], on: case.filed, level: rad}\n", i);
    sw_buf_add_byte(&pack, '\0');
    assert_ok(pack.err);
    assert_int_equal(fixture_load(&f, pack.ptr), SW_E_INVALID);
    assert_int_equal(f.diags.count, 1000);
    uint32_t line = 5;
    for (const sw_diag *diag = f.diags.first; diag; diag = diag->next)
        assert_int_equal(diag->line, line++);
    sw_buf_done(&pack);
    fixture_done(&f);
}

static void a_pack_too_large_is_refused_in_words(void **state) {
    (void)state;
    fixture f;
    sw_buf pack;
    sw_arena small;
    fixture_init(&f);
    sw_buf_init(&pack, 16 << 20);
    sw_buf_add_cstr(&pack, FIXTURE_HEAD);
    for (int i = 0; i < 20000; i++)
        sw_buf_printf(&pack,
                      "- {id: r%d, kind: check, key: [case_id], on: case.filed, level: red}\n", i);
    assert_ok(pack.err);
    sw_pack_text text = {SW_S("p.yaml"), sw_buf_slice(&pack)};
    sw_err err = SW_E_LIMIT;
    uint32_t refusals = 0;
    for (size_t mb = 4; err != SW_OK; mb += 4) {
        sw_diags diags;
        sw_diags_init(&diags, &f.arena, SW_SLICE_NONE, 100);
        sw_arena_init(&small, mb << 20);
        err = sw_ruleset_parse(&small, &f.options, &text, 1, &diags, &f.set);
        if (err != SW_OK) {
            assert_int_equal(err, SW_E_LIMIT);
            assert_slice(
                diags.last->message,
                sw_arena_printf(&f.arena,
                                "the rule packs need more than the %zu MB that they may take", mb)
                    .ptr);
            refusals++;
            sw_arena_done(&small);
        }
    }
    assert_true(refusals > 3);
    assert_int_equal(sw_ruleset_rule_count(f.set), 20000);
    sw_arena_done(&small);
    sw_buf_done(&pack);
    fixture_done(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(when_memory_ends_the_loader_fails_and_nothing_else),
        cmocka_unit_test(a_thousand_errors_are_all_told),
        cmocka_unit_test(a_pack_too_large_is_refused_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
