#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/sim.h"
#include "stream/digest.h"
#include "toys/toys.h"

enum { STEP_MS_MAX = 12, STEPS_MAX = 60000, QUIET_ROUNDS = 40 };

void sim_fail(world *w, const char *fmt, ...) {
    if (w->result.failed) return;
    va_list args;
    va_start(args, fmt);
    vsnprintf(w->result.why, sizeof w->result.why, fmt, args);
    va_end(args);
    w->result.failed = true;
}

void sim_note(world *w, const char *fmt, ...) {
    if (!w->options.trace) return;
    va_list args;
    va_start(args, fmt);
    printf("%6u %" PRId64 " ", w->step, w->now_ms);
    vprintf(fmt, args);
    printf("\n");
    va_end(args);
}

/* ---- the toys ---- */

static void build_toys(world *w) {
    static const sw_topic_shape shapes[SIM_TOPICS] = {
        [SIM_INBOX] = {"sim.inbox", 4},       [SIM_WORDS] = {"toy.words", 3},
        [SIM_COUNTS] = {"toy.counts", 1},     [SIM_PERIODS] = {"toy.periods", 4},
        [SIM_WARNINGS] = {"toy.warnings", 2}, [SIM_DEAD] = {SW_TOPIC_DEAD_LETTERS, 1},
    };
    /* Rows or objects, timers that are looked up or known: what comes out must be the same. */
    const sw_processor *processors[] = {
        &sim_intake, w->options.seed & 1 ? &sw_toy_tally : &sw_toy_counter,
        w->options.seed & 2 ? &sw_toy_vigil : &sw_toy_period, &sw_toy_ledger};
    memcpy(w->shapes, shapes, sizeof shapes);
    memcpy(w->processors, processors, sizeof processors);
    w->topic_count = SIM_TOPICS;
    w->processor_count = SW_COUNT(processors);
    w->wall_ms = SIM_START_MS;
    w->speed = 1;
}

const sim_scene sim_toys = {.build = build_toys,
                            .make = workload_make,
                            .step = workload_step,
                            .observe = observe_commit,
                            .check = check_all,
                            .rest_ms = 120000};

/* ---- the bus ---- */

static sw_bus_options bus_options(world *w, sw_topic_spec topics[SIM_TOPICS_MAX]) {
    for (uint32_t i = 0; i < w->topic_count; i++)
        topics[i] =
            (sw_topic_spec){.name = w->shapes[i].name, .partitions = w->shapes[i].partitions};
    return (sw_bus_options){
        .topics = topics,
        .topic_count = w->topic_count,
        .stores = w->topology.stores,
        .store_count = w->topology.store_count,
        .task_count = w->topology.task_numbers,
    };
}

static void open_disk(world *w) {
    sw_topic_spec topics[SIM_TOPICS_MAX];
    sw_bus_options options = bus_options(w, topics);
    uint32_t count;
    sw_store_spec *specs = sw_bus_local_stores(&options, &count);
    SW_ASSERT(specs);
    sw_db *db = NULL;
    sw_db_budget budget = {.memory_bytes = (size_t)64 << 20};
    sw_err err = w->options.rocks_dir
                     ? sw_db_rocks_open(w->options.rocks_dir, specs, count, budget, NULL, &db)
                     : sw_db_mem_open(specs, count, &db);
    SW_ASSERT(err == SW_OK);
    sw_heap_free(specs);
    lossy_db_init(&w->disk, db);
}

static void open_bus(world *w) {
    sw_topic_spec topics[SIM_TOPICS_MAX];
    sw_bus_options options = bus_options(w, topics);
    sw_err err = sw_bus_local_open(&w->disk.db, &options, NULL, &w->bus.inner);
    if (!err) return;
    w->bus.inner = NULL;
    sim_fail(w, "the log does not open: %s", sw_err_name(err));
}

/* ---- instances ---- */

static void stop_instance(world *w, instance *it) {
    if (!it->runtime) return;
    if (w->scene->stopped) w->scene->stopped(w, it);
    sw_worker_close(it->worker);
    sw_runtime_close(it->runtime);
    sw_metrics_done(&it->metrics);
    sw_arena_done(&it->arena);
    it->runtime = NULL;
    it->worker = NULL;
    it->up_at_step = w->step + 1 + (w->healing ? 0 : (uint32_t)sw_rng_below(&w->rng, 20));
}

static void start_instance(world *w, instance *it) {
    it->world = w;
    sw_clock_virtual_init(&it->clock, sim_wall(w) + it->skew_ms);
    sw_arena_init(&it->arena, (size_t)16 << 20);
    sw_metrics_init(&it->metrics, &it->arena);
    sw_runtime_options options = {
        .topology = &w->topology,
        .bus = &w->bus.bus,
        .env = {.clock = &it->clock.clock, .metrics = &it->metrics, .faults = &w->points},
        .door = (uint32_t)(it - w->instances),
        .records_max = 64,
        .timers_max = 32,
        .commit_ms = 20,
        .seed = w->options.seed,
    };
    sw_err err = sw_runtime_open(&options, &it->runtime);
    if (!err) err = sw_worker_open(it->runtime, &it->worker);
    SW_ASSERT(err == SW_OK);
    sim_note(w, "instance %d starts", (int)(it - w->instances));
}

static void power_off(world *w) {
    sim_note(w, "power fails");
    for (int i = 0; i < SIM_INSTANCES; i++) stop_instance(w, &w->instances[i]);
    sw_bus_close(w->bus.inner);
    lossy_db_crash(&w->disk, &w->rng);
    open_bus(w);
}

/* An error that an instance can't live with. If the log itself was hit, everybody is. */
static void break_down(world *w, instance *it, sw_err err) {
    sim_note(w, "instance %d stops: %s", (int)(it - w->instances), sw_err_name(err));
    if (w->disk.hit)
        power_off(w);
    else
        stop_instance(w, it);
}

static sw_err claim_missing(world *w, instance *it) {
    for (uint32_t t = 0; t < w->topology.task_count; t++) {
        const sw_task_spec *spec = &w->topology.tasks[t];
        if (&w->instances[w->owner[t]] != it || sw_worker_owns(it->worker, spec->number)) continue;
        sw_err err = sw_worker_claim(it->worker, spec);
        if (err) return err;
    }
    return SW_OK;
}

static bool turn_instance(world *w, instance *it) {
    if (!it->runtime) {
        if (w->step < it->up_at_step) return true;
        start_instance(w, it);
    }
    sw_clock_virtual_set(&it->clock, sim_wall(w) + it->skew_ms);
    it->clock.mono_us = w->now_ms * 1000;
    sw_turn turn = {0};
    sw_err err = claim_missing(w, it);
    if (!err) err = sw_worker_turn(it->worker, &turn);
    bool busy = err || turn.commits > 0 || turn.retries > 0;
    if (err) break_down(w, it, err);
    if (!err && w->scene->turn) w->scene->turn(w, it, &busy);
    return busy;
}

bool sim_recorded(const world *w, const sw_task_spec *task) {
    return w->scene->recorded && w->scene->recorded(w->topology.nodes[task->node].processor);
}

/* ---- faults ---- */

static void plan_commit(world *w, sw_err err, uint32_t count, bool applied, bool late) {
    w->bus.next_count = count;
    w->bus.next_commit = err;
    w->bus.applied = applied;
    w->bus.late = late;
}

static void move_task(world *w, uint32_t chance, bool steal) {
    uint32_t t = chance % w->topology.task_count;
    instance *from = &w->instances[w->owner[t]];
    w->owner[t] = (w->owner[t] + 1 + chance / 64 % (SIM_INSTANCES - 1)) % SIM_INSTANCES;
    if (!steal && from->worker) sw_worker_release(from->worker, w->topology.tasks[t].number);
}

static void start_lag(world *w, uint32_t chance) {
    lag *l = &w->bus.lags[chance % LAGS_MAX];
    l->topic = chance / LAGS_MAX % w->topic_count;
    l->partition = chance / 64 % w->shapes[l->topic].partitions;
    l->until_step = w->step + chance / 1024 % 60;
    int64_t first;
    sw_err err = sw_bus_end(w->bus.inner, l->topic, l->partition, &first, &l->end);
    if (err) l->until_step = 0;
}

static void fail_disk(world *w, sw_err err, bool applied) {
    w->disk.next_write = err;
    w->disk.write_applied = applied;
}

static void jump(world *w, uint32_t chance, int64_t ms) {
    w->instances[chance % SIM_INSTANCES].skew_ms += ms;
}

static void cut_over(world *w, const sw_task_spec *task) {
    if (!sim_recorded(w, task) && mend_task(w, task)) power_off(w);
}

static void happen(world *w, const fault *f) {
    uint32_t chance = f->chance;
    int64_t jump_ms = chance % 7 == 0 ? 3600000 : chance % 5000;
    sim_note(w, "fault %s", fault_name(f->kind));
    switch (f->kind) {
    case FAULT_COMMIT_RETRY:
        plan_commit(w, chance % 2 ? SW_E_AGAIN : SW_E_TIMEOUT, 1 + chance % 3, false, false);
        break;
    case FAULT_COMMIT_ABORT:
        plan_commit(w, chance % 2 ? SW_E_ABORTED : SW_E_REBALANCED, 1 + chance % 9, false, false);
        break;
    case FAULT_COMMIT_LOST:
        plan_commit(w, SW_E_IO, 1, false, false);
        break;
    case FAULT_COMMIT_DONE:
        plan_commit(w, SW_E_IO, 1, true, false);
        break;
    case FAULT_COMMIT_LATE:
        plan_commit(w, SW_E_IO, 1, false, true);
        break;
    case FAULT_CRASH:
        stop_instance(w, &w->instances[chance % SIM_INSTANCES]);
        break;
    case FAULT_POWER:
        power_off(w);
        break;
    case FAULT_TORN_LOST:
        fail_disk(w, SW_E_IO, false);
        break;
    case FAULT_TORN_DONE:
        fail_disk(w, SW_E_IO, true);
        break;
    case FAULT_DISK_FULL:
        fail_disk(w, SW_E_FULL, false);
        break;
    case FAULT_NO_ROOM:
        w->no_room_until = w->step + chance % 50;
        break;
    case FAULT_MOVE:
        move_task(w, chance, false);
        break;
    case FAULT_STEAL:
        move_task(w, chance, true);
        break;
    case FAULT_CLOCK_FORWARD:
        jump(w, chance, jump_ms);
        break;
    case FAULT_CLOCK_BACK:
        jump(w, chance, -jump_ms);
        break;
    case FAULT_LAG:
        start_lag(w, chance);
        break;
    case FAULT_LOSE_SEND:
        w->lose_sends += 1 + chance % 8;
        break;
    case FAULT_LOSE_ANSWER:
        w->lose_answers += 1 + chance % 8;
        break;
    case FAULT_REPEAT_SEND:
        w->repeat_sends += 1 + chance % 8;
        break;
    case FAULT_CUT_OVER:
        cut_over(w, &w->topology.tasks[chance % w->topology.task_count]);
        break;
    default:
        break;
    }
}

static void happen_due(world *w) {
    fault_plan *plan = &w->plan;
    for (; plan->at < plan->count && plan->faults[plan->at].step <= w->step; plan->at++) {
        if (w->options.dropped && w->options.dropped[plan->at]) continue;
        if (w->bus.inner) happen(w, &plan->faults[plan->at]);
        plan->happened++;
    }
    w->disk.down = w->no_room_until > w->step;
    if (w->bus.zombie_count && sw_rng_chance(&w->rng, 1, 12)) {
        sw_err err = flaky_bus_zombie(&w->bus);
        sim_note(w, "the zombie's commit: %s", sw_err_name(err));
        if (w->disk.hit) power_off(w);
    }
}

/* ---- the run ---- */

static void begin(world *w) {
    sw_arena_init(&w->arena, (size_t)1 << 30);
    sw_rng_init(&w->rng, w->options.seed);
    w->now_ms = SIM_START_MS;
    w->scene = w->options.notify ? &sim_notify : w->options.pipeline ? &sim_pipeline : &sim_toys;
    w->scene->build(w);
    w->result.digest = SW_DIGEST_START;
    sw_faults_init(&w->points, w->options.seed, 25, 10);
    w->points.planted = w->options.planted;
    sw_err err = sw_topology_build(&w->arena, w->processors, w->shared, w->processor_count,
                                   w->shapes, w->topic_count, NULL, &w->topology);
    SW_ASSERT(err == SW_OK && w->topology.task_count <= SW_COUNT(w->owner));
    w->task_now = sw_arena_zero(&w->arena, w->topology.task_numbers, sizeof *w->task_now);
    SW_ASSERT(w->task_now);
    for (uint32_t t = 0; t < w->topology.task_count; t++)
        w->owner[t] = (uint32_t)sw_rng_below(&w->rng, SIM_INSTANCES);
    open_disk(w);
    flaky_bus_init(&w->bus);
    w->bus.observe = w->scene->observe;
    w->bus.arg = w;
    open_bus(w);
    w->scene->make(w);
    uint32_t steps = w->scene->plan_steps ? w->scene->plan_steps : w->options.events / 12 + 1;
    fault_plan_make(&w->plan, &w->arena, w->options.seed, w->options.faults, steps);
}

static void suffer(world *w) {
    bool done = false;
    for (; !done && !w->result.failed && w->step < STEPS_MAX; w->step++) {
        w->bus.step = w->step;
        happen_due(w);
        if (w->result.failed) return;
        done = w->scene->step(w) && w->plan.at == w->plan.count;
        turn_instance(w, &w->instances[sw_rng_below(&w->rng, SIM_INSTANCES)]);
        w->now_ms += sw_rng_between(&w->rng, 1, STEP_MS_MAX);
    }
    if (!done && !w->result.failed)
        sim_fail(w, "after %u steps only %u of %u events were answered", w->step, w->done_events,
                 w->options.events);
}

/* Everything works again, and time goes on until all that is due must have fired. */
static void heal(world *w) {
    w->healing = true;
    w->points.fire_percent = 0;
    w->disk.down = false;
    w->disk.next_write = w->bus.next_commit = SW_OK;
    w->bus.next_count = 0;
    w->bus.late = false;
    if (w->disk.hit) power_off(w);
    memset(w->bus.lags, 0, sizeof w->bus.lags);
    int64_t latest = sim_wall(w);
    for (int i = 0; i < SIM_INSTANCES; i++) {
        int64_t its = w->instances[i].clock.clock.floor_ms;
        if (its > latest) latest = its;
        w->instances[i].skew_ms = 0;
    }
    for (uint32_t t = 0; t < w->topology.task_numbers; t++)
        if (w->task_now[t] > latest) latest = w->task_now[t];
    w->now_ms += 120000;
    int64_t rested_ms = latest + w->scene->rest_ms;
    if (sim_wall(w) < rested_ms) w->wall_ms += rested_ms - sim_wall(w);
    if (w->scene->slow_rest) {
        w->wall_ms = sim_wall(w) - (w->now_ms - SIM_START_MS);
        w->speed = 1;
    }
    for (uint32_t quiet = 0, rounds = 0; quiet < QUIET_ROUNDS; rounds++, w->step++) {
        bool busy = false;
        for (int i = 0; i < SIM_INSTANCES; i++)
            if (turn_instance(w, &w->instances[i])) busy = true;
        quiet = busy ? 0 : quiet + 1;
        w->now_ms += 60;
        if (rounds < 20000) continue;
        sim_fail(w, "healed, but it does not come to rest");
        return;
    }
}

static void end(world *w) {
    for (int i = 0; i < SIM_INSTANCES; i++) stop_instance(w, &w->instances[i]);
    sw_bus_close(w->bus.inner);
    flaky_bus_done(&w->bus);
    lossy_db_done(&w->disk);
    sw_arena_done(&w->arena);
}

void sim_run(const sim_options *options, sim_result *ret) {
    SW_ASSERT(options && options->events > 0 && ret);
    world *w = sw_heap_zero(1, sizeof *w);
    SW_ASSERT(w);
    w->options = *options;
    begin(w);
    suffer(w);
    if (!w->result.failed) heal(w);
    if (!w->result.failed) w->scene->check(w);
    w->result.events = w->done_events;
    w->result.steps = w->step;
    w->result.faults = w->plan.happened;
    for (uint32_t i = 0; i < w->points.count; i++)
        w->result.faults += (uint32_t)w->points.points[i].fired;
    *ret = w->result;
    end(w);
    sw_heap_free(w);
}
