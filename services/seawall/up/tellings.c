#include "seawall/up/tellings.h"

#include "base/hash.h"
#include "base/wire.h"
#include "deadline/deadline.h"
#include "evaluate/period_pb.h"
#include "evaluate/warning_pb.h"
#include "topics/topics.h"

enum { BUILT, TOLD };
enum { RECORDS = 1024, POLL_BYTES = 4 << 20, ARENA_BYTES = 256 << 20, COMMIT_RECORDS = 512 };
enum { ROW_KEY_BYTES = 17, ROW_BYTES_MAX = 2 << 20, HOW_BYTES = 16, LEN_BYTES = 4 };
#define LOAD_BYTES ((size_t)16 << 20)

const sw_store_spec sw_tellings_stores[SW_TELLINGS_STORES] = {
    [BUILT] = {.name = "tellings.built", .version = 1},
    [TOLD] = {.name = "tellings.told", .version = 1},
};

sw_err sw_tellings_begin(const sw_topology *topology, const sw_node *node, sw_bus *bus, sw_db *db,
                         sw_clock *clock, sw_tellings *ret) {
    *ret = (sw_tellings){.topology = topology, .node = node, .bus = bus, .db = db, .clock = clock};
    sw_arena_init(&ret->arena, ARENA_BYTES);
    sw_err err = sw_topology_topic(topology, SW_TOPIC_WARNINGS, &ret->warnings);
    if (!err) err = sw_topology_topic(topology, SW_TOPIC_PERIODS, &ret->periods);
    for (uint32_t i = 0; !err && i < SW_TELLINGS_STORES; i++)
        err = sw_load_new(db, topology->store_count + i, &ret->loads[i]);
    return err;
}

void sw_tellings_done(sw_tellings *tellings) {
    for (uint32_t i = 0; i < SW_TELLINGS_STORES; i++) sw_load_free(tellings->loads[i]);
    sw_arena_done(&tellings->arena);
}

/* ---- how each stands: a row of 'w' or 'p' and its id ---- */

typedef struct standing {
    char kind; /* 0: it is none of this processor's */
    sw_hash128 id, how;
    bool gone; /* it does not stand any more */
} standing;

static bool is_deadline(const sw_tellings *t) {
    return t->node->processor == &sw_deadline;
}

static sw_err read_warning(sw_tellings *t, sw_slice value, standing *ret) {
    sw_told_warning told;
    sw_err err = sw_told_from_pb(&t->arena, value, &told);
    if (err || (told.kind == SW_DEADLINE) != is_deadline(t)) return err;
    *ret = (standing){.kind = 'w', .id = told.id, .gone = told.change == SW_WITHDRAWN};
    ret->how.bytes[0] = (unsigned char)told.change;
    return SW_OK;
}

/* Whatever of it would be told again if it moved. */
static sw_hash128 shown(const sw_told_period *p) {
    const int64_t numbers[] = {p->start_ms, p->due_ms, p->caution_ms, p->paused_ms,
                               p->next_ms,  p->level,  p->next_level, p->provisional};
    const sw_slice parts[] = {sw_slice_of((const char *)numbers, sizeof numbers), p->orgcode,
                              p->officerid};
    return sw_hash128_parts(parts, SW_COUNT(parts));
}

static sw_err read_period(sw_tellings *t, sw_slice value, standing *ret) {
    sw_told_period told;
    if (!is_deadline(t)) return SW_OK;
    sw_err err = sw_period_from_pb(&t->arena, value, &told);
    if (err) return err;
    *ret = (standing){.kind = 'p',
                      .id = told.instance,
                      .how = shown(&told),
                      .gone = told.change == SW_PERIOD_CLOSED};
    return SW_OK;
}

/* How it stands, and the record that says so. */
static sw_err put_row(sw_tellings *t, uint32_t store, const standing *s, const sw_record *record) {
    char key[ROW_KEY_BYTES] = {s->kind}, len[LEN_BYTES];
    sw_load *load = t->loads[store];
    sw_buf row;
    memcpy(key + 1, s->id.bytes, sizeof s->id.bytes);
    if (sw_load_bytes(load) > LOAD_BYTES) {
        sw_err err = sw_load_flush(load);
        if (err) return err;
    }
    if (s->gone) return sw_load_delete(load, sw_slice_of(key, sizeof key));
    sw_buf_init(&row, ROW_BYTES_MAX);
    sw_buf_add(&row, sw_slice_of(s->how.bytes, sizeof s->how.bytes));
    sw_wire_put_le(len, record->key.len, LEN_BYTES);
    sw_buf_add(&row, sw_slice_of(len, LEN_BYTES));
    sw_buf_add(&row, record->key);
    sw_buf_add(&row, record->value);
    sw_err err =
        row.err ? row.err : sw_load_put(load, sw_slice_of(key, sizeof key), sw_buf_slice(&row));
    sw_buf_done(&row);
    return err;
}

static sw_err note(sw_tellings *t, uint32_t store, const sw_record *record) {
    standing s = {0};
    sw_err err = SW_OK;
    if (record->tombstone) return SW_OK; /* compaction's own */
    sw_arena_mark mark = sw_arena_save(&t->arena);
    if (record->topic == t->warnings) err = read_warning(t, record->value, &s);
    if (record->topic == t->periods) err = read_period(t, record->value, &s);
    sw_arena_rewind(&t->arena, mark);
    return err || !s.kind ? err : put_row(t, store, &s, record);
}

void sw_tellings_emitted(void *tellings, const sw_record *record) {
    sw_tellings *t = tellings;
    if (!t->err) t->err = note(t, BUILT, record);
}

static sw_err read_partition(sw_tellings *t, uint32_t topic, uint32_t partition) {
    static sw_record records[RECORDS];
    int64_t first, end, next;
    uint32_t count = 1;
    sw_err err = sw_bus_end(t->bus, topic, partition, &first, &end);
    for (next = first; !err && count > 0 && next < end;) {
        const sw_position from = {topic, partition, next};
        sw_arena_reset(&t->arena);
        err = sw_bus_poll(t->bus, from, RECORDS, POLL_BYTES, &t->arena, records, &count, &next);
        for (uint32_t i = 0; !err && i < count; i++) err = note(t, TOLD, &records[i]);
    }
    return err;
}

/* ---- the difference ---- */

/* What is to be appended; keys and values in the arena. */
typedef struct difference {
    sw_tellings *t;
    uint32_t task;
    uint64_t epoch;
    int64_t task_ms, now_ms; /* of the task's last commit; of what is decided now */
    sw_record records[COMMIT_RECORDS];
    uint32_t count;
} difference;

static sw_err append(difference *d, uint32_t topic, sw_slice key, const sw_buf *value) {
    sw_slice kept_key, kept;
    if (value->err) return value->err;
    if (!sw_arena_copy(&d->t->arena, key, &kept_key) ||
        !sw_arena_copy(&d->t->arena, sw_buf_slice(value), &kept))
        return SW_E_LIMIT;
    const uint32_t partitions = d->t->topology->topics[topic].partitions;
    d->records[d->count++] = (sw_record){.topic = topic,
                                         .partition = sw_partition_of(key, partitions),
                                         .timestamp_ms = d->now_ms,
                                         .key = kept_key,
                                         .value = kept};
    return SW_OK;
}

static sw_err flush(difference *d) {
    if (d->count == 0) return SW_OK;
    const sw_commit commit = {.task = d->task,
                              .epoch = d->epoch,
                              .now_ms = d->task_ms,
                              .records = d->records,
                              .record_count = d->count};
    sw_err err = sw_bus_commit(d->t->bus, &commit, 1, NULL);
    d->t->told += d->count;
    d->count = 0;
    sw_arena_reset(&d->t->arena);
    return err;
}

static sw_err tell_warning(difference *d, sw_slice key, sw_told_warning *told) {
    sw_buf bytes;
    told->decided_ms = d->now_ms;
    told->told_by = 0;
    told->has_replaces = told->has_replaced_by = false;
    sw_buf_init(&bytes, ROW_BYTES_MAX);
    sw_told_to_pb(told, &bytes);
    sw_err err = append(d, d->t->warnings, key, &bytes);
    sw_buf_done(&bytes);
    return err;
}

static sw_err tell_period(difference *d, sw_slice key, sw_told_period *told,
                          sw_period_change change) {
    sw_buf bytes;
    told->change = change;
    told->decided_ms = d->now_ms;
    sw_buf_init(&bytes, ROW_BYTES_MAX);
    sw_period_to_pb(told, &bytes);
    sw_err err = append(d, d->t->periods, key, &bytes);
    sw_buf_done(&bytes);
    return err;
}

static void as_raised(sw_told_warning *told) {
    told->change = SW_RAISED;
    told->state = SW_STATE_OPEN;
    told->late_by_s = -1;
    told->stopped_ms = SW_TIME_NONE;
    told->reason = SW_SLICE_NONE;
    told->has_cause = false;
}

static void as_withdrawn(sw_told_warning *told) {
    as_raised(told);
    told->change = SW_WITHDRAWN;
    told->state = SW_STATE_WITHDRAWN;
    told->fires_ms = SW_TIME_NONE;
}

/* `known`: something else was told of it, that stands. */
static sw_err settle_warning(difference *d, sw_slice key, sw_slice built, sw_slice told,
                             bool known) {
    sw_told_warning w;
    sw_err err = sw_told_from_pb(&d->t->arena, built.len ? built : told, &w);
    if (err) return err;
    if (!built.len) {
        as_withdrawn(&w);
        return tell_warning(d, key, &w);
    }
    const sw_told_warning resolved = w;
    if (!known && w.change == SW_RESOLVED) {
        as_raised(&w);
        err = tell_warning(d, key, &w);
        w = resolved;
    }
    return err ? err : tell_warning(d, key, &w);
}

static sw_err settle_period(difference *d, sw_slice key, sw_slice built, sw_slice told,
                            bool known) {
    sw_told_period p;
    sw_err err = sw_period_from_pb(&d->t->arena, built.len ? built : told, &p);
    if (err) return err;
    if (built.len) return tell_period(d, key, &p, known ? SW_PERIOD_MOVED : SW_PERIOD_OPENED);
    p.next_ms = p.paused_ms = SW_TIME_NONE;
    p.next_level = -1;
    p.has_cause = false;
    p.reason = SW_S("withdrawn");
    return tell_period(d, key, &p, SW_PERIOD_CLOSED);
}

/* A row's record; empty of one that is not there. */
static void split(sw_slice row, sw_slice *ret_key, sw_slice *ret_value) {
    *ret_value = SW_S("");
    if (row.len < HOW_BYTES + LEN_BYTES) return;
    const size_t from = HOW_BYTES + LEN_BYTES;
    const size_t len = (size_t)sw_wire_get_le(row.ptr + HOW_BYTES, LEN_BYTES);
    *ret_key = sw_slice_sub(row, from, from + len);
    *ret_value = sw_slice_sub(row, from + len, row.len);
}

static sw_err settle_row(difference *d, char kind, sw_slice built_row, sw_slice told_row) {
    sw_slice key = SW_S(""), built, told;
    split(told_row, &key, &told);
    split(built_row, &key, &built);
    const bool known = told_row.len > 0;
    sw_err err = kind == 'w' ? settle_warning(d, key, built, told, known)
                             : settle_period(d, key, built, told, known);
    return err || d->count + 2 < COMMIT_RECORDS ? err : flush(d);
}

static sw_err walk(difference *d, sw_iter *built, sw_iter *told) {
    sw_slice key[2], row[2];
    bool more = sw_iter_next(built, &key[0], &row[0]);
    bool there = sw_iter_next(told, &key[1], &row[1]);
    sw_err err = SW_OK;
    while (!err && (more || there)) {
        const int c = !more ? 1 : !there ? -1 : sw_slice_cmp(key[0], key[1]);
        const bool same = c == 0 && memcmp(row[0].ptr, row[1].ptr, HOW_BYTES) == 0;
        if (!same)
            err = settle_row(d, key[c > 0].ptr[0], c <= 0 ? row[0] : SW_S(""),
                             c >= 0 ? row[1] : SW_S(""));
        if (c <= 0) more = sw_iter_next(built, &key[0], &row[0]);
        if (c >= 0) there = sw_iter_next(told, &key[1], &row[1]);
    }
    if (!err) err = sw_iter_error(built);
    if (!err) err = sw_iter_error(told);
    return err ? err : flush(d);
}

/* In the name of a task that has told something, at the time of its last commit: no timer of it has
 * fired since. What is decided is decided now, and never before anything in the log. */
static sw_err begin_difference(sw_tellings *t, difference *d) {
    sw_err err = SW_E_NOT_FOUND;
    *d = (difference){.t = t};
    for (uint32_t i = 0; i < t->topology->task_count; i++) {
        const sw_task_spec *task = &t->topology->tasks[i];
        uint64_t epoch, seq;
        int64_t now_ms;
        sw_err last = sw_bus_last_commit(t->bus, task->number, &epoch, &now_ms, &seq);
        if (last == SW_E_NOT_FOUND) continue;
        if (last) return last;
        sw_clock_raise(t->clock, now_ms);
        if (&t->topology->nodes[task->node] != t->node) continue;
        d->task = task->number;
        d->task_ms = now_ms;
        err = SW_OK;
    }
    d->now_ms = sw_clock_now_ms(t->clock);
    return err ? err : sw_bus_claim(t->bus, d->task, &d->epoch);
}

sw_err sw_tellings_settle(sw_tellings *tellings, uint64_t *ret_told) {
    static difference d;
    sw_iter *built = NULL, *told = NULL;
    const uint32_t topics[] = {tellings->warnings, tellings->periods};
    const uint32_t first = tellings->topology->store_count;
    sw_err err = tellings->err;
    for (size_t i = 0; i < SW_COUNT(topics); i++)
        for (uint32_t at = 0; !err && at < tellings->topology->topics[topics[i]].partitions; at++)
            err = read_partition(tellings, topics[i], at);
    sw_arena_reset(&tellings->arena);
    for (uint32_t i = 0; !err && i < SW_TELLINGS_STORES; i++)
        err = sw_load_flush(tellings->loads[i]);
    if (!err) err = begin_difference(tellings, &d);
    if (!err)
        err = sw_db_iter_open(tellings->db, first + BUILT, SW_SLICE_NONE, SW_SLICE_NONE, &built);
    if (!err)
        err = sw_db_iter_open(tellings->db, first + TOLD, SW_SLICE_NONE, SW_SLICE_NONE, &told);
    if (!err) err = walk(&d, built, told);
    sw_iter_close(built);
    sw_iter_close(told);
    if (!err) *ret_told = tellings->told;
    return err == SW_E_NOT_FOUND ? SW_OK : err; /* it has never done anything */
}
