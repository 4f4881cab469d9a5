#include "codec/event.h"
#include "text/number.h"

/* Members of an object that the catalogue or CloudEvents declares, in order of their names, merged
 * with the undeclared ones, which stand as canonical JSON. */
typedef struct merge {
    sw_buf *out;
    sw_slice extra; /* "{…}", or empty */
    size_t at;      /* in `extra`, of the next undeclared member */
    bool first;
} merge;

static void merge_begin(merge *m, sw_buf *out, sw_slice extra) {
    *m = (merge){.out = out, .extra = extra, .at = 1, .first = true};
    sw_buf_add_byte(out, '{');
}

static void comma(merge *m) {
    if (!m->first) sw_buf_add_byte(m->out, ',');
    m->first = false;
}

/* The place behind a JSON text, whose opening quote stands at `at`. */
static size_t skip_text(sw_slice s, size_t at) {
    for (at++; at < s.len && s.ptr[at] != '"'; at++)
        if (s.ptr[at] == '\\') at++;
    return at + 1;
}

/* The place of the comma or brace behind the member at `at`. */
static size_t skip_member(sw_slice s, size_t at) {
    int depth = 0;
    while (at < s.len && (depth > 0 || (s.ptr[at] != ',' && s.ptr[at] != '}'))) {
        char c = s.ptr[at];
        if (c == '"') {
            at = skip_text(s, at);
            continue;
        }
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        at++;
    }
    return at;
}

/* One character of a canonical JSON text; ASCII is all that a declared name is compared with. */
static int next_char(sw_slice s, size_t *at) {
    static const char from[] = "bfnrt", into[] = "\b\f\n\r\t";
    unsigned char c = (unsigned char)s.ptr[(*at)++];
    if (c != '\\') return c == '"' ? -1 : c;
    c = (unsigned char)s.ptr[(*at)++];
    if (c == 'u') {
        const char *hex = s.ptr + *at + 2; /* \u00XX */
        *at += 4;
        int low = hex[1] <= '9' ? hex[1] - '0' : hex[1] - 'a' + 10;
        return (hex[0] - '0') * 16 + low;
    }
    const char *found = strchr(from, c);
    return found && c ? into[found - from] : c;
}

/* Does the undeclared member at m->at come before `name`? */
static bool extra_before(const merge *m, sw_slice name) {
    if (m->at >= m->extra.len || m->extra.ptr[m->at] == '}') return false;
    size_t at = m->at + 1;
    for (size_t i = 0;; i++) {
        int c = next_char(m->extra, &at);
        int wanted = i < name.len ? (unsigned char)name.ptr[i] : -1;
        if (c != wanted) return c < wanted;
        if (c < 0) return false;
    }
}

static void put_extra(merge *m) {
    size_t end = skip_member(m->extra, m->at);
    comma(m);
    sw_buf_add(m->out, sw_slice_sub(m->extra, m->at, end));
    m->at = end < m->extra.len && m->extra.ptr[end] == ',' ? end + 1 : end;
}

/* Opens a declared member: what comes before it, comma, name, colon. */
static void merge_name(merge *m, sw_slice name) {
    while (extra_before(m, name)) put_extra(m);
    comma(m);
    sw_buf_add_byte(m->out, '"');
    sw_buf_add(m->out, name);
    sw_buf_add(m->out, SW_S("\":"));
}

static void merge_text(merge *m, sw_slice name, sw_slice text) {
    if (text.len == 0) return;
    merge_name(m, name);
    sw_json_write_string(m->out, text);
}

static void merge_end(merge *m) {
    while (m->at < m->extra.len && m->extra.ptr[m->at] != '}') put_extra(m);
    sw_buf_add_byte(m->out, '}');
}

static void write_instant(sw_buf *out, sw_instant instant, const sw_slice **spelt) {
    if (*spelt) {
        sw_json_write_string(out, *(*spelt)++);
        return;
    }
    sw_buf_add_byte(out, '"');
    sw_instant_write(out, instant, 0);
    sw_buf_add_byte(out, '"');
}

static void write_scalar(sw_buf *out, const sw_value *value, const sw_slice **spelt) {
    switch (value->kind) {
    case SW_BOOL:
        sw_buf_add(out, value->b ? SW_S("true") : SW_S("false"));
        break;
    case SW_INT:
        sw_buf_add_int(out, value->i);
        break;
    case SW_DOUBLE:
        sw_double_write(out, value->d);
        break;
    case SW_TIMESTAMP:
        write_instant(out, value->t, spelt);
        break;
    default:
        SW_ASSERT(value->kind == SW_STRING);
        sw_json_write_string(out, value->s);
    }
}

static void write_value(sw_buf *out, const sw_value *value, const sw_slice **spelt) {
    if (value->kind != SW_LIST) {
        write_scalar(out, value, spelt);
        return;
    }
    sw_buf_add_byte(out, '[');
    for (uint32_t i = 0; i < value->count; i++) {
        if (i) sw_buf_add_byte(out, ',');
        write_scalar(out, &value->items[i], spelt);
    }
    sw_buf_add_byte(out, ']');
}

typedef void write_event(const sw_event *event, sw_buf *out);

/* `nested` writes the replacement of a correction. */
static void write_data(const sw_event *event, sw_buf *out, write_event *nested) {
    const sw_slice *spelt = event->spelt;
    merge m;
    merge_begin(&m, out, event->extra_data);
    if (event->correction && event->correction->replacement) {
        merge_name(&m, SW_S("event")); /* before "id" and "source" */
        nested(event->correction->replacement, out);
    }
    for (uint32_t i = 0; i < event->type->field_count; i++) {
        if (event->fields[i].kind == SW_ABSENT) continue;
        merge_name(&m, event->type->fields[i].name);
        write_value(out, &event->fields[i], &spelt);
    }
    merge_end(&m);
}

static void write_time(merge *m, const sw_event *event) {
    if (event->time_text.len) {
        merge_text(m, SW_S("time"), event->time_text);
        return;
    }
    merge_name(m, SW_S("time"));
    sw_buf_add_byte(m->out, '"');
    sw_time_write(m->out, event->time_ms, 0);
    sw_buf_add_byte(m->out, '"');
}

void sw_event_write_content(const sw_event *event, sw_buf *out) {
    merge m;
    merge_begin(&m, out, event->extra_attributes);
    merge_name(&m, SW_S("data"));
    write_data(event, out, sw_event_write_content);
    merge_text(&m, SW_S("id"), event->id);
    merge_text(&m, SW_S("officerid"), event->officerid);
    merge_text(&m, SW_S("orgcode"), event->orgcode);
    merge_text(&m, SW_S("source"), event->source);
    merge_text(&m, SW_S("specversion"), SW_S("1.0"));
    merge_text(&m, SW_S("subject"), event->subject);
    write_time(&m, event);
    merge_text(&m, SW_S("type"), event->type->name);
    merge_end(&m);
}

static void write_moment(merge *m, sw_slice name, int64_t ms) {
    if (ms == SW_TIME_NONE) return;
    merge_name(m, name);
    sw_buf_add_byte(m->out, '"');
    sw_time_write(m->out, ms, 0);
    sw_buf_add_byte(m->out, '"');
}

static void write_json(const sw_event *event, sw_buf *out) {
    merge m;
    merge_begin(&m, out, SW_SLICE_NONE);
    merge_text(&m, SW_S("specversion"), SW_S("1.0"));
    merge_text(&m, SW_S("id"), event->id);
    merge_text(&m, SW_S("source"), event->source);
    merge_text(&m, SW_S("type"), event->type->name);
    merge_text(&m, SW_S("subject"), event->subject);
    write_time(&m, event);
    merge_text(&m, SW_S("orgcode"), event->orgcode);
    merge_text(&m, SW_S("officerid"), event->officerid);
    write_moment(&m, SW_S("recordedtime"), event->recorded_ms);
    write_moment(&m, SW_S("receivedtime"), event->received_ms);
    if (event->extra_attributes.len > 2) {
        sw_buf_add_byte(out, ',');
        sw_buf_add(out, sw_slice_sub(event->extra_attributes, 1, event->extra_attributes.len - 1));
    }
    merge_name(&m, SW_S("data"));
    write_data(event, out, write_json);
    merge_end(&m);
}

sw_err sw_event_to_json(const sw_event *event, sw_buf *out) {
    SW_ASSERT(event && event->type && out);
    write_json(event, out);
    return out->err;
}

sw_err sw_event_content(const sw_event *event, sw_hash128 *ret) {
    char usual[4096]; /* most events fit; the heap is for the others */
    sw_buf buf = {.ptr = usual, .cap = sizeof usual, .max = sizeof usual};
    sw_event_write_content(event, &buf);
    if (!buf.err) {
        *ret = sw_hash128_of(sw_buf_slice(&buf));
        return SW_OK;
    }
    sw_buf_init(&buf, SIZE_MAX / 4);
    sw_event_write_content(event, &buf);
    sw_err err = buf.err;
    if (!err) *ret = sw_hash128_of(sw_buf_slice(&buf));
    sw_buf_done(&buf);
    return err;
}
