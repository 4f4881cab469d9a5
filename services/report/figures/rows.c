#include "report/figures/rows.h"

#include "base/wire.h"
#include "text/time.h"

const uint8_t sw_org_levels[SW_ORG_LEVELS] = {0, 4, 6, 8, SW_ORG_DIGITS};

#define SIGN UINT32_C(0x80000000) /* turned over, dates before 1970 come first */

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

size_t sw_figure_key_start(const sw_figure_row *row, char ret[SW_FIGURE_KEY_BYTES_MAX]) {
    char *at = ret;
    SW_ASSERT(row->org.len <= SW_ORG_DIGITS && row->split.len <= SW_SPLIT_BYTES_MAX);
    sw_wire_put_be(at, row->indicator, 8);
    at += 8;
    *at++ = (char)row->grain;
    *at++ = (char)row->org.len;
    if (row->org.len) memcpy(at, row->org.ptr, row->org.len);
    at += row->org.len;
    if (row->split.len) memcpy(at, row->split.ptr, row->split.len);
    at += row->split.len;
    *at++ = '\0';
    return (size_t)(at - ret);
}

size_t sw_figure_key(const sw_figure_row *row, char ret[SW_FIGURE_KEY_BYTES_MAX]) {
    const size_t len = sw_figure_key_start(row, ret);
    sw_wire_put_be(ret + len, (uint32_t)row->date ^ SIGN, 4);
    return len + 4;
}

bool sw_figure_key_read(sw_slice key, sw_figure_row *ret) {
    if (key.len < 8 + 1 + 1 + 1 + 4) return false;
    const size_t org_len = (unsigned char)key.ptr[9], rest = key.len - 15;
    if (org_len > rest) return false;
    ret->indicator = sw_wire_get_be(key.ptr, 8);
    ret->grain = (sw_grain)key.ptr[8];
    ret->org = sw_slice_sub(key, 10, 10 + org_len);
    ret->split = sw_slice_sub(key, 10 + org_len, key.len - 5);
    ret->date = (int32_t)((uint32_t)sw_wire_get_be(key.ptr + key.len - 4, 4) ^ SIGN);
    return key.ptr[key.len - 5] == '\0';
}

size_t sw_list_key(const sw_list_row *row, char ret[SW_LIST_KEY_BYTES_MAX]) {
    char *at = ret;
    sw_wire_put_be(at, row->indicator, 8);
    at += 8;
    memcpy(at, row->org, SW_ORG_DIGITS);
    at += SW_ORG_DIGITS;
    sw_wire_put_be(at, (uint32_t)row->day ^ SIGN, 4);
    at += 4;
    if (row->split.len) memcpy(at, row->split.ptr, row->split.len);
    at += row->split.len;
    *at++ = '\0';
    *at++ = row->kind;
    memcpy(at, row->item.bytes, sizeof row->item.bytes);
    return (size_t)(at - ret) + sizeof row->item.bytes;
}

bool sw_list_key_read(sw_slice key, sw_list_row *ret) {
    const size_t head = 8 + SW_ORG_DIGITS + 4, tail = 1 + 1 + sizeof ret->item.bytes;
    if (key.len < head + tail) return false;
    ret->indicator = sw_wire_get_be(key.ptr, 8);
    memcpy(ret->org, key.ptr + 8, SW_ORG_DIGITS);
    ret->day = (int32_t)((uint32_t)sw_wire_get_be(key.ptr + 8 + SW_ORG_DIGITS, 4) ^ SIGN);
    ret->split = sw_slice_sub(key, head, key.len - tail);
    ret->kind = key.ptr[key.len - tail + 1];
    memcpy(ret->item.bytes, key.ptr + key.len - sizeof ret->item.bytes, sizeof ret->item.bytes);
    return key.ptr[key.len - tail] == '\0';
}
