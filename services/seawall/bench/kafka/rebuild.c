#include <poll.h>
#include <stdio.h>

#include "runtime/successor.h"
#include "runtime/watch.h"
#include "seawall/bench/kafka/kafka.h"
#include "topics/topics.h"

/* All state of seawall-deadline once more, from its input alone; it has to be the same. */

static bool told(sw_err err, const char *what) {
    if (err) fprintf(stderr, "seawall bench: the rebuild: %s: %s\n", what, sw_err_name(err));
    return err == SW_OK;
}

static bool rebuild_task(sw_bench_kafka_rig *rig, sw_db *target, const char *dir,
                         const sw_task_spec *spec, uint64_t *records) {
    sw_successor *successor;
    sw_rebuilt sum = {0};
    uint64_t live = 0;
    const sw_rebuild rebuild = {.topology = &rig->topology,
                                .source = rig->bus,
                                .target = target,
                                .env = {.clock = &rig->clock},
                                .task = spec,
                                .dir = dir};
    if (!told(sw_successor_open(&rebuild, &successor), "it can't begin")) return false;
    sw_err err;
    while ((err = sw_successor_catch_up(successor, &sum)) == SW_E_AGAIN) poll(NULL, 0, 1);
    sw_successor_close(successor);
    if (!err) err = sw_watch_digest(sw_bus_db(rig->bus), &rig->topology, spec->number, &live);
    if (!told(err, "a task")) return false;
    *records += sum.records;
    if (live == sum.digest) return true;
    fprintf(stderr, "seawall bench: the rebuild: task %u is not what it was\n", spec->number);
    return false;
}

bool sw_bench_kafka_rebuild(sw_bench_kafka_rig *rig, const char *dir, size_t memory_bytes,
                            uint64_t *ret_records, sw_bench_meter *ret_used) {
    sw_db *target;
    const sw_db_budget budget = {.memory_bytes = memory_bytes, .cache = true};
    if (!told(sw_runtime_stop(rig->runtime), "the runtime") ||
        !told(sw_db_rocks_open(dir, rig->topology.stores, rig->topology.store_count, budget, NULL,
                               &target),
              "its database"))
        return false;
    sw_bench_meter start = sw_bench_now();
    bool ok = true;
    *ret_records = 0;
    for (uint32_t i = 0; ok && i < rig->topology.task_count; i++)
        ok = rebuild_task(rig, target, dir, &rig->topology.tasks[i], ret_records);
    *ret_used = sw_bench_since(start);
    sw_db_close(target);
    return ok;
}
