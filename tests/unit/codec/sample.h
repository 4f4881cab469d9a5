/* sample.h - a catalogue with a field of each kind, and random events of it. */
#ifndef SW_TESTS_UNIT_CODEC_SAMPLE_H
#define SW_TESTS_UNIT_CODEC_SAMPLE_H

#include "base/rng.h"
#include "codec/event.h"
#include "unit/test.h"

static const char sample_catalogue[] =
    "types:\n"
    "  case.filed: {element: case, fields: {case_id: {type: string, required: true, key: true}}}\n"
    "  all.kinds:\n"
    "    element: person\n"
    "    fields:\n"
    "      case_id: {type: string, required: true, key: true}\n"
    "      person_id: {type: string, key: true}\n"
    "      person_ids: {type: 'string[]', key: true, of: person_id}\n"
    "      number_id: {type: int, key: true}\n"
    "      n: int\n"
    "      d: double\n"
    "      b: bool\n"
    "      t: timestamp\n"
    "      s: string\n"
    "      ns: 'int[]'\n"
    "      ds: 'double[]'\n"
    "      bs: 'bool[]'\n"
    "      ts: 'timestamp[]'\n"
    "      name: {type: string, personal: true}\n";

static inline const sw_catalogue *sample_parse(sw_arena *arena, const char *text) {
    const sw_catalogue *cat = NULL;
    assert_ok(sw_catalogue_parse(arena, SW_S("sample"), sw_slice_cstr(text), NULL, &cat));
    return cat;
}

static inline void sample_text(sw_rng *rng, sw_buf *out) {
    static const char *const parts[] = {"a", "刑", "\\\"", "\\n", "\\u0001", "\\ud83d\\ude00",
                                        "/", "z"};
    sw_buf_add_byte(out, '"');
    do sw_buf_add_cstr(out, parts[sw_rng_below(rng, SW_COUNT(parts))]);
    while (sw_rng_chance(rng, 2, 3));
    sw_buf_add_byte(out, '"');
}

static inline void sample_time(sw_rng *rng, sw_buf *out) {
    static const int32_t offsets[] = {0, 28800, -12600};
    sw_instant instant = {sw_rng_between(rng, -1000000000, 4000000000), 0};
    if (sw_rng_chance(rng, 1, 3)) instant.nanos = (int32_t)sw_rng_below(rng, 1000000000);
    sw_buf_add_byte(out, '"');
    sw_instant_write(out, instant, offsets[sw_rng_below(rng, 3)]);
    sw_buf_add_byte(out, '"');
}

static inline void sample_number(sw_rng *rng, sw_buf *out, bool whole) {
    static const char *const spelt[] = {"3.0",   "1e3",   "-0", "9007199254740993",
                                        "12e-1", "1e300", "0.1"};
    if (sw_rng_chance(rng, 1, 3))
        sw_buf_add_cstr(out, spelt[sw_rng_below(rng, whole ? 4 : 7)]);
    else
        sw_buf_add_int(out, (int64_t)sw_rng_next(rng) >> sw_rng_below(rng, 63));
}

/* A value of a field's name: "case_id", "n", … */
static inline void sample_scalar(sw_rng *rng, sw_buf *out, char kind) {
    if (kind == 'n') sample_number(rng, out, true);
    if (kind == 'd') sample_number(rng, out, false);
    if (kind == 'b') sw_buf_add_cstr(out, sw_rng_chance(rng, 1, 2) ? "true" : "false");
    if (kind == 't') sample_time(rng, out);
    if (kind == 's') sample_text(rng, out);
    if (kind == 'k') sw_buf_printf(out, "\"P%d\"", (int)sw_rng_below(rng, 5));
    if (kind == '?') sw_buf_add_cstr(out, "{\"z\":[1.50,{}],\"a\":\"\\u0002,}\"}");
    if (kind == '0') sw_buf_add_cstr(out, "null");
}

/* The members of `data`, or of the event's undeclared attributes, in an order of the seed. */
static inline void sample_members(sw_rng *rng, sw_buf *out, uint64_t order) {
    static const struct {
        const char *name;
        char kind;
        bool list;
    } members[] = {
        {"case_id", 'k', false},   {"person_id", 'k', false}, {"person_ids", 'k', true},
        {"number_id", 'n', false}, {"n", 'n', false},         {"d", 'd', false},
        {"b", 'b', false},         {"t", 't', false},         {"s", 's', false},
        {"ns", 'n', true},         {"ds", 'd', true},         {"bs", 'b', true},
        {"ts", 't', true},         {"name", 's', false},      {"other", '?', false},
        {"b\\u0000c", '?', false}, {"\\\"q", '?', false},     {"刑", 's', false},
        {"aa", 'd', false},        {"gone", '0', false},
    };
    static const uint64_t strides[] = {1, 3, 7, 9, 11, 13, 17, 19};
    uint64_t seed = sw_rng_next(rng), stride = strides[order % 8];
    bool first = true;
    for (uint64_t k = 0; k < SW_COUNT(members); k++) {
        size_t i = (size_t)((k * stride + order) % SW_COUNT(members));
        sw_rng own; /* so that a member's value does not depend on the order */
        sw_rng_init(&own, seed + i);
        if (i > 0 && sw_rng_chance(&own, 1, 3)) continue;
        sw_buf_printf(out, "%s\"%s\":", first ? "" : ",", members[i].name);
        first = false;
        uint64_t count = members[i].list ? sw_rng_below(&own, 4) : 1;
        if (members[i].list) sw_buf_add_byte(out, '[');
        for (uint64_t item = 0; item < count; item++) {
            if (item) sw_buf_add_byte(out, ',');
            sample_scalar(&own, out, members[i].kind);
        }
        if (members[i].list) sw_buf_add_byte(out, ']');
    }
}

/* The same event for a seed, its members in another order for each `order`. */
static inline void sample_event(uint64_t seed, uint64_t order, sw_buf *out) {
    sw_rng rng;
    sw_rng_init(&rng, seed);
    sw_buf_add_cstr(out, order % 2 ? "{\"zext\":7,\"id\":" : "{\"id\":");
    sw_buf_printf(out, "\"e%d\"", (int)sw_rng_below(&rng, 1000));
    sw_buf_add_cstr(out, ",\"time\":");
    sample_time(&rng, out);
    sw_buf_add_cstr(out, ",\"data\":{");
    sample_members(&rng, out, order);
    sw_buf_add_cstr(out, "},\"aext\":true,\"source\":\"urn:x\",\"specversion\":\"1.0\"");
    if (sw_rng_chance(&rng, 1, 2)) sw_buf_add_cstr(out, ",\"subject\":\"刑\\u0041\"");
    if (sw_rng_chance(&rng, 1, 2)) sw_buf_add_cstr(out, ",\"orgcode\":\"320981010000\"");
    if (sw_rng_chance(&rng, 1, 2)) sw_buf_add_cstr(out, ",\"officerid\":\"012345\"");
    if (sw_rng_chance(&rng, 1, 2))
        sw_buf_add_cstr(out, ",\"receivedtime\":\"2026-03-01T09:00:00.5+08:00\"");
    sw_buf_add_cstr(out, order % 2 ? "" : ",\"zext\":7");
    sw_buf_add_cstr(out, ",\"recordedtime\":\"1969-12-31T23:59:59Z\",\"type\":\"all.kinds\"}");
}

static inline void assert_same_values(const sw_value *a, const sw_value *b, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(a[i].kind, b[i].kind);
        assert_int_equal(a[i].count, b[i].count);
        if (a[i].kind == SW_LIST) assert_same_values(a[i].items, b[i].items, a[i].count);
        if (a[i].kind == SW_BOOL) assert_int_equal(a[i].b, b[i].b);
        if (a[i].kind == SW_INT) assert_true(a[i].i == b[i].i);
        if (a[i].kind == SW_DOUBLE) assert_memory_equal(&a[i].d, &b[i].d, sizeof a[i].d);
        if (a[i].kind == SW_STRING) assert_true(sw_slice_eq(a[i].s, b[i].s));
        if (a[i].kind == SW_TIMESTAMP) {
            assert_true(a[i].t.seconds == b[i].t.seconds);
            assert_int_equal(a[i].t.nanos, b[i].t.nanos);
        }
    }
}

static inline void assert_same_event(const sw_event *a, const sw_event *b) {
    assert_ptr_equal(a->type, b->type);
    assert_true(sw_slice_eq(a->id, b->id) && sw_slice_eq(a->source, b->source));
    assert_true(sw_slice_eq(a->subject, b->subject) && sw_slice_eq(a->orgcode, b->orgcode));
    assert_true(sw_slice_eq(a->officerid, b->officerid));
    assert_true(sw_slice_eq(a->time_text, b->time_text));
    assert_true(a->time_ms == b->time_ms && a->recorded_ms == b->recorded_ms);
    assert_true(a->received_ms == b->received_ms);
    assert_true(sw_hash128_eq(a->identity, b->identity));
    assert_true(sw_hash128_eq(a->content, b->content));
    assert_true(sw_slice_eq(a->extra_attributes, b->extra_attributes));
    assert_true(sw_slice_eq(a->extra_data, b->extra_data));
    assert_same_values(a->fields, b->fields, a->type->field_count);
    assert_int_equal(a->correction != NULL, b->correction != NULL);
    if (!a->correction) return;
    assert_true(sw_hash128_eq(a->correction->identity, b->correction->identity));
    assert_int_equal(a->correction->replacement != NULL, b->correction->replacement != NULL);
    if (a->correction->replacement)
        assert_same_event(a->correction->replacement, b->correction->replacement);
}

#endif
