#include <inttypes.h>
#include <stdlib.h>

#include "sim/sim.h"
#include "stream/digest.h"

/* What holds of every commit, when it happens: a task's time does not go back, and nothing is
 * decided before its time. */
static void observe_record(world *w, const sw_commit *commit, const sw_record *record) {
    static const char raised[] = "raised ";
    sw_slice rest;
    int64_t due_ms;
    if (record->topic != SIM_WARNINGS || !sw_slice_starts(record->value, SW_S("raised "))) return;
    rest = sw_slice_sub(record->value, sizeof raised - 1, record->value.len);
    if (!sw_slice_int(rest, &due_ms) || due_ms > commit->now_ms)
        sim_fail(w, "early: %.*s was decided at %" PRId64, SW_FMT(record->value), commit->now_ms);
}

void observe_time(world *w, const sw_commit *commit) {
    if (commit->now_ms < w->task_now[commit->task])
        sim_fail(w, "time of task %u went back from %" PRId64 " to %" PRId64, commit->task,
                 w->task_now[commit->task], commit->now_ms);
    w->task_now[commit->task] = commit->now_ms;
    uint64_t digest = w->result.digest;
    digest = sw_digest_number(digest, commit->task);
    digest = sw_digest_number(digest, (uint64_t)commit->now_ms);
    digest = sw_digest_number(digest, commit->digest);
    digest = sw_digest_number(digest, commit->record_count);
    w->result.digest = digest;
    w->result.records += commit->record_count;
}

void observe_commit(void *arg, const sw_commit *commits, uint32_t count) {
    world *w = arg;
    for (uint32_t i = 0; i < count; i++) {
        observe_time(w, &commits[i]);
        for (uint32_t r = 0; r < commits[i].record_count; r++)
            observe_record(w, &commits[i], &commits[i].records[r]);
    }
}

void sim_read_topic(world *w, uint32_t topic, void (*each)(void *arg, const sw_record *record),
                    void *arg) {
    enum { PAGE = 1024 };
    for (uint32_t p = 0; p < w->topology.topics[topic].partitions; p++) {
        sw_position at = {topic, p, 0};
        for (uint32_t count = 1; count > 0;) {
            sw_record *records = sw_arena_zero(&w->arena, PAGE, sizeof *records);
            SW_ASSERT(records);
            sw_err err = sw_bus_poll(w->bus.inner, at, PAGE, (size_t)8 << 20, &w->arena, records,
                                     &count, &at.next_offset);
            if (err) sim_fail(w, "topic %u can't be read: %s", topic, sw_err_name(err));
            if (err) return;
            for (uint32_t i = 0; i < count; i++) each(arg, &records[i]);
        }
    }
}
