#include "store/objects.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "unit/test.h"

/* Objects are numbers; their bytes are decimal. */
typedef struct counts {
    int decoded, encoded, alive;
} counts;

static sw_err decode(void *arg, sw_slice key, sw_slice value, void **ret) {
    counts *c = arg;
    int64_t n;
    (void)key;
    if (!sw_slice_int(value, &n)) return SW_E_CORRUPT;
    int64_t *object = malloc(sizeof *object);
    assert_non_null(object);
    *object = n;
    c->decoded++;
    c->alive++;
    *ret = object;
    return SW_OK;
}

static sw_err encode(void *arg, const void *object, sw_buf *ret) {
    ((counts *)arg)->encoded++;
    return sw_buf_add_int(ret, *(const int64_t *)object);
}

static size_t bytes(void *arg, const void *object) {
    (void)arg;
    (void)object;
    return sizeof(int64_t);
}

static void free_number(void *arg, void *object) {
    ((counts *)arg)->alive--;
    free(object);
}

typedef struct fixture {
    sw_db *db;
    sw_overlay *overlay;
    sw_objects *objects;
    counts counts;
} fixture;

static int setup(void **state) {
    static fixture f;
    static const sw_store_spec spec = {.name = "numbers"};
    f = (fixture){0};
    assert_ok(sw_db_mem_open(&spec, 1, &f.db));
    assert_ok(sw_overlay_new(f.db, SW_S("p"), 1 << 20, &f.overlay));
    sw_object_codec codec = {decode, encode, bytes, free_number, &f.counts};
    assert_ok(sw_objects_new(f.overlay, 0, codec, 2000, &f.objects));
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    sw_objects_free(f->objects);
    assert_int_equal(f->counts.alive, 0);
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

static void damaged_bytes_are_told(void **state) {
    fixture *f = *state;
    const void *object;
    assert_ok(sw_overlay_put(f->overlay, 0, SW_S("k"), SW_S("no number")));
    assert_int_equal(sw_objects_get(f->objects, SW_S("k"), &object), SW_E_CORRUPT);
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
        CASE(damaged_bytes_are_told),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
