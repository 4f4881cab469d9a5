/* The topics: each record keeps its offset, since state remembers offsets. */
#include "bus/kafka_move.h"

enum { RECORDS = 2000, BYTES = 4 << 20, FILLERS_A_POLL = 1000 };

#define HINT_TAKEN                                                                                 \
    "use another topics.prefix, or delete the topics of a move that is not to be finished"

typedef struct log_copy {
    kafka_mover mover;
    sw_record *records;
    sw_arena arena;
    sw_kafka_move_report *report;
} log_copy;

/* Where the records of the source are, as the cluster has them. */
typedef struct span {
    uint32_t topic, partition;
    int64_t first, end; /* of the source */
    int64_t there_first, there_end;
} span;

static sw_err look(log_copy *c, span *s) {
    kafka_mover *m = &c->mover;
    sw_err err = sw_bus_end(m->from, s->topic, s->partition, &s->first, &s->end);
    if (err) return err;
    err = kafka_mover_ends(m, s->topic, s->partition, &s->there_first, &s->there_end);
    if (err) return err;
    if (s->there_end <= s->end) return SW_OK;
    return kafka_mover_tell(m, SW_E_CONFLICT, s->topic, HINT_TAKEN,
                            "partition %u has %lld records, and the data directory %lld: they are "
                            "not of this move",
                            s->partition, (long long)s->there_end, (long long)s->end);
}

/* For offsets without a record: before the first that retention has kept, and where compaction has
 * taken one. Readers pass over them. */
static sw_err fill(log_copy *c, const span *s, int64_t count) {
    sw_record filler = {.partition = s->partition, .tombstone = true};
    if (c->mover.topics[s->topic].spec.compacted) filler.key = SW_S(KAFKA_FILLER_HEADER);
    sw_err err = SW_OK;
    for (int64_t i = 0; !err && i < count; i++)
        err = kafka_mover_put(&c->mover, s->topic, &filler, true);
    return err;
}

static sw_err copy_part(log_copy *c, const span *s) {
    int64_t next = s->there_end; /* on the cluster; what is there is compared afterwards */
    sw_position from = {s->topic, s->partition, next > s->first ? next : s->first};
    sw_err err = SW_OK;
    while (!err && from.next_offset < s->end) {
        uint32_t count;
        sw_arena_reset(&c->arena);
        err = sw_bus_poll(c->mover.from, from, RECORDS, BYTES, &c->arena, c->records, &count,
                          &from.next_offset);
        for (uint32_t i = 0; !err && i < count; i++) {
            err = fill(c, s, c->records[i].offset - next);
            if (!err) err = kafka_mover_put(&c->mover, s->topic, &c->records[i], false);
            next = c->records[i].offset + 1;
        }
    }
    return err ? err : fill(c, s, s->end - next);
}

/* Fillers before the first record, as retention would have left nothing there. */
static sw_err cut_front(log_copy *c, const span *s) {
    kafka_mover *m = &c->mover;
    bool compacted = m->topics[s->topic].spec.compacted;
    if (compacted || s->first == 0 || s->there_first >= s->first) return SW_OK;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, m->topics[s->topic].name, (int32_t)s->partition)
        ->offset = s->first;
    rd_kafka_DeleteRecords_t *cut = rd_kafka_DeleteRecords_new(list);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(m->rk);
    rd_kafka_DeleteRecords(m->rk, &cut, 1, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, KAFKA_ADMIN_MS);
    bool done = event && !rd_kafka_event_error(event);
    if (event) rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_DeleteRecords_destroy(cut);
    rd_kafka_topic_partition_list_destroy(list);
    return done ? SW_OK
                : kafka_mover_tell(m, SW_E_AGAIN, s->topic, "start the same again",
                                   "the offsets before %lld can't be cut off", (long long)s->first);
}

/* ---- comparing ---- */

static bool is_filler(const rd_kafka_message_t *message) {
    rd_kafka_headers_t *headers;
    const void *value;
    size_t size;
    return !rd_kafka_message_headers(message, &headers) &&
           !rd_kafka_header_get_last(headers, KAFKA_FILLER_HEADER, &value, &size);
}

static bool same(const sw_record *record, const rd_kafka_message_t *message) {
    sw_slice key = sw_slice_of(message->key ? message->key : "", message->key_len);
    sw_slice value = sw_slice_of(message->payload ? message->payload : "", message->len);
    return message->offset == record->offset && sw_slice_eq(key, record->key) &&
           sw_slice_eq(value, record->value) && record->tombstone == !message->payload &&
           rd_kafka_message_timestamp(message, NULL) == record->timestamp_ms;
}

/* The next record of the cluster; NULL: none has come in time. */
static rd_kafka_message_t *next_there(rd_kafka_topic_t *topic, uint32_t partition) {
    for (int i = 0; i < KAFKA_ADMIN_MS / 100; i++) {
        rd_kafka_message_t *message = rd_kafka_consume(topic, (int32_t)partition, 100);
        if (message && !message->err && !is_filler(message)) return message;
        if (message) rd_kafka_message_destroy(message);
    }
    return NULL;
}

static sw_err compare_records(log_copy *c, const span *s, rd_kafka_topic_t *topic, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        rd_kafka_message_t *message = next_there(topic, s->partition);
        bool good = message && same(&c->records[i], message);
        if (message) rd_kafka_message_destroy(message);
        if (!good)
            return kafka_mover_tell(&c->mover, SW_E_CONFLICT, s->topic, HINT_TAKEN,
                                    "partition %u has not the record of the data directory at "
                                    "offset %lld",
                                    s->partition, (long long)c->records[i].offset);
        c->report->records++;
    }
    return SW_OK;
}

static sw_err compare_part(log_copy *c, rd_kafka_t *rk, const span *s) {
    if (s->first == s->end) return SW_OK;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, c->mover.topics[s->topic].name, NULL);
    if (!topic) return SW_E_NOMEM;
    sw_position from = {s->topic, s->partition, s->first};
    bool started = rd_kafka_consume_start(topic, (int32_t)s->partition, s->first) == 0;
    sw_err err = started ? SW_OK : SW_E_AGAIN;
    while (!err && from.next_offset < s->end) {
        uint32_t count;
        sw_arena_reset(&c->arena);
        err = sw_bus_poll(c->mover.from, from, RECORDS, BYTES, &c->arena, c->records, &count,
                          &from.next_offset);
        if (!err) err = compare_records(c, s, topic, count);
    }
    if (started) rd_kafka_consume_stop(topic, (int32_t)s->partition);
    rd_kafka_topic_destroy(topic);
    return err;
}

/* ---- all ---- */

static sw_err each_part(log_copy *c, sw_err (*work)(log_copy *c, span *s)) {
    const sw_bus_options *o = c->mover.home.bus;
    sw_err err = SW_OK;
    for (uint32_t t = 0; !err && t < o->topic_count; t++)
        for (uint32_t p = 0; !err && p < o->topics[t].partitions; p++) {
            span s = {.topic = t, .partition = p};
            err = look(c, &s);
            if (!err) err = work(c, &s);
        }
    return err;
}

static sw_err nothing(log_copy *c, span *s) {
    (void)c, (void)s;
    return SW_OK;
}

static sw_err copy_and_count(log_copy *c, span *s) {
    return copy_part(c, s);
}

static sw_err cut_and_compare(log_copy *c, span *s) {
    rd_kafka_t *rk;
    if (s->there_end != s->end)
        return kafka_mover_tell(&c->mover, SW_E_AGAIN, s->topic, "start the same again",
                                "partition %u ends at %lld and not at %lld", s->partition,
                                (long long)s->there_end, (long long)s->end);
    sw_err err = cut_front(c, s);
    if (!err)
        err =
            kafka_client_new(&c->mover.home, KAFKA_RESTORER, NULL, NULL, NULL, c->mover.diags, &rk);
    if (err) return err;
    err = compare_part(c, rk, s);
    rd_kafka_destroy(rk);
    return err;
}

sw_err sw_bus_kafka_move_log(const sw_bus_options *options, const sw_bus_kafka_options *kafka,
                             sw_bus *from, sw_diags *diags, sw_kafka_move_report *ret) {
    SW_ASSERT(options && kafka && kafka->topology && from && diags && ret);
    sw_bus_kafka_options own = *kafka;
    log_copy c = {.report = ret};
    sw_arena_init(&c.arena, 4 * BYTES);
    c.records = sw_heap_zero(RECORDS, sizeof *c.records);
    sw_err err = c.records ? SW_OK : SW_E_NOMEM;
    if (!err) err = kafka_mover_open(&c.mover, options, &own, from, diags);
    if (!err) err = each_part(&c, nothing); /* before anything is written */
    if (!err) err = each_part(&c, copy_and_count);
    if (!err) err = kafka_mover_flush(&c.mover);
    if (!err) err = each_part(&c, cut_and_compare);
    kafka_mover_close(&c.mover);
    sw_heap_free(c.records);
    sw_arena_done(&c.arena);
    return err;
}
