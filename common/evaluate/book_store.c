#include "evaluate/book_store.h"

#include "base/wire.h"
#include "env/limits.h"

#define HEAD_VERSION    1
#define SCRATCH_BYTES   ((size_t)256 << 20)
#define BOOK_BYTES_MAX  ((size_t)1 << 30)
#define ROW_KEY_MAX     (SW_KEY_BYTES_MAX + 2)
#define FIRST_PAGE_ROOM (SW_BOOK_PAGE_BYTES - SW_BOOK_HEAD_BYTES)

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
    sw_heap_free(kept->hashes);
    sw_heap_free(kept);
}

/* ---- rows ---- */

sw_slice sw_book_row_key(sw_slice key, uint32_t page, char *room) {
    if (key.len) memcpy(room, key.ptr, key.len);
    sw_wire_put_be(room + key.len, page, 2);
    return sw_slice_of(room, key.len + 2);
}

bool sw_book_head_read(sw_slice row_key, sw_slice row, sw_slice *ret_key, sw_book_head *ret) {
    if (row_key.len < 2 || row.len < SW_BOOK_HEAD_BYTES || row.ptr[0] != HEAD_VERSION) return false;
    if (sw_wire_get_be(row_key.ptr + row_key.len - 2, 2) != 0) return false;
    memcpy(ret->packs.bytes, row.ptr + 1, sizeof ret->packs.bytes);
    ret->timer_ms = (int64_t)sw_wire_get_le(row.ptr + 17, 8);
    ret->pages = (uint32_t)sw_wire_get_le(row.ptr + 25, 2);
    *ret_key = sw_slice_sub(row_key, 0, row_key.len - 2);
    return ret->pages > 0;
}

static void put_head(sw_buf *out, const sw_book_head *head) {
    char bytes[SW_BOOK_HEAD_BYTES];
    bytes[0] = HEAD_VERSION;
    memcpy(bytes + 1, head->packs.bytes, sizeof head->packs.bytes);
    sw_wire_put_le(bytes + 17, (uint64_t)head->timer_ms, 8);
    sw_wire_put_le(bytes + 25, head->pages, 2);
    sw_buf_add(out, sw_slice_of(bytes, sizeof bytes));
}

/* ---- reading ---- */

/* All pages as one text; that of a book of one page is borrowed from its row. */
static sw_err gather(sw_slice key, sw_book_source source, sw_slice first, uint32_t pages,
                     sw_buf *joined, sw_slice *ret, uint64_t *hashes) {
    char room[ROW_KEY_MAX];
    *ret = sw_slice_sub(first, SW_BOOK_HEAD_BYTES, first.len);
    if (pages == 1) return SW_OK;
    sw_buf_add(joined, *ret);
    for (uint32_t i = 1; i < pages; i++) {
        sw_slice row;
        sw_err err = source.get(source.arg, sw_book_row_key(key, i, room), &row);
        if (err) return err == SW_E_NOT_FOUND ? SW_E_CORRUPT : err;
        if (hashes) hashes[i - 1] = sw_hash64(row);
        sw_buf_add(joined, row);
    }
    *ret = sw_buf_slice(joined);
    return joined->err;
}

static sw_err read_pages(const sw_plan *plan, sw_slice key, sw_slice value, sw_book_source source,
                         sw_arena *scratch, sw_book_head *head, uint64_t **ret_hashes,
                         sw_book **ret) {
    char room[ROW_KEY_MAX];
    sw_slice row_key = sw_book_row_key(key, 0, room), first, bytes, same;
    sw_err err = source.get(source.arg, row_key, &first);
    if (err) return err;
    if (!sw_book_head_read(row_key, first, &same, head)) return SW_E_CORRUPT;
    uint64_t *hashes = NULL;
    if (ret_hashes && head->pages > 1) {
        hashes = sw_heap_zero(head->pages, sizeof *hashes);
        if (!hashes) return SW_E_NOMEM;
    }
    sw_buf joined;
    sw_buf_init(&joined, BOOK_BYTES_MAX);
    err = gather(key, source, first, head->pages, &joined, &bytes, hashes);
    if (!err) err = sw_book_decode(plan, value, bytes, scratch, ret);
    sw_buf_done(&joined);
    if (err)
        sw_heap_free(hashes);
    else if (ret_hashes)
        *ret_hashes = hashes;
    return err;
}

sw_err sw_book_read_stored(const sw_plan *plan, sw_slice key, sw_slice value, sw_book_source source,
                           sw_arena *scratch, sw_book_head *ret_head, sw_book **ret) {
    SW_ASSERT(plan && source.get && scratch && ret_head && ret);
    if (key.len > SW_KEY_BYTES_MAX) return SW_E_NOT_FOUND;
    return read_pages(plan, key, value, source, scratch, ret_head, NULL, ret);
}

static sw_err get_row(void *arg, sw_slice row_key, sw_slice *ret_row) {
    return sw_rows_get(*(const sw_rows *)arg, row_key, ret_row);
}

static sw_err load(const void *arg, sw_rows rows, sw_slice key, void **ret) {
    const sw_evaluator *evaluator = arg;
    sw_slice value;
    const sw_plan *plan = sw_evaluator_plan(evaluator, key, &value);
    if (!plan) return SW_E_NOT_FOUND;
    sw_kept_book *kept = sw_heap_zero(1, sizeof *kept);
    if (!kept) return SW_E_NOMEM;
    sw_arena scratch;
    sw_book_head head;
    sw_arena_init(&scratch, SCRATCH_BYTES);
    sw_err err = read_pages(plan, key, value, (sw_book_source){&rows, get_row}, &scratch, &head,
                            &kept->hashes, &kept->book);
    sw_arena_done(&scratch);
    if (err) {
        sw_heap_free(kept);
        return err;
    }
    kept->timer_ms = head.timer_ms;
    kept->pages = head.pages;
    kept->stale = !sw_hash128_eq(head.packs, sw_evaluator_packs(evaluator));
    *ret = kept;
    return SW_OK;
}

/* ---- writing ---- */

static sw_err delete_pages(sw_rows rows, sw_slice key, uint32_t from, uint32_t to) {
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
    return delete_pages(rows, key, 0, head.pages);
}

/* Writes the pages behind the first that are not stored as they are. */
static sw_err put_pages(sw_kept_book *kept, sw_rows rows, sw_slice key, sw_slice rest,
                        uint32_t pages) {
    char room[ROW_KEY_MAX];
    uint64_t *hashes = sw_heap_zero(pages, sizeof *hashes);
    if (!hashes) return SW_E_NOMEM;
    sw_err err = SW_OK;
    for (uint32_t i = 1; i < pages && !err; i++) {
        size_t from = (i - 1) * SW_BOOK_PAGE_BYTES, to = from + SW_BOOK_PAGE_BYTES;
        sw_slice page = sw_slice_sub(rest, from, to < rest.len ? to : rest.len);
        hashes[i - 1] = sw_hash64(page);
        bool same = i < kept->pages && kept->hashes && kept->hashes[i - 1] == hashes[i - 1];
        if (!same) err = sw_rows_put(rows, sw_book_row_key(key, i, room), page);
    }
    sw_heap_free(kept->hashes);
    kept->hashes = err ? NULL : hashes;
    if (err) sw_heap_free(hashes);
    return err;
}

static sw_err put_book(const sw_evaluator *evaluator, sw_kept_book *kept, sw_rows rows,
                       sw_slice key, sw_buf *out) {
    char room[ROW_KEY_MAX];
    sw_book_head head = {.packs = sw_evaluator_packs(evaluator), .timer_ms = kept->timer_ms};
    put_head(out, &head);
    sw_err err = sw_book_encode(kept->book, out);
    if (err) return err;
    sw_slice all = sw_buf_slice(out), rest = SW_SLICE_NONE;
    if (all.len > SW_BOOK_PAGE_BYTES) rest = sw_slice_sub(all, SW_BOOK_PAGE_BYTES, all.len);
    size_t pages = 1 + (rest.len + SW_BOOK_PAGE_BYTES - 1) / SW_BOOK_PAGE_BYTES;
    if (pages > UINT16_MAX) return SW_E_LIMIT;
    sw_wire_put_le(out->ptr + 25, pages, 2);
    err =
        sw_rows_put(rows, sw_book_row_key(key, 0, room), sw_slice_sub(all, 0, all.len - rest.len));
    if (!err && (pages > 1 || kept->hashes))
        err = put_pages(kept, rows, key, rest, (uint32_t)pages);
    if (!err) err = delete_pages(rows, key, (uint32_t)pages, kept->pages);
    if (!err) kept->pages = (uint32_t)pages;
    return err;
}

static sw_err save(const void *arg, sw_rows rows, sw_slice key, void *object) {
    if (!object) return delete_all(rows, key);
    sw_buf out;
    sw_buf_init(&out, BOOK_BYTES_MAX);
    (void)!sw_buf_room(&out, sw_book_bytes(((sw_kept_book *)object)->book));
    sw_err err = put_book(arg, object, rows, key, &out);
    sw_buf_done(&out);
    return err;
}

static size_t bytes(const void *arg, const void *object) {
    const sw_kept_book *kept = object;
    (void)arg;
    return sizeof *kept + sw_book_bytes(kept->book) + (kept->hashes ? kept->pages * 8 : 0);
}

static void release(const void *arg, void *object) {
    (void)arg;
    sw_kept_book_free(object);
}

const sw_object_codec sw_book_codec = {.load = load, .save = save, .bytes = bytes, .free = release};

const sw_processor_store sw_evaluator_stores[SW_EVALUATOR_STORES] = {
    [SW_EVALUATOR_BOOKS] = {.name = "books", .version = 1, .objects = &sw_book_codec},
    [SW_EVALUATOR_MARKS] = {.name = "marks", .version = 1},
};
