#include "seawall/rules/diff/diff.h"

#include <stdlib.h>

#include "store/sorter.h"

#define GROUP_BYTES     ((size_t)256 << 20)
#define LINE_BYTES_MAX  ((size_t)16 << 20)
#define GROUP_COUNT_MIN 16u

/* The warnings of one side in one group. */
typedef struct side {
    const sw_warning **list;
    uint32_t count, cap;
} side;

struct sw_differ {
    const sw_ruleset *sets[2];
    sw_sorter *sorter;
    sw_diags *diags;
    sw_arena group; /* rule, key, level, repeat: what may be joined */
    sw_buf key, line, group_key;
    side sides[2];
};

sw_err sw_differ_open(const sw_ruleset *before, const sw_ruleset *after, size_t memory_bytes,
                      const char *tmp_dir, sw_diags *diags, sw_differ **ret) {
    SW_ASSERT(before && after && tmp_dir && ret);
    sw_differ *differ = sw_heap_zero(1, sizeof *differ);
    if (!differ) return SW_E_NOMEM;
    differ->sets[0] = before;
    differ->sets[1] = after;
    differ->diags = diags;
    sw_arena_init(&differ->group, GROUP_BYTES);
    sw_buf_init(&differ->key, LINE_BYTES_MAX);
    sw_buf_init(&differ->line, LINE_BYTES_MAX);
    sw_buf_init(&differ->group_key, LINE_BYTES_MAX);
    sw_err err = sw_sorter_open(memory_bytes, tmp_dir, &differ->sorter);
    if (err) {
        sw_differ_close(differ);
        return err;
    }
    *ret = differ;
    return SW_OK;
}

void sw_differ_close(sw_differ *differ) {
    if (!differ) return;
    sw_sorter_close(differ->sorter);
    sw_arena_done(&differ->group);
    sw_buf_done(&differ->key);
    sw_buf_done(&differ->line);
    sw_buf_done(&differ->group_key);
    sw_heap_free(differ);
}

/* Ends in 00 00, so that no text is the beginning of another; a 00 within is 00 01. */
static void add_text(sw_buf *key, sw_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        sw_buf_add_byte(key, text.ptr[i]);
        if (text.ptr[i] == '\0') sw_buf_add_byte(key, '\1');
    }
    sw_buf_add(key, SW_S("\0\0"));
}

sw_err sw_differ_add(sw_differ *differ, bool is_after, const sw_warning *warning) {
    SW_ASSERT(warning->rule == sw_ruleset_rule(differ->sets[is_after], warning->rule->index));
    sw_buf_clear(&differ->key);
    sw_buf_clear(&differ->line);
    add_text(&differ->key, warning->rule->id);
    for (uint32_t i = 0; i < warning->rule->key_count; i++) add_text(&differ->key, warning->key[i]);
    sw_buf_add_byte(&differ->key, (char)warning->level);
    for (int shift = 24; shift >= 0; shift -= 8)
        sw_buf_add_byte(&differ->key, (char)(warning->repeat >> shift));
    sw_buf_add_byte(&differ->line, is_after ? '\1' : '\0');
    sw_telling_encode(NULL, warning, SW_SLICE_NONE, &differ->line);
    if (differ->key.err || differ->line.err) return differ->key.err ? differ->key.err : SW_E_LIMIT;
    return sw_sorter_add(differ->sorter, sw_buf_slice(&differ->key), sw_buf_slice(&differ->line),
                         differ->diags);
}

static bool same_recipients(const sw_warning *a, const sw_warning *b) {
    const sw_warn *x = sw_warning_warn(a), *y = sw_warning_warn(b);
    bool same = x->to_count == y->to_count;
    for (uint32_t i = 0; same && i < x->to_count; i++) same = sw_slice_eq(x->to[i], y->to[i]);
    return same;
}

static uint32_t parts_of(const sw_warning *a, const sw_warning *b) {
    bool owner = sw_slice_eq(a->orgcode, b->orgcode) && sw_slice_eq(a->officerid, b->officerid);
    return (memcmp(&a->id, &b->id, sizeof a->id) ? SW_DIFF_ID : 0u) |
           (a->start_ms != b->start_ms ? SW_DIFF_START : 0u) |
           (a->due_ms != b->due_ms ? SW_DIFF_DUE : 0u) |
           (a->fires_ms != b->fires_ms ? SW_DIFF_FIRES : 0u) |
           (a->state != b->state ? SW_DIFF_STATE : 0u) |
           (a->late_by_s != b->late_by_s ? SW_DIFF_LATE : 0u) |
           (a->provisional != b->provisional ? SW_DIFF_PROVISIONAL : 0u) |
           (same_recipients(a, b) ? 0u : SW_DIFF_TO) | (owner ? 0u : SW_DIFF_OWNER);
}

static sw_diff compare(const sw_warning *before, const sw_warning *after) {
    sw_diff diff = {.before = before, .after = after};
    if (!before || !after) {
        diff.kind = before ? SW_DIFF_REMOVED : SW_DIFF_ADDED;
        return diff;
    }
    diff.parts = parts_of(before, after);
    diff.kind = after->fires_ms < before->fires_ms   ? SW_DIFF_EARLIER
                : after->fires_ms > before->fires_ms ? SW_DIFF_LATER
                : diff.parts                         ? SW_DIFF_CHANGED
                                                     : SW_DIFF_SAME;
    return diff;
}

typedef struct teller {
    void *ctx;
    sw_err (*tell)(void *ctx, const sw_diff *diff);
} teller;

static sw_err give(const teller *to, const sw_warning *before, const sw_warning *after) {
    sw_diff diff = compare(before, after);
    return to->tell(to->ctx, &diff);
}

/* Tells those of one id; both sides come in the order of id. What has no partner stays. */
static sw_err give_same_ids(side *before, side *after, const teller *to) {
    uint32_t i = 0, j = 0, left_i = 0, left_j = 0;
    sw_err err = SW_OK;
    while (!err && (i < before->count || j < after->count)) {
        const sw_warning *a = i < before->count ? before->list[i] : NULL;
        const sw_warning *b = j < after->count ? after->list[j] : NULL;
        int order = !a ? 1 : !b ? -1 : memcmp(&a->id, &b->id, sizeof a->id);
        if (order == 0) err = give(to, a, b);
        if (order < 0) before->list[left_i++] = a;
        if (order > 0) after->list[left_j++] = b;
        i += order <= 0;
        j += order >= 0;
    }
    before->count = left_i;
    after->count = left_j;
    return err;
}

static int by_start(const void *x, const void *y) {
    const sw_warning *a = *(const sw_warning *const *)x, *b = *(const sw_warning *const *)y;
    if (a->start_ms != b->start_ms) return a->start_ms < b->start_ms ? -1 : 1;
    return memcmp(&a->id, &b->id, sizeof a->id);
}

/* How far apart two periods start; none is nearer than one that is not there. */
static uint64_t apart(const side *before, uint32_t i, const side *after, uint32_t j) {
    if (i >= before->count || j >= after->count) return UINT64_MAX;
    int64_t a = before->list[i]->start_ms, b = after->list[j]->start_ms;
    return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

/* Tells the rest in the order of starts. Periods that neither have a nearer partner among those
 * that follow are joined. */
static sw_err give_rest(side *before, side *after, bool joins, const teller *to) {
    uint32_t i = 0, j = 0;
    sw_err err = SW_OK;
    if (before->count > 1) qsort(before->list, before->count, sizeof *before->list, by_start);
    if (after->count > 1) qsort(after->list, after->count, sizeof *after->list, by_start);
    while (!err && (i < before->count || j < after->count)) {
        uint64_t here = joins ? apart(before, i, after, j) : UINT64_MAX;
        bool alone = here == UINT64_MAX, rest = i < before->count;
        bool skips_i = alone ? rest : apart(before, i + 1, after, j) < here;
        bool skips_j = alone ? !rest : !skips_i && apart(before, i, after, j + 1) < here;
        err = give(to, skips_j ? NULL : before->list[i], skips_i ? NULL : after->list[j]);
        i += !skips_j;
        j += !skips_i;
    }
    return err;
}

static sw_err end_group(sw_differ *differ, const teller *to) {
    side *before = &differ->sides[0], *after = &differ->sides[1];
    sw_err err = give_same_ids(before, after, to);
    /* A finding is that of its event, and not another's that moved. */
    bool joins = before->count && after->count && before->list[0]->rule->kind == SW_DEADLINE &&
                 after->list[0]->rule->kind == SW_DEADLINE;
    if (!err) err = give_rest(before, after, joins, to);
    *before = *after = (side){0};
    sw_arena_reset(&differ->group);
    return err;
}

static sw_err add_to_group(sw_differ *differ, sw_slice value) {
    uint32_t which = value.ptr[0] == '\1';
    side *to = &differ->sides[which];
    sw_telling telling;
    sw_slice copy;
    if (to->count == to->cap) {
        uint32_t cap = to->cap ? to->cap * 2 : GROUP_COUNT_MIN;
        const sw_warning **list = sw_arena_zero(&differ->group, cap, sizeof *list);
        if (!list) return SW_E_LIMIT;
        if (to->count) memcpy(list, to->list, to->count * sizeof *list);
        to->list = list;
        to->cap = cap;
    }
    if (!sw_arena_copy(&differ->group, sw_slice_sub(value, 1, value.len), &copy)) return SW_E_LIMIT;
    sw_err err = sw_telling_decode(differ->sets[which], copy, &differ->group, &telling);
    if (!err) to->list[to->count++] = telling.transition.warning;
    return err;
}

sw_err sw_differ_run(sw_differ *differ, void *ctx, sw_err (*tell)(void *ctx, const sw_diff *diff)) {
    const teller to = {ctx, tell};
    sw_slice key, value;
    sw_err err = sw_sorter_sort(differ->sorter, differ->diags);
    sw_buf_clear(&differ->group_key);
    while (!err && !(err = sw_sorter_next(differ->sorter, &key, &value, differ->diags))) {
        if (!sw_slice_eq(key, sw_buf_slice(&differ->group_key))) {
            err = end_group(differ, &to);
            sw_buf_clear(&differ->group_key);
            sw_buf_add(&differ->group_key, key);
            if (!err) err = differ->group_key.err;
        }
        if (!err) err = add_to_group(differ, value);
    }
    return err == SW_E_END ? end_group(differ, &to) : err;
}
