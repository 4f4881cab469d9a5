#include <stdio.h>

#include "base/hash.h"
#include "evaluate/warning_pb.h"
#include "sim/notify/notify.h"

void notify_observe(void *arg, const sw_commit *commits, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) observe_time(arg, &commits[i]);
}

/* ---- phones: nothing twice ---- */

static void check_calls(world *w) {
    const notify_scene *n = notify_of(w);
    for (uint32_t i = 0; i < n->call_count; i++)
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(n->calls[i].message, n->calls[k].message) == 0)
                sim_fail(w, "message %s was handed over twice", n->calls[i].message);
}

static bool arrived(const notify_scene *n, const char *message) {
    for (uint32_t i = 0; i < n->call_count; i++)
        if (strcmp(n->calls[i].message, message) == 0) return n->calls[i].arrived;
    return false;
}

/* ---- notices: each has an end, and a reason where nothing was sent ---- */

static bool is_one_of(const char *word, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(word, words[i]) == 0) return true;
    return false;
}

/* A message is sent again once at the most; and what is said to have been taken has been. */
static void check_handings(world *w, const sw_notice *notice) {
    const notify_scene *n = notify_of(w);
    for (size_t i = 0; i < notice->n_handings; i++) {
        const Seawall__V1__Handing *h = notice->handings[i];
        bool taken = strcmp(h->state, "handed-over") == 0 || strcmp(h->state, "delivered") == 0;
        if (taken && !arrived(n, h->message))
            sim_fail(w, "%s %s: %s by %s, which it was not", notice->recipient, notice->subject,
                     h->state, h->channel);
        uint32_t before = 0;
        for (size_t k = 0; k < i; k++)
            before += strcmp(notice->handings[k]->channel, h->channel) == 0;
        if (before > 1)
            sim_fail(w, "%s %s: by %s a third time", notice->recipient, notice->subject,
                     h->channel);
    }
}

typedef struct notices {
    world *w;
    int64_t now_ms;
    uint32_t held, waiting; /* notices that are held; rows that say until when */
} notices;

static bool check_notice(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    static const char *const ends[] = {"delivered",     "handed-over", "failed", "suppressed",
                                       "indeterminate", "inbox",       "held"};
    notices *all = arg;
    world *w = all->w;
    sw_pb pb = {&w->arena, false};
    sw_notice *notice;
    (void)partition, (void)key;
    if (sw_pb_read(&pb, &seawall__v1__notice__descriptor, value, &notice)) {
        sim_fail(w, "a notice that can't be read");
        return false;
    }
    if (!is_one_of(notice->state, ends, SW_COUNT(ends)))
        sim_fail(w, "%s %s is still %s (%s)", notice->recipient, notice->subject, notice->state,
                 notice->reason);
    bool held = strcmp(notice->state, "held") == 0;
    all->held += held;
    bool untold =
        held || strcmp(notice->state, "suppressed") == 0 || strcmp(notice->state, "inbox") == 0;
    if (untold && !*notice->reason)
        sim_fail(w, "%s %s was not sent, and nobody knows why", notice->recipient, notice->subject);
    check_handings(w, notice);
    return !w->result.failed;
}

/* What was decided at night waits for the morning, and nothing beyond its time. */
static bool check_held(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    notices *all = arg;
    sw_pb pb = {&all->w->arena, false};
    sw_notice *row;
    (void)partition, (void)key;
    if (sw_pb_read(&pb, &seawall__v1__notice__descriptor, value, &row))
        sim_fail(all->w, "a held row that can't be read");
    else if (row->at_ms <= all->now_ms)
        sim_fail(all->w, "%s was to be held (%s) until %lld, and still is", row->subject,
                 row->reason, (long long)row->at_ms);
    all->waiting++;
    return !all->w->result.failed;
}

static bool there_is_none(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    (void)partition, (void)value;
    sim_fail(arg, "there is still a row of %zu bytes that waits", key.len);
    return false;
}

static void scan(world *w, const char *store,
                 bool (*each)(void *arg, uint32_t partition, sw_slice key, sw_slice value),
                 void *arg) {
    sw_read read;
    const sw_read_range all = {.partition = SW_READ_ALL};
    sw_err err = sw_read_open(sw_bus_db(w->bus.inner), &w->topology, store, &read);
    if (!err) err = sw_read_scan(&read, &all, each, arg);
    if (err) sim_fail(w, "%s can't be read: %s", store, sw_err_name(err));
}

/* ---- what the log says of each warning last: a client may have said it twice ---- */

static void take_change(void *arg, const sw_record *record) {
    world *w = arg;
    notify_scene *n = notify_of(w);
    sw_told_warning t;
    char id[33];
    sw_err err = sw_told_from_pb(&w->arena, record->value, &t);
    if (err) {
        sim_fail(w, "the warnings can't be read: %s", sw_err_name(err));
        return;
    }
    sw_hash128_hex(t.id, id);
    for (uint32_t k = 0; k < n->raised_count; k++)
        if (strcmp(n->all[k].id, id) == 0) n->all[k].withdrawn = t.change == SW_WITHDRAWN;
}

/* ---- tasks: each warning is at one, and nobody is untold ---- */

typedef struct tasks {
    world *w;
    uint32_t found[NOTIFY_POSTS_MAX];
} tasks;

static void check_told(world *w, const char *recipient, const char *warning) {
    sw_read read;
    sw_buf row;
    char key[64];
    int len = snprintf(key, sizeof key, "%s%c%s", recipient, 0, warning);
    sw_buf_init(&row, 1 << 18);
    sw_err err = sw_read_open(sw_bus_db(w->bus.inner), &w->topology, "outbox.notices", &read);
    if (!err)
        err = sw_read_get_in(&read, sw_partition_of(sw_slice_cstr(recipient), NOTIFY_PARTITIONS),
                             sw_slice_of(key, (size_t)len), &row);
    if (err) sim_fail(w, "%s was never told of %s: %s", recipient, warning, sw_err_name(err));
    sw_buf_done(&row);
}

static void check_warning(tasks *t, const Seawall__V1__TaskWarning *warning) {
    static const char *const reasons[] = {"resolved", "too-old", "inhibited"};
    world *w = t->w;
    notify_scene *n = notify_of(w);
    for (uint32_t i = 0; i < n->raised_count; i++) {
        if (strcmp(n->all[i].id, warning->warning_id) != 0) continue;
        t->found[i]++;
        if (n->all[i].withdrawn != (strcmp(warning->state, "withdrawn") == 0))
            sim_fail(w, "%s is %s", warning->warning_id, warning->state);
        if (*warning->suppressed && !is_one_of(warning->suppressed, reasons, SW_COUNT(reasons)))
            sim_fail(w, "%s was told to nobody: %s", warning->warning_id, warning->suppressed);
        if (*warning->suppressed) continue;
        check_told(w, "S3", warning->warning_id);
        check_told(w, "S2", warning->warning_id);
    }
}

static bool check_task(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    tasks *t = arg;
    sw_pb pb = {&t->w->arena, false};
    Seawall__V1__Task *task;
    (void)partition, (void)key;
    if (sw_pb_read(&pb, &seawall__v1__task__descriptor, value, &task)) {
        sim_fail(t->w, "a task that can't be read");
        return false;
    }
    for (size_t i = 0; i < task->n_warnings; i++) check_warning(t, task->warnings[i]);
    return !t->w->result.failed;
}

static void check_tasks(world *w) {
    const notify_scene *n = notify_of(w);
    tasks *t = sw_arena_zero(&w->arena, 1, sizeof *t);
    SW_ASSERT(t);
    t->w = w;
    scan(w, "notify.tasks", check_task, t);
    for (uint32_t i = 0; i < n->raised_count && !w->result.failed; i++)
        if (t->found[i] != 1)
            sim_fail(w, "warning %s stands at %u tasks", n->all[i].id, t->found[i]);
}

void notify_check(world *w) {
    sim_read_topic(w, notify_of(w)->warnings, take_change, w);
    if (!w->result.failed) check_calls(w);
    notices all = {.w = w, .now_ms = sim_wall(w) - 60 * w->speed}; /* of the last turn */
    if (!w->result.failed) scan(w, "outbox.notices", check_notice, &all);
    if (!w->result.failed) scan(w, "outbox.held", check_held, &all);
    if (all.held != all.waiting && !w->result.failed)
        sim_fail(w, "%u notices are held, and %u of them have their time", all.held, all.waiting);
    if (!w->result.failed) scan(w, "outbox.queue", there_is_none, w);
    if (!w->result.failed) check_tasks(w);
    if (!w->result.failed) check_timers(w, all.now_ms);
    for (uint32_t i = 0; i < notify_of(w)->call_count; i++)
        w->result.digest =
            sw_hash64(sw_slice_cstr(notify_of(w)->calls[i].message)) ^ (w->result.digest * 31);
}
