#include "notify/json.h"

#include "text/json.h"
#include "text/time.h"

void sw_json_member(sw_buf *out, const char *name, const char *value) {
    if (!*value) return;
    if (out->len && out->ptr[out->len - 1] != '{') sw_buf_add_byte(out, ',');
    sw_json_write_string(out, sw_slice_cstr(name));
    sw_buf_add_byte(out, ':');
    sw_json_write_string(out, sw_slice_cstr(value));
}

void sw_json_member_time(sw_buf *out, const char *name, int64_t ms, int32_t offset_s) {
    if (!ms) return;
    sw_buf_printf(out, ",\"%s\":\"", name);
    sw_time_write(out, ms, offset_s);
    sw_buf_add_byte(out, '"');
}

void sw_json_member_key(sw_buf *out, Seawall__V1__KeyValue *const *key, size_t count) {
    sw_buf_add(out, SW_S(",\"key\":{"));
    for (size_t i = 0; i < count; i++) sw_json_member(out, key[i]->name, key[i]->value);
    sw_buf_add_byte(out, '}');
}

void sw_json_telling(sw_buf *out, const Seawall__V1__Telling *t) {
    sw_json_member(out, "kind", t->kind);
    sw_json_member(out, "warning_id", t->warning_id);
    sw_json_member(out, "level", t->level);
    sw_json_member(out, "rule", t->rule);
    sw_json_member(out, "rule_name", t->rule_name);
    sw_json_member(out, "orgcode", t->orgcode);
    sw_json_member(out, "text", t->text);
    sw_json_member_time(out, "decided", t->decided_ms, t->offset_s);
    if (t->due_case == SEAWALL__V1__TELLING__DUE_DUE_MS)
        sw_json_member_time(out, "due", t->due_ms, t->offset_s);
    sw_json_member_key(out, t->key, t->n_key);
}
