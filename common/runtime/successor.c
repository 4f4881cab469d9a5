#include "runtime/successor.h"

#include "base/arena.h"
#include "runtime/by_key.h"
#include "runtime/task.h"
#include "runtime/watch.h"
#include "stream/digest.h"

/* What happens to a key comes together: more would only leave the processor's caches. */
#define BY_KEY_OBJECT_BYTES ((size_t)8 << 20)

struct sw_successor {
    sw_rebuild rebuild;
    sw_object_budget objects;
    sw_task_home home;
    sw_task *task;
    sw_by_key *by_key; /* of what there was at the beginning; NULL: it is taken */
    sw_rebuilt sum;
};

static bool goes_by_key(const sw_rebuild *r) {
    const sw_node *node = &r->topology->nodes[r->task->node];
    SW_ASSERT(!node->processor->by_key || node->input_count == 1);
    return node->processor->by_key && r->dir;
}

sw_err sw_successor_open(const sw_rebuild *rebuild, sw_successor **ret) {
    SW_ASSERT(rebuild && rebuild->topology && rebuild->source && rebuild->target && rebuild->task &&
              ret);
    sw_successor *s = sw_heap_zero(1, sizeof *s);
    if (!s) return SW_E_NOMEM;
    s->rebuild = *rebuild;
    s->objects.bytes_max = goes_by_key(rebuild) ? BY_KEY_OBJECT_BYTES : SW_OBJECT_BYTES_DEFAULT;
    s->home = (sw_task_home){
        .objects = &s->objects,
        .topology = rebuild->topology,
        .bus = rebuild->source,
        .db = rebuild->target,
        .env = {.clock = rebuild->env.clock},
        .records_max = SW_BATCH_RECORDS_MAX,
        .timers_max = SW_BATCH_TIMERS_MAX,
    };
    sw_err err = sw_task_open(&s->home, rebuild->task, &s->task);
    if (!err && goes_by_key(rebuild))
        err = sw_by_key_open(rebuild->source, rebuild->task->number, s->task->inputs.committed[0],
                             rebuild->dir, &s->by_key);
    if (err) {
        sw_successor_close(s);
        return err;
    }
    s->task->state = SW_TASK_READY; /* without a claim: it never commits to the bus */
    s->task->follow = true;
    s->task->ctx.unheard = rebuild->emitted == NULL;
    *ret = s;
    return SW_OK;
}

void sw_successor_close(sw_successor *successor) {
    if (!successor) return;
    sw_task_close(successor->task);
    sw_by_key_close(successor->by_key);
    sw_heap_free(successor);
}

/* ---- catching up ---- */

static sw_err apply(sw_successor *s, int64_t until_ms) {
    const sw_commit *commit = &s->task->item.commit;
    if (commit->state) {
        sw_err err = sw_db_write(s->rebuild.target, commit->state, false);
        if (err) return err;
    }
    for (uint32_t i = 0; s->rebuild.emitted && i < commit->record_count; i++)
        s->rebuild.emitted(s->rebuild.arg, &s->task->item.records[i]);
    s->sum.records += s->task->taken;
    s->sum.timers += s->task->fired_count;
    s->sum.emitted += commit->record_count;
    sw_task_committed(s->task, until_ms);
    return SW_OK;
}

/* What is at hand. */
static sw_err take(sw_successor *s, int64_t until_ms) {
    sw_task *task = s->task;
    sw_err err;
    do {
        err = sw_task_run(task, until_ms);
        if (!err) err = task->trouble;
        if (err || task->state != SW_TASK_SEALED) break;
        err = apply(s, until_ms);
    } while (!err);
    return err;
}

/* One key after the other. */
static sw_err take_by_key(sw_successor *s, int64_t until_ms) {
    sw_inputs *inputs = &s->task->inputs;
    sw_err err = sw_by_key_gather(s->by_key, inputs->until[0]);
    if (err) return err;
    inputs->by_key = s->by_key;
    err = take(s, until_ms);
    if (err) return err;
    inputs->by_key = NULL;
    inputs->committed[0].next_offset = inputs->next[0].next_offset = inputs->until[0];
    sw_by_key_close(s->by_key);
    s->by_key = NULL;
    return SW_OK;
}

static sw_err take_until(sw_successor *s, int64_t until_ms) {
    sw_task *task = s->task;
    for (uint32_t i = 0; i < task->node->input_count; i++) {
        sw_position at = task->inputs.committed[i];
        sw_err err = sw_bus_position(s->rebuild.source, task->spec->number, at.topic, at.partition,
                                     &task->inputs.until[i]);
        if (err) return err;
    }
    sw_err err = s->by_key ? take_by_key(s, until_ms) : SW_OK;
    if (!err) err = take(s, until_ms);
    for (uint32_t i = 0; !err && i < task->node->input_count; i++)
        if (task->inputs.committed[i].next_offset < task->inputs.until[i])
            err = SW_E_AGAIN; /* the bus does not show yet what the task has taken */
    return err;
}

/* The time of the task's last commit is read before its positions: of what is committed meanwhile
 * the records may be there and the timers not yet, never the other way round. */
static sw_err last_now(const sw_successor *s, int64_t *ret_now_ms) {
    uint64_t epoch, seq;
    sw_err err =
        sw_bus_last_commit(s->rebuild.source, s->rebuild.task->number, &epoch, ret_now_ms, &seq);
    if (err != SW_E_NOT_FOUND) return err;
    *ret_now_ms = INT64_MIN;
    return SW_OK;
}

static sw_err finish(sw_successor *s, sw_rebuilt *ret_sum) {
    sw_err err = sw_watch_digest(s->rebuild.target, s->rebuild.topology, s->rebuild.task->number,
                                 &s->sum.digest);
    if (!err) *ret_sum = s->sum;
    return err;
}

sw_err sw_successor_catch_up(sw_successor *successor, sw_rebuilt *ret_sum) {
    SW_ASSERT(successor && ret_sum);
    int64_t now_ms;
    sw_err err = last_now(successor, &now_ms);
    if (!err) err = take_until(successor, now_ms);
    return err ? err : finish(successor, ret_sum);
}

sw_err sw_rebuild_task(const sw_rebuild *rebuild, sw_rebuilt *ret) {
    SW_ASSERT(ret);
    sw_successor *s;
    sw_err err = sw_successor_open(rebuild, &s);
    if (err) return err;
    err = take_until(s, rebuild->until_ms);
    if (!err) err = finish(s, ret);
    sw_successor_close(s);
    return err;
}

/* ---- the cut ---- */

/* Rows of the task in one store of both databases, side by side. */
typedef struct pair {
    sw_iter *live, *fresh;
    bool in_live, in_fresh;
    sw_slice live_key, live_value, fresh_key, fresh_value;
} pair;

static void next_live(pair *p) {
    p->in_live = sw_iter_next(p->live, &p->live_key, &p->live_value);
}

static void next_fresh(pair *p) {
    p->in_fresh = sw_iter_next(p->fresh, &p->fresh_key, &p->fresh_value);
}

static sw_err compare_rows(pair *p, uint32_t store, sw_batch *batch, sw_cut_over *sum) {
    next_live(p);
    next_fresh(p);
    sw_err err = SW_OK;
    while (!err && (p->in_live || p->in_fresh)) {
        int c = !p->in_live ? 1 : !p->in_fresh ? -1 : sw_slice_cmp(p->live_key, p->fresh_key);
        if (c < 0) {
            err = sw_batch_delete(batch, store, p->live_key);
            sum->deleted++;
        } else if (c > 0 || !sw_slice_eq(p->live_value, p->fresh_value)) {
            err = sw_batch_put(batch, store, p->fresh_key, p->fresh_value);
            sum->put++;
        }
        if (c <= 0) next_live(p);
        if (c >= 0) next_fresh(p);
    }
    if (!err) err = sw_iter_error(p->live);
    return err ? err : sw_iter_error(p->fresh);
}

static sw_err compare_store(const sw_successor *s, uint32_t store, sw_batch *batch,
                            sw_cut_over *sum) {
    char from[SW_TASK_PREFIX_BYTES], to[SW_TASK_PREFIX_BYTES];
    sw_task_prefix(from, s->rebuild.task->number);
    sw_task_prefix(to, s->rebuild.task->number + 1);
    sw_slice low = sw_slice_of(from, SW_TASK_PREFIX_BYTES),
             high = sw_slice_of(to, SW_TASK_PREFIX_BYTES);
    pair p = {0};
    sw_err err = sw_db_iter_open(sw_bus_db(s->rebuild.source), store, low, high, &p.live);
    if (!err) err = sw_db_iter_open(s->rebuild.target, store, low, high, &p.fresh);
    if (!err) err = compare_rows(&p, store, batch, sum);
    sw_iter_close(p.live);
    sw_iter_close(p.fresh);
    return err;
}

/* Which of the timers that are past due have fired can't be told from the time of a commit. */
static sw_err check_timers(const sw_successor *s, int64_t now_ms) {
    sw_task_spec task = *s->rebuild.task;
    sw_topology one = *s->rebuild.topology;
    sw_overdue overdue;
    one.tasks = &task;
    one.task_count = 1;
    if (now_ms == INT64_MIN) return SW_OK;
    sw_err err = sw_watch_overdue(sw_bus_db(s->rebuild.source), &one, now_ms + 1, 1, &overdue);
    if (err) return err;
    return overdue.count ? SW_E_AGAIN : SW_OK;
}

sw_err sw_successor_check_log(const sw_successor *s) {
    SW_ASSERT(s);
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < s->task->node->input_count; i++) {
        sw_position at = s->task->inputs.committed[i];
        int64_t first, end;
        err = sw_bus_end(s->rebuild.source, at.topic, at.partition, &first, &end);
        if (!err && first > 0) err = SW_E_RANGE;
    }
    return err;
}

static sw_err commit(sw_successor *s, uint64_t epoch, int64_t now_ms, const sw_batch *batch) {
    const sw_commit commit = {
        .task = s->rebuild.task->number,
        .epoch = epoch,
        .now_ms = now_ms,
        .state = batch,
        .digest = sw_digest_batch(SW_DIGEST_START, batch),
    };
    return sw_bus_commit(s->rebuild.source, &commit, 1, NULL);
}

sw_err sw_successor_cut_over(sw_successor *successor, size_t bytes_max, sw_cut_over *ret) {
    SW_ASSERT(successor && bytes_max > 0 && ret);
    const sw_rebuild *r = &successor->rebuild;
    uint64_t epoch;
    int64_t now_ms = INT64_MIN;
    sw_cut_over sum = {0};
    sw_rebuilt rebuilt;
    sw_batch *batch;
    sw_err err = sw_successor_check_log(successor);
    if (!err) err = sw_batch_new(bytes_max, &batch);
    if (err) return err;
    err = sw_bus_claim(r->source, r->task->number, &epoch);
    if (!err) err = last_now(successor, &now_ms);
    if (!err && now_ms == INT64_MIN)
        err = SW_E_AGAIN; /* there is nothing yet to take the place of */
    if (!err) err = check_timers(successor, now_ms);
    if (!err) err = sw_successor_catch_up(successor, &rebuilt);
    if (!err)
        err = sw_watch_digest(sw_bus_db(r->source), r->topology, r->task->number, &sum.former);
    for (uint32_t store = 0; !err && store < r->topology->store_count; store++)
        err = compare_store(successor, store, batch, &sum);
    if (!err && sw_batch_count(batch) > 0) err = commit(successor, epoch, now_ms, batch);
    if (!err) sum.digest = rebuilt.digest;
    if (!err) *ret = sum;
    sw_batch_free(batch);
    return err;
}
