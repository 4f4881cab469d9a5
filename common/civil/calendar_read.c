#include "civil/calendar_days.h"
#include "text/time.h"
#include "text/yaml.h"
#include <stdio.h>

#define FILE_BYTES_MAX (4u << 20)
#define DATE_HINT      "write it as 2026-10-01"

enum { WEEKDAY_TEXT_MAX = 48 };

static const char *const weekday_keys[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

/* The keys that a map may have; those that only explain to a person are read over. */
static const char *const root_keys[] = {
    "schema",  "name",          "time_zone", "verified", "coverage",
    "weekend", "weekday_names", "rules",     "years",    "legal_holidays_note"};
static const char *const coverage_keys[] = {"from", "to", "next"};
static const char *const year_keys[] = {
    "notice",          "source",         "breaks",       "days_off",
    "makeup_workdays", "legal_holidays", "working_days", "working_days_by_month"};
static const char *const break_keys[] = {"name_zh", "name", "from", "to"};
static const char *const makeup_keys[] = {"date", "weekday", "for_zh", "for"};

/* One reading of one file. */
typedef struct reader {
    sw_arena *arena;
    sw_diags *diags;
    sw_calendar *cal;
    int64_t year; /* the one that is read */
    bool bad;
    bool full; /* the arena */
} reader;

#define FIND(r, node, field, hint, ...)                                                            \
    ((r)->bad = true, (void)sw_diag_at((r)->diags, SW_E_INVALID, (node)->line, (node)->col, field, \
                                       hint, __VA_ARGS__))

static sw_calendar *new_calendar(sw_arena *arena) {
    sw_calendar *cal = sw_arena_alloc(arena, sizeof *cal);
    if (cal) *cal = *sw_calendar_plain();
    return cal;
}

static void check_keys(reader *r, const sw_yaml *map, const char *const *names, size_t count) {
    const sw_yaml_keys keys = {names, count, NULL, NULL,
                               "see docs/counting.md for the keys of a calendar"};
    if (sw_yaml_check_keys(map, &keys, r->diags)) r->bad = true;
}

/* A list, or nothing (left out or null); anything else is a finding. */
static const sw_yaml *list_of(reader *r, const sw_yaml *map, const char *key) {
    const sw_yaml *list = sw_yaml_get(map, key);
    if (!list || list->kind == SW_YAML_NULL) return NULL;
    if (list->kind == SW_YAML_SEQ) return list->first;
    FIND(r, list, key, "write [ … ]", "must be a list, not %s", sw_yaml_kind_names[list->kind]);
    return NULL;
}

static bool digits(const char *at, size_t len, int32_t *ret) {
    int32_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (at[i] < '0' || at[i] > '9') return false;
        n = n * 10 + (at[i] - '0');
    }
    return *ret = n, true;
}

static bool read_date(reader *r, const sw_yaml *node, const char *field, int64_t *ret_day) {
    if (node->kind == SW_YAML_STRING && sw_date_parse(node->text, ret_day) == SW_OK) return true;
    FIND(r, node, field, DATE_HINT, "\"%.*s\" is no date", SW_FMT(node->text));
    return false;
}

static bool read_member_date(reader *r, const sw_yaml *map, const char *key, int64_t *ret_day) {
    const sw_yaml *node = sw_yaml_get(map, key);
    if (node) return read_date(r, node, key, ret_day);
    FIND(r, map, key, DATE_HINT, "is missing");
    return false;
}

/* A date of the year that is read, within what is published. */
static sw_day_entry *read_listed(reader *r, const sw_yaml *node, const char *field,
                                 int64_t *ret_day) {
    int64_t year;
    int32_t month, day;
    if (!read_date(r, node, field, ret_day)) return NULL;
    sw_date_from_days(*ret_day, &year, &month, &day);
    sw_slice text = node->text;
    if (year != r->year) {
        FIND(r, node, field, "move it to its own year", "%.*s is listed under the year %d",
             SW_FMT(text), (int)r->year);
    } else if (*ret_day < r->cal->first || *ret_day > r->cal->last) {
        FIND(r, node, field, "mend coverage.from and coverage.to",
             "%.*s is not among the published days", SW_FMT(text));
    } else {
        return &r->cal->days[*ret_day - r->cal->first];
    }
    return NULL;
}

static bool weekday_of(sw_slice text, int32_t *ret) {
    for (int32_t i = 0; i < 7; i++) {
        if (text.len != 3) continue;
        bool same = true;
        for (int k = 0; k < 3; k++) same = same && (text.ptr[k] | 32) == weekday_keys[i][k];
        if (same) return *ret = i, true;
    }
    return false;
}

static void read_weekend(reader *r, const sw_yaml *root) {
    const sw_yaml *given = sw_yaml_get(root, "weekend");
    if (!given) return;
    memset(r->cal->weekend, 0, sizeof r->cal->weekend);
    for (const sw_yaml *at = list_of(r, root, "weekend"); at; at = at->next) {
        int32_t weekday;
        if (weekday_of(at->text, &weekday))
            r->cal->weekend[weekday] = true;
        else
            FIND(r, at, "weekend", "sun mon tue wed thu fri sat", "\"%.*s\" is no day of the week",
                 SW_FMT(at->text));
    }
    r->cal->week_workdays = 0;
    for (int i = 0; i < 7; i++) r->cal->week_workdays += !r->cal->weekend[i];
    if (r->cal->week_workdays == 0)
        FIND(r, given, "weekend", "leave one day", "no day of the week would be a working day");
}

static void keep_text(reader *r, sw_slice text, sw_slice *ret) {
    if (!sw_arena_copy(r->arena, text, ret)) r->full = true;
}

static void read_weekday_names(reader *r, const sw_yaml *root) {
    const sw_yaml *given = sw_yaml_get(root, "weekday_names");
    if (!given) return;
    int i = 0;
    for (const sw_yaml *at = list_of(r, root, "weekday_names"); at; at = at->next, i++) {
        if (i < 7 && at->text.len > 0 && at->text.len <= WEEKDAY_TEXT_MAX)
            keep_text(r, at->text, &r->cal->weekday_names[i]);
    }
    if (i != 7)
        FIND(r, given, "weekday_names", "Sunday first", "has %d names, not the seven of a week", i);
}

/* Where it is wrong there is no table to put days into, and reading ends with it. */
static bool read_coverage(reader *r, const sw_yaml *root) {
    const sw_yaml *given = sw_yaml_get(root, "coverage");
    static const char *const hint = "coverage: {from: '2024-01-01', to: '2026-12-31'}";
    if (!given || given->kind != SW_YAML_MAP) {
        FIND(r, given ? given : root, "coverage", hint,
             "the first and last published day are missing");
        return false;
    }
    check_keys(r, given, coverage_keys, SW_COUNT(coverage_keys));
    int64_t from, to;
    bool has_from = read_member_date(r, given, "from", &from);
    if (!read_member_date(r, given, "to", &to) || !has_from) return false;
    if (from > to || to - from > SW_CALENDAR_YEARS_MAX * 366) {
        FIND(r, given, "coverage", hint, "must be a span of days, at most %d years",
             SW_CALENDAR_YEARS_MAX);
        return false;
    }
    r->cal->days = sw_arena_zero(r->arena, (size_t)(to - from) + 1, sizeof *r->cal->days);
    r->full |= !r->cal->days;
    r->cal->first = from, r->cal->last = to;
    return r->cal->days != NULL;
}

static void read_days_off(reader *r, const sw_yaml *year) {
    for (const sw_yaml *at = list_of(r, year, "days_off"); at; at = at->next) {
        int64_t day;
        sw_day_entry *e = read_listed(r, at, "days_off", &day);
        if (!e) continue;
        if (e->mark == SW_DAY_OFF)
            FIND(r, at, "days_off", "list it once", "%.*s is listed before, in line %u",
                 SW_FMT(at->text), e->line);
        e->mark = SW_DAY_OFF, e->line = at->line;
    }
}

static void check_makeup(reader *r, const sw_yaml *at, const sw_yaml *date, int64_t day,
                         const sw_day_entry *e) {
    static const char *const field = "makeup_workdays";
    int32_t weekday = sw_weekday(day), said;
    const sw_yaml *given = at == date ? NULL : sw_yaml_get(at, "weekday");
    if (e->mark == SW_DAY_OFF)
        FIND(r, date, field, "a day can be only one of the two",
             "%.*s is a day off too, in line %u", SW_FMT(date->text), e->line);
    else if (e->mark == SW_DAY_MAKEUP)
        FIND(r, date, field, "list it once", "%.*s is listed before, in line %u",
             SW_FMT(date->text), e->line);
    else if (!r->cal->weekend[weekday])
        FIND(r, date, field, "remove it, or mend the date", "%.*s (%s) is a working day anyway",
             SW_FMT(date->text), weekday_keys[weekday]);
    if (given && (!weekday_of(given->text, &said) || said != weekday))
        FIND(r, given, field, "mend the date or the day of the week", "%.*s is a %s, not \"%.*s\"",
             SW_FMT(date->text), weekday_keys[weekday], SW_FMT(given->text));
}

static const sw_yaml *either(const sw_yaml *map, const char *key, const char *other) {
    const sw_yaml *node = sw_yaml_get(map, key);
    return node ? node : sw_yaml_get(map, other);
}

static void read_makeups(reader *r, const sw_yaml *year) {
    for (const sw_yaml *at = list_of(r, year, "makeup_workdays"); at; at = at->next) {
        const sw_yaml *date = at;
        if (at->kind == SW_YAML_MAP) {
            check_keys(r, at, makeup_keys, SW_COUNT(makeup_keys));
            date = sw_yaml_get(at, "date");
        }
        if (!date) {
            FIND(r, at, "makeup_workdays", DATE_HINT, "an entry has no date");
            continue;
        }
        int64_t day;
        sw_day_entry *e = read_listed(r, date, "makeup_workdays", &day);
        if (!e) continue;
        check_makeup(r, at, date, day, e);
        const sw_yaml *zh = at == date ? NULL : sw_yaml_get(at, "for_zh");
        const sw_yaml *other = at == date ? NULL : sw_yaml_get(at, "for");
        sw_slice reason = SW_S("调休");
        if (zh)
            reason = sw_arena_printf(r->arena, "%.*s调休", SW_FMT(zh->text));
        else if (other)
            reason = sw_arena_printf(r->arena, "%.*s", SW_FMT(other->text));
        r->full |= !reason.ptr;
        *e = (sw_day_entry){.mark = SW_DAY_MAKEUP, .line = date->line, .reason = reason};
    }
}

static void read_breaks(reader *r, const sw_yaml *year) {
    for (const sw_yaml *at = list_of(r, year, "breaks"); at; at = at->next) {
        check_keys(r, at, break_keys, SW_COUNT(break_keys));
        const sw_yaml *given = either(at, "name_zh", "name");
        sw_slice name = SW_SLICE_NONE;
        if (given)
            keep_text(r, given->text, &name);
        else
            FIND(r, at, "breaks", "name_zh: 国庆节", "a break has no name");
        int64_t from, to;
        bool has_from = read_member_date(r, at, "from", &from);
        if (!read_member_date(r, at, "to", &to) || !has_from) continue;
        if (from > to || from < r->cal->first || to > r->cal->last) {
            FIND(r, at, "breaks", "mend from and to", "the break is no span of published days");
            continue;
        }
        for (int64_t day = from; day <= to; day++) {
            sw_day_entry *e = &r->cal->days[day - r->cal->first];
            if (e->mark == SW_DAY_OFF) {
                e->reason = name;
                continue;
            }
            FIND(r, at, "breaks", "list each day of a break in days_off",
                 "day %d of the break is not among the days off", (int)(day - from + 1));
            break;
        }
    }
}

static int32_t workdays_in(const sw_calendar *cal, int64_t from, int64_t days) {
    int32_t n = 0;
    for (int64_t day = from; day < from + days; day++) n += sw_calendar_is_workday(cal, day);
    return n;
}

/* The sums that a careful editor adds are held against the days, once those are right. */
static void check_sums(reader *r, const sw_yaml *year) {
    const sw_yaml *sum = sw_yaml_get(year, "working_days");
    int64_t new_year = sw_days_from_date(r->year, 1, 1);
    int64_t next = sw_days_from_date(r->year + 1, 1, 1);
    if (sum && sum->number != workdays_in(r->cal, new_year, next - new_year))
        FIND(r, sum, "working_days", "mend the sum or the days", "the days listed make it %d",
             workdays_in(r->cal, new_year, next - new_year));
    int32_t month = 1;
    for (const sw_yaml *at = list_of(r, year, "working_days_by_month"); at && month <= 12;
         at = at->next, month++) {
        int32_t n = workdays_in(r->cal, sw_days_from_date(r->year, month, 1),
                                sw_days_in_month(r->year, month));
        if (at->number != n)
            FIND(r, at, "working_days_by_month", "mend the sum or the days",
                 "the days listed make it %d in month %d", n, month);
    }
}

static void read_year(reader *r, const sw_yaml *year) {
    int32_t number;
    if (year->key.len != 4 || !digits(year->key.ptr, 4, &number) || number < 1) {
        FIND(r, year, "years", "'2026': …", "\"%.*s\" is no year", SW_FMT(year->key));
        return;
    }
    if (year->kind != SW_YAML_MAP) {
        FIND(r, year, "years", "'2026': {days_off: […]}", "must be a map, not %s",
             sw_yaml_kind_names[year->kind]);
        return;
    }
    r->year = number;
    check_keys(r, year, year_keys, SW_COUNT(year_keys));
    if (!sw_yaml_get(year, "days_off"))
        FIND(r, year, "days_off", "list every day that the notice frees", "is missing");
    read_days_off(r, year);
    read_makeups(r, year);
    read_breaks(r, year);
    if (!r->full && !r->bad) check_sums(r, year);
}

/* Every year of the coverage has to be there: a forgotten one would count its holidays as workdays.
 */
static void read_years(reader *r, const sw_yaml *root) {
    const sw_yaml *years = sw_yaml_get(root, "years");
    if (!years || years->kind != SW_YAML_MAP) {
        FIND(r, years ? years : root, "years", "years: {'2026': {days_off: […]}}", "is missing");
        return;
    }
    for (const sw_yaml *at = years->first; at; at = at->next) read_year(r, at);
    int64_t from, to;
    int32_t month, day;
    sw_date_from_days(r->cal->first, &from, &month, &day);
    sw_date_from_days(r->cal->last, &to, &month, &day);
    for (; from <= to; from++) {
        char key[24];
        (void)snprintf(key, sizeof key, "%04d", (int)from);
        if (!sw_yaml_get(years, key))
            FIND(r, years, "years", "add it, or mend coverage", "%s is published but not there",
                 key);
    }
}

/* "deploy/calendars/calendar-cn.yaml" is named "cn". */
static sw_slice name_of_file(sw_slice file) {
    size_t from = file.len, to = file.len;
    while (from > 0 && file.ptr[from - 1] != '/') from--;
    for (size_t i = from + 1; i < file.len; i++)
        if (file.ptr[i] == '.') to = i;
    sw_slice name = file.len ? sw_slice_sub(file, from, to) : file;
    sw_slice prefix = SW_S("calendar-");
    if (sw_slice_starts(name, prefix)) name = sw_slice_sub(name, prefix.len, name.len);
    return name;
}

sw_err sw_calendar_parse(sw_arena *arena, sw_slice file, sw_slice text, sw_diags *diags,
                         const sw_calendar **ret) {
    SW_ASSERT(arena && ret);
    sw_calendar *cal = new_calendar(arena);
    if (!cal) return SW_E_LIMIT;
    const sw_yaml *root;
    sw_err err = sw_yaml_parse(arena, text, diags, &root);
    if (err) return err;
    reader r = {.arena = arena, .diags = diags, .cal = cal};
    if (root->kind != SW_YAML_MAP) {
        FIND(&r, root, NULL, "see docs/counting.md", "a calendar must be a map, not %s",
             sw_yaml_kind_names[root->kind]);
        return SW_E_INVALID;
    }
    check_keys(&r, root, root_keys, SW_COUNT(root_keys));
    const sw_yaml *name = sw_yaml_get(root, "name");
    keep_text(&r, name ? name->text : name_of_file(file), &cal->name);
    if (name && (name->kind != SW_YAML_STRING || !name->text.len))
        FIND(&r, name, "name", "name: cn", "must be a word by which packs call the calendar");
    read_weekend(&r, root);
    read_weekday_names(&r, root);
    if (read_coverage(&r, root)) read_years(&r, root);
    if (r.full) return SW_E_LIMIT;
    if (r.bad) return SW_E_INVALID;
    return *ret = cal, SW_OK;
}

sw_err sw_calendar_load(sw_arena *arena, const char *path, sw_diags *diags,
                        const sw_calendar **ret) {
    SW_ASSERT(path);
    sw_slice text, before = diags ? diags->file : SW_SLICE_NONE;
    sw_slice file = sw_slice_cstr(path);
    if (diags) diags->file = file;
    sw_err err = sw_file_read(arena, path, FILE_BYTES_MAX, diags, &text);
    if (!err) err = sw_calendar_parse(arena, file, text, diags, ret);
    if (diags) diags->file = before;
    return err;
}
