/* The state of one service: rows into changelogs, then where each task stands, which is last: it is
 * there when all is. It is proved by restoring it, as the service will. */
#include "base/wire.h"
#include "bus/kafka_move.h"

enum { PREFIX_LEN = 4 };

typedef struct state_copy {
    kafka_mover mover;
    sw_kafka_move_report *report, before;
    bool ahead; /* a task has gone on there */
} state_copy;

static const sw_processor *processor_of(const sw_topology *topology, uint32_t task) {
    for (uint32_t i = 0; i < topology->node_count; i++)
        if (topology->nodes[i].processor->id == task / SW_PARTITIONS_MAX)
            return topology->nodes[i].processor;
    return NULL;
}

static bool is_ours(const sw_bus_kafka_options *kafka, sw_slice key) {
    if (key.len < PREFIX_LEN) return false;
    const sw_processor *p =
        processor_of(kafka->topology, (uint32_t)sw_wire_get_be(key.ptr, PREFIX_LEN));
    return p && (!kafka->runs || kafka->runs(kafka->runs_arg, p));
}

static sw_err copy_store(state_copy *c, uint32_t store) {
    kafka_mover *m = &c->mover;
    uint32_t topic = m->home.bus->topic_count + store;
    sw_iter *iter;
    sw_record row = {0};
    if (m->topics[topic].spec.partitions == 0) return SW_OK;
    sw_err err = sw_db_iter_open(sw_bus_db(m->from), store, SW_SLICE_NONE, SW_SLICE_NONE, &iter);
    if (err) return err;
    while (!err && sw_iter_next(iter, &row.key, &row.value)) {
        if (!is_ours(m->home.kafka, row.key)) continue;
        uint32_t task = (uint32_t)sw_wire_get_be(row.key.ptr, PREFIX_LEN);
        row.partition = task % SW_PARTITIONS_MAX;
        row.timestamp_ms = sw_clock_now_ms(m->home.kafka->env.clock);
        err = kafka_mover_put(m, topic, &row, false);
    }
    if (!err) err = sw_iter_error(iter);
    sw_iter_close(iter);
    return err;
}

/* Where a task of the source stands; false: it has never committed. */
static sw_err read_task(const state_copy *c, uint32_t number, kafka_task *task, bool *ret_some) {
    const kafka_mover *m = &c->mover;
    const sw_bus_options *o = m->home.bus;
    task->number = number;
    sw_err err = sw_bus_last_commit(m->from, number, &task->last_epoch, &task->now_ms, &task->seq);
    *ret_some = err == SW_OK;
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err;
    uint32_t p = number % SW_PARTITIONS_MAX;
    for (uint32_t t = 0; !err && t < o->topic_count; t++) {
        int64_t next;
        if (p >= o->topics[t].partitions) continue;
        err = sw_bus_position(m->from, number, t, p, &next);
        if (!err && next > 0) err = kafka_task_position(task, (sw_position){t, p, next});
    }
    return err;
}

static bool runs_task(const state_copy *c, uint32_t number) {
    char key[PREFIX_LEN];
    sw_wire_put_be(key, number, PREFIX_LEN);
    return is_ours(c->mover.home.kafka, sw_slice_of(key, sizeof key));
}

static sw_err copy_task(state_copy *c, uint32_t number) {
    kafka_mover *m = &c->mover;
    kafka_task task = {0};
    char key[PREFIX_LEN];
    bool some;
    sw_buf value;
    sw_buf_init(&value, (size_t)1 << 20);
    sw_err err = read_task(c, number, &task, &some);
    if (!err && some) err = kafka_task_write(&task, m->home.bus, &value);
    if (!err && some) {
        sw_wire_put_be(key, number, PREFIX_LEN);
        const sw_record row = {.partition = number % SW_PARTITIONS_MAX,
                               .timestamp_ms = sw_clock_now_ms(m->home.kafka->env.clock),
                               .key = sw_slice_of(key, sizeof key),
                               .value = sw_buf_slice(&value)};
        err = kafka_mover_put(m, m->topic_count - 1, &row, false);
    }
    sw_buf_done(&value);
    kafka_task_done(&task);
    return err;
}

static sw_err copy_all(state_copy *c) {
    const sw_bus_options *o = c->mover.home.bus;
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < o->store_count; i++) err = copy_store(c, i);
    if (!err) err = kafka_mover_flush(&c->mover);
    for (uint32_t t = 0; !err && t < o->task_count; t++)
        if (runs_task(c, t)) err = copy_task(c, t);
    return err ? err : kafka_mover_flush(&c->mover);
}

/* Whether a commits' changelog has anything: the service has run, or its move was finished. */
static sw_err is_there(state_copy *c, bool *ret) {
    kafka_mover *m = &c->mover;
    const kafka_topic *topic = &m->topics[m->topic_count - 1];
    *ret = false;
    for (uint32_t p = 0; p < topic->spec.partitions; p++) {
        int64_t first, end;
        sw_err err = kafka_mover_ends(m, m->topic_count - 1, p, &first, &end);
        if (err) return err;
        if (end > 0) *ret = true;
    }
    return SW_OK;
}

/* ---- proving ---- */

static sw_err differs(state_copy *c, uint32_t store) {
    return sw_diag_at(c->mover.diags, SW_E_CONFLICT, 0, 0, c->mover.home.bus->stores[store].name,
                      "use another topics.prefix, or delete the topics of a move that is not to "
                      "be finished",
                      "what is restored from the changelogs is not the state of the data "
                      "directory: the services have run there already, or it is another's");
}

/* The rows of this service, one after the other, are the same in both. */
static sw_err compare_store(state_copy *c, sw_db *there, uint32_t store) {
    sw_iter *here, *copy;
    sw_slice key, value, key_there, value_there;
    sw_err err =
        sw_db_iter_open(sw_bus_db(c->mover.from), store, SW_SLICE_NONE, SW_SLICE_NONE, &here);
    if (err) return err;
    err = sw_db_iter_open(there, store, SW_SLICE_NONE, SW_SLICE_NONE, &copy);
    if (err) {
        sw_iter_close(here);
        return err;
    }
    bool good = true, more;
    do {
        while ((more = sw_iter_next(here, &key, &value)) && !is_ours(c->mover.home.kafka, key))
            continue;
        bool more_there;
        while ((more_there = sw_iter_next(copy, &key_there, &value_there)) &&
               !is_ours(c->mover.home.kafka, key_there))
            continue;
        good = more == more_there &&
               (!more || (sw_slice_eq(key, key_there) && sw_slice_eq(value, value_there)));
        c->report->rows += more;
    } while (good && more);
    err = sw_iter_error(here);
    if (!err) err = sw_iter_error(copy);
    sw_iter_close(here);
    sw_iter_close(copy);
    if (!err && !good) err = differs(c, store);
    return err;
}

static sw_err compare_task(state_copy *c, sw_bus *there, uint32_t number) {
    kafka_task task = {0};
    uint64_t epoch, seq = 0;
    int64_t now_ms;
    bool some, good = true;
    sw_err err = read_task(c, number, &task, &some);
    if (!err && some) err = sw_bus_claim(there, number, &epoch);
    if (!err && some) err = sw_bus_last_commit(there, number, &epoch, &now_ms, &seq);
    if (err == SW_E_NOT_FOUND) err = SW_OK;
    good = seq == task.seq;
    c->ahead = c->ahead || seq > task.seq;
    for (uint32_t i = 0; !err && good && i < task.position_count; i++) {
        const sw_position *at = &task.positions[i];
        int64_t next;
        err = sw_bus_position(there, number, at->topic, at->partition, &next);
        good = next == at->next_offset;
    }
    c->report->tasks += some;
    kafka_task_done(&task);
    if (!err && !good)
        err = sw_diag_at(c->mover.diags, SW_E_CONFLICT, 0, 0, "tasks",
                         "the services have run there already: they go on by themselves",
                         "task %u of %s has committed %llu times there, and %llu times here",
                         number % SW_PARTITIONS_MAX,
                         processor_of(c->mover.home.kafka->topology, number)->name,
                         (unsigned long long)seq, (unsigned long long)task.seq);
    return err;
}

static sw_err prove(state_copy *c, const sw_bus_kafka_options *kafka) {
    const sw_bus_options *o = c->mover.home.bus;
    sw_bus_kafka_options own = *kafka;
    sw_bus *there;
    own.groups = 1;
    *c->report = c->before;
    sw_err err = sw_bus_kafka_open(o, &own, c->mover.diags, &there);
    if (err) return err;
    for (uint32_t t = 0; !err && t < o->task_count; t++) /* claims, and so restores */
        if (runs_task(c, t)) err = compare_task(c, there, t);
    for (uint32_t i = 0; !err && i < o->store_count; i++)
        err = compare_store(c, sw_bus_db(there), i);
    sw_bus_close(there);
    return err;
}

/* What an earlier call left may be whole, or a part: then all of it is copied once more. */
static sw_err prove_what_is_there(state_copy *c, const sw_bus_kafka_options *kafka) {
    sw_arena arena;
    sw_diags quiet, *loud = c->mover.diags;
    sw_arena_init(&arena, (size_t)1 << 20);
    sw_diags_init(&quiet, &arena, SW_SLICE_NONE, 10);
    c->mover.diags = &quiet;
    sw_err err = prove(c, kafka);
    c->mover.diags = loud;
    sw_arena_done(&arena);
    return err;
}

sw_err sw_bus_kafka_move_state(const sw_bus_options *options, const sw_bus_kafka_options *kafka,
                               sw_bus *from, sw_diags *diags, sw_kafka_move_report *ret) {
    SW_ASSERT(options && kafka && kafka->topology && kafka->dir && from && diags && ret);
    sw_bus_kafka_options own = *kafka;
    state_copy c = {.report = ret, .before = *ret};
    bool there = false;
    sw_err err = kafka_mover_open(&c.mover, options, &own, from, diags);
    if (!err) err = is_there(&c, &there);
    bool whole = !err && there && prove_what_is_there(&c, kafka) == SW_OK;
    if (!err && !whole && !c.ahead) err = copy_all(&c);
    if (!err && !whole) err = prove(&c, kafka);
    kafka_mover_close(&c.mover);
    return err;
}
