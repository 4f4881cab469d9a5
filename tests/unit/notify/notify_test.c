/* Warnings become notices: who, when, merged, held, limited, told again. */
#include <stdio.h>

#include "unit/notify/rig.h"
#include "unit/test.h"

#define MONDAY "2026-03-02T10:00:00+08:00"
#define NIGHT  "2026-03-02T23:00:00+08:00"
#define MIN    60000LL
#define HOUR   3600000LL

static const char *hex(sw_hash128 id) {
    static char text[4][SW_HASH128_TEXT];
    static int at;
    char *to = text[at++ % 4];
    sw_hash128_hex(id, to);
    return to;
}

static uint32_t lines(const char *text) {
    uint32_t count = 0;
    for (; *text; text++) count += *text == '\n';
    return count;
}

static void a_red_warning_goes_out_at_once_in_the_words_of_its_template(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    nrig_raise(&r, "A1", SW_RED);
    const char *sent = nrig_messages(&r);
    assert_int_equal(lines(sent), 2);
    assert_non_null(
        strstr(sent, "S3 red warning 【执法监督】红色预警：城东所A1受案审查，3月2日15时"));
    assert_non_null(strstr(sent, "剩4小时。三日内审查。回复1000签收\n"));
    assert_string_equal(nrig_notice(&r, "S3", hex(nrig_id("A1", SW_RED))), "intended ");
    assert_int_equal(nrig_message(&r, "S3")->part_count, 1);
    /* The same telling again tells nobody again. */
    nrig_raise(&r, "A1", SW_RED);
    assert_string_equal(nrig_messages(&r), "");
    nrig_close(&r);
}

static void warnings_of_one_officer_are_merged_and_a_storm_is_a_digest(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    nrig_raise(&r, "A1", SW_YELLOW);
    nrig_raise(&r, "A2", SW_YELLOW);
    assert_string_equal(nrig_messages(&r), "");
    assert_string_equal(nrig_notice(&r, "S3", hex(nrig_id("A1", SW_YELLOW))), "held merge");
    nrig_pass(&r, 3 * MIN);
    const char *sent = nrig_messages(&r);
    assert_int_equal(lines(sent), 2);
    assert_non_null(strstr(sent, "S3 yellow merged 【执法监督】您有2条预警：黄色A1受案审查 "));
    assert_string_equal(nrig_notice(&r, "S3", hex(nrig_id("A1", SW_YELLOW))), "merged ");
    for (int i = 0; i < 40; i++) {
        sw_slice c = sw_arena_printf(&r.arena, "B%d", i);
        sw_told_warning told = nrig_warning(&r, c.ptr, i < 30 ? SW_YELLOW : SW_BLUE);
        nrig_tell(&r, &told);
    }
    nrig_run(&r);
    nrig_pass(&r, 20 * MIN);
    sent = nrig_messages(&r);
    assert_int_equal(lines(sent), 2);
    assert_non_null(strstr(sent, "您有40条预警：黄色30 蓝色10。请登录平台查看"));
    assert_string_equal(nrig_notice(&r, "S2", hex(nrig_id("B39", SW_BLUE))), "merged digest");
    nrig_close(&r);
}

static void quiet_hours_hold_yellow_and_let_orange_and_liberty_pass(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, NIGHT);
    nrig_raise(&r, "A1", SW_YELLOW);
    assert_string_equal(nrig_notice(&r, "S3", hex(nrig_id("A1", SW_YELLOW))), "held quiet");
    nrig_raise(&r, "A2", SW_ORANGE);
    nrig_pass(&r, MIN);
    assert_int_equal(lines(nrig_messages(&r)), 2); /* the orange, without the yellow */
    sw_told_warning liberty = nrig_warning(&r, "A3", SW_BLUE);
    liberty.liberty = true;
    nrig_tell(&r, &liberty);
    nrig_run(&r);
    assert_int_equal(lines(nrig_messages(&r)), 2);
    nrig_act(&r, "warning.acknowledged", "", "S3", nrig_id("A2", SW_ORANGE));
    nrig_pass(&r, 7 * HOUR); /* 06:01 */
    assert_string_equal(nrig_messages(&r), "");
    nrig_pass(&r, HOUR);
    const char *sent = nrig_messages(&r);
    assert_int_equal(lines(sent), 2);
    assert_non_null(strstr(sent, "黄色预警：城东所A1"));
    nrig_close(&r);
}

static void red_inhibits_the_yellow_of_the_same_instance(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    sw_told_warning yellow = nrig_warning(&r, "A1", SW_YELLOW);
    sw_told_warning red = nrig_warning(&r, "A1", SW_RED);
    nrig_tell(&r, &yellow);
    nrig_tell(&r, &red);
    nrig_run(&r);
    assert_int_equal(lines(nrig_messages(&r)), 2);
    assert_string_equal(nrig_notice(&r, "S3", hex(nrig_id("A1", SW_YELLOW))),
                        "suppressed inhibited");
    sw_told_warning orange = nrig_warning(&r, "A1", SW_ORANGE); /* comes late */
    nrig_tell(&r, &orange);
    nrig_run(&r);
    nrig_pass(&r, HOUR / 4);
    assert_string_equal(nrig_messages(&r), "");
    const Seawall__V1__Task *task = nrig_task(&r, nrig_id("A1", SW_YELLOW));
    assert_int_equal(task->n_warnings, 3);
    assert_string_equal(task->warnings[2]->suppressed, "inhibited");
    assert_string_equal(task->level, "red");
    nrig_close(&r);
}

static void nothing_is_sent_for_what_is_resolved_too_old_or_withdrawn_while_it_waits(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    sw_told_warning old = nrig_warning(&r, "A1", SW_RED);
    old.fires_ms -= 25 * HOUR;
    nrig_tell(&r, &old);
    sw_told_warning resolved = nrig_warning(&r, "A2", SW_RED);
    resolved.state = SW_STATE_RESOLVED;
    nrig_tell(&r, &resolved);
    nrig_raise(&r, "A3", SW_YELLOW);
    sw_told_warning gone = nrig_warning(&r, "A3", SW_YELLOW);
    gone.change = SW_WITHDRAWN;
    gone.state = SW_STATE_WITHDRAWN;
    gone.reason = SW_S("corrected");
    nrig_tell(&r, &gone);
    nrig_run(&r);
    nrig_pass(&r, HOUR);
    assert_string_equal(nrig_messages(&r), "");
    assert_string_equal(nrig_task(&r, old.id)->warnings[0]->suppressed, "too-old");
    assert_string_equal(nrig_task(&r, resolved.id)->warnings[0]->suppressed, "resolved");
    assert_string_equal(nrig_notice(&r, "S3", hex(gone.id)), "suppressed withdrawn");
    nrig_close(&r);
}

static void a_phone_gets_no_more_parts_than_its_limit_but_a_breach_always(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    r.policy.phone_burst = 3;
    r.policy.phone_parts_hour = 6;
    for (int i = 0; i < 6; i++) nrig_raise(&r, sw_arena_printf(&r.arena, "A%d", i).ptr, SW_RED);
    assert_int_equal(lines(nrig_messages(&r)), 6); /* three for each of two */
    assert_string_equal(nrig_notice(&r, "S3", hex(nrig_id("A5", SW_RED))), "held limit");
    nrig_raise(&r, "B1", SW_BREACH);
    const char *sent = nrig_messages(&r);
    assert_int_equal(lines(sent), 2);
    assert_non_null(strstr(sent, "S3 breach warning 【执法监督】已超期"));
    nrig_pass(&r, 2 * HOUR);
    sent = nrig_messages(&r);
    assert_non_null(strstr(sent, "S3 red merged 【执法监督】您有3条预警"));
    nrig_close(&r);
}

static void who_has_no_phone_has_it_in_the_inbox_and_the_next_level_is_told(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    sw_told_warning told = nrig_warning(&r, "A1", SW_RED);
    told.officerid = SW_S("S4");
    told.to_count = 1;
    nrig_tell(&r, &told);
    nrig_run(&r);
    const char *sent = nrig_messages(&r);
    assert_int_equal(lines(sent), 1);
    assert_non_null(strstr(sent, "S1 red warning"));
    assert_non_null(strstr(sent, "（主办民警无手机号，改告办案单位领导）"));
    assert_string_equal(nrig_notice(&r, "S4", hex(told.id)), "suppressed no-phone");
    nrig_close(&r);
}

static void nobody_to_be_told_is_said_at_the_task(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    sw_told_warning told = nrig_warning(&r, "A1", SW_RED);
    static const sw_slice to[] = {{"city_legal", 10}};
    told.to = to;
    told.to_count = 1;
    nrig_tell(&r, &told);
    nrig_run(&r);
    assert_string_equal(nrig_messages(&r), "");
    assert_string_equal(nrig_task(&r, told.id)->warnings[0]->suppressed, "nobody");
    nrig_close(&r);
}

static void what_nobody_signs_climbs_the_ladder_and_a_signature_stops_it(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    nrig_raise(&r, "A1", SW_RED);
    nrig_raise(&r, "A2", SW_RED);
    nrig_messages(&r);
    nrig_act(&r, "warning.acknowledged", "", "S3", nrig_id("A2", SW_RED));
    assert_string_equal(nrig_task(&r, nrig_id("A2", SW_RED))->acknowledged_level, "red");
    nrig_pass(&r, 31 * MIN);
    const char *sent = nrig_messages(&r);
    assert_int_equal(lines(sent), 1);
    assert_non_null(strstr(sent, "S1 red escalation 【执法监督】无人签收，升级：红色预警城东所A1"));
    assert_non_null(strstr(sent, "承办民警甲"));
    nrig_pass(&r, 31 * MIN);
    assert_non_null(strstr(nrig_messages(&r), "L1 red escalation"));
    nrig_restart(&r);
    nrig_pass(&r, 61 * MIN);
    assert_non_null(strstr(nrig_messages(&r), "B1 red escalation"));
    nrig_pass(&r, 24 * HOUR);
    assert_string_equal(nrig_messages(&r), "");
    nrig_close(&r);
}

static void an_outcome_that_is_hidden_is_settled_by_its_report_or_by_policy(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    const char *subject = hex(nrig_id("A1", SW_RED));
    nrig_raise(&r, "A1", SW_RED);
    nrig_messages(&r);
    nrig_outcome(&r, nrig_message(&r, "S3"), "sending");
    nrig_outcome(&r, nrig_message(&r, "S3"), "indeterminate");
    assert_string_equal(nrig_notice(&r, "S3", subject), "indeterminate ");
    assert_string_equal(nrig_messages(&r), "");
    nrig_pass(&r, 11 * MIN);
    const char *sent = nrig_messages(&r);
    assert_int_equal(lines(sent), 1);
    assert_non_null(strstr(sent, "S3 red warning 【重发】【执法监督】红色预警"));
    /* The second one too: it is left, and never sent a third time. */
    nrig_outcome(&r, nrig_message(&r, "S3"), "sending");
    nrig_outcome(&r, nrig_message(&r, "S3"), "indeterminate");
    nrig_pass(&r, 11 * MIN);
    assert_string_equal(nrig_messages(&r), "");
    assert_string_equal(nrig_notice(&r, "S3", subject), "indeterminate left");
    /* Of the other officer the report comes, even before the call is said to have ended. */
    nrig_outcome(&r, nrig_message(&r, "S2"), "sending");
    const Seawall__V1__Message *m = nrig_message(&r, "S2");
    nrig_outcome(&r, m, "delivered");
    nrig_outcome(&r, m, "handed-over");
    nrig_outcome(&r, m, "delivered");
    assert_string_equal(nrig_notice(&r, "S2", subject), "delivered ");
    nrig_close(&r);
}

/* Begins to send, and fails for good. */
static void failed(nrig *r, const char *recipient) {
    nrig_outcome(r, nrig_message(r, recipient), "sending");
    nrig_outcome(r, nrig_message(r, recipient), "failed");
}

static void what_fails_for_good_goes_by_the_next_channel_then_to_the_next_level(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    const char *subject = hex(nrig_id("A1", SW_RED));
    nrig_raise(&r, "A1", SW_RED);
    nrig_messages(&r);
    failed(&r, "S2"); /* has an address */
    const Seawall__V1__Message *mail = nrig_message(&r, "S2");
    assert_string_equal(mail->channel, "email");
    assert_string_equal(mail->to, "s2@example.cn");
    assert_string_equal(nrig_notice(&r, "S2", subject), "intended fallback");
    const char *sent = nrig_messages(&r);
    assert_int_equal(lines(sent), 1);
    assert_non_null(strstr(sent, "S2 red warning 【执法监督】红色预警：城东所A1"));
    nrig_outcome(&r, mail, "sending");
    nrig_outcome(&r, mail, "handed-over");
    assert_string_equal(nrig_notice(&r, "S2", subject), "handed-over ");
    assert_string_equal(nrig_messages(&r), "");
    failed(&r, "S3"); /* has none: his leader is told */
    sent = nrig_messages(&r);
    assert_int_equal(lines(sent), 1);
    assert_non_null(strstr(sent, "S1 red warning 【执法监督】红色预警：城东所A1"));
    assert_non_null(strstr(sent, "（主办民警消息未送达，改告办案单位领导）"));
    assert_string_equal(nrig_notice(&r, "S3", subject), "failed ");
    failed(&r, "S1"); /* nor can he be reached: one level up again, and so on to the last */
    assert_non_null(strstr(nrig_messages(&r), "L1 red warning"));
    failed(&r, "L1");
    assert_non_null(strstr(nrig_messages(&r), "B1 red warning"));
    failed(&r, "B1");
    assert_string_equal(nrig_messages(&r), "");
    const Seawall__V1__Task *task = nrig_task(&r, nrig_id("A1", SW_RED));
    assert_int_equal(task->n_told, 5);
    nrig_close(&r);
}

static void
nobody_above_is_told_where_somebody_has_signed_or_the_level_does_not_want_it(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    nrig_raise(&r, "A1", SW_RED);
    nrig_act(&r, "warning.acknowledged", "", "S2", nrig_id("A1", SW_RED));
    nrig_messages(&r);
    failed(&r, "S3");
    assert_string_equal(nrig_messages(&r), "");
    r.policy.levels[SW_LEVEL_BREACH].up = false;
    nrig_raise(&r, "A2", SW_BREACH);
    nrig_messages(&r);
    failed(&r, "S3");
    assert_string_equal(nrig_messages(&r), "");
    assert_string_equal(nrig_notice(&r, "S3", hex(nrig_id("A2", SW_BREACH))), "failed ");
    nrig_close(&r);
}

static void a_channel_without_settings_is_no_way_out_and_one_without_phone_has_mail(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    r.shared.unset = SW_CHANNEL_EMAIL;
    nrig_raise(&r, "A1", SW_RED);
    nrig_messages(&r);
    failed(&r, "S2");
    assert_non_null(strstr(nrig_messages(&r), "S1 red warning"));
    r.shared.unset = 0;
    sw_told_warning told = nrig_warning(&r, "A2", SW_RED);
    told.officerid = SW_S("S5");
    told.to_count = 1;
    nrig_tell(&r, &told);
    nrig_run(&r);
    assert_string_equal(nrig_message(&r, "S5")->channel, "email");
    assert_string_equal(nrig_notice(&r, "S5", hex(told.id)), "intended ");
    nrig_close(&r);
}

static void several_channels_at_once_have_each_its_own_state(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    r.policy.levels[4].channels |= SW_CHANNEL_EMAIL;
    r.policy.levels[4].fallback_count = 0;
    const char *subject = hex(nrig_id("A1", SW_RED));
    nrig_raise(&r, "A1", SW_RED);
    nrig_messages(&r);
    const Seawall__V1__Message *one = nrig_message(&r, "S2");
    nrig_outcome(&r, one, "sending");
    nrig_outcome(&r, one, "failed"); /* the other one may yet reach him */
    const Seawall__V1__Message *other = nrig_message(&r, "S2");
    assert_string_not_equal(one->channel, other->channel);
    assert_string_equal(nrig_notice(&r, "S2", subject), "intended ");
    assert_string_equal(nrig_messages(&r), "");
    nrig_outcome(&r, other, "sending");
    nrig_outcome(&r, other, "failed");
    assert_string_equal(nrig_notice(&r, "S2", subject), "failed ");
    assert_non_null(strstr(nrig_messages(&r), "S1 red warning"));
    nrig_close(&r);
}

static void who_sends_and_says_nothing_more_leaves_an_indeterminate_one(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    const char *subject = hex(nrig_id("A1", SW_RED));
    nrig_raise(&r, "A1", SW_RED);
    nrig_messages(&r);
    nrig_outcome(&r, nrig_message(&r, "S3"), "sending");
    nrig_pass(&r, 9 * MIN);
    assert_string_equal(nrig_messages(&r), "");
    assert_string_equal(nrig_notice(&r, "S3", subject), "sending ");
    nrig_pass(&r, 2 * MIN);
    assert_non_null(strstr(nrig_messages(&r), "S3 red warning 【重发】"));
    nrig_outcome(&r, nrig_message(&r, "S3"), "sending");
    nrig_pass(&r, 11 * MIN);
    assert_string_equal(nrig_notice(&r, "S3", subject), "indeterminate left");
    nrig_close(&r);
}

static void a_postponed_message_is_tried_again_until_it_is_of_no_use(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    nrig_raise(&r, "A1", SW_RED);
    nrig_outcome(&r, nrig_message(&r, "S3"), "sending");
    nrig_outcome(&r, nrig_message(&r, "S3"), "postponed");
    assert_string_equal(nrig_message(&r, "S3")->state, "intended");
    nrig_pass(&r, 6 * HOUR);
    nrig_outcome(&r, nrig_message(&r, "S3"), "sending");
    nrig_outcome(&r, nrig_message(&r, "S3"), "postponed");
    assert_null(nrig_message(&r, "S3"));
    assert_string_equal(nrig_notice(&r, "S3", hex(nrig_id("A1", SW_RED))), "failed expired");
    nrig_close(&r);
}

static void cabinet_and_gate_reach_handler_and_leader_at_once_and_once(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, NIGHT);
    nrig_event(&r,
               "{\"specversion\":\"1.0\",\"type\":\"file.checked_out\",\"id\":\"1\",\"source\":"
               "\"cabinet\",\"subject\":\"F1\",\"time\":\"2026-03-02T22:59:00+08:00\",\"orgcode\":"
               "\"320981510000\",\"officerid\":\"S3\",\"data\":{\"file_id\":\"F1\",\"officer_id\":"
               "\"S2\",\"case_id\":\"A1\",\"cabinet_id\":\"K1\"}}");
    const char *sent = nrig_messages(&r);
    assert_int_equal(lines(sent), 2);
    assert_non_null(strstr(sent, "S3 blue event 【执法监督】城东所F1：卷宗取出，法制员。"));
    assert_non_null(strstr(sent, "S1 blue event"));
    assert_int_equal(nrig_count(&r, SW_TOPIC_TASKS), 0);
    nrig_close(&r);
}

/* Rows of a recipient in a store of the outbox. */
static uint32_t rows_of(nrig *r, const char *store, const char *recipient) {
    sw_read read;
    uint32_t count = 0;
    char from[40], to[40];
    int len = snprintf(from, sizeof from, "%s%c", recipient, 0);
    snprintf(to, sizeof to, "%s%c", recipient, 1);
    const sw_read_range range = {.partition = sw_partition_of(sw_slice_cstr(recipient), 4),
                                 .from = sw_slice_of(from, (size_t)len),
                                 .to = sw_slice_of(to, (size_t)len)};
    assert_ok(sw_read_open(sw_bus_db(r->bus), &r->topology, store, &read));
    assert_ok(sw_read_scan(&read, &range, nrig_count_row, &count));
    return count;
}

static void an_inbox_loses_what_is_old_and_done_with_and_nothing_else(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    r.policy.keep_ms = 48 * HOUR;
    for (int i = 0; i < 600; i++) {
        sw_told_warning told = nrig_warning(&r, sw_arena_printf(&r.arena, "A%d", i).ptr, SW_GREEN);
        nrig_tell(&r, &told);
    }
    sw_told_warning runs = nrig_warning(&r, "B1", SW_RED);
    runs.due_ms += 1000 * HOUR;
    nrig_tell(&r, &runs);
    nrig_run(&r);
    nrig_raise(&r, "B2", SW_RED); /* never leaves: still to be sent */
    assert_int_equal(rows_of(&r, "outbox.inbox", "S3"), 602);
    nrig_pass(&r, 47 * HOUR);
    nrig_raise(&r, "C1", SW_GREEN);
    assert_int_equal(rows_of(&r, "outbox.inbox", "S3"), 603);
    nrig_pass(&r, 26 * HOUR);
    for (int i = 0; i < 4; i++) /* some hundred at a time */
        nrig_raise(&r, sw_arena_printf(&r.arena, "D%d", i).ptr, SW_GREEN);
    assert_int_equal(rows_of(&r, "outbox.inbox", "S3"), 7);
    assert_int_equal(rows_of(&r, "outbox.notices", "S3"), 7);
    assert_string_equal(nrig_notice(&r, "S3", hex(nrig_id("A1", SW_GREEN))), "");
    assert_string_equal(nrig_notice(&r, "S3", hex(nrig_id("B1", SW_RED))), "intended ");
    assert_string_equal(nrig_notice(&r, "S3", hex(nrig_id("B2", SW_RED))), "intended ");
    assert_string_equal(nrig_notice(&r, "S3", hex(nrig_id("C1", SW_GREEN))), "inbox level");
    nrig_close(&r);
}

static void an_import_of_old_events_sends_nothing(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    for (int i = 0; i < 200; i++) {
        sw_told_warning told =
            nrig_warning(&r, sw_arena_printf(&r.arena, "A%d", i).ptr, (sw_level)(i % 6));
        told.fires_ms -= (25 + i) * HOUR;
        told.due_ms = told.fires_ms;
        nrig_tell(&r, &told);
    }
    nrig_run(&r);
    nrig_pass(&r, 48 * HOUR);
    assert_int_equal(nrig_count(&r, SW_TOPIC_NOTICES), 0);
    nrig_close(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_red_warning_goes_out_at_once_in_the_words_of_its_template),
        cmocka_unit_test(warnings_of_one_officer_are_merged_and_a_storm_is_a_digest),
        cmocka_unit_test(quiet_hours_hold_yellow_and_let_orange_and_liberty_pass),
        cmocka_unit_test(red_inhibits_the_yellow_of_the_same_instance),
        cmocka_unit_test(nothing_is_sent_for_what_is_resolved_too_old_or_withdrawn_while_it_waits),
        cmocka_unit_test(a_phone_gets_no_more_parts_than_its_limit_but_a_breach_always),
        cmocka_unit_test(who_has_no_phone_has_it_in_the_inbox_and_the_next_level_is_told),
        cmocka_unit_test(nobody_to_be_told_is_said_at_the_task),
        cmocka_unit_test(what_nobody_signs_climbs_the_ladder_and_a_signature_stops_it),
        cmocka_unit_test(an_outcome_that_is_hidden_is_settled_by_its_report_or_by_policy),
        cmocka_unit_test(what_fails_for_good_goes_by_the_next_channel_then_to_the_next_level),
        cmocka_unit_test(
            nobody_above_is_told_where_somebody_has_signed_or_the_level_does_not_want_it),
        cmocka_unit_test(a_channel_without_settings_is_no_way_out_and_one_without_phone_has_mail),
        cmocka_unit_test(several_channels_at_once_have_each_its_own_state),
        cmocka_unit_test(who_sends_and_says_nothing_more_leaves_an_indeterminate_one),
        cmocka_unit_test(a_postponed_message_is_tried_again_until_it_is_of_no_use),
        cmocka_unit_test(cabinet_and_gate_reach_handler_and_leader_at_once_and_once),
        cmocka_unit_test(an_inbox_loses_what_is_old_and_done_with_and_nothing_else),
        cmocka_unit_test(an_import_of_old_events_sends_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
