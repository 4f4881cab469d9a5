#include "unit/civil/civil_test.h"

#include "text/yaml.h"

/* The vectors of tests/data/deadline-vectors.yaml: due, caution and provisional are read from
 * there; what the rule and the events make of each is written here by hand. The whole way, from
 * pack and events to the set of warnings, is tested with the evaluators. */

enum { PARTS_MAX = 4 };

typedef struct vector {
    const char *id;
    const char *start;
    sw_span limit;
    sw_count count, caution;
    bool has_caution;
    const char *until; /* NULL: 2040 */
    struct {
        const char *moment;
        sw_span span;
        bool to;
        uint32_t max;
    } extensions[PARTS_MAX];
    struct {
        const char *from, *to;
    } pauses[PARTS_MAX];
} vector;

#define D(days)                                                                                    \
    { .unit = SW_UNIT_DAYS, .n = (days) }
#define WD(days)                                                                                   \
    { .unit = SW_UNIT_WORKDAYS, .n = (days) }
#define MO(months)                                                                                 \
    { .unit = SW_UNIT_MONTHS, .n = (months) }
#define H(hours)                                                                                   \
    { .unit = SW_UNIT_EXACT, .n = (hours)*HOUR }
#define NEXT_DAY                                                                                   \
    { .begin = SW_BEGIN_NEXT_DAY }
#define DAY_ROLL                                                                                   \
    { .begin = SW_BEGIN_NEXT_DAY, .rollover = SW_ROLL_WORKDAY }
#define MONTH_LAST                                                                                 \
    { .begin = SW_BEGIN_NEXT_DAY, .month_end_last = true }
#define MONTH_ROLL                                                                                 \
    { .begin = SW_BEGIN_NEXT_DAY, .month_end_last = true, .rollover = SW_ROLL_WORKDAY }
#define WITH_CAUTION .has_caution = true, .caution

static const vector vectors[] = {
    {"V01", "2026-03-10T23:59:00+08:00", H(24)},
    {"V02", "2026-03-10T23:59:00+08:00", H(24), {.begin = SW_BEGIN_NEXT_HOUR}, WITH_CAUTION = {0}},
    {"V03", "2026-03-10T23:59:00+08:00", D(3), DAY_ROLL},
    {"V04", "2026-03-11T00:00:00+08:00", D(3), DAY_ROLL},
    {"V05", "2026-01-31T10:00:00+08:00", MO(1), MONTH_ROLL, WITH_CAUTION = NEXT_DAY},
    {"V06", "2026-02-28T10:00:00+08:00", MO(1), MONTH_LAST, WITH_CAUTION = NEXT_DAY},
    {"V07", "2025-12-31T16:00:00+08:00", MO(2), MONTH_LAST},
    {"V08", "2026-09-01T09:00:00+08:00", D(30), DAY_ROLL},
    {"V09", "2026-09-01T09:00:00+08:00", D(3), NEXT_DAY,
     .extensions = {{"2026-09-03T15:00:00+08:00", D(30), true, 1}}},
    {"V10", "2026-04-30T20:00:00+08:00", D(3), NEXT_DAY},
    {"V11", "2026-03-02T10:00:00+08:00", MO(2), MONTH_LAST,
     .pauses = {{"2026-03-20T09:00:00+08:00", "2026-04-14T17:00:00+08:00"}}},
    {"V12", "2026-03-05T09:00:00+08:00", D(30), DAY_ROLL, WITH_CAUTION = NEXT_DAY},
    {"V13", "2026-03-05T09:00:00+08:00", D(30), DAY_ROLL, WITH_CAUTION = NEXT_DAY,
     .extensions = {{"2026-04-03T16:00:00+08:00", D(30), false, 2}}},
    {"V14", "2026-03-05T09:00:00+08:00", D(30), DAY_ROLL, WITH_CAUTION = NEXT_DAY,
     .extensions = {{"2026-04-08T09:00:00+08:00", D(30), false, 2}}},
    {"V15", "2026-03-05T09:00:00+08:00", D(30), DAY_ROLL, WITH_CAUTION = NEXT_DAY,
     .pauses = {{"2026-03-10T09:00:00+08:00", "2026-03-25T09:00:00+08:00"},
                {"2026-03-20T09:00:00+08:00", "2026-03-30T17:00:00+08:00"}}},
    {"V16", "2026-03-10T14:00:00+08:00", H(8)}, /* restarted by the transfer */
    {"V16b", "2026-03-10T09:00:00+08:00", H(8)},
    {"V17", "2026-04-10T11:00:00+08:00", MO(1), MONTH_ROLL, WITH_CAUTION = NEXT_DAY},
    {"V18", "2026-05-06T15:00:00+08:00", MO(1), MONTH_ROLL, WITH_CAUTION = NEXT_DAY},
    {"V19", "2026-04-15T10:00:00+08:00", MO(2), MONTH_LAST}, /* restarted, from the discovery */
    {"V20", "2026-04-10T09:00:00+08:00", MO(2), MONTH_LAST}, /* restarted, from the identity */
    {"V20b", "2026-03-01T10:00:00+08:00", MO(2), MONTH_LAST},
    {"V21", "2026-01-31T10:00:00+08:00", MO(2), MONTH_LAST,
     .extensions = {{"2026-03-25T10:00:00+08:00", MO(1), false, 1},
                    {"2026-04-24T10:00:00+08:00", MO(2), false, 1},
                    {"2026-06-20T10:00:00+08:00", MO(2), false, 1}}},
    {"V22",
     "2026-02-25T10:00:00+08:00",
     MO(2),
     {.begin = SW_BEGIN_NEXT_DAY,
      .month_end_last = true,
      .lead = D(7),
      .rollover = SW_ROLL_WORKDAY_BEFORE}},
    {"V23", "2026-02-12T10:00:00+08:00", WD(5), NEXT_DAY},
    {"V24", "2026-02-12T10:00:00+08:00", D(7), NEXT_DAY},
    {"V25", "2026-09-18T08:30:00+08:00", WD(10), NEXT_DAY},
    {"V26", "2026-04-28T09:00:00+08:00", WD(10), NEXT_DAY},
    {"V27", "2026-08-05T10:00:00+08:00", D(60), NEXT_DAY},
    {"V28", "2026-06-19T09:30:00+08:00", H(24)},
    {"V29", "2026-03-10T22:00:00+08:00", H(24)},
    {"V30", "2026-03-10T15:00:00+08:00", D(5), NEXT_DAY, WITH_CAUTION = {0}},
    {"V31", "2024-02-29T12:00:00+08:00", MO(12), MONTH_LAST},
    {"V32", "2026-08-31T10:00:00+08:00", MO(6), MONTH_LAST,
     WITH_CAUTION = {.begin = SW_BEGIN_NEXT_DAY,
                     .month_end_last = true,
                     .rollover = SW_ROLL_WORKDAY_BEFORE}},
    {"V33", "2026-02-11T14:00:00+08:00", D(7), DAY_ROLL},
    {"V34", "2026-03-01T08:00:00+08:00", D(10), NEXT_DAY,
     .extensions = {{"2026-03-03T10:00:00+08:00", D(37), true, 1}}},
    {"V35",
     "2026-03-01T08:00:00+08:00",
     D(3),
     {.begin = SW_BEGIN_NEXT_DAY, .lead = D(3), .rollover = SW_ROLL_WORKDAY_BEFORE},
     .extensions = {{"2026-03-03T10:00:00+08:00", D(30), true, 1}}},
    {"V36", "2026-03-10T23:40:00+08:00", {.unit = SW_UNIT_END_OF, .period = SW_DAY}},
    {"V36b", "2026-03-10T23:40:00+08:00", D(1), NEXT_DAY},
    {"V37", "2026-03-13T10:00:00+08:00", D(3), NEXT_DAY,
     .extensions = {{"2026-03-16T09:00:00+08:00", D(7), true, 1}}},
    {"V37b", "2026-03-13T10:00:00+08:00", D(3), NEXT_DAY,
     .until = "2026-03-17T12:00:00+08:00"}, /* the approval is not yet received */
    {"V38", "2025-12-20T09:00:00+08:00", D(30), DAY_ROLL},
    {"V39", "2026-06-30T10:00:00+08:00", MO(2), MONTH_ROLL},
    {"V40", "2026-09-28T17:00:00+08:00", D(3), DAY_ROLL, WITH_CAUTION = NEXT_DAY,
     .extensions = {{"2026-09-30T10:00:00+08:00", D(7), true, 1}}},
};

static const vector *vector_of(sw_slice id) {
    for (size_t i = 0; i < SW_COUNT(vectors); i++)
        if (sw_slice_is(id, vectors[i].id)) return &vectors[i];
    return NULL;
}

static sw_due due_of(ground *g, const vector *v, const sw_count *count) {
    sw_extension extensions[PARTS_MAX];
    sw_pause pauses[PARTS_MAX];
    sw_period_facts facts = {.zone = g->shanghai,
                             .calendar = g->cn,
                             .start_ms = at(v->start),
                             .limit = v->limit,
                             .count = *count,
                             .extensions = extensions,
                             .pauses = pauses,
                             .now_ms = at(v->until ? v->until : "2040-01-01T00:00:00+08:00")};
    for (uint32_t i = 0; i < PARTS_MAX && v->extensions[i].moment; i++)
        extensions[facts.extension_count++] =
            (sw_extension){.moment_ms = at(v->extensions[i].moment),
                           .span = v->extensions[i].span,
                           .to = v->extensions[i].to,
                           .entry = i,
                           .max = v->extensions[i].max};
    for (uint32_t i = 0; i < PARTS_MAX && v->pauses[i].from; i++)
        pauses[facts.pause_count++] = (sw_pause){at(v->pauses[i].from), at(v->pauses[i].to)};
    sw_due due;
    assert_ok(sw_due_compute(&facts, true, &g->arena, &due));
    return due;
}

static sw_slice member(const sw_yaml *map, const char *key) {
    const sw_yaml *node = sw_yaml_get(map, key);
    return node ? node->text : SW_SLICE_NONE;
}

static void expect_time(ground *g, sw_slice id, const char *what, int64_t ms, sw_slice want) {
    sw_buf got;
    sw_buf_init(&got, 64);
    sw_time_write(&got, ms, sw_zone_offset(g->shanghai, ms));
    if (!sw_slice_eq(sw_buf_slice(&got), want))
        fail_msg("%.*s: %s is %.*s, not %.*s", SW_FMT(id), what, SW_FMT(sw_buf_slice(&got)),
                 SW_FMT(want));
    sw_buf_done(&got);
}

static void every_vector_of_the_law_has_its_due_time(void **state) {
    ground *g = *state;
    sw_slice text;
    const sw_yaml *root;
    assert_ok(sw_file_read(&g->arena, SW_SOURCE_DIR "/tests/data/deadline-vectors.yaml", 1u << 20,
                           NULL, &text));
    assert_ok(sw_yaml_parse(&g->arena, text, NULL, &root));
    const sw_yaml *list = sw_yaml_get(root, "vectors");
    assert_non_null(list);
    assert_int_equal(list->count, SW_COUNT(vectors));
    for (const sw_yaml *row = list->first; row; row = row->next) {
        sw_slice id = member(row, "id");
        const vector *v = vector_of(id);
        if (!v) fail_msg("%.*s: what are its facts? Add them to the table", SW_FMT(id));
        sw_due due = due_of(g, v, &v->count);
        expect_time(g, id, "due", due.due_ms, member(row, "due"));
        if (due.provisional != sw_yaml_get(row, "provisional")->truth)
            fail_msg("%.*s: provisional is wrong", SW_FMT(id));
        assert_int_equal(v->has_caution, sw_yaml_get(row, "caution") != NULL);
        if (v->has_caution)
            expect_time(g, id, "caution", due_of(g, v, &v->caution).due_ms, member(row, "caution"));
    }
}

/* 30 days from 5 March end on Saturday 4 April, in the Qingming break; approved on 8 April, after
 * Tuesday 7 April to which they roll, an extension comes too late. */
static void a_late_approval_is_shown_as_late(void **state) {
    ground *g = *state;
    const vector *v = vector_of(SW_S("V14"));
    sw_due due = due_of(g, v, &v->count);
    assert_int_equal(due.fates[0], SW_EXT_LATE);
    assert_int_equal(due_of(g, vector_of(SW_S("V13")), &v->count).fates[0], SW_EXT_TAKEN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vector_of_the_law_has_its_due_time),
        cmocka_unit_test(a_late_approval_is_shown_as_late),
    };
    return cmocka_run_group_tests(tests, ground_begin, ground_end);
}
