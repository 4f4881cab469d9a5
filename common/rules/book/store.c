#include "rules/book/turn.h"

#include <stdlib.h>

/* The stored form: version, catalogue, time of the last tell; the records of all events and
 * corrections in order; which of them were taken and are not in effect yet; for every run of which
 * something was told: rule, opening record (of a pair the other one, too), group, counts by level.
 * The rest is computed again from the events. */
#define FORMAT 3u

enum { TOLD_RESOLVED = 1, TOLD_LISTED = 2 }; /* of a run */
enum { BOOK_TAKEN = 1, BOOK_LISTS = 2 };

static void put_uint(sw_buf *out, uint64_t n) {
    uint8_t packed[10];
    sw_buf_add(out, sw_slice_of(packed, sw_pack_uint(packed, n)));
}

/* --- writing ------------------------------------------------------------------------------ */

/* What came from outside, in order: replacements stand in their corrections. */
static uint32_t list_records(const sw_book *book, sw_view *ret) {
    uint32_t all = book->order_count + book->fresh_count + book->aside_count, count = 0;
    for (uint32_t i = 0; i < all; i++) {
        sw_view view;
        sw_book_read(book, sw_book_list(book)[i], &view);
        if (!(view.flags & SW_RECORD_REPLACEMENT)) ret[count++] = view;
    }
    return count;
}

static int by_order(const void *a, const void *b) {
    return sw_view_cmp(a, b);
}

/* Most are, as they come. */
static bool in_order(const sw_view *views, uint32_t count) {
    for (uint32_t i = 1; i < count; i++)
        if (sw_view_cmp(&views[i - 1], &views[i]) > 0) return false;
    return true;
}

/* Where a record stands in the stored form: a replacement where its correction does. */
typedef struct place {
    uint32_t rec, index;
} place;

static int by_rec(const void *a, const void *b) {
    const place *x = a, *y = b;
    return (x->rec > y->rec) - (x->rec < y->rec);
}

static uint32_t list_places(const sw_view *views, uint32_t count, place *ret) {
    uint32_t places = 0;
    for (uint32_t i = 0; i < count; i++) {
        ret[places++] = (place){views[i].at, i};
        if (views[i].nested) ret[places++] = (place){views[i].nested, i};
    }
    if (places > 1) qsort(ret, places, sizeof *ret, by_rec);
    return places;
}

static uint32_t index_of(const place *places, uint32_t count, uint32_t rec) {
    const place key = {.rec = rec};
    const place *found = count ? bsearch(&key, places, count, sizeof key, by_rec) : NULL;
    SW_ASSERT(found); /* a run without its record */
    return found->index;
}

/* The second record of a pair, from 1; 0: it is no pair. */
typedef struct told_run {
    sw_slice rule_id;
    uint32_t record, second, combo;
    const sw_run *run;
} told_run;

static int by_rule(const void *a, const void *b) {
    const told_run *x = a, *y = b;
    int order = sw_slice_cmp(x->rule_id, y->rule_id);
    if (order) return order;
    if (x->record != y->record) return x->record < y->record ? -1 : 1;
    if (x->second != y->second) return x->second < y->second ? -1 : 1;
    return (x->combo > y->combo) - (x->combo < y->combo);
}

static void put_told(const sw_book *book, const told_run *t, sw_buf *out) {
    const sw_rule *rule = sw_run_rule(book, t->run);
    put_uint(out, rule->id.len);
    sw_buf_add(out, rule->id);
    put_uint(out, rule->key_count);
    for (uint32_t i = 0; i < rule->key_count; i++) put_uint(out, rule->key_ids[i]);
    put_uint(out, t->record);
    put_uint(out, t->second);
    put_uint(out, t->combo);
    bool listed = t->run->flags & SW_RUN_LISTED, resolved = t->run->flags & SW_RUN_RESOLVED;
    sw_buf_add_byte(out, (char)((resolved ? TOLD_RESOLVED : 0) | (listed ? TOLD_LISTED : 0)));
    for (uint32_t l = 0; l < SW_LEVELS; l++) put_uint(out, t->run->told[l]);
}

static void put_record(const sw_book *book, const sw_view *view, sw_buf *out) {
    const sw_slice rest = sw_slice_of(sw_book_records(book) + view->at, book->bytes_len - view->at);
    size_t len = sw_record_check(book->plan, rest);
    SW_ASSERT(len > 0);
    sw_buf_add(out, sw_slice_sub(rest, 0, len));
}

/* What waits and is not after the last tell was taken since. */
static void put_untold(const sw_book *book, const place *places, uint32_t count, sw_buf *out) {
    uint32_t untold = 0;
    const uint32_t *fresh = sw_book_list(book) + book->order_count;
    while (untold < book->fresh_count &&
           sw_record_time(sw_book_records(book), fresh[untold]) <= book->done_ms)
        untold++;
    sw_buf_add_byte(out, (char)((book->taken ? BOOK_TAKEN : 0) | (book->lists ? BOOK_LISTS : 0)));
    put_uint(out, untold);
    for (uint32_t i = 0; i < untold; i++) put_uint(out, index_of(places, count, fresh[i]));
}

/* The told runs in order. */
static uint32_t list_told(const sw_book *book, const place *places, uint32_t place_count,
                          told_run *ret) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < book->run_count; i++) {
        const sw_run *run = &sw_book_runs(book)[i];
        const sw_rule *rule = sw_run_rule(book, run);
        if (!sw_run_is_known(run)) continue;
        bool pair = rule->kind == SW_MATCH;
        ret[count++] =
            (told_run){.rule_id = rule->id,
                       .record = index_of(places, place_count, run->rec),
                       .second = pair ? index_of(places, place_count, run->stop_rec) + 1 : 0,
                       .combo = run->combo,
                       .run = run};
    }
    if (count > 1) qsort(ret, count, sizeof *ret, by_rule);
    return count;
}

static void put_book(const sw_book *book, sw_view *views, place *places, told_run *tolds,
                     sw_buf *out) {
    uint32_t records = list_records(book, views);
    if (!in_order(views, records)) qsort(views, records, sizeof *views, by_order);
    uint32_t place_count = list_places(views, records, places);
    uint32_t count = list_told(book, places, place_count, tolds);
    sw_buf_add_byte(out, FORMAT);
    sw_buf_add(out, sw_slice_of(&book->plan->catalogue, sizeof book->plan->catalogue));
    sw_buf_add(out, sw_slice_of(&book->done_ms, sizeof book->done_ms));
    put_uint(out, records);
    for (uint32_t i = 0; i < records; i++) put_record(book, &views[i], out);
    put_untold(book, places, place_count, out);
    put_uint(out, count);
    for (uint32_t i = 0; i < count; i++) put_told(book, &tolds[i], out);
}

/* Lists on the stack do for most books. */
#define FEW 12u

sw_err sw_book_encode(const sw_book *book, sw_buf *out) {
    SW_ASSERT(book && out);
    uint32_t all = book->order_count + book->fresh_count + book->aside_count;
    sw_view few_views[FEW], *views = few_views;
    place few_places[2 * FEW], *places = few_places;
    told_run few_tolds[FEW], *tolds = few_tolds;
    bool many = all > FEW || book->run_count > FEW;
    if (many) {
        views = sw_heap_zero(all, sizeof *views);
        places = sw_heap_zero(2 * (size_t)all, sizeof *places);
        tolds = sw_heap_zero(book->run_count, sizeof *tolds);
    }
    sw_err err = views && places && tolds ? SW_OK : SW_E_NOMEM;
    if (!err) {
        put_book(book, views, places, tolds, out);
        err = out->err;
    }
    if (many) {
        sw_heap_free(views);
        sw_heap_free(places);
        sw_heap_free(tolds);
    }
    return err;
}

/* --- reading ------------------------------------------------------------------------------ */

typedef struct input {
    sw_book *book;
    sw_arena *scratch;
    const uint8_t *at, *end;
    uint32_t *records; /* offsets in the book, by place in the stored form */
    uint64_t record_count;
    uint32_t *untold; /* offsets */
    uint64_t untold_count;
    uint8_t taken;
} input;

static bool get_uint(input *in, uint64_t max, uint64_t *ret) {
    return sw_unpack_uint(&in->at, in->end, ret) && *ret <= max;
}

static bool get_bytes(input *in, void *to, size_t len) {
    if (len > (size_t)(in->end - in->at)) return false;
    memcpy(to, in->at, len);
    in->at += len;
    return true;
}

static sw_err get_record(input *in, uint64_t index) {
    sw_book *book = in->book;
    sw_slice rest = sw_slice_of(in->at, (size_t)(in->end - in->at));
    size_t len = sw_record_check(book->plan, rest);
    if (len == 0) return SW_E_CORRUPT;
    sw_err err = sw_book_reserve(book, 0, 1, len);
    if (err) return err;
    sw_view view, before;
    memcpy(sw_book_records(book) + book->bytes_len, rest.ptr, len);
    sw_book_read(book, book->bytes_len, &view);
    if (index > 0) {
        sw_book_read(book, in->records[index - 1], &before);
        if (sw_view_cmp(&before, &view) >= 0) return SW_E_CORRUPT;
    }
    in->records[index] = book->bytes_len;
    sw_book_list(book)[book->fresh_count++] = book->bytes_len;
    book->bytes_len += (uint32_t)len;
    in->at += len;
    return SW_OK;
}

static sw_err get_records(input *in) {
    uint64_t most = (uint64_t)(in->end - in->at);
    if (!get_uint(in, most, &in->record_count)) return SW_E_CORRUPT;
    in->records = sw_arena_zero(in->scratch, in->record_count, sizeof *in->records);
    if (!in->records) return SW_E_NOMEM;
    for (uint64_t i = 0; i < in->record_count; i++) {
        sw_err err = get_record(in, i);
        if (err) return err;
    }
    return SW_OK;
}

/* Takes what was not in effect out of the list again. */
static sw_err get_untold(input *in) {
    sw_book *book = in->book;
    uint8_t flags;
    if (!get_bytes(in, &flags, 1) || flags > (BOOK_TAKEN | BOOK_LISTS)) return SW_E_CORRUPT;
    in->taken = flags & BOOK_TAKEN;
    book->lists = (flags & BOOK_LISTS) != 0;
    if (!get_uint(in, in->record_count, &in->untold_count)) return SW_E_CORRUPT;
    if (in->untold_count > 0 && !in->taken) return SW_E_CORRUPT;
    in->untold = sw_arena_zero(in->scratch, in->untold_count, sizeof *in->untold);
    if (!in->untold) return SW_E_NOMEM;
    for (uint64_t i = 0; i < in->untold_count; i++) {
        uint64_t index;
        if (!get_uint(in, in->record_count - 1, &index)) return SW_E_CORRUPT;
        in->untold[i] = in->records[index];
        uint32_t *list = sw_book_list(book), at = 0;
        while (at < book->fresh_count && list[at] != in->untold[i]) at++;
        if (at == book->fresh_count) return SW_E_CORRUPT;
        book->fresh_count--;
        memmove(&list[at], &list[at + 1], (book->fresh_count - at) * sizeof *list);
    }
    return SW_OK;
}

static sw_err put_back(input *in) {
    sw_err err = sw_book_reserve(in->book, 0, (uint32_t)in->untold_count, 0);
    for (uint64_t i = 0; i < in->untold_count && !err; i++) {
        sw_view view;
        sw_book_read(in->book, in->untold[i], &view);
        sw_book_put_fresh(in->book, &view);
    }
    in->book->taken = in->taken != 0;
    return err;
}

/* A told run by the names that hold over packs. */
typedef struct told_key {
    sw_slice rule_id;
    uint32_t key_ids[SW_KEY_MAX];
    uint32_t key_count;
} told_key;

static bool same_keys(const told_key *key, const uint32_t *key_ids, uint32_t key_count) {
    return key->key_count == key_count &&
           memcmp(key->key_ids, key_ids, key_count * sizeof *key_ids) == 0;
}

/* The strand's version for it, or NULL. */
static const sw_rule *find_rule(const sw_plan *plan, const told_key *key, uint32_t *ret_strand) {
    for (uint32_t s = 0; s < plan->strand_count; s++) {
        const sw_strand *strand = &plan->strands[s];
        if (!sw_slice_eq(strand->line->id, key->rule_id)) continue;
        if (!same_keys(key, strand->key_ids, strand->key_count)) continue;
        *ret_strand = s;
        for (uint32_t v = 0; v < strand->line->version_count; v++)
            if (plan->strand_of[strand->line->versions[v]->index] == s)
                return strand->line->versions[v];
    }
    return NULL;
}

/* A told run that the present packs don't make: the next tell withdraws it. */
static sw_err add_gone(input *in, const told_key *key, sw_run *run) {
    sw_book *book = in->book;
    uint32_t strand, combos;
    const sw_rule *rule = find_rule(book->plan, key, &strand);
    if (!rule) return SW_OK;
    sw_view view;
    sw_book_read(book, run->rec, &view);
    sw_err err = sw_group_count(book, &book->plan->strands[strand], &view, in->scratch, &combos);
    if (err || run->combo >= combos) return err;
    if ((rule->kind == SW_MATCH) != (run->stop_rec != 0)) return SW_OK;
    run->rule = (uint16_t)rule->index;
    run->flags |= SW_RUN_GONE | SW_RUN_TOUCHED;
    run->start_ms = run->due_ms = SW_TIME_NONE;
    run->stop_ms = SW_TIME_MAX;
    run->next_ms = book->done_ms;
    return sw_book_add_run(book, run);
}

static sw_run *find_run(const sw_book *book, const told_key *key, const sw_run *like) {
    for (uint32_t i = 0; i < book->run_count; i++) {
        sw_run *run = &sw_book_runs(book)[i];
        if (run->rec != like->rec || run->combo != like->combo) continue;
        const sw_rule *rule = sw_run_rule(book, run);
        if (like->stop_rec != (rule->kind == SW_MATCH ? run->stop_rec : 0)) continue;
        if (same_keys(key, rule->key_ids, rule->key_count) && sw_slice_eq(rule->id, key->rule_id))
            return run;
    }
    return NULL;
}

/* The record of an event that a told run names: a correction's replacement. */
static bool get_event(const input *in, uint64_t record, uint32_t *ret) {
    sw_view view;
    sw_book_read(in->book, in->records[record], &view);
    bool correction = view.flags & SW_RECORD_CORRECTION;
    *ret = correction ? view.nested : view.at;
    return !correction || view.nested;
}

static bool get_key(input *in, told_key *ret) {
    uint64_t len, count, id;
    if (!get_uint(in, (uint64_t)(in->end - in->at), &len)) return false;
    if (len > (uint64_t)(in->end - in->at)) return false;
    ret->rule_id = sw_slice_of(in->at, len);
    in->at += len;
    if (!get_uint(in, SW_KEY_MAX, &count)) return false;
    ret->key_count = (uint32_t)count;
    for (uint64_t i = 0; i < count; i++) {
        if (!get_uint(in, UINT32_MAX, &id)) return false;
        ret->key_ids[i] = (uint32_t)id;
    }
    return true;
}

static sw_err get_told(input *in) {
    uint64_t record, second, combo, count;
    uint8_t flags;
    told_key key;
    sw_book *book = in->book;
    if (!get_key(in, &key) || in->record_count == 0 ||
        !get_uint(in, in->record_count - 1, &record) || !get_uint(in, in->record_count, &second) ||
        !get_uint(in, UINT16_MAX, &combo) || !get_bytes(in, &flags, 1) ||
        flags > (TOLD_RESOLVED | TOLD_LISTED))
        return SW_E_CORRUPT;
    sw_run like = {.combo = (uint16_t)combo};
    if (!get_event(in, record, &like.rec)) return SW_E_CORRUPT;
    if (second && !get_event(in, second - 1, &like.stop_rec)) return SW_E_CORRUPT;
    if (flags & TOLD_RESOLVED) like.flags |= SW_RUN_RESOLVED;
    if (flags & TOLD_LISTED) like.flags |= SW_RUN_LISTED;
    for (uint32_t l = 0; l < SW_LEVELS; l++) {
        if (!get_uint(in, UINT16_MAX, &count)) return SW_E_CORRUPT;
        like.told[l] = (uint16_t)count;
    }
    sw_run *run = find_run(book, &key, &like);
    if (!run) return add_gone(in, &key, &like);
    memcpy(run->told, like.told, sizeof run->told);
    run->flags = (uint8_t)((run->flags & ~SW_RUN_RESOLVED) | like.flags);
    return SW_OK;
}

/* Next moments, as after a tell; a run of which other things hold than were told is to be told. */
static sw_err measure(input *in, sw_run *run) {
    sw_book *book = in->book;
    sw_standing standing = {0};
    if (run->flags & SW_RUN_GONE) return SW_OK;
    sw_arena_mark mark = sw_arena_save(in->scratch);
    sw_err err = sw_run_stand(book, run, book->done_ms, NULL, false, in->scratch, &standing);
    if (err) return err;
    const sw_rule *rule = standing.life.rule;
    bool closed = run->flags & SW_RUN_CLOSED, told = sw_run_was_told(run);
    bool same = !told || closed == ((run->flags & SW_RUN_RESOLVED) != 0);
    bool listed = run->flags & SW_RUN_LISTED, deadline = standing.life.rule->kind == SW_DEADLINE;
    if (in->book->lists && deadline && listed == closed) same = false;
    uint16_t counts[SW_LEVELS] = {0};
    run->next_ms = SW_TIME_MAX;
    run->due_ms =
        rule->kind == SW_DEADLINE && standing.counted ? standing.due.due_ms : SW_TIME_NONE;
    for (uint32_t i = 0; i < sw_rule_warn_count(rule); i++) {
        int64_t next_ms;
        counts[sw_rule_warn(rule, i)->level] =
            (uint16_t)sw_standing_reached(&standing, i, book->done_ms, &next_ms);
        if (next_ms < run->next_ms) run->next_ms = next_ms;
    }
    sw_arena_rewind(in->scratch, mark);
    if (!same || memcmp(counts, run->told, sizeof counts) != 0) {
        run->next_ms = book->done_ms;
        run->due_ms = SW_TIME_NONE; /* to be counted again before it is told */
        return SW_OK;
    }
    run->flags &= (uint8_t)~SW_RUN_TOUCHED;
    if (closed) run->flags |= SW_RUN_RESOLVED;
    return SW_OK;
}

static sw_err get_book(input *in) {
    sw_book *book = in->book;
    uint8_t format;
    sw_hash128 catalogue;
    if (!get_bytes(in, &format, 1)) return SW_E_CORRUPT;
    if (format != FORMAT) return SW_E_VERSION;
    if (!get_bytes(in, &catalogue, sizeof catalogue)) return SW_E_CORRUPT;
    if (!sw_hash128_eq(catalogue, book->plan->catalogue)) return SW_E_VERSION;
    if (!get_bytes(in, &book->done_ms, sizeof book->done_ms)) return SW_E_CORRUPT;
    bool never = book->done_ms == SW_TIME_NONE;
    if (!never && (book->done_ms < SW_TIME_FIRST_MS || book->done_ms > SW_TIME_LAST_MS))
        return SW_E_CORRUPT;
    sw_err err = get_records(in);
    if (!err) err = get_untold(in);
    if (err) return err;
    sw_turn turn = {.book = book, .now_ms = book->done_ms, .arena = in->scratch};
    err = sw_turn_take(&turn);
    uint64_t tolds;
    if (!err && !get_uint(in, (uint64_t)(in->end - in->at), &tolds)) err = SW_E_CORRUPT;
    for (uint64_t i = 0; !err && i < tolds; i++) err = get_told(in);
    if (!err && in->at != in->end) err = SW_E_CORRUPT;
    for (uint32_t i = 0; !err && i < book->run_count; i++) {
        sw_run *run = &sw_book_runs(book)[i];
        run->watch = 0;
        err = measure(in, run);
    }
    if (!err) sw_book_sleep(book);
    return err ? err : put_back(in);
}

sw_err sw_book_decode(const sw_plan *plan, sw_slice value, sw_slice bytes, sw_arena *scratch,
                      sw_book **ret) {
    SW_ASSERT(plan && scratch && ret);
    sw_book *book;
    sw_err err = sw_book_open(plan, value, &book);
    if (err) return err;
    sw_arena_mark mark = sw_arena_save(scratch);
    const uint8_t *at = (const uint8_t *)bytes.ptr;
    input in = {.book = book, .scratch = scratch, .at = at, .end = at + bytes.len};
    err = get_book(&in);
    sw_arena_rewind(scratch, mark);
    if (err) {
        sw_book_close(book);
        return err;
    }
    *ret = book;
    return SW_OK;
}
