#include "ingest/identity.h"

#include <stdio.h>

#include "base/rng.h"
#include "ingest/family.h"
#include "unit/ingest/rig.h"
#include "unit/test.h"

static int setup(void **state) {
    static const sw_processor *const processors[] = {&sw_identity};
    static ingest_rig rig;
    memset(&rig, 0, sizeof rig);
    ingest_rig_open(&rig, processors, 1);
    *state = &rig;
    return 0;
}

static int teardown(void **state) {
    ingest_rig_close(*state);
    return 0;
}

/* How many records of the topic have this key and hold this content ("": any). */
static uint32_t count_of(ingest_rig *rig, const char *topic, const char *key, const char *content) {
    uint32_t count, found = 0;
    sw_arena_mark mark = sw_arena_save(&rig->arena);
    const sw_record *records = ingest_rig_records(rig, topic, &count);
    sw_slice needle = sw_slice_cstr(content);
    for (uint32_t i = 0; i < count; i++) {
        bool holds = needle.len == 0 || memmem(records[i].value.ptr, records[i].value.len,
                                               needle.ptr, needle.len) != NULL;
        found += holds && (!key || sw_slice_is(records[i].key, key));
    }
    sw_arena_rewind(&rig->arena, mark);
    return found;
}

static uint32_t next_item;

/* Sends it and gives what became of it. */
static sw_receipt judge(ingest_rig *rig, sw_intake intake) {
    intake.door = SW_S("door");
    intake.request = 5;
    intake.item = ++next_item;
    rig_send(rig, &intake);
    ingest_rig_run(rig);
    uint32_t count;
    const sw_record *records = ingest_rig_records(rig, SW_TOPIC_RECEIPTS, &count);
    sw_receipt ret = {.outcome = SW_OUTCOME_NONE}, one;
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        assert_slice(records[i].key, "door");
        assert_ok(sw_receipt_read(records[i].value, &one));
        assert_true(one.request == 5);
        if (one.item != intake.item) continue;
        ret = one;
        found++;
    }
    assert_int_equal(found, 1);
    return ret;
}

static void a_new_event_goes_once_to_the_log_and_once_to_each_of_its_keys(void **state) {
    ingest_rig *rig = *state;
    sw_intake one = rig_intake(rig, "1", "filed", "case_id=A person_id=P", NULL);
    one.subject = SW_S("A");
    sw_receipt receipt = judge(rig, one);
    assert_int_equal(receipt.outcome, SW_OUTCOME_ACCEPTED);
    sw_hash128 identity = sw_event_identity(SW_S("urn:test"), SW_S("1"));
    assert_int_equal(receipt.partition, sw_partition_of(sw_intake_key(&identity), RIG_PARTITIONS));
    assert_int_equal(receipt.offset, 0);
    assert_int_equal(count_of(rig, SW_TOPIC_EVENTS, NULL, ""), 1);
    assert_int_equal(count_of(rig, SW_TOPIC_EVENTS, "A", "filed"), 1);
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, NULL, ""), 2);
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, "case_id=A", "filed"), 1);
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, "person_id=P", "filed"), 1);
    uint32_t count;
    const sw_record *records = ingest_rig_records(rig, SW_TOPIC_EVENTS, &count);
    assert_true(sw_slice_eq(records[0].value, one.event));
}

static void without_a_subject_its_identity_is_the_key(void **state) {
    ingest_rig *rig = *state;
    char hex[SW_HASH128_TEXT];
    assert_int_equal(judge(rig, rig_intake(rig, "1", "x", "", NULL)).outcome, SW_OUTCOME_ACCEPTED);
    sw_hash128_hex(sw_event_identity(SW_S("urn:test"), SW_S("1")), hex);
    assert_int_equal(count_of(rig, SW_TOPIC_EVENTS, hex, "x"), 1);
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, NULL, ""), 0);
}

static void the_same_again_changes_nothing_and_names_the_first(void **state) {
    ingest_rig *rig = *state;
    sw_intake one = rig_intake(rig, "1", "filed", "case_id=A", NULL);
    sw_receipt first = judge(rig, one);
    for (int i = 0; i < 3; i++) {
        sw_receipt again = judge(rig, one);
        assert_int_equal(again.outcome, SW_OUTCOME_DUPLICATE);
        assert_int_equal(again.partition, first.partition);
        assert_int_equal(again.offset, first.offset);
        ingest_rig_restart(rig);
    }
    assert_int_equal(count_of(rig, SW_TOPIC_EVENTS, NULL, ""), 1);
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, NULL, ""), 1);
    assert_int_equal(count_of(rig, SW_TOPIC_DEAD_LETTERS, NULL, ""), 0);
}

static void other_content_is_a_conflict_kept_whole_and_the_first_stands(void **state) {
    ingest_rig *rig = *state;
    assert_int_equal(judge(rig, rig_intake(rig, "1", "filed", "case_id=A", NULL)).outcome,
                     SW_OUTCOME_ACCEPTED);
    sw_intake other = rig_intake(rig, "1", "closed", "case_id=B", NULL);
    other.orgcode = SW_S("320981010000");
    sw_receipt receipt = judge(rig, other);
    assert_int_equal(receipt.outcome, SW_OUTCOME_REFUSED);
    assert_slice(receipt.code, "conflict");
    assert_int_equal(count_of(rig, SW_TOPIC_EVENTS, NULL, "closed"), 0);
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, NULL, "closed"), 0);
    uint32_t count;
    const sw_record *records = ingest_rig_records(rig, SW_TOPIC_DEAD_LETTERS, &count);
    assert_int_equal(count, 1);
    assert_slice(records[0].key, "urn:test");
    sw_dead_letter letter;
    sw_intake kept;
    assert_ok(sw_dead_letter_read(records[0].value, &letter));
    assert_slice(letter.code, "conflict");
    assert_slice(letter.id, "1");
    assert_slice(letter.source, "urn:test");
    assert_slice(letter.topic, SW_TOPIC_IDENTITY);
    assert_slice(letter.client, "case system");
    assert_slice(letter.unit, "320981010000");
    assert_ok(sw_intake_read(letter.value, &rig->arena, &kept));
    assert_true(sw_slice_eq(kept.event, other.event));
    assert_int_equal(judge(rig, rig_intake(rig, "1", "filed", "case_id=A", NULL)).outcome,
                     SW_OUTCOME_DUPLICATE);
}

static void a_correction_reaches_the_keys_of_old_and_new_content(void **state) {
    ingest_rig *rig = *state;
    judge(rig, rig_intake(rig, "1", "filed", "case_id=A person_id=P", NULL));
    sw_receipt receipt = judge(rig, rig_intake(rig, "c1", "corrected-1", "case_id=B", "1"));
    assert_int_equal(receipt.outcome, SW_OUTCOME_ACCEPTED);
    assert_int_equal(count_of(rig, SW_TOPIC_EVENTS, NULL, "corrected-1"), 1);
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, NULL, "corrected-1"), 3);
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, "case_id=A", "corrected-1"), 1);
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, "person_id=P", "corrected-1"), 1);
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, "case_id=B", "corrected-1"), 1);
    sw_receipt again = judge(rig, rig_intake(rig, "c1", "corrected-1", "case_id=B", "1"));
    assert_int_equal(again.outcome, SW_OUTCOME_DUPLICATE);
    assert_int_equal(again.partition, receipt.partition);
    assert_int_equal(again.offset, receipt.offset);
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, NULL, "corrected-1"), 3);
}

static void of_several_corrections_each_key_of_all_gets_all(void **state) {
    ingest_rig *rig = *state;
    judge(rig, rig_intake(rig, "1", "filed", "case_id=A", NULL));
    judge(rig, rig_intake(rig, "c1", "first-", "case_id=B", "1"));
    judge(rig, rig_intake(rig, "c2", "second-", "case_id=C", "1"));
    judge(rig, rig_intake(rig, "r", "retracted-", "", "1"));
    static const char *const keys[] = {"case_id=A", "case_id=B", "case_id=C"};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(count_of(rig, SW_TOPIC_KEYED, keys[i], "first-"), 1);
        assert_int_equal(count_of(rig, SW_TOPIC_KEYED, keys[i], "second-"), 1);
        assert_int_equal(count_of(rig, SW_TOPIC_KEYED, keys[i], "retracted-"), 1);
    }
    assert_int_equal(count_of(rig, SW_TOPIC_EVENTS, NULL, ""), 4);
}

static void a_correction_waits_for_its_target_unseen(void **state) {
    ingest_rig *rig = *state;
    sw_intake c1 = rig_intake(rig, "c1", "corrected", "case_id=B", "1");
    assert_int_equal(judge(rig, c1).outcome, SW_OUTCOME_WAITING);
    assert_int_equal(judge(rig, c1).outcome, SW_OUTCOME_DUPLICATE);
    assert_int_equal(count_of(rig, SW_TOPIC_EVENTS, NULL, ""), 0);
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, NULL, ""), 0);
    ingest_rig_restart(rig);
    sw_clock_virtual_advance(&rig->clock, 400LL * 86400000);
    assert_int_equal(judge(rig, rig_intake(rig, "1", "filed", "case_id=A", NULL)).outcome,
                     SW_OUTCOME_ACCEPTED);
    assert_int_equal(count_of(rig, SW_TOPIC_EVENTS, NULL, "corrected"), 1);
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, "case_id=A", "corrected"), 1);
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, "case_id=B", "corrected"), 1);
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, NULL, ""), 3);
    assert_int_equal(judge(rig, c1).outcome, SW_OUTCOME_DUPLICATE);
}

static sw_intake of_unit(sw_intake intake, const char *orgcode, const char *unit) {
    intake.orgcode = sw_slice_cstr(orgcode);
    intake.unit = sw_slice_cstr(unit);
    return intake;
}

static void who_corrects_needs_the_right_to_the_originals_unit(void **state) {
    ingest_rig *rig = *state;
    judge(rig, of_unit(rig_intake(rig, "1", "filed", "case_id=A", NULL), "320981010000", ""));
    sw_intake c = rig_intake(rig, "c", "corrected", "case_id=B", "1");
    sw_receipt receipt = judge(rig, of_unit(c, "320982000000", "320982000000"));
    assert_int_equal(receipt.outcome, SW_OUTCOME_REFUSED);
    assert_slice(receipt.code, "forbidden");
    assert_int_equal(count_of(rig, SW_TOPIC_EVENTS, NULL, "corrected"), 0);
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, NULL, "corrected"), 0);
    assert_int_equal(count_of(rig, SW_TOPIC_DEAD_LETTERS, "urn:test", "forbidden"), 1);
    /* refused is as if never sent: whoever has the right may send it, or another under its id */
    assert_int_equal(judge(rig, of_unit(c, "", "320982000000")).outcome, SW_OUTCOME_REFUSED);
    sw_intake other = rig_intake(rig, "c", "corrected otherwise", "case_id=B", "1");
    assert_int_equal(judge(rig, of_unit(other, "", "320981000000")).outcome, SW_OUTCOME_ACCEPTED);
    assert_slice(judge(rig, of_unit(c, "", "320981000000")).code, "conflict");
    assert_int_equal(judge(rig, of_unit(other, "", "")).outcome, SW_OUTCOME_DUPLICATE);
}

static void the_right_of_one_that_waited_is_asked_when_its_target_comes(void **state) {
    ingest_rig *rig = *state;
    sw_intake bad = of_unit(rig_intake(rig, "c1", "bad", "case_id=B", "1"), "", "320982000000");
    sw_intake good = of_unit(rig_intake(rig, "c2", "good", "case_id=C", "1"), "", "320981000000");
    assert_int_equal(judge(rig, bad).outcome, SW_OUTCOME_WAITING);
    assert_int_equal(judge(rig, good).outcome, SW_OUTCOME_WAITING);
    judge(rig, of_unit(rig_intake(rig, "1", "filed", "case_id=A", NULL), "320981010000", ""));
    assert_int_equal(count_of(rig, SW_TOPIC_EVENTS, NULL, "bad"), 0);
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, NULL, "bad"), 0);
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, NULL, "good"), 2);
    assert_int_equal(count_of(rig, SW_TOPIC_DEAD_LETTERS, NULL, "forbidden"), 1);
    assert_slice(judge(rig, bad).code, "forbidden");
    bad.unit = SW_SLICE_NONE;
    assert_int_equal(judge(rig, bad).outcome, SW_OUTCOME_ACCEPTED);
}

static void corrections_are_not_corrected(void **state) {
    ingest_rig *rig = *state;
    judge(rig, rig_intake(rig, "1", "filed", "case_id=A", NULL));
    sw_intake early = rig_intake(rig, "cc0", "early", "case_id=Z", "c");
    assert_int_equal(judge(rig, early).outcome, SW_OUTCOME_WAITING);
    judge(rig, rig_intake(rig, "c", "corrected", "case_id=B", "1"));
    assert_int_equal(count_of(rig, SW_TOPIC_DEAD_LETTERS, NULL, "early"), 1);
    sw_receipt receipt = judge(rig, rig_intake(rig, "cc1", "late", "case_id=Z", "c"));
    assert_int_equal(receipt.outcome, SW_OUTCOME_REFUSED);
    assert_slice(receipt.code, "invalid");
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, "case_id=Z", ""), 0);
    assert_int_equal(count_of(rig, SW_TOPIC_EVENTS, NULL, ""), 2);
}

static void an_event_and_a_correction_of_one_identity_are_a_conflict(void **state) {
    ingest_rig *rig = *state;
    judge(rig, rig_intake(rig, "1", "filed", "case_id=A", NULL));
    judge(rig, rig_intake(rig, "x", "plain", "case_id=A", NULL));
    assert_slice(judge(rig, rig_intake(rig, "x", "corrected", "", "1")).code, "conflict");
    judge(rig, rig_intake(rig, "y", "corrected", "", "1"));
    assert_slice(judge(rig, rig_intake(rig, "y", "plain", "case_id=A", NULL)).code, "conflict");
    assert_slice(judge(rig, rig_intake(rig, "y", "otherwise", "", "x")).code, "conflict");
}

static void more_corrections_than_can_be_kept_are_refused(void **state) {
    ingest_rig *rig = *state;
    char id[16], content[16];
    for (int i = 0; i < SW_FAMILY_MAX; i++) {
        snprintf(id, sizeof id, "c%d", i);
        snprintf(content, sizeof content, "n%d", i);
        sw_intake c = rig_intake(rig, id, content, "case_id=B", "1");
        rig_send(rig, &c);
    }
    ingest_rig_run(rig);
    assert_slice(judge(rig, rig_intake(rig, "one more", "more", "case_id=B", "1")).code, "limit");
    assert_int_equal(judge(rig, rig_intake(rig, "1", "filed", "case_id=A", NULL)).outcome,
                     SW_OUTCOME_ACCEPTED);
    assert_int_equal(count_of(rig, SW_TOPIC_KEYED, NULL, ""), 1 + 2 * SW_FAMILY_MAX);
    assert_slice(judge(rig, rig_intake(rig, "one more", "more", "case_id=B", "1")).code, "limit");
}

static void corrections_that_would_fan_out_too_far_are_refused_and_the_event_stands(void **state) {
    ingest_rig *rig = *state;
    static char keys[40][9000];
    for (int i = 0; i < 40; i++) {
        char id[16], content[16];
        size_t len = 0;
        for (int k = 0; k < 900; k++)
            len += (size_t)snprintf(keys[i] + len, sizeof keys[i] - len, "%sk=%d.%d", k ? " " : "",
                                    i, k);
        snprintf(id, sizeof id, "c%02d", i);
        snprintf(content, sizeof content, "n%02d", i);
        sw_intake c = rig_intake(rig, id, content, keys[i], "1");
        rig_send(rig, &c);
    }
    ingest_rig_run(rig);
    assert_int_equal(judge(rig, rig_intake(rig, "1", "filed", "case_id=A", NULL)).outcome,
                     SW_OUTCOME_ACCEPTED);
    assert_int_equal(count_of(rig, SW_TOPIC_EVENTS, NULL, "filed"), 1);
    uint32_t letters = count_of(rig, SW_TOPIC_DEAD_LETTERS, NULL, "limit");
    uint32_t accepted = count_of(rig, SW_TOPIC_EVENTS, NULL, "") - 1;
    assert_true(accepted >= 1);
    assert_int_equal(letters + accepted, 40);
}

static void what_is_no_intake_is_a_dead_letter(void **state) {
    ingest_rig *rig = *state;
    assert_ok(sw_runtime_append(rig->runtime,
                                &(sw_append){.topic = ingest_rig_topic(rig, SW_TOPIC_IDENTITY),
                                             .key = SW_S("0123456789abcdef"),
                                             .value = SW_S("rubbish")}));
    ingest_rig_run(rig);
    assert_int_equal(count_of(rig, SW_TOPIC_DEAD_LETTERS, SW_TOPIC_IDENTITY, "rubbish"), 1);
}

/* ---- any order, repeats, crashes ---- */

enum { EVENTS = 12, CORRECTIONS = 18, ALL = EVENTS + CORRECTIONS };

typedef struct history {
    sw_intake intakes[ALL];
    uint32_t target[ALL]; /* of corrections: index of the event; EVENTS: one that never comes */
    bool forbidden[ALL];
} history;

static void make_history(ingest_rig *rig, sw_rng *rng, history *h) {
    char id[16], content[16], target[16], keys[64];
    memset(h, 0, sizeof *h);
    for (uint32_t i = 0; i < ALL; i++) {
        size_t len = 0;
        snprintf(id, sizeof id, "id%02u", i);
        snprintf(content, sizeof content, "<%02u>", i);
        keys[0] = '\0';
        for (uint32_t n = (uint32_t)sw_rng_below(rng, 3), k = 0; k < n; k++)
            len += (size_t)snprintf(keys + len, sizeof keys - len, "%sk%u=%u", k ? " " : "", k,
                                    (unsigned)sw_rng_below(rng, 4));
        bool correction = i >= EVENTS;
        h->target[i] = (uint32_t)sw_rng_below(rng, EVENTS + 1);
        snprintf(target, sizeof target, h->target[i] < EVENTS ? "id%02u" : "nobody", h->target[i]);
        h->intakes[i] = rig_intake(rig, id, content, keys, correction ? target : NULL);
        h->intakes[i].orgcode = SW_S("320981010000");
        h->forbidden[i] = correction && sw_rng_below(rng, 5) == 0;
        if (h->forbidden[i]) h->intakes[i].unit = SW_S("320500000000");
    }
}

static bool has_key(const sw_intake *intake, sw_slice key) {
    for (uint32_t i = 0; i < intake->key_count; i++)
        if (sw_slice_eq(intake->keys[i], key)) return true;
    return false;
}

static bool stands(const history *h, uint32_t i) {
    return i < EVENTS || (h->target[i] < EVENTS && !h->forbidden[i]);
}

/* Whether this key is to have that event: an event its own, a correction those of its whole family.
 */
static bool belongs(const history *h, uint32_t i, sw_slice key) {
    if (!stands(h, i)) return false;
    if (i < EVENTS) return has_key(&h->intakes[i], key);
    if (has_key(&h->intakes[h->target[i]], key)) return true;
    for (uint32_t k = EVENTS; k < ALL; k++)
        if (stands(h, k) && h->target[k] == h->target[i] && has_key(&h->intakes[k], key))
            return true;
    return false;
}

static void check_history(ingest_rig *rig, const history *h) {
    char key[16], content[16];
    for (uint32_t i = 0; i < ALL; i++) {
        snprintf(content, sizeof content, "<%02u>", i);
        assert_int_equal(count_of(rig, SW_TOPIC_EVENTS, NULL, content), stands(h, i));
        for (uint32_t k = 0; k < 8; k++) {
            snprintf(key, sizeof key, "k%u=%u", k / 4, k % 4);
            assert_int_equal(count_of(rig, SW_TOPIC_KEYED, key, content),
                             belongs(h, i, sw_slice_cstr(key)));
        }
    }
}

static void disturb(ingest_rig *rig, sw_rng *rng) {
    sw_turn turn;
    switch (sw_rng_below(rng, 6)) {
    case 0:
        ingest_rig_run(rig);
        break;
    case 1: /* what was appended is there, what tasks made of it perhaps not */
        assert_ok(sw_worker_turn(rig->worker, &turn));
        ingest_rig_restart(rig);
        break;
    case 2:
        assert_ok(sw_worker_turn(rig->worker, &turn));
        sw_clock_virtual_advance(&rig->clock, 60);
        break;
    default:
        break;
    }
}

static void in_any_order_twice_and_with_crashes_the_topics_hold_the_same(void **state) {
    (void)state;
    static const sw_processor *const processors[] = {&sw_identity};
    for (uint64_t seed = 1; seed <= 30; seed++) {
        ingest_rig rig = {.records_max = (uint32_t)(seed % 3)};
        history h;
        sw_rng rng;
        sw_rng_init(&rng, seed);
        ingest_rig_open(&rig, processors, 1);
        make_history(&rig, &rng, &h);
        uint32_t order[2 * ALL];
        for (uint32_t i = 0; i < 2 * ALL; i++) order[i] = i % ALL;
        for (uint32_t i = 2 * ALL - 1; i > 0; i--) {
            uint32_t other = (uint32_t)sw_rng_below(&rng, i + 1), kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
        for (uint32_t i = 0; i < 2 * ALL; i++) {
            rig_send(&rig, &h.intakes[order[i]]);
            disturb(&rig, &rng);
        }
        ingest_rig_run(&rig);
        /* a crash at the door loses what was not answered: it is sent again */
        for (uint32_t i = 0; i < ALL; i++) rig_send(&rig, &h.intakes[order[i] % ALL]);
        for (uint32_t i = 0; i < ALL; i++) rig_send(&rig, &h.intakes[i]);
        ingest_rig_run(&rig);
        check_history(&rig, &h);
        ingest_rig_close(&rig);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_new_event_goes_once_to_the_log_and_once_to_each_of_its_keys),
        TEST(without_a_subject_its_identity_is_the_key),
        TEST(the_same_again_changes_nothing_and_names_the_first),
        TEST(other_content_is_a_conflict_kept_whole_and_the_first_stands),
        TEST(a_correction_reaches_the_keys_of_old_and_new_content),
        TEST(of_several_corrections_each_key_of_all_gets_all),
        TEST(a_correction_waits_for_its_target_unseen),
        TEST(who_corrects_needs_the_right_to_the_originals_unit),
        TEST(the_right_of_one_that_waited_is_asked_when_its_target_comes),
        TEST(corrections_are_not_corrected),
        TEST(an_event_and_a_correction_of_one_identity_are_a_conflict),
        TEST(more_corrections_than_can_be_kept_are_refused),
        TEST(corrections_that_would_fan_out_too_far_are_refused_and_the_event_stands),
        TEST(what_is_no_intake_is_a_dead_letter),
        cmocka_unit_test(in_any_order_twice_and_with_crashes_the_topics_hold_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
