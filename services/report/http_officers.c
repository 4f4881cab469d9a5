#include "report/http_officers.h"

#include <stdlib.h>

#include "report/figures/hand.h"
#include "text/json.h"
#include "text/time.h"

#define SHOWN_DEFAULT 20u
#define SHOWN_MAX     100u
/* What one officer has in hand: more is not looked at for his overview. */
#define HAND_MAX 5000u
#define DAY_MS   INT64_C(86400000)

typedef struct ask {
    const sw_figures_api *api;
    sw_http_exchange *x;
    sw_slice id, name, unit;
    int64_t now_ms;
    uint32_t limit;
    sw_hand_entry *warnings, *periods;
    uint32_t warning_count, period_count;
    bool more;
    sw_buf out;
} ask;

/* His own, or those over his unit. A stranger is told that there is nobody. */
static bool may_see(ask *a) {
    const sw_principal *who = sw_http_principal(a->x);
    sw_slice sub = sw_slice_cstr(who->sub);
    if (sw_slice_starts(sub, SW_S("officer "))) sub = sw_slice_sub(sub, 8, sub.len);
    a->id = sw_http_path(a->x, "id");
    a->now_ms = sw_clock_now_ms(a->api->clock);
    const sw_err err = sw_officer_find(&a->api->figures, a->id, a->now_ms, sw_http_arena(a->x),
                                       &a->name, &a->unit);
    if (err && err != SW_E_NOT_FOUND) {
        sw_http_refuse_err(a->x, err, "the officer");
        return false;
    }
    const bool over = sw_principal_has(who, SW_ROLE_VIEWER | SW_ROLE_SUPERVISOR | SW_ROLE_ADMIN);
    if (sw_slice_eq(sub, a->id)) return true;
    if (over && (who->org[0] == '\0' || (!err && sw_principal_may(who, a->unit)))) return true;
    sw_http_refuse(a->x, 404, "unknown", "there is no such officer that you may see");
    return false;
}

static sw_err read_hands(ask *a) {
    sw_slice after;
    sw_arena *arena = sw_http_arena(a->x);
    const sw_figures *figures = &a->api->figures;
    sw_err err = sw_hand_list(figures, a->id, SW_ITEM_WARNING, SW_S(""), HAND_MAX, arena,
                              &a->warnings, &a->warning_count, &after);
    a->more = after.len > 0;
    if (!err)
        err = sw_hand_list(figures, a->id, SW_ITEM_PERIOD, SW_S(""), HAND_MAX, arena, &a->periods,
                           &a->period_count, &after);
    a->more |= after.len > 0;
    return err;
}

static void add_entry(sw_buf *out, const sw_hand_entry *entry) {
    sw_buf_add_cstr(out, "{\"org\":");
    sw_json_write_string(out, entry->org);
    sw_buf_add_cstr(out, ",\"item\":");
    sw_buf_add(out, entry->label.len ? entry->label : SW_S("{}"));
    sw_buf_add_byte(out, '}');
}

static void add_entries(sw_buf *out, const sw_hand_entry *entries, uint32_t count, uint32_t most) {
    sw_buf_add_cstr(out, ",\"entries\":[");
    for (uint32_t i = 0; i < count && i < most; i++) {
        if (i) sw_buf_add_byte(out, ',');
        add_entry(out, &entries[i]);
    }
    sw_buf_add_byte(out, ']');
}

/* ---- cases: what is in hand, by the first field of its key -------------------------------- */

typedef struct in_case {
    sw_slice name, value; /* "case_id", "A1" */
    uint32_t periods, warnings;
    int32_t level; /* of the worst warning; -1: none */
    int64_t due_ms;
} in_case;

static sw_err key_of(ask *a, const sw_hand_entry *entry, in_case *ret) {
    const sw_json *label;
    *ret = (in_case){.level = -1, .due_ms = SW_TIME_MAX};
    sw_err err =
        sw_json_parse(sw_http_arena(a->x), entry->label, (sw_json_limits){0}, NULL, &label);
    if (err) return err;
    for (const sw_json *m = label->first; m; m = m->next)
        if (sw_slice_is(m->name, "key") && m->first) {
            ret->name = m->first->name;
            ret->value = m->first->text;
        }
    return SW_OK;
}

static int by_key(const void *a, const void *b) {
    const in_case *x = a, *y = b;
    const int order = sw_slice_cmp(x->name, y->name);
    return order ? order : sw_slice_cmp(x->value, y->value);
}

static int next_due(const void *a, const void *b) {
    const in_case *x = a, *y = b;
    if (x->due_ms != y->due_ms) return x->due_ms < y->due_ms ? -1 : 1;
    if (x->level != y->level) return x->level > y->level ? -1 : 1;
    return by_key(a, b);
}

static uint32_t merge(in_case *list, uint32_t count) {
    uint32_t kept = 0;
    if (count > 1) qsort(list, count, sizeof *list, by_key);
    for (uint32_t i = 0; i < count; i++) {
        if (list[i].name.len == 0) continue;
        in_case *last = kept ? &list[kept - 1] : NULL;
        if (!last || by_key(last, &list[i]) != 0) {
            list[kept++] = list[i];
            continue;
        }
        last->periods += list[i].periods;
        last->warnings += list[i].warnings;
        if (list[i].level > last->level) last->level = list[i].level;
        if (list[i].due_ms < last->due_ms) last->due_ms = list[i].due_ms;
    }
    if (kept > 1) qsort(list, kept, sizeof *list, next_due);
    return kept;
}

static sw_err cases_of(ask *a, in_case **ret, uint32_t *ret_count) {
    const uint32_t most = a->warning_count + a->period_count;
    in_case *list = sw_arena_zero(sw_http_arena(a->x), most + 1, sizeof *list);
    sw_err err = list ? SW_OK : SW_E_LIMIT;
    uint32_t count = 0;
    for (uint32_t i = 0; !err && i < a->warning_count; i++) {
        err = key_of(a, &a->warnings[i], &list[count]);
        list[count].warnings = 1;
        list[count++].level = (int32_t)sw_hand_level(a->warnings[i].order);
    }
    for (uint32_t i = 0; !err && i < a->period_count; i++) {
        err = key_of(a, &a->periods[i], &list[count]);
        list[count].periods = 1;
        list[count++].due_ms = sw_hand_due_ms(a->periods[i].order);
    }
    *ret = list;
    *ret_count = err ? 0 : merge(list, count);
    return err;
}

static void add_case(ask *a, const in_case *c) {
    sw_buf_add_cstr(&a->out, "{\"key\":{");
    sw_json_write_string(&a->out, c->name);
    sw_buf_add_byte(&a->out, ':');
    sw_json_write_string(&a->out, c->value);
    sw_buf_printf(&a->out, "},\"periods\":%u,\"warnings\":%u", c->periods, c->warnings);
    if (c->level >= 0)
        sw_buf_printf(&a->out, ",\"level\":\"%s\"", sw_level_name((sw_level)c->level));
    if (c->due_ms != SW_TIME_MAX) {
        sw_buf_add_cstr(&a->out, ",\"next_due\":\"");
        sw_time_write(&a->out, c->due_ms,
                      sw_zone_offset(a->api->figures.indicators->zone, c->due_ms));
        sw_buf_add_byte(&a->out, '"');
    }
    sw_buf_add_byte(&a->out, '}');
}

static sw_err add_cases(ask *a) {
    in_case *cases;
    uint32_t count;
    sw_err err = cases_of(a, &cases, &count);
    if (err) return err;
    sw_buf_printf(&a->out, "\"count\":%u,\"entries\":[", count);
    for (uint32_t i = 0; i < count && i < a->limit; i++) {
        if (i) sw_buf_add_byte(&a->out, ',');
        add_case(a, &cases[i]);
    }
    sw_buf_add_byte(&a->out, ']');
    return SW_OK;
}

/* ---- the overview ----------------------------------------------------------------------- */

static void add_warnings(ask *a) {
    uint32_t of[SW_BREACH + 1] = {0};
    for (uint32_t i = 0; i < a->warning_count; i++) of[sw_hand_level(a->warnings[i].order)]++;
    sw_buf_printf(&a->out, ",\"warnings\":{\"open\":%u,\"by_level\":{", a->warning_count);
    for (int level = SW_BREACH; level >= 0; level--)
        sw_buf_printf(&a->out, "%s\"%s\":%u", level < SW_BREACH ? "," : "",
                      sw_level_name((sw_level)level), of[level]);
    sw_buf_add_byte(&a->out, '}');
    add_entries(&a->out, a->warnings, a->warning_count, a->limit);
    sw_buf_add_byte(&a->out, '}');
}

static void add_periods(ask *a) {
    const sw_zone *zone = a->api->figures.indicators->zone;
    const int64_t today = sw_zone_day(zone, a->now_ms);
    uint32_t overdue = 0, due_today = 0, due_soon = 0;
    for (uint32_t i = 0; i < a->period_count; i++) {
        const int64_t due_ms = sw_hand_due_ms(a->periods[i].order);
        if (due_ms == SW_TIME_MAX) continue;
        const bool over = due_ms <= a->now_ms;
        /* due at midnight is due by the end of the day before */
        overdue += over;
        due_today += !over && sw_zone_day(zone, due_ms - 1) == today;
        due_soon += !over && due_ms - a->now_ms <= 3 * DAY_MS;
    }
    sw_buf_printf(&a->out,
                  ",\"periods\":{\"running\":%u,\"overdue\":%u,\"due_today\":%u,\"due_3_days\":%u",
                  a->period_count, overdue, due_today, due_soon);
    add_entries(&a->out, a->periods, a->period_count, a->limit);
    sw_buf_add_byte(&a->out, '}');
}

static void add_officer(ask *a) {
    sw_buf_add_cstr(&a->out, ",\"officer\":");
    sw_json_write_string(&a->out, a->id);
    sw_answer_text(&a->out, "name", a->name);
    sw_answer_text(&a->out, "unit", a->unit);
}

static void get_overview(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"limit"};
    ask a = {.api = arg, .x = x, .limit = SHOWN_DEFAULT};
    if (!sw_http_query_only(x, names, SW_COUNT(names)) ||
        !sw_ask_number(x, "limit", 1, SHOWN_MAX, &a.limit) || !may_see(&a))
        return;
    sw_answer_begin(a.api, &a.out);
    add_officer(&a);
    sw_err err = read_hands(&a);
    if (!err) {
        add_warnings(&a);
        add_periods(&a);
        sw_buf_add_cstr(&a.out, ",\"cases\":{");
        err = add_cases(&a);
        sw_buf_add_cstr(&a.out, "},\"tasks\":\"/v1/tasks?officer=");
        sw_answer_url_text(&a.out, a.id);
        sw_buf_add_cstr(&a.out, "\",\"inbox\":\"/v1/officers/");
        sw_answer_url_text(&a.out, a.id);
        sw_buf_add_cstr(&a.out, "/inbox\"");
    }
    if (a.more) sw_buf_add_cstr(&a.out, ",\"more\":true");
    sw_answer_end(x, &a.out, err, "the officer's overview");
}

/* ---- the lists -------------------------------------------------------------------------- */

static void list_hand(void *arg, sw_http_exchange *x, char kind) {
    static const char *const names[] = {"limit", "cursor"};
    ask a = {.api = arg, .x = x, .limit = SHOWN_MAX};
    sw_slice after;
    sw_hand_entry *entries = NULL;
    uint32_t count = 0;
    if (!sw_http_query_only(x, names, SW_COUNT(names)) ||
        !sw_ask_number(x, "limit", 1, SW_PAGE_ENTRIES_MAX, &a.limit) || !sw_ask_cursor(x, &after) ||
        !may_see(&a))
        return;
    sw_err err = sw_hand_list(&a.api->figures, a.id, kind, after, a.limit, sw_http_arena(x),
                              &entries, &count, &after);
    if (err == SW_E_INVALID) {
        sw_ask_other_cursor(x);
        return;
    }
    sw_answer_begin(a.api, &a.out);
    add_officer(&a);
    add_entries(&a.out, entries, count, a.limit);
    sw_answer_next(&a.out, after);
    sw_answer_end(x, &a.out, err, "the list");
}

static void get_warnings(void *arg, sw_http_exchange *x) {
    list_hand(arg, x, SW_ITEM_WARNING);
}

static void get_periods(void *arg, sw_http_exchange *x) {
    list_hand(arg, x, SW_ITEM_PERIOD);
}

static void get_cases(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"limit"};
    ask a = {.api = arg, .x = x, .limit = SHOWN_MAX};
    if (!sw_http_query_only(x, names, SW_COUNT(names)) ||
        !sw_ask_number(x, "limit", 1, SW_PAGE_ENTRIES_MAX, &a.limit) || !may_see(&a))
        return;
    sw_answer_begin(a.api, &a.out);
    add_officer(&a);
    sw_buf_add_byte(&a.out, ',');
    sw_err err = read_hands(&a);
    if (!err) err = add_cases(&a);
    sw_answer_end(x, &a.out, err, "the cases");
}

void sw_officers_routes(const sw_figures_api *api, sw_http_route ret[SW_OFFICERS_ROUTES]) {
    void *arg = (void *)(uintptr_t)api;
    const sw_http_route routes[] = {
        {SW_HTTP_GET, "/v1/officers/{id}/overview", SW_ROLE_READ, get_overview, arg, .work = true},
        {SW_HTTP_GET, "/v1/officers/{id}/warnings", SW_ROLE_READ, get_warnings, arg, .work = true},
        {SW_HTTP_GET, "/v1/officers/{id}/periods", SW_ROLE_READ, get_periods, arg, .work = true},
        {SW_HTTP_GET, "/v1/officers/{id}/cases", SW_ROLE_READ, get_cases, arg, .work = true},
    };
    _Static_assert(SW_COUNT(routes) == SW_OFFICERS_ROUTES, "the header says how many there are");
    memcpy(ret, routes, sizeof routes);
}
