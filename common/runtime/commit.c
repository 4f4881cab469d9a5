#include "runtime/commit.h"

enum { MAINTAIN_US = 1000 * 1000, MAINTAIN_BUSY_US = 100 * 1000 };

sw_err sw_committer_init(sw_committer *committer, sw_bus *bus, sw_env env) {
    SW_ASSERT(committer && bus && env.clock);
    memset(committer, 0, sizeof *committer);
    committer->bus = bus;
    committer->env = env;
    committer->last = &committer->waiting;
    sw_metrics *m = env.metrics;
    sw_err err =
        sw_metrics_get(m, SW_METRIC_HISTOGRAM, "seawall_commit_us", "",
                       "Time of one commit with its sync, in microseconds.", &committer->commit_us);
    if (!err)
        err = sw_metrics_get(m, SW_METRIC_HISTOGRAM, "seawall_commit_batches", "",
                             "Batches of tasks that shared one commit.", &committer->group_items);
    if (!err)
        err = sw_metrics_get(m, SW_METRIC_COUNTER, "seawall_appended_records_total", "",
                             "Records appended to topics.", &committer->records);
    if (err) return err;
    pthread_mutex_init(&committer->lock, NULL);
    pthread_cond_init(&committer->changed, NULL);
    return SW_OK;
}

void sw_committer_done(sw_committer *committer) {
    if (!committer->bus) return;
    SW_ASSERT(!committer->busy && !committer->waiting);
    pthread_mutex_destroy(&committer->lock);
    pthread_cond_destroy(&committer->changed);
    sw_heap_free(committer->commits);
    sw_heap_free(committer->offsets);
    committer->bus = NULL;
}

static sw_err reserve(sw_committer *c, uint32_t commits, uint32_t records) {
    if (commits > c->commit_cap) {
        sw_commit *grown = sw_heap_resize(c->commits, commits * sizeof *grown);
        if (!grown) return SW_E_NOMEM;
        c->commits = grown;
        c->commit_cap = commits;
    }
    if (records > c->offset_cap) {
        int64_t *grown = sw_heap_resize(c->offsets, records * sizeof *grown);
        if (!grown) return SW_E_NOMEM;
        c->offsets = grown;
        c->offset_cap = records;
    }
    return SW_OK;
}

/* Stamped under the bus's turn, so that times in the log grow with offsets, and whoever read a
 * topic to its end at some moment has seen all that will ever be before that moment. */
static void stamp(sw_committer *c, sw_commit_item *item, int64_t now_ms) {
    if (item->commit.now_ms > now_ms) now_ms = item->commit.now_ms;
    sw_clock_raise(c->env.clock, now_ms);
    for (uint32_t i = 0; i < item->commit.record_count; i++) item->records[i].timestamp_ms = now_ms;
    item->commit.records = item->records;
}

static void give_offsets(sw_commit_item *item, const int64_t *offsets) {
    if (item->offsets && item->commit.record_count)
        memcpy(item->offsets, offsets, item->commit.record_count * sizeof *offsets);
}

static sw_err commit_all(sw_committer *c, sw_commit_group *groups) {
    uint32_t commits = 0, records = 0, at = 0;
    for (sw_commit_group *g = groups; g; g = g->next)
        for (uint32_t i = 0; i < g->count; i++, commits++)
            records += g->items[i]->commit.record_count;
    sw_err err = reserve(c, commits, records);
    if (err) return err;
    int64_t now_ms = sw_clock_now_ms(c->env.clock);
    for (sw_commit_group *g = groups; g; g = g->next) {
        for (uint32_t i = 0; i < g->count; i++) {
            stamp(c, g->items[i], now_ms);
            c->commits[at++] = g->items[i]->commit;
        }
    }
    err = sw_bus_commit(c->bus, c->commits, commits, c->offsets);
    if (err) return err;
    records = 0;
    for (sw_commit_group *g = groups; g; g = g->next) {
        for (uint32_t i = 0; i < g->count; i++) {
            give_offsets(g->items[i], c->offsets + records);
            records += g->items[i]->commit.record_count;
        }
    }
    sw_metric_observe(c->group_items, commits);
    sw_metric_add(c->records, records);
    return SW_OK;
}

/* Somebody in the group has lost its right: the others must not suffer for it. */
static void commit_each(sw_committer *c, sw_commit_group *groups) {
    for (sw_commit_group *g = groups; g; g = g->next) {
        for (uint32_t i = 0; i < g->count; i++) {
            sw_commit_group one = {.items = &g->items[i], .count = 1};
            g->items[i]->err = c->broken ? c->broken : commit_all(c, &one);
            if (sw_err_verdict(g->items[i]->err) == SW_VERDICT_FATAL) c->broken = g->items[i]->err;
        }
    }
}

/* Retention and compaction, a small step now and then, in the one thread that may change the log.
 */
static void maintain(sw_committer *c) {
    int64_t now_us = sw_clock_mono_us(c->env.clock);
    if (now_us < c->maintain_us) return;
    bool more = false;
    sw_err err = sw_bus_maintain(c->bus, sw_clock_now_ms(c->env.clock), 1, &more);
    if (sw_err_verdict(err) == SW_VERDICT_FATAL) c->broken = err;
    c->maintain_us = now_us + (more && !err ? MAINTAIN_BUSY_US : MAINTAIN_US);
}

static void lead(sw_committer *c, sw_commit_group *groups) {
    int64_t start_us = sw_clock_mono_us(c->env.clock);
    sw_err err = c->broken ? c->broken : commit_all(c, groups);
    if (sw_err_verdict(err) == SW_VERDICT_ABORT && (groups->next || groups->count > 1)) {
        commit_each(c, groups);
        return;
    }
    if (sw_err_verdict(err) == SW_VERDICT_FATAL) c->broken = err;
    for (sw_commit_group *g = groups; g; g = g->next)
        for (uint32_t i = 0; i < g->count; i++) g->items[i]->err = err;
    sw_metric_observe(c->commit_us, sw_clock_mono_us(c->env.clock) - start_us);
}

/* Who is waited for goes first, and alone: what nobody waits for is large, and comes next. */
static sw_commit_group *take_groups(sw_committer *c) {
    bool urgent = false;
    for (const sw_commit_group *g = c->waiting; g; g = g->next) urgent = urgent || g->urgent;
    sw_commit_group *taken = NULL, **last_taken = &taken, **left = &c->waiting;
    for (sw_commit_group *g = c->waiting, *next; g; g = next) {
        next = g->next;
        g->next = NULL;
        sw_commit_group ***list = g->urgent == urgent ? &last_taken : &left;
        **list = g;
        *list = &g->next;
    }
    *left = NULL;
    c->last = left;
    return taken;
}

/* Commits the groups whose turn it is; the caller's may or may not be among them. */
static void lead_once(sw_committer *c) {
    sw_commit_group *groups = take_groups(c);
    c->busy = true;
    pthread_mutex_unlock(&c->lock);
    lead(c, groups);
    pthread_mutex_lock(&c->lock);
    for (sw_commit_group *g = groups, *next; g; g = next) {
        next = g->next;
        g->done = true;
    }
    pthread_cond_broadcast(&c->changed); /* they need not wait for the upkeep */
    pthread_mutex_unlock(&c->lock);
    maintain(c);
    pthread_mutex_lock(&c->lock);
    c->busy = false;
    pthread_cond_broadcast(&c->changed);
}

void sw_committer_run(sw_committer *committer, sw_commit_item *const *items, uint32_t count,
                      bool urgent) {
    SW_ASSERT(committer && committer->bus && items && count > 0);
    sw_commit_group group = {.items = items, .count = count, .urgent = urgent};
    pthread_mutex_lock(&committer->lock);
    *committer->last = &group;
    committer->last = &group.next;
    while (!group.done) {
        if (committer->busy)
            pthread_cond_wait(&committer->changed, &committer->lock);
        else
            lead_once(committer);
    }
    pthread_mutex_unlock(&committer->lock);
}
