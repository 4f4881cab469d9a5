#include <stdio.h>
#include <string.h>
#include <time.h>

#include "seawall/bench/runtime/runtime.h"

static bool told(sw_err err, const char *what) {
    if (!err) return true;
    fprintf(stderr, "seawall bench: %s: %s\n", what, sw_err_name(err));
    return false;
}

static bool open_bus(sw_bench_rig *rig, const sw_bench_rig_options *o) {
    sw_topic_spec topics[SW_TOPICS_MAX];
    memset(topics, 0, sizeof topics);
    for (uint32_t i = 0; i < o->topic_count; i++)
        topics[i] =
            (sw_topic_spec){.name = o->topics[i].name, .partitions = o->topics[i].partitions};
    const sw_bus_options options = {
        .topics = topics,
        .topic_count = o->topic_count,
        .stores = rig->topology.stores,
        .store_count = rig->topology.store_count,
        .task_count = rig->topology.task_numbers,
        .budget = {.memory_bytes = o->memory_bytes, .free_disk_bytes = 1 << 20},
    };
    return told(sw_bus_embedded_open(o->dir, &options, NULL, &rig->bus), "the log can't be opened");
}

bool sw_bench_rig_open(sw_bench_rig *rig, const sw_bench_rig_options *o) {
    memset(rig, 0, sizeof *rig);
    sw_arena_init(&rig->arena, (size_t)8 << 20);
    sw_metrics_init(&rig->metrics, &rig->arena);
    sw_clock_system(&rig->system);
    if (o->clock) {
        rig->still = *o->clock; /* the time of day stands still; time passes all the same */
        rig->still.clock.mono_us = rig->system.mono_us;
        rig->virtual_time = true;
    }
    sw_err err = sw_topology_build(&rig->arena, o->processors, NULL, o->processor_count, o->topics,
                                   o->topic_count, NULL, &rig->topology);
    if (!told(err, "the topology") || !open_bus(rig, o)) return false;
    const sw_runtime_options options = {
        .topology = &rig->topology,
        .bus = rig->bus,
        .env = {.clock = rig->virtual_time ? &rig->still.clock : &rig->system,
                .metrics = &rig->metrics},
    };
    return told(sw_runtime_open(&options, &rig->runtime), "the runtime") &&
           told(sw_worker_open(rig->runtime, &rig->worker), "a worker");
}

void sw_bench_rig_close(sw_bench_rig *rig) {
    sw_worker_close(rig->worker);
    sw_runtime_close(rig->runtime);
    sw_bus_close(rig->bus);
    sw_metrics_done(&rig->metrics);
    sw_arena_done(&rig->arena);
}

bool sw_bench_rig_fill(sw_bench_rig *rig, uint64_t count,
                       void (*make)(void *arg, uint64_t i, sw_append *append), void *arg) {
    sw_turn turn;
    for (uint64_t i = 0; i < count;) {
        sw_append append = {0};
        make(arg, i, &append);
        sw_err err = sw_runtime_append(rig->runtime, &append);
        if (!err) i++;
        if (err && err != SW_E_AGAIN) return told(err, "an append");
        if (err && !told(sw_worker_turn(rig->worker, &turn), "a turn")) return false;
    }
    return told(sw_worker_turn(rig->worker, &turn), "a turn");
}

bool sw_bench_rig_claim(sw_bench_rig *rig) {
    for (uint32_t i = 0; i < rig->topology.task_count; i++)
        if (!told(sw_worker_claim(rig->worker, &rig->topology.tasks[i]), "a claim")) return false;
    return true;
}

bool sw_bench_rig_drain(sw_bench_rig *rig) {
    for (int idle = 0; idle < 3;) {
        sw_turn turn;
        if (!told(sw_worker_turn(rig->worker, &turn), "a turn")) return false;
        idle = turn.commits > 0 || turn.wait_us == 0 ? 0 : idle + 1;
        if (idle) nanosleep(&(struct timespec){.tv_nsec = (SW_COMMIT_MS + 1) * 1000000L}, NULL);
    }
    return true;
}
