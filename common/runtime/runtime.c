#include "runtime/parts.h"

static sw_err node_metrics(sw_runtime *runtime, uint32_t index) {
    static const struct {
        size_t at;
        sw_metric_kind kind;
        const char *name, *help;
    } table[] = {
        {offsetof(sw_node_metrics, records), SW_METRIC_COUNTER, "seawall_records_total",
         "Records taken by a processor and committed."},
        {offsetof(sw_node_metrics, refused), SW_METRIC_COUNTER, "seawall_dead_letters_total",
         "Records and timers that a processor refused."},
        {offsetof(sw_node_metrics, emitted), SW_METRIC_COUNTER, "seawall_emitted_records_total",
         "Records emitted by a processor and committed."},
        {offsetof(sw_node_metrics, fired), SW_METRIC_COUNTER, "seawall_timers_fired_total",
         "Timers fired and committed."},
        {offsetof(sw_node_metrics, lateness_ms), SW_METRIC_HISTOGRAM, "seawall_timer_lateness_ms",
         "From the due time of a timer to the commit of what it did, in milliseconds."},
        {offsetof(sw_node_metrics, retries), SW_METRIC_COUNTER, "seawall_task_retries_total",
         "Batches cut short by outside trouble."},
    };
    const sw_node *node = &runtime->options.topology->nodes[index];
    sw_slice labels = sw_arena_printf(&runtime->arena, "processor=\"%s\"", node->processor->name);
    if (!labels.ptr) return SW_E_NOMEM;
    for (size_t i = 0; i < SW_COUNT(table); i++) {
        sw_metric **place = (sw_metric **)(void *)((char *)&runtime->metrics[index] + table[i].at);
        sw_err err = sw_metrics_get(runtime->options.env.metrics, table[i].kind, table[i].name,
                                    labels.ptr, table[i].help, place);
        if (err) return err;
    }
    return SW_OK;
}

static sw_err init(sw_runtime *runtime) {
    const sw_runtime_options *o = &runtime->options;
    sw_arena_init(&runtime->arena, (size_t)1 << 20);
    pthread_mutex_init(&runtime->lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&runtime->wake, &attr);
    pthread_cond_init(&runtime->stop, &attr);
    pthread_condattr_destroy(&attr);
    uint32_t nodes = o->topology->node_count;
    runtime->metrics = sw_arena_zero(&runtime->arena, nodes ? nodes : 1, sizeof *runtime->metrics);
    if (!runtime->metrics) return SW_E_NOMEM;
    for (uint32_t i = 0; i < nodes; i++) {
        sw_err err = node_metrics(runtime, i);
        if (err) return err;
    }
    runtime->awaited_us = INT64_MIN / 2;
    runtime->objects.bytes_max = o->object_bytes ? o->object_bytes : SW_OBJECT_BYTES_DEFAULT;
    runtime->home = (sw_task_home){
        .topology = o->topology,
        .bus = o->bus,
        .db = sw_bus_db(o->bus),
        .env = o->env,
        .objects = &runtime->objects,
        .metrics = runtime->metrics,
        .records_max = o->records_max          ? o->records_max
                       : sw_bus_remote(o->bus) ? SW_BATCH_RECORDS_REMOTE
                                               : SW_BATCH_RECORDS_MAX,
        .timers_max = o->timers_max ? o->timers_max : SW_BATCH_TIMERS_MAX,
    };
    if (o->commit_ms == 0) runtime->options.commit_ms = SW_COMMIT_MS;
    runtime->home.batch_us_max = runtime->options.commit_ms * 500;
    uint32_t lanes = sw_bus_lanes(o->bus);
    runtime->committers = sw_arena_zero(&runtime->arena, lanes, sizeof *runtime->committers);
    if (!runtime->committers) return SW_E_NOMEM;
    sw_err err = SW_OK;
    for (; !err && runtime->lanes < lanes; runtime->lanes += err == SW_OK)
        err = sw_committer_init(&runtime->committers[runtime->lanes], o->bus, o->env);
    return err ? err
               : sw_door_init(&runtime->door, o->topology, o->bus, o->env,
                              sw_task_number(0, o->door));
}

sw_err sw_runtime_open(const sw_runtime_options *options, sw_runtime **ret) {
    SW_ASSERT(options && options->topology && options->bus && options->env.clock && ret);
    SW_ASSERT(options->commit_ms >= 0 && options->door < SW_PARTITIONS_MAX);
    sw_runtime *runtime = sw_heap_zero(1, sizeof *runtime);
    if (!runtime) return SW_E_NOMEM;
    runtime->options = *options;
    sw_err err = init(runtime);
    if (err) {
        sw_runtime_close(runtime);
        return err;
    }
    *ret = runtime;
    return SW_OK;
}

void sw_runtime_close(sw_runtime *runtime) {
    if (!runtime) return;
    sw_err ended = sw_runtime_stop(runtime);
    (void)ended; /* whoever cares has asked before */
    sw_door_done(&runtime->door);
    for (uint32_t i = 0; i < runtime->lanes; i++) sw_committer_done(&runtime->committers[i]);
    pthread_cond_destroy(&runtime->wake);
    pthread_cond_destroy(&runtime->stop);
    pthread_mutex_destroy(&runtime->lock);
    sw_arena_done(&runtime->arena);
    sw_heap_free(runtime);
}

sw_err sw_runtime_append(sw_runtime *runtime, const sw_append *append) {
    SW_ASSERT(runtime && append);
    sw_err err = sw_door_append(&runtime->door, append);
    if (!err) sw_runtime_wake(runtime);
    return err;
}

sw_err sw_runtime_append_all(sw_runtime *runtime, const sw_append *appends, uint32_t count) {
    SW_ASSERT(runtime);
    sw_err err = sw_door_append_all(&runtime->door, appends, count);
    if (!err) sw_runtime_wake(runtime);
    return err;
}

sw_err sw_runtime_append_read(sw_runtime *runtime, const sw_append *appends, uint32_t count,
                              const sw_position *positions, uint32_t position_count) {
    SW_ASSERT(runtime);
    sw_err err = sw_door_append_read(&runtime->door, appends, count, positions, position_count);
    if (!err) sw_runtime_wake(runtime);
    return err;
}

sw_err sw_runtime_claim_door(sw_runtime *runtime) {
    SW_ASSERT(runtime);
    return sw_door_claim(&runtime->door);
}

void sw_runtime_expect(sw_runtime *runtime, int32_t change) {
    SW_ASSERT(runtime);
    int64_t now_us = sw_clock_mono_us(runtime->options.env.clock);
    __atomic_store_n(&runtime->awaited_us, now_us, __ATOMIC_RELAXED);
    int32_t now = __atomic_add_fetch(&runtime->expected, change, __ATOMIC_RELAXED);
    SW_ASSERT(now >= 0);
    if (change > 0) sw_runtime_wake(runtime);
}

void sw_runtime_wake(sw_runtime *runtime) {
    pthread_mutex_lock(&runtime->lock);
    runtime->changes++;
    pthread_cond_broadcast(&runtime->wake);
    pthread_mutex_unlock(&runtime->lock);
}
