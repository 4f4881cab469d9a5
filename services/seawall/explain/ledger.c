#include "seawall/explain/ledger.h"

#include "base/arena.h"
#include "seawall/cli/term.h"
#include "text/json.h"
#include "text/time.h"

#define ARENA_BYTES ((size_t)256 << 20)

static sw_slice member(const sw_json *object, const char *name) {
    const sw_json *node = sw_json_get(object, sw_slice_cstr(name));
    return node && (node->kind == SW_JSON_STRING || node->kind == SW_JSON_NUMBER) ? node->text
                                                                                  : SW_SLICE_NONE;
}

static bool truth(const sw_json *object, const char *name) {
    const sw_json *node = sw_json_get(object, sw_slice_cstr(name));
    return node && node->kind == SW_JSON_BOOL && node->truth;
}

static bool is_false(const sw_json *object, const char *name) {
    const sw_json *node = sw_json_get(object, sw_slice_cstr(name));
    return node && node->kind == SW_JSON_BOOL && !node->truth;
}

static const sw_json *list(const sw_json *object, const char *name) {
    const sw_json *node = sw_json_get(object, sw_slice_cstr(name));
    return node && node->kind == SW_JSON_ARRAY ? node->first : NULL;
}

/* "2026-03-01 09:00:00 +08:00", and a day's end as 24:00 of it where `end` is set. */
static void print_time(FILE *to, sw_slice time) {
    if (time.len < 19) {
        fputs(time.len ? "?" : "not known", to);
        return;
    }
    fprintf(to, "%.10s %.8s %.*s", time.ptr, time.ptr + 11, (int)(time.len - 19), time.ptr + 19);
}

/* A period ends at the end of a day: 24:00 of it, not 00:00 of the next. */
static void print_end(FILE *to, sw_slice time) {
    int64_t year, month, day;
    int32_t m, d;
    bool midnight = time.len >= 19 && memcmp(time.ptr + 11, "00:00:00", 8) == 0;
    if (!midnight || !sw_slice_int(sw_slice_sub(time, 0, 4), &year) ||
        !sw_slice_int(sw_slice_sub(time, 5, 7), &month) ||
        !sw_slice_int(sw_slice_sub(time, 8, 10), &day)) {
        print_time(to, time);
        return;
    }
    sw_date_from_days(sw_days_from_date(year, (int32_t)month, (int32_t)day) - 1, &year, &m, &d);
    fprintf(to, "%04lld-%02d-%02d 24:00:00 %.*s", (long long)year, m, d, (int)(time.len - 19),
            time.ptr + 19);
}

static void heading(FILE *to, const char *text) {
    fputs("  ", to);
    sw_print_tinted(to, SW_TINT_BOLD, sw_slice_cstr(text));
    fputc('\n', to);
}

static void print_event(FILE *to, const char *word, const sw_json *event) {
    if (!event || event->kind != SW_JSON_OBJECT) return;
    fprintf(to, "  %-11s ", word);
    print_time(to, member(event, "time"));
    sw_slice type = member(event, "type"), source = member(event, "source"),
             id = member(event, "id");
    fprintf(to, "  %.*s (%.*s, %.*s)\n", SW_FMT(type), SW_FMT(source), SW_FMT(id));
}

static void print_basis(FILE *to, const sw_json *basis) {
    for (const sw_json *b = basis; b; b = b->next) {
        sw_slice law = member(b, "law"), article = member(b, "article");
        fprintf(to, "  %-11s %.*s %.*s\n", b == basis ? "basis" : "", SW_FMT(law), SW_FMT(article));
    }
}

static void print_value(FILE *to, const sw_json *value) {
    switch (value->kind) {
    case SW_JSON_BOOL:
        fputs(value->truth ? "true" : "false", to);
        break;
    case SW_JSON_STRING:
        fprintf(to, "\"%.*s\"", SW_FMT(value->text));
        break;
    case SW_JSON_NUMBER:
        fprintf(to, "%.*s", SW_FMT(value->text));
        break;
    case SW_JSON_NULL:
        fputs("not carried", to);
        break;
    case SW_JSON_ARRAY:
        fputc('[', to);
        for (const sw_json *item = value->first; item; item = item->next) {
            print_value(to, item);
            if (item->next) fputs(", ", to);
        }
        fputc(']', to);
        break;
    case SW_JSON_OBJECT:
        fputs("{…}", to);
        break;
    }
}

/* A condition and the values that it read. */
static void print_condition(FILE *to, const char *word, const sw_json *condition) {
    if (!condition || condition->kind != SW_JSON_OBJECT) return;
    sw_slice text = member(condition, "text");
    fprintf(to, "  %-11s %.*s\n", word, SW_FMT(text));
    const sw_json *values = sw_json_get(condition, SW_S("values"));
    for (const sw_json *v = values && values->kind == SW_JSON_OBJECT ? values->first : NULL; v;
         v = v->next) {
        fprintf(to, "  %-11s   %.*s = ", "", SW_FMT(v->name));
        print_value(to, v);
        fputc('\n', to);
    }
}

/* The words of a step, besides its due time. */
static void print_step_words(FILE *to, const sw_json *step) {
    static const struct {
        const char *name, *before, *after;
    } words[] = {{"limit", "", ""},
                 {"by", "by ", ""},
                 {"to", "to ", ""},
                 {"fate", "", ""},
                 {"approver", "approved by ", ""},
                 {"added_days", "", " days added"},
                 {"added_ms", "", " ms added"},
                 {"days", "", " days"},
                 {"day", "last day ", ""},
                 {"reason", "", ""}};
    bool is_pause = sw_slice_is(member(step, "step"), "pause");
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        sw_slice value = member(step, words[i].name);
        if (!value.len || (is_pause && sw_slice_is(sw_slice_cstr(words[i].name), "to"))) continue;
        fprintf(to, " %s%.*s%s", words[i].before, SW_FMT(value), words[i].after);
    }
    for (const sw_json *b = list(step, "basis"); b; b = b->next) {
        sw_slice law = member(b, "law"), article = member(b, "article");
        fprintf(to, " %.*s %.*s", SW_FMT(law), SW_FMT(article));
    }
}

static void print_steps(FILE *to, const char *title, const sw_json *steps) {
    if (!steps) return;
    heading(to, title);
    for (const sw_json *step = steps; step; step = step->next) {
        sw_slice name = member(step, "step"), at = member(step, "due");
        fprintf(to, "    %-10.*s ", SW_FMT(name));
        if (at.len)
            print_end(to, at);
        else
            print_time(to, member(step, "at"));
        fputc(' ', to);
        print_step_words(to, step);
        fputc('\n', to);
    }
}

static sw_tint tint_of(sw_slice level) {
    static const char *const names[] = {"green", "blue", "yellow", "orange", "red", "breach"};
    for (size_t i = 0; i < SW_COUNT(names); i++)
        if (sw_slice_is(level, names[i])) return (sw_tint)(SW_TINT_GREEN + (int)i);
    return SW_TINT_NONE;
}

/* Whether it is reached, and if not why. */
static void print_reached(FILE *to, const sw_json *level, sw_slice stop) {
    if (truth(level, "reached")) {
        fputs("reached", to);
        return;
    }
    fputs("not reached: ", to);
    if (truth(level, "prevented_by_stop")) {
        fputs("stopped ", to);
        print_time(to, stop);
        fputs(" before it", to);
    } else if (truth(level, "held_by_pause")) {
        fputs("held by a pause that is still open", to);
    } else if (truth(level, "skipped")) {
        fputs("it lay before the begin, and is left out", to);
    } else if (!member(level, "time").len && member(level, "count").len) {
        fputs("its count is not reached here, or was at the event before", to);
    } else if (!member(level, "time").len) {
        fputs("its time can't be counted", to);
    } else {
        fputs("still to come", to);
    }
}

/* The number that a level of a threshold wants: "3", "5 and 150 %", "below 2". */
static void print_wanted(FILE *to, const sw_json *level) {
    const sw_slice count = member(level, "count"), below = member(level, "below"),
                   ratio = member(level, "ratio_percent");
    fprintf(to, "%s%.*s", below.len ? "below " : "", SW_FMT(below.len ? below : count));
    if (ratio.len) fprintf(to, " and %.*s %%", SW_FMT(ratio));
}

static void print_level(FILE *to, const sw_json *level, sw_slice stop) {
    sw_slice name = member(level, "level"), at = member(level, "at"),
             id = member(level, "warning_id");
    fputs("    ", to);
    sw_print_tinted(to, tint_of(name), name);
    fprintf(to, "%*s", sw_pad(name, 8), "");
    print_time(to, member(level, "time"));
    if (member(level, "below").len || member(level, "ratio_percent").len) {
        fputs("  n = ", to);
        print_wanted(to, level);
        fputs("  ", to);
    } else if (member(level, "count").len) {
        fprintf(to, "  n = %-4.*s ", SW_FMT(member(level, "count")));
    } else {
        fprintf(to, "  %-8.*s ", SW_FMT(at));
    }
    print_reached(to, level, stop);
    if (id.len) fprintf(to, "  %.*s", SW_FMT(id));
    fputc('\n', to);
    for (const sw_json *r = list(level, "repeats"); r; r = r->next) {
        fprintf(to, "    %-8s", "  again");
        print_time(to, member(r, "time"));
        fprintf(to, "  %-8s ", "");
        print_reached(to, r, stop);
        fputc('\n', to);
    }
}

static void print_pauses(FILE *to, const sw_json *pauses) {
    for (const sw_json *p = pauses; p; p = p->next) {
        sw_slice until = member(p, "to");
        fprintf(to, "  %-11s ", p == pauses ? "paused" : "");
        print_time(to, member(p, "from"));
        fputs(" to ", to);
        if (until.len)
            print_time(to, until);
        else
            fputs("now (still open)", to);
        fputc('\n', to);
    }
}

static void print_stop(FILE *to, const sw_json *stop) {
    if (!stop || stop->kind != SW_JSON_OBJECT) return;
    print_event(to, "stopped by", sw_json_get(stop, SW_S("event")));
    int64_t late_s;
    if (!sw_slice_int(member(stop, "late_by"), &late_s)) return;
    fprintf(to, "  %-11s late by ", "");
    if (late_s >= 86400) fprintf(to, "%lld d ", (long long)(late_s / 86400));
    fprintf(to, "%02d:%02d:%02d\n", (int)(late_s / 3600 % 24), (int)(late_s / 60 % 60),
            (int)(late_s % 60));
}

static void print_failed(FILE *to, const sw_json *failed) {
    if (!failed) return;
    heading(to, "conditions that failed and counted as false");
    for (const sw_json *f = failed; f; f = f->next) {
        sw_slice part = member(f, "part"), message = member(f, "message");
        fprintf(to, "    %.*s: %.*s\n", SW_FMT(part), SW_FMT(message));
    }
}

/* --- why nothing opened ------------------------------------------------------------------- */

static void print_failure(FILE *to, const sw_json *failure) {
    if (!failure || failure->kind != SW_JSON_OBJECT) return;
    sw_slice part = member(failure, "part"), message = member(failure, "message");
    fprintf(to, "  %-11s   failed at %.*s: %.*s\n", "", SW_FMT(part), SW_FMT(message));
}

static void print_versions(FILE *to, const sw_json *why) {
    const sw_json *version = list(why, "versions");
    if (!version) return;
    fprintf(to, "  %-11s its moment: ", "");
    print_time(to, member(why, "at"));
    fputc('\n', to);
    for (; version; version = version->next) {
        sw_slice pack = member(version, "pack"), from = member(version, "from"),
                 until = member(version, "until");
        fprintf(to, "  %-11s   %.*s holds", "", SW_FMT(pack));
        if (!from.len && !until.len) fputs(" always", to);
        if (from.len) fputs(" from ", to), print_time(to, from);
        if (until.len) fputs(" until ", to), print_time(to, until);
        fputc('\n', to);
    }
}

/* --- what other rules count, look back at, or lay side by side ----------------------------- */

static void print_baseline(FILE *to, const sw_json *baseline) {
    if (!baseline || baseline->kind != SW_JSON_OBJECT) return;
    const sw_slice n = member(baseline, "n"), windows = member(baseline, "windows"),
                   ratio = member(baseline, "ratio_percent");
    fprintf(to, "  %-11s n = %.*s in the %.*s windows before, from ", "baseline", SW_FMT(n),
            SW_FMT(windows));
    print_time(to, member(baseline, "from"));
    if (ratio.len) fprintf(to, ": %.*s %% of their mean", SW_FMT(ratio));
    fputc('\n', to);
}

static void print_counted(FILE *to, const sw_json *counted) {
    if (!counted || counted->kind != SW_JSON_OBJECT) return;
    sw_slice n = member(counted, "n"), within = member(counted, "within");
    fprintf(to, "  %-11s n = %.*s within %.*s", "counted", SW_FMT(n), SW_FMT(within));
    if (member(counted, "from").len) fputs(", from ", to), print_time(to, member(counted, "from"));
    fputc('\n', to);
    print_baseline(to, sw_json_get(counted, SW_S("baseline")));
    for (const sw_json *e = list(counted, "events"); e; e = e->next) {
        print_event(to, "", sw_json_get(e, SW_S("event")));
        if (member(e, "weight").len)
            fprintf(to, "  %-11s   weight %.*s\n", "", SW_FMT(member(e, "weight")));
    }
    if (member(counted, "not_shown").len)
        fprintf(to, "  %-11s and earlier ones: at most %.*s\n", "",
                SW_FMT(member(counted, "not_shown")));
}

static void print_befores(FILE *to, const char *word, const sw_json *entries) {
    for (const sw_json *b = entries; b; b = b->next) {
        sw_slice on = member(b, "on"), when = member(b, "when"), within = member(b, "within");
        fprintf(to, "  %-11s %.*s%s%.*s within %.*s: %s\n", b == entries ? word : "", SW_FMT(on),
                when.len ? " when " : "", SW_FMT(when), SW_FMT(within),
                truth(b, "came") ? "it came" : "none came");
        print_event(to, "", sw_json_get(b, SW_S("event")));
    }
}

/* Why a finding stands, or what was looked at where there is none. */
static void print_evidence(FILE *to, const sw_json *l) {
    print_event(to, "left", sw_json_get(l, SW_S("left")));
    print_event(to, "right", sw_json_get(l, SW_S("right")));
    print_condition(to, "where", sw_json_get(l, SW_S("where")));
    print_counted(to, sw_json_get(l, SW_S("counted")));
    print_befores(to, "requires", list(l, "requires"));
    print_befores(to, "forbids", list(l, "forbids"));
    for (const sw_json *w = list(l, "wanted"); w; w = w->next) {
        fprintf(to, "  %-11s n = ", w == list(l, "wanted") ? "wanted" : "");
        print_wanted(to, w);
        fprintf(to, " for %.*s\n", SW_FMT(member(w, "level")));
    }
    for (const sw_json *p = list(l, "partners"); p; p = p->next) {
        print_event(to, "near it", sw_json_get(p, SW_S("right")));
        print_condition(to, "", sw_json_get(p, SW_S("where")));
    }
}

static void print_why(FILE *to, const sw_json *why) {
    sw_slice words = member(why, "words"), field = member(why, "field");
    fprintf(to, "  %-11s %.*s", "because", SW_FMT(words));
    if (field.len) fprintf(to, ": %.*s", SW_FMT(field));
    fputc('\n', to);
    print_condition(to, "", sw_json_get(why, SW_S("condition")));
    print_failure(to, sw_json_get(why, SW_S("failure")));
    for (const sw_json *limit = list(why, "limits"); limit; limit = limit->next) {
        print_condition(to, "limit when", sw_json_get(limit, SW_S("condition")));
        print_condition(to, "of length", sw_json_get(limit, SW_S("number")));
        print_failure(to, sw_json_get(limit, SW_S("failure")));
    }
    print_versions(to, why);
    print_evidence(to, why);
    print_event(to, "opened by", sw_json_get(why, SW_S("running")));
    print_event(to, "by", sw_json_get(why, SW_S("by")));
}

static void print_key(FILE *to, const sw_json *key) {
    for (const sw_json *k = key && key->kind == SW_JSON_OBJECT ? key->first : NULL; k; k = k->next)
        fprintf(to, "  %.*s=%.*s", SW_FMT(k->name), SW_FMT(k->text));
}

static void print_ledger(FILE *to, const sw_json *l) {
    sw_slice rule = member(l, "rule"), name = member(l, "name"), pack = member(l, "pack");
    const sw_json *stop = sw_json_get(l, SW_S("stop"));
    bool unopened = is_false(l, "opened");
    sw_print_tinted(to, SW_TINT_BOLD, name.len ? name : rule);
    fprintf(to, "  %.*s  %.*s", SW_FMT(rule), SW_FMT(pack));
    print_key(to, sw_json_get(l, SW_S("key")));
    fputc('\n', to);
    if (!unopened) print_basis(to, list(l, "basis"));
    print_event(to, "opened by", sw_json_get(l, SW_S("opened_by")));
    print_event(to, unopened ? "not opened" : "event", sw_json_get(l, SW_S("event")));
    for (const sw_json *why = list(l, "why"); why; why = why->next) print_why(to, why);
    print_condition(to, "because", sw_json_get(l, SW_S("when")));
    print_condition(to, "from", sw_json_get(l, SW_S("at")));
    print_evidence(to, l);
    print_event(to, "restarted", sw_json_get(l, SW_S("restarted_by")));
    print_pauses(to, list(l, "pauses"));
    sw_slice due = member(l, "due");
    if (due.len) {
        fprintf(to, "  %-11s ", "due");
        print_end(to, due);
        fputs(truth(l, "provisional") ? " (provisional)\n" : "\n", to);
    }
    print_steps(to, "counted in these steps", list(l, "steps"));
    print_steps(to, "counted with caution", list(sw_json_get(l, SW_S("caution")), "steps"));
    print_stop(to, stop);
    if (list(l, "levels")) heading(to, "levels");
    for (const sw_json *level = list(l, "levels"); level; level = level->next)
        print_level(to, level, member(stop, "at"));
    print_failed(to, list(l, "failed"));
}

sw_err sw_ledger_print(FILE *to, sw_slice json) {
    sw_arena arena;
    const sw_json *root;
    sw_arena_init(&arena, ARENA_BYTES);
    sw_err err = sw_json_parse(&arena, json, (sw_json_limits){0}, NULL, &root);
    for (const sw_json *l = !err && root->kind == SW_JSON_ARRAY ? root->first : NULL; l;
         l = l->next) {
        print_ledger(to, l);
        fputc('\n', to);
    }
    sw_arena_done(&arena);
    return err;
}
