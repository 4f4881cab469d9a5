#include <stdio.h>

#include "base/hash.h"
#include "base/wire.h"
#include "bus/kafka.h"
#include "bus/kafka_clock.h"
#include "bus/kafka_restore.h"

/* What a message tells its delivery report: the place of its offset among the records', or the
 * changelog partition that it is in. */
#define IS_CHANGE ((uintptr_t)1 << 48)
enum { ROUND_MS = 10, HEADERS_MAX = 64 };
/* The consumer groups' offsets are for those who look: they cost two answers of the brokers, and
 * where a task reads on is in the changelog of commits. */
#define TELL_US INT64_C(1000000)

sw_err kafka_produce_init(kafka_lane *lane) {
    kafka_bus *bus = lane->home;
    uint32_t width = bus->kafka.partitions + 1;
    lane->change_count = bus->changelogs * width;
    lane->changes = sw_heap_zero(lane->change_count, sizeof *lane->changes);
    if (!lane->changes) return SW_E_NOMEM;
    for (uint32_t i = 0; i < lane->change_count; i++)
        lane->changes[i] =
            (kafka_change){.changelog = i / width, .partition = i % width, .last = -1};
    return SW_OK;
}

void kafka_delivered(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque) {
    kafka_lane *lane = opaque;
    uintptr_t to = (uintptr_t)message->_private;
    (void)rk;
    if (message->err) {
        lane->failed = true;
    } else if (to & IS_CHANGE) {
        kafka_change *change = &lane->changes[to & ~IS_CHANGE];
        if (message->offset > change->last) change->last = message->offset;
        if (change->changelog == lane->home->changelogs - 1) kafka_clock_note(lane, message);
    } else if (to > 0) {
        lane->offsets[to - 1] = message->offset;
    }
}

static rd_kafka_topic_t *handle(kafka_lane *lane, uint32_t topic) {
    if (!lane->handles[topic])
        lane->handles[topic] = rd_kafka_topic_new(lane->rk, lane->home->topics[topic].name, NULL);
    return lane->handles[topic];
}

static kafka_meaning stage_error(kafka_lane *lane, kafka_stage stage, rd_kafka_error_t *error) {
    char text[KAFKA_TEXT_MAX];
    kafka_meaning meaning = kafka_meaning_take(stage, error, text, sizeof text);
    if (meaning != KAFKA_NONE)
        kafka_trace(&lane->home->home, meaning == KAFKA_AGAIN ? SW_TRACE_DEBUG : SW_TRACE_WARN,
                    "kafka.transaction", kafka_err_of(meaning), lane->id, text);
    return meaning;
}

/* Gives the brokers time to take what is queued. */
static kafka_meaning put(kafka_lane *lane, rd_kafka_vu_t *parts, size_t count) {
    int64_t deadline_us = 0;
    for (;;) {
        rd_kafka_error_t *error = rd_kafka_produceva(lane->rk, parts, count);
        if (!error) return KAFKA_NONE;
        int64_t now_us = kafka_mono_us(lane->home);
        if (!deadline_us) deadline_us = now_us + lane->home->kafka.transaction_ms * 1000;
        bool full = rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR__QUEUE_FULL;
        if (!full || now_us > deadline_us) return stage_error(lane, KAFKA_PRODUCE, error);
        rd_kafka_error_destroy(error);
        rd_kafka_poll(lane->rk, ROUND_MS);
    }
}

static rd_kafka_vu_t part_handle(rd_kafka_topic_t *topic) {
    return (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = topic};
}

static rd_kafka_vu_t part_number(uint32_t partition) {
    return (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = (int32_t)partition};
}

static rd_kafka_vu_t part_bytes(rd_kafka_vtype_t type, sw_slice bytes, bool null) {
    const char *ptr = null ? NULL : bytes.len ? bytes.ptr : "";
    return (rd_kafka_vu_t){.vtype = type, .u.mem = {(void *)(uintptr_t)ptr, null ? 0 : bytes.len}};
}

static rd_kafka_vu_t part_opaque(uintptr_t opaque) {
    return (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = (void *)opaque};
}

static rd_kafka_vu_t part_time(int64_t ms) {
    return (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = ms};
}

static rd_kafka_vu_t part_copy(void) {
    return (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY};
}

static rd_kafka_vu_t part_header(const char *name, sw_slice value) {
    return (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_HEADER,
                           .u.header = {name, value.ptr ? value.ptr : "", (ssize_t)value.len}};
}

/* A row of a store, into its changelog. */
static kafka_meaning send_row(kafka_lane *lane, uint32_t changelog, uint32_t partition,
                              sw_slice key, sw_slice value, bool deleted) {
    kafka_bus *bus = lane->home;
    uint32_t topic = bus->options.topic_count + changelog;
    uintptr_t change = (uintptr_t)changelog * (bus->kafka.partitions + 1) + partition;
    rd_kafka_topic_t *to = handle(lane, topic);
    const char *bytes = value.len ? value.ptr : "";
    if (rd_kafka_produce(to, (int32_t)partition, RD_KAFKA_MSG_F_COPY,
                         deleted ? NULL : (void *)(uintptr_t)bytes, deleted ? 0 : value.len,
                         key.ptr, key.len, (void *)(IS_CHANGE | change)) == 0)
        return KAFKA_NONE;
    /* The long way says what is wrong, and waits where the queue is full. */
    rd_kafka_vu_t parts[] = {part_handle(to),
                             part_number(partition),
                             part_bytes(RD_KAFKA_VTYPE_KEY, key, false),
                             part_bytes(RD_KAFKA_VTYPE_VALUE, value, deleted),
                             part_copy(),
                             part_opaque(IS_CHANGE | change)};
    return put(lane, parts, SW_COUNT(parts));
}

/* ---- records ---- */

static void place_origin(kafka_lane *lane, const sw_record *record, kafka_task *draft,
                         kafka_link *link) {
    const sw_bus_options *o = &lane->home->options;
    bool first = link->seq != draft->seq;
    kafka_origin at = {.task = draft->number, .seq = draft->seq};
    at.before = first ? link->seq : link->at.before;
    at.index = first ? 0 : link->at.index + 1;
    at.offset = record->origin_offset;
    if (record->origin) at.topic = sw_crc32c(0, sw_slice_cstr(o->topics[record->origin - 1].name));
    bool same = !first && at.topic == link->at.topic && at.offset == link->at.offset;
    at.nth = same ? link->at.nth + 1 : 0;
    link->at = at;
    link->seq = draft->seq;
}

static kafka_meaning send_record(kafka_lane *lane, const sw_record *record, kafka_task *draft,
                                 uint32_t place) {
    char origin[KAFKA_ORIGIN_BYTES], names[HEADERS_MAX][64];
    rd_kafka_vu_t parts[8 + HEADERS_MAX];
    size_t count = 0;
    kafka_link *link = kafka_task_link(draft, record->topic, record->partition);
    if (!link) return KAFKA_LOST;
    place_origin(lane, record, draft, link);
    kafka_origin_write(&link->at, origin);
    lane->offsets[place] = -1;
    parts[count++] = part_handle(handle(lane, record->topic));
    parts[count++] = part_number(record->partition);
    parts[count++] = part_bytes(RD_KAFKA_VTYPE_KEY, record->key, false);
    parts[count++] = part_bytes(RD_KAFKA_VTYPE_VALUE, record->value, record->tombstone);
    parts[count++] = part_time(record->timestamp_ms);
    parts[count++] = part_copy();
    parts[count++] = part_opaque((uintptr_t)place + 1);
    for (uint32_t i = 0; i < record->header_count && i < HEADERS_MAX; i++) {
        snprintf(names[i], sizeof names[i], "%.*s", SW_FMT(record->headers[i].name));
        parts[count++] = part_header(names[i], record->headers[i].value);
    }
    parts[count++] = part_header(KAFKA_ORIGIN_HEADER, sw_slice_of(origin, sizeof origin));
    return put(lane, parts, count);
}

/* ---- one commit ---- */

static kafka_task *draft_of(kafka_lane *lane, uint32_t task) {
    for (uint32_t i = 0; i < lane->draft_count; i++)
        if (lane->drafts[i].number == task) return &lane->drafts[i];
    return NULL;
}

static sw_err add_draft(kafka_lane *lane, const kafka_task *from) {
    if (lane->draft_count == lane->draft_cap) {
        uint32_t cap = lane->draft_cap ? lane->draft_cap * 2 : 8;
        kafka_task *grown = sw_heap_resize(lane->drafts, cap * sizeof *grown);
        if (!grown) return SW_E_NOMEM;
        memset(grown + lane->draft_cap, 0, (cap - lane->draft_cap) * sizeof *grown);
        lane->drafts = grown;
        lane->draft_cap = cap;
    }
    sw_err err = kafka_task_copy(&lane->drafts[lane->draft_count], from);
    lane->draft_count += err == SW_OK;
    return err;
}

static sw_err check_records(kafka_lane *lane, const sw_commit *commit) {
    for (uint32_t i = 0; i < commit->record_count; i++) {
        const sw_record *record = &commit->records[i];
        const sw_topic_spec *spec = &lane->home->options.topics[record->topic];
        SW_ASSERT(record->partition < spec->partitions);
        if (spec->compacted && record->key.len == 0) return SW_E_INVALID;
        if (record->header_count > HEADERS_MAX) return SW_E_LIMIT;
    }
    return SW_OK;
}

/* Only what is claimed here, and not claimed again since, may commit. */
sw_err kafka_draft(kafka_lane *lane, const sw_commit *commits, uint32_t count) {
    uint32_t records = 0;
    lane->draft_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const sw_commit *commit = &commits[i];
        kafka_task *task;
        sw_err err = kafka_task_of(lane->home, commit->task, &task);
        if (err) return err;
        if (task->epoch == 0) return SW_E_REBALANCED; /* its claim went with a producer */
        if (task->epoch != commit->epoch) return SW_E_FENCED;
        err = check_records(lane, commit);
        if (!err && !draft_of(lane, commit->task)) err = add_draft(lane, task);
        if (err) return err;
        records += commit->record_count;
    }
    if (records > lane->offset_cap) {
        int64_t *grown = sw_heap_resize(lane->offsets, records * sizeof *grown);
        if (!grown) return SW_E_NOMEM;
        lane->offsets = grown;
        lane->offset_cap = records;
    }
    for (uint32_t i = 0; i < lane->change_count; i++) lane->changes[i].last = -1;
    return SW_OK;
}

static sw_err move_draft(kafka_task *draft, const sw_commit *commit) {
    draft->seq++;
    draft->last_epoch = commit->epoch;
    draft->now_ms = commit->now_ms;
    draft->digest = commit->digest;
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < commit->position_count; i++)
        err = kafka_task_position(draft, commit->positions[i]);
    return err;
}

static kafka_meaning send_state(kafka_lane *lane, const sw_commit *commit) {
    size_t at = 0;
    sw_op op;
    kafka_meaning meaning = KAFKA_NONE;
    uint32_t partition = kafka_partition_of(lane->home, commit->task);
    while (meaning == KAFKA_NONE && commit->state && sw_batch_next(commit->state, &at, &op)) {
        if (kafka_changelog_none(lane->home, op.store)) continue;
        SW_ASSERT(op.kind != SW_OP_DELETE_RANGE); /* a compacted topic has no such thing */
        meaning = send_row(lane, op.store, partition, op.key, op.value, op.kind == SW_OP_DELETE);
    }
    return meaning;
}

static kafka_meaning send_task(kafka_lane *lane, const kafka_task *draft) {
    char key[4];
    sw_buf value;
    sw_buf_init(&value, (size_t)1 << 20);
    sw_wire_put_be(key, draft->number, 4);
    sw_err err = kafka_task_write(draft, &lane->home->options, &value);
    kafka_meaning meaning = KAFKA_LOST;
    if (!err)
        meaning = send_row(lane, lane->home->changelogs - 1,
                           kafka_partition_of(lane->home, draft->number),
                           sw_slice_of(key, sizeof key), sw_buf_slice(&value), false);
    sw_buf_done(&value);
    return meaning;
}

static const char *group_name(const kafka_bus *bus, uint32_t id, char ret[KAFKA_NAME_MAX]) {
    char text[KAFKA_NAME_MAX];
    snprintf(text, sizeof text, "%s.%u", bus->kafka.service, id);
    const sw_topology *topology = bus->kafka.topology;
    for (uint32_t i = 0; topology && i < topology->node_count; i++)
        if (topology->nodes[i].processor->id == id)
            snprintf(text, sizeof text, "%s", topology->nodes[i].processor->name);
    return kafka_name(&bus->home, ret, "seawall.%s", text) ? NULL : ret;
}

/* The read positions of all tasks of one processor, for its consumer group. */
static kafka_meaning send_positions(kafka_lane *lane, uint32_t id) {
    kafka_bus *bus = lane->home;
    char group[KAFKA_NAME_MAX];
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(16);
    for (uint32_t i = 0; i < lane->draft_count; i++) {
        const kafka_task *draft = &lane->drafts[i];
        if (draft->number / SW_PARTITIONS_MAX != id) continue;
        for (uint32_t k = 0; k < draft->position_count; k++) {
            const sw_position *at = &draft->positions[k];
            rd_kafka_topic_partition_list_add(list, bus->topics[at->topic].name,
                                              (int32_t)at->partition)
                ->offset = at->next_offset;
        }
    }
    kafka_meaning meaning = KAFKA_NONE;
    if (list->cnt > 0 && group_name(bus, id, group)) {
        rd_kafka_consumer_group_metadata_t *of = rd_kafka_consumer_group_metadata_new(group);
        int64_t deadline_us = kafka_mono_us(bus) + bus->kafka.transaction_ms * 1000;
        do {
            meaning = stage_error(
                lane, KAFKA_PRODUCE,
                rd_kafka_send_offsets_to_transaction(lane->rk, list, of, KAFKA_CALL_MS));
        } while (meaning == KAFKA_AGAIN && kafka_mono_us(bus) < deadline_us);
        rd_kafka_consumer_group_metadata_destroy(of);
    }
    rd_kafka_topic_partition_list_destroy(list);
    return meaning == KAFKA_AGAIN ? KAFKA_LOST : meaning;
}

kafka_meaning kafka_produce_commits(kafka_lane *lane, const sw_commit *commits, uint32_t count) {
    kafka_meaning meaning = KAFKA_NONE;
    uint32_t place = 0;
    /* First what each task has partitions of its own for: librdkafka asks for all that a
     * transaction has come to so far at once, and then spins for a millisecond. */
    for (uint32_t i = 0; meaning == KAFKA_NONE && i < count; i++)
        meaning = send_state(lane, &commits[i]);
    for (uint32_t i = 0; meaning == KAFKA_NONE && i < count; i++) {
        kafka_task *draft = draft_of(lane, commits[i].task);
        if (move_draft(draft, &commits[i])) return KAFKA_LOST;
        for (uint32_t k = 0; meaning == KAFKA_NONE && k < commits[i].record_count; k++)
            meaning = send_record(lane, &commits[i].records[k], draft, place++);
    }
    for (uint32_t i = 0; meaning == KAFKA_NONE && i < lane->draft_count; i++)
        meaning = send_task(lane, &lane->drafts[i]);
    int64_t now_us = kafka_mono_us(lane->home);
    if (now_us - lane->told_us < TELL_US) return meaning;
    lane->told_us = now_us;
    uint64_t sent = 0; /* processors, by id */
    for (uint32_t i = 0; meaning == KAFKA_NONE && i < lane->draft_count; i++) {
        uint32_t id = lane->drafts[i].number / SW_PARTITIONS_MAX;
        if (sent & UINT64_C(1) << id) continue;
        sent |= UINT64_C(1) << id;
        meaning = send_positions(lane, id);
    }
    return meaning;
}

/* ---- marks and claims ---- */

static sw_slice own_key(const kafka_lane *lane, sw_slice kind, char ret[KAFKA_NAME_MAX * 2]) {
    size_t len = strlen(lane->id);
    memcpy(ret, kind.ptr, kind.len);
    memcpy(ret + kind.len, lane->id, len);
    return sw_slice_of(ret, kind.len + len);
}

kafka_meaning kafka_produce_marks(kafka_lane *lane, uint64_t nonce) {
    char key[KAFKA_NAME_MAX * 2], value[8];
    kafka_meaning meaning = KAFKA_NONE;
    sw_slice mark = own_key(lane, KAFKA_MARK_KEY, key);
    sw_wire_put_le(value, nonce, 8);
    for (uint32_t i = 0; meaning == KAFKA_NONE && i < lane->change_count; i++) {
        const kafka_change *change = &lane->changes[i];
        if (!kafka_changelog_has(lane->home, change->changelog, lane->index, change->partition))
            continue;
        meaning = send_row(lane, change->changelog, change->partition, mark,
                           sw_slice_of(value, sizeof value), false);
    }
    return meaning;
}

static kafka_meaning send_formats(kafka_lane *lane) {
    char value[4];
    kafka_meaning meaning = KAFKA_NONE;
    for (uint32_t i = 0; meaning == KAFKA_NONE && i < lane->change_count; i++) {
        kafka_change *change = &lane->changes[i];
        if (change->formatted ||
            !kafka_changelog_has(lane->home, change->changelog, lane->index, change->partition))
            continue;
        sw_wire_put_le(value, kafka_format_of(lane->home, change->changelog), 4);
        meaning = send_row(lane, change->changelog, change->partition, KAFKA_FORMAT_KEY,
                           sw_slice_of(value, sizeof value), false);
    }
    return meaning;
}

/* Into the first partition of the commits' changelog that is the lane's; and into each that does
 * not say it yet, which format it has. */
kafka_meaning kafka_produce_claim(kafka_lane *lane) {
    kafka_meaning formats = send_formats(lane);
    if (formats != KAFKA_NONE) return formats;
    char key[KAFKA_NAME_MAX * 2], value[8];
    uint32_t commits = lane->home->changelogs - 1, p = 0;
    while (!kafka_changelog_has(lane->home, commits, lane->index, p)) p++;
    sw_wire_put_le(value, lane->claims, 8);
    return send_row(lane, commits, p, own_key(lane, KAFKA_CLAIM_KEY, key),
                    sw_slice_of(value, sizeof value), false);
}

/* ---- after it ---- */

sw_err kafka_apply_claim(kafka_lane *lane) {
    char key[KAFKA_NAME_MAX * 2], value[8];
    sw_wire_put_le(value, lane->claims, 8);
    sw_batch_clear(lane->batch);
    sw_err err =
        sw_batch_put(lane->batch, lane->home->own_store + KAFKA_STORE_COMMITS,
                     own_key(lane, KAFKA_CLAIM_KEY, key), sw_slice_of(value, sizeof value));
    return err ? err : sw_db_write(lane->home->db, lane->batch, false);
}

sw_err kafka_apply(kafka_lane *lane, const sw_commit *commits, uint32_t count) {
    kafka_bus *bus = lane->home;
    sw_err err = SW_OK;
    char key[KAFKA_NAME_MAX], value[8];
    sw_batch_clear(lane->batch);
    for (uint32_t i = 0; !err && i < count; i++)
        if (commits[i].state) err = sw_batch_borrow_all(lane->batch, commits[i].state);
    for (uint32_t i = 0; !err && i < lane->draft_count; i++) {
        sw_buf row;
        sw_buf_init(&row, (size_t)1 << 20);
        sw_wire_put_be(key, lane->drafts[i].number, 4);
        err = kafka_task_write(&lane->drafts[i], &bus->options, &row);
        if (!err)
            err = sw_batch_put(lane->batch, bus->own_store + KAFKA_STORE_COMMITS,
                               sw_slice_of(key, 4), sw_buf_slice(&row));
        sw_buf_done(&row);
    }
    for (uint32_t i = 0; !err && i < lane->change_count; i++) {
        const kafka_change *change = &lane->changes[i];
        if (change->last < 0) continue;
        size_t len = kafka_place_key(bus, change->changelog, change->partition, key);
        sw_wire_put_le(value, (uint64_t)change->last + 1, 8);
        err = sw_batch_put(lane->batch, bus->own_store + KAFKA_STORE_PLACES, sw_slice_of(key, len),
                           sw_slice_of(value, sizeof value));
    }
    if (!err) err = sw_db_write(bus->db, lane->batch, false);
    if (err) return err;
    pthread_mutex_lock(&bus->lock);
    for (uint32_t i = 0; !err && i < lane->draft_count; i++) {
        kafka_task *task = bus->tasks[lane->drafts[i].number];
        uint64_t epoch = task->epoch;
        err = kafka_task_copy(task, &lane->drafts[i]);
        task->epoch = epoch;
    }
    pthread_mutex_unlock(&bus->lock);
    return err;
}
