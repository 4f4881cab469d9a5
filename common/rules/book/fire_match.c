/* Which pairs of a group fire. */
#include "rules/book/fire.h"

/* Pairs of which one event is the later: with the right ones before it, with the left ones. */
typedef struct partners {
    uint32_t rec;
    int64_t time_ms;
    const sw_item *rights, *lefts;
    uint32_t right_count, left_count;
    uint32_t as_left, as_right; /* pairs found */
} partners;

static int item_cmp(const sw_book *book, const sw_item *a, const sw_item *b) {
    if (a->time_ms != b->time_ms) return a->time_ms < b->time_ms ? -1 : 1;
    if (a->rec == b->rec) return 0;
    sw_view x, y;
    sw_record_head(sw_book_records(book), a->rec, &x);
    sw_record_head(sw_book_records(book), b->rec, &y);
    return sw_view_cmp(&x, &y);
}

static sw_err holds(sw_fire *f, uint32_t left, uint32_t right, uint32_t later, bool *ret) {
    sw_view l, r;
    *ret = true;
    if (!f->rule->where) return SW_OK;
    sw_arena_mark mark = sw_arena_save(f->arena);
    sw_book_read(f->book, left, &l);
    sw_book_read(f->book, right, &r);
    sw_scope scope =
        sw_scope_of(f->book, f->arena, f->probe, f->rule, later == left ? &l : &r, f->group);
    scope.left = &l;
    scope.right = &r;
    *ret = sw_scope_holds(&scope, f->rule->where);
    sw_arena_rewind(f->arena, mark);
    return scope.err;
}

/* One pair of which `p` is the later event and `with` the earlier. */
static sw_err try_pair(sw_fire *f, sw_tally *tally, partners *p, const sw_item *with,
                       bool with_right) {
    uint32_t left = with_right ? p->rec : with->rec, right = with_right ? with->rec : p->rec;
    bool pair;
    sw_err err = holds(f, left, right, p->rec, &pair);
    if (err || !pair) return err;
    *(with_right ? &p->as_left : &p->as_right) += 1;
    if (tally->pairs++ >= f->rule->max_pairs) {
        if (f->tell && f->probe && f->probe->left_out)
            f->probe->left_out(f->probe->ctx, f->rule, f->group);
        return SW_OK;
    }
    if (!f->tell) return SW_OK;
    const sw_firing firing = {.at_ms = p->time_ms, .rec = left, .second = right};
    return sw_fire_found(f, &firing);
}

/* By the earlier event; one that is a partner both ways first as the left one. */
static sw_err try_partners(sw_fire *f, sw_tally *tally, partners *p) {
    sw_err err = SW_OK;
    uint64_t all = (uint64_t)p->right_count + p->left_count;
    if (all > SW_PARTNERS_MAX) {
        if (f->tell && f->probe && f->probe->too_dear)
            f->probe->too_dear(f->probe->ctx, f->rule, p->rec);
        return SW_OK;
    }
    for (uint32_t r = 0, l = 0; (r < p->right_count || l < p->left_count) && !err;) {
        bool left = r == p->right_count;
        if (!left && l < p->left_count) left = item_cmp(f->book, &p->lefts[l], &p->rights[r]) <= 0;
        err = left ? try_pair(f, tally, p, &p->lefts[l++], false)
                   : try_pair(f, tally, p, &p->rights[r++], true);
    }
    return err;
}

/* The event at the head of the lanes. */
static sw_err judge_event(sw_fire *f, sw_tally *tally, uint32_t l, uint32_t r, bool is_left,
                          bool is_right) {
    sw_lane *lefts = &tally->lanes[0], *rights = &tally->lanes[1];
    const sw_item *own = is_left ? &lefts->items[l] : &rights->items[r];
    partners p = {.rec = own->rec, .time_ms = own->time_ms};
    sw_err err = SW_OK;
    if (sw_fire_is_version(f, own->time_ms)) {
        int64_t from_ms = sw_window_from(f->rule, f->rule->within, own->time_ms, true);
        uint32_t first_left = sw_lane_find(lefts, from_ms, false);
        uint32_t first_right = sw_lane_find(rights, from_ms, false);
        if (is_left && first_right < r)
            p.rights = &rights->items[first_right], p.right_count = r - first_right;
        if (is_right && first_left < l)
            p.lefts = &lefts->items[first_left], p.left_count = l - first_left;
        err = try_partners(f, tally, &p);
    }
    if (is_left) sw_item_weigh(&lefts->items[l], p.as_left);
    if (is_right) sw_item_weigh(&rights->items[r], p.as_right);
    return err;
}

static uint64_t pairs_before(const sw_lane *lane, uint32_t end) {
    uint64_t pairs = 0;
    for (uint32_t i = 0; i < end; i++) pairs += lane->items[i].weight;
    return pairs;
}

sw_err sw_fire_judge_match(sw_fire *f, sw_tally *tally, int64_t from_ms) {
    const sw_lane *lefts = &tally->lanes[0], *rights = &tally->lanes[1];
    uint32_t l = sw_lane_find(lefts, from_ms, false), r = sw_lane_find(rights, from_ms, false);
    sw_err err = SW_OK;
    if (!f->step) tally->pairs = pairs_before(lefts, l) + pairs_before(rights, r);
    while ((l < lefts->count || r < rights->count) && !err) {
        int order = l == lefts->count    ? 1
                    : r == rights->count ? -1
                                         : item_cmp(f->book, &lefts->items[l], &rights->items[r]);
        err = judge_event(f, tally, l, r, order <= 0, order >= 0);
        l += order <= 0;
        r += order >= 0;
    }
    return err;
}
