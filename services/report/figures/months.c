#include "report/figures/months.h"

#include "base/arena.h"

/* The row as it is written: what is counted up is mostly one byte of it. */
struct sw_months {
    sw_buf row;
};

sw_months *sw_months_new(void) {
    sw_months *months = sw_heap_zero(1, sizeof *months);
    if (months) sw_buf_init(&months->row, SW_FIGURE_ROW_BYTES_MAX);
    return months;
}

/* Puts other bytes in the place of some. SW_E_LIMIT, SW_E_NOMEM: all is as it was. */
static sw_err splice(sw_buf *row, size_t from, size_t to, sw_slice bytes) {
    const size_t tail = row->len - to, len = from + bytes.len + tail;
    if (len > row->len && !sw_buf_room(row, len - row->len)) {
        const sw_err err = row->err;
        row->err = SW_OK;
        return err;
    }
    memmove(row->ptr + from + bytes.len, row->ptr + to, tail);
    if (bytes.len) memcpy(row->ptr + from, bytes.ptr, bytes.len);
    row->len = len;
    return SW_OK;
}

static sw_err write_part(sw_months *months, size_t from, size_t to, const sw_figure_part *part,
                         const sw_month *month) {
    char space[UINT8_MAX], written[SW_FIGURE_PART_BYTES_MAX];
    sw_buf days = {.ptr = space, .cap = sizeof space, .max = sizeof space};
    sw_buf bytes = {.ptr = written, .cap = sizeof written, .max = sizeof written};
    sw_month_write(month, &days);
    sw_figure_part whole = *part;
    whole.days = sw_buf_slice(&days);
    sw_figure_part_write(&whole, &bytes);
    SW_ASSERT(!days.err && !bytes.err);
    return splice(&months->row, from, to, whole.days.len ? sw_buf_slice(&bytes) : SW_SLICE_NONE);
}

sw_err sw_months_move(sw_months *months, const sw_figure_part *part, uint32_t day, int32_t by) {
    sw_figure_place at;
    sw_month month;
    SW_ASSERT(day < SW_COUNT(month.days) && (by == 1 || by == -1));
    if (!sw_figure_part_find(sw_buf_slice(&months->row), part, &at)) return SW_E_NOT_FOUND;
    char *days = months->row.ptr + at.days;
    const size_t days_len = at.to - at.days;
    if (sw_month_nudge(days, days_len, day, by)) return SW_OK;
    const bool ok = sw_month_read(sw_slice_of(days, days_len), &month);
    SW_ASSERT(ok);
    if (by < 0 && month.days[day] == 0) return SW_E_NOT_FOUND;
    month.days[day] += (uint32_t)by;
    return write_part(months, at.from, at.to, part, &month);
}

sw_err sw_months_add(sw_months *months, const sw_figure_part *part, uint32_t day) {
    sw_month month = {0};
    SW_ASSERT(day < SW_COUNT(month.days) && !sw_months_has(months, part));
    month.days[day] = 1;
    return write_part(months, months->row.len, months->row.len, part, &month);
}

bool sw_months_has(const sw_months *months, const sw_figure_part *part) {
    sw_figure_place at;
    return sw_figure_part_find(sw_buf_slice(&months->row), part, &at);
}

bool sw_months_roomy(const sw_months *months, uint64_t indicator) {
    sw_slice rest = sw_buf_slice(&months->row);
    uint32_t count = 0;
    bool ok;
    if (rest.len > SW_FIGURE_SPLITS_BYTES_MAX) return false;
    for (sw_figure_part part; sw_figure_part_next(&rest, &part, &ok);)
        count += part.indicator == indicator;
    SW_ASSERT(ok);
    return count < SW_FIGURE_PARTS_MAX;
}

/* ---- rows ------------------------------------------------------------------------------- */

static void free_months(const void *arg, void *object) {
    sw_months *months = object;
    (void)arg;
    sw_buf_done(&months->row);
    sw_heap_free(months);
}

static bool is_row(sw_slice row) {
    sw_figure_part part;
    sw_month month;
    bool ok = true;
    while (ok && sw_figure_part_next(&row, &part, &ok)) ok = sw_month_read(part.days, &month);
    return ok;
}

static sw_err load_months(const void *arg, sw_rows rows, sw_slice key, void **ret) {
    sw_slice row;
    sw_err err = sw_rows_get(rows, key, &row);
    if (err) return err;
    if (!is_row(row)) return SW_E_CORRUPT;
    sw_months *months = sw_months_new();
    if (!months) return SW_E_NOMEM;
    err = sw_buf_add(&months->row, row);
    if (err)
        free_months(arg, months);
    else
        *ret = months;
    return err;
}

static sw_err save_months(const void *arg, sw_rows rows, sw_slice key, void *object) {
    const sw_months *months = object;
    (void)arg;
    if (!months || months->row.len == 0) return sw_rows_delete(rows, key);
    return sw_rows_put(rows, key, sw_buf_slice(&months->row));
}

static size_t months_bytes(const void *arg, const void *object) {
    const sw_months *months = object;
    (void)arg;
    return sizeof *months + months->row.cap;
}

const sw_object_codec sw_months_codec = {load_months, save_months, months_bytes, free_months};
