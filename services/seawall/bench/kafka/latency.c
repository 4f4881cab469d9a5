#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "seawall/bench/kafka/kafka.h"

/* From a keyed record that is sent to its warning, as another client can read it. Of ten cases one
 * is long overdue when its first event comes, so that it is warned of at once. */

#define OVERDUE_MS (INT64_C(100) * 86400000)
enum { ONE_OF = 10, WAIT_MS = 30000, QUIET_MS = 3000 };

typedef struct watch {
    sw_bench_kafka_rig *rig;
    const char *brokers, *topic;
    rd_kafka_t *rk;
    rd_kafka_topic_t *handle;
    rd_kafka_queue_t *queue;
    int64_t *sent_us; /* by case; 0: not yet, or seen */
    int32_t *took_us; /* of each that was warned of */
    uint64_t cases, seen;
    bool ended; /* atomic */
    pthread_t thread;
} watch;

static int64_t now_us(const watch *w) {
    return sw_clock_mono_us(&w->rig->clock);
}

/* The case of a key "case_id=A3209812026000000012". */
static uint64_t case_of(const rd_kafka_message_t *message) {
    char text[64];
    if (message->key_len < 9 || message->key_len >= sizeof text) return UINT64_MAX;
    memcpy(text, message->key, message->key_len);
    text[message->key_len] = '\0';
    return strtoull(text + message->key_len - 9, NULL, 10);
}

static void *look(void *arg) {
    watch *w = arg;
    while (!__atomic_load_n(&w->ended, __ATOMIC_ACQUIRE)) {
        rd_kafka_message_t *message = rd_kafka_consume_queue(w->queue, 50);
        if (!message) continue;
        uint64_t number = message->err ? UINT64_MAX : case_of(message);
        int64_t sent_us =
            number < w->cases ? __atomic_load_n(&w->sent_us[number], __ATOMIC_ACQUIRE) : 0;
        if (sent_us > 0) { /* the first of the case's warnings */
            w->took_us[w->seen++] = (int32_t)(now_us(w) - sent_us);
            __atomic_store_n(&w->sent_us[number], 0, __ATOMIC_RELEASE);
        }
        rd_kafka_message_destroy(message);
    }
    return NULL;
}

static bool open_watch(watch *w) {
    char text[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", w->brokers, NULL, 0);
    rd_kafka_conf_set(conf, "group.id", "seawall-bench-latency", NULL, 0);
    rd_kafka_conf_set(conf, "isolation.level", "read_committed", NULL, 0);
    rd_kafka_conf_set(conf, "fetch.wait.max.ms", "5", NULL, 0);
    w->rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
    w->sent_us = sw_heap_zero(w->cases, sizeof *w->sent_us);
    w->took_us = sw_heap_zero(w->cases, sizeof *w->took_us);
    if (!w->rk || !w->sent_us || !w->took_us) return false;
    w->handle = rd_kafka_topic_new(w->rk, w->topic, NULL);
    w->queue = rd_kafka_queue_new(w->rk);
    for (int32_t i = 0; i < (int32_t)SW_BENCH_KAFKA_PARTITIONS; i++)
        if (rd_kafka_consume_start_queue(w->handle, i, 0, w->queue)) return false;
    return pthread_create(&w->thread, NULL, look, w) == 0;
}

static void close_watch(watch *w) {
    __atomic_store_n(&w->ended, true, __ATOMIC_RELEASE);
    pthread_join(w->thread, NULL);
    for (int32_t i = 0; i < (int32_t)SW_BENCH_KAFKA_PARTITIONS; i++)
        rd_kafka_consume_stop(w->handle, i);
    rd_kafka_queue_destroy(w->queue);
    rd_kafka_topic_destroy(w->handle);
    rd_kafka_destroy(w->rk);
}

static bool send_all(watch *w, rd_kafka_topic_t *to, rd_kafka_t *rk, sw_bench_shape *shape,
                     const sw_bench_kafka_latency *ask) {
    int64_t start_us = now_us(w), shape_ms = shape->now_ms;
    uint64_t events = (uint64_t)(ask->rate * ask->seconds);
    bool ok = true;
    for (uint64_t i = 0; ok && i < events; i++) {
        uint64_t number = i / SW_BENCH_KAFKA_STEPS;
        uint32_t step = (uint32_t)(i % SW_BENCH_KAFKA_STEPS);
        bool late = number % ONE_OF == 0;
        sw_slice key, value;
        int64_t due_us = start_us + (int64_t)i * 1000000 / ask->rate;
        while (now_us(w) < due_us) rd_kafka_poll(rk, 1);
        shape->now_ms = shape_ms - (late ? OVERDUE_MS : 0);
        ok = sw_bench_shape_event(shape, number, step, &key, &value);
        if (late && step == 0) __atomic_store_n(&w->sent_us[number], now_us(w), __ATOMIC_RELEASE);
        int32_t partition = (int32_t)sw_partition_of(key, SW_BENCH_KAFKA_PARTITIONS);
        while (ok &&
               rd_kafka_produce(to, partition, RD_KAFKA_MSG_F_COPY, (void *)(uintptr_t)value.ptr,
                                value.len, key.ptr, key.len, NULL))
            rd_kafka_poll(rk, 1);
    }
    shape->now_ms = shape_ms;
    return ok && rd_kafka_flush(rk, WAIT_MS) == 0;
}

static bool drive(watch *w, const char *keyed, sw_bench_shape *shape,
                  const sw_bench_kafka_latency *ask) {
    char text[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", w->brokers, NULL, 0);
    rd_kafka_conf_set(conf, "enable.idempotence", "true", NULL, 0);
    rd_kafka_conf_set(conf, "linger.ms", "1", NULL, 0);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    if (!rk) return false;
    rd_kafka_topic_t *to = rd_kafka_topic_new(rk, keyed, NULL);
    bool ok = send_all(w, to, rk, shape, ask);
    rd_kafka_topic_destroy(to);
    rd_kafka_destroy(rk);
    uint64_t want = (w->cases + ONE_OF - 1) / ONE_OF;
    for (int i = 0; w->seen < want && i < QUIET_MS; i += 10) poll(NULL, 0, 10);
    return ok;
}

static int by_time(const void *left, const void *right) {
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
    return a < b ? -1 : a > b;
}

bool sw_bench_kafka_latency_of(sw_bench_kafka_rig *rig, const char *brokers, const char *keyed,
                               const char *warnings, sw_bench_shape *shape,
                               sw_bench_kafka_latency *ask) {
    watch w = {.rig = rig, .brokers = brokers, .topic = warnings};
    w.cases = (uint64_t)(ask->rate * ask->seconds) / SW_BENCH_KAFKA_STEPS + 1;
    bool ok = open_watch(&w) && drive(&w, keyed, shape, ask);
    if (w.thread) close_watch(&w);
    if (ok && w.seen > 0) {
        qsort(w.took_us, w.seen, sizeof *w.took_us, by_time);
        ask->p50_ms = w.took_us[w.seen / 2] / 1000.0;
        ask->p99_ms = w.took_us[w.seen * 99 / 100] / 1000.0;
        ask->warned = w.seen;
    }
    sw_heap_free(w.sent_us);
    sw_heap_free(w.took_us);
    if (ok && w.seen > 0) return true;
    fprintf(stderr, "seawall bench: no warning has come\n");
    return false;
}
