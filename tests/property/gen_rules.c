/* gen_rules.c - random rule packs, as text. */
#include "gen.h"

#include <stdio.h>

#define PLAIN                                                                                      \
    "n: int, m: int, x: string, f: bool, d: double, at: timestamp, tags: 'string[]', who: "        \
    "{type: string, personal: true}"
#define FULL                                                                                       \
    "a: {type: string, key: true}, as: {type: 'string[]', key: true, of: a}, b: {type: string, "   \
    "key: true}, bs: {type: 'string[]', key: true, of: b}, c: {type: int, key: true}, " PLAIN
#define TYPE(name) "  " name ": {element: case, fields: {" FULL "}}\n"

const char gen_catalogue[] = "types:\n" TYPE("e.open") TYPE("e.also") TYPE("e.stop") TYPE("e.more")
    TYPE("e.hold") TYPE("e.go") TYPE("e.again") TYPE("e.void")
        TYPE("e.note") "  e.broad: {element: case, fields: {a: {type: string, key: true}, " PLAIN
                       "}}\n";

const char gen_calendar_tiny[] =
    "schema: domain.calendar-cn/1\n"
    "time_zone: +08:00\n"
    "coverage: {from: '2026-03-16', to: '2026-04-12'}\n"
    "years:\n"
    "  '2026':\n"
    "    days_off: ['2026-03-25', '2026-04-01', '2026-04-02', '2026-04-03']\n"
    "    makeup_workdays: [{date: '2026-03-28', weekday: Sat}, {date: '2026-04-05', weekday: "
    "Sun}]\n";

const char *gen_pick(sw_rng *rng, const char *const *words, size_t count) {
    return words[sw_rng_below(rng, count)];
}

/* What is being written, and what it may name. */
typedef struct writer {
    gen_case *gen;
    sw_rng *rng;
    sw_arena *arena;
    gen_rule *rule;
    bool facts, by_b; /* facts are declared; the first key field is b */
    bool calendar, liberty;
    uint32_t kinds[2];   /* of the rules that are no deadlines */
    const char *keys[6]; /* mostly one key for all versions of a rule */
} writer;

static bool chance(writer *w, uint32_t percent) {
    return sw_rng_chance(w->rng, percent, 100);
}

#define PICK(w, ...) GEN_PICK((w)->rng, __VA_ARGS__)
#define TEXT(w, ...) sw_arena_printf((w)->arena, __VA_ARGS__)

static gen_field *add_field(writer *w, const char *key, char open, bool needed) {
    SW_ASSERT(w->rule->count < GEN_FIELDS_MAX);
    gen_field *field = &w->rule->fields[w->rule->count++];
    *field = (gen_field){.key = key, .open = open, .needed = needed};
    return field;
}

static void add_item(gen_field *field, sw_slice text) {
    SW_ASSERT(field->count < GEN_ITEMS_MAX && text.ptr);
    field->items[field->count++] = text;
}

static void add_text(writer *w, const char *key, bool needed, sw_slice text) {
    add_item(add_field(w, key, 0, needed), text);
}

/* The type that mostly plays a part, sometimes another: one event may have several parts. */
static const char *any_type(writer *w, const char *mostly, bool whole_key) {
    if (chance(w, 75)) return mostly;
    if (!whole_key && !w->by_b && chance(w, 40)) return "e.broad";
    return PICK(w, "e.open", "e.also", "e.stop", "e.more", "e.hold", "e.go", "e.again", "e.void",
                "e.note");
}

static const char *condition(writer *w, bool facts) {
    if (facts && chance(w, 40))
        return PICK(w, "facts.k == \"p\"", "has(facts.k)", "facts.g > 1", "!has(facts.g)",
                    "facts.g == data.n", "facts.t <= event.time", "facts.k != data.x");
    return PICK(w, "data.f", "data.f", "data.n > 1", "data.n >= 0", "data.n % data.m == 1",
                "data.x == \"p\"", "has(data.x)", "!has(data.f) || data.f", "data.tags[1] == \"p\"",
                "\"p\" in data.tags", "event.orgcode.startsWith(\"32\")", "has(event.officerid)",
                "event.recordedtime > event.time", "data.at >= event.time", "data.d > 0.5",
                "data.tags.exists(t, t == data.x)", "size(data.x) == 1 && data.m != 0",
                "event.time.getHours(\"Asia/Shanghai\") >= 12", "!has(event.receivedtime)",
                "event.type == \"e.note\" || data.f", "has(event.subject) ? data.f : data.m > 0");
}

static const char *moment(writer *w, bool facts) {
    if (facts && chance(w, 30)) return "facts.t";
    return PICK(w, "data.at", "data.at", "event.time - duration(\"90m\")",
                "data.at + duration(\"1h\")", "event.time + duration(\"36h\")",
                "event.recordedtime", "data.f ? data.at : event.time");
}

/* `on: TYPE, when: …, at: …`. A type that plays another part too gets a condition: the loader
 * refuses parts that always cancel each other. */
static sw_slice on_clause(writer *w, const char *mostly, bool whole_key, bool at) {
    const char *type = any_type(w, mostly, whole_key);
    bool shared = type != mostly || strcmp(mostly, "e.also") == 0;
    sw_slice text = TEXT(w, "on: %s", type);
    if (shared || chance(w, 35))
        text = TEXT(w, "%.*s, when: '%s'", SW_FMT(text), condition(w, w->facts));
    if (at && chance(w, 18)) text = TEXT(w, "%.*s, at: '%s'", SW_FMT(text), moment(w, w->facts));
    return text;
}

static void clauses(writer *w, const char *key, const char *mostly, bool opens, uint32_t most) {
    gen_field *field = add_field(w, key, '[', opens);
    uint32_t count = 1 + (uint32_t)sw_rng_below(w->rng, most);
    for (uint32_t i = 0; i < count; i++)
        add_item(field, TEXT(w, "{%s}", on_clause(w, i ? "e.also" : mostly, opens, true).ptr));
}

static sw_slice expression(writer *w, bool whole) {
    if (whole && chance(w, 18))
        return TEXT(
            w, "{until: '%s'}",
            PICK(w, "data.at", "event.time + duration(\"30h\")", "data.at + duration(\"48h\")"));
    const char *unit = PICK(w, "days", "hours", "months", "days");
    if (w->calendar && chance(w, 20)) unit = "working_days";
    const char *n = w->facts && chance(w, 25)
                        ? "facts.g"
                        : PICK(w, "data.n", "data.n", "data.n / data.m", "size(data.tags) + 1");
    if (whole && chance(w, 20))
        return TEXT(w, "{%s: '%s', end: end-of-%s}", unit, n,
                    PICK(w, "day", "week", "month", "quarter", "year"));
    return TEXT(w, "{%s: '%s'}", unit, n);
}

/* A length that fits the case's steps. */
static sw_slice length(writer *w, bool end_of) {
    if (chance(w, 18)) return expression(w, end_of);
    if (end_of && chance(w, 10))
        return TEXT(w, "end-of-%s", PICK(w, "day", "week", "month", "quarter", "year"));
    if (w->calendar && chance(w, 20))
        return TEXT(w, "%s", PICK(w, "0wd", "1wd", "2wd", "5wd", "10wd"));
    int64_t unit = w->gen->unit_ms;
    if (unit <= 3600000)
        return TEXT(w, "%s", PICK(w, "90s", "15m", "2h", "5h", "8h", "12h", "24h", "1d", "0h"));
    if (unit < 86400000)
        return TEXT(w, "%s", PICK(w, "12h", "24h", "30h", "48h", "1d", "2d", "3d", "0d", "90m"));
    if (unit == 86400000)
        return TEXT(w, "%s", PICK(w, "24h", "72h", "1d", "3d", "5d", "7d", "10d", "1mo", "0d"));
    return TEXT(w, "%s", PICK(w, "7d", "30d", "1mo", "2mo", "3mo", "1y", "240h", "0mo", "14d"));
}

/* One alone, a list by condition, or expressions that may fail or be negative before one that does
 * not. */
static void limit(writer *w) {
    gen_field *field = add_field(w, "limit", '[', true);
    uint32_t more = chance(w, 30) ? 1 + (uint32_t)sw_rng_below(w->rng, 2) : 0;
    for (uint32_t i = 0; i < more; i++) {
        if (chance(w, 30))
            add_item(field, TEXT(w, "{limit: %s}", expression(w, true).ptr));
        else
            add_item(field, TEXT(w, "{when: '%s', limit: %s}", condition(w, w->facts),
                                 length(w, true).ptr));
    }
    if (!more || chance(w, 80)) add_item(field, TEXT(w, "{limit: %s}", length(w, true).ptr));
}

static sw_slice count_keys(writer *w) {
    sw_slice text = SW_S("begin: instant");
    if (chance(w, 60))
        text = TEXT(w, "begin: %s", PICK(w, "next-day", "next-day", "next-hour", "instant"));
    if (chance(w, 20)) text = TEXT(w, "%.*s, end: end-of-day", SW_FMT(text));
    if (chance(w, 40)) text = TEXT(w, "%.*s, month_end: %s", SW_FMT(text), PICK(w, "last", "same"));
    if (w->calendar && chance(w, 35))
        text = TEXT(w, "%.*s, rollover: %s", SW_FMT(text),
                    w->liberty ? "workday-before" : PICK(w, "workday", "workday-before", "none"));
    if (chance(w, 20))
        text = TEXT(w, "%.*s, lead: %s", SW_FMT(text),
                    w->calendar ? PICK(w, "1d", "3d", "1wd", "2wd") : PICK(w, "1d", "2d", "7d"));
    return text;
}

static void counts(writer *w) {
    if (chance(w, 25)) return;
    gen_field *field = add_field(w, "count", '[', false);
    uint32_t more = chance(w, 25) ? 1 + (uint32_t)sw_rng_below(w->rng, 2) : 0;
    for (uint32_t i = 0; i < more; i++)
        add_item(field, TEXT(w, "{when: '%s', %s}", condition(w, w->facts), count_keys(w).ptr));
    if (!more || chance(w, 60)) add_item(field, TEXT(w, "{%s}", count_keys(w).ptr));
}

static void extends(writer *w) {
    if (chance(w, 45)) return;
    gen_field *field = add_field(w, "extend", '[', false);
    uint32_t count = 1 + (uint32_t)sw_rng_below(w->rng, 3);
    for (uint32_t i = 0; i < count; i++) {
        bool to = chance(w, 40);
        sw_slice text = TEXT(w, "%s, %s: %s", on_clause(w, "e.more", false, true).ptr,
                             to ? "to" : "by", length(w, to).ptr);
        if (chance(w, 40)) text = TEXT(w, "%.*s, max: %d", SW_FMT(text), chance(w, 70) ? 1 : 2);
        add_item(field, TEXT(w, "{%.*s}", SW_FMT(text)));
    }
}

static void pauses(writer *w) {
    if (chance(w, 50)) return;
    gen_field *field = add_field(w, "pause", '[', false);
    uint32_t count = chance(w, 35) ? 2 : 1;
    for (uint32_t i = 0; i < count; i++) {
        sw_slice from = on_clause(w, i ? "e.note" : "e.hold", false, true);
        sw_slice to = on_clause(w, "e.go", false, true);
        add_item(field, TEXT(w, "{from: {%.*s}, to: {%.*s}}", SW_FMT(from), SW_FMT(to)));
    }
}

static const char *level_time(writer *w, bool caution) {
    if (caution && chance(w, 30))
        return PICK(w, "caution", "caution-2h", "caution+1d", "caution-1d");
    if (w->gen->unit_ms >= 7 * 86400000LL && chance(w, 20)) return PICK(w, "start+1mo", "start+1y");
    return PICK(w, "start", "due", "due", "50%", "80%", "33%", "100%", "0%", "-24h", "-6h", "-1h",
                "+1h", "+6h", "-1d", "+1d", "+3d", "-90s", "start+6h", "start+1d", "start+2h",
                "-2d");
}

static void warns(writer *w, bool caution) {
    static const char *const levels[] = {"green", "blue", "yellow", "orange", "red", "breach"};
    gen_field *field = add_field(w, "warn", '[', true);
    for (size_t i = 0; i < SW_COUNT(levels); i++) {
        if (i + 1 < SW_COUNT(levels) && chance(w, 55)) continue;
        const char *at = i + 1 == SW_COUNT(levels) ? "due" : level_time(w, caution);
        sw_slice text = TEXT(w, "at: %s, level: %s, to: [handler]", at, levels[i]);
        if (chance(w, 15)) text = TEXT(w, "%.*s, past: skip", SW_FMT(text));
        if (chance(w, 20))
            text = TEXT(w, "%.*s, repeat: {every: %s, max: %s%s}", SW_FMT(text),
                        PICK(w, "1h", "6h", "24h", "1d", "90m"), PICK(w, "1", "2", "3"),
                        PICK(w, "", ", to_after: {n: 1, to: [leader]}"));
        add_item(field, TEXT(w, "{%.*s}", SW_FMT(text)));
    }
}

static sw_slice fact_source(writer *w, const char *mostly, const char *value) {
    sw_slice text = TEXT(w, "{on: %s, value: '%s'", any_type(w, mostly, false), value);
    if (chance(w, 35)) text = TEXT(w, "%.*s, when: '%s'", SW_FMT(text), condition(w, false));
    return TEXT(w, "%.*s}", SW_FMT(text));
}

static void facts(writer *w) {
    static const struct {
        const char *name, *values[4];
    } kinds[] = {
        {"k", {"\"p\"", "data.x", "data.tags[0]", "data.x"}},
        {"g", {"data.n", "data.n / data.m", "2", "size(facts.k) + data.n"}},
        {"t",
         {"event.time", "data.at", "event.recordedtime",
          "has(facts.g) ? data.at : event.time + duration(\"2h\")"}},
    };
    gen_field *field = add_field(w, "facts", '{', false);
    for (size_t i = 0; i < SW_COUNT(kinds); i++) {
        sw_slice from = fact_source(w, "e.note", kinds[i].values[sw_rng_below(w->rng, 4)]);
        for (uint32_t more = (uint32_t)sw_rng_below(w->rng, 3); more > 0; more--) {
            sw_slice next = fact_source(w, "e.also", kinds[i].values[sw_rng_below(w->rng, 4)]);
            from = TEXT(w, "%.*s, %.*s", SW_FMT(from), SW_FMT(next));
        }
        add_item(field, TEXT(w, "%s: {from: [%.*s]}", kinds[i].name, SW_FMT(from)));
    }
}

static const char *key_of(writer *w, const char *id) {
    static const char *const ids[] = {"r.first", "r.second", "r.check", "r.count", "r.before"};
    uint32_t rule = 0;
    while (rule < SW_COUNT(ids) && strcmp(id, ids[rule]) != 0) rule++;
    const char *key = rule >= 2 && chance(w, 45) ? "[a]" /* findings need company */
                                                 : PICK(w, "[a]", "[a, b]", "[a, b]", "[a, b, c]",
                                                        "[a, c]", "[b]", "[b, a]");
    if (w->keys[rule] && chance(w, 85)) key = w->keys[rule];
    w->keys[rule] = key;
    return key;
}

static void head(writer *w, const char *id, const char *kind) {
    add_text(w, "id", true, TEXT(w, "%s", id));
    add_text(w, "kind", true, TEXT(w, "%s", kind));
    const char *key = key_of(w, id);
    w->by_b = key[1] == 'b';
    add_text(w, "key", true, TEXT(w, "%s", key));
    w->facts = chance(w, 50);
    if (w->facts) facts(w);
}

static void deadline(writer *w, const char *id) {
    head(w, id, "deadline");
    w->liberty = chance(w, 15);
    if (w->liberty) add_text(w, "liberty", false, SW_S("true"));
    clauses(w, "start", "e.open", true, 2);
    if (chance(w, 85)) clauses(w, "stop", "e.stop", false, 2);
    if (chance(w, 35)) clauses(w, "cancel", "e.void", false, 2);
    if (chance(w, 40)) clauses(w, "restart", "e.again", false, 2);
    pauses(w);
    limit(w);
    extends(w);
    counts(w);
    bool caution = chance(w, 30);
    if (caution) add_text(w, "caution", false, TEXT(w, "{%s}", count_keys(w).ptr));
    warns(w, caution);
}

/* `on` of a rule that is no deadline: a type with `when` beside it, or a list. */
static void ons(writer *w, const char *mostly) {
    if (chance(w, 65)) {
        add_text(w, "on", true, TEXT(w, "%s", any_type(w, mostly, true)));
        if (chance(w, 35)) add_text(w, "when", false, TEXT(w, "'%s'", condition(w, w->facts)));
        return;
    }
    gen_field *field = add_field(w, "on", '[', true);
    uint32_t count = 1 + (uint32_t)sw_rng_below(w->rng, 3);
    for (uint32_t i = 0; i < count; i++) {
        if (chance(w, 40))
            add_item(field, TEXT(w, "%s", any_type(w, mostly, true)));
        else
            add_item(field, TEXT(w, "{%s}", on_clause(w, i ? "e.also" : mostly, true, false).ptr));
    }
    if (chance(w, 40)) add_text(w, "when", false, TEXT(w, "'%s'", condition(w, w->facts)));
}

static void level_and_settle(writer *w, bool level) {
    if (level) add_text(w, "level", true, TEXT(w, "%s", PICK(w, "blue", "orange", "red")));
    add_text(w, "to", false, SW_S("[handler]"));
    if (chance(w, 35))
        add_text(w, "settle", false, TEXT(w, "%s", PICK(w, "15m", "1h", "6h", "3d")));
}

static void check(writer *w, const char *id) {
    head(w, id, "check");
    ons(w, "e.note");
    level_and_settle(w, true);
}

/* A window that holds some of the case's steps. */
static sw_slice window(writer *w) {
    int64_t hours = w->gen->unit_ms / 3600000;
    if (chance(w, 25)) return TEXT(w, "%s", PICK(w, "day", "week", "month", "quarter", "year"));
    if (chance(w, 12)) return SW_S("ever");
    int64_t steps = sw_rng_between(w->rng, 1, 7);
    return TEXT(w, "%dh", (int)(steps * hours));
}

/* Three levels at most: that reach a count, are a ratio of the baseline, or stay below a number. */
static void threshold_levels(writer *w, bool below, bool ratio) {
    static const char *const names[] = {"yellow", "orange", "red"};
    gen_field *field = add_field(w, "levels", '[', true);
    uint32_t levels = 1 + (uint32_t)sw_rng_below(w->rng, 3);
    for (uint32_t i = 0; i < levels; i++) {
        int n = (int)sw_rng_between(w->rng, 1, 4);
        if (below)
            add_item(field, TEXT(w, "{below: %d, level: %s}", n + 1, names[i]));
        else if (ratio && (i == 0 || chance(w, 50)))
            add_item(field, TEXT(w, "{%sratio: %d%%, level: %s}", chance(w, 30) ? "count: 2, " : "",
                                 50 * (n + 1), names[i]));
        else
            add_item(field, TEXT(w, "{count: %d, level: %s}", n, names[i]));
    }
}

static void threshold(writer *w, const char *id) {
    head(w, id, "threshold");
    ons(w, PICK(w, "e.note", "e.open", "e.more"));
    bool below = chance(w, 20), ratio = !below && chance(w, 25);
    sw_slice within = window(w);
    if (below || (ratio && sw_slice_is(within, "ever")))
        within = TEXT(w, "%s", PICK(w, "day", "week", "day", "month"));
    add_text(w, "within", true, within);
    if (ratio) add_text(w, "baseline", true, TEXT(w, "%d", (int)sw_rng_between(w->rng, 1, 4)));
    bool distinct = !ratio && chance(w, 45);
    if (distinct)
        add_text(w, "distinct", false,
                 TEXT(w, "%s", PICK(w, "x", "f", "[x, f]", "m", "[m, x]", "d", "at", "f")));
    if (chance(w, distinct ? 15 : 60)) {
        int64_t hours = sw_rng_between(w->rng, 1, 6) * (w->gen->unit_ms / 3600000);
        add_text(w, "once_per", false,
                 TEXT(w, "{by: %s, within: %dh}", PICK(w, "x", "[x, m]", "f", "f"), (int)hours));
    }
    if (chance(w, 30)) {
        const char *by = PICK(w, "x", "m", "f");
        add_text(w, "except", false,
                 TEXT(w, "{%s, by: %s}", on_clause(w, "e.void", false, false).ptr, by));
    }
    if (chance(w, 30))
        add_text(w, "weight", false,
                 TEXT(w, "'%s'", PICK(w, "data.m", "data.n", "data.f ? 3 : 1", "size(data.tags)")));
    threshold_levels(w, below, ratio);
    level_and_settle(w, false);
}

static sw_slice before_entry(writer *w, const char *mostly) {
    sw_slice text = on_clause(w, mostly, false, false);
    if (chance(w, 15))
        text = TEXT(w, "on: [%s, {%.*s}]", any_type(w, "e.more", false), SW_FMT(text));
    if (chance(w, 60)) text = TEXT(w, "%.*s, within: %.*s", SW_FMT(text), SW_FMT(window(w)));
    if (chance(w, 30)) text = TEXT(w, "%.*s, or_same: true", SW_FMT(text));
    return TEXT(w, "{%.*s}", SW_FMT(text));
}

static void sequence(writer *w, const char *id) {
    head(w, id, "sequence");
    ons(w, PICK(w, "e.note", "e.open"));
    gen_field *field = add_field(w, chance(w, 55) ? "requires" : "forbids", '[', true);
    uint32_t count = chance(w, 35) ? 2 : 1;
    for (uint32_t i = 0; i < count; i++)
        add_item(field, before_entry(w, i ? "e.go" : PICK(w, "e.stop", "e.hold", "e.more")));
    level_and_settle(w, true);
}

static const char *pair_condition(writer *w) {
    if (w->facts && chance(w, 30))
        return PICK(w, "facts.k == left.data.x || facts.k == \"p\"", "facts.g > right.data.n",
                    "has(facts.t)", "!has(facts.k)");
    return PICK(w, "left.data.n > right.data.n", "left.data.x == right.data.x",
                "left.data.at > right.event.time", "left.event.time < right.event.time",
                "left.event.id != right.event.id && left.data.f",
                "right.event.orgcode == left.event.orgcode", "left.data.f || right.data.f");
}

static void match(writer *w, const char *id) {
    head(w, id, "match");
    const char *left = PICK(w, "e.note", "e.open", "e.more");
    const char *right = PICK(w, "e.stop", "e.hold", "e.open", "e.note");
    add_text(w, "left", true, TEXT(w, "{%s}", on_clause(w, left, true, false).ptr));
    add_text(w, "right", true, TEXT(w, "{%s}", on_clause(w, right, false, false).ptr));
    add_text(w, "within", true, window(w));
    if (chance(w, 70)) add_text(w, "where", false, TEXT(w, "'%s'", pair_condition(w)));
    if (chance(w, 50))
        add_text(w, "max_pairs", false, TEXT(w, "%d", (int)sw_rng_between(w->rng, 1, 4)));
    level_and_settle(w, true);
}

/* One of the kinds that are no deadlines: of a version mostly the same one. */
static void other(writer *w, uint32_t kind, const char *id) {
    switch (kind) {
    case 0:
        threshold(w, id);
        return;
    case 1:
        sequence(w, id);
        return;
    case 2:
        match(w, id);
        return;
    default:
        check(w, id);
        return;
    }
}

/* A date or time near the middle of the events. */
static sw_slice around(writer *w) {
    int64_t ms = w->gen->base_ms + sw_rng_between(w->rng, 2, 14) * w->gen->unit_ms;
    if (chance(w, 30)) {
        int64_t year, days = sw_floor_div(ms, 86400000);
        int32_t month, day;
        sw_date_from_days(days, &year, &month, &day);
        return TEXT(w, "%04d-%02d-%02d", (int)year, month, day);
    }
    sw_buf buf;
    sw_buf_init(&buf, 64);
    sw_time_write(&buf, ms, 8 * 3600);
    sw_slice text = TEXT(w, "%.*s", SW_FMT(sw_buf_slice(&buf)));
    sw_buf_done(&buf);
    return text;
}

static void metadata(writer *w, gen_pack *pack, uint32_t version, sw_slice effective) {
    const char *zone = PICK(w, "Asia/Shanghai", "Asia/Shanghai", "Europe/Rome", "America/New_York");
    const char *calendar = w->calendar ? PICK(w, ", calendar: cn", ", calendar: tiny") : "";
    pack->metadata = TEXT(w, "{name: p, version: 1.%u.0, timezone: %s%s%.*s}", version, zone,
                          calendar, SW_FMT(effective));
}

static void rules(writer *w, gen_pack *pack, bool twice) {
    uint32_t deadlines = (uint32_t)sw_rng_below(w->rng, 5) + 1;
    deadlines = deadlines > 3 ? 2 : deadlines > 1 ? 1 : 0;
    if (deadlines == 0) {
        w->rule = &pack->rules[pack->count++];
        check(w, "r.check");
    }
    for (uint32_t i = 0; i < deadlines; i++) {
        w->rule = &pack->rules[pack->count++];
        deadline(w, i ? "r.second" : "r.first");
        if (!twice || i) continue;
        sw_slice cut = around(w);
        add_text(w, "effective", false, TEXT(w, "{until: %.*s}", SW_FMT(cut)));
        w->rule = &pack->rules[pack->count++];
        deadline(w, "r.first");
        add_text(w, "effective", true, TEXT(w, "{from: %.*s}", SW_FMT(cut)));
    }
    if (chance(w, 25)) {
        w->rule = &pack->rules[pack->count++];
        check(w, "r.check");
    }
    uint32_t others = 1 + (uint32_t)sw_rng_below(w->rng, 2);
    if (chance(w, 30)) others = 0;
    for (uint32_t i = 0; i < others; i++) {
        static const char *const ids[] = {"r.count", "r.before"};
        uint32_t kind = chance(w, 12) ? (uint32_t)sw_rng_below(w->rng, 4) : w->kinds[i];
        w->rule = &pack->rules[pack->count++];
        other(w, kind, ids[i]);
        if (!twice) continue;
        sw_slice cut = around(w);
        add_text(w, "effective", false, TEXT(w, "{until: %.*s}", SW_FMT(cut)));
        w->rule = &pack->rules[pack->count++];
        other(w, chance(w, 90) ? kind : 3, ids[i]);
        add_text(w, "effective", true, TEXT(w, "{from: %.*s}", SW_FMT(cut)));
    }
}

void gen_packs(gen_case *gen, sw_arena *arena, uint64_t seed) {
    static const struct {
        int64_t year;
        int32_t month, day;
    } bases[] = {{2026, 2, 10},  {2026, 3, 26}, {2026, 3, 5},  {2026, 9, 28}, {2026, 10, 22},
                 {2026, 12, 22}, {2024, 2, 20}, {2026, 1, 28}, {2025, 12, 27}};
    static const int64_t units[] = {3600000, 6 * 3600000, 86400000, 7 * 86400000LL};
    *gen = (gen_case){.arena = arena};
    sw_rng_init(&gen->rng, seed);
    size_t base = sw_rng_below(&gen->rng, SW_COUNT(bases));
    gen->base_ms =
        sw_days_from_date(bases[base].year, bases[base].month, bases[base].day) * 86400000 -
        8 * 3600000;
    gen->unit_ms = units[sw_rng_below(&gen->rng, SW_COUNT(units))];
    writer w = {.gen = gen, .rng = &gen->rng, .arena = arena};
    w.calendar = chance(&w, 70);
    uint32_t form = (uint32_t)sw_rng_below(&gen->rng, 10);
    gen->pack_count = form < 5 || form >= 8 ? 1 : form < 7 ? 2 : 3;
    bool twice = form >= 8;
    for (size_t i = 0; i < SW_COUNT(w.kinds); i++) w.kinds[i] = (uint32_t)sw_rng_below(w.rng, 3);
    for (uint32_t p = 0; p < gen->pack_count; p++) {
        sw_slice effective = SW_SLICE_NONE;
        if (p > 0) effective = TEXT(&w, ", effective: {from: %s}", around(&w).ptr);
        if (p == 0 && (form == 5 || form == 4))
            effective = TEXT(&w, ", effective: {until: %s}", around(&w).ptr);
        metadata(&w, &gen->packs[p], p, effective);
        rules(&w, &gen->packs[p], twice);
    }
}

static void write_field(const gen_field *field, sw_buf *out) {
    char close = field->open == '[' ? ']' : '}';
    sw_buf_printf(out, "    %s: ", field->key);
    if (field->open) sw_buf_add_byte(out, field->open);
    bool first = true;
    for (uint32_t i = 0; i < field->count; i++) {
        if (field->item_dropped[i]) continue;
        if (!first) sw_buf_add_cstr(out, ", ");
        sw_buf_add(out, field->items[i]);
        first = false;
    }
    if (field->open) sw_buf_add_byte(out, close);
    sw_buf_add_byte(out, '\n');
}

sw_slice gen_pack_yaml(const gen_pack *pack, sw_arena *arena) {
    sw_buf out;
    sw_buf_init(&out, 1u << 20);
    sw_buf_printf(&out, "apiVersion: seawall/v1\nkind: RulePack\nmetadata: %.*s\nrules:\n",
                  SW_FMT(pack->metadata));
    for (uint32_t r = 0; r < pack->count; r++) {
        if (pack->rules[r].dropped) continue;
        sw_buf_add_cstr(&out, "  -\n");
        for (uint32_t f = 0; f < pack->rules[r].count; f++)
            if (!pack->rules[r].fields[f].dropped) write_field(&pack->rules[r].fields[f], &out);
    }
    sw_slice text;
    bool copied = sw_arena_copy(arena, sw_buf_slice(&out), &text);
    SW_ASSERT(out.err == SW_OK && copied);
    sw_buf_done(&out);
    return text;
}
