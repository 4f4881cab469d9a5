#include "unit/codec/sample.h"

#include "seawall/v1/event.pb-c.h"

static sw_arena arena;
static sw_diags diags;
static const sw_catalogue *cat;

static int setup(void **state) {
    (void)state;
    sw_arena_init(&arena, 256 << 20);
    cat = sample_parse(&arena, sample_catalogue);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    sw_arena_done(&arena);
    return 0;
}

static sw_event *of_json(const char *json) {
    sw_event *event = NULL;
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 20);
    if (sw_event_from_json(&arena, cat, sw_slice_cstr(json), &diags, &event) != SW_OK)
        fail_msg("%s: %s", json, sw_diag_text(&arena, diags.first).ptr);
    return event;
}

static sw_event *of_sample(uint64_t seed) {
    sw_buf text;
    sw_slice json;
    sw_event *event = NULL;
    sw_buf_init(&text, 100000);
    sample_event(seed, 0, &text);
    assert_true(sw_arena_copy(&arena, sw_buf_slice(&text), &json));
    sw_buf_done(&text);
    assert_ok(sw_event_from_json(&arena, cat, json, NULL, &event));
    return event;
}

static sw_slice pack(const sw_event *event) {
    sw_buf buf;
    sw_slice bytes;
    sw_buf_init(&buf, 4 << 20);
    assert_ok(sw_event_to_pb(event, &buf));
    assert_true(sw_arena_copy(&arena, sw_buf_slice(&buf), &bytes));
    sw_buf_done(&buf);
    return bytes;
}

static sw_err unpack_with(const sw_catalogue *with, sw_slice bytes, sw_event **ret) {
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 20);
    return sw_event_from_pb(&arena, with, bytes, &diags, ret);
}

static sw_event *unpack(sw_slice bytes) {
    sw_event *event = NULL;
    if (unpack_with(cat, bytes, &event) != SW_OK)
        fail_msg("%s", sw_diag_text(&arena, diags.first).ptr);
    return event;
}

static void random_events_round_trip(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 3000; seed++) {
        sw_arena_mark mark = sw_arena_save(&arena);
        const sw_event *event = of_sample(seed), *back = unpack(pack(event));
        assert_same_event(event, back);
        sw_hash128 again;
        assert_ok(sw_event_content(back, &again));
        assert_true(sw_hash128_eq(again, event->content));
        sw_arena_rewind(&arena, mark);
    }
}

static const char correction[] = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":"
                                 "\"event.corrected\",\"time\":\"2026-03-01T09:00:00Z\","
                                 "\"data\":{\"source\":\"s\",\"id\":\"9\",\"why\":\"x\",\"event\":{"
                                 "\"type\":\"all.kinds\",\"time\":\"2026-02-01T00:00:00Z\","
                                 "\"data\":{\"case_id\":\"B\",\"n\":0,\"b\":false,\"d\":0,\"name\":"
                                 "\"刑\",\"t\":\"2026-02-01T08:00:00+08:00\","
                                 "\"ts\":[\"2026-02-01T00:00:00Z\"]}}}}";

static void corrections_round_trip(void **state) {
    (void)state;
    const sw_event *event = of_json(correction), *back = unpack(pack(event));
    assert_same_event(event, back);
    assert_slice(back->correction->replacement->spelt[0], "2026-02-01T08:00:00+08:00");
    const sw_event *retracted = of_json(
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"event.retracted\","
        "\"time\":\"2026-03-01T09:00:00Z\",\"data\":{\"source\":\"s\",\"id\":\"9\"}}");
    assert_same_event(retracted, unpack(pack(retracted)));
}

/* All but the identity, which nobody asked for; that of a replacement is part of the check. */
static void an_event_is_read_without_its_identity(void **state) {
    (void)state;
    static const sw_hash128 none;
    for (uint64_t seed = 0; seed < 100; seed++) {
        sw_event *event = seed ? of_sample(seed) : of_json(correction), *back = NULL;
        assert_ok(sw_event_from_pb_unhashed(&arena, cat, pack(event), NULL, &back));
        assert_true(sw_hash128_eq(back->identity, none));
        assert_true(seed || sw_hash128_eq(back->correction->replacement->identity,
                                          event->correction->identity));
        back->identity = event->identity;
        assert_same_event(event, back);
    }
}

static size_t field_count(const sw_event *event, bool personal) {
    size_t count = 0;
    for (uint32_t i = 0; i < event->type->field_count; i++)
        count += event->fields[i].kind != SW_ABSENT && event->type->fields[i].personal == personal;
    return count;
}

/* protobuf-c reads what we write, and we read what it writes again, on the same bytes. */
static void agrees_with_protobuf_c(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 500; seed++) {
        sw_arena_mark mark = sw_arena_save(&arena);
        const sw_event *event = of_sample(seed);
        sw_slice bytes = pack(event);
        Seawall__V1__Event *theirs =
            seawall__v1__event__unpack(NULL, bytes.len, (const uint8_t *)bytes.ptr);
        assert_non_null(theirs);
        assert_slice(event->id, theirs->id);
        assert_slice(event->time_text, theirs->time);
        assert_slice(event->subject, theirs->subject);
        assert_true(event->time_ms == theirs->time_ms);
        assert_int_equal(theirs->recorded_case, SEAWALL__V1__EVENT__RECORDED_RECORDED_MS);
        assert_true(event->recorded_ms == theirs->recorded_ms);
        assert_int_equal(theirs->n_fields, field_count(event, false));
        assert_int_equal(theirs->personal ? theirs->personal->n_fields : 0,
                         field_count(event, true));
        assert_slice(event->extra_data, theirs->extra_data);
        uint8_t *again = sw_arena_alloc(&arena, bytes.len + 4096);
        size_t len = seawall__v1__event__pack(theirs, again);
        assert_same_event(event, unpack(sw_slice_of(again, len)));
        seawall__v1__event__free_unpacked(theirs, NULL);
        sw_arena_rewind(&arena, mark);
    }
}

static void packed_numbers_are_read_too(void **state) {
    (void)state;
    static const char bytes[] = "\x0a\x01"
                                "1"
                                "\x12\x01"
                                "s"
                                "\x1a\x09"
                                "all.kinds"
                                "\x62\x0b\x0a\x02ns\x10\x01\x22\x03\x02\x03\x04"
                                "\x62\x09\x0a\x02"
                                "bs\x10\x01\x32\x01\x01"
                                "\x62\x10\x0a\x02"
                                "ds\x10\x01\x2a\x08\x00\x00\x00\x00\x00\x00\xf0\x3f";
    const sw_event *event = unpack(sw_slice_of(bytes, sizeof bytes - 1));
    const sw_value *ns = &event->fields[sw_event_type_field(event->type, SW_S("ns"))];
    assert_int_equal(ns->count, 3);
    assert_true(ns->items[0].i == 1 && ns->items[1].i == -2 && ns->items[2].i == 2);
    const sw_value *ds = &event->fields[sw_event_type_field(event->type, SW_S("ds"))];
    assert_true(ds->count == 1 && ds->items[0].d == 1);
    assert_true(event->fields[sw_event_type_field(event->type, SW_S("bs"))].items[0].b);
}

static void fields_outlive_changes_of_the_catalogue(void **state) {
    (void)state;
    const sw_event *event =
        of_json("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"all.kinds\","
                "\"time\":\"2026-03-01T09:00:00Z\","
                "\"data\":{\"case_id\":\"B\",\"n\":3,\"t\":\"2026-02-01T08:00:00+08:00\",\"s\":"
                "\"x\",\"d\":2.5,\"bs\":[true],"
                "\"late\":\"2026-02-02T08:00:00+08:00\",\"odd\":{\"a\":1},\"name\":\"y\"}}");
    const sw_catalogue *changed = sample_parse(
        &arena,
        "types: {all.kinds: {fields: {case_id: {type: string, key: true}, n: double, d: int, odd: "
        "string,"
        " late: timestamp, t: timestamp, extra: {type: string, required: true}, name: string}}}");
    sw_event *back = NULL;
    assert_ok(unpack_with(changed, pack(event), &back));
#define FIELD(name) back->fields[sw_event_type_field(back->type, SW_S(name))]
    assert_true(FIELD("n").kind == SW_DOUBLE && FIELD("n").d == 3);
    assert_int_equal(FIELD("d").kind, SW_ABSENT);
    assert_int_equal(FIELD("odd").kind, SW_ABSENT);
    assert_true(FIELD("late").kind == SW_TIMESTAMP);
    assert_slice(FIELD("name").s, "y");
#undef FIELD
    assert_slice(back->spelt[0], "2026-02-02T08:00:00+08:00"); /* late, then t */
    assert_slice(back->spelt[1], "2026-02-01T08:00:00+08:00");
    assert_slice(back->extra_data, "{\"bs\":[true],\"d\":2.5,\"odd\":{\"a\":1},\"s\":\"x\"}");
    assert_true(sw_hash128_eq(back->content, event->content));
    sw_event *home = NULL;
    assert_ok(unpack_with(cat, pack(back), &home)); /* and nothing was lost on the way */
    assert_slice(home->fields[sw_event_type_field(home->type, SW_S("s"))].s, "x");
    sw_event *none = NULL;
    assert_int_equal(unpack_with(sample_parse(&arena, ""), pack(event), &none), SW_E_UNKNOWN);
    assert_null(none);
}

static void what_is_sealed_passes_through(void **state) {
    (void)state;
    sw_event *event = of_sample(1);
    event->sealed = SW_S("\x0a\x01k\x1a\x02xy");
    sw_event *back = unpack(pack(event));
    assert_true(sw_slice_eq(back->sealed, event->sealed));
    assert_same_event(event, back);
}

static void refuse(const char *bytes, size_t len, sw_err err) {
    sw_event *event = NULL;
    assert_int_equal(unpack_with(cat, sw_slice_of(bytes, len), &event), err);
    assert_null(event);
    assert_true(diags.count > 0);
}

#define HEAD                                                                                       \
    "\x0a\x01"                                                                                     \
    "1"                                                                                            \
    "\x12\x01"                                                                                     \
    "s"                                                                                            \
    "\x1a\x09"                                                                                     \
    "all.kinds"
#define REFUSE(bytes, err) refuse(bytes, sizeof(bytes) - 1, err)

static void believes_nothing(void **state) {
    (void)state;
    REFUSE("", SW_E_INVALID);
    REFUSE("\x0a", SW_E_SYNTAX);
    REFUSE("\x08\x01", SW_E_SYNTAX);              /* id as a number */
    REFUSE(HEAD "\x22\x02\xc3\x28", SW_E_SYNTAX); /* subject: no UTF-8 */
    REFUSE(HEAD "\x22\x02"
                "a\x00",
           SW_E_SYNTAX); /* NUL */
    REFUSE(HEAD "\x22\x02"
                "a\x01",
           SW_E_INVALID); /* control character */
    REFUSE(HEAD "\x3a\x03"
                "320",
           SW_E_INVALID); /* orgcode */
    REFUSE(HEAD "\x2a\x01"
                "x",
           SW_E_INVALID);                                                /* time: none */
    REFUSE(HEAD "\x30\xff\xff\xff\xff\xff\xff\xff\xff\x7f", SW_E_RANGE); /* time_ms */
    REFUSE(HEAD "\x5a\x03"
                "abc",
           SW_E_INVALID);                                          /* content: 3 bytes */
    REFUSE(HEAD "\x62\x03\x0a\x01n", SW_E_SYNTAX);                 /* a scalar without value */
    REFUSE(HEAD "\x62\x02\x20\x02", SW_E_SYNTAX);                  /* no name */
    REFUSE(HEAD "\x62\x07\x0a\x01n\x20\x02\x20\x02", SW_E_SYNTAX); /* two values */
    REFUSE(HEAD "\x62\x08\x0a\x02ns\x10\x01\x20", SW_E_SYNTAX);    /* cut off */
    REFUSE(HEAD "\x62\x06\x0a\x01s\x1a\x01\xff", SW_E_SYNTAX);     /* a value that is no UTF-8 */
    REFUSE(HEAD "\x62\x06\x0a\x01t\x3a\x01x", SW_E_SYNTAX);        /* a timestamp that is none */
    REFUSE(HEAD "\x62\x0b\x0a\x07"
                "case_id\x1a\x00",
           SW_E_INVALID);                       /* an empty key */
    REFUSE(HEAD "\x7a\x01[", SW_E_SYNTAX);      /* extra_attributes: no JSON */
    REFUSE(HEAD "\x82\x01\x02[]", SW_E_SYNTAX); /* extra_data: no object */
    REFUSE("\x0a\x01"
           "1"
           "\x12\x01"
           "s"
           "\x1a\x0f"
           "event.corrected",
           SW_E_INVALID);
    char *big = sw_arena_zero(&arena, 1, 3 << 20);
    refuse(big, 3 << 20, SW_E_LIMIT);
}

static void a_replacement_cannot_be_a_correction(void **state) {
    (void)state;
    sw_event outer = *of_json(correction);
    sw_correction says = *outer.correction;
    sw_event inner = outer;
    inner.id = says.id;
    says.replacement = &inner;
    inner.correction = NULL;
    outer.correction = &says;
    sw_event *event = NULL;
    assert_int_equal(unpack_with(cat, pack(&outer), &event), SW_E_INVALID);
    assert_null(event);
}

static void damaged_bytes_never_crash(void **state) {
    (void)state;
    sw_rng rng;
    sw_rng_init(&rng, 690);
    for (int i = 0; i < 5000; i++) {
        sw_arena_mark mark = sw_arena_save(&arena);
        sw_slice good = pack(of_sample((uint64_t)i % 50));
        size_t len = sw_rng_chance(&rng, 1, 3) ? sw_rng_below(&rng, good.len + 1) : good.len;
        char *bytes = sw_heap_alloc(len);
        memcpy(bytes, good.ptr, len);
        for (uint64_t k = sw_rng_below(&rng, 4); k > 0 && len; k--)
            bytes[sw_rng_below(&rng, len)] = (char)(unsigned char)sw_rng_next(&rng);
        sw_event *event = NULL;
        sw_err err = unpack_with(cat, sw_slice_of(bytes, len), &event);
        assert_true((err == SW_OK) == (event != NULL));
        if (event) {
            sw_buf buf;
            sw_buf_init(&buf, 1 << 20);
            assert_ok(sw_event_to_json(event, &buf));
            sw_buf_done(&buf);
        }
        sw_heap_free(bytes);
        sw_arena_rewind(&arena, mark);
    }
}

static void survives_a_full_arena_at_every_allocation(void **state) {
    (void)state;
    sw_slice bytes = pack(of_json(correction));
    const sw_catalogue *changed =
        sample_parse(&arena, "types: {all.kinds: {fields: {case_id: {type: string, key: true}, n: "
                             "double, ts: 'timestamp[]'}}}");
    sw_arena small;
    sw_arena_init(&small, 1 << 20);
    int64_t n = 0;
    for (sw_err err = SW_E_LIMIT; err; n++) {
        sw_event *event = NULL;
        sw_arena_reset(&small);
        small.fail_after = n;
        err = sw_event_from_pb(&small, changed, bytes, NULL, &event);
        assert_true(err == SW_OK || err == SW_E_LIMIT);
        assert_true((event == NULL) == (err != SW_OK));
    }
    assert_true(n > 8);
    sw_arena_done(&small);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_events_round_trip),
        cmocka_unit_test(corrections_round_trip),
        cmocka_unit_test(an_event_is_read_without_its_identity),
        cmocka_unit_test(agrees_with_protobuf_c),
        cmocka_unit_test(packed_numbers_are_read_too),
        cmocka_unit_test(fields_outlive_changes_of_the_catalogue),
        cmocka_unit_test(what_is_sealed_passes_through),
        cmocka_unit_test(believes_nothing),
        cmocka_unit_test(a_replacement_cannot_be_a_correction),
        cmocka_unit_test(damaged_bytes_never_crash),
        cmocka_unit_test(survives_a_full_arena_at_every_allocation),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
