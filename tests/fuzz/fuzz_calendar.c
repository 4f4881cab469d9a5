/* Any bytes as a working-day calendar: read, and then true to its contract, or refused with a
 * place.
 */
#include "base/assert.h"
#include "civil/calendar.h"

#define ARENA_BYTES ((size_t)64 << 20)
#define DAYS_ASKED  400

/* What a calendar promises of the days around `from`. */
static void check(const sw_calendar *cal, int64_t from) {
    int64_t last = sw_calendar_last(cal);
    for (int64_t day = from; day < from + DAYS_ASKED; day++) {
        bool works = sw_calendar_is_workday(cal, day);
        int64_t next = sw_calendar_workday(cal, day, 1),
                before = sw_calendar_workday(cal, next, -1);
        SW_ASSERT(sw_calendar_covers(cal, day) == (day <= last));
        SW_ASSERT(sw_calendar_workday(cal, day, 0) == day);
        SW_ASSERT(next > day && sw_calendar_is_workday(cal, next));
        SW_ASSERT(before < next && sw_calendar_is_workday(cal, before));
        SW_ASSERT(works ? before == day : before < day);
        (void)sw_calendar_reason(cal, day);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sw_arena arena;
    sw_diags diags;
    const sw_calendar *cal = NULL;
    sw_arena_init(&arena, ARENA_BYTES);
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 100);
    sw_err err =
        sw_calendar_parse(&arena, SW_S("calendar-f.yaml"), sw_slice_of(data, size), &diags, &cal);
    SW_ASSERT((err == SW_OK) == (cal != NULL));
    SW_ASSERT((err == SW_OK) == (diags.count == 0));
    if (!err) {
        SW_ASSERT(sw_calendar_name(cal).len > 0);
        SW_ASSERT(sw_calendar_first(cal) <= sw_calendar_last(cal));
        check(cal, sw_calendar_first(cal) - DAYS_ASKED / 2);
        check(cal, sw_calendar_last(cal) - DAYS_ASKED / 2);
    }
    sw_arena_done(&arena);
    return 0;
}
