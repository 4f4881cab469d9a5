#include <stdio.h>

#include "base/wire.h"
#include "bus/kafka.h"
#include "bus/kafka_restore.h"

/* A broker answers a producer whose transaction has timed out just as one that another has fenced.
 * Who took the lane has left a mark in its changelog; a broker that only ended what took too long
 * has not. */

enum { LOOK_MS = 10000 };

static sw_err place_of(kafka_lane *lane, uint32_t changelog, uint32_t partition, int64_t *ret) {
    kafka_bus *bus = lane->home;
    char key[KAFKA_NAME_MAX];
    sw_buf value;
    size_t len = kafka_place_key(bus, changelog, partition, key);
    sw_buf_init(&value, 64);
    sw_err err =
        sw_db_get(bus->db, bus->own_store + KAFKA_STORE_PLACES, sw_slice_of(key, len), &value);
    *ret = err ? RD_KAFKA_OFFSET_BEGINNING : (int64_t)sw_wire_get_le(value.ptr, 8);
    sw_buf_done(&value);
    return err == SW_E_NOT_FOUND ? SW_OK : err;
}

/* Marks of this lane that are not its own of the claim that has just ended. */
static bool is_rival(const kafka_lane *lane, const rd_kafka_message_t *message) {
    size_t len = strlen(lane->id), head = KAFKA_MARK_KEY.len;
    sw_slice key = sw_slice_of(message->key ? message->key : "", message->key_len);
    return key.len == head + len && sw_slice_starts(key, KAFKA_MARK_KEY) &&
           memcmp(key.ptr + head, lane->id, len) == 0 && message->len == 8 &&
           sw_wire_get_le(message->payload, 8) != lane->nonce;
}

static sw_err look(kafka_lane *lane, rd_kafka_topic_t *topic, int32_t partition, bool *ret) {
    int64_t deadline_us = kafka_mono_us(lane->home) + LOOK_MS * INT64_C(1000);
    while (kafka_mono_us(lane->home) < deadline_us) {
        rd_kafka_message_t *message = rd_kafka_consume(topic, partition, 100);
        if (!message) continue;
        bool end = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
        *ret = !message->err && is_rival(lane, message);
        rd_kafka_message_destroy(message);
        if (*ret || end) return SW_OK;
    }
    return SW_E_AGAIN;
}

sw_err kafka_rival_seek(kafka_lane *lane, bool *ret) {
    SW_ASSERT(lane && ret);
    kafka_bus *bus = lane->home;
    uint32_t changelog = bus->changelogs - 1, partition = 0;
    rd_kafka_t *rk;
    int64_t from;
    while (!kafka_changelog_has(bus, changelog, lane->index, partition)) partition++;
    sw_err err = place_of(lane, changelog, partition, &from);
    if (!err) err = kafka_client_new(&bus->home, KAFKA_RESTORER, NULL, NULL, NULL, NULL, &rk);
    if (err) return err;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, kafka_changelog(bus, changelog)->name, NULL);
    err = SW_E_AGAIN;
    if (topic && rd_kafka_consume_start(topic, (int32_t)partition, from) == 0) {
        err = look(lane, topic, (int32_t)partition, ret);
        rd_kafka_consume_stop(topic, (int32_t)partition);
    }
    if (topic) rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(rk);
    return err;
}
