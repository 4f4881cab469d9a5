#include "seawall/generate/county.h"

#include "text/time.h"

#define HOUR_MS       3600000LL
#define DAY_HOURS     24
#define A_DAY         16u /* lives that begin in a station on a working day */
#define DAY_OFF_SHARE 72u /* in 100 */
#define HOT_MAX       256u

/* How calls fall on the hours of a day: the least before dawn, the most in the evening. */
static const uint32_t by_hour[DAY_HOURS] = {22, 16, 12, 9,  8,  10, 18, 32, 48, 55, 56, 52,
                                            46, 48, 52, 54, 54, 56, 60, 62, 58, 50, 42, 32};

sw_rng sw_county_rng(const sw_county *county, uint64_t number, uint64_t salt) {
    sw_rng rng;
    sw_rng_init(&rng, county->seed * 0x9e3779b97f4a7c15u ^ number * 0xd1342543de82ef95u ^
                          salt * 0xaf251af3b0f025b5u);
    return rng;
}

static void sort(int64_t *times, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        int64_t t = times[i];
        uint32_t j = i;
        for (; j > 0 && times[j - 1] > t; j--) times[j] = times[j - 1];
        times[j] = t;
    }
}

uint32_t sw_county_starts(const sw_county *county, int64_t hour, int64_t ret_ms[COUNTY_HOUR_MAX]) {
    sw_rng rng = sw_county_rng(county, (uint64_t)hour, 0x5741);
    int64_t day = sw_floor_div(hour, DAY_HOURS);
    uint32_t whole = 0;
    for (uint32_t i = 0; i < DAY_HOURS; i++) whole += by_hour[i];
    uint32_t share = sw_calendar_is_workday(county->calendar, day) ? 100 : DAY_OFF_SHARE;
    uint64_t part = (uint64_t)county->stations * A_DAY * share * by_hour[hour - day * DAY_HOURS];
    whole *= 100;
    uint32_t count = (uint32_t)((part + sw_rng_below(&rng, whole)) / whole);
    uint32_t swing = count / 4; /* no hour is like another */
    count += (uint32_t)sw_rng_below(&rng, 2 * swing + 1);
    count -= swing;
    if (count > COUNTY_HOUR_MAX) count = COUNTY_HOUR_MAX;
    for (uint32_t i = 0; i < count; i++)
        ret_ms[i] =
            hour * HOUR_MS - COUNTY_OFFSET_MS + (int64_t)sw_rng_below(&rng, HOUR_MS / 1000) * 1000;
    sort(ret_ms, count);
    return count;
}

int64_t sw_county_office_time(const sw_county *county, sw_rng *rng, int64_t ms) {
    int64_t local = ms + COUNTY_OFFSET_MS, day = sw_floor_div(local, DAY_HOURS * HOUR_MS);
    int64_t hour = (local - day * DAY_HOURS * HOUR_MS) / HOUR_MS;
    bool works = sw_calendar_is_workday(county->calendar, day);
    if (works && hour >= 8 && hour < 18) return ms;
    if (!works || hour >= 18) day = sw_calendar_workday(county->calendar, day, 1);
    return day * DAY_HOURS * HOUR_MS - COUNTY_OFFSET_MS + 8 * HOUR_MS +
           (int64_t)sw_rng_below(rng, 10 * 3600) * 1000;
}

int64_t sw_county_day_time(sw_rng *rng, int64_t ms) {
    int64_t local = ms + COUNTY_OFFSET_MS, day = sw_floor_div(local, DAY_HOURS * HOUR_MS);
    int64_t at = day * DAY_HOURS * HOUR_MS - COUNTY_OFFSET_MS + 8 * HOUR_MS +
                 (int64_t)sw_rng_below(rng, 10 * 3600) * 1000;
    return at > ms ? at : ms;
}

uint32_t sw_county_hot(sw_rng *rng, uint32_t count) {
    SW_ASSERT(count > 0 && count <= HOT_MAX);
    uint64_t whole = 0;
    for (uint32_t i = 0; i < count; i++) whole += 1000000 / (i + 2);
    uint64_t x = sw_rng_below(rng, whole);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t weight = 1000000 / (i + 2);
        if (x < weight) return i;
        x -= weight;
    }
    return 0;
}

uint8_t sw_county_station(const sw_county *county, sw_rng *rng) {
    /* Half by size of the station, half evenly: the smallest has its day too. */
    return (uint8_t)(sw_rng_chance(rng, 1, 2) ? sw_county_hot(rng, county->stations)
                                              : sw_rng_below(rng, county->stations));
}

uint8_t sw_county_next_station(const sw_county *county, uint8_t station) {
    return (uint8_t)((station + 1u) % county->stations);
}

static void write_digits(sw_buf *out, uint32_t n, uint32_t digits) {
    char text[10];
    SW_ASSERT(digits <= sizeof text);
    for (uint32_t i = digits; i-- > 0; n /= 10) text[i] = (char)('0' + n % 10);
    sw_buf_add(out, sw_slice_of(text, digits));
}

void sw_county_write_org(const sw_county *county, sw_buf *out, uint32_t station_from_1) {
    sw_buf_add(out, sw_slice_of(county->org, 6));
    write_digits(out, station_from_1, 2);
    sw_buf_add(out, SW_S("0000"));
}

void sw_county_write_officer(sw_buf *out, uint32_t station, uint32_t officer) {
    write_digits(out, 30000 + station * 100 + officer, 6);
}
