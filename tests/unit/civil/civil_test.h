/* civil_test.h - times written as people write them, and a place that every civil test stands on.
 */
#ifndef SW_TESTS_UNIT_CIVIL_TEST_H
#define SW_TESTS_UNIT_CIVIL_TEST_H

#include "unit/test.h"

#include <stdio.h>

#include "base/rng.h"
#include "civil/due.h"
#include "text/time.h"

#define CALENDAR_CN SW_SOURCE_DIR "/deploy/packs/calendars/cn.yaml"
#define HOUR        3600000LL
#define DAY         SW_DAY_MS

/* What a test works with; made once for a group of tests. */
typedef struct ground {
    sw_arena arena;
    const sw_zone *shanghai, *rome, *new_york, *apia;
    const sw_calendar *cn;
} ground;

static inline int64_t at(const char *rfc3339) {
    int64_t ms = 0;
    assert_ok(sw_time_parse_ms(sw_slice_cstr(rfc3339), &ms));
    return ms;
}

static inline int64_t day_of(const char *date) {
    int year = 0, month = 0, day = 0;
    assert_int_equal(sscanf(date, "%d-%d-%d", &year, &month, &day), 3);
    return sw_days_from_date(year, month, day);
}

static inline const sw_zone *zone_named(sw_arena *arena, const char *name) {
    const sw_zone *zone = NULL;
    assert_ok(sw_zone_load(arena, sw_slice_cstr(name), &zone));
    return zone;
}

static inline int ground_begin(void **state) {
    static ground g;
    sw_arena_init(&g.arena, 256u << 20);
    g.shanghai = zone_named(&g.arena, "Asia/Shanghai");
    g.rome = zone_named(&g.arena, "Europe/Rome");
    g.new_york = zone_named(&g.arena, "America/New_York");
    g.apia = zone_named(&g.arena, "Pacific/Apia");
    assert_ok(sw_calendar_load(&g.arena, CALENDAR_CN, NULL, &g.cn));
    *state = &g;
    return 0;
}

static inline int ground_end(void **state) {
    sw_arena_done(&((ground *)*state)->arena);
    return 0;
}

/* Times compared as texts, so that a failure can be read. */
static inline void assert_time_in(const sw_zone *zone, int64_t ms, const char *want) {
    sw_buf got;
    sw_buf_init(&got, 64);
    sw_time_write(&got, ms, sw_zone_offset(zone, ms));
    assert_ok(sw_buf_add_byte(&got, '\0'));
    assert_string_equal(got.ptr, want);
    sw_buf_done(&got);
}

#endif
