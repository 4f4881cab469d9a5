#include "codec/event.h"
#include "report/view/walk.h"
#include "text/json.h"

enum { LIST_MAX = 1000 }; /* periods and warnings of one key */

typedef struct timeline {
    const sw_queries *queries;
    const sw_case_ask *ask;
    sw_buf *out;
    uint32_t written;
    bool any;
    bool more;
    char last[SW_VIEW_TAIL];
} timeline;

static void member(sw_buf *out, const char *name, sw_slice text) {
    if (!text.len) return;
    sw_buf_printf(out, ",\"%s\":", name);
    sw_json_write_string(out, text);
}

/* The clock on the wall is that of the packs. */
static int32_t offset_at(const sw_queries *queries, int64_t ms) {
    const sw_ruleset *set = sw_evaluator_ruleset(queries->evaluators[0]);
    const sw_zone *zone = sw_ruleset_pack_count(set) ? sw_ruleset_pack(set, 0)->zone : NULL;
    return zone ? sw_zone_offset(zone, ms) : 0;
}

static void write_event(const timeline *t, const sw_view_event *e) {
    sw_buf *out = t->out;
    const sw_event_type *type = sw_catalogue_find(t->queries->catalogue, e->type);
    sw_buf_add_cstr(out, "{\"time\":\"");
    sw_time_write(out, e->time_ms, offset_at(t->queries, e->time_ms));
    sw_buf_add_cstr(out, "\",\"type\":");
    sw_json_write_string(out, e->type);
    if (type) {
        member(out, "title", type->title);
        member(out, "title_en", type->title_en);
    }
    member(out, "source", e->source);
    member(out, "id", e->id);
    member(out, "orgcode", e->orgcode);
    member(out, "officerid", e->officerid);
    if (e->received_ms != SW_TIME_NONE) {
        sw_buf_add_cstr(out, ",\"receivedtime\":\"");
        sw_time_write(out, e->received_ms, offset_at(t->queries, e->received_ms));
        sw_buf_add_byte(out, '"');
    }
    if (e->target_id.len) {
        sw_buf_add_cstr(out, ",\"corrects\":{\"source\":");
        sw_json_write_string(out, e->target_source);
        member(out, "id", e->target_id);
        sw_buf_add_byte(out, '}');
    }
    sw_buf_printf(out, ",\"position\":{\"partition\":%u,\"offset\":%lld}}", e->partition,
                  (long long)e->offset);
}

static bool visit(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    timeline *t = arg;
    sw_view_event event;
    (void)partition;
    if (t->written == t->ask->page.limit) {
        t->more = true;
        return false;
    }
    memcpy(t->last, key.ptr + key.len - SW_VIEW_TAIL, SW_VIEW_TAIL);
    if (!sw_view_event_read(value, &event)) return true;
    if (!sw_sight_sees(&t->ask->sight, event.orgcode, SW_SLICE_NONE)) return true;
    if (t->written++) sw_buf_add_byte(t->out, ',');
    write_event(t, &event);
    t->any = true;
    return true;
}

static sw_err start_of(const sw_page *page, size_t place_len, char *from, sw_slice *ret) {
    *ret = sw_slice_of(from, place_len);
    if (page->cursor.len == 0) return SW_OK;
    if (!sw_cursor_read(page->cursor, from + place_len)) return SW_E_INVALID;
    from[place_len + SW_VIEW_TAIL] = '\0';
    *ret = sw_slice_of(from, place_len + SW_VIEW_TAIL + 1);
    return SW_OK;
}

static sw_err add_events(const sw_queries *queries, timeline *t, char ret_next[SW_CURSOR_TEXT]) {
    char from[SW_VIEW_ROW_MAX + 1], to[SW_VIEW_ROW_MAX + 1];
    sw_slice first, end;
    const sw_view_place place = {SW_DIM_KEY, t->ask->key};
    sw_view_range(place, &first, &end, from, to);
    sw_err err = start_of(&t->ask->page, first.len, from, &first);
    if (err) return err;
    const sw_read_range range = {.partition =
                                     sw_partition_of(t->ask->key, queries->events.partitions),
                                 .from = first,
                                 .to = end};
    err = sw_read_scan(&queries->events, &range, visit, t);
    if (!err && t->more) sw_cursor_write(t->last, ret_next);
    return err;
}

sw_err sw_queries_case(const sw_queries *queries, const sw_case_ask *ask, sw_buf *out,
                       char ret_next[SW_CURSOR_TEXT], bool *ret_any) {
    SW_ASSERT(queries && ask && out && ask->page.limit > 0);
    if (ask->key.len > SW_KEY_BYTES_MAX - SW_VIEW_TAIL) return SW_E_INVALID;
    timeline t = {.queries = queries, .ask = ask, .out = out};
    char ignored[SW_CURSOR_TEXT];
    ret_next[0] = '\0';
    sw_buf_add_cstr(out, "\"events\":[");
    sw_err err = add_events(queries, &t, ret_next);
    if (err) return err;
    const sw_deadlines_ask periods = {.sight = ask->sight,
                                      .key = ask->key,
                                      .due_from_ms = SW_TIME_NONE,
                                      .due_before_ms = SW_TIME_MAX,
                                      .page.limit = LIST_MAX};
    const sw_warnings_ask warnings = {.sight = ask->sight,
                                      .key = ask->key,
                                      .level = -1,
                                      .states = SW_ASK_SET | SW_ASK_WITHDRAWN,
                                      .since_ms = SW_TIME_NONE,
                                      .until_ms = SW_TIME_MAX,
                                      .page.limit = LIST_MAX};
    sw_buf_add_cstr(out, "],\"periods\":");
    size_t before = out->len;
    err = sw_queries_deadlines(queries, &periods, out, ignored);
    t.any = t.any || out->len > before + 2;
    sw_buf_add_cstr(out, ",\"warnings\":");
    before = out->len;
    if (!err) err = sw_queries_warnings(queries, &warnings, out, ignored);
    t.any = t.any || out->len > before + 2;
    if (!err) *ret_any = t.any;
    return err ? err : out->err;
}
