#include "rules/book/stored.h"

#include <stdlib.h>

/* What was told of one run. Of a pair `second` is the other record. */
typedef struct told_run {
    uint32_t rec, strand, second;
    const sw_run *run;
} told_run;

static int by_record(const void *a, const void *b) {
    const told_run *x = a, *y = b;
    if (x->rec != y->rec) return x->rec < y->rec ? -1 : 1;
    if (x->strand != y->strand) return x->strand < y->strand ? -1 : 1;
    if (x->second != y->second) return x->second < y->second ? -1 : 1;
    return (x->run->combo > y->run->combo) - (x->run->combo < y->run->combo);
}

/* Those of small books are few, and mostly in order. */
static void sort_told(told_run *tolds, uint32_t count) {
    for (uint32_t i = 1; i < count; i++)
        if (by_record(&tolds[i - 1], &tolds[i]) > 0) {
            qsort(tolds, count, sizeof *tolds, by_record);
            return;
        }
}

static bool is_wanted(const sw_book *book, bool all, uint32_t rec) {
    return all || sw_book_page_changed(book, sw_book_page_of(book, rec));
}

/* The told runs of the pages that are written; `ret` NULL: only how many. */
static uint32_t list_told(const sw_book *book, bool all, told_run *ret) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < book->run_count; i++) {
        const sw_run *run = &sw_book_runs(book)[i];
        if (!sw_run_is_known(run) || !is_wanted(book, all, run->rec)) continue;
        bool pair = ret && sw_run_rule(book, run)->kind == SW_MATCH;
        if (ret)
            ret[count] = (told_run){.rec = run->rec,
                                    .strand = sw_run_strand(book, run),
                                    .second = pair ? run->stop_rec : 0,
                                    .run = run};
        count++;
    }
    return count;
}

static uint8_t *put_uint(uint8_t *to, uint64_t n) {
    return to + sw_pack_uint(to, n);
}

#define PACKED_MAX 5u /* of 32 bits */

static void put_told(const sw_book *book, const told_run *t, uint32_t page, sw_buf *out) {
    const sw_rule *rule = sw_run_rule(book, t->run);
    uint32_t first = sw_book_first_record(book);
    size_t most = rule->id.len + (5 + rule->key_count + SW_LEVELS) * PACKED_MAX + 1;
    uint8_t *start = (uint8_t *)sw_buf_room(out, most), *to = start;
    if (!start) return;
    to = put_uint(to, rule->id.len);
    memcpy(to, rule->id.ptr, rule->id.len);
    to = put_uint(to + rule->id.len, rule->key_count);
    for (uint32_t i = 0; i < rule->key_count; i++) to = put_uint(to, rule->key_ids[i]);
    to = put_uint(to, t->rec - first - page * (uint32_t)SW_BOOK_PAGE_BYTES);
    to = put_uint(to, t->second ? t->second - first + 1 : 0);
    to = put_uint(to, t->run->combo);
    bool listed = t->run->flags & SW_RUN_LISTED, resolved = t->run->flags & SW_RUN_RESOLVED;
    *to++ = (uint8_t)((resolved ? SW_TOLD_RESOLVED : 0) | (listed ? SW_TOLD_LISTED : 0));
    for (uint32_t l = 0; l < SW_LEVELS; l++) to = put_uint(to, t->run->told[l]);
    sw_buf_wrote(out, (size_t)(to - start));
}

static void add_uint(sw_buf *out, uint64_t n) {
    uint8_t packed[10];
    sw_buf_add(out, sw_slice_of(packed, sw_pack_uint(packed, n)));
}

static void put_page(const sw_book *book, uint32_t page, const told_run *tolds, uint32_t count,
                     sw_buf *out) {
    const uint8_t *records = sw_book_records(book) + sw_book_first_record(book);
    size_t bytes = book->bytes_len - sw_book_first_record(book);
    size_t from = page * SW_BOOK_PAGE_BYTES, to = from + SW_BOOK_PAGE_BYTES;
    uint32_t size = 0;
    sw_buf_add(out, sw_slice_of(records + from, (to < bytes ? to : bytes) - from));
    sw_buf_add(out, sw_slice_of(&size, sizeof size));
    size_t mark = out->len;
    add_uint(out, count);
    for (uint32_t i = 0; i < count; i++) put_told(book, &tolds[i], page, out);
    size = (uint32_t)(out->len - mark);
    if (!out->err) memcpy(out->ptr + mark - sizeof size, &size, sizeof size);
}

static sw_err put_pages(const sw_book *book, bool all, const told_run *tolds, uint32_t count,
                        sw_buf *out, const sw_book_page_sink *sink) {
    for (uint32_t page = 0, at = 0; page < sw_book_pages(book); page++) {
        if (!all && !sw_book_page_changed(book, page)) continue;
        uint32_t end = at;
        while (end < count && sw_book_page_of(book, tolds[end].rec) == page) end++;
        put_page(book, page, tolds + at, end - at, out);
        at = end;
        sw_err err = out->err ? out->err : sink ? sink->page(sink->ctx, page, out) : SW_OK;
        if (err) return err;
    }
    return SW_OK;
}

/* A list on the stack does for most books. */
#define FEW 12u

sw_err sw_book_encode_pages(const sw_book *book, bool all, sw_buf *out,
                            const sw_book_page_sink *sink) {
    SW_ASSERT(book && out);
    told_run few[FEW], *tolds = few;
    uint32_t count = book->run_count;
    if (sw_book_pages(book) == 1) all = true;
    if (count > FEW) {
        count = list_told(book, all, NULL);
        tolds = sw_heap_zero(count, sizeof *tolds);
        if (!tolds) return SW_E_NOMEM;
    }
    count = list_told(book, all, tolds);
    sort_told(tolds, count);
    sw_err err = put_pages(book, all, tolds, count, out, sink);
    if (tolds != few) sw_heap_free(tolds);
    return err;
}

/* What waits and is not after the last tell was taken since. */
sw_err sw_book_encode_head(const sw_book *book, sw_buf *out) {
    SW_ASSERT(book && out);
    uint32_t untold = 0, first = sw_book_first_record(book);
    const uint32_t *fresh = sw_book_list(book) + book->order_count;
    while (untold < book->fresh_count &&
           sw_record_time(sw_book_records(book), fresh[untold]) <= book->done_ms)
        untold++;
    sw_buf_add_byte(out, SW_BOOK_FORMAT);
    sw_buf_add(out, sw_slice_of(&book->plan->catalogue, sizeof book->plan->catalogue));
    sw_buf_add(out, sw_slice_of(&book->done_ms, sizeof book->done_ms));
    sw_buf_add_byte(out,
                    (char)((book->taken ? SW_BOOK_TAKEN : 0) | (book->lists ? SW_BOOK_LISTS : 0)));
    add_uint(out, book->bytes_len - first);
    add_uint(out, untold);
    for (uint32_t i = 0; i < untold; i++) add_uint(out, fresh[i] - first);
    return out->err;
}

sw_err sw_book_encode(const sw_book *book, sw_buf *out) {
    sw_err err = sw_book_encode_head(book, out);
    return err ? err : sw_book_encode_pages(book, true, out, NULL);
}
