#include "contract/bus_contract.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/rng.h"
#include "contract/bus_model.h"
#include "unit/test.h"

#define POLL_MAX 512

static const bus_backend *backend;

typedef struct fixture {
    sw_bus *bus;
    sw_arena arena;
    uint64_t epoch; /* of task 0 */
    sw_record polled[POLL_MAX];
    uint32_t count;
    int64_t next;
} fixture;

static const sw_topic_spec topics[BUS_TOPICS] = {
    [BUS_PLAIN] = {.name = "plain", .partitions = BUS_PLAIN_PARTITIONS},
    [BUS_COMPACTED] = {.name = "compacted", .partitions = 1, .compacted = true},
    [BUS_SHORT] = {.name = "short", .partitions = 1, .retention_ms = BUS_SHORT_MS},
    [BUS_SMALL] = {.name = "small", .partitions = 1, .retention_bytes = BUS_SMALL_BYTES},
};
static const sw_store_spec stores[] = {{.name = "state", .version = 1}};

const sw_bus_options *bus_contract_options(void) {
    static const sw_bus_options options = {
        .topics = topics,
        .topic_count = BUS_TOPICS,
        .stores = stores,
        .store_count = 1,
        .task_count = BUS_TASKS,
        .budget = {.memory_bytes = (size_t)32 << 20},
    };
    return &options;
}

static int setup(void **state) {
    static fixture f;
    f = (fixture){.bus = backend->open(bus_contract_options())};
    sw_arena_init(&f.arena, (size_t)64 << 20);
    *state = &f;
    return f.bus && sw_bus_claim(f.bus, 0, &f.epoch) == SW_OK ? 0 : -1;
}

static int teardown(void **state) {
    fixture *f = *state;
    sw_arena_done(&f->arena);
    backend->close(f->bus);
    return 0;
}

static sw_record record_of(uint32_t topic, uint32_t partition, const char *key, const char *value,
                           int64_t ms) {
    return (sw_record){.topic = topic,
                       .partition = partition,
                       .timestamp_ms = ms,
                       .key = sw_slice_cstr(key),
                       .value = value ? sw_slice_cstr(value) : SW_SLICE_NONE,
                       .tombstone = !value};
}

/* Commits as task 0; the offset of the only or last record. */
static int64_t append(fixture *f, const sw_record *records, uint32_t count) {
    int64_t offsets[POLL_MAX] = {0};
    assert_in_range(count, 1, POLL_MAX);
    sw_commit commit = {.epoch = f->epoch, .now_ms = 1, .records = records, .record_count = count};
    assert_ok(sw_bus_commit(f->bus, &commit, 1, offsets));
    return offsets[count - 1];
}

static int64_t append_one(fixture *f, uint32_t topic, const char *key, const char *value,
                          int64_t ms) {
    sw_record record = record_of(topic, 0, key, value, ms);
    return append(f, &record, 1);
}

static sw_err poll_from(fixture *f, uint32_t topic, uint32_t partition, int64_t offset,
                        uint32_t records_max, size_t bytes_max) {
    return sw_bus_poll(f->bus, (sw_position){topic, partition, offset}, records_max, bytes_max,
                       &f->arena, f->polled, &f->count, &f->next);
}

/* Values of the whole partition as "a b c ". */
static void assert_values(fixture *f, uint32_t topic, uint32_t partition, const char *expected) {
    sw_buf buf;
    int64_t first, end;
    sw_buf_init(&buf, 1 << 20);
    assert_ok(sw_bus_end(f->bus, topic, partition, &first, &end));
    for (f->next = first; f->next < end;) {
        assert_ok(poll_from(f, topic, partition, f->next, POLL_MAX, 1 << 20));
        for (uint32_t i = 0; i < f->count; i++)
            sw_buf_printf(&buf, "%.*s ", SW_FMT(f->polled[i].value));
    }
    assert_slice(sw_buf_slice(&buf), expected);
    sw_buf_done(&buf);
}

static void a_record_comes_back_as_it_was_committed(void **state) {
    fixture *f = *state;
    const sw_header headers[] = {{SW_S("ce_id"), SW_S("42")}, {SW_S("empty"), SW_SLICE_NONE}};
    sw_record records[] = {record_of(BUS_PLAIN, 1, "k", "v", 1000),
                           record_of(BUS_PLAIN, 1, "", "", -5),
                           record_of(BUS_PLAIN, 1, "gone", NULL, 2000)};
    records[0].headers = headers;
    records[0].header_count = 2;
    int64_t last = append(f, records, 3);
    int64_t first, end;
    assert_ok(sw_bus_end(f->bus, BUS_PLAIN, 1, &first, &end));
    assert_true(last < end);
    assert_ok(poll_from(f, BUS_PLAIN, 1, first, 10, 1000));
    assert_int_equal(f->count, 3);
    assert_int_equal(f->next, end);
    const sw_record *got = f->polled;
    assert_slice(got[0].key, "k");
    assert_slice(got[0].value, "v");
    assert_int_equal(got[0].topic, BUS_PLAIN);
    assert_int_equal(got[0].partition, 1);
    assert_int_equal(got[0].timestamp_ms, 1000);
    assert_int_equal(got[0].header_count, 2);
    assert_slice(got[0].headers[0].name, "ce_id");
    assert_slice(got[0].headers[0].value, "42");
    assert_slice(got[0].headers[1].name, "empty");
    assert_slice(got[0].headers[1].value, "");
    assert_int_equal(got[1].timestamp_ms, -5);
    assert_int_equal(got[1].key.len, 0);
    assert_false(got[1].tombstone);
    assert_true(got[2].tombstone);
    assert_int_equal(got[2].offset, last);
    assert_true(got[0].offset < got[1].offset && got[1].offset < got[2].offset);
}

/* More than a bus may hold back at a time. */
#define LARGE_RECORDS      20
#define LARGE_RECORD_BYTES 1000000

static void a_commit_of_many_large_records_is_whole_and_in_order(void **state) {
    fixture *f = *state;
    static char values[LARGE_RECORDS][LARGE_RECORD_BYTES];
    sw_record records[LARGE_RECORDS];
    int64_t first, end;
    for (uint32_t i = 0; i < LARGE_RECORDS; i++) {
        memset(values[i], 'a' + (int)i, LARGE_RECORD_BYTES);
        records[i] = record_of(BUS_PLAIN, 1, "k", "", 1000);
        records[i].value = sw_slice_of(values[i], LARGE_RECORD_BYTES);
    }
    append(f, records, LARGE_RECORDS);
    assert_ok(sw_bus_end(f->bus, BUS_PLAIN, 1, &first, &end));
    uint32_t seen = 0;
    for (f->next = first; f->next < end; seen += f->count) {
        sw_arena_reset(&f->arena);
        assert_ok(poll_from(f, BUS_PLAIN, 1, f->next, 1, LARGE_RECORD_BYTES * 2));
        if (f->count == 0) continue; /* a marker of the bus's own */
        assert_true(seen < LARGE_RECORDS);
        assert_int_equal(f->polled[0].value.len, LARGE_RECORD_BYTES);
        assert_memory_equal(f->polled[0].value.ptr, values[seen], LARGE_RECORD_BYTES);
    }
    assert_int_equal(seen, LARGE_RECORDS);
}

static void an_empty_partition_has_nothing_to_read(void **state) {
    fixture *f = *state;
    int64_t first, end;
    assert_ok(sw_bus_end(f->bus, BUS_PLAIN, 0, &first, &end));
    assert_int_equal(first, end);
    assert_ok(poll_from(f, BUS_PLAIN, 0, end, 10, 1000));
    assert_int_equal(f->count, 0);
    assert_int_equal(f->next, end);
}

static void partitions_are_apart(void **state) {
    fixture *f = *state;
    sw_record records[] = {
        record_of(BUS_PLAIN, 0, "k", "a", 1), record_of(BUS_PLAIN, 2, "k", "b", 1),
        record_of(BUS_SHORT, 0, "k", "c", 1), record_of(BUS_PLAIN, 0, "k", "d", 1)};
    append(f, records, 4);
    assert_values(f, BUS_PLAIN, 0, "a d ");
    assert_values(f, BUS_PLAIN, 1, "");
    assert_values(f, BUS_PLAIN, 2, "b ");
    assert_values(f, BUS_SHORT, 0, "c ");
}

static void a_poll_keeps_to_its_limits_and_goes_on_from_where_it_ended(void **state) {
    fixture *f = *state;
    for (int i = 0; i < 9; i++) {
        char value[2] = {(char)('1' + i), 0};
        append_one(f, BUS_PLAIN, "k", value, i);
    }
    int64_t first, end;
    assert_ok(sw_bus_end(f->bus, BUS_PLAIN, 0, &first, &end));
    assert_ok(poll_from(f, BUS_PLAIN, 0, first, 4, 1000));
    assert_int_equal(f->count, 4);
    assert_ok(poll_from(f, BUS_PLAIN, 0, f->next, 4, 5));
    assert_in_range(f->count, 1, 2);
    assert_slice(f->polled[0].value, "5");
    assert_ok(poll_from(f, BUS_PLAIN, 0, f->next, 1, 1)); /* one is always given */
    assert_int_equal(f->count, 1);
    assert_ok(poll_from(f, BUS_PLAIN, 0, f->next, POLL_MAX, 1000));
    assert_slice(f->polled[f->count - 1].value, "9");
    assert_int_equal(f->next, end);
}

static void a_poll_before_the_log_or_past_it_is_out_of_range(void **state) {
    fixture *f = *state;
    append_one(f, BUS_PLAIN, "k", "v", 1);
    int64_t first, end;
    assert_ok(sw_bus_end(f->bus, BUS_PLAIN, 0, &first, &end));
    assert_int_equal(poll_from(f, BUS_PLAIN, 0, first - 1, 1, 1), SW_E_RANGE);
    assert_int_equal(poll_from(f, BUS_PLAIN, 0, end + 1, 1, 1), SW_E_RANGE);
}

static void an_arena_too_small_for_one_record_is_told(void **state) {
    fixture *f = *state;
    append_one(f, BUS_PLAIN, "k", "a value that is longer than the arena", 1);
    int64_t first, end;
    assert_ok(sw_bus_end(f->bus, BUS_PLAIN, 0, &first, &end)); /* from now on it can be read */
    sw_arena arena;
    sw_arena_init(&arena, 16);
    assert_int_equal(sw_bus_poll(f->bus, (sw_position){BUS_PLAIN, 0, first}, 1, 1000, &arena,
                                 f->polled, &f->count, &f->next),
                     SW_E_LIMIT);
    sw_arena_done(&arena);
}

static void a_commit_is_state_records_and_positions_together(void **state) {
    fixture *f = *state;
    sw_batch *batch;
    assert_ok(sw_batch_new(1000, &batch));
    assert_ok(sw_batch_put(batch, 0, SW_S("key"), SW_S("value")));
    sw_record record = record_of(BUS_PLAIN, 0, "k", "v", 7);
    sw_position positions[] = {{BUS_PLAIN, 0, 5}, {BUS_PLAIN, 2, 6}};
    sw_commit commit = {.epoch = f->epoch,
                        .now_ms = 77,
                        .positions = positions,
                        .position_count = 2,
                        .records = &record,
                        .record_count = 1,
                        .state = batch,
                        .digest = 9};
    assert_ok(sw_bus_commit(f->bus, &commit, 1, NULL));
    sw_batch_free(batch);
    int64_t next, now;
    uint64_t epoch, seq;
    assert_ok(sw_bus_position(f->bus, 0, BUS_PLAIN, 0, &next));
    assert_int_equal(next, 5);
    assert_ok(sw_bus_position(f->bus, 0, BUS_PLAIN, 2, &next));
    assert_int_equal(next, 6);
    assert_ok(sw_bus_position(f->bus, 1, BUS_PLAIN, 0, &next));
    assert_int_equal(next, 0);
    assert_ok(sw_bus_last_commit(f->bus, 0, &epoch, &now, &seq));
    assert_int_equal(epoch, f->epoch);
    assert_int_equal(now, 77);
    assert_int_equal(seq, 1);
    assert_int_equal(sw_bus_last_commit(f->bus, 1, &epoch, &now, &seq), SW_E_NOT_FOUND);
    assert_values(f, BUS_PLAIN, 0, "v ");
    sw_buf buf;
    sw_buf_init(&buf, 100);
    assert_ok(sw_db_get(sw_bus_db(f->bus), 0, SW_S("key"), &buf));
    assert_slice(sw_buf_slice(&buf), "value");
    sw_buf_done(&buf);
}

static void an_old_epoch_is_fenced_and_leaves_nothing(void **state) {
    fixture *f = *state;
    uint64_t newer, other;
    assert_ok(sw_bus_claim(f->bus, 0, &newer));
    assert_ok(sw_bus_claim(f->bus, 1, &other));
    assert_true(newer > f->epoch);
    sw_record record = record_of(BUS_PLAIN, 0, "k", "zombie", 1);
    sw_record good = record_of(BUS_PLAIN, 0, "k", "good", 1);
    sw_position position = {BUS_PLAIN, 0, 3};
    sw_commit group[] = {
        {.task = 1, .epoch = other, .records = &good, .record_count = 1},
        {.task = 0,
         .epoch = f->epoch,
         .positions = &position,
         .position_count = 1,
         .records = &record,
         .record_count = 1},
    };
    int64_t offsets[2] = {-7, -7}, next;
    assert_int_equal(sw_bus_commit(f->bus, group, 2, offsets), SW_E_FENCED);
    assert_int_equal(offsets[0], -7);
    assert_values(f, BUS_PLAIN, 0, "");
    assert_ok(sw_bus_position(f->bus, 0, BUS_PLAIN, 0, &next));
    assert_int_equal(next, 0);
    group[1].epoch = newer;
    assert_ok(sw_bus_commit(f->bus, group, 2, offsets));
    assert_true(offsets[0] < offsets[1]);
    assert_values(f, BUS_PLAIN, 0, "good zombie ");
}

static void the_second_commit_of_a_task_in_a_group_counts_on(void **state) {
    fixture *f = *state;
    sw_commit group[] = {{.epoch = f->epoch, .now_ms = 1}, {.epoch = f->epoch, .now_ms = 2}};
    int64_t now;
    uint64_t epoch, seq;
    assert_ok(sw_bus_commit(f->bus, group, 2, NULL));
    assert_ok(sw_bus_last_commit(f->bus, 0, &epoch, &now, &seq));
    assert_int_equal(seq, 2);
    assert_int_equal(now, 2);
}

/* Far from now: a Kafka log's own records between ours are of today. */
#define FIRST_MS INT64_C(4000000000000)

static void a_record_is_found_by_time(void **state) {
    fixture *f = *state;
    int64_t at, offsets[100];
    for (int i = 0; i < 100; i++) {
        char value[16];
        snprintf(value, sizeof value, "%d", i);
        offsets[i] = append_one(f, BUS_PLAIN, "k", value, FIRST_MS + 10 * i);
    }
    assert_ok(sw_bus_find_time(f->bus, BUS_PLAIN, 0, FIRST_MS - 1, &at));
    assert_int_equal(at, offsets[0]);
    for (int i = 0; i < 100; i++) {
        assert_ok(sw_bus_find_time(f->bus, BUS_PLAIN, 0, FIRST_MS + 10 * i, &at));
        assert_int_equal(at, offsets[i]);
        if (i == 0) continue;
        assert_ok(sw_bus_find_time(f->bus, BUS_PLAIN, 0, FIRST_MS - 9 + 10 * i, &at));
        assert_int_equal(at, offsets[i]);
    }
    int64_t first, end;
    assert_ok(sw_bus_end(f->bus, BUS_PLAIN, 0, &first, &end));
    assert_ok(sw_bus_find_time(f->bus, BUS_PLAIN, 0, FIRST_MS + 5000, &at));
    assert_int_equal(at, end);
    assert_ok(sw_bus_find_time(f->bus, BUS_PLAIN, 1, 0, &at));
    assert_ok(sw_bus_end(f->bus, BUS_PLAIN, 1, &first, &end));
    assert_int_equal(at, end);
}

static void a_commit_wakes_who_waits(void **state) {
    fixture *f = *state;
    int fd = sw_bus_wake_fd(f->bus);
    if (fd < 0) skip();
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&wait, 1, 0), 0);
    append_one(f, BUS_PLAIN, "k", "v", 1);
    assert_int_equal(poll(&wait, 1, 0), 1);
    uint64_t commits;
    assert_int_equal(read(fd, &commits, sizeof commits), sizeof commits);
    assert_int_equal(poll(&wait, 1, 0), 0);
}

static void maintain_all(fixture *f, int64_t now_ms, uint32_t step) {
    bool more = true;
    for (int i = 0; more; i++) {
        assert_true(i < 10000);
        assert_ok(sw_bus_maintain(f->bus, now_ms, step, &more));
    }
}

static void verify_all(fixture *f) {
    uint64_t records;
    sw_diags diags;
    sw_diags_init(&diags, &f->arena, SW_SLICE_NONE, 10);
    sw_err err = sw_bus_verify(f->bus, &diags, &records);
    if (err && diags.first) print_error("%.*s\n", SW_FMT(sw_diag_text(&f->arena, diags.first)));
    assert_ok(err);
}

static void records_older_than_the_retention_go(void **state) {
    if (!backend->upkeep) skip();
    fixture *f = *state;
    int64_t offsets[3], first, end;
    const char *values[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++) offsets[i] = append_one(f, BUS_SHORT, "k", values[i], 1000 * i);
    maintain_all(f, 1000, 8);
    assert_values(f, BUS_SHORT, 0, "a b c ");
    maintain_all(f, 1000 + BUS_SHORT_MS + 1, 1);
    assert_values(f, BUS_SHORT, 0, "c ");
    assert_ok(sw_bus_end(f->bus, BUS_SHORT, 0, &first, &end));
    assert_int_equal(first, offsets[2]);
    assert_int_equal(poll_from(f, BUS_SHORT, 0, offsets[1], 1, 1), SW_E_RANGE);
    maintain_all(f, 1000000, 8);
    assert_values(f, BUS_SHORT, 0, "c "); /* the newest chunk stays */
    int64_t at;
    assert_ok(sw_bus_find_time(f->bus, BUS_SHORT, 0, 0, &at));
    assert_int_equal(at, offsets[2]);
    verify_all(f);
}

static void a_partition_above_its_size_loses_its_oldest_records(void **state) {
    if (!backend->upkeep) skip();
    fixture *f = *state;
    char value[1001] = ""; /* noise: sizes are those that are stored */
    sw_rng rng;
    sw_rng_init(&rng, 1);
    for (size_t i = 0; i < sizeof value - 1; i++) value[i] = (char)(1 + sw_rng_below(&rng, 255));
    for (int i = 0; i < 50; i++) append_one(f, BUS_SMALL, "k", value, i);
    maintain_all(f, 100, 3);
    int64_t first, end;
    uint32_t kept = 0;
    assert_ok(sw_bus_end(f->bus, BUS_SMALL, 0, &first, &end));
    for (f->next = first; f->next < end; kept += f->count)
        assert_ok(poll_from(f, BUS_SMALL, 0, f->next, 7, 1 << 20));
    assert_in_range(kept, BUS_SMALL_BYTES / 1200, BUS_SMALL_BYTES / 1000);
    assert_int_equal(end - first, kept);
    verify_all(f);
}

static void compaction_keeps_the_newest_record_of_each_key(void **state) {
    if (!backend->upkeep) skip();
    fixture *f = *state;
    const struct {
        const char *key, *value;
    } puts[] = {{"a", "1"}, {"b", "2"}, {"a", "3"}, {"c", "4"}, {"b", NULL}, {"a", "6"}};
    for (size_t i = 0; i < SW_COUNT(puts); i++)
        append_one(f, BUS_COMPACTED, puts[i].key, puts[i].value, 1000);
    int64_t before, after, first, end;
    assert_ok(sw_bus_end(f->bus, BUS_COMPACTED, 0, &first, &before));
    maintain_all(f, 2000, 2);
    assert_values(f, BUS_COMPACTED, 0, "4  6 "); /* the tombstone of b is kept for a while */
    assert_ok(sw_bus_end(f->bus, BUS_COMPACTED, 0, &first, &after));
    assert_int_equal(after, before);
    verify_all(f);
    append_one(f, BUS_COMPACTED, "c", "7", 2000);
    append_one(f, BUS_COMPACTED, "d", "8", 2000);
    append_one(f, BUS_COMPACTED, "d", "9", 2000);
    maintain_all(f, (int64_t)48 * 3600 * 1000, 100);
    assert_values(f, BUS_COMPACTED, 0, "6 7 9 ");
    verify_all(f);
    assert_ok(sw_bus_end(f->bus, BUS_COMPACTED, 0, &first, &end));
    for (int64_t from = first; from <= end; from++) /* any old position can be read on from */
        assert_ok(poll_from(f, BUS_COMPACTED, 0, from, 10, 1000));
}

/* So many keys of this length take several passes. */
#define MANY_KEYS      24000
#define MANY_KEY_BYTES 1000

static void append_many(fixture *f, char value, bool tombstone) {
    static char keys[POLL_MAX][MANY_KEY_BYTES + 1];
    static sw_record records[POLL_MAX];
    for (uint32_t i = 0; i < MANY_KEYS;) {
        uint32_t count = 0;
        for (; count < POLL_MAX && i < MANY_KEYS; count++, i++) {
            snprintf(keys[count], sizeof keys[count], "%0*u", MANY_KEY_BYTES, i);
            records[count] = record_of(BUS_COMPACTED, 0, keys[count], NULL, 1000);
            records[count].tombstone = tombstone && i % 2;
            if (!records[count].tombstone) records[count].value = sw_slice_of(&value, 1);
        }
        append(f, records, count);
    }
}

/* Reads the partition: the newest value of each key, 0 where it has none. */
static uint32_t read_many(fixture *f, char newest[MANY_KEYS]) {
    int64_t first, end;
    uint32_t records = 0;
    memset(newest, 0, MANY_KEYS);
    assert_ok(sw_bus_end(f->bus, BUS_COMPACTED, 0, &first, &end));
    for (f->next = first; f->next < end; records += f->count) {
        sw_arena_reset(&f->arena);
        assert_ok(poll_from(f, BUS_COMPACTED, 0, f->next, POLL_MAX, 1 << 20));
        for (uint32_t i = 0; i < f->count; i++) {
            char key[MANY_KEY_BYTES + 1];
            memcpy(key, f->polled[i].key.ptr, MANY_KEY_BYTES);
            key[MANY_KEY_BYTES] = '\0';
            unsigned long number = strtoul(key, NULL, 10);
            assert_true(number < MANY_KEYS);
            newest[number] = f->polled[i].tombstone ? 0 : f->polled[i].value.ptr[0];
        }
    }
    return records;
}

static void compact_until_at_rest(fixture *f, int64_t now_ms, uint32_t step) {
    static char newest[MANY_KEYS];
    for (uint32_t before = UINT32_MAX, now; (now = read_many(f, newest)) < before; before = now)
        maintain_all(f, now_ms, step);
}

static void compaction_takes_more_keys_than_it_has_memory_for(void **state) {
    if (!backend->upkeep) skip();
    fixture *f = *state;
    int64_t late_ms = (int64_t)48 * 3600 * 1000;
    static char newest[MANY_KEYS];
    append_many(f, 'a', false);
    append_many(f, 'b', false);
    append_many(f, 'c', false);
    compact_until_at_rest(f, 2000, 3);
    assert_in_range(read_many(f, newest), MANY_KEYS, 2 * MANY_KEYS);
    for (uint32_t i = 0; i < MANY_KEYS; i++) assert_int_equal(newest[i], 'c');
    verify_all(f);
    for (char value = 'd'; value < 'h'; value++) {
        append_many(f, value, true);
        compact_until_at_rest(f, late_ms, 1000);
        assert_in_range(read_many(f, newest), MANY_KEYS / 2, 3 * MANY_KEYS);
        for (uint32_t i = 0; i < MANY_KEYS; i++) assert_int_equal(newest[i], i % 2 ? 0 : value);
    }
    verify_all(f);
}

static void a_record_without_key_on_a_compacted_topic_is_refused(void **state) {
    fixture *f = *state;
    sw_record records[] = {record_of(BUS_PLAIN, 0, "k", "v", 1),
                           record_of(BUS_COMPACTED, 0, "", "v", 1)};
    sw_commit commit = {.epoch = f->epoch, .records = records, .record_count = 2};
    assert_int_equal(sw_bus_commit(f->bus, &commit, 1, NULL), SW_E_INVALID);
    assert_values(f, BUS_PLAIN, 0, "");
    commit.record_count = 1;
    assert_ok(sw_bus_commit(f->bus, &commit, 1, NULL));
    assert_values(f, BUS_PLAIN, 0, "v ");
}

static void everything_committed_is_there_after_reopening(void **state) {
    if (!backend->reopen) skip();
    fixture *f = *state;
    int64_t last = append_one(f, BUS_PLAIN, "k", "a", 5);
    append_one(f, BUS_COMPACTED, "k", "b", 5);
    sw_position position = {BUS_PLAIN, 0, 1};
    sw_commit commit = {
        .epoch = f->epoch, .now_ms = 9, .positions = &position, .position_count = 1};
    assert_ok(sw_bus_commit(f->bus, &commit, 1, NULL));
    for (int round = 0; round < 3; round++) {
        f->bus = backend->reopen(f->bus, bus_contract_options());
        assert_non_null(f->bus);
        int64_t next, now;
        uint64_t epoch, seq, claimed;
        assert_values(f, BUS_PLAIN, 0, "a ");
        assert_values(f, BUS_COMPACTED, 0, "b ");
        assert_ok(sw_bus_position(f->bus, 0, BUS_PLAIN, 0, &next));
        assert_int_equal(next, 1);
        assert_ok(sw_bus_last_commit(f->bus, 0, &epoch, &now, &seq));
        assert_int_equal(now, 9);
        assert_int_equal(seq, 3);
        assert_ok(sw_bus_claim(f->bus, 0, &claimed));
        assert_true(claimed > f->epoch);
        f->epoch = claimed;
    }
    assert_true(append_one(f, BUS_PLAIN, "k", "c", 6) > last);
    assert_values(f, BUS_PLAIN, 0, "a c ");
    verify_all(f);
}

static void random_work_agrees_with_a_model(void **state) {
    fixture *f = *state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        bus_model *model = bus_model_new(f->bus, seed);
        for (int round = 0; round < 60; round++) {
            bus_model_commit(model, f->bus);
            if (backend->upkeep) bus_model_maintain(model, f->bus);
            bus_model_read(model, f->bus);
            if (backend->reopen && round % 20 == 19) {
                f->bus = backend->reopen(f->bus, bus_contract_options());
                assert_non_null(f->bus);
                bus_model_claim(model, f->bus);
            }
        }
        bus_model_compare(model, f->bus);
        verify_all(f);
        bus_model_free(model);
        teardown(state);
        assert_int_equal(setup(state), 0);
    }
}

int bus_contract_run(const bus_backend *of) {
    backend = of;
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_record_comes_back_as_it_was_committed),
        CASE(a_commit_of_many_large_records_is_whole_and_in_order),
        CASE(an_empty_partition_has_nothing_to_read),
        CASE(partitions_are_apart),
        CASE(a_poll_keeps_to_its_limits_and_goes_on_from_where_it_ended),
        CASE(a_poll_before_the_log_or_past_it_is_out_of_range),
        CASE(an_arena_too_small_for_one_record_is_told),
        CASE(a_commit_is_state_records_and_positions_together),
        CASE(an_old_epoch_is_fenced_and_leaves_nothing),
        CASE(the_second_commit_of_a_task_in_a_group_counts_on),
        CASE(a_record_is_found_by_time),
        CASE(a_commit_wakes_who_waits),
        CASE(records_older_than_the_retention_go),
        CASE(a_partition_above_its_size_loses_its_oldest_records),
        CASE(compaction_keeps_the_newest_record_of_each_key),
        CASE(compaction_takes_more_keys_than_it_has_memory_for),
        CASE(a_record_without_key_on_a_compacted_topic_is_refused),
        CASE(everything_committed_is_there_after_reopening),
        CASE(random_work_agrees_with_a_model),
    };
#undef CASE
    return cmocka_run_group_tests_name(of->name, tests, NULL, NULL);
}
