#include "base/assert.h"
#include "text/yaml.h"

static bool is_known(sw_slice key, const sw_yaml_keys *keys) {
    for (size_t i = 0; i < keys->count; i++)
        if (sw_slice_is(key, keys->names[i])) return true;
    return false;
}

uint32_t sw_yaml_check_keys(const sw_yaml *map, const sw_yaml_keys *keys, sw_diags *diags) {
    SW_ASSERT(map && keys);
    uint32_t unknown = 0;
    for (const sw_yaml *child = map->first; child; child = child->next) {
        if (is_known(child->key, keys)) continue;
        unknown++;
        if (!diags) continue;
        const char *hint =
            sw_did_you_mean(diags->arena, child->key, keys->names, keys->count, keys->otherwise);
        (void)sw_diag_at(diags, SW_E_UNKNOWN, child->key_line, child->key_col, keys->field, hint,
                         "%s%s '%.*s'", keys->what ? keys->what : "",
                         keys->what ? " has no key" : "unknown key", SW_FMT(child->key));
    }
    return unknown;
}
