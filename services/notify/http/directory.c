/* POST /v1/directory: the whole directory as YAML; what has changed goes to its topic. */
#include <stdlib.h>

#include "base/hash.h"
#include "notify/directory/rows.h"
#include "notify/http/http.h"
#include "text/json.h"
#include "topics/topics.h"

#define FINDINGS_MAX 200u
#define ARENA_BYTES  ((size_t)256 << 20)

typedef struct loading {
    sw_notify *notify;
    sw_http_exchange *x;
    sw_arena arena;
    sw_pb pb;
    sw_directory directory;
    sw_slice *keys, *values; /* of the new entries, in order of keys */
    bool *same;
    sw_append *appends;
    uint32_t append_count, append_cap, removed, changed;
    bool replaces; /* from always on: what is not in it goes */
} loading;

static void answer_findings(loading *l, const sw_diags *diags) {
    sw_buf more;
    sw_buf_init(&more, 1 << 20);
    sw_buf_add(&more, SW_S("\"findings\":["));
    for (const sw_diag *d = diags->first; d; d = d->next) {
        sw_buf_printf(&more, "%s{\"line\":%u,\"column\":%u", d == diags->first ? "" : ",", d->line,
                      d->col);
        sw_json_member(&more, "field", sw_pb_text(&l->pb, d->field));
        sw_json_member(&more, "message", sw_pb_text(&l->pb, d->message));
        sw_json_member(&more, "hint", sw_pb_text(&l->pb, d->hint));
        sw_buf_add_byte(&more, '}');
    }
    sw_buf_add_byte(&more, ']');
    sw_http_problem_answer(l->x, &(sw_http_problem){.status = 400,
                                                    .code = "invalid",
                                                    .detail = SW_S("the directory has faults"),
                                                    .more = sw_buf_slice(&more)});
    sw_buf_done(&more);
}

static bool add(loading *l, sw_slice key, sw_slice value, bool tombstone) {
    if (l->append_count == l->append_cap) return false;
    sw_append *append = &l->appends[l->append_count++];
    *append = (sw_append){.key = key, .value = value, .tombstone = tombstone};
    return !sw_topology_topic(l->notify->home.topology, SW_TOPIC_DIRECTORY, &append->topic);
}

static uint32_t find_key(const loading *l, sw_slice key) {
    uint32_t low = 0, high = l->directory.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (sw_slice_cmp(l->keys[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < l->directory.count && sw_slice_eq(l->keys[low], key) ? low : UINT32_MAX;
}

/* What there is now: the same stays; what the new one lacks goes, from its date on. */
static bool compare(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    (void)partition;
    loading *l = arg;
    uint32_t at = find_key(l, key);
    if (at != UINT32_MAX) {
        l->same[at] = sw_slice_eq(value, l->values[at]);
        return true;
    }
    int64_t from_ms;
    sw_slice copy, id = sw_directory_key_id(key, &from_ms);
    if (l->replaces) {
        l->removed++;
        return sw_arena_copy(&l->arena, key, &copy) && add(l, copy, SW_SLICE_NONE, true);
    }
    if (from_ms > l->directory.from_ms) return true;
    sw_directory_entry gone;
    seawall__v1__directory_entry__init(&gone);
    gone.id = sw_pb_text(&l->pb, id);
    gone.from_ms = l->directory.from_ms;
    gone.removed = true;
    if (find_key(l, sw_directory_key(&l->pb, &gone)) != UINT32_MAX) return true;
    sw_slice bytes;
    l->removed++;
    return !sw_pb_write(&l->pb, &gone, &bytes) &&
           add(l, sw_directory_key(&l->pb, &gone), bytes, false);
}

typedef struct row {
    sw_slice key, value;
} row;

static int by_key(const void *a, const void *b) {
    return sw_slice_cmp(((const row *)a)->key, ((const row *)b)->key);
}

static bool encode(loading *l) {
    uint32_t count = l->directory.count;
    row *rows = sw_pb_zero(&l->pb, count + 1, sizeof *rows);
    l->keys = sw_pb_zero(&l->pb, count + 1, sizeof *l->keys);
    l->values = sw_pb_zero(&l->pb, count + 1, sizeof *l->values);
    l->same = sw_pb_zero(&l->pb, count + 1, sizeof *l->same);
    l->append_cap = count * 2 + 100000;
    l->appends = sw_pb_zero(&l->pb, l->append_cap, sizeof *l->appends);
    if (l->pb.full) return false;
    for (uint32_t i = 0; i < count; i++) {
        rows[i].key = sw_directory_key(&l->pb, l->directory.entries[i]);
        if (sw_pb_write(&l->pb, l->directory.entries[i], &rows[i].value)) return false;
    }
    qsort(rows, count, sizeof *rows, by_key);
    for (uint32_t i = 0; i < count; i++) {
        l->keys[i] = rows[i].key;
        l->values[i] = rows[i].value;
    }
    return true;
}

/* The last one is answered when all are durable. */
static void durable(void *arg, sw_err err, uint32_t partition, int64_t offset) {
    (void)partition;
    (void)offset;
    loading *l = arg;
    sw_buf out;
    sw_buf_init(&out, 1000);
    sw_buf_printf(&out, "{\"entries\":%u,\"changed\":%u,\"removed\":%u}", l->directory.count,
                  l->changed, l->removed);
    if (err)
        sw_http_refuse_err(l->x, err, "the directory was not taken");
    else
        sw_http_answer(l->x, &(sw_http_reply){.status = 200, .take = &out});
    sw_buf_done(&out);
    sw_arena_done(&l->arena);
    sw_heap_free(l);
}

static sw_err change(loading *l) {
    const sw_read_range all = {.partition = SW_READ_ALL};
    if (!encode(l)) return SW_E_LIMIT;
    sw_err err = sw_read_scan(&l->notify->entries, &all, compare, l);
    for (uint32_t i = 0; i < l->directory.count && !err; i++) {
        if (l->same[i]) continue;
        l->changed++;
        if (!add(l, l->keys[i], l->values[i], false)) err = SW_E_LIMIT;
    }
    return err ? err : l->pb.full ? SW_E_LIMIT : SW_OK;
}

void sw_notify_post_directory(void *arg, sw_http_exchange *x) {
    loading *l = sw_heap_zero(1, sizeof *l);
    sw_diags diags;
    sw_slice text = sw_http_body(x);
    if (!l) {
        sw_http_refuse_err(x, SW_E_NOMEM, "the directory can't be read");
        return;
    }
    l->notify = arg;
    l->x = x;
    sw_arena_init(&l->arena, ARENA_BYTES);
    l->pb.arena = &l->arena;
    sw_diags_init(&diags, &l->arena, SW_SLICE_NONE, FINDINGS_MAX);
    sw_err err =
        sw_directory_parse(&l->arena, SW_S("directory"), text, 0, &diags, NULL, &l->directory);
    bool findings = err && diags.count;
    if (findings) answer_findings(l, &diags);
    l->replaces = l->directory.from_ms == 0;
    if (!err) err = change(l);
    if (!err && !l->append_count) {
        durable(l, SW_OK, 0, 0);
        return;
    }
    if (!err) {
        l->appends[l->append_count - 1].answer = durable;
        l->appends[l->append_count - 1].arg = l;
        err = sw_runtime_append_all(l->notify->home.runtime, l->appends, l->append_count);
        if (!err) return;
    }
    if (!findings) sw_http_refuse_err(x, err, "the directory can't be taken");
    sw_arena_done(&l->arena);
    sw_heap_free(l);
}
