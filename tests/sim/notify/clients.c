#include <seawall/v1/directory.pb-c.h>
#include <stdio.h>

#include "codec/event.h"
#include "evaluate/warning_pb.h"
#include "sim/notify/notify.h"

enum { GIVE_UP_MS = 300, SPAN_MS = 2 * 3600000 };

#define STATION "320981510000"

static void add_post(world *w, uint32_t sender, uint32_t topic, sw_slice key, sw_slice value,
                     int64_t at_ms) {
    notify_scene *n = notify_of(w);
    notify_sender *s = &n->senders[sender];
    SW_ASSERT(n->post_count < NOTIFY_POSTS_MAX);
    post *p = &n->posts[n->post_count];
    *p = (post){.topic = topic, .at_ms = at_ms};
    bool kept =
        sw_arena_copy(&w->arena, key, &p->key) && sw_arena_copy(&w->arena, value, &p->value);
    SW_ASSERT(kept);
    s->queue[s->count++] = n->post_count++;
}

/* ---- the directory: who is told is known before anything happens ---- */

static void add_entry(world *w, const char *id, Seawall__V1__Unit *unit,
                      Seawall__V1__Officer *officer) {
    sw_pb pb = {&w->arena, false};
    Seawall__V1__DirectoryEntry entry;
    sw_slice bytes;
    seawall__v1__directory_entry__init(&entry);
    entry.id = (char *)(uintptr_t)id;
    entry.unit = unit;
    entry.officer = officer;
    sw_err err = sw_pb_write(&pb, &entry, &bytes);
    SW_ASSERT(err == SW_OK);
    for (uint32_t s = 0; s < NOTIFY_SENDERS; s++)
        add_post(w, s, notify_of(w)->directory, sw_slice_cstr(id), bytes, 0);
}

static void add_officer(world *w, const char *id, const char *number, const char *email) {
    Seawall__V1__Officer officer;
    Seawall__V1__Phone phone, *phones[] = {&phone};
    char key[40];
    seawall__v1__officer__init(&officer);
    seawall__v1__phone__init(&phone);
    phone.number = (char *)(uintptr_t)number;
    officer.id = officer.name = (char *)(uintptr_t)id;
    officer.unit = (char *)(uintptr_t)STATION;
    officer.email = (char *)(uintptr_t)email;
    officer.phones = phones;
    officer.n_phones = 1;
    snprintf(key, sizeof key, "officer/%s", id);
    add_entry(w, key, NULL, &officer);
}

static void make_directory(world *w) {
    static const char *const roles[] = {"legal_officer", "unit_leader", "legal_brigade",
                                        "bureau_leader"};
    static const char *const who[] = {"S2", "S1", "L1", "B1"};
    static const char *const numbers[] = {"13800000002", "13800000001", "13800000011",
                                          "13800000012"};
    Seawall__V1__Unit unit;
    Seawall__V1__Post posts[SW_COUNT(roles)], *list[SW_COUNT(roles)];
    seawall__v1__unit__init(&unit);
    for (size_t i = 0; i < SW_COUNT(roles); i++) {
        seawall__v1__post__init(&posts[i]);
        posts[i].role = (char *)(uintptr_t)roles[i];
        posts[i].officer = (char *)(uintptr_t)who[i];
        list[i] = &posts[i];
        add_officer(w, who[i], numbers[i], i ? "" : "s2@example.cn");
    }
    add_officer(w, "S3", "13800000003", "");
    unit.code = unit.name = (char *)(uintptr_t)STATION;
    unit.tier = (char *)(uintptr_t) "station";
    unit.posts = list;
    unit.n_posts = SW_COUNT(roles);
    add_entry(w, "unit/" STATION, &unit, NULL);
}

/* ---- cases ---- */

static sw_told_warning warning_of(const char *c, const sw_told_key *key,
                                  const sw_told_event *opened_by, const sw_slice *to,
                                  sw_level level, int64_t at_ms) {
    const sw_slice parts[] = {sw_slice_cstr(c), sw_slice_cstr(sw_level_name(level))};
    return (sw_told_warning){.change = SW_RAISED,
                             .id = sw_hash128_parts(parts, SW_COUNT(parts)),
                             .decided_ms = at_ms,
                             .rule = SW_S("fl.review"),
                             .rule_name = SW_S("受案审查"),
                             .pack = SW_S("p@1"),
                             .kind = SW_DEADLINE,
                             .level = level,
                             .severity = SW_MAJOR,
                             .orgcode = SW_S(STATION),
                             .officerid = SW_S("S3"),
                             .text = SW_S("三日内审查。"),
                             .key = key,
                             .key_count = 1,
                             .to = to,
                             .to_count = 2,
                             .start_ms = at_ms,
                             .due_ms = at_ms + 30 * 3600000,
                             .fires_ms = at_ms,
                             .late_by_s = -1,
                             .offset_s = 28800,
                             .events = opened_by,
                             .event_count = 1};
}

static void add_warning(world *w, uint32_t sender, const sw_told_warning *t, const char *topic_key,
                        int64_t at_ms) {
    sw_buf out;
    sw_buf_init(&out, 1 << 16);
    sw_told_to_pb(t, &out);
    SW_ASSERT(!out.err);
    add_post(w, sender, notify_of(w)->warnings, sw_slice_cstr(topic_key), sw_buf_slice(&out),
             at_ms);
    sw_buf_done(&out);
}

static void note_raised(world *w, const sw_told_warning *t) {
    notify_scene *n = notify_of(w);
    sw_hash128_hex(t->id, n->all[n->raised_count++].id);
}

/* A person signs: the event stands under the warning's key. */
static void add_step(world *w, uint32_t sender, const raised *of, const char *actor,
                     int64_t at_ms) {
    notify_scene *n = notify_of(w);
    char key[60];
    sw_event *step;
    sw_buf out;
    snprintf(key, sizeof key, "warning_id=%s", of->id);
    sw_slice json = sw_arena_printf(
        &w->arena,
        "{\"specversion\":\"1.0\",\"type\":\"warning.acknowledged\",\"id\":\"%s-%s\",\"source\":"
        "\"sim\",\"time\":\"2026-03-02T10:00:00+08:00\",\"data\":{\"warning_id\":\"%s\","
        "\"unit_org\":\"" STATION "\",\"actor_id\":\"%s\"}}",
        of->id, actor, of->id, actor);
    sw_err err = sw_event_from_json(&w->arena, n->shared.catalogue, json, NULL, &step);
    sw_buf_init(&out, 1 << 16);
    if (!err) err = sw_event_to_pb(step, &out);
    SW_ASSERT(err == SW_OK);
    add_post(w, sender, n->keyed, sw_slice_cstr(key), sw_buf_slice(&out), at_ms);
    sw_buf_done(&out);
}

static void make_case(world *w, uint32_t number) {
    static const sw_slice to[] = {{"handler", 7}, {"legal_officer", 13}};
    notify_scene *n = notify_of(w);
    uint32_t sender = number % NOTIFY_SENDERS;
    char c[16], topic_key[40];
    snprintf(c, sizeof c, "C%u", number);
    snprintf(topic_key, sizeof topic_key, "case_id=%s", c);
    const sw_told_key key = {SW_S("case_id"), sw_slice_cstr(c)};
    const sw_told_event opened_by = {SW_S("x"), sw_slice_cstr(c), SW_S("case.filed")};
    int64_t at_ms = w->wall_ms + sw_rng_between(&w->rng, 0, SPAN_MS);
    uint32_t level = SW_BLUE + (uint32_t)sw_rng_below(&w->rng, 4), levels = 0;
    bool early = sw_rng_chance(&w->rng, 1, 6); /* the step comes before its warning */
    for (; level <= SW_BREACH && levels < 3; level += 1 + (uint32_t)sw_rng_below(&w->rng, 2)) {
        sw_told_warning t = warning_of(c, &key, &opened_by, to, (sw_level)level, at_ms);
        note_raised(w, &t);
        raised *known = &n->all[n->raised_count - 1];
        bool signs = sw_rng_chance(&w->rng, 1, 4);
        if (signs && early) add_step(w, sender, known, "S3", at_ms);
        add_warning(w, sender, &t, topic_key, at_ms);
        if (signs && !early) add_step(w, sender, known, "S3", at_ms);
        at_ms += sw_rng_between(&w->rng, 1000, SPAN_MS / 8);
        levels++;
        if (!sw_rng_chance(&w->rng, 1, 8)) continue;
        t.change = SW_WITHDRAWN;
        t.state = SW_STATE_WITHDRAWN;
        t.fires_ms = SW_TIME_NONE;
        t.reason = SW_S("corrected");
        add_warning(w, sender, &t, topic_key, at_ms);
    }
}

void notify_make(world *w) {
    notify_scene *n = notify_of(w);
    n->executor.world = w;
    make_directory(w);
    for (uint32_t i = 0; i < NOTIFY_CASES; i++) make_case(w, i);
    for (uint32_t s = 0; s < NOTIFY_SENDERS; s++) n->senders[s].world = w;
    w->options.events = n->post_count;
}

/* ---- sending ---- */

typedef struct attempt {
    notify_sender *sender;
    uint32_t number;
} attempt;

static void answer(void *arg, sw_err err, uint32_t partition, int64_t offset) {
    attempt *a = arg;
    notify_sender *s = a->sender;
    (void)partition, (void)offset;
    if (s->world->lose_answers > 0) {
        s->world->lose_answers--;
        return;
    }
    if (!s->waiting || a->number != s->attempt) return;
    s->waiting = false;
    if (err) return; /* sends it again */
    s->at++;
    s->world->done_events++;
}

static void send_once(world *w, notify_sender *s, instance *to) {
    const post *p = &notify_of(w)->posts[s->queue[s->at]];
    attempt *a = sw_arena_alloc(&w->arena, sizeof *a);
    SW_ASSERT(a);
    *a = (attempt){s, s->attempt};
    const sw_append append = {
        .topic = p->topic, .key = p->key, .value = p->value, .answer = answer, .arg = a};
    if (sw_runtime_append(to->runtime, &append)) s->waiting = false;
}

static void send(world *w, notify_sender *s) {
    instance *to = &w->instances[sw_rng_below(&w->rng, SIM_INSTANCES)];
    s->attempt++;
    s->give_up_ms = w->now_ms + GIVE_UP_MS;
    s->waiting = w->lose_sends > 0 || to->runtime;
    if (w->lose_sends > 0) {
        w->lose_sends--;
        return;
    }
    if (!to->runtime) return;
    send_once(w, s, to);
    if (w->repeat_sends > 0 && s->waiting) {
        w->repeat_sends--;
        send_once(w, s, to);
    }
}

static bool count_row(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    (void)partition, (void)key, (void)value;
    ++*(uint32_t *)arg;
    return true;
}

/* Who is told follows from what the tasks know by then: all of them shall know all. */
static bool directory_known(world *w) {
    notify_scene *n = notify_of(w);
    sw_read read;
    uint32_t rows = 0;
    const sw_read_range all = {.partition = SW_READ_ALL};
    if (n->known || !w->bus.inner) return n->known;
    sw_err err = sw_read_open(sw_bus_db(w->bus.inner), &w->topology, "notify.directory", &read);
    if (!err) err = sw_read_scan(&read, &all, count_row, &rows);
    n->known = !err && rows == NOTIFY_ENTRIES * NOTIFY_PARTITIONS;
    return n->known;
}

bool notify_step(world *w) {
    notify_scene *n = notify_of(w);
    bool known = directory_known(w);
    for (uint32_t i = 0; i < NOTIFY_SENDERS; i++) {
        notify_sender *s = &n->senders[i];
        if (s->waiting && w->now_ms >= s->give_up_ms) s->waiting = false;
        if (s->waiting || s->at == s->count) continue;
        if (!known && s->at >= NOTIFY_ENTRIES) continue;
        if (n->posts[s->queue[s->at]].at_ms <= sim_wall(w)) send(w, s);
    }
    return w->done_events == n->post_count;
}
