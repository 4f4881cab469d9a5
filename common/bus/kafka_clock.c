#include <stdio.h>

#include "bus/kafka_clock.h"

/* A clock that is behind would hold `now` where it was, and nothing would fall due; one that is
 * ahead would tell what is not due yet. Either is told, and waited for. */

void kafka_clock_note(kafka_lane *lane, const rd_kafka_message_t *message) {
    rd_kafka_timestamp_type_t type;
    int64_t ms = rd_kafka_message_timestamp(message, &type);
    if (type != RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME) return; /* a topic of an earlier version */
    lane->brokers_ms = ms;
    lane->brokers_at_us = kafka_mono_us(lane->home);
}

static sw_err tell(kafka_lane *lane, sw_err err, int64_t off_ms, const char *how,
                   const char *setting) {
    char text[KAFKA_TEXT_MAX];
    snprintf(text, sizeof text,
             "this machine's clock is %lld s %s: set right whichever is wrong (NTP). %s. Where it "
             "is right, and that which it differs from can't be mended, set %s to more than that",
             (long long)(off_ms / 1000), how,
             err == SW_E_AGAIN ? "Nothing is read or committed until then"
                               : "What was counted by that time is not recorded; this process ends",
             setting);
    kafka_trace(&lane->home->home, SW_TRACE_ERROR, "kafka.clock", err, lane->id, text);
    return err;
}

static sw_err last_commit(kafka_lane *lane, int64_t *ret_ms) {
    kafka_bus *bus = lane->home;
    sw_err err = SW_OK;
    *ret_ms = INT64_MIN;
    for (uint32_t t = 0; !err && t < bus->options.task_count; t++) {
        kafka_task task = {.number = t};
        if (kafka_lane_of(bus, t) != lane->index) continue;
        err = kafka_task_load(bus, &task);
        if (!err && task.seq > 0 && task.now_ms > *ret_ms) *ret_ms = task.now_ms;
        kafka_task_done(&task);
    }
    return err;
}

static sw_err against_brokers(kafka_lane *lane, int64_t now_ms, sw_err ahead) {
    const kafka_bus *bus = lane->home;
    if (lane->brokers_ms == 0) return SW_OK;
    int64_t since_ms = (kafka_mono_us(bus) - lane->brokers_at_us) / 1000;
    int64_t ahead_ms = now_ms - (lane->brokers_ms + since_ms);
    if (ahead_ms > bus->kafka.ahead_ms)
        return tell(lane, ahead, ahead_ms, "ahead of the brokers' clocks", "clock_ahead");
    if (-ahead_ms > bus->kafka.behind_ms)
        return tell(lane, SW_E_AGAIN, -ahead_ms, "behind the brokers' clocks", "clock_behind");
    return SW_OK;
}

sw_err kafka_clock_claim(kafka_lane *lane) {
    sw_clock *clock = lane->home->kafka.env.clock;
    int64_t last_ms, wall_ms = clock->wall_ms(clock);
    sw_err err = last_commit(lane, &last_ms);
    if (err) return err;
    if (last_ms != INT64_MIN && last_ms - lane->home->kafka.behind_ms > wall_ms)
        return tell(lane, SW_E_AGAIN, last_ms - wall_ms, "behind the last commit", "clock_behind");
    return against_brokers(lane, wall_ms, SW_E_AGAIN);
}

/* Time does not go back within a process: one that was ahead stays so. */
sw_err kafka_clock_commit(kafka_lane *lane) {
    return against_brokers(lane, sw_clock_now_ms(lane->home->kafka.env.clock), SW_E_INTERNAL);
}
