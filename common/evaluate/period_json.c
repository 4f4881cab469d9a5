#include "evaluate/period_pb.h"
#include "text/json.h"

static void member(sw_buf *out, sw_slice name, sw_slice text) {
    if (!text.len) return;
    sw_buf_add(out, name);
    sw_json_write_string(out, text);
}

static void word(sw_buf *out, sw_slice name, const char *text) {
    sw_buf_add(out, name);
    sw_buf_add_cstr(out, text);
    sw_buf_add_byte(out, '"');
}

static void time_at(sw_buf *out, sw_slice name, const sw_told_period *p, int64_t ms) {
    if (ms == SW_TIME_NONE) return;
    sw_buf_add(out, name);
    sw_time_write(out, ms, p->offset_s);
    sw_buf_add_byte(out, '"');
}

static void event_ref(sw_buf *out, sw_slice name, const sw_told_event *event) {
    sw_buf_add(out, name);
    sw_buf_add(out, SW_S("{\"source\":"));
    sw_json_write_string(out, event->source);
    sw_buf_add(out, SW_S(",\"id\":"));
    sw_json_write_string(out, event->id);
    sw_buf_add(out, SW_S(",\"type\":"));
    sw_json_write_string(out, event->type);
    sw_buf_add_byte(out, '}');
}

static void key(sw_buf *out, const sw_told_period *p) {
    sw_buf_add(out, SW_S(",\"key\":{"));
    for (uint32_t i = 0; i < p->key_count; i++) {
        if (i) sw_buf_add_byte(out, ',');
        sw_json_write_string(out, p->key[i].name);
        sw_buf_add_byte(out, ':');
        sw_json_write_string(out, p->key[i].value);
    }
    sw_buf_add_byte(out, '}');
}

void sw_period_to_json(const sw_told_period *p, sw_buf *out) {
    SW_ASSERT(p && out && p->key_count > 0);
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(p->instance, hex);
    word(out, SW_S("{\"instance\":\""), hex);
    word(out, SW_S(",\"change\":\""), sw_period_change_name(p->change));
    time_at(out, SW_S(",\"decided\":\""), p, p->decided_ms);
    member(out, SW_S(",\"rule\":"), p->rule);
    member(out, SW_S(",\"rule_name\":"), p->rule_name);
    member(out, SW_S(",\"pack\":"), p->pack);
    member(out, SW_S(",\"domain\":"), p->domain);
    word(out, SW_S(",\"severity\":\""), sw_severity_name(p->severity));
    key(out, p);
    member(out, SW_S(",\"orgcode\":"), p->orgcode);
    member(out, SW_S(",\"officerid\":"), p->officerid);
    time_at(out, SW_S(",\"start\":\""), p, p->start_ms);
    time_at(out, SW_S(",\"due\":\""), p, p->due_ms);
    time_at(out, SW_S(",\"caution\":\""), p, p->caution_ms);
    sw_buf_add(out,
               p->provisional ? SW_S(",\"provisional\":true") : SW_S(",\"provisional\":false"));
    time_at(out, SW_S(",\"paused_since\":\""), p, p->paused_ms);
    time_at(out, SW_S(",\"stopped\":\""), p, p->stopped_ms);
    if (p->late_by_s >= 0) {
        sw_buf_add(out, SW_S(",\"late_by\":"));
        sw_buf_add_int(out, p->late_by_s);
    }
    member(out, SW_S(",\"reason\":"), p->reason);
    if (p->level >= 0) word(out, SW_S(",\"level\":\""), sw_level_name((sw_level)p->level));
    time_at(out, SW_S(",\"next\":\""), p, p->next_ms);
    if (p->next_level >= 0)
        word(out, SW_S(",\"next_level\":\""), sw_level_name((sw_level)p->next_level));
    event_ref(out, SW_S(",\"opened_by\":"), &p->opened_by);
    if (p->has_cause) event_ref(out, SW_S(",\"cause\":"), &p->cause);
    sw_buf_add_byte(out, '}');
}
