#include <stdio.h>

#include "base/rng.h"
#include "unit/stream/effects_rig.h"
#include "unit/test.h"

enum { ALL, NEWEST, TOPICS, KEYS = 5, EMITS_MAX = 40, ROUNDS = 3000 };

static const sw_topic_shape topics[] = {
    {"in", 1}, {"all", 1}, {"newest", 1}, {SW_TOPIC_DEAD_LETTERS, 1}};
static const char *const inputs[] = {"in", NULL};
static const char *const outputs[] = {"all", "newest", NULL};

static sw_err never(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)ctx;
    (void)shared;
    (void)input;
    return SW_E_INTERNAL;
}

static sw_err now_says; /* what fold answers */

/* All that was said, one after the other. */
static sw_err join(sw_arena *arena, sw_slice former, sw_slice latter, sw_slice *ret) {
    if (now_says) return now_says;
    *ret = sw_arena_printf(arena, "%.*s%.*s", SW_FMT(former), SW_FMT(latter));
    return ret->ptr ? SW_OK : SW_E_LIMIT;
}

static const sw_processor processor = {.name = "folding",
                                       .id = 9,
                                       .inputs = inputs,
                                       .outputs = outputs,
                                       .folded = "newest",
                                       .fold = join,
                                       .on_record = never};

typedef struct fixture {
    effects_rig rig;
    uint32_t topics[TOPICS];
} fixture;

static int setup(void **state) {
    static fixture f;
    now_says = SW_OK;
    effects_rig_open(&f.rig, &processor, topics, SW_COUNT(topics));
    for (int i = 0; i < TOPICS; i++)
        assert_ok(sw_topology_topic(&f.rig.topology, outputs[i], &f.topics[i]));
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    effects_rig_close(&f->rig);
    return 0;
}

static void emit(fixture *f, uint32_t topic, const char *key, const char *value) {
    f->rig.fx.origin_offset++;
    assert_ok(sw_effects_emit(&f->rig.fx, (sw_emit){.topic = f->topics[topic],
                                                    .key = sw_slice_cstr(key),
                                                    .value = sw_slice_cstr(value),
                                                    .tombstone = !*value}));
}

static sw_err seal(fixture *f) {
    uint64_t digest;
    return effects_rig_seal(&f->rig, &digest);
}

/* "topic key value@origin" of all that is left. */
static const char *left(fixture *f) {
    static char text[1024];
    size_t len = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < f->rig.fx.emit_count; i++) {
        const sw_emit *e = &f->rig.fx.emits[i];
        len += (size_t)snprintf(text + len, sizeof text - len, "%s %.*s %.*s@%d\n",
                                topics[e->topic].name, SW_FMT(e->key), SW_FMT(e->value),
                                (int)e->origin_offset);
    }
    return text;
}

static void of_each_key_one_is_left_where_the_last_was(void **state) {
    fixture *f = *state;
    emit(f, NEWEST, "k", "a");
    emit(f, ALL, "k", "b");
    emit(f, NEWEST, "l", "c");
    emit(f, ALL, "k", "d");
    emit(f, NEWEST, "k", "e");
    emit(f, NEWEST, "k", "f");
    assert_ok(seal(f));
    assert_string_equal(left(f), "all k b@2\nnewest l c@3\nall k d@4\nnewest k aef@6\n");
}

static void what_was_taken_back_is_not_folded(void **state) {
    fixture *f = *state;
    emit(f, NEWEST, "k", "a");
    sw_effects_mark mark = sw_effects_begin(&f->rig.fx);
    emit(f, NEWEST, "k", "b");
    sw_effects_undo(&f->rig.fx, mark);
    emit(f, NEWEST, "l", "c");
    assert_ok(seal(f));
    assert_string_equal(left(f), "newest k a@1\nnewest l c@3\n");
    sw_effects_committed(&f->rig.fx); /* and nothing of it is remembered */
    emit(f, NEWEST, "k", "d");
    emit(f, NEWEST, "l", "e");
    assert_ok(seal(f));
    assert_string_equal(left(f), "newest k d@4\nnewest l e@5\n");
}

static void a_tombstone_stays_where_it_is(void **state) {
    fixture *f = *state;
    emit(f, NEWEST, "k", "");
    emit(f, NEWEST, "k", "a");
    emit(f, NEWEST, "l", "b");
    assert_ok(seal(f));
    assert_string_equal(left(f), "newest k @1\nnewest k a@2\nnewest l b@3\n");
}

static void without_room_both_are_left(void **state) {
    fixture *f = *state;
    emit(f, NEWEST, "k", "a");
    emit(f, NEWEST, "k", "b");
    now_says = SW_E_LIMIT;
    assert_ok(seal(f));
    assert_string_equal(left(f), "newest k a@1\nnewest k b@2\n");
    now_says = SW_E_CORRUPT;
    assert_int_equal(seal(f), SW_E_CORRUPT);
}

/* What is told of each key, put together, is the same; the other topic is as it was. */
static void nothing_is_lost(void **state) {
    fixture *f = *state;
    sw_rng rng;
    sw_rng_init(&rng, 11);
    for (int round = 0; round < ROUNDS; round++) {
        char said[TOPICS][KEYS][EMITS_MAX + 1] = {0}, found[TOPICS][KEYS][EMITS_MAX + 1] = {0};
        uint32_t count = (uint32_t)sw_rng_below(&rng, EMITS_MAX), alone = 0;
        for (uint32_t i = 0; i < count; i++) {
            const uint32_t topic = (uint32_t)sw_rng_below(&rng, TOPICS);
            const uint32_t k = (uint32_t)sw_rng_below(&rng, KEYS);
            const char key[] = {(char)('a' + k), '\0'}, value[] = {(char)('A' + i), '\0'};
            alone += topic == ALL || !said[topic][k][0];
            emit(f, topic, key, value);
            strcat(said[topic][k], value);
        }
        assert_ok(seal(f));
        assert_int_equal(f->rig.fx.emit_count, alone);
        int64_t last = 0;
        for (uint32_t i = 0; i < f->rig.fx.emit_count; i++) {
            const sw_emit *e = &f->rig.fx.emits[i];
            assert_true(e->origin_offset > last); /* in the order in which it came */
            last = e->origin_offset;
            strncat(found[e->topic == f->topics[NEWEST]][e->key.ptr[0] - 'a'], e->value.ptr,
                    e->value.len);
        }
        assert_memory_equal(found, said, sizeof said);
        sw_effects_committed(&f->rig.fx);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(of_each_key_one_is_left_where_the_last_was),
        TEST(what_was_taken_back_is_not_folded),
        TEST(a_tombstone_stays_where_it_is),
        TEST(without_room_both_are_left),
        TEST(nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
