#include "civil/zone.h"

#include "civil/tzif.h"
#include "text/yaml.h"

#define ZONE_DIR       "/usr/share/zoneinfo/"
#define ZONE_BYTES_MAX 65536
#define NAME_BYTES_MAX 64
/* 146,097 days: dates, weekdays and so every rule of daylight saving repeat. */
#define CYCLE_MS (146097 * SW_DAY_MS)
/* Farther from a change of clocks than this, local days are as long as the clock says. */
#define NEAR_CHANGE_MS (27 * 3600000LL)

/* Three parallel arrays, one entry a change. */
struct sw_zone {
    sw_slice name;
    int64_t first_offset_ms;
    const int64_t *at_ms;     /* the instant */
    const int64_t *local_ms;  /* the local time from which the new offset is taken */
    const int64_t *offset_ms; /* from then on */
    uint32_t count;           /* in the arrays */
    bool repeats;
    bool skips_days; /* some change leaves out a whole day (Pacific/Apia, 2011-12-30) */
};

static const sw_zone utc = {.name = {"UTC", 3}};

const sw_zone *sw_zone_utc(void) {
    return &utc;
}

sw_slice sw_zone_name(const sw_zone *zone) {
    SW_ASSERT(zone);
    return zone->name;
}

/* How many of the ascending `times` are not after `ms`. */
static uint32_t count_until(const int64_t *times, uint32_t count, int64_t ms) {
    uint32_t low = 0;
    if (count > 0 && times[count - 1] <= ms) return count; /* most zones change no more */
    while (count > 0) {
        uint32_t half = count / 2;
        bool after = times[low + half] <= ms;
        low = after ? low + half + 1 : low;
        count = after ? count - half - 1 : half;
    }
    return low;
}

/* How far to go back, in whole cycles, from a time after the last change to one that the table
 * holds. */
static int64_t cycles_back(const sw_zone *zone, const int64_t *times, int64_t ms) {
    if (!zone->repeats || ms < times[zone->count - 1]) return 0;
    return ((ms - times[zone->count - 1]) / CYCLE_MS + 1) * CYCLE_MS;
}

static int64_t offset_of(const sw_zone *zone, const int64_t *times, int64_t ms) {
    if (zone->count == 0) return zone->first_offset_ms;
    uint32_t passed = count_until(times, zone->count, ms - cycles_back(zone, times, ms));
    return passed ? zone->offset_ms[passed - 1] : zone->first_offset_ms;
}

int32_t sw_zone_offset(const sw_zone *zone, int64_t ms) {
    SW_ASSERT(zone);
    return (int32_t)(offset_of(zone, zone->at_ms, ms) / 1000);
}

int64_t sw_zone_to_local(const sw_zone *zone, int64_t ms) {
    SW_ASSERT(zone);
    return ms + offset_of(zone, zone->at_ms, ms);
}

/* A change at T from offset b to a skips the local times [T + b, T + a) where a > b, and repeats
 * [T + a, T + b) where a < b. In both cases b holds for all local times below T + max(a, b). */
int64_t sw_zone_from_local(const sw_zone *zone, int64_t local_ms) {
    SW_ASSERT(zone);
    return local_ms - offset_of(zone, zone->local_ms, local_ms);
}

int64_t sw_zone_day_start(const sw_zone *zone, int64_t day) {
    return sw_zone_from_local(zone, day * SW_DAY_MS);
}

static bool change_is_near(const sw_zone *zone, int64_t ms) {
    if (zone->count == 0) return false;
    ms -= cycles_back(zone, zone->at_ms, ms);
    uint32_t passed = count_until(zone->at_ms, zone->count, ms);
    return (passed > 0 && ms - zone->at_ms[passed - 1] < NEAR_CHANGE_MS) ||
           (passed < zone->count && zone->at_ms[passed] - ms < NEAR_CHANGE_MS);
}

int64_t sw_zone_day(const sw_zone *zone, int64_t ms) {
    int64_t day = sw_floor_div(sw_zone_to_local(zone, ms), SW_DAY_MS);
    if (!change_is_near(zone, ms)) return day;
    while (sw_zone_day_start(zone, day) > ms) day--;
    while (sw_zone_day_start(zone, day + 1) <= ms) day++;
    return day;
}

int64_t sw_zone_midnights(const sw_zone *zone, int64_t from_ms, int64_t to_ms) {
    SW_ASSERT(zone);
    if (to_ms <= from_ms) return 0;
    int64_t days = sw_zone_day(zone, to_ms) - sw_zone_day(zone, from_ms);
    if (!zone->skips_days) return days;
    for (uint32_t i = count_until(zone->at_ms, zone->count, from_ms);
         i < zone->count && zone->at_ms[i] <= to_ms; i++) {
        int64_t before = i ? zone->offset_ms[i - 1] : zone->first_offset_ms;
        if (zone->offset_ms[i] - before >= SW_DAY_MS) days--;
    }
    return days;
}

uint32_t sw_zone_change_count(const sw_zone *zone) {
    SW_ASSERT(zone);
    return zone->count;
}

int64_t sw_zone_change_at(const sw_zone *zone, uint32_t index) {
    SW_ASSERT(zone && index < zone->count);
    return zone->at_ms[index];
}

static sw_err zone_of_table(sw_arena *arena, sw_slice name, const sw_tz_table *t,
                            const sw_zone **ret) {
    sw_zone *zone = sw_arena_zero(arena, 1, sizeof *zone);
    int64_t *at = sw_arena_zero(arena, (size_t)t->count * 3, sizeof *at);
    if (!zone || !at || !sw_arena_copy(arena, name, &zone->name)) return SW_E_LIMIT;
    int64_t *local = at + t->count, *offset = local + t->count;
    int64_t before = zone->first_offset_ms = t->first_offset_s * 1000LL;
    for (uint32_t i = 0; i < t->count; i++) {
        at[i] = t->changes[i].at_s * 1000;
        offset[i] = t->changes[i].offset_s * 1000LL;
        local[i] = at[i] + (before > offset[i] ? before : offset[i]);
        if (i && local[i] < local[i - 1]) local[i] = local[i - 1]; /* two changes within hours */
        zone->skips_days |= offset[i] - before >= SW_DAY_MS;
        before = offset[i];
    }
    zone->at_ms = at, zone->local_ms = local, zone->offset_ms = offset;
    zone->count = t->count;
    zone->repeats = t->repeats;
    return *ret = zone, SW_OK;
}

/* "+08:00", "-05:30". */
static bool parse_fixed(sw_slice name, int64_t *ret_ms) {
    if (name.len != 6 || (name.ptr[0] != '+' && name.ptr[0] != '-') || name.ptr[3] != ':')
        return false;
    static const size_t digits[] = {1, 2, 4, 5};
    int64_t n[4];
    for (int i = 0; i < 4; i++) {
        n[i] = name.ptr[digits[i]] - '0';
        if (n[i] < 0 || n[i] > 9) return false;
    }
    int64_t hours = n[0] * 10 + n[1], minutes = n[2] * 10 + n[3];
    if (hours > 23 || minutes > 59) return false;
    *ret_ms = (hours * 60 + minutes) * 60000 * (name.ptr[0] == '-' ? -1 : 1);
    return true;
}

/* The names of the tz database; nothing that leaves its folder. */
static bool is_zone_name(sw_slice name) {
    if (name.len == 0 || name.len > NAME_BYTES_MAX || name.ptr[0] == '/') return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && (c == '\0' || !strchr("_+-/", c))) return false;
    }
    return true;
}

sw_err sw_zone_parse(sw_arena *arena, sw_slice name, sw_slice tzif, const sw_zone **ret) {
    SW_ASSERT(arena && ret);
    sw_tz_table table;
    sw_err err = sw_tzif_read(arena, tzif, &table);
    return err ? err : zone_of_table(arena, name, &table, ret);
}

sw_err sw_zone_load(sw_arena *arena, sw_slice name, const sw_zone **ret) {
    SW_ASSERT(arena && ret);
    if (sw_slice_is(name, "UTC") || sw_slice_is(name, "Z")) return *ret = &utc, SW_OK;
    int64_t fixed_ms;
    if (parse_fixed(name, &fixed_ms)) {
        sw_tz_table table = {.first_offset_s = (int32_t)(fixed_ms / 1000)};
        return zone_of_table(arena, name, &table, ret);
    }
    if (!is_zone_name(name)) return SW_E_UNKNOWN;
    sw_slice path = sw_arena_printf(arena, ZONE_DIR "%.*s", SW_FMT(name));
    if (!path.ptr) return SW_E_LIMIT;
    sw_slice tzif;
    sw_err err = sw_file_read(arena, path.ptr, ZONE_BYTES_MAX, NULL, &tzif);
    if (err == SW_E_LIMIT) return err;
    if (err) return SW_E_UNKNOWN;
    return sw_zone_parse(arena, name, tzif, ret);
}
