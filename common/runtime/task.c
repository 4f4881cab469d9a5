#include "runtime/task.h"

#include "runtime/dead_letter.h"

/* Within this file: the batch has no more room, and goes as it is. */
#define BATCH_FULL SW_E_END

enum { CLOCK_EVERY = 32 }; /* records and timers between two looks at the clock */
enum { AHEAD = 256 };      /* so many records have their rows read together */

sw_err sw_task_open(const sw_task_home *home, const sw_task_spec *spec, sw_task **ret) {
    SW_ASSERT(home && home->topology && home->bus && home->db && home->env.clock && spec && ret);
    SW_ASSERT(home->objects);
    SW_ASSERT(home->records_max > 0 && home->timers_max > 0);
    sw_task *task = sw_heap_zero(1, sizeof *task);
    if (!task) return SW_E_NOMEM;
    task->home = home;
    task->spec = spec;
    task->node = &home->topology->nodes[spec->node];
    task->now_ms = INT64_MIN;
    sw_arena_init(&task->call_arena, SW_BATCH_ARENA_BYTES);
    sw_inputs_init(&task->inputs, task->node, spec->partition);
    sw_err err = sw_batch_new((size_t)2 * SW_BATCH_BYTES_MAX, &task->batch);
    if (!err)
        err = sw_effects_init(&task->fx, home->db, home->topology, spec->number, home->objects,
                              home->env.faults);
    if (err) {
        sw_task_close(task);
        return err;
    }
    task->ctx = (sw_ctx){
        .topology = home->topology,
        .node = task->node,
        .partition = spec->partition,
        .now_ms = INT64_MIN,
        .fx = &task->fx,
        .arena = &task->call_arena,
    };
    *ret = task;
    return SW_OK;
}

void sw_task_close(sw_task *task) {
    if (!task) return;
    sw_effects_done(&task->fx);
    sw_inputs_done(&task->inputs);
    sw_batch_free(task->batch);
    sw_arena_done(&task->call_arena);
    sw_heap_free(task->records);
    sw_heap_free(task->fired);
    sw_heap_free(task);
}

sw_err sw_task_claim(sw_task *task) {
    SW_ASSERT(task && task->state == SW_TASK_LOST);
    sw_bus *bus = task->home->bus;
    uint64_t epoch, former_epoch, seq;
    int64_t now_ms;
    sw_err err = sw_bus_claim(bus, task->spec->number, &epoch);
    if (err) return err;
    bool again = task->item.commit.epoch != 0;
    if (!again || !SW_PLANTED(task->home->env.faults, "rewind-forgotten"))
        err = sw_inputs_claim(&task->inputs, bus, task->spec->number);
    if (err) return err;
    err = sw_bus_last_commit(bus, task->spec->number, &former_epoch, &now_ms, &seq);
    if (err && err != SW_E_NOT_FOUND) return err;
    task->now_ms = err ? INT64_MIN : now_ms;
    task->item.commit = (sw_commit){.task = task->spec->number, .epoch = epoch};
    task->state = SW_TASK_READY;
    task->started = false;
    task->more = true;
    return SW_OK;
}

static const sw_node_metrics *metrics(const sw_task *task) {
    static const sw_node_metrics none = {0};
    return task->home->metrics ? &task->home->metrics[task->spec->node] : &none;
}

/* ---- one batch ---- */

static uint32_t calls(const sw_task *task) {
    return task->taken + task->fired_count + task->starts;
}

static bool empty(const sw_task *task) {
    return calls(task) == 0;
}

/* No more records and timers, whatever there is. */
static bool enough(const sw_task *task) {
    if (empty(task)) return false;
    return calls(task) == task->calls_max || sw_effects_crowded(&task->fx);
}

static sw_err note_fired(sw_task *task, int64_t due_ms) {
    if (task->fired_count == task->fired_cap) {
        uint32_t cap = task->fired_cap ? task->fired_cap * 2 : 64;
        int64_t *grown = sw_heap_resize(task->fired, cap * sizeof *grown);
        if (!grown) return SW_E_NOMEM;
        task->fired = grown;
        task->fired_cap = cap;
    }
    task->fired[task->fired_count++] = due_ms;
    return SW_OK;
}

/* What a call's failure means for the batch; SW_OK: it was refused, and gets its dead letter. */
static sw_err settle(sw_task *task, sw_err err, bool full) {
    if (full && !empty(task)) return BATCH_FULL;
    if (sw_err_verdict(err) != SW_VERDICT_REJECT) return err;
    return SW_OK;
}

/* Live, a batch has one now. When state is built anew from the log, now is the time of what
 * happens, as far as the task had come: a record may have been stamped by a clock that is ahead. */
static void move_now(sw_task *task, int64_t at_ms) {
    if (at_ms > task->now_ms) at_ms = task->now_ms;
    bool onward = at_ms > task->ctx.now_ms || task->inputs.by_key; /* each key has its own time */
    if (task->follow && onward) task->ctx.now_ms = at_ms;
}

static sw_err fire(sw_task *task, sw_timer_at timer) {
    bool full;
    move_now(task, timer.due_ms);
    task->fx.origin = 0;
    task->fx.origin_offset = timer.due_ms;
    sw_effects_mark mark = sw_effects_begin(&task->fx);
    sw_err err = sw_ctx_call_timer(&task->ctx, timer, &full);
    if (err) {
        sw_err code = err;
        err = settle(task, err, full);
        if (!err) err = sw_dead_letter_timer(&task->ctx, code, timer);
        if (err == SW_E_LIMIT && !empty(task)) err = BATCH_FULL;
        if (err) sw_effects_undo(&task->fx, mark);
        task->refused += !err;
    }
    return err ? err : note_fired(task, timer.due_ms);
}

/* How many times as much as others the batch of a patient task may hold: what it saves up is to
 * share rows and a commit. */
static uint32_t size_factor(const sw_task *task) {
    uint32_t patience = task->node->processor->patience;
    return patience > SW_PATIENT ? patience / SW_PATIENT : 1;
}

/* Whether the batch has taken `share` (of 2) of its time; asked now and then only. */
static bool overtime(const sw_task *task, int share) {
    int64_t max_us = task->home->batch_us_max * size_factor(task);
    if (max_us == 0 || (task->taken + task->fired_count) % CLOCK_EVERY != CLOCK_EVERY - 1)
        return false;
    return sw_clock_mono_us(task->home->env.clock) - task->start_us > max_us * share / 2;
}

/* A storm of timers must not starve the input: with the batch's share used up, records go on. */
static sw_err fire_until(sw_task *task, int64_t limit_ms) {
    sw_timer_at timer;
    while (sw_timers_peek(&task->fx.timers, limit_ms, &timer)) {
        if (enough(task)) return BATCH_FULL;
        bool many = task->fired_count >= task->home->timers_max || overtime(task, 1) ||
                    SW_FAULT(task->home->env.faults, "task.few-timers");
        if (many && !empty(task)) break;
        sw_err err = fire(task, timer);
        if (err) return err;
    }
    if (sw_timers_next_ms(&task->fx.timers) <= limit_ms) task->more = true;
    return SW_OK;
}

static sw_input input_of(const sw_task *task, const sw_record *record) {
    return (sw_input){
        .topic = task->home->topology->topics[record->topic].name,
        .partition = record->partition,
        .offset = record->offset,
        .timestamp_ms = record->timestamp_ms,
        .key = record->key,
        .value = record->value,
        .tombstone = record->tombstone,
    };
}

/* Reads what the queue's next records will look up, if that has not been done yet. */
static sw_err look_ahead(sw_task *task, sw_input_queue *queue) {
    if (!task->node->processor->wants || task->calls_max == 1 || queue->at < queue->seen)
        return SW_OK;
    for (queue->seen = queue->at; queue->seen < queue->count && queue->seen - queue->at < AHEAD;
         queue->seen++) {
        const sw_input input = input_of(task, &queue->records[queue->seen]);
        sw_ctx_call_wants(&task->ctx, &input);
    }
    return sw_overlay_read(task->fx.overlay);
}

static sw_err take(sw_task *task, const sw_record *record, uint32_t queue) {
    const sw_input input = input_of(task, record);
    bool full;
    move_now(task, record->timestamp_ms);
    task->fx.origin = record->topic + 1;
    task->fx.origin_offset = record->offset;
    sw_effects_mark mark = sw_effects_begin(&task->fx);
    sw_err err = sw_ctx_call_record(&task->ctx, &input, &full);
    task->crammed = full && empty(task) && task->node->processor->wants && task->calls_max != 1;
    if (task->crammed) return err;
    if (err) {
        sw_err code = err;
        err = settle(task, err, full);
        if (!err) err = sw_dead_letter_record(&task->ctx, code, &input);
        if (err == SW_E_LIMIT && !empty(task)) err = BATCH_FULL;
        if (err) sw_effects_undo(&task->fx, mark);
        task->refused += !err;
    }
    if (err) return err;
    sw_inputs_advance(&task->inputs, queue);
    task->taken++;
    return SW_OK;
}

/* Once after the claim, before anything else. */
static sw_err start(sw_task *task) {
    task->started = task->node->processor->on_start == NULL;
    if (task->started) return SW_OK;
    task->fx.origin = 0;
    task->fx.origin_offset = 0;
    sw_err err = sw_ctx_call_start(&task->ctx);
    if (sw_err_verdict(err) == SW_VERDICT_REJECT) return SW_E_INTERNAL;
    if (err) return err;
    task->starts = sw_effects_none(&task->fx) ? 0 : 1;
    task->started = task->starts == 0;
    return SW_OK;
}

static sw_err work(sw_task *task) {
    sw_faults *faults = task->home->env.faults;
    const sw_record *record;
    uint32_t queue;
    sw_err start_err = task->started ? SW_OK : start(task);
    if (start_err) return start_err;
    while ((record = sw_inputs_first(&task->inputs, &queue)) != NULL) {
        int64_t at_ms = record->timestamp_ms;
        sw_err err = fire_until(task, at_ms < task->now_ms ? at_ms : task->now_ms);
        if (err) return err;
        if (enough(task)) return BATCH_FULL;
        if (!empty(task) && (overtime(task, 2) || SW_FAULT(faults, "task.small-batch")))
            return BATCH_FULL;
        if (SW_FAULT(faults, "task.trouble")) return SW_E_AGAIN;
        err = look_ahead(task, &task->inputs.queues[queue]);
        if (!err) err = take(task, record, queue);
        if (err) return err;
    }
    if (sw_inputs_at_end(&task->inputs)) return fire_until(task, task->now_ms);
    bool waiting = sw_inputs_waiting(&task->inputs) && empty(task);
    if (!waiting && !sw_inputs_drained(&task->inputs)) task->more = true;
    return SW_OK;
}

/* ---- its commit ---- */

static sw_err make_records(sw_task *task) {
    uint32_t count = task->fx.emit_count;
    if (count > task->record_cap) {
        sw_record *grown = sw_heap_resize(task->records, count * sizeof *grown);
        if (!grown) return SW_E_NOMEM;
        task->records = grown;
        task->record_cap = count;
    }
    for (uint32_t i = 0; i < count; i++) {
        const sw_emit *emit = &task->fx.emits[i];
        task->records[i] = (sw_record){
            .topic = emit->topic,
            .partition = emit->partition,
            .key = emit->key,
            .value = emit->value,
            .tombstone = emit->tombstone,
            .origin = emit->origin,
            .origin_offset = emit->origin_offset,
        };
    }
    return SW_OK;
}

static sw_err seal(sw_task *task) {
    if (empty(task) && !sw_inputs_moved(&task->inputs)) {
        SW_ASSERT(sw_effects_none(&task->fx));
        sw_effects_committed(&task->fx); /* forgets what was read */
        return SW_OK;
    }
    sw_commit *commit = &task->item.commit;
    sw_batch_clear(task->batch);
    sw_err err = sw_effects_seal(&task->fx, task->batch, &commit->digest);
    if (err) return err;
    err = make_records(task);
    if (err) return err;
    commit->now_ms = task->now_ms;
    commit->positions = task->inputs.next;
    commit->position_count = task->node->input_count;
    commit->record_count = task->fx.emit_count;
    commit->state = sw_batch_count(task->batch) ? task->batch : NULL;
    task->item.records = task->records;
    task->item.err = SW_OK;
    task->state = SW_TASK_SEALED;
    return SW_OK;
}

/* As if the batch had not been begun. */
static void rewind_batch(sw_task *task) {
    sw_effects_again(&task->fx);
    sw_inputs_rewind(&task->inputs);
    task->taken = task->fired_count = task->refused = task->starts = 0;
}

static sw_err run_once(sw_task *task) {
    task->more = false;
    task->trouble = SW_OK;
    sw_err err = sw_timers_begin(&task->fx.timers, task->now_ms);
    if (!err)
        err = sw_inputs_fetch(&task->inputs, task->home->bus, task->spec->number,
                              task->home->records_max * size_factor(task));
    if (!err) err = work(task);
    if (err == BATCH_FULL) {
        task->more = true;
        err = SW_OK;
    }
    if (sw_err_verdict(err) == SW_VERDICT_RETRY) {
        task->trouble = err;
        task->more = true;
        err = SW_OK;
    }
    return err ? err : seal(task);
}

/* Whether the batch has to be run again, shorter: its first call needs the room that rows read
 * ahead have taken; or decoded objects of a call could not be taken back because earlier calls had
 * changed them too (then it ends before that call, which is the first of the next batch, where all
 * can be taken back); or what was done is too much for one commit. */
static bool shorten(sw_task *task, sw_err err, bool *refused) {
    uint32_t done = calls(task);
    if (task->crammed) {
        task->crammed = false;
        task->calls_max = 1;
        return true;
    }
    if (task->fx.spoilt) {
        SW_ASSERT(done > 0);
        task->calls_max = done;
        return true;
    }
    if (err != SW_E_LIMIT || *refused) return false;
    *refused = task->ctx.too_large = done <= 1;
    task->calls_max = done > 1 ? done / 2 : 1;
    return true;
}

sw_err sw_task_run(sw_task *task, int64_t now_ms) {
    SW_ASSERT(task && task->state == SW_TASK_READY && empty(task));
    if (now_ms > task->now_ms) task->now_ms = now_ms;
    if (!task->follow) task->ctx.now_ms = task->now_ms;
    int64_t start_ms = task->ctx.now_ms;
    task->start_us = sw_clock_mono_us(task->home->env.clock);
    bool refused = false;
    sw_err err = run_once(task);
    while (shorten(task, err, &refused)) {
        rewind_batch(task);
        task->ctx.now_ms = start_ms;
        err = run_once(task);
    }
    task->calls_max = 0;
    task->ctx.too_large = false;
    if (task->trouble) {
        task->failures++;
        sw_metric_add(metrics(task)->retries, 1);
    }
    return err == SW_E_LIMIT ? SW_E_INTERNAL : err;
}

void sw_task_committed(sw_task *task, int64_t wall_ms) {
    SW_ASSERT(task && task->state == SW_TASK_SEALED);
    const sw_node_metrics *m = metrics(task);
    sw_metric_add(m->records, task->taken);
    sw_metric_add(m->refused, task->refused);
    sw_metric_add(m->emitted, task->fx.emit_count);
    sw_metric_add(m->fired, task->fired_count);
    for (uint32_t i = 0; i < task->fired_count; i++)
        sw_metric_observe(m->lateness_ms, wall_ms - task->fired[i]);
    if (task->trouble == SW_OK) task->failures = 0;
    if (SW_PLANTED(task->home->env.faults, "effect-twice") && task->taken % 8 == 7)
        sw_inputs_rewind(&task->inputs);
    else
        sw_inputs_committed(&task->inputs);
    sw_effects_committed(&task->fx);
    sw_batch_clear(task->batch);
    task->started = true;
    task->taken = task->fired_count = task->refused = task->starts = 0;
    task->state = SW_TASK_READY;
}

void sw_task_drop(sw_task *task) {
    SW_ASSERT(task);
    const sw_faults *faults = task->home->env.faults;
    (void)faults;
    if (SW_PLANTED(faults, "stale-cache") && task->state == SW_TASK_SEALED)
        sw_effects_committed(&task->fx);
    else
        sw_effects_drop(&task->fx);
    if (SW_PLANTED(faults, "rewind-forgotten"))
        sw_inputs_committed(&task->inputs);
    else
        sw_inputs_rewind(&task->inputs);
    task->taken = task->fired_count = task->refused = task->starts = 0;
    task->state = SW_TASK_LOST;
}

int64_t sw_task_next_ms(const sw_task *task) {
    SW_ASSERT(task);
    return task->more ? INT64_MIN : sw_timers_next_ms(&task->fx.timers);
}
