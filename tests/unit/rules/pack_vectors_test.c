/* The vectors of tests/data/deadline-vectors.yaml (what a lawyer computed by hand) through
 * catalogue, pack, events and the naive evaluator. */
#include "unit/test.h"

#include <stdio.h>

#include "oracle/world.h"
#include "text/json.h"
#include "text/yaml.h"

#define ARENA_BYTES ((size_t)64 << 20)

typedef struct vectors {
    sw_arena arena;
    sw_slice text;
    const sw_yaml *root;
    sw_slice calendar;
} vectors;

static int set_up(void **state) {
    static vectors all;
    sw_arena_init(&all.arena, ARENA_BYTES);
    sw_diags diags;
    sw_diags_init(&diags, &all.arena, SW_S("deadline-vectors.yaml"), 10);
    assert_ok(sw_file_read(&all.arena, SW_SOURCE_DIR "/tests/data/deadline-vectors.yaml", 1u << 20,
                           &diags, &all.text));
    assert_ok(sw_yaml_parse(&all.arena, all.text, &diags, &all.root));
    assert_ok(sw_file_read(&all.arena, SW_SOURCE_DIR "/deploy/packs/calendars/cn.yaml", 1u << 20,
                           &diags, &all.calendar));
    *state = &all;
    return 0;
}

static int tear_down(void **state) {
    sw_arena_done(&((vectors *)*state)->arena);
    return 0;
}

/* The lines [from, to) of the file, counted from 1. */
static sw_slice lines_of(sw_slice text, uint32_t from, uint32_t to) {
    size_t begin = 0, end = text.len;
    uint32_t line = 1;
    for (size_t i = 0; i < text.len; i++) {
        if (line < from) begin = i + 1;
        if (text.ptr[i] == '\n' && ++line == to) {
            end = i + 1;
            break;
        }
        if (line < from) begin = i + 1;
    }
    return sw_slice_sub(text, begin, end);
}

static const sw_yaml *member(const sw_yaml *map, const char *key) {
    const sw_yaml *found = sw_yaml_get(map, key);
    if (!found) fail_msg("no member %s", key);
    return found;
}

/* The block below `key:` as it is written, up to the member that follows. */
static sw_slice block_of(const vectors *all, const sw_yaml *map, const char *key) {
    const sw_yaml *found = member(map, key);
    assert_non_null(found->next);
    return lines_of(all->text, found->key_line + 1, found->next->key_line);
}

static void write_json(sw_buf *out, const sw_yaml *node) {
    bool is_map = node->kind == SW_YAML_MAP;
    if (!is_map && node->kind != SW_YAML_SEQ) {
        if (node->kind == SW_YAML_STRING)
            sw_json_write_string(out, node->text);
        else
            sw_buf_add(out, node->text);
        return;
    }
    sw_buf_add_byte(out, is_map ? '{' : '[');
    for (const sw_yaml *child = node->first; child; child = child->next) {
        if (child != node->first) sw_buf_add_byte(out, ',');
        if (is_map) {
            sw_json_write_string(out, child->key);
            sw_buf_add_byte(out, ':');
        }
        write_json(out, child);
    }
    sw_buf_add_byte(out, is_map ? '}' : ']');
}

static sw_slice event_json(sw_arena *arena, const sw_yaml *event) {
    sw_buf buf;
    sw_buf_init(&buf, 1u << 16);
    sw_buf_add_cstr(&buf, "{\"specversion\":\"1.0\",\"source\":\"urn:vectors\"");
    for (const sw_yaml *child = event->first; child; child = child->next) {
        sw_buf_add_byte(&buf, ',');
        sw_json_write_string(&buf, child->key);
        sw_buf_add_byte(&buf, ':');
        write_json(&buf, child);
    }
    sw_buf_add_byte(&buf, '}');
    assert_ok(buf.err);
    sw_slice json;
    assert_true(sw_arena_copy(arena, sw_buf_slice(&buf), &json));
    sw_buf_done(&buf);
    return json;
}

static void load(const vectors *all, const sw_yaml *vector, sw_world *world) {
    sw_slice pack = sw_arena_printf(
        world->arena,
        "apiVersion: seawall/v1\nkind: RulePack\n"
        "metadata: {name: t, version: \"1\", timezone: %.*s, calendar: cn}\nrules:\n  -\n%.*s",
        SW_FMT(member(all->root, "timezone")->text), SW_FMT(block_of(all, vector, "rule")));
    sw_err err = sw_world_catalogue(world, block_of(all, all->root, "catalogue"));
    if (!err) err = sw_world_calendar(world, SW_S("cn.yaml"), all->calendar);
    if (!err) err = sw_world_packs(world, &pack, 1);
    for (const sw_yaml *event = member(vector, "events")->first; !err && event; event = event->next)
        err = sw_world_event(world, event_json(world->arena, event));
    if (err)
        fail_msg("%.*s: %.*s", SW_FMT(member(vector, "id")->text),
                 SW_FMT(sw_world_findings(world)));
}

static int64_t ms_of(const sw_yaml *time) {
    int64_t ms;
    assert_ok(sw_time_parse_ms(time->text, &ms));
    return ms;
}

/* The one warning of a level, or NULL. */
static const sw_warning *at_level(const sw_found *set, uint32_t count, sw_level level) {
    const sw_warning *found = NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (set[i].warning.level != level) continue;
        assert_null(found);
        found = &set[i].warning;
    }
    return found;
}

static void assert_time(const sw_yaml *vector, const char *what, int64_t is_ms, int64_t want_ms) {
    if (is_ms == want_ms) return;
    sw_buf buf;
    sw_buf_init(&buf, 1000);
    sw_time_write(&buf, is_ms, 8 * 3600);
    sw_buf_add_cstr(&buf, ", not ");
    sw_time_write(&buf, want_ms, 8 * 3600);
    fail_msg("%.*s: %s is %.*s", SW_FMT(member(vector, "id")->text), what,
             SW_FMT(sw_buf_slice(&buf)));
}

static void check_vector(const vectors *all, const sw_yaml *vector) {
    sw_arena arena;
    sw_arena_init(&arena, ARENA_BYTES);
    sw_world world;
    sw_world_init(&world, &arena);
    load(all, vector, &world);
    sw_oracle_case given = {
        .set = world.set, .events = world.events, .event_count = world.event_count};
    const sw_yaml *until = sw_yaml_get(vector, "until");
    int64_t now_ms = sw_days_from_date(2040, 1, 1) * 86400000;
    const sw_found *set;
    uint32_t count;
    assert_ok(sw_oracle_set(&given, until ? ms_of(until) : now_ms, &arena, &set, &count, NULL));

    int64_t due_ms = ms_of(member(vector, "due"));
    const sw_warning *breach = at_level(set, count, SW_BREACH);
    if (!breach) fail_msg("%.*s: no breach", SW_FMT(member(vector, "id")->text));
    assert_time(vector, "due", breach->due_ms, due_ms);
    assert_time(vector, "breach", breach->fires_ms, due_ms);
    assert_int_equal(breach->state, SW_STATE_OPEN);
    assert_int_equal(breach->provisional, member(vector, "provisional")->truth);
    assert_non_null(at_level(set, count, SW_GREEN));
    const sw_yaml *caution = sw_yaml_get(vector, "caution");
    const sw_warning *red = at_level(set, count, SW_RED);
    assert_int_equal(red != NULL, caution != NULL);
    if (caution) assert_time(vector, "red", red->fires_ms, ms_of(caution));
    sw_arena_done(&arena);
}

static void every_vector_has_the_due_time_that_a_lawyer_computed(void **state) {
    const vectors *all = *state;
    uint32_t count = 0;
    for (const sw_yaml *vector = member(all->root, "vectors")->first; vector;
         vector = vector->next) {
        check_vector(all, vector);
        count++;
    }
    assert_int_equal(count, 44);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vector_has_the_due_time_that_a_lawyer_computed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
