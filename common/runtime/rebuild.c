#include "runtime/rebuild.h"

#include "runtime/task.h"
#include "runtime/watch.h"

static sw_err set_limits(sw_task *task, sw_bus *source) {
    for (uint32_t i = 0; i < task->node->input_count; i++) {
        sw_position at = task->inputs.committed[i];
        sw_err err = sw_bus_position(source, task->spec->number, at.topic, at.partition,
                                     &task->inputs.until[i]);
        if (err) return err;
    }
    return SW_OK;
}

static sw_err apply(const sw_rebuild *rebuild, sw_task *task, sw_rebuilt *sum) {
    const sw_commit *commit = &task->item.commit;
    if (commit->state) {
        sw_err err = sw_db_write(rebuild->target, commit->state, false);
        if (err) return err;
    }
    for (uint32_t i = 0; rebuild->emitted && i < commit->record_count; i++)
        rebuild->emitted(rebuild->arg, &task->item.records[i]);
    sum->records += task->taken;
    sum->timers += task->fired_count;
    sum->emitted += commit->record_count;
    sw_task_committed(task, rebuild->until_ms);
    return SW_OK;
}

static sw_err run(const sw_rebuild *rebuild, sw_task *task, sw_rebuilt *sum) {
    sw_err err = set_limits(task, rebuild->source);
    task->state = SW_TASK_READY; /* without a claim: it never commits to the bus */
    task->follow = true;
    while (!err) {
        err = sw_task_run(task, rebuild->until_ms);
        if (!err) err = task->trouble;
        if (err || task->state != SW_TASK_SEALED) return err;
        err = apply(rebuild, task, sum);
    }
    return err;
}

sw_err sw_rebuild_task(const sw_rebuild *rebuild, sw_rebuilt *ret) {
    SW_ASSERT(rebuild && rebuild->topology && rebuild->source && rebuild->target && rebuild->task &&
              ret);
    sw_object_budget objects = {.bytes_max = SW_OBJECT_BYTES_DEFAULT};
    const sw_task_home home = {
        .objects = &objects,
        .topology = rebuild->topology,
        .bus = rebuild->source,
        .db = rebuild->target,
        .env = {.clock = rebuild->env.clock},
        .records_max = SW_BATCH_RECORDS_MAX,
        .timers_max = SW_BATCH_TIMERS_MAX,
    };
    sw_task *task;
    sw_rebuilt sum = {0};
    sw_err err = sw_task_open(&home, rebuild->task, &task);
    if (err) return err;
    err = run(rebuild, task, &sum);
    sw_task_close(task);
    if (!err)
        err =
            sw_watch_digest(rebuild->target, rebuild->topology, rebuild->task->number, &sum.digest);
    if (!err) *ret = sum;
    return err;
}
