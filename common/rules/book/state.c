#include "rules/book/tally.h"

/* Of a book that is larger, what an event comes to is not known before it is read. */
enum { LINE_BYTES = 64, WARM_BYTES = 1024 };

/* Small books are many: they grow by what they need. Large ones are few: they grow by a quarter. */
static uint64_t grown(uint64_t need, uint64_t cap, uint64_t small) {
    if (need <= cap) return cap;
    return need <= small ? need : need + need / 4;
}

/* A bit for each page; a book of one page is stored whole. */
static size_t marks_size(uint64_t bytes) {
    return bytes > SW_BOOK_PAGE_BYTES ? (size_t)(bytes / SW_BOOK_PAGE_BYTES / 8 + 1) : 0;
}

static size_t block_size(uint64_t runs, uint64_t list, uint64_t bytes) {
    return (size_t)(runs * sizeof(sw_run) + list * sizeof(uint32_t) + bytes) + marks_size(bytes);
}

static uint32_t list_len(const sw_book *book) {
    return book->order_count + book->fresh_count + book->aside_count;
}

sw_err sw_book_reserve(sw_book *book, uint32_t runs, uint32_t list, size_t bytes) {
    uint64_t run_cap = grown((uint64_t)book->run_count + runs, book->run_cap, 3);
    uint64_t list_cap = grown((uint64_t)list_len(book) + list, book->list_cap, 4);
    uint64_t bytes_cap = grown((uint64_t)book->bytes_len + bytes, book->bytes_cap, 512);
    if (run_cap == book->run_cap && list_cap == book->list_cap && bytes_cap == book->bytes_cap)
        return SW_OK;
    if (run_cap > UINT32_MAX || list_cap > UINT32_MAX || bytes_cap > UINT32_MAX) return SW_E_LIMIT;
    size_t size = block_size(run_cap, list_cap, bytes_cap);
    size_t whole = (size + 15) & ~(size_t)15; /* the allocator has no sizes between */
    if (bytes_cap + whole - size <= SW_BOOK_PAGE_BYTES) bytes_cap += whole - size;
    uint8_t *block = sw_heap_alloc(whole);
    if (!block) return SW_E_NOMEM;
    sw_book old = *book;
    book->block = block;
    book->run_cap = (uint32_t)run_cap;
    book->list_cap = (uint32_t)list_cap;
    book->bytes_cap = (uint32_t)bytes_cap;
    memset(sw_book_marks(book), 0xff, marks_size(bytes_cap));
    if (!old.block) return SW_OK;
    memcpy(block, old.block, old.run_count * sizeof(sw_run));
    memcpy(sw_book_list(book), sw_book_list(&old), list_len(&old) * sizeof(uint32_t));
    memcpy(sw_book_records(book), sw_book_records(&old), old.bytes_len);
    memcpy(sw_book_marks(book), sw_book_marks(&old), marks_size(old.bytes_cap));
    sw_heap_free(old.block);
    return SW_OK;
}

sw_err sw_book_clone(const sw_book *book, sw_book **ret) {
    size_t size = block_size(book->run_cap, book->list_cap, book->bytes_cap);
    sw_book *copy = sw_heap_alloc(sizeof *copy);
    if (!copy) return SW_E_NOMEM;
    *copy = *book;
    copy->tallies = NULL;
    copy->block = sw_heap_alloc(size);
    if (!copy->block) {
        sw_heap_free(copy);
        return SW_E_NOMEM;
    }
    memcpy(copy->block, book->block, size);
    *ret = copy;
    return SW_OK;
}

sw_err sw_book_open(const sw_plan *plan, sw_slice value, sw_book **ret) {
    SW_ASSERT(plan && ret);
    if (value.len > UINT16_MAX) return SW_E_LIMIT;
    sw_book *book = sw_heap_zero(1, sizeof *book);
    if (!book) return SW_E_NOMEM;
    book->plan = plan;
    book->done_ms = SW_TIME_NONE;
    if (sw_book_reserve(book, 0, 0, 2 + value.len)) {
        sw_heap_free(book);
        return SW_E_NOMEM;
    }
    uint8_t *bytes = sw_book_records(book);
    bytes[0] = (uint8_t)value.len;
    bytes[1] = (uint8_t)(value.len >> 8);
    if (value.len) memcpy(bytes + 2, value.ptr, value.len);
    book->bytes_len = (uint32_t)(2 + value.len);
    *ret = book;
    return SW_OK;
}

void sw_book_close(sw_book *book) {
    if (!book) return;
    sw_tallies_free(book->tallies);
    sw_heap_free(book->block);
    sw_heap_free(book);
}

size_t sw_book_bytes(const sw_book *book) {
    return sw_heap_takes(sizeof *book) +
           sw_heap_takes(block_size(book->run_cap, book->list_cap, book->bytes_cap)) +
           (book->tallies ? book->tallies->bytes : 0);
}

uint32_t sw_book_pages(const sw_book *book) {
    size_t bytes = book->bytes_len - sw_book_first_record(book);
    return bytes ? (uint32_t)((bytes + SW_BOOK_PAGE_BYTES - 1) / SW_BOOK_PAGE_BYTES) : 1;
}

void sw_book_stored(sw_book *book) {
    memset(sw_book_marks(book), 0, marks_size(book->bytes_cap));
}

uint32_t sw_book_find_time(const sw_book *book, int64_t time_ms, bool after) {
    const uint8_t *bytes = sw_book_records(book);
    const uint32_t *list = sw_book_list(book);
    uint32_t low = 0, high = book->order_count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        int64_t time = sw_record_time(bytes, list[mid]);
        if (time < time_ms || (after && time == time_ms))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The first run whose strand is at least `strand`. */
static uint32_t find_strand(const sw_book *book, uint32_t strand) {
    const sw_run *runs = sw_book_runs(book);
    uint32_t low = 0, high = book->active_count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (sw_run_strand(book, &runs[mid]) < strand)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void sw_book_strand_runs(const sw_book *book, uint32_t strand, uint32_t *ret_first,
                         uint32_t *ret_end) {
    const sw_run *runs = sw_book_runs(book);
    uint32_t at = find_strand(book, strand), end = at;
    while (end < book->active_count && sw_run_strand(book, &runs[end]) == strand) end++;
    *ret_first = at;
    *ret_end = end;
}

sw_err sw_book_add_run(sw_book *book, const sw_run *run) {
    sw_err err = sw_book_reserve(book, 1, 0, 0);
    if (err) return err;
    sw_run *runs = sw_book_runs(book), *asleep = &runs[book->active_count];
    uint32_t at = find_strand(book, sw_run_strand(book, run) + 1);
    if (book->run_count > book->active_count) runs[book->run_count] = *asleep;
    memmove(&runs[at + 1], &runs[at], (book->active_count - at) * sizeof *runs);
    runs[at] = *run;
    book->active_count++;
    book->run_count++;
    if (sw_run_is_known(run)) sw_book_mark(book, run->rec);
    return SW_OK;
}

/* Takes a run out of the active ones; its place is free then behind them. */
static void leave_active(sw_book *book, uint32_t index) {
    sw_run *runs = sw_book_runs(book);
    book->active_count--;
    memmove(&runs[index], &runs[index + 1], (book->active_count - index) * sizeof *runs);
}

void sw_book_drop_run(sw_book *book, uint32_t index) {
    SW_ASSERT(index < book->run_count);
    sw_run *runs = sw_book_runs(book);
    uint32_t hole = index;
    if (sw_run_is_known(&runs[index])) sw_book_mark(book, runs[index].rec);
    if (index < book->active_count) {
        leave_active(book, index);
        hole = book->active_count;
    }
    book->run_count--;
    if (hole != book->run_count) runs[hole] = runs[book->run_count];
}

void sw_book_sleep(sw_book *book) {
    for (uint32_t i = book->active_count; i-- > 0;) {
        sw_run run = sw_book_runs(book)[i];
        if ((run.flags & SW_RUN_GONE) && !(run.flags & SW_RUN_TOUCHED)) {
            sw_book_drop_run(book, i);
            continue;
        }
        bool done = (run.flags & SW_RUN_CLOSED) || sw_run_rule(book, &run)->kind != SW_DEADLINE;
        if (!done || run.next_ms != SW_TIME_MAX || (run.flags & SW_RUN_TOUCHED)) continue;
        leave_active(book, i);
        sw_book_runs(book)[book->active_count] = run;
    }
}

void sw_book_warm(const sw_book *book) {
    size_t size = block_size(book->run_cap, book->list_cap, book->bytes_cap);
    if (size > WARM_BYTES) size = WARM_BYTES;
    for (size_t at = 0; at < size; at += LINE_BYTES) __builtin_prefetch(book->block + at);
}
