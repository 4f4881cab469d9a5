#include "unit/civil/civil_test.h"

/* A second counter, which walks day by day on its own calendar arithmetic, and what must hold for
 * any period whatever it counts. */

enum { CASES = 100000, PARTS_MAX = 4 };

typedef struct sample {
    sw_period_facts facts;
    sw_extension extensions[PARTS_MAX];
    sw_pause pauses[PARTS_MAX];
} sample;

typedef struct date {
    int y, m, d;
} date;

static int days_in(int y, int m) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return m == 2 && ((y % 4 == 0 && y % 100 != 0) || y % 400 == 0) ? 29 : days[m - 1];
}

static date step(date at_day, int by) {
    at_day.d += by;
    if (at_day.d < 1) {
        if (--at_day.m < 1) at_day.m = 12, at_day.y--;
        at_day.d = days_in(at_day.y, at_day.m);
    } else if (at_day.d > days_in(at_day.y, at_day.m)) {
        at_day.d = 1;
        if (++at_day.m > 12) at_day.m = 1, at_day.y++;
    }
    return at_day;
}

static date walk(date from, int64_t days) {
    for (; days > 0; days--) from = step(from, 1);
    for (; days < 0; days++) from = step(from, -1);
    return from;
}

/* Walks from 1 January 2000, day 10957. */
static int64_t number_of(date want) {
    int64_t n = 10957;
    for (int y = 2000; y < want.y; y++) n += days_in(y, 2) == 29 ? 366 : 365;
    for (int y = 1999; y >= want.y; y--) n -= days_in(y, 2) == 29 ? 366 : 365;
    for (int m = 1; m < want.m; m++) n += days_in(want.y, m);
    return n + want.d - 1;
}

static date date_on(const sample *s, int64_t ms, int64_t *ret_clock) {
    int64_t local = ms + sw_zone_offset(s->facts.zone, ms) * 1000LL;
    int64_t days = local >= 0 ? local / DAY : -((-local + DAY - 1) / DAY);
    *ret_clock = local - days * DAY;
    return walk((date){2000 + (int)((days - 10957) / 366), 1, 1},
                days - number_of((date){2000 + (int)((days - 10957) / 366), 1, 1}));
}

/* The zones of this test never change clocks at midnight, and never by more than an hour. */
static int64_t instant_of(const sample *s, date day, int64_t clock) {
    int64_t local = number_of(day) * DAY + clock;
    int64_t before = sw_zone_offset(s->facts.zone, local - 26 * HOUR) * 1000LL;
    int64_t after = sw_zone_offset(s->facts.zone, local + 26 * HOUR) * 1000LL;
    int64_t first = local - before;
    if (sw_zone_offset(s->facts.zone, first) * 1000LL == before) return first;
    int64_t second = local - after;
    return sw_zone_offset(s->facts.zone, second) * 1000LL == after ? second : first;
}

static int64_t midnight_after(const sample *s, date day) {
    return instant_of(s, step(day, 1), 0);
}

static bool works(const sample *s, date day) {
    return sw_calendar_is_workday(s->facts.calendar, number_of(day));
}

static date work_walk(const sample *s, date day, int64_t n) {
    int by = n < 0 ? -1 : 1;
    for (n *= by; n > 0; n -= works(s, day)) day = step(day, by);
    return day;
}

static date month_walk(const sample *s, date day, int64_t n) {
    bool last = s->facts.count.month_end_last && day.d == days_in(day.y, day.m);
    for (; n > 0; n--)
        if (++day.m > 12) day.m = 1, day.y++;
    if (last || day.d > days_in(day.y, day.m)) day.d = days_in(day.y, day.m);
    return day;
}

static date naive_last_day(const sample *s, int64_t ms, int64_t *ret_clock) {
    date day = date_on(s, ms, ret_clock);
    return *ret_clock == 0 ? step(day, -1) : day;
}

static int64_t naive_begin(const sample *s) {
    int64_t clock, start = s->facts.start_ms;
    date day = date_on(s, start, &clock);
    if (s->facts.count.begin == SW_BEGIN_NEXT_DAY) return midnight_after(s, day);
    if (s->facts.count.begin == SW_BEGIN_INSTANT) return start;
    return start + HOUR - (start + sw_zone_offset(s->facts.zone, start) * 1000LL) % HOUR;
}

static int64_t naive_from(const sample *s, sw_span span) {
    int64_t clock, begin = naive_begin(s);
    bool next_day = s->facts.count.begin == SW_BEGIN_NEXT_DAY;
    date day = date_on(s, s->facts.start_ms, &clock);
    if (span.unit == SW_UNIT_EXACT) return begin + span.n;
    if (span.unit == SW_UNIT_WORKDAYS) return midnight_after(s, work_walk(s, day, span.n));
    if (!next_day && span.n == 0) return begin;
    if (!next_day) day = date_on(s, begin, &clock);
    day = span.unit == SW_UNIT_DAYS ? walk(day, span.n) : month_walk(s, day, span.n);
    return next_day ? midnight_after(s, day) : instant_of(s, day, clock);
}

static int64_t naive_on(const sample *s, int64_t due, sw_span span) {
    int64_t clock;
    date last = naive_last_day(s, due, &clock);
    if (span.unit == SW_UNIT_EXACT || span.n == 0) return due + span.n;
    if (span.unit == SW_UNIT_WORKDAYS) return midnight_after(s, work_walk(s, last, span.n));
    last = span.unit == SW_UNIT_DAYS ? walk(last, span.n) : month_walk(s, last, span.n);
    return clock == 0 ? midnight_after(s, last) : instant_of(s, last, clock);
}

static int64_t naive_nominal(const sample *s, const bool *taken, sw_unit *ret_unit) {
    sw_span base = s->facts.limit;
    uint32_t first = 0, count = s->facts.extension_count;
    for (uint32_t i = 0; i < count; i++)
        if (taken[i] && s->extensions[i].to) base = s->extensions[i].span, first = i + 1;
    for (uint32_t i = first; i < count; i++)
        if (taken[i] && s->extensions[i].span.unit == base.unit) base.n += s->extensions[i].span.n;
    int64_t due = naive_from(s, base);
    for (uint32_t i = first; i < count; i++)
        if (taken[i] && s->extensions[i].span.unit != base.unit)
            due = naive_on(s, due, s->extensions[i].span);
    return *ret_unit = base.unit, due;
}

/* The pause that holds an instant, or begins there, grown by all that overlap or touch it. */
static sw_pause union_at(const sample *s, int64_t begin, int64_t known, sw_pause p) {
    for (bool grown = true; grown;) {
        grown = false;
        for (uint32_t i = 0; i < s->facts.pause_count; i++) {
            int64_t from = s->pauses[i].from_ms > begin ? s->pauses[i].from_ms : begin;
            int64_t to = s->pauses[i].to_ms < known ? s->pauses[i].to_ms : known;
            if (to <= from || from > p.to_ms || to < p.from_ms) continue;
            grown = grown || from < p.from_ms || to > p.to_ms;
            if (from < p.from_ms) p.from_ms = from;
            if (to > p.to_ms) p.to_ms = to;
        }
    }
    return p;
}

static int64_t naive_paused(const sample *s, int64_t due, sw_unit unit, int64_t known) {
    int64_t begin = naive_begin(s), done = begin - 1;
    for (;;) {
        sw_pause next = {INT64_MAX, INT64_MAX};
        for (uint32_t i = 0; i < s->facts.pause_count; i++) {
            sw_pause p = s->pauses[i];
            if (p.from_ms < begin) p.from_ms = begin;
            if (p.to_ms > known) p.to_ms = known;
            if (p.to_ms > p.from_ms && p.from_ms > done && p.from_ms < next.from_ms) next = p;
        }
        if (next.from_ms > due) return due;
        next = union_at(s, begin, known, next);
        done = next.to_ms;
        if (unit == SW_UNIT_EXACT) {
            due += next.to_ms - next.from_ms;
            continue;
        }
        int64_t clock, n = 0;
        date day = date_on(s, next.from_ms, &clock);
        for (int64_t m; (m = midnight_after(s, day)) <= next.to_ms; day = step(day, 1)) n++;
        due = naive_on(s, due, (sw_span){.unit = SW_UNIT_DAYS, .n = n});
    }
}

static int64_t naive_finish(const sample *s, int64_t due, bool with_lead) {
    const sw_count *c = &s->facts.count;
    int64_t clock;
    date last = naive_last_day(s, due, &clock);
    if (with_lead && c->lead.n) {
        last =
            c->lead.unit == SW_UNIT_DAYS ? walk(last, -c->lead.n) : work_walk(s, last, -c->lead.n);
        due = clock == 0 ? midnight_after(s, last) : instant_of(s, last, clock);
    }
    last = naive_last_day(s, due, &clock);
    if (c->end_of_day) due = midnight_after(s, last);
    if (c->rollover == SW_ROLL_NONE || works(s, last)) return due;
    while (!works(s, last)) last = step(last, c->rollover == SW_ROLL_WORKDAY ? 1 : -1);
    return midnight_after(s, last);
}

static int64_t naive_due(const sample *s) {
    bool taken[PARTS_MAX] = {false};
    sw_unit unit;
    for (uint32_t i = 0; i < s->facts.extension_count; i++) {
        int64_t moment = s->extensions[i].moment_ms;
        int64_t nominal = naive_nominal(s, taken, &unit);
        int64_t before = naive_paused(s, nominal, unit, moment);
        uint32_t used = 0;
        for (uint32_t j = 0; j < i; j++)
            used += taken[j] && s->extensions[j].entry == s->extensions[i].entry;
        bool spent = s->extensions[i].max && used >= s->extensions[i].max;
        taken[i] = moment <= naive_finish(s, before, false) && !spent;
    }
    int64_t due = naive_nominal(s, taken, &unit);
    return naive_finish(s, naive_paused(s, due, unit, INT64_MAX), true);
}

static sw_span random_span(sw_rng *rng, int64_t most) {
    sw_span span = {.unit = (sw_unit)sw_rng_below(rng, 4), .n = sw_rng_between(rng, 0, most)};
    if (span.unit == SW_UNIT_EXACT) span.n = sw_rng_between(rng, 0, most * DAY);
    return span;
}

/* Around the edges of days more often than chance would have it. */
static int64_t random_time(sw_rng *rng, int64_t from, int64_t days) {
    int64_t ms = from + sw_rng_between(rng, 0, days * DAY);
    int64_t midnight = ms - (ms + 8 * HOUR) % DAY;
    switch (sw_rng_below(rng, 6)) {
    case 0:
        return midnight;
    case 1:
        return midnight + 1;
    case 2:
        return midnight - 1;
    case 3:
        return midnight + HOUR * (int64_t)sw_rng_below(rng, 24);
    default:
        return ms;
    }
}

static void random_sample(ground *g, sw_rng *rng, sample *s) {
    *s = (sample){.facts = {.zone = sw_rng_chance(rng, 1, 3) ? g->rome : g->shanghai,
                            .calendar = g->cn,
                            .extensions = s->extensions,
                            .pauses = s->pauses,
                            .now_ms = at("2035-01-01T00:00:00Z")}};
    sw_period_facts *f = &s->facts;
    f->start_ms = random_time(rng, at("2024-01-10T00:00:00Z"), 1080);
    f->limit = random_span(rng, sw_rng_chance(rng, 1, 4) ? 70 : 10);
    f->count = (sw_count){.begin = (sw_begin)sw_rng_below(rng, 3),
                          .end_of_day = sw_rng_chance(rng, 1, 4),
                          .month_end_last = sw_rng_chance(rng, 1, 2),
                          .rollover = (sw_rollover)sw_rng_below(rng, 3)};
    if (sw_rng_chance(rng, 1, 4)) {
        f->count.lead.unit = sw_rng_chance(rng, 1, 2) ? SW_UNIT_DAYS : SW_UNIT_WORKDAYS;
        f->count.lead.n = sw_rng_between(rng, 0, 9);
    }
    if (sw_rng_chance(rng, 1, 2)) f->extension_count = (uint32_t)sw_rng_below(rng, PARTS_MAX + 1);
    for (uint32_t i = 0; i < f->extension_count; i++)
        s->extensions[i] = (sw_extension){.moment_ms = random_time(rng, f->start_ms, 20),
                                          .span = random_span(rng, 12),
                                          .to = sw_rng_chance(rng, 1, 5),
                                          .entry = (uint32_t)sw_rng_below(rng, 2),
                                          .max = (uint32_t)sw_rng_below(rng, 3)};
    if (sw_rng_chance(rng, 1, 2)) f->pause_count = (uint32_t)sw_rng_below(rng, PARTS_MAX + 1);
    for (uint32_t i = 0; i < f->pause_count; i++) {
        s->pauses[i].from_ms = random_time(rng, f->start_ms - 2 * DAY, 20);
        s->pauses[i].to_ms = random_time(rng, s->pauses[i].from_ms, 8);
        if (i > 0 && sw_rng_chance(rng, 1, 5)) s->pauses[i].from_ms = s->pauses[i - 1].to_ms;
    }
}

static sw_due due_of(ground *g, const sample *s) {
    sw_due due;
    assert_ok(sw_due_compute(&s->facts, false, &g->arena, &due));
    return due;
}

static void describe(const sample *s, int64_t naive, int64_t got) {
    const sw_period_facts *f = &s->facts;
    print_error("%.*s start %lld limit %d/%lld begin %d last %d end %d roll %d lead %d/%lld\n",
                SW_FMT(sw_zone_name(f->zone)), (long long)f->start_ms, (int)f->limit.unit,
                (long long)f->limit.n, (int)f->count.begin, f->count.month_end_last,
                f->count.end_of_day, (int)f->count.rollover, (int)f->count.lead.unit,
                (long long)f->count.lead.n);
    for (uint32_t i = 0; i < f->extension_count; i++)
        print_error("  extension %lld %d/%lld to %d entry %u max %u\n",
                    (long long)s->extensions[i].moment_ms, (int)s->extensions[i].span.unit,
                    (long long)s->extensions[i].span.n, s->extensions[i].to, s->extensions[i].entry,
                    s->extensions[i].max);
    for (uint32_t i = 0; i < f->pause_count; i++)
        print_error("  pause %lld %lld\n", (long long)s->pauses[i].from_ms,
                    (long long)s->pauses[i].to_ms);
    print_error("want %lld, got %lld\n", (long long)naive, (long long)got);
}

static void a_naive_counter_agrees(void **state) {
    ground *g = *state;
    sw_rng rng;
    sw_rng_init(&rng, 105);
    sw_arena_mark mark = sw_arena_save(&g->arena);
    for (int i = 0; i < CASES; i++) {
        sample s;
        random_sample(g, &rng, &s);
        int64_t naive = naive_due(&s), got = due_of(g, &s).due_ms;
        if (naive != got) describe(&s, naive, got);
        assert_int_equal(got, naive);
        sw_arena_rewind(&g->arena, mark);
    }
}

static void due_is_never_before_the_begin(void **state) {
    ground *g = *state;
    sw_rng rng;
    sw_rng_init(&rng, 1);
    for (int i = 0; i < CASES / 5; i++) {
        sample s;
        random_sample(g, &rng, &s);
        s.facts.count.lead.n = 0;
        if (s.facts.count.rollover == SW_ROLL_WORKDAY_BEFORE) continue;
        sw_due due = due_of(g, &s);
        assert_true(due.begin_ms >= s.facts.start_ms);
        assert_true(due.due_ms >= due.begin_ms);
    }
}

/* Where due has a clock time, rolling it to 24:00 of Monday from Sunday overtakes a due of Monday
 * noon, and so does a lead of working days: order is kept only for ends of days. */
static void keep_order(sample *s) {
    if (s->facts.count.rollover == SW_ROLL_WORKDAY) s->facts.count.end_of_day = true;
    s->facts.count.lead.n = 0;
}

/* `to` may shorten, and a `max` may let a smaller one in: both are left out. */
static void a_pause_more_never_makes_it_earlier(void **state) {
    ground *g = *state;
    sw_rng rng;
    sw_rng_init(&rng, 2);
    for (int i = 0; i < CASES / 5; i++) {
        sample s;
        random_sample(g, &rng, &s);
        for (int k = 0; k < PARTS_MAX; k++) s.extensions[k].to = false, s.extensions[k].max = 0;
        if (s.facts.pause_count == 0) continue;
        keep_order(&s);
        int64_t with = due_of(g, &s).due_ms;
        s.facts.pause_count--;
        int64_t without = due_of(g, &s).due_ms;
        if (without > with) describe(&s, without, with);
        assert_true(without <= with);
    }
}

static void an_extension_that_adds_never_makes_it_earlier(void **state) {
    ground *g = *state;
    sw_rng rng;
    sw_rng_init(&rng, 3);
    for (int i = 0; i < CASES / 5; i++) {
        sample s;
        random_sample(g, &rng, &s);
        if (s.facts.extension_count == 0 || s.extensions[s.facts.extension_count - 1].to) continue;
        keep_order(&s);
        sw_due with = due_of(g, &s);
        bool taken = with.fates[s.facts.extension_count - 1] == SW_EXT_TAKEN;
        s.facts.extension_count--;
        int64_t without_ms = due_of(g, &s).due_ms;
        bool good = taken ? without_ms <= with.due_ms : without_ms == with.due_ms;
        if (!good) describe(&s, without_ms, with.due_ms);
        assert_true(good);
    }
}

static void neither_order_nor_cutting_of_pauses_matters(void **state) {
    ground *g = *state;
    sw_rng rng;
    sw_rng_init(&rng, 4);
    for (int i = 0; i < CASES / 5; i++) {
        sample s;
        random_sample(g, &rng, &s);
        int64_t due = due_of(g, &s).due_ms;
        for (uint32_t k = s.facts.pause_count; k > 1; k--) {
            uint32_t j = (uint32_t)sw_rng_below(&rng, k);
            sw_pause swap = s.pauses[j];
            s.pauses[j] = s.pauses[k - 1], s.pauses[k - 1] = swap;
        }
        assert_int_equal(due_of(g, &s).due_ms, due);
        if (s.facts.pause_count == 0 || s.facts.pause_count == PARTS_MAX) continue;
        sw_pause *p = &s.pauses[0];
        if (p->to_ms <= p->from_ms) continue;
        int64_t cut = sw_rng_between(&rng, p->from_ms, p->to_ms);
        s.pauses[s.facts.pause_count++] = (sw_pause){cut, p->to_ms};
        p->to_ms = cut;
        assert_int_equal(due_of(g, &s).due_ms, due);
    }
}

static void a_rolled_period_ends_on_a_working_day(void **state) {
    ground *g = *state;
    sw_rng rng;
    sw_rng_init(&rng, 5);
    for (int i = 0; i < CASES / 5; i++) {
        sample s;
        random_sample(g, &rng, &s);
        if (s.facts.count.rollover == SW_ROLL_NONE) continue;
        int64_t last = sw_zone_day(s.facts.zone, due_of(g, &s).due_ms - 1);
        assert_true(sw_calendar_is_workday(g->cn, last));
    }
}

static void next_day_ends_the_day_that_instant_reaches(void **state) {
    ground *g = *state;
    sw_rng rng;
    sw_rng_init(&rng, 6);
    for (int i = 0; i < CASES / 5; i++) {
        sample s;
        random_sample(g, &rng, &s);
        s.facts.count = (sw_count){0};
        s.facts.zone = g->shanghai;
        s.facts.pause_count = s.facts.extension_count = 0;
        s.facts.limit.unit = SW_UNIT_DAYS, s.facts.limit.n = sw_rng_between(&rng, 0, 99);
        int64_t instant = due_of(g, &s).due_ms;
        s.facts.count.begin = SW_BEGIN_NEXT_DAY;
        int64_t day = sw_zone_day(g->shanghai, instant);
        assert_int_equal(due_of(g, &s).due_ms, sw_zone_day_start(g->shanghai, day + 1));
    }
}

static void midnights_of_two_parts_add_up(void **state) {
    ground *g = *state;
    const sw_zone *zones[] = {g->shanghai,
                              g->rome,
                              g->new_york,
                              g->apia,
                              zone_named(&g->arena, "America/Santiago"),
                              zone_named(&g->arena, "America/St_Johns")};
    sw_rng rng;
    sw_rng_init(&rng, 8);
    for (int i = 0; i < CASES; i++) {
        const sw_zone *z = zones[sw_rng_below(&rng, SW_COUNT(zones))];
        int64_t a = random_time(&rng, at("1985-01-01T00:00:00Z"), 15000);
        int64_t c = random_time(&rng, a, 40), b = a + (c > a ? (c - a) / 3 : 0);
        if (c < a) continue;
        assert_int_equal(sw_zone_midnights(z, a, b) + sw_zone_midnights(z, b, c),
                         sw_zone_midnights(z, a, c));
    }
}

/* What is known only once an open pause has ended: with it closed at its begin nothing was paused.
 */
static void levels_wait_where_an_open_pause_began(void **state) {
    ground *g = *state;
    sw_rng rng;
    sw_rng_init(&rng, 9);
    for (int i = 0; i < CASES / 5; i++) {
        sample s;
        random_sample(g, &rng, &s);
        if (s.facts.pause_count == 0) continue;
        sw_pause *open = &s.pauses[s.facts.pause_count - 1];
        open->to_ms = SW_TIME_MAX;
        sw_due due = due_of(g, &s);
        int64_t from = due.pauses[due.pause_count - 1].from_ms;
        assert_int_equal(due.pauses[due.pause_count - 1].to_ms, SW_TIME_MAX);
        sample then = s; /* as it was known when it began */
        then.facts.extensions = then.extensions, then.facts.pauses = then.pauses;
        then.facts.extension_count = 0, then.facts.pause_count = 0;
        for (uint32_t k = 0; k < s.facts.extension_count; k++)
            if (s.extensions[k].moment_ms < from && due.fates[k] == SW_EXT_TAKEN)
                then.extensions[then.facts.extension_count++] = s.extensions[k];
        for (uint32_t k = 0; k < s.facts.pause_count; k++)
            if (s.pauses[k].from_ms < from && s.pauses[k].to_ms < from)
                then.pauses[then.facts.pause_count++] = s.pauses[k];
        bool in_order = true; /* of moments: else one taken later may have made room for it */
        for (uint32_t k = 1; k < s.facts.extension_count; k++)
            in_order = in_order && s.extensions[k - 1].moment_ms <= s.extensions[k].moment_ms;
        if (in_order) assert_int_equal(due.levels_due_ms, due_of(g, &then).due_ms);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_naive_counter_agrees),
        cmocka_unit_test(due_is_never_before_the_begin),
        cmocka_unit_test(a_pause_more_never_makes_it_earlier),
        cmocka_unit_test(an_extension_that_adds_never_makes_it_earlier),
        cmocka_unit_test(neither_order_nor_cutting_of_pauses_matters),
        cmocka_unit_test(a_rolled_period_ends_on_a_working_day),
        cmocka_unit_test(next_day_ends_the_day_that_instant_reaches),
        cmocka_unit_test(midnights_of_two_parts_add_up),
        cmocka_unit_test(levels_wait_where_an_open_pause_began),
    };
    return cmocka_run_group_tests(tests, ground_begin, ground_end);
}
