#include "bus/bus_local.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/wire.h"
#include "bus/log.h"

#define GROUP_BYTES_MAX ((size_t)1 << 30)
#define TASK_BYTES      32u

typedef struct local_task {
    uint64_t epoch, seq, digest;
    int64_t now_ms;
} local_task;

typedef struct local_bus {
    sw_bus bus;
    sw_db *db;
    sw_log *log;
    sw_batch *batch;
    local_task *tasks;
    local_task *drafts; /* what the group under way makes of them */
    uint32_t task_count;
    int64_t *offsets; /* of the group's records */
    size_t offset_cap;
    int wake;
    bool failed;           /* a write's outcome is not known: nothing more is written */
    pthread_mutex_t write; /* one group, claim or step of upkeep at a time */
    pthread_mutex_t view;  /* of tasks */
} local_bus;

sw_store_spec *sw_bus_local_stores(const sw_bus_options *options, uint32_t *ret_count) {
    uint32_t count = options->store_count + SW_LOG_STORES;
    sw_store_spec *specs = sw_heap_zero(count, sizeof specs[0]);
    if (!specs) return NULL;
    for (uint32_t i = 0; i < options->store_count; i++) specs[i] = options->stores[i];
    for (uint32_t i = 0; i < SW_LOG_STORES; i++) specs[options->store_count + i] = sw_log_stores[i];
    *ret_count = count;
    return specs;
}

static sw_log_key position_key(local_bus *bus, uint32_t task, uint32_t topic, uint32_t partition) {
    const sw_log_part *part = sw_log_part_of(bus->log, topic, partition);
    return sw_log_key_of('p', 3, task, sw_log_topic_id(bus->log, part), partition);
}

static sw_err put_task(local_bus *bus, uint32_t task, const local_task *state) {
    char bytes[TASK_BYTES];
    sw_log_key key = sw_log_key_of('c', 1, task, 0, 0);
    sw_wire_put_le(bytes, state->epoch, 8);
    sw_wire_put_le(bytes + 8, state->seq, 8);
    sw_wire_put_le(bytes + 16, (uint64_t)state->now_ms, 8);
    sw_wire_put_le(bytes + 24, state->digest, 8);
    return sw_log_put_meta(bus->log, &key, bytes, sizeof bytes, bus->batch);
}

static sw_err load_task(local_bus *bus, uint32_t task) {
    char bytes[TASK_BYTES];
    sw_log_key key = sw_log_key_of('c', 1, task, 0, 0);
    sw_err err = sw_log_get_meta(bus->log, &key, bytes, sizeof bytes);
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err;
    bus->tasks[task] = (local_task){.epoch = sw_wire_get_le(bytes, 8),
                                    .seq = sw_wire_get_le(bytes + 8, 8),
                                    .now_ms = (int64_t)sw_wire_get_le(bytes + 16, 8),
                                    .digest = sw_wire_get_le(bytes + 24, 8)};
    return SW_OK;
}

static sw_err local_poll(sw_bus *base, sw_position from, uint32_t records_max, size_t bytes_max,
                         sw_arena *arena, sw_record *ret_records, uint32_t *ret_count,
                         int64_t *ret_next_offset) {
    return sw_log_poll(((local_bus *)base)->log, from, records_max, bytes_max, arena, ret_records,
                       ret_count, ret_next_offset);
}

static sw_err local_end(sw_bus *base, uint32_t topic, uint32_t partition, int64_t *ret_first,
                        int64_t *ret_end) {
    sw_log_end(((local_bus *)base)->log, topic, partition, ret_first, ret_end);
    return SW_OK;
}

static sw_err local_find_time(sw_bus *base, uint32_t topic, uint32_t partition, int64_t ms,
                              int64_t *ret_offset) {
    return sw_log_find_time(((local_bus *)base)->log, topic, partition, ms, ret_offset);
}

static sw_err local_position(sw_bus *base, uint32_t task, uint32_t topic, uint32_t partition,
                             int64_t *ret_next_offset) {
    local_bus *bus = (local_bus *)base;
    char bytes[8];
    sw_log_key key = position_key(bus, task, topic, partition);
    sw_err err = sw_log_get_meta(bus->log, &key, bytes, sizeof bytes);
    if (err && err != SW_E_NOT_FOUND) return err;
    *ret_next_offset = err ? 0 : (int64_t)sw_wire_get_le(bytes, 8);
    return SW_OK;
}

static sw_err local_last_commit(sw_bus *base, uint32_t task, uint64_t *ret_epoch,
                                int64_t *ret_now_ms, uint64_t *ret_seq) {
    local_bus *bus = (local_bus *)base;
    SW_ASSERT(task < bus->task_count);
    pthread_mutex_lock(&bus->view);
    local_task state = bus->tasks[task];
    pthread_mutex_unlock(&bus->view);
    if (state.seq == 0) return SW_E_NOT_FOUND;
    *ret_epoch = state.epoch;
    *ret_now_ms = state.now_ms;
    *ret_seq = state.seq;
    return SW_OK;
}

/* Everything of one task's batch into the group's. */
static sw_err add_commit(local_bus *bus, const sw_commit *commit, size_t *record_at) {
    SW_ASSERT(commit->task < bus->task_count);
    local_task *state = &bus->drafts[commit->task];
    if (commit->epoch != state->epoch) return SW_E_FENCED;
    sw_err err = commit->state ? sw_batch_borrow_all(bus->batch, commit->state) : SW_OK;
    for (uint32_t i = 0; !err && i < commit->record_count; i++)
        err =
            sw_log_append(bus->log, &commit->records[i], bus->batch, &bus->offsets[(*record_at)++]);
    for (uint32_t i = 0; !err && i < commit->position_count; i++) {
        const sw_position *at = &commit->positions[i];
        char bytes[8];
        sw_log_key key = position_key(bus, commit->task, at->topic, at->partition);
        SW_ASSERT(at->next_offset >= 0);
        sw_wire_put_le(bytes, (uint64_t)at->next_offset, 8);
        err = sw_log_put_meta(bus->log, &key, bytes, sizeof bytes, bus->batch);
    }
    if (err) return err;
    state->seq++;
    state->now_ms = commit->now_ms;
    state->digest = commit->digest;
    return put_task(bus, commit->task, state);
}

static sw_err reserve_offsets(local_bus *bus, size_t count) {
    if (count <= bus->offset_cap) return SW_OK;
    int64_t *grown = sw_heap_resize(bus->offsets, count * 2 * sizeof grown[0]);
    if (!grown) return SW_E_NOMEM;
    bus->offsets = grown;
    bus->offset_cap = count * 2;
    return SW_OK;
}

static sw_err build_group(local_bus *bus, const sw_commit *commits, uint32_t count,
                          size_t *ret_records) {
    size_t records = 0, at = 0;
    for (uint32_t i = 0; i < count; i++) records += commits[i].record_count;
    memcpy(bus->drafts, bus->tasks, bus->task_count * sizeof bus->tasks[0]);
    sw_err err = reserve_offsets(bus, records);
    for (uint32_t i = 0; !err && i < count; i++) err = add_commit(bus, &commits[i], &at);
    if (!err) err = sw_log_seal(bus->log, bus->batch);
    *ret_records = records;
    return err;
}

static sw_err write_batch(local_bus *bus, bool sync) {
    sw_err err = sw_db_write(bus->db, bus->batch, sync);
    if (err) bus->failed = true;
    return err;
}

static sw_err commit_group(local_bus *bus, const sw_commit *commits, uint32_t count,
                           int64_t *ret_offsets) {
    size_t records;
    sw_err err = build_group(bus, commits, count, &records);
    if (err) {
        sw_log_drop(bus->log);
        return err;
    }
    if ((err = write_batch(bus, true))) return err;
    sw_log_publish(bus->log);
    pthread_mutex_lock(&bus->view);
    memcpy(bus->tasks, bus->drafts, bus->task_count * sizeof bus->tasks[0]);
    pthread_mutex_unlock(&bus->view);
    if (ret_offsets && records) memcpy(ret_offsets, bus->offsets, records * sizeof ret_offsets[0]);
    if (records) {
        uint64_t one = 1; /* a full counter is readable already */
        ssize_t wrote = write(bus->wake, &one, sizeof one);
        (void)wrote;
    }
    return SW_OK;
}

static sw_err local_commit(sw_bus *base, const sw_commit *commits, uint32_t count,
                           int64_t *ret_offsets) {
    local_bus *bus = (local_bus *)base;
    if (count == 0) return SW_OK;
    pthread_mutex_lock(&bus->write);
    sw_err err = bus->failed ? SW_E_IO : commit_group(bus, commits, count, ret_offsets);
    sw_batch_clear(bus->batch);
    pthread_mutex_unlock(&bus->write);
    return err;
}

static sw_err local_claim(sw_bus *base, uint32_t task, uint64_t *ret_epoch) {
    local_bus *bus = (local_bus *)base;
    SW_ASSERT(task < bus->task_count);
    pthread_mutex_lock(&bus->write);
    local_task state = bus->tasks[task];
    state.epoch++;
    sw_err err = bus->failed ? SW_E_IO : put_task(bus, task, &state);
    if (!err) err = write_batch(bus, true);
    if (!err) {
        pthread_mutex_lock(&bus->view);
        bus->tasks[task] = state;
        pthread_mutex_unlock(&bus->view);
        *ret_epoch = state.epoch;
    }
    sw_batch_clear(bus->batch);
    pthread_mutex_unlock(&bus->write);
    return err;
}

static sw_err local_maintain(sw_bus *base, int64_t now_ms, uint32_t chunks_max, bool *ret_more) {
    local_bus *bus = (local_bus *)base;
    pthread_mutex_lock(&bus->write);
    sw_err err =
        bus->failed ? SW_E_IO : sw_log_maintain(bus->log, now_ms, chunks_max, bus->batch, ret_more);
    if (err) bus->failed = true;
    sw_batch_clear(bus->batch);
    pthread_mutex_unlock(&bus->write);
    return err;
}

static sw_err local_verify(sw_bus *base, sw_diags *diags, uint64_t *ret_records) {
    local_bus *bus = (local_bus *)base;
    pthread_mutex_lock(&bus->write);
    sw_err err = sw_log_verify(bus->log, diags, ret_records);
    pthread_mutex_unlock(&bus->write);
    return err;
}

static sw_db *local_db(sw_bus *base) {
    return ((local_bus *)base)->db;
}

static int local_wake_fd(sw_bus *base) {
    return ((local_bus *)base)->wake;
}

static void local_close(sw_bus *base) {
    local_bus *bus = (local_bus *)base;
    sw_log_close(bus->log);
    sw_db_close(bus->db);
    sw_batch_free(bus->batch);
    if (bus->wake >= 0) close(bus->wake);
    pthread_mutex_destroy(&bus->write);
    pthread_mutex_destroy(&bus->view);
    sw_heap_free(bus->offsets);
    sw_heap_free(bus->drafts);
    sw_heap_free(bus->tasks);
    sw_heap_free(bus);
}

static const sw_bus_table table = {
    .poll = local_poll,
    .commit = local_commit,
    .position = local_position,
    .last_commit = local_last_commit,
    .claim = local_claim,
    .end = local_end,
    .find_time = local_find_time,
    .maintain = local_maintain,
    .verify = local_verify,
    .db = local_db,
    .wake_fd = local_wake_fd,
    .close = local_close,
};

/* Says what the database said, which names the file; or at least that it failed, where nobody who
 * knew more has. */
static void complain(sw_db *db, sw_err err, sw_diags *diags) {
    sw_buf text;
    if (!diags) return;
    sw_buf_init(&text, 8192);
    sw_db_error_text(db, &text);
    if (text.len > 0 || diags->count == 0)
        sw_diag_at(diags, err, 0, 0, "log",
                   err == SW_E_CORRUPT
                       ? "stop, keep a copy of the data directory, restore from the last backup"
                       : "check the disk, then start again",
                   "the log can't be taken up: %s: %.*s", sw_err_name(err),
                   SW_FMT(sw_buf_slice(&text)));
    sw_buf_done(&text);
}

sw_err sw_bus_local_open(sw_db *db, const sw_bus_options *options, sw_diags *diags, sw_bus **ret) {
    SW_ASSERT(db && options && options->task_count > 0 && ret);
    local_bus *bus = sw_heap_zero(1, sizeof *bus);
    if (!bus) {
        sw_db_close(db);
        return SW_E_NOMEM;
    }
    bus->bus.table = &table;
    bus->db = db;
    bus->wake = -1;
    bus->task_count = options->task_count;
    pthread_mutex_init(&bus->write, NULL);
    pthread_mutex_init(&bus->view, NULL);
    bus->tasks = sw_heap_zero(bus->task_count, sizeof bus->tasks[0]);
    bus->drafts = sw_heap_zero(bus->task_count, sizeof bus->drafts[0]);
    sw_err err = bus->tasks && bus->drafts ? SW_OK : SW_E_NOMEM;
    if (!err) err = sw_batch_new(GROUP_BYTES_MAX, &bus->batch);
    if (!err && (bus->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) < 0) err = SW_E_NOMEM;
    if (!err) err = sw_log_open(db, options, diags, &bus->log);
    for (uint32_t i = 0; !err && i < bus->task_count; i++) err = load_task(bus, i);
    if (err) {
        complain(db, err, diags);
        local_close(&bus->bus);
        return err;
    }
    *ret = &bus->bus;
    return SW_OK;
}
