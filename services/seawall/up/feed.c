#include "seawall/up/feed.h"

#include <stdio.h>
#include <stdlib.h>

#include "evaluate/warning_json.h"
#include "evaluate/warning_pb.h"

enum {
    RING = 256,         /* newest warnings kept at hand */
    POLL_RECORDS = 256, /* of a partition at a time */
    POLL_BYTES = 1 << 20,
    SCRATCH_BYTES = 16 << 20,
    JSON_BYTES_MAX = 1 << 20,
    BACKLOG_BYTES = 48 << 10, /* less than a stream's buffer */
    BACKLOG_MAX = 100
};

typedef struct item {
    char id[40];
    const char *type; /* a literal */
    sw_slice json, org, level, rule;
    sw_buf bytes; /* what the slices point into */
    int64_t at_ms;
} item;

typedef struct subscriber {
    struct subscriber *next;
    sw_http_stream *stream;
    sw_principal principal;
    char org[SW_PRINCIPAL_ORG_MAX], level[16], rule[128];
} subscriber;

struct sw_feed {
    sw_up *up;
    uint32_t topic, partitions;
    int64_t next[SW_PARTITIONS_MAX];
    subscriber *subscribers;
    item ring[RING];
    uint64_t items; /* ever: the newest is (items - 1) % RING */
    sw_arena scratch;
    sw_buf json;
    sw_record records[POLL_RECORDS];
    sw_http_route route;
    bool posted; /* atomic: a look is on its way */
};

static const char *type_of(sw_change change) {
    switch (change) {
    case SW_WITHDRAWN:
        return "warning.withdrawn";
    case SW_RESOLVED:
        return "warning.resolved";
    default:
        return "warning.raised";
    }
}

static bool add_slice(sw_buf *buf, sw_slice text) {
    return sw_buf_add(buf, text) == SW_OK;
}

/* A record as an item of the ring, in the oldest one's place. */
static item *remember(sw_feed *feed, const sw_record *record) {
    sw_told_warning told;
    if (record->tombstone || sw_told_from_pb(&feed->scratch, record->value, &told) != SW_OK)
        return NULL;
    sw_buf_clear(&feed->json);
    sw_told_to_json(&told, SW_SLICE_NONE, &feed->json);
    item *one = &feed->ring[feed->items % RING];
    sw_slice level = sw_slice_cstr(sw_level_name(told.level));
    sw_slice json = sw_buf_slice(&feed->json);
    sw_buf_done(&one->bytes);
    sw_buf_init(&one->bytes, JSON_BYTES_MAX + 4096);
    if (feed->json.err || !add_slice(&one->bytes, json) || !add_slice(&one->bytes, told.orgcode) ||
        !add_slice(&one->bytes, level) || !add_slice(&one->bytes, told.rule))
        return NULL;
    const char *at = one->bytes.ptr;
    one->json = sw_slice_of(at, json.len);
    one->org = sw_slice_of(at += json.len, told.orgcode.len);
    one->level = sw_slice_of(at += told.orgcode.len, level.len);
    one->rule = sw_slice_of(at += level.len, told.rule.len);
    one->type = type_of(told.change);
    one->at_ms = record->timestamp_ms;
    snprintf(one->id, sizeof one->id, "%u-%lld", record->partition, (long long)record->offset);
    feed->items++;
    return one;
}

static bool wants(const subscriber *s, const item *one) {
    return sw_principal_may(&s->principal, one->org) &&
           (!s->org[0] || sw_org_within(sw_slice_cstr(s->org), one->org)) &&
           (!s->level[0] || sw_slice_is(one->level, s->level)) &&
           (!s->rule[0] || sw_slice_is(one->rule, s->rule));
}

static sw_err send_item(const subscriber *s, const item *one) {
    return sw_http_stream_send(s->stream, sw_slice_cstr(one->id), sw_slice_cstr(one->type),
                               one->json);
}

static void send_all(sw_feed *feed, const item *one) {
    for (subscriber **at = &feed->subscribers; *at;) {
        subscriber *s = *at;
        bool gone =
            one ? wants(s, one) && send_item(s, one) != SW_OK : !sw_http_stream_alive(s->stream);
        if (!gone) {
            at = &s->next;
            continue;
        }
        *at = s->next;
        sw_http_stream_close(s->stream);
        sw_heap_free(s);
    }
}

/* Reads what is new of a partition; true: there may be more. */
static bool read_partition(sw_feed *feed, uint32_t partition, bool send) {
    sw_position from = {feed->topic, partition, feed->next[partition]};
    uint32_t count = 0;
    int64_t next = from.next_offset;
    sw_arena_reset(&feed->scratch);
    sw_err err = sw_bus_poll(feed->up->bus, from, POLL_RECORDS, POLL_BYTES, &feed->scratch,
                             feed->records, &count, &next);
    if (err) return false;
    for (uint32_t i = 0; i < count; i++) {
        const item *one = remember(feed, &feed->records[i]);
        if (one && send) send_all(feed, one);
    }
    feed->next[partition] = next;
    return count == POLL_RECORDS;
}

static void look(void *arg);

static void post_look(sw_feed *feed) {
    if (__atomic_exchange_n(&feed->posted, true, __ATOMIC_ACQ_REL)) return;
    if (sw_loop_post(feed->up->loop, look, feed) != SW_OK)
        __atomic_store_n(&feed->posted, false, __ATOMIC_RELEASE);
}

/* Nobody listens: nothing is read, and whoever comes next begins near the end. */
static void look(void *arg) {
    sw_feed *feed = arg;
    bool more = false;
    __atomic_store_n(&feed->posted, false, __ATOMIC_RELEASE);
    if (!feed->subscribers) return;
    for (uint32_t p = 0; p < feed->partitions; p++) more = read_partition(feed, p, true) || more;
    send_all(feed, NULL);
    if (more) post_look(feed);
}

void sw_feed_committed(sw_feed *feed) {
    if (__atomic_load_n(&feed->subscribers, __ATOMIC_RELAXED)) post_look(feed);
}

static int by_time(const void *a, const void *b) {
    const item *x = a, *y = b;
    return x->at_ms < y->at_ms ? -1 : x->at_ms > y->at_ms;
}

/* Fills the ring with the newest of all partitions, in the order in which they were told. */
static void fill(sw_feed *feed) {
    uint32_t each = RING / feed->partitions ? RING / feed->partitions : 1;
    for (uint32_t i = 0; i < RING; i++) sw_buf_done(&feed->ring[i].bytes);
    memset(feed->ring, 0, sizeof feed->ring);
    feed->items = 0;
    for (uint32_t p = 0; p < feed->partitions && feed->items < RING; p++) {
        int64_t first, last;
        if (sw_bus_end(feed->up->bus, feed->topic, p, &first, &last) != SW_OK) continue;
        feed->next[p] = last - each > first ? last - each : first;
        for (int i = 0; i < 16 && read_partition(feed, p, false); i++) {
        }
    }
    if (feed->items <= RING) qsort(feed->ring, feed->items, sizeof *feed->ring, by_time);
}

static const item *ring_at(const sw_feed *feed, uint64_t n) {
    return &feed->ring[n % RING];
}

/* From which item on: after the one of Last-Event-ID, else the newest `backlog` that it may see and
 * that fit. `ret_gap`: the id is not at hand, or not everything fits. */
static uint64_t backlog_start(const sw_feed *feed, const subscriber *s, sw_slice last_id,
                              int64_t backlog, bool *ret_gap) {
    uint64_t first = feed->items > RING ? feed->items - RING : 0, from = feed->items;
    size_t bytes = 0;
    *ret_gap = false;
    for (int64_t n = 0; from > first; from--) {
        const item *one = ring_at(feed, from - 1);
        if (last_id.len && sw_slice_is(last_id, one->id)) return from;
        if (!wants(s, one)) continue;
        if (bytes + one->json.len > BACKLOG_BYTES || (!last_id.len && n == backlog)) break;
        bytes += one->json.len + 128;
        n++;
    }
    *ret_gap = last_id.len > 0;
    return from;
}

static void copy(char *to, size_t size, sw_slice text) {
    if (text.len >= size) text.len = size - 1;
    memcpy(to, text.ptr ? text.ptr : "", text.len);
    to[text.len] = '\0';
}

static bool read_backlog(sw_http_exchange *x, int64_t *ret) {
    sw_slice text;
    *ret = 0;
    if (!sw_http_query(x, "backlog", &text)) return true;
    if (sw_slice_int(text, ret) && *ret >= 0 && *ret <= BACKLOG_MAX) return true;
    sw_http_problem_answer(x, &(sw_http_problem){.status = 400,
                                                 .code = "invalid-parameter",
                                                 .detail = SW_S("this is no such number"),
                                                 .field = SW_S("backlog"),
                                                 .hint = SW_S("0 to 100")});
    return false;
}

static bool read_filters(sw_http_exchange *x, subscriber *s) {
    sw_slice text;
    sw_level level;
    s->principal = *sw_http_principal(x);
    if (sw_http_query(x, "org", &text)) copy(s->org, sizeof s->org, text);
    if (sw_http_query(x, "rule", &text)) copy(s->rule, sizeof s->rule, text);
    if (!sw_http_query(x, "level", &text)) return true;
    copy(s->level, sizeof s->level, text);
    if (sw_level_parse(text, &level) == SW_OK) return true;
    sw_http_problem_answer(
        x, &(sw_http_problem){.status = 400,
                              .code = "invalid-parameter",
                              .detail = SW_S("there is no such level"),
                              .field = SW_S("level"),
                              .hint = SW_S("green, blue, yellow, orange, red, breach")});
    return false;
}

static void subscribe(sw_feed *feed, subscriber *s, sw_slice last_id, int64_t backlog) {
    bool gap;
    if (!feed->subscribers) fill(feed);
    uint64_t from = backlog_start(feed, s, last_id, backlog, &gap);
    sw_err err = SW_OK;
    if (gap) err = sw_http_stream_send(s->stream, SW_SLICE_NONE, SW_S("gap"), SW_S("{}"));
    for (; !err && from < feed->items; from++)
        if (wants(s, ring_at(feed, from))) err = send_item(s, ring_at(feed, from));
    if (err) {
        sw_http_stream_close(s->stream);
        sw_heap_free(s);
        return;
    }
    s->next = feed->subscribers;
    __atomic_store_n(&feed->subscribers, s, __ATOMIC_RELAXED);
    post_look(feed);
}

static void get_stream(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"org", "level", "rule", "backlog", "last_event_id"};
    sw_feed *feed = arg;
    int64_t backlog;
    if (!sw_http_query_only(x, names, SW_COUNT(names)) || !read_backlog(x, &backlog)) return;
    subscriber *s = sw_heap_zero(1, sizeof *s);
    if (!s) {
        sw_http_refuse_err(x, SW_E_AGAIN, "out of memory");
        return;
    }
    char last_id[40];
    copy(last_id, sizeof last_id, sw_http_last_event_id(x));
    if (!read_filters(x, s) || !(s->stream = sw_http_stream_open(x))) {
        sw_heap_free(s);
        return;
    }
    subscribe(feed, s, sw_slice_cstr(last_id), backlog);
}

sw_err sw_feed_open(sw_up *up, sw_feed **ret) {
    sw_feed *feed = sw_heap_zero(1, sizeof *feed);
    if (!feed) return SW_E_NOMEM;
    feed->up = up;
    sw_arena_init(&feed->scratch, SCRATCH_BYTES);
    sw_buf_init(&feed->json, JSON_BYTES_MAX);
    sw_err err = sw_topology_topic(&up->topology, SW_TOPIC_WARNINGS, &feed->topic);
    if (err) return sw_feed_close(feed), err;
    feed->partitions = up->topics[feed->topic].partitions;
    *ret = feed;
    return SW_OK;
}

sw_err sw_feed_start(sw_feed *feed) {
    feed->route = (sw_http_route){.method = SW_HTTP_GET,
                                  .path = "/v1/stream",
                                  .roles = SW_ROLE_READ,
                                  .handler = get_stream,
                                  .arg = feed,
                                  .silent = true};
    return sw_http_route_add(feed->up->http, &feed->route, 1);
}

void sw_feed_close(sw_feed *feed) {
    if (!feed) return;
    while (feed->subscribers) {
        subscriber *s = feed->subscribers;
        feed->subscribers = s->next;
        sw_http_stream_close(s->stream);
        sw_heap_free(s);
    }
    for (uint32_t i = 0; i < RING; i++) sw_buf_done(&feed->ring[i].bytes);
    sw_buf_done(&feed->json);
    sw_arena_done(&feed->scratch);
    sw_heap_free(feed);
}
