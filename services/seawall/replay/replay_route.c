#include "seawall/replay/replay_route.h"

#include "rules/use.h"
#include "seawall/replay/sort_key.h"

#define EVENT_BYTES_MAX ((size_t)32 << 20)
#define KEYS_MAX        4096u
#define CORRECTIONS_MAX 100000u

/* One event as it is carried through the sorting: what routing needs, before the event itself. */
typedef struct parcel {
    int64_t clock_ms;
    sw_origin origin;
    sw_hash128 content, target; /* target: of a correction, whom it corrects */
    uint32_t type; /* index in the catalogue; UINT32_MAX: the event is gone (retracted) */
    bool correction;
    sw_slice keys;  /* {u32 key_id, u32 length, bytes}… */
    sw_slice event; /* protobuf */
} parcel;

typedef struct parcel_head {
    int64_t clock_ms;
    uint64_t line;
    sw_hash128 content, target;
    uint32_t file, type, keys_len, correction;
} parcel_head;

struct sw_replay_route {
    const sw_replay_options *options;
    const sw_catalogue *catalogue;
    sw_diags *diags;
    sw_replay_stats *stats;
    sw_sorter *by_identity; /* all events: identity, clock, content */
    sw_sorter *accepted;    /* where there are corrections: accepted others, by identity */
    sw_sorter *corrections; /* accepted ones: target, then their order */
    sw_sorter *refusals;    /* by origin */
    sw_sorter *by_book;
    sw_arena arena;
    sw_buf value, key, event;
    bool any_correction;
    bool *key_used; /* by key id: the first field of some rule's key */
    sw_buf last_book;
    bool started;
};

/* Of these never more than two are full at a time: each is drained into the next and then closed.
 */
static sw_err open_sorters(sw_replay_route *route, const sw_replay_options *options) {
    size_t half = options->memory_bytes / 2;
    sw_err err = sw_sorter_open(half, options->tmp_dir, &route->by_identity);
    if (!err) err = sw_sorter_open(half, options->tmp_dir, &route->accepted);
    if (!err) err = sw_sorter_open(half / 8, options->tmp_dir, &route->corrections);
    if (!err) err = sw_sorter_open(half / 8, options->tmp_dir, &route->refusals);
    return err ? err : sw_sorter_open(half, options->tmp_dir, &route->by_book);
}

static bool find_used_keys(sw_replay_route *route) {
    route->key_used =
        sw_heap_zero(sw_catalogue_key_count(route->catalogue) + 1, sizeof *route->key_used);
    if (!route->key_used) return false;
    for (uint32_t i = 0; i < sw_ruleset_rule_count(route->options->set); i++)
        route->key_used[sw_ruleset_rule(route->options->set, i)->key_ids[0]] = true;
    return true;
}

sw_err sw_replay_route_open(const sw_replay_options *options, sw_diags *diags,
                            sw_replay_stats *stats, sw_replay_route **ret) {
    sw_replay_route *route = sw_heap_zero(1, sizeof *route);
    if (!route) return SW_E_NOMEM;
    route->options = options;
    route->catalogue = sw_ruleset_catalogue(options->set);
    route->diags = diags;
    route->stats = stats;
    sw_arena_init(&route->arena, EVENT_BYTES_MAX);
    sw_buf_init(&route->value, 2 * EVENT_BYTES_MAX);
    sw_buf_init(&route->key, EVENT_BYTES_MAX);
    sw_buf_init(&route->event, EVENT_BYTES_MAX);
    sw_buf_init(&route->last_book, EVENT_BYTES_MAX);
    sw_err err = find_used_keys(route) ? open_sorters(route, options) : SW_E_NOMEM;
    if (err) {
        sw_replay_route_close(route);
        return err;
    }
    *ret = route;
    return SW_OK;
}

void sw_replay_route_close(sw_replay_route *route) {
    if (!route) return;
    sw_sorter_close(route->by_identity);
    sw_sorter_close(route->accepted);
    sw_sorter_close(route->corrections);
    sw_sorter_close(route->refusals);
    sw_sorter_close(route->by_book);
    sw_arena_done(&route->arena);
    sw_buf_done(&route->value);
    sw_buf_done(&route->key);
    sw_buf_done(&route->event);
    sw_buf_done(&route->last_book);
    sw_heap_free(route->key_used);
    sw_heap_free(route);
}

static void add_hash(sw_buf *buf, sw_hash128 hash) {
    sw_buf_add(buf, sw_slice_of(hash.bytes, sizeof hash.bytes));
}

/* Appends {key id, length, bytes} for each value of each key that places a book. */
static sw_err add_keys(sw_replay_route *route, const sw_event *event, sw_buf *out) {
    static const uint32_t few = 16;
    for (uint32_t k = 0; k < event->type->key_count; k++) {
        uint32_t key_id = event->type->keys[k].key_id;
        if (!route->key_used[key_id]) continue;
        sw_slice some[16], *values = some;
        uint32_t n = sw_event_key_values(event, key_id, some, few, &route->arena);
        if (n > KEYS_MAX) return SW_E_LIMIT;
        if (n > few) {
            values = sw_arena_alloc(&route->arena, n * sizeof *values);
            if (!values) return SW_E_LIMIT;
            n = sw_event_key_values(event, key_id, values, n, &route->arena);
        }
        for (uint32_t i = 0; i < n; i++) {
            sw_sort_key_u32(out, key_id);
            sw_sort_key_u32(out, (uint32_t)values[i].len);
            sw_buf_add(out, values[i]);
        }
    }
    return out->err;
}

sw_err sw_replay_route_add(sw_replay_route *route, const sw_event *event, int64_t clock_ms,
                           sw_origin origin) {
    const sw_correction *correction = event->correction;
    const sw_event *keyed = correction ? correction->replacement : event;
    parcel_head head = {
        .clock_ms = clock_ms, .line = origin.line, .content = event->content, .file = origin.file};
    head.correction = correction != NULL;
    route->any_correction |= correction != NULL;
    head.type = keyed ? keyed->type->index : UINT32_MAX;
    if (correction) head.target = correction->identity;
    sw_buf_clear(&route->value);
    sw_buf_clear(&route->event);
    char *place = sw_buf_room(&route->value, sizeof head);
    if (!place) return route->value.err;
    sw_buf_wrote(&route->value, sizeof head);
    sw_err err = keyed ? add_keys(route, keyed, &route->value) : SW_OK;
    sw_arena_reset(&route->arena);
    head.keys_len = (uint32_t)(route->value.len - sizeof head);
    if (!err) err = sw_event_to_pb(event, &route->event);
    if (!err) err = sw_buf_add(&route->value, sw_buf_slice(&route->event));
    if (err) return err;
    memcpy(route->value.ptr, &head, sizeof head);
    sw_buf_clear(&route->key);
    add_hash(&route->key, event->identity);
    sw_sort_key_i64(&route->key, clock_ms);
    add_hash(&route->key, event->content);
    sw_sort_key_i64(&route->key, event->recorded_ms);
    sw_sort_key_i64(&route->key, event->received_ms);
    return sw_sorter_add(route->by_identity, sw_buf_slice(&route->key), sw_buf_slice(&route->value),
                         route->diags);
}

static parcel unpack(sw_slice value) {
    parcel_head head;
    SW_ASSERT(value.len >= sizeof head);
    memcpy(&head, value.ptr, sizeof head);
    size_t keys_end = sizeof head + head.keys_len;
    return (parcel){.clock_ms = head.clock_ms,
                    .origin = {head.file, head.line},
                    .content = head.content,
                    .target = head.target,
                    .type = head.type,
                    .correction = head.correction,
                    .keys = sw_slice_sub(value, sizeof head, keys_end),
                    .event = sw_slice_sub(value, keys_end, value.len)};
}

static sw_slice identity_of(sw_slice key) {
    return sw_slice_sub(key, 0, sizeof(sw_hash128));
}

static sw_err refuse(sw_replay_route *route, const parcel *p) {
    route->stats->conflicts++;
    sw_buf_clear(&route->key);
    sw_sort_key_u32(&route->key, p->origin.file);
    sw_sort_key_i64(&route->key, (int64_t)p->origin.line);
    return sw_sorter_add(route->refusals, sw_buf_slice(&route->key), p->event, route->diags);
}

static sw_err deliver(sw_replay_route *route, sw_slice book_key, const parcel *p, int64_t clock_ms,
                      sw_slice identity) {
    sw_buf_clear(&route->key);
    sw_buf_add(&route->key, book_key);
    sw_sort_key_i64(&route->key, clock_ms);
    sw_buf_add(&route->key, identity);
    route->stats->routed++;
    if (route->key.err) return route->key.err;
    return sw_sorter_add(route->by_book, sw_buf_slice(&route->key), p->event, route->diags);
}

/* The next {key id, length, bytes}: the first 8 bytes and the value are a book's key as they stand.
 */
static bool next_key(sw_slice keys, size_t *at, sw_slice *ret) {
    if (*at >= keys.len) return false;
    size_t len = 8 + sw_sort_key_read_u32(keys.ptr + *at + 4);
    *ret = sw_slice_sub(keys, *at, *at + len);
    *at += len;
    return true;
}

/* An event that nothing corrects goes where a rule reads its type. */
static sw_err route_plain(sw_replay_route *route, const parcel *p, sw_slice identity) {
    const sw_event_type *type = sw_catalogue_type(route->catalogue, p->type);
    sw_slice book_key;
    uint32_t uses;
    for (size_t at = 0; next_key(p->keys, &at, &book_key);) {
        (void)sw_ruleset_uses_by_key(route->options->set, type, sw_sort_key_read_u32(book_key.ptr),
                                     &uses);
        sw_err err = uses ? deliver(route, book_key, p, p->clock_ms, identity) : SW_OK;
        if (err) return err;
    }
    return SW_OK;
}

/* Was the book named by an earlier parcel, or earlier in this one's keys? */
static bool named_before(const parcel *parcels, uint32_t index, size_t begin, sw_slice book_key) {
    sw_slice other;
    for (uint32_t i = 0; i <= index; i++) {
        sw_slice keys = i < index ? parcels[i].keys : sw_slice_sub(parcels[i].keys, 0, begin);
        for (size_t at = 0; next_key(keys, &at, &other);)
            if (sw_slice_eq(other, book_key)) return true;
    }
    return false;
}

/* parcels[0] is the event, the others correct it. Each goes to the keys of the old and of every new
 * content. */
static sw_err route_corrected(sw_replay_route *route, const parcel *parcels,
                              const sw_slice *identities, uint32_t count) {
    sw_slice book_key;
    for (uint32_t i = 0; i < count; i++) {
        for (size_t at = 0, begin = 0; next_key(parcels[i].keys, &at, &book_key); begin = at) {
            if (named_before(parcels, i, begin, book_key)) continue;
            for (uint32_t j = 0; j < count; j++) {
                /* a correction that came first waits for what it corrects */
                int64_t clock_ms = parcels[j].clock_ms > parcels[0].clock_ms ? parcels[j].clock_ms
                                                                             : parcels[0].clock_ms;
                sw_err err = deliver(route, book_key, &parcels[j], clock_ms, identities[j]);
                if (err) return err;
            }
        }
    }
    return SW_OK;
}

/* One pass in the order of identity: of each identity the first by its clock stands. */
static sw_err accept(sw_replay_route *route) {
    sw_slice key, value;
    sw_hash128 identity = {{0}}, content = {{0}};
    bool any = false;
    sw_err err = sw_sorter_sort(route->by_identity, route->diags);
    while (!err && !(err = sw_sorter_next(route->by_identity, &key, &value, route->diags))) {
        parcel p = unpack(value);
        bool same = any && memcmp(identity.bytes, key.ptr, sizeof identity.bytes) == 0;
        if (same && sw_hash128_eq(content, p.content)) {
            route->stats->duplicates++;
        } else if (same) {
            err = refuse(route, &p);
        } else {
            any = true;
            memcpy(identity.bytes, key.ptr, sizeof identity.bytes);
            content = p.content;
            if (p.correction) {
                sw_buf_clear(&route->key);
                add_hash(&route->key, p.target);
                sw_buf_add(&route->key, identity_of(key));
                route->stats->corrections++;
                err = sw_sorter_add(route->corrections, sw_buf_slice(&route->key), value,
                                    route->diags);
            } else if (route->any_correction) {
                err = sw_sorter_add(route->accepted, identity_of(key), value, route->diags);
            } else {
                err = route_plain(route, &p, identity_of(key));
            }
        }
    }
    return err == SW_E_END ? SW_OK : err;
}

/* Copies the event and its corrections, which follow one another in both sorters, and routes them.
 */
typedef struct join {
    sw_slice key, value; /* the next correction */
    sw_err err;          /* SW_E_END: no more */
} join;

static void next_correction(sw_replay_route *route, join *j) {
    j->err = sw_sorter_next(route->corrections, &j->key, &j->value, route->diags);
}

static sw_err route_with(sw_replay_route *route, sw_slice identity, sw_slice value, join *j) {
    sw_slice *identities = sw_arena_alloc(&route->arena, sizeof *identities);
    parcel *parcels = sw_arena_alloc(&route->arena, sizeof *parcels);
    uint32_t count = 1, cap = 1;
    if (!identities || !parcels) return SW_E_LIMIT;
    identities[0] = identity;
    parcels[0] = unpack(value);
    for (; !j->err && sw_slice_eq(identity_of(j->key), identity); next_correction(route, j)) {
        sw_slice kept_key, kept;
        if (count == CORRECTIONS_MAX) return SW_E_LIMIT;
        if (count == cap) {
            cap *= 2;
            parcel *more = sw_arena_alloc(&route->arena, cap * sizeof *more);
            sw_slice *more_ids = sw_arena_alloc(&route->arena, cap * sizeof *more_ids);
            if (!more || !more_ids) return SW_E_LIMIT;
            memcpy(more, parcels, count * sizeof *more);
            memcpy(more_ids, identities, count * sizeof *more_ids);
            parcels = more;
            identities = more_ids;
        }
        if (!sw_arena_copy(&route->arena, j->value, &kept)) return SW_E_LIMIT;
        if (!sw_arena_copy(&route->arena, sw_slice_sub(j->key, sizeof(sw_hash128), j->key.len),
                           &kept_key))
            return SW_E_LIMIT;
        parcels[count] = unpack(kept);
        identities[count++] = kept_key;
    }
    if (j->err && j->err != SW_E_END) return j->err;
    return count == 1 ? route_plain(route, &parcels[0], identity)
                      : route_corrected(route, parcels, identities, count);
}

/* Brings accepted events and their corrections together, both in the order of identity. */
static sw_err join_corrections(sw_replay_route *route) {
    sw_slice key, value;
    join j = {SW_SLICE_NONE, SW_SLICE_NONE, SW_OK};
    sw_err err = sw_sorter_sort(route->accepted, route->diags);
    if (!err) err = sw_sorter_sort(route->corrections, route->diags);
    if (!err) next_correction(route, &j);
    while (!err && !(err = sw_sorter_next(route->accepted, &key, &value, route->diags))) {
        for (; !j.err && sw_slice_cmp(identity_of(j.key), key) < 0; next_correction(route, &j))
            route->stats->unknown_targets++;
        err = route_with(route, key, value, &j);
        sw_arena_reset(&route->arena);
    }
    for (; err == SW_E_END && !j.err; next_correction(route, &j)) route->stats->unknown_targets++;
    return err == SW_E_END ? SW_OK : err;
}

static sw_err report_refusals(sw_replay_route *route) {
    sw_slice key, bytes;
    sw_err err = sw_sorter_sort(route->refusals, route->diags);
    while (!err && !(err = sw_sorter_next(route->refusals, &key, &bytes, route->diags))) {
        sw_event *event;
        err = sw_event_from_pb(&route->arena, route->catalogue, bytes, route->diags, &event);
        sw_origin origin = {sw_sort_key_read_u32(key.ptr),
                            (uint64_t)sw_sort_key_read_i64(key.ptr + 4)};
        if (!err)
            route->options->refused(route->options->ctx, origin, SW_E_CONFLICT, event->source,
                                    event->id);
        sw_arena_reset(&route->arena);
    }
    return err == SW_E_END ? SW_OK : err;
}

static void free_sorter(sw_sorter **sorter) {
    sw_sorter_close(*sorter);
    *sorter = NULL;
}

sw_err sw_replay_route_sort(sw_replay_route *route) {
    sw_err err = accept(route);
    free_sorter(&route->by_identity);
    if (!err) err = report_refusals(route);
    free_sorter(&route->refusals);
    if (!err) err = join_corrections(route);
    free_sorter(&route->accepted);
    free_sorter(&route->corrections);
    return err ? err : sw_sorter_sort(route->by_book, route->diags);
}

sw_err sw_replay_route_next(sw_replay_route *route, sw_delivery *ret) {
    sw_slice key, value;
    sw_err err = sw_sorter_next(route->by_book, &key, &value, route->diags);
    if (err) return err;
    size_t book_len = 8 + sw_sort_key_read_u32(key.ptr + 4);
    sw_slice book_key = sw_slice_sub(key, 0, book_len);
    bool first = !route->started || !sw_slice_eq(book_key, sw_buf_slice(&route->last_book));
    if (first) {
        sw_buf_clear(&route->last_book);
        err = sw_buf_add(&route->last_book, book_key);
        if (err) return err;
    }
    route->started = true;
    *ret = (sw_delivery){.first = first,
                         .key_id = sw_sort_key_read_u32(key.ptr),
                         .key_value = sw_slice_sub(sw_buf_slice(&route->last_book), 8, book_len),
                         .book_key = sw_buf_slice(&route->last_book),
                         .clock_ms = sw_sort_key_read_i64(key.ptr + book_len),
                         .event = value};
    return SW_OK;
}
