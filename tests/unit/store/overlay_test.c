#include "store/overlay.h"

#include "unit/test.h"

typedef struct fixture {
    sw_db *db;
    sw_overlay *overlay;
    int gets; /* that reached the database */
} fixture;

static const sw_db_table *inner;
static int gets, looks; /* looks: keys that were read together */
static sw_err get_fails;

static sw_err counted_get(sw_db *db, uint32_t store, sw_slice key, sw_buf *ret_value) {
    gets++;
    return get_fails ? get_fails : inner->get(db, store, key, ret_value);
}

static sw_err counted_get_many(sw_db *db, uint32_t store, const sw_slice *keys, uint32_t count,
                               sw_err (*found)(void *arg, uint32_t at, sw_slice value), void *arg) {
    const sw_db_table *watched = db->table;
    looks += (int)count;
    if (get_fails) return get_fails;
    for (uint32_t i = 1; i < count; i++) assert_true(sw_slice_cmp(keys[i - 1], keys[i]) < 0);
    db->table = inner;
    sw_err err = sw_db_get_many(db, store, keys, count, found, arg);
    db->table = watched;
    return err;
}

/* A database that counts its reads, and fails them when told to. */
static void watch(sw_db *db) {
    static sw_db_table watched;
    inner = db->table;
    watched = *inner;
    watched.get = counted_get;
    watched.get_many = counted_get_many;
    db->table = &watched;
    gets = looks = 0;
    get_fails = SW_OK;
}

static int setup(void **state) {
    static fixture f;
    static const sw_store_spec specs[] = {{.name = "a"}, {.name = "b"}};
    assert_ok(sw_db_mem_open(specs, 2, &f.db));
    watch(f.db);
    assert_ok(sw_overlay_new(f.db, SW_S("7/"), 4000, &f.overlay));
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    sw_overlay_free(f->overlay);
    f->db->table = inner;
    sw_db_close(f->db);
    return 0;
}

static void commit(fixture *f) {
    sw_batch *batch;
    assert_ok(sw_batch_new(10000, &batch));
    assert_ok(sw_overlay_seal(f->overlay, batch));
    assert_ok(sw_db_write(f->db, batch, true));
    sw_batch_free(batch);
    sw_overlay_reset(f->overlay);
}

static void a_key_is_read_from_the_database_once_a_batch(void **state) {
    fixture *f = *state;
    sw_slice value;
    for (int i = 0; i < 5; i++)
        assert_int_equal(sw_overlay_get(f->overlay, 0, SW_S("k"), &value), SW_E_NOT_FOUND);
    assert_int_equal(gets, 1);
    assert_ok(sw_overlay_put(f->overlay, 0, SW_S("k"), SW_S("v")));
    assert_ok(sw_overlay_get(f->overlay, 0, SW_S("k"), &value));
    assert_int_equal(gets, 1);
    commit(f);
    assert_ok(sw_overlay_get(f->overlay, 0, SW_S("k"), &value));
    assert_slice(value, "v");
    assert_int_equal(gets, 2);
}

static void a_key_written_often_is_in_the_batch_once_behind_its_prefix(void **state) {
    fixture *f = *state;
    sw_batch *batch;
    sw_op op;
    size_t at = 0;
    for (char digit = '0'; digit <= '9'; digit++)
        assert_ok(sw_overlay_put(f->overlay, 1, SW_S("k"), sw_slice_of(&digit, 1)));
    assert_ok(sw_batch_new(10000, &batch));
    assert_ok(sw_overlay_seal(f->overlay, batch));
    assert_int_equal(sw_batch_count(batch), 1);
    assert_true(sw_batch_next(batch, &at, &op));
    assert_int_equal(op.store, 1);
    assert_slice(op.key, "7/k");
    assert_slice(op.value, "9");
    sw_batch_free(batch);
}

static void an_undo_before_any_read_still_reads_the_database(void **state) {
    fixture *f = *state;
    sw_slice value;
    assert_ok(sw_overlay_put(f->overlay, 0, SW_S("k"), SW_S("old")));
    commit(f);
    sw_overlay_mark mark = sw_overlay_save(f->overlay);
    assert_ok(sw_overlay_delete(f->overlay, 0, SW_S("k")));
    assert_int_equal(sw_overlay_get(f->overlay, 0, SW_S("k"), &value), SW_E_NOT_FOUND);
    sw_overlay_undo(f->overlay, mark);
    assert_ok(sw_overlay_get(f->overlay, 0, SW_S("k"), &value));
    assert_slice(value, "old");
    assert_int_equal(sw_overlay_changed(f->overlay), 0);
}

static bool stop_at_second(void *arg, sw_slice key, sw_slice value) {
    int *visits = arg;
    (void)key;
    (void)value;
    return ++*visits < 2;
}

static void a_scan_stops_when_it_is_told_to(void **state) {
    fixture *f = *state;
    int visits = 0;
    const char *keys[] = {"a", "b", "c"};
    for (size_t i = 0; i < SW_COUNT(keys); i++)
        assert_ok(sw_overlay_put(f->overlay, 0, sw_slice_cstr(keys[i]), SW_S("v")));
    assert_ok(
        sw_overlay_scan(f->overlay, 0, SW_SLICE_NONE, SW_SLICE_NONE, stop_at_second, &visits));
    assert_int_equal(visits, 2);
}

static bool only_ours(void *arg, sw_slice key, sw_slice value) {
    int *visits = arg;
    ++*visits;
    assert_slice(key, "k");
    assert_slice(value, "ours");
    return true;
}

static void a_scan_to_the_end_stays_behind_the_prefix(void **state) {
    fixture *f = *state;
    sw_batch *batch;
    int visits = 0;
    assert_ok(sw_batch_new(1000, &batch));
    assert_ok(sw_batch_put(batch, 0, SW_S("7"), SW_S("before")));
    assert_ok(sw_batch_put(batch, 0, SW_S("7/k"), SW_S("ours")));
    assert_ok(sw_batch_put(batch, 0, SW_S("70"), SW_S("after")));
    assert_ok(sw_db_write(f->db, batch, false));
    sw_batch_free(batch);
    assert_ok(sw_overlay_scan(f->overlay, 0, SW_SLICE_NONE, SW_SLICE_NONE, only_ours, &visits));
    assert_int_equal(visits, 1);
}

static void a_change_past_the_limit_leaves_what_was(void **state) {
    fixture *f = *state;
    char big[4000] = {0};
    sw_slice value;
    assert_ok(sw_overlay_put(f->overlay, 0, SW_S("k"), SW_S("v")));
    assert_int_equal(sw_overlay_put(f->overlay, 0, SW_S("k"), sw_slice_of(big, sizeof big)),
                     SW_E_LIMIT);
    assert_ok(sw_overlay_get(f->overlay, 0, SW_S("k"), &value));
    assert_slice(value, "v");
    assert_int_equal(sw_overlay_changed(f->overlay), 1);
    sw_overlay_reset(f->overlay);
    assert_ok(sw_overlay_put(f->overlay, 0, SW_S("k"), sw_slice_of(big, 3000)));
}

static void a_failed_read_is_told_and_tried_again(void **state) {
    fixture *f = *state;
    sw_slice value = SW_S("untouched");
    get_fails = SW_E_CORRUPT;
    assert_int_equal(sw_overlay_get(f->overlay, 0, SW_S("k"), &value), SW_E_CORRUPT);
    assert_slice(value, "untouched");
    get_fails = SW_OK;
    assert_int_equal(sw_overlay_get(f->overlay, 0, SW_S("k"), &value), SW_E_NOT_FOUND);
}

static uint32_t sealed(fixture *f) {
    sw_batch *batch;
    assert_ok(sw_batch_new(10000, &batch));
    assert_ok(sw_overlay_seal(f->overlay, batch));
    uint32_t count = sw_batch_count(batch);
    sw_batch_free(batch);
    return count;
}

static void what_is_made_and_deleted_in_one_batch_leaves_nothing(void **state) {
    fixture *f = *state;
    sw_slice value;
    assert_int_equal(sw_overlay_get(f->overlay, 0, SW_S("looked up"), &value), SW_E_NOT_FOUND);
    assert_ok(sw_overlay_put(f->overlay, 0, SW_S("looked up"), SW_S("v")));
    assert_ok(sw_overlay_put_new(f->overlay, 0, SW_S("known"), SW_S("v")));
    assert_int_equal(sealed(f), 2);
    assert_ok(sw_overlay_delete(f->overlay, 0, SW_S("looked up")));
    assert_ok(sw_overlay_delete(f->overlay, 0, SW_S("known")));
    assert_int_equal(sealed(f), 0);
    assert_ok(sw_overlay_put(f->overlay, 0, SW_S("known"), SW_S("again")));
    assert_int_equal(sealed(f), 1);
}

/* The row is in the database, though not in the batch's view: its deletion must reach it. */
static void what_is_new_only_to_the_batch_is_deleted_for_good(void **state) {
    fixture *f = *state;
    sw_slice value;
    assert_ok(sw_overlay_put(f->overlay, 0, SW_S("k"), SW_S("old")));
    assert_ok(sw_overlay_put(f->overlay, 0, SW_S("unknown"), SW_S("old")));
    commit(f);
    assert_ok(sw_overlay_delete(f->overlay, 0, SW_S("k")));
    assert_ok(sw_overlay_put_new(f->overlay, 0, SW_S("k"), SW_S("new")));
    assert_ok(sw_overlay_delete(f->overlay, 0, SW_S("k")));
    assert_ok(sw_overlay_put(f->overlay, 0, SW_S("unknown"), SW_S("new")));
    assert_ok(sw_overlay_delete(f->overlay, 0, SW_S("unknown")));
    commit(f);
    assert_int_equal(sw_overlay_get(f->overlay, 0, SW_S("k"), &value), SW_E_NOT_FOUND);
    assert_int_equal(sw_overlay_get(f->overlay, 0, SW_S("unknown"), &value), SW_E_NOT_FOUND);
}

static void keys_named_before_are_read_at_once_and_only_once(void **state) {
    fixture *f = *state;
    sw_slice value;
    assert_ok(sw_overlay_put(f->overlay, 0, SW_S("b"), SW_S("there")));
    assert_ok(sw_overlay_put(f->overlay, 1, SW_S("a"), SW_S("beside")));
    commit(f);
    assert_ok(sw_overlay_put(f->overlay, 0, SW_S("d"), SW_S("changed")));
    for (int i = 0; i < 2; i++) {
        sw_overlay_want(f->overlay, 0, SW_S("c"));
        sw_overlay_want(f->overlay, 0, SW_S("b"));
        sw_overlay_want(f->overlay, 1, SW_S("a"));
        sw_overlay_want(f->overlay, 0, SW_S("d"));
        sw_overlay_want(f->overlay, 0, SW_S("c"));
        assert_ok(sw_overlay_read(f->overlay));
    }
    assert_int_equal(looks, 3);
    assert_ok(sw_overlay_get(f->overlay, 0, SW_S("b"), &value));
    assert_slice(value, "there");
    assert_ok(sw_overlay_get(f->overlay, 1, SW_S("a"), &value));
    assert_slice(value, "beside");
    assert_ok(sw_overlay_get(f->overlay, 0, SW_S("d"), &value));
    assert_slice(value, "changed");
    assert_int_equal(sw_overlay_get(f->overlay, 0, SW_S("c"), &value), SW_E_NOT_FOUND);
    assert_int_equal(gets, 0);
    assert_ok(sw_overlay_put(f->overlay, 0, SW_S("c"), SW_S("v")));
    assert_ok(sw_overlay_delete(f->overlay, 0, SW_S("c")));
    assert_int_equal(sealed(f), 1); /* d alone: c was seen not to be there */
}

static void a_hint_without_room_is_read_when_it_is_got(void **state) {
    fixture *f = *state;
    static char large[3000];
    sw_slice value;
    assert_ok(sw_overlay_put(f->overlay, 0, SW_S("large"), sw_slice_of(large, sizeof large)));
    commit(f);
    assert_ok(sw_overlay_put(f->overlay, 0, SW_S("other"), sw_slice_of(large, 700)));
    sw_overlay_want(f->overlay, 0, SW_S("large"));
    assert_ok(sw_overlay_put(f->overlay, 0, SW_S("more"), sw_slice_of(large, 700)));
    assert_ok(sw_overlay_read(f->overlay));
    assert_int_equal(sw_overlay_get(f->overlay, 0, SW_S("large"), &value), SW_E_LIMIT);
    sw_overlay_reset(f->overlay);
    assert_ok(sw_overlay_get(f->overlay, 0, SW_S("large"), &value));
    assert_int_equal(value.len, sizeof large);
    get_fails = SW_E_CORRUPT;
    sw_overlay_reset(f->overlay);
    sw_overlay_want(f->overlay, 0, SW_S("large"));
    assert_int_equal(sw_overlay_read(f->overlay), SW_E_CORRUPT);
    get_fails = SW_OK;
    assert_ok(sw_overlay_get(f->overlay, 0, SW_S("large"), &value));
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_key_is_read_from_the_database_once_a_batch),
        CASE(a_key_written_often_is_in_the_batch_once_behind_its_prefix),
        CASE(an_undo_before_any_read_still_reads_the_database),
        CASE(a_scan_stops_when_it_is_told_to),
        CASE(a_scan_to_the_end_stays_behind_the_prefix),
        CASE(a_change_past_the_limit_leaves_what_was),
        CASE(a_failed_read_is_told_and_tried_again),
        CASE(what_is_made_and_deleted_in_one_batch_leaves_nothing),
        CASE(what_is_new_only_to_the_batch_is_deleted_for_good),
        CASE(keys_named_before_are_read_at_once_and_only_once),
        CASE(a_hint_without_room_is_read_when_it_is_got),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
