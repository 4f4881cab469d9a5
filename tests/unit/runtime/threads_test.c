#include <stdio.h>

#include "unit/runtime/rig.h"
#include "unit/test.h"

enum { RECORDS = 3000 };

typedef struct tally {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint32_t answered, failed;
} tally;

static void answer(void *arg, sw_err err, uint32_t partition, int64_t offset) {
    (void)partition;
    (void)offset;
    tally *t = arg;
    pthread_mutex_lock(&t->lock);
    t->answered++;
    t->failed += err != SW_OK;
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->lock);
}

static void send_all(sw_runtime *runtime, tally *t) {
    for (uint32_t i = 0; i < RECORDS; i++) {
        char key[16];
        int len = snprintf(key, sizeof key, "k%u", i % 17);
        sw_append one = {.topic = RIG_WORDS,
                         .key = sw_slice_of(key, (size_t)len),
                         .value = SW_S("good"),
                         .answer = answer,
                         .arg = t};
        assert_ok(sw_runtime_append(runtime, &one));
        if (i % 2) continue;
        one.topic = RIG_PERIODS;
        one.value = SW_S("open 1000000 1");
        assert_ok(sw_runtime_append(runtime, &one));
    }
    pthread_mutex_lock(&t->lock);
    while (t->answered < RECORDS + RECORDS / 2) pthread_cond_wait(&t->changed, &t->lock);
    pthread_mutex_unlock(&t->lock);
}

/* Several threads own the tasks and share the commits; what comes out is what one thread makes. */
static void threads_that_share_the_tasks_do_everything_once(void **state) {
    (void)state;
    static rig r;
    memset(&r, 0, sizeof r);
    rig_open(&r, NULL, 0);
    sw_worker_close(r.worker);
    r.worker = NULL;
    sw_clock clock;
    sw_clock_system(&clock);
    sw_runtime *threaded;
    sw_runtime_options options = {.topology = &r.topology,
                                  .bus = r.bus.inner,
                                  .env = {.clock = &clock, .metrics = &r.metrics},
                                  .commit_ms = 1};
    assert_ok(sw_runtime_open(&options, &threaded));
    assert_ok(sw_runtime_start(threaded, 3));
    tally t = {.answered = 0};
    pthread_mutex_init(&t.lock, NULL);
    pthread_cond_init(&t.changed, NULL);
    send_all(threaded, &t);
    assert_int_equal(t.failed, 0);
    assert_ok(sw_runtime_stop(threaded));
    sw_runtime_close(threaded);

    sw_runtime_close(r.runtime);
    r.runtime = NULL;
    sw_runtime_options rest = {.topology = &r.topology,
                               .bus = &r.bus.bus,
                               .env = {.clock = &r.clock.clock, .metrics = &r.metrics}};
    assert_ok(sw_runtime_open(&rest, &r.runtime));
    assert_ok(sw_worker_open(r.runtime, &r.worker));
    for (uint32_t i = 0; i < r.topology.task_count; i++)
        assert_ok(sw_worker_claim(r.worker, &r.topology.tasks[i]));
    rig_run(&r);
    uint32_t sum = 0;
    for (uint32_t k = 0; k < 17; k++) {
        char key[16];
        int len = snprintf(key, sizeof key, "k%u", k);
        uint32_t partition = sw_partition_of(sw_slice_of(key, (size_t)len), 3);
        const char *count = rig_state(&r, 0, sw_task_number(sw_toy_counter.id, partition), key);
        int64_t n = 0;
        assert_true(sw_slice_int(sw_slice_cstr(count), &n));
        sum += (uint32_t)n;
    }
    assert_int_equal(sum, RECORDS);
    uint32_t warned = 0;
    for (const char *c = rig_texts(&r, RIG_WARNINGS); *c; c++) warned += *c == ';';
    assert_int_equal(warned, 17);
    pthread_mutex_destroy(&t.lock);
    pthread_cond_destroy(&t.changed);
    rig_close(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_that_share_the_tasks_do_everything_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
