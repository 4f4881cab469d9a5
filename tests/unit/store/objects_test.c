#include "store/objects.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "unit/test.h"

/* Objects are numbers; their bytes are decimal. */
typedef struct counts {
    int decoded, encoded, alive;
    int64_t warmed[2]; /* by step: the sum of what it was asked of */
} counts;

static counts *counts_of(const void *arg) {
    return *(counts *const *)arg;
}

static sw_err load(const void *arg, sw_rows rows, sw_slice key, void **ret) {
    counts *c = counts_of(arg);
    sw_slice value;
    int64_t n;
    sw_err err = sw_rows_get(rows, key, &value);
    if (err) return err;
    if (!sw_slice_int(value, &n)) return SW_E_CORRUPT;
    int64_t *object = malloc(sizeof *object);
    assert_non_null(object);
    *object = n;
    c->decoded++;
    c->alive++;
    *ret = object;
    return SW_OK;
}

static sw_err save(const void *arg, sw_rows rows, sw_slice key, void *object) {
    char text[24];
    if (!object) return sw_rows_delete(rows, key);
    counts_of(arg)->encoded++;
    int len = snprintf(text, sizeof text, "%" PRId64, *(const int64_t *)object);
    return sw_rows_put(rows, key, sw_slice_of(text, (size_t)len));
}

static size_t bytes(const void *arg, const void *object) {
    (void)arg;
    (void)object;
    return sizeof(int64_t);
}

static void free_number(const void *arg, void *object) {
    counts_of(arg)->alive--;
    free(object);
}

static sw_slice row_of(sw_slice key, char room[SW_OBJECT_ROW_BYTES_MAX]) {
    memcpy(room, key.ptr, key.len);
    return sw_slice_of(room, key.len);
}

/* Whoever has been freed is seen here by asan. */
static void warm(const void *arg, const void *object, int step) {
    counts_of(arg)->warmed[step] += *(const int64_t *)object;
}

static const sw_object_codec codec = {load, save, bytes, free_number, row_of, warm};

typedef struct fixture {
    sw_db *db;
    sw_overlay *overlay;
    sw_objects *objects;
    sw_object_budget budget;
    counts counts, *arg;
} fixture;

static int setup(void **state) {
    static fixture f;
    static const sw_store_spec spec = {.name = "numbers"};
    f = (fixture){.budget = {.bytes_max = 2000}, .arg = &f.counts};
    assert_ok(sw_db_mem_open(&spec, 1, &f.db));
    assert_ok(sw_overlay_new(f.db, SW_S("p"), 1 << 20, &f.overlay));
    assert_ok(sw_objects_new(f.overlay, 0, &codec, &f.arg, &f.budget, &f.objects));
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    sw_objects_free(f->objects);
    assert_int_equal(f->counts.alive, 0);
    assert_int_equal(f->budget.bytes, 0);
    assert_int_equal(f->budget.members, 0);
    sw_overlay_free(f->overlay);
    sw_db_close(f->db);
    return 0;
}

static void put(fixture *f, const char *key, int64_t n) {
    int64_t *object = malloc(sizeof *object);
    assert_non_null(object);
    *object = n;
    f->counts.alive++;
    assert_ok(sw_objects_put(f->objects, sw_slice_cstr(key), object));
}

static void add(fixture *f, const char *key, int64_t n) {
    void *object;
    assert_ok(sw_objects_edit(f->objects, sw_slice_cstr(key), &object));
    *(int64_t *)object += n;
}

static void settle(fixture *f, bool committed) {
    sw_batch *batch;
    assert_ok(sw_batch_new(1 << 20, &batch));
    if (committed) {
        assert_ok(sw_objects_flush(f->objects));
        assert_ok(sw_overlay_seal(f->overlay, batch));
        assert_ok(sw_db_write(f->db, batch, true));
    }
    sw_overlay_reset(f->overlay);
    sw_objects_settle(f->objects, committed);
    sw_batch_free(batch);
}

static void assert_number(fixture *f, const char *key, int64_t n) {
    const void *object;
    assert_ok(sw_objects_get(f->objects, sw_slice_cstr(key), &object));
    assert_int_equal(*(const int64_t *)object, n);
}

static void assert_stored(fixture *f, const char *key, const char *text) {
    sw_buf value;
    sw_buf_init(&value, 100);
    sw_err err = sw_db_get(f->db, 0, sw_slice_cstr(key), &value);
    assert_int_equal(err, text ? SW_OK : SW_E_NOT_FOUND);
    if (text) assert_slice(sw_buf_slice(&value), text);
    sw_buf_done(&value);
}

static void a_hot_key_is_encoded_once_a_commit_and_not_decoded_again(void **state) {
    fixture *f = *state;
    put(f, "k", 1);
    settle(f, true);
    for (int commit = 0; commit < 3; commit++) {
        for (int i = 0; i < 100; i++) {
            sw_objects_begin(f->objects);
            add(f, "k", 1);
        }
        settle(f, true);
    }
    assert_int_equal(f->counts.decoded, 0);
    assert_int_equal(f->counts.encoded, 4);
    assert_stored(f, "pk", "301");
}

static void what_is_only_read_is_not_written(void **state) {
    fixture *f = *state;
    put(f, "k", 1);
    settle(f, true);
    assert_number(f, "k", 1);
    settle(f, true);
    assert_int_equal(f->counts.encoded, 1);
}

static void a_refused_record_leaves_no_trace(void **state) {
    fixture *f = *state;
    const void *object;
    put(f, "k", 5);
    settle(f, true);
    sw_objects_begin(f->objects);
    add(f, "k", 100);
    put(f, "new", 7);
    assert_ok(sw_objects_undo(f->objects));
    assert_number(f, "k", 5);
    assert_int_equal(sw_objects_get(f->objects, SW_S("new"), &object), SW_E_NOT_FOUND);
    sw_objects_begin(f->objects);
    assert_ok(sw_objects_delete(f->objects, SW_S("k")));
    assert_int_equal(sw_objects_get(f->objects, SW_S("k"), &object), SW_E_NOT_FOUND);
    assert_ok(sw_objects_undo(f->objects));
    assert_number(f, "k", 5);
    settle(f, true);
    assert_stored(f, "pk", "5");
    assert_stored(f, "pnew", NULL);
}

static void an_undo_that_can_not_be_exact_asks_for_the_batch_again(void **state) {
    fixture *f = *state;
    put(f, "k", 5);
    settle(f, true);
    sw_objects_begin(f->objects);
    add(f, "k", 1);
    sw_objects_begin(f->objects);
    add(f, "k", 100);
    assert_int_equal(sw_objects_undo(f->objects), SW_E_ABORTED);
    settle(f, false);
    assert_number(f, "k", 5);
}

static void a_dropped_batch_is_forgotten(void **state) {
    fixture *f = *state;
    const void *object;
    put(f, "k", 5);
    settle(f, true);
    add(f, "k", 1);
    put(f, "new", 1);
    settle(f, false);
    assert_number(f, "k", 5);
    assert_int_equal(sw_objects_get(f->objects, SW_S("new"), &object), SW_E_NOT_FOUND);
}

static void a_deleted_object_is_gone_and_may_come_back(void **state) {
    fixture *f = *state;
    put(f, "k", 5);
    settle(f, true);
    assert_ok(sw_objects_delete(f->objects, SW_S("k")));
    settle(f, true);
    assert_stored(f, "pk", NULL);
    put(f, "k", 6);
    settle(f, true);
    assert_stored(f, "pk", "6");
}

static void memory_stays_within_the_limit_between_batches(void **state) {
    fixture *f = *state;
    sw_rng rng;
    sw_rng_init(&rng, 1);
    int64_t model[300] = {0};
    char key[8];
    for (int i = 0; i < 300; i++) {
        snprintf(key, sizeof key, "%d", i);
        put(f, key, 0);
        if (i % 10 == 9) settle(f, true);
    }
    for (int i = 0; i < 5000; i++) {
        uint64_t n = sw_rng_below(&rng, 300);
        snprintf(key, sizeof key, "%d", (int)n);
        add(f, key, i);
        model[n] += i;
        if (i % 7 == 0) {
            settle(f, true);
            assert_true(sw_objects_bytes(f->objects) <= 2000);
            assert_false(sw_objects_full(f->objects));
        }
    }
    for (int i = 0; i < 300; i++) {
        snprintf(key, sizeof key, "%d", i);
        assert_number(f, key, model[i]);
    }
    assert_true(sw_objects_full(f->objects)); /* all of them are of this batch */
    assert_true(f->counts.decoded > 300);
    settle(f, true);
}

static void an_undo_leaves_what_earlier_records_did(void **state) {
    fixture *f = *state;
    sw_objects_begin(f->objects);
    put(f, "a", 1);
    sw_objects_begin(f->objects);
    put(f, "b", 2);
    assert_ok(sw_objects_delete(f->objects, SW_S("c")));
    assert_int_equal(sw_objects_changed(f->objects), 3);
    assert_ok(sw_objects_undo(f->objects));
    assert_int_equal(sw_objects_changed(f->objects), 1);
    settle(f, true);
    assert_stored(f, "pa", "1");
    assert_stored(f, "pb", NULL);
}

static void what_changed_behind_its_back_is_read_again(void **state) {
    fixture *f = *state;
    sw_batch *batch;
    put(f, "k", 5);
    settle(f, true);
    assert_ok(sw_batch_new(1 << 10, &batch));
    assert_ok(sw_batch_put(batch, 0, SW_S("pk"), SW_S("6")));
    assert_ok(sw_db_write(f->db, batch, true));
    sw_batch_free(batch);
    add(f, "k", 1);
    sw_objects_forget(f->objects);
    sw_overlay_reset(f->overlay);
    assert_number(f, "k", 6);
}

/* One task that has filled all of the memory makes room when another one needs it. */
static void stores_share_one_budget(void **state) {
    fixture *f = *state;
    sw_objects *other;
    assert_ok(sw_objects_new(f->overlay, 0, &codec, &f->arg, &f->budget, &other));
    char key[8];
    for (int i = 0; i < 100; i++) {
        snprintf(key, sizeof key, "%d", i);
        put(f, key, i);
        settle(f, true);
    }
    assert_true(sw_objects_bytes(f->objects) > 1000);
    const void *object;
    for (int i = 0; i < 100; i++) {
        snprintf(key, sizeof key, "%d", i);
        assert_ok(sw_objects_get(other, sw_slice_cstr(key), &object));
        sw_overlay_reset(f->overlay);
        sw_objects_settle(other, true);
        sw_objects_settle(f->objects, true);
        assert_true(f->budget.bytes <= 2000);
    }
    assert_true(sw_objects_bytes(other) > 700 && sw_objects_bytes(f->objects) > 700);
    sw_objects_free(other);
}

static void damaged_bytes_are_told(void **state) {
    fixture *f = *state;
    const void *object;
    assert_ok(sw_overlay_put(f->overlay, 0, SW_S("k"), SW_S("no number")));
    assert_int_equal(sw_objects_get(f->objects, SW_S("k"), &object), SW_E_CORRUPT);
}

static void what_each_batch_uses_stays(void **state) {
    fixture *f = *state;
    char key[8];
    put(f, "hot", 0);
    settle(f, true);
    for (int i = 0; i < 500; i++) {
        snprintf(key, sizeof key, "%d", i);
        put(f, key, i);
        add(f, "hot", 1);
        settle(f, true);
    }
    assert_int_equal(f->counts.decoded, 0);
    assert_number(f, "hot", 500);
    assert_number(f, "0", 0);
    assert_int_equal(f->counts.decoded, 1); /* that one had gone */
}

static void a_key_named_before_is_read_ahead_unless_it_is_decoded(void **state) {
    fixture *f = *state;
    put(f, "kept", 1);
    put(f, "gone", 2);
    settle(f, true);
    sw_objects_forget(f->objects);
    assert_number(f, "kept", 1);
    sw_overlay_reset(f->overlay);
    size_t before = sw_overlay_bytes(f->overlay);
    sw_objects_want(f->objects, SW_S("kept"));
    assert_int_equal(sw_overlay_bytes(f->overlay), before);
    sw_objects_want(f->objects, SW_S("gone"));
    assert_true(sw_overlay_bytes(f->overlay) > before);
    assert_ok(sw_overlay_read(f->overlay));
    assert_number(f, "gone", 2);
}

static void want_numbers(fixture *f, int from, int to) {
    char key[12];
    for (int i = from; i < to; i++) {
        snprintf(key, sizeof key, "%d", i);
        sw_objects_want(f->objects, sw_slice_cstr(key));
    }
}

static void what_is_wanted_is_warmed_step_by_step_and_not_after_a_record(void **state) {
    fixture *f = *state;
    char key[12];
    for (int i = 0; i < 16; i++) {
        snprintf(key, sizeof key, "%d", i);
        put(f, key, 1);
    }
    sw_objects_begin(f->objects);
    want_numbers(f, 0, 12);
    assert_int_equal(f->counts.warmed[0], 8);
    assert_int_equal(f->counts.warmed[1], 4);
    sw_objects_begin(f->objects);
    want_numbers(f, 0, 4);
    assert_int_equal(f->counts.warmed[0], 8);
    assert_ok(sw_objects_delete(f->objects, SW_S("0")));
    put(f, "1", 5);
    want_numbers(f, 4, 8);
    assert_int_equal(f->counts.warmed[0], 8); /* none of those before something was freed */
    want_numbers(f, 8, 10);
    assert_int_equal(f->counts.warmed[0], 10);
    assert_int_equal(f->counts.warmed[1], 4);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_hot_key_is_encoded_once_a_commit_and_not_decoded_again),
        CASE(what_is_only_read_is_not_written),
        CASE(a_refused_record_leaves_no_trace),
        CASE(an_undo_that_can_not_be_exact_asks_for_the_batch_again),
        CASE(a_dropped_batch_is_forgotten),
        CASE(a_deleted_object_is_gone_and_may_come_back),
        CASE(memory_stays_within_the_limit_between_batches),
        CASE(an_undo_leaves_what_earlier_records_did),
        CASE(what_changed_behind_its_back_is_read_again),
        CASE(stores_share_one_budget),
        CASE(what_each_batch_uses_stays),
        CASE(a_key_named_before_is_read_ahead_unless_it_is_decoded),
        CASE(what_is_wanted_is_warmed_step_by_step_and_not_after_a_record),
        CASE(damaged_bytes_are_told),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
