#include "seawall/rules/eval/eval_env.h"

#include "rules/attribute.h"
#include "text/yaml.h"

void eval_env_init(eval_env *env, sw_arena *arena, sw_diags *diags) {
    *env = (eval_env){.arena = arena, .diags = diags};
}

static bool refuse(eval_env *env, sw_err code, const char *name, const char *hint,
                   const char *message) {
    sw_diag_at(env->diags, code, 0, 0, name, hint, "%s", message);
    return false;
}

static eval_source *add(eval_env *env, sw_cel_root root) {
    for (uint32_t i = 0; i < env->count; i++)
        if (strcmp(env->roots[i].path, root.path) == 0)
            return refuse(env, SW_E_INVALID, root.path, NULL, "is bound twice"), NULL;
    if (env->count == EVAL_ROOTS_MAX)
        return refuse(env, SW_E_LIMIT, root.path, NULL, "too many variables are bound"), NULL;
    eval_source *source = &env->sources[env->count];
    *source = (eval_source){.arena = env->arena};
    root.ctx = source;
    env->roots[env->count++] = root;
    return source;
}

/* An object or list with items of one type; NULL in `*ret_type` if they are of several. */
static bool read_value(eval_env *env, const char *name, const sw_json *json, sw_value *ret,
                       const sw_cel_type **ret_type);

static bool is_whole(const sw_json *number) {
    for (size_t i = 0; i < number->text.len; i++)
        if (strchr(".eE", number->text.ptr[i])) return false;
    return true;
}

static bool read_number(eval_env *env, const char *name, const sw_json *json, sw_value *ret,
                        const sw_cel_type **ret_type) {
    *ret = (sw_value){.kind = is_whole(json) ? SW_INT : SW_DOUBLE};
    *ret_type = sw_cel_type_of(ret->kind);
    if ((ret->kind == SW_INT ? sw_json_int(json, &ret->i) : sw_json_double(json, &ret->d)) == SW_OK)
        return true;
    return refuse(env, SW_E_RANGE, name, NULL, "the number is too big");
}

/* A list with ints and doubles is one of doubles. */
static void even_out(sw_value *items, uint32_t count, const sw_cel_type **types) {
    bool real = false;
    for (uint32_t i = 0; i < count; i++) {
        if (items[i].kind != SW_INT && items[i].kind != SW_DOUBLE) return;
        real = real || items[i].kind == SW_DOUBLE;
    }
    for (uint32_t i = 0; i < count && real; i++) {
        if (items[i].kind == SW_INT)
            items[i] = (sw_value){.kind = SW_DOUBLE, .d = (double)items[i].i};
        types[i] = sw_cel_type_of(SW_DOUBLE);
    }
}

static const sw_cel_type *join(eval_env *env, const sw_cel_type *const *types, uint32_t count) {
    const sw_cel_type *all = sw_cel_type_of(SW_ABSENT);
    for (uint32_t i = 0; i < count && all; i++)
        all = types[i] ? sw_cel_type_join(env->arena, all, types[i]) : NULL;
    return all;
}

static bool read_items(eval_env *env, const char *name, const sw_json *json, sw_value *ret,
                       const sw_cel_type **ret_type) {
    bool map = json->kind == SW_JSON_OBJECT;
    sw_value *items = sw_arena_zero(env->arena, (size_t)json->count * 2 + 1, sizeof *items);
    const sw_cel_type **types = sw_arena_zero(env->arena, (size_t)json->count + 1, sizeof *types);
    sw_cel_type *type = sw_arena_zero(env->arena, 1, sizeof *type);
    if (!items || !types || !type) return refuse(env, SW_E_LIMIT, name, NULL, "out of memory");
    uint32_t count = 0;
    for (const sw_json *at = json->first; at; at = at->next) {
        if (map && at->kind == SW_JSON_NULL) continue;
        if (map) items[2 * count] = (sw_value){.kind = SW_STRING, .s = at->name};
        if (!read_value(env, name, at, &items[map ? 2 * count + 1 : count], &types[count]))
            return false;
        count++;
    }
    if (!map) even_out(items, count, types);
    *ret = (sw_value){.kind = map ? SW_MAP : SW_LIST, .count = count, .items = items};
    *type =
        (sw_cel_type){ret->kind, map ? sw_cel_type_of(SW_STRING) : NULL, join(env, types, count)};
    *ret_type = type->item ? type : NULL;
    return map || type->item ||
           refuse(env, SW_E_TYPE, name,
                  "bind it as an object, which may have members of several types",
                  "the items of a list must be of one type");
}

static bool read_value(eval_env *env, const char *name, const sw_json *json, sw_value *ret,
                       const sw_cel_type **ret_type) {
    *ret = (sw_value){.kind = SW_NULL};
    switch (json->kind) {
    case SW_JSON_NULL:
        break;
    case SW_JSON_BOOL:
        *ret = (sw_value){.kind = SW_BOOL, .b = json->truth};
        break;
    case SW_JSON_STRING:
        *ret = (sw_value){.kind = SW_STRING, .s = json->text};
        break;
    case SW_JSON_NUMBER:
        return read_number(env, name, json, ret, ret_type);
    case SW_JSON_ARRAY:
    case SW_JSON_OBJECT:
        return read_items(env, name, json, ret, ret_type);
    }
    *ret_type = sw_cel_type_of(ret->kind);
    return true;
}

static int32_t find_member(const void *ctx, sw_slice member, const sw_cel_type **ret_type,
                           const char **ret_refusal) {
    const eval_source *source = ctx;
    (void)ret_refusal;
    for (uint32_t i = 0; i < source->count; i++) {
        if (!sw_slice_is(member, source->names[i])) continue;
        *ret_type = source->types[i];
        return (int32_t)i;
    }
    return -1;
}

static sw_slice near_member(const void *ctx, sw_slice member) {
    const eval_source *source = ctx;
    const char *name = sw_nearest(member, source->names, source->count);
    return name ? sw_slice_cstr(name) : SW_SLICE_NONE;
}

/* An object with members of several types; one of them that is such an object is a root of its own.
 */
static bool bind_object(eval_env *env, const char *name, const sw_json *json) {
    eval_source *source =
        add(env, (sw_cel_root){.path = name, .find = find_member, .nearest = near_member});
    if (!source) return false;
    source->names = sw_arena_zero(env->arena, json->count, sizeof *source->names);
    source->values = sw_arena_zero(env->arena, json->count, sizeof *source->values);
    source->types = sw_arena_zero(env->arena, json->count, sizeof *source->types);
    if (!source->names || !source->values || !source->types)
        return refuse(env, SW_E_LIMIT, name, NULL, "out of memory");
    for (const sw_json *at = json->first; at; at = at->next) {
        const sw_cel_type *type = NULL;
        sw_value value;
        if (at->kind == SW_JSON_NULL) continue;
        if (!read_value(env, name, at, &value, &type)) return false;
        const char *path = sw_arena_printf(env->arena, "%s.%.*s", name, SW_FMT(at->name)).ptr;
        if (!path) return refuse(env, SW_E_LIMIT, name, NULL, "out of memory");
        if (!type) {
            if (!bind_object(env, path, at)) return false;
            continue;
        }
        source->names[source->count] = path + strlen(name) + 1;
        source->values[source->count] = value;
        source->types[source->count++] = type;
    }
    return true;
}

bool eval_env_bind(eval_env *env, const char *name, const sw_json *json) {
    const sw_cel_type *type = NULL;
    sw_value value;
    if (!read_value(env, name, json, &value, &type)) return false;
    if (!type) return bind_object(env, name, json);
    eval_source *source = add(env, (sw_cel_root){.path = name, .type = type});
    if (source) source->value = value;
    return source != NULL;
}

static int32_t find_field(const void *ctx, sw_slice member, const sw_cel_type **ret_type,
                          const char **ret_refusal) {
    const eval_source *source = ctx;
    for (uint32_t i = 0; i < source->count; i++) {
        if (!sw_slice_is(member, source->names[i])) continue;
        *ret_type = source->types[i];
        if (!*ret_type) *ret_refusal = "it is personal: rules can't read it";
        return *ret_type ? (int32_t)i : -1;
    }
    return -1;
}

bool eval_env_event(eval_env *env, const sw_event *event) {
    eval_source *data = add(env, sw_attribute_root("event"));
    if (data)
        data = add(env, (sw_cel_root){.path = "data", .find = find_field, .nearest = near_member});
    if (!data) return false;
    env->event = event;
    data->names = sw_arena_zero(env->arena, event->type->field_count + 1u, sizeof *data->names);
    data->types = sw_arena_zero(env->arena, event->type->field_count + 1u, sizeof *data->types);
    data->values = sw_arena_zero(env->arena, event->type->field_count + 1u, sizeof *data->values);
    if (!data->names || !data->types || !data->values)
        return refuse(env, SW_E_LIMIT, "data", NULL, "out of memory");
    for (uint32_t i = 0; i < event->type->field_count; i++) {
        const sw_field *field = &event->type->fields[i];
        data->names[i] = sw_arena_printf(env->arena, "%.*s", SW_FMT(field->name)).ptr;
        if (!data->names[i]) return refuse(env, SW_E_LIMIT, "data", NULL, "out of memory");
        data->values[i] = event->fields[i];
        if (!field->personal)
            data->types[i] =
                field->list ? sw_cel_list_of(field->type) : sw_cel_type_of(field->type);
    }
    data->count = event->type->field_count;
    return true;
}

sw_cel_env eval_env_cel(const eval_env *env) {
    return (sw_cel_env){env->roots, env->count};
}

static sw_value get(void *ctx, uint32_t root, uint32_t slot) {
    const eval_env *env = ctx;
    const eval_source *source = &env->sources[root];
    if (env->roots[root].type) return source->value;
    return source->values ? source->values[slot] : sw_attribute_of(env->event, slot);
}

sw_cel_bind eval_env_values(eval_env *env) {
    return (sw_cel_bind){env, get};
}
