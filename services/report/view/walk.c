#include "report/view/walk.h"

#include "text/time.h"

enum { BATCH = 256 };
#define KEYS_BYTES_MAX ((size_t)BATCH * (SW_KEY_BYTES_MAX + 64))

typedef struct candidates {
    const sw_rows_walk *walk;
    sw_arena *arena; /* for keys */
    struct {
        uint32_t partition;
        sw_hash128 id;
        sw_slice key;
        char tail[SW_VIEW_TAIL];
    } items[BATCH];
    uint32_t count, rows;
    bool more;               /* the scan was ended before its end */
    char last[SW_VIEW_TAIL]; /* of the row seen last */
    sw_err err;
} candidates;

static bool visit(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    candidates *c = arg;
    sw_view_brief brief;
    if (c->count == BATCH || c->rows == SW_PAGE_ROWS_MAX) {
        c->more = true;
        return false;
    }
    if (key.len < SW_VIEW_TAIL) return true;
    const char *tail = key.ptr + key.len - SW_VIEW_TAIL;
    memcpy(c->last, tail, SW_VIEW_TAIL);
    c->rows++;
    if (!sw_view_brief_read(value, &brief) || !c->walk->may(c->walk->arg, &brief)) return true;
    uint32_t at = c->count;
    int64_t time_ms;
    if (!sw_view_row_read(key, c->walk->newest_first, &time_ms, &c->items[at].id)) return true;
    if (!sw_arena_copy(c->arena, brief.key, &c->items[at].key)) return c->err = SW_E_LIMIT, false;
    c->items[at].partition = partition;
    memcpy(c->items[at].tail, tail, SW_VIEW_TAIL);
    c->count++;
    return true;
}

void sw_cursor_write(const char tail[SW_VIEW_TAIL], char ret[SW_CURSOR_TEXT]) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < SW_VIEW_TAIL; i++) {
        ret[2 * i] = digits[(unsigned char)tail[i] >> 4];
        ret[2 * i + 1] = digits[(unsigned char)tail[i] & 15];
    }
    ret[SW_CURSOR_TEXT - 1] = '\0';
}

static int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool sw_cursor_read(sw_slice hex, char ret[SW_VIEW_TAIL]) {
    if (hex.len != SW_CURSOR_TEXT - 1) return false;
    for (size_t i = 0; i < SW_VIEW_TAIL; i++) {
        int high = digit_of(hex.ptr[2 * i]), low = digit_of(hex.ptr[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        ret[i] = (char)(unsigned char)(high << 4 | low);
    }
    return true;
}

typedef struct bounds {
    char from[SW_VIEW_ROW_MAX + 1], to[SW_VIEW_ROW_MAX + 1];
    size_t place_len; /* of `from`, without the tail */
    sw_slice first, end;
} bounds;

/* Goes on behind a row. */
static void start_behind(bounds *b, const char tail[SW_VIEW_TAIL]) {
    memcpy(b->from + b->place_len, tail, SW_VIEW_TAIL);
    b->from[b->place_len + SW_VIEW_TAIL] = '\0';
    b->first = sw_slice_of(b->from, b->place_len + SW_VIEW_TAIL + 1);
}

/* Newest first, the index begins at the last moment before `to` and ends at `from`. */
static sw_err find_bounds(const sw_rows_walk *walk, bounds *b) {
    static const sw_hash128 none;
    sw_view_range(walk->place, &b->first, &b->end, b->from, b->to);
    b->place_len = b->first.len;
    int64_t first_ms = walk->from_ms, end_ms = walk->to_ms;
    if (walk->newest_first) {
        first_ms = walk->to_ms == SW_TIME_MAX ? SW_TIME_NONE : walk->to_ms - 1;
        end_ms = walk->from_ms == SW_TIME_NONE ? SW_TIME_MAX : walk->from_ms - 1;
    }
    if (first_ms != SW_TIME_NONE)
        b->first = sw_view_row(walk->place, first_ms, walk->newest_first, none, b->from);
    if (end_ms != SW_TIME_MAX)
        b->end = sw_view_row(walk->place, end_ms, walk->newest_first, none, b->to);
    if (walk->page.cursor.len == 0) return SW_OK;
    char tail[SW_VIEW_TAIL];
    if (!sw_cursor_read(walk->page.cursor, tail)) return SW_E_INVALID;
    if (b->first.len > b->place_len && memcmp(tail, b->first.ptr + b->place_len, 8) < 0)
        return SW_OK; /* of another question */
    start_behind(b, tail);
    return SW_OK;
}

/* What the candidates of one scan are. */
static sw_err take_all(const candidates *c, uint32_t *taken, char ret_next[SW_CURSOR_TEXT],
                       bool *ret_full) {
    const sw_rows_walk *walk = c->walk;
    sw_err err = SW_OK;
    *ret_full = false;
    for (uint32_t i = 0; i < c->count && !err; i++) {
        bool is_meant = false;
        if (*taken == walk->page.limit) {
            sw_cursor_write(c->items[i - 1].tail, ret_next);
            *ret_full = true;
            return SW_OK;
        }
        err = walk->take(walk->arg, c->items[i].partition, c->items[i].id, c->items[i].key,
                         &is_meant);
        *taken += is_meant;
    }
    return err;
}

sw_err sw_rows_walk_run(const sw_rows_walk *walk, char ret_next[SW_CURSOR_TEXT]) {
    bounds b;
    sw_arena keys;
    uint32_t taken = 0, rows = 0;
    bool done = false;
    ret_next[0] = '\0';
    sw_err err = find_bounds(walk, &b);
    sw_arena_init(&keys, KEYS_BYTES_MAX);
    while (!err && !done && sw_slice_cmp(b.first, b.end) < 0) {
        candidates c = {.walk = walk, .arena = &keys, .rows = rows};
        const sw_read_range range = {.partition = SW_READ_ALL, .from = b.first, .to = b.end};
        err = sw_read_scan(walk->index, &range, visit, &c);
        if (!err) err = c.err;
        if (!err) err = take_all(&c, &taken, ret_next, &done);
        if (err || done || !c.more) break;
        rows = c.rows;
        done = taken == walk->page.limit || rows == SW_PAGE_ROWS_MAX;
        if (done) sw_cursor_write(c.last, ret_next);
        start_behind(&b, c.last);
        sw_arena_reset(&keys);
    }
    sw_arena_done(&keys);
    return err;
}
