#include "runtime/pace.h"

sw_err sw_worker_open(sw_runtime *runtime, sw_worker **ret) {
    SW_ASSERT(runtime && ret);
    sw_worker *worker = sw_heap_zero(1, sizeof *worker);
    if (!worker) return SW_E_NOMEM;
    worker->runtime = runtime;
    worker->last_us = INT64_MIN / 2;
    sw_rng_init(&worker->rng, runtime->options.seed);
    *ret = worker;
    return SW_OK;
}

void sw_worker_close(sw_worker *worker) {
    if (!worker) return;
    for (uint32_t i = 0; i < worker->count; i++) sw_task_close(worker->slots[i].task);
    sw_heap_free(worker->slots);
    sw_heap_free(worker->items);
    sw_heap_free(worker);
}

static sw_err grow(sw_worker *worker) {
    uint32_t cap = worker->cap ? worker->cap * 2 : 8;
    sw_slot *slots = sw_heap_resize(worker->slots, cap * sizeof *slots);
    if (!slots) return SW_E_NOMEM;
    worker->slots = slots;
    sw_commit_item **items = sw_heap_resize(worker->items, (cap + 1) * sizeof *items);
    if (!items) return SW_E_NOMEM;
    worker->items = items;
    worker->cap = cap;
    return SW_OK;
}

static sw_slot *find(const sw_worker *worker, uint32_t number) {
    for (uint32_t i = 0; i < worker->count; i++)
        if (worker->slots[i].task->spec->number == number) return &worker->slots[i];
    return NULL;
}

bool sw_worker_owns(const sw_worker *worker, uint32_t task_number) {
    SW_ASSERT(worker);
    return find(worker, task_number) != NULL;
}

sw_err sw_worker_claim(sw_worker *worker, const sw_task_spec *spec) {
    SW_ASSERT(worker && spec);
    if (find(worker, spec->number)) return SW_E_CONFLICT;
    if (worker->count == worker->cap) {
        sw_err err = grow(worker);
        if (err) return err;
    }
    sw_task *task;
    sw_err err = sw_task_open(&worker->runtime->home, spec, &task);
    if (err) return err;
    err = sw_task_claim(task);
    if (err && sw_err_verdict(err) != SW_VERDICT_RETRY) {
        sw_task_close(task);
        return err;
    }
    worker->slots[worker->count++] =
        (sw_slot){.task = task, .retry_us = INT64_MIN, .run_us = INT64_MIN / 2};
    return SW_OK;
}

static void trace(const sw_worker *worker, sw_trace_level level, const char *name, sw_err err,
                  const sw_task *task) {
    sw_trace(
        worker->runtime->options.env.trace,
        &(sw_trace_event){
            .level = level,
            .name = name,
            .err = err,
            .fields = {{.name = "processor", .text = sw_slice_cstr(task->node->processor->name)},
                       {.name = "partition", .number = task->spec->partition}},
        });
}

static void forget(sw_worker *worker, sw_slot *slot) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < worker->item_count; i++)
        if (worker->items[i] != &slot->task->item) worker->items[kept++] = worker->items[i];
    worker->item_count = kept;
    sw_task_close(slot->task);
    *slot = worker->slots[--worker->count];
}

void sw_worker_release(sw_worker *worker, uint32_t task_number) {
    SW_ASSERT(worker);
    sw_slot *slot = find(worker, task_number);
    if (!slot) return;
    if (slot->task->state != SW_TASK_LOST) sw_task_drop(slot->task);
    forget(worker, slot);
}

/* 10 ms, doubled with each failure up to 5 s; somewhere in its upper half, so that many do not come
 * back together. */
static int64_t back_off_us(sw_worker *worker, uint32_t failures) {
    int64_t ms = SW_RETRY_MS_MIN;
    for (uint32_t i = 1; i < failures && ms < SW_RETRY_MS_MAX; i++) ms *= 2;
    if (ms > SW_RETRY_MS_MAX) ms = SW_RETRY_MS_MAX;
    return sw_rng_between(&worker->rng, ms * 500, ms * 1000);
}

/* Outside trouble while claiming: the task stays LOST, and is claimed again later. One that another
 * has taken in the meantime is that one's. */
static sw_err claim_task(sw_worker *worker, sw_slot *slot, int64_t mono_us) {
    sw_err err = sw_task_claim(slot->task);
    if (err == SW_E_FENCED) {
        forget(worker, slot);
        return SW_OK;
    }
    sw_verdict verdict = sw_err_verdict(err);
    if (verdict != SW_VERDICT_RETRY && verdict != SW_VERDICT_ABORT) return err;
    slot->task->failures++;
    slot->retry_us = mono_us + back_off_us(worker, slot->task->failures);
    return SW_OK;
}

/* ABORT: the batch never was. A fenced task has another owner; every other abort is got over by a
 * claim. */
static sw_err abort_task(sw_worker *worker, sw_slot *slot, sw_err why, int64_t mono_us,
                         sw_turn *turn) {
    trace(worker, SW_TRACE_WARN, "task.aborted", why, slot->task);
    turn->lost++;
    sw_task_drop(slot->task);
    if (why != SW_E_FENCED) return claim_task(worker, slot, mono_us);
    forget(worker, slot);
    return SW_OK;
}

static sw_err run_task(sw_worker *worker, sw_slot *slot, int64_t now_ms, int64_t mono_us,
                       sw_turn *turn) {
    sw_task *task = slot->task;
    if (task->state == SW_TASK_LOST) {
        uint32_t before = worker->count;
        sw_err err = claim_task(worker, slot, mono_us);
        if (err || worker->count < before || task->state == SW_TASK_LOST) return err;
    }
    sw_err err = sw_task_run(task, now_ms);
    if (sw_err_verdict(err) == SW_VERDICT_ABORT)
        return abort_task(worker, slot, err, mono_us, turn);
    if (err) return err;
    if (task->trouble) {
        turn->retries++;
        slot->retry_us = mono_us + back_off_us(worker, task->failures);
    }
    if (task->state == SW_TASK_SEALED) worker->items[worker->item_count++] = &task->item;
    return SW_OK;
}

/* One slot; true in *ret_gone: it is not this worker's any more, and another is in its place. */
static sw_err run_slot(sw_worker *worker, sw_slot *slot, int64_t now_ms, int64_t mono_us,
                       sw_turn *turn, bool *ret_gone) {
    sw_clock *clock = worker->runtime->options.env.clock;
    uint32_t before = worker->count;
    int64_t start_us = sw_clock_mono_us(clock);
    slot->run_us = mono_us;
    sw_err err = run_task(worker, slot, now_ms, mono_us, turn);
    *ret_gone = worker->count < before;
    if (!err && !*ret_gone) slot->took_us = sw_clock_mono_us(clock) - start_us;
    return err;
}

/* Those that somebody may wait for, in their order. */
static sw_err run_prompt(sw_worker *worker, int64_t now_ms, int64_t mono_us, sw_turn *turn) {
    for (uint32_t i = 0; i < worker->count;) {
        sw_slot *slot = &worker->slots[i];
        bool gone = false;
        if (slot->retry_us <= mono_us && sw_pace_prompt(worker, slot, mono_us)) {
            sw_err err = run_slot(worker, slot, now_ms, mono_us, turn, &gone);
            if (err) return err;
        }
        if (!gone) i++;
    }
    return SW_OK;
}

/* Of the patient ones those whose time has come, the one that has waited longest first, until the
 * turn has lasted so long that who waits at the door would notice. */
static sw_err run_patient(sw_worker *worker, int64_t now_ms, int64_t mono_us, sw_turn *turn) {
    sw_slot *slot;
    bool gone;
    worker->left_out = false;
    while ((slot = sw_pace_next(worker, mono_us)) != NULL) {
        worker->left_out = sw_pace_enough(worker, mono_us);
        if (worker->left_out) return SW_OK;
        sw_err err = run_slot(worker, slot, now_ms, mono_us, turn, &gone);
        if (err) return err;
    }
    return SW_OK;
}

static sw_err run_tasks(sw_worker *worker, int64_t now_ms, int64_t mono_us, sw_turn *turn) {
    worker->item_count = 0;
    sw_err err = worker->no_door ? SW_OK : sw_door_collect(&worker->runtime->door, &worker->door);
    if (sw_err_verdict(err) == SW_VERDICT_FATAL) return err;
    if (worker->door) worker->items[worker->item_count++] = worker->door;
    err = run_prompt(worker, now_ms, mono_us, turn);
    return err ? err : run_patient(worker, now_ms, mono_us, turn);
}

static bool to_be_retried(const sw_commit_item *item) {
    return sw_err_verdict(item->err) == SW_VERDICT_RETRY;
}

static sw_err settle_task(sw_worker *worker, sw_slot *slot, int64_t mono_us, int64_t wall_ms,
                          sw_turn *turn) {
    sw_task *task = slot->task;
    if (task->state != SW_TASK_SEALED || to_be_retried(&task->item)) return SW_OK;
    if (task->item.err) return abort_task(worker, slot, task->item.err, mono_us, turn);
    sw_task_committed(task, wall_ms);
    turn->commits++;
    return SW_OK;
}

static sw_err settle(sw_worker *worker, int64_t mono_us, sw_turn *turn) {
    int64_t wall_ms = sw_clock_now_ms(worker->runtime->options.env.clock);
    if (worker->door && !to_be_retried(worker->door)) {
        turn->commits += worker->door->err == SW_OK;
        sw_door_settle(&worker->runtime->door);
        worker->door = NULL;
    }
    for (uint32_t i = 0; i < worker->count;) {
        uint32_t before = worker->count;
        sw_err err = settle_task(worker, &worker->slots[i], mono_us, wall_ms, turn);
        if (err) return err;
        if (worker->count == before) i++;
    }
    return SW_OK;
}

/* Brings the items of each lane together, and commits one lane after the other. */
static void commit_lanes(sw_worker *worker) {
    sw_runtime *runtime = worker->runtime;
    sw_commit_item **items = worker->items;
    for (uint32_t at = 0, next; at < worker->item_count; at = next) {
        uint32_t lane = sw_bus_lane(runtime->options.bus, items[at]->commit.task);
        next = at + 1;
        for (uint32_t i = next; i < worker->item_count; i++) {
            if (sw_bus_lane(runtime->options.bus, items[i]->commit.task) != lane) continue;
            sw_commit_item *item = items[i];
            items[i] = items[next];
            items[next++] = item;
        }
        sw_committer_run(&runtime->committers[lane], items + at, next - at, !worker->no_door);
    }
}

/* RETRY of an item means that nothing of it happened: it stays, and is committed again as it is. */
static sw_err commit(sw_worker *worker, int64_t mono_us, sw_turn *turn) {
    worker->pending = false;
    if (worker->item_count == 0) return SW_OK;
    commit_lanes(worker);
    uint32_t again = 0;
    for (uint32_t i = 0; i < worker->item_count; i++) {
        sw_commit_item *item = worker->items[i];
        if (sw_err_verdict(item->err) == SW_VERDICT_FATAL) return item->err;
        if (to_be_retried(item)) worker->items[again++] = item;
    }
    sw_err err = settle(worker, mono_us, turn);
    worker->item_count = again;
    worker->pending = again > 0;
    if (worker->pending) {
        turn->retries++;
        worker->retry_us = mono_us + back_off_us(worker, ++worker->failures);
    } else {
        worker->failures = 0;
    }
    if (turn->commits) {
        const sw_runtime_options *o = &worker->runtime->options;
        sw_runtime_wake(worker->runtime);
        if (o->committed) o->committed(o->committed_arg);
    }
    return err;
}

sw_err sw_worker_turn(sw_worker *worker, sw_turn *ret) {
    SW_ASSERT(worker && ret);
    sw_clock *clock = worker->runtime->options.env.clock;
    int64_t mono_us = sw_clock_mono_us(clock), now_ms = sw_clock_now_ms(clock);
    sw_turn turn = {0};
    sw_err err = SW_OK;
    if (!worker->items) err = grow(worker);
    if (err) return err;
    if (worker->pending) {
        if (worker->retry_us <= mono_us) err = commit(worker, mono_us, &turn);
    } else if (sw_pace_is_time(worker, now_ms, mono_us)) {
        worker->last_us = mono_us;
        err = run_tasks(worker, now_ms, mono_us, &turn);
        if (!err) err = commit(worker, mono_us, &turn);
    }
    if (err) {
        sw_trace(worker->runtime->options.env.trace,
                 &(sw_trace_event){.level = SW_TRACE_ERROR, .name = "worker.failed", .err = err});
        return err;
    }
    mono_us = sw_clock_mono_us(clock);
    turn.wait_us =
        worker->pending ? worker->retry_us - mono_us : sw_pace_wait_us(worker, now_ms, mono_us);
    turn.deaf = worker->pending || sw_pace_deaf(worker, mono_us);
    if (turn.wait_us < 0) turn.wait_us = 0;
    *ret = turn;
    return SW_OK;
}
