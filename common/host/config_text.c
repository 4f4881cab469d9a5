#include "host/config.h"

static const char *type_name(const sw_config_key *key) {
    static const char *const names[] = {
        [SW_CONFIG_TEXT] = "text",        [SW_CONFIG_INT] = "number",
        [SW_CONFIG_BOOL] = "true, false", [SW_CONFIG_DURATION] = "time",
        [SW_CONFIG_BYTES] = "size",       [SW_CONFIG_CHOICE] = "",
        [SW_CONFIG_PATH] = "path",        [SW_CONFIG_PATHS] = "paths",
        [SW_CONFIG_LIST] = "list",
    };
    return key->type == SW_CONFIG_CHOICE ? key->choices : names[key->type];
}

void sw_config_write_help(sw_buf *buf, const sw_config_table *tables, size_t count) {
    for (size_t t = 0; t < count; t++)
        for (size_t i = 0; i < tables[t].count; i++) {
            const sw_config_key *key = &tables[t].keys[i];
            sw_buf_printf(buf, "  %-24s %s\n%27s%s%s%s%s\n", key->name, key->help, "(",
                          type_name(key), key->value ? ", default " : "",
                          key->value ? key->value : "", ")");
        }
}

void sw_config_write_markdown(sw_buf *buf, const sw_config_table *tables, size_t count) {
    sw_buf_add_cstr(buf, "| setting | value | default | what for |\n|---|---|---|---|\n");
    for (size_t t = 0; t < count; t++)
        for (size_t i = 0; i < tables[t].count; i++) {
            const sw_config_key *key = &tables[t].keys[i];
            sw_buf_printf(buf, "| `%s` | %s%s%s | %s%s%s | %s |\n", key->name, type_name(key),
                          key->type == SW_CONFIG_LIST ? ": " : "",
                          key->type == SW_CONFIG_LIST ? key->choices : "", key->value ? "`" : "",
                          key->value ? key->value : "", key->value ? "`" : "", key->help);
        }
}
