#include "runtime/read.h"

#include <stdio.h>

#include "unit/runtime/rig.h"
#include "unit/test.h"

static int setup(void **state) {
    static rig r;
    memset(&r, 0, sizeof r);
    rig_open(&r, NULL, 0);
    for (int i = 0; i < 30; i++) {
        char key[8];
        snprintf(key, sizeof key, "w%02d", i);
        rig_append(&r, RIG_WORDS, key, "good");
    }
    rig_append(&r, RIG_WORDS, "w07", "good");
    rig_append(&r, RIG_PERIODS, "p", "open 1000000 60000");
    rig_run(&r);
    *state = &r;
    return 0;
}

static int teardown(void **state) {
    rig_close(*state);
    return 0;
}

static sw_read counts(rig *r) {
    sw_read read;
    assert_ok(sw_read_open(sw_bus_db(r->bus.inner), &r->topology, "counter.counts", &read));
    return read;
}

static void a_store_is_found_by_its_name(void **state) {
    rig *r = *state;
    sw_read read;
    assert_int_equal(sw_read_open(sw_bus_db(r->bus.inner), &r->topology, "counter.other", &read),
                     SW_E_UNKNOWN);
    assert_int_equal(sw_read_open(sw_bus_db(r->bus.inner), &r->topology, "runtime.due", &read),
                     SW_E_UNKNOWN);
    read = counts(r);
    assert_int_equal(read.partitions, 3);
}

static void a_row_is_read_by_its_key(void **state) {
    sw_read read = counts(*state);
    sw_buf value;
    sw_buf_init(&value, 64);
    assert_ok(sw_read_get(&read, SW_S("w07"), &value));
    assert_slice(sw_buf_slice(&value), "2");
    assert_int_equal(sw_read_get(&read, SW_S("w"), &value), SW_E_NOT_FOUND);
    uint32_t partition = sw_partition_of(SW_S("w07"), 3);
    assert_int_equal(sw_read_get_in(&read, (partition + 1) % 3, SW_S("w07"), &value),
                     SW_E_NOT_FOUND);
    assert_ok(sw_read_get_in(&read, partition, SW_S("w07"), &value));
    char huge[SW_ROW_KEY_BYTES_MAX + 1] = {0};
    assert_int_equal(sw_read_get(&read, sw_slice_of(huge, sizeof huge), &value), SW_E_NOT_FOUND);
    sw_buf_done(&value);
}

typedef struct visit {
    uint32_t rows, stop_at, partition;
    char text[512];
} visit;

static bool note(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    visit *v = arg;
    size_t at = strlen(v->text);
    assert_true(v->partition == SW_READ_ALL || v->partition == partition);
    assert_int_equal(partition, sw_partition_of(key, 3));
    snprintf(v->text + at, sizeof v->text - at, "%.*s=%.*s ", SW_FMT(key), SW_FMT(value));
    return ++v->rows != v->stop_at;
}

static const char *scan(rig *r, sw_read_range range, uint32_t stop_at) {
    static visit v;
    v = (visit){.stop_at = stop_at, .partition = range.partition};
    sw_read read = counts(r);
    assert_ok(sw_read_scan(&read, &range, note, &v));
    return v.text;
}

static void rows_of_all_partitions_come_in_order(void **state) {
    sw_read_range range = {.partition = SW_READ_ALL, .from = SW_S("w05"), .to = SW_S("w09")};
    assert_string_equal(scan(*state, range, 0), "w05=1 w06=1 w07=2 w08=1 ");
    range.rows_max = 3;
    assert_string_equal(scan(*state, range, 0), "w05=1 w06=1 w07=2 ");
    assert_string_equal(scan(*state, range, 2), "w05=1 w06=1 ");
    range.backward = true;
    assert_string_equal(scan(*state, range, 0), "w08=1 w07=2 w06=1 ");
    range.to = SW_SLICE_NONE;
    assert_string_equal(scan(*state, range, 0), "w29=1 w28=1 w27=1 ");
    range = (sw_read_range){.partition = SW_READ_ALL, .from = SW_S("x")};
    assert_string_equal(scan(*state, range, 0), "");
}

/* Every row is in one partition, and none of another task's or store's is among them. */
static void partitions_make_up_the_whole(void **state) {
    uint32_t rows = 0;
    sw_read read = counts(*state);
    for (uint32_t p = 0; p < 3; p++) {
        visit there = {.partition = p}, back = {.partition = p};
        sw_read_range range = {.partition = p};
        assert_ok(sw_read_scan(&read, &range, note, &there));
        range.backward = true;
        assert_ok(sw_read_scan(&read, &range, note, &back));
        assert_true(there.rows > 0);
        assert_int_equal(there.rows, back.rows);
        rows += there.rows;
    }
    assert_int_equal(rows, 30);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_store_is_found_by_its_name),
        CASE(a_row_is_read_by_its_key),
        CASE(rows_of_all_partitions_come_in_order),
        CASE(partitions_make_up_the_whole),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
