/* When a period of a plan begins, clock.boundary is recorded for each unit: once, because it has
 * the same source and id however often it is said. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "notify/http/http.h"
#include "notify/plan/plan.h"
#include "text/time.h"
#include "topics/topics.h"

#define ARENA_BYTES ((size_t)64 << 20)

typedef struct units {
    sw_arena *arena;
    int64_t at_ms;
    bool (*visit)(void *arg, const Seawall__V1__Unit *unit);
    void *arg;
    bool stopped;
    sw_err err;
} units;

static bool add_unit(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    (void)partition;
    (void)key;
    units *u = arg;
    sw_pb pb = {u->arena, false};
    sw_arena_mark mark = sw_arena_save(u->arena);
    Seawall__V1__DirectoryVersions *row;
    const sw_directory_entry *now = NULL;
    u->err = sw_pb_read(&pb, &seawall__v1__directory_versions__descriptor, value, &row);
    for (size_t i = 0; !u->err && i < row->n_versions && row->versions[i]->from_ms <= u->at_ms; i++)
        now = row->versions[i]->removed ? NULL : row->versions[i];
    bool go_on = !u->err && (!now || !now->unit || u->visit(u->arg, now->unit));
    sw_arena_rewind(u->arena, mark);
    return go_on;
}

sw_err sw_plan_units(sw_notify *notify, sw_arena *arena, int64_t at_ms,
                     bool (*visit)(void *arg, const Seawall__V1__Unit *unit), void *arg) {
    units u = {.arena = arena, .at_ms = at_ms, .visit = visit, .arg = arg};
    const sw_read_range range = {.partition = 0, .from = SW_S("unit/"), .to = SW_S("unit0")};
    sw_err err = sw_read_scan(&notify->directory, &range, add_unit, &u);
    return err ? err : u.err;
}

/* The county above a unit; the unit itself where there is none. */
static sw_err county_of(sw_notify *notify, sw_pb *pb, const Seawall__V1__Unit *unit, int64_t at_ms,
                        const char **ret) {
    sw_notify_view view = {.notify = notify, .pb = *pb, .now_ms = at_ms};
    sw_directory_source source = sw_notify_view_directory(&view);
    const Seawall__V1__Unit *at = unit;
    *ret = unit->code;
    for (int i = 0; at && i < 8; i++) {
        if (strcmp(at->tier, "county") == 0) {
            *ret = sw_pb_text(pb, sw_slice_cstr(at->code));
            return SW_OK;
        }
        const Seawall__V1__Unit *above = NULL;
        sw_err err = sw_directory_unit(&source, &view.pb, sw_slice_cstr(at->parent), at_ms, &above);
        if (err) return err;
        at = above;
    }
    return SW_OK;
}

typedef struct telling {
    sw_notify *notify;
    const sw_plan_policy *plan;
    sw_pb pb;
    int64_t from_ms;
    sw_err err;
} telling;

static bool tell_unit(void *arg, const Seawall__V1__Unit *unit) {
    telling *t = arg;
    sw_notify *n = t->notify;
    const char *county;
    if (strcmp(unit->tier, t->plan->of) != 0) return true;
    t->err = county_of(n, &t->pb, unit, t->from_ms, &county);
    if (t->err) return false;
    const char *each = sw_each_names[t->plan->each];
    sw_buf json;
    sw_buf_init(&json, 4096);
    sw_buf_printf(&json,
                  "{\"specversion\":\"1.0\",\"source\":\"seawall/clock\",\"type\":"
                  "\"clock.boundary\",\"id\":\"%s/%lld/%s\",\"subject\":\"%s\",\"orgcode\":"
                  "\"%s\",\"time\":\"",
                  each, (long long)t->from_ms, unit->code, unit->code, unit->code);
    sw_time_write(&json, t->from_ms, sw_zone_offset(n->shared.policy->zone, t->from_ms));
    sw_buf_printf(&json,
                  "\",\"data\":{\"unit_org\":\"%s\",\"county_org\":\"%s\",\"boundary\":\"%s\","
                  "\"unit_tier\":\"%s\"}}",
                  unit->code, county, each, unit->tier);
    t->err = json.err ? json.err : n->home.record(n->home.post_arg, sw_buf_slice(&json));
    sw_buf_done(&json);
    return !t->err;
}

/* Since when this installation has plans: a period that had begun before is nobody's fault. */
static int64_t since(sw_notify *n, int64_t now_ms) {
    char path[4096], text[32];
    snprintf(path, sizeof path, "%s/patrols.since", n->data_dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t len = read(fd, text, sizeof text - 1);
        close(fd);
        if (len < 0) return INT64_MAX;
        text[len] = '\0';
        return strtoll(text, NULL, 10);
    }
    if (errno != ENOENT) return INT64_MAX;
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    int len = snprintf(text, sizeof text, "%lld\n", (long long)now_ms);
    bool kept = fd >= 0 && write(fd, text, (size_t)len) == len && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    return kept ? now_ms : INT64_MAX;
}

/* Changes whenever the directory does. */
static int64_t directory_ends(sw_notify *n) {
    uint32_t topic;
    int64_t all = 0;
    if (sw_topology_topic(n->home.topology, SW_TOPIC_NOTIFY_DIRECTORY, &topic)) return 0;
    for (uint32_t p = 0; p < n->shared.partitions; p++) {
        int64_t first, end;
        if (!sw_bus_end(n->home.bus, topic, p, &first, &end)) all += end;
    }
    return all;
}

void sw_notify_tick(sw_notify *n) {
    const sw_policy *policy = n->shared.policy;
    if (!policy->plan_count || !n->home.record) return;
    int64_t now_ms = sw_clock_now_ms(n->home.env.clock), ends = directory_ends(n);
    if (!n->plans_since_ms) n->plans_since_ms = since(n, now_ms);
    bool due = ends != n->plans_ends || now_ms >= n->plans_next_ms;
    if (!due || now_ms < n->plans_rest_ms) return;
    sw_arena arena;
    sw_arena_init(&arena, ARENA_BYTES);
    int64_t next = INT64_MAX;
    telling t = {.notify = n, .pb = {&arena, false}};
    sw_err err = SW_OK;
    for (uint32_t i = 0; i < policy->plan_count && !err; i++) {
        int64_t until;
        t.plan = &policy->plans[i];
        sw_plan_period(policy->zone, t.plan->each, now_ms, &t.from_ms, &until);
        if (until < next) next = until;
        if (t.from_ms < n->plans_since_ms) continue;
        err = sw_plan_units(n, &arena, now_ms, tell_unit, &t);
        if (!err) err = t.err;
    }
    sw_arena_done(&arena);
    n->plans_rest_ms = now_ms + 5000; /* rows may still be on their way, or the door was full */
    if (err) return;
    n->plans_next_ms = next;
    if (n->plans_seen == ends) n->plans_ends = ends;
    n->plans_seen = ends;
}
