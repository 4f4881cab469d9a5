#include "report/figures/rows.h"

#include "base/wire.h"
#include "text/time.h"

const uint8_t sw_org_levels[SW_ORG_LEVELS] = {0, 4, 6, 8, SW_ORG_DIGITS};

#define SIGN UINT32_C(0x80000000) /* turned over, dates before 1970 come first */

uint32_t sw_org_level(size_t len) {
    uint32_t level = 0;
    SW_ASSERT(len <= SW_ORG_DIGITS);
    while (level < SW_ORG_STATION && sw_org_levels[level] < len) level++;
    return level;
}

void sw_org_fill(sw_slice org, char ret[SW_ORG_DIGITS]) {
    const size_t len = org.len < SW_ORG_DIGITS ? org.len : SW_ORG_DIGITS;
    memset(ret, '0', SW_ORG_DIGITS);
    if (len) memcpy(ret, org.ptr, len);
}

int32_t sw_month_of_day(int32_t day) {
    int64_t year;
    int32_t month, day_of_month;
    sw_date_from_days(day, &year, &month, &day_of_month);
    return (int32_t)((year - 1970) * 12 + month - 1);
}

int32_t sw_first_day_of_month(int32_t month) {
    int64_t year = 1970 + month / 12;
    int32_t rest = month % 12;
    if (rest < 0) rest += 12, year--;
    return (int32_t)sw_days_from_date(year, rest + 1, 1);
}

/* ---- figures ---------------------------------------------------------------------------- */

static char table_of(const sw_figure_row *row) {
    return (char)((row->whole ? 'A' : 'a') + (int)row->level);
}

size_t sw_figure_key_start(const sw_figure_row *row, char ret[SW_FIGURE_KEY_BYTES_MAX]) {
    SW_ASSERT(row->level < SW_ORG_LEVELS && row->org.len <= sw_org_levels[row->level]);
    ret[0] = table_of(row);
    sw_wire_put_be(ret + 1, (uint32_t)row->month ^ SIGN, 4);
    if (row->org.len) memcpy(ret + 5, row->org.ptr, row->org.len);
    return 5 + row->org.len;
}

size_t sw_figure_key(const sw_figure_row *row, char ret[SW_FIGURE_KEY_BYTES_MAX]) {
    SW_ASSERT(row->org.len == sw_org_levels[row->level] && row->split.len <= SW_SPLIT_BYTES_MAX);
    SW_ASSERT(!row->whole || row->split.len == 0);
    size_t len = sw_figure_key_start(row, ret);
    if (row->level == SW_ORG_STATION) return len;
    sw_wire_put_be(ret + len, row->indicator, 8);
    len += 8;
    if (row->split.len) memcpy(ret + len, row->split.ptr, row->split.len);
    return len + row->split.len;
}

bool sw_figure_key_read(sw_slice key, sw_figure_row *ret) {
    if (key.len < 5) return false;
    ret->whole = key.ptr[0] < 'a';
    ret->level = (uint32_t)(key.ptr[0] - (ret->whole ? 'A' : 'a'));
    if (ret->level >= SW_ORG_LEVELS) return false;
    const bool station = ret->level == SW_ORG_STATION;
    const size_t org_end = 5u + sw_org_levels[ret->level];
    if (station ? key.len != org_end : key.len < org_end + 8) return false;
    ret->month = (int32_t)((uint32_t)sw_wire_get_be(key.ptr + 1, 4) ^ SIGN);
    ret->org = sw_slice_sub(key, 5, org_end);
    ret->indicator = station ? 0 : sw_wire_get_be(key.ptr + org_end, 8);
    ret->split = station ? SW_S("") : sw_slice_sub(key, org_end + 8, key.len);
    return true;
}

/* ---- months ----------------------------------------------------------------------------- */

void sw_month_write(const sw_month *month, sw_buf *out) {
    for (uint32_t day = 0; day < SW_COUNT(month->days); day++) {
        if (month->days[day] == 0) continue;
        sw_buf_add_byte(out, (char)day);
        uint32_t n = month->days[day];
        for (; n >= 0x80; n >>= 7) sw_buf_add_byte(out, (char)(n | 0x80));
        sw_buf_add_byte(out, (char)n);
    }
}

/* The next day of a row and its count; false at the end, or where it is none (`*ok` false). */
static inline bool next_day(const uint8_t **at, const uint8_t *end, uint32_t *day, uint32_t *count,
                            bool *ok) {
    *ok = true;
    if (*at == end) return false;
    *day = *(*at)++;
    *count = 0;
    for (int shift = 0; *at < end && shift < 35; shift += 7) {
        const uint8_t byte = *(*at)++;
        *count |= (uint32_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return *day < 31 ? true : (*ok = false);
    }
    return *ok = false;
}

bool sw_month_read(sw_slice bytes, sw_month *ret) {
    const uint8_t *at = (const uint8_t *)bytes.ptr, *end = at + bytes.len;
    uint32_t day, count;
    bool ok;
    *ret = (sw_month){0};
    while (next_day(&at, end, &day, &count, &ok)) ret->days[day] = count;
    return ok;
}

bool sw_month_sum(sw_slice bytes, uint32_t from, uint32_t to, uint64_t *ret) {
    const uint8_t *at = (const uint8_t *)bytes.ptr, *end = at + bytes.len;
    uint32_t day, count;
    bool ok;
    *ret = 0;
    while (next_day(&at, end, &day, &count, &ok))
        if (day >= from && day <= to) *ret += count;
    return ok;
}

/* The count is a varint: its first byte has the lowest digits, and above them whether more follow.
 */
bool sw_month_nudge(char *bytes, size_t len, uint32_t day, int32_t by) {
    uint8_t *at = (uint8_t *)bytes;
    const uint8_t *end = at + len;
    while (at < end && *at != day) {
        at++;
        while (at < end && *at & 0x80) at++;
        at++;
    }
    if (at >= end || ++at == end) return false;
    const uint8_t digits = *at & 0x7f;
    const bool only = !(*at & 0x80);
    if (by > 0 ? digits == 0x7f : digits == 0 || (only && digits == 1)) return false;
    *at = (uint8_t)(*at + by);
    return true;
}

/* ---- parts of a row --------------------------------------------------------------------- */

enum { PART_HEAD_BYTES = 1 + 8 + SW_UNIT_DIGITS };
enum { PART_UNIT = 1, PART_SPLIT = 2, PART_ELSEWHERE = 4, PART_INDICATOR = 8 };

static void put_number(sw_buf *out, uint64_t number) {
    char bytes[8];
    sw_wire_put_be(bytes, number, sizeof bytes);
    sw_buf_add(out, sw_slice_of(bytes, sizeof bytes));
}

static void put_text(sw_buf *out, sw_slice text) {
    sw_buf_add_byte(out, (char)text.len);
    sw_buf_add(out, text);
}

static void put_head(const sw_figure_part *part, sw_buf *out) {
    SW_ASSERT(part->unit.len == 0 || part->unit.len == SW_UNIT_DIGITS);
    sw_buf_add_byte(out,
                    (char)((part->unit.len ? PART_UNIT : 0) | (part->split.len ? PART_SPLIT : 0) |
                           (part->elsewhere ? PART_ELSEWHERE : 0) |
                           (part->indicator ? PART_INDICATOR : 0)));
    if (part->indicator) put_number(out, part->indicator);
    sw_buf_add(out, part->unit);
}

void sw_figure_part_write(const sw_figure_part *part, sw_buf *out) {
    SW_ASSERT(part->split.len <= SW_SPLIT_BYTES_MAX && part->days.len <= UINT8_MAX);
    put_head(part, out);
    if (part->split.len) put_text(out, part->split);
    put_text(out, part->days);
}

static sw_slice take_bytes(sw_slice *row, size_t len, bool *ok) {
    if (row->len < len) *ok = false;
    const sw_slice taken = *ok ? sw_slice_sub(*row, 0, len) : SW_SLICE_NONE;
    if (*ok) *row = sw_slice_sub(*row, len, row->len);
    return taken;
}

static size_t take_byte(sw_slice *row, bool *ok) {
    const sw_slice byte = take_bytes(row, 1, ok);
    return *ok ? (uint8_t)byte.ptr[0] : 0;
}

bool sw_figure_part_next(sw_slice *row, sw_figure_part *ret, bool *ret_ok) {
    *ret_ok = true;
    if (row->len == 0) return false;
    const size_t has = take_byte(row, ret_ok);
    const sw_slice number = take_bytes(row, has & PART_INDICATOR ? 8 : 0, ret_ok);
    ret->indicator = number.len ? sw_wire_get_be(number.ptr, 8) : 0;
    ret->unit = take_bytes(row, has & PART_UNIT ? SW_UNIT_DIGITS : 0, ret_ok);
    ret->split = take_bytes(row, has & PART_SPLIT ? take_byte(row, ret_ok) : 0, ret_ok);
    ret->elsewhere = has & PART_ELSEWHERE;
    ret->days = take_bytes(row, take_byte(row, ret_ok), ret_ok);
    return *ret_ok;
}

/* What comes before the split, as it would be written. */
static size_t head_of(const sw_figure_part *part, char *ret) {
    sw_buf head = {.ptr = ret, .cap = PART_HEAD_BYTES, .max = PART_HEAD_BYTES};
    put_head(part, &head);
    return head.len;
}

static size_t head_len(uint8_t has) {
    return 1u + (has & PART_INDICATOR ? 8 : 0) + (has & PART_UNIT ? SW_UNIT_DIGITS : 0);
}

bool sw_figure_part_find(sw_slice row, const sw_figure_part *wanted, sw_figure_place *ret) {
    char head[PART_HEAD_BYTES];
    const size_t wanted_len = head_of(wanted, head);
    for (size_t at = 0, next; at < row.len; at = next) {
        const uint8_t has = (uint8_t)row.ptr[at];
        size_t days = at + head_len(has);
        const size_t split = days;
        if (has & PART_SPLIT) days += 1u + (uint8_t)row.ptr[days];
        next = days + 1 + (uint8_t)row.ptr[days];
        if (has != (uint8_t)head[0] || memcmp(row.ptr + at, head, wanted_len) != 0) continue;
        const sw_slice own = sw_slice_sub(row, has & PART_SPLIT ? split + 1 : split, days);
        if (!sw_slice_eq(own, wanted->split)) continue;
        *ret = (sw_figure_place){at, days + 1, next};
        return true;
    }
    return false;
}

/* ---- lists ------------------------------------------------------------------------------ */

enum { LIST_ORG = 8 + 4, LIST_DAY = LIST_ORG + SW_ORG_DIGITS, LIST_SPLIT = LIST_DAY + 1 };

size_t sw_list_key_start(uint64_t indicator, int32_t month, sw_slice org,
                         char ret[SW_LIST_KEY_BYTES_MAX]) {
    sw_wire_put_be(ret, indicator, 8);
    sw_wire_put_be(ret + 8, (uint32_t)month ^ SIGN, 4);
    if (org.len) memcpy(ret + LIST_ORG, org.ptr, org.len);
    return LIST_ORG + org.len;
}

size_t sw_list_key(const sw_list_row *row, char ret[SW_LIST_KEY_BYTES_MAX]) {
    const int32_t month = sw_month_of_day(row->day);
    char *at =
        ret + sw_list_key_start(row->indicator, month, sw_slice_of(row->org, SW_ORG_DIGITS), ret);
    *at++ = (char)(row->day - sw_first_day_of_month(month));
    if (row->split.len) memcpy(at, row->split.ptr, row->split.len);
    at += row->split.len;
    *at++ = '\0';
    *at++ = row->kind;
    memcpy(at, row->item.bytes, sizeof row->item.bytes);
    return (size_t)(at - ret) + sizeof row->item.bytes;
}

bool sw_list_key_read(sw_slice key, sw_list_row *ret) {
    const size_t head = LIST_SPLIT, tail = 1 + 1 + sizeof ret->item.bytes;
    if (key.len < head + tail || key.len > SW_LIST_KEY_BYTES_MAX) return false;
    ret->indicator = sw_wire_get_be(key.ptr, 8);
    memcpy(ret->org, key.ptr + LIST_ORG, SW_ORG_DIGITS);
    const int32_t month = (int32_t)((uint32_t)sw_wire_get_be(key.ptr + 8, 4) ^ SIGN);
    ret->day = sw_first_day_of_month(month) + (uint8_t)key.ptr[LIST_DAY];
    ret->split = sw_slice_sub(key, head, key.len - tail);
    ret->kind = key.ptr[key.len - tail + 1];
    memcpy(ret->item.bytes, key.ptr + key.len - sizeof ret->item.bytes, sizeof ret->item.bytes);
    return key.ptr[key.len - tail] == '\0';
}

/* ---- what is in hand -------------------------------------------------------------------- */

size_t sw_hand_key_start(const sw_hand_row *row, char ret[SW_HAND_KEY_BYTES_MAX]) {
    SW_ASSERT(row->officer.len <= SW_OFFICER_BYTES_MAX);
    if (row->officer.len) memcpy(ret, row->officer.ptr, row->officer.len);
    ret[row->officer.len] = '\0';
    ret[row->officer.len + 1] = row->kind;
    return row->officer.len + 2;
}

size_t sw_hand_key(const sw_hand_row *row, char ret[SW_HAND_KEY_BYTES_MAX]) {
    const size_t len = sw_hand_key_start(row, ret);
    sw_wire_put_be(ret + len, row->order, 8);
    memcpy(ret + len + 8, row->item.bytes, sizeof row->item.bytes);
    return len + 8 + sizeof row->item.bytes;
}

bool sw_hand_key_read(sw_slice key, sw_hand_row *ret) {
    const size_t tail = 1 + 1 + 8 + sizeof ret->item.bytes;
    if (key.len < tail) return false;
    const size_t officer = key.len - tail;
    ret->officer = sw_slice_sub(key, 0, officer);
    ret->kind = key.ptr[officer + 1];
    ret->order = sw_wire_get_be(key.ptr + officer + 2, 8);
    memcpy(ret->item.bytes, key.ptr + key.len - sizeof ret->item.bytes, sizeof ret->item.bytes);
    return key.ptr[officer] == '\0';
}
