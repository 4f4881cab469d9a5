#include "risk/score/query.h"

#include "host/auth.h"
#include "risk/score/instance.h"
#include "risk/score/rows.h"
#include "text/json.h"
#include "topics/topics.h"

sw_err sw_scores_open(sw_bus *bus, const sw_topology *topology, sw_clock *clock,
                      const sw_weights *weights, sw_scores *ret) {
    SW_ASSERT(bus && topology && clock && weights && ret);
    sw_scores s = {.bus = bus, .topology = topology, .clock = clock, .weights = weights};
    sw_err err = sw_read_open(sw_bus_db(bus), topology, "score.sums", &s.sums);
    if (!err) err = sw_read_open(sw_bus_db(bus), topology, "score.instances", &s.instances);
    if (!err) *ret = s;
    return err;
}

void sw_scores_as_of(const sw_scores *s, sw_buf *out) {
    uint32_t index;
    sw_buf_add_cstr(out, "\"as_of\":{\"time\":\"");
    sw_time_write(out, sw_clock_now_ms(s->clock), 0);
    sw_buf_printf(out, "\",\"positions\":{\"%s\":[", SW_TOPIC_WARNINGS);
    sw_err err = sw_topology_topic(s->topology, SW_TOPIC_WARNINGS, &index);
    for (uint32_t p = 0; !err && p < s->topology->topics[index].partitions; p++) {
        int64_t next = 0;
        sw_err unread =
            sw_bus_position(s->bus, sw_task_number(SW_PROCESSOR_SCORE, p), index, p, &next);
        if (p) sw_buf_add_byte(out, ',');
        sw_buf_add_int(out, unread ? -1 : next);
    }
    sw_buf_add_cstr(out, "]}}");
}

static bool sees(const sw_scores_sight *sight, sw_slice org, sw_slice compartment) {
    if (compartment.len && !sight->compartments) return false;
    return sw_org_within(sight->unit, org) && sw_slice_starts(org, sight->org);
}

/* ---- the highest so many ---- */

typedef struct line {
    int64_t hundredths;
    uint32_t warnings;
    sw_slice name; /* of equal ones the first by name comes first */
    sw_slice json; /* of parts */
} line;

typedef struct top {
    sw_arena *arena;
    line *lines; /* in order */
    uint32_t count, limit;
    uint64_t total;
    line after; /* only what comes behind it; its name empty: everything */
    sw_err err;
} top;

static bool behind(const line *a, const line *b) {
    if (a->hundredths != b->hundredths) return a->hundredths < b->hundredths;
    return sw_slice_cmp(a->name, b->name) > 0;
}

static sw_err top_init(top *t, sw_arena *arena, uint32_t limit) {
    *t = (top){.arena = arena, .limit = limit};
    t->lines = sw_arena_alloc(arena, (limit + 1) * sizeof *t->lines);
    return t->lines ? SW_OK : SW_E_LIMIT;
}

/* Copies name and JSON of what stays. One more than the limit is kept: it says whether there is a
 * next page. */
static bool top_add(top *t, const line *one) {
    t->total++;
    if (t->after.name.len && !behind(one, &t->after)) return true;
    uint32_t at = t->count;
    while (at > 0 && behind(&t->lines[at - 1], one)) at--;
    if (at > t->limit) return true;
    line own = *one;
    if (!sw_arena_copy(t->arena, one->name, &own.name) ||
        !sw_arena_copy(t->arena, one->json, &own.json))
        return t->err = SW_E_LIMIT, false;
    if (t->count > t->limit) t->count = t->limit;
    memmove(&t->lines[at + 1], &t->lines[at], (t->count - at) * sizeof *t->lines);
    t->lines[at] = own;
    t->count++;
    return true;
}

/* ---- scores of a kind ---- */

typedef struct walk {
    const sw_scores *scores;
    const sw_scores_sight *sight;
    sw_arena rows; /* of one row */
    int32_t today;
    sw_buf subject; /* that is being added up */
    sw_score_sum sum;
    uint32_t warnings;
    top *top;
    sw_err err;
} walk;

static void walk_init(walk *w, const sw_scores *scores, const sw_scores_sight *sight, top *t) {
    *w = (walk){.scores = scores, .sight = sight, .top = t};
    w->today = sw_weights_day(scores->weights, sw_clock_now_ms(scores->clock));
    sw_arena_init(&w->rows, (size_t)16 << 20);
    sw_buf_init(&w->subject, SW_SUM_KEY_MAX);
}

static void walk_done(walk *w) {
    sw_arena_done(&w->rows);
    sw_buf_done(&w->subject);
}

/* All rows of the subject have been seen. */
static bool finish(walk *w) {
    const line one = {.hundredths = sw_score_hundredths(w->scores->weights, &w->sum),
                      .warnings = w->warnings,
                      .name = sw_buf_slice(&w->subject)};
    bool more = true;
    if (one.name.len && one.warnings && w->top) more = top_add(w->top, &one);
    w->sum = (sw_score_sum){0};
    w->warnings = 0;
    sw_buf_clear(&w->subject);
    return more;
}

static void add_parts_of(walk *w, const sw_sum_row *row) {
    for (uint32_t i = 0; i < row->count; i++)
        if (sees(w->sight, row->parts[i].org, row->parts[i].compartment))
            sw_score_part_sum(&row->parts[i], w->scores->weights, w->today, &w->sum, &w->warnings);
}

static bool add_sum(void *arg, uint32_t partition, sw_slice row_key, sw_slice value) {
    walk *w = arg;
    sw_scored of;
    sw_slice subject;
    sw_sum_row row;
    (void)partition;
    sw_arena_reset(&w->rows);
    w->err = sw_sum_key_read(row_key, &of, &subject) ? sw_sum_row_read(&w->rows, value, &row)
                                                     : SW_E_CORRUPT;
    if (w->err) return false;
    if (w->top && !sw_slice_eq(subject, sw_buf_slice(&w->subject))) {
        if (!finish(w)) return false;
        w->err = sw_buf_add(&w->subject, subject);
    }
    if (row.mark == sw_score_mark(w->scores->weights)) add_parts_of(w, &row);
    return !w->err;
}

static void add_head(const sw_scores *s, sw_scored of, sw_slice subject, int64_t hundredths,
                     uint32_t warnings, sw_buf *out) {
    sw_level level;
    sw_buf_printf(out, "\"of\":\"%s\",\"subject\":", sw_scored_name(of));
    sw_json_write_string(out, subject);
    sw_buf_add_cstr(out, ",\"score_hundredths\":");
    sw_buf_add_int(out, hundredths);
    if (sw_weights_band(s->weights, of, hundredths, &level))
        sw_buf_printf(out, ",\"band\":\"%s\"", sw_level_name(level));
    sw_buf_printf(out, ",\"warnings\":%u", warnings);
}

/* "1234:320981010000": the last line of a page. */
static bool read_cursor(sw_slice text, line *ret) {
    const char *colon = text.len ? memchr(text.ptr, ':', text.len) : NULL;
    const size_t at = colon ? (size_t)(colon - text.ptr) : 0;
    if (!colon || at + 1 == text.len) return false;
    ret->name = sw_slice_sub(text, at + 1, text.len);
    return sw_slice_int(sw_slice_sub(text, 0, at), &ret->hundredths);
}

sw_err sw_scores_list(const sw_scores *s, const sw_scores_ask *ask, sw_arena *scratch, sw_buf *out,
                      uint64_t *ret_total, sw_buf *ret_next) {
    top t;
    walk w;
    sw_err err = top_init(&t, scratch, ask->limit);
    if (err) return err;
    if (ask->cursor.len && !read_cursor(ask->cursor, &t.after)) return SW_E_INVALID;
    walk_init(&w, s, &ask->sight, &t);
    const sw_read_range range = {.partition = SW_READ_ALL,
                                 .from = sw_sum_kind(ask->of, false),
                                 .to = sw_sum_kind(ask->of, true)};
    err = sw_read_scan(&s->sums, &range, add_sum, &w);
    if (!err && !w.err && !t.err) (void)finish(&w);
    if (!err) err = w.err ? w.err : t.err;
    walk_done(&w);
    if (err) return err;
    const uint32_t shown = t.count > t.limit ? t.limit : t.count;
    sw_buf_add_byte(out, '[');
    for (uint32_t i = 0; i < shown; i++) {
        const line *l = &t.lines[i];
        sw_buf_add_cstr(out, i ? ",{" : "{");
        add_head(s, ask->of, l->name, l->hundredths, l->warnings, out);
        sw_buf_add_byte(out, '}');
    }
    sw_buf_add_byte(out, ']');
    if (t.count > t.limit)
        sw_buf_printf(ret_next, "%lld:%.*s", (long long)t.lines[shown - 1].hundredths,
                      SW_FMT(t.lines[shown - 1].name));
    *ret_total = t.total;
    return ret_next->err;
}

/* ---- one score ---- */

typedef struct parts {
    walk *walk;
    const sw_scores_one *one;
    sw_buf json;
} parts;

static void text_member(sw_buf *out, const char *name, sw_slice text) {
    if (!text.len) return;
    sw_buf_printf(out, ",\"%s\":", name);
    sw_json_write_string(out, text);
}

static void write_part(const sw_score_instance *instance, const sw_weighing *w, int64_t hundredths,
                       sw_buf *out) {
    static const char *const severities[] = {"info", "minor", "major", "critical"};
    char id[SW_HASH128_TEXT];
    int64_t closed_ms;
    (void)sw_scored_warning_weighs(instance, &w->warning, &closed_ms);
    sw_hash128_hex(w->warning.id, id);
    sw_buf_printf(out, "{\"warning_id\":\"%s\",\"rule\":", id);
    sw_json_write_string(out, w->warning.rule);
    sw_buf_printf(
        out,
        ",\"level\":\"%s\",\"severity\":\"%s\",\"state\":\"%s\",\"points_hundredths\":%lld,"
        "\"score_hundredths\":%lld",
        sw_level_name(w->warning.level), severities[w->warning.severity],
        w->open ? "open" : "closed", (long long)w->points, (long long)hundredths);
    if (!w->open) {
        sw_buf_add_cstr(out, ",\"closed\":\"");
        sw_time_write(out, closed_ms, 0);
        sw_buf_add_byte(out, '"');
    }
    text_member(out, "case_id", instance->case_id);
    text_member(out, "officerid", w->warning.officer);
    text_member(out, "orgcode", w->warning.org);
    sw_buf_add_byte(out, '}');
}

static bool add_instance(void *arg, uint32_t partition, sw_slice row_key, sw_slice value) {
    parts *p = arg;
    walk *w = p->walk;
    const sw_weights *weights = w->scores->weights;
    sw_score_instance instance;
    sw_weighing weighing;
    sw_score_sum sum = {0};
    (void)partition;
    (void)row_key;
    sw_arena_reset(&w->rows);
    w->err = sw_score_instance_read(&w->rows, value, &instance);
    if (w->err) return false;
    if (!sw_score_instance_weigh(&instance, weights, &weighing)) return true;
    const sw_slice subjects[SW_SCORED_COUNT] = {
        [SW_SCORED_CASE] = instance.case_id,
        [SW_SCORED_OFFICER] = weighing.warning.officer,
        [SW_SCORED_UNIT] = weighing.warning.org,
    };
    const int32_t left =
        weighing.open ? sw_weights_days(weights) : sw_weights_left(weights, weighing.day, w->today);
    if (!left || !sw_slice_eq(subjects[p->one->of], p->one->subject) ||
        !sees(w->sight, weighing.warning.org, weighing.warning.compartment))
        return true;
    sw_score_add(weights, &sum, weighing.points, left);
    const int64_t hundredths = sw_score_hundredths(weights, &sum);
    sw_buf_clear(&p->json);
    write_part(&instance, &weighing, hundredths, &p->json);
    if (p->json.err) return w->err = p->json.err, false;
    char id[SW_HASH128_TEXT];
    sw_hash128_hex(weighing.warning.id, id);
    const line one = {
        .hundredths = hundredths, .name = sw_slice_cstr(id), .json = sw_buf_slice(&p->json)};
    return top_add(w->top, &one);
}

static sw_err add_parts(walk *w, const sw_scores_one *one, sw_buf *out) {
    parts p = {.walk = w, .one = one};
    sw_buf_init(&p.json, (size_t)64 << 10);
    sw_err err = sw_read_scan(&w->scores->instances, &(sw_read_range){.partition = SW_READ_ALL},
                              add_instance, &p);
    sw_buf_done(&p.json);
    if (!err) err = w->err ? w->err : w->top->err;
    if (err) return err;
    sw_buf_add_cstr(out, ",\"parts\":[");
    for (uint32_t i = 0; i < w->top->count && i < w->top->limit; i++) {
        if (i) sw_buf_add_byte(out, ',');
        sw_buf_add(out, w->top->lines[i].json);
    }
    sw_buf_printf(out, "],\"parts_total\":%llu", (unsigned long long)w->top->total);
    return SW_OK;
}

sw_err sw_scores_explain(const sw_scores *s, const sw_scores_one *one, sw_arena *scratch,
                         sw_buf *out) {
    top t;
    walk w;
    char from[SW_SUM_KEY_MAX], to[SW_SUM_KEY_MAX];
    const sw_slice key = sw_sum_key(one->of, one->subject, from);
    if (!key.len) return SW_E_INVALID;
    memcpy(to, key.ptr, key.len);
    to[key.len - 1] = '\1';
    sw_err err = top_init(&t, scratch, one->limit);
    if (err) return err;
    walk_init(&w, s, &one->sight, NULL);
    const sw_read_range range = {
        .partition = SW_READ_ALL, .from = key, .to = sw_slice_of(to, key.len)};
    err = sw_read_scan(&s->sums, &range, add_sum, &w);
    if (!err) err = w.err;
    if (!err) {
        add_head(s, one->of, one->subject, sw_score_hundredths(s->weights, &w.sum), w.warnings,
                 out);
        w.top = &t;
        err = add_parts(&w, one, out);
    }
    walk_done(&w);
    return err;
}
