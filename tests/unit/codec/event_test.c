#include "unit/codec/sample.h"

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

static sw_err read_event(sw_slice json, sw_event **ret) {
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 20);
    return sw_event_from_json(&arena, cat, json, &diags, ret);
}

static sw_event *must_read(const char *json) {
    sw_event *event = NULL;
    sw_err err = read_event(sw_slice_cstr(json), &event);
    if (err) fail_msg("%s: %s", json, sw_diag_text(&arena, diags.first).ptr);
    assert_int_equal(diags.count, 0);
    return event;
}

/* An event of type TYPE with these members more and this data. */
static const char *event_of(const char *members, const char *type, const char *data) {
    return sw_arena_printf(&arena,
                           "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"%s\","
                           "\"time\":\"2026-03-01T09:00:00+08:00\"%s,\"data\":%s}",
                           type, members, data)
        .ptr;
}

static void reads_every_attribute_and_kind_of_field(void **state) {
    (void)state;
    const sw_event *e = must_read(
        "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"urn:case\",\"type\":\"all.kinds\","
        "\"subject\":\"A1\","
        "\"time\":\"2026-03-01T09:00:00.1239+08:00\",\"orgcode\":\"320981010000\",\"officerid\":"
        "\"012345\","
        "\"recordedtime\":\"2026-03-01T01:00:01Z\",\"receivedtime\":\"2026-03-01T01:00:02Z\","
        "\"datacontenttype\":\"application/json; "
        "charset=utf-8\",\"traceparent\":\"00-1\",\"data\":{"
        "\"case_id\":\"A1\",\"n\":-3,\"d\":2.5,\"b\":true,\"t\":\"2026-03-01T09:00:00+08:00\","
        "\"s\":\"刑\","
        "\"ns\":[1,2.0,3e0],\"ds\":[1,0.5],\"bs\":[],\"ts\":[\"2026-03-01T01:00:00Z\"],\"name\":"
        "\"x\","
        "\"person_ids\":[\"P1\",\"P2\"],\"number_id\":5,\"new\":{\"b\":1,\"a\":2}}}");
    assert_slice(e->type->name, "all.kinds");
    assert_slice(e->id, "7");
    assert_slice(e->source, "urn:case");
    assert_slice(e->subject, "A1");
    assert_slice(e->orgcode, "320981010000");
    assert_slice(e->officerid, "012345");
    assert_true(e->time_ms == 1772326800123);
    assert_slice(e->time_text, "2026-03-01T09:00:00.1239+08:00");
    assert_true(e->recorded_ms == 1772326801000 && e->received_ms == 1772326802000);
    assert_slice(e->extra_attributes, "{\"traceparent\":\"00-1\"}");
    assert_slice(e->extra_data, "{\"new\":{\"a\":2,\"b\":1}}");
    const sw_value *v = e->fields;
#define FIELD(name) v[sw_event_type_field(e->type, SW_S(name))]
    assert_true(FIELD("n").kind == SW_INT && FIELD("n").i == -3);
    assert_true(FIELD("d").kind == SW_DOUBLE && FIELD("d").d == 2.5);
    assert_true(FIELD("b").kind == SW_BOOL && FIELD("b").b);
    assert_true(FIELD("t").kind == SW_TIMESTAMP && FIELD("t").t.seconds == 1772326800);
    assert_slice(FIELD("s").s, "刑");
    assert_true(FIELD("ns").count == 3 && FIELD("ns").items[2].i == 3);
    assert_true(FIELD("ds").items[0].kind == SW_DOUBLE);
    assert_true(FIELD("bs").kind == SW_LIST && FIELD("bs").count == 0);
    assert_int_equal(FIELD("person_id").kind, SW_ABSENT);
#undef FIELD
    assert_slice(e->spelt[0], "2026-03-01T09:00:00+08:00");
    assert_slice(e->spelt[1], "2026-03-01T01:00:00Z");
    assert_null(e->correction);
}

static void null_is_absent(void **state) {
    (void)state;
    const sw_event *with = must_read(event_of(",\"subject\":null,\"x\":null", "all.kinds",
                                              "{\"case_id\":\"A\",\"n\":null,\"other\":null}"));
    const sw_event *without = must_read(event_of("", "all.kinds", "{\"case_id\":\"A\"}"));
    assert_same_event(with, without);
    sw_event *event;
    assert_int_equal(
        read_event(sw_slice_cstr(event_of("", "all.kinds", "{\"case_id\":null}")), &event),
        SW_E_MISSING);
}

static void data_may_be_left_out_where_nothing_is_required(void **state) {
    (void)state;
    const sw_catalogue *before = cat;
    cat = sample_parse(&arena, "types: {a.b: {fields: {n: int}}}");
    const sw_event *event =
        must_read("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"a.b\","
                  "\"time\":\"2026-03-01T09:00:00+08:00\"}");
    assert_same_event(event, must_read(event_of("", "a.b", "{}")));
    cat = before;
}

/* One fault each: code of refusal, field, message and remedy. */
typedef struct fault {
    const char *json;
    sw_err err;
    const char *says;
} fault;

static void assert_refused(const fault *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        sw_event *event = NULL;
        sw_err err = read_event(sw_slice_cstr(cases[i].json), &event);
        assert_null(event);
        sw_slice said = diags.first ? sw_diag_text(&arena, diags.first) : SW_S("nothing");
        if (err != cases[i].err || diags.count != 1 || !sw_slice_is(said, cases[i].says))
            fail_msg("%s\n%s\n%s (%u)", cases[i].json, cases[i].says, said.ptr, diags.count);
    }
}

static const char *const least_data = "{\"case_id\":\"A\"}";

static void refuses_what_is_no_event_of_a_known_type(void **state) {
    (void)state;
    const fault cases[] = {
        {"[]", SW_E_TYPE,
         ":1:1: a list is no event (send one CloudEvent as {\"specversion\": \"1.0\", …})"},
        {"{", SW_E_SYNTAX,
         ":1:2: the text ends where a name in double quotes should be (no comma after the last "
         "member)"},
        {event_of("", "all.kind", least_data), SW_E_UNKNOWN,
         ":1:51: type: the catalogue has no event type 'all.kind' (did you mean 'all.kinds'?)"},
        {event_of("", "x", least_data), SW_E_UNKNOWN,
         ":1:51: type: the catalogue has no event type 'x' (declare the type in the catalogue, or "
         "correct its "
         "name)"},
    };
    assert_refused(cases, SW_COUNT(cases));
}

static void refuses_each_faulty_attribute_with_remedy(void **state) {
    (void)state;
    const fault cases[] = {
        {event_of(",\"orgcode\":\"3209\"", "all.kinds", least_data), SW_E_INVALID,
         ":1:108: orgcode: the code of a unit is twelve digits (write all twelve digits, for "
         "example "
         "\"320981010000\")"},
        {event_of(",\"orgcode\":320981010000", "all.kinds", least_data), SW_E_TYPE,
         ":1:108: orgcode: the attribute is no text (write it in double quotes: codes are texts)"},
        {event_of(",\"orgCode\":\"320981010000\"", "all.kinds", least_data), SW_E_INVALID,
         ":1:108: orgCode: names of attributes are lower-case letters and digits (did you mean "
         "'orgcode'?)"},
        {event_of(",\"case_id\":\"A\"", "all.kinds", least_data), SW_E_INVALID,
         ":1:108: case_id: names of attributes are lower-case letters and digits (put fields of "
         "the event into "
         "\"data\")"},
        {event_of(",\"more\":{}", "all.kinds", least_data), SW_E_TYPE,
         ":1:105: more: an attribute can't be an object (put it into \"data\")"},
        {event_of(",\"data_base64\":\"e30=\"", "all.kinds", least_data), SW_E_TYPE,
         ":1:112: data_base64: binary data can't be read (send the data as a JSON object in "
         "\"data\")"},
        {event_of(",\"subject\":\"\"", "all.kinds", least_data), SW_E_INVALID,
         ":1:108: subject: it is empty (leave the attribute out where there is no value)"},
        {event_of(",\"recordedtime\":\"2026-03-01\"", "all.kinds", least_data), SW_E_TYPE,
         ":1:113: recordedtime: the attribute is no RFC 3339 time (write RFC 3339 with its offset, "
         "for example "
         "\"2026-03-01T09:00:00+08:00\")"},
        {event_of(",\"receivedtime\":\"0001-01-01T00:00:00+08:00\"", "all.kinds", least_data),
         SW_E_RANGE,
         ":1:113: receivedtime: the time is not within the years 1 to 9999 (check the year)"},
        {event_of(",\"datacontenttype\":\"application/xml\"", "all.kinds", least_data),
         SW_E_INVALID,
         ":1:116: datacontenttype: only data in JSON can be read (leave it out, or write "
         "\"application/json\")"},
    };
    assert_refused(cases, SW_COUNT(cases));
}

static void refuses_each_faulty_field_with_remedy(void **state) {
    (void)state;
    const fault cases[] = {
        {event_of("", "all.kinds", "[]"), SW_E_TYPE,
         ":1:105: data: a list is no object (write {\"field\": value, …})"},
        {event_of("", "all.kinds", "{\"caseid\":\"A\"}"), SW_E_MISSING,
         ":1:105: data.case_id: the field is missing or null ('caseid' is not declared: did you "
         "mean "
         "'case_id'?)"},
        {event_of("", "all.kinds", "{\"case_id\":\"\"}"), SW_E_INVALID,
         ":1:116: data.case_id: the text can't stand here: it is empty (leave the field out where "
         "there is no "
         "value)"},
        {event_of("", "all.kinds", "{\"case_id\":7}"), SW_E_TYPE,
         ":1:116: data.case_id: a number 7 is no string (write it in double quotes)"},
        {event_of("", "all.kinds", "{\"case_id\":\"A\",\"n\":\"2\"}"), SW_E_TYPE,
         ":1:124: data.n: a text 2 is no int (write a whole number without quotes, for example 2)"},
        {event_of("", "all.kinds", "{\"case_id\":\"A\",\"n\":2.5}"), SW_E_TYPE,
         ":1:124: data.n: a number 2.5 is no int (write a whole number without quotes, for example "
         "2)"},
        {event_of("", "all.kinds", "{\"case_id\":\"A\",\"n\":9223372036854775808}"), SW_E_RANGE,
         ":1:124: data.n: 9223372036854775808 is beyond what int can hold (check the number)"},
        {event_of("", "all.kinds", "{\"case_id\":\"A\",\"d\":1e999}"), SW_E_RANGE,
         ":1:124: data.d: 1e999 is beyond what double can hold (check the number)"},
        {event_of("", "all.kinds", "{\"case_id\":\"A\",\"b\":\"true\"}"), SW_E_TYPE,
         ":1:124: data.b: a text true is no bool (write true or false without quotes)"},
        {event_of("", "all.kinds", "{\"case_id\":\"A\",\"t\":\"2026-03-01 09:00\"}"), SW_E_TYPE,
         ":1:124: data.t: a text 2026-03-01 09:00 is no timestamp (write RFC 3339 with its offset, "
         "for example "
         "\"2026-03-01T09:00:00+08:00\")"},
        {event_of("", "all.kinds", "{\"case_id\":\"A\",\"ns\":1}"), SW_E_TYPE,
         ":1:125: data.ns: a number 1 is no int[] (write a list, for example [\"a\", \"b\"])"},
        {event_of("", "all.kinds", "{\"case_id\":\"A\",\"ns\":[1,null]}"), SW_E_TYPE,
         ":1:128: data.ns[1]: null is no int (leave the item out)"},
        {event_of("", "all.kinds", "{\"case_id\":\"A\",\"s\":\"a\\u0000\"}"), SW_E_INVALID,
         ":1:124: data.s: the text can't stand here: it holds a NUL character (leave the field out "
         "where there "
         "is no value)"},
        {event_of("", "all.kinds", "{\"case_id\":\"A\",\"s\":{}}"), SW_E_TYPE,
         ":1:124: data.s: an object is no string (write it in double quotes)"},
    };
    assert_refused(cases, SW_COUNT(cases));
}

static void every_missing_attribute_is_named_in_one_run(void **state) {
    (void)state;
    sw_event *event = NULL;
    assert_int_equal(read_event(SW_S("{}"), &event), SW_E_MISSING);
    static const char *const fields[] = {"specversion", "id", "source", "type", "time"};
    const sw_diag *diag = diags.first;
    for (size_t i = 0; i < SW_COUNT(fields); i++, diag = diag->next) {
        assert_slice(diag->field, fields[i]);
        assert_int_equal(diag->code, SW_E_MISSING);
    }
    assert_null(diag);
    assert_int_equal(
        read_event(SW_S("{\"specversion\":\"0.3\",\"id\":7,\"source\":\"\",\"type\":\"case.filed\","
                        "\"time\":1,\"data\":{\"case_id\":1}}"),
                   &event),
        SW_E_INVALID);
    assert_int_equal(diags.count, 5);
}

static void limits_are_said(void **state) {
    (void)state;
    char *big = sw_arena_alloc(&arena, SW_EVENT_BYTES_MAX + 2);
    sw_event *event = NULL;
    memset(big, ' ', SW_EVENT_BYTES_MAX + 1);
    assert_int_equal(read_event(sw_slice_of(big, SW_EVENT_BYTES_MAX + 1), &event), SW_E_LIMIT);
    memset(big, 'a', SW_EVENT_ID_BYTES_MAX + 1);
    const char *members =
        sw_arena_printf(&arena, ",\"subject\":\"%.*s\"", SW_EVENT_ID_BYTES_MAX + 1, big).ptr;
    assert_int_equal(
        read_event(sw_slice_cstr(event_of(members, "case.filed", "{\"case_id\":\"A\"}")), &event),
        SW_E_LIMIT);
    sw_buf buf;
    sw_buf_init(&buf, 1 << 20);
    sw_buf_add_cstr(&buf, "{\"case_id\":\"A\",\"person_ids\":[\"P\"");
    for (int i = 0; i < SW_EVENT_KEY_VALUES_MAX; i++) sw_buf_add_cstr(&buf, ",\"P\"");
    sw_buf_add_cstr(&buf, "]}");
    sw_buf_add_byte(&buf, '\0');
    assert_int_equal(read_event(sw_slice_cstr(event_of("", "all.kinds", buf.ptr)), &event),
                     SW_E_LIMIT);
    sw_buf_done(&buf);
}

/* Written by hand from RFC 8785 and docs/events.md. */
static void content_is_canonical_json_without_the_times_of_travel(void **state) {
    (void)state;
    const sw_event *e = must_read(event_of(
        ",\"recordedtime\":\"2026-03-01T01:00:01Z\",\"zz\":1.0,\"aa\":\"x\",\"subject\":\"A\"",
        "all.kinds", "{\"z\":1,\"s\":\"\\u20ac\\/\",\"case_id\":\"A\",\"d\":1E2,\"a\":[ ]}"));
    sw_buf buf;
    sw_buf_init(&buf, 10000);
    sw_event_write_content(e, &buf);
    assert_slice(sw_buf_slice(&buf),
                 "{\"aa\":\"x\",\"data\":{\"a\":[],\"case_id\":\"A\",\"d\":100,\"s\":\"€/"
                 "\",\"z\":1},\"id\":\"1\","
                 "\"source\":\"s\",\"specversion\":\"1.0\",\"subject\":\"A\","
                 "\"time\":\"2026-03-01T09:00:00+08:00\",\"type\":\"all.kinds\",\"zz\":1}");
    assert_true(sw_hash128_eq(e->content, sw_hash128_of(sw_buf_slice(&buf))));
    sw_buf_done(&buf);
}

static void content_differs_by_what_happened_and_not_by_spelling(void **state) {
    (void)state;
    const sw_event *e =
        must_read(event_of("", "all.kinds", "{\"case_id\":\"A\",\"n\":1,\"d\":0.5}"));
    const char *const same[] = {
        event_of(",\"receivedtime\":\"2026-03-01T01:00:01Z\"", "all.kinds",
                 "{\"case_id\":\"A\",\"n\":1,\"d\":0.5}"),
        event_of("", "all.kinds", "{\"d\":5e-1,\"n\":1.0,\"case_id\":\"\\u0041\"}"),
        event_of(",\"datacontenttype\":\"application/json\"", "all.kinds",
                 "{\"case_id\":\"A\",\"n\":1,\"d\":0.5}"),
    };
    const char *const other[] = {
        event_of("", "all.kinds", "{\"case_id\":\"A\",\"n\":2,\"d\":0.5}"),
        event_of("", "all.kinds", "{\"case_id\":\"A\",\"n\":1}"),
        event_of("", "all.kinds", "{\"case_id\":\"A\",\"n\":1,\"d\":0.5,\"x\":0}"),
        event_of(",\"x\":0", "all.kinds", "{\"case_id\":\"A\",\"n\":1,\"d\":0.5}"),
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"all.kinds\","
        "\"time\":\"2026-03-01T01:00:00Z\",\"data\":{\"case_id\":\"A\",\"n\":1,\"d\":0.5}}",
    };
    for (size_t i = 0; i < SW_COUNT(same); i++)
        assert_true(sw_hash128_eq(e->content, must_read(same[i])->content));
    for (size_t i = 0; i < SW_COUNT(other); i++)
        assert_false(sw_hash128_eq(e->content, must_read(other[i])->content));
    assert_false(sw_hash128_eq(sw_event_identity(SW_S("a"), SW_S("bc")),
                               sw_event_identity(SW_S("ab"), SW_S("c"))));
}

static void json_to_event_to_json_to_event_is_the_same_in_any_order(void **state) {
    (void)state;
    sw_buf text, back;
    sw_buf_init(&text, 100000);
    sw_buf_init(&back, 100000);
    for (uint64_t seed = 0; seed < 3000; seed++) {
        sw_arena_mark mark = sw_arena_save(&arena);
        sw_event *first = NULL, *other = NULL, *again = NULL;
        sw_buf_clear(&text);
        sample_event(seed, 0, &text);
        assert_ok(read_event(sw_buf_slice(&text), &first));
        sw_buf_clear(&back);
        assert_ok(sw_event_to_json(first, &back));
        assert_ok(read_event(sw_buf_slice(&back), &again));
        assert_same_event(first, again);
        sw_hash128 content = first->content; /* `text` is used again */
        sw_buf_clear(&text);
        sample_event(seed, seed % 7 + 1, &text);
        assert_ok(read_event(sw_buf_slice(&text), &other));
        assert_true(sw_hash128_eq(content, other->content));
        assert_same_event(again, other);
        sw_arena_rewind(&arena, mark);
    }
    sw_buf_done(&text);
    sw_buf_done(&back);
}

static const char retraction[] = "{\"source\":\"s\",\"id\":\"9\"}";

static void a_retraction_names_what_never_happened(void **state) {
    (void)state;
    const sw_event *e = must_read(event_of("", "event.retracted", retraction));
    assert_true(sw_hash128_eq(e->correction->identity, sw_event_identity(SW_S("s"), SW_S("9"))));
    assert_slice(e->correction->id, "9");
    assert_null(e->correction->replacement);
}

static void a_correction_carries_a_whole_event_of_the_same_identity(void **state) {
    (void)state;
    static const char *const replacements[] = {
        "{\"type\":\"case.filed\",\"time\":\"2026-02-01T00:00:00Z\",\"data\":{\"case_id\":\"B\"}}",
        "{\"specversion\":\"1.0\",\"id\":\"9\",\"source\":\"s\",\"type\":\"case.filed\","
        "\"recordedtime\":\"2026-02-02T00:00:00Z\",\"time\":\"2026-02-01T00:00:00Z\",\"data\":{"
        "\"case_id\":\"B\"}}",
    };
    const sw_event *events[2];
    for (int i = 0; i < 2; i++) {
        const char *data =
            sw_arena_printf(&arena, "{\"source\":\"s\",\"id\":\"9\",\"event\":%s}", replacements[i])
                .ptr;
        events[i] = must_read(event_of("", "event.corrected", data));
        const sw_event *r = events[i]->correction->replacement;
        assert_slice(r->type->name, "case.filed");
        assert_slice(r->id, "9");
        assert_true(sw_hash128_eq(r->identity, events[i]->correction->identity));
        assert_true(r->time_ms == 1769904000000);
        assert_slice(r->fields[0].s, "B");
    }
    assert_true(sw_hash128_eq(events[0]->content, events[1]->content));
    const sw_event *plain =
        must_read("{\"specversion\":\"1.0\",\"id\":\"9\",\"source\":\"s\",\"type\":\"case.filed\","
                  "\"time\":\"2026-02-01T00:00:00Z\",\"data\":{\"case_id\":\"B\"}}");
    assert_true(sw_hash128_eq(plain->content, events[0]->correction->replacement->content));
    sw_buf buf;
    sw_buf_init(&buf, 10000);
    assert_ok(sw_event_to_json(events[1], &buf));
    sw_event *again;
    assert_ok(read_event(sw_buf_slice(&buf), &again));
    assert_same_event(events[1], again);
    sw_buf_done(&buf);
}

static void corrections_that_cannot_be_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *type, *data;
        sw_err err;
        const char *field;
    } cases[] = {
        {"event.retracted", "{\"source\":\"s\"}", SW_E_MISSING, "data.id"},
        {"event.retracted", "{\"source\":\"s\",\"id\":\"\"}", SW_E_INVALID, "data.id"},
        {"event.retracted", "{\"source\":\"s\",\"id\":\"1\"}", SW_E_INVALID, "data.id"},
        {"event.corrected", "{\"source\":\"s\",\"id\":\"9\"}", SW_E_MISSING, "data.event"},
        {"event.corrected", "{\"source\":\"s\",\"id\":\"9\",\"event\":[]}", SW_E_TYPE,
         "data.event"},
        {"event.corrected",
         "{\"source\":\"s\",\"id\":\"9\",\"event\":{\"type\":\"case.filed\",\"data\":{\"case_id\":"
         "\"B\"}}}",
         SW_E_MISSING, "data.event.time"},
        {"event.corrected",
         "{\"source\":\"s\",\"id\":\"9\",\"event\":{\"type\":\"case.filed\",\"time\":\"2026-02-"
         "01T00:00:00Z\"}}",
         SW_E_MISSING, "data.event.data.case_id"},
        {"event.corrected",
         "{\"source\":\"s\",\"id\":\"9\",\"event\":{\"id\":\"8\",\"type\":\"case.filed\","
         "\"time\":\"2026-02-01T00:00:00Z\",\"data\":{\"case_id\":\"B\"}}}",
         SW_E_INVALID, "data.event.id"},
        {"event.corrected",
         "{\"source\":\"s\",\"id\":\"9\",\"event\":{\"type\":\"event.retracted\","
         "\"time\":\"2026-02-01T00:00:00Z\",\"data\":{\"source\":\"s\",\"id\":\"8\"}}}",
         SW_E_INVALID, "data.event.type"},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        sw_event *event = NULL;
        sw_err err = read_event(sw_slice_cstr(event_of("", cases[i].type, cases[i].data)), &event);
        assert_null(event);
        assert_int_equal(err, cases[i].err);
        assert_slice(diags.first->field, cases[i].field);
        assert_int_equal(diags.count, 1);
    }
}

static void keys_are_read_element_by_element(void **state) {
    (void)state;
    const sw_event *e = must_read(event_of("", "all.kinds",
                                           "{\"case_id\":\"A\",\"person_id\":\"P2\",\"person_ids\":"
                                           "[\"P1\",\"P2\",\"P1\",\"P3\"],\"number_id\":-7}"));
    uint32_t person, number, case_id;
    assert_true(sw_catalogue_key_find(cat, SW_S("person_id"), &person));
    assert_true(sw_catalogue_key_find(cat, SW_S("number_id"), &number));
    assert_true(sw_catalogue_key_find(cat, SW_S("case_id"), &case_id));
    sw_slice values[4];
    assert_int_equal(sw_event_key_values(e, person, values, 4, &arena), 3);
    assert_slice(values[0], "P2");
    assert_slice(values[1], "P1");
    assert_slice(values[2], "P3");
    assert_int_equal(sw_event_key_values(e, person, values, 1, &arena), 3);
    assert_int_equal(sw_event_key_values(e, number, values, 4, &arena), 1);
    assert_slice(values[0], "-7");
    assert_true(sw_event_has_key(e, person, SW_S("P3")));
    assert_false(sw_event_has_key(e, person, SW_S("P4")));
    assert_true(sw_event_has_key(e, number, SW_S("-7")));
    assert_true(sw_event_carries_key(e, person));
    const sw_event *none =
        must_read(event_of("", "all.kinds", "{\"case_id\":\"A\",\"person_ids\":[]}"));
    assert_false(sw_event_carries_key(none, person));
    assert_int_equal(sw_event_key_values(none, person, values, 4, &arena), 0);
    arena.fail_after = 0;
    assert_int_equal(sw_event_key_values(e, number, values, 4, &arena), UINT32_MAX);
    arena.fail_after = -1;
}

static void events_are_ordered_by_time_source_id(void **state) {
    (void)state;
    sw_event a = {.time_ms = 1, .source = SW_S("s"), .id = SW_S("2")}, b = a;
    assert_int_equal(sw_event_cmp(&a, &b), 0);
    b.id = SW_S("10");
    assert_true(sw_event_cmp(&a, &b) > 0);
    b.source = SW_S("t");
    assert_true(sw_event_cmp(&a, &b) < 0);
    b.time_ms = 0;
    assert_true(sw_event_cmp(&a, &b) > 0);
}

static void codes_of_refusal_are_stable(void **state) {
    (void)state;
    assert_string_equal(sw_reject_code(SW_E_SYNTAX), "syntax");
    assert_string_equal(sw_reject_code(SW_E_MISSING), "missing");
    assert_string_equal(sw_reject_code(SW_E_TYPE), "type");
    assert_string_equal(sw_reject_code(SW_E_UNKNOWN), "unknown-type");
    assert_string_equal(sw_reject_code(SW_E_INVALID), "invalid");
    assert_string_equal(sw_reject_code(SW_E_RANGE), "range");
    assert_string_equal(sw_reject_code(SW_E_LIMIT), "limit");
    assert_string_equal(sw_reject_code(SW_E_CONFLICT), "conflict");
}

static void survives_a_full_arena_at_every_allocation(void **state) {
    (void)state;
    const char *json = event_of(",\"x\":1", "event.corrected",
                                "{\"source\":\"s\",\"id\":\"9\",\"event\":{\"type\":\"all.kinds\","
                                "\"time\":\"2026-02-01T00:00:00Z\",\"data\":"
                                "{\"case_id\":\"B\",\"ts\":[\"2026-02-01T00:00:00Z\"],\"ns\":[1],"
                                "\"more\":{\"b\":1,\"a\":2}}}}");
    sw_arena small;
    sw_arena_init(&small, 1 << 20);
    int64_t n = 0;
    for (sw_err err = SW_E_LIMIT; err; n++) {
        sw_event *event = NULL;
        sw_arena_reset(&small);
        small.fail_after = n;
        err = sw_event_from_json(&small, cat, sw_slice_cstr(json), NULL, &event);
        assert_true(err == SW_OK || err == SW_E_LIMIT);
        assert_true((event == NULL) == (err != SW_OK));
    }
    assert_true(n > 8);
    sw_arena_done(&small);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_attribute_and_kind_of_field),
        cmocka_unit_test(null_is_absent),
        cmocka_unit_test(data_may_be_left_out_where_nothing_is_required),
        cmocka_unit_test(refuses_what_is_no_event_of_a_known_type),
        cmocka_unit_test(refuses_each_faulty_attribute_with_remedy),
        cmocka_unit_test(refuses_each_faulty_field_with_remedy),
        cmocka_unit_test(every_missing_attribute_is_named_in_one_run),
        cmocka_unit_test(limits_are_said),
        cmocka_unit_test(content_is_canonical_json_without_the_times_of_travel),
        cmocka_unit_test(content_differs_by_what_happened_and_not_by_spelling),
        cmocka_unit_test(json_to_event_to_json_to_event_is_the_same_in_any_order),
        cmocka_unit_test(a_retraction_names_what_never_happened),
        cmocka_unit_test(a_correction_carries_a_whole_event_of_the_same_identity),
        cmocka_unit_test(corrections_that_cannot_be_are_refused),
        cmocka_unit_test(keys_are_read_element_by_element),
        cmocka_unit_test(events_are_ordered_by_time_source_id),
        cmocka_unit_test(codes_of_refusal_are_stable),
        cmocka_unit_test(survives_a_full_arena_at_every_allocation),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
