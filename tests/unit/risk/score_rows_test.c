/* Rows and messages of scores: keys that sort, what is cut off, torn or too long is refused. */
#include <stdio.h>

#include "risk/score/instance.h"
#include "risk/score/rows.h"
#include "unit/test.h"

static void keys_say_what_they_are_of(void **state) {
    char room[SW_SUM_KEY_MAX];
    sw_scored of;
    sw_slice subject;
    (void)state;
    const sw_slice key = sw_sum_key(SW_SCORED_OFFICER, SW_S("012345"), room);
    assert_true(sw_sum_key_read(key, &of, &subject));
    assert_int_equal(of, SW_SCORED_OFFICER);
    assert_slice(subject, "012345");
    assert_true(sw_slice_cmp(key, sw_sum_kind(SW_SCORED_OFFICER, false)) > 0);
    assert_true(sw_slice_cmp(key, sw_sum_kind(SW_SCORED_OFFICER, true)) < 0);
    assert_false(sw_sum_key_read(SW_S("x12\0"), &of, &subject));
    assert_false(sw_sum_key_read(SW_S("o12"), &of, &subject));
    assert_false(sw_sum_key_read(SW_S("o"), &of, &subject));
    assert_false(sw_sum_key_read(SW_S(""), &of, &subject));
}

static void a_name_that_is_too_long_has_no_key(void **state) {
    static char name[SW_SUM_KEY_MAX];
    char room[SW_SUM_KEY_MAX];
    (void)state;
    memset(name, 'x', sizeof name);
    assert_int_equal(sw_sum_key(SW_SCORED_CASE, sw_slice_of(name, sizeof name - 1), room).len, 0);
    assert_int_equal(sw_sum_key(SW_SCORED_CASE, sw_slice_of(name, sizeof name - 2), room).len,
                     sizeof name);
}

static void move(sw_sum_row *row, sw_arena *arena, const char *org, const char *compartment,
                 int by) {
    sw_score_part *part =
        sw_sum_row_part(row, arena, sw_slice_cstr(org), sw_slice_cstr(compartment));
    assert_non_null(part);
    assert_ok(sw_score_part_move(part, arena, 100, true, 0, by));
}

static void a_sum_has_parts_in_order(void **state) {
    sw_arena arena;
    sw_buf bytes;
    sw_sum_row row = {.mark = 7, .waits = true}, back;
    (void)state;
    sw_arena_init(&arena, 1 << 20);
    sw_buf_init(&bytes, 1 << 16);
    move(&row, &arena, "3209", "", 1);
    move(&row, &arena, "3208", "z", 1);
    move(&row, &arena, "3208", "a", 1);
    move(&row, &arena, "3209", "", 1);
    sw_sum_row_write(&row, &bytes);
    assert_ok(sw_sum_row_read(&arena, sw_buf_slice(&bytes), &back));
    assert_int_equal(back.mark, 7);
    assert_true(back.waits);
    assert_int_equal(back.count, 3);
    assert_slice(back.parts[0].compartment, "a");
    assert_slice(back.parts[1].compartment, "z");
    assert_slice(back.parts[2].org, "3209");
    assert_int_equal(back.parts[2].open, 200);
    for (size_t len = 0; len < bytes.len; len++) {
        sw_sum_row torn;
        sw_err err = sw_sum_row_read(&arena, sw_slice_of(bytes.ptr, len), &torn);
        assert_true(err == SW_OK || err == SW_E_CORRUPT);
    }
    sw_buf_done(&bytes);
    sw_arena_done(&arena);
}

/* As text: "1:ab 4:c". */
static void assert_says(sw_slice row, const char *wanted) {
    char text[100] = "";
    uint32_t partition;
    sw_slice parts;
    sw_wire_reader r = sw_wire_read(row);
    while (sw_total_next(&r, &partition, &parts)) {
        const size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s%u:%.*s", len ? " " : "", partition,
                 SW_FMT(parts));
    }
    assert_false(r.fault);
    assert_string_equal(text, wanted);
}

static void what_a_partition_says_takes_the_place_of_what_it_said(void **state) {
    static const struct {
        uint32_t partition;
        const char *parts, *then;
    } steps[] = {{4, "four", "4:four"},
                 {1, "one", "1:one 4:four"},
                 {9, "nine", "1:one 4:four 9:nine"},
                 {4, "4", "1:one 4:4 9:nine"},
                 {7, "", "1:one 4:4 9:nine"},
                 {1, "", "4:4 9:nine"},
                 {9, "", "4:4"},
                 {4, "", ""}};
    sw_buf row, next;
    (void)state;
    sw_buf_init(&row, 1000);
    for (size_t i = 0; i < SW_COUNT(steps); i++) {
        sw_buf_init(&next, 1000);
        assert_ok(sw_total_say(sw_buf_slice(&row), steps[i].partition,
                               sw_slice_cstr(steps[i].parts), &next));
        sw_buf_done(&row);
        row = next;
        assert_says(sw_buf_slice(&row), steps[i].then);
        for (size_t len = 0; len < row.len; len++) { /* what is torn is refused, or ends early */
            sw_buf torn;
            sw_buf_init(&torn, 1000);
            sw_err err = sw_total_say(sw_slice_of(row.ptr, len), 2, SW_S("two"), &torn);
            assert_true(err == SW_OK || err == SW_E_CORRUPT);
            sw_buf_done(&torn);
        }
    }
    sw_buf_done(&row);
}

static void topics_keys_name_a_subject(void **state) {
    sw_scored of;
    sw_slice subject;
    (void)state;
    assert_true(sw_score_topic_key_read(SW_S("case_id=A=1"), &of, &subject));
    assert_int_equal(of, SW_SCORED_CASE);
    assert_slice(subject, "A=1");
    assert_true(sw_score_topic_key_read(SW_S("orgcode=32"), &of, &subject));
    assert_int_equal(of, SW_SCORED_UNIT);
    assert_false(sw_score_topic_key_read(SW_S("case_id="), &of, &subject));
    assert_false(sw_score_topic_key_read(SW_S("case_ids=1"), &of, &subject));
    assert_false(sw_score_topic_key_read(SW_S("place_id=1"), &of, &subject));
    assert_false(sw_score_topic_key_read(SW_S(""), &of, &subject));
}

/* Cut off anywhere, a row or message is read whole or refused, and never beyond its end. */
static void what_is_torn_is_refused(void **state) {
    sw_arena arena;
    sw_buf row, step;
    sw_score_instance instance, read;
    sw_score_step back;
    (void)state;
    sw_arena_init(&arena, 1 << 20);
    sw_buf_init(&row, 1 << 16);
    sw_buf_init(&step, 1 << 16);
    sw_score_instance_init(&instance);
    const sw_told_key key = {SW_S("case_id"), SW_S("A1")};
    const sw_told_warning told = {.id = sw_hash128_of(SW_S("w")),
                                  .change = SW_RAISED,
                                  .rule = SW_S("cr.hold"),
                                  .level = SW_RED,
                                  .severity = SW_MAJOR,
                                  .key = &key,
                                  .key_count = 1,
                                  .decided_ms = 5,
                                  .orgcode = SW_S("320981010000")};
    assert_ok(sw_score_instance_tell(&instance, &arena, &told));
    sw_score_instance_settle(&instance, SW_S("dismissed"), 9);
    sw_score_instance_write(&instance, &row);
    assert_ok(sw_score_instance_read(&arena, sw_buf_slice(&row), &read));
    assert_int_equal(read.count, 1);
    assert_int_equal(read.settled_ms, 9);
    assert_true(read.dismissed);
    assert_slice(read.case_id, "A1");
    assert_slice(read.warnings[0].org, "320981010000");
    for (size_t len = 0; len < row.len; len++) {
        sw_slice own;
        assert_true(sw_arena_copy(&arena, sw_slice_of(row.ptr, len), &own));
        sw_err err = sw_score_instance_read(&arena, own, &read);
        assert_true(err == SW_OK || err == SW_E_CORRUPT);
    }
    sw_score_part part = {.org = SW_S("32")};
    assert_ok(sw_score_part_move(&part, &arena, 100, true, 0, 1));
    assert_ok(sw_score_part_move(&part, &arena, 70, false, 20500, 1));
    sw_step_partition(3, &step);
    sw_step_part(&part, &step);
    assert_ok(sw_step_read(&arena, sw_buf_slice(&step), &back));
    assert_int_equal(back.partition, 3);
    assert_false(back.is_task);
    assert_true(back.parts.len > 0);
    for (size_t len = 0; len < step.len; len++) {
        sw_err err = sw_step_read(&arena, sw_slice_of(step.ptr, len), &back);
        assert_true(err == SW_OK || err == SW_E_SYNTAX);
    }
    sw_buf_done(&row);
    sw_buf_done(&step);
    sw_arena_done(&arena);
}

static void an_instance_has_a_bound(void **state) {
    sw_arena arena;
    sw_score_instance instance;
    const sw_told_key key = {SW_S("place_id"), SW_S("P")};
    (void)state;
    sw_arena_init(&arena, (size_t)1 << 20);
    sw_score_instance_init(&instance);
    static sw_scored_warning room[SW_SCORE_WARNINGS_MAX];
    for (uint32_t i = 0; i <= SW_SCORE_WARNINGS_MAX; i++) {
        const sw_told_warning told = {.id = sw_hash128_of(sw_slice_of(&i, sizeof i)),
                                      .change = SW_RAISED,
                                      .rule = SW_S("r"),
                                      .key = &key,
                                      .key_count = 1};
        sw_err err = sw_score_instance_tell(&instance, &arena, &told);
        if (i < SW_SCORE_WARNINGS_MAX)
            assert_ok(err);
        else
            assert_int_equal(err, SW_E_LIMIT);
        memcpy(room, instance.warnings, instance.count * sizeof *room);
        instance.warnings = room;
        sw_arena_reset(&arena);
    }
    assert_int_equal(instance.count, SW_SCORE_WARNINGS_MAX);
    sw_arena_done(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_say_what_they_are_of),
        cmocka_unit_test(a_name_that_is_too_long_has_no_key),
        cmocka_unit_test(a_sum_has_parts_in_order),
        cmocka_unit_test(what_a_partition_says_takes_the_place_of_what_it_said),
        cmocka_unit_test(topics_keys_name_a_subject),
        cmocka_unit_test(what_is_torn_is_refused),
        cmocka_unit_test(an_instance_has_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
