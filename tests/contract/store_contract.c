#include "contract/store_contract.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "contract/store_model.h"
#include "store/load.h"
#include "unit/test.h"

static const store_backend *backend;

static int setup(void **state) {
    sw_db *db = backend->open();
    *state = db;
    return db ? 0 : -1;
}

static int teardown(void **state) {
    backend->close(*state);
    return 0;
}

static sw_batch *batch_of(void) {
    sw_batch *batch;
    assert_ok(sw_batch_new(1 << 20, &batch));
    return batch;
}

static void write_and_free(sw_db *db, sw_batch *batch) {
    assert_ok(sw_db_write(db, batch, false));
    sw_batch_free(batch);
}

static void put(sw_db *db, uint32_t store, const char *key, const char *value) {
    sw_batch *batch = batch_of();
    assert_ok(sw_batch_put(batch, store, sw_slice_cstr(key), sw_slice_cstr(value)));
    write_and_free(db, batch);
}

static void assert_value(sw_db *db, uint32_t store, const char *key, const char *value) {
    sw_buf buf;
    sw_buf_init(&buf, 1 << 16);
    sw_err err = sw_db_get(db, store, sw_slice_cstr(key), &buf);
    if (value) {
        assert_ok(err);
        assert_slice(sw_buf_slice(&buf), value);
    } else {
        assert_int_equal(err, SW_E_NOT_FOUND);
        assert_int_equal(buf.len, 0);
    }
    sw_buf_done(&buf);
}

/* All pairs of the range as "k=v k=v ". */
static void assert_range(sw_db *db, const char *from, const char *to, const char *expected) {
    sw_iter *iter;
    sw_slice key, value;
    sw_buf buf;
    sw_buf_init(&buf, 1 << 16);
    assert_ok(sw_db_iter_open(db, 0, sw_slice_cstr(from), sw_slice_cstr(to), &iter));
    while (sw_iter_next(iter, &key, &value))
        sw_buf_printf(&buf, "%.*s=%.*s ", SW_FMT(key), SW_FMT(value));
    assert_ok(sw_iter_error(iter));
    sw_iter_close(iter);
    assert_slice(sw_buf_slice(&buf), expected);
    sw_buf_done(&buf);
}

static void assert_range_back(sw_db *db, const char *from, const char *to, const char *expected) {
    sw_iter *iter;
    sw_slice key, value;
    sw_buf buf;
    sw_buf_init(&buf, 1 << 16);
    assert_ok(sw_db_iter_open_back(db, 0, sw_slice_cstr(from), sw_slice_cstr(to), &iter));
    while (sw_iter_next(iter, &key, &value))
        sw_buf_printf(&buf, "%.*s=%.*s ", SW_FMT(key), SW_FMT(value));
    assert_ok(sw_iter_error(iter));
    assert_false(sw_iter_next(iter, &key, &value));
    sw_iter_close(iter);
    assert_slice(sw_buf_slice(&buf), expected);
    sw_buf_done(&buf);
}

static void what_is_put_is_read(void **state) {
    sw_db *db = *state;
    assert_value(db, 0, "a", NULL);
    put(db, 0, "a", "1");
    put(db, 0, "b", "");
    assert_value(db, 0, "a", "1");
    assert_value(db, 0, "b", "");
    put(db, 0, "a", "2");
    assert_value(db, 0, "a", "2");
}

static void a_get_appends_to_what_the_buffer_holds(void **state) {
    sw_db *db = *state;
    put(db, 0, "a", "1");
    sw_buf buf;
    sw_buf_init(&buf, 4);
    assert_ok(sw_buf_add_cstr(&buf, "xy"));
    assert_ok(sw_db_get(db, 0, SW_S("a"), &buf));
    assert_slice(sw_buf_slice(&buf), "xy1");
    put(db, 0, "a", "too long");
    assert_int_equal(sw_db_get(db, 0, SW_S("a"), &buf), SW_E_LIMIT);
    assert_slice(sw_buf_slice(&buf), "xy1");
    sw_buf_done(&buf);
}

static void stores_do_not_share_keys(void **state) {
    sw_db *db = *state;
    put(db, 0, "a", "0");
    put(db, 2, "a", "2");
    assert_value(db, 0, "a", "0");
    assert_value(db, 1, "a", NULL);
    assert_value(db, 2, "a", "2");
}

static void a_batch_changes_all_stores_in_its_order(void **state) {
    sw_db *db = *state;
    sw_batch *batch = batch_of();
    assert_ok(sw_batch_put(batch, 0, SW_S("a"), SW_S("1")));
    assert_ok(sw_batch_delete(batch, 0, SW_S("a")));
    assert_ok(sw_batch_put(batch, 1, SW_S("a"), SW_S("1")));
    assert_ok(sw_batch_put(batch, 0, SW_S("b"), SW_S("1")));
    assert_ok(sw_batch_put(batch, 0, SW_S("b"), SW_S("2")));
    assert_ok(sw_batch_delete(batch, 0, SW_S("never")));
    assert_int_equal(sw_batch_count(batch), 6);
    write_and_free(db, batch);
    assert_value(db, 0, "a", NULL);
    assert_value(db, 1, "a", "1");
    assert_value(db, 0, "b", "2");
}

/* More than what is put one by one, and alike for longer than a look at the keys' begin tells. */
static void keys_of_a_batch_that_begin_alike_are_told_apart(void **state) {
    sw_db *db = *state;
    sw_batch *batch = batch_of();
    char key[80], expected[2000] = "";
    for (int i = 0; i < 20; i++) { /* the shortest is what all others begin with */
        snprintf(key, sizeof key, "all of them begin like this%.*s", (i * 7) % 20,
                 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        assert_ok(sw_batch_put(batch, 0, sw_slice_cstr(key), SW_S("1")));
        snprintf(key, sizeof key, "all of them begin like this, and these are alike again %d",
                 i % 7);
        assert_ok(sw_batch_put(batch, 0, sw_slice_cstr(key), SW_S("2")));
        if (i % 7 == 3) assert_ok(sw_batch_delete(batch, 0, sw_slice_cstr(key)));
    }
    write_and_free(db, batch);
    size_t len = (size_t)snprintf(expected, sizeof expected, "all of them begin like this=1 ");
    for (int i = 0; i < 7; i++)
        if (i != 3)
            len +=
                (size_t)snprintf(expected + len, sizeof expected - len,
                                 "all of them begin like this, and these are alike again %d=2 ", i);
    for (int i = 1; i < 20; i++)
        len += (size_t)snprintf(expected + len, sizeof expected - len,
                                "all of them begin like this%.*s=1 ", i,
                                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_range(db, "", "", expected);
}

static void an_empty_batch_is_written(void **state) {
    sw_batch *batch = batch_of();
    write_and_free(*state, batch);
}

static void keys_are_ordered_by_bytes(void **state) {
    sw_db *db = *state;
    const char *keys[] = {"b", "a", "\xff", "ab", "a\x01", "B"};
    for (size_t i = 0; i < SW_COUNT(keys); i++) put(db, 0, keys[i], "");
    assert_range(db, "", "", "B= a= a\x01= ab= b= \xff= ");
    assert_range(db, "a", "b", "a= a\x01= ab= ");
    assert_range(db, "aa", "b\x01", "ab= b= ");
    assert_range(db, "c", "\xff", "");
    assert_range_back(db, "", "", "\xff= b= ab= a\x01= a= B= ");
    assert_range_back(db, "a", "b", "ab= a\x01= a= ");
    assert_range_back(db, "aa", "b\x01", "b= ab= ");
    assert_range_back(db, "c", "\xff", "");
    assert_range_back(db, "", "B", "");
}

static void keys_with_zero_bytes_are_keys(void **state) {
    sw_db *db = *state;
    sw_batch *batch = batch_of();
    assert_ok(sw_batch_put(batch, 0, sw_slice_of("a\0b", 3), SW_S("1")));
    assert_ok(sw_batch_put(batch, 0, sw_slice_of("a\0", 2), SW_S("2")));
    write_and_free(db, batch);
    assert_value(db, 0, "a", NULL);
    sw_buf buf;
    sw_buf_init(&buf, 16);
    assert_ok(sw_db_get(db, 0, sw_slice_of("a\0b", 3), &buf));
    assert_slice(sw_buf_slice(&buf), "1");
    sw_buf_done(&buf);
}

static void a_range_delete_takes_from_but_not_to(void **state) {
    sw_db *db = *state;
    const char *keys[] = {"a", "b", "c", "d"};
    for (size_t i = 0; i < SW_COUNT(keys); i++) put(db, 0, keys[i], "x");
    put(db, 1, "b", "x");
    sw_batch *batch = batch_of();
    assert_ok(sw_batch_delete_range(batch, 0, SW_S("b"), SW_S("d")));
    assert_ok(sw_batch_put(batch, 0, SW_S("c"), SW_S("new")));
    write_and_free(db, batch);
    assert_range(db, "", "", "a=x c=new d=x ");
    assert_value(db, 0, "b", NULL);
    assert_value(db, 1, "b", "x");
}

static void an_iterator_sees_nothing_written_after_it_was_opened(void **state) {
    sw_db *db = *state;
    put(db, 0, "a", "1");
    put(db, 0, "b", "1");
    put(db, 0, "c", "1");
    sw_iter *iter;
    assert_ok(sw_db_iter_open(db, 0, SW_SLICE_NONE, SW_SLICE_NONE, &iter));
    put(db, 0, "a", "2");
    put(db, 0, "aa", "2");
    sw_batch *batch = batch_of();
    assert_ok(sw_batch_delete(batch, 0, SW_S("b")));
    assert_ok(sw_batch_delete_range(batch, 0, SW_S("c"), SW_S("d")));
    write_and_free(db, batch);
    sw_slice key, value;
    for (const char *c = "abc"; *c; c++) {
        assert_true(sw_iter_next(iter, &key, &value));
        assert_true(key.len == 1 && key.ptr[0] == *c);
        assert_slice(value, "1");
    }
    assert_false(sw_iter_next(iter, &key, &value));
    assert_false(sw_iter_next(iter, &key, &value));
    sw_iter_close(iter);
    assert_range(db, "", "", "a=2 aa=2 ");
}

static void a_batch_past_its_limit_is_unchanged(void **state) {
    (void)state;
    sw_batch *batch;
    assert_ok(sw_batch_new(64, &batch));
    assert_ok(sw_batch_put(batch, 0, SW_S("a"), SW_S("1")));
    size_t bytes = sw_batch_bytes(batch);
    char big[100] = {0};
    assert_int_equal(sw_batch_put(batch, 0, SW_S("b"), sw_slice_of(big, sizeof big)), SW_E_LIMIT);
    assert_int_equal(sw_batch_bytes(batch), bytes);
    assert_int_equal(sw_batch_count(batch), 1);
    assert_ok(sw_batch_delete(batch, 0, SW_S("b")));
    sw_batch_free(batch);
}

static void usage_grows_with_what_is_written(void **state) {
    sw_db *db = *state;
    sw_db_usage before, after;
    sw_db_usage_read(db, &before);
    char value[2000];
    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    for (char key[] = "a"; key[0] <= 'z'; key[0]++) put(db, 0, key, value);
    sw_db_usage_read(db, &after);
    assert_true(after.memtable_bytes > before.memtable_bytes);
    assert_true(after.bytes_appended >= before.bytes_appended + 26 * sizeof value);
    assert_true(sw_db_has_room(db));
}

static void what_was_written_is_there_after_reopening(void **state) {
    if (!backend->reopen) skip();
    sw_db *db = *state;
    put(db, 0, "a", "1");
    put(db, 1, "b", "2");
    sw_batch *batch = batch_of();
    assert_ok(sw_batch_delete(batch, 0, SW_S("a")));
    assert_ok(sw_batch_put(batch, 2, SW_S("c"), SW_S("3")));
    assert_ok(sw_db_write(db, batch, true));
    sw_batch_free(batch);
    *state = db = backend->reopen(db);
    assert_non_null(db);
    assert_value(db, 0, "a", NULL);
    assert_value(db, 1, "b", "2");
    assert_value(db, 2, "c", "3");
}

static sw_load *load_of(sw_db *db) {
    sw_load *load;
    assert_ok(sw_load_new(db, 0, &load));
    return load;
}

static void load_put(sw_load *load, const char *key, const char *value) {
    assert_ok(sw_load_put(load, sw_slice_cstr(key), sw_slice_cstr(value)));
}

static void loaded_rows_are_in_order_and_the_last_of_a_key_is_it(void **state) {
    sw_load *load = load_of(*state);
    const char *const keys[] = {"prefix-b", "prefix-a", "prefix-abcdefghij", "prefix-c", "prefix-"};
    for (size_t i = 0; i < SW_COUNT(keys); i++) load_put(load, keys[i], "old");
    for (size_t i = 0; i < SW_COUNT(keys); i++) load_put(load, keys[i], keys[i] + 6);
    assert_ok(sw_load_delete(load, SW_S("prefix-c")));
    assert_ok(sw_load_delete(load, SW_S("prefix-never")));
    assert_true(sw_load_bytes(load) > 0);
    assert_value(*state, 0, "prefix-a", NULL);
    assert_ok(sw_load_flush(load));
    assert_int_equal(sw_load_bytes(load), 0);
    assert_range(*state, "", "",
                 "prefix-=- prefix-a=-a prefix-abcdefghij=-abcdefghij prefix-b=-b ");
    sw_load_free(load);
}

static void a_later_flush_goes_over_what_is_there(void **state) {
    put(*state, 0, "a", "written");
    put(*state, 0, "d", "written");
    sw_load *load = load_of(*state);
    load_put(load, "c", "1");
    load_put(load, "b", "1");
    load_put(load, "a", "1");
    assert_ok(sw_load_flush(load));
    assert_range(*state, "", "", "a=1 b=1 c=1 d=written ");
    load_put(load, "c", "2");
    assert_ok(sw_load_delete(load, SW_S("b")));
    assert_ok(sw_load_flush(load));
    assert_ok(sw_load_flush(load)); /* nothing to do */
    sw_load_free(load);
    put(*state, 0, "a", "after");
    assert_range(*state, "", "", "a=after c=2 d=written ");
}

static void a_random_load_agrees_with_writes(void **state) {
    sw_rng rng;
    sw_rng_init(&rng, 7);
    sw_load *load = load_of(*state);
    int last[50] = {0};
    for (int i = 1; i <= 5000; i++) {
        char key[16], value[16];
        int at = (int)sw_rng_between(&rng, 0, 49);
        last[at] = sw_rng_between(&rng, 0, 3) ? i : 0;
        snprintf(key, sizeof key, "k%02d", at);
        snprintf(value, sizeof value, "%d", i);
        if (last[at])
            load_put(load, key, value);
        else
            assert_ok(sw_load_delete(load, sw_slice_cstr(key)));
        if (i % 1700 == 0) assert_ok(sw_load_flush(load));
    }
    assert_ok(sw_load_flush(load));
    sw_load_free(load);
    for (int i = 0; i < 50; i++) {
        char key[16], value[16];
        snprintf(key, sizeof key, "k%02d", i);
        snprintf(value, sizeof value, "%d", last[i]);
        assert_value(*state, 0, key, last[i] ? value : NULL);
    }
}

static void random_operations_agree_with_a_model(void **state) {
    sw_db *db = *state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        store_model *model = store_model_new(STORE_CONTRACT_STORES, seed);
        for (int round = 0; round < 30; round++) {
            if (backend->reopen && round % 10 == 9) *state = db = backend->reopen(db);
            store_model_write(model, db);
            store_model_compare(model, db);
        }
        store_model_clear(model, db);
        store_model_free(model);
    }
}

static void an_overlay_over_random_operations_agrees_with_a_model(void **state) {
    sw_db *db = *state;
    for (uint64_t seed = 100; seed < 120; seed++) {
        store_model *model = store_model_new(STORE_CONTRACT_STORES, seed);
        for (int round = 0; round < 20; round++) store_model_overlay(model, db);
        store_model_compare(model, db);
        store_model_clear(model, db);
        store_model_free(model);
    }
}

typedef struct findings {
    const char *values[300];
    uint32_t found;
    bool fails;
} findings;

static sw_err note_found(void *arg, uint32_t at, sw_slice value) {
    findings *f = arg;
    if (f->fails) return SW_E_LIMIT;
    assert_non_null(f->values[at]);
    assert_slice(value, f->values[at]);
    f->found++;
    return SW_OK;
}

static void many_keys_are_looked_up_at_once(void **state) {
    enum { KEYS = 300 };
    static char texts[KEYS][8];
    sw_db *db = *state;
    sw_slice keys[KEYS];
    findings f = {.found = 0};
    sw_batch *batch = batch_of();
    for (int i = 0; i < KEYS; i++) {
        snprintf(texts[i], sizeof texts[i], "k%03d", i);
        keys[i] = sw_slice_cstr(texts[i]);
        if (i % 3 == 1) continue;
        f.values[i] = i % 3 ? texts[i] : "";
        assert_ok(sw_batch_put(batch, 1, keys[i], sw_slice_cstr(f.values[i])));
    }
    write_and_free(db, batch);
    assert_ok(sw_db_get_many(db, 1, keys, KEYS, note_found, &f));
    assert_int_equal(f.found, KEYS / 3 * 2);
    f.found = 0;
    assert_ok(sw_db_get_many(db, 0, keys, KEYS, note_found, &f));
    assert_ok(sw_db_get_many(db, 1, keys, 0, note_found, &f));
    assert_int_equal(f.found, 0);
    f.fails = true;
    assert_int_equal(sw_db_get_many(db, 1, keys, KEYS, note_found, &f), SW_E_LIMIT);
}

int store_contract_run(const store_backend *of) {
    backend = of;
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(what_is_put_is_read),
        CASE(a_get_appends_to_what_the_buffer_holds),
        CASE(stores_do_not_share_keys),
        CASE(a_batch_changes_all_stores_in_its_order),
        CASE(keys_of_a_batch_that_begin_alike_are_told_apart),
        CASE(an_empty_batch_is_written),
        CASE(keys_are_ordered_by_bytes),
        CASE(keys_with_zero_bytes_are_keys),
        CASE(a_range_delete_takes_from_but_not_to),
        CASE(an_iterator_sees_nothing_written_after_it_was_opened),
        CASE(a_batch_past_its_limit_is_unchanged),
        CASE(usage_grows_with_what_is_written),
        CASE(many_keys_are_looked_up_at_once),
        CASE(what_was_written_is_there_after_reopening),
        CASE(loaded_rows_are_in_order_and_the_last_of_a_key_is_it),
        CASE(a_later_flush_goes_over_what_is_there),
        CASE(a_random_load_agrees_with_writes),
        CASE(random_operations_agree_with_a_model),
        CASE(an_overlay_over_random_operations_agrees_with_a_model),
    };
#undef CASE
    return cmocka_run_group_tests_name(of->name, tests, NULL, NULL);
}
