#include "seawall/bench/kafka/kafka.h"

/* From a keyed record that is sent to its warning, as another client can read it. */

enum { WAIT_MS = 30000 };

static bool send_all(sw_bench_watch *w, sw_bench_put *put, sw_clock *clock, sw_bench_shape *shape,
                     const sw_bench_pace *pace) {
    int64_t start_us = sw_clock_mono_us(clock), shape_ms = shape->now_ms;
    uint64_t warm = (uint64_t)pace->rate, events = warm * (uint64_t)(pace->seconds + 1);
    bool ok = true;
    for (uint64_t i = 0; ok && i < events; i++) {
        uint64_t number = i / SW_BENCH_KAFKA_STEPS;
        uint32_t step = (uint32_t)(i % SW_BENCH_KAFKA_STEPS);
        bool late = sw_bench_overdue(number);
        sw_slice key, value;
        int64_t due_us = start_us + (int64_t)i * 1000000 / pace->rate;
        while (sw_clock_mono_us(clock) < due_us) sw_bench_put_wait(put, 1);
        shape->now_ms = shape_ms - (late ? SW_BENCH_OVERDUE_MS : 0);
        ok = sw_bench_shape_event(shape, number, step, &key, &value);
        if (late && step == 0 && i >= warm) sw_bench_watch_sent(w, number);
        ok = ok && sw_bench_put_record(put, key, value);
    }
    shape->now_ms = shape_ms;
    return ok;
}

static bool drive(sw_bench_watch *w, const char *brokers, const char *keyed, sw_clock *clock,
                  sw_bench_shape *shape, const sw_bench_pace *pace) {
    sw_bench_put *put;
    if (!sw_bench_put_open(brokers, keyed, "1", &put)) return false;
    bool ok = send_all(w, put, clock, shape, pace);
    return sw_bench_put_close(put) && ok;
}

bool sw_bench_kafka_latency_of(sw_bench_kafka_rig *rig, const char *brokers, const char *keyed,
                               const char *warnings, sw_bench_shape *shape,
                               const sw_bench_pace *pace, sw_bench_took *ret) {
    sw_bench_watch *watch = NULL;
    uint64_t warm = sw_bench_cases_of((uint64_t)pace->rate),
             cases = sw_bench_cases_of((uint64_t)(pace->rate * (pace->seconds + 1))),
             want = sw_bench_overdue_of(cases) - sw_bench_overdue_of(warm);
    bool ok = sw_bench_watch_open(brokers, warnings, &rig->clock, cases, &watch) &&
              drive(watch, brokers, keyed, &rig->clock, shape, pace) &&
              sw_bench_watch_result(watch, want, WAIT_MS, ret);
    sw_bench_watch_close(watch);
    return ok;
}
