#include "ingest/http_letters.h"

#include "ingest/http_events.h"
#include "text/time.h"
#include "topics/topics.h"

enum {
    PAGE = 50,
    PAGE_MAX = 200,
    READ_MAX = 20000, /* records of one page: filters may pass over many */
    PAGE_BYTES = 8 << 20,
    ONE_BYTES = 16 << 20
};

static const char *const any_type[] = {"*", NULL};

sw_err sw_letters_api_init(sw_letters_api *api, sw_ingest *ingest, sw_bus *bus,
                           const sw_topology *topology, const sw_catalogue *catalogue,
                           sw_clock *clock) {
    SW_ASSERT(api && ingest && bus && topology && catalogue && clock);
    *api = (sw_letters_api){.ingest = ingest, .bus = bus, .catalogue = catalogue, .clock = clock};
    sw_err err = sw_topology_topic(topology, SW_TOPIC_DEAD_LETTERS, &api->topic);
    if (!err) err = sw_read_open(sw_bus_db(bus), topology, "letters.retried", &api->retried);
    if (!err) api->partitions = topology->topics[api->topic].partitions;
    return err;
}

/* Whether the letter was sent again; the row lives in `row`. */
static bool find_mark(const sw_letters_api *api, uint32_t partition, int64_t offset, sw_buf *row,
                      sw_letter_mark *ret) {
    char key[8];
    sw_buf_clear(row);
    return sw_read_get_in(&api->retried, partition, sw_letter_key(offset, key), row) == SW_OK &&
           sw_letter_mark_read(sw_buf_slice(row), ret);
}

/* ---- list ---- */

typedef struct page {
    const sw_letters_api *api;
    const sw_principal *principal;
    sw_slice code, source, retried; /* filters; empty: any */
    sw_buf items, row;
    int64_t limit, count;
} page;

static bool is_wanted(page *p, const sw_dead_letter *letter, bool marked) {
    if (p->code.len && !sw_slice_eq(p->code, letter->code)) return false;
    if (p->source.len && !sw_slice_eq(p->source, letter->source)) return false;
    if (p->retried.len && sw_slice_is(p->retried, "true") != marked) return false;
    return sw_principal_may(p->principal, letter->unit);
}

static bool add_letter(void *arg, uint32_t partition, int64_t offset, int64_t timestamp_ms,
                       const sw_dead_letter *letter) {
    page *p = arg;
    sw_letter_mark mark;
    if (p->count == p->limit) return false;
    bool marked = find_mark(p->api, partition, offset, &p->row, &mark);
    if (!is_wanted(p, letter, marked)) return true;
    size_t before = p->items.len;
    if (p->count) sw_buf_add_byte(&p->items, ',');
    sw_letter_write_json(letter, partition, offset, timestamp_ms, marked ? &mark : NULL, false,
                         p->api->catalogue, NULL, &p->items);
    if (p->items.err) { /* the page is full: this one begins the next */
        p->items.len = before;
        return false;
    }
    p->count++;
    return true;
}

static void answer_page(sw_http_exchange *x, page *p, const sw_letter_cursor *cursor, bool end) {
    sw_buf out;
    sw_buf_init(&out, PAGE_BYTES + 8192);
    sw_buf_add_cstr(&out, "{\"items\":[");
    sw_buf_add(&out, sw_buf_slice(&p->items));
    sw_buf_add_cstr(&out, "],\"next\":");
    if (!end) sw_buf_add_byte(&out, '"');
    if (!end) sw_letter_cursor_write(cursor, &out);
    sw_buf_add_cstr(&out, end ? "null" : "\"");
    sw_buf_add_cstr(&out, ",\"as_of\":{\"time\":\"");
    sw_time_write(&out, sw_clock_now_ms(p->api->clock), 0);
    sw_buf_add_cstr(&out, "\"}}");
    if (out.err)
        sw_http_refuse_err(x, out.err, "the answer can't be written");
    else
        sw_http_answer(x, &(sw_http_reply){.status = 200, .take = &out});
    sw_buf_done(&out);
}

static void list(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"limit", "cursor", "code", "source", "retried"};
    sw_letters_api *api = arg;
    page p = {.api = api, .principal = sw_http_principal(x), .limit = PAGE};
    sw_slice limit = SW_SLICE_NONE, cursor_text = SW_SLICE_NONE;
    sw_letter_cursor cursor;
    if (!sw_http_query_only(x, names, SW_COUNT(names))) return;
    if (sw_http_query(x, "limit", &limit) &&
        (!sw_slice_int(limit, &p.limit) || p.limit < 1 || p.limit > PAGE_MAX)) {
        sw_http_refuse(x, 400, "invalid", "limit is a number from 1 to %d", PAGE_MAX);
        return;
    }
    (void)sw_http_query(x, "cursor", &cursor_text);
    (void)sw_http_query(x, "code", &p.code);
    (void)sw_http_query(x, "source", &p.source);
    (void)sw_http_query(x, "retried", &p.retried);
    if (!sw_letter_cursor_parse(cursor_text, api->partitions, &cursor)) {
        sw_http_refuse(x, 400, "invalid", "cursor is not one that an earlier page gave");
        return;
    }
    bool end = false;
    sw_buf_init(&p.items, PAGE_BYTES);
    sw_buf_init(&p.row, 4096);
    const sw_letter_visit visit = {add_letter, &p, READ_MAX};
    sw_err err = sw_letters_visit(api->bus, api->topic, &cursor, &visit, &end);
    if (err)
        sw_http_refuse_err(x, err, "the dead letters can't be read");
    else
        answer_page(x, &p, &cursor, end);
    sw_buf_done(&p.items);
    sw_buf_done(&p.row);
}

/* ---- one ---- */

/* The letter that the path names and the principal may see; else it is answered, and false. */
static bool find_letter(const sw_letters_api *api, sw_http_exchange *x, sw_arena *arena,
                        sw_record *ret, sw_dead_letter *ret_letter) {
    int64_t partition, offset;
    if (!sw_slice_int(sw_http_path(x, "partition"), &partition) || partition < 0 ||
        partition >= api->partitions || !sw_slice_int(sw_http_path(x, "offset"), &offset)) {
        sw_http_refuse(x, 404, "not-found", "there is no such dead letter");
        return false;
    }
    sw_err err = sw_letters_get(api->bus, api->topic, (uint32_t)partition, offset, arena, ret);
    if (!err) err = sw_dead_letter_read(ret->value, ret_letter);
    if (!err && (ret_letter->retried || !sw_principal_may(sw_http_principal(x), ret_letter->unit)))
        err = SW_E_NOT_FOUND;
    bool there = err != SW_E_NOT_FOUND;
    if (!err) err = sw_ingest_open_letter(api->ingest, arena, ret_letter);
    if (!there)
        sw_http_refuse(x, 404, "not-found", "there is no such dead letter");
    else if (err == SW_E_CORRUPT || err == SW_E_NOT_FOUND)
        sw_http_refuse(x, 409, "sealed", "the letter was locked with another master key");
    else if (err)
        sw_http_refuse_err(x, err, "the dead letter can't be read");
    return err == SW_OK;
}

static void show(void *arg, sw_http_exchange *x) {
    sw_letters_api *api = arg;
    sw_arena arena;
    sw_record record;
    sw_dead_letter letter;
    sw_letter_mark mark;
    sw_buf out, row;
    sw_arena_init(&arena, ONE_BYTES);
    sw_buf_init(&out, ONE_BYTES);
    sw_buf_init(&row, 4096);
    if (find_letter(api, x, &arena, &record, &letter)) {
        bool marked = find_mark(api, record.partition, record.offset, &row, &mark);
        sw_letter_write_json(&letter, record.partition, record.offset, record.timestamp_ms,
                             marked ? &mark : NULL, true, api->catalogue, &arena, &out);
        if (out.err)
            sw_http_refuse_err(x, out.err, "the answer can't be written");
        else
            sw_http_answer(x, &(sw_http_reply){.status = 200, .take = &out});
    }
    sw_buf_done(&out);
    sw_buf_done(&row);
    sw_arena_done(&arena);
}

/* ---- again ---- */

static void retry(void *arg, sw_http_exchange *x) {
    sw_letters_api *api = arg;
    sw_arena arena;
    sw_record record;
    sw_dead_letter letter;
    sw_refusal whole = {0};
    sw_arena_init(&arena, ONE_BYTES);
    if (find_letter(api, x, &arena, &record, &letter)) {
        const sw_principal *principal = sw_http_principal(x);
        sw_busy busy = sw_ingest_busy(api->ingest, principal);
        sw_http_note(x, SW_SLICE_NONE, letter.code);
        if (busy.status) {
            sw_ingest_answer_busy(x, busy);
        } else {
            sw_err err =
                sw_ingest_retry(api->ingest, &record, principal, x, sw_http_arena(x), &whole);
            sw_ingest_answer_at_once(x, err, &whole);
        }
    }
    sw_arena_done(&arena);
}

void sw_letters_api_routes(sw_letters_api *api, sw_http_route ret[SW_LETTERS_ROUTES]) {
    SW_ASSERT(api && ret);
    ret[0] = (sw_http_route){.method = SW_HTTP_GET,
                             .path = "/v1/dead-letters",
                             .roles = SW_ROLE_ADMIN,
                             .handler = list,
                             .arg = api,
                             .work = true};
    ret[1] = (sw_http_route){.method = SW_HTTP_GET,
                             .path = "/v1/dead-letters/{partition}/{offset}",
                             .roles = SW_ROLE_ADMIN,
                             .handler = show,
                             .arg = api,
                             .work = true};
    ret[2] = (sw_http_route){.method = SW_HTTP_POST,
                             .path = "/v1/dead-letters/{partition}/{offset}/retry",
                             .roles = SW_ROLE_ADMIN,
                             .handler = retry,
                             .arg = api,
                             .types = any_type,
                             .action = "dead-letter.retry"};
}
