#include "rules/warning.h"

#include <stdio.h>

#define KEY_PARTS_MAX 16

sw_hash128 sw_warning_id(const sw_rule *rule, const sw_slice *key, sw_hash128 opened_by,
                         const sw_hash128 *second, sw_level level, uint32_t repeat) {
    SW_ASSERT(rule && key && rule->key_count > 0 && rule->key_count <= KEY_PARTS_MAX);
    char times[12];
    int times_len = snprintf(times, sizeof times, "%u", repeat);
    sw_slice parts[KEY_PARTS_MAX + 5];
    size_t count = 0;
    parts[count++] = rule->id;
    for (uint32_t i = 0; i < rule->key_count; i++) parts[count++] = key[i];
    parts[count++] = sw_slice_of(opened_by.bytes, sizeof opened_by.bytes);
    parts[count++] = second ? sw_slice_of(second->bytes, sizeof second->bytes) : SW_SLICE_NONE;
    parts[count++] = sw_slice_cstr(sw_level_name(level));
    parts[count++] = sw_slice_of(times, (size_t)times_len);
    return sw_hash128_parts(parts, count);
}

const sw_warn *sw_warning_warn(const sw_warning *warning) {
    return sw_rule_warn(warning->rule, warning->warn);
}
