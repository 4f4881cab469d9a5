#include "seawall/rules/test/test_file.h"

#define FILE_BYTES_MAX ((size_t)16 << 20)

static sw_err tell(sw_diags *diags, sw_err code, const sw_yaml *node, const char *hint,
                   const char *message) {
    return sw_diag_at(diags, code, node->line, node->col, NULL, hint, "%s", message);
}

bool test_keys(const sw_yaml *map, const char *const *names, size_t count, const char *what,
               sw_diags *diags) {
    bool good = map->kind == SW_YAML_MAP;
    if (!good)
        (void)sw_diag_at(diags, SW_E_TYPE, map->line, map->col, NULL, NULL, "%s is a map, not %s",
                         what, sw_yaml_kind_names[map->kind]);
    const sw_yaml_keys keys = {.names = names, .count = count, .what = what};
    return good && sw_yaml_check_keys(map, &keys, diags) == 0;
}

static const char *beside(sw_arena *arena, const char *file, sw_slice path) {
    const char *slash = strrchr(file, '/');
    int folder = slash ? (int)(slash - file) + 1 : 0;
    if (path.len && path.ptr[0] == '/') folder = 0;
    return sw_arena_printf(arena, "%.*s%.*s", folder, file, SW_FMT(path)).ptr;
}

/* A path or a list of paths, beside the test file. */
static bool read_paths(sw_arena *arena, const test_file *file, const char *key, sw_diags *diags,
                       const char *const **ret, uint32_t *ret_count) {
    const sw_yaml *node = sw_yaml_get(file->root, key);
    *ret = NULL;
    *ret_count = 0;
    if (!node) return true;
    bool list = node->kind == SW_YAML_SEQ;
    uint32_t count = list ? node->count : 1;
    const char **paths = sw_arena_zero(arena, count + 1, sizeof *paths);
    const sw_yaml *item = list ? node->first : node;
    for (uint32_t i = 0; paths && i < count; i++, item = item->next) {
        if (item->text.len == 0)
            return tell(diags, SW_E_TYPE, item, NULL, "a path is wanted"), false;
        paths[i] = beside(arena, file->path, item->text);
    }
    *ret = paths;
    *ret_count = count;
    return paths != NULL;
}

sw_err test_file_open(sw_arena *arena, const char *path, sw_diags *diags, test_file *ret) {
    static const char *const keys[] = {"apiVersion", "kind",     "packs",    "catalogue",
                                       "calendar",   "timezone", "defaults", "tests"};
    sw_slice text;
    *ret = (test_file){.path = path};
    diags->file = sw_slice_cstr(path);
    sw_err err = sw_file_read(arena, path, FILE_BYTES_MAX, diags, &text);
    if (!err) err = sw_yaml_parse(arena, text, diags, &ret->root);
    if (err) return err;
    if (!test_keys(ret->root, keys, SW_COUNT(keys), "a file of rule tests", diags))
        return SW_E_INVALID;
    const sw_yaml *kind = sw_yaml_get(ret->root, "kind");
    if (!kind || !sw_slice_is(kind->text, "RuleTests"))
        return tell(diags, SW_E_INVALID, kind ? kind : ret->root, "write kind: RuleTests",
                    "this is no file of rule tests");
    const sw_yaml *zone = sw_yaml_get(ret->root, "timezone");
    if (sw_zone_load(arena, zone ? zone->text : SW_S("Asia/Shanghai"), &ret->zone) != SW_OK)
        return tell(diags, SW_E_UNKNOWN, zone ? zone : ret->root, "write Asia/Shanghai",
                    "there is no such time zone");
    bool read =
        read_paths(arena, ret, "packs", diags, &ret->packs, &ret->pack_count) &&
        read_paths(arena, ret, "catalogue", diags, &ret->catalogues, &ret->catalogue_count) &&
        read_paths(arena, ret, "calendar", diags, &ret->calendars, &ret->calendar_count);
    return read ? SW_OK : SW_E_INVALID;
}

typedef struct reader {
    sw_arena *arena;
    const test_file *file;
    const sw_ruleset *set;
    sw_diags *diags;
    uint32_t errors;
} reader;

static void wrong(reader *r, sw_err code, const sw_yaml *node, const char *hint,
                  const char *message) {
    r->errors++;
    (void)tell(r->diags, code, node, hint, message);
}

static int choice(reader *r, const sw_yaml *node, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (sw_slice_is(node->text, names[i])) return (int)i;
    const char *hint = sw_did_you_mean(r->arena, node->text, names, count, NULL);
    wrong(r, SW_E_UNKNOWN, node, hint, "this word is not known here");
    return -1;
}

static int64_t time_of(reader *r, const sw_yaml *map, const char *key) {
    const sw_yaml *node = sw_yaml_get(map, key);
    int64_t ms = SW_TIME_NONE;
    if (node && !test_time(node->text, r->file->zone, &ms))
        wrong(r, SW_E_SYNTAX, node, "write 2026-03-01T09:00, 2026-03-01 24:00, or RFC 3339",
              "this is no time");
    return ms;
}

static sw_slice rule_id(reader *r, const sw_yaml *node) {
    uint32_t count = sw_ruleset_line_count(r->set);
    const char **ids = sw_arena_zero(r->arena, count + 1, sizeof *ids);
    for (uint32_t i = 0; i < count; i++)
        if (sw_slice_eq(sw_ruleset_line(r->set, i)->id, node->text)) return node->text;
    for (uint32_t i = 0; ids && i < count; i++)
        ids[i] = sw_arena_printf(r->arena, "%.*s", SW_FMT(sw_ruleset_line(r->set, i)->id)).ptr;
    const char *hint = sw_did_you_mean(r->arena, node->text, ids, ids ? count : 0,
                                       "the packs of this file don't have it");
    wrong(r, SW_E_UNKNOWN, node, hint, "there is no such rule");
    return node->text;
}

static sw_slice text_of(const sw_yaml *map, const char *key) {
    const sw_yaml *node = sw_yaml_get(map, key);
    return node ? node->text : SW_SLICE_NONE;
}

static void read_expect(reader *r, const sw_yaml *node, test_expect *expect) {
    static const char *const keys[] = {"rule",        "level",   "repeat",    "state",
                                       "fires_at",    "due",     "start",     "late_by",
                                       "provisional", "orgcode", "officerid", "key"};
    static const char *const levels[] = {"green", "blue", "yellow", "orange", "red", "breach"};
    static const char *const states[] = {"open", "resolved"};
    *expect =
        (test_expect){.node = node, .level = -1, .state = -1, .late_by_s = -1, .provisional = -1};
    if (!test_keys(node, keys, SW_COUNT(keys), "an expected warning", r->diags)) {
        r->errors++;
        return;
    }
    const sw_yaml *rule = sw_yaml_get(node, "rule"), *level = sw_yaml_get(node, "level");
    const sw_yaml *state = sw_yaml_get(node, "state"), *repeat = sw_yaml_get(node, "repeat");
    const sw_yaml *late = sw_yaml_get(node, "late_by");
    const sw_yaml *provisional = sw_yaml_get(node, "provisional");
    if (!rule || !level) {
        wrong(r, SW_E_MISSING, node, NULL, "an expected warning needs rule and level");
        return;
    }
    expect->rule = rule_id(r, rule);
    expect->level = choice(r, level, levels, SW_COUNT(levels));
    if (state) expect->state = choice(r, state, states, SW_COUNT(states));
    if (repeat) expect->repeat = (uint32_t)repeat->number;
    if (late) expect->late_by_s = late->number;
    if (provisional) expect->provisional = provisional->truth;
    expect->fires_ms = time_of(r, node, "fires_at");
    expect->due_ms = time_of(r, node, "due");
    expect->start_ms = time_of(r, node, "start");
    expect->orgcode = text_of(node, "orgcode");
    expect->officerid = text_of(node, "officerid");
    expect->key = sw_yaml_get(node, "key");
}

static void read_events(reader *r, const sw_yaml *node, rule_test *test) {
    const sw_yaml *defaults = sw_yaml_get(r->file->root, "defaults");
    if (!node || node->kind != SW_YAML_SEQ) {
        wrong(r, SW_E_MISSING, node ? node : test->node, NULL, "a test needs a list of events");
        return;
    }
    test->events = sw_arena_zero(r->arena, node->count + 1, sizeof(sw_event *));
    for (const sw_yaml *item = node->first; test->events && item; item = item->next) {
        uint32_t number = test->event_count + 1;
        const sw_event *event = test_event(r->arena, sw_ruleset_catalogue(r->set), r->file->zone,
                                           item, defaults, number, r->diags);
        if (!event) r->errors++;
        test->events[test->event_count++] = event;
    }
}

static void read_expects(reader *r, const sw_yaml *node, rule_test *test) {
    if (!node || node->kind != SW_YAML_SEQ) {
        wrong(r, SW_E_MISSING, node ? node : test->node, "write expect: [] for none",
              "a test needs the list of warnings that it expects");
        return;
    }
    test->expects = sw_arena_zero(r->arena, node->count + 1, sizeof *test->expects);
    for (const sw_yaml *item = node->first; test->expects && item; item = item->next)
        read_expect(r, item, &test->expects[test->expect_count++]);
}

static void read_only(reader *r, const sw_yaml *node, rule_test *test) {
    if (!node) return;
    bool list = node->kind == SW_YAML_SEQ;
    uint32_t count = list ? node->count : 1;
    sw_slice *ids = sw_arena_zero(r->arena, count + 1, sizeof *ids);
    const sw_yaml *item = list ? node->first : node;
    for (uint32_t i = 0; ids && i < count; i++, item = item->next) ids[i] = rule_id(r, item);
    test->only = ids;
    test->only_count = ids ? count : 0;
}

static void read_test(reader *r, const sw_yaml *node, rule_test *test) {
    static const char *const keys[] = {"name", "only", "until", "events", "expect", "note"};
    *test = (rule_test){.node = node, .name = text_of(node, "name")};
    if (!test_keys(node, keys, SW_COUNT(keys), "a test", r->diags)) {
        r->errors++;
        return;
    }
    if (!test->name.len) wrong(r, SW_E_MISSING, node, NULL, "a test needs a name");
    if (!sw_yaml_get(node, "until"))
        wrong(r, SW_E_MISSING, node, "the moment at which the warnings are looked at",
              "a test needs 'until'");
    test->until_ms = time_of(r, node, "until");
    read_only(r, sw_yaml_get(node, "only"), test);
    read_events(r, sw_yaml_get(node, "events"), test);
    read_expects(r, sw_yaml_get(node, "expect"), test);
}

sw_err test_file_read(sw_arena *arena, test_file *file, const sw_ruleset *set, sw_diags *diags) {
    reader r = {arena, file, set, diags, 0};
    const sw_yaml *tests = sw_yaml_get(file->root, "tests");
    diags->file = sw_slice_cstr(file->path);
    if (!tests || tests->kind != SW_YAML_SEQ || !tests->count)
        return tell(diags, SW_E_MISSING, tests ? tests : file->root, NULL, "the file has no tests");
    file->tests = sw_arena_zero(arena, tests->count, sizeof *file->tests);
    if (!file->tests) return SW_E_LIMIT;
    for (const sw_yaml *node = tests->first; node; node = node->next)
        read_test(&r, node, &file->tests[file->test_count++]);
    return r.errors ? SW_E_INVALID : SW_OK;
}
