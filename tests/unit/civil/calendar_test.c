#include "unit/civil/civil_test.h"

#include <stdio.h>
#include <stdlib.h>

/* Reads a text that has to be wrong and gives its findings as lines "line: message". */
static const char *findings_of(ground *g, const char *text) {
    sw_diags diags;
    const sw_calendar *cal = NULL;
    sw_diags_init(&diags, &g->arena, SW_S("x.yaml"), 100);
    assert_int_equal(
        sw_calendar_parse(&g->arena, SW_S("x.yaml"), sw_slice_cstr(text), &diags, &cal),
        SW_E_INVALID);
    assert_null(cal);
    const char *all = "";
    for (const sw_diag *d = diags.first; d; d = d->next) {
        assert_true(d->hint.len > 0);
        all = sw_arena_printf(&g->arena, "%s%u %.*s\n", all, d->line, SW_FMT(d->message)).ptr;
    }
    return all;
}

static const sw_calendar *calendar_of(ground *g, const char *text) {
    sw_diags diags;
    const sw_calendar *cal = NULL;
    sw_diags_init(&diags, &g->arena, SW_S("x.yaml"), 100);
    sw_err err = sw_calendar_parse(&g->arena, SW_S("dir/calendar-x.yaml"), sw_slice_cstr(text),
                                   &diags, &cal);
    if (err) fail_msg("%.*s", SW_FMT(sw_diag_text(&g->arena, diags.first)));
    return cal;
}

static void breaks_rest_and_makeups_work(void **state) {
    ground *g = *state;
    static const struct {
        const char *date, *reason;
        bool works;
    } days[] = {
        {"2026-01-01", "元旦", false},    {"2026-01-04", "元旦调休", true},
        {"2026-02-28", "春节调休", true}, {"2026-03-07", "周六", false},
        {"2026-03-08", "周日", false},    {"2026-03-09", "", true},
        {"2026-04-06", "清明节", false},  {"2026-05-09", "劳动节调休", true},
        {"2026-05-10", "周日", false},    {"2026-10-03", "国庆节", false},
        {"2024-02-10", "春节", false},    {"2025-10-08", "国庆节、中秋节", false},
        {"2023-10-02", "", true},         {"2027-10-01", "", true},
        {"2027-10-02", "周六", false},
    };
    for (size_t i = 0; i < SW_COUNT(days); i++) {
        int64_t day = day_of(days[i].date);
        if (sw_calendar_is_workday(g->cn, day) != days[i].works) fail_msg("%s", days[i].date);
        assert_slice(sw_calendar_reason(g->cn, day), days[i].reason);
    }
    assert_slice(sw_calendar_name(g->cn), "cn");
}

static void nothing_is_covered_after_the_last_published_day(void **state) {
    ground *g = *state;
    assert_int_equal(sw_calendar_first(g->cn), day_of("2024-01-01"));
    assert_int_equal(sw_calendar_last(g->cn), day_of("2026-12-31"));
    assert_true(sw_calendar_covers(g->cn, day_of("2026-12-31")));
    assert_false(sw_calendar_covers(g->cn, day_of("2027-01-01")));
    const sw_calendar *plain = sw_calendar_plain();
    assert_false(sw_calendar_covers(plain, day_of("1971-01-01")));
    assert_true(sw_calendar_is_workday(plain, day_of("2026-10-01")));
    assert_false(sw_calendar_is_workday(plain, day_of("2026-03-07")));
    assert_slice(sw_calendar_name(plain), "plain");
}

/* The sums of each year are those of the notices; the file also says them. */
static void each_year_has_its_working_days(void **state) {
    ground *g = *state;
    static const int sums[] = {251, 248, 248};
    for (int year = 2024; year <= 2026; year++) {
        int n = 0;
        for (int64_t day = sw_days_from_date(year, 1, 1); day < sw_days_from_date(year + 1, 1, 1);
             day++)
            n += sw_calendar_is_workday(g->cn, day);
        assert_int_equal(n, sums[year - 2024]);
    }
}

static void the_projects_copy_says_what_the_domain_says(void **state) {
    ground *g = *state;
    const sw_calendar *shared;
    const char *folder = getenv("SEAWALL_SHARED");
    if (!folder) folder = SW_SOURCE_DIR "/../shared";
    const char *path = sw_arena_printf(&g->arena, "%s/domain/calendar-cn.yaml", folder).ptr;
    FILE *there = fopen(path, "rb");
    if (!there) {
        print_message("not compared: %s is not there (SEAWALL_SHARED names its folder)\n", path);
        skip();
    }
    (void)fclose(there);
    assert_ok(sw_calendar_load(&g->arena, path, NULL, &shared));
    assert_slice(sw_calendar_name(shared), "cn");
    assert_int_equal(sw_calendar_last(shared), sw_calendar_last(g->cn));
    for (int64_t day = day_of("2023-01-01"); day < day_of("2028-01-01"); day++) {
        assert_int_equal(sw_calendar_is_workday(shared, day), sw_calendar_is_workday(g->cn, day));
        assert_true(sw_slice_eq(sw_calendar_reason(shared, day), sw_calendar_reason(g->cn, day)));
    }
}

static void check_workday(const sw_calendar *cal, int64_t day, int64_t n) {
    int64_t naive = day, step = n < 0 ? -1 : 1;
    for (int64_t left = n * step; left > 0;) left -= sw_calendar_is_workday(cal, naive += step);
    assert_int_equal(sw_calendar_workday(cal, day, n), naive);
}

static void the_nth_working_day_is_found_by_whole_weeks_too(void **state) {
    ground *g = *state;
    sw_rng rng;
    sw_rng_init(&rng, 11);
    const sw_calendar *friday = calendar_of(g, "weekend: [fri]\n"
                                               "coverage: {from: '2026-01-01', to: '2026-12-31'}\n"
                                               "years: {'2026': {days_off: ['2026-03-20']}}\n");
    for (int i = 0; i < 20000; i++) {
        int64_t day = sw_rng_between(&rng, day_of("2020-01-01"), day_of("2030-01-01"));
        int64_t n = sw_rng_between(&rng, -40, 40) * (sw_rng_chance(&rng, 1, 10) ? 30 : 1);
        check_workday(g->cn, day, n);
        check_workday(sw_calendar_plain(), day, n);
        check_workday(friday, day, n);
    }
}

static void other_countries_have_other_weekends_and_words(void **state) {
    ground *g = *state;
    const sw_calendar *cal = calendar_of(
        g, "weekend: [Fri, sat]\n"
           "weekday_names: [Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, "
           "Saturday]\n"
           "coverage: {from: 2026-01-01, to: 2026-12-31}\n"
           "years:\n"
           "  '2026':\n"
           "    breaks: [{name: Eid al-Fitr, from: 2026-03-20, to: 2026-03-22}]\n"
           "    days_off: [2026-03-20, 2026-03-21, 2026-03-22]\n"
           "    makeup_workdays: [{date: 2026-03-28, for: instead of Eid}, 2026-04-03]\n");
    assert_slice(sw_calendar_name(cal), "x");
    assert_false(sw_calendar_is_workday(cal, day_of("2026-03-06")));
    assert_slice(sw_calendar_reason(cal, day_of("2026-03-06")), "Friday");
    assert_true(sw_calendar_is_workday(cal, day_of("2026-03-08")));
    assert_slice(sw_calendar_reason(cal, day_of("2026-03-22")), "Eid al-Fitr");
    assert_slice(sw_calendar_reason(cal, day_of("2026-03-28")), "instead of Eid");
    assert_true(sw_calendar_is_workday(cal, day_of("2026-04-03")));
}

static void all_that_is_wrong_is_told_at_once(void **state) {
    ground *g = *state;
    const char *got = findings_of(g, "naem: x\n"
                                     "weekend: [sat, sunny]\n"
                                     "coverage: {from: '2026-01-01', to: '2027-12-31'}\n"
                                     "years:\n"
                                     "  '2026':\n"
                                     "    breaks:\n"
                                     "    - {name_zh: A, from: '2026-05-01', to: '2026-05-03'}\n"
                                     "    - {from: '2026-06-01', to: '2026-05-03'}\n"
                                     "    days_off:\n"
                                     "    - '2026-02-30'\n"
                                     "    - '2026-05-01'\n"
                                     "    - '2026-05-01'\n"
                                     "    - '2025-05-01'\n"
                                     "    - 5\n"
                                     "    makeup_workdays:\n"
                                     "    - {date: '2026-05-01', weekday: Fri}\n"
                                     "    - {date: '2026-05-06', weekday: Sat}\n"
                                     "    - {weekday: Sat}\n"
                                     "    working_days: 100\n"
                                     "    holidays: []\n"
                                     "  next: {}\n");
    assert_string_equal(got, "1 unknown key 'naem'\n"
                             "2 \"sunny\" is no day of the week\n"
                             "20 unknown key 'holidays'\n"
                             "10 \"2026-02-30\" is no date\n"
                             "12 2026-05-01 is listed before, in line 11\n"
                             "13 2025-05-01 is listed under the year 2026\n"
                             "14 \"5\" is no date\n"
                             "16 2026-05-01 is a day off too, in line 12\n"
                             "17 2026-05-06 (wed) is a working day anyway\n"
                             "17 2026-05-06 is a wed, not \"Sat\"\n"
                             "18 an entry has no date\n"
                             "7 day 1 of the break is not among the days off\n"
                             "8 a break has no name\n"
                             "8 the break is no span of published days\n"
                             "21 \"next\" is no year\n"
                             "5 2027 is published but not there\n");
}

static void a_calendar_without_its_frame_is_refused(void **state) {
    ground *g = *state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"[1]", "1 a calendar must be a map, not a list\n"},
        {"name: x", "1 the first and last published day are missing\n"},
        {"coverage: {from: '2026-01-01'}\nyears: {}", "1 is missing\n"},
        {"coverage: {from: '2026-12-31', to: '2026-01-01'}\nyears: {}",
         "1 must be a span of days, at most 400 years\n"},
        {"coverage: {from: '0001-01-01', to: '2026-01-01'}\nyears: {}",
         "1 must be a span of days, at most 400 years\n"},
        {"coverage: {from: '2026-01-01', to: '2026-12-31'}", "1 is missing\n"},
        {"coverage: {from: '2026-01-01', to: '2026-12-31'}\nyears: {'2026': {}}", "2 is missing\n"},
        {"coverage: {from: '2026-01-01', to: '2026-12-31'}\nyears: {'2026': [1]}",
         "2 must be a map, not a list\n"},
        {"coverage: {from: '2026-01-01', to: '2026-12-31'}\nyears: {'2026': {days_off: 5}}",
         "2 must be a list, not an integer\n"},
        {"weekend: [sun, mon, tue, wed, thu, fri, sat]\n"
         "coverage: {from: '2026-01-01', to: '2026-12-31'}\nyears: {'2026': {days_off: []}}",
         "1 no day of the week would be a working day\n"},
        {"coverage: {from: '2026-01-01', to: '2026-12-31'}\n"
         "years: {'2026': {days_off: ['2026-01-01'],\n working_days: 261}}",
         "3 the days listed make it 260\n"},
        {"coverage: {from: '2026-01-01', to: '2026-12-31'}\n"
         "years: {'2026': {days_off: ['2026-01-01'],\n working_days_by_month: [21, 21]}}",
         "3 the days listed make it 20 in month 2\n"},
        {"weekday_names: [So, Mo]\n"
         "coverage: {from: '2026-01-01', to: '2026-12-31'}\nyears: {'2026': {days_off: []}}",
         "1 has 2 names, not the seven of a week\n"},
        {"name: ''\n"
         "coverage: {from: '2026-01-01', to: '2026-12-31'}\nyears: {'2026': {days_off: []}}",
         "1 must be a word by which packs call the calendar\n"},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++)
        assert_string_equal(findings_of(g, cases[i].text), cases[i].want);
    const sw_calendar *cal = NULL;
    assert_int_equal(sw_calendar_parse(&g->arena, SW_S("x"), SW_S("a: [1"), NULL, &cal),
                     SW_E_SYNTAX);
    assert_int_equal(sw_calendar_load(&g->arena, "/nowhere/x.yaml", NULL, &cal), SW_E_NOT_FOUND);
}

static void a_full_arena_is_said_at_every_allocation(void **state) {
    (void)state;
    static const char text[] = "coverage: {from: '2026-01-01', to: '2026-12-31'}\n"
                               "years: {'2026': {breaks: [{name_zh: A, from: '2026-05-01', to: "
                               "'2026-05-01'}], days_off: ['2026-05-01'], makeup_workdays: "
                               "[{date: '2026-05-09', weekday: Sat, for_zh: A}]}}\n";
    const sw_calendar *cal = NULL;
    sw_err err = SW_E_LIMIT;
    int64_t n = 0;
    for (; err; n++) {
        sw_arena arena;
        sw_arena_init(&arena, 1u << 20);
        arena.fail_after = n;
        err = sw_calendar_parse(&arena, SW_S("x.yaml"), sw_slice_cstr(text), NULL, &cal);
        assert_true(err == SW_OK || (err == SW_E_LIMIT && cal == NULL));
        sw_arena_done(&arena);
    }
    assert_true(n > 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(breaks_rest_and_makeups_work),
        cmocka_unit_test(nothing_is_covered_after_the_last_published_day),
        cmocka_unit_test(each_year_has_its_working_days),
        cmocka_unit_test(the_projects_copy_says_what_the_domain_says),
        cmocka_unit_test(the_nth_working_day_is_found_by_whole_weeks_too),
        cmocka_unit_test(other_countries_have_other_weekends_and_words),
        cmocka_unit_test(all_that_is_wrong_is_told_at_once),
        cmocka_unit_test(a_calendar_without_its_frame_is_refused),
        cmocka_unit_test(a_full_arena_is_said_at_every_allocation),
    };
    return cmocka_run_group_tests(tests, ground_begin, ground_end);
}
