#include "seawall/export/effective.h"

#include "seawall/replay/replay.h"
#include "seawall/replay/sort_key.h"

#define EVENT_BYTES_MAX ((size_t)32 << 20)

struct sw_effective {
    sw_effective_options options;
    sw_sorter *by_identity; /* own identity, clock, content: the first of each stands */
    sw_sorter *by_target;   /* target's identity, event before corrections, their order */
    sw_arena arena;
    sw_buf key, value;
};

sw_err sw_effective_open(const sw_effective_options *options, sw_effective **ret) {
    SW_ASSERT(options->catalogue && options->take && options->tmp_dir);
    sw_effective *effective = sw_heap_zero(1, sizeof *effective);
    if (!effective) return SW_E_NOMEM;
    effective->options = *options;
    sw_arena_init(&effective->arena, EVENT_BYTES_MAX);
    sw_buf_init(&effective->key, EVENT_BYTES_MAX);
    sw_buf_init(&effective->value, EVENT_BYTES_MAX);
    sw_err err =
        sw_sorter_open(options->memory_bytes / 2, options->tmp_dir, &effective->by_identity);
    if (!err)
        err = sw_sorter_open(options->memory_bytes / 2, options->tmp_dir, &effective->by_target);
    if (err) {
        sw_effective_close(effective);
        return err;
    }
    *ret = effective;
    return SW_OK;
}

void sw_effective_close(sw_effective *effective) {
    if (!effective) return;
    sw_sorter_close(effective->by_identity);
    sw_sorter_close(effective->by_target);
    sw_arena_done(&effective->arena);
    sw_buf_done(&effective->key);
    sw_buf_done(&effective->value);
    sw_heap_free(effective);
}

static void add_hash(sw_buf *key, sw_hash128 hash) {
    sw_buf_add(key, sw_slice_of(hash.bytes, sizeof hash.bytes));
}

sw_err sw_effective_add(sw_effective *effective, const sw_event *event) {
    const int64_t clock_ms = sw_event_clock(event), until_ms = effective->options.until_ms;
    if (until_ms != SW_TIME_NONE && (clock_ms > until_ms || event->time_ms > until_ms))
        return SW_OK;
    sw_buf_clear(&effective->key);
    add_hash(&effective->key, event->identity);
    sw_sort_key_i64(&effective->key, clock_ms);
    add_hash(&effective->key, event->content);
    sw_sort_key_i64(&effective->key, event->recorded_ms);
    sw_sort_key_i64(&effective->key, event->received_ms);
    sw_buf_clear(&effective->value);
    sw_err err = sw_event_to_pb(event, &effective->value);
    if (!err) err = effective->key.err;
    return err ? err
               : sw_sorter_add(effective->by_identity, sw_buf_slice(&effective->key),
                               sw_buf_slice(&effective->value), effective->options.diags);
}

static sw_err read_event(sw_effective *effective, sw_slice bytes, sw_event **ret) {
    return sw_event_from_pb(&effective->arena, effective->options.catalogue, bytes,
                            effective->options.diags, ret);
}

/* Those that stand, under the identity that they are about. */
static sw_err accept(sw_effective *effective) {
    sw_slice key, bytes;
    sw_hash128 last = {{0}};
    bool any = false;
    sw_err err = sw_sorter_sort(effective->by_identity, effective->options.diags);
    while (!err && !(err = sw_sorter_next(effective->by_identity, &key, &bytes,
                                          effective->options.diags))) {
        sw_event *event;
        if (any && memcmp(last.bytes, key.ptr, sizeof last.bytes) == 0) continue;
        any = true;
        memcpy(last.bytes, key.ptr, sizeof last.bytes);
        err = read_event(effective, bytes, &event);
        if (err) return err;
        sw_buf_clear(&effective->key);
        add_hash(&effective->key, event->correction ? event->correction->identity : last);
        sw_buf_add_byte(&effective->key, event->correction ? 1 : 0);
        sw_sort_key_i64(&effective->key, event->time_ms);
        sw_buf_add(&effective->key, event->source);
        sw_buf_add_byte(&effective->key, '\0');
        sw_buf_add(&effective->key, event->id);
        err = effective->key.err;
        if (!err)
            err = sw_sorter_add(effective->by_target, sw_buf_slice(&effective->key), bytes,
                                effective->options.diags);
        sw_arena_reset(&effective->arena);
    }
    return err == SW_E_END ? SW_OK : err;
}

/* The last word on one identity; NULL: nothing was said, or it was taken back. */
static sw_err give(sw_effective *effective, const sw_event *stands) {
    sw_err err = stands ? effective->options.take(effective->options.ctx, stands) : SW_OK;
    sw_arena_reset(&effective->arena);
    return err;
}

sw_err sw_effective_run(sw_effective *effective) {
    sw_slice key, bytes;
    sw_hash128 target = {{0}};
    const sw_event *stands = NULL;
    bool known = false; /* the event itself was accepted; else its corrections wait for it */
    sw_err err = accept(effective);
    if (!err) err = sw_sorter_sort(effective->by_target, effective->options.diags);
    while (!err &&
           !(err = sw_sorter_next(effective->by_target, &key, &bytes, effective->options.diags))) {
        sw_event *event;
        sw_slice kept;
        if (memcmp(target.bytes, key.ptr, sizeof target.bytes) != 0) {
            err = give(effective, stands);
            stands = NULL, known = false;
            memcpy(target.bytes, key.ptr, sizeof target.bytes);
        }
        if (!err && !sw_arena_copy(&effective->arena, bytes, &kept)) err = SW_E_LIMIT;
        if (!err) err = read_event(effective, kept, &event);
        if (err) return err;
        if (!event->correction) known = true;
        if (known) stands = event->correction ? event->correction->replacement : event;
    }
    return err == SW_E_END ? give(effective, stands) : err;
}
