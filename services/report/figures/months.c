#include "report/figures/months.h"

#include "base/arena.h"

typedef struct part {
    struct part *next;
    sw_month month;
    bool has_unit, elsewhere;
    char unit[SW_UNIT_DIGITS];
    uint8_t split_len;
    char split[];
} part;

struct sw_months {
    part *first; /* in order of coming */
    uint32_t count;
    size_t bytes;
};

sw_months *sw_months_new(void) {
    sw_months *months = sw_heap_zero(1, sizeof *months);
    if (months) months->bytes = sizeof *months;
    return months;
}

static sw_slice unit_of(const part *p) {
    return sw_slice_of(p->unit, p->has_unit ? SW_UNIT_DIGITS : 0);
}

static sw_slice split_of(const part *p) {
    return sw_slice_of(p->split, p->split_len);
}

/* Where the part is linked, or would be. */
static part **link_of(sw_months *months, const sw_figure_part *wanted) {
    part **at = &months->first;
    while (*at &&
           ((*at)->elsewhere != wanted->elsewhere || !sw_slice_eq(split_of(*at), wanted->split) ||
            !sw_slice_eq(unit_of(*at), wanted->unit)))
        at = &(*at)->next;
    return at;
}

static part *link_new(sw_months *months, part **at, const sw_figure_part *like) {
    SW_ASSERT(like->split.len <= SW_SPLIT_BYTES_MAX && like->unit.len <= SW_UNIT_DIGITS);
    part *p = sw_heap_zero(1, sizeof *p + like->split.len);
    if (!p) return NULL;
    p->has_unit = like->unit.len > 0;
    p->elsewhere = like->elsewhere;
    p->split_len = (uint8_t)like->split.len;
    if (like->unit.len) memcpy(p->unit, like->unit.ptr, like->unit.len);
    if (like->split.len) memcpy(p->split, like->split.ptr, like->split.len);
    *at = p;
    months->count++;
    months->bytes += sizeof *p + like->split.len;
    return p;
}

static bool is_empty(const sw_month *month) {
    uint32_t any = 0;
    for (uint32_t day = 0; day < SW_COUNT(month->days); day++) any |= month->days[day];
    return any == 0;
}

static void take_out(sw_months *months, part **at) {
    part *p = *at;
    *at = p->next;
    months->count--;
    months->bytes -= sizeof *p + p->split_len;
    sw_heap_free(p);
}

sw_err sw_months_move(sw_months *months, const sw_figure_part *wanted, uint32_t day, int32_t by) {
    part **at = link_of(months, wanted);
    SW_ASSERT(day < SW_COUNT((*at)->month.days) && (by == 1 || by == -1));
    if (!*at || (by < 0 && (*at)->month.days[day] == 0)) return SW_E_NOT_FOUND;
    (*at)->month.days[day] += (uint32_t)by;
    if (by < 0 && is_empty(&(*at)->month)) take_out(months, at);
    return SW_OK;
}

sw_err sw_months_add(sw_months *months, const sw_figure_part *wanted, uint32_t day) {
    part **at = link_of(months, wanted);
    SW_ASSERT(!*at && day < SW_COUNT((*at)->month.days));
    part *p = link_new(months, at, wanted);
    if (!p) return SW_E_NOMEM;
    p->month.days[day] = 1;
    return SW_OK;
}

bool sw_months_has(const sw_months *months, const sw_figure_part *wanted) {
    return *link_of((sw_months *)(uintptr_t)months, wanted) != NULL;
}

uint32_t sw_months_count(const sw_months *months) {
    return months->count;
}

/* ---- rows ------------------------------------------------------------------------------- */

static void free_months(const void *arg, void *object) {
    sw_months *months = object;
    (void)arg;
    while (months->first) take_out(months, &months->first);
    sw_heap_free(months);
}

static sw_err read_parts(sw_months *months, sw_slice row) {
    part **end = &months->first;
    sw_figure_part next;
    bool ok;
    while (sw_figure_part_next(&row, &next, &ok)) {
        if (next.split.len > SW_SPLIT_BYTES_MAX) return SW_E_CORRUPT;
        part *p = link_new(months, end, &next);
        if (!p) return SW_E_NOMEM;
        if (!sw_month_read(next.days, &p->month)) return SW_E_CORRUPT;
        end = &p->next;
    }
    return ok ? SW_OK : SW_E_CORRUPT;
}

static sw_err load_months(const void *arg, sw_rows rows, sw_slice key, void **ret) {
    sw_slice bytes;
    sw_err err = sw_rows_get(rows, key, &bytes);
    if (err) return err;
    sw_months *months = sw_months_new();
    if (!months) return SW_E_NOMEM;
    err = read_parts(months, bytes);
    if (err)
        free_months(arg, months);
    else
        *ret = months;
    return err;
}

static void write_part(const part *p, sw_buf *out) {
    char space[UINT8_MAX];
    sw_buf days = {.ptr = space, .cap = sizeof space, .max = sizeof space};
    sw_month_write(&p->month, &days);
    const sw_figure_part written = {unit_of(p), split_of(p), p->elsewhere, sw_buf_slice(&days)};
    sw_figure_part_write(&written, out);
}

static sw_err save_months(const void *arg, sw_rows rows, sw_slice key, void *object) {
    const sw_months *months = object;
    sw_buf row;
    (void)arg;
    if (!months || !months->first) return sw_rows_delete(rows, key);
    sw_buf_init(&row, SW_FIGURE_ROW_BYTES_MAX);
    for (const part *p = months->first; p; p = p->next) write_part(p, &row);
    sw_err err = row.err ? row.err : sw_rows_put(rows, key, sw_buf_slice(&row));
    sw_buf_done(&row);
    return err;
}

static size_t months_bytes(const void *arg, const void *object) {
    (void)arg;
    return ((const sw_months *)object)->bytes;
}

const sw_object_codec sw_months_codec = {load_months, save_months, months_bytes, free_months};
