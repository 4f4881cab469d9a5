/* Words of messages: parts of an SMS, templates and their faults. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "notify/words/sms.h"
#include "notify/words/template.h"
#include "text/time.h"
#include "unit/test.h"

#define SHIPPED SW_SOURCE_DIR "/deploy/notify/templates.yaml"

static sw_slice repeat(sw_arena *arena, const char *what, uint32_t count, const char *before) {
    size_t len = strlen(what), start = strlen(before);
    char *text = sw_arena_alloc(arena, start + len * count);
    memcpy(text, before, start);
    for (uint32_t i = 0; i < count; i++) memcpy(text + start + i * len, what, len);
    return sw_slice_of(text, start + len * count);
}

static void an_sms_has_70_units_and_67_in_a_chain(void **state) {
    (void)state;
    sw_arena arena;
    sw_arena_init(&arena, 1 << 20);
    static const struct {
        uint32_t count, parts;
    } cases[] = {{0, 0}, {1, 1}, {70, 1}, {71, 2}, {134, 2}, {135, 3}, {201, 3}, {202, 4}};
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        assert_int_equal(sw_sms_parts(repeat(&arena, "字", cases[i].count, "")), cases[i].parts);
        assert_int_equal(sw_sms_parts(repeat(&arena, "a", cases[i].count, "")), cases[i].parts);
    }
    sw_arena_done(&arena);
}

static void a_character_of_two_units_is_never_split(void **state) {
    (void)state;
    sw_arena arena;
    sw_arena_init(&arena, 1 << 20);
    assert_int_equal(sw_sms_units(SW_S("𠮷")), 2);
    assert_int_equal(sw_sms_parts(repeat(&arena, "𠮷", 35, "")), 1); /* 70 units */
    /* 33 of them leave one unit of a part empty; 134 units would be two parts, were none split. */
    assert_int_equal(sw_sms_parts(repeat(&arena, "𠮷", 66, "")), 2);
    assert_int_equal(sw_sms_parts(repeat(&arena, "𠮷", 66, "a")), 2);
    assert_int_equal(sw_sms_parts(repeat(&arena, "𠮷", 66, "ab")), 3);
    assert_int_equal(sw_sms_parts(repeat(&arena, "𠮷", 67, "")), 3);
    assert_int_equal(sw_sms_cut(SW_S("a𠮷b"), 2), 1);
    assert_int_equal(sw_sms_cut(SW_S("a𠮷b"), 3), 5);
    sw_arena_done(&arena);
}

static void what_is_shipped_loads_and_reads_as_it_should(void **state) {
    (void)state;
    sw_arena arena;
    sw_diags diags;
    const sw_words *words;
    sw_arena_init(&arena, 4 << 20);
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 100);
    sw_err err = sw_words_load(&arena, SHIPPED, &diags, &words);
    if (err) fail_msg("%.*s", SW_FMT(sw_diag_text(&arena, diags.first)));
    sw_buf due, left, out;
    sw_buf_init(&due, 100);
    sw_buf_init(&left, 100);
    sw_buf_init(&out, 4000);
    int64_t ms;
    assert_ok(sw_time_parse_ms(SW_S("2026-03-03T00:00:00+08:00"), &ms));
    sw_words_due(words, SW_S("zh"), ms, 28800, &due);
    sw_words_left(words, SW_S("zh"), 5 * 3600000 + 1, &left);
    sw_blanks blanks = {{[SW_BLANK_LEVEL] = sw_words_level(words, SW_S("zh"), 4),
                         [SW_BLANK_UNIT] = SW_S("城东所"),
                         [SW_BLANK_KEY] = SW_S("A3209812026000123"),
                         [SW_BLANK_RULE] = SW_S("提请批准逮捕期限"),
                         [SW_BLANK_DUE] = sw_buf_slice(&due),
                         [SW_BLANK_LEFT] = sw_buf_slice(&left),
                         [SW_BLANK_TEXT] = SW_S("三日内提请\n批准逮捕。"),
                         [SW_BLANK_CODE] = SW_S("1234")}};
    sw_words_write(words, SW_S("zh"), SW_TEMPLATE_WARNING, 4, &blanks, &out);
    assert_slice(
        sw_buf_slice(&out),
        "【执法监督】红色预警：城东所A3209812026000123提请批准逮捕期限，3月2日24时到期，剩5小时。"
        "三日内提请 批准逮捕。回复1234签收");
    sw_buf_clear(&out);
    blanks.values[SW_BLANK_DUE] = SW_SLICE_NONE; /* a check has none */
    blanks.values[SW_BLANK_WHY] = SW_S("法制员空缺，改告办案单位领导");
    sw_words_write(words, SW_S("fr"), SW_TEMPLATE_WARNING, 4, &blanks, &out);
    assert_slice(sw_buf_slice(&out),
                 "【执法监督】红色预警：城东所A3209812026000123提请批准逮捕期限。三日内提请 "
                 "批准逮捕。（法制员空缺，改告办案单位领导）回复1234签收");
    sw_buf_clear(&left);
    sw_words_left(words, SW_S("zh"), -3 * 86400000LL, &left);
    assert_slice(sw_buf_slice(&left), "已超3天");
    sw_buf_done(&due);
    sw_buf_done(&left);
    sw_buf_done(&out);
    sw_arena_done(&arena);
}

static void long_values_are_cut_to_what_was_measured(void **state) {
    (void)state;
    sw_arena arena;
    const sw_words *words;
    sw_arena_init(&arena, 4 << 20);
    assert_ok(sw_words_load(&arena, SHIPPED, NULL, &words));
    sw_blanks blanks;
    for (int i = 0; i < SW_BLANKS; i++) blanks.values[i] = repeat(&arena, "𠮷", 500, "");
    for (int kind = 0; kind < SW_TEMPLATE_KINDS; kind++) {
        for (uint32_t level = 0; level < SW_NOTIFY_LEVELS; level++) {
            sw_buf out;
            sw_buf_init(&out, 1 << 16);
            sw_words_write(words, SW_S("zh"), (sw_template_kind)kind, level, &blanks, &out);
            assert_ok(out.err);
            assert_true(sw_sms_parts(sw_buf_slice(&out)) <= 4);
            sw_buf_done(&out);
        }
    }
    sw_arena_done(&arena);
}

static void faults_of_templates_are_found_at_load(void **state) {
    (void)state;
    char path[] = "/tmp/seawall-words-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    fputs(
        "kind: Templates\n"
        "max_parts: 1\n"
        "languages:\n"
        "  zh:\n"
        "    levels: {green: 绿, blue: 蓝, yellow: 黄, orange: 橙, red: 红, breach: 超, pink: 粉}\n"
        "    forms: {left: 剩, over: 超, days: 天, hours: 时, minutes: 分, month: 月, day: 日, "
        "hour: 时}\n"
        "    templates:\n"
        "      warning: '{suspect}{lvel}'\n"
        "      warning.purple: x\n"
        "      escalation: '{text}{list}'\n"
        "      event: 'a } b {due'\n"
        "      merged: '<a <b>'\n"
        "      item: [x]\n"
        "      repeated: ''\n",
        file);
    fclose(file);
    sw_arena arena;
    sw_diags diags;
    const sw_words *words;
    sw_arena_init(&arena, 4 << 20);
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 100);
    assert_int_equal(sw_words_load(&arena, path, &diags, &words), SW_E_INVALID);
    unlink(path);
    static const char *const want[] = {
        ":5:",
        "'minute' is missing",
        ":8:16: warning: there is no placeholder {suspect}",
        "there is no placeholder {lvel} (did you mean 'level'?)",
        "there is no kind of template 'warning.purple'",
        ":10:19: escalation: it can need 220 units, more than 1 SMS parts hold (70)",
        "a } without its {",
        "a { without its }",
        "a < without its fellow",
        "a template is a text, this is a list",
        "language 'zh' has no template 'digest'",
    };
    char all[8000] = "";
    for (const sw_diag *d = diags.first; d; d = d->next) {
        sw_slice text = sw_diag_text(&arena, d);
        strncat(all, text.ptr, text.len);
        strcat(all, "\n");
    }
    for (size_t i = 0; i < SW_COUNT(want); i++)
        if (!strstr(all, want[i])) fail_msg("no finding '%s' in\n%s", want[i], all);
    sw_arena_done(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_sms_has_70_units_and_67_in_a_chain),
        cmocka_unit_test(a_character_of_two_units_is_never_split),
        cmocka_unit_test(what_is_shipped_loads_and_reads_as_it_should),
        cmocka_unit_test(long_values_are_cut_to_what_was_measured),
        cmocka_unit_test(faults_of_templates_are_found_at_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
