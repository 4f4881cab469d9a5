#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "seawall/bench/kafka/kafka.h"

enum { LOOK_MS = 50, WAIT_STEP_MS = 10 };

struct sw_bench_watch {
    sw_clock *clock;
    rd_kafka_t *rk;
    rd_kafka_topic_t *handle;
    rd_kafka_queue_t *queue;
    int64_t *sent_us;     /* by case, atomic; 0: not yet, or seen */
    int32_t *took_us;     /* of each that was warned of */
    uint64_t cases, seen; /* `seen`: atomic */
    bool running, ended;  /* `ended`: atomic */
    pthread_t thread;
};

/* The case of a key "case_id=A3209812026000000012". */
static uint64_t case_of(const rd_kafka_message_t *message) {
    char text[64];
    if (message->key_len < 9 || message->key_len >= sizeof text) return UINT64_MAX;
    memcpy(text, message->key, message->key_len);
    text[message->key_len] = '\0';
    return strtoull(text + message->key_len - 9, NULL, 10);
}

static void *look(void *arg) {
    sw_bench_watch *w = arg;
    while (!__atomic_load_n(&w->ended, __ATOMIC_ACQUIRE)) {
        rd_kafka_message_t *message = rd_kafka_consume_queue(w->queue, LOOK_MS);
        if (!message) continue;
        uint64_t number = message->err ? UINT64_MAX : case_of(message);
        int64_t sent_us =
            number < w->cases ? __atomic_load_n(&w->sent_us[number], __ATOMIC_ACQUIRE) : 0;
        if (sent_us > 0) { /* the first of the case's warnings */
            w->took_us[w->seen] = (int32_t)(sw_clock_mono_us(w->clock) - sent_us);
            __atomic_store_n(&w->sent_us[number], 0, __ATOMIC_RELEASE);
            __atomic_store_n(&w->seen, w->seen + 1, __ATOMIC_RELEASE);
        }
        rd_kafka_message_destroy(message);
    }
    return NULL;
}

static bool start(sw_bench_watch *w, const char *brokers, const char *topic) {
    char text[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers, NULL, 0);
    rd_kafka_conf_set(conf, "group.id", "seawall-bench-latency", NULL, 0);
    rd_kafka_conf_set(conf, "isolation.level", "read_committed", NULL, 0);
    rd_kafka_conf_set(conf, "fetch.wait.max.ms", "5", NULL, 0);
    w->rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
    w->sent_us = sw_heap_zero(w->cases, sizeof *w->sent_us);
    w->took_us = sw_heap_zero(w->cases, sizeof *w->took_us);
    if (!w->rk || !w->sent_us || !w->took_us) return false;
    w->handle = rd_kafka_topic_new(w->rk, topic, NULL);
    w->queue = rd_kafka_queue_new(w->rk);
    for (int32_t i = 0; i < (int32_t)SW_BENCH_KAFKA_PARTITIONS; i++)
        if (rd_kafka_consume_start_queue(w->handle, i, 0, w->queue)) return false;
    return w->running = pthread_create(&w->thread, NULL, look, w) == 0;
}

bool sw_bench_watch_open(const char *brokers, const char *topic, sw_clock *clock, uint64_t cases,
                         sw_bench_watch **ret) {
    sw_bench_watch *w = sw_heap_zero(1, sizeof *w);
    if (!w) return false;
    w->clock = clock;
    w->cases = cases;
    *ret = w;
    if (start(w, brokers, topic)) return true;
    fprintf(stderr, "seawall bench: the warnings can't be read\n");
    return false;
}

void sw_bench_watch_close(sw_bench_watch *w) {
    if (!w) return;
    __atomic_store_n(&w->ended, true, __ATOMIC_RELEASE);
    if (w->running) {
        pthread_join(w->thread, NULL);
        for (int32_t i = 0; i < (int32_t)SW_BENCH_KAFKA_PARTITIONS; i++)
            rd_kafka_consume_stop(w->handle, i);
        rd_kafka_queue_destroy(w->queue);
        rd_kafka_topic_destroy(w->handle);
    }
    if (w->rk) rd_kafka_destroy(w->rk);
    sw_heap_free(w->sent_us);
    sw_heap_free(w->took_us);
    sw_heap_free(w);
}

void sw_bench_watch_sent(sw_bench_watch *w, uint64_t number) {
    __atomic_store_n(&w->sent_us[number], sw_clock_mono_us(w->clock), __ATOMIC_RELEASE);
}

static int by_time(const void *left, const void *right) {
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
    return a < b ? -1 : a > b;
}

bool sw_bench_watch_result(sw_bench_watch *w, uint64_t want, int64_t wait_ms, sw_bench_took *ret) {
    uint64_t seen = 0;
    for (int64_t i = 0; i < wait_ms && seen < want; i += WAIT_STEP_MS) {
        poll(NULL, 0, WAIT_STEP_MS);
        seen = __atomic_load_n(&w->seen, __ATOMIC_ACQUIRE);
    }
    __atomic_store_n(&w->ended, true, __ATOMIC_RELEASE);
    if (seen < want) {
        fprintf(stderr, "seawall bench: %llu of %llu warnings have come\n",
                (unsigned long long)seen, (unsigned long long)want);
        return false;
    }
    qsort(w->took_us, seen, sizeof *w->took_us, by_time);
    *ret = (sw_bench_took){.p50_ms = w->took_us[seen / 2] / 1000.0,
                           .p99_ms = w->took_us[seen * 99 / 100] / 1000.0,
                           .warned = seen};
    return true;
}
