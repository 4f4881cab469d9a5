#include "host/config.h"

#include <stdio.h>
#include <string.h>

enum { FILE_BYTES_MAX = 1 << 20, NAME_MAX_BYTES = 64, VALUES_MAX = 128, PATHS_MAX = 64 };

typedef struct setting {
    const sw_config_key *key;
    bool given;
    const char *text;
    int64_t number;
    bool truth;
    const char *const *paths;
    uint32_t path_count;
    const sw_yaml *node;
    const char *dir;
} setting;

struct sw_config {
    setting settings[VALUES_MAX];
    uint32_t count;
    sw_slice file;
};

typedef struct reader {
    sw_arena *arena;
    const sw_config_source *source;
    sw_diags *diags;
    sw_config *config;
    const char *dir; /* where relative paths start; NULL: here */
    bool from_set;   /* places are of no file */
} reader;

static setting *find(const sw_config *config, sw_slice name) {
    for (uint32_t i = 0; i < config->count; i++)
        if (sw_slice_is(name, config->settings[i].key->name))
            return (setting *)(uintptr_t)&config->settings[i];
    return NULL;
}

/* A setting whose name only begins as the table says ("kafka.*"); NULL: none does. */
static setting *find_open(reader *r, sw_slice name) {
    for (uint32_t i = 0; i < r->config->count && r->config->count < VALUES_MAX; i++) {
        const sw_config_key *key = r->config->settings[i].key;
        size_t len = strlen(key->name);
        if (key->name[len - 1] != '*' || name.len <= len - 1 ||
            memcmp(name.ptr, key->name, len - 1) != 0)
            continue;
        sw_config_key *own = sw_arena_zero(r->arena, 1, sizeof *own);
        const char *text = sw_arena_printf(r->arena, "%.*s", SW_FMT(name)).ptr;
        if (!own || !text) return NULL;
        *own = *key;
        own->name = text;
        setting *s = &r->config->settings[r->config->count++];
        *s = (setting){.key = own};
        return s;
    }
    return NULL;
}

static sw_err tell(const reader *r, sw_err code, const sw_yaml *at, const char *field,
                   const char *hint, const char *what) {
    bool line = !r->from_set && at;
    return sw_diag_at(r->diags, code, line ? at->line : 0, line ? at->col : 0, field, hint, "%s",
                      what);
}

/* A number with a unit; false if it is none. */
static bool with_unit(sw_slice text, const char *const *units, const int64_t *factors,
                      int64_t *ret) {
    size_t digits = 0;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9') digits++;
    int64_t n, out;
    if (digits == 0 || !sw_slice_int(sw_slice_sub(text, 0, digits), &n)) return false;
    sw_slice unit = sw_slice_sub(text, digits, text.len);
    for (size_t i = 0; units[i]; i++) {
        if (!sw_slice_is(unit, units[i])) continue;
        if (__builtin_mul_overflow(n, factors[i], &out)) return false;
        return *ret = out, true;
    }
    return false;
}

static bool read_number(const sw_config_key *key, sw_slice text, int64_t *ret) {
    static const char *const times[] = {"ms", "s", "m", "h", "d", NULL};
    static const int64_t time_factors[] = {1, 1000, 60000, 3600000, 86400000};
    static const char *const sizes[] = {"", "B", "KiB", "MiB", "GiB", NULL};
    static const int64_t size_factors[] = {1, 1, 1 << 10, 1 << 20, 1 << 30};
    if (key->type == SW_CONFIG_DURATION) return with_unit(text, times, time_factors, ret);
    if (key->type == SW_CONFIG_BYTES) return with_unit(text, sizes, size_factors, ret);
    return sw_slice_int(text, ret);
}

static const char *number_hint(const sw_config_key *key) {
    if (key->type == SW_CONFIG_DURATION) return "a number with ms, s, m, h or d: 30s";
    if (key->type == SW_CONFIG_BYTES) return "a number of bytes, or with KiB, MiB or GiB: 64MiB";
    return "a whole number";
}

static sw_err take_number(reader *r, setting *s, const sw_yaml *node) {
    char range[128];
    if (!read_number(s->key, node->text, &s->number))
        return tell(r, SW_E_TYPE, node, s->key->name, number_hint(s->key), "this is no such value");
    int64_t min = s->key->min, max = s->key->max ? s->key->max : INT64_MAX;
    if (s->number >= min && s->number <= max) return SW_OK;
    const char *unit = s->key->type == SW_CONFIG_DURATION ? " ms" : "";
    if (s->key->max)
        snprintf(range, sizeof range, "from %lld to %lld%s", (long long)min, (long long)max, unit);
    else
        snprintf(range, sizeof range, "%lld%s or more", (long long)min, unit);
    return tell(r, SW_E_RANGE, node, s->key->name, range, "this is out of range");
}

static const char *copy(reader *r, sw_slice text) {
    return sw_arena_printf(r->arena, "%.*s", SW_FMT(text)).ptr;
}

static const char *path_of(reader *r, sw_slice text) {
    if (!r->dir || (text.len && text.ptr[0] == '/')) return copy(r, text);
    return sw_arena_printf(r->arena, "%s/%.*s", r->dir, SW_FMT(text)).ptr;
}

static sw_err take_choice(reader *r, setting *s, const sw_yaml *node) {
    for (const char *at = s->key->choices; *at;) {
        size_t len = strcspn(at, " ");
        if (sw_slice_eq(node->text, sw_slice_of(at, len)))
            return (s->text = copy(r, node->text)) ? SW_OK : SW_E_NOMEM;
        at += len + (at[len] == ' ');
    }
    return tell(r, SW_E_INVALID, node, s->key->name, s->key->choices, "this is none of its values");
}

static sw_err take_paths(reader *r, setting *s, const sw_yaml *node) {
    bool list = node->kind == SW_YAML_SEQ;
    uint32_t count = list ? node->count : 1, i = 0;
    if (node->kind == SW_YAML_MAP || count > PATHS_MAX)
        return tell(r, SW_E_TYPE, node, s->key->name, "a path, or a list of up to 64",
                    "this is no list of paths");
    const char **paths = sw_arena_zero(r->arena, count + 1, sizeof *paths);
    if (!paths) return SW_E_NOMEM;
    for (const sw_yaml *one = list ? node->first : node; one; one = list ? one->next : NULL) {
        if (one->kind == SW_YAML_SEQ || one->kind == SW_YAML_MAP || one->text.len == 0)
            return tell(r, SW_E_TYPE, one, s->key->name, NULL, "this is no path");
        if (!(paths[i++] = path_of(r, one->text))) return SW_E_NOMEM;
    }
    s->paths = paths;
    s->path_count = count;
    return SW_OK;
}

static sw_err take_value(reader *r, setting *s, const sw_yaml *node) {
    bool scalar = node->kind != SW_YAML_SEQ && node->kind != SW_YAML_MAP;
    s->dir = r->dir;
    if (s->key->type == SW_CONFIG_PATHS) return take_paths(r, s, node);
    if (s->key->type == SW_CONFIG_LIST) {
        s->node = node;
        if (node->kind == SW_YAML_SEQ || node->kind == SW_YAML_NULL) return SW_OK;
        return tell(r, SW_E_TYPE, node, s->key->name, s->key->choices, "this is no list");
    }
    if (!scalar) return tell(r, SW_E_TYPE, node, s->key->name, NULL, "one value is expected here");
    switch (s->key->type) {
    case SW_CONFIG_BOOL:
        s->truth = node->truth;
        if (node->kind == SW_YAML_BOOL) return SW_OK;
        return tell(r, SW_E_TYPE, node, s->key->name, "true or false", "this is no boolean");
    case SW_CONFIG_CHOICE:
        return take_choice(r, s, node);
    case SW_CONFIG_TEXT:
        return (s->text = copy(r, node->text)) ? SW_OK : SW_E_NOMEM;
    case SW_CONFIG_PATH:
        if (node->text.len == 0)
            return tell(r, SW_E_INVALID, node, s->key->name, NULL, "this is no path");
        return (s->text = path_of(r, node->text)) ? SW_OK : SW_E_NOMEM;
    default:
        return take_number(r, s, node);
    }
}

static sw_err unknown(reader *r, const sw_yaml *node, sw_slice name) {
    const char *names[VALUES_MAX];
    for (uint32_t i = 0; i < r->config->count; i++) names[i] = r->config->settings[i].key->name;
    const char *hint =
        sw_did_you_mean(r->arena, name, names, r->config->count, "--help lists the settings");
    sw_slice what = sw_arena_printf(r->arena, "there is no setting '%.*s'", SW_FMT(name));
    bool line = !r->from_set && node;
    return sw_diag_at(r->diags, SW_E_UNKNOWN, line ? node->key_line : 0, line ? node->key_col : 0,
                      NULL, hint, "%.*s", SW_FMT(what));
}

/* A map whose name begins settings is walked into; anything else is a value. */
static bool is_section(const sw_config *config, sw_slice name) {
    for (uint32_t i = 0; i < config->count; i++) {
        sw_slice key = sw_slice_cstr(config->settings[i].key->name);
        bool open = sw_slice_ends(key, SW_S("*"));
        if (open && sw_slice_starts(name, sw_slice_sub(key, 0, key.len - 1))) return true;
        if (key.len > name.len && sw_slice_starts(key, name) && key.ptr[name.len] == '.')
            return true;
    }
    return false;
}

static sw_err take_map(reader *r, const sw_yaml *map, sw_slice prefix) {
    sw_err first = SW_OK;
    for (const sw_yaml *node = map->first; node; node = node->next) {
        sw_slice name =
            prefix.len ? sw_arena_printf(r->arena, "%.*s.%.*s", SW_FMT(prefix), SW_FMT(node->key))
                       : node->key;
        setting *s = find(r->config, name);
        sw_err err = SW_OK;
        if (!s && node->kind != SW_YAML_MAP) s = find_open(r, name);
        if (s) {
            err = take_value(r, s, node);
            s->given = true;
        } else if (node->kind == SW_YAML_MAP && is_section(r->config, name)) {
            err = take_map(r, node, name);
        } else if (is_section(r->config, name) && node->kind == SW_YAML_NULL) {
            err = SW_OK;
        } else {
            err = unknown(r, node, name);
        }
        if (err && !first) first = err;
    }
    return first;
}

static sw_err take_file(reader *r) {
    const char *path = r->source->path, *slash = strrchr(path, '/');
    sw_slice text;
    const sw_yaml *root;
    r->config->file = sw_slice_cstr(path);
    if (slash) r->dir = copy(r, sw_slice_of(path, (size_t)(slash - path)));
    if (slash == path) r->dir = "";
    r->diags->file = r->config->file;
    sw_err err = sw_file_read(r->arena, path, FILE_BYTES_MAX, r->diags, &text);
    if (!err) err = sw_yaml_parse(r->arena, text, r->diags, &root);
    if (!err && root->kind != SW_YAML_MAP && root->kind != SW_YAML_NULL)
        err = tell(r, SW_E_TYPE, root, NULL, "data_dir: /var/lib/seawall",
                   "the file is no map of settings");
    if (!err) err = take_map(r, root, SW_SLICE_NONE);
    r->diags->file = SW_SLICE_NONE;
    return err;
}

static sw_err take_set(reader *r, const char *set) {
    const char *equal = strchr(set, '=');
    sw_slice name = equal ? sw_slice_of(set, (size_t)(equal - set)) : sw_slice_cstr(set);
    const sw_yaml *node;
    if (!equal)
        return sw_diag_at(r->diags, SW_E_INVALID, 0, 0, NULL, "--set http.listen=127.0.0.1:8080",
                          "--set %s has no '='", set);
    setting *s = find(r->config, name);
    if (!s) s = find_open(r, name);
    if (!s) return unknown(r, NULL, name);
    sw_err err = sw_yaml_parse(r->arena, sw_slice_cstr(equal + 1), NULL, &node);
    /* What YAML takes for something else ("[::1]:80", "a: b") is a text where a text is meant. */
    bool flat = s->key->type != SW_CONFIG_LIST && s->key->type != SW_CONFIG_PATHS;
    sw_yaml plain = {.kind = SW_YAML_STRING, .text = sw_slice_cstr(equal + 1)};
    if (flat && s->key->type != SW_CONFIG_BOOL) {
        node = &plain;
        err = SW_OK;
    }
    if (err)
        return sw_diag_at(r->diags, err, 0, 0, s->key->name, NULL, "--set %s can't be read", set);
    s->given = true;
    return take_value(r, s, node);
}

static sw_err take_defaults(reader *r) {
    for (size_t t = 0; t < r->source->table_count; t++) {
        const sw_config_table *table = &r->source->tables[t];
        for (size_t i = 0; i < table->count; i++) {
            SW_ASSERT(r->config->count < VALUES_MAX);
            setting *s = &r->config->settings[r->config->count++];
            const sw_yaml *node;
            s->key = &table->keys[i];
            if (!s->key->value) continue;
            sw_err err = sw_yaml_parse(r->arena, sw_slice_cstr(s->key->value), NULL, &node);
            sw_yaml plain = {.kind = SW_YAML_STRING, .text = sw_slice_cstr(s->key->value)};
            if (s->key->type == SW_CONFIG_TEXT || s->key->type == SW_CONFIG_PATH) node = &plain;
            if (!err) err = take_value(r, s, node);
            if (err) return err;
        }
    }
    return SW_OK;
}

sw_err sw_config_load(sw_arena *arena, const sw_config_source *source, sw_diags *diags,
                      const sw_config **ret) {
    SW_ASSERT(arena && source && diags && ret);
    sw_config *config = sw_arena_zero(arena, 1, sizeof *config);
    if (!config) return SW_E_NOMEM;
    reader r = {.arena = arena, .source = source, .diags = diags, .config = config};
    r.from_set = true;
    sw_err err = take_defaults(&r);
    SW_ASSERT(err == SW_OK || err == SW_E_NOMEM || err == SW_E_LIMIT);
    r.from_set = false;
    if (!err && source->path) err = take_file(&r);
    r.from_set = true;
    r.dir = NULL;
    for (uint32_t i = 0; i < source->set_count; i++) {
        sw_err one = take_set(&r, source->sets[i]);
        if (one && !err) err = one;
    }
    if (!err) *ret = config;
    return err;
}

/* ---- values ---- */

static const setting *get(const sw_config *config, const char *name) {
    const setting *s = find(config, sw_slice_cstr(name));
    SW_ASSERT(s);
    return s;
}

const char *sw_config_cstr(const sw_config *config, const char *name) {
    return get(config, name)->text;
}

sw_slice sw_config_text(const sw_config *config, const char *name) {
    const char *text = get(config, name)->text;
    return text ? sw_slice_cstr(text) : SW_SLICE_NONE;
}

int64_t sw_config_int(const sw_config *config, const char *name) {
    return get(config, name)->number;
}

bool sw_config_bool(const sw_config *config, const char *name) {
    return get(config, name)->truth;
}

const char *const *sw_config_paths(const sw_config *config, const char *name, uint32_t *ret_count) {
    *ret_count = get(config, name)->path_count;
    return get(config, name)->paths;
}

const sw_yaml *sw_config_node(const sw_config *config, const char *name, const char **ret_dir) {
    const setting *s = get(config, name);
    *ret_dir = s->dir;
    return s->node && s->node->kind == SW_YAML_SEQ ? s->node : NULL;
}

bool sw_config_given(const sw_config *config, const char *name) {
    return get(config, name)->given;
}

sw_slice sw_config_file(const sw_config *config) {
    return config->file;
}

uint32_t sw_config_open(const sw_config *config, const char *prefix, uint32_t max,
                        const char **ret_names, const char **ret_values) {
    uint32_t count = 0;
    size_t len = strlen(prefix);
    for (uint32_t i = 0; i < config->count && count < max; i++) {
        const setting *s = &config->settings[i];
        if (!s->given || !s->text || strncmp(s->key->name, prefix, len) != 0) continue;
        ret_names[count] = s->key->name + len;
        ret_values[count++] = s->text;
    }
    return count;
}
