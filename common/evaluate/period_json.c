#include "evaluate/json_parts.h"
#include "evaluate/period_pb.h"
#include "text/json.h"

static void member(sw_buf *out, sw_slice name, sw_slice text) {
    if (!text.len) return;
    sw_buf_add(out, name);
    sw_json_write_string(out, text);
}

void sw_period_to_json(const sw_told_period *p, sw_buf *out) {
    SW_ASSERT(p && out && p->key_count > 0);
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(p->instance, hex);
    sw_json_part_word(out, SW_S("{\"instance\":\""), hex);
    sw_json_part_word(out, SW_S(",\"change\":\""), sw_period_change_name(p->change));
    sw_json_part_time(out, SW_S(",\"decided\":\""), p->decided_ms, p->offset_s);
    member(out, SW_S(",\"rule\":"), p->rule);
    member(out, SW_S(",\"rule_name\":"), p->rule_name);
    member(out, SW_S(",\"pack\":"), p->pack);
    member(out, SW_S(",\"domain\":"), p->domain);
    sw_json_part_word(out, SW_S(",\"severity\":\""), sw_severity_name(p->severity));
    sw_buf_add(out, SW_S(",\"key\":"));
    sw_told_key_to_json(p->key, p->key_count, out);
    member(out, SW_S(",\"orgcode\":"), p->orgcode);
    member(out, SW_S(",\"officerid\":"), p->officerid);
    sw_json_part_time(out, SW_S(",\"start\":\""), p->start_ms, p->offset_s);
    sw_json_part_time(out, SW_S(",\"due\":\""), p->due_ms, p->offset_s);
    sw_json_part_time(out, SW_S(",\"caution\":\""), p->caution_ms, p->offset_s);
    sw_buf_add(out,
               p->provisional ? SW_S(",\"provisional\":true") : SW_S(",\"provisional\":false"));
    sw_json_part_time(out, SW_S(",\"paused_since\":\""), p->paused_ms, p->offset_s);
    sw_json_part_time(out, SW_S(",\"stopped\":\""), p->stopped_ms, p->offset_s);
    if (p->late_by_s >= 0) {
        sw_buf_add(out, SW_S(",\"late_by\":"));
        sw_buf_add_int(out, p->late_by_s);
    }
    member(out, SW_S(",\"reason\":"), p->reason);
    if (p->level >= 0)
        sw_json_part_word(out, SW_S(",\"level\":\""), sw_level_name((sw_level)p->level));
    sw_json_part_time(out, SW_S(",\"next\":\""), p->next_ms, p->offset_s);
    if (p->next_level >= 0)
        sw_json_part_word(out, SW_S(",\"next_level\":\""), sw_level_name((sw_level)p->next_level));
    sw_buf_add(out, SW_S(",\"opened_by\":"));
    sw_json_part_event(out, &p->opened_by);
    if (p->has_cause) {
        sw_buf_add(out, SW_S(",\"cause\":"));
        sw_json_part_event(out, &p->cause);
    }
    sw_buf_add_byte(out, '}');
}
