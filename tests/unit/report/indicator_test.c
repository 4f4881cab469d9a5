#include "report/indicator/indicator.h"
#include "unit/test.h"

static const char catalogue_text[] =
    "types:\n"
    "  a.seen: {fields: {case_id: {type: string, key: true}, kind: string, n: int,\n"
    "                    name: {type: string, personal: true}}}\n";

#define HEAD                                                                                       \
    "apiVersion: seawall/v1\n"                                                                     \
    "kind: IndicatorPack\n"                                                                        \
    "metadata: {name: test, version: 1.0.0, timezone: Asia/Shanghai}\n"                            \
    "indicators:\n"

typedef struct world {
    sw_arena arena;
    sw_diags diags;
    const sw_catalogue *catalogue;
    const sw_indicators *indicators;
} world;

static sw_err parse(world *w, const char *text) {
    sw_arena_init(&w->arena, (size_t)16 << 20);
    sw_diags_init(&w->diags, &w->arena, SW_S("x"), 50);
    assert_ok(sw_catalogue_parse(&w->arena, SW_S("c"), sw_slice_cstr(catalogue_text), &w->diags,
                                 &w->catalogue));
    return sw_indicators_parse(&w->arena, w->catalogue, SW_S("pack.yaml"), sw_slice_cstr(text),
                               &w->diags, &w->indicators);
}

static void found(world *w, uint32_t line, const char *text) {
    for (const sw_diag *d = w->diags.first; d; d = d->next) {
        const sw_slice told = sw_diag_text(&w->arena, d);
        if (d->line == line && memmem(told.ptr, told.len, text, strlen(text))) return;
    }
    for (const sw_diag *d = w->diags.first; d; d = d->next)
        print_error("%.*s\n", SW_FMT(sw_diag_text(&w->arena, d)));
    fail_msg("nothing says '%s' in line %u", text, line);
}

static void every_fault_is_told_in_one_run_with_its_place(void **state) {
    (void)state;
    world w;
    assert_int_equal(parse(&w,
                           HEAD "  - {id: a, name: A, events: [{on: a.sen}]}\n"
                                "  - {id: b, name: B, events: [{on: a.seen, when: 'data.n'}]}\n"
                                "  - {id: c, name: C, events: [{on: a.seen, split: data.name}]}\n"
                                "  - {id: d, name: D, warnings: {levels: [purple]}}\n"
                                "  - {id: e, name: E, periods: {count: lates}}\n"
                                "  - {id: f, name: F, ratio: {part: a, whole: nobody}}\n"
                                "  - {id: a, name: A, nmae: x, events: [{on: a.seen}]}\n"
                                "  - {id: g, name: G}\n"
                                "  - {id: h, name: H, ratio: {part: f, whole: a}}\n"
                                "  - {id: i, name: I, periods: {}, events: [{on: a.seen}]}\n"),
                     SW_E_INVALID);
    found(&w, 5, "did you mean 'a.seen'?");
    found(&w, 6, "bool");
    found(&w, 7, "personal fields can't be counted by");
    found(&w, 8, "'purple' is no level");
    found(&w, 9, "did you mean 'late'?");
    found(&w, 10, "no indicator 'nobody'");
    found(&w, 11, "there is an indicator 'a' already");
    found(&w, 11, "name");
    found(&w, 12, "does not say what it counts");
    found(&w, 13, "is itself a ratio");
    found(&w, 14, "counts one thing");
    sw_arena_done(&w.arena);
}

static void a_pack_that_is_none_says_what_to_write(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",     "[]",
        "a: 1", "indicators: 3",
        "\t",   "apiVersion: seawall/v1\nkind: RulePack\nindicators: []"};
    for (size_t i = 0; i < SW_COUNT(texts); i++) {
        world w;
        assert_int_not_equal(parse(&w, texts[i]), SW_OK);
        assert_true(w.diags.count > 0);
        sw_arena_done(&w.arena);
    }
}

static void memory_that_ends_is_an_error(void **state) {
    (void)state;
    const char *text = HEAD "  - {id: a, name: A, events: [{on: a.seen, when: 'data.n > 1'}]}\n"
                            "  - {id: b, name: B, warnings: {rules: ['x.*'], levels: [red]}}\n"
                            "  - {id: c, name: C, ratio: {part: a, whole: b}}\n";
    for (int64_t n = 0;; n++) {
        world w = {0};
        sw_arena_init(&w.arena, (size_t)16 << 20);
        sw_diags_init(&w.diags, &w.arena, SW_S("x"), 50);
        assert_ok(sw_catalogue_parse(&w.arena, SW_S("c"), sw_slice_cstr(catalogue_text), &w.diags,
                                     &w.catalogue));
        w.arena.fail_after = n;
        const sw_err err = sw_indicators_parse(&w.arena, w.catalogue, SW_S("p"),
                                               sw_slice_cstr(text), &w.diags, &w.indicators);
        const bool through = w.arena.fail_after >= 0;
        sw_arena_done(&w.arena);
        if (through) {
            assert_ok(err);
            break;
        }
        assert_int_not_equal(err, SW_OK);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_is_told_in_one_run_with_its_place),
        cmocka_unit_test(a_pack_that_is_none_says_what_to_write),
        cmocka_unit_test(memory_that_ends_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
