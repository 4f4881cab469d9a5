#include "evaluate/book_store.h"

#include "base/wire.h"

#define HEAD_VERSION   2
#define SCRATCH_BYTES  ((size_t)256 << 20)
#define BOOK_BYTES_MAX ((size_t)1 << 30)
#define ROW_KEY_MAX    (SW_KEY_BYTES_MAX + 2)

sw_err sw_kept_book_new(const sw_plan *plan, sw_slice value, sw_kept_book **ret) {
    sw_kept_book *kept = sw_heap_zero(1, sizeof *kept);
    if (!kept) return SW_E_NOMEM;
    sw_err err = sw_book_open(plan, value, &kept->book);
    if (err) {
        sw_heap_free(kept);
        return err;
    }
    kept->timer_ms = SW_TIME_MAX;
    *ret = kept;
    return SW_OK;
}

void sw_kept_book_free(sw_kept_book *kept) {
    if (!kept) return;
    sw_book_close(kept->book);
    sw_heap_free(kept);
}

/* ---- rows ---- */

sw_slice sw_book_row_key(sw_slice key, uint32_t number, char *room) {
    if (key.len) memcpy(room, key.ptr, key.len);
    sw_wire_put_be(room + key.len, number, 2);
    return sw_slice_of(room, key.len + 2);
}

bool sw_book_head_read(sw_slice row_key, sw_slice row, sw_slice *ret_key, sw_book_head *ret) {
    if (row_key.len < 2 || row.len < SW_BOOK_HEAD_BYTES || row.ptr[0] != HEAD_VERSION) return false;
    if (sw_wire_get_be(row_key.ptr + row_key.len - 2, 2) != 0) return false;
    memcpy(ret->packs.bytes, row.ptr + 1, sizeof ret->packs.bytes);
    ret->timer_ms = (int64_t)sw_wire_get_le(row.ptr + 17, 8);
    ret->rows = (uint32_t)sw_wire_get_le(row.ptr + 25, 2);
    *ret_key = sw_slice_sub(row_key, 0, row_key.len - 2);
    return ret->rows > 0;
}

static void put_head(sw_buf *out, const sw_book_head *head) {
    char bytes[SW_BOOK_HEAD_BYTES];
    bytes[0] = HEAD_VERSION;
    memcpy(bytes + 1, head->packs.bytes, sizeof head->packs.bytes);
    sw_wire_put_le(bytes + 17, (uint64_t)head->timer_ms, 8);
    sw_wire_put_le(bytes + 25, head->rows, 2);
    sw_buf_add(out, sw_slice_of(bytes, sizeof bytes));
}

/* ---- reading ---- */

/* All rows as one text; that of a book of one row is borrowed from it. */
static sw_err gather(sw_slice key, sw_book_source source, sw_slice first, uint32_t rows,
                     sw_buf *joined, sw_slice *ret) {
    char room[ROW_KEY_MAX];
    *ret = sw_slice_sub(first, SW_BOOK_HEAD_BYTES, first.len);
    if (rows == 1) return SW_OK;
    sw_buf_add(joined, *ret);
    for (uint32_t i = 1; i < rows; i++) {
        sw_slice row;
        sw_err err = source.get(source.arg, sw_book_row_key(key, i, room), &row);
        if (err) return err == SW_E_NOT_FOUND ? SW_E_CORRUPT : err;
        sw_buf_add(joined, row);
    }
    *ret = sw_buf_slice(joined);
    return joined->err;
}

sw_err sw_book_read_stored(const sw_evaluator *evaluator, sw_slice key, sw_book_source source,
                           sw_arena *scratch, sw_book_head *ret_head, sw_book **ret) {
    SW_ASSERT(evaluator && source.get && scratch && ret_head && ret);
    sw_slice value;
    const sw_plan *plan = sw_evaluator_plan(evaluator, key, &value);
    if (!plan || key.len > SW_KEY_BYTES_MAX) return SW_E_NOT_FOUND;
    char room[ROW_KEY_MAX];
    sw_slice row_key = sw_book_row_key(key, 0, room), first, bytes, same;
    sw_err err = source.get(source.arg, row_key, &first);
    if (err) return err;
    if (!sw_book_head_read(row_key, first, &same, ret_head)) return SW_E_CORRUPT;
    sw_buf joined;
    sw_buf_init(&joined, BOOK_BYTES_MAX);
    err = gather(key, source, first, ret_head->rows, &joined, &bytes);
    if (!err)
        err = sw_book_decode(plan, value, bytes, sw_evaluator_former(evaluator), scratch, ret);
    sw_buf_done(&joined);
    return err;
}

static sw_err get_row(void *arg, sw_slice row_key, sw_slice *ret_row) {
    return sw_rows_get(*(const sw_rows *)arg, row_key, ret_row);
}

static sw_err load(const void *arg, sw_rows rows, sw_slice key, void **ret) {
    const sw_evaluator *evaluator = arg;
    sw_kept_book *kept = sw_heap_zero(1, sizeof *kept);
    if (!kept) return SW_E_NOMEM;
    sw_arena scratch;
    sw_book_head head;
    sw_arena_init(&scratch, SCRATCH_BYTES);
    sw_err err = sw_book_read_stored(evaluator, key, (sw_book_source){&rows, get_row}, &scratch,
                                     &head, &kept->book);
    sw_arena_done(&scratch);
    if (err) {
        sw_heap_free(kept);
        return err;
    }
    kept->timer_ms = head.timer_ms;
    kept->rows = head.rows;
    kept->stale = !sw_hash128_eq(head.packs, sw_evaluator_packs(evaluator));
    *ret = kept;
    return SW_OK;
}

/* ---- writing ---- */

static sw_err delete_rows(sw_rows rows, sw_slice key, uint32_t from, uint32_t to) {
    char room[ROW_KEY_MAX];
    for (uint32_t i = from; i < to; i++) {
        sw_err err = sw_rows_delete(rows, sw_book_row_key(key, i, room));
        if (err) return err;
    }
    return SW_OK;
}

static sw_err delete_all(sw_rows rows, sw_slice key) {
    char room[ROW_KEY_MAX];
    sw_slice row_key = sw_book_row_key(key, 0, room), row, same;
    sw_book_head head;
    sw_err err = sw_rows_get(rows, row_key, &row);
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err;
    if (!sw_book_head_read(row_key, row, &same, &head)) return SW_E_CORRUPT;
    return delete_rows(rows, key, 0, head.rows);
}

typedef struct page_rows {
    sw_rows rows;
    sw_slice key;
} page_rows;

static sw_err put_row(sw_rows rows, sw_slice key, uint32_t number, const sw_buf *row) {
    char room[ROW_KEY_MAX];
    if (row->len > SW_BOOK_ROW_BYTES_MAX) return SW_E_LIMIT;
    return sw_rows_put(rows, sw_book_row_key(key, number, room), sw_buf_slice(row));
}

static sw_err put_page(void *ctx, uint32_t page, sw_buf *out) {
    const page_rows *to = ctx;
    sw_err err = put_row(to->rows, to->key, page + 1, out);
    sw_buf_clear(out);
    return err;
}

/* Row 0, then the pages of a book that has several: all of them when it had a single row. */
static sw_err put_book(const sw_evaluator *evaluator, sw_kept_book *kept, sw_rows rows,
                       sw_slice key, sw_buf *out) {
    uint32_t pages = sw_book_pages(kept->book), count = pages == 1 ? 1 : pages + 1;
    if (count > UINT16_MAX) return SW_E_LIMIT;
    const sw_book_head head = {
        .packs = sw_evaluator_packs(evaluator), .timer_ms = kept->timer_ms, .rows = count};
    page_rows to = {rows, key};
    const sw_book_page_sink sink = {&to, put_page};
    put_head(out, &head);
    sw_err err = sw_book_encode_head(kept->book, out);
    if (!err && count == 1) err = sw_book_encode_pages(kept->book, true, out, NULL);
    if (!err) err = put_row(rows, key, 0, out);
    sw_buf_clear(out);
    if (!err && count > 1) err = sw_book_encode_pages(kept->book, kept->rows < 2, out, &sink);
    if (!err) err = delete_rows(rows, key, count, kept->rows);
    if (err) return err;
    kept->rows = count;
    sw_book_stored(kept->book);
    return SW_OK;
}

static sw_err save(const void *arg, sw_rows rows, sw_slice key, void *object) {
    if (!object) return delete_all(rows, key);
    sw_kept_book *kept = object;
    size_t whole = sw_book_bytes(kept->book);
    sw_buf out;
    sw_buf_init(&out, BOOK_BYTES_MAX);
    (void)!sw_buf_room(&out, whole < SW_BOOK_PAGE_BYTES ? whole : SW_BOOK_PAGE_BYTES);
    sw_err err = put_book(arg, kept, rows, key, &out);
    sw_buf_done(&out);
    return err;
}

static size_t bytes(const void *arg, const void *object) {
    const sw_kept_book *kept = object;
    (void)arg;
    return sw_heap_takes(sizeof *kept) + sw_book_bytes(kept->book);
}

static void release(const void *arg, void *object) {
    (void)arg;
    sw_kept_book_free(object);
}

static sw_slice first_row(sw_slice key, char room[SW_OBJECT_ROW_BYTES_MAX]) {
    return sw_book_row_key(key, 0, room);
}

static void warm(const void *arg, const void *object, int step) {
    const sw_kept_book *kept = object;
    (void)arg;
    if (step == 0)
        __builtin_prefetch(kept->book);
    else
        sw_book_warm(kept->book);
}

const sw_object_codec sw_book_codec = {
    .load = load, .save = save, .bytes = bytes, .free = release, .row = first_row, .warm = warm};

const sw_processor_store sw_evaluator_stores[SW_EVALUATOR_STORES] = {
    [SW_EVALUATOR_BOOKS] =
        {.name = "books", .version = 2, .objects = &sw_book_codec, .hot = true, .rewritten = true},
    [SW_EVALUATOR_MARKS] = {.name = "marks", .version = 1},
};
