#include "report/http_stream.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "env/thread.h"
#include "evaluate/warning_json.h"
#include "report/http_ask.h"
#include "report/http_view.h"
#include "topics/topics.h"

enum { PAUSE_MS = 100, RECORDS_A_POLL = 256, CLIENTS_MAX = 1000, BACKLOG_MAX = 100 };
#define POLL_BYTES  ((size_t)2 << 20)
#define LINE_BYTES  ((size_t)1 << 20)
#define MOST_BYTES  ((size_t)60 << 10) /* of a stream's buffer */
#define ID_TEXT_MAX (SW_PARTITIONS_MAX * 21)

typedef struct client {
    sw_http_stream *stream;
    sw_principal principal;
    char org[SW_PRINCIPAL_ORG_MAX], rule[SW_KEY_BYTES_MAX];
    int32_t level; /* -1: any */
    int64_t next[SW_PARTITIONS_MAX];
    bool gone;
    bool held; /* for want of room, until the next look */
    struct client *after;
} client;

struct sw_feed {
    const sw_queries *queries;
    uint32_t topic, partitions;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    client *fresh; /* not yet taken over by the thread */
    uint32_t count;
    bool stopping;
    /* the thread's */
    client *clients;
    sw_arena arena, item;
    sw_buf line;
    bool moved; /* a client has got on since it was cleared */
};

/* ---- positions ---- */

/* "12,0,7": the next offset of each partition. */
static bool read_positions(sw_slice text, uint32_t partitions, int64_t *ret) {
    uint32_t count = 0;
    for (size_t from = 0; from <= text.len && count < partitions; count++) {
        size_t end = from;
        while (end < text.len && text.ptr[end] != ',') end++;
        if (!sw_slice_int(sw_slice_sub(text, from, end), &ret[count]) || ret[count] < 0)
            return false;
        from = end + 1;
        if (end == text.len) return count + 1 == partitions;
    }
    return false;
}

static sw_slice positions_text(const client *c, uint32_t partitions, char text[ID_TEXT_MAX]) {
    size_t len = 0;
    for (uint32_t p = 0; p < partitions; p++)
        len += (size_t)snprintf(text + len, ID_TEXT_MAX - len, p ? ",%lld" : "%lld",
                                (long long)c->next[p]);
    return sw_slice_of(text, len);
}

/* Where a new client begins: at the end, or so many records of each partition before it. */
static sw_err find_starts(const sw_feed *feed, int64_t backlog, int64_t *ret) {
    for (uint32_t p = 0; p < feed->partitions; p++) {
        int64_t first, end;
        sw_err err = sw_bus_end(feed->queries->bus, feed->topic, p, &first, &end);
        if (err) return err;
        ret[p] = end - backlog > first ? end - backlog : first;
    }
    return SW_OK;
}

/* ---- sending ---- */

static bool wants(const client *c, const sw_told_warning *told) {
    const sw_sight sight = sw_sight_of(&c->principal);
    if (!sw_sight_sees(&sight, told->orgcode, told->compartment)) return false;
    if (!sw_slice_starts(told->orgcode, sw_slice_cstr(c->org))) return false;
    if (c->level >= 0 && (int32_t)told->level != c->level) return false;
    return c->rule[0] == '\0' || sw_slice_is(told->rule, c->rule);
}

static void send(sw_feed *feed, client *c, const sw_told_warning *told) {
    static const char *const types[] = {[SW_WITHDRAWN] = "warning.withdrawn",
                                        [SW_RAISED] = "warning.raised",
                                        [SW_RESOLVED] = "warning.resolved"};
    char id[ID_TEXT_MAX];
    sw_err err = sw_http_stream_send(c->stream, positions_text(c, feed->partitions, id),
                                     sw_slice_cstr(types[told->change]), sw_buf_slice(&feed->line));
    c->gone = err != SW_OK;
}

/* Ids, event and line breaks beside the line itself. */
#define AROUND_BYTES 8192u

/* A client whose buffer is full is waited for: it keeps its place. A line that never fits is not
 * worth waiting for. */
static bool has_room(const sw_feed *feed, const client *c) {
    size_t want = feed->line.len + AROUND_BYTES;
    return want > MOST_BYTES || sw_http_stream_room(c->stream) >= want;
}

/* A record, to every client that stands before it; offsets without a record are passed over. */
static void offer(sw_feed *feed, const sw_record *record) {
    sw_told_warning told;
    sw_arena_reset(&feed->item);
    sw_buf_clear(&feed->line);
    bool readable = sw_told_from_pb(&feed->item, record->value, &told) == SW_OK;
    if (readable) sw_told_to_json(&told, SW_SLICE_NONE, &feed->line);
    readable = readable && feed->line.err == SW_OK;
    for (client *c = feed->clients; c; c = c->after) {
        if (c->gone || c->held || c->next[record->partition] > record->offset) continue;
        const bool wanted = readable && wants(c, &told);
        c->held = wanted && !has_room(feed, c);
        if (c->held) continue;
        c->next[record->partition] = record->offset + 1;
        feed->moved = true;
        if (wanted) send(feed, c, &told);
    }
}

/* Clients stand at few places: all at the end, but for those that have come back. */
static int64_t least_behind(const sw_feed *feed, uint32_t partition, int64_t end) {
    int64_t least = end;
    for (const client *c = feed->clients; c; c = c->after)
        if (!c->gone && c->next[partition] < least) least = c->next[partition];
    return least;
}

static void skip_removed(sw_feed *feed, uint32_t partition, int64_t first) {
    for (client *c = feed->clients; c; c = c->after)
        if (c->next[partition] < first) c->next[partition] = first;
}

/* Offsets without a record, behind the last one: who has come so far passes over them. */
static void pass_gaps(sw_feed *feed, uint32_t partition, int64_t from, int64_t next) {
    for (client *c = feed->clients; c; c = c->after)
        if (!c->held && c->next[partition] >= from && c->next[partition] < next) {
            c->next[partition] = next;
            feed->moved = true;
        }
}

/* Reads on where the hindmost client stands; whether there is more that clients have room for. */
static bool pump(sw_feed *feed, uint32_t partition) {
    int64_t first, end, next;
    uint32_t count = 0;
    sw_bus *bus = feed->queries->bus;
    if (sw_bus_end(bus, feed->topic, partition, &first, &end) != SW_OK) return false;
    skip_removed(feed, partition, first);
    int64_t from = least_behind(feed, partition, end);
    if (from >= end) return false;
    sw_arena_reset(&feed->arena);
    sw_record *records = sw_arena_zero(&feed->arena, RECORDS_A_POLL, sizeof *records);
    if (!records) return false;
    sw_err err = sw_bus_poll(bus, (sw_position){feed->topic, partition, from}, RECORDS_A_POLL,
                             POLL_BYTES, &feed->arena, records, &count, &next);
    if (err) return false;
    feed->moved = false;
    for (client *c = feed->clients; c; c = c->after) c->held = false;
    for (uint32_t i = 0; i < count; i++) offer(feed, &records[i]);
    pass_gaps(feed, partition, count ? records[count - 1].offset + 1 : from, next);
    return feed->moved && next < end;
}

/* ---- the thread ---- */

static void drop_gone(sw_feed *feed) {
    for (client **at = &feed->clients; *at;) {
        client *c = *at;
        if (!c->gone && sw_http_stream_alive(c->stream)) {
            at = &c->after;
            continue;
        }
        *at = c->after;
        sw_http_stream_close(c->stream);
        sw_heap_free(c);
        pthread_mutex_lock(&feed->lock);
        feed->count--;
        pthread_mutex_unlock(&feed->lock);
    }
}

/* Takes new clients over; waits if there is nothing to do. False: it is to end. */
static bool take_over(sw_feed *feed, bool busy) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += PAUSE_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&feed->lock);
    if (!busy && !feed->stopping && !feed->fresh) {
        if (feed->clients)
            pthread_cond_timedwait(&feed->wake, &feed->lock, &until);
        else
            pthread_cond_wait(&feed->wake, &feed->lock);
    }
    while (feed->fresh) {
        client *c = feed->fresh;
        feed->fresh = c->after;
        c->after = feed->clients;
        feed->clients = c;
    }
    bool go_on = !feed->stopping;
    pthread_mutex_unlock(&feed->lock);
    return go_on;
}

static void *run(void *arg) {
    sw_feed *feed = arg;
    bool busy = false;
    while (take_over(feed, busy)) {
        busy = false;
        for (uint32_t p = 0; p < feed->partitions && feed->clients; p++)
            if (pump(feed, p)) busy = true;
        drop_gone(feed);
    }
    for (client *c = feed->clients; c; c = c->after) c->gone = true;
    drop_gone(feed);
    return NULL;
}

sw_err sw_feed_open(const sw_queries *queries, sw_feed **ret) {
    SW_ASSERT(queries && ret);
    sw_feed *feed = sw_heap_zero(1, sizeof *feed);
    if (!feed) return SW_E_NOMEM;
    feed->queries = queries;
    sw_err err = sw_topology_topic(queries->topology, SW_TOPIC_WARNINGS, &feed->topic);
    if (err) {
        sw_heap_free(feed);
        return err;
    }
    feed->partitions = queries->topology->topics[feed->topic].partitions;
    sw_arena_init(&feed->arena, (size_t)16 << 20);
    sw_arena_init(&feed->item, (size_t)4 << 20);
    sw_buf_init(&feed->line, LINE_BYTES);
    pthread_mutex_init(&feed->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&feed->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    if (!sw_thread_start(&feed->thread, "live-feed", run, feed)) {
        sw_heap_free(feed);
        return SW_E_NOMEM;
    }
    *ret = feed;
    return SW_OK;
}

void sw_feed_close(sw_feed *feed) {
    if (!feed) return;
    pthread_mutex_lock(&feed->lock);
    feed->stopping = true;
    pthread_cond_signal(&feed->wake);
    pthread_mutex_unlock(&feed->lock);
    pthread_join(feed->thread, NULL);
    pthread_mutex_destroy(&feed->lock);
    pthread_cond_destroy(&feed->wake);
    sw_arena_done(&feed->arena);
    sw_arena_done(&feed->item);
    sw_buf_done(&feed->line);
    sw_heap_free(feed);
}

/* ---- the route ---- */

static void refuse(sw_http_exchange *x, const char *field, const char *detail) {
    sw_http_problem_answer(x, &(sw_http_problem){.status = 400,
                                                 .code = "invalid",
                                                 .field = sw_slice_cstr(field),
                                                 .detail = sw_slice_cstr(detail)});
}

static bool read_filters(sw_http_exchange *x, client *c, sw_slice org) {
    sw_slice text;
    sw_level level;
    c->level = -1;
    memcpy(c->org, org.ptr ? org.ptr : "", org.len);
    if (sw_http_query(x, "level", &text)) {
        if (sw_level_parse(text, &level) != SW_OK) {
            refuse(x, "level", "there is no such level");
            return false;
        }
        c->level = (int32_t)level;
    }
    if (sw_http_query(x, "rule", &text)) {
        if (text.len >= sizeof c->rule) {
            refuse(x, "rule", "no rule has so long a name");
            return false;
        }
        memcpy(c->rule, text.ptr, text.len);
    }
    return true;
}

static bool read_backlog(sw_http_exchange *x, int64_t *ret) {
    sw_slice text;
    *ret = 0;
    if (!sw_http_query(x, "backlog", &text)) return true;
    if (sw_slice_int(text, ret) && *ret >= 0 && *ret <= BACKLOG_MAX) return true;
    refuse(x, "backlog", "a stream begins 0 to 100 decisions of each partition before its end");
    return false;
}

/* True: the thread will take it over. */
static bool enter(sw_feed *feed, client *c) {
    pthread_mutex_lock(&feed->lock);
    bool room = !feed->stopping && feed->count < CLIENTS_MAX;
    if (room) {
        feed->count++;
        c->after = feed->fresh;
        feed->fresh = c;
        pthread_cond_signal(&feed->wake);
    }
    pthread_mutex_unlock(&feed->lock);
    return room;
}

static void get_stream(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"org", "level", "rule", "backlog", "last_event_id"};
    sw_feed *feed = arg;
    sw_slice org, last;
    int64_t backlog;
    if (!sw_http_query_only(x, names, SW_COUNT(names)) || !sw_http_query_org(x, &org) ||
        !read_backlog(x, &backlog))
        return;
    client *c = sw_heap_zero(1, sizeof *c);
    if (!c) {
        sw_http_refuse_err(x, SW_E_NOMEM, "the stream");
        return;
    }
    c->principal = *sw_http_principal(x);
    bool fit = org.len < sizeof c->org && read_filters(x, c, org);
    sw_err err = fit ? find_starts(feed, backlog, c->next) : SW_OK;
    last = fit ? sw_http_last_event_id(x) : SW_SLICE_NONE;
    if (fit && err) sw_http_refuse_err(x, err, "the stream");
    if (fit && !err && last.len && !read_positions(last, feed->partitions, c->next)) {
        refuse(x, "last_event_id", "this is no id of an event of this stream");
        fit = false;
    }
    if (fit && !err) c->stream = sw_http_stream_open(x);
    if (c->stream && enter(feed, c)) return;
    sw_http_stream_close(c->stream);
    sw_heap_free(c);
}

void sw_feed_route(sw_feed *feed, sw_http_route *ret) {
    *ret = (sw_http_route){SW_HTTP_GET, "/v1/stream", SW_ROLE_READ, get_stream, feed, .work = true};
}
