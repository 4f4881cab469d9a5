/* One thread commits and keeps the log in bounds; others read it meanwhile. */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>

#include "bus/bus.h"
#include "contract/folder.h"
#include "unit/test.h"

#define COMMITS 300
#define READERS 2
#define RECORDS 5

static const sw_topic_spec topics[] = {
    {.name = "kept", .partitions = 1},
    {.name = "small", .partitions = 1, .retention_bytes = 2000},
    {.name = "compacted", .partitions = 1, .compacted = true},
};

static const sw_bus_options options = {.topics = topics,
                                       .topic_count = SW_COUNT(topics),
                                       .task_count = 1,
                                       .budget = {.memory_bytes = (size_t)4 << 20}};

static void *commit_all(void *arg) {
    sw_bus *bus = arg;
    uint64_t epoch;
    SW_ASSERT(sw_bus_claim(bus, 0, &epoch) == SW_OK);
    for (int64_t n = 0; n < COMMITS; n++) {
        sw_record records[SW_COUNT(topics) * RECORDS];
        char value[32];
        int len = snprintf(value, sizeof value, "%lld", (long long)n);
        for (uint32_t i = 0; i < SW_COUNT(records); i++)
            records[i] = (sw_record){.topic = i % SW_COUNT(topics),
                                     .key = SW_S("key"),
                                     .value = sw_slice_of(value, (size_t)len),
                                     .timestamp_ms = n};
        sw_commit commit = {
            .epoch = epoch, .now_ms = n, .records = records, .record_count = SW_COUNT(records)};
        bool more;
        SW_ASSERT(sw_bus_commit(bus, &commit, 1, NULL) == SW_OK);
        SW_ASSERT(sw_bus_maintain(bus, n, 8, &more) == SW_OK);
    }
    return NULL;
}

/* Values of a partition never go back, and the kept topic has each of them. */
static void *read_all(void *arg) {
    sw_bus *bus = arg;
    int64_t next[SW_COUNT(topics)] = {0}, seen[SW_COUNT(topics)] = {0}, count_kept = 0;
    sw_arena arena;
    sw_arena_init(&arena, 1 << 20);
    while (count_kept < COMMITS * RECORDS) {
        for (uint32_t t = 0; t < SW_COUNT(topics); t++) {
            sw_record records[64];
            uint32_t count;
            int64_t first, end, value = 0, at;
            sw_arena_reset(&arena);
            sw_err err = sw_bus_poll(bus, (sw_position){t, 0, next[t]}, 64, 100000, &arena, records,
                                     &count, &next[t]);
            SW_ASSERT(sw_bus_end(bus, t, 0, &first, &end) == SW_OK);
            if (err == SW_E_RANGE) { /* retention was faster */
                SW_ASSERT(t == 1);
                next[t] = first;
                continue;
            }
            SW_ASSERT(err == SW_OK);
            for (uint32_t i = 0; i < count; i++) {
                SW_ASSERT(sw_slice_int(records[i].value, &value) && value >= seen[t]);
                seen[t] = value;
            }
            if (t == 0) count_kept += count;
            SW_ASSERT(sw_bus_find_time(bus, t, 0, value, &at) == SW_OK);
            SW_ASSERT(sw_bus_end(bus, t, 0, &first, &end) == SW_OK && at <= end);
        }
    }
    sw_arena_done(&arena);
    return NULL;
}

static void run_together(sw_bus *bus) {
    pthread_t committer, readers[READERS];
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_all, bus), 0);
    assert_int_equal(pthread_create(&committer, NULL, commit_all, bus), 0);
    assert_int_equal(pthread_join(committer, NULL), 0);
    for (int i = 0; i < READERS; i++) assert_int_equal(pthread_join(readers[i], NULL), 0);
}

static void readers_and_a_committer_share_the_memory_bus(void **state) {
    (void)state;
    sw_bus *bus;
    assert_ok(sw_bus_mem_open(&options, &bus));
    run_together(bus);
    sw_bus_close(bus);
}

static void readers_and_a_committer_share_the_embedded_bus(void **state) {
    (void)state;
    char path[FOLDER_PATH_MAX];
    sw_bus *bus;
    folder_make(path);
    assert_ok(sw_bus_embedded_open(path, &options, NULL, &bus));
    run_together(bus);
    sw_bus_close(bus);
    folder_remove(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_and_a_committer_share_the_memory_bus),
        cmocka_unit_test(readers_and_a_committer_share_the_embedded_bus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
