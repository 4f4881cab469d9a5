#include "seawall/generate/form/form.h"

#include "seawall/generate/form/field.h"
#include "text/time.h"

struct sw_form {
    const sw_event_type *type;
    sw_slice head; /* `","type":"…"` */
    sw_slice system;
    const field *fields;
    uint32_t field_count;
    bool has_subject;
    sw_who subject;
};

/* Which system tells of an element. */
static const struct {
    const char *element;
    const char *system;
    sw_who who;
} elements[] = {
    {"incident", "110", WHO_INCIDENT},      {"case", "cases", WHO_CASE},
    {"person", "cases", WHO_PERSON},        {"place", "case-area", WHO_VISIT},
    {"property", "property", WHO_PROPERTY}, {"file", "files", WHO_FILE},
};

/* The word after `name=` in `data`; false: not there. `ret_dropped`: "-name" stands there. */
static bool find_word(sw_slice data, sw_slice name, sw_slice *ret, bool *ret_dropped) {
    *ret_dropped = false;
    for (size_t from = 0; from < data.len;) {
        size_t to = from;
        while (to < data.len && data.ptr[to] != ' ') to++;
        sw_slice item = sw_slice_sub(data, from, to);
        from = to + 1;
        if (item.len == name.len + 1 && item.ptr[0] == '-' &&
            sw_slice_eq(sw_slice_sub(item, 1, item.len), name))
            return *ret_dropped = true, false;
        if (item.len > name.len && item.ptr[name.len] == '=' &&
            sw_slice_eq(sw_slice_sub(item, 0, name.len), name))
            return *ret = sw_slice_sub(item, name.len + 1, item.len), true;
    }
    return false;
}

static sw_err wrong(sw_diags *diags, const sw_life *life, const sw_row *row, sw_slice field_name,
                    const char *what) {
    return sw_diag_at(diags, SW_E_INVALID, 0, 0, NULL, "see docs/generate.md",
                      "the life '%s', %s: %.*s %s", life->name, row->what, SW_FMT(field_name),
                      what);
}

/* Every name in `data` must be one of the type's. */
static sw_err check_names(const sw_event_type *type, const sw_life *life, const sw_row *row,
                          sw_diags *diags) {
    sw_slice data = sw_slice_cstr(row->data);
    sw_err err = SW_OK;
    for (size_t from = 0; from < data.len;) {
        size_t to = from, end;
        while (to < data.len && data.ptr[to] != ' ') to++;
        from += data.ptr[from] == '-';
        for (end = from; end < to && data.ptr[end] != '=';) end++;
        sw_slice name = sw_slice_sub(data, from, end);
        if (sw_event_type_field(type, name) < 0) err = wrong(diags, life, row, name, "is no field");
        from = to + 1;
    }
    return err;
}

static sw_err add_field(sw_arena *arena, sw_form *form, field *fields, const sw_field *declared,
                        const sw_life *life, const sw_row *row, sw_diags *diags) {
    field f;
    sw_slice word;
    bool dropped;
    if (find_word(sw_slice_cstr(row->data), declared->name, &word, &dropped)) {
        if (!field_by_word(arena, declared, word, &f))
            return wrong(diags, life, row, declared->name, "has a word of another type");
    } else if (dropped || !field_by_name(declared, &f)) {
        return declared->required ? wrong(diags, life, row, declared->name, "is required") : SW_OK;
    }
    f.head = sw_arena_printf(arena, "\"%.*s\":", SW_FMT(declared->name));
    if (!f.head.len) return SW_E_LIMIT;
    fields[form->field_count++] = f;
    return SW_OK;
}

static void find_subject(sw_form *form) {
    form->system = SW_S("cases");
    for (size_t i = 0; i < SW_COUNT(elements); i++) {
        if (!sw_slice_is(form->type->element, elements[i].element)) continue;
        form->system = sw_slice_cstr(elements[i].system);
        for (uint32_t k = 0; k < form->field_count; k++)
            if (form->fields[k].fill == FILL_WHO && form->fields[k].who == elements[i].who) {
                form->has_subject = true;
                form->subject = elements[i].who;
            }
    }
}

sw_err sw_form_new(sw_arena *arena, const sw_catalogue *cat, const sw_life *life, const sw_row *row,
                   sw_diags *diags, const sw_form **ret) {
    const sw_event_type *type = sw_catalogue_find(cat, sw_slice_cstr(row->what));
    if (!type) return wrong(diags, life, row, SW_SLICE_NONE, "is no event type of the catalogue");
    sw_form *form = sw_arena_zero(arena, 1, sizeof *form);
    field *fields = sw_arena_zero(arena, type->field_count + 1, sizeof *fields);
    if (!form || !fields) return SW_E_LIMIT;
    form->type = type;
    form->fields = fields;
    form->head = sw_arena_printf(arena, ",\"type\":\"%.*s\"", SW_FMT(type->name));
    sw_err err = check_names(type, life, row, diags);
    for (uint32_t i = 0; i < type->field_count; i++) {
        sw_err bad = add_field(arena, form, fields, &type->fields[i], life, row, diags);
        if (bad) err = bad;
    }
    if (err) return err;
    find_subject(form);
    *ret = form;
    return SW_OK;
}

const sw_event_type *sw_form_type(const sw_form *form) {
    return form->type;
}

static void write_source(const sw_form *form, const sw_county *county, sw_buf *out) {
    sw_buf_add(out, SW_S("\"urn:"));
    sw_buf_add(out, sw_slice_of(county->org, 6));
    sw_buf_add_byte(out, ':');
    sw_buf_add(out, form->system);
    sw_buf_add_byte(out, '"');
}

static void write_id(const sw_happening *what, sw_told told, sw_buf *out) {
    static const char *const heads[] = {"\"e-", "\"d-", "\"r-", "\"c-"};
    sw_buf_add_cstr(out, heads[told]);
    sw_buf_add_int(out, what->circle.number);
    sw_buf_add_byte(out, '-');
    sw_buf_add_int(out, what->circle.seq);
    sw_buf_add_byte(out, '"');
}

static void write_time(const char *name, int64_t ms, sw_buf *out) {
    sw_buf_add_cstr(out, name);
    sw_time_write(out, ms, COUNTY_OFFSET_S);
    sw_buf_add_byte(out, '"');
}

/* From `type` to the unit: what the event and its correction say alike. */
static void write_middle(const sw_form *form, const sw_county *county, const sw_happening *what,
                         int64_t time_ms, sw_buf *out) {
    sw_buf_add(out, form->head);
    if (form->has_subject && what->circle.nth[form->subject]) {
        sw_buf_add(out, SW_S(",\"subject\":\""));
        field_write_id(county, &what->circle, form->subject, out);
        sw_buf_add_byte(out, '"');
    }
    write_time(",\"time\":\"", time_ms, out);
    sw_buf_add(out, SW_S(",\"orgcode\":\""));
    sw_county_write_org(county, out, what->circle.station + 1u);
    sw_buf_add(out, SW_S("\",\"officerid\":\""));
    sw_county_write_officer(out, what->circle.station, what->circle.officer);
    sw_buf_add_byte(out, '"');
}

static void write_data(const sw_form *form, const sw_county *county, const sw_happening *what,
                       int64_t time_ms, sw_buf *out) {
    sw_rng rng = sw_county_rng(county, what->circle.number, 0x10000u + what->circle.seq);
    bool first = true;
    sw_buf_add(out, SW_S(",\"data\":{"));
    for (uint32_t i = 0; i < form->field_count; i++)
        field_write(&form->fields[i], county, &what->circle, time_ms, &rng, &first, out);
    sw_buf_add_byte(out, '}');
}

static void write_received(const sw_happening *what, sw_buf *out) {
    write_time(",\"recordedtime\":\"", what->recorded_ms, out);
    write_time(",\"receivedtime\":\"", what->received_ms, out);
}

/* event.retracted and event.corrected. */
static void write_correction(const sw_form *form, const sw_county *county, const sw_happening *what,
                             sw_buf *out) {
    bool corrected = what->told == TOLD_CORRECTED;
    sw_buf_add_cstr(out,
                    corrected ? ",\"type\":\"event.corrected\"" : ",\"type\":\"event.retracted\"");
    write_time(",\"time\":\"", what->made_ms, out);
    sw_buf_add(out, SW_S(",\"orgcode\":\""));
    sw_county_write_org(county, out, what->circle.station + 1u);
    sw_buf_add_byte(out, '"');
    write_received(what, out);
    sw_buf_add(out, SW_S(",\"data\":{\"source\":"));
    write_source(form, county, out);
    sw_buf_add(out, SW_S(",\"id\":"));
    write_id(what, corrected ? TOLD_PLAIN : TOLD_COPY, out);
    if (corrected) {
        sw_buf_add(out, SW_S(",\"event\":{\"specversion\":\"1.0\""));
        write_middle(form, county, what, what->true_ms, out);
        write_data(form, county, what, what->true_ms, out);
        sw_buf_add_byte(out, '}');
    }
    sw_buf_add(out, SW_S("}}\n"));
}

void sw_form_write(const sw_form *form, const sw_county *county, const sw_happening *what,
                   sw_buf *out) {
    sw_buf_add(out, SW_S("{\"specversion\":\"1.0\",\"id\":"));
    write_id(what, (sw_told)what->told, out);
    sw_buf_add(out, SW_S(",\"source\":"));
    write_source(form, county, out);
    if (what->told == TOLD_RETRACTED || what->told == TOLD_CORRECTED) {
        write_correction(form, county, what, out);
        return;
    }
    write_middle(form, county, what, what->time_ms, out);
    write_received(what, out);
    write_data(form, county, what, what->time_ms, out);
    sw_buf_add(out, SW_S("}\n"));
}
