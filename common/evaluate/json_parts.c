#include "evaluate/json_parts.h"

#include "text/json.h"

void sw_json_part_word(sw_buf *out, sw_slice name, const char *word) {
    sw_buf_add(out, name);
    sw_buf_add_cstr(out, word);
    sw_buf_add_byte(out, '"');
}

void sw_json_part_time(sw_buf *out, sw_slice name, int64_t ms, int32_t offset_s) {
    if (ms == SW_TIME_NONE) return;
    sw_buf_add(out, name);
    sw_time_write(out, ms, offset_s);
    sw_buf_add_byte(out, '"');
}

void sw_json_part_event(sw_buf *out, const sw_told_event *event) {
    sw_buf_add(out, SW_S("{\"source\":"));
    sw_json_write_string(out, event->source);
    sw_buf_add(out, SW_S(",\"id\":"));
    sw_json_write_string(out, event->id);
    sw_buf_add(out, SW_S(",\"type\":"));
    sw_json_write_string(out, event->type);
    sw_buf_add_byte(out, '}');
}

void sw_told_key_to_json(const sw_told_key *key, uint32_t count, sw_buf *out) {
    sw_buf_add_byte(out, '{');
    for (uint32_t i = 0; i < count; i++) {
        if (i) sw_buf_add_byte(out, ',');
        sw_json_write_string(out, key[i].name);
        sw_buf_add_byte(out, ':');
        sw_json_write_string(out, key[i].value);
    }
    sw_buf_add_byte(out, '}');
}
