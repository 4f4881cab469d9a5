#include "unit/civil/civil_test.h"

#include <stdlib.h>
#include <time.h>

static void a_fixed_offset_is_always_the_same(void **state) {
    ground *g = *state;
    const sw_zone *east = zone_named(&g->arena, "+08:00"), *west = zone_named(&g->arena, "-03:30");
    assert_int_equal(sw_zone_offset(east, at("2026-03-10T00:00:00Z")), 8 * 3600);
    assert_int_equal(sw_zone_offset(west, at("1900-03-10T00:00:00Z")), -(3 * 3600 + 1800));
    assert_int_equal(sw_zone_from_local(east, at("2026-03-10T00:00:00Z")),
                     at("2026-03-10T00:00:00+08:00"));
    assert_slice(sw_zone_name(east), "+08:00");
    assert_int_equal(sw_zone_change_count(east), 0);
    assert_int_equal(sw_zone_offset(sw_zone_utc(), 0), 0);
    assert_slice(sw_zone_name(zone_named(&g->arena, "UTC")), "UTC");
}

static void a_name_that_is_no_zone_is_unknown(void **state) {
    ground *g = *state;
    const sw_zone *zone = g->rome;
    static const char *const bad[] = {"",       "Asia/Nowhere",  "../passwd", "/etc/passwd",
                                      "+24:00", "+8:00",         "+08:60",    "+0a:00",
                                      "Asia",   "Asia/Shang hai"};
    for (size_t i = 0; i < SW_COUNT(bad); i++)
        assert_int_equal(sw_zone_load(&g->arena, sw_slice_cstr(bad[i]), &zone), SW_E_UNKNOWN);
    assert_ptr_equal(zone, g->rome);
}

static void shanghai_had_summer_time_from_1986_to_1991(void **state) {
    ground *g = *state;
    const sw_zone *z = g->shanghai;
    assert_int_equal(sw_zone_offset(z, at("1985-07-01T00:00:00Z")), 8 * 3600);
    assert_int_equal(sw_zone_offset(z, at("1986-05-04T01:59:59+08:00")), 8 * 3600);
    assert_int_equal(sw_zone_offset(z, at("1986-05-04T03:00:00+09:00")), 9 * 3600);
    assert_int_equal(sw_zone_offset(z, at("1991-07-01T00:00:00Z")), 9 * 3600);
    assert_int_equal(sw_zone_offset(z, at("1991-09-15T01:59:59+09:00")), 9 * 3600);
    assert_int_equal(sw_zone_offset(z, at("1991-09-15T01:00:00+08:00")), 8 * 3600);
    assert_int_equal(sw_zone_offset(z, at("2026-07-01T00:00:00Z")), 8 * 3600);
    assert_int_equal(sw_zone_offset(z, at("9999-07-01T00:00:00Z")), 8 * 3600);
}

/* 29 March and 25 October 2026 are the last Sundays; clocks change at 01:00 UTC. */
static void a_skipped_time_takes_the_offset_before_the_gap(void **state) {
    ground *g = *state;
    int64_t skipped = sw_zone_from_local(g->rome, at("2026-03-29T02:30:00Z"));
    assert_time_in(g->rome, skipped, "2026-03-29T03:30:00+02:00");
    assert_time_in(g->rome, sw_zone_from_local(g->rome, at("2026-03-29T01:59:59Z")),
                   "2026-03-29T01:59:59+01:00");
    assert_time_in(g->rome, sw_zone_from_local(g->rome, at("2026-03-29T03:00:00Z")),
                   "2026-03-29T03:00:00+02:00");
    assert_time_in(g->new_york, sw_zone_from_local(g->new_york, at("2026-03-08T02:15:00Z")),
                   "2026-03-08T03:15:00-04:00");
}

static void a_repeated_time_is_the_first_of_the_two(void **state) {
    ground *g = *state;
    assert_time_in(g->rome, sw_zone_from_local(g->rome, at("2026-10-25T02:30:00Z")),
                   "2026-10-25T02:30:00+02:00");
    assert_time_in(g->rome, sw_zone_from_local(g->rome, at("2026-10-25T03:00:00Z")),
                   "2026-10-25T03:00:00+01:00");
    assert_time_in(g->new_york, sw_zone_from_local(g->new_york, at("2026-11-01T01:30:00Z")),
                   "2026-11-01T01:30:00-04:00");
}

/* Beyond what the file lists its rule goes on. 1 January 2100 is a Friday, so the last Sunday of
 * its March is the 28th, and of March 2500, 400 years on, too; 9999 has the calendar of 1999. */
static void summer_time_goes_on_for_ever(void **state) {
    ground *g = *state;
    static const char *const springs[] = {"2100-03-28T01:00:00Z", "2500-03-28T01:00:00Z",
                                          "9999-03-28T01:00:00Z"};
    for (size_t i = 0; i < SW_COUNT(springs); i++) {
        int64_t change = at(springs[i]);
        assert_int_equal(sw_zone_offset(g->rome, change - 1), 3600);
        assert_int_equal(sw_zone_offset(g->rome, change), 7200);
        assert_int_equal(sw_zone_from_local(g->rome, change + 3600000), change);
        assert_int_equal(sw_zone_from_local(g->rome, change + 7200000), change);
    }
}

/* Samoa went from Thursday 29 to Saturday 31 December 2011. */
static void the_day_that_apia_skipped_has_no_midnight(void **state) {
    ground *g = *state;
    int64_t change = at("2011-12-30T10:00:00Z");
    assert_int_equal(sw_zone_day(g->apia, change - 1), day_of("2011-12-29"));
    assert_int_equal(sw_zone_day(g->apia, change), day_of("2011-12-31"));
    assert_int_equal(sw_zone_day_start(g->apia, day_of("2011-12-30")), change);
    assert_int_equal(sw_zone_day_start(g->apia, day_of("2011-12-31")), change);
    assert_int_equal(sw_zone_midnights(g->apia, change - HOUR, change + HOUR), 1);
    assert_int_equal(sw_zone_midnights(g->apia, change - 25 * HOUR, change + 25 * HOUR), 3);
}

static void midnights_are_counted_after_from_and_up_to_to(void **state) {
    ground *g = *state;
    const sw_zone *z = g->shanghai;
    int64_t midnight = at("2026-03-11T00:00:00+08:00");
    assert_int_equal(sw_zone_midnights(z, midnight - 1, midnight), 1);
    assert_int_equal(sw_zone_midnights(z, midnight, midnight + 1), 0);
    assert_int_equal(sw_zone_midnights(z, midnight, midnight + DAY), 1);
    assert_int_equal(sw_zone_midnights(z, midnight, midnight - DAY), 0);
    assert_int_equal(sw_zone_midnights(z, midnight - 1, midnight + 25 * DAY), 26);
    assert_int_equal(
        sw_zone_midnights(g->rome, at("2026-03-01T00:00:00Z"), at("2026-11-01T00:00:00Z")),
        245); /* 2 March … 1 November: 30 + 30 + 31 + 30 + 31 + 31 + 30 + 31 + 1 */
}

/* Clocks that change at midnight: Santiago skips 00:00 on a Saturday's end in September. */
static void a_day_starts_where_its_midnight_is_skipped(void **state) {
    ground *g = *state;
    const sw_zone *z = zone_named(&g->arena, "America/Santiago");
    int64_t change = at("2026-09-06T04:00:00Z"); /* from 00:00-04:00 to 01:00-03:00 */
    assert_int_equal(sw_zone_day_start(z, day_of("2026-09-06")), change);
    assert_int_equal(sw_zone_day(z, change), day_of("2026-09-06"));
    assert_int_equal(sw_zone_day(z, change - 1), day_of("2026-09-05"));
    assert_int_equal(sw_zone_midnights(z, change - 1, change), 1);
}

/* What the definition says, looked up the slow way among the offsets around. */
static int64_t naive_from_local(const sw_zone *z, int64_t local) {
    int64_t best = INT64_MAX, before = INT64_MAX;
    for (int64_t probe = local - 28 * HOUR; probe <= local + 28 * HOUR; probe += 15 * 60000) {
        int64_t t = local - sw_zone_offset(z, probe) * 1000LL;
        if (sw_zone_to_local(z, t) == local && t < best) best = t;
    }
    if (best != INT64_MAX) return best;
    for (int64_t t = local - 28 * HOUR; sw_zone_to_local(z, t) <= local; t += 60000)
        before = sw_zone_offset(z, t) * 1000LL;
    return local - before;
}

static void check_around(const sw_zone *z, int64_t t) {
    int64_t local = sw_zone_to_local(z, t), back = sw_zone_from_local(z, local);
    assert_true(back <= t);
    assert_int_equal(sw_zone_to_local(z, back), local);
    assert_int_equal(sw_zone_from_local(z, local + 1800000), naive_from_local(z, local + 1800000));
    assert_true(sw_zone_day_start(z, sw_zone_day(z, t)) <= t);
    assert_true(sw_zone_day_start(z, sw_zone_day(z, t) + 1) > t);
}

static void local_times_go_there_and_back_at_every_change(void **state) {
    ground *g = *state;
    const char *more[] = {"America/St_Johns",   "America/Sao_Paulo", "Australia/Lord_Howe",
                          "Africa/Casablanca",  "Asia/Kathmandu",    "Europe/Dublin",
                          "Pacific/Kiritimati", "Asia/Gaza",         "America/Havana"};
    for (size_t n = 0; n < SW_COUNT(more) + 4; n++) {
        const sw_zone *z = n == 0   ? g->shanghai
                           : n == 1 ? g->rome
                           : n == 2 ? g->new_york
                           : n == 3 ? g->apia
                                    : zone_named(&g->arena, more[n - 4]);
        for (uint32_t i = 0; i < sw_zone_change_count(z) && i < 400; i++) {
            int64_t change = sw_zone_change_at(z, i);
            if (change < at("1950-01-01T00:00:00Z")) continue;
            static const int64_t near[] = {-24 * HOUR, -HOUR, -1, 0, 1, HOUR / 2, HOUR, 24 * HOUR};
            for (size_t k = 0; k < SW_COUNT(near); k++) check_around(z, change + near[k]);
        }
    }
}

/* The C library reads the same database with its own code. */
static void the_c_library_knows_the_same_offsets(void **state) {
    ground *g = *state;
    static const char *const names[] = {
        "Asia/Shanghai",    "Europe/Rome",   "America/New_York",  "Pacific/Apia",
        "America/St_Johns", "Europe/Dublin", "Africa/Casablanca", "Australia/Lord_Howe",
        "America/Santiago", "Asia/Tehran"};
    sw_rng rng;
    sw_rng_init(&rng, 20260310);
    for (size_t n = 0; n < SW_COUNT(names); n++) {
        const sw_zone *z = zone_named(&g->arena, names[n]);
        assert_int_equal(setenv("TZ", names[n], 1), 0);
        tzset();
        for (int i = 0; i < 20000; i++) {
            time_t t = (time_t)sw_rng_between(&rng, at("1902-01-01T00:00:00Z") / 1000,
                                              at("2600-01-01T00:00:00Z") / 1000);
            if (i < (int)sw_zone_change_count(z))
                t = (time_t)(sw_zone_change_at(z, (uint32_t)i) / 1000 - i % 2);
            struct tm tm;
            assert_non_null(localtime_r(&t, &tm));
            if (sw_zone_offset(z, (int64_t)t * 1000) != tm.tm_gmtoff)
                fail_msg("%s at %lld: %d, not %ld", names[n], (long long)t,
                         (int)sw_zone_offset(z, (int64_t)t * 1000), tm.tm_gmtoff);
        }
    }
    assert_int_equal(unsetenv("TZ"), 0);
}

/* A file of our own: version 2, one type of offset `std`, no listed changes, and a rule. */
static sw_slice tzif_with_rule(char *bytes, size_t size, const char *rule) {
    static const char head[20] = "TZif2";
    static const char counts[24] = {[19] = 1, [23] = 1}; /* one type, one character */
    static const char block[7] = {0};
    char *p = bytes;
    for (int part = 0; part < 2; part++) {
        memcpy(p, head, sizeof head), p += sizeof head;
        memcpy(p, counts, sizeof counts), p += sizeof counts;
        memcpy(p, block, sizeof block), p += sizeof block;
    }
    int len = snprintf(p, size - (size_t)(p - bytes), "\n%s\n", rule);
    return sw_slice_of(bytes, (size_t)(p - bytes) + (size_t)len);
}

static void rules_that_are_none_are_corrupt(void **state) {
    ground *g = *state;
    static const char *const bad[] = {"X",
                                      "XYZ",
                                      "XYZ1ABC",
                                      "XYZ1ABC,M3",
                                      "XYZ1ABC,M13.1.0,M10.1.0",
                                      "XYZ1ABC,M3.6.0,M10.1.0",
                                      "XYZ1ABC,J0,J300",
                                      "<XYZ1",
                                      "XYZ99",
                                      "XYZ1ABC,J1,J300trailing",
                                      "XYZ1ABC,J1"};
    const sw_zone *zone = g->rome;
    char bytes[256];
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        sw_slice tzif = tzif_with_rule(bytes, sizeof bytes, bad[i]);
        assert_int_equal(sw_zone_parse(&g->arena, SW_S("test"), tzif, &zone), SW_E_CORRUPT);
    }
    assert_ptr_equal(zone, g->rome);
}

static void rules_by_day_of_the_year_count_leap_days_as_they_say(void **state) {
    ground *g = *state;
    char bytes[256];
    const sw_zone *julian, *plain, *always;
    sw_slice tzif = tzif_with_rule(bytes, sizeof bytes, "XYZ0ABC,J60/0,J300/0");
    assert_ok(sw_zone_parse(&g->arena, SW_S("julian"), tzif, &julian));
    tzif = tzif_with_rule(bytes, sizeof bytes, "XYZ0ABC,60/0,300/0");
    assert_ok(sw_zone_parse(&g->arena, SW_S("plain"), tzif, &plain));
    tzif = tzif_with_rule(bytes, sizeof bytes, "XYZ0ABC-1,0/0,J365/25");
    assert_ok(sw_zone_parse(&g->arena, SW_S("always"), tzif, &always));
    /* J60 is always 1 March; day 60 from 0 is 29 + 31 = 60: 1 March in a leap year, else 2 March.
     */
    assert_int_equal(sw_zone_offset(julian, at("2400-02-29T23:59:59Z")), 0);
    assert_int_equal(sw_zone_offset(julian, at("2400-03-01T00:00:00Z")), 3600);
    assert_int_equal(sw_zone_offset(julian, at("2401-03-01T00:00:00Z")), 3600);
    assert_int_equal(sw_zone_offset(plain, at("2400-03-01T00:00:00Z")), 3600);
    assert_int_equal(sw_zone_offset(plain, at("2401-03-01T00:00:00Z")), 0);
    assert_int_equal(sw_zone_offset(plain, at("2401-03-02T00:00:00Z")), 3600);
    assert_int_equal(sw_zone_offset(always, at("2400-12-31T23:30:00Z")), 3600);
    assert_int_equal(sw_zone_offset(always, at("2401-01-01T00:00:00Z")), 3600);
}

static void cut_or_broken_bytes_never_harm(void **state) {
    ground *g = *state;
    sw_rng rng;
    sw_rng_init(&rng, 7);
    char good[256], bad[256];
    sw_slice tzif = tzif_with_rule(good, sizeof good, "CET-1CEST,M3.5.0,M10.5.0/3");
    const sw_zone *zone;
    sw_arena_mark mark = sw_arena_save(&g->arena);
    for (size_t len = 0; len < tzif.len; len++)
        assert_int_equal(sw_zone_parse(&g->arena, SW_S("cut"), sw_slice_sub(tzif, 0, len), &zone),
                         SW_E_CORRUPT);
    for (int i = 0; i < 3000; i++) {
        memcpy(bad, tzif.ptr, tzif.len);
        for (int k = 0; k < 3; k++) bad[sw_rng_below(&rng, tzif.len)] = (char)sw_rng_next(&rng);
        sw_err err = sw_zone_parse(&g->arena, SW_S("bad"), sw_slice_of(bad, tzif.len), &zone);
        assert_true(err == SW_OK || err == SW_E_CORRUPT);
        sw_arena_rewind(&g->arena, mark);
    }
}

static void a_full_arena_is_said(void **state) {
    (void)state;
    const sw_zone *zone = NULL;
    sw_err err = SW_E_LIMIT;
    for (int64_t n = 0; err; n++) {
        sw_arena arena;
        sw_arena_init(&arena, 1u << 20);
        arena.fail_after = n;
        err = sw_zone_load(&arena, SW_S("Europe/Rome"), &zone);
        assert_true(err == SW_OK || err == SW_E_LIMIT);
        if (err)
            assert_null(zone);
        else
            assert_true(n > 0);
        sw_arena_done(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fixed_offset_is_always_the_same),
        cmocka_unit_test(a_name_that_is_no_zone_is_unknown),
        cmocka_unit_test(shanghai_had_summer_time_from_1986_to_1991),
        cmocka_unit_test(a_skipped_time_takes_the_offset_before_the_gap),
        cmocka_unit_test(a_repeated_time_is_the_first_of_the_two),
        cmocka_unit_test(summer_time_goes_on_for_ever),
        cmocka_unit_test(the_day_that_apia_skipped_has_no_midnight),
        cmocka_unit_test(midnights_are_counted_after_from_and_up_to_to),
        cmocka_unit_test(a_day_starts_where_its_midnight_is_skipped),
        cmocka_unit_test(local_times_go_there_and_back_at_every_change),
        cmocka_unit_test(the_c_library_knows_the_same_offsets),
        cmocka_unit_test(rules_that_are_none_are_corrupt),
        cmocka_unit_test(rules_by_day_of_the_year_count_leap_days_as_they_say),
        cmocka_unit_test(cut_or_broken_bytes_never_harm),
        cmocka_unit_test(a_full_arena_is_said),
    };
    return cmocka_run_group_tests(tests, ground_begin, ground_end);
}
