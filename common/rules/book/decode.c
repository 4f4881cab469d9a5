#include "rules/book/stored.h"

#include <stdlib.h>

/* What was told of the runs that the records of one page opened. */
typedef struct told_part {
    const uint8_t *at, *end;
    uint64_t count;
    uint32_t base; /* the offset in the book where the page's records begin */
} told_part;

typedef struct input {
    sw_book *book;
    sw_arena *scratch;
    const uint8_t *at, *end;
    uint32_t *records; /* offsets in the book, as they came */
    uint32_t record_count;
    uint32_t *untold; /* offsets */
    uint32_t untold_count;
    told_part *parts;
    uint32_t part_count;
    uint8_t taken;
    const sw_numbers *former; /* of the catalogue that it was written under; NULL: the plan's */
    bool same;                /* stored again it is the same bytes */
    struct told_place {
        uint32_t rec, strand, second, combo;
    } last; /* of the told run before */
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

/* --- records ------------------------------------------------------------------------------ */

#define TOLD_BYTES_MIN 12u

/* Puts the pieces of all pages together. */
static sw_err get_pages(input *in, uint64_t bytes) {
    sw_book *book = in->book;
    uint64_t tolds = 0;
    in->parts = sw_arena_zero(in->scratch, bytes / SW_BOOK_PAGE_BYTES + 1, sizeof *in->parts);
    if (!in->parts) return SW_E_NOMEM;
    sw_err err = sw_book_reserve(book, 0, 0, bytes);
    for (uint64_t left = bytes; !err && (left || !in->part_count);) {
        told_part *part = &in->parts[in->part_count++];
        size_t piece = left < SW_BOOK_PAGE_BYTES ? left : SW_BOOK_PAGE_BYTES;
        uint32_t size;
        part->base = book->bytes_len;
        if (!get_bytes(in, sw_book_records(book) + book->bytes_len, piece) ||
            !get_bytes(in, &size, sizeof size) || size > (size_t)(in->end - in->at))
            return SW_E_CORRUPT;
        part->end = in->at + size;
        if (!get_uint(in, size / TOLD_BYTES_MIN, &part->count)) return SW_E_CORRUPT;
        part->at = in->at;
        in->at = part->end;
        tolds += part->count;
        book->bytes_len += (uint32_t)piece;
        left -= piece;
    }
    return err ? err : sw_book_reserve(book, (uint32_t)tolds, 0, 0); /* not more than bytes */
}

#define RECORD_BYTES_MIN 15u

/* Where records begin; all of them are whole. */
static sw_err find_records(input *in) {
    const sw_book *book = in->book;
    uint32_t at = sw_book_first_record(book);
    size_t most = (book->bytes_len - at) / RECORD_BYTES_MIN;
    in->records = sw_arena_alloc(in->scratch, most * sizeof *in->records);
    if (!in->records) return SW_E_NOMEM;
    while (at < book->bytes_len) {
        size_t len = sw_record_check(book->plan, in->former, sw_book_records(book) + at,
                                     book->bytes_len - at);
        if (len == 0 || in->record_count == most) return SW_E_CORRUPT;
        in->records[in->record_count++] = at;
        at += (uint32_t)len;
    }
    return SW_OK;
}

static int by_order(const void *a, const void *b) {
    return sw_view_cmp(a, b);
}

/* Most come in order. SW_E_CORRUPT: one is there twice. */
static sw_err sort_records(input *in) {
    const uint8_t *bytes = sw_book_records(in->book);
    uint32_t *list = sw_book_list(in->book), count = in->record_count;
    sw_view before, view;
    bool sorted = true;
    for (uint32_t i = 0; i < count && sorted; i++, before = view) {
        sw_record_head(bytes, list[i], &view);
        sorted = i == 0 || sw_view_cmp(&before, &view) < 0;
    }
    if (sorted) return SW_OK;
    sw_arena_mark mark = sw_arena_save(in->scratch);
    sw_view *views = sw_arena_alloc(in->scratch, count * sizeof *views);
    if (!views) return SW_E_NOMEM;
    for (uint32_t i = 0; i < count; i++) sw_record_head(bytes, list[i], &views[i]);
    qsort(views, count, sizeof *views, by_order);
    sorted = true;
    for (uint32_t i = 0; i < count; i++) {
        list[i] = views[i].at;
        if (i > 0 && sw_view_cmp(&views[i - 1], &views[i]) == 0) sorted = false;
    }
    sw_arena_rewind(in->scratch, mark);
    return sorted ? SW_OK : SW_E_CORRUPT;
}

/* All of them wait at first. */
static sw_err get_records(input *in, uint64_t bytes) {
    sw_err err = get_pages(in, bytes);
    if (!err) err = find_records(in);
    if (!err) err = sw_book_reserve(in->book, 0, in->record_count, 0);
    if (err) return err;
    if (in->record_count)
        memcpy(sw_book_list(in->book), in->records, in->record_count * sizeof *in->records);
    in->book->fresh_count = in->record_count;
    return sort_records(in);
}

/* --- what waited -------------------------------------------------------------------------- */

/* A place, counted from an offset. */
static bool get_place(input *in, uint32_t from, uint64_t bytes, uint32_t *ret) {
    uint64_t place;
    if (!get_uint(in, UINT32_MAX, &place) || place >= bytes) return false;
    *ret = from + (uint32_t)place;
    return true;
}

static sw_err get_untold(input *in, uint64_t bytes) {
    uint64_t count;
    if (!get_uint(in, (uint64_t)(in->end - in->at), &count)) return SW_E_CORRUPT;
    if (count > 0 && !in->taken) return SW_E_CORRUPT;
    in->untold = sw_arena_alloc(in->scratch, count * sizeof *in->untold);
    if (!in->untold) return SW_E_NOMEM;
    for (; in->untold_count < count; in->untold_count++) {
        uint32_t *to = &in->untold[in->untold_count];
        if (!get_place(in, sw_book_first_record(in->book), bytes, to)) return SW_E_CORRUPT;
    }
    return SW_OK;
}

/* What was not in effect leaves the list until the others are. */
static sw_err hold_back(const input *in) {
    sw_book *book = in->book;
    uint32_t *list = sw_book_list(book);
    for (uint32_t i = 0; i < in->untold_count; i++) {
        uint32_t at = 0;
        while (at < book->fresh_count && list[at] != in->untold[i]) at++;
        if (at == book->fresh_count) return SW_E_CORRUPT;
        book->fresh_count--;
        memmove(&list[at], &list[at + 1], (book->fresh_count - at) * sizeof *list);
    }
    return SW_OK;
}

static sw_err put_back(const input *in) {
    sw_err err = sw_book_reserve(in->book, 0, in->untold_count, 0);
    for (uint32_t i = 0; i < in->untold_count && !err; i++) {
        sw_view view;
        sw_book_read(in->book, in->untold[i], &view);
        sw_book_put_fresh(in->book, &view);
    }
    in->book->taken = in->taken != 0;
    return err;
}

/* --- what was told ------------------------------------------------------------------------ */

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

/* The record at an offset is that of an event: it stands alone, or in its correction. */
static bool is_event(const input *in, uint32_t rec) {
    uint32_t low = 0, high = in->record_count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (in->records[mid] <= rec)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == 0) return false;
    sw_view view;
    sw_book_read(in->book, in->records[low - 1], &view);
    return rec == (view.flags & SW_RECORD_CORRECTION ? view.nested : view.at);
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
        if (in->former && id >= in->former->key_count) return false;
        ret->key_ids[i] = in->former ? in->former->keys[id] : (uint32_t)id;
    }
    return true;
}

/* They come in the order in which they are written, or the book is stored in other bytes. */
static void see_order(input *in, const sw_run *run, uint32_t strand, uint32_t second) {
    const struct told_place here = {run->rec, strand, second, run->combo}, *last = &in->last;
    bool after = here.rec != last->rec         ? here.rec > last->rec
                 : here.strand != last->strand ? here.strand > last->strand
                 : here.second != last->second ? here.second > last->second
                                               : here.combo > last->combo;
    if (!after) in->same = false;
    in->last = here;
}

static sw_err get_run(input *in, uint32_t base, told_key *key, sw_run *ret) {
    uint64_t second, combo, count;
    uint8_t flags;
    const uint32_t first = sw_book_first_record(in->book), end = in->book->bytes_len;
    if (!get_key(in, key) || !get_place(in, base, SW_BOOK_PAGE_BYTES, &ret->rec) ||
        !get_uint(in, end - first, &second) || !get_uint(in, UINT16_MAX, &combo) ||
        !get_bytes(in, &flags, 1) || flags > (SW_TOLD_RESOLVED | SW_TOLD_LISTED))
        return SW_E_CORRUPT;
    ret->combo = (uint16_t)combo;
    ret->stop_rec = second ? first + (uint32_t)second - 1 : 0;
    if (!is_event(in, ret->rec) || (second && !is_event(in, ret->stop_rec))) return SW_E_CORRUPT;
    if (flags & SW_TOLD_RESOLVED) ret->flags |= SW_RUN_RESOLVED;
    if (flags & SW_TOLD_LISTED) ret->flags |= SW_RUN_LISTED;
    for (uint32_t l = 0; l < SW_LEVELS; l++) {
        if (!get_uint(in, UINT16_MAX, &count)) return SW_E_CORRUPT;
        ret->told[l] = (uint16_t)count;
    }
    return SW_OK;
}

static sw_err get_told(input *in, uint32_t base) {
    told_key key;
    sw_run like = {0};
    sw_err err = get_run(in, base, &key, &like);
    if (err) return err;
    sw_run *run = find_run(in->book, &key, &like);
    if (!run) {
        in->same = false;
        return add_gone(in, &key, &like);
    }
    memcpy(run->told, like.told, sizeof run->told);
    run->flags = (uint8_t)((run->flags & ~SW_RUN_RESOLVED) | like.flags);
    see_order(in, run, sw_run_strand(in->book, run), like.stop_rec);
    return SW_OK;
}

static sw_err get_tolds(input *in) {
    for (uint32_t i = 0; i < in->part_count; i++) {
        const told_part *part = &in->parts[i];
        in->at = part->at;
        in->end = part->end;
        for (uint64_t k = 0; k < part->count; k++) {
            sw_err err = get_told(in, part->base);
            if (err) return err;
        }
        if (in->at != in->end) return SW_E_CORRUPT;
    }
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
    bool closed = run->flags & SW_RUN_CLOSED, told = sw_run_was_told(run);
    bool same = !told || closed == ((run->flags & SW_RUN_RESOLVED) != 0);
    bool listed = run->flags & SW_RUN_LISTED, deadline = standing.life.rule->kind == SW_DEADLINE;
    if (in->book->lists && deadline && listed == closed) same = false;
    sw_standing_measure(&standing, book->done_ms);
    run->next_ms = standing.next_ms;
    run->due_ms = deadline && standing.counted ? standing.due.due_ms : SW_TIME_NONE;
    sw_arena_rewind(in->scratch, mark);
    if (!same || memcmp(standing.reached, run->told, sizeof run->told) != 0) {
        run->next_ms = book->done_ms;
        run->due_ms = SW_TIME_NONE; /* to be counted again before it is told */
        return SW_OK;
    }
    run->flags &= (uint8_t)~SW_RUN_TOUCHED;
    if (!closed || (run->flags & SW_RUN_RESOLVED)) return SW_OK;
    run->flags |= SW_RUN_RESOLVED;
    if (sw_run_is_known(run)) in->same = false;
    return SW_OK;
}

bool sw_book_catalogue(sw_slice stored, sw_hash128 *ret) {
    if (stored.len <= sizeof ret->bytes || (uint8_t)stored.ptr[0] != SW_BOOK_FORMAT) return false;
    memcpy(ret->bytes, stored.ptr + 1, sizeof ret->bytes);
    return true;
}

/* Books of before are read under their numbers, and stored under ours. */
static sw_err find_catalogue(input *in, const sw_numberings *numberings,
                             const sw_hash128 *catalogue) {
    if (sw_hash128_eq(*catalogue, in->book->plan->catalogue)) return SW_OK;
    in->former = sw_numbers_find(numberings, catalogue);
    in->same = false;
    return in->former ? SW_OK : SW_E_VERSION;
}

static sw_err get_head(input *in, const sw_numberings *numberings, uint64_t *ret_bytes) {
    sw_book *book = in->book;
    uint8_t format, flags;
    sw_hash128 catalogue;
    if (!get_bytes(in, &format, 1)) return SW_E_CORRUPT;
    if (format != SW_BOOK_FORMAT) return SW_E_VERSION;
    if (!get_bytes(in, &catalogue, sizeof catalogue)) return SW_E_CORRUPT;
    sw_err err = find_catalogue(in, numberings, &catalogue);
    if (err) return err;
    if (!get_bytes(in, &book->done_ms, sizeof book->done_ms)) return SW_E_CORRUPT;
    bool never = book->done_ms == SW_TIME_NONE;
    if (!never && (book->done_ms < SW_TIME_FIRST_MS || book->done_ms > SW_TIME_LAST_MS))
        return SW_E_CORRUPT;
    if (!get_bytes(in, &flags, 1) || flags > (SW_BOOK_TAKEN | SW_BOOK_LISTS)) return SW_E_CORRUPT;
    in->taken = flags & SW_BOOK_TAKEN;
    book->lists = (flags & SW_BOOK_LISTS) != 0;
    if (!get_uint(in, (uint64_t)(in->end - in->at), ret_bytes)) return SW_E_CORRUPT;
    return get_untold(in, *ret_bytes);
}

static sw_err get_book(input *in, const sw_numberings *numberings) {
    sw_book *book = in->book;
    uint64_t bytes = 0;
    sw_err err = get_head(in, numberings, &bytes);
    if (!err) err = get_records(in, bytes);
    if (!err && in->at != in->end) err = SW_E_CORRUPT;
    if (!err) err = hold_back(in);
    if (err) return err;
    sw_turn turn = {.book = book, .now_ms = book->done_ms, .arena = in->scratch};
    err = sw_turn_take(&turn);
    if (!err) err = get_tolds(in);
    for (uint32_t i = 0; !err && i < book->run_count; i++) {
        sw_run *run = &sw_book_runs(book)[i];
        run->watch = 0;
        err = measure(in, run);
    }
    if (!err) sw_book_sleep(book);
    if (!err) err = put_back(in);
    if (!err && in->same) sw_book_stored(book);
    return err;
}

sw_err sw_book_decode(const sw_plan *plan, sw_slice value, sw_slice bytes,
                      const sw_numberings *numberings, sw_arena *scratch, sw_book **ret) {
    SW_ASSERT(plan && scratch && ret);
    sw_book *book;
    sw_err err = sw_book_open(plan, value, &book);
    if (err) return err;
    sw_arena_mark mark = sw_arena_save(scratch);
    const uint8_t *at = (const uint8_t *)bytes.ptr;
    input in = {.book = book, .scratch = scratch, .at = at, .end = at + bytes.len, .same = true};
    err = get_book(&in, numberings);
    sw_arena_rewind(scratch, mark);
    if (err) {
        sw_book_close(book);
        return err;
    }
    *ret = book;
    return SW_OK;
}
