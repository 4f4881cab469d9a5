#include "runtime/rebuild.h"

#include <stdio.h>

#include "base/rng.h"
#include "runtime/watch.h"
#include "unit/runtime/rig.h"
#include "unit/test.h"

static void count(void *arg, const sw_record *record) {
    (void)record;
    ++*(uint64_t *)arg;
}

/* Random events, restarts and silence; then every task's state is built anew from its topics. */
static void state_built_anew_from_the_log_is_the_state(void **state) {
    (void)state;
    static rig r;
    memset(&r, 0, sizeof r);
    rig_open(&r, NULL, 0);
    sw_rng rng;
    sw_rng_init(&rng, 5);
    for (int i = 0; i < 400; i++) {
        char key[16], value[64];
        snprintf(key, sizeof key, "k%d", (int)sw_rng_below(&rng, 40));
        int64_t now = r.clock.wall_ms;
        if (sw_rng_chance(&rng, 7, 8))
            snprintf(value, sizeof value, "open %lld %d", (long long)now,
                     (int)sw_rng_below(&rng, 3000));
        else
            snprintf(value, sizeof value, "close %lld", (long long)now);
        rig_append(&r, RIG_PERIODS, key, value);
        rig_append(&r, RIG_WORDS, key, sw_rng_chance(&rng, 1, 9) ? "bad" : "good");
        if (i % 10 == 0) rig_run(&r);
        if (i % 100 == 99) rig_restart(&r);
    }
    rig_run(&r);
    sw_db *fresh;
    assert_ok(sw_db_mem_open(r.topology.stores, r.topology.store_count, &fresh));
    uint64_t records = 0, timers = 0;
    for (uint32_t i = 0; i < r.topology.task_count; i++) {
        const sw_task_spec *task = &r.topology.tasks[i];
        uint64_t live, emitted = 0;
        sw_rebuilt rebuilt;
        sw_rebuild rebuild = {.topology = &r.topology,
                              .source = r.bus.inner,
                              .target = fresh,
                              .env = {.clock = &r.clock.clock},
                              .task = task,
                              .until_ms = r.clock.wall_ms - 10,
                              .emitted = count,
                              .arg = &emitted};
        assert_ok(sw_rebuild_task(&rebuild, &rebuilt));
        assert_ok(sw_watch_digest(sw_bus_db(r.bus.inner), &r.topology, task->number, &live));
        assert_true(live == rebuilt.digest);
        assert_int_equal(emitted, rebuilt.emitted);
        records += rebuilt.records;
        timers += rebuilt.timers;
    }
    assert_true(records >= 700);
    assert_true(timers > 10);
    sw_db_close(fresh);
    rig_close(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state_built_anew_from_the_log_is_the_state)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
