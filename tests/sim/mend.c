#include "runtime/successor.h"
#include "runtime/watch.h"
#include "sim/sim.h"

/* The successor goes through the same bus as everybody: it may fail at its commit, or find that the
 * news are late. Nothing is damaged, so it must be what the running task is, at any moment; and
 * made or not, the cut must change nothing. */
static sw_err cut(world *w, const sw_task_spec *task, sw_db *fresh, sw_cut_over *ret) {
    sw_successor *successor;
    sw_clock_virtual clock;
    sw_clock_virtual_init(&clock, sim_wall(w));
    const sw_rebuild rebuild = {.topology = &w->topology,
                                .source = &w->bus.bus,
                                .target = fresh,
                                .env = {.clock = &clock.clock},
                                .task = task,
                                .dir = "/tmp"};
    sw_err err = sw_successor_open(&rebuild, &successor);
    if (err) return err;
    err = sw_successor_cut_over(successor, (size_t)16 << 20, ret);
    sw_successor_close(successor);
    return err;
}

static uint64_t digest_of(world *w, const sw_task_spec *task) {
    uint64_t digest = 0;
    sw_err err = sw_watch_digest(sw_bus_db(w->bus.inner), &w->topology, task->number, &digest);
    if (err) sim_fail(w, "a state can't be read: %s", sw_err_name(err));
    return digest;
}

bool mend_task(world *w, const sw_task_spec *task) {
    sw_db *fresh;
    sw_cut_over made = {0};
    sw_err err = sw_db_mem_open(w->topology.stores, w->topology.store_count, &fresh);
    SW_ASSERT(err == SW_OK);
    uint64_t before = digest_of(w, task);
    err = cut(w, task, fresh, &made);
    sw_db_close(fresh);
    sim_note(w, "task %u cut over: %s, %d rows put", task->number, sw_err_name(err), (int)made.put);
    if (!err && (made.former != before || made.digest != before))
        sim_fail(w, "task %u: the successor is not what the task is", task->number);
    if (!w->disk.hit && digest_of(w, task) != before)
        sim_fail(w, "task %u: a cut-over has changed its state", task->number);
    return w->disk.hit;
}
