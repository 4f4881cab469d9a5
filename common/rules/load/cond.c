#include "rules/load/cond.h"

#include "rules/attribute.h"

/* What the roots of one compilation stand on. */
typedef struct scope {
    sw_arena *arena;
    const sw_event_type *type, *right; /* right: of a pair; type is then left */
    const sw_fact *facts;
    uint32_t fact_count;
    bool *fact_used; /* may be NULL */
} scope;

static int32_t find_field(const sw_event_type *type, sw_slice member, const sw_cel_type **ret_type,
                          const char **ret_refusal) {
    int32_t index = sw_event_type_field(type, member);
    if (index < 0) return -1;
    const sw_field *field = &type->fields[index];
    if (field->personal) {
        *ret_refusal = "it is personal: rules can't read it";
        return -1;
    }
    *ret_type = field->list ? sw_cel_list_of(field->type) : sw_cel_type_of(field->type);
    return index;
}

/* The nearest of names that are slices: sw_nearest wants C strings. */
static sw_slice near_name(sw_arena *arena, sw_slice member, const sw_slice *names, uint32_t count) {
    const char **texts = sw_arena_zero(arena, count + 1, sizeof *texts);
    uint32_t have = 0;
    for (uint32_t i = 0; texts && i < count; i++) {
        sw_slice text = sw_arena_printf(arena, "%.*s", SW_FMT(names[i]));
        if (text.ptr) texts[have++] = text.ptr;
    }
    const char *name = have ? sw_nearest(member, texts, have) : NULL;
    return name ? sw_slice_cstr(name) : SW_SLICE_NONE;
}

static sw_slice near_field(const scope *s, const sw_event_type *type, sw_slice member) {
    sw_slice *names = sw_arena_zero(s->arena, type->field_count + 1, sizeof *names);
    for (uint32_t i = 0; names && i < type->field_count; i++)
        if (!type->fields[i].personal) names[i] = type->fields[i].name;
    return names ? near_name(s->arena, member, names, type->field_count) : SW_SLICE_NONE;
}

static int32_t find_data(const void *ctx, sw_slice member, const sw_cel_type **ret_type,
                         const char **ret_refusal) {
    return find_field(((const scope *)ctx)->type, member, ret_type, ret_refusal);
}

static sw_slice near_data(const void *ctx, sw_slice member) {
    return near_field(ctx, ((const scope *)ctx)->type, member);
}

static int32_t find_right(const void *ctx, sw_slice member, const sw_cel_type **ret_type,
                          const char **ret_refusal) {
    return find_field(((const scope *)ctx)->right, member, ret_type, ret_refusal);
}

static sw_slice near_right(const void *ctx, sw_slice member) {
    return near_field(ctx, ((const scope *)ctx)->right, member);
}

static int32_t find_fact(const void *ctx, sw_slice member, const sw_cel_type **ret_type,
                         const char **ret_refusal) {
    (void)ret_refusal;
    const scope *s = ctx;
    for (uint32_t i = 0; i < s->fact_count; i++) {
        if (!sw_slice_eq(s->facts[i].name, member)) continue;
        if (s->fact_used) s->fact_used[i] = true;
        *ret_type = s->facts[i].type;
        return (int32_t)i;
    }
    return -1;
}

static sw_slice near_fact(const void *ctx, sw_slice member) {
    const scope *s = ctx;
    sw_slice *names = sw_arena_zero(s->arena, s->fact_count + 1, sizeof *names);
    for (uint32_t i = 0; names && i < s->fact_count; i++) names[i] = s->facts[i].name;
    return names ? near_name(s->arena, member, names, s->fact_count) : SW_SLICE_NONE;
}

/* So no fact is read for its own sake. */
static int32_t find_earlier_fact(const void *ctx, sw_slice member, const sw_cel_type **ret_type,
                                 const char **ret_refusal) {
    int32_t index = find_fact(ctx, member, ret_type, ret_refusal);
    if (index < 0) *ret_refusal = "a fact reads only those that are declared above it";
    return index;
}

static int32_t refuse_side(const void *ctx, sw_slice member, const sw_cel_type **ret_type,
                           const char **ret_refusal) {
    (void)ctx, (void)member, (void)ret_type;
    *ret_refusal = "of a pair: write left. or right. before it";
    return -1;
}

typedef enum form { ON_EVENT, OF_FACT, OF_PAIR } form;

/* Root numbers are those of sw_root. */
static sw_err compile_text(sw_arena *arena, scope *s, form kind, sw_slice text,
                           const sw_cel_type *want, sw_diags *diags, const sw_cel **ret) {
    sw_cel_root roots[] = {
        [SW_ROOT_EVENT] = sw_attribute_root("event"),
        [SW_ROOT_DATA] = {"data", s, find_data, near_data, NULL},
        [SW_ROOT_FACTS] = {"facts", s, find_fact, near_fact, NULL},
        [SW_ROOT_LEFT_EVENT] = sw_attribute_root("left.event"),
        [SW_ROOT_LEFT_DATA] = {"left.data", s, find_data, near_data, NULL},
        [SW_ROOT_RIGHT_EVENT] = sw_attribute_root("right.event"),
        [SW_ROOT_RIGHT_DATA] = {"right.data", s, find_right, near_right, NULL},
    };
    sw_cel_env env = {roots, kind == OF_PAIR ? SW_COUNT(roots) : SW_ROOT_FACTS + 1};
    if (kind == OF_FACT) roots[SW_ROOT_FACTS].find = find_earlier_fact;
    if (kind == OF_PAIR) roots[SW_ROOT_EVENT].find = roots[SW_ROOT_DATA].find = refuse_side;
    sw_cel_place place = {1, 1, NULL};
    return sw_cel_compile(arena, &env, text, want, place, diags, ret);
}

/* How many characters of `text` come before line `line`, column `col` of it. */
static uint32_t chars_before(sw_slice text, uint32_t line, uint32_t col) {
    uint32_t at_line = 1, at_col = 1, chars = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (((unsigned char)text.ptr[i] & 0xc0) == 0x80) continue;
        if (at_line > line || (at_line == line && at_col >= col)) break;
        chars++;
        at_col++;
        if (text.ptr[i] == '\n') at_line++, at_col = 1;
    }
    return chars;
}

static const sw_cel *compile(loader *l, const sw_yaml *node, scope *s, form kind,
                             const sw_cel_type *want) {
    const sw_cel *cel = NULL;
    if (!load_is_scalar(l, node, "a condition")) return NULL;
    s->arena = l->arena;
    sw_diags found;
    sw_diags_init(&found, l->arena, SW_SLICE_NONE, 100);
    sw_err err = compile_text(l->arena, s, kind, node->text, want, &found, &cel);
    if (err == SW_OK) {
        if (kind != OF_PAIR) cond_note_values(l, node, s->type);
        return cel;
    }
    for (const sw_diag *diag = found.first; diag; diag = diag->next) {
        uint32_t line, col;
        load_scalar_place(l, node, chars_before(node->text, diag->line, diag->col), &line, &col);
        load_error(l, diag->code, line, col, diag->hint.len ? diag->hint.ptr : NULL, "%.*s",
                   SW_FMT(diag->message));
    }
    if (!found.first) l->full = true;
    return NULL;
}

const sw_cel *cond_compile(loader *l, const sw_yaml *node, const sw_event_type *type, bool of_fact,
                           const sw_cel_type *want) {
    scope s = {.type = type};
    if (l->rule) {
        s.facts = l->rule->rule.facts;
        s.fact_count = l->rule->rule.fact_count;
        s.fact_used = l->rule->fact_used;
    }
    return compile(l, node, &s, of_fact ? OF_FACT : ON_EVENT, want);
}

const sw_cel *const *cond_compile_starts(loader *l, const sw_yaml *node, const sw_cel_type *want) {
    const sw_rule *rule = &l->rule->rule;
    if (rule->start_count == 0) return NULL;
    const sw_cel **cels = load_zero(l, rule->start_count, sizeof *cels);
    for (uint32_t i = 0; cels && i < rule->start_count; i++) {
        const sw_event_type *type = rule->starts[i].type;
        if (!type) return NULL; /* told where it stands */
        for (uint32_t j = 0; j < i; j++)
            if (rule->starts[j].type == type) cels[i] = cels[j];
        if (!cels[i]) cels[i] = cond_compile(l, node, type, false, want);
        if (!cels[i]) return NULL;
    }
    return cels;
}

const sw_cel *cond_compile_pair(loader *l, const sw_yaml *node, const sw_event_type *left,
                                const sw_event_type *right) {
    scope s = {.type = left, .right = right};
    s.facts = l->rule->rule.facts;
    s.fact_count = l->rule->rule.fact_count;
    s.fact_used = l->rule->fact_used;
    return compile(l, node, &s, OF_PAIR, sw_cel_type_of(SW_BOOL));
}

const sw_cel *cond_rewrite(sw_arena *arena, const sw_rule *rule, const sw_event_type *type,
                           sw_slice text, const sw_cel_type *want) {
    scope s = {.arena = arena, .type = type, .facts = rule->facts, .fact_count = rule->fact_count};
    const sw_cel *cel = NULL;
    if (compile_text(arena, &s, ON_EVENT, text, want, NULL, &cel) != SW_OK) return NULL;
    return cel;
}

const char *cond_near_field(loader *l, const sw_event_type *type, sw_slice name) {
    scope s = {.arena = l->arena, .type = type};
    sw_slice nearest = near_field(&s, type, name);
    return nearest.len ? sw_arena_printf(l->arena, "did you mean '%.*s'?", SW_FMT(nearest)).ptr
                       : NULL;
}

const sw_event_type *cond_event_type(loader *l, const sw_yaml *node) {
    if (!load_is_scalar(l, node, "an event type")) return NULL;
    const sw_event_type *type = sw_catalogue_find(l->cat, node->text);
    if (type) return type;
    sw_slice nearest = sw_catalogue_nearest(l->cat, node->text);
    sw_slice hint = nearest.len ? sw_arena_printf(l->arena, "did you mean '%.*s'?", SW_FMT(nearest))
                                : SW_S("the catalogue declares the event types");
    load_error_at(l, SW_E_UNKNOWN, node, hint.ptr, "there is no event type '%.*s'",
                  SW_FMT(node->text));
    return NULL;
}

static const key_spec on_keys[] = {
    {"on", load_node, offsetof(on_nodes, on), .required = true},
    {"when", load_node, offsetof(on_nodes, when)},
    {"at", load_node, offsetof(on_nodes, at)},
};
static const key_table on_table = {"an entry {on, when, at}", on_keys, SW_COUNT(on_keys)};

/* Compiles `when` and `at` where they stand. */
static bool load_parts(loader *l, const on_nodes *nodes, bool at_ok, sw_on *ret) {
    if (nodes->when) {
        size_t before = load_enter_key(l, SW_S("when"));
        ret->when = cond_compile(l, nodes->when, ret->type, false, sw_cel_type_of(SW_BOOL));
        load_leave(l, before);
    }
    if (nodes->at) {
        size_t before = load_enter_key(l, SW_S("at"));
        if (at_ok)
            ret->at = cond_compile(l, nodes->at, ret->type, false, sw_cel_type_of(SW_TIMESTAMP));
        else
            load_error_at(l, SW_E_INVALID, nodes->at,
                          "only the events of a deadline are counted from another moment than "
                          "their time: remove it",
                          "'at' can't stand here");
        load_leave(l, before);
    }
    return (!nodes->when || ret->when) && (!nodes->at || ret->at);
}

bool cond_load_parts(loader *l, const on_nodes *nodes, const char *part, bool at_ok, bool opens,
                     sw_on *ret) {
    if (!nodes->on) return false; /* told as missing */
    size_t before = load_enter_key(l, SW_S("on"));
    ret->type = cond_event_type(l, nodes->on);
    load_leave(l, before);
    if (!ret->type) return false;
    bool whole = load_parts(l, nodes, at_ok, ret);
    draft_mention(l, part, nodes->on, ret, opens);
    return whole;
}

bool cond_load_on(loader *l, const sw_yaml *node, const char *part, bool at_ok, bool opens,
                  sw_on *ret) {
    on_nodes nodes = {0};
    return load_map(l, node, &nodes, &on_table, 0) &&
           cond_load_parts(l, &nodes, part, at_ok, opens, ret);
}
