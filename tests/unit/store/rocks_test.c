#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/rng.h"
#include "contract/folder.h"
#include "store/rocks.h"
#include "unit/test.h"

typedef struct fixture {
    char root[FOLDER_PATH_MAX], dir[FOLDER_PATH_MAX + 8];
    sw_arena arena;
    sw_diags diags;
    sw_db *db;
} fixture;

static const sw_store_spec specs[] = {{.name = "points", .version = 1, .point_lookups = true},
                                      {.name = "log", .version = 1, .ordered_tail = true}};

static sw_err open_with(fixture *f, const sw_store_spec *with, uint32_t count,
                        sw_db_budget budget) {
    sw_arena_reset(&f->arena);
    sw_diags_init(&f->diags, &f->arena, SW_SLICE_NONE, 10);
    return sw_db_rocks_open(f->dir, with, count, budget, &f->diags, &f->db);
}

static sw_err open_db(fixture *f) {
    return open_with(f, specs, 2, (sw_db_budget){.memory_bytes = (size_t)8 << 20});
}

static void reopen(fixture *f, sw_db_budget budget) {
    sw_db_close(f->db);
    f->db = NULL;
    assert_ok(open_with(f, specs, 2, budget));
}

static int setup(void **state) {
    static fixture f;
    f = (fixture){0};
    folder_make(f.root);
    snprintf(f.dir, sizeof f.dir, "%s/data", f.root);
    sw_arena_init(&f.arena, 1 << 20);
    assert_ok(open_db(&f));
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    sw_db_close(f->db);
    sw_arena_done(&f->arena);
    folder_remove(f->root);
    return 0;
}

static void assert_said(fixture *f, const char *words) {
    assert_non_null(f->diags.first);
    sw_slice text = sw_diag_text(&f->arena, f->diags.first);
    if (!strstr(text.ptr, words)) print_error("%.*s\n", SW_FMT(text));
    assert_non_null(strstr(text.ptr, words));
    assert_true(f->diags.first->hint.len > 0);
}

static void put_one(sw_db *db, const char *key, sw_slice value, bool sync, sw_err expected) {
    sw_batch *batch;
    assert_ok(sw_batch_new((size_t)1 << 20, &batch));
    assert_ok(sw_batch_put(batch, 0, sw_slice_cstr(key), value));
    assert_int_equal(sw_db_write(db, batch, sync), expected);
    sw_batch_free(batch);
}

static void a_second_opening_is_refused_with_the_process_that_has_it(void **state) {
    fixture *f = *state;
    sw_db *first = f->db;
    char pid[32];
    assert_int_equal(open_db(f), SW_E_BUSY);
    snprintf(pid, sizeof pid, "process %ld", (long)getpid());
    assert_said(f, pid);
    f->db = first;
    put_one(f->db, "k", SW_S("v"), true, SW_OK);
}

static void another_version_of_a_store_is_refused(void **state) {
    fixture *f = *state;
    sw_store_spec newer[] = {specs[0], specs[1]};
    newer[0].version = 2;
    sw_db_close(f->db);
    f->db = NULL;
    assert_int_equal(open_with(f, newer, 2, (sw_db_budget){0}), SW_E_VERSION);
    assert_said(f, "points");
    assert_ok(open_db(f));
}

static void a_renewable_store_of_an_older_format_is_stale_until_it_is_written_anew(void **state) {
    fixture *f = *state;
    sw_store_spec newer[] = {specs[0], specs[1]};
    newer[0].version = 2;
    newer[0].renewable = true;
    assert_int_equal(sw_db_stale(f->db, 0), 0);
    sw_db_close(f->db);
    assert_ok(open_with(f, newer, 2, (sw_db_budget){0}));
    assert_int_equal(sw_db_stale(f->db, 0), 1);
    assert_int_equal(sw_db_stale(f->db, 1), 0);
    assert_ok(sw_db_set_stale(f->db, 0, true)); /* half old, half new: for the former program too */
    sw_db_close(f->db);
    f->db = NULL;
    assert_int_equal(open_db(f), SW_E_VERSION);
    assert_said(f, "built anew");
    assert_ok(open_with(f, newer, 2, (sw_db_budget){0}));
    assert_int_equal(sw_db_stale(f->db, 0), UINT32_MAX);
    put_one(f->db, "k", SW_S("v"), false, SW_OK);
    assert_ok(sw_db_set_stale(f->db, 0, false));
    assert_int_equal(sw_db_stale(f->db, 0), 0);
    sw_db_close(f->db);
    f->db = NULL;
    assert_int_equal(open_db(f), SW_E_VERSION); /* and by now of the new format alone */
    assert_ok(open_with(f, newer, 2, (sw_db_budget){0}));
    assert_int_equal(sw_db_stale(f->db, 0), 0);
    newer[0].version = 1; /* a newer one is never renewed */
    sw_db_close(f->db);
    f->db = NULL;
    assert_int_equal(open_with(f, newer, 2, (sw_db_budget){0}), SW_E_VERSION);
    newer[0].version = 2;
    assert_ok(open_with(f, newer, 2, (sw_db_budget){0}));
}

static void a_derived_store_of_an_older_format_is_emptied(void **state) {
    fixture *f = *state;
    sw_store_spec newer[] = {specs[0], specs[1]};
    newer[0].version = 2;
    newer[0].derived = true;
    put_one(f->db, "\x01k", SW_S("v"), true, SW_OK);
    put_one(f->db, "\xff\x01", SW_S("v"), true, SW_OK);
    sw_db_close(f->db);
    assert_ok(open_with(f, newer, 2, (sw_db_budget){0}));
    assert_int_equal(sw_db_stale(f->db, 0), 0);
    sw_buf value;
    sw_buf_init(&value, 100);
    assert_int_equal(sw_db_get(f->db, 0, SW_S("\x01k"), &value), SW_E_NOT_FOUND);
    assert_int_equal(sw_db_get(f->db, 0, SW_S("\xff\x01"), &value), SW_E_NOT_FOUND);
    put_one(f->db, "\x01k", SW_S("new"), true, SW_OK);
    sw_db_close(f->db);
    assert_ok(open_with(f, newer, 2, (sw_db_budget){0})); /* once */
    assert_ok(sw_db_get(f->db, 0, SW_S("\x01k"), &value));
    assert_slice(sw_buf_slice(&value), "new");
    sw_buf_done(&value);
    sw_db_close(f->db);
    f->db = NULL;
    assert_int_equal(open_db(f), SW_E_VERSION); /* the former program does not mistake it */
    newer[0].version = 1;
    assert_int_equal(open_with(f, newer, 2, (sw_db_budget){0}), SW_E_VERSION);
    newer[0].version = 2;
    assert_ok(open_with(f, newer, 2, (sw_db_budget){0}));
}

static void another_format_of_the_folder_is_refused(void **state) {
    fixture *f = *state;
    char path[400];
    sw_db_close(f->db);
    f->db = NULL;
    snprintf(path, sizeof path, "%s/FORMAT", f->dir);
    FILE *file = fopen(path, "w");
    fprintf(file, "seawall-store 9\n");
    fclose(file);
    assert_int_equal(open_db(f), SW_E_VERSION);
    assert_said(f, "format 9");
    assert_int_equal(remove(path), 0);
    assert_int_equal(open_db(f), SW_E_CORRUPT);
    assert_said(f, "FORMAT");
}

static void a_lost_log_is_not_taken_for_an_empty_database(void **state) {
    fixture *f = *state;
    put_one(f->db, "k", SW_S("v"), true, SW_OK);
    sw_db_close(f->db);
    f->db = NULL;
    char command[700];
    snprintf(command, sizeof command, "rm %s/db/*.log", f->dir);
    assert_int_equal(system(command), 0);
    assert_int_equal(open_db(f), SW_E_CORRUPT);
    assert_said(f, "acknowledged are missing");
    snprintf(command, sizeof command, "rm -r %s/db", f->dir);
    assert_int_equal(system(command), 0);
    assert_int_equal(open_db(f), SW_E_CORRUPT);
    assert_said(f, "CURRENT");
}

static void a_folder_that_can_not_be_made_is_told(void **state) {
    fixture *f = *state;
    sw_db_close(f->db);
    f->db = NULL;
    snprintf(f->dir, sizeof f->dir, "%s/no/data", f->root);
    assert_int_equal(open_db(f), SW_E_IO);
    assert_said(f, "No such file");
}

static void stores_that_are_added_and_left_out_keep_what_they_hold(void **state) {
    fixture *f = *state;
    const sw_store_spec more[] = {{.name = "new", .version = 1}, specs[0]};
    put_one(f->db, "k", SW_S("v"), true, SW_OK);
    sw_db_close(f->db);
    assert_ok(open_with(f, more, 2, (sw_db_budget){0}));
    sw_buf value;
    sw_buf_init(&value, 100);
    assert_int_equal(sw_db_get(f->db, 0, SW_S("k"), &value), SW_E_NOT_FOUND);
    assert_ok(sw_db_get(f->db, 1, SW_S("k"), &value));
    assert_slice(sw_buf_slice(&value), "v");
    sw_buf_done(&value);
    sw_db_close(f->db);
    assert_ok(open_db(f));
}

static void a_checkpoint_is_a_database_of_that_moment(void **state) {
    fixture *f = *state;
    char copy[400];
    snprintf(copy, sizeof copy, "%s/copy", f->root);
    put_one(f->db, "k", SW_S("before"), true, SW_OK);
    assert_ok(sw_db_checkpoint(f->db, copy));
    assert_int_equal(sw_db_checkpoint(f->db, copy), SW_E_INVALID);
    put_one(f->db, "k", SW_S("after"), true, SW_OK);
    sw_db_close(f->db);
    snprintf(f->dir, sizeof f->dir, "%s/copy", f->root);
    assert_ok(open_db(f));
    sw_buf value;
    sw_buf_init(&value, 100);
    assert_ok(sw_db_get(f->db, 0, SW_S("k"), &value));
    assert_slice(sw_buf_slice(&value), "before");
    sw_buf_done(&value);
}

/* Writes and reads four times the budget, and looks at what is used all the while. */
static void memory_stays_within_the_budget(void **state) {
    fixture *f = *state;
    const sw_db_budget budget = {.memory_bytes = (size_t)8 << 20};
    const uint64_t slack = budget.memory_bytes / 16;
    uint64_t most = 0;
    char bytes[1000], key[16];
    sw_rng rng;
    sw_buf value;
    sw_rng_init(&rng, 1);
    sw_buf_init(&value, sizeof bytes);
    for (uint32_t i = 0; i < 32000; i++) {
        for (size_t b = 0; b < sizeof bytes; b++) bytes[b] = (char)sw_rng_next(&rng);
        snprintf(key, sizeof key, "%08u", i * 7919u % 32000u);
        put_one(f->db, key, sw_slice_of(bytes, sizeof bytes), false, SW_OK);
        snprintf(key, sizeof key, "%08u", (uint32_t)sw_rng_below(&rng, 32000));
        sw_buf_clear(&value);
        sw_err err = sw_db_get(f->db, 0, sw_slice_cstr(key), &value);
        assert_true(err == SW_OK || err == SW_E_NOT_FOUND);
        if (i % 50) continue;
        sw_db_usage usage;
        sw_db_usage_read(f->db, &usage);
        uint64_t used = usage.block_cache_bytes + usage.memtable_bytes;
        if (used > most) most = used;
    }
    sw_buf_done(&value);
    print_message("at most %llu of %zu bytes\n", (unsigned long long)most, budget.memory_bytes);
    assert_true(most > budget.memory_bytes / 4);
    assert_true(most <= budget.memory_bytes + slack);
}

static const sw_store_spec churn[] = {
    {.name = "churn", .version = 1, .point_lookups = true, .churn = true}};

/* Writes `writes` times `rows` rows, and returns the next number. */
static uint64_t put_rows(sw_db *db, uint64_t number, int writes, int rows) {
    sw_batch *batch;
    assert_ok(sw_batch_new((size_t)1 << 20, &batch));
    for (int i = 0; i < writes; i++) {
        sw_batch_clear(batch);
        for (int n = 0; n < rows; n++, number++)
            assert_ok(sw_batch_put(batch, 0, sw_slice_of((const char *)&number, sizeof number),
                                   SW_S("in a week")));
        assert_ok(sw_db_write(db, batch, false));
    }
    sw_batch_free(batch);
    return number;
}

static void the_cache_gives_way_to_the_filters_of_rows_that_come_and_go(void **state) {
    fixture *f = *state;
    const uint64_t memory = (uint64_t)2 << 20, share = memory - memory / 4;
    sw_db_usage usage;
    sw_buf value;
    sw_rng rng;
    sw_db_close(f->db);
    f->db = NULL;
    snprintf(f->dir, sizeof f->dir, "%s/churn", f->root);
    assert_ok(open_with(f, churn, 1, (sw_db_budget){.memory_bytes = memory}));
    uint64_t count = put_rows(f->db, 0, 600, 500);
    count = put_rows(f->db, count, 300, 1); /* time to see what the others have made */
    sw_buf_init(&value, 100);
    sw_rng_init(&rng, 1);
    for (int i = 0; i < 20000; i++) {
        uint64_t number = sw_rng_below(&rng, count);
        sw_buf_clear(&value);
        assert_ok(sw_db_get(f->db, 0, sw_slice_of((const char *)&number, sizeof number), &value));
        assert_slice(sw_buf_slice(&value), "in a week");
    }
    sw_buf_done(&value);
    sw_db_usage_read(f->db, &usage);
    print_message("cache %llu, filters %llu of %llu bytes\n",
                  (unsigned long long)usage.block_cache_bytes,
                  (unsigned long long)usage.filter_bytes, (unsigned long long)share);
    assert_true(usage.filter_bytes > share / 8);
    assert_true(usage.block_cache_bytes > share / 4);
    assert_true(usage.block_cache_bytes + usage.filter_bytes <= share + share / 16);
}

#define LOG_VALUE_BYTES 8192

static void put_log(sw_batch *batch, sw_rng *rng, const char *kind, int n) {
    char key[32], value[LOG_VALUE_BYTES];
    int len = snprintf(key, sizeof key, "%s %08d", kind, n);
    for (size_t i = 0; i < sizeof value; i += 8) {
        uint64_t word = sw_rng_next(rng);
        memcpy(value + i, &word, sizeof word);
    }
    assert_ok(
        sw_batch_put(batch, 1, sw_slice_of(key, (size_t)len), sw_slice_of(value, sizeof value)));
}

/* Of four values that are written together three are deleted soon: no file of values is ever wholly
 * unwanted, and yet their room comes back. */
static void values_of_a_log_that_are_deleted_give_their_room_back(void **state) {
    fixture *f = *state;
    sw_rng rng;
    sw_rng_init(&rng, 7);
    sw_batch *batch;
    uint64_t kept = 0, written = 0, disk = UINT64_MAX;
    assert_ok(sw_batch_new(1 << 20, &batch));
    for (int n = 0; n < 12000 && (written < (48 << 20) || disk > kept * 5 / 2); n++) {
        char from[32], to[32];
        sw_batch_clear(batch);
        put_log(batch, &rng, "a kept", n);
        for (int i = 0; i < 3; i++) put_log(batch, &rng, "b gone", 3 * n + i);
        int from_len = snprintf(from, sizeof from, "b gone %08d", 3 * (n - 100));
        int to_len = snprintf(to, sizeof to, "b gone %08d", 3 * (n - 99));
        if (n >= 100)
            assert_ok(sw_batch_delete_range(batch, 1, sw_slice_of(from, (size_t)from_len),
                                            sw_slice_of(to, (size_t)to_len)));
        assert_ok(sw_db_write(f->db, batch, false));
        kept += LOG_VALUE_BYTES;
        written += 4 * LOG_VALUE_BYTES;
        sw_db_usage usage;
        if (n % 64 == 0) sw_db_usage_read(f->db, &usage), disk = usage.disk_bytes;
    }
    sw_batch_free(batch);
    print_message("%llu bytes kept of %llu, %llu on disk\n", (unsigned long long)kept,
                  (unsigned long long)written, (unsigned long long)disk);
    assert_true(disk <= kept * 5 / 2);
}

static uint64_t property(const sw_db *base, uint32_t store, const char *name) {
    const rocks_db *db = (const rocks_db *)base;
    uint64_t ret = 0;
    assert_int_equal(rocksdb_property_int_cf(db->rocks, db->families[store], name, &ret), 0);
    return ret;
}

/* Else each row of state would be merged as often again as the log's records fill the memory. */
static void a_log_is_flushed_by_itself(void **state) {
    fixture *f = *state;
    enum { WRITES = 1500 };
    sw_rng rng;
    sw_batch *batch;
    sw_rng_init(&rng, 8);
    assert_ok(sw_batch_new(1 << 20, &batch));
    for (int n = 0; n < WRITES; n++) {
        char key[32];
        int len = snprintf(key, sizeof key, "row %08d", n);
        sw_batch_clear(batch);
        assert_ok(sw_batch_put(batch, 0, sw_slice_of(key, (size_t)len), SW_S("state")));
        for (int i = 0; i < 4; i++) put_log(batch, &rng, "log", 4 * n + i);
        assert_ok(sw_db_write(f->db, batch, false));
    }
    sw_batch_free(batch);
    assert_true(property(f->db, 1, ROCKS_VALUES) > 0);
    assert_int_equal(property(f->db, 0, "rocksdb.num-entries-active-mem-table"), WRITES);
}

/* As on a machine that keeps up. What this misses only makes merges fewer. */
static void let_merges_end(const sw_db *db) {
    static const char *const busy[] = {"rocksdb.mem-table-flush-pending",
                                       "rocksdb.num-running-flushes",
                                       "rocksdb.num-running-compactions"};
    for (size_t i = 0; i < SW_COUNT(busy); i++)
        while (property(db, 0, busy[i])) sched_yield();
}

/* Rows under keys in any order. */
static void put_any(sw_db *db, sw_rng *rng, int rows) {
    sw_batch *batch;
    assert_ok(sw_batch_new((size_t)1 << 20, &batch));
    for (int n = 0; n < rows; n++) {
        uint64_t row[13];
        for (size_t w = 0; w < SW_COUNT(row); w++) row[w] = sw_rng_next(rng);
        assert_ok(sw_batch_put(batch, 0, sw_slice_of((const char *)row, sizeof row[0]),
                               sw_slice_of((const char *)row, sizeof row)));
    }
    assert_ok(sw_db_write(db, batch, false));
    sw_batch_free(batch);
}

static void flush(const sw_db *base) {
    const rocks_db *db = (const rocks_db *)base;
    char *text = NULL;
    rocksdb_flushoptions_t *options = rocksdb_flushoptions_create();
    rocksdb_flush_cf(db->rocks, options, db->families[0], &text);
    rocksdb_flushoptions_destroy(options);
    assert_null(text);
}

/* How often a byte is written, the write-ahead log and the flush among it. */
static double times_written(sw_db *db) {
    sw_db_usage usage;
    sw_db_usage_read(db, &usage);
    double times = (double)usage.bytes_written / (double)usage.bytes_appended;
    print_message("written %.2f times\n", times);
    return times;
}

static void count_writes(fixture *f) {
    reopen(f, (sw_db_budget){.memory_bytes = (size_t)2 << 20, .count_writes = true});
}

/* Eighty memtables. It was 4.3 times where eight runs were merged. */
static void what_is_large_is_seldom_merged(void **state) {
    fixture *f = *state;
    sw_rng rng;
    sw_rng_init(&rng, 3);
    count_writes(f);
    for (int i = 0; i < 400; i++) {
        put_any(f->db, &rng, 1000);
        let_merges_end(f->db);
    }
    double times = times_written(f->db);
    assert_true(times > 2);
    assert_true(times < 4);
}

/* The write-ahead log or the whole of the memory being full has a store flushed however little it
 * holds. With runs that are merged only with their like it was 8 to 15 times. */
static void small_runs_between_large_ones_do_not_have_them_merged_more(void **state) {
    fixture *f = *state;
    sw_rng rng;
    sw_rng_init(&rng, 4);
    count_writes(f);
    for (int i = 0; i < 80; i++) {
        put_any(f->db, &rng, 3000);
        flush(f->db);
        put_any(f->db, &rng, 20);
        flush(f->db);
        let_merges_end(f->db);
    }
    double times = times_written(f->db);
    assert_true(times > 2);
    assert_true(times < 5);
}

/* Memtables of a large budget have filters: rows that are there, deleted or were never there. */
static void a_large_budget_finds_the_same_rows(void **state) {
    fixture *f = *state;
    enum { ROWS = 20000 };
    sw_buf value;
    sw_batch *batch;
    reopen(f, (sw_db_budget){.memory_bytes = (size_t)512 << 20});
    put_rows(f->db, 0, ROWS / 100, 100);
    assert_ok(sw_batch_new((size_t)1 << 20, &batch));
    for (uint64_t n = 0; n < ROWS; n += 2)
        assert_ok(sw_batch_delete(batch, 0, sw_slice_of((const char *)&n, sizeof n)));
    assert_ok(sw_db_write(f->db, batch, false));
    sw_batch_free(batch);
    sw_buf_init(&value, 100);
    for (int flushed = 0; flushed < 2; flushed++) {
        for (uint64_t n = 0; n < 2 * ROWS; n++) {
            sw_buf_clear(&value);
            sw_err err = sw_db_get(f->db, 0, sw_slice_of((const char *)&n, sizeof n), &value);
            assert_int_equal(err, n % 2 && n < ROWS ? SW_OK : SW_E_NOT_FOUND);
        }
        flush(f->db);
    }
    sw_buf_done(&value);
}

static void below_the_watermark_there_is_no_room(void **state) {
    fixture *f = *state;
    assert_true(sw_db_has_room(f->db));
    reopen(f, (sw_db_budget){.free_disk_bytes = SIZE_MAX / 2});
    assert_false(sw_db_has_room(f->db));
}

static void after_a_failed_write_nothing_more_is_written(void **state) {
    fixture *f = *state;
    struct rlimit before, tiny;
    char bytes[100000] = {1};
    sw_buf text, value;
    sw_buf_init(&text, 5000);
    sw_buf_init(&value, 5000);
    put_one(f->db, "k", SW_S("v"), true, SW_OK);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tiny = (struct rlimit){20000, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tiny), 0);
    put_one(f->db, "big", sw_slice_of(bytes, sizeof bytes), true, SW_E_FULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    put_one(f->db, "k", SW_S("later"), true, SW_E_FULL);
    sw_db_error_text(f->db, &text);
    assert_true(text.len > 0);
    assert_ok(sw_db_get(f->db, 0, SW_S("k"), &value));
    assert_slice(sw_buf_slice(&value), "v");
    sw_buf_done(&text);
    sw_buf_done(&value);
    sw_db_close(f->db);
    assert_ok(open_db(f)); /* there is room again */
    put_one(f->db, "k", SW_S("later"), true, SW_OK);
}

#define WRITERS 3
#define ROUNDS  200

static void *write_many(void *arg) {
    sw_db *db = arg;
    for (int i = 0; i < ROUNDS; i++) {
        sw_batch *batch;
        sw_buf value;
        sw_buf_init(&value, 100);
        SW_ASSERT(sw_batch_new(1000, &batch) == SW_OK);
        SW_ASSERT(sw_batch_put(batch, 0, SW_S("k"), SW_S("v")) == SW_OK);
        SW_ASSERT(sw_db_write(db, batch, i % 20 == 0) == SW_OK);
        SW_ASSERT(sw_db_get(db, 0, SW_S("k"), &value) == SW_OK);
        sw_batch_free(batch);
        sw_buf_done(&value);
    }
    return NULL;
}

static void threads_may_write_and_read_together(void **state) {
    fixture *f = *state;
    pthread_t threads[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, f->db), 0);
    for (int i = 0; i < WRITERS; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    sw_db_close(f->db);
    assert_ok(open_db(f));
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_second_opening_is_refused_with_the_process_that_has_it),
        CASE(another_version_of_a_store_is_refused),
        CASE(a_derived_store_of_an_older_format_is_emptied),
        CASE(a_renewable_store_of_an_older_format_is_stale_until_it_is_written_anew),
        CASE(another_format_of_the_folder_is_refused),
        CASE(a_lost_log_is_not_taken_for_an_empty_database),
        CASE(a_folder_that_can_not_be_made_is_told),
        CASE(stores_that_are_added_and_left_out_keep_what_they_hold),
        CASE(a_checkpoint_is_a_database_of_that_moment),
        CASE(memory_stays_within_the_budget),
        CASE(the_cache_gives_way_to_the_filters_of_rows_that_come_and_go),
        CASE(values_of_a_log_that_are_deleted_give_their_room_back),
        CASE(a_log_is_flushed_by_itself),
        CASE(what_is_large_is_seldom_merged),
        CASE(small_runs_between_large_ones_do_not_have_them_merged_more),
        CASE(a_large_budget_finds_the_same_rows),
        CASE(below_the_watermark_there_is_no_room),
        CASE(after_a_failed_write_nothing_more_is_written),
        CASE(threads_may_write_and_read_together),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
