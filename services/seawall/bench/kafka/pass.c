#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "seawall/bench/kafka/kafka.h"

enum { WAIT_MS = 30000 };

typedef struct pass {
    rd_kafka_t *producer, *consumer;
    rd_kafka_topic_t *from, *to;
    rd_kafka_queue_t *queue;
    rd_kafka_topic_partition_list_t *offsets;
    rd_kafka_consumer_group_metadata_t *group;
} pass;

static rd_kafka_t *client(rd_kafka_type_t type, const char *brokers,
                          const char *const (*settings)[2], size_t count) {
    char text[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers, NULL, 0);
    for (size_t i = 0; i < count; i++)
        if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], text, sizeof text))
            fprintf(stderr, "seawall bench: %s\n", text);
    rd_kafka_t *rk = rd_kafka_new(type, conf, text, sizeof text);
    if (!rk) fprintf(stderr, "seawall bench: %s\n", text);
    return rk;
}

struct sw_bench_put {
    rd_kafka_t *rk;
    rd_kafka_topic_t *to;
    uint64_t count;
};

bool sw_bench_put_open(const char *brokers, const char *topic, const char *linger_ms,
                       sw_bench_put **ret) {
    const char *const settings[][2] = {{"enable.idempotence", "true"},
                                       {"linger.ms", linger_ms},
                                       {"compression.codec", "lz4"},
                                       {"queue.buffering.max.messages", "200000"}};
    sw_bench_put *put = sw_heap_zero(1, sizeof *put);
    if (put) put->rk = client(RD_KAFKA_PRODUCER, brokers, settings, SW_COUNT(settings));
    if (!put || !put->rk) {
        sw_heap_free(put);
        return false;
    }
    put->to = rd_kafka_topic_new(put->rk, topic, NULL);
    *ret = put;
    return true;
}

bool sw_bench_put_record(sw_bench_put *put, sw_slice key, sw_slice value) {
    int32_t partition = (int32_t)sw_partition_of(key, SW_BENCH_KAFKA_PARTITIONS);
    while (rd_kafka_produce(put->to, partition, RD_KAFKA_MSG_F_COPY, (void *)(uintptr_t)value.ptr,
                            value.len, key.ptr, key.len, NULL)) {
        if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) return false;
        rd_kafka_poll(put->rk, 50);
    }
    if (put->count++ % 1000 == 0) rd_kafka_poll(put->rk, 0);
    return true;
}

void sw_bench_put_wait(sw_bench_put *put, int ms) {
    rd_kafka_poll(put->rk, ms);
}

bool sw_bench_put_close(sw_bench_put *put) {
    if (!put) return true;
    bool ok = rd_kafka_flush(put->rk, WAIT_MS) == 0;
    if (!ok) fprintf(stderr, "seawall bench: the brokers do not take the events\n");
    rd_kafka_topic_destroy(put->to);
    rd_kafka_destroy(put->rk);
    sw_heap_free(put);
    return ok;
}

bool sw_bench_kafka_fill(const char *brokers, const char *topic, sw_bench_shape *shape,
                         uint64_t count,
                         void (*at)(void *arg, uint64_t i, uint64_t *ret_case, uint32_t *ret_step),
                         void *arg) {
    sw_bench_put *put;
    bool ok = sw_bench_put_open(brokers, topic, "20", &put);
    if (!ok) return false;
    for (uint64_t i = 0; ok && i < count; i++) {
        uint64_t number;
        uint32_t step;
        sw_slice key, value;
        at(arg, i, &number, &step);
        ok = sw_bench_shape_event(shape, number, step, &key, &value) &&
             sw_bench_put_record(put, key, value);
    }
    return sw_bench_put_close(put) && ok;
}

static bool told(rd_kafka_error_t *error) {
    if (!error) return true;
    fprintf(stderr, "seawall bench: the plain loop: %s\n", rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return false;
}

static bool open_pass(pass *p, const char *brokers, const char *from, const char *to) {
    static const char *const producing[][2] = {{"transactional.id", "seawall-bench-pass"},
                                               {"linger.ms", "5"},
                                               {"compression.codec", "lz4"},
                                               {"queue.buffering.max.messages", "200000"}};
    static const char *const consuming[][2] = {{"group.id", "seawall-bench-pass"},
                                               {"isolation.level", "read_committed"},
                                               {"enable.auto.commit", "false"},
                                               {"auto.offset.reset", "earliest"}};
    p->producer = client(RD_KAFKA_PRODUCER, brokers, producing, SW_COUNT(producing));
    p->consumer = client(RD_KAFKA_CONSUMER, brokers, consuming, SW_COUNT(consuming));
    if (!p->producer || !p->consumer || !told(rd_kafka_init_transactions(p->producer, WAIT_MS)))
        return false;
    p->from = rd_kafka_topic_new(p->consumer, from, NULL);
    p->to = rd_kafka_topic_new(p->producer, to, NULL);
    p->queue = rd_kafka_queue_new(p->consumer);
    p->offsets = rd_kafka_topic_partition_list_new(SW_BENCH_KAFKA_PARTITIONS);
    p->group = rd_kafka_consumer_group_metadata_new("seawall-bench-pass");
    for (int32_t i = 0; i < (int32_t)SW_BENCH_KAFKA_PARTITIONS; i++) {
        rd_kafka_topic_partition_list_add(p->offsets, from, i)->offset = 0;
        if (rd_kafka_consume_start_queue(p->from, i, 0, p->queue)) return false;
    }
    return true;
}

static void close_pass(pass *p) {
    for (int32_t i = 0; p->from && i < (int32_t)SW_BENCH_KAFKA_PARTITIONS; i++)
        rd_kafka_consume_stop(p->from, i);
    if (p->queue) rd_kafka_queue_destroy(p->queue);
    if (p->offsets) rd_kafka_topic_partition_list_destroy(p->offsets);
    if (p->group) rd_kafka_consumer_group_metadata_destroy(p->group);
    if (p->from) rd_kafka_topic_destroy(p->from);
    if (p->to) rd_kafka_topic_destroy(p->to);
    if (p->consumer) rd_kafka_destroy(p->consumer);
    if (p->producer) rd_kafka_destroy(p->producer);
}

/* One transaction of at most `batch` records; how many it was, or -1. */
static int64_t one(pass *p, uint64_t left, uint32_t batch) {
    int64_t taken = 0;
    if (!told(rd_kafka_begin_transaction(p->producer))) return -1;
    while (taken < (int64_t)batch && (uint64_t)taken < left) {
        rd_kafka_message_t *m = rd_kafka_consume_queue(p->queue, WAIT_MS);
        if (!m || m->err)
            return fprintf(stderr, "seawall bench: the plain loop gets no records\n"), -1;
        while (rd_kafka_produce(p->to, m->partition, RD_KAFKA_MSG_F_COPY, m->payload, m->len,
                                m->key, m->key_len, NULL))
            rd_kafka_poll(p->producer, 10);
        p->offsets->elems[m->partition].offset = m->offset + 1;
        rd_kafka_message_destroy(m);
        taken++;
    }
    if (!told(rd_kafka_send_offsets_to_transaction(p->producer, p->offsets, p->group, WAIT_MS)) ||
        !told(rd_kafka_commit_transaction(p->producer, WAIT_MS)))
        return -1;
    return taken;
}

bool sw_bench_kafka_pass(const char *brokers, const char *from, const char *to, uint64_t count,
                         uint32_t batch, sw_bench_pass *ret) {
    pass p = {0};
    bool ok = open_pass(&p, brokers, from, to);
    sw_bench_meter start = sw_bench_now();
    uint64_t done = 0;
    while (ok && done < count) {
        int64_t taken = one(&p, count - done, batch);
        ok = taken > 0;
        done += ok ? (uint64_t)taken : 0;
    }
    ret->run = sw_bench_since(start);
    ret->records = done;
    close_pass(&p);
    return ok;
}
