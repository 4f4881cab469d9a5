#include "unit/rules/book_world.h"

#include <stdio.h>
#include <stdlib.h>

#define DAY_MS 86400000LL

#define FIELDS                                                                                     \
    "{fields: {k: {type: string, key: true}, p: {type: string, key: true}, "                       \
    "ps: {type: 'string[]', key: true, of: p}, q: {type: string, key: true}, at: timestamp, "      \
    "kind: string, n: int, ok: bool}}\n"

static const char catalogue[] =
    "types:\n"
    "  start: " FIELDS "  stop: " FIELDS "  cancel: " FIELDS "  restart: " FIELDS "  from: " FIELDS
    "  to: " FIELDS "  extend: " FIELDS "  fact: " FIELDS "  seen: " FIELDS;

static const char head[] = "apiVersion: seawall/v1\n"
                           "kind: RulePack\n"
                           "metadata: {name: p, version: 1.0.0, timezone: UTC}\n"
                           "rules:\n";

static void load(world *w, const char *rules) {
    sw_pack_text files[4];
    size_t count = 0;
    if (strncmp(rules, "apiVersion", 10) != 0) {
        sw_slice text = sw_arena_printf(&w->arena, "%s%s", head, rules);
        files[count++] = (sw_pack_text){SW_S("p.yaml"), text};
    } else {
        for (const char *at = rules; at; count++) {
            const char *next = strstr(at + 1, "apiVersion");
            size_t len = next ? (size_t)(next - at) : strlen(at);
            files[count] = (sw_pack_text){SW_S("p.yaml"), sw_slice_of(at, len)};
            at = next;
        }
    }
    sw_ruleset_options options = {.catalogue = w->cat};
    sw_err err = sw_ruleset_parse(&w->arena, &options, files, count, &w->diags, &w->set);
    for (const sw_diag *diag = w->diags.first; diag; diag = diag->next)
        print_error("%.*s\n", SW_FMT(sw_diag_text(&w->arena, diag)));
    assert_ok(err);
}

void world_init(world *w, const char *rules) {
    world_init_under(w, catalogue, rules);
}

void world_init_under(world *w, const char *types, const char *rules) {
    memset(w, 0, sizeof *w);
    sw_arena_init(&w->arena, 256 << 20);
    sw_arena_init(&w->scratch, 256 << 20);
    sw_diags_init(&w->diags, &w->arena, SW_SLICE_NONE, 100);
    sw_buf_init(&w->text, 1 << 20);
    sw_err err =
        sw_catalogue_parse(&w->arena, SW_S("types.yaml"), sw_slice_cstr(types), &w->diags, &w->cat);
    for (const sw_diag *diag = w->diags.first; diag; diag = diag->next)
        print_error("%.*s\n", SW_FMT(sw_diag_text(&w->arena, diag)));
    assert_ok(err);
    load(w, rules);
    uint32_t key_id;
    assert_true(sw_catalogue_key_find(w->cat, SW_S("k"), &key_id));
    assert_ok(sw_plan_new(&w->arena, w->set, key_id, &w->plan));
    assert_ok(sw_book_open(w->plan, SW_S("A"), &w->book));
    w->now_ms = SW_TIME_NONE;
}

void world_done(world *w) {
    sw_book_close(w->book);
    sw_buf_done(&w->text);
    sw_arena_done(&w->scratch);
    sw_arena_done(&w->arena);
}

void world_again(world *w) {
    sw_book_close(w->book);
    assert_ok(sw_book_open(w->plan, SW_S("A"), &w->book));
    sw_buf_clear(&w->text);
    w->now_ms = SW_TIME_NONE;
    w->failed = 0;
}

int64_t world_time(const char *text) {
    int day, hour = 0, minute = 0, second = 0;
    int got = sscanf(text, "%d%*[ |]%d:%d:%d", &day, &hour, &minute, &second);
    assert_true(got >= 1);
    int64_t first = sw_days_from_date(2026, 3, 1);
    return (first + day - 1) * DAY_MS + (((int64_t)hour * 60 + minute) * 60 + second) * 1000;
}

static void write_time(sw_buf *out, int64_t ms) {
    if (ms == SW_TIME_NONE) {
        sw_buf_add_cstr(out, "-");
        return;
    }
    int64_t since = ms - sw_days_from_date(2026, 3, 1) * DAY_MS, day = sw_floor_div(since, DAY_MS);
    int64_t seconds = (since - day * DAY_MS) / 1000;
    sw_buf_printf(out, "%d %02d:%02d", (int)day + 1, (int)(seconds / 3600),
                  (int)(seconds / 60 % 60));
    if (seconds % 60) sw_buf_printf(out, ":%02d", (int)(seconds % 60));
}

static sw_slice copy(world *w, const char *from, size_t len) {
    sw_slice s;
    assert_true(sw_arena_copy(&w->arena, sw_slice_of(from, len), &s));
    return s;
}

static sw_value read_list(world *w, const char *text, size_t len) {
    sw_value *items = sw_arena_zero(&w->arena, len + 1, sizeof *items);
    uint32_t count = 0;
    for (size_t from = 0; from < len;) {
        size_t end = from;
        while (end < len && text[end] != ',') end++;
        items[count++] = (sw_value){.kind = SW_STRING, .s = copy(w, text + from, end - from)};
        from = end + 1;
    }
    return (sw_value){.kind = SW_LIST, .count = count, .items = items};
}

static sw_value read_value(world *w, const sw_field *field, const char *text, size_t len) {
    char number[32] = "";
    memcpy(number, text, len < 31 ? len : 31);
    if (field->list) return read_list(w, text, len);
    switch (field->type) {
    case SW_INT:
        return (sw_value){.kind = SW_INT, .i = atoll(number)};
    case SW_BOOL:
        return (sw_value){.kind = SW_BOOL, .b = text[0] == 't'};
    case SW_TIMESTAMP:
        return (sw_value){.kind = SW_TIMESTAMP, .t = {.seconds = world_time(number) / 1000}};
    default:
        return (sw_value){.kind = SW_STRING, .s = copy(w, text, len)};
    }
}

static void read_field(world *w, sw_event *e, sw_value *values, const char *text, size_t len) {
    const char *eq = memchr(text, '=', len);
    assert_non_null(eq);
    sw_slice name = sw_slice_of(text, (size_t)(eq - text));
    const char *value = eq + 1;
    size_t value_len = len - name.len - 1;
    if (sw_slice_is(name, "org"))
        e->orgcode = copy(w, value, value_len);
    else if (sw_slice_is(name, "officer"))
        e->officerid = copy(w, value, value_len);
    else if (sw_slice_is(name, "source"))
        e->source = copy(w, value, value_len);
    else {
        int32_t slot = sw_event_type_field(e->type, name);
        assert_true(slot >= 0);
        values[slot] = read_value(w, &e->type->fields[slot], value, value_len);
    }
}

const sw_event *world_event(world *w, const char *type, const char *id, const char *time,
                            const char *fields) {
    sw_event *e = sw_arena_zero(&w->arena, 1, sizeof *e);
    e->type = sw_catalogue_find(w->cat, sw_slice_cstr(type));
    assert_non_null(e->type);
    e->id = copy(w, id, strlen(id));
    e->source = SW_S("s");
    e->time_ms = world_time(time);
    e->recorded_ms = e->received_ms = SW_TIME_NONE;
    sw_value *values = sw_arena_zero(&w->arena, e->type->field_count, sizeof *values);
    for (const char *at = fields; *at;) {
        size_t len = strcspn(at, " ");
        if (len) read_field(w, e, values, at, len);
        at += len + (at[len] != '\0');
    }
    e->fields = values;
    e->identity = sw_event_identity(e->source, e->id);
    return e;
}

static sw_event *correction(world *w, const char *type, const char *id, const char *time,
                            const char *target, const sw_event *new) {
    sw_event *e = sw_arena_zero(&w->arena, 1, sizeof *e);
    sw_correction *c = sw_arena_zero(&w->arena, 1, sizeof *c);
    e->type = sw_catalogue_find(w->cat, sw_slice_cstr(type));
    e->id = copy(w, id, strlen(id));
    e->source = SW_S("s");
    e->time_ms = world_time(time);
    e->recorded_ms = e->received_ms = SW_TIME_NONE;
    e->fields = sw_arena_zero(&w->arena, e->type->field_count, sizeof *e->fields);
    e->identity = sw_event_identity(e->source, e->id);
    c->source = SW_S("s");
    c->id = copy(w, target, strlen(target));
    c->identity = sw_event_identity(c->source, c->id);
    c->replacement = new;
    e->correction = c;
    return e;
}

const sw_event *world_retract(world *w, const char *id, const char *time, const char *target) {
    return correction(w, "event.retracted", id, time, target, NULL);
}

const sw_event *world_correct(world *w, const char *id, const char *time, const sw_event *new) {
    char target[64] = "";
    memcpy(target, new->id.ptr, new->id.len);
    return correction(w, "event.corrected", id, time, target, new);
}

void world_take(world *w, const sw_event *event) {
    assert_ok(sw_book_take(w->book, event, &w->scratch));
}

void world_add(world *w, const char *type, const char *id, const char *time, const char *fields) {
    world_take(w, world_event(w, type, id, time, fields));
}

static void write_warning(sw_buf *out, const sw_warning *warning) {
    sw_buf_add(out, warning->rule->id);
    for (uint32_t i = 0; i < warning->rule->key_count; i++) {
        sw_buf_add_byte(out, i ? '/' : ' ');
        sw_buf_add(out, warning->key[i]);
    }
    sw_buf_printf(out, " %s", sw_level_name(warning->level));
    if (warning->repeat) sw_buf_printf(out, ".%u", warning->repeat);
}

static void write_rest(sw_buf *out, const sw_warning *warning) {
    sw_buf_add_cstr(out, " at ");
    write_time(out, warning->fires_ms);
    if (warning->due_ms != SW_TIME_NONE) {
        sw_buf_add_cstr(out, " due ");
        write_time(out, warning->due_ms);
    }
    if (warning->orgcode.len) sw_buf_printf(out, " org %.*s", SW_FMT(warning->orgcode));
    if (warning->officerid.len) sw_buf_printf(out, " officer %.*s", SW_FMT(warning->officerid));
    if (warning->provisional) sw_buf_add_cstr(out, " provisional");
    if (warning->state == SW_STATE_RESOLVED) sw_buf_add_cstr(out, " resolved");
    if (warning->late_by_s >= 0) sw_buf_printf(out, " late %d", (int)warning->late_by_s);
}

static sw_err tell(void *ctx, const sw_transition *t) {
    static const char *const names[] = {"withdrawn", "raised", "resolved"};
    world *w = ctx;
    write_time(&w->text, t->at_ms);
    sw_buf_printf(&w->text, " %s ", names[t->change]);
    write_warning(&w->text, t->warning);
    if (t->change == SW_RAISED) write_rest(&w->text, t->warning);
    if (t->change == SW_RESOLVED && t->warning->late_by_s >= 0)
        sw_buf_printf(&w->text, " late %d", (int)t->warning->late_by_s);
    if (t->reason) sw_buf_printf(&w->text, " %s", t->reason);
    if (t->cause) sw_buf_printf(&w->text, " by %.*s", SW_FMT(t->cause->id));
    if (t->replaces) sw_buf_add_cstr(&w->text, " replaces");
    if (t->replaced_by) sw_buf_add_cstr(&w->text, " replaced");
    sw_buf_add_byte(&w->text, '\n');
    return w->text.err;
}

static void failed(void *ctx, const sw_rule *rule, sw_err code) {
    world *w = ctx;
    assert_non_null(rule);
    assert_true(code != SW_OK);
    w->failed++;
}

void world_tell_ms(world *w, int64_t now_ms) {
    sw_sink sink = {.ctx = w, .tell = tell, .failed = failed};
    w->now_ms = now_ms;
    assert_ok(sw_book_tell(w->book, now_ms, &w->scratch, &sink));
    assert_int_equal(w->scratch.used_bytes, 0);
}

void world_tell(world *w, const char *time) {
    world_tell_ms(w, world_time(time));
}

static int by_text(const void *a, const void *b) {
    const sw_slice *x = a, *y = b;
    return sw_slice_cmp(*x, *y);
}

const char *world_set(world *w, int64_t now_ms) {
    const sw_warning *set;
    uint32_t count;
    assert_ok(sw_book_set(w->book, now_ms, &w->arena, &set, &count));
    sw_slice *lines = sw_arena_zero(&w->arena, count, sizeof *lines);
    sw_buf line;
    sw_buf_init(&line, 4096);
    for (uint32_t i = 0; i < count; i++) {
        if (i) assert_true(sw_hash128_cmp(set[i - 1].id, set[i].id) < 0);
        sw_buf_clear(&line);
        write_warning(&line, &set[i]);
        write_rest(&line, &set[i]);
        lines[i] = copy(w, line.ptr, line.len);
    }
    sw_buf_done(&line);
    qsort(lines, count, sizeof *lines, by_text);
    sw_slice all = SW_S("");
    for (uint32_t i = 0; i < count; i++)
        all = sw_arena_printf(&w->arena, "%.*s%.*s\n", SW_FMT(all), SW_FMT(lines[i]));
    return all.ptr;
}

void assert_told_at(world *w, const char *expected, const char *file, int line) {
    sw_buf_add_byte(&w->text, '\0');
    assert_int_equal(w->text.err, SW_OK);
    if (strcmp(w->text.ptr, expected) != 0) {
        print_error("told:\n%sexpected:\n%s", w->text.ptr, expected);
        _fail(file, line);
    }
    sw_buf_clear(&w->text);
}
