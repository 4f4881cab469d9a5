#include "stream/timers.h"

enum { ROW_LOW = 0 }; /* in the store `timers`, beside those of timer_row.c */

/* So many fired rows are deleted as one range: each range costs every later reader a little, each
 * single tombstone costs the compaction. */
enum { SWEEP_MIN = 64, PREFIX_BYTES_MAX = 16 };

static int compare(sw_timer_at a, sw_timer_at b) {
    if (a.due_ms != b.due_ms) return a.due_ms < b.due_ms ? -1 : 1;
    return sw_slice_cmp(a.key, b.key);
}

/* A bound with its own copy of the key. */
static void set_bound(sw_timer_at *bound, char copy[SW_KEY_BYTES_MAX], sw_timer_at at) {
    SW_ASSERT(at.key.len <= SW_KEY_BYTES_MAX);
    if (at.key.len) memmove(copy, at.key.ptr, at.key.len);
    *bound = (sw_timer_at){at.due_ms, sw_slice_of(copy, at.key.len)};
}

static const sw_timer_at never = {SW_TIME_MAX, {NULL, 0}};
static const sw_timer_at always = {INT64_MIN, {NULL, 0}};

sw_err sw_timers_init(sw_timers *timers, sw_overlay *overlay, uint32_t store_due,
                      uint32_t store_timers, bool known, sw_faults *faults) {
    SW_ASSERT(timers && overlay && store_due != store_timers);
    memset(timers, 0, sizeof *timers);
    timers->overlay = overlay;
    timers->faults = faults;
    timers->known = known;
    timers->store_due = store_due;
    timers->store_timers = store_timers;
    timers->low = timers->horizon = always;
    sw_arena_init(&timers->keys, SW_TIMER_HEAD_BYTES);
    return SW_OK;
}

void sw_timers_done(sw_timers *timers) {
    if (timers->overlay) sw_arena_done(&timers->keys);
    sw_heap_free(timers->head);
    sw_heap_free(timers->changes);
    memset(timers, 0, sizeof *timers);
}

/* ---- the head ---- */

/* Where `at` is or would be, as an index from head[first]. */
static uint32_t find(const sw_timers *timers, sw_timer_at at) {
    uint32_t low = 0, high = timers->count;
    const sw_timer_at *head = timers->head + timers->first;
    if (high > 0 && compare(head[high - 1], at) < 0) return high; /* while loading */
    if (high > 0 && compare(head[0], at) >= 0) return 0;          /* while firing */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare(head[middle], at) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* From here on the head knows nothing. */
static void truncate(sw_timers *timers, uint32_t index, sw_timer_at at) {
    SW_ASSERT(index <= timers->count);
    timers->count = index;
    set_bound(&timers->horizon, timers->horizon_key, at);
}

static bool make_room(sw_timers *timers) {
    if (timers->first + timers->count < timers->cap) return true;
    if (timers->first > 0) {
        memmove(timers->head, timers->head + timers->first, timers->count * sizeof *timers->head);
        timers->first = 0;
        return true;
    }
    uint32_t cap = timers->cap ? timers->cap * 2 : 64;
    if (cap > 2 * SW_TIMER_HEAD_ROWS) return false;
    sw_timer_at *head = sw_heap_resize(timers->head, cap * sizeof *head);
    if (!head) return false;
    timers->head = head;
    timers->cap = cap;
    return true;
}

/* The key is one of `keys`. What does not fit is forgotten, and the horizon says so: the rows are
 * the truth. */
static void head_insert(sw_timers *timers, sw_timer_at at) {
    if (compare(at, timers->horizon) >= 0) return;
    uint32_t index = find(timers, at);
    if (!make_room(timers)) {
        if (index == timers->count) {
            truncate(timers, index, at);
            return;
        }
        truncate(timers, timers->count - 1, timers->head[timers->first + timers->count - 1]);
    }
    sw_timer_at *place = timers->head + timers->first + index;
    memmove(place + 1, place, (timers->count - index) * sizeof *place);
    *place = at;
    timers->count++;
}

static void head_remove(sw_timers *timers, sw_timer_at at) {
    uint32_t index = find(timers, at);
    sw_timer_at *place = timers->head + timers->first + index;
    if (index == timers->count || compare(*place, at) != 0) return;
    timers->count--;
    if (index == 0) {
        timers->first = timers->count ? timers->first + 1 : 0;
        return;
    }
    memmove(place, place + 1, (timers->count - index) * sizeof *place);
}

/* ---- loading ---- */

static bool load_row(void *arg, sw_slice row, sw_slice value) {
    (void)value;
    sw_timers *timers = arg;
    sw_timer_at at;
    if (!sw_timer_due_read(row, &at.due_ms, &at.key)) return true;
    sw_slice key;
    if (timers->count == SW_TIMER_HEAD_ROWS || !sw_arena_copy(&timers->keys, at.key, &key)) {
        truncate(timers, timers->count, at);
        return false;
    }
    head_insert(timers, (sw_timer_at){at.due_ms, key});
    return true;
}

static sw_err load_low(sw_timers *timers) {
    static const char row[1] = {ROW_LOW};
    sw_slice value;
    sw_err err = sw_overlay_get(timers->overlay, timers->store_timers, sw_slice_of(row, 1), &value);
    if (err == SW_E_NOT_FOUND) {
        timers->low = always;
        return SW_OK;
    }
    if (err) return err;
    sw_timer_at at;
    if (!sw_timer_due_read(value, &at.due_ms, &at.key) || at.key.len > SW_KEY_BYTES_MAX)
        return SW_E_CORRUPT;
    set_bound(&timers->low, timers->low_key, at);
    return SW_OK;
}

static sw_err load(sw_timers *timers) {
    if (!timers->loaded) {
        sw_err err = load_low(timers);
        if (err) return err;
    }
    char row[SW_TIMER_ROW_BYTES_MAX];
    sw_slice from = sw_slice_of(row, sw_timer_due_row(timers->low.due_ms, timers->low.key, row));
    timers->first = timers->count = 0;
    timers->horizon = never;
    timers->loaded = true;
    sw_arena_reset(&timers->keys);
    sw_err err =
        sw_overlay_scan(timers->overlay, timers->store_due, from, SW_SLICE_NONE, load_row, timers);
    if (err) sw_timers_forget(timers);
    return err;
}

sw_err sw_timers_begin(sw_timers *timers, int64_t now_ms) {
    SW_ASSERT(timers && timers->overlay);
    SW_ASSERT(timers->change_count == 0 && sw_overlay_changed(timers->overlay) == 0);
    bool behind = timers->horizon.due_ms <= now_ms && timers->count < SW_BATCH_TIMERS_MAX;
    bool worn =
        timers->keys.used_bytes > SW_TIMER_HEAD_BYTES / 2 && timers->count < SW_TIMER_HEAD_ROWS / 4;
    if (timers->loaded && !behind && !worn) return SW_OK;
    return load(timers);
}

void sw_timers_forget(sw_timers *timers) {
    SW_ASSERT(timers);
    timers->loaded = false;
    timers->first = timers->count = timers->change_count = 0;
    timers->horizon = timers->low = always;
    timers->low_moved = timers->removed = timers->sweep = false;
    timers->fired_count = 0;
}

/* ---- changes ---- */

static sw_err note(sw_timers *timers, sw_timer_change change) {
    if (timers->change_count == timers->change_cap) {
        uint32_t cap = timers->change_cap ? timers->change_cap * 2 : 64;
        sw_timer_change *changes = sw_heap_resize(timers->changes, cap * sizeof *changes);
        if (!changes) return SW_E_NOMEM;
        timers->changes = changes;
        timers->change_cap = cap;
    }
    timers->changes[timers->change_count++] = change;
    return SW_OK;
}

static sw_err add_rows(sw_timers *timers, sw_timer_at at) {
    char row[SW_TIMER_ROW_BYTES_MAX], due[SW_TIMER_ROW_BYTES_MAX];
    size_t len = sw_timer_due_row(at.due_ms, at.key, row);
    /* One that has fired in this batch has its row still, and none behind it has. */
    bool fresh = timers->fired_count == 0 || compare(at, timers->fired_last) > 0;
    sw_err err = (fresh ? sw_overlay_put_new : sw_overlay_put)(
        timers->overlay, timers->store_due, sw_slice_of(row, len), SW_SLICE_NONE);
    if (err) return err;
    if (timers->known) return SW_OK;
    sw_timer_due_row(at.due_ms, SW_SLICE_NONE, due);
    len = sw_timer_key_row(at.key, row);
    return sw_overlay_put(timers->overlay, timers->store_timers, sw_slice_of(row, len),
                          sw_slice_of(due, 8));
}

static sw_err delete_due_row(sw_timers *timers, sw_timer_at at) {
    char row[SW_TIMER_ROW_BYTES_MAX];
    size_t len = sw_timer_due_row(at.due_ms, at.key, row);
    return sw_overlay_delete(timers->overlay, timers->store_due, sw_slice_of(row, len));
}

static sw_err delete_key_row(sw_timers *timers, sw_slice key) {
    char row[SW_TIMER_ROW_BYTES_MAX];
    size_t len = sw_timer_key_row(key, row);
    return sw_overlay_delete(timers->overlay, timers->store_timers, sw_slice_of(row, len));
}

/* The due time that `key` has now; SW_TIME_MAX: none. */
static sw_err current(sw_timers *timers, sw_slice key, int64_t *ret_due_ms) {
    char row[SW_TIMER_ROW_BYTES_MAX];
    size_t len = sw_timer_key_row(key, row);
    sw_slice value, same;
    sw_err err =
        sw_overlay_get(timers->overlay, timers->store_timers, sw_slice_of(row, len), &value);
    if (err == SW_E_NOT_FOUND) {
        *ret_due_ms = SW_TIME_MAX;
        return SW_OK;
    }
    if (err) return err;
    return sw_timer_key_read(sw_slice_of(row, len), value, ret_due_ms, &same) ? SW_OK
                                                                              : SW_E_CORRUPT;
}

static sw_err insert(sw_timers *timers, sw_timer_at at) {
    sw_err err = add_rows(timers, at);
    if (err) return err;
    if (compare(at, timers->low) < 0) {
        set_bound(&timers->low, timers->low_key, at);
        timers->low_moved = true;
    }
    if (compare(at, timers->horizon) >= 0) return SW_OK;
    sw_slice key;
    if (!sw_arena_copy(&timers->keys, at.key, &key)) {
        truncate(timers, find(timers, at), at);
        return SW_OK;
    }
    at.key = key;
    err = note(timers, (sw_timer_change){.inserted = true, .at = at});
    if (err) return err;
    head_insert(timers, at);
    return SW_OK;
}

static sw_err remove_due(sw_timers *timers, sw_timer_at at) {
    sw_err err = delete_due_row(timers, at);
    if (err) return err;
    timers->removed = true;
    if (compare(at, timers->horizon) >= 0) return SW_OK;
    uint32_t index = find(timers, at);
    if (index == timers->count || compare(timers->head[timers->first + index], at) != 0)
        return SW_OK;
    at.key = timers->head[timers->first + index].key;
    err = note(timers, (sw_timer_change){.at = at});
    if (err) return err;
    head_remove(timers, at);
    return SW_OK;
}

sw_err sw_timers_set(sw_timers *timers, sw_slice key, int64_t due_ms) {
    SW_ASSERT(timers && timers->loaded && !timers->known);
    if (key.len > SW_KEY_BYTES_MAX) return SW_E_LIMIT;
    int64_t old_ms;
    sw_err err = current(timers, key, &old_ms);
    if (err || old_ms == due_ms) return err;
    if (old_ms != SW_TIME_MAX) {
        err = remove_due(timers, (sw_timer_at){old_ms, key});
        if (err) return err;
    }
    if (due_ms == SW_TIME_MAX) return delete_key_row(timers, key);
    if (SW_PLANTED(timers->faults, "timer-lost") && due_ms % 7 == 0 && old_ms != SW_TIME_MAX)
        return delete_key_row(timers, key);
    return insert(timers, (sw_timer_at){due_ms, key});
}

sw_err sw_timers_move(sw_timers *timers, sw_slice key, int64_t former_ms, int64_t due_ms) {
    SW_ASSERT(timers && timers->loaded && timers->known);
    if (key.len > SW_KEY_BYTES_MAX) return SW_E_LIMIT;
    sw_err err = SW_OK;
    if (former_ms != SW_TIME_MAX) err = remove_due(timers, (sw_timer_at){former_ms, key});
    if (err || due_ms == SW_TIME_MAX) return err;
    if (SW_PLANTED(timers->faults, "timer-lost") && due_ms % 7 == 0 && former_ms != SW_TIME_MAX)
        return SW_OK;
    return insert(timers, (sw_timer_at){due_ms, key});
}

bool sw_timers_peek(const sw_timers *timers, int64_t limit_ms, sw_timer_at *ret) {
    SW_ASSERT(timers && ret);
    if (timers->count == 0 || timers->head[timers->first].due_ms > limit_ms) return false;
    *ret = timers->head[timers->first];
    return true;
}

static bool is_pending(const sw_timers *timers, sw_timer_at at) {
    char row[SW_TIMER_ROW_BYTES_MAX];
    size_t len = sw_timer_due_row(at.due_ms, at.key, row);
    return sw_overlay_pending(timers->overlay, timers->store_due, sw_slice_of(row, len));
}

/* Its row among the ordered ones goes when the batch is sealed; one that this batch has set goes
 * now: what is pending then was set again. */
sw_err sw_timers_pop(sw_timers *timers) {
    SW_ASSERT(timers && timers->count > 0);
    sw_timer_at at = timers->head[timers->first];
    sw_err err = SW_OK;
    if (!timers->known)
        err = delete_key_row(timers, at.key);
    else if (is_pending(timers, at))
        err = delete_due_row(timers, at);
    if (!err) err = note(timers, (sw_timer_change){.fired = true, .at = at});
    if (err) return err;
    if (timers->fired_count++ == 0 || compare(at, timers->fired_last) > 0) timers->fired_last = at;
    timers->removed = true;
    head_remove(timers, at);
    return SW_OK;
}

int64_t sw_timers_next_ms(const sw_timers *timers) {
    SW_ASSERT(timers);
    if (!timers->loaded) return INT64_MIN;
    return timers->count ? timers->head[timers->first].due_ms : timers->horizon.due_ms;
}

uint32_t sw_timers_save(const sw_timers *timers) {
    SW_ASSERT(timers);
    return timers->change_count;
}

void sw_timers_undo(sw_timers *timers, uint32_t mark) {
    SW_ASSERT(timers && mark <= timers->change_count);
    while (timers->change_count > mark) {
        const sw_timer_change *change = &timers->changes[--timers->change_count];
        timers->fired_count -= change->fired;
        if (change->inserted)
            head_remove(timers, change->at);
        else
            head_insert(timers, change->at);
    }
}

/* One by one. What was set again for the very same moment stays. */
static sw_err delete_fired(sw_timers *timers) {
    for (uint32_t i = 0; i < timers->change_count; i++) {
        const sw_timer_change *change = &timers->changes[i];
        if (!change->fired) continue;
        bool again = is_pending(timers, change->at);
        sw_err err = SW_OK;
        if (!timers->known) {
            int64_t due_ms;
            err = current(timers, change->at.key, &due_ms);
            again = due_ms == change->at.due_ms;
        }
        if (!err && !again) err = delete_due_row(timers, change->at);
        if (err) return err;
    }
    return SW_OK;
}

static sw_err write_low(sw_timers *timers) {
    static const char row[1] = {ROW_LOW};
    char value[SW_TIMER_ROW_BYTES_MAX];
    size_t len = sw_timer_due_row(timers->low.due_ms, timers->low.key, value);
    return sw_overlay_put(timers->overlay, timers->store_timers, sw_slice_of(row, 1),
                          sw_slice_of(value, len));
}

sw_err sw_timers_seal(sw_timers *timers) {
    SW_ASSERT(timers && !timers->sweep);
    if (!timers->low_moved && !timers->removed) return SW_OK;
    sw_timer_at low = timers->count ? timers->head[timers->first] : timers->horizon;
    timers->sweep = timers->fired_count >= SWEEP_MIN && compare(low, timers->fired_last) > 0;
    set_bound(&timers->swept_from, timers->swept_key, timers->low);
    if (timers->fired_count && !timers->sweep) {
        sw_err err = delete_fired(timers);
        if (err) return err;
    }
    if (compare(low, timers->low) > 0) {
        set_bound(&timers->low, timers->low_key, low);
        timers->low_moved = true;
    }
    return timers->low_moved ? write_low(timers) : SW_OK;
}

sw_err sw_timers_sweep(const sw_timers *timers, sw_slice prefix, sw_batch *batch) {
    SW_ASSERT(timers && batch && prefix.len <= PREFIX_BYTES_MAX);
    if (!timers->sweep) return SW_OK;
    char from[PREFIX_BYTES_MAX + SW_TIMER_ROW_BYTES_MAX], to[sizeof from];
    memcpy(from, prefix.ptr, prefix.len);
    memcpy(to, prefix.ptr, prefix.len);
    size_t from_len =
        sw_timer_due_row(timers->swept_from.due_ms, timers->swept_from.key, from + prefix.len);
    size_t to_len = sw_timer_due_row(timers->low.due_ms, timers->low.key, to + prefix.len);
    return sw_batch_delete_range(batch, timers->store_due, sw_slice_of(from, prefix.len + from_len),
                                 sw_slice_of(to, prefix.len + to_len));
}

void sw_timers_committed(sw_timers *timers) {
    SW_ASSERT(timers);
    timers->change_count = 0;
    timers->low_moved = timers->removed = timers->sweep = false;
    timers->fired_count = 0;
}
